"""The roll-up of an indicator system."""

import numpy as np
import pandas as pd
import pytest
from known_models import ACSI_SCALE, acsi_answers, survey_of
from statsmodels.stats.weightstats import DescrStatsW

from csat_lib.errors import DataError, ParamsError
from csat_lib.index import Node, Tree, item_scores, scores_by_weights, tree_scores, unit_scores

ITEMS = ["fit", "care", "price", "faults"]


def tree():
    quality = Node("quality", weight=0.6, children=(Node("fit", weight=0.75, item="fit"), Node("care", weight=0.25, item="care")))
    value = Node("value", weight=0.3, children=(Node("price", item="price"),))
    return Tree(Node("index", children=(quality, value, Node("faults", weight=0.1, item="faults", direction="lower"))))


def frame(n=400, seed=3, missing=0.0):
    rng = np.random.default_rng(seed)
    answers = pd.DataFrame(rng.integers(1, 11, size=(n, 4)).astype(float), columns=ITEMS)
    answers = answers.mask(rng.random(answers.shape) < missing)
    return answers.assign(region=np.where(rng.random(n) < 0.5, "north", "south"), weight=rng.uniform(0.5, 2, n))


def survey(answers, **roles):
    return survey_of(answers, ITEMS, roles={"region": "segment", "weight": "weight", **roles})


def of(table, node, segment="all", column="estimate"):
    return table.loc[(table["node"] == node) & (table["segment"] == segment), column].item()


def test_scores_and_errors_agree_with_statsmodels_on_the_composite():
    answers = frame()
    found = tree_scores(survey(answers), tree(), by="region")
    x = 100 * (answers[ITEMS] - 1) / 9
    quality = 0.75 * x["fit"] + 0.25 * x["care"]
    index = 0.6 * quality + 0.3 * x["price"] + 0.1 * (100 - x["faults"])
    for node, own in (("quality", quality), ("value", x["price"]), ("faults", 100 - x["faults"]), ("index", index)):
        for segment in ("all", "north", "south"):
            here = np.ones(len(answers), dtype=bool) if segment == "all" else (answers["region"] == segment).to_numpy()
            assert of(found, node, segment) == pytest.approx(DescrStatsW(own[here], answers["weight"][here]).mean, abs=1e-10)
    w = answers["weight"] / answers["weight"].sum()
    assert of(found, "index", column="std_error") == pytest.approx(np.sqrt(400 / 399 * (w**2 * (index - w @ index) ** 2).sum()), rel=1e-10)
    assert found.loc[found["segment"] == "all", "level"].tolist() == [1, 2, 3, 3, 2, 3, 2]


def test_a_parent_with_complete_answers_is_the_weighted_mean_of_its_children():
    found = tree_scores(survey(frame()), tree(), by="region")
    for segment in ("all", "north", "south"):
        parts = [weight * of(found, node, segment) for node, weight in (("quality", 0.6), ("value", 0.3), ("faults", 0.1))]
        assert of(found, "index", segment) == pytest.approx(sum(parts), abs=1e-10)


def test_leaves_equal_the_scores_of_their_items(real_data):
    answers = acsi_answers(real_data)
    items = ["OVERALLQ", "CUSTOMQ", "WRONGQ", "SATIS"]
    both = survey_of(answers[items], items)
    quality = Node("quality", weight=0.5, children=tuple(Node(f"q{i}", weight=w, item=items[i]) for i, w in enumerate((0.5, 0.3, 0.2))))
    found = tree_scores(both, Tree(Node("index", children=(quality, Node("satisfied", weight=0.5, item="SATIS")))))
    expected = item_scores(both, items).set_index("item")
    own = found[found["item"] != ""].set_index("item").loc[items]
    np.testing.assert_allclose(own[["estimate", "std_error"]], expected.loc[items, ["estimate", "std_error"]], rtol=1e-12)
    assert set(items) <= set(ACSI_SCALE)


def test_missing_leaves_renormalise_their_siblings_under_the_coverage_rule():
    answers = pd.DataFrame({"fit": [10.0, np.nan, 10.0], "care": [1.0, 1.0, np.nan], "price": [10.0] * 3, "faults": [1.0] * 3})
    both = survey_of(answers, ITEMS)
    half = tree_scores(both, tree())
    # Respondent 2 answered a quarter of quality's weight: below one half, so no quality; respondent 3 three quarters: fit alone.
    assert of(half, "quality") == pytest.approx((75 + 100) / 2, abs=1e-10)
    assert of(half, "quality", column="n") == 2
    # The index of respondent 2 rests on value and faults (0.4 of the weight, below one half): it has none.
    assert of(half, "index", column="n") == 2
    any_answer = tree_scores(both, tree(), minimum_coverage=0)
    assert of(any_answer, "quality") == pytest.approx((75 + 0 + 100) / 3, abs=1e-10)
    assert of(any_answer, "index") == pytest.approx((0.6 * 75 + 40 + 0 + 40 + 100) / 3, abs=1e-10)
    complete = tree_scores(both, tree(), minimum_coverage=1)
    assert of(complete, "index", column="n") == 1


