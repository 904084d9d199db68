"""What a reader sees: tables, figures and the page are readable, self-contained, harmless and the same every time."""

import io
import re
from xml.etree import ElementTree as ET

import nbformat
import numpy as np
import pandas as pd
import pytest
from nbformat import v4

from csat_lib.errors import ParamsError
from csat_lib.report import charts, harvest, language, open_page, tables, to_html, words
from csat_lib.report.charts.canvas import width_of
from csat_lib.report.charts.labels import place
from csat_lib.report.charts.layers import BOX, layout
from csat_lib.report.exhibits import METRICS, TABLE, Exhibit
from csat_lib.report.page import Page
from csat_lib.study import Codebook, Text, load_model
from csat_lib.study.codebook import Attribute, Item

EVIL = "Checkout <script>alert(1)</script> $x$ & co"


def item(name, english, chinese):
    return Item(name, name, Text(en=english, zh=chinese), Text(), 1, 5, {}, {})


def make_page(tongue="en", model="acsi"):
    items = {name: item(name, name.replace("_", " "), "题目") for name in ("range", "staff", "price", "parking")}
    items["checkout"] = item("checkout", EVIL, "结账")
    values = {"n": Text(en="North", zh="北"), "s": Text(en="South", zh="南"), "i": Text(en="Isles", zh="岛")}
    region = Attribute("region", "region", "segment", Text(en="Region", zh="地区"), values, {})
    return Page(tongue, "demo", "Demo", "2026Q3", Codebook(Text(), items, {"region": region}), load_model(model))


@pytest.fixture
def page():
    return make_page()


def trend_frame(count=8):
    periods = [f"{year}Q{quarter}" for year in range(2020, 2027) for quarter in range(1, 5)][-count:]
    y = np.linspace(73, 76.4, count)
    return pd.DataFrame({"period": periods, "estimate": y, "conf_low": y - 1.1, "conf_high": y + 1.1, "n": 1200})


def scores_frame():
    return pd.DataFrame(
        {
            "construct": ["expectations", "quality", "satisfaction"],
            "estimate": [78.23, 80.1, 76.4],
            "std_error": 0.6,
            "conf_low": [77.0, 79.0, 75.3],
            "conf_high": [79.4, 81.0, 77.5],
            "n": [1243, 1239, 24],
            "verdict": ["ok", "doubtful", "below 0.7 (Hair et al. 2019)"],
        }
    )


def segments_frame(isles=4):
    return pd.DataFrame(
        {
            "by": ["", "region", "region", "region"],
            "segment": ["all", "n", "s", "i"],
            "construct": "satisfaction",
            "estimate": [76.4, 78.0, 72.9, 99.125],
            "conf_low": [75.3, 76.9, 71.0, 60.0],
            "conf_high": [77.5, 79.1, 74.8, 100.0],
            "n": [1243, 900, 339, isles],
        }
    )


def drivers_frame():
    names = ["checkout", "range", "staff", "price", "parking"]
    return pd.DataFrame(
        {
            "driver": names,
            "share": [0.31, 0.25, 0.2, 0.16, 0.08],
            "importance": [0.31, 0.25, 0.2, 0.16, 0.08],
            "performance": [66.2, 79.4, 81.3, 70.9, 68.4],
            "quadrant": ["improve first", "keep up", "keep up", "low priority", "low priority"],
        }
    )


def counts_frame(points=5):
    shares = np.arange(1, points + 1) / np.arange(1, points + 1).sum()
    rows = [(name, code, str(code), shares[code - 1], 800) for name in ("range", "staff") for code in range(1, points + 1)]
    return pd.DataFrame(rows, columns=["item", "code", "label", "share", "n"])


def missing_frame():
    return pd.DataFrame({"item": ["range", "parking"], "answered": [0.97, 0.8], "dont_know": [0.03, 0.15], "blank": [0.0, 0.05], "n": 900})


def paths_frame(structure):
    rows = [(cause, effect, 0.5 if k % 3 else 0.03) for k, (cause, effect) in enumerate(structure.paths)]
    frame = pd.DataFrame(rows, columns=["cause", "effect", "estimate"])
    return frame.assign(conf_low=frame["estimate"] - 0.1, conf_high=frame["estimate"] + 0.1)


