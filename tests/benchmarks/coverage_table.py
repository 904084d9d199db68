"""The share of lines that the tests run, by room, and every file below 95 %: after ``make coverage`` has measured it."""

from __future__ import annotations

import io
import json
import os
import sys
from collections import defaultdict
from pathlib import Path

import coverage

ROOT = Path(__file__).resolve().parents[2]
LEAST = 95.0


def main() -> None:
    """By room, then the files that fall short, with the lines that no test runs."""
    os.chdir(ROOT)
    measured = coverage.Coverage()
    measured.load()
    kept = ROOT / "build" / "coverage.json"
    measured.json_report(outfile=str(kept))
    files = json.loads(kept.read_text(encoding="utf-8"))["files"]
    rooms: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for name, found in files.items():
        room = name.split("/")[1].removesuffix(".py")
        rooms[room][0] += found["summary"]["covered_lines"]
        rooms[room][1] += found["summary"]["num_statements"]
    out = io.StringIO()
    for room, (covered, lines) in sorted(rooms.items()):
        print(f"{room:14}{100 * covered / max(lines, 1):6.1f} % of {lines:,}", file=out)
    total = [sum(each[place] for each in rooms.values()) for place in (0, 1)]
    print(f"{'csat_lib':14}{100 * total[0] / max(total[1], 1):6.1f} % of {total[1]:,}\n", file=out)
    for name, found in sorted(files.items(), key=lambda each: each[1]["summary"]["percent_covered"]):
        if found["summary"]["percent_covered"] < LEAST:
            print(f"{found['summary']['percent_covered']:5.1f} %  {name}: {', '.join(map(str, found['missing_lines']))}", file=out)
    sys.stdout.write(out.getvalue())


if __name__ == "__main__":
    main()
