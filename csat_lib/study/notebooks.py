"""Which notebooks a period runs, and whether a notebook takes exactly the parameters that a batch gives."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

from csat_lib.errors import ParamsError, nearest
from csat_lib.study.params import Study

PARAMETERS = ("study", "period", "language")
STANDARD = (
    *("10_survey_quality", "20_satisfaction_index", "30_structural_model", "40_driver_analysis"),
    *("50_tracking", "60_voice_of_customer", "70_improvement", "quarterly_report"),
)
NOTEBOOKS = {**dict.fromkeys(("quarter", "half", "special"), STANDARD), "month": ("monthly_brief",), "year": ("annual_report",)}
LANGUAGES = {"en": ("en",), "zh": ("zh",), "both": ("en", "zh")}


def notebooks_of(study: Study) -> tuple[str, ...]:
    """The notebooks that a period runs: the study's own list, or the usual ones for its kind.

    Raises
    ------
    ParamsError
        study.yaml names a notebook that does not exist (the nearest is named).
    """
    folder = study.paths.root / "notebooks"
    known = sorted(path.stem for path in folder.glob("*.ipynb"))
    own = study.parameters.notebooks
    for name in own if own is not None else NOTEBOOKS[study.period.kind]:
        if name not in known:
            where = f"params/{study.name}: notebooks: " if own is not None else ""
            raise ParamsError(f"{where}no notebook {name!r} in notebooks/.{nearest(name, known)}")
    if own is not None and not own:
        raise ParamsError(f"params/{study.name}: notebooks: the list is empty. Leave the key out for the usual ones.")
    return tuple(dict.fromkeys(own or NOTEBOOKS[study.period.kind]))


def check_notebook(path: Path) -> None:
    """Refuse a notebook whose parameters are not exactly study, period and language, with plain values.

    Raises
    ------
    ParamsError
        Names the file, the parameter and the nearest right one.
    """
    where = f"notebooks/{path.name}"
    cells = [each for each in _cells(path, where) if _is_parameters(each)]
    if len(cells) != 1:
        raise ParamsError(f"{where}: {len(cells)} cells are tagged 'parameters'; exactly one must be.")
    given = _assigned(_joined(cells[0].get("source", "")), where)
    for name, value in given.items():
        if name not in PARAMETERS:
            raise ParamsError(f"{where}: unknown parameter {name!r}.{nearest(name, PARAMETERS)}")
        if not isinstance(value, str) and not (name == "period" and type(value) is int):
            raise ParamsError(f"{where}: the parameter {name} must be a text, not {value!r}.")
    lacking = [name for name in PARAMETERS if name not in given]
    if lacking:
        raise ParamsError(f"{where}: the cell tagged 'parameters' lacks {', '.join(lacking)}.")


def _cells(path: Path, where: str) -> list[dict[str, Any]]:
    """The cells of a notebook's file, read as the JSON it is."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ParamsError(f"{where}: no such file.") from None
    except (OSError, ValueError, RecursionError) as error:
        raise ParamsError(f"{where}: not a readable notebook ({str(error).splitlines()[0]}).") from None
    cells = content.get("cells") if isinstance(content, dict) and content.get("nbformat") == 4 else None
    if not isinstance(cells, list) or not all(isinstance(each, dict) for each in cells):
        raise ParamsError(f"{where}: not a readable notebook (expected format 4). Open it in JupyterLab and save it.")
    return cells


def _is_parameters(cell: dict[str, Any]) -> bool:
    about = cell.get("metadata")
    tags = about.get("tags") if isinstance(about, dict) else None
    return cell.get("cell_type") == "code" and isinstance(tags, list) and "parameters" in tags


def _joined(source: object) -> str:
    return "".join(map(str, source)) if isinstance(source, list) else str(source)


def _assigned(source: str, where: str) -> dict[str, object]:
    """Names and constants of a cell that only assigns."""
    try:
        return dict(_pair(each) for each in ast.parse(source).body)
    except (SyntaxError, ValueError):
        raise ParamsError(f"{where}: the cell tagged 'parameters' may only hold lines such as study = \"demo\".") from None


def _pair(statement: ast.stmt) -> tuple[str, object]:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return name, ast.literal_eval(value)
    raise ValueError("not an assignment")
