"""Who moves: transition probabilities between grades as a heat map of shares."""

from __future__ import annotations

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
from csat_lib.report.exhibits import Exhibit, guard, need, nothing
from csat_lib.report.language import joined, listed
from csat_lib.report.page import Page

CELL, TOP, BOTTOM = 46, 62, 14
DARKEST = 0.6


def transitions(page: Page, frame: pd.DataFrame, *, name: str = "transitions", item: str = "", size: Size = "full") -> Exhibit:
    """Where the customers of each grade are one wave later, in per cent of the grade; the outlined cells are those who stayed.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    frame : DataFrame
        grade (origin), to (destination), estimate (share), n (customers of the origin); conf_low and conf_high at will: the rows
        "probability" of ``tracking.transition_intervals``.
    name : str
        What the CSV is called.
    item : str
        The graded item, whose codebook names the grades.
    size : {"full", "half"}
        How much of the page's width it is drawn for.

    Raises
    ------
    ParamsError
        A column is missing.
    """
    need(frame, ["grade", "to", "estimate", "n"], "A chart of transitions")
    table = frame[frame["metric"] == "probability"] if "metric" in frame.columns else frame
    kept = _guarded(page, table)
    grades = [str(each) for each in dict.fromkeys(kept["grade"])]
    title = page.label(item) if item else page.say("transitions")
    if not grades or kept["estimate"].isna().all():
        return nothing(page, name, title)
    labels = {grade: grade_label(page, item, grade) for grade in grades}
    with theme():
        figure = _drawn(page, kept, labels, size)
        caption, alt = _said(page, kept, labels, title)
        return exhibit(page, kept, figure, name=name, alt=alt, caption=caption)


def hidden_grades(page: Page, table: pd.DataFrame) -> set[str]:
    """The grades from which too few customers started, and those hidden with them so that no difference gives them away.

    Parameters
    ----------
    page : Page
        How small a group may be.
    table : DataFrame
        grade, n (customers of the origin).
    """
    origins = table.drop_duplicates("grade")[["grade", "n"]].rename(columns={"grade": "segment"})
    seen = guard(page, origins)
    return set(seen.loc[seen["suppressed"], "segment"].astype(str))


def _guarded(page: Page, table: pd.DataFrame) -> pd.DataFrame:
    """The table with the numbers of hidden origins blanked."""
    hidden = table["grade"].astype(str).isin(hidden_grades(page, table)).reset_index(drop=True)
    kept = table.reset_index(drop=True)
    numbers = [name for name in ("estimate", "std_error", "conf_low", "conf_high", "n", "draws") if name in kept.columns]
    return kept.assign(**{name: kept[name].astype(float).mask(hidden) for name in numbers}, suppressed=hidden)


def grade_label(page: Page, item: str, grade: object) -> str:
    """What a grade is called in the codebook, its code where it is silent.

    Parameters
    ----------
    page : Page
        Language and codebook.
    item : str
        The graded item.
    grade : str
        Its code.
    """
    labels = page.codebook.items[item].labels if item in page.codebook.items else {}
    known = {f"{code:g}" if isinstance(code, int | float) else str(code): text for code, text in labels.items()}
    text = known.get(str(grade))
    return text.say(page.language) or str(grade) if text else str(grade)


def _drawn(page: Page, kept: pd.DataFrame, labels: dict[str, str], size: Size) -> Figure:
    grades, words = list(labels), list(labels.values())
    most = 0.3 * WIDTH[size]
    left, right = room_for(words, most), 86.0
    height = TOP + CELL * len(grades) + BOTTOM
    figure, axes = sheet(WIDTH[size], height, left=left, right=right, top=TOP, bottom=BOTTOM)
    axes.set_xlim(-0.5, len(grades) - 0.5)
    axes.set_ylim(len(grades) - 0.5, -0.5)
    axes.set_xticks([])
    axes.set_yticks([])
    for row in kept.to_dict("records"):
        _cell(axes, page, grades.index(str(row["to"])), grades.index(str(row["grade"])), row)
    for place in range(len(grades)):
        axes.add_patch(Rectangle((place - 0.47, place - 0.44), 0.94, 0.88, fill=False, edgecolor=SOFT, linewidth=1.3, zorder=3))
    column_of_labels(figure, axes, words, list(range(len(grades))), most=most)
    _margins(axes, page, kept, words, (WIDTH[size] - left - right) / len(grades))
    return figure


def _cell(axes: Axes, page: Page, x: int, y: int, row: dict[object, float]) -> None:
    share = float(row["estimate"])
    shade = DARKEST * share if np.isfinite(share) else 0.0
    edge = LINE if shade < 0.02 else "none"
    axes.add_patch(Rectangle((x - 0.47, y - 0.44), 0.94, 0.88, facecolor=ACCENT, alpha=max(shade, 0.02), linewidth=0, zorder=1))
    if edge != "none":
        axes.add_patch(Rectangle((x - 0.47, y - 0.44), 0.94, 0.88, fill=False, edgecolor=edge, linewidth=0.8, zorder=1))
    text = cells.percent(share, page.language) if np.isfinite(share) else cells.EMPTY
    low, high = row.get("conf_low", np.nan), row.get("conf_high", np.nan)
    both = np.isfinite(share) and cells.is_number(low) and cells.is_number(high) and high > low
    axes.text(x, y - (0.12 if both else 0), text, ha="center", va="center_baseline", weight="bold" if x == y else "normal", zorder=4)
    if both:
        ends = f"{cells.number(100 * low, 0)}–{cells.number(100 * high, 0)}"
        axes.text(x, y + 0.22, ends, ha="center", va="center_baseline", fontsize=11, color=SOFT, zorder=4)


def _margins(axes: Axes, page: Page, kept: pd.DataFrame, words: list[str], width: float) -> None:
    """Destinations above, the customers of each origin at the right."""
    for place, word in enumerate(words):
        for step, line in enumerate(reversed(lines_of(word, width - 6, SMALL))):
            axes.annotate(
                line,
                (place, -0.5),
                (0, 8 + 14 * step),
                textcoords="offset points",
                ha="center",
                va="baseline",
                fontsize=SMALL,
                color=SOFT,
                annotation_clip=False,
            )
    counted = kept.drop_duplicates("grade")
    for place, (count, hidden) in enumerate(zip(counted["n"], counted["suppressed"], strict=True)):
        text = page.say("suppressed", below=page.suppress_below) if hidden else f"n = {cells.whole(count)}"
        at_right(axes, place, text, 8, ha="left", color=SOFT)


def _said(page: Page, kept: pd.DataFrame, labels: dict[str, str], title: str) -> tuple[str, str]:
    shown = kept.dropna(subset=["estimate"])
    stay = shown[shown["grade"].astype(str) == shown["to"].astype(str)].sort_values("estimate", ascending=False, kind="stable")
    said = [page.say("transitions_caption", what=title)]
    words: dict[str, str] = {}
    if len(stay):
        first, last = stay.iloc[0], stay.iloc[-1]
        words = {"top": labels[str(first["grade"])], "high": cells.percent(first["estimate"], page.language)}
        words |= {"bottom": labels[str(last["grade"])], "low": cells.percent(last["estimate"], page.language)}
        said.append(page.say("transitions_stay", **words))
    hidden = [labels[str(grade)] for grade in dict.fromkeys(kept.loc[kept["suppressed"], "grade"])]
    if hidden:
        said.append(page.say("segments_hidden", below=page.suppress_below, names=listed(hidden, page.language)))
    alt = page.say("transitions_alt", what=title, count=len(labels), said=page.say("transitions_stay", **words) if words else "")
    return joined(said, page.language), alt
