"""Do two coders see the same themes: Cohen's kappa on a double-coded sample, theme by theme."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from csat_lib.errors import DataError, nearest
from csat_lib.stats import check_confidence, z_value
from csat_lib.survey import read_export
from csat_lib.voice.coding import Coding
from csat_lib.voice.themes import Themes

COLUMNS = ("respondent", "coder_1", "coder_2")
GRADES = {
    "almost perfect": 0.81,
    "substantial agreement": 0.61,
    "moderate agreement": 0.41,
    "fair agreement": 0.21,
    "slight agreement": 0.0,
}
KAPPA = ["theme", "estimate", "std_error", "conf_low", "conf_high", "agreement", "first", "second", "both", "n", "verdict"]


def kappa(first: Sequence[object], second: Sequence[object], *, confidence: float = 0.95) -> dict[str, float]:
    """Cohen's kappa of two codings of the same units, with the standard error of Fleiss, Cohen & Everitt (1969).

    Parameters
    ----------
    first, second : sequence
        Codes, unit by unit.
    confidence : float
        Of the interval.

    Returns
    -------
    dict
        estimate, std_error, conf_low, conf_high, agreement (share of units coded alike), n. Where both use one code only, kappa is not
        defined and NaN.

    Raises
    ------
    DataError
        The two differ in length, or are empty.
    """
    from statsmodels.stats.inter_rater import cohens_kappa

    z = z_value(check_confidence(confidence))
    a, b = (pd.Series(list(each), dtype=object) for each in (first, second))
    if len(a) != len(b) or not len(a):
        raise DataError(f"kappa: the two codings have {len(a)} and {len(b)} units. They must code the same units, one at least.")
    known = list(dict.fromkeys([*a, *b]))
    table = pd.crosstab(pd.Categorical(a, known), pd.Categorical(b, known), dropna=False).to_numpy(dtype=float)
    agreement = float(np.trace(table) / table.sum())
    if len(known) < 2:
        return {**dict.fromkeys(("estimate", "std_error", "conf_low", "conf_high"), np.nan), "agreement": agreement, "n": float(len(a))}
    with np.errstate(divide="ignore", invalid="ignore"):  # full agreement leaves no variance to take a root of
        found = cohens_kappa(table)
    estimate, error = float(found.kappa), float(np.nan_to_num(found.std_kappa))
    low, high = max(estimate - z * error, -1.0), min(estimate + z * error, 1.0)
    return {"estimate": estimate, "std_error": error, "conf_low": low, "conf_high": high, "agreement": agreement, "n": float(len(a))}


def read_double_coded(path: str | Path, themes: Themes) -> pd.DataFrame:
    """A sample of comments that two people have coded, from CSV or a workbook.

    Returns
    -------
    DataFrame
        respondent, coder_1, coder_2: frozensets of themes; a cell names them with ; or , or 、 between, an empty one names none.

    Raises
    ------
    DataError
        A column is missing, a respondent stands twice, or a theme is not in the dictionary (row and nearest name are told).
    """
    export = read_export(path)
    frame, where = export.frame, Path(path).name
    for name in COLUMNS:
        if name not in frame.columns:
            raise DataError(f"{where}: no column {name!r}.{nearest(name, map(str, frame.columns))} It needs {', '.join(COLUMNS)}.")
    twice = frame["respondent"].duplicated()
    if twice.any():
        raise DataError(f"{where}, row {frame.index[twice][0]}: respondent {frame['respondent'][twice].iloc[0]!r} was coded before.")
    table = frame[list(COLUMNS)].copy()
    for coder in COLUMNS[1:]:
        sets = [_themes(cell, themes, f"{where}, row {row}, {coder}") for row, cell in frame[coder].items()]
        table[coder] = pd.Series(sets, index=frame.index, dtype=object)
    return table


def coder_agreement(first: pd.Series, second: pd.Series, themes: Themes, *, confidence: float = 0.95) -> pd.DataFrame:
    """Kappa of two codings, pooled over the themes and for each of them.

    Parameters
    ----------
    first, second : Series of sets
        The themes of every comment, unit by unit.
    themes : Themes
        The dictionary; themes with nothing below them are compared.
    confidence : float
        Of the intervals.

    Returns
    -------
    DataFrame
        theme ("all" takes every comment and theme as a decision), estimate (kappa), std_error, conf_low, conf_high, agreement (share of
        units), first, second, both (mentions), n (comments), verdict (Landis & Koch 1977; "too few" where neither coder used a theme five
        times).
    """
    n, rows = len(first), []
    seen = {name: ([name in each for each in first], [name in each for each in second]) for name in themes.leaves}
    pooled = tuple([each for pair in seen.values() for each in pair[side]] for side in (0, 1))
    for name, (one, two) in {"all": pooled, **seen}.items():
        found = kappa(one, two, confidence=confidence)
        counts = sum(one), sum(two), sum(a and b for a, b in zip(one, two, strict=True))
        verdict = "too few" if max(counts[:2]) < 5 else _grade(found["estimate"])
        rows.append({"theme": name, **found, "first": counts[0], "second": counts[1], "both": counts[2], "n": n, "verdict": verdict})
    return pd.DataFrame(rows)[KAPPA]


def theme_sets(coding: Coding, rows: pd.Index) -> pd.Series:
    """The dictionary's themes of some comments as sets, to hold against a coder; a row without a comment has none."""
    own = coding.mentions.groupby("row")["theme"].agg(frozenset)
    return pd.Series([own.get(row, frozenset()) for row in rows], index=rows, dtype=object)


def _themes(cell: object, themes: Themes, where: str) -> frozenset[str]:
    named = [each.strip() for each in re.split(r"[;,、；，]", str(cell)) if each.strip()] if isinstance(cell, str) else []
    for each in named:
        if each not in themes.names:
            raise DataError(f"{where}: no theme {each!r}.{nearest(each, themes.names)}")
    return frozenset(named)


def _grade(estimate: float) -> str:
    if np.isnan(estimate):
        return "undefined"
    return next((word for word, least in GRADES.items() if estimate >= least), "no agreement")
