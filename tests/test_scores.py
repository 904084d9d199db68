"""Scores from 0 to 100 with intervals, by segment, weighted and clustered."""

import numpy as np
import pandas as pd
import pytest
from known_models import structure, survey_of

from csat_lib.errors import ParamsError
from csat_lib.index import item_scores, on_hundred, scores
from csat_lib.index.scores import item_shares
from csat_lib.stats import weighted_mean
from csat_lib.study import Construct, Structure, Text

ITEMS = ["s1", "s2", "s3", "l1"]


@pytest.fixture(scope="module")
def model():
    return structure({"satisfaction": ["s1", "s2", "s3"], "loyalty": ["l1"]}, {"loyalty": ["satisfaction"]})


@pytest.fixture(scope="module")
def frame():
    draw = np.random.default_rng(21)
    level = draw.normal(size=(400, 1))
    answers = np.clip(np.round(7 + 1.2 * level + draw.normal(size=(400, 4))), 1, 10)
    return pd.DataFrame(answers, columns=ITEMS).assign(
        region=draw.choice(["north", "south"], size=400), w=draw.gamma(3.0, size=400), branch=np.repeat(np.arange(50), 8)
    )


# Means of three items, their weights, and the index, worked by hand.
@pytest.mark.parametrize(
    ("means", "weights", "index"),
    [
        ((8.5259, 7.5950, 7.7348), None, 77.243333),
        ((8.5259, 7.5950, 7.7348), (0.39, 0.34, 0.27), 77.731078),
        ((7.988, 7.128, 7.316), (0.0158, 0.0231, 0.0263), 71.247103),
        ((1, 1, 1), (0.2, 0.5, 0.3), 0.0),
        ((10, 10, 10), (0.2, 0.5, 0.3), 100.0),
    ],
)
def test_the_index_of_worked_means(model, means, weights, index):
    survey = survey_of(pd.DataFrame([[*means, 5.0]] * 3, columns=ITEMS), ITEMS)
    given = None if weights is None else pd.Series([*weights, 1.0], index=ITEMS)
    found = scores(survey, model, weights=given).set_index("construct")
    assert found.loc["satisfaction", "estimate"] == pytest.approx(index, abs=5e-7)


def test_equal_weights_are_the_well_known_special_case(frame, model):
    found = scores(survey_of(frame, ITEMS), model).set_index("construct")
    total = frame[["s1", "s2", "s3"]].sum(axis=1)
    assert found.loc["satisfaction", "estimate"] == pytest.approx(((total - 3) / 27 * 100).mean(), rel=1e-12)
    assert found.loc["satisfaction", "std_error"] == pytest.approx((total / 27 * 100).std() / np.sqrt(len(frame)), rel=1e-12)


def test_only_the_proportions_of_the_weights_count(frame, model):
    u = pd.Series([1.0, 2.0, 3.0, 1.0], index=ITEMS)
    survey = survey_of(frame, ITEMS)
    np.testing.assert_allclose(scores(survey, model, weights=u)["estimate"], scores(survey, model, weights=40 * u)["estimate"], rtol=1e-12)


def test_survey_weights_enter_the_score_and_its_standard_error(frame, model):
    survey = survey_of(frame, ITEMS, roles={"w": "weight"})
    found = scores(survey, model).set_index("construct").loc["loyalty"]
    expected = weighted_mean(((frame["l1"] - 1) / 9 * 100).to_numpy(), frame["w"].to_numpy())
    assert found["estimate"] == pytest.approx(expected.estimate, rel=1e-12)
    assert found["std_error"] == pytest.approx(expected.std_error, rel=1e-12)
    assert found["n_effective"] == pytest.approx(frame["w"].sum() ** 2 / (frame["w"] ** 2).sum(), rel=1e-12)
    assert found["conf_high"] - found["estimate"] == pytest.approx(1.959964 * found["std_error"], rel=1e-6)


