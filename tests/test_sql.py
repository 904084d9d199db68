"""A database as a source: the URL from the environment alone, and never in a message."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3

import pandas as pd
import pytest

from csat_lib.errors import DataError, ParamsError
from csat_lib.survey.exports.binary import typed_frame
from csat_lib.survey.sql import read_sql

ROWS = [(1, "R1", 5, 0.5, '很满意, "ja"\nzwei', "2026-09-01"), (2, "R2", None, 1.5, None, "2026-09-02")]
TABLE = "create table answers (n integer, respondent varchar(9), overall integer, weight numeric(6, 2), remarks text, visited {date})"
QUERY = "select respondent, overall, weight, remarks, visited from answers order by n"


@pytest.fixture
def sqlite(tmp_path, monkeypatch):
    """The path of a SQLite file that the environment names."""
    path = tmp_path / "answers.db"
    with sqlite3.connect(path) as base:
        base.execute(TABLE.format(date="text"))
        base.executemany("insert into answers values (?, ?, ?, ?, ?, ?)", ROWS)
    base.close()
    monkeypatch.setenv("CSAT_SQL_URL", f"sqlite:///{path}")
    return path


@pytest.fixture
def postgres(monkeypatch):
    """A server with the answers in a table of this session."""
    url = os.environ.get("CSAT_TEST_POSTGRES")
    if not url:
        pytest.skip("no PostgreSQL server: name its URL in CSAT_TEST_POSTGRES")
    sqlalchemy = pytest.importorskip("sqlalchemy")
    engine = sqlalchemy.create_engine(url.replace("postgresql://", "postgresql+pg8000://"))
    with engine.begin() as base:
        base.exec_driver_sql("drop table if exists answers")
        base.exec_driver_sql(TABLE.format(date="date"))
        base.exec_driver_sql("insert into answers values (%s, %s, %s, %s, %s, %s)", ROWS)
    monkeypatch.setenv("CSAT_SQL_URL", url)
    yield url
    with engine.begin() as base:
        base.exec_driver_sql("drop table answers")
    engine.dispose()


def refusal(error, query=QUERY, **options):
    with pytest.raises(error) as refused:
        read_sql(query, **options)
    chain, told = refused.value, []
    while chain is not None:
        told.append(str(chain))
        chain = None if chain.__suppress_context__ else chain.__context__
    return "\n".join(told)


def cells(export):
    return [["" if pd.isna(cell) else str(cell) for cell in row] for row in export.frame.astype(object).to_numpy().tolist()]


def expected():
    return [["R1", "5.0", "0.5", ROWS[0][4], "2026-09-01"], ["R2", "", "1.5", "", "2026-09-02"]]


def test_a_query_gives_an_export_from_sqlite(sqlite):
    export = read_sql(QUERY)
    assert cells(export) == expected()
    assert list(export.frame.index) == [2, 3]
    assert (export.layout, export.why) == ("sql", "a query at $CSAT_SQL_URL (sqlite)")


def test_postgresql_gives_the_same(postgres):
    export = read_sql(QUERY)
    assert cells(export) == expected()
    assert export.why == "a query at $CSAT_SQL_URL (postgresql)"
    assert 'relation "nowhere" does not exist' in refusal(DataError, "select * from nowhere")
    assert "read-only transaction" in refusal(DataError, "with gone as (delete from answers returning n) select * from gone")
    assert read_sql("select 'a%b:c :d' as x, 9.00::numeric as y").frame.to_numpy().tolist() == [["a%b:c :d", "9"]]


def test_a_wrong_password_is_refused_without_showing_it(monkeypatch):
    monkeypatch.setenv("CSAT_SQL_URL", "postgresql://someone:s%40cret-word@127.0.0.1:1/base")
    told = refusal(DataError)
    assert "query at $CSAT_SQL_URL: the database refused" in told
    assert not any(secret in told for secret in ("s%40cret-word", "s@cret-word"))


@pytest.mark.parametrize(
    ("url", "error", "told"),
    [
        ("", ParamsError, "The environment variable CSAT_SQL_URL is not set."),
        ("s@cret-word", ParamsError, "is not a SQLAlchemy URL"),
        ("sqlite://:s@cret-word@h:x", ParamsError, "is not a SQLAlchemy URL"),
        ("klingon://me:s@cret-word@host/base", ParamsError, "no driver for klingon"),
        ("mssql+nothere://me:s@cret-word@host/base", ParamsError, "no driver for mssql"),
        ("sqlite:////nowhere/answers.db", DataError, "no such SQLite file: /nowhere/answers.db"),
    ],
)
def test_a_url_that_leads_nowhere_is_told_without_its_password(monkeypatch, url, error, told):
    monkeypatch.setenv("CSAT_SQL_URL", url)
    said = refusal(error)
    assert told in said
    assert "cret-word" not in said


def test_another_variable_may_hold_the_url(sqlite, monkeypatch):
    monkeypatch.setenv("OTHER_URL", f"sqlite:///{sqlite}")
    assert read_sql("select n from answers", variable="OTHER_URL").frame["n"].tolist() == [1, 2]


@pytest.mark.parametrize("query", ["drop table answers", "delete from answers", "update answers set n = 3", "", "pragma x; select 1"])
def test_a_query_that_does_not_read_is_refused(sqlite, query):
    assert "must read" in refusal(ParamsError, query)


def test_nothing_is_changed_by_a_query_that_writes_behind_a_with(sqlite):
    assert "readonly" in refusal(DataError, "with x as (select 1) delete from answers").replace(" ", "")
    assert len(read_sql(QUERY).frame) == 2


def test_percent_signs_and_colons_of_a_query_are_its_own(sqlite):
    assert read_sql("select 'a%b:c %s :d' as x, n from answers where respondent like 'R%' limit 1").frame["x"].tolist() == ["a%b:c %s :d"]


def test_what_a_query_cannot_give_is_told(sqlite):
    assert "the database refused: no such table: nowhere." in refusal(DataError, "select * from nowhere")
    assert "a header with 1 columns but no rows" in refusal(DataError, "select n from answers where n > 9")
    assert "the column 'n' appears 2 times" in refusal(DataError, "select n, n from answers")


def test_dates_of_a_database_are_text():

    frame = typed_frame(pd.DataFrame({"day": [dt.date(2026, 9, 1), None], "a": [1, 2]}), "query")
    assert frame["day"].fillna("").tolist() == ["2026-09-01", ""]


def test_a_study_reads_its_period_from_a_database(tiny_project, monkeypatch, tmp_path):
    import sqlite3

    from csat_lib.study import load_study
    from csat_lib.survey import load_survey

    root = tiny_project()
    study = next(path.parent for path in root.glob("params/*/study.yaml"))
    from_file = load_survey(load_study(study.name, root=root))
    raw = pd.read_csv(load_study(study.name, root=root).paths.data(), dtype=str, keep_default_na=False)
    period = load_study(study.name, root=root).period.name
    base = tmp_path / "answers.db"
    with sqlite3.connect(base) as connection:
        raw.assign(wave=period).to_sql("answers", connection, index=False)
    monkeypatch.setenv("CSAT_SQL_URL", f"sqlite:///{base}")
    settings = study / "study.yaml"
    text = settings.read_text(encoding="utf-8")
    query = "select * from answers where wave = '{period}'"
    settings.write_text(f'{text}queries: {{customers: "{query}"}}\n', encoding="utf-8")
    from_base = load_survey(load_study(study.name, root=root))
    pd.testing.assert_frame_equal(from_base.responses, from_file.responses)
    assert from_base.origin.layout == "sql"