def test_a_leaf_without_data_is_refused_by_name_unless_its_siblings_take_its_weight():
    answers = frame().assign(care=np.nan)
    with pytest.raises(DataError, match=r"care: a leaf without data: nobody answered 'care'.*missing_leaves='renormalise'"):
        tree_scores(survey(answers), tree())
    found = tree_scores(survey(answers), tree(), missing_leaves="renormalise")
    assert of(found, "quality") == pytest.approx(of(found, "fit"), abs=1e-10)
    assert np.isnan(of(found, "care"))
    unasked = survey_of(frame()[["fit", "price", "faults"]], ["fit", "price", "faults"])
    with pytest.raises(DataError, match="care: a leaf without data: this survey does not ask 'care'"):
        tree_scores(unasked, tree())


def test_the_order_of_respondents_and_doubling_the_sample_do_not_move_scores():
    answers = frame(missing=0.1)
    once, mixed = tree_scores(survey(answers), tree()), tree_scores(survey(answers.sample(frac=1, random_state=1)), tree())
    np.testing.assert_allclose(once["estimate"], mixed["estimate"], rtol=1e-12)
    twice = tree_scores(survey(pd.concat([answers, answers], ignore_index=True)), tree())
    np.testing.assert_allclose(once["estimate"], twice["estimate"], rtol=1e-12)
    # n - 1 is all that keeps the ratio from the square root of 2.
    np.testing.assert_allclose(once["std_error"] / twice["std_error"], np.sqrt(2), rtol=5e-3)


def test_clusters_widen_the_interval():
    rng = np.random.default_rng(2)
    shop = np.repeat(np.arange(40), 10)
    level = np.clip(np.rint(6 + rng.normal(0, 2, 40)[shop] + rng.normal(0, 1, 400)), 1, 10)
    answers = pd.DataFrame(dict.fromkeys(ITEMS, level)).assign(faults=11 - level, region="north", weight=1.0, shop=shop)
    plain, clustered = tree_scores(survey(answers), tree()), tree_scores(survey(answers, shop="cluster"), tree())
    means = pd.Series(100 * (level - 1) / 9).groupby(shop).mean()
    assert of(clustered, "index") == pytest.approx(of(plain, "index"))
    # Clusters of one size: the error of a mean of forty shops.
    assert of(clustered, "index", column="std_error") == pytest.approx(means.std(ddof=1) / np.sqrt(40), rel=1e-10)


def test_waves_and_weight_sets_stand_side_by_side():
    waves = {"2026Q1": survey(frame(seed=1)), "2026Q2": survey(frame(seed=2))}
    found = tree_scores(waves, tree())
    assert found["period"].unique().tolist() == ["2026Q1", "2026Q2"]
    sets = scores_by_weights(waves, {"old": tree(), "equal": tree().with_equal_weights()})
    assert sets[["weights", "period"]].to_numpy().tolist() == [
        ["old", "2026Q1"],
        ["old", "2026Q2"],
        ["equal", "2026Q1"],
        ["equal", "2026Q2"],
    ]
    index = found[found["level"] == 1].set_index("period")["estimate"]
    assert sets.loc[sets["weights"] == "old", "estimate"].tolist() == index.tolist()


def test_units_by_leaves_are_the_means_of_each_unit():
    answers = frame()
    found = unit_scores(survey(answers), tree(), by="region")
    here = answers["region"] == "south"
    assert found.loc["south", "faults"] == pytest.approx(
        100 - 100 * (np.average(answers["faults"][here], weights=answers["weight"][here]) - 1) / 9, abs=1e-10
    )
    assert found.columns.tolist() == ["fit", "care", "price", "faults"]
    assert unit_scores(survey(answers), tree(), by="region", minimum=10_000).isna().all(axis=None)


def test_waves_by_leaves_carry_the_index_where_nobody_left_a_question_out():
    waves = {"2026Q1": survey(frame(seed=1)), "2026Q2": survey(frame(seed=2))}
    found = unit_scores(waves, tree())
    index = tree_scores(waves, tree()).query("level == 1").set_index("period")["estimate"]
    np.testing.assert_allclose(found @ tree().effective_weights(), index, rtol=1e-12)
    with pytest.raises(ParamsError, match="give several waves, or by=, not both"):
        unit_scores(waves, tree(), by="region")
    with pytest.raises(ParamsError, match="Name the segment"):
        unit_scores(waves["2026Q1"], tree())


def test_options_out_of_range_are_refused():
    with pytest.raises(ParamsError, match=r"minimum_coverage=1.5: expected a share"):
        tree_scores(survey(frame()), tree(), minimum_coverage=1.5)
    with pytest.raises(ParamsError, match="No rule for missing leaves 'drop'"):
        tree_scores(survey(frame()), tree(), missing_leaves="drop")
