"""The peak memory of this process, and how far a task raises it; Linux tells it exactly, other systems their own way."""

from __future__ import annotations

import re
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

STATUS = Path("/proc/self/status")  # ru_maxrss would also hold the peak of the process that started this one
CLEAR = Path("/proc/self/clear_refs")


def peak() -> float:
    """Most memory that this process ever held, in MiB."""
    if STATUS.exists():
        return int(re.search(r"VmHWM:\s+(\d+)", STATUS.read_text())[1]) / 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def from_here() -> float:
    """The memory held now, in MiB, which the peak is counted from again where the system lets it be."""
    if CLEAR.exists():
        CLEAR.write_text("5")
    return peak()


def costs(task: Callable[[], object]) -> tuple[float, float]:
    """Seconds of a task, and MiB by which its peak stands above what the process held before."""
    before, start = from_here(), time.perf_counter()
    task()
    return time.perf_counter() - start, peak() - before
