"""The design of a survey at hand: weighted means with linearised errors in any part of the rows, and the error of what joins several.

Letters: w survey weights, y values of the respondents, u linearised values of an estimate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from csat_lib.stats import Estimate, weighted_mean, wilson, z_value
from csat_lib.survey import Survey

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """Survey weights, stratum and cluster of every respondent; None where the codebook names none."""

    w: Array
    strata: Array | None
    cluster: Array | None

    def mean(self, y: Array, here: Mask, factor: Array | None = None) -> Estimate:
        """Weighted mean of ``y`` over the rows ``here``; ``factor`` multiplies the weights."""
        w = self.w if factor is None else self.w * factor
        return weighted_mean(y[here], w[here], strata=_at(self.strata, here), cluster=_at(self.cluster, here))

    def error_of(self, u: Array) -> float:
        """Standard error of an estimate with linearised values ``u``, one per respondent, that sum to zero (Taylor linearisation)."""
        return weighted_mean(len(u) * u, strata=self.strata, cluster=self.cluster).std_error

    def covariance_of(self, U: Array) -> Array:
        """Covariances of several estimates with linearised values in the columns of ``U``: ``error_of`` for any contrast of them."""
        stratum, unit = self._units()
        pairs, of_row = np.unique(np.column_stack([stratum, unit]), axis=0, return_inverse=True)
        totals = np.column_stack([np.bincount(of_row.ravel(), weights=u, minlength=len(pairs)) for u in U.T])
        covariance, able = np.zeros((U.shape[1], U.shape[1])), False
        for each in np.unique(pairs[:, 0]):
            T = totals[pairs[:, 0] == each]
            if len(T) > 1:
                able = True
                T = T - T.mean(axis=0)
                covariance += len(T) / (len(T) - 1) * T.T @ T
        return covariance if able else np.full_like(covariance, np.nan)

    def linearised(self, y: Array, here: Mask, factor: Array | None = None) -> Array:
        """Linearised values of ``mean``: w (y - mean) / sum w in the rows that count, 0 elsewhere."""
        w = self.w if factor is None else self.w * factor
        kept = here & ~np.isnan(y) & (w > 0)
        u = np.zeros(len(y))
        total = w[kept].sum()
        if total > 0:
            u[kept] = w[kept] * (y[kept] - w[kept] @ y[kept] / total) / total
        return u

    @property
    def degrees(self) -> float:
        """Degrees of freedom of a design-based t: clusters (respondents where there are none) less strata."""
        stratum, unit = self._units()
        return float(len(np.unique(np.column_stack([stratum, unit]), axis=0)) - len(np.unique(stratum)))

    def _units(self) -> tuple[Array, Array]:
        """Stratum and cluster of every row; one stratum, and each row its own cluster, where there are none."""
        stratum = np.zeros(len(self.w)) if self.strata is None else self.strata
        return stratum, np.arange(len(self.w), dtype=float) if self.cluster is None else self.cluster


def design_of(survey: Survey) -> Design:
    """The design of ``survey``."""
    strata, cluster = survey.design()
    return Design(survey.weight_values, strata, cluster)


def mean_ends(found: Estimate, confidence: float, low: float = 0.0, high: float = 100.0) -> tuple[float, float]:
    """Normal interval of a mean, held within the ends of its scale."""
    half = z_value(confidence) * found.std_error
    return max(found.estimate - half, low), min(found.estimate + half, high)


def share_ends(found: Estimate, confidence: float) -> tuple[float, float]:
    """Wilson's interval of a share in per cent, on the n of a simple sample with the same standard error."""
    share = found.estimate / 100
    equivalent = share * (1 - share) / (found.std_error / 100) ** 2 if found.std_error > 0 else found.n_effective
    low, high = wilson(share, equivalent, confidence)
    return 100 * low, 100 * high


def _at(codes: Array | None, here: Mask) -> Array | None:
    return None if codes is None else codes[here]
