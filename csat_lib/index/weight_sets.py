"""Named sets of weights with author, date, method and reason, and what changes from one to another."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from csat_lib.errors import ParamsError, nearest
from csat_lib.index.ahp import Ahp, Method
from csat_lib.index.expert_template import Tree
from csat_lib.index.group_ahp import Aggregate, GroupAhp, refuse_inconsistent
from csat_lib.index.named_numbers import weights_by_name
from csat_lib.index.panel import Panel
from csat_lib.study import parse_period

SIBLINGS = 1e-9


@dataclass(frozen=True, slots=True)
class WeightSet:
    """One set of weights and how it came about.

    Attributes
    ----------
    name : str
        The file's name without .yaml.
    author, method, reason : str
        Who set it, how (ahp, delphi, direct, entropy, ...) and why.
    date : datetime.date
        When.
    weights : mapping of str to float
        Node -> weight within its parent.
    judgements : tuple of str
        Files of judgements beside the set, from which the weights must follow.
    prioritisation, aggregate, random_index : str
        How ``panel_weights`` treats the judgements.
    expert_weights : mapping of str to float
        Each expert's say; empty where all are equal.
    locked : tuple of str
        Periods whose published figures used it: it must not change.

    Raises
    ------
    ParamsError
        A name that is no file name, a text that is empty, a weight outside 0-1, no weights, or a period that cannot be.
    """

    name: str
    author: str
    date: dt.date
    method: str
    reason: str
    weights: Mapping[str, float]
    judgements: tuple[str, ...] = ()
    prioritisation: Method = "eigenvector"
    aggregate: Aggregate = "judgements"
    random_index: str = "saaty"
    expert_weights: Mapping[str, float] = field(default_factory=dict)
    locked: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}", self.name):
            raise ParamsError(f"{self.name[:80]!r} cannot be a weight set's name: letters, digits, - and _, at most 60.")
        for word in ("author", "method", "reason"):
            if not getattr(self, word).strip():
                raise ParamsError(f"{self.name}.yaml: {word} is empty. Whoever reads the report must be able to see it.")
        if not self.weights:
            raise ParamsError(f"{self.name}.yaml: weights: there are none.")
        for node, value in self.weights.items():
            if not (math.isfinite(value) and 0 <= value <= 1):
                raise ParamsError(f"{self.name}.yaml: weights: {node}: {value:g}; a weight within its parent is from 0 to 1.")
        for period in self.locked:
            if not period.startswith("special-"):
                parse_period(period)

    @property
    def hash(self) -> str:
        """SHA-256 of what the set says, whatever the file's layout; the lock is no part of it."""
        content = {
            "author": self.author,
            "date": self.date.isoformat(),
            "method": self.method,
            "reason": self.reason,
            "weights": {node: float(value) for node, value in self.weights.items()},
            "judgements": list(self.judgements),
            "prioritisation": self.prioritisation,
            "aggregate": self.aggregate,
            "random_index": self.random_index,
            "expert_weights": {name: float(value) for name, value in self.expert_weights.items()},
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def weight_set(
    name: str,
    weights: Mapping[str, float] | pd.Series | Ahp | GroupAhp | Panel,
    *,
    author: str,
    date: dt.date,
    method: str,
    reason: str,
    judgements: Sequence[str] = (),
    locked: Sequence[str] = (),
) -> WeightSet:
    """A set of weights under a name, from numbers or from judgements that are consistent.

    Parameters
    ----------
    name : str
        Letters, digits, - and _.
    weights : mapping, Series, Ahp, GroupAhp or Panel
        Node -> weight within its parent.
    author, date, method, reason
        Who, when, how and why; none may be empty.
    judgements : sequence of str
        The files of judgements beside the set that a Panel was read from; the set is held against them whenever it is loaded.
    locked : sequence of str
        Periods that were published with it.

    Raises
    ------
    ParamsError
        An empty text, a weight outside 0-1 or twice, or a period that cannot be.
    DataError
        Inconsistent judgements: the first one to revisit is named.
    """
    how: dict[str, Any] = {}
    if isinstance(weights, Panel):
        for parent, group in weights.parents.items():
            refuse_inconsistent(group, f"{name}: {parent}")
        how = {"prioritisation": weights.method, "aggregate": weights.aggregate, "expert_weights": weights.expert_weights}
    elif isinstance(weights, Ahp | GroupAhp):
        refuse_inconsistent(weights, name)
    if isinstance(weights, Panel | Ahp | GroupAhp):
        how, weights = how | {"random_index": weights.random_index}, weights.weights
    numbers = weights_by_name(weights, f"{name}.yaml: weights")
    return WeightSet(name, author, date, method, reason, numbers, tuple(judgements), locked=tuple(locked), **how)


def locked_set(sets: Mapping[str, WeightSet], period: str) -> WeightSet | None:
    """The set that ``period`` was published with; None where no set in ``sets`` is locked for it."""
    return next((each for each in sets.values() if str(period) in each.locked), None)


def compare_weight_sets(first: WeightSet, second: WeightSet) -> pd.DataFrame:
    """What changes from one set to the other, node by node: node, first, second, difference (NaN where a set lacks the node)."""
    nodes = list(dict.fromkeys([*first.weights, *second.weights]))
    a, b = (pd.Series(dict(each.weights), dtype=float).reindex(nodes).to_numpy() for each in (first, second))
    return pd.DataFrame({"node": nodes, "first": a, "second": b, "difference": b - a})


def check_siblings(weights: Mapping[str, float] | pd.Series, tree: Tree, *, where: str = "weights") -> None:
    """Refuse weights that do not sum to 1 within each parent of ``tree``, by parent and sum.

    Parameters
    ----------
    weights : mapping or Series
        Node -> weight within its parent.
    tree : mapping of str to sequence of str
        Parent -> children.
    where : str
        What the error begins with.

    Raises
    ------
    ParamsError
        A child without a weight, a weight without a place in the tree, or siblings that do not sum to 1.
    """
    nodes = [child for children in tree.values() for child in children]
    weights = weights_by_name(weights, where)
    for node in weights:
        if node not in nodes:
            raise ParamsError(f"{where}: {node!r} has no place in the tree.{nearest(str(node), nodes)}")
        if not 0 <= weights[node] <= 1:
            raise ParamsError(f"{where}: {node}: {weights[node]:g}; a weight within its parent is from 0 to 1.")
    for parent, children in tree.items():
        lacking = [child for child in children if child not in weights]
        if lacking:
            raise ParamsError(f"{where}: {parent}: no weight for {', '.join(lacking)}. Give every child one, 0 where it does not count.")
        total = math.fsum(weights[child] for child in children)
        if children and not abs(total - 1) <= SIBLINGS:
            raise ParamsError(
                f"{where}: {parent}: the weights of {', '.join(children)} sum to {total:.10g}, not to 1. Divide each by the sum."
            )
