"""What a score earns: the payout as a staircase over the score, and where the true score lies with which probability."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from scipy import stats

from csat_lib.report import cells
from csat_lib.report.charts.canvas import ACCENT, INK, SOFT, WARN, WIDTH, Size, exhibit, sheet, theme
from csat_lib.report.exhibits import Exhibit, guard, need, nothing
from csat_lib.report.page import Page

HEIGHT, BELOW = 260, 8.0


def staircase(
    page: Page, frame: pd.DataFrame, *, name: str = "staircase", what: str, dealer: str, unit: str, size: Size = "full"
) -> Exhibit:
    """The steps of one scheme for one dealer, the density of the true score, and the expected payout.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    frame : DataFrame
        tier, lower, upper, payout, probability, score, std_error: from ``improvement.staircase``.
    name : str
        What the CSV is called.
    what, dealer, unit : str
        The scheme, whose it is, and the unit of the payout.
    size : {"full", "half"}
        How much of the page's width it is drawn for.

    Raises
    ------
    ParamsError
        A column is missing.
    """
    need(frame, ["tier", "lower", "upper", "payout", "probability", "score", "std_error"], "A staircase of payouts")
    kept = guard(page, frame, base=None)
    if kept.empty:
        return nothing(page, name, what)
    score, error = float(kept["score"].iloc[0]), float(kept["std_error"].iloc[0])
    expected = float(kept["payout"].to_numpy(dtype=float) @ kept["probability"].to_numpy(dtype=float))
    with theme():
        figure, axes = sheet(WIDTH[size], HEIGHT, left=52, right=24, top=22, bottom=46)
        low, high = _span(kept, score, error)
        top = float(kept["payout"].max()) or 1.0
        _steps(axes, kept, low, high)
        _density(axes, score, error, (low, high), top)
        axes.plot([score], [float(kept["payout"].to_numpy(dtype=float)[_here(kept, score)])], "o", markersize=9, color=ACCENT, zorder=4)
        axes.axhline(expected, color=WARN, linewidth=1.3, dashes=(5, 4), zorder=2)
        axes.annotate(
            page.say("expected_line", value=cells.number(expected)), (low, expected), (4, 5), textcoords="offset points", color=SOFT
        )
        axes.set_xlim(low, high)
        axes.set_ylim(0, 1.14 * top)
        axes.set(xlabel=page.say("score_axis"), ylabel="")
        axes.set_title(unit, loc="left", fontsize=12, color=SOFT, pad=6)
        axes.grid(visible=True, axis="y")
        return exhibit(page, kept, figure, name=name, **_said(page, kept, expected, {"what": what, "dealer": dealer, "unit": unit}))


def _span(kept: pd.DataFrame, score: float, error: float) -> tuple[float, float]:
    """From a little below the lowest bound that pays, or the score's own reach, to the end of the scale."""
    bounds = kept.loc[np.isfinite(kept["lower"]) & (kept["payout"] > 0), "lower"]
    low = min(float(bounds.min()) if len(bounds) else score, score - 4 * error) - BELOW
    tops = kept.loc[np.isfinite(kept["upper"]), "upper"]
    return max(low, 0.0), max(float(tops.max()) if len(tops) else score, score + 4 * error)


def _here(kept: pd.DataFrame, score: float) -> int:
    """The place of the tier that the score lies in: the best whose lower bound it reaches."""
    return int(np.flatnonzero((kept["lower"] <= round(score, 9)).to_numpy())[0])


def _steps(axes: Axes, kept: pd.DataFrame, low: float, high: float) -> None:
    ordered = kept.sort_values("lower", kind="stable")
    ends = [(max(float(row["lower"]), low), min(float(row["upper"]), high), float(row["payout"])) for row in ordered.to_dict("records")]
    shown = [each for each in ends if each[1] > each[0]]
    for start, end, paid in shown:
        axes.hlines(paid, start, end, color=ACCENT, linewidth=2.6, zorder=3)
    for (_, end, paid), (_, _, after) in pairwise(shown):
        axes.vlines(end, paid, after, color=ACCENT, linewidth=1.0, alpha=0.5, zorder=2)
    for start, _, paid in shown:
        if paid > 0:
            axes.annotate(cells.number(paid), (start, paid), (3, 5), textcoords="offset points", fontsize=12, color=INK)


def _density(axes: Axes, score: float, error: float, span: tuple[float, float], top: float) -> None:
    """The normal density of the true score, as high as 45 % of the chart."""
    if not error > 0:
        return
    x = np.linspace(*span, 400)
    y = stats.norm.pdf(x, score, error)
    axes.fill_between(x, 0.45 * top * y / y.max(), color=ACCENT, alpha=0.16, linewidth=0, zorder=1)


def _said(page: Page, kept: pd.DataFrame, expected: float, words: dict[str, str]) -> dict[str, str]:
    score, error = float(kept["score"].iloc[0]), float(kept["std_error"].iloc[0])
    row = kept.iloc[_here(kept, score)]
    better = kept[kept["tier"] < row["tier"]]
    parts = {**words, "score": cells.number(score), "error": cells.number(error)}
    parts |= {"payout": cells.number(row["payout"]), "expected": cells.number(expected)}
    caption = page.say("staircase_caption", **parts)
    if len(better):
        chance = cells.percent(better["probability"].sum(), page.language)
        gap = "" if page.language == "zh" else " "
        caption += gap + page.say("staircase_better", chance=chance, bound=cells.shortest(better["lower"].iloc[-1]))
    return {"alt": page.say("staircase_alt", **parts), "caption": caption}
