"""Ranks, and weights that fit a table of scores."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata

from csat_lib.errors import DataError, ParamsError
from csat_lib.index.hierarchy import Node, Tree
from csat_lib.index.ranking import checked, ranks, weights_over


def test_ranks_agree_with_scipys_with_and_without_ties():
    rng = np.random.default_rng(5)
    for S in (rng.normal(size=(50, 30)), rng.integers(0, 8, size=(50, 30)).astype(float)):
        np.testing.assert_array_equal(ranks(S), rankdata(-S, method="min", axis=1))


def test_scores_that_differ_by_rounding_tie():
    assert ranks(np.array([0.1 + 0.2, 0.3, 0.2])).tolist() == [1, 1, 3]
    assert ranks(np.array([70.0, 70.0 + 1e-6])).tolist() == [2, 1]


def test_units_that_all_tie_are_all_first():
    assert ranks(np.zeros((2, 3))).tolist() == [[1, 1, 1], [1, 1, 1]]


def test_gaps_and_words_are_named_with_unit_and_indicator():
    with pytest.raises(DataError, match=r"south: no score on care. Leave the unit out, or the indicator"):
        checked(pd.DataFrame({"fit": [1.0, 2.0], "care": [1.0, np.nan]}, index=["north", "south"]))
    with pytest.raises(DataError, match="1 units and 1 indicators; ranks need at least 2 units"):
        checked(pd.DataFrame({"fit": [1.0]}))
    with pytest.raises(DataError, match="unit 'north' appears twice"):
        checked(pd.DataFrame({"fit": [1.0, 2.0]}, index=["north", "north"]))
    with pytest.raises(DataError, match="not all numbers"):
        checked(pd.DataFrame({"fit": ["a", "b"]}))


def test_weights_are_taken_in_the_order_of_the_scores_or_refused():
    assert weights_over(["b", "a"], {"a": 0.25, "b": 0.75}).tolist() == [0.75, 0.25]
    tree = Tree(Node("index", children=(Node("a", weight=0.25, item="q1"), Node("b", weight=0.75, item="q2"))))
    assert weights_over(["b", "a"], tree).tolist() == [0.75, 0.25]
    with pytest.raises(ParamsError, match=r"none for the indicator 'care'. Did you mean 'cares'"):
        weights_over(["care"], {"cares": 1.0})
    with pytest.raises(ParamsError, match="the scores have no indicator 'b'"):
        weights_over(["a"], {"a": 0.5, "b": 0.5})
    with pytest.raises(ParamsError, match=r"they sum to 1.2, not to 1"):
        weights_over(["a", "b"], {"a": 0.7, "b": 0.5})
    with pytest.raises(ParamsError, match=r"b: -0.2; a weight is from 0 to 1"):
        weights_over(["a", "b"], {"a": 1.2, "b": -0.2})
