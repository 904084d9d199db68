"""Bootstrap counts in blocks of their own seed, and the moments of many resamples by matrix products.

The numbers depend on the seed and the number of rows alone: not on workers, nor on how many blocks are held at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController

from csat_lib.stats.moments import Missing

Array = npt.NDArray[np.float64]
LARGEST_BLOCK = 500
BLOCK_CELLS = 2**24
MOST_UNITS = 5_000  # a jackknife of more rows leaves out one of 200 groups at a time
GROUPS = 200


@dataclass(frozen=True, slots=True)
class Block:
    """A run of draws with a seed of its own: ``draws`` of them, the first one being number ``start``."""

    start: int
    draws: int
    seed: np.random.SeedSequence


def blocks(draws: int, n: int, seed: int) -> list[Block]:
    """Split ``draws`` resamples of ``n`` rows into blocks; the split depends on ``n`` alone."""
    size = int(np.clip(BLOCK_CELLS // max(n, 1), 8, LARGEST_BLOCK))
    starts = range(0, draws, size)
    seeds = np.random.SeedSequence(seed).spawn(len(starts))
    return [Block(start, min(size, draws - start), each) for start, each in zip(starts, seeds, strict=True)]


def counts(block: Block, n: int, units: tuple[Array, Array] | None = None) -> Array:
    """How often each row is drawn, (draws, n).

    ``units`` gives each row's cluster (0..k-1) and each cluster's stratum: clusters are then drawn with replacement within strata.
    """
    rng = np.random.default_rng(block.seed)
    if units is None:
        return _drawn(rng, block.draws, n)
    cluster, stratum = units
    taken = np.zeros((block.draws, len(stratum)))
    for each in np.unique(stratum):
        members = np.flatnonzero(stratum == each)
        taken[:, members] = _drawn(rng, block.draws, len(members))
    return taken[:, cluster]


def counts_within(block: Block, taken: Array, inner: int, units: tuple[Array, Array] | None = None) -> Array:
    """Resamples of each resample, (inner * draws, n), the inner ones of a draw together: the second level of a nested bootstrap.

    Parameters
    ----------
    block : Block
        Whose draws ``taken`` are; its seed gives the inner ones too.
    taken : ndarray, (draws, n)
        From ``counts``.
    inner : int
        Resamples of each draw.
    units : tuple of arrays, optional
        As in ``counts``.
    """
    rng = np.random.default_rng(block.seed.spawn(1)[0])
    rows = np.arange(taken.shape[1])
    cluster, stratum = (rows, np.zeros(len(rows))) if units is None else units
    first = np.unique(cluster, return_index=True)[1]
    within = np.zeros((len(taken), inner, len(stratum)))
    for each in np.unique(stratum):
        members = np.flatnonzero(stratum == each)
        size = len(members)
        for draw, drawn in enumerate(taken[:, first[members]].astype(int)):
            picks = np.repeat(members, drawn)[rng.integers(0, size, size=(inner, size))]
            picks += np.arange(inner)[:, None] * len(stratum)
            within[draw] += np.bincount(picks.ravel(), minlength=inner * len(stratum)).reshape(inner, -1)
    return within.reshape(-1, len(stratum))[:, cluster]


def _drawn(rng: np.random.Generator, draws: int, n: int) -> Array:
    picks = rng.integers(0, n, size=(draws, n))
    picks += np.arange(draws)[:, None] * n
    return np.bincount(picks.ravel(), minlength=draws * n).reshape(draws, n).astype(float)


@dataclass(frozen=True, slots=True, eq=False)
class Products:
    """Rows made ready for resampling: whatever is summed over the rows drawn, one column each.

    Answers are scaled; ``centre`` and ``scale`` undo that; ``upper`` holds the pairs' positions in the upper triangle. The columns are
    ones, weights, weighted answers, and weighted products pair by pair; with gaps (``missing``) the counts and weights of each pair too.
    """

    columns: Array
    centre: Array
    scale: Array
    upper: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]
    missing: Missing = "listwise"


def products(X: Array, w: Array, missing: Missing = "listwise") -> Products:
    """Prepare rows ``X`` (n, p) and weights ``w`` (n,): what is done once for all resamples.

    Parameters
    ----------
    X : ndarray, (n, p)
        Answers; NaN only where ``missing`` is pairwise or mean.
    w : ndarray, (n,)
        Raw weights.
    missing : {"listwise", "pairwise", "mean"}
        How gaps are treated in every resample.
    """
    p = X.shape[1]
    upper = np.triu_indices(p)
    here = ~np.isnan(X)
    v = here * w[:, None]
    W = v.sum(axis=0)
    centre = np.einsum("np,np->p", v, np.where(here, X, 0.0)) / W
    Z = np.where(here, X - centre, 0.0)
    scale = np.sqrt(np.einsum("np,np->p", v, Z**2) / W)
    scale[scale == 0] = 1.0
    Z /= scale
    parts = [np.ones((len(w), 1)), w[:, None]]
    if missing == "listwise":
        parts += [Z * w[:, None]]
    else:
        both = here[:, upper[0]] * here[:, upper[1]]
        parts += [both.astype(float), both * w[:, None], (Z[:, :, None] * v[:, None, :]).reshape(len(w), -1)]
    parts += [Z[:, upper[0]] * Z[:, upper[1]] * w[:, None]]
    return Products(np.concatenate(parts, axis=1), centre, scale, upper, missing)


def resampled(rows: Products, taken: Array) -> tuple[Array, Array]:
    """Means (p, draws) and covariances (p, p, draws) of each resample, in the units of the answers; ``taken`` counts each row, (draws, n).

    As in Moments, weights have mean 1 over the rows drawn and covariances divide by n - 1.
    """
    return _moments(rows, (taken @ rows.columns).T)


def jackknife_groups(n: int, units: tuple[Array, Array] | None = None) -> npt.NDArray[np.intp]:
    """What each row is left out with, 0..k-1: itself, its cluster, or one of 200 random groups where there are more than 5,000 of them."""
    group = np.arange(n) if units is None else units[0].astype(np.intp)
    k = int(group.max()) + 1
    return group if k <= MOST_UNITS else (np.random.default_rng(0).permutation(k) % GROUPS)[group]


def left_out(rows: Products, group: npt.NDArray[np.intp]) -> tuple[Array, Array]:
    """Means (p, k) and covariances (p, p, k) without each of the k groups of rows, by taking its sums from the totals."""
    order = np.argsort(group, kind="stable")
    own = np.add.reduceat(rows.columns[order], np.flatnonzero(np.diff(group[order], prepend=-1)), axis=0)
    return _moments(rows, (own.sum(axis=0) - own).T)


def _moments(rows: Products, sums: Array) -> tuple[Array, Array]:
    """From the columns' sums, (columns, draws)."""
    n, W = sums[:2]
    p, (a, b) = len(rows.centre), rows.upper
    covariance = np.empty((p, p, len(W)))
    if rows.missing == "listwise":
        means = sums[2 : 2 + p] / W
        covariance[a, b] = (sums[2 + p :] / W - means[a] * means[b]) * (n / (n - 1))
    else:
        means, covariance[a, b] = _with_gaps(rows, sums)
    covariance[a, b] *= (rows.scale[a] * rows.scale[b])[:, None]
    covariance[b, a] = covariance[a, b]
    return rows.centre[:, None] + rows.scale[:, None] * means, covariance


def _with_gaps(rows: Products, sums: Array) -> tuple[Array, Array]:
    """Means (p, draws) and covariances (pairs, draws) of scaled answers with gaps, by the same rules as ``from_pairs``."""
    p, (a, b) = len(rows.centre), rows.upper
    n, W = sums[:2]
    ends = np.cumsum([2, len(a), len(a), p * p])
    N, weight = sums[ends[0] : ends[1]], sums[ends[1] : ends[2]]
    with np.errstate(all="ignore"):
        total = sums[ends[2] : ends[3]].reshape(p, p, -1)
        mean_a, mean_b = total[a, b] / weight, total[b, a] / weight
        cross = sums[ends[3] :] - weight * mean_a * mean_b
        own = a == b
        means = mean_a[own]
        if rows.missing == "pairwise":
            return means, cross / weight * (N / (N - 1))
        cross = cross + weight * (mean_a - means[a]) * (mean_b - means[b])
        return means, np.asarray(cross / W * (n / (n - 1)))


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep BLAS on one thread: the kernels multiply small matrices, which more threads only slow down."""
    with _controller().limit(limits=1):
        yield
