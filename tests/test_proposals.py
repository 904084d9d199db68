"""Proposals for themes: alike comments come together, the same every time, masked."""

from __future__ import annotations

import pandas as pd
import pytest

from csat_lib.errors import DataError, ParamsError
from csat_lib.simulate import DEMO, interview
from csat_lib.simulate.company import SEED
from csat_lib.voice import group_comments, known_names, propose_themes, purity, read_themes


@pytest.fixture(scope="module")
def comments():
    """Comments of one theme each, with it."""
    waves = [interview(DEMO, period, seed=SEED) for period in ("2026Q1", "2026Q2", "2026Q3")]
    both = pd.concat([wave.answers[["comment"]].assign(theme=wave.people["themes"]) for wave in waves], ignore_index=True)
    return both[(both["comment"] != "") & ~both["theme"].str.contains(";")]


@pytest.mark.parametrize(("language", "least"), [("zh", 0.45), ("en", 0.55)])
def test_groups_are_purer_than_chance_by_far(root, comments, language, least):
    ignore = read_themes(root / "params" / "demo" / "themes.yaml").ignore[language]
    groups = group_comments(comments["comment"], seed=1, count=12, language=language, ignore=ignore)
    truth = comments["theme"].loc[groups.index].str[1:]
    # Measured over six quarters: .54 in Chinese, .66 in English; the largest theme has .11 of the comments.
    assert purity(groups["group"].tolist(), truth.tolist()) > least
    assert truth.value_counts(normalize=True).max() < 0.2


def test_the_same_seed_gives_the_same_proposals(comments):
    first, second = (propose_themes(comments["comment"], seed=3, language="zh") for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
    assert set(first["rank"]) == {1, 2, 3, 4, 5}
    assert first["n"].is_monotonic_decreasing


def test_the_comments_shown_are_masked():
    texts = pd.Series([f"Anne Smith said the escalator is broken again, call 1380013{number:04d}" for number in range(30)])
    table = propose_themes(texts, seed=1, count=1, names=known_names(["Anne Smith"]))
    shown = " ".join([*table["comment"], *table["words"]])
    assert len(table)
    assert "1380013" not in shown
    assert "Anne" not in shown
    assert "anne" not in shown


def test_too_few_comments_propose_nothing():
    assert propose_themes(pd.Series(["too slow"] * 19), seed=1).empty
    assert propose_themes(pd.Series(["👍"] * 100 + [""] * 10), seed=1, language="zh").empty


def test_comments_without_common_wording_are_refused_by_name():
    letters = "abcdefghijklmnopqrstuvwxyz"
    with pytest.raises(DataError, match="nothing to group"):
        propose_themes(pd.Series([f"{each}{each}{each}q{each}" for each in letters]), seed=1)


def test_a_seed_that_is_none_is_refused():
    with pytest.raises(ParamsError, match="seed"):
        propose_themes(pd.Series(["a"]), seed=-1)


def test_purity_needs_both_labels():
    assert purity([1, 1, 2], ["a", "a", "b"]) == 1
    with pytest.raises(DataError, match="2 groups and 1 labels"):
        purity([1, 2], ["a"])
