"""How far the correlations that a model implies lie from those observed: SRMR, d_ULS and d_G.

Letters: S observed and Sigma implied correlations of the items (P, P), Phi of the constructs (J, J), B[cause, effect] paths.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from csat_lib.errors import pick
from csat_lib.model.kernel import Design, design_of
from csat_lib.model.pls import PlsFit
from csat_lib.model.rules import Reading
from csat_lib.stats import correlations

Array = npt.NDArray[np.float64]
Measurement = Literal["composite", "factor"]
MEASUREMENTS = {
    "composite": "correlations within a block are as observed",
    "factor": "a block in mode A has one common factor, so its loadings imply the correlations within it",
}


def discrepancies(fit: PlsFit, *, measurement: Measurement = "composite") -> list[Reading]:
    """SRMR, d_ULS and d_G of the estimated model, and of the saturated one (metrics ending in ``_saturated``).

    The saturated model keeps the constructs' correlations as they are, so that it judges the measurement alone; the estimated one
    takes those that the paths imply. Exogenous constructs keep their correlations, disturbances have none.
    Sources: Henseler, Hubona & Ray 2016; Dijkstra & Henseler 2015 for the distances.
    """
    pick(MEASUREMENTS, measurement, "reading of the measurement model")
    design = design_of(fit.structure, dict(fit.modes))
    S = correlations(fit.moments.covariance)
    loadings = fit.loadings["estimate"].to_numpy(dtype=float)
    saturated = fit.correlations.to_numpy(dtype=float)
    found = []
    for ending, Phi in (("", _implied(fit, design, saturated)), ("_saturated", saturated)):
        Sigma = loadings[:, None] * loadings * Phi[np.ix_(design.owner, design.owner)]
        for block, mode in zip(design.blocks, design.modes, strict=True):
            if measurement == "composite" or mode == "B":
                Sigma[block, block] = S[block, block]
        np.fill_diagonal(Sigma, 1.0)
        found += [Reading(metric + ending, estimate=value) for metric, value in distances(S, Sigma).items()]
    return found


def distances(S: Array, Sigma: Array) -> dict[str, float]:
    """SRMR (Hu & Bentler 1999), d_ULS and d_G (Dijkstra & Henseler 2015) between two correlation matrices.

    d_G is NaN where either is not positive definite.

    >>> distances(np.eye(2), np.eye(2))
    {'srmr': 0.0, 'd_uls': 0.0, 'd_g': 0.0}
    """
    p = len(S)
    gap = S - Sigma
    found = {"srmr": float(np.sqrt((np.tril(gap) ** 2).sum() / (p * (p + 1) / 2))), "d_uls": float((gap**2).sum() / 2), "d_g": np.nan}
    if np.isfinite(Sigma).all() and min(np.linalg.eigvalsh(S)[0], np.linalg.eigvalsh(Sigma)[0]) > 1e-12:
        ratio = np.linalg.eigvals(np.linalg.solve(S, Sigma)).real
        found["d_g"] = float((np.log(ratio) ** 2).sum() / 2)
    return found


def _implied(fit: PlsFit, design: Design, observed: Array) -> Array:
    """Correlations of the constructs that the paths imply, in causal order: each effect's variance is completed to 1."""
    place = {name: number for number, name in enumerate(fit.structure.names)}
    exogenous = [number for number, causes in enumerate(design.causes) if not len(causes)]
    Phi = np.eye(len(observed))
    Phi[np.ix_(exogenous, exogenous)] = observed[np.ix_(exogenous, exogenous)]
    known = list(exogenous)
    paths = {(cause, effect): float(b) for cause, effect, b in fit.paths[["cause", "effect", "estimate"]].itertuples(index=False)}
    for effect, causes in fit.structure.drivers_of.items():
        beta = np.array([paths[cause, effect] for cause in causes])
        row = beta @ Phi[[place[cause] for cause in causes]][:, known]
        Phi[place[effect], known] = Phi[known, place[effect]] = row
        known.append(place[effect])
    return Phi
