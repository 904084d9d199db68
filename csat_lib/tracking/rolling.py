"""The rolling index: newly measured units replace their last figure, the rest is carried forward and marked."""

from __future__ import annotations

import pandas as pd

from csat_lib.errors import DataError
from csat_lib.index import aggregate, roll_forward

SCORES = ["unit", "estimate", "std_error"]


def rolling_index(measured: pd.DataFrame, weights: pd.DataFrame, *, confidence: float = 0.95) -> pd.DataFrame:
    """The top's index after every period, from units of which only some are measured each time (Fornell et al. 1996).

    Parameters
    ----------
    measured : DataFrame
        period, unit, estimate, std_error: what each period measured, oldest first.
    weights : DataFrame
        unit, parent, weight, as in ``index.aggregate``.
    confidence : float
        Of the intervals.

    Returns
    -------
    DataFrame
        period, estimate, std_error, conf_low, conf_high, measured (units new in this period), carried (units carried forward), oldest (the
        period of the oldest figure in it), left_out (units that have never been measured: their sisters share the weight). Waves of one
        rolling index share figures, so that two of them may not be compared as independent samples.

    Raises
    ------
    DataError
        A column is missing, or what ``index.aggregate`` refuses.
    """
    for column in ("period", *SCORES):
        if column not in measured.columns:
            raise DataError(f"measured: no column {column!r}.")
    latest, rows = pd.DataFrame(columns=[*SCORES, "period"]), []
    periods = list(dict.fromkeys(measured["period"]))
    for period in periods:
        now = measured.loc[measured["period"] == period, SCORES]
        latest = now.assign(period=period, status="new") if latest.empty else roll_forward(latest, now, period=period)
        top = aggregate(latest, weights, missing="leave_out", confidence=confidence).iloc[0]
        carried = latest["status"] == "carried forward"
        oldest = min(latest["period"], key=periods.index)
        ends = top[["estimate", "std_error", "conf_low", "conf_high"]].tolist()
        rows.append((period, *ends, int((~carried).sum()), int(carried.sum()), oldest, top["left_out"]))
    columns = ["period", "estimate", "std_error", "conf_low", "conf_high", "measured", "carried", "oldest", "left_out"]
    return pd.DataFrame(rows, columns=columns)
