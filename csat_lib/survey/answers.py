"""Answers through the codebook: text to numbers, missing codes to gaps, reversed items turned."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
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
    numbers, words = split(column)
    meaning = _meaning(numbers, words, item.missing)
    labels = {
        _fold(text): float(code) for code, each in item.labels.items() if not isinstance(code, str) for text in (each.en, each.zh) if text
    }
    by_label = words.map(lambda word: labels.get(_fold(word)), na_action="ignore").astype(float)
    values = numbers.fillna(by_label).mask(meaning.notna())
    outside = values.notna() & ~values.between(item.low, item.high)
    text = words.notna() & values.isna() & meaning.isna()
    kept = values.mask(outside)
    if item.direction == "reversed":
        kept = item.low + item.high - kept
    return Answers(kept.rename(item.name), values[outside], words[text], meaning.dropna())


def read_attribute(column: pd.Series, attribute: Attribute) -> pd.Series:
    """An attribute as text (numbers for weights and durations); blank and missing codes become gaps."""
    numbers, words = split(column)
    gone = _meaning(numbers, words, attribute.missing).notna()
    if attribute.role in {"weight", "duration"}:
        return numbers.mask(gone).rename(attribute.name)
    text = words.where(words.notna(), numbers.map(_number_text, na_action="ignore"))
    return text.mask(gone).astype(object).rename(attribute.name)


def split(column: pd.Series) -> tuple[pd.Series, pd.Series]:
    """A column as numbers (NaN elsewhere) and words (NaN elsewhere); blanks are in neither.

    Full-width digits, thin spaces and a trailing 分 do not hide a number.
    """
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        return column.astype(float), pd.Series(np.nan, index=column.index, dtype=object)
    distinct = pd.Series(column.unique())
    clean = {cell: unicodedata.normalize("NFKC", str(cell)).strip() for cell in distinct if not pd.isna(cell)}
    as_number = {cell: _number(text) for cell, text in clean.items()}
    numbers = column.map(as_number, na_action="ignore").astype(float)
    words = column.map({cell: np.nan if text.casefold() in BLANK or as_number[cell] is not None else text for cell, text in clean.items()})
    return numbers, words.astype(object)


def _number(text: str) -> float | None:
    try:
        value = float(text.removesuffix("分").strip())
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def _number_text(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(value)


def _meaning(numbers: pd.Series, words: pd.Series, codes: Mapping[int | float | str, str]) -> pd.Series:
    by_word = {_fold(code): text for code, text in codes.items() if isinstance(code, str)}
    by_number = {float(code): text for code, text in codes.items() if not isinstance(code, str)}
    folded = words.map(_fold, na_action="ignore")
    return numbers.map(by_number).astype(object).where(numbers.notna(), folded.map(by_word).astype(object))


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()
