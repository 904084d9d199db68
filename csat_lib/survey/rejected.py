"""What the checks put aside, row by row: kept under data/<study>/restricted/, never under output/."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pandas as pd

from csat_lib.errors import EnvironmentFault, ParamsError
from csat_lib.study import Study
from csat_lib.survey.survey import Survey

COLUMNS = ("source", "row", "respondent", "column", "value", "rule")


def rejected_file(study: Study) -> Path:
    """Where the rejected answers of a study's period are kept: row-level, ignored by git."""
    return study.paths.root / "data" / study.name / "restricted" / study.period.name / "rejected.csv"


def write_rejected(study: Study, survey: Survey) -> Path:
    """Write the answers and respondents that ``survey`` rejected; those of other sources in the file stay.

    The file is written beside and renamed. Cells that a spreadsheet would
    run as a formula get an apostrophe.

    Raises
    ------
    ParamsError
        The survey was made from a frame, so its source is unknown.
    EnvironmentFault
        The folder cannot be written.
    """
    if survey.origin is None:
        raise ParamsError("This survey was made from a frame, not from a source of the study; there is no place for what it rejected.")
    path = rejected_file(study)
    table = survey.rejected.astype(str).map(_harmless)
    if path.is_file():
        before = pd.read_csv(path, dtype=str, keep_default_na=False)
        if set(COLUMNS) <= set(before.columns):
            table = pd.concat([before.loc[before["source"] != survey.origin.source, list(COLUMNS)], table], ignore_index=True)
    return _written(table, path)


def write_restricted(study: Study, name: str, table: pd.DataFrame) -> Path:
    """Write a table with a row per person beside the rejected answers of the study's period, never under output/.

    Parameters
    ----------
    study : Study
        With its period.
    name : str
        Of the file, without its ending.
    table : DataFrame
        Missing values stay empty.

    Raises
    ------
    EnvironmentFault
        The folder cannot be written.
    """
    plain = table.astype(object).where(table.notna(), "").astype(str).map(_harmless)
    return _written(plain, rejected_file(study).with_name(f"{name}.csv"))


def _written(table: pd.DataFrame, path: Path) -> Path:
    """Write beside and rename."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.{os.getpid()}.part")
        beside.write_bytes(table.to_csv(index=False, lineterminator="\n").encode("utf-8"))
        beside.replace(path)
    except OSError as error:
        raise EnvironmentFault(f"{path}: cannot be written ({error.strerror}).") from None
    return path


def _harmless(cell: str) -> str:
    """A formula becomes text; a negative number stays one."""
    if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} and not re.fullmatch(r"[+-]?\d+(?:[.,]\d+)?", cell):
        return f"'{cell}"
    return cell
