"""What the tracking notebook follows in a study: headline and figures over the waves, why they moved, gaps and ranks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import pandas as pd

from csat_lib.errors import NotInStudyError, pick
from csat_lib.model import fit_pls, index_weights
from csat_lib.report.charts.waterfall import step_label
from csat_lib.report.keyfigures import outcome_name
from csat_lib.report.page import Page
from csat_lib.study import Construct, Structure, Study, load_study
from csat_lib.study.settings import Target
from csat_lib.survey import Survey, has_survey, load_survey
from csat_lib.tracking import (
    Benchmark,
    Decomposition,
    Waves,
    benchmark,
    compare_waves,
    control_chart,
    decompose_change,
)
from csat_lib.tracking.calendar import period_of

RANKED = 6
SPANS: dict[str, tuple[tuple[str, ...], Literal["last", "every"]]] = {"steps": (("previous",), "every"), "whole": (("first",), "last")}


def waves(study: Study, history: Mapping[str, Survey]) -> Waves:
    """Every figure of the last period against the wave before, the same period of last year and its target.

    The indices keep the item weights of the last period's fit in all periods, so that only answers move. A study without a model is
    followed by its drivers and their outcome.
    """
    surveys, structure, weights = _measured(study, history)
    goals: dict[str, Target] = {}
    if structure is not None and (goal := study.parameters.targets.get("index")) is not None:
        goals[structure.outcome] = goal
    items = () if structure is not None else (study.drivers.outcome, *study.drivers.items)
    found = compare_waves(
        surveys, structure, items=items, weights=weights, targets=goals, confidence=study.parameters.confidence, small=_small(study)
    )
    return _targets_named(found)


def steps(
    study: Study,
    history: Mapping[str, Survey],
    *,
    weighting: Literal["survey", "none"] = "survey",
    span: Literal["steps", "whole"] = "steps",
) -> Waves:
    """The headline figure over all periods: every step from wave to wave, corrected as one family, or the last wave against the first.

    Parameters
    ----------
    study : Study
        With its period.
    history : mapping of str to Survey
        From ``load_history``.
    weighting : {"survey", "none"}
        With the survey weights, or without.
    span : {"steps", "whole"}
        Every step, or from the first wave to the last.
    """
    against, at = pick(SPANS, span, "span")
    surveys, structure, weights = _measured(study, history)
    name = outcome_name(study)
    found = compare_waves(
        surveys,
        structure,
        items=() if structure is not None else (name,),
        weights=weights,
        weighting=weighting,
        against=against,
        at=at,
        family=("metric",),
        correction="holm",
        confidence=study.parameters.confidence,
        small=_small(study),
    )
    figures, changes = (table[table["metric"] == name].reset_index(drop=True) for table in (found.figures, found.changes))
    return Waves(figures, changes, found.note, found.confidence)


def control(study: Study, steps_found: Waves) -> pd.DataFrame:
    """The control chart of the headline figure.

    Raises
    ------
    NotInStudyError
        Too few periods.
    """
    chart = control_chart(steps_found.figures)
    if chart["centre"].isna().all():
        raise NotInStudyError(f"{study.name}: {chart['verdict'].iloc[0] if len(chart) else 'no chart: no figures'}.")
    return chart


def change(study: Study, history: Mapping[str, Survey], *, against: Literal["previous", "year_before"] = "previous") -> Decomposition:
    """Why the headline moved: drivers, mix of the study's segments, weights, unexplained.

    A study without a model is decomposed by the regression of its outcome on its drivers.

    Parameters
    ----------
    study : Study
        With its period.
    history : mapping of str to Survey
        From ``load_history``.
    against : {"previous", "year_before"}
        Since the wave before, or since the same period of last year.

    Raises
    ------
    NotInStudyError
        One period only, no survey of a year before, or neither a model nor drivers.
    """
    before, after = pair_of(history, against)
    structure = study.structure if study.structure is not None else regression_of(study)
    segments = study.parameters.segments[:1]
    settings = study.parameters.bootstrap
    return decompose_change(
        history[before],
        history[after],
        structure,
        by=segments,
        weights="own" if study.structure is not None else "equal",
        how={**study.pls, "missing": "listwise"},
        draws=settings.draws,
        seed=settings.seed,
        confidence=study.parameters.confidence,
    )


def named_steps(page: Page, found: Decomposition) -> pd.DataFrame:
    """The terms of a decomposition by their labels, then the change itself: label, estimate, std_error, conf_low, conf_high."""
    terms = found.terms.assign(
        label=[step_label(page, part, name) for part, name in zip(found.terms["part"], found.terms["name"], strict=True)]
    )
    columns = ["estimate", "std_error", "conf_low", "conf_high"]
    whole = pd.DataFrame([{"label": page.say("whole_change"), **{name: found.change[name] for name in columns}}])
    return pd.concat([terms[["label", *columns]], whole], ignore_index=True)


def named_competitors(page: Page, gaps: pd.DataFrame) -> pd.DataFrame:
    """Gaps with the competitors by their labels."""
    return gaps.assign(competitor=[page.value("competitor", name) for name in gaps["competitor"]])


def regression_of(study: Study) -> Structure:
    """The outcome of the driver analysis on its drivers, each a construct of one item: an ordinary regression as a structure."""
    names = (study.drivers.outcome, *study.drivers.items)
    blocks = tuple(Construct(name, study.codebook.item(name).label, (name,)) for name in names)
    return Structure(blocks, {study.drivers.outcome: study.drivers.items}, study.drivers.outcome)


def against(study: Study, history: Mapping[str, Survey]) -> pd.DataFrame:
    """Gaps to the competitors in the study's period: ``Benchmark.gaps`` of the constructs, or of the outcome and drivers.

    Raises
    ------
    NotInStudyError
        The study has no competitors' answers in this period.
    """
    found = _benchmark(study, history[study.period.name])
    kept = found.gaps[found.gaps["kind"] == ("index" if study.structure is not None else "item")]
    return kept.reset_index(drop=True)


def ranks(study: Study, history: Mapping[str, Survey], *, periods: int = RANKED) -> pd.DataFrame:
    """Ranks of the headline figure over the last periods that have competitors' answers: period, unit, estimate, rank, conf_low, conf_high.

    Parameters
    ----------
    study : Study
        With its period.
    history : mapping of str to Survey
        From ``load_history``.
    periods : int
        How many at most.
    """
    tables = []
    for name in list(history)[-periods:]:
        each = study if name == study.period.name else load_study(study.name, name, root=study.paths.root)
        if has_survey(each, source="competitors"):
            table = _benchmark(each, history[name]).ranks
            tables.append(table[table["metric"] == outcome_name(study)].assign(period=name))
    if not tables:
        raise NotInStudyError(f"{study.name} has no competitors' answers, so there is nobody to be ranked with.")
    return pd.concat(tables, ignore_index=True)


def fixed_weights(study: Study, history: Mapping[str, Survey]) -> tuple[Structure | None, pd.Series | None]:
    """The model with parts in place of higher-order constructs, and the item weights of the last period's fit; None without a model."""
    if study.structure is None:
        return None, None
    structure = study.structure.first_stage()
    return structure, index_weights(fit_pls(history[study.period.name], structure, **study.pls))


