"""What the structural model explains, path by path, and whether its causes or items say the same thing twice.

Letters: R correlations, of constructs or of the items of a block; n respondents, k causes.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from csat_lib.model.pls import PlsFit
from csat_lib.model.rules import Reading
from csat_lib.stats import correlations

Array = npt.NDArray[np.float64]


def inflation(R: Array) -> Array:
    """Variance inflation factors, the diagonal of the inverse correlations; infinite where R is singular.

    >>> inflation(np.array([[1.0, 0.6], [0.6, 1.0]])).round(6).tolist()
    [1.5625, 1.5625]
    """
    try:
        return np.diag(np.linalg.inv(R)).copy()
    except np.linalg.LinAlgError:
        return np.full(len(R), np.inf)


def collinearity(fit: PlsFit) -> list[Reading]:
    """VIF of every item among those of its block, and of every cause among those of its effect; nothing where there is but one."""
    found = []
    for each in fit.structure.constructs:
        if len(each.items) > 1:
            factors = inflation(correlations(fit.moments.of(each.items).covariance))
            found += [Reading("vif_outer", each.name, item, estimate=float(value)) for item, value in zip(each.items, factors, strict=True)]
    for effect, causes in fit.structure.drivers_of.items():
        if len(causes) > 1:
            factors = inflation(_among(fit, causes))
            found += [Reading("vif_inner", effect, "", cause, float(value)) for cause, value in zip(causes, factors, strict=True)]
    return found


def explained(fit: PlsFit) -> list[Reading]:
    """R squared, adjusted R squared (Wherry's, from the effective n) and Cohen's f squared of every path.

    f squared = (R2 - R2 without the cause) / (1 - R2), the scores kept as they are: beta^2 / (VIF (1 - R2)).
    """
    found = []
    n = fit.moments.n_effective
    paths = fit.paths.set_index(["effect", "cause"])["estimate"]
    for effect, causes in fit.structure.drivers_of.items():
        r_squared = float(fit.r_squared[effect])
        found.append(Reading("r_squared", effect, estimate=r_squared))
        if n > len(causes) + 1:
            found.append(Reading("adj_r_squared", effect, estimate=1 - (1 - r_squared) * (n - 1) / (n - len(causes) - 1)))
        for cause, factor in zip(causes, inflation(_among(fit, causes)), strict=True):
            left = factor * (1 - r_squared)
            f_squared = float(paths[effect, cause]) ** 2 / left if left > 0 else np.nan
            found.append(Reading("f_squared", effect, "", cause, f_squared))
    return found


def goodness(fit: PlsFit) -> list[Reading]:
    """Redundancy of every effect, communality x R squared, and the goodness of fit of Tenenhaus et al. 2005.

    GoF = sqrt(mean communality x mean R squared), the communality over all items of blocks with several. It compares the strength
    of models and is no test of fit (Henseler & Sarstedt 2013).
    """
    squared = fit.loadings.assign(estimate=fit.loadings["estimate"] ** 2)
    communality = squared.groupby("construct", sort=False)["estimate"].mean()
    found = [
        Reading("redundancy", effect, estimate=float(communality[effect]) * float(fit.r_squared[effect]))
        for effect in fit.structure.drivers_of
    ]
    several = squared.groupby("construct")["estimate"].transform("size") > 1
    if several.any():
        product = float(squared.loc[several, "estimate"].mean() * fit.r_squared.mean())
        found.append(Reading("goodness_of_fit", estimate=float(np.sqrt(product)) if product >= 0 else np.nan))
    return found


def _among(fit: PlsFit, causes: tuple[str, ...]) -> Array:
    return fit.correlations.loc[list(causes), list(causes)].to_numpy(dtype=float)
