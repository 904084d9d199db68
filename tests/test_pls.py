"""PLS path models: published numbers, invariances, a known truth, and refusals."""

import numpy as np
import pandas as pd
import pytest
from known_models import (
    TIGHT,
    acsi,
    acsi_answers,
    acsi_without_complaints,
    ecsi,
    golden,
    mobile,
    reduced,
    structure,
    survey_of,
    truth,
)

from csat_lib.errors import ConvergenceError, DataError, ModelError, ParamsError
from csat_lib.model import fit_pls, index_scores
from csat_lib.simulate import population, responses
from csat_lib.stats import moments

# SmartPLS prints eight decimals after stopping at 1e-7; ours stop at 1e-12.
PRINTED = 1e-6
SCHEMES = ["path", "centroid", "factorial"]
EXACT = 1e-10


def agrees(found, expected, column="estimate", atol=PRINTED):
    """Every row of ``expected`` is there and its number agrees."""
    keys = [name for name in ("cause", "effect", "construct", "item") if name in expected]
    both = expected.merge(found, on=keys, suffixes=("_expected", ""))
    assert len(both) == len(expected)
    wanted = both["estimate_expected" if column == "estimate" else column]
    np.testing.assert_allclose(both["estimate"], wanted, rtol=0, atol=atol)


def same_fit(found, expected, atol=EXACT):
    for table in ("paths", "weights", "loadings"):
        agrees(getattr(found, table), getattr(expected, table), atol=atol)
    np.testing.assert_allclose(found.r_squared[expected.r_squared.index], expected.r_squared, rtol=0, atol=atol)


@pytest.fixture
def phone(real_data):
    return mobile(real_data)


@pytest.fixture
def phone_on_hundred(phone):
    return ((phone - 1) / 9 * 100).round(2)


@pytest.fixture(scope="module")
def model():
    return truth().structure


@pytest.fixture(scope="module")
def answers():
    return responses(truth(), 400, seed=31, answers="rounded")


@pytest.fixture(scope="module")
def large(model):
    return moments(responses(truth(), 200_000, seed=33), model.items)


@pytest.fixture(scope="module")
def fitted(answers, model):
    return fit_pls(answers, model, tolerance=TIGHT, scale=(1, 10))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_mobile_phone_paths_agree_with_smartpls(phone, scheme):
    fit = fit_pls(phone, ecsi(), scheme=scheme, tolerance=TIGHT)
    agrees(fit.paths, golden("smartpls_ecsi", "paths"), column=scheme)


@pytest.mark.parametrize(("table", "column"), [("weights", "weight"), ("loadings", "loading")])
def test_mobile_phone_weights_and_loadings_agree_with_smartpls(phone, table, column):
    fit = fit_pls(phone, ecsi(), scheme="path", tolerance=TIGHT)
    agrees(getattr(fit, table), golden("smartpls_ecsi", "items"), column=column)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_mobile_phone_r_squared_agrees_to_the_last_printed_digit(phone, scheme):
    expected = golden("smartpls_ecsi", "quality").query("metric == 'r_squared'").set_index("construct")[scheme]
    fit = fit_pls(phone, ecsi(), scheme=scheme, tolerance=TIGHT)
    np.testing.assert_allclose(fit.r_squared[expected.index], expected, rtol=0, atol=5.1e-7)


