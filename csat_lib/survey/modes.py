"""Whether the way of asking moved the answers: the modes of one wave against the largest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from csat_lib.stats import weighted_mean, z_value
from csat_lib.survey.survey import Survey


def mode_effects(survey: Survey, items: Sequence[str], *, confidence: float = 0.95) -> pd.DataFrame:
    """How far each mode's mean lies from that of the largest mode, in points of 0-100.

    A difference holds the mode's effect and that of who answered in it: people are not asked in a mode at random.

    Parameters
    ----------
    survey : Survey
        Its codebook names the mode of interview (role mode).
    items : sequence of str
        Items of the codebook.
    confidence : float
        Level of the intervals.

    Returns
    -------
    DataFrame
        mode, against (the mode with most respondents), item, estimate (weighted mean difference), std_error, conf_low, conf_high, n (who
        answered the item in this mode). Empty where the wave has one mode, or the codebook names none.
    """
    rows = []
    ends = {item: (survey.codebook.item(item).low, survey.codebook.item(item).high) for item in items}
    for name in survey.codebook.names("mode"):
        modes = survey.attributes[name]
        largest, *others = modes.value_counts().index.tolist() or [None]
        for mode in others:
            for item in items:
                low, high = ends[item]
                x = 100 * (survey.responses[item].to_numpy(dtype=float) - low) / (high - low)
                one, base = (weighted_mean(np.where(modes == each, x, np.nan), survey.weight_values) for each in (mode, largest))
                difference, error = one.estimate - base.estimate, float(np.hypot(one.std_error, base.std_error))
                half = z_value(confidence) * error
                rows.append((mode, largest, item, difference, error, difference - half, difference + half, one.n))
    return pd.DataFrame(rows, columns=["mode", "against", "item", "estimate", "std_error", "conf_low", "conf_high", "n"])