FIGURES = {
    "trend": lambda page: charts.trend(page, trend_frame(), target=77),
    "trend of one period": lambda page: charts.trend(page, trend_frame(1)),
    "trend of sixteen": lambda page: charts.trend(page, trend_frame(16)),
    "scores": lambda page: charts.scores(page, scores_frame(), order="sorted"),
    "segments": lambda page: charts.segments(page, segments_frame(), name="segments", by=["region"]),
    "importance": lambda page: charts.importance(page, drivers_frame()),
    "priorities": lambda page: charts.importance_performance(page, drivers_frame()),
    "distribution": lambda page: charts.distribution(page, counts_frame()),
    "ten points": lambda page: charts.distribution(page, counts_frame(10)),
    "missing": lambda page: charts.missing(page, missing_frame()),
    "paths": lambda page: charts.path_diagram(page, paths_frame(page.structure), structure=page.structure),
}


def svg_of(exhibit):
    return exhibit.html[exhibit.html.index("<svg") : exhibit.html.index("</svg>") + 6]


def notebook(*cells):
    return v4.new_notebook(cells=list(cells))


def said(text):
    return v4.new_markdown_cell(text)


def ran(*outputs, tags=()):
    shown = [v4.new_output("execute_result", data=each._repr_mimebundle_()) if isinstance(each, Exhibit) else each for each in outputs]
    return v4.new_code_cell("secret_code()", outputs=shown, metadata={"tags": list(tags)})


def failed(name, message):
    return v4.new_output("error", ename=name, evalue=message, traceback=["Traceback", "line"])


# Figures


@pytest.mark.parametrize("tongue", ["en", "zh"])
@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_is_well_formed_and_says_in_words_what_it_shows(figure, tongue):
    exhibit = FIGURES[figure](make_page(tongue))
    svg = svg_of(exhibit)
    root = ET.fromstring(svg)  # noqa: S314  our own figure
    assert root.get("role") == "img"
    assert len(root.get("aria-label")) > 15
    caption = re.search(r"<figcaption>(.*?)</figcaption>", exhibit.html)[1]
    assert caption.endswith("CSV</a>")
    assert f'href="tables/{exhibit.name}.csv"' in caption


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_takes_all_its_colours_from_the_page(figure, page):
    svg = svg_of(FIGURES[figure](page))
    assert set(re.findall(r"(?<!,)#[0-9a-f]{3,8}\b(?!\")", re.sub(r'(href="|url\()#[^")]+', "", svg))) == set()
    assert "<style" not in svg
    assert "http" not in svg


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_is_the_same_every_time(figure, page):
    assert FIGURES[figure](page) == FIGURES[figure](page)


def test_identifiers_of_two_figures_on_a_page_never_clash(page):
    one, other = (charts.trend(page, trend_frame(), name=name).html for name in ("one", "other"))
    ids = [set(re.findall(r'\bid="([^"]+)"', each)) for each in (one, other)]
    assert ids[0]
    assert ids[0].isdisjoint(ids[1])
    assert set(re.findall(r'(?:href="#|url\(#)([\w.-]+)', one)) == ids[0]


def test_a_figure_carries_its_data_at_full_precision(page):
    frame = trend_frame()
    exhibit = charts.trend(page, frame)
    read = pd.read_csv(io.StringIO(exhibit.csv))
    np.testing.assert_array_equal(read["estimate"], frame["estimate"])


def test_labels_are_text_not_markup_nor_formula(page):
    svg = svg_of(charts.importance(page, drivers_frame()))
    assert "<script" not in svg
    assert "$x$ &amp; co" in svg


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("real", "(+8.0) is larger than what sampling alone would do (1.5 points)"),
        ("within noise", "(+8.0) is within what sampling alone would do (1.5 points)"),
        ("not comparable", "not to be read as a change"),
    ],
)
def test_the_caption_of_a_trend_repeats_the_verdict_on_its_last_step(page, verdict, words):
    before = trend_frame()["period"].iloc[-2]
    step = pd.DataFrame([{"period": before, "estimate": 8.0, "conf_low": 6.5, "conf_high": 9.5, "verdict": verdict}])
    assert words in charts.trend(page, trend_frame(), changes=step).html


