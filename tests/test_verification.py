"""Did it work: difference in differences against hand-worked numbers and OLS, its invariances, its verdicts at the stated power."""

from __future__ import annotations

import dataclasses
import datetime as dt
import sys
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm

from csat_lib.improvement import load_actions, verify
from csat_lib.improvement.double_difference import Side, detectable, effect_of, level, power_of
from csat_lib.improvement.verification import judged
from csat_lib.simulate import DEMO, interview
from csat_lib.simulate.company import SEED
from csat_lib.study import load_codebook, load_study
from csat_lib.survey import Survey

sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))
import verification as bench

PERIODS = ("2025Q3", "2025Q4", "2026Q1", "2026Q2", "2026Q3")


def side(treated, untreated, **more):
    y = np.array([*treated, *untreated], dtype=float)
    mask = np.arange(len(y)) < len(treated)
    return Side(y, np.ones(len(y)), mask, ~mask, **more)


def test_the_effect_is_the_change_of_the_treated_less_that_of_the_others():
    found = effect_of(level(side([50, 60], [40, 50])), level(side([70, 80], [45, 55])))
    assert found.estimate == pytest.approx(20 - 5)
    assert found.std_error == pytest.approx(np.sqrt(4 * 50 / 2))  # each cell: variance 50, two answers


def test_estimate_and_error_are_those_of_a_regression_with_robust_errors():
    draw = np.random.default_rng(5)
    sides = [Side(draw.normal(60, 20, 400), draw.uniform(0.5, 2, 400), mask := draw.random(400) < 0.4, ~mask) for _ in range(2)]
    found = effect_of(*(level(each) for each in sides))
    wave = np.repeat([0, 1], 400)
    treated, y, w = (np.concatenate([getattr(each, name) for each in sides]).astype(float) for name in ("treated", "y", "w"))
    design = np.column_stack([np.ones(800), wave, treated, wave * treated])
    fit = sm.WLS(y, design, weights=w).fit(cov_type="HC0")
    assert found.estimate == pytest.approx(fit.params[3], abs=1e-9)
    assert found.std_error == pytest.approx(fit.bse[3], rel=0.01)  # n / (n - 1) within each cell of about 160 to 240


def test_the_same_people_in_both_waves_make_it_as_exact_as_their_changes():
    draw = np.random.default_rng(6)
    y = draw.normal(60, 20, 200)
    before = side(y[:100], y[100:])
    after = side(y[:100] + 3 + draw.normal(0, 2, 100), y[100:] + draw.normal(0, 2, 100))
    rows = np.arange(200)
    found = effect_of(level(before), level(after), (rows, rows))
    changes = after.y - before.y
    paired = np.sqrt(changes[:100].var(ddof=1) / 100 + changes[100:].var(ddof=1) / 100)
    assert found.std_error == pytest.approx(paired, rel=1e-9)
    assert found.shared == 200


def test_clusters_that_hold_both_groups_cancel_what_they_share():
    draw = np.random.default_rng(7)
    store = np.tile(np.arange(20), 10)
    mood = draw.normal(0, 20, 20)[store]
    mask = np.arange(200) < 100
    y = 60 + mood + draw.normal(0, 1, 200)
    within = level(Side(y, np.ones(200), mask, ~mask, None, store))
    blind = level(Side(y, np.ones(200), mask, ~mask))
    assert len(within.parts) == 1
    assert within.parts[0][0] < 0.05 * sum(variance for variance, _ in blind.parts)


def test_missing_answers_and_weights_of_nought_do_not_count():
    one = side([50, 60, np.nan], [40, 50])
    assert level(one).means == (55, 45)
    assert level(one).n == (2, 2)


def test_what_moves_everybody_moves_nothing():
    draw = np.random.default_rng(8)
    y = draw.normal(60, 20, 200)
    mask = np.arange(200) < 80
    before, after = (level(Side(each, np.ones(200), mask, ~mask)) for each in (y, y + 7))
    assert effect_of(before, after).estimate == pytest.approx(0, abs=1e-12)


def test_power_and_detectable_effect_are_each_other():
    assert power_of(detectable(2.0, power=0.8), 2.0) == pytest.approx(0.8)
    assert detectable(1.0) == pytest.approx(2.801585, abs=1e-6)  # 1.959964 + .841621


