"""Importance-performance maps of a path model, and with necessary conditions."""

import numpy as np
import pandas as pd
import pytest
from known_models import MOBILE_BLOCKS, golden, mobile, structure, survey_of, truth

from csat_lib.drivers import cipma, construct_scores, ipma
from csat_lib.errors import ModelError, ParamsError
from csat_lib.model import bootstrap, fit_pls, impacts, index_scores, index_weights, summarise
from csat_lib.simulate import responses

SCALE = (1.0, 10.0)


def map_model():
    """The model of the fixtures."""
    blocks = {name: MOBILE_BLOCKS[name] for name in ("image", "expectations", "value", "satisfaction", "loyalty")}
    paths = {
        "expectations": ["image"],
        "value": ["expectations"],
        "satisfaction": ["image", "expectations", "value"],
        "loyalty": ["image", "satisfaction"],
    }
    return structure(blocks, paths)


@pytest.fixture(scope="module")
def frame():
    return responses(truth(), 400, seed=8)


@pytest.fixture(scope="module")
def fit(frame):
    return fit_pls(frame, truth().structure, scale=(-10, 25))


@pytest.fixture(scope="module")
def mobile_fit(real_data):
    return fit_pls(mobile(real_data), map_model(), scale=SCALE)


@pytest.mark.parametrize("target", ["loyalty", "satisfaction"])
def test_the_standardised_convention_agrees_with_the_reference_program(mobile_fit, real_data, target):
    expected = golden("seminr_extras", "map").query("target == @target").set_index("driver")
    found = ipma(mobile_fit, mobile(real_data), on=target, convention="standardised").set_index("driver")
    assert set(found.index) == set(expected.index)
    np.testing.assert_allclose(found.loc[expected.index, "importance"], expected["importance"], rtol=1e-9)
    np.testing.assert_allclose(found.loc[expected.index, "performance"], expected["performance"], rtol=1e-9)


def test_the_combined_map_agrees_with_the_reference_program(mobile_fit, real_data):
    expected = golden("seminr_extras", "map").query("target == 'loyalty'").set_index("driver")
    for ceiling in ("ce_fdh", "cr_fdh"):
        found = cipma(mobile_fit, mobile(real_data), on="loyalty", ceiling=ceiling, permutations=200, seed=1).set_index("driver")
        np.testing.assert_allclose(found.loc[expected.index, "necessity"], expected[ceiling], atol=1e-9)
        assert found["necessary"].eq("necessary").to_dict() == {"image": True, "expectations": True, "value": False, "satisfaction": True}
    assert found["class"].to_dict() == {
        "image": "top priority",
        "expectations": "bottleneck risk",
        "value": "low priority",
        "satisfaction": "top priority",
    }


def test_importance_is_the_impact_of_one_point_and_performance_the_index(fit, frame):
    found = ipma(fit, frame, on="loyalty").set_index("driver")
    one = impacts(fit, on="loyalty", points=1).set_index("cause")["estimate"]
    np.testing.assert_allclose(found["importance"], one[found.index], rtol=1e-9)
    np.testing.assert_allclose(found["performance"], index_scores(fit).set_index("construct").loc[found.index, "estimate"], rtol=1e-9)
    assert (found["convention"] == "unstandardised").all()
    assert (found["kind"] == "total effect").all()


def test_indicators_share_their_construct_s_importance(fit, frame):
    items = ipma(fit, frame, on="loyalty", level="indicator")
    whole = ipma(fit, frame, on="loyalty").set_index("driver")["importance"]
    np.testing.assert_allclose(items.groupby("construct")["importance"].sum()[whole.index], whole, rtol=1e-9)
    share = index_weights(fit)[items["driver"]].to_numpy()
    np.testing.assert_allclose(items["importance"], share * whole[items["construct"]].to_numpy(), rtol=1e-9)
    means = 100 * (frame[list(items["driver"])].mean() + 10) / 35
    np.testing.assert_allclose(items["performance"], means, rtol=1e-9)


def test_intervals_are_those_of_the_bootstrap(fit, frame):
    found = ipma(fit, frame, on="loyalty", draws=400, seed=3).set_index("driver")
    index = summarise(fit, bootstrap(fit, frame, draws=400, seed=3)).query("metric == 'index'").set_index("construct")
    np.testing.assert_allclose(found["performance_low"], index.loc[found.index, "conf_low"], rtol=1e-6)
    np.testing.assert_allclose(found["performance_high"], index.loc[found.index, "conf_high"], rtol=1e-6)
    assert ((found["importance_low"] < found["importance"]) & (found["importance"] < found["importance_high"])).all()
    again = ipma(fit, frame, on="loyalty", draws=400, seed=3).set_index("driver")
    pd.testing.assert_frame_equal(found, again)


def test_a_negative_weight_is_named(frame):
    turned = frame.assign(q4=-frame["q1"] + np.random.default_rng(4).normal(0, 0.5, len(frame)))
    fit = fit_pls(turned, truth().structure, scale=(-20, 25))
    with pytest.warns(UserWarning, match="quality was left out: q4 has a weight that is not positive"):
        found = ipma(fit, turned, on="loyalty")
    assert "quality" not in set(found["driver"])
    assert np.isfinite(found[["importance", "performance"]]).all(axis=None)
    with pytest.raises(ModelError, match="quality: q4 has a weight that is not positive"):
        ipma(fit, turned, on="quality")


def test_maps_are_of_models_and_rows_that_have_them(fit, frame):
    with pytest.raises(ParamsError, match="draws= and seed= go together"):
        ipma(fit, frame, draws=100)
    with pytest.raises(ParamsError, match="draws= and seed= go together"):
        ipma(fit, frame, seed=1)
    with pytest.raises(ParamsError, match="Scores need the rows, and Moments have none"):
        construct_scores(fit, fit.moments)
    weighted = survey_of(frame.clip(-10, 25), list(frame), low=-10, high=25, weights=pd.Series(np.linspace(0.5, 1.5, len(frame))))
    with pytest.raises(ParamsError, match="A ceiling bounds the respondents, not the population"):
        cipma(fit_pls(weighted, truth().structure), weighted, on="loyalty", permutations=100, seed=1)
    assert len(cipma(fit_pls(weighted, truth().structure), weighted, on="loyalty", permutations=100, seed=1, weighted="envelope")) == 3


def test_bad_requests_are_refused(fit, frame):
    with pytest.raises(ParamsError, match="No construct 'loyality'"):
        ipma(fit, frame, on="loyality")
    with pytest.raises(ModelError, match="Nothing with an index leads to image"):
        ipma(fit, frame, on="image")
    with pytest.raises(ParamsError, match=r"No level 'items'\. There are: construct, indicator"):
        ipma(fit, frame, level="items")
    with pytest.raises(ParamsError, match=r"These data have 300 complete rows, the fit was made from 400"):
        ipma(fit, frame.head(300))
    with pytest.raises(ParamsError, match="The ends of the items' scales are unknown"):
        ipma(fit_pls(frame, truth().structure), frame)
