"""Relative importance of drivers: published numbers, what must hold of every method, bootstrap, refusals."""

import itertools
import math
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from known_models import golden, survey_of

from csat_lib.drivers import METHODS, collinearity, differences, importance
from csat_lib.drivers.resamples import evaluated, letters
from csat_lib.errors import DataError, ModelError, ParamsError
from csat_lib.stats import Moments, blocks, counts, moments, products

SUMMING = ["lmg", "johnson", "car", "pratt"]
DRIVERS = ["a", "b", "c", "d", "e"]
R_SQUARED = {"attitude": 0.732601992531149, "swiss": 0.706735001592726, "azen_budescu": 0.584352517985612}
OUTCOME = {"attitude": "rating", "swiss": "Fertility"}


@pytest.fixture(scope="module")
def frame():
    draw = np.random.default_rng(81)
    X = draw.normal(size=(300, 5)) @ (np.eye(5) + 0.4 * np.triu(np.ones((5, 5)), 1)) * [1, 2, 0.5, 3, 1] + 5
    y = X @ [0.5, 0.3, 0.4, -0.1, 0.0] + draw.normal(0, 1.5, size=300)
    return pd.DataFrame(X, columns=DRIVERS).assign(y=y)


@pytest.fixture(scope="module")
def weights(frame):
    return pd.Series(np.random.default_rng(82).gamma(2.0, size=len(frame)), index=frame.index)


def published(case, table="correlations", n=100):
    matrix = golden(case, table).set_index("variable")
    names = tuple(matrix.index)
    return Moments(items=names, n=n, n_effective=float(n), mean=np.zeros(len(names)), covariance=matrix.to_numpy())


def estimates(data, outcome, drivers, **how):
    return importance(data, outcome, drivers, **how).set_index("driver")["estimate"]


def r_squared(frame, drivers, w=None):
    """By weighted least squares, written out."""
    w = np.ones(len(frame)) if w is None else np.asarray(w)
    y = frame["y"].to_numpy() - np.average(frame["y"], weights=w)
    X = np.column_stack([np.ones(len(frame)), frame[list(drivers)]])
    b = np.linalg.lstsq(X * np.sqrt(w)[:, None], y * np.sqrt(w), rcond=None)[0]
    return 1 - w @ (y - X @ b) ** 2 / (w @ y**2)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("case", ["attitude", "swiss"])
def test_every_method_agrees_with_relaimpo(case, method):
    expected = golden("relaimpo", case).set_index("driver")[method]
    found = estimates(published("relaimpo", f"{case}_correlations"), OUTCOME[case], list(expected.index), method=method)
    np.testing.assert_allclose(found[expected.index], expected, rtol=0, atol=5.1e-11)
    if method in SUMMING:
        assert found.sum() == pytest.approx(R_SQUARED[case], abs=1e-13)


@pytest.mark.parametrize("method", ["lmg", "johnson"])
def test_azen_and_budescu_s_example_agrees(method):
    expected = golden("azen_budescu", "importance").set_index("driver")[method]
    found = estimates(published("azen_budescu"), "y", list(expected.index), method=method)
    np.testing.assert_allclose(found[expected.index], expected, rtol=0, atol=5.1e-11)
    assert found.sum() == pytest.approx(R_SQUARED["azen_budescu"], abs=1e-13)


def test_lmg_is_the_mean_gain_over_all_orders_of_entry(frame, weights):
    gains = dict.fromkeys(DRIVERS, 0.0)
    v = {frozenset(S): r_squared(frame, S, weights) if S else 0.0 for k in range(6) for S in itertools.combinations(DRIVERS, k)}
    for order in itertools.permutations(DRIVERS):
        for place, driver in enumerate(order):
            gains[driver] += (v[frozenset(order[: place + 1])] - v[frozenset(order[:place])]) / math.factorial(5)
    found = estimates(frame, "y", DRIVERS, weights=weights)
    np.testing.assert_allclose(found[DRIVERS], [gains[driver] for driver in DRIVERS], rtol=0, atol=1e-12)


