"""What was published, and what has changed since: read from manifests alone, without a heavy import."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from csat_lib.errors import CsatError
from csat_lib.study.inputs import Seals, inputs, seals_of
from csat_lib.study.notebooks import LANGUAGES, notebooks_of
from csat_lib.study.params import Study, load_study

State = Literal["published", "stale", "failed", "never"]
MANIFEST, METRICS, FAILURE = "manifest.json", "metrics.json", "failure.json"
NEW, DATABASE, MISSING = "not yet published", "its data come from a database", "its files are not those that were published"


@dataclass(frozen=True, slots=True)
class Due:
    """A page of a period and why it would be made.

    Attributes
    ----------
    name, language : str
        Notebook and language.
    reasons : tuple of str
        What changed since it was published; empty where it is up to date.
    """

    name: str
    language: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """How one period stands.

    Attributes
    ----------
    period : str
        Which.
    state : {"published", "stale", "failed", "never"}
        Failed: the last run failed; what was published before, if anything, still is.
    made : str
        When what lies there was published, empty where nothing does.
    revision : int
        The number of that publication, 0 where there is none.
    reasons : tuple of str
        Why it is stale, or what failed.
    status : str
        provisional, final, or empty.
    """

    period: str
    state: State
    made: str
    revision: int
    reasons: tuple[str, ...]
    status: str = ""


def read_facts(path: Path) -> dict[str, Any]:
    """A manifest or another JSON file of ours; empty where it is missing or unreadable."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def pages_due(study: Study, names: Iterable[str], languages: Iterable[str], *, found: Mapping[str, Mapping[str, Any]]) -> list[Due]:
    """Every page asked for, with what changed since it was published.

    Parameters
    ----------
    study : Study
        With its period.
    names, languages : iterable of str
        Notebooks and languages asked for.
    found : mapping
        The inputs as they are now, from ``inputs``, with the notebooks asked for.
    """
    folder = study.paths.output
    facts = read_facts(folder / MANIFEST)
    reports = {(each.get("name"), each.get("language")): each for each in facts.get("reports", [])}
    tongues = tuple(languages)
    return [Due(name, each, _reasons(study, facts, reports.get((name, each)), name, found)) for name in names for each in tongues]


def standing(study: Study, *, seals: Seals | None = None, language: str | None = None) -> Standing:
    """How the study's period stands.

    Parameters
    ----------
    study : Study
        With its period.
    seals : Seals, optional
        What is known of unchanged files.
    language : str, optional
        As for a run; by default the languages that are published, or the study's own.
    """
    folder, name = study.paths.output, study.period.name
    facts = read_facts(folder / MANIFEST)
    failure = read_facts(folder.parent / ".failed" / name / FAILURE)
    made, revision = str(facts.get("end", "")), int(facts.get("revision", 1)) if facts else 0
    told = facts.get("parameters", {}).get("status") or study.parameters.status or ""
    if failure:
        return Standing(name, "failed", made, revision, tuple(str(failure.get("error", "")).splitlines()[:3]), told)
    if not facts:
        return Standing(name, "never", "", 0, (), told)
    there = tuple(dict.fromkeys(str(each.get("language")) for each in facts.get("reports", [])))
    tongues = LANGUAGES[language] if language else there or LANGUAGES[study.parameters.language]
    names = notebooks_of(study)
    found = inputs(study, [study.paths.root / "notebooks" / f"{each}.ipynb" for each in names], seals=seals)
    due = pages_due(study, names, tongues, found=found)
    reasons = tuple(dict.fromkeys(reason for each in due for reason in each.reasons))
    return Standing(name, "stale" if reasons else "published", made, revision, reasons, told)


def standings(name: str, *, root: Path) -> list[Standing]:
    """How every period of a study stands, newest first; a period that cannot be read says why.

    Parameters
    ----------
    name : str
        A folder under params/.
    root : Path
        The project's folder.
    """
    latest = load_study(name, root=root)
    seals = seals_of(root, name)
    found = []
    for period in reversed(latest.periods):
        try:
            found.append(standing(latest if period == latest.period else load_study(name, period.name, root=root), seals=seals))
        except CsatError as error:
            facts = read_facts(root / "output" / name / period.name / MANIFEST)
            made, revision = str(facts.get("end", "")), int(facts.get("revision", 1)) if facts else 0
            found.append(Standing(period.name, "stale" if facts else "never", made, revision, (str(error).splitlines()[0],)))
    seals.keep()
    return found


def changed_inputs(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """The names of inputs that were changed, added or removed, in order."""
    return sorted(name for name in {*before, *now} if before.get(name) != now.get(name))


def _reasons(
    study: Study, facts: Mapping[str, Any], report: Mapping[str, Any] | None, name: str, found: Mapping[str, Mapping[str, Any]]
) -> tuple[str, ...]:
    """What changed since a page was published."""
    if report is None:
        return (NEW,)
    if study.parameters.queries:
        return (DATABASE,)
    own = f"notebooks/{name}.ipynb"
    rests = {key: seal for key, seal in facts.get("inputs", {}).items() if not key.startswith("notebooks/") or key == own}
    rests |= report.get("rests_on", {})
    now = {key: seal for key, seal in found.items() if not key.startswith("notebooks/") or key == own}
    reasons = [f"{each} {_how(each, rests, now)}" for each in changed_inputs(rests, now)]
    if not reasons and not _whole(study.paths.output, facts, report):
        reasons = [MISSING]
    return tuple(reasons)


def _how(name: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    return "is new" if name not in before else "is gone" if name not in now else "changed"


def _whole(folder: Path, facts: Mapping[str, Any], report: Mapping[str, Any]) -> bool:
    """Whether the files of a page lie there in the sizes that the manifest tells."""
    page, outputs = f"{report.get('name')}.{report.get('language')}", facts.get("outputs", {})
    tables = (f"tables/{each}.csv" for each in report.get("tables", []))
    for name in (f"{page}.html", f"notebooks/{page}.ipynb", *tables, METRICS):
        path = folder / name
        if name not in outputs or not path.is_file() or path.stat().st_size != outputs[name].get("bytes"):
            return False
    return True
