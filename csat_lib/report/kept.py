"""Failed notebooks, kept beside the study's periods for whoever mends them; nobody's data stay in them."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Sequence
from typing import TYPE_CHECKING

from csat_lib.errors import CsatError, DisclosureError
from csat_lib.report import publish
from csat_lib.report.engine import Outcome
from csat_lib.report.executed import write_notebook
from csat_lib.report.privacy_scan import Known, known_of, traces
from csat_lib.study import Study
from csat_lib.survey import Survey

if TYPE_CHECKING:
    from nbformat import NotebookNode

LEFT_OUT = "[outputs left out: they hold {kinds}]\n"
_log = logging.getLogger(__name__)


def keep_failed(place: publish.Place, failed: Sequence[Outcome], study: Study, survey: Survey) -> None:
    """Keep failed notebooks below the study's folder, where no page links to them.

    Parameters
    ----------
    place : Place
        Of the period.
    failed : sequence of Outcome
        As far as they came.
    study, survey : Study, Survey
        Whose personal data must not stay in them: cells that show any lose their outputs, and all cells do where the notebook failed
        because it would have disclosed somebody, or where the raw files cannot be read.
    """
    known = _known(study, survey)
    with publish.faults(place.failed):
        publish.refuse_links(place)
        shutil.rmtree(place.failed, ignore_errors=True)
        for outcome in failed:
            if outcome.notebook is None:
                continue
            if known is None or isinstance(outcome.fault, DisclosureError):
                strip(outcome.notebook)
            else:
                without_personal(outcome.notebook, *known)
            place.failed.mkdir(parents=True, exist_ok=True)
            several = sum(other.job.name == outcome.job.name for other in failed) > 1
            page = f"{outcome.job.name}.{outcome.job.language}" if several else outcome.job.name
            path = place.failed / f"{page}.failed.ipynb"
            write_notebook(outcome.notebook, path)
            _log.warning("%s failed; it is kept as %s", outcome.job.title, path)


def strip(notebook: NotebookNode) -> None:
    """Take all outputs out."""
    for cell in notebook.cells:
        cell.update({"outputs": []} if cell.cell_type == "code" else {})


def without_personal(notebook: NotebookNode, known: Known, public: str) -> None:
    """Take the outputs of every cell that shows personal data out, and say in their place what it was.

    Parameters
    ----------
    notebook : NotebookNode
        Executed; changed in place.
    known : Known
        Values of personal columns.
    public : str
        Texts that may stay.
    """
    from nbformat.v4 import new_output

    for cell in notebook.cells:
        if not cell.get("outputs"):
            continue
        shown = json.dumps(cell["outputs"], ensure_ascii=False, indent=0).replace("\\n", "\n")
        kinds = sorted({each.kind for each in traces("", shown, known, public)})
        if kinds:
            text = LEFT_OUT.format(kinds=", ".join(kinds))
            cell["outputs"] = [new_output("stream", name="stderr", text=text)]  # type: ignore[no-untyped-call]


def harmless(error: CsatError, study: Study, survey: Survey) -> CsatError:
    """The same error, less the lines of its message that hold personal data: it is logged, and written beside the notebooks."""
    known = _known(study, survey)
    if known is None:
        return error
    lines = str(error).splitlines()
    held = {line: next((each.kind for each in traces("", line, *known)), "") for line in lines}
    if not any(held.values()):
        return error
    return type(error)("\n".join(f"[a line left out: it holds {held[line]}]" if held[line] else line for line in lines))


def _known(study: Study, survey: Survey) -> tuple[Known, str] | None:
    """What to look for; None where the raw files cannot be read."""
    try:
        return known_of(study, survey)
    except (CsatError, OSError, ValueError):
        return None
