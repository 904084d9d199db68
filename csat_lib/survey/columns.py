"""What must hold of single columns, run by pandera in its lazy mode: every column, every rule, every row that breaks it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csat_lib.study import Item


@dataclass(frozen=True, slots=True)
class Rule:
    """A word for the findings, and a function from a column to where it holds."""

    name: str
    holds: Callable[[pd.Series], pd.Series]


def broken(frame: pd.DataFrame, rules: Mapping[str, Sequence[Rule]]) -> dict[tuple[str, str], pd.Series]:
    """Where the columns break their rules: (column, rule) -> rows, only for what was broken."""
    import pandera.pandas as pa

    columns = {
        name: pa.Column(
            None,
            [pa.Check(rule.holds, name=rule.name, ignore_na=False, n_failure_cases=None) for rule in each],
            nullable=True,
        )
        for name, each in rules.items()
    }
    plain = frame.reset_index(drop=True)
    try:
        pa.DataFrameSchema(columns).validate(plain, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases
    else:
        return {}
    seen = {}
    for (column, rule), rows in cases.groupby(["column", "check"], sort=False)["index"]:
        mask = np.zeros(len(frame), dtype=bool)
        mask[rows.to_numpy(dtype=int)] = True
        seen[str(column), str(rule)] = pd.Series(mask, index=frame.index)
    return seen


def item_rules(item: Item) -> list[Rule]:
    """An answer lies on the scale and, where every point of the scale has a label, on one of its points."""
    low, high = item.low, item.high
    rules = [Rule("outside_scale", lambda value: value.isna() | value.between(low, high))]
    codes = {float(code) for code in item.labels if isinstance(code, int | float)}
    if codes >= set(np.arange(low, high + 1).tolist()):
        rules.append(Rule("undeclared_code", lambda value: value.isna() | ~value.between(low, high) | value.isin(codes)))
    return rules
