"""Necessary conditions: which level of a driver nobody does without who reaches a level of the outcome.

The ceiling bounds the points (x, y) from above. CE-FDH: the running maximum of y over x, a step function. CR-FDH: the least-squares line
through its corner points. d = C / S, C the empty area above the ceiling inside the scope S = (range of x)(range of y). Sources: Dul 2016,
Organizational Research Methods 19, 10-52; for the permutation test Dul, van der Laan & Kuik 2020.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import DataError, ModelError, ParamsError, pick
from csat_lib.survey import Data, Survey, rows_of

Array = npt.NDArray[np.float64]
CEILINGS = {"ce_fdh": "step function", "cr_fdh": "line"}
WEIGHTED = {"refuse": "a weighted survey is refused", "envelope": "every respondent bounds alike"}
LARGE, SURE = 0.1, 0.05
CELLS = 2**22


@dataclass(frozen=True, slots=True, eq=False)
class Corner:
    """A driver sorted: its levels x (K,), where each level's rows begin, the order of the rows, and the ends of the outcome."""

    x: Array
    starts: npt.NDArray[np.intp]
    order: npt.NDArray[np.intp]
    low: float
    high: float

    @property
    def scope(self) -> float:
        """Range of the driver times range of the outcome."""
        return float((self.x[-1] - self.x[0]) * (self.high - self.low))

    def heights(self, y: Array) -> Array:
        """The running maximum (..., K) of outcomes (..., n) in the rows' own order."""
        return np.maximum.accumulate(np.maximum.reduceat(y[..., self.order], self.starts, axis=-1), axis=-1)


