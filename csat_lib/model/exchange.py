"""Two groups side by side: their rows pooled, who may change places between them, and both halves' models for many exchanges at once.

Letters: G (n, B) is 1 where a row stands in the first group; S (P, P, B) covariances of a half; w (P, B) its outer weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from csat_lib.errors import ModelError, NotInStudyError
from csat_lib.model.kernel import Design, Solution, design_of, flip, solve
from csat_lib.model.pls import PlsFit, analysed, fit_pls
from csat_lib.stats import Moments, Products, blocks, products, resampled
from csat_lib.study import Structure
from csat_lib.survey import Data, Rows, Survey, rows_of

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]
FEWEST_UNITS = 6  # of 3 + 3 units 20 exchanges are possible: no p-value below .05 exists with fewer


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two groups over the same items: the pooled fit, each group's own, the pooled rows, and how they may be exchanged.

    ``unit`` moves as a whole, within ``within``; ``exchanged`` says so in words.
    """

    pooled: PlsFit
    fits: tuple[PlsFit, PlsFit]
    rows: Products
    design: Design
    first: Array
    unit: Codes
    within: Codes
    exchanged: str


def pair_of(first: Data, second: Data, structure: Structure, how: Mapping[str, object], *, purpose: str) -> Pair:
    """Both groups fitted alone and together; weights have mean 1 in each group, so that a group counts with its rows.

    Raises
    ------
    ParamsError
        Moments were given, or a structure with higher-order constructs.
    DataError, ModelError
        A group, or both together, have no model of their own; or too few units could change places.
    """
    if structure.higher_order:
        raise NotInStudyError(f"{purpose}: {structure.higher_order[0]} is of higher order. Use the model of its members.")
    sides = [rows_of(each, structure.items, purpose=purpose) for each in (first, second)]
    fits = tuple(fit_pls(each, structure, **how) for each in (first, second))  # type: ignore[arg-type]
    X = np.concatenate([each.X for each in sides])
    w = np.concatenate([each.weights / each.weights.mean() for each in sides])
    pooled = fit_pls(_moments(X, w, fits[0].moments), structure, **how)  # type: ignore[arg-type]
    member = np.repeat([1.0, 0.0], [len(each.X) for each in sides])
    unit, within, words = _exchangeable(first, second, sides, structure.items)
    if len(np.unique(unit)) < FEWEST_UNITS:
        raise ModelError(f"{purpose}: only {len(np.unique(unit))} clusters in both groups; at least {FEWEST_UNITS} are needed.")
    return Pair(pooled, (fits[0], fits[1]), products(X, w), design_of(structure, dict(pooled.modes)), member, unit, within, words)


def exchanges(pair: Pair, permutations: int, seed: int) -> Iterator[Array]:
    """Memberships (B, n) of the first group, block by block; they depend on the seed and on the numbers of rows alone."""
    head = np.unique(pair.unit, return_index=True)[1]
    member, within = pair.first[head], pair.within[head]
    strata = [np.flatnonzero(within == each) for each in np.unique(within)]
    for block in blocks(permutations, len(pair.first), seed):
        rng = np.random.default_rng(block.seed)
        moved = np.empty((block.draws, len(head)))
        for here in strata:
            moved[:, here] = rng.permuted(np.tile(member[here], (block.draws, 1)), axis=1)
        yield moved[:, pair.unit]


def halves(pair: Pair, member: Array) -> tuple[tuple[Solution, Array, Array], tuple[Solution, Array, Array]]:
    """(solution, means, covariances) of the rows with ``member`` 1 and of those with 0; constructs point as in the pooled fit."""
    return _half(pair, member), _half(pair, 1.0 - member)


def _half(pair: Pair, taken: Array) -> tuple[Solution, Array, Array]:
    fit = pair.pooled
    means, covariance = resampled(pair.rows, taken)
    variance = np.einsum("iib->ib", covariance)
    constant = (variance <= 1e-12 * np.diag(fit.moments.covariance)[:, None]).any(axis=0)
    covariance[:, :, constant] = np.eye(len(covariance))[:, :, None]
    S = analysed(covariance, fit.metric)
    solution = solve(S, pair.design, fit.scheme, tolerance=fit.tolerance, max_iterations=fit.max_iterations)
    solution.w[:, constant] = np.nan
    return flip(solution, _signs(pair, solution.w), pair.design), means, covariance


def _signs(pair: Pair, w: Array) -> Array:
    """+1 or -1 (J, B): a construct's scores agree with the pooled fit's over all rows."""
    reference = pair.pooled.weights["estimate"].to_numpy(dtype=float)
    S = analysed(pair.pooled.moments.covariance, pair.pooled.metric)
    agreement = [reference[block] @ S[block, block] @ w[block] for block in pair.design.blocks]
    return np.where(np.array(agreement) < 0, -1.0, 1.0)


def _moments(X: Array, w: Array, like: Moments) -> Moments:
    mean, covariance = resampled(products(X, w), np.ones((1, len(X))))
    n_effective = float(w.sum() ** 2 / (w @ w))
    return Moments(like.items, len(X), n_effective, mean[:, 0], covariance[:, :, 0], like.low, like.high)


def _exchangeable(first: Data, second: Data, sides: list[Rows], items: tuple[str, ...]) -> tuple[Codes, Codes, str]:
    """Whole clusters where a cluster lies in one group, else respondents within clusters; within strata that hold both groups."""
    n = sum(len(each.X) for each in sides)
    member = np.repeat([0, 1], [len(each.X) for each in sides])
    alone, together = np.arange(n), np.zeros(n, dtype=int)
    cluster, stratum = _column((first, second), "cluster", items), _column((first, second), "strata", items)
    if cluster is not None and _mixed(cluster, member).any():
        return alone, cluster, "respondents within their cluster"
    unit = alone if cluster is None else cluster
    who = "respondents" if cluster is None else "whole clusters"
    if stratum is not None and _mixed(stratum, member).any():
        return unit, stratum, f"{who} within their stratum"
    return unit, together, who


def _mixed(codes: Codes, member: Codes) -> npt.NDArray[np.bool_]:
    """Which codes occur in both groups."""
    return np.asarray((np.bincount(codes, weights=member) > 0) & (np.bincount(codes, weights=1 - member) > 0))


def _column(groups: tuple[Data, Data], role: Literal["cluster", "strata"], items: tuple[str, ...]) -> Codes | None:
    """Codes of the ``role`` for the complete rows of both groups, equal where the words are; None unless both surveys name one."""
    found = []
    for each in groups:
        if not isinstance(each, Survey):
            return None
        name = next(iter(each.codebook.names(role)), "")
        if name not in each.attributes:
            return None
        whole = each.responses[list(items)].notna().all(axis=1).to_numpy() & (each.weight_values > 0)
        found.append(each.attributes[name].fillna("").astype(str).to_numpy()[whole])
    return np.unique(np.concatenate(found), return_inverse=True)[1]
