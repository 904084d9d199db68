"""What the reports of a period rest on: every file with its SHA-256, under names that mean the same on every machine.

Besides files there is one entry ``csat_lib``, the library's own sources: a report is stale when the code that made it has changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from csat_lib.errors import CsatError, DataError, EnvironmentFault
from csat_lib.study.params import Study, load_study

CODE = "csat_lib"
LOCK = "requirements.lock"
WEIGHTS = {".yaml", ".yml", ".xlsx"}
_NOT_SOURCES = {"corrections", "restricted"}
_SETTLED = 2.0  # seconds after which a file's time of change tells every later change apart

Seal = Mapping[str, Any]


class Seals:
    """SHA-256 of files, remembered between runs by size, time of change and inode, so that large data are read once.

    Parameters
    ----------
    store : Path, optional
        Where they are remembered; None reads every file.
    """

    def __init__(self, store: Path | None = None) -> None:
        self._store = store
        self._known: dict[str, list[Any]] = {}
        self._new = 0
        self._studies: dict[tuple[Path, str, str], Study] = {}
        if store is not None:
            with suppress(OSError, ValueError):
                found = json.loads(store.read_text(encoding="utf-8"))
                self._known = found if isinstance(found, dict) else {}

    def of(self, path: Path) -> dict[str, Any]:
        """SHA-256 and size of a file.

        Raises
        ------
        EnvironmentFault
            It cannot be read.
        """
        try:
            about = path.stat()
            mark = [about.st_size, about.st_mtime_ns, about.st_ino]
            known = self._known.get(str(path))
            if self._store is not None and isinstance(known, list) and known[:3] == mark:
                return {"sha256": known[3], "bytes": about.st_size}
            seal = _seal(path)
        except OSError as error:
            raise EnvironmentFault(f"{path}: {error.strerror or error}.") from error
        if self._store is not None and time.time() - about.st_mtime > _SETTLED:
            self._known[str(path)] = [*mark, seal["sha256"]]
            self._new += 1
        return seal

    def study(self, like: Study, period: str) -> Study:
        """The study in another period, read once."""
        key = (like.paths.root, like.name, period)
        if key not in self._studies:
            self._studies[key] = load_study(like.name, period, root=like.paths.root)
        return self._studies[key]

    def keep(self) -> None:
        """Remember what was read; a disk that refuses costs time at the next run, nothing else."""
        if self._store is None or not self._new:
            return
        beside = self._store.with_name(f".{self._store.name}.{os.getpid()}.part")
        with suppress(OSError):
            self._store.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps(self._known), encoding="utf-8")
            beside.replace(self._store)
            self._new = 0
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def seals_of(root: Path, study: str) -> Seals:
    """The seals that a study remembers, in data/<study>/restricted/."""
    folder = root / "data" / study
    return Seals(folder / "restricted" / "seals.json" if folder.is_dir() else None)


def inputs(study: Study, notebooks: Iterable[Path], *, seals: Seals | None = None) -> dict[str, dict[str, Any]]:
    """What the reports of a period rest on: name -> SHA-256 and size.

    Parameter files, codebook, indicator system, weight sets with their judgements, model, lock file, notebooks, csat_lib's own sources,
    and of this period and all earlier ones the parameters and every source.

    Parameters
    ----------
    study : Study
        The period.
    notebooks : iterable of Path
        Those that run.
    seals : Seals, optional
        What is known of unchanged files; by default every file is read.

    Returns
    -------
    dict
        By a name that holds on every machine: from the project's root, or from the study's data root.
    """
    known = seals or Seals()
    paths = study.paths
    files = {*paths.parameters, *notebooks, *_parameters(study), paths.root / LOCK}
    if study.parameters.model:
        files.add(_model_file(study))
    for each in _until(study, known):
        files |= set(_data_of(each))
    found = {portable(path, study): path for path in files if path.is_file()}
    sealed = {name: known.of(found[name]) for name in sorted(found)}
    return {**sealed, CODE: dict(code())}


def portable(path: Path, study: Study) -> str:
    """The name of a file that means the same on every machine."""
    variable, data = study.parameters.data_root.variable, study.paths.data_root
    if path.is_relative_to(study.paths.root):
        return path.relative_to(study.paths.root).as_posix()
    if path.is_relative_to(data):
        return f"${variable or 'data_root'}/{path.relative_to(data).as_posix()}"
    return path.name


@cache
def code() -> Seal:
    """SHA-256 over all sources and templates of csat_lib, and their size."""
    folder = Path(__file__).resolve().parents[1]
    digest, size = hashlib.sha256(), 0
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and path.suffix not in {".pyc", ".so"}:
            content = path.read_bytes()
            digest.update(f"{path.relative_to(folder).as_posix()} {len(content)} ".encode())
            digest.update(content)
            size += len(content)
    return {"sha256": digest.hexdigest(), "bytes": size}


def _until(study: Study, known: Seals) -> Iterator[Study]:
    """The study in this period, every earlier one and those that hold it; one that cannot be read is for the run to say."""
    yield study
    for each in study.periods:
        holds = each.start <= study.period.start and each.end >= study.period.end
        if (each.end <= study.period.end or holds) and each.name != study.period.name:
            with suppress(CsatError):
                yield known.study(study, each.name)


def _parameters(study: Study) -> Iterator[Path]:
    """Indicator system, themes, actions and weight sets; of the periods' files only those up to this period."""
    later = {each.name for each in study.periods if each.end > study.period.end}
    folder = study.paths.params
    yield from (path for path in folder.glob("*.y*ml") if path.stem not in later)
    yield from (path for path in (folder / "weights").glob("*") if path.suffix.lower() in WEIGHTS)
    for path in (folder / "comments", folder / "themes"):
        yield from (each for each in path.rglob("*") if each.is_file())


def _data_of(study: Study) -> Iterator[Path]:
    """Every raw file of the study's period, its corrections, what the store has, and the log of erasures."""
    folder = study.paths.root / "data" / study.name
    here = {each.name for each in folder.glob("*") if each.is_dir() and each.name not in _NOT_SOURCES and not each.name.startswith("store")}
    for name in sorted({*study.paths.sources, *here}):
        with suppress(DataError):
            yield study.paths.data(name)
    yield from study.paths.parameters
    yield folder / "corrections" / f"{study.period.name}.yaml"
    yield folder / "restricted" / "erasures.csv"
    yield from folder.glob(f"store*/period={study.period.name}/answers.parquet")


def _model_file(study: Study) -> Path:
    named = Path(str(study.parameters.model))
    return named if named.suffix in {".yaml", ".yml"} else study.paths.root / "params" / "models" / f"{named}.yaml"


def sealed(*paths: Path) -> str:
    """SHA-256 of the content of several files together; one that is not there counts as such."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes() if path.is_file() else b"-")
        digest.update(b"|")
    return digest.hexdigest()


def _seal(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return {"sha256": hashlib.file_digest(file, "sha256").hexdigest(), "bytes": path.stat().st_size}
