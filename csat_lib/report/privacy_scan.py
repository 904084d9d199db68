"""What is personal in an output: e-mail addresses, numbers that reach or name somebody, and the values of personal columns."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from csat_lib.errors import DisclosureError
from csat_lib.study import Study
from csat_lib.survey import Survey, read_export

SOURCES = ("customers", "self_rated", "competitors")
LISTED = 5
SHORTEST = 4  # letters of a name in a script with spaces; shorter ones are words too often
LONGEST = 6  # words of a name, or letters of a Chinese one
_HAN = re.compile(r"[\u3400-\u9fff]+")
_WORD = re.compile(r"[^\W_]+")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
# No Latin letter, digit, point or sign beside a number: coordinates, decimals and hashes are none. Chinese is written without spaces.
_ALONE = r"(?<![A-Za-z0-9_.+\-/#%&])", r"(?![A-Za-z0-9_\-/%]|\.\d)"


@dataclass(frozen=True, slots=True)
class Trace:
    """Something personal in an output.

    Attributes
    ----------
    file : str
        Where, below the period's folder.
    line : int
        From 1.
    kind : str
        What it looks like.
    """

    file: str
    line: int
    kind: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.kind}"


def refuse_personal(folder: Path, study: Study, survey: Survey | None = None) -> None:
    """Refuse to publish ``folder`` where any file in it holds personal data; no message repeats them.

    Looked for are e-mail addresses, telephone numbers, identity and bank card numbers by their form, and every value of the columns that
    the codebook calls personal and of respondents' ids, as the raw files hold them. What the study's own parameter files say (the address
    of a sponsor) is public.

    Parameters
    ----------
    folder : Path
        Everything that would be published.
    study : Study
        Its raw files give the values.
    survey : Survey, optional
        Its respondents' ids are looked for, too.

    Raises
    ------
    DisclosureError
        Lists files, lines and kinds.
    """
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    texts = {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8", errors="replace") for path in files}
    known, public = known_of(study, survey)
    found = [trace for name, text in texts.items() for trace in traces(name, text, known, public)]
    if found:
        listed = "\n".join(f"{study.name} {study.period}: {each}" for each in found[:LISTED])
        more = f"\nand {len(found) - LISTED} more places" if len(found) > LISTED else ""
        raise DisclosureError(f"Personal data would have been published, so nothing was. Leave them out or mask them:\n{listed}{more}")


def traces(name: str, text: str, known: Known, public: str = "") -> Iterator[Trace]:
    """What is personal in one text, by form or by value; lines that repeat a kind count once a line.

    Parameters
    ----------
    name, text : str
        The file's name and content.
    known : Known
        Values of personal columns.
    public : str
        Texts that may be published as they are.
    """
    if not _kinds(text, known, public):
        return  # nearly always, and at once
    for number, line in enumerate(text.splitlines(), start=1):
        yield from (Trace(name, number, kind) for kind in sorted(_kinds(line, known, public)))


def _kinds(text: str, known: Known, public: str) -> set[str]:
    """What is personal in a line, or in many: what is in none of many is in no line of them."""
    plain = html.unescape(text) if "&" in text else text
    plain = plain if plain.isascii() else unicodedata.normalize("NFKC", plain)
    kinds = {kind for kind, find in _FORMS for each in find(plain) if each not in public}
    return kinds | ({"a value of a personal column"} if known.stands_in(plain) else set())


@dataclass(frozen=True, slots=True)
class Known:
    """Personal values, ready to be found: Chinese ones by their letters, others by their words.

    Attributes
    ----------
    han : frozenset of str
        Runs of Chinese letters.
    words : mapping of str to set of tuple
        First word -> the values that begin with it, as words.
    """

    han: frozenset[str]
    words: Mapping[str, frozenset[tuple[str, ...]]]

    @classmethod
    def of(cls, values: Iterable[str], public: str = "") -> Known:
        """Values that can be told from ordinary words: what ``public`` holds, short words and small numbers are left out."""
        heard = set(_words(public))
        han: set[str] = set()
        words: dict[str, set[tuple[str, ...]]] = {}
        for value in set(values):
            text = value.strip()
            if _HAN.fullmatch(text):
                if 2 <= len(text) <= LONGEST and text not in public:
                    han.add(text)
                continue
            parts = tuple(_words(text))
            if _telling(parts) and not heard.issuperset(parts):
                words.setdefault(parts[0], set()).add(parts)
        return cls(frozenset(han), {first: frozenset(each) for first, each in words.items()})

    def stands_in(self, line: str) -> bool:
        """Whether any of the values stands in a line."""
        if self.han and any(part in self.han for run in _HAN.findall(line) for part in _parts(run)):
            return True
        if not self.words:
            return False
        said = _words(line)
        if self.words.keys().isdisjoint(said):
            return False
        return any(
            tuple(said[place : place + len(each)]) == each for place, word in enumerate(said) for each in self.words.get(word, frozenset())
        )


def known_of(study: Study, survey: Survey | None = None) -> tuple[Known, str]:
    """What would be personal in an output of a study, and the texts that may be published as they are.

    Parameters
    ----------
    study : Study
        Its raw files give the values of the columns that the codebook calls personal.
    survey : Survey, optional
        Its respondents' ids.
    """
    public = _public(study)
    return Known.of(_values(study, survey), public), public


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _parts(run: str) -> Iterator[str]:
    for size in range(2, min(LONGEST, len(run)) + 1):
        yield from (run[start : start + size] for start in range(len(run) - size + 1))


def _telling(parts: tuple[str, ...]) -> bool:
    """Whether words are seldom said by chance: several, a long one, or letters with digits; no mere number below seven digits."""
    joined = "".join(parts)
    if not parts or len(parts) > 2 * LONGEST:
        return False
    if joined.isdigit():
        return len(parts) == 1 and len(joined) >= 7
    return len(joined) >= SHORTEST + 1 or len(parts) > 1


def personal_values(study: Study) -> Iterator[str]:
    """What stands in the personal columns of the period's sources and can be told from ordinary words."""
    for value in _values(study, None):
        text = value.strip()
        if (_HAN.fullmatch(text) and len(text) > 1) or _telling(tuple(_words(text))):
            yield text


