"""The asymmetry map: whether a driver costs or brings more, and how much it moves at all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from csat_lib.report.charts.canvas import ACCENT, BAD, BG, GOOD, SMALL, SOFT, WIDTH, Size, exhibit, sheet, theme
from csat_lib.report.charts.labels import Box
from csat_lib.report.charts.points import dot_boxes, interval_bars, name_points
from csat_lib.report.exhibits import Exhibit, guard, need, nothing
from csat_lib.report.language import joined, listed
from csat_lib.report.page import Page

FLAGGED = "sign not interpretable"
COLOURS = {"satisfier": GOOD, "dissatisfier": BAD, "hybrid": ACCENT, "undecided": SOFT}
HEIGHT = {"full": 430, "half": 360}


def asymmetry(page: Page, frame: pd.DataFrame, *, name: str = "asymmetry", size: Size = "full") -> Exhibit:
    """Drivers by impact asymmetry and range of impact; those whose class is sure are coloured, those with a wrong sign only named.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    frame : DataFrame
        From ``drivers.asymmetry``: driver, estimate (-1 to 1), range, verdict; conf_low, conf_high, range_low, range_high are optional.
    name : str
        What the CSV is called.
    size : {"full", "half"}
        How much of the page's width it is drawn for.

    Raises
    ------
    ParamsError
        A column is missing.
    """
    need(frame, ["driver", "estimate", "range", "verdict"], "A chart of asymmetry")
    kept = guard(page, frame)
    told = kept.dropna(subset=["estimate", "range"])
    flagged = [page.label(each) for each in told.loc[told["verdict"] == FLAGGED, "driver"]]
    rows = (
        told[told["verdict"] != FLAGGED].rename(columns={"conf_low": "estimate_low", "conf_high": "estimate_high"}).reset_index(drop=True)
    )
    if rows.empty:
        return nothing(page, name, page.say("asymmetry_range"))
    with theme():
        figure, axes = sheet(WIDTH[size], HEIGHT[size], left=52, right=14, top=10, bottom=50)
        _frame(axes, page, rows)
        bars = interval_bars(axes, rows, "estimate", "range")
        hue = rows["verdict"].where(rows["verdict"].isin(COLOURS), "undecided")
        titles = axes.get_xlabel(), axes.get_ylabel()
        look: dict[str, Any] = {"s": 92, "edgecolor": BG, "linewidth": 1.5, "legend": False, "zorder": 4, "clip_on": False}
        sns.scatterplot(x=rows["estimate"], y=rows["range"], hue=hue, palette=COLOURS, ax=axes, **look)
        axes.set(xlabel=titles[0], ylabel=titles[1])
        places = rows[["estimate", "range"]].to_numpy(dtype=float)
        sure = rows["verdict"].isin(["satisfier", "dissatisfier"]).tolist()
        taken = [*bars, *dot_boxes(axes, places), *_corners(axes, page)]
        name_points(axes, [page.label(each) for each in rows["driver"]], places, strong=sure, taken=taken)
        good, bad = ([page.label(each) for each in rows.loc[rows["verdict"] == word, "driver"]] for word in ("satisfier", "dissatisfier"))
        said = [
            page.say("asymmetry_bad", names=listed(bad, page.language)) if bad else "",
            page.say("asymmetry_good", names=listed(good, page.language)) if good else "",
            page.say("asymmetry_caption"),
            page.say("asymmetry_bars", confidence=page.percent) if bars else "",
            page.say("asymmetry_flagged", names=listed(flagged, page.language)) if flagged else "",
        ]
        alt = page.say("asymmetry_alt", count=len(rows), good=len(good), bad=len(bad))
        return exhibit(page, kept, figure, name=name, alt=alt, caption=joined(said, page.language))


def _frame(axes: Axes, page: Page, rows: pd.DataFrame) -> None:
    axes.set_xlim(-1.04, 1.04)
    axes.set_xticks([-1, -0.5, 0, 0.5, 1])
    axes.axvline(0, color=SOFT, linewidth=1.1, dashes=(3, 4), zorder=1)
    highest = max(float(np.nanmax(rows[each].to_numpy(dtype=float))) for each in ("range", "range_high") if each in rows.columns)
    ticks = MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]).tick_values(0.0, highest * 1.08)
    axes.set_ylim(0, ticks[-1])
    axes.set_yticks([each for each in ticks if each >= 0])
    axes.grid(visible=True, axis="y")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}".replace("-", "\u2212"))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set_xlabel(page.say("asymmetry_axis"), labelpad=8)
    axes.set_ylabel(page.say("asymmetry_range"), rotation_mode="anchor", ha="center", va="baseline")
    axes.yaxis.set_label_coords(-38 / axes.get_window_extent().width, 0.5)


def _corners(axes: Axes, page: Page) -> list[Box]:
    """Where dissatisfiers and satisfiers lie; gives the room the words take."""
    box = axes.get_window_extent()
    for word, x, side in (("dissatisfier", box.x0 + 7, "left"), ("satisfier", box.x1 - 7, "right")):
        look: dict[str, Any] = {"fontsize": SMALL, "style": "italic", "color": SOFT, "va": "center_baseline", "ha": side}
        axes.annotate(page.say(word), (x, box.y1 - 12), xycoords="figure pixels", **look)
    return [(box.x0, box.y1 - 24, box.x0 + 100, box.y1), (box.x1 - 100, box.y1 - 24, box.x1, box.y1)]
