"""Checks report everything and decide nothing: counts and rows as a person counts them."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from csat_lib.errors import DataError
from csat_lib.survey import Finding, Findings
from csat_lib.survey.checks import check_answers, check_dates, check_duration, check_ids, check_weights

SEPTEMBER = (dt.date(2026, 9, 1), dt.date(2026, 9, 30))


def series(*values, name="x"):
    return pd.Series(values, index=range(2, len(values) + 2), name=name)


def found(findings):
    return {each.rule: (each.severity, each.n, each.rows) for each in findings}


def responses(rows, items="abcdef"):
    return pd.DataFrame(rows, columns=list(items), index=range(2, len(rows) + 2), dtype=float)


def test_one_answer_throughout_is_noted_and_few_answers_too():
    gaps = [np.nan] * 4
    rows = [[1, 2, 3, 4, 5, 1], [3, 3, 3, 3, 3, 3], [4, 4, *gaps], [2, 2, 2, 2, 2, np.nan], [np.nan, 1, *gaps]]
    seen = found(check_answers(responses(rows)))
    assert seen == {"straight_lined": ("note", 2, (3, 5)), "mostly_missing": ("note", 2, (4, 6))}


def test_few_items_make_no_straight_line():
    assert found(check_answers(responses([[3, 3, 3], [1, 2, 4]], "abc"))) == {}


def test_constant_and_unanswered_items_are_warned_of():
    findings = list(check_answers(responses([[1, np.nan, 5], [1, np.nan, 4]], "abc")))
    assert [(each.rule, each.severity, each.column, each.n) for each in findings] == [
        ("constant", "warning", "a", 2),
        ("all_missing", "warning", "b", 2),
    ]


def test_an_identical_respondent_is_noted_and_a_conflicting_one_an_error():
    answers = responses([[1, 2], [1, 2], [3, 4], [5, 4], [np.nan, 1], [np.nan, 1]], "ab")
    seen = found(check_ids(series("r1", "r1", "r2", "r2", "r3", "r3", name="who"), answers))
    assert seen["conflicting_ids"] == ("error", 1, (4, 5))
    assert seen["repeated_ids"] == ("note", 3, (2, 3, 4, 5, 6, 7))


def test_respondents_without_a_number_do_not_conflict():
    answers = responses([[1, 2], [3, 4], [5, 6]], "ab")
    assert found(check_ids(series(None, None, "r1"), answers)) == {}


def test_a_third_of_the_median_time_is_too_fast():
    assert found(check_duration(series(300.0, 310.0, 290.0, 300.0, 96.0, np.nan, 50.0))) == {"speeders": ("note", 2, (6, 8))}
    assert found(check_duration(series(300.0, 100.0, 300.0))) == {}
    assert found(check_duration(series(np.nan, np.nan))) == {}


@pytest.mark.parametrize(
    "day", ["2026-09-01", "2026-09-30", "2026-09-30T23:59:59", "2026-09-30 23:30:00+08:00", "2026-09-01T00:10:00.5+08:00", "20260915"]
)
def test_the_first_and_the_last_day_belong_to_the_fieldwork(day):
    assert found(check_dates(series("2026-09-10", day), *SEPTEMBER)) == {}


def test_interviews_outside_the_fieldwork_and_unreadable_dates_are_warned_of():
    dates = series("2026-08-31", "2026-09-15", "2026-10-01T00:00:00Z", "15.9.2026", None, "soon")
    assert found(check_dates(dates, *SEPTEMBER)) == {
        "outside_fieldwork": ("warning", 2, (2, 4)),
        "unread_date": ("warning", 2, (5, 7)),
    }


def test_no_date_at_all_is_no_fault():
    assert found(check_dates(series(None, None), *SEPTEMBER)) == {}


@pytest.mark.parametrize("weight", [-0.1, np.nan, np.inf])
def test_a_weight_that_cannot_be_used_is_an_error(weight):
    (finding,) = check_weights(series(1.0, weight, 1.0, name="weight"))
    assert (finding.rule, finding.severity, finding.n, finding.rows) == ("bad_weight", "error", 1, (3,))
    assert "(rows 3)" in finding.detail


def test_weights_that_are_all_zero_are_an_error():
    assert found(check_weights(series(0.0, 0.0)))["bad_weight"][:2] == ("error", 2)


def test_zero_and_extreme_weights_are_warned_of():
    seen = found(check_weights(series(0.0, 30.0, *[1.0] * 50)))
    assert seen == {"zero_weight": ("warning", 1, (2,)), "extreme_weight": ("warning", 1, (3,))}


def test_findings_come_errors_first_and_count_by_severity():
    findings = Findings.of(
        [Finding("a", "note", "", 1, "one"), Finding("b", "error", "q", 2, "two"), Finding("c", "warning", "", 3, "three")]
    )
    assert findings.table["rule"].tolist() == ["b", "c", "a"]
    assert (findings.count("error"), findings.count("warning"), findings.count("note")) == (1, 1, 1)


def test_every_error_is_told_and_no_warning():
    findings = Findings.of(
        [Finding("a", "error", "", 1, "first"), Finding("b", "warning", "", 1, "mild"), Finding("c", "error", "", 1, "second")]
    )
    with pytest.raises(DataError) as refused:
        findings.raise_if_failed("wave.csv")
    assert str(refused.value) == "wave.csv: first\nwave.csv: second"


def test_a_finding_keeps_at_most_twenty_rows_and_the_full_count():
    (row,) = Findings.of([Finding("a", "note", "", 500, "many", tuple(range(500)))]).table.itertuples()
    assert (row.n, len(row.rows)) == (500, 20)


def test_what_is_published_quotes_no_answer_and_no_row():
    quoting = Finding("not_a_number", "warning", "q", 1, "q: 'call me at 555-0100' (1 times)", (7,))
    published = Findings.of([quoting, Finding("constant", "warning", "q", 9, "q: all 9 answers are 5.")]).published()
    assert "555" not in published.to_csv()
    assert "rows" not in published.columns
    assert published["n"].tolist() == [1, 9]
