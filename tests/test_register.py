"""The complaint register: bad rows are named and kept aside, nothing is lost, open complaints stay open."""

from __future__ import annotations

import pandas as pd
import pytest

from csat_lib.errors import DataError, NotInStudyError, ParamsError
from csat_lib.study import load_study, parse_period
from csat_lib.voice import complaint_figures, load_complaint_settings, load_register, register_from_frame
from csat_lib.voice.complaint_settings import ComplaintSettings

COLUMNS = ["id", "customer", "channel", "category", "product", "severity", "opened", "first_response", "closed", "satisfied"]
GOOD = ["1", "C1", "phone", "price", "dairy", "low", "2026-07-01T10:00", "2026-07-01T10:20", "2026-07-02T10:00", "1"]
PERIOD = parse_period("2026Q3")


def row(**changes):
    return {**dict(zip(COLUMNS, GOOD, strict=True)), **changes}


def register(*rows, settings=None):
    return register_from_frame(pd.DataFrame(rows, columns=COLUMNS, index=range(2, 2 + len(rows))), PERIOD, settings=settings)


def rules(found):
    return dict(zip(found.findings["rule"], found.findings["n"], strict=True))


def test_a_good_row_is_read_as_it_stands():
    found = register(row())
    own = found.complaints.iloc[0]
    assert own["opened"] == pd.Timestamp("2026-07-01 10:00")
    assert own[["satisfied", "responded", "done"]].tolist() == [1.0, True, True]
    assert rules(found) == {}
    assert found.until == pd.Timestamp("2026-10-01")


@pytest.mark.parametrize(
    ("change", "rule", "kept"),
    [
        ({"closed": "2026-06-30T10:00"}, "closed before opened", 1),
        ({"first_response": "2026-06-30T10:00"}, "response before opened", 1),
        ({"closed": ""}, "never closed", 1),
        ({"category": ""}, "no category", 1),
        ({"satisfied": "perhaps"}, "satisfaction not readable", 1),
        ({"closed": "soon"}, "time not readable", 1),
        ({"id": ""}, "no id", 1),
        ({"opened": ""}, "no time of opening", 0),
        ({"opened": "41"}, "no time of opening", 0),
        ({"opened": "2026-10-01T00:00"}, "opened in another period", 0),
    ],
)
def test_a_bad_row_is_named_and_not_lost(change, rule, kept):
    found = register(row(id="9"), row(**change))
    assert rules(found) == {rule: 1}
    assert found.aside["row"].tolist() == [3]
    assert len(found) == 1 + kept
    assert found.rows == 2
    left_out = {"no time of opening", "opened in another period"}
    assert len(found.complaints) + int(found.aside["rule"].isin(left_out).sum()) == found.rows


def test_a_complaint_closed_before_it_was_opened_counts_as_closed_but_gives_no_time():
    found = register(row(id="9"), row(closed="2026-06-30T10:00"))
    assert found.complaints["done"].tolist() == [True, True]
    assert found.complaints["closed"].isna().tolist() == [False, True]
    figures = complaint_figures(found).set_index("metric")
    assert figures.loc["closing_rate", "estimate"] == 100
    assert figures.loc["resolution_median", "n"] == 1


def test_exact_copies_count_once_and_other_values_of_one_id_leave_what_differs_empty():
    found = register(row(), row(), row(id="2"), row(id="2", category="checkout", satisfied="0", opened="2026-07-01T09:00"))
    assert len(found) == 2
    assert rules(found) == {"exact copy": 1, "same id, other values": 2, "no category": 1}
    two = found.complaints.set_index("id").loc["2"]
    assert two["category"] == ""
    assert pd.isna(two["satisfied"])
    assert two["opened"] == pd.Timestamp("2026-07-01 09:00")
    values = found.aside[found.aside["rule"] == "same id, other values"]
    assert sorted(values.loc[values["field"] == "category", "value"]) == ["checkout", "price"]


def test_what_happened_after_the_period_had_not_happened_yet():
    found = register(row(closed="2026-10-05T10:00", first_response="2026-10-02T10:00"))
    assert found.complaints[["responded", "done"]].to_numpy().tolist() == [[False, False]]
    assert rules(found) == {"never closed": 1}


@pytest.mark.parametrize("text", ["2026/07/01 10:00", "2026年7月1日 10:00", "2026-07-01 10:00:00", "2026-07-01T10:00"])
def test_times_are_read_as_people_write_them(text):
    assert register(row(opened=text)).complaints["opened"].iloc[0] == pd.Timestamp("2026-07-01 10:00")


