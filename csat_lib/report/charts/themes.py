"""The map of themes: how often each is mentioned, and how far those who mention it lie from the others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from csat_lib.report import cells
from csat_lib.report.charts.canvas import ACCENT, BAD, BG, GOOD, SOFT, WIDTH, Size, exhibit, sheet, theme
from csat_lib.report.charts.points import dot_boxes, interval_bars, name_points
from csat_lib.report.exhibits import Exhibit, guard, need, nothing
from csat_lib.report.language import joined, listed
from csat_lib.report.page import Page

COLOURS = {"costs points": BAD, "brings points": GOOD, "within noise": ACCENT}
HEIGHT = {"full": 430, "half": 360}


def theme_map(page: Page, frame: pd.DataFrame, *, name: str = "theme_map", size: Size = "full") -> Exhibit:
    """Themes by share of mentions and gap of the score; those whose gap is sure are coloured and bold.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    frame : DataFrame
        From ``voiced.impact``: theme (as printed), share (0-1), gap, gap_low, gap_high (points), verdict, n.
    name : str
        What the CSV is called.
    size : {"full", "half"}
        How much of the page's width it is drawn for.

    Raises
    ------
    ParamsError
        A column is missing.
    """
    need(frame, ["theme", "share", "gap", "verdict"], "A map of themes")
    kept = guard(page, frame)
    rows = kept.dropna(subset=["share", "gap"]).reset_index(drop=True)
    if rows.empty:
        return nothing(page, name, page.say("theme_share_axis"))
    drawn = rows.assign(share=100 * rows["share"])
    with theme():
        figure, axes = sheet(WIDTH[size], HEIGHT[size], left=56, right=14, top=10, bottom=50)
        _frame(axes, page, drawn)
        bars = interval_bars(axes, drawn[[each for each in ("share", "gap", "gap_low", "gap_high") if each in drawn]], "share", "gap")
        hue = drawn["verdict"].where(drawn["verdict"].isin(COLOURS), "within noise")
        titles = axes.get_xlabel(), axes.get_ylabel()
        look: dict[str, Any] = {"s": 92, "edgecolor": BG, "linewidth": 1.5, "legend": False, "zorder": 4, "clip_on": False}
        sns.scatterplot(x=drawn["share"], y=drawn["gap"], hue=hue, palette=COLOURS, ax=axes, **look)
        axes.set(xlabel=titles[0], ylabel=titles[1])
        places = drawn[["share", "gap"]].to_numpy(dtype=float)
        sure = drawn["verdict"].isin(["costs points", "brings points"]).tolist()
        name_points(axes, [str(each) for each in drawn["theme"]], places, strong=sure, taken=[*bars, *dot_boxes(axes, places)])
        caption, alt = _said(page, rows)
        return exhibit(page, kept, figure, name=name, alt=alt, caption=caption)


def _frame(axes: Axes, page: Page, rows: pd.DataFrame) -> None:
    ends = [rows[each].to_numpy(dtype=float) for each in ("gap", "gap_low", "gap_high") if each in rows.columns]
    reach = max(1.0, float(np.nanmax(np.abs(np.concatenate(ends)))) * 1.06)
    axes.set_xlim(0, float(rows["share"].max()) * 1.18)
    axes.set_ylim(-reach, reach)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
    axes.axhline(0, color=SOFT, linewidth=1.1, dashes=(3, 4), zorder=1)
    axes.grid(visible=True, axis="y")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}".replace("-", "\u2212"))
    axes.set_xlabel(page.say("theme_share_axis"), labelpad=8)
    axes.set_ylabel(page.say("theme_gap_axis"), rotation_mode="anchor", ha="center", va="baseline")
    axes.yaxis.set_label_coords(-40 / axes.get_window_extent().width, 0.5)


def _said(page: Page, rows: pd.DataFrame) -> tuple[str, str]:
    costs, brings = ([str(each) for each in rows.loc[rows["verdict"] == word, "theme"]] for word in ("costs points", "brings points"))
    said = [
        page.say("theme_map_caption"),
        page.say("theme_map_costs", names=listed(costs, page.language)) if costs else "",
        page.say("theme_map_brings", names=listed(brings, page.language)) if brings else "",
        page.say("theme_map_none") if not costs and not brings else "",
        page.say("theme_map_bars", confidence=page.percent) if "gap_low" in rows.columns else "",
    ]
    top = rows.sort_values("share", kind="stable").iloc[-1]
    alt = page.say("theme_map_alt", count=len(rows), first=top["theme"], share=cells.percent(top["share"], page.language))
    return joined(said, page.language), alt
