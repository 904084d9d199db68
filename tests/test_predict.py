"""PLSpredict: seminr's residuals fold by fold, a known truth, weights and clusters, and what is refused by name."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from known_models import TIGHT, ecsi, golden, mobile, structure, survey_of, truth, two_orders

from csat_lib.errors import ModelError, NotInStudyError, ParamsError
from csat_lib.model import fit_pls
from csat_lib.model.crossvalidation import fold_of_rows, held_out
from csat_lib.model.predict import item_errors, loss_differences, predict, predictive_power
from csat_lib.simulate import FactorTruth, responses
from csat_lib.stats import moments
from csat_lib.survey import rows_of

MODEL = truth().structure
# Ten decimals are printed and every fit stops at 1e-12.
PRINTED = {"rtol": 0, "atol": 1e-9}


@pytest.fixture(scope="module")
def answers():
    return responses(truth(), 240, seed=71)


@pytest.fixture(scope="module")
def prediction(answers):
    return predict(fit_pls(answers, MODEL), answers, folds=5, repeats=4, seed=1)


@pytest.fixture(scope="module", params=["earliest", "direct"])
def mobile_errors(request, real_data):
    """Errors on the folds of the golden run: row (7 i + 3) mod 250 lies in fold i // 25."""
    data = mobile(real_data)
    fit = fit_pls(data, ecsi(), tolerance=TIGHT, max_iterations=1_000)
    rows = rows_of(data, fit.structure.items, purpose="The test")
    fold = np.empty((1, 250), dtype=int)
    fold[0, (7 * np.arange(250) + 3) % 250] = np.arange(250) // 25
    return request.param, fit, rows, held_out(fit, rows, fold, antecedents=request.param)


def test_errors_of_every_item_agree_with_seminr(mobile_errors):
    antecedents, fit, rows, errors = mobile_errors
    expected = golden("seminr_python", "prediction_items")
    expected = expected[expected["antecedents"] == antecedents]
    expected = expected.assign(method=expected["method"].replace({"pls": "estimate"}))
    found = item_errors(fit, rows, errors).melt(["item", "metric"], ["estimate", "linear", "average"], "method", "found")
    both = expected.merge(found, on=["item", "metric", "method"])
    assert len(both) == len(expected) == 133
    np.testing.assert_allclose(both["found"], both["estimate"], **PRINTED)


def test_differences_in_loss_agree_with_a_t_test_of_seminrs_residuals(mobile_errors):
    antecedents, fit, rows, errors = mobile_errors
    expected = golden("seminr_python", "prediction_losses").fillna("")
    expected = expected[expected["antecedents"] == antecedents]
    both = expected.merge(loss_differences(fit, rows, errors), on=["construct", "benchmark"], suffixes=("_expected", ""))
    assert len(both) == 14
    for column in ("estimate", "t", "p_value", "conf_low", "conf_high"):
        np.testing.assert_allclose(both[column], both[f"{column}_expected"], **PRINTED)


def test_the_mobile_model_beats_the_average_and_not_the_linear_model(real_data):
    made = predict(fit_pls(mobile(real_data), ecsi()), mobile(real_data), seed=1)
    overall = made.losses.query("construct == ''").set_index("benchmark")["verdict"]
    assert overall.to_dict() == {"average": "better", "linear": "worse"}
    assert (made.constructs.query("metric == 'q2_predict'")["estimate"] > 0).all()
    power = predictive_power(made).set_index("construct")
    assert power.loc["", "items"] == 19
    assert power.loc["quality", "verdict"] == "none"


