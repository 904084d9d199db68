"""Who moves in a study's panel, and whether its headline runs ahead of an outside series of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from csat_lib.errors import NotInStudyError
from csat_lib.report.charts.transitions import grade_label
from csat_lib.report.page import Page
from csat_lib.report.tracked import last_two
from csat_lib.study import Study
from csat_lib.survey import Survey
from csat_lib.tracking import (
    ForecastGain,
    Paired,
    Transitions,
    Waves,
    cross_correlation,
    forecast,
    forecast_gain,
    gains_by_origin,
    granger,
    paired,
    panel_grades,
    stationarity,
    study_series,
    transition_intervals,
    transition_tests,
    transitions,
)

MOST_GRADES = 7
LEAD_LAGS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Movers:
    """How the customers of a panel moved between the grades of one question.

    Attributes
    ----------
    item : str
        The question.
    before, after : str
        The waves.
    found : Transitions
        Matrix and long run.
    intervals, gains, tests : DataFrame
        From ``transition_intervals``, ``gains_by_origin`` and ``transition_tests``; with three waves or more tests has stationarity too.
    """

    item: str
    before: str
    after: str
    found: Transitions
    intervals: pd.DataFrame
    gains: pd.DataFrame
    tests: pd.DataFrame


def movers(study: Study, history: Mapping[str, Survey]) -> Movers:
    """Who moved between the grades of the study's first graded question, or of its outcome where that has few points.

    Raises
    ------
    NotInStudyError
        One period only, no graded question, or independent samples: nobody is in both waves.
    """
    before, after = last_two(history)
    item = graded_item(study)
    scale = study.codebook.item(item)
    grades = [float(code) for code in range(int(scale.high), int(scale.low) - 1, -1)]

    def between(one: str, two: str) -> Transitions:
        pairs = panel_grades(history[one], history[two], item)
        return transitions(pairs["before"], pairs["after"], grades=grades, weights=pairs["weight"])

    found = between(before, after)
    confidence, draws, seed = study.parameters.confidence, study.parameters.bootstrap.draws, study.parameters.bootstrap.seed
    tests = transition_tests(found, confidence=confidence)
    if len(history) > 2:
        earlier = between(list(history)[-3], before)
        tests = pd.concat([tests, stationarity([earlier, found], confidence=confidence).tail(1)], ignore_index=True)
    intervals = transition_intervals(found, draws=draws, seed=seed, confidence=confidence)
    gained = gains_by_origin(found, draws=draws, seed=seed, confidence=confidence)
    return Movers(item, before, after, found, intervals, gained, tests)


def named_grades(page: Page, moved: Movers, table: pd.DataFrame) -> pd.DataFrame:
    """A table of the movers with its grades by their labels as ``segment``, whose smallest are hidden together.

    Parameters
    ----------
    page : Page
        Language and labels.
    moved : Movers
        Whose question it is.
    table : DataFrame
        With a column grade.
    """
    names = [each if each == "all" else grade_label(page, moved.item, each) for each in table["grade"]]
    return table.assign(segment=names).drop(columns="grade")


def outlook(page: Page, moved: Movers, study: Study, *, steps: int = 4) -> pd.DataFrame:
    """The mean grade and the share of the best grade in the waves to come and in the long run: step, metric, estimate, conf_low, conf_high.

    Parameters
    ----------
    page : Page
        Language and labels.
    moved : Movers
        From ``movers``.
    study : Study
        For draws, seed and confidence.
    steps : int
        Waves ahead.
    """
    settings = study.parameters.bootstrap
    table = forecast(moved.found, steps=steps, draws=settings.draws, seed=settings.seed, confidence=study.parameters.confidence)
    best = str(moved.found.values.index[0])
    kept = table[(table["metric"] == "level") | (table["grade"] == best)]
    share = page.say("share_of", grade=grade_label(page, moved.item, best))
    words = [page.say("mean_grade") if metric == "level" else share for metric in kept["metric"]]
    names = [page.say("long_run") if step == "long run" else step for step in kept["step"]]
    return kept.assign(step=names, metric=words)[["step", "metric", "estimate", "conf_low", "conf_high"]].reset_index(drop=True)


def graded_item(study: Study) -> str:
    """The question whose grades customers move between.

    Raises
    ------
    NotInStudyError
        No graded question, and the outcome has more points than a matrix can hold.
    """
    if study.parameters.grades:
        return study.parameters.grades[0]
    if study.parameters.drivers is not None:
        own = study.codebook.item(study.drivers.outcome)
        if own.high - own.low < MOST_GRADES:
            return study.drivers.outcome
    raise NotInStudyError("This study has no question on a few grades. Name one in its study.yaml: grades: [...].")


@dataclass(frozen=True, slots=True, eq=False)
class Lead:
    """The headline beside an outside series.

    Attributes
    ----------
    pair : Paired
        The series.
    correlations, causes : DataFrame
        From ``cross_correlation`` and ``granger``.
    gain : ForecastGain
        What the index adds to forecasts.
    """

    pair: Paired
    correlations: pd.DataFrame
    causes: pd.DataFrame
    gain: ForecastGain


def lead(study: Study, steps_found: Waves, *, source: str = "sales", value: str = "revenue") -> Lead:
    """Whether the headline runs ahead of one of the study's own outside series.

    Parameters
    ----------
    study : Study
        With its period.
    steps_found : Waves
        From ``steps``.
    source, value : str
        Source and column, summed by period.

    Raises
    ------
    NotInStudyError
        No such source, or fewer than 12 periods in a row.
    """
    confidence = study.parameters.confidence
    pair = paired(steps_found.figures, study_series(study, source=source, value=value))
    lags = min(LEAD_LAGS, (len(pair.series) - 1) // 4)
    correlations = cross_correlation(pair, lags=lags, confidence=confidence)
    return Lead(pair, correlations, granger(pair, lags=lags, confidence=confidence), forecast_gain(pair, confidence=confidence))
