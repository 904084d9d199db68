"""The questionnaire as data: items with wording, scale, missing codes and direction; attributes with their role."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from csat_lib.errors import ParamsError, nearest
from csat_lib.study.reader import Label, Number, Strict, Text, Words, check, read_yaml

Role = Literal[
    "id",
    "date",
    "mode",
    "population",
    "segment",
    "comment",
    "weight",
    "strata",
    "cluster",
    "duration",
    "personal",
    "ignore",
]
Direction = Literal["positive", "reversed"]
Code = int | float | str


def _codes(value: object) -> object:
    """Codes as a list mean "no answer"; a quoted number is that number."""
    if isinstance(value, list):
        if not all(isinstance(each, int | float | str) for each in value):
            raise ValueError(f"expected codes (numbers or words), got {value!r}")
        value = dict.fromkeys(value, "no answer")
    return {_code(key): text for key, text in value.items()} if isinstance(value, dict) else value


def _code(key: object) -> object:
    try:
        return float(key) if isinstance(key, str) and math.isfinite(float(key)) else key
    except ValueError:
        return key


Codes = Annotated[dict[Code, str], BeforeValidator(_codes)]


class _Scale(Strict):
    min: Number
    max: Number
    labels: dict[Code, Label] = Field(default_factory=dict)


class _Item(Strict):
    label: Label | None = None
    wording: Label | None = None
    scale: _Scale
    missing: Codes = Field(default_factory=dict)
    direction: Direction = "positive"
    column: str | None = None
    sources: Words = ()


class _Attribute(Strict):
    role: Role
    label: Label | None = None
    values: dict[Code, Label] = Field(default_factory=dict)
    missing: Codes = Field(default_factory=dict)
    column: str | None = None
    sources: Words = ()


class _File(Strict):
    title: Label = Text()
    defaults: dict[str, Any] = Field(default_factory=dict)
    items: dict[str, _Item]
    attributes: dict[str, _Attribute] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Item:
    """One question.

    Attributes
    ----------
    name, column : str
        What the project calls it, and the column of the file that holds it.
    label, wording : Text
        Short, for charts; and as asked.
    low, high : float
        Ends of the scale, in the file's codes.
    labels, missing : mapping
        Code -> its text on the questionnaire; code -> why there is no answer.
    direction : {"positive", "reversed"}
        A reversed item is turned once, when it is read.
    sources : tuple of str
        The sources that ask it; empty means all.
    """

    name: str
    column: str
    label: Text
    wording: Text
    low: float
    high: float
    labels: Mapping[Code, Text]
    missing: Mapping[Code, str]
    direction: Direction = "positive"
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attribute:
    """A column that is not a question: who answered, when, how, with which weight (``role``)."""

    name: str
    column: str
    role: Role
    label: Text
    values: Mapping[Code, Text]
    missing: Mapping[Code, str]
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Codebook:
    """Items and attributes by name, in the questionnaire's order.

    Raises
    ------
    ParamsError
        A scale without width, a missing code inside the scale, a name or column declared twice, or two columns for a role that has one.
    """

    title: Text
    items: Mapping[str, Item]
    attributes: Mapping[str, Attribute]

    def __post_init__(self) -> None:
        for item in self.items.values():
            if not item.low < item.high:
                raise ParamsError(
                    f"codebook: items: {item.name}: the scale runs from {item.low:g} to {item.high:g}; min must be below max."
                )
            inside = [code for code in item.missing if isinstance(code, int | float) and item.low <= code <= item.high]
            if inside:
                raise ParamsError(
                    f"codebook: items: {item.name}: the missing code {inside[0]:g} lies inside the scale {item.low:g}-{item.high:g}."
                )
        both = [name for name in self.items if name in self.attributes]
        if both:
            raise ParamsError(f"codebook: {both[0]} is an item and an attribute; give one of them another name.")
        for role in ("id", "date", "weight", "duration"):
            if len(self.names(role)) > 1:
                raise ParamsError(f"codebook: attributes: {' and '.join(self.names(role))} are both the {role}; there can be one.")
        taken: dict[str, str] = {}
        for each in self.everything:
            if each.column in taken:
                raise ParamsError(f"codebook: {taken[each.column]} and {each.name} both claim the column {each.column!r}.")
            taken[each.column] = each.name

    @property
    def everything(self) -> tuple[Item | Attribute, ...]:
        """Items, then attributes."""
        return (*self.items.values(), *self.attributes.values())

    def item(self, name: str) -> Item:
        """The item called ``name``, or an error with the nearest one."""
        if name not in self.items:
            raise ParamsError(f"No item {name!r} in the codebook.{nearest(name, self.items)}")
        return self.items[name]

    def names(self, role: Role) -> tuple[str, ...]:
        """The attributes that play ``role``."""
        return tuple(each.name for each in self.attributes.values() if each.role == role)

    def label(self, name: str, language: str = "en") -> str:
        """The short label of an item or attribute; its name where there is none."""
        each = self.items.get(name) or self.attributes.get(name)
        return (each.label.say(language) if each else "") or name

    def value_label(self, attribute: str, value: object, language: str = "en") -> str:
        """What a segment's code means; the code itself where the codebook is silent."""
        values = self.attributes[attribute].values if attribute in self.attributes else {}
        text = {str(code): each for code, each in values.items()}.get(str(value))
        return text.say(language) if text else str(value)

    def asked_in(self, source: str) -> Codebook:
        """The part of the questionnaire that ``source`` asks."""
        return replace(
            self,
            items={name: each for name, each in self.items.items() if not each.sources or source in each.sources},
            attributes={name: each for name, each in self.attributes.items() if not each.sources or source in each.sources},
        )

    def with_columns(self, columns: Mapping[str, str]) -> Codebook:
        """The same questionnaire with other column names, as a period file's ``columns:`` gives them."""
        known = [*self.items, *self.attributes]
        for name in columns:
            if name not in known:
                raise ParamsError(f"columns: no item or attribute {name!r} in the codebook.{nearest(name, known)}")
        return replace(
            self,
            items={name: replace(each, column=columns.get(name, each.column)) for name, each in self.items.items()},
            attributes={name: replace(each, column=columns.get(name, each.column)) for name, each in self.attributes.items()},
        )


