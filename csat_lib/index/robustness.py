"""How firm the ranks of units are when the weights are shaken (OECD & JRC 2008, step 7; Saisana, Saltelli & Tarantola 2005).

Letters: X units x indicators, W draws x indicators, S draws x units.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from csat_lib.errors import DataError, ParamsError, whole
from csat_lib.index.named_numbers import named_numbers
from csat_lib.index.perturbation import Shake, Spread, shaken_weights, spread_of
from csat_lib.index.ranking import Ranks, Weighting, checked, ranks, weights_over
from csat_lib.stats import one_thread

Array = npt.NDArray[np.float64]
BLOCK = 200_000
SHORT = 2**15


@dataclass(frozen=True, slots=True, eq=False)
class Robustness:
    """What became of the ranks.

    Attributes
    ----------
    units : DataFrame
        One row a unit: unit, estimate (index under the stated weights), rank, rank_low, rank_median, rank_high (5, 50, 95 per cent of the
        draws), rank_mean, top_share (share of the draws in which it is among the first ``top``), equal_rank (rank under equal weights).
    summary : DataFrame
        metric, estimate: mean_rank_shift and its 5 and 95 per cent (mean over units of the absolute change of rank, over the draws),
        spearman_equal and kendall_equal (index under the stated against equal weights), mean_cv (of the weights drawn).
    weights : DataFrame
        indicator, weight, mean, std_deviation, cv, low, high of the draws.
    top : int
        The k of ``top_share``.
    """

    units: pd.DataFrame
    summary: pd.DataFrame
    weights: pd.DataFrame
    top: int


def robustness(
    scores: pd.DataFrame,
    weights: Weighting,
    *,
    draws: int = 10_000,
    seed: int,
    method: Shake = "dirichlet",
    spread: Spread = 0.2,
    top: int | None = None,
) -> Robustness:
    """Ranks of units under shaken weights.

    Parameters
    ----------
    scores : DataFrame
        Units x indicators without gaps (``unit_scores``); more is better.
    weights : mapping, Series or Tree
        Over the columns, sum 1; a tree is shaken within every parent.
    draws, seed, method, spread
        As in ``shaken_weights``.
    top : int, optional
        A unit's chance to be among so many is given; 3, or all units where there are fewer.

    Raises
    ------
    ParamsError
        Weights that do not fit the scores, or an option out of range.
    DataError
        A gap in the scores, by unit and indicator.
    """
    X = checked(scores)
    top = min(3, len(X)) if top is None else whole(top, "top", least=1)
    draws = whole(draws, "draws", least=1)
    if not 1 <= top <= len(X):
        raise ParamsError(f"top={top}: expected 1 to {len(X)}, the number of units.")
    names = [str(name) for name in scores.columns]
    w = weights_over(names, weights)
    drawn = shaken_weights(weights, draws=draws, seed=seed, method=method, spread=spread)[names]
    nominal, equal = X @ w, X.mean(axis=1)
    rank = ranks(nominal)
    found = _drawn_ranks(X, drawn.to_numpy())
    ordered = np.sort(found.astype(np.int16) if len(X) < SHORT else found, axis=1, kind="stable")
    low, median, high = (ordered[:, _place(q, draws)] for q in (0.05, 0.5, 0.95))
    units = pd.DataFrame({"unit": scores.index, "estimate": nominal, "rank": rank, "rank_low": low, "rank_median": median})
    units = units.assign(rank_high=high, rank_mean=found.mean(axis=1), top_share=(found <= top).mean(axis=1), equal_rank=ranks(equal))
    shift = np.abs(found - rank[:, None]).mean(axis=0)
    told = spread_of(drawn)
    told.insert(1, "weight", w)
    summary = {
        "mean_rank_shift": float(shift.mean()),
        "mean_rank_shift_low": float(np.quantile(shift, 0.05)),
        "mean_rank_shift_high": float(np.quantile(shift, 0.95)),
        **_agreement(nominal, equal),
        "mean_cv": float(told["cv"].mean()),
    }
    return Robustness(units, pd.DataFrame({"metric": list(summary), "estimate": list(summary.values())}), told, top)


def outranks(
    scores: pd.DataFrame,
    weights: Weighting,
    *,
    draws: int = 10_000,
    seed: int,
    method: Shake = "dirichlet",
    spread: Spread = 0.2,
) -> pd.DataFrame:
    """Share of the draws in which the unit of the row ranks before the unit of the column; ties count for neither.

    Parameters
    ----------
    scores, weights : DataFrame, mapping, Series or Tree
        As in ``robustness``.
    draws, seed, method, spread
        As in ``shaken_weights``: equal ones give the draws of ``robustness``.

    Returns
    -------
    DataFrame
        Units x units; the diagonal is 0.
    """
    X, draws = checked(scores), whole(draws, "draws", least=1)
    names = [str(name) for name in scores.columns]
    weights_over(names, weights)
    drawn = shaken_weights(weights, draws=draws, seed=seed, method=method, spread=spread)[names].to_numpy()
    place = _drawn_ranks(X, drawn)
    place = place.astype(np.int16) if len(X) < SHORT else place
    before = np.array([np.count_nonzero(own < place, axis=1) for own in place]) / draws
    return pd.DataFrame(before, index=scores.index, columns=scores.index)


def rank_agreement(first: pd.Series, second: pd.Series) -> pd.DataFrame:
    """How alike two indices of the same units rank them: metric (spearman, kendall, mean_rank_shift), estimate, n."""
    if not isinstance(first, pd.Series) or not isinstance(second, pd.Series) or not first.index.equals(second.index):
        raise ParamsError("The two indices are not of the same units in the same order.")
    a, b = (named_numbers(each, "index").to_numpy() for each in (first, second))
    if not len(a) or not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise DataError("A unit has no index, or there is no unit. Leave out those without one.")
    found = _agreement(a, b)
    rows = {
        "spearman": found["spearman_equal"],
        "kendall": found["kendall_equal"],
        "mean_rank_shift": float(np.abs(ranks(a) - ranks(b)).mean()),
    }
    return pd.DataFrame({"metric": list(rows), "estimate": list(rows.values()), "n": len(a)})


def _agreement(nominal: Array, equal: Array) -> dict[str, float]:
    """Spearman's rho and Kendall's tau-b; NaN where one of the two does not vary."""
    if np.ptp(nominal) == 0 or np.ptp(equal) == 0:
        return {"spearman_equal": np.nan, "kendall_equal": np.nan}
    return {
        "spearman_equal": float(stats.spearmanr(nominal, equal).statistic),
        "kendall_equal": float(stats.kendalltau(nominal, equal).statistic),
    }


def _drawn_ranks(X: Array, W: Array) -> Ranks:
    """Ranks, units x draws, in blocks of draws that keep the memory small."""
    size = max(1, BLOCK // len(X))
    found = np.empty((len(X), len(W)), dtype=np.int32)
    with one_thread():
        for start in range(0, len(W), size):
            found[:, start : start + size] = ranks(W[start : start + size] @ X.T).T
    return found


def _place(q: float, draws: int) -> int:
    """Position of the lower quantile among sorted draws: a rank that was drawn, never one between two."""
    return max(int(np.ceil(q * draws)) - 1, 0)
