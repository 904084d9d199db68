"""Whether the moves between grades balance, whether the shares have changed, and whether the matrix is the same from wave to wave.

Letters: n_ij customers from grade i to grade j, T tables, k grades, d differences of the margins, S their covariances.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from csat_lib.errors import DataError, ParamsError
from csat_lib.tracking.movement import Transitions

Array = npt.NDArray[np.float64]
COLUMNS = ["metric", "grade", "estimate", "df", "p_value", "n", "verdict"]


def transition_tests(found: Transitions, *, confidence: float = 0.95) -> pd.DataFrame:
    """Bowker's test of symmetry and the Stuart-Maxwell test of equal margins.

    With survey weights the table is scaled to Kish's effective number of customers (Rao & Scott 1981, first order).

    Parameters
    ----------
    found : Transitions
        Of two waves.
    confidence : float
        1 - confidence is the level of the tests.

    Returns
    -------
    DataFrame
        metric (bowker, stuart_maxwell), grade (empty), estimate (chi square), df, p_value, n, verdict ("differs": moves up and down do not
        balance, the shares have changed; "same"; "undefined": nobody moved).
    """
    N = found.counts.to_numpy() * found.n_effective / found.counts.to_numpy().sum()
    rows = [("bowker", "", *_bowker(N)), ("stuart_maxwell", "", *_stuart_maxwell(N))]
    return _judged(rows, found.n, confidence)


def stationarity(waves: Sequence[Transitions] | Mapping[str, Transitions], *, confidence: float = 0.95) -> pd.DataFrame:
    """Whether one matrix holds for all steps between three waves or more (Anderson & Goodman 1957, likelihood ratio).

    2 sum_t sum_ij n_ij(t) ln (P_ij(t) / P_ij), df = sum over origins of (tables with that origin - 1) (destinations ever reached - 1).

    Parameters
    ----------
    waves : sequence or mapping of Transitions
        One for each step, in order, with the same grades.
    confidence : float
        1 - confidence is the level of the test.

    Returns
    -------
    DataFrame
        metric (stationarity), grade (origin; the last row, empty, is of all), estimate (chi square), df, p_value, n, verdict ("same",
        "differs", "undefined").

    Raises
    ------
    DataError
        Fewer than two steps, that is three waves.
    ParamsError
        The grades differ.
    """
    steps = list(waves.values()) if isinstance(waves, Mapping) else list(waves)
    if len(steps) < 2:
        raise DataError(f"{len(steps)} step between waves: whether the matrix stays the same shows from three waves, two steps, on.")
    grades = list(steps[0].values.index)
    for each in steps[1:]:
        if list(each.values.index) != grades:
            raise ParamsError(f"The steps have different grades: {grades} and {list(each.values.index)}.")
    T = np.stack([each.counts.to_numpy() * each.n_effective / each.counts.to_numpy().sum() for each in steps])
    rows = []
    for place, grade in enumerate(grades):
        rows.append(("stationarity", str(grade), *_likelihood_ratio(T[:, place])))
    whole = sum(row[2] for row in rows), sum(row[3] for row in rows)
    rows.append(("stationarity", "", *whole))
    return _judged(rows, float(sum(each.n for each in steps)), confidence)


def _bowker(N: Array) -> tuple[float, float]:
    """sum_{i<j} (n_ij - n_ji)^2 / (n_ij + n_ji), df k(k-1)/2 (Bowker 1948); a pair nobody crossed adds nothing: cautious."""
    upper = np.triu_indices(len(N), 1)
    up, down = N[upper], N.T[upper]
    crossed = up + down > 0
    chi2 = float(((up - down)[crossed] ** 2 / (up + down)[crossed]).sum())
    return chi2, float(len(up)) if crossed.any() else 0.0


def _stuart_maxwell(N: Array) -> tuple[float, float]:
    """D' S^-1 d over all grades but one, df k-1 (Stuart 1955; Maxwell 1970); grades that nobody entered or left are taken out."""
    moving = (N.sum(axis=0) + N.sum(axis=1) - 2 * np.diag(N)) > 0
    N = N[np.ix_(moving, moving)]
    if len(N) < 2:
        return 0.0, 0.0
    d = N.sum(axis=1) - N.sum(axis=0)
    S = -(N + N.T)
    np.fill_diagonal(S, N.sum(axis=1) + N.sum(axis=0) - 2 * np.diag(N))
    rank = int(np.linalg.matrix_rank(S, hermitian=True))
    return float(d @ np.linalg.pinv(S, hermitian=True) @ d), float(rank)


def _likelihood_ratio(rows: Array) -> tuple[float, float]:
    """One origin's destinations, (steps, k), against their pooled shares."""
    rows = rows[rows.sum(axis=1) > 0]
    rows = rows[:, rows.sum(axis=0) > 0]
    if len(rows) < 2 or rows.shape[1] < 2:
        return 0.0, 0.0
    expected = np.outer(rows.sum(axis=1), rows.sum(axis=0)) / rows.sum()
    terms = np.where(rows > 0, rows * np.log(np.where(rows > 0, rows, 1) / expected), 0.0)
    return float(2 * terms.sum()), float((len(rows) - 1) * (rows.shape[1] - 1))


def _judged(rows: Sequence[tuple[str, str, float, float]], n: float, confidence: float) -> pd.DataFrame:
    table = []
    for metric, grade, chi2, df in rows:
        p = float(stats.chi2.sf(chi2, df)) if df > 0 else np.nan
        verdict = "undefined" if np.isnan(p) else "differs" if p < 1 - confidence else "same"
        table.append((metric, grade, chi2 if df > 0 else np.nan, df, p, n, verdict))
    return pd.DataFrame(table, columns=COLUMNS)
