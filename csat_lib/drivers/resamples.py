"""Importance in many resamples of the respondents: intervals of values, shares and ranks, letters, differences between drivers."""

from __future__ import annotations

import string
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from csat_lib.drivers.measures import Question
from csat_lib.errors import ModelError, ParamsError, pick
from csat_lib.stats import (
    CORRECTIONS,
    Missing,
    Products,
    blocks,
    correlations,
    counts,
    one_thread,
    percentile_interval,
    products,
    resampled,
)
from csat_lib.survey import Data, Weights, rows_of

Array = npt.NDArray[np.float64]
LETTERS = string.ascii_uppercase + string.ascii_lowercase
FEWEST_DRAWS = 100


def check_draws(draws: int | None, seed: int | None) -> None:
    """Refuse draws without a seed, and too few of them."""
    if (draws is None) != (seed is None):
        raise ParamsError("draws= and seed= go together: the seed makes the intervals reproducible.")
    if draws is not None and draws < FEWEST_DRAWS:
        raise ParamsError(f"{draws} draws are too few for an interval: at least {FEWEST_DRAWS}.")


def importance_draws(data: Data, question: Question, R: Array, *, weights: Weights, missing: Missing, draws: int, seed: int) -> Array:
    """Importance (players, draws) of resampled respondents; NaN for a draw that cannot be used.

    Clusters are drawn within strata where the survey names them.

    Parameters
    ----------
    data : Survey or DataFrame
        Whose respondents are drawn.
    question : Question
        What is evaluated.
    R : ndarray, (p + 1, p + 1, 1)
        Its correlations in the full sample.
    weights, missing
        As in ``importance``.
    draws, seed : int
        Of the bootstrap.

    Raises
    ------
    ModelError
        More than half of the draws are degenerate.
    """
    rows = rows_of(data, question.order, purpose="A bootstrap of the importance", weights=weights, missing=missing)
    with one_thread():
        ready = products(rows.X, rows.weights, missing)
        evaluate = question.for_draws(R)
        parts = [
            evaluated(ready, counts(block, len(rows.X), rows.units), evaluate, len(question.players))
            for block in blocks(draws, len(rows.X), seed)
        ]
    found = np.concatenate(parts, axis=1)
    refuse_lost(found)
    return found


def evaluated(ready: Products, taken: Array, evaluate: Callable[[Array], Array], results: int) -> Array:
    """``evaluate`` for each resample, (results, draws); NaN where a variable is constant or the drivers determine each other.

    Parameters
    ----------
    ready : Products
        Of the rows, in the order of the question.
    taken : ndarray, (draws, n)
        How often each row is drawn.
    evaluate : callable
        From correlations (p + 1, p + 1, B) to (results, B).
    results : int
        How many numbers it gives.
    """
    p = len(ready.scale) - 1
    size = max(1, 2**19 >> p)
    with np.errstate(all="ignore"):
        covariance = resampled(ready, taken)[1]
        varied = np.flatnonzero((np.einsum("iib->ib", covariance) > 1e-12 * ready.scale[:, None] ** 2).all(axis=0))
    R = correlations(covariance[:, :, varied])
    sound = np.isfinite(R).all(axis=(0, 1))
    R, varied = R[:, :, sound], varied[sound]
    apart = np.linalg.eigvalsh(np.moveaxis(R[:-1, :-1], 2, 0))[:, 0] > 1e-12
    if ready.missing == "pairwise":
        apart &= np.linalg.eigvalsh(np.moveaxis(R, 2, 0))[:, 0] > -1e-10
    R, good = R[:, :, apart], varied[apart]
    found = np.full((results, len(taken)), np.nan)
    for start in range(0, len(good), size):
        found[:, good[start : start + size]] = evaluate(R[:, :, start : start + size])
    return found


def refuse_lost(draws: Array) -> None:
    """Refuse intervals that more than half of the draws cannot carry."""
    lost = int(np.isnan(draws).any(axis=0).sum())
    if lost > draws.shape[1] / 2:
        raise ModelError(
            f"{lost} of {draws.shape[1]} resamples could not be used: a driver hardly varies, two can hardly be told apart,"
            " or pairwise correlations contradict each other."
        )


