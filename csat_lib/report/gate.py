"""What may be compared at all: periods and segments in which the outcome's questions measure the same thing (MICOM)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from csat_lib.model import segment_invariance, wave_invariance
from csat_lib.study import Structure, Study, load_study
from csat_lib.survey import Survey, has_survey, load_survey

PERMUTATIONS = 200


def survey_of(study: Study, period: str, *, source: str = "customers") -> Survey | None:
    """The survey of another period of the study, read with its own parameters; None where it has no data.

    Parameters
    ----------
    study, period : Study, str
        The study, and a period that it knows.
    source : str
        As in ``load_survey``.
    """
    each = study if period == study.period.name else load_study(study.name, period, root=study.paths.root)
    return load_survey(each, source=source) if has_survey(each, source=source) else None


def unlike_periods(study: Study, periods: Iterable[str], *, now: str, history: Mapping[str, Survey] | None = None) -> list[str]:
    """The periods in which the model's outcome is measured differently from the period ``now``.

    Parameters
    ----------
    study : Study
        Nothing is tested where it has no model, or one whose outcome is a single item or of higher order.
    periods : iterable of str
        Those that are compared with ``now``.
    now : str
        The last period.
    history : mapping of str to Survey, optional
        Surveys at hand; the others are loaded.

    Notes
    -----
    A period too thin to be tested is not among them: nothing speaks against it.
    """
    earlier = list(periods)
    structure = _tested(study)
    if structure is None or not earlier:
        return []
    found = {period: (history or {}).get(period) or survey_of(study, period) for period in (*earlier, now)}
    surveys = {period: survey for period, survey in found.items() if survey is not None}
    if now not in surveys or len(surveys) < 2:
        return []
    return _refused(wave_invariance(surveys, structure, **_how(study)), structure, "period")


def unlike_segments(study: Study, survey: Survey, by: str) -> list[str]:
    """The segments in which the model's outcome is measured differently from all others together.

    Parameters
    ----------
    study, survey : Study, Survey
        As in ``unlike_periods``.
    by : str
        The segment.
    """
    structure = _tested(study)
    return [] if structure is None else _refused(segment_invariance(survey, structure, by, **_how(study)), structure, "segment")


def _tested(study: Study) -> Structure | None:
    """The model whose outcome is tested, with the parts in place of higher-order constructs."""
    structure = study.structure
    if structure is None or len(structure.construct(structure.outcome).items) < 2:
        return None
    return structure.first_stage()


def _how(study: Study) -> dict[str, Any]:
    settings = study.parameters
    how = {**study.pls, "missing": "listwise"}
    return {"permutations": PERMUTATIONS, "seed": settings.bootstrap.seed, "confidence": settings.confidence, "how": how}


def _refused(table: pd.DataFrame, structure: Structure, what: str) -> list[str]:
    unlike = table[(table["construct"] == structure.outcome) & (table["invariance"] == "none")]
    return [str(name) for name in unlike[what].unique()]
