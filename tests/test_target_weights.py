"""Weights that give items a wanted importance in the index."""

import numpy as np
import pandas as pd
import pytest
from known_models import survey_of

from csat_lib.errors import ModelError, ParamsError
from csat_lib.index import infomax_weights, pca_weights, target_weights
from csat_lib.stats import moments

ITEMS = ["food", "signs", "wifi"]
EQUAL = dict.fromkeys(ITEMS, 1 / 3)
WANTED = {"food": 0.4, "signs": 0.35, "wifi": 0.25}
EXACT = 1e-10


@pytest.fixture(scope="module")
def frame():
    draw = np.random.default_rng(17)
    liking = draw.normal(size=(300, 1))
    X = 5.5 + liking * [1.2, 0.9, 0.5] + draw.normal(size=(300, 3)) * [1.0, 1.3, 0.8]
    return pd.DataFrame(np.clip(X, 1, 10), columns=ITEMS)


def reached(frame, w, power=1):
    """Importances by the definition: correlations of each item with the index, from the rows."""
    index = frame @ w[frame.columns]
    c = np.array([np.corrcoef(frame[name], index)[0, 1] for name in frame]) ** power
    return c / c.sum()


@pytest.mark.parametrize(("measure", "power"), [("correlation", 1), ("variance", 2)])
@pytest.mark.parametrize("target", [EQUAL, WANTED])
def test_the_index_of_the_rows_has_the_wanted_importances(frame, measure, power, target):
    found = target_weights(frame, target, measure=measure)
    assert found.verdict == "attained"
    assert found.weights.sum() == pytest.approx(1, abs=1e-12)
    np.testing.assert_allclose(reached(frame, found.weights, power), list(target.values()), atol=EXACT)
    assert found.gap < EXACT
    np.testing.assert_allclose(found.table["estimate"], list(target.values()), atol=EXACT)


def test_weights_known_beforehand_are_recovered_from_their_importances(frame):
    truth = pd.Series({"food": 0.2, "signs": 0.5, "wifi": 0.3})
    target = pd.Series(reached(frame, truth), index=ITEMS)
    np.testing.assert_allclose(target_weights(frame, target).weights, truth, atol=1e-9)


def test_a_search_finds_no_better_weights_than_the_solution(frame):
    from scipy import optimize

    def missed(w):
        return float(((reached(frame, pd.Series(w / w.sum(), ITEMS)) - 1 / 3) ** 2).sum())

    searched = optimize.minimize(
        missed, np.full(3, 1 / 3), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-18, "maxiter": 4000}
    ).x
    # A simplex search stops where its steps are 1e-9.
    np.testing.assert_allclose(searched / searched.sum(), target_weights(frame, EQUAL).weights, atol=1e-6)


def test_survey_weights_enter_as_repeated_respondents_would(frame):
    w = pd.Series(np.where(np.arange(300) < 100, 2.0, 1.0))
    repeated = pd.concat([frame, frame.iloc[:100]])
    expected = target_weights(repeated, WANTED).weights
    np.testing.assert_allclose(target_weights(frame, WANTED, weights=w).weights, expected, rtol=1e-9)
    np.testing.assert_allclose(target_weights(survey_of(frame, ITEMS, weights=w), WANTED).weights, expected, rtol=1e-9)
    np.testing.assert_allclose(target_weights(moments(frame, ITEMS, weights=w), WANTED).weights, expected, rtol=1e-9)


def test_known_scales_put_every_item_on_0_to_100_first(frame):
    wide = frame.assign(wifi=frame["wifi"] * 10)
    scale = {"food": (1, 10), "signs": (1, 10), "wifi": (10, 100)}
    np.testing.assert_allclose(target_weights(wide, WANTED, scale=scale).weights, target_weights(frame, WANTED).weights, rtol=1e-9)


def test_targets_out_of_reach_are_refused_by_the_item_that_is_carried_along(frame):
    target = {"food": 0.7, "signs": 0.25, "wifi": 0.05}
    with pytest.raises(ModelError, match=r"out of reach: (signs, )?wifi would need a negative weight"):
        target_weights(frame, target)
    near = target_weights(frame, target, unattainable="nearest")
    assert near.verdict == "nearest"
    assert near.gap > 0.01
    assert near.weights.min() >= 0
    loss = ((near.table["estimate"] - near.table["target"]) ** 2).sum()
    draws = np.random.default_rng(2).dirichlet(np.ones(3), size=2000)
    c = (draws * frame.std().to_numpy()) @ frame.corr().to_numpy()
    others = c / c.sum(axis=1, keepdims=True)  # the index's own deviation cancels
    assert ((others - list(target.values())) ** 2).sum(axis=1).min() >= loss - 1e-9


def test_infomax_carries_more_information_than_any_other_weights(frame):
    found = infomax_weights(frame, ITEMS)
    best = float((found.table["correlation"] ** 2).mean())
    C = frame.corr().to_numpy()
    draws = np.random.default_rng(4).dirichlet(np.ones(3), size=5000)
    others = ((draws @ C) ** 2).mean(axis=1) / np.einsum("ij,jk,ik->i", draws, C, draws)
    assert best >= others.max() - 1e-9


def test_infomax_of_items_that_agree_is_the_first_principal_component(frame):
    # The sum of squared correlations with a mix of standardised items is largest for the first eigenvector.
    standardised = infomax_weights(frame, ITEMS).weights * frame.std()
    np.testing.assert_allclose(standardised / standardised.sum(), pca_weights(frame), atol=1e-5)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ({"food": 0.5, "signs": 0.6}, r"sum to 1\.1"),
        ({"food": "much", "signs": 1.0}, "target: food: 'much' is no number"),
        ({"food": 1.0}, "1 importances sum to 1; two or more"),
        ({"food": 1.5, "signs": -0.5}, "signs: -0.5; an importance is a number from 0 upward"),
    ],
)
def test_bad_targets_are_refused(frame, target, words):
    with pytest.raises(ParamsError, match=words):
        target_weights(frame, target)


def test_items_that_cannot_be_weighed_are_refused_by_name(frame):
    with pytest.raises(ModelError, match="wifi: all answers are the same"):
        target_weights(frame.assign(wifi=3.0), EQUAL)
    with pytest.raises(ModelError, match="food, wifi determine one another"):
        target_weights(frame.assign(wifi=2 * frame["food"]), EQUAL)
    with pytest.raises(ParamsError, match="wifi: its scale is unknown"):
        target_weights(frame, EQUAL, scale={"food": (1, 10), "signs": (1, 10)})


def test_unknown_words_are_refused(frame):
    with pytest.raises(ParamsError, match="No measure of importance 'beta'"):
        target_weights(frame, EQUAL, measure="beta")
    with pytest.raises(ParamsError, match="No answer to unattainable targets 'ignore'"):
        target_weights(frame, EQUAL, unattainable="ignore")
