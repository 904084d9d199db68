"""What follows from a fit: total effects, the 0-100 index of every construct, and what five points more would bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import ModelError, ParamsError
from csat_lib.model.intervals import Interval, intervals
from csat_lib.model.kernel import design_of, totals
from csat_lib.model.pls import PlsFit
from csat_lib.model.pls_bootstrap import Draws
from csat_lib.model.resamples import parts_of

Array = npt.NDArray[np.float64]


def total_effects(fit: PlsFit) -> pd.DataFrame:
    """Direct, indirect and total effect (``estimate``) of every construct on every one downstream, between scores of variance 1."""
    names = fit.structure.names
    B, T = _effect_matrices(fit)
    rows = [
        (cause, effect, B[i, j], T[i, j] - B[i, j], T[i, j])
        for j, effect in enumerate(names)
        for i, cause in enumerate(names)
        if fit.structure.reaches(cause, effect)
    ]
    return pd.DataFrame(rows, columns=["cause", "effect", "direct", "indirect", "estimate"])


def index_scores(fit: PlsFit) -> pd.DataFrame:
    """The 0-100 index of every construct from its PLS weights, for the whole sample (Fornell et al. 1996).

    I = (sum w xbar - sum w low) / (sum w high - sum w low) x 100, with weights that apply to the answers in their own units.

    Returns
    -------
    DataFrame
        construct, estimate (0-100), std_error (for fixed weights), n, n_effective, verdict. A block with a negative weight has no index:
        its estimate is NaN and the verdict says why. The parts of higher-order constructs follow the constructs of the model.

    Raises
    ------
    ParamsError
        The ends of an item's scale are unknown.
    """
    scale_of(fit)
    rows = []
    for each in _scored(fit):
        width = float(each.w @ (each.high - each.low))
        if each.negative:
            rows.append((each.name, np.nan, np.nan, f"undefined: {', '.join(each.negative)} has a weight that is not positive"))
        else:
            sd = 100 * float(np.sqrt(each.w @ each.covariance @ each.w)) / width
            rows.append((each.name, 100 * float(each.w @ (each.mean - each.low)) / width, sd / np.sqrt(fit.moments.n_effective), "ok"))
    table = pd.DataFrame(rows, columns=["construct", "estimate", "std_error", "verdict"])
    table.insert(3, "n", fit.moments.n)
    table.insert(4, "n_effective", fit.moments.n_effective)
    return table


def index_weights(fit: PlsFit) -> pd.Series:
    """Weights of the items within their construct's index, for answers from 0 to 100, summing to 1 in a block.

    Where the ends of the scales are unknown they are those of the answers in their own units: the same, if a block has one scale.

    Of a higher-order construct they are those of its parts' indices, and the parts' own items follow.
    """
    parts = []
    for each in _scored(fit):
        width = each.high - each.low
        wide = each.w * width if np.isfinite(width).all() else each.w
        parts.append(pd.Series(wide / wide.sum(), index=list(each.items)))
    return pd.concat(parts).rename("weight")


def impacts(
    fit: PlsFit,
    *,
    on: str,
    points: float = 5,
    draws: Draws | None = None,
    interval: Interval = "percentile",
    confidence: float = 0.95,
) -> pd.DataFrame:
    """What ``points`` more on a construct's 0-100 index would bring to that of ``on``, all else equal.

    Parameters
    ----------
    fit : PlsFit
        With known ends of the items' scales.
    on : str
        The effect.
    points : float
        Points of the cause's index.
    draws : Draws, optional
        From ``bootstrap``: they give the intervals of the total.
    interval, confidence
        As in ``summarise``.

    Returns
    -------
    DataFrame
        cause, effect, direct, estimate: points of the effect's index, by the direct path and in total (b = beta sd_effect / sd_cause);
        std_error, conf_low, conf_high and draws (those that could be used) of the total where draws are given; verdict. A cause whose
        index is undefined has NaN, and the verdict says why; one that fewer than half of the draws give has no interval.

    Raises
    ------
    ParamsError
        Unknown construct, or the ends of an item's scale are unknown.
    ModelError
        The index of ``on`` is undefined, because a weight is not positive.
    """
    if fit.estimator != "PLS":
        raise ParamsError(f"Impacts are points of indices made of weights, and this fit is {fit.estimator}. Give the fit of fit_pls.")
    names = fit.structure.names
    target = names.index(fit.structure.construct(on).name)
    scale_of(fit)
    width = np.array([_width(each) for each in _scored(fit)[: len(names)]])
    B, T = _effect_matrices(fit)
    causes = [names.index(name) for name in names if fit.structure.reaches(name, on)]
    if np.isnan(width[target]):
        raise ModelError(f"The index of {on} is undefined: one of its weights is not positive. Use mode A, or take the item out.")
    unit = points * width[target] / width[causes]
    verdicts = [
        "ok" if np.isfinite(u) else f"undefined: {names[c]} has a weight that is not positive" for u, c in zip(unit, causes, strict=True)
    ]
    table = pd.DataFrame({"cause": [names[place] for place in causes], "effect": on})
    table["direct"], table["estimate"] = unit * B[causes, target], unit * T[causes, target]
    if draws is not None:
        found = intervals(
            fit,
            draws,
            lambda each: _drawn_impacts(each, causes, target, points),
            table["estimate"].to_numpy(dtype=float),
            interval=interval,
            confidence=confidence,
        )
        table["std_error"], table["conf_low"], table["conf_high"] = found.std_error, found.conf_low, found.conf_high
        table["draws"] = found.draws
        few = table["draws"] < draws.draws / 2
        verdicts = [
            f"unstable: a weight is not positive in {draws.draws - used} of {draws.draws} draws" if word == "ok" and short else word
            for word, short, used in zip(verdicts, few, table["draws"], strict=True)
        ]
    return table.assign(verdict=verdicts)


def _drawn_impacts(draws: Draws, causes: list[int], target: int, points: float) -> Array:
    if draws.width is None:
        raise ParamsError("The draws were made without the ends of the scales. Give fit_pls a Survey, or scale=(1, 10), and draw again.")
    with np.errstate(all="ignore"):
        return np.asarray(points * draws.total_effects[causes, target] * draws.width[target] / draws.width[causes])


def scale_of(fit: PlsFit) -> tuple[Array, Array]:
    """Low and high ends of the fit's items, or a refusal that names those unknown."""
    m = fit.observed
    if m.low is None or m.high is None:
        raise ParamsError("The ends of the items' scales are unknown. Give fit_pls a Survey, or scale=(1, 10).")
    unknown = [item for item, low, high in zip(m.items, m.low, m.high, strict=True) if np.isnan(low) or np.isnan(high)]
    if unknown:
        raise ParamsError(f"The ends of the scale are unknown for {', '.join(unknown)}. Give them in scale=.")
    for item, mean, low, high in zip(m.items, m.mean, m.low, m.high, strict=True):
        if not low <= mean <= high:
            raise ParamsError(f"scale: the mean of {item!r} is {mean:.4g}, outside {low:g} to {high:g}. Give the ends of its scale.")
    return m.low, m.high


