"""Box, NPS and ordered outcomes: statsmodels' fits, what must not matter, known truths, refusals."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from known_models import survey_of
from statsmodels.miscmodels.ordinal_model import OrderedModel

from csat_lib.drivers import bottom_box, importance, nps_groups, ordered_logit, top_box
from csat_lib.errors import DataError, ModelError, ParamsError
from csat_lib.stats import blocks, counts, moments

DRIVERS = ["a", "b", "c"]


@pytest.fixture(scope="module")
def frame():
    draw = np.random.default_rng(141)
    X = draw.normal(size=(400, 3)) * [1, 2, 0.5] + 0.6 * draw.normal(size=(400, 1)) + 5
    score = X @ [0.9, 0.4, 0.0] + 1.3 * draw.logistic(size=400)
    return pd.DataFrame(X, columns=DRIVERS).assign(y=np.clip(np.rint(score), 0, 10))


@pytest.fixture(scope="module")
def weights(frame):
    return pd.Series(np.random.default_rng(142).gamma(2.0, size=len(frame)), index=frame.index)


def mcfadden(frame, y, S, w):
    """By statsmodels' iteratively reweighted least squares."""
    X = np.column_stack([np.ones(len(frame)), frame[list(S)]])
    fitted = sm.GLM(y, X, family=sm.families.Binomial(), freq_weights=w).fit(tol=1e-14, maxiter=100)
    null = sm.GLM(y, X[:, :1], family=sm.families.Binomial(), freq_weights=w).fit(tol=1e-14, maxiter=100)
    return 1 - fitted.llf / null.llf, fitted.params[1:]


def by_orders(frame, y, w):
    """Shapley values of statsmodels' McFadden R squared, over all orders of entry."""
    v = {frozenset(S): mcfadden(frame, y, S, w)[0] for k in range(1, 4) for S in itertools.combinations(DRIVERS, k)} | {frozenset(): 0.0}
    gains = dict.fromkeys(DRIVERS, 0.0)
    for order in itertools.permutations(DRIVERS):
        for place, driver in enumerate(order):
            gains[driver] += (v[frozenset(order[: place + 1])] - v[frozenset(order[:place])]) / math.factorial(3)
    return gains


def test_top_box_shares_out_statsmodels_mcfadden_r_squared(frame, weights):
    found = top_box(frame, "y", DRIVERS, at_least=8, weights=weights).set_index("driver")
    y, w = (frame["y"] >= 8).astype(float), weights / weights.mean()
    assert found["estimate"].to_dict() == pytest.approx(by_orders(frame, y, w), abs=1e-10)
    whole, beta = mcfadden(frame, y, DRIVERS, w)
    assert found["estimate"].sum() == pytest.approx(whole, abs=1e-10)
    assert found["share"].sum() == pytest.approx(1, abs=1e-12)
    centre = np.average(frame[DRIVERS], axis=0, weights=w)
    spread = np.sqrt(np.average((frame[DRIVERS] - centre) ** 2, axis=0, weights=w))
    np.testing.assert_allclose(found["beta"], beta * spread, rtol=1e-7)
    assert found["box_share"].tolist() == pytest.approx([np.average(y, weights=w)] * 3, rel=1e-12)
    assert found["n_effective"].iloc[0] == pytest.approx(weights.sum() ** 2 / (weights**2).sum(), rel=1e-12)


def test_bottom_box_is_the_top_box_of_the_answers_turned_round(frame):
    low = bottom_box(frame, "y", DRIVERS, at_most=4)
    turned = top_box(frame.assign(y=10 - frame["y"]), "y", DRIVERS, at_least=6)
    pd.testing.assert_frame_equal(low, turned)
    assert (low.loc[[0, 1], "beta"] < 0).all()


@pytest.mark.parametrize("unit", [1e-8, 1e8, -3.0])
def test_the_unit_of_a_driver_and_the_order_of_drivers_are_irrelevant(frame, unit):
    found = top_box(frame, "y", DRIVERS, at_least=8).set_index("driver")["estimate"]
    changed = top_box(frame.assign(b=frame["b"] * unit), "y", DRIVERS[::-1], at_least=8).set_index("driver")["estimate"]
    np.testing.assert_allclose(changed[DRIVERS], found, rtol=0, atol=1e-11)


def test_integer_weights_give_the_box_estimates_of_duplicated_rows(frame):
    times = np.random.default_rng(143).integers(0, 4, size=len(frame))
    weighted = top_box(frame, "y", DRIVERS, at_least=8, weights=pd.Series(times, index=frame.index, dtype=float))
    repeated = top_box(frame.loc[frame.index.repeat(times)].reset_index(drop=True), "y", DRIVERS, at_least=8)
    np.testing.assert_allclose(weighted["estimate"], repeated["estimate"], rtol=0, atol=1e-11)


