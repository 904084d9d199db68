"""Weights from what people say without ratios: direct ratings, and comparisons scored 0-1 or 0-4 (强制评分法)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np
import pandas as pd

from csat_lib.errors import DataError, ParamsError, pick
from csat_lib.index.named_numbers import named_numbers

Centre = Literal["mean", "median"]
Scoring = Literal["0-1", "0-4"]
CENTRES: dict[str, Callable[..., np.ndarray]] = {"mean": np.mean, "median": np.median}
SCORINGS: dict[str, tuple[float, tuple[float, ...]]] = {"0-1": (1.0, (0.0, 0.5, 1.0)), "0-4": (4.0, (0.0, 1.0, 2.0, 3.0, 4.0))}


def rating_weights(ratings: pd.DataFrame | pd.Series | Mapping[str, float], *, centre: Centre = "mean") -> pd.Series:
    """Weights that sum to 1 from direct ratings or a budget of points: each person's shares, averaged over the persons.

    Parameters
    ----------
    ratings : DataFrame, Series or mapping
        Experts x indicators, or the ratings of one; from 0 upward.
    centre : {"mean", "median"}
        Over the experts' shares.

    Raises
    ------
    DataError
        A rating that is missing or negative, an expert who rates everything 0, or no ratings.

    >>> rating_weights({"quality": 50, "service": 30, "price": 20}).to_dict()
    {'quality': 0.5, 'service': 0.3, 'price': 0.2}
    """
    average = pick(CENTRES, centre, "centre")
    table = ratings if isinstance(ratings, pd.DataFrame) else named_numbers(ratings, "ratings").to_frame("ratings").T
    if table.empty:
        raise DataError("There are no ratings.")
    if table.columns.has_duplicates:
        raise DataError(f"The indicator {table.columns[table.columns.duplicated()][0]!r} appears twice.")
    try:
        X = table.to_numpy(dtype=float)
    except (TypeError, ValueError) as error:
        raise DataError(f"A rating is no number: {error}.") from None
    for row, column in np.argwhere(~(np.isfinite(X) & (X >= 0))):
        raise DataError(
            f"{table.index[row]}, {table.columns[column]}: the rating is {X[row, column]:g}; it must be a number from 0 upward."
        )
    for row in table.index[X.sum(axis=1) == 0]:
        raise DataError(f"{row}: every rating is 0, so there are no shares. Leave this expert out, or ask again.")
    w = average(X / X.sum(axis=1, keepdims=True), axis=0)
    return pd.Series(w / w.sum(), index=table.columns)


def comparison_weights(table: pd.DataFrame | Mapping[str, pd.DataFrame], *, scoring: Scoring = "0-1") -> pd.Series:
    """Weights that sum to 1 from pairs scored 0-1 (which matters more) or 0-4 (4-0 far more, 3-1 more, 2-2 alike).

    A thing's points are the sum of its row. With 0-1 the last of all would weigh nothing, so every thing gets one point more; with several
    experts the points are averaged first.

    Parameters
    ----------
    table : DataFrame or mapping
        Rows and columns name the same things; row against column and column against row sum to 1 or 4; the diagonal is not read. Or
        {expert: table}.
    scoring : {"0-1", "0-4"}
        The points of a pair; a tie is 0.5 each or 2 each.

    Raises
    ------
    ParamsError
        Not square, labels that differ, or experts who compare different things.
    DataError
        A missing or impossible score, a pair that does not sum, or no points at all: by name.
    """
    whole, allowed = pick(SCORINGS, scoring, "scoring")
    if not isinstance(table, pd.DataFrame | Mapping):
        raise ParamsError(f"Expected a table of comparisons or {{expert: table}}, got {type(table).__name__}.")
    tables = {"": table} if isinstance(table, pd.DataFrame) else dict(table)
    if not tables or any(each.empty for each in tables.values()):
        raise ParamsError("No table of comparisons was given.")
    items = list(next(iter(tables.values())).index)
    points = np.mean([_points(each, items, f"{name}: " if name else "", whole, allowed) for name, each in tables.items()], axis=0)
    points = points + (1.0 if scoring == "0-1" else 0.0)
    for k in np.flatnonzero(points == 0):
        raise DataError(f"{items[k]!r} has no points at all and would weigh nothing. Leave it out, or score its pairs 3-1 instead of 4-0.")
    return pd.Series(points / points.sum(), index=items)


def _points(table: pd.DataFrame, items: list[object], who: str, whole: float, allowed: tuple[float, ...]) -> np.ndarray:
    if list(table.index) != list(table.columns) or list(table.index) != items or len(set(items)) != len(items):
        raise ParamsError(
            f"{who}rows {', '.join(map(str, table.index))}; columns {', '.join(map(str, table.columns))}; expected in both,"
            f" each once: {', '.join(map(str, items))}."
        )
    A = table.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float)
    for i in range(len(A)):
        for j in range(i + 1, len(A)):
            pair = f"{who}{items[i]} against {items[j]}"
            for score in (A[i, j], A[j, i]):
                if score not in allowed:
                    shown = "no score" if np.isnan(score) else f"{score:g}"
                    raise DataError(f"{pair}: {shown}; expected one of {', '.join(f'{each:g}' for each in allowed)}.")
            if A[i, j] + A[j, i] != whole:
                raise DataError(
                    f"{pair}: {A[i, j]:g} and {A[j, i]:g} sum to {A[i, j] + A[j, i]:g}; the two scores of a pair sum to {whole:g}."
                )
    off = A.copy()
    np.fill_diagonal(off, 0.0)
    return np.asarray(off.sum(axis=1))
