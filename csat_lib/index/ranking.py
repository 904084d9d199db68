"""Ranks of units under many weights at once: what every check of robustness rests on.

Letters: X units x indicators, w weights, S scores.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import DataError, ParamsError, nearest
from csat_lib.index.hierarchy import Tree
from csat_lib.index.named_numbers import weights_by_name

Array = npt.NDArray[np.float64]
Ranks = npt.NDArray[np.int32]
Weighting = Mapping[str, float] | pd.Series | Tree
SUMS = 1e-9
DIGITS = 11


def ranks(S: Array) -> Ranks:
    """Ranks along the last axis, 1 = the highest score; units that tie share the better rank ("1, 2, 2, 4").

    Scores that agree to eleven digits of the largest are ties: the rest is rounding.

    >>> ranks(np.array([70.0, 90.0, 80.0, 80.0])).tolist()
    [4, 1, 2, 2]
    """
    largest = float(np.abs(S).max(initial=0.0))
    places = DIGITS - (int(np.floor(np.log10(largest))) if largest > 0 else 0)
    settled = -np.round(S, min(max(places, 0), 300))
    order = np.argsort(settled, axis=-1)
    falling = np.take_along_axis(settled, order, axis=-1)
    place = np.broadcast_to(np.arange(1, S.shape[-1] + 1, dtype=np.int32), S.shape).copy()
    tied = falling[..., 1:] == falling[..., :-1]
    if tied.any():
        place[..., 1:][tied] = 0
        np.maximum.accumulate(place, axis=-1, out=place)
    found = np.empty(S.shape, dtype=np.int32)
    np.put_along_axis(found, order, place, axis=-1)
    return found


def checked(scores: pd.DataFrame, *, fewest: int = 2) -> Array:
    """Units x indicators as numbers without gaps; an error names the unit and the indicator."""
    if not isinstance(scores, pd.DataFrame):
        raise ParamsError(f"Expected a DataFrame of units x indicators, got {type(scores).__name__}. See unit_scores.")
    if len(scores) < fewest or scores.shape[1] == 0:
        raise DataError(f"{len(scores)} units and {scores.shape[1]} indicators; ranks need at least {fewest} units and an indicator.")
    for what, names in (("unit", scores.index), ("indicator", scores.columns)):
        if not names.is_unique:
            raise DataError(f"The {what} {names[names.duplicated()][0]!r} appears twice.")
    try:
        X = scores.to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError):
        raise DataError("The scores are not all numbers. Give units as the index and indicators as columns.") from None
    gaps = np.argwhere(~np.isfinite(X))
    if len(gaps):
        i, j = gaps[0]
        raise DataError(f"{scores.index[i]}: no score on {scores.columns[j]}. Leave the unit out, or the indicator.")
    return X


def weights_over(names: Sequence[str], weights: Weighting) -> Array:
    """The weights of ``names`` in their order, checked: one for each, none negative, sum 1 (within 1e-9).

    Raises
    ------
    ParamsError
        An indicator without a weight, a weight without an indicator, a negative one, or a sum that is not 1.
    """
    given = weights.effective_weights() if isinstance(weights, Tree) else pd.Series(weights_by_name(weights), dtype=float)
    known = [str(name) for name in names]
    for name in known:
        if name not in given.index:
            raise ParamsError(f"weights: none for the indicator {name!r}.{nearest(name, given.index)}")
    for name in given.index:
        if name not in known:
            raise ParamsError(f"weights: the scores have no indicator {name!r}.{nearest(name, known)}")
    w = given[known].to_numpy(dtype=float)
    if not (np.isfinite(w).all() and (w >= 0).all()):
        worst = known[int(np.flatnonzero(~(np.isfinite(w) & (w >= 0)))[0])]
        raise ParamsError(f"weights: {worst}: {given[worst]:g}; a weight is from 0 to 1.")
    if abs(w.sum() - 1) > SUMS:
        raise ParamsError(f"weights: they sum to {w.sum():.10g}, not to 1. Divide each by the sum.")
    return np.asarray(w)
