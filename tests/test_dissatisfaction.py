"""Dissatisfied answers, their frequency and their reasons."""

import numpy as np
import pandas as pd
import pytest
from known_models import survey_of

from csat_lib.errors import ParamsError
from csat_lib.index import dissatisfied_items, dissatisfied_reasons

FRAME = pd.DataFrame(
    {
        "speed": [5, 2, 1, 2, 4, 3, np.nan, 5, 5, 5],
        "range": [5, 4, 1, 5, 5, 5, 5, 5, 5, 5],
        "staff": [5, 4, 3, 5, 5, 5, 5, 5, 5, 5],
        "comment": ["fine", "long queue", "long queue", "", None, "ok", "", "", "", ""],
        "region": ["n", "n", "n", "s", "s", "s", "s", "s", "s", "s"],
    }
)
ITEMS = ["range", "speed", "staff"]


def survey(**more):
    return survey_of(FRAME, ITEMS, low=1, high=5, roles={"comment": "comment", "region": "segment"}, **more)


def test_every_item_with_a_dissatisfied_answer_is_listed_with_its_frequency():
    found = dissatisfied_items(survey(), ITEMS)
    assert found["item"].tolist() == ["speed", "range"]
    assert found[["dissatisfied", "very_dissatisfied", "n"]].to_numpy().tolist() == [[2, 1, 9], [0, 1, 10]]
    np.testing.assert_allclose(found["estimate"], [100 * 3 / 9, 10], rtol=1e-12)


def test_survey_weights_weigh_the_share_and_leave_the_counts():
    found = dissatisfied_items(survey(weights=pd.Series(np.where(FRAME["speed"] == 1, 4.0, 1.0))), ["speed"])
    assert found["estimate"].item() == pytest.approx(100 * 6 / 12, rel=1e-12)
    assert found["very_dissatisfied"].item() == 1


def test_segments_follow_all_and_list_their_own_items():
    found = dissatisfied_items(survey(), ITEMS, by="region")
    assert found.groupby("segment", sort=False)["item"].apply(list).to_dict() == {
        "all": ["speed", "range"],
        "n": ["speed", "range"],
        "s": ["speed"],
    }


def test_reasons_are_the_comments_of_those_who_were_dissatisfied():
    found = dissatisfied_reasons(survey(), ITEMS)
    assert list(found.itertuples(index=False, name=None)) == [
        ("range", "very dissatisfied", "long queue", 1),
        ("speed", "very dissatisfied", "long queue", 1),
        ("speed", "dissatisfied", "long queue", 1),
        ("speed", "dissatisfied", "", 1),
    ]


def test_nobody_dissatisfied_gives_an_empty_table():
    assert dissatisfied_items(survey(), ["staff"]).empty
    assert dissatisfied_reasons(survey(), ["staff"]).empty


def test_an_item_without_five_grades_is_refused_by_name():
    with pytest.raises(ParamsError, match="range: the enterprise method needs five grades"):
        dissatisfied_items(survey_of(FRAME[["range"]], ["range"], low=1, high=10), ["range"])
