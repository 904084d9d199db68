"""Bootstrap of a PLS model: resampled moments by one matrix product a block, the iteration batched over the draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import ModelError, ParamsError, pick
from csat_lib.model.kernel import Design, Solution, design_of, flip, htmt, multi_item_pairs, regressions, solve, totals
from csat_lib.model.pls import PlsFit, analysed
from csat_lib.stats import blocks, correlations, counts, one_thread, percentile_interval, products, resampled
from csat_lib.survey import Data, Rows, rows_of

Array = npt.NDArray[np.float64]
INTERVALS = {"percentile": percentile_interval}


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """Resampled estimates, one column a draw; a degenerate draw is NaN throughout.

    Attributes
    ----------
    weights, loadings : ndarray, (items, draws)
        In the fit's item order, aligned with the full-sample weights.
    paths : ndarray, (paths, draws)
        In the order of ``fit.paths``.
    total_effects : ndarray, (J, J, draws)
        From row to column, constructs in causal order.
    r_squared : ndarray, (effects, draws)
        In the order of ``fit.r_squared``.
    htmt : ndarray, (pairs, draws); ``htmt_pairs`` names the pairs.
        Multi-item blocks only.
    index : ndarray, (J, draws), or None
        0-100, where the scales are known; NaN for a draw with a weight that is not positive.
    degenerate : dict of str to int
        Why draws were lost: constant item, not converged.
    n, draws, seed : int
        Rows resampled, draws made, and the seed that made them.
    """

    weights: Array
    loadings: Array
    paths: Array
    total_effects: Array
    r_squared: Array
    htmt: Array
    htmt_pairs: tuple[tuple[str, str], ...]
    index: Array | None
    degenerate: dict[str, int]
    n: int
    draws: int
    seed: int


def bootstrap(fit: PlsFit, data: Data, *, draws: int = 5000, seed: int) -> Draws:
    """Resample respondents (clusters within strata where the survey names them) and estimate the model anew each time.

    Parameters
    ----------
    fit : PlsFit
        What is resampled.
    data : Survey or DataFrame
        The rows it was fitted to; survey weights multiply the counts.
    draws : int
        At least 100.
    seed : int
        The numbers depend on it and on the number of rows alone.

    Raises
    ------
    ParamsError
        Moments were given, too few draws, or the fit used another rule than listwise for missing answers.
    ModelError
        More than half of the draws are degenerate.
    """
    if draws < 100:
        raise ParamsError(f"{draws} draws are too few for an interval: at least 100.")
    if fit.moments.missing != "listwise":
        raise ParamsError(
            f"The bootstrap resamples complete rows; this fit used missing={fit.moments.missing!r}. Fit with missing='listwise'."
        )
    rows = rows_of(data, fit.structure.items, purpose="The bootstrap")
    if len(rows.X) != fit.moments.n:
        raise ParamsError(f"These data have {len(rows.X)} complete rows, the fit was made from {fit.moments.n}: give the same data.")
    if np.abs(rows.weights @ rows.X / rows.weights.sum() - fit.moments.mean).max() > 1e-6 * np.abs(rows.X).max():
        raise ParamsError("The means of these data are not those of the fit: give the data it was made from, with the same weights.")
    design = design_of(fit.structure, dict(fit.modes))
    with one_thread():
        parts = _run(fit, rows, design, draws, seed)
    return _joined(fit, parts, n=len(rows.X), draws=draws, seed=seed)


def summarise(fit: PlsFit, draws: Draws, *, interval: str = "percentile", confidence: float = 0.95) -> pd.DataFrame:
    """Estimates with bootstrap standard errors and intervals, in one long table.

    Parameters
    ----------
    fit : PlsFit
        The full-sample estimates.
    draws : Draws
        Their resamples.
    interval : {"percentile"}
        How the interval is made.
    confidence : float
        .95 for a 95 % interval.

    Returns
    -------
    DataFrame
        metric (path, total_effect, weight, loading, r_squared, htmt, index), cause, effect, construct, item, estimate, std_error, conf_low,
        conf_high, draws (those that could be used).
    """
    from csat_lib.model.effects import index_scores, total_effects
    from csat_lib.model.quality import htmt_table

    make = pick(INTERVALS, interval, "kind of interval")
    totals_table = total_effects(fit)
    names = list(fit.structure.names)
    at = [(names.index(cause), names.index(effect)) for cause, effect in zip(totals_table["cause"], totals_table["effect"], strict=True)]
    tables = [
        (fit.paths.assign(metric="path"), draws.paths),
        (
            totals_table[["cause", "effect", "estimate"]].assign(metric="total_effect"),
            np.array([draws.total_effects[i, j] for i, j in at]),
        ),
        (fit.weights.assign(metric="weight"), draws.weights),
        (fit.loadings.assign(metric="loading"), draws.loadings),
        (
            fit.r_squared.rename("estimate").reset_index().rename(columns={"effect": "construct"}).assign(metric="r_squared"),
            draws.r_squared,
        ),
        (htmt_table(fit).assign(metric="htmt"), draws.htmt),
    ]
    if draws.index is not None:
        tables.append((index_scores(fit)[["construct", "estimate"]].assign(metric="index"), draws.index))
    done = []
    for table, values in tables:
        if len(table) == 0:
            continue
        usable = np.isfinite(values).sum(axis=1)
        low, high, spread = np.full((3, len(values)), np.nan)
        some = usable > 1
        low[some], high[some] = make(values[some], confidence)
        spread[some] = np.nanstd(values[some], axis=1, ddof=1)
        done.append(table.assign(std_error=spread, conf_low=low, conf_high=high, draws=usable))
    columns = [
        "metric",
        "cause",
        "effect",
        "construct",
        "item",
        "estimate",
        "std_error",
        "conf_low",
        "conf_high",
        "draws",
    ]
    return pd.concat(done, ignore_index=True).reindex(columns=columns)


Part = dict[str, Array]


def _run(fit: PlsFit, rows: Rows, design: Design, draws: int, seed: int) -> list[Part]:
    ready = products(rows.X, rows.weights)
    return [_block(fit, design, *resampled(ready, counts(block, len(rows.X), rows.units))) for block in blocks(draws, len(rows.X), seed)]


def _block(fit: PlsFit, design: Design, means: Array, covariance: Array) -> Part:
    """Everything about one block of draws; the arrays have the draws last."""
    variance = np.einsum("iib->ib", covariance)
    full = np.diag(fit.moments.covariance)[:, None]
    constant = (variance <= 1e-12 * full).any(axis=0)
    covariance[:, :, constant] = np.eye(len(covariance))[:, :, None]
    variance[:, constant] = 1.0
    S = analysed(covariance, fit.metric)
    solution = solve(S, design, fit.scheme, tolerance=fit.tolerance, max_iterations=fit.max_iterations)
    solution = _aligned(fit, solution, design)
    paths, r_squared = regressions(solution.R, design)
    lost = constant | ~np.isfinite(solution.w).all(axis=0) | ~np.isfinite(paths).all(axis=(0, 1))
    sd = np.sqrt(np.einsum("iib->ib", S))
    R = S if fit.metric == "standardised" else correlations(covariance)
    part = {
        "weights": solution.w,
        "loadings": solution.C[np.arange(len(sd)), design.owner] / sd,
        "paths": paths,
        "total_effects": totals(paths, design),
        "r_squared": r_squared,
        "htmt": htmt(R, design),
    }
    if fit.moments.low is not None and not np.isnan(fit.moments.low).any():
        part["index"] = _index(fit, solution.w if fit.metric == "raw" else solution.w / np.sqrt(variance), means, design)
    for values in part.values():
        values[..., lost] = np.nan
    return part | {"constant": constant, "lost": lost}


def _aligned(fit: PlsFit, solution: Solution, design: Design) -> Solution:
    """Turn each draw's constructs so that they agree with the full-sample weights: positive covariance of the scores in the full sample."""
    reference = fit.weights["estimate"].to_numpy(dtype=float)
    S = analysed(fit.moments.covariance, fit.metric)
    sign = np.empty((len(design.blocks), solution.w.shape[1]))
    for construct, block in enumerate(design.blocks):
        agreement = reference[block] @ S[block, block] @ solution.w[block]
        sign[construct] = np.where(agreement < 0, -1.0, 1.0)
    return flip(solution, sign, design)


