"""Bootstrap of a PLS model: resampled moments by one matrix product a block, the iteration batched over the draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from csat_lib.errors import ModelError, ParamsError, whole
from csat_lib.model.fitted_rows import rows_of_fit
from csat_lib.model.kernel import design_of, multi_item_pairs
from csat_lib.model.pls import PlsFit
from csat_lib.model.resamples import CONSTANT, CONTRADICTORY, UNSETTLED, Estimates, estimate
from csat_lib.stats import (
    Block,
    Products,
    blocks,
    counts,
    counts_within,
    each_piece,
    jackknife_groups,
    left_out,
    products,
    remembered,
    resampled,
)
from csat_lib.survey import Data, Rows

Array = npt.NDArray[np.float64]


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
        0-100, where the scales are known; NaN for a draw with a weight that is not positive. The parts of higher-order constructs follow.
    width : ndarray, (J, draws), or None
        Points of the 0-100 scale per standard deviation of the score.
    part_weights, part_loadings : ndarray, (items of parts, draws), or None
        Of the first stage of a higher-order model.
    degenerate : dict of str to int
        Why draws were lost: constant item, not converged, contradictory pairwise correlations.
    n, draws, seed : int
        Rows resampled, draws made, and the seed that made them.
    rows : Rows
        What was resampled: intervals other than percentile go back to it.
    fit : PlsFit
        Whose draws they are.
    """

    weights: Array
    loadings: Array
    paths: Array
    total_effects: Array
    r_squared: Array
    htmt: Array
    htmt_pairs: tuple[tuple[str, str], ...]
    index: Array | None
    width: Array | None
    part_weights: Array | None
    part_loadings: Array | None
    degenerate: dict[str, int]
    n: int
    draws: int
    seed: int
    rows: Rows
    fit: PlsFit


@remembered
def bootstrap(fit: PlsFit, data: Data, *, draws: int = 5000, seed: int, workers: int = 1) -> Draws:
    """Resample respondents (clusters within strata where the survey names them) and estimate the model anew each time.

    Survey weights multiply the counts and are not raked anew in the draws.

    Parameters
    ----------
    fit : PlsFit
        What is resampled, by its own rule for missing answers.
    data : Survey or DataFrame
        The rows it was fitted to; survey weights multiply the counts.
    draws : int
        At least 100.
    seed : int
        The numbers depend on it and on the rows alone.
    workers : int
        Processes, -1 for all cores. They go through joblib, so that its ``parallel_config`` may name a Dask, Ray or Spark cluster instead.

    Raises
    ------
    ParamsError
        Moments were given, too few draws, no seed, a corrected fit, or other data than the fit's.
    ModelError
        More than half of the draws are degenerate, or all respondents belong to one cluster.
    """
    whole(draws, "draws", least=100)
    whole(seed, "seed", least=0)
    if fit.estimator != "PLS":
        raise ParamsError(f"The bootstrap estimates by PLS anew, and this fit is {fit.estimator}. Give it the fit of fit_pls.")
    rows = rows_of_fit(fit, data, purpose="The bootstrap")
    if rows.units is not None and len(rows.units[1]) < 2:
        raise ModelError("All respondents belong to one cluster, so nothing says how another sample would differ: there are no intervals.")
    ready = products(rows.X, rows.weights, fit.observed.missing)
    work = partial(_drawn, fit, ready, rows.units)
    parts = each_piece(work, blocks(draws, len(rows.X), seed), workers=workers, what="Bootstrap")
    made = _joined(fit, rows, parts, draws=draws, seed=seed)
    lost = sum(made.degenerate.values())
    if lost > draws / 2:
        said = ", ".join(f"{reason} {count}" for reason, count in made.degenerate.items())
        raise ModelError(f"{lost} of {draws} resamples could not be estimated ({said}): the sample is too small or an item hardly varies.")
    return made


