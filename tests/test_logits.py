"""All logits of all subsets: at their maximum to the last digit, and resamples from a start nearby give what a start from nothing gives."""

from __future__ import annotations

import numpy as np
import pytest

from csat_lib.drivers.logit import first_steps, subset_mcfadden
from csat_lib.stats import blocks, counts


@pytest.fixture(scope="module", params=[(600, 4, 0.5), (300, 3, 0.85), (900, 6, 0.2)], ids=["even", "skewed", "rare"])
def sample(request):
    n, p, cut = request.param
    draw = np.random.default_rng(n)
    X = draw.normal(size=(n, p)) + 0.6 * draw.normal(size=(n, 1))
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    score = X @ np.linspace(0.8, 0.1, p) + draw.logistic(size=n)
    return X, (score > np.quantile(score, cut)).astype(float), draw.gamma(2.0, size=n)


def slopes(X, y, w, B):
    """The derivatives of the mean log-likelihood of every subset by its own coefficients."""
    design = np.column_stack([np.ones(len(X)), X])
    inside = B != 0
    inside[0] = True
    return np.where(inside, (design * w[:, None]).T @ (y[:, None] - 1 / (1 + np.exp(-design @ B))), 0.0) / w.sum()


def test_the_coefficients_of_the_sample_are_at_the_maximum(sample):
    X, y, w = sample
    _, B = subset_mcfadden(X, y, w)
    assert np.abs(slopes(X, y, w, B)).max() < 1e-13


@pytest.mark.parametrize("first", ["double", "single"])
def test_resamples_from_a_first_step_have_the_value_of_a_fit_from_nothing(sample, first):
    X, y, w = sample
    _, B = subset_mcfadden(X, y, w)
    taken = np.concatenate([counts(block, len(y)) for block in blocks(40, len(y), 5)])
    starts = first_steps(X, y, w, B, taken)
    for times, start in zip(taken, starts, strict=True):
        here = times > 0
        own = X[here], y[here], (times * w)[here]
        near, _ = subset_mcfadden(*own, start, first=first)
        exact, _ = subset_mcfadden(*own)
        np.testing.assert_allclose(near, exact, rtol=0, atol=1e-10)


def test_a_first_step_lies_nearer_than_the_sample(sample):
    X, y, w = sample
    _, B = subset_mcfadden(X, y, w)
    taken = np.concatenate([counts(block, len(y)) for block in blocks(40, len(y), 6)])
    starts = first_steps(X, y, w, B, taken)
    fitted = np.stack([subset_mcfadden(X, y, np.maximum(times * w, 1e-300))[1] for times in taken])
    assert np.abs(starts - fitted).mean() < 0.3 * np.abs(B - fitted).mean()


def test_a_first_step_in_parts_is_that_in_one(sample, monkeypatch):
    from csat_lib.drivers import logit

    X, y, w = sample
    _, B = subset_mcfadden(X, y, w)
    taken = np.concatenate([counts(block, len(y)) for block in blocks(16, len(y), 7)])
    whole = first_steps(X, y, w, B, taken)
    monkeypatch.setattr(logit, "CELLS", 3 * len(y))
    np.testing.assert_allclose(first_steps(X, y, w, B, taken), whole, rtol=0, atol=1e-5)  # single precision
