"""Index and ranks under several sets of weights: a change of weights does not pass for a change of satisfaction."""

import numpy as np
import pytest

from csat_lib.index import tree_scores
from csat_lib.report.setfigures import comparable_waves, compare_nodes, compare_sets, set_changes, set_trend, units_of, weights_part
from csat_lib.report.treefigures import set_sentences
from csat_lib.report.weightsets import trees_of
from csat_lib.simulate import company
from csat_lib.study import load_study
from csat_lib.survey import load_history

QUARTERS = ("2026Q2", "2026Q3")


@pytest.fixture(scope="module")
def demo(root, tmp_path_factory):
    place = tmp_path_factory.mktemp("demo")
    (place / "params").symlink_to(root / "params")
    company(place, periods=QUARTERS)
    return load_study("demo", "2026Q3", root=place)


@pytest.fixture(scope="module")
def history(demo):
    return load_history(demo)


@pytest.fixture(scope="module")
def trend(demo, history):
    return set_trend(demo, history)


def test_both_sets_are_shown_on_both_waves_and_equal_weights_beside_them(trend):
    assert list(zip(trend["weights"], trend["period"], strict=True)) == [
        (name, period) for name in ("charter2022", "panel2026", "equal") for period in QUARTERS
    ]
    used = trend[trend["verdict"] == "in use"]
    assert list(zip(used["period"], used["weights"], strict=True)) == [("2026Q2", "charter2022"), ("2026Q3", "panel2026")]


def test_each_figure_is_that_of_the_tree_under_its_set(demo, history, trend):
    trees = trees_of(demo)
    for row in trend.itertuples():
        expected = tree_scores(history[row.period], trees[row.weights]).iloc[0]
        assert row.estimate == pytest.approx(expected["estimate"], abs=1e-12)
        assert row.std_error == pytest.approx(expected["std_error"], abs=1e-12)


def test_the_published_step_is_a_step_under_either_set_and_the_part_of_the_weights(trend):
    changes = set_changes(trend)
    rows = changes.set_index("weights")["estimate"]
    part = weights_part(changes)
    # The mean of the two steps with fixed weights, and the mean over the waves of what the weights did, make the published step.
    assert rows["published"] == pytest.approx((rows["charter2022"] + rows["panel2026"]) / 2 + part, abs=1e-12)
    assert dict(zip(changes["weights"], changes["status"], strict=True)) == {
        "charter2022": "before",
        "panel2026": "after",
        "equal": "",
        "published": "",
    }
    assert np.isnan(changes.iloc[-1]["std_error"])


def test_where_the_set_stayed_no_part_is_from_the_weights(trend):
    same = trend.assign(verdict=["in use" if name == "panel2026" else "" for name in trend["weights"]])
    changes = set_changes(same)
    assert "published" not in set(changes["weights"])
    assert weights_part(changes) == 0.0


def test_one_wave_has_no_change_and_says_nothing(trend):
    changes = set_changes(trend[trend["period"] == "2026Q3"])
    assert changes.empty
    assert set_sentences(None, changes) == []
    assert weights_part(changes) == 0.0


def test_comparing_a_set_with_itself_finds_nothing(demo, history):
    found = compare_sets(demo, history, "panel2026", "panel2026")
    assert (found.nodes["difference"] == 0).all()
    assert (found.ranks["shift"] == 0).all()
    assert found.agreement.set_index("metric")["estimate"].to_dict() == pytest.approx(
        {"spearman": 1.0, "kendall": 1.0, "mean_rank_shift": 0.0}
    )


def test_a_comparison_restates_every_period_under_both_and_equal(demo, history):
    found = compare_sets(demo, history, "charter2022", "panel2026")
    assert set(zip(found.history["weights"], found.history["period"], strict=True)) == {
        (name, period) for name in ("charter2022", "panel2026", "equal") for period in QUARTERS
    }
    nodes = found.nodes.set_index("node")
    assert nodes.loc["quality", ["first", "second", "difference"]].tolist() == pytest.approx([0.2, 0.16063, -0.03937], abs=1e-5)
    assert list(nodes.index[:3]) == ["quality", "experienced", "quality_overall"]


def test_differences_within_a_parent_sum_to_nothing(demo):
    trees = trees_of(demo)
    table = compare_nodes(trees["charter2022"], trees["panel2026"])
    assert table.groupby("parent")["difference"].sum().abs().max() < 1e-12


def test_groups_that_are_too_small_are_no_units(demo, history):
    survey, tree = history["2026Q3"], trees_of(demo)["equal"]
    assert list(units_of(demo, survey, tree).index) == ["north", "east", "south", "west"]
    few = survey.attributes["region"].eq("west") & (survey.attributes.groupby("region").cumcount() > 5)
    shown = list(units_of(demo, survey.only(~few), tree).index)
    assert "west" not in shown
    assert len(shown) == 2  # a second group is hidden, or the first could be found by subtraction


def test_a_wave_that_does_not_ask_every_item_is_left_out_but_the_last_is_not(demo, history):
    tree = trees_of(demo)["equal"]
    first, last = history.values()
    lacking = first.only(first.responses["parking"].isna())
    assert list(comparable_waves({"a": lacking, "b": last}, tree)) == ["b"]
    assert list(comparable_waves({"a": last, "b": lacking}, tree)) == ["a", "b"]
