"""Planned sizes agree with the published ones; samples are drawn with the probabilities they state."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from csat_lib.errors import DataError, ParamsError
from csat_lib.survey.planner import detectable, margin_of, sample_size, sample_size_to_detect
from csat_lib.survey.sampling import allocate, draw

RNG = np.random.default_rng(11)
SHOPS = np.repeat(np.arange(20), RNG.integers(5, 40, 20))
CUSTOMERS = pd.DataFrame(
    {
        "shop": SHOPS,
        "region": np.where(SHOPS < 6, "north", "south"),
        "tier": np.where(np.arange(len(SHOPS)) % 17 == 0, "key", "other"),
        "spent": 10.0 + SHOPS + RNG.gamma(2, 10, len(SHOPS)),
    }
)
N = len(CUSTOMERS)
DESIGNS = {
    "simple": {"n": 40},
    "systematic": {"n": 43},
    "systematic, sorted": {"n": 43, "method": "systematic", "by": "shop"},
    "stratified": {"n": {"north": 30, "south": 15}, "by": "region"},
    "stratified, proportionally": {"n": 45, "method": "stratified", "by": "region"},
    "cluster": {"n": 4, "by": "shop"},
    "two_stage": {"n": 6, "by": "shop", "within": 7},
    "mixed": {
        "by": "tier",
        "n": {"key": {"n": "all"}, "other": {"method": "two_stage", "n": 8, "by": "shop", "within": 4}},
    },
}


@pytest.mark.parametrize(("sd", "n"), [(15, 217), (20, 385), (25, 601)])
def test_answers_for_two_points_either_way(sd, n):
    assert sample_size(2, sd=sd) == n


@pytest.mark.parametrize(("sd", "n"), [(15, 883), (20, 1570), (25, 2453)])
def test_answers_a_wave_to_detect_two_points(sd, n):
    assert sample_size_to_detect(2, sd=sd) == n
    assert detectable(n, sd=sd) == pytest.approx(2, abs=0.002)


def test_a_small_population_a_proportion_and_nps():
    assert sample_size(2, sd=20, population=1000) == 278
    assert sample_size(2, share=0.5) == 2401
    assert sample_size(2, nps=(0.5, 0.2)) == 5859


def test_response_and_design_effect_ask_for_more_people():
    assert sample_size(2, sd=20, response=0.3) == int(np.ceil(385 / 0.3))
    assert sample_size(2, sd=20, deff=1.1) == 423


def test_a_census_has_no_margin():
    assert sample_size(0.01, sd=20, population=500) == 500
    assert margin_of(500, sd=20, population=500) == 0


@pytest.mark.parametrize("options", [{"sd": 20}, {"share": 0.3}, {"nps": (0.4, 0.1)}, {"sd": 20, "population": 3000, "deff": 1.4}])
def test_the_planned_sample_has_the_margin_asked_for(options):
    n = sample_size(1.5, **options)
    assert margin_of(n, **options) <= 1.5 < margin_of(n - 1, **options)


def test_the_power_is_that_of_simulated_waves():
    rng = np.random.default_rng(2)
    n = sample_size_to_detect(4, sd=20)
    gap = rng.normal(0, 20, (2000, n)).mean(axis=1) - rng.normal(4, 20, (2000, n)).mean(axis=1)
    assert np.mean(np.abs(gap) > 1.959964 * 20 * np.sqrt(2 / n)) == pytest.approx(0.8, abs=0.03)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"margin": 2}, "one of sd"),
        ({"margin": 2, "sd": 20, "share": 0.5}, "one of sd"),
        ({"margin": 0, "sd": 20}, "margin: 0 is not a number above 0"),
        ({"margin": 2, "share": 50}, "share: 50 is not between 0 and 1"),
        ({"margin": 2, "nps": (0.8, 0.4)}, "nps:"),
        ({"margin": 2, "sd": 20, "response": 30}, "response: 30 is not a share"),
        ({"margin": 2, "sd": 20, "confidence": 95}, "confidence: 95 is not between"),
        ({"margin": 2, "sd": 20, "population": 500, "response": 0.1}, "the population is 500. Ask for a wider margin"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(options, message):
    with pytest.raises(ParamsError) as refused:
        sample_size(options.pop("margin"), **options)
    assert message in str(refused.value)


STRATA = pd.DataFrame({"size": [1000, 300, 200], "sd": [10.0, 30, 20], "cost": [1.0, 4, 1]}, index=["a", "b", "c"])


@pytest.mark.parametrize(
    ("method", "exponent", "expected"),
    [
        ("proportional", 0.5, [100, 30, 20]),
        ("neyman", 0.5, [65, 59, 26]),  # 150 x (10000, 9000, 4000) / 23000
        ("cost", 0.5, [81, 37, 32]),  # 150 x (10000, 4500, 4000) / 18500
        ("power", 0.5, [76, 41, 34]),  # 150 x (31.62, 17.32, 14.14) / 63.08, before rounding 75.2, 41.2, 33.6
        ("power", 0.0, [50, 50, 50]),
    ],
)
def test_allocations_follow_their_formulas(method, exponent, expected):
    found = allocate(STRATA, 150, method=method, exponent=exponent)
    assert found.sum() == 150
    assert np.abs(found.to_numpy() - expected).max() <= 1


def test_neymans_allocation_has_the_smallest_variance():
    def variance(n):
        return float((STRATA["size"] ** 2 * STRATA["sd"] ** 2 / n).sum())

    best = variance(allocate(STRATA, 150, method="neyman"))
    assert best < variance(allocate(STRATA, 150))
    assert all(best <= variance(allocate(STRATA, 150, method="neyman") + step) for step in ([1, -1, 0], [-1, 1, 0], [0, 1, -1]))


def test_every_stratum_gets_the_minimum_or_all_it_has():
    found = allocate({"large": 10_000, "small": 60, "tiny": 8}, 200, minimum=30)
    assert found.to_dict() == {"large": 162, "small": 30, "tiny": 8}


def test_no_stratum_gives_more_than_it_has():
    strata = pd.DataFrame({"size": [10, 500], "sd": [100.0, 1.0]}, index=["wild", "calm"])
    assert allocate(strata, 110, method="neyman").to_dict() == {"wild": 10, "calm": 100}


@pytest.mark.parametrize(
    ("strata", "n", "options", "message"),
    [
        (STRATA, 150, {"method": "optimal"}, "proportional, neyman, cost, power"),
        ({"a": 10}, 5, {"method": "neyman"}, "no column 'sd'"),
        ({"a": 10, "b": 0}, 5, {}, "size of 'b' is 0"),
        ({"a": 10, "b": 20}, 31, {}, "from 0 to 30"),
        ({"a": 10, "b": 20}, 5, {"minimum": 5}, "with a minimum of 5 a stratum it must be from 10 to 30"),
    ],
)
def test_an_allocation_that_cannot_be_is_refused(strata, n, options, message):
    with pytest.raises(ParamsError) as refused:
        allocate(strata, n, **options)
    assert message in str(refused.value)


def drawn(name, seed):
    options = {"method": name, **DESIGNS[name]}
    return draw(CUSTOMERS, options.pop("n"), seed=seed, **options)


@pytest.mark.parametrize("name", DESIGNS)
def test_design_weights_estimate_totals_without_bias(name):
    totals, counts = [], []
    for seed in range(500):
        sample = drawn(name, seed)
        totals.append((sample["spent"] * sample["design_weight"]).sum())
        counts.append(sample["design_weight"].sum())
    for found, truth in ((totals, CUSTOMERS["spent"].sum()), (counts, N)):
        error = max(np.std(found) / np.sqrt(500), 1e-9 * truth)
        assert abs(np.mean(found) - truth) < 4 * error


@pytest.mark.parametrize("name", DESIGNS)
def test_customers_are_drawn_as_often_as_their_probability_says(name):
    taken, stated = np.zeros(N), np.zeros(N)
    for seed in range(500):
        sample = drawn(name, seed)
        assert sample.index.is_unique
        taken[sample.index] += 1
        stated[sample.index] = sample["inclusion_probability"]
    seen = taken > 0
    error = np.sqrt(stated[seen] * (1 - stated[seen]) / 500)
    assert (np.abs(taken[seen] / 500 - stated[seen]) <= 5 * error + 1e-9).all()
    assert seen.mean() > 0.99


@pytest.mark.parametrize("name", DESIGNS)
def test_equal_seeds_draw_equal_samples(name):
    pd.testing.assert_frame_equal(drawn(name, 4), drawn(name, 4))
    assert not drawn(name, 4).index.equals(drawn(name, 5).index) or name == "mixed"


def test_a_systematic_draw_keeps_its_distance():
    places = np.flatnonzero(CUSTOMERS.index.isin(drawn("systematic", 1).index))
    assert len(places) == 43
    assert set(np.diff(places)) <= {N // 43, N // 43 + 1}


def test_a_group_may_be_left_out_of_a_mixture_by_name():
    sample = draw(CUSTOMERS, {"key": {"n": "all"}, "other": 0}, seed=1, method="mixed", by="tier")
    assert (sample["tier"] == "key").all()
    assert (sample["inclusion_probability"] == 1).all()


@pytest.mark.parametrize(
    ("n", "options", "error", "message"),
    [
        (N + 1, {}, ParamsError, f"a number of customers from 1 to {N}"),
        (5, {"method": "snowball"}, ParamsError, "No sampling design 'snowball'"),
        (5, {"by": "shop"}, ParamsError, "simple: this design has no option 'by'"),
        (5, {"method": "cluster"}, ParamsError, "cluster: name the column"),
        (21, {"method": "cluster", "by": "shop"}, ParamsError, "a number of clusters from 1 to 20"),
        (5, {"method": "cluster", "by": "shp"}, DataError, "No column 'shp' in the customer list. Did you mean 'shop'?"),
        (5, {"method": "two_stage", "by": "shop"}, ParamsError, "within is None"),
        ({"north": 5}, {"method": "stratified", "by": "region"}, ParamsError, "nothing of the region 'south'"),
        ({"north": 5, "south": 5, "west": 5}, {"method": "stratified", "by": "region"}, ParamsError, "no region is 'west'"),
        ({"north": 9999, "south": 5}, {"method": "stratified", "by": "region"}, ParamsError, "9999 customers"),
        ({"key": {"n": 5, "mehtod": "simple"}, "other": 0}, {"method": "mixed", "by": "tier"}, ParamsError, "Did you mean 'method'?"),
    ],
)
def test_a_draw_that_cannot_be_is_refused(n, options, error, message):
    with pytest.raises(error) as refused:
        draw(CUSTOMERS, n, seed=1, **options)
    assert message in str(refused.value)


def test_customers_without_a_stratum_and_a_list_drawn_before_are_refused():
    with pytest.raises(DataError, match="1 customers have no 'region'"):
        draw(CUSTOMERS.assign(region=CUSTOMERS["region"].mask(CUSTOMERS.index == 3)), 5, seed=1, method="stratified", by="region")
    with pytest.raises(DataError, match="a column 'inclusion_probability' already"):
        draw(drawn("simple", 1), 5, seed=1)