@pytest.mark.parametrize("method", SUMMING)
def test_estimates_sum_to_r_squared_and_shares_to_one(frame, weights, method):
    found = importance(frame, "y", DRIVERS, method=method, weights=weights)
    assert found["estimate"].sum() == pytest.approx(r_squared(frame, DRIVERS, weights), abs=1e-12)
    assert found["share"].sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("unit", [1e-8, 1e8, -3.0])
def test_the_unit_of_a_driver_is_irrelevant(frame, method, unit):
    changed = frame.assign(b=frame["b"] * unit)
    np.testing.assert_allclose(estimates(changed, "y", DRIVERS, method=method), estimates(frame, "y", DRIVERS, method=method), atol=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_the_order_of_drivers_and_of_rows_is_irrelevant(frame, method):
    expected = estimates(frame, "y", DRIVERS, method=method)
    turned = estimates(frame.sample(frac=1, random_state=3), "y", DRIVERS[::-1], method=method)
    np.testing.assert_allclose(turned[DRIVERS], expected, rtol=0, atol=1e-12)
    assert turned.index.tolist() == DRIVERS[::-1]


@pytest.mark.parametrize("method", METHODS)
def test_integer_weights_give_the_estimates_of_duplicated_rows(frame, method):
    times = np.random.default_rng(83).integers(0, 4, size=len(frame))
    weighted = estimates(frame, "y", DRIVERS, method=method, weights=pd.Series(times, index=frame.index, dtype=float))
    repeated = estimates(frame.loc[frame.index.repeat(times)].reset_index(drop=True), "y", DRIVERS, method=method)
    np.testing.assert_allclose(weighted, repeated, rtol=0, atol=1e-12)


def test_a_survey_brings_its_weights(frame, weights):
    survey = survey_of(frame, [*DRIVERS, "y"], low=-50, high=60, weights=weights)
    np.testing.assert_allclose(estimates(survey, "y", DRIVERS), estimates(frame, "y", DRIVERS, weights=weights), rtol=0, atol=1e-12)


def test_moments_give_what_rows_give(frame, weights):
    parts = [moments(frame.iloc[cut], ["y", *DRIVERS], weights=weights.iloc[cut]) for cut in (slice(0, 90), slice(90, None))]
    np.testing.assert_allclose(estimates(parts[0] + parts[1], "y", DRIVERS), estimates(frame, "y", DRIVERS, weights=weights), atol=1e-12)


def test_with_two_drivers_lmg_equals_johnson(frame):
    lmg, johnson = (estimates(frame, "y", ["a", "c"], method=method) for method in ("lmg", "johnson"))
    np.testing.assert_allclose(lmg, johnson, rtol=0, atol=1e-14)


@pytest.mark.parametrize("method", METHODS)
def test_uncorrelated_drivers_have_their_squared_correlation_by_every_method(method):
    r = np.array([0.5, -0.3, 0.2])
    R = np.eye(4)
    R[3, :3] = R[:3, 3] = r
    m = Moments(items=("a", "b", "c", "y"), n=50, n_effective=50.0, mean=np.zeros(4), covariance=R)
    np.testing.assert_allclose(estimates(m, "y", ["a", "b", "c"], method=method), r**2, rtol=0, atol=1e-14)


@pytest.mark.parametrize("method", METHODS)
def test_one_driver_has_the_whole_r_squared(frame, method):
    assert estimates(frame, "y", ["a"], method=method).iloc[0] == pytest.approx(frame["a"].corr(frame["y"]) ** 2, rel=1e-10)


def test_last_is_the_loss_when_a_driver_is_taken_out(frame):
    found = estimates(frame, "y", DRIVERS, method="last")
    for driver in DRIVERS:
        rest = [each for each in DRIVERS if each != driver]
        assert found[driver] == pytest.approx(r_squared(frame, DRIVERS) - r_squared(frame, rest), abs=1e-12)


def test_a_group_enters_as_one_player(frame):
    found = estimates(frame, "y", DRIVERS, groups={"G": ["a", "c"], "H": ["b", "d", "e"]})
    g, h = r_squared(frame, ["a", "c"]), r_squared(frame, ["b", "d", "e"])
    whole = r_squared(frame, DRIVERS)
    assert found.to_dict() == pytest.approx({"G": (g + whole - h) / 2, "H": (h + whole - g) / 2}, abs=1e-12)


def test_groups_of_one_are_the_drivers_themselves(frame):
    grouped = estimates(frame, "y", DRIVERS, groups={driver: [driver] for driver in DRIVERS})
    np.testing.assert_allclose(grouped, estimates(frame, "y", DRIVERS), rtol=0, atol=1e-14)


def test_controls_are_in_every_model_and_get_no_share(frame):
    found = estimates(frame, "y", ["a", "b"], always=["d", "e"])
    base = r_squared(frame, ["d", "e"])
    gain = {S: r_squared(frame, [*S, "d", "e"]) - base for S in (("a",), ("b",), ("a", "b"))}
    expected = {"a": (gain["a",] + gain["a", "b"] - gain["b",]) / 2, "b": (gain["b",] + gain["a", "b"] - gain["a",]) / 2}
    assert found.to_dict() == pytest.approx(expected, abs=1e-12)


def test_a_driver_whose_coefficient_contradicts_its_correlation_is_marked():
    R = np.array([[1, 0.8, 0.6], [0.8, 1, 0.3], [0.6, 0.3, 1]])
    found = importance(Moments(items=("a", "b", "y"), n=90, n_effective=90.0, mean=np.zeros(3), covariance=R), "y", ["a", "b"])
    assert found["verdict"].tolist() == ["ok", "suppressed"]
    assert found["correlation"].tolist() == pytest.approx([0.6, 0.3])
    assert found["beta"].tolist() == pytest.approx([1.0, -0.5], abs=1e-12)
    assert (found["estimate"] >= 0).all()


@pytest.mark.parametrize("missing", ["listwise", "pairwise", "mean"])
def test_each_rule_for_missing_answers_is_followed_and_its_n_is_given(frame, missing):
    gappy = frame.mask(np.random.default_rng(84).random(frame.shape) < 0.1)
    found = importance(gappy, "y", DRIVERS, missing=missing)
    expected = moments(gappy, [*DRIVERS, "y"], missing=missing)
    np.testing.assert_allclose(found["estimate"], estimates(expected, "y", DRIVERS), rtol=0, atol=1e-14)
    assert (found["n"] == expected.n).all()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda _: 4.2, "all answers are the same"),
        (lambda _: np.nan, "nobody answered"),
        (lambda frame: 7 - 2 * frame["b"], "a copy of another driver"),
        (lambda frame: frame["a"] + 2 * frame["b"] - frame["e"], "the drivers before it determine it"),
    ],
)
def test_a_driver_that_cannot_have_a_share_is_named_and_left_out(frame, method, make, why):
    with pytest.warns(UserWarning, match=f"Driver 'z' was left out: {why}"):
        found = importance(frame.assign(z=make(frame)), "y", [*DRIVERS, "z"], method=method)
    pd.testing.assert_frame_equal(found, importance(frame, "y", DRIVERS, method=method), rtol=1e-9)
    assert found.notna().all(axis=None)


