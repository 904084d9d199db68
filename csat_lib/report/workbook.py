"""A period as workbooks: every published table in one, every scored respondent in another that never leaves the machine."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from csat_lib.errors import DataError
from csat_lib.report.exhibits import FORMULA
from csat_lib.report.publish import faults
from csat_lib.study import Study
from csat_lib.survey import Survey, load_survey

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

ROWS, SHEET, CELL = 1_048_576, 31, 32_767
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d+)?(?:[eE][-+]?\d{1,3})?|-?\d+\.\d+(?:[eE][-+]?\d{1,3})?")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def export_tables(study: Study, path: Path) -> Path:
    """All published tables of the study's period as one workbook, a sheet each, with a list of them first.

    Parameters
    ----------
    study : Study
        With its period, which must be published.
    path : Path
        The workbook; it is written beside and renamed.

    Raises
    ------
    DataError
        Nothing is published.
    """
    folder = study.paths.output / "tables"
    files = sorted(folder.glob("*.csv"))
    if not files:
        raise DataError(f"{study.name} {study.period}: no tables are published. Make them: csat run {study.name} {study.period}")
    tables = {}
    for file in files:
        with file.open(encoding="utf-8", newline="") as handle:
            tables[file.stem] = [[_cell(text) for text in row] for row in csv.reader(handle)]
    sheets = _names(tables)
    listed: list[list[Any]] = [["sheet", "table", "rows"], *([sheets[name], name, len(rows) - 1] for name, rows in tables.items())]
    return _write(path, {"tables": listed, **{sheets[name]: rows for name, rows in tables.items()}})


def export_scores(study: Study) -> Path:
    """The customers' answers with scores of 0-100, a row each, under data/<study>/restricted/<period>/scores.xlsx.

    A construct's score is the mean of its items; NaN stays empty. Comments and personal columns are not in it.

    Raises
    ------
    DataError
        The data are refused.
    """
    survey = load_survey(study)
    frame = scored(study, survey)
    path = study.paths.root / "data" / study.name / "restricted" / study.period.name / "scores.xlsx"
    with faults(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    rows: list[list[Any]] = [list(map(str, frame.columns)), *([_value(each) for each in row] for row in frame.itertuples(index=False))]
    return _write(path, {"respondents": rows})


def scored(study: Study, survey: Survey) -> pd.DataFrame:
    """Row of the file, attributes, weight, answers, and scores on 0-100: of every item, and of every construct as the mean of its items.

    Parameters
    ----------
    study : Study
        Its constructs.
    survey : Survey
        The clean answers.
    """
    left_out = {*survey.codebook.names("comment"), *survey.codebook.names("personal")}
    about = survey.attributes[[name for name in survey.attributes if name not in left_out]]
    low, high = (pd.Series({name: ends[place] for name, ends in survey.scale.items()}) for place in (0, 1))
    points = 100 * (survey.responses - low) / (high - low)
    parts: list[Any] = [pd.Series(survey.responses.index, index=survey.responses.index, name="row"), about]
    if survey.weights is not None:
        parts.append(survey.weights.rename("weight"))
    parts += [survey.responses, points[list(survey.responses)].add_suffix("_score")]
    for each in study.structure.first_stage().constructs if study.structure is not None else ():
        items = [item for item in each.items if item in points]
        parts.append(points[items].mean(axis=1, skipna=False).rename(f"{each.name}_score"))
    table: pd.DataFrame = pd.concat(parts, axis=1)
    return table


def _write(path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for name, rows in sheets.items():
        _fill(book.create_sheet(name), rows)
    beside = path.with_name(f".{path.name}.part")
    with faults(path):
        try:
            book.save(beside)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    return path


def _fill(sheet: Worksheet, rows: Iterable[list[Any]]) -> None:
    from openpyxl.cell import WriteOnlyCell

    sheet.freeze_panes = "A2"
    for count, row in enumerate(rows):
        if count == ROWS:
            raise DataError(f"{sheet.title}: more than {ROWS:,} rows do not fit a sheet.")
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, value=None if value is None else value)
            if isinstance(value, str):
                cell.value, cell.data_type, cell.number_format = _harmless(value), "s", "@"
            cells.append(cell)
        sheet.append(cells)


def _harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    clean = _FORBIDDEN.sub("", text)[:CELL]
    return f"'{clean}" if clean.startswith(FORMULA) else clean


def _cell(text: str) -> object:
    """A cell of a table: a number where it is written as one, the text as it stands otherwise (007 and +1 are text)."""
    return float(text) if _NUMBER.fullmatch(text) and np.isfinite(float(text)) else text or None


def _value(value: object) -> object:
    if isinstance(value, np.generic):
        value = value.item()
    missing = value is None or value is pd.NaT or (isinstance(value, float) and not np.isfinite(value))
    return None if missing else value if isinstance(value, int | float | str) else str(value)


def _names(tables: Iterable[str]) -> dict[str, str]:
    """A sheet's name for every table: at most 31 characters, no two alike."""
    return dict(_numbered(list(tables)))


def _numbered(names: list[str]) -> Iterator[tuple[str, str]]:
    taken = {"tables"}
    for name in names:
        sheet, count = name[:SHEET], 1
        while sheet.casefold() in taken:
            count += 1
            sheet = f"{name[: SHEET - 3]}~{count}"
        taken.add(sheet.casefold())
        yield name, sheet
