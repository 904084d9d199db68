"""Separated text as a sheet of cells: encoding and separator recognised, ragged rows told by row."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from csat_lib.errors import DataError, ParamsError
from csat_lib.survey.exports.export import Sheet

ENCODINGS = ("utf-8", "gb18030", "cp1252")
SEPARATORS = (",", ";", "\t")
LARGEST_CELL = 10_000_000
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def read_text(path: Path, encoding: str) -> Sheet:
    """The cells of a text file; leading blank lines count as rows."""
    text, used = _decoded(path.read_bytes(), encoding, path.name)
    if "\0" in text[:100_000]:
        raise DataError(f"{path.name}: zero bytes in the text: not a CSV file. Name the layout or save it as CSV.")
    above, start = _first_line(text, path.name)
    separator, wide = _separator(text[start : start + LARGEST_CELL])
    body = text[start:]
    cells = _cells(body, separator, wide, path.name, above)
    cells.index = pd.RangeIndex(above + 1, above + len(cells) + 1)
    short = _short_rows(body, separator, cells.shape[1])
    notes: tuple[str, ...] = ()
    if short:
        listed = ", ".join(str(above + each) for each in short[:10]) + (", ..." if len(short) > 10 else "")
        notes = (f"{len(short)} rows have fewer cells than the header and were filled with blanks (rows {listed})",)
    return Sheet(cells, path.name, used, "csv", notes=notes)


def _first_line(text: str, name: str) -> tuple[int, int]:
    """How many blank lines come first, and where the text begins."""
    lines = io.StringIO(text, newline="")
    above, start = 0, 0
    for line in lines:
        if line.strip():
            return above, start
        above, start = above + 1, start + len(line)
    raise DataError(f"{name}: the file holds nothing but blank lines.")


def _separator(text: str) -> tuple[str, int]:
    """The separator that cuts the first row into most cells, and how many."""

    def width(separator: str) -> int:
        try:
            return len(next(_records(text, separator)))
        except csv.Error:
            return 0

    best = max(SEPARATORS, key=width)
    return best, max(1, width(best))


def _records(text: str, separator: str) -> Iterator[list[str]]:
    csv.field_size_limit(LARGEST_CELL)
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator)


def _cells(body: str, separator: str, wide: int, name: str, above: int) -> pd.DataFrame:
    try:
        return _parsed(body, separator, wide)
    except (pd.errors.ParserError, csv.Error) as error:
        complaint = str(error)
    if "Expected" in complaint:  # a row wider than the header
        try:
            return _parsed(body, separator, _blank_beyond(body, separator, wide, name, above))
        except (pd.errors.ParserError, csv.Error) as error:
            complaint = str(error)
    raise DataError(f"{name}: {_told(complaint, above)}.")


def _parsed(body: str, separator: str, wide: int) -> pd.DataFrame:
    options = {"sep": separator, "dtype": str, "keep_default_na": False, "skip_blank_lines": False, "header": None}
    frame: pd.DataFrame = pd.read_csv(io.StringIO(body), names=range(wide), **options)  # type: ignore[call-overload]
    return frame


def _blank_beyond(body: str, separator: str, wide: int, name: str, above: int) -> int:
    """The widest row's width, where every cell beyond the header is blank (a separator too many at the end).

    Raises
    ------
    DataError
        Naming the first row with something in a cell beyond the header.
    """
    widest = wide
    for number, row in enumerate(_records(body, separator), start=above + 1):
        if any(cell.strip() for cell in row[wide:]):
            raise DataError(f"{name}: row {number} has {len(row)} cells, but the header has {wide} columns.")
        widest = max(widest, len(row))
    return widest


def _short_rows(body: str, separator: str, wide: int) -> list[int]:
    """Rows (from 1) with fewer cells than ``wide``; a count of the separators tells at once that there are none."""
    bare = re.sub(r'"[^"]*"', "x", body) if '"' in body else body
    lines = sum(1 for line in io.StringIO(bare, newline=None) if line.strip("\n"))
    if bare.count(separator) == lines * (wide - 1):
        return []
    return [number for number, row in enumerate(_records(body, separator), start=1) if 0 < len(row) < wide and any(row)]


def _told(complaint: str, above: int) -> str:
    """The parser's words with rows as a person counts them."""
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
