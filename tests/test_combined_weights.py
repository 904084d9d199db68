"""Several sets of weights as one."""

import numpy as np
import pandas as pd
import pytest

from csat_lib.errors import ParamsError
from csat_lib.index import combined_weights

AHP = pd.Series({"a": 0.648329, "b": 0.229651, "c": 0.122020})
ENTROPY = pd.Series({"a": 0.295800, "b": 0.408479, "c": 0.295721})
SETS = {"ahp": AHP, "entropy": ENTROPY}


def test_the_linear_mix_is_the_weighted_mean_of_the_sets():
    found = combined_weights(SETS, shares={"ahp": 0.7, "entropy": 0.3})
    np.testing.assert_allclose(found.weights, 0.7 * AHP + 0.3 * ENTROPY, rtol=1e-12)
    assert found.shares.to_dict() == {"ahp": 0.7, "entropy": 0.3}


def test_the_multiplicative_mix_is_the_normalised_product():
    product = AHP * ENTROPY
    np.testing.assert_allclose(combined_weights(SETS, method="multiplicative").weights, product / product.sum(), rtol=1e-12)


def test_the_game_solves_its_own_equations():
    found = combined_weights(SETS, method="game")
    W = np.array([AHP, ENTROPY])
    a = np.linalg.solve(W @ W.T, [AHP @ AHP, ENTROPY @ ENTROPY])
    np.testing.assert_allclose(found.shares, a / a.sum(), rtol=1e-10)
    np.testing.assert_allclose(found.weights, found.shares.to_numpy() @ W, rtol=1e-12)
    assert (found.method, found.reason) == ("game", "")


def test_a_game_that_one_set_wins_falls_back_to_the_linear_mix_and_says_so():
    flat = pd.Series({"a": 0.34, "b": 0.33, "c": 0.33})
    peaked = pd.Series({"a": 0.9, "b": 0.06, "c": 0.04})
    found = combined_weights({"peaked": peaked, "flat": flat}, method="game")
    assert found.game_shares.min() < 0.05
    assert found.method == "linear"
    assert "The game gives flat a share below 0.05 (peaked 1.030, flat -0.030)" in found.reason
    np.testing.assert_allclose(found.weights, (peaked + flat) / 2, rtol=1e-12)


def test_sets_that_are_alike_cannot_play_and_the_result_says_so():
    found = combined_weights({"one": AHP, "two": AHP}, method="game")
    assert "one and two are too alike" in found.reason
    np.testing.assert_allclose(found.weights, AHP / AHP.sum(), rtol=1e-9)


@pytest.mark.parametrize("method", ["linear", "multiplicative", "game"])
def test_order_does_not_matter_and_weights_sum_to_one(method):
    found = combined_weights(SETS, method=method).weights
    turned = combined_weights({"entropy": ENTROPY[["c", "a", "b"]], "ahp": AHP}, method=method).weights
    np.testing.assert_allclose(turned[found.index], found, rtol=1e-9)
    assert found.sum() == pytest.approx(1, abs=1e-5)  # the sets are printed with six decimals


@pytest.mark.parametrize(
    ("sets", "options", "words"),
    [
        ({"ahp": AHP}, {}, "1 set of weights: two or more"),
        ({"ahp": AHP, "entropy": ENTROPY.drop("c")}, {}, "entropy has no weight for 'c', which ahp has"),
        ({"ahp": AHP.drop("c") / AHP.drop("c").sum(), "entropy": ENTROPY}, {}, "ahp has no weight for 'c', which entropy has"),
        ({"ahp": AHP * 2, "entropy": ENTROPY}, {}, "ahp: the weights sum to 2, not to 1. Divide each"),
        ({"ahp": AHP - 0.3, "entropy": ENTROPY}, {}, "ahp: b: -0.07"),
        (SETS, {"shares": {"ahp": 0.7, "entropy": 0.7}}, "sum to 1"),
        (SETS, {"shares": {"ahp": 0.5, "entropie": 0.5}}, "shares: 'entrop(y' has no share|ie' is no set)"),
        ({"ahp": {"a": "much"}, "entropy": {"a": 1.0}}, {}, "ahp: a: 'much' is no number"),
        (SETS, {"method": "mean"}, "No combination 'mean'"),
        (
            {"one": {"a": 1.0, "b": 0.0}, "two": {"a": 0.0, "b": 1.0}},
            {"method": "multiplicative"},
            "No indicator has a weight above 0 in every set",
        ),
    ],
)
def test_sets_that_cannot_be_combined_are_refused(sets, options, words):
    with pytest.raises(ParamsError, match=words):
        combined_weights(sets, **options)
