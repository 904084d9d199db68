"""The four principles of an indicator: important to customers, controllable, measurable, comparable with competitors."""

from __future__ import annotations

import numpy as np
import pandas as pd

from csat_lib.errors import ParamsError, nearest
from csat_lib.index.hierarchy import Node, Tree
from csat_lib.index.named_numbers import weights_by_name
from csat_lib.survey import Survey

IMPORTANT_FROM = 0.5
FLAGS = {"yes": "ok", "no": "no", "": "not stated"}


def principles(
    survey: Survey,
    tree: Tree,
    importance: pd.Series | None = None,
    *,
    important_from: float = IMPORTANT_FROM,
    competitors: Survey | None = None,
) -> pd.DataFrame:
    """Every leaf against the four principles, in words.

    Parameters
    ----------
    survey : Survey
        Where an indicator must be measurable: the item is asked, answered, and answers differ.
    tree : Tree
        Its flags say what is controllable and comparable.
    importance : Series, optional
        Stated or derived importance over nodes or items (``drivers.importance`` gives one), from 0 upward; a leaf that it does not name is
        "not stated".
    important_from : float
        A leaf is important from this multiple of the mean importance.
    competitors : Survey, optional
        Where given, a comparable item must be asked and answered there.

    Returns
    -------
    DataFrame
        node, item, importance, important, controllable, measurable, comparable ("ok", "no", or what is lacking), variance (of the answers
        on 0-100, weighted), n, verdict ("ok", or the principles that fail or are unstated).

    Raises
    ------
    ParamsError
        Importance of something that is no leaf, negative, given twice, or 0 for all.
    """
    stated = _importance(tree, importance)
    bound = important_from * float(stated.mean()) if stated.notna().any() else np.nan
    rows = []
    for leaf in tree.leaves:
        value = float(stated[leaf.name])
        variance, n = _variance(survey, str(leaf.item))
        judged = {
            "important": "not stated" if np.isnan(value) else "ok" if value >= bound else "no",
            "controllable": FLAGS[leaf.controllable],
            "measurable": _measurable(survey, leaf, variance, n),
            "comparable": _comparable(leaf, competitors),
        }
        faults = [f"{word}: {told}" for word, told in judged.items() if told != "ok"]
        rows.append((leaf.name, leaf.item, value, *judged.values(), variance, n, "; ".join(faults) or "ok"))
    columns = ["node", "item", "importance", "important", "controllable", "measurable", "comparable", "variance", "n", "verdict"]
    return pd.DataFrame(rows, columns=columns)


def _importance(tree: Tree, importance: pd.Series | None) -> pd.Series:
    """By leaf."""
    found = pd.Series(np.nan, index=[leaf.name for leaf in tree.leaves])
    if importance is None:
        return found
    named: dict[str, str] = {}
    leaf_of = {leaf.name: leaf.name for leaf in tree.leaves} | {str(leaf.item): leaf.name for leaf in tree.leaves}
    for name, value in weights_by_name(importance, "importance").items():
        if name not in leaf_of:
            raise ParamsError(f"importance: {name!r} is no leaf of the tree.{nearest(str(name), leaf_of)}")
        if value < 0 or np.isinf(value):
            raise ParamsError(f"importance: {name}: {value:g}; importance is from 0 upward. Take the size of a negative coefficient.")
        if leaf_of[name] in named:
            raise ParamsError(f"importance: {name!r} and {named[leaf_of[name]]!r} are one leaf. Give it one importance.")
        found[leaf_of[name]], named[leaf_of[name]] = value, name
    if found.notna().any() and not found.max() > 0:
        raise ParamsError("importance: all are 0, so nothing can be called important. Give some, or none.")
    return found


def _variance(survey: Survey, item: str) -> tuple[float, int]:
    if item not in survey.codebook.items or item not in survey.responses.columns:
        return np.nan, 0
    found = survey.codebook.item(item)
    x = 100 * (survey.responses[item].to_numpy(dtype=float) - found.low) / (found.high - found.low)
    there = ~np.isnan(x) & (survey.weight_values > 0)
    if there.sum() < 2:
        return np.nan, int(there.sum())
    return float(np.cov(x[there], aweights=survey.weight_values[there])), int(there.sum())


def _measurable(survey: Survey, leaf: Node, variance: float, n: int) -> str:
    if leaf.item not in survey.codebook.items:
        return "not asked"
    if n < 2:
        return "not answered"
    return "ok" if variance > 0 else "no variance"


def _comparable(leaf: Node, competitors: Survey | None) -> str:
    if leaf.comparable != "yes" or competitors is None:
        return FLAGS[leaf.comparable]
    if leaf.item not in competitors.codebook.items:
        return "competitors are not asked"
    return "ok" if competitors.responses[str(leaf.item)].notna().any() else "no answers about competitors"
