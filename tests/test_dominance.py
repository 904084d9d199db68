"""Dominance: the published example, brute force, and how often resamples agree."""

import itertools

import numpy as np
import pandas as pd
import pytest
from known_models import golden

from csat_lib.drivers import dominance, importance
from csat_lib.errors import ParamsError
from csat_lib.stats import Moments, blocks, correlations, counts, moments

DRIVERS = ["a", "b", "c", "d"]


@pytest.fixture(scope="module")
def frame():
    draw = np.random.default_rng(121)
    X = draw.normal(size=(200, 4)) + 0.5 * draw.normal(size=(200, 1))
    return pd.DataFrame(X, columns=DRIVERS).assign(y=X @ [0.7, 0.4, 0.35, 0.0] + draw.normal(size=200))


@pytest.fixture(scope="module")
def published():
    matrix = golden("azen_budescu", "correlations").set_index("variable")
    return Moments(items=tuple(matrix.index), n=100, n_effective=100.0, mean=np.zeros(5), covariance=matrix.to_numpy())


def explained(R, S):
    S = list(S)
    return R[S, -1] @ np.linalg.solve(R[np.ix_(S, S)], R[S, -1]) if S else 0.0


def verdicts(frame):
    """Level, pair -> 1, 0 or 0.5, from all subsets written out."""
    R = correlations(moments(frame, [*DRIVERS, "y"]).covariance)
    found = {}
    for i, j in itertools.combinations(range(4), 2):
        rest = [k for k in range(4) if k not in (i, j)]
        gaps = [explained(R, {*S, i}) - explained(R, {*S, j}) for size in range(3) for S in itertools.combinations(rest, size)]
        means = []
        for size in range(4):
            gain = {
                k: np.mean([explained(R, {*S, k}) - explained(R, S) for S in itertools.combinations([x for x in range(4) if x != k], size)])
                for k in (i, j)
            }
            means.append(gain[i] - gain[j])
        for level, steps in (("complete", gaps), ("conditional", means), ("general", [np.mean(means)])):
            found[level, DRIVERS[i], DRIVERS[j]] = 1.0 if min(steps) > 0 else 0.0 if max(steps) < 0 else 0.5
    return found


def test_azen_and_budescu_s_conditional_dominance_agrees(published):
    expected = golden("azen_budescu", "conditional").set_index("driver")
    found = dominance(published, "y", list(expected.index))
    # Printed to three decimals.
    np.testing.assert_allclose(found["conditional"].loc[expected.index], expected, rtol=0, atol=5.1e-4)
    lmg = importance(published, "y", list(expected.index)).set_index("driver")["estimate"]
    np.testing.assert_allclose(found["conditional"].mean(axis=1), lmg, rtol=1e-12)


def test_only_the_first_driver_of_azen_and_budescu_dominates_completely(published):
    complete = dominance(published, "y", ["x1", "x2", "x3", "x4"])["complete"]
    assert (complete.loc["x1", ["x2", "x3", "x4"]] == 1).all()
    assert (complete.loc[["x2", "x3", "x4"], "x1"] == 0).all()
    undetermined = complete.loc[["x2", "x3", "x4"], ["x2", "x3", "x4"]].to_numpy()[~np.eye(3, dtype=bool)]
    assert ((undetermined > 0) & (undetermined < 1)).all()
    np.testing.assert_allclose((complete + complete.T).to_numpy()[~np.eye(4, dtype=bool)], 1, rtol=1e-12)


def test_pairs_say_at_each_level_who_dominates(frame):
    found = dominance(frame, "y", DRIVERS)["pairs"].set_index(["level", "driver", "other"])["estimate"]
    assert found.to_dict() == verdicts(frame)


def test_complete_dominance_implies_conditional_and_that_general(frame):
    found = dominance(frame, "y", DRIVERS, draws=300, seed=1)["pairs"]
    wide = found.pivot_table(index=["driver", "other"], columns="level", values="dominates")
    assert (wide["complete"] <= wide["conditional"]).all()
    assert (wide["conditional"] <= wide["general"]).all()
    np.testing.assert_allclose(found[["dominates", "dominated", "undecided"]].sum(axis=1), 1, rtol=1e-12)
    assert (found["draws"] == 300).all()


def test_reproducibility_is_the_share_of_resamples_that_agree(frame):
    found = dominance(frame, "y", DRIVERS, draws=100, seed=6)["pairs"].set_index(["level", "driver", "other"])
    whole = verdicts(frame)
    agree = dict.fromkeys(whole, 0)
    for each in np.concatenate([counts(block, 200) for block in blocks(100, 200, 6)]).astype(int):
        again = verdicts(frame.loc[frame.index.repeat(each)].reset_index(drop=True))
        for key, value in whole.items():
            agree[key] += (again[key] == value) / 100
    assert found["reproducibility"].to_dict() == pytest.approx(agree, abs=1e-12)


def test_equal_drivers_dominate_in_neither_direction():
    R = np.array([[1, 0.3, 0.5], [0.3, 1, 0.5], [0.5, 0.5, 1]])
    m = Moments(items=("a", "b", "y"), n=90, n_effective=90.0, mean=np.zeros(3), covariance=R)
    found = dominance(m, "y", ["a", "b"])
    assert (found["pairs"]["estimate"] == 0.5).all()
    assert found["complete"].loc["a", "b"] == 0.5


def test_dominance_refuses_one_driver_and_too_many(frame):
    with pytest.raises(ParamsError, match="Dominance compares 2 to 22 drivers; there are 1"):
        dominance(frame, "y", ["a"])
    wide = pd.DataFrame(np.random.default_rng(122).normal(size=(60, 17)), columns=[*(f"x{k}" for k in range(16)), "y"])
    with pytest.raises(ParamsError, match="Dominance compares 2 to 15 drivers in resamples; there are 16"):
        dominance(wide, "y", list(wide)[:16], draws=100, seed=1)
    with pytest.raises(ParamsError, match="draws= and seed= go together"):
        dominance(frame, "y", DRIVERS, draws=100)
