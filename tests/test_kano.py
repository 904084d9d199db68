"""The Kano questionnaire: evaluation table, categories, their clearness, better and worse."""

import numpy as np
import pandas as pd
import pytest
from known_models import survey_of
from statsmodels.stats.proportion import proportion_confint

from csat_lib.drivers import kano
from csat_lib.errors import DataError, ModelError, ParamsError
from csat_lib.study.settings import KanoPair

# Answers (functional, dysfunctional) that give each category, by the evaluation table.
ANSWERS = {"M": (2, 5), "O": (1, 5), "A": (1, 3), "I": (3, 3), "R": (5, 1), "Q": (1, 1)}
# Counts M O A I R Q of five features of a maker of cleaning equipment, and what the README of the R package stp25kano prints for them.
PRINTED = {
    "service_app": ([95, 123, 45, 33, 0, 0], "O", 0.89, 0.09, 0.568, -0.736, 28, 19.4),
    "excellent_service": ([101, 54, 54, 81, 3, 3], "M", 0.71, 0.07, 0.372, -0.534, 20, 18.5),
    "hotline": ([15, 24, 121, 124, 6, 6], "I", 0.54, 0.01, 0.511, -0.137, 3, 19.8),
    "loan_machine": ([65, 87, 93, 51, 0, 0], "A", 0.83, 0.02, 0.608, -0.514, 6, 18.5),
    "ready_to_use": ([9, 18, 83, 177, 6, 3], "I", 0.37, 0.32, 0.352, -0.094, 94, 19.9),
}


def answered(counts):
    pairs = [ANSWERS[letter] for letter, count in zip("MOAIRQ", counts, strict=True) for _ in range(count)]
    return pd.DataFrame(pairs, columns=["f", "d"], dtype=float)


@pytest.mark.parametrize("feature", PRINTED)
def test_a_published_table_comes_back(feature):
    counts, category, total, strength, better, worse, difference, critical = PRINTED[feature]
    found = kano(answered(counts), {feature: ("f", "d")}).iloc[0]
    assert found["category"] == category
    assert found["total_strength"] == pytest.approx(total, abs=0.00501)  # printed without decimals
    assert found["strength"] == pytest.approx(strength, abs=0.00501)
    assert found["better"] == pytest.approx(better, abs=0.000501)
    assert found["worse"] == pytest.approx(worse, abs=0.000501)
    assert found["difference"] == pytest.approx(difference)
    assert found["critical"] == pytest.approx(critical, abs=0.0501)


def test_intervals_are_wilson_s_and_stand_in_order():
    # M 30, O 20, A 25, I 25 of 100: better (A + O) 45 %, worse (M + O) 50 %; the error of a mean of n answers is that of n - 1 draws.
    found = kano(answered([30, 20, 25, 25, 0, 0]), {"app": ("f", "d")}, confidence=0.9).iloc[0]
    for word, share, sign in (("better", 0.45, 1), ("worse", 0.50, -1)):
        ends = sorted(sign * end for end in proportion_confint(share * 99, 99, alpha=0.1, method="wilson"))
        assert found[[f"{word}_low", f"{word}_high"]].tolist() == pytest.approx(ends, abs=1e-9)


def test_the_evaluation_table_is_that_of_berger_and_others():
    expected = {
        (1, 1): "Q", (1, 2): "A", (1, 3): "A", (1, 4): "A", (1, 5): "O", (2, 1): "R", (3, 1): "R", (4, 1): "R", (5, 1): "R",
        (5, 2): "R", (5, 3): "R", (5, 4): "R", (5, 5): "Q", (2, 5): "M", (3, 5): "M", (4, 5): "M",
    }  # fmt: skip
    words = {"M": "must_be", "O": "one_dimensional", "A": "attractive", "I": "indifferent", "R": "reverse", "Q": "questionable"}
    for f in range(1, 6):
        for d in range(1, 6):
            frame = pd.DataFrame({"f": [f, 3], "d": [d, 3]}, dtype=float)
            found = kano(frame, {"x": ("f", "d")}).iloc[0]
            letter = expected.get((f, d), "I")
            assert found[words[letter]] == (1 if letter == "I" else 0.5)


