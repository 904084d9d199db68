"""Do the tests of waves err as often as they say, and see what the planner promises? python tests/benchmarks/tracking.py [--quick].

Pairs of equal waves for the error of the first kind, with weights, without, and with a third of the respondents in both; waves that
differ by what the planner says is seen with 80 %; control charts of waves that nothing moves; and the simulated company over many seeds:
its families of comparisons without any event or season, and its planted improvement, drop and season. 20,000 pairs know 5 % to +-.3
points, 200 seeds to +-3. The company's answers are made without comments, dates and careless respondents, whom the survey's checks drop.
"""

from __future__ import annotations

import argparse
import dataclasses
import time
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import norm
from threadpoolctl import threadpool_limits
from timing import machine

from csat_lib.simulate import DEMO, PERIODS, Truth, interview, levels
from csat_lib.simulate.wave import People, invited, rake, ratings
from csat_lib.stats import control, holm, weighted_mean
from csat_lib.study import Construct, Structure, Text, load_codebook
from csat_lib.survey import Survey
from csat_lib.survey.planner import sample_size_to_detect
from csat_lib.tracking import Waves, compare_figures, compare_waves, season
from csat_lib.tracking.panels import Overlap, covariance

CODEBOOK = Path(__file__).resolve().parents[2] / "params" / "demo" / "codebook.yaml"
BLANK = 0.04
BLOCKS = {
    each: tuple(question.name for question in DEMO.questions if (question.construct, question.kind) == (each, "model"))
    for each in ("expectations", "quality", "value", "satisfaction", "loyalty")
}
PATHS = {effect: tuple(cause for cause, to in DEMO.paths if to == effect and cause in BLOCKS) for effect in BLOCKS}
MODEL = Structure(tuple(Construct(name, Text(), items) for name, items in BLOCKS.items()), PATHS, "satisfaction")
EVENTS = {"price rise": ["2024Q2", "2024Q3"], "faster tills": ["2026Q1", "2026Q2", "2026Q3"]}
PLANTED = {
    "improvement, 2026Q3 and 2025Q3": ("satisfaction", "year_before", "2026Q3", "2025Q3"),
    "improvement of quality, 2026Q3 and 2025Q3": ("quality", "year_before", "2026Q3", "2025Q3"),
    "tills, 2026Q1 and 2025Q4": ("satisfaction", "previous", "2026Q1", "2025Q4"),
    "price rise, 2024Q2 and 2024Q1": ("value", "previous", "2024Q2", "2024Q1"),
    "price rise, 2024Q2 and 2023Q2": ("satisfaction", "year_before", "2024Q2", "2023Q2"),
}


def detected(waves: Iterator[tuple[np.ndarray, np.ndarray | None]], pairs: int) -> float:
    """Per cent of pairs of waves, drawn one after another, whose difference is called real."""
    rows = []
    for number in range(pairs):
        for period in ("2025", "2026"):
            y, w = next(waves)
            found = weighted_mean(y, w)
            rows.append((period, str(number), found.estimate, found.std_error, found.n, found.n_effective))
    figures = pd.DataFrame(rows, columns=["period", "metric", "estimate", "std_error", "n", "n_effective"])
    changes = compare_figures(figures, against=["previous"], correction="none").changes
    return 100 * float((changes["verdict"] == "real").mean())


def equal_waves(rng: np.random.Generator, n: int, *, weighted: str) -> Iterator[tuple[np.ndarray, np.ndarray | None]]:
    """Answers of 1-10 on 0-100; with weights two groups, of which one is sampled too often and is less content."""
    while True:
        group = rng.random(n) < 0.4
        y = 100 * (np.clip(np.rint(rng.normal(np.where(group, 6.4, 7.6), 1.9)), 1, 10) - 1) / 9
        yield y, np.where(group, 0.5, 4 / 3) if weighted == "weighted" else None


def shifting_waves(rng: np.random.Generator, n: int, sd: float, difference: float) -> Iterator[tuple[np.ndarray, None]]:
    """Every other wave lies higher."""
    while True:
        yield rng.normal(70, sd, n), None
        yield rng.normal(70 + difference, sd, n), None


