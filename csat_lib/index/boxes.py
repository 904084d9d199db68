"""Box scores of items: top and bottom boxes, CSAT, net promoter score, customer effort score, each with interval and n."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from csat_lib.errors import ParamsError, whole
from csat_lib.index.design import Array, design_of, mean_ends, share_ends
from csat_lib.index.scores import named_items, segments_of
from csat_lib.stats import check_confidence
from csat_lib.survey import Survey

COLUMNS = ["segment", "item", "metric", "estimate", "std_error", "conf_low", "conf_high", "n", "n_effective"]
PROMOTER, DETRACTOR = 9, 6
EASY = {5: 2, 7: 3}  # points of an effort scale -> how many of the best of them say that it was easy


def box_shares(
    survey: Survey,
    items: Sequence[str],
    *,
    top: int = 2,
    bottom: int = 2,
    by: str | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Per cent of the answers in the best and in the worst boxes of each item.

    Parameters
    ----------
    survey : Survey
        Its survey weights and its design enter.
    items : sequence of str
        Items of any scale in whole steps.
    top, bottom : int
        How many boxes count at each end.
    by : str, optional
        A segment.
    confidence : float
        Of the intervals (Wilson, on the n of a simple sample with the same standard error).

    Returns
    -------
    DataFrame
        segment ("all" first), item, metric ("top_2", "bottom_2"), estimate (per cent), std_error, conf_low, conf_high, n, n_effective.

    Raises
    ------
    ParamsError
        More boxes than the item's scale has beside them.
    """
    tables = []
    top, bottom = whole(top, "top", least=1), whole(bottom, "bottom", least=1)
    for item in named_items(survey, items):
        low, high = _ends(survey, item)
        for word, boxes in (("top", top), ("bottom", bottom)):
            if not 1 <= boxes <= high - low:
                raise ParamsError(f"{word}={boxes}: {item} has {high - low + 1:g} points, so expected 1 to {high - low:g}.")
        x = _answers(survey, item)
        shares = {f"top_{top}": _share(x, x > high - top), f"bottom_{bottom}": _share(x, x < low + bottom)}
        tables.append(_table(survey, item, shares, by, confidence=confidence))
    return _in_segments(tables)


def csat(survey: Survey, item: str, *, boxes: int | None = None, by: str | None = None, confidence: float = 0.95) -> pd.DataFrame:
    """CSAT: per cent of the answers that are satisfied or better, the top two of five points.

    Parameters
    ----------
    survey, item : Survey, str
        An item on five points, or on another scale with ``boxes``.
    boxes : int, optional
        How many of the best points are "satisfied"; 2 on five points, to be said on any other scale.
    by : str, optional
        A segment.
    confidence : float
        Of the interval (Wilson).

    Returns
    -------
    DataFrame
        segment, item, metric ("csat"), estimate (per cent), std_error, conf_low, conf_high, n, n_effective.

    Raises
    ------
    ParamsError
        Another scale than five points, and ``boxes`` is not given.
    """
    low, high = _ends(survey, item)
    if boxes is None and high - low != 4:
        raise ParamsError(
            f"{item}: CSAT is the top two of five points; the scale runs from {low:g} to {high:g}. Say boxes= for how many count."
        )
    counted = 2 if boxes is None else whole(boxes, "boxes", least=1)
    if not 1 <= counted <= high - low:
        raise ParamsError(f"boxes={counted}: {item} has {high - low + 1:g} points, so expected 1 to {high - low:g}.")
    x = _answers(survey, item)
    return _table(survey, item, {"csat": _share(x, x > high - counted)}, by, confidence=confidence)


