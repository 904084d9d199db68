"""A kernel a run: executed by papermill, killed when it overruns. The reference, and the engine of every platform."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from csat_lib.errors import EnvironmentFault
from csat_lib.report.engine import ENVIRONMENT, KERNEL, EngineName, Job, Ran, own_path
from csat_lib.report.executed import allowing_refusals, errors_of, first_line, read_notebook

START_LIMIT = 60
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Watch:
    """The running kernels of a batch, so that they can be killed: all of them, or one that overruns.

    Attributes
    ----------
    stopped : Event
        Set when the batch ends.
    kernels : dict
        Target of a job -> the manager of its kernel.
    overrun : set of Path
        Targets of the jobs whose time was up.
    """

    name: ClassVar[EngineName] = "kernel"
    stopped: threading.Event = field(default_factory=threading.Event)
    kernels: dict[Path, Any] = field(default_factory=dict)
    overrun: set[Path] = field(default_factory=set)

    def stop(self) -> None:
        """Kill every kernel; none starts any more."""
        self.stopped.set()
        for target in list(self.kernels):
            self.kill(target)

    def end(self, target: Path) -> None:
        """Kill a kernel because its time is up."""
        self.overrun.add(target)
        self.kill(target)

    def kill(self, target: Path) -> None:
        """Kill one kernel and what it has started."""
        manager = self.kernels.get(target)
        process = getattr(getattr(manager, "provisioner", None), "process", None)
        if process is None or process.poll() is not None:
            return
        with suppress(ProcessLookupError, PermissionError):
            if sys.platform == "win32":
                process.kill()
            else:  # a kernel leads a session of its own
                os.killpg(process.pid, signal.SIGKILL)

    def warm(self) -> None:
        """Kernels are started one by one."""

    def prepare(self, jobs: Sequence[Job], *, timeout: float, workers: int) -> None:
        """Kernels are started one by one."""

    def run(self, job: Job, timeout: float) -> Ran:
        """One notebook in one kernel, within ``timeout`` seconds."""
        clock = threading.Timer(timeout, self.end, [job.target])
        clock.daemon = True
        clock.start()
        try:
            crash = _run(job, self)
        finally:
            clock.cancel()
        overrun = f"stopped after {timeout:g} s, the limit of a notebook." if job.target in self.overrun else ""
        return Ran(crash, overrun)


def _run(job: Job, watch: Watch) -> EnvironmentFault | None:
    """What stopped the notebook other than a cell's error; one more try where no kernel came up."""
    from papermill.exceptions import PapermillExecutionError

    started = threading.Event()
    crash: EnvironmentFault | None = None
    for attempt in (1, 2):
        crash = None
        try:
            _papermill(job, watch, started)
        except PapermillExecutionError as error:
            return None if _shown(job) else EnvironmentFault(f"{job.title}: {error.ename}: {error.evalue}")
        except Exception as error:  # noqa: BLE001  whatever a kernel or its transport raises is the machine's fault
            crash = EnvironmentFault(f"{job.title}: {first_line(error)}")
            if attempt == 1 and not started.is_set() and not watch.stopped.is_set() and job.target not in watch.overrun:
                _log.warning("%s: the kernel did not start (%s); trying once more.", job.title, first_line(error))
                continue
        break
    return crash


def _shown(job: Job) -> bool:
    """Whether the notebook itself shows an error."""
    try:
        return any(errors_of(read_notebook(job.target)))
    except (OSError, ValueError):
        return False


def _papermill(job: Job, watch: Watch, started: threading.Event) -> None:
    import papermill

    folder = Path(tempfile.mkdtemp(prefix="csat-"))
    try:
        papermill.execute_notebook(
            allowing_refusals(job.source),
            job.target,
            parameters=job.parameters,
            kernel_name=KERNEL,
            language="python",
            progress_bar=False,
            start_timeout=START_LIMIT,
            autosave_cell_every=0,
            kernel_manager_class=_manager(job, watch, folder),
            resources={"metadata": {"path": str(job.source.parent)}},
            shutdown_kernel="immediate",
            record_timing=False,
            iopub_timeout=60,
            on_cell_start=lambda **_: started.set(),
        )
    finally:
        watch.kill(job.target)
        watch.kernels.pop(job.target, None)
        shutil.rmtree(folder, ignore_errors=True)


def _manager(job: Job, watch: Watch, folder: Path) -> type[Any]:
    """A kernel manager for one job: this very interpreter, sockets in a private folder, known to the watch."""
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--HistoryManager.enabled=False"]
    environment = {**os.environ, **ENVIRONMENT, "PYTHONPATH": own_path(), "IPYTHONDIR": str(folder / "ipython")}

    class Manager(AsyncKernelManager):
        async def start_kernel(self, **options: Any) -> None:  # type: ignore[override]  # asynchronous in this class
            self._kernel_spec = KernelSpec(argv=command, display_name="Python 3", language="python")
            if sys.platform != "win32":
                self.transport, self.ip = "ipc", str(folder / "socket")
            self.connection_file = str(folder / "kernel.json")
            watch.kernels[job.target] = self
            if watch.stopped.is_set() or job.target in watch.overrun:
                raise EnvironmentFault("stopped before its kernel started")
            await super().start_kernel(env=environment, **options)
            if watch.stopped.is_set() or job.target in watch.overrun:
                watch.kill(job.target)

    return Manager
