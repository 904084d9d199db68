"""A half-year or year out of its quarters, a month out of the quarter that holds it: surveys of periods that have no file of their own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from csat_lib.errors import DataError, NobodyError
from csat_lib.study import Attribute, Codebook, Period, Study, Text, load_study
from csat_lib.survey.findings import Finding, Findings
from csat_lib.survey.reading import REJECTED
from csat_lib.survey.store import has_stored
from csat_lib.survey.survey import Origin, Survey, load_survey

MADE_OF = {"half": ("quarter", "month"), "year": ("quarter", "half", "month"), "month": ("quarter", "half", "year")}
AGAIN = "pooled_respondent"
SERIAL = 0.9  # whole numbers that fill this share of their range number questionnaires, not people


def has_survey(study: Study, *, source: str = "customers") -> bool:
    """Whether ``load_survey`` finds answers of the study's period: of its own, or of the periods that it can be made from."""
    return has_own(study, source=source) or bool(parts_of(study, source=source))


def has_own(study: Study, *, source: str = "customers") -> bool:
    """Whether the period has a file, a query or stored answers of its own."""
    return source in study.parameters.queries or study.paths.has_data(source) or has_stored(study, source=source)


def parts_of(study: Study, *, source: str = "customers") -> tuple[Study, ...]:
    """The periods whose answers make up this one, oldest first; none where no such period has any.

    A year is its quarters, else its half-years, else its months; a half-year is its quarters or months. A month lies in one quarter (or
    half-year, or year).
    """
    for kind in MADE_OF.get(study.period.kind, ()):
        near = [each for each in study.periods if each.kind == kind and _belongs(each, study.period)]
        studies = [load_study(study.name, each.name, root=study.paths.root) for each in near]
        found = tuple(each for each in studies if has_own(each, source=source))
        if found:
            return found
    return ()


def pooled(study: Study, *, source: str = "customers") -> Survey:
    """The answers of ``parts_of`` as one survey of the study's period.

    Weights are kept as each part has them, so that a part counts by its respondents. Who answered in several parts is one cluster: the
    intervals allow for it; ids that merely number the questionnaires name nobody. Rows are numbered anew; findings name the part that
    they were seen in.

    Parameters
    ----------
    study : Study
        With its period.
    source : str
        As in ``load_survey``.

    Raises
    ------
    DataError
        No part has answers; a month of a survey without interview dates.
    NobodyError
        A month in which nobody was interviewed.
    """
    parts = parts_of(study, source=source)
    if not parts:
        raise DataError(f"{study.name} {study.period}: no answers of its own, source {source}, and no period to take them from.")
    surveys = {each.period.name: load_survey(each, source=source) for each in parts}
    notes = [*_gaps(study.period, [each.period for each in parts])]
    if study.period.kind == "month":
        notes += [*_undated(surveys)]
        surveys = {name: _dated(survey, study.period, name) for name, survey in surveys.items()}
    codebook = study.codebook.asked_in(source)
    responses = pd.concat([each.responses.reindex(columns=list(codebook.items)) for each in surveys.values()], ignore_index=True)
    attributes = pd.concat([each.attributes for each in surveys.values()], ignore_index=True)
    index = pd.RangeIndex(1, len(responses) + 1)
    weights = _weights(list(surveys.values()))
    notes.insert(0, _note(study.period, surveys))
    codebook, attributes, again = _clustered(codebook, attributes, surveys)
    notes += again
    rejected = [each.rejected for each in surveys.values() if len(each.rejected)]
    return Survey(
        responses.set_axis(index),
        attributes.set_axis(index),
        codebook,
        None if weights is None else weights.set_axis(index),
        study.period,
        _findings(notes, surveys),
        pd.concat(rejected, ignore_index=True) if rejected else pd.DataFrame(columns=REJECTED),
        _origin(list(surveys.values()), source, notes[0].detail),
    )


def _belongs(part: Period, whole: Period) -> bool:
    """Whether ``part`` lies in ``whole``; of a month, whether it lies in ``part``."""
    outer, inner = (part, whole) if whole.kind == "month" else (whole, part)
    return outer.start <= inner.start and inner.end <= outer.end


def _dated(survey: Survey, month: Period, name: str) -> Survey:
    dates = survey.codebook.names("date")
    if not dates or dates[0] not in survey.attributes:
        raise DataError(
            f"{month}: the answers lie in {name}, which has no dates of interview, so that the month's cannot be told. Add a file."
        )
    here = _days(survey, dates[0]).between(pd.Timestamp(month.start), pd.Timestamp(month.end))
    if not here.any():
        raise NobodyError(f"{month}: nobody of {name} was interviewed in that month.")
    return survey.only(here)


def _days(survey: Survey, name: str) -> pd.Series:
    return pd.to_datetime(survey.attributes[name].astype(object).str[:10], errors="coerce", format="ISO8601")


