"""A path model of 100 million respondents from Parquet, in bounded memory: python tests/benchmarks/large.py [--rows N] [--folder F].

The answers to 24 questions on 1-10 lie in files of a million rows, one byte an answer. They take about 1.2 GB of disk while it runs.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from memory import costs
from models import ecsi, plausible
from threadpoolctl import threadpool_limits
from timing import machine

import csat_lib as csat
from csat_lib.model import PlsFit
from csat_lib.simulate import population, responses
from csat_lib.stats import Moments, each_piece, moments
from csat_lib.survey import moments_from_parquet, moments_from_partitions

PART = 1_000_000
GROUP = 250_000
BYTES_A_ROW = 24  # more than the files take: an answer of ten needs half a byte
ALLOWED = 1024.0  # MiB
TIGHT = {"tolerance": 1e-12, "max_iterations": 1000}


def written(folder: Path, rows: int) -> float:
    """Seconds to make the files, in as many processes as there are cores."""
    free = shutil.disk_usage(folder).free
    if free < rows * BYTES_A_ROW:
        raise SystemExit(
            f"{folder} has {free / 1e9:.1f} GB free, {rows:,} rows may need {rows * BYTES_A_ROW / 1e9:.1f} GB. Name a --folder."
        )
    start = time.perf_counter()
    known = responses(plausible(ecsi()), min(PART, rows), seed=1, answers="rounded")
    np.save(folder / "known.npy", known.to_numpy().astype(np.int8))
    each_piece(partial(write, folder, rows), range(-(-rows // PART)), workers=-1, what="Files")
    return time.perf_counter() - start


def write(folder: Path, rows: int, number: int) -> None:
    """One file of respondents drawn, with replacement, from a million simulated ones; a million in a file, or what is left."""
    known = np.load(folder / "known.npy", mmap_mode="r")
    drawn = known[np.random.default_rng(number).integers(0, len(known), min(PART, rows - number * PART))]
    table = pa.table(dict(zip(ecsi().items, np.ascontiguousarray(drawn.T), strict=True)))
    pq.write_table(table, folder / f"part{number:04}.parquet", row_group_size=GROUP)


def files_in(folder: Path) -> list[Path]:
    """The answers, in order."""
    return sorted(folder.glob("*.parquet"))


def read(folder: Path) -> None:
    """In a process of its own: seconds and MiB of the moments, seconds of the fit, and the estimates, printed."""
    model = ecsi()
    kept: list[Moments] = []
    with threadpool_limits(1):
        moments_from_parquet(files_in(folder)[0], model.items[:2])
        taken, more = costs(lambda: kept.append(moments_from_parquet(folder, model.items, scale=(1, 10))))
        start = time.perf_counter()
        fit = csat.fit_pls(kept[0], model, **TIGHT)
        once = time.perf_counter() - start
    print(json.dumps({"seconds": taken, "peak": more, "fit": once, "n": fit.moments.n, "paths": fit.paths["estimate"].tolist()}))


def gap(one: PlsFit, other: PlsFit) -> float:
    """Largest difference of paths, weights and loadings."""
    return max(
        float(np.abs(getattr(one, each)["estimate"] - getattr(other, each)["estimate"]).max()) for each in ("paths", "weights", "loadings")
    )


def compared(folder: Path) -> list[str]:
    """The first two files: read together, added up, by two processes, and as rows in memory."""
    model = ecsi()
    files = files_in(folder)[:2]
    frame = pd.concat([pd.read_parquet(file) for file in files], ignore_index=True)
    expected = csat.fit_pls(moments(frame, model.items), model, **TIGHT)
    single = [moments_from_parquet(file, model.items) for file in files]
    ways = {
        "their moments added": single[0] + single[-1] if len(files) > 1 else single[0],
        "by partitions": moments_from_partitions(files, model.items, workers=2),
    }
    fits = {way: csat.fit_pls(found, model, **TIGHT) for way, found in ways.items()}
    return [f"largest difference from {len(frame):,} rows in memory, {way}: {gap(fit, expected):.1e}" for way, fit in fits.items()]


def main() -> None:
    """Write, read in a fresh process, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000_000)
    parser.add_argument("--folder", type=Path, help="where the files may lie for a while (default: the system's temporary folder)")
    asked = parser.parse_args()
    model = ecsi()
    print(machine())
    with tempfile.TemporaryDirectory(dir=asked.folder) as place:
        folder = Path(place)
        print(f"{asked.rows:,} x 24 written in {written(folder, asked.rows):.0f} s, ", end="")
        print(f"{sum(file.stat().st_size for file in files_in(folder)) / 1e9:.2f} GB in {len(files_in(folder))} files", flush=True)
        done = subprocess.run([sys.executable, __file__, "read", folder], capture_output=True, text=True, check=True)
        found = json.loads(done.stdout)
        print(f"moments in one process: {found['seconds']:.1f} s, {found['n'] / found['seconds'] / 1e6:.2f} million rows a second")
        print(
            f"peak memory above the start: {found['peak']:.0f} MiB ({'within' if found['peak'] <= ALLOWED else 'ABOVE'} {ALLOWED:.0f} MiB)"
        )
        print(f"fit on the moments: {1000 * found['fit']:.1f} ms; paths within ", end="")
        truth = csat.fit_pls(population(plausible(model)), model, **TIGHT).paths["estimate"]
        print(f"{np.abs(truth - found['paths']).max():.4f} of those of answers that were not rounded")
        start = time.perf_counter()
        moments_from_partitions(files_in(folder), model.items, workers=2)
        print(f"moments in two processes, file by file: {time.perf_counter() - start:.1f} s")
        print("\n".join(compared(folder)))


if __name__ == "__main__":
    if sys.argv[1:2] == ["read"]:
        read(Path(sys.argv[2]))
    else:
        main()
