"""A workbook's sheet as cells, and the plain table in it: title rows above, two header rows, footnotes below."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any

import pandas as pd

from csat_lib.errors import DataError, ParamsError, nearest
from csat_lib.survey.exports.export import Shaped, Sheet, cell_text, checked_header, plain

LARGEST = 500_000_000
RATIO, HARMLESS = 200, 50_000_000
# What zipfile and openpyxl raise on damaged files: SyntaxError for broken XML, RuntimeError for encrypted or unknown compression.
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, RuntimeError, MemoryError),
    *(LookupError, ValueError, TypeError, AttributeError, ArithmeticError, SyntaxError),
)
_FOOTNOTE = re.compile(r"(?i)\s*(?:[*†‡¹²³①注]|\(?1\)|notes?\b|sources?\b|来源|说明|备注|数据来源)")


def read_workbook(path: Path, sheet: str | None) -> Sheet:
    """The cells of one sheet, the first unless named.

    Raises
    ------
    DataError
        Not a workbook, cut off, or one that would fill the memory.
    ParamsError
        No sheet of that name.
    """
    _refuse_bomb(path)
    import openpyxl

    try:
        with path.open("rb") as file:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            chosen = _chosen(book, sheet, path.name)
            title = str(chosen.title)
            chosen.reset_dimensions()  # the size that other programs write into a workbook is often too small
            found = enumerate(chosen.iter_rows(values_only=True), start=1)
            rows = {number: texts for number, row in found if any(texts := [cell_text(cell) for cell in row])}
            spans = _spans(path, str(getattr(chosen, "_worksheet_path", "")))
    except BROKEN as error:
        raise DataError(f"{path.name}: not a readable workbook ({error}). Open it and save it as .xlsx again.") from None
    if not rows:
        others = [each for each in book.sheetnames if each != title]
        raise DataError(f"{path.name}: {'the first sheet' if sheet is None else f'sheet {title}'} is empty.{_others(others)}")
    wide = max(max((place + 1 for place, cell in enumerate(row) if cell), default=0) for row in rows.values())
    body = [[*row[:wide], *[""] * (wide - len(row))] for row in rows.values()]
    return Sheet(pd.DataFrame(body, index=pd.Index(list(rows)), dtype=str), path.name, "", "excel", title, spans)


def _chosen(book: Any, sheet: str | None, name: str) -> Any:  # noqa: ANN401  openpyxl has no types
    if sheet is None:
        return book.worksheets[0]
    known = [each.title for each in book.worksheets]
    if sheet not in known:
        raise ParamsError(f"{name}: no sheet {sheet!r}.{nearest(sheet, known)}")
    return book[sheet]


def _others(sheets: list[str]) -> str:
    return f" Name another with sheet=: {', '.join(sheets)}." if sheets else ""


def _refuse_bomb(path: Path) -> None:
    """By the sizes that the archive declares, which are also all that is ever unpacked of it."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except BROKEN as error:
        with path.open("rb") as file:
            cut = file.read(4) == b"PK\x03\x04"
        what = "it is cut off" if cut else error
        raise DataError(f"{path.name}: not a readable workbook ({what}). Open it and save it as .xlsx again.") from None
    size, packed = sum(each.file_size for each in members), sum(each.compress_size for each in members)
    if size > LARGEST or (size > HARMLESS and size > RATIO * max(packed, 1)):
        raise DataError(
            f"{path.name}: {packed:,} bytes that unpack to {size:,} are too many for a survey (at most {LARGEST:,}, or {RATIO} times "
            "the packed size). Save the data as CSV."
        )


def _spans(path: Path, member: str) -> dict[tuple[int, int], int]:
    """Cells merged across columns, from the sheet's own XML."""
    from openpyxl.utils import range_boundaries

    found: dict[tuple[int, int], int] = {}
    with zipfile.ZipFile(path) as archive:
        if member not in archive.namelist():
            return found
        rest = b""
        with archive.open(member) as file:
            while chunk := file.read(1 << 20):
                rest += chunk
                for ref in re.findall(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]+\d+:[A-Z]+\d+)"', rest):
                    left, top, right, _ = range_boundaries(ref.decode())
                    if right > left:
                        found[top, left - 1] = right - left + 1
                rest = rest[-100:]
    return found


def plain_table(sheet: Sheet) -> Shaped:
    """The table of a sheet: one or two header rows under title rows, footnotes below left out; a note says what was."""
    filled = (sheet.cells != "").sum(axis=1)
    usual = median(filled.tolist())
    covered = pd.Series(0, index=filled.index)
    for (row, _), wide in sheet.spans.items():
        if row in covered.index and filled[row] > 1:  # one cell over everything is a title
            covered[row] += wide - 1
    header = next((place for place, count in enumerate(filled + covered) if count >= max(2, 0.6 * usual)), 0)
    rows = sheet.cells.iloc[header:]
    notes = [f"{header} title rows above the header"] if header else []
    names, labels, deep = _names(rows, sheet.spans)
    while names and not names[-1]:
        names.pop()
    names = checked_header(names, f"{sheet.name}, sheet {sheet.sheet}")
    body = rows.iloc[deep:, : len(names)]
    body = body[(body != "").any(axis=1)]
    below = _footnotes(body, usual)
    if below:
        notes.append(f"{below} footnotes below the table (from row {body.index[-below]})")
        body = body.iloc[:-below]
    if body.empty:
        raise DataError(f"{sheet.name}: a header with {len(names)} columns but no rows.")
    return Shaped(body.set_axis(names, axis=1), dict(zip(names, labels, strict=False)) if deep > 1 else {}, tuple(notes))


def _names(rows: pd.DataFrame, spans: Mapping[tuple[int, int], int]) -> tuple[list[str], list[str], int]:
    """Column names, question texts, and how many rows the header has: two where its first row has cells merged across columns."""
    first = [cell.strip() for cell in rows.iloc[0]]
    number = int(rows.index[0])
    merged = {column: wide for (row, column), wide in spans.items() if row == number and wide > 1}
    if not merged or len(rows) < 2:
        return first, first, 1
    above = list(first)
    for column, wide in merged.items():
        for place in range(column + 1, min(column + wide, len(above))):
            above[place] = above[column]
    second = [cell.strip() for cell in rows.iloc[1]]
    labels = [plain(f"{top} [{sub}]" if top and sub else top or sub) for top, sub in zip(above, second, strict=True)]
    short = [sub or top for top, sub in zip(above, second, strict=True)]
    named = [each for each in short if each]
    return (short if len(set(named)) == len(named) else labels), labels, 2


def _footnotes(body: pd.DataFrame, usual: float) -> int:
    """Rows at the end with words in one cell only, after a blank row or beginning as footnotes do."""
    if usual < 3 or body.empty:
        return 0
    last = len(body) - 1
    while last >= 0 and (body.iloc[last] != "").sum() == 1 and not re.fullmatch(r"[-+\d.,%\s]+", "".join(body.iloc[last])):
        last -= 1
    tail = body.iloc[last + 1 :]
    if tail.empty or last < 0:
        return 0
    apart = int(tail.index[0]) - int(body.index[last]) > 1
    return len(tail) if apart or _FOOTNOTE.match("".join(tail.iloc[0])) else 0
