"""From staging to published: one lock a period, a complete folder beside the old one, two renames, and recovery after a kill."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from csat_lib.errors import BusyError, EnvironmentFault
from csat_lib.report.exchange import exchange

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_log = logging.getLogger(__name__)
_LEFT_BEHIND = re.compile(r"\.(?P<period>.+)\.(?:old|part-\d+)")


@contextmanager
def faults(path: Path) -> Iterator[None]:
    """Turn what the disk refuses into an EnvironmentFault that names the path."""
    try:
        yield
    except OSError as error:
        where = error.filename or path
        raise EnvironmentFault(f"{where}: {error.strerror or error}. Check free space and permissions.") from error


@dataclass(frozen=True, slots=True)
class Place:
    """Where one study and period is published.

    Attributes
    ----------
    output : Path
        The output folder of the project; nothing is written through a symbolic link below it.
    study, period : str
        Names, already checked.
    """

    output: Path
    study: str
    period: str

    @property
    def folder(self) -> Path:
        """The study's folder, which holds every period."""
        return self.output / self.study

    @property
    def published(self) -> Path:
        """What readers open."""
        return self.folder / self.period

    @property
    def old(self) -> Path:
        """The last published folder, for the moment between two renames."""
        return self.folder / f".{self.period}.old"

    @property
    def staging(self) -> Path:
        """Where this process builds the next one."""
        return self.folder / f".{self.period}.part-{os.getpid()}"

    @property
    def failed(self) -> Path:
        """Notebooks that failed, kept for whoever mends them."""
        return self.folder / ".failed" / self.period

    @property
    def lock(self) -> Path:
        """The file that a live batch holds."""
        return self.folder / f".{self.period}.lock"


def refuse_links(place: Place) -> None:
    """Refuse to write through a symbolic link inside the output tree.

    Raises
    ------
    EnvironmentFault
        Names the link.
    """
    inside = (place.folder, place.published, place.old, place.staging, place.failed.parent, place.failed, place.lock)
    for path in inside:
        if path.is_symlink():
            raise EnvironmentFault(f"{path} is a symbolic link. Reports are only written to real folders: remove it.")


@contextmanager
def held(place: Place) -> Iterator[None]:
    """Hold a period; the system lets go of it when the process ends, however it ends.

    Raises
    ------
    BusyError
        Another live batch holds it.
    """
    refuse_links(place)
    with faults(place.lock):
        place.folder.mkdir(parents=True, exist_ok=True)
        handle = _opened(place.lock)
    try:
        before = _owner(handle)
        if before:
            _log.warning("%s %s: a batch that ended without saying so (%s) left its lock; taken over.", *_names(place), before)
        with faults(place.lock):
            _sign(handle, json.dumps({"pid": os.getpid(), "started": _now()}))
        yield
    finally:
        with suppress(OSError):
            _sign(handle, "")
            place.lock.unlink()
        os.close(handle)


def recover(output: Path) -> list[Place]:
    """Put right what killed batches left: half-done renames and staging folders; periods that a live batch holds are let be.

    Returns
    -------
    list of Place
        The periods that were put right.
    """
    mended: dict[tuple[str, str], Place] = {}
    for path in sorted(output.glob("*/.*")):
        match = _LEFT_BEHIND.fullmatch(path.name)
        if match and not path.is_symlink() and not path.parent.is_symlink():
            place = Place(output, path.parent.name, match["period"])
            with suppress(BusyError), held(place):
                mend(place)
                mended[_names(place)] = place
    return list(mended.values())


def mend(place: Place) -> None:
    """Bring one period, which the caller holds, to its last good state."""
    with faults(place.folder):
        if place.old.is_dir() and not place.published.exists():
            place.old.rename(place.published)
            _log.warning("%s %s: a batch was stopped while publishing; the last good report is back in place.", *_names(place))
        elif place.old.is_dir():
            shutil.rmtree(place.old)
        for left in sorted(place.folder.glob(f".{place.period}.part-*")):
            shutil.rmtree(left)


@contextmanager
def staged(place: Place) -> Iterator[Path]:
    """An empty staging folder; whatever is not published is removed."""
    with faults(place.staging):
        place.staging.mkdir(parents=True)
    try:
        yield place.staging
    finally:
        shutil.rmtree(place.staging, ignore_errors=True)


def publish(place: Place) -> None:
    """Put the staging folder in the place of the published one: in one exchange, or by two renames where the system has none."""
    refuse_links(place)
    with faults(place.published):
        if place.published.exists():
            if exchange(place.staging, place.published):
                shutil.rmtree(place.failed, ignore_errors=True)
                return  # what was published before is the staging folder now, and goes with it
            place.published.rename(place.old)
        try:
            place.staging.rename(place.published)
        except OSError:
            if place.old.is_dir():
                place.old.rename(place.published)
            raise
    shutil.rmtree(place.old, ignore_errors=True)
    shutil.rmtree(place.failed, ignore_errors=True)


def write_beside(path: Path, text: str) -> None:
    """Write a file beside its place and rename it, so that no reader meets half a file."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with faults(path):
        try:
            beside.write_text(text, encoding="utf-8", newline="")
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)


@contextmanager
def turn(path: Path) -> Iterator[None]:
    """Wait for one's turn to write ``path``, which several batches write one after the other."""
    with faults(path.parent):
        handle = _door(path.parent)
    try:
        _wait(handle)
        yield
    finally:
        os.close(handle)


def _names(place: Place) -> tuple[str, str]:
    return place.study, place.period


def _now() -> str:
    return datetime.now(tz=UTC).isoformat(timespec="seconds")


def _opened(lock: Path) -> int:
    """The lock file, open and held; a file that its last holder has just removed is not it."""
    while True:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
        if not _taken(handle):
            owner = _owner(handle)
            os.close(handle)
            raise BusyError(f"{lock.parent.name} {lock.name[1:-5]}: another batch is at work ({owner or 'just started'}). Wait for it.")
        try:
            if lock.stat().st_ino == os.fstat(handle).st_ino:
                return handle
        except FileNotFoundError:
            pass
        os.close(handle)


def _sign(handle: int, text: str) -> None:
    os.ftruncate(handle, 0)
    os.lseek(handle, 0, os.SEEK_SET)
    os.write(handle, text.encode())


def _owner(handle: int) -> str:
    """Who wrote the lock file, in words; empty where nobody did."""
    try:
        os.lseek(handle, 0, os.SEEK_SET)
        written = json.loads(os.read(handle, 4096) or b"{}")
        return f"process {written['pid']}, since {written['started']}" if written else ""
    except (ValueError, KeyError, TypeError):
        return "unreadable lock"


if sys.platform == "win32":
    _FAR = 1 << 20  # beyond the text, which others must be able to read

    def _taken(handle: int) -> bool:
        os.lseek(handle, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _door(folder: Path) -> int:
        return os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o644)

    def _wait(handle: int) -> None:
        os.lseek(handle, _FAR, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_LOCK, 1)

else:

    def _taken(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _door(folder: Path) -> int:
        return os.open(folder, os.O_RDONLY)

    def _wait(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX)
