"""Raking: weights under which the sample has the known margins of the population (Deming & Stephan 1940)."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import ConvergenceError, DataError, ParamsError, nearest, pick
from csat_lib.stats import n_effective, row_weights

Array = npt.NDArray[np.float64]
Gaps = Literal["category", "drop", "refuse"]
Margins = Mapping[str, Mapping[Hashable, float] | pd.Series]
GAP_RULES = {"category": "category", "drop": "drop", "refuse": "refuse"}
NO_ANSWER = "(no answer)"


@dataclass(frozen=True, slots=True, eq=False)
class RakingReport:
    """How the raking went.

    Attributes
    ----------
    iterations : int
        Rounds over all margins.
    largest, smallest : float
        Weights, as multiples of the mean weight, over the rows used.
    deff : float
        Design effect of unequal weights, n sum w^2 / (sum w)^2 (Kish 1965).
    n, n_effective : int, float
        Rows used; n / deff.
    margins : DataFrame
        variable, category, n, target, achieved, difference: shares of the weighted sample between 0 and 1.
    """

    iterations: int
    largest: float
    smallest: float
    deff: float
    n: int
    n_effective: float
    margins: pd.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class Raked:
    """Weights with mean 1 over the rows used, on the frame's index (0 for a row left out), and how they came about."""

    weights: pd.Series
    report: RakingReport


def kish_deff(weights: pd.Series | Array) -> float:
    """Design effect of unequal weights, n sum w^2 / (sum w)^2 (Kish 1965); rows of weight 0 do not count.

    >>> round(kish_deff(np.array([1.0, 1, 2, 2, 3])), 6)
    1.17284
    """
    w = np.asarray(weights, dtype=float)
    if not (w > 0).any():
        raise DataError("All weights are zero.")
    return int((w > 0).sum()) / n_effective(w)


