"""The structural model's argument in sentences and short tables: what is admissible is compared, what is not is refused by name."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from known_models import ecsi, mobile, structure, survey_of, truth

from csat_lib.errors import ParamsError
from csat_lib.model import (
    assess,
    compare_estimators,
    fimix,
    fit_pls,
    indirect_effects,
    predict,
    segment_invariance,
    segment_paths,
    wave_invariance,
)
from csat_lib.report import structural
from csat_lib.report.page import Page
from csat_lib.report.reasons import reason
from csat_lib.simulate import responses
from csat_lib.study import Codebook, Text

PAGES = {tongue: Page(tongue, "demo", "Demo", "2026Q3", Codebook(Text(), {}, {})) for tongue in ("en", "zh")}
PAGE = PAGES["en"]


@pytest.fixture(scope="module")
def answers():
    return responses(truth(), 300, seed=91, answers="rounded")


@pytest.fixture(scope="module")
def two_regions(answers):
    """In the south the third item of satisfaction is answered at random: the construct is another one there."""
    south = np.arange(300) >= 150
    odd = answers.copy()
    odd.loc[south, ["s2", "s3"]] = np.random.default_rng(92).integers(1, 11, size=(150, 2)).astype(float)
    return survey_of(odd.assign(region=np.where(south, "south", "north")), list(answers), roles={"region": "segment"})


def test_the_verdicts_name_what_stands_against_each_question(answers):
    quality = assess(fit_pls(answers.assign(q1=np.random.default_rng(93).permutation(answers["q1"])), truth().structure))
    table = structural.verdicts(PAGE, quality).set_index("question")
    assert table.index[0] == "Does it measure?"
    assert table.loc["Does it measure?", "verdict"] != "ok"
    assert "quality" in table.loc["Does it measure?", "detail"]
    assert structural.verdicts(PAGES["zh"], quality)["question"].iloc[0] == "测量可靠吗？"


def test_reliability_has_a_row_for_every_construct_of_several_items_and_none_for_single_ones(answers):
    quality = assess(fit_pls(answers, truth().structure))
    table = structural.reliability(quality).set_index("construct")
    assert set(table.index) == {"image", "quality", "satisfaction"}
    own = quality[(quality["metric"] == "loading") & (quality["construct"] == "quality")]["estimate"]
    assert table.loc["quality", "smallest_loading"] == own.min()
    assert ((table["alpha_low"] < table["alpha"]) & (table["alpha"] < table["alpha_high"])).all()


def test_what_is_doubtful_comes_first():
    quality = pd.DataFrame({"metric": ["htmt", "htmt", "ave"], "estimate": [0.5, 0.95, 0.4], "verdict": ["ok", "above 0.9", "below 0.5"]})
    assert structural.chosen(quality, ["htmt"])["estimate"].tolist() == [0.95, 0.5]


def test_estimators_that_agree_are_said_to(answers):
    said = structural.agreement(PAGE, compare_estimators(answers, truth().structure))
    assert len(said) == 1
    assert "The three estimators agree on" in said[0]


def test_with_one_estimator_withheld_the_two_others_are_named(answers):
    comparison = compare_estimators(answers, truth().structure, how={"mode": {"image": "B"}})
    said = structural.agreement(PAGE, comparison)
    assert said[0].startswith("PLS and consistent PLS agree on ")
    assert said[1] == "Covariance-based SEM is withheld (not estimated): image is formative (mode B)."
    assert structural.agreement(PAGES["zh"], comparison)[1] == "协方差结构方程不予公布（未估计）：image 为形成型潜变量（B 模式）。"


def test_an_inadmissible_estimator_is_withheld_by_name_and_its_paths_are_not_shown(real_data):
    comparison = compare_estimators(mobile(real_data), ecsi())
    said = structural.agreement(PAGE, comparison)
    assert any(each.startswith("Covariance-based SEM is withheld (inadmissible): ") for each in said)
    assert any(each.startswith("Consistent PLS is withheld (inadmissible): ") for each in said)
    assert comparison.paths[["plsc", "cbsem"]].isna().all(axis=None)
    assert any("协方差结构方程不予公布（不可接受）" in each for each in structural.agreement(PAGES["zh"], comparison))


def test_a_construct_that_is_measured_differently_is_refused_by_name(two_regions):
    table = segment_invariance(two_regions, truth().structure, "region", permutations=200, seed=1)
    said = structural.comparable(PAGE, table, by="region")[0]
    assert "egion: not to be compared, because they are measured differently: " in said
    assert "south: satisfaction" in said
    short = structural.invariance(table).set_index(["segment", "construct"])
    assert short.loc[("south", "satisfaction"), "verdict"] == "not comparable"
    assert np.isnan(short.loc[("south", "satisfaction"), "mean_difference"])
    assert np.isfinite(short.loc[("south", "quality"), "mean_difference"])
    assert "satisfaction" in structural.comparable(PAGES["zh"], table, by="region")[0]


def test_paths_through_such_a_construct_are_refused_and_the_others_compared(two_regions):
    table = segment_paths(two_regions, truth().structure, "region", permutations=200, seed=1)
    refused = table[table["verdict"].str.startswith("not comparable")]
    assert refused["estimate"].isna().all()
    assert set(refused["effect"]) >= {"satisfaction", "loyalty"}
    said = structural.differing(PAGE, table, by="region")
    paths = table[table["metric"] == "path"]
    tested = int(paths["p_value"].notna().sum())
    assert 0 < tested < len(paths)
    assert f"{tested} comparisons of paths" in said[0]
    assert said[1].startswith(f"{len(paths) - tested} comparisons of paths are withheld, because these are measured differently: ")
    assert "south: satisfaction" in said[1]


def test_periods_that_are_measured_alike_are_said_to_be(answers):
    surveys = {
        period: survey_of(responses(truth(), 200, seed=seed, answers="rounded"), list(answers))
        for period, seed in (("2026Q2", 94), ("2026Q3", 95))
    }
    table = wave_invariance(surveys, truth().structure, permutations=200, seed=1)
    assert structural.comparable(PAGE, table, by="period")[0].startswith("Periods: every construct is measured alike in all 1 comparisons")


def test_a_group_that_was_not_tested_is_named_with_the_reason(answers):
    survey = survey_of(answers.assign(region=["east"] * 290 + ["west"] * 10), list(answers), roles={"region": "segment"})
    said = structural.comparable(PAGE, segment_invariance(survey, truth().structure, "region", permutations=100, seed=1), by="region")
    assert "west (too few: 10 respondents" in said[-1]


def test_a_table_without_groups_is_refused():
    with pytest.raises(ParamsError, match="with a column segment or period"):
        structural.invariance(pd.DataFrame({"step": ["a"]}))


def test_chains_are_named_by_their_labels(answers):
    effects = indirect_effects(fit_pls(answers, truth().structure), effect="loyalty")
    shown = structural.chains(PAGE, effects)
    assert "quality → satisfaction" in set(shown["via"])
    assert shown["via"].eq("").equals(effects["via"].eq(""))


def test_losses_of_all_questions_together_are_called_so(answers):
    predicted = predict(fit_pls(answers, truth().structure), answers, folds=5, repeats=1, seed=1)
    shown = structural.losses(PAGES["zh"], predicted)
    assert (shown["construct"] == "全部").sum() == 2
    assert set(shown["benchmark"]) == {"线性模型", "均值"}


def test_prediction_and_classes_are_said_with_their_numbers(answers):
    fit = fit_pls(answers, truth().structure)
    predicted = predict(fit, answers, folds=5, repeats=2, seed=1)
    q2 = predicted.items.query("metric == 'q2_predict'")["estimate"]
    said = structural.prediction(PAGE, predicted)
    assert said.startswith(f"Out of sample the model beats the mean on {(q2 > 0).sum()} of {len(q2)} outcome questions")
    found = fimix(fit, answers, classes=range(1, 3), starts=2, seed=1)
    assert found.reason in structural.kinds(PAGE, found)


def test_an_unknown_shape_of_model_does_not_matter():
    """Two constructs of one item each: nothing to be reliable, nothing to tell apart."""
    frame = pd.DataFrame(np.random.default_rng(96).normal(size=(80, 2)).cumsum(axis=1), columns=["a", "b"])
    quality = assess(fit_pls(frame, structure({"x": ["a"], "y": ["b"]}, {"y": ["x"]}, "y")))
    assert structural.reliability(quality).empty
    assert "Does it measure?" not in set(structural.verdicts(PAGE, quality)["question"])


def test_where_every_path_is_withheld_nothing_is_said_to_be_the_same(two_regions):
    table = segment_paths(two_regions, truth().structure, "region", permutations=100, seed=1)
    blind = table.assign(p_value=np.nan, verdict="not comparable: image and quality are measured differently")
    said = structural.differing(PAGE, blind, by="region")
    count = int((table["metric"] == "path").sum())
    assert said == [
        "region: no path was tested.",
        f"{count} comparisons of paths are withheld, because these are measured differently: north: image, quality; south: image, quality.",
    ]


def test_segments_too_few_for_their_paths_are_named_in_both_languages(answers):
    survey = survey_of(answers.assign(region=["east"] * 290 + ["west"] * 10), list(answers), roles={"region": "segment"})
    table = segment_paths(survey, truth().structure, "region", permutations=100, seed=1)
    said = structural.differing(PAGE, table, by="region")
    assert said[0] == "region: no path was tested."
    assert "west (too few: 10 respondents answered all items, 30 are needed)" in said[1]
    assert "west (人数不足：10 人答完全部题目，需 30 人)" in structural.differing(PAGES["zh"], table, by="region")[1]


def test_where_nobody_has_a_segment_that_is_said(answers):
    survey = survey_of(answers.assign(region=None), list(answers), roles={"region": "segment"})
    told = ["region: not tested, because nobody has one."]
    options = {"permutations": 100, "seed": 1}
    assert structural.differing(PAGE, segment_paths(survey, truth().structure, "region", **options), by="region") == told
    assert structural.comparable(PAGE, segment_invariance(survey, truth().structure, "region", **options), by="region") == told


def test_classes_that_the_criteria_want_and_that_overlap_are_no_evidence_for_one_kind(answers):
    found = fimix(fit_pls(answers, truth().structure), answers, classes=[1], starts=1, seed=1)
    guarded = replace(found, reason="AIC3 and CAIC agree on 3, but: classes overlap: entropy below 0.5; 1 instead")
    assert structural.kinds(PAGE, guarded).startswith("The criteria ask for several kinds of customers, but none that could be told apart")
    assert structural.kinds(PAGES["zh"], guarded).endswith("AIC3 与 CAIC 一致支持 3 类，但类别重叠：熵低于 0.5；改取 1 类")
    assert structural.kinds(PAGE, found).startswith("Nothing speaks for unobserved kinds of customers")


def test_the_detail_prints_the_bound_that_decided():
    row = {"metric": "htmt", "construct": "a", "item": "", "other": "b", "estimate": 0.88, "conf_low": 0.8, "conf_high": 0.93}
    table = pd.DataFrame([{**row, "verdict": "above 0.9", "source": ""}])
    assert structural.verdicts(PAGE, table)["detail"].item().endswith("0.88 (up to 0.93)")
    assert structural.verdicts(PAGES["zh"], table)["detail"].item().endswith("0.88（上限 0.93）")


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("BIC (AIC3 says 4, CAIC 2) on 3", "BIC 支持 3 类（AIC3 为 4，CAIC 为 2）"),
        ("rho_A of value is 1.204; a reliability lies between 0 and 1", "value 的 rho_A 为 1.204，信度应在 0 与 1 之间"),
        ("the variance inflation of quality as a cause of loyalty is 12.1", "quality 作为 loyalty 的原因，其方差膨胀因子为 12.1"),
        ("standardised estimate beyond 1: quality -> loyalty (3.27)", "标准化估计超过 1：quality -> loyalty (3.27)"),
        ("not comparable: q1, s2 were not asked of both", "不可比较：q1, s2 并非两组都问"),
        ("something else", "something else"),
    ],
)
def test_reasons_are_told_in_chinese_and_unknown_ones_as_they_are(english, chinese):
    assert reason(english, "zh") == chinese
    assert reason(english, "en") == english
