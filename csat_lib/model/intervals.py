"""Intervals from resamples: percentile, bias-corrected and accelerated (BCa), studentised (bootstrap-t).

Letters: t (k,) the estimates, T (k, B) their draws, z0 the bias correction, a the acceleration. Sources: Efron 1987, JASA 82, 171-185;
Efron & Tibshirani 1993, An Introduction to the Bootstrap, chapters 12 and 14; Davison & Hinkley 1997, section 5.2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import stats

from csat_lib.errors import pick
from csat_lib.model.pls import PlsFit
from csat_lib.model.pls_bootstrap import Draws, check_draws, jackknife, nested
from csat_lib.stats import check_confidence, percentile_interval

Array = npt.NDArray[np.float64]
Statistic = Callable[[Draws], Array]
Interval = Literal["percentile", "bca", "studentised"]
TIE = 1e-10  # a draw this close to the estimate differs by rounding alone
NO_SPREAD = 1e-9  # of the spread of all draws: a draw whose own resamples do not vary has no standard error
INNER = 25  # resamples of each resample, for its standard error (Efron & Tibshirani 1993, section 6.4)


@dataclass(frozen=True, slots=True, eq=False)
class Intervals:
    """std_error, conf_low, conf_high and draws (those that could be used), one value a row of the statistic."""

    std_error: Array
    conf_low: Array
    conf_high: Array
    draws: npt.NDArray[np.intp]


def intervals(
    fit: PlsFit,
    draws: Draws,
    statistic: Statistic,
    t: Array,
    *,
    interval: Interval = "percentile",
    confidence: float = 0.95,
    workers: int = 1,
) -> Intervals:
    """Intervals of whatever follows from the estimates.

    A value that does not vary (the weight of a single item) has its own value as both ends; a value that fewer than half of the draws
    could be used for has none.

    Parameters
    ----------
    fit, draws : PlsFit, Draws
        The estimates and their resamples.
    statistic : callable
        Draws -> (k, draws), any function of them.
    t : ndarray, (k,)
        Its value in the full sample.
    interval : {"percentile", "bca", "studentised"}
        BCa takes its acceleration from the jackknife; studentised resamples each draw 25 times for its standard error, which takes 25
        times as long as the bootstrap.
    confidence : float
        .95 for a 95 % interval.
    workers : int
        Processes for the studentised interval.

    Raises
    ------
    ParamsError
        No such kind of interval, or a confidence outside 0-1.
    """
    make = pick(INTERVALS, interval, "kind of interval")
    check_confidence(confidence)
    check_draws(fit, draws)
    T = statistic(draws)
    usable = np.isfinite(T).sum(axis=1)
    spread, low, high = np.full((3, len(T)), np.nan)
    some = (usable >= max(2, draws.draws / 2)) & np.isfinite(t)
    spread[some] = np.nanstd(T[some], axis=1, ddof=1)
    fixed = some & (spread <= 1e-12 * np.maximum(np.abs(t), 1e-300))
    low[fixed] = high[fixed] = t[fixed]
    varied = some & ~fixed
    if varied.any():
        low[varied], high[varied] = make(_Task(fit, draws, lambda each: statistic(each)[varied], t[varied], T[varied], workers), confidence)
    return Intervals(spread, low, high, usable)


@dataclass(frozen=True, slots=True, eq=False)
class _Task:
    """What an interval is made from: the estimates t and draws T of those rows of the statistic that vary."""

    fit: PlsFit
    draws: Draws
    statistic: Statistic
    t: Array
    T: Array
    workers: int


def _percentile(task: _Task, confidence: float) -> tuple[Array, Array]:
    return percentile_interval(task.T, confidence)


def _bca(task: _Task, confidence: float) -> tuple[Array, Array]:
    """Quantiles at Phi(z0 + (z0 + z) / (1 - a (z0 + z))); NaN where every draw lies on one side of the estimate."""
    t, T = task.t, task.T
    d = task.statistic(jackknife(task.fit, task.draws))
    d = _within_strata(task.draws, d)
    with np.errstate(all="ignore"):
        a = np.nan_to_num(np.nansum(d**3, axis=1) / (6 * np.nansum(d**2, axis=1) ** 1.5))
        apart = T - t[:, None]
        same = np.abs(apart) <= TIE * np.maximum(np.nanstd(T, axis=1), np.abs(t))[:, None]
        side = np.where(same, 0.0, np.sign(apart))
        below = (side < 0).sum(axis=1) + 0.5 * (side == 0).sum(axis=1)
        z0 = stats.norm.ppf(below / np.isfinite(T).sum(axis=1))
    ends = []
    for tail in ((1 - confidence) / 2, (1 + confidence) / 2):
        z = z0 + stats.norm.ppf(tail)
        share = stats.norm.cdf(z0 + z / (1 - a * z))
        ends.append(np.array([np.nanquantile(row, level) if np.isfinite(level) else np.nan for row, level in zip(T, share, strict=True)]))
    beyond = ~np.isfinite(z0)
    ends[0][beyond] = ends[1][beyond] = np.nan
    return ends[0], ends[1]


def _within_strata(draws: Draws, left_out: Array) -> Array:
    """Mean less each leave-one-out value, within the strata that the respondents were resampled in."""
    units = draws.rows.units
    stratum = np.zeros(left_out.shape[1]) if units is None or len(units[1]) != left_out.shape[1] else units[1]
    d = np.empty_like(left_out)
    for each in np.unique(stratum):
        here = stratum == each
        d[:, here] = np.nanmean(left_out[:, here], axis=1, keepdims=True) - left_out[:, here]
    return d


def _studentised(task: _Task, confidence: float) -> tuple[Array, Array]:
    """Ends t - se q, with q the quantiles of (T - t) / se of each draw, its standard error from resamples of the resample."""
    errors = []
    for block in nested(task.fit, task.draws, inner=INNER, workers=task.workers):
        values = task.statistic(block).reshape(len(task.T), -1, INNER)
        errors.append(np.nanstd(values, axis=2, ddof=1))
    error, spread = np.concatenate(errors, axis=1), np.nanstd(task.T, axis=1, ddof=1)
    with np.errstate(all="ignore"):
        q = (task.T - task.t[:, None]) / error
    q[~np.isfinite(q) | (error <= NO_SPREAD * spread[:, None])] = np.nan
    low, high = percentile_interval(q, confidence)
    return task.t - spread * high, task.t - spread * low


INTERVALS: dict[str, Callable[[_Task, float], tuple[Array, Array]]] = {
    "percentile": _percentile,
    "bca": _bca,
    "studentised": _studentised,
}
