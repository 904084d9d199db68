"""Key figures against targets; proposals; misses."""

import numpy as np
import pandas as pd
import pytest

from csat_lib.errors import DataError, ParamsError
from csat_lib.study import Target, Text
from csat_lib.study.reader import check
from csat_lib.tracking import misses, propose_targets, scorecard, status


def goal(target, direction="higher", **more):
    return Target(label=Text(en="Index", zh="指数"), target=target, direction=direction, **more)


FIGURES = pd.DataFrame(
    [
        ("2025Q3", "index", 74.0, 73.0, 75.0),
        ("2026Q2", "index", 75.0, 74.0, 76.0),
        ("2026Q3", "index", 78.0, 77.2, 78.8),
        ("2025Q3", "complaint_rate", 10.0, 9.0, 11.0),
        ("2026Q3", "complaint_rate", 8.5, 8.1, 8.9),
    ],
    columns=["period", "metric", "estimate", "conf_low", "conf_high"],
)


@pytest.mark.parametrize(
    ("own", "ends", "verdict"),
    [
        (goal(77), (78, 77.2, 78.8), "met"),
        (goal(77), (78, 76.5, 79.5), "at risk"),
        (goal(77), (75, 74, 76), "missed"),
        (goal(77, tolerance=2), (75, 74, 76), "at risk"),
        (goal(77, tolerance=1.9), (75, 74, 76), "missed"),
        (goal(8, "lower"), (7, 6.5, 7.5), "met"),
        (goal(8, "lower"), (9, 8.5, 9.5), "missed"),
        (goal(77), (77, np.nan, np.nan), "met"),
        (goal(77), (np.nan, np.nan, np.nan), "no data"),
    ],
)
def test_a_figure_is_met_at_risk_missed_or_without_data(own, ends, verdict):
    assert status(own, *ends) == verdict


def test_every_target_is_judged_on_the_last_period():
    card = scorecard(FIGURES, {"index": goal(77), "complaint_rate": goal(8, "lower"), "call_back": goal(95)}, language="zh")
    assert card["verdict"].tolist() == ["met", "missed", "no data"]
    assert card["label"].tolist() == ["指数"] * 3
    assert card["note"].tolist() == ["", "", "no figure 'call_back'"]


def test_goals_of_improvement_are_changes_and_growth_with_intervals():
    targets = {
        "fewer complaints": goal(-20, "lower", formula="growth(complaint_rate)"),
        "better": goal(3, formula="change(index)"),
        "better than last quarter": goal(1, formula="change(index, previous)"),
    }
    card = scorecard(FIGURES, targets).set_index("metric")
    assert card["estimate"].tolist() == pytest.approx([-15.0, 4.0, 3.0])
    assert card["note"].tolist() == ["since 2025Q3", "since 2025Q3", "since 2026Q2"]
    # Growth y2 / y1 - 1 by the delta method: errors .204 of 8.5 and .510 of 10.
    error = 100 * 0.85 * np.hypot((8.9 - 8.1) / (2 * 1.959964) / 8.5, (11 - 9) / (2 * 1.959964) / 10)
    assert card.loc["fewer complaints", "conf_high"] == pytest.approx(-15 + 1.959964 * error, rel=1e-6)
    assert card["verdict"].tolist() == ["at risk", "at risk", "met"]


def test_what_there_is_no_figure_for_is_said_and_the_rest_goes_on():
    targets = {
        "yearly": goal(90, formula="index", period="year"),
        "growth": goal(5, formula="growth(sales)"),
        "index": goal(77),
    }
    card = scorecard(FIGURES, targets).set_index("metric")
    assert card["verdict"].tolist() == ["no data", "no data", "met"]
    assert card.loc["yearly", "note"].startswith("measured by the year, and 2026Q3 is a quarter")
    late = scorecard(FIGURES[FIGURES["period"] == "2026Q3"], {"better": goal(3, formula="change(index)")})
    assert late["note"].item() == "no figure of 2025Q3 to hold 2026Q3 against"


def test_overlapping_targets_are_named_and_still_judged():
    targets = {"index": goal(77), "board": goal(80, formula="index"), "ceiling": goal(75, "lower", formula="index")}
    card = scorecard(FIGURES, targets).set_index("metric")
    assert card["verdict"].tolist() == ["met", "missed", "missed"]
    assert "board sets 80 for the same figure" in card.loc["index", "note"]
    assert "ceiling sets 75 for the same figure: they cannot both be met" in card.loc["index", "note"]


def test_the_average_advanced_target_is_the_mean_of_the_better_half():
    # Mean of 70, 72, 74, 76, 78 is 74; at or above it stand 74, 76 and 78. For complaints 3, 4, 8 the mean is 5: 3 and 4.
    past = pd.DataFrame({"metric": ["index"] * 5 + ["complaints"] * 3, "estimate": [70.0, 72, 74, 76, 78, 3, 4, 8]})
    found = propose_targets(past, directions={"complaints": "lower"}).set_index("metric")
    assert found["target"].tolist() == pytest.approx([76.0, 3.5])
    assert found["advanced"].tolist() == [3, 2]
    assert np.isnan(propose_targets(past.head(1))["target"].item())


def test_misses_come_largest_shortfall_first_with_their_owner():
    owner = Text(en="Service")
    targets = {"index": goal(80), "complaint_rate": goal(4, "lower", owner=owner), "fine": goal(70, formula="index")}
    found = misses(scorecard(FIGURES, targets))
    assert found["metric"].tolist() == ["complaint_rate", "index"]
    assert found["gap"].tolist() == pytest.approx([4.5, 2.0])
    assert found["owner"].tolist() == ["Service", ""]


def test_bad_figures_and_formulas_are_refused():
    with pytest.raises(ParamsError, match="'index' stands there twice in 2026Q3"):
        scorecard(pd.concat([FIGURES, FIGURES.iloc[[2]]]), {"index": goal(77)})
    with pytest.raises(ParamsError, match="figures: no column 'estimate'"):
        scorecard(FIGURES.drop(columns="estimate"), {})
    with pytest.raises(DataError, match="history: no column 'metric'"):
        propose_targets(pd.DataFrame({"estimate": [1.0]}))
    with pytest.raises(ParamsError, match="neither a figure's name nor"):
        check(Target, {"label": "Index", "target": 3, "formula": "rise(index)"}, "study.yaml: targets")
