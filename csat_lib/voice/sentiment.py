"""Is a mention praise or blame: the respondent's own score says so first; words only inside the mention's clause, where there is no score.

Ready-made lexicons score plain complaints as neutral, so the words are the study's own (themes.yaml: sentiment).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from csat_lib.survey import Survey
from csat_lib.voice.coding import Coding, negated
from csat_lib.voice.themes import Themes

PRAISE, BLAME = 70.0, 45.0  # points of 0-100: 4 and 5 of five grades, 8-10 of ten, praise; 1 and 2, 1-5 blame
SOURCES = ("own score", "overall score", "words", "")


def sentiment(coding: Coding, survey: Survey, *, overall: str = "") -> pd.DataFrame:
    """Every mention with its sign and where that was read from.

    The answer to the theme's own question goes first, then the ``overall`` score, then the words of the clause.

    Parameters
    ----------
    coding : Coding
        Of this survey's comments.
    survey : Survey
        The answers, on the same index.
    overall : str
        The item of the overall score; "" uses none.

    Returns
    -------
    DataFrame
        row, theme, sign (1 praise, -1 blame, 0 neither, NaN not known), source ("own score", "overall score", "words", "").
    """
    mentions = coding.mentions
    own = np.full(len(mentions), np.nan)
    for name, rows in mentions.groupby("theme", sort=False).groups.items():
        item = coding.themes.theme(str(name)).item
        if item in survey.responses:
            place = mentions.index.get_indexer(rows)
            own[place] = points(survey, item).reindex(mentions.loc[rows, "row"]).to_numpy()
    whole = points(survey, overall).reindex(mentions["row"]).to_numpy() if overall in survey.responses else np.full(len(mentions), np.nan)
    words = np.array([clause_sign(clause, coding.themes) for clause in mentions["clause"]], dtype=float)
    sign = np.where(~np.isnan(own), _sign(own), np.where(~np.isnan(whole), _sign(whole), words))
    source = np.select([~np.isnan(own), ~np.isnan(whole), ~np.isnan(words)], SOURCES[:3], "")
    return pd.DataFrame({"row": mentions["row"], "theme": mentions["theme"], "sign": sign, "source": source})


def points(survey: Survey, item: str) -> pd.Series:
    """An item's answers as points of 0-100."""
    low, high = survey.scale[item]
    return 100 * (survey.responses[item] - low) / (high - low)


def clause_sign(clause: str, themes: Themes) -> float:
    """1, -1 or 0 by the study's words in a folded clause, a negation before one turning it; NaN where it holds none of them."""
    total, seen = 0, 0
    for sign, lists in ((1, themes.positive), (-1, themes.negative)):
        for pattern in lists.values():
            for hit in pattern.finditer(clause):
                seen += 1
                total += -sign if negated(clause, hit.start(), themes) else sign
    return float(np.sign(total)) if seen else np.nan


def _sign(score: np.ndarray) -> np.ndarray:
    return np.select([score >= PRAISE, score <= BLAME], [1.0, -1.0], 0.0)
