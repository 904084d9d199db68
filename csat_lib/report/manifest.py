"""manifest.json: where every published number came from, so that an auditor can say it a year later."""

from __future__ import annotations

import json
import math
import platform
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from csat_lib import __version__
from csat_lib.errors import DataError
from csat_lib.report.engine import ENVIRONMENT
from csat_lib.study import Seals, Study, inputs, resolved
from csat_lib.study.inputs import portable
from csat_lib.study.ledger import MANIFEST, METRICS, changed_inputs
from csat_lib.study.ledger import read_facts as read
from csat_lib.survey import Survey

__all__ = ["METRICS", "NAME", "commit", "describe", "inputs", "outputs", "portable", "read", "revised", "unchanged", "versions", "write"]

NAME = MANIFEST
DATED = "index.html"  # the period's page tells the day of the run
PACKAGES = (
    *("numpy", "pandas", "scipy", "statsmodels", "semopy", "matplotlib", "seaborn"),
    *("papermill", "nbclient", "nbconvert", "ipykernel", "pydantic"),
)


def unchanged(study: Study, before: Mapping[str, Mapping[str, Any]], notebooks: Iterable[Path]) -> None:
    """Refuse to publish where an input is no longer what it was when the run began.

    Parameters
    ----------
    study : Study
        The period.
    before : mapping
        What ``inputs`` gave then.
    notebooks : iterable of Path
        Those that ran.

    Raises
    ------
    DataError
        Names every file that changed.
    """
    after = inputs(study, notebooks)
    changed = changed_inputs(before, after)
    if changed:
        raise DataError(f"{study.name} {study.period}: {', '.join(changed)} changed during the run. Nothing was published: run again.")


def describe(
    study: Study,
    *,
    files: Mapping[str, Mapping[str, Any]],
    reports: list[dict[str, Any]],
    survey: Survey,
    span: tuple[datetime, datetime],
) -> dict[str, Any]:
    """The manifest without its outputs.

    Parameters
    ----------
    study : Study
        The period.
    files : mapping
        From ``inputs``.
    reports : list of dict
        name, language, status, seconds, error, tables, metrics of each.
    survey : Survey
        The customers' answers: how many are used, and how their file was read.
    span : tuple of datetime
        Start and end.
    """
    start, end = (each.isoformat(timespec="seconds") for each in span)
    return {
        "study": study.name,
        "title": {"en": study.title("en"), "zh": study.title("zh")},
        "period": study.period.name,
        "period_kind": study.period.kind,
        "period_end": study.period.end.isoformat(),
        "parameters": resolved(study.parameters),
        "labels": _labels(study),
        "seed": study.parameters.bootstrap.seed,
        "respondents": len(survey),
        "read": _read_as(survey, study),
        "inputs": {name: dict(each) for name, each in files.items()},
        "commit": commit(study.paths.root),
        "versions": versions(),
        "environment": {"system": platform.system(), "machine": platform.machine(), **ENVIRONMENT},
        "reports": sorted(reports, key=lambda each: (each["name"], each["language"])),
        "start": start,
        "end": end,
    }


def _labels(study: Study) -> dict[str, dict[str, str]]:
    """What constructs, drivers, targets and questions are called, for the pages that are made from manifests alone."""
    found = {name: {each: study.codebook.label(name, each) for each in ("en", "zh")} for name in study.codebook.items}
    goals = study.parameters.targets
    found |= {name: {each: goal.label.say(each) for each in ("en", "zh")} for name, goal in goals.items()}
    if study.structure is not None:
        found |= {name: {each: study.structure.label(name, each) for each in ("en", "zh")} for name in study.structure.names}
    return found


def _read_as(survey: Survey, study: Study) -> dict[str, Any]:
    """How the customers' file was recognised, and how many rows each step left."""
    origin = survey.origin
    if origin is None:
        return {}
    told: dict[str, Any] = {"file": portable(origin.path, study), "layout": origin.layout, "encoding": origin.encoding, "why": origin.why}
    if origin.parts:
        told["files"] = [portable(path, study) for path in origin.parts]
    return {**told, "rows": origin.rows, "kept": len(survey), "rejected": len(survey.rejected)}


def outputs(folder: Path) -> dict[str, dict[str, Any]]:
    """SHA-256 and size of every file of a report, but for the manifest itself."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    seals = Seals()
    return {name: seals.of(files[name]) for name in sorted(files) if name != NAME}


def revised(facts: Mapping[str, Any], metrics: Mapping[str, Any], before: Mapping[str, Any], figures: Mapping[str, Any]) -> dict[str, Any]:
    """The number of this publication and the list of all revisions: when, which inputs and pages changed, which key figures from -> to.

    Parameters
    ----------
    facts, metrics : mapping
        The new manifest with its outputs, and the new key figures.
    before, figures : mapping
        The published ones; empty for a first publication. Where every published file stays as it is, it is no revision.
    """
    if not before:
        return {"revision": 1, "revisions": []}
    number, told = int(before.get("revision", 1)), list(before.get("revisions", []))
    files = [name for name in changed_inputs(before.get("outputs", {}), facts.get("outputs", {})) if name != DATED]
    if not files:
        return {"revision": number, "revisions": told}
    names = sorted(name for name in {*metrics, *figures} if metrics.get(name) != figures.get(name))
    entry = {
        "revision": number + 1,
        "replaces": before.get("end"),
        "published": facts.get("end"),
        "inputs": changed_inputs(before.get("inputs", {}), facts.get("inputs", {})),
        "figures": {name: {"from": figures.get(name), "to": metrics.get(name)} for name in names},
        "files": files,
    }
    return {"revision": number + 1, "revisions": [*told, entry]}


def write(path: Path, content: Mapping[str, Any]) -> None:
    """A JSON file with sorted keys; what is not a finite number becomes null."""
    text = json.dumps(_finite(content), sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="")


def commit(root: Path) -> str | None:
    """The commit of the checkout, with ``-dirty`` where files differ from it; None without git."""
    git = shutil.which("git")
    if git is None:
        return None
    command = [git, "-C", str(root), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None


def versions() -> dict[str, str]:
    """Python, csat_lib and the packages that numbers and pages depend on."""
    found = {"python": platform.python_version(), "csat_lib": __version__}
    for name in PACKAGES:
        with suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def _finite(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
