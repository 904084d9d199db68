"""The best few levers within a budget."""

import itertools

import numpy as np
import pandas as pd
import pytest
from conftest import STUDY
from known_models import survey_of

from csat_lib.drivers import levers, plan_levers
from csat_lib.errors import ParamsError
from csat_lib.study import load_study
from csat_lib.study.settings import Lever

DRIVERS = ["food", "signs", "wifi", "walk"]
HOW = {"draws": 200, "seed": 1}


@pytest.fixture(scope="module")
def survey():
    draw = np.random.default_rng(31)
    X = draw.uniform(20, 80, size=(800, 4)) + np.array([0, 0, 0, 15])
    y = 50 + (X - X.mean(axis=0)) @ [0.4, 0.3, 0.2, 0.1] + draw.normal(0, 2, 800)
    frame = pd.DataFrame(np.column_stack([X, y]), columns=[*DRIVERS, "overall"])
    return survey_of(frame, [*DRIVERS, "overall"], low=0, high=100)


@pytest.fixture(scope="module")
def gain(survey):
    return levers(survey, "overall", DRIVERS, points=1, **HOW).set_index("driver")["estimate"]


def test_the_best_ratio_of_gain_to_cost_is_filled_first(survey, gain):
    # Per money unit: food .04, signs .06, wifi .02, walk .1: walk and signs to their ceilings (10 + 50), the rest into food.
    costs = {"food": (10, 20), "signs": (5, 10), "wifi": (10, 20), "walk": (1, 10)}
    found = plan_levers(survey, "overall", DRIVERS, costs=costs, budget=100, **HOW)
    points = found.levers.set_index("driver")["points"]
    np.testing.assert_allclose(points[["walk", "signs", "food", "wifi"]], [10, 10, 4, 0], atol=1e-6)
    verdicts = found.levers.set_index("driver")["verdict"].to_dict()
    assert verdicts == {"walk": "at its ceiling", "signs": "at its ceiling", "food": "as far as the budget goes", "wifi": "not in the plan"}
    assert found.estimate == pytest.approx(float(points @ gain[points.index]), rel=1e-9)
    assert found.spent == pytest.approx(100)
    assert found.left == pytest.approx(0, abs=1e-6)
    assert found.conf_low < found.estimate < found.conf_high
    assert found.levers["estimate"].sum() == pytest.approx(found.estimate)
    # Gains: signs 10 x .3, food 4 x .4, walk 10 x .1, wifi nothing.
    assert found.levers["driver"].to_dict() == {0: "signs", 1: "food", 2: "walk", 3: "wifi"}


@pytest.mark.parametrize("seed", range(6))
def test_no_other_choice_of_levers_brings_more(survey, gain, seed):
    draw = np.random.default_rng(seed)
    cost, ceiling = dict(zip(DRIVERS, draw.uniform(1, 10, 4), strict=True)), dict(zip(DRIVERS, draw.uniform(2, 15, 4), strict=True))
    budget = float(draw.uniform(20, 80))

    def filled(chosen):
        left, total = budget, 0.0
        for name in sorted(chosen, key=lambda each: -gain[each] / cost[each]):
            points = min(ceiling[name], left / cost[name])
            left, total = left - points * cost[name], total + points * gain[name]
        return total

    best = max(filled(chosen) for chosen in itertools.combinations(DRIVERS, 2))
    costs = {name: Lever(cost=cost[name], ceiling=ceiling[name]) for name in DRIVERS}
    found = plan_levers(survey, "overall", DRIVERS, costs=costs, budget=budget, most=2, **HOW)
    assert found.estimate == pytest.approx(best, rel=1e-6)
    assert (found.levers["points"] > 0).sum() <= 2


def test_at_most_three_levers_and_money_may_be_left(survey):
    found = plan_levers(survey, "overall", DRIVERS, costs=dict.fromkeys(DRIVERS, (1.0, 5.0)), budget=1000, **HOW)
    assert (found.levers["points"] > 0).sum() == 3
    assert found.levers.set_index("driver").loc["walk", "verdict"] == "not in the plan"
    assert found.left == pytest.approx(985)


def test_nobody_can_rise_above_the_end_of_the_scale(survey):
    found = plan_levers(survey, "overall", DRIVERS, costs={"walk": (1, 100)}, budget=1e6, **HOW)
    row = found.levers.set_index("driver").loc["walk"]
    assert row["points"] == pytest.approx(100 - row["performance"])
    assert row["verdict"] == "at the end of the scale"
    assert (found.levers["verdict"] == "no cost given").sum() == 3
    assert not found.levers.isna().any(axis=None)


def test_a_lever_that_harms_stays_as_it_is():
    draw = np.random.default_rng(5)
    X = draw.uniform(20, 80, size=(400, 2))
    frame = pd.DataFrame({"good": X[:, 0], "bad": X[:, 1], "overall": 50 + 0.3 * X[:, 0] - 0.2 * X[:, 1]})
    survey = survey_of(frame, list(frame), low=0, high=100)
    found = plan_levers(survey, "overall", ["good", "bad"], costs={"good": (1, 5), "bad": (0, 5)}, budget=100, **HOW)
    assert found.levers.set_index("driver")["verdict"].to_dict() == {"good": "at its ceiling", "bad": "no gain"}


def test_bad_requests_are_refused_by_name(survey):
    for options, message in (
        ({"costs": {"fod": (1, 5)}, "budget": 10}, r"levers: 'fod' is not one of the drivers\. Did you mean 'food'\?"),
        ({"costs": {}, "budget": 10}, "No lever has a cost"),
        ({"costs": {"food": (-1, 5)}, "budget": 10}, "food: cost: -1.0 must be a number from 0 upward"),
        ({"costs": {"food": (1, 500)}, "budget": 10}, "food: ceiling: 500.0 is not between 0 and 100 points"),
        ({"costs": {"food": (1, 5)}, "budget": 0}, "budget: 0 must be above zero"),
        ({"costs": {"food": (1, 5)}, "budget": 10, "most": 0}, "most: 0 leaves no lever"),
    ):
        with pytest.raises(ParamsError, match=message):
            plan_levers(survey, "overall", DRIVERS, **options, **HOW)


def test_costs_budget_and_pairs_of_questions_stand_in_the_study(tiny_project):
    more = "levers: {quality_overall: {cost: 2000, ceiling: 10}}\nbudget: 50000\n"
    more += "kano: {fit: {functional: quality_fit, dysfunctional: value_price}}\n"
    parameters = load_study("shop", root=tiny_project(study=STUDY + more)).parameters
    assert parameters.levers["quality_overall"] == Lever(cost=2000, ceiling=10)
    assert parameters.budget == 50000
    assert parameters.kano["fit"].dysfunctional == "value_price"
    with pytest.raises(ParamsError, match=r"levers: quality_overall: unknown key 'price'"):
        load_study("shop", root=tiny_project(study=STUDY + "levers: {quality_overall: {cost: 1, ceiling: 2, price: 3}}\n"))
    with pytest.raises(ParamsError, match="ceiling: 120 is not between 0 and 100"):
        load_study("shop", root=tiny_project(study=STUDY + "levers: {quality_overall: {cost: 1, ceiling: 120}}\n"))
