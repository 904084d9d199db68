"""The dominance heat map: in how many models one driver adds more than another."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle

from csat_lib.errors import ParamsError
from csat_lib.report import cells
from csat_lib.report.charts.canvas import (
    ACCENT,
    BG,
    INK,
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
    width_of,
)
from csat_lib.report.exhibits import Exhibit, nothing
from csat_lib.report.language import joined
from csat_lib.report.page import Page

ROW, HEAD = 40, 52


def dominance(page: Page, frame: pd.DataFrame, *, name: str = "dominance", size: Size = "full") -> Exhibit:
    """Every driver against every other, the most dominant first; 100 % is complete dominance, printed bold.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    frame : DataFrame
        The square table "complete" from ``drivers.dominance``: share of models (0-1) in which the row's driver adds more than the column's.
    name : str
        What the CSV is called.
    size : {"full", "half"}
        How much of the page's width it is drawn for.

    Raises
    ------
    ParamsError
        The table is not square, or its rows and columns are not the same drivers.
    """
    if not isinstance(frame, pd.DataFrame) or set(map(str, frame.index)) != set(map(str, frame.columns)):
        raise ParamsError("A chart of dominance needs the square table 'complete' from drivers.dominance.")
    table = frame.set_axis([str(each) for each in frame.index]).set_axis([str(each) for each in frame.columns], axis=1)
    if len(table) < 2:
        return nothing(page, name, page.say("dominance_axis"))
    order = table.mean(axis=1).sort_values(ascending=False, kind="stable").index
    shares = table.loc[order, order]
    names = [page.label(each) for each in order]
    numbered = not _fit(names, WIDTH[size])
    labels = [f"{place}  {label}" for place, label in enumerate(names, start=1)] if numbered else names
    long = shares.rename_axis("driver").reset_index().melt("driver", var_name="other", value_name="share")
    long = long[long["driver"] != long["other"]].reset_index(drop=True)
    most = 0.24 * WIDTH[size]
    with theme():
        figure, axes = sheet(WIDTH[size], HEAD + ROW * len(labels) + 10, left=room_for(labels, most), right=6, top=HEAD, bottom=10)
        axes.set(xlim=(-0.5, len(labels) - 0.5), ylim=(len(labels) - 0.5, -0.5), xticks=[], yticks=[])
        _cells(axes, shares.to_numpy(dtype=float), page)
        column_of_labels(figure, axes, labels, [float(each) for each in range(len(labels))], most=most)
        _heads(axes, [str(place) for place in range(1, len(names) + 1)] if numbered else names)
        best = int(np.nansum(shares.to_numpy(dtype=float)[0] > 0.5))
        said = [page.say("dominance_caption"), page.say("dominance_most", first=names[0]) if best > (len(labels) - 1) / 2 else ""]
        alt = page.say("dominance_alt", count=len(labels), complete=int((long["share"] >= 1).sum()))
        return exhibit(page, long, figure, name=name, alt=alt, caption=joined(said, page.language))


def _fit(labels: list[str], width: float) -> bool:
    """Whether every word of the labels fits above a column; where one does not, rows and columns are numbered."""
    left = room_for(labels, 0.24 * width)
    most = (width - left - 6) / len(labels) - 6
    return max(width_of(word, SMALL) for label in labels for word in label.split()) <= most


def _cells(axes: Axes, shares: np.ndarray, page: Page) -> None:
    """A tinted square with its per cent for every pair."""
    for (row, column), share in np.ndenumerate(shares):
        if row == column or np.isnan(share):
            continue
        axes.add_patch(Rectangle((column - 0.48, row - 0.46), 0.96, 0.92, facecolor=to_rgba(ACCENT, 0.06 + 0.5 * share), edgecolor=BG))
        weight = "bold" if share >= 1 else "normal"
        text = cells.percent(share, page.language)
        axes.text(column, row, text, ha="center", va="center_baseline", fontsize=SMALL, color=INK, weight=weight)


def _heads(axes: Axes, labels: list[str]) -> None:
    """The columns' names or numbers, in as many lines as they need."""
    width = axes.get_window_extent().width / len(labels) - 6
    for column, label in enumerate(labels):
        lines = lines_of(label, width, SMALL)
        for step, line in enumerate(reversed(lines)):
            axes.annotate(
                line,
                (column, 1),
                (0, 8 + 14 * step),
                xycoords=("data", "axes fraction"),
                textcoords="offset points",
                ha="center",
                va="baseline",
                fontsize=SMALL,
                color=SOFT,
            )
