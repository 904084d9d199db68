"""Did it work: the first wave after the due date against the last one before, treated against untreated, in words that know their power."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from csat_lib.errors import ParamsError
from csat_lib.improvement.actions import Action
from csat_lib.improvement.double_difference import Side, detectable, effect_of, level, power_of
from csat_lib.study import Structure, Study, load_study
from csat_lib.survey import Survey
from csat_lib.tracking import not_comparable
from csat_lib.tracking.figures import asked_of, values_of
from csat_lib.tracking.panels import overlap

WORKED, NOT_SHOWN, WORSE, UNTOLD = "worked", "not shown", "worse", "cannot be told"
FEWEST, POWER = 30, 0.8
UNLIKE = 0.01  # the groups' earlier difference of differences is doubted at this level
NUMBERS = ["estimate", "std_error", "df", "conf_low", "conf_high", "p_value", "detectable", "power", "placebo", "placebo_p"]
VERIFIED = ["id", "metric", "before", "after", "expected", *NUMBERS, "n", "overlap", "verdict", "note"]
CELLS = ["id", "group", "period", "estimate", "std_error", "n"]


@dataclass(frozen=True, slots=True, eq=False)
class Verification:
    """What became of the actions that were due.

    Attributes
    ----------
    table : DataFrame
        id, metric, before, after (periods), expected (points), estimate (points that the treated gained beyond the others), std_error, df,
        conf_low, conf_high, p_value, detectable (smallest effect seen with 80 % power), power (to see the expected effect), placebo and
        placebo_p (the same between the two waves before, where nothing should be seen), n (smallest group), overlap (respondents of both
        waves), verdict (worked, not shown, worse, cannot be told), note (why, or how it compares with what was expected).
    cells : DataFrame
        id, group (treated, untreated), period, estimate (0-100), std_error, n.
    """

    table: pd.DataFrame
    cells: pd.DataFrame


def verify(
    actions: Sequence[Action],
    surveys: Mapping[str, Survey],
    fieldwork: Mapping[str, tuple[dt.date, dt.date]],
    *,
    structure: Structure | None = None,
    confidence: float = 0.95,
    power: float = POWER,
    fewest: int = FEWEST,
) -> Verification:
    """Every action whose due date some wave has passed, each tested on its own.

    Parameters
    ----------
    actions : sequence of Action
        From ``load_actions``; those not due before the last wave, and dropped ones, are left out.
    surveys : mapping of str to Survey
        Period -> survey, oldest first.
    fieldwork : mapping of str to (first day, last day)
        From ``fieldwork_of``.
    structure : Structure, optional
        Where an action is verified by a construct: the mean of its items.
    confidence, power : float
        Of tests and intervals, and of the smallest detectable effect.
    fewest : int
        Answers that each of the four groups needs.

    Notes
    -----
    "worked" and "worse" are two-sided: without any effect each is said in (1 - confidence) / 2 of cases. "not shown" is said only where the
    expected effect would have been seen with ``power``; otherwise it cannot be told.
    """
    rows, cells = [], []
    for action in actions:
        if action.status == "dropped" or (action.status == "done" and action.closed is None):
            continue
        pair = _waves(action, fieldwork)
        if pair is None:
            continue
        row, own = _verified(action, surveys, pair, structure, confidence=confidence, power=power, fewest=fewest)
        rows.append({"id": action.id, "metric": action.metric, "before": pair[0], "after": pair[1], "expected": action.expected, **row})
        cells += own
    empty = dict.fromkeys((*NUMBERS, "n"), np.nan) | {"overlap": 0, "note": ""}
    table = pd.DataFrame([{**empty, **row} for row in rows], columns=VERIFIED)
    return Verification(table.astype(dict.fromkeys(["expected", *NUMBERS], float)), pd.DataFrame(cells, columns=CELLS))


def fieldwork_of(study: Study, periods: Sequence[str]) -> dict[str, tuple[dt.date, dt.date]]:
    """First and last day of interviewing of each period: its fieldwork, or the period itself where it does not say.

    Parameters
    ----------
    study : Study
        Each period is read with its own file.
    periods : sequence of str
        Oldest first.
    """
    found = {}
    for name in periods:
        each = study if name == study.period.name else load_study(study.name, name, root=study.paths.root)
        own = each.parameters.fieldwork
        found[name] = (own.start, own.end) if own else (each.period.start, each.period.end)
    return found


def _waves(action: Action, fieldwork: Mapping[str, tuple[dt.date, dt.date]]) -> tuple[str, str] | None:
    """The last wave that ended before customers could notice, and the first that began when it was due (and done, where it was)."""
    noticed, done = action.started or action.opened, max(action.due, action.closed or action.due)
    earlier = [name for name, (_, end) in fieldwork.items() if end < noticed]
    later = [name for name, (start, _) in fieldwork.items() if start >= done]
    if not later:
        return None
    return (earlier[-1] if earlier else "", later[0])


def _verified(
    action: Action,
    surveys: Mapping[str, Survey],
    pair: tuple[str, str],
    structure: Structure | None,
    *,
    confidence: float,
    power: float,
    fewest: int,
) -> tuple[dict[str, Any], list[tuple[Any, ...]]]:
    why = _obstacle(action, surveys, pair)
    if why:
        return {"verdict": UNTOLD, "note": why}, []
    one, two = surveys[pair[0]], surveys[pair[1]]
    items = structure.construct(action.metric).items if structure and action.metric in structure.names else (action.metric,)
    if unlike := not_comparable(one, two, items):
        return {"verdict": UNTOLD, "note": unlike}, []
    levels = level(_side(one, action, structure)), level(_side(two, action, structure))
    cells = [
        (action.id, group, period, each.means[k], np.sqrt(each.parts[k][0]) if len(each.parts) > 1 else np.nan, each.n[k])
        for period, each in zip(pair, levels, strict=True)
        for k, group in enumerate(("treated", "untreated"))
    ]
    least = min(count for each in levels for count in each.n)
    if least < fewest:
        return {"n": least, "verdict": UNTOLD, "note": f"too few: a group has {least} answers, {fewest} are needed"}, cells
    shared = overlap(one, two)
    found = effect_of(levels[0], levels[1], (shared.before, shared.after))
    row: dict[str, Any] = {"n": least, "overlap": found.shared, "estimate": found.estimate, "std_error": found.std_error, "df": found.df}
    if not found.std_error > 0 or not found.df > 0:
        return {**row, "verdict": UNTOLD, "note": "nobody differs within the groups"}, cells
    half = float(stats.t.ppf(0.5 + confidence / 2, found.df)) * found.std_error
    row |= {"conf_low": found.estimate - half, "conf_high": found.estimate + half}
    row["p_value"] = 2 * float(stats.t.sf(abs(found.estimate) / found.std_error, found.df))
    row["detectable"] = detectable(found.std_error, power=power, confidence=confidence)
    row["power"] = power_of(action.expected or np.nan, found.std_error, confidence)
    row |= _placebo(action, surveys, pair[0], structure, fewest)
    verdict, note = judged(row, float(action.expected or np.nan), power=power)
    return {**row, "verdict": verdict, "note": note}, cells


def judged(row: Mapping[str, Any], expected: float, *, power: float = POWER) -> tuple[str, str]:
    """The verdict on an effect, and how it compares with what was expected.

    Parameters
    ----------
    row : mapping
        conf_low, conf_high, detectable, power; placebo_p at will.
    expected : float
        Its sign says which side is good.
    power : float
        Asked of a survey that says "not shown".
    """
    low, high = (row["conf_low"], row["conf_high"]) if expected > 0 else (-row["conf_high"], -row["conf_low"])
    if row.get("placebo_p", np.nan) < UNLIKE:
        return UNTOLD, "the groups had moved apart before"
    if low > 0:
        size = abs(expected)
        return WORKED, "less than expected" if high < size else "more than expected" if low > size else "as expected"
    if high < 0:
        return WORSE, ""
    if row["power"] >= power:
        return NOT_SHOWN, ""
    return UNTOLD, "the survey could not have seen the expected effect"


def _obstacle(action: Action, surveys: Mapping[str, Survey], pair: tuple[str, str]) -> str:
    if not pair[0]:
        return "no wave before it began"
    if action.status != "done":
        return "it was not done"
    if not action.metric:
        return "nothing in the survey verifies it"
    if action.expected is None:
        return "no expected effect was stated"
    if not action.segment:
        return "everybody is treated: there is nobody to hold them against"
    lost = [name for name in pair if name not in surveys]
    return f"no survey of {lost[0]}" if lost else ""


def _side(survey: Survey, action: Action, structure: Structure | None) -> Side:
    names = structure.names if structure is not None else ()
    asked = asked_of(structure) if action.metric in names else asked_of(None, items=(action.metric,))
    found = values_of(survey, asked)
    y = found.get(action.metric, np.full(len(survey), np.nan))
    treated = _members(survey, action.segment)
    against = _members(survey, action.control) if action.control else _known(survey, action.segment)
    if action.control and (treated & against).any():
        raise ParamsError(f"{action.id}: {int((treated & against).sum())} respondents are in segment and control. Each may be in one only.")
    strata, cluster = survey.design()
    return Side(y, survey.weight_values, treated, against & ~treated, strata, cluster)


def _members(survey: Survey, segment: Mapping[str, tuple[str, ...]]) -> np.ndarray:
    kept = np.ones(len(survey), dtype=bool)
    for attribute, codes in segment.items():
        kept &= survey.segment(attribute).astype(str).isin(codes).to_numpy()
    return kept


def _known(survey: Survey, segment: Mapping[str, tuple[str, ...]]) -> np.ndarray:
    """Those of whom it is known whether they were treated."""
    kept = np.ones(len(survey), dtype=bool)
    for attribute in segment:
        kept &= survey.segment(attribute).notna().to_numpy()
    return kept


def _placebo(action: Action, surveys: Mapping[str, Survey], before: str, structure: Structure | None, fewest: int) -> dict[str, float]:
    """The same test one wave earlier, where there was nothing to see."""
    names = list(surveys)
    place = names.index(before)
    if place == 0 or not_comparable(surveys[names[place - 1]], surveys[before], _items(action, structure)):
        return {}
    two = surveys[names[place - 1]], surveys[before]
    levels = level(_side(two[0], action, structure)), level(_side(two[1], action, structure))
    if min(count for each in levels for count in each.n) < fewest:
        return {}
    shared = overlap(*two)
    found = effect_of(levels[0], levels[1], (shared.before, shared.after))
    if not found.std_error > 0:
        return {}
    return {"placebo": found.estimate, "placebo_p": 2 * float(stats.t.sf(abs(found.estimate) / found.std_error, found.df))}


def _items(action: Action, structure: Structure | None) -> tuple[str, ...]:
    if structure is not None and action.metric in structure.names:
        return structure.construct(action.metric).items
    return (action.metric,)
