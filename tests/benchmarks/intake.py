"""From an export to checked Parquet, and moments of Parquet files: time, and the peak memory of a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from reading import reading
from timing import Line

ROOT = Path(__file__).resolve().parents[2]
CODEBOOK = "defaults: {scale: {min: 1, max: 10}, missing: [98]}\nitems:\n"
TIMED = """
import json, re, resource, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from threadpoolctl import threadpool_limits
STATUS = Path("/proc/self/status")  # ru_maxrss would also hold the peak of the process that started this one
peak = lambda: (int(re.search(r"VmHWM:\\s+(\\d+)", STATUS.read_text())[1]) / 2**20 if STATUS.exists()
                else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**30)
SETUP
with threadpool_limits(1):
    start = time.perf_counter()
    TASK
    print(json.dumps([time.perf_counter() - start, peak()]))
"""


def measured(setup: str, task: str, *arguments: str) -> tuple[float, float]:
    """Seconds and peak GiB of ``task`` in a fresh process; sys.argv[2:] are the arguments."""
    code = TIMED.replace("SETUP", setup).replace("TASK", task)
    done = subprocess.run([sys.executable, "-c", code, str(ROOT), *arguments], capture_output=True, text=True, check=True)
    taken, peak = json.loads(done.stdout.splitlines()[-1])
    return float(taken), float(peak)


def importing(n: int, items: int = 30) -> Line:
    """A CSV with a missing code through codebook and checks into the store."""
    rng = np.random.default_rng(1)
    names = [f"q{number}" for number in range(items)]
    values = rng.integers(1, 11, size=(items, n), dtype=np.int8)
    values[rng.random((items, n)) < 0.02] = 98
    with tempfile.TemporaryDirectory() as folder:
        root, file = Path(folder), Path(folder) / "survey.csv"
        (root / "params" / "large").mkdir(parents=True)
        (root / "params" / "large" / "study.yaml").write_text("title: A large survey\n", encoding="utf-8")
        (root / "params" / "large" / "codebook.yaml").write_text(CODEBOOK + "".join(f"  {name}:\n" for name in names), encoding="utf-8")
        (root / "params" / "large" / "2026Q3.yaml").write_text("period: 2026Q3\n", encoding="utf-8")
        pyarrow.csv.write_csv(pa.table(dict(zip(names, values, strict=True))), file)
        setup = "from csat_lib.study import load_study; from csat_lib.survey.store import import_period"
        task = "import_period(load_study('large', '2026Q3', root=sys.argv[2]), sys.argv[3])"
        ours, peak = measured(setup, task, str(root), str(file))
        theirs, plain = measured("import pandas", "pandas.read_csv(sys.argv[3])", str(root), str(file))
    task = f"{n:,} x {items} CSV to checked Parquet: {n / ours:,.0f} rows/s, peak {peak:.2f} GiB"
    return Line(task, ours, f"pandas.read_csv alone, peak {plain:.2f} GiB", theirs)


def parquet_moments(n: int, items: int = 24) -> Line:
    """Moments of answers in Parquet beside reading the same columns and doing nothing with them."""
    rng = np.random.default_rng(1)
    names = [f"q{number}" for number in range(items)]
    part = min(n, 1_000_000)
    with tempfile.TemporaryDirectory() as folder:
        for number in range(n // part):
            columns = {name: rng.integers(1, 11, part).astype(float) for name in names}
            pq.write_table(pa.table(columns), Path(folder) / f"part{number}.parquet")
        setup = "from csat_lib.survey.parquet_moments import moments_from_parquet; items = [f'q{i}' for i in range(int(sys.argv[3]))]"
        ours, peak = measured(setup, "moments_from_parquet(sys.argv[2], items)", folder, str(items))
        reading = "from pathlib import Path; import pyarrow.parquet as pq"
        task = "[None for file in Path(sys.argv[2]).iterdir() for _ in pq.ParquetFile(file, pre_buffer=False).iter_batches()]"
        theirs, _ = measured(reading, task, folder)
    return Line(f"moments of {n:,} x {items} Parquet, peak {peak:.2f} GiB", ours, "decoding the files alone", theirs)


def lines(part: int) -> Iterator[Line]:
    """From a file to answers and to moments, at a fraction of the sizes."""
    yield reading(100_000 // part)
    yield importing(1_000_000 // part)
    yield parquet_moments(10_000_000 // part)
