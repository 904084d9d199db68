"""The workbook that asks one expert to compare indicators in pairs: a sheet per parent, in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from csat_lib.errors import ParamsError
from csat_lib.study.reader import Text

Tree = Mapping[str, Sequence[str]]
CHOICES = (*(str(k) for k in range(9, 0, -1)), *(f"1/{k}" for k in range(2, 10)))
NAMES_ROW, FIRST_ROW, FIRST_COLUMN = 7, 9, 3  # the matrix begins at C9; labels stand in row 8 and column B
PARENT, EXPERT = "B1", "B2"
INSTRUCTIONS = (
    "Compare the row with the column: how many times is the row as important for customers? Fill the white cells only.",
    "行与列两两比较：对顾客而言，行指标的重要性是列指标的几倍？只填写白色单元格。",
    "1 equally, 3 somewhat more, 5 clearly more, 7 much more, 9 utterly more important; 1/3 ... 1/9 where the column leads.",
    "1 同等重要，3 稍微重要，5 明显重要，7 强烈重要，9 极端重要；列更重要时用 1/3 … 1/9。",
)


def write_expert_template(path: str | Path, tree: Tree, *, labels: Mapping[str, Text | str] | None = None, expert: str = "") -> Path:
    """A workbook for one expert: a sheet per parent with the pairs above the diagonal to fill; the path is returned.

    Parameters
    ----------
    path : path
        Ends in .xlsx.
    tree : mapping of str to sequence of str
        Parent -> its children; parents with one child need no judgement and get no sheet.
    labels : mapping, optional
        Name -> label, one text or {en, zh}, shown beside the name.
    expert : str
        Who will fill it; the expert can write it in.

    Raises
    ------
    ParamsError
        The path does not end in .xlsx, or nothing is to be compared.
    """
    import openpyxl

    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        raise ParamsError(f"{path.name}: the template is a workbook; give it a name that ends in .xlsx.")
    compared = {parent: list(children) for parent, children in tree.items() if len(children) > 1}
    if not compared:
        raise ParamsError("No parent has two children, so there is nothing to compare.")
    book = openpyxl.Workbook()
    book.remove(book.active)
    taken: set[str] = set()
    for parent, children in compared.items():
        _write_sheet(book.create_sheet(_sheet_name(parent, taken)), parent, children, labels or {}, expert)
    book.save(path)
    return path


def _sheet_name(parent: str, taken: set[str]) -> str:
    """A title that a workbook accepts; the parent's full name stands on the sheet."""
    stem = re.sub(r"[\[\]:*?/\\']", "_", parent)[:28] or "_"
    found, again = stem, 2
    while found.casefold() in taken:
        found, again = f"{stem}_{again}", again + 1
    taken.add(found.casefold())
    return found


def _bilingual(name: str, labels: Mapping[str, Text | str]) -> str:
    label = labels.get(name, "")
    if isinstance(label, str):
        return label
    return " / ".join(dict.fromkeys(part for part in (label.en, label.zh) if part))


def _write_sheet(sheet: Any, parent: str, children: Sequence[str], labels: Mapping[str, Text | str], expert: str) -> None:  # noqa: ANN401
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    def put(place: str, text: str) -> None:
        cell = sheet[place]
        cell.value, cell.data_type, cell.number_format = text, "s", "@"

    put("A1", "Group / 指标组")
    put(PARENT, parent)
    put("C1", _bilingual(parent, labels))
    put("A2", "Expert / 专家")
    if expert:
        put(EXPERT, expert)
    for line, text in enumerate(INSTRUCTIONS, start=3):
        put(f"A{line}", text)
    choice = DataValidation(type="list", formula1=f'"{",".join(CHOICES)}"', allow_blank=True, showErrorMessage=True)
    choice.error, choice.errorTitle = "1 ... 9, 1/2 ... 1/9", "Judgement / 判断"
    sheet.add_data_validation(choice)
    grey = PatternFill("solid", fgColor="D9D9D9")
    for i, name in enumerate(children):
        row, column = FIRST_ROW + i, get_column_letter(FIRST_COLUMN + i)
        for place, text in (
            (f"A{row}", name),
            (f"B{row}", _bilingual(name, labels)),
            (f"{column}{NAMES_ROW}", name),
            (f"{column}{NAMES_ROW + 1}", _bilingual(name, labels)),
        ):
            put(place, text)
            sheet[place].font, sheet[place].alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[column].width = 16
        for j in range(len(children)):
            place = f"{get_column_letter(FIRST_COLUMN + j)}{row}"
            sheet[place].number_format = "@"  # else a spreadsheet turns 1/3 into a date
            if j > i:
                choice.add(place)
            else:
                sheet[place].fill = grey
    sheet.column_dimensions["A"].width = sheet.column_dimensions["B"].width = 24
    sheet.freeze_panes = sheet.cell(FIRST_ROW, FIRST_COLUMN)
