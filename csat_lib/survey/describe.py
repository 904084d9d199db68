"""What the sample is and how it answered, as long frames."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from csat_lib.stats import n_effective
from csat_lib.survey.planner import detectable, margin_of
from csat_lib.survey.survey import Survey


def sample(survey: Survey, *, minimum: int = 100) -> pd.DataFrame:
    """The size of the sample and what weighting costs.

    Returns
    -------
    DataFrame
        metric (respondents, weighted, n_effective, design_effect, largest_weight, straight_lined, mostly_missing, speeders), estimate,
        verdict ("below the required sample" where there are fewer respondents than ``minimum``).
    """
    w = survey.weight_values
    effective = n_effective(w)
    rows: list[tuple[str, float, str]] = [
        ("respondents", float(len(survey)), "ok" if len(survey) >= minimum else "below the required sample"),
        ("n_effective", effective, ""),
        ("design_effect", len(survey) / effective, ""),
        ("largest_weight", float(w.max() / w.mean()), ""),
    ]
    seen = survey.findings.table.set_index("rule")["n"].groupby(level=0).sum()
    rows += [(rule, float(seen.get(rule, 0)), "") for rule in ("speeders", "straight_lined", "mostly_missing")]
    return pd.DataFrame(rows, columns=["metric", "estimate", "verdict"])


def answered(survey: Survey, items: Sequence[str] | None = None) -> pd.DataFrame:
    """Share of respondents who answered each item, gave a missing code (don't know, refused), or left it blank.

    Returns
    -------
    DataFrame
        item, answered, dont_know, blank (shares that sum to 1), n (respondents).
    """
    names = list(survey.codebook.items) if items is None else list(items)
    coded = survey.findings.table.query("rule == 'missing_code'").groupby("column")["n"].sum()
    total = len(survey)
    given = survey.responses[names].notna().sum()
    known = coded.reindex(names).fillna(0)
    shares = pd.DataFrame({"answered": given / total, "dont_know": known / total})
    shares["blank"] = 1 - shares.sum(axis=1)
    return shares.rename_axis("item").reset_index().assign(n=total)


def distribution(survey: Survey, items: Sequence[str], *, language: str = "en") -> pd.DataFrame:
    """Weighted share of the answers to each item that fell on each point of its scale.

    Returns
    -------
    DataFrame
        item, code, label, share (of those who answered), n (who answered the item).
    """
    w = survey.weight_values
    rows = []
    for name in items:
        item = survey.codebook.item(name)
        x = survey.responses[name].to_numpy(dtype=float)
        there = ~np.isnan(x)
        total = w[there].sum()
        for code in range(int(item.low), int(item.high) + 1):
            text = next((each.say(language) for key, each in item.labels.items() if str(key) == str(code)), "")
            rows.append((name, code, text or str(code), float(w[x == code].sum() / total) if total else np.nan, int(there.sum())))
    return pd.DataFrame(rows, columns=["item", "code", "label", "share", "n"])


def power(survey: Survey, items: Sequence[str], *, confidence: float = 0.95) -> pd.DataFrame:
    """How precise this sample is: the margin of each item's mean, and the smallest change that two such waves would show.

    Parameters
    ----------
    survey : Survey
        Its weights cost precision: the design effect enters.
    items : sequence of str
        Items of the codebook.
    confidence : float
        Level of margin and test; the power is 80 %.

    Returns
    -------
    DataFrame
        item, std_deviation (points of 0-100, between respondents), margin (half width of the interval, points), detectable (points), n. An
        item with fewer than two different answers has no row.
    """
    w, rows = survey.weight_values, []
    for name in items:
        item = survey.codebook.item(name)
        x = 100 * (survey.responses[name].to_numpy(dtype=float) - item.low) / (item.high - item.low)
        there = ~np.isnan(x) & (w > 0)
        if np.unique(x[there]).size > 1:
            n, own = int(there.sum()), w[there]
            sd = float(np.sqrt(np.cov(x[there], aweights=own)))
            deff = n / n_effective(own)
            rows.append((name, sd, margin_of(n, sd=sd, deff=deff, confidence=confidence), detectable(n, sd=sd, deff=deff), n))
    return pd.DataFrame(rows, columns=["item", "std_deviation", "margin", "detectable", "n"])
