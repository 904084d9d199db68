"""Weights shaken at random around those that are stated: by Dirichlet draws of a wanted spread, or by noise of a wanted size.

Letters: w stated weights, k concentration of the Dirichlet, f size of the noise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import ParamsError, pick, whole
from csat_lib.index.hierarchy import Node, Tree
from csat_lib.index.named_numbers import named_numbers, number, weights_by_name
from csat_lib.index.ranking import SUMS, Weighting, weights_over

Array = npt.NDArray[np.float64]
Shake = Literal["dirichlet", "noise"]
Spread = float | Mapping[int, float]
LARGEST = 20_000_000


def concentration(weights: Mapping[str, float] | pd.Series | Array, mean_cv: float) -> float:
    """The k for which weights drawn from Dirichlet(k w) have this mean coefficient of variation.

    CV_i = sqrt((1 - w_i) / (w_i (k + 1))), so k + 1 = (mean sqrt((1 - w_i) / w_i) / mean_cv)^2; weights of 0 stay 0 and do not count.

    Raises
    ------
    ParamsError
        A spread that no Dirichlet of these weights has, or weights that are negative or do not sum to 1.

    >>> round(concentration({"a": 0.5, "b": 0.5}, 0.25), 6)
    15.0
    """
    w = named_numbers(weights, "weights").to_numpy()  # type: ignore[arg-type]
    if not (np.isfinite(w).all() and (w >= 0).all() and abs(w.sum() - 1) <= SUMS):
        raise ParamsError(f"weights: {w.tolist()}; they must be from 0 upward and sum to 1.")
    mean_cv, positive = number(mean_cv, "spread"), w[w > 0]
    spread = float(np.sqrt((1 - positive) / positive).mean())
    if not 0 < mean_cv < spread:
        told = f"the mean CV of {len(positive)} such weights lies between 0 and {spread:.3g}; 0.1 to 0.25 is usual"
        raise ParamsError(f"spread={mean_cv:g}: {told}.")
    return (spread / mean_cv) ** 2 - 1


def shaken_weights(
    weights: Weighting,
    *,
    draws: int = 10_000,
    seed: int,
    method: Shake = "dirichlet",
    spread: Spread = 0.2,
) -> pd.DataFrame:
    """Weights drawn around the stated ones, one row a draw; each row sums to 1.

    Parameters
    ----------
    weights : mapping, Series or Tree
        Over the indicators. A tree is shaken within every parent, and its leaves' effective weights are given.
    draws : int
        How many.
    seed : int
        The draws depend on it alone.
    method : {"dirichlet", "noise"}
        Dirichlet(k w), or w (1 + U(-f, f)) divided by the sum.
    spread : float or mapping of int to float
        The mean CV within each group of siblings, or f; {level: spread} gives the children at each level of a tree their own (those of a
        level that is not named stay as they are).

    Returns
    -------
    DataFrame
        One column an indicator.

    Raises
    ------
    ParamsError
        A spread out of range, or draws or a seed that are no whole numbers.
    """
    shake = pick(SHAKES, method, "way to shake weights")
    draws, seed = whole(draws, "draws", least=1), whole(seed, "seed", least=0)
    names = [leaf.name for leaf in weights.leaves] if isinstance(weights, Tree) else list(weights_by_name(weights))
    if draws * len(names) > LARGEST:
        raise ParamsError(f"draws={draws}: expected 1 to {LARGEST // max(len(names), 1):,} for {len(names)} indicators.")
    rng = np.random.default_rng(seed)
    if isinstance(weights, Tree):
        columns = _within(weights.root, np.ones(draws), 2, _Shaking(_spreads(spread, weights), rng, shake))
        return pd.DataFrame(columns)[names]
    if isinstance(spread, Mapping):
        raise ParamsError("spread: levels are those of a tree; for plain weights give one number.")
    w = weights_over(names, weights)
    return pd.DataFrame(shake(w, number(spread, "spread"), draws, rng), columns=names)


def _dirichlet(w: Array, spread: float, draws: int, rng: np.random.Generator) -> Array:
    if (w > 0).sum() < 2:
        return np.tile(w, (draws, 1))
    k = concentration(w, spread)
    drawn = np.zeros((draws, len(w)))
    drawn[:, w > 0] = rng.dirichlet(k * w[w > 0], size=draws)
    return drawn


def _noise(w: Array, spread: float, draws: int, rng: np.random.Generator) -> Array:
    if not 0 < spread < 1:
        raise ParamsError(f"spread={spread:g}: noise w (1 + U(-f, f)) needs f between 0 and 1.")
    drawn = w * (1 + rng.uniform(-spread, spread, size=(draws, len(w))))
    return np.asarray(drawn / drawn.sum(axis=1, keepdims=True))


Kernel = Callable[[Array, float, int, np.random.Generator], Array]
SHAKES: dict[str, Kernel] = {"dirichlet": _dirichlet, "noise": _noise}


def _spreads(spread: Spread, tree: Tree) -> dict[int, float]:
    """Level of the children -> spread."""
    known = sorted(set(tree.levels.values()) - {1})
    if not isinstance(spread, Mapping):
        return dict.fromkeys(known, number(spread, "spread"))
    for level in spread:
        if level not in known:
            raise ParamsError(f"spread: no level {level!r} below the index; there are {', '.join(map(str, known))}.")
    return {int(level): number(value, f"spread at level {level}") for level, value in spread.items()}


class _Shaking(NamedTuple):
    """Spread of the children at each level, the source of chance, and how."""

    spreads: Mapping[int, float]
    rng: np.random.Generator
    shake: Kernel


def _within(node: Node, above: Array, level: int, how: _Shaking) -> dict[str, Array]:
    """Effective weights of the leaves below ``node``, siblings shaken together."""
    if not node.children:
        return {node.name: above}
    w = np.array([child.weight for child in node.children])
    able = level in how.spreads and (w > 0).sum() > 1
    drawn = how.shake(w, how.spreads[level], len(above), how.rng) if able else np.tile(w, (len(above), 1))
    found: dict[str, Array] = {}
    for place, child in enumerate(node.children):
        found |= _within(child, above * drawn[:, place], level + 1, how)
    return found


def spread_of(drawn: pd.DataFrame, names: Sequence[str] | None = None) -> pd.DataFrame:
    """What the draws came to: indicator, mean, std_deviation, cv, low, high (5 and 95 per cent).

    Parameters
    ----------
    drawn : DataFrame
        From ``shaken_weights``.
    names : sequence of str, optional
        Some of its columns.
    """
    table = drawn if names is None else drawn[list(names)]
    mean, sd = table.mean(), table.std(ddof=0)
    low, high = table.quantile(0.05), table.quantile(0.95)
    cv = sd / mean.where(mean > 0)
    frame = pd.DataFrame({"mean": mean, "std_deviation": sd, "cv": cv, "low": low, "high": high})
    return frame.rename_axis("indicator").reset_index()
