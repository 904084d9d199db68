"""Answers through the codebook: text to numbers, missing codes to gaps, reversed items turned."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.study import Attribute, Item

BLANK = frozenset({"", "nan", "none", "null", "<na>"})
# Traditional characters of answer scales, so that a label is one label in both scripts.
SIMPLER = str.maketrans(
    "滿較無認為總體質價務會願極過對沒說從來頻經後應該機選擇題幾難優壞個們準時間員麼樣讚贊確實關強輕顯與請級評論覺聽見現遠適購買還繼續異勁嚴計劃歡厭煩快進調數億萬業產貨錢輸門開電話網絡專熱態處問當兩雙單邊決結長東區縣歲議項圓錯誤轉達帶際",
    "满较无认为总体质价务会愿极过对没说从来频经后应该机选择题几难优坏个们准时间员么样赞赞确实关强轻显与请级评论觉听见现远适购买还继续异劲严计划欢厌烦快进调数亿万业产货钱输门开电话网络专热态处问当两双单边决结长东区县岁议项圆错误转达带际",
)
_COMMA = re.compile(r"-?\d+,\d+")
_WHOLE = re.compile(r"^(-?\d+)\.0+$")
_TIME = re.compile(r"(?:(\d+)小时)?(?:(\d+)分钟?)?(?:(\d+)秒)?")


@dataclass(frozen=True, slots=True)
class Answers:
    """One item as numbers, and what could not be one.

    Attributes
    ----------
    values : Series of float
        On the scale, a reversed item turned; NaN where there is no valid answer.
    numbers : Series of float
        As the file has them, not turned, those outside the scale included.
    text : Series
        Cells that are neither number, label nor missing code, by row.
    missing : Series
        Meaning of the missing code, by row.
    """

    values: pd.Series
    numbers: pd.Series
    text: pd.Series
    missing: pd.Series


def read_item(column: pd.Series, item: Item) -> Answers:
    """The answers to ``item`` from its column, on the scale's own codes; a reversed item is turned."""
    codes, cells = distinct(column)
    said = {code: (each.en, each.zh) for code, each in item.labels.items() if not isinstance(code, str)}
    labels = {folded_text(text): float(code) for code, texts in said.items() for text in texts if text}
    number = [cell.number if cell.number is not None else labels.get(folded_text(cell.text)) for cell in cells]
    meaning = [_meaning(cell, item.missing) for cell in cells]
    value = np.array([np.nan if value is None or gone else value for value, gone in zip(number, meaning, strict=True)] + [np.nan])
    strange = np.array([value is None and not gone for value, gone in zip(number, meaning, strict=True)] + [False])
    with np.errstate(invalid="ignore"):
        off = ~np.isnan(value) & ~((value >= item.low) & (value <= item.high))
    kept = np.where(off, np.nan, value)
    if item.direction == "reversed":
        kept = item.low + item.high - kept
    index = column.index
    text, gone = strange[codes], np.array([*map(bool, meaning), False])[codes]
    words, reasons = np.array([*(cell.text for cell in cells), ""], dtype=object), np.array([*meaning, ""], dtype=object)
    return Answers(
        pd.Series(kept[codes], index=index, name=item.name),
        pd.Series(value[codes], index=index, name=item.name),
        pd.Series(words[codes][text], index=index[text], dtype=object),
        pd.Series(reasons[codes][gone], index=index[gone], dtype=object),
    )


def read_attribute(column: pd.Series, attribute: Attribute) -> pd.Series:
    """An attribute as text (numbers for weights and durations); blank and missing codes become gaps."""
    codes, cells = distinct(column)
    known = [not _meaning(cell, attribute.missing) for cell in cells] if attribute.missing else [True] * len(cells)
    if attribute.role in {"weight", "duration"}:
        read = _seconds if attribute.role == "duration" else _plain
        numbers = [read(cell) if here else np.nan for cell, here in zip(cells, known, strict=True)]
        return pd.Series(np.array([*numbers, np.nan])[codes], index=column.index, name=attribute.name)
    texts = [_attribute_text(cell, attribute) if here else np.nan for cell, here in zip(cells, known, strict=True)]
    return pd.Series(np.array([*texts, np.nan], dtype=object)[codes], index=column.index, name=attribute.name, dtype=object)


class Cell(NamedTuple):
    """A cell's content: as in the file, normalised without spaces around it, and the number that it is, if it is one."""

    written: str
    text: str
    number: float | None


def _plain(cell: Cell) -> float:
    return np.nan if cell.number is None else cell.number


def _seconds(cell: Cell) -> float:
    """360, 360秒, 6分0秒 and 0:06:00 are the same time."""
    spelt = _TIME.fullmatch(cell.text.replace(" ", ""))
    parts = spelt.groups(default="0") if spelt else tuple(cell.text.split(":"))
    if len(parts) == 3 and all(part.isdigit() for part in parts):
        return float(sum(int(part) * size for part, size in zip(parts, (3600, 60, 1), strict=True)))
    return _plain(cell)


def _attribute_text(cell: Cell, attribute: Attribute) -> str:
    """A comment stays as it was written; the code 2 may have been written 2.0."""
    if attribute.role == "comment":
        return cell.written.strip()
    return _WHOLE.sub(r"\1", cell.text) if "." in cell.text else cell.text


def distinct(column: pd.Series) -> tuple[npt.NDArray[np.intp], list[Cell]]:
    """The different cells of a column, and which of them each row holds (-1 for a blank).

    Full-width digits, thin spaces and a trailing 分 do not hide a number; 7,5 is one where no cell of the column has a decimal point.
    """
    codes, values = pd.factorize(column)
    cells: list[Cell] = []
    place = np.full(len(values) + 1, -1)
    for old, value in enumerate(values.tolist()):
        text = str(value)
        text = (text if text.isascii() else unicodedata.normalize("NFKC", text)).strip()
        if text.casefold() not in BLANK:
            place[old] = len(cells)
            number = _number(text)
            if isinstance(value, float) and number is not None and number.is_integer():
                cells.append(Cell(str(value), str(int(value)), number))
            else:
                cells.append(Cell(str(value), text, number))
    commas = [number for number, cell in enumerate(cells) if "," in cell.text and _COMMA.fullmatch(cell.text)]
    if commas and not any("." in cell.text and cell.number is not None for cell in cells):
        for comma in commas:
            cells[comma] = cells[comma]._replace(number=_number(cells[comma].text.replace(",", ".")))
    return place[codes], cells


def _number(text: str) -> float | None:
    if text[:1].isalpha():
        return None
    try:
        value = float(text if text.isascii() else text.removesuffix("分").strip())
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in text else None


def _meaning(cell: Cell, codes: Mapping[int | float | str, str]) -> str:
    """What the codebook says a missing code stands for; empty for an answer."""
    for code, text in codes.items():
        if (folded_text(code) == folded_text(cell.text)) if isinstance(code, str) else code == cell.number:
            return text or "no answer"
    return ""


def folded_text(text: str) -> str:
    """Letters as they compare: width, case and Chinese script do not matter."""
    return unicodedata.normalize("NFKC", text).strip().casefold().translate(SIMPLER)
