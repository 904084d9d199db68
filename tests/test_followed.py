"""What the tracking page says of the whole span: the planted improvement, the planted drop and the season, in computed sentences."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from conftest import PERIOD, STUDY, answers

from csat_lib.errors import NotInStudyError
from csat_lib.report import followed, open_page, tracked
from csat_lib.report.charts import trend
from csat_lib.report.movement_sentences import moves, season, unexplained
from csat_lib.report.tracking_sentences import steps
from csat_lib.simulate import DEMO, PERIODS, interview
from csat_lib.simulate.company import SEED
from csat_lib.stats import holm
from csat_lib.study import load_study
from csat_lib.survey import Survey, load_history
from csat_lib.tracking import Season


@pytest.fixture(scope="module")
def study(root):
    return load_study("demo", "2026Q3", root=root)


@pytest.fixture(scope="module")
def history(study):
    """The demonstration's sixteen quarters, without the checks that drop who rushed."""
    codebook = study.codebook.asked_in("customers")
    items = {name: codebook.items[name] for name in study.structure.items}
    about = {name: codebook.attributes[name] for name in ("respondent", "weight", "region")}
    book = dataclasses.replace(codebook, items=items, attributes=about)
    found = {}
    for period in PERIODS:
        table = interview(DEMO, period, seed=SEED).answers
        found[period] = Survey.from_frame(table[table["seconds"] >= table["seconds"].median() / 3], book)
    return found


@pytest.fixture(scope="module")
def moved(study, history):
    return followed.movements(study, history)


def test_all_steps_are_one_family_and_all_yearly_changes_another(moved):
    p = moved.changes[moved.changes["p_value"].notna()]
    assert p.groupby("comparison")["correction"].unique().map(list).to_dict() == {
        "previous": ["Holm over 90"],
        "year_before": ["Holm over 72"],
    }
    for _, family in p.groupby("comparison"):
        np.testing.assert_allclose(family["p_adjusted"], holm(family["p_value"].to_numpy()))


def test_the_page_says_the_drop_and_the_improvement_with_the_events_they_fall_on(study, moved):
    said = moves(open_page(study), study, moved)
    assert said[0].startswith("6 figures over 16 periods, 2022Q4 to 2026Q3")
    steps_said, yearly = said[3:5]
    assert "Holm over 90" in steps_said
    assert "Perceived value: 2024Q1 to 2024Q2 (−4.0; start of Price rise)" in steps_said
    assert "Holm over 72" in yearly
    assert "Customer satisfaction: 2025Q3 to 2026Q3 (+3." in yearly
    assert "start of Faster tills" in yearly
    chinese = moves(open_page(study, "zh"), study, moved)
    assert "感知价值：2024Q1 至 2024Q2（−4.0；提价开始）" in chinese[3]
    assert "Holm 法，90 项比较" in chinese[3]


def test_the_page_says_the_season_with_the_events_allowed_for(study, moved):
    page = open_page(study)
    found, table = followed.headline_season(study, moved), followed.seasons(study, moved)
    spans = followed.events(page, study, PERIODS, of="satisfaction")
    said = season(page, found, spans, table, what="satisfaction")
    assert found.verdict == "season"
    assert said[0].startswith("Customer satisfaction has a season (p 0.0")
    assert "best Q2" in said[0]
    assert "worst Q4" in said[0]
    assert said[1] == "Allowed for as known events: Price rise (2024Q2 to 2024Q3), Faster tills (2026Q1 to 2026Q3)."
    assert said[2].startswith("Of the 5 other figures, taken alone")
    table = table.set_index("metric")
    assert table.loc["satisfaction", "p_adjusted"] == table.loc["satisfaction", "p_value"]
    others = table.drop(index="satisfaction")
    np.testing.assert_allclose(others["p_adjusted"], holm(others["p_value"].to_numpy()))
    chinese = open_page(study, "zh")
    known = followed.events(chinese, study, PERIODS, of="satisfaction")
    assert "提价（2024Q2 至 2024Q3）" in season(chinese, found, known, table.reset_index(), what="satisfaction")[1]


