"""Small groups: what is flagged, what is hidden or not tested, and what must be hidden with it."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import pick

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
            own = np.asarray(places)
            hidden[_with_it(own, least, hidden, bases.shown)] = True
    table["base"] = np.select([hidden, least < bases.unflagged], ["suppressed", "small"], "ok")
    table.loc[hidden, NUMBERS] = np.nan
    return table


def _with_it(own: npt.NDArray[np.intp], least: np.ndarray, hidden: np.ndarray, shown: int) -> npt.NDArray[np.intp]:
    """The rows to hide beside those hidden, so that they are two at least and hold ``shown`` respondents together."""
    gone = [int(place) for place in own[hidden[own]] if least[place] > 0]
    if not gone:
        return np.array([], dtype=np.intp)
    for place in own[~hidden[own]][np.argsort(least[own[~hidden[own]]], kind="stable")]:
        if len(gone) > 1 and sum(least[each] for each in gone) >= shown:
            break
        gone.append(int(place))
    return np.array(gone, dtype=np.intp)
