"""Several sets of weights as one: linear, multiplicative, or by game theory with a guard.

Letters: W sets x indicators, a the share of each set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import ParamsError, nearest, pick
from csat_lib.index.named_numbers import named_numbers

Array = npt.NDArray[np.float64]
Method = Literal["linear", "multiplicative", "game"]
METHODS = {"linear": "linear", "multiplicative": "multiplicative", "game": "game"}
SMALLEST_SHARE = 0.05  # below it one set has won and the game has combined nothing
LARGEST_CONDITION = 1e6
SUM = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class CombinedWeights:
    """One set made of several.

    Attributes
    ----------
    weights : Series
        Sum to 1, indexed by indicator.
    shares : Series
        Each set's share in the mix that was used; NaN for the multiplicative one, which has none.
    game_shares : Series or None
        What the game gave, used or not.
    method : {"linear", "multiplicative", "game"}
        The mix that was used.
    reason : str
        Why it is not the one asked for; empty where it is.
    """

    weights: pd.Series
    shares: pd.Series
    game_shares: pd.Series | None
    method: Method
    reason: str


def combined_weights(
    sets: Mapping[str, Mapping[str, float] | pd.Series],
    *,
    method: Method = "linear",
    shares: Mapping[str, float] | None = None,
) -> CombinedWeights:
    """Weights that sum to 1 from two or more sets of weights for the same indicators.

    Parameters
    ----------
    sets : mapping of str to Series or mapping
        Name -> weights, each summing to 1.
    method : {"linear", "multiplicative", "game"}
        sum_k a_k w_k; the product of the sets, normalised; or the linear mix whose shares solve sum_l a_l (w_k . w_l) = w_k . w_k, which
        brings it near to every set. If the game gives a set a share below 0.05, or the sets are too alike to solve it, the linear mix by
        ``shares`` is taken and the result says why.
    shares : mapping, optional
        Of the linear mix, summing to 1; equal when None.

    Raises
    ------
    ParamsError
        Fewer than two sets, sets for different indicators, weights that are negative or do not sum to 1, or no indicator with a weight in
        every set (multiplicative).

    >>> combined_weights({"ahp": {"a": 0.6, "b": 0.4}, "entropy": {"a": 0.2, "b": 0.8}}).weights.round(6).to_dict()
    {'a': 0.4, 'b': 0.6}
    """
    pick(METHODS, method, "combination")
    W = _stacked(sets)
    names, table = list(W.index), W.to_numpy(dtype=float)
    linear = _shares(names, shares)
    if method == "multiplicative":
        product = np.prod(table, axis=0)
        if not product.sum() > 0:
            raise ParamsError("No indicator has a weight above 0 in every set, so their product weighs nothing. Use method='linear'.")
        return CombinedWeights(pd.Series(product / product.sum(), W.columns), pd.Series(np.nan, names), None, "multiplicative", "")
    game, reason = None, ""
    if method == "game":
        game, reason = _game(table, names)
    used = linear if game is None or reason else game
    chosen: Method = "linear" if method == "linear" or reason else "game"
    return CombinedWeights(pd.Series(used.to_numpy() @ table, W.columns), used, game, chosen, reason)


def _game(table: Array, names: list[str]) -> tuple[pd.Series | None, str]:
    """The game's shares and why they cannot be used, if they cannot."""
    products = table @ table.T
    if np.linalg.cond(products) > LARGEST_CONDITION:
        return None, f"{' and '.join(names)} are too alike to solve the game; the linear mix is used."
    a = np.linalg.solve(products, np.diag(products))
    if not a.sum() > 0:
        return None, "The game has no solution with shares that sum to 1; the linear mix is used."
    shares = pd.Series(a / a.sum(), names)
    least = str(shares.idxmin())
    if shares[least] < SMALLEST_SHARE:
        told = ", ".join(f"{name} {value:.3f}" for name, value in shares.items())
        return shares, f"The game gives {least} a share below {SMALLEST_SHARE:g} ({told}), so one set would win; the linear mix is used."
    return shares, ""


def _stacked(sets: Mapping[str, Mapping[str, float] | pd.Series]) -> pd.DataFrame:
    if not isinstance(sets, Mapping):
        raise ParamsError(f"sets: expected weights for each set by name, got {type(sets).__name__}.")
    if len(sets) < 2:
        raise ParamsError(f"{len(sets)} set of weights: two or more are needed to combine.")
    series = {name: named_numbers(each, name) for name, each in sets.items()}
    first = next(iter(series))
    order = list(series[first].index)
    for name, each in series.items():
        for other in set(order) ^ set(each.index):
            where, there = (name, first) if other in order else (first, name)
            raise ParamsError(
                f"{where} has no weight for {other!r}, which {there} has.{nearest(str(other), map(str, series[where].index))}"
            )
        bad = each[~(np.isfinite(each) & (each >= 0))]
        if len(bad):
            raise ParamsError(f"{name}: {bad.index[0]}: {bad.iloc[0]:g}; a weight is a number from 0 upward.")
        if abs(each.sum() - 1) > SUM:
            raise ParamsError(f"{name}: the weights sum to {each.sum():.6g}, not to 1. Divide each by the sum.")
    return pd.DataFrame([each[order] for each in series.values()], index=list(series))


def _shares(names: list[str], shares: Mapping[str, float] | None) -> pd.Series:
    if shares is None:
        return pd.Series(1 / len(names), names)
    given = named_numbers(shares, "shares")
    for name in set(given.index) ^ set(names):
        told = "has no share" if name in names else f"is no set.{nearest(str(name), names)}"
        raise ParamsError(f"shares: {name!r} {told}")
    if not (np.isfinite(given).all() and (given >= 0).all() and abs(given.sum() - 1) <= SUM):
        raise ParamsError(f"shares: {given.to_dict()}; they must be from 0 upward and sum to 1.")
    return given[names]
