"""Every node's 0-100 score for every respondent, and what share of its parent each node holds where answers are missing.

Letters: x score of a child, w its weight within the parent, s its share among the siblings that have a score.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from csat_lib.errors import DataError, ParamsError, pick
from csat_lib.index.hierarchy import Node, Tree
from csat_lib.index.named_numbers import number
from csat_lib.survey import Survey

Array = npt.NDArray[np.float64]
MissingLeaves = Literal["refuse", "renormalise"]
MISSING_LEAVES = {"refuse": "refuse", "renormalise": "renormalise"}
MINIMUM_COVERAGE = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Composites:
    """The respondents of one survey on every node of a tree.

    Attributes
    ----------
    values : mapping of str to array
        Node -> score of each respondent, 0-100, more is better; NaN where too little was answered.
    shares : mapping of str to array
        Node -> its share of the parent for each respondent, 0 where it is missing.
    """

    values: Mapping[str, Array]
    shares: Mapping[str, Array]

    def effective(self, tree: Tree, leaf: str) -> Array:
        """The share of ``leaf`` in the index for each respondent; over all leaves they sum to 1."""
        share, name = self.shares[leaf], tree.parents.get(leaf)
        while name is not None and name != tree.root.name:
            share, name = share * self.shares[name], tree.parents.get(name)
        return share


def composites(
    survey: Survey,
    tree: Tree,
    *,
    minimum_coverage: float = MINIMUM_COVERAGE,
    missing_leaves: MissingLeaves = "refuse",
) -> Composites:
    """Every node's score for every respondent, from the leaves up: sum of w x / sum of w over the children that have a score.

    Parameters
    ----------
    survey : Survey
        Answers and scales.
    tree : Tree
        From ``load_tree``.
    minimum_coverage : float
        A node has a score where the weights of its children with scores sum to at least this; 1 asks for all of them, 0 for any.
    missing_leaves : {"refuse", "renormalise"}
        What becomes of a leaf that nobody answered: an error that names it, or weights renormalised among its siblings.

    Raises
    ------
    ParamsError
        An option out of range.
    DataError
        A leaf without data.
    """
    if not 0 <= number(minimum_coverage, "minimum_coverage") <= 1:
        raise ParamsError(f"minimum_coverage={minimum_coverage:g}: expected a share of the siblings' weight, from 0 to 1.")
    pick(MISSING_LEAVES, missing_leaves, "rule for missing leaves")
    values: dict[str, Array] = {}
    shares = {tree.root.name: np.ones(len(survey))}
    for leaf in tree.leaves:
        values[leaf.name] = _leaf(survey, leaf, missing_leaves)
    for node in reversed(tree.nodes):
        if node.children:
            w = np.array([child.weight for child in node.children])
            X = np.column_stack([values[child.name] for child in node.children])
            there = ~np.isnan(X)
            covered = there @ w
            enough = (covered > 0) & (covered >= minimum_coverage - 1e-12)
            s = np.divide(there * w, covered[:, None], out=np.zeros_like(X), where=enough[:, None])
            values[node.name] = np.where(enough, (np.where(there, X, 0.0) * s).sum(axis=1), np.nan)
            shares |= {child.name: s[:, place] for place, child in enumerate(node.children)}
    return Composites(values, shares)


def _leaf(survey: Survey, leaf: Node, missing_leaves: MissingLeaves) -> Array:
    """0-100, more is better."""
    remedy = " Ask it, take the leaf out, or renormalise its siblings' weights: missing_leaves='renormalise'."
    asked = leaf.item in survey.codebook.items and leaf.item in survey.responses.columns
    if not asked and missing_leaves == "refuse":
        raise DataError(f"{leaf.name}: a leaf without data: this survey does not ask {leaf.item!r}.{remedy}")
    if not asked:
        return np.full(len(survey), np.nan)
    found = survey.codebook.item(str(leaf.item))
    x = 100 * (survey.responses[found.name].to_numpy(dtype=float) - found.low) / (found.high - found.low)
    if np.isnan(x).all() and missing_leaves == "refuse":
        raise DataError(f"{leaf.name}: a leaf without data: nobody answered {leaf.item!r}.{remedy}")
    return 100 - x if leaf.direction == "lower" else x
