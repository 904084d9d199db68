"""Scores as dots with their intervals: constructs, items, segments."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from csat_lib.errors import ParamsError
from csat_lib.report import cells
from csat_lib.report.charts.canvas import (
    ACCENT,
    BG,
    LINE,
    SMALL,
    SOFT,
    WIDTH,
    Size,
    at_right,
    column_of_labels,
    exhibit,
    lines_of,
    room_for,
    sheet,
    theme,
)
from csat_lib.report.disclosure import is_total
from csat_lib.report.exhibits import Exhibit, guard, need, nothing
from csat_lib.report.language import joined, listed
from csat_lib.report.page import Page

ROW, TALL_ROW = 30, 42


def scores(page: Page, frame: pd.DataFrame, *, name: str = "scores", order: str = "given", size: Size = "full") -> Exhibit:
    """Scores of constructs or items on 0-100, each with its interval.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    frame : DataFrame
        construct or item, estimate, conf_low, conf_high; n where groups may be small.
    name : str
        What the CSV is called.
    order : {"given", "sorted"}
        Rows as they come, or the best first.
    size : {"full", "half"}
        How much of the page's width it is drawn for.

    Raises
    ------
    ParamsError
        A column is missing, or there is no such order.
    """
    need(frame, ["estimate", "conf_low", "conf_high"], "A chart of scores")
    key = next((each for each in ("item", "construct", "driver", "metric") if each in frame.columns), None)
    if key is None:
        raise ParamsError("A chart of scores needs a column construct or item.")
    if order not in {"given", "sorted"}:
        raise ParamsError(f"order: {order!r} is not one of given, sorted.")
    kept = guard(page, frame)
    rows = kept.dropna(subset=["estimate"])
    rows = rows.sort_values("estimate", ascending=False, kind="stable") if order == "sorted" else rows
    if rows.empty:
        return nothing(page, name, page.say("score_axis"))
    labels = [page.label(each) for each in rows[key]]
    with theme():
        figure, _ = _dots(page, rows, labels, size)
        best, worst = int(np.argmax(rows["estimate"])), int(np.argmin(rows["estimate"]))
        words = {
            "top": labels[best],
            "high": cells.number(rows["estimate"].iloc[best]),
            "bottom": labels[worst],
            "low": cells.number(rows["estimate"].iloc[worst]),
            "confidence": page.percent,
        }
        caption = page.say("scores_caption" if len(rows) > 1 else "score_caption", **words)
        alt = page.say("scores_alt", count=len(rows), **words)
        return exhibit(page, kept, figure, name=name, alt=alt, caption=caption)


def segments(
    page: Page,
    frame: pd.DataFrame,
    *,
    name: str,
    by: str | Sequence[str],
    overall: float | None = None,
    size: Size = "full",
) -> Exhibit:
    """One construct or item by segment, against the overall score; groups that are too small or cannot be compared are named, not drawn.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    frame : DataFrame
        segment, estimate, conf_low, conf_high, n; one construct or item. A row "all" gives the overall line.
    name : str
        What the CSV is called.
    by : str or sequence of str
        The attribute whose codes stand in ``segment``; several where the column ``by`` says which.
    overall : float, optional
        The overall score where the frame has no row "all".
    size : {"full", "half"}
        How much of the page's width it is drawn for.

    Raises
    ------
    ParamsError
        A column is missing, or the frame holds several constructs or items.
    """
    need(frame, ["segment", "estimate", "conf_low", "conf_high", "n"], "A chart of segments")
    several = [each for each in ("construct", "item", "metric", "period") if each in frame.columns and frame[each].nunique() > 1]
    if several:
        raise ParamsError(f"A chart of segments shows one {several[0]}; the frame has {frame[several[0]].nunique()}. Filter it first.")
    names = [by] if isinstance(by, str) else list(by)
    kept = guard(page, frame)
    total = is_total(kept["segment"])
    whole = kept[total & ~kept["suppressed"]]
    if overall is None and len(whole):
        overall = float(whole["estimate"].iloc[0])
    parts = kept[~total].assign(of=lambda part: part["by"] if "by" in part.columns else names[0] if names else "")
    parts = parts.assign(label=[page.value(of, code) for of, code in zip(parts["of"], parts["segment"], strict=True)])
    rows = parts[~parts["suppressed"]].dropna(subset=["estimate"])
    if rows.empty:
        return nothing(page, name, listed([page.label(each) for each in names], page.language))
    order = {each: place for place, each in enumerate(dict.fromkeys(parts["of"]))}
    rows = rows.assign(rank=rows["of"].map(order)).sort_values(["rank", "estimate"], ascending=[True, False], kind="stable")
    headings = [page.label(of) for of in rows["of"]] if rows["of"].nunique() > 1 else []
    closed = list(parts.loc[parts["suppressed"], "label"])
    refused = parts.get("verdict", pd.Series("", index=parts.index)).eq("not comparable")
    unlike = list(parts.loc[refused & ~parts["suppressed"], "label"])
    silence = [
        page.say("segments_hidden", below=page.suppress_below, names=listed(closed, page.language)) if closed else "",
        page.say("segments_unlike", names=listed(unlike, page.language)) if unlike else "",
    ]
    with theme():
        figure, axes = _dots(page, rows, list(rows["label"]), size, overall=overall, headings=headings)
        if overall is not None:
            _overall(axes, page, overall)
        caption, alt = _segments_said(page, rows, overall)
        return exhibit(page, kept, figure, name=name, alt=alt, caption=joined([caption, *silence], page.language))


def _segments_said(page: Page, rows: pd.DataFrame, overall: float | None) -> tuple[str, str]:
    ordered = rows.sort_values("estimate", ascending=False, kind="stable")
    words = {
        "by": listed([page.label(each) for each in dict.fromkeys(rows["of"])], page.language),
        "top": ordered["label"].iloc[0],
        "high": cells.number(ordered["estimate"].iloc[0]),
        "bottom": ordered["label"].iloc[-1],
        "low": cells.number(ordered["estimate"].iloc[-1]),
        "confidence": page.percent,
    }
    said = [page.say("segments_caption" if len(rows) > 1 else "only_one", **words)]
    if overall is not None and len(rows) > 1:
        away = rows.loc[(rows["conf_low"] > overall) | (rows["conf_high"] < overall), "label"].tolist()
        said.append(page.say("segments_clear", names=listed(away, page.language)) if away else page.say("segments_level"))
    return joined(said, page.language), page.say("segments_alt", count=len(rows), **words)


def _dots(
    page: Page, rows: pd.DataFrame, labels: list[str], size: Size, *, overall: float | None = None, headings: Sequence[str] = ()
) -> tuple[Figure, Axes]:
    """Dots, intervals and values, one row a label; ``headings`` names each row's group, and a new group opens with its name."""
    most = 0.36 * WIDTH[size]
    row = TALL_ROW if any(len(lines_of(label, most)) > 1 for label in labels) else ROW
    depth, opened = _places(headings, len(labels))
    top = 30 if overall is not None else 8
    figure, axes = sheet(WIDTH[size], top + row * depth[-1] + row + 46, left=room_for(labels, most), right=50, top=top, bottom=46)
    values = rows[["estimate", "conf_low", "conf_high"]].to_numpy(dtype=float)
    axes.set_ylim(depth[-1] + 0.5, -0.5)
    axes.set_xlim(*_ends(np.append(values.ravel(), overall if overall is not None else np.nan)))
    axes.hlines(depth, axes.get_xlim()[0], axes.get_xlim()[1], color=LINE, linewidth=1)
    axes.hlines(depth, values[:, 1], values[:, 2], color=ACCENT, alpha=0.36, linewidth=8)
    sns.scatterplot(x=values[:, 0], y=depth, ax=axes, color=ACCENT, s=74, edgecolor=BG, linewidth=1.5, legend=False, zorder=3)
    axes.set(xlabel=page.say("score_axis"), ylabel="")
    axes.xaxis.labelpad = 8
    axes.set_yticks([])
    column_of_labels(figure, axes, labels, list(depth), most=most)
    column_of_labels(figure, axes, list(opened.values()), list(opened), most=most, color=SOFT)
    for place, value in zip(depth, values[:, 0], strict=True):
        at_right(axes, place, cells.number(value), 48, weight="bold")
    return figure, axes


