"""Example comments: masked, from cells that are large enough, the same ones every time."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from csat_lib.errors import whole
from csat_lib.voice.coding import Coding, language_of
from csat_lib.voice.masking import NOBODY, Names, mask, personal
from csat_lib.voice.patterns import folded

LONGEST = 160
SHORTEST = 4
COLUMNS = ["theme", "sign", "comment", "n"]


def verbatims(
    coding: Coding,
    signs: pd.DataFrame,
    *,
    fewest: int,
    each: int = 2,
    names: Names = NOBODY,
    language: str = "",
    words: dict[str, str] | None = None,
) -> pd.DataFrame:
    """Example comments of every theme, blame before praise, masked.

    A cell is a theme and a sign; one with fewer than ``fewest`` comments gives none. Comments without personal data go
    first, then those about this theme alone, then those of middling length; what is longer than 160 characters is cut after masking.

    Parameters
    ----------
    coding : Coding
        From ``code_comments``.
    signs : DataFrame
        From ``sentiment``.
    fewest : int
        The smallest cell, such as the study's suppress_below.
    each : int
        Examples a cell at most.
    names : Names
        Customers' names, from ``known_names``.
    language : {"", "en", "zh"}
        Comments of this language go first.
    words : dict of str to str, optional
        What stands in the place of each kind of personal data.

    Returns
    -------
    DataFrame
        theme, sign (-1, 1), comment, n (comments of the cell).
    """
    whole(fewest, "fewest", least=1)
    whole(each, "each", least=1)
    rows = []
    known = signs[signs["sign"].isin([-1, 1])]
    for (theme, sign), cell in sorted(known.groupby(["theme", "sign"], sort=False), key=lambda pair: _order(coding, pair[0])):
        if len(cell) < fewest:
            continue
        texts = coding.comments.loc[cell["row"], "text"]
        shown = _chosen(texts, coding.mentions.groupby("row").size(), each, names, language)
        rows += [(theme, int(float(str(sign))), _cut(mask(text, names, words=words)), len(cell)) for text in shown]
    return pd.DataFrame(rows, columns=COLUMNS)


def _order(coding: Coding, cell: Sequence[object]) -> tuple[int, float]:
    return coding.themes.names.index(str(cell[0])), float(str(cell[1]))


def _chosen(texts: pd.Series, themes: pd.Series, each: int, names: Names, language: str) -> list[str]:
    """The first of the cell in an order that does not depend on the rows' order; no two with the same words."""
    plain = {folded(str(text)): str(text) for text in sorted(map(str, texts))}
    about = {folded(str(text)): int(count) for text, count in zip(texts, themes.reindex(texts.index), strict=True)}
    long = [text for text in plain if len(text) >= SHORTEST]
    middle = sorted(map(len, long))[len(long) // 2] if long else 0

    def rank(text: str) -> tuple[int, int, int, int, str]:
        other = bool(language) and language_of(text) != language
        return int(other), int(bool(personal(plain[text], names))), about[text], abs(len(text) - middle), text

    return [plain[text] for text in sorted(long, key=rank)[:each]]


def _cut(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= LONGEST else plain[: LONGEST - 1].rstrip() + "…"
