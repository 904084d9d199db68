"""Who rates whom: the matrix of departments as a heat map, the weak links outlined."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from csat_lib.report import cells
from csat_lib.report.charts.canvas import (
    ACCENT,
    BAD,
    INK,
    LINE,
    SMALL,
    SOFT,
    WIDTH,
    Size,
    column_of_labels,
    exhibit,
    lines_of,
    room_for,
    sheet,
    theme,
)
from csat_lib.report.exhibits import Exhibit, guard, need, nothing
from csat_lib.report.language import joined, listed
from csat_lib.report.page import Page

CELL, TOP, BOTTOM, RIGHT = 40, 54, 12, 16
DARKEST = 0.62


def departments(page: Page, frame: pd.DataFrame, *, name: str = "departments", size: Size = "full") -> Exhibit:
    """Scores (0-100) that the departments in rows gave to those in columns; the darker the better, weak links are outlined.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    frame : DataFrame
        rater, rated (labels), estimate, n, verdict, suppressed: from ``report.departments.matrix``, where small cells are hidden.
    name : str
        What the CSV is called.
    size : {"full", "half"}
        How much of the page's width it is drawn for.

    Raises
    ------
    ParamsError
        A column is missing.
    """
    need(frame, ["rater", "rated", "estimate", "n", "verdict", "suppressed"], "A matrix of departments")
    kept = guard(page, frame, base=None)
    title = page.say("matrix_title")
    if kept["estimate"].isna().all():
        return nothing(page, name, title)
    names = list(dict.fromkeys([*kept["rater"], *kept["rated"]]))
    with theme():
        most = 0.26 * WIDTH[size]
        left = room_for(names, most)
        figure, axes = sheet(WIDTH[size], TOP + CELL * len(names) + BOTTOM, left=left, right=RIGHT, top=TOP, bottom=BOTTOM)
        axes.set_xlim(-0.5, len(names) - 0.5)
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.set_xticks([])
        axes.set_yticks([])
        low, high = float(kept["estimate"].min()), float(kept["estimate"].max())
        for row in kept.to_dict("records"):
            shade = (float(row["estimate"]) - low) / (high - low) if high > low else 0.5
            _cell(axes, names.index(row["rated"]), names.index(row["rater"]), row, shade)
        column_of_labels(figure, axes, names, list(range(len(names))), most=most)
        _heads(axes, names, (WIDTH[size] - left - RIGHT) / len(names))
        return exhibit(page, kept, figure, name=name, alt=_alternative(page, kept, title), caption=_caption(page, kept))


def _cell(axes: Axes, x: int, y: int, row: dict[object, object], shade: float) -> None:
    value = float(row["estimate"])  # type: ignore[arg-type]
    box = ((x - 0.47, y - 0.45), 0.94, 0.9)
    if np.isfinite(value):
        axes.add_patch(Rectangle(*box, facecolor=ACCENT, alpha=0.04 + DARKEST * shade, linewidth=0, zorder=1))
    else:
        axes.add_patch(Rectangle(*box, fill=False, edgecolor=LINE, linewidth=0.8, zorder=1))
    if row["verdict"] == "weak link":
        axes.add_patch(Rectangle(*box, fill=False, edgecolor=BAD, linewidth=2.2, zorder=3))
    text = cells.number(value, 0) if np.isfinite(value) else "·"
    axes.text(x, y, text, ha="center", va="center_baseline", zorder=4, color=INK if np.isfinite(value) else SOFT)


def _heads(axes: Axes, names: list[str], width: float) -> None:
    for place, word in enumerate(names):
        for step, line in enumerate(reversed(lines_of(word, width - 4, SMALL))):
            at, shift = (place, -0.5), (0, 8 + 14 * step)
            look: dict[str, Any] = {"ha": "center", "va": "baseline", "fontsize": SMALL, "color": SOFT, "annotation_clip": False}
            axes.annotate(line, at, shift, textcoords="offset points", **look)


def _caption(page: Page, kept: pd.DataFrame) -> str:
    weak = kept[kept["verdict"] == "weak link"].sort_values("estimate", kind="stable")
    pairs = [
        page.say("link", rater=row["rater"], rated=row["rated"], score=cells.number(row["estimate"], 0)) for row in weak.to_dict("records")
    ]
    said = [page.say("matrix_caption")]
    said.append(page.say("matrix_weak", names=listed(pairs, page.language)) if pairs else page.say("matrix_none"))
    if kept["suppressed"].any():
        said.append(page.say("matrix_hidden", count=int(kept["suppressed"].sum())))
    return joined(said, page.language)


def _alternative(page: Page, kept: pd.DataFrame, title: str) -> str:
    shown = kept.dropna(subset=["estimate"]).sort_values("estimate", kind="stable")
    ends = [
        page.say("link", rater=row["rater"], rated=row["rated"], score=cells.number(row["estimate"], 0))
        for row in (shown.iloc[0], shown.iloc[-1])
    ]
    return page.say("matrix_alt", what=title, count=kept["rater"].nunique(), low=ends[0], high=ends[1])
