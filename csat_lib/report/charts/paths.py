"""The path model as a diagram: constructs in causal order, arrows with their coefficients."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from csat_lib.errors import ParamsError, nearest
from csat_lib.report import cells
from csat_lib.report.charts.canvas import (
    ACCENT,
    BG,
    INK,
    LINE,
    SMALL,
    SOFT,
    TEXT,
    TINT,
    exhibit,
    lines_of,
    sheet,
    theme,
)
from csat_lib.report.charts.labels import Box
from csat_lib.report.charts.layers import BOX, Layout, layout
from csat_lib.report.exhibits import Exhibit, guard, need, nothing
from csat_lib.report.language import joined, listed
from csat_lib.report.page import Page
from csat_lib.study import Structure

WIDTH = 1060.0
PLATE = (46.0, 20.0)
Numbers = Mapping[str, float] | pd.Series | pd.DataFrame
Point = tuple[float, float]


def path_diagram(
    page: Page,
    fit_paths: pd.DataFrame,
    *,
    name: str = "paths",
    structure: Structure,
    scores: Numbers | None = None,
    r_squared: Numbers | None = None,
) -> Exhibit:
    """The structural model with its coefficients; arrows whose interval excludes zero are coloured, the others faint.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    fit_paths : DataFrame
        cause, effect, estimate; conf_low and conf_high where the paths were bootstrapped.
    name : str
        What the CSV is called.
    structure : Structure
        Constructs in causal order, and the outcome.
    scores, r_squared : Series, mapping or frame (construct, estimate), optional
        Printed in the boxes.

    Raises
    ------
    ParamsError
        A column is missing, or a path names a construct that the model does not have.
    """
    need(fit_paths, ["cause", "effect", "estimate"], "A path diagram")
    kept = guard(page, fit_paths)
    rows = kept.dropna(subset=["estimate"]).reset_index(drop=True)
    for construct in pd.concat([rows["cause"], rows["effect"]]).unique():
        if construct not in structure.names:
            raise ParamsError(f"No construct {construct!r} in the model.{nearest(str(construct), structure.names)}")
    if rows.empty:
        return nothing(page, name, page.say("paths_plain"))
    drawn = layout(structure.names, tuple(zip(rows["cause"], rows["effect"], strict=True)), structure.outcome, WIDTH)
    known = _known(rows)
    with theme():
        figure, axes = sheet(WIDTH, drawn.height, left=0, right=0, top=0, bottom=0)
        axes.set(xlim=(0, WIDTH), ylim=(0, drawn.height), xticks=[], yticks=[])
        _arrows(axes, rows, known, drawn)
        for construct in structure.names:
            under = _numbers_under(construct, scores, r_squared)
            label = structure.label(construct, page.language)
            _box(axes, drawn.centres[construct], label, under, "main" if construct == structure.outcome else "plain")
        caption, alt = _said(page, rows, known, structure)
        return exhibit(page, kept, figure, name=name, alt=alt, caption=caption, fit="wide")


def _known(rows: pd.DataFrame) -> list[bool] | None:
    """Which intervals exclude zero; None where there are no intervals."""
    if not {"conf_low", "conf_high"} <= set(rows.columns) or bool(rows["conf_low"].isna().all()):
        return None
    return [bool(low > 0 or high < 0) for low, high in zip(rows["conf_low"], rows["conf_high"], strict=True)]


def _arrows(axes: Axes, rows: pd.DataFrame, known: list[bool] | None, drawn: Layout) -> None:
    ends = [_ends(drawn, str(cause), str(effect)) for cause, effect in zip(rows["cause"], rows["effect"], strict=True)]
    plates = _plates(ends, drawn)
    for row, ((start, stop), middle) in enumerate(zip(ends, plates, strict=True)):
        value = float(rows["estimate"].iloc[row])
        clear = known is None or known[row]
        colour = SOFT if known is None else ACCENT if clear else SOFT
        width = 1.8 if known is None else 1.2 + 3.4 * min(abs(value), 1.0) if clear else 1.1
        arrow = FancyArrowPatch(
            start,
            stop,
            arrowstyle=f"-|>,head_length={4.5 + width:g},head_width={2.4 + 0.75 * width:g}",
            mutation_scale=1,
            shrinkA=0,
            shrinkB=0,
            linewidth=width,
            color=colour,
            alpha=1 if clear else 0.45,
            zorder=1 if not clear else 2,
            joinstyle="miter",
        )
        axes.add_patch(arrow)
        _coefficient(axes, middle, cells.signed(value, 2), "clear" if clear else "faint")


def _coefficient(axes: Axes, middle: Point, text: str, look: str) -> None:
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
    boxes: list[Box] = [(x - BOX[0] / 2 - 2, y - BOX[1] / 2 - 2, x + BOX[0] / 2 + 2, y + BOX[1] / 2 + 2) for x, y in drawn.centres.values()]
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


def _box(axes: Axes, centre: Point, label: str, under: str, kind: str) -> None:
    main = kind == "main"
    axes.add_patch(
        FancyBboxPatch(
            (centre[0] - BOX[0] / 2, centre[1] - BOX[1] / 2),
            *BOX,
            boxstyle="round,pad=0,rounding_size=9",
            facecolor=TINT,
            edgecolor=ACCENT if main else LINE,
            linewidth=2 if main else 1.2,
            zorder=5,
        )
    )
    lines = lines_of(label, BOX[0] - 14, TEXT, "bold")[:2]
    rows = [*lines, *([under] if under else [])]
    for step, text in enumerate(rows):
        y = centre[1] + ((len(rows) - 1) / 2 - step) * 17.5
        last = bool(under) and step == len(rows) - 1
        axes.text(
            centre[0],
            y,
            text,
            ha="center",
            va="center_baseline",
            zorder=6,
            fontsize=SMALL if last else TEXT,
            color=SOFT if last else INK,
            weight="normal" if last else "bold",
        )


def _numbers_under(construct: str, scores: Numbers | None, r_squared: Numbers | None) -> str:
    score, share = _lookup(scores, construct), _lookup(r_squared, construct)
    parts = [cells.number(score)] if score is not None else []
    parts += [f"R² {cells.number(share, 2)}"] if share is not None else []
    return " · ".join(parts)


def _lookup(numbers: Numbers | None, construct: str) -> float | None:
    if numbers is None:
        return None
    if isinstance(numbers, pd.DataFrame):
        need(numbers, ["construct", "estimate"], "Numbers in a path diagram")
        numbers = numbers.drop_duplicates("construct").set_index("construct")["estimate"]
    value = dict(numbers).get(construct)
    return float(value) if cells.is_number(value) else None  # type: ignore[arg-type]


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
