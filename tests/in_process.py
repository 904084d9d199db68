"""In the place of ``execute``: the notebook's cells run in this very process, without a kernel, and end as a kernel would end them."""

from __future__ import annotations

import ast
import contextlib
import io
import threading
import warnings

import nbformat

from csat_lib.report.engine import Job, Outcome, Report
from csat_lib.report.executed import allowing_refusals, tidy, verdict

ONE_AT_A_TIME = threading.Lock()  # the current folder belongs to the whole process, jobs run in threads of it


def execute(job: Job, **_: object) -> Outcome:
    """Run a job's cells one after the other; a failing cell without leave to fail ends it."""
    notebook = allowing_refusals(job.source)
    names: dict[str, object] = {"__name__": "__main__"}
    place = next(n for n, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", []))
    told = "\n".join(f"{name} = {value!r}" for name, value in job.parameters.items())
    notebook.cells.insert(place + 1, nbformat.v4.new_code_cell(told, metadata={"tags": ["injected-parameters"]}))
    for cell in notebook.cells:
        if cell.cell_type == "code" and not _run(cell, names, job):
            break
    withheld, fault = verdict(notebook, title=job.title, root=job.root)
    tidy(notebook, parameters=job.parameters, root=job.root)
    nbformat.write(notebook, job.target)
    status = "failed" if fault else "withheld" if withheld else "ok"
    return Outcome(job, Report(job.name, status, 0.1, str(fault or withheld), job.period, job.language), notebook, fault)


def _run(cell: nbformat.NotebookNode, names: dict[str, object], job: Job) -> bool:
    """Fill the outputs of a cell; whether the notebook goes on."""
    tree = ast.parse(cell.source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    try:
        with ONE_AT_A_TIME, contextlib.chdir(job.root), contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(tree, "<cell>", "exec"), names)  # noqa: S102  the cells are the test's own
            value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names) if last is not None else None  # noqa: S307
    except Exception as error:  # noqa: BLE001  as a kernel does
        name = f"{type(error).__module__}.{type(error).__name__}"
        cell.outputs = [nbformat.v4.new_output("error", ename=name, evalue=str(error), traceback=[f"{name}: {error}"])]
        return "raises-exception" in cell.metadata.get("tags", [])
    if value is not None:
        shown = value._repr_mimebundle_() if hasattr(value, "_repr_mimebundle_") else {"text/plain": repr(value)}
        cell.outputs = [nbformat.v4.new_output("display_data", data=shown)]
    return True
