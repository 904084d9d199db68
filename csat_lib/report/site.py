"""The index of all reports and the page of each period, made from metrics.json and manifest.json alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2

from csat_lib.report import manifest
from csat_lib.report.language import LANGUAGES
from csat_lib.report.publish import turn, write_beside
from csat_lib.report.reasons import reason, stage
from csat_lib.report.site_words import SITE

TEMPLATES = Path(__file__).parent / "templates" / "site"
NAMES = {"en": "English", "zh": "中文"}
CODES = {"en": "en", "zh": "zh-Hans"}
PAGES = {"en": "index.html", "zh": "index.zh.html"}
COMPARED = {"en": "compare.html", "zh": "compare.zh.html"}
NOTHING = "–"
_WIDTH, _HEIGHT, _EDGE = 220.0, 48.0, 5.0


@dataclass(frozen=True, slots=True)
class Wave:
    """One published period, as its two files tell it.

    Attributes
    ----------
    folder, study, period : str
        The folder's name, and the names in the manifest.
    facts, metrics : mapping
        manifest.json and metrics.json.
    """

    folder: str
    study: str
    period: str
    facts: Mapping[str, Any]
    metrics: Mapping[str, Any]

    @property
    def end(self) -> str:
        """Last day, for the order."""
        return str(self.facts.get("period_end", ""))

    def number(self, name: str) -> float | None:
        """A key figure, or None."""
        value = self.metrics.get(name)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def write_index(output: str | Path) -> Path:
    """output/index.html, its Chinese twin, index.json and every study's compare.html, written beside and renamed; batches take turns.

    Returns
    -------
    Path
        The index in English.
    """
    from csat_lib.report import comparing

    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    with turn(folder / PAGES["en"]):
        found = waves(folder)
        comparing.write_comparisons(folder, found)
        comparing.write_listing(folder, found)
        for language, name in PAGES.items():
            write_beside(folder / name, index_page(found, language))
    return folder / PAGES["en"]


def write_period(folder: Path, earlier: Path) -> None:
    """``folder``/index.html and its Chinese twin, from the manifest and metrics in it; ``earlier`` holds the study's other periods."""
    wave = _wave(folder)
    others = [each for each in waves(earlier.parent) if each.study == wave.study and each.period != wave.period]
    for language, name in PAGES.items():
        (folder / name).write_text(period_page(wave, others, language), encoding="utf-8", newline="")


def waves(output: Path) -> list[Wave]:
    """Every published period below ``output``; folders without a manifest, and hidden ones, are no reports."""
    found = [_wave(path.parent) for path in sorted(output.glob("*/*/manifest.json")) if not _hidden(path)]
    return [each for each in found if each.facts]


def index_page(found: Sequence[Wave], language: str = "en") -> str:
    """The index of all reports in a language, newest first, grouped by study."""
    ordered = sorted(found, key=lambda each: (each.study, each.end, each.period), reverse=True)
    studies = [list(group) for _, group in groupby(ordered, key=lambda each: each.study)]
    studies.sort(key=lambda group: group[0].study)
    studies.sort(key=lambda group: group[0].end, reverse=True)
    return rendered("index", language, studies=[_study(group, language) for group in studies])


def period_page(wave: Wave, others: Sequence[Wave], language: str = "en") -> str:
    """The page of one period in a language: its reports as cards, its tables, its manifest."""
    reports = _reports(wave)
    cards = [_card(list(group), language) for _, group in groupby(reports, key=lambda each: each["name"])]
    tables = sorted({name for each in reports for name in each.get("tables", [])})
    return rendered(
        "period",
        language,
        row=_row(wave, [wave, *others], language),
        cards=cards,
        tables=[{"name": name, "href": f"tables/{quote(name)}.csv"} for name in tables],
    )


def _wave(folder: Path) -> Wave:
    facts, metrics = manifest.read(folder / manifest.NAME), manifest.read(folder / manifest.METRICS)
    study, period = str(facts.get("study", folder.parent.name)), str(facts.get("period", folder.name))
    return Wave(folder.name, study, period, facts, metrics)


