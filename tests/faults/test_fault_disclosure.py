"""Hostile text and small groups, through every output: page, page source, executed notebook, tables, metrics, index."""

from __future__ import annotations

import io
import json
import re
from html.parser import HTMLParser

import numpy as np
import openpyxl
import pandas as pd
import pytest
import shop as shops
from tiny_project import CODEBOOK, STUDY, snapshot

from csat_lib.report.exhibits import to_csv
from csat_lib.report.questionnaire import write_html, write_xlsform
from csat_lib.study import load_study

shop = pytest.fixture(shops.fixture)

SEGMENTS = """\
csat.report.charts.segments(page, csat.report.keyfigures.outcome_by_segment(wave, survey), name="segments", by=wave.parameters.segments)"""
SCORES = """\
segments = csat.report.keyfigures.outcome_by_segment(wave, survey)
csat.report.tables.table(page, segments, name="segment_scores", caption="By segment", by=wave.parameters.segments)"""
BANNER = """\
compared = csat.index.banner(survey, wave.rated, ["region"], metrics=["score", "top_2", "distribution"])
csat.report.charts.banner(page, compared, metric="score", caption="By region")"""
TOP = 'csat.report.charts.banner(page, compared, metric="top_2", caption="Best boxes by region", name="banner_top")'
ITEMS = """\
csat.report.tables.table(
    page, csat.index.item_scores(survey, wave.rated, by="region"), name="items_by_region", caption="Items by region", by="region")"""
FINDINGS = "csat.report.tables.table(page, survey.findings.published(), name='findings', caption='Findings', base=None)"
METRICS = """\
history = csat.survey.load_history(wave)
trend = csat.report.keyfigures.outcome_trend(wave, history)
card = csat.report.keyfigures.scorecard(wave, survey, trend)
csat.report.tables.metrics(page, csat.report.keyfigures.metrics(trend, card, csat.report.keyfigures.comparisons(wave, trend)))"""
LOOKS = (SEGMENTS, SCORES, BANNER, TOP, ITEMS, FINDINGS, METRICS)

EVIL = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '</script><script>alert("x")</script>',
    "[x](javascript:alert(1))",
    "**bold** _x_ `y` # z",
    "$\\frac{1}{2}$ \\input{/etc/passwd}",
    '"><svg onload=alert(1)>',
    "{{ 7 * 7 }} {% raw %}",
    "&lt;b&gt; &amp;",
]


class Runs(HTMLParser):
    """Elements and attributes that would run or fetch something."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "img", "iframe", "object", "embed", "base", "form"}:
            self.found.append(tag)
        links = {"href", "src", "xlink:href", "action", "data"}
        self.found += [
            f"{tag} {name}" for name, value in attrs if name.startswith("on") or (name in links and "javascript:" in (value or "").lower())
        ]


def runs(text: str) -> list[str]:
    """What in a page would run; nothing is the right answer."""
    return Runs(text).found


def people(shop, sizes, names=None):
    """A file with these many respondents in each region, whose answers differ from region to region."""
    rng = np.random.default_rng(5)
    rows = []
    for place, (region, n) in enumerate(sizes.items()):
        liking = rng.normal(6.2 + 0.37 * place, 1.6, n)
        answers = np.clip(np.rint(liking[:, None] + rng.normal(0, 1, (n, 4))), 1, 10).astype(int)
        rows += [[*row, (names or {}).get(region, region)] for row in answers]
    frame = pd.DataFrame(rows, columns=["q1", "q2", "s1", "s2", "region"])
    for period in ("2026Q2", "2026Q3"):
        frame.to_csv(shop.data.with_name(f"{period}.csv"), index=False)
    return frame


def settings(shop):
    (shop.study / "study.yaml").write_text(STUDY + "segments: [region]\nbootstrap: {draws: 200, seed: 1}\n", encoding="utf-8")


@pytest.mark.parametrize("evil", EVIL)
def test_hostile_text_is_plain_text_in_every_output(shop, evil):
    """As a study's title, a model's label, an item's label and wording, a segment's label, and a segment's code in the data."""
    settings(shop)
    word = json.dumps(evil, ensure_ascii=False)
    shop.change("{en: Tiny <Shop>, zh: 小店}", f"{{en: {word}, zh: {word}}}", shop.study / "study.yaml")
    shop.change("label: Quality", f"label: {word}", shop.root / "params" / "models" / "tiny.yaml")
    book = CODEBOOK.replace("{q1: ,", f"{{q1: {{label: {word}, wording: {word}}},")
    book = book.replace("{role: segment}", f"{{role: segment, label: {word}, values: {{a: {word}, b: B}}}}")
    (shop.study / "codebook.yaml").write_text(book, encoding="utf-8")
    people(shop, {"a": 60, "b": 50, "c": 40}, {"c": evil})
    shop.really(shops.SURVEY, *LOOKS)
    code, _, err = shop.csat("run", "tiny", "--language", "zh", "--workers", "1")
    assert code == 0, err
    for name, content in snapshot(shop.root / "output").items():
        text = content.decode("utf-8")
        if name.endswith(".html"):
            assert runs(text) == [], name
            assert "49" not in re.findall(r"<h1>(.*?)</h1>", text), name
        if name.endswith((".json", ".ipynb")):
            json.loads(text)
        if name.endswith(("detail.en.ipynb", "detail.zh.ipynb")):
            html = [data for cell in json.loads(text)["cells"] for out in cell.get("outputs", []) if (data := out["data"].get("text/html"))]
            assert html
            assert [runs("".join(each)) for each in html] == [[]] * len(html)
        if name.endswith(".csv"):
            assert not any(line.startswith(("=", "+", "@")) for line in text.splitlines()), name