def test_a_driver_that_is_left_out_does_not_cost_respondents(frame):
    copy = frame["b"].where(frame.index >= 100)
    with pytest.warns(UserWarning, match="'z' was left out"):
        found = importance(frame.assign(z=copy), "y", [*DRIVERS, "z"], draws=200, seed=1)
    pd.testing.assert_frame_equal(found, importance(frame, "y", DRIVERS, draws=200, seed=1))
    assert (found["n"] == 300).all()


def test_of_a_control_and_its_copy_the_control_stays(frame):
    with pytest.warns(UserWarning, match="Driver 'a' was left out: a copy"):
        found = estimates(frame.assign(z=frame["a"]), "y", ["a", "b"], always=["z"])
    assert found.to_dict() == pytest.approx({"b": r_squared(frame, ["a", "b"]) - r_squared(frame, ["a"])}, abs=1e-12)


def test_a_group_loses_the_driver_that_is_left_out(frame):
    with pytest.warns(UserWarning, match="'z' was left out"):
        found = estimates(frame.assign(z=1.0), "y", ["a", "b", "z"], groups={"G": ["a", "z"]})
    np.testing.assert_allclose(found, estimates(frame, "y", ["a", "b"]), rtol=0, atol=1e-14)
    assert found.index.tolist() == ["G", "b"]


