"""The boxes of a path diagram: constructs with their numbers, and the parts of higher-order constructs attached to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from csat_lib.report import cells
from csat_lib.report.charts.canvas import ACCENT, BG, INK, LINE, SMALL, SOFT, TEXT, TINT, lines_of
from csat_lib.report.charts.layers import BOX, PART, Layout
from csat_lib.report.exhibits import need
from csat_lib.study import Structure

Numbers = Mapping[str, float] | pd.Series | pd.DataFrame
Point = tuple[float, float]
ROW, PART_ROW = 17.5, 15.0


def draw_constructs(
    axes: Axes,
    structure: Structure,
    drawn: Layout,
    *,
    language: str,
    scores: Numbers | None = None,
    r_squared: Numbers | None = None,
) -> None:
    """Draw every construct where the layout says, the outcome with a frame of its own.

    Parameters
    ----------
    axes : Axes
        In pixels of the sheet.
    structure, drawn : Structure, Layout
        The model and where its boxes stand.
    language : {"en", "zh"}
        Of the labels.
    scores, r_squared : Series, mapping or frame (construct, estimate), optional
        Printed in the boxes.
    """
    for name, centre in drawn.centres.items():
        frame = (ACCENT, 2.0) if name == structure.outcome else (LINE, 1.2)
        _plate(axes, centre, BOX, face=TINT, frame=frame)
        under = _numbers_under(name, scores, r_squared)
        lines = lines_of(structure.label(name, language), BOX[0] - 14, TEXT, "bold")[:2]
        _words(axes, centre, [(line, TEXT, "bold") for line in lines] + _soft(under), ROW)
    for whole in structure.higher_order:
        parts = structure.construct(whole).of
        _connectors(axes, drawn.centres[whole], [drawn.parts[part] for part in parts])
        for part in parts:
            _plate(axes, drawn.parts[part], PART, face=BG, frame=(LINE, 1.0))
            under = _numbers_under(part, scores, r_squared)
            lines = lines_of(structure.label(part, language), PART[0] - 10, SMALL)[: 1 if under else 2]
            _words(axes, drawn.parts[part], [(line, SMALL, "normal") for line in lines] + _soft(under), PART_ROW)


def _connectors(axes: Axes, whole: Point, parts: list[Point]) -> None:
    """A dashed line along the left side of the parts, with a branch to each."""
    x = whole[0] - BOX[0] / 2 + 10
    side = 1 if parts[0][1] > whole[1] else -1
    far = max(parts, key=lambda part: abs(part[1] - whole[1]))[1]
    look: dict[str, Any] = {"color": SOFT, "linewidth": 1.2, "linestyle": (0, (4, 3)), "zorder": 4}
    axes.plot([x, x], [whole[1] + side * BOX[1] / 2, far], **look)
    for part in parts:
        axes.plot([x, part[0] - PART[0] / 2], [part[1], part[1]], **look)


def _plate(axes: Axes, centre: Point, size: Point, *, face: str, frame: tuple[str, float]) -> None:
    corner = (centre[0] - size[0] / 2, centre[1] - size[1] / 2)
    shape = f"round,pad=0,rounding_size={9 if size == BOX else 6}"
    axes.add_patch(FancyBboxPatch(corner, *size, boxstyle=shape, facecolor=face, edgecolor=frame[0], linewidth=frame[1], zorder=5))


def _words(axes: Axes, centre: Point, rows: list[tuple[str, float, str]], apart: float) -> None:
    for step, (text, size, weight) in enumerate(rows):
        y = centre[1] + ((len(rows) - 1) / 2 - step) * apart
        look: dict[str, Any] = {"color": SOFT if weight == "soft" else INK, "weight": "bold" if weight == "bold" else "normal"}
        axes.text(centre[0], y, text, ha="center", va="center_baseline", zorder=6, fontsize=size, **look)


def _soft(text: str) -> list[tuple[str, float, str]]:
    return [(text, SMALL, "soft")] if text else []


def _numbers_under(construct: str, scores: Numbers | None, r_squared: Numbers | None) -> str:
    score, share = _lookup(scores, construct), _lookup(r_squared, construct)
    parts = [cells.number(score)] if score is not None else []
    parts += [f"R² {cells.number(share, 2)}"] if share is not None else []
    return " · ".join(parts)


def _lookup(numbers: Numbers | None, construct: str) -> float | None:
    if numbers is None:
        return None
    if isinstance(numbers, pd.DataFrame):
        need(numbers, ["construct", "estimate"], "Numbers in a path diagram")
        numbers = numbers.drop_duplicates("construct").set_index("construct")["estimate"]
    value = dict(numbers).get(construct)
    return float(value) if cells.is_number(value) else None  # type: ignore[arg-type]
