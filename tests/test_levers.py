"""What a lever brings: from the regression, from the model, and with the sample's design."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from known_models import redrawn, survey_of, truth

from csat_lib.drivers import levers
from csat_lib.drivers.levers import Gains, check_drawn, gains
from csat_lib.errors import ModelError, ParamsError
from csat_lib.model import fit_pls, impacts, index_weights
from csat_lib.simulate import responses

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
def modelled():
    """Answers to the model's items and one more, ``wifi``, which moves satisfaction by itself."""
    frame = responses(truth(), 900, seed=21)
    wifi = np.random.default_rng(22).normal(6.5, 1.7, len(frame))
    frame = frame.assign(wifi=wifi)
    for item in ("s1", "s2", "s3"):
        frame[item] = frame[item] + 0.2 * (wifi - 6.5)
    items = [*truth().structure.items, "wifi"]
    survey = survey_of(frame[items].clip(-4, 16), items, low=-4, high=16)
    return survey, fit_pls(survey, truth().structure)


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
    with pytest.raises(ModelError, match="5 respondents answered the outcome and all 4 drivers: too few"):
        levers(survey_of(frame.head(5), [*DRIVERS, "overall"]), "overall", DRIVERS)


def test_clusters_enter_the_standard_error_as_in_a_cluster_robust_regression(frame):
    shop = np.arange(500) // 10
    shaken = frame.assign(shop=[f"s{each}" for each in shop])
    shaken["overall"] = (shaken["overall"] + np.random.default_rng(1).normal(0, 1, 50)[shop]).clip(1, 10)
    survey = survey_of(shaken, [*DRIVERS, "overall"], roles={"w": "weight", "shop": "cluster"})
    found = levers(survey, "overall", DRIVERS, points=1).set_index("driver")
    fitted = sm.WLS(shaken["overall"], sm.add_constant(shaken[DRIVERS]), weights=shaken["w"])
    error = fitted.fit(cov_type="cluster", cov_kwds={"groups": shop}).bse
    np.testing.assert_allclose(found.loc[DRIVERS, "std_error"], error[DRIVERS], rtol=1e-9)


def test_strata_take_out_what_differs_between_them(frame):
    parted = frame.assign(stratum=["a" if row < 250 else "b" for row in range(500)])
    survey = survey_of(parted, [*DRIVERS, "overall"], roles={"stratum": "strata"})
    found = levers(survey, "overall", DRIVERS, points=1).set_index("driver")
    X = np.column_stack([np.ones(500), parted[DRIVERS]])
    bread = np.linalg.inv(X.T @ X)
    u = X * (parted["overall"] - X @ (bread @ X.T @ parted["overall"])).to_numpy()[:, None]
    inner = sum(250 / 249 * (part - part.mean(axis=0)).T @ (part - part.mean(axis=0)) for part in (u[:250], u[250:]))
    error = np.sqrt(np.diag(bread @ inner @ bread) * 499 / 495)[1:]
    np.testing.assert_allclose(found.loc[DRIVERS, "std_error"], error, rtol=1e-9)


def test_the_bootstrap_agrees_with_the_linearised_standard_error(survey):
    drawn, formula = (levers(survey, "overall", DRIVERS, **how).set_index("driver") for how in ({"draws": 2000, "seed": 1}, {}))
    np.testing.assert_allclose(drawn["estimate"], formula.loc[drawn.index, "estimate"], rtol=1e-9)
    # 10 %: a standard error of 2,000 draws has an error of 1.6 %, and the two differ by 1 / n.
    np.testing.assert_allclose(drawn["std_error"], formula.loc[drawn.index, "std_error"], rtol=0.1)
    assert (drawn["basis"] == "regression").all()


def test_the_error_is_the_spread_of_all_draws(frame, survey):
    found = levers(survey, "overall", DRIVERS, points=1, draws=100, seed=4).set_index("driver").loc[DRIVERS]
    design, y = np.column_stack([np.ones(500), frame[DRIVERS]]), frame["overall"].to_numpy()
    b = np.array([np.linalg.lstsq(design[rows], y[rows], rcond=None)[0][1:] for rows in redrawn(500, 100, 4)])
    np.testing.assert_allclose(found["std_error"], b.std(axis=0, ddof=1), rtol=1e-8)
    made = gains(survey, "overall", DRIVERS, draws=100, seed=4)
    np.testing.assert_allclose(made.std_error, b.std(axis=0, ddof=1)[[DRIVERS.index(name) for name in made.drivers]], rtol=1e-8)


