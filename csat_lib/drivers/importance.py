"""Relative importance of drivers: LMG and its relatives, weighted, from moments, with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from csat_lib.drivers.measures import Question, ask, standardised
from csat_lib.drivers.resamples import check_draws, difference_table, importance_draws, shares, with_intervals
from csat_lib.errors import ParamsError
from csat_lib.stats import Missing, Moments, correlations, remembered
from csat_lib.survey import Data, Weights


@remembered
def importance(
    data: Data,
    outcome: str,
    drivers: Sequence[str],
    *,
    method: str = "lmg",
    weights: Weights = None,
    missing: Missing = "listwise",
    groups: Mapping[str, Sequence[str]] | None = None,
    always: Sequence[str] = (),
    draws: int | None = None,
    seed: int | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Share of the outcome's variance that each driver explains.

    LMG uses all subsets of up to 22 drivers. Beyond, it is the mean over some 2,000 orders of entry, drawn in antithetic pairs with a fixed
    seed; the table then has their number and the standard error they leave. Resamples use some 200 such orders beyond 16 drivers.

    Intervals are percentiles of the bootstrap. Explained variance is never negative, so the interval of a driver without any importance
    lies just above zero and does not hold it: small is what it can show, none at all it cannot (tests/benchmarks/coverage_drivers.py).

    Parameters
    ----------
    data : Survey, DataFrame or Moments
        A Survey brings its weights, strata and clusters.
    outcome, drivers : str, sequence of str
        Columns.
    method : {"lmg", "johnson", "car", "pratt", "first", "last", "betasq"}
        The first four sum to R squared (pratt may be negative).
    weights : Series, optional
        Survey weights on a frame's index.
    missing : {"listwise", "pairwise", "mean"}
        Rule for missing answers, in the estimate and in every resample.
    groups : {name: [drivers]}, optional
        Drivers that enter together (lmg only); the others stay alone.
    always : sequence of str
        Controls that are in every model; they get no share.
    draws, seed : int, optional
        Bootstrap intervals, when asked for.
    confidence : float
        Of the intervals.

    Returns
    -------
    DataFrame
        driver, estimate (explained variance), share (of their sum), correlation, beta, vif, verdict ("suppressed" where the two disagree
        in sign), n, n_effective; with draws also std_error, conf_low, conf_high, share_low, share_high, rank_low, rank_high, letters
        (drivers whose intervals of the share overlap have one in common), draws (those that could be used); from sampled orders also
        orders, sampling_error. In the order given. Drivers that are constant, unanswered, or determined by others are named in a warning
        and left out; groups have no correlation, beta, vif or verdict.

    Raises
    ------
    ParamsError
        Unknown words; groups with another method than lmg; draws without seed, from Moments, or fewer than 100.
    ModelError
        The outcome or every driver is constant, fewer respondents than drivers, or more than half of the draws are degenerate.
    """
    check_draws(draws, seed)
    question, m = ask(data, outcome, drivers, method=method, weights=weights, missing=missing, groups=groups, always=always)
    R = correlations(m.covariance[:, :, None])
    table = point_table(question, m, R)
    if draws is not None and seed is not None:
        found = importance_draws(data, question, R, weights=weights, missing=missing, draws=draws, seed=seed)
        table = with_intervals(table, found, confidence)
    if question.orders:
        table = table.assign(orders=question.orders, sampling_error=question.sampling_error(R)[:, 0])
    return table


def differences(
    data: Data,
    outcome: str,
    drivers: Sequence[str],
    *,
    draws: int,
    seed: int,
    method: str = "lmg",
    weights: Weights = None,
    missing: Missing = "listwise",
    groups: Mapping[str, Sequence[str]] | None = None,
    always: Sequence[str] = (),
    confidence: float = 0.95,
    correction: str = "holm",
) -> pd.DataFrame:
    """Which driver explains more than which: each pair's difference of explained variance, from the resamples of ``importance``.

    Parameters
    ----------
    data, outcome, drivers, method, weights, missing, groups, always
        As in ``importance``.
    draws, seed : int
        Of the bootstrap; the same give the same resamples as in ``importance``.
    confidence : float
        Of the intervals and of the verdict.
    correction : {"holm", "bh", "none"}
        Over all pairs.

    Returns
    -------
    DataFrame
        driver, other, estimate (the driver's less the other's), std_error, conf_low, conf_high, p_value (normal, with the bootstrap's
        standard error), p_adjusted, correction, verdict ("higher", "lower", "not told apart", by p_adjusted and the interval), draws, n,
        n_effective.

    Raises
    ------
    ParamsError, ModelError
        As in ``importance``; fewer than two drivers.
    """
    check_draws(draws, seed)
    question, m = ask(data, outcome, drivers, method=method, weights=weights, missing=missing, groups=groups, always=always)
    if len(question.players) < 2:
        raise ParamsError(f"A difference needs two drivers; there is only {next(iter(question.players))!r}.")
    R = correlations(m.covariance[:, :, None])
    found = importance_draws(data, question, R, weights=weights, missing=missing, draws=draws, seed=seed)
    table = difference_table(list(question.players), question.values(R)[:, 0], found, confidence=confidence, correction=correction)
    return table.assign(n=m.n, n_effective=m.n_effective)


def point_table(question: Question, m: Moments, R: np.ndarray) -> pd.DataFrame:
    """The estimates of one sample, without intervals; the directions only where every player is a driver."""
    estimate = question.values(R)[:, 0]
    table = pd.DataFrame({"driver": list(question.players), "estimate": estimate, "share": shares(estimate)})
    if tuple(question.players) == question.drivers:
        first = len(question.controls)
        table["correlation"], table["beta"] = R[first:-1, -1, 0], standardised(R)[first:, 0]
        table["vif"] = np.diag(np.linalg.inv(R[:-1, :-1, 0]))[first:]
        table["verdict"] = np.where(np.sign(table["beta"]) * np.sign(table["correlation"]) < 0, "suppressed", "ok")
    return table.assign(n=m.n, n_effective=m.n_effective)
