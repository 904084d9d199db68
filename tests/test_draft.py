"""A first codebook from a file: what is guessed, that guesses are marked, and that the study can be read with them."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest
import yaml

from csat_lib import cli
from csat_lib.errors import DataError, ParamsError
from csat_lib.study import load_study
from csat_lib.survey import load_survey
from csat_lib.survey.draft import draft_study, said
from csat_lib.survey.guesses import guess_columns
from csat_lib.survey.scales import guess_scale

GRADES = ["很满意", "满意", "基本满意", "不满意", "很不满意"]


@pytest.fixture
def project(tmp_path, root):
    for folder in ("params/models", "params/templates", "notebooks"):
        shutil.copytree(root / folder, tmp_path / folder)
    return tmp_path


def csat(project, *words):
    with pytest.raises(SystemExit) as ended:
        cli.main(["--root", str(project), *words])
    return ended.value.code


@pytest.fixture
def init_real(project, real_data):
    """Begins the study ``trial`` from a real file."""

    def begin(file):
        assert csat(project, "init", "trial", "--from", str(real_data / file), "--period", "2015") == 0
        return project

    return begin


def survey_file(path, rows=40):
    """Ratings, grades in words, people's particulars: what a tool's export holds."""
    frame = pd.DataFrame(
        {
            "Respondent ID": [f"R{row}" for row in range(rows)],
            "Submitted date": [f"2026-09-{row % 28 + 1:02d}" for row in range(rows)],
            "E-mail": [f"someone{row}@example.org" for row in range(rows)],
            "contact": [f"person.{row}@example.org" for row in range(rows)],
            "IP": [f"10.0.0.{row}" for row in range(rows)],
            "Name": [f"Person {chr(65 + row % 26)}{row}" for row in range(rows)],
            "Duration": [str(100 + row) for row in range(rows)],
            "weight": [str(0.5 + row % 3 / 2) for row in range(rows)],
            "Region": ["north" if row % 2 else "south" for row in range(rows)],
            "1. Overall, how satisfied are you with the shop where you bought last?": [
                str([*range(1, 11), 99][row % 11]) for row in range(rows)
            ],
            "2、您对结账速度满意吗？": [[*GRADES, "不清楚"][row % 6] for row in range(rows)],
            "speed": [str([*range(6)][row % 6]) for row in range(rows)],
            "again": [["Yes", "No", "N/A"][row % 3] for row in range(rows)],
            "Why?": [f"Because the queue number {row} was far too long for me" for row in range(rows)],
        }
    )
    frame.to_csv(path, index=False)
    return path


@pytest.mark.parametrize(
    ("values", "scale", "missing"),
    [
        ([*range(1, 11), 98, 99], (1, 10), {98: "don't know", 99: "refused"}),
        ([*range(1, 6), -99], (1, 5), {-99: "seen but unanswered"}),
        ([*range(1, 8), -3, -2], (1, 7), {-3: "skipped", -2: "empty"}),
        ([*range(6)], (1, 5), {0: "no answer"}),
        ([*range(7)], (1, 5), {0: "no answer", 6: "no answer"}),
        ([*range(12)], (0, 10), {11: "no answer"}),
        ([1, 2, 3, 4, 5, 9], (1, 5), {9: "no answer"}),
        ([0, 1], (0, 1), {}),
    ],
)
def test_a_scale_is_guessed_from_the_values_and_codes_outside_it_are_missing(values, scale, missing):
    assert guess_scale(dict.fromkeys(values, 50)) == (scale, missing)


@pytest.mark.parametrize("values", [[1001, 3003, 5001], [*range(13)], [*range(1, 9)], [7], [18, 40, 65]])
def test_codes_that_fill_no_usual_scale_are_no_rating(values):
    assert guess_scale(dict.fromkeys(values, 50)) is None


def test_a_single_slip_is_left_for_the_checks_but_a_frequent_code_ends_the_guess():
    ratings = dict.fromkeys(range(1, 6), 100)
    assert guess_scale({**ratings, 55: 1}) == ((1, 5), {})
    assert guess_scale({**ratings, 55: 50}) is None


def test_every_column_of_an_export_gets_its_role(tmp_path):
    frame = pd.read_csv(survey_file(tmp_path / "a.csv"), dtype=str, keep_default_na=False)
    roles = [each.role for each in guess_columns(frame, {})]
    assert roles == ["id", "date", *["personal"] * 4, "duration", "weight", "segment", *["item"] * 4, "comment"]


def test_a_long_header_becomes_a_short_name_with_the_text_as_wording(tmp_path):
    frame = pd.read_csv(survey_file(tmp_path / "a.csv"), dtype=str, keep_default_na=False)
    guesses = {each.name: each for each in guess_columns(frame, {})}
    assert guesses["q1"].wording.startswith("1. Overall, how satisfied")
    assert guesses["q2"].labels[5][1] == "很满意"
    assert guesses["q2"].missing == {"不清楚": "don't know"}
    assert guesses["again"].scale == (0, 1)


def test_the_question_text_of_the_layout_is_the_wording():
    frame = pd.DataFrame({"Q1": ["1", "2", "3", "4", "5"]})
    assert guess_columns(frame, {"Q1": "How was\n it?"})[0].wording == "How was it?"


def test_two_spellings_of_one_grade_are_left_to_a_person():
    frame = pd.DataFrame({"Q1": ["satisfied", "somewhat satisfied", "very satisfied"] * 10})
    assert guess_columns(frame, {})[0].role == "segment"


def test_a_rating_of_the_telephone_service_is_not_personal():
    frame = pd.DataFrame({"Phone": ["1", "2", "3", "4", "5"] * 5})
    assert guess_columns(frame, {})[0].role == "item"


def test_a_weight_with_gaps_and_repeated_ids_are_not_taken():
    frame = pd.DataFrame({"id": ["1", "1", "2"], "weight": ["1", "", "2"]})
    assert "id" not in [each.role for each in guess_columns(frame, {})]
    assert "weight" not in [each.role for each in guess_columns(frame, {})]


def test_init_writes_a_study_that_can_be_read_and_marks_every_guess(project, tmp_path, capsys):
    file = survey_file(tmp_path / "answers.csv")
    assert csat(project, "init", "shop", "--from", str(file), "--period", "2026Q3") == 0
    told = capsys.readouterr().out
    assert "q1" in told
    assert "data/shop/customers/2026Q3.csv" in told
    assert "left to decide" not in told
    text = (project / "params/shop/codebook.yaml").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.lstrip().startswith(("scale:", "role:", "missing:")):
            assert "# guess: " in line
            assert line.endswith("confirm")
    assert "example.org" not in text
    survey = load_survey(load_study("shop", "2026Q3", root=project))
    assert survey.responses["q2"].max() == 5
    assert survey.responses["q1"].max() == 10
    assert (project / "data/shop/customers/2026Q3.csv").read_bytes() == file.read_bytes()
    assert csat(project, "check", "shop") == 0


def test_init_never_touches_a_study_that_exists(project, tmp_path):
    file = survey_file(tmp_path / "answers.csv")
    draft_study("shop", file, "2026Q3", root=project)
    before = {path: path.read_bytes() for path in (project / "params/shop").iterdir()}
    with pytest.raises(ParamsError, match="exists already"):
        draft_study("shop", file, "2026Q4", root=project)
    assert csat(project, "init", "shop", "--template", "retail") == 2
    assert {path: path.read_bytes() for path in (project / "params/shop").iterdir()} == before


def test_other_data_in_the_place_are_not_overwritten_and_nothing_is_written(project, tmp_path):
    place = project / "data/shop/customers/2026Q3.csv"
    place.parent.mkdir(parents=True)
    place.write_text("other\n", encoding="utf-8")
    with pytest.raises(DataError, match="--leave"):
        draft_study("shop", survey_file(tmp_path / "answers.csv"), "2026Q3", root=project)
    assert place.read_text(encoding="utf-8") == "other\n"
    assert not (project / "params/shop").exists()


def test_a_file_told_to_be_left_is_not_copied_and_its_place_is_named(project, tmp_path, capsys):
    assert csat(project, "init", "shop", "--from", str(survey_file(tmp_path / "a.csv")), "--period", "2026Q3", "--leave") == 0
    assert "Put the data in data/shop/customers/2026Q3.csv" in capsys.readouterr().out
    assert not (project / "data").exists()


def test_a_file_under_data_stays_where_it_is(project):
    (project / "data/raw").mkdir(parents=True)
    survey_file(project / "data/raw/wave-2026Q3.csv")
    draft_study("shop", project / "data/raw/wave-2026Q3.csv", "2026Q3", root=project)
    study = load_study("shop", root=project)
    assert study.parameters.data == {"customers": "raw/wave-{period}.csv"}
    assert len(load_survey(study)) == 40


@pytest.mark.parametrize(("period", "name"), [("2026-13", "shop"), ("2026Q3", "models"), ("2026Q3", "../shop")])
def test_a_wrong_name_writes_nothing(project, tmp_path, period, name):
    with pytest.raises(ParamsError):
        draft_study(name, survey_file(tmp_path / "a.csv"), period, root=project)
    assert sorted(each.name for each in (project / "params").iterdir()) == ["models", "templates"]


def test_a_file_without_ratings_is_refused(project, tmp_path):
    (tmp_path / "a.csv").write_text("city\nParis\nRome\n", encoding="utf-8")
    with pytest.raises(DataError, match="no column looks like a rating"):
        draft_study("shop", tmp_path / "a.csv", "2026Q3", root=project)


@pytest.mark.parametrize(
    "text", ["plain words", "no", "a: b # c", 'say "hi"', "很满意", "-1", "x\u2028y\x7f\ufeff", "tail ", "{a}", "don't know", ""]
)
def test_any_text_survives_yaml(text):
    assert yaml.safe_load(f"key: {said(text)}")["key"] == text


@pytest.mark.parametrize(
    ("file", "items", "respondents"),
    [
        ("acsi2015/acsi_2015.csv", 14, 8239),
        ("ecsi_mobile/mobi.csv", 24, 250),
        ("sfo/2013_SFO_Customer_Survey.csv", 21, 3535),
        ("sfo/2014_SFO_Customer_Survey.csv", 21, 2818),
        ("sfo/2015_SFO_Customer_Survey.csv", 21, 2958),
        ("sfo/2016_SFO_Customer_Survey.csv", 21, 3087),
        ("sfo/2017_SFO_Customer_Survey.csv", 21, 2831),
        ("sfo/2018_SFO_Customer_Survey.csv", 21, 2809),
    ],
)
def test_real_files_pass_the_check_after_init(init_real, capsys, file, items, respondents):
    project = init_real(file)
    assert csat(project, "check", "trial") == 0
    assert f"n = {respondents:,}" in capsys.readouterr().out
    assert len(load_study("trial", root=project).codebook.items) >= items


def test_98_and_99_of_the_real_american_survey_are_guessed_as_missing(project, real_data):
    draft_study("trial", real_data / "acsi2015" / "acsi_2015.csv", "2015", root=project)
    item = load_study("trial", root=project).codebook.items["REPUR"]
    assert dict(item.missing) == {98: "don't know", 99: "refused"}
    assert (item.low, item.high) == (1, 10)
