"""Importance by wave: each wave's own, the changes and their tests, drivers and waves that cannot be used, and six years of an airport."""

import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from statsmodels.stats.anova import anova_lm

import csat_lib as csat
from csat_lib.drivers import importance, importance_by_wave
from csat_lib.errors import DataError, ModelError, ParamsError
from csat_lib.stats import moments

DRIVERS = ["a", "b", "c"]
DRAWS = {"draws": 300, "seed": 3}


def answers(n, slopes, seed):
    draw = np.random.default_rng(seed)
    X = draw.normal(size=(n, 3)) + 0.5 * draw.normal(size=(n, 1))
    return pd.DataFrame(X, columns=DRIVERS).assign(y=X @ slopes + draw.normal(size=n))


@pytest.fixture(scope="module")
def waves():
    slopes = {"2023": [0.6, 0.3, 0.2], "2024": [0.6, 0.3, 0.2], "2025": [0.15, 0.8, 0.2]}
    return {period: answers(400 + 10 * k, each, 160 + k) for k, (period, each) in enumerate(slopes.items())}


@pytest.fixture(scope="module")
def found(waves):
    return importance_by_wave(waves, "y", DRIVERS, **DRAWS)


def test_each_wave_has_its_own_importance(waves, found):
    for period, frame in waves.items():
        part = found.importance[found.importance["period"] == period].reset_index(drop=True)
        expected = importance(frame, "y", DRIVERS)
        pd.testing.assert_frame_equal(part[list(expected)], expected)
    assert found.panel["period"].unique().tolist() == list(waves)


def test_a_driver_that_rose_and_one_that_fell_are_named(waves, found):
    verdict = found.tests.set_index(["period", "driver"])["verdict"]
    assert verdict["2025", "b"] == "rose"
    assert verdict["2025", "a"] == "fell"
    assert (verdict["2024"] == "no change shown").all()
    change = importance(waves["2025"], "y", DRIVERS)["estimate"] - importance(waves["2024"], "y", DRIVERS)["estimate"]
    np.testing.assert_allclose(found.tests.loc[found.tests["period"] == "2025", "estimate"], change, rtol=0, atol=1e-12)
    assert found.tests.notna().all(axis=None)


def test_the_error_of_a_change_is_that_of_two_independent_waves(found):
    own = found.importance.set_index(["period", "driver"])["std_error"]
    change = found.tests.set_index(["period", "driver"])["std_error"]
    expected = np.sqrt(own["2025"][DRIVERS] ** 2 + own["2024"][DRIVERS] ** 2)
    # 300 draws leave the covariance of two independent series: some 6 %.
    np.testing.assert_allclose(change["2025"][DRIVERS], expected, rtol=0.12)


def test_the_overall_test_is_the_interaction_with_the_wave(waves, found):
    pooled = pd.concat([frame.assign(wave=period) for period, frame in waves.items()])
    expected = anova_lm(smf.ols("y ~ wave + a + b + c", pooled).fit(), smf.ols("y ~ wave * (a + b + c)", pooled).fit()).iloc[1]
    assert found.overall["previous"].tolist() == ["all waves", "2023", "2024"]
    assert found.overall["statistic"].iloc[0] == pytest.approx(expected["F"], rel=1e-9)
    assert found.overall["verdict"].tolist()[0] == found.overall["verdict"].tolist()[2] == "slopes differ"


def test_another_wave_leaves_the_earlier_ones_as_they_were(waves, found):
    two = importance_by_wave({period: waves[period] for period in ("2023", "2024")}, "y", DRIVERS, **DRAWS)
    shared = found.importance[found.importance["period"] != "2025"]
    pd.testing.assert_frame_equal(two.importance, shared)
    assert two.overall["previous"].tolist() == ["2023"]


