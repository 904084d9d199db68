"""The reports that managers read, run as they are: every section is there, and one without data says what is missing."""

import json
import re
import shutil

import nbformat
import pytest
from conftest import answers

from csat_lib.report import run
from csat_lib.report.prose import told
from csat_lib.study.notebooks import NOTEBOOKS

SECTIONS = [
    *("Where we stand", "What moved, and why", "What to do first", "Levers", "Scorecard", "Actions", "All key figures"),
    *("The model behind it", "Question by question", "Who is more satisfied, who less", "Competitors", "Complaints"),
    *("Loyalty and money", "Who moves", "What customers say", "Can the answers be trusted?", "Method"),
]
BOTH_LANGUAGES = 2_000_000


def sections(html: str) -> dict[str, str]:
    """What stands under each heading of the second level."""
    parts = re.split(r'<h2 id="[^"]*">(.*?)</h2>', html.split("<footer>", maxsplit=1)[0])
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def refused(part: str) -> list[str]:
    """The lines that say what is missing."""
    return re.findall(r'<p class="box missing"><b>[^<]*</b> ([^<]*)</p>', part)


def content(part: str) -> int:
    """Exhibits under a heading."""
    return len(re.findall(r'<(?:svg|table|ul class="answers"|p class="box|p class="remark)', part))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_quarterly_report_asks_its_questions_in_order(root, language):
    notebook = nbformat.read(root / "notebooks" / "quarterly_report.ipynb", as_version=4)
    texts = [told(cell.source, language) for cell in notebook.cells if cell.cell_type == "markdown"]
    found = re.findall(r"^## (.+)$", "\n".join(texts), flags=re.MULTILINE)
    assert len(found) == len(SECTIONS)
    if language == "en":
        assert found == SECTIONS


def test_the_overdue_actions_stand_on_the_first_screen(root):
    notebook = nbformat.read(root / "notebooks" / "quarterly_report.ipynb", as_version=4)
    headings = [place for place, cell in enumerate(notebook.cells) if cell.cell_type == "markdown" and cell.source.startswith("## ")]
    first = "\n".join(cell.source for cell in notebook.cells[headings[0] : headings[1]])
    assert "acting.overdue" in first
    assert re.search(r"parts = {[^}]*\"actions\": overdue}", first)
    assert re.search(r"answers = brief\.said\([^)]*\*\*parts\)", first)


def test_every_kind_of_period_has_its_report():
    assert NOTEBOOKS["month"] == ("monthly_brief",)
    assert NOTEBOOKS["year"] == ("annual_report",)
    assert all(NOTEBOOKS[kind][-1] == "quarterly_report" for kind in ("quarter", "half", "special"))


@pytest.fixture(scope="module")
def shop(root, tmp_path_factory):
    """A shop with two quarters, the year and the month that they make, and nothing else: no competitors, actions or complaints."""
    from conftest import CODEBOOK, PERIOD, STUDY

    place = tmp_path_factory.mktemp("shop")
    shutil.copytree(root / "notebooks", place / "notebooks")
    shutil.copytree(root / "params" / "models", place / "params" / "models")
    files = {
        "params/shop/study.yaml": STUDY + "language: en\n",
        "params/shop/codebook.yaml": CODEBOOK,
        "params/shop/2026Q2.yaml": "period: 2026Q2\n",
        "params/shop/2026Q3.yaml": PERIOD + "compare_to: 2026Q2\n",
        "params/shop/2026.yaml": "period: 2026\n",
        "params/shop/2026-09.yaml": "period: 2026-09\n",
        "data/shop/customers/2026Q2.csv": answers(80, 2),
        "data/shop/customers/2026Q3.csv": answers(80, 3),
    }
    for name, text in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")
    run("shop", "2026Q3", root=place, only=["quarterly_report"], language="both")
    run("shop", ["2026", "2026-09"], root=place, only=None)
    return place / "output" / "shop"


@pytest.fixture(scope="module")
def quarter(shop):
    return {each: (shop / "2026Q3" / f"quarterly_report.{each}.html").read_text(encoding="utf-8") for each in ("en", "zh")}


