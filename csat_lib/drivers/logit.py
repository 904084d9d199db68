"""Logistic regressions of every subset of drivers at once, weighted: Newton's method on all of them together.

X (n, q) has the constant first and standardised drivers after it; B (q, S) holds the coefficients of S subsets, 0 for a driver outside.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
CELLS = 2**21
MOST_STEPS = 40
SETTLED = 1e-13
NEAR = 1e-8  # where a step gains less, the next one gains less than SETTLED: the likelihood is there, the coefficients nearly
DIVERGED = 25.0  # fitted log odds beyond this run to infinity


def subset_mcfadden(X: Array, y: Array, w: Array, start: Array | None = None) -> tuple[Array, Array]:
    """McFadden's R squared (2^p,) of every subset, 1 - l / l0, and the coefficients (p + 1, 2^p); bit j of a column's number is driver j.

    NaN where the likelihood has no maximum because the drivers separate the two groups.

    Parameters
    ----------
    X : ndarray, (n, p)
        Standardised drivers.
    y, w : ndarray, (n,)
        0 or 1; survey weights.
    start : ndarray, (p + 1, 2^p), optional
        Where to begin; without it at the linear discriminant.
    """
    p = X.shape[1]
    masks = (np.arange(2**p) >> np.arange(p)[:, None]) & 1 == 1
    inside = np.concatenate([np.ones((1, 2**p), dtype=bool), masks])
    design = np.column_stack([np.ones(len(y)), X])
    w = w / w.mean()
    B, enough = (_discriminant(design, y, w, inside), SETTLED) if start is None else (start.copy(), NEAR)
    value = np.empty(2**p)
    size = max(1, CELLS // len(y))
    for first in range(0, 2**p, size):
        part = slice(first, first + size)
        value[part], B[:, part] = _newton(design, y, w, inside[:, part], B[:, part], enough=enough)
    share = float(w @ y / w.sum())
    null = w.sum() * (share * np.log(share) + (1 - share) * np.log1p(-share))
    return 1 - value / null, B


def _newton(design: Array, y: Array, w: Array, inside: npt.NDArray[np.bool_], B: Array, *, enough: float) -> tuple[Array, Array]:
    """Log-likelihoods (S,) and coefficients (q, S) at their maximum; after a step that gains less than ``enough`` only the likelihood."""
    upper = np.triu_indices(design.shape[1])
    pairs = (design[:, upper[0]] * design[:, upper[1]]).T * w
    weighted = design * w[:, None]
    toward = weighted.T @ y
    q, S = B.shape
    B, value = B.copy(), np.full(S, np.nan)
    active, near = np.arange(S), np.zeros(S, dtype=bool)
    total = w.sum()
    for _ in range(MOST_STEPS):
        if near.any():
            value[active[near]] = _likelihood(design, w, toward, B[:, active[near]])
            active = active[~near]
            if len(active) == 0:
                break
        here = inside[:, active]
        eta = design @ B[:, active]
        lost = np.maximum(eta.max(axis=0), -eta.min(axis=0)) > DIVERGED
        mu = _odds(eta)
        slope = np.where(here, toward[:, None] - weighted.T @ mu, 0.0)
        H = np.zeros((len(active), q, q))
        curve = (pairs @ (mu * (1 - mu))).T
        H[:, upper[0], upper[1]] = curve
        H[:, upper[1], upper[0]] = curve
        H *= here.T[:, :, None] * here.T[:, None, :]
        H[:, np.arange(q), np.arange(q)] += np.where(here.T, 1e-12 * total, 1.0)
        step = np.linalg.solve(H, slope.T[:, :, None])[:, :, 0].T
        gain = (step * slope).sum(axis=0) / total
        done = gain < SETTLED
        if done.any():
            reached = active[done]
            value[reached] = (toward @ B[:, reached]) + w @ np.log1p(-mu[:, done])
        step *= np.minimum(1.0, 5.0 / np.maximum(np.abs(step).max(axis=0), 1e-300))
        B[:, active] += step
        value[active[lost]] = np.nan
        near = (gain < enough)[~done & ~lost]
        active = active[~done & ~lost]
        if len(active) == 0:
            break
    return value, B


def _likelihood(design: Array, w: Array, toward: Array, B: Array) -> Array:
    mu = _odds(design @ B)
    return np.asarray((toward @ B) + w @ np.log1p(np.negative(mu, out=mu)))


def _odds(eta: Array) -> Array:
    """1 / (1 + exp(-eta)) in the memory of ``eta``."""
    np.clip(eta, -30, 30, out=eta)
    np.negative(eta, out=eta)
    np.exp(eta, out=eta)
    eta += 1.0
    return np.reciprocal(eta, out=eta)


def _discriminant(design: Array, y: Array, w: Array, inside: npt.NDArray[np.bool_]) -> Array:
    """Linear regressions of the subsets, scaled to log odds: near the maximum, at no cost."""
    q, S = inside.shape
    share = float(w @ y / w.sum())
    H = np.broadcast_to((design.T * w) @ design, (S, q, q)) * (inside.T[:, :, None] * inside.T[:, None, :])
    H = H + np.eye(q) * ~inside.T[:, None, :]
    target = np.where(inside, (design.T @ (w * (y - share)))[:, None], 0.0)
    B = np.linalg.solve(H, target.T[:, :, None])[:, :, 0].T / (share * (1 - share))
    B[0] += np.log(share / (1 - share))
    return np.asarray(np.clip(B, -5, 5))