def test_a_trend_without_a_tested_last_step_claims_nothing_about_it(page):
    older = pd.DataFrame([{"period": "1999Q1", "estimate": 8.0, "conf_low": 6.5, "conf_high": 9.5, "verdict": "real"}])
    for changes in (None, older, older.head(0)):
        said = charts.trend(page, trend_frame(), changes=changes).html
        assert "sampling alone" not in said
        assert "not to be read as a change" not in said


def test_a_segment_that_cannot_be_compared_is_named_and_not_drawn(page):
    frame = pd.DataFrame(
        {
            "segment": ["all", "n", "s", "e"],
            "estimate": [75.0, 74.0, np.nan, 77.0],
            "conf_low": [73.0, 72.0, np.nan, 75.0],
            "conf_high": [77.0, 76.0, np.nan, 79.0],
            "n": [400, 130, 140, 130],
            "verdict": ["", "", "not comparable", ""],
        }
    )
    said = charts.segments(page, frame, name="segments", by="region").html
    label = page.value("region", "s")
    assert f"measure something else there: {label}." in said
    assert f">{label}<" not in said


def test_a_hidden_group_is_named_in_the_caption_and_nowhere_drawn(page):
    exhibit = charts.segments(page, segments_frame(), name="segments", by="region")
    assert "99.1" not in exhibit.html + exhibit.csv
    assert "Isles" not in svg_of(exhibit)
    assert "Isles" in exhibit.html


def test_a_chart_of_segments_shows_one_construct(page):
    several = pd.concat([segments_frame(), segments_frame().assign(construct="loyalty")])
    with pytest.raises(ParamsError, match="one construct; the frame has 2"):
        charts.segments(page, several, name="segments", by="region")


def test_questions_with_few_answers_leave_a_distribution(page):
    few = pd.concat([counts_frame(), counts_frame().assign(item="parking", n=7)])
    exhibit = charts.distribution(page, few)
    assert "parking" not in svg_of(exhibit)
    assert pd.read_csv(io.StringIO(exhibit.csv)).query("item == 'parking'")["share"].isna().all()


def test_an_empty_frame_says_so(page):
    assert "nothing to show" in charts.trend(page, trend_frame().head(0)).text


def test_a_missing_column_is_named(page):
    with pytest.raises(ParamsError, match="conf_high missing"):
        charts.trend(page, trend_frame().drop(columns="conf_high"))


def test_names_of_points_keep_clear_of_points_and_of_each_other():
    rng = np.random.default_rng(5)
    points = [(float(x), float(y)) for x, y in rng.uniform(60, 540, (12, 2))]
    boxes = place(points, [(80.0, 14.0)] * 12, within=(0, 0, 640, 600))
    for one, (x, y) in zip(boxes, points, strict=True):
        assert np.hypot(max(one[0] - x, 0, x - one[2]), max(one[1] - y, 0, y - one[3])) < 40
    overlaps = [(a, b) for k, a in enumerate(boxes) for b in boxes[:k] if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]]
    assert overlaps == []


@pytest.mark.parametrize("model", ["acsi", "ecsi", "ccsi"])
def test_a_diagram_keeps_causal_order_and_no_arrow_runs_through_a_box(model):
    structure = load_model(model)
    drawn = layout(structure.names, structure.paths, structure.outcome, 1060.0).centres
    assert all(drawn[cause][0] <= drawn[effect][0] for cause, effect in structure.paths)
    for cause, effect in structure.paths:
        line = np.linspace(drawn[cause], drawn[effect], 60)
        for name in set(structure.names) - {cause, effect}:
            away = np.abs(line - np.array(drawn[name])) < np.array(BOX) / 2
            assert not away.all(axis=1).any(), f"{cause} -> {effect} runs through {name}"


def test_paths_told_from_zero_are_coloured_and_the_others_are_named(page):
    exhibit = charts.path_diagram(page, paths_frame(page.structure), structure=page.structure)
    assert "6 of 9 paths" in exhibit.html
    assert "Not told from zero: Customer expectations to Perceived quality" in exhibit.html
    plain = paths_frame(page.structure).drop(columns=["conf_low", "conf_high"])
    assert "Coloured" not in charts.path_diagram(page, plain, structure=page.structure).html


def test_a_path_of_another_model_is_refused(page):
    with pytest.raises(ParamsError, match="No construct 'imagery'"):
        charts.path_diagram(page, pd.DataFrame({"cause": ["imagery"], "effect": ["quality"], "estimate": [0.1]}), structure=page.structure)


