"""Higher-order constructs in two stages: by hand from the rows, as an ordinary block where the parts have one item, and in every draw."""

import numpy as np
import pandas as pd
import pytest
from known_models import TIGHT, truth

from csat_lib.model import bootstrap, fit_pls, impacts, index_scores, index_weights, summarise, total_effects
from csat_lib.model.pls_bootstrap import jackknife
from csat_lib.simulate import responses
from csat_lib.stats import blocks, counts, moments
from csat_lib.study import Construct, Structure, Text


def two_orders(parts):
    """Quality of some parts between image and satisfaction."""
    blocks_of = {"image": ("i1", "i2", "i3"), **parts, "satisfaction": ("s1", "s2", "s3")}
    constructs = [Construct(name, Text(), items) for name, items in blocks_of.items()]
    quality = Construct("quality", Text(), of=tuple(parts))
    return Structure((*constructs, quality), {"quality": ("image",), "satisfaction": ("image", "quality")}, "satisfaction")


@pytest.fixture(scope="module")
def answers():
    return responses(truth(), 200, seed=81, answers="rounded")


@pytest.fixture(scope="module")
def model():
    return two_orders({"goods": ("q1", "q2"), "service": ("q3", "q4")})


@pytest.mark.parametrize("metric", ["standardised", "raw"])
def test_the_second_stage_is_a_fit_of_the_scores_of_the_first(answers, model, metric):
    fit = fit_pls(answers, model, metric=metric, tolerance=TIGHT, scale=(1, 10))
    first = fit_pls(answers, model.first_stage(), metric=metric, tolerance=TIGHT)
    raw = pd.Series(first.raw_weights, index=first.weights["item"])
    scores = answers.copy()
    for part, items in (("goods", ["q1", "q2"]), ("service", ["q3", "q4"])):
        scores[part] = answers[items] @ (raw[items] / raw[items].sum())
    second = fit_pls(scores, model.second_stage(), metric=metric, tolerance=TIGHT, scale=(1, 10))
    for table in ("paths", "weights", "loadings"):
        np.testing.assert_allclose(getattr(fit, table)["estimate"], getattr(second, table)["estimate"], rtol=0, atol=1e-9)
    whole = index_scores(fit).set_index("construct")["estimate"]
    np.testing.assert_allclose(whole[list(second.structure.names)], index_scores(second)["estimate"], rtol=0, atol=1e-8)
    parts = (scores[["goods", "service"]].mean() - 1) / 9 * 100
    np.testing.assert_allclose(whole[["goods", "service"]], parts, rtol=0, atol=1e-8)


def test_parts_of_one_item_each_are_the_items(answers):
    parts = {f"part{number}": (f"q{number}",) for number in range(1, 5)}
    plain = Structure(
        tuple(
            Construct(name, Text(), items)
            for name, items in (("image", ("i1", "i2", "i3")), ("quality", ("q1", "q2", "q3", "q4")), ("satisfaction", ("s1", "s2", "s3")))
        ),
        {"quality": ("image",), "satisfaction": ("image", "quality")},
        "satisfaction",
    )
    one, two = (fit_pls(answers, each, tolerance=TIGHT, scale=(1, 10)) for each in (plain, two_orders(parts)))
    np.testing.assert_allclose(two.paths["estimate"], one.paths["estimate"], rtol=0, atol=1e-10)
    np.testing.assert_allclose(index_scores(two)["estimate"][:3], index_scores(one)["estimate"], rtol=0, atol=1e-8)
    np.testing.assert_allclose(impacts(two, on="satisfaction")["estimate"], impacts(one, on="satisfaction")["estimate"], rtol=0, atol=1e-9)
    draws = [bootstrap(each, answers, draws=100, seed=3) for each in (one, two)]
    np.testing.assert_allclose(draws[1].paths, draws[0].paths, rtol=0, atol=1e-9)


def test_moments_are_enough(answers, model):
    fits = [fit_pls(data, model, tolerance=TIGHT) for data in (answers, moments(answers, model.items))]
    np.testing.assert_allclose(fits[1].paths["estimate"], fits[0].paths["estimate"], rtol=0, atol=1e-12)


@pytest.mark.parametrize("metric", ["standardised", "raw"])
def test_every_draw_goes_through_both_stages(answers, model, metric):
    how = {"metric": metric, "tolerance": TIGHT, "scale": (1, 10)}
    fit = fit_pls(answers, model, **how)
    found = bootstrap(fit, answers, draws=100, seed=3)
    taken = np.concatenate([counts(block, len(answers)) for block in blocks(100, len(answers), 3)]).astype(int)
    for number in (0, 99):
        again = fit_pls(answers.loc[answers.index.repeat(taken[number])].reset_index(drop=True), model, **how)
        near = {"rtol": 0, "atol": 1e-8}
        np.testing.assert_allclose(found.paths[:, number], again.paths["estimate"], **near)
        np.testing.assert_allclose(found.index[:, number], index_scores(again)["estimate"], **near)
        own = again.first.weights.query("construct in ['goods', 'service']")["estimate"]
        np.testing.assert_allclose(found.part_weights[:, number], own, **near)
    without = jackknife(fit, found)
    again = fit_pls(answers.drop(index=5), model, **how)
    np.testing.assert_allclose(without.paths[:, 5], again.paths["estimate"], rtol=0, atol=1e-8)


def test_the_table_holds_the_parts_too(answers, model):
    fit = fit_pls(answers, model, scale=(1, 10))
    table = summarise(fit, bootstrap(fit, answers, draws=100, seed=1))
    weights = table.query("metric == 'weight'").set_index(["construct", "item"])["estimate"]
    assert {("goods", "q1"), ("quality", "goods"), ("image", "i1")} <= set(weights.index)
    assert table.query("metric == 'index'")["construct"].tolist() == ["image", "quality", "satisfaction", "goods", "service"]
    assert set(total_effects(fit)["cause"]) == {"image", "quality"}


def test_weights_of_the_parts_sum_to_one_and_give_the_index(answers, model):
    fit = fit_pls(answers, model, scale=(1, 10))
    scores = index_scores(fit).set_index("construct")["estimate"]
    w = index_weights(fit)[["goods", "service"]]
    assert w.sum() == pytest.approx(1, abs=1e-12)
    assert w @ scores[["goods", "service"]] == pytest.approx(scores["quality"], abs=1e-9)


def test_a_part_with_a_negative_weight_leaves_its_whole_without_an_index(answers, model):
    turned = answers.assign(q2=11 - answers["q2"], s1=answers["s1"])
    verdicts = index_scores(fit_pls(turned, model, scale=(1, 10))).set_index("construct")["verdict"]
    assert "q" in verdicts["goods"]
    assert verdicts["quality"].startswith("undefined")
    assert verdicts["satisfaction"] == "ok"
