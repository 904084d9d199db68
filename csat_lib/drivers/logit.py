"""Logistic regressions of every subset of drivers at once, weighted: Newton's method on all of them together.

X (n, q) has the constant first and standardised drivers after it; B (q, S) holds the coefficients of S subsets, 0 for a driver outside.
"""

from __future__ import annotations

from typing import Literal, cast

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
First = Literal["double", "single"]
CELLS = 2**21
MOST_STEPS = 40
SETTLED = 1e-13
NEAR = 1e-10  # where a step gains less, its half brings the likelihood to its maximum; the coefficients are nearly there
FAR = 5.0  # fitted log odds: a first step that may change them by more is worth nothing
MODEST = 10.0  # beyond these log odds single precision says too little of the curvature
DIVERGED = 25.0  # fitted log odds beyond this run to infinity


def subset_mcfadden(X: Array, y: Array, w: Array, start: Array | None = None, *, first: First = "double") -> tuple[Array, Array]:
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
    first : {"double", "single"}
        Precision of the first step; single is right for drivers that are well apart, since the steps after it mend it.
    """
    design, inside = _subsets(X)
    w = w / w.mean()
    B, enough = (_discriminant(design, y, w, inside), SETTLED) if start is None else (start.copy(), NEAR)
    value = np.empty(B.shape[1])
    size = max(1, CELLS // len(y))
    for begin in range(0, len(value), size):
        part = slice(begin, begin + size)
        value[part], B[:, part] = _newton(design, y, w, inside[:, part], B[:, part], enough=enough, first=first)
    share = float(w @ y / w.sum())
    null = w.sum() * (share * np.log(share) + (1 - share) * np.log1p(-share))
    return 1 - value / null, B


def first_steps(X: Array, y: Array, w: Array, B: Array, taken: Array) -> Array:
    """Where the coefficients of resamples lie to the first order: one step from those of the sample, by the sample's curvature.

    Parameters
    ----------
    X, y, w
        As in ``subset_mcfadden``.
    B : ndarray, (p + 1, 2^p)
        The sample's coefficients.
    taken : ndarray, (draws, n)
        How often each respondent is drawn.

    Returns
    -------
    ndarray, (draws, p + 1, 2^p)
    """
    design, inside = _subsets(X)
    n, q = design.shape
    starts = np.repeat(B[None], len(taken), axis=0)
    size = max(1, CELLS // n)
    for begin in range(0, B.shape[1], size):
        part = slice(begin, begin + size)
        mu = _odds(B[:, part].T @ design.T)
        inverse = np.linalg.inv(_curvature(design, w, inside[:, part].T, mu))
        missed = (y - mu).astype(np.float32)
        for first in range(0, len(taken), max(1, CELLS // (n * q))):
            some = slice(first, first + max(1, CELLS // (n * q)))
            weight = taken[some] * w
            weight *= (w.sum() / weight.sum(axis=1))[:, None]
            drawn = np.einsum("dn,nq->ndq", weight.astype(np.float32), design.astype(np.float32))
            slope = (missed @ drawn.reshape(n, -1)).reshape(len(mu), -1, q)
            steps = np.where(inside[:, part].T[:, None], slope @ inverse, 0.0)
            steps[np.abs(steps) @ np.abs(design).max(axis=0) > FAR] = 0.0
            starts[some, :, part] += steps.transpose(1, 2, 0)
    return starts


def _subsets(X: Array) -> tuple[Array, npt.NDArray[np.bool_]]:
    """The design with its constant, and which of its columns are in each subset (p + 1, 2^p)."""
    p = X.shape[1]
    masks = (np.arange(2**p) >> np.arange(p)[:, None]) & 1 == 1
    return np.column_stack([np.ones(len(X)), X]), np.concatenate([np.ones((1, 2**p), dtype=bool), masks])


def _newton(
    design: Array, y: Array, w: Array, inside: npt.NDArray[np.bool_], B: Array, *, enough: float, first: First
) -> tuple[Array, Array]:
    """Log-likelihoods (S,) at their maximum and coefficients (q, S) next to it, from where a step gains less than ``enough``.

    The curvature is worked out at the start and again where a step has gained more than a hundredth of what the one before it did; what
    the last step is short of the maximum is half its gain, to the third order. Rows of fitted odds are subsets, so that those which are
    still at work lie together.
    """
    exact = (design, w, design * w[:, None])
    used = cast("tuple[Array, Array, Array]", tuple(each.astype(np.float32) for each in exact)) if first == "single" else exact
    toward, everybody, total = y @ exact[2], exact[2].sum(axis=0), w.sum()
    farthest = np.abs(design).max(axis=0)
    here, b = inside.T, B.T.copy()
    S, q = b.shape
    value, before = np.full(S, np.nan), np.full(S, -np.inf)
    active, inverse = np.arange(S), np.zeros((S, q, q))
    for _ in range(MOST_STEPS):
        X, weight, weighted = used
        mu = b[active].astype(X.dtype) @ X.T
        if used is not exact and np.abs(mu).max() > MODEST:
            used = exact
            continue
        lost = np.abs(b[active]) @ farthest > DIVERGED
        if lost.any():
            lost[lost] = np.abs(mu[lost]).max(axis=1) > DIVERGED
        mu = _odds(mu)
        slope = np.where(here[active], toward - mu @ weighted, 0.0)
        step = (inverse[active] @ slope[:, :, None])[:, :, 0]
        gain = (step * slope).sum(axis=1) / total
        stale = ~((gain >= 0) & (gain < 0.01 * before[active]))
        if enough == SETTLED:
            stale |= gain < enough  # the last step is Newton's own, so that the coefficients are there, too
        if stale.any():
            inverse[active[stale]] = np.linalg.inv(_curvature(X, weight, here[active[stale]], mu if stale.all() else mu[stale]))
            step[stale] = (inverse[active[stale]] @ slope[stale][:, :, None])[:, :, 0]
            gain[stale] = (step[stale] * slope[stale]).sum(axis=1) / total
        done = (gain >= 0) & (gain < enough) & ~lost & (used is exact)
        if done.any():
            reached = active[done]
            value[reached] = b[reached] @ (toward - everybody) + np.log(mu if done.all() else mu[done]) @ w + total * gain[done] / 2
        b[active] += step * np.minimum(1.0, 5.0 / np.maximum(np.abs(step).max(axis=1), 1e-300))[:, None]
        before[active], used = gain, exact
        active = active[~done & ~lost]
        if len(active) == 0:
            break
    return value, b.T


def _curvature(design: Array, w: Array, inside: npt.NDArray[np.bool_], mu: Array) -> Array:
    """Minus the second derivatives (S, q, q) at the odds mu (S, n); ones on the diagonal of what is outside."""
    S, q = inside.shape
    upper = np.triu_indices(q)
    pairs = design[:, upper[0]] * design[:, upper[1]] * w[:, None]
    curve = (mu * (1 - mu)) @ pairs
    H = np.empty((S, q, q))
    H[:, upper[0], upper[1]] = curve
    H[:, upper[1], upper[0]] = curve
    H *= inside[:, :, None] * inside[:, None, :]
    H[:, np.arange(q), np.arange(q)] += np.where(inside, 1e-12 * w.sum(), 1.0)
    return H


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
