"""The index over the periods, with its interval and its target."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from csat_lib.report import cells
from csat_lib.report.charts.canvas import ACCENT, BG, SMALL, SOFT, WARN, WIDTH, Size, exhibit, sheet, theme
from csat_lib.report.exhibits import Exhibit, guard, need, nothing
from csat_lib.report.language import joined, listed, translated
from csat_lib.report.page import Page

LEAST_SPAN = 8.0
LETTERS_A_PERIOD = 0.16  # width of a letter, in periods of a chart that has sixteen


def trend(
    page: Page,
    frame: pd.DataFrame,
    *,
    name: str = "trend",
    changes: pd.DataFrame | None = None,
    target: float | None = None,
    events: Mapping[str, Sequence[str]] | None = None,
    what: str = "satisfaction index",
    size: Size = "full",
) -> Exhibit:
    """One figure over up to sixteen periods: line, interval band, target, known events; the last point stands out.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    frame : DataFrame
        period, estimate, conf_low, conf_high, oldest first; n where groups may be small.
    name : str
        What the CSV is called.
    changes : DataFrame, optional
        From ``keyfigures.comparisons``: its verdict on the last step goes into the caption. The chart itself tests nothing, since overlap
        and invariance are not in its frame.
    target : float, optional
        Drawn as a dashed line.
    events : mapping of str to sequence of str, optional
        Label of a known event -> the periods that it covers: shaded, with a light label.
    what : str
        What the figure is.
    size : {"full", "half"}
        How much of the page's width it is drawn for.

    Raises
    ------
    ParamsError
        A column is missing.
    """
    need(frame, ["period", "estimate", "conf_low", "conf_high"], "A trend")
    kept = guard(page, frame)
    known = kept.dropna(subset=["estimate"]).tail(16).reset_index(drop=True)
    title = _capital(translated(what, page.language))
    if known.empty:
        return nothing(page, name, title)
    with theme():
        figure, axes = sheet(WIDTH[size], 236, left=34, right=48, top=14, bottom=26)
        _scale(axes, known, target)
        seen = _events(axes, known, events or {})
        _band(axes, known)
        _line(axes, known)
        if target is not None:
            _target(axes, page, known, target)
        axes.set_xticks(range(len(known)), [short_period(str(period)) for period in known["period"]])
        last = known.iloc[-1]
        label = (len(known) - 1, float(last["estimate"]))
        axes.annotate(cells.number(label[1]), label, (11, 0), textcoords="offset points", va="center_baseline", weight="bold")
        marked = page.say("trend_events", names=spans(page, seen)) if seen else ""
        alt = joined([_alternative(page, known, title, target), marked], page.language)
        return exhibit(page, kept, figure, name=name, alt=alt, caption=_caption(page, known, title, changes))


def spans(page: Page, events: Mapping[str, Sequence[str]]) -> str:
    """Events with their first and last period, in a row."""
    names = [
        page.say("event_span" if len(inside) > 1 else "event_one", event=event, first=inside[0], last=inside[-1])
        for event, inside in events.items()
    ]
    return listed(names, page.language)


def _scale(axes: Axes, frame: pd.DataFrame, target: float | None) -> None:
    values = frame[["estimate", "conf_low", "conf_high"]].to_numpy(dtype=float).ravel()
    values = values[~np.isnan(values)]
    ends = [*values, *([target] if target is not None else [])]
    low, high = min(ends), max(ends)
    room = max(LEAST_SPAN - (high - low), 0) / 2
    ticks = np.asarray(MaxNLocator(nbins=5, steps=[1, 2, 5, 10], min_n_ticks=4).tick_values(low - room, high + room))
    if low >= 0 and high <= 100:
        ticks = ticks[(ticks >= 0) & (ticks <= 100)]
    axes.set_ylim(ticks[0], ticks[-1])
    axes.set_yticks(ticks, [cells.number(tick, 0 if (ticks == ticks.round()).all() else 1) for tick in ticks])
    axes.set_xlim(-0.35, len(frame) - 1 + 0.12 * max(1, len(frame) / 8)) if len(frame) > 1 else axes.set_xlim(-1, 1)
    axes.grid(visible=True, axis="y")


def _events(axes: Axes, frame: pd.DataFrame, events: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Shade the events that the chart's periods know; their labels stand below the top edge, one line lower where they would touch."""
    periods = [str(each) for each in frame["period"]]
    seen = {name: [each for each in periods if each in inside] for name, inside in events.items()}
    seen = {name: inside for name, inside in seen.items() if inside}
    taken: list[float] = []
    for name, inside in sorted(seen.items(), key=lambda each: periods.index(each[1][0])):
        first, last = periods.index(inside[0]) - 0.5, periods.index(inside[-1]) + 0.5
        axes.axvspan(first, last, color=SOFT, alpha=0.1, linewidth=0, zorder=0)
        line = next((number for number, end in enumerate(taken) if first >= end), len(taken))
        taken[line : line + 1] = [first + LETTERS_A_PERIOD * len(frame) / 16 * (len(name.encode()) + 2)]
        axes.annotate(
            name,
            (first, 1),
            (3, -3 - 14 * line),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            va="top",
            color=SOFT,
            fontsize=SMALL,
        )
    return seen