def _values(study: Study, survey: Survey | None) -> Iterator[str]:
    """Every value of a personal column and every id, of all sources of the period."""
    if survey is not None:
        for name in survey.codebook.names("id"):
            yield from (value for value in survey.attributes[name].dropna().astype(str) if not value.isdigit())
    named = {source for each in study.codebook.attributes.values() for source in each.sources}
    for source in sorted({*SOURCES, *study.parameters.data, *named}):
        book = study.codebook.asked_in(source)
        columns = {book.attributes[name].column or name for name in book.names("personal")}
        if columns and study.paths.has_data(source):
            yield from _cells(study.paths.data(source), columns)


def _cells(path: Path, columns: set[str]) -> Iterator[str]:
    frame = read_export(path).frame
    for name in columns & set(frame.columns):
        yield from frame[name].dropna().astype(str).unique()


def _public(study: Study) -> str:
    """What parameter files, notebooks and the program itself say."""
    root = study.paths.root
    files = [*study.paths.parameters, *study.paths.params.glob("*.yaml"), *(root / "notebooks").glob("*.ipynb")]
    return "\n".join([*(_text(path) for path in files if path.is_file()), _own_words()])


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


@cache
def _own_words() -> str:
    """The program's own texts, in which a surname may be a word."""
    here = Path(__file__).parent
    return "\n".join(_text(path) for path in sorted([*here.glob("*.py"), *here.glob("templates/**/*.*")]))


def _matches(pattern: str, holds: Callable[[str], bool] = lambda _: True) -> Callable[[str], Iterator[str]]:
    compiled = re.compile(pattern)

    def find(line: str) -> Iterator[str]:
        return (each.group() for each in compiled.finditer(line) if holds(each.group()))

    return find


_HOST = re.compile(r"(?<=[\w.+-])@(?:[\w-]{1,63}\.)+[^\W\d_]{2,24}(?![A-Za-z0-9])")
_MAILBOX = re.compile(r"[\w.+-]{1,64}\Z")


def _addresses(line: str) -> Iterator[str]:
    """E-mail addresses, from the @ to both sides: much faster than from each letter on."""
    for host in _HOST.finditer(line):
        mailbox = _MAILBOX.search(line[max(host.start() - 64, 0) : host.start()])
        yield f"{mailbox.group() if mailbox else ''}{host.group()}"


def _identity(text: str) -> bool:
    """The check digit of a Chinese identity number (GB 11643-1999)."""
    return "10X98765432"[sum(int(digit) * w for digit, w in zip(text, _WEIGHTS, strict=False)) % 11] == text[-1].upper()


def _luhn(text: str) -> bool:
    """The check digit of a bank card (ISO/IEC 7812)."""
    digits = [int(each) for each in text if each.isdigit()][::-1]
    return sum(digits[::2]) % 10 == -sum(sum(divmod(2 * each, 10)) for each in digits[1::2]) % 10


_FORMS: tuple[tuple[str, Callable[[str], Iterator[str]]], ...] = (
    ("an e-mail address", _addresses),
    (
        "a telephone number",
        _matches(
            _ALONE[0]
            + r"(?:1[3-9]\d{9}|1[3-9]\d[ -]\d{4}[ -]\d{4}|0\d{2,3}-\d{7,8}|\(0\d{2,3}\) ?\d{7,8}|\(\d{3}\) ?\d{3}-\d{4}|\d{3}-\d{3}-\d{4})"
            + _ALONE[1]
        ),
    ),
    ("a telephone number", _matches(r"(?<![A-Za-z0-9_.+\-])\+\d{1,3}[ -]?(?:\(\d{1,4}\)[ -]?)?\d{2,4}(?:[ -]?\d{2,4}){2,4}" + _ALONE[1])),
    (
        "an identity number",
        _matches(_ALONE[0] + r"[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]" + _ALONE[1], _identity),
    ),
    ("a bank card number", _matches(_ALONE[0] + r"(?:62|4\d|5[1-5])\d{2}(?:[ ]?\d{4}){3}\d{0,3}" + _ALONE[1], _luhn)),
)
