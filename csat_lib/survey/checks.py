"""Checks of columns and respondents: each one reports what it saw and decides nothing; pandera runs those of single columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.study import Attribute, Item
from csat_lib.survey.columns import Rule, broken
from csat_lib.survey.findings import Finding, rows_where

BATTERY = 5  # items that share one scale, from which on one answer throughout is remarkable
EXTREME = 5.0  # times the mean weight
TURNED, PAIRS = -0.1, 30  # mean correlation with the other items that tells a turned scale (beyond chance), and the answers it takes

ENOUGH, SEVEN_POINTS = 100, 6


def check_answers(responses: pd.DataFrame, scales: Mapping[str, tuple[float, float]] | None = None) -> Iterator[Finding]:
    """Items without answers or without variation, respondents who gave one answer throughout, and those who gave few.

    Parameters
    ----------
    responses : DataFrame
        Codes as the questionnaire has them, not turned: who ticks one box throughout must show.
    scales : mapping of str to (low, high), optional
        One answer throughout is looked for among the items that share a scale; without it all do.
    """
    answers = {str(item): responses[item].dropna() for item in responses}
    for item, given in answers.items():
        if given.empty:
            yield Finding("all_missing", "warning", item, len(responses), f"{item}: nobody answered.")
        elif given.min() == given.max():
            yield Finding("constant", "warning", item, len(given), f"{item}: all {len(given)} answers are {given.iloc[0]:g}.")
    same = pd.Series(data=False, index=responses.index)
    batteries: dict[tuple[float, float], list[str]] = {}
    for item in answers:
        batteries.setdefault(scales[item] if scales else (0, 0), []).append(item)
    for items in batteries.values():
        if len(items) >= BATTERY:
            part = responses[items].to_numpy(dtype=float)
            enough = (~np.isnan(part)).sum(axis=1) >= max(BATTERY, len(items) // 2)
            same |= enough & (np.fmax.reduce(part, axis=1) == np.fmin.reduce(part, axis=1))
    if same.any():
        detail = f"{int(same.sum())} respondents gave one answer to all items of a scale."
        yield Finding("straight_lined", "note", "", int(same.sum()), detail, rows_where(same))
    wide = responses.shape[1]
    few = responses.notna().sum(axis=1) < wide / 2
    if wide >= BATTERY and few.any():
        detail = f"{int(few.sum())} respondents answered fewer than half of the {wide} items."
        yield Finding("mostly_missing", "note", "", int(few.sum()), detail, rows_where(few))


def check_range(responses: pd.DataFrame, scales: Mapping[str, tuple[float, float]]) -> Iterator[Finding]:
    """Items of which a hundred answers or more stay in one half of a scale of seven points or more: another scale may have been used."""
    for name, (low, high) in scales.items():
        answers = responses[name].dropna()
        half = (high - low) / 2
        if len(answers) >= ENOUGH and high - low >= SEVEN_POINTS and answers.nunique() > 1 and answers.max() - low <= half:
            detail = f"{name}: no answer above {answers.max():g} on the scale {low:g}-{high:g}. Was another scale used in this period?"
            yield Finding("changed_scale", "warning", name, len(answers), detail)


def check_ids(ids: pd.Series, responses: pd.DataFrame) -> Iterator[Finding]:
    """The same respondent twice: identical answers are a note, conflicting ones an error."""
    repeated = ids.notna() & ids.duplicated(keep=False)
    if not repeated.any():
        return
    answers = responses[repeated].fillna(-np.inf).assign(_id=ids[repeated])
    extra = int(ids[repeated].duplicated().sum())
    conflicting = answers.drop_duplicates().groupby("_id").size()
    conflicting = conflicting[conflicting > 1]
    if len(conflicting):
        rows = rows_where(ids.isin(conflicting.index))
        listed = ", ".join(map(str, rows[:6]))
        detail = f"{ids.name}: {len(conflicting)} ids have more than one set of answers (rows {listed}). Keep one row of each."
        yield Finding("conflicting_ids", "error", str(ids.name), len(conflicting), detail, rows)
    if extra:
        yield Finding("repeated_ids", "note", str(ids.name), extra, f"{ids.name}: {extra} ids appear again.", rows_where(repeated))


def check_duplicates(frame: pd.DataFrame) -> Iterator[Finding]:
    """Rows that equal an earlier one in every cell: for files whose respondents have no number."""
    again = frame.duplicated()
    if again.any():
        alike = int(frame.duplicated(keep=False).sum())
        detail = f"{int(again.sum())} rows equal an earlier one in every cell ({alike} rows in all); there is no id to tell them apart."
        yield Finding("duplicate_rows", "note", "", int(again.sum()), detail, rows_where(again))


def too_fast(seconds: pd.Series, share: float = 1 / 3) -> pd.Series:
    """Who took less than ``share`` of the median time."""
    return seconds < seconds.median() * share


def check_duration(seconds: pd.Series, share: float = 1 / 3, *, done: str = "kept") -> Iterator[Finding]:
    """Respondents who took less than a share of the median time.

    Parameters
    ----------
    seconds : Series
        Time of each respondent.
    share : float
        Of the median.
    done : str
        What becomes of them: "dropped" or "kept".
    """
    fast = too_fast(seconds, share)
    if fast.any():
        part = "a third" if abs(share - 1 / 3) < 1e-3 else f"{share:.0%}"
        detail = f"{int(fast.sum())} respondents took less than {part} of the median time ({seconds.median():.0f} s)."
        yield Finding("speeders", "note", str(seconds.name), int(fast.sum()), detail, rows_where(fast), done)


def check_dates(dates: pd.Series, start: dt.date, end: dt.date) -> Iterator[Finding]:
    """Interviews outside the fieldwork, and dates that cannot be read."""
    if not dates.notna().any():
        return
    local = dates.astype(object).str.replace(r"(?<=:\d\d)(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)$", "", regex=True)
    parsed = pd.to_datetime(local, errors="coerce", format="ISO8601").astype("datetime64[s]")
    unread = parsed.isna() & dates.notna()
    if unread.any():
        detail = f"{dates.name}: {int(unread.sum())} dates are not of the form 2026-09-01."
        yield Finding("unread_date", "warning", str(dates.name), int(unread.sum()), detail, rows_where(unread))
    first, last = pd.Timestamp(start), pd.Timestamp(end)
    rule = Rule("outside_fieldwork", lambda day: day.isna() | day.dt.normalize().between(first, last))
    outside = broken(parsed.to_frame(), {str(parsed.name): [rule]}).get((str(parsed.name), rule.name))
    if outside is not None:
        detail = f"{dates.name}: {int(outside.sum())} interviews lie outside {start} to {end}."
        yield Finding("outside_fieldwork", "warning", str(dates.name), int(outside.sum()), detail, rows_where(outside))


def _usable(weights: pd.Series) -> pd.Series:
    return weights.between(0, np.inf, inclusive="left")


WEIGHT_RULES = (
    Rule("bad_weight", _usable),
    Rule("zero_weight", lambda weights: weights != 0),
    Rule("extreme_weight", lambda weights: ~(weights > EXTREME * weights[weights > 0].mean())),
)


def check_weights(weights: pd.Series) -> Iterator[Finding]:
    """Weights that cannot be used (errors), zero, or far from the rest."""
    name = str(weights.name)
    seen = {rule: mask for (_, rule), mask in broken(weights.astype(float).to_frame(name), {name: WEIGHT_RULES}).items()}
    if "bad_weight" in seen:
        bad = seen["bad_weight"]
        listed = ", ".join(map(str, rows_where(bad)[:6]))
        detail = f"{name}: {int(bad.sum())} weights are missing, negative or not numbers (rows {listed})."
        yield Finding("bad_weight", "error", name, int(bad.sum()), detail, rows_where(bad))
        return
    if not (weights > 0).any():
        yield Finding("bad_weight", "error", name, len(weights), f"{name}: all weights are zero.")
        return
    if "zero_weight" in seen:
        zero = seen["zero_weight"]
        detail = f"{name}: {int(zero.sum())} respondents have weight 0 and do not count."
        yield Finding("zero_weight", "warning", name, int(zero.sum()), detail, rows_where(zero))
    if "extreme_weight" in seen:
        large, largest = seen["extreme_weight"], weights.max() / weights.mean()
        detail = f"{name}: {int(large.sum())} weights exceed five times the mean; the largest is {largest:.1f} times."
        yield Finding("extreme_weight", "warning", name, int(large.sum()), detail, rows_where(large))


def check_segment(attribute: Attribute, column: pd.Series, *, fewest: int) -> Iterator[Finding]:
    """Values that the codebook does not list, and segments of fewer than ``fewest`` respondents."""
    if attribute.values:
        known = {str(code) for code in attribute.values}
        rule = Rule("unknown_segment", lambda value: value.isna() | value.isin(known))
        unknown = broken(column.to_frame(attribute.name), {attribute.name: [rule]}).get((attribute.name, rule.name))
        if unknown is not None:
            listed = ", ".join(sorted(set(column[unknown].astype(str)))[:5])
            detail = f"{attribute.name}: {int(unknown.sum())} rows have a value that the codebook does not list: {listed}."
            yield Finding("unknown_segment", "warning", attribute.name, int(unknown.sum()), detail, rows_where(unknown))
    sizes = column.value_counts()
    small = sizes[sizes < fewest]
    if len(small):
        listed = ", ".join(f"{name} ({count})" for name, count in small.head(5).items())
        detail = f"{attribute.name}: {len(small)} of {len(sizes)} segments have fewer than {fewest} respondents: {listed}."
        yield Finding("small_segment", "note", attribute.name, len(small), detail, done="not shown alone")


def check_directions(responses: pd.DataFrame, items: Mapping[str, Item], blocks: Mapping[str, tuple[str, ...]]) -> Iterator[Finding]:
    """Items that run against the others of their block, as after a scale was printed the other way round.

    Parameters
    ----------
    responses : DataFrame
        Answers as analysed: items declared reversed are turned already.
    items : mapping of str to Item
        Those with two points are left out: a yes may well go with low ratings.
    blocks : mapping of str to tuple of str
        Construct -> its items. Blocks of fewer than three rated items are judged among all rated items.
    """
    rated = [name for name, item in items.items() if item.high - item.low > 1 and responses[name].notna().sum() >= PAIRS]
    own = [[name for name in names if name in rated] for names in blocks.values()]
    own = [names for names in own if len(names) >= 3]
    inside = {name for names in own for name in names}
    for group, judged in [*((names, inside) for names in own), (rated, set(rated) - inside)]:
        for name, mean in _against(responses[group], judged):
            others = "the other items of its construct" if group is not rated else "the other rated items"
            detail = (
                f"{name}: correlates {mean:.2f} with {others}. If its scale ran the other way round, declare it: direction: reversed "
                "in the codebook."
            )
            yield Finding("reversed_scale", "warning", name, int(responses[name].notna().sum()), detail)


def _against(responses: pd.DataFrame, judged: set[str]) -> Iterator[tuple[str, float]]:
    """Items with a negative mean correlation, after the minority's signs are turned (first principal component)."""
    if responses.shape[1] < 3 or not judged:
        return
    R = _correlations(responses.to_numpy(dtype=float))
    sign = np.sign(np.linalg.eigh(R)[1][:, -1])
    sign = sign if sign.sum() >= 0 else -sign
    aligned = R * sign
    means = (aligned.sum(axis=1) - np.diag(aligned)) / (len(R) - 1)
    chance = 2 / np.sqrt(responses.notna().sum().to_numpy())
    for place, name in enumerate(responses):
        if name in judged and sign[place] < 0 and means[place] < min(TURNED, -chance[place]):
            yield str(name), float(means[place])


def _correlations(X: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Pairwise complete correlations, zero where there are too few answers or no variation."""
    there = ~np.isnan(X)
    T = there.astype(float)
    centred = np.where(there, X - np.where(there, X, 0.0).sum(axis=0) / T.sum(axis=0), 0.0)
    squares = (centred**2).T @ T
    with np.errstate(invalid="ignore", divide="ignore"):
        R = centred.T @ centred / np.sqrt(squares * squares.T)
    R = np.where(np.isfinite(R) & (T.T @ T >= PAIRS), R, 0.0)
    np.fill_diagonal(R, 1.0)
    return np.asarray(R)
