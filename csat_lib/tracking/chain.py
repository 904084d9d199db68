"""What follows from one matrix of transition probabilities: its classes, long run, passage times and speed (Kemeny & Snell 1960).

Letters: P probabilities (k, k), rows are origins and sum to 1; pi steady state (k,); Z fundamental matrix; M first passage times. Where an
array may have leading axes (..., k, k), the function works on all matrices at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.sparse.csgraph import breadth_first_order, connected_components

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]
Kind = Literal["regular", "periodic", "absorbing", "reducible", "incomplete"]
UNIT = 1e-9  # eigenvalues this close to 1 are 1, probabilities this close to 0 are 0


@dataclass(frozen=True, slots=True, eq=False)
class Classes:
    """The communicating classes of a chain.

    Attributes
    ----------
    of : ndarray of int, (k,)
        The class of every state, counted from 0 in the order of the states; -1 for a state whose row is unknown or that nobody is ever in.
    closed : tuple of bool
        By class: whether nobody leaves it.
    period : tuple of int
        By class: the greatest common divisor of its cycles; 0 for a state that is left at once and never seen again.
    """

    of: Indices
    closed: tuple[bool, ...]
    period: tuple[int, ...]

    def members(self, number: int) -> Indices:
        """The states of one class."""
        return np.flatnonzero(self.of == number)


def classes(P: Array, known: npt.NDArray[np.bool_]) -> Classes:
    """The communicating classes of the ``known`` states; who moves to an unknown state leaves his class."""
    places = np.flatnonzero(known)
    moves = (P[np.ix_(places, places)] > 0).astype(float)
    _, raw = connected_components(moves, directed=True, connection="strong")
    order = {old: new for new, old in enumerate(dict.fromkeys(raw.tolist()))}
    of = np.full(len(P), -1, dtype=np.intp)
    of[places] = [order[old] for old in raw.tolist()]
    closed, period = [], []
    for number in range(len(order)):
        own = np.flatnonzero(of == number)
        others = np.setdiff1d(np.arange(len(P)), own)
        closed.append(not (P[np.ix_(own, others)] > 0).any())
        period.append(_period(P[np.ix_(own, own)]))
    return Classes(of, tuple(closed), tuple(period))


def _period(P: Array) -> int:
    """The greatest common divisor of the cycles of one class; 0 where it has none."""
    if not (P > 0).any():
        return 0
    order, before = breadth_first_order((P > 0).astype(float), 0)
    level = np.zeros(len(P), dtype=int)
    for state in order[1:]:
        level[state] = level[before[state]] + 1
    rows, columns = np.nonzero(P > 0)
    return gcd(*(int(each) for each in level[rows] + 1 - level[columns]))


def kind_of(found: Classes, known: npt.NDArray[np.bool_], reached: npt.NDArray[np.bool_]) -> Kind:
    """What sort of chain it is: a state that is reached but whose row is unknown makes it incomplete."""
    if (reached & ~known).any():
        return "incomplete"
    if len(found.closed) > 1:
        alone = any(closed and len(found.members(each)) == 1 for each, closed in enumerate(found.closed))
        return "absorbing" if alone else "reducible"
    return "periodic" if found.period[0] > 1 else "regular"


def steady_state(P: Array) -> Array:
    """Pi with pi P = pi, (..., k); NaN where several closed classes leave it open.

    pi = 1' (I - P + 1 1')^-1 (Paige, Styan & Wachter 1975).

    >>> steady_state(np.array([[0.5, 0.25, 0.25], [0.5, 0.0, 0.5], [0.25, 0.25, 0.5]])).round(6).tolist()
    [0.4, 0.2, 0.4]
    """
    k = P.shape[-1]
    whole = np.asarray(np.isfinite(P).all(axis=(-2, -1)))
    A = np.where(whole[..., None, None], np.eye(k) - P + 1, np.eye(k))
    open_ended = np.linalg.cond(A) > 1e12
    A = np.where(open_ended[..., None, None], np.eye(k), A)
    pi = np.linalg.solve(np.swapaxes(A, -1, -2), np.ones((*P.shape[:-1], 1)))[..., 0]
    pi = np.where(np.abs(pi) < UNIT, 0.0, pi)
    pi = pi / pi.sum(axis=-1, keepdims=True)
    return np.where((whole & ~open_ended)[..., None], pi, np.nan)


def fundamental(P: Array, pi: Array) -> Array:
    """Z = (I - P + 1 pi)^-1, (..., k, k); NaN where pi is."""
    k = P.shape[-1]
    whole = np.asarray(np.isfinite(pi).all(axis=-1))[..., None, None]
    A = np.where(whole, np.eye(k) - P + pi[..., None, :], np.eye(k))
    return np.where(whole, np.linalg.inv(A), np.nan)


def first_passage(Z: Array, pi: Array) -> Array:
    """m_ij = (z_jj - z_ij) / pi_j, (..., k, k), diagonal 0: mean waves from i until j is first reached; infinite where pi_j is 0."""
    at = np.einsum("...jj->...j", Z)[..., None, :] - Z
    with np.errstate(all="ignore"):
        M = np.where(pi[..., None, :] > 0, at / pi[..., None, :], np.where(np.isfinite(pi)[..., None, :], np.inf, np.nan))
    k = pi.shape[-1]
    M[..., np.arange(k), np.arange(k)] = 0.0
    return np.asarray(M)


def hitting_times(P: Array) -> Array:
    """First passage times of any chain, by the equations h_i = 1 + sum_{l != j} p_il h_l, state by state; infinite where j may be missed.

    Slower than ``first_passage`` and free of pi: what remains where a chain has several closed classes or unknown rows (NaN).
    """
    k = len(P)
    M = np.full((k, k), np.inf)
    unknown = ~np.isfinite(P).all(axis=1)
    moves = np.isfinite(P) & (P > 0)
    for j in range(k):
        other = np.arange(k) != j
        stopped = moves & other[:, None]
        reach = _reachable(stopped)
        certain = np.array([bool(reach[np.flatnonzero(reach[i])][:, j].all()) for i in range(k)]) & other
        lost = np.array([bool((reach[i] & unknown & other).any()) for i in range(k)])
        M[lost, j] = np.nan
        inside = np.flatnonzero(certain & ~lost)
        if len(inside):
            M[inside, j] = np.linalg.solve(np.eye(len(inside)) - P[np.ix_(inside, inside)], np.ones(len(inside)))
        M[j, j] = 0.0
    return M


def _reachable(moves: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Which states can be reached from which, in nought or more steps."""
    reach = moves | np.eye(len(moves), dtype=bool)
    for _ in range(int(np.ceil(np.log2(max(len(moves), 2))))):
        reach = (reach.astype(float) @ reach.astype(float)) > 0
    return reach


