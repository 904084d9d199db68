"""The engine fork: a warm parent process with everything imported, and a fork of it for each notebook. Linux's own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

from csat_lib.errors import EnvironmentFault
from csat_lib.report.engine import ENVIRONMENT, EngineName, Job, Ran, own_path
from csat_lib.report.warm import DONE, ending

# glibc keeps freed memory instead of giving every large array back to the system and asking for it again.
MEMORY = {"MALLOC_MMAP_THRESHOLD_": "1073741824", "MALLOC_TRIM_THRESHOLD_": "1073741824", "MALLOC_TOP_PAD_": "16777216"}

AHEAD = 2  # notebooks of a period at least, the longest ones, that have begun when the parent turns to the next period

_Wave = tuple[str, str, Path]


def _wave(job: Job) -> _Wave:
    return job.study, job.period, job.root


def _close(process: subprocess.Popen[bytes] | None) -> None:
    """Let go of what leads to a parent that is gone."""
    if process is not None and process.stdin is not None:
        with suppress(OSError):
            process.stdin.close()


class _Running:
    """One notebook's process, as its job's thread waits for it."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.pid = 0
        self.status: int | None = None
        self.gone = threading.Event()
        self.overrun = threading.Event()


class Nursery:
    """Speaks with the warm parent, which is started by ``warm`` or with the first job; many threads may ask at once.

    Raises
    ------
    EnvironmentFault
        This system cannot fork safely.
    """

    name: ClassVar[EngineName] = "fork"

    def __init__(self) -> None:
        if sys.platform in {"win32", "darwin"}:
            raise EnvironmentFault(f"The engine fork does not run on {sys.platform}. Use --engine kernel.")
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._running: dict[str, _Running] = {}
        self._stopped = threading.Event()
        self._jobs: Counter[_Wave] = Counter()
        self._begun: Counter[_Wave] = Counter()
        self._told: set[tuple[str, _Wave]] = set()
        self._ahead = AHEAD

    def warm(self) -> None:
        """Start the parent, which imports what notebooks import."""
        with suppress(OSError), self._lock:
            if self._process is None and not self._stopped.is_set():
                self._process = self._parent()

    def prepare(self, jobs: Sequence[Job], *, timeout: float, workers: int) -> None:  # noqa: ARG002  each job brings its own
        """Which surveys will be asked for, in turn, and by how many notebooks."""
        self._jobs = Counter(_wave(job) for job in jobs)
        self._ahead = max(AHEAD, workers)

    def run(self, job: Job, timeout: float) -> Ran:
        """One notebook in one fork, within ``timeout`` seconds."""
        key, running = str(job.target), _Running()
        try:
            with self._lock:
                self._start(key, running, job)
        except (OSError, EnvironmentFault) as error:
            return Ran(EnvironmentFault(f"{job.title}: its process could not be started: {error}"))
        clock = threading.Timer(timeout, self._end, [running])
        clock.daemon = True
        clock.start()
        running.gone.wait()
        clock.cancel()
        with self._lock:
            self._running.pop(key, None)
        if running.overrun.is_set():
            return Ran(overrun=f"stopped after {timeout:g} s, the limit of a notebook.")
        if running.status is None:
            told = "stopped" if self._stopped.is_set() else "the process that starts the notebooks ended"
            return Ran(EnvironmentFault(f"{job.title}: {told}."))
        if running.status != DONE << 8:
            return Ran(EnvironmentFault(f"{job.title}: its process ended before the notebook did ({ending(running.status)})."))
        return Ran()

    def stop(self) -> None:
        """Kill every notebook's process, then the parent; none starts any more."""
        self._stopped.set()
        with self._lock:
            process, running = self._process, list(self._running.values())
        for each in running:
            self._kill(each)
        if process is not None and process.poll() is None:  # a number that was its own may be another's by now
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)  # it holds nothing that is worth waiting for, and its forks die with it
            process.wait()
        _close(process)

    def _start(self, key: str, running: _Running, job: Job) -> None:
        """Ask for a fork; the caller holds the lock."""
        if self._stopped.is_set():
            raise EnvironmentFault("stopped before it began")
        if self._process is None or self._process.poll() is not None:
            _close(self._process)
            self._process = self._parent()
        self._running[key] = running
        running.process = self._process
        wave = _wave(job)
        at_once = not self._begun and self._jobs[wave] > 1  # the first notebook runs while the parent works out what the others share
        self._tell("read", wave)
        if not at_once and self._jobs.total() != 1:
            self._tell("rehearse", wave)
        self._send({"job": key, "source": str(job.source.resolve()), "target": str(job.target.resolve()), "parameters": job.parameters})
        self._begun[wave] += 1
        if at_once:
            self._tell("rehearse", wave)
        waves = list(self._jobs)
        if self._begun[wave] == min(self._ahead, self._jobs[wave]) and wave in waves[:-1]:
            following = waves[waves.index(wave) + 1]
            self._tell("read", following)
            self._tell("rehearse", following)

    def _tell(self, what: str, wave: _Wave) -> None:
        """Have the parent read the surveys of a period, or work out what its notebooks share; once each."""
        if (what, wave) not in self._told:
            self._told.add((what, wave))
            study, period, root = wave
            self._send({what: {"study": study, "period": period, "root": str(root)}})

    def _send(self, request: Mapping[str, Any]) -> None:
        process = self._process
        if process is None or process.stdin is None:
            raise EnvironmentFault("there is no parent to fork from")
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.flush()

    def _parent(self) -> subprocess.Popen[bytes]:
        """A fresh interpreter with one thread; this process may have as many as it likes."""
        self._begun.clear()
        self._told.clear()
        environment = {**MEMORY, **os.environ, **ENVIRONMENT, "PYTHONPATH": own_path()}
        process = subprocess.Popen(
            [sys.executable, "-m", "csat_lib.report.warm"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        threading.Thread(target=self._listen, args=[process], name="csat-fork", daemon=True).start()
        return process

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        """Take the parent's events until it is gone; what still runs then is lost."""
        for line in process.stdout or ():
            event = json.loads(line)
            running = self._running.get(event.get("job", ""))
            if running is None:
                continue
            if "pid" in event:
                running.pid = event["pid"]
                if running.overrun.is_set() or self._stopped.is_set():
                    self._kill(running)
            else:
                running.status = event["ended"]
                running.gone.set()
        if process.stdout is not None:
            process.stdout.close()
        with self._lock:
            left = [each for each in self._running.values() if each.process is process]
        for each in left:
            each.gone.set()

    def _end(self, running: _Running) -> None:
        running.overrun.set()
        self._kill(running)

    @staticmethod
    def _kill(running: _Running) -> None:
        """Kill one notebook's process and what it has started."""
        if running.pid and not running.gone.is_set():
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(running.pid, signal.SIGKILL)
