"""Key figures of complaints: Kaplan-Meier against a published table, rates with their denominators, Pareto, priorities, recovery."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from csat_lib.errors import DataError, ParamsError
from csat_lib.simulate import DEMO, PERIODS, interview
from csat_lib.simulate.company import SEED
from csat_lib.simulate.records import complaints, sales
from csat_lib.stats import wilson
from csat_lib.study import Attribute, Text, load_codebook, parse_period
from csat_lib.survey import Survey
from csat_lib.voice import (
    complaint_chart,
    complaint_figures,
    pareto,
    priority_products,
    product_months,
    recovery,
    register_from_frame,
    survival_curve,
    survival_quantiles,
    waiting,
)

QUARTER = parse_period("2026Q3")
OPENED = pd.Timestamp("2026-07-01")


def made(hours, closed, **columns):
    """A register of complaints opened together that took so many hours; those not closed are cut off by the period's end."""
    ends = [(OPENED + pd.Timedelta(hours=each)).isoformat() if done else "" for each, done in zip(hours, closed, strict=True)]
    base = {"id": [str(each) for each in range(len(hours))], "customer": "", "category": "a", "opened": OPENED.isoformat(), "closed": ends}
    return register_from_frame(pd.DataFrame({**base, **columns}), QUARTER)


@pytest.fixture(scope="module")
def demo():
    """The simulated company's registers of eight quarters, by quarter."""
    found = {}
    for period in PERIODS[-8:]:
        wave = interview(DEMO, period, seed=SEED)
        frame = complaints(DEMO, wave, period, seed=SEED).astype(object)
        frame = frame.where(frame.notna(), "").astype(str)
        found[period] = register_from_frame(frame, parse_period(period)), sales(period, seed=SEED), wave
    return found


def test_kaplan_meier_gives_the_published_leukaemia_table():
    # Freireich et al. 1963, 6-MP arm, as in Kleinbaum & Klein 2012, Survival Analysis, ch. 2: weeks of remission, + censored.
    events = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    own = made([0.0], [True]).complaints  # shape only
    register = made(events, [True] * 9)
    rows = [
        register.complaints,
        *[own.iloc[:1].assign(opened=register.until - pd.Timedelta(hours=each), closed=pd.NaT, done=False) for each in censored],
    ]
    both = pd.concat(rows, ignore_index=True)
    object.__setattr__(register, "complaints", both)
    curve = survival_curve(register, "closed").set_index("time")["estimate"]
    published = {6: 0.8571, 7: 0.8067, 10: 0.7529, 13: 0.6902, 16: 0.6275, 22: 0.5378, 23: 0.4482}
    for time, share in published.items():
        assert curve[time] == pytest.approx(share, abs=0.0001)
    median = survival_quantiles(register, "closed", quantiles=[0.5]).iloc[0]
    assert median["estimate"] == 23
    assert median["open"] == 12


def test_without_open_complaints_the_curve_is_the_share_still_waiting():
    curve = survival_curve(made([1, 2, 3, 4], [True] * 4)).set_index("time")
    assert curve["estimate"].to_dict() == pytest.approx({0: 1, 1: 0.75, 2: 0.5, 3: 0.25, 4: 0})
    assert survival_quantiles(made([1, 2, 3, 4], [True] * 4))["estimate"].tolist() == [2, 4]
    assert (curve["conf_low"] <= curve["estimate"]).all()
    assert (curve["conf_high"] >= curve["estimate"]).all()


def test_leaving_out_open_complaints_would_flatter():
    hours = [1, 2, 3, 4, 5, 6]
    both = survival_quantiles(made(hours, [True] * 4 + [False] * 2), quantiles=[0.5])["estimate"].iloc[0]
    closed = survival_quantiles(made(hours[:4], [True] * 4), quantiles=[0.5])["estimate"].iloc[0]
    assert both > closed


def test_a_median_that_is_not_reached_is_not_invented():
    table = survival_quantiles(made([1, 2, 3, 4, 5], [True] + [False] * 4))
    assert table["estimate"].isna().all()
    nothing = survival_quantiles(made([1, 2], [False, False]))
    assert nothing["estimate"].isna().all()
    assert nothing["open"].tolist() == [2, 2]
    assert survival_curve(made([1, 2], [False, False])).empty


def test_the_censored_lognormal_that_made_the_data_is_recovered(demo):
    register, *_ = demo["2026Q3"]
    waits = waiting(register, "first_response")
    assert waits["happened"].mean() > 0.98
    # Channel medians 9, 13 and 21 minutes with shares .36, .30, .34: the mixture's median is 13, floored to whole minutes.
    assert survival_quantiles(register, "first_response")["estimate"].iloc[0] == pytest.approx(13, abs=2.5)


