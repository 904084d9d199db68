"""params/<study>/actions.yaml: what is being done, by whom, until when; what is overdue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import BeforeValidator

from csat_lib.errors import NotInStudyError, ParamsError, nearest
from csat_lib.study import Study, Text
from csat_lib.study.reader import Date, Label, Number, Strict, Words, check, read_records

FILE = "actions.yaml"
ENDED = ("done", "dropped")
COLUMNS = ["id", "kind", "name", "called", "measure", "owner", "department", "opened", "due", "status", "days_late", "expected"]


@dataclass(frozen=True, slots=True)
class Action:
    """One row of the register.

    Attributes
    ----------
    id : str
        Its name.
    opened, due : date
        When it was accepted, and until when it is to be done.
    kind, name : str
        What it answers: an item, theme, complaint category, product or target, and its name.
    called : Text
        What that is called on a page, where neither codebook nor targets know it; empty else.
    cause, measure, owner, department, evidence : Text
        Why, what is done, who answers for it, where, and what shows that it was done.
    status : {"open", "in progress", "done", "dropped"}
        As the file has it.
    started, closed : date or None
        When customers could first notice it (by default when it was opened), and when it was done or dropped.
    metric : str
        The item or construct that verifies it; empty where nothing in the survey does.
    expected : float or None
        Points of 0-100 that the metric should move by in the treated segment.
    segment, control : mapping of str to tuple of str
        Attribute -> codes: who is treated, and whom they are held against (everybody else where empty).
    """

    id: str
    opened: dt.date
    due: dt.date
    kind: str
    name: str
    called: Text
    cause: Text
    measure: Text
    owner: Text
    department: Text
    evidence: Text
    status: str
    started: dt.date | None
    closed: dt.date | None
    metric: str
    expected: float | None
    segment: Mapping[str, tuple[str, ...]]
    control: Mapping[str, tuple[str, ...]]

    def status_at(self, day: dt.date) -> str:
        """Its status at the end of a day; what was closed later was still running."""
        if self.status in ENDED and self.closed is not None and self.closed > day:
            return "in progress"
        return self.status

    def days_late(self, day: dt.date) -> int:
        """Days past its due date at the end of a day; 0 when it is not overdue."""
        return 0 if self.status_at(day) in ENDED else max((day - self.due).days, 0)


def _filled(value: object) -> object:
    said = value.values() if isinstance(value, dict) else [value]
    if isinstance(value, str | dict) and not any(str(each).strip() for each in said):
        raise ValueError("it is empty")
    return value


Filled = Annotated[Label, BeforeValidator(_filled)]


def _codes(value: object) -> object:
    return {key: [each] if isinstance(each, str) else each for key, each in value.items()} if isinstance(value, dict) else value


Segment = Annotated[dict[str, Words], BeforeValidator(_codes)]


class _Record(Strict):
    id: str
    opened: Date
    answers: dict[Literal["item", "theme", "complaint", "product", "target"], str]
    called: Label = Text()
    cause: Label = Text()
    measure: Filled
    owner: Filled
    department: Label = Text()
    due: Date
    status: Literal["open", "in progress", "done", "dropped"] = "open"
    started: Date | None = None
    closed: Date | None = None
    verified_by: str = ""
    expected: Number | None = None
    segment: Segment = {}  # noqa: RUF012  pydantic copies it
    control: Segment = {}  # noqa: RUF012
    evidence: Label = Text()


def register_file(study: Study) -> Path:
    """Where a study's actions stand."""
    return study.paths.params / FILE


def load_actions(study: Study) -> tuple[Action, ...]:
    """The register of a study, in the file's order.

    Raises
    ------
    NotInStudyError
        The study has no register.
    ParamsError
        One line for every mistake: an action without owner or due date, an id that stands twice, dates that run backward, an unknown
        item, segment or code, an expected effect of nought.
    """
    path = register_file(study)
    if not path.is_file():
        raise NotInStudyError(
            f"{study.name} has no register of actions. Write params/{study.name}/{FILE}, or: csat actions add {study.name}"
        )
    return actions_from(read_records(path), study)


