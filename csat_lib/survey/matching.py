"""Which column of a file holds which item: by the codebook's column, by name, else by the question's text."""

from __future__ import annotations

import difflib
import html
import re
import unicodedata
from collections.abc import Iterable, Mapping

from csat_lib.errors import DataError, nearest
from csat_lib.study import Attribute, Codebook, Item

_NUMBERING = re.compile(r"^\W*(?:第?\s*q?\d+(?:[-_.]\d+)*\s*(?:题|[、:)\]]|\.(?!\d))|q\d+\s|\(\d+\)|\[\d+\])\s*")
_ROW = re.compile(r"\[([^\[\]]+)\]\s*$|(?:[—–:：]|\s-\s|[?？]\s*-)([^—–:：]+)$")


def matched(frame_columns: Iterable[object], labels: Mapping[str, str], codebook: Codebook, where: str) -> dict[str, str]:
    """Item or attribute -> column of the file; personal and ignored columns may be absent.

    An item is found by its ``column``, else by its name, else by its question: wording or label, in either language, equal the column's
    label or its header, and else the row of a grid ("Question [row]"). Texts are compared by :func:`folded`.

    Parameters
    ----------
    frame_columns : iterable of str
        The file's columns.
    labels : mapping of str to str
        Column -> question text, where the layout carries it.
    codebook : Codebook
        The questionnaire.
    where : str
        The file's name, for the messages.

    Raises
    ------
    DataError
        Every item without a column (the nearest is named), and every question that stands over several columns.
    """
    columns = _distinct(frame_columns, where)
    found = _by_name(columns, codebook)
    complaints: list[str] = []
    for texts_of in (_questions, _grid_rows):
        free = {column: texts_of(name, labels.get(column, "")) for name, column in columns.items() if column not in found.values()}
        more, ambiguous = _by_text(free, [each for each in codebook.everything if each.name not in found])
        found |= more
        complaints += [f"{where}: {each}" for each in ambiguous]
        if ambiguous:
            break
    lacking = [each for each in codebook.everything if each.name not in found and not _optional(each)]
    if not complaints:
        complaints = _lacking(lacking, [name for name in columns if columns[name] not in found.values()], labels, where)
    if complaints:
        raise DataError("\n".join([*complaints, "Mend the codebook's column:, or map it for this period: columns: {name: COLUMN}."]))
    return {each.name: found[each.name] for each in codebook.everything if each.name in found}


def folded(text: str) -> str:
    """A question as its letters and digits: without HTML, numbering, punctuation, spaces and case, in the NFKC form.

    >>> folded("<b>Q1.</b> How satisfied are you, overall?") == folded("1、how satisfied are you overall ？")
    True
    """
    plain = unicodedata.normalize("NFKC", html.unescape(re.sub(r"<[A-Za-z/!][^>]*>", " ", text))).casefold().strip()
    bare = _NUMBERING.sub("", plain) or plain
    return "".join(sign for sign in bare if unicodedata.category(sign)[0] in "LNM")


def _distinct(frame_columns: Iterable[object], where: str) -> dict[str, str]:
    """Stripped name -> column as the frame has it."""
    given = [str(column) for column in frame_columns]
    columns = {column.strip(): column for column in given}
    if len(columns) < len(given):
        names = [column.strip() for column in given]
        twice = next(name for name in names if names.count(name) > 1)
        raise DataError(f"{where}: the column {twice!r} appears {names.count(twice)} times. Rename one of them.")
    return columns


def _by_name(columns: Mapping[str, str], codebook: Codebook) -> dict[str, str]:
    """By ``column``, else by name, unless the name is another one's column."""
    claimed = {each.column for each in codebook.everything}
    found = {}
    for each in codebook.everything:
        name = each.column if each.column in columns or each.name in claimed else each.name
        if name in columns:
            found[each.name] = columns[name]
    return found


def _by_text(free: Mapping[str, set[str]], waiting: list[Item | Attribute]) -> tuple[dict[str, str], list[str]]:
    """Those whose question stands over exactly one free column, and complaints about the others."""
    over: dict[str, list[str]] = {}
    for column, texts in free.items():
        for text in texts:
            over.setdefault(text, []).append(column)
    found: dict[str, str] = {}
    complaints: list[str] = []
    for each in waiting:
        places = next((here for texts in _told(each) if (here := _over(texts, over))), [])
        if len(places) > 1 and not _optional(each):
            complaints.append(f"the question of {each.name} stands over {len(places)} columns: {', '.join(map(repr, places[:5]))}.")
        elif len(places) == 1 and places[0] in found.values():
            rival = next(name for name, column in found.items() if column == places[0])
            complaints.append(f"the column {places[0]!r} asks the question of {rival} and of {each.name}; it can be only one of them.")
        elif len(places) == 1:
            found[each.name] = places[0]
    return found, complaints


def _over(texts: set[str], over: Mapping[str, list[str]]) -> list[str]:
    return list(dict.fromkeys(column for text in sorted(texts) for column in over.get(text, ())))


def _told(each: Item | Attribute) -> list[set[str]]:
    """The wording in both languages, then the label: the fuller text decides where it is found."""
    told = [each.wording, each.label] if isinstance(each, Item) else [each.label]
    return [{folded(text) for text in (one.en, one.zh) if text} - {""} for one in told]


def _questions(name: str, label: str) -> set[str]:
    return {folded(name), folded(label)} - {""}


def _grid_rows(name: str, label: str) -> set[str]:
    """The row of a grid: what stands in brackets, or behind a dash, at the end of the question."""
    rows = [_ROW.search(text.strip()) for text in (name, label)]
    return {folded(row[1] or row[2]) for row in rows if row} - {""}


def _optional(each: Item | Attribute) -> bool:
    return isinstance(each, Attribute) and each.role in {"personal", "ignore"}


def _lacking(lacking: list[Item | Attribute], free: list[str], labels: Mapping[str, str], where: str) -> list[str]:
    asked = {text: name for name in free for text in _questions(name, labels.get(name, ""))}
    return [f"{where}: no column {each.column!r} (for {each.name}).{_near(each, free, asked)}" for each in lacking]


def _near(each: Item | Attribute, free: list[str], asked: Mapping[str, str]) -> str:
    """The nearest column by name, else by question."""
    by_name = nearest(each.column, free)
    if by_name.startswith(" Did"):
        return by_name
    texts = [text for told in _told(each) for text in sorted(told)]
    close = next((match for text in texts for match in difflib.get_close_matches(text, asked, n=1, cutoff=0.6)), None)
    return f" Did you mean {asked[close]!r}?" if close else by_name
