"""Internal customers: the matrix against hand-worked numbers, its margins, its weak links, and what may not be shown."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from csat_lib.errors import DataError, NotInStudyError
from csat_lib.improvement import internal_customers, read_internal, weakest_links
from csat_lib.report import departments, open_page
from csat_lib.study import load_study

FILE = "rater_department,rated_department,score\n"


def ratings(pairs):
    return pd.DataFrame([(a, b, s) for (a, b), scores in pairs.items() for s in scores], columns=["rater", "rated", "score"])


def test_cells_and_margins_are_means_on_a_hundred():
    found = internal_customers(ratings({("a", "b"): [1, 10], ("b", "a"): [10, 10], ("a", "a"): [1, 1]}))
    cells = found.cells.set_index(["rater", "rated"])["estimate"]
    assert (cells["a", "b"], cells["b", "a"]) == (50, 100)
    assert ("a", "a") not in cells.index  # nobody rates himself
    assert found.received.set_index("department")["estimate"].to_dict() == {"a": 100, "b": 50}
    assert found.chain.set_index("department")["gap"].to_dict() == {"a": 50, "b": -50}
    assert found.overall == 75


def test_a_planted_weak_link_is_found_and_a_level_field_has_none():
    draw = np.random.default_rng(3)
    names, pairs = list("abcdefgh"), {}
    for rater in names:
        for rated in names:
            if rater != rated:
                level = 3.0 if (rater, rated) == ("a", "b") else 7.5
                pairs[rater, rated] = np.clip(np.round(level + draw.normal(0, 1.2, 6)), 1, 10)
    found = internal_customers(ratings(pairs))
    assert found.cells.loc[found.cells["verdict"] == "weak link", ["rater", "rated"]].to_numpy().tolist() == [["a", "b"]]
    assert weakest_links(found)["rated"].iloc[0] == "b"
    level = {key: np.clip(np.round(7.5 + draw.normal(0, 1.2, 6)), 1, 10) for key in pairs}
    assert not internal_customers(ratings(level)).cells["verdict"].isin(["weak link"]).any()


def test_ratings_of_a_pair_go_together_in_the_margin():
    # two raters, each unanimous: two opinions, however many ratings they gave
    few = internal_customers(ratings({("a", "c"): [4] * 3, ("b", "c"): [8] * 3})).received.set_index("department")
    many = internal_customers(ratings({("a", "c"): [4] * 30, ("b", "c"): [8] * 30})).received.set_index("department")
    assert many.loc["c", "std_error"] == pytest.approx(few.loc["c", "std_error"])


@pytest.fixture
def shop(tiny_project):
    def make(rows):
        data = FILE + "".join(f"{a},{b},{s}\n" for (a, b), scores in rows.items() for s in scores)
        return load_study("shop", "2026Q3", root=tiny_project(more={"data/shop/internal/2026Q3.csv": data}))

    return make


def test_small_cells_are_hidden_and_others_so_that_no_total_gives_them_away(shop):
    names = list("abcd")
    rows = {(a, b): [7, 8, 9, 7, 8, 9] for a in names for b in names if a != b}
    rows["a", "b"] = [2]
    study = shop(rows)
    shown = departments.matrix(open_page(study), study, departments.internal(study))
    hidden = shown[shown["suppressed"]]
    assert ("A", "B") in set(zip(hidden["rater"], hidden["rated"], strict=True))
    assert hidden[["estimate", "n"]].isna().all().all()
    assert (hidden.groupby("rater").size() > 1).all()
    assert (hidden.groupby("rated").size() > 1).all()


@pytest.mark.parametrize(("score", "said"), [("11", "row 3: score: expected a number from 1 to 10, got '11'"), ("good", "got 'good'")])
def test_a_score_off_the_scale_is_named_with_its_row(shop, score, said):
    with pytest.raises(DataError, match=said):
        read_internal(shop({("a", "b"): ["7", score]}))


def test_a_study_without_internal_ratings_says_so(tiny_project):
    with pytest.raises(NotInStudyError, match="departments have not rated each other"):
        departments.internal(load_study("shop", "2026Q3", root=tiny_project()))
