"""Sobol indices against functions whose indices are known."""

import numpy as np
import pytest

from csat_lib.errors import DataError, ParamsError
from csat_lib.index import sobol_indices


def ishigami(U):
    x = np.pi * (2 * U - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_the_ishigami_function_has_its_known_indices():
    found = sobol_indices(ishigami, ["x1", "x2", "x3"], samples=2**14, draws=200, seed=1)
    # Ishigami & Homma 1990 with a = 7, b = 0.1: closed form of the partial variances.
    own = 0.5 * (1 + 0.1 * np.pi**4 / 5) ** 2, 49 / 8, 0.0
    joint = 0.01 * np.pi**8 * 8 / 225
    whole = sum(own) + joint
    # Half of what a plain random sample of this size would miss by.
    np.testing.assert_allclose(found["first"], np.array(own) / whole, atol=0.01)
    np.testing.assert_allclose(found["total"], np.add(own, [joint, 0, joint]) / whole, atol=0.01)


def test_a_sum_has_first_order_indices_that_are_its_squared_slopes():
    slopes = np.array([3.0, 2.0, 1.0, 0.0])
    found = sobol_indices(lambda U: U @ slopes + 1000, list("abcd"), samples=4096, draws=200, seed=2)
    np.testing.assert_allclose(found["first"], slopes**2 / (slopes @ slopes), atol=0.01)
    np.testing.assert_allclose(found["total"], slopes**2 / (slopes @ slopes), atol=0.01)
    assert found["total"].iloc[3] == 0


def test_intervals_hold_the_estimate_and_shrink_with_the_sample():
    small, large = (sobol_indices(ishigami, list("abc"), samples=n, draws=300, seed=3) for n in (512, 8192))
    for found in (small, large):
        assert ((found["total_low"] <= found["total"]) & (found["total"] <= found["total_high"])).all()
    width = [(found["total_high"] - found["total_low"]).iloc[0] for found in (small, large)]
    # Sixteen times the sample, a quarter of the width.
    assert width[1] / width[0] == pytest.approx(0.25, rel=0.35)


def test_everything_depends_on_the_seed_alone():
    one, two = (sobol_indices(ishigami, list("abc"), samples=256, draws=50, seed=4) for _ in range(2))
    assert one.equals(two)


def test_a_model_that_does_not_vary_or_returns_no_numbers_is_refused():
    with pytest.raises(DataError, match="same for every setting"):
        sobol_indices(lambda U: np.full(len(U), 70.1), ["a"], seed=1)
    with pytest.raises(DataError, match="finite numbers, one per run"):
        sobol_indices(lambda U: np.full(len(U), np.nan), ["a"], seed=1)
    with pytest.raises(ParamsError, match="No factors"):
        sobol_indices(ishigami, [], seed=1)
    with pytest.raises(ParamsError, match="samples=4: expected 8 to"):
        sobol_indices(ishigami, list("abc"), samples=4, seed=1)
