"""The index of all reports and the page of a period."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest

from csat_lib.report.site import index_page, waves, write_index, write_period

REPORTS = [
    {
        "name": "detail",
        "language": "en",
        "title": "Detail",
        "description": "More.",
        "status": "ok",
        "error": "",
        "tables": ["scores", "paths"],
    },
    {"name": "headline", "language": "en", "title": "Headline", "description": "First.", "status": "ok", "error": "", "tables": []},
    {"name": "headline", "language": "zh", "title": "Headline", "description": "First.", "status": "ok", "error": "", "tables": []},
]


def add(output, study, period, end, *, index=None, status="ok", compare_to=None, **metrics):
    folder = output / study / period
    folder.mkdir(parents=True)
    error = "no trust" if status != "ok" else ""
    facts = {
        "study": study, "title": {"en": f"{study.title()} <b>", "zh": ""}, "period": period, "period_kind": "quarter", "period_end": end,
        "parameters": {"compare_to": compare_to} if compare_to else {}, "seed": 1, "respondents": 1243, "end": "2026-10-02T08:00:00+00:00",
        "versions": {"csat_lib": "0.1.0"}, "reports": [{**each, "status": status, "error": error} for each in REPORTS],
    }  # fmt: skip
    figures = {**metrics} if index is None else {"index": index, "index_low": index - 1, "index_high": index + 1, **metrics}
    (folder / "manifest.json").write_text(json.dumps(facts))
    (folder / "metrics.json").write_text(json.dumps(figures))
    return folder


@pytest.fixture
def output(tmp_path):
    add(tmp_path, "alpha", "2026Q1", "2026-03-31", index=74.0)
    add(tmp_path, "alpha", "2026Q2", "2026-06-30", index=74.6, compare_to="2026Q1")
    add(tmp_path, "alpha", "2026Q3", "2026-09-30", index=76.4, compare_to="2026Q2", status="withheld")
    add(tmp_path, "beta", "2026Q4", "2026-12-31")
    return tmp_path


class Balanced(HTMLParser):
    VOID = frozenset({"meta", "link", "br", "hr", "img", "circle", "polyline", "polygon"})

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):  # noqa: ARG002
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def sound(html):
    """Nothing from outside, no script, tags in order, header cells with a scope, headings in order."""
    Balanced().feed(html)
    assert "default-src 'none'" in html
    assert '<html lang="en">' in html
    assert not re.search(r"<script|https?:|src=|javascript:", html)
    assert all("scope=" in each for each in re.findall(r"<th\b[^>]*>", html))
    assert html.count("<h1>") == 1


def test_studies_and_periods_come_newest_first(output):
    html = write_index(output).read_text(encoding="utf-8")
    sound(html)
    places = [html.index(f'href="{each}/index.html"') for each in ("beta/2026Q4", "alpha/2026Q3", "alpha/2026Q2", "alpha/2026Q1")]
    assert places == sorted(places)


def test_the_index_its_interval_and_its_change_are_shown(output):
    html = index_page(waves(output))
    assert "75.4 to 77.4" in html
    assert '<span class="up">▲ 1.8</span>' in html
    assert "since 2026Q2" in html
    assert "1,243" in html


def test_a_change_that_the_report_found_goes_before_the_difference(output):
    add(output, "alpha", "2026Q4", "2026-12-31", index=77.0, compare_to="2026Q3", index_change=-0.34)
    assert '<span class="down">▼ 0.3</span>' in index_page(waves(output))


def test_a_change_needs_no_other_published_period(tmp_path):
    folder = add(tmp_path, "gamma", "2026Q4", "2026-12-31", index=77.0, compare_to="2026Q3", index_before=75.5)
    write_period(folder, folder.parent)
    assert "▲ 1.5" in (folder / "index.html").read_text(encoding="utf-8")


def test_what_managers_read_comes_before_the_numbered_notebooks(tmp_path):
    folder = add(tmp_path, "gamma", "2026Q4", "2026-12-31")
    facts = json.loads((folder / "manifest.json").read_text())
    facts["reports"] = [{**REPORTS[0], "name": name} for name in ("10_survey_quality", "quarterly_report")]
    (folder / "manifest.json").write_text(json.dumps(facts))
    html = index_page(waves(tmp_path))
    assert html.index("quarterly_report.en.html") < html.index("10_survey_quality.en.html")


def test_the_sparkline_has_a_point_for_every_period_of_one_kind(output):
    html = index_page(waves(output))
    assert html.count("<svg") == 1
    assert len(re.search(r'<polyline points="([^"]+)"', html)[1].split()) == 3
    assert "from 2026Q1 (74.0) to 2026Q3 (76.4)" in html


def test_a_withheld_model_is_seen_in_the_index(output):
    assert '<span class="pill withheld">withheld</span>' in index_page(waves(output))


def test_titles_are_text_and_never_markup(output):
    assert "Alpha &lt;b&gt;" in index_page(waves(output))


def test_hidden_folders_and_unreadable_manifests_are_no_reports(output):
    add(output, "alpha", ".2026Q3.old", "2026-09-30", index=1.0)
    (output / "alpha" / "2026Q1" / "manifest.json").write_text("{")
    assert [each.period for each in waves(output)] == ["2026Q2", "2026Q3", "2026Q4"]


def test_an_empty_output_says_how_to_make_the_first_report(tmp_path):
    html = write_index(tmp_path / "output").read_text(encoding="utf-8")
    sound(html)
    assert "csat demo" in html


def test_the_page_of_a_period_has_cards_tables_and_manifest(output):
    folder = output / "alpha" / "2026Q3"
    write_period(folder, output / "alpha")
    html = (folder / "index.html").read_text(encoding="utf-8")
    sound(html)
    for href in ("detail.en.html", "headline.zh.html", "tables/scores.csv", "manifest.json", "../../index.html"):
        assert f'href="{href}"' in html
    assert "▲ 1.8" in html
    assert html.count("no trust") == 2
    assert html.index("tables/paths.csv") < html.index("tables/scores.csv")


def test_equal_files_give_equal_pages(output):
    assert write_index(output).read_bytes() == write_index(output).read_bytes()


def test_the_chinese_twin_says_the_same_in_chinese(output):
    folder = output / "alpha" / "2026Q3"
    write_period(folder, output / "alpha")
    index = write_index(output).with_name("index.zh.html").read_text(encoding="utf-8")
    period = (folder / "index.zh.html").read_text(encoding="utf-8")
    for html in (index, period):
        Balanced().feed(html)
        body = html.split("</style>")[1]
        assert '<html lang="zh-Hans">' in html
        assert '<a href="index.html" lang="en" hreflang="en">English</a>' in html
        assert "75.4 至 77.4" in html
        assert "较 2026Q2" in html
        assert not re.search(r">[^<]*\b(Status|Reports|since|Respondents|withheld)\b[^<]*<", body)
    assert 'href="alpha/2026Q3/index.zh.html"' in index
    assert index.count("headline.zh.html") == 4
    assert "headline.en.html" not in index
    assert 'href="../../index.zh.html"' in period


@pytest.mark.parametrize(
    ("stage", "english", "chinese"), [("provisional", "provisional figures", "初步数据"), ("final", "final figures", "正式数据")]
)
def test_index_and_period_pages_say_whether_figures_are_provisional_or_final(output, stage, english, chinese):
    folder = output / "alpha" / "2026Q3"
    facts = json.loads((folder / "manifest.json").read_text())
    before = index_page(waves(output)), index_page(waves(output), "zh")
    assert english not in before[0]
    assert chinese not in before[1]
    (folder / "manifest.json").write_text(json.dumps({**facts, "parameters": {**facts["parameters"], "status": stage}}))
    assert index_page(waves(output)).count(english) == 1
    assert index_page(waves(output), "zh").count(chinese) == 1
    write_period(folder, output / "alpha")
    assert english in (folder / "index.html").read_text(encoding="utf-8")
    assert chinese in (folder / "index.zh.html").read_text(encoding="utf-8")
    other = output / "alpha" / "2026Q2"
    write_period(other, output / "alpha")
    assert english not in (other / "index.html").read_text(encoding="utf-8")
