"""A survey read through its codebook beside the bare file."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from timing import Line, seconds

import csat_lib as csat
from csat_lib.study import Codebook, Item, Text
from csat_lib.survey import Survey


def reading(n: int, items: int = 30) -> Line:
    """Answers 1-10 with a missing code, checks included."""
    draw = np.random.default_rng(1)
    names = [f"q{number}" for number in range(items)]
    values = draw.integers(1, 11, size=(n, items))
    values[draw.random((n, items)) < 0.02] = 98
    asked = {name: Item(name, name, Text(), Text(), 1, 10, {}, {98: "don't know"}) for name in names}
    codebook = Codebook(Text(), asked, {})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "survey.csv"
        pd.DataFrame(values, columns=names).to_csv(path, index=False)
        ours = seconds(lambda: Survey.from_frame(csat.survey.read_export(path).frame, codebook), repeats=2)
        theirs = seconds(lambda: pd.read_csv(path))
    return Line(f"a survey of {n:,} x {items} through the codebook, with checks", ours, "pandas.read_csv alone", theirs)
