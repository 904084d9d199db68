"""The sixteen quarters of the simulated company: what was planted is found, and where nothing was planted nothing is."""

import dataclasses
from pathlib import Path

import pytest

from csat_lib.simulate import DEMO, PERIODS, interview, levels
from csat_lib.simulate.company import SEED
from csat_lib.study import load_codebook, load_model
from csat_lib.survey import Survey
from csat_lib.tracking import compare_waves, control_chart, decompose_change, season

PARAMS = Path(__file__).resolve().parents[1] / "params"
EVENTS = {"price rise": ["2024Q2", "2024Q3"], "faster tills": ["2026Q1", "2026Q2", "2026Q3"]}


@pytest.fixture(scope="module")
def surveys(model):
    codebook = load_codebook(PARAMS / "demo" / "codebook.yaml").asked_in("customers")
    items = {name: codebook.items[name] for name in (*model.items, "checkout_speed")}
    about = {name: codebook.attributes[name] for name in ("respondent", "weight", "region", "seconds")}
    codebook = dataclasses.replace(codebook, items=items, attributes=about)
    return {period: Survey.from_frame(interview(DEMO, period, seed=SEED).answers, codebook) for period in PERIODS}


@pytest.fixture(scope="module")
def model():
    return load_model("acsi", root=PARAMS.parent)


@pytest.fixture(scope="module")
def waves(surveys, model):
    return compare_waves(surveys, model, items=["checkout_speed"], at="every", family=["metric", "comparison"])


def change(waves, metric, period, against):
    found = waves.changes
    return found[(found["metric"] == metric) & (found["period"] == period) & (found["against"] == against)].iloc[0]


def test_the_improvement_and_the_drop_are_real_and_as_large_as_planted(waves):
    planted = {period: levels(DEMO, period).set_index("metric")["estimate"] for period in PERIODS}
    pairs = [("satisfaction", "2026Q3", "2025Q3"), ("checkout_speed", "2026Q1", "2025Q4"), ("value", "2024Q2", "2024Q1")]
    for metric, period, against in pairs:
        row = change(waves, metric, period, against)
        assert row["verdict"] == "real", metric
        assert abs(row["estimate"] - (planted[period][metric] - planted[against][metric])) < 3.5 * row["std_error"]


def test_a_construct_that_nothing_moves_does_not_move(waves):
    own = waves.changes.query("metric == 'expectations' and p_value == p_value")
    assert len(own) == 15 + 12
    assert set(own["verdict"]) == {"within noise"}


def test_a_third_of_each_wave_was_asked_before_and_makes_the_change_more_exact(waves):
    row = change(waves, "satisfaction", "2026Q3", "2026Q2")
    two = waves.figures.query("metric == 'satisfaction' and period in ('2026Q2', '2026Q3')")
    assert 250 < row["overlap"] < 420
    assert row["std_error"] < 0.95 * (two["std_error"] ** 2).sum() ** 0.5


def test_the_season_is_found_once_the_events_are_known(waves):
    figures = waves.figures.query("metric == 'satisfaction'")
    found = season(figures, events=EVENTS)
    effects = found.effects.set_index("season")["estimate"]
    assert found.verdict == "season"
    # Planted: fourth quarter -1.2 points and second quarter +.8, so -1.1 and +.9 beside the mean of the year.
    assert effects["Q4"] == pytest.approx(-1.1, abs=0.7)
    assert effects["Q2"] == pytest.approx(0.9, abs=0.7)


def test_the_chart_signals_the_faster_tills_and_nothing_before(waves):
    chart = control_chart(waves.figures.query("metric == 'checkout_speed'"), baseline="2025Q4").set_index("period")
    assert chart.index[chart["signals"].str.contains("beyond 3 sigma")].tolist() == ["2026Q1", "2026Q2", "2026Q3"]


def test_the_price_rise_is_explained_by_value(surveys, model):
    found = decompose_change(surveys["2023Q2"], surveys["2024Q2"], model, by="region", draws=500, seed=1)
    driven = found.terms.query("part == 'driver'").set_index("name")
    assert driven.loc["value", "conf_high"] < 0
    assert driven["estimate"].idxmin() == "value"
    assert driven.loc["quality", "conf_low"] < 0 < driven.loc["quality", "conf_high"]
    assert found.terms["estimate"].sum() == pytest.approx(found.change["estimate"], abs=1e-10)
