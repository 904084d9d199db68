"""What single weights do: tornado bars, and the weights at which two groups swap places."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from matplotlib.colors import to_rgba
from matplotlib.ticker import MaxNLocator

from csat_lib.errors import ParamsError
from csat_lib.index import Tree
from csat_lib.report import cells
from csat_lib.report.charts.canvas import (
    ACCENT,
    BG,
    INK,
    LINE,
    SOFT,
    WARN,
    WIDTH,
    at_right,
    column_of_labels,
    exhibit,
    finish_bars,
    sheet_of_rows,
    theme,
)
from csat_lib.report.charts.contributions import legend
from csat_lib.report.exhibits import Exhibit, guard, need, nothing
from csat_lib.report.language import joined
from csat_lib.report.page import Page

MOST = 12


def tornado(
    page: Page,
    frame: pd.DataFrame,
    *,
    tree: Tree,
    step: float = 0.1,
    what: Literal["index", "change"] = "index",
    name: str = "tornado",
) -> Exhibit:
    """What each weight moved up and down does to the index or to its change, the widest bar first; at most twelve bars.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    frame : DataFrame
        unit, indicator, estimate, low, high, swing of one unit, from ``index.tornado``.
    tree : Tree
        For the labels.
    step : float
        By which share the weights were moved.
    what : {"index", "change"}
        What the estimate is.
    name : str
        What the CSV is called.

    Raises
    ------
    ParamsError
        A column is missing, or the frame holds several units.
    """
    need(frame, ["indicator", "estimate", "low", "high", "swing"], "A tornado chart")
    if frame["indicator"].duplicated().any():
        raise ParamsError("A tornado chart shows one unit; the frame has several. Filter it first.")
    kept = guard(page, frame, base=None)
    ordered = kept.sort_values("swing", ascending=False, kind="stable")
    rows = ordered.head(MOST)
    title = page.say(f"the_{what}")
    if rows.empty:
        return nothing(page, name, title)
    labels = [tree.label(str(each), page.language) for each in rows["indicator"]]
    low, high = (rows[column].to_numpy(dtype=float) for column in ("low", "high"))
    centre = float(rows["estimate"].iloc[0])
    said = f"{100 * step:g}"
    with theme():
        figure, axes = sheet_of_rows(labels, "full", right=56, top=30)
        places = np.arange(len(rows), dtype=float)
        for ends, colour, alpha in ((low, WARN, 0.5), (high, ACCENT, 0.62)):
            axes.barh(places, ends - centre, left=centre, height=0.56, color=to_rgba(colour, alpha))
        reach = max(float(np.abs(np.concatenate([low, high]) - centre).max()), 0.01) * 1.08
        axes.set_xlim(centre - reach, centre + reach)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        finish_bars(axes, title)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=5))
        axes.axvline(centre, color=INK, linewidth=1.2)
        column_of_labels(figure, axes, labels, list(places), most=0.36 * WIDTH["full"])
        for place, value in enumerate(rows["swing"]):
            at_right(axes, place, cells.number(value, 2), 54, weight="bold")
        legend(figure, [((WARN, 0.5), page.say("weight_lower", step=said)), ((ACCENT, 0.62), page.say("weight_higher", step=said))])
        value = cells.number(centre) if what == "index" else cells.signed(centre, 2)
        words = {"what": title, "value": value, "top": labels[0], "swing": cells.number(rows["swing"].iloc[0], 2)}
        left = page.say("tornado_left", count=len(ordered) - len(rows)) if len(ordered) > len(rows) else ""
        alt = page.say("tornado_alt", count=len(ordered), step=said, **words)
        caption = joined([_capital(page.say("tornado_caption", **words)), left], page.language)
        return exhibit(page, kept, figure, name=name, alt=alt, caption=caption)


def break_even(page: Page, frame: pd.DataFrame, *, tree: Tree, first: str, second: str, name: str = "break_even") -> Exhibit:
    """For each indicator the weight now and the weight at which two groups swap places, the nearest first; at most twelve.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    frame : DataFrame
        indicator, weight, break_even, change, from ``index.break_even``.
    tree : Tree
        For the labels.
    first, second : str
        The two groups as readers call them.
    name : str
        What the CSV is called.

    Raises
    ------
    ParamsError
        A column is missing.
    """
    need(frame, ["indicator", "weight", "break_even", "change"], "A chart of break-even weights")
    kept = guard(page, frame, base=None)
    rows = kept.sort_values("change", key=np.abs, kind="stable").head(MOST)
    if rows.empty:
        return nothing(page, name, page.say("break_even_axis"))
    labels = [tree.label(str(each), page.language) for each in rows["indicator"]]
    now, swap = (100 * rows[column].to_numpy(dtype=float) for column in ("weight", "break_even"))
    found = ~np.isnan(swap)
    with theme():
        figure, axes = sheet_of_rows(labels, "full", right=62, top=30)
        places = np.arange(len(rows), dtype=float)
        far = max(float(np.nanmax(np.append(swap, now))) * 1.06, 5.0)
        axes.hlines(places, 0, far, color=LINE, linewidth=1)
        axes.hlines(places[found], now[found], swap[found], color=ACCENT, alpha=0.36, linewidth=4)
        axes.plot(now, places, "o", markersize=8.5, color=SOFT, markeredgecolor=BG, markeredgewidth=1.5, zorder=3)
        axes.plot(swap[found], places[found], "D", markersize=7.5, color=ACCENT, markeredgecolor=BG, markeredgewidth=1.5, zorder=4)
        axes.set_xlim(-0.01 * far, far)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        finish_bars(axes, page.say("break_even_axis"))
        column_of_labels(figure, axes, labels, list(places), most=0.36 * WIDTH["full"])
        for place, (is_found, value) in enumerate(zip(found, swap - now, strict=True)):
            at_right(axes, place, cells.signed(value) if is_found else page.say("never"), 60, weight="bold" if is_found else "normal")
        legend(figure, [((SOFT, 1.0), page.say("weight_now")), ((ACCENT, 1.0), page.say("weight_swap"))])
        if not found.any():
            told = page.say("break_even_none", first=first, second=second)
            return exhibit(page, kept, figure, name=name, alt=told, caption=told)
        words = {"first": first, "second": second, "top": labels[0], "change": cells.signed((swap - now)[0])}
        alt = page.say("break_even_alt", count=len(rows), **words)
        return exhibit(page, kept, figure, name=name, alt=alt, caption=page.say("break_even_caption", **words))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
