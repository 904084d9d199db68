"""A year as managers read it: its quarters one by one, and targets for the next year by the average-advanced rule."""

from __future__ import annotations

import pandas as pd

from csat_lib.errors import NotInStudyError
from csat_lib.report import acting, charts, tracked
from csat_lib.report.cells import number
from csat_lib.report.exhibits import Exhibit
from csat_lib.report.keyfigures import figures, outcome_trend, target
from csat_lib.report.page import Page
from csat_lib.study import Study, load_study
from csat_lib.survey import load_history, parts_of
from csat_lib.tracking import Waves, propose_targets

PAST = 8


def parts(study: Study) -> tuple[Study, ...]:
    """The periods that the study's year is made of.

    Raises
    ------
    NotInStudyError
        No quarter, half-year or month of it has answers.
    """
    found = parts_of(study)
    if not found:
        raise NotInStudyError(
            f"No quarter of {study.period} has answers of its own. Add them as periods, such as params/{study.name}/{study.period}Q1.yaml."
        )
    return found


def course(study: Study) -> Waves:
    """The headline in every part of the year, after the one before it, and the steps between them: ``tracked.steps``.

    Raises
    ------
    NotInStudyError
        No part of the year has answers.
    """
    last = parts(study)[-1]
    return tracked.steps(last, load_history(last, periods=len(parts(study)) + 1))


def chart(page: Page, study: Study, trend: pd.DataFrame, found: Waves | None, *, what: str) -> Exhibit:
    """The trend over the year's quarters, or over the years where there are none.

    Parameters
    ----------
    page : Page
        Language and labels.
    study : Study
        For the target.
    trend : DataFrame
        Over the years, from ``keyfigures.outcome_trend``.
    found : Waves, optional
        From ``course``.
    what : str
        The headline's construct or item.
    """
    frame = trend if found is None else found.figures
    return charts.trend(page, frame, name="year_trend", what=page.label(what), target=target(study))


def said(page: Page, found: Waves | None) -> list[str]:
    """How the year went, in a sentence; nothing without its quarters."""
    if found is None or found.figures["period"].nunique() < 2:
        return []
    first, last = found.figures.iloc[0], found.figures.iloc[-1]
    ends = {"start": first["period"], "first": number(first["estimate"]), "end": last["period"], "last": number(last["estimate"])}
    return [page.say("year_course", real=int((found.changes["verdict"] == "real").sum()), steps=len(found.changes), **ends)]


def table(found: Waves) -> pd.DataFrame:
    """The quarters side by side: period, estimate, conf_low, conf_high, change (since the one before), verdict, n."""
    steps = found.changes.set_index("period")[["estimate", "verdict"]].rename(columns={"estimate": "change"})
    kept = found.figures[["period", "estimate", "conf_low", "conf_high", "n"]].join(steps, on="period")
    return kept[["period", "estimate", "conf_low", "conf_high", "change", "verdict", "n"]].assign(verdict=kept["verdict"].fillna(""))


def worked(page: Page, study: Study) -> pd.DataFrame:
    """The actions that a survey of this year has tested: ``acting.named_verification``.

    Parameters
    ----------
    page, study : Page, Study
        The language; the year.

    Raises
    ------
    NotInStudyError
        The study has no register of actions, or no survey of this year tested one.
    """
    quarters = parts(study)
    last, names = quarters[-1], [each.period.name for each in quarters]
    found = acting.named_verification(page, last, acting.verified(last, load_history(last, periods=PAST), when="ever"))
    kept = found[found["after"].isin(names)].reset_index(drop=True)
    if kept.empty:
        raise NotInStudyError(f"{study.name} {study.period}: no action was due before this survey, so there is nothing to verify yet.")
    return kept


def next_targets(page: Page, study: Study, *, past: int = PAST) -> pd.DataFrame:
    """Targets for the next year: of every key figure, the mean of those past results that are at or above their mean.

    Parameters
    ----------
    page : Page
        Labels.
    study : Study
        With its year; the results are those of its quarters and of the quarters before, else of its years.
    past : int
        How many results at most.

    Returns
    -------
    DataFrame
        label, mean, target (this year's), proposal, results, advanced.

    Raises
    ------
    NotInStudyError
        Fewer than two results.
    """
    made_of = parts_of(study)
    last = made_of[-1] if made_of else study
    tables = []
    for name, survey in load_history(last, periods=past).items():
        each = last if name == last.period.name else load_study(study.name, name, root=study.paths.root)
        tables.append(figures(each, survey, outcome_trend(each, {name: survey})).assign(period=name))
    if len(tables) < 2:
        raise NotInStudyError(page.say("absent_targets"))
    goals = study.parameters.targets
    directions = {name: goal.direction for name, goal in goals.items()} | ({} if "complaint_rate" in goals else {"complaint_rate": "lower"})
    found = propose_targets(pd.concat(tables, ignore_index=True), directions=directions)
    own = [goals[name].target if name in goals else float("nan") for name in found["metric"]]
    labels = [page.label(name) for name in found["metric"]]
    columns = ["label", "mean", "target", "proposal", "results", "advanced"]
    return found.rename(columns={"target": "proposal"}).assign(label=labels, target=own)[columns]
