"""PLSpredict: how well the model predicts respondents it has not seen, against a linear model and against the average.

Sources: Shmueli, Ray, Velasquez Estrada & Chatla 2016; Shmueli et al. 2019; Danks 2021 (antecedents); Liengaard et al. 2021 and Sharma,
Liengaard, Hair, Sarstedt & Ringle 2023 (CVPAT).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from csat_lib.model.crossvalidation import Antecedents, Errors, fold_of_rows, held_out
from csat_lib.model.fitted_rows import complete_rows_of_fit
from csat_lib.model.pls import PlsFit
from csat_lib.stats import weighted_mean
from csat_lib.survey import Data, Rows

BENCHMARKS = ("average", "linear")
TIED = 1e-9  # relative: errors that differ by less are the same
SAME = 1e-12  # of the loss: respondents' losses that differ by less differ by rounding


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """Out-of-sample prediction of the endogenous items.

    Attributes
    ----------
    items : DataFrame
        construct, item, metric (rmse and mae in the item's unit, q2_predict), estimate (the path model), linear and average (the
        benchmarks), verdict (against the linear model: ok, equal, above; q2_predict against 0, the average).
    constructs : DataFrame
        construct, metric, estimate: the same of the scores, in standard deviations, from the training set's weights; verdict.
    losses : DataFrame
        CVPAT: construct (empty: all endogenous items), benchmark, loss and benchmark_loss (mean squared error over the items),
        estimate (their difference, negative where the path model is better), std_error, t, p_value (two-sided), conf_low, conf_high
        (95 %), n, n_effective, verdict (better, worse, within noise). Where both predict the same, estimate is 0 and t NaN.
    antecedents : str
        "earliest" or "direct".
    folds, repeats, seed, n : int
        How it was made.
    """

    items: pd.DataFrame
    constructs: pd.DataFrame
    losses: pd.DataFrame
    antecedents: str
    folds: int
    repeats: int
    seed: int
    n: int


def predict(fit: PlsFit, data: Data, *, folds: int = 10, repeats: int = 10, seed: int, antecedents: Antecedents = "earliest") -> Prediction:
    """Predict every respondent from a model estimated without their fold, and compare with a linear model on the same folds.

    A test respondent's exogenous items give scores by the training set's weights, the scores go along the paths, and the loadings give
    the endogenous items back in their own units. Errors are averaged over the repeats, never the predictions, so that the figures are
    those of a model estimated once. Survey weights count in the training moments, in every mean of errors and in the tests; clusters
    stay together in a fold and are the units of the tests.

    Parameters
    ----------
    fit : PlsFit
        The model and how it is estimated.
    data : Survey or DataFrame
        The rows it was fitted to.
    folds, repeats : int
        Each repeat deals the respondents anew.
    seed : int
        The numbers depend on it and on the rows alone.
    antecedents : {"earliest", "direct"}
        From the exogenous constructs alone, the linear model from all their items; or each construct from its own causes' answers, the
        linear model from their items.

    Raises
    ------
    ParamsError
        Moments were given; folds or repeats out of range.
    NotInStudyError
        A fit with gaps filled, or with higher-order constructs.
    ModelError
        A training set that cannot be estimated.

    Notes
    -----
    RMSE = sqrt(sum w e^2 / sum w), Q2predict = 1 - sum w e^2 / sum w (y - training mean)^2. The loss of CVPAT adds up squared errors in
    the items' units: items on a longer scale count for more.
    """
    rows = complete_rows_of_fit(fit, data, purpose="PLSpredict")
    units = None if rows.units is None else rows.units[0]
    fold = fold_of_rows(len(rows.X), folds=folds, repeats=repeats, seed=seed, units=units)
    errors = held_out(fit, rows, fold, antecedents=antecedents)
    return Prediction(
        item_errors(fit, rows, errors),
        score_errors(fit, rows, errors),
        loss_differences(fit, rows, errors),
        antecedents,
        folds,
        repeats,
        seed,
        len(rows.X),
    )


def predictive_power(prediction: Prediction) -> pd.DataFrame:
    """How many items the path model predicts with a smaller RMSE than the linear model (Shmueli et al. 2019).

    Returns
    -------
    DataFrame
        construct (empty: all endogenous items), better, items (counts), verdict: high (all), medium (half or more), low (fewer), none.
        An RMSE that equals the linear model's is not smaller.
    """
    table = prediction.items[prediction.items["metric"] == "rmse"]
    better = (_side(table) < 0).groupby(table["construct"], sort=False).agg(["sum", "size"])
    better.loc[""] = better.sum()
    rows = [(str(name), int(won), int(of), _power(int(won), int(of))) for name, won, of in better.itertuples()]
    return pd.DataFrame(rows, columns=["construct", "better", "items", "verdict"])


def _power(better: int, items: int) -> str:
    return "high" if better == items else "none" if better == 0 else "medium" if 2 * better >= items else "low"


def _side(table: pd.DataFrame) -> pd.Series:
    """Negative where the path model errs less than the linear one, 0 where they are the same."""
    gap = table["estimate"] - table["linear"]
    return gap.where(gap.abs() > TIED * table["linear"].abs(), 0.0)


def item_errors(fit: PlsFit, rows: Rows, errors: Errors) -> pd.DataFrame:
    """RMSE, MAE and Q2predict of every endogenous item, of the path model and of both benchmarks."""
    w = rows.weights / rows.weights.sum()
    squared = {method: w @ values for method, values in errors.squared.items()}
    absolute = {method: w @ values for method, values in errors.absolute.items()}
    by_metric = {
        "rmse": {method: np.sqrt(values) for method, values in squared.items()},
        "mae": absolute,
        "q2_predict": {method: 1 - values / squared["average"] for method, values in squared.items()},
    }
    found = []
    for metric, values in by_metric.items():
        table = _endogenous(fit).assign(metric=metric, estimate=values["pls"], linear=values["linear"], average=values["average"])
        if metric == "q2_predict":
            table["verdict"] = _against_average(table["estimate"])
        else:
            table["verdict"] = np.select([_side(table) < 0, _side(table) == 0], ["ok", "equal"], "above the linear model")
        found.append(table)
    return pd.concat(found, ignore_index=True)


def score_errors(fit: PlsFit, rows: Rows, errors: Errors) -> pd.DataFrame:
    """RMSE, MAE and Q2predict of the endogenous constructs' scores."""
    w = rows.weights / rows.weights.sum()
    squared = {method: w @ values for method, values in errors.squared_scores.items()}
    by_metric = {
        "rmse": np.sqrt(squared["pls"]),
        "mae": w @ errors.absolute_scores["pls"],
        "q2_predict": 1 - squared["pls"] / squared["average"],
    }
    found = []
    for metric, values in by_metric.items():
        table = pd.DataFrame({"construct": list(fit.structure.drivers_of), "metric": metric, "estimate": values, "verdict": ""})
        if metric == "q2_predict":
            table["verdict"] = _against_average(table["estimate"])
        found.append(table)
    return pd.concat(found, ignore_index=True)