def test_rates_name_their_denominator(demo):
    register, sold, _ = demo["2026Q3"]
    table = complaint_figures(register, per={"orders": float(sold["orders"].sum()), "customers": 1600, "months": 3}).set_index("metric")
    n = len(register)
    assert table.loc["complaint_rate_orders", "estimate"] == pytest.approx(100 * n / sold["orders"].sum())
    people = register.complaints["customer"].nunique()
    assert table.loc["complaint_rate_customers", "estimate"] == pytest.approx(100 * people / 1600)
    np.testing.assert_allclose(
        table.loc["complaint_rate_customers", ["conf_low", "conf_high"]].astype(float) / 100, wilson(people / 1600, 1600)
    )
    assert table.loc["complaints_a_month", "estimate"] == pytest.approx(n / 3)
    assert table.loc["complaints_a_month", "basis"] == "months"


def test_the_promise_counts_those_whose_time_has_run_out():
    frame = pd.DataFrame(
        {
            "id": list("abcd"),
            "category": "a",
            "opened": ["2026-07-01T10:00", "2026-07-01T10:00", "2026-07-01T10:00", "2026-09-30T23:50"],
            "first_response": ["2026-07-01T10:30", "2026-07-01T10:31", "", ""],
        }
    )
    row = complaint_figures(register_from_frame(frame, QUARTER)).set_index("metric").loc["response_within_30_minutes"]
    assert row["estimate"] == pytest.approx(100 / 3)
    assert row["n"] == 3  # the last one may still be answered in time


def test_repeats_are_customers_with_a_second_complaint_and_nameless_ones_are_not():
    table = complaint_figures(made([1] * 5, [True] * 5, customer=["A", "A", "B", "", ""])).set_index("metric")
    assert table.loc["repeat_rate", ["estimate", "n"]].tolist() == [50, 2]


@pytest.mark.parametrize("per", [{"orders": 0}, {"clients": 10}, {"orders": float("nan")}, {"orders": 2}])
def test_a_denominator_that_cannot_be_is_refused(per):
    with pytest.raises(DataError, match=r"expected a positive number|there cannot be more"):
        complaint_figures(made([1, 2, 3], [True] * 3), per=per)


def test_pareto_runs_to_one_and_names_the_cause_behind_each_row():
    register = made([1] * 10, [True] * 10, category=["a"] * 6 + ["b"] * 3 + [""], product=["x"] * 4 + ["y"] * 6)
    table = pareto(register, "category")
    assert table["segment"].tolist() == ["a", "b", ""]
    np.testing.assert_allclose(table["cumulative_share"], [0.6, 0.9, 1.0])
    assert table["verdict"].tolist() == ["vital few", "vital few", "not assigned"]
    goods = pareto(register, "product").set_index("segment")
    assert goods.loc["x", ["cause", "cause_share"]].tolist() == ["a", 1.0]
    assert goods.loc["y", "cause"] == "b"
    with pytest.raises(ParamsError, match="Did you mean 'category'"):
        pareto(register, "categry")


def test_a_product_above_the_threshold_in_a_month_is_a_priority():
    register = made([1] * 10, [True] * 10, product=["x"] * 8 + ["y", "z"])
    orders = pd.DataFrame({"product": ["x", "y"], "month": "2026-07", "orders": [100, 1000]})
    months = product_months(register, orders).set_index("product")
    assert months.loc["x", "verdict"] == "at risk"
    assert months.loc["x", "estimate"] == pytest.approx(8)
    assert months.loc["y", "verdict"] == "ok"
    assert months.loc["z", "verdict"] == "no orders"
    found = priority_products(months.reset_index())
    assert found["product"].tolist() == ["x"]
    sure = product_months(register, orders.assign(orders=[30, 1000])).set_index("product")
    assert sure.loc["x", "verdict"] == "above threshold"


def test_the_demos_small_appliances_are_found(demo):
    register, sold, _ = demo["2026Q3"]
    assert priority_products(product_months(register, sold))["product"].iloc[0] == "small_appliances"


@pytest.mark.parametrize(
    ("orders", "told"),
    [
        (pd.DataFrame({"product": ["x"], "month": ["2026-07"]}), "no column 'orders'"),
        (pd.DataFrame({"product": ["x"], "month": ["2026-07"], "orders": [-1]}), "row 2: -1 is not a number of orders"),
        (pd.DataFrame({"product": ["x", "x"], "month": ["2026-07"] * 2, "orders": [1, 1]}), "stands twice"),
        (pd.DataFrame({"product": ["x"], "month": ["2026-7"], "orders": [9]}), "'2026-7' is not of the form 2026-09"),
    ],
)
def test_orders_that_cannot_be_are_refused(orders, told):
    with pytest.raises(DataError, match=told):
        product_months(made([1], [True]), orders)


