"""LMG of many drivers from sampled orders: it agrees with all subsets, its standard error is honest, and intervals follow."""

import numpy as np
import pandas as pd
import pytest

from csat_lib.drivers import importance
from csat_lib.drivers.orders import sampled_shapley
from csat_lib.drivers.subsets import shapley, subset_r_squared
from csat_lib.stats import Moments


def correlated(p, *, seed=131, n=400):
    draw = np.random.default_rng(seed)
    X = draw.normal(size=(n, p)) + 0.8 * draw.normal(size=(n, 1))
    return pd.DataFrame(X, columns=[f"x{k}" for k in range(p)]).assign(y=X @ draw.uniform(0, 0.4, p) + 2 * draw.normal(size=n))


def alone(p):
    return [[k] for k in range(p)]


def test_sampled_orders_agree_with_all_subsets_within_their_standard_error():
    R = correlated(10).corr().to_numpy()[:, :, None]
    exact = shapley(subset_r_squared(R))
    found, error = sampled_shapley(R, alone(10), 100)
    assert found.sum() == pytest.approx(exact.sum(), abs=1e-12)
    z = (found - exact) / error
    assert np.abs(z).max() < 4
    assert 0.2 < (z**2).mean() < 3
    assert error.max() < 3e-4


def test_a_pair_of_an_order_and_its_reverse_is_exact_for_two_drivers():
    R = correlated(2).corr().to_numpy()[:, :, None]
    found, error = sampled_shapley(R, alone(2), 3)
    np.testing.assert_allclose(found, shapley(subset_r_squared(R)), rtol=0, atol=1e-14)
    assert error.max() < 1e-8


def test_rounds_err_far_less_than_independent_orders_would():
    R = correlated(12).corr().to_numpy()[:, :, None]
    _, rounds = sampled_shapley(R, alone(12), 83)
    rng = np.random.default_rng(5)
    gains = np.empty((2_000, 12))
    for row in gains:
        order = rng.permutation(12)
        row[order] = np.linalg.cholesky(R[np.ix_([*order, 12], [*order, 12])][:, :, 0])[-1, :-1] ** 2
    independent = gains.std(axis=0, ddof=1) / np.sqrt(2_000)
    assert rounds.mean() < 0.3 * independent.mean()


def test_a_perfect_fit_stops_nothing():
    frame = correlated(3)
    R = frame.assign(y=frame["x0"] + frame["x1"]).corr().to_numpy()[:, :, None]
    assert sampled_shapley(R, alone(3), 9)[0].sum() == pytest.approx(1, abs=1e-12)


def test_thirty_drivers_have_a_table_with_the_error_of_its_orders():
    frame = correlated(30)
    names = list(frame)[:30]
    found = importance(frame, "y", names)
    X = np.column_stack([np.ones(400), frame[names]])
    residual = frame["y"] - X @ np.linalg.lstsq(X, frame["y"], rcond=None)[0]
    assert found["estimate"].sum() == pytest.approx(1 - residual.var() / frame["y"].var(), abs=1e-12)
    assert (found["orders"] == 34 * 60).all()
    assert found["sampling_error"].between(1e-8, 5e-4).all()
    assert found.notna().all(axis=None)
    pd.testing.assert_frame_equal(found, importance(frame, "y", names))
    johnson = importance(frame, "y", names, method="johnson")
    assert (found["estimate"] - johnson["estimate"]).abs().max() < 0.02
    assert "orders" not in johnson


def test_intervals_from_sampled_orders_are_those_of_all_subsets(monkeypatch):
    frame = correlated(8)
    names = list(frame)[:8]
    exact = importance(frame, "y", names, draws=300, seed=2)
    monkeypatch.setattr("csat_lib.drivers.measures.MOST_IN_DRAWS", 4)
    sampled = importance(frame, "y", names, draws=300, seed=2)
    np.testing.assert_allclose(sampled["estimate"], exact["estimate"], rtol=0, atol=1e-14)
    # 200 orders, shifted to agree at the estimate, leave a few per cent of the standard error.
    np.testing.assert_allclose(sampled["std_error"], exact["std_error"], rtol=0.05)
    assert np.abs(sampled["conf_low"] - exact["conf_low"]).max() < 0.1 * exact["std_error"].max()


def test_groups_beyond_twenty_two_drivers_enter_as_one():
    frame = correlated(24)
    names = list(frame)[:24]
    halves = {"first": names[:12], "second": names[12:]}
    found = importance(frame, "y", names, groups=halves).set_index("driver")["estimate"]
    R = frame.corr().to_numpy()
    whole, first, second = (
        R[S, -1] @ np.linalg.solve(R[np.ix_(S, S)], R[S, -1]) for S in (list(range(24)), list(range(12)), list(range(12, 24)))
    )
    assert found.to_dict() == pytest.approx({"first": (first + whole - second) / 2, "second": (second + whole - first) / 2}, abs=1e-12)


def test_uncorrelated_drivers_beyond_twenty_two_have_their_squared_correlation():
    r = np.linspace(0.02, 0.2, 25)
    R = np.eye(26)
    R[25, :25] = R[:25, 25] = r
    names = tuple(f"x{k}" for k in range(25))
    m = Moments(items=(*names, "y"), n=500, n_effective=500.0, mean=np.zeros(26), covariance=R)
    np.testing.assert_allclose(importance(m, "y", names)["estimate"], r**2, rtol=0, atol=1e-14)
