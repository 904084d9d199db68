"""The file of a study's indicator system: params/<study>/indicators.yaml, checked against the codebook when it is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field

from csat_lib.errors import NotInStudyError, ParamsError, nearest
from csat_lib.index.hierarchy import Direction, Flag, Node, Tree
from csat_lib.index.weight_files import load_weight_sets
from csat_lib.study import Codebook, Study, Text
from csat_lib.study.reader import Label, Number, Strict, check, read_yaml

FILE = "indicators.yaml"


class _Node(Strict):
    label: Label = Text()
    weight: Number | None = None
    weights: str | None = None
    item: str | None = None
    direction: Direction | None = None
    controllable: Literal["yes", "no"] | None = None
    comparable: Literal["yes", "no"] | None = None
    children: dict[str, _Node] = Field(default_factory=dict)


class _File(Strict):
    index: _Node


Sets = Mapping[str, Mapping[str, float]]


def load_tree(study: Study) -> Tree:
    """The indicator system of a study, from its indicators.yaml.

    ``direction``, ``controllable`` and ``comparable`` hold for everything below a node unless a node below says otherwise.
    ``weights: NAME`` at a node takes the weights of everything below it that states none from the weight set of that name.

    Raises
    ------
    NotInStudyError
        The study has no indicators.yaml.
    ParamsError
        A mistake in the file, by key; a leaf whose item the codebook does not have, an item under two parents, an empty branch, or
        siblings whose weights do not sum to 1.
    """
    path = study.paths.params / FILE
    if not path.is_file():
        raise NotInStudyError(f"{study.name} has no indicator system. Write params/{study.name}/{FILE}; params/templates has examples.")
    sets = {name: each.weights for name, each in load_weight_sets(study).items()}
    return read_tree(path, study.codebook, sets=sets)


def read_tree(path: str | Path, codebook: Codebook, *, sets: Sets | None = None) -> Tree:
    """The indicator system in a YAML file.

    Parameters
    ----------
    path : path
        With one key ``index`` at the top.
    codebook : Codebook
        Every leaf's item must be in it.
    sets : mapping of str to mapping, optional
        Weight sets by name, for ``weights: NAME``.

    Raises
    ------
    ParamsError
        As in ``load_tree``.
    """
    path = Path(path)
    where = f"{path.parent.name}/{path.name}"
    top = check(_File, read_yaml(path), where).index
    if top.weight is not None:
        raise ParamsError(f"{where}: index: the index has no siblings, so it has no weight. Take weight: out.")
    try:
        tree = Tree(_node("index", top, _Inherited({} if sets is None else sets)))
    except ParamsError as error:
        raise ParamsError(f"{where}: {error}") from None
    for leaf in tree.leaves:
        if leaf.item not in codebook.items:
            raise ParamsError(f"{where}: {leaf.name}: no item {leaf.item!r} in the codebook.{nearest(str(leaf.item), codebook.items)}")
    return tree


class _Inherited:
    """What a node passes on to those below it."""

    def __init__(self, sets: Sets) -> None:
        self.sets = sets
        self.weights: str | None = None
        self.direction: Direction = "higher"
        self.controllable: Flag = ""
        self.comparable: Flag = ""

    def below(self, node: _Node) -> _Inherited:
        passed = _Inherited(self.sets)
        passed.weights = node.weights or self.weights
        passed.direction = node.direction or self.direction
        passed.controllable = node.controllable or self.controllable
        passed.comparable = node.comparable or self.comparable
        return passed


def _node(name: str, node: _Node, above: _Inherited, parent: str = "") -> Node:
    here = above.below(node)
    if node.weights is not None and node.weights not in here.sets:
        raise ParamsError(f"{name}: weights: no weight set {node.weights!r}.{nearest(node.weights, here.sets)} Sets lie in weights/.")
    stated = [child for child, each in node.children.items() if each.weight is not None]
    if node.weights is not None and stated:
        raise ParamsError(f"{name}: {stated[0]} states a weight, and weights: {node.weights} gives another. Keep one of the two.")
    children = tuple(_node(child, each, here, name) for child, each in node.children.items())
    weight = _weight(name, node, above, parent)
    return Node(name, node.label, weight, node.item, here.direction, here.controllable, here.comparable, children)


def _weight(name: str, node: _Node, above: _Inherited, parent: str) -> float:
    if not parent:
        return 1.0
    if node.weight is not None:
        return node.weight
    if above.weights is None:
        raise ParamsError(f"{parent}: {name} has no weight. Give it one, or name a weight set at {parent}: weights: NAME")
    found = above.sets[above.weights].get(name)
    if found is None:
        raise ParamsError(f"{parent}: {name}: the weight set {above.weights} has no weight for it. Add it there, or state weight: here.")
    return float(found)
