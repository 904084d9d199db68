"""Degree and rate over several sources or customer classes, each with its weighting coefficient (加权系数); the coefficients sum to 1."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from csat_lib.errors import DataError, ParamsError, nearest
from csat_lib.index.design import design_of
from csat_lib.index.enterprise import ends_of_metric, parts_of
from csat_lib.index.named_numbers import weights_by_name
from csat_lib.index.scores import segments_of
from csat_lib.stats import Estimate
from csat_lib.survey import Survey

SUMS = 1e-9
COLUMNS = ["share", "item", "metric", "estimate", "std_error", "conf_low", "conf_high", "n", "n_effective"]


class _Part(NamedTuple):
    """One source or class: its name, its coefficient, its figure."""

    name: str
    share: float
    found: Estimate


def source_satisfaction(
    surveys: Mapping[str, Survey],
    items: Sequence[str],
    *,
    shares: Mapping[str, float],
    weights: pd.Series | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Degree and rate of each source and of all together: the sum of coefficient x figure.

    Parameters
    ----------
    surveys : mapping of str to Survey
        By source; different people answer each, so their errors are independent.
    items : sequence of str
        Five-grade items that every source asks.
    shares : mapping of str to float
        Source -> coefficient: {"self_rated": 0.4, "customers": 0.6} is the enterprise method's.
    weights : Series, optional
        Weight of each item where all count together; equal when None.
    confidence : float
        Of the intervals.

    Returns
    -------
    DataFrame
        source ("all" first), share (the coefficient), item, metric, estimate (per cent), std_error, conf_low, conf_high, n, n_effective.

    Raises
    ------
    ParamsError
        Coefficients that do not sum to 1 or do not match the sources.
    DataError
        A source that counts has no answers.
    """
    check_shares(shares, surveys, what="source")
    parts = {name: (design_of(each), parts_of(each, items, weights), np.ones(len(each), dtype=bool)) for name, each in surveys.items()}
    rows: list[tuple[object, ...]] = []
    for place, (item, metric) in enumerate(_figures(items)):
        own = []
        for name, (design, figures, everybody) in parts.items():
            _, _, y, factor = figures[place]
            own.append(_Part(name, shares[name], design.mean(y, everybody, factor)))
        error = math.sqrt(sum((each.share * each.found.std_error) ** 2 for each in own if each.share > 0))
        rows += _rows(own, item, metric, error, confidence)
    return _table(rows, "source", surveys)


def class_satisfaction(
    survey: Survey,
    items: Sequence[str],
    *,
    by: str,
    shares: Mapping[str, float],
    weights: pd.Series | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Degree and rate of each customer class and of all together: the sum of coefficient x figure.

    Parameters
    ----------
    survey : Survey
        Survey weights count within a class; its share in the whole is the coefficient alone.
    items : sequence of str
        Five-grade items.
    by : str
        The segment that holds the classes; respondents without one are left out.
    shares : mapping of str to float
        Class -> coefficient, 0 where a class does not count.
    weights : Series, optional
        Weight of each item where all count together; equal when None.
    confidence : float
        Of the intervals; clusters may lie across classes.

    Returns
    -------
    DataFrame
        segment ("all" first), share (the coefficient), item, metric, estimate (per cent), std_error, conf_low, conf_high, n, n_effective.

    Raises
    ------
    ParamsError
        Coefficients that do not sum to 1, or a class without one.
    DataError
        A class that counts has no answers.
    """
    found = dict(segments_of(survey, by)[1:])
    check_shares(shares, {**dict.fromkeys(weights_by_name(shares, "coefficients")), **found}, what=f"class of {by}")
    empty = [name for name, share in shares.items() if share > 0 and name not in found]
    if empty:
        raise DataError(f"{by}: nobody of the class {empty[0]!r} answered, but its coefficient is {shares[empty[0]]:g}.{_REMEDY}")
    design, rows = design_of(survey), []
    for item, metric, y, factor in parts_of(survey, items, weights):
        own = [_Part(name, shares[name], design.mean(y, here, factor)) for name, here in found.items()]
        u = sum((shares[name] * design.linearised(y, here, factor) for name, here in found.items()), np.zeros(len(survey)))
        rows += _rows(own, item, metric, design.error_of(u), confidence)
    return _table(rows, "segment", found)


_REMEDY = " Interview some, or give the coefficients of the others so that they sum to 1."


def check_shares(shares: Mapping[str, float], known: Iterable[str], *, what: str) -> None:
    """Refuse weighting coefficients that are not those of ``known``, by name, or that do not sum to 1 (within 1e-9), by their sum.

    Parameters
    ----------
    shares : mapping of str to float
        Name -> coefficient.
    known : iterable of str
        The names there are.
    what : str
        What they are, for the message.
    """
    names = [str(each) for each in known]
    for name, share in weights_by_name(shares, "coefficients").items():
        if name not in names:
            raise ParamsError(f"coefficients: no {what} {name!r}.{nearest(name, names)}")
        if not (math.isfinite(share) and 0 <= share <= 1):
            raise ParamsError(f"coefficients: {name}: {share:g}; a coefficient is from 0 to 1.")
    lacking = [name for name in names if name not in shares]
    if lacking:
        raise ParamsError(f"coefficients: the {what} {lacking[0]!r} has none. Give it one, 0 where it does not count.")
    total = math.fsum(shares.values())
    if not abs(total - 1) <= SUMS:
        told = ", ".join(f"{name} {share:g}" for name, share in shares.items())
        raise ParamsError(f"coefficients: {told}: they sum to {total:.10g}, not to 1. Divide each by the sum.")


def _figures(items: Sequence[str]) -> list[tuple[str, str]]:
    return [(item, metric) for item in (*items, "all") for metric in ("degree", "rate")]


def _rows(own: list[_Part], item: str, metric: str, error: float, confidence: float) -> list[tuple[object, ...]]:
    """The figure of all parts together, then each part's."""
    counted = [each for each in own if each.share > 0]
    for each in counted:
        if each.found.n == 0 and item == "all":
            raise DataError(f"{each.name}: no answers to the five-grade items, but its coefficient is {each.share:g}.{_REMEDY}")
    joined = Estimate(
        math.fsum(each.share * each.found.estimate for each in counted),
        error,
        sum(each.found.n for each in counted),
        1 / sum(each.share**2 / each.found.n_effective for each in counted) if all(each.found.n for each in counted) else 0.0,
    )
    rows: list[tuple[object, ...]] = []
    for each in (_Part("all", 1.0, joined), *own):
        found = each.found
        ends = ends_of_metric(metric, found, confidence)
        rows.append((each.name, each.share, item, metric, found.estimate, found.std_error, *ends, found.n, found.n_effective))
    return rows


def _table(rows: list[tuple[object, ...]], what: str, names: Iterable[str]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=[what, *COLUMNS])
    order = {name: place for place, name in enumerate(["all", *names])}
    return table.sort_values(what, key=lambda column: column.map(order), kind="stable", ignore_index=True)
