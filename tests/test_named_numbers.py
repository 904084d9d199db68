"""Numbers by name: what is no number is refused by name."""

import numpy as np
import pandas as pd
import pytest

from csat_lib.errors import ParamsError
from csat_lib.index.named_numbers import named_numbers, number, table_with, weights_by_name


@pytest.mark.parametrize("values", [{"a": 1, "b": 2}, pd.Series({"a": 1, "b": 2}), pd.Series({"a": "1", "b": 2.0})])
def test_names_and_numbers_are_kept(values):
    assert named_numbers(values, "weights").to_dict() == {"a": 1.0, "b": 2.0}


def test_a_list_and_an_array_are_numbered():
    assert named_numbers([3, 4], "weights").tolist() == named_numbers(np.array([3, 4]), "weights").tolist() == [3.0, 4.0]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"a": "much"}, "weights: a: 'much' is no number"),
        ({"a": None}, "weights: a: None is no number"),
        ("half", "weights: expected numbers, got 'half'"),
        (7, "weights: expected numbers, got 7"),
        (pd.Series([1, 2], ["a", "a"]), "weights: 'a' appears twice"),
    ],
)
def test_what_is_no_number_is_refused(values, words):
    with pytest.raises(ParamsError, match=words):
        named_numbers(values, "weights")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([0.5, 0.5], "weights: expected a number for each name, got a list"),
        (None, "weights: expected a number for each name, got None"),
        (pd.DataFrame({"w": [1.0]}), "weights: expected a number for each name, got a DataFrame"),
        ({"a": "much"}, "weights: a: 'much' is no number"),
    ],
)
def test_weights_have_names(values, words):
    with pytest.raises(ParamsError, match=words):
        weights_by_name(values)


@pytest.mark.parametrize("value", ["x", None, True, np.nan, np.inf, "0.1"])
def test_a_single_number_is_a_finite_number(value):
    assert number(np.float64(0.5), "step") == 0.5
    with pytest.raises(ParamsError, match=f"step={value}: expected a number"):
        number(value, "step")


def test_another_functions_table_is_refused_by_what_it_lacks():
    with pytest.raises(ParamsError, match="Expected the table of banner; this one has no column 'metric'"):
        table_with(pd.DataFrame({"item": ["a"]}), ["item", "metric"], "banner")
