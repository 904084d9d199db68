"""The clean Survey: the same from every layout, refusals that name the culprit, and the real surveys' published counts."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from conftest import CODEBOOK, PERIOD, STUDY, answers

from csat_lib.errors import DataError, ParamsError
from csat_lib.study import load_codebook, load_study
from csat_lib.survey import Survey, load_history, load_survey, mode_effects
from csat_lib.survey.reading import Intake, read_source

# Survey intake, section 5: year, answers to the overall question, their mean, their weighted mean.
SFO_OVERALL = [
    (2013, 3334, 3.9820, 3.9845),
    (2014, 2677, 3.9959, 4.0070),
    (2015, 2810, 4.0480, 4.0442),
    (2016, 2919, 4.0380, 4.0533),
    (2017, 2688, 4.0644, 4.0712),
    (2018, 2625, 4.0027, 4.0421),
]
# Respondents who rated the overall question and all eight drivers.
SFO_COMPLETE = {2013: 1274, 2014: 1076, 2015: 1182, 2016: 1311, 2017: 1294, 2018: 1087}
# The means above are printed with four decimals.
PRINTED = 5e-5

LAYOUT_CODEBOOK = """\
title: Layouts
defaults: {scale: {min: 1, max: 5, labels: {5: {en: very good, zh: 很满意}}}, missing: {98: don't know, Blank: no answer}}
items: {quality: {column: Q1}, service: {column: Q2}, trouble: {column: Q3, direction: reversed}}
attributes:
  who: {role: id, column: id}
  day: {role: date}
  region: {role: segment}
  weight: {role: weight}
  said: {role: comment}
"""
LAYOUT_ROWS = {
    "id": ["R1", "R2", "R3", "R4"],
    "day": ["2026-09-01", "2026-09-02", "2026-09-03", "2026-09-04"],
    "region": ["1", "2", "1", ""],
    "weight": ["1", "2.5", "0.5", "1"],
    "Q1": ["5", "98", "3", ""],
    "Q2": ["4", "很满意", "Blank", "2"],
    "Q3": ["1", "2", "5", "4"],
    "said": ["好", "", "不错，谢谢", "ok"],
}


@pytest.fixture
def load(tiny_project):
    """The survey of a project made for the test."""
    return lambda **changes: load_survey(load_study("shop", root=tiny_project(**changes)))


@pytest.fixture
def refusal(load):
    """What is said of a project whose data are refused."""

    def told(**changes):
        with pytest.raises(DataError) as refused:
            load(**changes)
        return str(refused.value)

    return told


def table(edit=None):
    """The tiny project's answers as a frame of text, changed by ``edit``, as CSV again."""
    frame = pd.read_csv(io.StringIO(answers()), dtype=str, keep_default_na=False)
    if edit is not None:
        edit(frame)
    return frame.to_csv(index=False)


def put(column, values):
    """An edit that sets cells of one column by row number, the first respondent being row 2."""

    def edit(frame):
        for row, value in values.items():
            frame.loc[row - 2, column] = value

    return edit


def finding(survey, rule):
    (row,) = survey.findings.table.query("rule == @rule").itertuples()
    return row


def typed(frame):
    """The frame with numbers and dates as such, the way a workbook or Parquet file holds them."""
    frame = frame.assign(day=pd.to_datetime(frame["day"]))
    return frame.assign(**{name: pd.to_numeric(frame[name].replace("", None)) for name in ("region", "weight", "Q1", "Q3")})


def write_csv(separator, encoding):
    def write(frame, folder):
        path = folder / "2026Q3.csv"
        path.write_bytes(frame.to_csv(index=False, sep=separator).encode(encoding))

    return write


LAYOUTS = {
    "comma": write_csv(",", "utf-8"),
    "semicolon": write_csv(";", "utf-8"),
    "tab": write_csv("\t", "utf-8"),
    "byte order mark": write_csv(",", "utf-8-sig"),
    "GB18030": write_csv(",", "gb18030"),
    "UTF-16": write_csv("\t", "utf-16"),
    "workbook of text": lambda frame, folder: frame.to_excel(folder / "2026Q3.xlsx", index=False),
    "workbook of numbers and dates": lambda frame, folder: typed(frame).to_excel(folder / "2026Q3.xlsx", index=False),
    "Parquet of text": lambda frame, folder: frame.to_parquet(folder / "2026Q3.parquet"),
    "Parquet of numbers and dates": lambda frame, folder: typed(frame).to_parquet(folder / "2026Q3.parquet"),
    "shuffled columns": lambda frame, folder: write_csv(",", "utf-8")(frame[frame.columns[::-1]], folder),
    "decimals": lambda frame, folder: write_csv(",", "utf-8")(
        frame.replace({"Q1": {"5": "5.0"}, "region": {"1": "1.0", "2": "2.0"}}), folder
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_same_answers_in_any_layout_give_the_same_survey(tiny_project, layout):
    project = tiny_project(study="title: Layouts\n", codebook=LAYOUT_CODEBOOK)
    folder = project / "data" / "shop" / "customers"
    (folder / "2026Q3.csv").unlink()
    LAYOUTS[layout](pd.DataFrame(LAYOUT_ROWS), folder)
    survey = load_survey(load_study("shop", root=project))
    expected = pd.DataFrame(
        {"quality": [5, np.nan, 3, np.nan], "service": [4, 5, np.nan, 2], "trouble": [5.0, 4.0, 1.0, 2.0]}, index=[2, 3, 4, 5]
    )
    pd.testing.assert_frame_equal(survey.responses, expected, check_index_type=False)
    assert survey.attributes.fillna("-").to_dict("list") == {
        "who": ["R1", "R2", "R3", "R4"],
        "day": ["2026-09-01", "2026-09-02", "2026-09-03", "2026-09-04"],
        "region": ["1", "2", "1", "-"],
        "said": ["好", "-", "不错，谢谢", "ok"],
    }
    np.testing.assert_allclose(survey.weight_values, [0.8, 2.0, 0.4, 0.8], rtol=1e-15)
    assert survey.findings.table.query("rule == 'missing_code'")["n"].tolist() == [1, 1]


def test_a_western_file_gives_its_segments_as_written(tiny_project):
    project = tiny_project(study="title: Layouts\n", codebook=LAYOUT_CODEBOOK)
    rows = pd.DataFrame(LAYOUT_ROWS).assign(region=["Zürich", "Genève", "Zürich", ""], said="très bien", Q2=["4", "5", "Blank", "2"])
    write_csv(";", "cp1252")(rows, project / "data" / "shop" / "customers")
    survey = load_survey(load_study("shop", root=project))
    assert survey.attributes["region"].dropna().tolist() == ["Zürich", "Genève", "Zürich"]


def test_a_survey_knows_its_rows_period_scale_and_weights(load):
    survey = load()
    assert (len(survey), survey.responses.index[0], survey.responses.index[-1]) == (80, 2, 81)
    assert survey.period is not None
    assert survey.period.name == "2026Q3"
    assert survey.scale["quality_overall"] == (1, 10)
    assert survey.scale["complained"] == (0, 1)
    assert survey.weights is not None
    assert survey.weights.mean() == pytest.approx(1, abs=1e-12)
    assert survey.findings.count("error") + survey.findings.count("warning") == 0


def test_codes_that_nobody_declared_are_refused_with_item_column_code_count_and_row(refusal):
    told = refusal(
        codebook=CODEBOOK.replace("98: don't know, ", ""),
        data=table(put("Q1", {5: "98", 9: "98", 12: "77"})),
    )
    assert told == (
        "2026Q3.csv: quality_overall (column Q1): 3 of 80 answers lie outside the scale 1-10: 98 (2 times), 77 (1 times), first in row 5. "
        "Declare them under missing: in the codebook, or correct the scale."
    )


def test_all_items_with_undeclared_codes_are_told_at_once(refusal):
    def edit(frame):
        put("repurchase", {2: "11", 3: "11"})(frame)
        put("value_price", {2: "0", 3: "0"})(frame)

    told = refusal(data=table(edit)).splitlines()
    assert [line.split(": ")[1] for line in told] == ["value_price", "repurchase"]


def test_a_stray_code_below_the_limit_counts_as_missing_with_a_warning(load):
    survey = load(study=STUDY + "limits: {outside_scale: 0.02}\n", data=table(put("Q1", {7: "77"})))
    assert np.isnan(survey.responses.loc[7, "quality_overall"])
    assert survey.responses["quality_overall"].notna().sum() == 79
    seen = finding(survey, "outside_scale")
    assert (seen.severity, seen.column, seen.n, seen.rows) == ("warning", "quality_overall", 1, (7,))
    assert "They count as missing." in seen.detail


@pytest.mark.parametrize(("strays", "refused"), [(1, False), (2, True)])
def test_the_limit_is_a_share_of_the_answers_given(load, refusal, strays, refused):
    blank = dict.fromkeys(range(12, 82), "")
    data = table(put("Q1", {**blank, **dict.fromkeys(range(2, 2 + strays), "77")}))
    study = STUDY + "limits: {outside_scale: 0.1}\n"
    if refused:
        assert "2 of 10 answers lie outside the scale" in refusal(study=study, data=data)
    else:
        assert load(study=study, data=data).responses["quality_overall"].notna().sum() == 9


def test_words_where_a_number_is_due_are_refused_with_the_remedy(refusal):
    told = refusal(data=table(put("Q1", dict.fromkeys(range(4, 9), "fine"))))
    assert "quality_overall (column Q1): 5 of 80 answers are not numbers: 'fine' (5 times), first in row 4." in told
    assert "Give the scale labels, or declare them under missing:." in told


def test_missing_codes_are_gaps_and_counted_by_meaning(load):
    survey = load(data=table(put("Q1", {2: "98", 3: "98", 4: "99", 5: ""})))
    assert survey.responses["quality_overall"].isna().sum() == 4
    seen = survey.findings.table.query("rule == 'missing_code'")
    assert dict(zip(seen["detail"], seen["n"], strict=True)) == {"quality_overall: don't know.": 2, "quality_overall: refused.": 1}


def test_a_reversed_item_is_turned(load):
    turned = load(codebook=CODEBOOK.replace("quality_fit:", "quality_fit: {direction: reversed}"))
    assert (turned.responses["quality_fit"] + load().responses["quality_fit"] == 11).all()


def test_a_misspelt_column_is_refused_with_the_nearest_and_the_remedy(refusal):
    told = refusal(data=answers().replace("repurchase", "repruchase"))
    assert "2026Q3.csv: no column 'repurchase' (for repurchase). Did you mean 'repruchase'?" in told
    assert told.endswith("Mend the codebook's column:, or map it for this period: columns: {name: COLUMN}.")


def test_all_missing_columns_are_told_at_once(refusal):
    told = refusal(data=pd.read_csv(io.StringIO(answers()), dtype=str).drop(columns=["Q1", "region", "weight"]).to_csv(index=False))
    assert [line.split("'")[1] for line in told.splitlines()[:-1]] == ["Q1", "region", "weight"]


def test_a_period_maps_columns_that_changed(load):
    survey = load(
        period=PERIOD + "columns: {repurchase: '*REPUR', region: AREA}\n",
        data=answers().replace("repurchase", "*REPUR ").replace("region", "AREA"),
    )
    pd.testing.assert_series_equal(survey.responses["repurchase"], load().responses["repurchase"])
    assert survey.attributes["region"].nunique() == 2


def test_a_column_is_never_read_for_two_items(tmp_path):
    path = tmp_path / "codebook.yaml"
    path.write_text("items: {q1: {scale: {min: 1, max: 5}, column: old}, q2: {scale: {min: 1, max: 5}, column: q1}}", encoding="utf-8")
    with pytest.raises(DataError, match=r"no column 'old' \(for q1\)"):
        Survey.from_frame(pd.DataFrame({"q1": [1, 2, 3]}), load_codebook(path))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("", "2026Q3.csv: the file is empty (0 bytes)."),
        (answers().splitlines()[0] + "\n", "2026Q3.csv: a header with 18 columns but no rows."),
        (answers().replace("quality_fit", "value_price"), "2026Q3.csv: the column 'value_price' appears 2 times"),
        (answers() + "R81,2026-09-01,n,1" + ",5" * 20 + "\n", "2026Q3.csv: row 82 has 24 cells, but the header has 18 columns."),
    ],
)
def test_a_file_that_cannot_be_a_survey_is_refused(refusal, data, told):
    assert told in refusal(data=data)


def test_a_missing_file_is_told_with_where_it_was_looked_for(tiny_project):
    project = tiny_project()
    path = project / "data" / "shop" / "customers" / "2026Q3.csv"
    path.rename(path.with_name("2026Q2.csv"))
    with pytest.raises(DataError, match=r"No data for shop 2026Q3, source customers: looked for .*Did you mean '2026Q2\.csv'"):
        load_survey(load_study("shop", root=project))


@pytest.mark.parametrize(("weight", "row"), [("-1", 5), ("", 6), ("heavy", 7)])
def test_a_weight_that_cannot_be_used_is_refused_with_its_row(refusal, weight, row):
    told = refusal(data=table(put("weight", {row: weight})))
    assert told == f"2026Q3.csv: weight: 1 weights are missing, negative or not numbers (rows {row})."


def test_conflicting_respondents_are_refused_with_their_rows(refusal):
    told = refusal(data=table(put("respondent", {9: "R1"})))
    assert told == "2026Q3.csv: respondent: 1 ids have more than one set of answers (rows 2, 9). Keep one row of each."


def test_a_respondent_sent_twice_is_counted(load):
    survey = load(data=answers() + answers().splitlines()[3] + "\n")
    assert (finding(survey, "repeated_ids").n, finding(survey, "repeated_ids").rows) == (1, (4, 82))


def test_personal_columns_are_never_kept(load):
    def edit(frame):
        frame["phone"], frame["colour"] = "555-0100", "red"

    survey = load(codebook=CODEBOOK + "  contact: {role: personal, column: phone}\n", data=table(edit))
    kept = survey.responses.to_csv() + survey.attributes.to_csv() + survey.findings.table.to_csv()
    assert "555" not in kept
    assert "contact" not in survey.attributes
    assert finding(survey, "undeclared_columns").n == 1


def test_personal_and_ignored_columns_may_be_absent(load):
    assert len(load(codebook=CODEBOOK + "  contact: {role: personal, column: phone}\n  junk: {role: ignore}\n")) == 80


def test_findings_tell_dates_outside_the_fieldwork_and_unknown_segments(load):
    def edit(frame):
        put("visited", {4: "2026-08-31", 6: "2026-09-21"})(frame)
        put("region", {5: "west", 8: "west"})(frame)

    survey = load(data=table(edit))
    assert (finding(survey, "outside_fieldwork").n, finding(survey, "outside_fieldwork").rows) == (2, (4, 6))
    unknown = finding(survey, "unknown_segment")
    assert (unknown.severity, unknown.column, unknown.n) == ("warning", "region", 2)
    assert "does not list: west" in unknown.detail


def test_findings_tell_speeders_straight_lines_and_constant_items(load):
    def edit(frame):
        frame["seconds"] = "300"
        put("seconds", {3: "99", 4: "101"})(frame)
        frame.loc[5, frame.columns[4:18]] = "1"
        frame["value_price"], frame["value_quality"] = "1", ""

    survey = load(codebook=CODEBOOK + "  seconds: {role: duration}\n", data=table(edit))
    assert (finding(survey, "speeders").n, finding(survey, "speeders").rows) == (1, (3,))
    assert 7 in finding(survey, "straight_lined").rows
    assert (finding(survey, "constant").column, finding(survey, "all_missing").column) == ("value_price", "value_quality")


TIMED = CODEBOOK + "  seconds: {role: duration}\n"


def timed(seconds):
    """The tiny project's answers with times by row, 300 seconds elsewhere."""

    def edit(frame):
        frame["seconds"] = "300"
        put("seconds", seconds)(frame)

    return table(edit)


def test_speeders_are_dropped_and_kept_in_the_record_of_what_was_rejected(load):
    survey = load(codebook=TIMED, data=timed({3: "99", 4: "101", 9: "1分30秒"}))
    assert len(survey) == 78
    assert not {3, 9} & set(survey.responses.index)
    assert survey.weight_values.mean() == pytest.approx(1, abs=1e-12)
    assert finding(survey, "speeders").done == "dropped"
    assert survey.rejected.values.tolist() == [
        ["customers", 3, "R2", "seconds", "99", "speeders"],
        ["customers", 9, "R8", "seconds", "1分30秒", "speeders"],
    ]


def test_a_study_may_flag_speeders_and_move_the_line(load):
    flagged = load(study=STUDY + "limits: {speeders: flag, speeder_share: 0.5}\n", codebook=TIMED, data=timed({3: "99", 4: "149"}))
    assert (len(flagged), finding(flagged, "speeders").n, finding(flagged, "speeders").done) == (80, 2, "kept")
    assert flagged.rejected.empty


def test_a_frame_drops_the_same_respondents_as_its_file(tiny_project):
    study = load_study("shop", root=tiny_project(codebook=TIMED, data=timed({3: "99"})))
    frame = pd.read_csv(io.StringIO(timed({3: "99"})))
    from_frame = Survey.from_frame(frame, study.codebook)
    np.testing.assert_array_equal(from_frame.responses, load_survey(study).responses)
    weighted = Survey.from_frame(frame, study.codebook, weights=pd.Series(np.arange(1.0, 81), index=frame.index))
    assert weighted.weight_values[1] / weighted.weight_values[0] == pytest.approx(3, rel=1e-12)


def test_times_that_are_no_numbers_are_warned_of(load):
    seen = finding(load(codebook=TIMED, data=timed({3: "soon", 4: "", 5: "0:05:00"})), "unread_number")
    assert (seen.severity, seen.n, seen.rows, seen.done) == ("warning", 1, (3,), "counted as missing")


def test_a_file_of_incomplete_respondents_alone_is_refused_with_the_count_at_each_step(five):
    frame = pd.DataFrame(3, index=range(3), columns=list("abcde"))
    with pytest.raises(DataError, match="data: no respondent is left: 3 in the file, less 3 incomplete"):
        read_source(frame, five, Intake(complete=pd.Series(False, index=range(3))))


def test_incomplete_respondents_are_left_out_with_a_count_and_notes_become_findings(five):
    frame = pd.DataFrame({name: [1, 2, 3, 4] for name in "abcde"}, index=[2, 3, 4, 5])
    read = read_source(frame, five, Intake(complete=pd.Series([True, False, True, True], index=frame.index), notes=("1 preview.",)))
    assert read.responses.index.tolist() == [2, 4, 5]
    seen = read.findings.table.set_index("rule")
    assert (seen.loc["incomplete", "n"], seen.loc["incomplete", "rows"], seen.loc["incomplete", "done"]) == (1, (3,), "dropped")
    assert seen.loc["read", "detail"] == "1 preview."
    assert read.rejected[["row", "rule"]].values.tolist() == [[3, "incomplete"]]


def test_strict_mode_refuses_what_is_only_a_warning_otherwise(load, refusal):
    data = table(put("visited", {4: "2026-08-31"}))
    assert finding(load(data=data), "outside_fieldwork").severity == "warning"
    told = refusal(study=STUDY + "limits: {mode: strict}\n", data=data)
    assert told == "2026Q3.csv: visited: 1 interviews lie outside 2026-09-01 to 2026-09-20."


def test_strict_mode_accepts_a_clean_file(load):
    assert len(load(study=STUDY + "limits: {mode: strict}\n")) == 80


def test_an_item_printed_the_other_way_round_is_named_and_no_other(load):
    def edit(frame):
        frame["quality_fit"] = (11 - frame["quality_fit"].astype(int)).astype(str)

    seen = finding(load(data=table(edit)), "reversed_scale")
    assert (seen.severity, seen.column, seen.n) == ("warning", "quality_fit", 80)
    assert "direction: reversed" in seen.detail
    codebook = CODEBOOK.replace("quality_fit:", "quality_fit: {direction: reversed}")
    assert "reversed_scale" not in set(load(codebook=codebook, data=table(edit)).findings.table["rule"])


def test_an_item_of_a_small_construct_is_judged_among_all_rated_items(load):
    def edit(frame):
        frame["value_price"] = (11 - frame["value_price"].astype(int)).astype(str)

    assert finding(load(data=table(edit)), "reversed_scale").column == "value_price"


def test_rows_that_equal_another_are_counted_where_there_is_no_id(load):
    codebook = CODEBOOK.replace("  respondent: {role: id}\n", "")
    survey = load(codebook=codebook, data=answers() + "\n".join(answers().splitlines()[3:5]) + "\n")
    seen = finding(survey, "duplicate_rows")
    assert (len(survey), seen.n, seen.rows, seen.done) == (82, 2, (82, 83), "kept")


def test_segments_too_small_to_show_are_noted_with_the_studys_own_limit(load):
    data = table(put("region", dict.fromkeys(range(2, 76), "s")))
    seen = finding(load(study=STUDY + "suppress_below: 12\n", data=data), "small_segment")
    assert (seen.severity, seen.column, seen.n) == ("note", "region", 1)
    assert "fewer than 12 respondents: n (3)" in seen.detail


def test_an_answer_between_the_points_of_a_labelled_scale_is_no_answer(load):
    labels = ", ".join(f"{code}: grade {code}" for code in range(1, 11))
    codebook = CODEBOOK.replace("quality_fit:", f"quality_fit: {{scale: {{min: 1, max: 10, labels: {{{labels}}}}}}}")
    data = table(lambda frame: (put("quality_fit", {4: "6.5"})(frame), put("quality_reliability", {4: "6.5"})(frame)))
    survey = load(study=STUDY + "limits: {outside_scale: 0.02}\n", codebook=codebook, data=data)
    seen = finding(survey, "undeclared_code")
    assert (seen.column, seen.n, seen.rows, seen.done) == ("quality_fit", 1, (4,), "counted as missing")
    assert survey.responses.loc[4, ["quality_fit", "quality_reliability"]].fillna(-1).tolist() == [-1, 6.5]


def test_every_rejected_answer_is_kept_with_its_row_column_respondent_and_rule(load):
    def edit(frame):
        put("Q1", {7: "77"})(frame)
        put("repurchase", {8: "fine"})(frame)

    survey = load(study=STUDY + "limits: {outside_scale: 0.02}\n", data=table(edit))
    assert survey.rejected.values.tolist() == [
        ["customers", 7, "R6", "Q1", "77", "outside_scale"],
        ["customers", 8, "R7", "repurchase", "fine", "not_a_number"],
    ]


def test_findings_name_the_file_and_what_was_done(load):
    survey = load(data=table(put("Q1", {2: "98"})))
    seen = finding(survey, "missing_code")
    assert (seen.file, seen.done) == ("2026Q3.csv", "counted as missing")


def test_a_survey_knows_where_it_came_from_and_a_frame_does_not(load, five):
    survey = load()
    assert survey.origin is not None
    assert (survey.origin.source, survey.origin.path.name, survey.origin.layout, survey.origin.rows) == (
        "customers",
        "2026Q3.csv",
        "csv",
        80,
    )
    assert Survey.from_frame(pd.DataFrame(3, index=[0, 1], columns=list("abcde")), five).origin is None


def test_the_modes_of_a_wave_are_compared_with_the_largest_in_points(load):
    def edit(frame):
        frame["how"] = ["web"] * 50 + ["phone"] * 30
        frame["Q1"] = ["5", "6"] * 25 + ["7", "8"] * 15
        frame["weight"] = "1"

    survey = load(codebook=CODEBOOK + "  how: {role: mode}\n", data=table(edit))
    (row,) = mode_effects(survey, ["quality_overall"]).itertuples()
    assert (row.mode, row.against, row.item, row.n) == ("phone", "web", "quality_overall", 30)
    assert row.estimate == pytest.approx(100 * 2 / 9, rel=1e-12)
    # Two equally frequent neighbours on 1-10: variance n/(n-1)/4 of a point of 100/9.
    error = 100 / 9 * np.sqrt(1 / 4 / 49 + 1 / 4 / 29)
    assert row.std_error == pytest.approx(error, rel=1e-12)
    assert row.conf_high - row.conf_low == pytest.approx(2 * 1.959963984540054 * error, rel=1e-12)


def test_one_mode_has_nothing_to_be_compared_with(load):
    assert mode_effects(load(), ["quality_overall"]).empty
    alone = load(codebook=CODEBOOK + "  how: {role: mode}\n", data=table(lambda frame: frame.insert(0, "how", "web")))
    assert mode_effects(alone, ["quality_overall"]).empty


def test_the_public_acsi_sample_has_its_known_duplicates(root, real_data):
    seen = finding(load_survey(load_study("acsi2015", root=root)), "duplicate_rows")
    assert seen.n == 38
    assert "(63 rows in all)" in seen.detail


def test_a_frame_gives_the_same_survey_as_its_file(tiny_project):
    study = load_study("shop", root=tiny_project())
    frame = pd.read_csv(io.StringIO(answers()), index_col=False)
    from_frame = Survey.from_frame(frame, study.codebook)
    np.testing.assert_array_equal(from_frame.responses, load_survey(study).responses)
    np.testing.assert_array_equal(from_frame.weight_values, load_survey(study).weight_values)


@pytest.fixture
def five(tmp_path):
    """A codebook of five items on 1-5."""
    path = tmp_path / "codebook.yaml"
    path.write_text("defaults: {scale: {min: 1, max: 5}}\nitems: {a: , b: , c: , d: , e: }\n", encoding="utf-8")
    return load_codebook(path)


def test_a_frame_may_be_labelled_by_anything(five):
    frame = pd.DataFrame(3, index=["x", "y", "z"], columns=list("abcde"))
    survey = Survey.from_frame(frame, five)
    assert finding(survey, "straight_lined").rows == ("x", "y", "z")
    assert survey.responses.index.tolist() == ["x", "y", "z"]


def test_a_frame_with_a_column_twice_is_refused(five):
    frame = pd.DataFrame(3, index=[0, 1], columns=list("abcdea"))
    with pytest.raises(DataError, match="the column 'a' appears 2 times"):
        Survey.from_frame(frame, five)


def test_weights_of_a_frame_are_matched_by_label_and_scaled(five):
    frame = pd.DataFrame(3, index=[5, 6, 7], columns=list("abcde"))
    survey = Survey.from_frame(frame, five, weights=pd.Series([30.0, 20.0, 10.0], index=[7, 6, 5]))
    assert survey.weight_values.tolist() == [0.5, 1.0, 1.5]


@pytest.mark.parametrize("weights", [[-1.0, 2.0, 3.0], [np.nan, 2.0, 3.0], [0.0, 0.0, 0.0], [1.0, 2.0]])
def test_weights_of_a_frame_that_cannot_be_used_are_refused(five, weights):
    frame = pd.DataFrame(3, index=range(3), columns=list("abcde"))
    with pytest.raises(DataError, match="weights"):
        Survey.from_frame(frame, five, weights=pd.Series(weights))


def test_a_part_of_a_survey_has_weights_of_mean_one_again(load):
    survey = load()
    part = survey.only(survey.attributes["region"] == "n")
    assert len(part) == 40
    assert part.weight_values.mean() == pytest.approx(1, abs=1e-12)
    assert survey.weight_values.mean() == pytest.approx(1, abs=1e-12)


def test_a_part_without_anybody_or_without_weight_is_refused(load):
    survey = load(data=table(put("weight", dict.fromkeys(range(2, 82, 2), "0"))))
    with pytest.raises(DataError, match="No respondent is left of 80"):
        survey.only(survey.attributes["region"] == "west")
    with pytest.raises(DataError, match="Every one of the 40 respondents left has weight 0"):
        survey.only(survey.attributes["region"] == "n")


def test_an_unknown_segment_or_item_is_refused_with_the_nearest(load):
    survey = load()
    with pytest.raises(ParamsError, match=r"No segment 'regoin' in the survey\. Did you mean 'region'"):
        survey.segment("regoin")
    with pytest.raises(ParamsError, match=r"No item 'repurchas' in the codebook\. Did you mean 'repurchase'"):
        survey.complete(["repurchas"])


def test_the_history_holds_earlier_periods_that_have_data(tiny_project):
    more = {f"params/shop/{name}.yaml": f"period: {name}\n" for name in ("2025Q4", "2026Q1", "2026Q2")}
    project = tiny_project(
        more={**more, "data/shop/customers/2026Q1.csv": answers(20, seed=2), "data/shop/customers/2025Q4.csv": answers(10)}
    )
    history = load_history(load_study("shop", root=project), periods=3)
    assert {name: len(survey) for name, survey in history.items()} == {"2026Q1": 20, "2026Q3": 80}


def test_the_public_acsi_sample_has_its_published_counts(root, real_data):
    study = load_study("acsi2015", root=root)
    survey = load_survey(study)
    assert len(survey) == 8239
    assert study.structure is not None
    items = study.structure.items
    assert survey.moments(items).n == 7341
    assert survey.moments([item for item in items if item != "complained"]).n == 7422


def test_the_public_acsi_sample_is_refused_while_its_codes_are_undeclared(root, real_data, tmp_path):
    text = (root / "params" / "acsi2015" / "codebook.yaml").read_text(encoding="utf-8")
    (tmp_path / "codebook.yaml").write_text(text.replace("  missing: {98: don't know, 99: refused}\n", ""), encoding="utf-8")
    codebook = load_codebook(tmp_path / "codebook.yaml")
    raw = pd.read_csv(real_data / "acsi2015" / "acsi_2015.csv")
    with pytest.raises(DataError) as refused:
        Survey.from_frame(raw, codebook)
    lines = str(refused.value).splitlines()
    told = {line.split(" (column ")[1].split(")")[0]: line for line in lines}
    for column, line in told.items():
        high = 1 if column == "COMP" else 10
        answered = raw[column].dropna()
        strange = answered[answered > high]
        assert f"{len(strange)} of {len(answered)} answers lie outside the scale" in line
        assert f"98 ({(answered == 98).sum()} times)" in line
    assert {"REPUR", "OVERALLX", "COMP", "PQ"} <= set(told)
    assert "repurchase (column REPUR): 244 of" in told["REPUR"]


@pytest.mark.parametrize("published", SFO_OVERALL, ids=lambda each: str(each[0]))
def test_the_airport_surveys_have_their_published_means(root, real_data, published):
    year, n, mean, weighted = published
    study = load_study("sfo", year, root=root)
    survey = load_survey(study)
    overall = survey.responses["overall"].dropna()
    assert len(overall) == n
    assert overall.mean() == pytest.approx(mean, abs=PRINTED)
    assert survey.moments(["overall"]).mean[0] == pytest.approx(weighted, abs=PRINTED)
    assert survey.moments(["overall", *study.drivers.items]).n == SFO_COMPLETE[year]
