"""Several figures over the periods, a small panel each, with control limits: all on one width, so that shapes can be compared."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from csat_lib.report import cells
from csat_lib.report.charts.canvas import ACCENT, BAD, BG, SMALL, SOFT, exhibit, lines_of, theme
from csat_lib.report.charts.trend import short_period
from csat_lib.report.exhibits import Exhibit, guard, need, nothing
from csat_lib.report.language import listed
from csat_lib.report.page import Page
from csat_lib.tracking.control import FEWEST

WIDTH, HEIGHT = 1080, 148
LEFT, RIGHT, TOP, BOTTOM, GAP = 34, 44, 46, 24, 18
LEAST_SPAN = 8.0


def panels(page: Page, frame: pd.DataFrame, *, name: str = "key_trends") -> Exhibit:
    """Small trends of several figures, a few in a row: interval, control limits where there are some, points with a signal ringed.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    frame : DataFrame
        metric, label, period, estimate, conf_low, conf_high, oldest first; centre, limit_low, limit_high, signals where known; n.
    name : str
        What the CSV is called.

    Raises
    ------
    ParamsError
        A column is missing.
    """
    need(frame, ["metric", "label", "period", "estimate", "conf_low", "conf_high"], "Small trends")
    kept = guard(page, frame)
    known = kept.dropna(subset=["estimate"])
    title = page.say("panels_title")
    if known.empty:
        return nothing(page, name, title)
    parts = [part.reset_index(drop=True) for _, part in known.groupby("metric", sort=False)]
    across = min((4, 3), key=lambda count: (-len(parts) % count, -count)) if len(parts) > 2 else max(len(parts), 2)
    rows = math.ceil(len(parts) / across)
    height = rows * (HEIGHT + TOP)
    with theme():
        figure = Figure(figsize=(WIDTH / 72, height / 72))
        FigureCanvasSVG(figure)
        each = (WIDTH - (across - 1) * GAP) / across
        for place, part in enumerate(parts):
            row, column = divmod(place, across)
            left, top = column * (each + GAP) + LEFT, row * (HEIGHT + TOP) + TOP
            box = (left / WIDTH, 1 - (top + HEIGHT - BOTTOM) / height, (each - LEFT - RIGHT) / WIDTH, (HEIGHT - BOTTOM) / height)
            _panel(figure.add_axes(box), part, each - LEFT)
        flagged = [str(part["label"].iloc[0]) for part in parts if _signals(part)[-1]]
        key = "panels_signals" if flagged else "panels_calm" if "centre" in known and known["centre"].notna().any() else "panels_few"
        caption = page.say(key, names=listed(flagged, page.language), confidence=page.percent, fewest=str(FEWEST))
        alt = page.say("panels_alt", count=len(parts), periods=known["period"].nunique())
        return exhibit(page, kept, figure, name=name, alt=alt, caption=caption, fit="wide")


def _panel(axes: Axes, part: pd.DataFrame, width: float) -> None:
    axes.tick_params(length=0, pad=5, labelsize=SMALL - 1)
    for side in axes.spines.values():
        side.set_visible(False)
    x, y = np.arange(len(part)), part["estimate"].to_numpy(dtype=float)
    low, high = (part[end].to_numpy(dtype=float) for end in ("conf_low", "conf_high"))
    limits = [part[end].to_numpy(dtype=float) for end in ("limit_low", "limit_high")] if "centre" in part else []
    ends = np.concatenate([low, high, y, *limits])
    ends = ends[~np.isnan(ends)]
    room = max(LEAST_SPAN - (ends.max() - ends.min()), 0) / 2
    ticks = np.asarray(MaxNLocator(nbins=4, steps=[1, 2, 5, 10]).tick_values(ends.min() - room, ends.max() + room))
    axes.set_ylim(ticks[0], ticks[-1])
    axes.set_yticks(ticks, [cells.shortest(float(tick)) for tick in ticks])
    axes.set_xlim(-0.4, max(len(part) - 0.6, 0.6))
    axes.grid(visible=True, axis="y")
    if limits and not np.isnan(limits[0]).all():
        for limit in limits:
            axes.plot(x, limit, color=SOFT, linewidth=1, dashes=(3, 3))
    axes.fill_between(x, low, high, color=ACCENT, alpha=0.14, linewidth=0)
    axes.plot(x, y, color=ACCENT, linewidth=2, marker="o", markersize=3.6)
    axes.plot(x[-1:], y[-1:], "o", markersize=8, color=ACCENT, markeredgecolor=BG, markeredgewidth=1.5)
    signals = np.array(_signals(part), dtype=bool)
    if signals.any():
        axes.plot(x[signals], y[signals], "o", markersize=11, markerfacecolor="none", markeredgecolor=BAD, markeredgewidth=1.6)
    axes.annotate(cells.number(y[-1]), (x[-1], y[-1]), (9, 0), textcoords="offset points", va="center_baseline", weight="bold")
    shown = {0, len(part) - 1} if len(part) > 1 else {0}
    axes.set_xticks(x, [short_period(str(each)) if place in shown else "" for place, each in enumerate(part["period"])])
    above: Any = {"xycoords": "axes fraction", "textcoords": "offset points", "weight": "bold"}
    for step, line in enumerate(reversed(lines_of(str(part["label"].iloc[0]), width, weight="bold"))):
        axes.annotate(line, (0, 1), (-LEFT + 6, 11 + 15 * step), **above)


def _signals(part: pd.DataFrame) -> list[bool]:
    if "signals" not in part:
        return [False] * len(part)
    return [isinstance(each, str) and bool(each.strip()) for each in part["signals"]]
