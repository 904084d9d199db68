"""The customer list of a period: numbers and dates checked, customers who stand there twice with different values kept aside by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csat_lib.errors import DataError, NotInStudyError, nearest
from csat_lib.study import Study
from csat_lib.survey import local_time, read_export

SOURCE, KEY_SOURCE, ID = "accounts", "key_customers", "customer"
NUMBERS = ("spending", "activity", "revenue", "potential")
DATES = ("last_contact", "last_purchase", "warranty_end", "service_due")
CLASSES = ("potential", "existing", "past")
ASIDE = ["source", "row", "customer", "column", "value", "rule"]


@dataclass(frozen=True, slots=True, eq=False)
class Accounts:
    """The customers of a period.

    Attributes
    ----------
    frame : DataFrame
        customer, class (potential, existing, past), and the file's other columns; numbers as floats, dates as timestamps.
    aside : DataFrame
        source, row, customer, column, value, rule: rows that were kept aside ("twice with different values", "no customer", "not a
        number", "negative", "not a date", "in the future", "unknown class"). Row-level: never under output/.
    repeated : int
        Rows that repeat another in every value and were left out.
    """

    frame: pd.DataFrame
    aside: pd.DataFrame
    repeated: int


def load_accounts(study: Study) -> Accounts:
    """The customer list of the study's period, with what the key customers' file adds to it.

    Raises
    ------
    NotInStudyError
        The study has no customer list in this period.
    DataError
        No column ``customer`` (the nearest is named).
    """
    if not study.paths.has_data(SOURCE):
        raise NotInStudyError(f"{study.name} {study.period} has no source {SOURCE}, so there is no customer list.")
    rules = study.parameters.customers
    found = accounts_from(_read(study, SOURCE), as_of=study.period.end, past_after=rules.past_after if rules else 365)
    if not study.paths.has_data(KEY_SOURCE):
        return found
    more = _checked(_read(study, KEY_SOURCE), KEY_SOURCE, study.period.end)
    added = more.frame[[ID, *(name for name in more.frame if name not in found.frame)]]
    frame = found.frame.merge(added, on=ID, how="left", validate="one_to_one")
    return Accounts(frame, pd.concat([found.aside, more.aside], ignore_index=True), found.repeated + more.repeated)


def accounts_from(frame: pd.DataFrame, *, as_of: dt.date, past_after: int = 365) -> Accounts:
    """The customers of a frame as it came: text or numbers.

    Parameters
    ----------
    frame : DataFrame
        customer; class, spending, activity, revenue, potential, last_contact, last_purchase, warranty_end, service_due at will.
    as_of : date
        The last day of the period: purchases and contacts after it are kept aside.
    past_after : int
        Without a column ``class``: who never bought is potential, who last bought more than so many days ago is past.

    Raises
    ------
    DataError
        No column ``customer``.
    """
    found = _checked(frame, SOURCE, as_of)
    table = found.frame
    if "class" in table:
        word = table["class"].astype(str).str.strip().str.casefold()
        bad = ~word.isin(CLASSES)
        aside = _rows(SOURCE, table, bad, "class", "unknown class")
        kept = table.assign(**{"class": word})[~bad].reset_index(drop=True)
        return Accounts(kept, pd.concat([found.aside, aside], ignore_index=True), found.repeated)
    if "last_purchase" not in table:
        raise DataError("The customer list has neither class nor last_purchase, so nobody can be called existing, past or potential.")
    days = (pd.Timestamp(as_of) - table["last_purchase"]).dt.days
    words = np.select([table["last_purchase"].isna(), days > past_after], ["potential", "past"], "existing")
    return Accounts(table.assign(**{"class": words}), found.aside, found.repeated)


def _read(study: Study, source: str) -> pd.DataFrame:
    path = study.paths.data(source)
    frame = read_export(path).frame
    frame.columns = [str(each).strip() for each in frame.columns]
    if ID not in frame:
        raise DataError(f"{path.name} ({source}): no column {ID!r}.{nearest(ID, list(frame.columns))}")
    return frame


def _checked(frame: pd.DataFrame, source: str, as_of: dt.date) -> Accounts:
    """Ids, numbers and dates; ``row`` is the file's."""
    if ID not in frame:
        raise DataError(f"{source}: no column {ID!r}.{nearest(ID, map(str, frame.columns))}")
    text = frame.astype(object).where(frame.notna(), "").astype(str).apply(lambda column: column.str.strip())
    repeated = text.duplicated()
    text = text[~repeated]
    parts = [_rows(source, text, text[ID] == "", ID, "no customer")]
    twice = text[ID].duplicated(keep=False) & (text[ID] != "")
    parts.append(_twice(source, text, twice))
    lost = (text[ID] == "") | twice
    columns = {ID: text[ID]}
    for name in (each for each in text.columns if each != ID):
        columns[name] = text[name]
        for read, mask, rule in _read_column(text[name], str(name), as_of):
            columns[name] = read
            parts.append(_rows(source, text, mask & ~lost, str(name), rule))
            lost = lost | mask
    kept = pd.DataFrame(columns)[~lost].reset_index(drop=True)
    aside = pd.concat([each for each in parts if len(each)] or parts[:1], ignore_index=True)
    return Accounts(kept, aside, int(repeated.sum()))


def _read_column(column: pd.Series, name: str, as_of: dt.date) -> Iterator[tuple[pd.Series, pd.Series, str]]:
    """The column as numbers or dates, and where it breaks a rule."""
    if name in NUMBERS:
        numbers = pd.to_numeric(column, errors="coerce").astype(float)
        yield numbers, (column != "") & ~np.isfinite(numbers), "not a number"
        yield numbers, numbers < 0, "negative"
    elif name in DATES:
        dates = pd.Series([local_time(text) for text in column], index=column.index, dtype="datetime64[ns]")
        yield dates, (column != "") & dates.isna(), "not a date"
        if name in ("last_contact", "last_purchase"):
            yield dates, dates >= pd.Timestamp(as_of) + pd.Timedelta(days=1), "in the future"


def _twice(source: str, text: pd.DataFrame, mask: pd.Series) -> pd.DataFrame:
    """One row of the report for every value in which the rows of a customer differ."""
    rows = []
    for customer, own in text[mask].groupby(ID, sort=False):
        unlike = [name for name in own.columns if own[name].nunique() > 1]
        rows += [(source, row, customer, name, value, "twice with different values") for name in unlike for row, value in own[name].items()]
    return pd.DataFrame(rows, columns=ASIDE)


def _rows(source: str, table: pd.DataFrame, mask: pd.Series, column: str, rule: str) -> pd.DataFrame:
    own = table[mask]
    return pd.DataFrame(
        {
            "source": source,
            "row": own.index,
            "customer": own[ID].to_numpy(),
            "column": column,
            "value": own[column].to_numpy(),
            "rule": rule,
        },
        columns=ASIDE,
    )
