"""LMG exactly, beside a plain loop over all subsets; its bootstrap, sampled orders, box analyses, and six waves at once."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from timing import Line, seconds

import csat_lib as csat

ROOT = Path(__file__).resolve().parents[2]
ROWS = 10_000
LONGEST_LOOP = 12


def drivers_and_outcome(p: int) -> tuple[pd.DataFrame, list[str]]:
    """Correlated drivers and an outcome."""
    draw = np.random.default_rng(p)
    names = [f"x{number}" for number in range(p)]
    X = draw.normal(size=(ROWS, p)) + 0.8 * draw.normal(size=(ROWS, 1))
    return pd.DataFrame(X, columns=names).assign(y=X @ draw.uniform(0, 0.3, p) + draw.normal(size=ROWS)), names


def loop(frame: pd.DataFrame, names: list[str]) -> dict[str, float]:
    """LMG as the textbook has it: a solve for each of the 2^p subsets, then weighted differences."""
    R = np.corrcoef(frame[[*names, "y"]].to_numpy(), rowvar=False)
    p = len(names)
    v = np.zeros(2**p)
    for size in range(1, p + 1):
        for S in map(list, itertools.combinations(range(p), size)):
            r = R[S, p]
            v[sum(1 << j for j in S)] = r @ np.linalg.solve(R[np.ix_(S, S)], r)
    subsets = np.arange(2**p)
    size = np.array([mask.bit_count() for mask in range(2**p)])
    weight = np.array([math.factorial(k) * math.factorial(p - 1 - k) / math.factorial(p) for k in range(p)])
    found = {}
    for j, name in enumerate(names):
        without = subsets[(subsets >> j) & 1 == 0]
        found[name] = float(weight[size[without]] @ (v[without | (1 << j)] - v[without]))
    return found


def exact(p: int, under: float | None = None) -> Line:
    """One exact LMG from the rows."""
    frame, names = drivers_and_outcome(p)
    ours = seconds(lambda: csat.drivers.importance(frame, "y", names))
    task = f"LMG, {p} drivers, n = {ROWS:,}"
    if p > LONGEST_LOOP:
        return Line(task, ours, under=under)
    return Line(task, ours, f"loop of {2**p:,} numpy solves", seconds(lambda: loop(frame, names), repeats=1))


def bootstrapped(p: int, draws: int) -> Line:
    """LMG with intervals beside as many loops, timed by one of them; drawing the rows is not in the loops."""
    frame, names = drivers_and_outcome(p)
    ours = seconds(lambda: csat.drivers.importance(frame, "y", names, draws=draws, seed=1), repeats=2)
    once = seconds(lambda: loop(frame, names))
    return Line(
        f"LMG, {p} drivers, n = {ROWS:,}, {draws:,} resamples", ours, f"{draws:,} such loops, timed by one", draws * once, under=2.0
    )


def sampled(p: int) -> Line:
    """LMG of more drivers than have all subsets, with the standard error of its orders."""
    frame, names = drivers_and_outcome(p)
    ours = seconds(lambda: csat.drivers.importance(frame, "y", names))
    return Line(f"LMG, {p} drivers, n = {ROWS:,}, some 2,000 sampled orders", ours)


def box(p: int) -> Line:
    """Shapley values of McFadden's R squared over all subsets of weighted logits, beside one fit of statsmodels times 2^p."""
    import statsmodels.api as sm

    frame, names = drivers_and_outcome(p)
    middle = float(frame["y"].median())
    ours = seconds(lambda: csat.drivers.top_box(frame, "y", names, at_least=middle), repeats=1)
    X, y = sm.add_constant(frame[names]), (frame["y"] >= middle).astype(float)
    once = seconds(lambda: sm.Logit(y, X).fit(disp=0))
    return Line(f"top box, {p} drivers, n = {ROWS:,}", ours, f"{2**p:,} statsmodels logits, timed by one", 2**p * once)


def waves(p: int, draws: int) -> Line:
    """Six waves of 3,000 with gaps, by pairwise moments: importance, intervals, changes."""
    draw = np.random.default_rng(p)
    names = [f"x{number}" for number in range(p)]
    given: dict[str, csat.survey.Data] = {}
    for year in range(6):
        X = draw.normal(size=(3_000, p)) + 0.8 * draw.normal(size=(3_000, 1))
        frame = pd.DataFrame(X, columns=names).assign(y=X.mean(axis=1) + draw.normal(size=3_000))
        given[f"20{13 + year}"] = frame.mask(draw.random(frame.shape) < 0.2)
    ours = seconds(lambda: csat.drivers.importance_by_wave(given, "y", names, missing="pairwise", draws=draws, seed=1), repeats=1)
    return Line(f"LMG of six waves, {p} drivers, pairwise, {draws:,} resamples each", ours)


def airport(draws: int) -> Iterator[Line]:
    """Six years of San Francisco Airport, where the real data are at hand: eight ratings, and fourteen by pairwise moments."""
    try:
        studies = {year: csat.load_study("sfo", str(year), root=ROOT) for year in range(2013, 2019)}
        surveys = {str(year): csat.load_survey(study) for year, study in studies.items()}
    except csat.errors.CsatError:
        return
    outcome, few = studies[2018].drivers.outcome, list(studies[2018].drivers.items)
    given: dict[str, csat.survey.Data] = dict(surveys)
    ratings = [name for name in surveys["2018"].responses if name != outcome and all(name in each.responses for each in surveys.values())]
    for names, missing in ((few, "listwise"), (ratings, "pairwise")):
        task = f"six years of SFO, {len(names)} ratings, {missing}, {draws:,} resamples each, with tests of change"
        ours = seconds(
            lambda: csat.drivers.importance_by_wave(given, outcome, names, missing=missing, draws=draws, seed=1),  # noqa: B023
            repeats=1,
        )
        yield Line(task, ours, under=60.0)


def lines(part: int) -> Iterator[Line]:
    """All of the drivers', at a fraction of the sizes."""
    yield exact(10)
    if part == 1:
        yield exact(12)
    yield exact(15, under=0.05)
    if part == 1:
        yield exact(20, under=1.0)
    yield bootstrapped(10, 1_000 // part)
    yield sampled(30)
    yield box(8 if part == 1 else 5)
    yield waves(14 if part == 1 else 8, 1_000 // part)
    yield from airport(2_000 // part)