@pytest.mark.parametrize("metric", ["standardised", "raw"])
def test_leaving_one_fold_out_equals_fitting_its_complement(answers, metric):
    fit = fit_pls(answers, MODEL, metric=metric, tolerance=TIGHT)
    rows = rows_of(answers, MODEL.items, purpose="The test")
    fold = (np.arange(240) % 4)[None]
    errors = held_out(fit, rows, fold, antecedents="direct")
    training, test = answers[np.arange(240) % 4 != 2], answers[np.arange(240) % 4 == 2]
    again = fit_pls(training, MODEL, metric=metric, tolerance=TIGHT)
    w = pd.Series(again.raw_weights, MODEL.items)
    own = {each.name: ((test - training.mean()) * w)[list(each.items)].sum(axis=1) for each in MODEL.constructs}
    paths = again.paths.set_index(["cause", "effect"])["estimate"]
    score = paths["image", "satisfaction"] * own["image"] + paths["quality", "satisfaction"] * own["quality"]
    loading = again.loadings.set_index("item")["estimate"]["s2"]
    by_hand = test["s2"] - training["s2"].mean() - training["s2"].std() * loading * score
    place = [item for item in MODEL.items if item not in {"i1", "i2", "i3"}].index("s2")
    np.testing.assert_allclose(errors.squared["pls"][fold[0] == 2, place], by_hand**2, rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(errors.squared_scores["pls"][fold[0] == 2, 1], (own["satisfaction"] - score) ** 2, rtol=1e-8, atol=1e-12)


def test_a_large_sample_predicts_as_well_as_the_truth_allows():
    model = structure({"a": ["a1"], "b": ["b1"]}, {"b": ["a"]}, "b")
    known = FactorTruth(model, {("a", "b"): 0.6}, {"a1": 1.0, "b1": 1.0}, sd=2.0)
    made = predict(fit_pls(responses(known, 20_000, seed=72), model), responses(known, 20_000, seed=72), repeats=1, seed=1)
    found = made.items.set_index("metric")[["estimate", "linear", "average"]]
    # sd 2, R squared .36: the standard error of a standard deviation of 20,000 is .01.
    assert found.loc["rmse"].tolist() == pytest.approx([1.6, 1.6, 2.0], abs=0.03)
    assert found.loc["q2_predict", "estimate"] == pytest.approx(0.36, abs=0.02)
    # One item predicts one item: the path model is the linear model.
    assert found.loc["rmse", "estimate"] == pytest.approx(found.loc["rmse", "linear"], rel=1e-12)
    # MAE of a normal error is sqrt(2 / pi) of its standard deviation.
    assert found.loc["mae", "estimate"] == pytest.approx(1.6 * np.sqrt(2 / np.pi), abs=0.03)


def test_answers_without_relation_predict_nothing():
    noise = pd.DataFrame(np.random.default_rng(73).normal(7, 1.5, (300, 11)), columns=list(MODEL.items))
    made = predict(fit_pls(noise, MODEL, max_iterations=3_000), noise, folds=5, repeats=2, seed=1)
    overall = made.losses.query("construct == '' and benchmark == 'average'").squeeze()
    assert overall["estimate"] > 0
    q2 = made.items.query("metric == 'q2_predict'")
    assert (q2["estimate"] < 0.02).all()
    assert set(q2.query("estimate < 0")["verdict"]) == {"below 0"}


def test_equal_seeds_give_equal_numbers_and_others_differ(answers, prediction):
    fit = fit_pls(answers, MODEL)
    pd.testing.assert_frame_equal(predict(fit, answers, folds=5, repeats=4, seed=1).items, prediction.items, rtol=0, atol=0)
    other = predict(fit, answers, folds=5, repeats=4, seed=2)
    assert not np.allclose(other.items["estimate"], prediction.items["estimate"], rtol=1e-6)
    np.testing.assert_allclose(
        other.items.query("metric == 'rmse'")["estimate"], prediction.items.query("metric == 'rmse'")["estimate"], rtol=0.02
    )


def test_every_endogenous_item_and_construct_is_there_once(prediction):
    assert prediction.items.groupby("metric")["item"].agg(list).map(tuple).nunique() == 1
    assert prediction.items["item"].tolist() == ["q1", "q2", "q3", "q4", "s1", "s2", "s3", "l1"] * 3
    assert prediction.constructs["construct"].tolist() == ["quality", "satisfaction", "loyalty"] * 3
    assert prediction.losses["construct"].tolist() == [name for name in ("quality", "satisfaction", "loyalty", "") for _ in range(2)]
    assert (prediction.items.query("metric == 'q2_predict'")["average"] == 0).all()


def test_the_losses_are_the_mean_squared_errors_of_the_items(prediction):
    rmse = prediction.items.query("metric == 'rmse'")
    by_hand = (rmse.set_index("construct")[["estimate", "linear"]] ** 2).groupby("construct").mean()
    linear = prediction.losses.query("benchmark == 'linear' and construct != ''").set_index("construct")
    np.testing.assert_allclose(linear["loss"], by_hand.loc[linear.index, "estimate"], rtol=1e-12)
    np.testing.assert_allclose(linear["benchmark_loss"], by_hand.loc[linear.index, "linear"], rtol=1e-12)
    np.testing.assert_allclose(linear["estimate"], linear["loss"] - linear["benchmark_loss"], atol=1e-12)


def test_the_unit_of_an_item_changes_its_own_errors_alone(answers):
    other = answers.assign(s1=9 * answers["s1"] + 1)
    one, two = (
        predict(fit_pls(frame, MODEL, tolerance=TIGHT), frame, folds=4, repeats=2, seed=3).items.set_index(["metric", "item"])["estimate"]
        for frame in (answers, other)
    )
    factor = np.array([9.0 if item == "s1" and metric != "q2_predict" else 1.0 for metric, item in one.index])
    np.testing.assert_allclose(two, one * factor, rtol=1e-8)


def test_weights_of_whole_numbers_on_one_fold_scheme_equal_repeated_rows(answers):
    # A respondent of weight 2 counts as two in the training moments and in the errors; both copies share a fold.
    twice = np.tile([1.0, 2.0], 120)
    survey = survey_of(answers, MODEL.items, low=-9, high=25, weights=pd.Series(twice, answers.index))
    repeated = answers.loc[answers.index.repeat(twice.astype(int))].reset_index(drop=True)
    fold = np.arange(240) % 5
    found = []
    for data, folds in ((survey, fold), (repeated, np.repeat(fold, twice.astype(int)))):
        fit = fit_pls(data, MODEL, tolerance=TIGHT)
        rows = rows_of(data, MODEL.items, purpose="The test")
        found.append(item_errors(fit, rows, held_out(fit, rows, folds[None]))[["estimate", "linear", "average"]])
    np.testing.assert_allclose(found[0], found[1], rtol=1e-8)


def test_clusters_stay_in_one_fold_and_are_the_units_of_the_test(answers):
    shop = np.repeat(np.arange(40), 6)
    survey = survey_of(answers.assign(shop=shop), MODEL.items, low=-9, high=25, roles={"shop": "cluster"})
    fold = fold_of_rows(240, folds=5, repeats=3, seed=4, units=shop)
    assert all(len(set(each[shop == number])) == 1 for each in fold for number in range(40))
    made = predict(fit_pls(survey, MODEL), survey, folds=5, repeats=3, seed=4).losses.query("construct == '' and benchmark == 'average'")
    row = made.squeeze()
    # 39 degrees of freedom for 40 shops.
    assert row["conf_high"] - row["estimate"] == pytest.approx(2.022691 * row["std_error"], rel=1e-6)


def test_folds_are_as_equal_as_can_be_and_dealt_anew():
    fold = fold_of_rows(103, folds=10, repeats=5, seed=1)
    assert all(sorted(np.bincount(each)) == [10] * 7 + [11] * 3 for each in fold)
    assert len({tuple(each) for each in fold}) == 5


@pytest.mark.parametrize(
    ("rmse", "linear", "expected"),
    [([1, 1], [2, 2], "high"), ([1, 3], [2, 2], "medium"), ([1, 3, 3], [2, 2, 2], "low"), ([3, 2], [2, 2], "none")],
)
def test_predictive_power_counts_the_items_that_beat_the_linear_model(prediction, rmse, linear, expected):
    table = pd.DataFrame({"construct": "a", "metric": "rmse", "estimate": rmse, "linear": linear})
    found = predictive_power(replace(prediction, items=table))
    assert found["verdict"].tolist() == [expected, expected]


def test_moments_gaps_and_other_data_are_refused(answers):
    fit = fit_pls(answers, MODEL)
    with pytest.raises(ParamsError, match="PLSpredict needs the rows, and Moments have none"):
        predict(fit, moments(answers, MODEL.items), seed=1)
    with pytest.raises(ParamsError, match="239 usable rows, but the fit was made from 240"):
        predict(fit, answers.iloc[1:], seed=1)
    gaps = answers.mask(np.random.default_rng(1).random(answers.shape) < 0.02)
    with pytest.raises(ParamsError, match=r"this fit used missing='mean'\. Fit with missing='listwise'"):
        predict(fit_pls(gaps, MODEL, missing="mean"), gaps, seed=1)


@pytest.mark.parametrize(
    ("folds", "repeats", "said"),
    [(1, 1, "folds=1: between 2 and the 240 rows"), (241, 1, "folds=241"), (5, 0, "repeats: expected a whole number of at least 1, got 0")],
)
def test_folds_out_of_range_are_refused(answers, folds, repeats, said):
    with pytest.raises(ParamsError, match=said):
        predict(fit_pls(answers, MODEL), answers, folds=folds, repeats=repeats, seed=1)


def test_a_fit_in_two_stages_is_refused(answers):
    fit = fit_pls(responses(truth(), 240, seed=1), two_orders())
    with pytest.raises(NotInStudyError, match=r"PLSpredict: quality is of higher order\. Use the model of its members"):
        predict(fit, answers, seed=1)


def test_an_unknown_choice_of_antecedents_is_refused(answers):
    with pytest.raises(ParamsError, match=r"No choice of antecedents 'latest'\. There are: earliest, direct"):
        predict(fit_pls(answers, MODEL), answers, seed=1, antecedents="latest")


def test_an_item_without_variation_in_a_training_set_is_named(answers):
    rare = answers.assign(l1=np.where(np.arange(240) == 7, 2.0, 1.0))
    with pytest.raises(ModelError, match="l1: all answers are the same in a training set"):
        predict(fit_pls(rare, MODEL), rare, seed=1)


def test_items_of_the_benchmark_that_add_up_are_refused(answers):
    summed = answers.assign(i3=answers["i1"] + answers["i2"])
    with pytest.raises(ModelError, match="regresses on 3 items, which are linearly dependent"):
        predict(fit_pls(summed, MODEL), summed, seed=1)


def test_a_model_that_is_its_own_benchmark_ties_with_it():
    """One item a construct, each from its own cause: PLS is the linear model."""
    model = structure({"a": ["i1"], "b": ["q1"], "satisfaction": ["s1"]}, {"b": ["a"], "satisfaction": ["b"]})
    for seed in range(5):
        rows = responses(truth(), 150, seed=seed)
        found = predict(fit_pls(rows, model), rows, folds=5, repeats=2, seed=1, antecedents="direct")
        linear = found.losses[found.losses["benchmark"] == "linear"]
        assert linear["estimate"].tolist() == [0, 0, 0]
        assert linear[["t", "p_value"]].isna().all(axis=None)
        assert set(linear["verdict"]) == {"within noise"}
        assert set(found.items.loc[found.items["metric"] != "q2_predict", "verdict"]) == {"equal"}
        assert predictive_power(found)["better"].tolist() == [0, 0, 0]
