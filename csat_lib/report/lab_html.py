"""What the weights lab shows, as HTML in the page's colours: plain functions of the readings."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import pandas as pd

from csat_lib.report import cells
from csat_lib.report.exhibits import lab_style
from csat_lib.report.lab import TOP, Bench, Readings
from csat_lib.report.language import translated
from csat_lib.report.page import Page
from csat_lib.report.treefigures import set_label

MOST = 15
LEAST = 5e-5


def style_html() -> str:
    """The colours and rules that everything in the lab is drawn with."""
    return f"<style data-csat>{lab_style()}</style>"


def index_html(page: Page, found: Readings) -> str:
    """The index of the latest wave, large, with its interval; the change since the wave before."""
    last = found.index.iloc[-1]
    half = cells.half_width(last["estimate"], last["conf_low"], last["conf_high"], page.language)
    lines = [
        f'<p class="big">{escape(cells.number(last["estimate"], 2))}<span>{escape(half)}</span></p>',
        f'<p class="unit">{escape(page.say("lab_index"))}, {escape(str(last["period"]))}</p>',
    ]
    if found.change.empty:
        lines.append(f'<p class="unit">{escape(page.say("lab_one_wave"))}</p>')
    else:
        step = found.change.iloc[0]
        words = page.say("lab_change", before=found.index.iloc[-2]["period"], after=last["period"])
        ends = page.say("to", low=cells.signed(step["conf_low"], 2), high=cells.signed(step["conf_high"], 2))
        said = f"{cells.signed(step['estimate'], 2)} ({ends}), {translated(str(step['verdict']), page.language)}"
        lines.append(f'<ul class="deltas"><li><span>{escape(words)}</span><b>{escape(said)}</b></li></ul>')
    return f'<div class="csat">{"".join(lines)}</div>'


def ranks_html(page: Page, found: Readings, by: str) -> str:
    """Every group's index, rank, rank under the set in use, and the ranks that shaken weights give it; the stability in a line."""
    if found.ranks.empty:
        return f'<div class="csat"><p class="foot">{escape(page.say("lab_no_units"))}</p></div>'
    heads = ["lab_group", "lab_index", "lab_ranks", "lab_used", "lab_between"]
    titles = [*(page.say(each) for each in heads), page.say("lab_top", top=min(TOP, len(found.ranks)))]
    ordered = found.ranks.sort_values("rank", kind="stable")
    rows = [
        [
            page.value(by, row["unit"]) if by else str(row["unit"]),
            cells.number(row["estimate"]),
            cells.whole(row["rank"]),
            cells.whole(row["used_rank"]),
            page.say("to", low=cells.whole(row["rank_low"]), high=cells.whole(row["rank_high"])),
            cells.percent(row["top_share"], page.language),
        ]
        for row in ordered.to_dict("records")
    ]
    told = found.stability.set_index("metric")["estimate"]
    line = page.say(
        "lab_stability",
        shift=cells.number(told["mean_rank_shift"], 2),
        moved=cells.whole(told["moved"]),
        count=len(rows),
        rho=cells.number(told["spearman_equal"], 2),
    )
    return f'<div class="csat">{_table(titles, rows)}<p class="foot">{escape(line)}</p></div>'


def beside_html(page: Page, bench: Bench, here: Readings, there: Readings, *, nodes: pd.DataFrame, name: str) -> str:
    """Two sets side by side: index of every wave, the change, the ranks and the weights that differ, the largest difference first.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    bench : Bench
        For the labels.
    here, there : Readings
        The bench's and the other set's.
    nodes : DataFrame
        From ``Bench.beside``: first is the other set.
    name : str
        The other set's.
    """
    other = set_label(name, page.language)
    heads = ["", other, page.say("lab_here"), ""]
    rows = [
        [f"{page.say('lab_index')}, {one['period']}", *_three(float(two["estimate"]), float(one["estimate"]))]
        for one, two in zip(here.index.to_dict("records"), there.index.to_dict("records"), strict=True)
    ]
    if not here.change.empty:
        words = page.say("lab_change", before=here.index.iloc[-2]["period"], after=here.index.iloc[-1]["period"])
        steps = [float(each.change.iloc[0]["estimate"]) for each in (there, here)]
        rows.append([words, *(cells.signed(each, 2) for each in (*steps, steps[1] - steps[0]))])
    rows += _ranks_beside(page, bench.held.by, here, there)
    differing = nodes[nodes["difference"].abs() > LEAST].sort_values("difference", key=abs, ascending=False, kind="stable").head(MOST)
    listed = [
        [
            bench.tree.label(str(row["node"]), page.language),
            *(cells.number(row[each], 3) for each in ("first", "second")),
            cells.signed(row["difference"], 3),
        ]
        for row in differing.to_dict("records")
    ]
    second = (
        _table([page.say("lab_differences"), other, page.say("lab_here"), ""], listed)
        if listed
        else f"<p>{escape(page.say('lab_alike'))}</p>"
    )
    return f'<div class="csat">{_table(heads, rows)}{second}</div>'


def message_html(text: str, kind: str = "note") -> str:
    """A line in a box: what was saved, or why not."""
    return f'<div class="csat"><p class="box {escape(kind)}">{escape(text)}</p></div>'


def _ranks_beside(page: Page, by: str, here: Readings, there: Readings) -> list[list[str]]:
    """The groups whose ranks differ, the best first."""
    if here.ranks.empty:
        return []
    both = here.ranks[["unit", "rank"]].assign(other=there.ranks["rank"].to_numpy())
    moved = both[both["rank"] != both["other"]].sort_values("rank", kind="stable").head(MOST)
    return [
        [
            f"{page.say('lab_ranks')}, {page.value(by, row['unit']) if by else row['unit']}",
            cells.whole(row["other"]),
            cells.whole(row["rank"]),
            cells.signed(row["rank"] - row["other"], 0),
        ]
        for row in moved.to_dict("records")
    ]


def _three(first: float, second: float) -> list[str]:
    return [cells.number(first, 2), cells.number(second, 2), cells.signed(second - first, 2)]


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The first column names the row; the others are numbers at the right."""
    top = "".join(f'<th scope="col"{" class=num" if place else ""}>{escape(each)}</th>' for place, each in enumerate(heads))
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>' + "".join(f'<td class="num">{escape(each)}</td>' for each in row[1:]) + "</tr>"
        for row in rows
    )
    return f'<div class="scroll"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'
