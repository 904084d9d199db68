"""The computed sentences say what the numbers say."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from known_models import structure

from csat_lib.model import RULES
from csat_lib.report import sentences
from csat_lib.report.page import Page
from csat_lib.study import Codebook, Text

PAGES = {tongue: Page(tongue, "demo", "Demo", "2026Q3", Codebook(Text(), {}, {})) for tongue in ("en", "zh")}
PAGE = PAGES["en"]
TREND = pd.DataFrame({"period": ["2026Q2", "2026Q3"], "estimate": [74.6, 76.4], "conf_low": [73.5, 75.3], "conf_high": [75.7, 77.5]})


def move(change, low, high, verdict):
    return pd.DataFrame([{"period": "2026Q2", "estimate": change, "conf_low": low, "conf_high": high, "verdict": verdict}])


@pytest.mark.parametrize(
    ("compared", "words"),
    [
        (move(1.8, 0.3, 3.3, "real"), "Satisfaction rose by 1.8 points to 76.4 since 2026Q2; the rise is real (95 %: 0.3 to 3.3)."),
        (move(-1.8, -3.3, -0.3, "real"), "Satisfaction fell by 1.8 points to 76.4 since 2026Q2; the fall is real (95 %: 0.3 to 3.3)."),
        (move(0.4, -1.1, 1.9, "within noise"), "Satisfaction is 76.4; +0.4 since 2026Q2 is within sampling noise (95 %: −1.1 to +1.9)."),
        (move(np.nan, np.nan, np.nan, "at risk"), "Satisfaction stands at 76.4 (75.3 to 77.5)."),
        (
            move(1.8, np.nan, np.nan, "unknown"),
            "Satisfaction is 76.4; whether +1.8 since 2026Q2 is more than noise is unknown, for want of a standard error.",
        ),
    ],
)
def test_a_change_is_called_what_its_interval_allows(compared, words):
    assert sentences.movement(PAGE, TREND, compared, what="satisfaction") == [words]


def test_a_period_that_was_measured_differently_is_refused_by_name():
    refused = move(np.nan, np.nan, np.nan, "not comparable")
    assert sentences.movement(PAGE, TREND, refused, what="satisfaction") == [
        "Satisfaction stands at 76.4 (75.3 to 77.5).",
        "Satisfaction is not compared with 2026Q2: its questions measured something else then.",
    ]
    assert (
        sentences.movement(PAGES["zh"], TREND, refused, what="satisfaction")[1]
        == "satisfaction不与 2026Q2 比较：其题目当时测量的内容不同。"
    )


def levers(*rows):
    return pd.DataFrame(rows, columns=["driver", "estimate", "conf_low", "conf_high"])


def test_the_first_lever_is_the_largest_gain_among_what_is_important_and_weak():
    gains = levers(("range", 1.5, 1.0, 2.0), ("speed", 1.3, 0.9, 1.7), ("price", 0.9, 0.6, 1.2))
    quadrants = pd.DataFrame({"driver": ["range", "speed", "price"], "quadrant": ["keep up", "improve first", "improve first"]})
    said = sentences.first_lever(PAGE, gains, quadrants, outcome="satisfaction")
    assert said == "Speed is the first lever: 5 points more go with 1.3 (0.9 to 1.7) of satisfaction, all else equal."


def test_without_an_urgent_driver_the_largest_gain_of_all_is_named():
    quadrants = pd.DataFrame({"driver": ["range", "speed"], "quadrant": ["keep up", "keep up"]})
    said = sentences.first_lever(PAGE, levers(("range", 0.2, 0.1, 0.3), ("speed", 0.4, 0.3, 0.5)), quadrants, outcome="loyalty")
    assert said.startswith("Speed is the first lever")


def quality(*ratios, bound=np.nan):
    rows = [("htmt", a, b, ratio, bound, RULES["htmt"].verdict(np.nanmax([ratio, bound]))) for a, b, ratio in ratios]
    return pd.DataFrame(rows, columns=["metric", "construct", "other", "estimate", "conf_high", "verdict"])


def test_constructs_that_cannot_be_told_apart_are_named_with_their_ratio():
    said = sentences.discriminant_validity(PAGE, quality(("quality", "value", 0.91), ("quality", "loyalty", 0.70)))
    assert said == "Quality and value are hard to tell apart (HTMT 0.91; above 0.9): read their paths together."


def test_constructs_that_can_be_told_apart_are_said_to_be():
    assert "largest HTMT 0.70, limit 0.85" in sentences.discriminant_validity(PAGE, quality(("a", "b", 0.70)))


def test_the_sentence_follows_the_verdict_and_names_the_bound_that_decided():
    said = sentences.discriminant_validity(PAGE, quality(("a", "b", 0.88), bound=0.93))
    assert said == "A and b are hard to tell apart (HTMT 0.88, up to 0.93; above 0.9): read their paths together."
    assert sentences.discriminant_validity(PAGE, quality(("a", "b", 0.87))) == "A and b may be hard to tell apart (HTMT 0.87; above 0.85)."


def impacts(*rows):
    return pd.DataFrame(rows, columns=["cause", "effect", "estimate"])


def test_an_outcome_that_nothing_drives_is_said_to_be():
    page = replace(PAGE, structure=structure({"a": ["a1"], "b": ["b1"]}, {"b": ["a"]}, "a"))
    assert sentences.strongest_cause(page, impacts()) == "Nothing drives a in this model."
    assert "index of every cause is undefined" in sentences.strongest_cause(page, impacts(("a", "b", np.nan)))


@pytest.mark.parametrize(("n", "word"), [(1274, "fewer than half"), (2000, "(57 %).")])
def test_a_thin_base_is_a_warning(n, word):
    assert word in sentences.base(PAGE, n, 3535)


def test_a_small_sample_is_said_at_the_top_and_a_large_one_is_not():
    assert "60 respondents are fewer than the 100" in sentences.sample_size(PAGE, 60, minimum=100)[0]
    assert sentences.sample_size(PAGE, 100, minimum=100) == []


@pytest.mark.parametrize("key", sorted(sentences.SAID))
def test_both_languages_say_the_same_numbers(key):
    import string

    english, chinese = ({name for _, name, _, _ in string.Formatter().parse(text) if name} for text in sentences.SAID[key])
    assert english == chinese
