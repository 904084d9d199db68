"""The answers that the enterprise method demands."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from known_models import survey_of

from csat_lib.errors import ParamsError
from csat_lib.index import required_sample
from csat_lib.study import parse_period


def answers(n, rivals=None, mode="web", items=("speed",), high=5):
    frame = pd.DataFrame({item: np.full(n, 4.0) for item in items}).assign(mode=mode)
    roles = {"mode": "mode"}
    if rivals:
        frame["competitor"], roles = rivals, {**roles, "competitor": "segment"}
    return survey_of(frame, list(items), low=1, high=high, roles=roles)


def test_fewer_than_a_hundred_valid_questionnaires_are_below_the_required_sample():
    assert required_sample(answers(100), ["speed"])["verdict"].tolist() == ["ok"]
    assert required_sample(answers(99), ["speed"])["verdict"].tolist() == ["below the required sample"]
    assert required_sample(answers(30), ["speed"], minimum=30)["verdict"].tolist() == ["ok"]


def test_a_questionnaire_without_any_answer_is_not_valid():
    frame = pd.DataFrame({"speed": [4.0, np.nan, 5.0], "range": [np.nan, np.nan, 5.0]})
    assert required_sample(survey_of(frame, ["speed", "range"], low=1, high=5), ["speed", "range"])["n"].item() == 2


def test_each_competitor_needs_ten_answers():
    found = required_sample(answers(100), ["speed"], competitors=answers(19, ["A"] * 10 + ["B"] * 9)).set_index("segment")
    assert found["verdict"].to_dict() == {"all": "ok", "A": "ok", "B": "below the required sample"}
    assert found["n"].to_dict() == {"all": 100, "A": 10, "B": 9}


def test_competitors_must_be_measured_alike():
    other_scale = required_sample(answers(100), ["speed"], competitors=answers(10, ["A"] * 10, high=7))
    other_items = required_sample(answers(100, items=("speed", "range")), ["speed", "range"], competitors=answers(10, ["A"] * 10))
    other_mode = required_sample(answers(100), ["speed"], competitors=answers(10, ["A"] * 10, mode="telephone"))
    assert [each["verdict"].iloc[1] for each in (other_scale, other_items, other_mode)] == [
        "another instrument",
        "another instrument",
        "another method",
    ]
    late = replace(answers(10, ["A"] * 10), period=parse_period("2026Q2"))
    found = required_sample(replace(answers(100), period=parse_period("2026Q3")), ["speed"], competitors=late)
    assert found["verdict"].iloc[1] == "another period"


@pytest.mark.parametrize("which", ["minimum", "minimum_competitor"])
def test_at_least_one_questionnaire_must_be_asked_for(which):
    assert required_sample(answers(1), ["speed"], **{"minimum": 1, which: 1})["verdict"].item() == "ok"
    with pytest.raises(ParamsError, match=f"{which}: expected a whole number of at least 1, got 0"):
        required_sample(answers(1), ["speed"], **{which: 0})
