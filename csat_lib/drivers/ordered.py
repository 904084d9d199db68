"""Importance for answers that are ordered but no distance apart: one ordered logit, its fit shared out by Johnson's weights."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.drivers.measures import ask, roots
from csat_lib.drivers.resamples import shares
from csat_lib.errors import ConvergenceError, ModelError, ParamsError
from csat_lib.stats import correlations, z_value
from csat_lib.survey import Data, Weights, rows_of

Array = npt.NDArray[np.float64]
MOST_LEVELS = 20


@dataclass(frozen=True, slots=True, eq=False)
class OrderedLogit:
    """An ordered logit (proportional odds, McCullagh 1980) and its drivers.

    Attributes
    ----------
    drivers : DataFrame
        driver, estimate (part of McFadden's R squared), share, std_error (of the estimate), correlation, beta (log odds of a higher answer
        for a standard deviation), beta_std_error, beta_low, beta_high, verdict, n.
    thresholds : DataFrame
        low, high, estimate: the standardised predictor at which answers of ``high`` or above are as likely as ``low`` or below.
    r_squared : float
        McFadden's, 1 - l / l0.
    """

    drivers: pd.DataFrame
    thresholds: pd.DataFrame
    r_squared: float


def ordered_logit(data: Data, outcome: str, drivers: Sequence[str], *, weights: Weights = None, confidence: float = 0.95) -> OrderedLogit:
    """Importance by an ordered logit: Johnson's weights from its coefficients, scaled to McFadden's R squared.

    Johnson (2000) on the coefficients of the orthogonalised drivers; the standard error is that of a sum of scaled non-central chi-squares
    of one degree of freedom each, taken as independent. Survey weights and clusters cannot be used, and are refused.

    Parameters
    ----------
    data : Survey or DataFrame
        Without survey weights; complete rows are used.
    outcome, drivers : str, sequence of str
        Columns; the outcome has at most 20 different answers.
    weights : None
        There to be refused by name.
    confidence : float
        Of the intervals of beta.

    Raises
    ------
    ParamsError
        Survey weights, clusters or strata; Moments.
    ModelError
        More than 20 different answers, or no maximum of the likelihood.
    """
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    question, m = ask(data, outcome, drivers, method="johnson", weights=weights, missing="listwise")
    rows = rows_of(data, question.order, purpose="An ordered logit", weights=weights)
    if np.ptp(rows.weights) > 1e-12 * rows.weights.max() or rows.units is not None:
        raise ParamsError("An ordered logit cannot use survey weights, strata or clusters. Use importance or top_box, which can.")
    levels, y = np.unique(rows.X[:, -1], return_inverse=True)
    if len(levels) > MOST_LEVELS:
        raise ModelError(f"{outcome!r} has {len(levels)} different answers: too many for an ordered logit. Use importance.")
    X = rows.X[:, :-1]
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    model = OrderedModel(pd.Series(pd.Categorical(rows.X[:, -1], categories=levels.tolist(), ordered=True)), pd.DataFrame(Z), distr="logit")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = model.fit(method="bfgs", disp=False, maxiter=500, gtol=1e-8)
    p = Z.shape[1]
    params = np.asarray(fitted.params, dtype=float)
    if (
        not np.isfinite(params).all()
        or np.abs(np.asarray(model.score(params))).max() > 1e-3 * np.sqrt(len(y))
        or np.abs(params[:p]).max() > 40
    ):
        raise ConvergenceError(f"The ordered logit of {outcome!r} did not settle: the drivers may separate its answers. Use importance.")
    cuts = np.asarray(model.transform_threshold_params(params), dtype=float)[1:-1]
    covariance = np.asarray(fitted.cov_params(), dtype=float)[:p, :p]
    r_squared = 1 - float(fitted.llf) / _null(y)
    table = _shared(params[:p], covariance, correlations(m.covariance), r_squared, confidence)
    table.insert(0, "driver", list(question.drivers))
    thresholds = pd.DataFrame({"low": levels[:-1], "high": levels[1:], "estimate": cuts})
    return OrderedLogit(table.assign(n=m.n), thresholds, r_squared)


def _null(y: npt.NDArray[np.intp]) -> float:
    """Log-likelihood without drivers."""
    many = np.bincount(y)
    return float(many @ np.log(many / many.sum()))


def _shared(beta: Array, covariance: Array, R: Array, r_squared: float, confidence: float) -> pd.DataFrame:
    root = roots(R[:, :, None])[0][0]
    own = root @ beta
    spread = np.sqrt(np.diag(root @ covariance @ root))
    raw = root**2 @ own**2
    scale = r_squared / raw.sum() if raw.sum() > 0 else 0.0
    error = np.sqrt(root**4 @ (spread**4 * (2 + 4 * (own / spread) ** 2))) * scale
    beta_error, r = np.sqrt(np.diag(covariance)), R[:-1, -1]
    reach = z_value(confidence) * beta_error
    table = pd.DataFrame({"estimate": raw * scale, "share": shares(raw), "std_error": error, "correlation": r, "beta": beta})
    verdict = np.where(beta * r < 0, "suppressed", "ok")
    return table.assign(beta_std_error=beta_error, beta_low=beta - reach, beta_high=beta + reach, verdict=verdict)
