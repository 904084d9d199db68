"""Surveys kept in memory for processes that are forked later; recalled only while study and files are what they were."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from csat_lib.errors import CsatError
from csat_lib.study import Study, sealed
from csat_lib.survey.corrections import corrections_file

if TYPE_CHECKING:
    from csat_lib.survey.survey import Survey


LARGEST = 50_000_000


@dataclass(frozen=True, slots=True, eq=False)
class _Kept:
    study: Study
    seal: str
    survey: Survey


_KEPT: dict[tuple[Path, str, str, str], _Kept] = {}


def keep(study: Study, *, source: str = "customers") -> None:
    """Read a survey and keep it; nothing is kept of what comes from a query or from the store, or of a file above 50 MB.

    Raises
    ------
    DataError
        As in ``load_survey``.
    """
    from csat_lib.survey.survey import load_survey

    if not study.paths.has_data(source) or study.paths.data(source).stat().st_size > LARGEST:
        return
    seal = _seal(study, source)
    if seal and recalled(study, source) is None:
        _KEPT[_key(study, source)] = _Kept(study, seal, load_survey(study, source=source))


def forget() -> None:
    """Nothing has been kept."""
    _KEPT.clear()


def recalled(study: Study, source: str) -> Survey | None:
    """A copy of the survey that was kept for this very study, source and content of files; None where there is none."""
    kept = _KEPT.get(_key(study, source)) if _KEPT else None
    if kept is None or kept.study != study or kept.seal != _seal(study, source):
        return None
    survey = kept.survey
    weights = None if survey.weights is None else survey.weights.copy()
    return replace(
        survey, responses=survey.responses.copy(), attributes=survey.attributes.copy(), weights=weights, rejected=survey.rejected.copy()
    )


def _key(study: Study, source: str) -> tuple[Path, str, str, str]:
    return study.paths.root, study.name, study.period.name, source


def _seal(study: Study, source: str) -> str:
    """The file with SHA-256 of it and of what else decides how it is read; empty where there is no file."""
    if source in study.parameters.queries:
        return ""
    try:
        path = study.paths.data(source)
    except CsatError:
        return ""
    erased = study.paths.root / "data" / study.name / "restricted" / "erasures.csv"
    return f"{path} {sealed(path, corrections_file(study), erased)}"
