"""Tables, the headline, the answers and the notes of a report: the only module that rounds, with ``cells``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Literal

import numpy as np
import pandas as pd

from csat_lib.errors import ParamsError, nearest
from csat_lib.report import cells
from csat_lib.report.exhibits import Exhibit, box, check_name, csv_link, guard, need, nothing, to_csv
from csat_lib.report.grid import By, Column, Digits, Row, Sheet, columns_of, markup
from csat_lib.report.language import joined, translated
from csat_lib.report.page import Page

NOTES = ("note", "withheld", "warning", "missing")


def table(
    page: Page,
    frame: pd.DataFrame,
    *,
    name: str,
    caption: str | None = None,
    columns: Mapping[str, str | None] | Iterable[str] | None = None,
    digits: Digits = None,
    by: By = None,
    base: str | None = "n",
) -> Exhibit:
    """A long frame as a table, rounded for reading; the CSV beside it keeps full precision.

    Estimates take their interval into the same cell, names become labels, verdicts pills; groups that are too small
    are hidden.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    frame : DataFrame
        Any long frame.
    name : str
        What the CSV is called.
    caption : str, optional
        What the table shows; by default the words files' caption of that name, in the page's language.
    columns : mapping of str to str or None, or names, optional
        Columns in order, each with its heading (None: the usual one); by default all but standard errors.
    digits : int or mapping of str to int, optional
        Decimal places of the numbers as they are in the frame, for all columns or by column; by default one for points
        and two for coefficients. Shares are printed in per cent, so that three places give one.
    by : str or sequence of str, optional
        The attribute whose codes stand in ``segment``, where no column ``by`` says it.
    base : str or None
        The column that counts the respondents behind a row; None where ``n`` counts something else.

    Raises
    ------
    ParamsError
        A column is not in the frame, or nobody says what the table shows.
    """
    check_name(name)
    caption = page.caption(name) if caption is None else caption
    shown = guard(page, frame, base=base)
    wanted = dict(columns) if isinstance(columns, Mapping) else None if columns is None else dict.fromkeys(columns)
    need(shown, list(wanted or ()), f"The table {name}")
    if shown.empty:
        return nothing(page, name, caption)
    layout = columns_of(Sheet(page, shown, digits, by), wanted)
    foot = _foot(page, shown, layout, csv_link(page, name, caption))
    return Exhibit("table", markup(layout, name, caption) + foot, f"{caption}: {len(shown)} rows", name, to_csv(shown))


def scorecard(page: Page, frame: pd.DataFrame, *, name: str = "scorecard", caption: str | None = None) -> Exhibit:
    """Key figures against their targets.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    frame : DataFrame
        metric, label, estimate, conf_low, conf_high, unit, target, verdict; label, intervals, unit may be missing.
    name, caption : str
        What the CSV is called, and what the table shows.

    Raises
    ------
    ParamsError
        metric, estimate, target or verdict is missing.
    """
    need(frame, ["metric", "estimate", "target", "verdict"], "The scorecard")
    shown = guard(page, frame)
    caption = caption or page.say("scorecard", period=page.period)
    if shown.empty:
        return nothing(page, name, caption)
    records = shown.to_dict("records")
    layout = [
        Column("metric", page.say("key_figure"), "row", [escape(_figure_label(page, row)) for row in records]),
        Column("estimate", page.period, "num", [_figure(page, row) for row in records]),
        Column("target", page.say("target_heading"), "num", [_with_unit(page, row, row["target"]) for row in records]),
        Column("verdict", page.say("status"), "num", [cells.pill(row["verdict"], page.language) for row in records]),
    ]
    foot = f'<p class="foot">{csv_link(page, name, caption)}</p>'
    return Exhibit("table", markup(layout, check_name(name), caption) + foot, caption, name, to_csv(shown))


def headline(
    page: Page,
    *,
    estimate: float,
    conf_low: float,
    conf_high: float,
    n: int,
    of: int | None = None,
    trend: Exhibit | None = None,
    deltas: pd.DataFrame | None = None,
    what: str = "satisfaction index",
) -> Exhibit:
    """The first thing a reader sees: the index with its interval, what it is held against, and the trend.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    estimate, conf_low, conf_high : float
        Points, 0-100.
    n : int
        Respondents.
    of : int, optional
        All who took part, where the number rests on those who answered every question of the model.
    trend : Exhibit, optional
        From ``charts.trend``; it stands at the right and its data go along.
    deltas : DataFrame, optional
        label, estimate (points of change; NaN where the verdict says it all), and either verdict or conf_low and
        conf_high, from which "real" or "within noise" follows; text, where it is not empty, stands in their place.
    what : str
        What the number is.
    """
    small = n < page.suppress_below
    big = page.say("suppressed", below=page.suppress_below) if small else cells.number(estimate)
    half = "" if small else cells.half_width(estimate, conf_low, conf_high, page.language)
    words = page.say("index_unit", what=translated(what, page.language))
    told = page.say("respondents_of", n=cells.whole(n), all=cells.whole(of)) if of and of > n else page.say("respondents", n=cells.whole(n))
    count = "" if small else told
    rows = "" if deltas is None or small else "".join(_delta(page, row) for row in deltas.to_dict("records"))
    listed = f'<ul class="deltas">{rows}</ul>' if rows else ""
    card = (
        f'<div class="card"><p class="big">{escape(big)}<span>{escape(half)}</span></p>'
        f'<p class="unit">{escape(words)}<br>{escape(count)}</p>{listed}</div>'
    )
    figure = trend.html if trend is not None else ""
    html = f'<div class="hero{"" if figure else " alone"}">{card}{figure}</div>'
    text = f"{what}: {big} {half}"
    return Exhibit("headline", html, text, trend.name if trend else "", trend.csv if trend else "")


def answers(page: Page, sentences: Iterable[str]) -> Exhibit:
    """The report's answers in a box; the sentences are plain text."""
    said = [str(each) for each in sentences if str(each).strip()]
    if not said:
        return note(page, page.say("nothing", what=page.say("note")), kind="missing")
    items = "".join(f"<li>{escape(each)}</li>" for each in said)
    return Exhibit("answers", f'<ul class="answers">{items}</ul>', " ".join(said))