def _undated(surveys: dict[str, Survey]) -> Iterator[Finding]:
    """Interviews that can be in no month, since nobody knows their day."""
    for part, survey in surveys.items():
        for name in survey.codebook.names("date")[:1]:
            lost = int(_days(survey, name).isna().sum()) if name in survey.attributes else 0
            if lost:
                detail = f"{part}: {lost:,} interviews have no readable date and are in no month."
                yield Finding("unread_date", "warning", name, lost, detail)


def _gaps(whole: Period, parts: list[Period]) -> Iterator[Finding]:
    """Stretches of a year or half-year that none of its parts covers."""
    if whole.kind == "month":
        return
    day, after = dt.timedelta(days=1), whole.start
    ends = [(each.start, each.end) for each in sorted(parts, key=lambda each: each.start)]
    for start, end in [*ends, (whole.end + day, whole.end)]:
        if start > after:
            detail = f"No answers of {after} to {start - day}: {whole} is not whole, and the season may move its figures."
            yield Finding("pooled_gap", "warning", "", (start - after).days, detail)
        after = max(after, end + day)


def _weights(surveys: list[Survey]) -> pd.Series | None:
    if all(each.weights is None for each in surveys):
        return None
    together = np.concatenate([each.weight_values for each in surveys])
    return pd.Series(together / together.mean(), name="weight")


def _note(period: Period, surveys: dict[str, Survey]) -> Finding:
    listed = ", ".join(f"{name} ({len(survey):,})" for name, survey in surveys.items())
    how = "Interviews of this month in" if period.kind == "month" else "Pooled from"
    detail = f"{how} {listed}: {period} has no file of its own."
    return Finding("pooled", "note", "", sum(map(len, surveys.values())), detail)


def _clustered(codebook: Codebook, attributes: pd.DataFrame, surveys: dict[str, Survey]) -> tuple[Codebook, pd.DataFrame, list[Finding]]:
    """Respondents of several parts as clusters, where the sample has no clusters of its own and the ids are people's."""
    ids = codebook.names("id")
    if len(surveys) < 2 or not ids or ids[0] not in attributes or codebook.names("cluster"):
        return codebook, attributes, []
    if all(running_numbers(each.attributes[ids[0]].dropna().unique()) for each in surveys.values() if ids[0] in each.attributes):
        return codebook, attributes, []  # equal numbers are not the same person
    own = attributes[ids[0]]
    again = own.notna() & own.duplicated(keep=False)
    if not again.any():
        return codebook, attributes, []
    people = own.where(own.notna(), "\0" + own.index.to_series().astype(str))
    names = Attribute(AGAIN, AGAIN, "cluster", Text(en="Respondent of several periods", zh="多期受访者"), {}, {})
    codes = pd.factorize(people)[0].astype(str)
    told = f"{own[again].nunique():,} respondents answered more than once: each is a cluster in intervals."
    finding = Finding("pooled_respondents", "note", ids[0], int(again.sum()), told)
    wider = replace(codebook, attributes={**codebook.attributes, AGAIN: names})
    return wider, attributes.assign(**{AGAIN: pd.Series(codes, index=attributes.index, dtype=object)}), [finding]


def running_numbers(ids: Iterable[object]) -> bool:
    """Whether ids number the questionnaires from one on, so that equal ids of two waves are no sign of the same person.

    >>> running_numbers(["1", "2", "4", "3"]), running_numbers(["17", "4021", "88"]), running_numbers(["C1", "C2"])
    (True, False, False)
    """
    numbers = pd.to_numeric(pd.Series(list(ids), dtype=object), errors="coerce")
    whole = len(numbers) > 0 and bool(numbers.notna().all()) and bool((numbers > 0).all())
    return whole and bool(len(numbers) >= SERIAL * (numbers.max() - numbers.min() + 1))


def _findings(notes: list[Finding], surveys: dict[str, Survey]) -> Findings:
    tables = [Findings.of(notes).table]
    for name, survey in surveys.items():
        seen = survey.findings.table
        tables.append(seen.assign(detail=[f"{name}: {detail}" for detail in seen["detail"]]))
    table = pd.concat([each for each in tables if len(each)], ignore_index=True)
    rank = table["severity"].map({"error": 0, "warning": 1, "note": 2})
    return Findings(table.iloc[rank.argsort(kind="stable")].reset_index(drop=True))


def _origin(surveys: list[Survey], source: str, why: str) -> Origin | None:
    origins = [each.origin for each in surveys if each.origin is not None]
    if not origins:
        return None
    first, paths = origins[0], tuple(each.path for each in origins)
    return Origin(source, first.path, first.layout, first.encoding, why, sum(each.rows for each in origins), None, paths)
