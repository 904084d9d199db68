"""Percentile, BCa and studentised intervals, against scipy and against their definitions worked out row by row."""

import numpy as np
import pandas as pd
import pytest
from known_models import TIGHT, structure, survey_of, truth
from scipy import stats

from csat_lib.errors import ParamsError
from csat_lib.model import bootstrap, fit_pls, impacts, summarise
from csat_lib.model.intervals import INNER
from csat_lib.model.pls_bootstrap import jackknife, nested
from csat_lib.simulate import responses
from csat_lib.stats import blocks, counts, counts_within, jackknife_groups, left_out, moments, products


@pytest.fixture(scope="module")
def answers():
    return responses(truth(), 60, seed=71, answers="rounded")


@pytest.fixture(scope="module")
def fitted(answers):
    return fit_pls(answers, truth().structure, scale=(1, 10), tolerance=TIGHT)


@pytest.fixture(scope="module")
def draws(fitted, answers):
    return bootstrap(fitted, answers, draws=400, seed=5)


def test_the_jackknife_is_the_fit_without_each_row(fitted, answers, draws):
    found = jackknife(fitted, draws)
    assert found.paths.shape[1] == 60
    for row in (0, 17, 59):
        again = fit_pls(answers.drop(index=row), fitted.structure, tolerance=TIGHT)
        np.testing.assert_allclose(found.paths[:, row], again.paths["estimate"], rtol=0, atol=1e-9)


def test_leaving_out_a_cluster_leaves_out_all_of_its_rows(answers):
    X, w = answers.to_numpy(), np.random.default_rng(72).gamma(4.0, size=60)
    cluster = np.arange(60) // 5
    group = jackknife_groups(60, (cluster, np.zeros(12)))
    means, covariance = left_out(products(X, w), group)
    kept = cluster != 4
    expected = moments(answers[kept], list(answers), weights=w[kept])
    np.testing.assert_allclose(means[:, 4], expected.mean, rtol=0, atol=TIGHT)
    np.testing.assert_allclose(covariance[:, :, 4], expected.covariance, rtol=0, atol=1e-11)


def test_more_than_five_thousand_rows_are_left_out_in_two_hundred_groups():
    group = jackknife_groups(5_001)
    sizes = np.bincount(group)
    assert len(sizes) == 200
    assert sizes.min() >= 25
    assert (jackknife_groups(5_000) == np.arange(5_000)).all()


def test_bca_is_that_of_scipy_on_the_same_draws(fitted, answers, draws):
    def path(rows):
        chosen = answers.loc[rows.astype(int)].reset_index(drop=True)
        return fit_pls(chosen, fitted.structure, tolerance=TIGHT).paths["estimate"].iloc[2]

    ours = summarise(fitted, draws, interval="bca").query("metric == 'path'").iloc[2]
    known = stats.bootstrap((np.arange(60.0),), path, n_resamples=2, vectorized=False, random_state=1)
    known.bootstrap_distribution = draws.paths[2]
    theirs = stats.bootstrap((np.arange(60.0),), path, n_resamples=0, vectorized=False, method="BCa", bootstrap_result=known)
    assert (ours["conf_low"], ours["conf_high"]) == pytest.approx(tuple(theirs.confidence_interval), abs=1e-8)


def test_bca_of_a_mean_is_that_of_scipy(answers):
    """The index of a single item is a mean; unrounded answers, so that no draw ties with the estimate."""
    smooth = answers + np.random.default_rng(74).normal(0, 0.01, answers.shape)
    fit = fit_pls(smooth, truth().structure, scale=(1, 10))
    draws = bootstrap(fit, smooth, draws=400, seed=5)
    taken = np.concatenate([counts(block, 60) for block in blocks(400, 60, 5)])
    ours = summarise(fit, draws, interval="bca", confidence=0.9).query("metric == 'index' and construct == 'loyalty'")
    loyalty = (smooth["l1"].to_numpy() - 1) / 9 * 100
    known = stats.bootstrap((loyalty,), np.mean, n_resamples=2, random_state=1)
    known.bootstrap_distribution = taken @ loyalty / 60
    theirs = stats.bootstrap((loyalty,), np.mean, n_resamples=0, method="BCa", bootstrap_result=known, confidence_level=0.9)
    np.testing.assert_allclose(ours[["conf_low", "conf_high"]].to_numpy()[0], theirs.confidence_interval, rtol=1e-9)


