"""Charts and sentences of the tracking notebook: they say what the numbers say, in both languages, and hide what is small."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from csat_lib import tracking
from csat_lib.errors import ParamsError
from csat_lib.report import charts, tracking_words, words
from csat_lib.report.charts.transitions import hidden_grades
from csat_lib.report.charts.waterfall import step_label
from csat_lib.report.language import PHRASES
from csat_lib.report.moved import Lead, Movers
from csat_lib.report.movement_sentences import season
from csat_lib.report.page import Page
from csat_lib.report.tracking_sentences import against, lead, movers, steps
from csat_lib.study import Codebook, Text, load_model
from csat_lib.study.codebook import Attribute, Item
from csat_lib.tracking.season import Season


def make_page(tongue="en"):
    labels = {5: Text(en="very satisfied", zh="很满意"), 4: Text(en="satisfied", zh="满意"), 3: Text(en="neutral", zh="一般")}
    item = Item("grade", "grade", Text(en="Overall grade", zh="总体评级"), Text(), 3, 5, labels, {})
    rivals = {"A": Text(en="Rival A", zh="对手甲"), "B": Text(en="Rival B", zh="对手乙")}
    rival = Attribute("competitor", "competitor", "segment", Text(), rivals, {})
    return Page(tongue, "demo", "Demo", "2026Q3", Codebook(Text(), {"grade": item}, {"competitor": rival}), load_model("acsi"))


@pytest.fixture(params=["en", "zh"])
def page(request):
    return make_page(request.param)


def bars():
    rows = [
        ("before", "", 73.2, 0.0, 73.2, np.nan, np.nan),
        ("driver", "quality", 1.4, 73.2, 74.6, 0.6, 2.2),
        ("driver", "value", -0.3, 74.6, 74.3, -1.0, 0.4),
        ("mix", "", 0.1, 74.3, 74.4, -0.1, 0.3),
        ("unexplained", "", 0.8, 74.4, 75.2, -0.2, 1.9),
        ("after", "", 75.2, 0.0, 75.2, np.nan, np.nan),
    ]
    return pd.DataFrame(rows, columns=["part", "name", "estimate", "start", "end", "conf_low", "conf_high"])


def moves(counts=((40, 20, 10), (20, 40, 20), (6, 10, 14))):
    found = tracking.transitions_from_counts(pd.DataFrame(counts, index=[5, 4, 3], columns=[5, 4, 3]), values=[5, 4, 3])
    return Movers(
        "grade",
        "2026Q2",
        "2026Q3",
        found,
        tracking.transition_intervals(found, draws=200, seed=1),
        tracking.gains_by_origin(found, draws=200, seed=1),
        tracking.transition_tests(found),
    )


def chart_frame(signals=("", "", "", "", "", "", "", "beyond 3 sigma; CUSUM")):
    y = np.array([73.0, 73.4, 72.8, 73.1, 73.3, 72.9, 73.2, 76.8])
    frame = pd.DataFrame({"period": [f"202{4 + place // 4}Q{place % 4 + 1}" for place in range(8)], "estimate": y, "signals": signals})
    return frame.assign(centre=73.4, limit_low=71.4, limit_high=75.4, chart="xbar", metric="satisfaction")


def rank_frame():
    rows = [(period, unit, rank) for period in ("2026Q2", "2026Q3") for rank, unit in enumerate(("us", "A", "B"), 1)]
    return pd.DataFrame(rows, columns=["period", "unit", "rank"]).assign(conf_low=1.0, conf_high=3.0)


def drawn(exhibit):
    """The texts of a figure."""
    return [text.strip() for text in re.findall(r">([^<>]+)</text>", exhibit.html) if text.strip()]


def test_a_waterfall_names_its_steps_and_which_are_beyond_chance():
    exhibit = charts.waterfall(make_page(), bars(), what="satisfaction", before="2025Q4", after="2026Q1")
    texts = drawn(exhibit)
    assert {"2025Q4", "Perceived quality", "Mix of segments", "Unexplained", "2026Q1", "+1.4", "75.2"} <= set(texts)
    assert "Beyond chance: Perceived quality +1.4." in exhibit.html
    assert exhibit.text == "Waterfall of Customer satisfaction from 73.2 to 75.2 (+2.0) in 4 steps"


def test_a_waterfall_without_clear_steps_says_so(page):
    quiet = bars().assign(conf_low=-1.0, conf_high=2.0)
    assert PHRASES["waterfall_none"][page.language == "zh"] in charts.waterfall(page, quiet).html


def test_parts_of_a_segment_carry_the_segment_in_their_label():
    assert step_label(make_page(), "mix", "north") == "Mix of segments: north"
    assert step_label(make_page(), "driver", "value") == "Perceived value"
    assert step_label(make_page("zh"), "before", "") == "前期"


def test_a_transition_chart_prints_shares_by_the_labels_of_the_codebook():
    texts = drawn(charts.transitions(make_page(), moves().intervals, item="grade"))
    # 40 of 70, 40 of 80 and 14 of 30 stayed.
    assert {"57\u00a0%", "50\u00a0%", "47\u00a0%", "very satisfied", "n = 70"} <= set(texts)


def test_a_small_origin_takes_the_next_one_with_it():
    table = moves(((40, 20, 10), (20, 40, 20), (1, 2, 4)))
    page = make_page()
    assert hidden_grades(page, table.intervals.query("metric == 'probability'")) == {"3", "5"}
    exhibit = charts.transitions(page, table.intervals, item="grade")
    assert "n = 7" not in drawn(exhibit)
    assert "n = 70" not in drawn(exhibit)
    assert "neutral" in exhibit.html
    hidden = [line for line in exhibit.csv.splitlines() if line.startswith("probability,3")]
    assert all(line.endswith(",,,,,,True") for line in hidden)


def test_a_control_chart_names_the_points_that_give_a_signal():
    exhibit = charts.control(make_page(), chart_frame(), what="satisfaction")
    assert "Signals: 2025Q4 (beyond the limits, CUSUM)." in exhibit.html
    assert exhibit.text.endswith("1 of them give a signal")
    assert "No point gives a signal" in charts.control(make_page(), chart_frame([""] * 8)).html


def test_a_control_chart_of_two_figures_is_refused():
    both = pd.concat([chart_frame(), chart_frame().assign(metric="value")])
    with pytest.raises(ParamsError, match="shows one metric"):
        charts.control(make_page(), both)


def test_a_chart_of_ranks_says_where_we_stand_and_how_sure_that_is():
    exhibit = charts.ranks_over_time(make_page(), rank_frame(), what="satisfaction")
    assert {"We", "Rival A", "Rival B", "1", "2", "3"} <= set(drawn(exhibit))
    assert "rank 1 of 3 in 2026Q3" in exhibit.html
    assert "from 1 to 3" in exhibit.html


@pytest.mark.parametrize("draw", ["waterfall", "transitions", "control", "ranks_over_time"])
def test_every_chart_refuses_a_frame_without_its_columns_and_survives_an_empty_one(page, draw):
    chart = getattr(charts, draw)
    with pytest.raises(ParamsError, match="missing"):
        chart(page, pd.DataFrame({"x": [1]}))
    frames = {"waterfall": bars(), "transitions": moves().intervals, "control": chart_frame(), "ranks_over_time": rank_frame()}
    assert chart(page, frames[draw].head(0)).kind == "note"
    assert chart(page, frames[draw]).kind == "figure"


def test_movers_are_told_with_regression_to_the_mean(page):
    said = " ".join(movers(page, moves()))
    assert "180" in said
    assert "52" in said  # 94 of 180 kept their grade
    assert PHRASES["movers_only_regression"][page.language == "zh"] in said


def test_every_finding_about_a_chain_has_words(page):
    for counts in (
        ((5, 0, 0), (1, 3, 2), (0, 0, 4)),
        ((5, 2, 0), (0, 0, 0), (2, 3, 4)),
        ((0, 5, 0), (5, 0, 0), (1, 1, 1)),
        ((0, 5, 0), (5, 0, 0), (0, 0, 0)),
    ):
        found = tracking.transitions_from_counts(pd.DataFrame(counts, index=[5, 4, 3], columns=[5, 4, 3]), values=[5, 4, 3])
        gained = tracking.gains_by_origin(found, draws=100, seed=1)
        moved = Movers("grade", "a", "b", found, pd.DataFrame(), gained, pd.DataFrame())
        assert len(movers(page, moved)) >= 3 + len(found.findings)
        assert {f"found_{rule.replace(' ', '_')}" for rule in found.findings["rule"]} <= set(PHRASES)


def test_a_lead_is_told_and_never_called_a_cause():
    rng = np.random.default_rng(4)
    x = rng.normal(size=40)
    y = np.concatenate([[0.0], 2 * x[:-1]]) + 0.3 * rng.normal(size=40)
    quarters = [f"{year}Q{quarter}" for year in range(2016, 2026) for quarter in (1, 2, 3, 4)]
    index = pd.DataFrame({"period": quarters, "estimate": np.cumsum(x)})
    pair = tracking.paired(index, pd.DataFrame({"period": quarters, "value": np.cumsum(y)}))
    found = Lead(pair, tracking.cross_correlation(pair, lags=2), tracking.granger(pair), tracking.forecast_gain(pair))
    said = lead(make_page(), found)
    assert "at lag 1" in said[0]
    assert "the index's past helps" in said[1]
    assert said[-1] == "Correlation, even at a lag, is not cause."
    assert lead(make_page("zh"), found)[-1] == "相关（即使有滞后）不等于因果。"


def wave_table(p, weights="same"):
    changes = pd.DataFrame({"against": ["2025", "2026"], "period": ["2026", "2027"], "estimate": [1.0, 2.0], "p_value": p})
    changes = changes.assign(p_adjusted=np.array(p) * 2, detectable=1.5, correction="Holm over 2")
    changes["verdict"] = np.where(changes["p_adjusted"] < 0.05, "real", "within noise")
    figures = pd.DataFrame({"period": ["2025", "2026", "2027"], "estimate": [70.0, 71, 73 if weights == "same" else 73.5]})
    return tracking.Waves(figures, changes, "", 0.95)


def test_steps_are_told_with_and_without_weights():
    said = steps(make_page(), wave_table([0.2, 0.4]), wave_table([0.2, 0.001], "other"), what="satisfaction")
    assert "none of the 2 steps" in said[0]
    assert "smallest raw p is 0.200" in said[0]
    assert (
        "Without them: Customer satisfaction: real after correction (Holm over 2): 1 of 2 steps between waves: 2026 to 2027 (+2.0)."
        in said[2]
    )
    alone = steps(make_page(), wave_table([0.2, 0.4]), wave_table([0.2, 0.4]), what="satisfaction")
    assert alone[-1] == "There are no survey weights: every answer counts alike."


def test_season_and_competitors_are_told(page):
    effects, one = pd.DataFrame({"season": ["Q1", "Q2"], "estimate": [1.0, -1.0]}), pd.DataFrame()
    assert "Q1" in season(page, Season(effects, one, 5.0, (1, 9), 0.01, 1.0, "season"), {}, one, what="satisfaction")[0]
    nothing = Season(effects.head(0), one, np.nan, (0, 0), np.nan, np.nan, "season cannot be told from change: too few")
    assert "too few" in season(page, nothing, {}, one, what="satisfaction")[0]
    gaps = pd.DataFrame({"p_adjusted": [0.01, 0.5, np.nan], "verdict": ["ahead", "no difference seen", "too few"]})
    assert "2" in against(page, gaps)[0]


def test_every_word_is_there_in_both_languages():
    for table in (tracking_words.PHRASES, tracking_words.HEADINGS, tracking_words.METRICS):
        for english, chinese in table.values():
            assert english.strip()
            assert chinese.strip()
            assert set(re.findall(r"{(\w+)}", english)) == set(re.findall(r"{(\w+)}", chinese))
    assert words.HEADINGS["lag"][0] == "Index leads by"
