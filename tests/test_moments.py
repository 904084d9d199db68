"""Means and covariances: against numpy and pandas, merged from parts, at a large offset, weighted, with gaps."""

import numpy as np
import pandas as pd
import pytest

from csat_lib.errors import DataError, ParamsError
from csat_lib.stats import Moments, correlations, moments

ITEMS = ["a", "b", "c"]


@pytest.fixture(scope="module")
def answers():
    """20,000 correlated answers with different units: more than two chunks of the reader."""
    draw = np.random.default_rng(11)
    mixing = np.array([[1.0, 0.5, 0.2], [0.0, 1.0, -0.4], [0.0, 0.0, 1.0]])
    X = draw.normal(size=(20_000, 3)) @ mixing * [1.0, 3.0, 0.2] + [6.0, -2.0, 40.0]
    return pd.DataFrame(X, columns=ITEMS)


@pytest.fixture(scope="module")
def weights(answers):
    return pd.Series(np.random.default_rng(12).gamma(2.0, size=len(answers)), index=answers.index)


@pytest.fixture(scope="module")
def gaps(answers):
    return answers.mask(np.random.default_rng(13).random(answers.shape) < 0.2)


def by_definition(X, w):
    """Mean, covariance and effective n written out: weights with mean 1, n - 1 in the denominator."""
    w = w / w.mean()
    mean = (w[:, None] * X).sum(axis=0) / len(X)
    D = X - mean
    return mean, (w[:, None] * D).T @ D / (len(X) - 1), w.sum() ** 2 / (w**2).sum()


def same(found, expected, rtol=1e-10):
    assert (found.items, found.n, found.missing) == (expected.items, expected.n, expected.missing)
    for name in ("n_effective", "mean", "covariance", "weight_sum"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=rtol, err_msg=name)


def test_unweighted_moments_are_those_of_pandas(answers):
    found = moments(answers, ITEMS)
    np.testing.assert_allclose(found.mean, answers.mean(), rtol=1e-12)
    np.testing.assert_allclose(found.covariance, answers.cov(), rtol=1e-11)
    assert found.n == found.n_effective == len(answers)


def test_weighted_moments_follow_their_definition(answers, weights):
    found = moments(answers, ITEMS, weights=weights)
    mean, covariance, n_effective = by_definition(answers.to_numpy(), weights.to_numpy())
    np.testing.assert_allclose(found.mean, mean, rtol=1e-12)
    np.testing.assert_allclose(found.covariance, covariance, rtol=1e-11)
    assert found.n_effective == pytest.approx(n_effective, rel=1e-12)
    assert found.weight_sum == pytest.approx(weights.sum(), rel=1e-12)


def test_the_unit_of_the_weights_is_irrelevant(answers, weights):
    one, other = (moments(answers, ITEMS, weights=weights * factor) for factor in (1, 1e6))
    np.testing.assert_allclose(other.covariance, one.covariance, rtol=1e-12)
    assert other.n_effective == pytest.approx(one.n_effective, rel=1e-12)


def test_kish_s_effective_sample_size_of_five_weights():
    frame = pd.DataFrame({"a": [1.0, 2.0, 4.0, 3.0, 5.0]})
    assert moments(frame, ["a"], weights=np.array([1, 1, 2, 2, 3.0])).n_effective == pytest.approx(4.263158, abs=5e-7)


def test_integer_weights_give_the_mean_and_correlations_of_duplicated_rows(answers):
    part = answers.head(200)
    times = np.random.default_rng(14).integers(0, 4, size=len(part))
    weighted, repeated = moments(part, ITEMS, weights=times.astype(float)), moments(part.loc[part.index.repeat(times)], ITEMS)
    np.testing.assert_allclose(weighted.mean, repeated.mean, rtol=1e-12)
    np.testing.assert_allclose(correlations(weighted.covariance), correlations(repeated.covariance), rtol=1e-10)
    assert weighted.n == (times > 0).sum()


