"""A check, not a score: does a random forest see more in the drivers than a straight line does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.drivers.measures import ask
from csat_lib.errors import ModelError
from csat_lib.survey import Data, Weights, rows_of

Array = npt.NDArray[np.float64]
Shuffled = Sequence[Sequence[npt.NDArray[np.intp]]]
FOLDS = 5
FEWEST = 100
TREES = 100
CELLS = 2**22


@dataclass(frozen=True, slots=True, eq=False)
class ForestCheck:
    """What a forest and a straight line predict of respondents they have not seen. Diagnostic: it shares nothing out.

    Attributes
    ----------
    fit : DataFrame
        metric (r_squared), method (forest, linear), estimate (of five held-out fifths together), n, verdict: "linear is enough", or
        "diagnostic: look for curves and interactions" where the forest explains more than ``margin`` above the line.
    drivers : DataFrame
        driver, estimate (loss of held-out R squared when the forest's driver is shuffled), std_error (over the folds), linear (the same
        of the straight line), verdict ("diagnostic").
    """

    fit: pd.DataFrame
    drivers: pd.DataFrame


def forest_check(
    data: Data,
    outcome: str,
    drivers: Sequence[str],
    *,
    seed: int,
    weights: Weights = None,
    shuffles: int = 5,
    margin: float = 0.02,
) -> ForestCheck:
    """Permutation importance of a random forest (Breiman 2001) beside a straight line's, on held-out respondents.

    With collinear drivers a forest splits the credit by accident, so this is a check of linearity and no importance to report.

    Parameters
    ----------
    data : Survey or DataFrame
        Survey weights enter the fits and the R squared; clusters stay together in a fold.
    outcome, drivers : str, sequence of str
        Columns; complete rows are used.
    seed : int
        Of folds, trees and shuffles.
    weights : Series, optional
        Survey weights on a frame's index.
    shuffles : int
        Of each driver in each fold.
    margin : float
        How much more R squared the forest must explain before it is worth a look.

    Raises
    ------
    ModelError
        Fewer than 100 respondents, or what ``importance`` raises.
    """
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.linear_model import LinearRegression

    question, m = ask(data, outcome, drivers, method="first", weights=weights, missing="listwise")
    rows = rows_of(data, question.order, purpose="A random forest", weights=weights)
    if m.n < FEWEST:
        raise ModelError(f"{m.n} respondents are too few to hold out a fifth of them: a forest needs {FEWEST}.")
    X, y, w = rows.X[:, :-1], rows.X[:, -1], rows.weights
    rng = np.random.default_rng(seed)
    fold = _folds(rng, len(y), None if rows.units is None else rows.units[0])
    leaf = max(5, m.n // 200)
    models = {
        "forest": RandomForestRegressor(TREES, min_samples_leaf=leaf, max_features=1 / 3, random_state=seed),
        "linear": LinearRegression(),
    }
    predicted = {name: np.empty(len(y)) for name in models}
    loss = {name: np.empty((FOLDS, X.shape[1])) for name in models}
    for k in range(FOLDS):
        inside, out = fold != k, fold == k
        shuffled = [[rng.permutation(int(out.sum())) for _ in range(shuffles)] for _ in range(X.shape[1])]
        for name, model in models.items():
            model.fit(X[inside], y[inside], sample_weight=w[inside])
            predicted[name][out] = model.predict(X[out])
            loss[name][k] = _losses(model.predict, X[out], y[out], w[out], shuffled=shuffled)
    explained = {name: _r_squared(y, each, w) for name, each in predicted.items()}
    more = explained["forest"] - explained["linear"] > margin
    verdict = "diagnostic: look for curves and interactions" if more else "linear is enough"
    fit = pd.DataFrame({"metric": "r_squared", "method": list(explained), "estimate": list(explained.values())})
    by_driver = pd.DataFrame(
        {
            "driver": list(question.drivers),
            "estimate": loss["forest"].mean(axis=0),
            "std_error": loss["forest"].std(axis=0, ddof=1) / np.sqrt(FOLDS),
            "linear": loss["linear"].mean(axis=0),
        }
    )
    return ForestCheck(fit.assign(n=m.n, verdict=verdict), by_driver.assign(n=m.n, verdict="diagnostic"))


def _folds(rng: np.random.Generator, n: int, cluster: Array | None) -> Array:
    """0..4 for each row; the rows of a cluster together."""
    unit = np.arange(n) if cluster is None else cluster
    many = int(unit.max()) + 1
    if many < FOLDS:
        raise ModelError(f"{many} clusters cannot be held out in {FOLDS} parts.")
    return np.asarray((rng.permutation(many) % FOLDS)[unit])


def _losses(predict: Callable[[Array], Array], X: Array, y: Array, w: Array, *, shuffled: Shuffled) -> Array:
    """Mean loss of R squared when each driver is shuffled."""
    base, shuffles, found = _r_squared(y, predict(X), w), len(shuffled[0]), []
    together = max(1, CELLS // (shuffles * X.size))  # drivers whose shuffled rows are predicted at once
    for first in range(0, len(shuffled), together):
        some = shuffled[first : first + together]
        stacked = np.tile(X, (len(some), shuffles, 1, 1))
        for place, orders in enumerate(some):
            stacked[place, :, :, first + place] = X[np.stack(orders), first + place]
        again = predict(stacked.reshape(-1, X.shape[1])).reshape(len(some), shuffles, -1)
        found += [base - np.mean([_r_squared(y, each, w) for each in own]) for own in again]
    return np.array(found)


def _r_squared(y: Array, predicted: Array, w: Array) -> float:
    about = y - w @ y / w.sum()
    return 1 - float(w @ (y - predicted) ** 2 / (w @ about**2))
