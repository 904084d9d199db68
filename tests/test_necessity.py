"""Necessary conditions: ceilings, effect sizes, the permutation test and the bottleneck table."""

import sys

import numpy as np
import pandas as pd
import pytest
from known_models import MOBILE_BLOCKS, golden, mobile, structure, survey_of

from csat_lib.drivers import bottleneck, construct_scores, necessity
from csat_lib.errors import ModelError, ParamsError
from csat_lib.model import fit_pls
from csat_lib.stats import moments

SMALL = pd.DataFrame({"x": [0.0, 1, 2, 3, 4, 4], "y": [0.0, 2, 1, 3, 4, 0]})


def small_model():
    """The model of the fixtures: image and value drive satisfaction, which drives loyalty."""
    blocks = {name: MOBILE_BLOCKS[name] for name in ("image", "value", "satisfaction", "loyalty")}
    return structure(blocks, {"satisfaction": ["image", "value"], "loyalty": ["satisfaction"]})


@pytest.fixture(scope="module")
def scores(real_data):
    return construct_scores(fit_pls(mobile(real_data), small_model()), mobile(real_data))


def test_a_step_ceiling_by_hand():
    # Running maximum 0 2 2 3 4 over x = 0 1 2 3 4: empty above it 4 + 2 + 2 + 1 of 16.
    found = necessity(SMALL, "y", ["x"], ceilings=["ce_fdh"], permutations=100, seed=1).iloc[0]
    assert found["estimate"] == pytest.approx(9 / 16, abs=1e-14)
    assert found["accuracy"] == 1


def test_a_line_through_the_corners_by_hand():
    # Corners (0, 0), (1, 2), (3, 3), (4, 4): slope 0.9, intercept 0.45; the line passes the top at x = 3.55 / 0.9.
    found = necessity(SMALL, "y", ["x"], ceilings=["cr_fdh"], permutations=100, seed=1).iloc[0]
    reach = 3.55 / 0.9
    assert found["estimate"] == pytest.approx((3.55 * reach / 2) / 16, abs=1e-14)
    assert found["accuracy"] == pytest.approx(5 / 6)  # only (1, 2) lies above its 1.35


def test_effect_sizes_agree_with_the_reference_program(scores):
    expected = golden("seminr_extras", "necessity").set_index(["target", "driver", "ceiling"])["estimate"]
    parts = [
        necessity(scores, target, drivers, permutations=100, seed=1).assign(target=target)
        for target, drivers in (("satisfaction", ["image", "value"]), ("loyalty", ["satisfaction"]))
    ]
    found = pd.concat(parts).set_index(["target", "driver", "ceiling"])["estimate"]
    np.testing.assert_allclose(found[expected.index], expected, atol=1e-9)


@pytest.mark.parametrize("ceiling", ["ce_fdh", "cr_fdh"])
def test_bottleneck_tables_agree_with_the_reference_program(scores, ceiling):
    expected = golden("seminr_extras", "bottleneck")
    expected = expected[expected["ceiling"] == ceiling]
    for target, drivers in (("satisfaction", ["image", "value"]), ("loyalty", ["satisfaction"])):
        found = bottleneck(scores, target, drivers, ceiling=ceiling).set_index(["driver", "level"])["estimate"]
        own = expected[expected["target"] == target].set_index(["driver", "level"])["estimate"]
        np.testing.assert_allclose(found[own.index], own, atol=0.0501)  # printed with one decimal


def test_an_empty_corner_is_necessary_and_noise_is_not():
    draw = np.random.default_rng(3)
    x, noise = draw.uniform(size=(2, 400))
    frame = pd.DataFrame({"x": x, "noise": noise, "y": x * draw.uniform(size=400)})
    found = necessity(frame, "y", ["x", "noise"], permutations=500, seed=4)
    verdicts = found.set_index(["driver", "ceiling"])["verdict"]
    assert (verdicts["x"] == "necessary").all()
    assert (verdicts["noise"] == "not necessary").all()
    assert found["p_value"].between(1 / 501, 1).all()
    assert found.loc[found["driver"] == "x", "p_value"].eq(1 / 501).all()


