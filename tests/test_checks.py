"""Checks report everything and decide nothing: counts and rows as a person counts them."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from csat_lib.errors import DataError
from csat_lib.study import Item, Text
from csat_lib.survey import Finding, Findings
from csat_lib.survey.checks import (
    check_answers,
    check_dates,
    check_directions,
    check_duplicates,
    check_duration,
    check_ids,
    check_range,
    check_weights,
)
from csat_lib.survey.columns import Rule, broken

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


def test_a_straight_line_is_looked_for_among_items_that_share_a_scale():
    scales = {**dict.fromkeys("abcde", (1.0, 10.0)), **dict.fromkeys("fghij", (1.0, 5.0)), "k": (0.0, 1.0)}
    rows = [[7] * 5 + [1, 2, 3, 4, 5, 0], [7, 7, 7, 7, 6] + [4] * 5 + [1], [7, 7, 7, 7, 6, 4, 4, 4, 4, 5, 1], [3] * 10 + [0]]
    assert found(check_answers(responses(rows, "abcdefghijk"), scales)) == {"straight_lined": ("note", 3, (2, 3, 5))}


def test_equal_rows_are_counted_beyond_the_first():
    frame = pd.DataFrame({"a": list("xyxxz"), "b": list("11112")}, index=range(2, 7))
    (finding,) = check_duplicates(frame)
    assert (finding.rule, finding.severity, finding.n, finding.rows, finding.done) == ("duplicate_rows", "note", 2, (4, 5), "kept")
    assert "(3 rows in all)" in finding.detail
    assert found(check_duplicates(frame.iloc[:2])) == {}


def test_all_rules_of_all_columns_are_told_at_once():
    frame = pd.DataFrame({"a": [1.0, 9, np.nan, 9], "b": [0.0, 2, 2, 2], "c": [1.0, 1, 1, 1]}, index=[7, 7, 8, 9])
    small, even = Rule("small", lambda x: x.isna() | (x < 5)), Rule("even", lambda x: x.isna() | (x % 2 == 0))
    seen = broken(frame, {"a": [small, even], "b": [Rule("positive", lambda x: x > 0)], "c": [small]})
    assert {key: mask.tolist() for key, mask in seen.items()} == {
        ("a", "small"): [False, True, False, True],
        ("a", "even"): [True, True, False, True],
        ("b", "positive"): [True, False, False, False],
    }


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


@pytest.mark.parametrize("seed", range(20))
def test_answers_at_random_run_against_nothing(seed):
    answers = pd.DataFrame(np.random.default_rng(seed).integers(1, 6, (60, 8)), columns=list("abcdefgh"), dtype=float)
    items = {name: Item(name, name, Text(), Text(), 1, 5, {}, {}) for name in answers}
    assert list(check_directions(answers, items, {"first": tuple("abc")})) == []


def test_an_item_against_the_others_is_named_in_its_construct_and_a_yes_or_no_is_left_alone():
    rng = np.random.default_rng(1)
    liking = rng.normal(0, 1, (200, 1))
    answers = pd.DataFrame(np.clip(np.rint(3 + liking + rng.normal(0, 0.7, (200, 6))), 1, 5), columns=list("abcdef"))
    answers["b"], answers["f"] = 6 - answers["b"], 2 - (answers["f"] > 3)
    answers.loc[:20, "c"] = np.nan
    items = {name: Item(name, name, Text(), Text(), 1, 2 if name == "f" else 5, {}, {}) for name in answers}
    for blocks, others in (({"first": tuple("abc")}, "of its construct"), ({}, "the other rated items"), ({"small": ("a", "b")}, "rated")):
        (finding,) = check_directions(answers, items, blocks)
        assert (finding.rule, finding.severity, finding.column, finding.n) == ("reversed_scale", "warning", "b", 200)
        assert others in finding.detail


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


def test_a_notebook_shows_what_is_published():
    findings = Findings.of([Finding("not_a_number", "warning", "q", 1, "q: 'call me at 555-0100' (1 times)", (7,))], file="wave.csv")
    shown = findings._repr_html_()
    assert "555" not in shown
    assert "not_a_number" in shown
    assert findings.table["file"].tolist() == ["wave.csv"]
    assert "555-0100" in findings.table["detail"].iloc[0]


def test_an_error_is_refused_whatever_else_would_have_been_done():
    table = Findings.of([Finding("a", "error", "", 1, "one", done="counted as missing"), Finding("b", "note", "", 1, "two")]).table
    assert table["done"].tolist() == ["refused", "kept"]


def test_strict_mode_tells_warnings_and_errors_but_no_notes():
    findings = Findings.of(
        [Finding("a", "error", "", 1, "first"), Finding("b", "warning", "", 1, "mild"), Finding("c", "note", "", 1, "third")]
    )
    with pytest.raises(DataError) as refused:
        findings.raise_if_failed("wave.csv", mode="strict")
    assert str(refused.value) == "wave.csv: first\nwave.csv: mild"


@pytest.mark.parametrize(
    ("answers", "seen"),
    [(range(1, 6), 1), (range(1, 11), 0), (range(1, 7), 0)],
    ids=["five points on a scale of ten", "the whole scale", "more than half of it"],
)
def test_a_period_on_a_shorter_scale_is_told(answers, seen):
    frame = pd.DataFrame({"q": np.resize(np.array(answers, dtype=float), 120)})
    found = list(check_range(frame, {"q": (1.0, 10.0)}))
    assert len(found) == seen
    assert all("no answer above 5 on the scale 1-10" in each.detail for each in found)


def test_a_few_low_answers_are_no_other_scale():
    assert list(check_range(pd.DataFrame({"q": [1.0, 2.0, 3.0]}), {"q": (1.0, 10.0)})) == []
