"""Letters of significance: pairwise tests of the columns of a banner, corrected for their number.

Letters: t and z statistics, p two-sided probabilities, m pairs tested.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats

from csat_lib.errors import pick

Array = npt.NDArray[np.float64]
Correction = Literal["none", "bonferroni", "holm"]
SMALLEST = 1e-18  # a pooled variance that is rounding
SINGLE = 26


class Figure(NamedTuple):
    """A mean (or share, in per cent) in one column: its linearised error, the variance between respondents, and the base."""

    estimate: float
    std_error: float
    variance: float
    n: int
    n_effective: float


class Figures(NamedTuple):
    """The same of many columns, as arrays."""

    estimate: Array
    variance: Array
    n_effective: Array


def figures_of(figures: Sequence[Figure], places: Sequence[int] | npt.NDArray[np.intp]) -> Figures:
    """The figures at ``places``."""
    rows = [(figures[each].estimate, figures[each].variance, figures[each].n_effective) for each in places]
    return Figures(*np.array(rows, dtype=float).reshape(-1, 3).T)


def welch_p(a: Figures, b: Figures) -> Array:
    """Two-sided p of Welch's t, each n being the effective one; NaN without variance on either side or a base of 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        va, vb = a.variance / a.n_effective, b.variance / b.n_effective
        total = va + vb
        t = np.abs(a.estimate - b.estimate) / np.sqrt(total)
        degrees = total**2 / (va**2 / (a.n_effective - 1) + vb**2 / (b.n_effective - 1))
        p = 2 * stats.t.sf(t, degrees)
    able = (total > 0) & (np.minimum(a.n_effective, b.n_effective) > 1)
    return np.where(able, p, np.nan)


def pooled_p(a: Figures, b: Figures) -> Array:
    """Two-sided p of the z of two shares with the pooled variance, each n being the effective one; NaN if all or none agree."""
    na, nb = a.n_effective, b.n_effective
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (na * a.estimate + nb * b.estimate) / (na + nb) / 100
        variance = share * (1 - share) * (1 / na + 1 / nb)
        p = 2 * stats.norm.sf(np.abs(a.estimate - b.estimate) / 100 / np.sqrt(variance))
    return np.where(variance > SMALLEST, p, np.nan)


def design_p(difference: Array, std_error: Array, degrees: float) -> Array:
    """Two-sided p of differences with linearised errors: t on clusters less strata."""
    able = (std_error > 0) & (degrees > 0)
    t = np.divide(np.abs(difference), std_error, out=np.zeros_like(difference), where=able)
    return np.where(able, 2 * stats.t.sf(t, max(degrees, 1.0)), np.nan)


def _none(p: Array) -> Array:
    return p


def _bonferroni(p: Array) -> Array:
    return np.minimum(p * len(p), 1.0)


def _holm(p: Array) -> Array:
    """Step-down (Holm 1979)."""
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate((len(p) - np.arange(len(p))) * p[order])
    found = np.empty(len(p))
    found[order] = np.minimum(stepped, 1.0)
    return found


CORRECTIONS = {"none": _none, "bonferroni": _bonferroni, "holm": _holm}


def corrected(p: Sequence[float] | Array, *, correction: Correction) -> Array:
    """p-values corrected for their number; NaN ones were not tested and do not count.

    >>> corrected([0.01, 0.04, 0.03], correction="holm").round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    given = np.asarray(p, dtype=float)
    tested = ~np.isnan(given)
    found = np.full(len(given), np.nan)
    found[tested] = pick(CORRECTIONS, correction, "correction")(given[tested])
    return found


def higher(
    pairs: Sequence[tuple[int, int]], p: Sequence[float] | Array, figures: Sequence[Figure], *, correction: Correction, alpha: float
) -> list[list[int]]:
    """For every column, the columns that it is significantly higher than; ``p`` are those of the ``pairs`` that were tested."""
    won: list[list[int]] = [[] for _ in figures]
    for (a, b), value in zip(pairs, corrected(p, correction=correction), strict=True):
        if value < alpha:
            first = figures[a].estimate > figures[b].estimate
            won[a if first else b].append(b if first else a)
    return [sorted(each) for each in won]


def letter(place: int) -> str:
    """A, B, ..., Z, AA, AB, ... of a column.

    >>> [letter(place) for place in (0, 25, 26)]
    ['A', 'Z', 'AA']
    """
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def spelled(places: Sequence[int], columns: int) -> str:
    """The letters of several columns as one text; with more than 26 columns a blank parts them, since AA would read as A and A.

    >>> spelled([0, 3], 5), spelled([0, 26], 30)
    ('AD', 'A AA')
    """
    return (" " if columns > SINGLE else "").join(letter(place) for place in places)
