"""Delphi rounds: statistics, agreement, movement, verdict, weights."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats as sp

from csat_lib.errors import DataError
from csat_lib.index import delphi
from csat_lib.index.delphi import concordance

NAMES = ["quality", "service", "price", "image"]
FIRST = [[9, 7, 5, 2], [5, 8, 6, 3], [8, 3, 9, 5], [7, 7, 2, 8]]
SECOND = [[9, 7, 5, 3], [8, 7, 5, 3], [9, 6, 5, 4], [8, 7, 5, 3]]


def ratings(*rounds, experts=("Chen", "Li", "Wu", "Zhao"), names=NAMES):
    rows = [
        (expert, number, name, value)
        for number, table in enumerate(rounds, start=1)
        for expert, row in zip(experts, table, strict=False)
        for name, value in zip(names, row, strict=True)
    ]
    return pd.DataFrame(rows, columns=["expert", "round", "indicator", "rating"])


def test_each_round_is_described_by_indicator():
    found = delphi(ratings(FIRST, SECOND)).rounds.set_index(["round", "indicator"]).loc[(1, "quality")]
    column = np.array([9, 5, 8, 7])
    assert found["median"] == 7.5
    assert found["iqr"] == pytest.approx(np.subtract(*np.percentile(column, [75, 25])))
    assert found["cv"] == pytest.approx(column.std(ddof=1) / column.mean())
    assert found["n"] == 4


@pytest.mark.parametrize("table", [FIRST, SECOND, [[1, 1, 2, 3], [2, 2, 2, 1], [4, 1, 1, 3]]])
def test_concordance_and_its_test_agree_with_scipys_friedman_test_ties_or_not(table):
    found = concordance(pd.DataFrame(table))
    chi_square, p_value = sp.friedmanchisquare(*np.array(table, dtype=float).T)
    assert found["chi_square"] == pytest.approx(chi_square, rel=1e-10)
    assert found["p_value"] == pytest.approx(p_value, rel=1e-9)
    assert found["estimate"] == pytest.approx(chi_square / (len(table) * (len(table[0]) - 1)), rel=1e-10)
    assert (found["df"], found["n"]) == (len(table[0]) - 1, len(table))


def test_kendalls_example_without_ties_has_its_published_concordance():
    # Siegel & Castellan 1988, ch. 9: three executives rank six applicants, rank sums 8, 14, 11, 11, 11, 8 -> W = 0.16.
    ranks = pd.DataFrame([[1, 6, 3, 2, 5, 4], [1, 5, 6, 4, 2, 3], [6, 3, 2, 5, 4, 1]])
    assert ranks.sum().tolist() == [8, 14, 11, 11, 11, 8]
    assert concordance(ranks)["estimate"] == pytest.approx(0.16, abs=0.005)


def test_experts_who_all_rank_alike_agree_fully_and_the_reverse_not_at_all():
    assert concordance(pd.DataFrame([[1, 2, 3, 4]] * 5))["estimate"] == pytest.approx(1)
    assert concordance(pd.DataFrame([[1, 2, 3, 4], [4, 3, 2, 1]]))["estimate"] == pytest.approx(0)


@pytest.mark.parametrize("table", [[[3, 3, 3], [5, 5, 5]], [[1, 2, 3]], [[1], [2]]])
def test_experts_who_rank_nothing_and_a_single_one_cannot_be_tested(table):
    found = concordance(pd.DataFrame(table))
    assert np.isnan([found["estimate"], found["chi_square"], found["p_value"]]).all()
    assert (found["df"], found["n"]) == (len(table[0]) - 1, len(table))
    assert found["note"] == "nobody ranks: no test"


def test_few_indicators_make_the_test_coarse_and_it_says_so():
    assert "coarse" in concordance(pd.DataFrame(SECOND))["note"]
    assert concordance(pd.DataFrame([range(8), range(8)]))["note"] == ""


def test_a_second_round_that_agrees_ends_in_consensus():
    found = delphi(ratings(FIRST, SECOND))
    assert (found.verdict, found.reasons) == ("consensus", ())
    first = delphi(ratings(FIRST))
    assert first.verdict == "another round"
    assert any(reason.startswith("image: cv") for reason in first.reasons)
    assert any("Kendall's W is not significant" in reason for reason in first.reasons)


def test_weights_are_the_shares_of_the_last_round():
    X = np.array(SECOND, dtype=float)
    np.testing.assert_allclose(delphi(ratings(FIRST, SECOND)).weights, (X / X.sum(axis=1, keepdims=True)).mean(axis=0), rtol=1e-12)


def test_movement_counts_those_who_are_in_both_rounds():
    found = delphi(ratings(FIRST, SECOND[:3])).movement.set_index("indicator")
    assert (found["n"] == 3).all()
    assert found.loc["quality", "mean_change"] == pytest.approx((0 + 3 + 1) / 3)
    assert found.loc["quality", "changed"] == pytest.approx(2 / 3)
    assert found.loc["quality", "median_change"] == pytest.approx(9 - 7.5)
    assert (found["round"] == 2).all()


def test_an_indicator_may_be_dropped_between_rounds():
    both = pd.concat([ratings(FIRST), ratings([row[:3] for row in SECOND], names=NAMES[:3]).assign(round=2)])
    found = delphi(both)
    assert found.weights.index.tolist() == NAMES[:3]
    assert found.movement["indicator"].tolist() == NAMES[:3]


def test_the_order_of_the_rows_changes_nothing_but_the_order_of_the_indicators():
    told = ratings(FIRST, SECOND)
    mixed = told.sample(frac=1, random_state=np.random.default_rng(1))
    np.testing.assert_allclose(delphi(mixed).weights[NAMES], delphi(told).weights, rtol=1e-12)
    assert delphi(mixed).concordance["estimate"].tolist() == pytest.approx(delphi(told).concordance["estimate"].tolist())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda told: told.drop(index=5), "Round 1: no rating of service by Li"),
        (lambda told: told.assign(rating=told["rating"].where(told.index != 5, -1)), "Round 1: the rating -1.* of service by Li"),
        (lambda told: pd.concat([told, told.iloc[[5]]]), "Round 1: Li rates service twice"),
        (lambda told: told.rename(columns={"expert": "experts"}), "no column 'expert'. Did you mean 'experts'"),
        (lambda told: told[told["expert"] == "Li"], "Round 1: 1 expert; agreement needs two"),
        (lambda told: told.iloc[:0], "there are none"),
        (lambda told: told.assign(rating="high"), "Round 1: a rating is no number"),
    ],
)
def test_bad_ratings_are_refused_by_round_expert_and_indicator(change, words):
    with pytest.raises(DataError, match=words):
        delphi(change(ratings(FIRST, SECOND)))
