"""Which column holds which item: by column, by name, else by the question's text, never by guess."""

from __future__ import annotations

import pytest

from csat_lib.errors import DataError
from csat_lib.study import load_codebook
from csat_lib.survey.matching import folded, matched

CODEBOOK = """\
title: Shop
defaults: {scale: {min: 1, max: 5}}
items:
  overall: {column: Q1, wording: {en: "How satisfied are you, overall?", zh: 总体满意度如何？}}
  food: {label: {en: Food, zh: 餐饮}, wording: {en: "How was the food?", zh: 餐饮如何？}}
attributes:
  city: {role: segment, label: {en: Your city, zh: 您的城市}}
  phone: {role: personal, label: Phone}
"""


@pytest.fixture
def codebook(tmp_path):
    def made(text=CODEBOOK):
        (tmp_path / "codebook.yaml").write_text(text, encoding="utf-8")
        return load_codebook(tmp_path / "codebook.yaml")

    return made


def refusal(*args):
    with pytest.raises(DataError) as refused:
        matched(*args)
    return str(refused.value)


def test_the_column_comes_first_then_the_name_then_the_question(codebook):
    found = matched(["city", "Q1", "X9", "overall", "Phone"], {"X9": "How was the food?"}, codebook(), "f")
    assert found == {"overall": "Q1", "food": "X9", "city": "city", "phone": "Phone"}


def test_columns_are_given_back_as_the_frame_has_them(codebook):
    assert matched([" Q1", "food ", "city"], {}, codebook(), "f") == {"overall": " Q1", "food": "food ", "city": "city"}


@pytest.mark.parametrize(
    "header",
    [
        "How satisfied are you, overall?",
        "Q1. how satisfied are you overall",
        "1、How satisfied are you, overall？",
        "(1) <b>How satisfied</b> are&nbsp;you, overall? *",
        "第1题、总体满意度如何?",
        "Q1 总体满意度如何",
        "１．總体满意度如何？".replace("總", "总"),
    ],
)
def test_a_question_is_recognised_whatever_is_around_it(codebook, header):
    assert matched([header, "food", "city"], {}, codebook(), "f")["overall"] == header
    assert matched(["A", "food", "city"], {"A": header}, codebook(), "f")["overall"] == "A"


@pytest.mark.parametrize("header", ["How was it? [Food]", "How was it? - Food", "How was it?-Food", "2、总题—餐饮", "2.总题:餐饮"])
def test_an_item_is_found_as_the_row_of_a_grid(codebook, header):
    assert matched(["Q1", header, "city"], {}, codebook(), "f")["food"] == header


def test_the_whole_question_goes_before_the_row_of_a_grid_and_the_wording_before_the_label(codebook):
    assert matched(["Q1", "How was it? [Food]", "Food", "city"], {}, codebook(), "f")["food"] == "Food"
    assert matched(["Q1", "How was the food?", "Food", "city"], {}, codebook(), "f")["food"] == "How was the food?"


def test_a_number_that_belongs_to_the_question_is_not_taken_for_its_numbering():
    assert folded("1.5 hours or more?") == "15hoursormore"
    assert folded("24/7 service") == "247service"
    assert folded("3") == "3"
    assert folded("Q7") == "q7"


def test_a_question_over_several_columns_is_refused_by_name(codebook):
    told = refusal(["Q1", "A [Food]", "B [Food]", "city"], {}, codebook(), "wave.csv")
    assert "wave.csv: the question of food stands over 2 columns: 'A [Food]', 'B [Food]'." in told
    assert "columns: {name: COLUMN}" in told


def test_one_column_is_never_two_items(codebook):
    same = CODEBOOK.replace(
        'overall: {column: Q1, wording: {en: "How satisfied are you, overall?"', 'overall: {wording: {en: "How was the food?"'
    )
    told = refusal(["How was the food?", "city"], {}, codebook(same), "wave.csv")
    assert "the column 'How was the food?' asks the question of overall and of food; it can be only one of them." in told
    claimed = CODEBOOK.replace("{column: Q1,", "{column: food,").replace("  food: {", "  food: {column: Q2, ")
    assert matched(["food", "Q2", "city"], {}, codebook(claimed), "f") == {"overall": "food", "food": "Q2", "city": "city"}
    assert "no column 'food' (for overall)" in refusal(["Q2", "city"], {}, codebook(claimed), "f")


def test_all_that_lack_a_column_are_listed_with_the_nearest_by_name_or_by_question(codebook):
    told = refusal(["q01", "A", "ctiy"], {"A": "How is the food?"}, codebook(), "wave.csv").splitlines()
    assert told == [
        "wave.csv: no column 'Q1' (for overall). Did you mean 'q01'?",
        "wave.csv: no column 'food' (for food). Did you mean 'A'?",
        "wave.csv: no column 'city' (for city). Did you mean 'ctiy'?",
        "Mend the codebook's column:, or map it for this period: columns: {name: COLUMN}.",
    ]


def test_personal_columns_may_be_absent_or_doubtful(codebook):
    assert "phone" not in matched(["Q1", "food", "city"], {}, codebook(), "f")
    assert "phone" not in matched(["Q1", "food", "city", "A", "B"], {"A": "Phone", "B": "Phone"}, codebook(), "f")


def test_a_repeated_column_is_refused(codebook):
    assert "the column 'Q1' appears 2 times" in refusal(["Q1", "Q1 ", "food", "city"], {}, codebook(), "f")