def test_raw_answers_with_centroid_scheme_give_the_numbers_of_the_published_setting(phone_on_hundred):
    fit = fit_pls(phone_on_hundred, ecsi(), scheme="centroid", metric="raw", tolerance=TIGHT, scale=(0, 100))
    agrees(fit.paths, golden("smartpls_ecsi", "paths"), column="raw", atol=1e-5)
    agrees(fit.loadings, golden("smartpls_ecsi", "raw_items"), column="loading", atol=5.1e-5)
    r_squared = golden("smartpls_ecsi", "quality").query("metric == 'r_squared'").set_index("construct")["raw"]
    np.testing.assert_allclose(fit.r_squared[r_squared.index], r_squared, rtol=0, atol=1e-5)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_metric_alone_moves_the_mobile_phone_numbers(phone, phone_on_hundred, scheme):
    standardised, raw = (fit_pls(phone_on_hundred, ecsi(), scheme=scheme, metric=metric) for metric in ("standardised", "raw"))
    same_fit(standardised, fit_pls(phone, ecsi(), scheme=scheme), atol=1e-4)
    assert 0.005 < standardised.r_squared["satisfaction"] - raw.r_squared["satisfaction"] < 0.015


def test_the_reduced_model_agrees_with_seminr(phone):
    fit = fit_pls(phone, reduced(), tolerance=TIGHT)
    agrees(fit.paths, golden("seminr_reduced", "paths"))
    assert fit.r_squared["satisfaction"] == pytest.approx(golden("seminr_reduced", "r_squared").loc[0, "estimate"], abs=PRINTED)
    expected = golden("seminr_reduced", "construct_correlations")
    found = [fit.correlations.loc[a, b] for a, b in zip(expected["construct"], expected["other"], strict=True)]
    np.testing.assert_allclose(found, expected["estimate"], rtol=0, atol=PRINTED)


@pytest.mark.parametrize("mode", ["A", "B"])
def test_acsi_2015_agrees_in_both_modes(real_data, mode):
    fit = fit_pls(acsi_answers(real_data), acsi_without_complaints(), mode=mode, tolerance=TIGHT)
    assert fit.moments.n == 7_422
    agrees(fit.paths, golden("acsi_2015", "paths"), column=mode)
    agrees(fit.loadings, golden("acsi_2015", "loadings"), column=mode, atol=5.1e-5)
    expected = golden("acsi_2015", "quality").query("metric == 'r_squared'").set_index("construct")[mode]
    np.testing.assert_allclose(fit.r_squared[expected.index], expected, rtol=0, atol=PRINTED)


def test_acsi_2015_with_complaints_agrees_on_all_nine_paths(real_data):
    fit = fit_pls(acsi_answers(real_data), acsi(), tolerance=TIGHT)
    assert fit.moments.n == 7_341
    agrees(fit.paths, golden("acsi_2015", "nine_paths"))
    expected = golden("acsi_2015", "nine_r_squared").set_index("effect")["estimate"]
    np.testing.assert_allclose(fit.r_squared[expected.index], expected, rtol=0, atol=5.1e-6)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("metric", ["standardised", "raw"])
@pytest.mark.parametrize("mode", ["A", "B"])
def test_the_order_of_respondents_is_irrelevant(answers, model, scheme, metric, mode):
    how = {"scheme": scheme, "metric": metric, "mode": mode, "tolerance": TIGHT}
    same_fit(fit_pls(answers.sample(frac=1, random_state=4), model, **how), fit_pls(answers, model, **how))


@pytest.mark.parametrize("mode", ["A", "B"])
def test_the_order_of_items_and_constructs_is_irrelevant(answers, model, mode):
    blocks = {each.name: each.items[::-1] for each in model.constructs[::-1]}
    turned = structure(blocks, dict(list(model.drivers_of.items())[::-1]))
    how = {"mode": mode, "tolerance": TIGHT}
    same_fit(fit_pls(answers[list(answers)[::-1]], turned, **how), fit_pls(answers, model, **how))


@pytest.mark.parametrize(("slope", "shift"), [(2.5, 3.0), (1e-8, 0.0), (1e-8, 5.0), (1.0, 1e6), (1e6, -7.0)])
def test_the_unit_of_an_item_is_irrelevant_to_standardised_numbers(answers, model, fitted, slope, shift):
    changed = answers.assign(q2=answers["q2"] * slope + shift)
    # A spread of 1e-8 around 5 is known to seven digits only.
    same_fit(fit_pls(changed, model, tolerance=TIGHT), fitted, atol=1e-6 if (slope, shift) == (1e-8, 5.0) else EXACT)


