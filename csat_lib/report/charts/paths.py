"""The path model as a diagram: constructs in causal order, arrows with their coefficients, or bare where there is no fit."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from csat_lib.errors import ParamsError, nearest
from csat_lib.report import cells
from csat_lib.report.charts.canvas import ACCENT, BG, INK, SOFT, TEXT, exhibit, sheet, theme
from csat_lib.report.charts.constructs import Numbers, draw_constructs
from csat_lib.report.charts.labels import Box
from csat_lib.report.charts.layers import BOX, PART, Layout, layout
from csat_lib.report.exhibits import Exhibit, guard, need, nothing
from csat_lib.report.language import joined, listed
from csat_lib.report.page import Page
from csat_lib.study import Structure, Text

WIDTH = 1060.0
PLATE = (46.0, 20.0)
UNFITTED = Text(en="The model: an arrow leads from each cause to its effect.", zh="模型结构：箭头由原因指向结果。")
UNFITTED_ALT = Text(en="Path diagram of {constructs} constructs and {paths} paths", zh="路径图：{constructs} 个变量，{paths} 条路径")
Point = tuple[float, float]
Look = Literal["clear", "faint"]


def path_diagram(
    page: Page,
    fit_paths: pd.DataFrame | None = None,
    *,
    name: str = "paths",
    structure: Structure,
    scores: Numbers | None = None,
    r_squared: Numbers | None = None,
) -> Exhibit:
    """The structural model with its coefficients; arrows whose interval excludes zero are coloured, the others faint.

    The parts of a higher-order construct are smaller boxes attached to it by dashed lines; no arrow ends at them.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    fit_paths : DataFrame, optional
        cause, effect, estimate; conf_low and conf_high where the paths were bootstrapped. None draws the model's own
        paths, without coefficients.
    name : str
        What the CSV is called.
    structure : Structure
        Constructs in causal order, and the outcome.
    scores, r_squared : Series, mapping or frame (construct, estimate), optional
        Printed in the boxes.

    Raises
    ------
    ParamsError
        A column is missing, or a path names a construct that the model does not have or that is a part of another.
    """
    if fit_paths is None:
        rows = kept = pd.DataFrame(list(structure.paths), columns=["cause", "effect"])
    else:
        need(fit_paths, ["cause", "effect", "estimate"], "A path diagram")
        kept = guard(page, fit_paths)
        rows = kept.dropna(subset=["estimate"]).reset_index(drop=True)
        _check_ends(rows, structure)
    if rows.empty:
        return nothing(page, name, page.say("paths_plain"))
    caption, alt = said_of_model(structure, page.language) if fit_paths is None else _said(page, rows, _known(rows), structure)
    with theme():
        figure = draw_paths(structure, rows, language=page.language, scores=scores, r_squared=r_squared)
        return exhibit(page, kept, figure, name=name, alt=alt, caption=caption, fit="wide")


def draw_paths(
    structure: Structure,
    rows: pd.DataFrame,
    *,
    language: str,
    scores: Numbers | None = None,
    r_squared: Numbers | None = None,
) -> Figure:
    """The figure itself; to be drawn and written under ``theme``.

    Parameters
    ----------
    structure : Structure
        Constructs in causal order, and the outcome.
    rows : DataFrame
        cause, effect; estimate, conf_low and conf_high where there are any.
    language : {"en", "zh"}
        Of the labels.
    scores, r_squared : Series, mapping or frame (construct, estimate), optional
        Printed in the boxes.
    """
    parts = tuple((whole, structure.construct(whole).of) for whole in structure.higher_order)
    paths = tuple(zip(rows["cause"].astype(str), rows["effect"].astype(str), strict=True))
    drawn = layout(_flow(structure), paths, structure.outcome, WIDTH, parts)
    figure, axes = sheet(WIDTH, drawn.height, left=0, right=0, top=0, bottom=0)
    axes.set(xlim=(0, WIDTH), ylim=(0, drawn.height), xticks=[], yticks=[])
    if "estimate" in rows.columns:
        _arrows(axes, rows, _known(rows), drawn)
    else:
        for cause, effect in paths:
            _arrow(axes, _ends(drawn, cause, effect), width=1.8, colour=SOFT, look="clear")
    draw_constructs(axes, structure, drawn, language=language, scores=scores, r_squared=r_squared)
    return figure


def said_of_model(structure: Structure, language: str) -> tuple[str, str]:
    """Caption and alternative text of a model without coefficients."""
    alt = UNFITTED_ALT.say(language).format(constructs=len(structure.names), paths=len(structure.paths))
    return UNFITTED.say(language), alt


def _flow(structure: Structure) -> tuple[str, ...]:
    """The constructs that arrows join: all but the parts of higher-order ones."""
    hidden = {part for whole in structure.higher_order for part in structure.construct(whole).of}
    return tuple(name for name in structure.names if name not in hidden)


def _check_ends(rows: pd.DataFrame, structure: Structure) -> None:
    flow = _flow(structure)
    for construct in pd.concat([rows["cause"], rows["effect"]]).unique():
        if construct not in structure.names:
            raise ParamsError(f"No construct {construct!r} in the model.{nearest(str(construct), structure.names)}")
        if construct not in flow:
            raise ParamsError(f"{construct} is a part of another construct and has no path. Pass structure=structure.first_stage().")


def _known(rows: pd.DataFrame) -> list[bool] | None:
    """Which intervals exclude zero; None where there are no intervals."""
    if not {"conf_low", "conf_high"} <= set(rows.columns) or bool(rows["conf_low"].isna().all()):
        return None
    return [bool(low > 0 or high < 0) for low, high in zip(rows["conf_low"], rows["conf_high"], strict=True)]


def _arrows(axes: Axes, rows: pd.DataFrame, known: list[bool] | None, drawn: Layout) -> None:
    ends = [_ends(drawn, str(cause), str(effect)) for cause, effect in zip(rows["cause"], rows["effect"], strict=True)]
    plates = _plates(ends, drawn)
    for row, (both, middle) in enumerate(zip(ends, plates, strict=True)):
        value = float(rows["estimate"].iloc[row])
        clear = known is None or known[row]
        look: Look = "clear" if clear else "faint"
        colour = SOFT if known is None else ACCENT if clear else SOFT
        width = 1.8 if known is None else 1.2 + 3.4 * min(abs(value), 1.0) if clear else 1.1
        _arrow(axes, both, width=width, colour=colour, look=look)
        _coefficient(axes, middle, cells.signed(value, 2), look)


def _arrow(axes: Axes, ends: tuple[Point, Point], *, width: float, colour: str, look: Look) -> None:
    arrow = FancyArrowPatch(
        *ends,
        arrowstyle=f"-|>,head_length={4.5 + width:g},head_width={2.4 + 0.75 * width:g}",
        mutation_scale=1,
        shrinkA=0,
        shrinkB=0,
        linewidth=width,
        color=colour,
        alpha=1 if look == "clear" else 0.45,
        zorder=2 if look == "clear" else 1,
        joinstyle="miter",
    )
    axes.add_patch(arrow)


def _coefficient(axes: Axes, middle: Point, text: str, look: Look) -> None:
    """A coefficient on a plate that hides the arrow behind it."""
    corner = (middle[0] - PLATE[0] / 2, middle[1] - PLATE[1] / 2)
    axes.add_patch(FancyBboxPatch(corner, *PLATE, boxstyle="round,pad=0,rounding_size=4", color=BG, linewidth=0, zorder=3))
    ink, weight = (INK, "bold") if look == "clear" else (SOFT, "normal")
    axes.text(*middle, text, ha="center", va="center_baseline", fontsize=TEXT, zorder=4, color=ink, weight=weight)


def _ends(drawn: Layout, cause: str, effect: str) -> tuple[Point, Point]:
    """From the edge of the cause's box to the edge of the effect's."""
    start, stop = np.array(drawn.centres[cause]), np.array(drawn.centres[effect])
    d = stop - start
    half = np.array([BOX[0] / 2 + 2, BOX[1] / 2 + 2])
    with np.errstate(divide="ignore"):
        t = float(np.min(np.where(d == 0, np.inf, half / np.abs(d))))
    first, last = start + t * d, stop - t * d
    return (float(first[0]), float(first[1])), (float(last[0]), float(last[1]))


def _plates(ends: list[tuple[Point, Point]], drawn: Layout) -> list[Point]:
    """Where each coefficient stands on its arrow: free of boxes, other arrows and other coefficients."""
    boxes: list[Box] = [
        (x - size[0] / 2 - 2, y - size[1] / 2 - 2, x + size[0] / 2 + 2, y + size[1] / 2 + 2)
        for places, size in ((drawn.centres, BOX), (drawn.parts, PART))
        for x, y in places.values()
    ]
    spots = np.array([0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.68, 0.26, 0.74, 0.2, 0.8])
    order = sorted(range(len(ends)), key=lambda one: np.hypot(*np.subtract(*ends[one])))
    placed: dict[int, Point] = {}
    for one in order:
        start, stop = (np.array(each) for each in ends[one])
        best, least = (0.0, 0.0), np.inf
        for spot in spots:
            x, y = (float(each) for each in start + spot * (stop - start))
            cost = 10 * abs(spot - 0.5) + 60 * sum(_inside((x, y), box) for box in boxes)
            cost += 40 * sum(abs(x - a) < PLATE[0] + 2 and abs(y - b) < PLATE[1] + 2 for a, b in placed.values())
            cost += 6 * sum(_near((x, y), other) for index, other in enumerate(ends) if index != one)
            if cost < least:
                best, least = (x, y), cost
        placed[one] = best
    return [placed[one] for one in range(len(ends))]


def _inside(point: Point, box: Box) -> bool:
    across, up = PLATE[0] / 2, PLATE[1] / 2
    return box[0] - across < point[0] < box[2] + across and box[1] - up < point[1] < box[3] + up


def _near(point: Point, arrow: tuple[Point, Point]) -> float:
    """How much an arrow gets in the way of a plate: 1 through its middle, 0 clear of it."""
    t = np.linspace(0, 1, 40)[:, None]
    line = np.array(arrow[0]) + t * (np.array(arrow[1]) - np.array(arrow[0]))
    away = np.abs(line - np.array(point)) / (np.array(PLATE) / 2 + 3)
    return float(np.clip(1.2 - away.max(axis=1).min(), 0, 1))


def _said(page: Page, rows: pd.DataFrame, known: list[bool] | None, structure: Structure) -> tuple[str, str]:
    labels = [
        (structure.label(a, page.language), structure.label(b, page.language)) for a, b in zip(rows["cause"], rows["effect"], strict=True)
    ]
    top = int(np.argmax(rows["estimate"].abs()))
    alt = page.say(
        "paths_alt",
        constructs=len(structure.names),
        paths=len(rows),
        cause=labels[top][0],
        effect=labels[top][1],
        value=cells.signed(rows["estimate"].iloc[top], 2),
    )
    if known is None:
        return page.say("paths_plain"), alt
    faint = [page.say("path", cause=a, effect=b) for (a, b), clear in zip(labels, known, strict=True) if not clear]
    said = [page.say("paths_coloured", confidence=page.percent, clear=sum(known), paths=len(rows))]
    said += [page.say("paths_faint", names=listed(faint, page.language))] if faint else []
    return joined(said, page.language), alt