def panels(rng: np.random.Generator, n: int, pairs: int) -> float:
    """Per cent of equal waves called different when a third were asked twice and the covariance is subtracted."""
    third, false = n // 3, 0
    shared = Overlap(np.arange(third), np.arange(third), "")
    ones = np.ones(n)
    for _ in range(pairs):
        lasting = rng.normal(0, 1, third)
        y = [rng.normal(0, 1, n) for _ in range(2)]
        for each in y:
            each[:third] = np.sqrt(0.6) * lasting + np.sqrt(0.4) * each[:third]
        found = [weighted_mean(each) for each in y]
        error = np.sqrt(sum(each.std_error**2 for each in found) - 2 * covariance((y[0], ones), (y[1], ones), shared)[0])
        false += abs(found[1].estimate - found[0].estimate) > norm.ppf(0.975) * error
    return 100 * false / pairs


def run_lengths(rng: np.random.Generator, series: int) -> dict[str, tuple[float, float]]:
    """Mean number of points until a false alarm, found and published."""
    z = rng.standard_normal((series, 6_000))
    up, down = control.cusum(z)
    smoothed, limit = control.ewma(z)
    flags = {
        "three sigma (370.4)": (np.abs(z) > control.WIDTH, 370.4),
        "all Western Electric rules (91.75)": (np.logical_or.reduce(list(control.western_electric(z).values())), 91.75),
        "CUSUM, h 4 (168)": ((up > 4) | (down > 4), 168.0),
        "CUSUM, h 5 (465)": ((up > 5) | (down > 5), 465.0),
        "EWMA .2, 2.962 sigma (500)": (np.abs(smoothed) > limit, 500.0),
    }
    return {
        name: (float(np.where(hit.any(axis=1), hit.argmax(axis=1) + 1, hit.shape[1]).mean()), told) for name, (hit, told) in flags.items()
    }


@cache
def template() -> Survey:
    """A survey of the model's questions, whose answers are exchanged."""
    codebook = load_codebook(CODEBOOK).asked_in("customers")
    kept = {name: codebook.items[name] for name in MODEL.items}
    about = {name: codebook.attributes[name] for name in ("respondent", "weight")}
    whole = interview(DEMO, PERIODS[0], seed=1).answers
    return Survey.from_frame(whole, dataclasses.replace(codebook, items=kept, attributes=about))


def surveys_of(truths: Mapping[str, Truth], seed: int) -> dict[str, dict[str, Survey]]:
    """Truth -> quarter -> the answers of those who took care, 4 % of them blank; the same people and chance in every truth."""
    places = [[question.name for question in DEMO.questions].index(item) for item in MODEL.items]
    found: dict[str, dict[str, Survey]] = {name: {} for name in truths}
    for period in PERIODS:
        people, extra, _ = invited(DEMO, period, seed=seed)
        people = People(people.frame[:-extra], people.zeta[:-extra], people.unique[:-extra])
        who = people.frame[["respondent"]].astype(object)
        weights = pd.Series(rake(people.frame, DEMO.shares))
        for name, truth in truths.items():
            draw = np.random.default_rng([seed, PERIODS.index(period)])
            answers = ratings(truth, people, period, draw)[:, places]
            answers[draw.random(answers.shape) < BLANK] = np.nan
            table = pd.DataFrame(answers, columns=list(MODEL.items))
            found[name][period] = dataclasses.replace(template(), responses=table, attributes=who, weights=weights)
    return found


def company(surveys: Mapping[str, Survey]) -> Waves:
    """What the page 50_tracking tests: every construct from quarter to quarter and from year to year, Holm over each kind of comparison."""
    return compare_waves(surveys, MODEL, at="every", correction="holm", family=["comparison"])


def seasonal(found: Waves, metric: str) -> float:
    """The p-value of a construct's season, the company's events allowed for."""
    return season(found.figures[found.figures["metric"] == metric], events=EVENTS).p_value


