"""Maximum likelihood from answers with gaps (FIML): every respondent counts with the items that he or she answered.

Letters: k pattern of answered items, n_k its weight, m_k and S_k its mean and covariance (divisor n_k), mu means, Sigma covariances.
The means are free, so they follow from Sigma: mu(Sigma) = (sum n_k Sigma_k^-1)^-1 sum n_k Sigma_k^-1 m_k.
semopy's own FIML takes them as zero, which only centred complete answers are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from csat_lib.errors import ConvergenceError, DataError
from csat_lib.model.sem_model import Objective, Specified

Array = npt.NDArray[np.float64]
STEP = 1e-5
EM_SETTLED, EM_ROUNDS = 1e-10, 5000


@dataclass(frozen=True, slots=True, eq=False)
class Patterns:
    """K patterns of m answered items each: places of the items (K, m), weights (K,), means (K, m), covariances with divisor n (K, m, m)."""

    items: npt.NDArray[np.int_]
    n: Array
    mean: Array
    covariance: Array

    @property
    def cells(self) -> tuple[npt.NDArray[np.int_], npt.NDArray[np.int_]]:
        """Where the patterns' covariances stand in the whole matrix."""
        return self.items[:, :, None], self.items[:, None, :]


def patterns_of(X: Array, w: Array) -> list[Patterns]:
    """The patterns of answered items in X (rows x items), those of one size together; rows without any answer are left out."""
    here = ~np.isnan(X)
    kept = here.any(axis=1) & (w > 0)
    kinds, of_row = np.unique(here[kept], axis=0, return_inverse=True)
    X, w = X[kept], w[kept]
    rows = np.split(np.argsort(of_row.ravel(), kind="stable"), np.cumsum(np.bincount(of_row.ravel()))[:-1])
    found: dict[int, list[tuple[npt.NDArray[np.int_], float, Array, Array]]] = {}
    for kind, taken in zip(kinds, rows, strict=True):
        items = np.flatnonzero(kind).astype(np.int_)
        part, v = X[np.ix_(taken, items)], w[taken]
        mean = v @ part / v.sum()
        covariance = ((part - mean).T * v) @ (part - mean) / v.sum()
        found.setdefault(len(items), []).append((items, float(v.sum()), mean, covariance))
    return [Patterns(*(np.array(each) for each in zip(*group, strict=True))) for group in found.values()]


def check_covered(X: Array, items: Sequence[str]) -> None:
    """Refuse pairs of items that nobody answered together: their covariance is unknown."""
    here = (~np.isnan(X)).astype(float)
    never = np.argwhere(here.T @ here == 0)
    if len(never):
        a, b = (items[place] for place in never[0])
        raise DataError(f"Nobody answered both {a!r} and {b!r}, so missing='fiml' has nothing to go by. Take one of them out.")


def saturated(patterns: Sequence[Patterns], p: int) -> tuple[Array, Array]:
    """Means and covariances without any model, by EM (Little & Rubin 2002, section 11.2).

    Raises
    ------
    ConvergenceError
        Too many gaps: the covariances still moved.
    """
    mu, Sigma = np.zeros(p), np.eye(p)
    total = _weight(patterns)
    for _ in range(EM_ROUNDS):
        first, second = np.zeros(p), total * Sigma
        for each in patterns:
            rest = Sigma[each.items]
            slope = np.linalg.solve(Sigma[each.cells], rest).transpose(0, 2, 1)
            expected = mu + np.einsum("kpm,km->kp", slope, each.mean - mu[each.items])
            first += each.n @ expected
            gain = slope @ (each.covariance @ slope.transpose(0, 2, 1) - rest)
            second += np.einsum("k,kpq->pq", each.n, gain) + (expected.T * each.n) @ expected
        mean = first / total
        covariance = second / total - np.outer(mean, mean)
        moved = max(np.abs(covariance - Sigma).max(), np.abs(mean - mu).max())
        mu, Sigma = mean, covariance
        if moved < EM_SETTLED:
            return mu, Sigma
    raise ConvergenceError(f"The covariances of answers with gaps still moved after {EM_ROUNDS} rounds of EM. Use missing='listwise'.")


def deviance(patterns: Sequence[Patterns], Sigma: Array) -> tuple[float, Array, Array]:
    """-2 log-likelihood per unit of weight without its constant, its derivative by Sigma, and the means that belong to Sigma."""
    inverses = [np.linalg.inv(Sigma[each.cells]) for each in patterns]
    total, p = _weight(patterns), len(Sigma)
    weight, pull = np.zeros((p, p)), np.zeros(p)
    for each, inverse in zip(patterns, inverses, strict=True):
        np.add.at(weight, each.cells, each.n[:, None, None] * inverse)
        np.add.at(pull, each.items, each.n[:, None] * np.einsum("kij,kj->ki", inverse, each.mean))
    mu = np.linalg.solve(weight, pull)
    value, slope = 0.0, np.zeros((p, p))
    for each, inverse in zip(patterns, inverses, strict=True):
        off = each.mean - mu[each.items]
        spread = inverse @ (each.covariance + off[:, :, None] * off[:, None, :])
        value += float(each.n @ (np.einsum("kii->k", spread) - np.linalg.slogdet(inverse)[1]))
        np.add.at(slope, each.cells, each.n[:, None, None] * (inverse - spread @ inverse))
    return value / total, slope / total, np.asarray(mu)


def fiml(specified: Specified, patterns: Sequence[Patterns]) -> Objective:
    """The objective of ``minimised``: value, gradient and expected curvature given the patterns."""
    model, total = specified.model, _weight(patterns)
    order = _order(specified)

    def implied(x: Array) -> tuple[Array, Array]:
        model.update_matrices(x)
        sigma, (m, c) = model.calc_sigma()
        slopes = np.stack([np.broadcast_to(each, sigma.shape) for each in model.calc_sigma_grad(m, c)])
        return sigma[np.ix_(order, order)], slopes[:, order][:, :, order]

    def value(x: Array) -> float:
        Sigma, _ = implied(x)
        sound = np.isfinite(Sigma).all() and np.linalg.eigvalsh(Sigma)[0] > 0
        return deviance(patterns, Sigma)[0] if sound else np.inf

    def gradient(x: Array) -> Array:
        Sigma, slopes = implied(x)
        return np.asarray(np.einsum("ij,qij->q", deviance(patterns, Sigma)[1], slopes))

    def curvature(x: Array) -> Array:
        Sigma, slopes = implied(x)
        found = np.zeros((len(slopes), len(slopes)))
        for each in patterns:
            for at, n in zip(each.items, each.n, strict=True):
                half = slopes[:, at][:, :, at] @ np.linalg.inv(Sigma[np.ix_(at, at)])
                found += n / total * np.einsum("qij,rji->qr", half, half, optimize=True)
        return found

    return value, gradient, curvature


def observed_curvature(objective: Objective, x: Array) -> Array:
    """Second derivatives at x by central differences: the observed information, as gaps ask for (Kenward & Molenberghs 1998)."""
    gradient = objective[1]
    H = np.column_stack([(gradient(x + step) - gradient(x - step)) / (2 * STEP) for step in STEP * np.eye(len(x))])
    return np.asarray((H + H.T) / 2)


def _weight(patterns: Sequence[Patterns]) -> float:
    return float(sum(each.n.sum() for each in patterns))


def _order(specified: Specified) -> list[int]:
    """Where semopy keeps the structure's items."""
    names = list(specified.model.names_lambda[0])
    return [names.index(each) for each in specified.own_items]
