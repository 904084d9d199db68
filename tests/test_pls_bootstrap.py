"""The bootstrap of a path model: every draw is a refit, seeds decide, designs and weights count, lost draws are said."""

import numpy as np
import pandas as pd
import pytest
from known_models import TIGHT, ecsi, golden, mobile, structure, survey_of, truth

from csat_lib.errors import ModelError, ParamsError
from csat_lib.index import scores
from csat_lib.model import bootstrap, fit_pls, index_scores, index_weights, summarise, total_effects
from csat_lib.model.quality import htmt_table
from csat_lib.model.resamples import estimate
from csat_lib.simulate import responses
from csat_lib.stats import blocks, counts, moments, products, resampled


@pytest.fixture(scope="module")
def model():
    return truth().structure


@pytest.fixture(scope="module")
def answers():
    return responses(truth(), 150, seed=61, answers="rounded")


@pytest.fixture(scope="module")
def fitted(answers, model):
    return fit_pls(answers, model, scale=(1, 10))


@pytest.fixture(scope="module")
def draws(fitted, answers):
    return bootstrap(fitted, answers, draws=600, seed=7)


def errors_of(table, metric, keys):
    return table[table["metric"] == metric].set_index(keys)["std_error"]


@pytest.mark.parametrize("metric", ["standardised", "raw"])
@pytest.mark.parametrize("mode", ["A", "B"])
def test_every_draw_is_the_fit_of_the_rows_it_repeats(answers, model, metric, mode):
    how = {"metric": metric, "mode": mode, "tolerance": TIGHT, "scale": (1, 10)}
    fit = fit_pls(answers, model, **how)
    found = bootstrap(fit, answers, draws=100, seed=3)
    taken = np.concatenate([counts(block, len(answers)) for block in blocks(100, len(answers), 3)]).astype(int)
    for number in (0, 41, 99):
        again = fit_pls(answers.loc[answers.index.repeat(taken[number])].reset_index(drop=True), model, **how)
        near = {"rtol": 0, "atol": 1e-9}
        np.testing.assert_allclose(found.paths[:, number], again.paths["estimate"], **near)
        np.testing.assert_allclose(found.weights[:, number], again.weights["estimate"], **near)
        np.testing.assert_allclose(found.loadings[:, number], again.loadings["estimate"], **near)
        np.testing.assert_allclose(found.r_squared[:, number], again.r_squared, **near)
        totals = total_effects(again)
        at = [(model.names.index(a), model.names.index(b)) for a, b in totals[["cause", "effect"]].to_numpy()]
        np.testing.assert_allclose([found.total_effects[i, j, number] for i, j in at], totals["estimate"], **near)
        np.testing.assert_allclose(found.htmt[:, number], htmt_table(again)["estimate"], **near)
        np.testing.assert_allclose(found.index[:, number], index_scores(again)["estimate"], rtol=0, atol=1e-7)


def test_standard_errors_resemble_those_of_sempls(real_data):
    phone = mobile(real_data)
    fit = fit_pls(phone, ecsi(), scheme="centroid")
    table = summarise(fit, bootstrap(fit, phone, draws=3_000, seed=123))
    paths = golden("sempls_bootstrap", "paths").set_index(["cause", "effect"])["std_error"]
    loadings = golden("sempls_bootstrap", "loadings").set_index("item")["std_error"]
    for found, expected in (
        (errors_of(table, "path", ["cause", "effect"])[paths.index], paths),
        (errors_of(table, "loading", "item")[loadings.index], loadings),
    ):
        np.testing.assert_allclose(found, expected, rtol=0.15)


def test_a_seed_gives_its_draws_again_and_another_seed_others(fitted, answers, draws):
    again, other = (bootstrap(fitted, answers, draws=600, seed=seed) for seed in (7, 8))
    np.testing.assert_array_equal(again.paths, draws.paths)
    assert (other.paths != draws.paths).all()


def test_asking_for_more_draws_does_not_change_the_first(fitted, answers, draws):
    few = bootstrap(fitted, answers, draws=500, seed=7)
    np.testing.assert_array_equal(few.weights, draws.weights[:, :500])


