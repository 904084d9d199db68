"""Dominance analysis: which driver adds more than which, in every model, on average at each size, or over all (Azen & Budescu 2003)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.drivers.measures import Question, ask
from csat_lib.drivers.resamples import check_draws, evaluated, refuse_lost
from csat_lib.drivers.subsets import MOST_DRIVERS, complete, conditional, subset_r_squared
from csat_lib.errors import ParamsError
from csat_lib.stats import Missing, blocks, correlations, counts, one_thread, products
from csat_lib.survey import Data, Weights, rows_of

Array = npt.NDArray[np.float64]
LEVELS = ("complete", "conditional", "general")
TIED = 1e-12
MOST_RESAMPLED = 15


def dominance(
    data: Data,
    outcome: str,
    drivers: Sequence[str],
    *,
    weights: Weights = None,
    missing: Missing = "listwise",
    draws: int | None = None,
    seed: int | None = None,
) -> dict[str, pd.DataFrame]:
    """Conditional and complete dominance, and how often each comparison comes out the same in resamples (Azen & Budescu 2003).

    Parameters
    ----------
    data, outcome, drivers
        As in ``importance``; at most 22 drivers.
    weights, missing
        As in ``importance``.
    draws, seed : int, optional
        Resamples, when asked for; at most 15 drivers then.

    Returns
    -------
    dict
        "conditional": driver x number of other drivers in the model, mean gain in R squared; "complete": share of models in which the row's
        driver adds more than the column's (1 = dominates completely); "pairs": level (complete, conditional, general), driver, other,
        estimate (1 the driver dominates, 0 the other does, 0.5 neither), n, n_effective; with draws also mean (of the resamples),
        std_error, dominates, dominated, undecided (shares of the resamples), reproducibility (share that agrees with the estimate), draws.

    Raises
    ------
    ParamsError
        More drivers than that; one driver; draws without seed, from Moments, or fewer than 100.
    """
    check_draws(draws, seed)
    question, m = ask(data, outcome, drivers, method="lmg", weights=weights, missing=missing)
    names = list(question.drivers)
    most = MOST_DRIVERS if draws is None else MOST_RESAMPLED
    if not 2 <= len(names) <= most:
        raise ParamsError(f"Dominance compares 2 to {most} drivers{' in resamples' if draws else ''}; there are {len(names)}.")
    v = subset_r_squared(correlations(m.covariance[:, :, None]))
    index = pd.Index(names, name="driver")
    found = {
        "conditional": pd.DataFrame(conditional(v)[:, :, 0], index=index, columns=[str(size) for size in range(len(names))]),
        "complete": pd.DataFrame(complete(v)[:, :, 0], index=index, columns=names),
    }
    pairs = _pairs(names, _who(v)[:, 0]).assign(n=m.n, n_effective=m.n_effective)
    if draws is not None and seed is not None:
        pairs = _reproduced(pairs, _draws(data, question, weights=weights, missing=missing, draws=draws, seed=seed))
    return {**found, "pairs": pairs}


def _who(v: Array) -> Array:
    """1, 0 or 0.5 for each level and pair, (levels * pairs, B)."""
    p = int(v.shape[0]).bit_length() - 1
    a, b = np.triu_indices(p, 1)
    always = complete(v)[a, b]
    gap = conditional(v)
    step = gap[a] - gap[b]
    total = step.mean(axis=1)
    return np.concatenate(
        [
            np.where(always == 1, 1.0, np.where(always == 0, 0.0, 0.5)),
            np.where((step > TIED).all(axis=1), 1.0, np.where((step < -TIED).all(axis=1), 0.0, 0.5)),
            np.where(total > TIED, 1.0, np.where(total < -TIED, 0.0, 0.5)),
        ]
    )


def _pairs(names: Sequence[str], estimate: Array) -> pd.DataFrame:
    a, b = np.triu_indices(len(names), 1)
    rows = [(level, names[i], names[j]) for level in LEVELS for i, j in zip(a.tolist(), b.tolist(), strict=True)]
    return pd.DataFrame(rows, columns=["level", "driver", "other"]).assign(estimate=estimate)


def _draws(data: Data, question: Question, *, weights: Weights, missing: Missing, draws: int, seed: int) -> Array:
    rows = rows_of(data, question.order, purpose="A bootstrap of the dominance", weights=weights, missing=missing)
    p = len(question.drivers)
    with one_thread():
        ready = products(rows.X, rows.weights, missing)
        parts = [
            evaluated(ready, counts(block, len(rows.X), rows.units), lambda R: _who(subset_r_squared(R)), len(LEVELS) * p * (p - 1) // 2)
            for block in blocks(draws, len(rows.X), seed)
        ]
    found = np.concatenate(parts, axis=1)
    refuse_lost(found)
    return found[:, np.isfinite(found).all(axis=0)]


def _reproduced(pairs: pd.DataFrame, draws: Array) -> pd.DataFrame:
    return pairs.assign(
        mean=draws.mean(axis=1),
        std_error=draws.std(axis=1, ddof=1),
        dominates=(draws == 1).mean(axis=1),
        dominated=(draws == 0).mean(axis=1),
        undecided=(draws == 0.5).mean(axis=1),
        reproducibility=(draws == pairs["estimate"].to_numpy(dtype=float)[:, None]).mean(axis=1),
        draws=draws.shape[1],
    )