def test_chinese_letters_are_square():
    assert width_of("满意度") == pytest.approx(3 * width_of("满"))


# Tables


def test_a_table_has_caption_scopes_and_labels(page):
    html = tables.table(page, scores_frame(), name="scores", caption="Scores <now>").html
    assert "<caption>Scores &lt;now&gt;</caption>" in html
    assert '<th scope="row">Customer expectations</th>' in html
    assert html.count('scope="col"') == 4
    assert "style" not in html


def test_a_table_rounds_and_takes_the_interval_in(page):
    html = tables.table(page, scores_frame(), name="scores", caption="Scores").html
    assert "78.2 <small>(77.0 to 79.4)</small>" in html
    assert "1,243" in html
    assert "In brackets: 95\u00a0% intervals." in html


def test_small_bases_are_marked_and_verdicts_coloured(page):
    html = tables.table(page, scores_frame(), name="scores", caption="Scores").html
    assert '<small class="flag">small base</small> 24' in html
    assert '<span class="pill bad">below 0.7</span> <small>(Hair et al. 2019)</small>' in html
    assert '<span class="pill warn">doubtful</span>' in html


@pytest.mark.parametrize("isles", [1, 3, 9])
def test_a_hidden_group_is_in_no_part_of_the_output(page, isles):
    exhibit = tables.table(page, segments_frame(isles), name="regions", caption="Regions", by="region")
    bundle = str(exhibit._repr_mimebundle_())
    assert "99.1" not in bundle
    assert bundle.count("n &lt; 10") == 2
    assert f",{isles}," not in exhibit.csv


def test_the_csv_has_names_and_full_precision_and_no_formulas(page):
    frame = scores_frame().assign(detail=["=1+1", "@x", "-2"], change=[-0.1234567890123, 1 / 3, 0.0])
    csv = tables.table(page, frame, name="scores", caption="Scores").csv
    read = pd.read_csv(io.StringIO(csv))
    assert read["construct"].tolist() == ["expectations", "quality", "satisfaction"]
    assert read["detail"].tolist() == ["'=1+1", "'@x", "'-2"]
    assert read["change"].tolist() == frame["change"].tolist()


def test_columns_are_chosen_named_and_ordered(page):
    html = tables.table(page, scores_frame(), name="scores", caption="Scores", columns={"construct": "What", "n": None}).html
    assert re.findall(r'<th scope="col"[^>]*>(.*?)</th>', html) == ["What", "n"]
    with pytest.raises(ParamsError, match="colour missing"):
        tables.table(page, scores_frame(), name="scores", caption="Scores", columns=["colour"])


def test_counts_of_other_things_than_respondents_are_not_hidden(page):
    frame = pd.DataFrame({"rule": ["straight_lined"], "n": [3], "detail": ["3 gave one answer"]})
    assert '<td class="num">3</td>' in tables.table(page, frame, name="findings", caption="Findings", base=None).html


@pytest.mark.parametrize("name", ["../x", "A", "", "a b", "x" * 80])
def test_a_table_cannot_be_called_like_a_path(page, name):
    with pytest.raises(ParamsError, match="cannot be a table's name"):
        tables.table(page, scores_frame(), name=name, caption="Scores")


def test_the_headline_says_what_is_real(page):
    deltas = pd.DataFrame(
        {"label": ["since 2026Q2", "since 2025Q3"], "estimate": [1.8, -0.4], "conf_low": [0.3, -1.9], "conf_high": [3.3, 1.1]}
    )
    trend = charts.trend(page, trend_frame())
    exhibit = tables.headline(page, estimate=76.4, conf_low=75.3, conf_high=77.5, n=1243, trend=trend, deltas=deltas)
    assert "76.4<span>± 1.1</span>" in exhibit.html
    assert re.search(r'class="up">.*▲</span> 1.8 real', exhibit.html)
    assert re.search(r'class="flat">.*▼</span> 0.4 within noise', exhibit.html)
    assert exhibit.csv == trend.csv


def test_a_headline_on_too_few_answers_shows_no_number(page):
    assert "91" not in tables.headline(page, estimate=91.0, conf_low=85.0, conf_high=97.0, n=4).html