def necessity(
    data: Data,
    outcome: str,
    drivers: Sequence[str],
    *,
    ceilings: Sequence[str] = ("ce_fdh", "cr_fdh"),
    permutations: int = 1000,
    seed: int,
    weighted: str = "refuse",
) -> pd.DataFrame:
    """How large the empty corner of every driver is, and whether it is larger than chance makes it.

    Parameters
    ----------
    data : Survey or DataFrame
        Rows complete in outcome and drivers. Levels are those observed.
    outcome, drivers : str, sequence of str
        Columns.
    ceilings : sequence of {"ce_fdh", "cr_fdh"}
        Step function; straight line through its corners.
    permutations, seed : int
        The outcome is shuffled among the respondents; p = (1 + those with d at least as large) / (1 + permutations).
    weighted : {"refuse", "envelope"}
        The ceiling bounds the respondents, whatever their weight: of a survey with weights it is made only where that is said to be
        meant.

    Returns
    -------
    DataFrame
        driver, ceiling, estimate (d, 0-1), p_value, verdict ("necessary" with d >= 0.1 and p < 0.05, else "not necessary"), accuracy (share
        of respondents on or below the ceiling), n. Constant and unanswered drivers are named in a warning and left out.

    Raises
    ------
    ParamsError
        Moments, survey weights that were not expected, unknown ceilings, too few permutations.
    ModelError
        The outcome does not vary, or no driver is left.
    """
    for ceiling in ceilings:
        pick(CEILINGS, ceiling, "ceiling")
    if permutations < 100:
        raise ParamsError(f"{permutations} permutations are too few for a test at 5 %: at least 100.")
    X, y, names = _rows(data, outcome, drivers, weighted)
    corners = [corner_of(x, y) for x in X.T]
    found = np.array([sizes(each, y[None]) for each in corners])[:, :, 0]
    above = np.zeros((len(names), len(CEILINGS)))
    rng = np.random.default_rng(seed)
    block = max(1, CELLS // len(y))
    for start in range(0, permutations, block):
        shuffled = rng.permuted(np.broadcast_to(y, (min(block, permutations - start), len(y))), axis=1)
        for place, each in enumerate(corners):
            above[place] += (np.array(sizes(each, shuffled)) >= found[place][:, None] - 1e-12).sum(axis=1)
    rows = []
    for place, name in enumerate(names):
        for kind, ceiling in enumerate(CEILINGS):
            if ceiling in ceilings:
                d, p = float(found[place, kind]), float((1 + above[place, kind]) / (1 + permutations))
                verdict = "necessary" if d >= LARGE and p < SURE else "not necessary"
                rows.append((name, ceiling, d, p, verdict, _accuracy(corners[place], X[:, place], y, ceiling), len(y)))
    return pd.DataFrame(rows, columns=["driver", "ceiling", "estimate", "p_value", "verdict", "accuracy", "n"])


def bottleneck(
    data: Data,
    outcome: str,
    drivers: Sequence[str],
    *,
    ceiling: str = "ce_fdh",
    levels: Sequence[float] = tuple(range(0, 101, 10)),
    weighted: str = "refuse",
) -> pd.DataFrame:
    """Which level of every driver is necessary for which level of the outcome, in per cent of their observed ranges.

    Parameters
    ----------
    data, outcome, drivers, weighted
        As in ``necessity``.
    ceiling : {"ce_fdh", "cr_fdh"}
        Step function, or straight line through its corners.
    levels : sequence of float
        Levels of the outcome, per cent of its range.

    Returns
    -------
    DataFrame
        driver, level, estimate (per cent of the driver's range; 0 where none is needed), verdict ("needed", "not needed", "beyond the
        range": the line asks for more than anybody has, and 100 stands for it), share (of respondents below the estimate), n.

    Raises
    ------
    ParamsError
        As in ``necessity``; a level outside 0-100.
    """
    pick(CEILINGS, ceiling, "ceiling")
    if not all(0 <= level <= 100 for level in levels):
        raise ParamsError("levels: per cent of the outcome's range, from 0 to 100.")
    X, y, names = _rows(data, outcome, drivers, weighted)
    rows = []
    for name, x in zip(names, X.T, strict=True):
        corner = corner_of(x, y)
        span = corner.x[-1] - corner.x[0]
        for level in levels:
            need = _needed(corner, y, corner.low + level / 100 * (corner.high - corner.low), ceiling)
            share = min(max(100 * (need - corner.x[0]) / span, 0.0), 100.0)
            beyond = need > corner.x[-1] + 1e-9 * span
            verdict = "beyond the range" if beyond else "needed" if share > 1e-9 else "not needed"
            below = float((x < corner.x[0] + share / 100 * span - 1e-9 * span).mean())
            rows.append((name, float(level), share, verdict, below, len(y)))
    return pd.DataFrame(rows, columns=["driver", "level", "estimate", "verdict", "share", "n"])


def corner_of(x: Array, y: Array) -> Corner:
    """The driver ``x`` sorted against the outcome ``y``."""
    order = np.argsort(x, kind="stable")
    levels, starts = np.unique(x[order], return_index=True)
    return Corner(levels, starts, order, float(y.min()), float(y.max()))


def sizes(corner: Corner, y: Array) -> tuple[Array, Array]:
    """D of both ceilings, (B,) each, for outcomes (B, n)."""
    m = corner.heights(y)
    step = np.diff(corner.x)
    empty = (step * (corner.high - m[:, :-1])).sum(axis=1)
    return empty / corner.scope, _above_line(corner, *_line(corner, m)) / corner.scope


def _line(corner: Corner, m: Array) -> tuple[Array, Array]:
    """Intercept and slope (B,) of the line through the corners of each step function; slope NaN where there is one corner."""
    peak = np.column_stack([np.ones(len(m), dtype=bool), np.diff(m, axis=1) > 0]).astype(float)
    k = peak.sum(axis=1)
    origin = corner.x[0]
    x = corner.x - origin
    with np.errstate(all="ignore"):
        mean_x, mean_y = peak @ x / k, (peak * m).sum(axis=1) / k
        across = peak * (x - mean_x[:, None])
        slope = (across * (m - mean_y[:, None])).sum(axis=1) / (across * (x - mean_x[:, None])).sum(axis=1)
    slope = np.where(k > 1, slope, np.nan)
    return mean_y - slope * (mean_x + origin), slope


def _above_line(corner: Corner, intercept: Array, slope: Array) -> Array:
    """Area of the scope above the line, 0 where there is none."""
    first, last = corner.x[0], corner.x[-1]
    with np.errstate(all="ignore"):
        enters = np.clip((corner.low - intercept) / slope, first, last)
        leaves = np.clip((corner.high - intercept) / slope, first, last)
        under = corner.low * (enters - first) + corner.high * (last - leaves)
        under += (leaves - enters) * (intercept + slope * (enters + leaves) / 2)
    return np.where(np.isnan(slope), 0.0, corner.high * (last - first) - under)


def _needed(corner: Corner, y: Array, level: float, ceiling: str) -> float:
    """The least x at which the ceiling reaches ``level``."""
    m = corner.heights(y)
    if ceiling == "ce_fdh":
        return float(corner.x[np.argmax(m >= level - 1e-9 * (corner.high - corner.low))])
    intercept, slope = _line(corner, m[None])
    return float(corner.x[0]) if np.isnan(slope[0]) else float((level - intercept[0]) / slope[0])


def _accuracy(corner: Corner, x: Array, y: Array, ceiling: str) -> float:
    if ceiling == "ce_fdh":
        return 1.0
    intercept, slope = (float(each[0]) for each in _line(corner, corner.heights(y)[None]))
    return 1.0 if np.isnan(slope) else float((y <= intercept + slope * x + 1e-9 * (corner.high - corner.low)).mean())


def _rows(data: Data, outcome: str, drivers: Sequence[str], weighted: str) -> tuple[Array, Array, list[str]]:
    pick(WEIGHTED, weighted, "way with weights")
    if isinstance(data, Survey) and data.weights is not None and weighted == "refuse":
        raise ParamsError("A ceiling bounds the respondents, not the population: survey weights do not enter. Say weighted='envelope'.")
    if not drivers:
        raise ParamsError("No drivers were named.")
    if outcome in drivers:
        raise ParamsError(f"The outcome {outcome!r} is among the drivers.")
    names, frame = list(drivers), data.responses if isinstance(data, Survey) else data
    out = [name for name in names if isinstance(frame, pd.DataFrame) and name in frame.columns and frame[name].isna().all()]
    names = _left(names, out, "nobody answered")
    rows = rows_of(data, [*names, outcome], purpose="The analysis of necessary conditions")
    if not np.ptp(rows.X[:, -1]) > 0:
        raise ModelError(f"{outcome!r}: all {len(rows.X)} answers are the same, so there is nothing to reach.")
    same = [name for name, x in zip(names, rows.X.T, strict=False) if not np.ptp(x) > 0]
    if not np.isfinite(rows.X).all():
        raise DataError("The answers hold infinite numbers.")
    if same:
        names = _left(names, same, "all answers are the same")
        return _rows(data, outcome, names, weighted)
    return rows.X[:, :-1], rows.X[:, -1], names


def _left(names: Sequence[str], out: Sequence[str], why: str) -> list[str]:
    for name in out:
        warnings.warn(f"Driver {name!r} was left out: {why}.", stacklevel=4)
    kept = [name for name in names if name not in out]
    if not kept:
        raise ModelError(f"No driver is left: {why} ({', '.join(out)}).")
    return kept
