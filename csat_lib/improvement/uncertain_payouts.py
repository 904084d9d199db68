"""Payouts of a score that was measured on a sample: which tier how probably, what is to be expected, what one more point is worth.

The true score is normal about the measured one with its standard error, as in ``tracking.status``; what the normal tails put beyond the
outermost tiers is counted with them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from csat_lib.errors import DataError, ParamsError
from csat_lib.improvement.tiers import EXACT, Tier, check_base, checked_tiers, place_of, tiers_from

Tiers = Sequence[tuple[float, float]] | Sequence[Tier]


def reaches(score: float, std_error: float, bound: float) -> float:
    """The probability that the true score reaches a bound.

    Parameters
    ----------
    score, std_error : float
        As measured.
    bound : float
        On the same scale.

    >>> round(reaches(84.6, 1.2, 85), 3)
    0.369
    """
    error = _error(std_error)
    if error == 0:
        return float(round(score, EXACT) >= bound)
    return float(stats.norm.sf((bound - score) / error))


def tier_probabilities(score: float, std_error: float, tiers: Tiers, base: float) -> pd.DataFrame:
    """Every tier with the probability that the true score lies in it.

    Parameters
    ----------
    score, std_error : float
        As measured; a standard error of 0 takes the score as exact.
    tiers : sequence of (lower bound, rate), or of Tier
        As in ``incentive``.
    base : float
        What the rates are paid on.

    Returns
    -------
    DataFrame
        tier (1 the best), lower, upper, rate, payout, probability (they sum to 1).

    Raises
    ------
    DataError
        A score outside every tier, or a standard error that is negative or no number.
    """
    known, error = _known(tiers), _error(std_error)
    check_base(base)
    here = place_of(score, known)
    if error == 0:
        share = np.eye(len(known))[here]
    else:
        cuts = np.array([each.lower for each in known[:-1]])
        beyond = np.concatenate([[0.0], stats.norm.sf((cuts - score) / error), [1.0]])
        share = np.diff(beyond)
    columns = {"tier": range(1, len(known) + 1), "lower": [each.lower for each in known], "upper": [each.upper for each in known]}
    paid = [each.pays(float(base)) for each in known]
    return pd.DataFrame({**columns, "rate": [each.rate for each in known], "payout": paid, "probability": share})


def expected_payout(score: float, std_error: float, tiers: Tiers, base: float) -> float:
    """The payout that the true score would earn on average, in the unit of the base.

    Parameters
    ----------
    score, std_error, tiers, base
        As in ``tier_probabilities``.

    >>> round(expected_payout(84.6, 1.2, [(85, 0.008), (80, 0.006), (0, 0.0)], 16200), 2)
    109.16
    """
    table = tier_probabilities(score, std_error, tiers, base)
    return float(table["payout"].to_numpy(dtype=float) @ table["probability"].to_numpy(dtype=float))


def point_value(score: float, tiers: Tiers, base: float, *, std_error: float = 0.0, points: float = 1.0) -> float:
    """What so many points more would bring, in the unit of the base.

    Parameters
    ----------
    score : float
        As measured.
    tiers, base
        As in ``incentive``.
    std_error : float
        0: the payout of the raised score less that of this one, nought within a tier. Else the expected payouts.
    points : float
        How many; a score that would leave the best tier stays at its end.

    >>> point_value(84.6, [(85, 0.008), (80, 0.006), (0, 0.0)], 16200).__round__(6)
    32.4
    """
    if not isinstance(points, int | float) or isinstance(points, bool) or not math.isfinite(points):
        raise ParamsError(f"points: expected a number, got {points!r}.")
    known = _known(tiers)
    place_of(score, known)
    raised = float(min(max(score + points, known[-1].lower), known[0].upper))
    if not any(each.holds(raised) for each in known):  # an end that belongs to no tier
        raised -= math.copysign(1e-8, points)
    return expected_payout(raised, std_error, known, base) - expected_payout(score, std_error, known, base)


def next_tier(score: float, tiers: Tiers, base: float) -> tuple[float, float]:
    """Points missing to the next better-paid tier, and what reaching it brings; (NaN, 0) where no better tier pays more.

    Parameters
    ----------
    score, tiers, base
        As in ``incentive``.
    """
    known = _known(tiers)
    place = place_of(score, known)
    paid = known[place].pays(base)
    better = [each for each in known[:place] if each.pays(base) > paid]
    return (better[-1].lower - score, better[-1].pays(base) - paid) if better else (math.nan, 0.0)


def _known(tiers: Tiers) -> tuple[Tier, ...]:
    given = list(tiers)
    return checked_tiers(given) if given and all(isinstance(each, Tier) for each in given) else tiers_from(given)  # type: ignore[arg-type]


def _error(std_error: float) -> float:
    if isinstance(std_error, bool) or not isinstance(std_error, int | float | np.number) or not 0 <= float(std_error) < math.inf:
        raise DataError(f"std_error: expected a number of 0 or more, got {std_error!r}.")
    return float(std_error)