def test_a_draw_of_the_box_is_the_estimate_of_the_rows_it_repeats(frame, weights):
    found = top_box(frame, "y", DRIVERS, at_least=8, weights=weights, draws=100, seed=6)
    repeated = []
    for each in np.concatenate([counts(block, 400) for block in blocks(100, 400, 6)]).astype(int):
        rows = frame.index.repeat(each)
        again = top_box(frame.loc[rows].reset_index(drop=True), "y", DRIVERS, at_least=8, weights=weights.loc[rows].reset_index(drop=True))
        repeated.append(again["estimate"])
    np.testing.assert_allclose(found["std_error"], np.std(repeated, axis=0, ddof=1), rtol=1e-7)
    assert ((found["conf_low"] < found["estimate"]) & (found["estimate"] < found["conf_high"])).all()
    assert found["letters"].tolist()[0] == "A"


def test_draws_in_which_two_drivers_are_twins_are_lost(frame):
    twins = frame.assign(b=frame["a"])
    twins.loc[7, "b"] += 3.0
    kept = sum(int((each[:, 7] > 0).sum()) for each in (counts(block, 400) for block in blocks(100, 400, 9)))
    draws = top_box(twins, "y", DRIVERS, at_least=8, draws=100, seed=9)["draws"].unique().item()
    # A few draws that hold the row are lost too: in them it separates the groups.
    assert 50 < kept - 5 < draws <= kept < 100


def test_promoters_and_detractors_are_two_box_analyses(frame, weights):
    found = nps_groups(frame, "y", DRIVERS, weights=weights)
    for metric, expected in (
        ("promoters", top_box(frame, "y", DRIVERS, at_least=9, weights=weights)),
        ("detractors", bottom_box(frame, "y", DRIVERS, at_most=6, weights=weights)),
    ):
        part = found[found["metric"] == metric].drop(columns="metric").reset_index(drop=True)
        pd.testing.assert_frame_equal(part, expected)


def test_what_makes_detractors_need_not_make_promoters():
    draw = np.random.default_rng(144)
    a, b = draw.normal(size=(2, 4_000))
    y = np.clip(np.rint(7.5 + 2.5 * np.maximum(a, 0) + 2.5 * np.minimum(b, 0) + draw.normal(size=4_000)), 0, 10)
    found = nps_groups(pd.DataFrame({"a": a, "b": b, "y": y}), "y", ["a", "b"]).set_index(["metric", "driver"])["share"]
    assert found["promoters", "a"] > 0.65
    assert found["detractors", "b"] > 0.65


def test_promoters_need_the_scale_of_the_recommendation_question(frame):
    with pytest.raises(ParamsError, match=r"'y' is answered on 1-10, not on 0-10.*Use top_box"):
        nps_groups(survey_of(frame.clip(1, 10), [*DRIVERS, "y"]), "y", DRIVERS)
    with pytest.raises(ParamsError, match="not on 0-10"):
        nps_groups(frame.assign(y=frame["y"] * 10), "y", DRIVERS)
    with pytest.raises(DataError, match="No column 'z'"):
        nps_groups(frame, "z", DRIVERS)


def test_a_box_with_everybody_or_nobody_has_nothing_to_explain(frame):
    with pytest.raises(ModelError, match="Nobody has y of 11 or above"):
        top_box(frame, "y", DRIVERS, at_least=11)
    with pytest.raises(ModelError, match="Everybody has y of 10 or below"):
        bottom_box(frame, "y", DRIVERS, at_most=10)


def test_drivers_that_separate_the_box_are_said(frame):
    with pytest.raises(ModelError, match="The drivers separate those with y of 8 or above"):
        top_box(frame.assign(a=frame["y"] >= 8).astype(float), "y", DRIVERS, at_least=8)


def test_thirteen_drivers_are_too_many_for_a_box():
    wide = pd.DataFrame(np.random.default_rng(145).normal(size=(90, 14)), columns=[*(f"x{k}" for k in range(13)), "y"])
    with pytest.raises(ParamsError, match="all subsets of at most 12 drivers; there are 13"):
        top_box(wide, "y", list(wide)[:13], at_least=0)


def test_moments_have_no_box(frame):
    with pytest.raises(ParamsError, match="A box analysis needs the rows"):
        top_box(moments(frame, [*DRIVERS, "y"]), "y", DRIVERS, at_least=8)


def test_a_constant_driver_is_left_out_of_a_box(frame):
    with pytest.warns(UserWarning, match="'z' was left out: all answers are the same"):
        found = top_box(frame.assign(z=1.0), "y", [*DRIVERS, "z"], at_least=8)
    pd.testing.assert_frame_equal(found, top_box(frame, "y", DRIVERS, at_least=8))