def test_integer_weights_give_the_scores_of_duplicated_rows(frame, model):
    times = np.random.default_rng(22).integers(1, 4, size=len(frame))
    weighted = survey_of(frame, ITEMS, weights=pd.Series(times, index=frame.index, dtype=float))
    repeated = survey_of(frame.loc[frame.index.repeat(times)].reset_index(drop=True), ITEMS)
    np.testing.assert_allclose(scores(weighted, model)["estimate"], scores(repeated, model)["estimate"], rtol=1e-12)


def test_clusters_named_by_the_codebook_widen_the_interval(frame, model):
    draw = np.random.default_rng(23)
    shifted = frame.assign(l1=np.clip(frame["l1"] + draw.normal(0, 2, size=50).round()[frame["branch"]], 1, 10))
    plain = scores(survey_of(shifted, ITEMS), model).set_index("construct").loc["loyalty"]
    clustered = scores(survey_of(shifted, ITEMS, roles={"branch": "cluster"}), model).set_index("construct").loc["loyalty"]
    assert clustered["estimate"] == pytest.approx(plain["estimate"], rel=1e-12)
    assert clustered["std_error"] > 1.5 * plain["std_error"]


def test_segments_are_scored_by_themselves_after_all(frame, model):
    found = scores(survey_of(frame, ITEMS, roles={"region": "segment"}), model, by="region")
    assert found["segment"].unique().tolist() == ["all", "north", "south"]
    for region, part in frame.groupby("region"):
        own = scores(survey_of(part, ITEMS), model)
        here = found[found["segment"] == region].reset_index(drop=True)
        pd.testing.assert_frame_equal(here[own.columns[1:]], own[own.columns[1:]])


def test_a_respondent_without_a_segment_counts_in_all_only(frame, model):
    partly = frame.assign(region=frame["region"].where(frame.index >= 30))
    found = scores(survey_of(partly, ITEMS, roles={"region": "segment"}), model, by="region").query("construct == 'loyalty'")
    n = found.set_index("segment")["n"]
    assert n["all"] == 400
    assert n["north"] + n["south"] == 370


def test_a_construct_counts_those_who_answered_all_its_items(frame, model):
    partly = frame.assign(s2=frame["s2"].where(frame.index >= 100))
    found = scores(survey_of(partly, ITEMS), model).set_index("construct")
    assert found["n"].to_dict() == {"satisfaction": 300, "loyalty": 400}
    whole = partly.dropna()[["s1", "s2", "s3"]].mean(axis=1)
    assert found.loc["satisfaction", "estimate"] == pytest.approx(((whole - 1) / 9 * 100).mean(), rel=1e-12)


def test_a_segment_of_one_has_a_score_but_no_interval(frame, model):
    alone = frame.assign(region=np.where(frame.index == 5, "island", "mainland"))
    found = scores(survey_of(alone, ITEMS, roles={"region": "segment"}), model, by="region")
    island = found[found["segment"] == "island"]
    assert island["estimate"].notna().all()
    assert island[["std_error", "conf_low", "conf_high"]].isna().all(axis=None)
    assert (island["n"] == 1).all()


def test_intervals_stay_on_the_scale(model):
    frame = pd.DataFrame([[10.0] * 4] * 9 + [[9.0] * 4], columns=ITEMS)
    found = scores(survey_of(frame, ITEMS), model)
    assert (found["conf_high"] == 100).all()


def test_item_scores_use_every_answer_of_the_item(frame):
    partly = frame.assign(s2=frame["s2"].where(frame.index >= 100))
    found = item_scores(survey_of(partly, ITEMS), ["s2", "s1"]).set_index("item")
    assert found["n"].to_dict() == {"s2": 300, "s1": 400}
    assert found.loc["s2", "estimate"] == pytest.approx(((partly["s2"] - 1) / 9 * 100).mean(), rel=1e-12)