@pytest.mark.parametrize("slope", [1e-6, 0.1, 11.1, 1e6])
def test_the_common_unit_of_all_items_is_irrelevant_to_raw_numbers(answers, model, slope):
    one, other = (fit_pls(answers * factor, model, metric="raw", tolerance=TIGHT) for factor in (1.0, slope))
    agrees(other.paths, one.paths, atol=EXACT)
    agrees(other.loadings, one.loadings, atol=EXACT)
    np.testing.assert_allclose(other.weights["estimate"] * slope, one.weights["estimate"], rtol=1e-9)


def test_raw_numbers_do_depend_on_the_unit_of_a_single_item(answers, model):
    one, other = (fit_pls(answers.assign(q2=answers["q2"] * factor), model, metric="raw") for factor in (1.0, 5.0))
    assert np.abs(one.paths["estimate"] - other.paths["estimate"]).max() > 1e-3


def test_a_sample_given_twice_has_the_same_estimates(answers, model, fitted):
    same_fit(fit_pls(pd.concat([answers, answers], ignore_index=True), model, tolerance=TIGHT), fitted)


@pytest.mark.parametrize("item", ["i2", "q1", "s3"])
def test_reversing_an_item_turns_its_loading_and_nothing_else(answers, model, fitted, item):
    found = fit_pls(answers.assign(**{item: 11 - answers[item]}), model, tolerance=TIGHT)
    sign = np.where(fitted.loadings["item"] == item, -1, 1)
    agrees(found.paths, fitted.paths, atol=EXACT)
    np.testing.assert_allclose(found.loadings["estimate"], sign * fitted.loadings["estimate"], rtol=0, atol=EXACT)
    np.testing.assert_allclose(found.weights["estimate"], sign * fitted.weights["estimate"], rtol=0, atol=EXACT)


@pytest.mark.parametrize("metric", ["standardised", "raw"])
def test_integer_weights_give_the_estimates_of_duplicated_rows(answers, model, metric):
    times = np.random.default_rng(32).integers(0, 4, size=len(answers))
    weighted = survey_of(answers, list(answers), weights=pd.Series(times, index=answers.index, dtype=float))
    repeated = answers.loc[answers.index.repeat(times)].reset_index(drop=True)
    how = {"metric": metric, "tolerance": TIGHT}
    one, other = fit_pls(weighted, model, **how), fit_pls(repeated, model, **how)
    agrees(one.paths, other.paths, atol=EXACT)
    agrees(one.loadings, other.loadings, atol=EXACT)
    assert one.moments.n == (times > 0).sum()


@pytest.mark.parametrize("metric", ["standardised", "raw"])
@pytest.mark.parametrize("mode", ["A", "B"])
def test_scores_have_variance_one_and_loadings_are_their_correlations_with_the_items(answers, model, metric, mode):
    fit = fit_pls(answers, model, metric=metric, mode=mode, tolerance=TIGHT)
    Y = pd.DataFrame(dict(_scores(fit, answers)))
    np.testing.assert_allclose(Y.var(), 1, rtol=1e-10)
    np.testing.assert_allclose(Y.corr(), fit.correlations, rtol=0, atol=EXACT)
    expected = [answers[item].corr(Y[name]) for name, item in fit.loadings[["construct", "item"]].to_numpy()]
    np.testing.assert_allclose(fit.loadings["estimate"], expected, rtol=0, atol=EXACT)
    b = np.linalg.lstsq(Y[["image", "quality"]] - Y[["image", "quality"]].mean(), Y["satisfaction"] - Y["satisfaction"].mean(), rcond=None)[
        0
    ]
    agrees(fit.paths, pd.DataFrame({"cause": ["image", "quality"], "effect": "satisfaction", "estimate": b}), atol=EXACT)


