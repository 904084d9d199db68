"""What to improve first: importance against performance, with the cross-hairs and the line of equal priority."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csat_lib.errors import ParamsError, pick
from csat_lib.index import item_scores
from csat_lib.survey import Survey

KINDS = {"LMG share": "share", "total effect": "estimate", "stated": "estimate"}
QUADRANTS = {
    (True, False): "improve first",
    (True, True): "keep up",
    (False, False): "low priority",
    (False, True): "possible overkill",
}


@dataclass(frozen=True, slots=True)
class _Cut:
    """How the cross-hairs are called and where each lies; ``importance`` names the rule used for importance."""

    performance: Callable[[pd.Series], float]
    importance: str


def _mean(values: pd.Series) -> float:
    return float(values.mean())


def _median(values: pd.Series) -> float:
    return float(values.median())


CROSSHAIRS: dict[str, _Cut] = {
    "mean": _Cut(_mean, "mean"),
    "median": _Cut(_median, "median"),
    "middle": _Cut(lambda _: 50.0, "middle"),
    "target": _Cut(_mean, "mean"),
}


def importance_performance(
    survey: Survey,
    importance: pd.DataFrame,
    *,
    kind: str = "LMG share",
    crosshair: str = "mean",
    target: float | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Each driver's importance beside its 0-100 score, and the quadrant it falls in (Martilla & James 1977).

    Parameters
    ----------
    survey : Survey
        Gives the performance: the weighted 0-100 mean of each driver.
    importance : DataFrame
        driver (or item) and, for "LMG share", share, share_low, share_high; else estimate, conf_low, conf_high: ``drivers.importance``,
        ``levers`` with one point, or ``index.item_scores`` of the questions that ask how important each driver is, renamed to the
        drivers.
    kind : {"LMG share", "total effect", "stated"}
        Which importance it is; the table and the chart name it. Stated importance is on 0-100.
    crosshair : {"mean", "median", "middle", "target"}
        Where both are cut. The middle of the scale is 50; a share or an effect has no scale, so that its cut is then the mean, as it is
        beside a target. The column ``crosshair`` says which was used for both.
    target : float, optional
        Performance wanted, 0-100, for crosshair="target".
    confidence : float
        Of the performance intervals.

    Returns
    -------
    DataFrame
        driver, importance, importance_low, importance_high, performance, performance_low, performance_high, quadrant ("improve first",
        "keep up", "low priority", "possible overkill"), verdict ("clear" where neither interval holds its cut, else "uncertain"),
        priority (how far importance lies above the iso-priority line), cut_importance, cut_performance, iso_slope, iso_intercept, kind,
        crosshair, crosshair_importance, n. The line is importance = performance for stated importance (Hawes & Rao 1985); else it goes
        through the cross and rises by the ratio of the two standard deviations, so that a driver above it is more important than it is
        good.

    Raises
    ------
    ParamsError
        An unknown word, a column missing, or crosshair="target" without its target.
    """
    column = pick(KINDS, kind, "kind of importance")
    pick(CROSSHAIRS, crosshair, "cross-hair")
    if (crosshair == "target") != (target is not None):
        raise ParamsError("crosshair='target' and target= go together: target= is the performance wanted, 0-100.")
    table = _importance(importance, column)
    own = item_scores(survey, list(table["driver"]), confidence=confidence).set_index("item").loc[table["driver"]].reset_index()
    table = table.assign(performance=own["estimate"], performance_low=own["conf_low"], performance_high=own["conf_high"])
    return mapped(table, kind=kind, crosshair=crosshair, target=target).assign(n=own["n"])


def mapped(table: pd.DataFrame, *, kind: str, crosshair: str = "mean", target: float | None = None) -> pd.DataFrame:
    """``table`` (importance and performance with intervals) with quadrants, cross-hairs and the line of equal priority; see above."""
    rule = pick(CROSSHAIRS, crosshair, "cross-hair")
    named = "mean" if rule.importance == "middle" and kind != "stated" else rule.importance
    cut_importance = CROSSHAIRS[named].performance(table["importance"])
    cut_performance = float(target) if target is not None else rule.performance(table["performance"])
    important, good = table["importance"] >= cut_importance, table["performance"] >= cut_performance
    slope, intercept = _line(table, kind, cut_importance, cut_performance)
    result = table.assign(
        quadrant=[QUADRANTS[bool(a), bool(b)] for a, b in zip(important, good, strict=True)],
        verdict=np.where(_holds(table, "importance", cut_importance) | _holds(table, "performance", cut_performance), "uncertain", "clear"),
        priority=table["importance"] - (intercept + slope * table["performance"]),
        cut_importance=cut_importance,
        cut_performance=cut_performance,
        iso_slope=slope,
        iso_intercept=intercept,
        kind=kind,
        crosshair=crosshair,
        crosshair_importance=named,
    )
    result.attrs |= {"importance_kind": kind, "crosshair": crosshair}
    return result


def _importance(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """driver, importance and its ends, from any of the tables that hold an importance."""
    key = next((each for each in ("driver", "item", "cause") if each in frame.columns), None)
    if key is None or column not in frame.columns:
        raise ParamsError(f"importance: expected the columns driver and {column}; there are: {', '.join(map(str, frame.columns))}.")
    frame = frame.reset_index(drop=True)
    if frame[column].isna().any():
        raise ParamsError(f"importance: {frame.loc[frame[column].isna(), key].iloc[0]!r} has no {column}. Leave it out.")
    ends = ("share_low", "share_high") if column == "share" else ("conf_low", "conf_high")
    table = pd.DataFrame({"driver": frame[key], "importance": frame[column].astype(float)})
    for name, end in zip(("low", "high"), ends, strict=True):
        table[f"importance_{name}"] = frame.get(end, pd.Series(np.nan, index=frame.index))
    return table


def _holds(table: pd.DataFrame, column: str, cut: float) -> pd.Series:
    """Whether the interval holds the cut; never where there is no interval."""
    return (table[f"{column}_low"] < cut) & (table[f"{column}_high"] > cut)


def _line(table: pd.DataFrame, kind: str, cut_importance: float, cut_performance: float) -> tuple[float, float]:
    """Slope and intercept of the line of equal priority; flat through the cross where performance does not differ."""
    if kind == "stated":
        return 1.0, 0.0
    spread = [float(table[each].std(ddof=0)) for each in ("importance", "performance")]
    slope = spread[0] / spread[1] if spread[1] > 0 else 0.0
    return slope, cut_importance - slope * cut_performance