@pytest.mark.parametrize("method", METHODS)
def test_draws_in_which_a_driver_is_constant_or_a_twin_are_counted_as_lost(frame, method):
    rare = (frame.index < 3).astype(float)
    twins = frame.assign(d=rare, e=np.where(frame.index == 0, 0.0, rare))
    found = importance(twins, "y", DRIVERS, method=method, draws=300, seed=5)
    taken = np.concatenate([counts(block, 300) for block in blocks(300, 300, 5)])[:, :3] > 0
    # d = e without row 0; without rows 1 and 2 e is constant (d too, or d alone is left).
    kept = taken[:, 0] & taken[:, 1:].any(axis=1)
    assert 60 < (~kept).sum() < 150
    assert (found["draws"] == kept.sum()).all()
    assert np.isfinite(found[["std_error", "conf_low", "conf_high", "share_low", "share_high"]]).all(axis=None)


def test_an_interval_holds_its_estimate_and_ranks_are_places(frame):
    found = importance(frame, "y", DRIVERS, draws=500, seed=2)
    assert ((found["conf_low"] < found["estimate"]) & (found["estimate"] < found["conf_high"])).all()
    assert ((found["share_low"] < found["share"]) & (found["share"] < found["share_high"])).all()
    assert found["rank_low"].between(1, 5).all()
    assert (found["rank_low"] <= found["rank_high"]).all()
    first = found.loc[found["estimate"].idxmax()]
    assert first["rank_low"] == 1
    assert (found["draws"] == 500).all()


def test_a_bootstrap_draw_is_the_estimate_of_the_rows_it_repeats(frame, weights):
    found = importance(frame, "y", DRIVERS, weights=weights, draws=100, seed=6).set_index("driver")
    taken = np.concatenate([counts(block, 300) for block in blocks(100, 300, 6)]).astype(int)
    repeated = []
    for each in taken:
        rows = frame.index.repeat(each)
        again = frame.loc[rows].reset_index(drop=True)
        repeated.append(estimates(again, "y", DRIVERS, weights=weights.loc[rows].to_numpy()))
    repeated = pd.DataFrame(repeated)
    np.testing.assert_allclose(found["std_error"], repeated.std(), rtol=1e-8)
    np.testing.assert_allclose(found["conf_low"], repeated.quantile(0.025), rtol=1e-8)
    shares = repeated.div(repeated.sum(axis=1), axis=0)
    np.testing.assert_allclose(found["share_high"], shares.quantile(0.975), rtol=1e-8)


@pytest.mark.parametrize("drivers", [3, 21])
def test_however_many_drivers_every_draw_is_evaluated(drivers):
    draw = np.random.default_rng(83)
    X = draw.normal(size=(60, drivers + 1))
    taken = counts(next(iter(blocks(5, 60, 1))), 60)
    found = evaluated(products(X, np.ones(60), "listwise"), taken, lambda R: R[:-1, -1], drivers)
    again = [np.corrcoef(np.repeat(X, each.astype(int), axis=0), rowvar=False)[:-1, -1] for each in taken]
    np.testing.assert_allclose(found, np.transpose(again), atol=1e-12)