def _scores(fit, answers):
    X = answers if fit.metric == "raw" else answers / answers.std()
    for name, block in fit.weights.groupby("construct", sort=False):
        yield name, X[block["item"]] @ block["estimate"].to_numpy()


def test_mode_b_weights_are_the_regression_of_the_inner_estimate_on_the_block(answers, model):
    fit = fit_pls(answers, model, scheme="factorial", mode={"quality": "B"}, tolerance=TIGHT)
    Y = pd.DataFrame({name: part - part.mean() for name, part in _scores(fit, answers)})
    inner = Y["image"] * Y["quality"].corr(Y["image"]) + Y["satisfaction"] * Y["quality"].corr(Y["satisfaction"])
    X = answers[["q1", "q2", "q3", "q4"]]
    b = np.linalg.lstsq((X - X.mean()) / X.std(), inner, rcond=None)[0]
    own = fit.weights.query("construct == 'quality'")["estimate"].to_numpy()
    np.testing.assert_allclose(own / np.abs(own).max(), b / np.abs(b).max(), rtol=0, atol=1e-9)


def test_a_linear_combination_of_its_own_items_has_r_squared_one_in_mode_b(answers, model):
    made = answers.assign(l1=answers[["s1", "s2", "s3"]] @ [0.2, 0.5, 0.3])
    two = structure({"satisfaction": ["s1", "s2", "s3"], "loyalty": ["l1"]}, {"loyalty": ["satisfaction"]})
    fit = fit_pls(made, two, metric="raw", mode="B", tolerance=TIGHT)
    assert fit.r_squared["loyalty"] == pytest.approx(1, abs=1e-10)
    w = fit.weights["estimate"].to_numpy()[:3]
    np.testing.assert_allclose(w / w.sum(), [0.2, 0.5, 0.3], rtol=1e-9)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("metric", ["standardised", "raw"])
def test_two_hundred_thousand_answers_give_what_their_population_gives(scheme, metric, model, large):
    how = {"scheme": scheme, "metric": metric, "tolerance": TIGHT}
    found, expected = fit_pls(large, model, **how), fit_pls(population(truth()), model, **how)
    # Standard errors are at most 1 / sqrt(200,000) = .0022; four of them.
    for table in ("paths", "loadings"):
        agrees(getattr(found, table), getattr(expected, table), atol=0.009)
    np.testing.assert_allclose(found.r_squared, expected.r_squared, rtol=0, atol=0.009)


def test_perfectly_measured_constructs_give_the_true_paths(model):
    known = truth()
    perfect = type(known)(model, known.paths, dict.fromkeys(model.items, 0.999999), mean=7, sd=1.5)
    fit = fit_pls(population(perfect), model, tolerance=TIGHT)
    agrees(
        fit.paths, pd.DataFrame([(*pair, value) for pair, value in known.paths.items()], columns=["cause", "effect", "estimate"]), atol=1e-5
    )


def test_moments_merged_from_parts_give_what_rows_give(answers, model, fitted):
    parts = [moments(part, model.items, scale=(1, 10)) for part in (answers.iloc[:150], answers.iloc[150:])]
    same_fit(fit_pls(parts[0] + parts[1], model, tolerance=TIGHT), fitted)


def test_gaps_elsewhere_do_not_cost_respondents(answers, model, fitted):
    same_fit(fit_pls(answers.assign(other=np.nan), model, tolerance=TIGHT), fitted)


def test_listwise_leaves_out_exactly_the_rows_with_a_gap(answers, model):
    gappy = answers.mask(np.random.default_rng(34).random(answers.shape) < 0.02)
    same_fit(fit_pls(gappy, model, tolerance=TIGHT), fit_pls(gappy.dropna(), model, tolerance=TIGHT))


