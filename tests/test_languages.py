"""A page is written in one language: its text, its title, its contents and its captions."""

import ast
import re
from pathlib import Path

import nbformat
import pytest
from nbformat import v4
from test_report_display import make_page, scores_frame

from csat_lib.errors import ParamsError
from csat_lib.report import tables, to_html
from csat_lib.report.caption_words import CAPTIONS
from csat_lib.report.language import PHRASES
from csat_lib.report.prose import told
from csat_lib.report.words import HEADINGS, METRICS

NOTEBOOKS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))
BOTH = "# How satisfied?\n\nThe index.\n\n<!-- zh -->\n\n# 有多满意？\n\n指数。"


def page_of(*cells, language):
    return to_html(v4.new_notebook(cells=[v4.new_markdown_cell(each) for each in cells]), page_title="Demo", language=language)


def test_a_page_shows_the_part_of_each_cell_in_its_language():
    english, chinese = (page_of(BOTH, "## What now?\n<!-- zh -->\n## 怎么办？", language=each) for each in ("en", "zh"))
    assert '<html lang="en">' in english
    assert "<h1>How satisfied?</h1>" in english
    assert '<a href="#what-now">What now?</a>' in english
    assert not re.search(r"[\u4e00-\u9fff]", re.sub(r"<style>.*?</style>", "", english, flags=re.DOTALL))
    assert '<html lang="zh-Hans">' in chinese
    assert "<h1>有多满意？</h1>" in chinese
    assert '<a href="#怎么办">怎么办？</a>' in chinese
    assert "satisfied" not in chinese
    assert "zh --" not in chinese


def test_a_cell_without_chinese_is_told_in_english():
    assert "only English" in page_of(BOTH, "only English", language="zh")


@pytest.mark.parametrize("mark", ["<!-- zh -->", "<!--zh-->", "  <!-- zh -->  "])
def test_the_mark_between_the_languages_stands_on_a_line_of_its_own(mark):
    assert told(f"one\n{mark}\n二", "zh") == "二"
    assert told(f"one\n{mark}\n二", "en") == "one"
    assert told(f"one {mark.strip()} 二", "zh") == f"one {mark.strip()} 二"


@pytest.mark.parametrize(("language", "words"), [("en", "The sample"), ("zh", "样本")])
def test_a_caption_left_out_is_looked_up_by_the_tables_name(language, words):
    shown = tables.table(make_page(language), scores_frame(), name="sample")
    assert f"<caption>{words}</caption>" in shown.html


def test_a_caption_that_nobody_gives_is_refused_with_the_nearest_name():
    with pytest.raises(ParamsError, match=r"No caption for the table 'sampel'.*Did you mean 'sample'"):
        tables.table(make_page(), scores_frame(), name="sampel")


@pytest.mark.parametrize("words", [CAPTIONS, PHRASES, HEADINGS, METRICS], ids=["captions", "phrases", "headings", "metrics"])
def test_both_languages_fill_the_same_places(words):
    places = {name: [sorted(re.findall(r"\{\w*\}", text)) for text in pair] for name, pair in words.items()}
    assert [name for name, (english, chinese) in places.items() if not set(chinese) <= set(english)] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_table_of_a_notebook_has_a_caption(path):
    for cell in nbformat.read(path, as_version=4).cells:
        calls = [each for each in ast.walk(ast.parse(cell.source)) if isinstance(each, ast.Call)] if cell.cell_type == "code" else []
        for call in calls:
            given = {each.arg: each.value for each in call.keywords}
            if ast.unparse(call.func).endswith("tables.table") and "caption" not in given:
                assert given["name"].value in CAPTIONS
