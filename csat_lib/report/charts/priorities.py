"""Importance against performance: what to improve first."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from csat_lib.errors import ParamsError
from csat_lib.report.charts.canvas import (
    ACCENT,
    BAD,
    BG,
    SMALL,
    SOFT,
    WIDTH,
    Size,
    exhibit,
    sheet,
    theme,
    width_of,
)
from csat_lib.report.charts.labels import Box, overlap
from csat_lib.report.charts.points import dot_boxes, interval_bars, name_points
from csat_lib.report.exhibits import Exhibit, guard, need, nothing
from csat_lib.report.language import PHRASES, joined, listed
from csat_lib.report.page import Page

FIRST = "improve first"
KINDS = {"LMG share": "kind_lmg", "total effect": "kind_total", "stated": "kind_stated"}
CUTS = ("mean", "median", "middle", "target")
HEIGHT = {"full": 470, "half": 400}


@dataclass(frozen=True, slots=True)
class _Cut:
    """Where the cross-hairs lie, in the chart's units."""

    performance: float
    importance: float


def importance_performance(
    page: Page,
    frame: pd.DataFrame,
    *,
    name: str = "priorities",
    importance_kind: str | None = None,
    crosshair: str | None = None,
    size: Size = "full",
) -> Exhibit:
    """Drivers by importance and performance; what is important and weak is red, bold and on a tint.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    frame : DataFrame
        driver, importance, performance, quadrant; importance_low, importance_high, performance_low, performance_high,
        cut_importance, cut_performance, crosshair_importance, iso_slope, iso_intercept (the line of equal priority) and n are optional.
    name : str
        What the CSV is called.
    importance_kind : str, optional
        "LMG share" (0-1, drawn in per cent), "total effect", "stated", or other words; else ``frame.attrs`` or LMG share.
    crosshair : {"mean", "median", "middle", "target"}, optional
        Where the cross-hairs lie; else ``frame.attrs`` or the mean. "target" needs the columns cut_*.
    size : {"full", "half"}
        How much of the page's width it is drawn for.

    Raises
    ------
    ParamsError
        A column is missing, or there is no such cross-hair.
    """
    need(frame, ["driver", "importance", "performance", "quadrant"], "A chart of importance and performance")
    kind = importance_kind or str(frame.attrs.get("importance_kind", "LMG share"))
    cross = crosshair or str(frame.attrs.get("crosshair", "mean"))
    if cross not in CUTS:
        raise ParamsError(f"crosshair: {cross!r} is not one of {', '.join(CUTS)}.")
    kept = guard(page, frame)
    rows = _scaled(kept.dropna(subset=["importance", "performance"]).reset_index(drop=True), 100.0 if kind == "LMG share" else 1.0)
    title = page.say(KINDS[kind]) if kind in KINDS else page.say("kind_other", kind=kind)
    if rows.empty:
        return nothing(page, name, title)
    cut = _cut(rows, cross)
    with theme():
        figure, axes = sheet(WIDTH[size], HEIGHT[size], left=52, right=14, top=10, bottom=50)
        _frame(axes, page, rows, title)
        lines, bars = _cross(axes, cut), interval_bars(axes, rows, "performance", "importance")
        slanting = _iso(axes, rows)
        _points(axes, rows)
        places = rows[["performance", "importance"]].to_numpy(dtype=float)
        spoken = _corners(axes, page, cut, [*bars, *slanting, *dot_boxes(axes, places)])
        names = [page.label(each) for each in rows["driver"]]
        name_points(axes, names, places, strong=rows["quadrant"].eq(FIRST).tolist(), taken=[*lines, *slanting, *spoken, *bars])
        hot = [page.label(each) for each in rows.loc[rows["quadrant"] == FIRST].sort_values("importance", ascending=False)["driver"]]
        verdict = page.say("priorities_hot", names=listed(hot, page.language)) if hot else page.say("priorities_none")
        tail = page.say("priorities_bars", confidence=page.percent) if bars else page.say("stop")
        line = page.say("priorities_line") if slanting else ""
        caption = joined([verdict, f"{_said(page, rows, cross)}{tail}", line], page.language)
        alt = page.say("priorities_alt", count=len(rows), verdict=verdict)
        return exhibit(page, kept, figure, name=name, alt=alt, caption=caption)


def _scaled(rows: pd.DataFrame, factor: float) -> pd.DataFrame:
    scaled = ("importance", "importance_low", "importance_high", "cut_importance", "iso_slope", "iso_intercept")
    columns = [each for each in scaled if each in rows.columns]
    return rows.assign(**{each: factor * rows[each].astype(float) for each in columns})


def _cut(rows: pd.DataFrame, cross: str) -> _Cut:
    if {"cut_importance", "cut_performance"} <= set(rows.columns):
        return _Cut(float(rows["cut_performance"].iloc[0]), float(rows["cut_importance"].iloc[0]))
    if cross == "target":
        raise ParamsError("crosshair='target' needs the columns cut_importance and cut_performance.")
    if cross == "median":
        return _Cut(float(rows["performance"].median()), float(rows["importance"].median()))
    return _Cut(50.0 if cross == "middle" else float(rows["performance"].mean()), float(rows["importance"].mean()))


def _said(page: Page, rows: pd.DataFrame, cross: str) -> str:
    """Where the cross-hairs lie, both where they follow different rules."""
    other = str(rows["crosshair_importance"].iloc[0]) if "crosshair_importance" in rows.columns else cross
    if other == cross or f"cut_{other}" not in PHRASES:
        return page.say(f"cross_{cross}")
    return page.say("cross_mixed", performance=page.say(f"cut_{cross}"), importance=page.say(f"cut_{other}"))


