"""Personal data in free text: found in whatever way they are written, and masked before anything is shown.

A text is read as a shadow of itself: full-width and circled digits, Chinese numerals, keycaps and invisible characters become plain ones,
character by character, so that a find in the shadow is a place in the text. What could be personal is masked: better a price too many than
a telephone number too few. Dates and amounts with thousands separators stay.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from csat_lib.voice.patterns import HAN

Span = tuple[int, int, str]
UNSEEN = frozenset({"Cf", "Mn", "Me"})  # invisible and combining characters
KINDS = ("e-mail", "id card", "phone", "number", "plate", "account", "name")
_DIGIT = "[0-9零〇○一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖]"
_NUMERAL = str.maketrans("零〇○一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖", "000123456789121234567" + "89")
_GAP = r"[\s\-‐-―−~.·•*_/\\|()\[\]#,,+]{0,3}"
_RUN = re.compile(rf"(?:[a-z]{{1,2}}(?={_DIGIT}))?[+(]{{0,2}}{_DIGIT}(?:{_GAP}{_DIGIT}){{5,24}}(?:{_GAP}[x×х](?![a-zа-я]))?", re.IGNORECASE)
_SPELT = "(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)"
_SPELT_RUN = re.compile(rf"(?<![a-z]){_SPELT}(?:[\s,.-]{{1,3}}{_SPELT}){{5,24}}(?![a-z])", re.IGNORECASE)
_DATE = re.compile(r"(?:19|20)\d\d\s?[-./年]\s?\d{1,2}\s?[-./月]\s?\d{1,2}(?:\s\d{1,2})?|\d{1,2}\s?[-./]\s?\d{1,2}\s?[-./]\s?(?:19|20)\d\d")
_YEARS = re.compile(r"(?:19|20)\d\d\s?[-‐-―/~]\s?(?:19|20)\d\d")
_AMOUNT = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?")
_AT = r"\s{0,3}(?:@|[\[({<]\s?(?:at|@|艾特)\s?[\])}>]|艾特|\(a\))\s{0,3}"
_DOT = r"\s{0,2}(?:[.。]|[\[({<]\s?(?:dot|点|\.)\s?[\])}>]|\sdot\s|点)\s{0,2}"
_PART = r"[^\W㐀-鿿]"
_MAIL = (
    re.compile(rf"(?:{_PART}|[.%+'-]){{1,64}}{_AT}(?:{_PART}|-){{1,63}}(?:{_DOT}(?:{_PART}|-){{1,63}}){{1,5}}", re.IGNORECASE),
    re.compile(rf"(?:{_PART}|[.%+'-]){{1,64}}{_AT}[\w-]{{1,63}}(?:{_DOT}[\w-]{{1,63}}){{1,5}}", re.IGNORECASE),
    re.compile(rf"[\w.%+'-]{{1,64}}{_AT}[\w-]{{1,63}}(?:{_DOT}[\w-]{{1,63}}){{1,5}}", re.IGNORECASE),
    re.compile(
        rf"[a-z0-9._%+-]{{1,64}}\s(?:at|dot at)\s[a-z0-9-]{{1,63}}(?:{_DOT}[a-z0-9-]{{1,63}}){{0,4}}{_DOT}"
        r"(?:com|cn|net|org|edu|gov|io|uk|de|jp|hk|tw|me|info|fr|us|eu)(?![a-z])",
        re.IGNORECASE,
    ),
)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领]\s?[a-z]\s?[·•.\s-]{0,2}(?=[a-z0-9·•\s-]{0,8}\d)(?:[a-z0-9][\s-]?){4,5}[a-z0-9挂学警港澳领]",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(
    r"(?:微信|wechat|weixin|whatsapp|telegram|[vw]x|qq)\s?(?:号码?|id|群)?\s?(?:是|is|[:：])?\s?[a-z0-9][a-z0-9_-]{4,19}", re.IGNORECASE
)
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏"
    "钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_TITLED = re.compile(
    rf"[{_SURNAMES}][\u4e00-\u9fff]{{0,2}}?(?:先生|女士|小姐|太太|师傅|经理|店长|主管)|(?:Mr|Mrs|Ms|Miss|Dr)\.?\s[A-Z][\w'-]{{1,30}}(?:\s[A-Z][\w'-]{{1,30}})?"
)
_WORDS = re.compile(r"[^\W_㐀-鿿]+(?:['\-][^\W_㐀-鿿]+)*")


@dataclass(frozen=True, slots=True)
class Names:
    """Names of customers, as ``known_names`` folds them.

    Attributes
    ----------
    words : frozenset of str
        Names of other scripts, folded, their parts joined by one space.
    han : mapping of str to frozenset of str
        First character -> Chinese names that begin with it.
    longest : int
        Words of the longest name.
    """

    words: frozenset[str] = frozenset()
    han: Mapping[str, frozenset[str]] = field(default_factory=dict)
    longest: int = 0


NOBODY = Names()


def known_names(names: Iterable[Any]) -> Names:
    """The names and customer numbers to be masked; those of a single character are left out.

    >>> known_names(["Anne Smith", "王小明"]).words
    frozenset({'anne smith'})
    """
    plain = {" ".join(unicodedata.normalize("NFKC", str(each)).casefold().split()) for each in names if not pd.isna(each)}
    plain = {each for each in plain if len(each) > 1 and each != "nan"}
    chinese = {each for each in plain if HAN.match(each)}
    words = frozenset(" ".join(_WORDS.findall(each)) or each for each in plain - chinese)
    first: dict[str, set[str]] = {}
    for each in chinese:
        first.setdefault(each[0], set()).add(each)
    longest = max((each.count(" ") + 1 for each in words), default=0)
    return Names(words, {key: frozenset(value) for key, value in first.items()}, longest)


def mask(text: str, names: Names = NOBODY, *, words: Mapping[str, str] | None = None) -> str:
    """A text with personal data replaced by their kind in brackets.

    Parameters
    ----------
    text : str
        As written.
    names : Names
        From ``known_names``.
    words : mapping of str to str, optional
        Kind -> what stands in its place, such as {"phone": "电话"}; else the kind itself.

    >>> mask("Call me on １３８-0013 8000 or anne@example.com"), mask("身份证11010519491231002X")
    ('Call me on [phone] or [e-mail]', '身份证[id card]')
    """
    parts, last = [], 0
    for start, end, kind in personal(text, names):
        parts += [text[last:start], f"[{(words or {}).get(kind, kind)}]"]
        last = end
    return "".join([*parts, text[last:]])


def mask_all(texts: pd.Series, names: Names = NOBODY, *, words: Mapping[str, str] | None = None) -> pd.Series:
    """A column of texts, each masked; missing ones stay missing.

    Parameters
    ----------
    texts : Series
        As written.
    names, words
        As in ``mask``.
    """
    return texts.map(lambda text: mask(text, names, words=words) if isinstance(text, str) else text)


def personal(text: str, names: Names = NOBODY) -> list[Span]:
    """Where personal data stand in a text, and of which kind: (start, end, kind), in order, apart from each other."""
    if not text:
        return []
    shadow, origin = _shadow(text)
    found: list[Span] = []
    hidden = shadow
    for start, end, kind in _finds(shadow, names):
        for first, last in _open(hidden, start, end, kind):
            found.append((origin[first], _with_unseen(text, origin[last - 1] + 1), kind))
            hidden = hidden[:first] + "\0" * (last - first) + hidden[last:]
    return _merged(found)


def _open(hidden: str, start: int, end: int, kind: str) -> list[tuple[int, int]]:
    """The parts of a find that no surer one has taken; a second reading of an address that was found counts for nothing."""
    if kind == "e-mail" and "\0" in hidden[start:end]:
        return []
    return [(start + each.start(), start + each.end()) for each in re.finditer("[^\0]+", hidden[start:end])]


def _with_unseen(text: str, last: int) -> int:
    """The end of a find, invisible and combining characters after it taken along."""
    while last < len(text) and unicodedata.category(text[last]) in UNSEEN:
        last += 1
    return last


def _finds(shadow: str, names: Names) -> Iterator[Span]:
    """Every find in the shadow, the surest kinds first."""
    if re.search(r"@|艾特|\bat\b|\(a\)", shadow, re.IGNORECASE):
        for pattern in _MAIL:
            yield from ((each.start(), each.end(), "e-mail") for each in pattern.finditer(shadow))
    yield from ((each.start(), each.end(), "plate") for each in _PLATE.finditer(shadow))
    for run in _RUN.finditer(shadow):
        kind, bracket = _kind(run.group()), run.group().startswith("(") and ")" not in run.group()
        if kind:
            yield run.start() + bracket, run.end(), kind
    yield from ((each.start(), each.end(), "phone") for each in _SPELT_RUN.finditer(shadow))
    yield from ((each.start(), each.end(), "account") for each in _ACCOUNT.finditer(shadow))
    yield from ((each.start(), each.end(), "name") for each in _TITLED.finditer(shadow))
    yield from _named(shadow, names)


def _kind(run: str) -> str:
    """What a run of digits is; empty for a date, a pair of years, an amount or a number too short to be anybody's."""
    text = run.strip()
    digits = re.sub(r"\D", "", text.translate(_NUMERAL))
    if _DATE.fullmatch(text) or _YEARS.fullmatch(text) or _AMOUNT.fullmatch(text):
        return ""
    if text[-1:].casefold() in {"x", "×", "х"} and len(digits) == 17:
        return "id card"
    if len(digits) in {15, 18} and not text.startswith("+"):
        return "id card"
    if len(digits) < 7:
        return "phone" if text.startswith("+") else ""
    if len(digits) > 15:
        return "number"
    return "phone"


