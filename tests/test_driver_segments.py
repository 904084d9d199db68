"""Importance by segment: the cells, the overall test, who is left out, and what the resamples say."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from known_models import survey_of
from statsmodels.stats.anova import anova_lm

from csat_lib.drivers import collinearity, importance, importance_by_segment
from csat_lib.errors import DataError, ModelError, ParamsError
from csat_lib.stats import blocks, counts, moments

DRIVERS = ["a", "b", "c"]
DRAWS = {"draws": 200, "seed": 3}


def answers(n, slopes, seed):
    draw = np.random.default_rng(seed)
    X = draw.normal(size=(n, 3)) + 0.5 * draw.normal(size=(n, 1))
    return pd.DataFrame(X, columns=DRIVERS).assign(y=X @ slopes + draw.normal(size=n))


@pytest.fixture(scope="module")
def frame():
    parts = [
        ("east", 300, [0.8, 0.2, 0.3]),
        ("north", 250, [0.1, 0.9, 0.3]),
        ("west", 280, [0.45, 0.5, 0.3]),
        ("tiny", 12, [0.4, 0.4, 0.4]),
    ]
    made = [answers(n, slopes, 150 + k).assign(region=name) for k, (name, n, slopes) in enumerate(parts)]
    return pd.concat(made, ignore_index=True).sample(frac=1, random_state=1).reset_index(drop=True)


@pytest.fixture(scope="module")
def found(frame):
    with pytest.warns(UserWarning, match="Segment 'tiny' was left out: fewer than 50 respondents"):
        return importance_by_segment(frame, "y", DRIVERS, "region", **DRAWS)


def test_each_segment_has_the_importance_of_its_own_respondents(frame, found):
    for region in ("east", "north", "west"):
        own = frame[frame["region"] == region]
        part = found.importance[found.importance["segment"] == region].reset_index(drop=True)
        expected = importance(own, "y", DRIVERS)
        pd.testing.assert_frame_equal(part[list(expected)], expected)
        panel = found.panel[found.panel["segment"] == region].drop(columns="segment").reset_index(drop=True)
        pd.testing.assert_frame_equal(panel, collinearity(own, "y", DRIVERS))


def test_the_difference_is_to_the_complement_small_segments_included(frame, found):
    tests = found.tests.set_index(["segment", "driver"])
    for region in ("east", "north", "west"):
        here = frame["region"] == region
        gap = importance(frame[here], "y", DRIVERS)["estimate"] - importance(frame[~here], "y", DRIVERS)["estimate"]
        np.testing.assert_allclose(tests.loc[region, "estimate"][DRIVERS], gap, rtol=0, atol=1e-12)
        assert (tests.loc[region, "n_others"] == (~here).sum()).all()


def test_intervals_come_from_resamples_of_all_respondents_together(frame, found):
    repeated = []
    for each in np.concatenate([counts(block, len(frame)) for block in blocks(200, len(frame), 3)]).astype(int):
        again = frame.loc[frame.index.repeat(each)]
        here = again["region"] == "east"
        repeated.append(importance(again[here], "y", DRIVERS)["estimate"] - importance(again[~here], "y", DRIVERS)["estimate"])
    own = found.tests[found.tests["segment"] == "east"]
    np.testing.assert_allclose(own["std_error"], np.std(repeated, axis=0, ddof=1), rtol=1e-8)
    np.testing.assert_allclose(own["conf_low"], np.quantile(repeated, 0.025, axis=0), rtol=1e-7)


def test_segments_that_were_made_different_are_told_apart(found):
    verdict = found.tests.set_index(["segment", "driver"])["verdict"]
    assert verdict["east", "a"] == verdict["north", "b"] == "matters more"
    assert verdict["north", "a"] == verdict["east", "b"] == "matters less"
    assert (verdict["west"] == "not told apart").all()
    assert found.overall["verdict"].tolist() == ["slopes differ"]


def test_the_overall_test_is_the_f_of_two_nested_regressions(frame, found):
    kept = frame[frame["region"] != "tiny"]
    both = anova_lm(smf.ols("y ~ C(region) + a + b + c", kept).fit(), smf.ols("y ~ C(region) * (a + b + c)", kept).fit()).iloc[1]
    row = found.overall.iloc[0]
    assert row["test"] == "F"
    assert row["statistic"] == pytest.approx(both["F"], rel=1e-9)
    assert (row["df_model"], row["df_residual"]) == (6, 830 - 12)
    assert row["p_value"] == pytest.approx(both["Pr(>F)"], rel=1e-6)


def test_with_weights_the_overall_test_is_robust(frame):
    w = pd.Series(np.random.default_rng(155).gamma(2.0, size=len(frame)), index=frame.index)
    kept = frame["region"] != "tiny"
    with pytest.warns(UserWarning, match="tiny"):
        row = importance_by_segment(frame, "y", DRIVERS, "region", weights=w, **DRAWS).overall.iloc[0]
    fitted = smf.wls("y ~ C(region) * (a + b + c)", frame[kept], weights=w[kept]).fit(cov_type="HC1", use_t=True)
    names = [name for name in fitted.params.index if ":" in name]
    expected = fitted.f_test(" = ".join(names) + " = 0")
    assert row["test"] == "Wald F, HC1"
    assert row["statistic"] == pytest.approx(float(expected.fvalue), rel=1e-6)


def test_respondents_without_weight_are_not_there(frame):
    frame = frame[frame["region"] != "tiny"].reset_index(drop=True)
    w = pd.Series(np.random.default_rng(156).gamma(2.0, size=len(frame)), index=frame.index).where(np.arange(len(frame)) % 5 > 0, 0.0)
    there = w > 0
    found = importance_by_segment(frame, "y", DRIVERS, "region", weights=w, **DRAWS)
    expected = importance_by_segment(frame[there], "y", DRIVERS, "region", weights=w[there], **DRAWS)
    for table in ("importance", "tests", "overall", "panel"):
        ours, theirs = (getattr(each, table) for each in (found, expected))
        if table == "panel":
            ours, theirs = (each[each["metric"] != "missing_share"].reset_index(drop=True) for each in (ours, theirs))
        pd.testing.assert_frame_equal(ours, theirs)


def test_with_clusters_the_overall_test_counts_clusters(frame):
    branched = frame.assign(branch=frame.index % 40)
    survey = survey_of(branched, [*DRIVERS, "y"], low=-50, high=60, roles={"branch": "cluster", "region": "segment"})
    with pytest.warns(UserWarning, match="tiny"):
        row = importance_by_segment(survey, "y", DRIVERS, "region", **DRAWS).overall.iloc[0]
    assert row["test"] == "Wald F, clusters"
    assert row["df_residual"] == 39


def test_equal_segments_are_rarely_told_apart():
    wrong = overall = 0
    for k in range(40):
        made = answers(400, [0.5, 0.3, 0.1], 500 + k).assign(region=np.repeat(["x", "y"], [150, 250]))
        result = importance_by_segment(made, "y", DRIVERS, "region", draws=200, seed=k)
        wrong += (result.tests["verdict"] != "not told apart").any()
        overall += result.overall["p_value"].iloc[0] < 0.05
    # At 5 % nominal, 40 trials give more than 6 with a chance of 1 %.
    assert wrong <= 6
    assert overall <= 6


def test_a_survey_s_segment_and_a_category_s_order_are_used(frame):
    ordered = frame.assign(region=pd.Categorical(frame["region"], ["west", "tiny", "north", "east"], ordered=True))
    with pytest.warns(UserWarning, match="tiny"):
        found = importance_by_segment(ordered, "y", DRIVERS, "region", **DRAWS)
    assert found.importance["segment"].unique().tolist() == ["west", "north", "east"]
    survey = survey_of(frame, [*DRIVERS, "y"], low=-50, high=60, roles={"region": "segment"})
    with pytest.warns(UserWarning, match="tiny"):
        again = importance_by_segment(survey, "y", DRIVERS, "region", **DRAWS)
    np.testing.assert_allclose(
        again.tests.set_index(["segment", "driver"])["estimate"]["east"], found.tests.set_index(["segment", "driver"])["estimate"]["east"]
    )


@pytest.mark.parametrize("missing", ["pairwise", "mean"])
def test_gaps_are_treated_by_the_rule_in_every_segment(frame, missing):
    gaps = np.random.default_rng(156).random((len(frame), 4)) < 0.15
    gappy = frame.assign(**frame[[*DRIVERS, "y"]].mask(gaps))
    with pytest.warns(UserWarning, match="tiny"):
        found = importance_by_segment(gappy, "y", DRIVERS, "region", missing=missing, **DRAWS)
    own = gappy[gappy["region"] == "east"]
    part = found.importance[found.importance["segment"] == "east"]
    np.testing.assert_allclose(part["estimate"], importance(own, "y", DRIVERS, missing=missing)["estimate"], rtol=0, atol=1e-12)
    assert found.overall.empty
    assert found.tests.notna().all(axis=None)
    assert found.importance.notna().all(axis=None)


def test_a_segment_in_which_a_driver_is_constant_is_left_out_by_name(frame):
    flat = frame.assign(c=frame["c"].where(frame["region"] != "west", 3.0))
    with (
        pytest.warns(UserWarning, match="tiny"),
        pytest.warns(UserWarning, match="Segment 'west' was left out: c: all answers are the same"),
    ):
        found = importance_by_segment(flat, "y", DRIVERS, "region", **DRAWS)
    assert found.left_out.set_index("segment").loc["west", "reason"] == "c: all answers are the same"
    assert set(found.importance["segment"]) == {"east", "north"}
    assert found.tests.notna().all(axis=None)


def test_a_segment_where_everybody_is_equally_satisfied_is_left_out(frame):
    flat = frame.assign(y=frame["y"].where(frame["region"] != "west", 3.0))
    with pytest.warns(UserWarning, match="tiny"), pytest.warns(UserWarning, match="'west' was left out: 'y': all 280 answers are the same"):
        importance_by_segment(flat, "y", DRIVERS, "region", **DRAWS)


def test_one_segment_alone_has_nobody_to_be_compared_with(frame):
    with pytest.raises(ModelError, match=r"No segment of 'region' can be compared.*all: the others: nobody answered"):
        importance_by_segment(frame.assign(region="all"), "y", DRIVERS, "region", **DRAWS)


def test_an_unknown_segment_and_moments_are_refused(frame):
    with pytest.raises(DataError, match=r"No column 'regoin' in the data\. Did you mean 'region'"):
        importance_by_segment(frame, "y", DRIVERS, "regoin", **DRAWS)
    with pytest.raises(ParamsError, match="Moments have none"):
        importance_by_segment(moments(frame, [*DRIVERS, "y"]), "y", DRIVERS, "region", **DRAWS)
    with pytest.raises(ParamsError, match="3 drivers need at least 6 respondents"):
        importance_by_segment(frame, "y", DRIVERS, "region", smallest=4, **DRAWS)


def test_many_drivers_are_compared_by_johnson():
    wide = pd.DataFrame(np.random.default_rng(157).normal(size=(600, 18)), columns=[*(f"x{k}" for k in range(17)), "y"])
    wide["region"] = np.arange(600) % 2
    names = list(wide)[:17]
    with pytest.raises(ParamsError, match=r"at most 16 drivers; there are 17\. Use method='johnson'"):
        importance_by_segment(wide, "y", names, "region", **DRAWS)
    assert len(importance_by_segment(wide, "y", names, "region", method="johnson", **DRAWS).tests) == 34
