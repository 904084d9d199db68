"""The first screen of a report: how much, is it real, why, what to do, and how to read ± and "real"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import escape

import pandas as pd

from csat_lib.report import cells, sentences
from csat_lib.report.attempts import Attempt
from csat_lib.report.charts.waterfall import clear, step_label
from csat_lib.report.exhibits import Exhibit
from csat_lib.report.keyfigures import compared_with, outcome_name
from csat_lib.report.language import joined, listed, translated
from csat_lib.report.levels import Levels, board
from csat_lib.report.page import Page
from csat_lib.study import Study
from csat_lib.survey import Survey
from csat_lib.tracking import Decomposition

SMALLEST = 0.05
MOST = 2
US = "us"


def compared(page: Page, changes: pd.DataFrame, ranks: Attempt[pd.DataFrame] | None = None) -> pd.DataFrame:
    """The lines beside the headline: changes, the distance to the target in words, and the rank among competitors with its interval.

    Parameters
    ----------
    page : Page
        Language.
    changes : DataFrame
        From ``keyfigures.comparisons``.
    ranks : Attempt of DataFrame, optional
        Of ``tracked.ranks``; without competitors there is no such line.

    Returns
    -------
    DataFrame
        As ``changes``, with a column text: what stands in the place of number and verdict; empty where those do.
    """
    table = changes.assign(text="")
    short = table["period"] == ""
    table.loc[short, "text"] = [_distance(page, row["conf_low"], row["verdict"]) for row in table[short].to_dict("records")]
    if ranks is None or ranks.value is None:
        return table
    last = ranks.value[ranks.value["period"] == ranks.value["period"].iloc[-1]]
    own = last[last["unit"] == US]
    if own.empty or pd.isna(own["rank"].iloc[0]):
        return table
    row = own.iloc[0]
    text = page.say("rank_text", rank=_place(page, row["rank"]), low=_place(page, row["conf_low"]), high=_place(page, row["conf_high"]))
    label = page.say("rank_of", count=int(last["rank"].notna().sum()))
    line = pd.DataFrame([{"label": label, "period": "", "verdict": "", "text": text}])
    return pd.concat([table, line], ignore_index=True)


def said(
    page: Page,
    trend: pd.DataFrame,
    changes: pd.DataFrame,
    *,
    what: str,
    change: Attempt[Decomposition] | None = None,
    beside: Attempt[list[str]] | None = None,
    lever: Attempt[str] | None = None,
    actions: Attempt[list[str]] | None = None,
    also: Iterable[str] = (),
) -> list[str]:
    """The answers: how satisfied and whether that moved, why, what to do first, and how the actions stand.

    Parameters
    ----------
    page : Page
        Language and labels.
    trend, changes : DataFrame
        From ``keyfigures.outcome_trend`` and ``keyfigures.comparisons``.
    what : str
        The headline's construct or item.
    change : Attempt of Decomposition, optional
        Of ``tracked.change``; a refused part has no sentence here, its own section says why.
    beside, lever, actions : Attempt, optional
        What else moved (``also_moved``). Sentence of the first lever; sentences of the actions that are late.
    also : iterable of str
        Warnings that come first, such as too small a sample.
    """
    first = pd.concat([changes[changes["period"] != ""].head(1), changes[changes["period"] == ""]], ignore_index=True)
    told = [*also, *sentences.movement(page, trend, first, what=what)]
    if change is not None and change.value is not None:
        told.append(why(page, change.value))
    if beside is not None and beside.value:
        told += beside.value
    if lever is not None and lever.value:
        told.append(lever.value)
    if actions is not None and actions.value:
        told += actions.value
    return [each for each in told if each]


def also_moved(page: Page, study: Study, found: Levels) -> list[str]:
    """The figures beside the headline whose change since the last period is real, in a sentence; nothing where there are none.

    Parameters
    ----------
    page, study : Page, Study
        Labels; the headline and the period compared with.
    found : Levels
        From ``levels.levels``.
    """
    table = board(page, found)
    others = table[(table["label"] != page.label(outcome_name(study))) & (table["previous_verdict"] == "real")]
    names = [
        page.say("moved_to", name=row["label"], change=cells.signed(row["previous"]), value=cells.number(row["estimate"]))
        for row in others.to_dict("records")
    ]
    return [page.say("moved_too", before=compared_with(study), names=listed(names, page.language))] if names else []


def why(page: Page, change: Decomposition) -> str:
    """Which parts of a change are largest, and whether any is more than noise."""
    parts = change.terms[change.terms["part"].isin(["driver", "mix"])]
    large = parts[parts["estimate"].abs() >= SMALLEST]
    large = large.reindex(large["estimate"].abs().sort_values(ascending=False, kind="stable").index)
    real = [row for row in large.to_dict("records") if clear(row)]
    chosen = real or large.to_dict("records")
    if not chosen:
        return page.say("why_nothing")
    names = [
        page.say("why_part", name=step_label(page, row["part"], row["name"]), points=cells.signed(row["estimate"])) for row in chosen[:MOST]
    ]
    return page.say("why_real" if real else "why_unclear", names=listed(names, page.language))


def as_headlined(page: Page, study: Study, table: pd.DataFrame, trend: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """The board with the headline's own level, interval and changes in its row, so that a page says one number for one thing.

    Parameters
    ----------
    page, study : Page, Study
        Labels; the headline's name and the periods compared.
    table : DataFrame
        From ``levels.board``: item weights of the last fit throughout, where the headline has those of each period.
    trend, changes : DataFrame
        From ``keyfigures.outcome_trend`` and ``keyfigures.comparisons``.
    """
    table, last = table.copy(), trend.iloc[-1]
    here = table["label"] == page.label(outcome_name(study))
    for column in ("estimate", "conf_low", "conf_high"):
        table.loc[here, column] = last[column]
    against = {"previous": compared_with(study), "year_before": study.period.year_before()}
    for column, period in against.items():
        own = changes[(changes["period"] == period) & (period != "")]
        if len(own) and not (column == "year_before" and period == against["previous"]):
            word = "previous_verdict" if column == "previous" else "year_verdict"
            table.loc[here, [column, word]] = [own["estimate"].iloc[0], own["verdict"].iloc[0]]
    return table


def key(page: Page, *, half: float | None = None) -> Exhibit:
    """Two lines that say how to read ± and "real".

    Parameters
    ----------
    page : Page
        Language and confidence.
    half : float, optional
        Half the width of the headline's interval, for the example.
    """
    shown = cells.number(half) if cells.is_number(half) else "1.1"
    lines = [page.say("key_interval", half=shown, confidence=page.percent), page.say("key_real", confidence=page.percent)]
    html = "".join(f"<li><b>{escape(head)}</b> {escape(rest)}</li>" for head, _, rest in (line.partition("|") for line in lines))
    return Exhibit("note", f'<ul class="key">{html}</ul>', joined([line.replace("|", " ") for line in lines], page.language))


def remarks(page: Page, sentences_said: Iterable[str]) -> Exhibit:
    """Sentences in small type under a figure or table: what to know beside it.

    Parameters
    ----------
    page : Page
        Language.
    sentences_said : iterable of str
        Plain text; empty ones are left out.
    """
    text = joined([each for each in sentences_said if each], page.language)
    return Exhibit("note", f'<p class="remark">{escape(text)}</p>' if text else "", text)


def breaks(page: Page, changed: pd.DataFrame, history: Mapping[str, Survey]) -> list[str]:
    """Whether questionnaire, parameters, interview modes or panel broke the comparison with the last period.

    Parameters
    ----------
    page : Page
        Language and labels.
    changed : DataFrame
        From ``grounds.changed``.
    history : mapping of str to Survey
        The last one is this period's, the one before the one compared with.
    """
    if len(history) < 2:
        return []
    before, now = list(history)[-2:]
    names = listed([str(each) for each in changed["label"]], page.language)
    told = [page.say("breaks_some", before=before, names=names) if len(changed) else page.say("breaks_none", before=before)]
    modes = history[now].codebook.names("mode")
    if modes and all(modes[0] in history[each].attributes for each in (before, now)):
        shares = {each: _shares(page, history[each], modes[0]) for each in (before, now)}
        told.append(page.say("mode_mix", now=shares[now], before=before, then=shares[before]))
    return told


def taken_from(page: Page, survey: Survey) -> list[str]:
    """Which periods' answers a year or month without a file of its own is made of; nothing where it has one."""
    seen = survey.findings.table
    notes = seen[seen["rule"].isin(["pooled", "pooled_gap", "pooled_respondents"])].sort_values("rule", kind="stable")
    return [page.say(f"{row['rule']}_note", n=cells.whole(row["n"]), parts=_parts(row["detail"])) for row in notes.to_dict("records")]


