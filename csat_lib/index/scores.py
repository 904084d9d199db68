"""Scores from 0 to 100 with intervals and n, for constructs and items, by segment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import ParamsError, nearest
from csat_lib.index.named_numbers import named_numbers
from csat_lib.stats import weighted_mean, z_value
from csat_lib.study import Structure
from csat_lib.survey import Survey

By = str | Sequence[str] | None
Mask = npt.NDArray[np.bool_]
COLUMNS = ["estimate", "std_error", "conf_low", "conf_high", "n", "n_effective"]


def scores(
    survey: Survey,
    structure: Structure,
    *,
    by: By = None,
    weights: pd.Series | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """The 0-100 score of every construct, by segment: weighted mean of its items, over those who answered all of them.

    A higher-order construct scores the mean of its parts' scores; the parts have rows of their own.

    Parameters
    ----------
    survey : Survey
        Its survey weights and its design (strata, clusters) enter the intervals.
    structure : Structure
        Constructs and their items.
    by : str or sequence of str, optional
        A segment, or several one after another (then a column ``by`` names them); respondents without one count in "all" only.
    weights : Series, optional
        Over items (``model.index_weights`` gives those of a fit); equal within a construct when None. The parts of a
        higher-order construct are weighted by their names where they stand here, else equally.
    confidence : float
        Of the intervals; they take the item weights as given.

    Returns
    -------
    DataFrame
        segment ("all" first), construct, estimate (0-100), std_error, conf_low, conf_high, n, n_effective.

    Raises
    ------
    ParamsError
        An item without a weight, or with a negative one.
    """
    found = pd.DataFrame(index=survey.responses.index)
    for each in structure.constructs:
        parts = found[list(each.of)] if each.of else on_hundred(survey, each.items)
        told = None if each.of and weights is not None and not set(each.of) & set(weights.index) else weights
        found[each.name] = parts.to_numpy(dtype=float) @ item_shares(each.of or each.items, told)
    return _table(survey, found, "construct", by, confidence)


def item_scores(survey: Survey, items: Sequence[str], *, by: By = None, confidence: float = 0.95) -> pd.DataFrame:
    """The 0-100 mean of every item, by segment.

    Parameters
    ----------
    survey, items : Survey, sequence of str
        Each item over those who answered it.
    by : str or sequence of str, optional
        A segment, or several one after another (then a column ``by`` names them).
    confidence : float
        Of the intervals.

    Returns
    -------
    DataFrame
        segment ("all" first), item, estimate (0-100), std_error, conf_low, conf_high, n, n_effective.
    """
    return _table(survey, on_hundred(survey, items), "item", by, confidence)


def on_hundred(survey: Survey, items: Sequence[str]) -> pd.DataFrame:
    """Answers on 0-100: (x - low) / (high - low) x 100."""
    found = [survey.codebook.item(item) for item in items]
    values = {each.name: survey.responses[each.name].to_numpy(dtype=float) for each in found}
    return pd.DataFrame(
        {each.name: 100 * (values[each.name] - each.low) / (each.high - each.low) for each in found}, index=survey.responses.index
    )


def segments_of(survey: Survey, by: str | None) -> list[tuple[str, Mask]]:
    """("all", every row) and then each segment in the codebook's order, as masks."""
    parts = [("all", np.ones(len(survey), dtype=bool))]
    if by is not None:
        column = survey.segment(by).astype(object)
        attribute = survey.codebook.attributes.get(by)
        listed = [str(code) for code in attribute.values] if attribute else []
        there = set(column.dropna().astype(str))
        order = [code for code in listed if code in there] + sorted(there - set(listed))
        as_text = column.astype(str).where(column.notna(), "")
        parts += [(name, (as_text == name).to_numpy(dtype=bool)) for name in order]
    return parts


def _table(survey: Survey, values: pd.DataFrame, what: str, by: By, confidence: float) -> pd.DataFrame:
    if by is None or isinstance(by, str):
        return pd.DataFrame(list(_rows(survey, values, segments_of(survey, by), confidence)), columns=["segment", what, *COLUMNS])
    tables = [pd.DataFrame(list(_rows(survey, values, segments_of(survey, None), confidence))).assign(by="")]
    tables += [pd.DataFrame(list(_rows(survey, values, segments_of(survey, name)[1:], confidence))).assign(by=name) for name in by]
    table = pd.concat([each for each in tables if len(each.columns) > 1], ignore_index=True)
    return table.set_axis(["segment", what, *COLUMNS, "by"], axis=1)[["by", "segment", what, *COLUMNS]]


def _rows(survey: Survey, values: pd.DataFrame, parts: list[tuple[str, Mask]], confidence: float) -> Iterator[tuple[object, ...]]:
    w, z = survey.weight_values, z_value(confidence)
    strata, cluster = survey.design()
    for segment, here in parts:
        within = {"strata": None if strata is None else strata[here], "cluster": None if cluster is None else cluster[here]}
        for name in values.columns:
            found = weighted_mean(values[name].to_numpy(dtype=float)[here], w[here], **within)
            half = z * found.std_error
            ends = max(found.estimate - half, 0.0), min(found.estimate + half, 100.0)
            yield segment, str(name), found.estimate, found.std_error, *ends, found.n, found.n_effective


def named_items(survey: Survey, items: Sequence[str]) -> list[str]:
    """``items`` as a list: one at least, each once, all in the codebook."""
    if isinstance(items, str) or not isinstance(items, Iterable):
        raise ParamsError(f"items: expected a list of items, got {items!r}.{f' Write [{items!r}].' if isinstance(items, str) else ''}")
    names = [survey.codebook.item(each).name for each in items]
    if not names:
        raise ParamsError("No items were named.")
    twice = next((each for each in names if names.count(each) > 1), None)
    if twice is not None:
        raise ParamsError(f"The item {twice!r} is named twice. It counts once.")
    return names


def item_shares(items: Sequence[str], weights: pd.Series | None) -> np.ndarray:
    """The weights of ``items`` as shares that sum to 1; equal where ``weights`` is None."""
    if not len(items):
        raise ParamsError("No items were named.")
    if weights is None:
        return np.full(len(items), 1 / len(items))
    weights = named_numbers(weights, "weights")
    for item in items:
        if item not in weights.index:
            raise ParamsError(f"No weight for the item {item!r}.{nearest(item, map(str, weights.index))}")
    u = weights[list(items)].to_numpy(dtype=float)
    if not (np.isfinite(u).all() and (u >= 0).all() and u.sum() > 0):
        raise ParamsError(f"The weights of {', '.join(items)} must be numbers from 0 upward, not all zero; got {u.tolist()}.")
    return np.asarray(u / u.sum())
