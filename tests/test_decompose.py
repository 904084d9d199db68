"""Why an index moved: exact splits, known truths, refusals."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from known_models import survey_of, truth, two_orders

from csat_lib.errors import ModelError, NotInStudyError, ParamsError
from csat_lib.model import fit_pls, impacts, index_scores, index_weights
from csat_lib.simulate import responses
from csat_lib.tracking import decompose_change, waterfall
from csat_lib.tracking.contributions import answers_and_weights, through_model, within_and_mix

EXACT = 1e-10
MODEL = truth().structure
ITEMS = list(MODEL.items)


def wave(seed, n=400, *, lift=None, regions=("north", "south"), shares=(0.5, 0.5), ids=None):
    """Answers of the known model; ``lift`` adds to some items, the south is a point lower in everything."""
    rng = np.random.default_rng(seed)
    frame = responses(truth(), n, seed=seed)
    frame = frame + pd.Series(lift or {}).reindex(ITEMS, fill_value=0.0)
    region = rng.choice(regions, n, p=shares)
    frame = frame.sub(np.where(region == "south", 1.0, 0.0), axis=0).clip(1, 10)
    roles = {"region": "segment"} | ({} if ids is None else {"who": "id"})
    return survey_of(frame.assign(region=region, **({} if ids is None else {"who": ids})), ITEMS, roles=roles)


@pytest.fixture(scope="module")
def waves():
    return wave(1), wave(2, lift={item: 0.6 for item in ITEMS if item[0] in "qs"}, shares=(0.7, 0.3))


@pytest.mark.parametrize("method", ["waterfall", "weights", "mix", "model"])
@pytest.mark.parametrize("weights", ["own", "equal"])
def test_the_terms_sum_to_the_change_of_the_published_index(waves, method, weights):
    found = decompose_change(*waves, MODEL, method=method, by="region", weights=weights, draws=100, seed=1)
    assert found.terms["estimate"].sum() == pytest.approx(found.change["estimate"], abs=EXACT)
    assert found.parts["estimate"].sum() == pytest.approx(found.change["after"] - found.change["before"], abs=EXACT)
    if weights == "own":
        published = [index_scores(fit_pls(each, MODEL)).set_index("construct").loc["satisfaction", "estimate"] for each in waves]
        assert found.change[["before", "after"]].tolist() == pytest.approx(published, abs=EXACT)


sizes = st.floats(0.05, 1, allow_nan=False)
scores = st.floats(0, 100, allow_nan=False)


@given(arrays.arrays(float, (4, 3, 2), elements=sizes), arrays.arrays(float, (4, 3, 2), elements=scores))
def test_every_split_is_exact_whatever_the_numbers(p, y):
    u = p / p.sum(axis=1, keepdims=True)
    answers, weights = answers_and_weights(u[0], u[1], y[0], y[1])
    within, mix = within_and_mix(u[2], u[3], y[2], y[3])
    assert (answers + weights).sum(axis=0) == pytest.approx((u[1] * y[1] - u[0] * y[0]).sum(axis=0), abs=EXACT)
    assert (within + mix).sum(axis=0) == pytest.approx((u[3] * y[3] - u[2] * y[2]).sum(axis=0), abs=EXACT)
    driven, rest = through_model(p[0], p[1], y[0] - y[1], y[2, 0])
    assert driven.sum(axis=0) + rest == pytest.approx(y[2, 0], abs=EXACT)


def test_a_split_by_hand():
    # Shares .5/.5 -> .8/.2, scores 80/60 -> 82/60: 70 -> 77.6. Within: .65 x 2 = 1.3; mix: .3 x (81 - 73.8) + -.3 x (60 - 73.8) = 6.3.
    within, mix = within_and_mix(*(np.array(each)[:, None] for each in ([0.5, 0.5], [0.8, 0.2], [80.0, 60.0], [82.0, 60.0])))
    assert within[:, 0].tolist() == pytest.approx([1.3, 0.0])
    assert mix[:, 0].tolist() == pytest.approx([2.16, 4.14])


def test_a_segment_that_appears_is_all_mix():
    within, mix = within_and_mix(*(np.array(each)[:, None] for each in ([1.0, 0.0], [0.5, 0.5], [70.0, np.nan], [70.0, 90.0])))
    assert (within.sum(), mix.sum()) == pytest.approx((0.0, 10.0))
    found = decompose_change(wave(3), wave(4, regions=("north", "west")), MODEL, method="mix", by="region", draws=100, seed=1)
    assert "south is only in the first wave; west is only in the second wave" in found.note
    assert np.isfinite(found.terms["estimate"]).all()


def test_a_shift_of_shares_alone_is_mix_and_not_satisfaction():
    found = decompose_change(
        wave(5, 1500), wave(6, 1500, shares=(0.8, 0.2)), MODEL, method="mix", by="region", weights="equal", draws=400, seed=1
    )
    parts = found.parts.set_index("part")
    # The south lies a point of ten lower: .3 of 11.1 points, a little less where answers meet the ends of the scale.
    assert parts.loc["mix", "estimate"] == pytest.approx(0.3 * 100 / 9, abs=0.5)
    assert parts.loc["mix", "conf_low"] > 0
    assert parts.loc["within", "conf_low"] < 0 < parts.loc["within", "conf_high"]


def test_a_driver_that_rose_explains_its_effect_times_its_rise():
    before, after = wave(7, 1500), wave(8, 1500, lift={item: 0.5 for item in ITEMS if item[0] == "q"})
    found = decompose_change(before, after, MODEL, method="model", draws=400, seed=1)
    driven = found.terms.query("part == 'driver'").set_index("name")["estimate"]
    direct = np.mean(
        [impacts(fit_pls(each, MODEL), on="satisfaction", points=1).set_index("cause")["direct"] for each in (before, after)], axis=0
    )
    index = [index_scores(fit_pls(each, MODEL)).set_index("construct")["estimate"] for each in (before, after)]
    # The decomposition keeps the mean weights; those of each fit move the rise by hundredths.
    assert driven["quality"] == pytest.approx(direct[1] * (index[1] - index[0])["quality"], abs=0.05)
    rest = found.terms.set_index("part").loc["unexplained"]
    assert rest["estimate"] < -1.5  # only the items of quality rose, so that the model expects a rise that did not come


def test_a_model_of_single_items_is_a_regression():
    from csat_lib.study import Construct, Structure, Text

    single = Structure(tuple(Construct(name, Text(), (name,)) for name in ("q1", "i1", "s1")), {"s1": ("q1", "i1")}, "s1")
    waves = wave(9), wave(10, lift={"q1": 0.7})
    found = decompose_change(*waves, single, method="model", draws=100, seed=1)
    slopes, means = [], []
    for each in waves:
        X = each.responses[["q1", "i1", "s1"]].to_numpy()
        slopes.append(np.linalg.lstsq(np.column_stack([np.ones(len(X)), X[:, :2]]), X[:, 2], rcond=None)[0][1:])
        means.append(X.mean(axis=0))
    expected = 100 / 9 * np.mean(slopes, axis=0) * (means[1] - means[0])[:2]
    assert found.terms.query("part == 'driver'")["estimate"].tolist() == pytest.approx(expected.tolist(), abs=1e-9)


def test_the_interval_of_the_change_is_that_of_two_independent_waves(waves):
    found = decompose_change(*waves, MODEL, weights="equal", draws=2000, seed=1)
    scores = [each.responses[["s1", "s2", "s3"]].mean(axis=1) * 100 / 9 for each in waves]
    error = np.sqrt(sum(each.var() / len(each) for each in scores))
    assert found.change["std_error"] == pytest.approx(error, rel=0.05)  # 2,000 draws know a standard error to 1.6 %


def test_members_of_a_panel_are_drawn_together():
    n = 300
    before = wave(11, n, ids=[f"P{k}" for k in range(n)])
    noise = np.random.default_rng(12).normal(0, 0.3, (n, len(ITEMS)))
    after = dataclasses.replace(before, responses=(before.responses + 0.2 + noise).clip(1, 10))
    found = decompose_change(before, after, MODEL, weights="equal", draws=500, seed=1)
    assert found.note.startswith("300 respondents are in both waves")
    paired = (after.responses - before.responses)[["s1", "s2", "s3"]].mean(axis=1) * 100 / 9
    assert found.change["std_error"] == pytest.approx(paired.std() / np.sqrt(n), rel=0.12)  # 500 draws know it to 3.2 %


def test_the_waterfall_goes_from_before_to_after(waves):
    found = decompose_change(*waves, MODEL, by="region", draws=100, seed=1)
    bars = waterfall(found)
    assert bars["part"].tolist() == ["before", "weights", "driver", "driver", "mix", "unexplained", "after"]
    assert bars["end"].iloc[-2] == pytest.approx(found.change["after"], abs=EXACT)
    assert bars["start"].iloc[2:-1].tolist() == pytest.approx(bars["end"].iloc[1:-2].tolist())


def test_equal_seeds_give_equal_intervals(waves):
    one, two = (decompose_change(*waves, MODEL, by="region", draws=600, seed=3) for _ in range(2))
    assert one.terms.equals(two.terms)


def test_what_cannot_be_decomposed_is_refused(waves):
    before, after = waves
    with pytest.raises(ParamsError, match="needs segments"):
        decompose_change(before, after, MODEL, method="mix", draws=100, seed=1)
    with pytest.raises(ParamsError, match="image has no drivers"):
        decompose_change(before, after, MODEL, construct="image", draws=100, seed=1)
    with pytest.raises(ParamsError, match="too few for an interval"):
        decompose_change(before, after, MODEL, draws=50, seed=1)
    with pytest.raises(NotInStudyError, match="complete rows"):
        decompose_change(before, after, MODEL, how={"missing": "mean"}, draws=100, seed=1)
    asked = {**after.codebook.items, "q1": dataclasses.replace(after.codebook.items["q1"], high=12.0)}
    other = dataclasses.replace(after, codebook=dataclasses.replace(after.codebook, items=asked))
    with pytest.raises(ModelError, match="cannot be decomposed: q1 runs from 1 to 10"):
        decompose_change(before, other, MODEL, draws=100, seed=1)


@pytest.mark.parametrize("metric", ["standardised", "raw"])
@pytest.mark.parametrize("construct", ["satisfaction", "quality"])
def test_a_model_of_higher_order_is_split_exactly_and_from_its_published_index(waves, metric, construct):
    model = two_orders()
    found = decompose_change(*waves, model, construct=construct, by="region", how={"metric": metric}, draws=100, seed=1)
    published = [index_scores(fit_pls(each, model, metric=metric)).set_index("construct").loc[construct, "estimate"] for each in waves]
    assert found.change[["before", "after"]].tolist() == pytest.approx(published, abs=1e-8)
    assert found.terms["estimate"].sum() == pytest.approx(found.change["estimate"], abs=EXACT)


def test_a_driver_of_higher_order_brings_its_direct_effect_times_its_rise(waves):
    model = two_orders()
    found = decompose_change(*waves, model, method="model", draws=100, seed=1)
    driven = found.terms.query("part == 'driver'").set_index("name")["estimate"]
    fits = [fit_pls(each, model) for each in waves]
    direct = np.mean([impacts(each, on="satisfaction", points=1).set_index("cause").loc["quality", "direct"] for each in fits])
    index = [index_scores(each).set_index("construct").loc["quality", "estimate"] for each in fits]
    assert driven["quality"] == pytest.approx(direct * (index[1] - index[0]), abs=0.05)  # the mean weights move it by hundredths


def test_parts_of_one_item_each_are_the_items_of_an_ordinary_construct(waves):
    from csat_lib.study import Construct, Structure, Text

    items = ("q1", "q2", "q3", "q4")
    others = [Construct(name, Text(), tuple(f"{name[0]}{k}" for k in (1, 2, 3))) for name in ("image", "satisfaction")]
    paths = {"quality": ("image",), "satisfaction": ("image", "quality")}
    plain = Structure((*others, Construct("quality", Text(), items)), paths, "satisfaction")
    parts = [Construct(f"part_{item}", Text(), (item,)) for item in items]
    whole = Construct("quality", Text(), of=tuple(each.name for each in parts))
    higher = Structure((*others, *parts, whole), paths, "satisfaction")
    one, two = (decompose_change(*waves, each, by="region", draws=100, seed=1).terms for each in (plain, higher))
    pd.testing.assert_frame_equal(one, two, atol=1e-5, rtol=0)


def test_a_part_of_a_construct_is_refused_by_name(waves):
    with pytest.raises(ParamsError, match=r"goods is a part of quality and has no drivers of its own\. Decompose quality"):
        decompose_change(*waves, two_orders(), construct="goods", method="mix", by="region", draws=100, seed=1)


def test_with_the_error_of_the_answers_allowed_for_the_drivers_bring_what_the_truth_says():
    frame = responses(truth(), 20_000, seed=21)
    lifted = frame.assign(**{item: frame[item] + 0.5 for item in ITEMS if item[0] == "q"})
    before, after = (survey_of(each, ITEMS, low=-10, high=25) for each in (frame, lifted))
    found = decompose_change(before, after, MODEL, method="model", draws=100, seed=1)
    u, loadings = index_weights(fit_pls(before, MODEL)), pd.Series(truth().loadings)
    quality, satisfaction = ((u * loadings).filter(regex=f"^{each}").sum() for each in "qs")
    # Constructs of variance 1: .55 satisfaction a unit of quality, and a score moves by its weighted loadings a unit.
    assert found.corrected == pytest.approx(0.55 * satisfaction / quality * 0.5 * 100 / 35, rel=0.04)  # 20,000 know a path to 2 %
    plain = found.terms.query("part == 'driver'")["estimate"].sum()
    assert 0.7 < plain / found.corrected < 0.95


def test_given_weights_and_single_items_have_no_corrected_effects(waves):
    assert decompose_change(*waves, MODEL, weights="equal", draws=100, seed=1).corrected is None
