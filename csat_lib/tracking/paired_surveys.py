"""What a comparison of two periods needs from their surveys: whether it is allowed, and how their figures move together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from csat_lib.survey import Survey
from csat_lib.tracking.comparable import Structures, changed_model, not_comparable, structure_in, variant
from csat_lib.tracking.figures import Asked, values_of
from csat_lib.tracking.panels import Overlap, Panel, covariance, overlap


class About(NamedTuple):
    """What is known of a pair beside its figures: why it may not be compared, covariance, respondents in both."""

    refused: str
    covariance: float
    shared: int


NOTHING = About("", 0.0, 0)


class PairedSurveys:
    """What the pairs need from the surveys; values and overlaps are made once."""

    def __init__(
        self,
        surveys: Mapping[str, Survey],
        structure: Structures | None,
        asked: Asked,
        *,
        by: str | None,
        weighting: str,
        invariance: pd.DataFrame | None,
        panel: Panel,
    ) -> None:
        self.surveys, self.structure, self.asked, self.by = surveys, structure, asked, by
        self.weighting, self.invariance, self.panel = weighting, invariance, panel
        self.rests_on = {metric: (kind, items) for metric, kind, items in asked.figures()}
        self.values = {period: values_of(survey, asked) for period, survey in surveys.items()}
        self.overlaps: dict[tuple[str, str], Overlap] = {}

    def about(self, before: str, after: str, metric: str, segment: str) -> About:
        """Of one figure in one segment, in two periods."""
        one, two = self.surveys[before], self.surveys[after]
        kind, items = self.rests_on[metric]
        said = [not_comparable(one, two, items)]
        if kind == "index":
            models = structure_in(self.structure, before), structure_in(self.structure, after)
            said += [changed_model(*models, metric), variant(self.invariance, before, after, metric)]
        said = [each for each in said if each]
        if said:
            return About("; ".join(said), 0.0, 0)
        if (before, after) not in self.overlaps:
            self.overlaps[before, after] = overlap(one, two, panel=self.panel)
        return About("", *covariance(self._own(before, metric, segment), self._own(after, metric, segment), self.overlaps[before, after]))

    def _own(self, period: str, metric: str, segment: str) -> tuple[np.ndarray, np.ndarray]:
        survey, y = self.surveys[period], self.values[period][metric]
        w = survey.weight_values if self.weighting == "survey" else np.ones(len(survey))
        if self.by is not None and segment != "all":
            y = np.where((survey.segment(self.by).astype(object).astype(str) == segment).to_numpy(), y, np.nan)
        return y, w

    def panels(self) -> str:
        """In words, how many respondents are in both waves of a pair, and why elsewhere none are."""
        shared = [len(each) for each in self.overlaps.values() if len(each)]
        said = (
            [f"{min(shared)} to {max(shared)} respondents are in both waves of {len(shared)} pairs, their covariance is subtracted"]
            if shared
            else []
        )
        apart = [f"{one} and {two} are {each.said}" for (one, two), each in self.overlaps.items() if not len(each)]
        more = [f"and {len(apart) - 2} more pairs likewise"] if len(apart) > 2 else []
        return "; ".join([*said, *apart[:2], *more]) or "No waves compared"
