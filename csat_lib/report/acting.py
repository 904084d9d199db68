"""Actions as a report shows them: overdue, verified, new, and proposed. The quarterly report heads with the first three."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from csat_lib.errors import ModelError, NotInStudyError
from csat_lib.improvement import Action, Verification, fieldwork_of, load_actions, propose, verify
from csat_lib.improvement import listed as register
from csat_lib.improvement import overdue as late
from csat_lib.index import dissatisfied_items
from csat_lib.report.improvement_words import PHRASES
from csat_lib.report.keyfigures import figures, outcome_trend
from csat_lib.report.page import Page
from csat_lib.study import Study
from csat_lib.survey import Survey
from csat_lib.tracking import misses, scorecard

LISTED = ["id", "label", "measure", "owner", "due", "status", "days_late"]


def overdue(page: Page, study: Study) -> pd.DataFrame:
    """The overdue actions at the end of the period, the latest first: id, label (what it answers), measure, owner, due, status, days_late.

    Parameters
    ----------
    page : Page
        The language.
    study : Study
        Its register.

    Raises
    ------
    NotInStudyError
        The study has no register of actions.
    """
    table = late(load_actions(study), as_of=study.period.end, language=page.language)
    return _named(page, table).assign(status="overdue")[LISTED]


def running(page: Page, study: Study) -> pd.DataFrame:
    """Every action opened by the end of the period, the newest first: columns as in ``overdue``, with opened and department.

    Parameters
    ----------
    page, study
        As in ``overdue``.
    """
    table = register(load_actions(study), as_of=study.period.end, language=page.language)
    named = _named(page, table).sort_values("opened", ascending=False, kind="stable", ignore_index=True)
    named["status"] = named["status"].where(named["days_late"] == 0, "overdue")
    return named[[*LISTED[:4], "department", "opened", *LISTED[4:]]]


def opened_now(page: Page, study: Study) -> pd.DataFrame:
    """The actions opened within the period, with owner and date: columns as in ``running``.

    Parameters
    ----------
    page, study
        As in ``overdue``.
    """
    table = running(page, study)
    return table[table["opened"] >= study.period.start.isoformat()].reset_index(drop=True)


def verified(study: Study, history: Mapping[str, Survey], *, when: str = "now") -> Verification:
    """What became of the actions that were due: those that this period's survey tests, or all that any wave has tested.

    Parameters
    ----------
    study : Study
        With its register.
    history : mapping of str to Survey
        From ``load_history``; the wave before an action began must be among them.
    when : {"now", "ever"}
        The study's own period only, or every one of ``history``.

    Raises
    ------
    NotInStudyError
        The study has no register, or no action was due before this wave.
    """
    actions = [each for each in load_actions(study) if each.opened <= study.period.end]
    structure = study.structure.first_stage() if study.structure else None
    dates = fieldwork_of(study, list(history))
    found = verify(actions, history, dates, structure=structure, confidence=study.parameters.confidence)
    if when == "now":
        kept = found.table["after"] == study.period.name
        ids = set(found.table.loc[kept, "id"])
        found = Verification(found.table[kept].reset_index(drop=True), found.cells[found.cells["id"].isin(ids)].reset_index(drop=True))
    if found.table.empty:
        raise NotInStudyError(f"{study.name} {study.period}: no action was due before this survey, so there is nothing to verify yet.")
    return found


def named_verification(page: Page, study: Study, found: Verification) -> pd.DataFrame:
    """The verification with measure, owner and note in words.

    Parameters
    ----------
    page, study
        As in ``overdue``.
    found : Verification
        From ``verified``.
    """
    by_id: dict[str, Action] = {each.id: each for each in load_actions(study)}
    table = found.table.assign(
        measure=[by_id[name].measure.say(page.language) for name in found.table["id"]],
        owner=[by_id[name].owner.say(page.language) for name in found.table["id"]],
        note=[_note(page, text) for text in found.table["note"]],
    )
    columns = ["id", "measure", "owner", "metric", "before", "after", "expected", "estimate", "conf_low", "conf_high", "detectable"]
    return table[[*columns, "placebo", "verdict", "note", "n"]]


def proposals(study: Study, survey: Survey, *, products: pd.DataFrame | None = None, language: str = "en") -> pd.DataFrame:
    """Proposed actions from the period's missed targets, dissatisfied items and priority products.

    Parameters
    ----------
    study, survey : Study, Survey
        Of the period.
    products : DataFrame, optional
        product, estimate (per cent of orders complained about), n: from the voice of the customer.
    language : {"en", "zh"}
        Of the targets' owners.

    Raises
    ------
    NotInStudyError
        There are neither targets nor graded items nor products.
    """
    settings = study.parameters
    graded = tuple(name for name in settings.grades if name in survey.responses and survey.responses[name].notna().any())
    answered = dissatisfied_items(survey, graded, confidence=settings.confidence) if graded else None
    missed = _missed(study, survey, language) if settings.targets else None
    if answered is None and missed is None and products is None:
        raise NotInStudyError(f"{study.name} has neither targets nor items on five grades, so nothing proposes an action.")
    try:
        actions: Sequence[Action] = load_actions(study)
    except NotInStudyError:
        actions = ()
    return propose(
        period=study.period.name,
        as_of=study.period.end,
        dissatisfied=answered,
        misses=missed,
        products=products,
        actions=actions,
    )


def named_proposals(page: Page, table: pd.DataFrame) -> pd.DataFrame:
    """Proposals by their labels: id, label, metric, estimate, owner, due, verdict, n."""
    shown = _named(page, table)
    answered = shown["verdict"].str.startswith("answered by")
    words = [
        page.say("answered_by", id=text.removeprefix("answered by ")) if held else text
        for text, held in zip(shown["verdict"], answered, strict=True)
    ]
    return shown.assign(verdict=words, metric=[page.say(f"proposal_{word}") for word in shown["metric"]])[
        ["id", "label", "metric", "estimate", "owner", "due", "verdict", "n"]
    ]


def answered_name(page: Page, kind: str, name: str, *, called: str = "") -> str:
    """What an action answers, in words: the label of an item or target; a complaint's category or a theme as it is called.

    Parameters
    ----------
    page : Page
        The language.
    kind, name, called : str
        As in the register.
    """
    label = called or page.targets[name].label.say(page.language) if kind == "target" and name in page.targets else page.label(name)
    return page.say(f"answers_{kind}", what=label)


def _named(page: Page, table: pd.DataFrame) -> pd.DataFrame:
    rows = table.to_dict("records")
    return table.assign(label=[answered_name(page, row["kind"], row["name"], called=row.get("called") or "") for row in rows])


def _note(page: Page, text: str) -> str:
    key = f"note_{text.split(':', maxsplit=1)[0].replace(' ', '_')}"
    if key not in PHRASES:
        return text
    numbers = [word for word in text.replace(",", "").split() if word.isdigit()]
    return page.say(key, **dict(zip(("n", "needed"), numbers, strict=False)))


def _missed(study: Study, survey: Survey, language: str) -> pd.DataFrame | None:
    """Targets that were missed, and those at risk; none where the model cannot be trusted."""
    try:
        known = figures(study, survey, outcome_trend(study, {study.period.name: survey}))
    except (ModelError, NotInStudyError):
        return None
    settings = study.parameters
    card = scorecard(known, settings.targets, language=language, confidence=settings.confidence)
    return misses(card, verdicts=("missed", "at risk"))
