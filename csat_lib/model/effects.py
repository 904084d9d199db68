"""What follows from a fit: total effects, the 0-100 index of every construct, and what five points more would bring."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import ModelError, ParamsError
from csat_lib.model.kernel import design_of, totals
from csat_lib.model.pls import PlsFit

Array = npt.NDArray[np.float64]


def total_effects(fit: PlsFit) -> pd.DataFrame:
    """Direct, indirect and total effect (``estimate``) of every construct on every one downstream, between scores of variance 1."""
    names = fit.structure.names
    B, T = _effect_matrices(fit)
    rows = [
        (cause, effect, B[i, j], T[i, j] - B[i, j], T[i, j])
        for j, effect in enumerate(names)
        for i, cause in enumerate(names)
        if _reaches(fit, cause, effect)
    ]
    return pd.DataFrame(rows, columns=["cause", "effect", "direct", "indirect", "estimate"])


def index_scores(fit: PlsFit) -> pd.DataFrame:
    """The 0-100 index of every construct from its PLS weights, for the whole sample (Fornell et al. 1996).

    I = (sum w xbar - sum w low) / (sum w high - sum w low) x 100, with weights that apply to the answers in their own units.

    Returns
    -------
    DataFrame
        construct, estimate (0-100), std_error (for fixed weights), n, n_effective, verdict. A block with a negative weight has no index:
        its estimate is NaN and the verdict says why.

    Raises
    ------
    ParamsError
        The ends of an item's scale are unknown.
    """
    low, high = scale_of(fit)
    rows = []
    for name, block, w in _blocks(fit):
        negative = [fit.moments.items[place] for place, weight in zip(block, w, strict=True) if not weight > 0]
        width = float(w @ (high[block] - low[block]))
        estimate = 100 * float(w @ (fit.moments.mean[block] - low[block])) / width
        sd = 100 * float(np.sqrt(w @ fit.moments.covariance[np.ix_(block, block)] @ w)) / abs(width)
        if negative:
            rows.append((name, np.nan, np.nan, f"undefined: {', '.join(negative)} has a weight that is not positive"))
        else:
            rows.append((name, estimate, sd / np.sqrt(fit.moments.n_effective), "ok"))
    table = pd.DataFrame(rows, columns=["construct", "estimate", "std_error", "verdict"])
    table.insert(3, "n", fit.moments.n)
    table.insert(4, "n_effective", fit.moments.n_effective)
    return table


def index_weights(fit: PlsFit) -> pd.Series:
    """Weights of the items within their construct's index: those of the answers in their own units, summing to 1 in a block."""
    parts = [pd.Series(w / w.sum(), index=[fit.moments.items[place] for place in block]) for _, block, w in _blocks(fit)]
    return pd.concat(parts).rename("weight")


def impacts(fit: PlsFit, *, on: str, points: float = 5) -> pd.DataFrame:
    """What ``points`` more on a construct's 0-100 index would bring to that of ``on``, all else equal.

    Parameters
    ----------
    fit : PlsFit
        With known ends of the items' scales.
    on : str
        The effect.
    points : float
        Points of the cause's index.

    Returns
    -------
    DataFrame
        cause, effect, direct, estimate: points of the effect's index, by the direct path and in total (b = beta sd_effect / sd_cause);
        verdict. A cause whose index is undefined has NaN, and the verdict says why.

    Raises
    ------
    ParamsError
        Unknown construct, or the ends of an item's scale are unknown.
    ModelError
        The index of ``on`` is undefined, because a weight is not positive.
    """
    names = fit.structure.names
    target = names.index(fit.structure.construct(on).name)
    low, high = scale_of(fit)
    sd = {}
    for name, block, w in _blocks(fit):
        sd[name] = 1.0 / float(w @ (high[block] - low[block])) if (w > 0).all() else np.nan
    B, T = _effect_matrices(fit)
    causes = [name for name in names if _reaches(fit, name, on)]
    if np.isnan(sd[on]):
        raise ModelError(f"The index of {on} is undefined: one of its weights is not positive. Use mode A, or take the item out.")
    rows = []
    for cause in causes:
        unit = points * sd[on] / sd[cause]
        place = names.index(cause)
        verdict = "ok" if np.isfinite(unit) else f"undefined: {cause} has a weight that is not positive"
        rows.append((cause, on, unit * B[place, target], unit * T[place, target], verdict))
    return pd.DataFrame(rows, columns=["cause", "effect", "direct", "estimate", "verdict"])


def scale_of(fit: PlsFit) -> tuple[Array, Array]:
    """Low and high ends of the fit's items, or a refusal that names those unknown."""
    m = fit.moments
    if m.low is None or m.high is None:
        raise ParamsError("The ends of the items' scales are unknown. Give fit_pls a Survey, or scale=(1, 10).")
    unknown = [item for item, low, high in zip(m.items, m.low, m.high, strict=True) if np.isnan(low) or np.isnan(high)]
    if unknown:
        raise ParamsError(f"The ends of the scale are unknown for {', '.join(unknown)}. Give them in scale=.")
    return m.low, m.high


def _blocks(fit: PlsFit) -> list[tuple[str, Array, Array]]:
    w = fit.raw_weights
    design = design_of(fit.structure, dict(fit.modes))
    return [(name, np.arange(block.start, block.stop), w[block]) for name, block in zip(fit.structure.names, design.blocks, strict=True)]


def _effect_matrices(fit: PlsFit) -> tuple[Array, Array]:
    names = fit.structure.names
    B = np.zeros((len(names), len(names)))
    for (cause, effect), estimate in zip(fit.structure.paths, fit.paths["estimate"], strict=True):
        B[names.index(cause), names.index(effect)] = estimate
    T = totals(B[:, :, None], design_of(fit.structure, dict(fit.modes)))[:, :, 0]
    return B, T


def _reaches(fit: PlsFit, cause: str, effect: str) -> bool:
    direct = fit.structure.drivers_of.get(effect, ())
    return cause in direct or any(_reaches(fit, cause, each) for each in direct)