def test_the_inner_resamples_are_fits_of_rows_of_the_outer_one(fitted, answers, draws):
    block = blocks(400, 60, 5)[0]
    taken = counts(block, 60)
    within = counts_within(block, taken, 3)
    assert (within.sum(axis=1) == 60).all()
    assert (within.reshape(len(taken), 3, 60)[np.broadcast_to(taken[:, None] == 0, (len(taken), 3, 60))] == 0).all()
    found = nested(fitted, draws, inner=3)[0]
    again = fit_pls(answers.loc[np.repeat(np.arange(60), within[7].astype(int))].reset_index(drop=True), fitted.structure, tolerance=TIGHT)
    np.testing.assert_allclose(found.paths[:, 7], again.paths["estimate"], rtol=0, atol=1e-9)


def test_inner_clusters_stay_whole_and_within_their_stratum():
    cluster, stratum = np.arange(60) // 5, np.repeat([0, 1, 2], 4)
    block = blocks(10, 60, 1)[0]
    within = counts_within(block, counts(block, 60, (cluster, stratum)), 4, (cluster, stratum)).reshape(-1, 12, 5)
    assert (within == within[:, :, :1]).all()
    assert (within[:, :, 0].reshape(-1, 3, 4).sum(axis=2) == 4).all()


def test_studentised_intervals_follow_their_definition(fitted, draws):
    table = summarise(fitted, draws, interval="studentised").query("metric == 'path'")
    errors = np.concatenate(
        [np.nanstd(each.paths.reshape(4, -1, INNER), axis=2, ddof=1) for each in nested(fitted, draws, inner=INNER)], axis=1
    )
    t = fitted.paths["estimate"].to_numpy()
    q = np.nanquantile((draws.paths - t[:, None]) / errors, [0.975, 0.025], axis=1)
    spread = np.nanstd(draws.paths, axis=1, ddof=1)
    np.testing.assert_allclose(table["conf_low"], t - spread * q[0], rtol=1e-10)
    np.testing.assert_allclose(table["conf_high"], t - spread * q[1], rtol=1e-10)


def test_a_statistic_that_does_not_vary_is_its_own_interval(fitted, draws):
    for interval in ("percentile", "bca"):
        single = summarise(fitted, draws, interval=interval).query("metric == 'loading' and construct == 'loyalty'").iloc[0]
        assert (single["conf_low"], single["conf_high"]) == (single["estimate"], single["estimate"])


def test_impacts_have_intervals_of_the_draws(fitted, draws):
    table = impacts(fitted, on="satisfaction", draws=draws)
    plain = impacts(fitted, on="satisfaction")
    pd.testing.assert_series_equal(table["estimate"], plain["estimate"])
    ratio = 5 * draws.total_effects[0, 2] * draws.width[2] / draws.width[0]
    assert tuple(table.loc[0, ["conf_low", "conf_high"]]) == pytest.approx(tuple(np.nanquantile(ratio, [0.025, 0.975])), rel=1e-12)
    assert ((table["conf_low"] < table["estimate"]) & (table["estimate"] < table["conf_high"])).all()


def test_a_draw_of_impacts_is_the_impact_of_its_rows(fitted, answers, draws):
    taken = np.concatenate([counts(block, 60) for block in blocks(400, 60, 5)])[11].astype(int)
    again = fit_pls(answers.loc[np.repeat(np.arange(60), taken)].reset_index(drop=True), fitted.structure, scale=(1, 10), tolerance=TIGHT)
    ratio = 5 * draws.total_effects[0, 2, 11] * draws.width[2, 11] / draws.width[0, 11]
    assert ratio == pytest.approx(impacts(again, on="satisfaction")["estimate"].iloc[0], abs=1e-8)


def test_a_confidence_outside_zero_to_one_is_refused(fitted, draws):
    with pytest.raises(ParamsError, match=r"expected a share between 0 and 1, such as 0\.95, got 95"):
        summarise(fitted, draws, confidence=95)


def test_workers_must_be_a_number_of_processes(fitted, answers):
    with pytest.raises(ParamsError, match="workers: expected a whole number of processes, or -1 for all cores, got 0"):
        bootstrap(fitted, answers, draws=100, seed=1, workers=0)


def test_weights_count_in_every_kind_of_interval(answers):
    weights = pd.Series(np.random.default_rng(73).gamma(2.0, size=60), index=answers.index)
    model = structure({"q": ["q1", "q2", "q3"], "s": ["s1", "s2"]}, {"s": ["q"]}, "s")
    survey = survey_of(answers, list(answers), weights=weights)
    fit = fit_pls(survey, model)
    for interval in ("percentile", "bca", "studentised"):
        row = summarise(fit, bootstrap(fit, survey, draws=200, seed=2), interval=interval).iloc[0]
        assert row["conf_low"] < row["estimate"] < row["conf_high"]
