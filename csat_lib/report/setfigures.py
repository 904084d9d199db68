"""Figures under several sets of weights side by side, so that a change of weights cannot pass for a change of satisfaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csat_lib.errors import ParamsError
from csat_lib.index import Tree, rank_agreement, scores_by_weights, unit_scores
from csat_lib.index.ranking import ranks
from csat_lib.report.disclosure import protect
from csat_lib.report.weightsets import EQUAL, chosen, sets_in_use, trees_of
from csat_lib.stats import z_value
from csat_lib.study import Study
from csat_lib.survey import Survey

FEWEST_UNITS = 2
CHANGES = ["weights", "before", "after", "estimate", "std_error", "conf_low", "conf_high", "verdict", "status", "n"]


@dataclass(frozen=True, slots=True, eq=False)
class SetComparison:
    """What changes from one set of weights to another.

    Attributes
    ----------
    nodes : DataFrame
        node, level, parent, first, second (weights within the parent), difference.
    history : DataFrame
        weights, period, estimate (index, 0-100), conf_low, conf_high, n: every period restated under both and under equal weights.
    ranks : DataFrame
        segment, first, second (index under each), first_rank, second_rank, shift (positive: it loses places); empty for fewer than two
        groups that are large enough.
    agreement : DataFrame
        metric (spearman, kendall, mean_rank_shift), estimate, n (groups).
    """

    nodes: pd.DataFrame
    history: pd.DataFrame
    ranks: pd.DataFrame
    agreement: pd.DataFrame


def compare_sets(study: Study, history: Mapping[str, Survey], first: str, second: str, *, by: str | None = None) -> SetComparison:
    """Difference per node, and index, ranks and history under each of two sets of weights.

    Parameters
    ----------
    study : Study
        Whose sets; "indicators" and "equal" are sets as well.
    history : mapping of str to Survey
        By period, from ``load_history``; the last one gives the ranks.
    first, second : str
        Two sets.
    by : str, optional
        The segment whose groups are ranked; by default the study's first.

    Raises
    ------
    ParamsError
        No such set (the nearest is named).
    """
    trees = trees_of(study)
    pair = {name: chosen(trees, name) for name in (first, second)}
    shown = {**pair, EQUAL: trees[EQUAL]}
    table = scores_by_weights(comparable_waves(history, pair[first]), shown, confidence=study.parameters.confidence)
    units = units_of(study, list(history.values())[-1], pair[first], by=by)
    placed, agreement = compare_ranks(units, pair[first], pair[second])
    return SetComparison(compare_nodes(pair[first], pair[second]), table.drop(columns="segment"), placed, agreement)


def compare_nodes(first: Tree, second: Tree) -> pd.DataFrame:
    """node, level, parent, first, second (weights within the parent), difference, of two weightings of one tree."""
    old, new = first.weights(), second.weights()
    rows = [
        (node, first.levels[node], first.parents[node], old[node], new[node], new[node] - old[node])
        for node in (each.name for each in first.nodes[1:])
    ]
    return pd.DataFrame(rows, columns=["node", "level", "parent", "first", "second", "difference"])


def compare_ranks(units: pd.DataFrame, first: Tree, second: Tree) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Index and rank of every unit under two weightings, and how alike the rankings are; both empty for fewer than two units."""
    if len(units) < FEWEST_UNITS:
        columns = ["segment", "first", "second", "first_rank", "second_rank", "shift"]
        return pd.DataFrame(columns=columns), pd.DataFrame(columns=["metric", "estimate", "n"])
    index = [units @ each.effective_weights()[list(units.columns)] for each in (first, second)]
    rank = [ranks(each.to_numpy()) for each in index]
    table = pd.DataFrame({"segment": list(units.index), "first": index[0].to_numpy(), "second": index[1].to_numpy()})
    table = table.assign(first_rank=rank[0], second_rank=rank[1], shift=rank[1] - rank[0])
    return table, rank_agreement(*index)


def units_of(study: Study, survey: Survey, tree: Tree, *, by: str | None = None) -> pd.DataFrame:
    """Groups by leaves, 0-100: those that may be shown, with an answer to every leaf.

    Parameters
    ----------
    study : Study
        Its limit for small groups.
    survey : Survey
        The answers.
    tree : Tree
        The leaves.
    by : str, optional
        The segment whose values are the groups; by default the study's first; none where the study names none.

    Returns
    -------
    DataFrame
        Empty where the study names no segment.
    """
    name = by or next(iter(study.parameters.segments), None)
    if name is None:
        return pd.DataFrame(columns=[leaf.name for leaf in tree.leaves])
    below = study.parameters.suppress_below
    table = unit_scores(survey, tree, by=name, minimum=below)
    counts = survey.segment(name).value_counts().reindex(table.index).fillna(0)
    shown = protect(pd.DataFrame({"segment": list(table.index), "n": counts.to_numpy()}), below=below)
    return table.loc[~shown["suppressed"].to_numpy(dtype=bool)].dropna()


