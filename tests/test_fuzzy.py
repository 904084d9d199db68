"""Fuzzy comprehensive evaluation: operators, grade, score, separation."""

import numpy as np
import pandas as pd
import pytest
from known_models import golden

from csat_lib.errors import DataError, ParamsError
from csat_lib.index import fuzzy_evaluation

GRADES = ["grade1", "grade2", "grade3", "grade4"]


def case(name):
    rows = golden("fuzzy", "membership").query("case == @name")
    return rows["weight"].to_numpy(), rows[GRADES].reset_index(drop=True)


@pytest.mark.parametrize("row", list(golden("fuzzy", "results").itertuples(index=False)), ids=lambda row: f"{row.case}-{row.operator}")
def test_memberships_and_grade_agree_with_the_golden_numbers(row):
    found = fuzzy_evaluation(*case(row.case), operator=row.operator)
    np.testing.assert_allclose(found.membership, row[2:6], atol=1e-12)
    assert found.grade == row.grade
    assert found.normalised.sum() == pytest.approx(1, abs=1e-12)


def test_with_the_weighted_average_the_score_is_the_plain_weighted_mean():
    values = [100, 75, 50, 25]
    a, R = case("restaurant")
    found = fuzzy_evaluation(a, R, values=values)
    assert found.score == pytest.approx(a @ R.to_numpy() @ values, abs=1e-12)
    assert found.mean_score == pytest.approx(found.score, abs=1e-12)


def test_a_power_of_two_leans_towards_the_leading_grade():
    a, R = case("garment")
    found = fuzzy_evaluation(a, R, values=[4, 3, 2, 1], power=2)
    b = np.array([0.205, 0.320, 0.390, 0.085])
    assert found.score == pytest.approx(b**2 @ [4, 3, 2, 1] / (b**2).sum(), abs=1e-12)
    assert abs(found.score - 2) < abs(found.mean_score - 2)


def test_two_grades_that_are_near_are_no_clear_verdict():
    assert not fuzzy_evaluation(*case("restaurant")).separated  # 0.32 against 0.31
    assert fuzzy_evaluation(*case("garment")).separated  # 0.39 against 0.32
    tie = fuzzy_evaluation([1.0], [[0.5, 0.5]])
    assert (tie.grade, tie.separated) == (1, False)


def test_without_values_there_is_no_score():
    found = fuzzy_evaluation(*case("garment"))
    assert (found.score, found.mean_score) == (None, None)


def test_named_weights_find_their_rows():
    a, R = case("garment")
    R.index = list("abcde")
    named = pd.Series(a, index=list("abcde")).iloc[::-1]
    np.testing.assert_allclose(fuzzy_evaluation(named, R).membership, fuzzy_evaluation(a, R).membership, rtol=1e-12)


@pytest.mark.parametrize("operator", ["weighted_average", "min_max", "product_max", "min_sum"])
def test_the_order_of_the_factors_does_not_matter(operator):
    a, R = case("restaurant")
    turned = fuzzy_evaluation(a[::-1], R.iloc[::-1].to_numpy(), operator=operator)
    np.testing.assert_allclose(turned.membership, fuzzy_evaluation(a, R, operator=operator).membership, rtol=1e-12)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ([0.5, 0.3, 0.1, 0.0], r"membership: row 'staff' sums to 0\.9, not to 1\. Give the share of every grade"),
        ([1.2, -0.2, 0.0, 0.0], "membership: row 'staff': .*; shares of grades are numbers from 0 to 1"),
        ([np.nan, 0.5, 0.5, 0.0], "membership: row 'staff'"),
    ],
)
def test_rows_that_do_not_sum_are_refused_by_name_and_never_normalised(row, words):
    R = pd.DataFrame([[0.5, 0.3, 0.2, 0.0], row], index=["food", "staff"])
    with pytest.raises(DataError, match=words):
        fuzzy_evaluation([0.5, 0.5], R)


def test_a_row_of_an_array_is_named_as_a_person_counts():
    with pytest.raises(DataError, match="row 2 sums to 0"):
        fuzzy_evaluation([0.5, 0.5], [[0.5, 0.5], [0.4, 0.5]])


@pytest.mark.parametrize(
    ("weights", "options", "words"),
    [
        ([0.5, 0.4], {}, r"they sum to 0\.9, not to 1"),
        ([1.5, -0.5], {}, "a weight is a number from 0 upward"),
        ([1.0], {}, "1 for 2 factors"),
        ({"food": 0.5, "stuff": 0.5}, {}, "weights: '(stuff|staff)'"),
        ("half", {}, "weights: expected numbers, got 'half'"),
        (pd.Series([0.5, 0.5], ["food", "food"]), {}, "weights: 'food' appears twice"),
        ([0.5, 0.5], {"values": [1, 2]}, "values: 2 for 3 grades"),
        ([0.5, 0.5], {"power": 3}, "power=3: expected 1, or 2"),
        ([0.5, 0.5], {"operator": "max"}, "No operator 'max'"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(weights, options, words):
    R = pd.DataFrame([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]], index=["food", "staff"])
    with pytest.raises(ParamsError, match=words):
        fuzzy_evaluation(weights, R, **options)


@pytest.mark.parametrize(
    "labels",
    [{"index": ["food", "food"]}, {"columns": ["good", "good"]}, {"index": ["food", "food"], "columns": ["good", "good"]}],
)
def test_factors_and_grades_named_twice_are_refused(labels):
    with pytest.raises(ParamsError, match="factors x grades, each named once"):
        fuzzy_evaluation([0.5, 0.5], pd.DataFrame([[0.5, 0.5], [0.4, 0.6]], **labels))


def test_rows_of_unequal_length_are_refused():
    with pytest.raises(ParamsError, match="as many grades in every row"):
        fuzzy_evaluation([0.5, 0.5], [[0.5, 0.5], [1.0]])
