"""EM for a mixture of the inner model's regressions over construct scores, batched over starts.

Letters: F (n, q) products of pairs of columns of (1, scores), P (n, A) posterior probabilities of A = starts x classes columns, v (n,)
survey weights that sum to the effective n, M (k, k, A) weighted means of products, beta and psi coefficients and residual variance of each
effect in each class, rho share of each class. The log density of a row in a class is linear in F: both steps are one matrix product.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from csat_lib.errors import ModelError
from csat_lib.model.kernel import solve_small
from csat_lib.model.pls import PlsFit
from csat_lib.model.segmentation import Criteria

Array = npt.NDArray[np.float64]
Positions = npt.NDArray[np.intp]
COLLAPSED = 1e-4  # of the effect's variance of 1: a class that explains an effect exactly holds equal answers, not a kind of customer
SMALLEST = 1.0  # respondents for each coefficient of a class: fewer leave nothing to estimate its variance from
COARSE, AHEAD = 4e-6, 3  # all starts run until they gain less for each respondent, then as many of the best as this go on


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """What EM works on: products F, weights v, and for each effect the columns of its regressors and its own."""

    F: Array
    v: Array
    pairs: tuple[Positions, Positions]
    k: int
    equations: tuple[tuple[Positions, int], ...]
    level: int

    @staticmethod
    def of(fit: PlsFit, z: Array, v: Array, level: int) -> Mixture:
        """The mixture of ``fit`` over scores ``z`` with weights ``v``; ``level`` 1 gives each equation an intercept."""
        columns = np.column_stack([np.ones(len(z)), z])
        pairs = np.triu_indices(columns.shape[1])
        names = fit.structure.names
        first = [0] if level else []
        equations = tuple(
            (np.array([*first, *(1 + names.index(cause) for cause in causes)]), 1 + names.index(effect))
            for effect, causes in fit.structure.drivers_of.items()
        )
        return Mixture(columns[:, pairs[0]] * columns[:, pairs[1]], v, pairs, columns.shape[1], equations, level)

    def parameters(self, classes: int) -> int:
        """Shares, coefficients and residual variances: (K - 1) + K R + K Q."""
        return classes - 1 + classes * sum(len(causes) + 1 for causes, _ in self.equations)

    def square(self, flat: Array) -> Array:
        """Rows of products (q, A) as symmetric matrices (k, k, A)."""
        M = np.empty((self.k, self.k, flat.shape[1]))
        M[self.pairs[0], self.pairs[1]] = flat
        M[self.pairs[1], self.pairs[0]] = flat
        return M


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """One start's end: posterior (n, K), log joint density (n, K), share (K,), coefficients by effect, psi (effects, K), M (k, k, K)."""

    P: Array
    joint: Array
    rho: Array
    beta: list[Array]
    psi: Array
    M: Array
    settled: str

    def criteria(self, model: Mixture) -> Criteria:
        """Log likelihood, that of the complete data, entropy and the smallest share."""
        row = np.logaddexp.reduce(self.joint, axis=1)
        entropy = -np.sum(model.v[:, None] * self.P * np.log(np.maximum(self.P, 1e-300)))
        complete = float(model.v @ (self.P * self.joint).sum(axis=1))
        K = len(self.rho)
        en = 1 - entropy / (model.v.sum() * np.log(K)) if K > 1 else np.nan
        return Criteria(float(model.v @ row), complete, float(en), float(self.rho.min()), self.settled)

    def path_rows(self, fit: PlsFit, model: Mixture, number: int) -> list[tuple[object, ...]]:
        """Class-specific paths as rows."""
        names = fit.structure.names
        return [
            (number, segment + 1, float(self.rho[segment]), names[column - 1], names[effect - 1], float(beta[place, segment]))
            for segment in range(number)
            for (causes, effect), beta in zip(model.equations, self.beta, strict=True)
            for place, column in enumerate(causes)
            if column > 0
        ]

    def r_squared_rows(self, fit: PlsFit, model: Mixture, number: int) -> list[tuple[object, ...]]:
        """Class-specific R squared as rows."""
        names = fit.structure.names
        rows: list[tuple[object, ...]] = []
        for segment in range(number):
            for (_, effect), psi in zip(model.equations, self.psi, strict=True):
                about = self.M[0, effect, segment] ** 2 if model.level else 0.0
                explained = 1 - psi[segment] / (self.M[effect, effect, segment] - about)
                rows.append((number, segment + 1, float(self.rho[segment]), names[effect - 1], float(explained)))
        return rows