def _hidden(path: Path) -> bool:
    return path.parent.name.startswith(".") or path.parent.parent.name.startswith(".")


def say(key: str, language: str, **parts: object) -> str:
    """A word or sentence of these pages."""
    text = SITE[key][LANGUAGES.index(language)]
    return text.format(**parts) if parts else text


def rendered(name: str, language: str, *, pages: Mapping[str, str] = PAGES, seal: str = "", **parts: object) -> str:
    """A page in a language, with a link to its twins in the others.

    Parameters
    ----------
    name : str
        Of the template.
    language : str
        en or zh.
    pages : mapping of str to str
        Language -> the page's file.
    seal : str
        SHA-256 of the one script that the page may run; empty where it runs none.
    parts : object
        What the template says.
    """
    words = {key: say(key, language) for key in SITE}
    twins = [{"label": NAMES[each], "lang": CODES[each], "href": page} for each, page in pages.items() if each != language]
    return _template(name).render(words=words, lang=CODES[language], twins=twins, home=PAGES[language], seal=seal, **parts)


def comparable(group: Sequence[Wave]) -> bool:
    """Whether two periods of one kind have an index, so that the study has a page that compares them."""
    kinds = [each.facts.get("period_kind") for each in group if each.number("index") is not None]
    return len(kinds) > len(set(kinds))


def status(wave: Wave) -> str:
    """What became of a period's reports: the worst of failed, withheld, stale, ok."""
    return _status(wave.facts.get("reports", []))


def _template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template(f"{name}.html.j2")


def _study(group: Sequence[Wave], language: str) -> dict[str, Any]:
    newest = group[0]
    name = title(newest, language)
    return {
        "name": newest.study,
        "title": name,
        "caption": say("table_caption", language, title=name),
        "compare": f"{quote(newest.study)}/{COMPARED[language]}" if comparable(group) else "",
        "rows": [_row(each, group, language) for each in group],
        "spark": _sparkline(group, language),
    }


def title(wave: Wave, language: str) -> str:
    """The study's title in a language."""
    titles = wave.facts.get("title") or {}
    return str(titles.get(language) or titles.get("en") or titles.get("zh") or wave.study)


def _row(wave: Wave, group: Sequence[Wave], language: str) -> dict[str, Any]:
    """What a line of the index, and the head of the period's page, say."""
    low, high = wave.number("index_low"), wave.number("index_high")
    respondents = wave.facts.get("respondents")
    return {
        "title": title(wave, language),
        "period": wave.period,
        "href": f"{quote(wave.study)}/{quote(wave.folder)}/",
        "index": _one(wave.number("index")),
        "interval": NOTHING if low is None or high is None else say("to", language, low=f"{low:.1f}", high=f"{high:.1f}"),
        "change": _change(wave, group, language),
        "respondents": f"{respondents:,}" if isinstance(respondents, int) else NOTHING,
        "count": say("count", language, n=f"{respondents:,}") if isinstance(respondents, int) else "",
        "status": _status(wave.facts.get("reports", [])),
        "stage": stage(wave.facts, language),
        "pages": [_page(each, language) for each in _one_a_name(_reports(wave), language)],
        "made": say("run_on", language, day=str(wave.facts.get("end", ""))[:10]),
        "seed": wave.facts.get("seed", NOTHING),
        "version": wave.facts.get("versions", {}).get("csat_lib", NOTHING),
    }


def _change(wave: Wave, group: Sequence[Wave], language: str) -> dict[str, str] | None:
    """The change that the report itself found, else the difference from the period it compares with."""
    since = str(wave.facts.get("parameters", {}).get("compare_to") or "")
    now, before, change = (wave.number(name) for name in ("index", "index_before", "index_change"))
    if before is None:
        before = next((each.number("index") for each in group if each.period == since), None)
    if change is None and now is not None and before is not None:
        change = now - before
    if change is None:
        return None
    shown = round(change, 1)
    arrow, tone = ("▲", "up") if shown > 0 else ("▼", "down") if shown < 0 else ("", "flat")
    low, high = wave.number("index_change_low"), wave.number("index_change_high")
    word = ""
    if low is not None and high is not None:
        word = say("noise" if low <= 0 <= high else "real", language)
        tone = "flat" if low <= 0 <= high else tone  # within noise: an arrow, but no verdict in colour
    text = f"{arrow} {abs(shown):.1f} {word}".strip()
    return {"text": text, "tone": tone, "since": say("since", language, period=since) if since else ""}


