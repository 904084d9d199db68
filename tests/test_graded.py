"""Figures of the enterprise method for a report: classes, boxes, promoters, required samples."""

import dataclasses

import pytest

from csat_lib.errors import NotInStudyError
from csat_lib.index import nps, satisfaction
from csat_lib.report import graded, open_page
from csat_lib.simulate import company
from csat_lib.study import load_study
from csat_lib.survey import load_survey


@pytest.fixture(scope="module")
def demo(root, tmp_path_factory):
    """The latest quarter of the simulated company."""
    place = tmp_path_factory.mktemp("graded")
    (place / "params").symlink_to(root / "params")
    company(place, periods=("2026Q3",))
    return load_study("demo", "2026Q3", root=place)


@pytest.fixture(scope="module")
def survey(demo):
    return load_survey(demo)


def without(study, **settings):
    return dataclasses.replace(study, structure=None, parameters=study.parameters.model_copy(update=settings))


def test_all_classes_together_are_the_sum_of_coefficient_and_figure(demo, survey):
    found = graded.classes(demo, survey).set_index(["segment", "metric"])["estimate"]
    by_class = satisfaction(survey, demo.grades, by="customer_class").query("item == 'all'").set_index(["segment", "metric"])["estimate"]
    for metric in ("degree", "rate"):
        expected = 0.4 * by_class["key", metric] + 0.6 * by_class["ordinary", metric]
        assert found["all", metric] == pytest.approx(expected, abs=1e-12)


def test_boxes_have_a_row_for_every_rated_item_the_best_first(demo, survey):
    found = graded.boxes(demo, survey)
    assert set(found["item"]) == set(demo.rated)
    assert found["estimate"].is_monotonic_decreasing
    x = survey.responses["freshness"]
    own = found.set_index("item").loc["freshness"]
    for column, inside in (("estimate", x >= 4), ("bottom_2", x <= 2)):
        share = 100 * (inside & x.notna()) @ survey.weight_values / survey.weight_values[x.notna()].sum()
        assert own[column] == pytest.approx(share, abs=1e-9)


def test_promoters_are_those_of_the_item_on_0_to_10(demo, survey):
    found = graded.promoters(demo, survey)
    assert found["item"].unique().tolist() == ["recommend"]
    assert found["estimate"].tolist() == nps(survey, "recommend")["estimate"].tolist()


def test_the_own_sample_and_that_of_every_competitor_is_held_against_its_minimum(demo, survey):
    found = graded.samples(open_page(demo, "en"), demo, survey)
    assert found["label"].tolist()[0] == "Own customers"
    assert found["minimum"].tolist() == [100, 10, 10, 10, 10]
    assert set(found["verdict"]) == {"ok"}
    few = survey.only(survey.responses.index < 40)
    assert graded.samples(open_page(demo, "zh"), demo, few)["verdict"][0] == "below the required sample"  # the table translates one word


@pytest.mark.parametrize(
    ("figure", "settings", "told"),
    [
        (graded.classes, {"class_weights": None}, "states no coefficients of customer classes"),
        (graded.boxes, {"grades": (), "drivers": None}, "has no rated items"),
    ],
)
def test_what_a_study_does_not_have_is_said_with_the_remedy(demo, survey, figure, settings, told):
    with pytest.raises(NotInStudyError, match=told):
        figure(without(demo, **settings), survey)
