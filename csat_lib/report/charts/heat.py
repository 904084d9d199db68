"""All indices by segment as a heat map: coloured by the distance from everybody, clear differences marked, small groups hatched."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from csat_lib.report import cells
from csat_lib.report.charts.canvas import (
    ACCENT,
    LINE,
    SMALL,
    SOFT,
    WARN,
    WIDTH,
    column_of_labels,
    exhibit,
    lines_of,
    room_for,
    sheet,
    theme,
)
from csat_lib.report.exhibits import Exhibit, guard, need, nothing
from csat_lib.report.grid import Row
from csat_lib.report.language import joined, listed
from csat_lib.report.page import Page

CELL, BOTTOM, GAP = 32, 8, 0.9
FULL, DARKEST = 5.0, 0.45
NARROWEST = 84
MARKS = {"higher": " ▲", "lower": " ▼"}
MOST_NAMED = 3


def heat(page: Page, frame: pd.DataFrame, *, name: str = "segment_heat") -> Exhibit:
    """Segments down, constructs across; blue is better than everybody, brown worse, a mark says what is more than chance.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    frame : DataFrame
        From ``across.by_segment``.
    name : str
        What the CSV is called.

    Raises
    ------
    ParamsError
        A column is missing.
    """
    what = "item" if "item" in frame.columns else "construct"
    need(frame, ["by", "segment", what, "estimate", "n", "difference", "p_adjusted", "verdict", "sense"], "A heat map of segments")
    senses = dict(zip(frame[what], frame["sense"], strict=True))
    kept = guard(page, frame.drop(columns="sense"))
    if not len(kept) or kept["estimate"].isna().all():
        return nothing(page, name, page.say("heat_all"))
    columns = list(dict.fromkeys(kept[what]))
    shown = kept.assign(label=[_label(page, by, code) for by, code in zip(kept["by"], kept["segment"], strict=True)])
    with theme():
        figure = _drawn(page, shown, columns, what, senses)
        caption, alt = _said(page, shown, what, senses)
        return exhibit(page, kept, figure, name=name, alt=alt, caption=caption, fit="wide" if len(columns) > 4 else "")


def _label(page: Page, by: object, code: object) -> str:
    return page.value(str(by), code) if by else page.say("heat_all")


def _drawn(page: Page, shown: pd.DataFrame, columns: list[str], what: str, senses: dict[str, str]) -> Figure:
    lines = shown[["by", "segment", "label"]].drop_duplicates(["by", "segment"]).to_dict("records")
    places, headings = _places(page, lines)
    labels = [str(line["label"]) for line in lines]
    left = room_for([*labels, *headings.values()], 190)
    width = max(WIDTH["full"] if len(columns) <= 4 else 1080, left + NARROWEST * len(columns))
    deep, names, each = places[-1] + 0.5, [page.label(each) for each in columns], (width - left) / len(columns) - 8
    top = 10.0 + 14 * max(len(lines_of(name, each, SMALL)) for name in names)
    figure, axes = sheet(width, top + CELL * (deep + 0.5) + BOTTOM, left=left, right=2, top=top, bottom=BOTTOM)
    axes.set_xlim(-0.5, len(columns) - 0.5)
    axes.set_ylim(deep, -0.5)
    axes.set_xticks([])
    axes.set_yticks([])
    depth = {(line["by"], line["segment"]): place for line, place in zip(lines, places, strict=True)}
    for row in shown.to_dict("records"):
        _cell(axes, columns.index(str(row[what])), depth[row["by"], row["segment"]], row, senses)
    column_of_labels(figure, axes, labels, places, most=left)
    column_of_labels(figure, axes, list(headings.values()), list(headings), most=left, color=SOFT)
    _above(axes, names, each)
    return figure


def _places(page: Page, lines: Sequence[Row]) -> tuple[list[float], dict[float, str]]:
    """How far down each row stands, counted in rows, and where an attribute's name stands."""
    places, headings, here = [0.0], {}, 0.0
    for before, line in pairwise(lines):
        if line["by"] != before["by"]:
            here += GAP + 0.25
            headings[here] = page.label(line["by"])
        here += GAP
        places.append(here)
    return places, headings


def _cell(axes: Axes, x: int, y: float, row: Row, senses: dict[str, str]) -> None:
    """One box: its colour, its number and its mark; hatched where it is hidden."""
    box: dict[str, Any] = {"xy": (x - 0.485, y - 0.41), "width": 0.97, "height": 0.82}
    if row["suppressed"]:
        axes.add_patch(Rectangle(**box, facecolor="none", edgecolor=LINE, hatch="////", linewidth=0.8))
        return
    value, away = (float(row[each]) for each in ("estimate", "difference"))
    sense = senses.get(str(row.get("construct", row.get("item"))))
    better = away < 0 if sense else away > 0
    depth = DARKEST * min(abs(away) / FULL, 1.0) if np.isfinite(away) else 0.0
    axes.add_patch(Rectangle(**box, facecolor=ACCENT if better else WARN, alpha=depth, linewidth=0, zorder=1))
    axes.add_patch(Rectangle(**box, fill=False, edgecolor=LINE, linewidth=0.8, zorder=2))
    mark = MARKS.get(str(row["verdict"]), "")
    axes.text(x, y, cells.number(value) + mark, ha="center", va="center_baseline", weight="bold" if mark else "normal", zorder=3)


def _above(axes: Axes, labels: list[str], width: float) -> None:
    for place, label in enumerate(labels):
        for step, line in enumerate(reversed(lines_of(label, width, SMALL))):
            axes.annotate(
                line,
                (place, -0.5),
                (0, 6 + 14 * step),
                textcoords="offset points",
                ha="center",
                va="baseline",
                fontsize=SMALL,
                color=SOFT,
                annotation_clip=False,
            )


def _said(page: Page, shown: pd.DataFrame, what: str, senses: dict[str, str]) -> tuple[str, str]:
    parts = shown[shown["by"] != ""]
    clear = parts[parts["verdict"].isin(list(MARKS))]
    clear = clear.reindex(clear["difference"].abs().sort_values(ascending=False, kind="stable").index)
    names = [
        page.say(
            "heat_best",
            name=row["label"],
            label=page.label(row[what]),
            value=cells.number(row["estimate"]),
            change=cells.signed(row["difference"]),
        )
        for row in clear.head(MOST_NAMED).to_dict("records")
    ]
    less = [page.label(each) for each, sense in senses.items() if sense]
    said = [
        page.say("heat_caption", full=f"{FULL:g}", count=int(parts.groupby(what)["p_adjusted"].count().max())),
        page.say("heat_far", names=listed(names, page.language)) if names else page.say("heat_level"),
        page.say("heat_less", names=listed(less, page.language)) if less else "",
        page.say("heat_hidden", below=page.suppress_below) if shown["suppressed"].any() else "",
        page.say("heat_unlike") if parts["verdict"].eq("not comparable").any() else "",
    ]
    rows, columns = shown.drop_duplicates(["by", "segment"]), shown[what].nunique()
    alt = page.say("heat_alt", rows=len(rows), columns=columns, names=listed(names, page.language) if names else page.say("heat_none"))
    return joined(said, page.language), alt
