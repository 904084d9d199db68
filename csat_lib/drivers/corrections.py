"""P-values corrected for how many there are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def _holm(p: Array) -> Array:
    """Family-wise, step down (Holm 1979)."""
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)) if len(p) else p
    return _back(stepped, order)


def _bh(p: Array) -> Array:
    """False discovery rate, step up (Benjamini & Hochberg 1995)."""
    order = np.argsort(p, kind="stable")
    stepped = np.minimum.accumulate((p[order] * len(p) / np.arange(1, len(p) + 1))[::-1])[::-1] if len(p) else p
    return _back(stepped, order)


def _none(p: Array) -> Array:
    return p


def _back(stepped: Array, order: npt.NDArray[np.intp]) -> Array:
    found = np.empty_like(stepped)
    found[order] = np.minimum(stepped, 1.0)
    return found


CORRECTIONS: dict[str, Callable[[Array], Array]] = {"holm": _holm, "bh": _bh, "none": _none}
