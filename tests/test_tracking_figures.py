"""Figures of a wave with the interval that suits each: shares, NPS, indices."""

import numpy as np
import pandas as pd
import pytest
from known_models import survey_of, truth

from csat_lib.errors import ParamsError
from csat_lib.index import scores
from csat_lib.simulate import responses
from csat_lib.stats import wilson
from csat_lib.tracking.figures import asked_of, nps_interval, wave_figures

TIGHT = 1e-6


def recommending(promoters, passives, detractors):
    answers = [10.0] * promoters + [8.0] * passives + [3.0] * detractors
    return survey_of(pd.DataFrame({"recommend": answers}), ["recommend"], low=0)


def test_the_adjusted_wald_interval_of_nps_is_the_published_one():
    # 50 promoters, 30 passives, 20 detractors; Wald would be (.146922, .453078).
    assert nps_interval(0.5, 0.2, 100) == pytest.approx((0.140511, 0.442013), abs=TIGHT)
    row = wave_figures({"2026Q3": recommending(50, 30, 20)}, asked_of(None, nps=["recommend"])).iloc[0]
    assert row["estimate"] == pytest.approx(30)
    assert (row["conf_low"], row["conf_high"]) == pytest.approx((14.0511, 44.2013), abs=1e-4)
    # The Wald interval divides by n; the linearised standard error by n - 1.
    wald = 1.959964 * row["std_error"] * np.sqrt(99 / 100)
    assert (30 - wald, 30 + wald) == pytest.approx((14.6922, 45.3078), abs=1e-3)


def test_nps_stays_sensible_where_everybody_agrees():
    row = wave_figures({"2026Q3": recommending(20, 0, 0)}, asked_of(None, nps=["recommend"])).iloc[0]
    assert row["estimate"] == 100
    assert 60 < row["conf_low"] < row["conf_high"] < 100 + 10


def test_a_share_has_wilsons_interval():
    answers = pd.DataFrame({"overall": [5.0] * 50 + [4.0] * 30 + [2.0] * 20})
    row = wave_figures({"2026": survey_of(answers, ["overall"], high=5)}, asked_of(None, shares={"top two": ("overall", 4, 5)})).iloc[0]
    assert (row["estimate"], row["n"]) == (80, 100)
    assert (row["conf_low"], row["conf_high"]) == pytest.approx((71.1171, 86.6633), abs=1e-4)


def test_weights_widen_a_share_by_their_design_effect():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"overall": rng.integers(1, 6, 400).astype(float)})
    weights = pd.Series(rng.choice([0.5, 1.0, 3.0], 400))
    row = wave_figures({"2026": survey_of(frame, ["overall"], high=5, weights=weights)}, asked_of(None, shares={"top": ("overall", 4, 5)}))
    one = row.iloc[0]
    low, high = wilson(one["estimate"] / 100, one["n_effective"])
    # The linearised error and Kish's effective size agree where weights and answers are independent, but for chance.
    assert one["conf_high"] - one["conf_low"] == pytest.approx(100 * (high - low), rel=0.08)
    plain = wave_figures(
        {"2026": survey_of(frame, ["overall"], high=5, weights=weights)}, asked_of(None, items=["overall"]), weighting="none"
    )
    assert plain["n_effective"].item() == plain["n"].item() == 400


def test_indices_are_those_of_the_index_room():
    model = truth().structure
    survey = survey_of(responses(truth(), 300, seed=3).clip(1, 10), list(model.items))
    ours = wave_figures({"2026": survey}, asked_of(model)).set_index("metric")
    theirs = scores(survey, model).set_index("construct")
    for column in ("estimate", "std_error", "conf_low", "conf_high", "n", "n_effective"):
        assert ours[column].to_numpy(dtype=float) == pytest.approx(theirs[column].to_numpy(dtype=float), rel=1e-12)


def test_kishs_effective_sample_is_the_textbook_one():
    from csat_lib.stats import n_effective

    w = np.array([1.0, 1, 2, 2, 3])
    assert n_effective(w) == pytest.approx(4.263158, abs=TIGHT)
    assert len(w) / n_effective(w) == pytest.approx(1.172839, abs=TIGHT)


def test_what_cannot_be_followed_is_refused():
    survey = recommending(5, 3, 2)
    with pytest.raises(ParamsError, match="Nothing to follow"):
        asked_of(None)
    with pytest.raises(ParamsError, match=r"No period asked 'recomend'.*recommend"):
        wave_figures({"2026": survey}, asked_of(None, items=["recomend"]))
    with pytest.raises(ParamsError, match="followed twice"):
        asked_of(None, items=["recommend"], shares={"recommend": ("recommend", 9, 10)})
    narrow = survey_of(pd.DataFrame({"overall": [1.0, 2.0]}), ["overall"], high=5)
    with pytest.raises(ParamsError, match="NPS needs 0 to 10"):
        wave_figures({"2026": narrow}, asked_of(None, nps=["overall"]))
