"""Reliability of a block of items: alpha with its interval, rho_A, rho_C, AVE, and whether one dimension is enough.

Letters: S (k, k) covariances or correlations of a block's items, w (k,) outer weights, k items, n respondents.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import stats

from csat_lib.model.pls import PlsFit, analysed
from csat_lib.model.rules import Reading
from csat_lib.stats import correlations

Array = npt.NDArray[np.float64]


def cronbach(S: Array) -> float:
    """Cronbach's alpha (1951) of a block from its covariances (raw) or correlations (standardised).

    >>> round(cronbach(np.array([[1.0, 0.5], [0.5, 1.0]])), 6)
    0.666667
    """
    k = len(S)
    return float(k / (k - 1) * (1 - np.trace(S) / S.sum()))


def feldt_interval(alpha: float, *, k: int, n: float, confidence: float = 0.95) -> tuple[float, float]:
    """Interval of Cronbach's alpha by the F distribution (Feldt 1965; Feldt, Woodruff & Salih 1987).

    (1 - alpha_population) / (1 - alpha) follows F(n - 1, (n - 1)(k - 1)) for parallel, normal items.

    Parameters
    ----------
    alpha : float
        The estimate.
    k : int
        Items in the block.
    n : float
        Respondents; the effective number where they are weighted.
    confidence : float
        .95 for a 95 % interval.
    """
    freedom = n - 1, (n - 1) * (k - 1)
    tail = (1 - confidence) / 2
    low, high = stats.f.ppf([1 - tail, tail], *freedom)
    return float(1 - (1 - alpha) * low), float(1 - (1 - alpha) * high)


def common_share(S: Array, w: Array) -> float:
    """The square of c, so that the loadings c w reproduce the off-diagonal of S best (Dijkstra & Henseler 2015, equation 3)."""
    apart = 1 - np.eye(len(w))
    return float(w @ (S * apart) @ w / (w @ (np.outer(w, w) * apart) @ w))


def rho_a(S: Array, w: Array) -> float:
    """Reliability of the score w'x of a block in mode A (Dijkstra & Henseler 2015): (w'w)^2 c^2, the weights scaled to w'Sw = 1.

    Two equally weighted items correlated .5 have the reliability of Spearman and Brown:

    >>> round(rho_a(np.array([[1.0, 0.5], [0.5, 1.0]]), np.ones(2)), 6)
    0.666667
    """
    w = w / np.sqrt(w @ S @ w)
    return float((w @ w) ** 2 * common_share(S, w))


def composite_reliability(loadings: Array) -> float:
    """rho_C of a block from its loadings (Joereskog 1971)."""
    return float(loadings.sum() ** 2 / (loadings.sum() ** 2 + (1 - loadings**2).sum()))


def average_variance(loadings: Array) -> float:
    """AVE: the mean squared loading of a block (Fornell & Larcker 1981)."""
    return float((loadings**2).mean())


def principal(R: Array) -> tuple[float, float, float]:
    """Dillon-Goldstein's rho from the first principal component of a block's correlations, and the first two eigenvalues."""
    values, vectors = np.linalg.eigh(R)
    return composite_reliability(np.sqrt(values[-1]) * vectors[:, -1]), float(values[-1]), float(values[-2])


def reliabilities(fit: PlsFit) -> list[Reading]:
    """Loadings, alpha, rho_A, rho_C, AVE, Dillon-Goldstein's rho and two eigenvalues of every block of several items.

    A block in mode B is no reflection of its construct: it keeps its loadings and has no reliability.
    """
    found = []
    loadings, weights = (frame.set_index("item")["estimate"] for frame in (fit.loadings, fit.weights))
    for each in fit.structure.constructs:
        items = list(each.items)
        k = len(items)
        if k == 1:
            continue
        own = loadings[items].to_numpy(dtype=float)
        if fit.modes[each.name] == "A":
            S = fit.moments.of(items).covariance
            R = correlations(S)
            alphas = {"alpha": cronbach(S), "alpha_standardised": cronbach(R)}
            found += [
                Reading(metric, each.name, "", "", alpha, *feldt_interval(alpha, k=k, n=fit.moments.n_effective))
                for metric, alpha in alphas.items()
            ]
            singles = {
                "rho_a": rho_a(analysed(S, fit.metric), weights[items].to_numpy(dtype=float)),
                "rho_c": composite_reliability(own),
                "ave": average_variance(own),
            }
            singles |= dict(zip(("dillon_goldstein", "eigenvalue_1", "eigenvalue_2"), principal(R), strict=True))
            found += [Reading(metric, each.name, estimate=value) for metric, value in singles.items()]
        found += [Reading("loading", each.name, item, estimate=float(value)) for item, value in zip(items, own, strict=True)]
    return found
