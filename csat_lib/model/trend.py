"""One construct's index over periods, each wave fitted anew, and what changed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from csat_lib.errors import ModelError, ParamsError
from csat_lib.model.effects import index_scores
from csat_lib.model.pls import fit_pls
from csat_lib.model.pls_bootstrap import bootstrap, summarise
from csat_lib.stats import z_value
from csat_lib.study import Structure
from csat_lib.survey import Survey


def index_trend(
    surveys: Mapping[str, Survey],
    structure: Structure,
    construct: str,
    *,
    how: Mapping[str, object],
    draws: int,
    seed: int,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """The 0-100 index of ``construct`` in every period, with bootstrap intervals that include the estimation of the weights.

    Parameters
    ----------
    surveys : mapping of str to Survey
        Period -> survey, oldest first.
    structure, construct : Structure, str
        The model, fitted anew in each period.
    how : mapping
        Keyword arguments of ``fit_pls``.
    draws, seed : int
        Of each period's bootstrap.
    confidence : float
        Of the intervals.

    Returns
    -------
    DataFrame
        period, estimate, std_error, conf_low, conf_high, n. A period whose model cannot be fitted has no row, unless it is the last.

    Raises
    ------
    ModelError
        The last period's model cannot be fitted.
    """
    structure.construct(construct)
    rows = []
    for period, survey in surveys.items():
        try:
            fit = fit_pls(survey, structure, **how)  # type: ignore[arg-type]
            table = summarise(fit, bootstrap(fit, survey, draws=draws, seed=seed), confidence=confidence)
        except ModelError:
            if period == list(surveys)[-1]:
                raise
            continue
        own = table[(table["metric"] == "index") & (table["construct"] == construct)].iloc[0]
        if np.isfinite(own["estimate"]):
            rows.append((period, own["estimate"], own["std_error"], own["conf_low"], own["conf_high"], fit.moments.n))
        elif period == list(surveys)[-1]:
            verdicts = dict(zip(index_scores(fit)["construct"], index_scores(fit)["verdict"], strict=True))
            raise ModelError(f"The index of {construct} is {verdicts[construct]}.")
    return pd.DataFrame(rows, columns=["period", "estimate", "std_error", "conf_low", "conf_high", "n"])


def changes(trend: pd.DataFrame, against: Mapping[str, str], *, confidence: float = 0.95) -> pd.DataFrame:
    """The last period of a trend against earlier ones, as independent samples.

    Parameters
    ----------
    trend : DataFrame
        period, estimate, std_error.
    against : mapping of str to str
        Label -> period, such as {"since last quarter": "2026Q2"}; periods that the trend lacks are left out.
    confidence : float
        Of the interval of the change.

    Returns
    -------
    DataFrame
        label, period, estimate (the change), std_error, conf_low, conf_high, verdict ("real" or "within noise").

    Raises
    ------
    ParamsError
        The trend is empty.
    """
    if trend.empty:
        raise ParamsError("The trend has no period.")
    z = z_value(confidence)
    known = {str(period): (float(value), float(error)) for period, value, error in trend[["period", "estimate", "std_error"]].to_numpy()}
    last, last_error = list(known.values())[-1]
    rows = []
    for label, period in against.items():
        if period in known and period != list(known)[-1]:
            change, error = last - known[period][0], float(np.hypot(last_error, known[period][1]))
            verdict = "real" if abs(change) > z * error else "within noise"
            rows.append((label, period, change, error, change - z * error, change + z * error, verdict))
    return pd.DataFrame(rows, columns=["label", "period", "estimate", "std_error", "conf_low", "conf_high", "verdict"])
