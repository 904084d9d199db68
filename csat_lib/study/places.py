"""Where things lie: the project's root, a study's parameter, data and output folders."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from csat_lib.errors import DataError, ParamsError, nearest

EXTENSIONS = ("csv", "xlsx", "parquet", "tsv", "txt")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d|models|templates)")


@dataclass(frozen=True, slots=True)
class Paths:
    """Folders and files of one study and period.

    Attributes
    ----------
    root, params, output : Path
        The project; params/<study>; output/<study>/<period>.
    data_root : Path
        What the patterns of ``data:`` are relative to.
    sources : mapping of str to str
        Source -> file pattern, as the study gives them.
    parameters : tuple of Path
        The parameter files that were read, for the manifest.
    """

    root: Path
    study: str
    period: str
    data_root: Path
    sources: Mapping[str, str]
    parameters: tuple[Path, ...]

    @property
    def params(self) -> Path:
        """params/<study>."""
        return self.root / "params" / self.study

    @property
    def output(self) -> Path:
        """output/<study>/<period>."""
        return self.root / "output" / self.study / self.period

    def data(self, source: str = "customers") -> Path:
        """The raw file of one source and this period.

        Raises
        ------
        DataError
            There is none; the message says where it was looked for and what lies there.
        """
        if source in self.sources:
            path = self.data_root / self.sources[source].format(period=self.period)
            if path.is_file():
                return path
            raise DataError(f"{path}: no such file (source {source} of {self.study} {self.period}).{_beside(path.parent, path.name)}")
        folder = self.root / "data" / self.study / source
        for extension in EXTENSIONS:
            if (folder / f"{self.period}.{extension}").is_file():
                return folder / f"{self.period}.{extension}"
        wanted = f"{folder / self.period}.{{{','.join(EXTENSIONS)}}}"
        raise DataError(f"No data for {self.study} {self.period}, source {source}: looked for {wanted}.{_beside(folder, self.period)}")

    def has_data(self, source: str = "customers") -> bool:
        """Whether the raw file of ``source`` lies there."""
        try:
            self.data(source)
        except DataError:
            return False
        return True


def find_root(start: str | Path | None = None) -> Path:
    """The nearest folder upward that holds params/ (a kernel may start in notebooks/).

    Raises
    ------
    ParamsError
        No folder from ``start`` upward holds params/.
    """
    here = Path(start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "params").is_dir():
            return folder
    raise ParamsError(f"No params/ folder in {here} or above. Start in the project's folder, or pass root=.")


def study_names(root: Path) -> list[str]:
    """Every study that params/ holds."""
    return sorted(each.parent.name for each in (root / "params").glob("*/study.yaml"))


def check_study_name(name: object) -> str:
    """``name`` if it can be a folder name everywhere, else an error."""
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}", name) or _RESERVED.fullmatch(name):
        raise ParamsError(f"{str(name)[:80]!r} cannot be a study's name: letters, digits, - and _, at most 60, not a reserved word.")
    return name


def data_root(root: Path, variable: str | None, default: str) -> Path:
    """The folder that data patterns start from; the environment variable, where the study names one, goes first."""
    told = os.environ.get(variable) if variable else None
    return (root / Path(told or default).expanduser()).resolve()


def _beside(folder: Path, wanted: str) -> str:
    if not folder.is_dir():
        return f" The folder {folder} does not exist."
    names = sorted(each.name for each in folder.iterdir() if each.is_file())
    return nearest(wanted, names) if names else " The folder is empty."
