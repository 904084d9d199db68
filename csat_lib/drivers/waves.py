"""Importance by period, and the drivers that rose or fell since the wave before."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.drivers.comparison import Comparison, check_size, frame_of, labelled, left_out_table, own_tables, smallest_group, why_not
from csat_lib.drivers.interaction import COLUMNS, interaction_test
from csat_lib.drivers.measures import Question, ask
from csat_lib.drivers.resamples import check_draws, importance_draws, tested
from csat_lib.drivers.screening import warn_caller
from csat_lib.errors import DataError, ModelError, ParamsError, nearest
from csat_lib.stats import Missing, Moments, correlations
from csat_lib.survey import Data, Rows, Weights, rows_of

Array = npt.NDArray[np.float64]
WORDS = ("rose", "fell", "no change shown")


def importance_by_wave(
    waves: Mapping[str, Data],
    outcome: str,
    drivers: Sequence[str],
    *,
    draws: int,
    seed: int,
    method: str = "lmg",
    weights: Mapping[str, Weights] | None = None,
    missing: Missing = "listwise",
    always: Sequence[str] = (),
    correction: str = "holm",
    confidence: float = 0.95,
    smallest: int | None = None,
) -> Comparison:
    """Importance in every wave, and the change since the wave before it; the waves are independent samples.

    Parameters
    ----------
    waves : mapping of str to Survey or DataFrame
        By period, in the order of time.
    outcome, drivers, method, missing, always
        As in ``importance``; at most 16 drivers for lmg. A driver that one wave lacks is named and left out of all: importance depends on
        who else is in the model.
    draws, seed : int
        Of the bootstrap of each wave.
    weights : mapping of str to Series, optional
        Survey weights of frames, by period.
    correction : {"holm", "bh", "none"}
        Over all changes of all drivers.
    confidence : float
        Of intervals and verdicts.
    smallest : int, optional
        Respondents a wave needs; without it ten for each driver, at least fifty. Smaller waves are named and left out.

    Raises
    ------
    ParamsError
        No waves, unknown words, Moments, too many drivers.
    DataError
        A driver that no wave has.
    ModelError
        No wave can be used.
    """
    check_draws(draws, seed)
    if not waves:
        raise ParamsError("No waves were given.")
    given = {period: (weights or {}).get(period) for period in waves}
    used = _shared(waves, drivers, always)
    least = smallest_group(smallest, len(used) + len(always))
    questions, reasons = _questions(waves, outcome, used, given, method=method, missing=missing, always=always, least=least)
    if not questions:
        raise ModelError(f"No wave can be used ({'; '.join(f'{period}: {why}' for period, (_, why) in reasons.items())}).")
    question = next(iter(questions.values()))[0]
    check_size(question)
    parts = {period: m for period, (_, m) in questions.items()}
    found = {
        period: importance_draws(
            waves[period],
            question,
            correlations(m.covariance[:, :, None]),
            weights=given[period],
            missing=missing,
            draws=draws,
            seed=int(np.random.SeedSequence([seed, place]).generate_state(1)[0]),
        )
        for place, (period, m) in enumerate(parts.items())
    }
    asked: dict[str, int | None] = {period: len(frame_of(waves[period])) for period in parts}
    table, panels = own_tables("period", question, parts, draws=found, asked=asked, confidence=confidence)
    changes, gap = _changes(question, parts, found)
    tests = tested(changes, gap, confidence=confidence, correction=correction, words=WORDS)
    overall = _overall({period: waves[period] for period in parts}, question, given, missing=missing, confidence=confidence)
    return Comparison(overall, table, tests, panels, left_out_table("period", reasons))


def _shared(waves: Mapping[str, Data], drivers: Sequence[str], always: Sequence[str]) -> list[str]:
    """The drivers that every wave asked; the others are named in a warning."""
    columns = {period: set(map(str, frame_of(data).columns)) for period, data in waves.items()}
    everywhere = set.union(*columns.values())
    for name in (*drivers, *always):
        if name not in everywhere:
            raise DataError(f"No wave has the column {name!r}.{nearest(name, sorted(everywhere))}")
    kept = []
    for name in drivers:
        lacking = [period for period, here in columns.items() if name not in here]
        if lacking:
            warn_caller(f"Driver {name!r} was left out: it was not asked in {', '.join(lacking)}.")
        else:
            kept.append(name)
    if not kept:
        raise ModelError("No driver was asked in all waves.")
    return kept


def _questions(
    waves: Mapping[str, Data],
    outcome: str,
    drivers: Sequence[str],
    weights: Mapping[str, Weights],
    *,
    method: str,
    missing: Missing,
    always: Sequence[str],
    least: int,
) -> tuple[dict[str, tuple[Question, Moments]], dict[str, tuple[int, str]]]:
    """The same question to every wave that can answer it: a driver that one of them cannot use is left out of all."""
    kept, reasons = list(drivers), {}
    while True:
        found: dict[str, tuple[Question, Moments]] = {}
        lost: list[str] = []
        for period, data in waves.items():
            if period in reasons:
                continue
            try:
                with warnings.catch_warnings(record=True) as said:
                    warnings.simplefilter("always")
                    question, m = ask(data, outcome, kept, method=method, weights=weights[period], missing=missing, always=always)
            except (ModelError, DataError) as refusal:
                reasons[period] = (len(frame_of(data)), str(refusal))
                continue
            why = why_not(m, outcome, least)
            if why:
                reasons[period] = (m.n, why)
                continue
            for each in said:
                warn_caller(f"{period}: {each.message} It is left out of all waves.")
            lost += [name for name in kept if name not in question.drivers]
            found[period] = (question, m)
        if not lost:
            return found, reasons
        kept = [name for name in kept if name not in lost]


def _changes(question: Question, parts: Mapping[str, Moments], draws: Mapping[str, Array]) -> tuple[pd.DataFrame, Array]:
    """The change of every driver since the previous wave, with the same change in each pair of draws."""
    periods = list(parts)
    values = question.values(correlations(np.stack([m.covariance for m in parts.values()], axis=2)))
    tables, gaps = [], []
    for k in range(1, len(periods)):
        before, now = periods[k - 1], periods[k]
        table = pd.DataFrame({"previous": before, "driver": list(question.players), "estimate": values[:, k] - values[:, k - 1]})
        tables.append(labelled(table, "period", now).assign(n=parts[now].n, n_previous=parts[before].n))
        gaps.append(draws[now] - draws[before])
    if not tables:
        empty = pd.DataFrame(columns=["period", "previous", "driver", "estimate", "n", "n_previous"])
        return empty.astype({"estimate": float}), np.zeros((0, 1))
    return pd.concat(tables, ignore_index=True), np.concatenate(gaps)


def _overall(
    waves: Mapping[str, Data], question: Question, weights: Mapping[str, Weights], *, missing: Missing, confidence: float
) -> pd.DataFrame:
    """The interaction test over all waves, then over each wave and its predecessor; it needs complete rows."""
    columns, periods = ["period", "previous", *COLUMNS], list(waves)
    if missing != "listwise" or len(periods) < 2:
        return pd.DataFrame(columns=columns)
    rows = {
        period: rows_of(waves[period], question.order, purpose="Comparing waves", weights=weights[period], missing=missing)
        for period in periods
    }
    spans = [periods] if len(periods) == 2 else [periods, *(periods[k - 1 : k + 1] for k in range(1, len(periods)))]
    found = []
    for span in spans:
        pooled, group = _pooled([rows[period] for period in span])
        cluster = None if pooled.units is None else pooled.units[0]
        test = interaction_test(
            pooled.X[:, :-1], pooled.X[:, -1], pooled.weights, group, drivers=len(question.drivers), cluster=cluster, confidence=confidence
        )
        found.append(test.assign(period=span[-1], previous=span[0] if len(span) == 2 else "all waves"))
    return pd.concat([each for each in found if len(each)] or [pd.DataFrame(columns=columns)], ignore_index=True)[columns]


def _pooled(parts: Sequence[Rows]) -> tuple[Rows, Array]:
    """The rows of some waves together, weights with mean 1 in each, clusters kept apart; and the wave of each row."""
    X = np.concatenate([part.X for part in parts])
    w = np.concatenate([part.weights / part.weights.mean() for part in parts])
    group = np.concatenate([np.full(len(part.X), place) for place, part in enumerate(parts)])
    if all(part.units is None for part in parts):
        return replace(parts[0], X=X, weights=w, units=None), group
    own = [np.arange(len(part.X)) if part.units is None else part.units[0] for part in parts]
    start = np.cumsum([0, *(int(each.max()) + 1 for each in own[:-1])])
    cluster = np.concatenate([each + first for each, first in zip(own, start, strict=True)])
    return replace(parts[0], X=X, weights=w, units=(cluster, np.zeros(len(X)))), group
