"""The indicator system as an icicle: a column a level, height by weight, colour by distance from the index."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle

from csat_lib.errors import ParamsError
from csat_lib.index import Node, Tree
from csat_lib.report import cells
from csat_lib.report.charts.canvas import ACCENT, BAD, BG, INK, SMALL, SOFT, TEXT, WIDTH, exhibit, lines_of, sheet, theme, width_of
from csat_lib.report.exhibits import Exhibit, guard, need, nothing
from csat_lib.report.language import joined, listed
from csat_lib.report.page import Page

FIRST_COLUMN = (92.0, 150.0)
LOWEST, TALLEST, LINE_HEIGHT, THIN = 360.0, 820.0, 15.0, 12.5
STRONGEST, FAINTEST = 0.5, 0.06


class _Box(NamedTuple):
    """A node's rectangle in pixels, from the top left."""

    node: Node
    left: float
    top: float
    width: float
    height: float


def icicle(page: Page, frame: pd.DataFrame, *, tree: Tree, name: str = "indicator_tree") -> Exhibit:
    """The whole indicator system at a glance: weight as height, score as colour and number.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    frame : DataFrame
        node, estimate, n of one segment and period, from ``index.tree_scores``.
    tree : Tree
        The same tree, for its labels and weights.
    name : str
        What the CSV is called.

    Raises
    ------
    ParamsError
        A column is missing, or the frame holds several segments or periods.
    """
    need(frame, ["node", "estimate", "n"], "A chart of the indicator system")
    if frame["node"].duplicated().any():
        raise ParamsError("A chart of the indicator system shows one segment of one period; the frame has several. Filter it first.")
    kept = guard(page, frame)
    scores = kept.set_index("node")["estimate"].astype(float)
    index = float(scores.get(tree.root.name, np.nan))
    if np.isnan(index):
        return nothing(page, name, page.say("tree_axis"))
    leaves = scores.reindex([leaf.name for leaf in tree.leaves]).dropna()
    weights = tree.effective_weights()
    least = float(weights[weights > 0].min())
    height = float(np.clip(LINE_HEIGHT / least, LOWEST, TALLEST))
    words_of_root = tree.label(tree.root.name, page.language).split()
    first = float(np.clip(max(width_of(each) for each in words_of_root) + 18, *FIRST_COLUMN))
    boxes = _boxes(tree, WIDTH["full"], height, first)
    with theme():
        figure, axes = sheet(WIDTH["full"], height, left=0, right=0, top=0, bottom=0)
        axes.set(xlim=(0, WIDTH["full"]), ylim=(height, 0))
        axes.set_axis_off()
        away = float((scores - index).abs().max()) or 1.0
        silent = [
            box.node
            for box in boxes
            if not _draw(
                axes, box, tree.label(box.node.name, page.language), float(scores.get(box.node.name, np.nan)), index=index, away=away
            )
        ]
        words = {
            "index": cells.number(index),
            "top": tree.label(str(leaves.idxmax()), page.language),
            "high": cells.number(leaves.max()),
            "bottom": tree.label(str(leaves.idxmin()), page.language),
            "low": cells.number(leaves.min()),
        }
        thin = listed([tree.label(node.name, page.language) for node in silent], page.language)
        said = [page.say("tree_caption", **words), page.say("tree_thin", names=thin) if thin else ""]
        alt = page.say("tree_alt", count=len(leaves), **words)
        return exhibit(page, kept, figure, name=name, alt=alt, caption=joined(said, page.language), fit="wide")


def _boxes(tree: Tree, width: float, height: float, first: float) -> list[_Box]:
    """Every node's place: children share their parent's height by weight; a leaf reaches to the right edge."""
    depth = max(tree.levels.values())
    step = (width - first) / max(depth - 1, 1)
    found: list[_Box] = []

    def place(node: Node, level: int, top: float, tall: float) -> None:
        left = 0.0 if level == 1 else first + (level - 2) * step
        own = first if level == 1 else step
        found.append(_Box(node, left, top, own if node.children else width - left, tall))
        for child in node.children:
            place(child, level + 1, top, tall * child.weight)
            top += tall * child.weight

    place(tree.root, 1, 0.0, height)
    return [box for box in found if box.height > 0]


def _draw(axes: Axes, box: _Box, label: str, score: float, *, index: float, away: float) -> bool:
    """The rectangle with its name and score; False where there is no room for words."""
    strength = 0.0 if np.isnan(score) else FAINTEST + (STRONGEST - FAINTEST) * abs(score - index) / away
    colour = to_rgba(ACCENT if score >= index else BAD, strength) if strength else to_rgba(SOFT, 0.1)
    axes.add_patch(Rectangle((box.left, box.top), box.width, box.height, facecolor=colour, edgecolor=BG, linewidth=1.5))
    if box.height < THIN:
        return False
    value = cells.number(score)
    room = box.width - 16
    middle = box.top + box.height / 2
    many = lines_of(label, room)
    if box.height >= LINE_HEIGHT * (len(many) + 1) + 6:
        for row, line in enumerate([*many, value]):
            y = middle + (row - len(many) / 2) * LINE_HEIGHT
            axes.text(
                box.left + 8, y, line, va="center_baseline", fontsize=TEXT, color=INK, weight="bold" if row == len(many) else "normal"
            )
        return True
    size = SMALL if box.height < LINE_HEIGHT + 2 else TEXT
    beside = room - width_of(value, size, "bold") - 8
    if width_of(label, size) > beside:
        label = _shortened(label, beside, size)
    axes.text(box.left + 8, middle, label, va="center_baseline", fontsize=size, color=INK)
    axes.text(box.left + box.width - 8, middle, value, va="center_baseline", ha="right", fontsize=size, color=INK, weight="bold")
    return True


def _shortened(label: str, most: float, size: float) -> str:
    while label and width_of(label + "…", size) > most:
        label = label[:-1]
    return f"{label.rstrip()}…"
