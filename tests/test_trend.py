"""An index over periods: each wave fitted anew, and what changed."""

import numpy as np
import pandas as pd
import pytest
from known_models import survey_of, truth

from csat_lib.errors import DataError, ModelError, ParamsError
from csat_lib.model import bootstrap, changes, fit_pls, index_scores, index_trend, index_weights, summarise
from csat_lib.simulate import responses

HOW = {"scheme": "path"}


def wave(seed, lift=0.0):
    return (responses(truth(), 200, seed=seed) + lift).clip(1, 10)


@pytest.fixture(scope="module")
def surveys():
    items = list(truth().structure.items)
    return {name: survey_of(wave(k, lift), items) for name, k, lift in (("2026Q1", 71, 0), ("2026Q2", 72, 0), ("2026Q3", 73, 0.8))}


@pytest.fixture(scope="module")
def trend(surveys):
    return index_trend(surveys, truth().structure, "satisfaction", how=HOW, draws=300, seed=1)


def test_each_period_has_the_index_and_interval_of_its_own_fit(surveys, trend):
    assert trend["period"].tolist() == list(surveys)
    for row, survey in zip(trend.itertuples(), surveys.values(), strict=True):
        fit = fit_pls(survey, truth().structure, **HOW)
        own = index_scores(fit).set_index("construct").loc["satisfaction"]
        table = summarise(fit, bootstrap(fit, survey, draws=300, seed=1)).query("metric == 'index' and construct == 'satisfaction'")
        assert (row.estimate, row.n) == (pytest.approx(own["estimate"], rel=1e-12), 200)
        assert (row.std_error, row.conf_low, row.conf_high) == pytest.approx(tuple(table.iloc[0][["std_error", "conf_low", "conf_high"]]))


def test_a_lift_of_eight_tenths_of_a_step_is_real_and_a_repeat_is_not(trend):
    found = changes(trend, {"since last quarter": "2026Q2"})
    assert found.loc[0, "verdict"] == "real"
    assert found.loc[0, "estimate"] == pytest.approx(100 * 0.8 / 9, abs=2.5)
    assert changes(trend.iloc[:2], {"since last quarter": "2026Q1"}).loc[0, "verdict"] == "within noise"


def test_two_periods_differ_by_the_root_of_both_squared_errors():
    trend = pd.DataFrame({"period": ["2026Q2", "2026Q3"], "estimate": [70.0, 74.0], "std_error": [1.2, 1.6]})
    found = changes(trend, {"since last quarter": "2026Q2"}).iloc[0]
    assert (found["estimate"], found["std_error"]) == pytest.approx((4.0, 2.0), rel=1e-12)
    assert (found["conf_low"], found["conf_high"]) == pytest.approx((4 - 2 * 1.959964, 4 + 2 * 1.959964), abs=1e-5)
    assert found["verdict"] == "real"
    assert changes(trend, {"since last quarter": "2026Q2"}, confidence=0.99).loc[0, "verdict"] == "within noise"


def test_a_fall_is_judged_like_a_rise():
    trend = pd.DataFrame({"period": ["2026Q2", "2026Q3"], "estimate": [74.0, 70.0], "std_error": [1.2, 1.6]})
    assert changes(trend, {"since last quarter": "2026Q2"}).loc[0, ["estimate", "verdict"]].tolist() == [-4.0, "real"]


def test_a_period_that_the_trend_lacks_is_not_compared(trend):
    found = changes(trend, {"since last quarter": "2026Q2", "since last year": "2025Q3", "since itself": "2026Q3"})
    assert found["label"].tolist() == ["since last quarter"]


def test_the_fixed_companion_keeps_the_weights_of_the_first_period(surveys, trend):
    weights = index_weights(fit_pls(surveys["2026Q1"], truth().structure, **HOW))[["s1", "s2", "s3"]]
    for row, survey in zip(trend.itertuples(), surveys.values(), strict=True):
        own = (survey.responses[["s1", "s2", "s3"]] - 1) @ (weights / weights.sum()) / 9 * 100
        assert row.fixed == pytest.approx(own.mean(), rel=1e-10)
        assert row.fixed_std_error == pytest.approx(own.std() / np.sqrt(200), rel=1e-10)
    assert trend.loc[0, "fixed"] == pytest.approx(trend.loc[0, "estimate"], rel=1e-10)


def test_another_period_can_lend_its_weights(surveys):
    found = index_trend(surveys, truth().structure, "satisfaction", how=HOW, draws=100, seed=1, reference="2026Q2").set_index("period")
    assert found.at["2026Q2", "fixed"] == pytest.approx(found.at["2026Q2", "estimate"], rel=1e-10)
    assert found.at["2026Q1", "fixed"] != pytest.approx(found.at["2026Q1", "estimate"], abs=1e-6)


