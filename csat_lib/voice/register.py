"""The complaint register of a period: one row per complaint, clean; what cannot be used is named and kept aside, and nothing is lost."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from csat_lib.errors import DataError, NotInStudyError, nearest
from csat_lib.study import Period, Study
from csat_lib.survey import local_time, read_export, time_of
from csat_lib.voice.complaint_settings import FIELDS, NEEDED, ComplaintSettings, load_complaint_settings

SOURCE = "complaints"
TIMES = ("opened", "first_response", "closed")
WORDS = ("id", "customer", "channel", "category", "product", "severity", "cause")
RULES = {
    "exact copy": "left out: the same complaint stands above",
    "same id, other values": "counted once; the fields that differ are left empty",
    "no time of opening": "left out of all figures",
    "opened in another period": "left out: it belongs to that period's register",
    "closed before opened": "counted; its time of closing is not used",
    "response before opened": "counted; its time of response is not used",
    "time not readable": "counted; that time is not used",
    "no id": "counted under its row number",
    "no category": "counted as not assigned",
    "satisfaction not readable": "counted; that answer is not used",
    "never closed": "counted as open: its time goes on at the end of the period",
}
ASIDE = ["rule", "row", "id", "field", "value"]


@dataclass(frozen=True, slots=True, eq=False)
class Register:
    """A period's complaints.

    Attributes
    ----------
    complaints : DataFrame
        One row per complaint: id, customer, channel, category, product, severity, cause ("" where not known), opened, first_response,
        closed (times, NaT where not known or not yet), responded, done (whether it was answered and closed, times known or not),
        satisfied (1, 0, NaN). The index is the row as a person counts it in the file.
    aside : DataFrame
        rule, row, id, field, value: what was set aside or repaired, row by row. Row-level: it is not for a published page.
    findings : DataFrame
        rule, n, done: how many rows each rule met, and what became of them.
    until : Timestamp
        When the register was taken: open complaints are censored here.
    rows : int
        Rows of the file: those of ``complaints`` and those left out.
    settings : ComplaintSettings
        The study's.
    """

    complaints: pd.DataFrame
    aside: pd.DataFrame
    findings: pd.DataFrame
    until: pd.Timestamp
    rows: int
    settings: ComplaintSettings

    def __len__(self) -> int:
        return len(self.complaints)


def load_register(study: Study) -> Register:
    """The complaint register of a study's period, from data/<study>/complaints/<period>.

    Raises
    ------
    NotInStudyError
        The study has no such file in this period.
    DataError
        As in ``read_register``.
    """
    if not study.paths.has_data(SOURCE):
        raise NotInStudyError(
            f"{study.name} {study.period} has no complaint register. Put it at data/{study.name}/{SOURCE}/{study.period}.csv."
        )
    return read_register(study.paths.data(SOURCE), study.period, settings=load_complaint_settings(study))


def read_register(path: str | Path, period: Period, *, settings: ComplaintSettings | None = None) -> Register:
    """A register from a CSV, workbook or Parquet file, as it stood at midnight after the period's last day.

    Parameters
    ----------
    path : path
        One row per complaint.
    period : Period
        Complaints opened outside it are kept aside.
    settings : ComplaintSettings, optional
        Names of columns, words for satisfied.

    Raises
    ------
    DataError
        A needed column is missing (the nearest is named), or no row can be used.
    """
    return register_from_frame(read_export(path).frame, period, settings=settings, where=Path(path).name)


def register_from_frame(
    frame: pd.DataFrame, period: Period, *, settings: ComplaintSettings | None = None, where: str = "complaints"
) -> Register:
    """A register from a frame of texts.

    Parameters
    ----------
    frame : DataFrame
        One row per complaint.
    period, settings
        As in ``read_register``.
    where : str
        What messages call it.

    Raises
    ------
    DataError
        As in ``read_register``.
    """
    own = settings or ComplaintSettings()
    table, notes = _fields(frame, own, where), _Notes()
    table = _without_copies(table, notes)
    table = _timed(table, notes)
    start, until = pd.Timestamp(period.start), pd.Timestamp(period.end + dt.timedelta(days=1))
    table = _within(table, start, until, notes)
    if table.empty:
        raise DataError(f"{where}: none of {len(frame)} rows is a complaint opened in {period.name}. Their columns and dates want a look.")
    table = _ordered_times(table, until, notes)
    table = _worded(table, own, notes)
    aside = notes.frame()
    counts = aside.drop_duplicates(["rule", "row"])["rule"].value_counts()
    findings = pd.DataFrame(
        [(rule, int(counts[rule]), done) for rule, done in RULES.items() if rule in counts], columns=["rule", "n", "done"]
    )
    return Register(table, aside, findings, until, len(frame), own)


class _Notes:
    """What was set aside, row by row."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, object, object, str, object]] = []

    def add(self, rule: str, table: pd.DataFrame, here: pd.Series, field: str = "") -> None:
        """Every row ``here``, with what stood in ``field``."""
        for row in table.index[here.to_numpy(dtype=bool)]:
            self.rows.append((rule, row, table.at[row, "id"], field, table.at[row, field] if field else ""))

    def frame(self) -> pd.DataFrame:
        """As a table."""
        return pd.DataFrame(self.rows, columns=ASIDE)


