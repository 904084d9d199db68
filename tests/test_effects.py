"""Total effects, indices and impacts: published numbers, worked examples, refusals."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from known_models import ACSI_SCALE, TIGHT, acsi, acsi_answers, ecsi, golden, mobile, structure, survey_of, truth

from csat_lib.errors import ModelError, ParamsError
from csat_lib.index import scores
from csat_lib.model import fit_pls, impacts, index_scores, index_weights, total_effects
from csat_lib.simulate import responses

INDUSTRIES = [1001, 3003, 3013, 5001]


@pytest.fixture(scope="module")
def answers():
    return responses(truth(), 500, seed=41, answers="rounded")


@pytest.fixture(scope="module")
def fitted(answers):
    return fit_pls(answers, truth().structure, tolerance=TIGHT, scale=(1, 10))


@pytest.fixture
def industry(real_data):
    """The nine-path model of one industry of the ACSI's public sample, answers in their units."""

    def fit(code):
        rows = acsi_answers(real_data).query("INDUSTRY == @code").drop(columns="INDUSTRY").dropna()
        return fit_pls(rows, acsi(), metric="raw", scale=ACSI_SCALE, tolerance=TIGHT)

    return fit


@pytest.fixture
def phone_index(real_data):
    def index(answers):
        return index_scores(fit_pls(answers, ecsi(), scheme="centroid", metric="raw", tolerance=TIGHT, scale=(0, 100)))

    return index, (mobile(real_data) - 1) / 9 * 100


def column(table, key="construct"):
    return table.set_index(key)["estimate"]


def test_total_effects_on_the_mobile_phone_data_agree_with_smartpls(real_data):
    found = total_effects(fit_pls(mobile(real_data), ecsi(), tolerance=TIGHT))
    both = golden("smartpls_ecsi", "total_effects").merge(found, on=["cause", "effect"], suffixes=("_expected", ""))
    assert len(both) == 8
    np.testing.assert_allclose(both["estimate"], both["estimate_expected"], rtol=0, atol=1e-6)


@pytest.mark.parametrize(("items", "table"), [("rounded", "raw_index"), ("unrounded", "raw_index_without_rounding")])
def test_mobile_phone_indices_agree_with_the_published_setting(phone_index, items, table):
    index, on_hundred = phone_index
    found = column(index(on_hundred.round(2) if items == "rounded" else on_hundred))
    expected = column(golden("smartpls_ecsi", table))
    np.testing.assert_allclose(found[expected.index], expected, rtol=0, atol=5.1e-5)


def test_mobile_phone_index_weights_agree_with_the_published_setting(real_data):
    on_hundred = ((mobile(real_data) - 1) / 9 * 100).round(2)
    found = index_weights(fit_pls(on_hundred, ecsi(), scheme="centroid", metric="raw", tolerance=TIGHT))
    expected = golden("smartpls_ecsi", "raw_items").set_index("item")["normalised_weight"]
    np.testing.assert_allclose(found[expected.index], expected, rtol=0, atol=5.1e-5)


# The four indices that two schemes and two metrics give on the mobile phone data (answers on 0-100, two decimals in the raw runs).
@pytest.mark.parametrize(
    ("scheme", "metric", "index"),
    [("path", "standardised", 72.454), ("path", "raw", 71.169), ("centroid", "standardised", 72.543), ("centroid", "raw", 71.248)],
)
def test_the_metric_alone_moves_the_mobile_phone_index_by_more_than_a_point(phone_index, scheme, metric, index):
    _, on_hundred = phone_index
    fit = fit_pls(on_hundred, ecsi(), scheme=scheme, metric=metric, tolerance=TIGHT, scale=(0, 100))
    assert column(index_scores(fit))["satisfaction"] == pytest.approx(index, abs=5.1e-4)


@pytest.mark.parametrize("code", INDUSTRIES)
def test_each_industry_of_the_acsi_has_its_published_index_and_spread(industry, code):
    expected = golden("acsi_industries", "industries").set_index("code").loc[code]
    found = index_scores(industry(code)).set_index("construct").loc["satisfaction"]
    sd = found["std_error"] * np.sqrt(found["n"])
    assert found["n"] == expected["n"]
    assert found["estimate"] == pytest.approx(expected["index"], abs=5.1e-3)
    assert sd == pytest.approx(expected["sd"], abs=5.1e-3)
    assert 1.96 * sd / np.sqrt(250) == pytest.approx(expected["half_95"], abs=5.1e-3)
    assert 1.645 * sd / np.sqrt(250) == pytest.approx(expected["half_90"], abs=5.1e-3)


