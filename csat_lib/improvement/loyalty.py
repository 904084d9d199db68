"""From satisfaction over loyalty to revenue: what points more would bring, by the model's total effects and a stated worth of a point."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from csat_lib.drivers import whatif
from csat_lib.errors import NotInStudyError, ParamsError
from csat_lib.model.pls import PlsFit
from csat_lib.survey import Survey

LOYALTY = "loyalty"
WORTHS = ("low", "likely", "high")
UNCERTAIN_WORTH = {
    "assumption": "worth",
    "en": "The worth of a point of loyalty is stated, not estimated: low, likely and high stand beside each other.",
    "zh": "忠诚度每分的价值为给定假设而非估计：低、中、高三种取值并列。",
}


def revenue_chain(
    survey: Survey,
    fit: PlsFit,
    *,
    worth: Sequence[float],
    points: Sequence[float] = (1.0, 3.0, 5.0),
    loyalty: str = LOYALTY,
    draws: int = 2000,
    seed: int,
    confidence: float = 0.95,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Loyalty and revenue if satisfaction rose by so many points, with intervals of the model's effects, and what is assumed.

    Parameters
    ----------
    survey : Survey
        Whose customers.
    fit : PlsFit
        The model of this survey; its outcome is what rises.
    worth : (low, likely, high)
        What one point of loyalty over all customers is worth.
    points : sequence of float
        Points more of the outcome.
    loyalty : str
        The construct that follows.
    draws, seed, confidence
        Of the bootstrap and the intervals.

    Returns
    -------
    (DataFrame, DataFrame)
        points, effect (the construct, "revenue"), worth (empty, low, likely, high), estimate, std_error, conf_low, conf_high, verdict,
        n; and the assumptions: assumption, en, zh.

    Raises
    ------
    NotInStudyError
        The model has no such construct.
    ParamsError
        ``worth`` is not three rising numbers.
    """
    if loyalty not in fit.structure.names:
        raise NotInStudyError(f"The model {fit.structure.title} has no {loyalty}, so revenue cannot be traced to satisfaction.")
    if len(worth) != len(WORTHS) or list(worth) != sorted(worth) or not worth[0] >= 0:
        raise ParamsError(f"worth: expected low, likely and high, rising from 0 on, got {list(worth)!r}.")
    outcome, rows, said = fit.structure.outcome, [], pd.DataFrame()
    for step in points:
        found = whatif(
            survey, outcome, {outcome: step}, fit=fit, on=(loyalty,), value={loyalty: 1.0}, draws=draws, seed=seed, confidence=confidence
        )
        own = found.effects.set_index("effect")
        rows.append({"points": step, "effect": loyalty, "worth": "", **own.loc[loyalty].to_dict()})
        for word, value in zip(WORTHS, worth, strict=True):
            money = own.loc[loyalty, ["estimate", "std_error", "conf_low", "conf_high"]] * value
            rows.append({"points": step, "effect": "revenue", "worth": word, **own.loc[loyalty].to_dict(), **money.to_dict()})
        said = found.assumptions
    said = pd.concat([said[said["assumption"] != "money"], pd.DataFrame([UNCERTAIN_WORTH])], ignore_index=True)
    columns = ["points", "effect", "worth", "estimate", "std_error", "conf_low", "conf_high", "verdict", "n"]
    return pd.DataFrame(rows)[columns], said
