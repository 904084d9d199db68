"""Figures of the indicator system as a report shows them."""

import numpy as np
import pandas as pd
import pytest

from csat_lib.errors import NotInStudyError
from csat_lib.index import Node, Tree, contributions, tree_scores
from csat_lib.report import open_page
from csat_lib.report.setfigures import set_changes, set_trend
from csat_lib.report.treefigures import firmness, graded, labelled, last_step, leaf_means, of_period, set_sentences, shown_changes
from csat_lib.report.weightsets import tree_in_use
from csat_lib.simulate import company
from csat_lib.study import Codebook, Text, load_study
from csat_lib.study.codebook import Item
from csat_lib.survey import Survey, load_history


@pytest.fixture(scope="module")
def demo(root, tmp_path_factory):
    place = tmp_path_factory.mktemp("demo")
    (place / "params").symlink_to(root / "params")
    company(place, periods=("2026Q2", "2026Q3"))
    return load_study("demo", "2026Q3", root=place)


@pytest.fixture(scope="module")
def history(demo):
    return load_history(demo)


@pytest.fixture(scope="module")
def points(demo, history):
    return contributions(history, tree_in_use(demo))


def shop(low, high, answers, direction="higher"):
    """One question and the tree that is nothing but it, beside a constant one of weight 0."""
    items = {name: Item(name, name, Text(), Text(), low, high, {}, {}) for name in ("a", "b")}
    survey = Survey.from_frame(pd.DataFrame({"a": answers, "b": high}), Codebook(Text(), items, {}))
    leaves = (Node("one", weight=1.0, item="a", direction=direction), Node("two", weight=0.0, item="b"))
    return survey, Tree(Node("index", children=leaves))


def test_the_last_step_sums_to_the_change_of_the_index(demo, history, points):
    indices = [tree_scores(each, tree_in_use(demo)).iloc[0]["estimate"] for each in history.values()]
    assert last_step(points)["estimate"].sum() == pytest.approx(indices[1] - indices[0], abs=1e-12)


def test_one_period_has_no_step(points):
    assert last_step(points[points["period"] == "2026Q3"]).empty


def test_leaf_means_are_periods_by_leaves_in_the_files_order(demo, points):
    means = leaf_means(points)
    assert list(means.index) == ["2026Q2", "2026Q3"]
    assert list(means.columns) == [leaf.name for leaf in tree_in_use(demo).leaves]
    own = of_period(points, "2026Q3").set_index("node")["score"]
    np.testing.assert_array_equal(means.loc["2026Q3"], own[means.columns])


@pytest.mark.parametrize(("low", "high"), [(1, 5), (1, 10), (0, 10), (1, 7), (0, 1), (1, 3)])
@pytest.mark.parametrize("direction", ["higher", "lower"])
def test_the_score_of_the_grades_is_the_plain_mean_on_any_scale(demo, low, high, direction):
    answers = np.random.default_rng(1).integers(low, high + 1, 200).astype(float)
    table = graded(open_page(demo), *shop(low, high, answers, direction))
    # M(., +) with worths that are linear in the grade: H is the mean (specification, section 5).
    assert table["difference"].abs().max() < 1e-10
    shares = table[[name for name in table.columns if name.endswith("_share")]]
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-12)


def test_five_grades_are_the_shares_of_their_answers(demo):
    table = graded(open_page(demo), *shop(1, 5, [5, 5, 4, 3, 1]))
    assert table.filter(like="_share").iloc[0].tolist() == pytest.approx([0.4, 0.2, 0.2, 0.0, 0.2])
    assert table["grade"].iloc[0] == "very satisfied"


def test_two_grades_that_cannot_be_told_apart_are_both_named(demo):
    table = graded(open_page(demo, "zh"), *shop(1, 5, [5, 5, 4, 4, 1]))
    assert table["grade"].iloc[0] == "很满意或满意"


def test_a_change_of_weights_is_said_with_its_size(demo, history):
    page = open_page(demo)
    changes = set_changes(set_trend(demo, history))
    (said,) = set_sentences(page, changes)
    assert "from charter2022 to panel2026" in said
    assert "as published" in list(shown_changes(page, changes)["weights"])
    same = changes[changes["weights"] == "panel2026"].assign(status="both waves")
    assert set_sentences(page, same) == ["Both waves are scored with the same weights, panel2026."]


def test_labels_stand_in_the_place_of_names(demo, history):
    tree = tree_in_use(demo)
    table = labelled(open_page(demo, "zh"), tree_scores(history["2026Q3"], tree), tree)
    assert table.columns[0] == "label"
    assert table["label"].iloc[0] == "满意度指数"
    assert not {"node", "parent", "item"} & set(table.columns)


def test_one_group_has_no_rank(demo, history):
    survey = history["2026Q3"]
    with pytest.raises(NotInStudyError, match="Fewer than two groups"):
        firmness(demo, survey.only(survey.attributes["region"] == "west"), tree_in_use(demo))
