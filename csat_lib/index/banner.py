"""Banner tables: scores, box shares and distributions of items by segments side by side, with letters for significant differences.

A column carries the letter of every other column of its banner that it is significantly higher than.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import ParamsError, pick, whole
from csat_lib.index.design import Design, design_of
from csat_lib.index.letters import CORRECTIONS, Correction, Figure, design_p, figures_of, higher, letter, pooled_p, spelled, welch_p
from csat_lib.index.named_numbers import number, table_with
from csat_lib.index.scores import named_items, segments_of
from csat_lib.survey import Survey

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Pairs = Sequence[tuple[int, int]]
Metric = Literal["score", "top_2", "bottom_2", "distribution"]
Test = Literal["auto", "effective_n", "design"]
METRICS: tuple[Metric, ...] = ("score", "top_2", "bottom_2", "distribution")
TESTS: dict[str, str] = {"auto": "auto", "effective_n": "effective_n", "design": "design"}
TOTAL = ""
COLUMNS = [
    *("banner", "segment", "letter", "item", "metric", "code", "estimate", "std_error", "n", "n_effective"),
    *("letters", "suppressed", "small_base", "test", "correction", "alpha"),
]


@dataclass(frozen=True, slots=True)
class _Plan:
    """How differences are tested and which bases are too small."""

    test: str
    correction: Correction
    alpha: float
    suppress_below: int
    flag_below: int


def banner(
    survey: Survey,
    items: Sequence[str],
    by: str | Sequence[str],
    *,
    metrics: Sequence[Metric] = ("score", "top_2"),
    correction: Correction = "holm",
    alpha: float = 0.05,
    test: Test = "auto",
    suppress_below: int = 10,
    flag_below: int = 30,
) -> pd.DataFrame:
    """Items by segments side by side, in long form.

    Parameters
    ----------
    survey : Survey
        Its survey weights enter the estimates, and the tests by the effective sample size or by the design.
    items : sequence of str
        Items of the codebook.
    by : str or sequence of str
        Segments: each is a banner whose columns are tested pairwise.
    metrics : sequence of {"score", "top_2", "bottom_2", "distribution"}
        Mean on 0-100; per cent in the two best or worst boxes (items with more than three points); per cent on each point of the scale.
    correction : {"none", "bonferroni", "holm"}
        For the pairs within one row of one banner.
    alpha : float
        Level of the two-sided tests.
    test : {"auto", "effective_n", "design"}
        Welch's t for means and the pooled z for shares, both on effective n; or a t of the linearised difference, which knows strata and
        clusters. "auto" takes the design where the codebook names strata or a cluster.
    suppress_below, flag_below : int
        Bases (answers to the item) with no figures and no letters, and those that are marked as small.

    Returns
    -------
    DataFrame
        banner (the segment's name; empty for the total), segment ("all" for the total), letter of the column, item, metric, code (point of
        the scale in a distribution, else NaN), estimate (0-100 or per cent; NaN where suppressed), std_error, n, n_effective, letters
        (parted by blanks in a banner of more than 26 columns), suppressed, small_base, test, correction, alpha.

    Raises
    ------
    ParamsError
        An option that there is not, or an item, segment or metric that is missing or named twice.
    """
    pick(CORRECTIONS, correction, "correction")
    pick(TESTS, test, "test")
    for word in metrics:
        pick(dict.fromkeys(METRICS), word, "metric of a banner")
    if not 0 < number(alpha, "alpha") < 1:
        raise ParamsError(f"alpha={alpha:g}: expected a level between 0 and 1, such as 0.05.")
    items, banners = named_items(survey, items), [by] if isinstance(by, str) else list(by or [])
    _check_names(banners, metrics)
    suppress_below, flag_below = whole(suppress_below, "suppress_below", least=1), whole(flag_below, "flag_below", least=1)
    design = design_of(survey)
    known = design.strata is not None or design.cluster is not None
    plan = _Plan(
        "design" if test == "design" or (test == "auto" and known) else "effective_n", correction, alpha, suppress_below, flag_below
    )
    if plan.test == "effective_n" and known:
        raise ParamsError("test='effective_n' knows no strata or clusters, and this survey has them. Use test='design'.")
    lines = [line for item in items for line in _lines(survey, item, metrics)]
    rows: list[dict[str, object]] = []
    for name in (TOTAL, *banners):
        columns = segments_of(survey, None) if name == TOTAL else segments_of(survey, name)[1:]
        for item, metric, code, y in lines:
            rows += _row(design, y, columns, plan, {"banner": name, "item": item, "metric": metric, "code": code})
    return pd.DataFrame(rows, columns=COLUMNS)


def _check_names(banners: Sequence[str], metrics: Sequence[str]) -> None:
    for what, names in (("segment", banners), ("metric", metrics)):
        if not len(names):
            raise ParamsError(f"A banner table needs at least one {what}.")
        twice = next((name for name in names if list(names).count(name) > 1), None)
        if twice is not None:
            raise ParamsError(f"The {what} {twice!r} is named twice. A table has it once.")


def _lines(survey: Survey, item: str, metrics: Sequence[Metric]) -> Iterator[tuple[str, str, float, Array]]:
    """(item, metric, code, value of every respondent) of each line of the table."""
    found = survey.codebook.item(item)
    x = survey.responses[item].to_numpy(dtype=float)
    gap = np.isnan(x)
    for metric in metrics:
        if metric == "score":
            yield item, metric, np.nan, 100 * (x - found.low) / (found.high - found.low)
        elif metric == "distribution":
            for code in range(int(found.low), int(found.high) + 1):
                yield item, metric, float(code), np.where(gap, np.nan, 100.0 * (x == code))
        elif found.high - found.low >= 3:
            inside = x > found.high - 2 if metric == "top_2" else x < found.low + 2
            yield item, metric, np.nan, np.where(gap, np.nan, 100.0 * inside)


def _row(
    design: Design, y: Array, columns: list[tuple[str, Mask]], plan: _Plan, about: Mapping[str, object]
) -> Iterator[dict[str, object]]:
    """One line of one banner: a figure and its letters in every column."""
    kind = "mean" if about["metric"] == "score" else "share"
    figures = [_figure(design, y, here) for _, here in columns]
    shown = [figure.n >= plan.suppress_below for figure in figures]
    pairs = list(itertools.combinations([place for place, seen in enumerate(shown) if seen], 2))
    errors = _errors(design, y, columns, pairs) if plan.test == "design" else None
    p = _p_values(figures, pairs, kind, errors, design)
    won = higher(pairs, p, figures, correction=plan.correction, alpha=plan.alpha)
    for place, ((segment, _), figure) in enumerate(zip(columns, figures, strict=True)):
        yield {
            **about,
            "segment": segment,
            "letter": "" if about["banner"] == TOTAL else letter(place),
            "estimate": figure.estimate if shown[place] else np.nan,
            "std_error": figure.std_error if shown[place] else np.nan,
            "n": figure.n,
            "n_effective": figure.n_effective,
            "letters": spelled(won[place], len(columns)),
            "suppressed": not shown[place],
            "small_base": shown[place] and figure.n < plan.flag_below,
            "test": _TEST_NAMES[plan.test, kind],
            "correction": plan.correction,
            "alpha": plan.alpha,
        }


_TEST_NAMES = {
    ("effective_n", "mean"): "Welch t, effective n",
    ("effective_n", "share"): "pooled z, effective n",
    ("design", "mean"): "design-based t",
    ("design", "share"): "design-based t",
}


def _figure(design: Design, y: Array, here: Mask) -> Figure:
    found = design.mean(y, here)
    kept = here & ~np.isnan(y) & (design.w > 0)
    w, x = design.w[kept], y[kept]
    effective = found.n_effective
    variance = float(w @ (x - found.estimate) ** 2 / w.sum()) * effective / (effective - 1) if effective > 1 else np.nan
    return Figure(found.estimate, found.std_error, variance, found.n, effective)


def _errors(design: Design, y: Array, columns: list[tuple[str, Mask]], pairs: Pairs) -> Array:
    """Standard error of the difference of every pair of columns, which may share clusters."""
    first, second = np.array(pairs, dtype=int).reshape(-1, 2).T
    C = design.covariance_of(np.column_stack([design.linearised(y, here) for _, here in columns]))
    own = np.diag(C)
    return np.asarray(np.sqrt(np.maximum(own[first] + own[second] - 2 * C[first, second], 0)))


def _p_values(figures: Sequence[Figure], pairs: Pairs, kind: str, errors: Array | None, design: Design) -> Array:
    """The p of every pair of columns."""
    first, second = np.array(pairs, dtype=int).reshape(-1, 2).T
    a, b = figures_of(figures, first), figures_of(figures, second)
    if errors is not None:
        return design_p(a.estimate - b.estimate, errors, design.degrees)
    return (welch_p if kind == "mean" else pooled_p)(a, b)


def arranged(table: pd.DataFrame, *, metric: Metric, decimals: int | None = None) -> pd.DataFrame:
    """A banner table as people read it: a row per item (and point of the scale), a column per segment.

    Parameters
    ----------
    table : DataFrame
        From ``banner``.
    metric : {"score", "top_2", "bottom_2", "distribution"}
        Which of its figures.
    decimals : int, optional
        Then each cell is a text: the rounded figure and its letters. By default cells are numbers, without letters.

    Returns
    -------
    DataFrame
        Rows by item (and code); columns by banner, segment and letter, the total first. The bases are in ``banner_bases``.

    Raises
    ------
    ParamsError
        The table does not have that metric.
    """
    table_with(table, COLUMNS, "banner")
    own = table[table["metric"] == metric]
    if own.empty:
        raise ParamsError(f"The banner table has no {metric!r}. There are: {', '.join(table['metric'].unique())}.")
    if decimals is not None:
        texts = [
            "" if np.isnan(estimate) else f"{estimate:.{decimals}f}" + (f" {letters}" if letters else "")
            for estimate, letters in zip(own["estimate"], own["letters"], strict=True)
        ]
        own = own.assign(estimate=texts)
    return _wide(own, "estimate", ["item", "code"] if metric == "distribution" else ["item"])


def banner_bases(table: pd.DataFrame) -> pd.DataFrame:
    """The bases of a banner table: rows by item and base (n, n_effective), columns by banner and segment."""
    own = table_with(table, COLUMNS, "banner").drop_duplicates(["banner", "segment", "item"])
    both = pd.concat([own.assign(base=base, count=own[base].astype(float)) for base in ("n", "n_effective")])
    return _wide(both, "count", ["item", "base"])


def _wide(own: pd.DataFrame, values: str, rows: list[str]) -> pd.DataFrame:
    wide = own.set_index([*rows, "banner", "segment", "letter"])[values].unstack(["banner", "segment", "letter"])  # noqa: PD010
    order = own[[*rows]].drop_duplicates()
    index = pd.MultiIndex.from_frame(order) if len(rows) > 1 else pd.Index(order[rows[0]], name=rows[0])
    columns = pd.MultiIndex.from_frame(own[["banner", "segment", "letter"]].drop_duplicates())
    return wide.reindex(index=index, columns=columns)
