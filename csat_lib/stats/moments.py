"""Means and covariances of items: weighted, mergeable, read in one pass over the rows.

Letters: X items x rows, w raw weights, W = sum w, C = sum w (x - m)(x - m)' (raw weights). Parts merge by counts, sums and centred
cross-products (Chan, Golub & LeVeque 1983), so that an offset of 1e8 costs no accuracy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import DataError, ParamsError, TooFewError, nearest, pick
from csat_lib.stats.columns import Scale, numeric_columns, row_weights, scale_ends

Array = npt.NDArray[np.float64]
Missing = Literal["listwise", "pairwise", "mean"]
MISSING_RULES = {"listwise": "listwise", "pairwise": "pairwise", "mean": "mean"}
CHUNK = 8192


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Sums over the rows where both items of a pair are answered; (p, p) arrays in item order.

    ``mean[a, b]`` is the mean of item a where b is answered too; ``cross`` is centred on those means; weights are raw.
    """

    n: Array
    weight: Array
    weight_squared: Array
    mean: Array
    cross: Array
    rows: int
    rows_weight: float

    def merged(self, other: Pairs) -> Pairs:
        """The pair sums of both parts together."""
        weight = self.weight + other.weight
        share = np.divide(other.weight, weight, out=np.zeros_like(weight), where=weight > 0)
        step = other.mean - self.mean
        cross = self.cross + other.cross + step * step.T * self.weight * share
        return Pairs(
            self.n + other.n,
            weight,
            self.weight_squared + other.weight_squared,
            self.mean + step * share,
            cross,
            self.rows + other.rows,
            self.rows_weight + other.rows_weight,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """All that a fit needs to know of the answers. Moments of parts add: ``a + b``.

    Attributes
    ----------
    items : tuple of str
        The order of everything below.
    n, n_effective : int, float
        Rows used; (sum w)^2 / sum w^2. With pairwise or mean rules those of the least covered pair.
    mean, covariance : ndarray, shapes (p,) and (p, p)
        Weights have mean 1 over the rows used; the covariance divides by n - 1.
    low, high : ndarray, shape (p,), or None
        Ends of each item's scale; NaN where unknown.
    weight_sum : float, optional
        Sum of the weights as given (default n): it restores raw weights when parts are merged.
    missing : {"listwise", "pairwise", "mean"}
        The rule for missing answers.
    pairs : Pairs, optional
        Sums per pair of items, for the pairwise and mean rules.

    Raises
    ------
    ParamsError
        Shapes that do not fit the items, or an unknown rule.
    """

    items: tuple[str, ...]
    n: int
    n_effective: float
    mean: Array
    covariance: Array
    low: Array | None = None
    high: Array | None = None
    weight_sum: float | None = None
    missing: Missing = "listwise"
    pairs: Pairs | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "items", tuple(self.items))
        p = len(self.items)
        pick(MISSING_RULES, self.missing, "rule for missing answers")
        for name, shape in (("mean", (p,)), ("covariance", (p, p)), ("low", (p,)), ("high", (p,))):
            value = getattr(self, name)
            if value is not None:
                value = np.array(value, dtype=float)
                if value.shape != shape:
                    raise ParamsError(f"Moments of {p} items: {name} has shape {value.shape}, expected {shape}.")
                value.setflags(write=False)
                object.__setattr__(self, name, value)

    def __add__(self, other: Moments) -> Moments:
        """The moments of both parts' rows together."""
        if self.items != other.items or self.missing != other.missing:
            raise ParamsError("Only moments of the same items, in the same order and with the same rule for missing answers, add up.")
        low, high = _common(self.low, other.low), _common(self.high, other.high)
        if self.pairs is not None and other.pairs is not None:
            return from_pairs(self.items, self.pairs.merged(other.pairs), self.missing, low, high)
        return from_sums(self.items, merged_sums(_sums(self), _sums(other)), low, high)

    def of(self, items: Sequence[str]) -> Moments:
        """The moments of some of the items, in the order asked for (listwise rows stay those of all items)."""
        for item in items:
            if item not in self.items:
                raise DataError(f"No item {item!r} in the moments.{nearest(item, self.items)}")
        at = np.array([self.items.index(item) for item in items], dtype=int)
        low, high = (None if ends is None else ends[at] for ends in (self.low, self.high))
        if self.pairs is not None:
            p = self.pairs
            square = np.ix_(at, at)
            n, weight, squared, mean, cross = (part[square] for part in (p.n, p.weight, p.weight_squared, p.mean, p.cross))
            pairs = Pairs(n, weight, squared, mean, cross, p.rows, p.rows_weight)
            return from_pairs(tuple(items), pairs, self.missing, low, high)
        return replace(self, items=tuple(items), mean=self.mean[at], covariance=self.covariance[np.ix_(at, at)], low=low, high=high)


