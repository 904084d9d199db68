"""What seminr gives: runs in the peers' own environment, where csat_lib is not installed, and nothing of it is imported anywhere else.

python seminr_side.py TASK FOLDER [NUMBER...]: reads model.json and the arrays of FOLDER, writes TASK.npz or prints JSON.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
import seminr
from memory import costs
from seminr.evaluate import htmt, reliability_table

TIGHT = 12  # stop when all weights together move by less than 1e-12


def loaded(folder: Path, rows: str, kind: str = "composite") -> tuple:
    """Data, measurement model and structural model, in seminr's words."""
    model = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    made = [
        seminr.reflective(name, items) if kind == "reflective" and len(items) > 1 else seminr.composite(name, items)
        for name, items in model["constructs"].items()
    ]
    paths = [seminr.paths(causes, effect) for effect, causes in model["drivers_of"].items()]
    names = [item for items in model["constructs"].values() for item in items]
    return (names, np.load(folder / rows)), seminr.constructs(*made), seminr.relationships(*paths)


def estimates(folder: Path) -> None:
    """Composites and consistent PLS of the same data, both to the last digits."""
    how = {"stop_criterion": TIGHT, "max_it": 1000}
    plain = seminr.estimate_pls(*loaded(folder, "rows.npy"), **how)
    corrected = seminr.estimate_pls(*loaded(folder, "rows.npy", "reflective"), **how)
    np.savez(
        folder / "estimates.npz",
        constructs=plain.path_coef.rows,
        items=plain.outer_weights.rows,
        paths=plain.path_coef.values,
        weights=plain.outer_weights.values,
        loadings=plain.outer_loadings.values,
        r_squared=plain.r_squared.select_rows(("Rsq",)).values[0],
        effects=plain.r_squared.cols,
        htmt=htmt(plain).values,
        rho_a=reliability_table(plain).column("rhoA"),
        consistent_paths=corrected.path_coef.values,
        consistent_loadings=corrected.outer_loadings.values,
    )


def resamples(folder: Path) -> None:
    """The estimates of the resamples whose rows are given."""
    model = seminr.estimate_pls(*loaded(folder, "rows.npy"), stop_criterion=TIGHT, max_it=1000)
    taken = np.load(folder / "taken.npy")
    boot = seminr.bootstrap_model(model, len(taken), indices=taken)
    kept = {"paths": boot.boot_paths, "weights": boot.boot_weights, "loadings": boot.boot_loadings}
    kept |= {"total_effects": boot.boot_total_paths, "htmt": boot.boot_htmt}
    arrays = {name: np.stack([each.values for each in draws], axis=-1) for name, draws in kept.items()}
    np.savez(folder / "resamples.npz", constructs=model.path_coef.rows, items=model.outer_weights.rows, fails=boot.fails, **arrays)


def bootstrap(folder: Path, draws: int, cores: int) -> None:
    """Seconds of its bootstrap with its own stopping rule, its processes included."""
    model = seminr.estimate_pls(*loaded(folder, "rows.npy"))
    start = time.perf_counter()
    seminr.bootstrap_model(model, draws, seed=1, cores=cores)
    print(json.dumps(time.perf_counter() - start))


def fit(folder: Path) -> None:
    """Seconds and MiB above the loaded data of one fit."""
    given = loaded(folder, "many.npy")
    print(json.dumps(costs(lambda: seminr.estimate_pls(*given))))


if __name__ == "__main__":
    task, place, *numbers = sys.argv[1:]
    {each.__name__: each for each in (estimates, resamples, bootstrap, fit)}[task](Path(place), *map(int, numbers))
