"""Bars: what each driver contributes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import seaborn as sns

from csat_lib.report import cells
from csat_lib.report.charts.canvas import (
    ACCENT,
    INK,
    SOFT,
    WIDTH,
    Size,
    at_right,
    column_of_labels,
    exhibit,
    finish_bars,
    sheet_of_rows,
    theme,
    width_of,
)
from csat_lib.report.exhibits import Exhibit, guard, need, nothing
from csat_lib.report.language import joined
from csat_lib.report.page import Page


def importance(page: Page, frame: pd.DataFrame, *, name: str = "importance", size: Size = "full") -> Exhibit:
    """What each driver contributes, the largest first, with intervals and rank letters where the frame has them.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    frame : DataFrame
        driver, share (0-1); share_low, share_high and letters are optional.
    name : str
        What the CSV is called.
    size : {"full", "half"}
        How much of the page's width it is drawn for.

    Raises
    ------
    ParamsError
        A column is missing.
    """
    need(frame, ["driver", "share"], "A chart of importance")
    kept = guard(page, frame)
    rows = kept.dropna(subset=["share"]).sort_values("share", ascending=False, kind="stable")
    if rows.empty:
        return nothing(page, name, page.say("importance_axis"))
    labels = [page.label(each) for each in rows["driver"]]
    shares = 100 * rows["share"].to_numpy(dtype=float)
    with_intervals = {"share_low", "share_high"} <= set(rows.columns) and bool(rows["share_low"].notna().any())
    letters = [str(each) for each in rows["letters"]] if "letters" in rows.columns else []
    with theme():
        figure, axes = sheet_of_rows(labels, size, right=52 + (width_of(max(letters, key=len)) + 14 if letters else 0), top=6)
        sns.barplot(
            x=shares, y=[str(each) for each in range(len(rows))], ax=axes, color=ACCENT, alpha=0.62, saturation=1, width=0.56, errorbar=None
        )
        axes.invert_yaxis() if axes.get_ylim()[0] < axes.get_ylim()[1] else None
        ends = shares
        if with_intervals:
            low, high = (100 * rows[end].to_numpy(dtype=float) for end in ("share_low", "share_high"))
            axes.hlines(range(len(rows)), low, high, color=INK, linewidth=1.6)
            ends = np.fmax(shares, high)
        axes.set_xlim(0, max(5.0, float(np.nanmax(ends)) * 1.04))
        finish_bars(axes, page.say("importance_axis"))
        column_of_labels(figure, axes, labels, [float(each) for each in range(len(rows))], most=0.36 * WIDTH[size])
        for place, share in enumerate(shares):
            at_right(axes, place, cells.percent(share / 100, page.language), 50, weight="bold")
        for place, letter in enumerate(letters):
            at_right(axes, place, letter, 60, ha="left", color=SOFT)
        first, share = labels[0], cells.percent(shares[0] / 100, page.language)
        said = [page.say("importance_caption", first=first, share=share)]
        said += [page.say("importance_intervals", confidence=page.percent)] if with_intervals else []
        said += [page.say("importance_letters")] if letters else []
        alt = page.say("importance_alt", count=len(rows), first=first, share=share)
        return exhibit(page, kept, figure, name=name, alt=alt, caption=joined(said, page.language))
