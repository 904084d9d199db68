"""R squared of every subset of drivers at once, by doubling Schur complements.

R (p + 1, p + 1, B) holds correlations of p drivers and, last, the outcome, for B resamples. Eliminating driver 0 gives two children per
matrix: without it (drop its row and column) and with it (Schur complement). What is left at the end is the residual variance; the position
is the subset's bitmask. About 2^p multiply-adds instead of 2^p regressions.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
MOST_DRIVERS = 22
COLLINEAR = 1e-10


def subset_r_squared(R: Array) -> Array:
    """V (2^p, B): share of the outcome's variance explained by each subset; bit j of the row number stands for driver j.

    A driver that its predecessors determine (pivot below 1e-10) adds nothing.
    """
    q, B = R.shape[0], R.shape[2]
    rows = {(i, j): R[i, j] for i in range(q) for j in range(i, q)}
    width = B
    for left in range(q - 1):
        pivot = rows[left, left]
        inverse = np.divide(1.0, pivot, out=np.zeros_like(pivot), where=pivot > COLLINEAR)
        below: dict[tuple[int, int], Array] = {}
        for i in range(left + 1, q):
            slope = rows[left, i] * inverse
            for j in range(i, q):
                both = np.empty(2 * width)
                both[:width] = rows[i, j]
                np.multiply(slope, rows[left, j], out=both[width:])
                np.subtract(rows[i, j], both[width:], out=both[width:])
                below[i, j] = both
        rows, width = below, 2 * width
    return np.asarray(1.0 - rows[q - 1, q - 1].reshape(-1, B))


def shapley(v: Array) -> Array:
    """Shapley values (p, B) of a game v (2^p, B): phi_j = sum over S with j of a(|S|) v(S) - T (Lindeman, Merenda & Gold 1980)."""
    p = int(v.shape[0]).bit_length() - 1
    size = popcount(p)
    w = np.array([math.factorial(k) * math.factorial(p - 1 - k) / math.factorial(p) if k < p else 0.0 for k in range(p + 1)])
    a = w + np.concatenate([[0.0], w[:-1]])
    folded = a[size][:, None] * v
    values = np.empty((p, v.shape[1]))
    for j in reversed(range(p)):
        with_driver = folded[2**j :]
        values[j] = with_driver.sum(axis=0)
        folded = folded[: 2**j] + with_driver
    return np.asarray(values - w[size] @ v)


def conditional(v: Array) -> Array:
    """Conditional dominance (p, p, B): mean gain of driver j over subsets of each size 0..p-1 (Azen & Budescu 2003); v is (2^p, B)."""
    p = int(v.shape[0]).bit_length() - 1
    size, every = popcount(p), np.arange(2**p)
    table = np.empty((p, p, v.shape[1]))
    for j in range(p):
        without = every[(every >> j) & 1 == 0]
        gain = v[without | (1 << j)] - v[without]
        by_size = np.argsort(size[without], kind="stable")
        many = np.bincount(size[without], minlength=p)[:p]
        table[j] = np.add.reduceat(gain[by_size], np.concatenate([[0], many.cumsum()[:-1]]), axis=0) / many[:, None]
    return table


def complete(v: Array) -> Array:
    """Complete dominance (p, p, B): share of subsets without i and j in which i adds more than j; NaN on the diagonal; v is (2^p, B)."""
    p = int(v.shape[0]).bit_length() - 1
    every = np.arange(2**p)
    table = np.full((p, p, v.shape[1]), np.nan)
    for i in range(p):
        for j in range(i + 1, p):
            S = every[((every >> i) & 1 == 0) & ((every >> j) & 1 == 0)]
            gap = v[S | (1 << i)] - v[S | (1 << j)]
            tied = 0.5 * (np.abs(gap) < 1e-12).mean(axis=0)
            table[i, j], table[j, i] = (gap >= 1e-12).mean(axis=0) + tied, (gap <= -1e-12).mean(axis=0) + tied
    return table


def popcount(p: int) -> npt.NDArray[np.intp]:
    """Number of drivers in each subset, by bitmask."""
    size = np.zeros(1, dtype=int)
    for _ in range(p):
        size = np.concatenate([size, size + 1])
    return size
