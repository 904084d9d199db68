"""What the tracking notebook follows: wiring over the demonstration company, SFO's published steps, and studies that lack a part."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from csat_lib.errors import NotInStudyError
from csat_lib.report import moved, open_page, tracked
from csat_lib.report.tracking_sentences import movers, steps
from csat_lib.simulate import company
from csat_lib.study import load_study
from csat_lib.survey import load_history

QUARTERS = ["2026Q1", "2026Q2", "2026Q3"]


@pytest.fixture(scope="module")
def demo(root, tmp_path_factory):
    """The demonstration study with three quarters, and few draws."""
    project = tmp_path_factory.mktemp("tracked")
    for name in ("models", "demo"):
        shutil.copytree(root / "params" / name, project / "params" / name)
    text = (project / "params" / "demo" / "study.yaml").read_text(encoding="utf-8")
    (project / "params" / "demo" / "study.yaml").write_text(text.replace("draws: 2000", "draws: 200"), encoding="utf-8")
    company(project, periods=QUARTERS)
    study = load_study("demo", "2026Q3", root=project)
    return study, load_history(study)


def test_the_headline_is_followed_over_every_step_as_one_family(demo):
    found = tracked.steps(*demo)
    assert found.figures["period"].tolist() == QUARTERS
    assert set(found.changes["correction"]) == {"Holm over 2"}
    assert set(found.figures["metric"]) == {"satisfaction"}


def test_the_steps_of_the_waterfall_sum_to_the_change(demo):
    found = tracked.change(*demo)
    assert found.terms["estimate"].sum() == pytest.approx(found.change["estimate"], abs=1e-10)
    named = tracked.named_steps(open_page(demo[0], "zh"), found)
    assert named["label"].iloc[-1] == "总变化"


def test_customers_of_the_panel_are_found_and_told(demo):
    own = moved.movers(*demo)
    assert own.found.n > 300
    assert own.tests["metric"].tolist() == ["bowker", "stuart_maxwell", "stationarity"]
    np.testing.assert_allclose(own.found.matrix.sum(axis=1), 1)
    assert str(int(own.found.n)) in movers(open_page(demo[0]), own)[0]


def test_ranks_and_gaps_come_from_the_competitors(demo):
    assert set(tracked.ranks(*demo)["period"]) == set(QUARTERS)
    assert set(tracked.against(*demo)["competitor"]) == {"A", "B", "C", "D"}


def test_three_quarters_are_too_few_for_a_control_chart_and_a_lead(demo):
    found = tracked.steps(*demo)
    with pytest.raises(NotInStudyError, match="3 periods"):
        tracked.control(demo[0], found)
    with pytest.raises(NotInStudyError, match="at least 12"):
        moved.lead(demo[0], found)


def test_one_period_says_so_and_the_rest_goes_on(tiny_project):
    study = load_study("shop", "2026Q3", root=tiny_project())
    history = load_history(study)
    found = tracked.steps(study, history)
    assert steps(open_page(study), found, found, what="satisfaction") == ["There is one period only: nothing to hold it against yet."]
    for call in (tracked.change, moved.movers):
        with pytest.raises(NotInStudyError, match="one period only"):
            call(study, history)
    with pytest.raises(NotInStudyError, match="nobody to be ranked with"):
        tracked.ranks(study, history)


def test_the_airports_steps_are_those_of_the_published_analysis(root, real_data):
    # Unweighted 2014-15 +.052 (p .026) and 2017-18 -.062 (p .008) of the five-point scale; weighted none; 2013-18 +.058 (p .005).
    study = load_study("sfo", "2018", root=root)
    history = load_history(study)
    plain = tracked.steps(study, history, weighting="none").changes.set_index("period")
    assert plain.index[plain["verdict"] == "real"].tolist() == ["2015", "2018"]
    np.testing.assert_allclose(plain.loc[["2015", "2018"], "estimate"] / 25, [0.052, -0.062], atol=5e-4)
    np.testing.assert_allclose(plain.loc[["2015", "2018"], "p_adjusted"], [0.026, 0.008], atol=5e-4)
    weighted = tracked.steps(study, history).changes
    assert not (weighted["verdict"] == "real").any()
    assert weighted["p_value"].min() == pytest.approx(0.098, abs=5e-4)
    whole = tracked.steps(study, history, span="whole").changes.iloc[0]
    assert (whole["estimate"] / 25, whole["p_value"]) == (pytest.approx(0.058, abs=5e-4), pytest.approx(0.005, abs=5e-4))
    with pytest.raises(NotInStudyError, match="unrelated"):
        moved.movers(study, history)
