"""What if these drivers rose by these points, in these segments."""

import numpy as np
import pandas as pd
import pytest
from known_models import survey_of, truth

from csat_lib.drivers import levers, whatif
from csat_lib.errors import ModelError, ParamsError
from csat_lib.index import item_scores
from csat_lib.model import fit_pls, impacts
from csat_lib.simulate import responses

HOW = {"draws": 200, "seed": 1}


@pytest.fixture(scope="module")
def frame():
    frame = responses(truth(), 800, seed=61).clip(-4, 16)
    wifi = np.random.default_rng(62).normal(6.5, 1.7, 800).clip(-4, 16)
    return frame.assign(
        wifi=wifi, s1=(frame["s1"] + 0.3 * (wifi - 6.5)).clip(-4, 16), region=["n" if row % 4 else "s" for row in range(800)]
    )


@pytest.fixture(scope="module")
def survey(frame):
    return survey_of(frame, [*truth().structure.items, "wifi"], low=-4, high=16, roles={"region": "segment"})


@pytest.fixture(scope="module")
def fit(survey):
    return fit_pls(survey, truth().structure)


def test_one_driver_by_regression_is_its_lever(survey):
    found = whatif(survey, "s1", {"wifi": 5}, drivers=["q1"], **HOW)
    lever = levers(survey, "s1", ["wifi", "q1"], **HOW).set_index("driver").loc["wifi"]
    row = found.effects.iloc[0]
    assert (row["segment"], row["effect"], row["n"], row["verdict"]) == ("all", "s1", 800, "as asked")
    np.testing.assert_allclose(
        row[["estimate", "std_error", "conf_low", "conf_high"]].astype(float),
        lever[["estimate", "std_error", "conf_low", "conf_high"]].astype(float),
        rtol=1e-9,
    )


def test_several_changes_add_up_and_reach_satisfaction_loyalty_and_revenue(survey, fit):
    found = whatif(survey, "s1", {"quality": 4, "wifi": 2}, fit=fit, on=["satisfaction", "loyalty"], value={"loyalty": 1000.0}, **HOW)
    effects = found.effects.set_index("effect")
    for effect in ("satisfaction", "loyalty"):
        quality = impacts(fit, on=effect, points=4).set_index("cause").loc["quality", "estimate"]
        wifi = levers(survey, "s1", ["wifi"], points=2, fit=fit, on=effect, **HOW)["estimate"].iloc[0]
        assert effects.loc[effect, "estimate"] == pytest.approx(quality + wifi, rel=1e-9)
    np.testing.assert_allclose(
        effects.loc["revenue", ["estimate", "conf_low", "conf_high"]].astype(float),
        1000 * effects.loc["loyalty", ["estimate", "conf_low", "conf_high"]].astype(float),
        rtol=1e-9,
    )
    assert found.changes["basis"].tolist() == ["path model", "regression"]
    assert {"causal", "linear", "model", "regression", "money"} <= set(found.assumptions["assumption"])
    assert found.assumptions[["en", "zh"]].ne("").all(axis=None)


def test_a_change_in_one_segment_counts_by_its_share(survey, fit):
    everywhere = whatif(survey, "s1", {"quality": 4}, fit=fit, **HOW).effects["estimate"].iloc[0]
    found = whatif(survey, "s1", {"quality": 4}, fit=fit, by="region", segments=["s"], **HOW).effects.set_index("segment")
    assert found.loc["s", "estimate"] == pytest.approx(everywhere, rel=1e-9)
    assert found.loc["all", "estimate"] == pytest.approx(everywhere / 4, rel=1e-9)
    assert found["n"].to_dict() == {"all": 800, "s": 200}
    both = whatif(survey, "s1", {"quality": 4}, fit=fit, by="region", **HOW).effects.set_index("segment")
    assert both.loc["all", "estimate"] == pytest.approx(everywhere, rel=1e-9)


def test_a_driver_near_the_end_of_its_scale_is_capped_and_said_so(frame):
    high = frame.assign(wifi=np.where(frame["region"] == "s", 15.0, 10.0) + np.random.default_rng(1).uniform(-1, 1, 800))
    survey = survey_of(high, ["s1", "wifi"], low=-4, high=16, roles={"region": "segment"})
    found = whatif(survey, "s1", {"wifi": 10}, by="region", **HOW)
    now = item_scores(survey, ["wifi"], by="region").set_index("segment")["estimate"]
    changes = found.changes.set_index("segment")
    assert changes["verdict"].to_dict() == {"n": "as asked", "s": "capped at the end of the scale"}
    assert changes.loc["s", "points"] == pytest.approx(100 - now["s"])
    assert changes.loc["n", "points"] == 10


def test_an_effect_cannot_leave_the_scale_either():
    draw = np.random.default_rng(9)
    x = draw.uniform(0, 60, 300)
    frame = pd.DataFrame({"x": x, "y": 65 + 0.55 * x})
    survey = survey_of(frame, ["x", "y"], low=0, high=100)
    found = whatif(survey, "y", {"x": 60}, **HOW).effects.iloc[0]
    assert found["estimate"] == pytest.approx(100 - frame["y"].mean())
    assert found["verdict"] == "capped at the end of the scale"
    assert found["conf_high"] <= 100 - frame["y"].mean() + 1e-9


def test_requests_that_cannot_be_met_are_refused_by_name(survey, fit):
    for options, message in (
        ({"changes": {}}, "name at least one driver"),
        ({"changes": {"wifi": float("nan")}}, "wifi: expected a number"),
        ({"changes": {"wifi": 5}, "on": ["loyalty"]}, "needs the path model"),
        ({"changes": {"wifi": 5}, "segments": ["s"]}, "segments= needs by="),
        ({"changes": {"wifi": 5}, "by": "region", "segments": ["x"]}, "No segment 'x' in region"),
        ({"changes": {"wifi": 5}, "by": "regoin"}, "No segment 'regoin' in the survey"),
        ({"changes": {"wifi": 5}, "value": {"loyalty": 1.0}}, "value: 'loyalty' is not one of the effects asked for"),
        ({"changes": {"wifi": 5}, "value": {"s1": 1.0, "s2": 2.0}}, "several would count the same money twice"),
    ):
        with pytest.raises(ParamsError, match=message):
            whatif(survey, "s1", **{**HOW, **options})
    with pytest.warns(UserWarning, match="no path leads from loyalty"), pytest.raises(ModelError, match="l1 cannot move satisfaction"):
        whatif(survey, "s1", {"l1": 5, "wifi": 1}, fit=fit, **HOW)


def test_nothing_in_the_tables_is_missing(survey, fit):
    found = whatif(survey, "s1", {"quality": 4, "wifi": 2}, fit=fit, on=["loyalty"], by="region", value={"loyalty": 5.0}, **HOW)
    for table in (found.effects, found.changes, found.assumptions):
        assert not table.isna().any(axis=None)
