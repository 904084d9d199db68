"""How far a covariance structure is from the data: chi2, CFI, TLI, RMSEA with its interval, SRMR, AIC and BIC.

Letters: N respondents (the effective number under survey weights), S observed and Sigma implied correlations, q free parameters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize, stats

from csat_lib.model.quality import Rule

Array = npt.NDArray[np.float64]
RMSEA_CONFIDENCE = 0.90
FIT_RULES = {
    rule.metric: rule
    for rule in (
        Rule("cfi", "at least", 0.95, "Hu & Bentler 1999"),
        Rule("tli", "at least", 0.95, "Hu & Bentler 1999"),
        Rule("rmsea", "at most", 0.06, "Hu & Bentler 1999"),
        Rule("srmr", "at most", 0.08, "Hu & Bentler 1999"),
    )
}


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """What the indices need of a fit and of the baseline, in which no two items correlate.

    Attributes
    ----------
    chi2, df, baseline_chi2, baseline_df : float, int, float, int
        Likelihood ratios against the saturated model.
    n, n_effective : int, float
        Rows used, and the number that multiplied the likelihood.
    observed, implied : ndarray, (p, p)
        Covariances of the items, observed ones with variance 1.
    log_likelihood, parameters : float, int
        In the items' own units, NaN under weights; free parameters, means among them where there are gaps.
    """

    chi2: float
    df: int
    baseline_chi2: float
    baseline_df: int
    n: int
    n_effective: float
    observed: Array
    implied: Array
    log_likelihood: float
    parameters: int


def fit_indices(found: Compared, *, verdict: str) -> pd.DataFrame:
    """metric, estimate, conf_low, conf_high (90 %, RMSEA only), verdict, source.

    Parameters
    ----------
    found : Compared
        The fit and its baseline.
    verdict : str
        Of the solution; an inadmissible one gets no verdict by threshold.

    Notes
    -----
    CFI: Bentler 1990; TLI: Tucker & Lewis 1973; RMSEA: Steiger & Lind 1980, divided by N as lavaan does (others divide by N - 1), its
    interval from the noncentral chi2 (Browne & Cudeck 1993); SRMR: Bentler 1995, over all p (p + 1) / 2 elements. Without degrees of
    freedom the model fits by construction: those indices are NaN.
    """
    excess, baseline = max(found.chi2 - found.df, 0.0), max(found.baseline_chi2 - found.baseline_df, 0.0)
    values = {
        "n": float(found.n),
        "n_effective": found.n_effective,
        "chi2": found.chi2,
        "df": float(found.df),
        "p_value": float(stats.chi2.sf(found.chi2, found.df)) if found.df else np.nan,
        "cfi": 1 - excess / max(excess, baseline) if found.df and max(excess, baseline) > 0 else np.nan,
        "tli": _tli(found),
        "rmsea": float(np.sqrt(excess / (found.df * found.n_effective))) if found.df else np.nan,
        "srmr": srmr(found.observed, found.implied),
        "aic": -2 * found.log_likelihood + 2 * found.parameters,
        "bic": -2 * found.log_likelihood + np.log(found.n) * found.parameters,
    }
    low, high = rmsea_interval(found.chi2, found.df, found.n_effective) if found.df else (np.nan, np.nan)
    rows = []
    for metric, value in values.items():
        rule = FIT_RULES.get(metric)
        said = "" if rule is None or not np.isfinite(value) else rule.verdict(value) if verdict == "ok" else verdict
        ends = (low, high) if metric == "rmsea" else (np.nan, np.nan)
        rows.append((metric, value, *ends, said, rule.source if rule else ""))
    table = pd.DataFrame(rows, columns=["metric", "estimate", "conf_low", "conf_high", "verdict", "source"])
    return table[~table["metric"].isin(["aic", "bic"]) | table["estimate"].notna()].reset_index(drop=True)


def srmr(observed: Array, implied: Array) -> float:
    """Root mean square of the residuals, each divided by the observed standard deviations of its two items."""
    sd = np.sqrt(np.diag(observed))
    residual = ((observed - implied) / np.outer(sd, sd))[np.triu_indices(len(sd))]
    return float(np.sqrt((residual**2).mean()))


def rmsea_interval(chi2: float, df: int, n: float) -> tuple[float, float]:
    """The 90 % interval of RMSEA: the noncentralities under which chi2 is the 95 % and the 5 % point.

    >>> [round(end, 3) for end in rmsea_interval(85.306, 24, 301)]
    [0.071, 0.114]
    """
    tail = (1 - RMSEA_CONFIDENCE) / 2
    low, high = (float(np.sqrt(_noncentrality(chi2, df, level) / (df * n))) for level in (1 - tail, tail))
    return low, high


def _noncentrality(chi2: float, df: int, level: float) -> float:
    if stats.chi2.cdf(chi2, df) < level:
        return 0.0
    return float(optimize.brentq(lambda nc: stats.ncx2.cdf(chi2, df, nc) - level, 1e-12, 2 * chi2 + 100 * np.sqrt(chi2) + 100))


def _tli(found: Compared) -> float:
    if not found.df or found.baseline_chi2 <= found.baseline_df:
        return np.nan
    base = found.baseline_chi2 / found.baseline_df
    return (base - found.chi2 / found.df) / (base - 1)
