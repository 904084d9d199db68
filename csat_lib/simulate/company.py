"""Every file of the simulated company, written under ``<root>/data/demo/<source>/<period>.csv``."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from csat_lib.errors import ParamsError, nearest
from csat_lib.simulate import partners, raters, records
from csat_lib.simulate.demo import DEMO, PERIODS
from csat_lib.simulate.truth import Truth
from csat_lib.simulate.wave import interview

SEED = 20260901


def company(root: str | Path, *, seed: int = SEED, truth: Truth = DEMO, periods: Sequence[str] = PERIODS) -> list[Path]:
    """Write the demo company's files; equal seeds give equal bytes, whichever quarters are asked for.

    Parameters
    ----------
    root : path
        The project's folder; files go to ``data/demo/<source>/<period>.csv`` below it.
    seed : int
        Start of all random numbers; every source and quarter has its own stream.
    truth : Truth
        What is true of the company.
    periods : sequence of str
        Quarters to write, of the sixteen there are.

    Returns
    -------
    list of Path
        What was written, quarter by quarter.
    """
    for period in periods:
        if period not in PERIODS:
            raise ParamsError(f"The demo company has no quarter {period!r}.{nearest(period, PERIODS)}")
    folder = Path(root) / "data" / "demo"
    return [_write(table, folder / source / f"{period}.csv") for period in periods for source, table in _sources(truth, period, seed)]


def _sources(truth: Truth, period: str, seed: int) -> Iterator[tuple[str, pd.DataFrame]]:
    wave = interview(truth, period, seed=seed)
    yield "customers", wave.answers
    yield "self_rated", raters.self_rated(truth, period, seed=seed)
    yield "competitors", raters.competitors(truth, period, seed=seed)
    yield "complaints", records.complaints(truth, wave, period, seed=seed)
    accounts = records.accounts(truth, wave, period, seed=seed)
    yield "accounts", accounts
    yield "dispositions", records.dispositions(wave, period, seed=seed)
    yield "internal", raters.internal(period, seed=seed)
    yield "sales", records.sales(period, seed=seed)
    yield "dealers", partners.dealers(period, seed=seed)
    yield "key_customers", partners.key_customers(accounts, period)


def _write(table: pd.DataFrame, path: Path) -> Path:
    """Write beside and rename, so that no reader meets half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(table.to_csv(index=False, lineterminator="\n", float_format="%.4f").encode("utf-8"))
    beside.replace(path)
    return path
