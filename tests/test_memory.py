"""Results kept for forks: only for the same arguments, as copies, and never what warned, logged or failed."""

from __future__ import annotations

import logging
import warnings

import numpy as np
import pandas as pd
import pytest

from csat_lib.stats import memory
from csat_lib.stats.memory import forget, keeping, remembered

CALLS: list[str] = []


@remembered
def means(frame, *, scale=1.0, trouble=""):
    """The function under test; counts how often it works."""
    CALLS.append("means")
    if trouble == "warns":
        warnings.warn("thin", stacklevel=2)
    if trouble == "logs":
        logging.getLogger("csat_lib.tests").warning("thin")
    if trouble == "fails":
        raise ValueError("thin")
    return (frame.mean() * scale).to_frame("mean")


@remembered
def other(frame):
    """Another function of the same arguments."""
    CALLS.append("other")
    return frame


@pytest.fixture(autouse=True)
def nothing_kept():
    forget()
    CALLS.clear()
    yield
    forget()


@pytest.fixture
def frame():
    return pd.DataFrame({"a": [1.0, 2.0, np.nan], "b": ["x", "y", None]})[["a"]]


def test_nothing_is_kept_unless_it_is_asked_for(frame):
    means(frame)
    means(frame)
    assert CALLS == ["means", "means"]


def test_the_same_call_is_recalled_and_equal(frame):
    with keeping():
        first = means(frame)
    pd.testing.assert_frame_equal(means(frame.copy()), first)
    assert CALLS == ["means"]


@pytest.mark.parametrize(
    "change",
    [
        lambda frame: means(frame + 1e-15),
        lambda frame: means(frame.set_index(pd.Index([5, 6, 7]))),
        lambda frame: means(frame, scale=2.0),
        lambda frame: means(frame.rename(columns={"a": "c"})),
        lambda frame: means(frame.astype({"a": "float32"})),
        other,
    ],
    ids=["a bit of a number", "the index", "an argument", "a name", "a type", "the function"],
)
def test_whatever_differs_is_computed_anew(frame, change):
    with keeping():
        means(frame)
    change(frame)
    assert len(CALLS) == 2


def test_changing_what_came_back_or_went_in_changes_no_later_answer(frame):
    with keeping():
        first = means(frame)
        expected = first.copy()
        first.loc["a", "mean"] = -1.0
        second = means(frame)
        second.loc["a", "mean"] = -2.0
    pd.testing.assert_frame_equal(means(frame), expected)
    frame.loc[0, "a"] = 100.0
    assert means(frame).loc["a", "mean"] == 51.0


@pytest.mark.parametrize("trouble", ["warns", "logs"])
def test_what_warned_or_logged_does_so_again(frame, trouble, recwarn, caplog):
    with keeping():
        means(frame, trouble=trouble)
    recwarn.clear()
    caplog.clear()
    means(frame, trouble=trouble)
    assert len(CALLS) == 2
    assert len(recwarn) + len(caplog.records) == 1


def test_what_failed_fails_again(frame):
    for _ in range(2):
        with keeping(), pytest.raises(ValueError, match="thin"):
            means(frame, trouble="fails")
    assert len(CALLS) == 2


def test_arguments_that_have_no_content_are_no_key():
    @remembered
    def called(function):
        CALLS.append("called")
        return function()

    with keeping():
        assert called(lambda: 1) == 1
        assert called(lambda: 2) == 2
    assert len(CALLS) == 2


def test_the_oldest_goes_when_there_is_too_much(frame, monkeypatch):
    with keeping():
        means(frame)
        monkeypatch.setattr(memory, "MOST", 1 + max(map(len, memory._KEPT.values())))
        means(frame, scale=2.0)
        means(frame, scale=2.0)
    assert len(CALLS) == 2
    means(frame)
    assert len(CALLS) == 3
