"""The panel beside every driver table: can the drivers be told apart, and on whose answers."""

import numpy as np
import pandas as pd
import pytest
from known_models import golden, survey_of
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.outliers_influence import variance_inflation_factor

from csat_lib.drivers import collinearity
from csat_lib.errors import ModelError, ParamsError
from csat_lib.stats import Moments, moments

DRIVERS = ["a", "b", "c"]


@pytest.fixture(scope="module")
def frame():
    draw = np.random.default_rng(91)
    X = draw.normal(size=(250, 3)) @ (np.eye(3) + 0.7 * np.triu(np.ones((3, 3)), 1)) + 4
    return pd.DataFrame(X, columns=DRIVERS).assign(y=X @ [0.6, 0.4, -0.3] + draw.normal(size=250))


def panel(data, outcome, drivers, **how):
    return collinearity(data, outcome, drivers, **how).set_index(["metric", "driver"])


def test_variance_inflation_and_r_squared_are_those_of_statsmodels(frame):
    found = panel(frame, "y", DRIVERS)["estimate"]
    X = np.column_stack([np.ones(250), frame[DRIVERS]])
    np.testing.assert_allclose(found["vif"][DRIVERS], [variance_inflation_factor(X, k) for k in (1, 2, 3)], rtol=1e-9)
    fitted = OLS(frame["y"], X).fit()
    assert found["r_squared", ""] == pytest.approx(fitted.rsquared, rel=1e-10)
    assert found["adjusted_r_squared", ""] == pytest.approx(fitted.rsquared_adj, rel=1e-10)
    beta = fitted.params.to_numpy()[1:] * frame[DRIVERS].std().to_numpy() / frame["y"].std()
    np.testing.assert_allclose(found["beta"][DRIVERS], beta, rtol=1e-9)


def test_the_condition_number_is_the_ratio_of_singular_values_of_the_standardised_drivers(frame):
    Z = (frame[DRIVERS] - frame[DRIVERS].mean()) / frame[DRIVERS].std()
    found = panel(frame, "y", DRIVERS)["estimate"]
    assert found["condition_number", ""] == pytest.approx(np.linalg.cond(Z), rel=1e-9)
    R = frame[DRIVERS].corr().to_numpy()
    assert found["largest_correlation", ""] == pytest.approx(np.abs(R - np.eye(3)).max(), rel=1e-9)


def test_the_panel_of_attitude_has_relaimpo_s_r_squared():
    matrix = golden("relaimpo", "attitude_correlations").set_index("variable")
    m = Moments(items=tuple(matrix.index), n=30, n_effective=30.0, mean=np.zeros(7), covariance=matrix.to_numpy())
    found = panel(m, "rating", list(matrix.index[1:]))["estimate"]
    assert found["r_squared", ""] == pytest.approx(0.732601992531149, abs=1e-13)
    expected = golden("relaimpo", "attitude").set_index("driver")
    np.testing.assert_allclose(found["beta"][expected.index] ** 2, expected["betasq"], rtol=0, atol=5.1e-11)
    np.testing.assert_allclose(found["correlation"][expected.index] ** 2, expected["first"], rtol=0, atol=5.1e-11)
    assert "missing_share" not in found.index.get_level_values("metric")


def test_a_coefficient_against_its_correlation_is_marked():
    R = np.array([[1, 0.8, 0.6], [0.8, 1, 0.3], [0.6, 0.3, 1]])
    m = Moments(items=("a", "b", "y"), n=90, n_effective=90.0, mean=np.zeros(3), covariance=R)
    assert panel(m, "y", ["a", "b"])["verdict"]["beta"].to_dict() == {"a": "ok", "b": "suppressed"}


def test_near_copies_exceed_the_thresholds_and_each_threshold_has_its_source(frame):
    near = frame.assign(b=frame["a"] + 0.01 * frame["b"])
    found = panel(near, "y", DRIVERS)
    assert found["verdict"]["vif"][["a", "b"]].tolist() == ["above 5", "above 5"]
    assert found.loc[("condition_number", ""), ["verdict", "source"]].tolist() == ["above 30", "at most 30, Belsley et al. 1980"]
    assert found.loc[("largest_correlation", ""), "verdict"] == "above 0.9"


def two_drivers(r):
    """Moments of two drivers with this correlation, and of an outcome."""
    R = np.array([[1, r, 0.3], [r, 1, 0.4], [0.3, 0.4, 1]])
    return Moments(items=("x", "z", "y"), n=500, n_effective=500.0, mean=np.zeros(3), covariance=R)


