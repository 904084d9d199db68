"""How cost grows: with rows, items, draws, drivers and periods, one thing at a time."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from importance import drivers_and_outcome
from models import answers, ecsi, mobile
from timing import Growth, seconds

import csat_lib as csat
from csat_lib.simulate import FactorTruth, responses
from csat_lib.study import Codebook, Item, Structure, Text
from csat_lib.survey import Survey, moments_from_parquet
from csat_lib.tracking import compare_waves

PART = 1_000_000
ITEMS = 24


def grown(task: str, what: str, sizes: list[int], work: Callable[[int], Callable[[], object]]) -> Growth:
    """``work(size)`` prepares, and gives what is timed."""
    return Growth(task, what, tuple(sizes), tuple(seconds(work(size), repeats=1) for size in sizes))


def fit_of(n: int) -> Callable[[], object]:
    """One fit from a frame."""
    frame, model = answers(ecsi(), n), ecsi()
    return lambda: csat.fit_pls(frame, model)


def parquet_of(folder: Path, n: int) -> Callable[[], object]:
    """Moments of files of one byte an answer."""
    place = folder / str(n)
    place.mkdir()
    rng = np.random.default_rng(1)
    names = [f"q{number}" for number in range(ITEMS)]
    for number, first in enumerate(range(0, n, PART)):
        columns = {name: rng.integers(1, 11, min(PART, n - first), dtype=np.int8) for name in names}
        pq.write_table(pa.table(columns), place / f"part{number}.parquet")
    return lambda: moments_from_parquet(place, names)


def wider(count: int) -> Structure:
    """The ECSI model with as many items in each construct."""
    model = ecsi()
    for each in model.constructs:
        model = model.with_items(each.name, tuple(f"{each.name}{number}" for number in range(count)))
    return model


def items_of(n: int, count: int) -> Callable[[], object]:
    """One fit of a wider questionnaire."""
    model = wider(count // len(ecsi().constructs))
    paths = {(cause, effect): 0.7 / len(model.drivers_of[effect]) for cause, effect in model.paths}
    frame = responses(FactorTruth(model, paths, dict.fromkeys(model.items, 0.75)), n, seed=1)
    return lambda: csat.fit_pls(frame, model)


def draws_of(draws: int) -> Callable[[], object]:
    """A bootstrap of the mobile phone survey."""
    model = ecsi()
    frame, _ = mobile(model)
    fit = csat.fit_pls(frame, model, scale=(1, 10))
    return lambda: csat.bootstrap(fit, frame, draws=draws, seed=1)


def resampled_rows_of(n: int, draws: int) -> Callable[[], object]:
    """A bootstrap of more respondents."""
    model = ecsi()
    frame = answers(model, n)
    fit = csat.fit_pls(frame, model, scale=(1, 10))
    return lambda: csat.bootstrap(fit, frame, draws=draws, seed=1)


def drivers_of(p: int) -> Callable[[], object]:
    """One exact LMG."""
    frame, names = drivers_and_outcome(p)
    return lambda: csat.drivers.importance(frame, "y", names)


def periods_of(count: int, n: int = 1_000) -> Callable[[], object]:
    """Every step of six items and one index over as many quarters."""
    names = [f"q{number}" for number in range(6)]
    codebook = Codebook(Text(), {name: Item(name, name, Text(), Text(), 1, 10, {}, {}) for name in names}, {})
    rng = np.random.default_rng(1)
    surveys = {
        f"{2000 + number // 4}Q{number % 4 + 1}": Survey.from_frame(pd.DataFrame(rng.integers(1, 11, (n, 6)), columns=names), codebook)
        for number in range(count)
    }
    return lambda: compare_waves(surveys, items=names, at="every")


def growths(part: int) -> Iterator[Growth]:
    """All of it; at a fraction of the sizes the largest ones are left out."""
    shorter = slice(None) if part == 1 else slice(-1)
    rows = [1_000, 10_000, 100_000, 1_000_000]
    yield grown(f"one fit, {ITEMS} items, from a frame", "rows", rows[shorter], fit_of)
    with tempfile.TemporaryDirectory() as folder:
        more = [*rows, 10_000_000][: None if part == 1 else -2]
        yield grown(f"moments of {ITEMS} items in Parquet", "rows", more, lambda n: parquet_of(Path(folder), n))
    yield grown("bootstrap, 500 draws, ECSI model", "rows", [250, 1_000, 4_000, 16_000][shorter], lambda n: resampled_rows_of(n, 500))
    yield grown("one fit of 10,000, 7 constructs", "items", [14, 28, 56, 112][shorter], lambda count: items_of(10_000, count))
    yield grown("bootstrap, 250 x 24", "draws", [500, 1_000, 5_000, 20_000][shorter], draws_of)
    yield grown("LMG, n = 10,000", "drivers", [5, 10, 15, 20][shorter], drivers_of)
    yield grown("comparison of waves of 1,000, six items, every step", "periods", [4, 8, 16, 32][shorter], periods_of)
