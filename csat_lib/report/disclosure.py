"""Statistical disclosure control: small groups are blanked, and with them whatever would give them away."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from csat_lib.errors import DataError
from csat_lib.stats import hidden_with

IDENTIFIERS = frozenset(
    {"construct", "item", "cause", "effect", "driver", "segment", "attribute", "by", "period", "metric", "label", "code", "grade"}
    | {"theme", "competitor", "unit", "target", "direction", "source", "owner", "banner", "other", "level"}
)
ATTRIBUTES = ("attribute", "by", "banner")  # columns that say of which attribute a segment is one
MARGINS = (
    *ATTRIBUTES,
    *("construct", "item", "cause", "effect", "driver", "metric", "period", "code", "grade", "theme", "competitor", "other", "level"),
)
TOTALS = frozenset({"", "all", "total", "overall", "nan"})


def protect(
    frame: pd.DataFrame, *, below: int, by: Sequence[str] | None = None, base: str = "n", flag_below: int | None = None
) -> pd.DataFrame:
    """``frame`` with small groups blanked; ``suppressed`` says which rows, ``small_base`` which are merely small.

    A margin is all segments of one construct, item or metric. Its total is taken to be published somewhere, so the
    hidden segments must be two or more and hold ``below`` respondents together: the next smallest segment is hidden too
    until that is so (complementary suppression). Where there is a choice, a segment that is hidden in another margin of the same attribute
    goes first, so that no two margins tell each other's hidden segments.

    Parameters
    ----------
    frame : DataFrame
        Any long frame; without the column ``base`` it is returned as a copy.
    below : int
        Rows that rest on fewer respondents lose everything but what names them.
    by : sequence of str, optional
        The columns that name a margin; by default those of construct, item, metric, period, ... that the frame has.
    base : str
        The column that counts the respondents a row rests on.
    flag_below : int, optional
        Rows of at least ``below`` and fewer than this are marked in the column ``small_base``.

    Raises
    ------
    DataError
        The column ``base`` does not hold numbers.
    """
    result = frame.copy().reset_index(drop=True)
    if base not in result.columns:
        return result
    n = _numbers(result[base], base)
    before = result["suppressed"].fillna(value=False).astype(bool).to_numpy() if "suppressed" in result.columns else False
    hidden = np.asarray((n < below) | before)
    if "segment" in result.columns:
        margins = list(by) if by is not None else [name for name in MARGINS if name in result.columns]
        known = _Company(result)
        for rows in _groups(result, margins):
            own = rows[_parts(result, rows)]
            hidden[hidden_with(own, n, hidden, below, first=known.of(own))] = True
            known.keep(own[hidden[own]])
    kept = IDENTIFIERS | set(by or ()) | {"suppressed", "small_base"}
    for column in [name for name in result.columns if name not in kept]:
        result[column] = _blanked(result[column], hidden)
    result["suppressed"] = hidden
    if flag_below is not None:
        thin = n < flag_below
        if base == "n" and "n_effective" in frame.columns:
            thin |= _numbers(frame["n_effective"], "n_effective") < flag_below
        result["small_base"] = thin & ~hidden
    return result


def is_total(segments: pd.Series) -> pd.Series:
    """Which entries of a column ``segment`` stand for everybody."""
    return segments.astype(object).map(stands_for_all).astype(bool)


def stands_for_all(segment: object) -> bool:
    """Whether a segment's name is that of everybody."""
    return str(segment).strip().casefold() in TOTALS


def _numbers(column: pd.Series, name: str) -> np.ndarray:
    try:
        return np.asarray(pd.to_numeric(column, errors="raise"), dtype=float)
    except (TypeError, ValueError):
        raise DataError(f"The column {name!r} must count respondents; it holds {column.iloc[0]!r}.") from None


def _groups(frame: pd.DataFrame, margins: Sequence[str]) -> list[np.ndarray]:
    if not margins:
        return [np.arange(len(frame))]
    return [np.asarray(rows) for rows in frame.groupby(list(margins), dropna=False, sort=False).indices.values()]


def _parts(frame: pd.DataFrame, rows: np.ndarray) -> np.ndarray:
    """Which of the rows are parts of the margin, not its total."""
    return np.asarray(~is_total(frame["segment"].iloc[rows]))


class _Company:
    """Segments that were hidden in the margins seen so far, by attribute."""

    def __init__(self, frame: pd.DataFrame) -> None:
        of = next((name for name in ATTRIBUTES if name in frame.columns), None)
        attribute = frame[of].astype(str) if of else pd.Series("", index=frame.index)
        self.keys = list(zip(attribute, frame["segment"].astype(str), strict=True))
        self.hidden: set[tuple[str, str]] = set()

    def keep(self, rows: np.ndarray) -> None:
        """Remember the segments of these rows."""
        self.hidden.update(self.keys[row] for row in rows)

    def of(self, rows: np.ndarray) -> set[int]:
        """Those of the rows that are such segments."""
        return {int(row) for row in rows if self.keys[row] in self.hidden}


def _blanked(column: pd.Series, hidden: np.ndarray) -> pd.Series:
    if not hidden.any():
        return column
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        return column.astype(float).mask(hidden)
    return column.astype(object).mask(hidden, None)
