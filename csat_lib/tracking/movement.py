"""A matrix of transition probabilities with everything that follows from it, and what is unusual about it in words.

Letters: n_ij customers who went from grade i to grade j; P_ij = n_ij / n_i.; pi steady state; Z fundamental matrix; M first passage times;
v values of the grades.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import pick
from csat_lib.tracking import chain

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Smoothing = Literal["none", "laplace"]
SMOOTHING: dict[str, float] = {"none": 0.0, "laplace": 1.0}
FEWEST = 2


@dataclass(frozen=True, slots=True, eq=False)
class Transitions:
    """Transitions between grades, in the order in which the grades were given.

    Attributes
    ----------
    counts : DataFrame
        Customers by origin (rows) and destination (columns); survey weights, scaled to mean 1, are summed.
    matrix : DataFrame
        P, rows sum to 1; NaN in the row of a grade that nobody started from.
    values : Series
        What each grade is worth, in points.
    before, after : Series
        Shares of the grades in the two waves, of the matched customers.
    levels : Series
        Expected level p . v in points: before, after, long_run.
    steady_state, mean_return : Series
        pi, and 1/pi in waves; NaN where the long run depends on where one starts, or is not known.
    fundamental, first_passage : DataFrame
        Z, and the mean number of waves from the row's grade until the column's grade is first reached (diagonal 0, infinite where it may
        never be).
    absorption : DataFrame
        Probability of ending in each closed class of grades, by origin.
    second_eigenvalue, half_life, mobility : float
        |lambda_2|; waves until half of a disturbance is gone; Shorrocks' index, 0 nobody moves, 1 everybody draws anew.
    kind : {"regular", "periodic", "absorbing", "reducible", "incomplete"}
        What sort of chain it is.
    findings : DataFrame
        rule, grade, detail: what is unusual about it, and what can still be said.
    smoothing : {"none", "laplace"}
        What was added to every cell before dividing.
    n, n_effective : int or float
        Customers matched, and Kish's effective number.
    unmatched : mapping of str to int
        Customers with a grade in one wave only: before, after.
    pairs : DataFrame or None
        before, after (places of the grades) and weight of every matched customer; None for transitions from counts.
    """

    counts: pd.DataFrame
    matrix: pd.DataFrame
    values: pd.Series
    before: pd.Series
    after: pd.Series
    levels: pd.Series
    steady_state: pd.Series
    mean_return: pd.Series
    fundamental: pd.DataFrame
    first_passage: pd.DataFrame
    absorption: pd.DataFrame
    second_eigenvalue: float
    half_life: float
    mobility: float
    kind: chain.Kind
    findings: pd.DataFrame
    smoothing: Smoothing
    n: float
    n_effective: float
    unmatched: Mapping[str, int] = field(default_factory=lambda: {"before": 0, "after": 0})
    pairs: pd.DataFrame | None = None


def probabilities(counts: Array, smoothing: Smoothing) -> Array:
    """P from counts, (..., k, k); NaN in the row of an origin without customers."""
    raised = counts + pick(SMOOTHING, smoothing, "smoothing")
    origin = raised.sum(axis=-1, keepdims=True)
    return np.asarray(np.divide(raised, origin, out=np.full_like(raised, np.nan), where=origin > 0))


def described(
    counts: Array,
    values: pd.Series,
    smoothing: Smoothing,
    *,
    n: float,
    effective: float,
    unmatched: Mapping[str, int] | None = None,
    pairs: pd.DataFrame | None = None,
    matrix: Array | None = None,
) -> Transitions:
    """Everything that follows from a table of counts, or from ``matrix`` in the place of its own probabilities."""
    names, v = values.index, values.to_numpy()
    P = probabilities(counts, smoothing) if matrix is None else matrix
    k, total = len(P), counts.sum()
    known = np.asarray(np.isfinite(P).all(axis=1))
    reached = (counts.sum(axis=0) > 0) | (known & (np.where(known[:, None], P, 0).sum(axis=0) > 0))
    classes = chain.classes(P, known)
    kind = chain.kind_of(classes, known, reached)
    pi, Z, M = np.full(k, np.nan), np.full((k, k), np.nan), chain.hitting_times(P)
    if kind != "incomplete":
        own = np.ix_(known, known)
        pi[known] = chain.steady_state(P[own])
        pi[~known] = 0.0 if np.isfinite(pi[known]).all() else np.nan
        Z[own] = chain.fundamental(P[own], pi[known])
        if kind in {"regular", "periodic"}:
            M[own] = chain.first_passage(Z[own], pi[known])
    before, after = counts.sum(axis=1) / total, counts.sum(axis=0) / total
    size = float(chain.second_eigenvalue(P[np.ix_(known, known)])) if kind != "incomplete" and known.sum() > 1 else np.nan
    with np.errstate(divide="ignore"):
        back = np.where(pi > 0, 1 / pi, np.where(np.isfinite(pi), np.inf, np.nan))
    ends = [" + ".join(names[classes.members(each)]) for each, closed in enumerate(classes.closed) if closed]
    return Transitions(
        counts=pd.DataFrame(counts, names, names.rename("to")),
        matrix=pd.DataFrame(P, names, names.rename("to")),
        values=values,
        before=pd.Series(before, names),
        after=pd.Series(after, names),
        levels=pd.Series({"before": before @ v, "after": after @ v, "long_run": pi @ v}),
        steady_state=pd.Series(pi, names),
        mean_return=pd.Series(back, names),
        fundamental=pd.DataFrame(Z, names, names.rename("to")),
        first_passage=pd.DataFrame(M, names, names.rename("to")),
        absorption=pd.DataFrame(chain.absorption(P, classes), names, ends),
        second_eigenvalue=size,
        half_life=float(chain.half_life(np.array(size))),
        mobility=float(chain.mobility(P)),
        kind=kind,
        findings=_findings(counts, names, classes, known, reached),
        smoothing=smoothing,
        n=n,
        n_effective=effective,
        unmatched={"before": 0, "after": 0} if unmatched is None else unmatched,
        pairs=pairs,
    )


def _findings(counts: Array, names: pd.Index, classes: chain.Classes, known: Flags, reached: Flags) -> pd.DataFrame:
    rows = [*_gaps(counts, names, known, reached), *_shape(counts, names, classes, ~(reached & ~known).any())]
    return pd.DataFrame(rows, columns=["rule", "grade", "n", "detail"])


def _gaps(counts: Array, names: pd.Index, known: Flags, reached: Flags) -> Iterator[tuple[str, str, float, str]]:
    """Origins without customers."""
    for place in map(int, np.flatnonzero(~known)):
        came, grade = float(counts[:, place].sum()), str(names[place])
        if reached[place]:
            said = f"Nobody started from {grade} though {came:g} arrived there: its row is unknown."
            then = "The next wave can be forecast, the long run cannot; smoothing='laplace' would suppose a row."
            yield "empty origin", grade, came, f"{said} {then}"
        else:
            yield "unused grade", grade, 0.0, f"Nobody was in {grade} in either wave: it is left out of the chain."


def _shape(counts: Array, names: pd.Index, classes: chain.Classes, whole: np.bool_) -> Iterator[tuple[str, str, float, str]]:
    """Classes of grades that are never left, that are left for good, or that come round in turn."""
    ends = [number for number, closed in enumerate(classes.closed) if closed]
    started = counts.sum(axis=1)
    for number in range(len(classes.closed)) if len(classes.closed) > 1 else ():
        own = classes.members(number)
        grades, n = ", ".join(names[own]), float(started[own].sum())
        if number not in ends and whole:
            yield "transient grades", grades, n, f"Whoever leaves {grades} does not come back: its share in the long run is 0."
        elif number in ends and len(own) == 1:
            yield "absorbing grade", grades, n, f"Nobody left {grades}: with {n:g} customers, that may be chance."
        elif number in ends:
            yield "closed class", grades, n, f"Nobody left {grades} for another grade."
    if len(ends) > 1 and whole:
        said = "Where a customer ends depends on where he starts: there is no one long run; see the probabilities of absorption."
        yield "several long runs", "; ".join(", ".join(names[classes.members(each)]) for each in ends), float(started.sum()), said
    for number in ends:
        if (turn := classes.period[number]) > 1:
            grades = ", ".join(names[classes.members(number)])
            said = f"{grades} come round every {turn} waves: shares do not settle, and the steady state is their mean over time."
            yield "periodic", grades, float(started[classes.members(number)].sum()), said
