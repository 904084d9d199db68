"""问卷星 (by text and by number) and 腾讯问卷."""

from __future__ import annotations

import re

import pandas as pd

from csat_lib.survey.exports.export import Row, Shaped, Sheet, numbered, plain, trimmed, without

WJX_LEAD = ("序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP")
TENCENT_TAIL = ("开始时间", "提交时间", "答题时长", "IP省份", "IP城市", "IP地址", "浏览器", "操作系统")
DURATIONS = {"所用时间", "答题时长"}
_SPREAD = re.compile(r"^第?(\d+)题?\s*[(\uff08](.+)[)\uff09]$")
_NUMBER = re.compile(r"^(?:Q?(\d+))(?:[、.．:：]|\s)\s*", re.IGNORECASE)
_SPAN = re.compile(r"^(?:(\d+)\s*(?:小时|时|h))?\s*(?:(\d+)\s*(?:分钟|分|min|m))?\s*(?:(\d+(?:\.\d+)?)\s*(?:秒|s))?$", re.IGNORECASE)
_CLOCK = re.compile(r"^(?:(\d+):)?(\d{1,2}):(\d{2})$")


def _is_wjx(top: list[Row]) -> bool:
    header = {cell.strip() for cell in top[0][:8]}
    return "序号" in header and len(header & set(WJX_LEAD)) >= 3


def is_wjx_number(top: list[Row]) -> str:
    """By the six leading columns, and multi-select questions spread over columns or -3 in a cell."""
    if not _is_wjx(top):
        return ""
    if any(_SPREAD.match(cell.strip()) for cell in top[0]):
        return "问卷星's leading columns, options spread over columns"
    asked = range(sum(cell.strip() in WJX_LEAD for cell in top[0]), len(top[0]))
    cells = [row[place].strip() for row in top[1:] for place in asked if place < len(row)]
    return "问卷星's leading columns, -3 for skipped" if {"-3", "-2"} & set(cells) else ""


def is_wjx_text(top: list[Row]) -> str:
    """By the six leading columns."""
    return "问卷星's leading columns" if _is_wjx(top) else ""


def read_wjx_text(sheet: Sheet) -> Shaped:
    """Options as written, several joined by ┋, a ranking by →, an open one in 〖〗; (跳过) is blank."""
    return _read_wjx(sheet, {"(跳过)": "skipped", "（跳过）": "skipped", "(空)": "empty", "（空）": "empty"})


def read_wjx_number(sheet: Sheet) -> Shaped:
    """Options as numbers, several spread over columns; -3 (skipped) and -2 (empty) are blank."""
    return _read_wjx(sheet, {"-3": "skipped", "-2": "empty"})


def _read_wjx(sheet: Sheet, marks: dict[str, str]) -> Shaped:
    header = [plain(cell) for cell in trimmed(sheet.top(1)[0], sheet)]
    names, notes = numbered(header)
    frame = sheet.below(1, names)
    asked = [name for name in names if name not in WJX_LEAD and name != "总分"]
    frame, blanked = without(frame, asked, marks)
    questions = {number[1]: text for name in asked if (number := _NUMBER.match(name)) and (text := _NUMBER.sub("", name))}
    labels = {name: _wjx_label(name, questions) for name in asked}
    return Shaped(in_seconds(frame), labels, (*notes, *blanked))


def _wjx_label(name: str, questions: dict[str, str]) -> str:
    spread = _SPREAD.match(name)
    if spread:
        return f"{questions.get(spread[1], f'第{spread[1]}题')} [{spread[2]}]"
    return _NUMBER.sub("", name) or name


def is_tencent(top: list[Row]) -> str:
    """By 答题序号 and the columns about the visit at the end."""
    header = {cell.strip() for cell in top[0]}
    return "答题序号 and 腾讯问卷's columns about the visit" if "答题序号" in header and len(header & set(TENCENT_TAIL)) >= 2 else ""


def read_tencent(sheet: Sheet) -> Shaped:
    """Questions name the columns as in the file; line breaks inside cells stay."""
    header = [plain(cell) for cell in trimmed(sheet.top(1)[0], sheet)]
    names, notes = numbered(header)
    about = {"答题序号", "来源", *TENCENT_TAIL}
    labels = {name: _NUMBER.sub("", name) or name for name in names if name not in about}
    return Shaped(in_seconds(sheet.below(1, names)), labels, notes)


def in_seconds(frame: pd.DataFrame) -> pd.DataFrame:
    """The time that an answer took as seconds: 360秒, 6分0秒 and 00:06:00 become 360."""
    spans = {name: frame[name].map(_seconds) for name in frame.columns if name in DURATIONS}
    return frame.assign(**spans) if spans else frame


def _seconds(cell: str) -> str:
    text = cell.strip()
    found = (_SPAN.match(text) or _CLOCK.match(text)) if text else None
    if not found or not any(found.groups()):
        return cell
    hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return f"{3600 * hours + 60 * minutes + seconds:g}"
