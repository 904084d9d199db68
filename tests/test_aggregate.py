"""From companies to the nation: the definition by hand, invariances, carried-forward figures, refusals by name."""

import numpy as np
import pandas as pd
import pytest
from known_models import golden

from csat_lib.errors import DataError, ParamsError
from csat_lib.index import aggregate, roll_forward

# Two sectors. Transport: airlines (two companies and all others, revenue 50, 30, 20) and rail (one company), revenue 300 and 100.
# Food has a figure of its own. GDP shares 25 and 75.
SCORES = pd.DataFrame(
    [("Blue Air", 70.0, 1.0), ("Red Air", 60.0, 2.0), ("other airlines", 65.0, 3.0), ("Rail", 80.0, 1.5), ("Food", 78.0, 0.4)],
    columns=["unit", "estimate", "std_error"],
)
WEIGHTS = pd.DataFrame(
    [
        ("Blue Air", "airlines", 50.0),
        ("Red Air", "airlines", 30.0),
        ("other airlines", "airlines", 20.0),
        ("airlines", "transport", 300.0),
        ("Rail", "transport", 100.0),
        ("transport", "nation", 25.0),
        ("Food", "nation", 75.0),
    ],
    columns=["unit", "parent", "weight"],
)


def by_unit(**options):
    return aggregate(SCORES, WEIGHTS, **options).set_index("unit")


def test_every_level_is_the_weighted_mean_of_the_one_below():
    found = by_unit()
    # airlines .5*70 + .3*60 + .2*65 = 66; transport .75*66 + .25*80 = 69.5; nation .25*69.5 + .75*78 = 75.875
    assert found.loc[["airlines", "transport", "nation"], "estimate"].tolist() == pytest.approx([66.0, 69.5, 75.875], rel=1e-12)
    assert found.loc[["nation", "transport", "Food", "airlines", "Blue Air"], "level"].tolist() == [0, 1, 1, 2, 3]
    assert found.loc[["nation", "transport", "airlines", "Rail"], "units"].tolist() == [5, 4, 3, 1]


def test_errors_are_the_root_of_the_summed_squares():
    found = by_unit()
    airlines = 0.25 + 0.36 + 0.36  # (.5*1)^2 + (.3*2)^2 + (.2*3)^2
    transport = 0.5625 * airlines + (0.25 * 1.5) ** 2
    nation = 0.0625 * transport + (0.75 * 0.4) ** 2
    wanted = np.sqrt([airlines, transport, nation])
    assert found.loc[["airlines", "transport", "nation"], "std_error"].to_numpy() == pytest.approx(wanted, rel=1e-12)
    assert found.at["nation", "conf_high"] == pytest.approx(75.875 + 1.959963984540054 * wanted[2], rel=1e-12)
    assert found.at["nation", "conf_low"] == pytest.approx(75.875 - 1.959963984540054 * wanted[2], rel=1e-12)


def test_the_unit_of_the_weights_and_the_order_of_the_rows_do_not_matter():
    other = aggregate(SCORES[::-1], WEIGHTS[::-1].assign(weight=lambda frame: frame["weight"] * 1e6)).set_index("unit")
    pd.testing.assert_frame_equal(other.sort_index(), by_unit().sort_index(), rtol=1e-12)


def test_the_published_industries_of_equal_weight_average():
    # 78.29, 68.46, 61.34 and 75.17: their mean is 70.815; sd 16.17, 20.94, 27.51, 21.10 over n 1716, 1372, 1990, 2263
    table = golden("acsi_industries", "industries")
    measured = pd.DataFrame({"unit": table["industry"], "estimate": table["index"], "std_error": table["sd"] / np.sqrt(table["n"])})
    found = aggregate(measured, pd.DataFrame({"unit": table["industry"], "parent": "all", "weight": 1.0})).iloc[0]
    assert found["estimate"] == pytest.approx(70.815, abs=1e-9)
    variances = 16.17**2 / 1716, 20.94**2 / 1372, 27.51**2 / 1990, 21.10**2 / 2263
    assert found["std_error"] == pytest.approx(np.sqrt(sum(variances)) / 4, rel=1e-12)


