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

Array = npt.NDArray[np.float64]
LARGEST_BLOCK = 250
BLOCK_CELLS = 2**24


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


def _drawn(rng: np.random.Generator, draws: int, n: int) -> Array:
    picks = rng.integers(0, n, size=(draws, n))
    picks += np.arange(draws)[:, None] * n
    return np.bincount(picks.ravel(), minlength=draws * n).reshape(draws, n).astype(float)


@dataclass(frozen=True, slots=True)
class Products:
    """Rows made ready for resampling: scaled answers, their products pair by pair, raw weights.

    ``centre`` and ``scale`` undo the scaling; ``upper`` holds the pairs' positions in the upper triangle.
    """

    Z: Array
    pairs: Array
    w: Array
    centre: Array
    scale: Array
    upper: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]


def products(X: Array, w: Array) -> Products:
    """Prepare complete rows ``X`` (n, p) and weights ``w`` (n,): what is done once for all resamples."""
    centre = w @ X / w.sum()
    Z = X - centre
    scale = np.sqrt(w @ Z**2 / w.sum())
    scale[scale == 0] = 1.0
    Z /= scale
    upper = np.triu_indices(X.shape[1])
    return Products(Z, Z[:, upper[0]] * Z[:, upper[1]], w, centre, scale, upper)


def resampled(rows: Products, taken: Array) -> tuple[Array, Array]:
    """Means (p, draws) and covariances (p, p, draws) of each resample, in the units of the answers.

    As in Moments, weights have mean 1 over the rows drawn and covariances divide by n - 1.
    """
    n = taken.sum(axis=1)
    weighted = taken * rows.w
    W = weighted.sum(axis=1)
    sums = (weighted @ rows.Z).T / W
    second = (weighted @ rows.pairs).T / W
    p = len(rows.centre)
    covariance = np.empty((p, p, len(W)))
    a, b = rows.upper
    covariance[a, b] = (second - sums[a] * sums[b]) * (n / (n - 1)) * (rows.scale[a] * rows.scale[b])[:, None]
    covariance[b, a] = covariance[a, b]
    return rows.centre[:, None] + rows.scale[:, None] * sums, covariance


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep BLAS on one thread: the kernels multiply small matrices, which more threads only slow down."""
    with _controller().limit(limits=1):
        yield