def test_without_its_events_the_season_is_another_and_the_page_says_that_none_is_known(study, moved):
    silent = dataclasses.replace(study, parameters=study.parameters.model_copy(update={"events": {}}))
    page = open_page(silent)
    with_events, without = followed.headline_season(study, moved), followed.headline_season(silent, moved)
    assert without.p_value > with_events.p_value
    assert "No known event is allowed for" in season(page, without, {}, followed.seasons(silent, moved), what="satisfaction")[1]
    assert not any("Price rise" in each for each in moves(page, silent, moved))


def test_an_event_outside_the_waves_or_over_all_of_them_does_no_harm(study, moved):
    event = study.parameters.events["price_rise"]
    whole = event.model_copy(update={"first": "2022Q4", "last": None, "concerns": ()})
    late = dict(study.parameters.events)
    odd = dataclasses.replace(study, parameters=study.parameters.model_copy(update={"events": {**late, "whole": whole, "twin": event}}))
    assert followed.headline_season(odd, moved).p_value == pytest.approx(followed.headline_season(study, moved).p_value)
    two = dataclasses.replace(moved, figures=moved.figures[moved.figures["period"] >= "2025Q1"])
    assert followed.headline_season(study, two).verdict.startswith("season cannot be told from change")


def test_a_missing_quarter_is_named_and_the_rest_goes_on(study, history):
    gone = {period: survey for period, survey in history.items() if period != "2025Q2"}
    found = followed.movements(study, gone)
    said = moves(open_page(study), study, found)
    assert "Periods without a survey between 2025Q1 and 2025Q3: 1." in said
    assert "Perceived value: 2024Q1 to 2024Q2" in said[3]
    assert followed.headline_season(study, found).effects["season"].tolist() == ["Q1", "Q2", "Q3", "Q4"]


def test_a_changed_scale_is_not_compared_and_named(study, history):
    item = history["2024Q1"].codebook.items["value_price"]
    book = history["2024Q1"].codebook
    other = dataclasses.replace(book, items={**book.items, "value_price": dataclasses.replace(item, high=12.0)})
    two = {"2023Q4": dataclasses.replace(history["2023Q4"], codebook=other), "2026Q2": history["2026Q2"], "2026Q3": history["2026Q3"]}
    said = moves(open_page(study), study, followed.movements(study, two))
    assert any(each.startswith("Not compared: Perceived value, 2023Q4 – 2026Q2: value_price runs from 1 to 12") for each in said)


def test_one_period_says_so(tiny_project):
    study = load_study("shop", root=tiny_project())
    history = load_history(study)
    found = followed.movements(study, history)
    assert moves(open_page(study), study, found) == ["There is one period only: nothing to hold it against yet."]
    told = season(open_page(study, "zh"), followed.headline_season(study, found), {}, followed.seasons(study, found), what="satisfaction")
    assert told[0].startswith("此处无法区分季节与变化：")
    with pytest.raises(NotInStudyError, match="one period only"):
        tracked.change(study, history, against="year_before")


def test_a_study_without_a_model_follows_its_outcome_and_drivers(tiny_project):
    more = {f"params/shop/{name}.yaml": f"period: {name}\n" for name in ("2026Q1", "2026Q2")}
    more |= {f"data/shop/customers/{name}.csv": answers(seed=place) for place, name in enumerate(("2026Q1", "2026Q2"), start=5)}
    study = load_study("shop", "2026Q3", root=tiny_project(study=STUDY.replace("model: acsi\n", ""), period=PERIOD, more=more))
    found = followed.movements(study, load_history(study))
    assert set(found.figures["metric"]) == {"satisfaction_overall", "quality_overall", "value_price"}
    said = moves(open_page(study), study, found)
    assert said[1].startswith("This study has no model")
    assert said[3] == "No period has a survey of the same period a year before."
    with pytest.raises(NotInStudyError, match="a year before 2026Q3"):
        tracked.change(study, load_history(study), against="year_before")


