"""The enterprise method: degree and rate of satisfaction on five grades (五级满意度: 满意度与满意率).

Grades from the best down: very satisfied 10, satisfied 8, basically satisfied 6, dissatisfied 4, very dissatisfied 2.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from csat_lib.errors import DataError, ParamsError
from csat_lib.index.design import Array, design_of, mean_ends, share_ends
from csat_lib.index.scores import item_shares, named_items, segments_of
from csat_lib.stats import Estimate
from csat_lib.survey import Survey

GRADE_SCORES = (10, 8, 6, 4, 2)
SATISFIED_GRADES = 3


def satisfaction_degree(counts: Sequence[float], *, scores: Sequence[float] = GRADE_SCORES) -> float:
    """Degree of satisfaction (满意度), per cent: sum of count x score over the highest score times the number of answers.

    Parameters
    ----------
    counts : sequence of float
        Answers by grade, the best grade first; don't-know answers are in neither.
    scores : sequence of float
        Score of each grade.

    Raises
    ------
    ParamsError
        As many counts as grades are needed, none negative.
    DataError
        No answers.

    >>> satisfaction_degree([10, 5, 6, 3, 1])
    76.0
    """
    n = _checked(counts, len(scores))
    return float(100 * np.dot(n, scores) / (max(scores) * n.sum()))


def satisfaction_rate(counts: Sequence[float], *, satisfied: int = SATISFIED_GRADES) -> float:
    """Rate of satisfaction (满意率), per cent: answers in the best ``satisfied`` grades over all answers.

    >>> satisfaction_rate([10, 5, 6, 3, 1])
    84.0
    """
    n = _checked(counts, len(counts))
    if not 1 <= satisfied < len(n):
        raise ParamsError(f"satisfied={satisfied}: expected 1 to {len(n) - 1} of the {len(n)} grades.")
    return float(100 * n[:satisfied].sum() / n.sum())


def overall(self_rated: float, surveyed: float, *, self_share: float = 0.4) -> float:
    """Self-rated and surveyed degree (or rate) together, in the same unit.

    >>> overall(80, 76)
    77.6
    """
    if not 0 <= self_share <= 1:
        raise ParamsError(f"self_share={self_share}: expected a share between 0 and 1.")
    return self_rated * self_share + surveyed * (1 - self_share)


def satisfaction(
    survey: Survey,
    items: Sequence[str],
    *,
    by: str | None = None,
    weights: pd.Series | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Degree and rate of five-grade items, each and all together, by segment.

    Parameters
    ----------
    survey : Survey
        Its items' codes run upward in five steps: the highest is "very satisfied".
    items : sequence of str
        Five-grade items.
    by : str, optional
        A segment.
    weights : Series, optional
        Weight of each item where all count together; equal when None. A don't-know answer is left out of both sums.
    confidence : float
        Of the intervals: linearised; the rate's by Wilson, on the n of a simple sample with the same standard error.

    Returns
    -------
    DataFrame
        segment ("all" first), item ("all" = every answer together), metric ("degree", "rate"), estimate (per cent), std_error, conf_low,
        conf_high, n (respondents), n_effective.

    Raises
    ------
    ParamsError
        An item without five grades, or without a weight.
    """
    design, parts = design_of(survey), parts_of(survey, items, weights)
    rows = [
        (segment, name, metric, found.estimate, found.std_error, *ends_of_metric(metric, found, confidence), found.n, found.n_effective)
        for segment, here in segments_of(survey, by)
        for name, metric, y, factor in parts
        for found in [design.mean(y, here, factor)]
    ]
    columns = ["segment", "item", "metric", "estimate", "std_error", "conf_low", "conf_high", "n", "n_effective"]
    return pd.DataFrame(rows, columns=columns)


def parts_of(survey: Survey, items: Sequence[str], weights: pd.Series | None) -> list[tuple[str, str, Array, Array]]:
    """(item or "all", metric, value of each respondent in per cent, weight of the answers behind it) for every figure."""
    items = named_items(survey, items)
    share = item_shares(items, weights)
    grades = np.column_stack([grade(survey, item) for item in items])
    satisfied = np.where(np.isnan(grades), np.nan, 100.0 * (grades >= 6 - SATISFIED_GRADES))
    there = ~np.isnan(grades)
    parts = []
    for name in (*items, "all"):
        own = share if name == "all" else np.array([float(item == name) for item in items])
        factor = there @ own
        for metric, values in (("degree", 20 * grades), ("rate", satisfied)):
            total = np.where(there, values, 0.0) @ own
            y = np.divide(total, factor, out=np.full(len(total), np.nan), where=factor > 0)
            parts.append((name, metric, y, factor))
    return parts


def ends_of_metric(metric: str, found: Estimate, confidence: float) -> tuple[float, float]:
    """The interval of a degree (normal) or a rate (Wilson)."""
    return share_ends(found, confidence) if metric == "rate" else mean_ends(found, confidence)


def grade(survey: Survey, item: str) -> Array:
    """1 (very dissatisfied) to 5 (very satisfied), one value per respondent.

    Raises
    ------
    ParamsError
        The item has no five grades.
    """
    found = survey.codebook.item(item)
    if found.high - found.low != len(GRADE_SCORES) - 1:
        raise ParamsError(f"{item}: the enterprise method needs five grades; its scale runs from {found.low:g} to {found.high:g}.")
    return survey.responses[item].to_numpy(dtype=float) - found.low + 1


def _checked(counts: Sequence[float], grades: int) -> np.ndarray:
    n = np.asarray(counts, dtype=float)
    if n.shape != (grades,):
        raise ParamsError(f"{grades} grades need {grades} counts, from the best grade down; got {n.size}.")
    if not np.isfinite(n).all() or (n < 0).any():
        raise ParamsError(f"Counts cannot be negative or missing: {list(counts)}.")
    if n.sum() == 0:
        raise DataError("No answers: all counts are zero.")
    return n
