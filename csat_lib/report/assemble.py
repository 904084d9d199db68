"""A period's staging folder: pages, tables, metrics and manifest out of executed notebooks."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from csat_lib.errors import EnvironmentFault, ParamsError
from csat_lib.report import manifest, render, site
from csat_lib.report.engine import Job, Outcome
from csat_lib.report.executed import write_notebook
from csat_lib.report.language import LANGUAGES, say
from csat_lib.report.last_look import refuse_disclosure
from csat_lib.report.plan import Plan
from csat_lib.report.publish import faults
from csat_lib.report.site_words import DESCRIPTIONS, TITLES

if TYPE_CHECKING:
    from nbformat import NotebookNode

_WORDS = {
    "en": {
        "all": "all periods",
        "period": "this period",
        "before": "previous period",
        "notebook": "notebook",
        "seed": "seed",
        "commit": "commit",
    },
    "zh": {"all": "全部时期", "period": "本期", "before": "上一期", "notebook": "笔记本", "seed": "随机种子", "commit": "版本"},
}
_TABLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}(\.[a-z]{2})?")


def assemble(plan: Plan, outcomes: Sequence[Outcome], *, start: datetime) -> None:
    """Fill the staging folder of a period, all of whose notebooks ran.

    Parameters
    ----------
    plan : Plan
        The period. Reports of the published set that the plan does not run are kept beside the new ones.
    outcomes : sequence of Outcome
        One for every job of the plan.
    start : datetime
        When the run began.

    Raises
    ------
    ParamsError
        Two notebooks give one name to different tables or key figures.
    DisclosureError
        A file holds personal data, or hidden groups could be worked out from the tables.
    EnvironmentFault
        The disk refuses.
    """
    end = datetime.now(tz=UTC)
    staging = plan.place.staging
    with faults(staging):
        kept, metrics = _kept(plan)
        harvests = [(outcome, render.harvest(_executed(outcome))) for outcome in outcomes]
        tables, names = _tables(harvests, _kept_tables(plan, kept))
        figures: dict[str, tuple[str, Any]] = {}
        reports = list(kept)
        for outcome, harvest in harvests:
            renamed = names[outcome.job.language]
            _merge(figures, harvest.metrics, "key figure", outcome.job)
            _write_page(plan, outcome.job, _executed(outcome), renamed)
            reports.append(_entry(outcome, [renamed.get(name, name) for name in harvest.tables], harvest.metrics, end))
        for name, text in tables.items():
            _table_path(staging, name).write_text(text, encoding="utf-8", newline="")
        manifest.write(staging / manifest.METRICS, {**metrics, **{name: value for name, (_, value) in figures.items()}})
        facts = manifest.describe(plan.study, files=_inputs(plan, kept), reports=reports, survey=plan.survey, span=(start, end))
        manifest.write(staging / manifest.NAME, facts)
        site.write_period(staging, plan.place.folder)
        _seal(plan, facts)
        refuse_disclosure(staging, plan.study, plan.survey)


def _seal(plan: Plan, facts: dict[str, Any]) -> None:
    """The manifest with the hashes of all outputs, and with what this publication changes."""
    staging, published = plan.place.staging, plan.place.published
    new, old = (manifest.read(folder / manifest.METRICS) for folder in (staging, published))
    told = {**facts, "outputs": manifest.outputs(staging)}
    told |= manifest.revised(told, new, manifest.read(published / manifest.NAME), old)
    manifest.write(staging / manifest.NAME, told)


def _executed(outcome: Outcome) -> NotebookNode:
    if outcome.notebook is None:
        raise EnvironmentFault(f"{outcome.job.title}: there is no executed notebook.")
    return outcome.notebook


def _kept_tables(plan: Plan, kept: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The tables of kept pages in languages that are not run now: a translated table does not write over them."""
    run = {job.language for job in plan.jobs}
    names = {name for each in kept if each["language"] not in run for name in each.get("tables", [])}
    paths = {name: plan.place.staging / "tables" / f"{name}.csv" for name in sorted(names)}
    return {name: path.read_text(encoding="utf-8") for name, path in paths.items() if path.is_file()}


