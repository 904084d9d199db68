"""Incentives: the worked example of practice to the last digit, tiers at their exact bounds, payouts under sampling error, refusals."""

from __future__ import annotations

import math
import shutil

import numpy as np
import pandas as pd
import pytest
import yaml

from csat_lib.errors import DataError, NotInStudyError, ParamsError
from csat_lib.improvement import (
    Tier,
    checked_tiers,
    excellence,
    expected_payout,
    incentive,
    load_incentives,
    next_tier,
    payouts,
    point_value,
    reaches,
    scorecard,
    staircase,
    tier_probabilities,
    tiers_from,
)
from csat_lib.report import improvement_sentences, open_page, rewards
from csat_lib.study import load_study

# The worked example (methods of enterprise practice): cars sold a year and prices in ten thousand yuan.
CITY, FAMILY, SMALL = 360 * 20, 600 * 15, 240 * 10
SATISFACTION = [(85, 0.008), (80, 0.006), (75, 0.004), (70, 0.002), (0, 0.0)]
NEW_DEALER = [(92, 1.0), (82, 0.9), (72, 0.8), (62, 0.7), (0, 0.0)]
ROUNDING = 1e-9  # sums of decimals in binary
EXAMPLE = {
    "dealer": "D01",
    "new": 1,
    "sales_city": CITY,
    "sales_family": FAMILY,
    "sales_small": SMALL,
    "sales_satisfaction": 84.6,
    "sales_satisfaction_se": 1.2,
    "after_sales": 90.0,
    "after_sales_se": 1.0,
    "new_dealer_score": 82.0,
    "new_dealer_score_se": 1.0,
    **dict.fromkeys(["marketing", "market_share", "sales_service", "sales_results", "sales_contribution"], 85.0),
}


@pytest.fixture(scope="module")
def rules(root):
    return load_incentives(load_study("demo", root=root))


@pytest.mark.parametrize(
    ("score", "tier", "payout"),
    [(100, 1, 129.6), (85, 1, 129.6), (84.9, 2, 97.2), (80, 2, 97.2), (75, 3, 64.8), (70, 4, 32.4), (69.9, 5, 0), (0, 5, 0)],
)
def test_sales_satisfaction_pays_what_the_example_says(score, tier, payout):
    found = incentive(score, SATISFACTION, CITY + FAMILY)
    assert found.tier == tier
    assert found.payout == pytest.approx(payout, abs=ROUNDING)


@pytest.mark.parametrize(("score", "payout"), [(92, 267), (82, 240.3), (91.9, 240.3), (72, 213.6), (62, 186.9), (61.9, 0)])
def test_a_new_dealer_earns_what_the_example_says(score, payout):
    base = 0.015 * CITY + 0.015 * FAMILY + 0.01 * SMALL
    assert incentive(score, NEW_DEALER, base).payout == pytest.approx(payout, abs=ROUNDING)


@pytest.mark.parametrize(("score", "payout"), [(85, 148.8), (80, 111.6), (75, 74.4), (70, 37.2), (69, 0)])
def test_after_sales_pays_on_all_three_models(score, payout):
    assert incentive(score, SATISFACTION, CITY + FAMILY + SMALL).payout == pytest.approx(payout, abs=ROUNDING)


def test_excellence_is_worth_three_hundred_and_eighteen_point_nine_less_the_staff(rules):
    found = excellence(EXAMPLE, rules).set_index("scheme")["estimate"]
    parts = [found[name] for name in ("sales_satisfaction", "new_dealer", "after_sales", "platinum", "total", "staff", "net")]
    np.testing.assert_allclose(parts, [97.2, 80.1, 111.6, 30.0, 318.9, -8.52, 310.38], atol=ROUNDING)


def test_the_demo_file_pays_the_example(rules):
    paid = payouts(pd.DataFrame([EXAMPLE]), rules).set_index("scheme")
    want = {"sales_satisfaction": 97.2, "new_dealer": 240.3, "after_sales": 148.8, "platinum": 30.0}
    for name, payout in want.items():
        assert paid.loc[name, "payout"] == pytest.approx(payout, abs=ROUNDING)
    assert paid.loc["platinum", "score"] == pytest.approx((25 * 90 + 75 * 85) / 100)
    steps = staircase(EXAMPLE, rules.schemes["sales_satisfaction"])
    assert steps["probability"].iloc[0] == pytest.approx(0.369, abs=5e-4)  # the published .369
    assert steps["probability"].sum() == pytest.approx(1)


