"""Whether a wave has the answers that the enterprise method demands, its own and of each competitor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from csat_lib.errors import whole
from csat_lib.index.scores import named_items, segments_of
from csat_lib.survey import Survey

MINIMUM, MINIMUM_COMPETITOR = 100, 10
BELOW = "below the required sample"


def required_sample(
    survey: Survey,
    items: Sequence[str],
    *,
    competitors: Survey | None = None,
    by: str = "competitor",
    minimum: int = MINIMUM,
    minimum_competitor: int = MINIMUM_COMPETITOR,
) -> pd.DataFrame:
    """Valid questionnaires against the required number, and whether competitors were measured alike.

    Parameters
    ----------
    survey : Survey
        The own customers.
    items : sequence of str
        A questionnaire is valid if it has an answer to any of them.
    competitors : Survey, optional
        Customers of competitors: to compare, they need the same items on the same scales, the same modes and the same period.
    by : str
        The segment of ``competitors`` that says whose customer it is.
    minimum, minimum_competitor : int
        Questionnaires required of the own survey and of each competitor.

    Returns
    -------
    DataFrame
        segment ("all" = the own survey, then each competitor), n (valid questionnaires), minimum, verdict ("ok", "below the required
        sample", "another instrument", "another method", "another period"; several are joined by "; ").
    """
    items = named_items(survey, items)
    minimum, minimum_competitor = whole(minimum, "minimum", least=1), whole(minimum_competitor, "minimum_competitor", least=1)
    own = int(survey.responses[list(items)].notna().any(axis=1).sum())
    rows = [("all", own, minimum, "ok" if own >= minimum else BELOW)]
    if competitors is not None:
        asked = [item for item in items if item in competitors.responses.columns]
        valid = competitors.responses[asked].notna().any(axis=1).to_numpy()
        differs = _differences(survey, competitors, items)
        for name, here in segments_of(competitors, by)[1:]:
            n = int((valid & here).sum())
            faults = ([BELOW] if n < minimum_competitor else []) + differs + _other_mode(survey, competitors, here)
            rows.append((name, n, minimum_competitor, "; ".join(faults) or "ok"))
    return pd.DataFrame(rows, columns=["segment", "n", "minimum", "verdict"])


def _differences(survey: Survey, other: Survey, items: Sequence[str]) -> list[str]:
    theirs = other.codebook.items
    same = all(item in theirs and _scale(survey, item) == _scale(other, item) for item in items)
    faults = [] if same else ["another instrument"]
    known = survey.period is not None and other.period is not None
    return [*faults, "another period"] if known and survey.period != other.period else faults


def _scale(survey: Survey, item: str) -> tuple[float, float]:
    found = survey.codebook.item(item)
    return found.low, found.high


def _other_mode(survey: Survey, other: Survey, here: np.ndarray) -> list[str]:
    """A mode of interviewing that the own customers were never asked in."""
    for name in survey.codebook.names("mode"):
        if name in survey.attributes.columns and name in other.attributes.columns:
            own = set(survey.attributes[name].dropna().astype(str))
            if not set(other.attributes[name][here].dropna().astype(str)) <= own:
                return ["another method"]
    return []