def _tables(
    harvests: Sequence[tuple[Outcome, render.Harvest]], there: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """CSV by file name, and for each language the tables that go by another name: a translated one is ``name.zh``."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for outcome, harvest in harvests:
        _merge(found.setdefault(outcome.job.language, {}), harvest.tables, "table", outcome.job)
    files = dict(there)
    names: dict[str, dict[str, str]] = {}
    for language, tables in found.items():
        names[language] = {name: f"{name}.{language}" for name, (_, text) in tables.items() if files.get(name, text) != text}
        files |= {names[language].get(name, name): text for name, (_, text) in tables.items()}
    return files, names


def _merge(into: dict[str, tuple[str, Any]], found: Mapping[str, Any], what: str, job: Job) -> None:
    for name, value in found.items():
        owner, before = into.setdefault(name, (job.name, value))
        if before != value and before == before:  # noqa: PLR0124  NaN differs from itself
            raise ParamsError(f"{job.title}: its {what} {name!r} is not that of {owner}. Give one of them another name.")


def _entry(outcome: Outcome, tables: Iterable[str], metrics: Iterable[str], end: datetime) -> dict[str, Any]:
    report = outcome.report
    place = LANGUAGES.index(report.language)
    return {
        "name": report.name,
        "language": report.language,
        "title": title(report.name, report.language),
        "description": DESCRIPTIONS.get(report.name, ("", ""))[place],
        "status": report.status,
        "seconds": report.seconds,
        "error": report.error,
        "tables": sorted(tables),
        "metrics": sorted(metrics),
        "made": end.isoformat(timespec="seconds"),
    }


def _write_page(plan: Plan, job: Job, notebook: NotebookNode, renamed: Mapping[str, str]) -> None:
    write_notebook(notebook, job.target)
    page = render.to_html(
        notebook,
        page_title=f"{plan.study.title(job.language)} · {job.period} · {title(job.name, job.language)}",
        language=job.language,
        links=_links(plan, job),
        provenance=_provenance(plan, job.language),
        banner=say("provisional_banner", job.language) if plan.study.parameters.status == "provisional" else "",
    )
    for name, other in renamed.items():
        page = page.replace(f"tables/{name}.csv", f"tables/{other}.csv")
    (plan.place.staging / f"{job.name}.{job.language}.html").write_text(page, encoding="utf-8", newline="")


def title(name: str, language: str) -> str:
    """What a notebook's page is called."""
    return TITLES.get(name, (_readable(name),) * 2)[LANGUAGES.index(language)]


def _readable(name: str) -> str:
    return re.sub(r"^\d+_", "", name).replace("_", " ").capitalize()


def _links(plan: Plan, job: Job) -> dict[str, str]:
    """From a page to its neighbours; only to what is there."""
    words = _WORDS[job.language]
    links = {
        site.NAMES[other.language]: f"{job.name}.{other.language}.html"
        for other in plan.jobs
        if other.name == job.name and other.language != job.language
    }
    before = plan.study.parameters.compare_to
    page = f"{job.name}.{job.language}.html"
    if before and (plan.place.folder / before / page).is_file():
        links[words["before"]] = f"../{before}/{page}"
    links[words["notebook"]] = f"notebooks/{job.name}.{job.language}.ipynb"
    links[words["period"]] = site.PAGES[job.language]
    links[words["all"]] = f"../../{site.PAGES[job.language]}"
    return links


def _provenance(plan: Plan, language: str) -> list[str]:
    """The footer: data, seed, code. No times, so that equal inputs give equal pages."""
    words = _WORDS[language]
    origin = plan.survey.origin
    files = () if origin is None else origin.parts or (origin.path,)
    seals = {path.name: plan.inputs.get(manifest.portable(path, plan.study), {}).get("sha256", "") for path in files}
    found = manifest.versions()
    flag = plan.study.parameters.status
    lines = [
        *([say(flag, language)] if flag else []),
        *(f"{name} (SHA-256 {seal[:12]})" if seal else name for name, seal in seals.items()),
        f"{words['seed']} {plan.study.parameters.bootstrap.seed}",
        f"csat_lib {found['csat_lib']}, Python {found['python']}",
    ]
    commit = manifest.commit(plan.study.paths.root)
    return [*lines, f"{words['commit']} {commit[:12]}"] if commit else lines


def _kept(plan: Plan) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """What this run leaves untouched of the published set, copied into staging: reports and key figures.

    A kept report whose inputs have changed since is marked stale, with the inputs it rests on. Pages of notebooks that the period has no
    more are not kept.
    """
    published = plan.place.published
    facts = manifest.read(published / manifest.NAME)
    run = {(job.name, job.language) for job in plan.jobs}
    kept = [
        dict(each)
        for each in facts.get("reports", [])
        if (each["name"], each["language"]) not in run and each["name"] in plan.notebooks and _there(published, each)
    ]
    before = {name: seal for name, seal in facts.get("inputs", {}).items() if not name.startswith("notebooks/")}
    changed = {name: seal for name, seal in before.items() if plan.inputs.get(name) != seal}
    for each in kept:
        _copy(published, plan.place.staging, each)
        if changed:
            each.update(stale=True, rests_on={**changed, **each.get("rests_on", {})})
    names = {name for each in kept for name in each.get("metrics", [])}
    metrics = manifest.read(published / manifest.METRICS)
    return kept, {name: value for name, value in metrics.items() if name in names}


def _there(published: Path, report: Mapping[str, Any]) -> bool:
    return (published / f"{report['name']}.{report['language']}.html").is_file()


def _copy(published: Path, staging: Path, report: Mapping[str, Any]) -> None:
    page = f"{report['name']}.{report['language']}"
    files = [f"{page}.html", f"notebooks/{page}.ipynb", *(f"tables/{name}.csv" for name in report.get("tables", []))]
    for name in files:
        source = published / name
        if source.is_file() and not source.is_symlink():
            (staging / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, staging / name)


def _inputs(plan: Plan, kept: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The inputs of this run, and the notebooks of the reports that were kept."""
    before = manifest.read(plan.place.published / manifest.NAME).get("inputs", {})
    notebooks = {f"notebooks/{each['name']}.ipynb" for each in kept}
    return {**{name: before[name] for name in sorted(notebooks) if name in before}, **plan.inputs}


def _table_path(staging: Path, name: str) -> Path:
    if not _TABLE.fullmatch(name):
        raise ParamsError(f"{name[:80]!r} cannot be a table's name: letters, digits, - and _.")
    (staging / "tables").mkdir(exist_ok=True)
    return staging / "tables" / f"{name}.csv"
