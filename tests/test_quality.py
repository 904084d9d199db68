"""Quality of measurement: published coefficients, what single items cannot have, verdicts with their source."""

import numpy as np
import pandas as pd
import pytest
from known_models import TIGHT, acsi_answers, acsi_without_complaints, ecsi, golden, mobile, reduced, truth

from csat_lib.model import RULES, assess, fit_pls
from csat_lib.simulate import responses

SCHEMES = ["path", "centroid", "factorial"]


@pytest.fixture(scope="module")
def assessed():
    return assess(fit_pls(responses(truth(), 2_000, seed=51), truth().structure))


def coefficients(fit, metric):
    return assess(fit).query("metric == @metric").set_index("construct")["estimate"]


def pairs(fit):
    found = assess(fit).query("metric == 'htmt'")
    return {frozenset(pair): value for *pair, value in found[["construct", "other", "estimate"]].to_numpy()}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("metric", ["ave", "rho_c"])
def test_mobile_phone_blocks_agree_to_the_last_printed_digit(real_data, scheme, metric):
    expected = golden("smartpls_ecsi", "quality").query("metric == @metric").set_index("construct")[scheme]
    found = coefficients(fit_pls(mobile(real_data), ecsi(), scheme=scheme, tolerance=TIGHT), metric)
    np.testing.assert_allclose(found[expected.index], expected, rtol=0, atol=5.1e-7)
    assert set(found.index) == set(expected.index)


@pytest.mark.parametrize("metric", ["ave", "rho_c"])
def test_mobile_phone_blocks_on_raw_answers_agree(real_data, metric):
    on_hundred = ((mobile(real_data) - 1) / 9 * 100).round(2)
    expected = golden("smartpls_ecsi", "quality").query("metric == @metric").set_index("construct")["raw"]
    found = coefficients(fit_pls(on_hundred, ecsi(), scheme="centroid", metric="raw", tolerance=TIGHT), metric)
    np.testing.assert_allclose(found[expected.index], expected, rtol=0, atol=1e-5)


def test_mobile_phone_standardised_alpha_agrees(real_data):
    expected = golden("smartpls_ecsi", "alpha_standardised").set_index("construct")["estimate"]
    found = coefficients(fit_pls(mobile(real_data), ecsi()), "alpha_standardised")
    np.testing.assert_allclose(found[expected.index], expected, rtol=0, atol=5.1e-7)


def test_mobile_phone_constructs_fail_discriminant_validity_and_are_said_to(real_data):
    fit = fit_pls(mobile(real_data), ecsi())
    expected = golden("smartpls_ecsi", "htmt")
    found = pairs(fit)
    for construct, other, value in expected.to_numpy():
        assert found[frozenset((construct, other))] == pytest.approx(value, abs=5.1e-7)
    failed = assess(fit).query("metric == 'htmt' and verdict != 'ok'")
    assert {frozenset(pair) for pair in failed[["construct", "other"]].to_numpy()} == {
        frozenset(pair) for pair in expected[["construct", "other"]].to_numpy()
    }
    assert (failed["source"] == "at most 0.9, Henseler et al. 2015").all()


def test_the_reduced_model_agrees_with_seminr(real_data):
    fit = fit_pls(mobile(real_data), reduced(), tolerance=TIGHT)
    expected = golden("seminr_reduced", "quality").merge(assess(fit), on=["metric", "construct"], suffixes=("_expected", ""))
    assert len(expected) == 12
    np.testing.assert_allclose(expected["estimate"], expected["estimate_expected"], rtol=0, atol=1e-6)


def test_heterotrait_monotrait_ratios_agree_with_seminr(real_data):
    found = pairs(fit_pls(mobile(real_data), reduced()))
    expected = golden("seminr_reduced", "htmt")
    assert len(found) == len(expected) == 6
    for construct, other, value in expected.to_numpy():
        assert found[frozenset((construct, other))] == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize("mode", ["A", "B"])
