"""Dissatisfied answers (不满意项): the fourth and fifth grade, by item, with their frequency and the reasons that were stated."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from csat_lib.index.design import design_of, share_ends
from csat_lib.index.enterprise import grade
from csat_lib.index.scores import named_items, segments_of
from csat_lib.stats import check_confidence
from csat_lib.survey import Survey

NO_REASON = ""


def dissatisfied_items(survey: Survey, items: Sequence[str], *, by: str | None = None, confidence: float = 0.95) -> pd.DataFrame:
    """Every five-grade item with dissatisfied answers, the most frequent first; each of them must end in an action with an owner.

    Parameters
    ----------
    survey : Survey
        Its items' codes run upward in five steps.
    items : sequence of str
        Five-grade items.
    by : str, optional
        A segment.
    confidence : float
        Of the intervals (Wilson, on the n of a simple sample with the same standard error).

    Returns
    -------
    DataFrame
        segment ("all" first), item, dissatisfied, very_dissatisfied (answers), estimate (both, in per cent of the answers to the item,
        weighted), std_error, conf_low, conf_high, n, n_effective.
    """
    check_confidence(confidence)
    design = design_of(survey)
    grades = {item: grade(survey, item) for item in named_items(survey, items)}
    columns = ["segment", "item", "dissatisfied", "very_dissatisfied", "estimate", "std_error", "conf_low", "conf_high", "n", "n_effective"]
    tables = []
    for segment, here in segments_of(survey, by):
        rows = []
        for item, own in grades.items():
            found = design.mean(np.where(np.isnan(own), np.nan, 100.0 * (own <= 2)), here)
            counts = int((own[here] == 2).sum()), int((own[here] == 1).sum())
            if sum(counts):
                ends = share_ends(found, confidence)
                rows.append((segment, item, *counts, found.estimate, found.std_error, *ends, found.n, found.n_effective))
        tables.append(pd.DataFrame(rows, columns=columns).sort_values("estimate", ascending=False, kind="stable"))
    return pd.concat([each for each in tables if len(each)] or tables[:1], ignore_index=True)


def dissatisfied_reasons(survey: Survey, items: Sequence[str]) -> pd.DataFrame:
    """What those said who were dissatisfied with an item: the comments of the same person, the most frequent first.

    Verbatim words of respondents: for the desk of whoever acts on them, never for a published page.

    Returns
    -------
    DataFrame
        item, grade ("dissatisfied", "very dissatisfied"), reason (empty where none was stated), n (answers).
    """
    reasons, items = _stated(survey), named_items(survey, items)
    parts = []
    for item in items:
        own = grade(survey, item)
        for code, word in ((1, "very dissatisfied"), (2, "dissatisfied")):
            told = reasons[own == code]
            parts.append(pd.DataFrame({"item": item, "grade": word, "reason": told, "n": 1}))
    table = pd.concat(parts, ignore_index=True)
    counted = table.groupby(["item", "grade", "reason"], sort=False)["n"].sum().reset_index()
    order = {item: place for place, item in enumerate(items)}
    counted = counted.assign(place=counted["item"].map(order), silent=counted["reason"] == NO_REASON)
    counted = counted.sort_values(["place", "silent", "n"], ascending=[True, True, False], kind="stable", ignore_index=True)
    return counted[["item", "grade", "reason", "n"]]


def _stated(survey: Survey) -> np.ndarray:
    """The comments of every respondent in one text."""
    columns = [name for name in survey.codebook.names("comment") if name in survey.attributes.columns]
    if not columns:
        return np.full(len(survey), NO_REASON, dtype=object)
    texts = survey.attributes[columns].astype(object)
    texts = texts.where(texts.notna(), "").astype(str)
    joined = [" / ".join(each.strip() for each in row if each.strip()) for row in texts.to_numpy()]
    return np.array(joined, dtype=object)
