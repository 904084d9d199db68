"""May two periods be compared? In words where not."""

import dataclasses

import pandas as pd
import pytest
from known_models import survey_of, truth

from csat_lib.study import Text
from csat_lib.tracking import codebook_hashes, not_comparable
from csat_lib.tracking.comparable import changed_model, variant


@pytest.fixture
def survey():
    return survey_of(pd.DataFrame({"overall": [1.0, 5.0], "food": [2.0, 3.0]}), ["overall", "food"])


def asked_otherwise(survey, name, **changes):
    items = {**survey.codebook.items, name: dataclasses.replace(survey.codebook.items[name], **changes)}
    return dataclasses.replace(survey, codebook=dataclasses.replace(survey.codebook, items=items))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"high": 5.0}, "overall runs from 1 to 10 before and from 1 to 5 now"),
        ({"direction": "reversed"}, "overall is positive before and reversed now"),
        ({"wording": Text(en="How happy are you?")}, ""),
    ],
)
def test_a_changed_scale_or_direction_is_named_and_a_silent_wording_is_not_held_against_it(survey, changes, said):
    assert not_comparable(survey, asked_otherwise(survey, "overall", **changes), ["overall"]) == said


def test_a_changed_wording_is_named_and_changes_the_hash(survey):
    before, after = (asked_otherwise(survey, "food", wording=Text(en=said)) for said in ("How is the food?", "How good is the food?"))
    assert not_comparable(before, after, ["overall", "food"]) == "food is worded differently"
    assert not_comparable(before, after, ["overall"]) == ""
    hashes = [codebook_hashes(each.codebook) for each in (before, after)]
    assert (hashes[0] == hashes[1]).to_dict() == {"overall": True, "food": False}


def test_an_item_that_one_wave_did_not_ask_is_named(survey):
    fewer = survey_of(pd.DataFrame({"overall": [1.0, 5.0]}), ["overall"])
    assert not_comparable(fewer, survey, ["food"]) == "food was not asked before"
    assert not_comparable(survey, fewer, ["food"]) == "food was not asked now"


def test_a_construct_with_other_items_or_another_mode_is_another_construct():
    model = truth().structure
    shorter = model.with_items("quality", ("q1", "q2"))
    assert "quality was formed by q1, q2, q3, q4 before" in changed_model(model, shorter, "quality")
    assert changed_model(model, shorter, "image") == ""
    other = dataclasses.replace(
        model, constructs=tuple(dataclasses.replace(each, mode="B") if each.name == "image" else each for each in model.constructs)
    )
    assert changed_model(model, other, "image") == "image was estimated in mode A before and is in mode B now"


def test_failed_invariance_is_told_for_the_period_it_was_tested_in():
    table = pd.DataFrame(
        {
            "period": ["2025Q3", "2025Q3"],
            "construct": ["quality", "image"],
            "verdict": ["differs", "same"],
            "invariance": ["none", "full"],
        }
    )
    assert variant(table, "2025Q3", "2026Q3", "quality") == "measurement invariance fails for 2025Q3: differs"
    assert variant(table, "2025Q3", "2026Q3", "image") == variant(table, "2026Q2", "2026Q3", "quality") == ""
    assert variant(None, "2025Q3", "2026Q3", "quality") == ""
