"""The driver regression and the path model in one bootstrap: what each gives when asked alone, and draws that cannot be used."""

import numpy as np
import pandas as pd
import pytest
from known_models import redrawn, survey_of, truth

from csat_lib.drivers.joint import check_lost, joint, slopes_of
from csat_lib.errors import ModelError, ParamsError
from csat_lib.model import fit_pls
from csat_lib.simulate import responses

ITEMS = list(truth().structure.items)


@pytest.fixture(scope="module")
def frame():
    return responses(truth(), 300, seed=5)


@pytest.fixture(scope="module")
def fit(frame):
    return fit_pls(frame, truth().structure, scale=(-10, 30))


def test_slopes_are_those_of_a_regression_in_every_draw(frame):
    asked = ["i1", "q1", "s1"]
    found = joint(frame, regression=asked, ranges=np.array([10.0, 5.0, 20.0]), draws=100, seed=2)
    design, y = np.column_stack([np.ones(300), frame[asked[:2]]]), frame[asked[2]].to_numpy()
    b = np.array([np.linalg.lstsq(design[rows], y[rows], rcond=None)[0][1:] for rows in (np.arange(300), *redrawn(300, 100, 2))])
    # On 0-100 a driver's slope is stretched by its own range over the outcome's.
    np.testing.assert_allclose(found.slopes, b.T * np.array([[0.5], [0.25]]), rtol=1e-8)
    assert (found.index, found.effects, found.share, found.items) == (None, None, None, None)
    assert (found.n_slopes, found.n_model) == (300, 0)


def test_a_regression_without_ranges_gives_no_slopes_and_a_model_alone_needs_none(frame, fit):
    assert joint(frame, regression=["i1", "s1"]).slopes is None
    alone = joint(frame, fit=fit, ranges=np.array([1.0, 1.0]))
    assert alone.slopes is None
    np.testing.assert_allclose(alone.share.sum(axis=0), len(fit.structure.names))


def test_each_part_uses_whoever_answered_it_whole(frame, fit):
    gaps = frame.assign(extra=frame["s1"] + 1)
    gaps.loc[:19, "extra"] = np.nan
    gaps.loc[280:, "i1"] = np.nan
    whole = gaps.dropna(subset=ITEMS)
    refit = fit_pls(gaps, truth().structure, scale=(-10, 30))
    found = joint(gaps, regression=["q1", "extra"], ranges=np.array([1.0, 1.0]), fit=refit)
    assert (found.n_slopes, found.n_model) == (280, len(whole)) == (280, 280)


def test_drivers_that_cannot_be_told_apart_have_no_slopes():
    def covariance(r):
        return np.array([[1, r, 0.5], [r, 1, 0.5], [0.5, 0.5, 1]])[:, :, None]

    # Only what is left of the second driver decides: both systems can be solved in floating point.
    assert np.isnan(slopes_of(covariance(1 - 1e-12))).all()
    np.testing.assert_allclose(slopes_of(covariance(0.6))[:, 0], [0.5 / 1.6, 0.5 / 1.6])


def test_a_draw_that_fails_costs_only_itself():
    fine = np.array([[1, 0.2, 0.5], [0.2, 1, 0.1], [0.5, 0.1, 1]])
    constant = fine.copy()
    constant[0] = constant[:, 0] = 0
    found = slopes_of(np.stack([fine, constant], axis=2))
    np.testing.assert_allclose(found[:, 0], np.linalg.solve(fine[:2, :2], fine[:2, 2]))
    assert np.isnan(found[:, 1]).all()


def test_a_model_that_the_resamples_cannot_repeat_is_refused(frame, fit):
    with pytest.raises(ParamsError, match="These data have 200 complete rows, the fit was made from 300"):
        joint(frame.head(200), fit=fit)
    with pytest.raises(ParamsError, match="The means of these data are not those of the fit"):
        joint(frame + 1, fit=fit)
    gaps = frame.mask(np.random.default_rng(1).random(frame.shape) < 0.05)
    with pytest.raises(ParamsError, match="This fit used missing='pairwise'; the bootstrap resamples complete rows"):
        joint(gaps, fit=fit_pls(gaps, truth().structure, missing="pairwise"))


def test_too_many_lost_draws_are_refused():
    values = np.ones((2, 5))
    check_lost(values)
    check_lost(None)
    values[:, 1:3] = np.nan
    check_lost(values)
    values[:, 3] = np.nan
    with pytest.raises(ModelError, match="3 of 4 resamples could not be used: a driver hardly varies"):
        check_lost(values)


def test_few_draws_are_refused_and_a_hundred_are_not(frame):
    asked = {"regression": ["i1", "s1"], "ranges": np.array([1.0, 1.0])}
    with pytest.raises(ParamsError, match="99 draws are too few for an interval: at least 100"):
        joint(frame, **asked, draws=99)
    assert joint(frame, **asked, draws=100).slopes.shape == (1, 101)


def test_a_survey_s_weights_count_and_others_beside_it_are_refused(frame):
    part = frame[["i1", "s1"]].clip(1, 10).assign(w=np.where(np.arange(300) < 150, 0.0, 2.0))
    survey = survey_of(part, ["i1", "s1"], roles={"w": "weight"})
    half = survey_of(part.iloc[150:].drop(columns="w"), ["i1", "s1"])
    asked = {"regression": ["i1", "s1"], "ranges": np.array([9.0, 9.0])}
    np.testing.assert_allclose(joint(survey, **asked).slopes, joint(half, **asked).slopes, rtol=1e-12)
    with pytest.raises(ParamsError, match="weights= cannot be given beside a Survey"):
        joint(survey, **asked, weights=pd.Series(1.0, index=part.index))
