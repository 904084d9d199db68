"""The covariance structure that a model implies, its parameters under plain names, and its maximum-likelihood estimate.

Letters: S item correlations analysed, Sigma those implied, x free parameters (q), B paths between constructs, L loadings,
P (disturbance) variances and covariances of constructs, T those of the items' residuals: Sigma = L (I - B)^-1 P (I - B)^-T L' + T.
Items are analysed with variance 1, whatever their unit; the marker of a construct is its first item.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from csat_lib.errors import ModelError, ParamsError, nearest
from csat_lib.study import Structure

Array = npt.NDArray[np.float64]
Covariances = Sequence[tuple[str, str]]  # of residuals; an item goes before a construct of its name
Objective = tuple[Callable[[Array], float], Callable[[Array], Array], Callable[[Array], Array]]  # value, gradient, curvature
MATRICES = ("path", "loading", "construct", "item")
SETTLED = 1e-12  # gain of a step from which rounding hides it in the function: whole steps from there, until they stop shrinking


@dataclass(frozen=True, slots=True)
class Term:
    """One cell of a matrix: row and column by name and by number (``at``); ``place`` in x, or -1 where it is fixed.

    ``matrix`` is path, loading (of an item), part (loading of a construct on one of higher order), construct or item (P and T).
    """

    matrix: str
    row: str
    column: str
    at: tuple[int, int]
    place: int


@dataclass(frozen=True, slots=True, eq=False)
class Specified:
    """A specification that semopy has read: its model, the terms of its matrices, items and constructs in the structure's order."""

    model: Any
    terms: tuple[Term, ...]
    items: tuple[str, ...]
    constructs: tuple[str, ...]
    own_items: tuple[str, ...]
    own_constructs: tuple[str, ...]
    free: int

    def matrices(self, x: Array) -> tuple[Array, Array, Array, Array]:
        """B, L, P and T at x, rows and columns in the structure's order; complex where x is."""
        found = []
        for number, (row, column) in enumerate(self._names()):
            matrix = self.model.matrices[number].astype(x.dtype)
            cells, places = self.model.param_ranges[number]
            if cells:
                matrix[cells] = x[list(places)]
            found.append(matrix[np.ix_(row, column)])
        return found[0], found[1], found[2], found[3]

    def jacobian(self, x: Array) -> Array:
        """Derivatives of Sigma's distinct elements, (p (p + 1) / 2, q)."""
        self.model.update_matrices(x)
        _, (m, c) = self.model.calc_sigma()
        upper = np.triu_indices(len(self.items))
        return np.column_stack([np.broadcast_to(each, (len(self.items),) * 2)[upper] for each in self.model.calc_sigma_grad(m, c)])

    def name(self, place: int) -> str:
        """The free parameter at ``place`` in lavaan's notation."""
        term = next(each for each in self.terms if each.place == place)
        sign = {"path": "~", "loading": "=~", "part": "=~"}.get(term.matrix, "~~")
        left, right = (term.column, term.row) if sign == "=~" else (term.row, term.column)
        return f"{left} {sign} {right}"

    def _names(self) -> list[tuple[list[int], list[int]]]:
        inner, outer = self.model.names_beta[0], self.model.names_lambda[0]
        rows = [inner.index(name) for name in self.own_constructs]
        cells = [outer.index(name) for name in self.own_items]
        return [(rows, rows), (cells, rows), (rows, rows), (cells, cells)]


def specify(structure: Structure, covariances: Covariances = ()) -> Specified:
    """The structure as semopy's model: a single item has loading 1 and no residual, causes without causes covary.

    Raises
    ------
    ParamsError
        A residual covariance of something that is neither item nor construct.
    """
    from semopy import Model

    names = {each: f"f{place}" for place, each in enumerate(structure.names)}
    items = {item: f"x{place}" for place, item in enumerate(structure.items)}
    plain = _renamed(structure, names, items)
    single = [items[each.items[0]] for each in structure.constructs if len(each.items) == 1 and not each.of]
    parts = {part for each in structure.constructs for part in each.of}
    exogenous = [names[each] for each in structure.names if each not in structure.drivers_of and each not in parts]
    pairs = [(a, b) for place, a in enumerate(exogenous) for b in exogenous[place + 1 :]]
    pairs += _residual(covariances, names | items)
    lines = [plain.to_lavaan(), *(f"{item} ~~ 0*{item}" for item in single)]
    lines += [f"{a} ~~ {b}" for a, b in {frozenset(pair): pair for pair in pairs}.values()]
    model = Model("\n".join(lines), cov_diag=True)
    terms, free = _terms(model, structure, names, items)
    return Specified(model, terms, structure.items, structure.names, tuple(items.values()), tuple(names.values()), free)


def check_identified(specified: Specified) -> None:
    """Refuse a model with more parameters than moments, or one that no data could determine (rank at a generic point).

    Raises
    ------
    ModelError
        The parameters that cannot be told from the data are named.
    """
    p, q = len(specified.items), specified.free
    moments = p * (p + 1) // 2
    if q > moments:
        raise ModelError(
            f"The model is not identified: {q} parameters, but only {moments} variances and covariances of {p} items. "
            "Give the constructs more items, or take paths out."
        )
    load(specified, np.eye(p), 2)
    x = np.random.default_rng(0).uniform(0.3, 0.9, q)
    J = specified.jacobian(x)
    _, size, directions = np.linalg.svd(J / np.linalg.norm(J, axis=0).clip(1e-12))
    loose = directions[(size < 1e-9 * size[0]).nonzero()[0]]
    if len(loose):
        names = [specified.name(place) for place in range(q) if np.abs(loose[:, place]).max() > 1e-6]
        raise ModelError(
            f"The model is not identified: no data could determine {', '.join(names)}. "
            "Two items need a construct that is linked to others; take a residual covariance or a path out."
        )