def test_no_section_is_empty_and_none_is_lost(quarter):
    for html in quarter.values():
        found = sections(html)
        assert len(found) == len(SECTIONS)
        assert [name for name, part in found.items() if not content(part)] == []
    assert list(sections(quarter["en"])) == SECTIONS


def test_sections_without_data_say_what_is_missing_and_how_to_supply_it(quarter):
    found = {name: " ".join(refused(part)) for name, part in sections(quarter["en"]).items()}
    assert "no source competitors" in found["Competitors"]
    assert "actions.yaml" in found["Actions"]
    for name in ("Complaints", "Loyalty and money", "What customers say", "Who moves"):
        assert found[name], name
    assert found["The model behind it"] == ""


def test_chinese_pages_say_it_in_chinese(quarter):
    for name, part in sections(quarter["zh"]).items():
        for line in refused(part):
            assert re.search(r"[\u4e00-\u9fff]", line), f"{name}: {line}"


def test_the_first_screen_answers_with_a_key(quarter):
    first = sections(quarter["en"])["Where we stand"]
    assert 'class="big"' in first
    assert "since 2026Q2" in first
    assert first.index('class="answers"') < first.index('class="key"')


def test_both_languages_together_stay_small(quarter):
    assert sum(len(html.encode()) for html in quarter.values()) < BOTH_LANGUAGES


def test_no_traceback_reaches_a_page(shop, quarter):
    pages = [*quarter.values(), *(path.read_text(encoding="utf-8") for path in shop.glob("2026*/*.en.html"))]
    assert not [page for page in pages if "Traceback" in page or "NameError" in page]


def test_the_metrics_hold_what_the_comparison_needs(shop):
    told_of = json.loads((shop / "2026Q3" / "metrics.json").read_text(encoding="utf-8"))
    wanted = ("index", "level.satisfaction", "level.loyalty", "importance.quality_overall", "performance.value_price", "lever.value_price")
    assert all(f"{name}{end}" in told_of for name in wanted for end in ("", "_low", "_high"))


def test_a_year_of_quarters_shows_them_and_proposes_targets(shop):
    found = sections((shop / "2026" / "annual_report.en.html").read_text(encoding="utf-8"))
    assert "2026Q2 (80), 2026Q3 (80)" in found["Where we stand"]
    assert found["The quarters"].count("<tr>") == 3
    assert "<table" in found["Targets for next year"]
    assert refused(found["Which actions worked"])


def test_a_month_of_a_quarter_says_whose_answers_it_shows(shop):
    found = sections((shop / "2026-09" / "monthly_brief.en.html").read_text(encoding="utf-8"))
    assert "interviews of 2026Q3 (80)" in found["Where we stand"]
    assert refused(found["Complaints"])


@pytest.fixture(scope="module")
def published(root, real_data, tmp_path_factory):
    """The quarterly report of a real study without most of the sections' data."""
    place = tmp_path_factory.mktemp("real")
    shutil.copytree(root / "notebooks", place / "notebooks")
    shutil.copytree(root / "params", place / "params")

    def page(study: str, period: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
        monkeypatch.setenv("CSAT_REAL_DATA", str(real_data))
        run(study, period, root=place, only=["quarterly_report"], language="en")
        return sections((place / "output" / study / period / "quarterly_report.en.html").read_text(encoding="utf-8"))

    return page


def test_a_single_year_of_the_acsi_says_that_there_is_nothing_to_hold_it_against(published, monkeypatch):
    found = published("acsi2015", "2015", monkeypatch)
    assert list(found) == SECTIONS
    assert all(content(part) for part in found.values())
    assert "one period only" in " ".join(refused(found["What moved, and why"]))
    assert refused(found["Competitors"])
    assert refused(found["Question by question"])  # no grades, so no dissatisfied items
    assert refused(found["Levers"]) == []


def test_the_airport_without_a_model_has_its_other_sections(published, monkeypatch):
    found = published("sfo", "2018", monkeypatch)
    assert list(found) == SECTIONS
    assert all(content(part) for part in found.values())
    assert "no path model" in " ".join(refused(found["The model behind it"]))
    assert {line.split(".")[0] for line in refused(found["Method"])} == {"This study has no path model"}
    assert refused(found["What moved, and why"]) == []
    assert refused(found["Levers"]) == []