def test_a_score_of_84_6_with_standard_error_1_2_reaches_85_in_369_of_1000():
    assert reaches(84.6, 1.2, 85) == pytest.approx(0.369, abs=5e-4)
    assert reaches(85, 0, 85) == 1
    table = tier_probabilities(84.6, 1.2, SATISFACTION, CITY + FAMILY)
    draws = 84.6 + 1.2 * np.random.default_rng(1).standard_normal(200_000)
    seen = [((draws >= low) & (draws < high)).mean() for low, high in ((85, np.inf), (80, 85))]
    np.testing.assert_allclose(table["probability"][:2], seen, atol=0.004)  # 200,000 draws know a share to .001
    assert expected_payout(84.6, 1.2, SATISFACTION, CITY + FAMILY) == pytest.approx(float(table["payout"] @ table["probability"]))


def test_without_error_the_expected_payout_is_the_payout_itself():
    for score, _ in SATISFACTION:
        assert expected_payout(score, 0, SATISFACTION, 100) == incentive(score, SATISFACTION, 100).payout


def test_one_more_point_is_worth_a_step_or_nothing_and_on_average_something():
    base = CITY + FAMILY
    assert point_value(84.6, SATISFACTION, base) == pytest.approx(32.4)
    assert point_value(82, SATISFACTION, base) == pytest.approx(0)
    assert 0 < point_value(84.6, SATISFACTION, base, std_error=1.2) < 32.4
    missing, gain = next_tier(84.6, SATISFACTION, base)
    assert (missing, gain) == (pytest.approx(0.4), pytest.approx(32.4))
    assert math.isnan(next_tier(90, SATISFACTION, base)[0])


def test_a_raised_score_never_leaves_the_best_tier():
    tiers = [Tier(80, 100, 0.01, bounds="[)"), Tier(0, 80)]
    assert point_value(99.5, tiers, 100) == 0


def test_the_order_of_the_tiers_does_not_matter():
    assert incentive(80, SATISFACTION[::-1], 100) == incentive(80, SATISFACTION, 100)


def test_a_weighted_mean_that_is_85_in_decimals_reaches_85():
    score = scorecard({"a": 84.9, "b": 85.1, "c": 85.0}, {"a": 0.1, "b": 0.1, "c": 0.8})
    assert incentive(score, SATISFACTION, 100).tier == 1


@pytest.mark.parametrize("score", [-0.1, float("nan"), float("inf"), "85", True])
def test_a_score_outside_every_tier_is_an_error(score):
    with pytest.raises(DataError, match="score"):
        incentive(score, SATISFACTION, 100)


def test_a_score_above_a_closed_best_tier_is_an_error():
    with pytest.raises(DataError, match=r"100.1 lies in no tier: the lowest is \[0, 80\), the highest \[80, 100\]"):
        incentive(100.1, [Tier(80, 100, 0.1, bounds="[]"), Tier(0, 80)], 100)


@pytest.mark.parametrize(
    ("tiers", "said"),
    [
        ([Tier(80, 100), Tier(0, 85)], r"\[0, 85\) and \[80, 100\) overlap at 80 to 85"),
        ([Tier(80, 100), Tier(0, 80, bounds="[]")], r"\[0, 80\] and \[80, 100\) overlap at 80"),
        ([Tier(80, 100), Tier(0, 75)], r"\[0, 75\) and \[80, 100\) leave a gap at 75 to 80"),
        ([Tier(80, 100, bounds="()"), Tier(0, 80)], r"\[0, 80\) and \(80, 100\) leave a gap at 80"),
        ([Tier(80, 80)], "holds no score"),
        ([], "no tiers"),
    ],
)
def test_overlaps_and_gaps_are_refused_and_both_tiers_named(tiers, said):
    with pytest.raises(ParamsError, match=said):
        checked_tiers(tiers)


def test_a_bound_that_stands_twice_and_a_base_below_nought_are_refused():
    with pytest.raises(ParamsError, match="80 stands twice"):
        tiers_from([(80, 0.1), (80, 0.2)])
    for base in (-1, float("nan")):
        with pytest.raises(ParamsError, match="base"):
            incentive(80, SATISFACTION, base)
    with pytest.raises(DataError, match="std_error"):
        expected_payout(80, -1, SATISFACTION, 100)


