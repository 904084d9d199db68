"""Measurement invariance: worked numbers, recovery of what was planted, errors of the test, and refusals by name."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from known_models import TIGHT, acsi, acsi_answers, structure, survey_of, truth, two_orders

from csat_lib.errors import DataError, ModelError, ParamsError
from csat_lib.model import fit_pls
from csat_lib.model.invariance import judged, micom, require_invariance
from csat_lib.simulate import responses
from csat_lib.stats import moments
from csat_lib.study import Text

MODEL = truth().structure
TWO = structure({"x": ["x1", "x2"], "y": ["y1"]}, {"y": ["x"]}, "y")


@pytest.fixture(scope="module")
def same():
    return responses(truth(), 250, seed=81, answers="rounded"), responses(truth(), 200, seed=82, answers="rounded")


def row(found, construct, step):
    return found.steps.set_index(["construct", "step"]).loc[(construct, step)]


def composite(n, seed, weights):
    """y = 0.6 x + e for a composite x of two items that correlate by .3125, as in the example of cSEM's testMICOM."""
    rng = np.random.default_rng(seed)
    items = rng.multivariate_normal([0, 0], [[1, 0.3125], [0.3125, 1]], size=n)
    y = 0.6 * items @ weights + 0.8 * rng.normal(size=n)
    return pd.DataFrame({"x1": items[:, 0], "x2": items[:, 1], "y1": y})


def test_weights_that_change_places_between_groups_are_seen():
    first, second = composite(4000, 1, [0.4, 0.8]), composite(4000, 2, [0.8, 0.4])
    found = micom(first, second, TWO, mode="B", permutations=300, seed=1)
    # .4 x .8 + .8 x .4 + .3125 (.4 x .4 + .8 x .8) = .89 for composites of variance 1.
    assert row(found, "x", "compositional")["estimate"] == pytest.approx(0.89, abs=0.02)
    assert found.verdicts.to_dict() == {"x": "none", "y": "full"}
    assert found.verdict == "none"
    assert found.reasons["x"].startswith("the groups weigh its items differently (c = 0.8")
    with pytest.raises(ModelError, match="The paths of x cannot be compared between these groups: the groups weigh its items differently"):
        require_invariance(found, "x", "paths")
    require_invariance(found, "y", "pooling")


@pytest.mark.parametrize("metric", ["standardised", "raw"])
def test_c_is_the_correlation_of_two_scores_of_all_respondents(same, metric):
    found = micom(*same, MODEL, permutations=100, seed=1, metric=metric, tolerance=TIGHT)
    rows = pd.concat(same)
    z = (rows - rows.mean()) / rows.std() if metric == "standardised" else rows
    weights = [fit_pls(each, MODEL, metric=metric, tolerance=TIGHT).weights["estimate"].to_numpy() for each in same]
    for each in MODEL.constructs:
        at = [MODEL.items.index(item) for item in each.items]
        one, two = (z.iloc[:, at].to_numpy() @ w[at] for w in weights)
        assert row(found, each.name, "compositional")["estimate"] == pytest.approx(np.corrcoef(one, two)[0, 1], rel=1e-10)


def test_step_three_compares_the_scores_of_the_pooled_model(same):
    found = micom(*same, MODEL, permutations=100, seed=1, tolerance=TIGHT)
    rows = pd.concat(same, keys=[1, 2])
    fit = fit_pls(rows, MODEL, tolerance=TIGHT)
    z = (rows - rows.mean()) / rows.std() * fit.weights["estimate"].to_numpy()
    score = z[["s1", "s2", "s3"]].sum(axis=1)
    assert row(found, "satisfaction", "equal mean")["estimate"] == pytest.approx(score[1].mean() - score[2].mean(), rel=1e-9)
    assert row(found, "satisfaction", "equal variance")["estimate"] == pytest.approx(np.log(score[1].var() / score[2].var()), rel=1e-9)


