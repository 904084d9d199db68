"""What a study's budget can pay for, and what would follow from it: levers and what-if with the study's own settings."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from csat_lib.drivers import Plan, WhatIf, importance, plan_levers, whatif
from csat_lib.errors import NotInStudyError
from csat_lib.model import PlsFit, fit_pls
from csat_lib.report.sentences import best_lever
from csat_lib.study import Structure, Study
from csat_lib.survey import Survey


def importances(study: Study, survey: Survey) -> pd.DataFrame:
    """Relative importance (LMG) of the study's drivers, with its bootstrap: ``drivers.importance``.

    Raises
    ------
    NotInStudyError
        The study names no drivers.
    """
    named, settings = study.drivers, study.parameters
    how = {"draws": settings.bootstrap.draws, "seed": settings.bootstrap.seed, "confidence": settings.confidence}
    return importance(survey, named.outcome, named.items, **how)  # type: ignore[arg-type]


def plan(study: Study, survey: Survey) -> Plan:
    """The levers that the study's budget can pay, with the study's costs, ceilings and bootstrap.

    Raises
    ------
    NotInStudyError
        The study names no levers or no budget.
    """
    settings = study.parameters
    if not settings.levers or not settings.budget:
        raise NotInStudyError(
            "This study names no costs, so there is no plan. Add levers: {driver: {cost: ..., ceiling: ...}} and budget: to its study.yaml."
        )
    return plan_levers(
        survey,
        study.drivers.outcome,
        study.drivers.items,
        costs=settings.levers,
        budget=settings.budget,
        draws=settings.bootstrap.draws,
        seed=settings.bootstrap.seed,
        confidence=settings.confidence,
    )


def scenario(study: Study, survey: Survey, levers: pd.DataFrame, priorities: pd.DataFrame) -> dict[str, float]:
    """Points on each driver that a what-if asks about: those of the plan, else five of the lever to pull first.

    Parameters
    ----------
    study : Study
        Costs and budget, where it has them.
    survey : Survey
        The answers.
    levers, priorities : DataFrame
        From ``drivers.levers`` and ``drivers.importance_performance``.
    """
    try:
        table = plan(study, survey).levers
    except NotInStudyError:
        return {str(best_lever(levers, priorities)["driver"]): 5.0}
    chosen = table[table["points"] > 0]
    return dict(zip(chosen["driver"], chosen["points"].astype(float), strict=True))


def expected(study: Study, survey: Survey, changes: Mapping[str, float]) -> WhatIf:
    """What the changes would bring: the outcome, and with a path model whatever follows from it.

    Parameters
    ----------
    study : Study
        Its model, drivers and bootstrap.
    survey : Survey
        The answers.
    changes : mapping of str to float
        Driver -> points.

    Raises
    ------
    ModelError
        The model cannot be trusted.
    """
    named, settings = study.drivers, study.parameters
    fit = fitted(study, survey)
    on = () if fit is None else (fit.structure.outcome, *_following(fit.structure))
    return whatif(
        survey,
        named.outcome,
        changes,
        drivers=named.items,
        fit=fit,
        on=on,
        draws=settings.bootstrap.draws,
        seed=settings.bootstrap.seed,
        confidence=settings.confidence,
    )


def fitted(study: Study, survey: Survey) -> PlsFit | None:
    """The study's path model, where the outcome of its drivers measures the model's."""
    structure = study.structure
    if structure is None or study.drivers.outcome not in structure.construct(structure.outcome).items:
        return None
    return fit_pls(survey, structure, **study.pls)


def _following(structure: Structure) -> list[str]:
    """The constructs that the outcome leads to, in causal order."""
    reached = {structure.outcome}
    for name in structure.names:
        if reached & set(structure.drivers_of.get(name, ())):
            reached.add(name)
    return [name for name in structure.names if name in reached and name != structure.outcome]
