"""What a notebook's cell shows: HTML for people, and beside it the numbers that the batch collects."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from csat_lib.errors import ParamsError
from csat_lib.report.disclosure import protect
from csat_lib.report.language import say
from csat_lib.report.page import Page

TABLE = "application/vnd.csat.table+json"
METRICS = "application/vnd.csat.metrics+json"
EXHIBIT = "application/vnd.csat.exhibit+json"
SCRIPT = "application/vnd.csat.script+json"
TEMPLATE = Path(__file__).parent / "templates" / "csat"
STYLE_OPENS, STYLE_CLOSES = "<style data-csat>", "</style>"
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A table, figure, box or set of metrics that shows itself in a notebook.

    Attributes
    ----------
    kind : str
        figure, table, headline, answers, note or metrics.
    html : str
        The fragment for people; empty where there is nothing to see.
    text : str
        The same in a line, for terminals.
    name, csv : str
        The table that goes with it, at full precision; empty where there is none.
    metrics : mapping of str to float or None
        Key figures for ``metrics.json``.
    script : str
        Of our own, which the page runs once however many exhibits bring it; empty where the exhibit needs none.
    """

    kind: str
    html: str
    text: str
    name: str = ""
    csv: str = ""
    metrics: Mapping[str, float | None] = field(default_factory=dict)
    script: str = ""

    def _repr_mimebundle_(self, include: Collection[str] | None = None, exclude: Collection[str] | None = None) -> dict[str, Any]:
        del include, exclude
        bundle: dict[str, Any] = {"text/plain": self.text, EXHIBIT: {"kind": self.kind}}
        if self.html:
            bundle["text/html"] = f'<div class="csat">{STYLE_OPENS}{lab_style()}{STYLE_CLOSES}{self.html}</div>'
        if self.name:
            bundle[TABLE] = {"name": self.name, "csv": self.csv}
        if self.metrics:
            bundle[METRICS] = dict(self.metrics)
        if self.script:
            bundle[SCRIPT] = {"script": self.script}
        return bundle


@cache
def lab_style() -> str:
    """The style that an exhibit brings along where there is no page around it, in JupyterLab."""
    colours, rules = ((TEMPLATE / name).read_text(encoding="utf-8") for name in ("colours.css", "exhibits.css"))
    light, dark = (part.strip() for part in re.findall(r"(?s)/\* (?:light|dark) \*/(.*?)/\* end \*/", colours))
    lab = f":root{{{light}}}body[data-jp-theme-light=false]{{{dark}}}\n.csat{{color:var(--ink)}}\n{rules}"
    return re.sub(r"\s*\n\s*", "", re.sub(r"/\*.*?\*/", "", lab, flags=re.DOTALL))


def check_name(name: str) -> str:
    """``name`` if a file can be called so everywhere.

    Raises
    ------
    ParamsError
        It holds more than small letters, digits and underscores.
    """
    if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", name):
        raise ParamsError(f"name: {str(name)[:80]!r} cannot be a table's name: small letters, digits and _, a letter first.")
    return name


def guard(page: Page, frame: pd.DataFrame, *, base: str | None = "n") -> pd.DataFrame:
    """The frame as it may be shown: small groups blanked. Every exhibit with rows is made from what comes out here.

    Parameters
    ----------
    page : Page
        How small a group may be.
    frame : DataFrame
        Any long frame.
    base : str or None
        The column that counts the respondents a row rests on; None where no row describes a group of people.

    Raises
    ------
    ParamsError
        ``frame`` is not a DataFrame.
    """
    if not isinstance(frame, pd.DataFrame):
        raise ParamsError(f"Expected a DataFrame, got {type(frame).__name__}.")
    named = frame.rename(columns=str)
    if base is None:
        return named.reset_index(drop=True)
    return protect(named, below=page.suppress_below, base=base, flag_below=page.flag_below)


def need(frame: pd.DataFrame, columns: Collection[str], what: str) -> None:
    """ParamsError that names what ``frame`` lacks.

    Parameters
    ----------
    frame : DataFrame
        What was given.
    columns : collection of str
        What it must have.
    what : str
        Who needs them.

    Raises
    ------
    ParamsError
        A column is missing.
    """
    lacking = [name for name in columns if name not in frame.columns]
    if lacking:
        has = ", ".join(map(str, frame.columns))
        raise ParamsError(f"{what} needs the columns {', '.join(columns)}; {', '.join(lacking)} missing. There are: {has}.")


def to_csv(frame: pd.DataFrame) -> str:
    r"""The frame as CSV at full precision; no cell can be taken for a formula.

    >>> to_csv(pd.DataFrame({"item": ["=1+1"], "estimate": [-0.1]}))
    "item,estimate\n'=1+1,-0.1\n"
    """
    plain = frame.drop(columns=[name for name in ("small_base",) if name in frame.columns])
    if "suppressed" in plain.columns and not plain["suppressed"].any():
        plain = plain.drop(columns="suppressed")
    columns = {_harmless(str(name)): _column(plain[name], str(name)) for name in plain.columns}
    return str(pd.DataFrame(columns, index=plain.index).to_csv(index=False, lineterminator="\n"))


def _column(column: pd.Series, name: str) -> pd.Series:
    if name in {"n", "count", "base"} and pd.api.types.is_float_dtype(column):
        values = column.to_numpy(dtype=float)
        known = values[~np.isnan(values)]
        return column.astype("Int64") if (known == np.round(known)).all() else column
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        return column
    return column.astype(object).map(lambda value: _harmless(value) if isinstance(value, str) else value)


def _harmless(text: str) -> str:
    """``text`` as no formula, its line ends as newlines, which are quoted: a bare carriage return would end the row."""
    quoted = f"'{text}" if text.startswith(FORMULA) else text
    return quoted.replace("\r\n", "\n").replace("\r", "\n")


def csv_link(page: Page, name: str, what: str) -> str:
    """The link to the table beside a figure or table.

    Parameters
    ----------
    page : Page
        For the words.
    name : str
        What the CSV is called.
    what : str
        What its data are.
    """
    label = escape(page.say("data_of", what=what))
    return f'<a class="csv" href="tables/{name}.csv" aria-label="{label}">{page.say("csv")}</a>'


def nothing(page: Page, name: str, what: str) -> Exhibit:
    """What stands in the place of an exhibit without rows.

    Parameters
    ----------
    page : Page
        For the words.
    name, what : str
        What it would have been called and would have shown.
    """
    text = page.say("nothing", what=what)
    check_name(name)
    return Exhibit("note", box(page.language, text, "missing"), text)


def box(language: str, text: str, kind: str) -> str:
    """A one-line box.

    Parameters
    ----------
    language : str
        en or zh.
    text : str
        Plain text.
    kind : str
        A phrase, and a class of the style: note, withheld, warning, missing.
    """
    return f'<p class="box {kind}"><b>{escape(say(kind, language))}</b> {escape(text)}</p>'
