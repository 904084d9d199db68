"""What the checks saw: one row per rule and column, with counts; what is published quotes no answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from csat_lib.errors import DataError

COLUMNS = ["rule", "severity", "column", "n", "detail", "rows", "file", "done"]
Severity = Literal["note", "warning", "error"]
QUOTING = (
    *("outside_scale", "undeclared_code", "not_a_number", "unread_number", "unknown_segment", "small_segment", "conflicting_ids"),
    *("bad_weight", "constant", "correction"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """One thing seen: ``rows`` are counted as a person counts them in the file; ``done`` says what became of the cells or rows."""

    rule: str
    severity: Severity
    column: str
    n: int
    detail: str
    rows: tuple[int | str, ...] = ()
    done: str = "kept"


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """What the checks saw.

    Attributes
    ----------
    table : DataFrame
        rule, severity ("note", "warning", "error"), column, n, detail, rows (at most the first twenty), file, done ("kept", "dropped",
        "counted as missing", "corrected", "refused", "not read"). For those who may see the data: a detail can quote an answer.
    """

    table: pd.DataFrame

    @classmethod
    def of(cls, findings: Iterable[Finding], *, file: str = "") -> Findings:
        """Findings as a table, errors first; ``file`` is where they were seen."""
        rank = {"error": 0, "warning": 1, "note": 2}
        ordered = sorted(findings, key=lambda each: rank[each.severity])
        rows = [
            (f.rule, f.severity, f.column, f.n, f.detail, f.rows[:20], file, "refused" if f.severity == "error" else f.done)
            for f in ordered
        ]
        return cls(pd.DataFrame(rows, columns=COLUMNS))

    def published(self) -> pd.DataFrame:
        """The findings without file and rows, and without details that quote answers."""
        table = self.table.drop(columns=["rows", "file"])
        table = table.assign(detail=table["detail"].mask(table["rule"].isin(QUOTING), "see csat check"))
        coded = table["rule"] == "missing_code"
        return pd.concat([table[~coded], _by_meaning(table[coded])], ignore_index=True)

    def count(self, severity: Severity) -> int:
        """How many findings have this severity."""
        return int((self.table["severity"] == severity).sum())

    def raise_if_failed(self, where: str, *, mode: Literal["default", "strict"] = "default") -> None:
        """DataError with every error found, if there is one; in ``strict`` mode a warning is one too."""
        failing = ["error"] if mode == "default" else ["error", "warning"]
        told = self.table.loc[self.table["severity"].isin(failing), "detail"]
        if len(told):
            raise DataError("\n".join(f"{where}: {detail}" for detail in told))

    def _repr_html_(self) -> str:
        return str(self.published().to_html(index=False, border=0))


def _by_meaning(coded: pd.DataFrame) -> pd.DataFrame:
    """Missing codes over all items, one row a meaning: which item lacks how many, the missing answers show anyway."""
    meaning = coded["detail"].str.split(": ", n=1).str[-1].str.rstrip(".")
    rows = []
    for text, part in coded.groupby(meaning, sort=False):
        row = part.iloc[0].to_dict()
        rows.append({**row, "column": "", "n": int(part["n"].sum()), "detail": f"{text}, in {len(part)} items."})
    return pd.DataFrame(rows, columns=list(coded.columns))


def row_names(index: pd.Index) -> tuple[int | str, ...]:
    """Rows as a person counts them in a file; a frame's own labels where they are no whole numbers."""
    return tuple(int(row) if isinstance(row, int | np.integer) else str(row) for row in index)


def rows_where(mask: pd.Series) -> tuple[int | str, ...]:
    """The rows where ``mask`` holds."""
    return row_names(mask.index[mask.to_numpy(dtype=bool)])
