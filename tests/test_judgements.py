"""Weights from direct ratings and from comparisons scored 0-1 or 0-4."""

import numpy as np
import pandas as pd
import pytest

from csat_lib.errors import DataError, ParamsError
from csat_lib.index import comparison_weights, rating_weights

F = ["F1", "F2", "F3", "F4", "F5"]


def table(upper, whole):
    """A table of comparisons from its upper triangle."""
    n = len(upper) + 1
    A = np.full((n, n), np.nan)
    for i, row in enumerate(upper):
        A[i, i + 1 :] = row
        A[i + 1 :, i] = whole - np.array(row)
    return pd.DataFrame(A, index=F[:n], columns=F[:n])


# The example of the Chinese cost engineers' examination: F2 and F3 alike, F4 and F5 alike, F1 far before F4 and before F2.
FOUR = table([[3, 3, 4, 4], [2, 3, 3], [3, 3], [2]], 4)
# Five functions in strict order: points 4, 3, 2, 1, 0, one more each, over 15.
ONE = table([[1, 1, 1, 1], [1, 1, 1], [1, 1], [1]], 1)


def test_the_examination_example_scored_0_to_4_has_its_published_weights():
    assert comparison_weights(FOUR, scoring="0-4").to_dict() == pytest.approx({"F1": 0.35, "F2": 0.225, "F3": 0.225, "F4": 0.1, "F5": 0.1})


def test_a_strict_order_scored_0_to_1_weighs_five_to_one_of_fifteen():
    assert comparison_weights(ONE).tolist() == pytest.approx([5 / 15, 4 / 15, 3 / 15, 2 / 15, 1 / 15])


def test_experts_points_are_averaged_before_they_become_weights():
    turned = pd.DataFrame(ONE.to_numpy().T, index=F, columns=F)
    assert comparison_weights({"Chen": ONE, "Li": turned}).tolist() == pytest.approx([0.2] * 5)


def test_a_tie_gives_half_a_point_each():
    assert comparison_weights(table([[0.5]], 1)).tolist() == [0.5, 0.5]


@pytest.mark.parametrize("scoring", ["0-1", "0-4"])
def test_the_order_of_the_things_does_not_matter(scoring):
    one = ONE if scoring == "0-1" else FOUR
    turned = one.iloc[::-1, ::-1]
    pd.testing.assert_series_equal(comparison_weights(turned, scoring=scoring)[F], comparison_weights(one, scoring=scoring))


@pytest.mark.parametrize(
    ("score", "mirror", "words"),
    [
        (3, 3, r"Chen: F1 against F2: 3 and 3 sum to 6; the two scores of a pair sum to 4"),
        (5, -1, r"Chen: F1 against F2: 5; expected one of 0, 1, 2, 3, 4"),
        (np.nan, 1, r"Chen: F1 against F2: no score"),
        ("more", 1, r"Chen: F1 against F2: no score"),
    ],
)
def test_pairs_that_do_not_sum_are_refused_by_name(score, mirror, words):
    bad = FOUR.astype(object)
    bad.loc["F1", "F2"], bad.loc["F2", "F1"] = score, mirror
    with pytest.raises(DataError, match=words):
        comparison_weights({"Chen": bad}, scoring="0-4")


def test_a_thing_without_a_point_is_refused():
    with pytest.raises(DataError, match="'F3' has no points at all"):
        comparison_weights(table([[2, 4], [4]], 4), scoring="0-4")


def test_experts_who_compare_different_things_are_refused():
    with pytest.raises(ParamsError, match="Li: rows F1, F2; columns F1, F2; expected in both, each once: F1, F2, F3, F4, F5"):
        comparison_weights({"Chen": ONE, "Li": ONE.iloc[:2, :2]})


def test_a_budget_of_points_becomes_shares_of_each_expert_first():
    ratings = pd.DataFrame({"quality": [50, 5], "price": [50, 15]}, index=["Chen", "Li"])
    assert rating_weights(ratings).to_dict() == pytest.approx({"quality": (0.5 + 0.25) / 2, "price": (0.5 + 0.75) / 2})


def test_the_median_ignores_one_outsider():
    ratings = pd.DataFrame({"a": [1, 1, 9], "b": [1, 1, 1]})
    assert rating_weights(ratings, centre="median").tolist() == [0.5, 0.5]


@pytest.mark.parametrize(
    ("ratings", "words"),
    [
        (pd.DataFrame({"a": [1, -2], "b": [1, 1]}, index=["Chen", "Li"]), "Li, a: the rating is -2"),
        (pd.DataFrame({"a": [1, np.nan], "b": [1, 1]}, index=["Chen", "Li"]), "Li, a: the rating is nan"),
        (pd.DataFrame({"a": [1, 0], "b": [1, 0]}, index=["Chen", "Li"]), "Li: every rating is 0"),
        (pd.DataFrame({"a": ["high"]}), "no number"),
        (pd.DataFrame(), "no ratings"),
    ],
)
def test_bad_ratings_are_refused_by_expert_and_indicator(ratings, words):
    with pytest.raises(DataError, match=words):
        rating_weights(ratings)


def test_unknown_words_are_refused():
    with pytest.raises(ParamsError, match="No centre 'mode'"):
        rating_weights({"a": 1}, centre="mode")
    with pytest.raises(ParamsError, match="No scoring '0-9'"):
        comparison_weights(ONE, scoring="0-9")
