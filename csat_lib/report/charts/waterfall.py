"""Why a figure moved: a waterfall from one wave to the next, each step with its interval."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from csat_lib.report import cells
from csat_lib.report.charts.canvas import (
    ACCENT,
    BAD,
    BG,
    GOOD,
    INK,
    LINE,
    SOFT,
    WIDTH,
    Size,
    at_right,
    column_of_labels,
    exhibit,
    sheet_of_rows,
    theme,
)
from csat_lib.report.exhibits import Exhibit, guard, need, nothing
from csat_lib.report.language import joined, listed
from csat_lib.report.page import Page

OUTER = ("before", "after")
COLUMNS = ("part", "name", "estimate", "start", "end", "conf_low", "conf_high")


SHOWN = 0.05  # what is printed as 0.0 is not named as beyond chance


def waterfall(
    page: Page,
    frame: pd.DataFrame,
    *,
    name: str = "waterfall",
    what: str = "satisfaction index",
    before: str = "",
    after: str = "",
    size: Size = "full",
) -> Exhibit:
    """The steps from one wave's figure to the next one's, each with its interval; steps that chance explains are pale.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    frame : DataFrame
        part ("before", the parts, "after"), name, estimate, start, end, conf_low, conf_high (of the step), from ``tracking.waterfall``.
    name : str
        What the CSV is called.
    what : str
        What moved.
    before, after : str
        The waves, for the first and the last row.
    size : {"full", "half"}
        How much of the page's width it is drawn for.

    Raises
    ------
    ParamsError
        A column is missing.
    """
    need(frame, COLUMNS, "A waterfall")
    kept = guard(page, frame, base=None)
    rows = kept.dropna(subset=["estimate"]).reset_index(drop=True)
    title = page.label(what) if what != "satisfaction index" else page.say(what)
    if rows.empty:
        return nothing(page, name, title)
    labels = [step_label(page, row["part"], row["name"], before, after) for row in rows.to_dict("records")]
    with theme():
        figure, axes = sheet_of_rows(labels, size, right=58, top=8)
        _frame_of(axes, rows, page)
        for place, row in enumerate(rows.to_dict("records")):
            _step(axes, place, row, rows)
        column_of_labels(figure, axes, labels, list(range(len(rows))), most=0.36 * WIDTH[size])
        caption, alt = _said(page, rows, labels, title)
        return exhibit(page, kept, figure, name=name, alt=alt, caption=caption)


def step_label(page: Page, part: object, name: object, before: str = "", after: str = "") -> str:
    """What one step of a waterfall is called.

    Parameters
    ----------
    page : Page
        Language and labels.
    part, name : str
        As in the frame.
    before, after : str
        The waves.
    """
    word, own = str(part), name if isinstance(name, str) else ""
    if word in OUTER:
        return {"before": before, "after": after}[word] or page.say(f"wave_{word}")
    if word == "driver" or not own:
        return page.label(own) if own else page.say(f"part_{word}")
    return page.say("part_of", part=page.say(f"part_{word}"), name=page.label(own))


def clear(row: Mapping[Any, Any]) -> bool:
    """Whether a step's interval leaves out 0."""
    return bool(row["conf_low"] > 0 or row["conf_high"] < 0)


def _frame_of(axes: Axes, rows: pd.DataFrame, page: Page) -> None:
    steps = ~rows["part"].isin(OUTER)
    inner = rows[steps]
    ends = [*rows["end"], *(inner["start"] + inner["conf_low"].fillna(0)), *(inner["start"] + inner["conf_high"].fillna(0))]
    low, high = float(np.min(ends)), float(np.max(ends))
    room = 0.06 * max(high - low, 1.0)
    axes.set_xlim(low - room, high + room)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set(xlabel=page.say("score_axis"), ylabel="")
    axes.set_yticks([])
    axes.xaxis.labelpad = 8
    axes.grid(visible=True, axis="x")


def _step(axes: Axes, place: int, row: Mapping[Any, Any], rows: pd.DataFrame) -> None:
    """One bar, its interval and its value; the waves themselves are dots, since the axis does not begin at 0."""
    if row["part"] in OUTER:
        axes.plot(row["end"], place, "o", markersize=11, color=ACCENT, markeredgecolor=BG, markeredgewidth=2, zorder=4)
        at_right(axes, place, cells.number(row["estimate"]), 52, weight="bold")
    else:
        colour = GOOD if row["estimate"] >= 0 else BAD
        left = min(row["start"], row["end"])
        axes.barh(place, abs(row["estimate"]), left=left, height=0.52, color=colour, alpha=0.9 if clear(row) else 0.38, linewidth=0)
        if np.isfinite(row["conf_low"]):
            ends = row["start"] + row["conf_low"], row["start"] + row["conf_high"]
            axes.hlines(place, *ends, color=INK, alpha=0.75, linewidth=1.4, zorder=3)
        at_right(axes, place, cells.signed(row["estimate"]), 52, color=INK if clear(row) else SOFT)
    if place + 1 < len(rows):
        axes.vlines(row["end"], place, place + 1, color=SOFT if row["part"] in OUTER else LINE, linewidth=1, zorder=1)


def _said(page: Page, rows: pd.DataFrame, labels: list[str], title: str) -> tuple[str, str]:
    steps = [(label, row) for label, row in zip(labels, rows.to_dict("records"), strict=True) if row["part"] not in OUTER]
    ordered = sorted(steps, key=lambda each: -abs(each[1]["estimate"]))
    real = [f"{label} {cells.signed(row['estimate'])}" for label, row in ordered if clear(row) and abs(row["estimate"]) >= SHOWN]
    first, last = float(rows["end"].iloc[0]), float(rows["end"].iloc[-1])
    words = {"what": title, "before": cells.number(first), "after": cells.number(last), "change": cells.signed(last - first)}
    said = page.say("waterfall_real", names=listed(real, page.language)) if real else page.say("waterfall_none")
    caption = joined([page.say("waterfall_caption", confidence=page.percent, **words), said], page.language)
    return caption, page.say("waterfall_alt", count=len(steps), **words)