def rake(
    frame: pd.DataFrame,
    margins: Margins,
    *,
    start: pd.Series | Array | None = None,
    trim: float | tuple[float, float] | None = None,
    missing: Gaps = "category",
    tolerance: float = 1e-8,
    max_iterations: int = 500,
) -> Raked:
    """Weights under which every column of ``margins`` has its known distribution, as near to ``start`` as raking finds them.

    Parameters
    ----------
    frame : DataFrame
        One row per respondent.
    margins : {column: {category: share or count}}
        Population figures; each column's are scaled to sum to 1.
    start : Series or array, optional
        Design weights to start from; equal ones without. Rows of weight 0 stay out.
    trim : float or (float, float), optional
        The largest weight, or the smallest and the largest, as multiples of the mean: met together with the margins, or refused.
    missing : {"category", "drop", "refuse"}
        Rows without an answer keep their share as a category of their own; or are left out with weight 0; or are an error.
    tolerance : float
        Largest difference allowed between a share achieved and its target.
    max_iterations : int
        Rounds before giving up.

    Raises
    ------
    ConvergenceError
        A category of the population has no respondent, or the margins cannot be met (the furthest is named).
    DataError
        An unknown column; a category that the margins do not list; rows without an answer under "refuse".

    >>> people = pd.DataFrame({"sex": ["f", "f", "f", "m"]})
    >>> rake(people, {"sex": {"f": 0.5, "m": 0.5}}).weights.round(6).tolist()
    [0.666667, 0.666667, 0.666667, 2.0]
    """
    pick(GAP_RULES, missing, "rule for missing answers")
    if not margins:
        raise ParamsError("No margins were given.")
    low, high = _limits(trim)
    begin = row_weights(frame, start)
    kept = _kept(frame, margins, begin, missing)
    w = begin[kept] / begin[kept].mean()
    sides = [_side(frame.loc[kept, name], name, shares, w) for name, shares in margins.items()]
    for iteration in range(1, max_iterations + 1):
        for side in sides:
            w = w * (side.totals / np.bincount(side.codes, w, len(side.totals)))[side.codes]
        w = np.clip(w, low, high)
        apart = [side.apart(w) for side in sides]
        if max(apart) <= tolerance:
            weights = pd.Series(np.zeros(len(frame)), index=frame.index, name="weight")
            weights[kept] = w / w.mean()
            return Raked(weights, _report(w / w.mean(), sides, iteration))
    furthest = sides[int(np.argmax(apart))]
    raise ConvergenceError(
        f"Raking did not settle in {max_iterations} rounds: {furthest.name!r} is still {max(apart):.2g} off at {furthest.furthest(w)!r}. "
        f"{'Loosen trim, merge' if trim is not None else 'Merge'} small categories, or look for margins that contradict one another."
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """One margin: the category of every row, and the weight that each category shall have."""

    name: str
    categories: list[str]
    codes: npt.NDArray[np.intp]
    totals: Array

    def difference(self, w: Array) -> Array:
        """Share achieved less target."""
        difference: Array = np.bincount(self.codes, w, len(self.totals)) / w.sum() - self.totals / self.totals.sum()
        return difference

    def apart(self, w: Array) -> float:
        """The largest difference."""
        return float(np.abs(self.difference(w)).max())

    def furthest(self, w: Array) -> str:
        """The category with it."""
        return self.categories[int(np.abs(self.difference(w)).argmax())]


def _limits(trim: float | tuple[float, float] | None) -> tuple[float, float]:
    low, high = (0.0, np.inf) if trim is None else trim if isinstance(trim, tuple) else (0.0, float(trim))
    if not 0 <= low < 1 < high:
        raise ParamsError(f"trim: {trim!r}: the smallest weight must be below the mean, 1, and the largest above it.")
    return low, high


def _kept(frame: pd.DataFrame, margins: Margins, w: Array, missing: Gaps) -> npt.NDArray[np.bool_]:
    kept: npt.NDArray[np.bool_] = w > 0
    for name in margins:
        if name not in frame.columns:
            raise DataError(f"No column {name!r} in the data.{nearest(name, map(str, frame.columns))}")
        gaps = frame[name].isna().to_numpy() & kept
        if gaps.any() and missing == "refuse":
            raise DataError(f"{int(gaps.sum())} respondents have no {name!r}. Use missing='category' or missing='drop'.")
        if missing == "drop":
            kept &= ~gaps
    if not kept.any():
        raise DataError("No respondent is left: every row lacks a margin or has weight 0.")
    return kept


def _side(column: pd.Series, name: str, shares: Mapping[Hashable, float] | pd.Series, w: Array) -> _Side:
    target = {key: float(share) for key, share in shares.items()}
    wrong = [key for key, share in target.items() if not (np.isfinite(share) and share >= 0)]
    if wrong or not sum(target.values()) > 0:
        raise ParamsError(f"margins: {name}: {wrong[0] if wrong else 'all'!r}: shares must be 0 or more, and not all 0.")
    gaps = column.isna().to_numpy()
    listed = list(target)
    codes = np.where(gaps, len(listed), pd.Index(listed, dtype=object).get_indexer(pd.Index(column, dtype=object)))
    if (codes < 0).any():
        stranger = column[codes < 0].iloc[0]
        hint = nearest(str(stranger), map(str, listed))
        raise DataError(f"{name}: {int((codes < 0).sum())} respondents have {stranger!r}, which the margins do not list.{hint}")
    here = np.bincount(codes, minlength=len(listed) + 1)
    for key, count in zip(listed, here[:-1], strict=True):
        if target[key] > 0 and not count:
            share = target[key] / sum(target.values())
            raise ConvergenceError(
                f"{name}: no respondent is {key!r}, which is {share:.1%} of the population. Merge it with another category."
            )
        if target[key] == 0 and count:
            raise DataError(f"{name}: {count} respondents are {key!r}, which the margins put at 0. Leave them out, or mend the margin.")
    silent = float(w[gaps].sum())
    known = np.array(list(target.values())) / sum(target.values()) * (w.sum() - silent)
    present = np.flatnonzero(here)
    place = np.full(len(here), -1)
    place[present] = np.arange(len(present))
    words = [*map(str, listed), NO_ANSWER]
    return _Side(name, [words[each] for each in present], place[codes], np.array([*known, silent])[present])


def _report(w: Array, sides: list[_Side], iterations: int) -> RakingReport:
    rows = []
    for side in sides:
        target = side.totals / side.totals.sum()
        counts = np.bincount(side.codes, minlength=len(target))
        for category, n, wanted, off in zip(side.categories, counts, target, side.difference(w), strict=True):
            rows.append((side.name, category, int(n), float(wanted), float(wanted + off), float(off)))
    table = pd.DataFrame(rows, columns=["variable", "category", "n", "target", "achieved", "difference"])
    return RakingReport(iterations, float(w.max()), float(w.min()), kish_deff(w), len(w), n_effective(w), table)