def test_planted_differences_of_level_and_spread_are_found_and_compared(same):
    first = responses(truth(), 800, seed=83)
    moved = responses(truth(), 800, seed=84)
    satisfaction = ["s1", "s2", "s3"]
    second = moved.assign(**{item: (moved[item] - 6.5) * 1.4 + 7.5 for item in satisfaction})
    found = micom(first, second, MODEL, permutations=300, seed=2)
    assert found.verdicts["satisfaction"] == "partial"
    assert row(found, "satisfaction", "equal mean")["verdict"] == "differs"
    assert row(found, "satisfaction", "equal variance")["estimate"] == pytest.approx(-2 * np.log(1.4), abs=0.2)
    require_invariance(found, "satisfaction", "means")
    with pytest.raises(ModelError, match="The pooled answers of satisfaction are of two kinds"):
        require_invariance(found, "satisfaction", "pooling")


def test_one_population_is_rejected_as_often_as_the_test_says():
    model = structure({"a": ["a1", "a2"], "b": ["b1", "b2"]}, {"b": ["a"]}, "b")
    p = []
    for seed in range(50):
        rng = np.random.default_rng(seed)
        a = rng.normal(size=120)
        b = 0.5 * a + rng.normal(size=120)
        rows = pd.DataFrame({f"{name}{k}": v + 0.7 * rng.normal(size=120) for name, v in (("a", a), ("b", b)) for k in (1, 2)})
        p.append(micom(rows[:60], rows[60:], model, permutations=100, seed=seed).steps.query("construct == 'b'")["p_value"].dropna())
    rates = (np.array(p) < 0.05).mean(axis=0)
    # Binomial, n = 50, .05: above .16 in fewer than 1 of 200.
    assert (rates <= 0.16).all()
    assert np.mean(p) == pytest.approx(0.5, abs=0.09)


def test_a_large_sample_does_not_fail_over_a_trifle():
    first, second = composite(30_000, 3, [0.58, 0.65]), composite(30_000, 4, [0.65, 0.58])
    found = row(micom(first, second, TWO, mode="B", permutations=200, seed=3), "x", "compositional")
    assert found["p_value"] < 0.05
    assert found["estimate"] > 0.98
    assert found["verdict"] == "same within the margin"


def test_large_industries_of_the_acsi_differ_by_trifles_in_measurement_and_truly_in_level(real_data):
    rows = acsi_answers(real_data).dropna()
    first, second = (rows[rows["INDUSTRY"] == code].drop(columns="INDUSTRY") for code in (1001, 5001))
    found = micom(first, second, acsi(), permutations=300, seed=1)
    c = found.steps[(found.steps["step"] == "compositional") & found.steps["p_value"].notna()]
    assert (c["p_value"] < 0.05).all()
    assert (c["estimate"] > 0.99).all()
    assert (found.verdicts == "partial").all()
    # The published indices, 78.29 (sd 16.17) and 75.17 (21.10), each with weights of its own industry's; here those of both together.
    published = (78.29 - 75.17) / np.sqrt((16.17**2 * len(first) + 21.10**2 * len(second)) / (len(first) + len(second)))
    assert row(found, "satisfaction", "equal mean")["estimate"] == pytest.approx(published, abs=0.03)


def test_single_items_are_the_same_by_construction(same):
    found = row(micom(*same, MODEL, permutations=100, seed=1), "loyalty", "compositional")
    assert found["estimate"] == 1.0
    assert found["verdict"] == "same by construction: one item"


def test_an_item_turned_round_in_one_group_fails_the_first_step(same):
    second = same[1].assign(q3=11 - same[1]["q3"])
    found = micom(same[0], second, MODEL, permutations=100, seed=1)
    assert row(found, "quality", "configural")["verdict"] == "q3 loads with opposite signs"
    assert found.reasons["quality"] == "q3 loads with opposite signs"
    assert row(found, "quality", "equal mean")["verdict"] == "not tested"
    with pytest.raises(ModelError, match="The means of quality cannot be compared between these groups: q3 loads with opposite signs"):
        require_invariance(found, "quality", "means")