def _measured(study: Study, history: Mapping[str, Survey]) -> tuple[dict[str, Survey], Structure | None, pd.Series | None]:
    """The surveys over the sample of the model, the model without higher order, and the item weights of the last period's fit."""
    structure, weights = fixed_weights(study, history)
    if structure is None:
        return dict(history), None, None
    whole = study.parameters.pls.missing == "listwise"
    surveys = {name: _complete(survey, structure) if whole else survey for name, survey in history.items()}
    return surveys, structure, weights


def _complete(survey: Survey, structure: Structure) -> Survey:
    """Those who answered all of the model; everybody where the wave did not ask all of it."""
    return survey.complete(structure.items) if set(structure.items) <= set(survey.responses.columns) else survey


def _targets_named(found: Waves) -> Waves:
    """The word "target" as a phrase that a page can translate."""
    changes = found.changes.assign(comparison=found.changes["comparison"].replace("target", "the target"))
    return Waves(found.figures, changes, found.note, found.confidence)


def _small(study: Study) -> Literal["default", "strict"]:
    return study.parameters.limits.mode


def last_two(history: Mapping[str, Survey]) -> tuple[str, str]:
    """The last two periods.

    Raises
    ------
    NotInStudyError
        There is one period only.
    """
    return pair_of(history, "previous")


def pair_of(history: Mapping[str, Survey], against: Literal["previous", "year_before"]) -> tuple[str, str]:
    """The last period and the one that it is held against, that one first.

    Raises
    ------
    NotInStudyError
        There is one period only, no survey of a year before, or that was the wave before.
    """
    pick({"previous": "", "year_before": ""}, against, "comparison")
    if len(history) < 2:
        raise NotInStudyError(f"There is one period only ({', '.join(history)}): nothing to hold it against yet.")
    wave, after = list(history)[-2:]
    if against == "previous":
        return wave, after
    own = period_of(after)
    before = own.year_before() if own else ""
    if not before or before not in history:
        raise NotInStudyError(f"There is no survey of the same period a year before {after}.")
    if before == wave:
        raise NotInStudyError(f"The wave before {after} is that of a year before: it stands above.")
    return before, after


def _benchmark(study: Study, survey: Survey) -> Benchmark:
    if not has_survey(study, source="competitors"):
        raise NotInStudyError(f"{study.name} {study.period} has no source competitors, so there is nobody to compare with.")
    rivals = load_survey(study, source="competitors")
    structure = study.structure.first_stage() if study.structure is not None else None
    items = structure.items if structure is not None else (study.drivers.outcome, *study.drivers.items)
    settings = study.parameters.bootstrap
    return benchmark(
        survey,
        rivals,
        structure,
        items=items,
        weights="ours" if structure is not None else "equal",
        how=study.pls,
        fewest=study.parameters.suppress_below,
        draws=settings.draws,
        seed=settings.seed,
        confidence=study.parameters.confidence,
    )
