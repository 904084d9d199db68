"""Columns of a frame as numbers, weights and scale ends, checked at the door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import DataError, ParamsError, nearest

Array = npt.NDArray[np.float64]
Scale = tuple[float, float] | Mapping[str, tuple[float, float]]


def numeric_columns(frame: pd.DataFrame, items: Sequence[str]) -> list[Array]:
    """The columns as float arrays, without copying where they are floats already; DataError names the culprit."""
    if not items:
        raise ParamsError("No items were named.")
    repeated = sorted({item for item in items if list(items).count(item) > 1})
    if repeated:
        raise ParamsError(f"The item {repeated[0]!r} is named twice.")
    columns = []
    for item in items:
        if item not in frame.columns:
            raise DataError(f"No column {item!r} in the data.{nearest(item, map(str, frame.columns))}")
        column = frame[item]
        if isinstance(column, pd.DataFrame):
            raise DataError(f"The column {item!r} appears {column.shape[1]} times in the data.")
        try:
            columns.append(column.to_numpy(dtype=float, na_value=np.nan))
        except (TypeError, ValueError):
            raise DataError(f"The column {item!r} is not numeric. Read it through a codebook: csat.load_survey.") from None
    return columns


def row_weights(frame: pd.DataFrame, weights: pd.Series | Array | None) -> Array:
    """One weight per row, checked; all ones without weights."""
    if weights is None:
        return np.ones(len(frame))
    if isinstance(weights, pd.Series):
        if not weights.index.equals(frame.index):
            if not frame.index.isin(weights.index).all() or not weights.index.is_unique:
                raise DataError("The weights' index does not hold every row of the data exactly once.")
            weights = weights.reindex(frame.index)
        weights = weights.to_numpy(dtype=float, na_value=np.nan)
    w = np.asarray(weights, dtype=float)
    if w.shape != (len(frame),):
        raise DataError(f"{len(frame)} rows but weights of shape {w.shape}.")
    bad = ~np.isfinite(w) | (w < 0)
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise DataError(f"{int(bad.sum())} weights are negative or missing; the first is {w[row]} in row {row + 1} of the data.")
    if not (w > 0).any():
        raise DataError("All weights are zero.")
    return w


def scale_ends(items: Sequence[str], scale: Scale | None) -> tuple[Array | None, Array | None]:
    """Two arrays, the low and the high end of each item's scale; NaN where unknown, None where nothing is known."""
    if scale is None:
        return None, None
    per_item = [scale.get(item, (np.nan, np.nan)) for item in items] if isinstance(scale, Mapping) else [scale] * len(items)
    try:
        ends = np.array(per_item, dtype=float)
    except (TypeError, ValueError):
        ends = np.empty(0)
    if ends.shape != (len(items), 2):
        raise ParamsError(f"scale: expected (low, high) or {{item: (low, high)}}, such as (1, 10), got {str(scale)[:80]!r}.")
    wrong = [item for item, (low, high) in zip(items, ends, strict=True) if high <= low]
    if wrong:
        raise ParamsError(f"scale: {wrong[0]!r}: the low end must be below the high one.")
    return ends[:, 0], ends[:, 1]
