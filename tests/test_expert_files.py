"""Files of experts' judgements: what is read, and every error by file, sheet and cell."""

import datetime as dt

import numpy as np
import openpyxl
import pytest

from csat_lib.errors import DataError, ParamsError
from csat_lib.index import ahp, group_ahp, read_judgements, write_expert_template

TREE = {"index": ["quality", "value"], "quality": ["food", "staff", "speed"]}
FILLED = {("index", "D9"): "3", ("quality", "D9"): 2, ("quality", "E9"): "5", ("quality", "E10"): "3"}
YAML = """\
expert: Li
judgements:
  index: {quality / value: 1/2}
  quality:
    food / staff: 2
    food / speed: 5
    speed / staff: 1/3
"""


@pytest.fixture
def workbook(tmp_path):
    """Writes a filled template; cells of None are left empty."""

    def make(cells=None, name="Chen.xlsx", expert="Chen"):
        path = write_expert_template(tmp_path / name, TREE, expert=expert)
        book = openpyxl.load_workbook(path)
        for (sheet, place), value in (FILLED | (cells or {})).items():
            book[sheet][place] = value
        book.save(path)
        return path

    return make


@pytest.fixture
def text(tmp_path):
    def make(content=YAML, name="Li.yaml"):
        (tmp_path / name).write_text(content, encoding="utf-8")
        return tmp_path / name

    return make


def test_a_filled_template_gives_the_weights_of_its_judgements(workbook):
    found = read_judgements(workbook(), tree=TREE)
    assert list(found) == ["index", "quality"]
    np.testing.assert_allclose(
        ahp(found["quality"]["Chen"]).weights, ahp([[1, 2, 5], [1 / 2, 1, 3], [1 / 5, 1 / 3, 1]]).weights, rtol=1e-12
    )
    assert found["index"]["Chen"].loc["value", "quality"] == pytest.approx(1 / 3)


def test_a_yaml_file_says_the_same_in_text(text):
    found = read_judgements(text(), tree=TREE)
    np.testing.assert_allclose(found["quality"]["Li"], [[1, 2, 5], [1 / 2, 1, 3], [1 / 5, 1 / 3, 1]], rtol=1e-12)
    assert found["index"]["Li"].loc["quality", "value"] == 0.5


def test_several_files_make_a_group(workbook, text):
    found = read_judgements([workbook(), text()], tree=TREE)
    assert list(found["quality"]) == ["Chen", "Li"]
    assert group_ahp(found["index"]).weights["quality"] == pytest.approx(np.sqrt(1.5) / (1 + np.sqrt(1.5)))


def test_several_experts_may_fill_sheets_of_one_workbook(workbook):
    path = workbook()
    book = openpyxl.load_workbook(path)
    copy = book.copy_worksheet(book["quality"])
    copy["B2"], copy["D9"] = "Wu", "4"
    book.save(path)
    found = read_judgements(path)["quality"]
    assert (found["Chen"].loc["food", "staff"], found["Wu"].loc["food", "staff"]) == (2, 4)


def test_an_expert_without_a_name_is_called_like_the_file(workbook):
    assert list(read_judgements(workbook(expert=""))["index"]) == ["Chen"]


