"""The forest is a check: it sees curves, and says that a straight line is enough where it is."""

import numpy as np
import pandas as pd
import pytest
from known_models import survey_of

from csat_lib.drivers import forest_check
from csat_lib.errors import ModelError, ParamsError
from csat_lib.stats import moments

DRIVERS = ["a", "b", "c"]


@pytest.fixture(scope="module")
def frame():
    draw = np.random.default_rng(171)
    X = draw.normal(size=(400, 3)) + 0.4 * draw.normal(size=(400, 1))
    return pd.DataFrame(X, columns=DRIVERS).assign(y=X @ [0.8, 0.4, 0.0] + draw.normal(size=400))


def test_where_the_truth_is_a_line_the_line_is_enough(frame):
    found = forest_check(frame, "y", DRIVERS, seed=1, shuffles=2)
    fit = found.fit.set_index("method")["estimate"]
    assert found.fit["verdict"].unique().tolist() == ["linear is enough"]
    X = np.column_stack([np.ones(400), frame[DRIVERS]])
    residual = frame["y"] - X @ np.linalg.lstsq(X, frame["y"], rcond=None)[0]
    assert fit["linear"] == pytest.approx(1 - residual.var() / frame["y"].var(), abs=0.02)
    assert found.drivers["estimate"].rank().tolist() == found.drivers["linear"].rank().tolist() == [3, 2, 1]
    assert (found.drivers["verdict"] == "diagnostic").all()


def test_a_curve_is_seen(frame):
    draw = np.random.default_rng(172)
    bent = frame.assign(y=2 * frame["a"] ** 2 + 0.4 * frame["b"] + draw.normal(size=400))
    found = forest_check(bent, "y", DRIVERS, seed=1, shuffles=2)
    assert found.fit["verdict"].str.startswith("diagnostic: look for curves").all()
    drivers = found.drivers.set_index("driver")
    assert drivers.loc["a", "estimate"] > 0.5
    assert drivers.loc["a", "linear"] < 0.1


def test_the_line_s_loss_is_twice_the_variance_a_driver_carries():
    draw = np.random.default_rng(173)
    X = draw.normal(size=(1_500, 2))
    made = pd.DataFrame(X, columns=["a", "b"]).assign(y=X @ [1.0, 0.5] + draw.normal(size=1_500))
    found = forest_check(made, "y", ["a", "b"], seed=1).drivers
    # Shuffling adds 2 beta^2 of 2.25: 0.889 and 0.222 (uncorrelated drivers); 1,500 respondents leave some 0.03.
    np.testing.assert_allclose(found["linear"], [2 / 2.25, 0.5 / 2.25], atol=0.09)


def test_the_seed_repeats_and_weights_count(frame):
    one, again = (forest_check(frame, "y", DRIVERS, seed=4, shuffles=1) for _ in range(2))
    pd.testing.assert_frame_equal(one.drivers, again.drivers)
    w = pd.Series(np.where(frame["a"] > 0, 5.0, 0.2))
    assert forest_check(frame, "y", DRIVERS, seed=4, shuffles=1, weights=w).fit["estimate"].iloc[1] != one.fit["estimate"].iloc[1]


def test_too_few_respondents_or_clusters_are_refused(frame):
    with pytest.raises(ModelError, match="90 respondents are too few"):
        forest_check(frame.head(90), "y", DRIVERS, seed=1)
    clustered = survey_of(frame.assign(branch=frame.index % 3), [*DRIVERS, "y"], low=-50, high=60, roles={"branch": "cluster"})
    with pytest.raises(ModelError, match="3 clusters cannot be held out in 5 parts"):
        forest_check(clustered, "y", DRIVERS, seed=1)
    with pytest.raises(ParamsError, match="A random forest needs the rows"):
        forest_check(moments(frame, [*DRIVERS, "y"]), "y", DRIVERS, seed=1)
