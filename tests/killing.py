"""Kills a batch again and again: python tests/killing.py PROJECT KILLS SEED. Run by test_killed.py and by make bench.

One process imports the library, then forks a batch for every kill. The batch publishes what a counter says; it is killed at a random
moment of its life, or, every fifth time, at the very call that changes the published folder. What lies there must be complete and of the
version before or after, and the next run must finish.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from tiny_project import Stub

from csat_lib.report import batch, publish
from csat_lib.study import load_study
from csat_lib.study.verification import verify


def publish_version(root: Path, version: int, moment: str) -> None:
    """One batch that publishes a version; at ``moment`` of publication it kills itself."""

    class Versioned(Stub):
        def __call__(self, job, **options):
            outcome = super().__call__(job, **options)
            for cell in outcome.notebook.cells:
                for output in cell.get("outputs", []):
                    output.data["application/vnd.csat.metrics+json"]["index"] = float(version)
            return outcome

    def die(*_):
        os.kill(os.getpid(), signal.SIGKILL)

    batch.execute = Versioned()
    exchange = publish.exchange
    if moment == "before":
        publish.exchange = die
    elif moment == "after":
        publish.exchange = lambda one, other: exchange(one, other) and die()
    elif moment == "between":  # a system without exchange, between its two renames
        publish.exchange = lambda *_: False
        rename = Path.rename
        Path.rename = lambda self, target: die() if ".part-" in self.name else rename(self, target)
    batch.run("tiny", "2026Q3", root=root, rerun="all", workers=1, engine="kernel")  # which is not asked: what runs is the stand-in


def forked(root: Path, version: int, *, after: float | None = None, moment: str = "") -> tuple[int, float]:
    """Run it in a fork, killed after some seconds; its status and its life."""
    begin = time.monotonic()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            for each in (1, 2):
                os.dup2(os.open(os.devnull, os.O_WRONLY), each)
            publish_version(root, version, moment)
            code = 0
        finally:
            os._exit(code)
    if after is not None:
        time.sleep(after)
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return status, time.monotonic() - begin


def standing(root: Path) -> int | None:
    """The version that lies in the published folder, which must be whole; None where there is no folder."""
    study = load_study("tiny", "2026Q3", root=root)
    if not study.paths.output.exists():
        return None
    verify(study).raise_if_altered()
    return int(json.loads((study.paths.output / "metrics.json").read_text())["index"])


def main() -> None:
    """Kill, look, run again, look."""
    root, kills, rng = Path(sys.argv[1]), int(sys.argv[2]), random.Random(int(sys.argv[3]))  # noqa: S311  not a secret
    publish_version(root, 0, "")  # in this process, so that every fork finds all imports made
    status, life = forked(root, 0)
    seen = {"killed": 0, "old": 0, "new": 0, "gone": 0, "finished": 0}
    for version in range(1, kills + 1):
        moment = ("", "before", "", "after", "between")[version % 5] if version % 2 else ""
        before = standing(root)
        status, _ = forked(root, version, after=None if moment else rng.uniform(0, life), moment=moment)
        while not os.WIFSIGNALED(status):  # it had ended before its time came
            life *= 0.8
            before = standing(root)
            status, _ = forked(root, version, after=rng.uniform(0, life))
        seen["killed"] += os.WIFSIGNALED(status)
        found = standing(root)
        if found is None and moment == "between":
            seen["gone"] += 1  # only where a system cannot exchange; the next run brings the old set back
        elif found not in {before, version}:
            raise SystemExit(f"version {found} lies there, neither {before} nor {version}")
        else:
            seen["new" if found == version else "old"] += 1
        if version % 3 == 0 or found is None:
            status, _ = forked(root, version + kills)
            hidden = [path.name for path in (root / "output" / "tiny").iterdir() if path.name.startswith(".")]
            if status or standing(root) != version + kills or hidden:
                raise SystemExit(f"the run after kill {version} left status {status}, version {standing(root)}, {hidden}")
            seen["finished"] += 1
    sys.stdout.write(json.dumps(seen) + "\n")


if __name__ == "__main__":
    main()