def check_draws(fit: PlsFit, draws: Draws) -> None:
    """Refuse draws of another fit.

    Raises
    ------
    ParamsError
        The draws were made for another model, another way of estimating it, or other data.
    """
    own = draws.fit
    if own is fit:
        return
    same = (own.structure.paths, own.structure.items, own.scheme, own.metric, own.estimator) == (
        fit.structure.paths,
        fit.structure.items,
        fit.scheme,
        fit.metric,
        fit.estimator,
    )
    if not same or not all(
        np.allclose(a["estimate"], b["estimate"], rtol=0, atol=1e-8) for a, b in ((own.weights, fit.weights), (own.paths, fit.paths))
    ):
        raise ParamsError("These draws belong to another fit. Make them with csat.bootstrap of this fit and its data.")


def jackknife(fit: PlsFit, draws: Draws) -> Draws:
    """The estimates without each respondent in turn, or each cluster; above 5,000 of them without each of 200 random groups.

    The moments of every leave-one-out sample are the totals less one term, so that the rows are not read again.
    """
    rows = draws.rows
    group = jackknife_groups(len(rows.X), rows.units)
    means, covariance = left_out(products(rows.X, rows.weights, fit.observed.missing), group)
    k = means.shape[1]
    pieces = [slice(start, min(start + 500, k)) for start in range(0, k, 500)]
    parts = each_piece(lambda piece: estimate(fit, means[:, piece], covariance[:, :, piece].copy()), pieces, what="Jackknife")
    return _joined(fit, rows, parts, draws=k, seed=draws.seed)


def nested(fit: PlsFit, draws: Draws, *, inner: int, workers: int = 1) -> list[Draws]:
    """Resamples of every resample, ``inner`` each: one Draws a block of the outer ones, the inner ones of a draw side by side.

    Parameters
    ----------
    fit, draws : PlsFit, Draws
        The outer level.
    inner : int
        Resamples of each draw.
    workers : int
        As in ``bootstrap``.
    """
    rows = draws.rows
    ready = products(rows.X, rows.weights, fit.observed.missing)
    work = partial(_drawn_within, fit, ready, rows.units, inner)
    parts = each_piece(work, blocks(draws.draws, len(rows.X), draws.seed), workers=workers, what="Nested bootstrap")
    return [_joined(fit, rows, [part], draws=part["lost"].shape[1], seed=draws.seed) for part in parts]


Units = tuple[Array, Array] | None


def _drawn(fit: PlsFit, ready: Products, units: Units, block: Block) -> Estimates:
    return estimate(fit, *resampled(ready, counts(block, len(ready.columns), units)))


def _drawn_within(fit: PlsFit, ready: Products, units: Units, inner: int, block: Block) -> Estimates:
    """Twenty outer draws at a time: their inner ones are as many as a block's."""
    taken = counts(block, len(ready.columns), units)
    within = counts_within(block, taken, inner, units)
    size = 20 * inner
    parts = [estimate(fit, *resampled(ready, within[start : start + size])) for start in range(0, len(within), size)]
    return {name: np.concatenate([part[name] for part in parts], axis=-1) for name in parts[0]}


def _joined(fit: PlsFit, rows: Rows, parts: Sequence[Estimates], *, draws: int, seed: int) -> Draws:
    joined = {name: np.concatenate([part[name] for part in parts], axis=-1) for name in parts[0]}
    reasons = dict(zip((CONSTANT, CONTRADICTORY, UNSETTLED), joined["lost"].sum(axis=1), strict=True))
    names = fit.structure.names
    at = [(names.index(cause), names.index(effect)) for cause, effect in fit.structure.paths]
    pairs = multi_item_pairs(design_of(fit.structure, dict(fit.modes)))
    return Draws(
        weights=joined["weights"],
        loadings=joined["loadings"],
        paths=np.array([joined["paths"][i, j] for i, j in at]),
        total_effects=joined["total_effects"],
        r_squared=np.array([joined["r_squared"][names.index(effect)] for effect in fit.structure.drivers_of]),
        htmt=joined["htmt"],
        htmt_pairs=tuple((names[a], names[b]) for a, b in pairs),
        index=joined.get("index"),
        width=joined.get("width"),
        part_weights=joined.get("part_weights"),
        part_loadings=joined.get("part_loadings"),
        degenerate={reason: int(count) for reason, count in reasons.items() if count},
        n=len(rows.X),
        draws=draws,
        seed=seed,
        rows=rows,
        fit=fit,
    )
