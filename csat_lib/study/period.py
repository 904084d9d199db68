"""Survey periods: 2026Q3, 2026-09, 2026H1, 2026 or special-<slug>; they sort by their end."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal

from csat_lib.errors import ParamsError

Kind = Literal["quarter", "month", "half", "year", "special"]

_FORMS: tuple[tuple[Kind, str, int], ...] = (
    ("quarter", r"(\d{4})Q([1-4])", 3),
    ("month", r"(\d{4})-(0[1-9]|1[0-2])", 1),
    ("half", r"(\d{4})H([12])", 6),
    ("year", r"(\d{4})", 12),
)


@dataclass(frozen=True, slots=True)
class Period:
    """A survey period.

    Attributes
    ----------
    name : str
        As in file names: 2026Q3, 2026-09, 2026H1, 2026, special-returns.
    kind : {"quarter", "month", "half", "year", "special"}
        What sort of period it is.
    start, end : datetime.date
        First and last day; a special survey's are those of its fieldwork.
    """

    name: str
    kind: Kind
    start: dt.date
    end: dt.date

    def __str__(self) -> str:
        return self.name

    def year_before(self) -> str:
        """The name of the same period one year earlier; empty for a special survey."""
        return "" if self.kind == "special" else f"{int(self.name[:4]) - 1:04d}{self.name[4:]}"


def parse_period(name: str | int, *, fieldwork: tuple[dt.date, dt.date] | None = None) -> Period:
    """The period called ``name``; YAML's and papermill's integer 2026 is that year.

    Raises
    ------
    ParamsError
        The name has none of the five forms, or a special survey has no fieldwork dates.

    >>> parse_period("2026Q3").end
    datetime.date(2026, 9, 30)
    """
    text = str(name) if isinstance(name, int) and not isinstance(name, bool) else name
    if not isinstance(text, str):
        raise ParamsError(f"{name!r} is not a period. Expected 2026Q3, 2026-09, 2026H1, 2026 or special-<name>.")
    for kind, form, months in _FORMS:
        match = re.fullmatch(form, text, flags=re.ASCII)
        if match:
            part = int(match[2]) if match.lastindex == 2 else 1
            year, last = int(match[1]), part * months
            if not 1900 <= year <= 2999:
                break
            end = dt.date(year, last, calendar.monthrange(year, last)[1])
            return Period(text, kind, dt.date(year, last - months + 1, 1), end)
    if re.fullmatch(r"special-[a-z0-9][a-z0-9-]{0,59}", text):
        if fieldwork is None:
            raise ParamsError(f"{text}: a special survey needs fieldwork: {{start: ..., end: ...}} in its period file.")
        return Period(text, "special", *fieldwork)
    raise ParamsError(f"{text[:80]!r} is not a period.{_nearest_form(text)} Expected 2026Q3, 2026-09, 2026H1, 2026 or special-<name>.")


def _nearest_form(text: str) -> str:
    loose = re.fullmatch(r"\s*(\d{4})[\s_./-]*([qQhH]?)[\s_.-]*(\d{0,2})\s*", text[:20], flags=re.ASCII)
    if not loose:
        return ""
    year, letter, number = loose[1], loose[2].upper(), loose[3].lstrip("0")
    highest = {"Q": 4, "H": 2, "": 12}[letter]
    if not number or int(number) > highest:
        return ""
    return f" Did you mean {f'{year}{letter}{number}' if letter else f'{year}-{int(number):02d}'!r}?"
