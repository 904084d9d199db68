"""What to improve first: importance against performance, and what a lever would bring."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from csat_lib.errors import ParamsError, pick
from csat_lib.index import item_scores, on_hundred
from csat_lib.survey import Survey

CROSSHAIRS: dict[str, Callable[[pd.Series], float]] = {
    "mean": lambda values: float(values.mean()),
    "median": lambda values: float(values.median()),
    "middle": lambda _: 50.0,
}


def importance_performance(survey: Survey, importance: pd.DataFrame, *, crosshair: str = "mean", confidence: float = 0.95) -> pd.DataFrame:
    """Each driver's importance beside its 0-100 score, and the quadrant it falls in (Martilla & James 1977).

    Parameters
    ----------
    survey : Survey
        Gives the performance: the weighted 0-100 mean of each driver.
    importance : DataFrame
        From ``drivers.importance``: driver, share and, where draws were made, share_low and share_high.
    crosshair : {"mean", "median", "middle"}
        Where performance is cut: mean or median of the drivers, or the middle of the scale; importance is cut at the mean share.
    confidence : float
        Of the performance intervals.

    Returns
    -------
    DataFrame
        driver, importance, importance_low, importance_high, performance, performance_low, performance_high, quadrant ("improve first",
        "keep up", "low priority", "possible overkill"), cut_importance, cut_performance, n.
    """
    cut = pick(CROSSHAIRS, crosshair, "cross-hair")
    importance = importance.reset_index(drop=True)
    performance = item_scores(survey, list(importance["driver"]), confidence=confidence).set_index("item")
    table = pd.DataFrame({"driver": importance["driver"], "importance": importance["share"]})
    for end in ("low", "high"):
        table[f"importance_{end}"] = importance.get(f"share_{end}", pd.Series(np.nan, index=importance.index))
    own = performance.loc[importance["driver"]].reset_index()
    table = table.assign(performance=own["estimate"], performance_low=own["conf_low"], performance_high=own["conf_high"])
    important, good = (
        table["importance"] >= table["importance"].mean(),
        table["performance"] >= cut(table["performance"]),
    )
    names = {
        (True, False): "improve first",
        (True, True): "keep up",
        (False, False): "low priority",
        (False, True): "possible overkill",
    }
    table["quadrant"] = [names[bool(a), bool(b)] for a, b in zip(important, good, strict=True)]
    table["cut_importance"], table["cut_performance"] = table["importance"].mean(), cut(table["performance"])
    return table.assign(n=own["n"])


def levers(survey: Survey, outcome: str, drivers: Sequence[str], *, points: float = 5, confidence: float = 0.95) -> pd.DataFrame:
    """Expected gain of the outcome, in points of its 0-100 score, for ``points`` more on each driver, the other drivers held.

    Unstandardised coefficients of a weighted regression with a heteroscedasticity-robust (HC1) covariance; not causal unless designed.

    Parameters
    ----------
    survey : Survey
        Listwise on outcome and drivers; survey weights enter.
    outcome, drivers : str, sequence of str
        Items.
    points : float
        Points on each driver's 0-100 score.
    confidence : float
        Of the intervals.

    Returns
    -------
    DataFrame
        driver, performance (0-100, over these respondents), estimate, std_error, conf_low, conf_high, n; largest gain first.

    Raises
    ------
    ParamsError
        Fewer respondents than drivers answered everything.
    """
    import statsmodels.api as sm

    answers = on_hundred(survey, [outcome, *drivers])
    whole = answers.notna().all(axis=1).to_numpy() & (survey.weight_values > 0)
    if whole.sum() <= len(drivers) + 1:
        raise ParamsError(f"{int(whole.sum())} respondents answered {outcome} and all {len(drivers)} drivers: too few for a regression.")
    answers, w = answers[whole], survey.weight_values[whole]
    fitted = sm.WLS(answers[outcome], sm.add_constant(answers[list(drivers)]), weights=w).fit(cov_type="HC1")
    ends = fitted.conf_int(alpha=1 - confidence)
    rows = [
        (
            name,
            float(np.average(answers[name], weights=w)),
            *(points * float(value) for value in (fitted.params[name], fitted.bse[name], *ends.loc[name])),
        )
        for name in drivers
    ]
    table = pd.DataFrame(rows, columns=["driver", "performance", "estimate", "std_error", "conf_low", "conf_high"])
    return table.assign(n=int(whole.sum())).sort_values("estimate", ascending=False, ignore_index=True)
