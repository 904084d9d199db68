"""The engine ``fork`` of papermill: one forked process a notebook, executed there without a kernel.

``papermill --engine fork in.ipynb out.ipynb`` finds it by its entry point. The batch uses it inside processes that are forks already.
"""

from __future__ import annotations

import os
import pickle
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from papermill.engines import Engine, NotebookExecutionManager, papermill_engines

from csat_lib.errors import EnvironmentFault, pick
from csat_lib.report.warm import ending

if TYPE_CHECKING:
    from nbformat import NotebookNode

NAME = "fork"
SAVE_EVERY = 1.0
SAVING = 0.05  # of a notebook's time at most
Place = Literal["fork", "here"]


class ForkEngine(Engine):  # type: ignore[misc]  # papermill tells no types
    """Executes a notebook by IPython's shell in a forked process."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, *, place: Place = "fork", **options: Any
    ) -> NotebookNode:
        """Run every cell; the managed notebook holds the outputs afterwards.

        Parameters
        ----------
        nb_man : NotebookExecutionManager
            Of papermill.
        kernel_name : str
            Nothing is started; a notebook saved with another kernel's name runs all the same.
        place : {"fork", "here"}
            In a process of its own, or in this one, which must do nothing else.
        **options
            ``save``: called with the notebook now and then; others, of kernels, mean nothing here.
        """
        del kernel_name
        run = pick(PLACES, place, "place to run a notebook in")
        run(nb_man, options.get("save"))
        nb_man.nb.metadata["language_info"] = _language()
        done: NotebookNode = nb_man.nb
        return done


def register() -> None:
    """Make the engine known to papermill, also from a source tree whose entry points are not installed."""
    papermill_engines.register(NAME, ForkEngine)


def _here(nb_man: NotebookExecutionManager, save: Callable[[Any], None] | None) -> None:
    """Run the cells in this process."""
    from csat_lib.report.shell import run_cells

    due = [0.0]

    def begun(place: int) -> None:
        now = time.monotonic()
        if save is not None and now >= due[0]:
            save(nb_man.nb)
            after = time.monotonic()
            due[0] = after + max(SAVE_EVERY, (after - now) / SAVING)
        nb_man.cell_start(nb_man.nb.cells[place], place)

    def ended(place: int, fatal: str) -> None:
        cell = nb_man.nb.cells[place]
        if fatal:
            nb_man.cell_exception(cell, cell_index=place)
        nb_man.cell_complete(cell, cell_index=place)

    run_cells(nb_man.nb, begun=begun, ended=ended)


def _forked(nb_man: NotebookExecutionManager, save: Callable[[Any], None] | None) -> None:
    """Run the cells in a fork and take over what it sends back."""
    if sys.platform in {"win32", "darwin"}:
        raise EnvironmentFault(f"The engine fork does not run on {sys.platform}: use papermill's own, which starts a kernel.")
    if threading.active_count() > 1:
        raise EnvironmentFault("The engine fork needs a process with one thread. Call papermill from the command line.")
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(reading)
            _here(nb_man, save)
            with os.fdopen(writing, "wb") as out:
                pickle.dump(nb_man.nb, out)
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading, "rb") as back:
        sent = back.read()
    _, status = os.waitpid(child, 0)
    if status or not sent:
        raise EnvironmentFault(f"The notebook's process ended before the notebook did ({ending(status)}).")
    done = pickle.loads(sent)  # noqa: S301  our own fork wrote it
    nb_man.nb.cells[:], nb_man.nb.metadata = done.cells, done.metadata


PLACES: dict[str, Callable[[NotebookExecutionManager, Callable[[Any], None] | None], None]] = {"fork": _forked, "here": _here}


def _language() -> dict[str, Any]:
    """What a kernel of this Python says of its language."""
    version = sys.version_info
    mode = {"name": "ipython", "version": version.major}
    return {
        "name": "python",
        "version": ".".join(map(str, version[:3])),
        "mimetype": "text/x-python",
        "codemirror_mode": mode,
        "pygments_lexer": f"ipython{version.major}",
        "nbconvert_exporter": "python",
        "file_extension": ".py",
    }