def test_p_values_are_uniform_without_a_relation():
    draw = np.random.default_rng(5)
    p = [
        necessity(pd.DataFrame(draw.normal(size=(30, 2)), columns=["x", "y"]), "y", ["x"], ceilings=["ce_fdh"], permutations=199, seed=k)
        for k in range(200)
    ]
    small = np.mean([each["p_value"].iloc[0] <= 0.1 for each in p])
    assert 0.04 < small < 0.17  # three standard errors of a share of 0.1 in 200


def test_permutations_in_many_small_blocks_are_the_same_permutations(monkeypatch):
    draw = np.random.default_rng(8)
    frame = pd.DataFrame({"x": draw.normal(size=60), "y": draw.normal(size=60)})
    together = necessity(frame, "y", ["x"], permutations=110, seed=3)
    monkeypatch.setattr(sys.modules["csat_lib.drivers.necessity"], "CELLS", 60 * 64)
    pd.testing.assert_frame_equal(necessity(frame, "y", ["x"], permutations=110, seed=3), together)


def test_units_and_the_order_of_rows_do_not_matter():
    draw = np.random.default_rng(6)
    frame = pd.DataFrame(draw.integers(1, 11, size=(200, 2)).astype(float), columns=["x", "y"])
    one = necessity(frame, "y", ["x"], permutations=100, seed=1)
    other = necessity((frame * [1e-6, 1e5] + [7, -3]).iloc[::-1], "y", ["x"], permutations=100, seed=1)
    np.testing.assert_allclose(other["estimate"], one["estimate"], rtol=1e-9)


def test_a_bottleneck_says_what_is_needed_and_who_lacks_it():
    found = bottleneck(SMALL, "y", ["x"], levels=[0, 50, 60, 100]).set_index("level")
    assert found["estimate"].tolist() == [0, 25, 75, 100]
    assert found["verdict"].tolist() == ["not needed", "needed", "needed", "needed"]
    np.testing.assert_allclose(found["share"], [0, 1 / 6, 3 / 6, 4 / 6])


def test_a_line_that_leaves_the_range_is_said_and_nothing_is_missing():
    frame = pd.DataFrame({"x": [0.0, 9, 10], "y": [0.0, 1, 10]})
    found = bottleneck(frame, "y", ["x"], ceiling="cr_fdh", levels=[0, 100]).set_index("level")
    assert found.loc[100.0, "verdict"] == "beyond the range"
    assert found.loc[100.0, "estimate"] == 100
    assert not found.isna().any(axis=None)


def test_bad_input_is_named():
    frame = SMALL.assign(same=1.0, nobody=np.nan)
    with pytest.warns(UserWarning, match=r"'same' was left out: all answers are the same|'nobody' was left out: nobody answered"):
        found = necessity(frame, "y", ["x", "same", "nobody"], permutations=100, seed=1)
    assert found["driver"].unique().tolist() == ["x"]
    with pytest.raises(ModelError, match="'same': all 6 answers are the same"):
        necessity(frame, "same", ["x"], permutations=100, seed=1)
    with pytest.raises(ParamsError, match="The outcome 'y' is among the drivers"):
        necessity(frame, "y", ["x", "y"], permutations=100, seed=1)
    with pytest.raises(ParamsError, match="needs the rows, and Moments have none"):
        necessity(moments(SMALL, ["x", "y"]), "y", ["x"], permutations=100, seed=1)
    with pytest.raises(ParamsError, match=r"No ceiling 'ols'\. There are: ce_fdh, cr_fdh"):
        necessity(SMALL, "y", ["x"], ceilings=["ols"], permutations=100, seed=1)
    with pytest.raises(ParamsError, match="at least 100"):
        necessity(SMALL, "y", ["x"], permutations=10, seed=1)


def test_survey_weights_are_not_ignored_in_silence():
    frame = pd.DataFrame({"x": [1.0, 2, 3, 4], "y": [1.0, 3, 2, 4]})
    survey = survey_of(frame, ["x", "y"], weights=pd.Series([1.0, 2, 1, 2]))
    with pytest.raises(ParamsError, match=r"survey weights do not enter\. Say weighted='envelope'"):
        necessity(survey, "y", ["x"], permutations=100, seed=1)
    meant = necessity(survey, "y", ["x"], permutations=100, seed=1, weighted="envelope")
    pd.testing.assert_frame_equal(meant, necessity(frame, "y", ["x"], permutations=100, seed=1))
