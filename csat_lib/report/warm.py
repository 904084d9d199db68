"""The warm parent: a process with one thread that has imported everything heavy, and forks once a notebook.

    python -m csat_lib.report.warm

It reads one JSON line a request and answers with one JSON line an event: ``{"ready": 1}``, ``{"job": .., "pid": ..}`` when a notebook's
process is there, ``{"job": .., "ended": <status of waitpid>}`` when it is gone. When nobody listens any more it kills what runs and ends.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from csat_lib.study import Study

HEAVY = (
    *("csat_lib.report", "csat_lib.model", "csat_lib.drivers", "csat_lib.tracking", "csat_lib.index", "csat_lib.survey.store"),
    *("sklearn.ensemble", "sklearn.inspection", "duckdb", "pandera", "matplotlib.pyplot", "seaborn"),
    *("papermill", "nbformat", "IPython.core.interactiveshell", "matplotlib_inline.backend_inline", "csat_lib.report.shell"),
    *("csat_lib.report.papermill_engine", "jupyter_client.jsonutil", "nbformat.v4", "ipywidgets", "tqdm.auto"),
)
RARER = ("semopy", "statsmodels.api")  # what few notebooks use, imported while the first one runs
RECENT = 8  # periods that most notebooks look back
PAST = 24  # periods that a notebook may look back
REHEARSAL = 60.0  # seconds at most for what is worked out ahead
COLLECTED = 50_000  # new objects between two runs of the garbage collector: a notebook's process is short
DONE = 73  # how a process ends whose notebook came to its end; a cell that ends it has another code


def main() -> None:
    """Warm up, then serve requests until nobody listens."""
    answers = os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 1)
    warm_up()
    _Server(answers).serve()


def warm_up() -> None:
    """Import what notebooks import, without a thread, and take it out of the garbage collector's sight."""
    from csat_lib.report.late_grammar import put_off_grammar

    put_off_grammar()
    _import(HEAVY)
    from csat_lib import report

    for name in report.__all__:
        with contextlib.suppress(ImportError):
            getattr(report, name)
    import pandas as pd

    pd.set_option("display.max_columns", 20)  # what pandas chooses where it is imported in a kernel
    _draw_once()
    gc.collect()
    gc.freeze()


def _import(names: Sequence[str]) -> None:
    for name in names:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def _draw_once() -> None:
    """Fonts and styles are read once, by an empty chart."""
    import io

    from csat_lib.report.charts.canvas import sheet, theme, width_of

    with theme():
        figure, axes = sheet(4, 2, left=0.5, right=0.5, top=0.5, bottom=0.5)
        axes.set_title("0.5 1.0")
        figure.savefig(io.BytesIO(), format="svg")
    width_of("a")


class _Server:
    """Requests in, forks out."""

    def __init__(self, answers: int) -> None:
        self.answers = answers
        self.running: dict[int, str] = {}
        self.wake, self.woken = os.pipe()
        os.set_blocking(self.wake, False)
        os.set_blocking(self.woken, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.set_wakeup_fd(self.woken, warn_on_full_buffer=False)

    def serve(self) -> None:
        """Until the other side is gone."""
        self.tell(ready=1)
        pending = b""
        while True:
            ready, _, _ = select.select([0, self.wake], [], [])
            if self.wake in ready:
                with contextlib.suppress(BlockingIOError):
                    os.read(self.wake, 4096)
                self.reap()
            if 0 in ready:
                block = os.read(0, 1 << 16)
                if not block:
                    break
                *lines, pending = (pending + block).split(b"\n")
                for line in lines:
                    self.begin(json.loads(line))
        self.kill()

    def begin(self, request: Mapping[str, Any]) -> None:
        """One notebook."""
        if "read" in request:
            read(request["read"])
            return
        if "rehearse" in request:
            work_out(request["rehearse"])
            return
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            self.child(request, parent)
        with contextlib.suppress(OSError):
            os.setpgid(pid, pid)  # the child does so, too: whoever comes first
        self.running[pid] = request["job"]
        self.tell(job=request["job"], pid=pid)

    def child(self, request: Mapping[str, Any], parent: int) -> None:
        """Never returns."""
        code = 1
        try:
            os.setpgid(0, 0)
            _die_with_parent(parent)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            nothing = os.open(os.devnull, os.O_RDWR)
            for each in (0, 1, 2):
                os.dup2(nothing, each)
            for each in (self.answers, self.wake, self.woken):
                os.close(each)
            run_here(request)
            code = DONE
        finally:
            os._exit(code)

    def reap(self) -> None:
        """Say which notebooks' processes have ended."""
        while self.running:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid in self.running:
                self.tell(job=self.running.pop(pid), ended=status)

    def tell(self, **event: Any) -> None:
        """One line to whoever listens."""
        with contextlib.suppress(BrokenPipeError):
            os.write(self.answers, json.dumps(event).encode() + b"\n")

    def kill(self) -> None:
        """Kill every notebook's process and what it has started."""
        for pid in self.running:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)


