"""The batch beside papermill with a kernel a run: python tests/benchmarks/batch.py [--part 1] [--kills 200].

Eight quarters of the demonstration company, notebooks 10, 20, 30, 40 and the quarterly report, in one language. Ours makes everything, data
checked and pages published; the peer only executes, one notebook after another, as ``papermill`` does from a shell loop. Then a run with
nothing changed, and kills.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from timing import Line, table

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ("10_survey_quality", "20_satisfaction_index", "30_structural_model", "40_driver_analysis", "quarterly_report")
PERIODS = ("2024Q4", "2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1", "2026Q2", "2026Q3")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
PEER = "import sys, papermill as pm; pm.execute_notebook(sys.argv[1], sys.argv[2], parameters=dict(study='demo', period=sys.argv[3]), \
kernel_name='python3', cwd=sys.argv[4], progress_bar=False)"


def project(folder: Path) -> Path:
    """The demonstration study in a folder of its own."""
    for name in ("params", "notebooks"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copyfile(ROOT / "requirements.lock", folder / "requirements.lock")
    code = "import sys; from pathlib import Path; from csat_lib.cli.reports import _generate_demo; _generate_demo(Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", code, str(folder)], env=ENVIRONMENT, check=True, stderr=subprocess.DEVNULL)
    return folder


def csat(root: Path, *words: str) -> tuple[float, float]:
    """Wall-clock and processor seconds of one command."""
    begin, before = time.perf_counter(), os.times()
    subprocess.run([sys.executable, "-m", "csat_lib.cli", "--root", str(root), *words], env=ENVIRONMENT, check=True, capture_output=True)
    after = os.times()
    return time.perf_counter() - begin, after.children_user + after.children_system - before.children_user - before.children_system


def peer(root: Path, periods: tuple[str, ...]) -> tuple[float, float]:
    """Wall-clock and processor seconds of papermill, a kernel a run, one after another in one process each."""
    begin, before = time.perf_counter(), os.times()
    for period in periods:
        for name in NOTEBOOKS:
            source, target = root / "notebooks" / f"{name}.ipynb", root / "peer.ipynb"
            command = [sys.executable, "-c", PEER, str(source), str(target), period, str(root / "notebooks")]
            subprocess.run(command, env=ENVIRONMENT, check=True, capture_output=True)
    after = os.times()
    return time.perf_counter() - begin, after.children_user + after.children_system - before.children_user - before.children_system


def lines(part: int) -> Iterator[Line]:
    """The batch beside papermill, then a run in which nothing has changed."""
    periods = PERIODS[-max(1, len(PERIODS) // part) :]
    runs = len(periods) * len(NOTEBOOKS)
    only = [word for name in NOTEBOOKS for word in ("--only", name)]
    with tempfile.TemporaryDirectory(prefix="csat-bench-") as scratch:
        root = project(Path(scratch) / "project")
        ours, cost = csat(root, "run", "demo", *periods, *only, "--language", "en", "--engine", "fork", "--workers", "2")
        idle, _ = csat(root, "run", "demo", *periods, *only, "--language", "en")
        theirs, their_cost = peer(root, periods)
    print(f"  batch: processor seconds {cost:.1f} beside {their_cost:.1f}", file=sys.stderr)
    task = f"{runs} notebooks ({len(periods)} quarters x {len(NOTEBOOKS)}) by fork on 2 workers, checked and published"
    yield Line(task, ours, "papermill, a kernel a run, in a row", theirs, times=1 / 6)
    yield Line(f"csat run of {len(periods)} quarters, nothing changed", idle, under=3.0)


def main() -> None:
    """Measure and print, then kill."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", type=int, default=1, help="8 quarters divided by this")
    parser.add_argument("--kills", type=int, default=200, help="how often a batch is killed")
    told = parser.parse_args()
    print(table(list(lines(told.part))))
    with tempfile.TemporaryDirectory(prefix="csat-bench-") as scratch:
        _kills(Path(scratch) / "tiny", told.kills)


def _kills(folder: Path, kills: int) -> None:
    sys.path.insert(0, str(ROOT / "tests"))
    sys.path.insert(0, str(ROOT))
    from tiny_project import make_project

    folder.mkdir()
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    command = [sys.executable, str(ROOT / "tests" / "killing.py"), str(make_project(folder)), str(kills), "1"]
    done = subprocess.run(command, env={**ENVIRONMENT, "PYTHONPATH": path}, capture_output=True, text=True, check=False)
    print(f"{kills} kills: {done.stdout.strip() or done.stderr.strip()}")


if __name__ == "__main__":
    main()
