"""From cells to answers: numbers however written, labels, missing codes, reversed items."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from csat_lib.study import Attribute, Item, Text
from csat_lib.survey.answers import read_attribute, read_item

GRADES = {1: Text(en="very dissatisfied", zh="很不满意"), 5: Text(en="Very satisfied", zh="很满意")}
MISSING = {98: "don't know", "Blank": "no answer", 0: "not used"}


def item(direction="positive", **changes):
    return Item("q", "Q1", Text(), Text(), **{"low": 1, "high": 5, "labels": GRADES, "missing": MISSING, **changes}, direction=direction)


def attribute(role, **changes):
    return Attribute("who", "WHO", role, Text(), {}, changes.get("missing", {}))


def outside(read):
    """Numbers that lie off the scale."""
    return read.numbers[read.values.isna()].dropna()


def column(*cells):
    return pd.Series(cells, index=range(2, len(cells) + 2), dtype=object)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("4", 4),
        (" 4 ", 4),
        ("4.0", 4),
        ("4.5", 4.5),
        ("５", 5),
        ("５分", 5),
        ("5分", 5),
        ("3 分", 3),
        ("\u3000４\u3000", 4),
        (4, 4),
        (4.0, 4),
        ("很满意", 5),
        ("很不满意", 1),
        ("VERY SATISFIED", 5),
        (" very dissatisfied", 1),
        ("很滿意", 5),
        ("很不滿意", 1),
    ],
)
def test_an_answer_is_read_however_it_was_written(cell, value):
    read = read_item(column(cell), item())
    assert read.values.tolist() == [value]
    assert len(outside(read)) + len(read.text) + len(read.missing) == 0


@pytest.mark.parametrize("cell", ["", "  ", "nan", "NaN", "None", None, np.nan, pd.NA])
def test_a_blank_is_neither_an_answer_nor_a_fault(cell):
    read = read_item(column(cell, "3"), item())
    assert read.values.isna().tolist() == [True, False]
    assert len(outside(read)) + len(read.text) + len(read.missing) == 0


@pytest.mark.parametrize(
    ("cell", "meaning"),
    [
        ("98", "don't know"),
        (98.0, "don't know"),
        ("９８", "don't know"),
        ("BLANK", "no answer"),
        ("blank ", "no answer"),
        ("0", "not used"),
    ],
)
def test_a_missing_code_gives_a_gap_and_its_meaning(cell, meaning):
    read = read_item(column("3", cell), item())
    assert read.values.isna().tolist() == [False, True]
    assert read.missing.to_dict() == {3: meaning}
    assert len(outside(read)) + len(read.text) == 0


def test_a_number_outside_the_scale_is_kept_apart_with_its_row():
    read = read_item(column("3", "99", "7", "-1", "5"), item())
    assert read.values.fillna(-9).tolist() == [3, -9, -9, -9, 5]
    assert outside(read).to_dict() == {3: 99, 4: 7, 5: -1}


@pytest.mark.parametrize("cell", ["good", "5/5", "1_0", "inf", "1,2,3", True, "满意"])
def test_what_is_neither_number_nor_label_is_kept_apart_with_its_row(cell):
    read = read_item(column("3", cell), item())
    assert read.text.to_dict() == {3: str(cell)}
    assert read.values.isna().tolist() == [False, True]


def test_a_reversed_item_is_turned_once_and_only_within_its_scale():
    read = read_item(column("1", "2", "很满意", "98", "9"), item("reversed"))
    assert read.values.fillna(-9).tolist() == [5, 4, 1, -9, -9]
    assert outside(read).tolist() == [9]


def test_a_scale_that_does_not_begin_at_one_is_turned_about_its_middle():
    assert read_item(column("0", "10", "3"), item("reversed", low=0, high=10, labels={}, missing={})).values.tolist() == [10, 0, 7]


@pytest.mark.parametrize("dtype", ["float64", "Int64", "float32", "int8", "string", "category", "object"])
def test_the_kind_of_column_is_irrelevant(dtype):
    cells = (
        pd.Series([1, 5, 98, 3]).astype(dtype)
        if dtype not in {"string", "category"}
        else pd.Series(list("15x3")).replace("x", "98").astype(dtype)
    )
    read = read_item(cells, item())
    assert read.values.fillna(-9).tolist() == [1, 5, -9, 3]
    assert read.missing.to_dict() == {2: "don't know"}


def test_a_respondent_number_keeps_its_zeros_and_all_its_digits():
    cells = column("007", "7", "12345678901234567891", "12345678901234567892", " A1 ", "")
    assert read_attribute(cells, attribute("id")).fillna("").tolist() == ["007", "7", *cells.tolist()[2:4], "A1", ""]
    assert read_attribute(pd.Series([2**60 + 1, 2**60 + 2]), attribute("id")).nunique() == 2


def test_a_code_is_the_same_code_whether_whole_or_decimal():
    assert read_attribute(column("2", "2.0", 2, 2.0, "２"), attribute("segment")).unique().tolist() == ["2"]
    assert read_attribute(pd.Series([2.0, np.nan]), attribute("segment")).fillna("").tolist() == ["2", ""]


def test_a_comment_stays_as_it_was_written():
    cells = column("好，很好！", "５分", " a\nb ", "1.0", "")
    assert read_attribute(cells, attribute("comment")).fillna("").tolist() == ["好，很好！", "５分", "a\nb", "1.0", ""]


def test_missing_codes_of_an_attribute_are_gaps():
    found = read_attribute(column("n", "99", "Refused"), attribute("segment", missing={99: "x", "refused": "y"}))
    assert found.isna().tolist() == [False, True, True]


@pytest.mark.parametrize("role", ["weight", "duration"])
def test_weights_and_durations_are_numbers(role):
    found = read_attribute(column("0.5", "１２", "", "x", "-3"), attribute(role, missing={-3: "skipped"}))
    assert found.fillna(-9).tolist() == [0.5, 12, -9, -9, -9]


@pytest.mark.parametrize("missing", ["不適用", "不适用"])
def test_a_missing_word_is_the_same_in_both_scripts(missing):
    read = read_item(column("3", "不適用"), item(missing={missing: "not applicable"}))
    assert read.missing.to_dict() == {3: "not applicable"}


def test_a_decimal_comma_is_read_where_the_whole_column_uses_it():
    wide = item(high=10, labels={}, missing={})
    assert read_item(column("7,5", "8", "9,0"), wide).values.tolist() == [7.5, 8, 9]
    mixed = read_item(column("7,5", "8.5"), wide)
    assert (mixed.text.to_dict(), mixed.values.fillna(-1).tolist()) == ({2: "7,5"}, [-1, 8.5])
    assert read_attribute(column("0,5", "1,25"), attribute("weight")).tolist() == [0.5, 1.25]


def test_a_list_of_codes_is_no_decimal_number():
    assert read_item(column("1,2,3", "4"), item(missing={})).text.to_dict() == {2: "1,2,3"}


@pytest.mark.parametrize(
    ("cell", "seconds"), [("360", 360), ("360秒", 360), ("6分0秒", 360), ("6分钟", 360), ("0:06:00", 360), ("1小时1秒", 3601)]
)
def test_a_duration_is_read_however_it_was_written(cell, seconds):
    assert read_attribute(column(cell), attribute("duration")).tolist() == [seconds]