def test_draws_repeat_with_their_seed(frame):
    one, again, other = (importance(frame, "y", DRIVERS, draws=200, seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, again)
    assert (one["std_error"] != other["std_error"]).all()


def test_clusters_widen_the_intervals(frame):
    draw = np.random.default_rng(85)
    branch = np.repeat(np.arange(30), 10)
    level = draw.normal(0, 3, size=30)[branch]
    shifted = frame.assign(a=frame["a"] + level, y=frame["y"] + draw.normal(0, 3, size=30)[branch], branch=branch)
    items = [*DRIVERS, "y"]
    plain = importance(survey_of(shifted, items, low=-80, high=90), "y", DRIVERS, draws=400, seed=3)
    clustered = importance(survey_of(shifted, items, low=-80, high=90, roles={"branch": "cluster"}), "y", DRIVERS, draws=400, seed=3)
    np.testing.assert_allclose(clustered["estimate"], plain["estimate"], rtol=0, atol=1e-12)
    assert clustered.loc[0, "std_error"] > 1.5 * plain.loc[0, "std_error"]


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"method": "shapely"}, r"No method 'shapely'\. There are: lmg, johnson"),
        ({"draws": 500}, "draws= and seed= go together"),
        ({"draws": 50, "seed": 1}, "50 draws are too few"),
        ({"groups": {"G": ["a", "q"]}}, "groups: 'q' must be one of the drivers"),
        ({"groups": {"G": ["a"], "H": ["a"]}}, "groups: 'a' must be one of the drivers, in one group only"),
        ({"groups": {"G": ["a", "b"]}, "method": "car"}, "groups= need method='lmg'"),
        ({"always": ["a"]}, "'a' is named twice"),
    ],
)
def test_words_that_make_no_sense_are_refused(frame, how, words):
    with pytest.raises(ParamsError, match=words):
        importance(frame, "y", DRIVERS, **how)


def test_a_constant_outcome_has_nothing_to_explain(frame):
    with pytest.raises(ModelError, match="'y': all 300 answers are the same, so there is nothing to explain"):
        importance(frame.assign(y=7.3), "y", DRIVERS)


def test_no_driver_left_is_said(frame):
    with (
        pytest.warns(UserWarning, match="left out"),
        pytest.raises(ModelError, match=r"No driver is left: all answers are the same \(a, b\)"),
    ):
        importance(frame.assign(a=1.0, b=2.0), "y", ["a", "b"])


def test_too_few_respondents_are_refused(frame):
    with pytest.raises(ModelError, match="6 respondents answered the outcome and all 5 drivers: too few"):
        importance(frame.head(6), "y", DRIVERS)


def test_the_outcome_is_no_driver_and_some_driver_is_needed(frame):
    with pytest.raises(ParamsError, match="The outcome 'y' is among the drivers"):
        importance(frame, "y", ["a", "y"])
    with pytest.raises(ParamsError, match="No drivers were named"):
        importance(frame, "y", [])


def test_an_unknown_driver_is_named_with_the_nearest(frame):
    with pytest.raises(DataError, match=r"No column 'speeed' in the data\. Did you mean 'speed'"):
        importance(frame.rename(columns={"a": "speed"}), "y", ["speeed", "b"])


def test_moments_have_no_rows_to_resample(frame):
    with pytest.raises(ParamsError, match="A bootstrap of the importance needs the rows"):
        importance(moments(frame, [*DRIVERS, "y"]), "y", DRIVERS, draws=100, seed=1)