def test_the_scale_of_the_codebook_decides_what_nought_and_a_hundred_are():
    survey = survey_of(pd.DataFrame({"a": [1.0, 3.0, 5.0]}), ["a"], low=1, high=5)
    assert on_hundred(survey, ["a"])["a"].tolist() == [0, 50, 100]


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        (pd.Series([1.0, 1.0, 1.0], index=["s1", "s2", "l1"]), "No weight for the item 's3'"),
        (pd.Series([1.0, -0.2, 1.0, 1.0], index=ITEMS), "weights of s1, s2, s3 must be numbers from 0 upward"),
        (pd.Series([0.0, 0.0, 0.0, 1.0], index=ITEMS), "not all zero"),
        (pd.Series([1.0, np.nan, 1.0, 1.0], index=ITEMS), "must be numbers"),
    ],
)
def test_weights_that_make_no_index_are_refused(frame, model, weights, words):
    with pytest.raises(ParamsError, match=words):
        scores(survey_of(frame, ITEMS), model, weights=weights)


def test_a_segment_nobody_declared_is_refused_with_the_nearest_name(frame, model):
    survey = survey_of(frame, ITEMS, roles={"region": "segment"})
    with pytest.raises(ParamsError, match=r"No segment 'regoin'.*Did you mean 'region'"):
        scores(survey, model, by="regoin")


def of_parts():
    """Quality of two parts, measured by s1 and s2 with s3, that drives loyalty."""
    parts = (Construct("goods", Text(), ("s1",)), Construct("service", Text(), ("s2", "s3")))
    return Structure(
        (*parts, Construct("quality", Text(), of=("goods", "service")), Construct("loyalty", Text(), ("l1",))),
        {"loyalty": ("quality",)},
        "loyalty",
    )


def test_a_higher_order_construct_scores_the_mean_of_its_parts(frame):
    found = scores(survey_of(frame, ITEMS), of_parts()).set_index("construct")["estimate"]
    assert list(found.index) == ["goods", "service", "quality", "loyalty"]
    assert found["service"] == pytest.approx(((frame["s2"] + frame["s3"] - 2) / 18 * 100).mean(), rel=1e-12)
    assert found["quality"] == pytest.approx((found["goods"] + found["service"]) / 2, rel=1e-12)


def test_the_parts_may_be_weighted_by_name(frame):
    survey, u = survey_of(frame, ITEMS), pd.Series(1.0, index=ITEMS)
    equal = scores(survey, of_parts(), weights=u).set_index("construct")["estimate"]
    told = scores(survey, of_parts(), weights=pd.concat([u, pd.Series({"goods": 3.0, "service": 1.0})])).set_index("construct")["estimate"]
    assert equal["quality"] == pytest.approx((equal["goods"] + equal["service"]) / 2, rel=1e-12)
    assert told["quality"] == pytest.approx(0.75 * told["goods"] + 0.25 * told["service"], rel=1e-12)
    with pytest.raises(ParamsError, match="No weight for the item 'service'"):
        scores(survey, of_parts(), weights=pd.concat([u, pd.Series({"goods": 3.0})]))


def test_several_segments_stand_under_each_other_with_the_whole_first(frame):
    survey = survey_of(frame, ITEMS, roles={"region": "segment", "branch": "segment"})
    both = item_scores(survey, ITEMS[:2], by=["region", "branch"])
    assert list(both.columns[:3]) == ["by", "segment", "item"]
    assert both["by"].drop_duplicates().tolist() == ["", "region", "branch"]
    pd.testing.assert_frame_equal(both[both["by"] == ""].drop(columns="by").reset_index(drop=True), item_scores(survey, ITEMS[:2]))
    for name in ("region", "branch"):
        alone = item_scores(survey, ITEMS[:2], by=name).query("segment != 'all'").reset_index(drop=True)
        pd.testing.assert_frame_equal(both[both["by"] == name].drop(columns="by").reset_index(drop=True), alone)


def test_weights_of_no_items_are_refused():
    with pytest.raises(ParamsError, match="No items were named"):
        item_shares([], None)
