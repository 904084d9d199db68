"""What has no answer gives none: dependent causes, lonely clusters, draws of another fit, scales that are not those of the answers."""

import numpy as np
import pandas as pd
import pytest
from known_models import structure, survey_of, truth, two_orders

from csat_lib.errors import DataError, ModelError, ParamsError
from csat_lib.index import scores
from csat_lib.model import bootstrap, consistent, fit_pls, impacts, index_scores, index_trend, index_weights, summarise
from csat_lib.model.pls_bootstrap import jackknife
from csat_lib.simulate import responses
from csat_lib.stats import percentile_interval, z_value

MODEL = truth().structure


@pytest.fixture(scope="module")
def answers():
    return responses(truth(), 120, seed=101, answers="rounded")


@pytest.fixture(scope="module")
def fitted(answers):
    return fit_pls(answers, MODEL, scale=(1, 10))


@pytest.mark.parametrize("scheme", ["path", "factorial", "centroid"])
@pytest.mark.parametrize("order", range(6))
def test_causes_that_depend_on_each_other_are_refused_whatever_the_order_of_the_rows(answers, scheme, order):
    frame = answers.assign(both=answers["i1"] + answers["q1"]).sample(frac=1, random_state=order)
    model = structure({"x": ["i1"], "y": ["q1"], "z": ["both"], "s": ["s1", "s2"]}, {"s": ["x", "y", "z"]}, "s")
    with pytest.raises(ModelError, match=r"The causes of s \(x, y, z\) cannot be told apart"):
        fit_pls(frame, model, scheme=scheme)


def test_draws_of_a_singular_block_in_mode_b_are_counted_and_lost():
    """Two items that differ in one row of forty: about a third of the draws do not hold it."""
    draw = np.random.default_rng(102)
    x = draw.normal(size=40)
    frame = pd.DataFrame({"x": x, "y": x + np.where(np.arange(40) == 7, 1.0, 0.0), "c": 0.5 * x + draw.normal(size=40)})
    frame["d"] = frame["c"] + draw.normal(size=40)
    model = structure({"a": ["x", "y"], "b": ["c", "d"]}, {"b": ["a"]}, "b")
    fit = fit_pls(frame, model, mode={"a": "B"})
    found = bootstrap(fit, frame, draws=1000, seed=1)
    without = np.exp(40 * np.log(39 / 40))
    assert found.degenerate["not converged or linearly dependent"] / 1000 == pytest.approx(without, abs=0.06)
    assert np.nanmax(np.abs(found.paths)) <= 1


def test_one_cluster_gives_no_interval(answers):
    survey = survey_of(answers.assign(shop="k"), list(answers), roles={"shop": "cluster"})
    fit = fit_pls(survey, MODEL)
    with pytest.raises(ModelError, match="All respondents belong to one cluster"):
        bootstrap(fit, survey, draws=100, seed=1)


