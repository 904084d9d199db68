"""A database as the source of a survey: the URL comes from the environment alone, the query from the study."""

from __future__ import annotations

import decimal
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

import pandas as pd

from csat_lib.errors import DataError, ParamsError
from csat_lib.survey.exports.binary import typed_frame
from csat_lib.survey.exports.export import Export, cell_text, checked_header

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

VARIABLE = "CSAT_SQL_URL"
MOST_ROWS = 5_000_000
_READS = re.compile(r"(?is)\s*(?:--[^\n]*\n\s*|/\*.*?\*/\s*)*\(?\s*(?:select|with|values|table)\b")

_COLON = re.compile(r"(?<![:\w\\]):(?=\w)")  # what SQLAlchemy would take for a parameter


def read_sql(query: str, *, variable: str = VARIABLE) -> Export:
    """What a query gives, one row per respondent; rows are counted from 2, as below a header.

    Nothing is ever written: the query must read, and its transaction is not committed.

    Parameters
    ----------
    query : str
        SELECT ... in the database's own words.
    variable : str
        The environment variable that holds the SQLAlchemy URL (postgresql://user:password@host/database, sqlite:///file.db).

    Raises
    ------
    ParamsError
        The variable is not set, holds no URL, names a driver that is not installed, or the query does not read.
    DataError
        The database cannot be reached or refuses the query, no rows, repeated columns. No message holds the URL or its password.
    """
    if not _READS.match(query):
        raise ParamsError("The query must read: begin it with SELECT or WITH.")
    url = _url(variable)
    columns, rows = _fetched(url, query, variable)
    header = checked_header(columns, f"query at ${variable}")
    frame = pd.DataFrame.from_records(rows, columns=header)
    for name in header:
        if frame[name].dtype == object and frame[name].map(_is_decimal).any():
            frame[name] = frame[name].map(_decimal_text, na_action="ignore")
    return Export(typed_frame(frame, f"query at ${variable}"), {}, "sql", "", f"a query at ${variable} ({url.get_backend_name()})")


def _url(variable: str) -> URL:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    given = os.environ.get(variable, "").strip()
    if not given:
        raise ParamsError(
            f"The environment variable {variable} is not set. Set it to a SQLAlchemy URL, such as sqlite:///answers.db; "
            "it is never read from a file."
        )
    try:
        url = make_url(given)
    except (ArgumentError, ValueError):
        raise ParamsError(
            f"What the environment variable {variable} holds is not a SQLAlchemy URL (dialect://user@host/database)."
        ) from None
    if url.drivername in {"postgresql", "postgres"}:
        url = url.set(drivername="postgresql+pg8000")
    if url.get_backend_name() == "sqlite" and url.database not in {None, "", ":memory:"} and not Path(str(url.database)).is_file():
        raise DataError(f"{variable}: no such SQLite file: {url.database}.")
    return url


def _fetched(url: URL, query: str, variable: str) -> tuple[list[str], list[Any]]:
    """Column names and rows; the connection is closed and nothing is committed."""
    import sqlalchemy
    from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError

    try:
        engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.pool.NullPool, connect_args=_patience(url))
    except (NoSuchModuleError, ImportError) as error:
        missing = getattr(error, "name", None) or url.drivername
        raise ParamsError(f"{variable}: no driver for {url.drivername}. Install {missing}, or name another dialect.") from None
    try:
        with engine.connect().execution_options(**_reading(url)) as connection:
            if url.get_backend_name() == "sqlite":
                connection.exec_driver_sql("pragma query_only = on")
            found = connection.execute(sqlalchemy.text(_COLON.sub(r"\\:", query)))
            if not found.returns_rows:
                raise DataError(f"query at ${variable}: it gives no rows. Begin it with SELECT.")
            rows = [tuple(row) for row in found.fetchmany(MOST_ROWS + 1)]
            columns = [str(name) for name in found.keys()]  # noqa: SIM118  a result is not a mapping
    except DBAPIError as error:
        raise DataError(f"query at ${variable}: the database refused: {_without_secrets(str(error.orig), url)}") from None
    except SQLAlchemyError as error:
        raise DataError(f"query at ${variable}: {type(error).__name__}: {_without_secrets(str(error), url)}") from None
    finally:
        engine.dispose()
    if len(rows) > MOST_ROWS:
        raise DataError(f"query at ${variable}: more than {MOST_ROWS:,} rows. Narrow the query.")
    return columns, rows


def _patience(url: URL) -> dict[str, int]:
    """Seconds until a server that does not answer is given up."""
    if url.get_driver_name() == "pg8000":
        return {"timeout": 10}
    return {"connect_timeout": 10} if url.get_backend_name() in {"postgresql", "mysql"} else {}


def _reading(url: URL) -> dict[str, Any]:
    """What makes the server itself refuse to write."""
    return {"postgresql_readonly": True} if url.get_backend_name() == "postgresql" else {}


def _without_secrets(complaint: str, url: URL) -> str:
    """The database's first line, without the password in any spelling and without the URL."""
    line = next((each.strip() for each in complaint.splitlines() if each.strip()), "no reason given")
    secret = str(url.password or "")
    hidden = [url.render_as_string(hide_password=False), secret, quote(secret, safe=""), quote_plus(secret)]
    hidden += [str(value) for key, value in url.query.items() if "pass" in key.lower() or "token" in key.lower()]
    for each in sorted({each for each in hidden if each}, key=len, reverse=True):
        line = line.replace(each, "***")
    return line if line.endswith(".") else f"{line}."


def _is_decimal(cell: object) -> bool:
    return isinstance(cell, decimal.Decimal)


def _decimal_text(cell: object) -> str:
    """A database's 9.00 is 9."""
    if not isinstance(cell, decimal.Decimal):
        return cell_text(cell)
    return f"{cell.normalize():f}" if cell.is_finite() else ""
