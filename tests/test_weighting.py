"""Raking meets the margins, says how, and refuses what cannot be met."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from csat_lib.errors import ConvergenceError, DataError, ParamsError
from csat_lib.survey.weighting import NO_ANSWER, kish_deff, rake

SEX = {"f": 0.52, "m": 0.48}
AGE = {"young": 30, "middle": 45, "old": 25}


@pytest.fixture
def people() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    return pd.DataFrame({"sex": rng.choice(["f", "m"], 900, p=[0.7, 0.3]), "age": rng.choice(list(AGE), 900, p=[0.2, 0.3, 0.5])})


def shares(frame, weights, column):
    return weights.groupby(frame[column]).sum() / weights.sum()


def test_kishs_design_effect_of_the_published_weights():
    assert kish_deff(np.array([1.0, 1, 2, 2, 3])) == pytest.approx(1.172839, abs=1e-6)
    assert 5 / kish_deff(pd.Series([1.0, 1, 2, 2, 3])) == pytest.approx(4.263158, abs=1e-6)


def test_the_margins_are_met_and_the_mean_weight_is_one(people):
    raked = rake(people, {"sex": SEX, "age": AGE})
    assert shares(people, raked.weights, "sex").to_dict() == pytest.approx(SEX, abs=1e-7)
    assert shares(people, raked.weights, "age").to_dict() == pytest.approx({key: count / 100 for key, count in AGE.items()}, abs=1e-7)
    assert raked.weights.mean() == pytest.approx(1, abs=1e-12)
    assert (raked.report.margins["difference"].abs() <= 1e-8).all()


def test_one_margin_is_post_stratification():
    people = pd.DataFrame({"sex": ["f", "f", "f", "m"]})
    assert rake(people, {"sex": pd.Series({"f": 1, "m": 1})}).weights.tolist() == pytest.approx([2 / 3, 2 / 3, 2 / 3, 2])


def test_two_by_two_raking_keeps_the_odds_ratio_of_the_sample():
    """Raking changes the margins of a table and not its interaction (Deming & Stephan 1940)."""
    counts = pd.DataFrame({"a": [0, 0, 1, 1], "b": [0, 1, 0, 1], "n": [40, 10, 20, 30]})
    people = counts.loc[counts.index.repeat(counts["n"]), ["a", "b"]].reset_index(drop=True)
    raked = rake(people, {"a": {0: 0.3, 1: 0.7}, "b": {0: 0.45, 1: 0.55}})
    cells = raked.weights.groupby([people["a"], people["b"]]).sum()
    assert cells[0, 0] * cells[1, 1] / (cells[0, 1] * cells[1, 0]) == pytest.approx(40 * 30 / (10 * 20))


def test_order_of_rows_and_unit_of_the_start_do_not_matter(people):
    start = pd.Series(np.linspace(0.5, 2, len(people)), index=people.index)
    first = rake(people, {"sex": SEX, "age": AGE}, start=start)
    other = rake(people[::-1], {"sex": SEX, "age": AGE}, start=7 * start)
    np.testing.assert_allclose(other.weights[people.index], first.weights, rtol=1e-9)


def test_trimmed_weights_keep_within_the_limits_and_meet_the_margins(people):
    free = rake(people, {"sex": SEX, "age": AGE})
    assert free.report.largest > 2.2
    raked = rake(people, {"sex": SEX, "age": AGE}, trim=(0.1, 2.2))
    assert raked.weights.max() <= 2.2 + 1e-6
    assert raked.weights.min() >= 0.1 - 1e-6
    assert shares(people, raked.weights, "sex")["m"] == pytest.approx(0.48, abs=1e-7)
    assert raked.report.deff <= free.report.deff


def test_raking_removes_the_bias_of_a_skewed_sample():
    rng = np.random.default_rng(5)
    sex, age = rng.integers(0, 2, 200_000), rng.integers(0, 3, 200_000)
    score = 60 + 8 * sex + 5 * age + rng.normal(0, 10, 200_000)
    drawn = rng.random(200_000) < 0.02 * (1 + 2 * sex) * (1 + age)
    people = pd.DataFrame({"sex": sex, "age": age, "score": score})[drawn]
    raked = rake(people, {"sex": {0: 0.5, 1: 0.5}, "age": dict.fromkeys(range(3), 1)})
    assert people["score"].mean() > score.mean() + 3
    assert np.average(people["score"], weights=raked.weights) == pytest.approx(score.mean(), abs=0.4)


def test_those_without_an_answer_keep_their_share(people):
    people.loc[:89, "age"] = None
    raked = rake(people, {"sex": SEX, "age": AGE})
    table = raked.report.margins.set_index(["variable", "category"])
    assert table.loc[("age", NO_ANSWER), "achieved"] == pytest.approx(0.1)
    assert table.loc[("age", "old"), "achieved"] == pytest.approx(0.9 * 0.25, abs=1e-7)


def test_those_without_an_answer_may_be_left_out(people):
    people.loc[:89, "age"] = None
    raked = rake(people, {"sex": SEX, "age": AGE}, missing="drop")
    assert (raked.weights[:90] == 0).all()
    assert raked.weights[90:].mean() == pytest.approx(1)
    assert raked.report.n == 810


def test_the_report_says_what_the_weights_cost(people):
    raked = rake(people, {"sex": SEX, "age": AGE})
    w = raked.weights.to_numpy()
    assert raked.report.n_effective == pytest.approx(w.sum() ** 2 / (w**2).sum())
    assert raked.report.deff == pytest.approx(900 / raked.report.n_effective)
    assert raked.report.largest == w.max()
    assert 1 < raked.report.iterations < 50


def test_a_category_without_respondents_is_named(people):
    with pytest.raises(ConvergenceError, match=r"age: no respondent is 'child', which is 9.1% of the population\. Merge"):
        rake(people, {"age": {**AGE, "child": 10}})


def test_margins_that_contradict_one_another_do_not_settle(people):
    twins = people.assign(copy=people["sex"])
    with pytest.raises(ConvergenceError, match=r"did not settle in 500 rounds: 'sex' is still .* off at '[fm]'"):
        rake(twins, {"sex": SEX, "copy": {"f": 0.3, "m": 0.7}})


def test_limits_that_the_margins_do_not_allow_do_not_settle(people):
    with pytest.raises(ConvergenceError, match="Loosen trim"):
        rake(people, {"sex": SEX, "age": AGE}, trim=1.05)


@pytest.mark.parametrize(
    ("margins", "options", "error", "message"),
    [
        ({"sexe": SEX}, {}, DataError, "No column 'sexe' in the data. Did you mean 'sex'?"),
        ({"sex": {"f": 1, "M": 1}}, {}, DataError, "respondents have 'm', which the margins do not list. Did you mean 'M'?"),
        ({"sex": {"f": 1, "m": 0}}, {}, DataError, "which the margins put at 0"),
        ({"sex": {"f": 1, "m": -1}}, {}, ParamsError, "shares must be 0 or more"),
        ({}, {}, ParamsError, "No margins"),
        ({"sex": SEX}, {"trim": 0.5}, ParamsError, "trim: 0.5"),
        ({"sex": SEX}, {"missing": "ignore"}, ParamsError, "category, drop, refuse"),
        ({"sex": SEX}, {"start": np.full(900, -1.0)}, DataError, "900 weights are negative or missing"),
    ],
)
def test_what_cannot_be_raked_is_refused(people, margins, options, error, message):
    with pytest.raises(error) as refused:
        rake(people, margins, **options)
    assert message in str(refused.value)


def test_gaps_may_be_refused(people):
    people.loc[4, "sex"] = None
    with pytest.raises(DataError, match="1 respondents have no 'sex'"):
        rake(people, {"sex": SEX}, missing="refuse")
