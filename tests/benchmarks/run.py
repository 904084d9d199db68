"""All speeds in one table, each beside a peer or a floor of the same run: python tests/benchmarks/run.py [--only PART] [--quick].

Nothing is asserted: a number depends on the machine, the ratio much less. A floor is the part of the task that numpy alone would need. What
an issue promised stands beside it, for the full sizes on a quiet machine. The lines of each part are kept in build/bench.json, so that a
part that is run alone replaces its own. A part is a file beside this one with ``lines(part)``, which gives the lines at 1 / part of the
sizes; ``growths(part)`` does the same for a table of growth. What measures how right the numbers are prints tables of its own.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import importlib
import json
import subprocess
import sys
import time
from pathlib import Path

from threadpoolctl import threadpool_limits
from timing import Growth, Line, growth_table, machine, table

HERE = Path(__file__).resolve().parent
KEPT = HERE.parents[1] / "build" / "bench.json"
SPEEDS = ("models", "importance", "weights", "intake", "commands", "comments", "batch", "peers", "peers_pingouin")
GROWTH = ("scaling",)
ACCURACY = {"recovery": ["--quick"], "coverage_drivers": ["--samples", "40", "--draws", "200"], "tracking": ["--quick"]}


def there(names: tuple[str, ...]) -> list[str]:
    """Those whose file is there."""
    return [name for name in names if (HERE / f"{name}.py").is_file()]


def lines_of(name: str, part: int) -> list[Line]:
    """The lines of a part, told as they come; a part that cannot run says so, the others are run."""
    found: list[Line] = []
    try:
        for line in importlib.import_module(name).lines(part):
            found.append(line)
            beside = "" if line.theirs is None else f" beside {line.theirs:.4g} s"
            print(f"  {name}: {line.task}: {line.ours:.4g} s{beside}", file=sys.stderr, flush=True)
    except Exception as error:  # noqa: BLE001  one part must not take the others with it
        print(f"  {name}: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
    return found


def keep(name: str, part: int, found: list[Line] | list[Growth]) -> None:
    """Put a part into build/bench.json, with machine, date and sizes."""
    known = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    known[name] = {
        "machine": machine(),
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "sizes": f"1/{part}",
        "lines": [{**dataclasses.asdict(line), **_derived(line)} for line in found],
    }
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps(known, indent=1), encoding="utf-8")


def _derived(line: Line | Growth) -> dict[str, object]:
    if isinstance(line, Growth):
        return {"power": line.power}
    return {"ratio": line.ratio, "required": line.required, "held": line.held}


def main() -> None:
    """Speeds in one table, growth in another, then how right the numbers are."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=[*SPEEDS, *GROWTH, *ACCURACY], help="one part")
    parser.add_argument("--quick", action="store_true", help="a tenth of the sizes, for a look whether all of it runs")
    asked = parser.parse_args()
    part, start = 10 if asked.quick else 1, time.perf_counter()
    chosen = [asked.only] if asked.only else [*SPEEDS, *GROWTH, *ACCURACY]
    print(machine(), flush=True)
    if part > 1:
        print("A tenth of the sizes: what is required is meant for the full ones.")
    speeds: list[Line] = []
    growth: list[Growth] = []
    with threadpool_limits(1):
        for name in there(tuple(each for each in chosen if each in SPEEDS)):
            found = lines_of(name, part)
            keep(name, part, found)
            speeds += found
        for name in there(tuple(each for each in chosen if each in GROWTH)):
            grown = list(importlib.import_module(name).growths(part))
            keep(name, part, grown)
            growth += grown
    if speeds:
        print(f"\n{table(speeds)}")
    if growth:
        print(f"\n{growth_table(growth)}")
    for name in (each for each in chosen if each in ACCURACY):
        print(f"\n{name}", flush=True)
        subprocess.run([sys.executable, HERE / f"{name}.py", *(ACCURACY[name] if part > 1 else [])], check=False)
    print(f"\n{time.perf_counter() - start:.0f} s in all")


if __name__ == "__main__":
    main()
