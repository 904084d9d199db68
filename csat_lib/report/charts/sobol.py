"""Which choice in building the index decides about the ranks: Sobol indices as bars."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.colors import to_rgba

from csat_lib.report import cells
from csat_lib.report.charts.canvas import ACCENT, INK, WIDTH, at_right, column_of_labels, exhibit, finish_bars, sheet_of_rows, theme
from csat_lib.report.charts.contributions import legend
from csat_lib.report.exhibits import Exhibit, guard, need, nothing
from csat_lib.report.language import PHRASES
from csat_lib.report.page import Page


def sobol(page: Page, frame: pd.DataFrame, *, name: str = "sobol") -> Exhibit:
    """Share of the variance of the ranks that is each choice's own, and that it has a part in, the largest first.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    frame : DataFrame
        factor, first, total, total_low, total_high: ``factors`` of ``index.sensitivity`` or from ``index.sobol_indices``.
    name : str
        What the CSV is called.

    Raises
    ------
    ParamsError
        A column is missing.
    """
    need(frame, ["factor", "first", "total", "total_low", "total_high"], "A chart of Sobol indices")
    kept = guard(page, frame, base=None)
    rows = kept.dropna(subset=["total"]).sort_values("total", ascending=False, kind="stable")
    if rows.empty:
        return nothing(page, name, page.say("sobol_axis"))
    labels = [page.say(f"factor_{each}") if f"factor_{each}" in PHRASES else str(each) for each in rows["factor"]]
    first, total, low, high = (100 * rows[column].to_numpy(dtype=float) for column in ("first", "total", "total_low", "total_high"))
    with theme():
        figure, axes = sheet_of_rows(labels, "full", right=56, top=30)
        places = np.arange(len(rows), dtype=float)
        axes.barh(places, np.maximum(total, 0), height=0.56, color=to_rgba(ACCENT, 0.3))
        axes.barh(places, np.maximum(first, 0), height=0.56, color=to_rgba(ACCENT, 0.62))
        axes.hlines(places, np.maximum(low, 0), np.maximum(high, 0), color=INK, linewidth=1.6)
        axes.set_xlim(0, max(5.0, float(np.nanmax(np.append(high, total))) * 1.04))
        axes.set_ylim(len(rows) - 0.5, -0.5)
        finish_bars(axes, page.say("sobol_axis"))
        column_of_labels(figure, axes, labels, list(places), most=0.36 * WIDTH["full"])
        for place, value in enumerate(total):
            at_right(axes, place, cells.percent(value / 100, page.language), 54, weight="bold")
        legend(figure, [((ACCENT, 0.74), page.say("sobol_first")), ((ACCENT, 0.3), page.say("sobol_total"))])
        words = {"top": labels[0], "total": cells.percent(total[0] / 100, page.language)}
        alt = page.say("sobol_alt", count=len(rows), **words)
        told = page.say("sobol_caption", confidence=page.percent, **words)
        return exhibit(page, kept, figure, name=name, alt=alt, caption=told[:1].upper() + told[1:])
