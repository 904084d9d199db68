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

from csat_lib.errors import ParamsError, pick
from csat_lib.model.pls import PlsFit
from csat_lib.model.pls_bootstrap import Draws, jackknife, nested
from csat_lib.stats import percentile_interval

Array = npt.NDArray[np.float64]
Statistic = Callable[[Draws], Array]
Interval = Literal["percentile", "bca", "studentised"]
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

    A value that does not vary (the weight of a single item) has its own value as both ends; a value without usable draws has none.

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
    if not 0 < confidence < 1:
        raise ParamsError(f"confidence: expected a share between 0 and 1, such as 0.95, got {confidence!r}.")
    T = statistic(draws)
    usable = np.isfinite(T).sum(axis=1)
    spread, low, high = np.full((3, len(T)), np.nan)
    some = (usable > 1) & np.isfinite(t)
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
    d = np.nanmean(d, axis=1, keepdims=True) - d
    with np.errstate(all="ignore"):
        a = np.nan_to_num(np.nansum(d**3, axis=1) / (6 * np.nansum(d**2, axis=1) ** 1.5))
        side = np.sign(T - t[:, None])
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


def _studentised(task: _Task, confidence: float) -> tuple[Array, Array]:
    """Ends t - se q, with q the quantiles of (T - t) / se of each draw, its standard error from resamples of the resample."""
    errors = []
    for block in nested(task.fit, task.draws, inner=INNER, workers=task.workers):
        values = task.statistic(block).reshape(len(task.T), -1, INNER)
        errors.append(np.nanstd(values, axis=2, ddof=1))
    with np.errstate(all="ignore"):
        q = (task.T - task.t[:, None]) / np.concatenate(errors, axis=1)
    q[~np.isfinite(q)] = np.nan
    low, high = percentile_interval(q, confidence)
    spread = np.nanstd(task.T, axis=1, ddof=1)
    return task.t - spread * high, task.t - spread * low


INTERVALS: dict[str, Callable[[_Task, float], tuple[Array, Array]]] = {
    "percentile": _percentile,
    "bca": _bca,
    "studentised": _studentised,
}
