"""The four principles of an indicator."""

import numpy as np
import pandas as pd
import pytest
from known_models import survey_of

from csat_lib.errors import ParamsError
from csat_lib.index import Node, Tree, principles

ITEMS = ["fit", "care", "price"]
ANSWERS = pd.DataFrame({"fit": [1.0, 5.0, 10.0], "care": [7.0, 7.0, 7.0], "price": [2.0, 3.0, np.nan]})


def tree():
    leaves = (
        Node("fit", weight=0.5, item="fit", controllable="yes", comparable="yes"),
        Node("care", weight=0.25, item="care", controllable="no", comparable="yes"),
        Node("cost", weight=0.25, item="price", controllable="yes"),
    )
    return Tree(Node("index", children=leaves))


def test_each_leaf_is_held_against_four_principles():
    found = principles(survey_of(ANSWERS, ITEMS), tree(), pd.Series({"fit": 0.6, "care": 0.3, "price": 0.1})).set_index("node")
    assert found["important"].to_dict() == {"fit": "ok", "care": "ok", "cost": "no"}
    assert found["controllable"].to_dict() == {"fit": "ok", "care": "no", "cost": "ok"}
    assert found["measurable"].to_dict() == {"fit": "ok", "care": "no variance", "cost": "ok"}
    assert found["comparable"].to_dict() == {"fit": "ok", "care": "ok", "cost": "not stated"}
    assert found["verdict"].to_dict() == {
        "fit": "ok",
        "care": "controllable: no; measurable: no variance",
        "cost": "important: no; comparable: not stated",
    }
    assert found.loc["fit", "variance"] == pytest.approx((100 * (ANSWERS["fit"] - 1) / 9).var(), rel=1e-12)


def test_importance_may_be_given_by_node_and_may_be_lacking():
    found = principles(survey_of(ANSWERS, ITEMS), tree(), pd.Series({"cost": 1.0})).set_index("node")["important"]
    assert found.to_dict() == {"fit": "not stated", "care": "not stated", "cost": "ok"}
    assert set(principles(survey_of(ANSWERS, ITEMS), tree())["important"]) == {"not stated"}


def test_items_that_are_not_asked_or_answered_are_told_apart():
    unasked = principles(survey_of(ANSWERS[["fit", "care"]].assign(care=np.nan), ["fit", "care"]), tree()).set_index("node")["measurable"]
    assert unasked.to_dict() == {"fit": "ok", "care": "not answered", "cost": "not asked"}


def test_a_comparable_indicator_must_be_asked_about_competitors():
    rivals = survey_of(ANSWERS[["care"]], ["care"])
    found = principles(survey_of(ANSWERS, ITEMS), tree(), competitors=rivals).set_index("node")["comparable"]
    assert found.to_dict() == {"fit": "competitors are not asked", "care": "ok", "cost": "not stated"}


def test_importance_of_something_else_is_refused():
    with pytest.raises(ParamsError, match=r"importance: 'fitt' is no leaf of the tree. Did you mean 'fit'"):
        principles(survey_of(ANSWERS, ITEMS), tree(), pd.Series({"fitt": 1.0}))
    with pytest.raises(ParamsError, match=r"importance: fit: -0.2; importance is from 0 upward"):
        principles(survey_of(ANSWERS, ITEMS), tree(), pd.Series({"fit": -0.2}))
