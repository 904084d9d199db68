"""What customers gained by origin, beside what they would gain were nothing changing.

Letters: N counts (draws, k, k), p shares of the origins, v values of the grades.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.tracking.movement import Transitions, probabilities
from csat_lib.tracking.transition_draws import ENDS, customers, resampled_counts, spread

Array = npt.NDArray[np.float64]
RAKED = 500


def gains_by_origin(found: Transitions, *, draws: int, seed: int, confidence: float = 0.95) -> pd.DataFrame:
    """What customers gained by origin, beside what they would gain were nothing changing: regression to the mean is not improvement.

    The stationary chain beside it keeps the shares of the first wave and the odds ratios of the table: the counts are raked until both
    margins are those of the first wave (Deming & Stephan 1940). Its gains average to 0, so that what is beyond it averages to the change.

    Parameters
    ----------
    found : Transitions
        From a panel, or from whole counts.
    draws, seed : int
        Resamples of customers, and where their random numbers start.
    confidence : float
        Of the percentile intervals.

    Returns
    -------
    DataFrame
        grade (the last row is "all"), share (of the first wave), estimate (sum_j P_ij (v_j - v_i), points), std_error, conf_low, conf_high,
        stationary, beyond (estimate - stationary) with beyond_low, beyond_high, n, verdict ("real": the interval of beyond leaves out 0).
    """
    v, names, started = found.values.to_numpy(), list(found.values.index), customers(found)
    table = [_gained(each, v) for each in (found.counts.to_numpy()[None], resampled_counts(found, draws=draws, seed=seed))]
    (share, own, still), (_, drawn, drawn_still) = table
    rows = []
    for place, grade in enumerate([*names, "all"]):
        error, *ends, _ = spread(drawn[:, place], confidence)
        _, low, high, _ = spread(drawn[:, place] - drawn_still[:, place], confidence)
        beyond = float(own[0, place] - still[0, place])
        verdict = "no data" if np.isnan(own[0, place]) else "not estimated" if np.isnan(beyond) else "real" if low > 0 or high < 0 else ""
        figures = float(share[0, place]), float(own[0, place]), error, *ends, float(still[0, place]), beyond, low, high
        n = float(found.n) if grade == "all" else started[place]
        rows.append((grade, *figures, n, verdict or "within noise"))
    columns = ["grade", "share", "estimate", "std_error", *ENDS, "stationary", "beyond", "beyond_low", "beyond_high", "n", "verdict"]
    return pd.DataFrame(rows, columns=columns)


def stationary_counts(N: Array) -> Array:
    """Tables with both margins those of the origins and the odds ratios of N, (..., k, k), by raking; NaN where that does not settle."""
    target = N.sum(axis=-1)
    T = N.copy()
    for _ in range(RAKED):
        T = T * _ratio(target, T.sum(axis=-2))[..., None, :]
        T = T * _ratio(target, T.sum(axis=-1))[..., :, None]
    gap = np.abs(T.sum(axis=-2) - target).max(axis=-1)
    return np.where((gap <= 1e-6 * target.sum(axis=-1))[..., None, None], T, np.nan)


def _ratio(target: Array, now: Array) -> Array:
    return np.divide(target, now, out=np.zeros_like(target), where=now > 0)


def _gained(N: Array, v: Array) -> tuple[Array, Array, Array]:
    """Shares, gains and gains of the stationary chain, (draws, k + 1): by origin, then of all."""
    p = N.sum(axis=-1) / N.sum(axis=(-2, -1))[:, None]
    step = v[None, :] - v[:, None]
    found = []
    for table in (N, stationary_counts(N)):
        by_origin = np.einsum("dij,ij->di", probabilities(table, "none"), step)
        found.append(np.column_stack([by_origin, np.where(p > 0, p * by_origin, 0.0).sum(axis=1)]))
    return np.column_stack([p, np.ones(len(p))]), found[0], found[1]
