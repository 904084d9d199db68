"""What makes a covariance-based solution improper, in words that name the culprit."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.model.sem_estimates import construct_covariances
from csat_lib.model.sem_model import Specified

Array = npt.NDArray[np.float64]
SAME_FACTOR = 0.99  # correlation from which two constructs are one; ours
BARELY_APART = 0.95  # from which a note is made; as for consistent PLS
HUGE_ERROR = 0.5  # standard error of a standardised estimate: its 95 % interval spans the whole range from -1 to 1; ours
SINGULAR = 1e-7  # smallest eigenvalue of the information scaled to a unit diagonal; ours
NEGATIVE = -1e-8
UNSETTLED = 1e-8


def improprieties(specified: Specified, table: pd.DataFrame, x: Array, *, left: float, information: Array) -> tuple[str, ...]:
    """Every reason not to trust a solution; none if it is admissible.

    Parameters
    ----------
    specified, table, x : Specified, DataFrame, ndarray
        The model, its parameter table, and its free parameters.
    left : float
        What a further step would lower the function by.
    information : ndarray, (q, q)
        Curvature at the solution.
    """
    return (
        *_unsettled(left),
        *_undetermined(specified, information),
        *_negative(table),
        *_beyond_one(table),
        *_one_factor(specified, construct_covariances(specified, x)),
        *_not_definite(specified, x),
        *_vague(table),
    )


def close_pairs(specified: Specified, C: Array) -> list[str]:
    """Pairs of constructs that are hardly two."""
    return [
        f"{a} and {b} correlate {r:.3f}: hardly two constructs" for a, b, r in _pairs(specified, C) if BARELY_APART < abs(r) < SAME_FACTOR
    ]


def _unsettled(left: float) -> Iterator[str]:
    if not left < UNSETTLED:
        yield "not converged: the likelihood still rises"


def _undetermined(specified: Specified, information: Array) -> Iterator[str]:
    size = np.sqrt(np.abs(np.diag(information)).clip(1e-300))
    scaled = information / np.outer(size, size)
    if not np.isfinite(scaled).all():
        yield "information matrix not finite"
        return
    values, directions = np.linalg.eigh(scaled)
    if values[0] < SINGULAR:
        loose = np.abs(directions[:, 0])
        names = [specified.name(int(place)) for place in np.argsort(-loose)[:3] if loose[place] > 0.1]
        yield f"information matrix not positive definite: the data do not determine {', '.join(names)}"


def _negative(table: pd.DataFrame) -> Iterator[str]:
    variances = table[(table["row"] == table["column"]) & table["kind"].isin(["construct", "item"])]
    for row in variances[~(variances["estimate"] > NEGATIVE)].itertuples():
        yield f"negative variance: {row.row} ({row.unstandardised:.3g})"


def _beyond_one(table: pd.DataFrame) -> Iterator[str]:
    sloping = table[table["kind"].isin(["path", "loading", "part"])]
    for row in sloping[~(sloping["estimate"].abs() <= 1 + 1e-8)].itertuples():
        yield f"standardised estimate beyond 1: {_arrow(row.kind, row.row, row.column)} ({row.estimate:.2f})"


def _one_factor(specified: Specified, C: Array) -> Iterator[str]:
    for a, b, r in _pairs(specified, C):
        if abs(r) >= SAME_FACTOR:
            yield f"factor correlation of {a} and {b}: {r:.3f}"
    sd = np.sqrt(np.diag(C).clip(1e-300))
    if not np.linalg.eigvalsh(C / np.outer(sd, sd))[0] > 1e-10:
        yield "covariance matrix of the constructs not positive definite"


def _not_definite(specified: Specified, x: Array) -> Iterator[str]:
    _, _, P, T = specified.matrices(x)
    for what, matrix in (("constructs", P), ("items", T)):
        positive = (np.diag(matrix) >= 0).all()
        if positive and np.linalg.eigvalsh(matrix)[0] < NEGATIVE:
            yield f"covariance matrix of the {what}' residuals not positive definite"


def _vague(table: pd.DataFrame) -> Iterator[str]:
    sloping = table[table["kind"].isin(["path", "loading", "part"])]
    for row in sloping[sloping["std_error"] > HUGE_ERROR].itertuples():
        yield f"huge standard error: {_arrow(row.kind, row.row, row.column)} ({row.std_error:.2f})"


def _pairs(specified: Specified, C: Array) -> Iterator[tuple[str, str, float]]:
    """Pairs of constructs with their correlation; a construct and its own parts are no pair."""
    own = {frozenset((each.row, each.column)) for each in specified.terms if each.matrix == "part"}
    names = specified.constructs
    for i, a in enumerate(names):
        for j in range(i):
            if frozenset((a, names[j])) not in own and C[i, i] > 0 and C[j, j] > 0:
                yield names[j], a, float(C[i, j] / np.sqrt(C[i, i] * C[j, j]))


def _arrow(kind: object, row: object, column: object) -> str:
    return f"{column} -> {row}" if kind == "path" else f"{row} of {column}"
