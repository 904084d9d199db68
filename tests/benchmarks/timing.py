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
    """One task: our seconds, and the seconds of a peer or a floor measured in the same run (None: nothing to compare with)."""

    task: str
    ours: float
    peer: str = ""
    theirs: float | None = None


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
    """Task, seconds, peer, its seconds, and ours as a multiple of the peer's."""
    rows = [("task", "seconds", "beside", "seconds", "ratio")]
    for line in lines:
        theirs, ratio = ("-", "-") if line.theirs is None else (f"{line.theirs:.4f}", f"{line.ours / line.theirs:.3g} x")
        rows.append((line.task, f"{line.ours:.4f}", line.peer or "-", theirs, ratio))
    wide = [max(len(row[column]) for row in rows) for column in range(5)]
    aligned = ["<", ">", "<", ">", ">"]
    return "\n".join("  ".join(f"{cell:{side}{width}}" for cell, side, width in zip(row, aligned, wide, strict=True)) for row in rows)
