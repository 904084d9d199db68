"""Standard errors and intervals of weighted means and shares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from csat_lib.errors import ParamsError

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its standard error; ``n`` rows, ``n_effective`` = (sum w)^2 / sum w^2 (Kish 1965)."""

    estimate: float
    std_error: float
    n: int
    n_effective: float


def check_confidence(confidence: object) -> float:
    """The confidence level as a share, or a refusal of per cent and other words.

    Raises
    ------
    ParamsError
        It is not a number between 0 and 1.
    """
    if isinstance(confidence, bool) or not isinstance(confidence, int | float | np.number) or not 0 < float(confidence) < 1:
        raise ParamsError(f"confidence: expected a share between 0 and 1, such as 0.95, got {confidence!r}.")
    return float(confidence)


def z_value(confidence: float) -> float:
    """Two-sided normal quantile: 1.959964 for .95."""
    check_confidence(confidence)
    return float(stats.norm.ppf(0.5 + confidence / 2))


def n_effective(w: Array) -> float:
    """Kish's effective sample size.

    >>> round(n_effective(np.array([1, 1, 2, 2, 3])), 6)
    4.263158
    """
    total = float(w.sum())
    return total**2 / float(w @ w) if total > 0 else 0.0


def weighted_mean(y: Array, w: Array | None = None, *, strata: Array | None = None, cluster: Array | None = None) -> Estimate:
    """Weighted mean and its linearised standard error; missing answers and rows of weight 0 are left out.

    n/(n-1) sum [w (y - ybar)]^2 / (sum w)^2, within strata and summed over clusters where the design names them (Taylor linearisation).
    The standard error is NaN with fewer than two rows, or fewer than two clusters in all strata.
    """
    w = np.ones(len(y)) if w is None else w
    kept = ~np.isnan(y) & (w > 0)
    y, w = y[kept], w[kept]
    n, W = len(y), float(w.sum())
    if n == 0:
        return Estimate(np.nan, np.nan, 0, 0.0)
    mean = float(w @ y / W)
    u = w * (y - mean)
    stratum = np.zeros(n, dtype=int) if strata is None else np.unique(strata[kept], return_inverse=True)[1]
    unit = np.arange(n) if cluster is None else np.unique(cluster[kept], return_inverse=True)[1]
    variance, able = 0.0, False
    for each in np.unique(stratum):
        here = stratum == each
        totals = np.bincount(np.unique(unit[here], return_inverse=True)[1], weights=u[here])
        if len(totals) > 1:
            able = True
            variance += len(totals) / (len(totals) - 1) * float(((totals - totals.mean()) ** 2).sum())
    return Estimate(mean, float(np.sqrt(variance)) / W if able else np.nan, n, n_effective(w))


def wilson(share: float, n: float, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's interval of a proportion; ``n`` may be an effective sample size.

    >>> [round(end, 6) for end in wilson(0.8, 100)]
    [0.711171, 0.866633]
    """
    if not n > 0:
        return np.nan, np.nan
    z = z_value(confidence)
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return float(middle - half), float(middle + half)


def percentile_interval(draws: Array, confidence: float = 0.95) -> tuple[Array, Array]:
    """Percentile interval along the last axis; NaN draws are left out."""
    tail = (1 - check_confidence(confidence)) / 2
    low, high = np.nanquantile(draws, [tail, 1 - tail], axis=-1)
    return low, high