def test_an_equal_score_everywhere_is_the_nations():
    assert aggregate(SCORES.assign(estimate=71.5), WEIGHTS)["estimate"].to_numpy() == pytest.approx(71.5, rel=1e-12)


def test_a_weight_of_zero_counts_for_nothing():
    weights = WEIGHTS.assign(weight=WEIGHTS["weight"].where(WEIGHTS["unit"] != "other airlines", 0.0))
    assert aggregate(SCORES, weights).set_index("unit").at["airlines", "estimate"] == pytest.approx((50 * 70 + 30 * 60) / 80)


def test_a_missing_score_is_refused_or_left_out_by_name():
    gappy = SCORES[SCORES["unit"] != "Red Air"]
    with pytest.raises(DataError, match=r"No score of Red Air.*missing='leave_out'"):
        aggregate(gappy, WEIGHTS)
    found = aggregate(gappy, WEIGHTS, missing="leave_out").set_index("unit")
    assert found.at["airlines", "estimate"] == pytest.approx((50 * 70 + 20 * 65) / 70)
    assert found.loc[["airlines", "transport", "nation"], "left_out"].tolist() == ["Red Air"] * 3
    assert np.isnan(found.at["Red Air", "estimate"])
    assert aggregate(SCORES.assign(estimate=SCORES["estimate"].where(SCORES["unit"] != "Red Air")), WEIGHTS, missing="leave_out").set_index(
        "unit"
    ).at["nation", "estimate"] == pytest.approx(found.at["nation", "estimate"])


def test_an_industry_without_any_score_is_left_out_as_a_whole():
    found = aggregate(SCORES[SCORES["unit"].isin(["Rail", "Food"])], WEIGHTS, missing="leave_out").set_index("unit")
    assert found.at["transport", "estimate"] == 80.0
    assert found.at["transport", "left_out"].startswith("airlines")


@pytest.mark.parametrize(
    ("unit", "column", "value", "message"),
    [
        ("Rail", "parent", "transprot", r"unknown parent 'transprot' of 'Rail'.*Did you mean 'transport'"),
        ("Rail", "parent", None, "'Rail' has no parent"),
        ("Rail", "weight", -1.0, r"Rail \(-1\): expected a number from 0 upward"),
        ("Rail", "weight", np.nan, r"Rail \(nan\): expected a number from 0 upward"),
        ("transport", "parent", "airlines", "the parents form a loop"),
        ("Rail", "unit", "Food", "weights: 'Food' stands there twice"),
        ("Rail", "unit", "Rails", "no weight for 'Rail', which has a score. Did you mean 'Rails'"),
    ],
)
def test_a_wrong_tree_is_refused_by_name(unit, column, value, message):
    weights = WEIGHTS.copy()
    weights.loc[weights["unit"] == unit, column] = value
    with pytest.raises(DataError, match=message):
        aggregate(SCORES, weights)


def test_wrong_scores_are_refused_by_name():
    more = pd.DataFrame([("airlines", 70.0, 1.0)], columns=SCORES.columns)
    with pytest.raises(DataError, match="'airlines' has a score of its own and units below it"):
        aggregate(pd.concat([SCORES, more]), WEIGHTS)
    with pytest.raises(DataError, match="Rail: a standard error is a number from 0 upward"):
        aggregate(SCORES.assign(std_error=SCORES["std_error"].where(SCORES["unit"] != "Rail", -1)), WEIGHTS)
    with pytest.raises(DataError, match=r"no column 'std_error'\. Did you mean 'std_err'"):
        aggregate(SCORES.rename(columns={"std_error": "std_err"}), WEIGHTS)
    with pytest.raises(DataError, match="the weights of Blue Air, Red Air, other airlines are all zero"):
        aggregate(SCORES, WEIGHTS.assign(weight=WEIGHTS["weight"].where(WEIGHTS["parent"] != "airlines", 0.0)))
    with pytest.raises(ParamsError, match="No rule for missing scores 'drop'"):
        aggregate(SCORES, WEIGHTS, missing="drop")


