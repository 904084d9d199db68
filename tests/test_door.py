"""The door of every estimator: a Survey, a frame or Moments, and nothing that would be silently ignored."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import CODEBOOK, STUDY

from csat_lib.errors import DataError, ParamsError
from csat_lib.stats import moments
from csat_lib.study import load_study
from csat_lib.survey import ends_of, load_survey, moments_of, rows_of

ITEMS = ["quality_overall", "value_price", "satisfaction_overall"]


@pytest.fixture
def survey(tiny_project):
    return load_survey(load_study("shop", root=tiny_project()))


def test_survey_frame_and_moments_give_the_same_moments(survey):
    expected = survey.moments(ITEMS)
    from_frame = moments_of(survey.responses, ITEMS, weights=survey.weights, scale=(1, 10))
    for found in (moments_of(survey, ITEMS), from_frame, moments_of(survey.moments(["repurchase", *ITEMS]), ITEMS)):
        assert found.items == tuple(ITEMS)
        np.testing.assert_allclose(found.mean, expected.mean, rtol=1e-14)
        np.testing.assert_allclose(found.covariance, expected.covariance, rtol=1e-12)
        np.testing.assert_array_equal(found.high, [10, 10, 10])


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"missing": "pairwise"}, "missing= cannot be given beside Moments"),
        ({"scale": (1, 10)}, "scale= cannot be given beside Moments"),
        ({"weights": np.ones(80)}, "weights= cannot be given beside Moments"),
    ],
)
def test_moments_take_no_options_that_came_too_late(survey, options, told):
    with pytest.raises(ParamsError, match=told):
        moments_of(survey.moments(ITEMS), ITEMS, **options)


@pytest.mark.parametrize("options", [{"scale": (1, 10)}, {"weights": np.ones(80)}])
def test_a_survey_keeps_its_own_weights_and_scales(survey, options):
    with pytest.raises(ParamsError, match=f"{next(iter(options))}= cannot be given beside a Survey"):
        moments_of(survey, ITEMS, **options)
    if "weights" in options:
        with pytest.raises(ParamsError, match="weights= cannot be given beside a Survey"):
            rows_of(survey, ITEMS, purpose="Bootstrap", **options)


@pytest.mark.parametrize("data", [None, [[1, 2]], np.ones((3, 2)), {"a": [1]}])
def test_anything_else_is_refused_by_its_kind(data):
    with pytest.raises(ParamsError, match=f"Expected a Survey, a DataFrame or Moments, got {type(data).__name__}"):
        moments_of(data, ["a"])


def test_what_needs_rows_says_so_when_given_moments(survey):
    with pytest.raises(ParamsError, match="Bootstrap needs the rows, and Moments have none"):
        rows_of(survey.moments(ITEMS), ITEMS, purpose="Bootstrap")


def test_rows_are_those_that_are_complete_and_weigh_something():
    frame = pd.DataFrame({"a": [1.0, np.nan, 3.0, 4.0], "b": [4.0, 5.0, 6.0, 8.0]})
    rows = rows_of(frame, ["b", "a"], purpose="Bootstrap", weights=np.array([2.0, 1.0, 0.0, 3.0]))
    assert rows.X.tolist() == [[4.0, 1.0], [8.0, 4.0]]
    assert rows.weights.tolist() == [2.0, 3.0]
    assert rows.units is None


def test_too_few_complete_rows_are_refused_with_their_number():
    frame = pd.DataFrame({"a": [1.0, np.nan, np.nan], "b": [4.0, 5.0, 6.0]})
    with pytest.raises(DataError, match="Bootstrap: only 1 of 3 respondents answered all of: a, b"):
        rows_of(frame, ["a", "b"], purpose="Bootstrap")


def test_strata_and_clusters_travel_with_the_rows(tiny_project):
    codebook = CODEBOOK.replace("region: {role: segment, values: {n: North, s: South}}", "region: {role: strata}").replace(
        "role: date", "role: cluster"
    )
    study = load_study(
        "shop", root=tiny_project(codebook=codebook, study=STUDY.replace("segments: [region]\n", ""), period="period: 2026Q3\n")
    )
    units = rows_of(load_survey(study), ITEMS, purpose="Bootstrap").units
    assert units is not None
    cluster, stratum_of_cluster = units
    assert len(cluster) == 80
    # Twenty days, each in one region: row 0 and row 20 share the day and the region.
    assert len(stratum_of_cluster) == 20
    assert cluster[0] == cluster[20] != cluster[1]
    assert stratum_of_cluster[cluster[0]] == stratum_of_cluster[cluster[2]] != stratum_of_cluster[cluster[1]]


def test_scale_ends_come_from_whatever_knows_them(survey):
    for data, scale in ((survey, None), (survey.moments(ITEMS), None), (survey.responses, (1, 10))):
        low, high = ends_of(data, ITEMS, scale)
        assert (low.tolist(), high.tolist()) == ([1, 1, 1], [10, 10, 10])
    assert ends_of(survey.responses, ITEMS) == (None, None)
    assert ends_of(moments(survey.responses, ITEMS), ITEMS) == (None, None)
