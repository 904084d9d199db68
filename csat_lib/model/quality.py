"""How well the items measure and the model explains: every threshold is an object that names its source."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from csat_lib.model.kernel import design_of, htmt, multi_item_pairs
from csat_lib.model.pls import PlsFit
from csat_lib.stats import correlations


@dataclass(frozen=True, slots=True)
class Rule:
    """A threshold, and who says so; ``side`` is "at least" or "at most"."""

    metric: str
    side: str
    threshold: float
    source: str

    def verdict(self, value: float) -> str:
        """``ok``, or which side of the threshold the value missed."""
        good = value >= self.threshold if self.side == "at least" else value <= self.threshold
        return "ok" if good else f"{'below' if self.side == 'at least' else 'above'} {self.threshold:g}"


RULES = {
    rule.metric: rule
    for rule in (
        Rule("loading", "at least", 0.708, "Hair et al. 2019"),
        Rule("alpha", "at least", 0.70, "Nunnally & Bernstein 1994"),
        Rule("alpha_standardised", "at least", 0.70, "Nunnally & Bernstein 1994"),
        Rule("rho_c", "at least", 0.70, "Hair et al. 2019"),
        Rule("ave", "at least", 0.50, "Fornell & Larcker 1981"),
        Rule("htmt", "at most", 0.90, "Henseler et al. 2015"),
    )
}


def assess(fit: PlsFit) -> pd.DataFrame:
    """Measurement quality of every block, discriminant validity of every pair, variance explained.

    Returns
    -------
    DataFrame
        metric (loading, alpha, alpha_standardised, rho_c, ave, htmt, r_squared), construct, item, other (the second construct of a pair),
        estimate, verdict (empty where nobody set a threshold), source. What a single item cannot have is left out.

    Notes
    -----
    alpha: Cronbach 1951, from covariances and from correlations; rho_c: Joereskog 1971 from the loadings; AVE: Fornell & Larcker 1981;
    HTMT: Henseler, Ringle & Sarstedt 2015.
    """
    rows: list[tuple[str, str, str, str, float]] = []
    loadings = fit.loadings.set_index("item")["estimate"]
    for each in fit.structure.constructs:
        if len(each.items) == 1:
            continue
        S = fit.moments.of(each.items).covariance
        own = loadings[list(each.items)].to_numpy(dtype=float)
        rows += [
            ("alpha", each.name, "", "", cronbach(S)),
            ("alpha_standardised", each.name, "", "", cronbach(correlations(S))),
            ("rho_c", each.name, "", "", float(own.sum() ** 2 / (own.sum() ** 2 + (1 - own**2).sum()))),
            ("ave", each.name, "", "", float((own**2).mean())),
        ]
        rows += [("loading", each.name, item, "", float(value)) for item, value in zip(each.items, own, strict=True)]
    rows += [
        ("htmt", cause, "", effect, ratio)
        for cause, effect, ratio in zip(*(htmt_table(fit)[name] for name in ("cause", "effect", "estimate")), strict=True)
    ]
    rows += [("r_squared", str(effect), "", "", float(value)) for effect, value in fit.r_squared.items()]
    table = pd.DataFrame(rows, columns=["metric", "construct", "item", "other", "estimate"])
    rules = [RULES.get(metric) for metric in table["metric"]]
    table["verdict"] = [rule.verdict(value) if rule else "" for rule, value in zip(rules, table["estimate"], strict=True)]
    table["source"] = [f"{rule.side} {rule.threshold:g}, {rule.source}" if rule else "" for rule in rules]
    return table


def cronbach(S: np.ndarray) -> float:
    """Cronbach's alpha of a block from its covariances (raw) or correlations (standardised).

    >>> round(cronbach(np.array([[1.0, 0.5], [0.5, 1.0]])), 6)
    0.666667
    """
    k = len(S)
    return float(k / (k - 1) * (1 - np.trace(S) / S.sum()))


def htmt_table(fit: PlsFit) -> pd.DataFrame:
    """Heterotrait-monotrait ratio of every pair of multi-item blocks: cause, effect (the pair in causal order), estimate."""
    design = design_of(fit.structure, dict(fit.modes))
    ratios = htmt(correlations(fit.moments.covariance)[:, :, None], design)
    names = fit.structure.names
    rows = [(names[a], names[b], float(ratio)) for (a, b), ratio in zip(multi_item_pairs(design), ratios[:, 0], strict=True)]
    return pd.DataFrame(rows, columns=["cause", "effect", "estimate"])