def run_here(request: Mapping[str, Any]) -> None:
    """Execute one notebook in this process: parameters in, the executed notebook at its target, replaced as a whole."""
    import papermill
    from papermill.exceptions import PapermillExecutionError

    from csat_lib.report.executed import allowing_refusals, write_notebook
    from csat_lib.report.papermill_engine import NAME, register

    register()
    source, target = Path(request["source"]), Path(request["target"])
    os.chdir(source.parent)
    gc.set_threshold(COLLECTED, 20, 20)
    sys.path[0] = ""
    os.environ.update(request.get("environment", {}))
    beside = target.with_name(f".{target.name}.part")

    def save(notebook: NotebookNode) -> None:
        write_notebook(notebook, beside)
        beside.replace(target)

    with contextlib.suppress(PapermillExecutionError):
        papermill.execute_notebook(
            allowing_refusals(source),
            str(beside),
            parameters=request["parameters"],
            kernel_name="python3",
            language="python",
            engine_name=NAME,
            progress_bar=False,
            request_save_on_cell_execute=False,
            place="here",
            save=save,
        )
    beside.replace(target)


def read(wave: Mapping[str, Any], *, periods: int = RECENT) -> None:
    """Read the surveys that notebooks of a period will ask for, so that every fork has them; what cannot be read is left to them."""
    from csat_lib.study import load_study
    from csat_lib.survey.remembered import keep

    with contextlib.suppress(Exception):
        study = load_study(wave["study"], wave["period"], root=wave["root"])
        for each, source in _asked(study, periods):
            with contextlib.suppress(Exception):
                keep(each, source=source)
    gc.freeze()


def work_out(wave: Mapping[str, Any]) -> None:
    """Work out the figures that several notebooks of a period will ask for, from more surveys."""
    from csat_lib.report.rehearsal import rehearse
    from csat_lib.study import load_study

    _import(RARER)
    read(wave, periods=PAST)
    with contextlib.suppress(Exception), _within(REHEARSAL):
        rehearse(load_study(wave["study"], wave["period"], root=wave["root"]))
    gc.freeze()


@contextlib.contextmanager
def _within(seconds: float) -> Iterator[None]:
    """Break off what takes longer: notebooks wait for it."""

    def late(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        with contextlib.suppress(TimeoutError):
            yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _asked(study: Study, periods: int) -> Iterator[tuple[Study, str]]:
    """The customers of so many periods, what else this period has, and the competitors of the last six."""
    from csat_lib.study import load_study

    yield study, "self_rated"
    for place, period in enumerate(reversed(study.earlier(periods))):
        each = study if period == study.period else load_study(study.name, period.name, root=study.paths.root)
        yield each, "customers"
        if place < 6 and periods > RECENT:
            yield each, "competitors"


def ending(status: int) -> str:
    """How a process ended, in words, from what ``waitpid`` gives."""
    if os.WIFSIGNALED(status):
        return f"killed by signal {os.WTERMSIG(status)}"
    return f"exit code {os.waitstatus_to_exitcode(status)}"


def _die_with_parent(parent: int) -> None:
    """Linux kills this process when its parent is gone; where it went before that was said, the process ends itself."""
    if sys.platform != "linux":
        return
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        prctl: Callable[..., int] = ctypes.CDLL(None).prctl
        prctl(1, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


if __name__ == "__main__":
    main()