def test_a_scorecard_has_units_and_status(page):
    frame = pd.DataFrame(
        {
            "metric": ["index", "rate"], "label": ["Index", ""], "estimate": [76.4, 92.0], "conf_low": [75.3, 88.0],
            "conf_high": [77.5, 94.0], "unit": ["", "%"], "target": [77.0, 90.0], "verdict": ["at risk", "met"],
        }
    )  # fmt: skip
    html = tables.scorecard(page, frame).html
    assert "76.4 ± 1.1" in html
    assert "92\u00a0% (88.0 to 94.0)" in html
    assert '<span class="pill warn">at risk</span>' in html


def test_metrics_show_nothing_and_travel_as_plain_numbers(page):
    bundle = tables.metrics(page, {"index": np.float64(76.4), "n": np.int64(12), "nps": float("nan")})._repr_mimebundle_()
    assert bundle[METRICS] == {"index": 76.4, "n": 12, "nps": None}
    assert "text/html" not in bundle
    with pytest.raises(ParamsError, match="expected a number"):
        tables.metrics(page, {"index": "76"})


def test_answers_and_notes_are_plain_text(page):
    assert "&lt;b&gt;" in tables.answers(page, ["<b>rose</b>"]).html
    assert "&lt;b&gt;" in tables.note(page, "<b>", kind="withheld").html
    with pytest.raises(ParamsError, match="is not a kind of note"):
        tables.note(page, "x", kind="witheld")


# Language


def test_every_phrase_has_both_languages_and_the_same_places_to_fill():
    for key, (english, chinese) in language.PHRASES.items():
        assert english, key
        assert set(re.findall(r"{(\w+)}", english)) == set(re.findall(r"{(\w+)}", chinese)), key
    assert all(english and chinese for table in (words.HEADINGS, words.METRICS) for english, chinese in table.values())


def test_a_chinese_page_is_chinese():
    html = tables.table(make_page("zh"), scores_frame(), name="scores", caption="得分").html
    assert "顾客期望" in html
    assert "低于 0.7" in html
    assert "77.0 至 79.4" in html


# The page


def test_a_page_needs_a_study_and_a_known_language():
    with pytest.raises(ParamsError, match="expected what csat"):
        open_page("demo")


def test_a_rendered_page_is_self_contained_and_shows_no_code(page):
    html = to_html(
        notebook(said("# How satisfied?\n\nA line."), said("## One *small*\n\nText"), ran(*(make(page) for make in FIGURES.values()))),
        page_title="Demo 2026Q3",
        links={"all": "../../index.html"},
        provenance=["data.csv"],
    )
    assert "secret_code" not in html
    assert "<script" not in html
    assert re.findall(r"(?:https?:)?//[\w.]+", html) == []
    assert "default-src 'none'" in html
    assert '<html lang="en">' in html
    assert "<h1>How satisfied?</h1>" in html
    assert '<a href="#one">One</a>' in html
    assert len(html) < 500_000


def test_levels_of_headings_are_in_order(page):
    html = to_html(notebook(said("# A"), said("## B"), said("### C"), ran(tables.answers(page, ["x"])), said("## B")), page_title="Demo")
    assert re.findall(r"<h(\d)", html) == ["1", "2", "3", "2", "2"]
    assert re.findall(r'id="(b[\w-]*)"', html) == ["b", "b-2"]


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](https://example.org/)",
        "![x](https://example.org/x.png)",
        "<https://example.org>",
        "<style>@import 'https://example.org/x.css'</style>",
    ],
)
@pytest.mark.parametrize("way", ["cell", "title", "markdown", "html", "plain"])
def test_text_can_neither_run_nor_fetch_anything(evil, way):
    data = {"markdown": {"text/markdown": evil}, "html": {"text/html": evil}, "plain": {"text/plain": evil}}
    cells = {
        "cell": said(evil),
        "title": said(f"# {evil}"),
        **{key: ran(v4.new_output("display_data", data=value)) for key, value in data.items()},
    }
    html = to_html(notebook(cells[way]), page_title="Demo").split("</head>")[1]
    assert not re.search(r"<(script|style|iframe|object|link)\b|<[^>]*\s(on\w+)=|(src|href)=\"(?!#)[^\"]*:", html)


