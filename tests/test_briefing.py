"""The first screen: how much, is it real, why, what to do, and how to read it."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from csat_lib.errors import DataError, NotInStudyError
from csat_lib.report import attempt, briefing, grounds, levels, open_page
from csat_lib.report.attempts import Attempt
from csat_lib.study import load_study, parse_period
from csat_lib.survey import load_survey
from csat_lib.tracking import Decomposition


@pytest.fixture
def study(tiny_project):
    return load_study("shop", root=tiny_project())


@pytest.fixture
def page(study):
    return open_page(study)


def changes(verdict="real", gap=-0.6, status="at risk"):
    return pd.DataFrame(
        [
            ("since 2026Q2", "2026Q2", 1.8, 0.3, 3.3, verdict),
            ("since 2025Q3", "2025Q3", 2.2, 0.6, 3.8, "real"),
            ("against target 77", "", np.nan, gap, gap, status),
        ],
        columns=["label", "period", "estimate", "conf_low", "conf_high", "verdict"],
    )


def trend():
    rows = [("2026Q2", 74.6, 73.5, 75.7), ("2026Q3", 76.4, 75.3, 77.5)]
    return pd.DataFrame(rows, columns=["period", "estimate", "conf_low", "conf_high"])


def ranks(rank=2.0):
    units = [("us", rank, 1.0, 3.0), ("A", 1.0, 1.0, 2.0), ("B", 11.0, 3.0, 12.0)]
    return Attempt(pd.DataFrame([("2026Q3", *each) for each in units], columns=["period", "unit", "rank", "conf_low", "conf_high"]))


def decomposed(*terms):
    frame = pd.DataFrame(terms, columns=["part", "name", "estimate", "conf_low", "conf_high"])
    return Decomposition(**{name: frame if name == "terms" else None for name in Decomposition.__dataclass_fields__})


def test_beside_the_headline_stand_the_distance_to_the_target_and_the_rank_in_words(page):
    table = briefing.compared(page, changes(), ranks())
    assert table["text"].tolist() == ["", "", "0.6 short, at risk", "2nd (1st to 3rd)"]
    assert table["label"].iloc[-1] == "rank of 3"


def test_a_target_that_is_met_is_not_called_short(page):
    assert briefing.compared(page, changes(gap=0.4, status="met"))["text"].iloc[2] == "0.4 above, met"


@pytest.mark.parametrize(("rank", "word"), [(1, "1st"), (3, "3rd"), (4, "4th"), (11, "11th"), (21, "21st"), (112, "112th")])
def test_ranks_are_said_as_one_says_them(page, rank, word):
    assert briefing.compared(page, changes(), ranks(float(rank)))["text"].iloc[-1].startswith(f"{word} (")


def test_without_competitors_there_is_no_rank(page):
    refused = attempt(_refuse)
    assert len(briefing.compared(page, changes(), refused)) == 3


def test_the_answers_say_how_much_why_and_what_to_do_in_that_order(page):
    change = Attempt(decomposed(("driver", "quality", 1.4, 0.5, 2.3), ("mix", "", -0.3, -0.9, 0.3), ("unexplained", "", 0.7, -1.0, 2.0)))
    told = briefing.said(
        page, trend(), changes(), what="satisfaction", change=change, lever=Attempt("Pull here."), actions=Attempt(["Late."])
    )
    assert told[0].startswith("Customer satisfaction rose by 1.8 points to 76.4 since 2026Q2; the rise is real")
    assert told[1:] == ["In that change Perceived quality +1.4 can be told from noise, the other parts cannot.", "Pull here.", "Late."]


def test_a_cause_that_may_be_chance_is_said_to_be_so(page):
    told = briefing.why(page, decomposed(("driver", "quality", 0.5, -0.5, 1.5), ("driver", "value", 0.02, -0.1, 0.1)))
    assert told == "Largest in that change: Perceived quality +0.5; not to be told from noise."


def test_a_refused_part_has_no_sentence(page):
    told = briefing.said(page, trend(), changes(), what="satisfaction", change=attempt(_refuse), lever=attempt(_refuse))
    assert len(told) == 1


def test_the_key_takes_two_lines_and_the_headlines_own_interval(page):
    html = briefing.key(page, half=0.94).html
    assert html.count("<li>") == 2
    assert "<b>± 0.9</b>" in html
    assert "within 0.9 points" in html


def test_alerts_name_what_is_missed_out_of_control_or_really_moved(page):
    card = pd.DataFrame([("index", 74.0, 77.0, "missed"), ("csat", 50.0, 40.0, "met")], columns=["metric", "estimate", "target", "verdict"])
    rows = [("Loyalty", 71.0, 2.0, "real", "signal"), ("Value", 70.0, 0.1, "within noise", "in control")]
    board = pd.DataFrame(rows, columns=["label", "estimate", "previous", "previous_verdict", "control"])
    assert briefing.alerts(page, card, board, before="2026-06") == [
        "Satisfaction index misses its target: 74.0 against 77.",
        "Loyalty is outside its usual up and down (71.0).",
        "Loyalty moved by +2.0 since 2026-06, which is real.",
    ]
    assert briefing.alerts(page, card.tail(1), board.tail(1)) == ["No figure is out of control, and no target is missed."]


def _refuse():
    raise NotInStudyError("There is nobody to be ranked with.")


def test_an_attempt_keeps_a_refusal_and_lets_every_section_say_it():
    refused = attempt(_refuse)
    assert refused.value is None
    again = attempt(len, refused)
    for each in (refused, again):
        with pytest.raises(NotInStudyError, match="nobody to be ranked with"):
            each.get()


def test_an_attempt_lets_mistakes_pass():
    def broken():
        raise DataError("no such file")

    with pytest.raises(DataError):
        attempt(broken)
    assert attempt(len, [1, 2]).get() == 2


def test_levels_of_one_period_have_figures_and_no_change(study, page):
    found = levels.levels(study, {"2026Q3": load_survey(study)})
    board = levels.board(page, found)
    assert "Customer satisfaction" in board["label"].tolist()
    assert board["previous"].isna().all()
    assert set(board["control"]) == {""}
    told = levels.key_metrics(found, "2026Q3")
    assert told["level.satisfaction_low"] < told["level.satisfaction"] < told["level.satisfaction_high"]
    assert 0 <= told["level.csat"] <= 100


def test_degree_and_rate_are_real_only_after_correction_for_all_their_changes():
    rows = [("2025Q3", 50.0), ("2026Q2", 50.0), ("2026Q3", 53.0)]
    figures = pd.DataFrame([(metric, period, value, 1.0) for metric in ("surveyed_degree", "surveyed_rate") for period, value in rows])
    figures.columns = ["metric", "period", "estimate", "std_error"]
    figures.loc[5, "estimate"] = 56.0
    study = SimpleNamespace(period=parse_period("2026Q3"))
    found = levels._moved(figures, study, ["2025Q3", "2026Q2", "2026Q3"], 0.95)
    p = 2 * stats.norm.sf(np.array([3, 3, 6, 6]) / np.sqrt(2))
    np.testing.assert_allclose(found["p_value"], p)
    np.testing.assert_allclose(found["p_adjusted"], [2 * p[0], 2 * p[0], 4 * p[2], 4 * p[2]])
    assert found["verdict"].tolist() == ["within noise", "within noise", "real", "real"]
    assert set(found["correction"]) == {"Holm over 4"}


def levels_of(*moves):
    """A board of three figures with the given changes since the last period."""
    names = ["satisfaction", "complaints", "loyalty"]
    figures = pd.DataFrame(
        {"period": "2026Q3", "metric": names, "estimate": [76.4, 9.7, 71.2], "conf_low": 70.0, "conf_high": 80.0, "n": 80}
    )
    changed = [(name, "previous", change, verdict) for name, (change, verdict) in zip(names, moves, strict=True)]
    told = pd.DataFrame(changed, columns=["metric", "comparison", "estimate", "verdict"])
    return levels.Levels(figures, told, pd.DataFrame(columns=["period", "metric", "signals"]))


def test_what_moved_beside_the_headline_is_said_and_the_headline_is_not_said_twice(page, study, monkeypatch):
    monkeypatch.setattr(briefing, "compared_with", lambda _: "2026Q2")
    found = levels_of((1.8, "real"), (3.5, "real"), (0.8, "within noise"))
    assert briefing.also_moved(page, study, found) == ["Beside it, real since 2026Q2: Customer complaints +3.5 to 9.7."]
    assert briefing.also_moved(page, study, levels_of(*[(0.1, "within noise")] * 3)) == []


def test_the_board_says_of_the_headline_what_the_headline_says(page, study, monkeypatch):
    monkeypatch.setattr(briefing, "compared_with", lambda _: "2026Q2")
    table = levels.board(page, levels_of((1.9, "within noise"), (3.5, "real"), (0.8, "within noise")))
    shown = briefing.as_headlined(page, study, table, trend(), changes()).set_index("label")
    own = shown.loc["Customer satisfaction"]
    assert own[["previous", "previous_verdict", "year_before", "conf_low"]].tolist() == [1.8, "real", 2.2, 75.3]
    assert shown.loc["Customer complaints", "previous"] == 3.5


def test_responses_are_one_row_a_group_with_rates_in_per_cent(page):
    metrics = ["invited", "complete", "response_rate"]
    rows = [
        (by, code, name, value) for by, code in (("", "total"), ("region", "n")) for name, value in zip(metrics, [50, 20, 0.4], strict=True)
    ]
    table, heads = grounds.response_rates(page, pd.DataFrame(rows, columns=["by", "segment", "metric", "estimate"]))
    assert table["label"].tolist() == ["All", "North"]
    assert table["response_rate"].tolist() == [40.0, 40.0]
    assert heads["response_rate"] == "Response rate (RR1),\u00a0%"
