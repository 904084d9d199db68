"""The figures that head a report."""

import numpy as np
import pytest

from csat_lib.errors import NotInStudyError
from csat_lib.report import keyfigures
from csat_lib.simulate import company
from csat_lib.study import Target, Text, load_study
from csat_lib.survey import load_history, load_survey


@pytest.fixture(scope="module")
def demo(root, tmp_path_factory):
    """Two quarters of the simulated company, in a project of their own."""
    place = tmp_path_factory.mktemp("demo")
    (place / "params").symlink_to(root / "params")
    company(place, periods=("2026Q2", "2026Q3"))
    return load_study("demo", "2026Q3", root=place)


@pytest.fixture(scope="module")
def history(demo):
    return load_history(demo)


@pytest.fixture(scope="module")
def trend(demo, history):
    return keyfigures.outcome_trend(demo, history)


def goal(target, direction="higher"):
    return Target(label=Text(en="x", zh="x"), target=float(target), direction=direction)


@pytest.mark.parametrize(
    ("target", "ends", "verdict"),
    [
        (goal(77), (78.0, 77.2, 78.8), "met"),
        (goal(77), (76.4, 75.2, 77.6), "at risk"),
        (goal(77), (75.0, 74.0, 76.0), "missed"),
        (goal(3, "lower"), (2.0, 1.5, 2.5), "met"),
        (goal(3, "lower"), (4.0, 3.5, 4.5), "missed"),
        (goal(3, "lower"), (np.nan, np.nan, np.nan), "no data"),
    ],
)
def test_a_figure_is_held_against_its_target_with_its_interval(target, ends, verdict):
    assert keyfigures.status(target, *ends) == verdict


def test_a_missing_quarter_is_left_out_of_the_trend_and_the_last_one_stays(trend):
    assert trend["period"].tolist() == ["2026Q2", "2026Q3"]
    assert (trend["conf_low"] < trend["estimate"]).all()
    assert (trend["estimate"] < trend["conf_high"]).all()


def test_the_change_is_the_difference_of_the_two_waves_with_the_error_of_both(demo, trend):
    moved = keyfigures.comparisons(demo, trend).set_index("period").loc["2026Q2"]
    before, now = trend["estimate"]
    assert moved["estimate"] == pytest.approx(now - before, abs=1e-12)
    assert moved["std_error"] == pytest.approx(np.hypot(*trend["std_error"]), abs=1e-12)


def test_self_rated_and_surveyed_degree_are_mixed_forty_to_sixty(demo, history, trend):
    from csat_lib.index import satisfaction

    parts = [satisfaction(survey, demo.grades) for survey in (load_survey(demo, source="self_rated"), history["2026Q3"])]
    staff, customers = (part.query("item == 'all' and metric == 'degree'")["estimate"].item() for part in parts)
    card = keyfigures.scorecard(demo, history["2026Q3"], trend).set_index("metric")
    assert card.loc["satisfaction_degree", "estimate"] == pytest.approx(0.4 * staff + 0.6 * customers, abs=1e-9)


def test_every_target_has_a_row_and_figures_without_one_follow(demo, history, trend):
    card = keyfigures.scorecard(demo, history["2026Q3"], trend)
    assert card["metric"].tolist() == [*demo.parameters.targets, "satisfaction_degree"]
    assert card["verdict"].tolist()[-1] == ""


def test_the_segments_rest_on_the_sample_of_the_headline(demo, history, trend):
    table = keyfigures.outcome_by_segment(demo, history["2026Q3"])
    whole = table[table["segment"] == "all"].iloc[0]
    assert whole["n"] == trend["n"].iloc[-1]
    assert whole["estimate"] == pytest.approx(trend["estimate"].iloc[-1], abs=1e-9)
    assert set(table["by"]) == {"", *demo.parameters.segments}


def test_the_index_page_is_told_whether_the_change_is_real(demo, history, trend):
    compared = keyfigures.comparisons(demo, trend)
    told = keyfigures.metrics(trend, keyfigures.scorecard(demo, history["2026Q3"], trend), compared)
    assert told["index"] == trend["estimate"].iloc[-1]
    assert told["index_change_low"] < told["index_change"] < told["index_change_high"]


def test_what_a_study_does_not_state_is_said(demo):
    told = keyfigures.disclosure(demo).set_index("metric")["detail"]
    assert told["fieldwork"] == "2026-09-02 - 2026-09-21"
    silent = keyfigures.disclosure(load_study("sfo", root=demo.paths.root)).set_index("metric")["detail"]
    assert silent["frame"] == "not stated by the source"


def test_a_study_without_a_model_follows_its_outcome_and_refuses_what_it_lacks(demo, real_data, monkeypatch):
    monkeypatch.setenv("CSAT_REAL_DATA", str(real_data))
    sfo = load_study("sfo", 2014, root=demo.paths.root)
    trend = keyfigures.outcome_trend(sfo, load_history(sfo, periods=1))
    assert trend["estimate"].item() == pytest.approx((4.0070 - 1) / 4 * 100, abs=0.002)
    with pytest.raises(NotInStudyError, match="no items on five grades"):
        _ = sfo.grades
