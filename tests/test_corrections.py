"""Corrections by record: applied before anything is read, counted, and refused when they no longer fit."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import answers

from csat_lib.errors import DataError, ParamsError
from csat_lib.study import load_study
from csat_lib.survey import load_corrections, load_survey

PLACE = "data/shop/corrections/2026Q3.yaml"
CODED = """\
- item: quality_overall
  match: {value: 77}
  set: null
  reason: The agency coded "don't know" as 77 in week 37.
  reported: 2026-09-20
"""


def with_77(count=3):
    """The answers with 77 in the first cells of the column Q1, written in three ways."""
    lines = answers().splitlines()
    place = lines[0].split(",").index("Q1")
    for row, cell in zip(range(1, 1 + count), ("77", "77.0", "７７"), strict=False):
        parts = lines[row].split(",")
        parts[place] = cell
        lines[row] = ",".join(parts)
    return "\n".join(lines) + "\n"


@pytest.fixture
def shop(tiny_project):
    return lambda corrections, **changes: load_study("shop", root=tiny_project(more={PLACE: corrections}, **changes))


def seen(survey):
    return survey.findings.table.query("rule == 'correction'")


def test_a_value_is_corrected_wherever_it_stands_and_counted(shop):
    survey = load_survey(shop(CODED, data=with_77()))
    assert survey.responses["quality_overall"].isna().sum() == 3
    (row,) = seen(survey).itertuples()
    assert (row.severity, row.column, row.n, row.rows, row.done) == ("note", "quality_overall", 3, (2, 3, 4), "corrected")
    assert "in week 37" in row.detail
    assert "reported 2026-09-20" in row.detail
    assert survey.origin is not None
    assert survey.origin.corrections is not None
    assert survey.origin.corrections.name == "2026Q3.yaml"


def test_without_its_correction_the_same_file_is_refused(shop):
    with pytest.raises(DataError, match="3 of 80 answers lie outside the scale"):
        load_survey(shop("", data=with_77()))


@pytest.mark.parametrize("match", ["{row: 5}", "{id: R4}", "{row: [5], id: [R4, R9]}", "{respondent: R4}"])
def test_a_cell_is_found_by_row_or_respondent(shop, match):
    text = f"- item: repurchase\n  match: {match}\n  set: 1\n  reason: Typed 10 for 1.\n"
    survey, before = load_survey(shop(text)), load_survey(shop(""))
    changed = survey.responses["repurchase"] != before.responses["repurchase"]
    assert survey.responses.index[changed].tolist() == [5]
    assert survey.responses.loc[5, "repurchase"] == 1


def test_all_conditions_of_a_record_must_hold(shop):
    text = "- {item: region, match: {value: n, id: [R1, R2, R3]}, set: s, reason: Moved.}\n"
    assert seen(load_survey(shop(text)))["n"].tolist() == [2]


def test_records_are_applied_in_their_order(shop):
    text = "- {item: region, match: {value: n}, set: x, reason: One.}\n- {item: region, match: {value: x}, set: s, reason: Two.}\n"
    assert load_survey(shop(text)).attributes["region"].unique().tolist() == ["s"]


def test_a_blank_may_be_filled(shop):
    lines = answers().splitlines()
    data = "\n".join([lines[0], lines[1].rsplit(",", 1)[0] + ",", *lines[2:]]) + "\n"
    text = "- {item: price_tolerance, match: {value: null}, set: 7, reason: Found on paper.}\n"
    assert load_survey(shop(text, data=data)).responses.loc[2, "price_tolerance"] == 7


def test_a_correction_that_matches_nothing_is_refused_with_file_and_record(shop):
    text = CODED + "- {item: repurchase, match: {row: 4000}, set: 1, reason: Typo.}\n"
    with pytest.raises(DataError) as refused:
        load_survey(shop(text, data=with_77()))
    assert str(refused.value) == (
        "corrections/2026Q3.yaml, record 2: repurchase: no row matches (row 4000). If the source was mended, delete the record; "
        "else mend its match."
    )


def test_a_correction_concerns_its_source_alone(shop):
    text = "- {item: region, match: {value: n}, set: s, reason: Moved., source: competitors}\n"
    assert seen(load_survey(shop(text))).empty
    assert len(load_corrections(shop(text), source="competitors")) == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (CODED.replace("reason", "raeson"), "corrections/2026Q3.yaml, record 1: unknown key 'raeson'. Did you mean 'reason'?"),
        (
            CODED.replace("quality_overall", "quality_overal"),
            "no item or attribute 'quality_overal' in the codebook. Did you mean 'quality_overall'?",
        ),
        (CODED.replace("value: 77", "vlaue: 77"), "record 1: match: unknown key 'vlaue'. Did you mean 'value'?"),
        (CODED.replace("{value: 77}", "{}"), "record 1: match: name a row, a value or an id."),
        (CODED.replace("  set: null\n", ""), "record 1: the key 'set' is missing."),
        (CODED.replace("2026-09-20", "lately"), "record 1: reported: expected a date such as 2026-09-01, got 'lately'."),
        (CODED + "  where: here\n", "record 1: unknown key 'where'."),
        ("corrections: []\n", "2026Q3.yaml: expected a list of records, each beginning with a dash, got a mapping."),
        ("- region\n", "2026Q3.yaml: record 1: expected keys and values, got the text."),
        ("- {item: region, item: region}\n", "the key 'item' appears twice"),
    ],
)
def test_a_record_is_read_as_strictly_as_any_parameter(shop, text, told):
    with pytest.raises(ParamsError) as refused:
        load_survey(shop(text))
    assert told in str(refused.value)


def test_the_raw_file_and_the_other_columns_stay_as_they_are(shop):
    study = shop("- {item: region, match: {value: n}, set: s, reason: Moved.}\n")
    raw = study.paths.data().read_bytes()
    survey = load_survey(study)
    assert study.paths.data().read_bytes() == raw
    np.testing.assert_array_equal(survey.responses, load_survey(shop("")).responses)
