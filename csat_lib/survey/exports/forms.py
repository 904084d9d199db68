"""Exports with one header row of their own kind: Google Forms, LimeSurvey, and the long form."""

from __future__ import annotations

import re

import pandas as pd

from csat_lib.errors import DataError
from csat_lib.survey.exports.export import Row, Shaped, Sheet, checked_header, numbered, plain, trimmed
from csat_lib.survey.exports.platforms import squeezed

STAMPS = frozenset(
    {"timestamp", "时间戳记", "时间戳", "時間戳記", "zeitstempel", "horodateur", "marcatemporal", "タイムスタンプ", "타임스탬프"}
)
_LIME = ({"id", "submitdate", "lastpage", "startlanguage"}, {"responseid", "datesubmitted", "lastpage", "startlanguage"})
_LONG = (
    frozenset({"respondent", "respondentid", "id", "case", "caseid", "subject", "participant", "受访者", "编号", "序号"}),
    frozenset({"item", "question", "variable", "code", "题目", "题号", "指标"}),
    frozenset({"value", "answer", "response", "score", "rating", "答案", "得分", "回答"}),
)


def is_google(top: list[Row]) -> str:
    """By the first column's name in the form's language."""
    cells = [cell for cell in top[0] if cell.strip()]
    return f"the first column is {cells[0].strip()}" if len(cells) > 1 and squeezed(top[0][0]) in STAMPS else ""


def read_google(sheet: Sheet) -> Shaped:
    """Questions name the columns; a grid's are "Question [row]"."""
    texts = [plain(cell) for cell in trimmed(sheet.top(1)[0], sheet)]
    names, notes = numbered(texts)
    return Shaped(sheet.below(1, names), {name: text for name, text in zip(names, texts, strict=True) if text}, notes)


def is_limesurvey(top: list[Row]) -> str:
    """By the columns that every LimeSurvey export begins with."""
    codes = {_lime_code(cell) for cell in top[0]}
    return "id, submitdate, lastpage and startlanguage lead the columns" if any(lead <= codes for lead in _LIME) else ""


def _lime_code(cell: str) -> str:
    return squeezed(cell.split(". ", 1)[0])


def read_limesurvey(sheet: Sheet) -> Shaped:
    """Question codes name the columns; an empty submitdate is an incomplete response; answer codes A1.. become 1.."""
    header = [plain(cell) for cell in trimmed(sheet.top(1)[0], sheet)]
    both = _lime_code(header[0]) == "id" and ". " in header[0]
    parts = [cell.split(". ", 1) if both and ". " in cell else [cell, ""] for cell in header]
    names, notes = numbered([code for code, _ in parts])
    frame = sheet.below(1, names)
    dates = next(name for name in names if squeezed(name) in {"submitdate", "datesubmitted"})
    complete = (frame[dates].str.strip() != "").rename("complete")
    found = list(notes)
    if not complete.all():
        found.append(f"{int((~complete).sum())} incomplete ({dates} empty)")
    coded = [name for name in names if _answer_codes(frame[name])]
    if coded:
        frame = frame.assign(**{name: frame[name].str.strip().str.replace(r"^A0*(?=\d)", "", regex=True) for name in coded})
        found.append(f"{len(coded)} columns with answer codes A1, A2, ... read as 1, 2, ...")
    return Shaped(frame, {name: text for name, (_, text) in zip(names, parts, strict=True) if text}, tuple(found), complete)


def _answer_codes(column: pd.Series) -> bool:
    cells = [str(cell).strip() for cell in column.unique()]
    return any(cells) and all(re.fullmatch(r"A\d{1,3}|-oth-|", cell) for cell in cells)


def is_long(top: list[Row]) -> str:
    """By three columns called respondent, item and value (or what else these are called)."""
    cells = [squeezed(cell) for cell in top[0] if cell.strip()]
    known = len(cells) == 3 and all(cell in words for cell, words in zip(cells, _LONG, strict=True))
    return "the columns are respondent, item and value" if known else ""


def read_long(sheet: Sheet) -> Shaped:
    """One row per respondent, one column per item, both in the order of the file.

    Raises
    ------
    DataError
        Fewer than three columns, a row without respondent or item, or two different values for the same.
    """
    header = checked_header(trimmed(sheet.top(1)[0], sheet), sheet.name)
    if len(header) != 3:
        raise DataError(f"{sheet.name}: the long form has three columns (respondent, item, value), this file has {len(header)}.")
    long = sheet.below(1, header)
    respondent, item, value = header
    long = long.assign(**{name: long[name].str.strip() for name in (respondent, item)})
    nameless = (long[respondent] == "") | (long[item] == "")
    if nameless.any():
        raise DataError(f"{sheet.name}: row {long.index[nameless][0]} has no {respondent if not long[respondent].all() else item}.")
    if respondent in set(long[item]):
        raise DataError(f"{sheet.name}: an item is called {respondent!r} like the column of the respondents. Rename one of them.")
    single = long.drop_duplicates(header)
    again = single.duplicated([respondent, item], keep="first")
    if again.any():
        row = single.index[again][0]
        who, what = str(long.at[row, respondent]), str(long.at[row, item])
        raise DataError(f"{sheet.name}: row {row} gives respondent {who} another value for {what}. Keep one of them.")
    first = long.drop_duplicates(respondent)
    spread = single.set_index([respondent, item])[value].unstack(item)  # noqa: PD010  text is not aggregated
    wide = spread.reindex(index=first[respondent], columns=long[item].unique())
    frame = wide.fillna("").reset_index().set_axis([respondent, *map(str, wide.columns)], axis=1).set_axis(first.index, axis=0)
    repeated = len(long) - len(single)
    return Shaped(frame, notes=(f"{repeated} rows repeat another and count once",) if repeated else ())
