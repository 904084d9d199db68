"""Whatever program wrote the answers, one and the same survey comes out."""

from __future__ import annotations

import openpyxl
import pandas as pd
import pytest
from layouts import (
    ANSWERS,
    CODEBOOK,
    COLUMNS,
    NAMES,
    SCALE,
    WRITERS,
    as_excel,
    as_parquet,
    as_qualtrics,
    as_spss,
    as_surveymonkey,
    as_wjx_number,
    as_zsav,
    saved,
    written,
)

from csat_lib.errors import DataError, ParamsError
from csat_lib.study import load_codebook
from csat_lib.survey import Survey, read_export
from csat_lib.survey.exports import LAYOUTS
from csat_lib.survey.matching import matched

EVERY = pytest.mark.parametrize("writer", WRITERS, ids=lambda each: each.__name__)


@pytest.fixture
def codebook(tmp_path):
    (tmp_path / "codebook.yaml").write_text(CODEBOOK, encoding="utf-8")
    return load_codebook(tmp_path / "codebook.yaml")


def survey_of(export, codebook, columns=()):
    """The survey of the complete responses, read through the matching."""
    told = codebook.with_columns(dict(zip(NAMES, columns, strict=True))) if columns else codebook
    found = matched(export.frame.columns, export.labels, told, "wave")
    frame = export.frame if export.complete is None else export.frame[export.complete]
    return Survey.from_frame(frame[list(found.values())].set_axis(list(found), axis=1), codebook)


@EVERY
def test_the_same_answers_in_any_layout_give_the_same_survey(writer, tmp_path, codebook):
    survey = survey_of(read_export(writer(tmp_path)), codebook, COLUMNS.get(writer.__name__, ()))
    expected = pd.DataFrame([each[:4] for each in ANSWERS], columns=NAMES[:4], dtype=float)
    pd.testing.assert_frame_equal(survey.responses.reset_index(drop=True), expected)
    said = survey.attributes.fillna("").reset_index(drop=True)
    assert said.to_numpy().tolist() == [[city, remarks.strip()] for *_, city, remarks in ANSWERS]
    assert not survey.findings.count("error") + survey.findings.count("warning")


@EVERY
def test_every_layout_is_recognised_and_says_why(writer, tmp_path):
    export = read_export(writer(tmp_path))
    assert export.layout == WRITERS[writer]
    assert export.why
    assert export.frame.columns.is_unique
    assert export.frame.index.is_unique
    named = read_export(writer(tmp_path), layout=export.layout)
    pd.testing.assert_frame_equal(named.frame, export.frame)
    assert named.why == f"named {export.layout}"
    assert not [note for note in named.notes if "do not look like" in note]


def test_every_layout_has_a_writer():
    assert set(WRITERS.values()) == set(LAYOUTS)


def test_previews_and_partial_responses_are_marked_and_counted(tmp_path):
    export = read_export(as_qualtrics(tmp_path))
    assert (len(export.frame), int(export.complete.sum())) == (15, 12)
    assert list(export.frame.index[~export.complete]) == [7, 8, 18]
    assert "2 previews (Status = 1)" in export.notes
    assert "1 partial (Finished = 0)" in export.notes
    assert "6 cells -99 (seen but unanswered) read as blank" in export.notes


@pytest.mark.parametrize("writer", [each for each, layout in WRITERS.items() if layout == "limesurvey"], ids=lambda each: each.__name__)
def test_a_limesurvey_response_that_was_not_submitted_is_incomplete(writer, tmp_path):
    export = read_export(writer(tmp_path))
    assert list(export.frame.index[~export.complete]) == [14]
    assert any(note.startswith("1 incomplete") for note in export.notes)
    assert "4 columns with answer codes A1, A2, ... read as 1, 2, ..." in export.notes


def test_questions_are_one_line_without_html(tmp_path):
    labels = read_export(as_surveymonkey(tmp_path)).labels
    assert "How satisfied are you with the following? [Food]" in labels
    assert read_export(as_qualtrics(tmp_path)).labels["Q2_1"] == "How satisfied are you with the following? - Food"


def test_spss_keeps_numbers_labels_and_user_missing_codes_apart(tmp_path):
    writer = next(each for each, layout in WRITERS.items() if layout == "spss")
    export = read_export(writer(tmp_path))
    assert export.frame["Q1"].tolist() == [str(each[0]) for each in ANSWERS]
    assert export.value_labels["Q1"] == {str(code): en for code, (en, _) in SCALE.items()}
    assert export.missing["Q1"] == "98, 99"
    assert export.labels["Q2_2"].endswith(" - Signs")
    assert list(export.frame.index) == list(range(1, 13))