def alerts(page: Page, card: pd.DataFrame, table: pd.DataFrame, *, before: str = "") -> list[str]:
    """What needs attention: targets missed, figures out of control, real changes; or that nothing does.

    Parameters
    ----------
    page : Page
        Language and labels.
    card : DataFrame
        From ``keyfigures.scorecard``.
    table : DataFrame
        From ``levels.board``.
    before : str
        The period compared with.
    """
    told = [
        page.say("alert_missed", name=page.label(row["metric"]), value=cells.number(row["estimate"]), target=cells.shortest(row["target"]))
        for row in card[card["verdict"] == "missed"].to_dict("records")
    ]
    told += [
        page.say("alert_signal", name=row["label"], value=cells.number(row["estimate"]))
        for row in table[table["control"] == "signal"].to_dict("records")
    ]
    told += [
        page.say("alert_moved", name=row["label"], change=cells.signed(row["previous"]), before=before)
        for row in table[table["previous_verdict"] == "real"].to_dict("records")
        if before
    ]
    return told or [page.say("alerts_none")]


def whose_complaints(page: Page, study: Study) -> list[str]:
    """That the complaints shown are those of another period than the page's; nothing where they are not."""
    return [] if study.period.name == page.period else [page.say("complaints_of", period=study.period.name, own=page.period)]


def _parts(detail: str) -> str:
    """The periods that the note of a pooled survey names, with their respondents, or the days that none of them covers."""
    return ", ".join(re.findall(r"\S+ \([\d,]+\)|\d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d", detail)).replace(" to ", " – ")


def _shares(page: Page, survey: Survey, mode: str) -> str:
    share = survey.attributes[mode].dropna().value_counts(normalize=True)
    return listed([f"{page.value(mode, code)} {cells.percent(part, page.language)}" for code, part in share.items()], page.language)


def _distance(page: Page, gap: object, verdict: object) -> str:
    word = translated(str(verdict), page.language)
    if not cells.is_number(gap):
        return word
    size = cells.number(abs(float(gap)))  # type: ignore[arg-type]
    return page.say("target_short" if float(gap) < 0 else "target_ahead", points=size, verdict=word)  # type: ignore[arg-type]


def _place(page: Page, rank: object) -> str:
    """A rank as it is said: 2nd, 第 2."""
    number = int(float(rank))  # type: ignore[arg-type]
    if page.language == "zh":
        return f"第 {number}"
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
