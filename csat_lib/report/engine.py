"""What every engine shares: a job, what became of it, and how an executed notebook is judged, whichever engine ran it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from csat_lib.errors import CsatError, EnvironmentFault, ParamsError, pick
from csat_lib.report.executed import first_line, read_notebook, tidy, verdict

if TYPE_CHECKING:
    from nbformat import NotebookNode

Status = Literal["ok", "withheld", "failed"]
EngineName = Literal["fork", "kernel", "dask"]

KERNEL = "python3"
THREADS = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "NUMEXPR_NUM_THREADS": "1"}
ENVIRONMENT = {**THREADS, "MPLBACKEND": "module://matplotlib_inline.backend_inline", "PYTHONHASHSEED": "0"}


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


@dataclass(frozen=True, slots=True)
class Ran:
    """What an engine has to say about a run.

    Attributes
    ----------
    crash : CsatError or None
        What stopped it other than a cell's error.
    overrun : str
        Not empty where its time was up; goes before everything else.
    notebook : NotebookNode or None
        Executed, where it did not come by way of the job's target.
    """

    crash: CsatError | None = None
    overrun: str = ""
    notebook: NotebookNode | None = None


class Engine(Protocol):
    """Runs notebooks, several at once when it is asked from several threads."""

    @property
    def name(self) -> EngineName:
        """What the log calls it."""

    def warm(self) -> None:
        """Called as soon as something will run, while the data are still checked."""

    def prepare(self, jobs: Sequence[Job], *, timeout: float, workers: int) -> None:
        """Called once before the first job, with all of them, the seconds that each may take, and how many run at once."""

    def run(self, job: Job, timeout: float) -> Ran:
        """Run one; the executed notebook is at the job's target, as far as it came."""

    def stop(self) -> None:
        """End whatever still runs; nothing starts any more."""


def execute(job: Job, *, watch: Engine, timeout: float = 600.0) -> Outcome:
    """Run a notebook; whatever goes wrong is in the outcome.

    Parameters
    ----------
    job : Job
        What to run.
    watch : Engine
        Runs it, and kills it when its time is up or the batch ends.
    timeout : float
        Seconds of wall-clock time for the whole notebook.
    """
    begin = time.monotonic()
    ran = watch.run(job, timeout)
    seconds = round(time.monotonic() - begin, 3)
    notebook, crash = _read(job, ran)
    withheld, fault = "", crash
    if notebook is not None:
        withheld, told = verdict(notebook, title=job.title, root=job.root)
        fault = told or crash
    if ran.overrun:
        fault = EnvironmentFault(f"{job.title}: {ran.overrun}")
    if notebook is not None:
        tidy(notebook, parameters=job.parameters, root=job.root)
    status: Status = "failed" if fault else "withheld" if withheld else "ok"
    error = str(fault) if fault else withheld
    return Outcome(job, Report(job.name, status, seconds, error, job.period, job.language), notebook, fault)


def usual() -> EngineName:
    """The engine of a batch that names none: fork on Linux, a kernel a run elsewhere."""
    return "fork" if sys.platform == "linux" else "kernel"


def opened(name: str | Engine | None, *, scheduler: str | None = None) -> Engine:
    """An engine by name, with nothing started yet; one that is open already is that one.

    Parameters
    ----------
    name : {"fork", "kernel", "dask"}, Engine or None
        None means the usual one.
    scheduler : str, optional
        Address of a Dask cluster, as in tcp://host:8786; only for dask.

    Raises
    ------
    ParamsError
        No such engine, or one that this system or this call cannot have.
    """
    if name is not None and not isinstance(name, str):
        if scheduler:
            raise ParamsError("scheduler= opens an engine; this one is open already.")
        return name
    chosen = pick(ENGINES, name or ("dask" if scheduler else usual()), "engine")
    if scheduler and name not in {None, "dask"}:
        raise ParamsError(f"scheduler: {scheduler!r} is for the engine dask, not for {name}.")
    return chosen(scheduler)


def _fork(_: str | None) -> Engine:
    from csat_lib.report.fork import Nursery

    return Nursery()


def _kernel(_: str | None) -> Engine:
    from csat_lib.report.kernel import Watch

    return Watch()


def _dask(scheduler: str | None) -> Engine:
    from csat_lib.report.distributed import Cluster

    return Cluster(scheduler)


ENGINES: dict[str, Callable[[str | None], Engine]] = {"fork": _fork, "kernel": _kernel, "dask": _dask}


def _read(job: Job, ran: Ran) -> tuple[NotebookNode | None, CsatError | None]:
    """The executed notebook and what stopped it; a fault that a cell shows speaks for itself."""
    try:
        notebook = ran.notebook if ran.notebook is not None else read_notebook(job.target)
    except (OSError, ValueError) as error:
        return None, ran.crash or EnvironmentFault(f"{job.title}: the executed notebook cannot be read: {first_line(error)}")
    return notebook, ran.crash


def own_path() -> str:
    """PYTHONPATH for whatever this batch starts: the csat_lib that runs it goes first, also from a source tree that is not installed."""
    here = Path(__file__).resolve().parents[2]
    own = [] if "site-packages" in here.parts else [str(here)]
    return os.pathsep.join([*own, *filter(None, [os.environ.get("PYTHONPATH")])])
