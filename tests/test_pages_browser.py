"""The published pages of the demonstration as a reader meets them: one language, offline, accessible, printable."""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from chromium import Tab, opened

from csat_lib.report import run
from csat_lib.simulate import company

PERIOD = "2026Q3"
DRAWS, FEWER = 100, re.compile(r"(?<=bootstrap: \{)draws: \d+")
BEFORE, RUNS = "2026Q2", (PERIOD, "2026-09", "2025")  # two quarters make a page that compares them
PAGES = os.environ.get("CSAT_TEST_PAGES")  # an output folder that is already there, to save the run
AXE = Path(__file__).resolve().parents[1] / "build" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
CHINESE = r"[\u4e00-\u9fff]"
CHINESE_FONTS = re.compile(r"CJK|Han Sans|Source Han|WenQuanYi|YaHei|PingFang|Droid Sans Fallback|SimSun|SimHei|Heiti")

# What stays as it is on a Chinese page: names of methods and measures, authors, files, codes of weight sets, commands.
KEPT = re.compile(
    r"""English|CSV|csat_lib(?:\.simulate)?|csat|\bdemo\b|Python|SHA|AAPOR|CON1|COOP1|RR1|LMG|Shapley|Johnson|MICOM|FIMIX|PLS|SEM|CB|BCa|HTMT2?|AVE|VIF|Fornell|Larcker
    |AIC[34]|C?AIC|BIC|Holm|Welch|Bowker|Stuart|Maxwell|Granger|CUSUM|RMSEA?|MAE|SRMR|CFI|TLI|NPS|GoF|logit|Dillon|Goldstein|EM
    |[A-Z][\w'.-]+(?:\ &\ [A-Z][\w.-]+|\ et\ al\.)?,?\ (?:19|20)\d\d  # an author with the year
    |[\w.-]+\.(?:csv|json|html|ipynb|yaml|simulate)|charter2022|panel2026\w*|web|SHA-256|Q\d|[a-f0-9]{12,16}
    |CSAT|Kaplan-Meier|Cronbach's|Cohen's|(?:respondent|coder_\d)\b|data/[\w/]+(?:\.csv)?
    |(?:python|numpy|pandas|scipy|statsmodels|semopy|matplotlib|seaborn|papermill|nbclient|nbconvert|ipykernel|pydantic)\ \d""",
    flags=re.VERBOSE,
)


class Words(HTMLParser):
    """The text of a page: what is read, and what is read out."""

    def __init__(self) -> None:
        super().__init__()
        self.silent = 0
        self.said: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.silent += tag in {"style", "script"}
        self.said += [value for name, value in attrs if name in {"alt", "aria-label", "title"} and value]

    def handle_endtag(self, tag):
        self.silent -= tag in {"style", "script"}

    def handle_data(self, data):
        if not self.silent and data.strip():
            self.said.append(data.strip())


def words_of(path: Path) -> list[str]:
    reader = Words()
    reader.feed(path.read_text(encoding="utf-8"))
    return list(dict.fromkeys(reader.said))


@pytest.fixture(scope="module")
def output(root, tmp_path_factory) -> Path:
    """The demonstration's latest quarter, month and year in both languages; few resamples, since nobody reads the numbers here."""
    if PAGES:
        return Path(PAGES)
    place = tmp_path_factory.mktemp("pages")
    for name in ("params", "notebooks"):
        shutil.copytree(root / name, place / name)
    settings = place / "params" / "demo" / "study.yaml"
    settings.write_text(FEWER.sub(f"draws: {DRAWS}", settings.read_text(encoding="utf-8")), encoding="utf-8")
    company(place)
    made = list(run("demo", BEFORE, root=place, language="en", only="quarterly_report"))
    for period in RUNS:
        made += run("demo", period, root=place, language="both")
    assert [each.error for each in made if each.status == "failed"] == []
    return place / "output"


@pytest.fixture(scope="module")
def pages(output) -> list[Path]:
    """Every page: the index, the period's and the reports."""
    found = [*output.glob("index*.html"), *(output / "demo").glob("compare*.html")]
    found += [page for period in RUNS for page in (output / "demo" / period).glob("*.html")]
    names = {path.name.split(".")[0] for path in found}
    assert names >= {"index", "compare", "quarterly_report", "monthly_brief", "annual_report", "10_survey_quality", "70_improvement"}
    return sorted(found)


@pytest.fixture(scope="module")
def tab(tmp_path_factory) -> Iterator[Tab]:
    pytest.importorskip("websocket", reason="websocket-client is a package of development")
    with opened(tmp_path_factory.mktemp("browser"), "about:blank") as found:
        yield found


