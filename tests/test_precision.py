"""How exact an index is: the published industries, the definition by hand, planning, two waves."""

import numpy as np
import pandas as pd
import pytest
from known_models import ACSI_SCALE, acsi, acsi_answers, golden, structure, survey_of

from csat_lib.errors import DataError, ParamsError
from csat_lib.index import difference, precision, scores
from csat_lib.model import fit_pls, index_weights
from csat_lib.stats import moments
from csat_lib.study import Construct, Structure, Text
from csat_lib.survey import margin_of, sample_size

MODEL = structure({"quality": ["q1", "q2"], "satisfaction": ["s1"]}, {"satisfaction": ["quality"]})


def answers(n=60, seed=2):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(rng.integers(1, 11, (n, 3)).astype(float), columns=["q1", "q2", "s1"])


@pytest.mark.parametrize("industry", list(golden("acsi_industries", "industries").itertuples()), ids=lambda row: str(row.code))
def test_the_industries_have_the_published_spread_and_half_widths(real_data, industry):
    data = acsi_answers(real_data)
    rows = data[data["INDUSTRY"] == industry.code].dropna(subset=list(ACSI_SCALE))
    weights = index_weights(fit_pls(rows, acsi(), metric="raw", scale=ACSI_SCALE))
    found = precision(rows, acsi(), weights=weights, scale=ACSI_SCALE).set_index("construct").loc["satisfaction"]
    assert found["n"] == industry.n
    # two decimals: half the last digit
    assert (found["estimate"], found["sd"]) == pytest.approx((industry.index, industry.sd), abs=0.00501)
    assert margin_of(250, sd=found["sd"]) == pytest.approx(industry.half_95, abs=0.00501)
    assert margin_of(250, sd=found["sd"], confidence=0.90) == pytest.approx(industry.half_90, abs=0.00501)
    assert found["n_needed"] == sample_size(2, sd=found["sd"])


def test_two_points_cost_246_answers_at_a_spread_of_16_and_424_at_21():
    assert [sample_size(2, sd=sd) for sd in (16, 21)] == [246, 424]


def test_the_spread_is_that_of_the_respondents_own_indices():
    frame, weights = answers(), pd.Series({"q1": 3.0, "q2": 1.0, "s1": 1.0})
    found = precision(frame, MODEL, weights=weights, scale=(1, 10)).set_index("construct")
    own = (0.75 * frame["q1"] + 0.25 * frame["q2"] - 1) / 9 * 100
    row = found.loc["quality"]
    assert (row["estimate"], row["sd"], row["std_error"]) == pytest.approx((own.mean(), own.std(), own.std() / np.sqrt(60)), rel=1e-10)
    assert row["margin"] == pytest.approx(1.959963984540054 * row["std_error"], rel=1e-12)
    assert found.at["satisfaction", "sd"] == pytest.approx(frame["s1"].std() * 100 / 9, rel=1e-10)


def test_without_weights_the_items_of_a_construct_count_alike():
    frame = answers()
    own = (frame[["q1", "q2"]].mean(axis=1) - 1) / 9 * 100
    assert precision(frame, MODEL, scale=(1, 10)).loc[0, ["estimate", "sd"]].tolist() == pytest.approx([own.mean(), own.std()], rel=1e-10)


def test_it_agrees_with_the_scores_of_the_same_survey():
    survey = survey_of(answers(), ["q1", "q2", "s1"])
    found = precision(survey, MODEL)
    shown = scores(survey, MODEL)
    assert found["estimate"].to_numpy() == pytest.approx(shown["estimate"].to_numpy(), rel=1e-10)
    assert found["std_error"].to_numpy() == pytest.approx(shown["std_error"].to_numpy(), rel=1e-10)


def test_unequal_weights_cost_answers():
    frame = answers()
    w = pd.Series(1.0 + np.arange(60) % 4)
    weighted = precision(survey_of(frame, ["q1", "q2", "s1"], weights=w), MODEL).iloc[0]
    deff = 60 * (w**2).sum() / w.sum() ** 2
    assert weighted["n_effective"] == pytest.approx(60 / deff, rel=1e-10)
    assert weighted["margin"] == pytest.approx(margin_of(60, sd=weighted["sd"], deff=deff), rel=1e-10)
    double = precision(frame, MODEL, scale=(1, 10), deff=2.0).iloc[0]
    simple = precision(frame, MODEL, scale=(1, 10)).iloc[0]
    assert double["std_error"] == pytest.approx(simple["std_error"] * np.sqrt(2), rel=1e-12)
    assert double["n_needed"] == pytest.approx(2 * simple["n_needed"], abs=1)


def test_moments_are_enough_and_the_unit_of_an_item_does_not_matter():
    frame = answers()
    one = precision(moments(frame, ["q1", "q2", "s1"], scale=(1, 10)), MODEL)
    scale = {"q1": (10.0, 100.0), "q2": (1.0, 10.0), "s1": (1.0, 10.0)}
    other = precision(frame.assign(q1=10 * frame["q1"]), MODEL, scale=scale)
    pd.testing.assert_frame_equal(one, other, rtol=1e-10)


def test_a_construct_of_higher_order_averages_its_parts():
    parts = (Construct("p", Text(), ("q1",)), Construct("r", Text(), ("q2",)), Construct("s", Text(), ("s1",)))
    model = Structure((*parts, Construct("w", Text(), of=("p", "r"))), {"s": ("w",)}, "s")
    found = precision(answers(), model, scale=(1, 10)).set_index("construct")
    assert found.at["w", "sd"] == pytest.approx(precision(answers(), MODEL, scale=(1, 10)).at[0, "sd"], rel=1e-12)


def test_two_independent_waves_differ_by_the_root_of_both_squared_errors():
    found = difference((72.0, 1.2), (76.0, 1.6))
    assert found[["estimate", "std_error"]].tolist() == pytest.approx([4.0, 2.0], rel=1e-12)
    assert found[["conf_low", "conf_high"]].tolist() == pytest.approx([4 - 2 * 1.959964, 4 + 2 * 1.959964], abs=1e-5)
    assert found["verdict"] == "real"
    assert difference((76.0, 1.6), (72.0, 1.2), confidence=0.99)["verdict"] == "within noise"


def test_bad_input_is_refused_by_name():
    frame = answers()
    with pytest.raises(ParamsError, match="ends of the scale are unknown for q1, q2, s1"):
        precision(frame, MODEL)
    with pytest.raises(ParamsError, match="No weight for the item 's1'"):
        precision(frame, MODEL, weights=pd.Series({"q1": 1.0, "q2": 1.0}), scale=(1, 10))
    with pytest.raises(ParamsError, match="must be numbers from 0 upward"):
        precision(frame, MODEL, weights=pd.Series({"q1": 1.0, "q2": -1.0, "s1": 1.0}), scale=(1, 10))
    with pytest.raises(DataError, match="satisfaction: all 60 respondents have the same index"):
        precision(frame.assign(s1=7.0), MODEL, scale=(1, 10))
    with pytest.raises(ParamsError, match="deff: -1"):
        precision(frame, MODEL, deff=-1, scale=(1, 10))


def test_a_figure_without_an_error_leaves_the_change_unknown():
    assert difference((50.0, np.nan), (80.0, 1.0))["verdict"] == "unknown"
    with pytest.raises(ParamsError, match="confidence: expected a share between 0 and 1"):
        difference((50.0, 1.0), (80.0, 1.0), confidence=95)
