"""Times as registers hold them: the quick way of reading the usual forms gives what pandas gives, and nothing is guessed."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from csat_lib.survey import time_of

number = st.integers(0, 99)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.integers(1000, 9999), st.lists(number, min_size=5, max_size=5), st.sampled_from(["", " ", "T"]), st.booleans())
@example(2026, [2, 30, 0, 0, 0], "", False)
@example(2026, [7, 3, 24, 0, 0], " ", False)
@example(1600, [12, 31, 23, 59, 59], "T", True)
def test_the_usual_forms_are_read_as_pandas_reads_them(year, parts, between, seconds):
    month, day, hour, minute, second = parts
    text = f"{year}-{month:02}-{day:02}"
    if between:
        text += f"{between}{hour:02}:{minute:02}" + (f":{second:02}" if seconds else "")
    expected = pd.to_datetime(text, errors="coerce")
    found = time_of(text)
    assert (found is None) == pd.isna(expected)
    assert found is None or (found == expected and found.unit == expected.unit and found.tzinfo is None)


@pytest.mark.parametrize("text", ["03/07/2026", "3.7.2026", "2026-02-30", "2026-07-03 25:00", "20260703", "", "July", "2026-1-2-3-4"])
def test_what_cannot_be_read_for_certain_is_not_read(text):
    assert time_of(text) is None
