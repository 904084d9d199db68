"""What a batch will do, and every check that costs little: all of it before the first kernel starts."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from csat_lib.errors import NotInStudyError, ParamsError, nearest, pick
from csat_lib.improvement import load_actions, load_incentives
from csat_lib.report import manifest
from csat_lib.report.engine import Job
from csat_lib.report.executed import read_notebook
from csat_lib.report.publish import Place
from csat_lib.study import Study, load_study
from csat_lib.survey import Survey, load_survey

PARAMETERS = ("study", "period", "language")
STANDARD = (
    *("10_survey_quality", "20_satisfaction_index", "30_structural_model", "40_driver_analysis"),
    *("50_tracking", "60_voice_of_customer", "70_improvement", "quarterly_report"),
)
NOTEBOOKS = {**dict.fromkeys(("quarter", "half", "special"), STANDARD), "month": ("monthly_brief",), "year": ("annual_report",)}
LANGUAGES = {"en": ("en",), "zh": ("zh",), "both": ("en", "zh")}


@dataclass(frozen=True, slots=True)
class Plan:
    """One period, checked and ready to run.

    Attributes
    ----------
    study : Study
        With its period.
    place : Place
        Where it will be published.
    notebooks : tuple of str
        All that the period has, also those that this run leaves out.
    jobs : tuple of Job
        Notebook by notebook, language by language.
    inputs : mapping
        What the reports will rest on, from ``manifest.inputs``.
    survey : Survey
        The customers' answers, as the checks left them.
    """

    study: Study
    place: Place
    notebooks: tuple[str, ...]
    jobs: tuple[Job, ...]
    inputs: Mapping[str, Mapping[str, Any]]
    survey: Survey

    @property
    def sources(self) -> tuple[Path, ...]:
        """The notebooks' files."""
        return tuple(sorted({job.source for job in self.jobs}))


def wanted_periods(study: str, periods: Sequence[str | int] | str | int | None, root: Path) -> tuple[str, ...]:
    """The names of the periods asked for: None is the latest, "all" is all, oldest first.

    Parameters
    ----------
    study : str
        A folder under params/.
    periods : str, int or sequence, optional
        What was asked for.
    root : Path
        The project's folder.

    Raises
    ------
    ParamsError
        An unknown study or period, with the nearest name.
    """
    if periods is None:
        return (load_study(study, root=root).period.name,)
    if periods == "all":
        return tuple(each.name for each in load_study(study, root=root).periods)
    asked = [periods] if isinstance(periods, str | int) else list(periods)
    if not asked:
        raise ParamsError("No period asked for. Name one, or leave periods out for the latest.")
    return tuple(dict.fromkeys(str(each) for each in asked))


def plan(
    study: str,
    period: str | int | None = None,
    *,
    root: str | Path | None = None,
    only: Iterable[str] | None = None,
    language: str | None = None,
) -> Plan:
    """One period's jobs, after every cheap check.

    Parameters
    ----------
    study : str
        A folder under params/.
    period : str or int, optional
        None means the latest.
    root : path, optional
        The project's folder.
    only : iterable of str, optional
        Notebooks to run, of those that the period has.
    language : {"en", "zh", "both"}, optional
        Of the pages; by default the study's own.

    Raises
    ------
    ParamsError, DataError
        What would stop a notebook: parameters, codebook, model, notebooks' parameters, the customers' data.
    """
    loaded = load_study(study, period, root=root)
    languages = pick(LANGUAGES, language if language is not None else loaded.parameters.language, "language")
    base = loaded.paths.root
    place = Place(base / "output", loaded.name, loaded.period.name)
    notebooks = notebooks_of(loaded)
    names = _chosen(notebooks, only, loaded)
    for name in names:
        check_notebook(base / "notebooks" / f"{name}.ipynb")
    jobs = tuple(
        Job(
            loaded.name,
            loaded.period.name,
            name,
            each,
            base / "notebooks" / f"{name}.ipynb",
            base,
            place.staging / "notebooks" / f"{name}.{each}.ipynb",
        )
        for name in names
        for each in languages
    )
    check_registers(loaded)
    survey = load_survey(loaded)
    return Plan(loaded, place, notebooks, jobs, manifest.inputs(loaded, [job.source for job in jobs]), survey)


def check_registers(study: Study) -> None:
    """Refuse a register of actions or a table of incentives with mistakes; a study need not have them.

    Raises
    ------
    ParamsError
        Names the file, the action or scheme, and the key.
    """
    with suppress(NotInStudyError):
        load_actions(study)
    with suppress(NotInStudyError):
        load_incentives(study)


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
    from nbformat.reader import NotJSONError

    where = f"notebooks/{path.name}"
    try:
        notebook = read_notebook(path)
    except FileNotFoundError:
        raise ParamsError(f"{where}: no such file.") from None
    except (OSError, ValueError, NotJSONError) as error:
        raise ParamsError(f"{where}: not a readable notebook ({str(error).splitlines()[0]}).") from None
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and "parameters" in cell.metadata.get("tags", [])]
    if len(cells) != 1:
        raise ParamsError(f"{where}: {len(cells)} cells are tagged 'parameters'; exactly one must be.")
    given = _assigned(cells[0].source, where)
    for name, value in given.items():
        if name not in PARAMETERS:
            raise ParamsError(f"{where}: unknown parameter {name!r}.{nearest(name, PARAMETERS)}")
        if not isinstance(value, str) and not (name == "period" and type(value) is int):
            raise ParamsError(f"{where}: the parameter {name} must be a text, not {value!r}.")
    lacking = [name for name in PARAMETERS if name not in given]
    if lacking:
        raise ParamsError(f"{where}: the cell tagged 'parameters' lacks {', '.join(lacking)}.")


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


def _chosen(names: tuple[str, ...], only: Iterable[str] | None, study: Study) -> tuple[str, ...]:
    if only is None:
        return names
    asked = [only] if isinstance(only, str) else list(only)
    for name in asked:
        if name not in names:
            raise ParamsError(f"{study.name} {study.period} has no notebook {name!r}.{nearest(name, names)}")
    return tuple(name for name in names if name in asked)