def test_the_unit_of_the_survey_weights_does_not_touch_the_draws(answers, model):
    w = pd.Series(np.random.default_rng(62).gamma(4.0, size=len(answers)), index=answers.index)
    found = []
    for factor in (1.0, 100.0):
        survey = survey_of(answers, list(answers), weights=factor * w)
        found.append(bootstrap(fit_pls(survey, model), survey, draws=100, seed=1).paths)
    np.testing.assert_allclose(found[0], found[1], rtol=0, atol=1e-6)


def test_rows_with_a_gap_are_never_drawn(answers, model, fitted, draws):
    extra = pd.concat([answers, answers.head(20).assign(q2=np.nan)], ignore_index=True)
    found = bootstrap(fit_pls(extra, model, scale=(1, 10)), extra, draws=600, seed=7)
    np.testing.assert_allclose(found.paths, draws.paths, rtol=0, atol=1e-6)
    assert found.n == 150


def test_the_table_holds_estimates_with_interval_for_all_there_is(fitted, draws):
    table = summarise(fitted, draws)
    assert table["metric"].value_counts().to_dict() == {
        "path": 4,
        "indirect_effect": 3,
        "total_effect": 6,
        "weight": 11,
        "loading": 11,
        "r_squared": 3,
        "htmt": 3,
        "index": 4,
    }
    assert (table["draws"] == 600).all()
    spread = table[table["std_error"] > 1e-9]  # a single item's weight and loading do not vary
    assert ((spread["conf_low"] < spread["estimate"]) & (spread["estimate"] < spread["conf_high"])).all()
    path = table.query("metric == 'path'").iloc[1]
    values = draws.paths[1]
    assert (path["conf_low"], path["conf_high"]) == pytest.approx(tuple(np.quantile(values, [0.025, 0.975])), rel=1e-12)
    assert path["std_error"] == pytest.approx(values.std(ddof=1), rel=1e-12)


def test_a_wider_confidence_gives_wider_intervals(fitted, draws):
    narrow, wide = summarise(fitted, draws, confidence=0.8), summarise(fitted, draws, confidence=0.99)
    varied = narrow["std_error"] > 1e-9
    assert ((wide["conf_high"] - wide["conf_low"]) > (narrow["conf_high"] - narrow["conf_low"]))[varied].all()


def test_the_index_has_about_the_standard_error_of_fixed_weights(fitted, draws):
    found = errors_of(summarise(fitted, draws), "index", "construct")
    fixed = index_scores(fitted).set_index("construct")["std_error"]
    np.testing.assert_allclose(found, fixed[found.index], rtol=0.15)


def test_without_scale_ends_there_is_no_index(answers, model):
    fit = fit_pls(answers, model)
    found = bootstrap(fit, answers, draws=100, seed=1)
    assert found.index is None
    assert "index" not in set(summarise(fit, found)["metric"])


def test_draws_of_a_reversed_item_keep_to_its_side(answers, model):
    reversed_answers = answers.assign(q3=11 - answers["q3"])
    fit = fit_pls(reversed_answers, model)
    found = bootstrap(fit, reversed_answers, draws=300, seed=2)
    own = fit.loadings["item"].tolist().index("q3")
    assert (found.loadings[own] < 0).all()
    assert (np.delete(found.loadings, own, axis=0) > 0).all()


def test_draws_point_the_way_of_the_full_sample_where_the_items_disagree():
    # Two items that correlate weakly and negatively: by majority alone the construct would turn from draw to draw.
    draw = np.random.default_rng(63)
    y = draw.normal(size=400)
    frame = pd.DataFrame(
        {"a": y + 0.8 * draw.normal(size=400), "b": -y + 0.9 * draw.normal(size=400), "c": y + 0.5 * draw.normal(size=400)}
    )
    two = structure({"x": ["a", "b"], "y": ["c"]}, {"y": ["x"]}, "y")
    fit = fit_pls(frame, two)
    found = bootstrap(fit, frame, draws=300, seed=4)
    assert (np.sign(found.paths[0]) == np.sign(fit.paths.loc[0, "estimate"])).all()


