"""What was rejected is kept row by row in the restricted folder, harmless to a spreadsheet, and nowhere else."""

from __future__ import annotations

import pandas as pd
import pytest
from conftest import CODEBOOK, STUDY, answers

from csat_lib.errors import EnvironmentFault, ParamsError
from csat_lib.study import load_study
from csat_lib.survey import Survey, load_survey, write_rejected

LENIENT = STUDY + "limits: {outside_scale: 0.2}\n"


def spoilt(*cells):
    """The answers with these cells in the column Q1, from row 2 on."""
    lines = answers().splitlines()
    for place, cell in enumerate(cells, start=1):
        parts = lines[place].split(",")
        parts[lines[0].split(",").index("Q1")] = cell
        lines[place] = ",".join(parts)
    return "\n".join(lines) + "\n"


@pytest.fixture
def study(tiny_project):
    return lambda **changes: load_study("shop", root=tiny_project(study=LENIENT, **changes))


def test_rejected_answers_are_written_to_the_restricted_folder_alone(study):
    shop = study(data=spoilt("77", "fine"))
    survey = load_survey(shop)
    before = {path for path in shop.paths.root.rglob("*") if path.is_file()}
    path = write_rejected(shop, survey)
    assert path == shop.paths.root / "data" / "shop" / "restricted" / "2026Q3" / "rejected.csv"
    assert {each for each in shop.paths.root.rglob("*") if each.is_file()} - before == {path}
    assert path.read_text(encoding="utf-8").splitlines() == [
        "source,row,respondent,column,value,rule",
        "customers,2,R1,Q1,77,outside_scale",
        "customers,3,R2,Q1,fine,not_a_number",
    ]


def test_loading_a_survey_writes_nothing(study):
    shop = study(data=spoilt("77"))
    before = {path for path in shop.paths.root.rglob("*") if path.is_file()}
    load_survey(shop)
    assert {path for path in shop.paths.root.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("cell", "kept"), [("=1+1", "'=1+1"), ("@here", "'@here"), ("-x", "'-x"), ("+a", "'+a"), ("-7", "-7"), ("fine", "fine")]
)
def test_a_cell_that_begins_like_a_formula_is_quoted_and_a_negative_number_is_not(study, cell, kept):
    shop = study(data=spoilt(cell))
    assert pd.read_csv(write_rejected(shop, load_survey(shop)), dtype=str)["value"].tolist() == [kept]


def test_writing_again_replaces_its_own_source_and_leaves_the_others(study):
    shop = study(data=spoilt("77"), more={"data/shop/competitors/2026Q3.csv": spoilt("88", "89")})
    write_rejected(shop, load_survey(shop, source="competitors"))
    for _ in range(2):
        path = write_rejected(shop, load_survey(shop))
    assert pd.read_csv(path)[["source", "value"]].values.tolist() == [["competitors", 88], ["competitors", 89], ["customers", 77]]


def test_a_clean_file_leaves_a_header_alone(study):
    shop = study()
    assert write_rejected(shop, load_survey(shop)).read_text(encoding="utf-8") == "source,row,respondent,column,value,rule\n"


def test_a_folder_that_cannot_be_made_is_told(study):
    shop = study()
    (shop.paths.root / "data" / "shop" / "restricted").write_text("in the way", encoding="utf-8")
    with pytest.raises(EnvironmentFault, match=r"rejected\.csv: cannot be written"):
        write_rejected(shop, load_survey(shop))


def test_a_survey_made_from_a_frame_has_no_place_for_what_it_rejected(study):
    shop = study()
    frame = pd.DataFrame(3, index=range(3), columns=[*shop.codebook.items, "respondent", "visited", "region", "weight"])
    frame["respondent"], frame["complained"] = [1, 2, 3], 1
    with pytest.raises(ParamsError, match="made from a frame"):
        write_rejected(shop, Survey.from_frame(frame, shop.codebook))


def test_no_personal_column_reaches_the_record(study):
    lines = spoilt("77").splitlines()
    data = "\n".join([lines[0] + ",phone", *(line + ",555-0100" for line in lines[1:])]) + "\n"
    shop = study(codebook=CODEBOOK + "  contact: {role: personal, column: phone}\n", data=data)
    assert "555" not in write_rejected(shop, load_survey(shop)).read_text(encoding="utf-8")
