"""LMG and intervals beside pingouin's linear_regression(relimp): python tests/benchmarks/peers_pingouin.py [--peer PYTHON].

pingouin 0.7.0 (GPL-3) is installed into an environment of its own, whose interpreter runs this very file with --side pingouin. Both sides
have the same rows and are timed in turn in one run, on one core. pingouin resamples nothing: a bootstrap would be a loop, timed by one fit.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from timing import Line

ROWS = 10_000
PEER = "pingouin==0.7.0"
SIZES = (6, 8, 10, 12, 15)
DRAWS = 1_000


def best(task: Callable[[], object], least: float = 0.5) -> float:
    """Seconds of the least disturbed run, of as many as half a second allows."""
    taken: list[float] = []
    while not taken or (sum(taken) < least and len(taken) < 30):
        start = time.perf_counter()
        task()
        taken.append(time.perf_counter() - start)
    return min(taken)


def made(p: int) -> pd.DataFrame:
    """Correlated drivers x0, x1, ... and an outcome y."""
    draw = np.random.default_rng(p)
    X = draw.normal(size=(ROWS, p)) + 0.8 * draw.normal(size=(ROWS, 1))
    return pd.DataFrame(X, columns=[f"x{k}" for k in range(p)]).assign(y=X @ draw.uniform(0, 0.3, p) + draw.normal(size=ROWS))


def theirs(path: Path) -> dict[str, object]:
    """Seconds and estimates of pingouin, in its own interpreter."""
    import pingouin

    frame = pd.read_csv(path)
    X, y = frame.drop(columns="y"), frame["y"]
    found = pingouin.linear_regression(X, y, relimp=True)
    taken = best(lambda: pingouin.linear_regression(X, y, relimp=True))
    return {"seconds": taken, "estimate": found["relimp"].tolist()[1:], "version": pingouin.__version__}


@dataclass(frozen=True)
class Pair:
    """Both sides with so many drivers: seconds, ours with resamples, and the largest gap between the estimates."""

    drivers: int
    ours: float
    theirs: float
    resampled: float | None
    gap: float

    def cells(self) -> list[str]:
        """A line of the table."""
        line = [str(self.drivers), f"{self.ours:.4f}", f"{self.theirs:.4f}", f"{self.theirs / self.ours:.0f}"]
        if self.resampled is not None:
            loop = DRAWS * self.theirs
            line += [f"{self.resampled:.2f}", f"{loop:.0f}", f"{loop / self.resampled:.0f}"]
        return line


def compared(p: int, peer: str) -> Pair:
    """Both sides on the same rows."""
    import csat_lib as csat

    frame = made(p)
    names = list(frame)[:p]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        frame.to_csv(path, index=False)
        one = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        command = [peer, str(Path(__file__).resolve()), "--side", "pingouin", "--rows", str(path)]
        said = subprocess.run(command, env=one, check=True, capture_output=True, text=True).stdout
    other = json.loads(said.splitlines()[-1])
    gap = float(np.abs(csat.drivers.importance(frame, "y", names)["estimate"] - other["estimate"]).max())
    ours = best(lambda: csat.drivers.importance(frame, "y", names))
    resampled = best(lambda: csat.drivers.importance(frame, "y", names, draws=DRAWS, seed=1)) if p == 10 else None
    return Pair(p, ours, float(other["seconds"]), resampled, gap)


def lines(part: int) -> Iterator[Line]:
    """The speeds alone, for the table of all speeds; with a part of the sizes fewer drivers."""
    from peers import installed

    python, peer = str(installed(PEER)), PEER.replace("==", " ")
    for p in SIZES[2:] if part == 1 else SIZES[:1]:
        found = compared(p, python)
        yield Line(f"LMG, {p} drivers, n = {ROWS:,}", found.ours, peer, found.theirs, under=0.05 if p == 15 else None)
        if found.resampled is not None:
            told = f"{DRAWS:,} fits of {peer}, timed by one"
            yield Line(f"LMG, {p} drivers, n = {ROWS:,}, {DRAWS:,} resamples", found.resampled, told, DRAWS * found.theirs, under=2.0)


def main() -> None:
    """Print drivers, seconds of both, the ratio, and with ten drivers the same for 1,000 resamples."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", help="interpreter that has pingouin (default: that of build/peers, made when it is not there)")
    parser.add_argument("--side", choices=["both", "pingouin"], default="both")
    parser.add_argument("--rows", type=Path)
    asked = parser.parse_args()
    if asked.side == "pingouin":
        print(json.dumps(theirs(asked.rows)))
        return
    from peers import installed
    from threadpoolctl import threadpool_limits

    python = asked.peer or str(installed(PEER))

    heads = ["drivers", "ours", "pingouin", "times faster", f"ours, {DRAWS:,} resamples", "pingouin, that many fits", "times faster"]
    print("  ".join(heads))
    gaps = []
    with threadpool_limits(1):
        for p in SIZES:
            found = compared(p, python)
            gaps.append(found.gap)
            print("  ".join(f"{cell:>{len(head)}}" for cell, head in zip(found.cells(), heads, strict=False)))
    print(f"largest difference between the two programs' estimates: {max(gaps):.1e}")


if __name__ == "__main__":
    main()
