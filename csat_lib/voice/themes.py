"""The file of a study's themes, params/<study>/themes.yaml: theme -> the words that find it in Chinese and English."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from csat_lib.errors import NotInStudyError, ParamsError, nearest
from csat_lib.study import Codebook, Study, Text
from csat_lib.study.reader import Label, Strict, Words, check, read_yaml
from csat_lib.voice.patterns import LANGUAGES, Finder, compiled, finder, folded

FILE = "themes.yaml"
Negated = Literal["keep", "drop"]
Pattern = re.Pattern[str]


def _within(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool) and not 0 <= value <= 20:
        raise ValueError(f"{value!r} is not between 0 and 20")
    return value


Window = Annotated[int, BeforeValidator(_within)]


class _Lists(Strict):
    en: Words = ()
    zh: Words = ()

    def of(self, language: str) -> tuple[str, ...]:
        return self.zh if language == "zh" else self.en


class _Windows(Strict):
    en: Window = 3
    zh: Window = 4


class _Sentiment(Strict):
    positive: _Lists = _Lists()
    negative: _Lists = _Lists()


class _Node(Strict):
    label: Label = Text()
    include: _Lists = _Lists()
    exclude: _Lists = _Lists()
    negated: Negated = "keep"
    item: str | None = None
    themes: dict[str, _Node] = Field(default_factory=dict)


class _File(Strict):
    window: _Windows = _Windows()
    negations: _Lists = _Lists()
    sentiment: _Sentiment = _Sentiment()
    ignore: _Lists = _Lists()
    themes: dict[str, _Node]


@dataclass(frozen=True, slots=True, eq=False)
class Theme:
    """One theme.

    Attributes
    ----------
    name, parent : str
        Its name, and that of the theme above it ("" at the top).
    label : Text
        For people.
    include, exclude : mapping of str to Finder, mapping of str to Pattern
        Language -> one alternation of its words: a clause with an included word and no excluded one is a mention.
    negated : {"keep", "drop"}
        Whether a mention with a negation before it still is one: "no queue" speaks of queues, "no complaint" is none.
    item : str
        The question of the survey that asks about the same thing ("" where there is none); its answer is the sentiment's best source.
    """

    name: str
    parent: str
    label: Text
    include: Mapping[str, Finder]
    exclude: Mapping[str, Pattern]
    negated: Negated = "keep"
    item: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Themes:
    """A study's dictionary of themes.

    Attributes
    ----------
    themes : tuple of Theme
        Each before those below it.
    window : mapping of str to int
        How far back a negation reaches: words in English, characters in Chinese.
    negations, positive, negative : mapping of str to Pattern
        Language -> words.
    ignore : mapping of str to tuple of str
        Words that say nothing, left out of proposals.
    where : str
        The file.
    """

    themes: tuple[Theme, ...]
    window: Mapping[str, int]
    negations: Mapping[str, Pattern]
    positive: Mapping[str, Pattern]
    negative: Mapping[str, Pattern]
    ignore: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    where: str = FILE

    @property
    def names(self) -> tuple[str, ...]:
        """Every theme."""
        return tuple(each.name for each in self.themes)

    @property
    def groups(self) -> tuple[str, ...]:
        """Themes with others below them."""
        above = {each.parent for each in self.themes}
        return tuple(name for name in self.names if name in above)

    @property
    def leaves(self) -> tuple[str, ...]:
        """Themes with nothing below them."""
        return tuple(name for name in self.names if name not in self.groups)

    def theme(self, name: str) -> Theme:
        """The theme called ``name``, or an error with the nearest."""
        found = {each.name: each for each in self.themes}
        if name not in found:
            raise ParamsError(f"{self.where}: no theme {name!r}.{nearest(name, found)}")
        return found[name]

    def above(self, name: str) -> tuple[str, ...]:
        """The themes above one, the nearest first."""
        parent = self.theme(name).parent
        return (parent, *self.above(parent)) if parent else ()

    def label(self, name: str, language: str) -> str:
        """A theme's label in "en" or "zh"; its name where it has none."""
        return self.theme(name).label.say(language) or name


def load_themes(study: Study) -> Themes:
    """The themes of a study, from its themes.yaml.

    Raises
    ------
    NotInStudyError
        The study has no such file.
    ParamsError
        As in ``read_themes``.
    """
    path = study.paths.params / FILE
    if not path.is_file():
        raise NotInStudyError(f"{study.name} has no themes. Write params/{study.name}/{FILE}; params/templates has examples.")
    return read_themes(path, codebook=study.codebook)


def read_themes(path: str | Path, *, codebook: Codebook | None = None) -> Themes:
    """The themes in a YAML file.

    Raises
    ------
    ParamsError
        A misspelt key (the nearest is named), a theme without words, a name that stands twice, a word both included and excluded, a
        pattern that is invalid or could hang, or an item that ``codebook`` does not have.
    """
    path = Path(path)
    where = f"{path.parent.name}/{path.name}"
    content = check(_File, read_yaml(path), where)
    if not content.themes:
        raise ParamsError(f"{where}: themes: there are none. Name at least one.")
    themes = tuple(_below(content.themes, "", where))
    _check_names(themes, where)
    for each in themes:
        if codebook is not None and each.item and each.item not in codebook.items:
            raise ParamsError(f"{where}: {each.name}: no item {each.item!r} in the codebook.{nearest(each.item, codebook.items)}")
    return Themes(
        themes,
        {"en": content.window.en, "zh": content.window.zh},
        _patterns(content.negations, f"{where}: negations"),
        _patterns(content.sentiment.positive, f"{where}: sentiment: positive"),
        _patterns(content.sentiment.negative, f"{where}: sentiment: negative"),
        {language: tuple(map(folded, content.ignore.of(language))) for language in LANGUAGES},
        where,
    )


def _below(nodes: Mapping[str, _Node], parent: str, where: str) -> Iterator[Theme]:
    for name, node in nodes.items():
        place = f"{where}: {name}"
        if not node.themes and not any(node.include.of(language) for language in LANGUAGES):
            raise ParamsError(f"{place}: no words to find it by. Give include: en or zh, or themes below it.")
        for language in LANGUAGES:
            both = {folded(each) for each in node.include.of(language)} & {folded(each) for each in node.exclude.of(language)}
            if both:
                raise ParamsError(f"{place}: {min(both)!r} is both included and excluded. Keep one of the two.")
        found = {language: finder(node.include.of(language), f"{place}: include: {language}") for language in LANGUAGES}
        include = {language: own for language, own in found.items() if own is not None}
        exclude = _patterns(node.exclude, f"{place}: exclude")
        yield Theme(name, parent, node.label, include, exclude, node.negated, node.item or "")
        yield from _below(node.themes, name, where)


def _patterns(lists: _Lists, where: str) -> dict[str, Pattern]:
    found = {language: compiled(lists.of(language), f"{where}: {language}") for language in LANGUAGES}
    return {language: each for language, each in found.items() if each is not None}


def _check_names(themes: tuple[Theme, ...], where: str) -> None:
    names = [each.name for each in themes]
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise ParamsError(f"{where}: {twice[0]} stands under two themes. Give one of them another name.")
    strange = [name for name in names if not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", name)]
    if strange:
        raise ParamsError(f"{where}: {strange[0]!r} cannot be a theme's name: small letters, digits and _, a letter first.")
