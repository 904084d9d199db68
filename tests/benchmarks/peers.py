"""csat_lib beside seminr for Python, on the same data and the same resamples: python tests/benchmarks/peers.py [--quick].

seminr 0.2.1 (GPL-3) is installed into an environment of its own, runs in processes of its own, and nothing here depends on it.

What the bootstraps compute: both programs estimate every resample anew (standardised items, path scheme, until the weights move by less
than 1e-7) and keep paths, weights, loadings, total effects and HTMT. csat_lib adds R squared, the 0-100 indices and signs aligned with the
full sample, and leaves single items out of HTMT; seminr adds means and standard deviations of its draws. Each process has one BLAS thread.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from memory import costs
from models import ROOT, answers, ecsi, mobile
from threadpoolctl import threadpool_limits
from timing import Line, machine, seconds

import csat_lib as csat
from csat_lib.model import PlsFit
from csat_lib.model.consistent import consistent, score_reliability
from csat_lib.model.quality import htmt_table
from csat_lib.stats import blocks, counts
from csat_lib.study import Structure

PEER = "seminr==0.2.1"
PLACE = ROOT / "build" / "peers"
TIGHT = {"tolerance": 1e-12, "max_iterations": 1000}
PATIENCE = 120.0  # seconds: a longer bootstrap of the peer is measured in part
FEW, SOME = 20, 500
ONE_THREAD = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    what: str
    ours: str
    theirs: str
    ratio: str = ""


def installed(peer: str = PEER) -> Path:
    """The interpreter of an environment of the peer's own, made when it is not there."""
    place = PLACE / peer.partition("==")[0]
    python = place / "bin" / "python"
    if not python.is_file():
        print(f"Installing {peer} into {place.relative_to(ROOT)}")
        subprocess.run([sys.executable, "-m", "venv", place], check=True)
        subprocess.run([python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", peer], check=True)
    return python


def asked(python: Path, task: str, folder: Path, *numbers: int, script: str = "seminr_side.py") -> str:
    """What a script prints in a process of its own."""
    command = [python, Path(__file__).with_name(script), task, folder, *map(str, numbers)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=ONE_THREAD)
    if done.returncode:
        raise SystemExit(f"{script} {task} failed:\n{done.stderr}")
    return done.stdout


def largest(gaps: Mapping[str, float]) -> list[Row]:
    """Largest absolute differences by name."""
    return [Row(f"largest difference of the {name}", "", "", f"{gap:.1e}") for name, gap in gaps.items()]


def estimates(python: Path, folder: Path, fit: PlsFit) -> list[Row]:
    """Every estimate of the two programs on the same data."""
    asked(python, "estimates", folder)
    with np.load(folder / "estimates.npz") as found:
        theirs = {name: found[name] for name in found.files}
    names, items = theirs["constructs"].tolist(), theirs["items"].tolist()
    corrected = consistent(fit)
    ratios = htmt_table(fit)
    reliability = score_reliability(fit)
    reliability = reliability[reliability["metric"] == "rho_a"]

    def measured(table: pd.DataFrame, name: str) -> float:
        at = [(items.index(item), names.index(construct)) for construct, item in zip(table["construct"], table["item"], strict=True)]
        return float(np.abs(table["estimate"] - theirs[name][tuple(zip(*at, strict=True))]).max())

    def structural(table: pd.DataFrame, name: str) -> float:
        at = [(names.index(cause), names.index(effect)) for cause, effect in zip(table["cause"], table["effect"], strict=True)]
        return float(np.abs(table["estimate"] - theirs[name][tuple(zip(*at, strict=True))]).max())

    upper = np.fmax(theirs["htmt"], theirs["htmt"].T)
    pairs = [(names.index(a), names.index(b)) for a, b in zip(ratios["cause"], ratios["effect"], strict=True)]
    rho = dict(zip(names, theirs["rho_a"], strict=True))
    gaps = {
        "weights": measured(fit.weights, "weights"),
        "loadings": measured(fit.loadings, "loadings"),
        "paths": structural(fit.paths, "paths"),
        "R squared": float(np.abs(fit.r_squared.loc[theirs["effects"].tolist()].to_numpy() - theirs["r_squared"]).max()),
        "HTMT": float(np.abs(ratios["estimate"] - upper[tuple(zip(*pairs, strict=True))]).max()),
        "rho_A": max(abs(estimate - rho[name]) for name, estimate in zip(reliability["construct"], reliability["estimate"], strict=True)),
        "PLSc loadings": measured(corrected.fit.loadings, "consistent_loadings"),
        "PLSc paths": structural(corrected.fit.paths, "consistent_paths"),
    }
    return largest(gaps)


def same_resamples(python: Path, folder: Path, fit: PlsFit, frame: pd.DataFrame, draws: int) -> list[Row]:
    """Every estimate of the two programs on the same resamples: seminr is handed the rows that ``csat.bootstrap`` draws."""
    ours = csat.bootstrap(fit, frame, draws=draws, seed=1)
    taken = np.concatenate([counts(block, len(frame)) for block in blocks(draws, len(frame), 1)]).astype(int)
    np.save(folder / "taken.npy", np.array([np.repeat(np.arange(len(frame)), row) for row in taken]))
    asked(python, "resamples", folder)
    with np.load(folder / "resamples.npz") as found:
        theirs = {name: found[name] for name in found.files}
    names, items = theirs["constructs"].tolist(), theirs["items"].tolist()
    own = [(items.index(item), names.index(construct)) for construct, item in fit.weights[["construct", "item"]].to_numpy()]
    paths = [(names.index(cause), names.index(effect)) for cause, effect in fit.structure.paths]
    at = [names.index(name) for name in fit.structure.names]
    upper = np.fmax(theirs["htmt"], theirs["htmt"].transpose(1, 0, 2))
    pairs = [(names.index(a), names.index(b)) for a, b in ours.htmt_pairs]

    def gap(mine: np.ndarray, places: list[tuple[int, int]], values: np.ndarray) -> float:
        return float(np.abs(mine - values[tuple(zip(*places, strict=True))]).max())

    gaps = {
        "weights": gap(ours.weights, own, theirs["weights"]),
        "loadings": gap(ours.loadings, own, theirs["loadings"]),
        "paths": gap(ours.paths, paths, theirs["paths"]),
        "total effects": float(np.abs(ours.total_effects - theirs["total_effects"][np.ix_(at, at)]).max()),
        "HTMT": gap(ours.htmt, pairs, upper),
    }
    lost = sum(ours.degenerate.values()) + int(theirs["fails"])
    return [Row(f"{draws} resamples, the same rows on both sides", f"{lost} lost", "", ""), *largest(gaps)]


def their_bootstrap(python: Path, folder: Path, draws: int, cores: int) -> tuple[float, str]:
    """Seconds of seminr's bootstrap: all of it, or what 500 draws cost beyond 20, times as many as it takes, and the cost of starting."""
    few, some = (float(json.loads(asked(python, "bootstrap", folder, number, cores))) for number in (FEW, SOME))
    scaled = few + (some - few) / (SOME - FEW) * (draws - FEW)
    if scaled > PATIENCE:
        return scaled, f"{scaled:.1f} s, from {SOME}"
    return (taken := float(json.loads(asked(python, "bootstrap", folder, draws, cores)))), f"{taken:.1f} s"


def bootstraps(python: Path, folder: Path, frame: pd.DataFrame, draws: int) -> list[tuple[Line, Row]]:
    """The whole bootstrap on one core and on two."""
    fit = csat.fit_pls(frame, ecsi(), scale=(1, 10))
    rows = []
    for cores in (1, 2):
        csat.bootstrap(fit, frame, draws=500, seed=1, workers=cores)  # joblib's processes start once in a session
        ours = seconds(lambda: csat.bootstrap(fit, frame, draws=draws, seed=1, workers=cores))  # noqa: B023
        theirs, told = their_bootstrap(python, folder, draws, cores)
        task = f"bootstrap, {draws:,} draws, {cores} process{'es' * (cores > 1)}"
        row = Row(task, f"{ours:.3f} s", told, f"{theirs / ours:.0f} times")
        rows.append((Line(f"{task}, ECSI model, 250 x 24", ours, PEER.replace("==", " "), theirs, times=1 / 100), row))
    return rows


def fits(python: Path, folder: Path, n: int) -> tuple[Line, list[Row]]:
    """One fit of very many rows that are in memory already: time and further memory, each in a process of its own."""
    np.save(folder / "many.npy", answers(ecsi(), n).to_numpy())
    copy = n * len(ecsi().items) * 8 / 2**20
    own = [json.loads(asked(Path(sys.executable), "fit", folder, script="peers.py")) for _ in range(3)]
    ours, memory = min(own)
    theirs, more = json.loads(asked(python, "fit", folder))
    task = f"one fit of {n:,} x 24, in memory"
    line = Line(f"{task}, peak {memory:.0f} MiB above the data (theirs {more:.0f})", ours, PEER.replace("==", " "), theirs, times=1 / 40)
    return line, [
        Row(task, f"{ours:.3f} s", f"{theirs:.2f} s", f"{theirs / ours:.0f} times"),
        Row(f"  its peak above the loaded data ({copy:.0f} MiB)", f"{memory:.0f} MiB", f"{more:.0f} MiB", f"{more / memory:.0f} times"),
    ]


def our_fit(folder: Path) -> None:
    """Seconds and MiB above the loaded data of one fit, printed for ``fits``."""
    model = ecsi()
    frame = pd.DataFrame(np.load(folder / "many.npy"), columns=list(model.items), copy=False)
    with threadpool_limits(1):
        csat.fit_pls(frame.head(1000), model)
        print(json.dumps(costs(lambda: csat.fit_pls(frame, model))))


def table(rows: list[Row]) -> str:
    """The rows under each other."""
    cells = [("", "csat_lib", PEER.replace("==", " "), "ratio or gap"), *((row.what, row.ours, row.theirs, row.ratio) for row in rows)]
    wide = [max(len(row[column]) for row in cells) for column in range(4)]
    return "\n".join("  ".join(f"{cell:{'<' if at == 0 else '>'}{wide[at]}}" for at, cell in enumerate(row)) for row in cells)


def hand_over(folder: Path, model: Structure, frame: pd.DataFrame) -> None:
    """Model and rows as files, for the peer."""
    asked_for = {"constructs": {each.name: list(each.items) for each in model.constructs}}
    asked_for["drivers_of"] = {effect: list(causes) for effect, causes in model.drivers_of.items()}
    (folder / "model.json").write_text(json.dumps(asked_for), encoding="utf-8")
    np.save(folder / "rows.npy", frame.to_numpy())


def lines(part: int) -> Iterator[Line]:
    """The speeds alone, for the table of all speeds."""
    python, model = installed(), ecsi()
    frame = mobile(model)[0][list(model.items)]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        hand_over(folder, model, frame)
        yield from (line for line, _ in bootstraps(python, folder, frame, 5_000 // part))
        yield fits(python, folder, 1_000_000 // part)[0]


def main() -> None:
    """Compare the numbers, then the times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the sizes, for a look whether all of it runs")
    part = 10 if parser.parse_args().quick else 1
    python = installed()
    model = ecsi()
    frame, which = mobile(model)
    frame = frame[list(model.items)]
    with tempfile.TemporaryDirectory() as place, threadpool_limits(1):
        folder = Path(place)
        hand_over(folder, model, frame)
        fit = csat.fit_pls(frame, model, **TIGHT)
        print(machine())
        print(f"ECSI model, 250 x 24 {which} answers, standardised, path scheme\n")
        rows = [
            *estimates(python, folder, fit),
            *same_resamples(python, folder, fit, frame, 200),
            *(row for _, row in bootstraps(python, folder, frame, 5_000 // part)),
            *fits(python, folder, 1_000_000 // part)[1],
        ]
    print(table(rows))


if __name__ == "__main__":
    if sys.argv[1:2] == ["fit"]:
        our_fit(Path(sys.argv[2]))
    else:
        main()