def with_intervals(table: pd.DataFrame, draws: Array, confidence: float) -> pd.DataFrame:
    """The table with percentile intervals of estimate, share and rank, and letters by the intervals of the share."""
    share = shares(draws)
    rank = ranks(draws)
    low, high = percentile_interval(draws, confidence)
    share_low, share_high = percentile_interval(share, confidence)
    rank_low, rank_high = percentile_interval(rank, confidence)
    return table.assign(
        std_error=np.nanstd(draws, axis=1, ddof=1),
        conf_low=low,
        conf_high=high,
        share_low=share_low,
        share_high=share_high,
        rank_low=np.floor(rank_low).astype(int),
        rank_high=np.ceil(rank_high).astype(int),
        letters=letters(share_low, share_high),
        draws=int(np.isfinite(draws).all(axis=0).sum()),
    )


def shares(values: Array) -> Array:
    """Values as shares of their sum over drivers, the first axis; 0 where the sum is 0."""
    total = values.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(np.abs(total) < 1e-15, values * 0.0, values / total)


def ranks(draws: Array) -> Array:
    """Rank of each driver in each draw, 1 the most important; NaN for a draw that could not be used."""
    found = ((-draws).argsort(axis=0, kind="stable").argsort(axis=0) + 1).astype(float)
    found[:, np.isnan(draws).any(axis=0)] = np.nan
    return found


def letters(low: Array, high: Array) -> list[str]:
    """Letters of intervals: two have a letter in common if and only if they overlap; A goes to the highest.

    >>> letters(np.array([5.0, 1.0, 3.5]), np.array([9.0, 4.0, 6.0]))
    ['A', 'B', 'AB']
    """
    sets: list[frozenset[int]] = []
    for point in np.unique(low)[::-1]:
        together = frozenset(np.flatnonzero((low <= point) & (high >= point)).tolist())
        sets.append(together)
    cliques = [each for k, each in enumerate(sets) if not any(each < other or (each == other and j < k) for j, other in enumerate(sets))]
    found = [""] * len(low)
    for place, clique in enumerate(cliques):
        for driver in clique:
            found[driver] += LETTERS[place] if place < len(LETTERS) else f"[{place + 1}]"
    return found


def difference_table(names: Sequence[str], estimate: Array, draws: Array, *, confidence: float, correction: str) -> pd.DataFrame:
    """Every pair of drivers: the first one's value less the second one's, with interval, p and verdict."""
    a, b = np.triu_indices(len(names), 1)
    gap = draws[a] - draws[b]
    table = pd.DataFrame(
        {"driver": [names[i] for i in a.tolist()], "other": [names[i] for i in b.tolist()], "estimate": estimate[a] - estimate[b]}
    )
    return tested(table, gap, confidence=confidence, correction=correction, words=("higher", "lower", "not told apart"))


def tested(table: pd.DataFrame, gap: Array, *, confidence: float, correction: str, words: tuple[str, str, str]) -> pd.DataFrame:
    """Differences in ``estimate`` with their bootstrap's standard error, percentile interval, normal p, corrected p and a verdict.

    Two are told apart where the corrected p is small and the interval leaves out zero: near zero importance is skewed and they may differ.

    Parameters
    ----------
    table : DataFrame
        One row per difference, with ``estimate``.
    gap : ndarray, (rows, draws)
        The same differences in each draw; NaN for a draw that could not be used.
    confidence : float
        Of the interval and of the verdict.
    correction : {"holm", "bh", "none"}
        Over the rows of the table.
    words : tuple of str
        Verdicts for above zero, below zero and neither.
    """
    correct = pick(CORRECTIONS, correction, "correction")
    spread = np.nanstd(gap, axis=1, ddof=1) if len(gap) else np.zeros(0)
    low, high = percentile_interval(gap, confidence) if len(gap) else (np.zeros(0), np.zeros(0))
    estimate = table["estimate"].to_numpy(dtype=float)
    z = np.divide(np.abs(estimate), spread, out=np.zeros_like(spread), where=spread > 0)
    p_value = 2 * stats.norm.sf(z)
    adjusted = correct(p_value)
    told = (adjusted <= 1 - confidence) & ((low > 0) | (high < 0))
    verdict = np.where(told, np.where(estimate > 0, words[0], words[1]), words[2])
    return table.assign(
        std_error=spread,
        conf_low=low,
        conf_high=high,
        p_value=p_value,
        p_adjusted=adjusted,
        correction=correction,
        verdict=verdict,
        draws=np.isfinite(gap).sum(axis=1),
    )
