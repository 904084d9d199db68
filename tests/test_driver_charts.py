"""Charts of the driver analysis: what they say, in both languages, and what they refuse."""

import re

import numpy as np
import pandas as pd
import pytest

from csat_lib.errors import ParamsError
from csat_lib.report import charts, driver_words, language, words
from csat_lib.report.page import Page
from csat_lib.study import Codebook, Text

NAMES = ["checkout", "range", "staff", "price"]


@pytest.fixture(params=["en", "zh"])
def page(request):
    return Page(request.param, "demo", "Demo", "2026Q3", Codebook(Text(), {}, {}))


def asymmetry_frame():
    return pd.DataFrame(
        {
            "driver": NAMES,
            "estimate": [-0.6, 0.5, 0.02, 1.0],
            "conf_low": [-0.8, 0.3, -0.3, 0.2],
            "conf_high": [-0.4, 0.7, 0.4, 1.0],
            "range": [22.0, 15.0, 9.0, 4.0],
            "range_low": [20.0, 12.0, 7.0, 1.0],
            "range_high": [24.0, 18.0, 11.0, 7.0],
            "verdict": ["dissatisfier", "satisfier", "undecided", "sign not interpretable"],
            "n": 500,
        }
    )


def priorities_frame(**more):
    frame = pd.DataFrame(
        {
            "driver": NAMES,
            "importance": [0.4, 0.3, 0.2, 0.1],
            "performance": [60.0, 75.0, 80.0, 65.0],
            "quadrant": ["improve first", "keep up", "possible overkill", "low priority"],
            "cut_importance": 0.25,
            "cut_performance": 70.0,
        }
    )
    return frame.assign(**more)


def dominance_frame():
    shares = np.array([[np.nan, 1, 1, 0.75], [0, np.nan, 0.5, 1], [0, 0.5, np.nan, 1], [0.25, 0, 0, np.nan]])
    return pd.DataFrame(shares, index=pd.Index(NAMES, name="driver"), columns=NAMES)


def spoken(exhibit):
    return re.sub(r"<svg.*?</svg>", "", exhibit.html, flags=re.DOTALL)


def test_the_asymmetry_map_names_both_sides_and_what_it_does_not_draw(page):
    shown = charts.asymmetry(page, asymmetry_frame())
    said = spoken(shown)
    assert page.say("asymmetry_bad", names="checkout") in said
    assert page.say("asymmetry_good", names="range") in said
    assert page.say("asymmetry_flagged", names="price") in said
    drawn = re.search(r"<svg.*?</svg>", shown.html, re.DOTALL)[0]
    assert ">checkout<" in drawn
    assert ">price<" not in drawn
    assert "price" in shown.csv


def test_the_dominance_map_puts_the_most_dominant_first_and_every_pair_in_its_data(page):
    shown = charts.dominance(page, dominance_frame().iloc[::-1, ::-1])
    assert page.say("dominance_most", first="checkout") in spoken(shown)
    assert shown.csv.count("\n") == 13
    assert shown.html.count("font-weight:650") == 4
    assert ">nan" not in shown.html


def test_the_priority_map_says_where_each_cross_hair_lies_and_what_the_line_means(page):
    shown = charts.importance_performance(page, priorities_frame(crosshair_importance="mean"), crosshair="middle")
    mixed = page.say("cross_mixed", performance=page.say("cut_middle"), importance=page.say("cut_mean"))
    assert mixed in spoken(shown)
    assert page.say("priorities_line") not in spoken(shown)
    lined = charts.importance_performance(page, priorities_frame(iso_slope=0.01, iso_intercept=-0.45), crosshair="mean")
    assert page.say("priorities_line") in spoken(lined)
    assert page.say("cross_mean") in spoken(lined)
    assert lined.html.count("<path") > charts.importance_performance(page, priorities_frame(), crosshair="mean").html.count("<path")


def test_tables_of_another_shape_are_refused_by_what_they_lack(page):
    with pytest.raises(ParamsError, match="needs the columns driver, estimate, range, verdict; range missing"):
        charts.asymmetry(page, asymmetry_frame().drop(columns="range"))
    with pytest.raises(ParamsError, match="needs the square table 'complete'"):
        charts.dominance(page, dominance_frame().drop(columns="price"))


def test_nothing_to_draw_is_said(page):
    assert charts.asymmetry(page, asymmetry_frame().iloc[3:]).kind == "note"
    assert charts.dominance(page, dominance_frame().iloc[:1, :1]).kind == "note"


def test_every_word_stands_in_both_languages_and_replaces_no_other():
    for own, whole in ((driver_words.PHRASES, language.PHRASES), (driver_words.HEADINGS, words.HEADINGS)):
        assert all(len(pair) == 2 and all(pair) for pair in own.values())
        assert all(whole[key] == pair for key, pair in own.items())
    braces = [{*re.findall(r"{(\w+)}", text)} for pair in driver_words.PHRASES.values() for text in pair]
    assert braces[::2] == braces[1::2]
