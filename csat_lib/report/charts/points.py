"""Points of a map: their intervals, the room they take, and their names beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes

from csat_lib.report.charts.canvas import INK, SMALL, SOFT, width_of
from csat_lib.report.charts.labels import Box, place

Places = npt.NDArray[np.float64]


def interval_bars(axes: Axes, rows: pd.DataFrame, across: str, up: str) -> list[Box]:
    """Interval bars of the columns ``across`` and ``up`` where the frame has their _low and _high; gives the room they take.

    Parameters
    ----------
    axes : Axes
        Where they are drawn.
    rows : DataFrame
        One row a point.
    across, up : str
        Columns of the two axes.
    """
    x, y = rows[across].to_numpy(dtype=float), rows[up].to_numpy(dtype=float)
    taken: list[Box] = []
    to_pixels = axes.transData.transform
    for column, along in ((across, True), (up, False)):
        if not {f"{column}_low", f"{column}_high"} <= set(rows.columns):
            continue
        low, high = (rows[f"{column}_{end}"].to_numpy(dtype=float) for end in ("low", "high"))
        draw = axes.hlines if along else axes.vlines
        draw(y if along else x, low, high, color=SOFT, alpha=0.6, linewidth=1.3, zorder=2)
        starts, stops = (np.column_stack([end, y] if along else [x, end]) for end in (low, high))
        boxes = np.hstack([to_pixels(starts) - 1, to_pixels(stops) + 1])
        taken += [(float(a), float(b), float(c), float(d)) for a, b, c, d in boxes[~np.isnan(boxes).any(axis=1)]]
    return taken


def dot_boxes(axes: Axes, places: Places) -> list[Box]:
    """The room that points (n, 2) take."""
    return [(float(x) - 7, float(y) - 7, float(x) + 7, float(y) + 7) for x, y in axes.transData.transform(places)]


def name_points(axes: Axes, names: Sequence[str], places: Places, *, strong: Sequence[bool], taken: Sequence[Box]) -> None:
    """The names beside their points, and a thin line where a name had to go further away.

    Parameters
    ----------
    axes : Axes
        Where they stand.
    names : sequence of str
        One per point.
    places : ndarray, (n, 2)
        The points.
    strong : sequence of truth values
        Whose name is bold.
    taken : sequence of boxes
        What must not be covered.
    """
    points = [(float(x), float(y)) for x, y in axes.transData.transform(places)]
    sizes = [(width_of(text, SMALL, "bold" if bold else "normal") + 2, 15.0) for text, bold in zip(names, strong, strict=True)]
    inside = axes.get_window_extent()
    boxes = place(points, sizes, within=(inside.x0 + 2, inside.y0 + 2, inside.x1 + 12, inside.y1 - 2), taken=taken)
    back = axes.transData.inverted().transform
    for text, bold, (x, y), box in zip(names, strong, points, boxes, strict=True):
        side = "left" if box[0] >= x else "right" if box[2] <= x else "center"
        anchor = {"left": box[0], "right": box[2], "center": (box[0] + box[2]) / 2}[side]
        middle = (box[1] + box[3]) / 2
        if np.hypot(anchor - x, middle - y) > 22:
            ends = back([(x, y), (anchor, middle)])
            axes.plot(ends[:, 0], ends[:, 1], color=SOFT, linewidth=0.8, alpha=0.7, zorder=3)
        where = back((anchor, middle))
        look: dict[str, Any] = {"fontsize": SMALL, "color": INK, "weight": "bold" if bold else "normal", "zorder": 5}
        axes.text(where[0], where[1], text, ha=side, va="center_baseline", **look)