@pytest.fixture
def project(root, tmp_path):
    for name in ("models", "demo"):
        shutil.copytree(root / "params" / name, tmp_path / "params" / name)
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{lower: 80, upper: 85, rate: 0.006}", "{lower: 80, upper: 86, rate: 0.006}", r"sales_satisfaction: tiers: .*overlap at 85 to 86"),
        ("{lower: 82, upper: 92, rate: 0.9}", "{lower: 82, upper: 91, rate: 0.9}", r"new_dealer: tiers: .*gap at 91 to 92"),
        ("marketing: 10, ", "marketing: 11, ", "sum to 101, not to 100"),
        ("score: new_dealer_score", "scroe: new_dealer_score", "Did you mean 'score'"),
        ("base: {sales_city: 1, sales_family: 1}\n", "\n", "rates, but there is no base"),
        ("low: 60", "low: 600", "must rise"),
    ],
)
def test_a_mistake_in_the_file_is_named_with_its_scheme(project, old, new, said):
    path = project / "params" / "demo" / "incentives.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ParamsError, match=said):
        load_incentives(load_study("demo", root=project))


def test_a_base_below_nought_is_refused_with_its_dealer(rules):
    with pytest.raises(DataError, match=r"D1: sales_satisfaction: the base of .*sales_city.* is -.*: expected 0 or more"):
        payouts(pd.DataFrame([{**EXAMPLE, "dealer": "D1", "sales_city": -1e6}]), rules)


def test_a_score_that_is_85_but_for_the_last_binary_digit_reaches_85_everywhere():
    for score, reached in ((85 - 1e-13, 1.0), (84.99999999, 0.0)):
        assert reaches(score, 0.0, 85) == reached
        assert incentive(score, SATISFACTION, 100).tier == (1 if reached else 2)
        assert expected_payout(score, 0.0, SATISFACTION, 100) == pytest.approx(0.8 if reached else 0.6)
        assert tier_probabilities(score, 0.0, SATISFACTION, 100)["probability"].iloc[0] == reached


def test_a_dealer_without_a_score_is_named(rules):
    with pytest.raises(DataError, match="D01: after_sales: after_sales: expected a number, got nan"):
        payouts(pd.DataFrame([{**EXAMPLE, "after_sales": np.nan}]), rules)


def test_a_study_without_incentives_says_so(root):
    with pytest.raises(NotInStudyError, match="sfo has no incentives"):
        load_incentives(load_study("sfo", root=root))


def test_the_money_of_a_doubtful_gain_runs_from_the_worst_case_to_the_best(tiny_project):
    page = open_page(load_study("shop", root=tiny_project()))
    ends = {"points": 5.0, "verdict": "", "n": 80}
    rows = [{"effect": "loyalty", "worth": "", "estimate": 2.0, "conf_low": -1.0, "conf_high": 5.0, **ends}]
    for word, value in (("low", 10.0), ("likely", 20.0), ("high", 30.0)):
        rows.append({"effect": "revenue", "worth": word, "estimate": 2 * value, "conf_low": -value, "conf_high": 5 * value, **ends})
    said = improvement_sentences.revenue(page, pd.DataFrame(rows), "yuan", [])[0]
    assert "−30" in said
    assert "150" in said


def test_a_period_in_which_no_dealer_takes_part_says_so(root, tmp_path):
    shutil.copytree(root / "params" / "models", tmp_path / "params" / "models")
    shutil.copytree(root / "params" / "demo", tmp_path / "params" / "demo")
    path = tmp_path / "params" / "demo" / "incentives.yaml"
    schemes = yaml.safe_load(path.read_text(encoding="utf-8"))
    schemes["schemes"] = {name: {**each, "only": "new"} for name, each in schemes["schemes"].items()}
    path.write_text(yaml.safe_dump(schemes, allow_unicode=True, sort_keys=False), encoding="utf-8")
    folder = tmp_path / "data" / "demo" / "dealers"
    folder.mkdir(parents=True)
    pd.DataFrame([{**EXAMPLE, "new": 0}]).to_csv(folder / "2026Q3.csv", index=False)
    study = load_study("demo", "2026Q3", root=tmp_path)
    with pytest.raises(NotInStudyError, match="no dealer takes part"):
        rewards.earned(open_page(study), study)
