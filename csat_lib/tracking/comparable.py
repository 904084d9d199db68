"""May two periods be compared? Items, scales, wordings, the model's modes and measurement invariance, figure by figure, in words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

import pandas as pd

from csat_lib.study import Codebook, Item, Structure
from csat_lib.survey import Survey

Structures = Structure | Mapping[str, Structure]


def item_hash(item: Item) -> str:
    """The first 12 digits of SHA-256 over what a respondent sees of a question: wording, scale, direction and the labels of its codes."""
    labels = sorted((str(code), text.en, text.zh) for code, text in item.labels.items())
    seen = [item.wording.en, item.wording.zh, float(item.low), float(item.high), item.direction, labels]
    return hashlib.sha256(json.dumps(seen, ensure_ascii=False).encode("utf-8")).hexdigest()[:12]


def codebook_hashes(codebook: Codebook) -> pd.Series:
    """Every item's ``item_hash``, for a report's appendix: equal hashes were asked alike."""
    return pd.Series({name: item_hash(item) for name, item in codebook.items.items()}, name="hash", dtype=object).rename_axis("item")


def not_comparable(before: Survey, after: Survey, items: Sequence[str], *, sides: tuple[str, str] = ("before", "now")) -> str:
    """Why the means of ``items`` cannot be compared between two surveys; empty where they can.

    Parameters
    ----------
    before, after : Survey
        The two, periods or companies.
    items : sequence of str
        What the comparison rests on.
    sides : (str, str)
        What to call them in the answer.
    """
    said = []
    for name in items:
        a, b = before.codebook.items.get(name), after.codebook.items.get(name)
        if a is None or b is None:
            said.append(f"{name} was not asked {sides[0] if a is None else sides[1]}")
        elif item_hash(a) != item_hash(b):
            said += _differences(a, b, sides)
    return "; ".join(said)


def changed_model(before: Structure | None, after: Structure | None, construct: str) -> str:
    """Why a construct's index cannot be compared between two models; empty where it can."""
    if before is None or after is None or before is after:
        return ""
    a, b = ({each.name: each for each in model.constructs}.get(construct) for model in (before, after))
    if a is None or b is None:
        return f"{construct} was not in the model {'before' if a is None else 'this time'}"
    if (a.of or a.items) != (b.of or b.items):
        return f"{construct} was formed by {', '.join(a.of or a.items)} before and is formed by {', '.join(b.of or b.items)} now"
    if a.mode != b.mode:
        return f"{construct} was estimated in mode {a.mode} before and is in mode {b.mode} now"
    return ""


def variant(invariance: pd.DataFrame | None, before: str, after: str, construct: str) -> str:
    """Why measurement invariance forbids a comparison; empty where it does not, or was not tested for these two periods.

    Parameters
    ----------
    invariance : DataFrame, optional
        From ``model.wave_invariance``: earlier periods against the last.
    before, after : str
        The periods; those the table does not hold were not tested.
    construct : str
        What is compared.
    """
    if invariance is None:
        return ""
    own = invariance[invariance["period"].isin([before, after]) & (invariance["construct"] == construct)]
    for period, rows in own.groupby("period", sort=False):
        if (rows["invariance"] == "none").any():
            said = [str(word) for word in rows["verdict"] if str(word) not in {"same", "equal", "not tested"} and "same" not in str(word)]
            return f"measurement invariance fails for {period}: {'; '.join(dict.fromkeys(said)) or 'none'}"
    return ""


def structure_in(structures: Structures | None, period: str) -> Structure | None:
    """The model of a period, where one was given."""
    return structures.get(period) if isinstance(structures, Mapping) else structures


def _differences(a: Item, b: Item, sides: tuple[str, str]) -> list[str]:
    if (a.low, a.high) != (b.low, b.high):
        return [f"{a.name} runs from {a.low:g} to {a.high:g} {sides[0]} and from {b.low:g} to {b.high:g} {sides[1]}"]
    if a.direction != b.direction:
        return [f"{a.name} is {a.direction} {sides[0]} and {b.direction} {sides[1]}"]
    asked = ((a.wording.en, b.wording.en), (a.wording.zh, b.wording.zh))
    if any(one and two and one != two for one, two in asked):
        return [f"{a.name} is worded differently"]
    labels = ({str(code): text for code, text in each.labels.items()} for each in (a, b))
    one, two = labels
    moved = [
        code
        for code in one
        if code in two and any(x and y and x != y for x, y in ((one[code].en, two[code].en), (one[code].zh, two[code].zh)))
    ]
    return [f"the grades of {a.name} are labelled differently ({', '.join(moved)})"] if moved else []
