"""Consistent PLS: published corrections, the truth of a factor model, and verdicts that name constructs and numbers."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from known_models import TIGHT, ecsi, golden, mobile, reduced, structure, truth

from csat_lib.errors import ParamsError
from csat_lib.model import fit_pls
from csat_lib.model.consistent import consistent, score_reliability
from csat_lib.simulate import FactorTruth, population, responses
from csat_lib.stats import Moments

EXACT = {"tolerance": 1e-14, "max_iterations": 2_000}


@pytest.fixture(scope="module")
def corrected(real_data):
    return consistent(fit_pls(mobile(real_data), reduced(), scheme="factorial", tolerance=TIGHT))


def with_correlation(r, *, loading=0.8):
    """Two blocks of three items whose constructs correlate ``r``, even where no population could."""
    model = structure({"a": ["a1", "a2", "a3"], "b": ["b1", "b2", "b3"]}, {"b": ["a"]}, "b")
    Phi = np.kron([[1, r], [r, 1]], np.ones((3, 3)))
    S = loading**2 * Phi
    np.fill_diagonal(S, 1.0)
    return model, Moments(items=model.items, n=1_000, n_effective=1_000.0, mean=np.zeros(6), covariance=S)


def test_the_reduced_model_agrees_with_seminr(corrected):
    # seminr stops at 1e-7 and prints nine decimals.
    np.testing.assert_allclose(corrected.fit.paths["estimate"], golden("seminr_reduced", "plsc_paths")["estimate"], rtol=0, atol=1e-6)
    np.testing.assert_allclose(corrected.fit.r_squared, golden("seminr_reduced", "plsc_r_squared")["estimate"], rtol=0, atol=1e-6)
    assert (corrected.verdict, corrected.reasons) == ("ok", ())


def test_the_reduced_models_corrected_loadings_agree_with_seminr(corrected):
    expected = golden("seminr_reduced", "plsc_loadings").set_index("item")["estimate"]
    found = corrected.fit.loadings.set_index("item")["estimate"]
    np.testing.assert_allclose(found[expected.index], expected, rtol=0, atol=5.1e-6)


@pytest.mark.parametrize("scheme", ["path", "factorial"])
def test_reliability_rho_a_agrees_with_seminr(real_data, scheme):
    expected = golden("seminr_reduced", "reliability").set_index("construct")[scheme]
    found = score_reliability(fit_pls(mobile(real_data), reduced(), scheme=scheme, tolerance=TIGHT)).set_index("construct")["estimate"]
    np.testing.assert_allclose(found[expected.index], expected, rtol=0, atol=1e-6)


def test_the_full_mobile_model_agrees_with_seminr_and_is_not_believed(real_data):
    made = consistent(fit_pls(mobile(real_data), ecsi(), tolerance=TIGHT, max_iterations=1_000))
    # Ten decimals are printed; an inverse of nearly singular correlations magnifies the last digits of the weights.
    paths = golden("seminr_python", "plsc_paths").merge(made.fit.paths, on=["cause", "effect"])
    np.testing.assert_allclose(paths["estimate_y"], paths["estimate_x"], rtol=0, atol=1e-7)
    loadings = golden("seminr_python", "plsc_loadings").merge(made.fit.loadings, on=["construct", "item"])
    np.testing.assert_allclose(loadings["estimate_y"], loadings["estimate_x"], rtol=0, atol=1e-8)
    expected = golden("seminr_python", "plsc_r_squared").set_index("effect")["estimate"]
    np.testing.assert_allclose(made.fit.r_squared[expected.index], expected, rtol=0, atol=1e-8)
    assert made.verdict == "inadmissible"
    assert "not positive definite" in made.reasons[0]
    assert any(reason.startswith("the correlation of quality and satisfaction is 0.95") for reason in made.reasons)


@pytest.mark.parametrize("metric", ["standardised", "raw"])
def test_a_factor_models_population_gives_its_own_paths_and_loadings(metric):
    known = truth()
    made = consistent(fit_pls(population(known), known.structure, metric=metric, **EXACT))
    assert made.verdict == "ok"
    found = {(cause, effect): value for cause, effect, value in made.fit.paths.itertuples(index=False)}
    assert found == pytest.approx(dict(known.paths), abs=1e-10)
    assert dict(made.fit.loadings[["item", "estimate"]].to_numpy()) == pytest.approx(dict(known.loadings), abs=1e-10)


def test_items_in_different_units_do_not_disturb_the_raw_metric():
    known = truth()
    scale = dict.fromkeys(known.structure.items, 1.7) | {"q1": 12.0, "s2": 0.3}
    other = FactorTruth(known.structure, known.paths, known.loadings, sd=scale)
    made = consistent(fit_pls(population(other), known.structure, metric="raw", **EXACT))
    np.testing.assert_allclose(made.fit.paths["estimate"], list(known.paths.values()), atol=1e-10)


def test_a_large_sample_gives_the_truth_back_where_plain_pls_falls_short():
    known = truth()
    fit = fit_pls(responses(known, 100_000, seed=61), known.structure)
    made = consistent(fit)
    expected = np.array([known.paths[path] for path in known.structure.paths])
    # The largest standard error is some .006.
    np.testing.assert_allclose(made.fit.paths["estimate"], expected, atol=0.02)
    assert (fit.paths.query("cause == 'quality'")["estimate"] < 0.50).all()


def test_a_single_item_and_a_block_in_mode_b_count_as_measured_without_error():
    known = truth()
    fit = fit_pls(population(known), known.structure, mode={"image": "B"})
    table = consistent(fit).reliability.set_index("construct")
    assert table["metric"].to_dict() == {"image": "mode_b", "quality": "rho_a", "satisfaction": "rho_a", "loyalty": "single_item"}
    assert (table.loc[["image", "loyalty"], "estimate"] == 1.0).all()
    corrected = consistent(fit).fit.correlations
    ratio = fit.correlations.loc["image", "loyalty"] / corrected.loc["image", "loyalty"]
    assert ratio == pytest.approx(1.0, abs=1e-12)


def test_the_units_of_the_items_do_not_matter():
    answers = responses(truth(), 400, seed=62)
    one, other = (
        consistent(fit_pls(frame, truth().structure, tolerance=TIGHT)) for frame in (answers, answers.assign(q1=9 * answers["q1"] + 1))
    )
    pd.testing.assert_frame_equal(one.fit.paths, other.fit.paths, rtol=1e-9)
    pd.testing.assert_frame_equal(one.reliability, other.reliability, rtol=1e-9)


def test_weights_moments_and_the_given_fit_stay_as_they_were():
    fit = fit_pls(population(truth()), truth().structure)
    before = fit.paths.copy()
    made = consistent(fit)
    pd.testing.assert_frame_equal(fit.paths, before)
    assert made.fit.weights is fit.weights
    assert made.fit.moments is fit.moments


@pytest.mark.parametrize(
    ("r", "verdict", "reason"),
    [
        (0.94, "ok", None),
        (0.96, "doubtful", "the correlation of a and b is 0.960"),
        (1.02, "inadmissible", "the correlation of a and b is 1.020"),
        (-0.97, "doubtful", "the correlation of a and b is -0.970"),
    ],
)
def test_constructs_that_come_too_close_are_named_with_their_correlation(r, verdict, reason):
    model, m = with_correlation(r)
    made = consistent(fit_pls(m, model))
    assert made.verdict == verdict
    assert made.reasons == () if reason is None else reason in made.reasons
    assert made.fit.paths["estimate"].item() == pytest.approx(r, abs=1e-9)


def test_more_than_everything_explained_is_inadmissible_and_still_shown():
    model, m = with_correlation(1.02)
    made = consistent(fit_pls(m, model))
    assert "R squared of b is 1.040" in made.reasons
    assert made.fit.r_squared["b"] == pytest.approx(1.02**2, abs=1e-9)


def test_a_reliability_above_one_and_a_negative_residual_variance_are_inadmissible():
    # Unequal weights from outside on items that correlate beyond what one factor can give.
    model = structure({"a": ["a1", "a2", "a3"], "b": ["b1"]}, {"b": ["a"]}, "b")
    S = np.eye(4)
    for one, other, r in ((0, 1, 0.9), (0, 2, 0.6), (1, 2, 0.2), (0, 3, 0.6), (1, 3, 0.2), (2, 3, 0.15)):
        S[one, other] = S[other, one] = r
    made = consistent(fit_pls(Moments(items=model.items, n=500, n_effective=500.0, mean=np.zeros(4), covariance=S), model))
    assert made.verdict == "inadmissible"
    assert any(reason.startswith("the loading of a1 is 1.") and "residual variance negative" in reason for reason in made.reasons)


def test_items_that_contradict_each_other_have_no_reliability_and_the_reason_says_so():
    model = structure({"a": ["a1", "a2"], "b": ["b1"]}, {"b": ["a"]}, "b")
    S = np.array([[1, -0.3, 0.4], [-0.3, 1, 0.4], [0.4, 0.4, 1]])
    made = consistent(fit_pls(Moments(items=model.items, n=500, n_effective=500.0, mean=np.zeros(3), covariance=S), model))
    assert made.verdict == "inadmissible"
    assert made.reasons[0].startswith("rho_A of a is -")
    assert made.fit.paths["estimate"].isna().all()


def test_steep_paths_and_inflated_variances_are_doubtful():
    known = truth()
    fit = fit_pls(population(known), known.structure)
    Q = np.sqrt(consistent(fit).reliability["estimate"].to_numpy())
    R = np.array([[1, 0.949, 0.9, 0.3], [0.949, 1, 0.8, 0.3], [0.9, 0.8, 1, 0.3], [0.3, 0.3, 0.3, 1]])
    close = replace(
        fit, correlations=pd.DataFrame(R * np.outer(Q, Q) + np.diag(1 - Q**2), fit.correlations.index, fit.correlations.columns)
    )
    made = consistent(close)
    assert made.verdict == "doubtful"
    # By hand: (.9 - .949 x .8) / (1 - .949^2) = .1408 / .099399 = 1.4165 and 1 / (1 - .949^2) = 10.06.
    assert "the path image -> satisfaction is 1.417" in made.reasons
    assert "the variance inflation of image as a cause of satisfaction is 10.1" in made.reasons


def test_a_model_of_single_items_has_nothing_to_correct():
    model = structure({"a": ["a1"], "b": ["b1"]}, {"b": ["a"]}, "b")
    S = np.array([[1, 0.5], [0.5, 1]])
    fit = fit_pls(Moments(items=model.items, n=100, n_effective=100.0, mean=np.zeros(2), covariance=S), model)
    with pytest.raises(ParamsError, match="several items in mode A, and this model has none"):
        consistent(fit)
