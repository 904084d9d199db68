"""The path model: 5,000 resamples of the ECSI model, and one fit of a million rows."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from timing import Line, seconds

import csat_lib as csat
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


def ecsi() -> Structure:
    """The ECSI model with the columns of the mobile phone survey."""
    model = csat.load_model("ecsi", root=ROOT).with_items("complaints", ("CUSCO",))
    for name, (stem, count) in MOBILE.items():
        model = model.with_items(name, tuple(f"{stem}{number}" for number in range(1, count + 1)))
    return model


def answers(model: Structure, n: int) -> pd.DataFrame:
    """Simulated answers on 1-10 from a plausible truth."""
    paths = {(cause, effect): 0.7 / len(model.drivers_of[effect]) for cause, effect in model.paths}
    return responses(FactorTruth(model, paths, dict.fromkeys(model.items, 0.75)), n, seed=1, answers="rounded")


def mobile(model: Structure) -> tuple[pd.DataFrame, str]:
    """The 250 real answers where they are at hand, else simulated ones of that shape."""
    path = ROOT / Path(os.environ.get("CSAT_REAL_DATA") or "../shared/data") / "ecsi_mobile" / "mobi.csv"
    if path.is_file():
        return pd.read_csv(path).astype(float), "real"
    return answers(model, 250), "simulated"


def resampling(draws: int) -> Line:
    """The whole bootstrap beside its floor.

    The floor is what no numpy program that iterates all draws at once can leave out: drawing the rows, one product of the counts with the
    row-wise products, and for every iteration that the full sample needs one product of each draw's covariances with its weights, block by
    block. It has no inner weights, no regressions, no convergence test, no loadings, HTMT, total effects or signs.
    """
    model = ecsi()
    frame, which = mobile(model)
    fit = csat.fit_pls(frame, model, scale=(1, 10))
    ours = seconds(lambda: csat.bootstrap(fit, frame, draws=draws, seed=1))
    Z = ((frame - frame.mean()) / frame.std())[list(model.items)].to_numpy()
    upper = np.triu_indices(Z.shape[1])
    wide = np.column_stack([Z, Z[:, upper[0]] * Z[:, upper[1]]])
    sizes = np.cumsum([0, *(len(each.items) for each in model.constructs)])

    def floor() -> None:
        rng = np.random.default_rng(1)
        for start in range(0, draws, 250):
            size = min(250, draws - start)
            picks = rng.integers(0, len(Z), size=(size, len(Z))) + np.arange(size)[:, None] * len(Z)
            taken = np.bincount(picks.ravel(), minlength=size * len(Z)).reshape(size, len(Z)).astype(float)
            second = (taken @ wide)[:, Z.shape[1] :].T
            S = np.empty((Z.shape[1], Z.shape[1], size))
            S[upper] = S[upper[::-1]] = second
            w, C = np.ones((Z.shape[1], size)), np.empty((Z.shape[1], len(sizes) - 1, size))
            for _ in range(fit.iterations):
                for block, (a, b) in enumerate(pairwise(sizes)):
                    np.einsum("pqb,qb->pb", S[:, a:b], w[a:b], out=C[:, block])

    task = f"{draws:,} resamples of the ECSI model, 250 x 24 {which}, with HTMT, total effects, signs, index"
    return Line(task, ours, f"floor: counts, one product, S w in {fit.iterations} iterations", seconds(floor))


def one_fit(n: int) -> Line:
    """A fit from the rows of a DataFrame beside the Gram matrix of the same numbers, which lie in one array already."""
    model = ecsi()
    frame = answers(model, n)
    X = np.ascontiguousarray(frame.to_numpy())
    ours = seconds(lambda: csat.fit_pls(frame, model))
    return Line(f"one fit of {n:,} x 24 from a DataFrame", ours, "numpy X'X of the array", seconds(lambda: X.T @ X))
