"""What an executed notebook says: whether its numbers may be published, and nothing about the machine it ran on."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from csat_lib import errors
from csat_lib.errors import CsatError, EnvironmentFault, ModelError, NotInStudyError
from csat_lib.report.late_grammar import put_off_grammar

if TYPE_CHECKING:
    from nbformat import NotebookNode

SECTION_TAG = "section"
_ALLOWED = "raises-exception"
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
PRINTED = 100_000
_SHORTENED = re.compile(r"\n\[[0-9,]+ characters were printed; the first [0-9,]+ are shown\]\n\Z")
_OVERWRITTEN = re.compile(r"^[^\n]*\r(?!\n)", re.MULTILINE)
_CELL_FILE = re.compile(r"(?<![^\s\"'])[^\s\"']*ipykernel_\d+[\\/]\d+\.py")


def get_ready() -> None:
    """Import what reading and rendering take, best while the first notebooks run."""
    put_off_grammar()
    import nbconvert  # noqa: F401
    import nbformat  # noqa: F401


def read_notebook(path: Path) -> NotebookNode:
    """The notebook in a file."""
    import nbformat

    notebook: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return notebook


def write_notebook(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook as it is."""
    import nbformat

    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]


def allowing_refusals(source: Path) -> NotebookNode:
    """The notebook with the cells tagged ``section`` allowed to refuse; the file stays as it is."""
    notebook = read_notebook(source)
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "code" and SECTION_TAG in tags and _ALLOWED not in tags:
            cell.metadata["tags"] = [*tags, _ALLOWED]
    return notebook


def verdict(notebook: NotebookNode, *, title: str, root: Path) -> tuple[str, CsatError | None]:
    """Why sections are withheld ("" where none is), and the error by which the notebook fails (None where it does not).

    A section may say that its model cannot be trusted, or that the study has no such part; a section that lacks the names of one that
    said so says the same.

    Parameters
    ----------
    notebook : NotebookNode
        Executed.
    title : str
        What errors call it.
    root : Path
        The project's folder, which messages leave out.
    """
    withheld = ""
    refusal: tuple[str, str] | None = None
    lost: dict[str, tuple[str, str]] = {}
    for cell, output in errors_of(notebook):
        name, message = str(output.ename).rsplit(".", 1)[-1], _relative(str(output.evalue), root)
        kind = _family().get(name)
        if SECTION_TAG in cell.metadata.get("tags", []):
            if kind is not None and issubclass(kind, ModelError | NotInStudyError):
                refusal = (name, message)
                lost |= dict.fromkeys(assigned(cell.source), refusal)
                withheld = withheld or (message if issubclass(kind, ModelError) else "")
                continue
            if refusal and name == "NameError":
                output.ename, output.evalue = cause = lost.get(missing_name(message), refusal)
                lost |= dict.fromkeys(assigned(cell.source), cause)
                continue
        if kind is not None:
            return withheld, kind(f"{title}: {message}")
        return withheld, EnvironmentFault(f"{title}: {name}: {message} (in the cell that begins: {first_line(cell.source)!r})")
    return withheld, None


def assigned(source: str) -> tuple[str, ...]:
    r"""The names that a cell gives values to at its own level.

    >>> assigned("fit = f(x)\na, b = g(fit)\nshow(a == b)")
    ('fit', 'a', 'b')
    """
    lines = re.findall(r"^(\w+(?:\s*,\s*\w+)*)\s*=(?!=)", source, flags=re.MULTILINE)
    return tuple(each.strip() for line in lines for each in line.split(","))


def missing_name(message: str) -> str:
    """The name that a NameError misses; empty where it does not say."""
    found = re.match(r"name '(\w+)' is not defined", message)
    return found[1] if found else ""


def errors_of(notebook: NotebookNode) -> Iterator[tuple[NotebookNode, NotebookNode]]:
    """Cell and output of every error that was shown."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                yield cell, output


def _family(base: type[CsatError] = CsatError) -> dict[str, type[CsatError]]:
    """Every error class of ours by name."""
    known = {name: each for name, each in vars(errors).items() if isinstance(each, type) and issubclass(each, base)}
    return {name: each for name, each in known.items() if each is not base}


class Printed:
    r"""What a cell prints to one stream; of very much only the beginning is kept, with a note.

    >>> much = Printed()
    >>> much.add("x" * 150_000)
    >>> much.text()[PRINTED:]
    '\n[150,000 characters were printed; the first 100,000 are shown]\n'
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._kept = self._all = 0

    def add(self, text: str) -> None:
        """More of it."""
        self._all += len(text)
        if (room := PRINTED - self._kept) > 0:
            self._parts.append(text[:room])
            self._kept += len(self._parts[-1])

    def text(self) -> str:
        """All of it as a notebook keeps it, with lines that a progress bar wrote over taken out."""
        told = "".join(self._parts)
        if self._all > PRINTED:
            return f"{told}\n[{self._all:,} characters were printed; the first {PRINTED:,} are shown]\n"
        return _OVERWRITTEN.sub("", told) if "\r" in told else told


def tidy(notebook: NotebookNode, *, parameters: Mapping[str, str], root: Path) -> None:
    """Take out what differs from run to run or tells of this machine: times, random ids, folders, papermill's own marks.

    Parameters
    ----------
    notebook : NotebookNode
        Executed; changed in place.
    parameters : mapping of str to str
        What it was told.
    root : Path
        The project's folder.
    """
    notebook.cells = [cell for cell in notebook.cells if "papermill-error-cell-tag" not in cell.metadata.get("tags", [])]
    notebook.metadata["papermill"] = {"parameters": dict(parameters)}
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if "injected-parameters" in tags:
            cell["id"] = "injected-parameters"
        for mark in ("papermill", "execution"):
            cell.metadata.pop(mark, None)
        if cell.get("outputs"):
            cell["outputs"] = _joined(cell["outputs"])
        for output in cell.get("outputs", []):
            _tidy_output(output, root)


def _joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Outputs with what a kernel sent of one stream in several pieces, as its clock would have it, in one."""
    kept: list[NotebookNode] = []
    for each in outputs:
        last = kept[-1] if kept else None
        if last is not None and each.output_type == last.output_type == "stream" and each.name == last.name:
            last.text += each.text
        else:
            kept.append(each)
    return kept


def _tidy_output(output: NotebookNode, root: Path) -> None:
    if output.output_type == "stream":
        if not _SHORTENED.search(output.text):
            printed = Printed()
            printed.add(output.text)
            output.text = printed.text()
        output.text = _relative(output.text, root)
    elif output.output_type == "error":
        output.evalue = _relative(output.evalue, root)
        known = str(output.ename).rsplit(".", 1)[-1] in _family()
        trace = [f"{output.ename}: {output.evalue}"] if known else [_relative(_COLOURS.sub("", line), root) for line in output.traceback]
        output.traceback = trace
    elif "text/plain" in output.get("data", {}):
        output.data["text/plain"] = _relative(output.data["text/plain"], root)


def _relative(text: str, root: Path) -> str:
    """``text`` without the folders of this machine."""
    folders = {root, Path(__file__).resolve().parents[2], Path(sys.prefix), Path(sys.base_prefix), Path.home()}
    for folder in sorted(folders, key=lambda each: -len(str(each))):
        if folder != Path(folder.anchor):
            text = text.replace(f"{folder}{os.sep}", "")
    return _CELL_FILE.sub("<cell>", text)


def first_line(what: object) -> str:
    """The first line that says something."""
    lines = [line.strip() for line in str(what).splitlines() if line.strip()]
    return lines[0] if lines else type(what).__name__
