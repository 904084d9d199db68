"""What each indicator adds to the index, leaves to be gained, and adds to its change."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from csat_lib.errors import ParamsError
from csat_lib.index import Tree
from csat_lib.report import cells
from csat_lib.report.charts.canvas import (
    ACCENT,
    BAD,
    INK,
    SMALL,
    SOFT,
    WIDTH,
    at_right,
    column_of_labels,
    exhibit,
    finish_bars,
    sheet_of_rows,
    theme,
    width_of,
)
from csat_lib.report.exhibits import Exhibit, guard, need, nothing
from csat_lib.report.page import Page

Shade = tuple[str, float]
NOTHING = 0.005


def contributions(page: Page, frame: pd.DataFrame, *, tree: Tree, name: str = "contributions") -> Exhibit:
    """Points that each leaf adds to the index, and those it leaves, the most to gain first.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    frame : DataFrame
        node, estimate, lost, n of one segment and period, from ``index.contributions``.
    tree : Tree
        For the labels.
    name : str
        What the CSV is called.

    Raises
    ------
    ParamsError
        A column is missing, or the frame holds several segments or periods.
    """
    need(frame, ["node", "estimate", "lost", "n"], "A chart of contributions")
    if frame["node"].duplicated().any():
        raise ParamsError("A chart of contributions shows one segment of one period; the frame has several. Filter it first.")
    kept = guard(page, frame)
    rows = kept.dropna(subset=["estimate", "lost"]).sort_values("lost", ascending=False, kind="stable")
    if rows.empty:
        return nothing(page, name, page.say("contributions_axis"))
    labels = [tree.label(str(node), page.language) for node in rows["node"]]
    added, lost = (rows[column].to_numpy(dtype=float) for column in ("estimate", "lost"))
    index = cells.number(added.sum())
    shades: list[tuple[Shade, str]] = [((ACCENT, 0.62), page.say("added")), ((BAD, 0.34), page.say("lost"))]
    with theme():
        figure, axes = sheet_of_rows(labels, "full", right=52, top=30)
        places = np.arange(len(rows), dtype=float)
        axes.barh(places, added, height=0.56, color=to_rgba(*shades[0][0]))
        axes.barh(places, lost, left=added, height=0.56, color=to_rgba(*shades[1][0]))
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_xlim(0, float((added + lost).max()) * 1.03)
        finish_bars(axes, page.say("contributions_axis"))
        column_of_labels(figure, axes, labels, list(places), most=0.36 * WIDTH["full"])
        for place, value in enumerate(lost):
            at_right(axes, place, cells.signed(-value), 48, weight="bold")
        legend(figure, shades)
        words = {"index": index, "top": labels[0], "lost": cells.number(lost[0])}
        alt = page.say("contributions_alt", count=len(rows), **words)
        return exhibit(page, kept, figure, name=name, alt=alt, caption=page.say("contributions_caption", **words))


def change(page: Page, frame: pd.DataFrame, *, tree: Tree, name: str = "change_contributions") -> Exhibit:
    """Points that each leaf adds to a change of the index, the largest first; score and weight apart where weights changed.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    frame : DataFrame
        node, estimate, score_effect, weight_effect, from ``index.change_contributions``.
    tree : Tree
        For the labels.
    name : str
        What the CSV is called.

    Raises
    ------
    ParamsError
        A column is missing.
    """
    need(frame, ["node", "estimate", "score_effect", "weight_effect"], "A chart of a change")
    kept = guard(page, frame, base=None)
    rows = kept.dropna(subset=["estimate"]).sort_values("estimate", key=np.abs, ascending=False, kind="stable")
    if rows.empty:
        return nothing(page, name, page.say("change_axis"))
    labels = [tree.label(str(node), page.language) for node in rows["node"]]
    values, score, weight = (rows[column].to_numpy(dtype=float) for column in ("estimate", "score_effect", "weight_effect"))
    apart = bool(np.abs(weight).max() > NOTHING)
    with theme():
        figure, axes = sheet_of_rows(labels, "full", right=56, top=30 if apart else 8)
        places = np.arange(len(rows), dtype=float)
        bars = [(score, -0.15, 0.28, 0.7), (weight, 0.15, 0.28, 0.3)] if apart else [(values, 0.0, 0.56, 0.62)]
        for sizes, shift, height, alpha in bars:
            axes.barh(places + shift, sizes, height=height, color=[to_rgba(ACCENT if each >= 0 else BAD, alpha) for each in sizes])
        reach = max(float(np.abs(np.concatenate([sizes for sizes, *_ in bars])).max()), 0.05) * 1.06
        axes.set_xlim(-reach, reach)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        finish_bars(axes, page.say("change_axis"))
        axes.axvline(0, color=INK, linewidth=1.2)
        column_of_labels(figure, axes, labels, list(places), most=0.36 * WIDTH["full"])
        for place, value in enumerate(values):
            at_right(axes, place, cells.signed(value, 2), 54, weight="bold")
        if apart:
            legend(figure, [((SOFT, 0.8), page.say("by_score")), ((SOFT, 0.34), page.say("by_weight"))])
        words = {"change": cells.signed(values.sum(), 2), "top": labels[0], "most": cells.signed(values[0], 2)}
        alt = page.say("change_alt", count=len(rows), **words)
        return exhibit(page, kept, figure, name=name, alt=alt, caption=page.say("change_caption", **words))


def legend(figure: Figure, entries: Sequence[tuple[Shade, str]]) -> None:
    """Squares with words in a line at the figure's top."""
    width, height = (float(each) * 72 for each in figure.get_size_inches())
    x, y = 0.0, height - 12
    for shade, word in entries:
        box = Rectangle((x / width, (y - 6) / height), 12 / width, 12 / height, facecolor=to_rgba(*shade), linewidth=0)
        box.set_transform(figure.transFigure)
        figure.add_artist(box)
        figure.text((x + 18) / width, y / height, word, va="center_baseline", fontsize=SMALL, color=SOFT)
        x += 18 + width_of(word, SMALL) + 18
