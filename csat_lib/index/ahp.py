"""Weights from judgements in pairs: the analytic hierarchy process (AHP) with its test of consistency.

Letters: A judgements n x n, a_ij = how many times i is as important as j, a_ji = 1 / a_ij; w weights; L = lambda_max. A pair without a
judgement is NaN on both sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import DataError, ParamsError, nearest, pick
from csat_lib.index.random_indices import random_index_of

Array = npt.NDArray[np.float64]
Matrix = pd.DataFrame | Array | Sequence[Sequence[float]]
Place = int | np.intp
Method = Literal["eigenvector", "geometric", "arithmetic"]
LIMIT = 0.10  # Saaty 1980
RECIPROCAL = 0.005  # a reciprocal written to three decimals, such as 0.333 or 0.143
SCALE = np.array([*(1 / k for k in range(9, 1, -1)), *range(1, 10)], dtype=float)


@dataclass(frozen=True, slots=True, eq=False)
class Ahp:
    """Weights from one matrix of judgements.

    Attributes
    ----------
    weights : Series
        Sum to 1, indexed by what was compared.
    lambda_max, consistency_index, consistency_ratio : float
        The principal eigenvalue, (lambda_max - n) / (n - 1), and that over the random index; 0 for n below 3.
    consistent : bool
        The consistency ratio is below 0.10.
    method, random_index : str
        How the weights were found; the table of random indices.
    matrix : DataFrame
        The judgements; NaN where a pair has none.
    missing : int
        Pairs without a judgement.
    """

    weights: pd.Series
    lambda_max: float
    consistency_index: float
    consistency_ratio: float
    consistent: bool
    method: Method
    random_index: str
    matrix: pd.DataFrame
    missing: int = 0


def ahp(matrix: Matrix, *, method: Method = "eigenvector", random_index: str = "saaty") -> Ahp:
    """Weights that sum to 1 from judgements in pairs, and how consistent the judgements are (Saaty 1980).

    Parameters
    ----------
    matrix : DataFrame or array
        a_ij: how many times the row is as important as the column. One half is enough: NaN on one side of the diagonal is the reciprocal of
        the other side. NaN on both sides is a pair without a judgement: the eigenvector is then Harker's (1987), the geometric mean the
        logarithmic least squares of Bozoki, Fulop & Ronyai (2010), and the random index less (Agoston & Csato 2022).
    method : {"eigenvector", "geometric", "arithmetic"}
        The principal eigenvector; the geometric means of the rows; the means of the rows after dividing by the columns' sums.
    random_index : str
        A name in ``RANDOM_INDICES``.

    Raises
    ------
    ParamsError
        Not square, labels that differ, an unknown method or table, more things than the table has, or a pair without a judgement for the
        arithmetic method.
    DataError
        Judgements that are not above 0 or not reciprocal, by name of the pair; judgements that leave things unconnected.

    >>> ahp([[1, 2, 5], [1 / 2, 1, 3], [1 / 5, 1 / 3, 1]]).weights.round(4).tolist()
    [0.5816, 0.309, 0.1095]
    """
    prioritise = pick(METHODS, method, "method of the weights")
    judged = judgement_matrix(matrix)
    A, n = judged.to_numpy(dtype=float), len(judged)
    missing = int(np.isnan(A).sum()) // 2
    if missing and method == "arithmetic":
        i, j = np.argwhere(np.isnan(A))[0]
        raise ParamsError(f"{_pair(judged, i, j)}: no judgement. The arithmetic method needs every pair; use 'eigenvector' or 'geometric'.")
    L = max(float(_eigen(_harker(A))[0]), float(n))
    index = (L - n) / (n - 1) if n > 2 else 0.0
    expected = random_index_of(random_index, n, missing=missing)
    ratio = index / expected if expected > 1e-12 else 0.0
    w = prioritise(A)
    return Ahp(pd.Series(w / w.sum(), index=judged.index), L, index, ratio, ratio < LIMIT, method, random_index, judged, missing)


def revisit(found: Ahp) -> pd.DataFrame:
    """The judgements, the costliest first: what the consistency ratio would be if one of them became what the weights say.

    Parameters
    ----------
    found : Ahp
        From ``ahp``; pairs without a judgement are left out.

    Returns
    -------
    DataFrame
        first, second, judgement (how many times first is as important as second), proposed (the ratio of the weights), nearest (that on
        the 1-9 scale), consistency_ratio (with the proposed one), saved (how much the ratio falls).
    """
    A, w = found.matrix.to_numpy(dtype=float), found.weights.to_numpy(dtype=float)
    n = len(A)
    i, j = (at[~np.isnan(A[np.triu_indices(n, 1)])] for at in np.triu_indices(n, 1))
    proposed = w[i] / w[j]
    changed = np.repeat(_harker(A)[None], len(i), axis=0)
    pair = np.arange(len(i))
    changed[pair, i, j], changed[pair, j, i] = proposed, 1 / proposed
    expected = random_index_of(found.random_index, n, missing=found.missing)
    ratios = np.zeros(len(i))
    if len(i) and n > 2 and expected > 1e-12:
        ratios = np.maximum(np.linalg.eigvals(changed).real.max(axis=1) - n, 0.0) / (n - 1) / expected
    table = pd.DataFrame(
        {
            "first": found.matrix.index[i],
            "second": found.matrix.columns[j],
            "judgement": A[i, j],
            "proposed": proposed,
            "nearest": [float(SCALE[np.abs(np.log(SCALE / each)).argmin()]) for each in proposed],
            "consistency_ratio": ratios,
            "saved": found.consistency_ratio - ratios,
        }
    )
    order = np.argsort(table["consistency_ratio"].round(9), kind="stable")  # of three things all judgements cost the same, up to rounding
    return table.iloc[order].reset_index(drop=True)


def judgement_matrix(matrix: Matrix) -> pd.DataFrame:
    """Judgements as a labelled matrix, checked; a NaN whose mirror is given becomes the mirror's reciprocal.

    Raises
    ------
    ParamsError
        Not square, or rows and columns that do not name the same things in the same order.
    DataError
        A judgement that is not above 0, not a number or not the reciprocal of its mirror; things that no chain of judgements connects.
    """
    judged = _labelled(matrix)
    A = judged.to_numpy(dtype=float)
    for i, j in np.argwhere(~np.isnan(A) & ~(np.isfinite(A) & (A > 0))):
        raise DataError(
            f"{_pair(judged, i, j)}: the judgement is {A[i, j]:g}; it must be above 0: 1 for equal, 1/3 where the second leads."
        )
    for i in np.flatnonzero(~np.isnan(np.diag(A)) & (np.diag(A) != 1)):
        raise DataError(f"{_pair(judged, i, i)}: {A[i, i]:g} on the diagonal; a thing is as important as itself: 1.")
    for i, j in np.argwhere(np.abs(A * A.T - 1) > RECIPROCAL):
        raise DataError(
            f"{_pair(judged, i, j)}: {A[i, j]:g} one way and {A[j, i]:g} the other; the second must be one over the first,"
            f" {1 / A[i, j]:.6g}. Correct one of them, or leave the lower half empty (NaN)."
        )
    A = np.where(np.isnan(A), 1 / A.T, A)
    A = np.where(A >= A.T, A, 1 / A.T)  # of a pair, the judgement above 1 is the exact one
    np.fill_diagonal(A, 1.0)
    _check_connected(A, judged)
    return pd.DataFrame(A, index=judged.index, columns=judged.index)


def _labelled(matrix: Matrix) -> pd.DataFrame:
    if isinstance(matrix, pd.DataFrame):
        judged = matrix
    else:
        try:
            values = np.asarray(matrix, dtype=float)
        except (TypeError, ValueError):
            raise ParamsError("The judgements are no square table of numbers: every row needs as many as there are rows.") from None
        judged = pd.DataFrame(values) if values.ndim == 2 else pd.DataFrame()
    rows, columns = judged.shape
    if rows != columns or not rows:
        raise ParamsError(
            f"The judgements have {rows} rows and {columns} columns; compared in pairs they are square: a row and a column each."
        )
    if list(judged.index) != list(judged.columns) or judged.index.has_duplicates:
        for row, column in zip(judged.index, judged.columns, strict=True):
            if row != column:
                raise ParamsError(f"The row {row!r} stands beside the column {column!r}.{nearest(str(row), map(str, judged.columns))}")
        raise ParamsError(f"{judged.index[judged.index.duplicated()][0]!r} appears twice among the things compared.")
    try:
        return judged.astype(float)
    except (TypeError, ValueError) as error:
        raise DataError(f"The judgements hold something that is no number: {error}.") from None


def _pair(judged: pd.DataFrame, i: Place, j: Place) -> str:
    """A judgement's place: by its names, or by row and column as a person counts."""
    if isinstance(judged.index, pd.RangeIndex):
        return f"Row {i + 1}, column {j + 1}"
    return f"{judged.index[int(i)]} against {judged.index[int(j)]}"