@pytest.mark.parametrize(
    ("metric", "r", "verdict"),
    [
        # Two drivers: VIF = 1 / (1 - r^2), condition number = sqrt((1 + r) / (1 - r)).
        ("vif", np.sqrt(1 - 1 / 4.99), "ok"),
        ("vif", np.sqrt(1 - 1 / 5.01), "above 5"),
        ("condition_number", (29.9**2 - 1) / (29.9**2 + 1), "ok"),
        ("condition_number", (30.1**2 - 1) / (30.1**2 + 1), "above 30"),
        ("largest_correlation", 0.899, "ok"),
        ("largest_correlation", -0.901, "above 0.9"),
    ],
)
def test_each_threshold_is_where_its_source_has_it(metric, r, verdict):
    found = collinearity(two_drivers(r), "y", ["x", "z"])
    assert found.loc[found["metric"] == metric, "verdict"].unique().tolist() == [verdict]


def test_uncorrelated_drivers_are_not_inflated():
    m = Moments(items=("a", "b", "y"), n=50, n_effective=50.0, mean=np.zeros(3), covariance=np.diag([1.0, 4.0, 9.0]) + 0.0)
    found = panel(m, "y", ["a", "b"])["estimate"]
    assert found["vif"].tolist() == [1, 1]
    assert found["condition_number", ""] == 1


def test_weights_and_their_effective_n_are_used(frame):
    w = pd.Series(np.random.default_rng(92).gamma(1.0, size=250), index=frame.index)
    found = panel(frame, "y", DRIVERS, weights=w)["estimate"]
    m = moments(frame, [*DRIVERS, "y"], weights=w)
    assert found["n_effective", ""] == pytest.approx(m.n_effective, rel=1e-12)
    assert found["n", ""] == 250
    assert found["r_squared", ""] != pytest.approx(panel(frame, "y", DRIVERS)["estimate"]["r_squared", ""], abs=1e-4)


@pytest.mark.parametrize(("kept", "verdict"), [(200, "ok"), (100, "above 0.5")])
def test_more_than_half_left_out_is_a_warning(frame, kept, verdict):
    gappy = frame.assign(b=frame["b"].where(frame.index < kept))
    for data in (gappy, survey_of(gappy, [*DRIVERS, "y"], low=-50, high=60)):
        found = panel(data, "y", DRIVERS).loc[("missing_share", "")]
        assert found["estimate"] == pytest.approx(1 - kept / 250, rel=1e-12)
        assert found["verdict"] == verdict


@pytest.mark.parametrize("unit", [1e-8, 1e8])
def test_the_unit_of_a_driver_is_irrelevant(frame, unit):
    one, other = (collinearity(data, "y", DRIVERS) for data in (frame, frame.assign(b=frame["b"] * unit)))
    np.testing.assert_allclose(one["estimate"], other["estimate"], rtol=1e-9)


def test_the_panel_leaves_out_what_the_driver_table_leaves_out(frame):
    with pytest.warns(UserWarning, match="Driver 'z' was left out: the drivers before it determine it"):
        found = collinearity(frame.assign(z=frame["a"] - frame["c"]), "y", [*DRIVERS, "z"])
    pd.testing.assert_frame_equal(found, collinearity(frame, "y", DRIVERS))


def test_with_pairwise_answers_n_is_that_of_the_least_covered_pair(frame):
    gappy = frame.mask(np.random.default_rng(93).random(frame.shape) < 0.2)
    found = panel(gappy, "y", DRIVERS, missing="pairwise")["estimate"]
    here = gappy.notna().to_numpy(dtype=int)
    assert found["n", ""] == (here.T @ here).min()
    assert found["missing_share", ""] == pytest.approx(1 - (here.T @ here).min() / 250, rel=1e-12)
    assert found.notna().all()


def test_four_respondents_cannot_judge_three_drivers(frame):
    with pytest.raises(ModelError, match="4 respondents answered the outcome and all 3 drivers: too few"):
        collinearity(frame.head(4), "y", DRIVERS)


def test_weights_beside_a_survey_are_refused(frame):
    survey = survey_of(frame, [*DRIVERS, "y"], low=-50, high=60)
    with pytest.raises(ParamsError, match="weights= cannot be given beside a Survey"):
        collinearity(survey, "y", DRIVERS, weights=np.ones(250))