def absorption(P: Array, found: Classes) -> Array:
    """Probability of ending in each closed class, (k, closed classes); NaN for states of unknown rows."""
    ends = [number for number, closed in enumerate(found.closed) if closed]
    known = found.of >= 0
    result = np.tile(np.where(known, 0.0, np.nan)[:, None], (1, len(ends)))
    for place, number in enumerate(ends):
        result[found.members(number), place] = 1.0
    transient = np.flatnonzero(known & ~np.isin(found.of, ends))
    if len(transient) and ends:
        steps = np.stack([P[np.ix_(transient, found.members(number))].sum(axis=1) for number in ends], axis=1)
        result[transient] = np.linalg.solve(np.eye(len(transient)) - P[np.ix_(transient, transient)], steps)
    return result


def second_eigenvalue(P: Array) -> Array:
    """|lambda_2|, (...): how much of a shock is left after one wave; 1 where the chain never settles, NaN where P is not known."""
    whole = np.asarray(np.isfinite(P).all(axis=(-2, -1)))
    size = np.sort(np.abs(np.linalg.eigvals(np.where(whole[..., None, None], P, np.eye(P.shape[-1])))), axis=-1)[..., -2]
    return np.where(whole, np.where(np.abs(size - 1) < UNIT, 1.0, size), np.nan)


def half_life(size: Array) -> Array:
    """Ln 2 / -ln |lambda_2|, in waves; infinite for 1, 0 for 0."""
    with np.errstate(all="ignore"):
        return np.where(size >= 1, np.inf, np.where(size <= 0, 0.0, np.log(2) / -np.log(size)))


def mobility(P: Array) -> Array:
    """(k - tr P) / (k - 1), (...): 0 nobody moves, 1 where everybody draws anew (Shorrocks 1978)."""
    k = P.shape[-1]
    return np.asarray((k - np.einsum("...ii->...", P)) / (k - 1))
