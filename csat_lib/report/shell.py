"""A notebook executed in this very process by IPython's shell, with the outputs that a kernel would have sent.

Meant for a process that does nothing else and ends afterwards: options, environment and imports of a notebook stay in it.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ipykernel.compiler import XCachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

from csat_lib.report.executed import Printed

if TYPE_CHECKING:
    from nbformat import NotebookNode

RAISES, SKIPS = "raises-exception", "skip-execution"


class Outputs:
    """The outputs of the cell that runs, in the order in which they came.

    Attributes
    ----------
    items : list of dict
        As in a notebook's file.
    """

    def __init__(self) -> None:
        self.items: list[dict[str, Any]] = []
        self._printed: dict[str, Printed] = {}
        self._displays: dict[str, list[dict[str, Any]]] = {}
        self._clear_first = False

    def begin(self) -> None:
        """A new cell."""
        self.items, self._printed, self._clear_first = [], {}, False

    def add(self, output: dict[str, Any], *, display: str | None = None) -> None:
        """One output; a named one can be changed later."""
        if self._clear_first:
            self.clear()
        if display:
            self._displays.setdefault(display, []).append(output)
        self.items.append(output)

    def write(self, name: str, text: str) -> None:
        """What is printed: one output a stream, where the stream first spoke."""
        if self._clear_first:
            self.clear()
        if name not in self._printed:
            self._printed[name] = Printed()
            self.items.append({"output_type": "stream", "name": name, "text": ""})
        self._printed[name].add(text)

    def change(self, display: str, data: Mapping[str, Any], metadata: Mapping[str, Any]) -> None:
        """New content for a display that has been shown."""
        for output in self._displays.get(display, []):
            output["data"], output["metadata"] = _node(data), _node(metadata)

    def clear(self) -> None:
        """Forget what the cell has shown."""
        self.begin()

    def clear_before_next(self) -> None:
        """Forget it when something new comes."""
        self._clear_first = True

    def end(self) -> list[NotebookNode]:
        """The outputs of the cell; standard output goes before standard error where they meet, as from a kernel."""
        from nbformat import from_dict

        items = [{**each, "text": self._printed[each["name"]].text()} if each["output_type"] == "stream" else each for each in self.items]
        for place, (one, other) in enumerate(pairwise(items)):
            if (one.get("name"), other.get("name")) == ("stderr", "stdout"):
                items[place], items[place + 1] = other, one
        nodes: list[NotebookNode] = []
        for each in items:
            if each.get("text", "-"):
                nodes.append(from_dict(each))  # type: ignore[no-untyped-call]
                for shown in self._displays.values():  # what a later cell changes is the notebook's own
                    shown[:] = [nodes[-1] if one is each else one for one in shown]
        return nodes


def _node(bundle: Mapping[str, Any]) -> NotebookNode:
    from nbformat import from_dict

    node: NotebookNode = from_dict(dict(bundle))  # type: ignore[no-untyped-call]
    return node


class _Stream(io.TextIOBase):
    """sys.stdout or sys.stderr of a cell."""

    encoding = "utf-8"

    def __init__(self, name: str, outputs: Outputs) -> None:
        self._name, self._outputs = name, outputs

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._outputs.write(self._name, text)
        return len(text)


class _Publisher(DisplayPublisher):
    outputs: Outputs

    def publish(  # type: ignore[override]
        self,
        data: Mapping[str, Any],
        metadata: Mapping[str, Any] | None = None,
        *,
        transient: Mapping[str, Any] | None = None,
        update: bool = False,
        **_: Any,
    ) -> None:
        name = (transient or {}).get("display_id")
        if update:
            self.outputs.change(str(name), _plain(data), _plain(metadata or {}))
        else:
            content = {"output_type": "display_data", "data": _plain(data), "metadata": _plain(metadata or {})}
            self.outputs.add(content, display=name)

    def clear_output(self, wait: bool = False) -> None:  # noqa: FBT001, FBT002  IPython's signature
        if wait:
            self.outputs.clear_before_next()
        else:
            self.outputs.clear()


class _Hook(DisplayHook):
    outputs: Outputs
    content: dict[str, Any]

    def start_displayhook(self) -> None:
        self.content = {"output_type": "execute_result", "data": {}, "metadata": {}, "execution_count": None}

    def write_output_prompt(self) -> None:
        self.content["execution_count"] = self.prompt_count

    def write_format_data(self, format_dict: Mapping[str, Any], md_dict: Mapping[str, Any] | None = None) -> None:
        self.content.update(data=_plain(format_dict), metadata=_plain(md_dict or {}))

    def finish_displayhook(self) -> None:
        if self.content["data"]:
            self.outputs.add(self.content)


class _Shell(InteractiveShell):
    display_pub_class = Type(_Publisher)
    displayhook_class = Type(_Hook)
    outputs: Outputs
    compiler_class = Type(XCachingCompiler)  # names cells as a kernel does, also in messages

    def _showtraceback(self, etype: type[BaseException], evalue: BaseException, stb: list[str]) -> None:
        output = {"output_type": "error", "ename": etype.__name__, "evalue": str(evalue), "traceback": list(stb)}
        self.outputs.add(output)

    def enable_gui(self, gui: str | None = None) -> None:
        """There are no windows."""

    def ask_exit(self) -> None:
        """End the process, as ``exit`` ends a kernel: the notebook has failed."""
        os._exit(1)


def _plain(bundle: Mapping[str, Any]) -> dict[str, Any]:
    """A bundle as it comes out of a kernel: plain JSON, pictures in base64."""
    import json

    from jupyter_client.jsonutil import json_default

    plain: dict[str, Any] = json.loads(json.dumps(dict(bundle), default=json_default))
    return plain


@contextlib.contextmanager
def opened_shell() -> Iterator[tuple[_Shell, Outputs]]:
    """A shell of its own, with the standard streams and ``__main__`` in its hands for the time being."""
    HistoryManager.enabled = False  # type: ignore[assignment]  # a trait takes its default's place
    module = ModuleType("__main__")
    module.__dict__.update(__name__="__main__", __builtins__=__builtins__)
    InteractiveShell.clear_instance()
    quiet = Config({"HistoryManager": {"enabled": False}, "InteractiveShell": {"colors": "nocolor", "cache_size": 1000}})
    before = sys.stdout, sys.stderr, sys.displayhook, sys.modules["__main__"]
    shell = _Shell.instance(config=quiet, user_module=module, user_ns=module.__dict__)
    outputs = Outputs()
    for each in (shell, shell.display_pub, shell.displayhook):
        setattr(each, "outputs", outputs)  # noqa: B010  traits know nothing of it
    sys.stdout, sys.stderr = _Stream("stdout", outputs), _Stream("stderr", outputs)
    try:
        _figures(shell)
        yield shell, outputs
    finally:
        sys.stdout, sys.stderr, sys.displayhook, sys.modules["__main__"] = before
        InteractiveShell.clear_instance()


def _figures(shell: InteractiveShell) -> None:
    """Figures of matplotlib shown as in a kernel; each shell has to be told, or it loses them in silence."""
    if "inline" not in os.environ.get("MPLBACKEND", ""):
        return
    from IPython.core.pylabtools import activate_matplotlib, select_figure_formats
    from matplotlib_inline.backend_inline import configure_inline_support

    activate_matplotlib(os.environ["MPLBACKEND"])  # type: ignore[no-untyped-call]  # figures count as changed when they are plotted
    configure_inline_support(shell, os.environ["MPLBACKEND"])  # type: ignore[no-untyped-call]
    select_figure_formats(shell, {"png"})  # type: ignore[no-untyped-call]


def run_cells(notebook: NotebookNode, *, begun: Callable[[int], None], ended: Callable[[int, str], None]) -> None:
    """Execute a notebook in place, as far as it comes; a cell tagged raises-exception may raise.

    Parameters
    ----------
    notebook : NotebookNode
        Its code cells get outputs and execution counts.
    begun, ended : callable
        Called with the place of every cell; ``ended`` also with the name of the error that stops the notebook, or "".
    """
    with opened_shell() as (shell, outputs):
        for place, cell in enumerate(notebook.cells):
            begun(place)
            tags = cell.metadata.get("tags", [])
            fatal = ""
            if cell.cell_type == "code" and cell.source.strip() and SKIPS not in tags:
                outputs.begin()
                done = shell.run_cell(cell.source, store_history=True, silent=False, cell_id=cell.get("id"))  # type: ignore[no-untyped-call]
                cell.execution_count = shell.execution_count - 1
                cell.outputs = outputs.end()
                error = done.error_before_exec or done.error_in_exec
                fatal = type(error).__name__ if error is not None and RAISES not in tags else ""
            ended(place, fatal)
            if fatal:
                return
