"""Paths of two groups: another program's numbers, planted differences, and refusals of what is measured differently."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from known_models import TIGHT, golden, mobile, reduced, truth

from csat_lib.errors import ModelError, ParamsError
from csat_lib.model import fit_pls, total_effects
from csat_lib.model.groups import compare_paths
from csat_lib.model.invariance import micom
from csat_lib.simulate import responses

MODEL = truth().structure


def weaker():
    """The same company where image has nothing to do with quality."""
    return replace(truth(), paths={**truth().paths, ("image", "quality"): 0.0})


@pytest.fixture(scope="module")
def same():
    return responses(truth(), 300, seed=91), responses(truth(), 260, seed=92)


@pytest.fixture(scope="module")
def unlike():
    return responses(truth(), 400, seed=93), responses(weaker(), 400, seed=94)


def row(table, cause, effect, metric="path"):
    return table.set_index(["metric", "cause", "effect"]).loc[(metric, cause, effect)]


def test_the_bootstrap_comparison_agrees_with_seminr(real_data):
    rows = mobile(real_data)
    first, second = rows[rows["CUEX1"] < 8], rows[rows["CUEX1"] >= 8]
    found = compare_paths(first, second, reduced(), permutations=100, seed=3, method="bootstrap", draws=4000, tolerance=TIGHT)
    expected = golden("seminr_groups", "mga").set_index("cause")
    paths = found[found["metric"] == "path"].set_index("cause").loc[expected.index]
    np.testing.assert_allclose(paths[["first", "second"]], expected[["first", "second"]], rtol=1e-7)
    one_sided = expected["p_value_one_sided"]
    # Two bootstraps of 2,000 and 4,000 draws in each group: the standard error of their difference is .02 at most, in one-sided p-values.
    np.testing.assert_allclose(paths["p_value"] / 2, np.minimum(one_sided, 1 - one_sided), atol=0.04)


@pytest.mark.parametrize("method", ["permutation", "bootstrap"])
def test_a_planted_difference_is_found_and_the_others_stay_within_noise(unlike, method):
    found = compare_paths(*unlike, MODEL, permutations=400, seed=1, method=method, draws=1000)
    assert row(found, "image", "quality")["verdict"] == "differs"
    assert row(found, "image", "quality")["estimate"] == pytest.approx(0.4, abs=0.12)
    assert row(found, "image", "loyalty", "total_effect")["verdict"] == "differs"
    assert row(found, "quality", "satisfaction")["verdict"] == "within noise"


def test_the_groups_estimates_are_their_own_fits(same):
    found = compare_paths(*same, MODEL, permutations=100, seed=1, tolerance=TIGHT)
    for column, rows in zip(("first", "second"), same, strict=True):
        fit = fit_pls(rows, MODEL, tolerance=TIGHT)
        np.testing.assert_array_equal(found.loc[found["metric"] == "path", column], fit.paths["estimate"])
        np.testing.assert_array_equal(found.loc[found["metric"] == "total_effect", column], total_effects(fit)["estimate"])
    np.testing.assert_allclose(found["first"] - found["second"], found["estimate"], rtol=1e-12)


def test_the_permutation_interval_is_what_fits_of_exchanged_rows_give(same):
    found = row(compare_paths(*same, MODEL, permutations=1000, seed=2), "quality", "satisfaction")
    rows, rng = pd.concat(same, ignore_index=True), np.random.default_rng(5)
    differences = []
    for _ in range(60):
        order = rng.permutation(len(rows))
        sides = [fit_pls(rows.iloc[each], MODEL).paths["estimate"][2] for each in (order[:300], order[300:])]
        differences.append(sides[0] - sides[1])
    # The standard deviation of 60 differences is known to 9 %; three of these.
    assert (found["conf_high"] - found["conf_low"]) / (2 * 1.96) == pytest.approx(np.std(differences), rel=0.27)


def test_one_population_differs_as_often_as_the_test_says(same):
    gate = micom(*same, MODEL, permutations=100, seed=1)
    both = [(responses(truth(), 80, seed=k), responses(truth(), 60, seed=k + 500)) for k in range(30)]
    p = np.array([compare_paths(*each, MODEL, permutations=100, seed=1, invariance=gate)["p_value"] for each in both])
    # Binomial, n = 30, .05: above .2 in fewer than 1 of 300.
    assert (p < 0.05).mean(axis=0).max() <= 0.2
    assert p.mean() == pytest.approx(0.5, abs=0.12)


def test_a_path_over_a_construct_that_is_measured_differently_is_withheld_by_name(same):
    turned = same[1].assign(q3=13 - same[1]["q3"])
    found = compare_paths(same[0], turned, MODEL, permutations=100, seed=1)
    refused = row(found, "image", "quality")
    assert refused["verdict"] == "not comparable: quality is measured differently"
    assert refused[["estimate", "conf_low", "conf_high", "p_value"]].isna().all()
    assert np.isfinite(refused[["first", "second"]].astype(float)).all()
    assert row(found, "image", "loyalty", "total_effect")["verdict"] == "not comparable: quality is measured differently"
    # The path of image holds quality constant, so it rests on quality too.
    assert row(found, "image", "satisfaction")["verdict"] == "not comparable: quality is measured differently"
    assert row(found, "satisfaction", "loyalty")["verdict"] in ("differs", "within noise")
    assert row(found, "satisfaction", "loyalty", "total_effect")["verdict"] in ("differs", "within noise")


def test_an_invariance_result_at_hand_is_used(same):
    gate = micom(*same, MODEL, permutations=100, seed=1)
    gate = replace(gate, reasons={"loyalty": "said so"})
    found = compare_paths(*same, MODEL, permutations=100, seed=1, invariance=gate)
    assert row(found, "satisfaction", "loyalty")["verdict"] == "not comparable: loyalty is measured differently"
    assert row(found, "quality", "satisfaction")["verdict"] in ("differs", "within noise")


@pytest.mark.parametrize("method", ["permutation", "bootstrap"])
def test_equal_seeds_give_equal_numbers(same, method):
    one, two = (compare_paths(*same, MODEL, permutations=100, seed=4, method=method, draws=100) for _ in range(2))
    pd.testing.assert_frame_equal(one, two)


def test_refusals_name_what_is_wrong(same):
    with pytest.raises(ParamsError, match=r"No method 'welch'\. There are: permutation, bootstrap"):
        compare_paths(*same, MODEL, seed=1, method="welch")
    with pytest.raises(ParamsError, match="permutations: expected a whole number of at least 100, got 50"):
        compare_paths(*same, MODEL, permutations=50, seed=1)
    with pytest.raises(ModelError, match="all 260 answers are the same"):
        compare_paths(same[0], same[1].assign(q1=5.0), MODEL, permutations=100, seed=1)


def test_an_invariance_result_of_another_model_is_refused(same):
    gate = micom(*same, truth().structure.without_path("image", "satisfaction"), permutations=100, seed=1)
    compare_paths(*same, MODEL, permutations=100, seed=1, invariance=gate)
    other = replace(gate, verdicts=gate.verdicts.drop("loyalty"))
    with pytest.raises(ParamsError, match=r"invariance: it is of another model \(not in both: loyalty\)"):
        compare_paths(*same, MODEL, permutations=100, seed=1, invariance=other)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"seed": None}, "seed: expected a whole number of at least 0, got None"),
        ({"seed": -1}, "seed: expected"),
        ({"permutations": 150.5}, "permutations: expected"),
        ({"draws": 200.5}, "draws: expected"),
        ({"confidence": 95}, "confidence: expected a share between 0 and 1"),
    ],
)
def test_counts_seeds_and_confidence_that_make_no_sense_are_refused(same, wrong, told):
    with pytest.raises(ParamsError, match=told):
        compare_paths(*same, MODEL, **{"seed": 1, "permutations": 100, **wrong})
    if "draws" not in wrong:
        with pytest.raises(ParamsError, match=told):
            micom(*same, MODEL, **{"seed": 1, "permutations": 100, **wrong})


def test_exchanges_that_mostly_have_no_model_are_refused_with_their_number(same):
    def lonely(rows):
        """Two questions on which one respondent each differs from everybody else."""
        part = rows.head(60).reset_index(drop=True)
        for place, item in enumerate(("q1", "s1")):
            part[item] = 5.0
            part.loc[place, item] = 9.0
        return part

    # Both differing respondents of a question come into one group, and the other has a constant item, in half of the exchanges.
    with pytest.raises(ModelError, match=r"^[5-9]\d of 100 exchanges could not be estimated: the groups are too small"):
        compare_paths(lonely(same[0]), lonely(same[1]), MODEL, permutations=100, seed=1)
    # The same where invariance is known already and only the paths are exchanged.
    known = micom(*same, MODEL, permutations=100, seed=1)
    with pytest.raises(ModelError, match=r"^[5-9]\d of 100 exchanges could not be estimated: the groups are too small"):
        compare_paths(lonely(same[0]), lonely(same[1]), MODEL, permutations=100, seed=1, invariance=known)