def test_an_item_of_the_model_gains_its_share_of_the_total_effect(modelled):
    survey, fit = modelled
    found = levers(survey, "s1", ["q1", "i2"], fit=fit, on="loyalty", draws=200, seed=1).set_index("driver")
    total = impacts(fit, on="loyalty", points=5).set_index("cause")["estimate"]
    share = index_weights(fit)
    assert found.loc["q1", "estimate"] == pytest.approx(share["q1"] * total["quality"], rel=1e-9)
    assert found.loc["i2", "estimate"] == pytest.approx(share["i2"] * total["image"], rel=1e-9)
    assert (found["basis"] == "path model").all()
    assert ((found["conf_low"] < found["estimate"]) & (found["estimate"] < found["conf_high"])).all()


def test_any_other_item_gains_its_coefficient_times_the_total_effect_of_satisfaction(modelled):
    survey, fit = modelled
    here = levers(survey, "s1", ["q1", "wifi"], fit=fit, draws=200, seed=1).set_index("driver")
    plain = levers(survey, "s1", ["q1", "wifi"]).set_index("driver")
    assert here["basis"].to_dict() == {"q1": "path model", "wifi": "regression"}
    assert here.loc["wifi", "estimate"] == pytest.approx(plain.loc["wifi", "estimate"], rel=1e-9)
    there = levers(survey, "s1", ["q1", "wifi"], fit=fit, on="loyalty", draws=200, seed=1).set_index("driver")
    total = impacts(fit, on="loyalty", points=1).set_index("cause").loc["satisfaction", "estimate"]
    assert there.loc["wifi", "estimate"] == pytest.approx(total * plain.loc["wifi", "estimate"], rel=1e-9)
    assert there.loc["wifi", "std_error"] > total * here.loc["wifi", "std_error"] * 0.9


def test_requests_that_cannot_be_met_are_refused_by_name(modelled, survey):
    asked, fit = modelled
    with pytest.raises(ParamsError, match=r"fit= needs draws= and seed="):
        levers(asked, "s1", ["wifi"], fit=fit)
    with pytest.raises(ParamsError, match=r"on='loyalty' needs the path model"):
        levers(survey, "overall", DRIVERS, on="loyalty")
    with pytest.raises(ParamsError, match="go together"):
        levers(survey, "overall", DRIVERS, draws=200)
    with pytest.raises(ParamsError, match="The outcome 'wifi' is no item of the model"):
        levers(asked.complete(["wifi"]), "wifi", ["q1", "elsewhere"], fit=fit, draws=200, seed=1)
    with (
        pytest.warns(UserWarning, match="'s2' was left out: it measures satisfaction itself"),
        pytest.raises(ModelError, match="No driver of satisfaction is left"),
    ):
        levers(asked, "s1", ["s2"], fit=fit, draws=200, seed=1)
    with pytest.warns(UserWarning, match="'l1' was left out: no path leads from loyalty to satisfaction"):
        levers(asked, "s1", ["l1", "q1"], fit=fit, draws=200, seed=1)
    with pytest.raises(ParamsError, match="the fit was made from 900"):
        levers(asked.only(asked.responses["q1"] > 5), "s1", ["q1"], fit=fit, draws=200, seed=1)


def test_drivers_that_say_nothing_are_left_out_by_name(frame):
    odd = frame.assign(same=5.0, twin=frame["food"])
    with pytest.warns(UserWarning, match="'(same|twin)' was left out"):
        found = levers(survey_of(odd, [*DRIVERS, "same", "twin", "overall"]), "overall", [*DRIVERS, "same", "twin"])
    assert sorted(found["driver"]) == sorted(DRIVERS)
    assert not found.isna().any(axis=None)


def test_a_gain_that_most_draws_cannot_give_is_refused_and_a_few_lost_draws_cost_only_their_own_lever():
    lost = np.array([[np.nan, 1.0, 2.0, 3.0], [1.0, 1.0, 1.0, 1.0]])
    found = Gains(["a", "b"], ["path model"] * 2, [9, 9], np.zeros(2), np.array([2.0, 1.0]), np.ones(2), lost, "y")
    np.testing.assert_array_equal(found.drawn(np.array([[0.0, 2.0], [1.0, 1.0]])), [[2, 2, 2, 2], [np.nan, 2, 3, 4]])
    with pytest.raises(ModelError, match="a: undefined in 3 of 4 resamples, where a weight is not positive"):
        check_drawn("a", np.array([np.nan, np.nan, np.nan, 1.0]))
