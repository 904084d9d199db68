"""What single weights do: tornado, break-even weights, an indicator left out, and importance that differs from the weight.

Letters: X units x indicators, w weights, v a changed weight, d difference of two units by indicator.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from csat_lib.errors import DataError, ParamsError, nearest
from csat_lib.index.named_numbers import number
from csat_lib.index.ranking import Weighting, checked, ranks, weights_over

Array = npt.NDArray[np.float64]
ROUNDING = 1e-12  # of a weight: a tie at 0 or 1 is one, whichever side the last digit falls on


def tornado(
    scores: pd.DataFrame,
    weights: Weighting,
    *,
    step: float = 0.1,
    compare: tuple[str, str] | None = None,
) -> pd.DataFrame:
    """What each weight moved by +-``step`` does to the index, the other weights rescaled so that all sum to 1; the widest bar first.

    Parameters
    ----------
    scores : DataFrame
        Units (or periods) x indicators.
    weights : mapping, Series or Tree
        Over the columns, sum 1.
    step : float
        0.1 means 10 per cent of the weight up and down.
    compare : (str, str), optional
        Two units or periods: then the bars are about the change from the first to the second.

    Returns
    -------
    DataFrame
        unit ("first -> second" with ``compare``), indicator, weight, estimate (index, or change), low, high (with the weight lower, and
        higher), swing (absolute difference of the two).

    Raises
    ------
    ParamsError
        A weight that the step would carry to 1 or beyond.
    """
    X = checked(scores, fewest=1)
    names = [str(name) for name in scores.columns]
    w = weights_over(names, weights)
    if not 0 < number(step, "step") < 1:
        raise ParamsError(f"step={step:g}: expected a share of the weight between 0 and 1; 0.1 is 10 per cent.")
    heavy = [name for name, value in zip(names, w, strict=True) if value * (1 + step) >= 1]
    if heavy:
        raise ParamsError(f"{heavy[0]}: a weight {step:.0%} higher would leave nothing for the others. Take a smaller step.")
    units = [str(name) for name in scores.index]
    if compare is not None:
        if isinstance(compare, str) or len(compare) != 2:
            raise ParamsError(f"compare={compare!r}: expected two units or periods.")
        first, second = (_place(name, units) for name in compare)
        X, units = X[[second]] - X[[first]], [f"{compare[0]} -> {compare[1]}"]
    index = X @ w
    ends = [_moved(X, w, index, w * (1 + sign * step)) for sign in (-1, 1)]
    table = pd.DataFrame(
        {
            "unit": np.repeat(units, len(names)),
            "indicator": names * len(units),
            "weight": np.tile(w, len(units)),
            "estimate": np.repeat(index, len(names)),
            "low": ends[0].ravel(),
            "high": ends[1].ravel(),
        }
    )
    table["swing"] = (table["high"] - table["low"]).abs()
    order = {unit: place for place, unit in enumerate(units)}
    table = table.assign(place=table["unit"].map(order)).sort_values(["place", "swing"], ascending=[True, False], kind="stable")
    return table.drop(columns="place").reset_index(drop=True)


def break_even(scores: pd.DataFrame, weights: Weighting, first: str, second: str) -> pd.DataFrame:
    """The weight of each indicator at which two units swap places, the other weights rescaled; NaN where no weight makes them swap.

    With d = X[first] - X[second] and r the weighted mean of d over the other indicators: v d + (1 - v) r = 0.

    Parameters
    ----------
    scores : DataFrame
        Units x indicators.
    weights : mapping, Series or Tree
        Over the columns, sum 1.
    first, second : str
        Two units.

    Returns
    -------
    DataFrame
        indicator, weight, break_even (0 to 1), change (break_even - weight), verdict ("swap", "never"); the smallest change first.
    """
    X = checked(scores)
    names, units = [str(name) for name in scores.columns], [str(name) for name in scores.index]
    w = weights_over(names, weights)
    if str(first) == str(second):
        raise ParamsError(f"{first!r} and {second!r} are one unit. Name two.")
    d = X[_place(first, units)] - X[_place(second, units)]
    difference = float(w @ d)
    v = np.full(len(w), np.nan)
    able = w < 1
    r = (difference - w[able] * d[able]) / (1 - w[able])
    crossing = np.divide(r, r - d[able], out=np.full(len(r), np.nan), where=r != d[able])
    v[able] = np.where((crossing >= -ROUNDING) & (crossing <= 1 + ROUNDING), crossing.clip(0, 1), np.nan)
    table = pd.DataFrame({"indicator": names, "weight": w, "break_even": v, "change": v - w})
    table["verdict"] = np.where(table["break_even"].notna(), "swap", "never")
    return table.sort_values("change", key=np.abs, kind="stable", ignore_index=True)


@dataclass(frozen=True, slots=True, eq=False)
class LeftOut:
    """Ranks with one indicator less.

    Attributes
    ----------
    indicators : DataFrame
        indicator (left out), weight, mean_rank_shift, largest_rank_shift, spearman, kendall (against the full index); the largest shift
        first.
    units : DataFrame
        indicator, unit, estimate (index without it), rank, full_rank, shift (positive: the unit loses places without the indicator).
    """

    indicators: pd.DataFrame
    units: pd.DataFrame


def leave_one_out(scores: pd.DataFrame, weights: Weighting) -> LeftOut:
    """The ranks without each indicator in turn, the other weights rescaled."""
    X = checked(scores)
    names = [str(name) for name in scores.columns]
    w = weights_over(names, weights)
    able = np.flatnonzero(w < 1)
    if len(able) < len(w) or len(w) < 2:
        raise ParamsError("One indicator holds all the weight, so none can be left out.")
    full = X @ w
    S = (full - X.T * w[:, None]) / (1 - w)[:, None]
    rank, full_rank = ranks(S), ranks(full)
    shift = rank - full_rank
    table = pd.DataFrame(
        {
            "indicator": np.repeat(names, len(X)),
            "unit": list(scores.index) * len(names),
            "estimate": S.ravel(),
            "rank": rank.ravel(),
            "full_rank": np.tile(full_rank, len(names)),
            "shift": shift.ravel(),
        }
    )
    agree = [_agreement(full, own) for own in S]
    told = pd.DataFrame({"indicator": names, "weight": w, "mean_rank_shift": np.abs(shift).mean(axis=1)})
    told = told.assign(largest_rank_shift=np.abs(shift).max(axis=1), spearman=[a for a, _ in agree], kendall=[b for _, b in agree])
    return LeftOut(told.sort_values("mean_rank_shift", ascending=False, kind="stable", ignore_index=True), table)


def effective_importance(scores: pd.DataFrame, weights: Weighting) -> pd.DataFrame:
    """Weight of each indicator beside the importance it has: the squared correlation with the index over the units (Paruolo et al. 2013).

    The squared correlation is the linear form of their main effect: the share of the index's variance that would go if the indicator were
    held.

    Parameters
    ----------
    scores : DataFrame
        Units x indicators, at least three units.
    weights : mapping, Series or Tree
        Over the columns, sum 1.

    Returns
    -------
    DataFrame
        indicator, weight, correlation, estimate (its square), share (of the sum of squares, to hold against the weight), ratio (share /
        weight).

    Raises
    ------
    DataError
        An index that does not vary.
    """
    X = checked(scores, fewest=3)
    names = [str(name) for name in scores.columns]
    w = weights_over(names, weights)
    centred = X - X.mean(axis=0)
    index = centred @ w
    if np.ptp(index) == 0:
        raise DataError("The index is the same for every unit, so no indicator explains it.")
    size = np.sqrt((centred**2).sum(axis=0) * (index @ index))
    correlation = np.divide(centred.T @ index, size, out=np.zeros(len(w)), where=size > 0)
    squared = correlation**2
    share = squared / squared.sum()
    ratio = np.divide(share, w, out=np.full(len(w), np.nan), where=w > 0)
    return pd.DataFrame({"indicator": names, "weight": w, "correlation": correlation, "estimate": squared, "share": share, "ratio": ratio})


def _moved(X: Array, w: Array, index: Array, v: Array) -> Array:
    """Index with the weight of each indicator set to ``v`` and the others rescaled, units x indicators."""
    rest = (index[:, None] - X * w) / (1 - w)
    return np.asarray(v * X + (1 - v) * rest)


def _place(name: str, units: list[str]) -> int:
    if str(name) not in units:
        raise ParamsError(f"The scores have no unit {name!r}.{nearest(str(name), units)}")
    return units.index(str(name))


def _agreement(first: Array, second: Array) -> tuple[float, float]:
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return np.nan, np.nan
    return float(stats.spearmanr(first, second).statistic), float(stats.kendalltau(first, second).statistic)
