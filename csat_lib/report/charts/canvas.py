"""The sheet that every chart is drawn on: seaborn's theme in the page's colours, and SVG that follows light and dark.

Figures are drawn in the light colours of ``colours.css``; in the SVG each becomes ``var(--name,#light)``, so that one
figure serves a light page, a dark one, paper and JupyterLab. Lengths are in pixels of the figure's own width.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from html import escape
from textwrap import wrap
from typing import Any, Literal

import matplotlib as mpl
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.textpath import TextToPath

from csat_lib.report.charts.fonts import FAMILIES, font, glyphs_counted, register
from csat_lib.report.charts.svg import COLOUR, LETTER, svg
from csat_lib.report.exhibits import Exhibit, check_name, csv_link, to_csv
from csat_lib.report.page import Page

Size = Literal["full", "half"]
WIDTH: dict[str, int] = {"full": 760, "half": 520}
TEXT, SMALL = LETTER, 12.0
LETTERS_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"

INK, SOFT, LINE, BG, TINT = (COLOUR[name] for name in ("ink", "soft", "line", "bg", "tint"))
ACCENT, GOOD, WARN, BAD = (COLOUR[name] for name in ("accent", "good", "warn", "bad"))

_THEME = {
    "svg.fonttype": "none",
    "svg.hashsalt": "csat",
    "text.parse_math": False,
    "font.family": FAMILIES,
    "font.size": TEXT,
    "figure.dpi": 72,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "axes.edgecolor": LINE,
    "axes.labelcolor": SOFT,
    "axes.labelsize": SMALL,
    "axes.axisbelow": True,
    "text.color": INK,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.bottom": False,
    "ytick.left": False,
    "grid.color": LINE,
    "grid.linewidth": 1.0,
    "lines.solid_capstyle": "round",
}


@contextmanager
def theme() -> Iterator[None]:
    """Seaborn's white style in the page's colours and our letters, for as long as a chart is drawn; missing letters are named."""
    register()
    rules: Any = {**sns.axes_style("white"), **_THEME}
    with mpl.rc_context(rules), glyphs_counted():
        yield


def sheet(width: float, height: float, *, left: float, right: float, top: float, bottom: float) -> tuple[Figure, Axes]:
    """A figure with one bare axes.

    Parameters
    ----------
    width, height : float
        Of the figure, in pixels.
    left, right, top, bottom : float
        Margins around the axes, in pixels.
    """
    figure = Figure(figsize=(width / 72, height / 72))
    FigureCanvasSVG(figure)
    axes = figure.add_axes((left / width, bottom / height, 1 - (left + right) / width, 1 - (top + bottom) / height))
    axes.tick_params(length=0, pad=7)
    for side in axes.spines.values():
        side.set_visible(False)
    return figure, axes


def exhibit(page: Page, frame: pd.DataFrame, figure: Figure, *, name: str, alt: str, caption: str, fit: str = "") -> Exhibit:
    """The figure as an exhibit: SVG, caption, link to its data, and the data themselves.

    Parameters
    ----------
    page : Page
        For the link's words.
    frame : DataFrame
        The protected frame it was drawn from.
    figure : Figure
        Drawn under ``theme``.
    name, alt, caption : str
        Of the figure: what its CSV is called, what it shows to those who cannot see it, and what to see in it.
    fit : {"", "wide"}
        A wide figure keeps its caption below.
    """
    what = re.split(r"[;.；。]", alt, maxsplit=1)[0]
    html = (
        f'<div class="card"><figure class="fig{" wide" if fit else ""}">'
        f'<div class="plot" role="group" tabindex="0" aria-label="{escape(what)}">{svg(figure, check_name(name), alt)}</div>'
        f"<figcaption>{escape(caption)} {csv_link(page, name, what)}</figcaption></figure></div>"
    )
    return Exhibit("figure", html, alt, name, to_csv(frame))


@lru_cache(maxsize=2048)
def width_of(text: str, size: float = TEXT, weight: str = "normal") -> float:
    """How wide a line of text is at most, in pixels: DejaVu Sans is wider than what browsers use; Chinese is square.

    Parameters
    ----------
    text : str
        One line.
    size : float
        Of the letters, in pixels.
    weight : str
        normal or bold.

    >>> width_of("满意") == 2 * TEXT
    True
    """
    narrow = re.sub(f"[{LETTERS_WIDE}]", "", text)
    wide = (len(text) - len(narrow)) * size
    latin = TextToPath().get_text_width_height_descent(narrow, font(size, weight), ismath=False)[0] if narrow else 0.0
    return float(wide + latin)


def lines_of(text: str, most: float, size: float = TEXT, weight: str = "normal") -> list[str]:
    """``text`` in at most three lines, broken at spaces (Chinese anywhere); what is longer ends in an ellipsis.

    Parameters
    ----------
    text : str
        One label.
    most : float
        Pixels that a line may take.
    size : float
        Of the letters, in pixels.
    weight : str
        normal or bold.
    """
    if width_of(text, size, weight) <= most:
        return [text]
    chars = max(4, int(len(text) * most / width_of(text, size, weight)))
    lines = wrap(text, chars)
    while chars > 4 and max(width_of(line, size, weight) for line in lines) > most and any(" " in line for line in lines):
        chars -= 1
        lines = wrap(text, chars)
    return lines if len(lines) <= 3 else [*lines[:2], lines[2].rstrip(" ,.;") + " …"]


def column_of_labels(figure: Figure, axes: Axes, labels: list[str], places: list[float], *, most: float, color: str = INK) -> None:
    """Labels at the left edge of the figure.

    Parameters
    ----------
    figure, axes : Figure, Axes
        What they belong to.
    labels, places : list of str, list of float
        The labels, and where each stands on the y axis.
    most : float
        Pixels that a line may take.
    color : str
        Of the letters.
    """
    to_pixels = axes.transData.transform
    height = figure.get_size_inches()[1] * 72
    for label, place in zip(labels, places, strict=True):
        lines = lines_of(label, most)
        middle = float(to_pixels((0, place))[1])
        for step, line in enumerate(lines):
            y = middle + (len(lines) - 1) * 7.5 - step * 15
            figure.text(0.001, y / height, line, ha="left", va="center_baseline", fontsize=TEXT, color=color)


def at_right(axes: Axes, place: float, text: str, shift: float, *, ha: str = "right", **look: Any) -> None:
    """Text beside the axes.

    Parameters
    ----------
    axes : Axes
        What it stands beside.
    place : float
        On the y axis.
    text : str
        What is said.
    shift : float
        Pixels to the right of the axes' edge.
    ha : str
        Which side of the text stands there.
    look : dict
        Weight and colour, in matplotlib's words.
    """
    axes.annotate(
        text,
        (1, place),
        (shift, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        ha=ha,
        va="center_baseline",
        **look,
    )


def room_for(labels: list[str], most: float) -> float:
    """Pixels that the longest label takes, at most ``most``."""
    return min(most, max((width_of(label) for label in labels), default=0.0)) + 18


def sheet_of_rows(labels: list[str], size: Size, *, right: float, top: float) -> tuple[Figure, Axes]:
    """A sheet for horizontal bars, one row a label, with room for the labels at the left.

    Parameters
    ----------
    labels : list of str
        One per bar.
    size : {"full", "half"}
        How much of the page's width it is drawn for.
    right, top : float
        Margins, in pixels.
    """
    most = 0.36 * WIDTH[size]
    row = 42 if any(len(lines_of(label, most)) > 1 for label in labels) else 32
    return sheet(WIDTH[size], top + row * len(labels) + 46, left=room_for(labels, most), right=right, top=top, bottom=46)


def finish_bars(axes: Axes, title: str) -> None:
    """The axis of horizontal bars."""
    axes.set(xlabel=title, ylabel="")
    axes.set_yticks([])
    axes.xaxis.labelpad = 8
    axes.grid(visible=True, axis="x")
