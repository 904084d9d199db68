"""Adding and closing actions: the register's file keeps every other line and comment, and is replaced in one step."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from csat_lib.errors import ParamsError, nearest
from csat_lib.improvement.actions import ENDED, FILE, Action, actions_from, load_actions, register_file
from csat_lib.study import Study
from csat_lib.study.reader import read_records

HEAD = "# Actions: what is being done, by whom, until when. csat actions add and close write here; comments stay.\n"


def add_action(study: Study, record: Mapping[str, Any]) -> Path:
    """Append an action to the register, which is made where there is none.

    Parameters
    ----------
    study : Study
        Whose register.
    record : mapping
        The keys of actions.yaml; dates as dates or text.

    Raises
    ------
    ParamsError
        The action is not valid beside the others; nothing was written.
    """
    path = register_file(study)
    before = read_records(path) if path.is_file() else []
    plain = {
        key: value.isoformat() if isinstance(value, dt.date) else value for key, value in record.items() if value not in (None, "", {})
    }
    actions_from([*before, plain], study)
    text = path.read_bytes().decode("utf-8") if path.is_file() else HEAD
    newline = "\r\n" if "\r\n" in text else "\n"
    block = yaml.safe_dump([plain], allow_unicode=True, sort_keys=False, width=120).replace("\n", newline)
    return _replace(path, f"{text}{'' if text.endswith(newline) or not text else newline}{block}", [*before, plain])


def close_action(study: Study, name: str, *, closed: dt.date, status: str = "done", evidence: str = "") -> Path:
    """Mark an action as done or dropped; only its status, closed and evidence change.

    Parameters
    ----------
    study : Study
        Whose register.
    name : str
        The action's id.
    closed : date
        When.
    status : {"done", "dropped"}
        Which.
    evidence : str
        What shows it; what the file says stays where this is empty.

    Raises
    ------
    ParamsError
        No such action (the nearest is named), one that is closed already, or a file laid out so that the keys cannot be set alone.
    """
    if status not in ENDED:
        raise ParamsError(f"status: {status!r} is not one of {', '.join(ENDED)}.")
    action = _running(study, name)
    path = register_file(study)
    changes = {"status": status, "closed": closed.isoformat(), **({"evidence": evidence} if evidence else {})}
    records = [{**record, **changes} if record.get("id") == action.id else record for record in read_records(path)]
    actions_from(records, study)
    return _replace(path, _edited(path.read_bytes().decode("utf-8"), action.id, changes), records)


def _running(study: Study, name: str) -> Action:
    known = {each.id: each for each in load_actions(study)}
    if name not in known:
        raise ParamsError(f"params/{study.name}/{FILE}: no action {name!r}.{nearest(name, known)}")
    if known[name].status in ENDED:
        raise ParamsError(f"{name} is {known[name].status} since {known[name].closed}.")
    return known[name]


def _edited(text: str, name: str, changes: Mapping[str, str]) -> str:
    """The text with keys of one record set; a key that is new follows the id."""
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.split(newline)
    starts = [place for place, line in enumerate(lines) if re.match(r"-(\s|$)", line)]
    for start, end in pairwise([*starts, len(lines)]):
        own = next((line for line in lines[start:end] if re.match(r"(- |  )id\s*:", line)), "")
        if re.sub(r"\s+#.*$", "", own.partition(":")[2]).strip().strip("\"'") != name:
            continue
        block = lines[start:end]
        for key, value in changes.items():
            line = (
                yaml.safe_dump({key: value}, allow_unicode=True, width=10_000)
                .strip()
                .replace(f"'{value}'", value if key == "closed" else f"'{value}'")
            )
            places = [place for place, each in enumerate(block) if re.match(rf"(- |  ){key}\s*:", each)]
            if places:
                block[places[0]] = block[places[0]][:2] + line
            else:
                after = max(place for place, each in enumerate(block) if each.strip() and not each.lstrip().startswith("#"))
                block.insert(after + 1, f"  {line}")
        return newline.join([*lines[:start], *block, *lines[end:]])
    return text


def _replace(path: Path, text: str, wanted: list[dict[str, Any]]) -> Path:
    """Write beside, read back, rename; what would read differently than wanted is not written."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.yaml")
    draft.write_bytes(text.encode("utf-8"))
    try:
        same = read_records(draft) == wanted
    except ParamsError:
        same = False
    if not same:
        draft.unlink()
        raise ParamsError(f"{path.name}: the keys cannot be set without changing other lines. Edit the file yourself.")
    draft.replace(path)
    return path
