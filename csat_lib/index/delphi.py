"""Delphi rounds: what the experts say, how far they agree, how they moved, and the weights of the last round.

Letters: m experts, n indicators, R sums of ranks, T corrections for ties, W Kendall's coefficient of concordance.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy import stats as sp

from csat_lib.errors import DataError, nearest
from csat_lib.index.judgements import Centre, rating_weights

COLUMNS = ("expert", "round", "indicator", "rating")
LARGEST_CV = 0.25  # the usual rule of Chinese Delphi studies
LEVEL = 0.05
SMALL = 7  # up to so many indicators the chi-square approximation is coarse (Siegel & Castellan 1988)


@dataclass(frozen=True, slots=True, eq=False)
class Delphi:
    """The outcome of a Delphi survey.

    Attributes
    ----------
    weights : Series
        From the last round, sums to 1, indexed by indicator.
    rounds : DataFrame
        round, indicator, median, quartile_low, quartile_high, iqr, mean, sd, cv (sd over mean), n (experts).
    concordance : DataFrame
        round, metric ("kendall_w"), estimate (0 to 1, ties allowed for), chi_square, df, p_value, n (experts), note (why the test is
        coarse, else empty).
    movement : DataFrame
        round, indicator, median_change (against the round before), mean_change (absolute, of those in both rounds), changed (share), n.
    verdict : {"consensus", "another round"}
        Consensus: in the last round every cv is below 0.25 and Kendall's W is significant at 5 %.
    reasons : tuple of str
        Why another round is needed.
    """

    weights: pd.Series
    rounds: pd.DataFrame
    concordance: pd.DataFrame
    movement: pd.DataFrame
    verdict: str
    reasons: tuple[str, ...]


def delphi(ratings: pd.DataFrame, *, centre: Centre = "mean") -> Delphi:
    """Statistics of every Delphi round, and weights that sum to 1 from the last.

    Parameters
    ----------
    ratings : DataFrame
        One row per answer: expert, round (sorted as numbers or words sort), indicator, rating (from 0 upward). An expert of a round rates
        every indicator of that round; experts and indicators may drop out between rounds.
    centre : {"mean", "median"}
        Over the experts' shares, for the weights.

    Raises
    ------
    DataError
        A column that is missing, a rating that is missing, negative or given twice, or fewer than two experts: by round, expert, indicator.

    Returns
    -------
    Delphi
        Weights, rounds, concordance, movement and verdict.
    """
    tables = _tables(ratings)
    rounds = (
        pd.concat({name: _statistics(table) for name, table in tables.items()}, names=["round"]).reset_index("round").reset_index(drop=True)
    )
    agreed = {name: concordance(table) for name, table in tables.items()}
    names = list(tables)
    moved = {b: _moved(tables[a], tables[b]) for a, b in pairwise(names)}
    last = tables[names[-1]]
    reasons = _reasons(rounds[rounds["round"] == names[-1]], agreed[names[-1]])
    first = ["round", "indicator", "median_change", "mean_change", "changed", "n"]
    return Delphi(
        rating_weights(last, centre=centre).rename_axis("indicator"),
        rounds,
        pd.DataFrame([{"round": name, "metric": "kendall_w", **found} for name, found in agreed.items()]),
        pd.concat(moved, names=["round"]).reset_index("round").reset_index(drop=True)[first] if moved else pd.DataFrame(columns=first),
        "another round" if reasons else "consensus",
        reasons,
    )


def concordance(table: pd.DataFrame) -> dict[str, float | int | str]:
    """Kendall's W (1 = all rank alike) of a table experts x indicators, ties allowed for, with its chi-square test.

    The keys are estimate, chi_square, df, p_value, n and note. W = (12 sum R^2 - 3 m^2 n (n + 1)^2) / (m^2 n (n^2 - 1) - m sum T).

    >>> concordance(pd.DataFrame([[1, 2, 3], [1, 2, 3]]))["estimate"]
    1.0
    """
    X = table.to_numpy(dtype=float)
    m, n = X.shape
    ranks = sp.rankdata(X, axis=1)
    T = sum(float((counts**3 - counts).sum()) for counts in (np.unique(row, return_counts=True)[1] for row in ranks))
    bottom = m**2 * n * (n**2 - 1) - m * T
    top = 12 * float((ranks.sum(axis=0) ** 2).sum()) - 3 * m**2 * n * (n + 1) ** 2
    if m < 2 or n < 2 or bottom <= 0:
        return {"estimate": np.nan, "chi_square": np.nan, "df": n - 1, "p_value": np.nan, "n": m, "note": "nobody ranks: no test"}
    W = top / bottom
    chi_square = m * (n - 1) * W
    note = f"{n} indicators: the chi-square test is coarse up to {SMALL}" if n <= SMALL else ""
    return {
        "estimate": W,
        "chi_square": chi_square,
        "df": n - 1,
        "p_value": float(sp.chi2.sf(chi_square, n - 1)),
        "n": m,
        "note": note,
    }


def _tables(ratings: pd.DataFrame) -> dict[Hashable, pd.DataFrame]:
    """Round -> experts x indicators, complete."""
    if not isinstance(ratings, pd.DataFrame):
        raise DataError(f"Delphi ratings: expected a table with {', '.join(COLUMNS)}, got {type(ratings).__name__}.")
    for name in COLUMNS:
        if name not in ratings.columns:
            raise DataError(f"Delphi ratings: no column {name!r}.{nearest(name, map(str, ratings.columns))}")
    if ratings.empty:
        raise DataError("Delphi ratings: there are none.")
    for name in COLUMNS[:3]:
        for place in np.flatnonzero(ratings[name].isna()):
            raise DataError(f"Delphi ratings: row {place + 1} has no {name}. Fill it, or leave the row out.")
    if ratings["round"].map(lambda each: isinstance(each, str)).nunique() > 1:
        raise DataError("Delphi ratings: some rounds are numbers and some are words, so they have no order. Use one of the two.")
    for row in ratings.loc[ratings.duplicated(["expert", "round", "indicator"]), ["round", "expert", "indicator"]].itertuples(index=False):
        raise DataError(f"Round {row[0]}: {row[1]} rates {row[2]} twice. Keep one rating.")
    return {label: _complete(part, label) for label, part in ratings.groupby("round", sort=True)}


def _complete(part: pd.DataFrame, label: Hashable) -> pd.DataFrame:
    """One round as experts x indicators; a gap is refused."""
    table = part.set_index(["expert", "indicator"])["rating"].unstack()  # noqa: PD010  pivot_table would average two ratings
    try:
        table = table[list(dict.fromkeys(part["indicator"]))].astype(float)
    except (TypeError, ValueError) as error:
        raise DataError(f"Round {label}: a rating is no number: {error}.") from None
    X = table.to_numpy()
    for i, j in np.argwhere(~(np.isfinite(X) & (X >= 0))):
        told = "no rating" if np.isnan(X[i, j]) else f"the rating {X[i, j]:g}, expected a number from 0 upward,"
        raise DataError(f"Round {label}: {told} of {table.columns[j]} by {table.index[i]}. Ask again, or leave this expert's round out.")
    if len(table) < 2:
        raise DataError(f"Round {label}: {len(table)} expert; agreement needs two or more.")
    return table


def _statistics(table: pd.DataFrame) -> pd.DataFrame:
    low, middle, high = (table.quantile(share) for share in (0.25, 0.5, 0.75))
    mean, sd = table.mean(), table.std(ddof=1)
    cv = (sd / mean).where(sd > 0, 0.0)
    columns = {"median": middle, "quartile_low": low, "quartile_high": high, "iqr": high - low, "mean": mean, "sd": sd, "cv": cv}
    return pd.DataFrame(columns).rename_axis("indicator").reset_index().assign(n=len(table))


def _moved(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Movement of the indicators, and of the experts, that are in both rounds."""
    indicators = [name for name in after.columns if name in before.columns]
    experts = [name for name in after.index if name in before.index]
    step = after.loc[experts, indicators] - before.loc[experts, indicators]
    columns = {
        "median_change": after[indicators].median() - before[indicators].median(),
        "mean_change": step.abs().mean(),
        "changed": (step != 0).mean(),
    }
    return pd.DataFrame(columns).rename_axis("indicator").reset_index().assign(n=len(experts))


def _reasons(last: pd.DataFrame, agreed: dict[str, float | int | str]) -> tuple[str, ...]:
    wide = last.loc[last["cv"] >= LARGEST_CV]
    reasons = [f"{row.indicator}: cv {row.cv:.3f} is not below {LARGEST_CV:g}" for row in wide.itertuples()]
    p = float(agreed["p_value"])
    if not p < LEVEL:
        reasons.append(f"Kendall's W is not significant (p = {p:.3f})" if np.isfinite(p) else "Kendall's W cannot be tested")
    return tuple(reasons)
