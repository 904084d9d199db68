"""Numbers by name, as callers give weights, shares and targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from csat_lib.errors import ParamsError


def named_numbers(values: Mapping[str, float] | pd.Series | Sequence[float], what: str) -> pd.Series:
    """``values`` as a Series of floats under different names; the error begins with ``what`` and names what is no number or there twice.

    >>> named_numbers({"a": 1}, "weights").to_dict()
    {'a': 1.0}
    """
    if isinstance(values, str) or (not isinstance(values, Mapping | pd.Series | Sequence) and not hasattr(values, "__array__")):
        raise ParamsError(f"{what}: expected numbers, got {values!r}.")
    given = pd.Series(values, dtype=object)
    if given.index.has_duplicates:
        raise ParamsError(f"{what}: {given.index[given.index.duplicated()][0]!r} appears twice.")
    for name, value in given.items():
        try:
            float(value)
        except (TypeError, ValueError):
            raise ParamsError(f"{what}: {name}: {value!r} is no number.") from None
    return given.astype(float)
