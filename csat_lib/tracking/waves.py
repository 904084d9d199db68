"""Every figure against the last wave, the same period of last year and its target, and which changes are real.

Letters: se standard errors of two waves, v = se^2, n_e effective sizes, c covariance through respondents who are in both.
    t = (y2 - y1) / sqrt(v1 + v2 - 2 c)        df = (v1 + v2)^2 / (v1^2 / (n_e1 - 1) + v2^2 / (n_e2 - 1))  (Welch 1947, on n_effective)
    smallest detectable difference = (z_(1-a/2) + z_power) sqrt(v1 + v2 - 2 c)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import stats

from csat_lib.errors import ParamsError, pick
from csat_lib.stats import z_value
from csat_lib.study import Target
from csat_lib.survey import Survey
from csat_lib.tracking.calendar import Pairing, missing_between, pairs_of
from csat_lib.tracking.comparable import Structures, structure_in
from csat_lib.tracking.families import Correction, corrected
from csat_lib.tracking.figures import Share, asked_of, wave_figures
from csat_lib.tracking.paired_surveys import NOTHING, About, PairedSurveys
from csat_lib.tracking.panels import Panel
from csat_lib.tracking.small_bases import NUMBERS, Preset, bases_of, with_small_bases
from csat_lib.tracking.targets import status

Weighting = Literal["survey", "none"]
Row = Mapping[str, Any]
WEIGHTINGS = {
    "survey": "With the survey weights, which bring the sample to the population's shares",
    "none": "Without weights: every answer counts alike, so that a change in who answered counts as a change",
}
CHANGES = ["metric", "kind", "segment", "comparison", "period", "against", "before", "after", "estimate", "std_error", "df"]
CHANGES += ["conf_low", "conf_high", "p_value", "p_adjusted", "correction", "detectable", "overlap", "base", "verdict", "note"]


@dataclass(frozen=True, slots=True, eq=False)
class Waves:
    """Figures over periods and what changed.

    Attributes
    ----------
    figures : DataFrame
        period, metric, kind, segment, estimate, std_error, conf_low, conf_high, n, n_effective, base (ok, small, suppressed).
    changes : DataFrame
        metric, kind, segment, comparison, period, against (a period, or the target), before, after, estimate (the change, in the figure's
        points), std_error, df, conf_low, conf_high, p_value, p_adjusted, correction (the rule and its family), detectable, overlap
        (respondents in both), base, verdict (real, within noise, not comparable, not tested, no data; against a target its status), note.
    note : str
        With or without weights and why, and how panels were treated.
    confidence : float
        Of intervals and tests.
    """

    figures: pd.DataFrame
    changes: pd.DataFrame
    note: str
    confidence: float


def compare_waves(
    surveys: Mapping[str, Survey],
    structure: Structures | None = None,
    *,
    items: Sequence[str] = (),
    shares: Mapping[str, Share] | None = None,
    nps: Sequence[str] = (),
    by: str | None = None,
    weights: pd.Series | None = None,
    weighting: Weighting = "survey",
    against: Sequence[str] = ("previous", "year_before"),
    at: Literal["last", "every"] = "last",
    targets: Mapping[str, Target] | None = None,
    invariance: pd.DataFrame | None = None,
    panel: Panel = "auto",
    correction: Correction = "auto",
    family: Sequence[str] = (),
    small: Preset = "default",
    power: float = 0.8,
    confidence: float = 0.95,
) -> Waves:
    """Indices, items, shares and NPS over periods, with their changes: which are real, and how large one must be to be seen.

    Parameters
    ----------
    surveys : mapping of str to Survey
        Period -> survey, oldest first.
    structure : Structure or {period: Structure}, optional
        Its constructs are followed as indices; models that differ between periods are not compared where a construct differs.
    items, shares, nps
        Further figures: items; {name: (item, low, high)} shares of answers in the scale's codes; items from 0 to 10.
    by : str, optional
        A segment: every figure in every segment too.
    weights : Series, optional
        Item weights, the same in all periods (``model.index_weights`` of one of them); equal when None.
    weighting : {"survey", "none"}
        With the survey weights, or without.
    against : sequence of {"previous", "year_before", "first"}
        What each period is held against.
    at : {"last", "every"}
        The last period only, or every one.
    targets : mapping of str to Target, optional
        Metric -> target, for everybody's figure; "index" is the model's outcome.
    invariance : DataFrame, optional
        From ``model.wave_invariance``: constructs that it calls none are not compared.
    panel, correction, family, small
        As in ``overlap``, ``corrected`` and ``bases_of``.
    power, confidence : float
        Of the smallest detectable difference, and of tests and intervals.

    Raises
    ------
    ParamsError
        Nothing to follow, or an item that no period asked. Whatever cannot be compared is a row that says why.
    """
    pick(WEIGHTINGS, weighting, "weighting")
    model = structure_in(structure, list(surveys)[-1]) if surveys else None
    asked = asked_of(model, items=items, shares=shares, nps=nps, weights=weights)
    bases = bases_of(small)
    figures = with_small_bases(wave_figures(surveys, asked, by=by, weighting=weighting, confidence=confidence), bases)
    pairs = pairs_of(list(surveys), against, at=at)
    source = PairedSurveys(surveys, structure, asked, by=by, weighting=weighting, invariance=invariance, panel=panel)
    rows = _compared(figures, pairs, source.about, tested=bases.tested, power=power, confidence=confidence)
    table = corrected(pd.DataFrame(rows, columns=[*CHANGES[:14], *CHANGES[16:]]), family=family, correction=correction)
    table = _judged(table, confidence)
    if targets:
        table = pd.concat(
            [table, _against_targets(figures, targets, list(surveys)[-1], headline=model.outcome if model else "")], ignore_index=True
        )
    return Waves(figures, table[CHANGES], f"{WEIGHTINGS[weighting]}. {source.panels()}.", confidence)


def compare_figures(
    figures: pd.DataFrame,
    *,
    against: Sequence[str] = ("previous", "year_before"),
    at: Literal["last", "every"] = "last",
    correction: Correction = "auto",
    family: Sequence[str] = (),
    small: Preset = "default",
    power: float = 0.8,
    confidence: float = 0.95,
) -> Waves:
    """The same for figures that are already there, as independent samples: ``model.index_trend``, or another room's rows.

    Parameters
    ----------
    figures : DataFrame
        period, metric, estimate, std_error, n; kind, segment, n_effective (n where it is missing), conf_low and conf_high at will.
    against, at, correction, family, small, power, confidence
        As in ``compare_waves``.

    Raises
    ------
    ParamsError
        A column is missing.
    """
    for column in ("period", "metric", "estimate", "std_error", "n"):
        if column not in figures.columns:
            raise ParamsError(f"figures: no column {column!r}. A trend of one construct takes .assign(metric='satisfaction').")
    half = z_value(confidence) * figures["std_error"]
    defaults = {"conf_low": figures["estimate"] - half, "conf_high": figures["estimate"] + half, "n_effective": figures["n"]}
    own = pd.DataFrame({"kind": "index", "segment": "all", **defaults}, index=figures.index)
    table = with_small_bases(figures.join(own[[name for name in own if name not in figures]]), bases_of(small))
    pairs = pairs_of(list(dict.fromkeys(table["period"].astype(str))), against, at=at)
    rows = _compared(table, pairs, lambda *_: NOTHING, tested=bases_of(small).tested, power=power, confidence=confidence)
    changes = corrected(pd.DataFrame(rows, columns=[*CHANGES[:14], *CHANGES[16:]]), family=family, correction=correction)
    return Waves(table, _judged(changes, confidence)[CHANGES], "Figures as given, taken as independent samples.", confidence)


def _compared(
    figures: pd.DataFrame,
    pairs: Sequence[Pairing],
    about: Callable[[str, str, str, str], About],
    *,
    tested: int,
    power: float,
    confidence: float,
) -> Iterator[tuple[object, ...]]:
    at: dict[tuple[str, str, str], Row] = {(str(row["period"]), row["metric"], row["segment"]): row for row in _records(figures)}
    known = figures[["metric", "kind", "segment"]].drop_duplicates()
    for metric, kind, segment in known.itertuples(index=False, name=None):
        for pair in pairs:
            head = (metric, kind, segment, pair.comparison, pair.period, pair.against)
            one, two = at.get((pair.against, metric, segment)), at.get((pair.period, metric, segment))
            gap = missing_between(pair.against, pair.period) if pair.comparison == "previous" else ""
            trouble = pair.trouble or _absent(one, two, pair)
            if trouble or one is None or two is None:
                values = [np.nan if each is None else each["estimate"] for each in (one, two)]
                yield (*head, *values, *[np.nan] * 6, np.nan, 0, "", trouble, gap)
                continue
            rest = about(pair.against, pair.period, metric, segment)
            yield (*head, *_change(one, two, rest, tested=tested, power=power, confidence=confidence), gap)


def _records(figures: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in figures.to_dict("records")]


def _change(one: Row, two: Row, rest: About, *, tested: int, power: float, confidence: float) -> tuple[object, ...]:
    """From ``before`` to ``verdict``; the verdict is empty where p-values decide."""
    values = one["estimate"], two["estimate"]
    base = next((word for word in ("suppressed", "small") if word in (one["base"], two["base"])), "ok")
    least = min(one["n"], one["n_effective"], two["n"], two["n_effective"])
    if rest.refused:
        return (*values, *[np.nan] * 6, np.nan, 0, base, f"not comparable: {rest.refused}")
    if base == "suppressed":
        return (*values, *[np.nan] * 6, np.nan, rest.shared, base, "suppressed: too few answers")
    v1, v2 = one["std_error"] ** 2, two["std_error"] ** 2
    change, error = values[1] - values[0], float(np.sqrt(max(v1 + v2 - 2 * rest.covariance, 0.0)))
    if not error > 0:
        return (*values, change, *[np.nan] * 5, np.nan, rest.shared, base, "not tested: nobody differs in either wave")
    df = (v1 + v2) ** 2 / (v1**2 / (one["n_effective"] - 1) + v2**2 / (two["n_effective"] - 1))
    half = float(stats.t.ppf(0.5 + confidence / 2, df)) * error
    seen = (z_value(confidence) + float(stats.norm.ppf(power))) * error
    p = 2 * float(stats.t.sf(abs(change) / error, df)) if least >= tested else np.nan
    word = "" if least >= tested else f"not tested: fewer than {tested} answers"
    return (*values, change, error, df, change - half, change + half, p, seen, rest.shared, base, word)


def _absent(one: Row | None, two: Row | None, pair: Pairing) -> str:
    """Why there is nothing to compare: a figure or a segment that is new or has gone."""
    for each, period, word in ((one, pair.against, "new"), (two, pair.period, "gone")):
        if each is None or not each["n"] > 0:
            return f"no data: {word}, there is no figure in {period}"
    return ""


def _judged(table: pd.DataFrame, confidence: float) -> pd.DataFrame:
    tested = table["p_adjusted"].notna()
    words = np.where(table["p_adjusted"] < 1 - confidence, "real", "within noise")
    return table.assign(verdict=np.where(tested, words, table["verdict"].astype(object)))


def _against_targets(figures: pd.DataFrame, targets: Mapping[str, Target], last: str, *, headline: str) -> pd.DataFrame:
    """The distance to the target, of everybody's figure in the last period; the target called index is that of the model's outcome."""
    now = {str(row["metric"]): row for row in _records(figures[(figures["period"] == last) & (figures["segment"] == "all")])}
    rows = []
    for name, goal in targets.items():
        metric = headline if name == "index" and headline else goal.formula or name
        head = {"metric": metric, "segment": "all", "comparison": "target", "period": last, "against": f"{goal.target:g}", "overlap": 0}
        if metric not in now:
            rows.append({**head, "verdict": "no data", "note": "not a figure of this survey"})
            continue
        own = now[metric]
        estimate, low, high = (float(own[name]) for name in ("estimate", "conf_low", "conf_high"))
        found = dict(zip(NUMBERS, (estimate - goal.target, own["std_error"], low - goal.target, high - goal.target), strict=True))
        verdict = status(goal, estimate, low, high)
        rows.append(
            {**head, **found, "kind": own["kind"], "before": goal.target, "after": estimate, "base": own["base"], "verdict": verdict}
        )
    table = pd.DataFrame([{"kind": "", "base": "", "note": "", "correction": "", **row} for row in rows])
    return table.reindex(columns=CHANGES)
