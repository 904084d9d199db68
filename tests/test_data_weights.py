"""Weights from spread and correlation: entropy, CRITIC, principal component."""

import numpy as np
import pandas as pd
import pytest
from known_models import survey_of

from csat_lib.errors import DataError, ModelError, ParamsError
from csat_lib.index import WeightsWarning, critic_weights, entropy_weights, pca_weights
from csat_lib.stats import moments

# Worked by hand for both conventions, rounded to six decimals.
FOUR = pd.DataFrame([[80, 70, 90], [85, 65, 60], [70, 90, 75], [90, 80, 85]], columns=list("abc"))
SIX_DECIMALS = 6e-7


@pytest.fixture(scope="module")
def frame():
    draw = np.random.default_rng(12)
    liking = draw.normal(size=(40, 1))
    return pd.DataFrame(60 + 10 * (liking * [0.9, 0.7, 0.5, 0.2] + draw.normal(size=(40, 4))), columns=list("abcd"))


@pytest.mark.parametrize(("normalise", "expected"), [("minmax", [0.295800, 0.408479, 0.295721]), ("raw", [0.180224, 0.336971, 0.482805])])
def test_the_worked_example_has_its_entropy_weights_in_both_conventions(normalise, expected):
    np.testing.assert_allclose(entropy_weights(FOUR, normalise=normalise), expected, atol=SIX_DECIMALS)


@pytest.mark.parametrize("normalise", ["minmax", "raw"])
def test_pymcdm_finds_the_same_entropy_weights(frame, normalise):
    peer = pytest.importorskip("pymcdm.weights")
    X = frame.to_numpy()
    z = (X - X.min(axis=0)) / np.ptp(X, axis=0) if normalise == "minmax" else X
    # pymcdm refuses zeros; 1e-300 adds nothing to a sum.
    np.testing.assert_allclose(entropy_weights(frame, normalise=normalise), peer.entropy_weights(np.maximum(z, 1e-300)), rtol=1e-9)


def test_pymcdm_finds_the_same_critic_weights(frame):
    peer = pytest.importorskip("pymcdm.weights")
    np.testing.assert_allclose(critic_weights(frame), peer.critic_weights(frame.to_numpy()), rtol=1e-9)


def test_critic_is_spread_times_conflict():
    z = (FOUR - FOUR.min()) / (FOUR.max() - FOUR.min())
    raw = z.std(ddof=1) * (1 - z.corr()).sum()
    np.testing.assert_allclose(critic_weights(FOUR), raw / raw.sum(), rtol=1e-12)


@pytest.mark.parametrize("weigh", [entropy_weights, critic_weights, pca_weights])
def test_order_and_unit_do_not_matter(frame, weigh):
    expected = weigh(frame)
    np.testing.assert_allclose(weigh(frame.sample(frac=1, random_state=3)), expected, rtol=1e-9)
    np.testing.assert_allclose(weigh(frame[list("dcba")])[list("abcd")], expected, rtol=1e-9)
    np.testing.assert_allclose(weigh(frame * [1, 10, 0.1, 3] + [5, 0, 7, 1]), expected, rtol=1e-9)
    assert expected.sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("weigh", [entropy_weights, critic_weights])
def test_a_cost_is_the_turned_benefit(frame, weigh):
    turned = frame.assign(b=-frame["b"])
    np.testing.assert_allclose(weigh(turned, direction={"b": "cost"}), weigh(frame), rtol=1e-9)


@pytest.mark.parametrize("weigh", [entropy_weights, critic_weights, pca_weights])
@pytest.mark.parametrize("value", [7.0, 0.1])
def test_a_constant_indicator_weighs_nothing_and_is_named(frame, weigh, value):
    with pytest.warns(WeightsWarning, match="'still' is the same for every unit and weighs 0") as seen:
        found = weigh(frame.assign(still=value))
    assert seen[0].filename == __file__
    assert found["still"] == 0
    np.testing.assert_allclose(found.drop("still"), weigh(frame), rtol=1e-9)


