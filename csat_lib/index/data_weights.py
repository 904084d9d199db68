"""Weights from the spread and correlation of indicators over units: entropy, CRITIC, principal component.

They measure how far an indicator tells units apart, not how much it matters to customers; a report that uses them says so.
Letters: X units x indicators, m units, z values on 0-1, p shares of a column, e entropy, s standard deviation, r correlation.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import DataError, ModelError, ParamsError, nearest, pick
from csat_lib.stats import Missing, correlations
from csat_lib.survey import Data, Weights, moments_of

Array = npt.NDArray[np.float64]
Direction = Literal["benefit", "cost"]
Directions = Direction | Mapping[str, Direction]
Normalise = Literal["minmax", "raw"]
Rule = Literal["loadings", "squared"]
SIGNS = {"benefit": 1.0, "cost": -1.0}
NORMALISE = {"minmax": "minmax", "raw": "raw"}
RULES = {"loadings": 1.0, "squared": 2.0}
SAME = 1e-12  # a range below this share of the largest value is rounding


class WeightsWarning(UserWarning):
    """An indicator was given no weight, and why."""


def entropy_weights(frame: pd.DataFrame, *, normalise: Normalise = "minmax", direction: Directions = "benefit") -> pd.Series:
    """Weights that sum to 1, larger the more unevenly an indicator is spread over the units (Shannon's entropy).

    p_ij = z_ij / sum_i z_ij, e_j = -sum_i p_ij ln p_ij / ln m, weight proportional to 1 - e_j.

    Parameters
    ----------
    frame : DataFrame
        Units x indicators, no gaps.
    normalise : {"minmax", "raw"}
        z on 0-1 by the column's smallest and largest value, or the values themselves. The two give different weights: name the one used.
    direction : {"benefit", "cost"} or mapping
        Whether more is better, for all indicators or each; it counts only with "minmax".

    Raises
    ------
    DataError
        Fewer than two units, gaps, negative values with "raw", or nothing that varies.
    ParamsError
        An unknown word or indicator, or "cost" with "raw".

    Warns
    -----
    WeightsWarning
        A constant indicator weighs 0; it is named.

    >>> entropy_weights(pd.DataFrame({"a": [80, 85, 70, 90], "b": [70, 65, 90, 80], "c": [90, 60, 75, 85]})).round(4).tolist()
    [0.2958, 0.4085, 0.2957]
    """
    pick(NORMALISE, normalise, "normalisation")
    X, signs = _columns(frame), _signs(frame, direction)
    varies = _varying(frame, X)
    if normalise == "raw":
        for name in frame.columns[signs < 0]:
            raise ParamsError(f"{name!r} is a cost; raw values know no direction. Use normalise='minmax'.")
        for i, j in np.argwhere(X < 0):
            raise DataError(f"{frame.columns[j]!r}, unit {frame.index[i]!r}: {X[i, j]:g} is negative; shares need values from 0 upward.")
        z = X[:, varies]
    else:
        z = _on_unit(X[:, varies] * signs[varies])
    p = z / z.sum(axis=0)
    e = -np.where(p > 0, p * np.log(np.where(p > 0, p, 1.0)), 0.0).sum(axis=0) / np.log(len(X))
    return _spread(frame, varies, 1 - e)


def critic_weights(frame: pd.DataFrame, *, direction: Directions = "benefit") -> pd.Series:
    """Weights that sum to 1, larger the more an indicator varies and the less it repeats the others: s_j sum_k (1 - r_jk) on 0-1 values.

    Criteria importance through intercriteria correlation (Diakoulaki, Mavrotas & Papayannakis 1995).

    Parameters
    ----------
    frame : DataFrame
        Units x indicators, no gaps.
    direction : {"benefit", "cost"} or mapping
        Whether more is better, for all indicators or each.

    Raises
    ------
    DataError
        Fewer than two units, gaps, nothing that varies, or indicators that all repeat one another.

    Warns
    -----
    WeightsWarning
        A constant indicator weighs 0; it is named.
    """
    X, signs = _columns(frame), _signs(frame, direction)
    varies = _varying(frame, X)
    z = _on_unit(X[:, varies] * signs[varies])
    s = z.std(axis=0, ddof=1)
    if len(s) == 1:
        return _spread(frame, varies, s)
    conflict = (1 - np.corrcoef(z, rowvar=False)).sum(axis=0)
    if not conflict.max() > SAME * len(s):
        raise DataError("Every indicator repeats the others (all correlations are 1), so CRITIC has nothing to weigh. Keep one of them.")
    return _spread(frame, varies, s * np.maximum(conflict, 0.0))


def pca_weights(
    data: Data,
    items: Sequence[str] | None = None,
    *,
    rule: Rule = "loadings",
    weights: Weights = None,
    missing: Missing = "listwise",
) -> pd.Series:
    """Weights that sum to 1 from the first principal component of the correlations; they favour indicators that repeat one another.

    Parameters
    ----------
    data : Survey, DataFrame or Moments
        Survey weights enter.
    items : sequence of str, optional
        All columns of a frame or items of Moments when None.
    rule : {"loadings", "squared"}
        In proportion to the loadings, or to their squares (OECD & JRC 2008).
    weights, missing
        As in ``stats.moments``.

    Raises
    ------
    ModelError
        Loadings of both signs: an indicator runs against the others, by name.

    Warns
    -----
    WeightsWarning
        A constant indicator weighs 0; it is named.
    """
    power = pick(RULES, rule, "rule")
    if items is None:
        items = data.items if not isinstance(data, pd.DataFrame) and hasattr(data, "items") else getattr(data, "columns", None)
    if items is None:
        raise ParamsError("Name the items of the survey: items=[...].")
    names = [str(each) for each in items]
    m = moments_of(data, names, missing=missing, weights=weights)
    varies = np.diag(m.covariance) > (SAME * np.abs(m.mean)) ** 2
    _warn_constant([name for name, kept in zip(names, varies, strict=True) if not kept], names, depth=3)
    loading = np.linalg.eigh(correlations(m.covariance[np.ix_(varies, varies)]))[1][:, -1]
    loading = loading * (1.0 if loading.sum() >= 0 else -1.0)
    against = [name for name, value in zip(np.array(names)[varies], loading, strict=True) if value < -1e-9]
    if against:
        raise ModelError(
            f"{', '.join(against)}: negative on the first component, so no weight. Turn the direction, or weigh it in a group."
        )
    found = np.zeros(len(names))
    found[varies] = np.maximum(loading, 0.0) ** power
    return pd.Series(found / found.sum(), index=names)


def _columns(frame: pd.DataFrame) -> Array:
    if not isinstance(frame, pd.DataFrame):
        raise ParamsError(f"Expected a DataFrame of units x indicators, got {type(frame).__name__}. Give the scores by unit.")
    if frame.columns.has_duplicates:
        raise DataError(f"The indicator {frame.columns[frame.columns.duplicated()][0]!r} appears twice.")
    if len(frame) < 2 or frame.shape[1] < 1:
        raise DataError(f"{len(frame)} units and {frame.shape[1]} indicators: spread needs two units and an indicator.")
    for name in frame.columns:
        if not pd.api.types.is_numeric_dtype(frame[name]):
            raise DataError(f"{name!r} holds {frame[name].dtype}, not numbers.")
    X = frame.to_numpy(dtype=float, na_value=np.nan)
    for i, j in np.argwhere(~np.isfinite(X)):
        raise DataError(
            f"{frame.columns[j]!r}, unit {frame.index[i]!r}: {X[i, j]} is no value. Complete it, or leave unit or indicator out."
        )
    return X


def _signs(frame: pd.DataFrame, direction: Directions) -> Array:
    if isinstance(direction, str):
        return np.full(frame.shape[1], pick(SIGNS, direction, "direction"))
    for name in direction:
        if name not in frame.columns:
            raise ParamsError(f"direction: no indicator {name!r}.{nearest(str(name), map(str, frame.columns))}")
    return np.array([pick(SIGNS, direction.get(name, "benefit"), f"direction of {name}:") for name in frame.columns])


def _varying(frame: pd.DataFrame, X: Array) -> npt.NDArray[np.bool_]:
    varies: npt.NDArray[np.bool_] = np.ptp(X, axis=0) > SAME * np.abs(X).max(axis=0)
    _warn_constant(
        [str(name) for name, kept in zip(frame.columns, varies, strict=True) if not kept], [str(name) for name in frame.columns], depth=4
    )
    return varies


def _warn_constant(constant: list[str], names: list[str], depth: int) -> None:
    if len(constant) == len(names):
        raise DataError(f"No indicator varies ({', '.join(names)}), so there is nothing to weigh by.")
    for name in constant:
        warnings.warn(f"Indicator {name!r} is the same for every unit and weighs 0.", WeightsWarning, stacklevel=depth)


def _on_unit(X: Array) -> Array:
    low = X.min(axis=0)
    return np.asarray((X - low) / (X.max(axis=0) - low))


def _spread(frame: pd.DataFrame, varies: npt.NDArray[np.bool_], raw: Array) -> pd.Series:
    found = np.zeros(frame.shape[1])
    found[varies] = np.maximum(raw, 0.0)
    if not found.sum() > 0:
        raise DataError("The indicators are spread evenly over the units to the last digit, so there is nothing to weigh by.")
    return pd.Series(found / found.sum(), index=frame.columns)
