"""Weights shaken at random."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import dirichlet

from csat_lib.errors import ParamsError
from csat_lib.index import Node, Tree, concentration, shaken_weights

WEIGHTS = pd.Series({"a": 0.5, "b": 0.3, "c": 0.2})


def tree():
    quality = Node("quality", weight=0.6, children=(Node("a", weight=0.5, item="a"), Node("b", weight=0.5, item="b")))
    return Tree(Node("index", children=(quality, Node("c", weight=0.4, item="c"))))


@pytest.mark.parametrize("mean_cv", [0.05, 0.1, 0.25, 0.6])
def test_the_concentration_gives_the_wanted_mean_cv_by_scipys_dirichlet(mean_cv):
    found = dirichlet(concentration(WEIGHTS, mean_cv) * WEIGHTS.to_numpy())
    assert np.mean(np.sqrt(found.var()) / found.mean()) == pytest.approx(mean_cv, rel=1e-12)


def test_drawn_weights_have_the_stated_mean_and_the_wanted_spread():
    drawn = shaken_weights(WEIGHTS, draws=100_000, seed=1, spread=0.2)
    np.testing.assert_allclose(drawn.sum(axis=1), 1, rtol=1e-12)
    # Four standard errors of a mean of 100,000 draws with a CV near .2.
    np.testing.assert_allclose(drawn.mean(), WEIGHTS, rtol=4 * 0.3 / np.sqrt(100_000))
    assert (drawn.std() / drawn.mean()).mean() == pytest.approx(0.2, rel=0.01)


def test_noise_moves_each_weight_by_no_more_than_its_size():
    drawn = shaken_weights(WEIGHTS, draws=20_000, seed=1, method="noise", spread=0.25)
    np.testing.assert_allclose(drawn.sum(axis=1), 1, rtol=1e-12)
    ratio = drawn["a"] / drawn["b"] / (0.5 / 0.3)
    # Dividing by the sum cancels in a ratio: between .75 / 1.25 and 1.25 / .75.
    assert 0.6 <= ratio.min() < 0.61
    assert 1.64 < ratio.max() <= 1.25 / 0.75


def test_a_weight_of_zero_stays_zero():
    drawn = shaken_weights({"a": 0.6, "b": 0.4, "c": 0.0}, draws=100, seed=1)
    assert (drawn["c"] == 0).all()
    assert drawn["a"].std() > 0


def test_a_tree_is_shaken_within_every_parent():
    drawn = shaken_weights(tree(), draws=50_000, seed=3, spread=0.2)
    np.testing.assert_allclose(drawn.sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_allclose(drawn.mean(), [0.3, 0.3, 0.4], rtol=0.01)
    quality = drawn["a"] + drawn["b"]
    # Siblings of two: both levels have the mean CV that was asked for.
    assert np.mean([quality.std() / 0.6, drawn["c"].std() / 0.4]) == pytest.approx(0.2, rel=0.02)
    share = drawn["a"] / quality
    assert share.std() / share.mean() == pytest.approx(0.2, rel=0.02)


def test_levels_may_have_their_own_spread_or_stay_as_they_are():
    drawn = shaken_weights(tree(), draws=200, seed=3, spread={3: 0.2})
    np.testing.assert_allclose(drawn["c"], 0.4, rtol=1e-12)
    assert drawn["a"].std() > 0
    with pytest.raises(ParamsError, match="no level 4 below the index; there are 2, 3"):
        shaken_weights(tree(), seed=3, spread={4: 0.2})


def test_draws_depend_on_the_seed_alone():
    pd.testing.assert_frame_equal(shaken_weights(WEIGHTS, draws=50, seed=1), shaken_weights(WEIGHTS, draws=50, seed=1))
    assert not shaken_weights(WEIGHTS, draws=50, seed=1).equals(shaken_weights(WEIGHTS, draws=50, seed=2))


@pytest.mark.parametrize("spread", [0, -0.1, 1.6, 3])
def test_a_spread_that_cannot_be_is_refused(spread):
    with pytest.raises(ParamsError, match=r"the mean CV of 3 such weights lies between 0 and 1.51"):
        shaken_weights(WEIGHTS, draws=10, seed=1, spread=spread)


def test_noise_of_the_whole_weight_is_refused():
    with pytest.raises(ParamsError, match="needs f between 0 and 1"):
        shaken_weights(WEIGHTS, draws=10, seed=1, method="noise", spread=1.0)