def _check_connected(A: Array, judged: pd.DataFrame) -> None:
    reached = np.zeros(len(A), dtype=bool)
    reached[0] = True
    known = ~np.isnan(A)
    for _ in range(len(A)):
        reached |= known[reached].any(axis=0)
    if not reached.all():
        inside, outside = np.flatnonzero(reached), np.flatnonzero(~reached)
        names = [str(judged.index[k] + 1 if isinstance(judged.index, pd.RangeIndex) else judged.index[k]) for k in (*inside, *outside)]
        raise DataError(
            f"No judgement connects {', '.join(names[: len(inside)])} with {', '.join(names[len(inside) :])}: their weights cannot"
            " be compared. Judge at least one pair between them."
        )


def _harker(A: Array) -> Array:
    """0 for a missing judgement, and 1 + the number missing in the row on the diagonal (Harker 1987); A itself where none is missing."""
    absent = np.isnan(A)
    B = np.where(absent, 0.0, A)
    B[np.diag_indices(len(A))] += absent.sum(axis=1)
    return B


def _eigen(B: Array) -> tuple[float, Array]:
    values, vectors = np.linalg.eig(B)
    top = int(values.real.argmax())
    return float(values[top].real), np.abs(vectors[:, top].real)


def _eigenvector(A: Array) -> Array:
    return _eigen(_harker(A))[1]


def _geometric(A: Array) -> Array:
    """Least squares of log a_ij = log w_i - log w_j over the pairs judged (Crawford & Williams 1985): row geometric means."""
    known = ~np.isnan(A)
    laplacian = np.diag(known.sum(axis=1)) - known
    log_w = np.linalg.lstsq(laplacian.astype(float), np.where(known, np.log(np.where(known, A, 1.0)), 0.0).sum(axis=1), rcond=None)[0]
    return np.asarray(np.exp(log_w - log_w.max()))


def _arithmetic(A: Array) -> Array:
    return np.asarray((A / A.sum(axis=0)).mean(axis=1))


METHODS = {"eigenvector": _eigenvector, "geometric": _geometric, "arithmetic": _arithmetic}
