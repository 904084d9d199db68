"""Fuzzy comprehensive evaluation (模糊综合评价): factors with weights, grades with memberships, one vector of grades.

Letters: a weights, R memberships factors x grades (rows sum to 1), B = a o R, v values of the grades, H the score.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import DataError, ParamsError, nearest, pick
from csat_lib.index.named_numbers import named_numbers

Array = npt.NDArray[np.float64]
Operator = Literal["min_max", "product_max", "min_sum", "weighted_average"]
OPERATORS: dict[str, Callable[[Array, Array], Array]] = {
    "min_max": lambda a, R: np.minimum(a[:, None], R).max(axis=0),
    "product_max": lambda a, R: (a[:, None] * R).max(axis=0),
    "min_sum": lambda a, R: np.minimum(np.minimum(a[:, None], R).sum(axis=0), 1.0),
    "weighted_average": lambda a, R: np.minimum(a @ R, 1.0),
}
SUM = 1e-6
SEPARATION = 0.05
ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Fuzzy:
    """The evaluation of one set of factors.

    Attributes
    ----------
    membership : Series
        B as the operator gives it, indexed by grade.
    normalised : Series
        B over its sum.
    grade : int
        The grade with the largest membership, from 1 in column order; of a tie the first.
    score : float or None
        H = sum b^k v / sum b^k on the normalised vector, in the unit of the values; None without values.
    separated : bool
        The two largest normalised memberships differ by 0.05 or more; otherwise read the grade as a tie.
    mean_score : float or None
        The plain weighted mean of the factors' own scores; the weighted average with k = 1 gives the same.
    operator : str
        How weights and memberships were joined.
    """

    membership: pd.Series
    normalised: pd.Series
    grade: int
    score: float | None
    separated: bool
    mean_score: float | None
    operator: Operator


def fuzzy_evaluation(
    weights: Sequence[float] | Mapping[str, float] | pd.Series,
    membership: pd.DataFrame | Array | Sequence[Sequence[float]],
    *,
    operator: Operator = "weighted_average",
    values: Sequence[float] | None = None,
    power: Literal[1, 2] = 1,
) -> Fuzzy:
    """Shares of the grades over all factors, the grade they point to, and a score in the unit of ``values``.

    Parameters
    ----------
    weights : sequence, mapping or Series
        One per factor, from 0 upward, summing to 1; with names they are matched to the rows of a labelled membership.
    membership : DataFrame or array
        Factors x grades, the best grade first; every row sums to 1. ``membership_of`` makes it from a survey.
    operator : {"weighted_average", "min_max", "product_max", "min_sum"}
        M(., +), recommended for satisfaction; M(min, max), the decisive factor alone; M(., max), the outstanding factor; M(min, +), bounded
        sum. They can point to different grades.
    values : sequence of float, optional
        The worth of each grade, such as (100, 80, 60, 40, 20).
    power : {1, 2}
        k of the score; 2 sharpens towards the leading grade. With the weighted average and k = 1 the score is the plain weighted mean.

    Raises
    ------
    ParamsError
        Weights, values or grades that do not match, weights that are negative or do not sum to 1, another power.
    DataError
        A membership row that does not sum to 1 or leaves 0-1, by name; it is never normalised in silence.

    >>> fuzzy_evaluation([0.6, 0.4], [[0.5, 0.5], [0.1, 0.9]], values=[100, 0]).score
    34.0
    """
    pick(OPERATORS, operator, "operator")
    R = checked_memberships(membership)
    a, v = factor_weights(weights, R), grade_values(values, R)
    check_power(power)
    return evaluated(a, R, operator, v, power)


def evaluated(a: Array, R: pd.DataFrame, operator: Operator, v: Array | None, power: int, *, own_scores: Array | None = None) -> Fuzzy:
    """The evaluation of checked arguments.

    Parameters
    ----------
    a, R, operator, v, power
        Weights, memberships (rows may have any sum), operator, values of the grades, k.
    own_scores : array, optional
        The factors' plain scores; from R when None.
    """
    rows = R.to_numpy(dtype=float)
    B = OPERATORS[operator](a, rows)
    if not B.sum() > 0:
        raise DataError(f"The operator {operator!r} leaves no membership in any grade. Use 'weighted_average'.")
    b = B / B.sum()
    top = np.sort(b)[::-1]
    score = mean = None
    if v is not None:
        score = float(b**power @ v / (b**power).sum())
        mean = float(a @ (rows @ v if own_scores is None else own_scores))
    separated = bool(len(top) < 2 or top[0] - top[1] >= SEPARATION - ROUNDING)
    grade = int(np.flatnonzero(b >= b.max() - ROUNDING)[0]) + 1
    return Fuzzy(pd.Series(B, index=R.columns), pd.Series(b, index=R.columns), grade, score, separated, mean, operator)


def check_power(power: int) -> None:
    """Refuse a sharpening other than 1 or 2."""
    if isinstance(power, bool) or power not in (1, 2):
        raise ParamsError(f"power={power}: expected 1, or 2 to sharpen towards the leading grade.")


def checked_memberships(membership: pd.DataFrame | Array | Sequence[Sequence[float]]) -> pd.DataFrame:
    """Memberships as a labelled frame, every row from 0 to 1 and summing to 1, or an error that names the row."""
    if isinstance(membership, pd.DataFrame):
        R = membership
    else:
        try:
            R = pd.DataFrame(np.asarray(membership, dtype=float))
        except (TypeError, ValueError):
            raise ParamsError("membership: expected a table of numbers, as many grades in every row.") from None
    if R.empty or R.index.has_duplicates or R.columns.has_duplicates:
        raise ParamsError("membership: expected factors x grades, each named once.")
    try:
        values = R.to_numpy(dtype=float)
    except (TypeError, ValueError) as error:
        raise DataError(f"membership: something is no number: {error}.") from None
    for i, row in enumerate(values):
        name = f"row {i + 1}" if isinstance(R.index, pd.RangeIndex) else f"row {R.index[i]!r}"
        if not (np.isfinite(row).all() and (row >= 0).all()):
            raise DataError(f"membership: {name}: {row.tolist()}; shares of grades are numbers from 0 to 1.")
        if abs(row.sum() - 1) > SUM:
            raise DataError(
                f"membership: {name} sums to {row.sum():.6g}, not to 1. Give the share of every grade, without those who did not answer."
            )
    return R.astype(float)


def factor_weights(weights: Sequence[float] | Mapping[str, float] | pd.Series, R: pd.DataFrame) -> Array:
    """Weights in the order of the rows of ``R``, from 0 upward and summing to 1, or an error that names the culprit."""
    if isinstance(weights, pd.Series | Mapping):
        given = named_numbers(weights, "weights")
        if set(given.index) != set(R.index):
            odd = next(iter(set(given.index) ^ set(R.index)))
            told = (
                f"no factor in the membership.{nearest(str(odd), map(str, R.index))}"
                if odd in given.index
                else "a factor without a weight."
            )
            raise ParamsError(f"weights: {odd!r} is {told}")
        a = given[R.index].to_numpy(dtype=float)
    else:
        a = named_numbers(weights, "weights").to_numpy()
    if a.shape != (len(R),):
        raise ParamsError(f"weights: {a.size} for {len(R)} factors; one each is needed.")
    if not (np.isfinite(a).all() and (a >= 0).all()):
        raise ParamsError(f"weights: {a.tolist()}; a weight is a number from 0 upward.")
    if abs(a.sum() - 1) > SUM:
        raise ParamsError(f"weights: they sum to {a.sum():.6g}, not to 1. Divide each by the sum.")
    return a


def grade_values(values: Sequence[float] | None, R: pd.DataFrame) -> Array | None:
    """One number per grade of ``R``, or None."""
    if values is None:
        return None
    v = named_numbers(values, "values").to_numpy()
    if v.shape != (R.shape[1],) or not np.isfinite(v).all():
        raise ParamsError(f"values: {v.size} for {R.shape[1]} grades; one number each is needed, in the order of the columns.")
    return v