def test_titles_footnotes_and_merged_headers_of_a_workbook_are_told(tmp_path):
    export = read_export(as_excel(tmp_path))
    assert list(export.frame.columns) == list(NAMES)
    assert export.labels["signs"] == "How satisfied are you with the following? [signs]"
    assert (export.frame.index[0], export.sheet) == (5, "Sheet")
    assert export.notes == ("1 title rows above the header", "2 footnotes below the table (from row 18)")


def test_another_sheet_is_read_by_name_and_a_misspelt_one_refused(tmp_path):
    path = as_excel(tmp_path)
    book = openpyxl.load_workbook(path)
    book["Notes"].append([1, 2.5])
    book.save(path)
    assert read_export(path, sheet="Notes").frame.to_numpy().tolist() == [["1", "2.5"]]
    with pytest.raises(ParamsError, match=r"wave.xlsx: no sheet 'Nots'. Did you mean 'Notes'"):
        read_export(path, sheet="Nots")
    with pytest.raises(ParamsError, match="the content is text"):
        read_export(written(tmp_path, "wave.csv", [["a"], ["1"]]), sheet="Notes")


def test_options_spread_over_columns_are_labelled_and_skipped_cells_counted(tmp_path):
    export = read_export(as_wjx_number(tmp_path))
    assert export.labels["第5题(运动)"] == "第5题 [运动]"
    assert set(export.notes) == {"3 cells -3 (skipped) read as blank", "2 cells -2 (empty) read as blank"}
    assert set(export.frame["所用时间"]) == {"360"}


def test_the_same_question_over_several_columns_is_numbered(tmp_path):
    export = read_export(written(tmp_path, "wave.csv", [["Timestamp", "Why?", "Why?"], ["2026", "a", "b"]]))
    assert list(export.frame.columns) == ["Timestamp", "Why?", "Why? (2)"]
    assert export.labels["Why? (2)"] == "Why?"


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([["1", "q", "4"], ["1", "q", "5"]], "row 3 gives respondent 1 another value for q"),
        ([["1", "q", "4"], ["", "q", "5"]], "row 3 has no respondent"),
        ([["1", "", "4"]], "row 2 has no item"),
        ([["1", "respondent", "4"]], "an item is called 'respondent'"),
    ],
)
def test_a_long_form_that_contradicts_itself_is_refused_by_row(tmp_path, rows, told):
    with pytest.raises(DataError, match=told):
        read_export(written(tmp_path, "wave.csv", [["respondent", "item", "value"], *rows]))


def test_a_layout_named_against_the_content_is_refused_or_told(tmp_path):
    path = written(tmp_path, "wave.csv", [["a", "b"], ["1", "2"], ["3", "4"]])
    with pytest.raises(DataError, match="not the header rows of the layout limesurvey"):
        read_export(path, layout="limesurvey")
    with pytest.raises(DataError, match="the long form has three columns"):
        read_export(path, layout="long")
    assert any("do not look like wjx_text" in note for note in read_export(path, layout="wjx_text").notes)


@pytest.mark.parametrize("writer", [as_excel, as_parquet, as_spss, as_zsav], ids=lambda each: each.__name__)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_file_that_is_cut_off_is_refused(writer, share, tmp_path):
    path = writer(tmp_path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(DataError, match=r"wave\.\w+: not a readable"):
        read_export(path)


def test_a_header_without_rows_is_refused_in_every_text_layout(tmp_path):
    for writer, layout in WRITERS.items():
        path = writer(tmp_path)
        if path.suffix == ".csv" and layout != "csv":
            rows = pd.read_csv(path, header=None, dtype=str, encoding=read_export(path).encoding, keep_default_na=False)
            deep = 3 if '"ImportId"' in rows.iloc[2, 0] else 2 if layout in {"qualtrics", "surveymonkey"} else 1
            empty = written(tmp_path, "empty.csv", rows.head(deep).to_numpy().tolist())
            with pytest.raises(DataError, match=r"empty.csv: a header with \d+ columns but no rows"):
                read_export(empty, layout=layout)


def test_a_wjx_workbook_with_numbers_as_numbers_reads_as_with_texts(tmp_path):
    rows = [["序号", "提交答卷时间", "所用时间", "1、满意度"], [1, "2026/9/1", "80秒", 5], [2, "2026/9/1", "1分20秒", -3]]
    export = read_export(saved(tmp_path, "wave.xlsx", rows))
    assert export.layout == "wjx_number"
    assert export.frame["1、满意度"].tolist() == ["5", ""]
    assert export.frame["所用时间"].tolist() == ["80", "80"]
