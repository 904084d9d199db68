"""Sources and customer classes with weighting coefficients."""

import numpy as np
import pandas as pd
import pytest
from known_models import survey_of

from csat_lib.errors import DataError, ParamsError
from csat_lib.index import class_satisfaction, overall, satisfaction, satisfaction_degree, source_satisfaction
from csat_lib.study import load_study

# The worked example of the method: 25 answers, from very satisfied down; degree 76, rate 84.
GRADES = np.repeat([5.0, 4.0, 3.0, 2.0, 1.0], [10, 5, 6, 3, 1])
KIND = np.repeat([5.0, 4.0, 3.0], [4, 12, 4])  # (40 + 96 + 24) / 200 = 80 %, 100 %


def survey(grades, **more):
    return survey_of(pd.DataFrame({"range": grades, **more}), ["range"], low=1, high=5, roles=dict.fromkeys(more, "segment"))


def figure(table, source, metric="degree", item="all", column="estimate"):
    lead = table.columns[0]
    return table.loc[(table[lead] == source) & (table["metric"] == metric) & (table["item"] == item), column].item()


def test_self_rated_and_surveyed_join_by_their_coefficients_as_in_the_method():
    found = source_satisfaction(
        {"self_rated": survey(KIND), "customers": survey(GRADES)}, ["range"], shares={"self_rated": 0.4, "customers": 0.6}
    )
    assert figure(found, "self_rated") == pytest.approx(80, abs=1e-10)
    assert figure(found, "all") == pytest.approx(overall(80, 76), abs=1e-10)
    assert figure(found, "all", "rate") == pytest.approx(overall(100, 84), abs=1e-10)
    own = [figure(found, name, column="std_error") for name in ("self_rated", "customers")]
    assert figure(found, "all", column="std_error") == pytest.approx(np.hypot(0.4 * own[0], 0.6 * own[1]), rel=1e-12)
    assert found["source"].drop_duplicates().tolist() == ["all", "self_rated", "customers"]
    assert found.drop_duplicates("source").set_index("source")["share"].to_dict() == {"all": 1.0, "self_rated": 0.4, "customers": 0.6}


def test_classes_count_by_their_coefficient_and_not_by_their_size():
    both = survey(np.concatenate([KIND, GRADES]), kind=["dealer"] * 20 + ["buyer"] * 25)
    found = class_satisfaction(both, ["range"], by="kind", shares={"dealer": 0.7, "buyer": 0.3})
    assert figure(found, "all") == pytest.approx(0.7 * 80 + 0.3 * satisfaction_degree([10, 5, 6, 3, 1]), abs=1e-10)
    alone = satisfaction(both, ["range"], by="kind").query("item == 'all' and metric == 'degree'").set_index("segment")["std_error"]
    # Without clusters the classes are independent; 45/44 on all against 20/19 and 25/24 within is what differs.
    assert figure(found, "all", column="std_error") == pytest.approx(np.hypot(0.7 * alone["dealer"], 0.3 * alone["buyer"]), rel=0.02)


def test_coefficients_that_are_the_shares_of_the_sample_give_the_plain_figure():
    both = survey(np.concatenate([KIND, GRADES]), kind=["dealer"] * 20 + ["buyer"] * 25)
    found = class_satisfaction(both, ["range"], by="kind", shares={"dealer": 20 / 45, "buyer": 25 / 45})
    plain = satisfaction(both, ["range"]).query("item == 'all'").set_index("metric")["estimate"]
    assert figure(found, "all") == pytest.approx(plain["degree"], abs=1e-10)
    assert figure(found, "all", "rate") == pytest.approx(plain["rate"], abs=1e-10)


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        ({"dealer": 0.6, "buyer": 0.6}, "dealer 0.6, buyer 0.6: they sum to 1.2, not to 1"),
        ({"dealer": 1.0}, "the class of kind 'buyer' has none. Give it one, 0 where it does not count"),
        ({"dealer": 1.4, "buyer": -0.4}, "dealer: 1.4; a coefficient is from 0 to 1"),
    ],
)
def test_coefficients_that_cannot_be_are_refused(shares, words):
    both = survey(np.concatenate([KIND, GRADES]), kind=["dealer"] * 20 + ["buyer"] * 25)
    with pytest.raises(ParamsError, match=words):
        class_satisfaction(both, ["range"], by="kind", shares=shares)


def test_a_class_that_counts_but_did_not_answer_is_named():
    both = survey(np.concatenate([KIND, GRADES]), kind=["dealer"] * 20 + ["buyer"] * 25)
    with pytest.raises(DataError, match=r"nobody of the class 'agent' answered, but its coefficient is 0.5"):
        class_satisfaction(both, ["range"], by="kind", shares={"dealer": 0.25, "buyer": 0.25, "agent": 0.5})
    silent = survey_of(pd.DataFrame({"range": [np.nan, np.nan], "kind": ["a", "a"]}), ["range"], low=1, high=5, roles={"kind": "segment"})
    with pytest.raises(DataError, match="silent: no answers to the five-grade items"):
        source_satisfaction({"silent": silent, "customers": survey(GRADES)}, ["range"], shares={"silent": 0.4, "customers": 0.6})


def test_a_source_without_a_coefficient_is_named():
    with pytest.raises(ParamsError, match=r"no source 'custmers'. Did you mean 'customers'"):
        source_satisfaction({"customers": survey(GRADES)}, ["range"], shares={"custmers": 1.0})


def test_a_study_states_its_coefficients_and_they_must_sum_to_one(tiny_project):
    weights = "class_weights: {attribute: region, weights: {n: 0.7, s: 0.3}}\n"
    study = "title: Shop\nmodel: acsi\nsegments: [region]\n"
    loaded = load_study("shop", "2026Q3", root=tiny_project(study=study + weights))
    assert loaded.parameters.class_weights.weights == {"n": 0.7, "s": 0.3}
    with pytest.raises(ParamsError, match=r"study.yaml: class_weights: weights: the coefficients of n, s sum to 1\.1, not to 1"):
        load_study("shop", "2026Q3", root=tiny_project(study=study + weights.replace("0.7", "0.8")))
