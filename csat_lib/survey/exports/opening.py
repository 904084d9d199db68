"""A file is opened by what it holds, and its layout recognised by what stands in its first rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from csat_lib.errors import DataError, ParamsError, pick
from csat_lib.survey.exports import chinese, forms, platforms
from csat_lib.survey.exports.binary import read_parquet, read_spss
from csat_lib.survey.exports.export import Export, Row, Shaped, Sheet, checked_header, trimmed
from csat_lib.survey.exports.text import read_text
from csat_lib.survey.exports.workbook import plain_table, read_workbook


@dataclass(frozen=True, slots=True)
class Layout:
    """One program's way of writing answers: what it is, how it is recognised (the reason, or nothing), how it is read."""

    title: str
    recognise: Callable[[list[Row]], str]
    read: Callable[[Sheet], Shaped]


def _never(_: list[Row]) -> str:
    return ""


def _separated(sheet: Sheet) -> Shaped:
    """One header row; names must differ."""
    return Shaped(sheet.below(1, checked_header(trimmed(sheet.top(1)[0], sheet), sheet.name)))


LAYOUTS = {
    "csv": Layout("separated text with one header row", _never, _separated),
    "excel": Layout("a workbook's sheet", _never, plain_table),
    "parquet": Layout("Apache Parquet", _never, _separated),
    "spss": Layout("SPSS .sav or .zsav", _never, _separated),
    "qualtrics": Layout("Qualtrics, three header rows or two", platforms.is_qualtrics, platforms.read_qualtrics),
    "surveymonkey": Layout("SurveyMonkey, two header rows", platforms.is_surveymonkey, platforms.read_surveymonkey),
    "google_forms": Layout("Google Forms", forms.is_google, forms.read_google),
    "limesurvey": Layout("LimeSurvey", forms.is_limesurvey, forms.read_limesurvey),
    "wjx_number": Layout("问卷星 by number", chinese.is_wjx_number, chinese.read_wjx_number),
    "wjx_text": Layout("问卷星 by text", chinese.is_wjx_text, chinese.read_wjx_text),
    "tencent": Layout("腾讯问卷", chinese.is_tencent, chinese.read_tencent),
    "long": Layout("respondent, item, value", forms.is_long, forms.read_long),
}
CONTAINERS = ("csv", "excel", "parquet", "spss")
_MAGIC = {b"PK\x03\x04": "excel", b"PAR1": "parquet", b"$FL2": "spss", b"$FL3": "spss"}
_SUFFIXES = {
    **dict.fromkeys((".csv", ".txt", ".tsv"), "csv"),
    **dict.fromkeys((".xlsx", ".xlsm", ".xls"), "excel"),
    **dict.fromkeys((".sav", ".zsav"), "spss"),
    ".parquet": "parquet",
}
_CALLED = {"csv": "text", "excel": "a workbook", "parquet": "a Parquet file", "spss": "an SPSS file"}
_STRANGE = {
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls). Open it and save it as .xlsx",
    b"%PDF": "a PDF. Export the answers as CSV or .xlsx",
    b"\x1f\x8b": "compressed (gzip). Unpack it first",
}


def read_export(path: str | Path, *, layout: str = "auto", encoding: str = "auto", sheet: str | None = None) -> Export:
    """One row per respondent from a file; layout and encoding are recognised, or named by the caller.

    A byte order mark goes first, then UTF-8; other text is GB18030, or cp1252 where the accented letters stand in Latin words.

    Parameters
    ----------
    path : path
        The file as a survey program wrote it.
    layout : str
        One of ``LAYOUTS``; "auto" recognises it.
    encoding : str
        As Python calls it; "auto" recognises it.
    sheet : str, optional
        Of a workbook; by default the first.

    Raises
    ------
    DataError
        Missing, empty, header-only, damaged or misnamed file; a ragged row; a repeated column. The message names row or column.
    ParamsError
        An unknown layout, encoding or sheet.
    """
    path = Path(path)
    if not path.is_file():
        raise DataError(f"{path}: no such file.")
    if path.stat().st_size == 0:
        raise DataError(f"{path.name}: the file is empty (0 bytes).")
    if layout != "auto":
        pick(LAYOUTS, layout, "layout")
    container = _container(path, layout)
    why = f"named {layout}" if layout != "auto" else f"the content is {_CALLED[container]}"
    if sheet is not None and container != "excel":
        raise ParamsError(f"{path.name}: sheet={sheet!r} was named, but the content is {_CALLED[container]}.")
    if container == "parquet":
        return read_parquet(path, why)
    if container == "spss":
        return read_spss(path, why, encoding)
    cells = read_workbook(path, sheet) if container == "excel" else read_text(path, encoding)
    return _shaped(cells, layout, why)


def _shaped(sheet: Sheet, layout: str, why: str) -> Export:
    chosen, top = layout, sheet.top(30)
    if not top:
        raise DataError(f"{sheet.name}: the first {min(len(sheet.cells), 70)} rows are blank. Delete blank rows above the header.")
    if layout == "auto":
        reasons = ((name, each.recognise(top)) for name, each in LAYOUTS.items())
        chosen, why = next(((name, reason) for name, reason in reasons if reason), (sheet.container, why))
    try:
        shaped = LAYOUTS[chosen].read(sheet)
    except (StopIteration, IndexError, ValueError):
        raise DataError(f"{sheet.name}: not the header rows of the layout {chosen}. Leave the layout to be recognised.") from None
    notes = (*sheet.notes, *shaped.notes)
    if chosen == layout and chosen not in CONTAINERS and not LAYOUTS[chosen].recognise(top):
        notes = (*notes, f"the first rows do not look like {chosen}; it was read so because it was named")
    return Export(shaped.frame, shaped.labels, chosen, sheet.encoding, why, notes, shaped.complete, sheet=sheet.sheet)


def _container(path: Path, layout: str) -> str:
    """What kind of file it is, by its first bytes; a name that says another kind is refused unless the layout was named."""
    with path.open("rb") as file:
        start = file.read(4)
    found = next((kind for mark, kind in _MAGIC.items() if start.startswith(mark)), "csv")
    if layout in CONTAINERS:
        return layout
    told = _SUFFIXES.get(path.suffix.lower(), found)
    strange = next((what for mark, what in _STRANGE.items() if start.startswith(mark)), None)
    if strange:
        raise DataError(f"{path.name}: this is {strange}.")
    if told != found and found == "csv":
        raise DataError(
            f"{path.name}: not a readable {_CALLED[told].split(' ', 1)[1]}: its first bytes are not those of one. "
            "If it is text, name layout='csv'."
        )
    if told != found:
        raise DataError(
            f"{path.name}: the name says {_CALLED[told]}, but the content is {_CALLED[found]}. "
            f"Give the file its right ending, or name layout={found!r}."
        )
    return found
