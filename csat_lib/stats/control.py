"""Limits of control charts, and the signals of a series of standardised points; every kernel works along the last axis.

Letters: x figures in time order, se their standard errors, z = (x - centre) / sigma, MR moving ranges of two points, d2 = 1.128 the mean
and d3 = .853 the standard deviation of the range of two standard normal values. Source unless named: Montgomery, Introduction to
Statistical Quality Control, 7th edition (2013).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from csat_lib.errors import ParamsError

Array = npt.NDArray[np.float64]
D2, D3 = 2 / np.sqrt(np.pi), np.sqrt(2 - 4 / np.pi)
WIDTH = 3.0
EWMA_WIDTH = 2.962  # with weight .2 one false alarm in 500 points (Lucas & Saccucci 1990, Technometrics 32(1), 1-12)
EWMA_WEIGHT, SLACK, DECISION = 0.2, 0.5, 5.0
WESTERN_ELECTRIC = {
    "beyond 3 sigma": (1, 1, 3.0),
    "2 of 3 beyond 2 sigma": (2, 3, 2.0),
    "4 of 5 beyond 1 sigma": (4, 5, 1.0),
    "8 in a row on one side": (8, 8, 0.0),
}


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """A chart: its centre, and lower limit, upper limit and sigma of every point, all in the unit of the figures."""

    centre: float
    low: Array
    high: Array
    sigma: Array


def xbar_limits(x: Array, se: Array, *, centre: float | None = None, width: float = WIDTH) -> Limits:
    """Centre +- ``width`` standard errors: the limits hold the sampling error of every wave, and nothing else.

    The centre is the mean weighted by precision, unless it is given.

    >>> found = xbar_limits(np.array([70.0, 72.0]), np.array([1.0, 1.0]))
    >>> found.centre, found.high.tolist()
    (71.0, [74.0, 74.0])
    """
    middle = float(np.average(x, weights=1 / se**2)) if centre is None else centre
    return Limits(middle, middle - width * se, middle + width * se, se.astype(float))


def p_limits(share: Array, n: Array, *, centre: float | None = None, width: float = WIDTH) -> Limits:
    """The p chart of shares (0-1) with ``n`` answers each: pbar +- ``width`` sqrt(pbar (1 - pbar) / n), within 0 and 1."""
    middle = float(np.average(share, weights=n)) if centre is None else centre
    sigma = np.sqrt(middle * (1 - middle) / n)
    return Limits(middle, np.maximum(middle - width * sigma, 0.0), np.minimum(middle + width * sigma, 1.0), sigma)


def individuals_limits(x: Array, *, centre: float | None = None, width: float = WIDTH) -> Limits:
    """The individuals chart: xbar +- ``width`` MRbar / 1.128 (2.66 MRbar for three sigma), whatever made the points vary.

    >>> individuals_limits(np.array([1.0, 2.0, 1.0, 2.0])).sigma.round(4).tolist()
    [0.8862, 0.8862, 0.8862, 0.8862]
    """
    middle = float(np.mean(x)) if centre is None else centre
    sigma = np.full(len(x), float(np.abs(np.diff(x)).mean()) / D2)
    return Limits(middle, middle - width * sigma, middle + width * sigma, sigma)


def moving_range_limit(x: Array, *, width: float = WIDTH) -> float:
    """Upper limit of the moving ranges, 3.267 MRbar for three sigma; the lower one is 0."""
    return float(np.abs(np.diff(x)).mean() * (1 + width * D3 / D2))


def laney_limits(share: Array, n: Array, *, centre: float | None = None, width: float = WIDTH) -> Limits:
    """The p' chart: p limits widened by sigma_z, the moving-range spread of the standardised shares (Laney 2002, Quality Engineering 14).

    Parameters
    ----------
    share, n : ndarray
        Shares (0-1) and their numbers of answers.
    centre, width : float
        As in ``p_limits``.
    """
    plain = p_limits(share, n, centre=centre, width=width)
    z = (share - plain.centre) / plain.sigma
    sigma = plain.sigma * float(np.abs(np.diff(z)).mean()) / D2
    low, high = plain.centre - width * sigma, plain.centre + width * sigma
    return Limits(plain.centre, np.maximum(low, 0.0), np.minimum(high, 1.0), sigma)


def over_dispersion(x: Array, se: Array) -> tuple[float, float]:
    """Cochran's Q = sum ((x - xbar) / se)^2 and its p-value on T - 1 df: small where the points vary by more than sampling."""
    middle = np.average(x, weights=1 / se**2)
    q = float((((x - middle) / se) ** 2).sum())
    return q, float(stats.chi2.sf(q, len(x) - 1))


def ewma(z: Array, *, weight: float = EWMA_WEIGHT, width: float = EWMA_WIDTH) -> tuple[Array, Array]:
    """Exponentially weighted mean of standardised points from 0, and its limit of every point on either side.

    E_t = weight z_t + (1 - weight) E_(t-1); the limit is width sqrt(weight / (2 - weight) (1 - (1 - weight)^(2t))) (Roberts 1959).

    >>> [each.round(4).tolist() for each in ewma(np.array([1.0, 1.0]), width=3.0)]
    [[0.2, 0.36], [0.6, 0.7684]]
    """
    if not 0 < weight <= 1:
        raise ParamsError(f"weight of the EWMA: {weight!r} is not above 0 and at most 1.")
    smoothed, now = np.empty_like(z), np.zeros(z.shape[:-1])
    for t in range(z.shape[-1]):
        now = weight * z[..., t] + (1 - weight) * now
        smoothed[..., t] = now
    age = np.arange(1, z.shape[-1] + 1)
    return smoothed, np.asarray(width * np.sqrt(weight / (2 - weight) * (1 - (1 - weight) ** (2 * age))))


def cusum(z: Array, *, slack: float = SLACK) -> tuple[Array, Array]:
    """The upper and the lower tabular CUSUM of standardised points, both from 0 upward (Page 1954).

    C+_t = max(0, C+_(t-1) + z_t - slack), C-_t = max(0, C-_(t-1) - z_t - slack); a signal is a value above h, 4 to 5.

    >>> [each.tolist() for each in cusum(np.array([1.0, 2.0, -1.0]))]
    [[0.5, 2.0, 0.5], [0.0, 0.0, 0.5]]
    """
    up, down = np.empty_like(z), np.empty_like(z)
    high, low = np.zeros(z.shape[:-1]), np.zeros(z.shape[:-1])
    for t in range(z.shape[-1]):
        high = np.maximum(0.0, high + z[..., t] - slack)
        low = np.maximum(0.0, low - z[..., t] - slack)
        up[..., t], down[..., t] = high, low
    return up, down


def western_electric(z: Array) -> dict[str, npt.NDArray[np.bool_]]:
    """Which standardised points complete a pattern of the Western Electric rules (1956), rule by rule, on either side of the centre.

    >>> western_electric(np.array([0.1, 3.2, 0.0]))["beyond 3 sigma"].tolist()
    [False, True, False]
    """
    found = {}
    for rule, (needed, window, sigmas) in WESTERN_ELECTRIC.items():
        here = np.zeros(z.shape, dtype=bool)
        for side in (z, -z):
            beyond = np.cumsum(side > sigmas, axis=-1).astype(float)
            within = beyond.copy()
            within[..., window:] -= beyond[..., :-window]
            here |= (within >= needed) & (side > sigmas)
        found[rule] = here
    return found
