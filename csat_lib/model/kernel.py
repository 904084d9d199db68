"""The PLS iteration for one or many covariance matrices at once.

Letters: S (P, P, B) item covariances, w (P, B) outer weights, C = cov(X, Y) (P, J, B) of items with construct scores, R (J, J, B) of
construct scores, E (J, J, B) inner weights, where P items stand block by block, J constructs in causal order and B resamples last, so that
every step runs along contiguous memory. The iteration sees the data through S alone: O(P^2 B) a step whatever the number of rows.
Sources: Lohmoeller 1989; Tenenhaus, Esposito Vinzi, Chatelin & Lauro 2005, CSDA 48, 159-205.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from csat_lib.study import Structure

Array = npt.NDArray[np.float64]
Positions = npt.NDArray[np.intp]
SINGULAR = 1e-10  # what is left of a variance when the others are taken out, below which it is rounding


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """A structure as positions: each block's slice of items, each construct's causes, its neighbours, and its mode."""

    blocks: tuple[slice, ...]
    causes: tuple[Positions, ...]
    adjacent: Array
    modes: tuple[str, ...]

    @property
    def starts(self) -> Positions:
        """First item of each block."""
        return np.array([block.start for block in self.blocks])

    @property
    def owner(self) -> Positions:
        """The construct of each item."""
        return np.repeat(np.arange(len(self.blocks)), [block.stop - block.start for block in self.blocks])


def design_of(structure: Structure, modes: dict[str, str]) -> Design:
    """``structure`` as positions."""
    ends = np.cumsum([len(each.items) for each in structure.constructs])
    blocks = tuple(slice(int(end) - len(each.items), int(end)) for end, each in zip(ends, structure.constructs, strict=True))
    place = {name: number for number, name in enumerate(structure.names)}
    causes = tuple(np.array([place[cause] for cause in structure.drivers_of.get(name, ())], dtype=int) for name in structure.names)
    adjacent = np.zeros((len(place), len(place)))
    for effect, each in enumerate(causes):
        adjacent[each, effect] = adjacent[effect, each] = 1.0
    return Design(blocks, causes, adjacent, tuple(modes[name] for name in structure.names))


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """Weights (P, B) that give scores of variance 1, C and R at those weights, iterations (B,); NaN where a draw did not settle."""

    w: Array
    C: Array
    R: Array
    iterations: Positions


def _centroid(R: Array, design: Design) -> Array:
    return np.asarray(np.sign(R) * design.adjacent[:, :, None])


def _factorial(R: Array, design: Design) -> Array:
    return np.asarray(R * design.adjacent[:, :, None])


def _path(R: Array, design: Design) -> Array:
    """Regression coefficients for a construct's causes, correlations for its effects."""
    E = _factorial(R, design)
    for effect, causes in enumerate(design.causes):
        if len(causes) > 1:  # a single cause has its correlation: scores have variance 1
            E[causes, effect] = solve_small(R[causes[:, None], causes], R[causes, effect])
    return E


INNER_SCHEMES: dict[str, Callable[[Array, Design], Array]] = {
    "path": _path,
    "factorial": _factorial,
    "centroid": _centroid,
}


def solve_small(A: Array, b: Array) -> Array:
    """Solve A x = b for many small symmetric positive definite A (k, k, B), b (k, B), by elimination; NaN where A is singular."""
    k = len(b)
    A, x = A.copy(), b.copy()
    least = SINGULAR * np.einsum("iib->ib", A)
    for pivot in range(k):
        own = A[pivot, pivot]
        own[np.abs(own) <= least[pivot]] = np.nan
        for row in range(pivot + 1, k):
            factor = A[pivot, row] / A[pivot, pivot]
            A[row, row:] -= factor * A[pivot, row:]
            x[row] -= factor * x[pivot]
    for row in range(k - 1, -1, -1):
        for column in range(row + 1, k):
            x[row] -= A[row, column] * x[column]
        x[row] /= A[row, row]
    return x


def covariances(S: Array, w: Array, design: Design) -> tuple[Array, Array, Array]:
    """Weights scaled to scores of variance 1, with C and R at those weights."""
    C = np.empty((len(w), len(design.blocks), w.shape[1]))
    for construct, block in enumerate(design.blocks):
        np.einsum("pqb,qb->pb", S[:, block], w[block], out=C[:, construct])
    R = np.empty((len(design.blocks), *C.shape[1:]))
    for construct, block in enumerate(design.blocks):
        np.einsum("pb,pkb->kb", w[block], C[block], out=R[construct])
    unit = 1.0 / np.sqrt(np.einsum("jjb->jb", R))
    return w * unit[design.owner], C * unit, R * unit * unit[:, None]


