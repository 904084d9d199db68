"""What a file holds before any codebook, and the sheet of cells it is made from."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from csat_lib.errors import DataError

Row = list[str]


@dataclass(frozen=True, slots=True, eq=False)
class Export:
    """What a file holds, before any codebook.

    Attributes
    ----------
    frame : DataFrame
        One row per respondent; text as in the file ("" for an empty cell), Parquet's and a database's numbers as numbers. Column names are
        unique. The index is the row as a person counts it in the file (the header is row 1).
    labels : mapping of str to str
        Column -> question text, where the layout carries it.
    layout, encoding : str
        What was recognised.
    why : str
        By what the layout was recognised.
    notes : tuple of str
        What was seen on the way: previews, partial responses, skipped cells, footnotes; counts, never answers.
    complete : Series of bool or None
        False for previews and incomplete responses, where the layout tells; all rows stay in the frame.
    value_labels : mapping of str to mapping of str to str
        Column -> code as in the frame -> its label, where the file carries them.
    missing : mapping of str to str
        Column -> the codes that the file declares missing ("98, 99" or "97-99").
    sheet : str
        The workbook's sheet.
    """

    frame: pd.DataFrame
    labels: Mapping[str, str]
    layout: str
    encoding: str
    why: str = ""
    notes: tuple[str, ...] = ()
    complete: pd.Series | None = None
    value_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    sheet: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """Cells as text, before anybody knows which rows are headers.

    Attributes
    ----------
    cells : DataFrame of str
        Columns 0, 1, ...; the index is the row as a person counts it.
    name, encoding, container, sheet : str
        The file for messages; its encoding; "csv" or "excel"; the workbook's sheet.
    spans : mapping of (int, int) to int
        Merged cells: (row, column from 0) of the first -> how many columns it covers.
    notes : tuple of str
        What was seen while reading.
    """

    cells: pd.DataFrame
    name: str
    encoding: str
    container: str
    sheet: str = ""
    spans: Mapping[tuple[int, int], int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def top(self, rows: int) -> list[Row]:
        """The first rows that are not blank."""
        head = self.cells.head(rows + 40)
        return [row for row in head.to_numpy().tolist() if any(row)][:rows]

    def below(self, rows: int, header: Sequence[str]) -> pd.DataFrame:
        """What stands below the first ``rows`` rows that are not blank, under ``header``; blank rows left out."""
        body = self.cells[(self.cells != "").any(axis=1)].iloc[rows:]
        if body.empty:
            wide = len([name for name in self.top(1)[0] if name.strip()])
            raise DataError(f"{self.name}: a header with {wide} columns but no rows.")
        if len(header) < body.shape[1]:
            body = body.iloc[:, : len(header)]
        return body.set_axis(list(header), axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class Shaped:
    """What a layout makes of a sheet: see :class:`Export`."""

    frame: pd.DataFrame
    labels: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    complete: pd.Series | None = None


def plain(text: str) -> str:
    r"""A header as one line without HTML.

    >>> plain("How <b>satisfied</b> are&nbsp;you,\n  overall?")
    'How satisfied are you, overall?'
    """
    return " ".join(html.unescape(re.sub(r"<[A-Za-z/!][^>]*>", " ", text)).split())


def checked_header(header: Sequence[str], name: str) -> list[str]:
    """Stripped column names; a nameless one is called by its place.

    Raises
    ------
    DataError
        A name stands twice.
    """
    names = [each.strip() for each in header]
    twice = [column for column, count in Counter(each for each in names if each).items() if count > 1]
    if twice:
        places = [str(place + 1) for place, column in enumerate(names) if column == twice[0]]
        raise DataError(f"{name}: the column {twice[0]!r} appears {len(places)} times (columns {', '.join(places)}). Rename one of them.")
    return [column or f"column {place + 1}" for place, column in enumerate(names)]


def numbered(header: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """Question texts as column names: the second of the same is called "text (2)"; and a note of it."""
    seen: Counter[str] = Counter()
    names: list[str] = []
    for place, text in enumerate(header):
        column = text.strip() or f"column {place + 1}"
        seen[column] += 1
        while seen[column] > 1 and (column := f"{text.strip()} ({seen[text.strip()]})") in names:
            seen[text.strip()] += 1
        names.append(column)
    repeated = sum(count > 1 for count in seen.values())
    return names, (f"{repeated} questions stand over several columns, numbered (2), (3), ...",) if repeated else ()


def trimmed(header: Sequence[str], sheet: Sheet) -> Row:
    """A header without the nameless columns at its end that hold nothing."""
    names = list(header)
    while names and not names[-1].strip() and not (sheet.cells.iloc[:, len(names) - 1] != "").any():
        names.pop()
    return names


def without(frame: pd.DataFrame, columns: Sequence[str], marks: Mapping[str, str]) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """``columns`` with the layout's own marks for no answer blanked, and a note with the count of each."""
    counts = Counter[str]()
    changed: dict[str, pd.Series] = {}
    for column in columns:
        cells = frame[column].str.strip()
        for mark in marks:
            hit = cells == mark
            if hit.any():
                counts[mark] += int(hit.sum())
                changed[column] = changed.get(column, frame[column]).mask(hit, "")
    notes = tuple(f"{count} cells {mark} ({marks[mark]}) read as blank" for mark, count in counts.items())
    return (frame.assign(**changed) if changed else frame), notes


def cell_text(cell: object) -> str:
    """A cell as a person writes it: 9.0 is 9, midnight is a date."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return "" if cell != cell else str(int(cell)) if cell.is_integer() else str(cell)  # noqa: PLR0124  NaN
    if isinstance(cell, dt.datetime):
        return "" if pd.isna(cell) else cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    return str(cell)
