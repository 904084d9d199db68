"""The indicator system: shaken weights, Sobol indices of how an index is built, and one move in the weights lab."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from timing import Line, seconds

import csat_lib as csat
from csat_lib.report.lab import Bench, evidence

UNITS, INDICATORS = 100, 20
PARENTS, CHILDREN = 4, 5


def scored() -> tuple[pd.DataFrame, pd.Series]:
    """Scores of units on indicators, and weights that sum to 1."""
    rng = np.random.default_rng(4)
    names = [f"i{number}" for number in range(INDICATORS)]
    return pd.DataFrame(rng.normal(70, 8, (UNITS, INDICATORS)), columns=names), pd.Series(
        rng.dirichlet(np.full(INDICATORS, 5.0)), index=names
    )


def shaken(draws: int) -> Line:
    """Ranks under many weights beside numpy's product of scores and weights, sorted once."""
    scores, weights = scored()
    ours = seconds(lambda: csat.index.robustness(scores, weights, draws=draws, seed=1))
    rng, X = np.random.default_rng(1), scores.to_numpy()
    floor = seconds(lambda: (X @ rng.dirichlet(60 * weights.to_numpy(), size=draws).T).argsort(axis=0))
    return Line(
        f"{draws:,} shaken weights x {UNITS} units x {INDICATORS} indicators, with ranks",
        ours,
        "numpy: draw, multiply, sort",
        floor,
        under=0.5,
    )


def choices(base: int) -> Line:
    """Which of five choices moves the ranks."""
    scores, weights = scored()
    rng = np.random.default_rng(5)
    sets = {
        "stated": weights,
        **{f"set{number}": pd.Series(rng.dirichlet(np.full(INDICATORS, 5.0)), index=weights.index) for number in range(3)},
    }
    ours = seconds(lambda: csat.index.sensitivity(scores, sets, seed=1, samples=base))
    return Line(f"Sobol indices of five choices in building the index, {UNITS} units x {INDICATORS} indicators", ours, under=10.0)


def project(root: Path, rows: int) -> None:
    """A study of two waves with an indicator system of twenty leaves and a hundred units."""
    leaves = {f"p{parent}": [f"q{parent}_{child}" for child in range(CHILDREN)] for parent in range(PARENTS)}
    items = list(itertools.chain.from_iterable(leaves.values()))
    node = "{{weight: {}, {}}}".format
    branches = {
        parent: "children: {" + ", ".join(f"{item}: {node(1 / CHILDREN, f'item: {item}')}" for item in under) + "}"
        for parent, under in leaves.items()
    }
    system = ["index:", "  children:", *(f"    {parent}: {node(1 / PARENTS, branch)}" for parent, branch in branches.items())]
    place = root / "params" / "lab"
    place.mkdir(parents=True)
    units = [f"u{number:03}" for number in range(UNITS)]
    codebook = ["defaults: {scale: {min: 1, max: 10}}", "items:", *(f"  {item}:" for item in items)]
    codebook += ["attributes:", "  unit: {role: segment, values: {" + ", ".join(f"{unit}: {unit}" for unit in units) + "}}"]
    (place / "codebook.yaml").write_text("\n".join(codebook) + "\n", encoding="utf-8")
    (place / "indicators.yaml").write_text("\n".join(system) + "\n", encoding="utf-8")
    (place / "study.yaml").write_text("title: A bench\nsegments: [unit]\nbootstrap: {draws: 1000, seed: 1}\n", encoding="utf-8")
    (root / "data" / "lab" / "customers").mkdir(parents=True)
    for seed, period in enumerate(("2026Q2", "2026Q3")):
        (place / f"{period}.yaml").write_text(f"period: {period}\n", encoding="utf-8")
        rng = np.random.default_rng(seed)
        liking = rng.normal(7, 1.5, (rows, 1))
        answers = pd.DataFrame(np.clip(np.rint(liking + rng.normal(0, 1, (rows, len(items)))), 1, 10).astype(int), columns=items)
        answers.assign(unit=np.array(units)[np.arange(rows) % UNITS]).to_csv(
            root / "data" / "lab" / "customers" / f"{period}.csv", index=False
        )


def lab_move(rows: int) -> Line:
    """A slider is moved: index, change, ranks and their stability are read again."""
    with tempfile.TemporaryDirectory() as folder:
        project(Path(folder), rows)
        bench = Bench(evidence(csat.load_study("lab", "2026Q3", root=folder), by="unit"))
        turn = itertools.cycle((0.2, 0.3, 0.4))

        def moved() -> None:
            bench.move("p0", next(turn))
            bench.readings()

        ours = seconds(moved)
    return Line(f"one move in the weights lab, {UNITS} units x {INDICATORS} indicators, two waves of {rows:,}", ours, under=0.1)


def lines(part: int) -> Iterator[Line]:
    """All of the indicator system's, at a fraction of the sizes."""
    yield shaken(10_000 // part)
    yield choices(4_096 if part == 1 else 256)
    yield lab_move(5_000 if part == 1 else 1_000)
