"""Named sets of weights: what they say, their hash, what changes between them."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from csat_lib.errors import DataError, ParamsError
from csat_lib.index import ahp, check_siblings, compare_weight_sets, group_ahp, weight_set

NAMES = ["quality", "service", "price"]
GOOD = pd.DataFrame([[1, 2, 5], [1 / 2, 1, 3], [1 / 5, 1 / 3, 1]], index=NAMES, columns=NAMES)
BAD = pd.DataFrame([[1, 7, 1 / 4], [1 / 7, 1, 5], [4, 1 / 5, 1]], index=NAMES, columns=NAMES)
ABOUT = {"author": "A. Chen", "date": dt.date(2026, 7, 1), "method": "ahp", "reason": "First judgement of the panel."}
TREE = {"index": ["quality", "service", "price"], "quality": ["food", "fit"]}


def test_a_set_is_made_of_numbers_or_of_consistent_judgements():
    one = weight_set("panel", ahp(GOOD), **ABOUT)
    assert one.weights["quality"] == pytest.approx(0.581552, abs=6e-7)
    group = weight_set("panel", group_ahp({"Chen": GOOD, "Li": GOOD}, random_index="alonso_lamata"), **ABOUT)
    assert group.random_index == "alonso_lamata"
    np.testing.assert_allclose(list(group.weights.values()), list(one.weights.values()), rtol=1e-9)
    assert weight_set("panel", pd.Series({"a": 0.5, "b": 0.5}), **ABOUT).weights == {"a": 0.5, "b": 0.5}


@pytest.mark.parametrize("found", [ahp(BAD), group_ahp({"Li": BAD}), group_ahp({"Li": BAD}, aggregate="priorities")])
def test_inconsistent_judgements_become_no_set_and_the_first_to_revisit_is_named(found):
    with pytest.raises(
        DataError, match=r"panel: .*inconsistent \(CR .*below 0\.1 is needed.*Revisit first quality against service: it says 7"
    ):
        weight_set("panel", found, **ABOUT)


def test_the_hash_is_of_what_the_set_says_not_of_its_name_order_or_lock():
    one = weight_set("one", {"a": 0.4, "b": 0.6}, **ABOUT)
    assert len(one.hash) == 64
    assert weight_set("two", {"b": 0.6, "a": 0.4}, **ABOUT).hash == one.hash
    assert replace(one, locked=("2026Q1",)).hash == one.hash
    assert weight_set("one", {"a": 0.4, "b": 0.6}, **ABOUT | {"reason": "Another."}).hash != one.hash
    assert weight_set("one", {"a": 0.4000001, "b": 0.5999999}, **ABOUT).hash != one.hash


def test_two_sets_are_compared_node_by_node():
    one, two = weight_set("one", {"a": 0.4, "b": 0.6}, **ABOUT), weight_set("two", {"a": 0.5, "c": 0.5}, **ABOUT)
    found = compare_weight_sets(one, two).set_index("node")
    assert found.loc["a", ["first", "second", "difference"]].tolist() == pytest.approx([0.4, 0.5, 0.1])
    assert found["difference"].isna().to_dict() == {"a": False, "b": True, "c": True}


@pytest.mark.parametrize(
    ("name", "weights", "about", "words"),
    [
        ("a b", {"a": 1.0}, {}, "'a b' cannot be a weight set's name"),
        ("panel", {"a": 1.2}, {}, r"panel\.yaml: weights: a: 1\.2; a weight within its parent is from 0 to 1"),
        ("panel", {"a": float("nan")}, {}, "weights: a: nan"),
        ("panel", {}, {}, "weights: there are none"),
        ("panel", {"a": 1.0}, {"reason": " "}, "reason is empty"),
        ("panel", {"a": 1.0}, {"locked": ["2026Q5"]}, "2026Q5"),
    ],
)
def test_sets_that_cannot_be_defended_are_refused(name, weights, about, words):
    with pytest.raises(ParamsError, match=words):
        weight_set(name, weights, **ABOUT | about)


def test_siblings_that_sum_to_one_pass():
    weights = {"quality": 0.5, "service": 0.3, "price": 0.2, "food": 0.9, "fit": 0.1}
    assert check_siblings(weights, TREE) is None
    assert check_siblings(pd.Series(weights), TREE) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"fit": 0.2}, r"weights: quality: the weights of food, fit sum to 1\.1, not to 1"),
        ({"price": 0.2 + 1e-8}, r"index: the weights of quality, service, price sum to 1\.00000001"),
        ({"fitt": 0.0}, "'fitt' has no place in the tree. Did you mean 'fit'"),
    ],
)
def test_siblings_that_do_not_sum_are_refused_with_parent_and_sum(change, words):
    with pytest.raises(ParamsError, match=words):
        check_siblings({"quality": 0.5, "service": 0.3, "price": 0.2, "food": 0.9, "fit": 0.1} | change, TREE)


def test_a_child_without_a_weight_is_refused():
    with pytest.raises(ParamsError, match="index: no weight for service, price"):
        check_siblings({"quality": 1.0, "food": 0.5, "fit": 0.5}, TREE)