def _status(reports: Sequence[Mapping[str, Any]]) -> str:
    words = {str(each.get("status", "ok")) for each in reports} | {"stale" for each in reports if each.get("stale")}
    return next((word for word in ("failed", "withheld", "stale") if word in words), "ok")


def _page(report: Mapping[str, Any], language: str) -> dict[str, str]:
    """The link to a page; one in another language says so."""
    name, own = str(report["name"]), str(report["language"])
    tail = "" if own == language else f" ({NAMES.get(own, own)})"
    return {"href": f"{quote(name)}.{quote(own)}.html", "label": f"{_report_title(report)}{tail}", "lang": CODES.get(own, own)}


def _one_a_name(reports: Sequence[Mapping[str, Any]], language: str) -> list[Mapping[str, Any]]:
    """Each report once: in the language, where there is such a page."""
    groups = [list(group) for _, group in groupby(reports, key=lambda each: each["name"])]
    return [_in_language(group, language) for group in groups]


def _in_language(group: Sequence[Mapping[str, Any]], language: str) -> Mapping[str, Any]:
    return next((each for each in group if each["language"] == language), group[0])


def _reports(wave: Wave) -> list[Mapping[str, Any]]:
    """What managers read first, then the numbered notebooks behind it."""
    return sorted(wave.facts.get("reports", []), key=lambda each: (str(each["name"])[:1].isdigit(), each["name"], each["language"]))


def _report_title(report: Mapping[str, Any]) -> str:
    return str(report.get("title") or report["name"])


def _card(reports: Sequence[Mapping[str, Any]], language: str) -> dict[str, Any]:
    first = _in_language(reports, language)
    error = next((str(each["error"]) for each in reports if each.get("error")), "")
    pages = [{**_page(each, language), "label": NAMES.get(str(each["language"]), str(each["language"]))} for each in reports]
    return {
        "title": _report_title(first),
        "href": _page(first, language)["href"],
        "description": str(first.get("description", "")),
        "status": _status(reports),
        "error": reason(error, language),
        "pages": pages,
        "notebook": f"notebooks/{quote(str(first['name']))}.{quote(str(first['language']))}.ipynb",
    }


def _sparkline(group: Sequence[Wave], language: str) -> dict[str, Any] | None:
    """The index over the periods of the newest one's kind, oldest first, with its interval as a band."""
    kind = group[0].facts.get("period_kind")
    points = [
        (each.period, value, each.number("index_low"), each.number("index_high"))
        for each in reversed(group)
        if each.facts.get("period_kind") == kind and (value := each.number("index")) is not None
    ]
    if len(points) < 2:
        return None
    lows = [low if low is not None else value for _, value, low, _ in points]
    highs = [high if high is not None else value for _, value, _, high in points]
    bottom, top = min(lows), max(highs)
    span = (top - bottom) or 1.0

    def x(place: int) -> float:
        return _EDGE + place * (_WIDTH - 2 * _EDGE) / (len(points) - 1)

    def y(value: float) -> float:
        return _HEIGHT - _EDGE - (value - bottom) / span * (_HEIGHT - 2 * _EDGE)

    line = [(x(place), y(value)) for place, (_, value, _, _) in enumerate(points)]
    band = [(x(place), y(each)) for place, each in enumerate(lows)] + [
        (x(place), y(each)) for place, each in reversed(list(enumerate(highs)))
    ]
    ends = {"first": points[0][0], "before": _one(points[0][1]), "last": points[-1][0], "now": _one(points[-1][1])}
    return {
        "line": _points(line),
        "band": _points(band) if lows != highs else "",
        "last": [f"{each:.1f}" for each in line[-1]],
        "label": say("spark", language, **ends),
    }


def _points(pairs: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in pairs)


def _one(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.1f}"
