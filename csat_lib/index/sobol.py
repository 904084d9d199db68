"""Sobol indices of any model with independent factors on 0-1: first-order and total, with bootstrap intervals.

Letters: A and B two samples n x d, AB_i is A with column i from B, f the model, V its variance.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import qmc

from csat_lib.errors import DataError, ParamsError, whole
from csat_lib.stats import blocks, check_confidence, counts, percentile_interval

Array = npt.NDArray[np.float64]
LARGEST = 2**22


def sobol_indices(
    model: Callable[[Array], Array],
    factors: Sequence[str],
    *,
    samples: int = 4096,
    draws: int = 500,
    seed: int,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Share of the model's variance that is each factor's own (first), and that it has a part in (total).

    first = mean f(B) (f(AB_i) - f(A)) / V (Saltelli et al. 2010), total = mean (f(A) - f(AB_i))^2 / (2 V) (Jansen 1999), from
    samples x (d + 2) runs on a scrambled Sobol' sequence.

    Parameters
    ----------
    model : callable
        Takes (runs, d) numbers between 0 and 1, uniform and independent; returns (runs,) results.
    factors : sequence of str
        Names of the d columns.
    samples : int
        Base sample; rounded up to a power of 2.
    draws : int
        Bootstrap draws of the base sample for the intervals.
    seed : int
        Everything depends on it alone.
    confidence : float
        Of the percentile intervals.

    Returns
    -------
    DataFrame
        factor, first, first_low, first_high, total, total_low, total_high, runs. Estimates may lie a little outside 0-1.

    Raises
    ------
    ParamsError
        No factors or one twice, a sample too small or too large, or a seed or draws that are no whole numbers.
    DataError
        The model does not vary, or returns something that is no number.
    """
    d = len(factors)
    if d == 0:
        raise ParamsError("No factors were named.")
    if isinstance(factors, str) or len(set(factors)) < d:
        raise ParamsError(f"factors: expected a list of different names, got {factors!r}.")
    seed, draws, samples = whole(seed, "seed", least=0), whole(draws, "draws", least=2), whole(samples, "samples", least=1)
    check_confidence(confidence)
    if not 8 <= samples <= LARGEST // (d + 2):
        raise ParamsError(f"samples={samples}: expected 8 to {LARGEST // (d + 2):,} for {d} factors.")
    power = int(np.ceil(np.log2(samples)))
    base = qmc.Sobol(2 * d, rng=np.random.default_rng([seed, 1])).random_base2(power)
    A, B = base[:, :d], base[:, d:]
    fA, fB = _run(model, A), _run(model, B)
    swapped = np.empty((d, len(A)))
    for i in range(d):
        AB = A.copy()
        AB[:, i] = B[:, i]
        swapped[i] = _run(model, AB)
    first, total = _indices(fA, fB, swapped)
    low, high = _bootstrap((fA, fB, swapped), draws=draws, seed=seed, confidence=confidence)
    return pd.DataFrame(
        {
            "factor": list(factors),
            "first": first,
            "first_low": low[0],
            "first_high": high[0],
            "total": total,
            "total_low": low[1],
            "total_high": high[1],
            "runs": len(A) * (d + 2),
        }
    )


def _run(model: Callable[[Array], Array], U: Array) -> Array:
    found = np.asarray(model(U), dtype=float)
    if found.shape != (len(U),) or not np.isfinite(found).all():
        raise DataError(f"The model must return {len(U)} finite numbers, one per run; got shape {found.shape}.")
    return found


def _indices(fA: Array, fB: Array, swapped: Array) -> tuple[Array, Array]:
    both = np.concatenate([fA, fB])
    variance = float(both.var())
    largest = float(np.abs(both).max())
    if variance <= (1e-12 * largest) ** 2:
        raise DataError("The result is the same for every setting of the factors, so there is no variance to share out.")
    centre = float(both.mean())
    first = ((fB - centre) * (swapped - fA)).mean(axis=1) / variance
    return first, ((fA - swapped) ** 2).mean(axis=1) / (2 * variance)


def _bootstrap(runs: tuple[Array, Array, Array], *, draws: int, seed: int, confidence: float) -> tuple[Array, Array]:
    """Low and high ends of first and total, (2, d) each, over resampled rows, by matrix products of the counts."""
    fA, fB, swapped = runs
    n, d = len(fA), len(swapped)
    centre = np.concatenate([fA, fB]).mean()
    a, b = fA - centre, fB - centre
    rows = np.vstack([a, b, a**2, b**2, b * (swapped - fA), (fA - swapped) ** 2])
    mean = np.vstack([counts(block, n) @ rows.T / n for block in blocks(draws, n, seed)])
    V = (mean[:, 2] + mean[:, 3]) / 2 - ((mean[:, 0] + mean[:, 1]) / 2) ** 2
    found = np.stack([mean[:, 4 : 4 + d] / V[:, None], mean[:, 4 + d :] / (2 * V[:, None])])
    low, high = percentile_interval(np.swapaxes(found, 1, 2), confidence)
    return low, high
