"""The figures that head a report: the index over time, what it is held against, and the scorecard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from csat_lib.errors import CsatError
from csat_lib.index import item_scores, overall, satisfaction, scores
from csat_lib.model import Draws, PlsFit, changes, fit_pls, index_trend, index_weights
from csat_lib.model.trend import weights_of
from csat_lib.report.gate import survey_of, unlike_periods, unlike_segments
from csat_lib.stats import z_value
from csat_lib.study import Study
from csat_lib.survey import Survey, load_survey
from csat_lib.tracking import scorecard as judged_by_targets
from csat_lib.tracking import status

DISCLOSURE = ("sponsor", "fieldwork_by", "population", "frame", "method", "language", "fieldwork")
FIGURES = ["metric", "estimate", "conf_low", "conf_high", "unit", "n"]


def outcome_trend(study: Study, history: Mapping[str, Survey]) -> pd.DataFrame:
    """The study's headline figure in every period: the index of its model's outcome, or the mean of its driver analysis's outcome.

    Returns
    -------
    DataFrame
        period, estimate (0-100), std_error, conf_low, conf_high, n.

    Raises
    ------
    ModelError
        The last period's model cannot be trusted.
    NotInStudyError
        The study has neither a model nor drivers.
    """
    settings = study.parameters
    if study.structure is not None:
        return index_trend(
            history,
            study.structure,
            study.structure.outcome,
            how=study.pls,
            draws=settings.bootstrap.draws,
            seed=settings.bootstrap.seed,
            confidence=settings.confidence,
        )
    rows = [item_scores(survey, [study.drivers.outcome], confidence=settings.confidence) for survey in history.values()]
    table = pd.concat(rows, ignore_index=True).assign(period=list(history))
    return table[["period", "estimate", "std_error", "conf_low", "conf_high", "n"]]


def outcome_name(study: Study) -> str:
    """The construct or item that ``outcome_trend`` follows."""
    if study.structure is not None:
        return study.structure.outcome
    return study.drivers.outcome


def compared_with(study: Study) -> str:
    """The period that this one is compared with: the one its parameters name, else the one before of the same kind; empty without any."""
    earlier = study.earlier(2)
    return study.parameters.compare_to or (earlier[0].name if len(earlier) > 1 else "")


def compared_waves(study: Study) -> dict[str, Survey]:
    """The surveys of the period compared with, where it has data, and of this one."""
    before = compared_with(study)
    survey = survey_of(study, before) if before else None
    return ({} if survey is None else {before: survey}) | {study.period.name: load_survey(study)}


def comparisons(study: Study, trend: pd.DataFrame, *, language: str = "en", history: Mapping[str, Survey] | None = None) -> pd.DataFrame:
    """The headline's change since the period compared with and since the same period of last year, and its distance to the target.

    Parameters
    ----------
    study, trend : Study, DataFrame
        The trend comes from ``outcome_trend``.
    language : str
        Of the labels.
    history : mapping of str to Survey, optional
        The surveys, where they are at hand; else those compared are loaded.

    Returns
    -------
    DataFrame
        label, period, estimate (points; NaN for the target's row), std_error, conf_low, conf_high, verdict. A period in which the
        outcome's questions measured something else (MICOM) has NaN and the verdict "not comparable".
    """
    before = compared_with(study)
    since = "自 {}" if language == "zh" else "since {}"
    against = {since.format(period): period for period in dict.fromkeys([before, study.period.year_before()]) if period}
    table = changes(trend, against, confidence=study.parameters.confidence)
    unlike = table["period"].isin(unlike_periods(study, table["period"], now=str(trend["period"].iloc[-1]), history=history))
    table.loc[unlike, ["estimate", "std_error", "conf_low", "conf_high"]] = np.nan
    table.loc[unlike, "verdict"] = "not comparable"
    goal = study.parameters.targets.get("index")
    if goal is None:
        return table
    last = trend.iloc[-1]
    gap = last["estimate"] - goal.target
    verdict = status(goal, float(last["estimate"]), float(last["conf_low"]), float(last["conf_high"]))
    label = f"与目标 {goal.target:g} 相比" if language == "zh" else f"against target {goal.target:g}"
    row = {"label": label, "period": "", "estimate": np.nan, "verdict": verdict, "conf_low": gap, "conf_high": gap}
    return pd.concat([table, pd.DataFrame([row])], ignore_index=True)


def scorecard(study: Study, survey: Survey, trend: pd.DataFrame) -> pd.DataFrame:
    """The study's key figures against their targets.

    Returns
    -------
    DataFrame
        metric, label, estimate, conf_low, conf_high, unit, target, verdict ("met", "at risk": the interval straddles the target, "missed",
        "no data"), n. One row a target; then the figures that have none.
    """
    found = figures(study, survey, trend)
    goals = study.parameters.targets
    judged = judged_by_targets(found, goals, confidence=study.parameters.confidence)
    judged["unit"] = judged["unit"].mask(judged["n"].isna())
    rest = found[~found["metric"].isin(list(goals))]
    table = pd.concat([judged, rest.assign(verdict="")], ignore_index=True).assign(label="")
    return table[["metric", "label", "estimate", "conf_low", "conf_high", "unit", "target", "verdict", "n"]]


def outcome_by_segment(study: Study, survey: Survey) -> pd.DataFrame:
    """The headline figure in every segment that the study names, over the sample of the headline itself.

    Returns
    -------
    DataFrame
        by (empty for everybody), segment, construct or item, estimate (0-100), std_error, conf_low, conf_high, n, n_effective. Where the
        outcome's questions measure something else in a segment (MICOM), it has NaN, and a column verdict says "not comparable".

    Raises
    ------
    ModelError
        The model that gives the item weights cannot be trusted.
    """
    settings, name = study.parameters, outcome_name(study)
    if study.structure is None:
        return item_scores(survey, [name], by=settings.segments, confidence=settings.confidence)
    weights = weights_of(name, study.structure, index_weights(fit_pls(survey, study.structure, **study.pls)))
    listwise = survey.complete(study.structure.items) if settings.pls.missing == "listwise" else survey
    table = scores(listwise, study.structure, by=settings.segments, weights=weights, confidence=settings.confidence)
    table = table[table["construct"] == name].reset_index(drop=True)
    unlike = {(by, segment) for by in settings.segments for segment in unlike_segments(study, survey, by)}
    if not unlike:
        return table
    here = np.array([key in unlike for key in zip(table["by"], table["segment"], strict=True)])
    table.loc[here, ["estimate", "std_error", "conf_low", "conf_high"]] = np.nan
    return table.assign(verdict=np.where(here, "not comparable", ""))


def target(study: Study) -> float | None:
    """The target of the index, where the study has one."""
    goal = study.parameters.targets.get("index")
    return None if goal is None else goal.target


def metrics(trend: pd.DataFrame, card: pd.DataFrame, compared: pd.DataFrame) -> dict[str, float]:
    """The key figures that the index of all reports is built from.

    Parameters
    ----------
    trend, card, compared : DataFrame
        From ``outcome_trend``, ``scorecard`` and ``comparisons``.

    Returns
    -------
    dict
        index, index_low, index_high, n; index_change with its interval index_change_low, index_change_high where there is an earlier
        period that it may be compared with; the scorecard's other figures.
    """
    last = trend.iloc[-1]
    found = {"index": last["estimate"], "index_low": last["conf_low"], "index_high": last["conf_high"], "n": last["n"]}
    moved = compared[compared["period"] != ""].head(1)
    if moved["estimate"].notna().any():
        found |= dict(
            zip(
                ("index_change", "index_change_low", "index_change_high"), moved[["estimate", "conf_low", "conf_high"]].iloc[0], strict=True
            )
        )
    rest = card[(card["metric"] != "index") & card["estimate"].notna()]
    return {name: float(value) for name, value in {**found, **dict(zip(rest["metric"], rest["estimate"], strict=True))}.items()}


def disclosure(study: Study, language: str = "en") -> pd.DataFrame:
    """What a survey should state about itself (AAPOR), and where this study is silent.

    Returns
    -------
    DataFrame
        metric, detail ("not stated by the source" where study.yaml says nothing).
    """
    silent = "来源未说明" if language == "zh" else "not stated by the source"
    stated = {name: text.say(language) for name, text in study.parameters.disclosure.items()}
    dates = study.parameters.fieldwork
    if dates:
        stated["fieldwork"] = f"{dates.start} - {dates.end}"
    names = [*DISCLOSURE, *(name for name in stated if name not in DISCLOSURE)]
    return pd.DataFrame([(name, stated.get(name, silent)) for name in names], columns=["metric", "detail"])


def estimation(fit: PlsFit, draws: Draws, *, interval: str = "percentile") -> pd.DataFrame:
    """How the model was estimated: scheme, metric, modes, sample, resamples, seed.

    Parameters
    ----------
    fit, draws : PlsFit, Draws
        The estimates and their resamples.
    interval : str
        How the intervals were made.

    Returns
    -------
    DataFrame
        metric, detail.
    """
    unweighted = np.isclose(fit.moments.n_effective, fit.moments.n)
    modes = sorted(set(fit.modes.values()))
    lost = ", ".join(f"{count} {reason}" for reason, count in draws.degenerate.items()) or "none"
    rows = [
        ("inner_scheme", fit.scheme),
        ("data_metric", fit.metric),
        ("outer_mode", modes[0] if len(modes) == 1 else ", ".join(f"{name} {mode}" for name, mode in fit.modes.items())),
        ("missing_rule", fit.moments.missing),
        ("n_used", str(fit.moments.n)),
        ("n_effective", f"{fit.moments.n_effective:.0f}"),
        ("survey_weights", "none, or all equal" if unweighted else "multiply moments and resamples; not raked anew in the resamples"),
        ("iterations", str(fit.iterations)),
        ("draws", str(draws.draws)),
        ("draws_lost", lost),
        ("interval", {"bca": "BCa"}.get(interval, interval)),
        ("seed", str(draws.seed)),
    ]
    return pd.DataFrame(rows, columns=["metric", "detail"])


def figures(study: Study, survey: Survey, trend: pd.DataFrame) -> pd.DataFrame:
    """Index, satisfaction degree and rate (self-rated and surveyed together where both were asked), and complaint rate.

    Returns
    -------
    DataFrame
        metric (index, satisfaction_degree, satisfaction_rate, complaint_rate), estimate, conf_low, conf_high, unit, n (respondents).
    """
    settings = study.parameters
    last = trend.iloc[-1]
    rows: list[tuple[object, ...]] = [("index", last["estimate"], last["conf_low"], last["conf_high"], "", last["n"])]
    if settings.grades:
        surveyed = _graded(survey, settings.grades, settings.confidence)
        staff = _self_rated(study)
        for metric, own in surveyed.items():
            estimate, low, high = own.estimate, own.conf_low, own.conf_high
            if staff:
                share = settings.self_share
                half = z_value(settings.confidence) * float(np.hypot(share * staff[metric].std_error, (1 - share) * own.std_error))
                estimate = overall(staff[metric].estimate, own.estimate, self_share=share)
                low, high = estimate - half, min(estimate + half, 100.0)
            rows.append((f"satisfaction_{metric}", estimate, low, high, "%", own.n))
    if "complained" in survey.responses:
        share_who = item_scores(survey, ["complained"], confidence=settings.confidence).iloc[0]
        rows.append(("complaint_rate", *share_who[["estimate", "conf_low", "conf_high"]], "%", share_who["n"]))
    return pd.DataFrame(rows, columns=FIGURES)


class _Graded(NamedTuple):
    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    n: int


def _graded(survey: Survey, items: tuple[str, ...], confidence: float) -> dict[str, _Graded]:
    """Degree and rate over all graded items together."""
    table = satisfaction(survey, items, confidence=confidence)
    pooled = table[table["item"] == "all"]
    return {str(metric): _Graded(*rest) for metric, *rest in pooled[["metric", *_Graded._fields]].itertuples(index=False, name=None)}


def _self_rated(study: Study) -> dict[str, _Graded] | None:
    """The staff's own ratings, where the study has such a source in this period."""
    if not study.paths.has_data("self_rated"):
        return None
    try:
        return _graded(load_survey(study, source="self_rated"), study.parameters.grades, study.parameters.confidence)
    except CsatError as error:
        raise type(error)(f"self_rated: {error}") from None
