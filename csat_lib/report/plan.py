"""The jobs of a batch, after every check that costs little: all of it before the first notebook starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from csat_lib.errors import NotInStudyError
from csat_lib.improvement import load_actions, load_incentives
from csat_lib.report.engine import Job
from csat_lib.report.publish import Place
from csat_lib.study import Study
from csat_lib.study.intents import Intent
from csat_lib.survey import Survey, load_survey
from csat_lib.survey.remembered import keep


@dataclass(frozen=True, slots=True)
class Plan:
    """One period, checked and ready to run.

    Attributes
    ----------
    study : Study
        With its period.
    place : Place
        Where it will be published.
    notebooks : tuple of str
        All that the period has, also those that this run leaves out.
    jobs : tuple of Job
        Notebook by notebook, language by language.
    inputs : mapping
        What the reports will rest on, from ``manifest.inputs``.
    survey : Survey
        The customers' answers, as the checks left them.
    """

    study: Study
    place: Place
    notebooks: tuple[str, ...]
    jobs: tuple[Job, ...]
    inputs: Mapping[str, Mapping[str, Any]]
    survey: Survey

    @property
    def sources(self) -> tuple[Path, ...]:
        """The files of all notebooks asked for, also of those that are up to date."""
        return tuple(self.study.paths.root / name for name in self.inputs if name.startswith("notebooks/"))


def planned(each: Intent) -> Plan:
    """The jobs of an intent, once the customers' data have been read and checked.

    Raises
    ------
    DataError
        The data are missing or refused.
    """
    loaded, base = each.study, each.study.paths.root
    place = Place(base / "output", loaded.name, loaded.period.name)
    jobs = tuple(
        Job(
            loaded.name,
            loaded.period.name,
            page.name,
            page.language,
            base / "notebooks" / f"{page.name}.ipynb",
            base,
            place.staging / "notebooks" / f"{page.name}.{page.language}.ipynb",
        )
        for page in each.due
    )
    check_registers(loaded)
    keep(loaded)
    return Plan(loaded, place, each.notebooks, jobs, each.inputs, load_survey(loaded))


def in_turn(jobs: Sequence[Job]) -> list[Job]:
    """A period's long notebooks before its short ones, so that all end together; a long text is a long run.

    The very longest, a report that shares most with the others, comes second: an engine may work out what they share beside the first.
    """
    ordered = sorted(jobs, key=lambda job: -job.source.stat().st_size)
    return [*ordered[1:2], *ordered[:1], *ordered[2:]]


def check_registers(study: Study) -> None:
    """Refuse a register of actions or a table of incentives with mistakes; a study need not have them.

    Raises
    ------
    ParamsError
        Names the file, the action or scheme, and the key.
    """
    with suppress(NotInStudyError):
        load_actions(study)
    with suppress(NotInStudyError):
        load_incentives(study)
