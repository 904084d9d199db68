"""What a column seems to be, from its header and its cells: an item with a scale, or an attribute with a role. For a person to confirm."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from csat_lib.study.codebook import Role
from csat_lib.survey.answers import Cell, distinct
from csat_lib.survey.grades import GRADES, MISSING_WORDS, folded, missing_meaning
from csat_lib.survey.scales import guess_scale

MOST_WORDS, MOST_CODES = 20, 12
PERSONAL = re.compile(
    r"(first|last|sur|full)?name|e?mail|(cell|tele)?phone|tel|mobile|ip|zip|zipcode|post(al|code)|address|latitude|longitude|wechat|passport"
)
DEMOGRAPHIC = re.compile(
    r"age|gender|sex|educat(ion)?|income|occupation|region|country|county|city|province|state|strat(a|um)|lang(uage)?|industry|channel|branch|"
    r"meth(od)?|mode|(week)?day|month|year"
)
_PERSONAL_ZH = re.compile("姓名|电话|手机|邮箱|邮件|地址|邮编|身份证|微信|来自IP")
_DEMOGRAPHIC_ZH = re.compile("性别|年龄|学历|收入|地区|省份|城市|职业|行业|渠道|来源")
_ID = re.compile(
    r"(?i)(resp\w*|case|record|interview|answer|customer|user|participant)?(id|num|nr|number)|respondent|\w+id|.*序号|.*编号|"
    r"(case|customer|record)(no|key)"
)
_DATE = re.compile(r"(?i)date|timestamp|submitted|visited|日期|提交.*时间|开始时间|时间戳")
_DURATION = re.compile(r"(?i)duration|seconds|time ?taken|interview ?time|total ?time|所用时间|答题时长|用时")
_WEIGHT = re.compile(r"(?i)(.*[_ ])?(weight|weights|wt|wgt)|权重|加权.*")
_CONTENT: dict[str, re.Pattern[str]] = {
    "e-mail addresses": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
    "IP addresses": re.compile(r"\d{1,3}(\.\d{1,3}){3}(\s*\(.*\))?"),
    "telephone numbers": re.compile(r"(\+?\d{1,3}[ -]?)?(1[3-9]\d{9}|\(?\d{3}\)?[ -]\d{3,4}[ -]\d{4})"),
}
_DATES = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}.*|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}.*")
_NUMBERED = re.compile(r"(-?\d{1,2})\s*[-–—:：.、)（(]\s*[^\d\s].*")


@dataclass(frozen=True, slots=True)
class Guess:
    """What one column seems to be.

    Attributes
    ----------
    column, name, wording : str
        The file's header, the short name, the question's text where the header (or the layout) holds it.
    role : str
        "item", or the role of an attribute.
    scale : tuple of int, or None
        Lowest and highest code of an item.
    labels : mapping of int to (en, zh)
        The texts of the codes, as the file writes them.
    missing : mapping
        Code or word -> why there is no answer.
    observed, why : str
        The values seen (items and segments only), and the reason for the guess.
    """

    column: str
    name: str
    role: Role | str
    why: str
    wording: str = ""
    scale: tuple[int, int] | None = None
    labels: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    missing: Mapping[int | str, str] = field(default_factory=dict)
    observed: str = ""


@dataclass(frozen=True, slots=True)
class _Column:
    """A column as the guesses see it: its different cells, how often each occurs, and the words of its header."""

    header: str
    text: str
    words: frozenset[str]
    cells: list[Cell]
    counts: list[int]
    rows: int

    @property
    def answered(self) -> int:
        return sum(self.counts)

    @property
    def short(self) -> bool:
        """Whether the header is a name rather than a question."""
        return len(self.words) <= 4 and len(self.text) <= 30

    def share(self, test: Callable[[Cell], object]) -> float:
        """The share of the answers whose cell passes ``test``."""
        return sum(n for cell, n in zip(self.cells, self.counts, strict=True) if test(cell)) / max(self.answered, 1)


def guess_columns(frame: pd.DataFrame, labels: Mapping[str, str]) -> tuple[Guess, ...]:
    """A guess for every column, in the file's order; of several ids, dates, weights or durations the first is taken."""
    names = _names([str(column) for column in frame.columns])
    taken: set[str] = set()
    found = []
    for position, column in enumerate(frame.columns):
        seen = _look(frame.iloc[:, position], str(column), labels.get(str(column), ""))
        guess = _guess(seen)
        if guess.role in {"id", "date", "weight", "duration"}:
            if guess.role in taken:
                guess = replace(guess, role="ignore", why=f"another {guess.role}: there can be one")
            taken.add(guess.role)
        long = labels.get(str(column), "") or (str(column) if names[position] != str(column).strip() and not seen.short else "")
        found.append(replace(guess, name=names[position], wording=" ".join(long.split())))
    return tuple(found)


