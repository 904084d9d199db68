"""Out-of-sample errors of a path model and its benchmarks: the moments of every training set by one matrix product, no loop over fits.

Letters: X (n, P) answers, taken (B, n) 1 for a training row, D (rows, P) answers of a test set less the training means; items stand
block by block, J constructs in causal order, B training sets last. Every prediction is a linear map of D:

    scores D V,   predicted scores D V G,   predicted items D V G L,   linear benchmark D M,   average 0
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from csat_lib.errors import ModelError, ParamsError, pick, whole
from csat_lib.model.kernel import Design, design_of, regressions, solve
from csat_lib.model.pls import PlsFit, analysed
from csat_lib.stats import correlations, one_thread, products, resampled
from csat_lib.survey import Rows

Array = npt.NDArray[np.float64]
Positions = npt.NDArray[np.intp]
Antecedents = Literal["earliest", "direct"]
ANTECEDENTS = {
    "earliest": "scores of the exogenous constructs go through the model",
    "direct": "each construct from the scores of its own causes",
}
METHODS = ("pls", "linear", "average")
CELLS = 2**24
LARGEST = 250


@dataclass(frozen=True, slots=True, eq=False)
class Errors:
    """Errors on held-out rows, averaged over the repeats.

    ``squared[method]`` and ``absolute[method]`` are (n, items) of the endogenous items, methods pls, linear and average; those of scores
    (n, effects) have the methods pls and average.
    """

    squared: dict[str, Array]
    absolute: dict[str, Array]
    squared_scores: dict[str, Array]
    absolute_scores: dict[str, Array]


def fold_of_rows(n: int, *, folds: int, repeats: int, seed: int, units: Positions | None = None) -> Positions:
    """The fold of every row, (repeats, n): as equal as can be, the rows of a cluster together.

    Raises
    ------
    ParamsError
        Fewer than two folds, or fewer rows (clusters) than folds; folds, repeats or seed that are no whole numbers.
    """
    count = n if units is None else int(units.max()) + 1
    if not 2 <= whole(folds, "folds", least=1) <= count:
        raise ParamsError(f"folds={folds}: between 2 and the {count} {'rows' if units is None else 'clusters'} there are.")
    whole(repeats, "repeats", least=1)
    rng = np.random.default_rng(whole(seed, "seed", least=0))
    of_unit = np.empty((repeats, count), dtype=int)
    for each in of_unit:
        each[rng.permutation(count)] = np.arange(count) % folds
    return of_unit if units is None else of_unit[:, units]


def held_out(fit: PlsFit, rows: Rows, fold: Positions, *, antecedents: Antecedents = "earliest") -> Errors:
    """Errors of every row when it is predicted from the folds that it is not in.

    Parameters
    ----------
    fit : PlsFit
        The model and how it is estimated.
    rows : Rows
        Complete rows of its items, with their weights.
    fold : ndarray, (repeats, n)
        The fold of each row.
    antecedents : {"earliest", "direct"}
        What a construct is predicted from, by the model and by the linear benchmark alike.

    Raises
    ------
    ModelError
        A training set that cannot be estimated, with its reason.
    """
    pick(ANTECEDENTS, antecedents, "choice of antecedents")
    design = design_of(fit.structure, dict(fit.modes))
    effects = [number for number, causes in enumerate(design.causes) if len(causes)]
    items = np.flatnonzero(np.isin(design.owner, effects))
    repeats, n = fold.shape
    sets = [(repeat, number) for repeat in range(repeats) for number in range(int(fold.max()) + 1)]
    made = Errors(
        {method: np.zeros((n, len(items))) for method in METHODS},
        {method: np.zeros((n, len(items))) for method in METHODS},
        {method: np.zeros((n, len(effects))) for method in ("pls", "average")},
        {method: np.zeros((n, len(effects))) for method in ("pls", "average")},
    )
    ready = products(rows.X, rows.weights)
    size = int(np.clip(CELLS // n, 8, LARGEST))
    with one_thread():
        for start in range(0, len(sets), size):
            here = sets[start : start + size]
            test = np.array([fold[repeat] == number for repeat, number in here])
            means, covariance = resampled(ready, (~test).astype(float))
            maps = _maps(fit, design, covariance, antecedents)
            for number, kept in enumerate(test):
                found = _errors(rows.X[kept] - means[:, number], [each[:, :, number] for each in maps], items, effects)
                _add(made, kept, *found)
    for part in (made.squared, made.absolute, made.squared_scores, made.absolute_scores):
        for values in part.values():
            np.divide(values, repeats, out=values)
    return made


def _errors(D: Array, maps: list[Array], items: Positions, effects: list[int]) -> tuple[dict[str, Array], dict[str, Array]]:
    """Errors of one test set: of the endogenous items, and of the endogenous constructs' scores."""
    V, VG, VGL, M = maps
    scores = (D @ V)[:, effects]
    of_items = {"pls": (D - D @ VGL)[:, items], "linear": (D - D @ M)[:, items], "average": D[:, items]}
    return of_items, {"pls": scores - (D @ VG)[:, effects], "average": scores}


