"""The clean survey: answers as numbers on their scales, attributes, weights, and what was seen on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from csat_lib.errors import DataError, ParamsError, nearest
from csat_lib.stats import Missing, Moments, moments, row_weights
from csat_lib.study import Attribute, Codebook, Item, Period, Study, load_study
from csat_lib.survey.answers import Answers, read_attribute, read_item
from csat_lib.survey.checks import (
    Finding,
    Findings,
    check_answers,
    check_dates,
    check_duration,
    check_ids,
    check_weights,
    row_names,
)
from csat_lib.survey.exports import read_export


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """One wave of one source, clean.

    Attributes
    ----------
    responses : DataFrame of float
        One column per item, in the scale's codes, reversed items turned, NaN = no valid answer. The index is the row of the file as a
        person counts it.
    attributes : DataFrame
        id, date, mode, population, segments, comments, strata, cluster: a column each, named as in the codebook.
    codebook : Codebook
        The part of the questionnaire that this source asks.
    weights : Series or None
        Survey weights with mean 1.
    period : Period or None
        When.
    findings : Findings
        What the checks saw.
    """

    responses: pd.DataFrame
    attributes: pd.DataFrame
    codebook: Codebook
    weights: pd.Series | None
    period: Period | None
    findings: Findings

    def __len__(self) -> int:
        return len(self.responses)

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, codebook: Codebook, *, weights: pd.Series | None = None) -> Survey:
        """A survey from a frame whose columns are those of the codebook (or the items' names).

        Raises
        ------
        DataError
            A column is missing (the nearest is named) or repeated, answers fall outside the scale beyond the limit, or a weight is negative
            or missing.
        """
        survey = _read(frame, codebook, where="data", limit=0.01)
        if weights is None:
            return survey
        return replace(survey, weights=_scaled(pd.Series(row_weights(frame, weights), index=frame.index)))

    @property
    def scale(self) -> dict[str, tuple[float, float]]:
        """Low and high end of every item's scale."""
        return {name: (item.low, item.high) for name, item in self.codebook.items.items()}

    @property
    def weight_values(self) -> np.ndarray:
        """Weights as an array; all ones where there are none."""
        return np.ones(len(self)) if self.weights is None else self.weights.to_numpy(dtype=float)

    def moments(self, items: Sequence[str], *, missing: Missing = "listwise") -> Moments:
        """Weighted moments of ``items`` with the ends of their scales."""
        for item in items:
            self.codebook.item(item)
        return moments(self.responses, items, weights=self.weights, missing=missing, scale=self.scale)

    def design(self) -> tuple[np.ndarray | None, np.ndarray | None]:
        """Stratum and cluster of every row, None where the codebook names none."""
        found = []
        for name in (*self.codebook.names("strata")[:1], ""), (*self.codebook.names("cluster")[:1], ""):
            column = self.attributes.get(name[0]) if name[0] else None
            found.append(None if column is None else pd.factorize(column.fillna("").astype(str))[0])
        return found[0], found[1]

    def segment(self, by: str) -> pd.Series:
        """The segment of every row (NaN where unknown), or an error with the nearest name."""
        if by not in self.attributes.columns:
            raise ParamsError(f"No segment {by!r} in the survey.{nearest(by, map(str, self.attributes.columns))}")
        return self.attributes[by]

    def complete(self, items: Sequence[str]) -> Survey:
        """The survey of those who answered all of ``items``: the sample of a listwise fit."""
        for item in items:
            self.codebook.item(item)
        return self.only(self.responses[list(items)].notna().all(axis=1))

    def only(self, kept: pd.Series) -> Survey:
        """The survey of some rows; weights are scaled to mean 1 again."""
        if not kept.any():
            raise DataError(f"No respondent is left of {len(self)}.")
        if self.weights is not None and not self.weights[kept].any():
            raise DataError(f"Every one of the {int(kept.sum())} respondents left has weight 0.")
        weights = None if self.weights is None else _scaled(self.weights[kept])
        return replace(self, responses=self.responses[kept], attributes=self.attributes[kept], weights=weights)


def load_survey(study: Study, *, source: str = "customers") -> Survey:
    """The clean survey of a study's period.

    Parameters
    ----------
    study : Study
        From ``load_study``.
    source : str
        customers, self_rated, competitors, or another source of the study.

    Raises
    ------
    DataError
        No file, a column missing or misspelt (the nearest is named), answers outside the scale beyond the study's limit.
    """
    path = study.paths.data(source)
    export = read_export(path)
    codebook = study.codebook.asked_in(source)
    survey = _read(export.frame, codebook, where=path.name, limit=study.parameters.limits.outside_scale)
    findings = []
    fieldwork, dates = study.parameters.fieldwork, codebook.names("date")
    if fieldwork and dates:
        findings = list(check_dates(survey.attributes[dates[0]], fieldwork.start, fieldwork.end))
    table = pd.concat([survey.findings.table, Findings.of(findings).table], ignore_index=True) if findings else survey.findings.table
    return replace(survey, period=study.period, findings=Findings(table))


def load_history(study: Study, *, periods: int = 8, source: str = "customers") -> dict[str, Survey]:
    """The surveys of the last periods of the same kind, oldest first, by period; the study's own period is the last.

    Parameters
    ----------
    study : Study
        Each earlier period is read with its own parameter file.
    periods : int
        How many at most; an earlier one without a data file is left out.
    source : str
        As in ``load_survey``.
    """
    found = {}
    for period in study.earlier(periods):
        each = study if period == study.period else load_study(study.name, period.name, root=study.paths.root)
        if period == study.period or each.paths.has_data(source):
            found[period.name] = load_survey(each, source=source)
    return found


def _read(frame: pd.DataFrame, codebook: Codebook, *, where: str, limit: float) -> Survey:
    columns = _matched(frame, codebook, where)
    found: list[Finding] = []
    answers = {}
    for name, item in codebook.items.items():
        read = read_item(frame[columns[name]], item)
        found += _findings_of(read, item, columns[name], limit)
        answers[name] = read.values
    responses = pd.DataFrame(answers, index=frame.index, dtype=float)
    kept = [each for each in codebook.attributes.values() if each.role not in {"personal", "ignore"}]
    read_columns = {each.name: read_attribute(frame[columns[each.name]], each) for each in kept}
    attributes = pd.DataFrame({each.name: read_columns[each.name] for each in kept if each.role != "weight"}, index=frame.index)
    found += [finding for each in kept for finding in _check_attribute(each, read_columns[each.name], responses)]
    found += list(check_answers(responses))
    ignored = [str(column) for column in frame.columns if column not in columns.values()]
    if ignored:
        detail = f"{len(ignored)} columns of the file are not in the codebook and were not read."
        found.append(Finding("undeclared_columns", "note", "", len(ignored), detail))
    findings = Findings.of(found)
    findings.raise_if_failed(where)
    weight = next((read_columns[each.name] for each in kept if each.role == "weight"), None)
    return Survey(responses, attributes, codebook, None if weight is None else _scaled(weight), None, findings)


def _matched(frame: pd.DataFrame, codebook: Codebook, where: str) -> dict[str, str]:
    """Item or attribute -> column of the file; personal and ignored columns may be absent."""
    columns: Mapping[str, str] = {str(column).strip(): column for column in frame.columns}
    if len(columns) < frame.shape[1]:
        names = [str(column).strip() for column in frame.columns]
        twice = next(name for name in names if names.count(name) > 1)
        raise DataError(f"{where}: the column {twice!r} appears {names.count(twice)} times. Rename one of them.")
    claimed = {each.column for each in codebook.everything}
    matched: dict[str, str] = {}
    lacking: list[Item | Attribute] = []
    for each in codebook.everything:
        name = each.column if each.column in columns or each.name in claimed else each.name
        if name in columns:
            matched[each.name] = columns[name]
        elif not (isinstance(each, Attribute) and each.role in {"personal", "ignore"}):
            lacking.append(each)
    if lacking:
        free = [name for name in columns if columns[name] not in matched.values()]
        lines = [f"{where}: no column {each.column!r} (for {each.name}).{nearest(each.column, free)}" for each in lacking]
        raise DataError("\n".join([*lines, "Mend the codebook's column:, or map it for this period: columns: {name: COLUMN}."]))
    return matched


def _findings_of(read: Answers, item: Item, column: str, limit: float) -> list[Finding]:
    found = []
    given = int(read.values.notna().sum()) + len(read.outside) + len(read.text)
    scale = f"{item.low:g}-{item.high:g}"
    for kind, cells, remedy in (
        ("outside_scale", read.outside, "Declare them under missing: in the codebook, or correct the scale"),
        ("not_a_number", read.text, "Give the scale labels, or declare them under missing:"),
    ):
        if len(cells):
            counted = cells.value_counts().head(5)
            listed = ", ".join(
                f"{value:g} ({count} times)" if isinstance(value, float) else f"{value!r} ({count} times)"
                for value, count in counted.items()
            )
            name = f"{item.name} (column {column})" if column != item.name else item.name
            tail = "" if len(cells) > limit * given else " They count as missing."
            what = (
                f"{name}: {len(cells)} of {given} answers lie outside the scale {scale}"
                if kind == "outside_scale"
                else f"{name}: {len(cells)} of {given} answers are not numbers"
            )
            severity = "error" if len(cells) > limit * given else "warning"
            detail = f"{what}: {listed}, first in row {cells.index[0]}. {remedy}.{tail}"
            found.append(
                Finding(
                    kind,
                    "error" if severity == "error" else "warning",
                    item.name,
                    len(cells),
                    detail,
                    row_names(cells.index),
                )
            )
    for meaning, count in read.missing.value_counts().items():
        found.append(Finding("missing_code", "note", item.name, int(count), f"{item.name}: {meaning}."))
    return found


def _check_attribute(attribute: Attribute, column: pd.Series, responses: pd.DataFrame) -> list[Finding]:
    if attribute.role == "id":
        return list(check_ids(column, responses))
    if attribute.role == "weight":
        return list(check_weights(column))
    if attribute.role == "duration":
        return list(check_duration(column))
    if attribute.role == "segment" and attribute.values:
        known = {str(code) for code in attribute.values}
        unknown = column.notna() & ~column.astype(str).isin(known)
        if unknown.any():
            listed = ", ".join(sorted(set(column[unknown].astype(str)))[:5])
            detail = f"{attribute.name}: {int(unknown.sum())} rows have a value that the codebook does not list: {listed}."
            return [Finding("unknown_segment", "warning", attribute.name, int(unknown.sum()), detail)]
    return []


def _scaled(weights: pd.Series) -> pd.Series:
    return (weights / weights.mean()).rename("weight")
