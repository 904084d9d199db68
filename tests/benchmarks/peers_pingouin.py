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
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

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


def compared(p: int, peer: str) -> tuple[list[str], float]:
    """One line of the table, and the largest gap between the two programs' estimates."""
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
    line = [str(p), f"{ours:.4f}", f"{other['seconds']:.4f}", f"{other['seconds'] / ours:.0f}"]
    if p == 10:
        resampled = best(lambda: csat.drivers.importance(frame, "y", names, draws=DRAWS, seed=1))
        line += [f"{resampled:.2f}", f"{DRAWS * other['seconds']:.0f}", f"{DRAWS * other['seconds'] / resampled:.0f}"]
    return line, gap


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
            line, gap = compared(p, python)
            gaps.append(gap)
            print("  ".join(f"{cell:>{len(head)}}" for cell, head in zip(line, heads, strict=False)))
    print(f"largest difference between the two programs' estimates: {max(gaps):.1e}")


if __name__ == "__main__":
    main()
