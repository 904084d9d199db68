"""Which weights a study's indicators have: the sets there are, the one in use in each period, and how one is put to use.

``indicators`` are the weights that stand in indicators.yaml, ``equal`` those that give every sibling the same; all others are named sets.
A period that a set is locked for keeps it, whatever study.yaml says now.
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from csat_lib.errors import ParamsError, nearest
from csat_lib.index import (
    Panel,
    Tree,
    WeightSet,
    check_siblings,
    load_tree,
    load_weight_sets,
    locked_set,
    panel_weights,
    read_judgements,
    weight_set,
    write_weight_set,
)
from csat_lib.index.ahp import Method
from csat_lib.index.group_ahp import Aggregate
from csat_lib.study import Study, load_study
from csat_lib.study.reader import read_yaml

OWN, EQUAL = "indicators", "equal"
RESERVED = (OWN, EQUAL)
KEY = "weight_set"


class Trees(dict[str, Tree]):
    """The indicator system under every set that fits it; to ask for one that does not is refused with what is wrong with it."""

    def __init__(self, trees: Mapping[str, Tree], faults: Mapping[str, str]) -> None:
        super().__init__(trees)
        self.faults = dict(faults)

    def __missing__(self, name: str) -> Tree:
        if name in self.faults:
            raise ParamsError(f"{self.faults[name]} The set {name} cannot be used with this indicators.yaml.")
        raise ParamsError(f"No weight set {name!r}.{nearest(name, [*self, *self.faults])}")


def weight_sets(study: Study) -> dict[str, WeightSet]:
    """The study's named sets, whether or not they fit the indicator system of today (``misfits``).

    Raises
    ------
    ParamsError
        A mistake in a set's file, or a set with a reserved name.
    """
    sets = load_weight_sets(study)
    for name in RESERVED:
        if name in sets:
            raise ParamsError(f"weights/{name}.yaml: {name!r} is kept for the weights of indicators.yaml or equal ones. Rename the file.")
    return sets


def misfits(tree: Tree, sets: Mapping[str, WeightSet]) -> dict[str, str]:
    """What is wrong with each set that does not fit ``tree``, by its name: an older set may know other nodes than those of today."""
    found: dict[str, str] = {}
    for name, each in sets.items():
        try:
            check_siblings(each.weights, tree.siblings(), where=f"weights/{name}.yaml: weights")
        except ParamsError as error:
            found[name] = str(error)
    return found


def trees_of(study: Study) -> Trees:
    """The indicator system under every set of weights that fits it: "indicators", the named sets, "equal".

    Raises
    ------
    NotInStudyError
        The study has no indicators.yaml.
    """
    own, sets = load_tree(study), weight_sets(study)
    faults = misfits(own, sets)
    named = {name: own.with_weights(each.weights) for name, each in sets.items() if name not in faults}
    return Trees({OWN: own, **named, EQUAL: own.with_equal_weights()}, faults)


def set_in_use(study: Study, sets: Mapping[str, WeightSet] | None = None) -> str:
    """The set that the study's period is scored with: the one locked for it, else the one that its parameters name, else "indicators".

    Raises
    ------
    ParamsError
        The parameters name a set that there is not, or the period's own file names another than the one it is locked for.
    """
    known = weight_sets(study) if sets is None else sets
    held, asked = locked_set(known, study.period.name), study.parameters.weight_set
    if asked is not None and asked not in (*RESERVED, *known):
        raise ParamsError(f"params/{study.name}: {KEY}: no weight set {asked!r}.{nearest(asked, (*RESERVED, *known))}")
    if held is None:
        return asked or OWN
    own = read_yaml(study.paths.params / f"{study.period}.yaml").get(KEY)
    if own is not None and own != held.name:
        raise ParamsError(
            f"params/{study.name}/{study.period}.yaml: {KEY}: {own}, but {study.period} is locked for {held.name}. Take it out."
        )
    return held.name


def sets_in_use(study: Study, periods: Sequence[str]) -> dict[str, str]:
    """Period -> the set it is scored with."""
    sets = weight_sets(study)
    return {each: set_in_use(load_study(study.name, each, root=study.paths.root), sets) for each in periods}


def checked_sets(study: Study, periods: Sequence[str]) -> tuple[Tree, dict[str, WeightSet], str, list[str]] | None:
    """Tree, sets, the set in use and the faults of sets that nothing new is scored with; None where the study has neither tree nor sets.

    Parameters
    ----------
    study : Study
        In its period.
    periods : sequence of str
        Those whose sets are looked up as well.

    Raises
    ------
    ParamsError
        A mistake in indicators.yaml or in a set, by file and key; a set that is named and that there is not; a set that does not fit and
        that the study's period or an open one is scored with.
    NotInStudyError
        Sets without an indicator system.
    """
    sets, asked = weight_sets(study), study.parameters.weight_set
    if not sets and asked is None and not (study.paths.params / "indicators.yaml").is_file():
        return None
    trees = trees_of(study)
    used = {**sets_in_use(study, periods), study.period.name: set_in_use(study, sets)}
    for period, name in used.items():
        if period == study.period.name or locked_set(sets, period) is None:
            chosen(trees, name)
    return trees[OWN], sets, used[study.period.name], list(trees.faults.values())


def tree_in_use(study: Study) -> Tree:
    """The indicator system with the weights that the study's period is scored with.

    Raises
    ------
    NotInStudyError
        The study has no indicators.yaml.
    """
    return trees_of(study)[set_in_use(study)]


def chosen(trees: Mapping[str, Tree], name: str) -> Tree:
    """The tree under the set called ``name``, or an error with the nearest one, or with what is wrong with it."""
    if name not in trees and not isinstance(trees, Trees):
        raise ParamsError(f"No weight set {name!r}.{nearest(name, trees)}")
    return trees[name]


def listed_sets(study: Study) -> pd.DataFrame:
    """Every set with what it says of itself, whether it is in use, and why it does not fit.

    The columns are weights (its name), author, date, method, reason, locked (periods), hash, verdict ("in use", "does not fit" or empty)
    and fault (what is wrong with it under the indicator system of today).
    """
    sets = weight_sets(study)
    used, faults = set_in_use(study, sets), misfits(load_tree(study), sets)
    rows: list[tuple[object, ...]] = []
    for name, each in sets.items():
        verdict = "does not fit" if name in faults else "in use" if name == used else ""
        about = (each.author, each.date, each.method, each.reason, ", ".join(each.locked), each.hash)
        rows.append((name, *about, verdict, faults.get(name, "")))
    if used in RESERVED:
        rows.insert(0, (used, "", None, "", "", "", "", "in use", ""))
    return pd.DataFrame(rows, columns=["weights", "author", "date", "method", "reason", "locked", "hash", "verdict", "fault"])


def use_set(study: Study, name: str, *, period: str | None = None) -> Path:
    """Put a set to use: ``weight_set: NAME`` in study.yaml, or in one period's file; every other line and comment stays as it is.

    Parameters
    ----------
    study : Study
        In its latest period.
    name : str
        A named set, "indicators" or "equal".
    period : str, optional
        Only this period; by default every period that has no set of its own and is not locked.

    Returns
    -------
    Path
        The file that was written.

    Raises
    ------
    ParamsError
        No such set; or the period (by default the latest) is locked for another one; or the file is laid out so that the key cannot be
        set without changing more (then the message says what to write).
    """
    sets = weight_sets(study)
    chosen(trees_of(study), name)
    target = period or study.period.name
    held = locked_set(sets, target)
    if held is not None and held.name != name:
        remedy = "Its figures keep them; a new set begins with a new period, made by csat new."
        raise ParamsError(f"{study.name} {target} was published with the weights {held.name} and is locked. {remedy}")
    path = study.paths.params / ("study.yaml" if period is None else f"{period}.yaml")
    before = read_yaml(path)
    draft = path.with_suffix(".draft")
    draft.write_bytes(_with_key(path.read_bytes().decode("utf-8"), name).encode("utf-8"))
    try:
        written = read_yaml(draft)
    except ParamsError:
        written = {}
    if written != {**before, KEY: name}:
        draft.unlink()
        raise ParamsError(
            f"params/{study.name}/{path.name}: the key cannot be set without changing other lines. Write it yourself: {KEY}: {name}"
        )
    draft.replace(path)
    return path


def _with_key(text: str, name: str) -> str:
    """The text with the key's line set, or added after the last line."""
    line = re.compile(rf"(?m)^{KEY}\s*:[ \t]*(?:[\w-]+|\"[^\"\n]*\"|'[^'\n]*')?(?=[ \t]*(?:#.*)?\r?$)")
    if line.search(text):
        return line.sub(f"{KEY}: {name}", text, count=1)
    newline = "\r\n" if "\r\n" in text else "\n"
    return f"{text}{'' if text.endswith(newline) or not text else newline}{KEY}: {name}{newline}"


