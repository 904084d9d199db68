"""Whether constructs can be told apart: heterotrait-monotrait ratios, Fornell and Larcker's criterion, cross-loadings."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.model.kernel import Design, covariances, design_of, htmt, multi_item_pairs
from csat_lib.model.pls import PlsFit, analysed
from csat_lib.model.reliability import average_variance
from csat_lib.model.rules import Reading
from csat_lib.stats import correlations

Array = npt.NDArray[np.float64]


def htmt_table(fit: PlsFit) -> pd.DataFrame:
    """Heterotrait-monotrait ratio of every pair of multi-item blocks: cause, effect (the pair in causal order), estimate."""
    design = design_of(fit.structure, dict(fit.modes))
    return _pairs(fit, design, htmt(correlations(fit.moments.covariance)[:, :, None], design)[:, 0])


def htmt2_table(fit: PlsFit) -> pd.DataFrame:
    """The ratio of geometric means, consistent for congeneric items (Roemer, Schuberth & Henseler 2021): cause, effect, estimate.

    NaN where a geometric mean does not exist: a negative correlation within a block, or both signs between two.
    """
    design = design_of(fit.structure, dict(fit.modes))
    R = correlations(fit.moments.covariance)
    within = {}
    for number, block in enumerate(design.blocks):
        own = R[block, block]
        within[number] = _geometric(own[np.triu_indices(len(own), 1)]) if len(own) > 1 else np.nan
    pairs = multi_item_pairs(design)
    between = [R[design.blocks[a], design.blocks[b]].ravel() for a, b in pairs]
    ratios = [_geometric(r if r.sum() > 0 else -r) / np.sqrt(within[a] * within[b]) for (a, b), r in zip(pairs, between, strict=True)]
    return _pairs(fit, design, np.array(ratios, dtype=float))


def _geometric(r: Array) -> float:
    return float(np.exp(np.log(r).mean())) if (r > 0).all() else np.nan


def _pairs(fit: PlsFit, design: Design, ratios: Array) -> pd.DataFrame:
    names = fit.structure.names
    rows = [(names[a], names[b], float(ratio)) for (a, b), ratio in zip(multi_item_pairs(design), ratios, strict=True)]
    return pd.DataFrame(rows, columns=["cause", "effect", "estimate"])


def ratios(fit: PlsFit) -> list[Reading]:
    """HTMT and HTMT2 of every pair of blocks in mode A; a block in mode B has no trait that its items share."""
    found = []
    for metric, table in (("htmt", htmt_table(fit)), ("htmt2", htmt2_table(fit))):
        for one, other, ratio in zip(table["cause"], table["effect"], table["estimate"], strict=True):
            if fit.modes[one] == fit.modes[other] == "A":
                found.append(Reading(metric, one, "", other, float(ratio)))
    return found


def fornell_larcker(fit: PlsFit) -> list[tuple[Reading, float]]:
    """Square root of every AVE with the construct it is nearest to, and their absolute correlation (Fornell & Larcker 1981)."""
    found = []
    R = fit.correlations.abs().to_numpy(dtype=float)
    loadings = fit.loadings.groupby("construct", sort=False)["estimate"]
    for number, each in enumerate(fit.structure.constructs):
        others = np.where(np.arange(len(R)) == number, np.nan, R[number])
        if len(each.items) > 1 and fit.modes[each.name] == "A" and np.isfinite(others).any():
            nearest = int(np.nanargmax(others))
            root = float(np.sqrt(average_variance(loadings.get_group(each.name).to_numpy(dtype=float))))
            found.append((Reading("fornell_larcker", each.name, "", fit.structure.names[nearest], root), float(others[nearest])))
    return found


def cross_loadings(fit: PlsFit) -> pd.DataFrame:
    """Correlation of every item with every construct's score: construct (its own), item, other, estimate; (items x J) rows."""
    design = design_of(fit.structure, dict(fit.modes))
    S = analysed(fit.moments.covariance, fit.metric)
    C = covariances(S[:, :, None], fit.weights["estimate"].to_numpy(dtype=float)[:, None], design)[1][:, :, 0]
    r = C / np.sqrt(np.diag(S))[:, None]
    names = list(fit.structure.names)
    rows = [
        (names[owner], item, other, float(r[place, number]))
        for place, (owner, item) in enumerate(zip(design.owner, fit.structure.items, strict=True))
        for number, other in enumerate(names)
    ]
    return pd.DataFrame(rows, columns=["construct", "item", "other", "estimate"])
