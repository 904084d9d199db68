"""The driver analysis in short frames and sentences: what the long tables come to, and what a study lacks is said by name."""

import numpy as np
import pandas as pd
import pytest
from conftest import STUDY, answers
from known_models import survey_of

from csat_lib import drivers
from csat_lib.drivers.asymmetry import fifths
from csat_lib.errors import NotInStudyError
from csat_lib.report import driver_sentences, driving, expectations
from csat_lib.report.driver_words import SAID
from csat_lib.report.page import Page
from csat_lib.study import Codebook, Text, load_study
from csat_lib.survey import load_survey

PAGES = {tongue: Page(tongue, "demo", "Demo", "2026Q3", Codebook(Text(), {}, {})) for tongue in ("en", "zh")}
PAGE = PAGES["en"]
NAMES = ["speed", "price", "advice", "parking"]
HOW = {"draws": 200, "seed": 3}


def answered(n: int, seed: int, slopes=(0.9, 0.5, 0.45, 0.0)) -> pd.DataFrame:
    """Four drivers and an outcome on 1-10; speed matters most, parking not at all."""
    draw = np.random.default_rng(seed)
    X = draw.normal(size=(n, 4)) + 0.5 * draw.normal(size=(n, 1))
    y = X @ np.array(slopes) + draw.normal(size=n)
    whole = np.column_stack([X, y / y.std()])
    return pd.DataFrame(np.clip(np.round(5.5 + 2 * whole), 1, 10), columns=[*NAMES, "overall"])


@pytest.fixture(scope="module")
def survey():
    frame = answered(900, 1)
    return survey_of(frame.assign(region=np.tile(["east", "west", "south"], 300)), [*NAMES, "overall"], roles={"region": "segment"})


@pytest.fixture(scope="module")
def importance(survey):
    return drivers.importance(survey, "overall", NAMES, **HOW)


@pytest.fixture(scope="module")
def differences(survey):
    return drivers.differences(survey, "overall", NAMES, **HOW)


def test_every_sentence_has_the_same_parts_in_both_languages():
    for key, (english, chinese) in SAID.items():
        parts = [sorted({part.split("}")[0] for part in text.split("{")[1:]}) for text in (english, chinese)]
        assert parts[0] == parts[1], key


def test_drivers_that_go_together_are_named_and_others_can_be_told_apart(survey):
    panel = drivers.collinearity(survey, "overall", NAMES)
    said = driver_sentences.apart(PAGE, panel, [*NAMES, "closed"])
    assert said[0].startswith("The drivers can be told from each other: the largest VIF is 1.")
    assert said[-1] == "Left out, because constant, unanswered or determined by the others: closed."
    twins = answered(900, 2)
    twins["price"] = np.where(np.arange(900) % 20 == 0, twins["price"], twins["speed"])
    panel = drivers.collinearity(twins, "overall", NAMES)
    assert "should be read together: speed, price" in driver_sentences.apart(PAGE, panel, NAMES)[0].replace("price, speed", "speed, price")
    assert driving.panel(panel).set_index("driver").loc["speed", "verdict"] == "above 5"


def test_a_sign_against_the_correlation_stands_in_the_panel():
    draw = np.random.default_rng(4)
    x = draw.normal(size=500)
    frame = pd.DataFrame({"a": x, "b": x + 0.4 * draw.normal(size=500)})
    frame["y"] = 2 * frame["a"] - 0.8 * frame["b"] + draw.normal(size=500)
    table = driving.panel(drivers.collinearity(frame, "y", ["a", "b"])).set_index("driver")
    assert table.loc["b", "verdict"] == "above 5" if table.loc["b", "vif"] > 5 else "opposite signs"
    assert "b" in driver_sentences.apart(PAGE, drivers.collinearity(frame, "y", ["a", "b"]), ["a", "b"])[1]


def test_the_first_driver_is_named_with_what_cannot_be_told_from_it(importance, differences):
    said = driver_sentences.leading(PAGE, importance, differences)
    assert said[0].startswith("Speed matters most: ")
    assert "first in 95 % of the resamples or more." in said[0]
    assert said[1] == "Speed explains more than every other driver, also after correction for the number of pairs."
    assert driver_sentences.leading(PAGES["zh"], importance, differences)[0].startswith("speed最重要")


def test_neighbours_in_rank_are_held_against_each_other_the_larger_first(importance, differences):
    table = driving.neighbours(importance, differences)
    assert len(table) == 3
    assert (table["estimate"] >= 0).all()
    assert ((table["conf_low"] <= table["estimate"]) & (table["estimate"] <= table["conf_high"])).all()
    value = importance.set_index("driver")["estimate"]
    np.testing.assert_allclose(table["estimate"], value[table["driver"]].to_numpy() - value[table["other"]].to_numpy())


