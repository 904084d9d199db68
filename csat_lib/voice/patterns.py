"""Words and patterns of a themes file: how they are written, how they find, and how much work each may make.

A plain entry is found as a word (English, ``queue*`` takes its endings along) or as characters (Chinese). What stands between slashes is
a regular expression. It is refused unless its work is bounded: every repeat has an upper end, and the ways in which it can match from one
place are few. No comment, however long or hostile, can then make it hang.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from csat_lib.errors import ParamsError
from csat_lib.survey.answers import SIMPLER

MOST_WAYS = 10_000
LANGUAGES = ("en", "zh")
Tree = Iterable[tuple[object, Any]]
_SPACES = re.compile(r"\s+")
_PLAIN = str.maketrans({"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u00ad": None})
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff]")
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
LETTER = re.compile(r"[a-z]")
_LETTERS = r"[^\W\u3400-\u9fff]"  # of scripts that write words apart, and digits


def folded(text: str) -> str:
    r"""A text as it is compared: width, case, Chinese script of common words, quotes, spaces and invisible characters do not matter.

    >>> folded("ＱＵＥＵＥ  too\u200b long")
    'queue too long'
    """
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text).translate(_PLAIN)).translate(SIMPLER)
    return _SPACES.sub(" ", text).strip().casefold()


@dataclass(frozen=True, slots=True, eq=False)
class Finder:
    """A list of words as one alternation, and what makes searching many texts fast.

    Attributes
    ----------
    pattern : Pattern
        One alternation of all entries.
    stems : tuple of str
        A literal part of every plain entry: where none of them stands, no plain entry can match.
    loose : Pattern or None
        The alternation of the ``/patterns/`` alone.
    """

    pattern: re.Pattern[str]
    stems: tuple[str, ...]
    loose: re.Pattern[str] | None


def finder(entries: Sequence[str], where: str) -> Finder | None:
    """The finder of a list, named as in ``compiled``; None for an empty one."""
    pattern = compiled(entries, where)
    if pattern is None:
        return None
    stems = tuple(dict.fromkeys(folded(each).strip("*") for each in entries if not is_pattern(each)))
    return Finder(pattern, stems, compiled([each for each in entries if is_pattern(each)], where))


def compiled(entries: Sequence[str], where: str) -> re.Pattern[str] | None:
    """One alternation of all entries (words, phrases, ``/patterns/``) of the list called ``where``; None for an empty list.

    Chinese entries are found anywhere; others as words of their own, also inside Chinese text.

    Raises
    ------
    ParamsError
        An entry is empty, or a pattern is invalid or could hang.
    """
    if not entries:
        return None
    parts = [_pattern(each, where) if is_pattern(each) else _word(each, where) for each in entries]
    return re.compile("|".join(sorted(parts, key=len, reverse=True)), re.IGNORECASE)


def is_pattern(entry: str) -> bool:
    """Whether an entry stands between slashes."""
    return len(entry) > 2 and entry.startswith("/") and entry.endswith("/")


def _word(entry: str, where: str) -> str:
    word = folded(entry)
    core = word.strip("*")
    if not core.strip():
        raise ParamsError(f"{where}: {entry!r} is an empty word. It would find every comment; take it out.")
    if "*" in core:
        raise ParamsError(f"{where}: {entry!r}: a star may only stand at the end of a word. Write a /pattern/ for anything else.")
    if HAN.search(core):
        return re.escape(core)
    after = f"{_LETTERS}{{0,20}}" if word.endswith("*") else f"(?!{_LETTERS})"
    return f"(?<!{_LETTERS}){re.escape(core)}{after}"


def _pattern(entry: str, where: str) -> str:
    body = entry[1:-1].translate(SIMPLER)
    try:
        tree = parser.parse(body, re.IGNORECASE)
        found = re.compile(body, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        raise ParamsError(f"{where}: {entry}: not a valid pattern ({error}).") from None
    if found.match(""):
        raise ParamsError(f"{where}: {entry}: this pattern matches nothing at all, so it would find every comment.")
    if found.groups and any(op is codes.GROUPREF for op, _ in _operations(tree)):
        raise ParamsError(f"{where}: {entry}: back-references are not allowed in a list of words.")
    ways = _ways(tree)
    if ways == float("inf"):
        raise ParamsError(
            f"{where}: {entry}: an open-ended repeat (*, + or {{n,}}) can hang on a long comment. Give it an end, such as {{0,20}}."
        )
    if ways > MOST_WAYS:
        raise ParamsError(f"{where}: {entry}: this pattern can match in {ways:.0e} ways and hang on a long comment. Shorten its repeats.")
    return f"(?:{body})"


def _operations(tree: Tree) -> Iterable[tuple[object, Any]]:
    """Every operation of a parsed pattern, those inside groups and branches included."""
    for op, value in tree:
        yield op, value
        yield from (each for part in _parts(op, value) for each in _operations(part))


def _parts(op: object, value: Any) -> list[Tree]:  # noqa: ANN401  what follows an operation differs by operation
    """The patterns inside an operation."""
    if op is codes.BRANCH:
        return list(value[1])
    if op in {codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT}:
        return [value[2]]
    if op is codes.SUBPATTERN:
        return [value[3]]
    if op in {codes.ASSERT, codes.ASSERT_NOT}:
        return [value[1]]
    if op is codes.ATOMIC_GROUP:
        return [value]
    return []


def _ways(tree: Tree) -> float:
    """In how many ways a pattern can match from one place, at most; infinity for a repeat without an end."""
    ways = 1.0
    for op, value in tree:
        inner = [_ways(part) for part in _parts(op, value)]
        if op is codes.BRANCH:
            ways *= sum(inner)
        elif op in {codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT}:
            low, high = value[0], value[1]
            ways *= float("inf") if high is codes.MAXREPEAT else _repeated(inner[0], int(low), int(high))
        elif inner:
            ways *= inner[0]
        elif op is codes.GROUPREF_EXISTS:
            return float("inf")
    return ways


def _repeated(ways: float, low: int, high: int) -> float:
    """Sum of ways^k for k from low to high."""
    if ways == 1.0:
        return float(high - low + 1)
    if high > 0 and ways ** min(high, 40) > 1e15:
        return 1e15
    return sum(ways**k for k in range(low, high + 1))
