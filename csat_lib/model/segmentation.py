"""How many latent classes: information criteria, a recommendation with its reason, and what observed attribute explains the classes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from csat_lib.errors import ModelError, ParamsError
from csat_lib.survey import Survey

LEAST_ENTROPY = 0.5  # Sarstedt et al. 2011: below it respondents cannot be told apart
LEAST_SHARE = 0.1  # below it a class is mostly outliers


@dataclass(frozen=True, slots=True)
class Criteria:
    """What one solution is judged by: log likelihood, that of the complete data, EN, smallest share, and whether it settled (yes, no)."""

    log_likelihood: float
    complete: float
    entropy: float
    smallest_share: float
    settled: str


def criteria_of(classes: int, parameters: int, n: float, lost: int, found: Criteria | None) -> dict[str, object]:
    """One row of the table of criteria; NaN where every start degenerated (``found`` is None).

    AIC, AIC3, AIC4: -2 lnL + 2, 3, 4 N; BIC: ln(n) N; CAIC: (ln(n) + 1) N; HQ: 2 ln(ln(n)) N; MDL5: 5 ln(n) N, for N = ``parameters`` and
    ``n`` respondents (Sarstedt, Becker, Ringle & Schwaiger 2011); ``classes`` and ``lost`` starts are passed on.

    >>> row = criteria_of(1, 3, 100.0, 0, Criteria(-50.0, -50.0, float("nan"), 1.0, "yes"))
    >>> row["aic"], round(row["bic"], 6)
    (106.0, 113.815511)
    """
    d = np.nan if found is None else -2 * found.log_likelihood
    factor = {"aic": 2.0, "aic3": 3.0, "aic4": 4.0, "bic": np.log(n), "caic": np.log(n) + 1}
    factor |= {"hq": 2 * np.log(np.log(n)), "mdl5": 5 * np.log(n)}
    if found is None:
        verdict = "degenerate: in every start a class became too small or explained an effect exactly"
    elif classes > 1 and found.smallest_share < LEAST_SHARE:
        verdict = f"smallest class below {LEAST_SHARE:.0%}"
    elif classes > 1 and found.entropy < LEAST_ENTROPY:
        verdict = f"classes overlap: entropy below {LEAST_ENTROPY:g}"
    else:
        verdict = "ok" if found.settled == "yes" else "not settled: raise max_iterations"
    return {
        "classes": classes,
        "parameters": parameters,
        "log_likelihood": np.nan if found is None else found.log_likelihood,
        "complete_log_likelihood": np.nan if found is None else found.complete,
        **{name: float(d + each * parameters) for name, each in factor.items()},
        "entropy": np.nan if found is None else found.entropy,
        "smallest_share": np.nan if found is None else found.smallest_share,
        "degenerate": lost,
        "converged": "" if found is None else found.settled,
        "verdict": verdict,
    }


def recommend(criteria: pd.DataFrame) -> tuple[int, str]:
    """The number of classes and the reason (Sarstedt et al. 2011).

    AIC3 and CAIC where they agree; else AIC4 and BIC where they do; else BIC. That many only where the entropy is at least .5 and the
    smallest class holds a tenth; else the next smaller number that keeps both, or the smallest that was tried.
    """
    usable = criteria[criteria["log_likelihood"].notna()].set_index("classes")
    if usable.empty:
        raise ModelError("No number of classes has an estimate: the sample is too small.")
    numbers = [int(number) for number in usable.index.to_numpy()]
    best = {name: numbers[int(usable[name].to_numpy(dtype=float).argmin())] for name in ("aic3", "caic", "aic4", "bic")}
    if best["aic3"] == best["caic"]:
        chosen, why = best["aic3"], "AIC3 and CAIC agree"
    elif best["aic4"] == best["bic"]:
        chosen, why = best["bic"], f"AIC4 and BIC agree (AIC3 says {best['aic3']}, CAIC {best['caic']})"
    else:
        chosen, why = best["bic"], f"BIC (AIC3 says {best['aic3']}, CAIC {best['caic']})"
    fit_for_use = usable[usable["verdict"].eq("ok") | (usable.index == 1)]
    kept = [number for number in (int(each) for each in fit_for_use.index.to_numpy()) if number <= chosen]
    if chosen in kept:
        return chosen, f"{why} on {chosen}"
    why = f"{why} on {chosen}, but: {usable['verdict'].to_dict()[chosen]!s}"
    return (max(kept), f"{why}; {max(kept)} instead") if kept else (numbers[0], f"{why}; nothing better was tried")


def explained_by(membership: pd.Series, survey: Survey, by: str) -> pd.DataFrame:
    """Which observed segments the latent classes coincide with: shares of each, and Cramer's V.

    Parameters
    ----------
    membership : Series
        Respondent -> class, from ``Fimix.membership``.
    survey : Survey
        The same respondents; its weights count.
    by : str
        A segment of the survey.

    Returns
    -------
    DataFrame
        by, segment (observed), latent (the class), share (of the observed segment's respondents), n (respondents in the cell), cramers_v
        (0-1, of the whole table).

    Raises
    ------
    ParamsError
        No such segment, or a membership of other respondents.
    """
    stray = membership.index.difference(survey.responses.index)
    if len(stray):
        raise ParamsError(f"{len(stray)} respondents of the classes are not in the survey: give the survey that was divided.")
    weights = pd.Series(survey.weight_values, index=survey.responses.index)[membership.index]
    observed = survey.segment(by)[membership.index]
    kept = observed.notna()
    frame = pd.DataFrame({"segment": observed[kept].astype(str), "latent": membership[kept], "w": weights[kept], "n": 1})
    table = frame.pivot_table(index="segment", columns="latent", values="w", aggfunc="sum", fill_value=0.0)
    n = frame.pivot_table(index="segment", columns="latent", values="n", aggfunc="sum", fill_value=0)
    cells = table.to_numpy(dtype=float)
    expected = np.outer(cells.sum(axis=1), cells.sum(axis=0)) / cells.sum()
    smaller = min(cells.shape) - 1
    v = float(np.sqrt(((cells - expected) ** 2 / expected).sum() / cells.sum() / smaller)) if smaller else np.nan
    share = table.div(table.sum(axis=1), axis=0)
    rows = [
        (by, segment, latent, float(str(share.loc[segment, latent])), int(str(n.loc[segment, latent])), v)
        for segment in table.index
        for latent in table.columns
    ]
    return pd.DataFrame(rows, columns=["by", "segment", "latent", "share", "n", "cramers_v"])
