"""What a run leaves behind for whoever looks after it: one log a run, a progress bar, a failure's record, and a command on failure."""

from __future__ import annotations

import json
import logging
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tqdm import tqdm

from csat_lib.errors import CsatError, DisclosureError, ParamsError
from csat_lib.report.engine import Job, Outcome

LONGEST = 500
PATIENCE = 60.0
_PERSONAL = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?<![A-Za-z0-9_])(?!(?:19|20)\d\d-\d\d-\d\d(?![\d-]))\+?\d(?:[ \-]?\d){7,18}[Xx]?(?![A-Za-z0-9_])"
)
_log = logging.getLogger(__name__)


def told(error: object) -> str:
    """An error for a record that is kept: no telephone number, no e-mail address, and of a disclosure only that it was one.

    >>> told("row 7: a@b.example is not a number")
    'row 7: [removed] is not a number'
    """
    if isinstance(error, DisclosureError):
        return "DisclosureError: personal data or a recoverable small cell would have been published"
    return _PERSONAL.sub("[removed]", str(error))[:LONGEST]


class RunLog:
    """One file of JSON lines a run, in data/<study>/restricted/logs/; a disk that refuses is no reason to stop.

    Parameters
    ----------
    root : Path
        The project's folder.
    study : str
        Whose run it is.

    Attributes
    ----------
    path : Path
        The file; it is there from the first line on.
    """

    def __init__(self, root: Path, study: str) -> None:
        stamp = datetime.now(tz=UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        self.path = root / "data" / study / "restricted" / "logs" / f"{stamp}-{os.getpid()}.jsonl"
        self.study = study
        self._silent = ""

    def write(self, event: str, **facts: object) -> None:
        """One line: when, what, and what belongs to it."""
        if self._silent:
            return
        line = {"time": datetime.now(tz=UTC).isoformat(timespec="milliseconds"), "event": event, "study": self.study, **facts}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8", newline="") as file:
                file.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
        except OSError as error:
            self._silent = str(error.strerror)
            _log.warning("%s: the log of this run cannot be written (%s).", self.path, self._silent)

    def job(self, outcome: Outcome) -> None:
        """What became of a notebook."""
        report = outcome.report
        error = told(outcome.fault) if outcome.fault else told(report.error)
        facts = {"period": report.period, "notebook": report.name, "language": report.language}
        kind = {"class": type(outcome.fault).__name__, "exit": outcome.fault.exit_code} if outcome.fault else {}
        self.write("job", **facts, status=report.status, seconds=report.seconds, error=error, **kind)

    def failed(self, period: str, error: CsatError) -> None:
        """A period that is not published."""
        self.write("failed", period=period, error=told(error), **{"class": type(error).__name__, "exit": error.exit_code})


def write_failure(folder: Path, error: CsatError) -> None:
    """The record of a failed run beside the notebooks that failed, for ``csat status``."""
    record = {"failed": datetime.now(tz=UTC).isoformat(timespec="seconds"), "exit": error.exit_code, "error": told(error)}
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "failure.json").write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def checked_command(command: str | None) -> list[str]:
    """The words of a command, as a shell would split them; none where there is no command.

    Raises
    ------
    ParamsError
        A quotation mark is not closed, or there is no word.
    """
    if command is None:
        return []
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise ParamsError(f"--on-failure {command!r}: {error}.") from None
    if not words:
        raise ParamsError("--on-failure: the command is empty.")
    return words


def call_on_failure(words: list[str], study: str, period: str, error: CsatError) -> None:
    """Run a command for a period that failed: study, period and error are its last arguments and stand in its environment.

    Parameters
    ----------
    words : list of str
        From ``checked_command``; nothing happens where it is empty. No shell is involved.
    study, period : str
        What failed.
    error : CsatError
        Why.
    """
    if not words:
        return
    message = told(error)
    facts = {"CSAT_STUDY": study, "CSAT_PERIOD": period, "CSAT_ERROR": message, "CSAT_EXIT": str(error.exit_code)}
    try:
        done = subprocess.run(
            [*words, study, period, message], env={**os.environ, **facts}, stdin=subprocess.DEVNULL, timeout=PATIENCE, check=False
        )
        if done.returncode:
            _log.warning("--on-failure: %s ended with code %d.", words[0], done.returncode)
    except (OSError, subprocess.SubprocessError) as fault:
        _log.warning("--on-failure: %s: %s", words[0], fault)


class Progress:
    """A bar with an estimate on a terminal, a line a job in the log elsewhere."""

    def __init__(self, total: int, record: RunLog) -> None:
        self.visible = sys.stderr.isatty()
        self.record = record
        layout = "{percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} [{elapsed}, {remaining} to go{postfix}]"
        self.bar = tqdm(total=total, bar_format=layout, disable=not self.visible, dynamic_ncols=True, leave=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.bar.close()

    def begun(self, job: Job) -> None:
        """A job starts."""
        self.bar.set_postfix_str(job.title)

    def ended(self, outcome: Outcome) -> None:
        """A job is done."""
        self.bar.update()
        self.record.job(outcome)
        if not self.visible:
            report = outcome.report
            _log.info("%s: %s in %.1f s%s", outcome.job.title, report.status, report.seconds, f": {report.error}" if report.error else "")


def summary(failures: Mapping[str, CsatError]) -> dict[str, Any]:
    """The failures of a run for its last line."""
    return {period: type(error).__name__ for period, error in failures.items()}
