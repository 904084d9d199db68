"""Times as registers and lists hold them: which way round a date is read is never guessed, and a stated time zone counts."""

from __future__ import annotations

import re

import pandas as pd

_PLAIN = str.maketrans({"年": "-", "月": "-", "日": " ", "/": "-"})
_YEAR_FIRST = re.compile(r"\d{4}[-.]\d{1,2}[-.]\d{1,2}(?!\d)|\d{4}-?W\d{2}")
_USUAL = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2})?)?")  # read at once; anything else takes a hundred times longer
_NAMES = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
_MONTH_SPELT = re.compile(rf"\b\d{{1,2}}[ .-]*{_NAMES}|{_NAMES}[a-z]*[ .]*\d{{1,2}}\b", re.IGNORECASE)


def time_of(text: str) -> pd.Timestamp | None:
    """A time as written, midnight for a date alone; its zone is kept where one is stated. None where it cannot be read for certain.

    Year first, or a month in letters: 03/07/2026 is the third of July to one reader and the seventh of March to another.

    >>> time_of("2026年7月3日 10:00"), time_of("2026-07-03T02:00Z").tz_convert("Asia/Shanghai").hour, time_of("03/07/2026")
    (Timestamp('2026-07-03 10:00:00'), 10, None)
    """
    plain = text.strip().translate(_PLAIN).strip()
    if _USUAL.fullmatch(plain):
        try:
            return pd.Timestamp(plain)
        except ValueError:
            return None
    if not (_YEAR_FIRST.match(plain) or _MONTH_SPELT.search(plain)):
        return None
    found = pd.to_datetime(plain, errors="coerce")
    return None if pd.isna(found) else found


def local_time(text: str, *, clock: pd.Timestamp | None = None) -> pd.Timestamp | None:
    """A time without zone: as its own clock shows it, or as the clock of another time would.

    Parameters
    ----------
    text : str
        As ``time_of`` takes it.
    clock : Timestamp, optional
        From ``time_of``, such as the opening of a complaint. Where only one of the two states a zone, nobody knows how far they lie
        apart, and the answer is None.

    >>> opened = time_of("2026-07-01T10:00+08:00")
    >>> local_time("2026-07-01T04:30Z", clock=opened), local_time("2026-07-01 12:30", clock=opened)
    (Timestamp('2026-07-01 12:30:00'), None)
    """
    found = time_of(text)
    if found is None:
        return None
    if clock is None:
        return found.tz_localize(None)
    if (found.tzinfo is None) != (clock.tzinfo is None):
        return None
    return found if found.tzinfo is None else found.tz_convert(clock.tzinfo).tz_localize(None)
