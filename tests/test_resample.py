"""Resamples: who is drawn how often, and moments of resamples by one matrix product."""

import numpy as np
import pandas as pd
import pytest

from csat_lib.stats import blocks, correlations, counts, moments, products, resampled


def drawn(draws, n, seed, units=None):
    return np.concatenate([counts(block, n, units) for block in blocks(draws, n, seed)])


def test_every_resample_draws_as_many_rows_as_there_are():
    taken = drawn(600, 37, seed=1)
    assert taken.shape == (600, 37)
    assert (taken.sum(axis=1) == 37).all()


def test_rows_are_drawn_equally_often_and_as_often_twice_as_chance_has_it():
    taken = drawn(4_000, 50, seed=2)
    assert np.abs(taken.mean(axis=0) - 1).max() < 5 / np.sqrt(4_000)
    # Binomial(50, 1/50): variance 49/50.
    assert taken.var() == pytest.approx(0.98, rel=0.03)


def test_the_split_into_blocks_depends_on_the_number_of_rows_alone():
    few, many = blocks(600, 250, seed=5), blocks(2_000, 250, seed=5)
    assert [(b.start, b.seed.spawn_key) for b in many[:1]] == [(b.start, b.seed.spawn_key) for b in few[:1]]
    assert [b.start for b in many] == list(range(0, 2_000, few[0].draws))
    assert sum(b.draws for b in few) == 600
    assert blocks(600, 10_000_000, seed=5)[0].draws < few[0].draws


def test_the_first_draws_are_the_same_when_more_are_asked_for():
    np.testing.assert_array_equal(drawn(1_000, 40, seed=3)[:500], drawn(500, 40, seed=3))
    assert (drawn(250, 40, seed=3) != drawn(250, 40, seed=4)).any()


def test_blocks_can_be_drawn_in_any_order():
    parts = blocks(700, 60, seed=8)
    backwards = [counts(block, 60) for block in parts[::-1]][::-1]
    np.testing.assert_array_equal(np.concatenate(backwards), drawn(700, 60, seed=8))


def test_clusters_are_drawn_whole_and_within_their_stratum():
    cluster = np.repeat([0, 1, 2, 3, 4], [3, 1, 2, 4, 5])
    stratum = np.array([0, 0, 0, 1, 1])
    taken = drawn(500, len(cluster), seed=6, units=(cluster, stratum))
    for each in range(5):
        members = taken[:, cluster == each]
        assert (members == members[:, :1]).all()
    first = taken[:, [np.flatnonzero(cluster == each)[0] for each in range(5)]]
    assert (first[:, :3].sum(axis=1) == 3).all()
    assert (first[:, 3:].sum(axis=1) == 2).all()
    assert len(np.unique(taken.sum(axis=1))) > 1


@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_moments_of_a_resample_are_those_of_the_rows_it_repeats(offset):
    draw = np.random.default_rng(9)
    X, w = draw.normal(size=(80, 4)) * [1, 10, 0.1, 5] + offset, draw.gamma(3.0, size=80)
    taken = drawn(120, 80, seed=10)
    means, covariance = resampled(products(X, w), taken)
    for number in (0, 57, 119):
        rows = np.repeat(np.arange(80), taken[number].astype(int))
        v = w[rows] / w[rows].mean()
        mean = v @ X[rows] / len(rows)
        D = X[rows] - mean
        np.testing.assert_allclose(means[:, number], mean, rtol=1e-10)
        np.testing.assert_allclose(
            correlations(covariance)[:, :, number], correlations((v[:, None] * D).T @ D / (len(rows) - 1)), atol=1e-7 if offset else 1e-12
        )
        np.testing.assert_allclose(np.diag(covariance[:, :, number]), (v[:, None] * D**2).sum(axis=0) / (len(rows) - 1), rtol=1e-6)


@pytest.mark.parametrize("missing", ["listwise", "pairwise", "mean"])
def test_the_resample_that_draws_everybody_once_has_the_moments_of_the_sample(missing):
    draw = np.random.default_rng(11)
    X, w = draw.normal(5, 2, (80, 3)), draw.gamma(2.0, size=80)
    if missing != "listwise":
        X[draw.random(X.shape) < 0.1] = np.nan
    means, covariance = resampled(products(X, w, missing), np.ones((1, 80)))
    expected = moments(pd.DataFrame(X, columns=list("abc")), list("abc"), weights=w, missing=missing)
    np.testing.assert_allclose(means[:, 0], expected.mean, rtol=1e-12)
    np.testing.assert_allclose(covariance[:, :, 0], expected.covariance, rtol=1e-12)
