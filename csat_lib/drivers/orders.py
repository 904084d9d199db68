"""LMG of many drivers from sampled orders of entry, in rounds of antithetic pairs.

R (p + 1, p + 1, B) holds correlations of p drivers and, last, the outcome. With R = LL' in an order of entry, the squares of L's last row
are what each driver adds to R squared when its turn comes (Groemping 2007); their mean over all orders is LMG. What adds much when it comes
early adds little when late. So an order comes with its reverse, whose errors are opposite, and with all its rotations, in which every
player takes every turn once: a round, after which only interactions beyond the turn are left to chance.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
ORDER_SEED = 1
CELLS = 2**20


def rounds_for(orders: int, players: int, least: int) -> int:
    """Rounds, each of twice as many orders as players, that make at least ``orders``."""
    return max(least, -(-orders // (2 * players)))


def sampled_shapley(R: Array, members: Sequence[Sequence[int]], rounds: int) -> tuple[Array, Array]:
    """LMG of the players and its standard error, both (players, B), from rounds of orders drawn with a fixed seed.

    Parameters
    ----------
    R : ndarray, (p + 1, p + 1, B)
        Correlations, the outcome last.
    members : sequence of sequences of int
        The drivers of each player; they enter one after the other.
    rounds : int
        At least two; each is a random order, its rotations and the reverse of all of them.
    """
    p, B = R.shape[0] - 1, R.shape[2]
    matrices = np.moveaxis(R, 2, 0).copy()
    matrices[:, -1, -1] += 1.0  # the last row of L is the same, and a perfect fit does not stop the factorisation
    player = np.zeros((p, len(members)))
    for place, each in enumerate(members):
        player[list(each), place] = 1.0
    size = max(1, CELLS // (B * (p + 1) ** 2))
    found = np.zeros((rounds, B, len(members)))
    for number, turns in enumerate(_turns(members, rounds)):
        for start in range(0, len(turns), size):
            index = np.pad(turns[start : start + size], ((0, 0), (0, 1)), constant_values=p)
            gains = np.linalg.cholesky(matrices[:, index[:, :, None], index[:, None, :]])[:, :, -1, :-1] ** 2
            own = np.take_along_axis(gains, np.argsort(index[None, :, :-1], axis=-1), axis=-1)
            found[number] += own.sum(axis=1) @ player / len(turns)
    error = found.std(axis=0, ddof=1) / np.sqrt(rounds)
    return found.mean(axis=0).T, error.T


def _turns(members: Sequence[Sequence[int]], rounds: int) -> npt.NDArray[np.intp]:
    """Drivers in their order of entry, (rounds, 2 * players, drivers)."""
    rng = np.random.default_rng(ORDER_SEED)
    P = len(members)
    found = []
    for _ in range(rounds):
        shuffled = rng.permutation(P)
        rotated = [np.roll(shuffled, step) for step in range(P)]
        orders = [order for forward in rotated for order in (forward, forward[::-1])]
        found.append([[driver for each in order for driver in members[each]] for order in orders])
    return np.array(found, dtype=np.intp)
