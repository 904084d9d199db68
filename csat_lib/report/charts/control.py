"""Is it real: a figure over its periods with control limits, and the points that give a signal."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from csat_lib.errors import ParamsError
from csat_lib.report import cells
from csat_lib.report.charts.canvas import ACCENT, BAD, BG, LINE, SMALL, SOFT, WIDTH, Size, exhibit, sheet, theme
from csat_lib.report.charts.trend import short_period
from csat_lib.report.exhibits import Exhibit, guard, need, nothing
from csat_lib.report.language import PHRASES, joined, listed
from csat_lib.report.page import Page

COLUMNS = ("period", "estimate", "centre", "limit_low", "limit_high", "signals")


def control(
    page: Page, frame: pd.DataFrame, *, name: str = "control_chart", what: str = "satisfaction index", size: Size = "full"
) -> Exhibit:
    """One figure's control chart: limits of three sigma with the sampling error inside, flagged points ringed and named.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    frame : DataFrame
        period, estimate, centre, limit_low, limit_high, signals ("; " between rules), from ``tracking.control_chart``; one metric, segment.
    name : str
        What the CSV is called.
    what : str
        What the figure is.
    size : {"full", "half"}
        How much of the page's width it is drawn for.

    Raises
    ------
    ParamsError
        A column is missing, or there are several figures in the frame.
    """
    need(frame, COLUMNS, "A control chart")
    several = [each for each in ("metric", "segment") if each in frame.columns and frame[each].nunique() > 1]
    if several:
        raise ParamsError(f"A control chart shows one {several[0]}; the frame has {frame[several[0]].nunique()}. Filter it first.")
    kept = guard(page, frame)
    rows = kept.dropna(subset=["estimate", "centre"]).reset_index(drop=True)
    title = page.label(what) if what != "satisfaction index" else page.say(what)
    if rows.empty:
        return nothing(page, name, title)
    with theme():
        figure, axes = sheet(WIDTH[size], 248, left=40, right=70, top=16, bottom=26)
        _limits(axes, page, rows)
        _points(axes, rows)
        axes.set_xticks(range(len(rows)), [short_period(str(period)) for period in rows["period"]])
        axes.grid(visible=True, axis="y")
        axes.set(xlabel="", ylabel="")
        caption, alt = _said(page, rows, title)
        return exhibit(page, kept, figure, name=name, alt=alt, caption=caption)


def rule(page: Page, word: str) -> str:
    """A rule of the control chart in the page's language."""
    key = f"rule_{word.strip().casefold().replace(' ', '_')}"
    return page.say(key) if key in PHRASES else word.strip()


def _limits(axes: Axes, page: Page, rows: pd.DataFrame) -> None:
    x = np.arange(len(rows))
    low, high, centre = (rows[each].to_numpy(dtype=float) for each in ("limit_low", "limit_high", "centre"))
    edges = np.append(x - 0.5, x[-1] + 0.5)
    axes.stairs(high, edges, baseline=low, fill=True, color=ACCENT, alpha=0.09, linewidth=0)
    for values, words in ((high, "limit_upper"), (low, "limit_lower")):
        axes.stairs(values, edges, baseline=None, color=SOFT, linewidth=1.1, linestyle=(0, (4, 3)))
        _beside(axes, float(values[-1]), f"{page.say(words)} {cells.number(values[-1])}")
    axes.stairs(centre, edges, baseline=None, color=SOFT, linewidth=1.1)
    _beside(axes, float(centre[-1]), f"{page.say('limit_centre')} {cells.number(centre[-1])}")
    values = np.concatenate([low, high, rows["estimate"].to_numpy(dtype=float)])
    room = 0.06 * max(float(np.nanmax(values) - np.nanmin(values)), 0.5)
    axes.set_ylim(np.nanmin(values) - room, np.nanmax(values) + room)
    axes.set_xlim(-0.6, len(rows) - 0.4)


def _beside(axes: Axes, place: float, text: str) -> None:
    axes.annotate(
        text,
        (1, place),
        (4, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        va="center_baseline",
        fontsize=SMALL - 1,
        color=SOFT,
    )


def _points(axes: Axes, rows: pd.DataFrame) -> None:
    x, y = np.arange(len(rows)), rows["estimate"].to_numpy(dtype=float)
    flagged = rows["signals"].fillna("").astype(str).to_numpy() != ""
    axes.plot(x, y, color=ACCENT, linewidth=1.8, zorder=2)
    axes.plot(x[~flagged], y[~flagged], "o", markersize=6.5, color=ACCENT, markeredgecolor=BG, markeredgewidth=1.2, zorder=3)
    axes.plot(x[flagged], y[flagged], "D", markersize=9, color=BAD, markeredgecolor=BG, markeredgewidth=1.5, zorder=4)
    axes.axhline(axes.get_ylim()[0], color=LINE, linewidth=1)


def _said(page: Page, rows: pd.DataFrame, title: str) -> tuple[str, str]:
    flagged = rows[rows["signals"].fillna("").astype(str) != ""]
    names = []
    for period, signals in flagged[["period", "signals"]].itertuples(index=False, name=None):
        words = listed([rule(page, each) for each in str(signals).split(";")], page.language)
        names.append(page.say("control_flag", period=period, words=words))
    found = page.say("control_signals", names=listed(names, page.language)) if names else page.say("control_quiet")
    kind = str(rows["chart"].iloc[0]) if "chart" in rows.columns else ""
    sort = page.say(f"chart_{kind}") if f"chart_{kind}" in PHRASES else ""
    caption = joined([page.say("control_caption", what=title), sort, found], page.language)
    return caption, page.say("control_alt", what=title, periods=len(rows), count=len(flagged))
