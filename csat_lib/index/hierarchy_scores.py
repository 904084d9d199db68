"""The roll-up of an indicator system: the 0-100 score of every node by segment and period, and units by leaves for its weights."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from csat_lib.errors import DataError, NotInStudyError, ParamsError, whole
from csat_lib.index.composites import MINIMUM_COVERAGE, MissingLeaves, composites
from csat_lib.index.design import design_of, mean_ends
from csat_lib.index.hierarchy import Tree
from csat_lib.index.scores import segments_of
from csat_lib.stats import remembered
from csat_lib.survey import Survey

Waves = Survey | Mapping[str, Survey]
COLUMNS = ["segment", "level", "node", "parent", "item", "weight", "effective_weight"]
FIGURES = ["estimate", "std_error", "conf_low", "conf_high", "n", "n_effective"]


@remembered
def tree_scores(
    data: Waves,
    tree: Tree,
    *,
    by: str | None = None,
    minimum_coverage: float = MINIMUM_COVERAGE,
    missing_leaves: MissingLeaves = "refuse",
    confidence: float = 0.95,
) -> pd.DataFrame:
    """The 0-100 score of every node with its interval, by segment and, for several waves, by period.

    A respondent's score is the weighted mean of the children that have one; the node's score is the mean of the respondents' under the
    survey's weights, its error linearised under the survey's design. Item weights are taken as given.

    Parameters
    ----------
    data : Survey or mapping of str to Survey
        One wave, or several by period (``load_history``).
    tree : Tree
        From ``load_tree``.
    by : str, optional
        A segment.
    minimum_coverage : float
        A respondent has a score on a node where the weights of the children answered sum to at least this; those are then renormalised.
    missing_leaves : {"refuse", "renormalise"}
        What becomes of a leaf that nobody answered: an error that names it, or weights renormalised among its siblings.
    confidence : float
        Of the intervals.

    Returns
    -------
    DataFrame
        period (only with several waves), segment ("all" first), level (1 = the index), node, parent, item (leaves only), weight (within
        the parent), effective_weight (leaves only: at level 1), estimate (0-100, more is better), std_error, conf_low, conf_high, n,
        n_effective.

    Raises
    ------
    DataError
        A leaf without data, by name.
    """
    if not isinstance(data, Survey):
        return _by_period(
            {
                period: tree_scores(
                    each, tree, by=by, minimum_coverage=minimum_coverage, missing_leaves=missing_leaves, confidence=confidence
                )
                for period, each in data.items()
            }
        )
    found = composites(data, tree, minimum_coverage=minimum_coverage, missing_leaves=missing_leaves)
    design, levels, parents, effective = design_of(data), tree.levels, tree.parents, tree.effective_weights()
    rows = []
    for segment, here in segments_of(data, by):
        for node in tree.nodes:
            own = design.mean(found.values[node.name], here)
            about = (segment, levels[node.name], node.name, parents.get(node.name, ""), node.item or "", node.weight)
            figures = (own.estimate, own.std_error, *mean_ends(own, confidence), own.n, own.n_effective)
            rows.append((*about, effective.get(node.name, np.nan), *figures))
    return pd.DataFrame(rows, columns=[*COLUMNS, *FIGURES])


def scores_by_weights(
    data: Waves,
    trees: Mapping[str, Tree],
    *,
    by: str | None = None,
    minimum_coverage: float = MINIMUM_COVERAGE,
    missing_leaves: MissingLeaves = "refuse",
    confidence: float = 0.95,
) -> pd.DataFrame:
    """The index of every wave under every set of weights: a change of weights cannot pass for a change of satisfaction.

    Parameters
    ----------
    data : Survey or mapping of str to Survey
        One wave, or several by period.
    trees : mapping of str to Tree
        Weight set -> the tree with its weights: {"old": tree, "new": tree.with_weights(...), "equal": tree.with_equal_weights()}.
    by : str, optional
        A segment.
    minimum_coverage, missing_leaves, confidence
        As in ``tree_scores``.

    Returns
    -------
    DataFrame
        weights, period (only with several waves), segment, estimate (the index, 0-100), std_error, conf_low, conf_high, n, n_effective.
    """
    if not trees:
        raise ParamsError("No set of weights was given.")
    tables = []
    for name, tree in trees.items():
        found = tree_scores(data, tree, by=by, minimum_coverage=minimum_coverage, missing_leaves=missing_leaves, confidence=confidence)
        lead = [] if isinstance(data, Survey) else ["period"]
        tables.append(found.loc[found["level"] == 1, [*lead, "segment", *FIGURES]].assign(weights=name))
    table = pd.concat(tables, ignore_index=True)
    return table[["weights", *(name for name in table.columns if name != "weights")]]


def unit_scores(
    data: Waves,
    tree: Tree,
    *,
    by: str | None = None,
    minimum: int = 1,
    missing_leaves: MissingLeaves = "refuse",
) -> pd.DataFrame:
    """Units by leaves: the mean score of each segment (region, dealer, store), or of each wave, on every leaf, 0-100, more is better.

    What robustness works on; NaN where fewer than ``minimum`` respondents of a unit answered. The weighted mean of such means is the
    index of ``tree_scores`` where nobody left a question out, and near it elsewhere.

    Parameters
    ----------
    data : Survey or mapping of str to Survey
        One wave, or several by period: then the periods are the units.
    tree : Tree
        From ``load_tree``.
    by : str, optional
        The segment of one wave whose values are the units.
    minimum : int
        Fewest answers behind a mean.
    missing_leaves : {"refuse", "renormalise"}
        What becomes of a leaf that nobody answered: an error that names it, or a column that is left out.

    Raises
    ------
    ParamsError
        One wave without a segment, or several with one.
    NotInStudyError
        The segment has no values.
    DataError
        A leaf without data.
    """
    minimum = whole(minimum, "minimum", least=1)
    if not isinstance(data, Survey):
        if not data:
            raise DataError("No wave was given.")
        if by is not None:
            raise ParamsError("Units are the waves or the segments of one wave: give several waves, or by=, not both.")
        rows = {period: _means(each, tree, None, minimum, missing_leaves).loc["all"] for period, each in data.items()}
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("period").dropna(axis=1, how="all")
    if by is None:
        raise ParamsError("Name the segment whose values are the units: by=...")
    return _means(data, tree, by, minimum, missing_leaves)


def _means(survey: Survey, tree: Tree, by: str | None, minimum: int, missing_leaves: MissingLeaves) -> pd.DataFrame:
    """Means of the leaves for every value of ``by``, or for all; a leaf that nobody answered has no column."""
    found = composites(survey, tree, missing_leaves=missing_leaves)
    design, units = design_of(survey), segments_of(survey, by)[0 if by is None else 1 :]
    if not units:
        raise NotInStudyError(f"No respondent has a value of {by}, so there are no units to compare.")
    rows = {}
    for unit, here in units:
        means = [design.mean(found.values[leaf.name], here) for leaf in tree.leaves]
        rows[unit] = [each.estimate if each.n >= minimum else np.nan for each in means]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=[leaf.name for leaf in tree.leaves]).rename_axis(by)
    return table.loc[:, [bool((~np.isnan(found.values[str(name)])).any()) for name in table.columns]]


def _by_period(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    if not tables:
        raise DataError("No wave was given.")
    table = pd.concat([each.assign(period=period) for period, each in tables.items()], ignore_index=True)
    return table[["period", *(name for name in table.columns if name != "period")]]
