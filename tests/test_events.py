"""Known events of a study: read strictly, refused by name, and laid over the periods at hand."""

from __future__ import annotations

import pytest
from conftest import STUDY

from csat_lib.errors import ParamsError
from csat_lib.study import load_study, resolved

EVENT = "events:\n  price_rise: {label: {en: Price rise, zh: 提价}, first: 2026Q1, last: 2026Q2, concerns: [value, satisfaction]}\n"
PERIODS = {f"params/shop/{name}.yaml": f"period: {name}\n" for name in ("2025Q3", "2025Q4", "2026Q1", "2026Q2")}


def told(tiny_project, events=EVENT, more=PERIODS):
    return load_study("shop", "2026Q3", root=tiny_project(study=STUDY + events, more=more))


def test_an_event_covers_its_periods_and_concerns_what_it_names(tiny_project):
    study = told(tiny_project)
    periods = ["2025Q4", "2026Q1", "2026Q2", "2026Q3"]
    assert study.events_in(periods) == {"price_rise": ("2026Q1", "2026Q2")}
    assert study.events_in(periods, of="value") == {"price_rise": ("2026Q1", "2026Q2")}
    assert study.events_in(periods, of="quality") == {}
    assert study.events_in(["2025Q3", "2026Q3"]) == {}
    assert resolved(study.parameters)["events"]["price_rise"]["label"]["zh"] == "提价"


def test_an_event_without_an_end_lasts_and_one_without_names_concerns_all(tiny_project):
    study = told(tiny_project, "events:\n  tills: {label: Tills, first: 2026Q2}\n")
    assert study.events_in(["2026Q1", "2026Q2", "2026Q3"], of="loyalty") == {"tills": ("2026Q2", "2026Q3")}


def test_a_yearly_period_may_be_a_whole_number(tiny_project):
    study = told(tiny_project, "events:\n  strike: {label: Strike, first: 2025}\n", {**PERIODS, "params/shop/2025.yaml": "period: 2025\n"})
    assert study.events_in(["2025Q3", "2026Q3"]) == {"strike": ("2025Q3", "2026Q3")}


def test_a_study_without_events_has_none(tiny_project):
    assert told(tiny_project, "").events_in(["2026Q3"]) == {}


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ("first: 2026Q1", "frist: 2026Q1", r"study.yaml: events: price_rise: unknown key 'frist'. Did you mean 'first'"),
        ("first: 2026Q1", "first: 2026Q9", r"study.yaml: events: price_rise: first: no period '2026Q9'. Did you mean '2026Q"),
        ("last: 2026Q2", "last: 2027Q2", r"study.yaml: events: price_rise: last: no period '2027Q2'"),
        ("last: 2026Q2", "last: 2025Q4", r"price_rise: it ends \(2025Q4\) before it begins \(2026Q1\)"),
        ("[value,", "[valeu,", r"price_rise: concerns: no construct or item 'valeu'. Did you mean 'value'"),
        ("label: {en: Price rise, zh: 提价}, ", "", r"price_rise: the key 'label' is missing"),
        ("events:", "event:", r"unknown key 'event'. Did you mean 'events'"),
    ],
)
def test_a_wrong_event_is_refused_by_name(tiny_project, wrong, right, said):
    with pytest.raises(ParamsError, match=said):
        told(tiny_project, EVENT.replace(wrong, right))


def test_the_demonstration_names_its_price_rise_and_its_tills(root):
    study = load_study("demo", "2026Q3", root=root)
    periods = [str(each) for each in study.periods if each.kind == "quarter"]
    assert study.events_in(periods, of="value")["price_rise"] == ("2024Q2", "2024Q3")
    assert study.events_in(periods, of="quality") == {"faster_tills": ("2026Q1", "2026Q2", "2026Q3")}
    assert study.events_in(periods, of="expectations") == {}