def test_the_banks_of_the_acsi_have_their_indices_and_weights(industry):
    fit = industry(5001)
    expected = column(golden("acsi_industries", "banks_index"))
    np.testing.assert_allclose(column(index_scores(fit))[expected.index], expected, rtol=0, atol=5.1e-5)
    weights = golden("acsi_industries", "banks_weights").set_index("item")["estimate"]
    np.testing.assert_allclose(index_weights(fit)[weights.index], weights, rtol=0, atol=5.1e-5)


def test_the_banks_of_the_acsi_have_their_impacts(industry):
    expected = golden("acsi_industries", "banks_effects").set_index("cause")
    found = impacts(industry(5001), on="satisfaction", points=1).set_index("cause").loc[expected.index]
    np.testing.assert_allclose(found["direct"], expected["direct"], rtol=0, atol=5.1e-5)
    np.testing.assert_allclose(found["estimate"], expected["total"], rtol=0, atol=5.1e-5)
    five = impacts(industry(5001), on="satisfaction").set_index("cause").loc[expected.index]
    np.testing.assert_allclose(five["estimate"], expected["five_points"], rtol=0, atol=5.1e-3)


def test_five_points_of_satisfaction_bring_banks_the_published_repurchase(industry):
    found = impacts(industry(5001), on="loyalty").set_index("cause").loc["satisfaction"]
    assert found["estimate"] == pytest.approx(5.08, abs=5.1e-3)
    assert found["direct"] == pytest.approx(5.03, abs=5.1e-3)


def test_impacts_are_the_regression_of_one_index_on_the_others(answers, fitted):
    u = index_weights(fitted)
    Y = pd.DataFrame(
        {each.name: ((answers[list(each.items)] - 1) / 9 * 100) @ u[list(each.items)] for each in truth().structure.constructs}
    )
    X = np.column_stack([np.ones(len(Y)), Y["image"], Y["quality"]])
    b = np.linalg.lstsq(X, Y["satisfaction"], rcond=None)[0]
    found = impacts(fitted, on="satisfaction", points=1).set_index("cause")["direct"]
    np.testing.assert_allclose(found[["image", "quality"]], b[1:], rtol=1e-9)
    np.testing.assert_allclose(column(index_scores(fitted))[list(Y)], Y.mean(), rtol=1e-10)
    se = index_scores(fitted).set_index("construct")["std_error"]
    np.testing.assert_allclose(se[list(Y)], Y.std() / np.sqrt(len(Y)), rtol=1e-9)


def test_total_effects_are_direct_and_indirect_together(fitted):
    found = total_effects(fitted).set_index(["cause", "effect"])
    path = fitted.paths.set_index(["cause", "effect"])["estimate"]
    by_hand = path["image", "satisfaction"] + path["image", "quality"] * path["quality", "satisfaction"]
    assert found.loc[("image", "satisfaction"), "estimate"] == pytest.approx(by_hand, rel=1e-12)
    assert found.loc[("image", "loyalty"), "estimate"] == pytest.approx(by_hand * path["satisfaction", "loyalty"], rel=1e-12)
    assert found.loc[("image", "loyalty"), "direct"] == 0
    np.testing.assert_allclose(found["direct"] + found["indirect"], found["estimate"], rtol=1e-12)
    assert len(found) == 6


# Means of three items, weights in the units of the answers, and the index, worked by hand.
@pytest.mark.parametrize(
    ("means", "weights", "index"),
    [
        ((8.5259, 7.5950, 7.7348), (1, 1, 1), 77.243333),
        ((8.5259, 7.5950, 7.7348), (0.39, 0.34, 0.27), 77.731078),
        ((7.988, 7.128, 7.316), (0.0158, 0.0231, 0.0263), 71.247103),
        ((1, 1, 1), (0.39, 0.34, 0.27), 0.0),
        ((10, 10, 10), (0.39, 0.34, 0.27), 100.0),
    ],
)
@pytest.mark.parametrize("metric", ["raw", "standardised"])
def test_the_index_of_worked_means(fitted, means, weights, index, metric):
    items = ["s1", "s2", "s3"]
    mean = fitted.moments.mean.copy()
    at = [fitted.moments.items.index(item) for item in items]
    mean[at] = means
    sd = np.sqrt(np.diag(fitted.moments.covariance))[at] if metric == "standardised" else 1.0
    table = fitted.weights.set_index("item")
    table.loc[items, "estimate"] = np.array(weights) * sd
    changed = replace(fitted, metric=metric, moments=replace(fitted.moments, mean=mean), weights=table.reset_index())
    assert column(index_scores(changed))["satisfaction"] == pytest.approx(index, abs=5.1e-7)