def loss_differences(fit: PlsFit, rows: Rows, errors: Errors) -> pd.DataFrame:
    """CVPAT: mean difference of the respondents' losses, with its t test, by construct and over all endogenous items."""
    owner = _endogenous(fit)["construct"].to_numpy()
    strata = cluster = None
    freedom = len(rows.X) - 1
    if rows.units is not None:
        cluster = rows.units[0]
        strata = rows.units[1][cluster]
        freedom = len(rows.units[1]) - len(np.unique(rows.units[1]))
    found = []
    for construct in (*fit.structure.drivers_of, ""):
        here = owner == construct if construct else np.ones(len(owner), dtype=bool)
        loss = {method: values[:, here].mean(axis=1) for method, values in errors.squared.items()}
        for benchmark in BENCHMARKS:
            difference = loss["pls"] - loss[benchmark]
            if rows.weights @ difference**2 <= (SAME * (rows.weights @ loss[benchmark])) ** 2 / rows.weights.sum():
                difference = np.zeros_like(difference)
            mean = weighted_mean(difference, rows.weights, strata=strata, cluster=cluster)
            t = mean.estimate / mean.std_error if mean.std_error > 0 else np.nan
            half = float(stats.t.ppf(0.975, freedom)) * mean.std_error
            found.append(
                {
                    "construct": construct,
                    "benchmark": benchmark,
                    "loss": float(rows.weights @ loss["pls"] / rows.weights.sum()),
                    "benchmark_loss": float(rows.weights @ loss[benchmark] / rows.weights.sum()),
                    "estimate": mean.estimate,
                    "std_error": mean.std_error,
                    "t": t,
                    "p_value": float(2 * stats.t.sf(abs(t), freedom)),
                    "conf_low": mean.estimate - half,
                    "conf_high": mean.estimate + half,
                    "n": mean.n,
                    "n_effective": mean.n_effective,
                    "verdict": "better" if mean.estimate + half < 0 else "worse" if mean.estimate - half > 0 else "within noise",
                }
            )
    return pd.DataFrame(found)


def _endogenous(fit: PlsFit) -> pd.DataFrame:
    """Construct and item of the endogenous items, in the fit's order."""
    effects = fit.weights["construct"].isin(list(fit.structure.drivers_of))
    return fit.weights.loc[effects, ["construct", "item"]].reset_index(drop=True)


def _against_average(values: pd.Series) -> npt.NDArray[np.str_]:
    return np.where(values > 0, "ok", "below 0")