def _places(headings: Sequence[str], count: int) -> tuple[list[float], dict[float, str]]:
    """How far down each row stands, counted in rows, and where a group's name stands."""
    if not headings:
        return [float(each) for each in range(count)], {}
    depth: list[float] = []
    opened: dict[float, str] = {}
    here = -1.0
    for place, word in enumerate(headings):
        if place == 0 or word != headings[place - 1]:
            here += 1.0 if place == 0 else 1.25
            opened[here] = word
        here += 0.9
        depth.append(here)
    return depth, opened


def _overall(axes: Axes, page: Page, overall: float) -> None:
    axes.axvline(overall, color=SOFT, linewidth=1.2, dashes=(3, 3), zorder=1)
    low, high = axes.get_xlim()
    side = "right" if overall > low + 0.75 * (high - low) else "left" if overall < low + 0.25 * (high - low) else "center"
    axes.annotate(
        page.say("overall", value=cells.number(overall)),
        (overall, 1),
        (0, 8),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        ha=side,
        va="baseline",
        color=SOFT,
        fontsize=SMALL,
    )


def _ends(values: np.ndarray) -> tuple[float, float]:
    """Ends of the axis at whole tens that hold all values, at least thirty points apart and within 0-100 where they are."""
    low, high = 10 * np.floor(np.nanmin(values) / 10), 10 * np.ceil(np.nanmax(values) / 10)
    while high - low < 30:
        low, high = (
            (low - 10, high) if high >= 100 or (low > 0 and np.nanmin(values) - low < high - np.nanmax(values)) else (low, high + 10)
        )
    return float(low), float(high)
