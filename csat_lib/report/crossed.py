"""Two-way tables: small cells are blanked, and with them cells of the same row and column until nobody can work them out."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from csat_lib.errors import ParamsError
from csat_lib.report.disclosure import is_total
from csat_lib.report.recovery import SLACK, Cell, bounds


def protect_crossed(frame: pd.DataFrame, attributes: Sequence[str], *, below: int, base: str = "n") -> pd.DataFrame:
    """``frame`` with small cells blanked, and as many others as it takes to keep them so; ``suppressed`` says which.

    Rows are cells of a table over two attributes or more, totals among them ("all"). A cell of fewer than ``below`` respondents is hidden;
    then, as long as the counts that are left tell that a hidden cell is so small, the smallest shown cell beside it goes, too.

    Parameters
    ----------
    frame : DataFrame
        The attributes' columns, ``base``, and figures.
    attributes : sequence of str
        What the table crosses; a segment and a period, for example.
    below : int
        Least respondents of a shown cell.
    base : str
        The column that counts respondents.

    Returns
    -------
    DataFrame
        The same rows; of hidden ones the attributes alone.

    Raises
    ------
    ParamsError
        A column is missing.
    """
    lacking = [name for name in (*attributes, base) if name not in frame.columns]
    if lacking:
        raise ParamsError(f"A crossed table needs the column {lacking[0]!r}. There are: {', '.join(map(str, frame.columns))}.")
    result = frame.reset_index(drop=True).copy()
    n = result[base].to_numpy(dtype=float)
    where = [dict(_segments(row, attributes)) for row in result[list(attributes)].to_dict("records")]
    hidden = n < below
    while given_away := _given_away(where, n, hidden, below):
        alone = [line for cell in given_away for line in _lines(cell, where) if sum(hidden[each] for each in line) == 1]
        beside = [line for cell in given_away for line in _lines(cell, where)]
        for places in (alone, beside, [[place for place, here in enumerate(where) if here]]):
            shown = [place for line in places for place in line if not hidden[place]]
            if shown:
                hidden[min(shown, key=lambda place: (n[place], place))] = True
                break
        else:
            break
    for column in [name for name in result.columns if name not in attributes]:
        result[column] = result[column].astype(float if pd.api.types.is_numeric_dtype(result[column]) else object).mask(hidden)
    return result.assign(suppressed=hidden)


def _segments(row: Mapping[Hashable, object], attributes: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Attribute and segment of a cell, without those it sums over."""
    for name in attributes:
        if not is_total(pd.Series([row[name]])).iloc[0]:
            yield name, str(row[name])


def _given_away(where: Sequence[dict[str, str]], n: np.ndarray, hidden: np.ndarray, below: int) -> list[int]:
    """Where the shown cells tell that a hidden one is small: it, and every other hidden cell that they tell exactly."""
    cells = [Cell(here, None if gone else float(count)) for here, count, gone in zip(where, n, hidden, strict=True)]
    told = {id(each.cell): each for each in bounds(cells)}
    found = {place: told[id(cell)] for place, cell in enumerate(cells) if id(cell) in told}
    small = [place for place, each in found.items() if n[place] > 0 and each.n_high < below - SLACK]
    exact = [place for place, each in found.items() if each.n_high - each.n_low < SLACK]
    return list(dict.fromkeys([*small, *exact])) if small else []


def _lines(cell: int, where: Sequence[dict[str, str]]) -> Iterator[list[int]]:
    """The rows and columns that a cell lies in: as deep, and alike but in one attribute."""
    own = where[cell]
    for name in own:
        rest = {key: value for key, value in own.items() if key != name}
        yield [place for place, other in enumerate(where) if other.keys() == own.keys() and all(other[key] == rest[key] for key in rest)]
