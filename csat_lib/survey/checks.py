"""What the data look like before anybody computes: every check runs, all findings are kept, none is decided here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from csat_lib.errors import DataError

COLUMNS = ["rule", "severity", "column", "n", "detail", "rows"]
Severity = Literal["note", "warning", "error"]


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """One thing seen: ``rows`` are counted as a person counts them in the file."""

    rule: str
    severity: Severity
    column: str
    n: int
    detail: str
    rows: tuple[int | str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """What the checks saw.

    Attributes
    ----------
    table : DataFrame
        rule, severity ("note", "warning", "error"), column, n, detail, rows (at most the first twenty). Counts, never answers.
    """

    table: pd.DataFrame

    @classmethod
    def of(cls, findings: list[Finding]) -> Findings:
        """Findings as a table, errors first."""
        rank = {"error": 0, "warning": 1, "note": 2}
        ordered = sorted(findings, key=lambda each: rank[each.severity])
        rows = [(f.rule, f.severity, f.column, f.n, f.detail, f.rows[:20]) for f in ordered]
        return cls(pd.DataFrame(rows, columns=COLUMNS))

    def published(self) -> pd.DataFrame:
        """The findings without rows, and without details that quote answers."""
        table = self.table.drop(columns="rows")
        quoting = table["rule"].isin(["outside_scale", "not_a_number", "unknown_segment", "conflicting_ids", "bad_weight"])
        return table.assign(detail=table["detail"].mask(quoting, "see csat check"))

    def count(self, severity: Severity) -> int:
        """How many findings have this severity."""
        return int((self.table["severity"] == severity).sum())

    def raise_if_failed(self, where: str) -> None:
        """DataError with every error found, if there is one."""
        errors = self.table.loc[self.table["severity"] == "error", "detail"]
        if len(errors):
            raise DataError("\n".join(f"{where}: {detail}" for detail in errors))

    def _repr_html_(self) -> str:
        return str(self.table.drop(columns="rows").to_html(index=False, border=0))


def check_answers(responses: pd.DataFrame) -> Iterator[Finding]:
    """Items without answers or without variation, and respondents who gave one answer throughout."""
    for item in responses:
        answers = responses[item].dropna()
        if answers.empty:
            yield Finding("all_missing", "warning", str(item), len(responses), f"{item}: nobody answered.")
        elif answers.nunique() == 1:
            yield Finding(
                "constant",
                "warning",
                str(item),
                len(answers),
                f"{item}: all {len(answers)} answers are {answers.iloc[0]:g}.",
            )
    answered = responses.notna().sum(axis=1)
    wide = responses.shape[1]
    if wide >= 5:
        same = (responses.max(axis=1) == responses.min(axis=1)) & (answered >= max(5, wide // 2))
        if same.any():
            yield Finding(
                "straight_lined",
                "note",
                "",
                int(same.sum()),
                f"{int(same.sum())} respondents gave one answer throughout.",
                _rows(same),
            )
        empty = answered < wide / 2
        if empty.any():
            detail = f"{int(empty.sum())} respondents answered fewer than half of the {wide} items."
            yield Finding("mostly_missing", "note", "", int(empty.sum()), detail, _rows(empty))


def check_ids(ids: pd.Series, responses: pd.DataFrame) -> Iterator[Finding]:
    """The same respondent twice: identical rows are a note, conflicting ones an error."""
    repeated = ids.notna() & ids.duplicated(keep=False)
    if not repeated.any():
        return
    answers = responses.fillna(-np.inf).assign(_id=ids)[repeated]
    extra = int(ids[repeated].duplicated().sum())
    conflicting = answers.drop_duplicates().groupby("_id").size()
    conflicting = conflicting[conflicting > 1]
    if len(conflicting):
        rows = _rows(ids.isin(conflicting.index))
        listed = ", ".join(map(str, rows[:6]))
        detail = f"{ids.name}: {len(conflicting)} ids have more than one set of answers (rows {listed}). Keep one row of each."
        yield Finding("conflicting_ids", "error", str(ids.name), len(conflicting), detail, rows)
    if extra:
        yield Finding("repeated_ids", "note", str(ids.name), extra, f"{ids.name}: {extra} ids appear again.", _rows(repeated))


def check_duration(seconds: pd.Series) -> Iterator[Finding]:
    """Respondents who took less than a third of the median time."""
    median = seconds.median()
    fast = seconds < median / 3
    if fast.any():
        detail = f"{int(fast.sum())} respondents took less than a third of the median time ({median:.0f} s)."
        yield Finding("speeders", "note", str(seconds.name), int(fast.sum()), detail, _rows(fast))


def check_dates(dates: pd.Series, start: dt.date, end: dt.date) -> Iterator[Finding]:
    """Interviews outside the fieldwork, and dates that cannot be read."""
    local = dates.astype(object).str.replace(r"(?<=:\d\d)(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)$", "", regex=True) if dates.notna().any() else dates
    parsed = pd.to_datetime(local, errors="coerce", format="ISO8601").astype("datetime64[s]")
    unread = parsed.isna() & dates.notna()
    if unread.any():
        detail = f"{dates.name}: {int(unread.sum())} dates are not of the form 2026-09-01."
        yield Finding("unread_date", "warning", str(dates.name), int(unread.sum()), detail, _rows(unread))
    outside = parsed.notna() & ~parsed.dt.normalize().between(pd.Timestamp(start), pd.Timestamp(end))
    if outside.any():
        detail = f"{dates.name}: {int(outside.sum())} interviews lie outside {start} to {end}."
        yield Finding("outside_fieldwork", "warning", str(dates.name), int(outside.sum()), detail, _rows(outside))


def check_weights(weights: pd.Series) -> Iterator[Finding]:
    """Weights that cannot be used (errors), zero, or far from the rest."""
    bad = weights.isna() | (weights < 0) | ~np.isfinite(weights.astype(float))
    if bad.any():
        detail = (
            f"{weights.name}: {int(bad.sum())} weights are missing, negative or not numbers (rows {', '.join(map(str, _rows(bad)[:6]))})."
        )
        yield Finding("bad_weight", "error", str(weights.name), int(bad.sum()), detail, _rows(bad))
        return
    if not (weights > 0).any():
        yield Finding("bad_weight", "error", str(weights.name), len(weights), f"{weights.name}: all weights are zero.")
        return
    zero = weights == 0
    if zero.any():
        detail = f"{weights.name}: {int(zero.sum())} respondents have weight 0 and do not count."
        yield Finding("zero_weight", "warning", str(weights.name), int(zero.sum()), detail, _rows(zero))
    large = weights > 5 * weights[weights > 0].mean()
    if large.any():
        largest = weights.max() / weights.mean()
        detail = f"{weights.name}: {int(large.sum())} weights exceed five times the mean; the largest is {largest:.1f} times."
        yield Finding("extreme_weight", "warning", str(weights.name), int(large.sum()), detail, _rows(large))


def row_names(index: pd.Index) -> tuple[int | str, ...]:
    """Rows as a person counts them in a file; a frame's own labels where they are no whole numbers."""
    return tuple(int(row) if isinstance(row, int | np.integer) else str(row) for row in index)


def _rows(mask: pd.Series) -> tuple[int | str, ...]:
    return row_names(mask.index[mask])