def test_raw_entropy_names_a_constant_indicator_too(frame):
    with pytest.warns(WeightsWarning, match="'still'"):
        assert entropy_weights(frame.assign(still=3.0), normalise="raw")["still"] == 0


@pytest.mark.parametrize("weigh", [entropy_weights, critic_weights])
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda f: f.assign(b=f["b"].where(f.index != 3)), "'b', unit 3: nan is no value"),
        (lambda f: f.assign(b=f["b"].where(f.index != 3, np.inf)), "'b', unit 3: inf is no value"),
        (lambda f: f.assign(b="high"), "'b' holds .*, not numbers"),
        (lambda f: f.iloc[:1], "1 units and 4 indicators"),
        (lambda f: f * 0 + 1, "No indicator varies"),
        (lambda f: pd.concat([f, f["a"]], axis=1), "'a' appears twice"),
    ],
)
def test_frames_that_cannot_be_weighed_are_refused(frame, weigh, change, words):
    with pytest.raises(DataError, match=words):
        weigh(change(frame))


def test_negative_values_have_no_raw_entropy(frame):
    with pytest.raises(DataError, match="'c', unit 5: -1 is negative"):
        entropy_weights(frame.assign(c=frame["c"].where(frame.index != 5, -1)), normalise="raw")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"normalise": "vector"}, "No normalisation 'vector'"),
        ({"direction": "lower"}, "No direction 'lower'"),
        ({"direction": {"e": "cost"}}, "no indicator 'e'"),
        ({"direction": {"a": "less"}}, "No direction of a: 'less'"),
        ({"direction": {"a": "cost"}, "normalise": "raw"}, "'a' is a cost; raw values know no direction"),
    ],
)
def test_unknown_words_are_refused(frame, options, words):
    with pytest.raises(ParamsError, match=words):
        entropy_weights(frame, **options)


def test_indicators_that_all_repeat_one_another_have_no_critic_weights(frame):
    with pytest.raises(DataError, match="repeats the others"):
        critic_weights(pd.DataFrame({"a": frame["a"], "b": 2 * frame["a"] + 1}))


def test_a_survey_is_no_frame_of_units(frame):
    survey = survey_of(frame.clip(1, 100), list(frame), low=1, high=100)
    with pytest.raises(ParamsError, match="DataFrame of units x indicators, got Survey"):
        critic_weights(survey)


def test_principal_component_weights_are_the_first_loadings(frame):
    values, vectors = np.linalg.eigh(frame.corr())
    first = np.abs(vectors[:, values.argmax()])
    np.testing.assert_allclose(pca_weights(frame), first / first.sum(), rtol=1e-9)
    np.testing.assert_allclose(pca_weights(frame, rule="squared"), first**2, rtol=1e-9)


def test_principal_component_weights_need_only_moments_and_heed_survey_weights(frame):
    w = pd.Series(np.where(np.arange(40) < 10, 3.0, 1.0))
    repeated = pd.concat([frame, frame.iloc[:10], frame.iloc[:10]])
    np.testing.assert_allclose(pca_weights(frame, weights=w), pca_weights(repeated), rtol=1e-9)
    np.testing.assert_allclose(pca_weights(moments(frame, list("abcd"), weights=w)), pca_weights(repeated), rtol=1e-9)
    survey = survey_of(frame.clip(1, 100), list(frame), low=1, high=100, weights=w)
    np.testing.assert_allclose(pca_weights(survey, list("abcd")), pca_weights(repeated.clip(1, 100)), rtol=1e-9)


def test_an_indicator_that_runs_against_the_others_has_no_component_weight(frame):
    with pytest.raises(ModelError, match=r"^b: negative on the first component"):
        pca_weights(frame.assign(b=-frame["b"]))


def test_the_items_of_a_survey_must_be_named(frame):
    with pytest.raises(ParamsError, match="Name the items"):
        pca_weights(survey_of(frame.clip(1, 100), list(frame), low=1, high=100))
