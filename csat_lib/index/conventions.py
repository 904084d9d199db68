"""Two conventions of five grades that differ and must not be mixed, and the bands of an index for its readers.

grades_20 gives the grades 20, 40, 60, 80, 100, as the enterprise method does; hundred gives them 0, 25, 50, 75, 100, as the indices do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import pandas as pd

from csat_lib.errors import ParamsError, pick
from csat_lib.index.design import design_of, mean_ends
from csat_lib.index.enterprise import grade
from csat_lib.index.named_numbers import number, table_with
from csat_lib.index.scores import named_items, segments_of
from csat_lib.study import Study
from csat_lib.survey import Survey

Convention = Literal["grades_20", "hundred"]
CONVENTIONS: dict[str, tuple[float, float]] = {"grades_20": (20.0, 100.0), "hundred": (0.0, 100.0)}  # score of the worst, the best


def convert(score: float, *, given: Convention, wanted: Convention) -> float:
    """A mean of five grades in another convention.

    Parameters
    ----------
    score : float
        In the convention ``given``.
    given, wanted : {"grades_20", "hundred"}
        20, 40, ..., 100 or 0, 25, ..., 100.

    >>> convert(76, given="grades_20", wanted="hundred")
    70.0
    """
    low, high = pick(CONVENTIONS, given, "convention")
    score = number(score, "score")
    if not low <= score <= high:
        raise ParamsError(f"{score:g} is no score of the convention {given}: it runs from {low:g} to {high:g}.")
    bottom, top = pick(CONVENTIONS, wanted, "convention")
    return bottom + (score - low) / (high - low) * (top - bottom)


def grade_scores(
    survey: Survey,
    items: Sequence[str],
    *,
    convention: Convention,
    by: str | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Mean score of five-grade items, with the name of the convention beside every number.

    Parameters
    ----------
    survey, items : Survey, sequence of str
        Five-grade items.
    convention : {"grades_20", "hundred"}
        20, 40, ..., 100 (then the mean is the degree of satisfaction) or 0, 25, ..., 100.
    by : str, optional
        A segment.
    confidence : float
        Of the intervals (linearised).

    Returns
    -------
    DataFrame
        segment ("all" first), item, convention, estimate, std_error, conf_low, conf_high, n, n_effective.
    """
    low, high = pick(CONVENTIONS, convention, "convention")
    design, rows = design_of(survey), []
    values = {item: low + (grade(survey, item) - 1) / 4 * (high - low) for item in named_items(survey, items)}
    for segment, here in segments_of(survey, by):
        for item, y in values.items():
            found = design.mean(y, here)
            ends = mean_ends(found, confidence, low, high)
            rows.append((segment, item, convention, found.estimate, found.std_error, *ends, found.n, found.n_effective))
    columns = ["segment", "item", "convention", "estimate", "std_error", "conf_low", "conf_high", "n", "n_effective"]
    return pd.DataFrame(rows, columns=columns)


@dataclass(frozen=True, slots=True)
class Bands:
    """Words for an index, and who says so.

    Attributes
    ----------
    excellent, good, fair : float
        Lower bounds; what lies below ``fair`` is poor.
    convention : {"grades_20", "hundred"}
        The scale of the bounds.
    source : str
        Who set them.

    Raises
    ------
    ParamsError
        Bounds that do not fall, or no source.
    """

    excellent: float
    good: float
    fair: float
    convention: Convention
    source: str

    def __post_init__(self) -> None:
        low, high = pick(CONVENTIONS, self.convention, "convention")
        for each in ("excellent", "good", "fair"):
            number(getattr(self, each), f"bands: {each}")
        bounds = (high, self.excellent, self.good, self.fair, low)
        if not all(above > below for above, below in pairwise(bounds)):
            told = f"excellent {self.excellent:g}, good {self.good:g}, fair {self.fair:g}"
            raise ParamsError(f"bands: {told}: the bounds must fall and lie between {high:g} and {low:g}.")
        if not self.source.strip():
            raise ParamsError("bands: source is empty. A reader must be able to see who set the bounds.")

    def word(self, score: float) -> str:
        """excellent, good, fair or poor; empty for a score that is missing."""
        if np.isnan(score):
            return ""
        bounds = (("excellent", self.excellent), ("good", self.good), ("fair", self.fair))
        return next((word for word, bound in bounds if score >= bound), "poor")


_MIDWAY = "midway between the scores of the five grades; no outside norm"
BANDS: dict[str, Bands] = {
    "grades_20": Bands(90, 70, 50, "grades_20", _MIDWAY),
    "hundred": Bands(87.5, 62.5, 37.5, "hundred", _MIDWAY),
}


def bands_of(study: Study) -> Bands:
    """The bands that a study states (``bands:`` in study.yaml, on 0-100), else those midway between the grades."""
    own = study.parameters.bands
    return BANDS["hundred"] if own is None else Bands(own.excellent, own.good, own.fair, "hundred", own.source)


def banded(scores: pd.DataFrame, *, bands: Bands = BANDS["hundred"]) -> pd.DataFrame:
    """``scores`` with the columns band (a word for ``estimate``), band_source and, where it has none, convention.

    Parameters
    ----------
    scores : DataFrame
        With ``estimate``; a column ``convention`` must name that of the bands.
    bands : Bands
        The bounds, by default midway between the grades.

    Raises
    ------
    ParamsError
        The scores are in another convention than the bands.
    """
    table_with(scores, ["estimate"], "scores from 0 to 100")
    if "convention" in scores.columns and not (scores["convention"] == bands.convention).all():
        other = next(each for each in scores["convention"] if each != bands.convention)
        raise ParamsError(f"The bands are for the convention {bands.convention}, the scores are in {other}. Give the bands of that one.")
    words = [bands.word(float(each)) for each in scores["estimate"]]
    return scores.assign(band=words, band_source=bands.source, convention=bands.convention)
