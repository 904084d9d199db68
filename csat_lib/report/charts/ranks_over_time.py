"""Against whom: ranks over the periods, one line a unit, ours standing out."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from csat_lib.errors import ParamsError
from csat_lib.report import cells
from csat_lib.report.charts.canvas import ACCENT, BG, SOFT, WIDTH, Size, exhibit, room_for, sheet, theme
from csat_lib.report.charts.trend import short_period
from csat_lib.report.exhibits import Exhibit, guard, need, nothing
from csat_lib.report.language import joined
from csat_lib.report.page import Page

ROW = 40
US = "us"


def ranks_over_time(
    page: Page, frame: pd.DataFrame, *, name: str = "ranks", us: str = US, by: str = "competitor", what: str = "", size: Size = "full"
) -> Exhibit:
    """Ranks by period, 1 the best, with a line for every unit and the interval of our own rank.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    frame : DataFrame
        period, unit, rank; conf_low and conf_high of the rank at will: ``Benchmark.ranks`` of one metric, period by period.
    name : str
        What the CSV is called.
    us : str
        The unit that stands out.
    by : str
        The attribute whose codebook names the units.
    what : str
        What the ranks are of.
    size : {"full", "half"}
        How much of the page's width it is drawn for.

    Raises
    ------
    ParamsError
        A column is missing, or there are several metrics in the frame.
    """
    need(frame, ["period", "unit", "rank"], "A chart of ranks")
    if "metric" in frame.columns and frame["metric"].nunique() > 1:
        raise ParamsError(f"A chart of ranks shows one metric; the frame has {frame['metric'].nunique()}. Filter it first.")
    kept = guard(page, frame)
    rows = kept.dropna(subset=["rank"])
    if rows.empty:
        return nothing(page, name, page.say("ranks"))
    periods = [str(each) for each in dict.fromkeys(rows["period"])]
    units = {str(each): unit_label(page, by, str(each), us) for each in dict.fromkeys(rows["unit"])}
    with theme():
        most = room_for(list(units.values()), 0.3 * WIDTH[size])
        figure, axes = sheet(WIDTH[size], 34 + ROW * len(units), left=30, right=most + 8, top=14, bottom=26)
        axes.set_ylim(len(units) + 0.5, 0.5)
        axes.set_yticks(range(1, len(units) + 1))
        axes.set_xlim(-0.3, len(periods) - 0.85) if len(periods) > 1 else axes.set_xlim(-0.5, 0.5)
        axes.set_xticks(range(len(periods)), [short_period(each) for each in periods])
        for unit in sorted(units, key=lambda each: each == us):
            _line(axes, rows[rows["unit"].astype(str) == unit], periods, units[unit], unit == us)
        caption, alt = _said(page, rows, us, page.label(what) if what else page.say("ranks"))
        return exhibit(page, kept, figure, name=name, alt=alt, caption=caption)


def unit_label(page: Page, by: str, unit: str, us: str = US) -> str:
    """What a unit is called.

    Parameters
    ----------
    page : Page
        Language and codebook.
    by : str
        The attribute whose values name the units.
    unit, us : str
        Its code, and the code of our own.
    """
    return page.say("us") if unit == us else page.value(by, unit)


def _line(axes: Axes, own: pd.DataFrame, periods: list[str], label: str, ours: object) -> None:
    x = np.array([periods.index(str(each)) for each in own["period"]])
    y = own["rank"].to_numpy(dtype=float)
    colour, width = (ACCENT, 2.6) if ours else (SOFT, 1.4)
    if ours and {"conf_low", "conf_high"} <= set(own.columns):
        low, high = (own[each].to_numpy(dtype=float) for each in ("conf_low", "conf_high"))
        axes.vlines(x, low, high, color=ACCENT, alpha=0.22, linewidth=9, zorder=1)
    axes.plot(x, y, color=colour, linewidth=width, alpha=1.0 if ours else 0.75, zorder=3 if ours else 2)
    axes.plot(x, y, "o", markersize=9 if ours else 7, color=colour, markeredgecolor=BG, markeredgewidth=1.5, zorder=4 if ours else 3)
    last = (x[-1], y[-1])
    weight = "bold" if ours else "normal"
    axes.annotate(label, last, (12, 0), textcoords="offset points", va="center_baseline", weight=weight, annotation_clip=False)


def _said(page: Page, rows: pd.DataFrame, us: str, title: str) -> tuple[str, str]:
    own = rows[rows["unit"].astype(str) == us]
    seen = page.say("places_alt", what=title, count=rows["unit"].nunique(), periods=rows["period"].nunique())
    if own.empty:
        return seen, seen
    last = own.iloc[-1]
    words = {"what": title, "rank": cells.whole(last["rank"]), "count": rows["unit"].nunique(), "period": str(last["period"])}
    said = [page.say("places_caption", **words)]
    if "conf_low" in own.columns and cells.is_number(last["conf_low"]):
        ends = {"low": cells.whole(last["conf_low"]), "high": cells.whole(last["conf_high"]), "confidence": page.percent}
        said.append(page.say("ranks_sure", **ends) if last["conf_low"] == last["conf_high"] else page.say("ranks_between", **ends))
    return joined(said, page.language), joined([f"{seen}{page.say('stop')}", said[0]], page.language)
