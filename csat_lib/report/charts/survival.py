"""Waiting times: the share still waiting as time goes on, with its interval and the promise."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator

from csat_lib.report import cells
from csat_lib.report.charts.canvas import ACCENT, LINE, SMALL, SOFT, WARN, WIDTH, Size, exhibit, sheet, theme
from csat_lib.report.exhibits import Exhibit, guard, need, nothing
from csat_lib.report.language import joined
from csat_lib.report.page import Page

TICKS = (0.25, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1000, 2000, 5000)


def survival(page: Page, frame: pd.DataFrame, *, promised: float | None = None, name: str = "waiting", size: Size = "half") -> Exhibit:
    """One Kaplan-Meier curve on a logarithmic axis of time.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    frame : DataFrame
        From ``voice.survival_curve``, one metric and segment: metric, time, unit, estimate, conf_low, conf_high, n.
    promised : float, optional
        The promised time, in the unit of the curve.
    name : str
        What the CSV is called.
    size : {"full", "half"}
        How much of the page's width it is drawn for.

    Raises
    ------
    ParamsError
        A column is missing.
    """
    need(frame, ["metric", "time", "unit", "estimate", "conf_low", "conf_high", "n"], "A chart of waiting times")
    kept = guard(page, frame)
    rows = kept.dropna(subset=["estimate"]).reset_index(drop=True)
    title = page.say(f"waiting_{frame['metric'].iloc[0]}") if len(frame) else page.say("waiting_closed")
    if rows.empty:
        return nothing(page, name, title)
    first = float(rows.loc[rows["time"] > 0, "time"].min()) if (rows["time"] > 0).any() else 1.0
    times = np.maximum(rows["time"].to_numpy(dtype=float), first / 1.5)
    with theme():
        figure, axes = sheet(WIDTH[size], 260, left=46, right=18, top=16, bottom=46)
        axes.set_xscale("log")
        low, high = (100 * rows[each].to_numpy(dtype=float) for each in ("conf_low", "conf_high"))
        axes.fill_between(times, low, high, step="post", color=ACCENT, alpha=0.14, linewidth=0)
        axes.step(times, 100 * rows["estimate"].to_numpy(dtype=float), where="post", color=ACCENT, linewidth=2)
        axes.set_xlim(times[0], times[-1] * 1.05)
        axes.set_ylim(0, 101)
        inside = [each for each in TICKS if times[0] <= each <= times[-1]]
        axes.xaxis.set_major_locator(FixedLocator(inside))
        axes.xaxis.set_minor_locator(FixedLocator([]))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.set_yticks([0, 25, 50, 75, 100])
        axes.grid(visible=True, axis="y")
        axes.axhline(0, color=LINE, linewidth=1)
        axes.set_xlabel(page.say(f"waiting_axis_{rows['unit'].iloc[0]}"), labelpad=8)
        if promised is not None:
            _promise(axes, page, promised)
        half = _half(rows)
        unit = page.say(str(rows["unit"].iloc[0]))
        shown = (
            page.say("waiting_half", value=cells.number(half, 0 if half >= 10 else 1), unit=unit)
            if half is not None
            else page.say("waiting_not_half")
        )
        bars = page.say("waiting_bars", confidence=page.percent)
        alt = page.say("waiting_alt", what=title, count=int(rows["n"].iloc[0]))
        return exhibit(page, kept, figure, name=name, alt=alt, caption=joined([title + page.say("colon"), shown, bars], page.language))


def _promise(axes: Axes, page: Page, promised: float) -> None:
    axes.axvline(promised, color=WARN, linewidth=1.3, dashes=(4, 3))
    text = page.say("waiting_promise", value=f"{promised:g}")
    axes.annotate(text, (promised, 96), (5, 0), textcoords="offset points", fontsize=SMALL - 1, color=SOFT, va="center_baseline")


def _half(rows: pd.DataFrame) -> float | None:
    """The first time by which half are served."""
    below = rows[rows["estimate"] <= 0.5 + 1e-9]
    return float(below["time"].iloc[0]) if len(below) else None
