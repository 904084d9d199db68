"""Who moves: the matrix of transition probabilities between grades of satisfaction, of the same customers in two waves.

Two waves of a panel give it, or a table of counts; two independent samples do not, and are refused by name.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import DataError, NotInStudyError, ParamsError, nearest
from csat_lib.stats import n_effective
from csat_lib.survey import Survey
from csat_lib.tracking.movement import FEWEST, Smoothing, Transitions, described
from csat_lib.tracking.panels import Panel, overlap

Array = npt.NDArray[np.float64]
IDENTIFY = "Independent samples cannot say who moved: transitions need the same customers in both waves, matched by their id."


def transitions(
    before: pd.Series,
    after: pd.Series,
    *,
    grades: Sequence[Hashable] | Mapping[Any, float],
    weights: pd.Series | None = None,
    smoothing: Smoothing = "none",
) -> Transitions:
    """Transition probabilities of the customers who were graded in both waves.

    Parameters
    ----------
    before, after : Series
        Grade of each customer, indexed by the customer's id; missing grades are left out.
    grades : sequence, or mapping of grade to value
        All grades in order; numbers are their own values in points, words need a mapping.
    weights : Series, optional
        Survey weight of each customer, by id; those of the later wave are usual.
    smoothing : {"none", "laplace"}
        laplace adds one customer to every cell: (n_ij + 1) / (n_i. + k).

    Raises
    ------
    NotInStudyError
        The two waves have no customers in common: independent samples cannot identify who moved.
    DataError
        An id is repeated, a grade is not among ``grades``, an index merely counts rows, or a weight is missing.
    """
    values = _values(grades)
    places = {grade: place for place, grade in enumerate(grades)}
    sides = {"before": _side(before, places, "before"), "after": _side(after, places, "after")}
    both = pd.concat(sides, axis=1, join="inner")
    if len(both) < FEWEST:
        raise NotInStudyError(f"{len(both)} customers were graded in both waves ({len(before)} before, {len(after)} after). {IDENTIFY}")
    w = _weights(weights, both.index)
    pairs = both.astype(int).assign(weight=w / w.mean())
    k = len(values)
    counts = np.bincount(pairs["before"] * k + pairs["after"], weights=pairs["weight"], minlength=k * k).reshape(k, k).astype(float)
    alone = {name: int(len(side) - len(both)) for name, side in sides.items()}
    return described(counts, values, smoothing, n=len(both), effective=n_effective(w), unmatched=alone, pairs=pairs)


def transitions_from_counts(
    counts: pd.DataFrame | Sequence[Sequence[float]] | Array,
    *,
    values: Sequence[float] | Mapping[Any, float] | pd.Series,
    smoothing: Smoothing = "none",
) -> Transitions:
    """Transition probabilities from a square table of customers, origins in rows.

    Parameters
    ----------
    counts : DataFrame or array, (k, k)
        Customers who went from the row's grade to the column's; a frame's labels must be the same on both sides.
    values : sequence, mapping or Series
        What each grade is worth in points, in the order of the rows or by label.
    smoothing : {"none", "laplace"}
        As in ``transitions``.

    Raises
    ------
    DataError
        The table is not square, its labels differ, or a count is negative or missing.

    >>> found = transitions_from_counts([[70, 20, 10], [30, 50, 20], [20, 30, 50]], values=[100, 50, 0])
    >>> found.steady_state.round(3).tolist(), round(float(found.levels["long_run"]), 2)
    ([0.463, 0.317, 0.22], 62.2)
    """
    table = np.asarray(counts, dtype=float)
    if table.ndim != 2 or table.shape[0] != table.shape[1] or len(table) < FEWEST:
        raise DataError(f"counts: expected a square table of two grades or more, got the shape {table.shape}.")
    if isinstance(counts, pd.DataFrame):
        if [str(each) for each in counts.index] != [str(each) for each in counts.columns]:
            raise DataError(f"counts: rows {list(counts.index)} and columns {list(counts.columns)} must name the same grades in order.")
        by_label = values if isinstance(values, pd.Series | Mapping) else dict(zip(counts.index, values, strict=False))
        lacking = [str(grade) for grade in counts.index if grade not in by_label]
        if lacking or len(by_label) != len(table):
            raise ParamsError(f"values: expected one for each of the {len(table)} grades; got {len(by_label)}, none for {lacking}.")
        worth = _values({grade: float(by_label[grade]) for grade in counts.index})
    else:
        given = list(values.values()) if isinstance(values, Mapping) else list(values)
        if len(given) != len(table):
            raise ParamsError(f"values: expected {len(table)}, one for each grade, got {len(given)}.")
        names = list(values) if isinstance(values, Mapping) else list(values.index) if isinstance(values, pd.Series) else given
        worth = _values(dict(zip(names, map(float, given), strict=True)) if len(set(names)) == len(names) else dict(enumerate(given, 1)))
    if not (np.isfinite(table) & (table >= 0)).all() or not table.any():
        raise DataError("counts: every cell must be a number of customers, 0 or more, and not all of them 0.")
    return described(table, worth, smoothing, n=float(table.sum()), effective=float(table.sum()))


def panel_grades(before: Survey, after: Survey, item: str, *, panel: Panel = "auto") -> pd.DataFrame:
    """The customers who answered ``item`` in both waves: before, after (codes), weight (of the later wave), by id.

    Parameters
    ----------
    before, after : Survey
        The waves.
    item : str
        The graded item.
    panel : {"auto", "ids", "independent"}
        As in ``overlap``: ids that merely number the questionnaires match nobody.

    Raises
    ------
    NotInStudyError
        Nobody answered it twice, or the answers under one id are unrelated: the waves are independent samples.
    """
    for survey in (before, after):
        survey.codebook.item(item)
    shared = overlap(before, after, panel=panel)
    pair = {"before": before.responses[item].to_numpy()[shared.before], "after": after.responses[item].to_numpy()[shared.after]}
    frame = pd.DataFrame({**pair, "weight": after.weight_values[shared.after]})
    if len(shared):
        frame.index = pd.Index(after.attributes[after.codebook.names("id")[0]].astype(str).to_numpy()[shared.after], name="id")
    kept = frame.dropna()
    where = f"{item}: {before.period} and {after.period}"
    if len(kept) < FEWEST:
        raise NotInStudyError(f"{where} are {shared.said}; {len(kept)} answered it twice. {IDENTIFY}")
    return kept


def _values(grades: Iterable[Hashable] | Mapping[Any, float]) -> pd.Series:
    """The values of the grades, labelled by their names."""
    listed = list(grades)
    if len(listed) < FEWEST or len(set(listed)) != len(listed):
        raise ParamsError(f"grades: expected two or more different grades, got {listed}.")
    try:
        worth = [float(grades[each] if isinstance(grades, Mapping) else each) for each in listed]
    except (TypeError, ValueError):
        raise ParamsError(f"grades: {listed} are words without values. Give them as {{grade: points}}.") from None
    if not np.isfinite(worth).all():
        raise ParamsError(f"grades: every grade needs a finite value, got {worth}.")
    return pd.Series(worth, index=pd.Index([_name(each) for each in listed], name="grade"), name="value")


def _name(grade: object) -> str:
    return f"{grade:g}" if isinstance(grade, int | float | np.number) else str(grade)


def _side(grades: pd.Series, places: Mapping[Any, int], what: str) -> pd.Series:
    """The places of one wave's grades, by id."""
    if not isinstance(grades, pd.Series):
        raise ParamsError(f"{what}: expected a Series of grades indexed by the customers' ids, got {type(grades).__name__}.")
    known = grades.dropna()
    if isinstance(known.index, pd.RangeIndex):
        raise DataError(f"{what}: the index merely counts the rows. {IDENTIFY} Set it: frame.set_index('respondent')['grade'].")
    if known.index.has_duplicates:
        raise DataError(f"{what}: the id {known.index[known.index.duplicated()][0]!r} is repeated. Keep one row a customer.")
    strange = [each for each in known.unique() if each not in places]
    if strange:
        raise DataError(f"{what}: {_name(strange[0])} is not one of the grades.{nearest(str(strange[0]), map(_name, places))}")
    return known.map(places)


def _weights(weights: pd.Series | None, ids: pd.Index) -> Array:
    if weights is None:
        return np.ones(len(ids))
    if not isinstance(weights, pd.Series) or not weights.index.is_unique:
        raise ParamsError("weights: expected a Series with one weight a customer, indexed by id.")
    w = weights.reindex(ids).to_numpy(dtype=float, na_value=np.nan)
    wrong = ~np.isfinite(w) | (w < 0)
    if wrong.any() or not w.any():
        culprit = ids[int(np.flatnonzero(wrong)[0])] if wrong.any() else ids[0]
        raise DataError(f"weights: {int(wrong.sum())} of {len(ids)} matched have none or a negative one, {culprit!r} for example.")
    return w