def note(page: Page, text: str, *, kind: Literal["note", "withheld", "warning", "missing"] = "note") -> Exhibit:
    """One line in a box: what is missing, withheld or to be known.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    text : str
        Plain text.
    kind : {"note", "withheld", "warning", "missing"}
        What sort of line it is.

    Raises
    ------
    ParamsError
        There is no such kind.
    """
    if kind not in NOTES:
        raise ParamsError(f"kind: {kind!r} is not a kind of note.{nearest(kind, NOTES)}")
    return Exhibit("note", box(page.language, text, kind), text)


def metrics(page: Page, figures: Mapping[str, float]) -> Exhibit:
    """Key figures for ``metrics.json``; nothing is shown.

    Raises
    ------
    ParamsError
        A figure is not a number.
    """
    del page
    plain: dict[str, float | None] = {}
    for name, value in figures.items():
        if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
            raise ParamsError(f"metrics: {name}: expected a number, got {value!r}.")
        exact = int(value) if isinstance(value, int | np.integer) else float(value)
        plain[str(name)] = exact if np.isfinite(exact) else None
    return Exhibit("metrics", "", f"{len(plain)} metrics", metrics=plain)


def _foot(page: Page, shown: pd.DataFrame, layout: list[Column], link: str) -> str:
    parts = [page.say("intervals_note", confidence=page.percent)] if any(each.interval for each in layout) else []
    if "suppressed" in shown.columns and shown["suppressed"].any():
        parts.append(page.say("suppressed_note", below=page.suppress_below))
    if "small_base" in shown.columns and shown["small_base"].any():
        parts.append(page.say("flag_note", below=page.flag_below))
    return f'<p class="foot">{escape(joined(parts, page.language))} {link}</p>'


def _figure_label(page: Page, row: Row) -> str:
    label = row.get("label")
    return label if isinstance(label, str) and label else page.label(row["metric"])


def _figure(page: Page, row: Row) -> str:
    if row.get("suppressed") is True:
        return f'<span class="gone">{escape(page.say("suppressed", below=page.suppress_below))}</span>'
    half = cells.half_width(row["estimate"], row.get("conf_low"), row.get("conf_high"), page.language)
    return f"{_with_unit(page, row, row['estimate'])} {escape(half)}".strip()


def _with_unit(page: Page, row: Row, value: object) -> str:
    unit = row.get("unit")
    text = cells.shortest(value)
    if not isinstance(unit, str) or not unit or text == cells.EMPTY:
        return text
    return escape(f"{text}{'' if page.language == 'zh' and unit == '%' else cells.NO_BREAK}{unit}")


def _delta(page: Page, row: Row) -> str:
    """One line of the headline: against what, by how much, and whether that is more than noise."""
    value, verdict, told = row.get("estimate"), row.get("verdict"), row.get("text")
    word = verdict if isinstance(verdict, str) else _real(row)
    if isinstance(told, str) and told:
        tone = {"good": "up", "bad": "down"}.get(cells.tone(word), "flat" if word else "")
        return f'<li><span>{escape(str(row.get("label", "")))}</span><b class="{tone}">{escape(told)}</b></li>'
    said = escape(translated(word, page.language))
    if not cells.is_number(value):
        shown, tone = said, {"good": "up", "bad": "down"}.get(cells.tone(word), "flat" if word == "at risk" else "")
    else:
        size, rise = cells.number(abs(float(value))), float(value) >= 0  # type: ignore[arg-type]
        word_of = page.say("up" if rise else "down")
        arrow = f'<span role="img" aria-label="{word_of}">{cells.ARROWS[0 if rise else 1]}</span> ' if size != "0.0" else ""
        shown = f"{arrow}{size} {said}"
        tone = "flat" if word != "real" else "up" if rise else "down"
    return f'<li><span>{escape(str(row.get("label", "")))}</span><b class="{tone}">{shown}</b></li>'


def _real(row: Row) -> str:
    low, high = row.get("conf_low"), row.get("conf_high")
    if not (cells.is_number(low) and cells.is_number(high)):
        return ""
    return "real" if float(low) > 0 or float(high) < 0 else "within noise"  # type: ignore[arg-type]
