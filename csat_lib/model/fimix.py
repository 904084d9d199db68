"""Unobserved groups: a mixture of the inner model's regressions over the construct scores, by EM, batched over starts.

Sources: Hahn, Johnson, Herrmann & Huber 2002, Schmalenbach Business Review 54, 243-269; Sarstedt, Becker, Ringle & Schwaiger 2011,
Schmalenbach Business Review 63, 34-62.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import ParamsError, pick, whole
from csat_lib.model.fitted_rows import complete_rows_of_fit
from csat_lib.model.kernel import design_of
from csat_lib.model.mixture import Mixture, best_solution
from csat_lib.model.pls import PlsFit
from csat_lib.model.segmentation import criteria_of, recommend
from csat_lib.stats import Moments, one_thread
from csat_lib.survey import Data, Survey

Array = npt.NDArray[np.float64]
Intercepts = Literal["none", "by class"]
INTERCEPTS = {"none": 0, "by class": 1}
PEAKED = 0.1  # Dirichlet parameter of the starts: even ones all begin near one class


@dataclass(frozen=True, slots=True, eq=False)
class Fimix:
    """Latent classes of the inner model.

    Attributes
    ----------
    criteria : DataFrame
        One row per number of classes: classes, parameters, log_likelihood, complete_log_likelihood (LnLc), aic, aic3, aic4, bic, caic, hq,
        mdl5, entropy (EN, 0-1; NaN for one class), smallest_share, degenerate (starts lost), converged (yes or no, of the best start),
        verdict.
    recommended : int
        How many classes.
    reason : str
        Why.
    paths : DataFrame
        classes, segment (1 is the largest), share, cause, effect, estimate: between scores that have variance 1 in the whole sample.
    r_squared : DataFrame
        classes, segment, share, construct, estimate: about the mean of the class with intercepts, else about that of the whole sample.
    posterior : dict of int to DataFrame
        classes -> probability of each segment, a row per respondent with the index of the data.
    intercepts : str
        none (the paper's model) or by class.
    n, n_effective, seed : int, float, int
        Rows, their effective number, by which survey weights scale the likelihood, and the seed of the starts.
    """

    criteria: pd.DataFrame
    recommended: int
    reason: str
    paths: pd.DataFrame
    r_squared: pd.DataFrame
    posterior: dict[int, pd.DataFrame]
    intercepts: str
    n: int
    n_effective: float
    seed: int

    def membership(self, classes: int | None = None) -> pd.Series:
        """The most probable segment of every respondent, for the recommended number of ``classes`` unless told otherwise."""
        found = self.posterior.get(self.recommended if classes is None else classes)
        if found is None:
            raise ParamsError(f"There is no solution with {classes} classes. There are: {', '.join(map(str, self.posterior))}.")
        return found.idxmax(axis=1).rename("segment")


def fimix(
    fit: PlsFit,
    data: Data,
    *,
    classes: Iterable[int] = range(1, 6),
    starts: int = 20,
    seed: int,
    intercepts: Intercepts = "none",
    tolerance: float = 1e-5,
    max_iterations: int = 2000,
) -> Fimix:
    """Find unobserved classes of respondents with paths of their own (FIMIX-PLS: Hahn et al. 2002).

    Residuals are taken as normal within a class. Skewed answers alone can look like a second class, so a class counts when something
    observed explains it (``explained_by``).

    Parameters
    ----------
    fit : PlsFit
        Its scores are what is divided.
    data : Survey or DataFrame
        The rows it was fitted to; survey weights multiply the likelihood, scaled to the effective number of respondents.
    classes : iterable of int
        Numbers of classes to try.
    starts : int
        Random starts for each; the one with the highest likelihood is kept.
    seed : int
        The numbers depend on it and on the rows alone.
    intercepts : {"none", "by class"}
        The paper's model, or classes that may also differ in level.
    tolerance : float
        Of the log likelihood: a start that gains less in one step has settled.
    max_iterations : int
        Steps at most.

    Raises
    ------
    ParamsError
        Moments were given, other rows than the fit's, no classes or no starts.
    """
    if isinstance(classes, int) or not isinstance(classes, Iterable):
        raise ParamsError(f"classes: expected numbers of classes to try, such as range(1, 6), got {classes!r}.")
    numbers = sorted({whole(each, "classes", least=1) for each in classes})
    if not numbers:
        raise ParamsError("classes: no number of classes to try. Give some, such as range(1, 6).")
    whole(starts, "starts", least=1)
    whole(seed, "seed", least=0)
    level = pick(INTERCEPTS, intercepts, "kind of intercepts")
    z, weights, index = _scores(fit, data)
    n_effective = float(weights.sum() ** 2 / (weights @ weights))
    model = Mixture.of(fit, z, weights / weights.sum() * n_effective, level)
    rows, paths, r_squared, posterior = [], [], [], {}
    for number in numbers:
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(number,)))
        P = rng.gamma(PEAKED, size=(len(z), starts if number > 1 else 1, number)) + 1e-9
        with one_thread():
            best, lost = best_solution(model, P / P.sum(axis=2, keepdims=True), tolerance, max_iterations)
        rows.append(criteria_of(number, model.parameters(number), n_effective, lost, None if best is None else best.criteria(model)))
        if best is not None:
            paths += best.path_rows(fit, model, number)
            r_squared += best.r_squared_rows(fit, model, number)
            posterior[number] = pd.DataFrame(best.P, index=index, columns=pd.RangeIndex(1, number + 1, name="segment"))
    criteria = pd.DataFrame(rows)
    recommended, reason = recommend(criteria)
    return Fimix(
        criteria,
        recommended,
        reason,
        pd.DataFrame(paths, columns=["classes", "segment", "share", "cause", "effect", "estimate"]),
        pd.DataFrame(r_squared, columns=["classes", "segment", "share", "construct", "estimate"]),
        posterior,
        intercepts,
        len(z),
        n_effective,
        seed,
    )


def _scores(fit: PlsFit, data: Data) -> tuple[Array, Array, pd.Index]:
    """Construct scores with mean 0 and variance 1, survey weights, and the index of the complete rows."""
    rows, items = complete_rows_of_fit(fit, data, purpose="FIMIX-PLS"), list(fit.structure.items)
    frame = data.responses if isinstance(data, Survey) else pd.DataFrame() if isinstance(data, Moments) else data
    whole = frame[items].notna().all(axis=1).to_numpy()
    if isinstance(data, Survey):
        whole = whole & (data.weight_values > 0)
    centred, design = rows.X - fit.moments.mean, design_of(fit.structure, dict(fit.modes))
    w = fit.raw_weights
    return np.column_stack([centred[:, block] @ w[block] for block in design.blocks]), rows.weights, frame.index[whole]
