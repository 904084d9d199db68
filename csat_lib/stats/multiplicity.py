"""P-values corrected for how many there are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def holm(p: Array) -> Array:
    """P-values that keep the family-wise error, step down (Holm 1979).

    >>> holm(np.array([0.01, 0.04, 0.03])).round(6).tolist()
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)) if len(p) else p
    return _back(stepped, order)


def bh(p: Array) -> Array:
    """P-values that keep the false discovery rate, step up (Benjamini & Hochberg 1995).

    >>> bh(np.array([0.01, 0.04, 0.03])).round(6).tolist()
    [0.03, 0.04, 0.04]
    """
    order = np.argsort(p, kind="stable")
    stepped = np.minimum.accumulate((p[order] * len(p) / np.arange(1, len(p) + 1))[::-1])[::-1] if len(p) else p
    return _back(stepped, order)


def uncorrected(p: Array) -> Array:
    """The p-values as they are."""
    return p


def _back(stepped: Array, order: npt.NDArray[np.intp]) -> Array:
    found = np.empty_like(stepped)
    found[order] = np.minimum(stepped, 1.0)
    return found


CORRECTIONS: dict[str, Callable[[Array], Array]] = {"holm": holm, "bh": bh, "none": uncorrected}
