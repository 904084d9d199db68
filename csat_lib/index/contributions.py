"""How many points each leaf adds to the index, and to a change of it between two segments or periods; both sums are exact.

Letters: x score of a respondent on a leaf, e the leaf's share of that respondent's index, w survey weights.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from csat_lib.errors import DataError, ParamsError
from csat_lib.index.composites import MINIMUM_COVERAGE, MissingLeaves, composites
from csat_lib.index.design import design_of
from csat_lib.index.hierarchy import Tree
from csat_lib.index.hierarchy_scores import Waves
from csat_lib.index.named_numbers import table_with
from csat_lib.index.scores import segments_of
from csat_lib.survey import Survey

COLUMNS = ["segment", "node", "item", "effective_weight", "realised_weight", "score", "estimate", "std_error", "lost", "above", "n"]


def contributions(
    data: Waves,
    tree: Tree,
    *,
    by: str | None = None,
    minimum_coverage: float = MINIMUM_COVERAGE,
    missing_leaves: MissingLeaves = "refuse",
) -> pd.DataFrame:
    """Points that each leaf adds to the index: ``estimate`` sums over the leaves to the score of level 1 in ``tree_scores``.

    Parameters
    ----------
    data : Survey or mapping of str to Survey
        One wave, or several by period.
    tree : Tree
        From ``load_tree``.
    by : str, optional
        A segment.
    minimum_coverage, missing_leaves : float, str
        As in ``tree_scores``.

    Returns
    -------
    DataFrame
        period (only with several waves), segment ("all" first), node (the leaf), item, effective_weight (as the tree has it),
        realised_weight (mean of e: what missing answers made of it), score (mean of x, weighted by e), estimate (points added: mean of
        e x), std_error, lost (points short of full marks: realised_weight x (100 - score)), above (points by which the leaf lifts or
        lowers the index: realised_weight x (score - index); they sum to 0), n (respondents with an index).

    Raises
    ------
    DataError
        A leaf without data, by name.
    """
    if not isinstance(data, Survey):
        tables = [
            contributions(each, tree, by=by, minimum_coverage=minimum_coverage, missing_leaves=missing_leaves).assign(period=period)
            for period, each in data.items()
        ]
        if not tables:
            raise DataError("No wave was given.")
        return pd.concat(tables, ignore_index=True)[["period", *COLUMNS]]
    found = composites(data, tree, minimum_coverage=minimum_coverage, missing_leaves=missing_leaves)
    design, stated = design_of(data), tree.effective_weights()
    index = found.values[tree.root.name]
    rows: list[tuple[object, ...]] = []
    for segment, here in segments_of(data, by):
        counted = here & ~np.isnan(index)
        whole = design.mean(index, counted)
        for leaf in tree.leaves:
            e = found.effective(tree, leaf.name)
            x = np.where(np.isnan(found.values[leaf.name]), 0.0, found.values[leaf.name])
            added, weight = design.mean(e * x, counted), design.mean(e, counted).estimate
            score = added.estimate / weight if weight > 0 else np.nan
            lost, above = 100 * weight - added.estimate, added.estimate - weight * whole.estimate
            about = (segment, leaf.name, leaf.item, float(stated[leaf.name]), weight, score)
            rows.append((*about, added.estimate, added.std_error, lost, above, whole.n))
    return pd.DataFrame(rows, columns=COLUMNS)


def change_contributions(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Points that each leaf adds to the change of the index from one segment or period to another; ``estimate`` sums to the change.

    Each leaf's part is split evenly between its score and its weight (the weight changes with missing answers, or with another weight set):
    score_effect = mean weight x change of score, weight_effect = change of weight x (mean score - mean index).

    Parameters
    ----------
    before, after : DataFrame
        Rows of ``contributions`` for one segment of one period each.

    Returns
    -------
    DataFrame
        node, item, before, after (points added to each index), estimate (score_effect + weight_effect), score_effect, weight_effect.

    Raises
    ------
    DataError
        Rows of several segments or periods, different leaves, or an index without respondents.
    """
    tables = []
    for name, table in (("before", before), ("after", after)):
        table_with(table, COLUMNS, "contributions")
        if table["node"].duplicated().any() or table.empty:
            raise DataError(f"{name}: expected the rows of one segment and one period; got {len(table)} rows. Select them first.")
        if not (table["n"] > 0).all():
            raise DataError(f"{name}: no respondent has an index, so there is no change to explain.")
        tables.append(table.set_index("node"))
    old, new = tables
    if set(old.index) != set(new.index):
        other = sorted(set(old.index) ^ set(new.index))
        raise DataError(f"The leaf {other[0]!r} is in one of the two tables only. Compare tables of one tree.")
    new = new.loc[old.index]
    weight = (old["realised_weight"] + new["realised_weight"]) / 2
    index = (old["estimate"].sum() + new["estimate"].sum()) / 2
    score_old, score_new = old["score"].fillna(new["score"]).fillna(index), new["score"].fillna(old["score"]).fillna(index)
    score_effect = weight * (score_new - score_old)
    weight_effect = (new["realised_weight"] - old["realised_weight"]) * ((score_old + score_new) / 2 - index)
    return pd.DataFrame(
        {
            "node": old.index,
            "item": old["item"].to_numpy(),
            "before": old["estimate"].to_numpy(),
            "after": new["estimate"].to_numpy(),
            "estimate": (score_effect + weight_effect).to_numpy(),
            "score_effect": score_effect.to_numpy(),
            "weight_effect": weight_effect.to_numpy(),
        }
    )


def change_between(table: pd.DataFrame, first: str, second: str, *, along: str = "segment") -> pd.DataFrame:
    """``change_contributions`` from one value of ``along`` to another within one table.

    Parameters
    ----------
    table : DataFrame
        From ``contributions``.
    first, second : str
        Two segments or two periods.
    along : str
        "segment" or "period"; the other must have one value.

    Raises
    ------
    ParamsError
        No such column or value.
    """
    table_with(table, COLUMNS, "contributions")
    if along not in {"segment", "period"} or along not in table.columns:
        raise ParamsError(f"along={along!r}: the table is by {', '.join(name for name in ('period', 'segment') if name in table)}.")
    for name in (first, second):
        if name not in set(table[along]):
            raise ParamsError(f"No {along} {name!r} in the table. There are: {', '.join(map(str, table[along].unique()))}.")
    return change_contributions(table[table[along] == first], table[table[along] == second])