def judged_set(
    study: Study,
    name: str,
    files: Sequence[Path],
    *,
    author: str,
    reason: str,
    date: dt.date,
    aggregate: Aggregate = "judgements",
    prioritisation: Method = "eigenvector",
    random_index: str = "saaty",
) -> tuple[WeightSet, Panel]:
    """A set made of experts' judgements by AHP, written beside the study's others; the judgements are copied there with it.

    Parameters
    ----------
    study : Study
        Its indicator system says what must be judged.
    name : str
        Of the set.
    files : sequence of Path
        Workbooks or YAML files, from ``csat weights template``.
    author, reason, date
        Who sets it, why and when.
    aggregate, prioritisation, random_index
        As in ``panel_weights``.

    Raises
    ------
    ParamsError
        The name is taken or reserved, or an empty text.
    DataError
        Judgements that lack something or are inconsistent: the first one to revisit is named. Nothing is written.
    """
    check_name(name)
    siblings = load_tree(study).siblings()
    panel = panel_weights(
        read_judgements(list(files), tree=siblings), tree=siblings, aggregate=aggregate, method=prioritisation, random_index=random_index
    )
    folder = study.paths.params / "weights"
    beside = {path: path if path.resolve().parent == folder.resolve() else folder / f"{name}_{path.name}" for path in files}
    made = weight_set(
        name, panel, author=author, date=date, method="ahp", reason=reason, judgements=[each.name for each in beside.values()]
    )
    copied = [target for path, target in beside.items() if target != path]
    for target in copied:
        if target.exists():
            raise ParamsError(f"weights/{target.name} exists already. Rename the file of judgements, or the set.")
    if (folder / f"{name}.yaml").exists():
        raise ParamsError(f"weights/{name}.yaml exists already. Give the set another name.")
    folder.mkdir(parents=True, exist_ok=True)
    for path, target in beside.items():
        if target != path:
            shutil.copyfile(path, target)
    try:
        write_weight_set(study, made)
    except ParamsError:
        for target in copied:
            target.unlink(missing_ok=True)
        raise
    return made, panel


def check_name(name: str) -> None:
    """Refuse a name that is kept for the weights of indicators.yaml or for equal ones."""
    if name in RESERVED:
        raise ParamsError(f"{name!r} is kept for the weights of indicators.yaml or for equal ones. Take another name.")
