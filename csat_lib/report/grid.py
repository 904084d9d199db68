"""A frame's columns as cells of a table, and the cells as HTML by pandas' own Styler."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Any, Literal

import pandas as pd
from pandas.io.formats.style import Styler

from csat_lib.report import cells
from csat_lib.report.disclosure import TOTALS, is_total
from csat_lib.report.language import heading, readable, translated
from csat_lib.report.page import Page
from csat_lib.report.reasons import reason

Row = Mapping[Any, Any]
Digits = int | Mapping[str, int] | None
By = str | Sequence[str] | None
NAMES = frozenset({"construct", "item", "cause", "effect", "driver", "metric", "attribute", "by", "on", "outcome", "other"})
UNBROKEN = frozenset({"id", "due", "opened", "date"})
READ_OUT = frozenset({"metric", "rule"})
TOLD = frozenset({"detail", "done", "source", "reason", "reasons"})
MODES = frozenset({"mode", "against"})
KEPT_VISIBLE = NAMES | {"segment", "period", "label", "code"}
PILLS = frozenset({"verdict", "status", "quadrant", "severity"})
COUNTS = frozenset(
    {"n", "n_effective", "count", "overlap", "lag", "rank", "rank_low", "rank_high", "code", "iterations", "draws", "classes"}
    | {"minimum", "dissatisfied", "very_dissatisfied", "invited", "reached", "complete", "refused"}
)
SIGNED = frozenset({"change", "delta", "difference", "mean_difference", "gap", "gain", "contribution", "previous", "year_before"})
SHARES = frozenset({"share", "answered", "missing", "blank", "dont_know", "not_answered"})
P_VALUES = frozenset({"p_value", "p", "p_adjusted"})
SILENT = frozenset({"suppressed", "small_base", "std_error"})
FIRST = ("estimate", "share", "importance", "n")


@dataclass(frozen=True, slots=True)
class Column:
    """One column as printed.

    Attributes
    ----------
    name, heading : str
        In the frame, and at its top.
    kind : {"row", "text", "num"}
        The row's own name; words at the left; numbers at the right.
    cells : list of str
        One per row, safe HTML.
    interval : str
        The column of the interval's lower end where the cells hold one; else empty.
    """

    name: str
    heading: str
    kind: Literal["row", "text", "num"]
    cells: list[str]
    interval: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the columns of one table have in common.

    Attributes
    ----------
    page : Page
        Labels and language.
    frame : DataFrame
        Protected, with a plain index.
    digits : int or mapping of str to int, optional
        Decimal places.
    by : str or sequence of str, optional
        The attribute whose codes stand in ``segment``.
    """

    page: Page
    frame: pd.DataFrame
    digits: Digits = None
    by: By = None

    def pair(self, name: str) -> tuple[str, str] | None:
        """The columns with the ends of a column's interval."""
        ends = ("conf_low", "conf_high") if name == "estimate" else (f"{name}_low", f"{name}_high")
        return ends if set(ends) <= set(self.frame.columns) else None

    def numeric(self, name: str) -> bool:
        """Whether a column holds numbers."""
        column = self.frame[name]
        return name in COUNTS or (pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column))

    def usual(self) -> list[str]:
        """The columns that are shown when nobody says which: not those that another takes in or that never change."""
        names = [str(name) for name in self.frame.columns]
        taken = {end for name in names for end in self.pair(name) or ()} | SILENT
        several = len(self.frame) > 1
        if "segment" in names and is_total(self.frame["segment"]).all():
            taken |= {"segment", "by"}
        elif "segment" in names and several:
            taken |= {name for name in ("construct", "item", "metric", "period") if name in names and self.frame[name].nunique() == 1}
        return [name for name in names if name not in taken]


def columns_of(sheet: Sheet, wanted: Mapping[str, str | None] | None) -> list[Column]:
    """The columns to print, in order; the first one with words names the rows."""
    page, frame = sheet.page, sheet.frame
    names = list(wanted) if wanted is not None else sheet.usual()
    records = frame.to_dict("records")
    flagged = "n" if "n" in names else next((name for name in FIRST if name in names), "")
    first = next((name for name in (*FIRST, *names) if name in names and name not in KEPT_VISIBLE), "")
    layout: list[Column] = []
    for name in names:
        show = _printer(sheet, name)
        kind: Literal["row", "text", "num"] = "num" if sheet.numeric(name) else "text"
        if kind == "text" and name not in PILLS and not any(each.kind == "row" for each in layout):
            kind = "row"
        printed = [
            show(row) if name in KEPT_VISIBLE or row.get("suppressed") is not True else _gone(page, name == first) for row in records
        ]
        if name == flagged:
            printed = [_flag(page, row, text) for row, text in zip(records, printed, strict=True)]
        title = (wanted or {}).get(name) or heading(name, page.language)
        layout.append(Column(name, title, kind, printed, (sheet.pair(name) or ("",))[0]))
    return layout


