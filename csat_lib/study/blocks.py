"""The measurement half of a path model: constructs, the items or parts that measure them, and what each item asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from csat_lib.errors import ParamsError, nearest
from csat_lib.study.reader import Text

Mode = Literal["A", "B"]


@dataclass(frozen=True, slots=True)
class Construct:
    """A latent variable and what measures it: items, or other constructs that have items.

    Attributes
    ----------
    name, label : str, Text
        The word in formulas and tables, and what a reader sees.
    items : tuple of str
        The questions that measure it; empty where ``of`` names its parts.
    mode : "A" or "B"
        Correlation weights or regression weights.
    of : tuple of str
        The constructs that form a higher-order construct; empty otherwise.
    """

    name: str
    label: Text
    items: tuple[str, ...] = ()
    mode: Mode = "A"
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """What an item asks, in both languages.

    Attributes
    ----------
    label, wording : Text
        A word or two for tables, and the sentence that is read to the respondent.
    low, high : Text
        The labelled end points of the scale, lowest number first.
    source : str
        Whose wording it is; "reconstructed" where only the content of the question is known.
    """

    label: Text
    wording: Text
    low: Text = Text()
    high: Text = Text()
    source: str = ""


def check_items(constructs: Sequence[Construct]) -> None:
    """Refuse a construct that nothing measures, and an item that measures two."""
    owner: dict[str, str] = {}
    for each in constructs:
        if not each.items and not each.of:
            raise ParamsError(f"constructs: {each.name} has no items.")
        for item in each.items:
            if item in owner:
                raise ParamsError(f"constructs: the item {item!r} stands in {owner[item]} and in {each.name}; it can measure only one.")
            owner[item] = each.name


def wholes(constructs: Sequence[Construct]) -> dict[str, str]:
    """Which higher-order construct each part belongs to."""
    blocks = {each.name: each.items for each in constructs}
    whole: dict[str, str] = {}
    for each in constructs:
        if each.of and each.items:
            raise ParamsError(f"constructs: {each.name} has both items and of. Give the items to {', '.join(each.of)}.")
        if len(each.of) == 1:
            raise ParamsError(f"constructs: {each.name}: of names {each.of[0]} alone. Name two or more, or give the items to {each.name}.")
        for part in each.of:
            if part not in blocks:
                raise ParamsError(f"constructs: {each.name}: of: no construct {part!r}.{nearest(part, blocks)}")
            if not blocks[part]:
                raise ParamsError(f"constructs: {each.name}: of: {part} has no items of its own. Parts need items: one level is all.")
            if part in whole:
                raise ParamsError(f"constructs: {part} is a part of {whole[part]} and of {each.name}; it can be a part of only one.")
            whole[part] = each.name
    return whole
