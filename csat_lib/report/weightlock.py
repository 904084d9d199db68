"""The lock of a weight set: periods that were published with it keep it, whatever the study is scored with later."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from csat_lib.errors import ParamsError
from csat_lib.index import locked_set
from csat_lib.report.weightsets import RESERVED, chosen, set_in_use, trees_of, weight_sets
from csat_lib.study import Study, load_study
from csat_lib.study.reader import read_yaml

_LOCKED = re.compile(r"(?m)^locked[ \t]*:[ \t]*(?:\[[^\]]*\]|(?:\r?\n[ \t]*-[ \t][^\r\n]*)+)")


def lock_set(study: Study, name: str, periods: Sequence[str]) -> tuple[Path, tuple[str, ...]]:
    """The file of a set and all its locked periods, ``periods`` among them; every other line and comment stays as it is.

    Parameters
    ----------
    study : Study
        Whose set.
    name : str
        A named set.
    periods : sequence of str
        Periods of the study that are scored with it.

    Raises
    ------
    ParamsError
        No such set or period, a period that is scored with another set, or a file laid out so that the key cannot be set alone (then the
        message says what to write).
    """
    if name in RESERVED:
        raise ParamsError(f"{name!r} is no file, so it cannot be locked. Save these weights under a name first.")
    chosen(trees_of(study), name)
    sets = weight_sets(study)
    for each in periods:
        wave = load_study(study.name, each, root=study.paths.root)
        used = set_in_use(wave, sets)
        if used != name:
            held = locked_set(sets, wave.period.name)
            remedy = "" if held else f" Put {name} to use first: csat weights use {study.name} {name} --period {each}"
            raise ParamsError(f"{study.name} {each} is {'locked for' if held else 'scored with'} {used}, not {name}.{remedy}")
    known = [str(each) for each in study.periods]
    locked = tuple(sorted({*sets[name].locked, *map(str, periods)}, key=lambda each: known.index(each) if each in known else -1))
    return _written(study, name, locked), locked


def _written(study: Study, name: str, locked: tuple[str, ...]) -> Path:
    """The set's file with its lock, and nothing else, changed."""
    path = study.paths.params / "weights" / f"{name}.yaml"
    text, line = path.read_bytes().decode("utf-8"), f"locked: [{', '.join(locked)}]"
    newline = "\r\n" if "\r\n" in text else "\n"
    found = _LOCKED.search(text)
    text = _LOCKED.sub(line, text, count=1) if found else f"{text}{'' if text.endswith(newline) else newline}{line}{newline}"
    content = read_yaml(path)
    draft = path.with_suffix(".draft")
    draft.write_bytes(text.encode("utf-8"))
    try:
        after = read_yaml(draft)
    except ParamsError:
        after = {}
    same = {**after, "locked": None} == {**content, "locked": None} and [str(each) for each in after.get("locked") or []] == list(locked)
    if not same:
        draft.unlink()
        raise ParamsError(f"weights/{path.name}: the key cannot be set without changing other lines. Write it yourself: {line}")
    draft.replace(path)
    return path
