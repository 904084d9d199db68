"""Estimates of a covariance structure in both metrics with standard errors, by the delta method from the errors of the free parameters.

Letters as in sem_model: x free parameters, B, L, P, T; C covariances of constructs, V covariance of x, Z standardised answers.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from csat_lib.model.sem_model import Specified, Term
from csat_lib.stats import z_value
from csat_lib.survey import Rows

Array = npt.NDArray[np.float64]
Complex = npt.NDArray[np.complex128]
TINY = 1e-30  # of the complex step: exact derivatives without a difference
COLUMNS = (
    *("kind", "row", "column", "estimate", "std_error", "unstandardised", "unstandardised_error"),
    *("z", "p_value", "conf_low", "conf_high"),
)


def construct_covariances(specified: Specified, x: Array) -> Array:
    """C = (I - B)^-1 P (I - B)^-T."""
    B, _, P, _ = specified.matrices(x)
    A = np.linalg.inv(np.eye(len(B)) - B)
    return np.asarray(A @ P @ A.T)


def implied(specified: Specified, x: Array) -> Array:
    """Sigma = L C L' + T, items in the structure's order."""
    _, L, _, T = specified.matrices(x)
    return np.asarray(L @ construct_covariances(specified, x) @ L.T + T)


def parameter_table(specified: Specified, x: Array, V: Array, sd: Array, confidence: float) -> pd.DataFrame:
    """Every parameter, fixed ones too: ``estimate`` standardised with its own error and interval; z and p test the unstandardised one.

    Parameters
    ----------
    specified, x : Specified, ndarray
        The model at its estimate.
    V : ndarray, (q, q)
        Covariance of x.
    sd : ndarray, (p,)
        Standard deviations of the items, for the unstandardised metric.
    confidence : float
        Of the intervals.
    """
    unit = _units(specified, sd)
    plain = np.array([_value(term, x) * unit[number] for number, term in enumerate(specified.terms)])
    x_error = np.sqrt(np.where(np.diag(V) > 0, np.diag(V), np.nan))
    plain_error = np.array([np.nan if t.place < 0 else x_error[t.place] * u for t, u in zip(specified.terms, unit, strict=True)])
    own = _standardised(specified, x.astype(complex)).real
    J = np.column_stack([_standardised(specified, x + 1j * TINY * step).imag / TINY for step in np.eye(len(x))])
    own_variance = np.einsum("tq,qr,tr->t", J, V, J)
    own_error = np.sqrt(np.where(own_variance > 1e-20, own_variance, np.nan))
    z = plain / plain_error
    half = z_value(confidence) * own_error
    kinds = [(each.matrix, each.row, each.column) for each in specified.terms]
    numbers = (own, own_error, plain, plain_error, z, 2 * stats.norm.sf(np.abs(z)), own - half, own + half)
    rows = [(*kind, *values) for kind, values in zip(kinds, np.column_stack(numbers).tolist(), strict=True)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def sandwich(specified: Specified, x: Array, rows: Rows, bread: Array) -> Array:
    """V that holds for answers that are not normal: bread' meat bread (Huber 1967; White 1982), meat from respondents' scores.

    Parameters
    ----------
    specified, x : Specified, ndarray
        The model at its estimate.
    rows : Rows
        Answers of mean 0 and variance 1; weights of mean 1 multiply the scores, which are summed over clusters, within strata.
    bread : ndarray, (q, q)
        Inverse of the expected information.
    """
    Sigma = implied(specified, x)
    slopes = _slopes(specified, x)
    inverse = np.linalg.inv(Sigma)
    Y = rows.X @ inverse
    score = np.einsum("ni,qij,nj->nq", Y, slopes, Y, optimize=True) - np.einsum("ij,qji->q", inverse, slopes)
    score *= rows.weights[:, None] / 2
    if rows.units is None:
        meat = score.T @ score
    else:
        of_row, stratum = rows.units
        totals = np.zeros((len(stratum), score.shape[1]))
        np.add.at(totals, of_row, score)
        meat = np.zeros((score.shape[1],) * 2)
        for each in np.unique(stratum):
            part = totals[stratum == each]
            if len(part) > 1:
                D = part - part.mean(axis=0)
                meat += len(part) / (len(part) - 1) * D.T @ D
    return np.asarray(bread @ meat @ bread)


def _slopes(specified: Specified, x: Array) -> Array:
    """Derivatives of Sigma by every parameter, (q, p, p), items in the structure's order."""
    p = len(specified.items)
    upper = np.triu_indices(p)
    names = list(specified.model.names_lambda[0])
    order = np.array([names.index(each) for each in specified.own_items])
    found = np.zeros((specified.free, p, p))
    found[:, upper[0], upper[1]] = found[:, upper[1], upper[0]] = specified.jacobian(x).T
    return np.asarray(found[:, order][:, :, order])


def _value(term: Term, x: Array) -> float:
    if term.place >= 0:
        return float(x[term.place])
    return 1.0 if term.matrix in {"loading", "part"} else 0.0


def _units(specified: Specified, sd: Array) -> Array:
    """What a term of unit items is to be multiplied by for the items' own units; a construct has the unit of its marker."""
    markers = [each for each in specified.terms if each.place < 0 and each.matrix in {"loading", "part"}]
    unit = np.ones(len(specified.constructs))
    for each in sorted(markers, key=lambda term: term.matrix):
        unit[each.at[1]] = sd[each.at[0]] if each.matrix == "loading" else unit[each.at[0]]
    found = []
    for term in specified.terms:
        row, column = term.at
        if term.matrix == "item":
            found.append(sd[row] * sd[column])
        elif term.matrix == "construct":
            found.append(unit[row] * unit[column])
        else:
            found.append((sd if term.matrix == "loading" else unit)[row] / unit[column])
    return np.array(found)


def _standardised(specified: Specified, x: Complex) -> Complex:
    """All terms where items and constructs have variance 1; covariances of residuals become correlations of residuals."""
    B, L, P, T = specified.matrices(x)  # type: ignore[arg-type]
    A = np.linalg.inv(np.eye(len(B)) - B)
    C = A @ P @ A.T
    f, i = _root(np.diag(C)), _root(np.diag(L @ C @ L.T + T))
    matrix = {"path": B, "part": B, "loading": L, "construct": P, "item": T}
    scale = {"path": (f, 1 / f), "part": (f, 1 / f), "loading": (i, 1 / f), "construct": (f, f), "item": (i, i)}
    residual = {"construct": _root(np.diag(P)), "item": _root(np.diag(T))}
    found = np.empty(len(specified.terms), dtype=complex)
    for number, term in enumerate(specified.terms):
        row, column = term.at
        up, down = scale[term.matrix]
        if term.matrix in residual and row != column:
            up = down = residual[term.matrix]
        found[number] = matrix[term.matrix][row, column] / (up[row] * down[column]) if matrix[term.matrix][row, column] != 0 else 0
    return found


def _root(variances: Complex) -> Complex:
    """Standard deviations; NaN where a variance is not positive."""
    return np.sqrt(np.where(variances.real > 0, variances, np.nan))
