"""The two conventions of five grades, and bands."""

import numpy as np
import pandas as pd
import pytest
from known_models import survey_of

from csat_lib.errors import ParamsError
from csat_lib.index import BANDS, Bands, banded, bands_of, convert, grade_scores, satisfaction
from csat_lib.study import load_study

GRADES = np.repeat([5.0, 4.0, 3.0, 2.0, 1.0], [10, 5, 6, 3, 1])


def test_the_worked_example_is_76_in_one_convention_and_70_in_the_other():
    survey = survey_of(pd.DataFrame({"range": GRADES}), ["range"], low=1, high=5)
    twenty, hundred = (grade_scores(survey, ["range"], convention=name) for name in ("grades_20", "hundred"))
    degree = satisfaction(survey, ["range"]).query("item == 'range' and metric == 'degree'")
    assert twenty["estimate"].item() == pytest.approx(degree["estimate"].item(), abs=1e-10)
    assert hundred["estimate"].item() == pytest.approx(100 * (10 * 4 + 5 * 3 + 6 * 2 + 3) / (25 * 4), abs=1e-10)
    assert (twenty["convention"].item(), hundred["convention"].item()) == ("grades_20", "hundred")
    assert convert(76, given="grades_20", wanted="hundred") == pytest.approx(hundred["estimate"].item(), abs=1e-10)


def test_conversion_goes_there_and_back():
    assert convert(convert(61.8, given="hundred", wanted="grades_20"), given="grades_20", wanted="hundred") == pytest.approx(61.8)
    with pytest.raises(ParamsError, match="10 is no score of the convention grades_20: it runs from 20 to 100"):
        convert(10, given="grades_20", wanted="hundred")


def test_the_default_bands_are_the_same_grades_in_both_conventions():
    for name in ("excellent", "good", "fair"):
        assert convert(getattr(BANDS["hundred"], name), given="hundred", wanted="grades_20") == getattr(BANDS["grades_20"], name)


def test_a_score_on_a_bound_belongs_to_the_better_band():
    bands = Bands(85, 75, 60, "hundred", "client's manual, section 4")
    found = banded(pd.DataFrame({"estimate": [85, 84.9, 75, 60, 59.9, np.nan]}), bands=bands)
    assert found["band"].tolist() == ["excellent", "good", "good", "fair", "poor", ""]
    assert set(found["band_source"]) == {"client's manual, section 4"}


def test_bands_of_the_other_convention_are_refused():
    survey = survey_of(pd.DataFrame({"range": GRADES}), ["range"], low=1, high=5)
    with pytest.raises(ParamsError, match="bands are for the convention hundred, the scores are in grades_20"):
        banded(grade_scores(survey, ["range"], convention="grades_20"))


def test_a_study_may_state_its_bands(tiny_project):
    plain = "title: Shop\nmodel: acsi\n"
    stated = plain + "bands: {excellent: 85, good: 75, fair: 60, source: client's manual}\n"
    assert bands_of(load_study("shop", root=tiny_project(study=plain))) == BANDS["hundred"]
    assert bands_of(load_study("shop", root=tiny_project(study=stated))) == Bands(85, 75, 60, "hundred", "client's manual")


def test_bands_must_fall_and_name_their_source():
    with pytest.raises(ParamsError, match="excellent 60, good 75, fair 50: the bounds must fall"):
        Bands(60, 75, 50, "hundred", "somebody")
    with pytest.raises(ParamsError, match="source is empty"):
        Bands(85, 75, 60, "hundred", " ")
