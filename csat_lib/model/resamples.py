"""Everything the model says about each of many resamples, from their moments; the arrays have the draws last."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from csat_lib.model.kernel import Design, Solution, design_of, flip, htmt, regressions, solve, totals
from csat_lib.model.pls import PlsFit, analysed
from csat_lib.model.stages import composed, part_scores
from csat_lib.stats import correlations

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Estimates = dict[str, Array]
CONSTANT, CONTRADICTORY = "constant item", "contradictory correlations"
UNSETTLED = "not converged or linearly dependent"


def parts_of(fit: PlsFit) -> tuple[str, ...]:
    """The parts of the higher-order constructs, which the first stage scores."""
    return () if fit.first is None else tuple(name for name in fit.first.structure.names if name in fit.structure.items)


def estimate(fit: PlsFit, means: Array, covariance: Array) -> Estimates:
    """Estimates of every resample from its means (P, B) and covariances (P, P, B).

    weights, loadings, paths (J, J), total_effects (J, J), r_squared, htmt; part_weights and part_loadings of a higher-order model; index
    and width (points of the 0-100 scale per standard deviation) where the ends of the scales are known. A degenerate resample is NaN;
    ``lost`` (reasons, B) says why.
    """
    covariance, constant, contradictory = _usable(fit, covariance)
    found: Estimates = {}
    low, high = (None if ends is None else ends[:, None] for ends in (fit.observed.low, fit.observed.high))
    if fit.first is not None:
        first, design, S = _solved(fit.first, covariance)
        raw = first.w if fit.metric == "raw" else first.w / np.sqrt(np.einsum("iib->ib", covariance))
        parts = np.isin(design.owner, [fit.first.structure.names.index(name) for name in parts_of(fit)])
        found["part_weights"], found["part_loadings"] = first.w[parts], _own(first, design, S)[parts]
        if low is not None and high is not None:
            wanted = np.array([fit.first.structure.names.index(name) for name in parts_of(fit)])
            found["index"], found["width"] = (each[wanted] for each in _index(raw, means, low, high, design))
        negative = {name: ~(raw[design.blocks[place]] > 0).all(axis=0) for place, name in enumerate(fit.first.structure.names)}
        A = part_scores(fit.first.structure, fit.structure, raw)
        means, covariance = composed(A, means, covariance)
        low, high = (None if ends is None else np.einsum("pib,pb->ib", A, np.broadcast_to(ends, raw.shape)) for ends in (low, high))
    solution, design, S = _solved(fit, covariance)
    paths, r_squared = regressions(solution.R, design)
    found |= {
        "weights": solution.w,
        "loadings": _own(solution, design, S),
        "paths": paths,
        "total_effects": totals(paths, design),
        "r_squared": r_squared,
        "htmt": htmt(S if fit.metric == "standardised" else correlations(S), design),
    }
    if low is not None and high is not None and not np.isnan(low).any():
        raw = solution.w if fit.metric == "raw" else solution.w / np.sqrt(np.einsum("iib->ib", covariance))
        for name, values in zip(("index", "width"), _index(raw, means, low, high, design), strict=True):
            found[name] = np.concatenate([values, found[name]]) if name in found else values
    if fit.first is not None and "index" in found:
        for place, each in enumerate(fit.structure.constructs):
            undefined = np.any([negative[item] for item in each.items if item in negative], axis=0)
            for name in ("index", "width"):
                found[name][place, undefined] = np.nan
    unsettled = ~np.isfinite(solution.w).all(axis=0) | ~np.isfinite(paths).all(axis=(0, 1))
    lost = constant | contradictory | unsettled
    for values in found.values():
        values[..., lost] = np.nan
    reasons = [constant, contradictory & ~constant, unsettled & ~constant & ~contradictory]
    return found | {"lost": np.array(reasons, dtype=float)}


def _usable(fit: PlsFit, covariance: Array) -> tuple[Array, Flags, Flags]:
    """The covariances with unit matrices in place of those that no model can be fitted to, and which ones those were."""
    variance = np.einsum("iib->ib", covariance)
    constant = ~(variance > 1e-12 * np.diag(fit.observed.covariance)[:, None]).all(axis=0)
    contradictory = np.zeros_like(constant)
    if fit.observed.missing == "pairwise":
        good = np.flatnonzero(~constant)
        least = np.linalg.eigvalsh(np.moveaxis(correlations(covariance[:, :, good]), -1, 0))[:, 0]
        contradictory[good[least < -1e-10]] = True
    bad = constant | contradictory
    if bad.any():
        covariance[:, :, bad] = np.eye(len(covariance))[:, :, None]
    return covariance, constant, contradictory


def _solved(fit: PlsFit, covariance: Array) -> tuple[Solution, Design, Array]:
    """One stage, aligned with the full sample's weights, with what was analysed."""
    design = design_of(fit.structure, dict(fit.modes))
    S = analysed(covariance, fit.metric)
    solution = solve(S, design, fit.scheme, tolerance=fit.tolerance, max_iterations=fit.max_iterations)
    return _aligned(fit, solution, design), design, S


def _own(solution: Solution, design: Design, S: Array) -> Array:
    """Correlation of each item with its construct."""
    return np.asarray(solution.C[np.arange(len(S)), design.owner] / np.sqrt(np.einsum("iib->ib", S)))


def _aligned(fit: PlsFit, solution: Solution, design: Design) -> Solution:
    """Turn each draw's constructs so that they agree with the full-sample weights: positive covariance of the scores in the full sample."""
    reference = fit.weights["estimate"].to_numpy(dtype=float)
    S = analysed(fit.moments.covariance, fit.metric)
    sign = np.empty((len(design.blocks), solution.w.shape[1]))
    for construct, block in enumerate(design.blocks):
        agreement = reference[block] @ S[block, block] @ solution.w[block]
        sign[construct] = np.where(agreement < 0, -1.0, 1.0)
    return flip(solution, sign, design)


def _index(w: Array, means: Array, low: Array, high: Array, design: Design) -> tuple[Array, Array]:
    """Index (J, B), NaN where a weight is not positive, and its width: points of the 0-100 scale per standard deviation of the score."""
    score = np.add.reduceat(w * (means - low), design.starts, axis=0)
    width = np.add.reduceat(w * (high - low), design.starts, axis=0)
    positive = np.minimum.reduceat(w, design.starts, axis=0) > 0
    with np.errstate(all="ignore"):
        return np.where(positive, 100 * score / width, np.nan), np.where(positive, 100 / width, np.nan)