def _index(fit: PlsFit, w: Array, means: Array, design: Design) -> Array:
    if fit.moments.low is None or fit.moments.high is None:
        raise ModelError("The ends of the scales are unknown.")
    low, high = fit.moments.low[:, None], fit.moments.high[:, None]
    score = np.add.reduceat(w * (means - low), design.starts, axis=0)
    width = np.add.reduceat(w * (high - low), design.starts, axis=0)
    positive = np.minimum.reduceat(w, design.starts, axis=0) > 0
    with np.errstate(all="ignore"):
        return np.where(positive, 100 * score / width, np.nan)


def _joined(fit: PlsFit, parts: list[Part], *, n: int, draws: int, seed: int) -> Draws:
    joined = {name: np.concatenate([part[name] for part in parts], axis=-1) for name in parts[0]}
    constant, lost = int(joined["constant"].sum()), int(joined["lost"].sum())
    reasons = {"constant item": constant, "not converged": lost - constant}
    if lost > draws / 2:
        said = ", ".join(f"{reason} {count}" for reason, count in reasons.items() if count)
        raise ModelError(f"{lost} of {draws} resamples could not be estimated ({said}): the sample is too small or an item hardly varies.")
    names = fit.structure.names
    design = design_of(fit.structure, dict(fit.modes))
    at = [(names.index(cause), names.index(effect)) for cause, effect in fit.structure.paths]
    return Draws(
        weights=joined["weights"],
        loadings=joined["loadings"],
        paths=np.array([joined["paths"][i, j] for i, j in at]),
        total_effects=joined["total_effects"],
        r_squared=np.array([joined["r_squared"][names.index(effect)] for effect in fit.structure.drivers_of]),
        htmt=joined["htmt"],
        htmt_pairs=tuple((names[a], names[b]) for a, b in multi_item_pairs(design)),
        index=joined.get("index"),
        degenerate={reason: count for reason, count in reasons.items() if count},
        n=n,
        draws=draws,
        seed=seed,
    )
