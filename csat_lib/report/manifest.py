"""manifest.json: where every published number came from, so that an auditor can say it a year later."""

from __future__ import annotations

import hashlib
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
from csat_lib.errors import CsatError, DataError, EnvironmentFault
from csat_lib.report.engine import ENVIRONMENT
from csat_lib.study import Study, load_study, resolved
from csat_lib.survey import Survey, load_survey
from csat_lib.survey.corrections import corrections_file
from csat_lib.survey.pooled import has_own, parts_of
from csat_lib.survey.store import has_stored

NAME = "manifest.json"
METRICS = "metrics.json"
PACKAGES = (
    *("numpy", "pandas", "scipy", "statsmodels", "semopy", "matplotlib", "seaborn"),
    *("papermill", "nbclient", "nbconvert", "ipykernel", "pydantic"),
)
EARLIER = 8
REGISTERS = ("actions.yaml", "incentives.yaml")
WEIGHTS = {".yaml", ".yml", ".xlsx"}
_BLOCK = 1 << 20


def inputs(study: Study, notebooks: Iterable[Path]) -> dict[str, dict[str, Any]]:
    """What the reports of a period rest on: file -> SHA-256 and size.

    Parameter files, codebook, indicator system, weight sets with their judgements, model, lock file, notebooks, every source of this
    period, and the customers of the earlier periods that trends show.

    Parameters
    ----------
    study : Study
        The period.
    notebooks : iterable of Path
        Those that run.

    Returns
    -------
    dict
        By a name that holds on every machine: from the project's root, or from the study's data root.
    """
    paths = study.paths
    files = {*paths.parameters, *notebooks, *_sources(study), *_weights(study), *(paths.params / name for name in REGISTERS)}
    if study.parameters.model:
        files.add(_model_file(study))
    files.add(paths.root / "requirements.lock")
    for each in study.earlier(EARLIER)[:-1]:
        with suppress(CsatError):
            earlier = load_study(study.name, each.name, root=paths.root)
            files |= {*earlier.paths.parameters, *_pooled(earlier, "customers")}
            files.add(earlier.paths.data("customers"))
    found = {portable(path, study): path for path in files if path.is_file()}
    return {name: _seal(found[name]) for name in sorted(found)}


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
    changed = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
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
    return {name: _seal(files[name]) for name in sorted(files) if name != NAME}


def write(path: Path, content: Mapping[str, Any]) -> None:
    """A JSON file with sorted keys; what is not a finite number becomes null."""
    text = json.dumps(_finite(content), sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="")


def read(path: Path) -> dict[str, Any]:
    """A manifest or metrics file; empty where it is missing or unreadable."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def portable(path: Path, study: Study) -> str:
    """The name of a file that means the same on every machine."""
    variable, data = study.parameters.data_root.variable, study.paths.data_root
    if path.is_relative_to(study.paths.root):
        return path.relative_to(study.paths.root).as_posix()
    if path.is_relative_to(data):
        return f"${variable or 'data_root'}/{path.relative_to(data).as_posix()}"
    return path.name


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


def _model_file(study: Study) -> Path:
    named = Path(str(study.parameters.model))
    return named if named.suffix in {".yaml", ".yml"} else study.paths.root / "params" / "models" / f"{named}.yaml"


def _weights(study: Study) -> set[Path]:
    """The indicator system, and every weight set and file of judgements: a period can be scored with any, and trends restate all."""
    folder = study.paths.params / "weights"
    return {study.paths.params / "indicators.yaml", *(path for path in folder.glob("*") if path.suffix.lower() in WEIGHTS)}


def _sources(study: Study) -> set[Path]:
    """Every raw file of the period, whichever source it belongs to."""
    folder = study.paths.root / "data" / study.name
    names = {
        *study.paths.sources,
        *(
            each.name
            for each in folder.glob("*")
            if each.is_dir() and each.name not in {"corrections", "restricted"} and not each.name.startswith("store")
        ),
    }
    found = {corrections_file(study)}
    for name in names:
        with suppress(DataError):
            found.add(study.paths.data(name))
        found |= _pooled(study, name)
    if not study.paths.has_data() and has_stored(study):
        found.add(load_survey(study).origin.path)  # type: ignore[union-attr]
    return found


def _pooled(study: Study, source: str) -> set[Path]:
    """Parameters, corrections and raw files of the periods that the study's own is made of; none where it has a file itself."""
    if has_own(study, source=source):
        return set()
    found: set[Path] = set()
    for part in parts_of(study, source=source):
        found |= {*part.paths.parameters, corrections_file(part)}
        with suppress(DataError):
            found.add(part.paths.data(source))
    return found


def _seal(path: Path) -> dict[str, Any]:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as handle:
            while block := handle.read(_BLOCK):
                digest.update(block)
        return {"sha256": digest.hexdigest(), "bytes": path.stat().st_size}
    except OSError as error:
        raise EnvironmentFault(f"{path}: {error.strerror or error}.") from error


def _finite(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