def test_mean_imputation_equals_a_fit_of_the_filled_answers(answers, model):
    gappy = answers.mask(np.random.default_rng(35).random(answers.shape) < 0.1)
    filled = fit_pls(gappy.fillna(gappy.mean()), model, tolerance=TIGHT)
    same_fit(fit_pls(gappy, model, missing="mean", tolerance=TIGHT), filled)


def test_pairwise_uses_the_correlations_of_pandas(answers, model):
    gappy = answers.mask(np.random.default_rng(36).random(answers.shape) < 0.05)
    found = fit_pls(gappy, model, missing="pairwise", tolerance=TIGHT)
    R = found.moments.covariance / np.sqrt(np.outer(np.diag(found.moments.covariance), np.diag(found.moments.covariance)))
    pairs = gappy[list(model.items)].cov()
    np.testing.assert_allclose(R, pairs / np.sqrt(np.outer(np.diag(pairs), np.diag(pairs))), atol=1e-10)


def test_most_items_decide_which_way_a_construct_points(answers, model):
    upside_down = answers.assign(**{item: 11 - answers[item] for item in ("q1", "q2", "q3")})
    found = fit_pls(upside_down, model).loadings.query("construct == 'quality'").set_index("item")["estimate"]
    assert (found[["q1", "q2", "q3"]] > 0).all()
    assert found["q4"] < 0


def test_two_weak_items_outvote_a_strong_one():
    draw = np.random.default_rng(38)
    f = draw.normal(size=2_000)
    frame = pd.DataFrame(
        {"a": f + 0.2 * draw.normal(size=2_000), "b": -0.2 * f + draw.normal(size=2_000), "c": -0.2 * f + draw.normal(size=2_000)}
    )
    two = structure({"x": ["a", "b", "c"], "y": ["d"]}, {"y": ["x"]}, "y")
    fit = fit_pls(frame.assign(d=f + draw.normal(size=2_000)), two)
    found = fit.loadings.set_index("item")["estimate"]
    assert found["a"] < 0 < min(found["b"], found["c"])
    assert found[["a", "b", "c"]].sum() < -0.05  # the sum alone would turn the construct round
    assert fit.paths.loc[0, "estimate"] < 0


def test_a_construct_s_own_mode_is_used_unless_another_is_asked_for(answers, model):
    own = structure({each.name: each.items for each in model.constructs}, dict(model.drivers_of))
    fit = fit_pls(answers, own, mode={"image": "B"})
    assert dict(fit.modes) == {"image": "B", "quality": "A", "satisfaction": "A", "loyalty": "A"}
    with pytest.raises(AssertionError):
        agrees(fit.weights, fit_pls(answers, own).weights, atol=1e-4)


@pytest.mark.parametrize("value", [0.0, 3.3, 1e8])
def test_a_constant_item_is_named(answers, model, value):
    with pytest.raises(ModelError, match="'q3': all 400 answers are the same"):
        fit_pls(answers.assign(q3=value), model)


def test_an_offset_is_not_taken_for_a_constant(answers, model, fitted):
    same_fit(fit_pls(answers + 1e8, model, tolerance=TIGHT), fitted, atol=1e-7)


@pytest.mark.parametrize(
    ("copy", "said"), [(lambda x: x, "correlation 1"), (lambda x: 3 * x - 2, "correlation 1"), (lambda x: 11 - x, "-1")]
)
def test_identical_items_are_named(answers, model, copy, said):
    with pytest.raises(ModelError, match=f"'q1' and 's2' hold the same answers .*{said}"):
        fit_pls(answers.assign(s2=copy(answers["q1"])), model)


def test_fewer_respondents_than_items_are_too_few(answers, model):
    with pytest.raises(ModelError, match="10 respondents answered all of the model's 11 items: too few"):
        fit_pls(answers.head(10), model)


def test_weights_that_still_move_are_no_result(answers, model):
    with pytest.raises(ConvergenceError, match="still moved after 2 iterations"):
        fit_pls(answers, model, tolerance=TIGHT, max_iterations=2)