def test_the_unexplained_is_told_with_its_interval_and_the_error_of_the_answers(study, history):
    settings = study.parameters.model_copy(update={"bootstrap": study.parameters.bootstrap.model_copy(update={"draws": 200})})
    found = tracked.change(dataclasses.replace(study, parameters=settings), history, against="year_before")
    said = unexplained(open_page(study), found)
    rest = found.parts.set_index("part").loc["unexplained"]
    assert said[0].startswith(f"Unexplained: +{rest['estimate']:.1f} of +{found.change['estimate']:.1f} (95")
    assert "mean direct effect on Customer satisfaction" in said[1]
    assert "consistent PLS" in said[3]
    assert found.corrected > found.terms.loc[found.terms["part"] == "driver", "estimate"].sum()
    assert "一致性 PLS" in unexplained(open_page(study, "zh"), found)[3]


def test_the_trend_shades_the_events_and_its_words_name_them(study, moved):
    page = open_page(study)
    figures = moved.figures[moved.figures["metric"] == "satisfaction"]
    drawn = trend(page, figures, events=followed.events(page, study, figures["period"], of="satisfaction"))
    assert "Shaded: Price rise (2024Q2 to 2024Q3), Faster tills (2026Q1 to 2026Q3)." in drawn.html
    assert ">Price rise<" in drawn.html
    plain = trend(page, figures, events={"Strike": ["2019Q1"]})
    assert "Strike" not in plain.html
    assert "Shaded" not in plain.html


def test_which_of_the_airports_steps_are_shown_and_why(root, real_data):
    airport = load_study("sfo", "2018", root=root)
    years = load_history(airport)
    weighted, plain = tracked.steps(airport, years), tracked.steps(airport, years, weighting="none")
    whole = tracked.steps(airport, years, span="whole")
    said = steps(open_page(airport), weighted, plain, what="overall", whole=whole)
    assert "none of the 5 steps between waves is real after correction (Holm over 5); the smallest raw p is 0.098" in said[0]
    assert "2013 to 2018: +1.4 (p 0.005), real" in said[1]
    assert said[-1].startswith("Shown with the survey weights, which bring the sample to the population's shares. Without them:")
    assert "2 of 5 steps between waves: 2014 to 2015 (+1.3), 2017 to 2018 (−1.5)." in said[-1]


def test_a_season_that_cannot_be_told_is_explained_in_both_languages(study):
    nothing = Season(
        pd.DataFrame(columns=["season", "estimate"]),
        pd.DataFrame(),
        np.nan,
        (0, 0),
        np.nan,
        np.nan,
        "season cannot be told from change: 8 waves over 2.0 years, 3 years with every quarter are needed",
    )
    for language, words in (("en", "8 waves over 2.0 years"), ("zh", "2.0 年间仅有 8 期，需 3 年且各期齐全")):
        assert words in season(open_page(study, language), nothing, {}, pd.DataFrame(), what="satisfaction")[0]


def test_where_the_wave_before_is_that_of_a_year_before_the_page_says_so(root, real_data):
    airport = load_study("sfo", "2018", root=root)
    years = {period: survey for period, survey in load_history(airport).items() if period >= "2017"}
    found = followed.movements(airport, years)
    assert "The wave before is that of a year before." in moves(open_page(airport), airport, found)
    clear = followed.clearest(open_page(airport, "zh"), found, least=3)
    assert len(clear) == 3
    assert set(clear["correction"]) == {"Holm 法，9 项比较"}
    assert clear["p_adjusted"].is_monotonic_increasing
    assert "独立样本" in followed.note(open_page(airport, "zh"), found)