def _named(shadow: str, names: Names) -> Iterator[Span]:
    for place, letter in enumerate(shadow if names.han else ""):
        own = names.han.get(letter, ())
        longest = max((len(each) for each in own if shadow.startswith(each, place)), default=0)
        if longest:
            yield place, place + longest, "name"
    if not names.words:
        return
    tokens = list(_WORDS.finditer(shadow))
    folded = [each.group().casefold() for each in tokens]
    for first in range(len(tokens)):
        for size in range(min(names.longest, len(tokens) - first), 0, -1):
            if " ".join(folded[first : first + size]) in names.words:
                yield tokens[first].start(), tokens[first + size - 1].end(), "name"
                break


def _shadow(text: str) -> tuple[str, list[int]]:
    """The text in plain characters, and which character of the text each of them stands for."""
    if text.isascii():
        return text, list(range(len(text)))
    letters: list[str] = []
    origin: list[int] = []
    for place, letter in enumerate(text):
        plain = letter if letter.isascii() or HAN.match(letter) else _plain(letter)
        letters += plain
        origin += [place] * len(plain)
    return "".join(letters), origin


def _plain(letter: str) -> str:
    """Nothing for invisible and combining characters, digits for digits of any script, else the compatible form."""
    if unicodedata.category(letter) in UNSEEN:
        return ""
    number = unicodedata.numeric(letter, -1.0)
    if 0 <= number <= 9 and number == int(number) and letter not in "零〇○":
        return str(int(number))
    return unicodedata.normalize("NFKC", letter)


def _merged(spans: list[Span]) -> list[Span]:
    """In order; finds that share a character are one."""
    merged: list[Span] = []
    for start, end, kind in sorted(spans):
        if merged and start < merged[-1][1]:
            first, last, word = merged[-1]
            merged[-1] = (first, max(last, end), word)
        else:
            merged.append((start, end, kind))
    return merged