def nps(survey: Survey, item: str, *, by: str | None = None, confidence: float = 0.95) -> pd.DataFrame:
    """Net promoter score: per cent of promoters (9-10) less per cent of detractors (0-6) on 0-10 (Reichheld 2003).

    Parameters
    ----------
    survey, item : Survey, str
        An item on 0-10.
    by : str, optional
        A segment.
    confidence : float
        Of the intervals: the score's from its variance, promoters + detractors - (promoters - detractors)^2 in shares; Wilson for shares.

    Returns
    -------
    DataFrame
        segment, item, metric ("nps" from -100 to 100; "promoters", "passives", "detractors" in per cent), estimate, std_error, conf_low,
        conf_high, n, n_effective.

    Raises
    ------
    ParamsError
        Another scale.
    """
    low, high = _ends(survey, item)
    if (low, high) != (0, 10):
        raise ParamsError(f"{item}: the net promoter score is defined on 0-10; the scale runs from {low:g} to {high:g}. Use box_shares.")
    x = _answers(survey, item)
    values = {
        "nps": _share(x, x >= PROMOTER) - _share(x, x <= DETRACTOR),
        "promoters": _share(x, x >= PROMOTER),
        "passives": _share(x, (x > DETRACTOR) & (x < PROMOTER)),
        "detractors": _share(x, x <= DETRACTOR),
    }
    return _table(survey, item, values, by, confidence=confidence, ranges={"nps": (-100.0, 100.0)})


def ces(survey: Survey, item: str, *, by: str | None = None, confidence: float = 0.95) -> pd.DataFrame:
    """Customer effort score: mean on the item's own scale, and per cent who found it easy (Dixon, Freeman & Toman 2010).

    Parameters
    ----------
    survey, item : Survey, str
        An item on 1-7 ("made it easy", the top three are easy) or 1-5 (the top two); more must mean less effort: a question for the effort
        itself is ``direction: reversed`` in the codebook.
    by : str, optional
        A segment.
    confidence : float
        Of the intervals: linearised, the share's by Wilson.

    Returns
    -------
    DataFrame
        segment, item, metric ("ces" in points of the scale, "easy" in per cent), estimate, std_error, conf_low, conf_high, n, n_effective.

    Raises
    ------
    ParamsError
        Another scale.
    """
    low, high = _ends(survey, item)
    points = int(high - low + 1)
    if low != 1 or points not in EASY:
        raise ParamsError(f"{item}: the customer effort score is defined on 1-7 or 1-5; the scale runs from {low:g} to {high:g}.")
    x = _answers(survey, item)
    values = {"ces": x, "easy": _share(x, x > high - EASY[points])}
    return _table(survey, item, values, by, confidence=confidence, ranges={"ces": (low, high)})


def _table(
    survey: Survey,
    item: str,
    values: Mapping[str, Array],
    by: str | None,
    *,
    confidence: float,
    ranges: Mapping[str, tuple[float, float]] | None = None,
) -> pd.DataFrame:
    """Means of ``values`` by segment; those with a range of their own get a normal interval, the rest are shares in per cent."""
    check_confidence(confidence)
    design, rows = design_of(survey), []
    for segment, here in segments_of(survey, by):
        for metric, y in values.items():
            found = design.mean(y, here)
            own = (ranges or {}).get(metric)
            ends = share_ends(found, confidence) if own is None else mean_ends(found, confidence, *own)
            rows.append((segment, item, metric, found.estimate, found.std_error, *ends, found.n, found.n_effective))
    return pd.DataFrame(rows, columns=COLUMNS)


def _in_segments(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Item by item within each segment."""
    table = pd.concat(tables, ignore_index=True)
    order = {name: place for place, name in enumerate(table["segment"].drop_duplicates())}
    return table.sort_values("segment", key=lambda column: column.map(order), kind="stable", ignore_index=True)


def _ends(survey: Survey, item: str) -> tuple[float, float]:
    found = survey.codebook.item(item)
    return found.low, found.high


def _answers(survey: Survey, item: str) -> Array:
    return survey.responses[item].to_numpy(dtype=float)


def _share(x: Array, inside: np.ndarray) -> Array:
    return np.where(np.isnan(x), np.nan, 100.0 * inside)