def correlations(covariance: Array) -> Array:
    """Correlations from covariances, (p, p) or (p, p, draws); NaN where an item does not vary."""
    with np.errstate(all="ignore"):
        sd = np.sqrt(np.einsum("ii...->i...", covariance))
        found: Array = covariance / (sd[:, None] * sd[None, :])
    return found


def moments(
    frame: pd.DataFrame,
    items: Sequence[str],
    *,
    weights: pd.Series | Array | None = None,
    missing: Missing = "listwise",
    scale: Scale | None = None,
) -> Moments:
    """Moments of the columns ``items``, in one pass and with one small copy of the rows at a time.

    Parameters
    ----------
    frame : DataFrame
        One row per respondent; NaN is a missing answer.
    items : sequence of str
        Columns, in the order wanted.
    weights : Series or array, optional
        Survey weights, one per row (a Series is matched by index); rows of weight 0 do not count.
    missing : {"listwise", "pairwise", "mean"}
        Rows with a gap are left out; or used for the pairs they answer; or the gap takes the item's mean.
    scale : (low, high) or {item: (low, high)}, optional
        Ends of the items' scales, kept for indices.

    Raises
    ------
    DataError
        Unknown, repeated or non-numeric columns; infinite answers; bad weights; fewer than two usable rows.

    >>> moments(pd.DataFrame({"a": [1.0, 2.0, 3.0]}), ["a"]).covariance.tolist()
    [[1.0]]
    """
    pick(MISSING_RULES, missing, "rule for missing answers")
    columns = numeric_columns(frame, items)
    w = row_weights(frame, weights)
    low, high = scale_ends(items, scale)
    if missing == "listwise":
        total = None
        for X, v in _chunks(columns, w):
            whole = ~np.isnan(X).any(axis=0) & (v > 0)
            part = sums_of(*((X, v) if whole.all() else (X[:, whole], v[whole])))
            total = part if total is None else merged_sums(total, part)
        if total is None or total[0] < 2:
            raise TooFewError(_too_few(frame, items, 0 if total is None else int(total[0])))
        return from_sums(tuple(items), total, low, high)
    pairs = None
    for X, v in _chunks(columns, w):
        one = pairs_of(X, v)
        pairs = one if pairs is None else pairs.merged(one)
    if pairs is None or pairs.n.min() < 2:
        raise TooFewError(_too_few(frame, items, 0 if pairs is None else int(pairs.n.min())))
    return from_pairs(tuple(items), pairs, missing, low, high)


Sums = tuple[int, float, float, Array, Array]  # n, sum w, sum w^2, mean, centred cross-products, raw weights


def _chunks(columns: list[Array], w: Array) -> Iterator[tuple[Array, Array]]:
    for start in range(0, len(w), CHUNK):
        X = np.empty((len(columns), min(CHUNK, len(w) - start)))
        for row, column in zip(X, columns, strict=True):
            row[:] = column[start : start + CHUNK]
        if np.isinf(X).any():
            raise DataError("Infinite answers in the data. Declare them missing or correct them.")
        yield X, w[start : start + CHUNK]


