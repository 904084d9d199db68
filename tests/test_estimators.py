"""PLS, consistent PLS and covariance structure side by side."""

import numpy as np
import pytest
from known_models import ACSI_BLOCKS, ACSI_PATHS, acsi_answers, ecsi, golden, mobile, reduced, structure, truth, two_orders

from csat_lib.errors import DataError, ModelError
from csat_lib.model import compare_estimators, fit_pls, fit_sem
from csat_lib.model.estimators import agreement
from csat_lib.simulate import responses
from csat_lib.stats import moments


@pytest.fixture(scope="module")
def ecsi_compared(real_data):
    return compare_estimators(mobile(real_data), ecsi())


def keyed(frame):
    return frame.set_index(["cause", "effect"])


def test_each_column_is_that_of_its_own_program(real_data):
    # seminr's PLSc and PLS (factorial scheme) of the reduced mobile model, six digits
    found = compare_estimators(mobile(real_data), reduced(), how={"scheme": "factorial"})
    wanted = keyed(golden("seminr_reduced", "plsc_paths"))["estimate"]
    assert keyed(found.paths)["plsc"][wanted.index].to_numpy() == pytest.approx(wanted.to_numpy(), abs=1e-6)
    assert found.verdicts["verdict"].tolist() == ["ok", "ok", "ok"]
    own = fit_pls(mobile(real_data), reduced(), scheme="factorial").paths["estimate"]
    assert found.paths["pls"].to_numpy() == pytest.approx(own.to_numpy(), rel=1e-12)


def test_acsi_has_lavaans_column_and_an_expectation_path_of_opposite_signs(real_data):
    blocks = {name: ACSI_BLOCKS[name] for name in ("expectations", "quality", "value", "satisfaction")}
    model = structure(blocks, {name: ACSI_PATHS[name] for name in ("quality", "value", "satisfaction")})
    answers = acsi_answers(real_data).dropna(subset=[*model.items, "REPUR"])
    found = keyed(compare_estimators(answers, model).paths)
    wanted = keyed(golden("lavaan_acsi", "paths"))["estimate"]
    assert found["cbsem"][wanted.index].to_numpy() == pytest.approx(wanted.to_numpy(), abs=1e-4)
    # +.02 by PLS and -.04 by covariance structure on the same answers
    assert found.at[("expectations", "satisfaction"), "pls"] > 0 > found.at[("expectations", "satisfaction"), "cbsem"]
    assert "opposite signs" in found.at[("expectations", "satisfaction"), "verdict"]
    assert found.at[("value", "satisfaction"), "verdict"] == "agree"


def test_estimators_that_are_not_ok_are_blank_with_their_reasons(ecsi_compared):
    assert ecsi_compared.paths[["plsc", "cbsem", "plsc_less_pls", "cbsem_less_pls", "cbsem_less_plsc"]].isna().all(axis=None)
    assert ecsi_compared.paths["pls"].notna().all()
    assert set(ecsi_compared.paths["verdict"]) == {"no second estimate"}
    verdicts = ecsi_compared.verdicts.groupby("estimator")["verdict"].first()
    assert verdicts.to_dict() == {"pls": "ok", "plsc": "inadmissible", "cbsem": "inadmissible"}
    said = " | ".join(ecsi_compared.verdicts.loc[ecsi_compared.verdicts["estimator"] == "cbsem", "reason"])
    assert "satisfaction -> loyalty (3.27)" in said


def test_the_numbers_as_computed_stand_in_the_appendix_only(ecsi_compared):
    appendix = keyed(ecsi_compared.appendix)
    assert appendix.notna().all(axis=None)
    assert appendix.at[("satisfaction", "loyalty"), "cbsem"] > 3


def test_differences_are_those_of_the_columns():
    found = compare_estimators(responses(truth(), 800, seed=2), truth().structure).paths
    assert (found["plsc"] - found["pls"]).to_numpy() == pytest.approx(found["plsc_less_pls"].to_numpy(), abs=1e-15)
    assert (found["cbsem"] - found["plsc"]).to_numpy() == pytest.approx(found["cbsem_less_plsc"].to_numpy(), abs=1e-15)


def test_on_factor_data_the_two_that_correct_for_error_agree_and_pls_falls_short():
    found = keyed(compare_estimators(responses(truth(), 6000, seed=3), truth().structure).paths)
    assert found["cbsem_less_plsc"].abs().max() < 0.03
    assert found.at[("quality", "satisfaction"), "plsc_less_pls"] > 0.02
    for path, value in truth().paths.items():
        assert found.at[path, "cbsem"] == pytest.approx(value, abs=0.06)


