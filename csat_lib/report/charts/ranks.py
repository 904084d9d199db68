"""Ranks with the intervals that shaken weights give them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from csat_lib.report import cells
from csat_lib.report.charts.canvas import (
    ACCENT,
    BG,
    LINE,
    WIDTH,
    Size,
    at_right,
    column_of_labels,
    exhibit,
    finish_bars,
    sheet_of_rows,
    theme,
)
from csat_lib.report.exhibits import Exhibit, guard, need, nothing
from csat_lib.report.language import joined, listed
from csat_lib.report.page import Page

MOST = 60


def rank_intervals(page: Page, frame: pd.DataFrame, *, by: str = "", name: str = "rank_intervals", size: Size = "full") -> Exhibit:
    """The rank of every group with the 5 to 95 per cent of what shaken weights make of it, the best first.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    frame : DataFrame
        unit, rank, rank_low, rank_high, estimate: ``units`` of ``index.robustness``; at most 60 are drawn.
    by : str
        The attribute whose codes the units are, for their labels.
    name : str
        What the CSV is called.
    size : {"full", "half"}
        How much of the page's width it is drawn for.

    Raises
    ------
    ParamsError
        A column is missing.
    """
    need(frame, ["unit", "rank", "rank_low", "rank_high", "estimate"], "A chart of ranks")
    kept = guard(page, frame)
    rows = kept.dropna(subset=["rank"]).sort_values("rank", kind="stable").head(MOST)
    if rows.empty:
        return nothing(page, name, page.say("rank_axis"))
    labels = [page.value(by, unit) if by else str(unit) for unit in rows["unit"]]
    rank, low, high = (rows[column].to_numpy(dtype=float) for column in ("rank", "rank_low", "rank_high"))
    with theme():
        figure, axes = sheet_of_rows(labels, size, right=50, top=8)
        places = np.arange(len(rows), dtype=float)
        ends = 0.6, max(float(high.max()), float(rank.max())) + 0.4
        axes.hlines(places, *ends, color=LINE, linewidth=1)
        axes.hlines(places, low, high, color=ACCENT, alpha=0.36, linewidth=8)
        axes.plot(rank, places, "o", markersize=8.5, color=ACCENT, markeredgecolor=BG, markeredgewidth=1.5, zorder=3)
        axes.set_xlim(*ends)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        finish_bars(axes, page.say("rank_axis"))
        axes.set_xticks(_ticks(ends[1]))
        column_of_labels(figure, axes, labels, list(places), most=0.36 * WIDTH[size])
        for place, value in enumerate(rows["estimate"]):
            at_right(axes, place, cells.number(value), 48, weight="bold")
        moving = [label for label, one, other in zip(labels, low, high, strict=True) if one != other]
        verdict = page.say("ranks_moving", names=listed(moving[:8], page.language)) if moving else page.say("ranks_firm")
        caption = joined([page.say("ranks_caption"), verdict], page.language)
        alt = page.say("ranks_alt", count=len(rows), top=labels[0])
        return exhibit(page, kept, figure, name=name, alt=alt, caption=caption)


def _ticks(last: float) -> list[int]:
    """1, 2, 3, ... in steps that leave at most a dozen."""
    step = next(each for each in (1, 2, 5, 10, 20, 50, 100, 10_000) if last / each <= 12)
    return [1, *range(step if step > 1 else 2, int(last) + 1, step)]
