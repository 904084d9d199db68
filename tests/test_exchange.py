"""Who changes places between two groups: counts kept, clusters whole, strata apart, and halves that are fits of their own."""

import numpy as np
import pandas as pd
import pytest
from known_models import TIGHT, survey_of, truth

from csat_lib.errors import ModelError
from csat_lib.model import fit_pls
from csat_lib.model.exchange import exchanges, halves, pair_of
from csat_lib.simulate import responses

HOW = {"tolerance": TIGHT}
MODEL = truth().structure


@pytest.fixture(scope="module")
def both():
    return responses(truth(), 120, seed=71, answers="rounded"), responses(truth(), 80, seed=72, answers="rounded")


def designed(frame, **columns):
    roles = {name: "cluster" if name == "shop" else "strata" for name in columns}
    return survey_of(frame.assign(**columns), MODEL.items, roles=roles)


def pair(first, second):
    return pair_of(first, second, MODEL, HOW, purpose="The test")


def members(found, permutations=150):
    return np.concatenate(list(exchanges(found, permutations, 3)))


def test_every_exchange_keeps_the_sizes_of_the_groups(both):
    drawn = members(pair(*both))
    assert (drawn.sum(axis=1) == 120).all()
    assert len(np.unique(drawn, axis=0)) == 150
    # Each respondent is in the first group as often as its share says; 5 standard errors.
    assert np.abs(drawn.mean(axis=0) - 0.6).max() < 5 * np.sqrt(0.24 / 150)


def test_a_half_is_the_fit_of_its_rows(both):
    found = pair(*both)
    member = members(found, 100)[:1]
    rows = pd.concat(both, ignore_index=True)
    for (solution, _, _), kept in zip(halves(found, member), (member[0] == 1, member[0] == 0), strict=True):
        expected = fit_pls(rows[kept], MODEL, tolerance=TIGHT).weights["estimate"]
        np.testing.assert_allclose(solution.w[:, 0], expected, rtol=1e-9)


def test_clusters_within_one_group_move_as_a_whole(both):
    first, second = designed(both[0], shop=np.arange(120) // 10), designed(both[1], shop=100 + np.arange(80) // 10)
    found = pair(first, second)
    assert found.exchanged == "whole clusters"
    drawn = members(found)
    for start in range(0, 200, 10):
        assert (drawn[:, start : start + 10] == drawn[:, [start]]).all()
    assert (drawn[:, ::10].sum(axis=1) == 12).all()


def test_respondents_of_a_cluster_in_both_groups_change_places_within_it(both):
    found = pair(designed(both[0], shop=np.arange(120) % 8), designed(both[1], shop=np.arange(80) % 8))
    assert found.exchanged == "respondents within their cluster"
    shop = np.concatenate([np.arange(120) % 8, np.arange(80) % 8])
    assert all((members(found)[:, shop == each].sum(axis=1) == 15).all() for each in range(8))


def test_respondents_change_places_within_their_stratum_by_its_name(both):
    north = np.array(["north", "south"])
    found = pair(designed(both[0], region=north[np.arange(120) % 2]), designed(both[1], region=north[::-1][np.arange(80) % 2]))
    assert found.exchanged == "respondents within their stratum"
    region = np.concatenate([north[np.arange(120) % 2], north[::-1][np.arange(80) % 2]])
    assert (members(found)[:, region == "north"].sum(axis=1) == 60).all()


def test_a_group_that_is_a_stratum_exchanges_over_all_respondents(both):
    found = pair(designed(both[0], region=np.repeat("north", 120)), designed(both[1], region=np.repeat("south", 80)))
    assert found.exchanged == "respondents"


@pytest.mark.parametrize("sizes", [(60, 100), (100, 60), (80, 80)])
def test_a_cluster_is_in_both_groups_whichever_has_more_of_it(sizes):
    groups = [responses(truth(), n, seed=73 + n + place, answers="rounded") for place, n in enumerate(sizes)]
    designed_groups = [designed(each, shop=[f"s{row % 10}" for row in range(len(each))]) for each in groups]
    assert pair(*designed_groups).exchanged == "respondents within their cluster"


def test_too_few_clusters_to_reject_anything_are_refused(both):
    with pytest.raises(ModelError, match="The test: only 5 clusters in both groups; at least 6 are needed"):
        pair(designed(both[0], shop=np.arange(120) // 40), designed(both[1], shop=100 + np.arange(80) // 40))


def test_weights_have_mean_one_in_each_group(both):
    w = pd.Series(np.random.default_rng(1).gamma(2, size=120), index=both[0].index)
    first = survey_of(both[0], MODEL.items, weights=w)
    found = pair(first, survey_of(both[1], MODEL.items))
    assert found.pooled.moments.mean[0] == pytest.approx(
        (np.average(both[0].iloc[:, 0], weights=w) * 120 + both[1].iloc[:, 0].sum()) / 200, rel=1e-12
    )
