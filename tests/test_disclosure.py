"""Small groups are hidden, and with them what would give them away."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csat_lib.errors import DataError
from csat_lib.report.disclosure import protect


def by_region(**n):
    return pd.DataFrame(
        {
            "segment": list(n),
            "construct": "satisfaction",
            "estimate": np.linspace(60, 80, len(n)),
            "std_error": 1.0,
            "conf_low": 58.0,
            "conf_high": 82.0,
            "n": list(n.values()),
            "verdict": "ok",
        }
    )


def hidden(frame):
    return set(frame.loc[frame["suppressed"], "segment"])


@pytest.mark.parametrize("n", [1, 3, 9])
def test_a_small_group_loses_everything_but_its_name(n):
    shown = protect(by_region(all=900, north=400, east=300, isles=n), below=10)
    row = shown.set_index("segment").loc["isles"]
    assert row[["estimate", "std_error", "conf_low", "conf_high", "n", "verdict"]].isna().all()
    assert row["construct"] == "satisfaction"


def test_one_hidden_group_takes_the_next_smallest_along():
    assert hidden(protect(by_region(all=900, north=400, east=300, west=40, isles=4), below=10)) == {"isles", "west"}


def test_two_hidden_groups_that_are_large_enough_together_need_no_third():
    assert hidden(protect(by_region(all=900, north=400, a=6, b=7), below=10)) == {"a", "b"}


def test_two_hidden_groups_that_are_small_together_take_a_third():
    assert hidden(protect(by_region(all=900, north=400, east=30, a=2, b=3), below=10)) == {"a", "b", "east"}


def test_an_empty_group_reveals_nobody():
    assert hidden(protect(by_region(all=700, north=400, east=300, isles=0), below=10)) == {"isles"}


def test_the_total_is_never_hidden_for_a_part():
    assert "all" not in hidden(protect(by_region(all=12, north=8, isles=4), below=10))


def test_each_construct_is_a_margin_of_its_own():
    other = by_region(all=900, north=400, east=300, isles=90).assign(construct="loyalty")
    shown = protect(pd.concat([by_region(all=900, north=400, east=300, isles=4), other]), below=10)
    assert set(shown.loc[shown["suppressed"], "construct"]) == {"satisfaction"}


def test_protecting_twice_changes_nothing():
    once = protect(by_region(all=900, north=400, east=300, west=40, isles=4), below=10, flag_below=50)
    pd.testing.assert_frame_equal(protect(once, below=10, flag_below=50), once)


def test_a_frame_without_counts_and_the_callers_frame_stay_as_they_are():
    frame = by_region(all=900, isles=4)
    before = frame.copy()
    protect(frame, below=10)
    pd.testing.assert_frame_equal(frame, before)
    assert "suppressed" not in protect(frame.drop(columns="n"), below=10)


def test_small_groups_that_may_be_shown_are_flagged_by_n_and_by_effective_n():
    frame = by_region(all=900, north=10, east=29, west=30).assign(n_effective=[800, 10, 29, 22])
    shown = protect(frame, below=10, flag_below=30)
    assert shown["small_base"].tolist() == [False, True, True, True]


def test_a_base_that_does_not_count_is_refused():
    with pytest.raises(DataError, match="'n' must count respondents"):
        protect(by_region(all=900).assign(n="many"), below=10)


@settings(deadline=None, derandomize=True, database=None)
@given(st.lists(st.integers(0, 60), min_size=2, max_size=8))
def test_nobody_can_subtract_a_small_group_from_the_total(counts):
    names = [f"s{place}" for place in range(len(counts))]
    shown = protect(by_region(all=sum(counts) + 100, **dict(zip(names, counts, strict=True))), below=10)
    parts = shown[shown["segment"] != "all"]
    gone = [n for n, closed in zip(counts, parts["suppressed"], strict=True) if closed]
    assert all(n >= 10 for n, closed in zip(counts, parts["suppressed"], strict=True) if not closed)
    people = [n for n in gone if n > 0]
    assert not people or parts["suppressed"].all() or (len(people) >= 2 and sum(people) >= 10)
