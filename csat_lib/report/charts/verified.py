"""Did it work: the effect of every verified action with its interval, beside what was expected."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from csat_lib.report import cells
from csat_lib.report.charts.canvas import (
    ACCENT,
    BAD,
    GOOD,
    INK,
    SOFT,
    WARN,
    Size,
    at_right,
    column_of_labels,
    exhibit,
    finish_bars,
    sheet_of_rows,
    theme,
)
from csat_lib.report.exhibits import Exhibit, guard, need, nothing
from csat_lib.report.language import joined, translated
from csat_lib.report.page import Page

COLOURS = {"worked": GOOD, "worse": BAD, "not shown": WARN}
RIGHT = 136.0


def verified(page: Page, frame: pd.DataFrame, *, name: str = "action_effects", size: Size = "full") -> Exhibit:
    """Points that the treated gained beyond the others, with intervals; the diamond is what was expected.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    frame : DataFrame
        id, metric, estimate, conf_low, conf_high, expected, verdict, n: from ``report.acting.named_verification``.
    name : str
        What the CSV is called.
    size : {"full", "half"}
        How much of the page's width it is drawn for.

    Raises
    ------
    ParamsError
        A column is missing.
    """
    need(frame, ["id", "metric", "estimate", "conf_low", "conf_high", "expected", "verdict"], "A chart of effects")
    kept = guard(page, frame)
    shown = kept.dropna(subset=["estimate"]).reset_index(drop=True)
    title = page.say("effects_title")
    if shown.empty:
        return nothing(page, name, title)
    with theme():
        labels = [page.say("of_group", by=row["id"], what=page.label(row["metric"])) for row in shown.to_dict("records")]
        figure, axes = sheet_of_rows(labels, size, right=RIGHT, top=12)
        axes.set_ylim(len(shown) - 0.5, -0.5)
        for place, row in enumerate(shown.to_dict("records")):
            _row(axes, page, place, row)
        axes.axvline(0, color=INK, linewidth=1.0, zorder=1)
        ends = shown[["conf_low", "conf_high", "expected"]].to_numpy(dtype=float)
        low, high = min(float(np.nanmin(ends)), 0.0), max(float(np.nanmax(ends)), 0.0)
        room = 0.06 * (high - low)
        axes.set_xlim(low - room, high + room)
        finish_bars(axes, page.say("effects_axis"))
        column_of_labels(figure, axes, labels, list(range(len(labels))), most=0.36 * figure.get_size_inches()[0] * 72)
        alt = page.say("effects_alt", count=len(shown), said=_told(page, shown))
        caption = joined([_told(page, shown), page.say("effects_caption", confidence=page.percent)], page.language)
        return exhibit(page, kept, figure, name=name, alt=alt, caption=caption)


def _row(axes: Axes, page: Page, place: int, row: dict[object, float]) -> None:
    colour = COLOURS.get(str(row["verdict"]), SOFT)
    axes.hlines(place, row["conf_low"], row["conf_high"], color=colour, linewidth=5, alpha=0.35, zorder=2)
    axes.plot([row["estimate"]], [place], "o", markersize=10, color=colour, zorder=3)
    axes.plot([row["expected"]], [place], "D", markersize=7, markerfacecolor="none", markeredgecolor=ACCENT, markeredgewidth=1.6, zorder=4)
    at_right(axes, place, translated(str(row["verdict"]), page.language), 12, ha="left", color=colour, weight="bold")


def _told(page: Page, shown: pd.DataFrame) -> str:
    words = [
        page.say(
            "effect_of",
            id=row["id"],
            change=cells.signed(row["estimate"]),
            low=cells.signed(row["conf_low"]),
            high=cells.signed(row["conf_high"]),
            verdict=translated(str(row["verdict"]), page.language),
        )
        for row in shown.to_dict("records")
    ]
    return joined(words, page.language)
