"""Weights that give indicators a wanted importance in the index, where weights and importance differ because indicators correlate.

Letters: S covariances on the index's unit, d standard deviations, w weights, y = X w the index, c = S w / (d sd(y)) correlations with it,
t targets. c is proportional to t where w is proportional to S^-1 (d t), so attainable targets need no search.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize

from csat_lib.errors import ModelError, ParamsError, pick
from csat_lib.index.named_numbers import named_numbers
from csat_lib.stats import Missing, Moments, Scale, correlations
from csat_lib.survey import Data, Weights, moments_of

Array = npt.NDArray[np.float64]
Measure = Literal["correlation", "variance"]
Unattainable = Literal["refuse", "nearest"]
MEASURES = {"correlation": 1.0, "variance": 2.0}
UNATTAINABLE = {"refuse": "refuse", "nearest": "nearest"}
SUM = 1e-6
COLLINEAR = 1e-8  # smallest eigenvalue of the correlations


@dataclass(frozen=True, slots=True, eq=False)
class TargetWeights:
    """Weights found for wanted importances.

    Attributes
    ----------
    weights : Series
        From 0 upward, sum to 1, indexed by item; for items on the index's unit (0-100 where the scales are known, else as given).
    table : DataFrame
        item, weight, target (NaN for infomax), correlation (with the index), estimate (importance reached, sums to 1), gap (less target).
    gap : float
        The largest absolute gap; NaN for infomax.
    measure : {"correlation", "variance"}
        Importance as share of the correlations, or of their squares.
    verdict : {"attained", "nearest", "infomax"}
        Whether the targets were reached.
    """

    weights: pd.Series
    table: pd.DataFrame
    gap: float
    measure: Measure
    verdict: str


def target_weights(
    data: Data,
    target: Mapping[str, float] | pd.Series,
    *,
    measure: Measure = "correlation",
    unattainable: Unattainable = "refuse",
    weights: Weights = None,
    missing: Missing = "listwise",
    scale: Scale | None = None,
) -> TargetWeights:
    """Weights whose index correlates with every item as strongly as wanted ("balance"; Becker, Saisana, Paruolo & Vandecasteele 2017).

    Parameters
    ----------
    data : Survey, DataFrame or Moments
        Survey weights enter.
    target : mapping or Series
        Item -> wanted importance; sums to 1.
    measure : {"correlation", "variance"}
        The share of the correlations, or of their squares.
    unattainable : {"refuse", "nearest"}
        What to do when no weights from 0 upward reach the targets.
    weights, missing, scale
        As in ``stats.moments``.

    Raises
    ------
    ParamsError
        Targets that are negative or do not sum to 1, or an unknown word.
    ModelError
        An item that does not vary, items that determine one another, or targets out of reach: by name.
    """
    power = pick(MEASURES, measure, "measure of importance")
    pick(UNATTAINABLE, unattainable, "answer to unattainable targets")
    t = _checked(target)
    S, names = _unit_covariances(moments_of(data, list(t.index), missing=missing, weights=weights, scale=scale))
    wanted = t.to_numpy(dtype=float)
    free = np.linalg.solve(S, np.sqrt(np.diag(S)) * wanted ** (1 / power))
    free = free / np.abs(free).sum()
    negative = [name for name, value in zip(names, free, strict=True) if value < -1e-9]
    w = _nearest(S, wanted, power, np.maximum(free, 0.0)) if negative else np.maximum(free, 0.0)
    if negative and unattainable == "refuse":
        gap = float(np.abs(_importance(S, w, power) - wanted).max())
        raise ModelError(
            f"The targets are out of reach: {', '.join(negative)} would need a negative weight, because the other items carry it along."
            f" Raise its target, or use unattainable='nearest', which misses by up to {gap:.2g}."
        )
    return _result(S, names, w / w.sum(), wanted, measure=measure, verdict="nearest" if negative else "attained")


def infomax_weights(
    data: Data,
    items: Sequence[str],
    *,
    weights: Weights = None,
    missing: Missing = "listwise",
    scale: Scale | None = None,
) -> TargetWeights:
    """Weights whose index carries most of the items' information: the largest sum of squared correlations with it ("infomax").

    Parameters
    ----------
    data : Survey, DataFrame or Moments
        Survey weights enter.
    items : sequence of str
        What the index is made of.
    weights, missing, scale
        As in ``stats.moments``.

    Raises
    ------
    ModelError
        An item that does not vary, or items that determine one another.
    """
    S, names = _unit_covariances(moments_of(data, items, missing=missing, weights=weights, scale=scale))

    def lost(w: Array) -> float:
        return -float((_correlation(S, w) ** 2).mean())

    d = np.sqrt(np.diag(S))
    leading = np.linalg.eigh(correlations(S))[1][:, -1]
    starts = [np.maximum(leading if leading.sum() >= 0 else -leading, 0.0) / d, 1 / d]
    w = min((_minimised(lost, start) for start in starts), key=lost)
    return _result(S, names, w, np.full(len(names), np.nan), measure="variance", verdict="infomax")


def _checked(target: Mapping[str, float] | pd.Series) -> pd.Series:
    t = named_numbers(target, "target")
    for name, value in t.items():
        if not (np.isfinite(value) and value >= 0):
            raise ParamsError(f"target: {name}: {value:g}; an importance is a number from 0 upward.")
    if len(t) < 2 or abs(t.sum() - 1) > SUM:
        raise ParamsError(
            f"target: {len(t)} importances sum to {t.sum():.6g}; two or more that sum to 1 are needed. Divide each by the sum."
        )
    return t


def _unit_covariances(m: Moments) -> tuple[Array, tuple[str, ...]]:
    """Covariances on 0-100 where every scale is known, else as given; items that cannot be weighed are refused."""
    S = np.array(m.covariance)
    if m.low is not None and m.high is not None:
        known = np.isfinite(m.low) & np.isfinite(m.high)
        if known.any() and not known.all():
            lacking = m.items[int(np.flatnonzero(~known)[0])]
            raise ParamsError(f"{lacking}: its scale is unknown, those of others are known. Give scale= for all items or for none.")
        if known.all():
            factor = 100 / (m.high - m.low)
            S = S * np.outer(factor, factor)
    for name, value, mean in zip(m.items, np.diag(m.covariance), m.mean, strict=True):
        if not value > 1e-24 * mean**2:
            raise ModelError(f"{name}: all answers are the same, so it cannot be important. Leave it out.")
    values, vectors = np.linalg.eigh(correlations(S))
    if values[0] < COLLINEAR:
        tied = [name for name, part in zip(m.items, np.abs(vectors[:, 0]), strict=True) if part > 0.1]
        raise ModelError(f"{', '.join(tied)} determine one another, so their weights cannot be told apart. Leave one out.")
    return S, m.items


def _correlation(S: Array, w: Array) -> Array:
    return np.asarray(S @ w / (np.sqrt(np.diag(S)) * np.sqrt(w @ S @ w)))


def _importance(S: Array, w: Array, power: float) -> Array:
    c = np.sign(_correlation(S, w)) * np.abs(_correlation(S, w)) ** power
    return np.asarray(c / np.abs(c).sum())


def _nearest(S: Array, wanted: Array, power: float, start: Array) -> Array:
    def missed(w: Array) -> float:
        return float(((_importance(S, w, power) - wanted) ** 2).sum())

    equal = np.full(len(wanted), 1 / len(wanted))
    return min((_minimised(missed, each) for each in (start, wanted, equal)), key=missed)


def _minimised(loss: Callable[[Array], float], start: Array) -> Array:
    """Weights from 0 upward that sum to 1, searched from ``start`` (of any sum)."""
    inside = start / start.sum() + 1e-6
    found = optimize.minimize(
        loss,
        inside / inside.sum(),
        method="SLSQP",
        bounds=[(0.0, 1.0)] * len(start),
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
        options={"ftol": 1e-15, "maxiter": 1000},
    )
    w = np.clip(found.x, 0.0, None)
    return np.asarray(w / w.sum())


def _result(S: Array, names: tuple[str, ...], w: Array, wanted: Array, *, measure: Measure, verdict: str) -> TargetWeights:
    reached = _importance(S, w, MEASURES[measure])
    gap = reached - wanted
    table = pd.DataFrame(
        {"item": names, "weight": w, "target": wanted, "correlation": _correlation(S, w), "estimate": reached, "gap": gap},
    )
    largest = float(np.abs(gap).max()) if verdict != "infomax" else float("nan")
    return TargetWeights(pd.Series(w, index=list(names)), table, largest, measure, verdict)
