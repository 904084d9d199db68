"""Files as survey tools write them: CSV, Excel and Parquet, recognised by themselves; every cell stays the text of the file."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from csat_lib.errors import DataError, ParamsError, pick

LAYOUTS = {"csv": "separated text", "excel": "a workbook's first sheet", "parquet": "Apache Parquet"}
ENCODINGS = ("utf-8-sig", "gb18030", "cp1252")
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

    Encodings are tried in this order: a byte order mark, UTF-8, GB18030, cp1252.

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
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(SEPARATORS, key=first.count)
    header = [name.strip() for name in next(csv.reader([first], delimiter=separator), [])]
    _check_header(header, path.name)
    try:
        frame = pd.read_csv(
            io.StringIO(text),
            sep=separator,
            dtype=str,
            keep_default_na=False,
            skip_blank_lines=False,
            names=header,
            skiprows=_header_rows(text, first),
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, csv.Error) as error:
        raise DataError(f"{path.name}: {str(error).removeprefix('Error tokenizing data. C error: ').strip()}.") from None
    if not isinstance(frame.index, pd.RangeIndex):
        raise DataError(f"{path.name}: the rows have more cells than the header's {len(header)} columns.")
    frame.index = pd.RangeIndex(2, len(frame) + 2)
    blank = (frame == "").all(axis=1)
    return frame.loc[~blank], used


def _header_rows(text: str, first: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), start=1) if line == first)


def _decoded(raw: bytes, encoding: str, name: str) -> tuple[str, str]:
    if encoding != "auto":
        try:
            return raw.decode(encoding), encoding
        except LookupError:
            raise ParamsError(f"No encoding {encoding!r}. Usual ones: utf-8, gb18030, cp1252, utf-16.") from None
        except UnicodeDecodeError as error:
            raise DataError(
                f"{name}: byte {error.start} is not {encoding}. Leave the encoding to be recognised, or name another."
            ) from None
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return raw.decode("utf-16", errors="strict"), "utf-16"
    for trial in ENCODINGS:
        try:
            return raw.decode(trial), "utf-8" if trial == "utf-8-sig" else trial
        except UnicodeDecodeError:
            continue
    raise DataError(f"{name}: none of the encodings {', '.join(ENCODINGS)} fits. Save the file as UTF-8.")


def _read_excel(path: Path) -> pd.DataFrame:
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        rows = [[_cell_text(cell) for cell in row] for row in book.worksheets[0].iter_rows(values_only=True)]
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise DataError(f"{path.name}: not a readable workbook ({error}). Open it and save it as .xlsx again.") from None
    start = next((number for number, row in enumerate(rows) if any(row)), None)
    if start is None:
        raise DataError(f"{path.name}: the first sheet is empty.")
    header = [name.strip() for name in rows[start]]
    while header and not header[-1]:
        header.pop()
    _check_header(header, f"{path.name}, sheet {book.sheetnames[0]}")
    body = [row[: len(header)] for row in rows[start + 1 :]]
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
    frame = frame.reset_index(drop=True)
    frame.columns = [str(name).strip() for name in frame.columns]
    _check_header(list(frame.columns), path.name)
    frame.index = pd.RangeIndex(2, len(frame) + 2)
    return frame


def _check_header(header: list[str], name: str) -> None:
    twice = [column for column, count in Counter(each for each in header if each).items() if count > 1]
    if twice:
        places = [str(place + 1) for place, column in enumerate(header) if column == twice[0]]
        raise DataError(f"{name}: the column {twice[0]!r} appears {len(places)} times (columns {', '.join(places)}). Rename one of them.")
    for place, column in enumerate(header):
        if not column:
            header[place] = f"column {place + 1}"