def test_a_judgement_below_the_diagonal_counts_as_its_reciprocal(workbook):
    found = read_judgements(workbook({("quality", "E10"): None, ("quality", "D11"): "1/3"}))
    assert found["quality"]["Chen"].loc["staff", "speed"] == pytest.approx(3)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({("quality", "E10"): None}, r"Chen\.xlsx, sheet quality, cell E10: no judgement of staff against speed\. Fill it"),
        ({("quality", "E9"): "12"}, r"Chen\.xlsx, sheet quality, cell E9: '12' is no judgement; expected 1 to 9"),
        ({("quality", "E9"): "-3"}, r"cell E9: '-3' is no judgement"),
        ({("quality", "E9"): "1/0"}, r"cell E9: '1/0' is no judgement"),
        ({("quality", "E9"): "much"}, r"cell E9: 'much' is no judgement"),
        ({("quality", "E9"): dt.datetime(2026, 1, 3)}, r"cell E9: a spreadsheet has turned the fraction into the date 03 Jan"),  # noqa: DTZ001
        (
            {("quality", "C11"): "1/2"},
            r"sheet quality, cell C11: speed against food is 0\.5, but food against speed 5; they must be reciprocal",
        ),
        ({("quality", "B1"): None}, r"sheet quality, cell B1: the group that is judged is missing"),
        ({("quality", "D7"): "stuff"}, r"sheet quality, cell D7: expected 'staff', got 'stuff'"),
        ({("quality", "A10"): "food", ("quality", "D7"): "food"}, "cells A9 and below: expected two or more different names"),
    ],
)
def test_mistakes_in_a_workbook_are_named_by_file_sheet_and_cell(workbook, cells, words):
    with pytest.raises(DataError, match=words):
        read_judgements(workbook(cells), tree=TREE)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("    food / speed: 5\n", "", r"Li\.yaml: judgements: quality: no judgement of food against speed"),
        ("food / speed: 5", "food / speed: 50", r"quality: 'food / speed': '50' is no judgement"),
        ("food / speed: 5", "food speed: 5", "'food speed': expected two names with a stroke"),
        ("speed / staff: 1/3", "speed / staff: 1/3\n    staff / speed: 2", "staff against speed is 2, but speed against staff 0.3333"),
    ],
)
def test_mistakes_in_a_yaml_file_are_named_by_parent_and_pair(text, old, new, words):
    with pytest.raises(DataError, match=words):
        read_judgements(text(YAML.replace(old, new)), tree=TREE)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("expert: Li", "experts: Li", r"Li\.yaml: unknown key 'experts'\. Did you mean 'expert'"),
        ("food", "foot", r"quality: 'foot' is no child of quality\. Did you mean 'food'"),
        ("  quality:", "  qualty:", r"no parent 'qualty'\. Did you mean 'quality'"),
        ("food / staff: 2", "food / staff: [2]", r"Li\.yaml: judgements: quality: food / staff: expected a text, got a list"),
    ],
)
def test_words_that_nobody_knows_are_refused(text, old, new, words):
    with pytest.raises(ParamsError, match=words):
        read_judgements(text(YAML.replace(old, new)), tree=TREE)


def test_gaps_may_be_allowed_as_long_as_everything_is_connected(workbook):
    gap = {("quality", "E10"): None}
    found = read_judgements(workbook(gap), gaps="allow")["quality"]["Chen"]
    assert ahp(found).missing == 1
    with pytest.raises(DataError, match="sheet quality: No judgement connects food, staff with speed"):
        read_judgements(workbook(gap | {("quality", "E9"): None}), gaps="allow")


def test_a_parent_that_nobody_judges_is_missed(text):
    with pytest.raises(DataError, match=r"Li\.yaml: nobody judges the children of price"):
        read_judgements(text(), tree=TREE | {"price": ["petrol", "goods"]})


def test_the_same_expert_twice_and_experts_who_compare_different_things_are_refused(workbook, text):
    with pytest.raises(DataError, match="Chen has judged index already"):
        read_judgements([workbook(), workbook(name="again.xlsx")])
    with pytest.raises(DataError, match="Li compares foot, staff, speed, but Chen food, staff, speed"):
        read_judgements([workbook(), text(YAML.replace("food", "foot"))])


def test_files_that_are_not_there_or_no_files_of_judgements_are_refused(tmp_path, text):
    text()
    with pytest.raises(ParamsError, match=r"Lee\.yaml: no such file of judgements\. Did you mean 'Li\.yaml'"):
        read_judgements(tmp_path / "Lee.yaml")
    with pytest.raises(ParamsError, match=r"judgements come as \.xlsx or \.yaml"):
        read_judgements(text(name="Li.csv"))
    with pytest.raises(DataError, match=r"Li\.xlsx: cannot be read as a workbook"):
        read_judgements(text(name="Li.xlsx"))
    with pytest.raises(ParamsError, match="No file of judgements was named"):
        read_judgements([])
