"""What single weights do."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from csat_lib.errors import DataError, ParamsError
from csat_lib.index import break_even, effective_importance, leave_one_out, tornado

WEIGHTS = {"a": 0.5, "b": 0.3, "c": 0.2}
SCORES = pd.DataFrame({"a": [80.0, 60.0], "b": [50.0, 70.0], "c": [40.0, 90.0]}, index=["x", "y"])


def test_a_tornado_by_hand():
    found = tornado(SCORES, WEIGHTS, step=0.1)
    x = found[found["unit"] == "x"].set_index("indicator")
    # Index 40 + 15 + 8 = 63; a at .55 leaves .45 for b and c, which stay 3 : 2, so .27 and .18.
    assert x.loc["a", "estimate"] == pytest.approx(63, abs=1e-12)
    assert x.loc["a", "high"] == pytest.approx(0.55 * 80 + 0.27 * 50 + 0.18 * 40, abs=1e-12)
    assert x.loc["a", "low"] == pytest.approx(0.45 * 80 + 0.33 * 50 + 0.22 * 40, abs=1e-12)
    # Bars of 2 x .1 x w |x - mean of the others|: a .1 x 34, c .04 x 28.75, b .06 x 18.57.
    assert x["swing"].to_dict() == pytest.approx({"a": 0.1 * (80 - 46), "c": 0.04 * 28.75, "b": 0.06 * (480 / 7 - 50)}, abs=1e-10)
    assert x.index.tolist() == ["a", "c", "b"]
    assert x["swing"].is_monotonic_decreasing
    # Units in the order given, whole tables and nothing beside them.
    assert found["unit"].tolist() == ["x"] * 3 + ["y"] * 3
    assert tornado(SCORES.loc[["y", "x"]], WEIGHTS, step=0.1)["unit"].tolist() == ["y"] * 3 + ["x"] * 3
    assert list(found.columns) == ["unit", "indicator", "weight", "estimate", "low", "high", "swing"]
    assert found.index.tolist() == list(range(6))


def test_a_tornado_of_a_change_is_about_the_difference_of_two_waves():
    found = tornado(SCORES, WEIGHTS, step=0.1, compare=("x", "y")).set_index("indicator")
    both = tornado(SCORES, WEIGHTS, step=0.1).set_index(["unit", "indicator"])
    for name in WEIGHTS:
        for end in ("estimate", "low", "high"):
            assert found.loc[name, end] == pytest.approx(both.loc[("y", name), end] - both.loc[("x", name), end], abs=1e-12)
    assert set(found["unit"]) == {"x -> y"}


def test_a_weight_that_would_reach_one_is_refused():
    with pytest.raises(ParamsError, match="a: a weight 10% higher would leave nothing for the others"):
        tornado(SCORES[["a", "b"]], {"a": 0.95, "b": 0.05}, step=0.1)
    with pytest.raises(ParamsError, match="step=10: expected a share"):
        tornado(SCORES, WEIGHTS, step=10)
    with pytest.raises(ParamsError, match="no unit 'z'"):
        tornado(SCORES, WEIGHTS, compare=("x", "z"))


def test_at_the_break_even_weight_the_two_units_tie():
    found = break_even(SCORES, WEIGHTS, "x", "y").set_index("indicator")
    for name, row in found.iterrows():
        v = row["break_even"]
        changed = {other: v if other == name else (1 - v) * WEIGHTS[other] / (1 - WEIGHTS[name]) for other in WEIGHTS}
        assert sum(changed.values()) == pytest.approx(1)
        index = SCORES @ pd.Series(changed)
        assert index["x"] == pytest.approx(index["y"], abs=1e-10)
    # By hand for a: d = 20, the others' mean difference (.3 x -20 + .2 x -50) / .5 = -32, so v = 32 / 52.
    assert found.loc["a", "break_even"] == pytest.approx(32 / 52, abs=1e-12)


@pytest.mark.parametrize("order", [["a", "b", "c"], ["c", "b", "a"], ["b", "c", "a"]])
def test_a_tie_without_an_indicator_is_a_swap_at_weight_zero_whatever_the_rounding(order):
    # Without b the units tie, .5 x 20 = .2 x 50, so b decides alone and they swap where its weight is 0.
    found = break_even(SCORES[order], WEIGHTS, "x", "y").set_index("indicator").loc["b"]
    assert found["break_even"] == pytest.approx(0, abs=1e-12)
    assert found["verdict"] == "swap"


def test_a_unit_that_is_better_everywhere_never_swaps():
    found = break_even(SCORES + pd.DataFrame({name: [100.0, 0.0] for name in WEIGHTS}, index=["x", "y"]), WEIGHTS, "x", "y")
    assert found["verdict"].tolist() == ["never"] * 3
    assert found["break_even"].isna().all()


def test_leaving_an_indicator_out_is_the_index_without_it():
    rng = np.random.default_rng(7)
    scores = pd.DataFrame(rng.normal(70, 8, (15, 3)), columns=list("abc"))
    found = leave_one_out(scores, WEIGHTS)
    full = stats.rankdata(-(scores @ pd.Series(WEIGHTS)), method="min")
    for name, left_out in WEIGHTS.items():
        rest = pd.Series({other: weight / (1 - left_out) for other, weight in WEIGHTS.items() if other != name})
        own = found.units[found.units["indicator"] == name]
        np.testing.assert_allclose(own["estimate"], scores[rest.index] @ rest, rtol=1e-12)
        rank = stats.rankdata(-(scores[rest.index] @ rest), method="min")
        assert own["shift"].tolist() == (rank - full).tolist()
        told = found.indicators.set_index("indicator").loc[name]
        assert told["mean_rank_shift"] == pytest.approx(np.abs(rank - full).mean())
        assert told["kendall"] == pytest.approx(stats.kendalltau(scores @ pd.Series(WEIGHTS), scores[rest.index] @ rest).statistic)
    with pytest.raises(ParamsError, match="One indicator holds all the weight"):
        leave_one_out(scores, {"a": 1.0, "b": 0.0, "c": 0.0})


def test_importance_of_uncorrelated_indicators_is_their_squared_weight_times_variance():
    # A 2 x 2 x 2 design: three uncorrelated columns with standard deviations 1, 2 and 3 (Paruolo et al. 2013, linear case).
    design = pd.DataFrame([[a, b, c] for a in (-1, 1) for b in (-2, 2) for c in (-3, 3)], columns=list("abc"), dtype=float)
    found = effective_importance(design, WEIGHTS).set_index("indicator")
    parts = np.array([0.5 * 1, 0.3 * 2, 0.2 * 3]) ** 2
    np.testing.assert_allclose(found["estimate"], parts / parts.sum(), rtol=1e-12)
    np.testing.assert_allclose(found["share"], parts / parts.sum(), rtol=1e-12)


def test_importance_is_the_squared_correlation_with_the_index():
    rng = np.random.default_rng(7)
    scores = pd.DataFrame(rng.normal(70, 8, (30, 3)), columns=list("abc"))
    found = effective_importance(scores, WEIGHTS).set_index("indicator")
    for name in WEIGHTS:
        assert found.loc[name, "estimate"] == pytest.approx(np.corrcoef(scores[name], scores @ pd.Series(WEIGHTS))[0, 1] ** 2, rel=1e-10)
    with pytest.raises(DataError, match="the same for every unit"):
        effective_importance(pd.DataFrame({"a": [1.0] * 3, "b": [1.0] * 3, "c": [1.0] * 3}), WEIGHTS)
