"""Answers through the codebook: text to numbers, missing codes to gaps, reversed items turned."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.study import Attribute, Item

BLANK = frozenset({"", "nan", "none", "null", "<na>"})


@dataclass(frozen=True, slots=True)
class Answers:
    """One item as numbers, and what could not be one.

    Attributes
    ----------
    values : Series of float
        NaN where there is no valid answer.
    outside : Series
        Numbers outside the scale that no missing code explains, by row.
    text : Series
        Cells that are neither number, label nor missing code, by row.
    missing : Series
        Meaning of the missing code, by row.
    """

    values: pd.Series
    outside: pd.Series
    text: pd.Series
    missing: pd.Series


def read_item(column: pd.Series, item: Item) -> Answers:
    """The answers to ``item`` from its column, on the scale's own codes; a reversed item is turned."""
    codes, cells = distinct(column)
    labels = {
        _fold(text): float(code) for code, each in item.labels.items() if not isinstance(code, str) for text in (each.en, each.zh) if text
    }
    number = [cell.number if cell.number is not None else labels.get(_fold(cell.text)) for cell in cells]
    meaning = [_meaning(cell, item.missing) for cell in cells]
    value = np.array([np.nan if value is None or gone else value for value, gone in zip(number, meaning, strict=True)] + [np.nan])
    strange = np.array([value is None and not gone for value, gone in zip(number, meaning, strict=True)] + [False])
    with np.errstate(invalid="ignore"):
        off = ~np.isnan(value) & ~((value >= item.low) & (value <= item.high))
    kept = np.where(off, np.nan, value)
    if item.direction == "reversed":
        kept = item.low + item.high - kept
    index = column.index
    outside, text, gone = off[codes], strange[codes], np.array([*map(bool, meaning), False])[codes]
    words, reasons = np.array([*(cell.text for cell in cells), ""], dtype=object), np.array([*meaning, ""], dtype=object)
    return Answers(
        pd.Series(kept[codes], index=index, name=item.name),
        pd.Series(value[codes][outside], index=index[outside]),
        pd.Series(words[codes][text], index=index[text], dtype=object),
        pd.Series(reasons[codes][gone], index=index[gone], dtype=object),
    )


def read_attribute(column: pd.Series, attribute: Attribute) -> pd.Series:
    """An attribute as text (numbers for weights and durations); blank and missing codes become gaps."""
    codes, cells = distinct(column)
    known = [not _meaning(cell, attribute.missing) for cell in cells]
    if attribute.role in {"weight", "duration"}:
        numbers = [cell.number if here and cell.number is not None else np.nan for cell, here in zip(cells, known, strict=True)]
        return pd.Series(np.array([*numbers, np.nan])[codes], index=column.index, name=attribute.name)
    texts = [_attribute_text(cell, attribute) if here else np.nan for cell, here in zip(cells, known, strict=True)]
    return pd.Series(np.array([*texts, np.nan], dtype=object)[codes], index=column.index, name=attribute.name, dtype=object)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's content.

    Attributes
    ----------
    written, text : str
        As in the file; and normalised, without spaces around it.
    number : float or None
        The number that it is, if it is one.
    """

    written: str
    text: str
    number: float | None


def _attribute_text(cell: Cell, attribute: Attribute) -> str:
    """A comment stays as it was written; the code 2 may have been written 2.0."""
    if attribute.role == "comment":
        return cell.written.strip()
    return re.sub(r"^(-?\d+)\.0+$", r"\1", cell.text)


def distinct(column: pd.Series) -> tuple[npt.NDArray[np.intp], list[Cell]]:
    """The different cells of a column, and which of them each row holds (-1 for a blank).

    Full-width digits, thin spaces and a trailing 分 do not hide a number.
    """
    codes, values = pd.factorize(column)
    cells: list[Cell] = []
    place = np.full(len(values) + 1, -1)
    for old, value in enumerate(values):
        text = unicodedata.normalize("NFKC", str(value)).strip()
        if text.casefold() not in BLANK:
            place[old] = len(cells)
            number = _number(text)
            whole = isinstance(value, float) and number is not None and number.is_integer()
            cells.append(Cell(str(value), str(int(value)) if whole else text, number))
    return place[codes], cells


def _number(text: str) -> float | None:
    try:
        value = float(text.removesuffix("分").strip())
    except ValueError:
        return None
    return value if np.isfinite(value) and "_" not in text else None


def _meaning(cell: Cell, codes: Mapping[int | float | str, str]) -> str:
    """What the codebook says a missing code stands for; empty for an answer."""
    for code, text in codes.items():
        if (_fold(code) == _fold(cell.text)) if isinstance(code, str) else code == cell.number:
            return text or "no answer"
    return ""


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()