def test_where_only_the_weights_move_the_fixed_companion_stands_still():
    # the same answers to every item, but those to one of them dealt out anew: its weight falls, no mean moves
    items = list(truth().structure.items)
    before = wave(71).assign(s1=lambda frame: (frame["s1"] + 2).clip(1, 10))
    after = before.assign(s1=np.concatenate([before["s1"][:80], np.random.default_rng(5).permutation(before["s1"][80:])]))
    waves = {"2026Q1": survey_of(before, items), "2026Q2": survey_of(after, items)}
    found = index_trend(waves, truth().structure, "satisfaction", how=HOW, draws=100, seed=1)
    assert found["fixed"].diff()[1] == pytest.approx(0, abs=1e-9)
    assert abs(found["estimate"].diff()[1]) > 0.3


def test_a_reference_without_a_survey_or_a_model_is_refused(surveys):
    with pytest.raises(ParamsError, match=r"reference: no survey of '2026Q4'\. Did you mean"):
        index_trend(surveys, truth().structure, "satisfaction", how=HOW, draws=100, seed=1, reference="2026Q4")
    items = list(truth().structure.items)
    broken = {"2026Q1": survey_of(wave(71).assign(q1=5.0), items), "2026Q2": surveys["2026Q2"]}
    with pytest.raises(ModelError, match="model of 2026Q1 cannot be fitted, so its weights cannot be kept"):
        index_trend(broken, truth().structure, "satisfaction", how=HOW, draws=100, seed=1, reference="2026Q1")


def test_an_earlier_period_without_a_model_leaves_a_gap(surveys):
    items = list(truth().structure.items)
    broken = {"2026Q1": survey_of(wave(71).assign(q1=5.0), items), **{name: surveys[name] for name in ("2026Q2", "2026Q3")}}
    assert index_trend(broken, truth().structure, "satisfaction", how=HOW, draws=100, seed=1)["period"].tolist() == ["2026Q2", "2026Q3"]


def test_the_last_period_must_have_its_model(surveys):
    items = list(truth().structure.items)
    broken = {"2026Q2": surveys["2026Q2"], "2026Q3": survey_of(wave(73).assign(q1=5.0), items)}
    with pytest.raises(ModelError, match="'q1': all 200 answers are the same"):
        index_trend(broken, truth().structure, "satisfaction", how=HOW, draws=100, seed=1)


def test_the_last_period_must_have_its_index(surveys):
    items = list(truth().structure.items)
    turned = {"2026Q3": survey_of(wave(73).assign(s1=lambda frame: 11 - frame["s1"]), items)}
    with pytest.raises(ModelError, match="index of satisfaction is undefined: s1 has a weight that is not positive"):
        index_trend(turned, truth().structure, "satisfaction", how=HOW, draws=100, seed=1)
    earlier = {"2026Q2": turned["2026Q3"], "2026Q3": surveys["2026Q3"]}
    found = index_trend(earlier, truth().structure, "satisfaction", how=HOW, draws=100, seed=1)
    assert found["period"].tolist() == ["2026Q3"]
    assert np.isfinite(found["estimate"]).all()


def test_an_unknown_construct_and_an_empty_trend_are_refused(surveys, trend):
    with pytest.raises(ParamsError, match=r"No construct 'loyality' in the model\. Did you mean 'loyalty'"):
        index_trend(surveys, truth().structure, "loyality", how=HOW, draws=100, seed=1)
    with pytest.raises(ParamsError, match="no period"):
        changes(trend.iloc[:0], {"since last quarter": "2026Q2"})


def test_a_trend_of_nothing_is_refused():
    with pytest.raises(ParamsError, match="survey of one period at least"):
        index_trend({}, truth().structure, "satisfaction", how=HOW, draws=100, seed=1)


def test_an_item_that_an_earlier_period_did_not_ask_leaves_a_gap_and_the_last_must_ask_it(surveys):
    items = [item for item in truth().structure.items if item != "q1"]
    short = survey_of(wave(71)[items], items)
    options = {"how": HOW, "draws": 100, "seed": 1}
    found = index_trend({"2026Q1": short, "2026Q2": surveys["2026Q2"]}, truth().structure, "satisfaction", **options)
    assert found["period"].tolist() == ["2026Q2"]
    with pytest.raises(DataError, match="q1"):
        index_trend({"2026Q1": surveys["2026Q1"], "2026Q2": short}, truth().structure, "satisfaction", **options)


def test_a_negative_weight_in_another_construct_does_not_matter(surveys):
    items = list(truth().structure.items)
    turned = survey_of(wave(73).assign(i1=lambda frame: 11 - frame["i1"]), items)
    assert (index_weights(fit_pls(turned, truth().structure, **HOW))[["i1", "i2", "i3"]] < 0).any()
    found = index_trend({"2026Q3": turned}, truth().structure, "satisfaction", how=HOW, draws=100, seed=1)
    assert found.at[0, "fixed"] == pytest.approx(found.at[0, "estimate"], rel=1e-10)


def test_without_a_standard_error_nothing_is_known_of_a_change():
    trend = pd.DataFrame({"period": ["2026Q2", "2026Q3"], "estimate": [50.0, 70.0], "std_error": [np.nan, 1.0]})
    assert changes(trend, {"since last quarter": "2026Q2"}).loc[0, "verdict"] == "unknown"
