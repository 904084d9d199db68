"""The driver regression and the path model in one bootstrap: both see the same respondents in every draw.

Everything is in points of 0-100: x* = 100 (x - low) / (high - low). The last axis of every array holds the full sample first, then the
draws. Letters: S covariances of the items, w outer weights, u their shares of the index (they sum to 1 in a block), T total effects.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from csat_lib.errors import ModelError, ParamsError, pick
from csat_lib.model.kernel import design_of, flip, regressions, solve, solve_small, totals
from csat_lib.model.pls import PlsFit, analysed
from csat_lib.stats import Products, blocks, counts, numeric_columns, one_thread, products, resampled, row_weights
from csat_lib.survey import Data, Survey, Weights, rows_of

Array = npt.NDArray[np.float64]
Convention = Literal["unstandardised", "standardised"]
CONVENTIONS = {"unstandardised": "w / s", "standardised": "w"}
SINGULAR = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Joint:
    """Full sample and draws, (..., 1 + draws); NaN where a draw could not be used.

    Attributes
    ----------
    slopes : ndarray, (drivers, 1 + draws), or None
        Points of the outcome per point of each driver, the other drivers held.
    index : ndarray, (J, 1 + draws), or None
        The constructs' 0-100 indices.
    effects : ndarray, (J, J, 1 + draws), or None
        Points of the column's index per point of the row's, in total; 1 on the diagonal.
    share : ndarray, (items, 1 + draws), or None
        Weight of each item in its construct's index.
    items : ndarray, (items, 1 + draws), or None
        The items' 0-100 means.
    n_slopes, n_model : int
        Respondents behind each.
    """

    slopes: Array | None
    index: Array | None
    effects: Array | None
    share: Array | None
    items: Array | None
    n_slopes: int
    n_model: int


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """The rows that one of the two estimates uses, made ready for resampling."""

    rows: npt.NDArray[np.intp]
    ready: Products


def joint(
    data: Data,
    *,
    regression: Sequence[str] = (),
    ranges: Array | None = None,
    fit: PlsFit | None = None,
    convention: Convention = "unstandardised",
    draws: int = 0,
    seed: int = 0,
    weights: Weights = None,
) -> Joint:
    """Slopes of the regression (drivers, then the outcome) and what the model says, in the sample and in every draw.

    Clusters are drawn within strata where the survey names them; survey weights multiply the counts.

    Raises
    ------
    ParamsError
        Moments; another sample than the fit's; a fit that has no complete rows or higher-order constructs; too few draws.
    ModelError
        More than half of the draws cannot be used.
    """
    if draws and draws < 100:
        raise ParamsError(f"{draws} draws are too few for an interval: at least 100.")
    pick(CONVENTIONS, convention, "convention of the weights")
    X, Y, w, units = _answers(data, regression, fit.structure.items if fit else (), weights)
    parts = [_part(values, w) if values.shape[1] else None for values in (X, Y)]
    if fit is not None:
        _check_fit(fit, parts[1])
    found: dict[str, list[Array]] = {"slopes": [], "index": [], "effects": [], "share": [], "items": []}
    with one_thread():
        for taken in [np.ones((1, len(w))), *(counts(block, len(w), units) for block in blocks(draws, len(w), seed))]:
            if parts[0] is not None and ranges is not None:
                covariance = resampled(parts[0].ready, taken[:, parts[0].rows])[1]
                found["slopes"].append(slopes_of(covariance) * (ranges[:-1] / ranges[-1])[:, None])
            if parts[1] is not None and fit is not None:
                moments = resampled(parts[1].ready, taken[:, parts[1].rows])
                for name, values in zip(("index", "effects", "share", "items"), _modelled(fit, *moments, convention), strict=True):
                    found[name].append(values)
    joined = {name: np.concatenate(each, axis=-1) if each else None for name, each in found.items()}
    check_lost(joined["slopes"])
    check_lost(joined["index"])
    return Joint(**joined, n_slopes=len(parts[0].rows) if parts[0] else 0, n_model=len(parts[1].rows) if parts[1] else 0)


def slopes_of(covariance: Array) -> Array:
    """Slopes (p, B) of the last variable on the others, from covariances (p + 1, p + 1, B); NaN where they cannot be told apart."""
    sd = np.sqrt(np.einsum("iib->ib", covariance))
    with np.errstate(all="ignore"):
        R = covariance / (sd[:, None] * sd[None, :])
        beta = solve_small(R[:-1, :-1], R[:-1, -1]) * (sd[-1] / sd[:-1])
        pivots = R[:-1, :-1].copy()
        apart = np.ones(R.shape[2], dtype=bool)
        for k in range(len(pivots)):
            apart &= pivots[k, k] > SINGULAR
            pivots = pivots - pivots[:, [k]] * pivots[[k], :] / pivots[k, k]
    return np.where(apart & np.isfinite(beta).all(axis=0), beta, np.nan)


def check_lost(values: Array | None) -> None:
    """ModelError where more than half of the draws (all but the first column) are degenerate."""
    if values is None or values.shape[-1] < 2:
        return
    drawn = values[..., 1:].reshape(-1, values.shape[-1] - 1)
    lost = int((~np.isfinite(drawn).any(axis=0)).sum())
    if lost > drawn.shape[1] / 2:
        raise ModelError(f"{lost} of {drawn.shape[1]} resamples could not be used: a driver hardly varies, or two cannot be told apart.")


def _answers(data: Data, regression: Sequence[str], items: Sequence[str], weights: Weights) -> tuple[Array, Array, Array, Units]:
    """Answers to both sets of items, weights and units, of everybody who answered one of the sets whole."""
    if not isinstance(data, Survey):
        rows_of(data, [*regression, *(item for item in items if item not in regression)], purpose="The bootstrap", weights=weights)
    elif weights is not None:
        raise ParamsError("weights= cannot be given beside a Survey: it has its own, from the codebook's weight column.")
    if isinstance(data, Survey):
        frame, w = data.responses, data.weight_values
        strata, cluster = data.design()
    else:
        frame, w = data, row_weights(data, weights)  # type: ignore[arg-type, assignment]
        strata = cluster = None
    X, Y = (np.column_stack(numeric_columns(frame, each)) if each else np.empty((len(frame), 0)) for each in (regression, items))
    whole = [~np.isnan(each).any(axis=1) & (each.shape[1] > 0) for each in (X, Y)]
    kept = (whole[0] | whole[1]) & (w > 0)
    return X[kept], Y[kept], w[kept], _units(strata, cluster, kept)


Units = tuple[npt.NDArray[Any], npt.NDArray[Any]] | None


def _units(strata: Array | None, cluster: Array | None, kept: npt.NDArray[np.bool_]) -> Units:
    if strata is None and cluster is None:
        return None
    n = int(kept.sum())
    stratum = np.zeros(n, dtype=int) if strata is None else strata[kept]
    unit = np.arange(n) if cluster is None else cluster[kept]
    pairs, of_row = np.unique(np.column_stack([stratum, unit]), axis=0, return_inverse=True)
    return of_row.ravel(), pairs[:, 0]


def _part(values: Array, w: Array) -> _Part:
    rows = np.flatnonzero(~np.isnan(values).any(axis=1))
    return _Part(rows, products(values[rows], w[rows]))


def _check_fit(fit: PlsFit, part: _Part | None) -> None:
    if getattr(fit, "first", None) is not None:
        raise ParamsError("Maps, levers and what-ifs are made for models without higher-order constructs. Fit the model of their parts.")
    if fit.moments.missing != "listwise":
        raise ParamsError(
            f"This fit used missing={fit.moments.missing!r}; the bootstrap resamples complete rows. Fit with missing='listwise'."
        )
    if part is None or len(part.rows) != fit.moments.n:
        rows = 0 if part is None else len(part.rows)
        raise ParamsError(f"These data have {rows} complete rows, the fit was made from {fit.moments.n}: give the same data.")
    mean = part.ready.centre
    if np.abs(mean - fit.moments.mean).max() > 1e-6 * np.abs(fit.moments.mean).max():
        raise ParamsError("The means of these data are not those of the fit: give the data it was made from, with the same weights.")


def _modelled(fit: PlsFit, means: Array, covariance: Array, convention: Convention) -> tuple[Array, ...]:
    """Index (J, B), total effects in points (J, J, B), the items' shares and their 0-100 means (P, B) of every resample."""
    design = design_of(fit.structure, dict(fit.modes))
    variance = np.einsum("iib->ib", covariance)
    lost = ~(variance > 1e-12 * np.diag(fit.moments.covariance)[:, None]).all(axis=0)
    covariance[:, :, lost] = np.eye(len(covariance))[:, :, None]
    S = analysed(covariance, fit.metric)
    solution = solve(S, design, fit.scheme, tolerance=fit.tolerance, max_iterations=fit.max_iterations)
    reference, own = fit.weights["estimate"].to_numpy(dtype=float), analysed(fit.moments.covariance, fit.metric)
    sides = [np.sign(reference[each] @ own[each, each] @ solution.w[each]) for each in design.blocks]
    solution = flip(solution, np.where(np.array(sides) < 0, -1.0, 1.0), design)
    paths, _ = regressions(solution.R, design)
    T = totals(paths, design) + np.eye(len(design.blocks))[:, :, None]
    low, high = fit.moments.low, fit.moments.high
    if low is None or high is None:
        raise ParamsError("The ends of the items' scales are unknown. Give fit_pls a Survey, or scale=(1, 10).")
    width = (high - low)[:, None]
    s = np.sqrt(variance)
    raw = solution.w if fit.metric == "raw" else solution.w / s
    with np.errstate(all="ignore"):
        v = raw * (width if convention == "unstandardised" else s)
        u = v / np.add.reduceat(v, design.starts, axis=0)[design.owner]
        items = 100 * (means - low[:, None]) / width
        index = np.add.reduceat(u * items, design.starts, axis=0)
        z = 100 * u / width
        sd = np.sqrt([np.einsum("pb,pqb,qb->b", z[each], covariance[each, each], z[each]) for each in design.blocks])
        undefined = ~(np.minimum.reduceat(v, design.starts, axis=0) > 0) | lost
        sd, index = np.where(undefined, np.nan, sd), np.where(undefined, np.nan, index)
        effects = T * sd[None, :] / sd[:, None]
    return index, effects, np.where(undefined[design.owner], np.nan, u), np.where(lost, np.nan, items)