def test_weights_cannot_stand_beside_a_survey_or_moments(frame, weights):
    survey = survey_of(frame, [*DRIVERS, "y"], low=-50, high=60)
    with pytest.raises(ParamsError, match="weights= cannot be given beside a Survey"):
        importance(survey, "y", DRIVERS, weights=weights)
    with pytest.raises(ParamsError, match="weights= cannot be given beside Moments"):
        importance(moments(frame, [*DRIVERS, "y"]), "y", DRIVERS, weights=weights)


def test_contradicting_pairwise_correlations_are_refused():
    R = np.array([[1, 0.9, 0.9], [0.9, 1, -0.9], [0.9, -0.9, 1.0]])
    m = Moments(items=("a", "b", "y"), n=90, n_effective=90.0, mean=np.zeros(3), covariance=R, missing="pairwise")
    with pytest.raises(ModelError, match="pairwise correlations contradict each other"):
        importance(m, "y", ["a", "b"])


def test_sound_drivers_raise_no_warning(frame):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        importance(frame, "y", DRIVERS, draws=100, seed=1)


@pytest.mark.parametrize("missing", ["pairwise", "mean"])
def test_with_gaps_a_draw_is_the_estimate_of_the_rows_it_repeats(frame, weights, missing):
    gappy = frame.mask(np.random.default_rng(87).random(frame.shape) < 0.15)
    found = importance(gappy, "y", DRIVERS, weights=weights, missing=missing, draws=100, seed=6).set_index("driver")
    repeated = []
    for each in np.concatenate([counts(block, 300) for block in blocks(100, 300, 6)]).astype(int):
        rows = frame.index.repeat(each)
        again = gappy.loc[rows].reset_index(drop=True)
        repeated.append(estimates(again, "y", DRIVERS, weights=weights.loc[rows].to_numpy(), missing=missing))
    np.testing.assert_allclose(found["std_error"], pd.DataFrame(repeated).std(), rtol=1e-8)
    assert (found["n"] == moments(gappy, [*DRIVERS, "y"], missing=missing).n).all()


@pytest.mark.parametrize("method", ["lmg", "johnson"])
def test_a_driver_unrelated_to_everything_explains_nothing(method):
    R = np.eye(4)
    R[0, 3] = R[3, 0] = 0.5
    m = Moments(items=("a", "b", "c", "y"), n=50, n_effective=50.0, mean=np.zeros(4), covariance=R)
    found = importance(m, "y", ["a", "b", "c"], method=method)
    assert found["share"].tolist() == pytest.approx([1, 0, 0], abs=1e-14)
    nothing = importance(m, "y", ["b", "c"], method=method)
    assert nothing["share"].tolist() == [0, 0]
    assert nothing.notna().all(axis=None)


def test_the_table_s_inflation_is_that_of_the_panel(frame):
    panel = collinearity(frame, "y", DRIVERS).set_index(["metric", "driver"])["estimate"]["vif"]
    np.testing.assert_allclose(importance(frame, "y", DRIVERS)["vif"], panel[DRIVERS], rtol=1e-12)


def test_drivers_share_a_letter_if_and_only_if_their_intervals_overlap(frame):
    found = importance(frame, "y", DRIVERS, draws=300, seed=4)
    for (_, a), (_, b) in itertools.combinations(found.iterrows(), 2):
        overlap = a["share_low"] <= b["share_high"] and b["share_low"] <= a["share_high"]
        assert bool(set(a["letters"]) & set(b["letters"])) == overlap
    assert "A" in found.loc[found["share_low"].idxmax(), "letters"]


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 10)), min_size=1, max_size=12))
def test_letters_of_any_intervals_say_which_overlap(ends):
    low = np.array([a for a, _ in ends], dtype=float)
    high = low + [width for _, width in ends]
    found = letters(low, high)
    for a, b in itertools.product(range(len(ends)), repeat=2):
        assert bool(set(found[a]) & set(found[b])) == bool(low[a] <= high[b] and low[b] <= high[a])