def test_verdicts_say_how_clear_the_category_is():
    verdicts = {name: kano(answered(PRINTED[name][0]), {name: ("f", "d")})["verdict"].iloc[0] for name in PRINTED}
    assert verdicts == {
        "service_app": "clear",
        "excellent_service": "clear",
        "hotline": "combination",
        "loan_machine": "combination",
        "ready_to_use": "clear",
    }
    assert kano(answered([5, 7, 4, 2, 0, 0]), {"x": ("f", "d")})["verdict"].iloc[0] == "not significant"


def test_ties_go_to_must_be_first():
    assert kano(answered([4, 4, 4, 4, 0, 0]), {"x": ("f", "d")})["category"].iloc[0] == "M"
    assert kano(answered([0, 4, 4, 4, 0, 0]), {"x": ("f", "d")})["category"].iloc[0] == "O"


def test_weights_are_duplicated_rows_in_the_shares_and_missing_answers_count_for_nobody():
    frame = answered([3, 5, 4, 2, 1, 1])
    times = np.arange(len(frame)) % 3 + 1
    weighted = kano(frame, {"x": ("f", "d")}, weights=pd.Series(times, index=frame.index, dtype=float))
    repeated = kano(frame.loc[frame.index.repeat(times)].reset_index(drop=True), {"x": ("f", "d")})
    shares = ["must_be", "one_dimensional", "attractive", "indifferent", "reverse", "questionable", "better", "worse"]
    np.testing.assert_allclose(weighted[shares].to_numpy(float), repeated[shares].to_numpy(float), rtol=1e-12)
    assert weighted["n"].iloc[0] == 16
    gaps = pd.concat([frame, pd.DataFrame({"f": [1.0, np.nan], "d": [np.nan, 5.0]})], ignore_index=True)
    pd.testing.assert_frame_equal(kano(gaps, {"x": ("f", "d")}), kano(frame, {"x": ("f", "d")}))


def test_a_survey_brings_weights_and_clusters():
    frame = pd.concat([answered([30, 20, 30, 20, 0, 0])] * 2, ignore_index=True).assign(shop=[f"s{row // 10}" for row in range(200)])
    plain = kano(survey_of(frame, ["f", "d"], low=1, high=5), {"x": KanoPair(functional="f", dysfunctional="d")}).iloc[0]
    clustered = kano(survey_of(frame, ["f", "d"], low=1, high=5, roles={"shop": "cluster"}), {"x": ("f", "d")}).iloc[0]
    assert clustered["better"] == plain["better"]
    assert clustered["better_high"] - clustered["better_low"] > 1.5 * (plain["better_high"] - plain["better_low"])
    assert plain["worse_low"] < plain["worse"] < plain["worse_high"]


def test_bad_input_is_named():
    frame = answered([3, 3, 3, 3, 0, 0]).assign(nobody=np.nan, odd=7.0)
    with pytest.warns(UserWarning, match="Feature 'y' was left out: nobody answered both"):
        found = kano(frame, {"x": ("f", "d"), "y": ("f", "nobody")})
    assert found["item"].tolist() == ["x"]
    with pytest.warns(UserWarning, match="check the codes"), pytest.raises(ModelError, match="No feature is left of: x"):
        kano(answered([0, 0, 0, 0, 5, 0]), {"x": ("f", "d")})
    with pytest.raises(DataError, match="the column 'odd' holds 7, which is none of the answers 1, 2, 3, 4, 5"):
        kano(frame, {"x": ("f", "odd")})
    with pytest.raises(ParamsError, match="name two different items"):
        kano(frame, {"x": ("f", "f")})
    with pytest.raises(ParamsError, match="five different codes"):
        kano(frame, {"x": ("f", "d")}, answers=(1, 2, 3))
    with pytest.raises(ParamsError, match="No pairs of questions were named"):
        kano(frame, {})


def test_codes_may_run_the_other_way():
    frame = answered([4, 9, 3, 2, 0, 0])
    pd.testing.assert_frame_equal(kano(6 - frame, {"x": ("f", "d")}, answers=(5, 4, 3, 2, 1)), kano(frame, {"x": ("f", "d")}))