def test_a_driver_that_one_wave_lacks_is_left_out_of_all(waves):
    short = {**waves, "2024": waves["2024"].drop(columns="c")}
    with pytest.warns(UserWarning, match="Driver 'c' was left out: it was not asked in 2024"):
        found = importance_by_wave(short, "y", DRIVERS, **DRAWS)
    assert set(found.importance["driver"]) == {"a", "b"}
    constant = {**waves, "2024": waves["2024"].assign(c=1.0)}
    with pytest.warns(UserWarning, match="2024: Driver 'c' was left out: all answers are the same. It is left out of all waves"):
        again = importance_by_wave(constant, "y", DRIVERS, **DRAWS)
    pd.testing.assert_frame_equal(again.importance, found.importance)


def test_a_wave_that_cannot_be_used_is_named_and_the_next_is_compared_with_the_one_before(waves):
    for middle, why in (
        (waves["2024"].head(30), "fewer than 50 respondents"),
        (waves["2024"].head(4), "4 respondents answered the outcome"),
        (waves["2024"].assign(y=7.0), "'y': all 410 answers are the same"),
        (waves["2024"].drop(columns="y"), "No column 'y'"),
    ):
        with pytest.warns(UserWarning, match=f"Period '2024' was left out: {why}"):
            found = importance_by_wave({**waves, "2024": middle}, "y", DRIVERS, **DRAWS)
        assert found.tests["previous"].unique().tolist() == ["2023"]
        assert found.left_out["period"].tolist() == ["2024"]


def test_one_wave_has_no_changes(waves):
    found = importance_by_wave({"2023": waves["2023"]}, "y", DRIVERS, **DRAWS)
    assert found.tests.empty
    assert found.overall.empty
    assert len(found.importance) == 3


def test_waves_that_make_no_sense_are_refused(waves):
    with pytest.raises(ParamsError, match="No waves were given"):
        importance_by_wave({}, "y", DRIVERS, **DRAWS)
    with pytest.raises(DataError, match=r"No wave has the column 'aa'"):
        importance_by_wave(waves, "y", ["aa", "b"], **DRAWS)
    with pytest.raises(ParamsError, match="Moments have none"):
        importance_by_wave({"2023": moments(waves["2023"], [*DRIVERS, "y"])}, "y", DRIVERS, **DRAWS)
    with pytest.raises(ModelError, match="No wave can be used"):
        importance_by_wave({"2023": waves["2023"].assign(y=1.0)}, "y", DRIVERS, **DRAWS)


def test_weights_of_each_wave_are_used(waves):
    w = {period: pd.Series(np.random.default_rng(9).gamma(2.0, size=len(frame)), index=frame.index) for period, frame in waves.items()}
    found = importance_by_wave(waves, "y", DRIVERS, weights=w, **DRAWS)
    expected = importance(waves["2024"], "y", DRIVERS, weights=w["2024"])["estimate"]
    part = found.importance[found.importance["period"] == "2024"]
    np.testing.assert_allclose(part["estimate"], expected, rtol=0, atol=1e-12)
    assert found.overall["test"].iloc[0] == "Wald F, HC1"


@pytest.mark.usefixtures("real_data")
def test_six_years_of_the_airport_give_the_published_numbers_of_complete_answers(root):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        studies = {str(year): csat.load_study("sfo", str(year), root=root) for year in range(2013, 2019)}
        surveys = {period: csat.load_survey(study) for period, study in studies.items()}
    drivers = list(studies["2018"].drivers.items)
    found = importance_by_wave(surveys, "overall", drivers, draws=100, seed=1)
    n = found.importance.groupby("period")["n"].first().tolist()
    # Counted in the files as published, blanks and "never used" left out.
    assert n == [1274, 1076, 1182, 1311, 1294, 1087]
    assert found.importance.notna().all(axis=None)
    assert found.tests["previous"].unique().tolist() == ["2013", "2014", "2015", "2016", "2017"]
    every = [item for item in surveys["2018"].codebook.items if item != "overall"]
    pairwise = importance_by_wave(surveys, "overall", every, missing="pairwise", method="johnson", draws=100, seed=1)
    assert pairwise.importance.notna().all(axis=None)
    assert len(pairwise.importance) == 14 * 6
