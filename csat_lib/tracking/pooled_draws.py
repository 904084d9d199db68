"""Two waves made ready to be resampled together: complete rows, segments, and people who are in both drawn as one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from csat_lib.errors import DataError
from csat_lib.stats import blocks, counts
from csat_lib.survey import Survey
from csat_lib.tracking.panels import overlap

Array = npt.NDArray[np.float64]
Units = tuple[npt.NDArray[Any], npt.NDArray[Any]]
UNKNOWN = "(unknown)"
EVERYBODY = "all"


@dataclass(frozen=True, slots=True, eq=False)
class PairOfRows:
    """Complete rows of two waves.

    Attributes
    ----------
    X, weights : (ndarray, ndarray)
        Answers (n, P) and weights (n,) of each wave.
    low, high : ndarray
        Ends of the items' scales, (P,).
    segments : tuple of str
        Of both waves together; one called "all" where none were asked for.
    sums : (ndarray, ndarray)
        Weights and weighted answers on 0-100 by segment, (n, S (P + 1)) of each wave.
    units : (ndarray, ndarray)
        The person or cluster of every row of both waves, one below the other, and the stratum of each.
    said : str
        In words: the panel, and segments that one wave lacks.
    """

    X: tuple[Array, Array]
    weights: tuple[Array, Array]
    low: Array
    high: Array
    segments: tuple[str, ...]
    sums: tuple[Array, Array]
    units: Units
    said: str

    def cells(self, wave: int, taken: Array) -> tuple[Array, Array]:
        """Shares of the segments (S, B) and item means on 0-100 by segment (P, S, B), NaN where nobody is, for counts (B, n)."""
        totals = (taken @ self.sums[wave]).reshape(len(taken), len(self.segments), -1)
        W = totals[:, :, 0]
        with np.errstate(all="ignore"):
            means = totals[:, :, 1:] / W[:, :, None]
        return (W / W.sum(axis=1, keepdims=True)).T, np.transpose(means, (2, 1, 0))


def pair_of_rows(before: Survey, after: Survey, items: Sequence[str], by: Sequence[str]) -> PairOfRows:
    """The rows of both waves that answered all of ``items``, with their segments crossed.

    Raises
    ------
    DataError
        Fewer than two complete rows in a wave.
    """
    waves = [_complete(each, items) for each in (before, after)]
    labels = [_crossed(each, by) for each in waves]
    segments = tuple(sorted(set(labels[0]) | set(labels[1])))
    ends = [before.codebook.item(item) for item in items]
    low, high = np.array([each.low for each in ends]), np.array([each.high for each in ends])
    X = [each.responses[list(items)].to_numpy(dtype=float) for each in waves]
    w = [each.weight_values for each in waves]
    sums = [_by_segment(100 * (x - low) / (high - low), v, own, segments) for x, v, own in zip(X, w, labels, strict=True)]
    units, panel = _units(*waves)
    lacking = [
        f"{name} is only in the {word} wave"
        for word, own, other in (("first", labels[0], labels[1]), ("second", labels[1], labels[0]))
        for name in sorted(set(own) - set(other))
    ]
    return PairOfRows((X[0], X[1]), (w[0], w[1]), low, high, segments, (sums[0], sums[1]), units, "; ".join([panel, *lacking]))


def drawn(rows: PairOfRows, draws: int, seed: int) -> Iterator[tuple[Array, Array]]:
    """The counts of both waves' rows, block by block, (B, n) each."""
    split = len(rows.X[0])
    n = split + len(rows.X[1])
    for block in blocks(draws, n, seed):
        taken = counts(block, n, rows.units)
        yield taken[:, :split], taken[:, split:]


def _complete(survey: Survey, items: Sequence[str]) -> Survey:
    whole = survey.responses[list(items)].notna().all(axis=1) & (survey.weight_values > 0)
    if whole.sum() < 2:
        raise DataError(f"Only {int(whole.sum())} of {len(survey)} respondents of {survey.period or 'a wave'} answered all items.")
    return survey.only(whole)


def _crossed(survey: Survey, by: Sequence[str]) -> npt.NDArray[np.object_]:
    if not by:
        return np.full(len(survey), EVERYBODY, dtype=object)
    columns = [survey.segment(name).astype(object) for name in by]
    texts = [column.astype(str).where(column.notna(), UNKNOWN) for column in columns]
    return np.array([", ".join(each) for each in zip(*texts, strict=True)], dtype=object)


def _by_segment(x: Array, w: Array, labels: npt.NDArray[np.object_], segments: Sequence[str]) -> Array:
    own = np.column_stack([w, w[:, None] * x])
    return np.hstack([own * (labels == name)[:, None] for name in segments])


def _units(before: Survey, after: Survey) -> tuple[Units, str]:
    """Units and strata of all rows: clusters within strata where a design names them, else people within (first, both, second wave)."""
    sizes = len(before), len(after)
    designs = [each.design() for each in (before, after)]
    if any(part is not None for design in designs for part in design):
        parts = []
        for wave, (n, (strata, cluster)) in enumerate(zip(sizes, designs, strict=True)):
            stratum = np.zeros(n) if strata is None else strata
            unit = np.arange(n) if cluster is None else cluster
            parts.append(np.column_stack([np.full(n, wave), stratum, unit]))
        pairs, of_row = np.unique(np.vstack(parts), axis=0, return_inverse=True)
        stratum = np.asarray(pairs[:, 0] * (pairs[:, 1].max() + 1) + pairs[:, 1], dtype=float)
        return (np.asarray(of_row).ravel(), stratum), "resampled within the design, wave by wave"
    shared = overlap(before, after)
    unit = np.arange(sum(sizes))
    unit[sizes[0] + shared.after] = shared.before
    people, of_row = np.unique(unit, return_inverse=True)
    whose = np.where(people < sizes[0], 0, 2)
    whose[np.searchsorted(people, shared.before)] = 1
    return (np.asarray(of_row).ravel(), whose), shared.said