def _fields(frame: pd.DataFrame, settings: ComplaintSettings, where: str) -> pd.DataFrame:
    called = {field: settings.columns.get(field, field) for field in FIELDS}
    for field in FIELDS:
        asked = field in NEEDED or field in settings.columns
        if asked and called[field] not in frame.columns:
            have = map(str, frame.columns)
            near = nearest(called[field], have)
            raise DataError(f"{where}: no column {called[field]!r} for {field}.{near} Name it under columns: in complaints.yaml.")
    present = {field: frame[name].map(_text) if (name := called[field]) in frame.columns else "" for field in FIELDS}
    return pd.DataFrame(present, index=frame.index, columns=list(FIELDS))


def _text(value: object) -> str:
    text = str(value).strip()
    return "" if text.casefold() in {"nan", "nat", "none", "null", "<na>"} else text


def _without_copies(table: pd.DataFrame, notes: _Notes) -> pd.DataFrame:
    """One row an id: exact copies go; where rows of one id differ, a field that only one of them fills keeps that, others are emptied."""
    nameless = table["id"] == ""
    notes.add("no id", table, nameless)
    table = table.assign(id=table["id"].where(~nameless, [f"row {row}" for row in table.index]))
    copies = table.duplicated(keep="first")
    notes.add("exact copy", table, copies)
    table = table[~copies]
    for _, same in table[table["id"].duplicated(keep=False)].groupby("id", sort=False):
        differing = [field for field in FIELDS if same[field].nunique() > 1]
        for field in differing:
            notes.add("same id, other values", same, pd.Series(data=True, index=same.index), field)
            said = {text for text in same[field] if text}
            earliest = min(said, default="") if field == "opened" else ""
            table.loc[same.index[0], field] = said.pop() if len(said) == 1 else earliest
    return table[~table["id"].duplicated()].copy()


def _timed(table: pd.DataFrame, notes: _Notes) -> pd.DataFrame:
    """The three times of every complaint, as the clock of its opening shows them."""
    clocks = [time_of(text) for text in table["opened"]]
    for field in TIMES:
        pairs = zip(table[field], clocks, strict=True)
        read = [local_time(text, clock=None if field == "opened" else clock) for text, clock in pairs]
        times = pd.Series(read, index=table.index, dtype="datetime64[ns]")
        unread = times.isna() & (table[field] != "")
        if field == "opened":
            notes.add("no time of opening", table, times.isna(), field)
        else:
            notes.add("time not readable", table, unread & table["_opened"].notna(), field)
            table[f"_{field}_there"] = table[field] != ""
        table[f"_{field}"] = times
    kept = table["_opened"].notna()
    return table[kept].copy()


def _within(table: pd.DataFrame, start: pd.Timestamp, until: pd.Timestamp, notes: _Notes) -> pd.DataFrame:
    outside = (table["_opened"] < start) | (table["_opened"] >= until)
    notes.add("opened in another period", table, outside, "opened")
    return table[~outside].copy()


def _ordered_times(table: pd.DataFrame, until: pd.Timestamp, notes: _Notes) -> pd.DataFrame:
    """Times before the opening are not used; what happened after the register was taken had not happened yet."""
    for field, rule in (("first_response", "response before opened"), ("closed", "closed before opened")):
        early = table[f"_{field}"] < table["_opened"]
        notes.add(rule, table, early, field)
        late = table[f"_{field}"] >= until
        table[f"_{field}"] = table[f"_{field}"].where(~early & ~late, pd.NaT)
        table[f"_{field}_there"] &= ~late
    notes.add("never closed", table, ~table["_closed_there"], "closed")
    return table


def _worded(table: pd.DataFrame, settings: ComplaintSettings, notes: _Notes) -> pd.DataFrame:
    notes.add("no category", table, table["category"] == "", "category")
    said = table["satisfied"].str.casefold().str.replace(r"\.0+$", "", regex=True)
    yes, no = (said.isin([each.casefold() for each in words]) for words in (settings.satisfied, settings.dissatisfied))
    notes.add("satisfaction not readable", table, (said != "") & ~yes & ~no, "satisfied")
    behind = {name: kind.cause or "" for name, kind in settings.categories.items()}
    cause = table["cause"].where(table["cause"] != "", table["category"].map(lambda name: behind.get(name, "")))
    found = table[[name for name in WORDS if name != "cause"]].assign(cause=cause)
    for field in TIMES:
        found[field] = table[f"_{field}"]
    satisfied = np.select([yes, no], [1.0, 0.0], np.nan)
    return found.assign(responded=table["_first_response_there"], done=table["_closed_there"], satisfied=satisfied)
