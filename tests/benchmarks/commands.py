"""The command line as a person waits for it: whole processes, from the key to the prompt."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from timing import Line, seconds

ROOT = Path(__file__).resolve().parents[2]
ITEMS = 30
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{now}: &{now} [{', '.join(['*' + old] * 9)}]\n" for old, now in zip("abcdefgh", "bcdefghi", strict=True)
)


def project(root: Path, rows: int) -> None:
    """A study of one period without a model."""
    place = root / "params" / "plain"
    place.mkdir(parents=True)
    names = [f"q{number}" for number in range(ITEMS)]
    (place / "study.yaml").write_text("title: A plain study\n", encoding="utf-8")
    (place / "codebook.yaml").write_text(
        "defaults: {scale: {min: 1, max: 10}}\nitems:\n" + "".join(f"  {name}:\n" for name in names), encoding="utf-8"
    )
    (place / "2026Q3.yaml").write_text("period: 2026Q3\n", encoding="utf-8")
    shutil.copytree(ROOT / "notebooks", root / "notebooks")
    (root / "params" / "bomb").mkdir()
    (root / "params" / "bomb" / "study.yaml").write_text(BOMB, encoding="utf-8")
    (root / "params" / "bomb" / "2026Q3.yaml").write_text("period: 2026Q3\n", encoding="utf-8")
    (root / "data" / "plain" / "customers").mkdir(parents=True)
    answers = np.random.default_rng(1).integers(1, 11, size=(rows, ITEMS))
    pd.DataFrame(answers, columns=names).to_csv(root / "data" / "plain" / "customers" / "2026Q3.csv", index=False)


def waited(root: Path, *words: str, code: int = 0) -> float:
    """Seconds until the command has answered, with the exit code that it should have."""
    command = [sys.executable, "-m", "csat_lib.cli", *words]
    place = {**os.environ, "PYTHONPATH": str(ROOT)}

    def answered() -> None:
        done = subprocess.run(command, cwd=root, env=place, capture_output=True, text=True, check=False)
        if done.returncode != code:
            raise RuntimeError(f"csat {' '.join(words)} ended with {done.returncode}: {done.stderr}")

    return seconds(answered)


def lines(part: int) -> Iterator[Line]:
    """Help, status, a check of a thousand rows, and a parameter file that would fill the memory."""
    rows = 1_000 // part
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        project(root, rows)
        bare = seconds(lambda: subprocess.run([sys.executable, "-c", "import click"], check=True))
        yield Line("csat --help", waited(root, "--help"), "Python with click alone", bare, under=1.0)
        yield Line("csat status", waited(root, "status", "plain"), "Python with click alone", bare, under=1.0)
        pandas = seconds(lambda: subprocess.run([sys.executable, "-c", "import pandas"], check=True))
        yield Line(f"csat check, {rows:,} x {ITEMS}", waited(root, "check", "plain"), "Python with pandas alone", pandas, under=3.0)
        yield Line("csat check of a YAML bomb, refused", waited(root, "check", "bomb", code=2), "Python with click alone", bare, under=1.0)
