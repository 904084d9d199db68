"""Exports with two or three header rows: Qualtrics and SurveyMonkey."""

from __future__ import annotations

import re

import pandas as pd

from csat_lib.survey.exports.export import Row, Shaped, Sheet, numbered, plain, trimmed, without

LEAD = frozenset(
    "startdate enddate status ipaddress progress duration(inseconds) finished recordeddate responseid recipientlastname recipientfirstname "  # noqa: SIM905
    "recipientemail externalreference externaldatareference locationlatitude locationlongitude distributionchannel userlanguage "
    "responseset name email".split()
)
PREVIEWS = {"1": "1", "2": "2", "survey preview": "Survey Preview", "survey test": "Survey Test", "预览": "预览"}
UNFINISHED = {"0", "false", "否"}
_COLLECTED = {"respondentid", "collectorid", "受访者id", "答卷人id", "收集器id", "datecreated", "datemodified", "ipaddress"}
_OPEN = {"", "response", "open-endedresponse", "回答", "答复", "开放式回答", "开放式答案"}


def squeezed(text: str) -> str:
    """A header without spaces, underscores and case."""
    return re.sub(r"[\s_]+", "", text).casefold()


def is_qualtrics(top: list[Row]) -> str:
    """By the import ids in the third row; in older exports by ResponseID beside ResponseSet."""
    if len(top) > 2 and sum('"ImportId"' in cell for cell in top[2]) >= max(1, len([each for each in top[2] if each]) // 2):
        return "import ids in the third row"
    lead = {squeezed(cell) for row in top[:2] for cell in row[:10]}
    return "ResponseID and ResponseSet lead the columns" if len(top) > 2 and {"responseid", "responseset"} <= lead else ""


def read_qualtrics(sheet: Sheet) -> Shaped:
    """Field ids name the columns, the second row labels them; previews and partial responses are marked."""
    top = sheet.top(3)
    deep = 3 if len(top) > 2 and any('"ImportId"' in cell for cell in top[2]) else 2
    ids, questions = trimmed(top[0], sheet), [plain(cell) for cell in top[1]]
    ids = [
        question if re.fullmatch(r"V\d+", name.strip()) and squeezed(question) in LEAD else name
        for name, question in zip(ids, questions, strict=False)
    ]
    names, notes = numbered(ids)
    frame = sheet.below(deep, names)
    asked = [name for name in names if squeezed(name) not in LEAD]
    frame, blanked = without(frame, asked, {"-99": "seen but unanswered"})
    complete, partial = _finished(frame)
    labels = {name: text for name, text in zip(names, questions, strict=False) if text}
    return Shaped(frame, labels, (*notes, *blanked, *partial), complete)


def _finished(frame: pd.DataFrame) -> tuple[pd.Series, tuple[str, ...]]:
    complete = pd.Series(data=True, index=frame.index, name="complete")
    notes = []
    status, finished = (next((name for name in frame.columns if squeezed(name) == word), None) for word in ("status", "finished"))
    if status is not None:
        preview = frame[status].str.strip().str.casefold().isin(list(PREVIEWS))
        complete &= ~preview
        if preview.any():
            notes.append(f"{int(preview.sum())} previews ({status} = {frame.loc[preview, status].iloc[0]})")
    if finished is not None:
        partial = frame[finished].str.strip().str.casefold().isin(UNFINISHED) & complete
        complete &= ~partial
        if partial.any():
            notes.append(f"{int(partial.sum())} partial ({finished} = {frame.loc[partial, finished].iloc[0]})")
    return complete, tuple(notes)


def is_surveymonkey(top: list[Row]) -> str:
    """By respondent and collector id, and a second row with Response or the options."""
    if len(top) < 2 or len({squeezed(cell) for cell in top[0][:9]} & _COLLECTED) < 2 or any(cell.strip() for cell in top[1][:2]):
        return ""
    return "respondent and collector id, then a second row of options"


def read_surveymonkey(sheet: Sheet) -> Shaped:
    """Questions name the columns ("question [option]" where there are options); HTML is taken off."""
    top = sheet.top(2)
    questions, options = trimmed([a or b for a, b in zip(*top, strict=True)], sheet), [plain(cell) for cell in top[1]]
    texts, current = [], ""
    for place in range(len(questions)):
        current = plain(top[0][place]) or current
        option = options[place]
        texts.append(current if squeezed(option) in _OPEN else f"{current} [{option}]")
    names, notes = numbered(texts)
    return Shaped(sheet.below(2, names), dict(zip(names, texts, strict=True)), notes)