def best_solution(model: Mixture, P: Array, tolerance: float, most: int) -> tuple[Solution | None, int]:
    """The start, of posteriors ``P`` (n, starts, K), with the highest likelihood, its classes by size; how many starts degenerated.

    All starts run until they gain little; those ahead then run until they have settled.
    """
    P, likelihood, _ = _run(model, P, max(tolerance, COARSE * float(model.v.sum())), most)
    lost = int(np.isnan(likelihood).sum())
    ahead = np.argsort(-np.nan_to_num(likelihood, nan=-np.inf), kind="stable")[: min(AHEAD, len(likelihood) - lost)]
    if not len(ahead):
        return None, lost
    P, likelihood, settled = _run(model, P[:, ahead], tolerance, most)
    if np.isnan(likelihood).all():
        return None, lost + len(ahead)
    winner = int(np.nanargmax(likelihood))
    chosen = P[:, [winner]]
    order = np.argsort(-(model.v @ chosen[:, 0]), kind="stable")
    return _solution(model, chosen[:, :, order], "yes" if settled[winner] else "no"), lost + int(np.isnan(likelihood).sum())


def _run(model: Mixture, P: Array, tolerance: float, most: int) -> tuple[Array, Array, npt.NDArray[np.bool_]]:
    """EM of every start: posteriors, log likelihoods (NaN where degenerate), and which settled."""
    likelihood, settled = np.full(P.shape[1], -np.inf), np.zeros(P.shape[1], dtype=bool)
    active, final = np.arange(P.shape[1]), P.copy()
    for _ in range(most):
        P, now, alive = _step(model, P)
        done = now - likelihood[active] < tolerance
        likelihood[active] = np.where(alive, now, np.nan)
        settled[active] = done & alive
        going = alive & ~done
        if not going.all():
            final[:, active[~going]] = P[:, ~going]
            active, P = active[going], P[:, going]
        if not len(active):
            break
    final[:, active] = P
    return final, likelihood, settled


def _estimates(model: Mixture, P: Array) -> tuple[Array, Array, list[Array], Array]:
    """Share (A,), M (k, k, A), coefficients by effect and psi (effects, A), for posterior columns (n, A)."""
    weighted = model.v[:, None] * P
    mass = weighted.sum(axis=0)
    with np.errstate(all="ignore"):
        M = model.square((model.F.T @ weighted) / mass)
        beta = [solve_small(M[np.ix_(causes, causes)], M[causes, effect]) for causes, effect in model.equations]
        psi = [M[effect, effect] - (b * M[causes, effect]).sum(axis=0) for b, (causes, effect) in zip(beta, model.equations, strict=True)]
    return mass / model.v.sum(), M, beta, np.array(psi)


def _log_joint(model: Mixture, rho: Array, beta: list[Array], psi: Array) -> Array:
    """log(rho f) of every row, (n, A): a quadratic form in the columns, so linear in their products."""
    Q = np.zeros((model.k, model.k, len(rho)))
    constant = np.log(rho)
    for (causes, effect), b, own in zip(model.equations, beta, psi, strict=True):
        c = np.zeros((model.k, len(rho)))
        c[causes], c[effect] = -b, 1.0
        Q += c[:, None] * c[None] / own
        constant = constant - 0.5 * np.log(2 * np.pi * own)
    a, b_ = model.pairs
    return np.asarray(constant - 0.5 * (model.F @ (Q[a, b_] * np.where(a == b_, 1.0, 2.0)[:, None])))


def _step(model: Mixture, P: Array) -> tuple[Array, Array, npt.NDArray[np.bool_]]:
    """One M and one E step: posteriors (n, starts, K), log likelihoods (starts,), and which starts have not degenerated."""
    n, starts, K = P.shape
    rho, _, beta, psi = _estimates(model, P.reshape(n, starts * K))
    coefficients = max(len(causes) for causes, _ in model.equations) + 1
    sound = (psi > COLLAPSED).all(axis=0) & (rho * model.v.sum() > SMALLEST * coefficients)
    alive = sound.reshape(starts, K).all(axis=1)
    keep = np.repeat(alive, K)
    beta = [np.where(keep, b, 0.0) for b in beta]
    joint = _log_joint(model, np.where(keep, rho, 1 / K), beta, np.where(keep, psi, 1.0)).reshape(n, starts, K)
    top = joint.max(axis=2, keepdims=True)
    joint -= top
    np.exp(joint, out=joint)
    total = joint.sum(axis=2, keepdims=True)
    joint /= total
    return joint, model.v @ (np.log(total) + top)[:, :, 0], alive


def _solution(model: Mixture, P: Array, settled: str) -> Solution:
    rho, M, beta, psi = _estimates(model, P[:, 0])
    if not np.isfinite(psi).all():
        raise ModelError("A class has no estimate.")
    joint = _log_joint(model, rho, beta, psi)
    posterior = np.exp(joint - np.logaddexp.reduce(joint, axis=1)[:, None])
    return Solution(posterior, joint, rho, beta, psi, M, settled)