@pytest.mark.parametrize(
    ("low", "high", "expected", "power", "verdict"),
    [
        (1, 5, 3, 0.9, ("worked", "as expected")),
        (1, 5, 8, 0.9, ("worked", "less than expected")),
        (4, 9, 3, 0.9, ("worked", "more than expected")),
        (-5, -1, -3, 0.9, ("worked", "as expected")),
        (-5, -1, 3, 0.9, ("worse", "")),
        (-1, 5, 3, 0.9, ("not shown", "")),
        (-1, 5, 3, 0.5, ("cannot be told", "the survey could not have seen the expected effect")),
    ],
)
def test_the_verdict_follows_interval_expectation_and_power(low, high, expected, power, verdict):
    assert judged({"conf_low": low, "conf_high": high, "power": power}, expected) == verdict
    moved = judged({"conf_low": low, "conf_high": high, "power": power, "placebo_p": 0.001}, expected)
    assert moved == ("cannot be told", "the groups had moved apart before")


@pytest.mark.parametrize("stores", [0, bench.STORES])
def test_a_planted_effect_is_seen_at_the_stated_power_and_none_is_called_a_success(stores):
    # 300 pairs know 5 % to +-2.5 points and 80 % to +-4.6; tests/benchmarks/verification.py does thousands
    eight = bench.expected_effect(seed=1, stores=stores)
    nothing = bench.verdicts(300, 0.0, 1.1 * eight, seed=2, stores=stores)
    assert nothing["worked"] <= 0.05
    planted = bench.verdicts(300, eight, eight, seed=3, stores=stores)
    assert planted["worked"] == pytest.approx(planted["power"], abs=0.07)
    assert planted["worse"] <= 0.01
    assert planted["coverage"] == pytest.approx(0.95, abs=0.04)


@pytest.fixture(scope="module")
def demo(root):
    study = load_study("demo", "2026Q3", root=root)
    codebook = load_codebook(root / "params" / "demo" / "codebook.yaml").asked_in("customers")
    surveys = {period: Survey.from_frame(interview(DEMO, period, seed=SEED).answers, codebook) for period in PERIODS}
    dates = {
        period: (dt.date(int(period[:4]), 3 * int(period[5]), 2), dt.date(int(period[:4]), 3 * int(period[5]), 21)) for period in PERIODS
    }
    return study, surveys, dates


def test_the_demo_verifies_the_actions_of_the_quarter_before(demo):
    study, surveys, dates = demo
    found = verify(load_actions(study), surveys, dates, structure=study.structure).table.set_index("id")
    assert found["verdict"].to_dict() == {
        "A-2025-01": "worked",
        "A-2026-01": "cannot be told",
        "A-2026-02": "worked",
        "A-2026-03": "cannot be told",
    }
    assert found.loc["A-2026-02", ["before", "after"]].tolist() == ["2026Q2", "2026Q3"]
    assert found.loc["A-2026-03", "note"] == "it was not done"
    for name in ("A-2025-01", "A-2026-02"):
        assert found.loc[name, "conf_low"] < 9 < found.loc[name, "conf_high"]  # planted: +9 before rounding
        assert found.loc[name, "overlap"] > 250
        assert found.loc[name, "placebo_p"] > 0.01


def test_what_cannot_be_verified_says_why(demo):
    study, surveys, dates = demo
    action = {each.id: each for each in load_actions(study)}["A-2026-02"]

    def note(*, given=surveys, **change):
        return verify([dataclasses.replace(action, **change)], given, dates).table.iloc[0]["note"]

    assert note(segment={}) == "everybody is treated: there is nobody to hold them against"
    assert note(metric="") == "nothing in the survey verifies it"
    assert note(expected=None) == "no expected effect was stated"
    assert note(started=dt.date(2020, 1, 1)) == "no wave before it began"
    assert note(given={name: each for name, each in surveys.items() if name != "2026Q2"}) == "no survey of 2026Q2"
    few = {"region": ("south",), "channel": ("web",), "customer_class": ("key",)}
    assert note(segment=few, control={}).startswith("too few: a group has")
    assert verify([dataclasses.replace(action, status="dropped")], surveys, dates).table.empty
    assert verify([dataclasses.replace(action, due=dt.date(2027, 1, 1))], surveys, dates).table.empty