def test_another_scale_or_wording_fails_the_first_step(same):
    first, second = (survey_of(each, MODEL.items) for each in same)
    items = dict(second.codebook.items)
    items["q1"] = replace(items["q1"], high=11)
    items["s2"] = replace(items["s2"], wording=Text(en="How happy?"))
    second = replace(second, codebook=replace(second.codebook, items=items))
    asked = {**first.codebook.items, "s2": replace(first.codebook.items["s2"], wording=Text(en="How satisfied?"))}
    first = replace(first, codebook=replace(first.codebook, items=asked))
    found = micom(first, second, MODEL, permutations=100, seed=1)
    assert found.reasons["quality"] == "q1 runs from 1 to 10 in one group and from 1 to 11 in the other"
    assert found.reasons["satisfaction"] == "s2 is worded differently"


def test_the_order_of_the_groups_turns_the_differences_round(same):
    there, back = micom(*same, MODEL, permutations=100, seed=1), micom(*same[::-1], MODEL, permutations=100, seed=1)
    sign = np.where(there.steps["step"].str.startswith("equal"), -1, 1)
    np.testing.assert_allclose(there.steps["estimate"], sign * back.steps["estimate"], rtol=1e-6)


def test_equal_seeds_give_equal_numbers(same):
    one, two = (micom(*same, MODEL, permutations=100, seed=5).steps for _ in range(2))
    pd.testing.assert_frame_equal(one, two)
    assert not one.equals(micom(*same, MODEL, permutations=100, seed=6).steps)


def test_weights_move_with_their_respondents(same):
    twice = pd.concat([same[0], same[0].head(100)], ignore_index=True)
    weights = pd.Series(np.where(np.arange(250) < 100, 2.0, 1.0), index=same[0].index)
    weighted = micom(survey_of(same[0], MODEL.items, weights=weights), survey_of(same[1], MODEL.items), MODEL, permutations=100, seed=1)
    # Two rows count like one of weight 2, but for the size that the group has beside the other: c hardly depends on it.
    plain = micom(twice, same[1], MODEL, permutations=100, seed=1)
    np.testing.assert_allclose(
        weighted.steps.query("step == 'compositional'")["estimate"], plain.steps.query("step == 'compositional'")["estimate"], atol=2e-4
    )


def test_verdicts_follow_corrected_p_values(same):
    found = micom(*same, MODEL, permutations=100, seed=1)
    rejected = judged(replace(found, steps=found.steps.assign(p_value=np.where(found.steps["step"] == "equal mean", 0.001, 0.9))))
    assert (rejected.verdicts == "partial").all()


def test_refusals_name_what_is_wrong(same):
    parts = moments(same[0], MODEL.items)
    with pytest.raises(ParamsError, match="Measurement invariance needs the rows, and Moments have none"):
        micom(parts, same[1], MODEL, seed=1)
    with pytest.raises(ParamsError, match=r"quality is of higher order\. Use the model of its members"):
        micom(*same, two_orders(), seed=1)
    with pytest.raises(ParamsError, match="permutations: expected a whole number of at least 100, got 99"):
        micom(*same, MODEL, permutations=99, seed=1)
    with pytest.raises(DataError, match="No column 'q1'"):
        micom(same[0], same[1].drop(columns="q1"), MODEL, seed=1)
    with pytest.raises(ModelError, match="5 respondents answered all of the model's 11 items"):
        micom(same[0], same[1].head(5), MODEL, seed=1)
    found = micom(*same, MODEL, permutations=100, seed=1)
    with pytest.raises(ParamsError, match="No construct 'price'"):
        require_invariance(found, "price", "means")
    with pytest.raises(ParamsError, match=r"No purpose 'levels'\. There are: means, paths, pooling"):
        require_invariance(found, "quality", "levels")


def test_weights_spread_unlike_in_the_groups_are_noted(same):
    uneven = pd.Series(np.where(np.arange(len(same[0])) % 10 == 0, 20.0, 1.0))
    weighted = survey_of(same[0].reset_index(drop=True), list(MODEL.items), weights=uneven)
    plain = survey_of(same[1].reset_index(drop=True), list(MODEL.items))
    (said,) = micom(weighted, plain, MODEL, permutations=100, seed=1).notes
    share = uneven.sum() ** 2 / (uneven @ uneven) / len(uneven)
    assert f"n_effective / n is {share:.2f} and 1.00" in said
    assert micom(*same, MODEL, permutations=100, seed=1).notes == ()