@pytest.mark.parametrize("missing", ["listwise", "pairwise", "mean"])
@pytest.mark.parametrize("weighted", ["weighted", "unweighted"])
def test_moments_of_parts_add_up_to_those_of_the_whole(gaps, weights, missing, weighted):
    w = weights if weighted == "weighted" else None
    cuts = [slice(0, 700), slice(700, 9_001), slice(9_001, None)]
    parts = [moments(gaps.iloc[cut], ITEMS, weights=None if w is None else w.iloc[cut], missing=missing, scale=(1, 10)) for cut in cuts]
    whole = moments(gaps, ITEMS, weights=w, missing=missing, scale=(1, 10))
    same(parts[0] + parts[1] + parts[2], whole)
    same(parts[2] + parts[0] + parts[1], whole)
    np.testing.assert_array_equal((parts[0] + parts[1]).high, [10, 10, 10])


def test_weights_of_parts_keep_their_size_when_the_parts_are_merged():
    heavy, light = pd.DataFrame({"a": [1.0, 3.0]}), pd.DataFrame({"a": [10.0, 20.0]})
    merged = moments(heavy, ["a"], weights=np.array([3.0, 3.0])) + moments(light, ["a"], weights=np.array([1.0, 1.0]))
    assert merged.mean[0] == pytest.approx((3 * 1 + 3 * 3 + 10 + 20) / 8, rel=1e-14)
    assert merged.n_effective == pytest.approx(64 / 20, rel=1e-14)


@pytest.mark.parametrize("missing", ["listwise", "pairwise", "mean"])
def test_an_offset_of_a_hundred_million_costs_no_accuracy(gaps, weights, missing):
    far = gaps + 1e8
    near = far - 1e8  # the same doubles without the offset: adding it has rounded the answers already
    expected = moments(near, ITEMS, weights=weights, missing=missing)
    whole = moments(far, ITEMS, weights=weights, missing=missing)
    parts = [moments(far.iloc[cut], ITEMS, weights=weights.iloc[cut], missing=missing) for cut in (slice(0, 6_000), slice(6_000, None))]
    # A mean near 1e8 is itself known to 1.5e-8 only; that enters the merged covariance times the distance between the parts' means.
    for found in (whole, parts[0] + parts[1]):
        np.testing.assert_allclose(correlations(found.covariance), correlations(expected.covariance), atol=1e-8)
        np.testing.assert_allclose(found.mean - 1e8, expected.mean, atol=1e-7)


def test_pairwise_moments_are_those_of_pandas(gaps):
    found = moments(gaps, ITEMS, missing="pairwise")
    np.testing.assert_allclose(found.covariance, gaps.cov(), rtol=1e-10)
    np.testing.assert_allclose(found.mean, gaps.mean(), rtol=1e-12)
    there = gaps.notna().to_numpy(dtype=int)
    assert found.n == (there.T @ there).min()


def test_mean_imputation_is_that_of_pandas(gaps):
    filled = gaps.fillna(gaps.mean())
    found = moments(gaps, ITEMS, missing="mean")
    np.testing.assert_allclose(found.covariance, filled.cov(), rtol=1e-10)
    np.testing.assert_allclose(found.mean, filled.mean(), rtol=1e-12)


def test_weighted_pairwise_moments_are_weighted_moments_of_each_pair(gaps, weights):
    found = moments(gaps, ITEMS, weights=weights, missing="pairwise")
    for a in range(3):
        for b in range(a + 1, 3):
            both = gaps[[ITEMS[a], ITEMS[b]]].notna().all(axis=1)
            _, covariance, _ = by_definition(gaps.loc[both, [ITEMS[a], ITEMS[b]]].to_numpy(), weights[both].to_numpy())
            assert found.covariance[a, b] == pytest.approx(covariance[0, 1], rel=1e-9)


def test_weighted_mean_imputation_takes_the_weighted_mean(gaps, weights):
    means = {item: np.average(gaps[item].dropna(), weights=weights[gaps[item].notna()]) for item in ITEMS}
    filled = moments(gaps.fillna(means), ITEMS, weights=weights)
    found = moments(gaps, ITEMS, weights=weights, missing="mean")
    np.testing.assert_allclose(found.covariance, filled.covariance, rtol=1e-9)
    np.testing.assert_allclose(found.mean, filled.mean, rtol=1e-12)


@pytest.mark.parametrize("missing", ["listwise", "pairwise", "mean"])
def test_without_gaps_every_rule_gives_the_same(answers, weights, missing):
    same_rule = moments(answers, ITEMS, weights=weights)
    found = moments(answers, ITEMS, weights=weights, missing=missing)
    np.testing.assert_allclose(found.covariance, same_rule.covariance, rtol=1e-10)
    assert found.n == same_rule.n
    assert found.n_effective == pytest.approx(same_rule.n_effective, rel=1e-12)


