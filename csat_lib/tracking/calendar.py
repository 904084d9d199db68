"""Which period is held against which, and which ones are missing between them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Literal, NamedTuple

from csat_lib.errors import ParamsError, pick
from csat_lib.study import Period, parse_period

AGAINST = {"previous": "the wave before", "year_before": "the same period of last year", "first": "the first wave"}
AT = {"last": "the last period", "every": "every period"}
MONTHS = {"quarter": 3, "month": 1, "half": 6, "year": 12}


class Pairing(NamedTuple):
    """``period`` is held against ``against``, which may lack; ``trouble`` says so."""

    comparison: str
    period: str
    against: str
    trouble: str


def period_of(name: str) -> Period | None:
    """The period called so; None for a name of another form, such as a special survey's."""
    try:
        return parse_period(name)
    except ParamsError:
        return None


def missing_between(before: str, after: str) -> str:
    """In words, how many periods lack between two of one kind; empty where none does.

    >>> missing_between("2025Q4", "2026Q3")
    '2 quarters are missing between 2025Q4 and 2026Q3'
    """
    gone, one = missing_count(before, after), period_of(before)
    if gone < 1 or one is None:
        return ""
    return f"{gone} {one.kind}{'s are' if gone > 1 else ' is'} missing between {before} and {after}"


def missing_count(before: str, after: str) -> int:
    """How many periods lack between two of one kind; 0 where their names say nothing of it.

    >>> missing_count("2025Q4", "2026Q3")
    2
    """
    one, two = period_of(before), period_of(after)
    if one is None or two is None or one.kind != two.kind or one.kind not in MONTHS:
        return 0
    months = (two.start.year - one.start.year) * 12 + two.start.month - one.start.month
    return max(months // MONTHS[one.kind] - 1, 0)


def pairs_of(periods: Sequence[str], against: Sequence[str], *, at: Literal["last", "every"] = "last") -> list[Pairing]:
    """What each period is held against; one that lacks stands with the reason.

    Parameters
    ----------
    periods : sequence of str
        Oldest first.
    against : sequence of {"previous", "year_before", "first"}
        Kinds of comparison.
    at : {"last", "every"}
        For the last period or for every one.

    Raises
    ------
    ParamsError
        A later period stands before an earlier one.
    """
    for word in against:
        pick(AGAINST, word, "comparison")
    _check_order(periods)
    pick(AT, at, "choice of periods")
    every = at == "every"
    found: list[Pairing] = []
    for place, period in enumerate(periods):
        if not every and place < len(periods) - 1:
            continue
        for word in against:
            other = _other(word, periods, place)
            if other in periods[:place]:
                if not any((each.period, each.against) == (period, other) for each in found):
                    found.append(Pairing(word, period, other, ""))
            elif not every:
                alone = "no data: there is one period only" if len(periods) == 1 else f"no data: no survey of {other}" if other else ""
                found += [Pairing(word, period, other, alone)] if alone else []
    return found


def _check_order(periods: Sequence[str]) -> None:
    known = [each for each in map(period_of, periods) if each is not None]
    for one, two in itertools.pairwise(known):
        if two.end < one.end:
            raise ParamsError(f"periods: {one} stands before {two}. Give them oldest first.")


def _other(word: str, periods: Sequence[str], place: int) -> str:
    if word == "year_before":
        own = period_of(periods[place])
        return own.year_before() if own else ""
    return "" if place == 0 else periods[0] if word == "first" else periods[place - 1]
