"""Where stored answers come from, and how they are written: one file beside its place and renamed, one lock a study and period."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from csat_lib.errors import BusyError, DataError, EnvironmentFault

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

ANSWERS, RECORD, REVISIONS, ERASURES = "answers.parquet", "provenance.json", "revisions", "erasures.csv"
_KEY = b"csat"


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    with faults(path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def now() -> str:
    """The present second, in UTC."""
    return datetime.now(tz=UTC).isoformat(timespec="seconds")


def record_of(path: Path) -> dict[str, Any]:
    """The provenance inside a stored file; empty where there is none.

    It travels in the file's own metadata, so that answers and provenance change in one rename; provenance.json is a copy to read.
    """
    if not path.is_file():
        return {}
    try:
        record: dict[str, Any] = json.loads((pq.read_schema(path).metadata or {}).get(_KEY, b"{}"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: the stored answers cannot be read ({str(error).splitlines()[0]}). Import the period again.") from None
    return record


def write(path: Path, table: pa.Table, record: Mapping[str, Any]) -> None:
    """Stored answers with their provenance, then its readable copy."""
    noted = table.replace_schema_metadata({_KEY: json.dumps(record, ensure_ascii=False).encode()})
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    with faults(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            pq.write_table(noted, beside, compression="zstd", row_group_size=1 << 17)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    tell(path)


def tell(path: Path) -> None:
    """Write provenance.json from what the stored file says of itself."""
    copy = path.with_name(RECORD)
    text = json.dumps(record_of(path), ensure_ascii=False, indent=2) + "\n"
    beside = copy.with_name(f".{RECORD}.{os.getpid()}.part")
    with faults(copy):
        try:
            beside.write_text(text, encoding="utf-8", newline="")
            beside.replace(copy)
        finally:
            beside.unlink(missing_ok=True)


def table_of(path: Path) -> pa.Table:
    """All rows of a stored file."""
    try:
        return pq.ParquetFile(path).read()
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"{path}: the stored answers cannot be read ({str(error).splitlines()[0]}). Import the period again.") from None


def erased_digests(restricted: Path) -> frozenset[str]:
    """SHA-256 of every respondent erased."""
    log = restricted / ERASURES
    if not log.is_file():
        return frozenset()
    with faults(log), log.open(encoding="utf-8", newline="") as file:
        return frozenset(row["sha256"] for row in csv.DictReader(file))


def log_erasure(restricted: Path, digest: str, rows: int) -> None:
    """One line more in erasures.csv: when, whose SHA-256, how many rows."""
    log = restricted / ERASURES
    with faults(log):
        restricted.mkdir(parents=True, exist_ok=True)
        fresh = not log.is_file()
        with log.open("a", encoding="utf-8", newline="") as file:
            lines = csv.writer(file, lineterminator="\n")
            if fresh:
                lines.writerow(("time", "sha256", "rows"))
            lines.writerow((now(), digest, rows))


@contextmanager
def faults(path: Path) -> Iterator[None]:
    """Turn what the disk refuses into an EnvironmentFault that names the path."""
    try:
        yield
    except OSError as error:
        raise EnvironmentFault(f"{error.filename or path}: {error.strerror or error}. Check free space and permissions.") from error


@contextmanager
def held(lock: Path, what: str, *, share: str = "alone") -> Iterator[None]:
    """Hold a lock file, alone or "together" with others who share it; the system lets go when the process ends, however it ends.

    Raises
    ------
    BusyError
        Another process holds it.
    """
    with faults(lock):
        lock.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
    try:
        if not _taken(handle, share):
            raise BusyError(f"{what}: another import or erasure is at work in the store. Wait for it.")
        yield
    finally:
        os.close(handle)


if sys.platform == "win32":

    def _taken(handle: int, share: str) -> bool:  # noqa: ARG001  there are no shared locks here
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:

    def _taken(handle: int, share: str) -> bool:
        try:
            fcntl.flock(handle, (fcntl.LOCK_SH if share == "together" else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
