"""The door of every estimator: a Survey, a DataFrame or Moments come in; labelled moments or complete rows go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csat_lib.errors import DataError, ParamsError, TooFewError
from csat_lib.stats import Missing, Moments, Scale, moments, numeric_columns, row_weights, scale_ends
from csat_lib.survey.survey import Survey

Data = Survey | pd.DataFrame | Moments
Weights = pd.Series | np.ndarray | None


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows for resampling: answers (n, p), raw weights (n,), and cluster of each row with stratum of each cluster.

    Strata with a single cluster are joined into one, or with another where there is only one such.
    """

    X: np.ndarray
    weights: np.ndarray
    units: tuple[np.ndarray, np.ndarray] | None


def moments_of(
    data: Data,
    items: Sequence[str],
    *,
    missing: Missing = "listwise",
    scale: Scale | None = None,
    weights: Weights = None,
) -> Moments:
    """The moments of ``items`` from whatever the caller has.

    Raises
    ------
    ParamsError
        weights= beside a Survey or Moments, missing= or scale= beside Moments.
    DataError
        What ``stats.moments`` refuses.
    """
    if isinstance(data, Moments):
        for word, value in (
            ("missing", missing if missing != "listwise" else None),
            ("scale", scale),
            ("weights", weights),
        ):
            if value is not None:
                raise ParamsError(f"{word}= cannot be given beside Moments: they were made with their own. Give it to stats.moments.")
        return data.of(items)
    if isinstance(data, Survey):
        if weights is not None:
            raise ParamsError("weights= cannot be given beside a Survey: it has its own, from the codebook's weight column.")
        if scale is not None:
            raise ParamsError("scale= cannot be given beside a Survey: its codebook has the scales.")
        return data.moments(items, missing=missing)
    return moments(_frame(data), items, weights=weights, missing=missing, scale=scale)


def rows_of(data: Data, items: Sequence[str], *, purpose: str, weights: Weights = None, missing: Missing = "listwise") -> Rows:
    """The rows complete in ``items`` (by the pairwise and mean rules: all rows of positive weight), for what needs rows.

    Parameters
    ----------
    data : Survey or DataFrame
        A Survey brings weights, strata and clusters.
    items : sequence of str
        Columns, in the order wanted.
    purpose : str
        What needs the rows; it begins the message of a refusal.
    weights : Series or array, optional
        Beside a DataFrame only.
    missing : {"listwise", "pairwise", "mean"}
        With listwise, rows with a gap are left out.

    Raises
    ------
    ParamsError
        ``data`` are Moments: ``purpose`` needs rows.
    """
    if isinstance(data, Moments):
        raise ParamsError(f"{purpose} needs the rows, and Moments have none. Give the Survey or the DataFrame they were made from.")
    strata = cluster = None
    if isinstance(data, Survey):
        if weights is not None:
            raise ParamsError("weights= cannot be given beside a Survey: it has its own, from the codebook's weight column.")
        frame, w = data.responses, data.weight_values
        strata, cluster = data.design()
    else:
        frame = _frame(data)
        w = row_weights(frame, weights)
    X = np.column_stack(numeric_columns(frame, items))
    infinite = [item for item, column in zip(items, X.T, strict=True) if np.isinf(column).any()]
    if infinite:
        raise DataError(f"{purpose}: {infinite[0]!r} holds infinite answers. Make them missing.")
    whole = w > 0
    if missing == "listwise":
        whole &= ~np.isnan(X).any(axis=1)
    if whole.sum() < 2:
        raise TooFewError(f"{purpose}: only {int(whole.sum())} of {len(X)} respondents answered all of: {', '.join(items)}.")
    return Rows(X[whole], w[whole], _units(strata, cluster, whole))


def ends_of(data: Data, items: Sequence[str], scale: Scale | None = None) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Low and high ends of the items' scales, where they are known."""
    if isinstance(data, Moments):
        part = data.of(items)
        return part.low, part.high
    return scale_ends(items, data.scale if isinstance(data, Survey) else scale)


def _frame(data: object) -> pd.DataFrame:
    if not isinstance(data, pd.DataFrame):
        raise ParamsError(f"Expected a Survey, a DataFrame or Moments, got {type(data).__name__}.")
    return data


def _units(strata: np.ndarray | None, cluster: np.ndarray | None, whole: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    if strata is None and cluster is None:
        return None
    n = int(whole.sum())
    stratum = np.zeros(n, dtype=int) if strata is None else strata[whole]
    unit = np.arange(n) if cluster is None else cluster[whole]
    pairs, of_row = np.unique(np.column_stack([stratum, unit]), axis=0, return_inverse=True)
    return of_row.ravel(), _with_company(pairs[:, 0])


def _with_company(stratum: np.ndarray) -> np.ndarray:
    """Strata of the clusters, those with a single cluster joined into one: alone they would seem to have no variance."""
    sizes = np.bincount(np.unique(stratum, return_inverse=True)[1])
    lonely = sizes[np.unique(stratum, return_inverse=True)[1]] == 1
    if not lonely.any() or len(sizes) == 1:
        return stratum
    joined = stratum.copy()
    joined[lonely] = stratum[lonely][0] if lonely.sum() > 1 else stratum[~lonely][0]
    return joined
