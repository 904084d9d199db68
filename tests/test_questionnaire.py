"""The questionnaire that goes out: what is asked and what is not, a page without outside parts, a form that converts."""

from __future__ import annotations

import re
import shutil

import openpyxl
import pytest

from csat_lib import cli
from csat_lib.errors import ParamsError
from csat_lib.report.questionnaire import EN, ZH, sections, write_html, write_xlsform
from csat_lib.study import load_study
from csat_lib.survey.templates import start_from_template

HOSTILE = """\
title: {en: "<b>Title</b>", zh: "标题"}
items:
  rated:
    wording: {en: "<script>alert(1)</script> & ${x}", zh: "=1+1"}
    scale: {min: 1, max: 5, labels: {1: "</style>", 5: "good"}}
    missing: {0: no answer, 98: don't know, Blank: no answer}
  percent: {scale: {min: 0, max: 100}, missing: {998: don't know}}
  second word: {column: "第2题", label: {en: Second, zh: 第二}, scale: {min: 1, max: 5}}
attributes:
  who: {role: id}
  mail: {role: personal}
  kilo: {role: weight}
  spent: {role: duration}
  day: {role: date}
  region: {role: segment, values: {n: {en: North, zh: 北}, s: {en: South, zh: 南}}}
  branch: {role: segment}
  remark: {role: comment, label: {en: "What should change?", zh: "应该改变什么？"}}
"""


@pytest.fixture
def retail(tmp_path, root):
    for folder in ("params/models", "params/templates"):
        shutil.copytree(root / folder, tmp_path / folder)
    start_from_template("mine", "retail", "2026Q3", root=tmp_path)
    return load_study("mine", root=tmp_path)


@pytest.fixture
def hostile(tiny_project):
    return load_study("shop", root=tiny_project(study="title: Shop\n", codebook=HOSTILE))


def rows(path, sheet):
    lines = list(openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True))
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def test_sections_follow_the_model_then_details_then_the_respondent(retail):
    found = sections(retail)
    model = [each.name for each in retail.structure.constructs]
    assert [each.name for each in found] == [*model, "touchpoints", "further", "comments", "respondent"]
    asked = [question.name for section in found for question in section.questions]
    assert len(asked) == len(set(asked)) == len(retail.codebook.items) + 4


def test_particulars_weights_and_ids_are_not_asked(hostile):
    asked = {question.name for section in sections(hostile) for question in section.questions}
    assert asked == {"rated", "percent", "second word", "region", "branch", "remark"}


def test_only_reasons_that_a_person_can_give_are_boxes(hostile):
    rated = sections(hostile)[0].questions[0]
    assert [option.code for option in rated.options] == ["1", "2", "3", "4", "5", "98"]
    assert rated.options[-1].text.zh == "不知道"


def test_the_page_escapes_all_text_and_needs_nothing_from_outside(hostile, tmp_path):
    page = write_html(hostile, tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert page.count("</style>") == 1
    assert "<b>Title" not in page
    assert "default-src 'none'; style-src 'unsafe-inline'" in page
    assert not re.search(r"(?i)https?://|src=|href=|url\(|@import", page)
    assert "@media print" in page


def test_the_page_has_both_languages_and_the_anchors(retail, tmp_path):
    page = write_html(retail, tmp_path / "page.html").read_text(encoding="utf-8")
    for item in retail.codebook.items.values():
        assert item.wording.zh in page
    assert "very dissatisfied" in page
    assert "很满意" in page


@pytest.mark.parametrize("kind", ["retail", "hostile"])
def test_the_form_converts_without_error_or_warning(request, tmp_path, kind):
    xls2xform = pytest.importorskip("pyxform.xls2xform", reason="pyxform is not installed")
    path = write_xlsform(request.getfixturevalue(kind), tmp_path / "form.xlsx")
    converted = xls2xform.convert(str(path))
    assert converted.warnings == []
    assert 'lang="中文 (zh)"' in converted.xform


def test_the_form_asks_by_choice_text_and_constrained_number(hostile, tmp_path):
    path = write_xlsform(hostile, tmp_path / "form.xlsx")
    survey = {row["name"]: row for row in rows(path, "survey") if row["type"] != "end group"}
    assert survey["rated"]["type"].startswith("select_one ")
    assert survey["percent"]["type"] == "integer"
    assert survey["percent"]["constraint"] == "(. >= 0 and . <= 100) or . = 998"
    assert survey["remark"]["type"] == survey["branch"]["type"] == "text"
    assert survey["second_word"][ZH] == "第二"
    assert survey["rated"][ZH] == "=1+1"
    assert "${" not in survey["rated"][EN]


def test_questions_with_the_same_boxes_share_a_list_of_one_to_ten(retail, tmp_path):
    path = write_xlsform(retail, tmp_path / "form.xlsx")
    lists = {row["name"]: row["type"] for row in rows(path, "survey")}
    assert lists["checkout_speed"] == lists["parking"]
    listed = [row for row in rows(path, "choices") if f"select_one {row['list_name']}" == lists["satisfaction_overall"]]
    assert [row["name"] for row in listed] == [*map(str, range(1, 11)), "98", "99"]
    assert listed[9][EN] == "10 - very satisfied"
    assert listed[9][ZH] == "10 - 很满意"
    assert listed[10][ZH] == "不知道"


def test_the_command_writes_where_it_is_told_and_prints_the_path(retail, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for words, name in ((["--format", "xlsform", "--to", "out.xlsx"], "out.xlsx"), ([], "mine-2026Q3.html")):
        with pytest.raises(SystemExit) as ended:
            cli.main(["--root", str(tmp_path), "questionnaire", "mine", *words])
        assert ended.value.code == 0
        assert capsys.readouterr().out.strip() == name
        assert (tmp_path / name).is_file()


def test_a_form_needs_the_name_of_a_workbook(retail, tmp_path):
    with pytest.raises(ParamsError, match=r"\.xlsx"):
        write_xlsform(retail, tmp_path / "form.html")
