"""The index built other ways, and which choices matter."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from csat_lib.errors import DataError, ParamsError
from csat_lib.index import index_variant, sensitivity

WEIGHTS = pd.Series({"a": 0.5, "b": 0.3, "c": 0.2})
SCORES = pd.DataFrame({"a": [80.0, 60.0, 40.0], "b": [50.0, 70.0, np.nan], "c": [40.0, 90.0, 70.0]}, index=["x", "y", "z"])


def random_scores(units=30, indicators=6, seed=1, gaps=0.05):
    rng = np.random.default_rng(seed)
    names = [f"i{j}" for j in range(indicators)]
    scores = pd.DataFrame(np.clip(rng.normal(65, 15, (units, indicators)), 0, 100), columns=names)
    sets = {f"set{k}": pd.Series(rng.dirichlet(np.full(indicators, 4.0)), index=names) for k in range(4)}
    return scores.mask(rng.random(scores.shape) < gaps), sets


def test_means_are_those_of_scipy():
    whole = SCORES.fillna(60)
    w = WEIGHTS.to_numpy()
    np.testing.assert_allclose(index_variant(whole, WEIGHTS), whole @ WEIGHTS, rtol=1e-12)
    np.testing.assert_allclose(index_variant(whole, WEIGHTS, aggregation="geometric"), stats.gmean(whole, axis=1, weights=w), rtol=1e-12)
    expected = [stats.hmean(row, weights=w) for row in whole.to_numpy()]
    np.testing.assert_allclose(index_variant(whole, WEIGHTS, aggregation="harmonic"), expected, rtol=1e-12)


def test_gaps_follow_their_rule():
    z = {rule: index_variant(SCORES, WEIGHTS, missing=rule)["z"] for rule in ("renormalise", "mean", "median", "lowest")}
    rest = 0.5 * 40 + 0.2 * 70
    expected = {"renormalise": rest / 0.7, "mean": rest + 0.3 * 60, "median": rest + 0.3 * 60, "lowest": rest + 0.3 * 50}
    assert z == pytest.approx(expected, abs=1e-12)


def test_normalisations_by_hand():
    whole = SCORES.fillna(60)
    minmax = index_variant(whole, WEIGHTS, normalisation="minmax")
    assert minmax["x"] == pytest.approx(0.5 * 100 + 0.3 * 0 + 0.2 * 0, abs=1e-12)
    assert minmax["z"] == pytest.approx(0.5 * 0 + 0.3 * 50 + 0.2 * 60, abs=1e-12)
    z = (whole - whole.mean()) / whole.std(ddof=0)
    np.testing.assert_allclose(index_variant(whole, WEIGHTS, normalisation="zscore"), 50 + 10 * (z @ WEIGHTS), rtol=1e-12)
    rank = index_variant(whole, WEIGHTS, normalisation="rank")
    assert rank["x"] == pytest.approx(0.5 * 100 + 0.3 * 100 / 3 + 0.2 * 100 / 3, abs=1e-12)


def test_an_indicator_that_does_not_vary_stays_in_the_middle():
    for rule in ("minmax", "zscore"):
        assert index_variant(SCORES.assign(b=70.0)[["b"]], {"b": 1.0}, normalisation=rule).tolist() == [50] * 3


def test_scales_keep_the_ends():
    ends = pd.DataFrame({"a": [0.0, 100.0]})
    assert index_variant(ends, {"a": 1.0}, scale="grades_20").tolist() == [20, 100]
    np.testing.assert_allclose(index_variant(ends, {"a": 1.0}, scale="log"), [0, 100], atol=1e-12)


def test_a_two_by_two_design_has_its_indices_by_analysis_of_variance():
    scores, sets = random_scores()
    two = {name: sets[name] for name in ("set0", "set1")}
    found = sensitivity(
        scores, two, normalisations=["none", "rank"], aggregations=["arithmetic"], missing=["renormalise"], scales=["hundred"], seed=1
    )
    rank = {
        (name, norm): stats.rankdata(-index_variant(scores, two[name], normalisation=norm).round(9), method="min")
        for name, norm in itertools.product(two, ("none", "rank"))
    }
    change = np.array([[np.abs(rank[name, norm] - rank["set0", "none"]).mean() for norm in ("none", "rank")] for name in two])
    whole = change.var()
    first = np.array([change.mean(axis=1).var(), change.mean(axis=0).var()]) / whole
    factors = found.factors.set_index("factor")
    # A Sobol' sequence of 4,096 points over four cells.
    np.testing.assert_allclose(factors.loc[["weights", "normalisation"], "first"], first, atol=0.02)
    np.testing.assert_allclose(factors.loc[["weights", "normalisation"], "total"], 1 - first[::-1], atol=0.02)
    told = found.choices.set_index(["factor", "choice"])["estimate"]
    assert told["weights", "set1"] == pytest.approx(change[1].mean())
    assert found.choices["n"].max() == 4


def test_choices_that_cannot_move_ranks_have_no_part():
    scores, sets = random_scores(gaps=0)
    found = sensitivity(
        scores,
        sets,
        normalisations=["none"],
        aggregations=["arithmetic"],
        missing=["renormalise", "mean"],
        scales=["hundred", "grades_20"],
        seed=1,
    )
    total = found.factors.set_index("factor")["total"]
    assert total["missing"] == 0
    assert total["scale"] == 0
    assert total["weights"] == pytest.approx(1, abs=0.02)


def test_five_factors_are_told_and_the_published_index_stands_first():
    scores, sets = random_scores(100, 20)
    found = sensitivity(scores, sets, seed=1)
    assert found.factors["factor"].tolist() == ["weights", "normalisation", "aggregation", "missing", "scale"]
    np.testing.assert_allclose(found.units["estimate"], index_variant(scores, sets["set0"]), rtol=1e-12)


def test_bad_input_is_refused_by_name():
    scores, sets = random_scores()
    with pytest.raises(DataError, match="unit 'y' has no score at all"):
        index_variant(SCORES.mask(np.array([[False] * 3, [True] * 3, [False] * 3])), WEIGHTS)
    with pytest.raises(DataError, match="indicator 'b' has no score at all"):
        index_variant(SCORES.assign(b=np.nan), WEIGHTS)
    with pytest.raises(ParamsError, match=r"No aggregation 'mean'. There are: arithmetic, geometric, harmonic"):
        index_variant(SCORES, WEIGHTS, aggregation="mean")
    with pytest.raises(ParamsError, match="aggregation: expected one choice or more"):
        sensitivity(scores, sets, aggregations=[], seed=1)
    one = {"set0": sets["set0"]}
    with pytest.raises(ParamsError, match="Every factor has one choice"):
        sensitivity(scores, one, normalisations=["none"], aggregations=["arithmetic"], missing=["mean"], scales=["hundred"], seed=1)
