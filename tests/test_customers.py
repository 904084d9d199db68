"""The customer list: what is kept aside, tiers, moves, who is at risk and why, which contacts are due, and where the lists may lie."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from csat_lib.errors import DataError, NotInStudyError
from csat_lib.improvement import accounts_from, at_risk, counts, open_complaints, reminders, tier_moves, with_tiers
from csat_lib.study.reader import check
from csat_lib.study.upkeep import CustomerRules, Reminder, Risk

DAY = dt.date(2026, 9, 30)
RULES = check(
    CustomerRules, {"rule": "thresholds", "tiers": {"gold": {"spending": 100, "satisfaction": 50}, "silver": {"spending": 50}}}, "x"
)


def frame(**columns):
    n = len(next(iter(columns.values())))
    return pd.DataFrame({"customer": [f"C{k}" for k in range(n)], "class": ["existing"] * n, **columns})


def test_a_customer_who_stands_twice_with_different_values_is_kept_aside_by_name():
    table = pd.DataFrame({"customer": ["a", "b", "a", "c", "c"], "class": ["existing"] * 5, "spending": ["1", "2", "3", "4", "4"]})
    found = accounts_from(table, as_of=DAY)
    assert found.frame["customer"].tolist() == ["b", "c"]
    assert found.repeated == 1
    aside = found.aside[["customer", "column", "value", "rule"]].to_numpy().tolist()
    assert aside == [["a", "spending", "1", "twice with different values"], ["a", "spending", "3", "twice with different values"]]


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("spending", "much", "not a number"),
        ("spending", "-5", "negative"),
        ("last_contact", "2026-13-01", "not a date"),
        ("last_contact", "2027-01-01", "in the future"),
        ("customer", "", "no customer"),
        ("class", "friend", "unknown class"),
    ],
)
def test_nothing_is_lost_what_cannot_be_used_is_aside_with_its_rule(column, value, rule):
    table = pd.DataFrame({"customer": ["a", "b"], "class": ["existing"] * 2, "spending": ["1", "2"], "last_contact": ["2026-09-01"] * 2})
    table.loc[1, column] = value
    found = accounts_from(table, as_of=DAY)
    assert len(found.frame) == 1
    assert found.aside["rule"].tolist() == [rule]
    assert found.aside["value"].tolist() == [value]


def test_classes_follow_from_the_last_purchase_where_the_list_has_none():
    table = pd.DataFrame({"customer": list("abc"), "last_purchase": ["", "2026-09-01", "2025-01-01"]})
    assert accounts_from(table, as_of=DAY).frame["class"].tolist() == ["potential", "existing", "past"]
    with pytest.raises(DataError, match="neither class nor last_purchase"):
        accounts_from(pd.DataFrame({"customer": ["a"]}), as_of=DAY)


def test_a_customer_is_in_the_first_tier_whose_every_condition_holds():
    table = frame(spending=[100.0, 100.0, 99.0, 50.0, 49.0, 100.0])
    table.loc[5, "class"] = "past"
    scores = pd.DataFrame({"customer": ["C0", "C1"], "satisfaction": [50.0, 49.0], "asked": "2026Q3", "change": np.nan})
    assert with_tiers(table, RULES, scores=scores)["tier"].tolist() == ["gold", "silver", "silver", "silver", "standard", ""]
    # a satisfaction that nobody asked for keeps nobody out
    assert with_tiers(table, RULES)["tier"].iloc[1] == "gold"


def test_quantiles_are_shares_of_existing_customers_below():
    rules = check(CustomerRules, {"tiers": {"top": {"spending": 0.9}}}, "x")
    table = frame(spending=np.arange(10.0))
    assert (with_tiers(table, rules)["tier"] == "top").sum() == 1
    past = pd.concat([table, frame(spending=[1e6]).assign(customer="Z", **{"class": "past"})], ignore_index=True)
    assert with_tiers(past, rules)["tier"].tolist() == [*with_tiers(table, rules)["tier"], ""]


def test_moves_between_tiers_are_counted_among_the_same_customers():
    before = with_tiers(frame(spending=[100.0, 60.0, 10.0, 10.0]), RULES)
    after = with_tiers(frame(spending=[60.0, 60.0, 100.0, 10.0]), RULES)
    found = tier_moves(before, after, RULES)
    assert found.counts.loc["gold", "silver"] == found.counts.loc["standard", "gold"] == 1
    assert found.n == 4
    with pytest.raises(NotInStudyError, match="Independent samples"):
        tier_moves(before, after.assign(customer="x" + after["customer"]), RULES)


def test_those_at_risk_are_ranked_by_reasons_and_spending_with_the_reasons_named():
    table = with_tiers(
        frame(spending=[200.0, 300.0, 400.0, 500.0, 10.0], last_contact=pd.to_datetime(["2026-09-29"] * 3 + ["2026-01-01"] * 2)), RULES
    )
    table[["satisfaction", "change"]] = [[40, -20], [90, np.nan], [90, -15], [np.nan, np.nan], [0, -50]]
    table.loc[0, "tier"] = "gold"
    held = open_complaints(pd.DataFrame({"id": ["7"], "customer": ["C1"], "opened": ["2026-09-30T10:00"], "closed": [""]}), as_of=DAY)
    found = at_risk(table, check(Risk, {"tiers": ["gold"], "satisfaction": 50, "fall": 15, "silent": 90}, "x"), as_of=DAY, complaints=held)
    assert found["customer"].tolist() == ["C0", "C3", "C2", "C1"]  # C4 is no gold customer
    assert found["reasons"].tolist() == ["low satisfaction; falling satisfaction", "no contact", "falling satisfaction", "open complaint"]
    assert found.loc[3, "open_complaint"] == "7"


def test_a_complaint_is_open_until_the_end_of_the_day_on_which_it_closes_or_not():
    table = pd.DataFrame({"id": list("123"), "customer": list("abc"), "opened": ["2026-09-01T10:00"] * 3})
    table["closed"] = ["2026-09-30T23:59", "2026-10-01T00:00", ""]
    assert open_complaints(table, as_of=DAY).index.tolist() == ["b", "c"]


def test_open_complaints_are_found_whatever_form_each_row_writes_its_times_in():
    opened = ["2026-09-01 10:00:00", "2026-09-02", "2026年9月3日", "2026/9/4 10:00", "2026-09-05T10:00+08:00", "2026-09-06T10:00Z"]
    table = pd.DataFrame({"id": list("123456"), "customer": list("abcdef"), "opened": opened, "closed": ""})
    table.loc[5, "closed"] = "2026-09-07T10:00+08:00"
    table = pd.concat([table, table.iloc[:1], table.iloc[1:2].assign(id="7", customer="g", closed="soon")], ignore_index=True)
    held = open_complaints(table, as_of=DAY)
    assert held.to_dict() == {"a": "1", "b": "2", "c": "3", "d": "4", "e": "5"}


def test_a_contact_on_the_day_after_the_period_lies_in_the_future():
    table = pd.DataFrame(
        {"customer": ["a", "b", "c"], "class": "existing", "last_contact": ["2026-09-30T23:59", "2026-10-01", "03/07/2026"]}
    )
    found = accounts_from(table, as_of=DAY)
    assert found.frame["customer"].tolist() == ["a"]
    assert found.aside["rule"].tolist() == ["not a date", "in the future"]
    zoned = accounts_from(table.assign(last_contact=["2026-09-30T20:00Z", "2026-09-01T10:00+08:00", ""]), as_of=DAY)
    assert len(zoned.frame) == 3


def test_reminders_fall_due_before_or_after_their_date():
    days = pd.to_datetime(["2026-10-20", "2026-09-29", "2027-03-01"])
    table = with_tiers(
        frame(spending=[1.0] * 3, warranty_end=days, last_purchase=pd.to_datetime(["2026-09-05", "2026-08-01", "2026-09-30"])), RULES
    )
    rules = {"warranty_end": check(Reminder, {"before": 30}, "x"), "last_purchase": check(Reminder, {"after": 30}, "x")}
    found = reminders(table, rules, as_of=DAY)
    told = [(row["kind"], row["customer"], str(row["due"])[:10]) for row in found.to_dict("records")]
    # the warranty of C1 ended yesterday and that of C2 is far off; C1's thirty days after were over a month ago
    assert told == [("warranty_end", "C0", "2026-09-20"), ("last_purchase", "C0", "2026-10-05"), ("last_purchase", "C2", "2026-10-30")]
    with pytest.raises(DataError, match="no column 'birthday'"):
        reminders(table, {"birthday": check(Reminder, {"after": 1}, "x")}, as_of=DAY)


def test_counts_sum_to_the_whole_by_every_column():
    table = with_tiers(frame(spending=[100.0, 60.0, 10.0]), RULES)
    found = counts(table, ["class", "tier"])
    for _, own in found.groupby("by"):
        assert own.loc[own["segment"] != "all", "n"].sum() == own.loc[own["segment"] == "all", "n"].sum() == 3
        assert own.loc[own["segment"] != "all", "spending_share"].sum() == pytest.approx(1)
