"""Specific indirect effects: their sum is the indirect effect, published numbers, the kind of mediation, refusals."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from known_models import TIGHT, ecsi, golden, mobile, truth, two_orders

from csat_lib.errors import ParamsError
from csat_lib.model import bootstrap, fit_pls, total_effects
from csat_lib.model.mediation import chains, indirect_effects
from csat_lib.simulate import responses


@pytest.fixture(scope="module")
def answers():
    return responses(truth(), 400, seed=51)


@pytest.fixture(scope="module")
def fitted(answers):
    return fit_pls(answers, truth().structure, tolerance=TIGHT)


@pytest.fixture(scope="module")
def draws(fitted, answers):
    return bootstrap(fitted, answers, draws=400, seed=1)


def rows(table, metric):
    return table[table["metric"] == metric].set_index(["cause", "effect"])


def test_total_indirect_effects_on_the_mobile_phone_data_agree_with_seminr(real_data):
    found = rows(indirect_effects(fit_pls(mobile(real_data), ecsi(), tolerance=TIGHT)), "total_indirect")["estimate"]
    expected = golden("seminr_groups", "total_indirect").set_index(["cause", "effect"])["estimate"]
    assert len(found) == len(expected) == 15
    # Both stop when no weight moves by 1e-12; the rest is rounding.
    np.testing.assert_allclose(found[expected.index], expected, rtol=1e-9)


def test_specific_indirect_effects_sum_to_the_indirect_effect(real_data):
    fit = fit_pls(mobile(real_data), ecsi(), tolerance=TIGHT)
    found = indirect_effects(fit)
    specific = found[found["metric"] == "specific_indirect"].groupby(["cause", "effect"])["estimate"].sum()
    whole = total_effects(fit).set_index(["cause", "effect"])
    np.testing.assert_allclose(specific, whole.loc[specific.index, "indirect"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(
        rows(found, "total_effect")["estimate"], whole.loc[rows(found, "total_effect").index, "estimate"], atol=1e-12
    )


def test_a_construct_of_higher_order_mediates_as_a_whole(answers):
    fit = fit_pls(answers, two_orders())
    found = rows(indirect_effects(fit, bootstrap(fit, answers, draws=100, seed=1)), "specific_indirect").loc[("image", "satisfaction")]
    assert found["via"] == "quality"
    assert found["estimate"] == pytest.approx(total_effects(fit).set_index(["cause", "effect"]).loc[("image", "satisfaction"), "indirect"])
    assert found["conf_low"] < found["estimate"] < found["conf_high"]


def test_the_chains_of_the_mobile_phone_model_are_all_there():
    ways = {" ".join(way) for way in chains(ecsi(), "image", "satisfaction")}
    assert ways == {
        "image satisfaction",
        "image expectations satisfaction",
        "image expectations quality satisfaction",
        "image expectations value satisfaction",
        "image expectations quality value satisfaction",
    }


def test_an_indirect_effect_is_the_product_of_its_paths(fitted):
    path = fitted.paths.set_index(["cause", "effect"])["estimate"]
    found = indirect_effects(fitted, cause="image", effect="loyalty")
    specific = found[found["metric"] == "specific_indirect"].set_index("via")["estimate"]
    through = path["image", "satisfaction"] * path["satisfaction", "loyalty"]
    assert specific["satisfaction"] == pytest.approx(through, rel=1e-12)
    longer = path["image", "quality"] * path["quality", "satisfaction"] * path["satisfaction", "loyalty"]
    assert specific["quality -> satisfaction"] == pytest.approx(longer, rel=1e-12)
    assert found.set_index("metric").loc["direct", "estimate"] == 0
    assert found[found["metric"] == "specific_indirect"]["share"].sum() == pytest.approx(1, rel=1e-12)


def test_each_draw_of_a_chain_is_the_product_of_that_draw_s_paths(fitted, draws):
    found = indirect_effects(fitted, draws, cause="image", effect="satisfaction").set_index("metric")
    at = [list(fitted.structure.paths).index(path) for path in (("image", "quality"), ("quality", "satisfaction"))]
    products = draws.paths[at[0]] * draws.paths[at[1]]
    assert found.loc["specific_indirect", "std_error"] == pytest.approx(products.std(ddof=1), rel=1e-12)
    assert found.loc["specific_indirect", "conf_low"] == pytest.approx(np.quantile(products, 0.025), rel=1e-12)
    assert found.loc["total_effect", "std_error"] == pytest.approx(draws.total_effects[0, 2].std(ddof=1), rel=1e-9)


def test_the_planted_mediation_has_its_size_and_its_kind(fitted, draws):
    found = indirect_effects(fitted, draws)
    kinds = rows(found, "total_indirect")["verdict"]
    assert kinds["image", "satisfaction"] == "complementary"
    assert kinds["image", "loyalty"] == kinds["quality", "loyalty"] == "indirect-only"
    big = fit_pls(responses(truth(), 50_000, seed=52), truth().structure)
    # 0.275 / 0.525 of the effect goes through quality; error in the items moves direct and indirect paths, so the share is near, not equal.
    assert rows(indirect_effects(big), "total_indirect").loc[("image", "satisfaction"), "share"] == pytest.approx(0.275 / 0.525, abs=0.08)


@pytest.mark.parametrize(
    ("planted", "kind"),
    [
        ((0.5, 0.5, 0.4), "complementary"),
        ((0.5, 0.5, -0.4), "competitive"),
        ((0.5, 0.5, 0.0), "indirect-only"),
        ((0.0, 0.5, 0.4), "direct-only"),
        ((0.0, 0.5, 0.0), "no effect"),
    ],
)
def test_the_kinds_follow_zhao_lynch_and_chen(fitted, draws, planted, kind):
    at = dict(zip([("image", "quality"), ("quality", "satisfaction"), ("image", "satisfaction")], planted, strict=True))
    values = np.array([at.get(path, 0.3) for path in fitted.structure.paths])
    noise = np.random.default_rng(1).normal(0, 0.02, (len(values), 400))
    fit = replace(fitted, paths=fitted.paths.assign(estimate=values))
    found = indirect_effects(fit, replace(draws, paths=values[:, None] + noise), cause="image", effect="satisfaction")
    assert rows(found, "total_indirect")["verdict"].tolist() == [kind]
    assert np.isnan(rows(found, "total_indirect")["share"].iloc[0]) == (kind in {"competitive", "no effect"})


def test_without_draws_there_are_estimates_and_no_verdicts(fitted):
    found = indirect_effects(fitted)
    assert found[["std_error", "conf_low", "conf_high"]].isna().all(axis=None)
    assert (found["verdict"] == "").all()


def test_the_share_of_the_total_is_that_of_the_estimates(fitted, draws):
    found = indirect_effects(fitted, draws)
    np.testing.assert_array_equal(found["share"], indirect_effects(fitted)["share"])
    total = found[found["metric"] == "total_effect"].set_index(["cause", "effect"])["estimate"]
    told = found[found["share"].notna()]
    assert len(told)
    expected = told["estimate"].to_numpy() / total.loc[pd.MultiIndex.from_frame(told[["cause", "effect"]])].to_numpy()
    np.testing.assert_allclose(told["share"], expected, rtol=1e-12)


def test_lost_draws_are_left_out(fitted, draws):
    paths = draws.paths.copy()
    paths[:, :10] = np.nan
    found, kept = indirect_effects(fitted, replace(draws, paths=paths)), indirect_effects(fitted, replace(draws, paths=paths[:, 10:]))
    np.testing.assert_array_equal(found["conf_low"], kept["conf_low"])


def test_unknown_constructs_and_draws_of_another_model_are_refused(fitted, draws):
    with pytest.raises(ParamsError, match=r"No construct 'satisfacton'.*Did you mean 'satisfaction'"):
        indirect_effects(fitted, effect="satisfacton")
    with pytest.raises(ParamsError, match="draws have 3 paths, the fit has 4"):
        indirect_effects(fitted, replace(draws, paths=draws.paths[:3]))


def test_a_confidence_that_makes_no_sense_is_refused():
    fit = fit_pls(responses(truth(), 100, seed=1), truth().structure)
    with pytest.raises(ParamsError, match="confidence: expected a share between 0 and 1"):
        indirect_effects(fit, confidence=95)
