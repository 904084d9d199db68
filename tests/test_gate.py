"""Means are compared only where the outcome's questions measure the same thing."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from known_models import structure

from csat_lib.report import gate, keyfigures
from csat_lib.simulate import company
from csat_lib.study import load_study
from csat_lib.survey import Survey, load_survey

ODD = ["satisfaction_expectations", "satisfaction_ideal"]


@pytest.fixture(scope="module")
def demo(root, tmp_path_factory):
    """Three quarters of the simulated company, in a project of their own."""
    place = tmp_path_factory.mktemp("demo")
    (place / "params").symlink_to(root / "params")
    company(place, periods=("2026Q1", "2026Q2", "2026Q3"))
    return load_study("demo", "2026Q3", root=place)


@pytest.fixture(scope="module")
def history(demo):
    return {period: gate.survey_of(demo, period) for period in ("2026Q2", "2026Q3")}


def random_answers(survey: Survey, here: np.ndarray) -> Survey:
    """Two of the outcome's three questions answered by the dice in some rows."""
    answers = survey.responses.copy()
    answers.loc[here, ODD] = np.random.default_rng(5).integers(1, 11, size=(int(here.sum()), len(ODD))).astype(float)
    return replace(survey, responses=answers)


@pytest.fixture(scope="module")
def broken(history):
    survey = history["2026Q2"]
    return {**history, "2026Q2": random_answers(survey, np.ones(len(survey), dtype=bool))}


@pytest.fixture(scope="module")
def trend(history):
    return pd.DataFrame({"period": list(history), "estimate": [74.0, 78.0], "std_error": [0.6, 0.6], "conf_low": 73.0, "conf_high": 79.0})


def test_waves_that_measure_alike_are_compared_as_before(demo, history, trend):
    assert gate.unlike_periods(demo, ["2026Q2"], now="2026Q3", history=history) == []
    assert keyfigures.comparisons(demo, trend, history=history).loc[0, ["estimate", "verdict"]].tolist() == [4.0, "real"]


def test_a_wave_that_measured_something_else_is_not_compared(demo, broken, trend):
    moved = keyfigures.comparisons(demo, trend, history=broken).iloc[0]
    assert (moved["period"], moved["verdict"]) == ("2026Q2", "not comparable")
    assert moved[["estimate", "std_error", "conf_low", "conf_high"]].isna().all()


def test_a_refused_change_is_no_figure_of_the_index_page(demo, broken, trend):
    told = keyfigures.metrics(
        trend.assign(n=100), pd.DataFrame(columns=keyfigures.FIGURES), keyfigures.comparisons(demo, trend, history=broken)
    )
    assert "index_change" not in told


def test_a_segment_that_measures_something_else_has_no_index(demo, history):
    survey = history["2026Q3"]
    west = (survey.attributes["region"] == "west").to_numpy()
    before = keyfigures.outcome_by_segment(demo, survey)
    assert "verdict" not in before.columns
    table = keyfigures.outcome_by_segment(demo, random_answers(survey, west)).set_index(["by", "segment"])
    assert table.loc[("region", "west"), "verdict"] == "not comparable"
    assert np.isnan(table.loc[("region", "west"), "estimate"])
    assert table.loc[("", "all"), "verdict"] == ""
    assert np.isfinite(table.loc[("region", "east"), "estimate"])


def test_a_single_item_and_a_study_without_a_model_have_no_gate(demo, broken):
    single = structure({"quality": ["quality_fit", "quality_overall"], "loyalty": ["repurchase"]}, {"loyalty": ["quality"]}, "loyalty")
    for each in (replace(demo, structure=single), replace(demo, structure=None)):
        assert gate.unlike_periods(each, ["2026Q2"], now="2026Q3", history=broken) == []
        assert gate.unlike_segments(each, broken["2026Q2"], "region") == []


def test_the_period_compared_with_is_the_one_the_study_names(demo):
    assert list(keyfigures.compared_waves(demo)) == ["2026Q2", "2026Q3"]
    named = replace(demo, parameters=demo.parameters.model_copy(update={"compare_to": "2026Q1"}))
    waves = keyfigures.compared_waves(named)
    assert list(waves) == ["2026Q1", "2026Q3"]
    assert len(waves["2026Q1"]) == len(load_survey(load_study("demo", "2026Q1", root=demo.paths.root)))
    unknown = replace(demo, parameters=demo.parameters.model_copy(update={"compare_to": "2025Q4"}))
    assert list(keyfigures.compared_waves(unknown)) == ["2026Q3"]