def test_the_rate_over_the_periods_is_a_p_chart(demo):
    figures = {
        period: complaint_figures(register, per={"orders": float(sold["orders"].sum())}) for period, (register, sold, _) in demo.items()
    }
    chart = complaint_chart(figures)
    assert len(chart) == 8
    counts = np.array([[len(register), sold["orders"].sum()] for register, sold, _ in demo.values()], dtype=float)
    assert chart["centre"].iloc[0] == pytest.approx(100 * counts[:, 0].sum() / counts[:, 1].sum())
    assert set(chart["chart"]) <= {"p", "laney"}
    with pytest.raises(DataError, match="No figure 'complaint_rate'"):
        complaint_chart(figures, "complaint_rate")


@pytest.fixture(scope="module")
def many(root):
    """A large survey of the company, with a register that says how each complaint was handled."""
    wave = interview(DEMO, "2026Q3", seed=5, n=12_000)
    codebook = load_codebook(root / "params" / "demo" / "codebook.yaml").asked_in("customers")
    survey = Survey.from_frame(wave.answers, codebook)
    told = wave.people[wave.people["handled"] != ""]
    frame = pd.DataFrame({"id": told["respondent"], "customer": told["respondent"], "category": "a", "opened": "2026-07-02"})
    frame = frame.assign(satisfied=np.where(told["handled"] == "well", "1", "0"), closed="2026-07-03")
    return survey, register_from_frame(frame, QUARTER)


def test_the_planted_recovery_effect_is_found(many):
    table = recovery(*many, ["repurchase", "price_tolerance"], complained="complained").set_index("segment")
    both = table.loc["well against badly"]
    # The construct moves by +6 and -9: 15 points between the two, less what rounding and the items' loadings take.
    assert both["gap_low"] > 5
    assert both["gap"] == pytest.approx(15, abs=5)
    assert table.loc["handled badly", "verdict"] == "less loyal"
    assert table.loc["no complaint", "verdict"] == "base"


def test_the_worst_handling_counts_and_groups_that_are_small_have_no_figures(many):
    survey, register = many
    few = register.complaints.head(12).copy()
    doubled = pd.concat([few, few.assign(satisfied=0.0)], ignore_index=True)
    table = recovery(survey, replace(register, complaints=doubled), ["repurchase"], fewest=13).set_index("segment")
    assert table.loc["handled well", "n"] == 0
    assert table.loc["handled badly", "verdict"] == "too few"
    assert np.isnan(table.loc["handled badly", "estimate"])
    assert "well against badly" not in table.index


def test_who_has_no_customer_number_is_not_taken_for_content(many):
    survey, register = many
    lost = survey.attributes["respondent"].where(np.arange(len(survey)) % 3 > 0, None)
    nameless = replace(survey, attributes=survey.attributes.assign(respondent=lost))
    whole, known = (recovery(each, register, ["repurchase"]).set_index("segment")["n"] for each in (survey, nameless))
    assert known["no complaint"] < 0.75 * whole["no complaint"]
    asked = recovery(nameless, register, ["repurchase"], complained="complained").set_index("segment")["n"]
    assert asked["no complaint"] > known["no complaint"]


def test_groups_that_share_clusters_are_not_held_against_each_other_as_if_independent(many):
    survey, register = many
    site = np.arange(len(survey)) % 40
    shifted = survey.responses.assign(repurchase=np.clip(survey.responses["repurchase"] + np.where(site % 2, 4, -4), 1, 10))
    own = Attribute("site", "site", "cluster", Text(), {}, {})
    codebook = replace(survey.codebook, attributes={**survey.codebook.attributes, "site": own})
    clustered = replace(survey, responses=shifted, codebook=codebook, attributes=survey.attributes.assign(site=site.astype(str)))
    row = recovery(clustered, register, ["repurchase"]).set_index("segment").loc["well against badly"]
    handled = register.complaints.set_index("customer")["satisfied"].reindex(survey.attributes["respondent"]).to_numpy()
    here = ~np.isnan(handled) & shifted["repurchase"].notna().to_numpy()
    y, x = shifted["repurchase"].to_numpy()[here], sm.add_constant(handled[here])
    fit = sm.WLS(y, x, weights=survey.weight_values[here]).fit(cov_type="cluster", cov_kwds={"groups": site[here], "use_correction": False})
    points = 100 / 9
    assert row["gap"] == pytest.approx(points * fit.params[1])
    z = stats.t.ppf(0.975, 39)
    assert (row["gap_high"] - row["gap"]) / z == pytest.approx(points * fit.bse[1] * np.sqrt(40 / 39), rel=1e-6)


def test_files_that_do_not_share_customer_numbers_are_refused(many):
    survey, _ = many
    with pytest.raises(DataError, match="same customer numbers"):
        recovery(survey, made([1], [True], customer=["nobody"]), ["repurchase"])
    with pytest.raises(ParamsError, match="name the questions"):
        recovery(*many, [])