def test_a_computed_title_may_come_from_an_output_or_the_metadata():
    computed = ran(v4.new_output("display_data", data={"text/markdown": "# The index is 76.4\n\n1,243 customers"}))
    html = to_html(notebook(computed, said("## Next")), page_title="Demo")
    assert "<h1>The index is 76.4</h1>" in html
    assert html.count("The index is 76.4") == 1
    told = notebook(said("# Of the cell"))
    told.metadata["csat"] = {"title": "Of the metadata"}
    assert "<h1>Of the metadata</h1>" in to_html(told, page_title="Demo")


def test_two_halves_stand_side_by_side():
    half = [v4.new_markdown_cell(f"## {word}", metadata={"tags": ["half"]}) for word in "AB"]
    html = to_html(notebook(*half, said("## C")), page_title="Demo")
    assert re.search(r'<div class="pair"><section>.*A.*</section><section>.*B.*</section></div>\s*<section>', html, re.DOTALL)


@pytest.mark.parametrize("name", ["ModelError", "ConvergenceError", "csat_lib.errors.ModelError"])
def test_a_refused_model_says_why_once_and_what_hangs_on_it_says_nothing(name):
    html = to_html(
        notebook(
            ran(failed(name, "weights <moved>"), tags=["section"]),
            ran(failed("NameError", "name 'fit' is not defined"), tags=["section"]),
            ran(failed(name, "weights <moved>"), tags=["section"]),
        ),
        page_title="Demo",
    )
    assert html.count("weights &lt;moved&gt;") == 1
    assert "withheld" in html
    assert "NameError" not in html
    assert "Traceback" not in html


def test_another_error_is_named_without_its_message():
    html = to_html(notebook(ran(failed("KeyError", "Mr Smith"), tags=["section"])), page_title="Demo")
    assert "Mr Smith" not in html
    assert "KeyError" in html


def test_streams_parameters_and_styles_for_the_laboratory_stay_out(page):
    chatter = v4.new_output("stream", name="stderr", text="warning: chatter")
    html = to_html(
        notebook(ran(chatter), ran(tables.answers(page, ["kept"]), tags=["parameters"]), ran(tables.answers(page, ["shown"]))),
        page_title="D",
    )
    assert "chatter" not in html
    assert "kept" not in html
    assert "shown" in html
    assert html.count("<style") == 1


@pytest.mark.parametrize("href", ["https://example.org", "//example.org", "javascript:alert(1)", 'x" onclick="y'])
def test_a_link_cannot_leave_the_report(href):
    with pytest.raises(ParamsError, match="relative address"):
        to_html(notebook(), page_title="Demo", links={"out": href})


def test_rendering_leaves_the_notebook_as_it_is_and_is_repeatable(page):
    book = notebook(said("# A"), ran(tables.table(page, scores_frame(), name="scores", caption="Scores")))
    before = nbformat.writes(book)
    assert to_html(book, page_title="Demo") == to_html(book, page_title="Demo")
    assert nbformat.writes(book) == before


# Harvest


def test_tables_and_key_figures_are_taken_from_the_outputs(page):
    found = harvest(notebook(ran(charts.trend(page, trend_frame())), ran(tables.metrics(page, {"index": 76.4}))))
    assert list(found.tables) == ["trend"]
    assert found.tables["trend"].startswith("period,estimate,conf_low,conf_high,n\n")
    assert found.metrics == {"index": 76.4}


def test_two_different_tables_of_one_name_are_refused(page):
    one, other = (charts.trend(page, trend_frame(count)) for count in (4, 8))
    assert list(harvest(notebook(ran(one), ran(one))).tables) == ["trend"]
    with pytest.raises(ParamsError, match="table called 'trend'"):
        harvest(notebook(ran(one), ran(other)))


def test_a_table_from_elsewhere_cannot_name_a_path():
    evil = v4.new_output("display_data", data={TABLE: {"name": "../../x", "csv": ""}})
    with pytest.raises(ParamsError, match="cannot be a table's name"):
        harvest(notebook(ran(evil)))


def test_questions_of_two_scales_do_not_share_a_chart_of_answers(page):
    mixed = pd.concat([counts_frame(), counts_frame(10).assign(item=lambda table: table["item"] + "_ten")])
    with pytest.raises(ParamsError, match="shows one scale"):
        charts.distribution(page, mixed)