def headline(found: Waves) -> bool:
    """Whether a step of satisfaction alone, Holm over its fifteen, is called real."""
    p = found.changes.query("metric == 'satisfaction' and comparison == 'previous'")["p_value"].to_numpy()
    return bool((holm(p) < 0.05).any())


def over_seeds(seeds: int) -> Iterator[tuple[str, float, float]]:
    """Family-wise false alarms of the company without seasons or events, and power for what is planted beside what its error promises."""
    kept = {name: each for name, each in DEMO.effects.items() if not each.when}
    truths = {"calm": dataclasses.replace(DEMO, effects=kept), "demo": DEMO}
    found: dict[str, list[Waves]] = {name: [] for name in truths}
    for seed in range(1, seeds + 1):
        for name, surveys in surveys_of(truths, seed).items():
            found[name].append(company(surveys))
    calm = [each.changes for each in found["calm"]]
    yield "false alarms, satisfaction's 15 steps", 100 * float(np.mean([headline(each) for each in found["calm"]])), 5.0
    for comparison, said in (("previous", "75 steps of five constructs"), ("year_before", "60 changes since a year before")):
        alarms = [(each.loc[each["comparison"] == comparison, "verdict"] == "real").any() for each in calm]
        yield f"false alarms, {said}", 100 * float(np.mean(alarms)), 5.0
    for metric in ("satisfaction", "quality"):
        p = {name: np.array([seasonal(each, metric) for each in found[name]]) for name in truths}
        yield f"false alarms, season of {metric}", 100 * float((p["calm"] < 0.05).mean()), 5.0
        yield f"power, season of {metric}", 100 * float((p["demo"] < 0.05).mean()), np.nan
    true: Mapping[str, Mapping[str, float]] = {period: levels(DEMO, period).set_index("metric")["estimate"].to_dict() for period in PERIODS}
    for name, (metric, comparison, period, against) in PLANTED.items():
        query = f"metric == '{metric}' and comparison == '{comparison}' and period == '{period}'"
        rows = pd.concat([each.changes.query(query) for each in found["demo"]])
        error, shift = float(rows["std_error"].mean()), abs(true[period][metric] - true[against][metric])
        promised = norm.cdf(shift / error - norm.ppf(0.975)) + norm.cdf(-shift / error - norm.ppf(0.975))
        yield (
            f"power, one test: {name} ({shift:.1f} points, error {error:.2f})",
            100 * float((rows["p_value"] < 0.05).mean()),
            100 * promised,
        )
        yield "    after Holm", 100 * float((rows["verdict"] == "real").mean()), np.nan


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few pairs and seeds")
    quick = parser.parse_args().quick
    pairs, power_pairs, series, seeds = (500, 300, 300, 4) if quick else (20_000, 4_000, 2_000, 200)
    start = time.perf_counter()
    print(machine())
    print(f"\nError of the first kind at 5 %, {pairs:,} pairs of waves: per cent called real")
    for word in ("unweighted", "weighted"):
        for n in (60, 400):
            print(f"  {word}, {n} answers a wave  {detected(equal_waves(np.random.default_rng(n), n, weighted=word), pairs):6.2f}")
    print(f"  a third asked twice, 300 answers  {panels(np.random.default_rng(3), 300, pairs):6.2f}")
    print(f"\nPower where the planner says 80 %, {power_pairs:,} pairs")
    for sd in (15, 20, 25):
        n = sample_size_to_detect(2, sd=sd)
        print(
            f"  sd {sd}, 2 points, {n:,} answers a wave  {detected(shifting_waves(np.random.default_rng(sd), n, sd, 2), power_pairs):6.2f}"
        )
    print(f"\nMean number of points until a false alarm, {series:,} series")
    for name, (found, told) in run_lengths(np.random.default_rng(4), series).items():
        print(f"  {name}  {found:8.1f}   {100 * (found / told - 1):+.1f} %")
    print(f"\nThe simulated company, {seeds} seeds: per cent, and what is planned")
    for name, found, told in over_seeds(seeds):
        print(f"  {name}  {found:6.1f}" + ("" if np.isnan(told) else f"  {told:6.1f}"))
    print(f"\n{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    with threadpool_limits(1):
        main()