def solve(S: Array, design: Design, scheme: str, *, tolerance: float, max_iterations: int) -> Solution:
    """Iterate every draw until no weight, divided by the largest of its block, moves by ``tolerance``; settled draws leave the batch."""
    P, _, B = S.shape
    whole = S
    inverses = _block_inverses(S, design)
    weights, iterations = np.full((P, B), np.nan), np.zeros(B, dtype=int)
    active = np.arange(B)
    inner = INNER_SCHEMES[scheme]
    with np.errstate(all="ignore"):
        w = np.ones((P, B))
        before = _relative(w, design)
        for iteration in range(1, max_iterations + 1):
            w, C, R = covariances(S, w, design)
            E = inner(R, design)
            w = np.einsum("pkb,kpb->pb", C, E[:, design.owner])
            for construct, inverse in inverses.items():
                block = design.blocks[construct]
                w[block] = np.einsum("pqb,qb->pb", inverse, w[block])
            now = _relative(w, design)
            settled = np.abs(now - before).max(axis=0) < tolerance
            fresh = settled & (iterations[active] == 0)
            weights[:, active[fresh]] = w[:, fresh]
            iterations[active[fresh]] = iteration
            going = (iterations[active] == 0) & np.isfinite(now).all(axis=0)
            if not going.any():
                break
            before = now
            if going.sum() < 0.6 * len(active):
                active, S, w, before = active[going], S[:, :, going], w[:, going], before[:, going]
                inverses = {construct: inverse[:, :, going] for construct, inverse in inverses.items()}
        return Solution(*covariances(whole, weights, design), iterations)


def _relative(w: Array, design: Design) -> Array:
    largest = np.maximum.reduceat(np.abs(w), design.starts, axis=0)
    return np.asarray(w / largest[design.owner])


def _block_inverses(S: Array, design: Design) -> dict[int, Array]:
    """Inverse covariance of each mode B block, for every draw."""
    inverses = {}
    for construct, (block, mode) in enumerate(zip(design.blocks, design.modes, strict=True)):
        if mode == "B":
            k = block.stop - block.start
            eye = np.eye(k)
            A = S[block, block]
            with np.errstate(all="ignore"):
                inverses[construct] = np.stack(
                    [solve_small(A, np.repeat(eye[:, [column]], S.shape[2], axis=1)) for column in range(k)], axis=1
                )
    return inverses


def orient(solution: Solution, scale: Array, design: Design) -> Solution:
    """Each construct points the way most of its loadings do (tie: their sum); ``scale`` (P, B) holds the items' standard deviations."""
    own = solution.C[np.arange(len(solution.w)), design.owner] / scale
    votes = np.add.reduceat(np.sign(own), design.starts, axis=0)
    sums = np.add.reduceat(own, design.starts, axis=0)
    return flip(solution, np.where(np.where(votes == 0, sums, votes) < 0, -1.0, 1.0), design)


def flip(solution: Solution, sign: Array, design: Design) -> Solution:
    """Turn constructs by ``sign`` (J, B)."""
    return Solution(solution.w * sign[design.owner], solution.C * sign, solution.R * sign * sign[:, None], solution.iterations)


def regressions(R: Array, design: Design) -> tuple[Array, Array]:
    """Path coefficients (J, J, B), from row to column, and R squared (J, B), from the constructs' correlations."""
    paths, r_squared = np.zeros_like(R), np.zeros(R.shape[1:])
    with np.errstate(all="ignore"):
        for effect, causes in enumerate(design.causes):
            if len(causes):
                beta = solve_small(R[causes[:, None], causes], R[causes, effect])
                paths[causes, effect] = beta
                r_squared[effect] = (beta * R[causes, effect]).sum(axis=0)
    return paths, r_squared


def totals(paths: Array, design: Design) -> Array:
    """Total effects (J, J, B) by recursion along the causal order: T = (I - B)^-1 - I."""
    T = np.zeros_like(paths)
    for effect, causes in enumerate(design.causes):
        for cause in causes:
            T[:, effect] += T[:, cause] * paths[cause, effect]
            T[cause, effect] += paths[cause, effect]
    return T


def multi_item_pairs(design: Design) -> list[tuple[int, int]]:
    """Every pair of constructs with more than one item each."""
    many = [number for number, block in enumerate(design.blocks) if block.stop - block.start > 1]
    return [(a, b) for place, a in enumerate(many) for b in many[place + 1 :]]


def htmt(correlations: Array, design: Design) -> Array:
    """Heterotrait-monotrait ratios of absolute correlations (Henseler, Ringle & Sarstedt 2015).

    ``correlations`` is (P, P, B) of items; gives (pairs, B) in the order of ``multi_item_pairs``.
    """
    size = [block.stop - block.start for block in design.blocks]
    pairs = multi_item_pairs(design)

    def mean(a: int, b: int) -> Array:
        total: Array = np.abs(correlations[design.blocks[a], design.blocks[b]]).sum(axis=(0, 1))
        return np.asarray((total - size[a]) / (size[a] * (size[a] - 1)) if a == b else total / (size[a] * size[b]))

    mono = {a: mean(a, a) for a in {each for pair in pairs for each in pair}}
    with np.errstate(all="ignore"):
        ratios = [mean(a, b) / np.sqrt(mono[a] * mono[b]) for a, b in pairs]
    return np.asarray(ratios, dtype=float).reshape(-1, correlations.shape[2])
