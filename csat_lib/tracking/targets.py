"""Key figures against their targets: met, at risk, missed or no data; targets proposed from past results; what was missed."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from csat_lib.errors import DataError, ParamsError, pick
from csat_lib.stats import z_value
from csat_lib.study import Target
from csat_lib.study.settings import FORMULA
from csat_lib.tracking.calendar import period_of

Direction = Literal["higher", "lower"]
DIRECTIONS = {"higher": "more is better", "lower": "less is better"}
CARD = ["metric", "label", "formula", "estimate", "conf_low", "conf_high", "unit", "target", "direction", "tolerance", "owner"]
CARD += ["verdict", "n", "note"]


class _Measured(NamedTuple):
    """What a formula gives."""

    estimate: float
    conf_low: float
    conf_high: float
    unit: str
    n: float
    note: str


_NOTHING = _Measured(np.nan, np.nan, np.nan, "", np.nan, "")


def status(goal: Target, estimate: float, conf_low: float, conf_high: float) -> str:
    """Where a figure stands: met, at risk (the interval straddles the target, or it is short by the tolerance at most), missed, no data.

    Parameters
    ----------
    goal : Target
        Its direction says which side is good.
    estimate, conf_low, conf_high : float
        In the target's unit; NaN where there is no figure, or no interval.
    """
    if not np.isfinite(estimate):
        return "no data"
    if np.isfinite(conf_low) and conf_low < goal.target < conf_high:
        return "at risk"
    short = goal.target - estimate if goal.direction == "higher" else estimate - goal.target
    return "met" if short <= 0 else "at risk" if short <= goal.tolerance else "missed"


def scorecard(figures: pd.DataFrame, targets: Mapping[str, Target], *, language: str = "en", confidence: float = 0.95) -> pd.DataFrame:
    """Every target with its figure and where it stands, one row a target in the order given.

    Parameters
    ----------
    figures : DataFrame
        metric, estimate, conf_low, conf_high; at will unit, n, std_error, segment (rows but "all" are left out) and period: the last one
        is judged, and earlier ones serve ``change(...)`` and ``growth(...)``. Figures of other rooms come as rows.
    targets : mapping of str to Target
        Name -> target, as in study.yaml.
    language : {"en", "zh"}
        Of labels and owners.
    confidence : float
        Of the intervals of changes, and of the figures' own where they carry no std_error.

    Returns
    -------
    DataFrame
        metric (the target's name), label, formula, estimate, conf_low, conf_high, unit, target, direction, tolerance, owner, verdict, n,
        note: why there are no data, or that several targets apply to one figure.

    Raises
    ------
    ParamsError
        ``figures`` lacks a column, or has a figure twice in a period.
    """
    table = _figures(figures)
    z, rows = z_value(confidence), []
    for name, goal in targets.items():
        formula = goal.formula or name
        found = _measured(table, formula, goal, z)
        verdict = status(goal, found.estimate, found.conf_low, found.conf_high)
        said = "; ".join(each for each in (found.note, _overlapping(name, targets)) if each)
        head = (name, goal.label.say(language), formula, *found[:3], found.unit, goal.target, goal.direction, goal.tolerance)
        rows.append((*head, goal.owner.say(language) if goal.owner else "", verdict, found.n, said))
    return pd.DataFrame(rows, columns=CARD)


def misses(card: pd.DataFrame, *, verdicts: Sequence[str] = ("missed",)) -> pd.DataFrame:
    """What needs a plan for improvement: the rows of a scorecard that were missed, the largest shortfall (as a share of the target) first.

    Parameters
    ----------
    card : DataFrame
        From ``scorecard``.
    verdicts : sequence of str
        ("missed", "at risk") warns earlier.

    Returns
    -------
    DataFrame
        metric, label, owner, estimate, target, gap (how far on the wrong side, in the figure's unit), verdict, note.
    """
    kept = card[card["verdict"].isin(list(verdicts))]
    side = np.where(kept["direction"] == "higher", 1.0, -1.0)
    table = kept.assign(gap=side * (kept["target"] - kept["estimate"]).astype(float))
    share = table["gap"] / table["target"].abs().replace(0, 1)
    order = share.sort_values(ascending=False, kind="stable").index
    return table.loc[order, ["metric", "label", "owner", "estimate", "target", "gap", "verdict", "note"]].reset_index(drop=True)


def propose_targets(history: pd.DataFrame, *, directions: Mapping[str, Direction] | None = None) -> pd.DataFrame:
    """Targets by the average-advanced rule (平均先进): the mean of those past results that are at or above the overall mean.

    Parameters
    ----------
    history : DataFrame
        metric, estimate: a row per past period.
    directions : mapping of str to {"higher", "lower"}, optional
        Where lower is better the results at or below the overall mean are averaged; metrics not named are better when higher.

    Returns
    -------
    DataFrame
        metric, direction, mean (of all results), target (proposed), results, advanced (how many are in the target's mean). Fewer than two
        results propose nothing: target is NaN.

    Raises
    ------
    DataError
        A column is missing.

    >>> past = pd.DataFrame({"metric": "index", "estimate": [70.0, 72.0, 74.0, 76.0]})
    >>> float(propose_targets(past)["target"].item())
    75.0
    """
    for column in ("metric", "estimate"):
        if column not in history.columns:
            raise DataError(f"history: no column {column!r}.")
    rows = []
    for metric, own in history.groupby("metric", sort=False)["estimate"]:
        direction = (directions or {}).get(str(metric), "higher")
        pick(DIRECTIONS, direction, "direction")
        x = own.dropna().to_numpy(dtype=float)
        mean = float(x.mean()) if len(x) else np.nan
        ahead = x[x >= mean] if direction == "higher" else x[x <= mean]
        rows.append((str(metric), direction, mean, float(ahead.mean()) if len(x) > 1 else np.nan, len(x), len(ahead)))
    return pd.DataFrame(rows, columns=["metric", "direction", "mean", "target", "results", "advanced"])


def _figures(figures: pd.DataFrame) -> pd.DataFrame:
    for column in ("metric", "estimate"):
        if column not in figures.columns:
            raise ParamsError(f"figures: no column {column!r}.")
    table = figures[figures["segment"] == "all"] if "segment" in figures else figures
    defaults = {"conf_low": np.nan, "conf_high": np.nan, "unit": "", "n": np.nan, "std_error": np.nan, "period": ""}
    own = pd.DataFrame(defaults, index=table.index)
    table = table.join(own[[name for name in own if name not in table]])
    table["period"] = table["period"].astype(str)
    twice = table.duplicated(["metric", "period"])
    if twice.any():
        first = table[twice].iloc[0]
        raise ParamsError(f"figures: {first['metric']!r} stands there twice{' in ' + first['period'] if first['period'] else ''}.")
    return table


def _measured(table: pd.DataFrame, formula: str, goal: Target, z: float) -> _Measured:
    parsed = FORMULA.fullmatch(formula)
    if parsed is None:
        return _NOTHING._replace(note=f"the formula {formula!r} is not understood")
    how, inner, since, plain = parsed.groups()
    own = {str(row["period"]): {str(name): value for name, value in row.items()} for row in _of(table, inner or plain)}
    periods = list(dict.fromkeys(table["period"]))
    now = periods[-1] if periods else ""
    if now not in own:
        return _NOTHING._replace(note=f"no figure {inner or plain!r}{' in ' + now if now and own else ''}")
    kind = _kind(now)
    if goal.period and kind and kind != goal.period:
        return _NOTHING._replace(note=f"measured by the {goal.period}, and {now} is a {kind}")
    last = own[now]
    if how is not None:
        return _moved(how, own, now, _earlier(since or "year_before", now, periods), z)
    ends = float(last["conf_low"]), float(last["conf_high"])
    return _Measured(float(last["estimate"]), *ends, str(last["unit"]), float(last["n"]), "")


def _of(table: pd.DataFrame, metric: str) -> list[dict[Hashable, Any]]:
    return table[table["metric"] == metric].to_dict("records")


def _kind(name: str) -> str:
    own = period_of(name)
    return own.kind if own else ""


def _earlier(since: str, now: str, periods: Sequence[str]) -> str:
    if since == "previous":
        return periods[-2] if len(periods) > 1 else ""
    own = period_of(now)
    return own.year_before() if own else ""


def _moved(how: str, own: Mapping[str, Mapping[str, Any]], now: str, since: str, z: float) -> _Measured:
    """The change in the figure's unit, or the growth in per cent (delta method), of two independent figures."""
    if since not in own:
        return _NOTHING._replace(note=f"no figure of {since} to hold {now} against" if since else "no earlier period to hold it against")
    before, after = own[since], own[now]
    y1, y2 = float(before["estimate"]), float(after["estimate"])
    e1, e2 = (_error(each, z) for each in (before, after))
    if how == "growth" and not y1 > 0:
        return _NOTHING._replace(note=f"no growth from {y1:g} in {since}")
    if how == "growth":
        value, error, unit = 100 * (y2 / y1 - 1), 100 * float(np.hypot(e2, y2 * e1 / y1)) / y1, "%"
    else:
        value, error, unit = y2 - y1, float(np.hypot(e1, e2)), str(after["unit"])
    return _Measured(value, value - z * error, value + z * error, unit, float(after["n"]), f"since {since}")


def _error(row: Mapping[str, Any], z: float) -> float:
    """The standard error, from the interval where it is not given; NaN for a figure without either."""
    given = float(row["std_error"])
    return given if np.isfinite(given) else (float(row["conf_high"]) - float(row["conf_low"])) / (2 * z)


def _overlapping(name: str, targets: Mapping[str, Target]) -> str:
    """Other targets for the same formula, measured as often, and whether all can be met."""
    own = targets[name]
    said = []
    for other, goal in targets.items():
        same = (goal.formula or other).replace(" ", "") == (own.formula or name).replace(" ", "")
        if other == name or not same or (own.period and goal.period and own.period != goal.period):
            continue
        high, low = (own, goal) if own.direction == "higher" else (goal, own)
        opposed = own.direction != goal.direction and high.target > low.target
        said.append(f"{other} sets {goal.target:g} for the same figure{': they cannot both be met' if opposed else ''}")
    return "; ".join(said)
