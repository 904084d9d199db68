"""Points that leaves add to the index, and to a change of it."""

import numpy as np
import pandas as pd
import pytest
from test_hierarchy_scores import frame, of, survey, tree

from csat_lib.errors import DataError, ParamsError
from csat_lib.index import change_between, change_contributions, contributions, tree_scores

# Sums of some hundred rounded products on a scale of 100.
EXACT = 1e-12 * 100


@pytest.mark.parametrize("missing", [0.0, 0.25])
def test_contributions_sum_exactly_to_the_index_in_every_segment(missing):
    both = survey(frame(missing=missing))
    found = contributions(both, tree(), by="region")
    scores = tree_scores(both, tree(), by="region")
    for segment, own in found.groupby("segment"):
        assert own["estimate"].sum() == pytest.approx(of(scores, "index", segment), abs=EXACT)
        assert own["realised_weight"].sum() == pytest.approx(1, abs=1e-12)
        assert own["above"].sum() == pytest.approx(0, abs=EXACT)
        assert own["lost"].sum() + own["estimate"].sum() == pytest.approx(100, abs=EXACT)


def test_with_complete_answers_a_contribution_is_weight_times_score():
    answers = frame()
    found = contributions(survey(answers), tree()).set_index("node")
    fit = np.average(100 * (answers["fit"] - 1) / 9, weights=answers["weight"])
    assert found.loc["fit", "estimate"] == pytest.approx(0.6 * 0.75 * fit, abs=1e-10)
    assert found.loc["fit", "realised_weight"] == pytest.approx(found.loc["fit", "effective_weight"], abs=1e-12)


@pytest.mark.parametrize("missing", [0.0, 0.25])
def test_contributions_to_a_change_sum_exactly_to_it(missing):
    waves = {"2026Q1": survey(frame(seed=1, missing=missing)), "2026Q2": survey(frame(seed=2, missing=missing / 2))}
    change = change_between(contributions(waves, tree()), "2026Q1", "2026Q2", along="period")
    index = tree_scores(waves, tree()).query("level == 1").set_index("period")["estimate"]
    assert change["estimate"].sum() == pytest.approx(index["2026Q2"] - index["2026Q1"], abs=EXACT)
    if missing == 0:
        assert change["weight_effect"].abs().max() < EXACT
        np.testing.assert_allclose(change["estimate"], change["after"] - change["before"], atol=EXACT)


def test_a_change_of_weights_alone_is_all_weight_effect():
    both = survey(frame())
    old, new = contributions(both, tree()), contributions(both, tree().with_equal_weights())
    change = change_contributions(old, new)
    assert change["score_effect"].abs().max() < EXACT
    assert change["weight_effect"].sum() == pytest.approx(new["estimate"].sum() - old["estimate"].sum(), abs=EXACT)


def test_segments_can_be_compared_and_unknown_ones_are_named():
    table = contributions(survey(frame(missing=0.1)), tree(), by="region")
    change = change_between(table, "north", "south")
    sums = table.groupby("segment")["estimate"].sum()
    assert change["estimate"].sum() == pytest.approx(sums["south"] - sums["north"], abs=EXACT)
    with pytest.raises(ParamsError, match=r"No segment 'west' in the table. There are: all, north, south"):
        change_between(table, "north", "west")
    with pytest.raises(ParamsError, match="along='period': the table is by segment"):
        change_between(table, "north", "south", along="period")


def test_rows_of_several_segments_are_refused():
    table = contributions(survey(frame()), tree(), by="region")
    with pytest.raises(DataError, match="before: expected the rows of one segment and one period; got 12 rows"):
        change_contributions(table, table)


def test_the_error_of_a_contribution_is_that_of_its_mean():
    answers = pd.DataFrame({"fit": [1.0, 10, 4, 7], "care": 5.0, "price": 5.0, "faults": 5.0, "region": "n", "weight": 1.0})
    found = contributions(survey(answers), tree()).set_index("node")
    assert found.loc["fit", "std_error"] == pytest.approx(0.45 * (100 * (answers["fit"] - 1) / 9).std(ddof=1) / 2, rel=1e-10)
    assert found.loc["care", "std_error"] == pytest.approx(0, abs=1e-12)
