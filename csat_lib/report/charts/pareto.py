"""The Pareto chart: counts from the most frequent down, and the share that they make up together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import seaborn as sns

from csat_lib.report import cells
from csat_lib.report.charts.canvas import (
    ACCENT,
    INK,
    SMALL,
    SOFT,
    WARN,
    WIDTH,
    Size,
    at_right,
    column_of_labels,
    exhibit,
    finish_bars,
    sheet_of_rows,
    theme,
)
from csat_lib.report.exhibits import Exhibit, need, nothing
from csat_lib.report.language import joined, listed
from csat_lib.report.page import Page

MOST = 15
EIGHTY = 80


def pareto(page: Page, frame: pd.DataFrame, *, what: str, name: str = "pareto", size: Size = "full") -> Exhibit:
    """Bars of counts, a line of the running share, and how few reasons make up four fifths.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    frame : DataFrame
        label (as printed), n, share, cumulative_share (0-1), verdict ("vital few", ...), in the order drawn; counts of complaints, which
        no disclosure rule hides. More than fifteen rows are cut, the caption says so.
    what : str
        What is counted by, as printed.
    name : str
        What the CSV is called.
    size : {"full", "half"}
        How much of the page's width it is drawn for.

    Raises
    ------
    ParamsError
        A column is missing.
    """
    need(frame, ["label", "n", "share", "cumulative_share", "verdict"], "A Pareto chart")
    rows = frame.head(MOST).reset_index(drop=True)
    if rows.empty:
        return nothing(page, name, what)
    labels = [str(each) for each in rows["label"]]
    shares, running = (100 * rows[each].to_numpy(dtype=float) for each in ("share", "cumulative_share"))
    vital = (rows["verdict"] == "vital few").to_numpy()
    with theme():
        figure, axes = sheet_of_rows(labels, size, right=58, top=8)
        places = [str(each) for each in range(len(rows))]
        sns.barplot(x=shares, y=places, ax=axes, color=ACCENT, alpha=0.62, saturation=1, width=0.56, errorbar=None)
        axes.invert_yaxis() if axes.get_ylim()[0] < axes.get_ylim()[1] else None
        for bar, few in zip(axes.patches, vital, strict=True):
            bar.set_alpha(0.75 if few else 0.35)
        axes.plot(running, range(len(rows)), color=INK, linewidth=1.6, marker="o", markersize=4.5, zorder=4)
        axes.axvline(EIGHTY, color=WARN, linewidth=1.2, dashes=(4, 3), zorder=1)
        axes.set_xlim(0, 101)
        finish_bars(axes, page.say("pareto_axis"))
        column_of_labels(figure, axes, labels, [float(each) for each in range(len(rows))], most=0.36 * WIDTH[size])
        for place, (count, share) in enumerate(zip(rows["n"], shares, strict=True)):
            at_right(axes, place, cells.whole(float(count)), 26, weight="bold")
            at_right(axes, place, cells.percent(share / 100, page.language), 56, color=SOFT, fontsize=SMALL - 1)
        caption, alt = _said(page, rows, labels, vital, what=what, cut=len(frame) - len(rows))
        return exhibit(page, frame, figure, name=name, alt=alt, caption=caption)


def _said(page: Page, rows: pd.DataFrame, labels: list[str], vital: np.ndarray, *, what: str, cut: int) -> tuple[str, str]:
    few = [label for label, here in zip(labels, vital, strict=True) if here]
    share = cells.percent(float(rows.loc[vital, "share"].sum()), page.language)
    said = [
        page.say("pareto_caption", count=len(few), total=len(rows) + cut, share=share, names=listed(few, page.language)),
        page.say("pareto_line"),
        page.say("pareto_cut", count=cut) if cut else "",
    ]
    return joined(said, page.language), page.say("pareto_alt", what=what, first=labels[0], count=int(rows["n"].iloc[0]))
