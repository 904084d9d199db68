"""Numbers by name, as callers give weights, shares and targets; single numbers; and tables that another function made."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from csat_lib.errors import ParamsError


def named_numbers(values: Mapping[str, float] | pd.Series | Sequence[float], what: str) -> pd.Series:
    """``values`` as a Series of floats under different names; the error begins with ``what`` and names what is no number or there twice.

    >>> named_numbers({"a": 1}, "weights").to_dict()
    {'a': 1.0}
    """
    many = isinstance(values, Mapping | pd.Series | Sequence) or getattr(values, "ndim", 0) == 1
    if isinstance(values, str | pd.DataFrame) or not many:
        raise ParamsError(f"{what}: expected numbers, got {_short(values)}.")
    given = pd.Series(values, dtype=object)
    if given.index.has_duplicates:
        raise ParamsError(f"{what}: {given.index[given.index.duplicated()][0]!r} appears twice.")
    for name, value in given.items():
        try:
            float(value)
        except (TypeError, ValueError):
            raise ParamsError(f"{what}: {name}: {value!r} is no number.") from None
    return given.astype(float)


def weights_by_name(weights: Mapping[str, float] | pd.Series, what: str = "weights") -> dict[str, float]:
    """Name -> weight, for weights that must have names; what is no number or there twice is refused."""
    if not isinstance(weights, Mapping | pd.Series):
        raise ParamsError(f"{what}: expected a number for each name, got {_short(weights)}.")
    return {str(name): float(value) for name, value in named_numbers(weights, what).items()}


def number(value: object, what: str) -> float:
    """``value`` as a finite number, or an error that begins with ``what``.

    >>> number(2, "step")
    2.0
    """
    try:
        found = math.nan if isinstance(value, bool | str) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        found = math.nan
    if not math.isfinite(found):
        raise ParamsError(f"{what}={value}: expected a number.")
    return found


def table_with(frame: pd.DataFrame, columns: Sequence[str], source: str) -> pd.DataFrame:
    """``frame`` itself if it has the columns of ``source``, else an error that says what it lacks.

    Parameters
    ----------
    frame : DataFrame
        What was given.
    columns : sequence of str
        What it needs.
    source : str
        The function that makes such a table.
    """
    if not isinstance(frame, pd.DataFrame):
        raise ParamsError(f"Expected the table of {source}, got {_short(frame)}.")
    lacking = [name for name in columns if name not in frame.columns]
    if lacking:
        raise ParamsError(f"Expected the table of {source}; this one has no column {lacking[0]!r}.")
    return frame


def _short(value: object) -> str:
    return repr(value) if value is None or isinstance(value, str | int | float) else f"a {type(value).__name__}"
