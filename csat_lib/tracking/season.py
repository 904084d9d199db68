"""Season: what the time of the year adds to a figure, told apart from change where three years or more are there.

Letters: y figures of the waves, v = se^2 their sampling variances, X a constant, known events and, at will, a straight line; S effects of
the periods of the year, which sum to 0. Weighted least squares with weights 1 / v; F compares the fits with and without S.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from csat_lib.errors import ParamsError, pick
from csat_lib.tracking.calendar import MONTHS, period_of

Array = npt.NDArray[np.float64]
YEARS = 3
TRENDS = {"linear": "a straight line", "none": "no line"}
CANNOT = "season cannot be told from change"


@dataclass(frozen=True, slots=True, eq=False)
class Season:
    """What the time of the year adds.

    Attributes
    ----------
    effects : DataFrame
        season (Q1, 09, H2), estimate (points beside the mean of the year), std_error, conf_low, conf_high, n (waves); empty where season
        cannot be told.
    adjusted : DataFrame
        period, estimate, adjusted (without the season).
    f, df, p_value : float, (int, int), float
        The test that all effects are 0.
    dispersion : float
        Residual variance as a multiple of the sampling variances: near 1 where sampling explains what is left.
    verdict : str
        "season", "no season seen", or why it cannot be told.
    """

    effects: pd.DataFrame
    adjusted: pd.DataFrame
    f: float
    df: tuple[int, int]
    p_value: float
    dispersion: float
    verdict: str


def season(
    figures: pd.DataFrame,
    *,
    events: Mapping[str, Sequence[str]] | None = None,
    trend: Literal["linear", "none"] = "linear",
    confidence: float = 0.95,
) -> Season:
    """Effects of the period of the year on one figure, with an F test on the waves' own sampling variances.

    Parameters
    ----------
    figures : DataFrame
        period, estimate, std_error: one figure, one row a wave; waves may lack.
    events : mapping of str to sequence of str, optional
        Known events -> the periods they concern, so that a price rise in spring is not taken for spring.
    trend : {"linear", "none"}
        A straight line beside the season, or none.
    confidence : float
        Of the intervals.

    Raises
    ------
    ParamsError
        A column is missing, a period stands twice, an event names a period that is not there.
    """
    pick(TRENDS, trend, "trend")
    y, v, names = _series(figures)
    nothing = pd.DataFrame(columns=["season", "estimate", "std_error", "conf_low", "conf_high", "n"])
    plain = pd.DataFrame({"period": names, "estimate": y, "adjusted": np.nan})
    seasons, number, trouble = _seasons(names)
    if trouble:
        return Season(nothing, plain, np.nan, (0, 0), np.nan, np.nan, trouble)
    kinds = sorted(set(seasons))
    own = np.array([[float(each == kind) - float(each == kinds[-1]) for kind in kinds[:-1]] for each in seasons])
    base = [np.ones(len(y))] + ([number - number.mean()] if trend == "linear" else [])
    base += [np.isin(names, list(map(str, when))).astype(float) for when in _known(events, names).values()]
    X = np.column_stack(base)
    rank = int(np.linalg.matrix_rank(np.column_stack([X, own])))
    df = len(y) - rank
    if df < 1 or rank < X.shape[1] + own.shape[1]:
        return Season(nothing, plain, np.nan, (0, 0), np.nan, np.nan, f"{CANNOT}: too few waves for {X.shape[1] - 1} other terms")
    without, _, _ = _weighted(X, y, v)
    rest, beta, cov = _weighted(np.column_stack([X, own]), y, v)
    q, scale = own.shape[1], rest / df
    f = (without - rest) / q / scale
    p = float(stats.f.sf(f, q, df))
    C = np.vstack([np.eye(q), -np.ones(q)])
    effect, error = C @ beta[-q:], np.sqrt(np.diag(C @ cov[-q:, -q:] @ C.T) * scale)
    half = float(stats.t.ppf(0.5 + confidence / 2, df)) * error
    table = pd.DataFrame({"season": kinds, "estimate": effect, "std_error": error, "conf_low": effect - half, "conf_high": effect + half})
    table["n"] = [seasons.count(kind) for kind in kinds]
    at = np.array([effect[kinds.index(each)] for each in seasons])
    return Season(table, plain.assign(adjusted=y - at), f, (q, df), p, scale, "season" if p < 1 - confidence else "no season seen")


def _series(figures: pd.DataFrame) -> tuple[Array, Array, list[str]]:
    for column in ("period", "estimate", "std_error"):
        if column not in figures.columns:
            raise ParamsError(f"figures: no column {column!r}.")
    kept = figures[figures["estimate"].notna() & (figures["std_error"] > 0)]
    names = kept["period"].astype(str).tolist()
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise ParamsError(f"figures: {twice[0]} stands there twice. Give one figure of one segment.")
    return kept["estimate"].to_numpy(dtype=float), kept["std_error"].to_numpy(dtype=float) ** 2, names


def _seasons(names: Sequence[str]) -> tuple[list[str], Array, str]:
    """Each wave's period of the year and its number in time, or why season cannot be told."""
    parsed = [period_of(name) for name in names]
    known = [each for each in parsed if each is not None and each.kind != "special"]
    kinds = {each.kind for each in known}
    if len(known) < len(names) or len(kinds) != 1 or kinds == {"year"}:
        return [], np.array([]), f"{CANNOT}: it needs quarters, months or half-years, all of one kind"
    months = MONTHS[known[0].kind]
    number = np.array([(each.start.year * 12 + each.start.month - 1) // months for each in known], dtype=float)
    per_year = 12 // months
    seasons = [each.name[4:].lstrip("-") for each in known]
    least = min((seasons.count(each) for each in set(seasons)), default=0)
    if number.max() - number.min() + 1 < YEARS * per_year or len(set(seasons)) < per_year or least < YEARS - 1:
        span = (number.max() - number.min() + 1) / per_year
        return [], np.array([]), f"{CANNOT}: {len(names)} waves over {span:.1f} years, {YEARS} years with every {known[0].kind} are needed"
    return seasons, number, ""


def _known(events: Mapping[str, Sequence[str]] | None, names: Sequence[str]) -> Mapping[str, Sequence[str]]:
    for event, when in (events or {}).items():
        if not set(map(str, when)) & set(names):
            raise ParamsError(f"events: {event}: none of {', '.join(map(str, when))} is among the periods.")
    return events or {}


def _weighted(X: Array, y: Array, v: Array) -> tuple[float, Array, Array]:
    """Weighted residual sum of squares, coefficients, and their covariance for a residual scale of 1."""
    root = 1 / np.sqrt(v)
    A, b = X * root[:, None], y * root
    beta = np.linalg.lstsq(A, b, rcond=None)[0]
    return float(((b - A @ beta) ** 2).sum()), np.asarray(beta, dtype=float), np.asarray(np.linalg.pinv(A.T @ A), dtype=float)