def test_dependent_items_have_no_mode_b(answers, model):
    dependent = answers.assign(q4=answers["q1"] + answers["q2"])
    with pytest.raises(ModelError, match="items of quality are linearly dependent: mode B has no answer"):
        fit_pls(dependent, model, mode="B")
    assert fit_pls(dependent, model, mode="A").r_squared.between(0, 1).all()


def test_contradicting_pairwise_correlations_are_refused():
    draw = np.random.default_rng(37)
    a = draw.normal(size=900)
    b, c = a + 0.1 * draw.normal(size=900), a + 0.1 * draw.normal(size=900)
    frame = pd.DataFrame({"a": a, "b": b, "c": c})
    frame.iloc[:300, 0] = np.nan
    frame.iloc[300:600, 1] = np.nan
    frame.iloc[600:, 2] = np.nan
    frame.iloc[:300, 2] *= -1
    two = structure({"x": ["a", "b"], "y": ["c"]}, {"y": ["x"]}, "y")
    with pytest.raises(ModelError, match="pairwise correlations contradict each other"):
        fit_pls(frame, two, missing="pairwise")


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"scheme": "Path"}, r"No inner scheme 'Path'\. There are: path, factorial, centroid"),
        ({"metric": "cov"}, r"No metric 'cov'\. There are: standardised, raw"),
        ({"mode": "C"}, r"No mode 'C'\. There are: A, B"),
        ({"mode": {"qualty": "B"}}, r"no construct 'qualty' in the model\. Did you mean 'quality'"),
        ({"missing": "drop"}, r"No rule for missing answers 'drop'"),
    ],
)
def test_words_that_do_not_exist_are_answered_with_those_that_do(answers, model, how, words):
    with pytest.raises(ParamsError, match=words):
        fit_pls(answers, model, **how)


@pytest.mark.parametrize("how", [{"scale": (1, 10)}, {"missing": "mean"}])
def test_scale_and_missing_cannot_stand_beside_moments(answers, model, how):
    with pytest.raises(ParamsError, match=f"{next(iter(how))}= cannot be given beside Moments"):
        fit_pls(moments(answers, model.items), model, **how)


def test_scale_cannot_stand_beside_a_survey(answers, model):
    with pytest.raises(ParamsError, match="scale= cannot be given beside a Survey: its codebook has the scales"):
        fit_pls(survey_of(answers, list(answers)), model, scale=(1, 10))


def test_a_missing_column_is_named_with_the_nearest(answers, model):
    with pytest.raises(DataError, match=r"No column 'q2' in the data\. Did you mean 'q1'|No column 'q2'"):
        fit_pls(answers.drop(columns="q2"), model)


def test_a_study_without_a_model_is_told_so(answers):
    with pytest.raises(ParamsError, match="no path model"):
        fit_pls(answers, None)


def test_something_else_than_data_is_refused(model):
    with pytest.raises(ParamsError, match="Expected a Survey, a DataFrame or Moments, got list"):
        fit_pls([1, 2, 3], model)


def test_a_loop_is_refused_by_its_arrows():
    with pytest.raises(ParamsError, match=r"the paths form a loop: (a -> b -> c -> a|b -> c -> a -> b|c -> a -> b -> c)\."):
        structure({"a": ["x"], "b": ["y"], "c": ["z"]}, {"b": ["a"], "c": ["b"], "a": ["c"]}, "c")


def test_an_unknown_scale_is_refused_where_it_is_needed(answers, model):
    with pytest.raises(ParamsError, match="ends of the items' scales are unknown"):
        index_scores(fit_pls(answers, model))
    partly = {item: (1, 10) for item in model.items if item not in {"q2", "l1"}}
    with pytest.raises(ParamsError, match="unknown for q2, l1"):
        index_scores(fit_pls(answers, model, scale=partly))
