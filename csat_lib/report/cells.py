"""How one value is printed: numbers, shares, intervals, verdicts. Nothing else in the project rounds."""

from __future__ import annotations

import re
from html import escape

import numpy as np

from csat_lib.report.language import say, translated
from csat_lib.report.reasons import reason

MINUS = "\u2212"
EMPTY = "–"
NO_BREAK = "\u00a0"
GOOD = frozenset({"ok", "pass", "met", "real", "keep up", "consistent", "admissible", "good", "worked", "done", "strong link"})
WARN = frozenset({"doubtful", "at risk", "warn", "warning", "small base", "at_risk", "not shown"})
BAD = frozenset({"bad", "missed", "inadmissible", "fail", "failed", "error", "improve first", "below", "worse", "overdue", "weak link"})
ARROWS = ("▲", "▼")


def is_number(value: object) -> bool:
    """Whether ``value`` is a number and not missing."""
    return isinstance(value, int | float | np.number) and not isinstance(value, bool | np.bool_) and not np.isnan(value)


def number(value: object, digits: int = 1) -> str:
    """A number to ``digits`` places with a true minus sign; a dash where there is none.

    >>> number(1234.56), number(-0.04), number(float("nan"))
    ('1,234.6', '0.0', '–')
    """
    if not is_number(value):
        return EMPTY
    text = f"{float(value):,.{digits}f}"  # type: ignore[arg-type]
    if text.startswith("-"):
        text = text[1:] if not re.search(r"[1-9]", text) else MINUS + text[1:]
    return text


def signed(value: object, digits: int = 1) -> str:
    """A difference: its sign is always printed, except on nought.

    >>> signed(1.84), signed(-0.3)
    ('+1.8', '−0.3')
    """
    text = number(value, digits)
    plain = text == EMPTY or text.startswith(MINUS) or not re.search(r"[1-9]", text)
    return text if plain else f"+{text}"


def percent(value: object, language: str, digits: int = 0) -> str:
    """A share in 0..1 as per cent.

    Parameters
    ----------
    value : float
        A share.
    language : str
        en or zh.
    digits : int
        Decimal places.

    >>> percent(0.241, "en").split(), percent(0.241, "zh", 1)
    (['24', '%'], '24.1%')
    """
    if not is_number(value):
        return EMPTY
    return f"{number(100 * float(value), digits)}{'%' if language == 'zh' else NO_BREAK + '%'}"  # type: ignore[arg-type]


def whole(value: object) -> str:
    """A count.

    >>> whole(1243.0)
    '1,243'
    """
    return number(value, 0)


def p_value(value: object) -> str:
    """A p value to three places.

    >>> p_value(0.00004), p_value(0.0316)
    ('< 0.001', '0.032')
    """
    return "< 0.001" if is_number(value) and float(value) < 0.0005 else number(value, 3)  # type: ignore[arg-type]


def shortest(value: object) -> str:
    """A number to one place, or to none where it is whole.

    >>> shortest(77.0), shortest(76.4321)
    ('77', '76.4')
    """
    return number(value, 0 if is_number(value) and float(value).is_integer() else 1)  # type: ignore[arg-type]


def half_width(estimate: object, low: object, high: object, language: str = "en") -> str:
    """``± 1.1``, or the two ends where the interval is not symmetric to one place.

    Parameters
    ----------
    estimate, low, high : float
        Points; nothing is printed where one is missing.
    language : str
        en or zh.

    >>> half_width(76.4, 75.3, 77.5), half_width(92.0, 88.0, 94.0)
    ('± 1.1', '(88.0 to 94.0)')
    """
    if not all(is_number(each) for each in (estimate, low, high)):
        return ""
    middle, below, above = (float(each) for each in (estimate, low, high))  # type: ignore[arg-type]
    if abs((above - middle) - (middle - below)) <= 0.101:
        return f"± {number((above - below) / 2)}"
    return f"({say('to', language, low=number(below), high=number(above))})"


def tone(word: object) -> str:
    """The colour of a verdict: good, warn, bad or soft.

    >>> tone("below 0.7 (Hair et al. 2019)"), tone("met"), tone("within noise")
    ('bad', 'good', 'soft')
    """
    text = str(word).strip().casefold()
    for name, words in (("good", GOOD), ("warn", WARN), ("bad", BAD)):
        if text in words or text.split(" ")[0] in words:
            return name
    return "bad" if text.startswith(("below", "above")) else "soft"


def pill(word: object, language: str) -> str:
    """A verdict as a pill; what stands in brackets after it follows in small type."""
    if not isinstance(word, str) or not word.strip():
        return ""
    match = re.fullmatch(r"(.*?)\s*(\([^()]*\))?", word.strip(), flags=re.DOTALL)
    text, rest = (match[1], match[2]) if match and match[1] else (word, None)
    small = f" <small>({escape(reason(rest[1:-1], language))})</small>" if rest else ""
    return f'<span class="pill {tone(word)}">{escape(reason(translated(text, language), language))}</span>{small}'
