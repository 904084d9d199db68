"""Several experts' judgements in pairs, as one set of weights: judgements or priorities aggregated (Forman & Peniwati 1998)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from csat_lib.errors import CsatError, DataError, ParamsError, nearest, pick
from csat_lib.index.ahp import LIMIT, Ahp, Matrix, Method, ahp, revisit
from csat_lib.index.named_numbers import named_numbers

Aggregate = Literal["judgements", "priorities"]
AGGREGATES = {"judgements": "judgements", "priorities": "priorities"}


@dataclass(frozen=True, slots=True, eq=False)
class GroupAhp:
    """Weights from several experts.

    Attributes
    ----------
    weights : Series
        Sum to 1, indexed by what was compared.
    consistent : bool
        Judgements aggregated: the group's matrix is. Priorities aggregated: every expert is.
    experts : DataFrame
        expert, weight (the expert's say, sums to 1), consistency_ratio, verdict ("consistent", "revisit").
    priorities : DataFrame
        expert, item, estimate: each expert's own weights.
    own : mapping of str to Ahp
        Each expert's result.
    group : Ahp or None
        The group's matrix and its test, where judgements are aggregated.
    random_index : str
        The table of random indices.
    aggregate : {"judgements", "priorities"}
        What was aggregated, by geometric means.
    """

    weights: pd.Series
    consistent: bool
    experts: pd.DataFrame
    priorities: pd.DataFrame
    own: Mapping[str, Ahp]
    group: Ahp | None
    random_index: str
    aggregate: Aggregate


def group_ahp(
    matrices: Mapping[str, Matrix],
    *,
    aggregate: Aggregate = "judgements",
    expert_weights: Mapping[str, float] | pd.Series | None = None,
    method: Method = "eigenvector",
    random_index: str = "saaty",
) -> GroupAhp:
    """Weights of a group that sum to 1: geometric means of its judgements, or of its members' weights.

    Parameters
    ----------
    matrices : mapping of str to DataFrame or array
        Expert -> judgements, as in ``ahp``; all compare the same things. A pair that an expert left out is taken from the others.
    aggregate : {"judgements", "priorities"}
        The group thinks as one (Aczel & Saaty 1983); or each member keeps a set of weights, and these are aggregated.
    expert_weights : mapping or Series, optional
        Each expert's say, above 0; equal when None.
    method, random_index : str
        As in ``ahp``.

    Raises
    ------
    ParamsError
        No expert, experts who compare different things, a say that is missing, unknown or not above 0.
    DataError
        What ``ahp`` refuses, with the expert's name.
    """
    pick(AGGREGATES, aggregate, "aggregation")
    if not isinstance(matrices, Mapping):
        raise ParamsError(f"Expected a matrix for each expert by name, got {type(matrices).__name__}.")
    if not matrices:
        raise ParamsError("No expert's judgements were given.")
    say = _say(list(matrices), expert_weights)
    own = {name: _of_expert(name, matrix, method, random_index) for name, matrix in matrices.items()}
    first = next(iter(own))
    items = list(own[first].weights.index)
    for name, each in own.items():
        if list(each.weights.index) != items:
            raise ParamsError(
                f"{name} compares {', '.join(map(str, each.weights.index))}, but {first} {', '.join(map(str, items))}:"
                " all must compare the same things in the same order."
            )
    group = None
    if aggregate == "judgements":
        group = ahp(_mean_judgements(own, say), method=method, random_index=random_index)
        weights, consistent = group.weights, group.consistent
    else:
        means = np.exp(np.log(np.column_stack([each.weights for each in own.values()])) @ say.to_numpy())
        weights, consistent = pd.Series(means / means.sum(), index=own[first].weights.index), all(each.consistent for each in own.values())
    experts = pd.DataFrame(
        {
            "expert": list(own),
            "weight": say.to_numpy(),
            "consistency_ratio": [each.consistency_ratio for each in own.values()],
            "verdict": ["consistent" if each.consistent else "revisit" for each in own.values()],
        }
    )
    rows = [(name, item, value) for name, each in own.items() for item, value in each.weights.items()]
    priorities = pd.DataFrame(rows, columns=["expert", "item", "estimate"])
    return GroupAhp(weights, consistent, experts, priorities, own, group, random_index, aggregate)


def refuse_inconsistent(found: Ahp | GroupAhp, where: str) -> None:
    """Refuse judgements whose consistency ratio is not below 0.10; the error begins with ``where`` and names what to revisit."""
    if found.consistent:
        return
    if isinstance(found, Ahp):
        one = found
    elif found.group is not None:
        one = found.group
    else:
        who = max(found.own, key=lambda name: found.own[name].consistency_ratio)
        one, where = found.own[who], f"{where}: {who}"
    first = revisit(one).iloc[0]
    raise DataError(
        f"{where}: the judgements are inconsistent (CR {one.consistency_ratio:.3f}; below {LIMIT:g} is needed; random index"
        f" {one.random_index!r}). Revisit first {first['first']} against {first['second']}: it says {first['judgement']:.4g},"
        f" all judgements together {first['proposed']:.3g}, with which CR would be {first['consistency_ratio']:.3f}."
    )


def _of_expert(name: str, matrix: Matrix, method: Method, random_index: str) -> Ahp:
    try:
        return ahp(matrix, method=method, random_index=random_index)
    except CsatError as error:
        raise type(error)(f"{name}: {error}") from None


def _mean_judgements(own: Mapping[str, Ahp], say: pd.Series) -> pd.DataFrame:
    """The weighted geometric mean of every judgement over those who gave it."""
    stack = np.stack([each.matrix.to_numpy(dtype=float) for each in own.values()])
    here = ~np.isnan(stack) * say.to_numpy(dtype=float)[:, None, None]
    logs = (here * np.log(np.where(np.isnan(stack), 1.0, stack))).sum(axis=0)
    total = here.sum(axis=0)
    means = np.exp(np.divide(logs, total, out=np.full_like(logs, np.nan), where=total > 0))
    labels = next(iter(own.values())).matrix.index
    return pd.DataFrame(means, index=labels, columns=labels)


def _say(experts: list[str], expert_weights: Mapping[str, float] | pd.Series | None) -> pd.Series:
    """Each expert's say, in the order of the experts, summing to 1."""
    if expert_weights is None:
        return pd.Series(1 / len(experts), index=experts)
    given = named_numbers(expert_weights, "expert_weights")
    for name in given.index:
        if name not in experts:
            raise ParamsError(f"expert_weights: no expert {name!r}.{nearest(str(name), experts)}")
    for name in experts:
        if name not in given.index:
            raise ParamsError(f"expert_weights: {name!r} has none. Give every expert a say above 0, or leave the expert's judgements out.")
        if not (np.isfinite(given[name]) and given[name] > 0):
            raise ParamsError(f"expert_weights: {name!r} has {given[name]:g}; a say is above 0. Leave the expert's judgements out instead.")
    return given[experts] / given[experts].sum()
