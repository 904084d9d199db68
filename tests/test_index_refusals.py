"""What a stranger may hand to the index: every mistake is refused by name, and none becomes a number."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from known_models import survey_of

from csat_lib import index
from csat_lib.errors import CsatError, ParamsError
from csat_lib.index import Node, Tree

NAMES = ["speed", "range", "price"]
TREE = Tree(Node("index", children=tuple(Node(name, weight=w, item=name) for name, w in zip(NAMES, (0.5, 0.3, 0.2), strict=True))))
W = TREE.effective_weights()
UNITS = pd.DataFrame([[70.0, 80, 60], [75, 60, 65], [80, 70, 40]], index=["a", "b", "c"], columns=NAMES)
RNG = np.random.default_rng(3)
FRAME = pd.DataFrame(RNG.integers(1, 6, (60, 3)).astype(float), columns=NAMES).assign(kind=["key", "ordinary"] * 30)
SURVEY = survey_of(FRAME, NAMES, high=5, roles={"kind": "segment"})
ABOUT = {"author": "A", "date": dt.date(2026, 1, 1), "method": "direct", "reason": "B"}
RATINGS = pd.DataFrame({"expert": ["Li", "Li", "Wu", "Wu"], "round": [1, 1, 1, 1], "indicator": ["x", "y"] * 2, "rating": [3, 4, 4, 5]})
BOTH = pd.concat([W, W.iloc[:1]])

WEIGHTS = {
    "a duplicate": (BOTH, "'speed' appears twice"),
    "an extra": ({**W, "prise": 0.0}, "'prise'"),
    "a gap": ({**W, "speed": np.nan}, "speed"),
    "text": ({**W, "speed": "much"}, "speed: 'much' is no number"),
    "none": (None, "expected a number for each name"),
    "a list": ([0.5, 0.3, 0.2], "expected a number for each name, got a list"),
    "a frame": (pd.DataFrame({"w": W}), "expected a number for each name, got a DataFrame"),
    "a word": ("equal", "expected a number for each name, got 'equal'"),
}


@pytest.mark.parametrize("case", WEIGHTS)
@pytest.mark.parametrize(
    "use",
    [
        lambda w: index.robustness(UNITS, w, draws=20, seed=1),
        lambda w: index.tornado(UNITS, w),
        lambda w: index.index_variant(UNITS, w),
        TREE.with_weights,
        lambda w: index.check_siblings(w, TREE.siblings()),
    ],
    ids=["robustness", "tornado", "index_variant", "with_weights", "check_siblings"],
)
def test_weights_that_cannot_be_are_named(use, case):
    given, told = WEIGHTS[case]
    with pytest.raises(CsatError, match=told):
        use(given)


@pytest.mark.parametrize("seed", [None, "one", 1.5, -1, True])
@pytest.mark.parametrize(
    "draw",
    [
        lambda seed: index.shaken_weights(TREE, draws=20, seed=seed),
        lambda seed: index.robustness(UNITS, TREE, draws=20, seed=seed),
        lambda seed: index.outranks(UNITS, TREE, draws=20, seed=seed),
        lambda seed: index.sobol_indices(lambda U: U.sum(axis=1), ["a", "b"], samples=16, draws=10, seed=seed),
        lambda seed: index.sensitivity(UNITS, {"own": W}, samples=16, draws=10, seed=seed),
    ],
    ids=["shaken_weights", "robustness", "outranks", "sobol_indices", "sensitivity"],
)
def test_chance_needs_a_seed(draw, seed):
    with pytest.raises(ParamsError, match="seed: expected a whole number"):
        draw(seed)


@pytest.mark.parametrize("confidence", [95, 0, 1, None, "high", np.nan])
@pytest.mark.parametrize(
    "figure",
    [
        lambda c: index.box_shares(SURVEY, NAMES, confidence=c),
        lambda c: index.box_shares(survey_of(FRAME.assign(speed=np.nan), NAMES, high=5), ["speed"], confidence=c),
        lambda c: index.dissatisfied_items(SURVEY, NAMES, confidence=c),
        lambda c: index.tree_scores(SURVEY, TREE, confidence=c),
        lambda c: index.class_satisfaction(SURVEY, NAMES, by="kind", shares={"key": 0.4, "ordinary": 0.6}, confidence=c),
        lambda c: index.sobol_indices(lambda U: U.sum(axis=1), ["a", "b"], samples=16, draws=10, seed=1, confidence=c),
    ],
)
def test_confidence_is_a_share(figure, confidence):
    with pytest.raises(ParamsError, match="confidence: expected a share between 0 and 1"):
        figure(confidence)


@pytest.mark.parametrize(
    "figure",
    [
        lambda items: index.satisfaction(SURVEY, items),
        lambda items: index.box_shares(SURVEY, items),
        lambda items: index.dissatisfied_items(SURVEY, items),
        lambda items: index.dissatisfied_reasons(SURVEY, items),
        lambda items: index.grade_scores(SURVEY, items, convention="hundred"),
        lambda items: index.required_sample(SURVEY, items),
        lambda items: index.membership_of(SURVEY, items),
        lambda items: index.source_satisfaction({"own": SURVEY}, items, shares={"own": 1}),
        lambda items: index.class_satisfaction(SURVEY, items, by="kind", shares={"key": 0.4, "ordinary": 0.6}),
        lambda items: index.banner(SURVEY, items, "kind"),
    ],
)
@pytest.mark.parametrize(
    ("items", "told"),
    [
        ([], "No items were named"),
        (None, "expected a list of items, got None"),
        ("speed", r"Write \['speed'\]"),
        (["speed", "speed"], "The item 'speed' is named twice"),
        (["sped"], "No item 'sped' in the codebook. Did you mean 'speed'?"),
    ],
)
def test_items_are_a_list_of_different_items_of_the_codebook(figure, items, told):
    with pytest.raises(ParamsError, match=told):
        figure(items)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: index.robustness(UNITS, TREE, draws=20, seed=1, top=2.5), "top: expected a whole number"),
        (lambda: index.shaken_weights(TREE, draws=10.5, seed=1), "draws: expected a whole number"),
        (lambda: index.shaken_weights(TREE, draws=10, seed=1, spread="wide"), "spread=wide: expected a number"),
        (lambda: index.shaken_weights(TREE, draws=10, seed=1, spread={2: None}), "spread at level 2=None: expected a number"),
        (lambda: index.concentration(BOTH, 0.2), "'speed' appears twice"),
        (lambda: index.concentration({"a": 0.5, "b": np.nan}, 0.2), "from 0 upward and sum to 1"),
        (lambda: index.concentration({"a": 1.5, "b": -0.5}, 0.2), "from 0 upward and sum to 1"),
        (lambda: index.concentration({}, 0.2), "from 0 upward and sum to 1"),
        (lambda: index.weight_set("x", BOTH, **ABOUT), r"x.yaml: weights: 'speed' appears twice"),
        (lambda: index.weight_set("x", [0.5], **ABOUT), "expected a number for each name, got a list"),
        (lambda: index.class_satisfaction(SURVEY, NAMES, by="kind", shares={"key": "much"}), "coefficients: key: 'much' is no number"),
        (lambda: index.class_satisfaction(SURVEY, NAMES, by="kind", shares=None), "coefficients: expected a number for each name"),
        (lambda: index.principles(SURVEY, TREE, BOTH), "'speed' appears twice"),
        (lambda: index.principles(SURVEY, TREE, pd.Series(0.0, NAMES)), "all are 0"),
        (lambda: index.principles(SURVEY, TREE, {"speed": np.inf}), "speed: inf"),
        (lambda: index.tornado(UNITS, W, step="some"), "step=some: expected a number"),
        (lambda: index.tornado(UNITS, W, compare="ab"), "compare='ab': expected two units"),
        (lambda: index.break_even(UNITS, W, "a", "a"), "are one unit. Name two"),
        (lambda: index.rank_agreement(UNITS["speed"], UNITS["speed"].where(UNITS["speed"] > 70)), "A unit has no index"),
        (lambda: index.rank_agreement(pd.Series(dtype=float), pd.Series(dtype=float)), "there is no unit"),
        (lambda: index.sobol_indices(lambda U: U.sum(axis=1), "ab", seed=1), "expected a list of different names"),
        (lambda: index.sobol_indices(lambda U: U.sum(axis=1), ["a", "a"], seed=1), "expected a list of different names"),
        (lambda: index.box_shares(SURVEY, NAMES, top=1.5), "top: expected a whole number"),
        (lambda: index.csat(SURVEY, "speed", boxes=1.5), "boxes: expected a whole number"),
        (lambda: index.required_sample(SURVEY, NAMES, minimum=-5), "minimum: expected a whole number"),
        (lambda: index.convert("high", given="hundred", wanted="grades_20"), "score=high: expected a number"),
        (lambda: index.Bands("a", 70, 50, "hundred", "us"), "bands: excellent=a: expected a number"),
        (lambda: index.banded(UNITS), "this one has no column 'estimate'"),
        (lambda: index.tree_scores(SURVEY, TREE, minimum_coverage="half"), "minimum_coverage=half: expected a number"),
        (lambda: index.tree_scores({}, TREE), "No wave was given"),
        (lambda: index.contributions({}, TREE), "No wave was given"),
        (lambda: index.unit_scores({}, TREE), "No wave was given"),
        (lambda: index.unit_scores(SURVEY, TREE, by="kind", minimum=0), "minimum: expected a whole number"),
        (lambda: index.scores_by_weights(SURVEY, {}), "No set of weights was given"),
        (lambda: index.change_contributions(UNITS, UNITS), "Expected the table of contributions"),
        (lambda: index.change_between(None, "a", "b"), "Expected the table of contributions, got None"),
        (lambda: index.delphi(None), "expected a table with expert, round, indicator, rating"),
        (lambda: index.delphi(RATINGS.assign(expert=["Li", "Li", None, None])), "row 3 has no expert"),
        (lambda: index.delphi(RATINGS.assign(round=[1, 1, 1, np.nan])), "row 4 has no round"),
        (lambda: index.delphi(RATINGS.assign(round=[1, 1, "two", "two"])), "some rounds are numbers and some are words"),
        (lambda: index.rating_weights(UNITS[["speed", "speed"]]), "The indicator 'speed' appears twice"),
        (lambda: index.comparison_weights(pd.DataFrame()), "No table of comparisons"),
        (lambda: index.comparison_weights(None), "Expected a table of comparisons"),
        (lambda: index.group_ahp([[[1, 2], [0.5, 1]]]), "Expected a matrix for each expert by name, got list"),
        (lambda: index.panel_weights({}), "No judgements were given"),
        (lambda: index.combined_weights([W, W]), "expected weights for each set by name, got list"),
        (lambda: Tree(Node("a", children=(Node("b", weight="x", item="q"),))), "a: b: weight=x: expected a number"),
    ],
)
def test_other_mistakes_are_named(call, told):
    with pytest.raises(CsatError, match=told):
        call()


def test_item_weights_may_be_a_mapping():
    by_series = index.satisfaction(SURVEY, NAMES, weights=W)
    pd.testing.assert_frame_equal(index.satisfaction(SURVEY, NAMES, weights=dict(W)), by_series)


def test_one_unit_has_a_tornado_and_no_ranks():
    assert len(index.tornado(UNITS.iloc[:1], W)) == 3
    with pytest.raises(CsatError, match="1 units and 3 indicators; ranks need at least 2 units"):
        index.robustness(UNITS.iloc[:1], W, draws=20, seed=1)


def test_units_that_all_score_alike_share_the_first_rank():
    found = index.robustness(UNITS * 0 + 50, W, draws=20, seed=1)
    assert found.units["rank"].tolist() == [1, 1, 1]
    assert found.units["top_share"].tolist() == [1.0, 1.0, 1.0]
