"""What moved over the whole span, whether the season did it and what stays unexplained, in computed sentences."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from csat_lib.report import cells
from csat_lib.report.charts.trend import spans as span_names
from csat_lib.report.followed import events
from csat_lib.report.language import listed
from csat_lib.report.page import Page
from csat_lib.report.tracking_reasons import tracked_reason
from csat_lib.study import Study
from csat_lib.tracking import Decomposition, Season, Waves, missing_count
from csat_lib.tracking.season import CANNOT

Spans = Mapping[str, tuple[str, ...]]
COMPARISONS = ("previous", "year_before")


def moves(page: Page, study: Study, moved: Waves) -> list[str]:
    """Every construct over the whole span: what is compared, as which families, what is real, and which known event it falls on.

    Parameters
    ----------
    page, study : Page, Study
        Language, labels, events.
    moved : Waves
        From ``followed.movements``.
    """
    periods = list(dict.fromkeys(moved.figures["period"].astype(str)))
    if len(periods) < 2:
        return [page.say("steps_alone")]
    span = {"first": periods[0], "last": periods[-1], "periods": len(periods)}
    said = [page.say("moves_what", figures=moved.figures["metric"].nunique(), **span)]
    said.append(page.say("moves_weights", period=page.period) if study.structure is not None else page.say("moves_no_model"))
    if study.structure is not None and study.parameters.pls.missing == "listwise":
        said.append(page.say("moves_sample"))
    said += [_family(page, study, moved, word, periods) for word in COMPARISONS]
    for before, after in itertools.pairwise(periods):
        if gone := missing_count(before, after):
            said.append(page.say("moves_gap", before=before, after=after, count=gone))
    return [*said, *_refused(page, moved)]


def season(page: Page, found: Season, spans: Spans, table: pd.DataFrame, *, what: str) -> list[str]:
    """Whether the time of the year matters to the headline and to the other figures, and which events are allowed for.

    Parameters
    ----------
    page : Page
        Language and labels.
    found : Season
        Of the headline.
    spans : mapping of str to tuple of str
        Events by label -> the periods they cover, from ``followed.events``.
    table : DataFrame
        From ``followed.seasons``.
    what : str
        The headline.
    """
    if found.effects.empty:
        return [page.say("season_unknown", reason=tracked_reason(found.verdict.removeprefix(f"{CANNOT}: "), page.language))]
    p = cells.p_value(found.p_value)
    ordered = found.effects.sort_values("estimate", ascending=False, kind="stable")
    ends = {"top": ordered["season"].iloc[0], "high": cells.signed(ordered["estimate"].iloc[0])}
    ends |= {"bottom": ordered["season"].iloc[-1], "low": cells.signed(ordered["estimate"].iloc[-1])}
    seen = found.verdict == "season"
    said = [page.say("season_seen", what=page.label(what), p=p, **ends) if seen else page.say("season_none", what=page.label(what), p=p)]
    said.append(page.say("season_events", names=span_names(page, spans)) if spans else page.say("season_no_events"))
    others = table[table["metric"] != what] if len(table) else table
    if len(others):
        level = 1 - page.confidence
        alone, kept = (_below(page, others, column, level) for column in ("p_value", "p_adjusted"))
        said.append(page.say("season_others", count=len(others), level=f"{level:.2g}", alone=alone, kept=kept))
    return said


def unexplained(page: Page, change: Decomposition) -> list[str]:
    """What the unexplained step of a waterfall is, how large, and how much of it is error in the answers."""
    row = change.parts.set_index("part").loc["unexplained"]
    ends = {"low": cells.signed(row["conf_low"]), "high": cells.signed(row["conf_high"]), "confidence": page.percent}
    words = {
        "value": cells.signed(row["estimate"]),
        "change": cells.signed(change.change["estimate"]),
        "what": page.label(change.construct),
    }
    said = [page.say("unexplained_means", **words, **ends), page.say("unexplained_is", what=page.label(change.construct))]
    clear = row["conf_low"] > 0 or row["conf_high"] < 0
    said.append(page.say("unexplained_real" if clear else "unexplained_chance"))
    if change.corrected is not None:
        plain = change.terms.loc[change.terms["part"] == "driver", "estimate"].sum()
        parts = {"plain": cells.signed(plain), "driven": cells.signed(change.corrected)}
        parts["rest"] = cells.signed(row["estimate"] + plain - change.corrected)
        said.append(page.say("unexplained_error" if parts["plain"] != parts["driven"] else "unexplained_no_error", **parts))
    return said


def _below(page: Page, table: pd.DataFrame, column: str, level: float) -> str:
    """The figures whose p-value is below a level, with it; a word where there is none."""
    names = [
        page.say("season_figure", what=page.label(row["metric"]), p=cells.p_value(row[column]))
        for row in table.to_dict("records")
        if row[column] < level
    ]
    return listed(names, page.language) if names else page.say("nobody")


def _family(page: Page, study: Study, moved: Waves, comparison: str, periods: list[str]) -> str:
    tested = moved.changes[(moved.changes["comparison"] == comparison) & moved.changes["p_adjusted"].notna()]
    if tested.empty:
        yearly = (moved.changes["comparison"] == "previous") & (moved.changes["against"].map(_year_after) == moved.changes["period"])
        return page.say("moves_no_step" if comparison == "previous" else "moves_yearly" if yearly.any() else "moves_no_year")
    rule = tracked_reason(str(tested["correction"].iloc[0]), page.language)
    real = tested[tested["verdict"] == "real"]
    if real.empty:
        least = tested.sort_values("p_adjusted", kind="stable").iloc[0]
        p = cells.p_value(least["p_adjusted"])
        return page.say(f"moves_{comparison}_none", rule=rule, p=p, name=_of(page, study, [least.to_dict()], periods))
    names = [_of(page, study, own.to_dict("records"), periods) for _, own in real.groupby("metric", sort=False)]
    return page.say(f"moves_{comparison}", rule=rule, names=("；" if page.language == "zh" else "; ").join(names))


def _year_after(period: object) -> str:
    """The name of the same period a year later; a special survey has none."""
    text = str(period)
    return f"{int(text[:4]) + 1}{text[4:]}" if text[:4].isdigit() else ""


def _of(page: Page, study: Study, rows: list[dict[Any, Any]], periods: list[str]) -> str:
    """The changes of one figure, each with the known events that begin or end between its two periods."""
    metric = str(rows[0]["metric"])
    spans = events(page, study, periods, of=metric)
    steps = []
    for row in rows:
        words = {"before": row["against"], "after": row["period"], "change": cells.signed(row["estimate"])}
        known = listed(list(_between(page, spans, str(row["against"]), str(row["period"]))), page.language)
        steps.append(page.say("moves_step_event", event=known, **words) if known else page.say("moves_step", **words))
    return page.say("moves_of", what=page.label(metric), steps=listed(steps, page.language))


def _between(page: Page, spans: Spans, before: str, after: str) -> Iterator[str]:
    for name, inside in spans.items():
        if after in inside and before not in inside:
            yield page.say("event_begins", event=name)
        elif before in inside and after not in inside:
            yield page.say("event_ends", event=name)


def _refused(page: Page, moved: Waves) -> list[str]:
    """What was not compared, and why, once for every reason."""
    refused = moved.changes[moved.changes["verdict"].astype(str).str.startswith("not comparable")]
    said: dict[str, list[str]] = {}
    for row in refused.to_dict("records"):
        why = tracked_reason(str(row["verdict"]).removeprefix("not comparable: "), page.language)
        names = said.setdefault(f"{row['against']} – {row['period']}: {why}", [])
        names.append(page.label(row["metric"]))
    return [page.say("moves_refused", names=f"{listed(list(dict.fromkeys(names)), page.language)}, {why}") for why, names in said.items()]
