"""Importance against performance: quadrants, cross-hairs, the line of equal priority."""

import numpy as np
import pandas as pd
import pytest
from known_models import survey_of

from csat_lib.drivers import importance, importance_performance, levers
from csat_lib.errors import ParamsError
from csat_lib.index import item_scores

DRIVERS = ["food", "signs", "wifi", "walk"]


@pytest.fixture(scope="module")
def frame():
    draw = np.random.default_rng(95)
    X = draw.normal(0, 1.2, size=(500, 4)) + np.array([5.5, 7.5, 4.5, 6.5])
    y = 6 + (X - X.mean(axis=0)) @ [0.8, 0.6, 0.1, 0.05] + draw.normal(0, 0.5, size=500)
    answers = np.clip(np.column_stack([X, y]).round(1), 1, 10)
    return pd.DataFrame(answers, columns=[*DRIVERS, "overall"]).assign(w=draw.gamma(2.0, size=500))


@pytest.fixture(scope="module")
def survey(frame):
    return survey_of(frame, [*DRIVERS, "overall"])


@pytest.fixture(scope="module")
def shares(survey):
    return importance(survey, "overall", DRIVERS)


def test_each_driver_falls_in_the_quadrant_of_its_share_and_score(survey, shares):
    found = importance_performance(survey, shares).set_index("driver")["quadrant"]
    assert found.to_dict() == {"food": "improve first", "signs": "keep up", "wifi": "low priority", "walk": "possible overkill"}


def test_performance_is_the_item_score_and_importance_the_share(survey, shares):
    found = importance_performance(survey, shares).set_index("driver")
    scored = item_scores(survey, DRIVERS).set_index("item")
    np.testing.assert_allclose(found.loc[DRIVERS, "performance"], scored.loc[DRIVERS, "estimate"], rtol=1e-12)
    np.testing.assert_allclose(found.loc[DRIVERS, "performance_low"], scored.loc[DRIVERS, "conf_low"], rtol=1e-12)
    np.testing.assert_allclose(found["importance"], shares.set_index("driver")["share"], rtol=1e-12)
    assert found[["importance_low", "importance_high"]].isna().all(axis=None)


def test_a_table_in_another_order_gives_each_driver_its_own_performance(survey, shares):
    expected = importance_performance(survey, shares).set_index("driver")
    ranked = shares.sort_values("share")
    assert ranked.index.tolist() != shares.index.tolist()
    found = importance_performance(survey, ranked).set_index("driver")
    pd.testing.assert_frame_equal(found.loc[DRIVERS], expected.loc[DRIVERS])
    some = importance_performance(survey, shares.iloc[[3, 1]]).set_index("driver")["performance"]
    np.testing.assert_allclose(some, expected.loc[["walk", "signs"], "performance"], rtol=1e-12)


def test_bootstrap_intervals_of_the_shares_are_carried_over(survey):
    drawn = importance(survey, "overall", DRIVERS, draws=100, seed=1)
    found = importance_performance(survey, drawn)
    np.testing.assert_array_equal(found[["importance_low", "importance_high"]], drawn[["share_low", "share_high"]])


@pytest.mark.parametrize(("crosshair", "cut"), [("mean", pd.Series.mean), ("median", pd.Series.median), ("middle", lambda _: 50.0)])
def test_the_cross_hair_is_the_one_asked_for(survey, shares, crosshair, cut):
    found = importance_performance(survey, shares, crosshair=crosshair)
    np.testing.assert_allclose(found["cut_performance"], cut(found["performance"]), rtol=1e-12)
    important = cut(found["importance"]) if crosshair == "median" else 0.25  # a share has no middle: its cut is then the mean
    np.testing.assert_allclose(found["cut_importance"], important, rtol=1e-12)
    assert found["crosshair_importance"].eq("median" if crosshair == "median" else "mean").all()
    assert found.attrs == {"importance_kind": "LMG share", "crosshair": crosshair}
    good = found["quadrant"].isin(["keep up", "possible overkill"])
    assert (good == (found["performance"] >= found["cut_performance"])).all()


def test_a_cross_hair_that_does_not_exist_is_refused(survey, shares):
    with pytest.raises(ParamsError, match=r"No cross-hair 'center'\. There are: mean, median, middle, target"):
        importance_performance(survey, shares, crosshair="center")


def test_a_target_cuts_performance_where_it_is_set(survey, shares):
    found = importance_performance(survey, shares, crosshair="target", target=60)
    assert (found["cut_performance"] == 60).all()
    assert (found["quadrant"].isin(["keep up", "possible overkill"]) == (found["performance"] >= 60)).all()
    for options in ({"crosshair": "target"}, {"target": 60}):
        with pytest.raises(ParamsError, match="go together"):
            importance_performance(survey, shares, **options)


def test_the_kind_of_importance_is_carried_and_gives_the_column(survey):
    effects = levers(survey, "overall", DRIVERS, points=1)
    found = importance_performance(survey, effects, kind="total effect").set_index("driver")
    np.testing.assert_allclose(found["importance"], effects.set_index("driver").loc[found.index, "estimate"])
    np.testing.assert_allclose(found["importance_low"], effects.set_index("driver").loc[found.index, "conf_low"])
    assert (found["kind"] == "total effect").all()
    with pytest.raises(ParamsError, match=r"No kind of importance 'lmg'\. There are: LMG share, total effect, stated"):
        importance_performance(survey, effects, kind="lmg")
    with pytest.raises(ParamsError, match="expected the columns driver and share"):
        importance_performance(survey, effects)


def test_the_line_of_equal_priority_goes_through_the_cross_or_along_the_diagonal(survey, shares):
    found = importance_performance(survey, shares)
    on_line = found["iso_intercept"] + found["iso_slope"] * found["cut_performance"]
    np.testing.assert_allclose(on_line, found["cut_importance"], rtol=1e-12)
    ratio = found["importance"].std(ddof=0) / found["performance"].std(ddof=0)
    np.testing.assert_allclose(found["iso_slope"], ratio, rtol=1e-12)
    assert found.sort_values("priority")["driver"].iloc[-1] == "food"
    stated = pd.DataFrame(
        {"item": DRIVERS, "estimate": [90.0, 80, 40, 60], "conf_low": [88.0, 78, 38, 58], "conf_high": [92.0, 82, 42, 62]}
    )
    found = importance_performance(survey, stated, kind="stated", crosshair="middle")
    np.testing.assert_allclose(found["priority"], found["importance"] - found["performance"], atol=1e-12)
    assert (found["cut_importance"] == 50).all()


def test_a_quadrant_is_clear_only_where_no_interval_holds_its_cut(survey):
    found = importance_performance(survey, importance(survey, "overall", DRIVERS, draws=200, seed=1)).set_index("driver")
    for axis in ("importance", "performance"):
        crossed = (found[f"{axis}_low"] < found[f"cut_{axis}"]) & (found[f"{axis}_high"] > found[f"cut_{axis}"])
        assert (found.loc[crossed, "verdict"] == "uncertain").all()
    assert found.loc["food", "verdict"] == "clear"


def test_an_importance_without_a_number_is_refused(survey, shares):
    with pytest.raises(ParamsError, match="'food' has no share"):
        importance_performance(survey, shares.assign(share=shares["share"].where(shares["driver"] != "food")))