def test_clusters_are_resampled_whole_so_that_the_design_effect_shows():
    draw = np.random.default_rng(64)
    branch = np.repeat(np.arange(60), 10)
    frame = responses(truth(), 600, seed=65) + draw.normal(0, 1.2, size=(60, 1))[branch]
    frame = frame.clip(-20, 40).assign(branch=branch)
    items = list(truth().structure.items)
    plain = survey_of(frame, items, low=-20, high=40)
    clustered = survey_of(frame, items, low=-20, high=40, roles={"branch": "cluster"})
    found = {}
    for name, survey in (("plain", plain), ("clustered", clustered)):
        fit = fit_pls(survey, truth().structure)
        found[name] = errors_of(summarise(fit, bootstrap(fit, survey, draws=500, seed=5)), "index", "construct")
        # The linearised standard error of the same index, weights taken as given.
        expected = scores(survey, truth().structure, weights=index_weights(fit)).set_index("construct")["std_error"]
        np.testing.assert_allclose(found[name], expected[found[name].index], rtol=0.15)
    assert (found["clustered"] > 1.5 * found["plain"]).all()


def test_strata_keep_their_size_in_every_draw():
    frame = responses(truth(), 400, seed=66)
    frame = (frame + 4 * (np.arange(400) % 2)[:, None]).clip(-20, 40).assign(region=np.arange(400) % 2)
    items = list(truth().structure.items)
    survey = survey_of(frame, items, low=-20, high=40, roles={"region": "strata"})
    fit = fit_pls(survey, truth().structure)
    found = errors_of(summarise(fit, bootstrap(fit, survey, draws=500, seed=6)), "index", "construct")
    expected = scores(survey, truth().structure, weights=index_weights(fit)).set_index("construct")["std_error"]
    np.testing.assert_allclose(found, expected[found.index], rtol=0.15)
    unaware = index_scores(fit).set_index("construct")["std_error"]
    assert (found < 0.8 * unaware[found.index]).all()


def test_survey_weights_enter_the_draws(answers, model):
    w = pd.Series(np.random.default_rng(67).gamma(1.0, size=len(answers)) + 0.05, index=answers.index)
    survey = survey_of(answers, list(answers), weights=w)
    fit = fit_pls(survey, model)
    table = summarise(fit, bootstrap(fit, survey, draws=600, seed=9)).query("metric == 'index'").set_index("construct")
    expected = scores(survey, model, weights=index_weights(fit)).set_index("construct").loc[table.index]
    np.testing.assert_allclose(table["std_error"], expected["std_error"], rtol=0.15)
    unweighted = index_scores(fit_pls(answers, model, scale=(1, 10))).set_index("construct")["std_error"]
    assert (table["std_error"] > 1.15 * unweighted[table.index]).all()


def test_draws_that_lose_an_item_are_counted_and_left_out(answers, model):
    rare = answers.head(60).assign(q4=7.0)
    rare.loc[rare.index[:2], "q4"] = [2.0, 10.0]
    fit = fit_pls(rare, model, scale=(1, 10))
    found = bootstrap(fit, rare, draws=500, seed=10)
    taken = np.concatenate([counts(block, 60) for block in blocks(500, 60, 10)])
    lost = (taken[:, :2] == 0).all(axis=1)
    assert 30 < lost.sum() < 120
    assert found.degenerate["constant item"] == lost.sum()
    for values in (found.paths, found.weights, found.loadings, found.htmt, found.r_squared, found.index):
        assert np.isnan(values[:, lost]).all()
    table = summarise(fit, found)
    assert (table.loc[table["metric"] == "path", "draws"] == 500 - sum(found.degenerate.values())).all()


def test_a_bootstrap_that_mostly_fails_is_no_result(answers, model):
    rare = answers.head(60).assign(q4=7.0)
    rare.loc[rare.index[0], "q4"] = 2.0
    fit = fit_pls(rare.assign(i3=np.where(np.arange(60) == 30, 3.0, 8.0)), model)
    with pytest.raises(ModelError, match=r"of 200 resamples could not be estimated \(constant item \d+"):
        bootstrap(fit, rare.assign(i3=np.where(np.arange(60) == 30, 3.0, 8.0)), draws=200, seed=11)


def test_a_block_without_an_index_has_no_interval_and_the_others_have_theirs(answers, model):
    turned = answers.assign(s3=11 - answers["s3"])
    fit = fit_pls(turned, model, scale=(1, 10))
    table = summarise(fit, bootstrap(fit, turned, draws=200, seed=12)).query("metric == 'index'").set_index("construct")
    assert table.loc["satisfaction", "draws"] == 0
    assert table.loc["satisfaction", ["estimate", "std_error", "conf_low", "conf_high"]].isna().all()
    assert table.drop(index="satisfaction")[["std_error", "conf_low", "conf_high"]].notna().all(axis=None)