def test_every_report_has_its_twin_in_the_other_language(pages):
    names = [path.name for path in pages if re.search(r"\.(en|zh)\.html$", path.name) and path.stem not in {"index.zh", "compare.zh"}]
    assert {name.replace(".en.", ".zh.") for name in names if ".en." in name} == {name for name in names if ".zh." in name}


def test_a_chinese_page_has_no_english_left(pages):
    left = {}
    for path in pages:
        if path.name.endswith(".zh.html"):
            tables = {each.stem for each in path.parent.glob("tables/*.csv")} if path.name == "index.zh.html" else set()
            tables |= {"Quarterly report (English)"} if path.name == "index.zh.html" else set()  # 2026Q2 is made in English only
            texts = [text for text in words_of(path) if text not in tables]
            left |= {f"{path.name}: {text}": None for text in texts if re.search(r"[A-Za-z]{3,}", KEPT.sub("", text))}
    assert list(left) == []


def test_an_english_page_marks_its_chinese_words(pages):
    for path in pages:
        if path.name.endswith((".en.html", "index.html")):
            html = re.sub(r"<(svg|style|title)\b.*?</\1>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
            bare = re.sub(r'<(\w+)[^>]*\blang="zh-Hans"[^>]*>[^<]*</\1>', "", html)
            assert re.findall(f"{CHINESE}+", bare) == [], path.name


def test_no_letter_of_a_chart_was_missing(output):
    for path in (output / "demo" / PERIOD / "notebooks").glob("*.ipynb"):
        cells = nbformat.read(path, as_version=4).cells
        streams = [each.text for cell in cells for each in cell.get("outputs", []) if each.output_type == "stream"]
        assert [text for text in streams if "MissingGlyphWarning" in text] == [], path.name


def test_every_page_opens_from_a_file_and_asks_for_nothing(tab, pages):
    for path in pages:
        tab.show(path.as_uri())
        assert tab.ask("document.querySelector('h1').innerText.length > 2"), path.name
        assert tab.requests == [path.as_uri()], path.name
        assert tab.complaints == [], path.name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_breaks_a_rule_of_accessibility_of_level_a_or_aa(tab, pages, scheme):
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: npm install --prefix build/axe axe-core")
    rules = AXE.read_text(encoding="utf-8")
    check = f"axe.run(document, {{runOnly: {LEVELS}, resultTypes: ['violations']}})"
    told = "each => each.id + ': ' + each.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(' | ')"
    tab.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    found = {}
    for path in pages:
        tab.show(path.as_uri())
        assert tab.ask("matchMedia('(prefers-color-scheme: dark)').matches") == (scheme == "dark")
        tab.ask(f"{rules}; 0")
        found[path.name] = tab.ask(f"{check}.then(found => found.violations.map({told}))")
    assert {name: each for name, each in found.items() if each} == {}


def test_chinese_shows_as_chinese(tab, pages):
    if not shutil.which("fc-list") or not subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False).stdout:
        pytest.skip("this machine has no Chinese font")
    for domain in ("DOM", "CSS"):
        tab.call(f"{domain}.enable")
    for path in (each for each in pages if each.name.endswith(".zh.html")):
        tab.show(path.as_uri())
        body = tab.call("DOM.querySelector", nodeId=tab.call("DOM.getDocument")["root"]["nodeId"], selector="h1")
        fonts = tab.call("CSS.getPlatformFontsForNode", nodeId=body["nodeId"])["fonts"]
        drawn = sum(each["glyphCount"] for each in fonts if CHINESE_FONTS.search(each["familyName"]))
        assert drawn >= len(re.findall(CHINESE, str(tab.ask("document.querySelector('h1').innerText")))), (path.name, fonts)


def test_every_page_prints(tab, pages):
    for path in pages:
        tab.show(path.as_uri())
        paper = base64.b64decode(tab.call("Page.printToPDF", preferCSSPageSize=True)["data"])
        assert paper.startswith(b"%PDF"), path.name
        assert re.search(rb"/Type\s*/Page\b", paper), path.name


def test_a_page_can_be_read_on_a_telephone(tab, pages):
    tab.call("Emulation.setDeviceMetricsOverride", width=390, height=844, deviceScaleFactor=2, mobile=True)
    wide = {}
    for path in pages:
        tab.show(path.as_uri())
        wide[path.name] = tab.ask("document.documentElement.scrollWidth")
    tab.call("Emulation.clearDeviceMetricsOverride")
    assert {name: width for name, width in wide.items() if width > 390} == {}
