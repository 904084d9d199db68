"""Several experts' judgements as one set of weights."""

import numpy as np
import pandas as pd
import pytest

from csat_lib.errors import DataError, ParamsError
from csat_lib.index import ahp, group_ahp
from csat_lib.index.group_ahp import refuse_inconsistent

NAMES = ["quality", "service", "price"]
CHEN = pd.DataFrame([[1, 2, 5], [1 / 2, 1, 3], [1 / 5, 1 / 3, 1]], index=NAMES, columns=NAMES)
LI = pd.DataFrame([[1, 1 / 2, 2], [2, 1, 3], [1 / 2, 1 / 3, 1]], index=NAMES, columns=NAMES)
WILD = pd.DataFrame([[1, 7, 1 / 4], [1 / 7, 1, 5], [4, 1 / 5, 1]], index=NAMES, columns=NAMES)


def test_judgements_are_aggregated_by_their_geometric_means():
    found = group_ahp({"Chen": CHEN, "Li": LI})
    np.testing.assert_allclose(found.group.matrix, np.sqrt(CHEN * LI), rtol=1e-12)
    np.testing.assert_allclose(found.weights, ahp(np.sqrt(CHEN * LI)).weights, rtol=1e-10)
    assert found.consistent


def test_priorities_are_aggregated_by_their_geometric_means():
    found = group_ahp({"Chen": CHEN, "Li": LI}, aggregate="priorities")
    means = np.sqrt(ahp(CHEN).weights * ahp(LI).weights)
    np.testing.assert_allclose(found.weights, means / means.sum(), rtol=1e-12)
    assert found.group is None


def test_with_geometric_means_of_rows_both_aggregations_are_one():
    # Barzilai & Golany 1994: the rows' geometric means and the mean over experts change places.
    both = [group_ahp({"Chen": CHEN, "Li": LI}, aggregate=each, method="geometric").weights for each in ("judgements", "priorities")]
    np.testing.assert_allclose(both[0], both[1], rtol=1e-12)


@pytest.mark.parametrize("aggregate", ["judgements", "priorities"])
def test_experts_who_agree_make_a_group_that_agrees(aggregate):
    found = group_ahp({"Chen": CHEN, "Li": CHEN, "Wu": CHEN}, aggregate=aggregate)
    np.testing.assert_allclose(found.weights, ahp(CHEN).weights, rtol=1e-10)


@pytest.mark.parametrize("aggregate", ["judgements", "priorities"])
def test_an_expert_with_twice_the_say_counts_as_two(aggregate):
    weighted = group_ahp({"Chen": CHEN, "Li": LI}, aggregate=aggregate, expert_weights={"Chen": 2, "Li": 1})
    np.testing.assert_allclose(weighted.weights, group_ahp({"a": CHEN, "b": CHEN, "c": LI}, aggregate=aggregate).weights, rtol=1e-10)
    assert weighted.experts["weight"].tolist() == pytest.approx([2 / 3, 1 / 3])


def test_a_pair_that_one_expert_left_out_comes_from_the_others():
    partial = LI.copy()
    partial.loc["quality", "price"] = partial.loc["price", "quality"] = np.nan
    found = group_ahp({"Chen": CHEN, "Li": partial}).group.matrix
    assert found.loc["quality", "price"] == pytest.approx(CHEN.loc["quality", "price"])
    assert found.loc["quality", "service"] == pytest.approx(np.sqrt(2 * 0.5))


def test_each_experts_consistency_is_told_and_counts_where_priorities_are_aggregated():
    judgements = group_ahp({"Chen": CHEN, "Wild": WILD})
    assert judgements.experts.set_index("expert")["verdict"].to_dict() == {"Chen": "consistent", "Wild": "revisit"}
    assert not group_ahp({"Chen": CHEN, "Wild": WILD}, aggregate="priorities").consistent
    assert judgements.priorities.groupby("expert")["estimate"].sum().tolist() == pytest.approx([1, 1])


def test_inconsistent_judgements_are_refused_with_the_first_to_revisit():
    with pytest.raises(
        DataError, match=r"service: the judgements are inconsistent \(CR .*Revisit first quality against service: it says 7"
    ):
        refuse_inconsistent(ahp(WILD), "service")
    with pytest.raises(DataError, match=r"service: Wild: the judgements are inconsistent"):
        refuse_inconsistent(group_ahp({"Chen": CHEN, "Wild": WILD}, aggregate="priorities"), "service")
    assert refuse_inconsistent(ahp(CHEN), "service") is None


def test_what_is_wrong_with_one_expert_is_told_by_name():
    bad = CHEN.copy()
    bad.loc["quality", "price"] = 4
    with pytest.raises(DataError, match=r"Li: quality against price: 4 one way and 0\.2 the other"):
        group_ahp({"Chen": CHEN, "Li": bad})


@pytest.mark.parametrize(
    ("matrices", "say", "words"),
    [
        ({}, None, "No expert's judgements"),
        (
            {"Chen": CHEN, "Li": LI.rename(index={"price": "cost"}, columns={"price": "cost"})},
            None,
            "Li compares quality, service, cost, but Chen",
        ),
        ({"Chen": CHEN, "Li": LI}, {"Chen": 1, "Chan": 1}, "no expert 'Chan'. Did you mean 'Chen'"),
        ({"Chen": CHEN, "Li": LI}, {"Chen": 1}, "'Li' has none"),
        ({"Chen": CHEN, "Li": LI}, {"Chen": 1, "Li": 0}, "'Li' has 0; a say is above 0"),
    ],
)
def test_groups_that_do_not_fit_are_refused(matrices, say, words):
    with pytest.raises(ParamsError, match=words):
        group_ahp(matrices, expert_weights=say)