def markup(layout: list[Column], name: str, caption: str) -> str:
    """The columns as an HTML table with caption and scopes.

    Parameters
    ----------
    layout : list of Column
        From ``columns_of``.
    name : str
        Of the table.
    caption : str
        What it shows.
    """
    rows = next((each for each in layout if each.kind == "row"), layout[0])
    others = [each for each in layout if each is not rows]
    marks = ["num" if each.kind == "num" else "text" for each in others]
    body = pd.DataFrame(dict(enumerate(each.cells for each in others)), index=range(len(rows.cells)))
    styler = Styler(body, uuid=name, cell_ids=False).set_caption(escape(caption))
    styler = styler.set_td_classes(pd.DataFrame([marks] * len(body), index=body.index, columns=body.columns))
    styler = styler.format_index(rows.cells.__getitem__, axis="index")  # type: ignore[arg-type]
    styler = styler.format_index([escape(each.heading) for each in others].__getitem__, axis="columns")  # type: ignore[arg-type]
    html = re.sub(r"<style.*?</style>\s*", "", str(styler.to_html()), flags=re.DOTALL)
    html = html.replace(f'<table id="T_{name}">', "<table>")
    html = html.replace('<th class="blank level0" >&nbsp;</th>', f'<th scope="col">{escape(rows.heading)}</th>')
    html = re.sub(r'<th class="col_heading level0 col(\d+)" >', lambda hit: f'<th scope="col" class="{marks[int(hit[1])]}">', html)
    html = re.sub(r'<th class="row_heading level0 row\d+" >', '<th scope="row">', html)
    html = re.sub(r'<td class="data row\d+ col\d+ (\w+)" >', r'<td class="\1">', html)
    html = re.sub(r">\s*\n\s*<", "><", html.strip())
    return f'<div class="scroll" role="group" tabindex="0" aria-label="{escape(caption)}">{html}</div>'


def _printer(sheet: Sheet, name: str) -> Callable[[Row], str]:
    page = sheet.page
    if name in PILLS:
        return lambda row: cells.pill(row[name], page.language)
    if not sheet.numeric(name):
        return partial(_words, sheet, name)
    places, pair = _places_of(sheet, name), sheet.pair(name)
    column = pd.to_numeric(sheet.frame[name], errors="coerce")

    def show(value: object, row: Row) -> str:
        if (name in SHARES or name.endswith("_share")) and column.max() <= 1:
            return cells.percent(value, page.language, places(row))
        if name in P_VALUES:
            return cells.p_value(value)
        return cells.signed(value, places(row)) if name in SIGNED else cells.number(value, places(row))

    if pair is None:
        return lambda row: escape(show(row[name], row))
    low, high = pair
    return lambda row: _with_interval(page, show(row[name], row), show(row[low], row), show(row[high], row))


def _places_of(sheet: Sheet, name: str) -> Callable[[Row], int]:
    """Decimal places of a column's cells; where one column holds several key figures, each has its own."""
    told = sheet.digits if isinstance(sheet.digits, int) else (sheet.digits or {}).get(name)
    frame = sheet.frame
    if name == "estimate" and "metric" in frame.columns and frame["metric"].nunique() > 1:
        own = {metric: _metric_places(str(metric), part, told) for metric, part in frame.groupby("metric", dropna=False)[name]}
        return lambda row: own.get(row["metric"], 1)
    places = _places(name, frame[name], told)
    return lambda _: places


def _metric_places(metric: str, column: pd.Series, told: int | None) -> int:
    known = column.dropna()
    return 0 if len(known) and (known == known.round()).all() else _places(metric, column, told)


def _places(name: str, column: pd.Series, told: int | None) -> int:
    """None for counts, one for points and per cent, two for coefficients, three for p values and standard errors."""
    if name in COUNTS:
        return 0
    if name in SHARES or name.endswith("_share"):
        return max(told - 2, 0) if told is not None else 1
    if told is not None:
        return told
    if name in P_VALUES or name == "std_error":
        return 3
    known = pd.to_numeric(column, errors="coerce").abs()
    return 2 if known.notna().any() and known.max() <= 1.5 else 1


def _words(sheet: Sheet, name: str, row: Row) -> str:
    page, value = sheet.page, row[name]
    if value is None or (isinstance(value, float) and pd.isna(value)):
        return ""
    if isinstance(value, tuple | list):
        return escape(", ".join(map(str, value)))
    text = str(value)
    if name == "segment":
        own = row.get("by") or row.get("attribute") or (sheet.by if isinstance(sheet.by, str) else "")
        total = text.strip().casefold() in TOTALS
        return escape(page.say("all") if total else page.value(str(own), value) if own else translated(text, page.language))
    if name in TOLD:
        return escape(reason(translated(text, page.language), page.language))
    if name in MODES:
        text = page.mode(value)
    if name in NAMES or name in READ_OUT or name == "column":
        text = page.label(value)
    elif name == "period":
        return escape(text)
    if name in READ_OUT and text == str(value):
        text = readable(text)
    if name in UNBROKEN:
        text = text.replace("-", "\u2011")
    return escape(translated(text, page.language))


def _with_interval(page: Page, text: str, low: str, high: str) -> str:
    if cells.EMPTY in (text, low, high):
        return escape(text)
    return f"{escape(text)} <small>({escape(page.say('to', low=low, high=high))})</small>"


def _gone(page: Page, here: object) -> str:
    """What stands in a hidden cell: why in the first, a dash in the others."""
    text = page.say("suppressed", below=page.suppress_below) if here else cells.EMPTY
    return f'<span class="gone">{escape(text)}</span>'


def _flag(page: Page, row: Row, text: str) -> str:
    return f'<small class="flag">{escape(page.say("small_base"))}</small> {text}' if row.get("small_base") is True else text