def test_rows_of_weight_zero_do_not_count(answers, weights):
    zeroed = weights.where(weights.index < 500, 0.0)
    same(moments(answers, ITEMS, weights=zeroed), moments(answers.head(500), ITEMS, weights=weights.head(500)))


def test_listwise_looks_at_the_items_asked_for_only(gaps):
    assert moments(gaps, ["a"]).n == gaps["a"].notna().sum() > moments(gaps, ITEMS).n


@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
def test_a_part_of_the_items_comes_in_the_order_asked_for(gaps, missing):
    part = moments(gaps, ITEMS, missing=missing, scale={"a": (1, 10), "c": (1, 7)}).of(["c", "a"])
    expected = gaps.dropna() if missing == "listwise" else gaps
    np.testing.assert_allclose(part.covariance, expected[["c", "a"]].cov(), rtol=1e-10)
    np.testing.assert_array_equal(part.high, [7, 10])


def test_weights_are_matched_by_index(answers, weights):
    shuffled = weights.sample(frac=1, random_state=1)
    same(moments(answers, ITEMS, weights=shuffled), moments(answers, ITEMS, weights=weights))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda frame: frame.assign(b="often"), "'b' is not numeric"),
        (lambda frame: frame.drop(columns="b"), "No column 'b'"),
        (lambda frame: frame.assign(b=np.inf), "Infinite answers"),
        (lambda frame: frame.assign(b=np.nan), "0 of 20000 respondents answered all of 3 items.*'b' has the fewest"),
        (lambda frame: pd.concat([frame, frame[["b"]]], axis=1), "'b' appears 2 times"),
    ],
)
def test_what_cannot_be_averaged_is_named(answers, change, words):
    with pytest.raises(DataError, match=words):
        moments(change(answers), ITEMS)


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (np.array([1.0, -1.0, 1.0]), "negative or missing; the first is -1.0 in row 2"),
        (np.array([1.0, np.nan, 1.0]), "negative or missing"),
        (np.zeros(3), "All weights are zero"),
        (np.ones(2), "3 rows but weights of shape"),
        (pd.Series([1.0, 1.0], index=[0, 1]), "does not hold every row"),
    ],
)
def test_bad_weights_are_refused(answers, bad, words):
    with pytest.raises(DataError, match=words):
        moments(answers.head(3), ITEMS, weights=bad)


def test_a_rule_that_does_not_exist_is_answered_with_those_that_do(answers):
    with pytest.raises(ParamsError, match=r"No rule for missing answers 'drop'\. There are: listwise, pairwise, mean"):
        moments(answers, ITEMS, missing="drop")


def test_an_item_asked_for_twice_is_refused(answers):
    with pytest.raises(ParamsError, match="'a' is named twice"):
        moments(answers, ["a", "a"])


def test_a_scale_without_width_is_refused(answers):
    with pytest.raises(ParamsError, match="'a': the low end must be below the high one"):
        moments(answers, ITEMS, scale=(5, 5))


def test_moments_of_other_items_or_scales_do_not_add_up(answers):
    whole = moments(answers, ITEMS, scale=(1, 10))
    with pytest.raises(ParamsError, match="same items, in the same order"):
        _ = whole + moments(answers, ["b", "a", "c"])
    with pytest.raises(ParamsError, match="same rule for missing answers"):
        _ = whole + moments(answers, ITEMS, missing="pairwise")
    with pytest.raises(ParamsError, match="different scale ends"):
        _ = whole + moments(answers, ITEMS, scale=(1, 7))


def test_arrays_of_the_wrong_shape_are_refused():
    with pytest.raises(ParamsError, match="Moments of 2 items: covariance has shape"):
        Moments(items=("a", "b"), n=10, n_effective=10.0, mean=np.zeros(2), covariance=np.eye(3))


def test_an_item_that_the_moments_lack_is_named_with_the_nearest():
    found = moments(pd.DataFrame({"service": [1.0, 2.0, 4.0], "price": [2.0, 1.0, 3.0]}), ["service", "price"])
    with pytest.raises(DataError, match=r"No item 'servise' in the moments\. Did you mean 'service'\?"):
        found.of(["price", "servise"])
