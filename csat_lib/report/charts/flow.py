"""Where customers went: tiers before at the left, tiers now at the right, ribbons as wide as the customers who went."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from csat_lib.report import cells
from csat_lib.report.charts.canvas import ACCENT, BAD, GOOD, SOFT, WIDTH, Size, exhibit, room_for, sheet, theme
from csat_lib.report.exhibits import Exhibit, guard, need, nothing
from csat_lib.report.language import joined
from csat_lib.report.page import Page

HEIGHT, GAP, BAR = 300, 0.03, 0.022


def flow(page: Page, frame: pd.DataFrame, *, before: str, after: str, name: str = "tier_flow", size: Size = "full") -> Exhibit:
    """Moves between tiers: up green, down red, unmoved in the accent colour; ribbons of too few customers are not drawn.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    frame : DataFrame
        before, after (tiers, best first), n: from ``report.clientele.flow``.
    before, after : str
        The two periods.
    name : str
        What the CSV is called.
    size : {"full", "half"}
        How much of the page's width it is drawn for.

    Raises
    ------
    ParamsError
        A column is missing.
    """
    need(frame, ["before", "after", "n"], "A flow of tiers")
    kept = guard(page, frame.assign(segment=frame["after"])).drop(columns=["segment"])
    title = page.say("flow_title")
    tiers = [str(each) for each in dict.fromkeys(frame["before"])]
    shown = kept.dropna(subset=["n"])
    if shown.empty or not shown["n"].sum() > 0:
        return nothing(page, name, title)
    table = shown.pivot_table(index="before", columns="after", values="n", aggfunc="sum", fill_value=0.0)
    N = table.reindex(index=tiers, columns=tiers, fill_value=0.0).to_numpy(dtype=float)
    with theme():
        words = [f"{tier}  {cells.whole(total)}" for tier, total in zip(tiers, N.sum(axis=1), strict=True)]
        others = [f"{tier}  {cells.whole(total)}" for tier, total in zip(tiers, N.sum(axis=0), strict=True)]
        figure, axes = sheet(WIDTH[size], HEIGHT, left=room_for(words, 190), right=room_for(others, 190), top=30, bottom=10)
        axes.set_xlim(0, 1)
        axes.set_ylim(1, 0)
        axes.set_xticks([])
        axes.set_yticks([])
        _ribbons(axes, N)
        _bars(axes, N, (words, others), (before, after))
        caption, alt = _said(page, N, before, after, hidden=int((kept["suppressed"] & (frame["n"].to_numpy() > 0)).sum()))
        return exhibit(page, kept, figure, name=name, alt=alt, caption=caption)


def _tops(totals: np.ndarray) -> tuple[np.ndarray, float]:
    """The upper end of every bar, and the height of one customer."""
    unit = (1 - GAP * (len(totals) - 1)) / totals.sum()
    return np.concatenate([[0.0], np.cumsum(totals * unit + GAP)[:-1]]), float(unit)


def _ribbons(axes: Axes, N: np.ndarray) -> None:
    left, unit = _tops(N.sum(axis=1))
    right, _ = _tops(N.sum(axis=0))
    out, into = left.copy(), right.copy()
    for i in range(len(N)):
        for j in range(len(N)):
            height = N[i, j] * unit
            if height <= 0:
                continue
            color = ACCENT if i == j else GOOD if j < i else BAD
            axes.add_patch(_ribbon(out[i], into[j], height, color))
            out[i] += height
            into[j] += height


def _ribbon(top: float, end: float, height: float, color: str) -> PathPatch:
    a, b, m = BAR, 1 - BAR, 0.5
    corners = [(a, top), (m, top), (m, end), (b, end), (b, end + height), (m, end + height), (m, top + height), (a, top + height), (a, top)]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    return PathPatch(Path(corners, codes), facecolor=color, alpha=0.3, linewidth=0, zorder=1)


def _bars(axes: Axes, N: np.ndarray, words: tuple[list[str], list[str]], periods: tuple[str, str]) -> None:
    for side, (totals, names) in enumerate(zip((N.sum(axis=1), N.sum(axis=0)), words, strict=True)):
        tops, unit = _tops(totals)
        place, ha, shift = (0.0, "right", -8) if side == 0 else (1.0 - BAR, "left", 8)
        for top, total, word in zip(tops, totals, names, strict=True):
            axes.add_patch(Rectangle((place, top), BAR, total * unit, facecolor=ACCENT, linewidth=0, zorder=2))
            at = (place if side == 0 else 1.0, top + total * unit / 2)
            axes.annotate(word, at, (shift, 0), textcoords="offset points", ha=ha, va="center_baseline", annotation_clip=False)
        axes.annotate(
            periods[side], (side, 0), (0, 10), textcoords="offset points", ha="right" if side else "left", color=SOFT, annotation_clip=False
        )


def _said(page: Page, N: np.ndarray, before: str, after: str, *, hidden: int) -> tuple[str, str]:
    total = float(N.sum())
    parts = {"stay": np.trace(N), "up": np.tril(N, -1).sum(), "down": np.triu(N, 1).sum()}
    words = {key: cells.percent(value / total, page.language) for key, value in parts.items()}
    told = page.say("flow_caption", n=cells.whole(total), before=before, after=after, **words)
    extra = page.say("flow_hidden", count=hidden, below=page.suppress_below) if hidden else ""
    return joined([told, extra], page.language), told