def load_codebook(path: str | Path) -> Codebook:
    """The codebook in a YAML file.

    ``defaults:`` holds what most items share (scale, missing); an item's own keys are laid over it.

    Raises
    ------
    ParamsError
        With file, key and the nearest right one.
    """
    path = Path(path)
    content = read_yaml(path)
    defaults, items = content.get("defaults"), content.get("items")
    if isinstance(items, Mapping) and isinstance(defaults, Mapping):
        content["items"] = {name: _over(defaults, each) for name, each in items.items()}
    parsed = check(_File, content, path.name)
    try:
        return Codebook(parsed.title, dict(_items(parsed)), dict(_attributes(parsed)))
    except ParamsError as error:
        raise ParamsError(f"{path.name}: {str(error).removeprefix('codebook: ')}") from None


def _over(defaults: Mapping[str, Any], own: object) -> object:
    """Missing codes and scales replace as a whole: half of another scale would be a wrong one."""
    if own is None:
        own = {}
    return {**defaults, **own} if isinstance(own, Mapping) else own


def _items(parsed: _File) -> Iterable[tuple[str, Item]]:
    for name, each in parsed.items.items():
        label, wording = each.label or Text(), each.wording or Text()
        scale = each.scale
        yield (
            name,
            Item(
                name,
                each.column or name,
                label,
                wording,
                scale.min,
                scale.max,
                scale.labels,
                each.missing,
                each.direction,
                each.sources,
            ),
        )


def _attributes(parsed: _File) -> Iterable[tuple[str, Attribute]]:
    for name, each in parsed.attributes.items():
        yield (
            name,
            Attribute(name, each.column or name, each.role, each.label or Text(), each.values, each.missing, each.sources),
        )
