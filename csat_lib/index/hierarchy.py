"""The indicator system (指标体系) as data: nodes with weights within their parent, items at the leaves, four levels as a rule."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

import pandas as pd

from csat_lib.errors import ParamsError, nearest
from csat_lib.index.named_numbers import number, weights_by_name
from csat_lib.study import Text

SUMS = 1e-9
Direction = Literal["higher", "lower"]
Flag = Literal["yes", "no", ""]


@dataclass(frozen=True, slots=True)
class Node:
    """One indicator.

    Attributes
    ----------
    name : str
        Unique in the tree.
    label : Text
        For readers.
    weight : float
        Within its parent, 0 to 1.
    item : str or None
        The question that measures it; leaves have one, branches have none.
    direction : {"higher", "lower"}
        Which side of the item's scale is good; where it is "lower" the score is 100 less the item's. Items that the codebook reverses are
        turned already.
    controllable, comparable : {"yes", "no", ""}
        Whether the company can act on it, and whether competitors are measured by it; empty where nobody said.
    children : tuple of Node
        Empty at a leaf.
    """

    name: str
    label: Text = field(default_factory=Text)
    weight: float = 1.0
    item: str | None = None
    direction: Direction = "higher"
    controllable: Flag = ""
    comparable: Flag = ""
    children: tuple[Node, ...] = ()

    def walk(self) -> Iterator[Node]:
        """The node and all below it, each before its children."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Tree:
    """An indicator system that holds together.

    Attributes
    ----------
    root : Node
        Level 1, the index.

    Raises
    ------
    ParamsError
        A name that appears twice, an item under two parents, an empty branch, a branch with an item, a weight outside 0-1, or siblings
        whose weights do not sum to 1 (within 1e-9; the parent and the sum are named).
    """

    root: Node

    def __post_init__(self) -> None:
        names = [node.name for node in self.root.walk()]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            raise ParamsError(f"{twice}: the name appears twice in the tree. Give one of the two another name.")
        for node in self.root.walk():
            _check_shape(node)
        _check_items(self.root)
        for node in self.root.walk():
            _check_weights(node)

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Every node, the index first, each before its children."""
        return tuple(self.root.walk())

    @property
    def leaves(self) -> tuple[Node, ...]:
        """The nodes with items, in the file's order."""
        return tuple(node for node in self.root.walk() if node.item is not None)

    @property
    def items(self) -> tuple[str, ...]:
        """The items of the leaves."""
        return tuple(node.item for node in self.leaves if node.item is not None)

    @property
    def parents(self) -> Mapping[str, str]:
        """Child -> parent; the index has none."""
        return MappingProxyType({child.name: node.name for node in self.root.walk() for child in node.children})

    @property
    def levels(self) -> Mapping[str, int]:
        """Node -> level; the index is level 1."""
        levels = {self.root.name: 1}
        for node in self.root.walk():
            levels |= dict.fromkeys((child.name for child in node.children), levels[node.name] + 1)
        return MappingProxyType(levels)

    def node(self, name: str) -> Node:
        """The node called ``name``, or an error with the nearest one."""
        for each in self.root.walk():
            if each.name == name:
                return each
        raise ParamsError(f"No indicator {name!r} in the tree.{nearest(name, [each.name for each in self.nodes])}")

    def label(self, name: str, language: str = "en") -> str:
        """A node's label in ``language``; its name where it has none."""
        return self.node(name).label.say(language) or name

    def siblings(self) -> dict[str, tuple[str, ...]]:
        """Parent -> its children: the groups whose weights sum to 1."""
        return {node.name: tuple(child.name for child in node.children) for node in self.root.walk() if node.children}

    def weights(self) -> dict[str, float]:
        """Node -> weight within its parent, without the index."""
        return {child.name: child.weight for node in self.root.walk() for child in node.children}

    def effective_weights(self) -> pd.Series:
        """Weight of each leaf at level 1, where nothing is missing: the product of the weights along its path; they sum to 1."""
        return pd.Series(dict(_effective(self.root, 1.0)), name="effective_weight").rename_axis("node")

    def with_weights(self, weights: Mapping[str, float] | pd.Series) -> Tree:
        """The same tree with other weights within parents; nodes that are not named keep theirs.

        Raises
        ------
        ParamsError
            A name that is no node below the index or is there twice, what is no number, or siblings that no longer sum to 1.
        """
        given = weights_by_name(weights)
        known = self.weights()
        for name in given:
            if name not in known:
                raise ParamsError(f"weights: no indicator {name!r} below {self.root.name}.{nearest(name, known)}")
        return Tree(_reweighted(self.root, given))

    def with_equal_weights(self) -> Tree:
        """The same tree with equal weights within each parent: the reference that is always shown."""
        return self.with_weights({child: 1 / len(children) for children in self.siblings().values() for child in children})


def _effective(node: Node, weight: float) -> Iterator[tuple[str, float]]:
    if not node.children:
        yield node.name, weight
    for child in node.children:
        yield from _effective(child, weight * child.weight)


def _reweighted(node: Node, weights: Mapping[str, float]) -> Node:
    children = tuple(_reweighted(child, weights) for child in node.children)
    return replace(node, weight=weights.get(node.name, node.weight), children=children)


def _check_shape(node: Node) -> None:
    if node.children and node.item is not None:
        raise ParamsError(f"{node.name}: it has children and the item {node.item!r}. Give the item to a leaf below it.")
    if not node.children and node.item is None:
        raise ParamsError(f"{node.name}: an empty branch: no children and no item. Give it an item: of the codebook, or take it out.")


def _check_items(root: Node) -> None:
    parent = {child.name: node.name for node in root.walk() for child in node.children}
    owner: dict[str, str] = {}
    for leaf in root.walk():
        if leaf.item is not None and leaf.item in owner:
            here = f"{parent[leaf.name]}: {leaf.name}"
            raise ParamsError(f"{here}: the item {leaf.item!r} stands under {owner[leaf.item]} already. It can count once.")
        if leaf.item is not None:
            owner[leaf.item] = parent.get(leaf.name, leaf.name)


def _check_weights(node: Node) -> None:
    for child in node.children:
        if not 0 <= number(child.weight, f"{node.name}: {child.name}: weight") <= 1:
            raise ParamsError(f"{node.name}: {child.name}: the weight {child.weight:g}; a weight within its parent is from 0 to 1.")
    total = math.fsum(child.weight for child in node.children)
    if node.children and not abs(total - 1) <= SUMS:
        told = ", ".join(f"{child.name} {child.weight:g}" for child in node.children)
        raise ParamsError(f"{node.name}: the weights of its children ({told}) sum to {total:.10g}, not to 1. Divide each by the sum.")
