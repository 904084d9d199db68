"""Small groups: what is flagged, what is hidden or not tested, and what must be hidden with it."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from csat_lib.errors import pick
from csat_lib.stats import hidden_with

Preset = Literal["default", "strict"]


class Bases(NamedTuple):
    """Least respondents for a figure to be shown, for a test, and for no flag; each holds for n and effective n."""

    shown: int
    tested: int
    unflagged: int


PRESETS = {"default": Bases(10, 10, 30), "strict": Bases(10, 30, 100)}
NUMBERS = ["estimate", "std_error", "conf_low", "conf_high"]


def bases_of(preset: Preset) -> Bases:
    """The limits of a preset: default hides below 10 and flags below 30; strict also tests none below 30 and flags below 100."""
    return pick(PRESETS, preset, "preset of small bases")


def with_small_bases(figures: pd.DataFrame, bases: Bases) -> pd.DataFrame:
    """``figures`` with ``base`` (ok, small, suppressed), the numbers of suppressed rows blanked.

    Where a single segment of a figure would be hidden, the next smallest is hidden with it: the total and the others would give it away.
    """
    table = figures.reset_index(drop=True).copy()
    least = np.minimum(table["n"].to_numpy(dtype=float), table["n_effective"].to_numpy(dtype=float))
    hidden = least < bases.shown
    parts = (table["segment"] != "all").to_numpy() if "segment" in table else np.zeros(len(table), dtype=bool)
    if parts.any():
        for places in table[parts].groupby(["period", "metric"], sort=False).groups.values():
            hidden[hidden_with(np.asarray(places), least, hidden, bases.shown)] = True
    table["base"] = np.select([hidden, least < bases.unflagged], ["suppressed", "small"], "ok")
    table.loc[hidden, NUMBERS] = np.nan
    return table
