"""The precision of a sample."""

import numpy as np
import pandas as pd
import pytest

from csat_lib.study import Codebook, Item, Text
from csat_lib.survey import Survey
from csat_lib.survey.describe import power


def survey_of(answers, weights=None):
    codebook = Codebook(Text(), {"q": Item("q", "q", Text(), Text(), 1, 10, {}, {})}, {})
    return Survey.from_frame(pd.DataFrame({"q": answers}), codebook, weights=weights)


def test_the_margin_is_that_of_a_mean_with_this_spread_and_n():
    answers = np.tile([2.0, 8.0], 200)
    found = power(survey_of(answers), ["q"]).iloc[0]
    sd = pd.Series(answers).std() / 9 * 100
    assert found["std_deviation"] == pytest.approx(sd)
    assert found["margin"] == pytest.approx(1.959964 * sd / np.sqrt(400), rel=1e-6)
    assert found["detectable"] == pytest.approx((1.959964 + 0.841621) * sd * np.sqrt(2 / 400), rel=1e-6)


def test_unequal_weights_cost_precision():
    answers, weights = np.tile([2.0, 8.0], 200), pd.Series(np.repeat([1.0, 3.0], 200))
    even, uneven = power(survey_of(answers), ["q"])["margin"], power(survey_of(answers, weights), ["q"])["margin"]
    assert uneven.item() == pytest.approx(even.item() * np.sqrt(1.25), rel=1e-3)


def test_an_item_that_everybody_answers_alike_has_no_row():
    assert power(survey_of(np.full(30, 7.0)), ["q"]).empty
