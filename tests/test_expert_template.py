"""The workbook that asks an expert to compare indicators in pairs."""

import openpyxl
import pytest

from csat_lib.errors import ParamsError
from csat_lib.index import write_expert_template
from csat_lib.study import Text

TREE = {"index": ["quality", "value"], "quality": ["food", "staff", "speed"], "value": ["price"]}


@pytest.fixture
def book(tmp_path):
    labels = {"food": Text(en="Food", zh="食品"), "quality": "Quality"}
    return openpyxl.load_workbook(write_expert_template(tmp_path / "Chen.xlsx", TREE, labels=labels, expert="Chen"))


def test_every_parent_with_pairs_has_a_sheet(book):
    assert book.sheetnames == ["index", "quality"]
    assert [book["quality"][cell].value for cell in ("B1", "C1", "B2")] == ["quality", "Quality", "Chen"]


def test_headings_and_instructions_are_in_both_languages(book):
    sheet = book["quality"]
    assert (sheet["A1"].value, sheet["A2"].value) == ("Group / 指标组", "Expert / 专家")
    assert sheet["A3"].value.startswith("Compare the row")
    assert sheet["A4"].value.startswith("行与列两两比较")
    assert (sheet["A9"].value, sheet["B9"].value, sheet["C7"].value, sheet["C8"].value) == ("food", "Food / 食品", "food", "Food / 食品")


def test_the_cells_above_the_diagonal_take_judgements_only_and_keep_fractions_as_text(book):
    sheet = book["quality"]
    [validation] = sheet.data_validations.dataValidation
    assert {str(each) for each in validation.sqref.ranges} in ({"D9", "E9", "E10"}, {"D9:E9", "E10"}, {"D9", "E9:E10"})
    assert validation.formula1 == '"9,8,7,6,5,4,3,2,1,1/2,1/3,1/4,1/5,1/6,1/7,1/8,1/9"'
    assert all(sheet[place].number_format == "@" for place in ("D9", "E9", "E10"))
    assert sheet["D9"].fill.fill_type is None
    assert sheet["C10"].fill.fill_type == "solid"


def test_long_and_odd_names_get_a_sheet_each(tmp_path):
    tree = {"a" * 40: ["x", "y"], "a" * 41: ["x", "y"], "fast/slow": ["x", "y"]}
    book = openpyxl.load_workbook(write_expert_template(tmp_path / "t.xlsx", tree))
    assert [sheet["B1"].value for sheet in book] == list(tree)
    assert len(set(book.sheetnames)) == 3


def test_a_text_that_looks_like_a_formula_stays_text(tmp_path):
    book = openpyxl.load_workbook(write_expert_template(tmp_path / "t.xlsx", {"p": ["=1+1", "y"]}))
    assert (book["p"]["A9"].value, book["p"]["A9"].data_type) == ("=1+1", "s")


def test_what_cannot_be_written_is_refused(tmp_path):
    with pytest.raises(ParamsError, match=r"ends in \.xlsx"):
        write_expert_template(tmp_path / "t.csv", TREE)
    with pytest.raises(ParamsError, match="nothing to compare"):
        write_expert_template(tmp_path / "t.xlsx", {"value": ["price"]})
