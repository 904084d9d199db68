"""Files as survey tools write them: CSV, Excel and Parquet, recognised by themselves; every cell stays the text of the file."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from csat_lib.errors import DataError, ParamsError, pick

LAYOUTS = {"csv": "separated text", "excel": "a workbook's first sheet", "parquet": "Apache Parquet"}
ENCODINGS = ("utf-8", "gb18030", "cp1252")
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
SEPARATORS = (",", ";", "\t")
_SUFFIXES = {".csv": "csv", ".txt": "csv", ".tsv": "csv", ".xlsx": "excel", ".parquet": "parquet"}


@dataclass(frozen=True, slots=True)
class Export:
    """What a file holds, before any codebook.

    Attributes
    ----------
    frame : DataFrame
        One row per respondent; text as in the file ("" for an empty cell), Parquet's numbers as numbers. The index is the row as a person
        counts it in the file (the header is row 1).
    labels : dict of str to str
        Column -> question text, where the layout carries it.
    layout, encoding : str
        What was recognised.
    """

    frame: pd.DataFrame
    labels: dict[str, str]
    layout: str
    encoding: str


def read_export(path: str | Path, *, layout: str = "auto", encoding: str = "auto") -> Export:
    """One row per respondent from a file; layout and encoding are recognised, or named by the caller.

    A byte order mark goes first, then UTF-8; other text is GB18030, or cp1252 where the accented letters stand in Latin words.

    Raises
    ------
    DataError
        Missing, empty, header-only or damaged file; a ragged row; a repeated column. The message names row or column.
    ParamsError
        An unknown layout or encoding.
    """
    path = Path(path)
    if not path.is_file():
        raise DataError(f"{path}: no such file.")
    if path.stat().st_size == 0:
        raise DataError(f"{path.name}: the file is empty (0 bytes).")
    chosen = _SUFFIXES.get(path.suffix.lower(), "csv") if layout == "auto" else layout
    pick(LAYOUTS, chosen, "layout")
    if chosen == "csv":
        frame, used = _read_text(path, encoding)
    else:
        frame, used = (_read_excel(path) if chosen == "excel" else _read_parquet(path)), ""
    if frame.empty:
        raise DataError(f"{path.name}: a header with {frame.shape[1]} columns but no rows.")
    return Export(frame, {}, chosen, used)


def _read_text(path: Path, encoding: str) -> tuple[pd.DataFrame, str]:
    raw = path.read_bytes()
    text, used = _decoded(raw, encoding, path.name)
    if "\0" in text[:100_000]:
        raise DataError(f"{path.name}: zero bytes in the text: not a CSV file. Name the layout or save it as CSV.")
    header, separator, body, above = _header_of(text, path.name)
    _check_header(header, path.name)
    if not body.strip():
        return pd.DataFrame(columns=header), used
    try:
        frame = pd.read_csv(io.StringIO(body), sep=separator, dtype=str, keep_default_na=False, skip_blank_lines=False, names=header)
    except (pd.errors.ParserError, csv.Error) as error:
        raise DataError(f"{path.name}: {_ragged(str(error), above)}.") from None
    if not isinstance(frame.index, pd.RangeIndex):
        raise DataError(f"{path.name}: the rows have more cells than the header's {len(header)} columns.")
    frame.index = pd.RangeIndex(above + 1, above + len(frame) + 1)
    blank = (frame == "").all(axis=1)
    return frame.loc[~blank], used


def _header_of(text: str, name: str) -> tuple[list[str], str, str, int]:
    """Column names, separator, the text below them, and the number of rows down to the header (blank ones go before it)."""
    lines = io.StringIO(text, newline="")
    above, first = 1, lines.readline()
    while first and not first.strip():
        above, first = above + 1, lines.readline()
    if not first:
        raise DataError(f"{name}: the file holds nothing but blank lines.")
    separator = max(SEPARATORS, key=re.sub(r'"[^"]*"', "", first).count)
    lines.seek(lines.tell() - len(first))
    try:
        header = [each.strip() for each in next(csv.reader(lines, delimiter=separator))]
    except csv.Error as error:
        raise DataError(f"{name}: the header cannot be read: {error}.") from None
    return header, separator, text[lines.tell() :], above


def _ragged(complaint: str, above: int) -> str:
    """The parser's words with rows as a person counts them."""
    wide = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", complaint)
    if wide:
        return f"row {int(wide[2]) + above} has {wide[3]} cells, but the header has {wide[1]} columns"
    quote = re.search(r"EOF inside string starting at row (\d+)", complaint)
    if quote:
        return f"a quotation mark in row {int(quote[1]) + above + 1} is never closed"
    return complaint.removeprefix("Error tokenizing data. C error: ").strip()