@pytest.mark.parametrize("metric", ["ave", "rho_c"])
def test_acsi_2015_agrees_in_both_modes(real_data, mode, metric):
    expected = golden("acsi_2015", "quality").query("metric == @metric").set_index("construct")[mode]
    found = coefficients(fit_pls(acsi_answers(real_data), acsi_without_complaints(), mode=mode, tolerance=TIGHT), metric)
    np.testing.assert_allclose(found[expected.index], expected, rtol=0, atol=5.1e-5)


def test_acsi_2015_alpha_and_discriminant_validity_agree(real_data):
    fit = fit_pls(acsi_answers(real_data), acsi_without_complaints())
    both = golden("acsi_2015", "alpha").merge(assess(fit), on=["metric", "construct"], suffixes=("_expected", ""))
    assert len(both) == 8
    np.testing.assert_allclose(both["estimate"], both["estimate_expected"], rtol=0, atol=5.1e-5)
    found = pairs(fit)
    for construct, other, value in golden("acsi_2015", "htmt").to_numpy():
        assert found[frozenset((construct, other))] == pytest.approx(value, abs=5.1e-5)


def test_a_single_item_has_no_reliability(assessed):
    of_blocks = assessed[assessed["metric"].isin(["alpha", "alpha_standardised", "rho_c", "ave", "loading", "htmt"])]
    assert "loyalty" not in set(of_blocks["construct"]) | set(of_blocks["other"])
    assert "loyalty" in set(assessed.query("metric == 'r_squared'")["construct"])


def test_every_pair_of_blocks_and_every_item_is_there_once(assessed):
    counts = assessed["metric"].value_counts()
    assert counts[["htmt", "loading", "alpha", "ave", "r_squared"]].tolist() == [3, 10, 3, 3, 3]


def test_alpha_is_that_of_the_variance_of_the_sum():
    answers = responses(truth(), 300, seed=52, answers="rounded")
    block = answers[["q1", "q2", "q3", "q4"]]
    by_hand = 4 / 3 * (1 - block.var().sum() / block.sum(axis=1).var())
    assert coefficients(fit_pls(answers, truth().structure), "alpha")["quality"] == pytest.approx(by_hand, rel=1e-10)


def test_the_ratio_of_a_known_model_is_the_correlation_of_its_constructs():
    known = truth()
    equal = type(known)(known.structure, known.paths, dict.fromkeys(known.structure.items, 0.8), mean=7, sd=1.5)
    found = pairs(fit_pls(responses(equal, 200_000, seed=53), known.structure))
    # Equal loadings make the ratio consistent: image-quality .5, image-satisfaction .25 + .5 x .55.
    assert found[frozenset(("image", "quality"))] == pytest.approx(0.5, abs=0.01)
    assert found[frozenset(("image", "satisfaction"))] == pytest.approx(0.525, abs=0.01)


def test_verdicts_name_the_side_that_was_missed():
    assert RULES["ave"].verdict(0.5) == "ok"
    assert RULES["ave"].verdict(0.499) == "below 0.5"
    assert RULES["htmt"].verdict(0.9) == "ok"
    assert RULES["htmt"].verdict(0.91) == "above 0.9"


def test_a_metric_without_a_rule_has_no_verdict(assessed):
    free = assessed.query("metric == 'r_squared'")
    assert (free[["verdict", "source"]] == "").all(axis=None)
    judged = assessed[assessed["metric"].isin(list(RULES))]
    assert judged["source"].str.contains(r"\d{4}$").all()


def test_quality_does_not_depend_on_the_unit_of_an_item():
    answers = responses(truth(), 300, seed=54)
    one, other = (
        assess(fit_pls(frame, truth().structure, tolerance=TIGHT)) for frame in (answers, answers.assign(q1=9 * answers["q1"] + 1))
    )
    kept = one["metric"] != "alpha"
    pd.testing.assert_frame_equal(one[kept], other[kept], rtol=1e-9)
    assert not np.allclose(one[~kept]["estimate"], other[~kept]["estimate"], atol=1e-3)
