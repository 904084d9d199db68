"""Shares laid end to end: distributions of answers, missing answers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from csat_lib.errors import ParamsError
from csat_lib.report import cells
from csat_lib.report.charts.canvas import (
    ACCENT,
    BAD,
    BG,
    INK,
    SMALL,
    SOFT,
    WARN,
    WIDTH,
    Size,
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
REASONS = ("dont_know", "not_answered", "blank", "missing")


def distribution(page: Page, frame: pd.DataFrame, *, name: str = "distribution", size: Size = "full") -> Exhibit:
    """The share of every answer, question by question, the worst grade at the left.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    frame : DataFrame
        item, code, label, share (0-1), n (who answered the question, or answers of this code); a question with too few
        answers is left out.
    name : str
        What the CSV is called.
    size : {"full", "half"}
        How much of the page's width it is drawn for.

    Raises
    ------
    ParamsError
        A column is missing, or the questions have different scales: one colour would then mean two grades.
    """
    need(frame, ["item", "code", "share", "n"], "A chart of distributions")
    scales = {tuple(sorted(set(part["code"].astype(float)))): str(item) for item, part in frame.groupby("item", sort=False)}
    if len(scales) > 1:
        raise ParamsError(
            f"A chart of distributions shows one scale; {' and '.join(list(scales.values())[:2])} differ. Draw one chart a scale."
        )
    kept = guard(page, frame.assign(base=_base(frame)), base="base")
    known = kept.dropna(subset=["share"])
    if known.empty:
        return nothing(page, name, page.say("share_axis"))
    codes = sorted(known["code"].unique(), key=float)
    wide = known.pivot_table(index="item", columns="code", values="share", sort=False).reindex(columns=codes).fillna(0.0)
    words = known.drop_duplicates("code").set_index("code").get("label", pd.Series(dtype=object))
    legend = [_grade(code, words.get(code), len(codes), place) for place, code in enumerate(codes)]
    best = wide[codes[-1]]
    said = {
        "top": page.label(best.idxmax()),
        "high": cells.percent(best.max(), page.language),
        "bottom": page.label(best.idxmin()),
        "low": cells.percent(best.min(), page.language),
    }
    with theme():
        figure = _stacked(page, wide, list(zip(_grades(len(codes)), legend, strict=True)), size, page.say("share_axis"))
        alt = page.say("distribution_alt", count=len(wide), top=said["top"], high=said["high"])
        return exhibit(page, kept, figure, name=name, alt=alt, caption=page.say("distribution_caption", **said))


def missing(page: Page, frame: pd.DataFrame, *, name: str = "missing", size: Size = "full") -> Exhibit:
    """How many answered each question, and why the others did not.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    frame : DataFrame
        item, answered, and any of dont_know, not_answered, blank, missing: shares (0-1).
    name : str
        What the CSV is called.
    size : {"full", "half"}
        How much of the page's width it is drawn for.

    Raises
    ------
    ParamsError
        A column is missing.
    """
    need(frame, ["item", "answered"], "A chart of missing answers")
    kept = guard(page, frame)
    known = kept.dropna(subset=["answered"])
    if known.empty:
        return nothing(page, name, page.say("missing_axis"))
    parts = ["answered", *(each for each in REASONS if each in known.columns)]
    wide = known.set_index("item")[parts].astype(float).fillna(0.0)
    legend = [page.say(each if each in {"answered", "dont_know"} else "not_answered") for each in parts]
    shades: list[Shade] = [(ACCENT, 0.8), *((WARN, 0.75) if each == "dont_know" else (SOFT, 0.5) for each in parts[1:])]
    gaps = 1 - wide["answered"]
    share = float(gaps.max())
    said = {"top": page.label(gaps.idxmax()), "high": cells.percent(share, page.language, 1)}
    with theme():
        figure = _stacked(page, wide, list(zip(shades, legend, strict=True)), size, page.say("missing_axis"))
        caption = page.say("missing_caption", **said) if share > 0 else page.say("missing_none")
        return exhibit(page, kept, figure, name=name, alt=page.say("missing_alt", count=len(wide), **said), caption=caption)


def _base(frame: pd.DataFrame) -> pd.Series:
    """Who answered each question: ``n`` where it is the same for all codes, else the sum of the codes' counts."""
    answers = frame.groupby("item")["n"]
    same = answers.transform("nunique").eq(1) & answers.transform("size").gt(1)
    return answers.transform("sum").where(~same, frame["n"])


