"""Moderation by the two-stage approach: other programs' numbers, a known interaction, invariances, refusals."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from known_models import TIGHT, golden, mobile, reduced, structure, survey_of, truth, two_orders

from csat_lib.errors import ParamsError
from csat_lib.model import fit_pls
from csat_lib.model.moderation import moderate
from csat_lib.simulate import responses
from csat_lib.stats import blocks, counts, moments

MODEL = structure({"x": ["x1", "x2"], "m": ["m1", "m2"], "y": ["y1", "y2"]}, {"y": ["x", "m"]}, "y")
ASK = {"cause": "x", "moderator": "m", "effect": "y"}


def planted(n, seed, *, interaction=0.3, noise=0.0):
    """Scores with a known interaction; each construct is measured by two items that differ from it by ``noise`` only."""
    rng = np.random.default_rng(seed)
    x, m = rng.normal(size=(2, n))
    y = 0.4 * x + 0.3 * m + interaction * x * m + rng.normal(size=n)
    items = {f"{name}{k}": values + noise * rng.normal(size=n) for name, values in (("x", x), ("m", m), ("y", y)) for k in (1, 2)}
    return pd.DataFrame(items) + 1e-3 * rng.normal(size=(n, 6))


@pytest.fixture(scope="module")
def answers():
    return planted(300, 61, noise=0.3)


@pytest.fixture(scope="module")
def fitted(answers):
    return fit_pls(answers, MODEL, tolerance=TIGHT)


def line(result, metric):
    return result.table.set_index("metric").loc[metric]


def scores(fit, frame):
    z = (frame - frame.mean()) / frame.std() if fit.metric == "standardised" else frame - frame.mean()
    w = fit.weights.set_index("item")["estimate"]
    return pd.DataFrame({each.name: z[list(each.items)] @ w[list(each.items)] for each in fit.structure.constructs})


def test_an_interaction_of_single_items_agrees_with_seminr(real_data):
    items = {"image": ["IMAG1"], "expectations": ["CUEX1"], "value": ["PERV1"], "satisfaction": ["CUSA1"]}
    model = structure(items, {"satisfaction": ["image", "expectations", "value"]})
    result = moderate(fit_pls(mobile(real_data), model), mobile(real_data), cause="image", moderator="expectations", effect="satisfaction")
    expected = golden("seminr_groups", "interaction").query("model == 'single items'")["estimate"]
    np.testing.assert_allclose(result.table["estimate"][:4], expected, rtol=1e-9)


def test_an_interaction_of_blocks_is_near_that_of_seminr(real_data):
    fit = fit_pls(mobile(real_data), reduced(), tolerance=TIGHT)
    result = moderate(fit, mobile(real_data), cause="image", moderator="expectations", effect="satisfaction")
    expected = golden("seminr_groups", "interaction").query("model == 'blocks'")["estimate"]
    # seminr estimates the items' weights anew in the second stage, with the product in the model; stage one's scores are kept here.
    np.testing.assert_allclose(result.table["estimate"][:4], expected, atol=3e-4)


@pytest.mark.parametrize("metric", ["standardised", "raw"])
def test_the_second_stage_is_a_regression_of_the_scores(answers, metric):
    fit = fit_pls(answers, MODEL, metric=metric, tolerance=TIGHT)
    z = scores(fit, answers)
    full = sm.OLS(z["y"], sm.add_constant(pd.DataFrame({"x": z["x"], "m": z["m"], "xm": z["x"] * z["m"]}))).fit()
    plain = sm.OLS(z["y"], sm.add_constant(z[["x", "m"]])).fit()
    result = moderate(fit, answers, **ASK)
    np.testing.assert_allclose(result.table["estimate"][:3], full.params[1:], rtol=1e-9)
    assert line(result, "r_squared")["estimate"] == pytest.approx(full.rsquared, rel=1e-9)
    assert line(result, "r_squared_change")["estimate"] == pytest.approx(full.rsquared - plain.rsquared, rel=1e-8)
    assert line(result, "f2")["estimate"] == pytest.approx((full.rsquared - plain.rsquared) / (1 - full.rsquared), rel=1e-8)


def test_a_weighted_second_stage_is_a_weighted_regression(answers):
    w = pd.Series(np.random.default_rng(62).gamma(2, size=len(answers)), index=answers.index)
    survey = survey_of(answers * 0.1 + 5, list(answers), weights=w)
    fit = fit_pls(survey, MODEL, tolerance=TIGHT)
    items, weights = survey.responses, survey.weight_values
    mean = np.average(items, axis=0, weights=weights)
    sd = np.sqrt(np.average((items - mean) ** 2, axis=0, weights=weights) * len(items) / (len(items) - 1))
    z = ((items - mean) / sd * fit.weights["estimate"].to_numpy()).T.groupby([name[0] for name in items]).sum().T
    exog = sm.add_constant(pd.DataFrame({"x": z["x"], "m": z["m"], "xm": z["x"] * z["m"]}))
    np.testing.assert_allclose(
        moderate(fit, survey, **ASK).table["estimate"][:3], sm.WLS(z["y"], exog, weights=weights).fit().params[1:], rtol=1e-8
    )


def test_a_planted_interaction_is_found():
    data = planted(20_000, 63)
    result = moderate(fit_pls(data, MODEL), data, **ASK, draws=200, seed=1)
    sd = np.sqrt(0.4**2 + 0.3**2 + 0.3**2 + 1)
    found = line(result, "interaction")
    # The items hardly differ from the construct, so nothing is attenuated; three standard errors of about 1 / sqrt(n).
    assert found["estimate"] == pytest.approx(0.3 / sd, abs=0.02)
    assert found["conf_low"] < 0.3 / sd < found["conf_high"]
    assert found["verdict"] == "moderates"
    slopes = result.table[result.table["metric"] == "simple_slope"]
    np.testing.assert_allclose(slopes["estimate"], [0.1 / sd, 0.4 / sd, 0.7 / sd], atol=0.03)


def test_no_interaction_is_within_noise():
    data = planted(500, 64, interaction=0)
    assert line(moderate(fit_pls(data, MODEL), data, **ASK, draws=300, seed=2), "interaction")["verdict"] == "within noise"


def test_the_bootstrap_error_is_that_of_repeated_samples():
    many = [planted(200, 700 + k, noise=0.5) for k in range(60)]
    estimates = [line(moderate(fit_pls(each, MODEL), each, **ASK), "interaction")["estimate"] for each in many]
    errors = [line(moderate(fit_pls(each, MODEL), each, **ASK, draws=200, seed=3), "interaction")["std_error"] for each in many[:10]]
    # The standard deviation of 60 estimates is known to 9 %; three of these.
    assert np.mean(errors) == pytest.approx(np.std(estimates, ddof=1), rel=0.3)


def test_one_draw_by_hand_is_the_draw_of_the_batch(answers, fitted):
    taken = counts(blocks(100, len(answers), 5)[0], len(answers))
    values = []
    for each in taken:
        again = answers.loc[np.repeat(answers.index, each.astype(int))].reset_index(drop=True)
        values.append(line(moderate(fit_pls(again, MODEL, tolerance=TIGHT), again, **ASK), "interaction")["estimate"])
    found = line(moderate(fitted, answers, **ASK, draws=100, seed=5), "interaction")
    assert found["std_error"] == pytest.approx(np.std(values, ddof=1), rel=1e-8)
    np.testing.assert_allclose(found[["conf_low", "conf_high"]].to_numpy(float), np.quantile(values, [0.025, 0.975]), rtol=1e-8)


def test_the_order_of_respondents_and_the_unit_of_answers_do_not_matter(answers, fitted):
    other = (answers * 2.5 + 3).sample(frac=1, random_state=1)
    np.testing.assert_allclose(
        moderate(fit_pls(other, MODEL, tolerance=TIGHT), other, **ASK).table["estimate"],
        moderate(fitted, answers, **ASK).table["estimate"],
        rtol=1e-8,
    )


def test_a_moderator_that_is_no_cause_yet_gets_a_path_of_its_own(answers):
    model = structure({"x": ["x1", "x2"], "m": ["m1", "m2"], "y": ["y1", "y2"]}, {"y": ["x"], "x": ["m"]}, "y")
    table = moderate(fit_pls(answers, model), answers, **ASK).table
    assert table[table["metric"] == "path"]["cause"].tolist() == ["m", "x"]


def test_refusals_name_what_is_wrong(answers, fitted):
    parts = moments(answers, list(answers))
    with pytest.raises(ParamsError, match="Moderation needs the rows, and Moments have none"):
        moderate(fit_pls(parts, MODEL), parts, **ASK)
    with pytest.raises(ParamsError, match="Moderation: 100 usable rows, but the fit was made from 300"):
        moderate(fitted, answers.head(100), **ASK)
    rows = responses(truth(), 100, seed=1)
    with pytest.raises(ParamsError, match=r"Moderation: quality is of higher order\. Use the model of its members"):
        moderate(fit_pls(rows, two_orders()), rows, cause="image", moderator="quality", effect="satisfaction")
    with pytest.raises(ParamsError, match="No path m -> x in the model, so nothing can moderate it"):
        moderate(fitted, answers, cause="m", moderator="y", effect="x")
    with pytest.raises(ParamsError, match="x cannot moderate a path of its own"):
        moderate(fitted, answers, cause="x", moderator="x", effect="y")
    with pytest.raises(ParamsError, match="Draws need a seed"):
        moderate(fitted, answers, **ASK, draws=200)
    with pytest.raises(ParamsError, match="99 draws are too few"):
        moderate(fitted, answers, **ASK, draws=99, seed=1)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"draws": 200.5, "seed": 1}, "draws: expected a whole number of at least 0, got 200.5"),
        ({"draws": -5, "seed": 1}, "draws: expected"),
        ({"draws": 100, "seed": -1}, "seed: expected"),
        ({"confidence": 95}, "confidence: expected a share between 0 and 1"),
    ],
)
def test_counts_seeds_and_confidence_that_make_no_sense_are_refused(answers, fitted, wrong, told):
    with pytest.raises(ParamsError, match=told):
        moderate(fitted, answers, **ASK, **wrong)
