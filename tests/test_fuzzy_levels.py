"""Fuzzy evaluation in several levels, and memberships from answers."""

import numpy as np
import pandas as pd
import pytest
from known_models import golden, survey_of

from csat_lib.errors import DataError, ParamsError
from csat_lib.index import fuzzy_evaluation, fuzzy_levels, membership_of, satisfaction_degree

ROWS = golden("fuzzy", "membership")
GRADES = ["grade1", "grade2", "grade3", "grade4"]
R = ROWS[GRADES].set_axis([*(f"g{k}" for k in range(5)), *(f"r{k}" for k in range(4))])
BLOCKS = {
    "index": {"garment": 0.6, "restaurant": 0.4},
    "garment": dict(zip(R.index[:5], ROWS["weight"][:5], strict=True)),
    "restaurant": dict(zip(R.index[5:], ROWS["weight"][5:], strict=True)),
}
VALUES = [100, 75, 50, 25]
COUNTS = [10, 5, 6, 3, 1]
ANSWERS = np.repeat([5.0, 4.0, 3.0, 2.0, 1.0], COUNTS)


@pytest.fixture(scope="module")
def survey():
    return survey_of(pd.DataFrame({"range": ANSWERS, "staff": ANSWERS[::-1]}), ["range", "staff"], low=1, high=5)


def test_every_block_is_evaluated_and_then_the_blocks_together():
    found = fuzzy_levels(BLOCKS, R, values=VALUES)
    np.testing.assert_allclose(found.nodes["garment"].membership, [0.205, 0.320, 0.390, 0.085], atol=1e-12)
    np.testing.assert_allclose(found.nodes["restaurant"].membership, [0.28, 0.32, 0.31, 0.09], atol=1e-12)
    expected = 0.6 * np.array([0.205, 0.320, 0.390, 0.085]) + 0.4 * np.array([0.28, 0.32, 0.31, 0.09])
    np.testing.assert_allclose(found.top.membership, expected, atol=1e-12)
    assert found.top.score == pytest.approx(found.top.mean_score, abs=1e-12)
    assert found.table.groupby("node")["estimate"].sum().tolist() == pytest.approx([1, 1, 1])
    assert found.table["node"].iloc[0] == "index"


def test_with_other_operators_what_goes_up_is_as_the_operator_gives_it_or_normalised():
    as_given = fuzzy_levels(BLOCKS, R, operator="min_sum")
    rows = np.array([as_given.nodes[name].membership for name in ("garment", "restaurant")])
    by_hand = np.minimum(np.minimum([[0.6], [0.4]], rows).sum(axis=0), 1)
    np.testing.assert_allclose(as_given.top.membership, by_hand, rtol=1e-12)
    normalised = fuzzy_levels(BLOCKS, R, operator="min_sum", between="normalised", values=VALUES)
    rows = rows / rows.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(normalised.top.membership, np.minimum(np.minimum([[0.6], [0.4]], rows).sum(axis=0), 1), rtol=1e-12)
    # The plain mean does not depend on the operator.
    assert normalised.top.mean_score == pytest.approx(fuzzy_levels(BLOCKS, R, values=VALUES).top.mean_score, abs=1e-12)


def test_one_level_is_the_simple_evaluation():
    one = fuzzy_levels({"garment": BLOCKS["garment"]}, R.iloc[:5], operator="min_max").top
    np.testing.assert_array_equal(one.membership, fuzzy_evaluation(BLOCKS["garment"], R.iloc[:5], operator="min_max").membership)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"garment": {"g0": 1.0}}, "row 'g1' stands under no parent"),
        ({"index": {"garment": 0.6, "restaurants": 0.4}}, "index: 'restaurants' is neither a parent nor a row.*Did you mean 'restaurant'"),
        ({"index": {"garment": 0.6, "restaurant": 0.3}}, r"index: weights: they sum to 0\.9"),
        ({"index": {"garment": 1.0}}, "one root; these have no parent: index, restaurant"),
        ({"index": {"garment": 0.5, "restaurant": 0.4, "g0": 0.1}}, "'g0' stands under index and under garment"),
        ({"other": {"third": 1.0}, "third": {"other": 1.0}}, "other, third stand under one another in a loop"),
        ({"g0": {"r0": 1.0}}, "'g0' is a parent and a row"),
    ],
)
def test_trees_that_do_not_hold_are_refused(change, words):
    with pytest.raises(ParamsError, match=words):
        fuzzy_levels(BLOCKS | change, R)


def test_a_bad_leaf_is_named():
    with pytest.raises(DataError, match="row 'g1' sums to"):
        fuzzy_levels(BLOCKS, R.assign(grade1=R["grade1"].where(R.index != "g1", 0.4)))


def test_memberships_are_the_shares_of_the_grades_the_best_first(survey):
    found = membership_of(survey, ["range", "staff"])
    assert found.columns.tolist() == ["5", "4", "3", "2", "1"]
    np.testing.assert_allclose(found, [np.array(COUNTS) / 25] * 2, rtol=1e-12)


def test_the_score_of_the_grades_is_the_degree_of_satisfaction(survey):
    found = fuzzy_evaluation([1.0], membership_of(survey, ["range"]), values=[100, 80, 60, 40, 20])
    assert found.score == pytest.approx(satisfaction_degree(COUNTS), abs=1e-12)


def test_survey_weights_and_missing_answers_count_as_they_should():
    answers = pd.DataFrame({"range": [5.0, 5.0, 1.0, np.nan], "staff": [1.0, 1.0, 1.0, 1.0]})
    survey = survey_of(answers, ["range", "staff"], low=1, high=5, weights=pd.Series([1.0, 1.0, 2.0, 7.0]))
    assert membership_of(survey, ["range"]).loc["range", ["5", "1"]].tolist() == pytest.approx([0.5, 0.5])


def test_codes_of_a_long_scale_are_gathered_in_grades(survey):
    found = membership_of(survey, ["range"], grades={"satisfied": [4, 5], "fair": [3], "dissatisfied": [1, 2]})
    assert found.loc["range"].to_dict() == pytest.approx({"satisfied": 0.6, "fair": 0.24, "dissatisfied": 0.16})


@pytest.mark.parametrize(
    ("grades", "words"),
    [
        ({"good": [4, 5], "bad": [1, 2]}, "the code 3 is in none of good, bad"),
        ({"good": [4, 5], "bad": [1, 2, 3, 4]}, "bad: the code 4 is in 'good' too"),
        ({"good": [4, 5, 6], "bad": [1, 2, 3]}, "good: the code 6 is not on the scale"),
    ],
)
def test_grades_that_do_not_cover_the_scale_once_are_refused(survey, grades, words):
    with pytest.raises(ParamsError, match=words):
        membership_of(survey, ["range"], grades=grades)


def test_items_without_grades_are_refused_by_name(survey):
    with pytest.raises(ParamsError, match="No items were named"):
        membership_of(survey, [])
    with pytest.raises(ParamsError, match="No item 'rang'"):
        membership_of(survey, ["rang"])
    wide = survey_of(pd.DataFrame({"score": [1.0, 50.0]}), ["score"], low=1, high=100)
    with pytest.raises(ParamsError, match="score: its scale runs from 1 to 100; grades need at most 11"):
        membership_of(wide, ["score"])
    between = survey_of(pd.DataFrame({"score": [1.0, 2.5]}), ["score"], low=1, high=5)
    with pytest.raises(DataError, match=r"score: the answer 2\.5 is between"):
        membership_of(between, ["score"])