def test_the_ordered_logit_is_statsmodels_with_thresholds_on_the_scale_of_the_predictor(frame):
    found = ordered_logit(frame, "y", DRIVERS)
    Z = (frame[DRIVERS] - frame[DRIVERS].mean()) / frame[DRIVERS].std(ddof=0)
    answers = pd.Series(pd.Categorical(frame["y"], ordered=True))
    model = OrderedModel(answers, Z, distr="logit")
    fitted = model.fit(method="newton", disp=False, maxiter=50, start_params=model.start_params)
    # Both stop at a gradient of their own; the coefficients' standard errors are near 0.1.
    np.testing.assert_allclose(found.drivers["beta"], fitted.params[:3], atol=1e-5)
    np.testing.assert_allclose(found.drivers["beta_std_error"], fitted.bse[:3], rtol=1e-3)
    assert found.r_squared == pytest.approx(fitted.prsquared, abs=1e-8)
    assert found.drivers["estimate"].sum() == pytest.approx(found.r_squared, abs=1e-12)
    np.testing.assert_allclose(found.drivers["correlation"], frame[DRIVERS].corrwith(frame["y"]), rtol=1e-12)
    # Cumulative shares of the fitted probabilities are those of the thresholds.
    first = found.thresholds["estimate"].iloc[0]
    chance = 1 / (1 + np.exp(-(first - Z.to_numpy() @ found.drivers["beta"])))
    np.testing.assert_allclose(chance, np.asarray(model.predict(fitted.params))[:, 0], atol=1e-5)
    assert found.thresholds["estimate"].is_monotonic_increasing
    assert found.thresholds["low"].tolist() == sorted(frame["y"].unique())[:-1]


def test_a_second_threshold_is_no_increment():
    # A published fit of statsmodels stores -0.49614 and the log increment 0.17129; its thresholds are -0.49614 and 0.69071.
    model = OrderedModel(np.array([0, 1, 2]), np.array([[0.0], [1.0], [2.0]]), distr="logit")
    assert model.transform_threshold_params([1.0, -0.49614, 0.17129])[1:-1] == pytest.approx([-0.49614, 0.69071], abs=1e-4)


def test_a_known_ordered_logit_is_recovered():
    draw = np.random.default_rng(146)
    X = draw.normal(size=(6_000, 2))
    latent = X @ [1.0, 0.5] + draw.logistic(size=6_000)
    frame = pd.DataFrame(X, columns=["a", "b"]).assign(y=np.digitize(latent, [-1.0, 0.5, 2.0]) + 1.0)
    found = ordered_logit(frame, "y", ["a", "b"])
    true = np.array([1.0, 0.5]) * X.std(axis=0)
    assert (np.abs(found.drivers["beta"] - true) < 4 * found.drivers["beta_std_error"]).all()
    np.testing.assert_allclose(found.thresholds["estimate"], [-1.0, 0.5, 2.0] - X.mean(axis=0) @ [1.0, 0.5], atol=0.15)
    # Uncorrelated drivers share by the squares of their coefficients.
    assert found.drivers["share"].tolist() == pytest.approx([0.8, 0.2], abs=0.03)


def test_the_standard_error_of_an_ordered_share_is_that_of_repeated_samples():
    draw = np.random.default_rng(147)
    found = []
    for _ in range(40):
        X = draw.normal(size=(300, 2)) + 0.5 * draw.normal(size=(300, 1))
        y = np.digitize(X @ [0.8, 0.5] + draw.logistic(size=300), [-1.0, 1.0]) + 1.0
        found.append(ordered_logit(pd.DataFrame(X, columns=["a", "b"]).assign(y=y), "y", ["a", "b"]).drivers)
    spread = pd.concat(found).groupby("driver")["estimate"].std()
    stated = pd.concat(found).groupby("driver")["std_error"].mean()
    # Forty samples know a standard deviation to some 11 %; the coefficients are not quite independent.
    np.testing.assert_allclose(stated, spread, rtol=0.4)


def test_an_ordered_logit_refuses_weights_and_clusters_by_name(frame, weights):
    with pytest.raises(ParamsError, match=r"An ordered logit cannot use survey weights, strata or clusters\. Use importance or top_box"):
        ordered_logit(frame, "y", DRIVERS, weights=weights)
    clustered = survey_of(frame.assign(branch=frame.index % 9), [*DRIVERS, "y"], low=-50, high=60, roles={"branch": "cluster"})
    with pytest.raises(ParamsError, match="cannot use survey weights, strata or clusters"):
        ordered_logit(clustered, "y", DRIVERS)


def test_an_ordered_logit_refuses_a_metric_outcome(frame):
    with pytest.raises(ModelError, match="'a' has 400 different answers: too many"):
        ordered_logit(frame, "a", ["b", "c"])


def test_an_ordered_logit_that_runs_away_is_said(frame):
    with pytest.raises(ModelError, match="did not settle"):
        ordered_logit(frame.assign(a=frame["y"] + 0.0), "y", DRIVERS)


def test_with_a_normal_outcome_all_three_kinds_agree_on_the_order():
    draw = np.random.default_rng(148)
    X = draw.normal(size=(3_000, 3)) + 0.5 * draw.normal(size=(3_000, 1))
    frame = pd.DataFrame(X, columns=DRIVERS).assign(y=np.clip(np.rint(5 + X @ [1.0, 0.6, 0.2] + draw.normal(size=3_000)), 0, 10))
    metric = importance(frame, "y", DRIVERS)["share"]
    box = top_box(frame, "y", DRIVERS, at_least=7)["share"]
    ordered = ordered_logit(frame, "y", DRIVERS).drivers["share"]
    assert metric.rank().tolist() == box.rank().tolist() == ordered.rank().tolist() == [3, 2, 1]
