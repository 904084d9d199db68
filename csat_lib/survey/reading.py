"""From the raw frame to clean answers: corrections, who is left out, every check, and a record of all that was rejected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import DataError
from csat_lib.study import Attribute, Codebook, Item
from csat_lib.study.settings import Fieldwork, Limits
from csat_lib.survey.answers import Answers, read_attribute, read_item
from csat_lib.survey.checks import (
    check_answers,
    check_dates,
    check_directions,
    check_duplicates,
    check_duration,
    check_ids,
    check_range,
    check_segment,
    check_weights,
    too_fast,
)
from csat_lib.survey.columns import broken, item_rules
from csat_lib.survey.corrections import Correction, apply_corrections
from csat_lib.survey.findings import Finding, Findings, Severity, row_names, rows_where
from csat_lib.survey.matching import matched

REJECTED = ["source", "row", "respondent", "column", "value", "rule"]
REMEDY = {
    "outside_scale": "Declare them under missing: in the codebook, or correct the scale",
    "undeclared_code": "Declare them under missing:, or give them a label",
    "not_a_number": "Give the scale labels, or declare them under missing:",
}
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Intake:
    """What a source is read with.

    Attributes
    ----------
    where, source : str
        The file's name and the source's, for messages and records.
    limits : Limits
        The study's limits and mode.
    fieldwork : Fieldwork or None
        First and last day of interviewing.
    fewest : int
        Segments below it are noted.
    blocks : mapping of str to tuple of str
        Construct -> items.
    corrections : tuple of Correction
        Applied to the raw frame.
    labels : mapping of str to str
        Column -> question text.
    notes : tuple of str
        What reading the file had to tell.
    complete : Series or None
        Who finished the questionnaire; the others are left out.
    """

    where: str = "data"
    source: str = ""
    limits: Limits = field(default_factory=Limits)
    fieldwork: Fieldwork | None = None
    fewest: int = 10
    blocks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    corrections: tuple[Correction, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    complete: pd.Series | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Clean:
    """Answers and attributes of those who were kept (a mask over the frame's rows), raw weights, findings, and what was rejected."""

    responses: pd.DataFrame
    attributes: pd.DataFrame
    weights: pd.Series | None
    findings: Findings
    rejected: pd.DataFrame
    kept: Mask


def read_source(frame: pd.DataFrame, codebook: Codebook, intake: Intake) -> Clean:
    """The clean answers in ``frame``, read with ``codebook`` as ``intake`` says.

    Raises
    ------
    DataError
        Every error found, by item, code and count.
    """
    columns = matched(frame.columns, intake.labels, codebook, intake.where)
    frame, found = apply_corrections(frame, intake.corrections, columns, codebook)
    found += [Finding("read", "note", "", 1, note) for note in intake.notes]
    kept, left_out, seen = _kept(frame, columns, codebook, intake)
    found += seen
    whole = frame if kept.all() else frame[kept]
    respondent = _respondents(frame, columns, codebook)
    rejected = list(left_out)
    responses, written, more = _items(whole, columns, codebook, intake.limits, rejected)
    found += more
    attributes = {
        each.name: read_attribute(whole[columns[each.name]], each)
        for each in codebook.attributes.values()
        if each.role not in {"personal", "ignore"}
    }
    for name, column in attributes.items():
        found += _of_attribute(codebook.attributes[name], column, responses, intake)
    if not codebook.names("id"):
        found += check_duplicates(whole)
    scales = {name: (item.low, item.high) for name, item in codebook.items.items()}
    found += check_answers(written, scales)
    found += check_range(written, scales)
    found += check_directions(responses, codebook.items, intake.blocks)
    found += _undeclared(frame, columns)
    findings = Findings.of(found, file=intake.where)
    findings.raise_if_failed(intake.where, mode=intake.limits.mode)
    weight = next((attributes[name] for name in codebook.names("weight")), None)
    about = pd.DataFrame({name: each for name, each in attributes.items() if name not in codebook.names("weight")}, index=whole.index)
    return Clean(responses, about, weight, findings, _table(rejected, respondent, intake.source), kept)


@dataclass(frozen=True, slots=True, eq=False)
class _Rejection:
    """Cells of one column that were put aside, by their row labels."""

    rule: str
    column: str
    cells: pd.Series


def _kept(
    frame: pd.DataFrame, columns: Mapping[str, str], codebook: Codebook, intake: Intake
) -> tuple[Mask, list[_Rejection], list[Finding]]:
    """Who stays: those who finished and, unless the study only flags them, took their time."""
    kept = np.ones(len(frame), dtype=bool)
    left_out, found, steps = [], [], [f"{len(frame)} in the file"]
    if intake.complete is not None and not intake.complete.all():
        kept = intake.complete.to_numpy(dtype=bool).copy()
        gone = frame.index[~kept]
        detail = f"{len(gone)} of {len(frame)} respondents did not finish the questionnaire."
        found.append(Finding("incomplete", "note", "", len(gone), detail, row_names(gone), "dropped"))
        left_out.append(_Rejection("incomplete", "", pd.Series("", index=gone, dtype=object)))
        steps.append(f"{len(gone)} incomplete")
    for name in codebook.names("duration"):
        cells = frame[columns[name]][kept]
        seconds = read_attribute(cells, codebook.attributes[name])
        dropping = intake.limits.speeders == "drop"
        found += check_duration(seconds, intake.limits.speeder_share, done="dropped" if dropping else "kept")
        found += _unread(seconds, cells, codebook.attributes[name])
        fast = too_fast(seconds, intake.limits.speeder_share).to_numpy()
        if dropping and fast.any():
            left_out.append(_Rejection("speeders", columns[name], cells[fast]))
            kept[np.flatnonzero(kept)[fast]] = False
            steps.append(f"{int(fast.sum())} speeders")
    if not kept.any():
        raise DataError(f"{intake.where}: no respondent is left: {', less '.join(steps)}.")
    return kept, left_out, found


def _unread(seconds: pd.Series, cells: pd.Series, attribute: Attribute) -> Iterator[Finding]:
    """Times that are no numbers: neither blank nor a missing code."""
    codes = {str(code) for code in attribute.missing}
    text = cells.astype(object).where(cells.notna(), "").astype(str).str.strip()
    unread = seconds.isna() & (text != "") & ~text.isin(codes)
    if attribute.missing:
        unread &= ~pd.to_numeric(text, errors="coerce").isin([code for code in attribute.missing if not isinstance(code, str)])
    if unread.any():
        first = f"{text[unread].iloc[0]!r}, first in row {text.index[unread][0]}"
        detail = f"{attribute.name}: {int(unread.sum())} times are not numbers: {first}."
        yield Finding("unread_number", "warning", attribute.name, int(unread.sum()), detail, rows_where(unread), "counted as missing")


def _items(
    frame: pd.DataFrame, columns: Mapping[str, str], codebook: Codebook, limits: Limits, rejected: list[_Rejection]
) -> tuple[pd.DataFrame, pd.DataFrame, list[Finding]]:
    """Answers as analysed and as written; what lies outside a scale is appended to ``rejected``."""
    read = {name: read_item(frame[columns[name]], item) for name, item in codebook.items.items()}
    numbers = pd.DataFrame({name: each.numbers for name, each in read.items()}, index=frame.index, dtype=float)
    faults = broken(numbers, {name: item_rules(item) for name, item in codebook.items.items()})
    values = {name: each.values for name, each in read.items()}
    found: list[Finding] = []
    for name, item in codebook.items.items():
        column = columns[name]
        masks = {rule: faults[name, rule] for rule in ("outside_scale", "undeclared_code") if (name, rule) in faults}
        given = int(numbers[name].notna().sum()) + len(read[name].text)
        for rule, mask in masks.items():
            values[name] = values[name].mask(mask)
            found.append(_strange(rule, numbers[name][mask], item, column, given=given, limits=limits))
            rejected.append(_Rejection(rule, column, frame[column][mask]))
        if len(read[name].text):
            found.append(_strange("not_a_number", read[name].text, item, column, given=given, limits=limits))
            rejected.append(_Rejection("not_a_number", column, read[name].text))
        found += _gaps(read[name], item)
    responses = pd.DataFrame(values, index=frame.index, dtype=float)
    return responses, numbers.where(responses.notna()), found


def _strange(rule: str, cells: pd.Series, item: Item, column: str, *, given: int, limits: Limits) -> Finding:
    """Answers that cannot count: a warning up to the study's limit, an error above it."""
    listed = ", ".join(
        f"{value:g} ({count} times)" if isinstance(value, float) else f"{value!r} ({count} times)"
        for value, count in cells.value_counts().head(5).items()
    )
    name = f"{item.name} (column {column})" if column != item.name else item.name
    refused = len(cells) > limits.outside_scale * given
    what = {
        "outside_scale": f"lie outside the scale {item.low:g}-{item.high:g}",
        "undeclared_code": "are no code of the scale",
        "not_a_number": "are not numbers",
    }[rule]
    tail = "" if refused else " They count as missing."
    detail = f"{name}: {len(cells)} of {given} answers {what}: {listed}, first in row {cells.index[0]}. {REMEDY[rule]}.{tail}"
    severity: Severity = "error" if refused else "warning"
    return Finding(rule, severity, item.name, len(cells), detail, row_names(cells.index), "counted as missing")


def _gaps(read: Answers, item: Item) -> Iterator[Finding]:
    for meaning, count in read.missing.value_counts().items():
        yield Finding("missing_code", "note", item.name, int(count), f"{item.name}: {meaning}.", done="counted as missing")


def _of_attribute(attribute: Attribute, column: pd.Series, responses: pd.DataFrame, intake: Intake) -> Iterator[Finding]:
    if attribute.role == "id":
        yield from check_ids(column, responses)
    elif attribute.role == "weight":
        yield from check_weights(column)
    elif attribute.role in {"segment", "mode", "population"}:
        yield from check_segment(attribute, column, fewest=intake.fewest)
    elif attribute.role == "date" and intake.fieldwork:
        yield from check_dates(column, intake.fieldwork.start, intake.fieldwork.end)


def _undeclared(frame: pd.DataFrame, columns: Mapping[str, str]) -> Iterator[Finding]:
    ignored = [column for column in frame.columns if column not in columns.values()]
    if ignored:
        detail = f"{len(ignored)} columns of the file are not in the codebook and were not read."
        yield Finding("undeclared_columns", "note", "", len(ignored), detail, done="not read")


def _respondents(frame: pd.DataFrame, columns: Mapping[str, str], codebook: Codebook) -> pd.Series:
    names = codebook.names("id")
    cells = frame[columns[names[0]]] if names else pd.Series("", index=frame.index, dtype=object)
    return cells[~cells.index.duplicated()]


def _table(rejected: list[_Rejection], respondent: pd.Series, source: str) -> pd.DataFrame:
    parts = [
        pd.DataFrame(
            {
                "source": source,
                "row": each.cells.index,
                "respondent": respondent.reindex(each.cells.index).to_numpy(),
                "column": each.column,
                "value": each.cells.astype(object).to_numpy(),
                "rule": each.rule,
            },
            dtype=object,
        )
        for each in rejected
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=REJECTED)