def _band(axes: Axes, frame: pd.DataFrame) -> None:
    x = np.arange(len(frame))
    low, high = (frame[end].to_numpy(dtype=float) for end in ("conf_low", "conf_high"))
    if len(frame) > 1:
        axes.fill_between(x, low, high, color=ACCENT, alpha=0.14, linewidth=0)
    else:
        axes.vlines(x, low, high, color=ACCENT, alpha=0.4, linewidth=7)


def _line(axes: Axes, frame: pd.DataFrame) -> None:
    x, y = np.arange(len(frame)), frame["estimate"].to_numpy(dtype=float)
    sns.lineplot(x=x, y=y, ax=axes, color=ACCENT, linewidth=2.4, estimator=None, legend=False)
    sns.scatterplot(x=x[:-1], y=y[:-1], ax=axes, color=ACCENT, s=34, linewidth=0, legend=False, zorder=3)
    axes.plot(x[-1:], y[-1:], "o", markersize=11, color=ACCENT, markeredgecolor=BG, markeredgewidth=2, zorder=4)
    axes.set(xlabel="", ylabel="")


def _target(axes: Axes, page: Page, frame: pd.DataFrame, target: float) -> None:
    axes.axhline(target, color=WARN, linewidth=1.3, dashes=(5, 4), zorder=2)
    words = page.say("target", value=cells.shortest(target))
    first = frame.iloc[0][["estimate", "conf_low", "conf_high"]].to_numpy(dtype=float)
    bottom, top = axes.get_ylim()
    near = (first.max() - target) / (top - bottom)
    below = -0.02 < near < 0.16 and first.min() < target + 0.16 * (top - bottom)
    shift, side = (-6, "top") if below else (5, "baseline")
    left = axes.get_xlim()[0]
    axes.annotate(words, (left, target), (2, shift), textcoords="offset points", va=side, color=SOFT, fontsize=SMALL)


def short_period(period: str) -> str:
    """2024Q4 becomes 24Q4; a month 2026-09 becomes 26-09; a special survey keeps its name."""
    return period[2:] if re.fullmatch(r"\d{4}\D.*", period) else period.removeprefix("special-")


def _caption(page: Page, frame: pd.DataFrame, title: str, changes: pd.DataFrame | None) -> str:
    sentences = [page.say("trend_caption", what=title, confidence=page.percent)]
    if len(frame) == 1:
        return joined([*sentences, page.say("trend_first")], page.language)
    step = pd.DataFrame() if changes is None else changes[changes["period"].astype(str) == str(frame["period"].iloc[-2])]
    if len(step):
        last = step.iloc[0]
        margin = (float(last["conf_high"]) - float(last["conf_low"])) / 2
        key = {"real": "trend_real", "within noise": "trend_noise", "not comparable": "trend_unlike"}.get(str(last["verdict"]))
        if key:
            sentences.append(page.say(key, change=cells.signed(last["estimate"]), margin=cells.number(margin)))
    return joined(sentences, page.language)


def _alternative(page: Page, frame: pd.DataFrame, title: str, target: float | None) -> str:
    last = frame.iloc[-1]
    aim = "" if target is None else page.say("and_target", value=cells.shortest(target))
    key = "trend_alt" if len(frame) > 1 else "trend_alt_one"
    return page.say(
        key,
        what=title,
        periods=len(frame),
        confidence=page.percent,
        value=cells.number(last["estimate"]),
        period=last["period"],
        target=aim,
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