def _decoded(raw: bytes, encoding: str, name: str) -> tuple[str, str]:
    if encoding != "auto":
        try:
            return raw.decode(encoding).removeprefix("\ufeff"), encoding
        except LookupError:
            raise ParamsError(f"No encoding {encoding!r}. Usual ones: utf-8, gb18030, cp1252, utf-16.") from None
        except UnicodeDecodeError as error:
            raise DataError(
                f"{name}: byte {error.start} is not {encoding}. Leave the encoding to be recognised, or name another."
            ) from None
    marked = next((trial for mark, trial in _MARKS.items() if raw.startswith(mark)), "")
    trials = (marked,) if marked else ("utf-8", "cp1252", "gb18030") if _western(raw) else ENCODINGS
    for trial in trials:
        try:
            return raw.decode(trial), trial.removesuffix("-sig")
        except UnicodeDecodeError:
            continue
    raise DataError(f"{name}: the text is damaged, or in none of the encodings {', '.join(trials)}. Save the file as UTF-8.")


def _western(raw: bytes) -> bool:
    """Whether the bytes above 127 are mostly accented letters before plain ones ("für"); in Chinese text they come in pairs."""
    pairs = re.findall(rb"[\x81-\xfe](?:[\x30-\x39][\x81-\xfe][\x30-\x39]|[\x40-\xfe])", raw)
    accented = [pair for pair in pairs if re.fullmatch(rb"[\xc0-\xff][A-Za-z]", pair)]
    return 2 * len(accented) > len(pairs)


def _read_excel(path: Path) -> pd.DataFrame:
    import openpyxl

    try:
        with path.open("rb") as file:
            sheet = openpyxl.load_workbook(file, read_only=True, data_only=True).worksheets[0]
            sheet.reset_dimensions()  # the size that other programs write into a workbook is often too small
            rows = [[_cell_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    except (zipfile.BadZipFile, LookupError, ValueError, OSError, SyntaxError) as error:  # SyntaxError: broken XML
        raise DataError(f"{path.name}: not a readable workbook ({error}). Open it and save it as .xlsx again.") from None
    start = next((number for number, row in enumerate(rows) if any(row)), None)
    if start is None:
        raise DataError(f"{path.name}: the first sheet is empty.")
    header = [name.strip() for name in rows[start]]
    while header and not header[-1]:
        header.pop()
    _check_header(header, f"{path.name}, sheet {sheet.title}")
    body = [[*row[: len(header)], *[""] * (len(header) - len(row))] for row in rows[start + 1 :]]
    frame = pd.DataFrame(body, columns=header, index=pd.RangeIndex(start + 2, len(rows) + 1), dtype=str)
    return frame.loc[(frame != "").any(axis=1)]


def _cell_text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    return str(cell)


def _read_parquet(path: Path) -> pd.DataFrame:
    try:
        frame = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise DataError(f"{path.name}: not a readable Parquet file ({str(error).splitlines()[0]}).") from None
    frame = frame.reset_index(drop=frame.index.names == [None])
    header = [str(name).strip() for name in frame.columns]
    _check_header(header, path.name)
    frame.columns = header
    for column in frame.select_dtypes(["datetime", "datetimetz"]):
        frame[column] = frame[column].astype(object).map(_cell_text, na_action="ignore")
    frame.index = pd.RangeIndex(2, len(frame) + 2)
    return frame.loc[frame.notna().any(axis=1)]


def _check_header(header: list[str], name: str) -> None:
    twice = [column for column, count in Counter(each for each in header if each).items() if count > 1]
    if twice:
        places = [str(place + 1) for place, column in enumerate(header) if column == twice[0]]
        raise DataError(f"{name}: the column {twice[0]!r} appears {len(places)} times (columns {', '.join(places)}). Rename one of them.")
    for place, column in enumerate(header):
        if not column:
            header[place] = f"column {place + 1}"
