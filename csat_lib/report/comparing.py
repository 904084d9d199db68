"""Two periods of a study side by side, any two of them: a static page from metrics.json and manifest.json alone; and index.json."""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from csat_lib.report import cells, site
from csat_lib.report.language import metric, say
from csat_lib.report.publish import write_beside

GROUPS = ("level", "performance", "importance", "lever")
OWN = ("title", "lead", "all", "choose", "from", "to", "figure", "change", "interval", "verdict", "foot")
ENDS = ("_low", "_high")


def write_comparisons(output: Path, found: Sequence[site.Wave]) -> list[Path]:
    """output/<study>/compare.html and its Chinese twin, for every study with two periods or more that share a figure; others lose theirs.

    Parameters
    ----------
    output : Path
        Where the studies' folders lie.
    found : sequence of Wave
        From ``site.waves``.
    """
    written = []
    for study in sorted({each.study for each in found}):
        group = ordered(each for each in found if each.study == study)
        if not site.comparable(group):
            continue
        for language, name in site.COMPARED.items():
            path = output / study / name
            write_beside(path, page(group, language))
            written.append(path)
    for name in site.COMPARED.values():
        for left in set(output.glob(f"*/{name}")) - set(written):
            left.unlink()
    return written


def write_listing(output: Path, found: Sequence[site.Wave]) -> Path:
    """output/index.json: every study and period with status, figures and pages, newest first, for whoever reads it by program."""
    rows = [
        {
            "study": each.study,
            "title": each.facts.get("title", {}),
            "period": each.period,
            "kind": each.facts.get("period_kind", ""),
            "end": each.end,
            "respondents": each.facts.get("respondents"),
            "status": site.status(each),
            "href": f"{quote(each.study)}/{quote(each.folder)}/index.html",
            "pages": sorted(f"{one['name']}.{one['language']}.html" for one in each.facts.get("reports", [])),
            "metrics": dict(each.metrics),
        }
        for each in reversed(ordered(found))
    ]
    path = output / "index.json"
    write_beside(path, json.dumps({"reports": rows}, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    return path


def ordered(found: Iterable[site.Wave]) -> list[site.Wave]:
    """Published periods by their last day, oldest first."""
    return sorted(found, key=lambda each: (each.end, each.period))


def page(group: Sequence[site.Wave], language: str) -> str:
    """The page of one study: two selects where there is script; without, the last period against the one before and the year before.

    Parameters
    ----------
    group : sequence of Wave
        The study's periods, oldest first.
    language : str
        en or zh.
    """
    names = figures(group)
    rows = [{"name": name, "label": label(name, group, language)} for name in names]
    kept = {name for each in names for name in (each, *(each + end for end in ENDS))} | {f"index_change{end}" for end in ("", *ENDS)}
    facts = {
        "rows": rows,
        "waves": [_facts(each, kept) for each in group],
        "words": {each: say(f"compare_{each}", language) for each in ("real", "noise", "refused", "unlike", "count", "to")},
    }
    facts["words"]["to"] = say("to", language)  # type: ignore[index]
    pairs = usual(group)
    last = [group.index(each) for each in pairs[0][1:]] if pairs else [0, len(group) - 1]
    return site.rendered(
        "compare",
        language,
        pages=site.COMPARED,
        title=site.title(group[-1], language),
        told={each: say(f"compare_{each}", language) for each in OWN},
        facts=json.dumps(facts, ensure_ascii=False, separators=(",", ":")),
        waves=[each.period for each in group],
        chosen=last,
        pairs=[_pair(key, before, after, rows, language) for key, before, after in pairs],
        script=Markup(script()),  # noqa: S704  our own file
        seal=base64.b64encode(hashlib.sha256(script().encode()).digest()).decode("ascii"),
    )


def figures(group: Sequence[site.Wave]) -> list[str]:
    """The figures that some period has: the index, those of the scorecard, levels, drivers, levers; not their ends, nor changes."""
    names = dict.fromkeys(name for each in reversed(group) for name in each.metrics)
    ends = {name for name in names if name.endswith(ENDS) and name.rsplit("_", maxsplit=1)[0] in names}
    plain = [name for name in names if name not in ends and name != "n" and not name.startswith("index_change")]
    rank = {name: place for place, name in enumerate(("index", *GROUPS))}
    return sorted(plain, key=lambda name: rank.get(name.split(".")[0], 0.5))


def label(name: str, group: Sequence[site.Wave], language: str) -> str:
    """What a figure is called: by the manifest's labels of items and constructs, and by our words.

    Parameters
    ----------
    name : str
        As in metrics.json.
    group : sequence of Wave
        The newest that has a label says it.
    language : str
        en or zh.
    """
    kind, _, rest = name.partition(".")
    if not rest or kind not in GROUPS:
        return _named(name, group, language)
    nps = rest.startswith("nps.")
    inner = say("nps_of", language, name=_named(rest[4:], group, language)) if nps else _named(rest, group, language)
    return inner if kind == "level" else say(f"compare_{kind}", language, name=inner)


def difference(before: site.Wave, after: site.Wave, name: str) -> tuple[float | None, float | None, float | None] | None:
    """Change of a figure and the ends of its interval; None where a period lacks it, three times None where it is not comparable.

    The index against the period that its report was compared with keeps the report's own interval; where that report refused to compare
    the two, so does this page. Otherwise the two periods count as independent samples: half widths add in squares.

    Parameters
    ----------
    before, after : Wave
        Two periods.
    name : str
        As in metrics.json.
    """
    first, last = before.number(name), after.number(name)
    if first is None or last is None:
        return None
    own = after.number("index_change")
    if name == "index" and any(_refused(*pair) for pair in ((before, after), (after, before))):
        return None, None, None
    if name == "index" and own is not None and since(after) == before.period:
        return own, after.number("index_change_low"), after.number("index_change_high")
    halves = []
    for wave in (before, after):
        low, high = (wave.number(name + end) for end in ENDS)
        if low is None or high is None:
            return last - first, None, None
        halves.append((high - low) / 2)
    half = math.hypot(*halves)
    return last - first, last - first - half, last - first + half


def since(wave: site.Wave) -> str:
    """The period that a report's own change is held against."""
    return str(wave.facts.get("parameters", {}).get("compare_to") or "")


def _refused(before: site.Wave, after: site.Wave) -> bool:
    """Whether the later period's report names the other one and states no change since."""
    return since(after) == before.period and after.number("index_change") is None


def usual(group: Sequence[site.Wave]) -> list[tuple[str, site.Wave, site.Wave]]:
    """The pairs that are prepared: the newest period against the one before it, and against the same one of last year."""
    for last in reversed(group):
        same = [each for each in group if each.facts.get("period_kind") == last.facts.get("period_kind") and each.end < last.end]
        if not same:
            continue
        year = f"{int(last.period[:4]) - 1}{last.period[4:]}" if last.period[:4].isdigit() else ""
        found = [("previous", same[-1], last)]
        return found + [("year", each, last) for each in same[:-1] if each.period == year]
    return []


@cache
def script() -> str:
    """The page's own script."""
    return (site.TEMPLATES / "compare.js").read_text(encoding="utf-8").strip()


def _facts(wave: site.Wave, kept: set[str]) -> dict[str, Any]:
    numbers = {name: wave.number(name) for name in wave.metrics if name in kept}
    return {"period": wave.period, "kind": wave.facts.get("period_kind", ""), "since": since(wave), "metrics": numbers}


def _pair(key: str, before: site.Wave, after: site.Wave, rows: Sequence[Mapping[str, str]], language: str) -> dict[str, Any]:
    found = []
    for row in rows:
        moved = difference(before, after, row["name"])
        if moved is None:
            continue
        change, low, high = moved
        sure = low is not None and high is not None
        plain = say("compare_refused", language) if change is None else cells.EMPTY
        real = low is not None and high is not None and (low > 0 or high < 0)
        found.append(
            {
                "label": row["label"],
                "before": cells.number(before.number(row["name"])),
                "after": cells.number(after.number(row["name"])),
                "change": cells.EMPTY if change is None else cells.signed(change),
                "interval": say("to", language, low=cells.number(low), high=cells.number(high)) if sure else cells.EMPTY,
                "verdict": say("compare_real" if real else "compare_noise", language) if sure else plain,
                "tone": "sure" if real else "flat",
            }
        )
    title = say(f"compare_pair_{key}", language, before=before.period, after=after.period)
    return {"id": key, "title": title, "from": before.period, "to": after.period, "rows": found}


def _named(name: str, group: Sequence[site.Wave], language: str) -> str:
    for wave in reversed(group):
        words = (wave.facts.get("labels") or {}).get(name)
        if words:
            return str(words.get(language) or words.get("en") or name)
    return metric(name, language)