@dataclass(frozen=True, slots=True, eq=False)
class _Scored:
    """One block: its items, their raw weights and moments, and the items without a positive weight."""

    name: str
    items: tuple[str, ...]
    w: Array
    mean: Array
    covariance: Array
    low: Array
    high: Array
    negative: tuple[str, ...]


def _scored(fit: PlsFit) -> list[_Scored]:
    """Every block of the model, then those of the parts of higher-order constructs."""
    own = _blocks(fit, fit.structure.names)
    if fit.first is None:
        return own
    parts = {each.name: each for each in _blocks(fit.first, parts_of(fit))}
    whole = [
        replace(each, negative=(*each.negative, *(one for item in each.items if item in parts for one in parts[item].negative)))
        for each in own
    ]
    return [*whole, *parts.values()]


def _blocks(fit: PlsFit, names: Sequence[str]) -> list[_Scored]:
    m, w = fit.moments, fit.raw_weights
    unknown = np.full(len(w), np.nan)
    low, high = (unknown if ends is None else ends for ends in (m.low, m.high))
    found = []
    for name, block in zip(fit.structure.names, design_of(fit.structure, dict(fit.modes)).blocks, strict=True):
        if name in names:
            negative = tuple(item for item, weight in zip(m.items[block], w[block], strict=True) if not weight > 0)
            found.append(
                _Scored(name, m.items[block], w[block], m.mean[block], m.covariance[block, block], low[block], high[block], negative)
            )
    return found


def _width(each: _Scored) -> float:
    """Points of the 0-100 scale per standard deviation of the score; NaN where the index is undefined."""
    return np.nan if each.negative else 100 / float(each.w @ (each.high - each.low))


def _effect_matrices(fit: PlsFit) -> tuple[Array, Array]:
    names = fit.structure.names
    B = np.zeros((len(names), len(names)))
    for (cause, effect), estimate in zip(fit.structure.paths, fit.paths["estimate"], strict=True):
        B[names.index(cause), names.index(effect)] = estimate
    T = totals(B[:, :, None], design_of(fit.structure, dict(fit.modes)))[:, :, 0]
    return B, T
