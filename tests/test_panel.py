"""Weights of a whole tree from a panel's judgements."""

import numpy as np
import pandas as pd
import pytest

from csat_lib.errors import DataError, ParamsError
from csat_lib.index import ahp, check_siblings, group_ahp, panel_weights, revisit

TREE = {"index": ["quality", "price"], "quality": ["food", "staff", "speed"], "price": ["value"]}


def matrix(names, upper):
    A = pd.DataFrame(np.nan, index=names, columns=names)
    values = iter(upper)
    for i, row in enumerate(names):
        for column in names[i + 1 :]:
            A.loc[row, column] = next(values)
    return A


CHEN = matrix(TREE["quality"], [2, 5, 3])
LI = matrix(TREE["quality"], [1 / 2, 2, 3])
WILD = matrix(TREE["quality"], [7, 1 / 4, 5])
JUDGED = {
    "index": {"Chen": matrix(TREE["index"], [3]), "Li": matrix(TREE["index"], [1 / 2])},
    "quality": {"Chen": CHEN, "Li": LI},
}


def test_every_parent_is_weighed_by_its_group_and_an_only_child_weighs_one():
    found = panel_weights(JUDGED, tree=TREE)
    assert check_siblings(found.weights, TREE) is None
    pd.testing.assert_series_equal(found.weights[TREE["quality"]], group_ahp(JUDGED["quality"]).weights)
    assert found.weights["value"] == 1
    assert found.consistent


def test_an_experts_say_counts_at_every_parent_that_the_expert_judges():
    found = panel_weights(JUDGED | {"price": {"Li": matrix(["a", "b"], [2])}}, expert_weights={"Chen": 3, "Li": 1})
    assert found.weights["quality"] / found.weights["price"] == pytest.approx(3**0.75 * 0.5**0.25)
    assert found.weights["a"] == pytest.approx(2 / 3)


def test_what_to_revisit_stands_beside_the_expert_and_the_group():
    found = panel_weights(JUDGED | {"quality": {"Chen": CHEN, "Wild": WILD}})
    table = found.table.set_index(["parent", "expert"])
    assert table.loc[("quality", "Chen"), "verdict"] == "consistent"
    wild = table.loc[("quality", "Wild")]
    first = revisit(ahp(WILD)).iloc[0]
    assert (wild["verdict"], wild["first"], wild["second"], wild["judgement"]) == (
        "revisit",
        first["first"],
        first["second"],
        first["judgement"],
    )
    assert not found.consistent
    assert table.loc[("index", "group"), "consistency_ratio"] == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"tree": TREE | {"price": ["value", "deals"]}}, "price: nobody judges its children value, deals"),
        ({"tree": {"index": TREE["index"], "qualities": TREE["quality"]}}, "No parent 'quality' in the tree. Did you mean 'qualities'"),
        ({"expert_weights": {"Chan": 1}}, "no expert 'Chan'. Did you mean 'Chen'"),
        ({"expert_weights": {"Chen": 1}}, "index: expert_weights: 'Li' has none"),
    ],
)
def test_panels_that_do_not_fit_the_tree_are_refused(options, words):
    with pytest.raises(ParamsError, match=words):
        panel_weights(JUDGED, **options)


def test_a_bad_judgement_is_named_with_parent_and_expert():
    bad = CHEN.copy()
    bad.loc["food", "speed"] = -1
    with pytest.raises(DataError, match="quality: Li: food against speed: the judgement is -1"):
        panel_weights(JUDGED | {"quality": {"Chen": CHEN, "Li": bad}})
