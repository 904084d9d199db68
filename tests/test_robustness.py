"""How firm ranks are when weights are shaken."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from csat_lib.errors import DataError, ParamsError
from csat_lib.index import outranks, rank_agreement, robustness

WEIGHTS = pd.Series({"a": 0.5, "b": 0.5})
# Best everywhere; two that trade places with the weights; worst everywhere.
SCORES = pd.DataFrame({"a": [90.0, 80.0, 70.0, 60.0], "b": [90.0, 70.0, 80.0, 60.0]}, index=["best", "left", "right", "worst"])


def test_dominating_units_keep_their_rank_and_rivals_share_theirs():
    found = robustness(SCORES, WEIGHTS, draws=20_000, seed=1, top=2).units.set_index("unit")
    assert found.loc["best", ["rank", "rank_low", "rank_median", "rank_high"]].tolist() == [1, 1, 1, 1]
    assert found.loc["worst", "rank_mean"] == 4
    # With two weights of a half, the first exceeds the second in half of the draws; four standard errors.
    assert found.loc["left", "top_share"] == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(20_000))
    assert found.loc[["left", "right"], "rank"].tolist() == [2, 2]
    assert found.loc[["left", "right"], "rank_high"].tolist() == [3, 3]


def test_the_chance_to_rank_before_is_that_of_the_weights():
    scores = pd.DataFrame({"a": [80.0, 70.0], "b": [70.0, 75.0]}, index=["x", "y"])
    found = outranks(scores, WEIGHTS, draws=40_000, seed=2, spread=0.2)
    # x ranks first where 10 w > 5 (1 - w): w > 1/3, with w ~ Beta(12, 12) at a CV of .2.
    expected = stats.beta(12, 12).sf(1 / 3)
    assert found.loc["x", "y"] == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / 40_000))
    assert found.loc["x", "y"] + found.loc["y", "x"] == pytest.approx(1)
    assert np.diag(found).tolist() == [0, 0]


def test_ties_count_for_neither():
    scores = pd.DataFrame({"a": [80.0, 80.0, 10.0], "b": [70.0, 70.0, 10.0]}, index=["x", "twin", "z"])
    found = outranks(scores, WEIGHTS, draws=500, seed=2)
    assert found.loc["x", "twin"] == found.loc["twin", "x"] == 0
    assert robustness(scores, WEIGHTS, draws=500, seed=2).units["rank"].tolist() == [1, 1, 3]


def test_the_summary_holds_scipys_correlations_with_equal_weights():
    rng = np.random.default_rng(4)
    scores = pd.DataFrame(rng.normal(70, 8, (40, 6)), columns=list("abcdef"))
    weights = pd.Series(rng.dirichlet(np.ones(6)), index=list("abcdef"))
    found = robustness(scores, weights, draws=300, seed=1)
    told = found.summary.set_index("metric")["estimate"]
    nominal, equal = scores @ weights, scores.mean(axis=1)
    assert told["spearman_equal"] == pytest.approx(stats.spearmanr(nominal, equal).statistic, abs=1e-12)
    assert told["kendall_equal"] == pytest.approx(stats.kendalltau(nominal, equal).statistic, abs=1e-12)
    assert told["mean_cv"] == pytest.approx(0.2, rel=0.1)
    assert found.weights["weight"].tolist() == weights.tolist()
    agree = rank_agreement(nominal, equal).set_index("metric")["estimate"]
    expected = np.abs(stats.rankdata(-nominal, method="min") - stats.rankdata(-equal, method="min")).mean()
    assert agree["mean_rank_shift"] == pytest.approx(expected)


def test_mean_rank_shift_is_that_of_the_draws():
    scores = pd.DataFrame({"a": [80.0, 70.0], "b": [70.0, 75.0]}, index=["x", "y"])
    shift = robustness(scores, WEIGHTS, draws=4_000, seed=2, top=1).summary.set_index("metric").loc["mean_rank_shift", "estimate"]
    # Two units shift by one place each whenever they swap.
    assert shift == pytest.approx(outranks(scores, WEIGHTS, draws=4_000, seed=2).loc["y", "x"], abs=1e-12)


def test_the_order_of_units_and_the_unit_of_scores_do_not_matter():
    rng = np.random.default_rng(4)
    scores = pd.DataFrame(rng.normal(70, 8, (12, 2)), columns=["a", "b"])
    first = robustness(scores, WEIGHTS, draws=500, seed=1).units.set_index("unit")
    mixed = robustness(scores.sample(frac=1, random_state=2) * 3 - 40, WEIGHTS, draws=500, seed=1).units.set_index("unit")
    columns = ["rank", "rank_low", "rank_median", "rank_high", "rank_mean", "top_share"]
    pd.testing.assert_frame_equal(first[columns], mixed.loc[first.index, columns], rtol=1e-12)


def test_bad_input_is_refused_by_name():
    with pytest.raises(ParamsError, match="top=5: expected 1 to 4"):
        robustness(SCORES, WEIGHTS, seed=1, top=5)
    with pytest.raises(ParamsError, match=r"they sum to 1.1, not to 1"):
        robustness(SCORES, {"a": 0.5, "b": 0.6}, seed=1)
    with pytest.raises(DataError, match="left: no score on b"):
        robustness(SCORES.assign(b=[90.0, np.nan, 80.0, 60.0]), WEIGHTS, seed=1)
