"""Standard errors and intervals of means and shares."""

import numpy as np
import pytest
import statsmodels.api as sm
from statsmodels.stats.proportion import proportion_confint

from csat_lib.stats import n_effective, percentile_interval, weighted_mean, wilson, z_value


def test_an_unweighted_mean_has_the_textbook_standard_error():
    y = np.array([2.0, 4.0, 4.0, 7.0, 9.0])
    found = weighted_mean(y)
    assert (found.estimate, found.n, found.n_effective) == (5.2, 5, 5.0)
    assert found.std_error == pytest.approx(y.std(ddof=1) / np.sqrt(5), rel=1e-14)


def test_a_weighted_mean_is_linearised_and_its_weights_are_not_frequencies():
    draw = np.random.default_rng(1)
    y, w = draw.normal(5, 2, size=300), draw.gamma(2.0, size=300)
    found = weighted_mean(y, w)
    # A weighted regression on a constant with the HC1 covariance is the same estimator.
    fitted = sm.WLS(y, np.ones(300), weights=w).fit(cov_type="HC1")
    assert found.estimate == pytest.approx(fitted.params[0], rel=1e-12)
    assert found.std_error == pytest.approx(fitted.bse[0], rel=1e-12)
    assert weighted_mean(y, 1000 * w).std_error == pytest.approx(found.std_error, rel=1e-12)


def test_clusters_enter_the_standard_error():
    draw = np.random.default_rng(2)
    cluster = np.repeat(np.arange(40), 8)
    y, w = draw.normal(size=40)[cluster] + draw.normal(size=320), draw.gamma(4.0, size=320)
    found = weighted_mean(y, w, cluster=cluster)
    fitted = sm.WLS(y, np.ones(320), weights=w).fit(cov_type="cluster", cov_kwds={"groups": cluster, "use_correction": False})
    assert found.std_error == pytest.approx(fitted.bse[0] * np.sqrt(40 / 39), rel=1e-12)
    assert found.std_error > 1.5 * weighted_mean(y, w).std_error


def test_strata_take_their_differences_out_of_the_standard_error():
    draw = np.random.default_rng(3)
    stratum = np.repeat([0, 1], 100)
    y = draw.normal(size=200) + 10 * stratum
    expected = np.sqrt(sum(y[stratum == s].var(ddof=1) / 100 for s in (0, 1)) / 4)
    assert weighted_mean(y, strata=stratum).std_error == pytest.approx(expected, rel=1e-12)
    assert weighted_mean(y).std_error > 4 * expected


def test_missing_answers_and_rows_of_weight_zero_are_left_out():
    found = weighted_mean(np.array([1.0, np.nan, 3.0, 8.0]), np.array([1.0, 5.0, 1.0, 0.0]))
    assert (found.estimate, found.n, found.n_effective) == (2.0, 2, 2.0)


def test_one_answer_has_a_mean_but_no_standard_error_and_none_has_neither():
    one, none = weighted_mean(np.array([4.0])), weighted_mean(np.array([np.nan]))
    assert one.estimate == 4.0
    assert np.isnan(one.std_error)
    assert np.isnan(none.estimate)
    assert none.n == 0


def test_one_cluster_cannot_tell_its_own_spread():
    assert np.isnan(weighted_mean(np.array([1.0, 2.0, 3.0]), cluster=np.array([0, 0, 0])).std_error)


def test_effective_n_and_its_design_effect():
    w = np.array([1, 1, 2, 2, 3.0])
    assert n_effective(w) == pytest.approx(4.263158, abs=5e-7)
    assert 5 / n_effective(w) == pytest.approx(1.172839, abs=1e-6)  # printed without rounding: 95/81 = 1.1728395


def test_normal_quantiles():
    assert z_value(0.95) == pytest.approx(1.959964, abs=5e-7)
    assert z_value(0.90) == pytest.approx(1.644854, abs=5e-7)


@pytest.mark.parametrize(("share", "n"), [(0.8, 100), (0.0, 40), (1.0, 12), (0.03, 900)])
def test_wilson_s_interval_is_that_of_statsmodels(share, n):
    assert wilson(share, n) == pytest.approx(proportion_confint(round(share * n), n, method="wilson"), abs=1e-12)


def test_wilson_s_published_example():
    assert wilson(0.8, 100) == pytest.approx((0.711171, 0.866633), abs=5e-7)


def test_a_share_of_nobody_has_no_interval():
    assert np.isnan(wilson(0.5, 0)).all()


def test_the_percentile_interval_leaves_lost_draws_out():
    draws = np.concatenate([np.arange(1_001.0), np.full(99, np.nan)])[None]
    low, high = percentile_interval(draws, 0.9)
    assert (low[0], high[0]) == pytest.approx((50, 950))
