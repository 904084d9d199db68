"""One notebook in one kernel: executed by papermill, killed when it overruns, its errors read from what it leaves behind."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from csat_lib.errors import CsatError, EnvironmentFault
from csat_lib.report.executed import allowing_refusals, errors_of, first_line, read_notebook, tidy, verdict

if TYPE_CHECKING:
    from nbformat import NotebookNode

Status = Literal["ok", "withheld", "failed"]

KERNEL = "python3"
THREADS = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "NUMEXPR_NUM_THREADS": "1"}
ENVIRONMENT = {**THREADS, "MPLBACKEND": "agg", "PYTHONHASHSEED": "0"}
START_LIMIT = 60
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one notebook.

    Attributes
    ----------
    name, period, language : str
        Which notebook, when, and in which language.
    status : {"ok", "withheld", "failed"}
        Withheld: published, with sections that say why their numbers are not shown.
    seconds : float
        Wall-clock time.
    error : str
        Why it is withheld or failed.
    """

    name: str
    status: Status
    seconds: float
    error: str = ""
    period: str = ""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Job:
    """A notebook to run.

    Attributes
    ----------
    study, period, name, language : str
        What it is told, and the notebook's name.
    source, root, target : Path
        The notebook's file, the project's folder, and where the executed notebook is written.
    """

    study: str
    period: str
    name: str
    language: str
    source: Path
    root: Path
    target: Path

    @property
    def title(self) -> str:
        """What the progress bar calls it."""
        return f"{self.study} {self.period} {self.name}.{self.language}"

    @property
    def parameters(self) -> dict[str, str]:
        """What the notebook is told."""
        return {"study": self.study, "period": self.period, "language": self.language}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a job.

    Attributes
    ----------
    job : Job
        Which one.
    report : Report
        In words.
    notebook : NotebookNode or None
        Executed as far as it came; None where no kernel came up.
    fault : CsatError or None
        Why it failed.
    """

    job: Job
    report: Report
    notebook: NotebookNode | None = None
    fault: CsatError | None = None


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


def execute(job: Job, *, watch: Watch, timeout: float = 600.0) -> Outcome:
    """Run a notebook; whatever goes wrong is in the outcome.

    Parameters
    ----------
    job : Job
        What to run.
    watch : Watch
        Knows the kernels, to kill them.
    timeout : float
        Seconds of wall-clock time for the whole notebook.
    """
    begin = time.monotonic()
    clock = threading.Timer(timeout, watch.end, [job.target])
    clock.daemon = True
    clock.start()
    try:
        notebook, crash = _run(job, watch)
    finally:
        clock.cancel()
    seconds = round(time.monotonic() - begin, 3)
    withheld, fault = "", crash
    if notebook is not None:
        withheld, told = verdict(notebook, title=job.title, root=job.root)
        fault = told or crash
    if job.target in watch.overrun:
        fault = EnvironmentFault(f"{job.title}: stopped after {timeout:g} s, the limit of a notebook.")
    if notebook is not None:
        tidy(notebook, parameters=job.parameters, root=job.root)
    status: Status = "failed" if fault else "withheld" if withheld else "ok"
    error = str(fault) if fault else withheld
    return Outcome(job, Report(job.name, status, seconds, error, job.period, job.language), notebook, fault)


def _run(job: Job, watch: Watch) -> tuple[NotebookNode | None, CsatError | None]:
    """The executed notebook, as far as it came, and what stopped it other than a cell's error; one more try where no kernel came up."""
    from papermill.exceptions import PapermillExecutionError

    started = threading.Event()
    crash: CsatError | None = None
    silent: CsatError | None = None
    for attempt in (1, 2):
        crash = None
        try:
            _papermill(job, watch, started)
        except PapermillExecutionError as error:
            silent = EnvironmentFault(f"{job.title}: {error.ename}: {error.evalue}")
        except Exception as error:  # noqa: BLE001  whatever a kernel or its transport raises is the machine's fault
            crash = EnvironmentFault(f"{job.title}: {first_line(error)}")
            if attempt == 1 and not started.is_set() and not watch.stopped.is_set() and job.target not in watch.overrun:
                _log.warning("%s: the kernel did not start (%s); trying once more.", job.title, first_line(error))
                continue
        break
    try:
        notebook = read_notebook(job.target)
        return notebook, crash or (None if any(errors_of(notebook)) else silent)
    except (OSError, ValueError) as error:
        return None, crash or EnvironmentFault(f"{job.title}: the executed notebook cannot be read: {error}")


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
    environment = {**os.environ, **ENVIRONMENT, "PYTHONPATH": _python_path(), "IPYTHONDIR": str(folder / "ipython")}

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


def _python_path() -> str:
    """Kernels import the csat_lib that runs the batch, also from a source tree that is not installed."""
    here = Path(__file__).resolve().parents[2]
    own = [] if "site-packages" in here.parts else [str(here)]
    return os.pathsep.join([*own, *filter(None, [os.environ.get("PYTHONPATH")])])