@pytest.mark.parametrize("text", ["03/07/2026 10:00", "13/07/2026 10:00", "03.07.26", "July", "20260701", "now"])
def test_a_date_that_two_readers_read_differently_is_not_read(text):
    assert rules(register(row(id="9"), row(opened=text))) == {"no time of opening": 1}
    assert rules(register(row(id="9"), row(closed=text))) == {"time not readable": 1}


def test_a_stated_time_zone_counts_and_one_that_only_one_time_states_makes_the_other_unreadable():
    zoned = row(opened="2026-07-01T10:00+08:00", first_response="2026-07-01T02:20Z", closed="2026-07-01T06:00+02:00")
    own = register(zoned).complaints.iloc[0]
    assert own["opened"] == pd.Timestamp("2026-07-01 10:00")
    assert own["first_response"] == pd.Timestamp("2026-07-01 10:20")
    assert own["closed"] == pd.Timestamp("2026-07-01 12:00")
    half = register({**zoned, "closed": "2026-07-01T12:00"})
    assert rules(half) == {"time not readable": 1}
    assert half.complaints["done"].tolist() == [True]


def test_a_later_row_of_a_complaint_that_adds_its_closing_closes_it():
    found = register(row(closed="", satisfied=""), row())
    assert found.complaints[["done", "satisfied"]].to_numpy().tolist() == [[True, 1.0]]
    assert rules(found) == {"same id, other values": 2}


@pytest.mark.parametrize(("text", "value"), [("1", 1), ("1.0", 1), ("Yes", 1), ("满意", 1), ("0", 0), ("不满意", 0)])
def test_satisfaction_is_read_in_the_words_of_the_settings(text, value):
    assert register(row(satisfied=text)).complaints["satisfied"].iloc[0] == value


def test_columns_may_be_called_otherwise():
    frame = pd.DataFrame([row()]).rename(columns={"opened": "受理时间", "category": "类别"})
    settings = ComplaintSettings(columns={"opened": "受理时间", "category": "类别"})
    assert register_from_frame(frame, PERIOD, settings=settings).complaints["category"].tolist() == ["price"]


def test_a_missing_column_and_a_register_of_another_period_are_refused():
    with pytest.raises(DataError, match=r"no column 'opened' for opened. Did you mean 'opend'"):
        register_from_frame(pd.DataFrame([row()]).rename(columns={"opened": "opend"}), PERIOD)
    with pytest.raises(DataError, match="none of 1 rows is a complaint opened in 2026Q3"):
        register(row(opened="2025-07-01T10:00"))


def test_causes_come_from_the_row_or_else_from_its_category():
    settings = ComplaintSettings.model_validate({"causes": {"labels": {}}, "categories": {"price": {"cause": "labels"}}})
    assert register(row(), settings=settings).complaints["cause"].tolist() == ["labels"]
    frame = pd.DataFrame([row()]).assign(cause="printer")
    assert register_from_frame(frame, PERIOD, settings=settings).complaints["cause"].tolist() == ["printer"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("promised_minute: 20", "Did you mean 'promised_minutes'"),
        ("monthly_threshold: 5", "write 0.05 for 5 %"),
        ("promised_minutes: 0", "not a number of minutes above 0"),
        ("columns: {opend: x}", "no field 'opend'. Did you mean 'opened'"),
        ("categories: {price: {cause: tags}}\ncauses: {tag: {label: Tags}}", "price: no cause 'tags'. Did you mean 'tag'"),
        ("satisfied: [x]\ndissatisfied: [x]", "means both"),
        ("loyalty: repurchas", "no item 'repurchas' in the codebook. Did you mean 'repurchase'"),
    ],
)
def test_a_mistake_in_the_settings_is_refused_by_key(tiny_project, text, told):
    project = tiny_project(more={"params/shop/complaints.yaml": text})
    with pytest.raises(ParamsError) as refused:
        load_complaint_settings(load_study("shop", root=project))
    assert told in str(refused.value)


def test_every_trades_template_is_a_valid_setting(root, tiny_project):
    for path in sorted((root / "params" / "templates").glob("*/complaints.yaml")):
        project = tiny_project(more={"params/shop/complaints.yaml": path.read_text(encoding="utf-8")})
        assert load_complaint_settings(load_study("shop", root=project)).categories


def test_a_study_without_a_register_says_so(tiny_project):
    with pytest.raises(NotInStudyError, match="has no complaint register"):
        load_register(load_study("shop", root=tiny_project()))
