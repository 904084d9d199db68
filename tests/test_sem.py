"""The covariance-based model: lavaan's numbers, invariances, recovery of a truth, gaps, weights, and what is refused."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from known_models import ACSI_BLOCKS, ACSI_PATHS, acsi_answers, ecsi, golden, mobile, reduced, structure, survey_of, truth
from scipy.stats import norm
from semopy import Model
from semopy.examples import holzinger39, political_democracy
from semopy.stats import calc_se

import csat_lib as csat
from csat_lib.errors import DataError, ModelError, NotInStudyError, ParamsError
from csat_lib.model import fit_sem
from csat_lib.model.sem_fit_indices import rmsea_interval
from csat_lib.simulate import responses
from csat_lib.stats import moments
from csat_lib.study import Construct, Structure, Text

PD_BLOCKS = {"ind60": ["x1", "x2", "x3"], "dem60": ["y1", "y2", "y3", "y4"], "dem65": ["y5", "y6", "y7", "y8"]}
PD_PATHS = {"dem60": ["ind60"], "dem65": ["ind60", "dem60"]}
PD_COVARIANCES = (("y1", "y5"), ("y2", "y4"), ("y2", "y6"), ("y3", "y7"), ("y4", "y8"), ("y6", "y8"))
PRINTED = 5e-4 * 1.001  # three decimals: half the last digit
NUMBERS = ["estimate", "std_error", "unstandardised", "unstandardised_error"]
SAME = 1e-10


def democracy():
    return structure(PD_BLOCKS, PD_PATHS, "dem65")


def acsi_core():
    blocks = {name: ACSI_BLOCKS[name] for name in ("expectations", "quality", "value", "satisfaction")}
    return structure(blocks, {name: ACSI_PATHS[name] for name in ("quality", "value", "satisfaction")})


def acsi_rows(folder):
    answers = acsi_answers(folder)
    return answers[answers[[*acsi_core().items, "REPUR"]].notna().all(axis=1)]


def index(fit, metric):
    return fit.indices.set_index("metric").at[metric, "estimate"]


def assert_indices(fit, case):
    for row in golden(case, "indices").itertuples():
        # chi2 within 1e-5 relative and the last printed digit, the others within half of it
        assert index(fit, row.metric) == pytest.approx(row.estimate, rel=0, abs=0.5001 * 10.0**-row.digits), row.metric


def simple(a=("a1", "a2", "a3"), b=("b1", "b2", "b3")):
    return structure({"a": a, "b": b}, {"b": ["a"]}, "b")


def factors(n=600, seed=3, loading=0.8, path=0.6):
    rng = np.random.default_rng(seed)
    a = rng.normal(size=n)
    b = path * a + np.sqrt(1 - path**2) * rng.normal(size=n)
    noise = np.sqrt(1 - loading**2)
    return pd.DataFrame({f"{name}{k}": loading * f + noise * rng.normal(size=n) for name, f in (("a", a), ("b", b)) for k in (1, 2, 3)})


@pytest.fixture(scope="module")
def pd_fit():
    return fit_sem(political_democracy.get_data(), democracy(), covariances=PD_COVARIANCES)


@pytest.fixture(scope="module")
def mobile_fit(real_data):
    return fit_sem(mobile(real_data), ecsi())


@pytest.mark.parametrize(("confidence", "reach"), [(0.95, 1.959964), (0.80, 1.281552)])
def test_intervals_and_tests_are_those_of_the_normal_distribution(confidence, reach):
    fit = fit_sem(factors(), simple(), confidence=confidence)
    for table in (fit.paths, fit.loadings):
        free = table[table["std_error"].notna()]
        assert len(free)
        np.testing.assert_allclose(free["conf_low"], free["estimate"] - reach * free["std_error"], rtol=1e-6)
        np.testing.assert_allclose(free["conf_high"], free["estimate"] + reach * free["std_error"], rtol=1e-6)
    z = fit.paths["unstandardised"] / fit.paths["unstandardised_error"]
    np.testing.assert_allclose(fit.paths["z"], z, rtol=1e-10)
    np.testing.assert_allclose(fit.paths["p_value"], 2 * norm.sf(np.abs(z)), rtol=1e-6)


@pytest.mark.parametrize(("table", "keys"), [("paths", ["cause", "effect"]), ("loadings", ["construct", "item"])])
def test_political_democracy_has_lavaans_estimates_and_errors(pd_fit, table, keys):
    found = getattr(pd_fit, table).set_index(keys)
    wanted = golden("lavaan_political_democracy", table).set_index(keys)
    for column in wanted.columns:
        assert found.loc[wanted.index, column].to_numpy() == pytest.approx(wanted[column].to_numpy(), abs=PRINTED, nan_ok=True)


def test_political_democracy_has_lavaans_residual_covariances(pd_fit):
    wanted = golden("lavaan_political_democracy", "covariances").set_index(["item", "other"])
    found = pd_fit.residuals.set_index(["item", "other"]).loc[wanted.index, list(wanted.columns)]
    assert found.to_numpy() == pytest.approx(wanted.to_numpy(), abs=PRINTED)


def test_political_democracy_has_lavaans_indices(pd_fit):
    assert_indices(pd_fit, "lavaan_political_democracy")
    assert (pd_fit.verdict, pd_fit.reasons, pd_fit.se, pd_fit.missing) == ("ok", (), "expected", "listwise")


def test_every_unstandardised_number_is_lavaans_to_a_ten_thousandth():
    fit = fit_sem(political_democracy.get_data(), democracy(), covariances=[pair for pair in PD_COVARIANCES if pair != ("y4", "y8")])
    rows = fit.parameters
    found = {("~", r.row, r.column): r.unstandardised for r in rows[rows["kind"] == "path"].itertuples()}
    found |= {("=~", r.column, r.row): r.unstandardised for r in rows[rows["kind"] == "loading"].itertuples()}
    found |= {("~~", r.row, r.column): r.unstandardised for r in rows[rows["kind"].isin(["item", "construct"])].itertuples()}
    for row in golden("lavaan_political_democracy", "without_y4_y8").itertuples():
        assert found[row.op, row.left, row.right] == pytest.approx(row.unstandardised, abs=1e-4), (row.left, row.op, row.right)


def test_holzinger_and_swineford_has_lavaans_indices():
    blocks = {"visual": ["x1", "x2", "x3"], "textual": ["x4", "x5", "x6"], "speed": ["x7", "x8", "x9"]}
    fit = fit_sem(holzinger39.get_data(), structure(blocks, {"textual": ["visual"], "speed": ["visual", "textual"]}, "speed"))
    assert_indices(fit, "lavaan_holzinger")
    assert fit.indices.set_index("metric")["verdict"][["cfi", "rmsea", "srmr"]].tolist() == ["below 0.95", "above 0.06", "ok"]


def test_acsi_has_lavaans_paths_and_indices(real_data):
    fit = fit_sem(acsi_rows(real_data), acsi_core())
    assert index(fit, "n") == 7422
    assert_indices(fit, "lavaan_acsi")
    wanted = golden("lavaan_acsi", "paths").set_index(["cause", "effect"])["estimate"]
    assert fit.paths.set_index(["cause", "effect"])["estimate"][wanted.index].to_numpy() == pytest.approx(wanted.to_numpy(), abs=1e-4)
    assert fit.verdict == "ok"


def test_the_full_ecsi_model_on_the_mobile_data_is_refused_as_a_finding(mobile_fit):
    assert mobile_fit.verdict == "inadmissible"
    reasons = " | ".join(mobile_fit.reasons)
    assert "standardised estimate beyond 1: satisfaction -> loyalty (3.27)" in reasons
    assert "factor correlation of expectations and quality: 0.995" in reasons
    assert "huge standard error: expectations -> value" in reasons
    # lavaan's chi2 of the same data, four digits
    assert index(mobile_fit, "chi2") == pytest.approx(575.6, abs=0.05)


def test_no_number_of_an_inadmissible_solution_stands_where_findings_stand(mobile_fit):
    for table in (mobile_fit.paths, mobile_fit.loadings, mobile_fit.residuals):
        assert table.select_dtypes("number").isna().all(axis=None)
    assert mobile_fit.correlations.isna().all(axis=None)
    assert mobile_fit.r_squared.isna().all()
    judged = mobile_fit.indices.set_index("metric").loc[["cfi", "tli", "rmsea", "srmr"], "verdict"]
    assert set(judged) == {"inadmissible"}
    paths = mobile_fit.parameters.query("kind == 'path'")
    assert paths["estimate"].abs().max() > 3


def test_the_interval_of_rmsea_is_that_of_lavaan():
    # lavaan prints .071 to .114 for Holzinger & Swineford; a model that fits has 0 as its lower end
    assert rmsea_interval(85.306, 24, 301) == pytest.approx((0.071, 0.114), abs=5e-4)
    assert rmsea_interval(20.0, 35, 75) == (0.0, 0.0)


def test_the_error_of_a_standardised_path_between_two_items_is_that_of_a_correlation():
    # one item each: the path is their correlation r, whose error is (1 - r^2) / sqrt(n); nothing is left to test
    frame = factors(n=400)
    fit = fit_sem(frame, simple(("a1",), ("b1",)))
    r = np.corrcoef(frame["a1"], frame["b1"])[0, 1]
    assert fit.paths.loc[0, ["estimate", "std_error"]].tolist() == pytest.approx([r, (1 - r**2) / 20], rel=1e-7)
    slope = np.polyfit(frame["a1"], frame["b1"], 1)[0]
    assert fit.paths.at[0, "unstandardised"] == pytest.approx(slope, rel=1e-7)
    assert index(fit, "df") == 0
    assert np.isnan([index(fit, "p_value"), index(fit, "rmsea"), index(fit, "cfi")]).all()


@pytest.mark.filterwarnings("ignore:Method BFGS cannot handle bounds", "ignore:invalid value encountered")
def test_robust_errors_are_those_of_semopy():
    data = political_democracy.get_data()
    found = fit_sem(data, democracy(), covariances=PD_COVARIANCES, se="robust")
    peer = Model(political_democracy.get_model())
    peer.fit(data, solver="BFGS")
    table = peer.inspect(se_robust=True)
    errors = table[(table["op"] == "~") & table["lval"].isin(PD_PATHS)].set_index(["rval", "lval"])["Std. Err"].astype(float)
    mine = found.paths.set_index(["cause", "effect"])["unstandardised_error"]
    # its optimiser stops where the gradient is 1e-5; 1e-3 is the tolerance of standard errors
    assert mine.to_numpy() == pytest.approx(errors[mine.index].to_numpy(), rel=1e-3)
    assert len(calc_se(peer, robust=True)) == len(table[table["Std. Err"] != "-"])
    assert any("assume normal answers" in note for note in found.notes)


def test_the_order_of_rows_and_items_does_not_matter():
    frame, model = factors(), simple()
    turned = simple(("a1", "a3", "a2"), ("b1", "b3", "b2"))
    one, other = fit_sem(frame, model), fit_sem(frame.sample(frac=1, random_state=1), turned)
    assert other.paths[NUMBERS].to_numpy() == pytest.approx(one.paths[NUMBERS].to_numpy(), rel=SAME)
    loadings = [fit.loadings.set_index("item")["estimate"] for fit in (one, other)]
    assert loadings[1][loadings[0].index].to_numpy() == pytest.approx(loadings[0].to_numpy(), rel=SAME)


def test_another_unit_of_an_item_changes_only_what_has_units():
    frame, model = factors(), simple()
    one, other = fit_sem(frame, model), fit_sem(frame.assign(a1=1000 * frame["a1"] + 1e6), model)
    assert other.paths[["estimate", "std_error"]].to_numpy() == pytest.approx(one.paths[["estimate", "std_error"]].to_numpy(), rel=SAME)
    assert other.paths.at[0, "unstandardised"] * 1000 == pytest.approx(one.paths.at[0, "unstandardised"], rel=SAME)
    assert index(other, "chi2") == pytest.approx(index(one, "chi2"), rel=1e-7)


def test_a_residual_covariance_counts_once_whichever_way_it_is_named():
    frame, model = factors(), simple()
    one = fit_sem(frame, model, covariances=(("a1", "b1"),))
    other = fit_sem(frame, model, covariances=(("b1", "a1"), ("a1", "b1")))
    assert index(one, "df") == index(other, "df") == 7
    assert other.paths["estimate"].to_numpy() == pytest.approx(one.paths["estimate"].to_numpy(), rel=SAME)


def test_names_that_no_formula_could_hold_are_fine():
    frame = factors().set_axis(["Q 1", "2-b", "质量", "b", "x ~ y", "value"], axis=1)
    fit = fit_sem(frame, structure({"a + b": ["Q 1", "2-b", "质量"], "value": ["b", "x ~ y", "value"]}, {"value": ["a + b"]}, "value"))
    assert fit.paths["estimate"].to_numpy() == pytest.approx(fit_sem(factors(), simple()).paths["estimate"].to_numpy(), rel=SAME)


def test_moments_give_what_the_rows_give():
    frame, model = factors(), simple()
    pd.testing.assert_frame_equal(fit_sem(moments(frame, model.items), model).parameters, fit_sem(frame, model).parameters)


def test_a_known_truth_comes_back():
    fit = fit_sem(responses(truth(), 4000, seed=5), truth().structure)
    found = fit.paths.set_index(["cause", "effect"])
    for path, value in truth().paths.items():
        # answers on ten steps; loyalty is measured by one item, whose error the truth does not have
        assert abs(found.at[path, "estimate"] - value) < 3.5 * found.at[path, "std_error"], path
    loadings = fit.loadings.set_index("item")["estimate"]
    assert loadings[list(truth().loadings)].to_numpy() == pytest.approx(list(truth().loadings.values()), abs=0.03)
    assert fit.verdict == "ok"


def test_a_single_item_measures_without_error():
    fit = fit_sem(responses(truth(), 500, seed=6), truth().structure)
    assert fit.loadings.set_index("item").at["l1", "estimate"] == pytest.approx(1.0)
    assert fit.residuals.set_index(["item", "other"]).at[("l1", "l1"), "unstandardised"] == 0


def test_a_construct_of_higher_order_is_a_factor_of_its_parts():
    rng = np.random.default_rng(8)
    whole = rng.normal(size=4000)
    parts = {name: 0.85 * whole + np.sqrt(1 - 0.85**2) * rng.normal(size=4000) for name in "pqr"}
    outcome = 0.5 * whole + np.sqrt(0.75) * rng.normal(size=4000)
    frame = pd.DataFrame(
        {f"{name}{k}": 0.8 * f + 0.6 * rng.normal(size=4000) for name, f in (*parts.items(), ("o", outcome)) for k in (1, 2, 3)}
    )
    blocks = tuple(Construct(name, Text(en=name), (f"{name}1", f"{name}2", f"{name}3")) for name in "pqro")
    model = Structure((*blocks, Construct("w", Text(en="w"), of=("p", "q", "r"))), {"o": ("w",)}, "o")
    fit = fit_sem(frame, model)
    assert fit.verdict == "ok", fit.reasons
    assert fit.paths.at[0, "estimate"] == pytest.approx(0.5, abs=0.05)
    loadings = fit.loadings.set_index(["construct", "item"])["estimate"]
    assert loadings["w"].to_numpy() == pytest.approx([0.85] * 3, abs=0.04)
    assert loadings["p"].to_numpy() == pytest.approx([0.8] * 3, abs=0.04)


def test_full_information_of_complete_answers_is_listwise():
    one, other = (fit_sem(factors(), simple(), missing=word) for word in ("listwise", "fiml"))
    columns = ["estimate", "unstandardised"]
    assert other.parameters[columns].to_numpy() == pytest.approx(one.parameters[columns].to_numpy(), abs=1e-6)
    assert index(other, "chi2") == pytest.approx(index(one, "chi2"), rel=1e-5)
    assert index(other, "cfi") == pytest.approx(index(one, "cfi"), rel=1e-5)
    assert (other.missing, other.se) == ("fiml", "observed")


def test_full_information_is_andersons_where_only_the_second_item_has_gaps():
    # Anderson 1957: mean and variance of the first from all, the regression of the second on it from the complete
    frame = factors(n=300)[["a1", "b1"]]
    gappy = frame.assign(b1=frame["b1"].where((frame["a1"] < 0.3) | (frame.index % 3 == 0)))
    whole = gappy.dropna()
    fit = fit_sem(gappy, simple(("a1",), ("b1",)), missing="fiml")
    slope, constant = np.polyfit(whole["a1"], whole["b1"], 1)
    rest = (whole["b1"] - constant - slope * whole["a1"]).var(ddof=0)
    row = fit.paths.iloc[0]
    assert row["unstandardised"] == pytest.approx(slope, abs=1e-6)
    variance = gappy["a1"].var(ddof=0)
    assert row["estimate"] == pytest.approx(slope * np.sqrt(variance / (slope**2 * variance + rest)), abs=1e-6)
    # and the error is that of the complete rows' regression, by maximum likelihood
    assert row["unstandardised_error"] == pytest.approx(np.sqrt(rest / (len(whole) * whole["a1"].var(ddof=0))), rel=1e-4)


def test_full_information_undoes_what_listwise_loses():
    frame = factors(n=6000, seed=9)
    gappy = frame.assign(**{item: frame[item].where(frame["a1"] < 0.2) for item in ("b1", "b2", "b3")})
    listwise, full = (fit_sem(gappy, simple(), missing=word).paths.at[0, "estimate"] for word in ("listwise", "fiml"))
    assert full == pytest.approx(0.6, abs=0.04)
    assert listwise < 0.55


def test_survey_weights_count_like_copies_and_the_approximation_is_told():
    frame, model = factors(n=200).clip(-4, 5), simple()
    times = 1.0 + np.arange(200) % 3
    survey = survey_of(frame, list(frame.columns), low=-4, high=5, weights=pd.Series(times))
    weighted = fit_sem(survey, model)
    copied = fit_sem(frame.loc[frame.index.repeat(times.astype(int))], model)
    assert weighted.parameters[["estimate", "unstandardised"]].to_numpy() == pytest.approx(
        copied.parameters[["estimate", "unstandardised"]].to_numpy(), rel=1e-6
    )
    effective = times.sum() ** 2 / (times**2).sum()
    assert index(weighted, "chi2") == pytest.approx(index(copied, "chi2") * effective / times.sum(), rel=1e-6)
    assert weighted.paths.at[0, "std_error"] == pytest.approx(copied.paths.at[0, "std_error"] * np.sqrt(times.sum() / effective), rel=1e-6)
    assert any(f"effective n of {effective:.0f} for 200, an approximation" in note for note in weighted.notes)
    assert "aic" not in weighted.indices["metric"].tolist()


def test_robust_errors_take_clusters():
    # everybody interviewed twice: as clusters of two the errors are those of each person once
    frame = factors(n=250).clip(-4, 5)
    twice = pd.concat([frame, frame], ignore_index=True).assign(home=list(range(250)) * 2)
    once = fit_sem(frame, simple(), se="robust").paths.at[0, "std_error"]
    clustered = fit_sem(survey_of(twice, list(frame.columns), low=-4, high=5, roles={"home": "cluster"}), simple(), se="robust")
    # linearisation divides by clusters - 1
    assert clustered.paths.at[0, "std_error"] == pytest.approx(once * np.sqrt(250 / 249), rel=1e-6)
    naive = fit_sem(survey_of(twice, list(frame.columns), low=-4, high=5, roles={"home": "cluster"}), simple())
    assert any("se='robust' takes them" in note for note in naive.notes)


def test_a_heywood_case_is_named():
    rng = np.random.default_rng(11)
    R = np.full((6, 6), 0.3)
    R[0, 1] = R[1, 0] = R[0, 2] = R[2, 0] = 0.8
    np.fill_diagonal(R, 1)
    frame = pd.DataFrame(rng.multivariate_normal(np.zeros(6), R, 500), columns=["a1", "a2", "a3", "b1", "b2", "b3"])
    fit = fit_sem(frame, simple())
    assert fit.verdict == "inadmissible"
    assert any(reason.startswith("negative variance: a1") for reason in fit.reasons)


def test_two_constructs_that_are_one_are_named():
    fit = fit_sem(factors(n=2000, path=0.9999), simple())
    assert any("factor correlation of a and b" in reason or "beyond 1: a -> b" in reason for reason in fit.reasons)


@pytest.mark.parametrize(
    ("model", "covariances", "message"),
    [
        (simple(("a1", "a2"), ("b1",)), (("a1", "a2"),), "7 parameters, but only 6 variances and covariances of 3 items"),
        (simple(("a1", "a2")), (("a1", "a2"),), r"no data could determine .*a ~~ a"),
    ],
)
def test_a_model_that_is_not_identified_is_refused_before_fitting(model, covariances, message):
    with pytest.raises(ModelError, match=message):
        fit_sem(factors(), model, covariances=covariances)


def test_two_items_that_nothing_correlates_with_cannot_be_believed():
    rng = np.random.default_rng(4)
    frame = factors(path=0.0, n=300).assign(a3=rng.normal(size=300))
    fit = fit_sem(frame, simple(("a1", "a2")))
    assert fit.verdict == "inadmissible"


def test_bad_input_is_refused_by_name():
    frame, model = factors(), simple()
    with pytest.raises(NotInStudyError, match="no path model"):
        fit_sem(frame, None)
    with pytest.raises(ParamsError, match="No rule for missing answers 'mean'"):
        fit_sem(frame, model, missing="mean")
    with pytest.raises(ParamsError, match="No standard errors 'bootstrap'"):
        fit_sem(frame, model, se="bootstrap")
    with pytest.raises(ParamsError, match="no item or construct 'a9' in the model"):
        fit_sem(frame, model, covariances=(("a1", "a9"),))
    with pytest.raises(ParamsError, match="two different items"):
        fit_sem(frame, model, covariances=(("a1", "a1"),))
    with pytest.raises(ParamsError, match="not available with missing='fiml'"):
        fit_sem(frame, model, missing="fiml", se="robust")
    with pytest.raises(ParamsError, match="missing='fiml' needs the rows"):
        fit_sem(moments(frame, model.items), model, missing="fiml")
    with pytest.raises(ParamsError, match="needs the rows, and Moments have none"):
        fit_sem(moments(frame, model.items), model, se="robust")
    with pytest.raises(ParamsError, match="made with missing='pairwise'"):
        fit_sem(moments(frame, model.items, missing="pairwise"), model)
    with pytest.raises(ModelError, match="'a2': all 600 answers are the same"):
        fit_sem(frame.assign(a2=5.0), model)
    with pytest.raises(ModelError, match="linear combination"):
        fit_sem(frame.assign(a3=frame["a1"] + frame["a2"]), model)
    with pytest.raises(ModelError, match="linear combination"):
        fit_sem(frame.assign(a3=frame["a1"] + frame["a2"], b3=frame["b3"].where(frame.index > 50)), model, missing="fiml")
    half = frame.assign(a1=frame["a1"].where(frame.index < 300), b1=frame["b1"].where(frame.index >= 300))
    with pytest.raises(DataError, match="Nobody answered both 'a1' and 'b1'"):
        fit_sem(half, model, missing="fiml")


def test_the_package_offers_it_and_the_reduced_mobile_model_is_sound(real_data):
    fit = csat.fit_sem(mobile(real_data), reduced())
    assert fit.verdict == "ok"
    assert fit.r_squared["satisfaction"] == pytest.approx(
        1 - fit.residuals.set_index(["item", "other"]).at[("satisfaction",) * 2, "estimate"]
    )


def test_a_formative_construct_is_noted():
    model = truth().structure
    formed = replace(model, constructs=tuple(replace(each, mode="B") if each.name == "image" else each for each in model.constructs))
    rows = responses(truth(), 300, seed=71)
    assert fit_sem(rows, formed).notes == ("image is formative (mode B) in the model; here its items are read as its effects",)
    assert fit_sem(rows, model).notes == ()


def test_as_many_respondents_as_items_are_too_few():
    model = truth().structure
    with pytest.raises(ModelError, match=f"{len(model.items)} respondents answered all of the model's {len(model.items)} items: too few"):
        fit_sem(responses(truth(), len(model.items), seed=72), model)
    with pytest.raises(ParamsError, match="confidence: expected a share between 0 and 1"):
        fit_sem(responses(truth(), 100, seed=72), model, confidence=95)
