"""What themes have to do with the score: golden against scipy, identities, weights, small cells, and example comments."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from csat_lib.errors import ParamsError
from csat_lib.study import Codebook, Text
from csat_lib.study.codebook import Attribute, Item
from csat_lib.survey import Survey
from csat_lib.voice import code_comments, known_names, read_themes, sentiment, theme_impact, theme_trend, verbatims

THEMES = """\
sentiment: {positive: {en: [fine]}, negative: {en: [long, dear]}}
themes:
  queue: {include: {en: [queue]}, item: speed}
  price: {include: {en: [price]}}
  rare: {include: {en: [roof]}}
"""


@pytest.fixture(scope="module")
def themes(tmp_path_factory):
    path = tmp_path_factory.mktemp("impact") / "themes.yaml"
    path.write_text(THEMES, encoding="utf-8")
    return read_themes(path)


def make(n=400, seed=1, cost=2.0, weights=None):
    """Respondents, two in three with a comment; a queue costs ``cost`` grades of the score."""
    draw = np.random.default_rng(seed)
    queue, price = draw.random(n) < 0.3, draw.random(n) < 0.4
    score = np.clip(np.round(draw.normal(7.5, 1.5, n) - cost * queue), 1, 10)
    text = np.array([("queue long" if q else "") + (", price dear" if p else "") for q, p in zip(queue, price, strict=True)], dtype=object)
    text[text == ""] = "other"
    text[:5] = "the roof leaks"
    text[draw.random(n) < 1 / 3] = ""
    item = {name: Item(name, name, Text(en=name), Text(), 1, high, {}, {}) for name, high in (("score", 10), ("speed", 5))}
    book = Codebook(Text(), item, {"comment": Attribute("comment", "comment", "comment", Text(), {}, {})})
    frame = pd.DataFrame({"score": score, "speed": np.where(queue, 2.0, np.nan), "comment": text})
    return Survey.from_frame(frame, book, weights=weights)


def coded(survey, themes):
    return code_comments(survey.attributes["comment"], themes)


def test_the_gap_is_welchs_as_scipy_has_it(themes):
    survey = make()
    coding = coded(survey, themes)
    row = theme_impact(coding, survey, "score").set_index("theme").loc["queue"]
    y = 100 * (survey.responses["score"] - 1) / 9
    wrote = y[coding.comments.index]
    said = coding.dummies()["queue"]
    found = stats.ttest_ind(wrote[said], wrote[~said], equal_var=False)
    assert row["gap"] == pytest.approx(wrote[said].mean() - wrote[~said].mean())
    assert row["p_value"] == pytest.approx(found.pvalue)
    np.testing.assert_allclose([row["gap_low"], row["gap_high"]], found.confidence_interval(0.95))


def test_share_times_gap_is_the_contribution_with_and_without_weights(themes):
    for weights in (None, pd.Series(np.random.default_rng(2).uniform(0.3, 3, 400))):
        survey = make(weights=weights)
        table = theme_impact(coded(survey, themes), survey, "score").dropna(subset=["gap"])
        np.testing.assert_allclose(table["contribution"], table["share"] * table["gap"])
        assert len(table) == 2


def test_equal_weights_change_nothing_and_others_do(themes):
    plain, equal = make(), make(weights=pd.Series(np.full(400, 3.0)))
    one, two = (theme_impact(coded(survey, themes), survey, "score") for survey in (plain, equal))
    pd.testing.assert_frame_equal(one, two, atol=1e-10)
    heavy = make(weights=pd.Series(np.random.default_rng(2).uniform(0.3, 3, 400)))
    other = theme_impact(coded(heavy, themes), heavy, "score").set_index("theme")
    assert abs(other.loc["queue", "gap"] - one.set_index("theme").loc["queue", "gap"]) > 1e-3


def test_a_planted_cost_is_recovered_and_ranks_first(themes):
    survey = make(n=4000, cost=1.8)
    table = theme_impact(coded(survey, themes), survey, "score")
    first = table.iloc[0]
    assert first["theme"] == "queue"
    assert first["verdict"] == "costs points"
    assert first["gap_low"] < -20 < first["gap_high"]  # 1.8 grades of nine steps
    assert first["lmg_share"] > 0.95
    assert first["lift_low"] > 1
    assert table.set_index("theme").loc["price", "verdict"] == "within noise"


def test_a_theme_costs_points_only_where_it_still_does_after_correction_for_the_number_of_themes(themes):
    every = []
    for seed in range(100, 125):
        survey = make(n=150, seed=seed, cost=0.0)
        every.append(theme_impact(coded(survey, themes), survey, "score"))
    table = pd.concat(every)
    chance = table[(table["p_value"] < 0.05) & (table["p_adjusted"] > 0.05)]
    assert len(chance) > 0
    assert set(chance["verdict"]) == {"within noise"}
    assert set(table.loc[table["p_adjusted"] < 0.05, "verdict"]) <= {"costs points", "brings points"}
    assert set(table.loc[table["p_value"].notna(), "correction"]) == {"Holm over 2"}


def test_a_theme_that_few_mention_has_neither_gap_nor_what_follows_from_it(themes):
    survey = make()
    row = theme_impact(coded(survey, themes), survey, "score").set_index("theme").loc["rare"]
    assert row["n"] < 10
    assert row["verdict"] == "too few"
    assert row[["gap", "contribution", "lift", "lmg"]].isna().all()


def test_everybody_may_be_the_base(themes):
    survey = make()
    coding = coded(survey, themes)
    wrote, everyone = (
        theme_impact(coding, survey, "score", base=base).set_index("theme").loc["queue"] for base in ("comments", "respondents")
    )
    assert wrote["share"] == pytest.approx(coding.dummies()["queue"].mean())
    assert everyone["share"] == pytest.approx(coding.dummies()["queue"].sum() / len(survey))
    assert everyone["n"] == wrote["n"]


@pytest.mark.parametrize(
    ("how", "told"),
    [({"base": "all"}, "No base 'all'"), ({"themes": ["quue"]}, "Did you mean 'queue'"), ({"recommend": "score"}, "not a 0-10 question")],
)
def test_unknown_words_are_refused(themes, how, told):
    survey = make()
    with pytest.raises(ParamsError, match=told):
        theme_impact(coded(survey, themes), survey, "score", **how)


def test_the_trend_counts_weighted_shares_with_wilsons_interval(themes):
    surveys = {"2026Q2": make(seed=1), "2026Q3": make(seed=2)}
    table = theme_trend({period: coded(survey, themes) for period, survey in surveys.items()}, surveys)
    row = table[(table["period"] == "2026Q3") & (table["theme"] == "queue")].iloc[0]
    dummies = coded(surveys["2026Q3"], themes).dummies()
    assert row["estimate"] == pytest.approx(100 * dummies["queue"].mean())
    assert row["conf_low"] < row["estimate"] < row["conf_high"]
    assert row[["mentions", "n"]].tolist() == [dummies["queue"].sum(), len(dummies)]


def test_the_own_answer_goes_before_the_overall_score_and_that_before_words(themes):
    survey = make()
    coding = coded(survey, themes)
    signs = sentiment(coding, survey, overall="score").set_index("theme")
    assert set(signs.loc["queue", "source"]) == {"own score"}
    assert set(signs.loc["queue", "sign"]) == {-1}
    assert set(signs.loc["price", "source"]) == {"overall score"}
    words = sentiment(coding, survey).set_index("theme")
    assert set(words.loc["price", "source"]) == {"words"}
    assert set(words.loc["price", "sign"]) == {-1}


def test_example_comments_are_masked_and_come_from_large_cells_only(themes):
    survey = make()
    texts = survey.attributes["comment"].copy()
    texts[texts.str.startswith("queue", na=False)] = "queue long, Anne Smith, 13800138000, <script>alert(1)</script>"
    coding = code_comments(texts, themes)
    table = verbatims(coding, sentiment(coding, survey), fewest=10, names=known_names(["Anne Smith"]))
    assert set(table["theme"]) == {"queue", "price"}
    queue = table[table["theme"] == "queue"]
    assert queue["comment"].tolist() == ["queue long, [name], [phone], <script>alert(1)</script>"]
    assert (table["n"] >= 10).all()
    assert verbatims(coding, sentiment(coding, survey), fewest=10_000).empty


def test_a_long_comment_is_masked_before_it_is_cut(themes):
    survey = make()
    texts = pd.Series(["queue long " + "x" * 135 + " 13800138000"] * 20)
    coding = code_comments(texts, themes)
    signs = pd.DataFrame({"row": coding.mentions["row"], "theme": "queue", "sign": -1.0, "source": "words"})
    shown = verbatims(coding, signs, fewest=10)["comment"].iloc[0]
    assert len(shown) <= 160
    assert "138" not in shown
    assert len(survey) == 400


def test_the_same_examples_whatever_the_order_of_the_rows(themes):
    survey = make()
    coding = coded(survey, themes)
    turned = code_comments(survey.attributes["comment"].iloc[::-1], themes)
    one, two = (verbatims(each, sentiment(each, survey), fewest=10) for each in (coding, turned))
    pd.testing.assert_frame_equal(one, two)
