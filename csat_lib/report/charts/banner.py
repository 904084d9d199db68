"""A banner table for readers: items by segments side by side, with the letters of the columns that each is significantly higher than."""

from __future__ import annotations

from html import escape
from typing import NamedTuple

import numpy as np
import pandas as pd

from csat_lib.errors import ParamsError
from csat_lib.report import cells
from csat_lib.report.disclosure import protect
from csat_lib.report.exhibits import Exhibit, check_name, csv_link, need, nothing, to_csv
from csat_lib.report.grid import Row
from csat_lib.report.language import joined, translated
from csat_lib.report.page import Page

NEEDED = ("banner", "segment", "letter", "item", "metric", "estimate", "n", "letters", "correction", "alpha", "test")
MARGIN = ("banner", "item", "metric", "code")


class _Head(NamedTuple):
    """One column of figures."""

    banner: str
    segment: str
    letter: str


def banner(page: Page, frame: pd.DataFrame, *, metric: str, caption: str | None = None, name: str = "banner", digits: int = 1) -> Exhibit:
    """Items by segments side by side for one figure, with letters; small groups, and what would reveal them, are hidden with their letters.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    frame : DataFrame
        From ``index.banner``.
    metric : {"score", "top_2", "bottom_2", "distribution"}
        Which of its figures.
    caption : str, optional
        What the table shows; by default the words files' caption of that name.
    name : str
        What the CSV is called.
    digits : int
        Decimal places.

    Raises
    ------
    ParamsError
        A column is missing, nobody says what the table shows, or the frame has no such figure.
    """
    check_name(name)
    caption = page.caption(name) if caption is None else caption
    need(frame, NEEDED, "A banner table")
    own = frame[frame["metric"] == metric].reset_index(drop=True)
    if own.empty:
        raise ParamsError(f"The banner table has no {metric!r}. There are: {', '.join(map(str, frame['metric'].unique()))}.")
    about = own[["letters", "letter", "test", "correction", "alpha"]]
    by = [each for each in MARGIN if each in own.columns]
    kept = protect(own, below=page.suppress_below, by=by, flag_below=page.flag_below).drop(columns=list(about.columns)).join(about)
    hidden = kept["suppressed"].to_numpy(dtype=bool)
    if hidden.all():
        return nothing(page, name, caption)
    kept["letters"] = _without_hidden(kept, by)
    heads = [_Head(*(str(each) for each in row)) for row in own[["banner", "segment", "letter"]].drop_duplicates().itertuples(index=False)]
    html = (
        f'<div class="scroll" role="group" tabindex="0" aria-label="{escape(caption)}">{_table(page, kept, heads, caption, digits)}</div>'
    )
    return Exhibit("table", html + _foot(page, kept, name, caption), f"{caption}: {own['item'].nunique()} rows", name, to_csv(kept))


def _without_hidden(kept: pd.DataFrame, by: list[str]) -> list[str]:
    """Letters, less those of hidden columns; none in hidden cells."""
    margin = kept.groupby(by, dropna=False, sort=False).ngroup()
    gone = kept[kept["suppressed"]].groupby(margin)["letter"].agg(set).to_dict()
    long = (kept["letter"].str.len() > 1).groupby(margin).transform("any")  # AA is one column: blanks part the letters
    columns = zip(margin, kept["suppressed"], kept["letters"], long, strict=True)
    return [
        "" if hidden else _less(str(letters), gone.get(place, set()), " " if parted else "") for place, hidden, letters, parted in columns
    ]


def _less(letters: str, hidden: set[str], between: str) -> str:
    """``letters`` without ``hidden``."""
    return between.join(each for each in (letters.split() if between else letters) if each not in hidden)


def _table(page: Page, kept: pd.DataFrame, heads: list[_Head], caption: str, digits: int) -> str:
    with_code = "code" in kept.columns and bool(kept["code"].notna().any())
    place = {(row["item"], _code(row), row["banner"], row["segment"]): row for row in kept.to_dict("records")}
    lines = kept[["item", "code"]].drop_duplicates() if with_code else kept[["item"]].drop_duplicates()
    body = []
    for line in lines.to_dict("records"):
        label = page.label(line["item"]) + (f" · {line['code']:g}" if with_code else "")
        shown = "".join(_cell(page, place.get((line["item"], _code(line), head.banner, head.segment)), digits) for head in heads)
        body.append(f'<tr><th scope="row">{escape(label)}</th>{shown}</tr>')
    bases = "".join(f'<td class="num">{escape(_base(kept, head))}</td>' for head in heads)
    body.append(f'<tr><th scope="row">{escape(page.say("banner_base"))}</th>{bases}</tr>')
    return f"<table><caption>{escape(caption)}</caption><thead>{_heading(page, heads)}</thead><tbody>{''.join(body)}</tbody></table>"


def _code(row: Row) -> float | None:
    code = row.get("code")
    return float(code) if cells.is_number(code) else None  # type: ignore[arg-type]


def _heading(page: Page, heads: list[_Head]) -> str:
    """Two lines: the banners over their columns, then segments with letters."""
    above, below = "<td></td>", "<td></td>"
    for name in dict.fromkeys(head.banner for head in heads):
        own = [head for head in heads if head.banner == name]
        above += f'<th scope="colgroup" colspan="{len(own)}" class="num over">{escape(page.label(name) if name else "")}</th>'
        for head in own:
            label = page.value(name, head.segment) if name else page.say("all")
            below += f'<th scope="col" class="num">{escape(label)}{f" <b>{escape(head.letter)}</b>" if head.letter else ""}</th>'
    return f"<tr>{above}</tr><tr>{below}</tr>"


def _cell(page: Page, row: Row | None, digits: int) -> str:
    if row is None:
        return f'<td class="num">{cells.EMPTY}</td>'
    if row["suppressed"]:
        return f'<td class="num"><span class="gone">{escape(page.say("suppressed", below=page.suppress_below))}</span></td>'
    letters = f' <b class="up">{escape(str(row["letters"]))}</b>' if row["letters"] else ""
    small = f' <small class="flag">{escape(page.say("small_base"))}</small>' if row.get("small_base") is True else ""
    return f'<td class="num">{escape(cells.number(row["estimate"], digits))}{letters}{small}</td>'


def _base(kept: pd.DataFrame, head: _Head) -> str:
    """The bases of a column: one count, or the smallest and the largest of its rows."""
    own = kept[(kept["banner"] == head.banner) & (kept["segment"] == head.segment)]
    n = own["n"].astype(float).to_numpy()
    n = n[~np.isnan(n)]
    if not len(n):
        return cells.EMPTY
    return cells.whole(n[0]) if n.min() == n.max() else f"{cells.whole(n.min())}–{cells.whole(n.max())}"


def _foot(page: Page, kept: pd.DataFrame, name: str, caption: str) -> str:
    tested = kept[kept["banner"] != ""]
    parts = []
    if len(tested):
        row = tested.iloc[0]
        words = {
            "alpha": f"{row['alpha']:g}",
            "correction": page.say(f"correction_{row['correction']}"),
            "test": translated(str(row["test"]), page.language),
        }
        parts.append(page.say("banner_note", **words))
    if kept["suppressed"].any():
        parts.append(page.say("suppressed_note", below=page.suppress_below))
    if kept["small_base"].any():
        parts.append(page.say("flag_note", below=page.flag_below))
    return f'<p class="foot">{escape(joined(parts, page.language))} {csv_link(page, name, caption)}</p>'