def test_a_difference_has_the_resamples_of_the_table(frame, weights):
    found = differences(frame, "y", DRIVERS, weights=weights, draws=100, seed=6).set_index(["driver", "other"])
    assert len(found) == 10
    repeated = []
    for each in np.concatenate([counts(block, 300) for block in blocks(100, 300, 6)]).astype(int):
        rows = frame.index.repeat(each)
        again = frame.loc[rows].reset_index(drop=True)
        repeated.append(estimates(again, "y", DRIVERS, weights=weights.loc[rows].to_numpy()))
    repeated = pd.DataFrame(repeated)
    whole = estimates(frame, "y", DRIVERS, weights=weights)
    for (driver, other), row in found.iterrows():
        gap = repeated[driver] - repeated[other]
        assert row["estimate"] == pytest.approx(whole[driver] - whole[other], abs=1e-12)
        assert row["std_error"] == pytest.approx(gap.std(), rel=1e-8)
        assert (row["conf_low"], row["conf_high"]) == pytest.approx((gap.quantile(0.025), gap.quantile(0.975)), rel=1e-8)


def test_drivers_that_were_made_alike_are_not_told_apart_and_others_are():
    draw = np.random.default_rng(88)
    X = draw.normal(size=(2_000, 3)) + 0.6 * draw.normal(size=(2_000, 1))
    made = pd.DataFrame(X, columns=["a", "b", "c"]).assign(y=X @ [0.6, 0.6, 0.1] + draw.normal(size=2_000))
    found = differences(made, "y", ["a", "b", "c"], draws=500, seed=1).set_index(["driver", "other"])["verdict"]
    assert found["a", "b"] == "not told apart"
    assert found["a", "c"] == found["b", "c"] == "higher"


def test_a_difference_needs_two_drivers_and_a_known_correction(frame):
    with pytest.raises(ParamsError, match="A difference needs two drivers; there is only 'a'"):
        differences(frame, "y", ["a"], draws=100, seed=1)
    with pytest.raises(ParamsError, match=r"No correction 'bonferoni'\. There are: holm, bh, none"):
        differences(frame, "y", DRIVERS, draws=100, seed=1, correction="bonferoni")


def test_negative_weights_are_refused_by_row(frame, weights):
    with pytest.raises(DataError, match=r"1 weights are negative or missing; the first is -1\.0 in row 4"):
        importance(frame, "y", DRIVERS, weights=weights.where(weights.index != 3, -1.0))


def test_more_drivers_than_respondents_are_refused():
    wide = pd.DataFrame(np.random.default_rng(90).normal(size=(12, 31)), columns=[*(f"x{k}" for k in range(30)), "y"])
    with pytest.raises(ModelError, match="12 respondents answered the outcome and all 30 drivers: too few"):
        importance(wide, "y", list(wide)[:30])


def test_known_shares_are_recovered():
    draw = np.random.default_rng(93)
    R = np.array([[1, 0.5, 0.2], [0.5, 1, 0.3], [0.2, 0.3, 1]])
    X = draw.multivariate_normal(np.zeros(3), R, size=40_000)
    y = X @ [0.5, 0.3, 0.2] + draw.normal(size=40_000)
    r = R @ [0.5, 0.3, 0.2]
    whole = np.block([[R, r[:, None]], [r[None], np.array([[[0.5, 0.3, 0.2] @ r + 1]])]])
    true = estimates(Moments(items=("a", "b", "c", "y"), n=9, n_effective=9.0, mean=np.zeros(4), covariance=whole), "y", ["a", "b", "c"])
    found = importance(pd.DataFrame(X, columns=["a", "b", "c"]).assign(y=y), "y", ["a", "b", "c"], draws=200, seed=1).set_index("driver")
    # Four standard errors of a sample of 40,000.
    assert (np.abs(found["estimate"] - true) < 4 * found["std_error"]).all()
    assert (found["std_error"] < 0.005).all()
