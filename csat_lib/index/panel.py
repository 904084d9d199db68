"""Weights of a whole tree from the judgements of a panel of experts, and the proof that a weight set follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from csat_lib.errors import CsatError, ParamsError, nearest
from csat_lib.index.ahp import Ahp, Method, revisit
from csat_lib.index.expert_files import Judgements
from csat_lib.index.expert_template import Tree
from csat_lib.index.group_ahp import Aggregate, GroupAhp, group_ahp
from csat_lib.stats import remembered


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """What a panel's judgements come to.

    Attributes
    ----------
    weights : Series
        Node -> weight within its parent.
    parents : mapping of str to GroupAhp
        Each parent's result.
    table : DataFrame
        parent, expert ("group" first, where judgements are aggregated), consistency_ratio, verdict ("consistent", "revisit"), and what to
        revisit first: first, second, judgement, proposed (empty where nothing need be).
    consistent : bool
        Every parent is.
    method, random_index, aggregate : str
        How the judgements were treated.
    expert_weights : mapping of str to float
        Each expert's say as given; empty where all are equal.
    """

    weights: pd.Series
    parents: Mapping[str, GroupAhp]
    table: pd.DataFrame
    consistent: bool
    method: Method
    random_index: str
    aggregate: Aggregate
    expert_weights: Mapping[str, float]


@remembered
def panel_weights(
    judgements: Judgements,
    *,
    tree: Tree | None = None,
    aggregate: Aggregate = "judgements",
    expert_weights: Mapping[str, float] | None = None,
    method: Method = "eigenvector",
    random_index: str = "saaty",
) -> Panel:
    """Every node's weight within its parent, and what to ask about again.

    Parameters
    ----------
    judgements : mapping of str to mapping
        Parent -> expert -> matrix, from ``read_judgements``.
    tree : mapping of str to sequence of str, optional
        Parent -> children; an only child, which nobody judges, weighs 1.
    aggregate, method, random_index : str
        As in ``group_ahp``.
    expert_weights : mapping, optional
        Each expert's say, above 0, over those who judge a parent; equal when None.

    Raises
    ------
    ParamsError
        A parent that the tree does not have or that nobody judges, an expert who is unknown or has no say.
    DataError
        What ``ahp`` refuses, with parent and expert.
    """
    if not judgements:
        raise ParamsError("No judgements were given. Read them with read_judgements.")
    say = dict(expert_weights or {})
    known = sorted({name for experts in judgements.values() for name in experts})
    for name in say:
        if name not in known:
            raise ParamsError(f"expert_weights: no expert {name!r}.{nearest(name, known)}")
    parents: dict[str, GroupAhp] = {}
    for parent, experts in judgements.items():
        own = {name: say[name] for name in experts if name in say} if say else None
        try:
            parents[parent] = group_ahp(experts, aggregate=aggregate, expert_weights=own, method=method, random_index=random_index)
        except CsatError as error:
            raise type(error)(f"{parent}: {error}") from None
    weights = {str(node): float(value) for group in parents.values() for node, value in group.weights.items()}
    weights |= _only_children(tree or {}, parents)
    rows = [(parent, *row) for parent, group in parents.items() for row in _rows(group)]
    columns = ["parent", "expert", "consistency_ratio", "verdict", "first", "second", "judgement", "proposed"]
    consistent = all(each.consistent for each in parents.values())
    return Panel(
        pd.Series(weights, dtype=float), parents, pd.DataFrame(rows, columns=columns), consistent, method, random_index, aggregate, say
    )


def _only_children(tree: Tree, parents: Mapping[str, GroupAhp]) -> dict[str, float]:
    for parent in parents:
        if tree and parent not in tree:
            raise ParamsError(f"No parent {parent!r} in the tree.{nearest(parent, tree)}")
    for parent, children in tree.items():
        if len(children) > 1 and parent not in parents:
            raise ParamsError(f"{parent}: nobody judges its children {', '.join(children)}. Send out the template again.")
    return {children[0]: 1.0 for children in tree.values() if len(children) == 1}


def _rows(group: GroupAhp) -> list[tuple[object, ...]]:
    named: dict[str, Ahp] = ({"group": group.group} if group.group is not None else {}) | dict(group.own)
    rows: list[tuple[object, ...]] = []
    for name, each in named.items():
        if each.consistent:
            rows.append((name, each.consistency_ratio, "consistent", "", "", float("nan"), float("nan")))
        else:
            first = revisit(each).iloc[0]
            rows.append((name, each.consistency_ratio, "revisit", *first[["first", "second", "judgement", "proposed"]]))
    return rows
