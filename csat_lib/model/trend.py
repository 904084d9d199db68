"""One construct's index over periods, each wave fitted anew and beside it with the weights of one wave, and what changed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from csat_lib.errors import DataError, ModelError, ParamsError, nearest
from csat_lib.index import difference, scores
from csat_lib.model.effects import index_scores, index_weights
from csat_lib.model.pls import PlsFit, fit_pls
from csat_lib.model.pls_bootstrap import bootstrap
from csat_lib.model.summary import summarise
from csat_lib.stats import check_confidence, remembered
from csat_lib.study import Structure
from csat_lib.survey import Survey


def index_trend(
    surveys: Mapping[str, Survey],
    structure: Structure,
    construct: str,
    *,
    how: Mapping[str, object],
    draws: int,
    seed: int,
    reference: str | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """The 0-100 index of ``construct`` in every period, with bootstrap intervals that include the estimation of the weights.

    ``fixed`` beside it is the index with the item weights of one period throughout: where ``estimate`` moves and ``fixed`` does not, the
    weights have moved and not satisfaction.

    Parameters
    ----------
    surveys : mapping of str to Survey
        Period -> survey, oldest first.
    structure, construct : Structure, str
        The model, fitted anew in each period.
    how : mapping
        Keyword arguments of ``fit_pls``.
    draws, seed : int
        Of each period's bootstrap.
    reference : str, optional
        The period whose weights ``fixed`` keeps; None takes the first that is shown.
    confidence : float
        Of the intervals.

    Returns
    -------
    DataFrame
        period, estimate, std_error, conf_low, conf_high, n, fixed, fixed_std_error (for given weights, linearised). A period whose model
        cannot be fitted, or that was not asked one of its items, has no row, unless it is the last.

    Raises
    ------
    ModelError
        The last period's model cannot be fitted, or that of the reference.
    DataError
        The last period was not asked one of the items.
    ParamsError
        No survey at all, or none of the reference.
    """
    structure.construct(construct)
    if not surveys:
        raise ParamsError("A trend needs the survey of one period at least; there is none.")
    if reference is not None and reference not in surveys:
        raise ParamsError(f"reference: no survey of {reference!r}.{nearest(reference, surveys)}")
    rows, fits = [], dict[str, PlsFit]()
    for period, survey in surveys.items():
        try:
            _check_asked(period, survey, structure)
            fit, table = _wave(survey, structure, how=dict(how), draws=draws, seed=seed, confidence=confidence)
        except (DataError, ModelError):
            if period == list(surveys)[-1]:
                raise
            continue
        own = table[(table["metric"] == "index") & (table["construct"] == construct)].iloc[0]
        if np.isfinite(own["estimate"]):
            fits[period] = fit
            rows.append((period, own["estimate"], own["std_error"], own["conf_low"], own["conf_high"], fit.moments.n))
        elif period == list(surveys)[-1]:
            verdicts = dict(zip(index_scores(fit)["construct"], index_scores(fit)["verdict"], strict=True))
            raise ModelError(f"The index of {construct} is {verdicts[construct]}.")
    trend = pd.DataFrame(rows, columns=["period", "estimate", "std_error", "conf_low", "conf_high", "n"])
    if reference is not None and reference not in fits:
        raise ModelError(f"The model of {reference} cannot be fitted, so its weights cannot be kept. Name another reference.")
    weights = weights_of(construct, structure, index_weights(fits[reference or next(iter(fits))]))
    fixed = [_with_weights(surveys[period], structure, construct, weights, fits[period]) for period in fits]
    return trend.assign(fixed=[each[0] for each in fixed], fixed_std_error=[each[1] for each in fixed])


@remembered
def _wave(
    survey: Survey, structure: Structure, *, how: Mapping[str, object], draws: int, seed: int, confidence: float
) -> tuple[PlsFit, pd.DataFrame]:
    """One period's fit, and its figures with their intervals."""
    fit = fit_pls(survey, structure, **how)  # type: ignore[arg-type]
    return fit, summarise(fit, bootstrap(fit, survey, draws=draws, seed=seed), confidence=confidence)


def _check_asked(period: str, survey: Survey, structure: Structure) -> None:
    unasked = [item for item in structure.items if item not in survey.responses]
    if unasked:
        raise DataError(f"{period} did not ask {', '.join(unasked)}, which the model needs. Take them out of the model.")


def weights_of(construct: str, structure: Structure, weights: pd.Series) -> pd.Series:
    """The item weights of ``construct``; all others count alike, so that a negative one among them stops nothing."""
    own = {*structure.construct(construct).of, *structure.observed(construct)}
    kept = np.array([item in own for item in weights.index])
    return pd.Series(np.where(kept, weights.to_numpy(dtype=float), 1.0), weights.index, name="weight")


def _with_weights(survey: Survey, structure: Structure, construct: str, weights: pd.Series, fit: PlsFit) -> tuple[float, float]:
    """Index and standard error with given weights, over the sample of the fit (the construct's own where gaps are filled)."""
    sample = survey.complete(structure.items) if fit.moments.missing == "listwise" else survey
    table = scores(sample, structure, weights=weights)
    estimate, error = table.loc[table["construct"] == construct, ["estimate", "std_error"]].to_numpy(dtype=float)[0]
    return float(estimate), float(error)


def changes(trend: pd.DataFrame, against: Mapping[str, str], *, confidence: float = 0.95) -> pd.DataFrame:
    """The last period of a trend against earlier ones, as independent samples.

    Parameters
    ----------
    trend : DataFrame
        period, estimate, std_error.
    against : mapping of str to str
        Label -> period, such as {"since last quarter": "2026Q2"}; periods that the trend lacks are left out.
    confidence : float
        Of the interval of the change.

    Returns
    -------
    DataFrame
        label, period, estimate (the change), std_error, conf_low, conf_high, verdict ("real", "within noise", or "unknown").

    Raises
    ------
    ParamsError
        The trend is empty.
    """
    check_confidence(confidence)
    if trend.empty:
        raise ParamsError("The trend has no period.")
    known = {str(period): (float(value), float(error)) for period, value, error in trend[["period", "estimate", "std_error"]].to_numpy()}
    last, last_error = list(known.values())[-1]
    rows = []
    for label, period in against.items():
        if period in known and period != list(known)[-1]:
            rows.append((label, period, *difference(known[period], (last, last_error), confidence=confidence)))
    return pd.DataFrame(rows, columns=["label", "period", "estimate", "std_error", "conf_low", "conf_high", "verdict"])
