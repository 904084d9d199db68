"""Kernels of relative importance, from correlations of drivers and, last, the outcome: R (p + 1, p + 1, B) for B samples at once.

A correlations of the drivers, r with the outcome, beta = A^-1 r, R^2 = r'beta. Sources: Lindeman, Merenda & Gold 1980 (lmg);
Johnson 2000 and Genizi 1993 (johnson); Zuber & Strimmer 2011 (car); Pratt 1987 (pratt); Groemping 2006 for the family.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from csat_lib.drivers.orders import rounds_for, sampled_shapley
from csat_lib.drivers.screening import usable_drivers
from csat_lib.drivers.subsets import MOST_DRIVERS, shapley, subset_r_squared
from csat_lib.errors import ParamsError, pick
from csat_lib.stats import Missing, Moments, correlations
from csat_lib.survey import Data, Weights

Array = npt.NDArray[np.float64]
ORDERS = 2_000  # of the estimate beyond 22 drivers, in at least 20 rounds so that they show their standard error
DRAW_ORDERS = 200  # of each resample beyond 16 drivers
MOST_IN_DRAWS = 16


def _lmg(R: Array) -> Array:
    return shapley(subset_r_squared(R))


def _johnson(R: Array) -> Array:
    root, z = roots(R)
    return np.asarray(np.einsum("bjk,bk->jb", root**2, z**2))


def _car(R: Array) -> Array:
    return (roots(R)[1] ** 2).T


def _pratt(R: Array) -> Array:
    return standardised(R) * R[:-1, -1]


def _first(R: Array) -> Array:
    return R[:-1, -1] ** 2


def _last(R: Array) -> Array:
    inverse = np.linalg.inv(np.moveaxis(R[:-1, :-1], 2, 0))
    return np.asarray(standardised(R) ** 2 / np.einsum("bii->ib", inverse))


def _betasq(R: Array) -> Array:
    return standardised(R) ** 2


METHODS: dict[str, Callable[[Array], Array]] = {
    "lmg": _lmg,
    "johnson": _johnson,
    "car": _car,
    "pratt": _pratt,
    "first": _first,
    "last": _last,
    "betasq": _betasq,
}


def standardised(R: Array) -> Array:
    """Standardised coefficients (p, B)."""
    A = np.moveaxis(R, 2, 0)
    return np.asarray(np.linalg.solve(A[:, :-1, :-1], A[:, :-1, -1:])[:, :, 0].T)


def roots(R: Array) -> tuple[Array, Array]:
    """A^1/2 (B, p, p) and A^-1/2 r (B, p)."""
    A = np.moveaxis(R, 2, 0)
    values, vectors = np.linalg.eigh(A[:, :-1, :-1])
    root = np.sqrt(np.maximum(values, 0.0))
    inverse = np.divide(1.0, root, out=np.zeros_like(root), where=values > 1e-10)
    half = (vectors * root[:, None]) @ np.swapaxes(vectors, 1, 2)
    whitened = ((vectors * inverse[:, None]) @ np.swapaxes(vectors, 1, 2) @ A[:, :-1, -1:])[:, :, 0]
    return half, whitened


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What is asked, once the drivers have been screened.

    Attributes
    ----------
    outcome, method : str
        What is explained, and how it is shared out.
    controls, drivers : tuple of str
        In every model without a share; those who share.
    players : mapping of str to tuple of str
        What enters as one: a driver alone or a group of drivers.
    """

    outcome: str
    method: str
    controls: tuple[str, ...]
    drivers: tuple[str, ...]
    players: Mapping[str, tuple[str, ...]]

    @property
    def order(self) -> list[str]:
        """The rows of R: controls, drivers, outcome."""
        return [*self.controls, *self.drivers, self.outcome]

    @property
    def orders(self) -> int:
        """How many sampled orders LMG needs; 0 where all subsets are used."""
        return 2 * len(self.players) * self._rounds

    @property
    def _rounds(self) -> int:
        many = self.method == "lmg" and len(self.drivers) > MOST_DRIVERS
        return rounds_for(ORDERS, len(self.players), 20) if many else 0

    def values(self, R: Array) -> Array:
        """Importance (players, B)."""
        return self._shared(R, self._rounds)[0]

    def sampling_error(self, R: Array) -> Array:
        """Standard error (players, B) that the sampled orders leave; zero where all subsets were used."""
        return self._shared(R, self._rounds)[1]

    def for_draws(self, R: Array) -> Callable[[Array], Array]:
        """A quicker ``values`` for the resamples of ``R``: beyond 16 drivers 200 orders, shifted so that it agrees at R itself."""
        if self.method != "lmg" or len(self.drivers) <= MOST_IN_DRAWS:
            return self.values
        few = rounds_for(DRAW_ORDERS, len(self.players), 2)
        shift = self.values(R) - self._shared(R, few)[0]
        return lambda block: self._shared(block, few)[0] + shift

    def _shared(self, R: Array, rounds: int) -> tuple[Array, Array]:
        for _ in self.controls:
            slope = np.divide(R[0, 1:], R[0, 0], out=np.zeros_like(R[0, 1:]), where=R[0, 0] > 1e-10)
            R = R[1:, 1:] - R[1:, :1] * slope
        remaining = R[-1, -1]
        if self.controls:
            R = correlations(R)
        members = [[self.drivers.index(name) for name in each] for each in self.players.values()]
        if rounds:
            found, error = sampled_shapley(R, members, rounds)
            return found * remaining, error * remaining
        found = METHODS[self.method](R) if len(members) == len(self.drivers) else _grouped(subset_r_squared(R), members)
        return np.asarray(found * remaining), np.zeros_like(found)


