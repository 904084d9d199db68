"""Any two periods of a study side by side: the page's numbers, its script's numbers, and index.json."""

import json
import math
import re
import shutil
import subprocess
from html import unescape

import pytest

from csat_lib.report import comparing, site

RUN = """
const difference = require(process.argv[1]);
const [waves, names] = JSON.parse(require("fs").readFileSync(0, "utf8"));
const found = [];
for (const from of waves) for (const to of waves) for (const name of names) found.push(difference(from, to, name));
console.log(JSON.stringify(found));
"""
LABELS = {"checkout": {"en": "Checkout", "zh": "结账"}, "loyalty": {"en": "Loyalty <b>", "zh": "忠诚"}}


def add(output, period, end, *, kind="quarter", compare_to=None, **metrics):
    folder = output / "alpha" / period
    folder.mkdir(parents=True)
    facts = {
        "study": "alpha", "title": {"en": "Alpha", "zh": "甲"}, "period": period, "period_kind": kind, "period_end": end, "labels": LABELS,
        "parameters": {"compare_to": compare_to} if compare_to else {}, "respondents": 500, "reports": [],
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(facts), encoding="utf-8")
    (folder / "metrics.json").write_text(json.dumps(metrics), encoding="utf-8")


def figures(index, *, half=1.0, loyalty=70.0, lever=1.0):
    return {
        "n": 500, "index": index, "index_low": index - half, "index_high": index + half,
        "level.loyalty": loyalty, "level.loyalty_low": loyalty - 2, "level.loyalty_high": loyalty + 2, "lever.checkout": lever,
    }  # fmt: skip


@pytest.fixture
def output(tmp_path):
    add(tmp_path, "2025Q3", "2025-09-30", **figures(70.0, loyalty=60.0))
    add(tmp_path, "2026Q2", "2026-06-30", **figures(75.0))
    changed = {"index_change": 1.5, "index_change_low": 0.2, "index_change_high": 2.8}
    add(tmp_path, "2026Q3", "2026-09-30", compare_to="2026Q2", **figures(76.4, loyalty=71.0, lever=1.4), **changed)
    add(tmp_path, "2025", "2025-12-31", kind="year", **figures(71.0))
    return tmp_path


@pytest.fixture
def group(output):
    return comparing.ordered(site.waves(output))


def by_name(group):
    return {each.period: each for each in group}


def test_half_widths_of_independent_periods_add_in_squares(group):
    waves = by_name(group)
    change, low, high = comparing.difference(waves["2025Q3"], waves["2026Q3"], "level.loyalty")
    half = math.sqrt(2**2 + 2**2)
    assert (change, low, high) == pytest.approx((11.0, 11 - half, 11 + half))


def test_the_index_against_the_period_of_its_own_report_keeps_that_reports_interval(group):
    waves = by_name(group)
    assert comparing.difference(waves["2026Q2"], waves["2026Q3"], "index") == (1.5, 0.2, 2.8)
    change, low, high = comparing.difference(waves["2026Q3"], waves["2026Q2"], "index")
    assert (change, low, high) == pytest.approx((-1.4, -1.4 - math.sqrt(2), -1.4 + math.sqrt(2)))


def test_an_index_that_its_own_report_would_not_compare_is_not_compared_here(output):
    add(output, "2026Q4", "2026-12-31", compare_to="2026Q3", **figures(90.0))
    group = comparing.ordered(site.waves(output))
    waves = by_name(group)
    for pair in (("2026Q3", "2026Q4"), ("2026Q4", "2026Q3")):
        assert comparing.difference(*(waves[each] for each in pair), "index") == (None, None, None)
    assert comparing.difference(waves["2026Q2"], waves["2026Q4"], "index")[0] == pytest.approx(15)
    page = comparing.page(group, "en")
    last = page[page.index('id="previous"') :]
    assert '<td>76.4</td><td>90.0</td><td><span class="flat">–</span></td><td class="whole">–</td><td>not comparable</td>' in last
    assert "不可比" in comparing.page(group, "zh")


def test_a_figure_without_interval_has_a_difference_and_no_verdict(group):
    waves = by_name(group)
    assert comparing.difference(waves["2026Q2"], waves["2026Q3"], "lever.checkout") == (pytest.approx(0.4), None, None)
    assert comparing.difference(waves["2026Q2"], waves["2026Q3"], "nothing") is None


def test_the_script_finds_the_same_differences(output):
    add(output, "2026Q4", "2026-12-31", compare_to="2026Q3", **figures(90.0))
    group = comparing.ordered(site.waves(output))
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed here")
    facts = json.loads(unescape(re.search(r'data-compare="([^"]*)"', comparing.page(group, "en"))[1]))
    names = [row["name"] for row in facts["rows"]]
    done = subprocess.run(
        [node, "-e", RUN, str(site.TEMPLATES / "compare.js")],
        input=json.dumps([facts["waves"], names]), capture_output=True, text=True, encoding="utf-8", check=True,
    )  # fmt: skip
    expected = [comparing.difference(one, two, name) for one in group for two in group for name in names]
    for own, wanted in zip(json.loads(done.stdout), expected, strict=True):
        told = None if own is None else tuple(own[end] for end in ("change", "low", "high"))
        assert told == (None if wanted is None else pytest.approx(wanted))


def test_without_script_the_newest_period_stands_against_the_last_and_the_year_before(group):
    page = comparing.page(group, "en")
    assert re.findall(r'<h2 id="(\w+)">([^<]*)</h2>', page) == [
        ("choose", "Choose two periods"),
        ("previous", "2026Q3 against 2026Q2, the period before"),
        ("year", "2026Q3 against 2025Q3, a year before"),
    ]
    last = page[page.index('id="previous"') : page.index('id="year"')]
    assert "<td>75.0</td><td>76.4</td>" in last
    assert '<span class="sure">+1.5</span>' in last
    assert "0.2 to 2.8" in last
    assert "Checkout: gain of five points more" in last


def test_the_page_runs_its_own_script_only_and_escapes_what_it_is_given(group):
    page = comparing.page(group, "en")
    assert re.search(r"script-src 'sha256-[A-Za-z0-9+/=]{44}'", page)
    assert page.count("<script>") == 1
    assert "Loyalty <b>" not in page
    assert not re.search(r"https?:|src=", page)


def test_the_chinese_page_speaks_chinese(group):
    page = comparing.page(group, "zh")
    assert '<html lang="zh-Hans">' in page
    assert "结账：提高五分的收益" in page
    assert 'href="compare.html"' in page


def test_the_index_links_to_the_page_and_lists_everything_for_programs(output):
    site.write_index(output)
    assert (output / "alpha" / "compare.html").is_file()
    assert (output / "alpha" / "compare.zh.html").is_file()
    assert 'href="alpha/compare.html"' in (output / "index.html").read_text(encoding="utf-8")
    rows = json.loads((output / "index.json").read_text(encoding="utf-8"))["reports"]
    assert [row["period"] for row in rows] == ["2026Q3", "2026Q2", "2025", "2025Q3"]
    assert rows[0]["metrics"]["index"] == 76.4
    assert rows[0]["href"] == "alpha/2026Q3/index.html"


def test_a_single_period_has_nothing_to_be_compared_with(tmp_path):
    add(tmp_path, "2026Q3", "2026-09-30", **figures(76.0))
    add(tmp_path, "2026", "2026-12-31", kind="year", **figures(75.0))
    site.write_index(tmp_path)
    assert not (tmp_path / "alpha" / "compare.html").exists()
    assert "compare.html" not in (tmp_path / "index.html").read_text(encoding="utf-8")