def test_a_difference_turned_round_changes_its_verdict(survey):
    turned = list(reversed(NAMES))
    own, pairs = (f(survey, "overall", turned, **HOW) for f in (drivers.importance, drivers.differences))
    table = driving.neighbours(own, pairs)
    assert table.iloc[0][["driver", "verdict"]].tolist() == ["speed", "higher"]
    assert (pairs.set_index(["driver", "other"]).loc[("advice", "speed"), "verdict"]) == "lower"


def test_a_second_method_and_a_forest_are_put_beside_the_ranking(survey, importance):
    table = driving.cross_checked(importance, drivers.importance(survey, "overall", NAMES, method="johnson"))
    assert table["johnson_share"].sum() == pytest.approx(1)
    assert table["share"].is_monotonic_decreasing
    assert "Johnson's relative weights" in driver_sentences.cross_check(PAGE, table)
    assert driver_sentences.linear(PAGE, drivers.forest_check(survey, "overall", NAMES, seed=1)).startswith("A line is enough")


def test_dominance_is_counted(survey):
    said = driver_sentences.dominating(PAGE, drivers.dominance(survey, "overall", NAMES, **HOW))
    assert said[0].startswith("Speed dominates every other driver in every model")
    assert "of 6 pairs" in said[1]


def test_asymmetry_sorts_every_driver_and_names_those_left_out(survey):
    table = drivers.asymmetry(survey, "overall", NAMES, cuts="fifths", **HOW)
    assert table["cut_low"].tolist() == [4.0] * len(table)
    said = driver_sentences.asymmetric(PAGE, table, [*NAMES, "closed"])
    named = [name for name in NAMES if any(name in each for each in said)]
    assert named == NAMES
    assert said[-1].endswith("closed.")


@pytest.mark.parametrize(("scale", "cut"), [((1, 5), (2, 5)), ((1, 7), (2, 7)), ((1, 10), (4, 9)), ((0, 10), (3, 9)), ((0, 1), (0, 1))])
def test_the_lowest_two_fifths_and_the_highest_fifth_of_a_scale(scale, cut):
    assert fifths(*scale) == cut


def test_what_is_necessary_is_said_with_its_level():
    x = np.repeat(np.arange(1.0, 11.0), 40)
    y = np.minimum(np.random.default_rng(5).integers(1, 11, size=400), x)
    frame = pd.DataFrame({"need": x, "other": np.random.default_rng(6).integers(1, 11, size=400), "y": y})
    asked = ["need", "other"]
    table = driving.needs(drivers.necessity(frame, "y", asked, ceilings=["ce_fdh"], seed=1), drivers.bottleneck(frame, "y", asked))
    assert table.loc[0, ["driver", "verdict", "at_100"]].tolist() == ["need", "necessary", 100.0]
    assert "Need is necessary" in driver_sentences.necessary(PAGE, table, "y")[0]
    assert "No driver is necessary" in driver_sentences.necessary(PAGE, table[table["driver"] == "other"], "y")[0]


def test_segments_begin_with_the_overall_test_and_end_with_their_sizes(survey):
    found = drivers.importance_by_segment(survey, "overall", NAMES, "region", **HOW)
    said = driver_sentences.segments(PAGE, found, by="region")
    assert said[0].startswith("Overall test: no difference is shown")
    assert said[-1] == "Respondents: east 300, south 300, west 300."
    wide = driving.by_segment(PAGE, found, by="region")
    assert list(wide.columns)[1:4] == ["east_share", "south_share", "west_share"]
    np.testing.assert_allclose(wide.frame[["east_share", "south_share", "west_share"]].sum(), 1)


def test_a_segment_that_works_otherwise_is_named():
    parts = [answered(400, 7), answered(400, 8, slopes=(0.0, 0.5, 0.45, 0.9))]
    frame = pd.concat(parts, ignore_index=True).assign(region=np.repeat(["east", "west"], 400))
    other = survey_of(frame, [*NAMES, "overall"], roles={"region": "segment"})
    found = drivers.importance_by_segment(other, "overall", NAMES, "region", **HOW)
    said = driver_sentences.segments(PAGE, found, by="region")
    assert said[0].startswith("Overall test: the drivers do not work alike")
    assert "east: speed matters more" in said[1]
    assert driving.by_segment(PAGE, found, by="region").frame.set_index("driver").loc["speed", "verdict"] == "differs"