def test_strata_with_a_single_cluster_are_joined_and_not_taken_as_certain(answers):
    """Twelve clusters, each its own stratum: as if there were one stratum."""
    frame = answers.assign(shop=np.arange(120) // 10, town=np.arange(120) // 10)
    alone = survey_of(frame, list(answers), roles={"shop": "cluster", "town": "strata"})
    pooled = survey_of(frame.drop(columns="town"), list(answers), roles={"shop": "cluster"})
    errors = []
    for survey in (alone, pooled):
        fit = fit_pls(survey, MODEL)
        errors.append(summarise(fit, bootstrap(fit, survey, draws=300, seed=3)).query("metric == 'path'")["std_error"].to_numpy())
    np.testing.assert_allclose(errors[0], errors[1], rtol=1e-10)
    assert (errors[0] > 0.01).all()


def test_the_jackknife_of_bca_stays_within_the_strata(answers):
    """A shift between strata is no skewness: the acceleration does not see it."""
    shifted = answers.assign(town=np.repeat(["a", "b"], 60))
    shifted.loc[shifted["town"] == "b", list(answers)] += 30.0
    survey = survey_of(shifted, list(answers), high=60, roles={"town": "strata"})
    fit = fit_pls(survey, MODEL)
    draws = bootstrap(fit, survey, draws=200, seed=4)
    index = jackknife(fit, draws).index[3]
    town = np.repeat([0, 1], 60)
    centred = index - np.array([index[town == each].mean() for each in (0, 1)])[town]
    assert np.abs(centred).max() < np.abs(index - index.mean()).max() / 2
    table = summarise(fit, draws, interval="bca").query("metric == 'index' and construct == 'loyalty'").iloc[0]
    assert table["conf_low"] < table["estimate"] < table["conf_high"]


def test_draws_that_tie_with_the_estimate_count_half_whatever_the_rounding(answers, fitted):
    """The index of one item is a mean of whole numbers: a sum in another order must not change its interval."""
    draws = bootstrap(fitted, answers, draws=1000, seed=5)
    found = []
    for step in (0.0, 1e-13):
        draws.index[3] += step
        found.append(summarise(fitted, draws, interval="bca").query("metric == 'index' and construct == 'loyalty'")["conf_high"].iloc[0])
    assert found[1] == pytest.approx(found[0], abs=1e-9)


def test_draws_of_another_fit_are_refused(answers, fitted):
    draws = bootstrap(fitted, answers, draws=100, seed=1)
    other = responses(truth(), 120, seed=103, answers="rounded")
    for fit in (fit_pls(other, MODEL, scale=(1, 10)), fit_pls(answers, MODEL, scale=(1, 10), metric="raw"), consistent(fitted).fit):
        with pytest.raises(ParamsError, match="These draws belong to another fit"):
            summarise(fit, draws)
    smaller = structure({"image": ["i1"], "satisfaction": ["s1"]}, {"satisfaction": ["image"]})
    with pytest.raises(ParamsError, match="These draws belong to another fit"):
        impacts(fit_pls(answers, smaller, scale=(1, 10)), on="satisfaction", draws=draws)
    again = summarise(fit_pls(answers, MODEL, scale=(1, 10)), draws)
    pd.testing.assert_frame_equal(again, summarise(fitted, draws))


def test_a_corrected_fit_has_neither_bootstrap_nor_impacts(answers, fitted):
    corrected = consistent(fitted).fit
    with pytest.raises(ParamsError, match="this fit is PLSc"):
        bootstrap(corrected, answers, draws=100, seed=1)
    with pytest.raises(ParamsError, match="this fit is PLSc"):
        impacts(corrected, on="satisfaction")


def test_a_draw_with_a_negative_weight_in_a_part_has_no_index_of_the_whole(answers):
    weak = answers.assign(q1=np.random.default_rng(104).permutation(answers["q1"]))
    fit = fit_pls(weak, two_orders(), scale=(1, 10))
    found = bootstrap(fit, weak, draws=400, seed=6)
    negative = (found.part_weights[:2] <= 0).any(axis=0)
    quality = fit.structure.names.index("quality")
    assert negative.sum() > 20
    assert np.isnan(found.index[quality, negative]).all()
    assert np.isnan(found.width[quality, negative]).all()
    assert np.isfinite(found.index[quality, ~negative]).mean() > 0.5


def test_an_index_that_most_draws_do_not_have_has_no_interval(answers):
    weak = answers.assign(q1=11 - answers["q1"], q2=np.random.default_rng(105).permutation(answers["q2"]))
    model = structure({"q": ["q2", "q1"], "s": ["s1", "s2", "s3"]}, {"s": ["q"]}, "s")
    fit = fit_pls(weak.assign(q1=np.random.default_rng(106).permutation(weak["q1"])), model, scale=(1, 10))
    data = weak.assign(q1=np.random.default_rng(106).permutation(weak["q1"]))
    draws = bootstrap(fit, data, draws=400, seed=7)
    share = np.isfinite(draws.index[0]).mean()
    row = summarise(fit, draws).query("metric == 'index' and construct == 'q'").iloc[0]
    assert row["draws"] == np.isfinite(draws.index[0]).sum()
    assert np.isnan(row["conf_low"]) == (share < 0.5 or np.isnan(row["estimate"]))


def test_weights_of_items_on_different_scales_give_back_the_index(answers):
    frame = answers.assign(s3=10 * answers["s3"])
    scale = dict.fromkeys(MODEL.items, (1.0, 10.0)) | {"s3": (10.0, 100.0)}
    fit = fit_pls(frame, MODEL, scale=scale)
    on_hundred = 100 * (frame[["s1", "s2", "s3"]] - [1, 1, 10]) / [9, 9, 90]
    expected = index_scores(fit).set_index("construct")["estimate"]["satisfaction"]
    assert (on_hundred @ index_weights(fit)[["s1", "s2", "s3"]]).mean() == pytest.approx(expected, abs=1e-9)


def test_the_trend_at_its_own_weights_is_the_index(answers):
    survey = survey_of(answers, list(answers))
    trend = index_trend({"2026Q2": survey, "2026Q3": survey}, MODEL, "satisfaction", how={}, draws=100, seed=1)
    np.testing.assert_allclose(trend["fixed"], trend["estimate"], rtol=0, atol=1e-8)
    fixed = scores(survey, MODEL, weights=index_weights(fit_pls(survey, MODEL)))
    assert fixed.query("construct == 'satisfaction'")["estimate"].iloc[0] == pytest.approx(trend["estimate"].iloc[0], abs=1e-8)


def test_a_scale_that_is_not_that_of_the_answers_is_refused(answers):
    with pytest.raises(ParamsError, match=r"the mean of 'i1' is .*, outside 1 to 5"):
        index_scores(fit_pls(answers, MODEL, scale=(1, 5)))
    for wrong in ((1,), "1-10", {"i1": 10}):
        with pytest.raises(ParamsError, match=r"scale: expected \(low, high\)"):
            fit_pls(answers, MODEL, scale=wrong)


def test_weights_that_leave_fewer_effective_respondents_than_items_are_refused(answers):
    weights = pd.Series(1e-6, index=answers.index)
    weights.iloc[:3] = 1e6
    with pytest.raises(ModelError, match=r"3\.0 effective respondents for the model's 11 items"):
        fit_pls(survey_of(answers, list(answers), weights=weights), MODEL)


@pytest.mark.parametrize("seed", [None, -1, 1.5, "7", True])
def test_a_seed_is_a_whole_number(answers, fitted, seed):
    with pytest.raises(ParamsError, match="seed: expected a whole number of at least 0"):
        bootstrap(fitted, answers, draws=100, seed=seed)


@pytest.mark.parametrize("confidence", [95, 0, 1, -0.5, "0.95", None, True])
def test_a_confidence_is_a_share(confidence):
    for function in (z_value, lambda each: percentile_interval(np.arange(10.0), each)):
        with pytest.raises(ParamsError, match=r"confidence: expected a share between 0 and 1, such as 0\.95"):
            function(confidence)


def test_a_model_by_name_is_not_a_structure(answers):
    with pytest.raises(ParamsError, match=r"structure: expected what csat\.load_model gives, got str"):
        fit_pls(answers, "acsi")


def test_infinite_answers_are_named_before_they_are_resampled(answers, fitted):
    with pytest.raises(DataError, match="The bootstrap: 'q2' holds infinite answers"):
        bootstrap(fitted, answers.replace({"q2": {5.0: np.inf}}), draws=100, seed=1)