def test_moments_are_enough():
    frame, model = responses(truth(), 300, seed=4), truth().structure
    one, other = compare_estimators(frame, model), compare_estimators(moments(frame, model.items), model)
    assert other.appendix.iloc[:, 2:].to_numpy() == pytest.approx(one.appendix.iloc[:, 2:].to_numpy(), rel=1e-12)


def test_an_estimator_without_an_answer_leaves_its_column_blank():
    # single items only: nothing for consistent PLS to correct; the residual covariances make the covariance structure unidentified
    model = structure({"a": ["i1"], "satisfaction": ["s1"]}, {"satisfaction": ["a"]})
    found = compare_estimators(responses(truth(), 200, seed=5), model, covariances=(("i1", "s1"),))
    verdicts = found.verdicts.set_index("estimator")
    assert verdicts["verdict"].to_dict() == {"pls": "ok", "plsc": "not estimated", "cbsem": "not estimated"}
    assert "not identified" in verdicts.at["cbsem", "reason"]
    assert found.appendix[["plsc", "cbsem"]].isna().all(axis=None)


def test_agreement_is_of_sign_and_size():
    assert agreement(0.50, 0.58, 0.45) == "more than 0.1 apart"
    assert agreement(0.50, 0.58, 0.49) == "agree"
    assert agreement(0.10, -0.05, np.nan) == "opposite signs, more than 0.1 apart"
    assert agreement(0.02, -0.04, 0.0) == "opposite signs"
    assert agreement(0.30, np.nan, np.nan) == "no second estimate"


def test_what_pls_refuses_is_refused():
    frame, model = responses(truth(), 200, seed=6), truth().structure
    with pytest.raises(DataError, match="s1"):
        compare_estimators(frame.drop(columns="s1"), model)
    with pytest.raises(ModelError, match="all 200 answers are the same"):
        compare_estimators(frame.assign(s1=5.0), model)


def test_pls_is_estimated_as_the_study_says():
    frame, model = responses(truth(), 300, seed=7), truth().structure
    how = {"scheme": "centroid", "metric": "raw", "mode": {"image": "B"}, "tolerance": 1e-10}
    found = compare_estimators(frame, model, how=how)
    assert found.paths["pls"].tolist() == fit_pls(frame, model, **how).paths["estimate"].tolist()


def test_gaps_are_filled_by_the_studys_rule_and_by_full_information():
    frame, model = responses(truth(), 300, seed=8), truth().structure
    gaps = frame.mask(np.random.default_rng(9).uniform(size=frame.shape) < 0.05)
    found = compare_estimators(gaps, model, how={"missing": "mean"})
    verdicts = found.verdicts.set_index("estimator")
    assert verdicts[["missing", "n"]].to_numpy().tolist() == [["mean", 300], ["mean", 300], ["fiml", 300]]
    assert found.appendix["pls"].tolist() == fit_pls(gaps, model, missing="mean").paths["estimate"].tolist()
    assert found.appendix["cbsem"].to_numpy() == pytest.approx(fit_sem(gaps, model, missing="fiml").paths["estimate"].to_numpy(), abs=1e-10)
    listwise = compare_estimators(gaps, model).verdicts.set_index("estimator")
    assert listwise["n"].tolist() == [len(gaps.dropna())] * 3
    assert set(listwise["missing"]) == {"listwise"}
    filled = compare_estimators(moments(gaps, model.items, missing="mean"), model).verdicts.set_index("estimator")
    assert "full information needs the rows" in filled.at["cbsem", "reason"]


def test_a_formative_block_is_not_estimated_as_a_reflective_one():
    frame = responses(truth(), 300, seed=10)
    verdicts = compare_estimators(frame, truth().structure, how={"mode": {"image": "B"}}).verdicts.set_index("estimator")
    assert verdicts.loc["cbsem", ["verdict", "reason"]].tolist() == ["not estimated", "image is formative (mode B)"]
    assert verdicts.at["plsc", "verdict"] == "ok"
    parts = compare_estimators(frame, two_orders(), how={"mode": {"quality": "B"}}).verdicts.set_index("estimator")
    assert parts.at["cbsem", "reason"] == "quality is formative (mode B)"
