"""What the complaints are about: counts from the most frequent down, their running share, and the cause behind each."""

from __future__ import annotations

import pandas as pd

from csat_lib.errors import ParamsError, nearest
from csat_lib.voice.register import Register

VITAL = 0.80
FIELDS = ("category", "product", "channel", "severity", "cause")
PARETO = ["by", "segment", "n", "share", "cumulative_share", "rank", "cause", "cause_share", "median_hours", "open", "verdict"]


def pareto(register: Register, by: str = "category") -> pd.DataFrame:
    """Complaints by category, product or another field, the most frequent first (ties by name); without a value last.

    Parameters
    ----------
    register : Register
        From ``load_register``.
    by : {"category", "product", "channel", "severity", "cause"}
        What they are counted by.

    Returns
    -------
    DataFrame
        by, segment ("" where not assigned), n, share, cumulative_share (0-1), rank, cause (the most frequent cause behind the row; where
        the register assigns none, its most frequent category), cause_share (0-1 of the row), median_hours (to closing, of the closed),
        open (not closed yet), verdict ("vital few" until 80 % are reached, then "useful many", Juran 1954).

    Raises
    ------
    ParamsError
        There is no such field (the nearest is named).
    """
    if by not in FIELDS:
        raise ParamsError(f"by: no field {by!r} to count complaints by.{nearest(by, FIELDS)}")
    own = register.complaints
    counts = own[by].value_counts()
    order = sorted(counts.index, key=lambda name: (name == "", -counts[name], name))
    rows, running = [], 0
    for rank, name in enumerate(order, start=1):
        here, before = own[own[by] == name], running / len(own)
        running += len(here)
        cause, share = _cause(here, by)
        hours = (here["closed"] - here["opened"]).dt.total_seconds().median() / 3600
        verdict = "not assigned" if name == "" else "vital few" if before < VITAL - 1e-12 else "useful many"
        rows.append(
            (by, name, len(here), len(here) / len(own), running / len(own), rank, cause, share, hours, int((~here["done"]).sum()), verdict)
        )
    return pd.DataFrame(rows, columns=PARETO)


def _cause(here: pd.DataFrame, by: str) -> tuple[str, float]:
    """The most frequent cause and its share of the row; of the field itself there is none to tell."""
    field = "cause" if (here["cause"] != "").any() else "category"
    known = here[field][here[field] != ""]
    if by in {field, "cause"} or known.empty:
        return "", float("nan")
    counts = known.value_counts()
    first = min(counts.index[counts == counts.max()])
    return str(first), float(counts[first] / len(here))