def _iso(axes: Axes, rows: pd.DataFrame) -> list[Box]:
    """The line of equal priority where the frame has one and it crosses the picture; gives the room it takes, in short pieces."""
    if not {"iso_slope", "iso_intercept"} <= set(rows.columns) or not rows["iso_slope"].iloc[0] > 0:
        return []
    slope, intercept = float(rows["iso_slope"].iloc[0]), float(rows["iso_intercept"].iloc[0])
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    ends = max(left, (bottom - intercept) / slope), min(right, (top - intercept) / slope)
    if ends[1] <= ends[0]:
        return []
    x = np.linspace(*ends, 40)
    axes.plot(x, intercept + slope * x, color=ACCENT, linewidth=1.1, alpha=0.55, zorder=1)
    pixels = axes.transData.transform(np.column_stack([x, intercept + slope * x]))
    return [(float(a), float(min(b, d)), float(c), float(max(b, d))) for (a, b), (c, d) in pairwise(pixels)]


def _frame(axes: Axes, page: Page, rows: pd.DataFrame, title: str) -> None:
    across = [*_ends(rows, "performance")]
    step = 10.0 if max(across) - min(across) > 15 else 5.0
    low, high = step * np.floor(min(across) / step), step * np.ceil(max(across) / step)
    if "cut_performance" in rows.columns:  # every quadrant has room for its name
        cut = float(rows["cut_performance"].iloc[0])
        low, high = min(low, step * np.floor((cut - step) / step)), max(high, step * np.ceil((cut + step) / step))
    axes.set_xlim(max(low, 0.0) if min(across) >= 0 else low, min(high, 100.0) if max(across) <= 100 else high)
    axes.set_xticks(np.arange(axes.get_xlim()[0], axes.get_xlim()[1] + 1e-9, step))
    up = [*_ends(rows, "importance"), 0.0]
    ticks = MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]).tick_values(min(up), max(up) * 1.03)
    axes.set_ylim(ticks[0], ticks[-1])
    axes.set_yticks(ticks)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}".replace("-", "\u2212"))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set_xlabel(page.say("performance_axis"), labelpad=8)
    axes.set_ylabel(title, rotation_mode="anchor", ha="center", va="baseline")
    axes.yaxis.set_label_coords(-38 / axes.get_window_extent().width, 0.5)


def _ends(rows: pd.DataFrame, column: str) -> list[float]:
    found = [rows[each] for each in (column, f"{column}_low", f"{column}_high", f"cut_{column}") if each in rows.columns]
    values = np.concatenate([each.to_numpy(dtype=float) for each in found])
    return [float(np.nanmin(values)), float(np.nanmax(values))]


def _cross(axes: Axes, cut: _Cut) -> list[Box]:
    """The tint and the cross-hairs; gives the room they take."""
    left, top = axes.get_xlim()[0], axes.get_ylim()[1]
    axes.fill_between([left, cut.performance], cut.importance, top, color=BAD, alpha=0.07, linewidth=0, zorder=0)
    axes.axvline(cut.performance, color=SOFT, linewidth=1.1, dashes=(3, 4), zorder=1)
    axes.axhline(cut.importance, color=SOFT, linewidth=1.1, dashes=(3, 4), zorder=1)
    box, (x, y) = axes.get_window_extent(), axes.transData.transform((cut.performance, cut.importance))
    return [(float(x), box.y0, float(x), box.y1), (box.x0, float(y), box.x1, float(y))]


def _corners(axes: Axes, page: Page, cut: _Cut, taken: list[Box]) -> list[Box]:
    """The quadrants' names in their outer corners, or at the cross-hair where a point lies there; gives the room they take."""
    box = axes.get_window_extent()
    middle = float(axes.transData.transform((cut.performance, 0))[0])
    found: list[Box] = []
    for words, left, right, top in (
        (FIRST, box.x0, middle, True),
        ("keep up", box.x1, middle, True),
        ("low priority", box.x0, middle, False),
        ("possible overkill", box.x1, middle, False),
    ):
        text = page.say(words)
        width = width_of(text, SMALL) + 2
        bottom = box.y1 - 24 if top else box.y0 + 4
        lefts = [(left + 7, left + 7 + width) if left < right else (left - 7 - width, left - 7)]
        lefts.append((right - 7 - width, right - 7) if left < right else (right + 7, right + 7 + width))
        rooms = [(start, bottom, stop, bottom + 20) for start, stop in lefts]
        room = next((each for each in rooms if not any(overlap(each, other) for other in taken)), rooms[0])
        axes.annotate(
            text,
            (room[0], (room[1] + room[3]) / 2),
            xycoords="figure pixels",
            fontsize=SMALL,
            style="italic",
            color=SOFT,
            va="center_baseline",
        )
        found.append(room)
    return found


def _points(axes: Axes, rows: pd.DataFrame) -> None:
    hot = rows["quadrant"].eq(FIRST).map({True: "hot", False: "other"})
    labels = axes.get_xlabel(), axes.get_ylabel()
    sns.scatterplot(
        x=rows["performance"],
        y=rows["importance"],
        hue=hot,
        palette={"hot": BAD, "other": ACCENT},
        s=92,
        edgecolor=BG,
        linewidth=1.5,
        legend=False,
        ax=axes,
        zorder=4,
        clip_on=False,
    )
    axes.set_xlabel(labels[0])
    axes.set_ylabel(labels[1])