def ask(
    data: Data,
    outcome: str,
    drivers: Sequence[str],
    *,
    method: str,
    weights: Weights,
    missing: Missing,
    groups: Mapping[str, Sequence[str]] | None = None,
    always: Sequence[str] = (),
) -> tuple[Question, Moments]:
    """The question that these data can answer, and the moments of its ``order``."""
    pick(METHODS, method, "method")
    usable, m = usable_drivers(data, outcome, drivers, always=always, missing=missing, weights=weights)
    names = [name for name in usable if name not in always]
    controls = tuple(name for name in usable if name in always)
    question = Question(outcome, method, controls, tuple(names), _players(names, _without(groups, drivers, names), method))
    return question, m.of(question.order)


def _grouped(v: Array, members: Sequence[Sequence[int]]) -> Array:
    """Shapley values of groups, from the game of their drivers."""
    union = np.zeros(2 ** len(members), dtype=int)
    for place, each in enumerate(members):
        mask = sum(1 << driver for driver in each)
        union |= np.where((np.arange(len(union)) >> place) & 1 == 1, mask, 0)
    return shapley(v[union])


def _without(groups: Mapping[str, Sequence[str]] | None, drivers: Sequence[str], kept: Sequence[str]) -> dict[str, list[str]]:
    """The groups less the drivers that were left out; a group with none left goes too."""
    lost = set(drivers) - set(kept)
    remaining = {name: [each for each in members if each not in lost] for name, members in (groups or {}).items()}
    return {name: members for name, members in remaining.items() if members}


def _players(names: Sequence[str], groups: Mapping[str, Sequence[str]], method: str) -> dict[str, tuple[str, ...]]:
    if not groups:
        return {name: (name,) for name in names}
    if method != "lmg":
        raise ParamsError(f"groups= need method='lmg', not {method!r}.")
    members = [name for each in groups.values() for name in each]
    wrong = sorted({name for name in members if members.count(name) > 1 or name not in names})
    if wrong:
        raise ParamsError(f"groups: {wrong[0]!r} must be one of the drivers, in one group only.")
    alone = {name: (name,) for name in names if name not in members}
    clash = sorted(set(groups) & set(alone))
    if clash:
        raise ParamsError(f"groups: {clash[0]!r} is the name of a group and of a driver outside it. Name the group otherwise.")
    return {**{name: tuple(each) for name, each in groups.items()}, **alone}
