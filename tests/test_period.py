"""The five forms of a period, and what is said of everything else."""

from __future__ import annotations

import datetime as dt

import pytest

from csat_lib.errors import ParamsError
from csat_lib.study import parse_period

FIELDWORK = (dt.date(2026, 8, 3), dt.date(2026, 8, 9))


@pytest.mark.parametrize(
    ("name", "kind", "start", "end"),
    [
        ("2026Q3", "quarter", "2026-07-01", "2026-09-30"),
        ("2026Q1", "quarter", "2026-01-01", "2026-03-31"),
        ("2026-09", "month", "2026-09-01", "2026-09-30"),
        ("2024-02", "month", "2024-02-01", "2024-02-29"),
        ("2026H1", "half", "2026-01-01", "2026-06-30"),
        ("2026H2", "half", "2026-07-01", "2026-12-31"),
        ("2026", "year", "2026-01-01", "2026-12-31"),
        (2015, "year", "2015-01-01", "2015-12-31"),
    ],
)
def test_a_period_knows_its_first_and_last_day(name, kind, start, end):
    period = parse_period(name)
    assert (period.name, period.kind, str(period.start), str(period.end)) == (str(name), kind, start, end)


def test_a_special_survey_lasts_as_long_as_its_fieldwork():
    period = parse_period("special-returns", fieldwork=FIELDWORK)
    assert (period.kind, period.start, period.end) == ("special", *FIELDWORK)


def test_a_special_survey_without_fieldwork_says_what_it_needs():
    with pytest.raises(ParamsError, match=r"special-returns: a special survey needs fieldwork: \{start: \.\.\., end: \.\.\.\}"):
        parse_period("special-returns")


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("2026q3", "2026Q3"),
        ("2026-Q3", "2026Q3"),
        ("2026 Q3", "2026Q3"),
        ("2026Q03", "2026Q3"),
        ("2026-9", "2026-09"),
        ("2026/09", "2026-09"),
        ("202609", "2026-09"),
        ("2026h1", "2026H1"),
        ("2026Q3\n", "2026Q3"),
    ],
)
def test_a_near_miss_is_told_the_form_it_meant(name, nearest):
    with pytest.raises(ParamsError, match=f"Did you mean '{nearest}'\\? Expected 2026Q3, 2026-09, 2026H1, 2026 or special-<name>"):
        parse_period(name)


@pytest.mark.parametrize(
    "name",
    ["2026Q5", "2026-13", "2026H3", "0001", "3026", "26Q3", "../../x", "CON", "nul", "", "special-", "Special-x", "special-../x", "Q3"],
)
def test_what_is_no_period_is_refused_without_a_guess(name):
    with pytest.raises(ParamsError, match="is not a period") as refused:
        parse_period(name, fieldwork=FIELDWORK)
    assert "Did you mean" not in str(refused.value)


@pytest.mark.parametrize("name", [True, 2026.0, None, ["2026Q3"]])
def test_only_words_and_whole_numbers_name_a_period(name):
    with pytest.raises(ParamsError, match="is not a period"):
        parse_period(name)


def test_an_endless_name_is_refused_in_a_short_sentence():
    for name in ("x" * 100_000, "special-" + "x" * 100_000, "2026" * 10_000):
        with pytest.raises(ParamsError) as refused:
            parse_period(name, fieldwork=FIELDWORK)
        assert len(str(refused.value)) < 300


@pytest.mark.parametrize(("name", "before"), [("2026Q3", "2025Q3"), ("2026-01", "2025-01"), ("2026H2", "2025H2"), ("2026", "2025")])
def test_the_year_before_keeps_the_form(name, before):
    assert parse_period(name).year_before() == before


def test_a_special_survey_has_no_year_before():
    assert parse_period("special-returns", fieldwork=FIELDWORK).year_before() == ""
