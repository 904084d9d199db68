"""Tiers of a bonus: bounds that neither overlap nor leave a gap, and the tier, rate and payout of a score."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from csat_lib.errors import DataError, ParamsError

Bounds = Literal["[)", "[]", "(]", "()"]
EXACT = 9  # decimals of a score that count
BOUNDS: dict[str, str] = {
    "[)": "from the lower bound on, below the upper one",
    "[]": "both bounds belong to it",
    "(]": "above the lower bound, up to the upper one",
    "()": "neither bound belongs to it",
}


@dataclass(frozen=True, slots=True)
class Tier:
    """One tier of a bonus.

    Attributes
    ----------
    lower, upper : float
        Ends of its scores; an infinite one is open.
    rate : float
        Share of the base that it pays: 0.008 is 0.8 %.
    fixed : float
        What it pays whatever the base, in the base's unit.
    bounds : {"[)", "[]", "(]", "()"}
        Which ends belong to it.
    """

    lower: float
    upper: float
    rate: float = 0.0
    fixed: float = 0.0
    bounds: Bounds = "[)"

    def holds(self, score: float) -> bool:
        """Whether a score lies in the tier."""
        above = score >= self.lower if self.bounds[0] == "[" else score > self.lower
        below = score <= self.upper if self.bounds[1] == "]" else score < self.upper
        return above and below

    def pays(self, base: float) -> float:
        """The payout on ``base``, in its unit."""
        return self.rate * base + self.fixed

    def __str__(self) -> str:
        left = "(-inf" if math.isinf(self.lower) else f"{self.bounds[0]}{self.lower:g}"
        right = "inf)" if math.isinf(self.upper) else f"{self.upper:g}{self.bounds[1]}"
        return f"{left}, {right}"


@dataclass(frozen=True, slots=True)
class Incentive:
    """What a score earns.

    Attributes
    ----------
    tier : int
        1 is the best.
    rate : float
        Share of the base: 0.008 is 0.8 %.
    payout : float
        In the unit of the base, fixed part included.
    """

    tier: int
    rate: float
    payout: float


def checked_tiers(tiers: Sequence[Tier]) -> tuple[Tier, ...]:
    """The tiers from the best down, if every score between their ends lies in exactly one.

    Raises
    ------
    ParamsError
        No tiers, an impossible bound or rate, or two tiers that overlap or leave a gap (both are named).

    >>> [str(each) for each in checked_tiers([Tier(0, 80), Tier(80, 100, 0.01, bounds="[]")])]
    ['[80, 100]', '[0, 80)']
    """
    if not tiers:
        raise ParamsError("There are no tiers. Give at least one, with its lower bound and its rate.")
    for each in tiers:
        _check_one(each)
    ordered = sorted(tiers, key=lambda each: (each.lower, each.upper), reverse=True)
    for better, worse in pairwise(ordered):
        shared = worse.bounds[1] == "]" and better.bounds[0] == "["
        if worse.upper > better.lower or (worse.upper == better.lower and shared):
            where = f"{better.lower:g}" if worse.upper == better.lower else f"{better.lower:g} to {min(worse.upper, better.upper):g}"
            raise ParamsError(f"The tiers {worse} and {better} overlap at {where}. Each score must lie in one tier.")
        nobody = worse.bounds[1] == ")" and better.bounds[0] == "("
        if worse.upper < better.lower or nobody:
            where = f"{better.lower:g}" if worse.upper == better.lower else f"{worse.upper:g} to {better.lower:g}"
            raise ParamsError(f"The tiers {worse} and {better} leave a gap at {where}. Each score must lie in one tier.")
    return tuple(ordered)


def tiers_from(pairs: Sequence[tuple[float, float]]) -> tuple[Tier, ...]:
    """Tiers from (lower bound, rate) pairs in any order; each ends where the next better one begins, and the best has no upper end.

    Raises
    ------
    ParamsError
        A bound that stands twice or is no number.
    """
    try:
        given = sorted(((float(lower), float(rate)) for lower, rate in pairs), reverse=True)
    except (TypeError, ValueError):
        raise ParamsError(f"tiers: expected (lower bound, rate) pairs, got {pairs!r}.") from None
    bounds = [lower for lower, _ in given]
    twice = [lower for lower, after in pairwise(bounds) if lower == after]
    if twice:
        raise ParamsError(f"tiers: the lower bound {twice[0]:g} stands twice. Each score must lie in one tier.")
    uppers = [math.inf, *bounds[:-1]]
    return checked_tiers([Tier(lower, upper, rate) for (lower, rate), upper in zip(given, uppers, strict=True)])


def place_of(score: float, tiers: Sequence[Tier]) -> int:
    """The place of the tier that a score lies in, 0 for the best.

    Parameters
    ----------
    score : float
        On the scale of the bounds.
    tiers : sequence of Tier
        From ``checked_tiers``.

    Raises
    ------
    DataError
        The score lies in no tier.
    """
    if isinstance(score, bool) or not isinstance(score, int | float | np.number) or not math.isfinite(score):
        raise DataError(f"score: expected a number, got {score!r}.")
    exact = round(float(score), EXACT)  # 84.99999999999999, the weighted mean of decimals that give 85, is 85
    for place, each in enumerate(tiers):
        if each.holds(exact):
            return place
    ends = f"the lowest is {tiers[-1]}, the highest {tiers[0]}"
    raise DataError(f"The score {score:g} lies in no tier: {ends}. Give it a tier, with rate 0 where nothing is paid.")


def incentive(score: float, tiers: Sequence[tuple[float, float]] | Sequence[Tier], base: float) -> Incentive:
    """Tier, rate and payout of a score.

    Parameters
    ----------
    score : float
        On the scale of the bounds.
    tiers : sequence of (lower bound, rate as a fraction), or of Tier
        Pairs: a score lies in the tier with the highest lower bound that it reaches.
    base : float
        What the rate is paid on, such as a year's sales.

    Raises
    ------
    DataError
        A score outside every tier, or that is no number.
    ParamsError
        Tiers that overlap or leave a gap; a base that is negative or no number.

    >>> incentive(84.9, [(85, 0.008), (80, 0.006), (0, 0.0)], 16200)
    Incentive(tier=2, rate=0.006, payout=97.2)
    """
    given = list(tiers)
    known = checked_tiers(given) if given and all(isinstance(each, Tier) for each in given) else tiers_from(given)  # type: ignore[arg-type]
    check_base(base)
    place = place_of(score, known)
    return Incentive(place + 1, known[place].rate, known[place].pays(float(base)))


def check_base(base: object) -> None:
    """Refuse a base that is negative or no number."""
    if isinstance(base, bool) or not isinstance(base, int | float | np.number) or not math.isfinite(base) or base < 0:
        raise ParamsError(f"base: expected a number of 0 or more, got {base!r}.")


def _check_one(tier: Tier) -> None:
    if tier.bounds not in BOUNDS:
        raise ParamsError(f"bounds: {tier.bounds!r} is not one of {', '.join(BOUNDS)}.")
    if any(math.isnan(each) for each in (tier.lower, tier.upper)) or not all(map(math.isfinite, (tier.rate, tier.fixed))):
        raise ParamsError(f"The tier {tier}: bounds, rate and fixed must be numbers.")
    if tier.lower > tier.upper or (tier.lower == tier.upper and tier.bounds != "[]"):
        raise ParamsError(f"The tier {tier} holds no score: its lower bound must lie below its upper one.")
