"""Pictures of the indicator system: well formed, in the page's colours, said in words, and telling the truth."""

import ast
import io
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from csat_lib.errors import ParamsError
from csat_lib.index import Node, Tree, break_even, robustness, sensitivity, tornado
from csat_lib.report import chart_words, charts, index_words, language, words
from csat_lib.report.charts.banner import _less
from csat_lib.report.page import Page
from csat_lib.study import Codebook, Text
from csat_lib.study.codebook import Attribute, Item

EVIL = "Checkout <script>alert(1)</script> $x$ & co"


def leaf(name, weight, english, chinese):
    return Node(name, Text(en=english, zh=chinese), weight, item=name)


TREE = Tree(
    Node(
        "index",
        Text(en="Satisfaction index", zh="满意度指数"),
        children=(
            Node(
                "service",
                Text(en="Service", zh="服务"),
                0.6,
                children=(leaf("staff", 0.5, "Staff", "店员"), leaf("checkout", 0.49, EVIL, "结账"), leaf("web", 0.01, "Web shop", "网店")),
            ),
            leaf("price", 0.4, "Price", "价格"),
        ),
    )
)
LEAVES = [node.name for node in TREE.leaves]
UNITS = pd.DataFrame([[80.0, 60.0, 70.0, 75.0], [70.0, 72.0, 64.0, 76.0], [60.0, 66.0, 90.0, 71.0]], index=["n", "s", "w"], columns=LEAVES)


def make_page(tongue="en"):
    items = {name: Item(name, name, TREE.node(name).label, Text(), 1, 5, {}, {}) for name in LEAVES}
    values = {"n": Text(en="North", zh="北"), "s": Text(en="South", zh="南"), "w": Text(en="West", zh="西")}
    region = Attribute("region", "region", "segment", Text(en="Region", zh="地区"), values, {})
    return Page(tongue, "demo", "Demo", "2026Q3", Codebook(Text(), items, {"region": region}))


@pytest.fixture
def page():
    return make_page()


def nodes_frame():
    scores = {"index": 72.0, "service": 70.5, "staff": 75.0, "checkout": 66.0, "web": 71.0, "price": 74.3}
    return pd.DataFrame({"node": list(scores), "estimate": list(scores.values()), "n": 800})


def points_frame():
    weights = TREE.effective_weights()
    scores = pd.Series([75.0, 66.0, 71.0, 74.3], index=LEAVES)
    return pd.DataFrame(
        {"node": LEAVES, "estimate": (weights * scores).to_numpy(), "lost": (weights * (100 - scores)).to_numpy(), "n": 800}
    )


def step_frame(weights=0.0):
    score = np.array([0.4, -0.2, 0.01, 0.1])
    effect = weights * np.array([0.3, -0.3, 0.1, -0.1])
    return pd.DataFrame({"node": LEAVES, "estimate": score + effect, "score_effect": score, "weight_effect": effect})


def sobol_frame():
    found = sensitivity(UNITS, {"stated": TREE, "equal": TREE.with_equal_weights()}, samples=64, draws=50, seed=1)
    return found.factors