def test_waves_name_what_rose_and_fell_and_show_the_change_in_points():
    waves = {"2024": answered(600, 9), "2025": answered(600, 10), "2026": answered(600, 11, slopes=(0.0, 0.5, 0.45, 0.9))}
    found = drivers.importance_by_wave(waves, "overall", NAMES, **HOW)
    said = driver_sentences.waves(PAGE, found)
    assert said[0].startswith("Overall test: the drivers do not work in 2026 as they did in 2025")
    assert "Over all 3 periods from 2024 to 2026" in said[1]
    assert "speed fell from 2025 to 2026" in said[2]
    assert "parking rose from 2025 to 2026" in said[2]
    wide = driving.by_wave(found)
    row = wide.frame.set_index("driver").loc["parking"]
    explained = found.importance.set_index(["period", "driver"])["estimate"]
    assert row["change"] == pytest.approx(100 * (explained["2026", "parking"] - explained["2025", "parking"]))
    assert wide.frame["driver"].iloc[0] == "parking"


def test_as_many_periods_are_shown_as_a_page_has_room_for():
    quarters = {f"20{24 + k // 4}Q{k % 4 + 1}": answered(200, 20 + k) for k in range(7)}
    found = drivers.importance_by_wave(quarters, "overall", NAMES, draws=100, seed=1)
    columns = list(driving.by_wave(found).columns)
    assert columns == ["driver", *(f"{name}_share" for name in list(quarters)[-5:]), "change", "p_adjusted", "verdict"]


def test_one_period_is_not_compared():
    found = drivers.importance_by_wave({"2026": answered(300, 12)}, "overall", NAMES, **HOW)
    with pytest.raises(NotInStudyError, match="over two periods at least; there is 2026"):
        driving.by_wave(found)


@pytest.mark.parametrize("names", [["speed"], NAMES])
def test_too_few_or_too_many_drivers_are_a_matter_of_the_study(names):
    with pytest.raises(NotInStudyError, match="Dominance compares 2 to 3 drivers; this study has"):
        driving.at_most(3, names, what="Dominance")


MORE = STUDY + "levers: {quality_overall: {cost: 2, ceiling: 4}, value_price: {cost: 1, ceiling: 3}}\nbudget: 6\n"


@pytest.fixture
def shop(tiny_project):
    def made(study: str):
        loaded = load_study("shop", root=tiny_project(study=study, data=answers(200)))
        return loaded, load_survey(loaded)

    return made


def test_a_plan_needs_costs_and_a_budget_and_is_said_with_its_gain(shop):
    study, survey = shop(MORE)
    plan = expectations.plan(study, survey)
    assert plan.spent <= 6 + 1e-9
    said = driver_sentences.planned(PAGE, plan, 6)[0]
    assert said.startswith("A budget of 6 is best spent on raising ")
    assert f"{plan.estimate:.1f}" in said
    with pytest.raises(NotInStudyError, match="This study names no costs"):
        expectations.plan(*shop(STUDY))


def test_a_scenario_takes_the_points_of_the_plan_and_without_one_five_of_the_first_lever(shop):
    study, survey = shop(MORE)
    asked = survey, study.drivers.outcome, study.drivers.items
    importance = drivers.importance(*asked)
    tables = drivers.levers(*asked), drivers.importance_performance(survey, importance)
    points = expectations.plan(study, survey).levers.set_index("driver")["points"]
    assert expectations.scenario(study, survey, *tables) == points[points > 0].to_dict()
    bare = expectations.scenario(*shop(STUDY), *tables)
    assert list(bare.values()) == [5.0]


def test_what_follows_is_the_outcome_and_whatever_it_leads_to_with_the_assumptions(shop):
    study, survey = shop(MORE)
    found = expectations.expected(study, survey, {"quality_overall": 4.0})
    assert found.effects["effect"].tolist() == ["satisfaction", "complaints", "loyalty"]
    assert driver_sentences.expected(PAGE, found)[0].startswith("Raising quality_overall by 4.0 points goes with: satisfaction +")
    for tongue, page in PAGES.items():
        assert driver_sentences.assumptions(page, found) == found.assumptions[tongue].tolist()


def test_a_box_analysis_that_would_take_too_long_is_refused_and_a_slow_one_has_no_intervals(shop, monkeypatch):
    study, survey = shop(STUDY)
    importance = drivers.importance(survey, study.drivers.outcome, study.drivers.items, **HOW)
    monkeypatch.setattr(driving, "BOX_WORK", 1_000)
    assert "top_share_low" not in driving.boxes(study, survey, importance)
    monkeypatch.setattr(driving, "BOX_WORK", 300)
    with pytest.raises(NotInStudyError, match="4 logits of 200 respondents take too long for a page"):
        driving.boxes(study, survey, importance)


def test_the_best_answers_stand_beside_the_average_one(shop):
    study, survey = shop(STUDY)
    importance = drivers.importance(survey, study.drivers.outcome, study.drivers.items, **HOW)
    table = driving.boxes(study, survey, importance)
    assert table["top_at"].unique().tolist() == [9.0]
    np.testing.assert_allclose(table[["average_share", "top_share"]].sum(), 1)
    assert "What makes an answer of 9 or above" in driver_sentences.box_leaders(PAGE, table)[0]
    assert "detractor_share" not in table
