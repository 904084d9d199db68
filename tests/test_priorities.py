"""Importance against performance, and what a lever would bring."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
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
    np.testing.assert_allclose(found["cut_importance"], 0.25, rtol=1e-12)
    good = found["quadrant"].isin(["keep up", "possible overkill"])
    assert (good == (found["performance"] >= found["cut_performance"])).all()


def test_a_cross_hair_that_does_not_exist_is_refused(survey, shares):
    with pytest.raises(ParamsError, match=r"No cross-hair 'center'\. There are: mean, median, middle"):
        importance_performance(survey, shares, crosshair="center")


def test_a_lever_s_gain_is_the_robust_regression_of_points_on_points(frame):
    found = levers(survey_of(frame, [*DRIVERS, "overall"], roles={"w": "weight"}), "overall", DRIVERS, points=1).set_index("driver")
    hundred = (frame[[*DRIVERS, "overall"]] - 1) / 9 * 100
    X, w = np.column_stack([np.ones(500), hundred[DRIVERS]]), frame["w"].to_numpy()
    bread = np.linalg.inv(X.T @ (w[:, None] * X))
    b = bread @ X.T @ (w * hundred["overall"])
    e = hundred["overall"].to_numpy() - X @ b
    covariance = 500 / 495 * bread @ (X.T * (w * e) ** 2) @ X @ bread
    np.testing.assert_allclose(found.loc[DRIVERS, "estimate"], b[1:], rtol=1e-9)
    np.testing.assert_allclose(found.loc[DRIVERS, "std_error"], np.sqrt(np.diag(covariance))[1:], rtol=1e-9)
    half = 1.959964 * found["std_error"]
    np.testing.assert_allclose(found["conf_high"] - found["estimate"], half, rtol=1e-6)
    np.testing.assert_allclose(found.loc[DRIVERS, "performance"], np.average(hundred[DRIVERS], axis=0, weights=w), rtol=1e-10)


def test_the_known_slopes_come_back_and_the_largest_is_first(survey):
    found = levers(survey, "overall", DRIVERS)
    assert found["driver"].tolist()[:2] == ["food", "signs"]
    assert found["estimate"].is_monotonic_decreasing
    true = pd.Series({"food": 4.0, "signs": 3.0, "wifi": 0.5, "walk": 0.25})[found["driver"]].to_numpy()
    assert ((found["estimate"] - true).abs() < 4 * found["std_error"]).all()


def test_points_are_proportional_and_integer_weights_are_duplicated_rows(frame, survey):
    five, one = (levers(survey, "overall", DRIVERS, points=points)["estimate"] for points in (5, 1))
    np.testing.assert_allclose(five, 5 * one, rtol=1e-12)
    times = np.random.default_rng(96).integers(1, 4, size=500)
    items = [*DRIVERS, "overall"]
    weighted = levers(survey_of(frame, items, weights=pd.Series(times, index=frame.index, dtype=float)), "overall", DRIVERS)
    repeated = levers(survey_of(frame.loc[frame.index.repeat(times)].reset_index(drop=True), items), "overall", DRIVERS)
    np.testing.assert_allclose(weighted["estimate"], repeated["estimate"], rtol=1e-9)
    assert (weighted["n"] == 500).all()


def test_items_on_different_scales_are_compared_in_points():
    draw = np.random.default_rng(97)
    food = draw.integers(1, 6, size=200).astype(float)
    frame = pd.DataFrame({"food": food, "overall": np.clip(food + draw.integers(-1, 2, size=200), 1, 5)})
    found = levers(survey_of(frame, ["food", "overall"], low=1, high=5), "overall", ["food"], points=25)
    slope = sm.OLS(frame["overall"], sm.add_constant(frame["food"])).fit().params["food"]
    assert found.loc[0, "estimate"] == pytest.approx(25 * slope, rel=1e-10)


def test_too_few_respondents_have_no_regression(frame):
    with pytest.raises(ParamsError, match="5 respondents answered overall and all 4 drivers: too few for a regression"):
        levers(survey_of(frame.head(5), [*DRIVERS, "overall"]), "overall", DRIVERS)