def actions_from(records: Sequence[Mapping[str, object]], study: Study) -> tuple[Action, ...]:
    """The register that these records make, or one error that lists every mistake.

    Parameters
    ----------
    records : sequence of mapping
        As the file has them.
    study : Study
        Its codebook and model say which items, segments and codes there are.
    """
    where, found, faults = f"params/{study.name}/{FILE}", [], []
    for number, record in enumerate(records, start=1):
        name = str(record.get("id") or f"record {number}")
        try:
            action = _action(check(_Record, record, f"{where}: {name}"))
            faults += [f"{where}: {name}: {fault}" for fault in _faults(action, study)]
            found.append(action)
        except ParamsError as error:
            faults += str(error).splitlines()
    ids = [each.id for each in found]
    faults += [f"{where}: the id {name!r} stands {ids.count(name)} times." for name in dict.fromkeys(ids) if ids.count(name) > 1]
    if faults:
        raise ParamsError("\n".join(faults))
    return tuple(found)


def listed(actions: Sequence[Action], *, as_of: dt.date, language: str = "en") -> pd.DataFrame:
    """The register as a table on a day, without what was opened later.

    Parameters
    ----------
    actions : sequence of Action
        From ``load_actions``.
    as_of : date
        Statuses and delays at the end of this day.
    language : {"en", "zh"}
        Of measures, owners and departments.

    Returns
    -------
    DataFrame
        id, kind, name, called, measure, owner, department, opened, due, status, days_late, expected.
    """
    rows = [
        (
            *(each.id, each.kind, each.name),
            *(text.say(language) for text in (each.called, each.measure, each.owner, each.department)),
            *(each.opened.isoformat(), each.due.isoformat(), each.status_at(as_of), each.days_late(as_of), each.expected),
        )
        for each in actions
        if each.opened <= as_of
    ]
    return pd.DataFrame(rows, columns=COLUMNS).astype({"expected": float})


def overdue(actions: Sequence[Action], *, as_of: dt.date, language: str = "en") -> pd.DataFrame:
    """The actions that should have been done by a day and were not, the latest first.

    Parameters
    ----------
    actions, as_of, language
        As in ``listed``.
    """
    table = listed(actions, as_of=as_of, language=language)
    return table[table["days_late"] > 0].sort_values("days_late", ascending=False, kind="stable", ignore_index=True)


def _action(given: _Record) -> Action:
    kind, name = next(iter(given.answers.items()), ("", ""))
    metric = given.verified_by or (name if kind == "item" else "")
    if len(given.answers) != 1:
        kind, name = "", ", ".join(given.answers)
    segments = {key: tuple(given.segment[key]) for key in given.segment}, {key: tuple(given.control[key]) for key in given.control}
    texts = given.called, given.cause, given.measure, given.owner, given.department, given.evidence
    dates = given.started, given.closed
    return Action(given.id, given.opened, given.due, kind, name, *texts, given.status, *dates, metric, given.expected, *segments)


def _faults(action: Action, study: Study) -> list[str]:
    said = []
    if not action.kind:
        said.append(f"answers: name one thing, such as {{item: ...}}, not {action.name or 'none'}.")
    for word, day in (("due", action.due), ("closed", action.closed)):
        if day is not None and day < action.opened:
            said.append(f"{word} {day} lies before opened {action.opened}.")
    if action.status in ENDED and action.closed is None:
        said.append(f"status {action.status} needs closed: DATE.")
    if action.status not in ENDED and action.closed is not None:
        said.append(f"closed {action.closed}, but the status is {action.status}. Write done or dropped.")
    if action.expected == 0:
        said.append("expected: 0 points is no effect. Say by how much the figure should move, with its sign.")
    names = [*study.codebook.items, *(study.structure.names if study.structure else ())]
    if action.metric and action.metric not in names:
        said.append(f"no item or construct {action.metric!r}.{nearest(action.metric, names)}")
    for given in (action.segment, action.control):
        said += _segment_faults(given, study)
    if action.control and not action.segment:
        said.append("control: without segment: nobody is treated.")
    return said


def _segment_faults(given: Mapping[str, tuple[str, ...]], study: Study) -> list[str]:
    said = []
    for attribute, codes in given.items():
        own = study.codebook.attributes.get(attribute)
        if own is None:
            said.append(f"no segment {attribute!r} in the codebook.{nearest(attribute, study.codebook.attributes)}")
            continue
        known = [str(code) for code in own.values]
        said += [f"{attribute}: no code {code!r}.{nearest(code, known)}" for code in codes if known and code not in known]
    return said
