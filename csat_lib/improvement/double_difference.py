"""Difference in differences of weighted means: what happened to the treated beyond what happened to the others, with its design.

Letters: in each wave d = ybar_T - ybar_U over treated and untreated respondents; the effect is d2 - d1.
    z_i = w_i (y_i - ybar_T) / W_T of the treated, -w_i (y_i - ybar_U) / W_U of the others: linearised values of d
    var(effect) = var(d1) + var(d2) - 2 cov,   cov = sum over groups of m / (m - 1) sum (z1 - mean z1)(z2 - mean z2) over the m respondents
                                                     who were in one group in the first wave and in one in the second
Treated and untreated are independent samples within a wave, so that var(d) is the sum of two linearised variances, unless clusters hold
both: then the variance is that of the clusters' totals of z.
Degrees of freedom by Satterthwaite, on n_effective or on clusters less strata.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats

from csat_lib.stats import n_effective, weighted_mean, z_value

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]


class Side(NamedTuple):
    """One wave: value (0-100, NaN no answer), weight, who is treated, who is held against them, stratum and cluster of every row."""

    y: Array
    w: Array
    treated: Mask
    untreated: Mask
    strata: npt.NDArray[Any] | None = None
    cluster: npt.NDArray[Any] | None = None


class Level(NamedTuple):
    """One wave's difference: means and answers of both groups, parts of its variance with their df, z and group (1, 0) by row."""

    means: tuple[float, float]
    n: tuple[int, int]
    parts: tuple[tuple[float, float], ...]
    z: Array
    group: Array

    @property
    def difference(self) -> float:
        """Treated less untreated."""
        return self.means[0] - self.means[1]


class Effect(NamedTuple):
    """The effect in points, its standard error, degrees of freedom, and the respondents of both waves behind the covariance."""

    estimate: float
    std_error: float
    df: float
    shared: int


def level(side: Side) -> Level:
    """The difference between treated and untreated in one wave."""
    answered = ~np.isnan(side.y) & (side.w > 0)
    masks = side.treated & answered, side.untreated & answered
    z, group, found = np.full(len(side.y), np.nan), np.full(len(side.y), np.nan), []
    for mask, sign in zip(masks, (1.0, -1.0), strict=True):
        group[mask] = float(sign > 0)
        w, y = side.w[mask], side.y[mask]
        total = float(w.sum())
        mean = float(w @ y / total) if total > 0 else np.nan
        z[mask] = sign * w * (y - mean) / total if total > 0 else np.nan
        found.append((mean, int(mask.sum())))
    means, n = (found[0][0], found[1][0]), (found[0][1], found[1][1])
    straddle = side.cluster is not None and bool(np.intersect1d(side.cluster[masks[0]], side.cluster[masks[1]]).size)
    parts = (_joint(z, side, masks[0] | masks[1]),) if straddle else tuple(_single(side, mask) for mask in masks)
    return Level(means, n, parts, z, group)


def effect_of(before: Level, after: Level, rows: tuple[Places, Places] | None = None) -> Effect:
    """The difference of the differences.

    Parameters
    ----------
    before, after : Level
        The two waves.
    rows : (places, places), optional
        Rows of the respondents of both waves, in one order.
    """
    covariance, m = _covariance(before, after, rows) if rows is not None else (0.0, 0)
    parts = np.array([*before.parts, *after.parts])
    alone = float(parts[:, 0].sum())
    variance = max(alone - 2 * covariance, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        df = alone**2 / float((parts[:, 0] ** 2 / parts[:, 1]).sum())
    return Effect(after.difference - before.difference, float(np.sqrt(variance)), float(df), m)


def power_of(effect: float, std_error: float, confidence: float = 0.95) -> float:
    """The probability that a true effect of this size is told from nought, on its own side.

    >>> round(power_of(2.8, 1.0), 2)
    0.8
    """
    return float(stats.norm.sf(z_value(confidence) - abs(effect) / std_error))


def detectable(std_error: float, *, power: float = 0.8, confidence: float = 0.95) -> float:
    """The smallest true effect that is told from nought with this power.

    Parameters
    ----------
    std_error : float
        Of the effect.
    power, confidence : float
        Of the test.
    """
    return (z_value(confidence) + float(stats.norm.ppf(power))) * std_error


def _single(side: Side, mask: Mask) -> tuple[float, float]:
    """Variance of one group's mean and its degrees of freedom."""
    strata = None if side.strata is None else side.strata[mask]
    cluster = None if side.cluster is None else side.cluster[mask]
    found = weighted_mean(side.y[mask], side.w[mask], strata=strata, cluster=cluster)
    return found.std_error**2, _df(side.w[mask], strata, cluster)


def _joint(z: Array, side: Side, mask: Mask) -> tuple[float, float]:
    """Variance of the difference where clusters hold treated and untreated."""
    strata = None if side.strata is None else side.strata[mask]
    cluster = None if side.cluster is None else side.cluster[mask]
    found = weighted_mean(z[mask], None, strata=strata, cluster=cluster)
    return (found.n * found.std_error) ** 2, _df(side.w[mask], strata, cluster)


def _df(w: Array, strata: npt.NDArray[Any] | None, cluster: npt.NDArray[Any] | None) -> float:
    if cluster is None:
        return n_effective(w) - 1
    return float(len(np.unique(cluster)) - (1 if strata is None else len(np.unique(strata))))


def _covariance(before: Level, after: Level, rows: tuple[Places, Places]) -> tuple[float, int]:
    one, two = before.z[rows[0]], after.z[rows[1]]
    both = ~np.isnan(one) & ~np.isnan(two)
    total = 0.0
    for first in (0.0, 1.0):
        for second in (0.0, 1.0):
            here = both & (before.group[rows[0]] == first) & (after.group[rows[1]] == second)
            m = int(here.sum())
            if m > 1:
                total += m / (m - 1) * float((one[here] - one[here].mean()) @ (two[here] - two[here].mean()))
    return total, int(both.sum())
