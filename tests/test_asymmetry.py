"""Penalty-reward contrasts: effects, impact asymmetry, classes only where the interval allows."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from known_models import redrawn, survey_of

from csat_lib.drivers import asymmetry
from csat_lib.errors import ModelError, ParamsError
from csat_lib.stats import moments

DRIVERS = ["food", "signs", "wifi"]


def sample(n=3000, seed=1, noise=5.0):
    """Answers 1-5; food penalises (-20, +5), signs rewards (-5, +20), wifi is even (-10, +10)."""
    draw = np.random.default_rng(seed)
    X = draw.integers(1, 6, size=(n, 3))
    effects = np.array([[-20, 5], [-5, 20], [-10, 10]])
    y = 50 + (X == 1) @ effects[:, 0] + (X == 5) @ effects[:, 1] + draw.normal(0, noise, n)
    return pd.DataFrame(X, columns=DRIVERS, dtype=float).assign(overall=y, w=draw.gamma(2.0, size=n))


@pytest.fixture(scope="module")
def frame():
    return sample()


def test_known_effects_come_back_exactly_without_noise():
    found = asymmetry(sample(300, noise=0), "overall", DRIVERS, scale=dict.fromkeys(DRIVERS, (1, 5)), draws=100, seed=1)
    found = found.set_index("driver")
    np.testing.assert_allclose(found[["penalty", "reward"]], [[-20, 5], [-5, 20], [-10, 10]], atol=1e-9)
    np.testing.assert_allclose(found["range"], [25, 25, 20], atol=1e-9)
    np.testing.assert_allclose(found["sgp"], [0.2, 0.8, 0.5], atol=1e-10)
    np.testing.assert_allclose(found["estimate"], [-0.6, 0.6, 0.0], atol=1e-10)
    assert found["verdict"].to_dict() == {"food": "dissatisfier", "signs": "satisfier", "wifi": "hybrid"}


def test_effects_are_those_of_a_weighted_regression_on_dummies(frame):
    found = asymmetry(frame, "overall", DRIVERS, cuts=(2, 5), weights=frame["w"], draws=100, seed=1).set_index("driver")
    dummies = pd.concat([(frame[DRIVERS] <= 2).add_suffix("_low"), (frame[DRIVERS] >= 5).add_suffix("_high")], axis=1).astype(float)
    b = sm.WLS(frame["overall"], sm.add_constant(dummies), weights=frame["w"]).fit().params
    for name in DRIVERS:
        np.testing.assert_allclose(found.loc[name, ["penalty", "reward"]].astype(float), b[[f"{name}_low", f"{name}_high"]], rtol=1e-9)
    assert found.loc["food", "n_low"] == (frame["food"] <= 2).sum()


def test_bootstrap_errors_agree_with_the_robust_regression(frame):
    found = asymmetry(frame, "overall", DRIVERS, cuts=(1, 5), draws=1000, seed=2).set_index("driver")
    dummies = pd.concat([(frame[DRIVERS] <= 1).add_suffix("_low"), (frame[DRIVERS] >= 5).add_suffix("_high")], axis=1).astype(float)
    error = sm.OLS(frame["overall"], sm.add_constant(dummies)).fit(cov_type="HC1").bse
    half = (found["penalty_high"] - found["penalty_low"]) / 2 / 1.96
    # 10 %: a quantile of 1,000 draws has an error of about 4 % of the width.
    np.testing.assert_allclose(half[DRIVERS], [error[f"{name}_low"] for name in DRIVERS], rtol=0.1)


def test_intervals_are_those_of_the_same_resamples_done_anew_and_verdicts_on_signs_are_the_estimates():
    part = sample(200, noise=60)
    found = asymmetry(part, "overall", DRIVERS, cuts=(1, 5), draws=100, seed=1).set_index("driver").loc[DRIVERS]
    design = np.column_stack([np.ones(200), *(group for name in DRIVERS for group in (part[name] <= 1, part[name] >= 5))]).astype(float)
    y = part["overall"].to_numpy()
    b = np.array([np.linalg.lstsq(design[rows], y[rows], rcond=None)[0][1:] for rows in (np.arange(200), *redrawn(200, 100, 1))])
    for place, word in enumerate(("penalty", "reward")):
        np.testing.assert_allclose(found[word], b[0, place::2], rtol=1e-8)
        low, high = np.quantile(b[1:, place::2], [0.025, 0.975], axis=0)
        np.testing.assert_allclose(found[f"{word}_low"], low, rtol=1e-8)
        np.testing.assert_allclose(found[f"{word}_high"], high, rtol=1e-8)
    wrong, wrong_in_the_first_draw = ((each[0::2] > 0) | (each[1::2] < 0) for each in (b[0], b[1]))
    assert (wrong != wrong_in_the_first_draw).any()
    assert ((found["verdict"] == "sign not interpretable") == wrong).all()


def test_a_class_is_given_only_where_the_interval_allows_it():
    noisy = asymmetry(sample(150, noise=40), "overall", DRIVERS, cuts=(1, 5), draws=300, seed=3)
    assert not set(noisy["verdict"]) & {"satisfier", "hybrid"}
    assert noisy["verdict"].isin(["undecided", "sign not interpretable", "dissatisfier"]).all()


def test_a_wrong_sign_is_flagged_and_not_taken_for_its_size():
    frame = sample(500)
    frame["overall"] = frame["overall"] + 40 * (frame["food"] == 1)
    found = asymmetry(frame, "overall", DRIVERS, cuts=(1, 5), draws=100, seed=1).set_index("driver")
    assert found.loc["food", "penalty"] > 15
    assert found.loc["food", "verdict"] == "sign not interpretable"
    assert found.loc["food", "dgp"] == 0
    assert not found.isna().any(axis=None)


def test_a_survey_gives_points_scales_weights_and_clusters(frame):
    part = frame.head(600).assign(overall=lambda each: each["overall"].clip(0, 100).round(), shop=[f"s{row // 20}" for row in range(600)])
    plain = asymmetry(survey_of(part, [*DRIVERS, "overall"], low=0, high=100), "overall", DRIVERS, cuts=(1, 5), draws=200, seed=1)
    direct = asymmetry(part, "overall", DRIVERS, cuts=(1, 5), scale={"overall": (0, 100)}, draws=200, seed=1)
    pd.testing.assert_frame_equal(plain, direct)
    heavy = part.assign(overall=lambda each: (each["overall"] + 20 * (each["shop"].str[-1] == "1")).clip(0, 100))
    wide = survey_of(heavy, [*DRIVERS, "overall"], low=0, high=100, roles={"shop": "cluster"})
    clustered = asymmetry(wide, "overall", DRIVERS, cuts=(1, 5), draws=200, seed=1)
    assert (clustered["n"] == 600).all()
    assert np.isfinite(clustered.select_dtypes("number")).all(axis=None)


def test_quartiles_and_pairs_are_cuts_too(frame):
    found = asymmetry(frame, "overall", DRIVERS, cuts="quartiles", draws=100, seed=1)
    assert (found["cut_low"] == 2).all()
    assert (found["cut_high"] == 4).all()
    pairs = {"food": (1, 5), "signs": (2, 4), "wifi": (1, 4)}
    found = asymmetry(frame, "overall", DRIVERS, cuts=pairs, draws=100, seed=1)
    assert list(zip(found["cut_low"], found["cut_high"], strict=True)) == list(pairs.values())


def test_bad_input_is_named(frame):
    few = frame.assign(wifi=frame["wifi"].replace(1, 2), same=3.0, nobody=np.nan)
    few.loc[:2, "wifi"] = 1
    with pytest.warns(UserWarning, match=r"'wifi' was left out: 3 of 3000 answers at or below 1, at least 10 are needed; move its cuts"):
        found = asymmetry(few, "overall", DRIVERS, cuts=(1, 5), draws=100, seed=1)
    assert found["driver"].tolist() == ["food", "signs"]
    with pytest.warns(UserWarning, match="'(same|nobody)' was left out"):
        asymmetry(few, "overall", ["food", "same", "nobody"], cuts=(1, 5), draws=100, seed=1)
    copied = frame.assign(copy=(frame["food"] - 3) ** 3)
    with pytest.warns(UserWarning, match="'copy' was left out: the groups of the drivers before it determine its own"):
        asymmetry(copied, "overall", ["food", "copy"], cuts={"food": (1, 5), "copy": (-8, 8)}, draws=100, seed=1)
    with pytest.raises(ParamsError, match="food: the low cut 5 must lie below the high cut 5"):
        asymmetry(frame, "overall", DRIVERS, cuts=(5, 5), draws=100, seed=1)
    with pytest.raises(ParamsError, match=r"The ends of the scale are unknown for food, signs, wifi\. Give scale="):
        asymmetry(frame, "overall", DRIVERS, draws=100, seed=1)
    with pytest.raises(ParamsError, match=r"No cuts 'thirds'"):
        asymmetry(frame, "overall", DRIVERS, cuts="thirds", draws=100, seed=1)
    with pytest.raises(ParamsError, match="needs the rows, and Moments have none"):
        asymmetry(moments(frame, [*DRIVERS, "overall"]), "overall", DRIVERS, cuts=(1, 5), draws=100, seed=1)
    with pytest.warns(UserWarning, match="left out"), pytest.raises(ModelError, match="No driver is left"):
        asymmetry(frame.head(20), "overall", ["food"], cuts=(1, 5), draws=100, seed=1)


def test_the_intervals_hold_the_truth_as_often_as_they_say():
    hits = []
    for seed in range(120):
        found = asymmetry(sample(400, seed, noise=15), "overall", ["food", "signs"], cuts=(1, 5), draws=200, seed=seed)
        hits += [(found["conf_low"] <= [-0.6, 0.6]) & (found["conf_high"] >= [-0.6, 0.6])]
    assert 0.90 <= np.mean(hits) <= 0.985  # 240 intervals of nominal 95 %: three standard errors are 4 points
