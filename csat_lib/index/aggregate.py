"""From companies to industries, sectors and the nation: weighted means of indices, level by level, with their errors.

Letters: I index of a unit, v its weight (revenue, share of GDP) over the sum of its sisters', se its standard error.
    I_parent = sum v I        se_parent = sqrt(sum v^2 se^2), for independent samples
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd

from csat_lib.errors import DataError, pick
from csat_lib.errors import nearest as near
from csat_lib.stats import z_value

Gaps = Literal["refuse", "leave_out"]
GAPS = {"refuse": "an error that names them", "leave_out": "their sisters share their weight"}
SCORES = ["unit", "estimate", "std_error"]
WEIGHTS = ["unit", "parent", "weight"]


def aggregate(scores: pd.DataFrame, weights: pd.DataFrame, *, missing: Gaps = "refuse", confidence: float = 0.95) -> pd.DataFrame:
    """The index of every level from those of the units that were measured (Fornell et al. 1996).

    A company outside the sample enters as a unit of its own, such as "all others", with a score and a weight.

    Parameters
    ----------
    scores : DataFrame
        unit, estimate, std_error: the units that were measured, each once.
    weights : DataFrame
        unit, parent, weight: every unit below the top; weights are in any unit, since they count against those of the same parent.
    missing : {"refuse", "leave_out"}
        What becomes of a unit with a weight and without a score (or, further up, without any unit that has one).
    confidence : float
        Of the intervals.

    Returns
    -------
    DataFrame
        level (0 at the top), unit, parent (empty at the top), share (v), estimate, std_error, conf_low, conf_high, units (scores that went
        into it; 0 of a unit left out), left_out (names of the units below it that had none); a unit left out has NaN.

    Raises
    ------
    DataError
        An unknown or circular parent, a repeated unit, a negative or missing weight, a score without a weight, a measured unit that has
        units below it, text in place of a number, or a missing score, by name.

    >>> measured = pd.DataFrame({"unit": ["a", "b"], "estimate": [80.0, 70.0], "std_error": [1.0, 2.0]})
    >>> revenue = pd.DataFrame({"unit": ["a", "b"], "parent": "airlines", "weight": [30, 10]})
    >>> float(aggregate(measured, revenue).loc[0, "estimate"])
    77.5
    """
    pick(GAPS, missing, "rule for missing scores")
    _need(scores, SCORES, "scores")
    _need(weights, WEIGHTS, "weights")
    parents = _parents(weights)
    scores = _numbers(scores, ["estimate", "std_error"], "scores")
    weights = _numbers(weights, ["weight"], "weights")
    own = {str(unit): (float(value), float(error), 1, "") for unit, value, error in scores[SCORES].itertuples(index=False)}
    own |= {unit: (np.nan, np.nan, 0, "") for unit, (value, *_) in own.items() if np.isnan(value)}
    weight = {str(unit): float(value) for unit, value in weights[["unit", "weight"]].itertuples(index=False)}
    _check_weights(weight)
    _check_scores(scores, parents, missing)
    children: dict[str, list[str]] = {}
    for unit, parent in parents.items():
        children.setdefault(parent, []).append(unit)
    level = {unit: len(_line(unit, parents)) - 1 for unit in [*dict.fromkeys(parents.values()), *parents]}
    found, share = dict(own), dict[str, float]()
    for unit in sorted(children, key=lambda each: -level[each]):
        found[unit] = _mean_of(unit, children[unit], weight, found, share)
    z, rows = z_value(confidence), []
    for unit in sorted(level, key=lambda each: level[each]):
        estimate, error, units, gaps = found.get(unit, (np.nan, np.nan, 0, ""))
        ends = estimate - z * error, estimate + z * error
        rows.append((level[unit], unit, parents.get(unit, ""), share.get(unit, np.nan), estimate, error, *ends, units, gaps))
    columns = ["level", "unit", "parent", "share", "estimate", "std_error", "conf_low", "conf_high", "units", "left_out"]
    return pd.DataFrame(rows, columns=columns)


def roll_forward(previous: pd.DataFrame, measured: pd.DataFrame, *, period: str) -> pd.DataFrame:
    """The figures of ``period``: newly measured units replace their last ones, the rest is carried forward.

    Parameters
    ----------
    previous : DataFrame
        unit, estimate, std_error, period: the latest figure of every unit, such as the result of the quarter before.
    measured : DataFrame
        unit, estimate, std_error: what this period measured.
    period : str
        This period.

    Returns
    -------
    DataFrame
        unit, estimate, std_error, period (in which the figure was measured), status ("measured", "new": there was none before, "carried
        forward"); ``aggregate`` takes it as scores.

    Raises
    ------
    DataError
        A repeated unit, or a measured one without a figure.
    """
    _need(previous, [*SCORES, "period"], "previous")
    _need(measured, SCORES, "measured")
    measured = _numbers(measured, SCORES[1:], "measured")
    _check_figures(measured)
    new = measured[SCORES].assign(period=period)
    known = set(previous["unit"])
    new["status"] = ["measured" if unit in known else "new" for unit in new["unit"]]
    kept = previous.loc[~previous["unit"].isin(new["unit"]), [*SCORES, "period"]].assign(status="carried forward")
    together = pd.concat([new, kept], ignore_index=True).set_index("unit")
    order = [*previous["unit"], *(unit for unit in measured["unit"] if unit not in known)]
    return together.loc[order].reset_index()


def _mean_of(
    unit: str,
    children: list[str],
    weight: Mapping[str, float],
    found: Mapping[str, tuple[float, float, int, str]],
    share: dict[str, float],
) -> tuple[float, float, int, str]:
    """Index, error, scores and gaps of a parent from those of its children; their shares are noted."""
    there = [each for each in children if each in found and np.isfinite(found[each][0])]
    gaps = [each for each in children if each not in there]
    gaps += [name for each in there for name in found[each][3].split(", ") if name]
    total = sum(weight[each] for each in there)
    if not there:
        return np.nan, np.nan, 0, ", ".join(gaps)
    if total <= 0:
        raise DataError(f"{unit}: the weights of {', '.join(there)} are all zero, so they cannot be averaged.")
    v = np.array([weight[each] / total for each in there])
    share.update(zip(there, v.tolist(), strict=True))
    estimate, error = (np.array([found[each][place] for each in there], dtype=float) for place in (0, 1))
    return float(v @ estimate), float(np.sqrt(v**2 @ error**2)), sum(found[each][2] for each in there), ", ".join(gaps)


def _need(frame: pd.DataFrame, columns: list[str], what: str) -> None:
    for column in columns:
        if column not in frame.columns:
            raise DataError(f"{what}: no column {column!r}.{near(column, map(str, frame.columns))}")
    names = frame["unit"].astype(str)
    twice = names[names.duplicated()]
    if len(twice):
        raise DataError(f"{what}: {twice.iloc[0]!r} stands there twice.")


def _numbers(frame: pd.DataFrame, columns: list[str], what: str) -> pd.DataFrame:
    """The frame with plain numbers in ``columns``; no answer becomes NaN, text is refused by the unit."""
    found = {}
    for column in columns:
        numbers = pd.to_numeric(frame[column], errors="coerce").astype("Float64")
        odd = frame[numbers.isna() & frame[column].notna()]
        if len(odd):
            unit, value = odd[["unit", column]].iloc[0]
            raise DataError(f"{what}: {column} of {unit} is {value!r}; expected a number.")
        found[column] = numbers.to_numpy(dtype=float, na_value=np.nan)
    return frame.assign(**found)


def _parents(weights: pd.DataFrame) -> dict[str, str]:
    """The parent of every unit; the one parent that is no unit itself is the top."""
    without = weights["unit"][weights["parent"].isna() | (weights["parent"].astype(str).str.strip() == "")]
    if len(without):
        raise DataError(f"weights: {without.iloc[0]!r} has no parent. The top has no row of its own; every other unit names its parent.")
    parents = {str(unit): str(parent) for unit, parent in weights[["unit", "parent"]].itertuples(index=False)}
    for unit in parents:
        line = _line(unit, parents)
        if line[-1] == line[0] or line[-1] in line[:-1]:
            raise DataError(f"weights: the parents form a loop: {' -> '.join(line)}.")
    tops = list(dict.fromkeys(parent for parent in parents.values() if parent not in parents))
    if len(tops) > 1:
        lesser = min(tops, key=lambda top: sum(parent == top for parent in parents.values()))
        child = next(unit for unit, parent in parents.items() if parent == lesser)
        others = [name for name in (*tops, *parents) if name != lesser]
        raise DataError(
            f"weights: unknown parent {lesser!r} of {child!r}: it has no row, and there can be one top only.{near(lesser, others)}"
        )
    return parents


def _line(unit: str, parents: Mapping[str, str]) -> list[str]:
    """The unit and everything above it; a loop ends where it closes."""
    line = [unit]
    while line[-1] in parents:
        line.append(parents[line[-1]])
        if line[-1] in line[:-1]:
            break
    return line


def _check_weights(weight: Mapping[str, float]) -> None:
    bad = [unit for unit, value in weight.items() if not (np.isfinite(value) and value >= 0)]
    if bad:
        raise DataError(f"weights: {', '.join(f'{unit} ({weight[unit]:g})' for unit in bad)}: expected a number from 0 upward.")


def _check_figures(scores: pd.DataFrame) -> None:
    empty = scores["unit"][~np.isfinite(scores["estimate"].astype(float))]
    if len(empty):
        raise DataError(f"No score of {', '.join(map(str, empty))}. Leave the row out, or give the figure.")
    bad = scores["unit"][~(scores["std_error"].astype(float) >= 0)]
    if len(bad):
        raise DataError(f"scores: {', '.join(map(str, bad))}: a standard error is a number from 0 upward.")


def _check_scores(scores: pd.DataFrame, parents: Mapping[str, str], missing: str) -> None:
    formed = set(parents.values())
    for unit in map(str, scores["unit"]):
        if unit in formed:
            raise DataError(f"scores: {unit!r} has a score of its own and units below it. Keep one of them.")
        if unit not in parents:
            raise DataError(f"weights: no weight for {unit!r}, which has a score.{near(unit, parents)}")
    _check_figures(scores[scores["estimate"].notna()])
    known = set(map(str, scores["unit"][scores["estimate"].notna()]))
    gaps = [unit for unit in parents if unit not in formed and unit not in known]
    if gaps and missing == "refuse":
        raise DataError(f"No score of {', '.join(gaps)}. Give it, or use missing='leave_out': the others then share the weight.")