def _stacked(page: Page, wide: pd.DataFrame, parts: list[tuple[Shade, str]], size: Size, title: str) -> Figure:
    """Shares of each row of ``wide`` laid end to end, with the legend above."""
    shades, legend = [shade for shade, _ in parts], [word for _, word in parts]
    labels = [page.label(each) for each in wide.index]
    lines = _legend_lines(legend, WIDTH[size])
    figure, axes = sheet_of_rows(labels, size, right=10, top=16 + 22 * len(lines))
    long = wide.reset_index(drop=True).melt(ignore_index=False, var_name="part", value_name="share").reset_index(names="row")
    long["part"] = long["part"].astype(str)
    order = [str(each) for each in wide.columns][::-1]
    sns.histplot(
        long,
        y="row",
        hue="part",
        hue_order=order,
        weights=100 * long["share"],
        multiple="stack",
        discrete=True,
        shrink=0.62,
        ax=axes,
        legend=False,
        linewidth=1,
        edgecolor=BG,
    )
    axes.set_ylim(len(wide) - 0.5, -0.5)
    axes.set_xlim(0, 100)
    finish_bars(axes, title)
    axes.grid(visible=False)
    for patch in (each for each in axes.patches if isinstance(each, Rectangle)):
        part = _part_at(wide, patch)
        patch.set_visible(part is not None)
        if part is not None:
            patch.set_facecolor(to_rgba(*shades[part]))
            _inside(axes, patch, shades[part])
    column_of_labels(figure, axes, labels, [float(each) for each in range(len(labels))], most=0.36 * WIDTH[size])
    _legend(figure, shades, lines)
    return figure


def _part_at(wide: pd.DataFrame, patch: Rectangle) -> int | None:
    """Which column of ``wide`` a bar stands for, from where it lies."""
    row, middle = round(patch.get_y() + patch.get_height() / 2), patch.get_x() + patch.get_width() / 2
    if patch.get_width() <= 1e-9:
        return None
    ends = 100 * wide.iloc[row].to_numpy(dtype=float).cumsum()
    return int(np.searchsorted(ends, middle))


def _inside(axes: Axes, patch: Rectangle, shade: Shade) -> None:
    """The share inside its bar where there is room."""
    share = patch.get_width()
    pixels = share * axes.get_window_extent().width / 100
    text = cells.number(share, 0)
    if pixels < width_of(text, SMALL) + 10:
        return
    x, y = patch.get_x() + share / 2, patch.get_y() + patch.get_height() / 2
    dark = shade[1] > 0.7
    axes.text(x, y, text, ha="center", va="center_baseline", fontsize=SMALL, color=BG if dark else INK)


def _grades(count: int) -> list[Shade]:
    """From bad through neutral to good, in two hues that every reader can tell apart; strength says how far."""
    half = count // 2
    steps = [float(each) for each in np.linspace(0.92, 0.34, half)] if half else []
    middle: list[Shade] = [(SOFT, 0.28)] if count % 2 else []
    return [*((BAD, each) for each in steps), *middle, *((ACCENT, each) for each in steps[::-1])]


def _grade(code: object, label: object, count: int, place: int) -> str:
    """A legend's entry: the label, or on long scales the number with the label at both ends."""
    number = f"{float(code):g}"  # type: ignore[arg-type]
    word = label if isinstance(label, str) and label != number else ""
    if count <= 5:
        return word or number
    return f"{number} {word}".strip() if place in {0, count - 1} else number


def _legend_lines(legend: list[str], width: float) -> list[list[tuple[int, str, float]]]:
    """The legend's entries with their places, in as many lines as they need."""
    lines: list[list[tuple[int, str, float]]] = [[]]
    x = 0.0
    for place, word in enumerate(legend):
        need_ = 18 + width_of(word, SMALL) + 16
        if lines[-1] and x + need_ > width:
            lines.append([])
            x = 0.0
        lines[-1].append((place, word, x))
        x += need_
    return lines


def _legend(figure: Figure, shades: Sequence[Shade], lines: list[list[tuple[int, str, float]]]) -> None:
    width, height = (float(each) * 72 for each in figure.get_size_inches())
    for row, line in enumerate(lines):
        y = height - 14 - 22 * row
        for place, word, x in line:
            box = Rectangle((x / width, (y - 6) / height), 12 / width, 12 / height, facecolor=to_rgba(*shades[place]), linewidth=0)
            box.set_transform(figure.transFigure)
            figure.add_artist(box)
            figure.text((x + 18) / width, y / height, word, va="center_baseline", fontsize=SMALL, color=SOFT)
