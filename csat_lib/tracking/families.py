"""P-values corrected for their number: Holm for few planned comparisons, Benjamini-Hochberg for tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import ParamsError, nearest, pick
from csat_lib.stats import bh, holm

Array = npt.NDArray[np.float64]
Correction = Literal["auto", "holm", "benjamini_hochberg", "none"]
FEW = 10  # planned comparisons: a longer family is a table
NAMES = {"holm": "Holm", "benjamini_hochberg": "Benjamini-Hochberg", "none": "no correction"}


_RULES: dict[str, Callable[[Array], Array]] = {"holm": holm, "benjamini_hochberg": bh, "none": np.copy}


def corrected(table: pd.DataFrame, *, family: Sequence[str] = (), correction: Correction = "auto") -> pd.DataFrame:
    """``table`` with p_adjusted, and with ``correction``: the rule and the number of comparisons it was made for, in words.

    Parameters
    ----------
    table : DataFrame
        With p_value; NaN, a comparison that was not made, stays NaN and does not count.
    family : sequence of str
        Columns within which p-values belong together; none takes the whole table as one family.
    correction : {"auto", "holm", "benjamini_hochberg", "none"}
        auto: Holm for a family of at most ten, Benjamini-Hochberg for a longer one.
    """
    pick({"auto": "", **NAMES}, correction, "correction")
    for column in family:
        if column not in table.columns:
            raise ParamsError(f"family: no column {column!r} in the comparisons.{nearest(column, map(str, table.columns))}")
    p = table["p_value"].to_numpy(dtype=float)
    adjusted, said = np.full(len(table), np.nan), np.full(len(table), "", dtype=object)
    groups = table.reset_index(drop=True).groupby(list(family), dropna=False).indices.values() if family else [np.arange(len(table))]
    for places in groups:
        tested = places[np.isfinite(p[places])]
        rule = ("holm" if len(tested) <= FEW else "benjamini_hochberg") if correction == "auto" else correction
        adjusted[tested] = _RULES[rule](p[tested])
        said[tested] = f"{NAMES[rule]} over {len(tested)}"
    return table.assign(p_adjusted=adjusted, correction=said)
