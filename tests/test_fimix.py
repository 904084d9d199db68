"""Latent classes: another program's solutions, statsmodels at the fixed point, planted classes found, none invented, refusals."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from known_models import TIGHT, golden, mobile, reduced, structure, survey_of

from csat_lib.errors import ModelError, ParamsError
from csat_lib.model import fit_pls, mixture
from csat_lib.model.fimix import fimix
from csat_lib.stats import moments

MODEL = structure({"a": ["a1"], "b": ["b1"], "y": ["y1"], "z": ["z1"]}, {"y": ["a", "b"], "z": ["y"]}, "y")
SETTLED = {"starts": 5, "seed": 1, "tolerance": 1e-10, "max_iterations": 20_000}


def planted(n, seed, share=0.4):
    """Two classes: where one has a path of .8 to y, the other has -.8; and from y to z .7 and -.5."""
    rng = np.random.default_rng(seed)
    member = np.where(rng.uniform(size=n) < share, 1, 0)
    a, b = rng.normal(size=(2, n))
    y = np.where(member, 0.8, -0.8) * a + 0.3 * b + 0.4 * rng.normal(size=n)
    z = np.where(member, 0.7, -0.5) * y + 0.5 * rng.normal(size=n)
    return pd.DataFrame({"a1": a, "b1": b, "y1": y, "z1": z}), member


@pytest.fixture(scope="module")
def two():
    rows, member = planted(600, 101)
    fit = fit_pls(rows, MODEL, tolerance=TIGHT)
    return rows, member, fit, fimix(fit, rows, classes=(1, 2, 3), starts=5, seed=1)


@pytest.fixture(scope="module")
def phones(real_data):
    # One start in fifty finds the best solution with three classes.
    rows = mobile(real_data)
    return fimix(fit_pls(rows, reduced(), tolerance=TIGHT), rows, classes=(2, 3), intercepts="by class", **{**SETTLED, "starts": 200})


def test_criteria_on_the_mobile_phone_data_agree_with_seminrextras(phones):
    expected = golden("seminr_groups", "fimix_criteria")
    found = phones.criteria[expected.columns]
    # EM gains less than 1e-10 in its last step in both programs, which leaves about 1e-7 to go.
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_class_paths_on_the_mobile_phone_data_agree_with_seminrextras(phones):
    expected = golden("seminr_groups", "fimix_paths").sort_values(["classes", "share", "cause"], ascending=[True, False, True])
    found = phones.paths.sort_values(["classes", "segment", "cause"])
    np.testing.assert_allclose(found[["share", "estimate"]], expected[["share", "estimate"]], atol=2e-4)


def test_one_class_is_the_regression_of_the_scores(two):
    rows, _, fit, found = two
    z = (rows - rows.mean()) / rows.std()
    models = sm.OLS(z["y1"], z[["a1", "b1"]]).fit(), sm.OLS(z["z1"], z[["y1"]]).fit()
    own = found.criteria.set_index("classes").loc[1]
    assert own["log_likelihood"] == pytest.approx(sum(each.llf for each in models), rel=1e-10)
    # statsmodels counts coefficients; each equation has a residual variance besides.
    assert own["parameters"] == 5
    assert own["aic"] == pytest.approx(sum(each.aic for each in models) + 4, rel=1e-10)
    assert own["bic"] == pytest.approx(sum(each.bic for each in models) + 2 * np.log(600), rel=1e-10)
    np.testing.assert_allclose(found.paths.query("classes == 1")["estimate"], fit.paths["estimate"], rtol=1e-9)
    np.testing.assert_allclose(found.r_squared.query("classes == 1")["estimate"], fit.r_squared, rtol=1e-9)


def test_each_class_is_a_weighted_regression_at_its_own_posterior(two):
    rows, _, fit, _ = two
    found = fimix(fit, rows, **SETTLED, classes=(2,))
    z, P = (rows - rows.mean()) / rows.std(), found.posterior[2]
    np.testing.assert_allclose(P.sum(axis=1), 1, rtol=1e-12)
    for segment in (1, 2):
        expected = sm.WLS(z["y1"], z[["a1", "b1"]], weights=P[segment]).fit().params
        own = found.paths.query("classes == 2 and segment == @segment and effect == 'y'")["estimate"]
        np.testing.assert_allclose(own, expected, atol=1e-5)
        assert found.paths.query("classes == 2 and segment == @segment")["share"].iloc[0] == pytest.approx(P[segment].mean(), abs=1e-6)


def test_two_planted_classes_with_opposite_paths_are_found(two):
    rows, member, _, found = two
    assert found.recommended == 2
    assert found.reason == "AIC3 and CAIC agree on 2"
    own = found.paths.query("classes == 2").set_index(["segment", "cause", "effect"])
    unit = rows["a1"].std() / rows["y1"].std()
    # Standard errors of the paths are about .03, that of the share .02.
    assert own.loc[(1, "a", "y"), "estimate"] == pytest.approx(-0.8 * unit, abs=0.08)
    assert own.loc[(2, "a", "y"), "estimate"] == pytest.approx(0.8 * unit, abs=0.08)
    assert own.loc[(2, "a", "y"), "share"] == pytest.approx(0.4, abs=0.06)
    assert ((found.membership() == 2) == member).mean() > 0.9
    criteria = found.criteria.set_index("classes").loc[2]
    assert criteria["entropy"] > 0.5
    assert criteria["complete_log_likelihood"] < criteria["log_likelihood"]


def test_one_homogeneous_class_gives_one():
    rng = np.random.default_rng(102)
    a, b = rng.normal(size=(2, 400))
    y = 0.5 * a + 0.3 * b + rng.normal(size=400)
    rows = pd.DataFrame({"a1": a, "b1": b, "y1": y, "z1": 0.6 * y + rng.normal(size=400)})
    found = fimix(fit_pls(rows, MODEL), rows, classes=range(1, 4), starts=5, seed=1)
    assert found.recommended == 1


def test_more_classes_never_fit_worse(two):
    assert two[3].criteria["log_likelihood"].is_monotonic_increasing


def test_the_criteria_follow_their_formulas(two):
    own = two[3].criteria.set_index("classes").loc[3]
    N, d = own["parameters"], -2 * own["log_likelihood"]
    assert N == 2 + 3 * 3 + 3 * 2
    log = np.log(600)
    expected = [d + 2 * N, d + 3 * N, d + 4 * N, d + log * N, d + (log + 1) * N, d + 2 * np.log(log) * N, d + 5 * log * N]
    np.testing.assert_allclose(own[["aic", "aic3", "aic4", "bic", "caic", "hq", "mdl5"]].astype(float), expected, rtol=1e-12)


def test_the_order_of_respondents_and_the_unit_of_answers_do_not_matter(two):
    rows, _, fit, _ = two
    found = fimix(fit, rows, **SETTLED, classes=(2,))
    other = (rows * 3 + 7).sample(frac=1, random_state=2)
    again = fimix(fit_pls(other, MODEL, tolerance=TIGHT), other, **SETTLED, classes=(2,))
    np.testing.assert_allclose(again.paths["estimate"], found.paths["estimate"], atol=1e-5)
    np.testing.assert_allclose(again.posterior[2].sort_index(), found.posterior[2], atol=1e-4)


def test_a_weight_of_two_is_two_respondents(two):
    rows = two[0].head(200)
    weights = pd.Series(np.where(np.arange(200) % 2, 2.0, 1.0), index=rows.index)
    twice = pd.concat([rows, rows[weights == 2]], ignore_index=True)
    survey = survey_of(rows + 5, MODEL.items, low=-10, high=20, weights=weights)
    weighted = fimix(fit_pls(survey, MODEL, tolerance=TIGHT), survey, **SETTLED, classes=(2,))
    plain = fimix(fit_pls(twice, MODEL, tolerance=TIGHT), twice, **SETTLED, classes=(2,))
    np.testing.assert_allclose(weighted.paths["estimate"], plain.paths["estimate"], atol=1e-3)
    assert weighted.n_effective == pytest.approx(300**2 / 500)
    assert len(weighted.membership()) == 200


def test_classes_that_collapse_are_counted_and_named():
    rng = np.random.default_rng(103)
    a, b = rng.normal(size=(2, 60))
    y = np.where(np.arange(60) < 30, a, -a)
    half = pd.DataFrame({"a1": a, "b1": b, "y1": y, "z1": y + rng.normal(size=60)})
    rows = pd.concat([half, -half], ignore_index=True)
    found = fimix(fit_pls(rows, MODEL), rows, classes=(1, 2), starts=5, seed=1).criteria.set_index("classes")
    assert found.loc[2, "degenerate"] == 5
    assert found.loc[2, "verdict"].startswith("degenerate: in every start a class became too small or explained an effect exactly")
    assert np.isnan(found.loc[2, "bic"])
    assert found.loc[1, "verdict"] == "ok"


def test_equal_seeds_give_equal_numbers(two):
    rows, _, fit, _ = two
    one, again = (fimix(fit, rows, classes=(2,), starts=3, seed=9) for _ in range(2))
    pd.testing.assert_frame_equal(one.posterior[2], again.posterior[2])


def test_refusals_name_what_is_wrong(two):
    rows, _, fit, found = two
    parts = moments(rows, MODEL.items)
    with pytest.raises(ParamsError, match="FIMIX-PLS needs the rows, and Moments have none"):
        fimix(fit_pls(parts, MODEL), parts, seed=1)
    with pytest.raises(ParamsError, match="FIMIX-PLS: 50 usable rows, but the fit was made from 600"):
        fimix(fit, rows.head(50), seed=1)
    with pytest.raises(ParamsError, match="classes: expected a whole number of at least 1, got 0"):
        fimix(fit, rows, classes=(0, 1), seed=1)
    with pytest.raises(ParamsError, match=r"No kind of intercepts 'some'\. There are: none, by class"):
        fimix(fit, rows, seed=1, intercepts="some")
    with pytest.raises(ParamsError, match=r"There is no solution with 7 classes\. There are: 1, 2, 3"):
        found.membership(7)
    for wrong, told in (
        ({"classes": 3}, "classes: expected numbers"),
        ({"starts": 2.5}, "starts: expected"),
        ({"seed": None}, "seed: expected"),
    ):
        with pytest.raises(ParamsError, match=told):
            fimix(fit, rows, **{"seed": 1, **wrong})
    two_on_one = rows.head(4)
    with pytest.raises(ModelError, match="No number of classes has an estimate"):
        fimix(fit_pls(two_on_one, MODEL), two_on_one, classes=(3,), seed=1)


def test_starts_that_all_fail_in_the_end_are_all_counted(monkeypatch):
    runs = iter([np.array([-5.0, np.nan, -4.0, -6.0]), np.full(3, np.nan)])
    monkeypatch.setattr(mixture, "_run", lambda _, P, *__: (P, next(runs), None))
    assert mixture.best_solution(SimpleNamespace(v=np.ones(10)), np.ones((10, 4, 2)), 1e-5, 100) == (None, 4)
