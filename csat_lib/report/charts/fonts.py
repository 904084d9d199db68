"""The letters that charts are measured and drawn with: DejaVu Sans, and for Chinese the subset of Noto Sans CJK SC that comes with us."""

from __future__ import annotations

import logging
import re
import unicodedata
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from matplotlib.font_manager import FontProperties, fontManager

FILE = Path(__file__).parents[1] / "fonts" / "csat-sans-sc.otf"
LATIN, CHINESE = "DejaVu Sans", "Csat Sans SC"
FAMILIES = [LATIN, CHINESE]
_MISSING = re.compile(r"Glyph (\d+) .*missing from")


class MissingGlyphWarning(UserWarning):
    """A letter that no font of ours has: only the reader's own fonts can show it."""


@cache
def register() -> None:
    """Make the Chinese font known to matplotlib, once a process."""
    fontManager.addfont(FILE)
    logging.getLogger("matplotlib.font_manager").addFilter(lambda record: CHINESE not in record.getMessage())  # it has one weight


def font(size: float, weight: str = "normal") -> FontProperties:
    """Our letters in a size, for measuring.

    >>> font(13.0).get_family()
    ['DejaVu Sans', 'Csat Sans SC']
    """
    register()
    return FontProperties(family=FAMILIES, size=size, weight=weight)


@contextmanager
def glyphs_counted() -> Iterator[None]:
    """Gather what matplotlib says of missing glyphs into one warning that names the letters; other warnings pass."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.filterwarnings("always", message="Glyph .* missing from")
        yield
    lost: dict[str, None] = {}
    for each in seen:
        match = _MISSING.match(str(each.message))
        if match:
            lost[chr(int(match[1]))] = None
        else:
            warnings.warn_explicit(each.message, each.category, each.filename, each.lineno)
    if lost:
        named = ", ".join(f"{letter} ({unicodedata.name(letter, f'U+{ord(letter):04X}')})" for letter in lost)
        warnings.warn(f"{len(lost)} letters of a chart are in no font of ours: {named}.", MissingGlyphWarning, stacklevel=3)
