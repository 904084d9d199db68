"""Intervals of everything a transition matrix says, by drawing customers with replacement, all draws at once.

Letters: N counts (draws, k, k), P probabilities, pi steady state, M first passage times, v values of the grades.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import DataError
from csat_lib.stats import blocks
from csat_lib.stats import counts as row_counts
from csat_lib.tracking import chain
from csat_lib.tracking.movement import Transitions, probabilities

Array = npt.NDArray[np.float64]
ENDS = ["conf_low", "conf_high"]


def transition_intervals(found: Transitions, *, draws: int, seed: int, confidence: float = 0.95) -> pd.DataFrame:
    """Every figure of a transition matrix with its interval, by drawing customers with replacement.

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
        metric (probability, steady_state, mean_return, first_passage, level_before, level_after, level_long_run, second_eigenvalue,
        half_life, mobility), grade (origin), to (destination), estimate, std_error, conf_low, conf_high, n (customers of the origin),
        draws (those in which the figure exists).

    Raises
    ------
    DataError
        Counts that are not whole: customers cannot be drawn from them.
    """
    N = resampled_counts(found, draws=draws, seed=seed)
    P, names = probabilities(N, found.smoothing), list(found.values.index)
    pi = chain.steady_state(P)
    M = chain.first_passage(chain.fundamental(P, pi), pi)
    v, started = found.values.to_numpy(), customers(found)
    size = chain.second_eigenvalue(P)
    with np.errstate(all="ignore"):
        back = 1 / pi
        p = N.sum(axis=-1) / N.sum(axis=(-2, -1))[:, None], N.sum(axis=-2) / N.sum(axis=(-2, -1))[:, None]
    whole = float(found.n)
    rows = []
    for i, grade in enumerate(names):
        for metric, table, drawn in (("probability", found.matrix, P), ("first_passage", found.first_passage, M)):
            for j, to in enumerate(names):
                if metric == "probability" or i != j:
                    rows.append((metric, grade, to, float(table.to_numpy()[i, j]), *spread(drawn[:, i, j], confidence), started[i]))
    for metric, series, drawn in (("steady_state", found.steady_state, pi), ("mean_return", found.mean_return, back)):
        rows += [(metric, grade, "", float(series.iloc[i]), *spread(drawn[:, i], confidence), whole) for i, grade in enumerate(names)]
    alone = (
        ("level_before", float(found.levels["before"]), p[0] @ v),
        ("level_after", float(found.levels["after"]), p[1] @ v),
        ("level_long_run", float(found.levels["long_run"]), pi @ v),
        ("second_eigenvalue", found.second_eigenvalue, size),
        ("half_life", found.half_life, chain.half_life(size)),
        ("mobility", found.mobility, chain.mobility(P)),
    )
    rows += [(metric, "", "", value, *spread(drawn, confidence), whole) for metric, value, drawn in alone]
    table = pd.DataFrame(rows, columns=["metric", "grade", "to", "estimate", "std_error", *ENDS, "draws", "n"])
    return table[["metric", "grade", "to", "estimate", "std_error", *ENDS, "n", "draws"]]


def resampled_counts(found: Transitions, *, draws: int, seed: int) -> Array:
    """Tables of counts of resampled customers, (draws, k, k)."""
    k, N = len(found.values), found.counts.to_numpy()
    pairs = found.pairs
    n = round(found.n)
    if pairs is not None and pairs["weight"].nunique() > 1:
        cell = (pairs["before"] * k + pairs["after"]).to_numpy()
        members = np.zeros((len(pairs), k * k))
        members[np.arange(len(pairs)), cell] = pairs["weight"]
        parts = [row_counts(each, n) @ members for each in blocks(draws, n, seed)]
    elif np.abs(N - N.round()).max() > 1e-9:
        raise DataError(
            "The counts are not whole numbers of customers, so none can be drawn. Give the panel itself: transitions(before, after)."
        )
    else:
        share = N.ravel() / N.sum()
        parts = [np.random.default_rng(each.seed).multinomial(n, share, size=each.draws).astype(float) for each in blocks(draws, n, seed)]
    return np.concatenate(parts).reshape(draws, k, k)


def customers(found: Transitions) -> list[float]:
    """Customers of each origin, counted without weights where the panel is at hand."""
    if found.pairs is None:
        return [float(each) for each in found.counts.sum(axis=1)]
    return [float(each) for each in np.bincount(found.pairs["before"], minlength=len(found.values))]


def spread(drawn: Array, confidence: float) -> tuple[float, float, float, float]:
    """Standard error, ends of the interval and number of draws; infinite draws count, missing ones do not."""
    known = drawn[~np.isnan(drawn)]
    if len(known) < 2:
        return np.nan, np.nan, np.nan, float(len(known))
    finite = np.isfinite(known).all()
    share = [0.5 - confidence / 2, 0.5 + confidence / 2]
    low, high = np.quantile(known, share, method="linear" if finite else "nearest")
    return float(known.std(ddof=1)) if finite else np.nan, float(low), float(high), float(len(known))
