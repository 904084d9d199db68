"""The arithmetic of one move in the weights lab, on arrays that do not depend on the weights.

Letters: X units x leaves, W draws x leaves; v scores of the respondents on a node, 0-100, NaN where there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from csat_lib.index import Tree, shaken_weights
from csat_lib.index.composites import MINIMUM_COVERAGE, composites
from csat_lib.index.design import Design, design_of
from csat_lib.index.ranking import Ranks, ranks
from csat_lib.stats import Estimate, one_thread
from csat_lib.survey import Survey

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Wave:
    """The leaves of one survey, and its design: all that any weights need to give the index."""

    leaves: Mapping[str, Array]
    design: Design

    def index(self, tree: Tree) -> Estimate:
        """The index under the tree's weights, as ``tree_scores`` gives it."""
        v = dict(self.leaves)
        for node in reversed(tree.nodes):
            if node.children:
                total, covered = np.zeros(len(self.design.w)), np.zeros(len(self.design.w))
                for child in node.children:
                    there = ~np.isnan(v[child.name])
                    covered += child.weight * there
                    total += child.weight * np.where(there, v[child.name], 0.0)
                enough = (covered > 0) & (covered >= MINIMUM_COVERAGE - 1e-12)
                v[node.name] = np.divide(total, covered, out=np.full(len(total), np.nan), where=enough)
        return self.design.mean(v[tree.root.name], np.ones(len(self.design.w), dtype=bool))


def wave_of(survey: Survey, tree: Tree) -> Wave:
    """The leaves of ``survey``; a leaf without data is refused by name."""
    values = composites(survey, tree).values
    return Wave({leaf.name: values[leaf.name] for leaf in tree.leaves}, design_of(survey))


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """Index and rank of every unit, and what shaken weights make of the rank: arrays in the units' order, ranks units x draws."""

    index: Array
    rank: Ranks
    low: Ranks
    high: Ranks
    top_share: Array
    mean_shift: float


def placed(X: Array, names: list[str], weights: Tree | pd.Series, *, draws: int, seed: int, spread: float, top: int) -> Placed:
    """Ranks under the weights and under shaken ones: the numbers of ``index.robustness``, without its tables.

    Parameters
    ----------
    X, names : array, list of str
        Units x leaves without gaps, and the leaves.
    weights : Tree or Series
        A tree is shaken within every parent.
    draws, seed, spread
        As in ``shaken_weights``.
    top : int
        The k of the chance to be among the first k.
    """
    effective = weights.effective_weights() if isinstance(weights, Tree) else weights
    index = X @ effective[names].to_numpy(dtype=float)
    rank = ranks(index)
    W = shaken_weights(weights, draws=draws, seed=seed, spread=spread)[names].to_numpy()
    with one_thread():
        found = ranks(W @ X.T).T
    ordered = np.sort(found, axis=1)
    low, high = (ordered[:, max(int(np.ceil(q * draws)) - 1, 0)] for q in (0.05, 0.95))
    return Placed(index, rank, low, high, (found <= top).mean(axis=1), float(np.abs(found - rank[:, None]).mean()))


def spearman(a: Array, b: Array) -> float:
    """Rank correlation; NaN where one does not vary."""
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    return float(np.corrcoef(stats.rankdata(a), stats.rankdata(b))[0, 1])