def _add(made: Errors, kept: npt.NDArray[np.bool_], of_items: dict[str, Array], of_scores: dict[str, Array]) -> None:
    for found, squared, absolute in (
        (of_items, made.squared, made.absolute),
        (of_scores, made.squared_scores, made.absolute_scores),
    ):
        for method, error in found.items():
            squared[method][kept] += error**2
            absolute[method][kept] += np.abs(error)


def _maps(fit: PlsFit, design: Design, covariance: Array, antecedents: Antecedents) -> tuple[Array, Array, Array, Array]:
    """V (P, J, B), V G (P, J, B), V G L (P, P, B) and M (P, P, B) of every training set."""
    P, _, B = covariance.shape
    variance = np.einsum("iib->ib", covariance)
    constant = variance <= 1e-12 * np.diag(fit.moments.covariance)[:, None]
    if constant.any():
        named = ", ".join(item for item, never in zip(fit.structure.items, constant.any(axis=1), strict=True) if never)
        raise ModelError(f"{named}: all answers are the same in a training set. Take more folds, another seed, or the item out.")
    S = analysed(covariance, fit.metric)
    solution = solve(S, design, fit.scheme, tolerance=fit.tolerance, max_iterations=fit.max_iterations)
    paths, _ = regressions(solution.R, design)
    lost = ~np.isfinite(solution.w).all(axis=0) | ~np.isfinite(paths).all(axis=(0, 1))
    if lost.any():
        raise ModelError(f"The model could not be estimated in {int(lost.sum())} training sets. Take more folds, or a simpler model.")
    unit = np.ones_like(variance) if fit.metric == "raw" else np.sqrt(variance)
    V = np.zeros((P, len(design.blocks), B))
    V[np.arange(P), design.owner] = solution.w / unit
    slope = solution.C[np.arange(P), design.owner] * unit
    VG = np.einsum("pjb,jkb->pkb", V, _passed_on(paths, design, antecedents))
    return V, VG, VG[:, design.owner] * slope, _linear(covariance, design, antecedents)


def _passed_on(paths: Array, design: Design, antecedents: Antecedents) -> Array:
    """G: predicted scores from scores; exogenous constructs keep theirs (Danks 2021)."""
    G = np.zeros_like(paths)
    for construct, causes in enumerate(design.causes):
        if not len(causes):
            G[construct, construct] = 1.0
        elif antecedents == "direct":
            G[:, construct] = paths[:, construct]
        else:
            G[:, construct] = np.einsum("jcb,cb->jb", G[:, causes], paths[causes, construct])
    return G


def _linear(covariance: Array, design: Design, antecedents: Antecedents) -> Array:
    """M: every endogenous item by least squares on all items of the exogenous constructs, or of its construct's causes."""
    M = np.zeros_like(covariance)
    exogenous = [number for number, causes in enumerate(design.causes) if not len(causes)]
    by_causes: dict[tuple[int, ...], list[int]] = {}
    for construct, causes in enumerate(design.causes):
        if len(causes):
            by_causes.setdefault(tuple(causes.tolist()) if antecedents == "direct" else tuple(exogenous), []).append(construct)
    for sources, effects in by_causes.items():
        x, y = (np.flatnonzero(np.isin(design.owner, each)) for each in (sources, effects))
        R = np.moveaxis(correlations(covariance[np.ix_(x, x)]), -1, 0)
        if np.linalg.eigvalsh(R)[:, 0].min() < 1e-10:
            raise ModelError(
                f"The linear benchmark regresses on {len(x)} items, which are linearly dependent in a training set: too few rows, or items "
                "that add up. Take more folds, or an item out."
            )
        sd = np.sqrt(np.einsum("iib->ib", covariance))[x]
        beta = np.linalg.solve(R, np.moveaxis(covariance[np.ix_(x, y)] / sd[:, None], -1, 0))
        M[np.ix_(x, y)] = np.moveaxis(beta, 0, -1) / sd[:, None]
    return M
