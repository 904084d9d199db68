"""Numbers by name: what is no number is refused by name."""

import numpy as np
import pandas as pd
import pytest

from csat_lib.errors import ParamsError
from csat_lib.index.named_numbers import named_numbers


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