def test_new_figures_replace_the_last_and_the_rest_is_carried_forward_with_its_period():
    last = SCORES.assign(period="2025Q3")
    measured = pd.DataFrame([("Rail", 84.0, 1.2), ("Bus", 66.0, 2.0)], columns=SCORES.columns)
    found = roll_forward(last, measured, period="2026Q3").set_index("unit")
    assert found.loc["Rail"].tolist() == [84.0, 1.2, "2026Q3", "measured"]
    assert found.loc["Bus"].tolist() == [66.0, 2.0, "2026Q3", "new"]
    assert found.loc["Food"].tolist() == [78.0, 0.4, "2025Q3", "carried forward"]
    assert found.index.tolist() == [*SCORES["unit"], "Bus"]
    weights = pd.concat([WEIGHTS, pd.DataFrame([("Bus", "transport", 0.0)], columns=WEIGHTS.columns)])
    nation = aggregate(found.reset_index(), weights).set_index("unit").at["nation", "estimate"]
    assert nation == pytest.approx(75.875 + 0.25 * 0.25 * 4, rel=1e-12)


def test_figures_roll_over_several_quarters():
    first = roll_forward(SCORES.assign(period="2025Q3"), SCORES.iloc[:1].assign(estimate=71.0), period="2025Q4")
    second = roll_forward(first, SCORES.iloc[1:2].assign(estimate=61.0), period="2026Q1").set_index("unit")
    assert second.loc[["Blue Air", "Red Air", "Rail"], "period"].tolist() == ["2025Q4", "2026Q1", "2025Q3"]
    assert second.loc[["Blue Air", "Red Air"], "status"].tolist() == ["carried forward", "measured"]


def test_a_measured_unit_without_a_figure_is_refused():
    with pytest.raises(DataError, match="No score of Blue Air"):
        roll_forward(SCORES.assign(period="2025Q3"), SCORES.iloc[:1].assign(estimate=np.nan), period="2025Q4")


@pytest.mark.parametrize(
    ("scores", "weights", "told"),
    [
        ({}, {"weight": ["30", "x"]}, "weights: weight of b is 'x'; expected a number"),
        ({}, {"weight": pd.array([30, pd.NA], dtype="Int64")}, r"weights: b \(nan\): expected a number from 0 upward"),
        ({"estimate": ["80", "n/a"]}, {}, "scores: estimate of b is 'n/a'; expected a number"),
        ({"std_error": ["1", "?"]}, {}, r"scores: std_error of b is '\?'; expected a number"),
        ({"estimate": pd.array([80, pd.NA], dtype="Float64")}, {}, "No score of b"),
        ({"unit": [1, "1"]}, {"unit": ["1", "b"]}, "scores: '1' stands there twice"),
    ],
)
def test_what_is_no_number_is_refused_by_the_units_name(scores, weights, told):
    two = pd.DataFrame({"unit": ["a", "b"], "estimate": [80.0, 70.0], "std_error": [1.0, 2.0]}).assign(**scores)
    with pytest.raises(DataError, match=told):
        aggregate(two, pd.DataFrame({"unit": ["a", "b"], "parent": "x", "weight": [30, 10]}).assign(**weights))


def test_a_unit_left_out_counts_no_score():
    two = pd.DataFrame({"unit": ["a", "b"], "estimate": pd.array([80, pd.NA], dtype="Float64"), "std_error": [1.0, 2.0]})
    found = aggregate(two, pd.DataFrame({"unit": ["a", "b"], "parent": "x", "weight": [30, 10]}), missing="leave_out").set_index("unit")
    assert found["units"].to_dict() == {"x": 1, "a": 1, "b": 0}
    assert found.loc["x", ["estimate", "left_out"]].tolist() == [80.0, "b"]
