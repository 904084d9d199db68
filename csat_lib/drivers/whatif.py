"""What if these drivers rose by these points, in these segments: satisfaction, loyalty and revenue, with intervals and what is assumed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csat_lib.drivers.levers import MODEL, Gains, gains
from csat_lib.errors import DataError, ModelError, ParamsError, nearest
from csat_lib.index import item_scores, scores, segments_of
from csat_lib.model import index_weights
from csat_lib.model.pls import PlsFit
from csat_lib.stats import percentile_interval
from csat_lib.study import Text
from csat_lib.survey import Survey

AS_ASKED, CAPPED = "as asked", "capped at the end of the scale"
COLUMNS = ["segment", "effect", "estimate", "std_error", "conf_low", "conf_high", "verdict", "share", "n"]
ASSUMPTIONS: dict[str, Text] = {
    "causal": Text(
        en="The effects are associations in this sample. They are causal only where a designed experiment shows it.",
        zh="效应是本样本中的关联；只有经过设计的实验才能说明因果。",
    ),
    "held": Text(
        en="Whatever is not changed, and does not follow from what is changed, stays as it is.",
        zh="未改变的因素，以及不随之变化的因素，保持不变。",
    ),
    "linear": Text(
        en="Every point brings the same, wherever on the scale it is gained, and the effects of several drivers add up.",
        zh="每提高一分的效果相同，与所处水平无关；多个因素的效果可以相加。",
    ),
    "ends": Text(en="No driver and no effect goes beyond 0 or 100.", zh="任何因素与结果均不超出 0 至 100。"),
    "segments": Text(
        en="A driver works in every segment as it does in the whole sample; segments not named do not change.",
        zh="因素在各细分中的作用与全样本相同；未列出的细分不变。",
    ),
    "model": Text(en="Items of the model act through their construct's total effect.", zh="模型内的题目通过其潜变量的总效应起作用。"),
    "regression": Text(
        en="Drivers outside the model act by their coefficient in the regression of the outcome, the other drivers held.",
        zh="模型外的因素按结果变量回归中的系数起作用，其他因素不变。",
    ),
    "money": Text(en="The worth of a point is the caller's figure, taken as certain.", zh="每分的价值由使用者给定，视为确定。"),
}


@dataclass(frozen=True, slots=True, eq=False)
class WhatIf:
    """Expected changes, and what they rest on.

    Attributes
    ----------
    effects : DataFrame
        segment (those changed, and "all"), effect, estimate (points of its 0-100 score; of "revenue" in the unit of ``value``),
        std_error, conf_low, conf_high, verdict ("as asked", "capped at the end of the scale"), share (of the respondents' weight), n
        (respondents in the segment).
    changes : DataFrame
        segment, driver, basis, performance (0-100 now), asked, points (that can be had), verdict.
    assumptions : DataFrame
        assumption, en, zh: one sentence each.
    """

    effects: pd.DataFrame
    changes: pd.DataFrame
    assumptions: pd.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class _Where:
    """One segment: its name, share of the weight, respondents, and scores (0-100) of drivers and effects now."""

    name: str
    share: float
    n: int
    now: Mapping[str, float]


def whatif(
    survey: Survey,
    outcome: str,
    changes: Mapping[str, float],
    *,
    drivers: Sequence[str] = (),
    fit: PlsFit | None = None,
    on: Sequence[str] = (),
    by: str | None = None,
    segments: Sequence[str] = (),
    value: Mapping[str, float] | None = None,
    draws: int = 2000,
    seed: int,
    confidence: float = 0.95,
) -> WhatIf:
    """Expected change of satisfaction, and of what follows from it, if drivers change by so many points.

    Parameters
    ----------
    survey : Survey
        Weights, strata and clusters enter.
    outcome : str
        The item that the regression explains, for drivers outside the model.
    changes : {driver: points}
        Points of 0-100; items, or constructs of the model.
    drivers : sequence of str
        Further drivers that the regression holds.
    fit : PlsFit, optional
        The model of this survey; without it everything comes from the regression.
    on : sequence of str
        Constructs whose change is asked, such as ("satisfaction", "loyalty"); by default the model's outcome, or the item ``outcome``.
    by, segments : str, sequence of str
        Where the change happens: codes of one attribute; all of them when ``segments`` is empty; everywhere without ``by``.
    value : {effect: money}, optional
        What one point of one effect, over all respondents, is worth.
    draws, seed : int
        Of the bootstrap.
    confidence : float
        Of the intervals.

    Raises
    ------
    ParamsError
        No changes, unknown names, a change that is no number, ``value`` of another effect than asked or of several.
    DataError
        Nobody in a segment answered.
    ModelError
        A driver cannot be used.
    """
    _check_changes(changes, on, fit, value)
    effects = tuple(on) or ((fit.structure.outcome,) if fit is not None else (outcome,))
    _check_value(value, effects)
    found = {}
    for each in effects:
        asked = [*changes, *(name for name in drivers if name not in changes)]
        made = gains(survey, outcome, asked, fit=fit, on=each if fit is not None else None, draws=draws, seed=seed)
        _check_used(made, changes, each)
        found[each] = made
    places = _places(survey, [*changes, *effects], fit, by, segments)
    applied = {where.name: _applied(where, changes) for where in places}
    basis = dict(zip(found[effects[0]].drivers, found[effects[0]].basis, strict=True))
    changed = [
        (where.name, name, basis[name], where.now[name], float(points), applied[where.name][name], _word(applied[where.name][name], points))
        for where in places
        for name, points in changes.items()
    ]
    rows = [row for each in effects for row in _rows(found[each], places, applied, confidence=confidence, n=len(survey) if by else None)]
    table = pd.DataFrame(rows, columns=COLUMNS)
    if value:
        table = pd.concat([table, _revenue(table, value)], ignore_index=True)
    routes = {"model" if each == MODEL else "regression" for each in basis.values()}
    keys = ["causal", "held", "linear", "ends", *(["segments"] if by else []), *sorted(routes), *(["money"] if value else [])]
    said = pd.DataFrame([(key, ASSUMPTIONS[key].en, ASSUMPTIONS[key].zh) for key in keys], columns=["assumption", "en", "zh"])
    columns = ["segment", "driver", "basis", "performance", "asked", "points", "verdict"]
    return WhatIf(table, pd.DataFrame(changed, columns=columns), said)


def _check_changes(changes: Mapping[str, float], on: Sequence[str], fit: PlsFit | None, value: Mapping[str, float] | None) -> None:
    if not changes:
        raise ParamsError("changes: name at least one driver and its points, such as {'checkout_speed': 5}.")
    for name, points in {**changes, **(value or {})}.items():
        if isinstance(points, bool) or not isinstance(points, int | float) or not np.isfinite(points):
            raise ParamsError(f"{name}: expected a number, got {points!r}.")
    if on and fit is None:
        raise ParamsError(f"on={tuple(on)!r} needs the path model: give fit=.")


def _check_value(value: Mapping[str, float] | None, effects: Sequence[str]) -> None:
    if value is None:
        return
    if len(value) != 1:
        raise ParamsError("value: give the worth of a point of one effect; several would count the same money twice.")
    name = next(iter(value))
    if name not in effects:
        raise ParamsError(f"value: {name!r} is not one of the effects asked for.{nearest(name, effects)}")


def _check_used(found: Gains, changes: Mapping[str, float], effect: str) -> None:
    lost = [name for name in changes if name not in found.drivers]
    if lost:
        raise ModelError(f"{', '.join(lost)} cannot move {effect}: a warning says why. Leave it out of changes=, or {effect} out of on=.")


def _places(survey: Survey, names: Sequence[str], fit: PlsFit | None, by: str | None, segments: Sequence[str]) -> list[_Where]:
    """The segments that change."""
    if segments and by is None:
        raise ParamsError("segments= needs by=: the attribute whose codes they are.")
    parts = segments_of(survey, by)[1:] if by else segments_of(survey, None)
    known = [name for name, _ in parts]
    for each in segments:
        if str(each) not in known:
            raise ParamsError(f"No segment {each!r} in {by}.{nearest(str(each), known)}")
    constructs = [name for name in names if fit is not None and name in fit.structure.names]
    items = list(dict.fromkeys(name for name in names if name not in constructs))
    tables = [item_scores(survey, items, by=by).rename(columns={"item": "name"})] if items else []
    if constructs and fit is not None:
        tables.append(scores(survey, fit.structure, by=by, weights=index_weights(fit)).rename(columns={"construct": "name"}))
    now = pd.concat(tables, ignore_index=True).set_index(["segment", "name"])["estimate"]
    w, found = survey.weight_values, []
    for name, here in parts:
        if segments and name not in {str(each) for each in segments}:
            continue
        levels = {each: float(now[name, each]) for each in dict.fromkeys(names)}
        silent = [each for each, level in levels.items() if not np.isfinite(level)]
        if silent:
            raise DataError(f"Nobody in {name!r} answered {', '.join(silent)}, so a change of it has no starting point.")
        found.append(_Where(name, float(w[here].sum() / w.sum()), int(here.sum()), levels))
    return found


def _applied(where: _Where, changes: Mapping[str, float]) -> dict[str, float]:
    """The points that can be had: nobody's score leaves 0-100."""
    return {name: float(np.clip(points, -where.now[name], 100 - where.now[name])) for name, points in changes.items()}


def _word(had: float, asked: float) -> str:
    return AS_ASKED if abs(had - asked) < 1e-9 else CAPPED


def _rows(
    found: Gains, places: Sequence[_Where], applied: Mapping[str, Mapping[str, float]], *, confidence: float, n: int | None
) -> list[tuple[object, ...]]:
    """One effect in every segment and, where ``n`` respondents are in some segment or none, over all of them."""
    effect = found.effect
    effect = found.effect
    A = np.array([[applied[where.name].get(name, 0.0) for name in found.drivers] for where in places])
    free = np.column_stack([A @ found.estimate, found.drawn(A)])
    now = np.array([where.now[effect] for where in places])[:, None]
    points = np.clip(free, -now, 100 - now)
    verdicts = [_word(had, asked) for had, asked in zip(points[:, 0], free[:, 0], strict=True)]
    share = np.array([where.share for where in places])
    names = [(where.name, verdict, where.share, where.n) for where, verdict in zip(places, verdicts, strict=True)]
    if n is not None:
        points = np.vstack([share @ points, points])
        names = [("all", CAPPED if CAPPED in verdicts else AS_ASKED, 1.0, n), *names]
    low, high = percentile_interval(points[:, 1:], confidence)
    error = np.nanstd(points[:, 1:], axis=1, ddof=1)
    return [
        (name, effect, float(each[0]), float(e), float(a), float(b), *rest)
        for (name, *rest), each, e, a, b in zip(names, points, error, low, high, strict=True)
    ]


def _revenue(table: pd.DataFrame, value: Mapping[str, float]) -> pd.DataFrame:
    """Money: the worth of a point times the points, by the segment's share."""
    effect, worth = next(iter(value.items()))
    money = table[table["effect"] == effect].copy()
    for column in ("estimate", "std_error", "conf_low", "conf_high"):
        money[column] = money[column] * (abs(worth) if column == "std_error" else worth) * money["share"]
    if worth < 0:
        money[["conf_low", "conf_high"]] = money[["conf_high", "conf_low"]].to_numpy()
    return money.assign(effect="revenue")
