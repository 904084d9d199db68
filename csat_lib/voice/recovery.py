"""Does good handling win customers back: loyalty of complainers by what became of their complaint, against those who did not complain."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from csat_lib.errors import DataError, ParamsError
from csat_lib.index.design import design_of, mean_ends
from csat_lib.stats import check_confidence
from csat_lib.survey import Survey
from csat_lib.voice.impact import welch
from csat_lib.voice.register import Register
from csat_lib.voice.sentiment import points

GROUPS = ("no complaint", "handled well", "handled badly", "handling not known")
RECOVERY = [
    "segment",
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "n",
    "n_effective",
    "gap",
    "gap_low",
    "gap_high",
    "p_value",
    "verdict",
]


def recovery(
    survey: Survey, register: Register, items: Sequence[str], *, complained: str = "", confidence: float = 0.95, fewest: int = 10
) -> pd.DataFrame:
    """Loyalty (mean of ``items``, points of 0-100) of four groups of respondents, and each group's gap to those without a complaint.

    A respondent belongs to the register by the customer number; with several complaints the worst handling counts. The gap's interval is
    Welch's with survey weights. It compares customers as they are: who complains was less content before, so the gap of the well handled
    understates what good handling does, and well against badly handled is the fairer comparison. Who has no customer number is in no group,
    unless the question of ``complained`` tells.

    Parameters
    ----------
    survey : Survey
        With the customer number in its attribute of role id.
    register : Register
        From ``load_register``.
    items : sequence of str
        The questions of loyalty.
    complained : str
        A question with 1 for those who complained, so that complainers outside the register are not taken for content ones.
    confidence : float
        Of the intervals.
    fewest : int
        Groups with fewer respondents have no figures.

    Returns
    -------
    DataFrame
        segment ("no complaint", "handled well", "handled badly", "handling not known"), estimate, std_error, conf_low, conf_high, n,
        n_effective, gap (to "no complaint", points), gap_low, gap_high, p_value, verdict ("more loyal", "less loyal",
        "no difference seen", "too few"; "base" for the first). One row more, "well against badly", holds that gap alone.

    Raises
    ------
    DataError
        The survey has no customer numbers, or none of them is in the register.
    ParamsError
        No item, or an unknown one.
    """
    check_confidence(confidence)
    group = _groups(survey, register, complained)
    if not items:
        raise ParamsError("recovery: name the questions of loyalty.")
    y = (
        pd.concat([points(survey, survey.codebook.item(name).name) for name in items], axis=1)
        .mean(axis=1, skipna=False)
        .to_numpy(dtype=float)
    )
    design, rows = design_of(survey), []
    base = (group == GROUPS[0]) & ~np.isnan(y)
    for name in GROUPS:
        here = (group == name) & ~np.isnan(y)
        row: dict[str, object] = {"segment": name, "n": int(here.sum()), "verdict": "too few"}
        if here.sum() >= max(fewest, 2):
            found = design.mean(y, here)
            low, high = mean_ends(found, confidence)
            row |= {
                "estimate": found.estimate,
                "std_error": found.std_error,
                "conf_low": low,
                "conf_high": high,
                "n_effective": found.n_effective,
            }
            row |= {"verdict": "base"} if name == GROUPS[0] else _gap(survey, y, here, base, confidence)
        rows.append(row)
    well, badly = ((group == name) & ~np.isnan(y) for name in GROUPS[1:3])
    if min(well.sum(), badly.sum()) >= max(fewest, 2):
        rows.append({"segment": "well against badly", "n": int(well.sum() + badly.sum()), **_gap(survey, y, well, badly, confidence)})
    return pd.DataFrame(rows).reindex(columns=RECOVERY)


def _gap(survey: Survey, y: np.ndarray, one: np.ndarray, other: np.ndarray, confidence: float) -> dict[str, object]:
    design = design_of(survey)
    if not (other & (survey.weight_values > 0)).any():
        return {"verdict": "too few"}
    gap, half, p = welch(design, y, one, other, confidence)
    verdict = "more loyal" if gap > half else "less loyal" if gap < -half else "no difference seen"
    return {"gap": gap, "gap_low": gap - half, "gap_high": gap + half, "p_value": p, "verdict": verdict}


def _group(handled: object) -> str:
    """Of a respondent whose complaint was handled well (1), badly (0), in a way not known (NaN), or who has none ("none")."""
    if not isinstance(handled, float):
        return GROUPS[0]
    return GROUPS[3] if np.isnan(handled) else GROUPS[1] if handled == 1 else GROUPS[2]


def _groups(survey: Survey, register: Register, complained: str) -> np.ndarray:
    names = survey.codebook.names("id")
    if not names or names[0] not in survey.attributes:
        raise DataError("The survey has no customer numbers (role: id): its respondents cannot be found in the complaint register.")
    who = survey.attributes[names[0]].astype(object).map(lambda value: "" if pd.isna(value) else str(value).strip())
    own = register.complaints[register.complaints["customer"] != ""]
    worst = own.groupby("customer")["satisfied"].agg(lambda values: values.min(skipna=True))
    if not who.isin(worst.index).any():
        raise DataError(f"None of {len(survey)} respondents is in the complaint register. Do the two files use the same customer numbers?")
    handled = who.map(lambda name: worst.get(name, "none") if name else "none")
    group = handled.map(_group).to_numpy(dtype=object)
    if not complained:
        group[(who == "").to_numpy()] = ""  # nobody knows whether they complained
    else:
        asked = survey.responses[survey.codebook.item(complained).name].to_numpy(dtype=float)
        group[(group == GROUPS[0]) & (asked == 1)] = GROUPS[3]
        group[(group == GROUPS[0]) & np.isnan(asked)] = ""
    return group