@pytest.mark.parametrize("evil", [*EVIL, "=1+1"])
def test_hostile_text_is_plain_text_in_the_questionnaire(shop, evil):
    word = json.dumps(evil, ensure_ascii=False)
    (shop.study / "codebook.yaml").write_text(CODEBOOK.replace("{q1: ,", f"{{q1: {{label: {word}, wording: {word}}},"), encoding="utf-8")
    study = load_study("tiny", root=shop.root)
    assert runs(write_html(study, shop.root / "q.html").read_text(encoding="utf-8")) == []
    write_xlsform(study, shop.root / "q.xlsx")
    for sheet in openpyxl.load_workbook(shop.root / "q.xlsx").worksheets:
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            assert cell.data_type != "f"


@pytest.mark.parametrize("cell", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"])
def test_no_cell_of_a_table_is_a_formula_and_negative_numbers_stay_numbers(cell):
    text = to_csv(pd.DataFrame({"segment": [cell, "north"], cell: [-1.5, 2.0], "note": [cell, "-2"]}))
    again = pd.read_csv(io.StringIO(text))
    kept = "'" + cell.replace("\r", "\n")
    assert (again["segment"][0], again["note"][0], again.columns[1]) == (kept, kept, kept)
    assert again.iloc[0, 1] == -1.5


@pytest.mark.parametrize("n", [1, 3, 9])
def test_a_small_segment_is_in_no_output(shop, n):
    """Neither its figures nor its size: in pages, their source, executed notebooks, tables, metrics and manifest."""
    settings(shop)
    frame = people(shop, {"north": 150, "east": 90, "south": 60, "isles": n})
    shop.really(shops.SURVEY, *LOOKS)
    code, _, err = shop.csat("run", "tiny", "--language", "both", "--workers", "1")
    assert code == 0, err
    isles, south = frame[frame["region"] == "isles"], frame[frame["region"] == "south"]
    secret = {f"{100 * (part[item].mean() - 1) / 9:.6f}"[:-1] for part in (isles, south) for item in ("q1", "q2", "s1", "s2")}
    secret -= {value for value in secret if re.fullmatch(r"\d+\.0+|\d+\.5+|\d+\.\d\d?0*", value)}
    outputs = snapshot(shop.published)
    assert {"tables/segments.csv", "tables/segment_scores.csv", "tables/banner.csv", "tables/items_by_region.csv"} <= set(outputs)
    for name, content in outputs.items():
        text = content.decode("utf-8")
        assert not [value for value in secret if value in text], name
        assert not re.search(rf"isles[^a-z<>\n]{{0,12}}\b{n}\b(?!0)", text), name
    for name in ("segments", "segment_scores", "items_by_region", "banner"):
        table = pd.read_csv(shop.published / "tables" / f"{name}.csv")
        hidden = table[table["segment"].isin(["isles", "south"])]
        assert len(hidden)
        assert hidden[["estimate", "n"]].isna().all(axis=None)
        assert table.loc[table["segment"] == "north", "estimate"].notna().all()
    assert "n &lt; 10" in outputs["detail.en.html"].decode()


def test_a_page_that_is_opened_offline_asks_nobody_for_anything(shop):
    settings(shop)
    people(shop, {"north": 60, "east": 50})
    shop.really(shops.SURVEY, *LOOKS)
    assert shop.csat("run", "tiny")[0] == 0
    for name, content in snapshot(shop.root / "output").items():
        if name.endswith(".html"):
            text = content.decode("utf-8")
            links = re.findall(r"(?:src|href|action|data)=\"([^\"]*)\"", text) + re.findall(r"url\(([^)]*)\)|@import\s+([^;]+)", text)
            flat = [each for link in links for each in ([link] if isinstance(link, str) else link) if each]
            assert not [each for each in flat if re.match(r"[\"']?(?:[a-z]+:)?//", each)], name
            assert not re.search(r"fetch\(|XMLHttpRequest|sendBeacon|<link[^>]*http", text), name
