"""The path model: 5,000 resamples of the ECSI model and what is made of them, and one fit of a million rows."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from timing import Line, seconds

import csat_lib as csat
from csat_lib.model.fimix import fimix
from csat_lib.model.groups import compare_paths
from csat_lib.model.invariance import micom
from csat_lib.model.predict import predict
from csat_lib.simulate import FactorTruth, responses
from csat_lib.study import Structure

ROOT = Path(__file__).resolve().parents[2]
MOBILE = {
    "image": ("IMAG", 5),
    "expectations": ("CUEX", 3),
    "quality": ("PERQ", 7),
    "value": ("PERV", 2),
    "satisfaction": ("CUSA", 3),
    "loyalty": ("CUSL", 3),
}
BLOCK = 250


def ecsi() -> Structure:
    """The ECSI model with the columns of the mobile phone survey."""
    model = csat.load_model("ecsi", root=ROOT).with_items("complaints", ("CUSCO",))
    for name, (stem, count) in MOBILE.items():
        model = model.with_items(name, tuple(f"{stem}{number}" for number in range(1, count + 1)))
    return model


def plausible(model: Structure) -> FactorTruth:
    """A truth in which every construct is measured with loadings of .75 and the causes of each share .7."""
    paths = {(cause, effect): 0.7 / len(model.drivers_of[effect]) for cause, effect in model.paths}
    return FactorTruth(model, paths, dict.fromkeys(model.items, 0.75))


def answers(model: Structure, n: int) -> pd.DataFrame:
    """Simulated answers on 1-10 from a plausible truth."""
    return responses(plausible(model), n, seed=1, answers="rounded")


def mobile(model: Structure) -> tuple[pd.DataFrame, str]:
    """The 250 real answers where they are at hand, else simulated ones of that shape."""
    path = ROOT / Path(os.environ.get("CSAT_REAL_DATA") or "../shared/data") / "ecsi_mobile" / "mobi.csv"
    if path.is_file():
        return pd.read_csv(path).astype(float), "real"
    return answers(model, 250), "simulated"


def least_kernels(Z: np.ndarray, sizes: list[int], iterations: int, draws: int) -> None:
    """The strict floor: what no program that iterates all draws at once can leave out.

    Drawing the rows; one product of the counts with each different row-wise product; and for every iteration that the full sample needs
    the product of each draw's covariances with its weights, block by block, along contiguous memory. It has no inner weights, no
    regressions, no convergence test, no loadings, HTMT, total effects, signs or indices.
    """
    rng, n, P = np.random.default_rng(1), *Z.shape
    upper = np.triu_indices(P)
    wide = np.column_stack([Z, Z[:, upper[0]] * Z[:, upper[1]]])
    for start in range(0, draws, BLOCK):
        size = min(BLOCK, draws - start)
        second = (drawn(rng, size, n) @ wide)[:, P:].T
        S = np.empty((P, P, size))
        S[upper] = S[upper[::-1]] = second
        w, C = np.ones((P, size)), np.empty((P, len(sizes) - 1, size))
        for _ in range(iterations):
            for block, (a, b) in enumerate(pairwise(sizes)):
                np.einsum("pqb,qb->pb", S[:, a:b], w[a:b], out=C[:, block])


def usual_kernels(Z: np.ndarray, sizes: list[int], iterations: int, draws: int) -> None:
    """The practical floor: the same three steps as a numpy program usually takes them, and still nothing else.

    Counts by ``rng.integers`` and ``bincount``; one product of the counts (B, n) with all P x P row-wise products (n, P x P), which gives S
    (B, P, P); and for every iteration that the full sample needs a batched ``S @ W`` with the weight matrices W (B, P, J).
    """
    rng, n, P = np.random.default_rng(1), *Z.shape
    wide = (Z[:, :, None] * Z[:, None, :]).reshape(n, -1)
    W = np.zeros((P, len(sizes) - 1))
    for block, (a, b) in enumerate(pairwise(sizes)):
        W[a:b, block] = 1.0
    for start in range(0, draws, BLOCK):
        size = min(BLOCK, draws - start)
        S = (drawn(rng, size, n) @ wide).reshape(size, P, P)
        batch = np.repeat(W[None], size, axis=0)
        for _ in range(iterations):
            S @ batch


def drawn(rng: np.random.Generator, draws: int, n: int) -> np.ndarray:
    """How often each row is drawn, (draws, n)."""
    picks = rng.integers(0, n, size=(draws, n)) + np.arange(draws)[:, None] * n
    return np.bincount(picks.ravel(), minlength=draws * n).reshape(draws, n).astype(float)


def resampling(draws: int) -> list[Line]:
    """The whole bootstrap, on one core and on two, beside both floors, and with gaps in the answers."""
    model = ecsi()
    frame, which = mobile(model)
    fit = csat.fit_pls(frame, model, scale=(1, 10))
    Z = ((frame - frame.mean()) / frame.std())[list(model.items)].to_numpy()
    sizes = np.cumsum([0, *(len(each.items) for each in model.constructs)]).tolist()
    ours = seconds(lambda: csat.bootstrap(fit, frame, draws=draws, seed=1), repeats=7)
    least, usual = (seconds(lambda: kernels(Z, sizes, fit.iterations, draws), repeats=7) for kernels in (least_kernels, usual_kernels))  # noqa: B023
    csat.bootstrap(fit, frame, draws=500, seed=1, workers=2)
    both = seconds(lambda: csat.bootstrap(fit, frame, draws=draws, seed=1, workers=2))
    gaps = frame.mask(np.random.default_rng(1).random(frame.shape) < 0.05)
    partial = csat.fit_pls(gaps, model, missing="pairwise", scale=(1, 10))
    paired = seconds(lambda: csat.bootstrap(partial, gaps, draws=draws, seed=1), repeats=2)
    task = f"{draws:,} resamples of the ECSI model, 250 x 24 {which}, with HTMT, total effects, signs, index"
    return [
        Line(task, ours, f"practical floor: counts, one product, {fit.iterations} batched S @ W", usual, under=1.0, times=4.0),
        Line("  the same", ours, f"strict floor: the same of the triangle alone, {fit.iterations} products block by block", least),
        Line("  the same with two processes", both, "one process", ours),
        Line("  the same with 5 % gaps, pairwise", paired, "without gaps", ours),
    ]


def summaries(draws: int) -> list[Line]:
    """The long table of a bootstrap with each kind of interval."""
    model = ecsi()
    frame, _ = mobile(model)
    fit = csat.fit_pls(frame, model, scale=(1, 10))
    made = csat.bootstrap(fit, frame, draws=draws, seed=1)
    few = csat.bootstrap(fit, frame, draws=max(draws // 5, 100), seed=1)
    plain = seconds(lambda: csat.summarise(fit, made))
    bca = seconds(lambda: csat.summarise(fit, made, interval="bca"))
    nested = seconds(lambda: csat.summarise(fit, few, interval="studentised"), repeats=1)
    again = seconds(lambda: csat.bootstrap(fit, frame, draws=25 * few.draws, seed=1), repeats=1)
    return [
        Line(f"summary of {draws:,} draws, percentile", plain),
        Line(f"summary of {draws:,} draws, BCa with its 250 jackknife samples", bca, "percentile", plain),
        Line(f"summary of {few.draws:,} draws, studentised", nested, f"a bootstrap of {25 * few.draws:,} draws", again),
    ]


def further(exchanges: int) -> list[Line]:
    """What else needs many fits, beside as many calls of ``fit_pls``, timed by one."""
    model = ecsi()
    frame, _ = mobile(model)
    fit = csat.fit_pls(frame, model, scale=(1, 10))
    halves = frame.iloc[:125], frame.iloc[125:]
    tasks: list[tuple[str, Callable[[], object], int]] = [
        ("PLSpredict, 10 folds, 10 times", lambda: predict(fit, frame, seed=1), 100),
        (f"MICOM, {exchanges:,} exchanges", lambda: micom(*halves, model, permutations=exchanges, seed=1), 2 * exchanges),
        (f"MGA and MICOM, {exchanges:,} each", lambda: compare_paths(*halves, model, permutations=exchanges, seed=1), 4 * exchanges),
    ]
    once = seconds(lambda: csat.fit_pls(frame, model))
    lines = [Line(f"{task}, 250 x 24", seconds(work, repeats=1), f"{fits:,} x fit_pls", fits * once) for task, work, fits in tasks]
    classes = seconds(lambda: fimix(fit, frame, seed=1), repeats=1)
    return [*lines, Line("FIMIX, 1 to 5 classes, 20 starts each, 250 x 24", classes)]


def one_fit(n: int) -> Line:
    """A fit from the rows of a DataFrame beside the Gram matrix of the same numbers, which lie in one array already."""
    model = ecsi()
    frame = answers(model, n)
    X = np.ascontiguousarray(frame.to_numpy())
    ours = seconds(lambda: csat.fit_pls(frame, model))
    return Line(f"one fit of {n:,} x 24 from a DataFrame", ours, "numpy X'X of the array", seconds(lambda: X.T @ X), under=0.5)


def lines(part: int) -> Iterator[Line]:
    """All of the path model's, at a fraction of the sizes."""
    yield from resampling(5_000 // part)
    yield from summaries(5_000 // part)
    yield from further(1_000 // part)
    yield one_fit(1_000_000 // part)
