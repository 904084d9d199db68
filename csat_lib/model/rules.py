"""Thresholds as objects that name their source, and the readings that they judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd


class Reading(NamedTuple):
    """One number about the quality of a model: of a construct, of one of its items, or of a pair of constructs (``other``)."""

    metric: str
    construct: str = ""
    item: str = ""
    other: str = ""
    estimate: float = np.nan
    conf_low: float = np.nan
    conf_high: float = np.nan


@dataclass(frozen=True, slots=True)
class Rule:
    """A threshold, and who says so.

    Attributes
    ----------
    metric : str
        What is judged.
    side, threshold : "at least" or "at most", float
        What the value must keep.
    source : str
        Who set it.
    caution : float, optional
        A value above it is doubtful though it keeps the threshold.
    grades : tuple of (float, str)
        Customary words by their lower bounds, in place of a threshold; below the first the value is "negligible".
    """

    metric: str
    side: str
    threshold: float
    source: str
    caution: float | None = None
    grades: tuple[tuple[float, str], ...] = ()

    def verdict(self, value: float) -> str:
        """``ok``, which side of the threshold was missed, ``doubtful``, or the grade.

        >>> RULES["htmt"].verdict(0.84), RULES["htmt"].verdict(0.88), RULES["htmt"].verdict(0.95), RULES["f_squared"].verdict(0.2)
        ('ok', 'doubtful (above 0.85)', 'above 0.9', 'medium')
        """
        if np.isnan(value):
            return "undefined"
        if self.grades:
            return next((word for bound, word in reversed(self.grades) if value >= bound), "negligible")
        if not (value >= self.threshold if self.side == "at least" else value <= self.threshold):
            return f"{'below' if self.side == 'at least' else 'above'} {self.threshold:g}"
        return f"doubtful (above {self.caution:g})" if self.caution is not None and value > self.caution else "ok"

    @property
    def said(self) -> str:
        """The rule in words, with its source."""
        if self.grades:
            return f"{', '.join(f'{word} from {bound:g}' for bound, word in self.grades)}; {self.source}"
        return f"{self.side} {self.threshold:g}, {self.source}"


RULES = {
    rule.metric: rule
    for rule in (
        Rule("loading", "at least", 0.708, "Hair et al. 2019"),
        Rule("alpha", "at least", 0.70, "Nunnally & Bernstein 1994", caution=0.95),
        Rule("alpha_standardised", "at least", 0.70, "Nunnally & Bernstein 1994", caution=0.95),
        Rule("rho_a", "at least", 0.70, "Hair et al. 2019", caution=0.95),
        Rule("rho_c", "at least", 0.70, "Hair et al. 2019", caution=0.95),
        Rule("dillon_goldstein", "at least", 0.70, "Tenenhaus et al. 2005"),
        Rule("eigenvalue_1", "at least", 1.0, "Tenenhaus et al. 2005"),
        Rule("eigenvalue_2", "at most", 1.0, "Tenenhaus et al. 2005"),
        Rule("ave", "at least", 0.50, "Fornell & Larcker 1981"),
        Rule("htmt", "at most", 0.90, "Henseler et al. 2015", caution=0.85),
        Rule("htmt2", "at most", 0.90, "Roemer et al. 2021", caution=0.85),
        Rule("vif_outer", "at most", 5.0, "Hair et al. 2019", caution=3.0),
        Rule("vif_inner", "at most", 5.0, "Hair et al. 2019", caution=3.0),
        Rule("r_squared", "at least", 0.25, "Hair et al. 2019", grades=((0.25, "weak"), (0.50, "moderate"), (0.75, "substantial"))),
        Rule("f_squared", "at least", 0.02, "Cohen 1988", grades=((0.02, "small"), (0.15, "medium"), (0.35, "large"))),
        Rule("srmr", "at most", 0.08, "Hu & Bentler 1999"),
        Rule("srmr_saturated", "at most", 0.08, "Hu & Bentler 1999"),
    )
}


def judged(readings: Sequence[Reading]) -> pd.DataFrame:
    """The readings as a long frame, with the verdict of each metric's rule and its source; both empty where nobody set a threshold."""
    table = pd.DataFrame(readings, columns=list(Reading._fields))
    rules = [RULES.get(metric) for metric in table["metric"]]
    table["verdict"] = [rule.verdict(value) if rule else "" for rule, value in zip(rules, table["estimate"], strict=True)]
    table["source"] = [rule.said if rule else "" for rule in rules]
    return table