def test_moments_have_no_rows_to_resample(answers, model):
    parts = moments(answers, model.items)
    with pytest.raises(ParamsError, match="The bootstrap needs the rows, and Moments have none"):
        bootstrap(fit_pls(parts, model), parts, draws=100, seed=1)


def test_other_rows_than_the_fit_s_are_refused(answers, model, fitted):
    with pytest.raises(ParamsError, match="100 usable rows, but the fit was made from 150"):
        bootstrap(fitted, answers.head(100), draws=100, seed=1)
    weighted = fit_pls(survey_of(answers, list(answers), weights=answers["q1"]), model)
    with pytest.raises(ParamsError, match="means of these data are not those of the fit"):
        bootstrap(weighted, answers, draws=100, seed=1)


@pytest.mark.parametrize("missing", ["pairwise", "mean"])
def test_with_gaps_every_draw_is_the_fit_of_the_rows_it_repeats_by_the_same_rule(answers, model, missing):
    gaps = answers.mask(np.random.default_rng(64).random(answers.shape) < 0.08)
    weights = pd.Series(np.random.default_rng(65).gamma(4.0, size=len(gaps)), index=gaps.index)
    survey = survey_of(gaps, list(gaps), weights=weights)
    fit = fit_pls(survey, model, missing=missing, tolerance=TIGHT)
    found = bootstrap(fit, survey, draws=100, seed=3)
    taken = np.concatenate([counts(block, len(gaps)) for block in blocks(100, len(gaps), 3)]).astype(int)
    for number in (0, 57, 99):
        rows = gaps.index.repeat(taken[number])
        repeated = survey_of(gaps.loc[rows].reset_index(drop=True), list(gaps), weights=weights.loc[rows].reset_index(drop=True))
        again = fit_pls(repeated, model, missing=missing, tolerance=TIGHT)
        np.testing.assert_allclose(found.paths[:, number], again.paths["estimate"], rtol=0, atol=1e-9)
        np.testing.assert_allclose(found.index[:, number], index_scores(again)["estimate"], rtol=0, atol=1e-7)


def test_draws_whose_pairwise_correlations_contradict_each_other_are_counted():
    draw = np.random.default_rng(66)
    liking = draw.normal(size=(60, 1))
    frame = pd.DataFrame(liking + 0.9 * draw.normal(size=(60, 4)), columns=["a", "b", "c", "d"])
    frame.iloc[:28, 0], frame.iloc[28:48, 1], frame.iloc[48:, 2] = np.nan, np.nan, np.nan
    model = structure({"x": ["a", "b"], "y": ["c", "d"]}, {"y": ["x"]}, "y")
    found = bootstrap(fit_pls(frame, model, missing="pairwise"), frame, draws=300, seed=5)
    lost = found.degenerate["contradictory correlations"]
    assert 0 < lost < 150
    assert np.isnan(found.paths[0]).sum() == lost


def test_workers_and_their_number_change_nothing(fitted, answers, draws):
    again = bootstrap(fitted, answers, draws=600, seed=7, workers=2)
    np.testing.assert_array_equal(again.paths, draws.paths)
    np.testing.assert_array_equal(again.index, draws.index)


def test_the_size_of_the_pieces_changes_nothing(fitted, answers, draws):
    rows = products(answers[list(fitted.structure.items)].to_numpy(), np.ones(len(answers)))
    taken = np.concatenate([counts(block, len(answers)) for block in blocks(600, len(answers), 7)])
    for size in (1, 7, 600):
        pieces = [estimate(fitted, *resampled(rows, taken[start : start + size])) for start in range(0, 600 if size > 1 else 20, size)]
        paths = np.concatenate([piece["paths"] for piece in pieces], axis=-1)[0, 1]
        np.testing.assert_allclose(paths, draws.paths[0, : len(paths)], rtol=0, atol=1e-12)


def test_ninety_nine_draws_are_too_few(answers, fitted):
    with pytest.raises(ParamsError, match="draws: expected a whole number of at least 100, got 99"):
        bootstrap(fitted, answers, draws=99, seed=1)


def test_an_interval_that_does_not_exist_is_refused(fitted, draws):
    with pytest.raises(ParamsError, match=r"No kind of interval 'normal'\. There are: percentile"):
        summarise(fitted, draws, interval="normal")
