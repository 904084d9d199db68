"""Stopwatch, machine facts and the table."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_info


@dataclass(frozen=True)
class Line:
    """One task: our seconds, those of a peer or a floor in the same run, and what was promised: seconds, or a multiple of the peer's."""

    task: str
    ours: float
    peer: str = ""
    theirs: float | None = None
    under: float | None = None
    times: float | None = None

    @property
    def ratio(self) -> float | None:
        """Ours as a multiple of the peer's."""
        return None if self.theirs is None else self.ours / self.theirs

    @property
    def required(self) -> str:
        """The promise in words."""
        words = [f"< {self.under:g} s" if self.under else "", f"<= {self.times:.3g} x" if self.times else ""]
        return ", ".join(word for word in words if word)

    @property
    def held(self) -> str:
        """Whether it was kept, where there is one."""
        if not self.required:
            return ""
        kept = (not self.under or self.ours < self.under) and (not self.times or (self.ratio is not None and self.ratio <= self.times))
        return "yes" if kept else "NO"


@dataclass(frozen=True)
class Growth:
    """Seconds of one task at growing sizes of one thing."""

    task: str
    what: str
    sizes: tuple[int, ...]
    taken: tuple[float, ...]

    @property
    def power(self) -> float:
        """Between the last two sizes seconds grow with this power of the size: 1 is in proportion, 0 not at all."""
        return float(np.log(self.taken[-1] / self.taken[-2]) / np.log(self.sizes[-1] / self.sizes[-2]))


def seconds(task: Callable[[], object], *, repeats: int = 3) -> float:
    """The best of some runs, and of more where they are short: the least disturbed one."""
    taken: list[float] = []
    while len(taken) < repeats or (sum(taken) < 0.5 and len(taken) < 50):
        start = time.perf_counter()
        task()
        taken.append(time.perf_counter() - start)
    return min(taken)


def machine() -> str:
    """Cores, Python, numpy, pandas and the BLAS in use."""
    blas = {
        f"{each['internal_api']} {each['version']}, {each['num_threads']} thread"
        for each in threadpool_info()
        if each["user_api"] == "blas"
    }
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (
        f"{platform.machine()}, {cores} cores; Python {platform.python_version()}, numpy {np.__version__}, pandas {pd.__version__}, "
        f"BLAS {'; '.join(sorted(blas)) or 'unknown'}"
    )


def table(lines: list[Line]) -> str:
    """Task, seconds, peer, its seconds, ours as a multiple of the peer's, what was promised, and whether it was kept."""
    rows = [("task", "seconds", "beside", "seconds", "ratio", "required", "held")]
    for line in lines:
        theirs, ratio = ("-", "-") if line.theirs is None else (f"{line.theirs:.4f}", f"{line.ratio:.3g} x")
        rows.append((line.task, f"{line.ours:.4f}", line.peer or "-", theirs, ratio, line.required or "-", line.held or "-"))
    return _columns(rows, "<><>><<")


def growth_table(found: list[Growth]) -> str:
    """Each task in a row, its sizes and seconds in turn, and the power at the end."""
    rows = [("task", "by", "size: seconds", "power at the end")]
    for each in found:
        cells = "   ".join(f"{size:,}: {taken:.3g}" for size, taken in zip(each.sizes, each.taken, strict=True))
        rows.append((each.task, each.what, cells, f"{each.power:.2f}"))
    return _columns(rows, "<<<>")


def _columns(rows: list[tuple[str, ...]], aligned: str) -> str:
    wide = [max(len(row[column]) for row in rows) for column in range(len(aligned))]
    return "\n".join(
        "  ".join(f"{cell:{side}{width}}" for cell, side, width in zip(row, aligned, wide, strict=True)).rstrip() for row in rows
    )