def banner_frame(small=40):
    rows = []
    for item in ("staff", "checkout"):
        for name, segment, letter, n in (
            ("", "all", "", 800),
            ("region", "n", "A", 400),
            ("region", "s", "B", 360),
            ("region", "w", "C", small),
        ):
            won = "BC" if letter == "A" and item == "staff" else ""
            rows.append((name, segment, letter, item, "score", np.nan, 60.0 + len(rows), 1.0, n, float(n), won))
    columns = ["banner", "segment", "letter", "item", "metric", "code", "estimate", "std_error", "n", "n_effective", "letters"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(suppressed=table["n"] < 10, small_base=False, test="Welch t, effective n", correction="holm", alpha=0.05)


FIGURES = {
    "icicle": lambda page: charts.icicle(page, nodes_frame(), tree=TREE),
    "contributions": lambda page: charts.contributions(page, points_frame(), tree=TREE),
    "change": lambda page: charts.change(page, step_frame(), tree=TREE),
    "change with other weights": lambda page: charts.change(page, step_frame(1.0), tree=TREE),
    "ranks": lambda page: charts.rank_intervals(page, robustness(UNITS, TREE, draws=200, seed=1).units, by="region"),
    "tornado": lambda page: charts.tornado(page, tornado(UNITS.loc[["n"]], TREE), tree=TREE),
    "tornado of a change": lambda page: charts.tornado(page, tornado(UNITS, TREE, compare=("n", "s")), tree=TREE, what="change"),
    "break-even": lambda page: charts.break_even(page, break_even(UNITS, TREE, "n", "s"), tree=TREE, first="North", second="South"),
    "sobol": lambda page: charts.sobol(page, sobol_frame()),
}


def svg_of(exhibit):
    return exhibit.html[exhibit.html.index("<svg") : exhibit.html.index("</svg>") + 6]


@pytest.mark.parametrize("tongue", ["en", "zh"])
@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_is_well_formed_and_says_in_words_what_it_shows(figure, tongue):
    exhibit = FIGURES[figure](make_page(tongue))
    root = ET.fromstring(svg_of(exhibit))  # noqa: S314  our own figure
    assert root.get("role") == "img"
    assert len(root.get("aria-label")) > 15
    assert "{" not in exhibit.html
    caption = re.search(r"<figcaption>(.*?)</figcaption>", exhibit.html)[1]
    assert f'href="tables/{exhibit.name}.csv"' in caption
    assert len(pd.read_csv(io.StringIO(exhibit.csv))) > 0


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_takes_all_its_colours_from_the_page_and_none_of_its_text_is_markup(figure, page):
    svg = svg_of(FIGURES[figure](page))
    assert set(re.findall(r"(?<!,)#[0-9a-f]{3,8}\b(?!\")", re.sub(r'(href="|url\()#[^")]+', "", svg))) == set()
    assert "http" not in svg
    assert "<script" not in svg


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_is_the_same_every_time(figure, page):
    assert FIGURES[figure](page) == FIGURES[figure](page)


def heights(exhibit):
    """Pixels of the icicle's rectangles, in the order drawn."""
    paths = re.findall(r'<path d="M ?([\d.]+) ([\d.]+) ?L ?([\d.]+) ([\d.]+) ?L ?([\d.]+) ([\d.]+)', svg_of(exhibit))
    return [abs(float(each[5]) - float(each[1])) for each in paths]


def test_heights_of_the_icicle_are_weights_in_the_index(page):
    _, *drawn = [each for each in heights(charts.icicle(page, nodes_frame(), tree=TREE)) if each > 0]  # the sheet itself comes first
    whole = max(drawn)
    assert [each / whole for each in drawn] == pytest.approx([1.0, 0.6, 0.3, 0.294, 0.006, 0.4], abs=0.002)


def test_what_is_too_thin_for_words_is_named_in_the_caption(page):
    exhibit = charts.icicle(page, nodes_frame(), tree=TREE)
    assert "Too thin for a name, see the table: Web shop." in exhibit.html
    assert "Web shop" not in svg_of(exhibit)


def test_a_small_base_is_not_drawn(page):
    frame = nodes_frame().assign(n=[800, 800, 800, 4, 800, 800])
    assert "66.0" not in charts.icicle(page, frame, tree=TREE).html
    few = charts.icicle(page, nodes_frame().assign(n=4), tree=TREE)
    assert few.kind == "note"


def test_contributions_say_their_sum_and_where_most_is_left(page):
    exhibit = charts.contributions(page, points_frame(), tree=TREE)
    assert f"Together they make the index, {points_frame()['estimate'].sum():.1f}." in exhibit.html
    assert "Most is left at Price: 10.3 points." in exhibit.html


def test_score_and_weight_are_apart_only_where_weights_changed(page):
    assert "from weights" not in charts.change(page, step_frame(), tree=TREE).html
    assert "from weights" in charts.change(page, step_frame(1.0), tree=TREE).html


def test_ranks_that_move_are_named_and_firm_ones_said_to_be_firm(page):
    frame = pd.DataFrame({"unit": ["n", "s"], "rank": [1, 2], "rank_low": [1, 2], "rank_high": [1, 2], "estimate": [70.0, 60.0]})
    assert "No rank moves" in charts.rank_intervals(page, frame, by="region").html
    assert "These change places: South." in charts.rank_intervals(page, frame.assign(rank_low=[1, 1]), by="region").html


def test_units_that_never_swap_are_said_never_to(page):
    better = pd.DataFrame([[80.0] * 4, [60.0] * 4], index=["n", "s"], columns=LEAVES)
    exhibit = charts.break_even(page, break_even(better, TREE, "n", "s"), tree=TREE, first="North", second="South")
    assert "North and South keep their order" in exhibit.html


@pytest.mark.parametrize(
    ("draw", "frame"),
    [
        (lambda page, frame: charts.icicle(page, frame, tree=TREE), pd.concat([nodes_frame(), nodes_frame()])),
        (lambda page, frame: charts.contributions(page, frame, tree=TREE), pd.concat([points_frame(), points_frame()])),
        (lambda page, frame: charts.tornado(page, frame, tree=TREE), tornado(UNITS, TREE)),
    ],
)
def test_a_frame_of_several_segments_or_units_is_refused(page, draw, frame):
    with pytest.raises(ParamsError, match="has several"):
        draw(page, frame)


@pytest.mark.parametrize("figure", ["icicle", "contributions", "rank_intervals", "tornado", "break_even", "sobol", "change"])
def test_a_missing_column_is_named(page, figure):
    extra = {} if figure in {"rank_intervals", "sobol"} else {"tree": TREE}
    extra |= {"first": "a", "second": "b"} if figure == "break_even" else {}
    with pytest.raises(ParamsError, match="missing"):
        getattr(charts, figure)(page, pd.DataFrame({"other": [1.0]}), **extra)


# The banner table


def rows_of(exhibit):
    table = ET.fromstring(re.search(r"<table>.*</table>", exhibit.html)[0])  # noqa: S314  our own table
    return [["".join(cell.itertext()).strip() for cell in row] for row in table.iter("tr")]


def test_a_banner_has_a_letter_over_every_column_and_beside_what_is_higher(page):
    above, below, staff, checkout, bases = rows_of(charts.banner(page, banner_frame(), metric="score", caption="Scores"))
    assert above[-1] == "Region"
    assert below[1:] == ["All", "North A", "South B", "West C"]
    assert staff == ["Staff", "60.0", "61.0 BC", "62.0", "63.0"]
    assert checkout[0] == EVIL
    assert bases == ["Base (n)", "800", "400", "360", "40"]


def test_the_foot_names_level_correction_and_test(page):
    html = charts.banner(page, banner_frame(), metric="score", caption="Scores").html
    assert "(level 0.05, Holm correction; Welch t, effective n)" in html
    assert "Holm 校正" in charts.banner(make_page("zh"), banner_frame(), metric="score", caption="得分").html


def test_a_small_column_takes_a_second_with_it_and_no_letter_tells_of_them(page):
    rows = rows_of(charts.banner(page, banner_frame(small=4), metric="score", caption="Scores"))
    assert rows[2] == ["Staff", "60.0", "61.0", "n < 10", "n < 10"]
    assert rows[4] == ["Base (n)", "800", "400", "–", "–"]


def test_hidden_columns_leave_no_letter_among_double_letters():
    assert _less("A AA AB", {"AA"}, " ") == "A AB"
    assert _less("ABC", {"B"}, "") == "AC"


def test_a_figure_that_the_banner_does_not_have_is_refused(page):
    with pytest.raises(ParamsError, match=r"no 'top_2'\. There are: score"):
        charts.banner(page, banner_frame(), metric="top_2", caption="x")


# Words


def test_words_of_the_index_do_not_replace_others():
    source = ast.parse(Path(language.__file__).read_text(encoding="utf-8"))
    written = next(node.value for node in source.body if isinstance(node, ast.AnnAssign) and node.target.id == "PHRASES")
    others = {key.value for key in written.keys if key is not None} | set(chart_words.PHRASES)
    assert "target" in others
    assert others & set(index_words.INDEX_PHRASES) == set()
    assert set(words.HEADINGS) & set(index_words.INDEX_HEADINGS) == set()


@pytest.mark.parametrize("key", index_words.INDEX_PHRASES)
def test_both_languages_fill_the_same_braces(key):
    english, chinese = index_words.INDEX_PHRASES[key]
    assert set(re.findall(r"{(\w+)}", english)) == set(re.findall(r"{(\w+)}", chinese))