def test_index_weights_sum_to_one_and_give_the_index_through_the_scores_of_respondents(answers, fitted):
    u = index_weights(fitted)
    for each in truth().structure.constructs:
        assert u[list(each.items)].sum() == pytest.approx(1, abs=1e-12)
    found = scores(survey_of(answers, list(answers)), truth().structure, weights=u).set_index("construct")
    expected = index_scores(fitted).set_index("construct")
    np.testing.assert_allclose(found["estimate"], expected.loc[found.index, "estimate"], rtol=1e-10)
    np.testing.assert_allclose(found["std_error"], expected.loc[found.index, "std_error"], rtol=1e-9)


def test_the_standard_error_of_a_weighted_index_rests_on_the_effective_n(answers):
    w = pd.Series(np.random.default_rng(42).gamma(1.0, size=len(answers)) + 0.05, index=answers.index)
    survey = survey_of(answers.clip(1, 10), list(answers), weights=w)
    fit = fit_pls(survey, truth().structure)
    found = index_scores(fit).set_index("construct")
    # Weights that have nothing to do with the answers: Kish's factor and linearisation differ by chance only.
    linearised = scores(survey, truth().structure, weights=index_weights(fit)).set_index("construct").loc[found.index]
    np.testing.assert_allclose(found["std_error"], linearised["std_error"], rtol=0.12)
    np.testing.assert_allclose(found["estimate"], linearised["estimate"], rtol=1e-10)
    assert (found["n_effective"] < 0.65 * found["n"]).all()


def test_an_item_against_the_others_leaves_its_block_without_an_index_and_the_rest_with_theirs(answers):
    fit = fit_pls(answers.assign(q3=11 - answers["q3"]), truth().structure, scale=(1, 10))
    found = index_scores(fit).set_index("construct")
    assert np.isnan(found.loc["quality", "estimate"])
    assert found.loc["quality", "verdict"] == "undefined: q3 has a weight that is not positive"
    rest = found.drop(index="quality")
    assert (rest["verdict"] == "ok").all()
    assert rest["estimate"].between(0, 100).all()


def test_an_undefined_index_has_no_impact_and_the_other_causes_go_on(answers, fitted):
    fit = fit_pls(answers.assign(q3=11 - answers["q3"]), truth().structure, scale=(1, 10))
    found, whole = (impacts(each, on="satisfaction").set_index("cause") for each in (fit, fitted))
    assert found.loc["quality", "verdict"] == "undefined: quality has a weight that is not positive"
    assert np.isnan(found.loc["quality", "estimate"])
    rest = [cause for cause in whole.index if cause != "quality"]
    assert (found.loc[rest, "verdict"] == "ok").all()
    np.testing.assert_allclose(found.loc[rest, "estimate"], whole.loc[rest, "estimate"], rtol=1e-6)
    with pytest.raises(ModelError, match="index of quality is undefined: one of its weights is not positive"):
        impacts(fit, on="quality")


def test_the_points_of_an_impact_are_proportional(fitted):
    one, ten = (impacts(fitted, on="loyalty", points=points)["estimate"] for points in (1, 10))
    np.testing.assert_allclose(10 * one, ten, rtol=1e-12)


def test_impacts_need_the_ends_of_the_scales(answers):
    fit = fit_pls(answers, truth().structure)
    with pytest.raises(ParamsError, match=r"scale=\(1, 10\)"):
        impacts(fit, on="satisfaction")


def test_impacts_on_an_unknown_construct_are_refused_with_the_nearest(fitted):
    with pytest.raises(ParamsError, match=r"No construct 'satisfacton' in the model\. Did you mean 'satisfaction'"):
        impacts(fitted, on="satisfacton")


def test_items_on_different_scales_share_one_index():
    frame = pd.DataFrame({"a": [1.0, 3.0, 5.0, 2.0], "b": [0.0, 4.0, 10.0, 3.0], "c": [1.0, 1.0, 2.0, 1.0]})
    two = structure({"x": ["a", "b"], "y": ["c"]}, {"y": ["x"]}, "y")
    fit = fit_pls(frame, two, metric="raw", scale={"a": (1, 5), "b": (0, 10), "c": (1, 2)})
    w = fit.weights.set_index("item")["estimate"]
    expected = 100 * (w["a"] * (frame["a"].mean() - 1) + w["b"] * frame["b"].mean()) / (4 * w["a"] + 10 * w["b"])
    assert column(index_scores(fit))["x"] == pytest.approx(expected, rel=1e-12)
