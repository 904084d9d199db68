"""Fuzzy evaluation in several levels, and memberships from a survey's answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from csat_lib.errors import DataError, ParamsError, nearest, pick
from csat_lib.index.fuzzy import (
    OPERATORS,
    Fuzzy,
    Operator,
    check_power,
    checked_memberships,
    evaluated,
    factor_weights,
    grade_values,
)
from csat_lib.index.scores import named_items
from csat_lib.survey import Survey

Between = Literal["as_given", "normalised"]
BETWEEN = {"as_given": "membership", "normalised": "normalised"}
MOST_GRADES = 11


@dataclass(frozen=True, slots=True, eq=False)
class FuzzyLevels:
    """The evaluation of a tree.

    Attributes
    ----------
    top : Fuzzy
        The root's evaluation.
    nodes : mapping of str to Fuzzy
        Every parent's, the root's among them.
    table : DataFrame
        node, grade (label), estimate (normalised membership): long, parents from the root down.
    """

    top: Fuzzy
    nodes: Mapping[str, Fuzzy]
    table: pd.DataFrame


def fuzzy_levels(
    weights: Mapping[str, Mapping[str, float]],
    membership: pd.DataFrame,
    *,
    operator: Operator = "weighted_average",
    values: Sequence[float] | None = None,
    power: Literal[1, 2] = 1,
    between: Between = "as_given",
) -> FuzzyLevels:
    """The evaluation of every parent of a tree: B_i = a_i o R_i of each block, then R = [B_1; ...; B_k] one level up.

    Parameters
    ----------
    weights : mapping
        Parent -> {child: weight}; the children of each sum to 1. A child is a parent of its own or a row of ``membership``.
    membership : DataFrame
        Leaves x grades, rows summing to 1.
    operator, values, power
        As in ``fuzzy_evaluation``.
    between : {"as_given", "normalised"}
        What goes up: B as the operator gives it, or B over its sum. For the weighted average they are the same.

    Raises
    ------
    ParamsError
        A child that is neither parent nor leaf, no root or several, a loop, a leaf that is unused, or what ``fuzzy_evaluation`` refuses.
    DataError
        A membership row that does not sum to 1, by name.
    """
    upward = pick(BETWEEN, between, "way between levels")
    pick(OPERATORS, operator, "operator")
    check_power(power)
    leaves = checked_memberships(membership)
    v = grade_values(values, leaves)
    order = _downward(weights, [str(each) for each in leaves.index])
    nodes: dict[str, Fuzzy] = {}
    for parent in reversed(order):
        children = list(weights[parent])
        rows = [getattr(nodes[child], upward) if child in nodes else leaves.loc[child] for child in children]
        R = pd.DataFrame(np.array(rows, dtype=float), index=children, columns=leaves.columns)
        try:
            a = factor_weights(weights[parent], R)
        except ParamsError as error:
            raise ParamsError(f"{parent}: {error}") from None
        own = None if v is None else np.array([nodes[child].mean_score if child in nodes else leaves.loc[child] @ v for child in children])
        nodes[parent] = evaluated(a, R, operator, v, power, own_scores=own)
    long = [(name, grade, value) for name in order for grade, value in nodes[name].normalised.items()]
    return FuzzyLevels(nodes[order[0]], {name: nodes[name] for name in order}, pd.DataFrame(long, columns=["node", "grade", "estimate"]))


def membership_of(
    survey: Survey,
    items: Sequence[str],
    *,
    grades: Mapping[str, Sequence[float]] | None = None,
) -> pd.DataFrame:
    """The share of respondents in every grade, items x grades, the best grade first; survey weights enter, rows sum to 1.

    Parameters
    ----------
    survey : Survey
        Answers that are missing are in no share.
    items : sequence of str
        Items on one scale.
    grades : mapping, optional
        Name of a grade -> its codes, the best first: {"satisfied": [8, 9, 10], ...}. Every code of the scale is a grade when None.

    Raises
    ------
    ParamsError
        Items on different scales or on none of a few whole codes, or a code in no grade or in two.
    DataError
        An item that nobody answered, or answers between the codes.
    """
    items = named_items(survey, items)
    found = [survey.codebook.item(item) for item in items]
    low, high = found[0].low, found[0].high
    for each in found:
        if (each.low, each.high) != (low, high):
            raise ParamsError(
                f"{each.name} runs from {each.low:g} to {each.high:g}, {items[0]} from {low:g} to {high:g}; one scale is needed."
            )
    if not float(low).is_integer() or not float(high).is_integer() or high - low >= MOST_GRADES:
        raise ParamsError(f"{items[0]}: its scale runs from {low:g} to {high:g}; grades need at most {MOST_GRADES} whole codes.")
    codes = [float(code) for code in range(int(high), int(low) - 1, -1)]
    grade_of = _grade_of(codes, grades)
    names = list(dict.fromkeys(grade_of.values()))
    table = pd.DataFrame({item: _shares(survey, item, grade_of, names) for item in items}).T
    return table.rename_axis(index="item", columns="grade")


def _shares(survey: Survey, item: str, grade_of: Mapping[float, str], names: list[str]) -> pd.Series:
    answers, w = survey.responses[item], survey.weight_values
    here = answers.notna().to_numpy() & (w > 0)
    if not here.any():
        raise DataError(f"{item}: nobody answered, so it has no grades. Leave it out.")
    odd = sorted(set(answers[here]) - set(grade_of))
    if odd:
        raise DataError(f"{item}: the answer {odd[0]:g} is between the codes of its scale, so it has no grade.")
    sums = pd.Series(w[here]).groupby(answers[here].map(grade_of).to_numpy()).sum()
    shares: pd.Series = sums.reindex(names, fill_value=0.0) / w[here].sum()
    return shares


def _grade_of(codes: list[float], grades: Mapping[str, Sequence[float]] | None) -> dict[float, str]:
    if grades is None:
        return {code: f"{code:g}" for code in codes}
    found: dict[float, str] = {}
    for name, members in grades.items():
        for code in members:
            if float(code) in found or float(code) not in codes:
                told = f"is in {found[float(code)]!r} too" if float(code) in found else "is not on the scale"
                raise ParamsError(f"grades: {name}: the code {code:g} {told}.")
            found[float(code)] = name
    for code in codes:
        if code not in found:
            raise ParamsError(f"grades: the code {code:g} is in none of {', '.join(grades)}. Every code belongs to one grade.")
    return found


def _downward(weights: Mapping[str, Mapping[str, float]], leaves: Sequence[str]) -> list[str]:
    """The parents from the root down, every parent before its children; the tree is checked on the way."""
    parents_of = _parents_of(weights, leaves)
    roots = [parent for parent in weights if parent not in parents_of]
    if len(roots) != 1:
        raise ParamsError(f"The tree needs one root; these have no parent: {', '.join(roots) or 'none'}.")
    for leaf in leaves:
        if leaf not in parents_of:
            raise ParamsError(f"The membership's row {leaf!r} stands under no parent. Give it a weight, or leave it out.")
    order = [roots[0]]
    for parent in order:
        order.extend(child for child in weights[parent] if child in weights)
    if len(order) != len(weights):
        raise ParamsError(f"{', '.join(sorted(set(weights) - set(order)))} stand under one another in a loop.")
    return order


def _parents_of(weights: Mapping[str, Mapping[str, float]], leaves: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for parent, children in weights.items():
        if parent in leaves:
            raise ParamsError(f"{parent!r} is a parent and a row of the membership; it can be one.")
        for child in children:
            if child not in weights and child not in leaves:
                raise ParamsError(
                    f"{parent}: {child!r} is neither a parent nor a row of the membership.{nearest(child, [*weights, *leaves])}"
                )
            if child in found:
                raise ParamsError(f"{child!r} stands under {found[child]} and under {parent}; it can have one parent.")
            found[child] = parent
    return found
