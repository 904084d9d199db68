"""The rolling index and small bases."""

import numpy as np
import pandas as pd
import pytest

from csat_lib.errors import DataError
from csat_lib.tracking import rolling_index
from csat_lib.tracking.small_bases import bases_of, with_small_bases

WEIGHTS = pd.DataFrame({"unit": ["shops", "web", "hotline"], "parent": "company", "weight": [50, 30, 20]})


def test_measured_units_replace_their_last_figure_and_the_rest_is_carried():
    rows = [
        ("2026Q1", "shops", 70.0),
        ("2026Q1", "web", 80.0),
        ("2026Q2", "web", 84.0),
        ("2026Q3", "shops", 72.0),
        ("2026Q3", "hotline", 60.0),
    ]
    measured = pd.DataFrame(rows, columns=["period", "unit", "estimate"]).assign(std_error=1.0)
    found = rolling_index(measured, WEIGHTS).set_index("period")
    by_hand = [(50 * 70 + 30 * 80) / 80, (50 * 70 + 30 * 84) / 80, (50 * 72 + 30 * 84 + 20 * 60) / 100]
    assert found["estimate"].tolist() == pytest.approx(by_hand)
    assert found["std_error"].iloc[-1] == pytest.approx(np.sqrt(0.5**2 + 0.3**2 + 0.2**2))
    assert found[["measured", "carried"]].to_numpy().tolist() == [[2, 0], [1, 1], [2, 1]]
    assert found["oldest"].tolist() == ["2026Q1", "2026Q1", "2026Q2"]
    assert found["left_out"].tolist() == ["hotline", "hotline", ""]
    with pytest.raises(DataError, match="no column 'unit'"):
        rolling_index(measured.drop(columns="unit"), WEIGHTS)


def segments(sizes):
    table = pd.DataFrame({"segment": ["all", *sizes], "n": [sum(sizes.values()), *sizes.values()]})
    numbers = dict.fromkeys(["estimate", "std_error", "conf_low", "conf_high"], 70.0)
    return table.assign(period="2026", metric="index", n_effective=table["n"] * 0.8, **numbers)


@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [
        ({"a": 40, "b": 50}, []),
        ({"a": 9, "b": 50, "c": 60}, ["a", "b"]),
        ({"a": 12, "b": 50, "c": 60}, ["a", "b"]),  # 12 answers, but 9.6 effective ones
        ({"a": 8, "b": 9, "c": 60}, ["a", "b"]),
        ({"a": 2, "b": 3, "c": 60}, ["a", "b", "c"]),  # two hidden ones must hold ten answers together
        ({"a": 0, "b": 50, "c": 60}, ["a"]),  # nobody is no secret
    ],
)
def test_a_hidden_segment_cannot_be_worked_out_by_subtraction(sizes, hidden):
    found = with_small_bases(segments(sizes), bases_of("default")).set_index("segment")
    assert found.index[found["base"] == "suppressed"].tolist() == hidden
    assert found.loc[hidden, "estimate"].isna().all()
    assert found.loc["all", "estimate"] == 70
