"""Files of weight sets: params/<study>/weights/<name>.yaml, beside the files of judgements that they rest on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BeforeValidator, Field

from csat_lib.errors import CsatError, ParamsError, pick
from csat_lib.index.ahp import Method
from csat_lib.index.expert_files import read_judgements
from csat_lib.index.expert_template import Tree
from csat_lib.index.group_ahp import Aggregate, refuse_inconsistent
from csat_lib.index.panel import panel_weights
from csat_lib.index.weight_sets import WeightSet, check_siblings
from csat_lib.study import Study, sealed
from csat_lib.study.reader import Date, Number, Strict, Words, check, read_yaml

Overwrite = Literal["refuse", "replace"]
OVERWRITE = {"refuse": "refuse", "replace": "replace"}
_AGREED: set[str] = set()  # seals of sets whose weights follow from their judgements: every figure asks for them again
AGREES = 5e-4  # weights written to three decimals against those of the judgements


def _periods(value: object) -> object:
    return (
        tuple(str(each) if isinstance(each, int) and not isinstance(each, bool) else each for each in value)
        if isinstance(value, list)
        else value
    )


class _File(Strict):
    author: str
    date: Date
    method: str
    reason: str
    weights: dict[str, Number]
    judgements: Words = ()
    prioritisation: Method = "eigenvector"
    aggregate: Aggregate = "judgements"
    random_index: str = "saaty"
    expert_weights: dict[str, Number] = Field(default_factory=dict)
    locked: Annotated[tuple[str, ...], BeforeValidator(_periods)] = Field(default=())


def load_weight_sets(study: Study, *, tree: Tree | None = None) -> dict[str, WeightSet]:
    """Every weight set of a study by name; none if it has no weights folder.

    Parameters
    ----------
    study : Study
        Its sets lie in params/<study>/weights/*.yaml.
    tree : mapping of str to sequence of str, optional
        Parent -> children: the weights of siblings must sum to 1 (to 1e-9), and every node must be in the tree.

    Raises
    ------
    ParamsError
        A mistake in a file, by file and key; siblings that do not sum; weights that do not follow from the judgements; two sets locked for
        one period.
    DataError
        A file of judgements that cannot be used, or judgements that are inconsistent: the first one to revisit is named.
    """
    folder = study.paths.params / "weights"
    sets = {path.stem: _load(path, tree) for path in sorted(folder.glob("*.yaml")) if not _is_judgements(path)}
    holder: dict[str, str] = {}
    for each in sets.values():
        for period in each.locked:
            if period in holder:
                raise ParamsError(f"weights: {holder[period]} and {each.name} are both locked for {period}; one set was published.")
            holder[period] = each.name
    return sets


def write_weight_set(study: Study, weights: WeightSet, *, overwrite: Overwrite = "refuse") -> Path:
    """The set as params/<study>/weights/<name>.yaml; the path is returned.

    Parameters
    ----------
    study : Study
        Whose weights.
    weights : WeightSet
        What to write.
    overwrite : {"refuse", "replace"}
        What to do if the name is taken; a set that is locked is never changed, only its lock can grow.

    Raises
    ------
    ParamsError
        The name is taken, or the set under it is locked and says something else.
    """
    pick(OVERWRITE, overwrite, "answer to a name that is taken")
    path = study.paths.params / "weights" / f"{weights.name}.yaml"
    if path.exists():
        before = _read(path)
        if before.locked and (before.hash != weights.hash or not set(before.locked) <= set(weights.locked)):
            raise ParamsError(f"weights/{path.name} is locked for {', '.join(before.locked)}. Give the changed set a new name.")
        if overwrite == "refuse" and before.hash != weights.hash:
            raise ParamsError(f"weights/{path.name} exists already. Give the set another name, or use overwrite='replace'.")
    content: dict[str, object] = {"author": weights.author, "date": weights.date, "method": weights.method, "reason": weights.reason}
    if weights.judgements:
        content |= {"judgements": list(weights.judgements), "prioritisation": weights.prioritisation, "aggregate": weights.aggregate}
    if weights.expert_weights:
        content["expert_weights"] = dict(weights.expert_weights)
    content |= {"random_index": weights.random_index, "locked": list(weights.locked), "weights": dict(weights.weights)}
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120), encoding="utf-8")
    try:
        written: WeightSet | None = _read(draft)
    except ParamsError:
        written = None
    if written is None or written.hash != weights.hash or written.locked != weights.locked:
        draft.unlink()
        raise ParamsError(f"weights/{path.name}: a name in it would be read back as something else, such as a number. Use words for nodes.")
    draft.replace(path)
    return path


def _is_judgements(path: Path) -> bool:
    """Files of judgements lie beside the sets and say whose they are."""
    content = read_yaml(path)
    return "expert" in content and "judgements" in content and "weights" not in content


def _read(path: Path) -> WeightSet:
    found = check(_File, read_yaml(path), f"weights/{path.stem}.yaml")
    return WeightSet(name=path.stem, **{name: getattr(found, name) for name in _File.model_fields})


def _load(path: Path, tree: Tree | None) -> WeightSet:
    found = _read(path)
    where = f"weights/{path.name}"
    if tree is not None:
        check_siblings(found.weights, tree, where=where)
    for each in found.judgements:
        if Path(each).is_absolute() or ".." in Path(each).parts:
            raise ParamsError(f"{where}: judgements: {each!r} must lie beside the set.")
    if found.judgements:
        seal = sealed(path, *(path.parent / name for name in found.judgements))
        if seal not in _AGREED:
            _check_judgements(found, path, where)
            _AGREED.add(seal)
    return found


def _check_judgements(found: WeightSet, path: Path, where: str) -> None:
    """The stated weights must be those of consistent judgements."""
    try:
        panel = panel_weights(
            read_judgements([path.parent / name for name in found.judgements]),
            aggregate=found.aggregate,
            expert_weights=found.expert_weights,
            method=found.prioritisation,
            random_index=found.random_index,
        )
    except CsatError as error:
        raise type(error)(f"{where}: {error}") from None
    for parent, group in panel.parents.items():
        refuse_inconsistent(group, f"{where}: {parent}")
        for node, value in group.weights.items():
            stated = found.weights.get(str(node))
            if stated is None or abs(stated - value) > AGREES:
                told = "no weight is stated" if stated is None else f"{stated:g} is stated"
                raise ParamsError(
                    f"{where}: weights: {node}: {told}, but the judgements give {value:.6f}. Write that, or leave judgements: out."
                )
