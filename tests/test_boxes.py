"""Top and bottom boxes, CSAT, net promoter score, customer effort score."""

import numpy as np
import pandas as pd
import pytest
from known_models import survey_of
from statsmodels.stats.proportion import proportion_confint

from csat_lib.errors import ParamsError
from csat_lib.index import box_shares, ces, csat, nps

# 50 promoters, 30 passives and 20 detractors: NPS 30, variance .5 + .2 - .3^2 = .61 (the textbook formula).
PROMOTERS = np.repeat([10.0, 9.0, 8.0, 7.0, 6.0, 0.0], [30, 20, 10, 20, 15, 5])


def survey(values, low, high, **more):
    return survey_of(pd.DataFrame({"item": values}), ["item"], low=low, high=high, **more)


def test_nps_is_promoters_less_detractors_with_the_textbook_variance():
    found = nps(survey(PROMOTERS, 0, 10), "item").set_index("metric")
    assert found["estimate"].to_dict() == pytest.approx({"nps": 30, "promoters": 50, "passives": 30, "detractors": 20}, abs=1e-10)
    # The linearised error divides by n - 1 where the textbook has n.
    assert found.loc["nps", "std_error"] == pytest.approx(100 * np.sqrt(0.61 / 99), rel=1e-12)
    assert found.loc["nps", "conf_low"] == pytest.approx(30 - 1.959964 * 100 * np.sqrt(0.61 / 99), abs=1e-5)
    assert (found["n"] == 100).all()


@pytest.mark.parametrize("scale", [(1, 10), (1, 5), (0, 100)])
def test_nps_on_another_scale_is_refused_by_name(scale):
    with pytest.raises(ParamsError, match=f"item: the net promoter score is defined on 0-10; the scale runs from {scale[0]} to {scale[1]}"):
        nps(survey([scale[0], scale[1]], *scale), "item")


def test_the_interval_of_a_share_is_wilsons():
    found = box_shares(survey(np.repeat([5.0, 4.0, 3.0, 2.0, 1.0], [10, 5, 6, 3, 1]), 1, 5), ["item"]).set_index("metric")
    assert found["estimate"].to_dict() == pytest.approx({"top_2": 60, "bottom_2": 16}, abs=1e-10)
    # 24: the n of a simple sample whose error has n - 1 below it; statsmodels does not ask for a whole count.
    low, high = proportion_confint(0.6 * 24, 24, method="wilson")
    assert found.loc["top_2", ["conf_low", "conf_high"]].tolist() == pytest.approx([100 * low, 100 * high], rel=1e-9)


def test_weights_and_segments_enter_every_box_score():
    values, weights = np.array([10.0, 9.0, 6.0, 8.0]), pd.Series([1.0, 1.0, 2.0, 4.0])
    frame = pd.DataFrame({"item": values, "region": ["n", "n", "s", "s"]})
    found = nps(survey_of(frame, ["item"], low=0, high=10, roles={"region": "segment"}, weights=weights), "item", by="region")
    own = found[found["metric"] == "nps"].set_index("segment")
    assert own["estimate"].to_dict() == pytest.approx({"all": 0, "n": 100, "s": -100 / 3}, abs=1e-10)
    assert own.loc["all", "n_effective"] == pytest.approx(64 / 22, rel=1e-12)


def test_csat_is_the_top_two_of_five_points_and_asks_on_other_scales():
    assert csat(survey([5.0, 4.0, 3.0, 1.0], 1, 5), "item")["estimate"].item() == pytest.approx(50)
    assert csat(survey([10.0, 8.0, 7.0, 1.0], 1, 10), "item", boxes=3)["estimate"].item() == pytest.approx(50)
    with pytest.raises(ParamsError, match=r"CSAT is the top two of five points; the scale runs from 1 to 10. Say boxes="):
        csat(survey([10.0, 8.0], 1, 10), "item")


def test_ces_is_the_mean_on_its_scale_and_the_share_that_found_it_easy():
    found = ces(survey([7.0, 6.0, 5.0, 4.0, 1.0], 1, 7), "item").set_index("metric")["estimate"]
    assert found.to_dict() == pytest.approx({"ces": 4.6, "easy": 60}, abs=1e-10)
    with pytest.raises(ParamsError, match="item: the customer effort score is defined on 1-7 or 1-5; the scale runs from 0 to 10"):
        ces(survey([0.0, 10.0], 0, 10), "item")


def test_more_boxes_than_points_are_refused():
    with pytest.raises(ParamsError, match="top=5: item has 5 points, so expected 1 to 4"):
        box_shares(survey([1.0, 5.0], 1, 5), ["item"], top=5)
