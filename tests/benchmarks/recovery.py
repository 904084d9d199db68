"""Bias and coverage against a known truth: python tests/benchmarks/recovery.py [--quick].

1,000 samples of 250 respondents from a factor model, with continuous answers and with the same answers rounded to 1-10. The truth of PLS is
the fit of the population's moments (rounded answers: of 4,000,000 respondents); that of consistent PLS and of CB-SEM are the factor model's
own paths. Coverage is the share of samples whose 95 % interval holds the truth: 1,000 samples know it to +-1.4 points, 400 to +-2.1, 200
to +-3.0.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
from threadpoolctl import threadpool_limits
from timing import machine

import csat_lib as csat
from csat_lib.model import Draws, PlsFit, fit_sem, intervals
from csat_lib.model.consistent import consistent
from csat_lib.model.intervals import Interval
from csat_lib.simulate import FactorTruth, population, responses
from csat_lib.stats import Moments, each_piece
from csat_lib.study import Construct, Structure, Text

N = 250
COVERAGE: tuple[Interval, ...] = ("percentile", "bca", "studentised")


@dataclass(frozen=True)
class Plan:
    """How much is simulated: samples and draws of the two quick kinds of interval, of the studentised one, and samples of CB-SEM."""

    samples: int = 1_000
    draws: int = 1_000
    nested_samples: int = 200
    nested_draws: int = 500
    sem_samples: int = 400


def truth() -> FactorTruth:
    """Image and quality drive satisfaction, which drives loyalty: three or four items each, loadings from .65 to .9."""
    blocks = {"image": 3, "quality": 4, "satisfaction": 3, "loyalty": 3}
    constructs = tuple(Construct(name, Text(en=name), tuple(f"{name[0]}{place + 1}" for place in range(k))) for name, k in blocks.items())
    causes = {"quality": ("image",), "satisfaction": ("image", "quality"), "loyalty": ("image", "satisfaction")}
    model = Structure(constructs, causes, "satisfaction")
    paths = {
        ("image", "quality"): 0.5,
        ("image", "satisfaction"): 0.25,
        ("quality", "satisfaction"): 0.55,
        ("image", "loyalty"): 0.15,
        ("satisfaction", "loyalty"): 0.55,
    }
    loadings = [0.8, 0.75, 0.7, 0.85, 0.8, 0.75, 0.65, 0.9, 0.8, 0.85, 0.85, 0.65, 0.8]
    return FactorTruth(model, paths, dict(zip(model.items, loadings, strict=True)), mean=6.0, sd=1.7)


@cache
def whole(answers: str) -> Moments:
    """The population's moments: exact for continuous answers, those of very many respondents for rounded ones."""
    if answers == "continuous":
        return population(truth())
    parts = (responses(truth(), 400_000, seed=10_000 + part, answers=answers) for part in range(10))
    return csat.survey.moments_from_partitions(parts, truth().structure.items, scale=(1, 10))


def sample(plan: Plan, answers: str, number: int) -> dict[str, np.ndarray]:
    """One sample: estimates of every kind, and ends of every kind of interval of the paths."""
    known = truth()
    frame = responses(known, N, seed=number, answers=answers)
    fit = csat.fit_pls(frame, known.structure)
    found = {"pls": fit.paths["estimate"].to_numpy(), "plsc": consistent(fit).fit.paths["estimate"].to_numpy()}
    draws = csat.bootstrap(fit, frame, draws=plan.draws, seed=number)
    for kind in COVERAGE[:2]:
        found[kind] = ends(fit, draws, kind)
    if number < plan.nested_samples:
        found["studentised"] = ends(fit, csat.bootstrap(fit, frame, draws=plan.nested_draws, seed=number), "studentised")
    if number < plan.sem_samples:
        sem = fit_sem(frame, known.structure)
        found["sem"] = sem.paths["estimate"].to_numpy(dtype=float)
        found["sem_interval"] = sem.paths[["conf_low", "conf_high"]].to_numpy(dtype=float).T
    return found


def ends(fit: PlsFit, draws: Draws, kind: Interval) -> np.ndarray:
    """Both ends of the paths' intervals, (2, paths): those of ``summarise``, without its table of everything else."""
    found = intervals(fit, draws, lambda each: each.paths, fit.paths["estimate"].to_numpy(), interval=kind)
    return np.array([found.conf_low, found.conf_high])


def study(plan: Plan, answers: str, workers: int) -> str:
    """A table of one kind of answers."""
    known = truth()
    fit = csat.fit_pls(whole(answers), known.structure)
    target = fit.paths["estimate"].to_numpy()
    factor = np.array([known.paths[path] for path in known.structure.paths])
    start = time.perf_counter()
    found = each_piece(partial(sample, plan, answers), range(plan.samples), workers=workers)
    spent = time.perf_counter() - start

    def gathered(name: str) -> np.ndarray:
        return np.array([each[name] for each in found if name in each])

    def covered(name: str, at: np.ndarray) -> np.ndarray:
        low, high = np.moveaxis(gathered(name), 1, 0)
        return 100 * ((low <= at) & (at <= high)).mean(axis=0)

    rows = [
        ("path", [f"{cause} -> {effect}" for cause, effect in known.structure.paths], None),
        ("truth of PLS", target, "{:.3f}"),
        ("bias", gathered("pls").mean(axis=0) - target, "{:+.3f}"),
        *((f"{kind}, %", covered(kind, target), "{:.1f}") for kind in COVERAGE),
        ("factor truth", factor, "{:.3f}"),
        ("PLS", gathered("pls").mean(axis=0) - factor, "{:+.3f}"),
        ("PLSc", gathered("plsc").mean(axis=0) - factor, "{:+.3f}"),
        ("CB-SEM", np.nanmean(gathered("sem"), axis=0) - factor, "{:+.3f}"),
        ("CB-SEM covers, %", covered("sem_interval", factor), "{:.1f}"),
    ]
    columns = [[name, *(each if how is None else how.format(each) for each in values)] for name, values, how in rows]
    lines = ["| " + " | ".join(cells) + " |" for cells in zip(*columns, strict=True)]
    lines.insert(1, "|" + "---|" * len(columns))
    lost = int(np.isnan(gathered("sem")).any(axis=1).sum())
    counts = f"{plan.samples:,} samples of {N}, {plan.draws:,} draws; studentised {plan.nested_samples} x {plan.nested_draws}"
    error = gathered("pls").std(axis=0, ddof=1).max() / plan.samples**0.5
    told = f"{answers} answers: {counts}; CB-SEM {plan.sem_samples} samples, {lost} inadmissible; "
    told += f"a bias of PLS is known to +-{2 * error:.3f}; {spent:.0f} s"
    return told + "\n\n" + "\n".join(lines)


def main() -> None:
    """Both kinds of answers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a twentieth of the samples")
    parser.add_argument("--workers", type=int, default=1, help="processes (default 1)")
    asked = parser.parse_args()
    plan = Plan(50, 500, 10, 200, 5) if asked.quick else Plan()
    print(machine())
    with threadpool_limits(1):
        for answers in ("continuous", "rounded"):
            print()
            print(study(plan, answers, asked.workers))


if __name__ == "__main__":
    main()
