"""Two questionnaires side by side: what was asked otherwise in one period than in another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from csat_lib.study import Codebook, Item, Text
from csat_lib.study.codebook import Code


def questionnaire_changes(before: Codebook, after: Codebook, *, language: str = "en") -> pd.DataFrame:
    """What changed between two questionnaires, one row per change, in the order of the later one.

    Parameters
    ----------
    before, after : Codebook
        For instance ``load_study(...).codebook`` of two periods.
    language : {"en", "zh"}
        Of the wordings compared and shown.

    Returns
    -------
    DataFrame
        item, change (added, dropped, wording, label, scale, labels, missing, direction, column), before, after: as texts, empty where
        there is nothing.
    """
    rows = []
    for name, item in after.items.items():
        old = before.items.get(name)
        if old is None:
            rows.append((name, "added", "", _wording(item, language)))
        else:
            rows += [(name, *change) for change in _changes(old, item, language)]
    rows += [(name, "dropped", _wording(item, language), "") for name, item in before.items.items() if name not in after.items]
    return pd.DataFrame(rows, columns=["item", "change", "before", "after"])


def _changes(old: Item, new: Item, language: str) -> Iterator[tuple[str, str, str]]:
    for change, was, now in (
        ("wording", old.wording.say(language), new.wording.say(language)),
        ("label", old.label.say(language), new.label.say(language)),
        ("scale", f"{old.low:g}-{old.high:g}", f"{new.low:g}-{new.high:g}"),
        ("labels", _labels(old.labels, language), _labels(new.labels, language)),
        ("missing", _codes(old.missing), _codes(new.missing)),
        ("direction", old.direction, new.direction),
        ("column", old.column, new.column),
    ):
        if was != now:
            yield change, was, now


def _wording(item: Item, language: str) -> str:
    return item.wording.say(language) or item.label.say(language)


def _labels(labels: Mapping[Code, Text], language: str) -> str:
    return "; ".join(f"{_code(code)} = {text.say(language)}" for code, text in sorted(labels.items(), key=lambda each: _order(each[0])))


def _codes(missing: Mapping[Code, str]) -> str:
    return "; ".join(f"{_code(code)} = {text}" for code, text in sorted(missing.items(), key=lambda each: _order(each[0])))


def _code(code: Code) -> str:
    return f"{code:g}" if isinstance(code, int | float) else code


def _order(code: Code) -> tuple[int, float, str]:
    """Numbers by size, then words."""
    return (1, 0.0, code) if isinstance(code, str) else (0, float(code), "")
