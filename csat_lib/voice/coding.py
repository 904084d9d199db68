"""Dictionary coding: which comment mentions which theme, in which clause; coverage and quality of the coding."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csat_lib.errors import DataError
from csat_lib.voice.patterns import HAN, LETTER, Finder, folded
from csat_lib.voice.themes import Theme, Themes

_BREAK = re.compile(r"[,，。.;；:：!！?？、…\n]+|(?<!\w)(?:but|and|however|although|though|also)(?!\w)|但是|不过|然而|可是|而且|另外|就是")
COVERAGE = ["metric", "language", "estimate", "unit", "n"]


@dataclass(frozen=True, slots=True, eq=False)
class Coding:
    """Comments with their themes.

    Attributes
    ----------
    themes : Themes
        The dictionary that found them.
    comments : DataFrame
        One row per comment on the index given: text (as written), language ("zh", "en", "mixed", "other": no word of either), coded.
        Blank answers are no comments and have no row.
    mentions : DataFrame
        One row per comment and theme that a word of it found: row (the comments' index), theme, clause (folded, the first that counts),
        at (where the word stands in the clause).
    """

    themes: Themes
    comments: pd.DataFrame
    mentions: pd.DataFrame

    def __len__(self) -> int:
        return len(self.comments)

    def dummies(self) -> pd.DataFrame:
        """Comment by theme, True where it is mentioned; a theme is also mentioned where one below it is."""
        place = self.comments.index.get_indexer(pd.Index(self.mentions["row"]))
        column = {name: number for number, name in enumerate(self.themes.names)}
        found = np.zeros((len(self.comments), len(column)), dtype=bool)
        found[place, self.mentions["theme"].map(column).to_numpy(dtype=int)] = True
        for name in reversed(self.themes.names):
            for above in self.themes.above(name):
                found[:, column[above]] |= found[:, column[name]]
        return pd.DataFrame(found, index=self.comments.index, columns=list(column))


def code_comments(comments: pd.Series, themes: Themes) -> Coding:
    """The themes of every comment.

    A theme is mentioned where a clause holds one of its words and none that it excludes; where the theme drops negated mentions, no
    negation stands within the window before the word. Empty answers are left out; every other comment stays, also one without words.

    Parameters
    ----------
    comments : Series
        Text; a missing or blank one is no comment.
    themes : Themes
        From ``load_themes``.

    Raises
    ------
    DataError
        The index has a row twice.
    """
    if comments.index.has_duplicates:
        raise DataError(f"The comments' index has {comments.index[comments.index.duplicated()][0]} twice. Give every comment its own row.")
    written = comments.astype(object).where(comments.notna(), "").astype(str)
    written = written[written.str.strip() != ""]
    codes, texts = pd.factorize(written.map(folded).to_numpy(dtype=object))
    languages = np.array([language_of(text) for text in texts], dtype=object)
    rows, corpus = _rows_of(codes, len(texts)), _Corpus(texts)
    found = [(index, theme, clause, at) for theme in themes.themes for index, clause, at in _mentions(theme, themes, corpus)]
    place = [(row, theme.name, clause, at) for index, theme, clause, at in found for row in rows[index]]
    mentions = pd.DataFrame(place, columns=["place", "theme", "clause", "at"]).sort_values("place", kind="stable", ignore_index=True)
    mentions.insert(0, "row", written.index.to_numpy()[mentions.pop("place").to_numpy(dtype=int)])
    coded = np.zeros(len(written), dtype=bool)
    coded[[row for row, *_ in place]] = True
    table = pd.DataFrame({"text": written, "language": languages[codes] if len(texts) else [], "coded": coded}, index=written.index)
    return Coding(themes, table, mentions)


def language_of(text: str) -> str:
    """The script of a folded text: zh, en, mixed (an eighth of either at least), or other.

    >>> language_of("结账太慢"), language_of("too slow"), language_of("wifi 太慢 very slow"), language_of("👍")
    ('zh', 'en', 'mixed', 'other')
    """
    han, letters = len(HAN.findall(text)), len(LETTER.findall(text)) / 4
    if not han and not letters:
        return "other"
    share = han / (han + letters)
    return "zh" if share > 7 / 8 else "en" if share < 1 / 8 else "mixed"


def coverage(coding: Coding) -> pd.DataFrame:
    """How much of what was written the dictionary reaches, in all and by language.

    Returns
    -------
    DataFrame
        metric ("comments", "coverage", "without_words"), language ("all", "zh", "en", "mixed", "other"), estimate (a count; for
        coverage per cent of the comments with at least one theme), unit, n (comments of that language).
    """
    table, rows = coding.comments, []
    for language in ("all", "zh", "en", "mixed", "other"):
        own = table if language == "all" else table[table["language"] == language]
        if len(own) or language == "all":
            rows.append(("comments", language, float(len(own)), "", len(own)))
            rows.append(("coverage", language, 100 * float(own["coded"].mean()) if len(own) else np.nan, "%", len(own)))
    silent = int((table["language"] == "other").sum())
    return pd.DataFrame([*rows, ("without_words", "all", float(silent), "", len(table))], columns=COVERAGE)


def coding_quality(coding: Coding, truth: pd.Series) -> pd.DataFrame:
    """Precision and recall of the coding against known themes, in all and by theme.

    Parameters
    ----------
    coding : Coding
        From ``code_comments``.
    truth : Series of sets
        The true themes of every comment, on the comments' index; only themes with nothing below them count.

    Returns
    -------
    DataFrame
        theme ("all" pools the mentions), precision, recall, n (true mentions), found (mentions of the dictionary).
    """
    dummies = coding.dummies()[list(coding.themes.leaves)]
    known = pd.DataFrame({name: [name in truth[row] for row in dummies.index] for name in dummies}, index=dummies.index)
    rows = []
    for name in ("all", *dummies):
        found, true = (frame.to_numpy() if name == "all" else frame[name].to_numpy() for frame in (dummies, known))
        both = float((found & true).sum())
        rows.append((name, _ratio(both, found.sum()), _ratio(both, true.sum()), int(true.sum()), int(found.sum())))
    return pd.DataFrame(rows, columns=["theme", "precision", "recall", "n", "found"])


def clauses(text: str) -> Iterator[tuple[int, str]]:
    """Where each clause of a folded text begins, and the clause."""
    start = 0
    for gap in _BREAK.finditer(text):
        if gap.start() > start:
            yield start, text[start : gap.start()]
        start = gap.end()
    if start < len(text):
        yield start, text[start:]


def negated(clause: str, at: int, themes: Themes) -> bool:
    """Whether a negation stands within the window before place ``at`` of a clause."""
    for language, pattern in themes.negations.items():
        reach = themes.window[language]
        before = clause[:at]
        head = before[-reach:] if language == "zh" else " ".join(before.split()[-reach:])
        if reach and head and pattern.search(head):
            return True
    return False


def _mentions(theme: Theme, themes: Themes, corpus: _Corpus) -> Iterator[tuple[int, str, int]]:
    """Number of the text, clause and place of the first mention that counts, text by text."""
    seen = set()
    for own in theme.include.values():
        for index in corpus.holding(own):
            if index not in seen:
                first = _first(theme, themes, corpus.texts[index], own.pattern)
                if first is not None:
                    seen.add(index)
                    yield index, *first


class _Corpus:
    """All texts end to end, so that a word is looked for in all of them at once."""

    def __init__(self, texts: np.ndarray) -> None:
        self.texts = [str(text) for text in texts]
        self.whole = "\n".join(self.texts)
        self.starts = np.cumsum([0, *(len(text) + 1 for text in self.texts[:-1])]) if self.texts else np.zeros(0, dtype=int)

    def holding(self, finder: Finder) -> list[int]:
        """Numbers of the texts that may match: those with one of the stems, and those that a pattern finds."""
        places = [place for stem in finder.stems for place in self._places(stem)]
        found = set((np.searchsorted(self.starts, places, side="right") - 1).tolist())
        if finder.loose is not None:
            found |= {index for index, text in enumerate(self.texts) if finder.loose.search(text)}
        return sorted(found)

    def _places(self, stem: str) -> Iterator[int]:
        place = self.whole.find(stem)
        while place >= 0:
            yield place
            place = self.whole.find(stem, place + 1)


def _first(theme: Theme, themes: Themes, text: str, pattern: re.Pattern[str]) -> tuple[str, int] | None:
    parts = list(clauses(text))
    for hit in pattern.finditer(text):
        start, clause = next((each for each in reversed(parts) if each[0] <= hit.start()), (0, text))
        at = hit.start() - start
        if any(each.search(clause) for each in theme.exclude.values()):
            continue
        if theme.negated == "drop" and negated(clause, at, themes):
            continue
        return clause, at
    return None


def _rows_of(codes: np.ndarray, count: int) -> Mapping[int, list[int]]:
    rows: dict[int, list[int]] = {index: [] for index in range(count)}
    for row, code in enumerate(codes.tolist()):
        rows[code].append(row)
    return rows


def _ratio(part: float, whole: float) -> float:
    return float(part) / float(whole) if whole else np.nan