def comparable_waves(history: Mapping[str, Survey], tree: Tree) -> dict[str, Survey]:
    """The waves that ask every item of the tree; the latest stays whatever it asks, so that an item it lacks is refused by name."""
    last = list(history)[-1:]
    return {period: survey for period, survey in history.items() if [period] == last or _asks(survey, tree)}


def _asks(survey: Survey, tree: Tree) -> bool:
    return all(item in survey.responses.columns and bool(survey.responses[item].notna().any()) for item in tree.items)


def set_trend(study: Study, history: Mapping[str, Survey]) -> pd.DataFrame:
    """The index of every period under every set of weights that was in use in one of them, and under equal weights.

    Parameters
    ----------
    study : Study
        Whose sets.
    history : mapping of str to Survey
        By period, from ``load_history``; a wave that does not ask every item, or is locked for a set that no longer fits the indicator
        system, is left out.

    Returns
    -------
    DataFrame
        weights, period, estimate (0-100), std_error, conf_low, conf_high, n, n_effective, verdict ("in use" where the period is scored
        with that set, else empty).

    Raises
    ------
    NotInStudyError
        The study has no indicators.yaml.
    """
    trees = trees_of(study)
    waves = comparable_waves(history, trees[EQUAL])
    used = sets_in_use(study, list(waves))
    waves = {period: wave for period, wave in waves.items() if used[period] in trees or period == list(waves)[-1]}
    used = {period: used[period] for period in waves}
    names = [*dict.fromkeys(used.values()), *([] if EQUAL in used.values() else [EQUAL])]
    table = scores_by_weights(waves, {name: trees[name] for name in names}, confidence=study.parameters.confidence)
    table["verdict"] = ["in use" if used[period] == name else "" for name, period in zip(table["weights"], table["period"], strict=True)]
    return table.drop(columns="segment")


def set_changes(trend: pd.DataFrame, *, confidence: float = 0.95) -> pd.DataFrame:
    """The last step of the index under every set, both waves scored with the same weights.

    Parameters
    ----------
    trend : DataFrame
        From ``set_trend``.
    confidence : float
        Of the intervals; the waves are taken as independent samples.

    Returns
    -------
    DataFrame
        weights, before, after (index, 0-100), estimate (their difference in points), std_error, conf_low, conf_high, verdict ("real",
        "within noise"), status ("both waves", "before", "after" or empty: where the set was in use), n (the smaller of the two).
        Where the set changed, a last row "published" holds each wave as it was published; its step mixes both and has no verdict.
        Empty with one period.
    """
    periods = list(dict.fromkeys(trend["period"]))
    if len(periods) < 2:
        return pd.DataFrame(columns=CHANGES)
    waves = [trend[trend["period"] == period].set_index("weights") for period in periods[-2:]]
    before, after = waves[0], waves[1].loc[waves[0].index]
    step, error = after["estimate"] - before["estimate"], np.hypot(before["std_error"], after["std_error"])
    half = z_value(confidence) * error
    used = [str(wave.index[wave["verdict"] == "in use"][0]) for wave in (before, after)]
    table = pd.DataFrame({"weights": list(before.index), "before": before["estimate"].to_numpy(), "after": after["estimate"].to_numpy()})
    table = table.assign(estimate=step.to_numpy(), std_error=error.to_numpy(), conf_low=(step - half).to_numpy())
    table["conf_high"] = (step + half).to_numpy()
    table["verdict"] = np.where((table["conf_low"] > 0) | (table["conf_high"] < 0), "real", "within noise")
    words = {(False, False): "", (True, False): "before", (False, True): "after", (True, True): "both waves"}
    table["status"] = [words[name == used[0], name == used[1]] for name in table["weights"]]
    table["n"] = np.minimum(before["n"], after["n"]).to_numpy()
    if used[0] != used[1]:
        ends = float(before.loc[used[0], "estimate"]), float(after.loc[used[1], "estimate"])
        row = {"weights": "published", "before": ends[0], "after": ends[1], "estimate": ends[1] - ends[0], "verdict": "", "status": ""}
        table = pd.concat([table, pd.DataFrame([{**row, "n": int(table["n"].min())}])], ignore_index=True)
    return table


def weights_part(changes: pd.DataFrame) -> float:
    """Points of the published step that come from the change of weights alone (the mean over both waves); 0 where the set stayed.

    Raises
    ------
    ParamsError
        The table is not from ``set_changes``.
    """
    if not {"weights", "before", "after", "status"} <= set(changes.columns):
        raise ParamsError("Expected the table of set_changes.")
    ends = {str(row["status"]): (float(row["before"]), float(row["after"])) for row in changes.to_dict("records")}
    if "before" not in ends or "after" not in ends:
        return 0.0
    old, new = ends["before"], ends["after"]
    return ((new[0] - old[0]) + (new[1] - old[1])) / 2