def _look(cells: pd.Series, header: str, label: str) -> _Column:
    codes, different = distinct(cells)
    counts = np.bincount(codes[codes >= 0], minlength=len(different)).tolist()
    words = frozenset(word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", header))
    return _Column(header.strip(), label or header, words, different, counts, len(cells))


def _guess(seen: _Column) -> Guess:
    if not seen.answered:
        return _is(seen, "ignore", "no answers")
    rated = _numeric_item(seen)
    for step in (_technical, _personal, _administrative):
        guess = step(seen, rated)
        if guess:
            return guess
    if len(seen.cells) == 1:
        return _is(seen, "ignore", "the same value throughout")
    if seen.answered < 0.05 * seen.rows:
        return _is(seen, "ignore", f"only {seen.answered} of {seen.rows} answered")
    demographic = seen.short and (any(map(DEMOGRAPHIC.fullmatch, seen.words)) or _DEMOGRAPHIC_ZH.search(seen.header))
    if demographic:
        return _segment(seen, "the header speaks of the respondent")
    return rated or _graded_item(seen) or _rest(seen)


def _is(seen: _Column, role: str, why: str) -> Guess:
    return Guess(seen.header, seen.header, role, why)


def _technical(seen: _Column, rated: Guess | None) -> Guess | None:  # noqa: ARG001  called like its sisters
    """What a survey tool writes about the interview itself."""
    return _is(seen, "ignore", "the survey tool's own column") if seen.header in {"Status", "Finished", "Progress"} else None


def _personal(seen: _Column, rated: Guess | None) -> Guess | None:
    for kind, pattern in _CONTENT.items():
        if seen.share(lambda cell, pattern=pattern: pattern.fullmatch(cell.text)) >= 0.5:  # type: ignore[misc]
            return _is(seen, "personal", f"the cells hold {kind}")
    if rated is None and seen.short and (any(map(PERSONAL.fullmatch, seen.words)) or _PERSONAL_ZH.search(seen.header)):
        return _is(seen, "personal", "by its header")
    return None


def _administrative(seen: _Column, rated: Guess | None) -> Guess | None:
    """Id, date, duration and weight, where the header says so and the cells agree."""
    squeezed, numeric = re.sub(r"[\W_]", "", seen.header), seen.share(lambda cell: cell.number is not None)
    if _ID.fullmatch(squeezed) and len(seen.cells) == seen.rows == seen.answered:
        return _is(seen, "id", "by its header; every value occurs once")
    if _WEIGHT.fullmatch(seen.header.strip()):
        usable = numeric == 1 and seen.answered == seen.rows and min(cell.number or 0 for cell in seen.cells) >= 0
        return _is(seen, "weight", "by its header") if usable else _is(seen, "ignore", "called a weight, but gaps or negative values")
    if rated or not seen.short:
        return None
    if _DURATION.search(seen.header) and numeric + seen.share(lambda cell: re.fullmatch(r"\d+\s*(秒|s|sec)", cell.text)) > 0.9:
        return _is(seen, "duration", "by its header")
    if _DATE.search(seen.header) and seen.share(lambda cell: _DATES.fullmatch(cell.text)) > 0.9:
        return _is(seen, "date", "by its header and its cells")
    return None


def _numeric_item(seen: _Column) -> Guess | None:
    """A rating: whole numbers that fill one of the usual scales, beside codes that stand outside it and words for no answer."""
    numbers: dict[int, int] = {}
    labels: dict[int, tuple[str, str]] = {}
    words: dict[int | str, str] = {}
    strange = 0
    for cell, count in zip(seen.cells, seen.counts, strict=True):
        numbered = _NUMBERED.fullmatch(cell.text)
        number = cell.number if cell.number is not None else float(numbered[1]) if numbered else None
        if number is not None and number.is_integer():
            numbers[int(number)] = numbers.get(int(number), 0) + count
            if numbered and cell.number is None:
                labels[int(number)] = (cell.text, cell.text)
        elif missing_meaning(cell.text):
            words[cell.text] = missing_meaning(cell.text)
        else:
            strange += count
    if strange > 0.01 * seen.answered or len(numbers) < 2:
        return None
    found = guess_scale(numbers)
    if found is None:
        return None
    (low, high), codes = found
    if (low, high) != (0, 1) and high - low < 4 and not labels:
        return None
    told = f"{low}-{high} from the answers" + (f"; {', '.join(map(str, [*codes, *words]))} as missing" if codes or words else "")
    doubt = f"; {high} may be a code such as not applicable" if (low, high) == (1, 6) else ""
    labels = {code: text for code, text in labels.items() if low <= code <= high}
    return Guess(seen.header, seen.header, "item", told + doubt, "", (low, high), labels, {**codes, **words}, _listed(numbers))


def _graded_item(seen: _Column) -> Guess | None:
    """Text answers that are all grades of one known set."""
    missing: dict[int | str, str] = {cell.text: missing_meaning(cell.text) for cell in seen.cells if missing_meaning(cell.text)}
    texts = [cell.text for cell in seen.cells if cell.text not in missing]
    for title, grades in GRADES.items():
        code = {folded(text): (number, place) for number, pair in grades.items() for place in (0, 1) for text in pair[place]}
        if len(texts) < 2 or not all(folded(text) in code for text in texts):
            continue
        labels = {number: [pair[0][0], pair[1][0]] for number, pair in grades.items()}
        given: dict[tuple[int, int], str] = {}
        for text in texts:
            given.setdefault(code[folded(text)], text)
        if len(given) < len({folded(text) for text in texts}):
            return None
        for (number, place), text in given.items():
            labels[number][place] = text
        scale = (min(grades), max(grades))
        why = f"{title}, {scale[0]}-{scale[1]}, from the words" + (f"; {', '.join(map(str, missing))} as missing" if missing else "")
        pairs = {number: (both[0], both[1]) for number, both in labels.items()}
        return Guess(seen.header, seen.header, "item", why, "", scale, pairs, missing, ", ".join(texts))
    return None


def _rest(seen: _Column) -> Guess:
    numeric = seen.share(lambda cell: cell.number is not None or folded(cell.text) in MISSING_WORDS)
    if numeric > 0.95:
        return _segment(seen, "few different codes; an item, if it is rated")
    wide = float(np.average([_width(cell.text) for cell in seen.cells], weights=seen.counts))
    wordy = seen.share(lambda cell: sum(each.isdigit() for each in cell.text) < 0.4 * len(cell.text)) > 0.5
    if (
        wordy
        and (wide > 20 or seen.share(lambda cell: len(cell.text.split()) >= 3) > 0.4)
        and len(seen.cells) > min(MOST_WORDS, seen.answered / 2)
    ):
        return _is(seen, "comment", "an open question: long and different texts")
    return _segment(seen, "few different words; an item, if they are grades")


def _segment(seen: _Column, why: str) -> Guess:
    """A segment where its values are few enough; otherwise nothing that a report can use."""
    words = any(cell.number is None for cell in seen.cells)
    most = MOST_WORDS if words else MOST_CODES
    if len(seen.cells) > most or (words and seen.answered < 3 * len(seen.cells)):
        return _is(seen, "ignore", f"{len(seen.cells)} different values: too many for a segment, no scale, no open question")
    missing: dict[int | str, str] = {cell.text: missing_meaning(cell.text) for cell in seen.cells if missing_meaning(cell.text)}
    often = [cell.text for cell, count in zip(seen.cells, seen.counts, strict=True) if count >= 10 and cell.text not in missing]
    observed = ", ".join(sorted(often)[:12])
    return Guess(seen.header, seen.header, "segment", why, missing=missing, observed=observed)


def _width(text: str) -> int:
    """Characters, a Chinese one counting as three."""
    return sum(3 if "\u3400" <= each <= "\u9fff" else 1 for each in text)


def _listed(counts: Mapping[int, int]) -> str:
    return ", ".join(f"{code} ({counts[code]:,})" for code in sorted(counts)[:16])


def _names(headers: list[str]) -> list[str]:
    """Short names, all different: a header that is one already, the number that a question begins with, or the column's place."""
    names: list[str] = []
    for place, header in enumerate(headers, start=1):
        text = header.strip()
        number = re.match(r"(?i)(?:第\s*)?(q?\d{1,3}[a-z]?)(?:\s*[.、:：)题]|\s*\[(\w{1,12})\])", text)
        if re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,23}", text):
            name = text
        elif len(text) <= 24 and re.fullmatch(r"\W*[A-Za-z][A-Za-z0-9]*(?:[\W_]+[A-Za-z0-9]+){0,3}\W*", text):
            name = re.sub(r"\W+", "_", text).strip("_")
        elif number:
            name = "q" + number[1].lower().removeprefix("q") + (f"_{number[2].lower()}" if number[2] else "")
        else:
            name = f"q{place}"
        stem, again = name, 2
        while name.casefold() in {each.casefold() for each in names}:
            name, again = f"{stem}_{again}", again + 1
        names.append(name)
    return names