def sums_of(X: Array, w: Array) -> Sums:
    """Sums of complete rows: X items x rows, w their raw weights."""
    p, n = X.shape
    if n == 0:
        return 0, 0.0, 0.0, np.zeros(p), np.zeros((p, p))
    W = float(w.sum())
    mean = X @ w / W
    D = X - mean[:, None]
    D *= np.sqrt(w)
    return n, W, float(w @ w), mean, D @ D.T


def merged_sums(a: Sums, b: Sums) -> Sums:
    """The sums of both parts' rows together."""
    if a[0] == 0 or b[0] == 0:
        return b if a[0] == 0 else a
    W = a[1] + b[1]
    step = b[3] - a[3]
    cross = a[4] + b[4] + np.outer(step, step) * (a[1] * b[1] / W)
    return a[0] + b[0], W, a[2] + b[2], a[3] + step * (b[1] / W), cross


def _sums(part: Moments) -> Sums:
    W = float(part.n if part.weight_sum is None else part.weight_sum)
    return part.n, W, W**2 / part.n_effective, part.mean, part.covariance * ((part.n - 1) * W / part.n)


def from_sums(items: tuple[str, ...], sums: Sums, low: Array | None, high: Array | None) -> Moments:
    """Moments from the sums of complete rows."""
    n, W, squared, mean, cross = sums
    return Moments(items, n, W**2 / squared, mean, cross * (n / W / (n - 1)), low, high, W)


def pairs_of(X: Array, w: Array) -> Pairs:
    """Sums pair by pair of rows with gaps: X items x rows, w their raw weights."""
    here = (~np.isnan(X) & (w > 0)).astype(float)
    weight = (here * w) @ here.T
    centre = np.array([row[kept > 0].mean() if kept.any() else 0.0 for row, kept in zip(X, here, strict=True)])
    D = np.where(here > 0, X - centre[:, None], 0.0)
    about = (D * w) @ D.T
    shift = np.divide((D * w) @ here.T, weight, out=np.zeros_like(weight), where=weight > 0)
    used = w > 0
    return Pairs(
        here @ here.T,
        weight,
        (here * w**2) @ here.T,
        np.where(weight > 0, centre[:, None] + shift, 0.0),
        about - shift * shift.T * weight,
        int(used.sum()),
        float(w[used].sum()),
    )


def from_pairs(items: tuple[str, ...], pairs: Pairs, missing: Missing, low: Array | None, high: Array | None) -> Moments:
    """Moments from pair sums, by the rule for missing answers."""
    mean = np.diag(pairs.mean).copy()
    if missing == "pairwise":
        covariance = pairs.cross * (pairs.n / pairs.weight / (pairs.n - 1))
    else:
        step = pairs.mean - mean[:, None]
        cross = pairs.cross + pairs.weight * step * step.T
        covariance = cross * (pairs.rows / pairs.rows_weight / (pairs.rows - 1))
    effective = pairs.weight**2 / pairs.weight_squared
    return Moments(
        items,
        int(pairs.n.min()),
        float(effective.min()),
        mean,
        covariance,
        low,
        high,
        pairs.rows_weight,
        missing,
        pairs,
    )


def _common(a: Array | None, b: Array | None) -> Array | None:
    if a is None or b is None:
        return a if b is None else b
    if not np.array_equal(a, b, equal_nan=True):
        raise ParamsError("The two parts give different scale ends for the same items.")
    return a


def _too_few(frame: pd.DataFrame, items: Sequence[str], n: int) -> str:
    answered = frame[list(items)].notna().sum()
    return (
        f"{n} of {len(frame)} respondents answered all of {len(items)} items; at least 2 are needed."
        f" {answered.idxmin()!r} has the fewest answers ({answered.min()})."
    )