def load(specified: Specified, S: Array, n: float) -> None:
    """Give semopy the correlations to analyse (items in the structure's order) and their n."""
    import pandas as pd

    frame = pd.DataFrame(S, index=list(specified.own_items), columns=list(specified.own_items))
    specified.model.load(cov=frame, n_samples=n)


def likelihood(specified: Specified) -> Objective:
    """F = log|Sigma| - log|S| + tr(S Sigma^-1) - p, and semopy's gradient and expected curvature.

    semopy's own F is infinite where rounding takes it below 0, as in a model without degrees of freedom.
    """
    model, gradient = specified.model, specified.model.grad_mlw

    def value(x: Array) -> float:
        model.update_matrices(x)
        try:
            root = np.linalg.cholesky(model.calc_sigma()[0])
        except np.linalg.LinAlgError:
            return np.inf
        half = np.linalg.solve(root, np.linalg.solve(root, model.mx_cov).T)
        return float(np.trace(half) + 2 * np.log(np.diag(root)).sum() - model.cov_logdet - len(half))

    def curvature(x: Array) -> Array:
        model.update_matrices(x)
        return np.asarray(2 / model.n_samples * model.calc_fim())

    return value, gradient, curvature


def minimised(objective: Objective, start: Array) -> tuple[Array, float]:
    """The minimum by BFGS, polished by Fisher scoring; and what a further step would lower the function by (NaN: nothing sensible)."""
    value, gradient, curvature = objective
    with np.errstate(all="ignore"):
        x = minimize(value, start, jac=gradient, method="BFGS", options={"maxiter": 2000, "gtol": 1e-6}).x
        left = np.inf
        for _ in range(100):
            before = left
            try:
                g = gradient(x)
                step = -np.linalg.lstsq(curvature(x), g, rcond=1e-12)[0]
            except np.linalg.LinAlgError:
                return x, np.nan
            left = float(-g @ step)
            if left > SETTLED:
                here = value(x)
                step = next((part * step for part in 0.5 ** np.arange(30) if value(x + part * step) < here), 0.0 * step)
            if not step.any() or (not left < before / 4 and left <= SETTLED):
                return x, left
            x = x + step
    return x, left


def starts(specified: Specified, R: Array) -> Array:
    """Loadings relative to the marker from the correlations of a block, half of every variance explained, no paths."""
    marker = {each.at[1]: each.at[0] for each in specified.terms if each.matrix == "loading" and each.place < 0}
    block: dict[int, list[int]] = {}
    for term in specified.terms:
        if term.matrix == "loading":
            block.setdefault(term.at[1], []).append(term.at[0])
    x = np.zeros(specified.free)
    for term in specified.terms:
        if term.place < 0:
            continue
        if term.matrix == "loading":
            x[term.place] = _relative(R, term.at[0], marker[term.at[1]], block[term.at[1]])
        elif term.matrix == "part":
            x[term.place] = 1.0
        elif term.matrix != "path" and term.at[0] == term.at[1]:
            x[term.place] = 0.5
    return x


def _relative(R: Array, own: int, first: int, block: list[int]) -> float:
    """Loading of an item over that of the marker, from their correlations with the rest of the block."""
    others = [each for each in block if each not in (own, first)]
    if not others:
        return float(np.sign(R[own, first]) or 1)
    ratio = R[own, others].sum() / (R[first, others].sum() or 1.0)
    return float((np.sign(ratio) or 1.0) * np.clip(abs(ratio), 0.2, 3.0))


def _renamed(structure: Structure, names: dict[str, str], items: dict[str, str]) -> Structure:
    """The same model in names that any parser reads, constructs and items apart."""
    constructs = tuple(
        replace(each, name=names[each.name], items=tuple(items[item] for item in each.items), of=tuple(names[part] for part in each.of))
        for each in structure.constructs
    )
    drivers = {names[effect]: tuple(names[cause] for cause in causes) for effect, causes in structure.drivers_of.items()}
    return Structure(constructs, drivers, names[structure.outcome])


def _terms(
    model: Any,  # noqa: ANN401  semopy has no types
    structure: Structure,
    names: dict[str, str],
    items: dict[str, str],
) -> tuple[tuple[Term, ...], int]:
    """The terms of semopy's matrices under the structure's names, and how many parameters are free."""
    parts = {names[part] for each in structure.constructs for part in each.of}
    spoken = {alias: (place, name) for aliases in (names, items) for place, (name, alias) in enumerate(aliases.items())}
    terms, places = [], dict[str, int]()
    for key, parameter in model.parameters.items():
        if parameter.active:
            places[key] = len(places)
        for cell in parameter.locations:
            number = next(place for place, matrix in enumerate(model.matrices) if matrix is cell.matrix)
            row, column = (model.names[number][side][cell.indices[side]] for side in (0, 1))
            kind = "part" if MATRICES[number] == "path" and row in parts else MATRICES[number]
            at = spoken[row][0], spoken[column][0]
            terms.append(Term(kind, spoken[row][1], spoken[column][1], at, places.get(key, -1)))
    order = ("path", "loading", "part", "construct", "item")
    return tuple(sorted(terms, key=lambda each: (order.index(each.matrix), each.at))), len(places)


def _residual(covariances: Covariances, aliases: dict[str, str]) -> list[tuple[str, str]]:
    for pair in covariances:
        for name in pair:
            if name not in aliases:
                raise ParamsError(f"covariances: no item or construct {name!r} in the model.{nearest(name, aliases)}")
        if len(pair) != 2 or pair[0] == pair[1]:
            raise ParamsError(f"covariances: expected two different items or constructs, got {', '.join(pair)}.")
    return [(aliases[a], aliases[b]) for a, b in covariances]
