"""Figures of the indicator system as a report shows them: scores with labels, points, firmness of ranks, grade shares beside the mean."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import NotInStudyError
from csat_lib.index import Robustness, Tree, change_between, fuzzy_levels, membership_of, robustness, tree_scores
from csat_lib.index.hierarchy import Node
from csat_lib.report import cells
from csat_lib.report.language import say
from csat_lib.report.page import Page
from csat_lib.report.setfigures import CHANGES, FEWEST_UNITS, units_of, weights_part
from csat_lib.study import Study
from csat_lib.survey import Survey

Array = npt.NDArray[np.float64]
GRADES = ("very_satisfied", "satisfied", "fairly_satisfied", "dissatisfied", "very_dissatisfied")
WORTH = (100.0, 75.0, 50.0, 25.0, 0.0)
CHANGE = ["node", "item", "before", "after", "estimate", "score_effect", "weight_effect"]


def labelled(page: Page, frame: pd.DataFrame, tree: Tree) -> pd.DataFrame:
    """The frame with the nodes' labels in the page's language: a column ``label`` at the left in the place of ``node`` or ``indicator``."""
    key = next(each for each in ("node", "indicator") if each in frame.columns)
    words = [tree.label(str(each), page.language) for each in frame[key]]
    rest = frame.drop(columns=[each for each in (key, "parent", "item") if each in frame.columns])
    return pd.concat([pd.Series(words, index=frame.index, name="label", dtype=object), rest], axis=1)


def of_period(frame: pd.DataFrame, period: object) -> pd.DataFrame:
    """The rows of one period, without the column."""
    return frame[frame["period"] == str(period)].drop(columns="period").reset_index(drop=True)


def last_step(points: pd.DataFrame) -> pd.DataFrame:
    """What each leaf adds to the index's change over the last two periods of ``index.contributions``; empty with one period."""
    periods = list(dict.fromkeys(points["period"]))
    if len(periods) < 2:
        return pd.DataFrame(columns=CHANGE)
    return change_between(points, periods[-2], periods[-1], along="period")


def leaf_means(points: pd.DataFrame) -> pd.DataFrame:
    """Periods by leaves: the mean score of each, 0-100, from ``index.contributions``; what a tornado works on."""
    wide = points[points["segment"] == "all"].pivot_table(index="period", columns="node", values="score", sort=False)
    return wide[list(dict.fromkeys(points["node"]))]


def firmness(study: Study, survey: Survey, tree: Tree, *, by: str | None = None) -> Robustness:
    """Ranks of the groups that may be shown, under weights shaken within every parent.

    Parameters
    ----------
    study : Study
        Its seed, segments and limit for small groups.
    survey : Survey
        The answers.
    tree : Tree
        The weights in use.
    by : str, optional
        The segment whose groups are ranked; by default the study's first.

    Raises
    ------
    NotInStudyError
        Fewer than two groups can be ranked.
    """
    units = units_of(study, survey, tree, by=by)
    if len(units) < FEWEST_UNITS:
        raise NotInStudyError("Fewer than two groups are large enough to be ranked. Name a segment in study.yaml: segments: [...].")
    return robustness(units, tree, seed=study.parameters.bootstrap.seed, top=min(3, len(units)))


def graded(page: Page, survey: Survey, tree: Tree) -> pd.DataFrame:
    """The fuzzy evaluation of every branch beside its plain mean: shares of five grades, the leading grade, its score, the mean.

    The grades are worth 100, 75, 50, 25 and 0. An answer between two of them on 0-100 belongs to both, to each by its nearness (triangular
    membership), so that a ten-point question loses nothing; the operator is the weighted average. The score is then the plain mean but for
    missing answers, which here leave their question and there their respondent: what the grades add are the shares.

    Parameters
    ----------
    page : Page
        Language and limit for small groups.
    survey : Survey
        The answers.
    tree : Tree
        With the weights in use.

    Returns
    -------
    DataFrame
        label, one column a grade (share, 0-1), grade (the leading one; two where they differ by less than 0.05), grading (score, 0-100),
        plain_mean, difference, n.
    """
    membership = pd.concat([_membership(survey, leaf) for leaf in tree.leaves])
    weights = {parent: {child: tree.node(child).weight for child in children} for parent, children in tree.siblings().items()}
    found = fuzzy_levels(weights, membership, values=WORTH)
    means = tree_scores(survey, tree, confidence=page.confidence).set_index("node")
    rows = []
    for name in (node.name for node in tree.nodes if node.children):
        own = found.nodes[name]
        mean = float(means.loc[name, "estimate"])  # type: ignore[arg-type]
        score = float("nan") if own.score is None else own.score
        about = (_leading(page, own.normalised, own.separated), score, mean, score - mean, means.loc[name, "n"])
        rows.append((tree.label(name, page.language), *own.normalised, *about))
    shares = [f"{each}_share" for each in GRADES]
    return pd.DataFrame(rows, columns=["label", *shares, "grade", "grading", "plain_mean", "difference", "n"])


def set_label(name: str, language: str) -> str:
    """What a set of weights is called: our own in ``language``, the study's by their names."""
    ours = {"indicators": "indicators", "equal": "set_equal", "published": "published"}
    return say(ours[name], language) if name in ours else name


def set_sentences(page: Page, changes: pd.DataFrame) -> list[str]:
    """Whether the weights changed with the last wave, and how much of the published step comes from that.

    Parameters
    ----------
    page : Page
        The language.
    changes : DataFrame
        From ``setfigures.set_changes``.
    """
    if changes.empty:
        return []
    used = changes.set_index("status")["weights"]
    if "both waves" in used.index:
        return [page.say("set_same", new=set_label(str(used["both waves"]), page.language))]
    step = changes.loc[changes["weights"] == "published", "estimate"].iloc[0]
    words = {"old": set_label(str(used["before"]), page.language), "new": set_label(str(used["after"]), page.language)}
    return [page.say("set_changed", part=cells.signed(weights_part(changes), 2), step=cells.signed(step, 2), **words)]


def shown_changes(page: Page, changes: pd.DataFrame) -> pd.DataFrame:
    """``setfigures.set_changes`` with the sets' names in the page's language, as a table prints them."""
    told = changes.assign(weights=[set_label(str(each), page.language) for each in changes["weights"]]) if len(changes) else changes
    return told[[each for each in CHANGES if each != "std_error"]]


def _membership(survey: Survey, leaf: Node) -> pd.DataFrame:
    """One row: the shares of the five grades, the best first."""
    item = survey.codebook.item(str(leaf.item))
    shares = membership_of(survey, [item.name]).iloc[0]
    place = (shares.index.to_numpy(dtype=float) - item.low) / (item.high - item.low)
    nearness = _nearness(1 - place if leaf.direction == "lower" else place)
    return pd.DataFrame([shares.to_numpy() @ nearness], index=[leaf.name], columns=list(GRADES))


def _nearness(place: Array) -> Array:
    """Membership of places on 0-1 (1 is the best) in the five grades, the best first; each row sums to 1."""
    best_first = (1 - place) * (len(GRADES) - 1)
    return np.asarray(np.maximum(1 - np.abs(best_first[:, None] - np.arange(len(GRADES))), 0.0))


def _leading(page: Page, shares: pd.Series, separated: object) -> str:
    """The leading grade, or the two that cannot be told apart."""
    first, second = (page.say(str(each)) for each in shares.sort_values(ascending=False, kind="stable").index[:2])
    return first if separated else page.say("or", first=first, second=second)
