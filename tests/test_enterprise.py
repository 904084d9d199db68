"""The enterprise method: degree and rate of satisfaction on five grades."""

import numpy as np
import pandas as pd
import pytest
from known_models import survey_of

from csat_lib.errors import DataError, ParamsError
from csat_lib.index import overall, satisfaction, satisfaction_degree, satisfaction_rate
from csat_lib.stats import wilson

# The worked example of the method: 25 answers, from very satisfied down.
COUNTS = [10, 5, 6, 3, 1]
GRADES = np.repeat([5.0, 4.0, 3.0, 2.0, 1.0], COUNTS)


def test_the_worked_example_has_a_degree_of_76_and_a_rate_of_84_per_cent():
    assert satisfaction_degree(COUNTS) == pytest.approx(76, abs=1e-12)
    assert satisfaction_rate(COUNTS) == pytest.approx(84, abs=1e-12)


def test_self_rated_and_surveyed_degrees_join_by_forty_to_sixty():
    assert overall(80, 76) == pytest.approx(77.6, abs=1e-12)
    assert overall(80, 76, self_share=0.25) == pytest.approx(77, abs=1e-12)


def test_other_scores_and_another_bound_of_satisfied_are_parameters():
    assert satisfaction_degree([1, 1, 1, 1, 0], scores=(100, 80, 60, 40, 20)) == pytest.approx(70, abs=1e-12)
    assert satisfaction_rate(COUNTS, satisfied=2) == pytest.approx(60, abs=1e-12)


def test_weighted_counts_are_allowed():
    assert satisfaction_degree([2.5, 0, 0, 0, 2.5]) == pytest.approx(60, abs=1e-12)


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ([10, 5, 6, 3], "5 grades need 5 counts, from the best grade down; got 4"),
        ([10, 5, -6, 3, 1], "cannot be negative or missing"),
        ([10, 5, np.nan, 3, 1], "cannot be negative or missing"),
    ],
)
def test_bad_counts_are_refused(counts, words):
    with pytest.raises(ParamsError, match=words):
        satisfaction_degree(counts)


def test_no_answers_have_no_degree():
    for figure in (satisfaction_degree, satisfaction_rate):
        with pytest.raises(DataError, match="all counts are zero"):
            figure([0, 0, 0, 0, 0])


@pytest.mark.parametrize("satisfied", [0, 5])
def test_a_rate_needs_grades_on_both_sides(satisfied):
    with pytest.raises(ParamsError, match="expected 1 to 4 of the 5 grades"):
        satisfaction_rate(COUNTS, satisfied=satisfied)


def test_a_share_beyond_one_is_refused():
    with pytest.raises(ParamsError, match="expected a share between 0 and 1"):
        overall(80, 76, self_share=40)


def test_a_survey_of_the_worked_example_gives_the_same_figures():
    found = satisfaction(survey_of(pd.DataFrame({"range": GRADES}), ["range"], low=1, high=5), ["range"])
    own = found[found["item"] == "range"].set_index("metric")
    assert own["estimate"].to_dict() == pytest.approx({"degree": 76, "rate": 84}, abs=1e-12)
    assert own.loc["degree", "std_error"] == pytest.approx((20 * GRADES).std(ddof=1) / 5, rel=1e-12)
    assert (own["n"] == 25).all()
    low, high = own.loc["rate", ["conf_low", "conf_high"]]
    # Wilson for 21 of 25; an equivalent sample of 24 is what the linearised standard error with n - 1 amounts to.
    assert low == pytest.approx(100 * wilson(0.84, 25)[0], abs=1)
    assert high == pytest.approx(100 * wilson(0.84, 25)[1], abs=1)


def test_all_items_together_count_every_answer_once():
    frame = pd.DataFrame({"range": GRADES, "staff": np.where(np.arange(25) < 10, 5.0, np.nan)})
    found = satisfaction(survey_of(frame, ["range", "staff"], low=1, high=5), ["range", "staff"])
    together = found[found["item"] == "all"].set_index("metric")["estimate"]
    counts = [20, 5, 6, 3, 1]
    assert together["degree"] == pytest.approx(satisfaction_degree(counts), abs=1e-12)
    assert together["rate"] == pytest.approx(satisfaction_rate(counts), abs=1e-12)


def test_survey_weights_weigh_the_answers():
    weights = pd.Series(np.where(GRADES == 1, 5.0, 1.0))
    found = satisfaction(survey_of(pd.DataFrame({"range": GRADES}), ["range"], low=1, high=5, weights=weights), ["range"])
    own = found[found["item"] == "range"].set_index("metric")
    assert own.loc["degree", "estimate"] == pytest.approx(satisfaction_degree([10, 5, 6, 3, 5]), abs=1e-10)
    assert (own["n"] == 25).all()
    assert own["n_effective"].to_numpy() == pytest.approx([29**2 / 49] * 2, rel=1e-12)


def test_segments_follow_all():
    frame = pd.DataFrame({"range": GRADES, "region": np.where(GRADES >= 4, "north", "south")})
    found = satisfaction(survey_of(frame, ["range"], low=1, high=5, roles={"region": "segment"}), ["range"], by="region")
    degree = found[(found["metric"] == "degree") & (found["item"] == "range")].set_index("segment")["estimate"]
    assert degree["north"] == pytest.approx(satisfaction_degree([10, 5, 0, 0, 0]), abs=1e-10)
    assert degree["south"] == pytest.approx(satisfaction_degree([0, 0, 6, 3, 1]), abs=1e-10)


def test_an_item_on_another_scale_is_refused_by_name():
    with pytest.raises(ParamsError, match="range: the enterprise method needs five grades; its scale runs from 1 to 10"):
        satisfaction(survey_of(pd.DataFrame({"range": [1.0, 10.0]}), ["range"]), ["range"])


def test_item_weights_weigh_the_answers_and_leave_dont_know_out_of_both_sums():
    frame = pd.DataFrame({"range": GRADES, "staff": np.where(np.arange(25) < 10, 4.0, np.nan)})
    survey = survey_of(frame, ["range", "staff"], low=1, high=5)
    found = satisfaction(survey, ["range", "staff"], weights=pd.Series({"range": 3.0, "staff": 1.0}))
    together = found[found["item"] == "all"].set_index("metric")["estimate"]
    # By the formula: (3 x (100 + 40 + 36 + 12 + 2) + 1 x 10 x 8) / (10 x (3 x 25 + 1 x 10)); (3 x 21 + 10) / (3 x 25 + 10).
    assert together["degree"] == pytest.approx(100 * (3 * 190 + 80) / (10 * 85), abs=1e-10)
    assert together["rate"] == pytest.approx(100 * 73 / 85, abs=1e-10)


def test_the_size_of_item_weights_does_not_matter_but_their_names_do():
    frame = pd.DataFrame({"range": GRADES, "staff": GRADES[::-1]})
    survey = survey_of(frame, ["range", "staff"], low=1, high=5)
    one = satisfaction(survey, ["range", "staff"], weights=pd.Series({"range": 3.0, "staff": 1.0}))
    two = satisfaction(survey, ["range", "staff"], weights=pd.Series({"range": 0.75, "staff": 0.25}))
    pd.testing.assert_frame_equal(one, two, rtol=1e-12)
    with pytest.raises(ParamsError, match="No weight for the item 'staff'"):
        satisfaction(survey, ["range", "staff"], weights=pd.Series({"range": 1.0}))
