"""Customers of high value who may leave, ranked with reasons, and the contacts that are due. Both name customers: never for a page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pandas as pd

from csat_lib.errors import DataError
from csat_lib.improvement.accounts import ID
from csat_lib.study.upkeep import Reminder, Risk
from csat_lib.survey import local_time, time_of

REASONS = ("low satisfaction", "falling satisfaction", "open complaint", "no contact")
RISK = ["rank", ID, "tier", "spending", "satisfaction", "change", "open_complaint", "silent_days", "reasons", "count"]
DUE = ["due", "kind", "date", ID, "tier", "manager"]
HORIZON = 31


def open_complaints(complaints: pd.DataFrame, *, as_of: dt.date) -> pd.Series:
    """The ids of complaints that were open at the end of ``as_of``, by customer, joined by a blank.

    Parameters
    ----------
    complaints : DataFrame
        id, customer, opened, closed (empty while open), as in the register; one that was closed at a time nobody can read is closed.
    as_of : date
        The last day of the period.

    Raises
    ------
    DataError
        A column is missing.
    """
    for column in ("id", ID, "opened", "closed"):
        if column not in complaints:
            raise DataError(f"complaints: no column {column!r}.")
    end = pd.Timestamp(as_of) + pd.Timedelta(days=1)
    own = complaints[["id", ID, "opened", "closed"]]
    own = own.astype(object).where(own.notna(), "").astype(str).apply(lambda column: column.str.strip()).drop_duplicates()
    clocks = own["opened"].map(time_of)
    opened = pd.Series([local_time(text) for text in own["opened"]], index=own.index, dtype="datetime64[ns]")
    pairs = zip(own["closed"], clocks, strict=True)
    closed = pd.Series([local_time(text, clock=clock) for text, clock in pairs], index=own.index, dtype="datetime64[ns]")
    still = (opened < end) & ((own["closed"] == "") | (closed >= end)) & (own[ID] != "")
    held: pd.Series = own[still].groupby(ID)["id"].agg(" ".join)
    return held


def at_risk(customers: pd.DataFrame, rules: Risk, *, as_of: dt.date, complaints: pd.Series | None = None) -> pd.DataFrame:
    """Existing customers of the tiers that count, with at least one reason: most reasons first, then the largest spending.

    Parameters
    ----------
    customers : DataFrame
        From ``with_tiers``; last_contact and spending at will.
    rules : Risk
        From study.yaml.
    as_of : date
        The last day of the period.
    complaints : Series, optional
        From ``open_complaints``.

    Returns
    -------
    DataFrame
        rank, customer, tier, spending, satisfaction, change, open_complaint (ids), silent_days, reasons (words of ``REASONS``, joined by
        "; "), count.
    """
    own = customers[customers["tier"].isin(rules.tiers)].reset_index(drop=True)
    silent = (pd.Timestamp(as_of) - own["last_contact"]).dt.days.astype(float) if "last_contact" in own else pd.Series(np.nan, own.index)
    held = own[ID].map(complaints).fillna("") if complaints is not None else pd.Series("", own.index)
    marks = {
        "low satisfaction": own["satisfaction"] <= rules.satisfaction,
        "falling satisfaction": own["change"] <= -rules.fall,
        "open complaint": held != "",
        "no contact": silent > rules.silent,
    }
    table = pd.DataFrame(marks)
    reasons = ["; ".join(word for word in REASONS if row[word]) for row in table.to_dict("records")]
    spending = own["spending"] if "spending" in own else pd.Series(np.nan, own.index)
    found = own[[ID, "tier", "satisfaction", "change"]].assign(
        spending=spending, open_complaint=held, silent_days=silent, reasons=reasons, count=table.sum(axis=1).to_numpy(dtype=int)
    )
    found = found[found["count"] > 0].sort_values(
        ["count", "spending", ID], ascending=[False, False, True], kind="stable", ignore_index=True
    )
    return found.assign(rank=np.arange(1, len(found) + 1))[RISK]


def reasons_by_tier(risk: pd.DataFrame, customers: pd.DataFrame, rules: Risk) -> pd.DataFrame:
    """How many customers each reason concerns: tier ("all": all that count), reason ("all": any), n, share (of the tier), spending_share.

    Parameters
    ----------
    risk : DataFrame
        From ``at_risk``.
    customers : DataFrame
        From ``with_tiers``.
    rules : Risk
        From study.yaml.
    """
    rows = []
    for tier in ("all", *rules.tiers):
        names = rules.tiers if tier == "all" else (tier,)
        whole, own = customers[customers["tier"].isin(names)], risk[risk["tier"].isin(names)]
        money = float(whole["spending"].sum()) if "spending" in whole else np.nan
        for reason in ("all", *REASONS):
            part = own if reason == "all" else own[own["reasons"].str.split("; ").map(lambda words, reason=reason: reason in words)]
            share = len(part) / len(whole) if len(whole) else np.nan
            rows.append((tier, reason, len(part), share, float(part["spending"].sum()) / money if money else np.nan))
    return pd.DataFrame(rows, columns=["tier", "reason", "n", "share", "spending_share"])


def reminders(customers: pd.DataFrame, rules: Mapping[str, Reminder], *, as_of: dt.date, horizon: int = HORIZON) -> pd.DataFrame:
    """The contacts that are due in the days after ``as_of``, and those before a date that is still to come, the earliest first.

    Parameters
    ----------
    customers : DataFrame
        From ``with_tiers``; past and potential customers are left out.
    rules : mapping of str to Reminder
        Column of dates -> so many days before or after it.
    as_of : date
        The last day of the period.
    horizon : int
        Days ahead.

    Returns
    -------
    DataFrame
        due, kind (the column), date (in it), customer, tier, manager (empty where the list has none).

    Raises
    ------
    DataError
        The list has no such column.
    """
    now, last = pd.Timestamp(as_of), pd.Timestamp(as_of) + pd.Timedelta(days=horizon)
    own = customers[customers["class"] == "existing"]
    tables = []
    for name, rule in rules.items():
        if name not in own:
            raise DataError(f"reminders: the customer list has no column {name!r}.")
        shift = -rule.before if rule.before is not None else rule.after or 0
        due = own[name] + pd.Timedelta(days=shift)
        wanted = (due <= last) & ((own[name] > now) if rule.before is not None else (due > now))
        part = own[wanted]
        manager = part["manager"].fillna("") if "manager" in part else ""
        tables.append(part[[ID, "tier"]].assign(due=due[wanted], kind=name, date=part[name], manager=manager))
    if not tables:
        return pd.DataFrame(columns=DUE)
    return pd.concat(tables, ignore_index=True).sort_values(["due", "kind", ID], kind="stable", ignore_index=True)[DUE]
