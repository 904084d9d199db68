"""The argument of the driver analysis as short frames: what the long tables of ``drivers`` come to on a page."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from csat_lib.drivers import Comparison, nps_groups, top_box
from csat_lib.drivers.asymmetry import fifths
from csat_lib.drivers.resamples import FEWEST_DRAWS
from csat_lib.errors import NotInStudyError
from csat_lib.report.page import Page
from csat_lib.study import Study
from csat_lib.survey import Survey

MOST_COLUMNS = 8
WIDEST = 30  # letters of all periods in a table's head
BOX_DRAWS = 200
BOX_WORK = 100_000_000  # rows of logits that one box analysis may cost: some 15 s
LEVELS = (60, 70, 80, 90, 100)
RECOMMENDATION = "recommend"


@dataclass(frozen=True, slots=True, eq=False)
class Wide:
    """One row a driver and one column a group.

    Attributes
    ----------
    frame : DataFrame
        driver, one column ``<group>_share`` a group, and what the test says.
    columns : mapping of str to str or None
        The columns to print, with their headings.
    digits : mapping of str to int
        Places of their numbers.
    """

    frame: pd.DataFrame
    columns: Mapping[str, str | None]
    digits: Mapping[str, int]


def at_most(most: int, drivers: Sequence[str], *, what: str) -> list[str]:
    """The drivers, where an analysis can take two to ``most`` of them.

    Parameters
    ----------
    most : int
        How many it takes.
    drivers : sequence of str
        The study's.
    what : str
        How the analysis is called.

    Raises
    ------
    NotInStudyError
        There are more, or there is only one.

    >>> at_most(3, ["food", "signs"], what="Dominance")
    ['food', 'signs']
    """
    if not 2 <= len(drivers) <= most:
        raise NotInStudyError(f"{what} compares 2 to {most} drivers; this study has {len(drivers)}.")
    return list(drivers)


def panel(collinearity: pd.DataFrame) -> pd.DataFrame:
    """One row a driver of ``drivers.collinearity``: vif, correlation, beta, verdict (the first that is not ok)."""
    own = collinearity[collinearity["driver"] != ""]
    wide = own.pivot_table(index="driver", columns="metric", values="estimate", sort=False)
    doubtful = own[~own["verdict"].isin(["", "ok"])].drop_duplicates("driver").set_index("driver")["verdict"]
    words = doubtful.replace("suppressed", "opposite signs")
    return wide[["vif", "correlation", "beta"]].assign(verdict=words.reindex(wide.index).fillna("ok")).reset_index()


def cross_checked(importance: pd.DataFrame, johnson: pd.DataFrame) -> pd.DataFrame:
    """The importance with the share by Johnson's relative weights beside it, the largest share first."""
    other = johnson.set_index("driver")["share"]
    table = importance.assign(johnson_share=other.reindex(importance["driver"]).to_numpy())
    return table.sort_values("share", ascending=False, kind="stable", ignore_index=True)


def neighbours(importance: pd.DataFrame, differences: pd.DataFrame) -> pd.DataFrame:
    """Each driver of ``drivers.importance`` against the next in rank: the rows of ``drivers.differences``, larger less smaller."""
    order = importance.sort_values("estimate", ascending=False, kind="stable")["driver"].tolist()
    pairs = {(row["driver"], row["other"]): row for row in differences.to_dict("records")}
    rows = [pairs.get((a, b)) or _turned(pairs[b, a]) for a, b in pairwise(order)]
    return pd.DataFrame(rows, columns=differences.columns)


def needs(necessity: pd.DataFrame, bottleneck: pd.DataFrame) -> pd.DataFrame:
    """One row a driver: how necessary it is, and what per cent of its range each level of the outcome asks for.

    Parameters
    ----------
    necessity : DataFrame
        From ``drivers.necessity``, one ceiling.
    bottleneck : DataFrame
        From ``drivers.bottleneck``, with the levels 60 to 100.
    """
    level = bottleneck.pivot_table(index="driver", columns="level", values="estimate")
    table = necessity.set_index("driver")[["estimate", "p_value", "verdict", "n"]]
    for each in LEVELS:
        table[f"at_{each}"] = level[float(each)]
    order = ["estimate", "p_value", *(f"at_{each}" for each in LEVELS), "verdict", "n"]
    return table[order].sort_values("estimate", ascending=False, kind="stable").reset_index()


def by_segment(page: Page, comparison: Comparison, *, by: str) -> Wide:
    """Shares of every driver in the largest segments, and in which of them it matters more or less.

    Parameters
    ----------
    page : Page
        Labels of the segments.
    comparison : Comparison
        From ``drivers.importance_by_segment``.
    by : str
        The attribute of the segments.
    """
    table = comparison.importance
    size = table.drop_duplicates("segment").set_index("segment")["n"].sort_values(ascending=False, kind="stable")
    kept = [name for name in size.index if name in set(size.index[:MOST_COLUMNS])]
    shown = [name for name in dict.fromkeys(table["segment"]) if name in kept]
    frame = _shares(table, "segment", shown)
    frame = frame.iloc[np.argsort(-frame.drop(columns="driver").mean(axis=1).to_numpy(), kind="stable")].reset_index(drop=True)
    smallest = comparison.tests.groupby("driver")["p_adjusted"].min()
    frame["p_adjusted"] = smallest.reindex(frame["driver"]).to_numpy()
    told = comparison.tests[comparison.tests["verdict"] != "not told apart"]
    differs = set(told["driver"])
    frame["verdict"] = ["differs" if name in differs else "not told apart" for name in frame["driver"]]
    columns: dict[str, str | None] = {"driver": None}
    columns |= {f"{name}_share": page.value(by, name) for name in shown}
    return Wide(frame, columns | {"p_adjusted": None, "verdict": None}, {f"{name}_share": 2 for name in shown})


def by_wave(comparison: Comparison) -> Wide:
    """Shares of every driver in the last periods, and the change of explained variance since the one before, in points, with its test.

    Raises
    ------
    NotInStudyError
        There is one period only.
    """
    periods = list(dict.fromkeys(comparison.importance["period"]))
    if len(periods) < 2:
        raise NotInStudyError(f"Drivers are compared over two periods at least; there is {', '.join(periods)}.")
    shown = periods[-max(2, min(6, WIDEST // len(periods[-1]))) :]
    frame = _shares(comparison.importance, "period", shown)
    last = comparison.tests[comparison.tests["period"] == periods[-1]].set_index("driver").reindex(frame["driver"])
    for name, column in (("change", "estimate"), ("change_low", "conf_low"), ("change_high", "conf_high"), ("p_adjusted", "p_adjusted")):
        frame[name] = last[column].to_numpy() * (1 if name == "p_adjusted" else 100)
    frame["verdict"] = last["verdict"].to_numpy()
    columns: dict[str, str | None] = {"driver": None}
    columns |= {f"{period}_share": period for period in shown}
    places = {f"{period}_share": 2 for period in shown} | {"change": 1}
    return Wide(frame, columns | {"change": None, "p_adjusted": None, "verdict": None}, places)


def boxes(study: Study, survey: Survey, importance: pd.DataFrame) -> pd.DataFrame:
    """Shares of every driver in the average answer, in the best answers, and in promoters and detractors where the study asks for them.

    Parameters
    ----------
    study : Study
        Outcome, drivers, seed.
    survey : Survey
        The answers.
    importance : DataFrame
        From ``drivers.importance``: the shares in the average answer.

    Returns
    -------
    DataFrame
        driver, average_share, top_share, and promoter_share, detractor_share; each with _low and _high where resamples take no longer than
        a page can wait; top_at, top_end (lowest answer that counts, end of the scale), top_respondents, promoter_respondents,
        detractor_respondents (weighted shares); n.

    Raises
    ------
    NotInStudyError
        The outcome has too few grades for a top box, there are more than twelve drivers, or too many respondents for so many.
    """
    outcome, asked = study.drivers.outcome, at_most(12, study.drivers.items, what="A box analysis")
    low, high = survey.scale[outcome]
    cut = fifths(low, high)[1]
    if high - low < 3:
        raise NotInStudyError(f"The best answers are looked at on scales of four points or more; {outcome!r} has {high - low + 1:g}.")
    boot, confidence = study.parameters.bootstrap, study.parameters.confidence
    work = 2 ** len(asked) * len(survey)
    if work > 2 * BOX_WORK:
        raise NotInStudyError(f"{2 ** len(asked):,} logits of {len(survey):,} respondents take too long for a page. Use drivers.top_box.")
    affordable = min(BOX_DRAWS, boot.draws, BOX_WORK // work)
    draws, seed = (affordable, boot.seed) if affordable >= FEWEST_DRAWS else (None, None)
    best = top_box(survey, outcome, asked, at_least=cut, draws=draws, seed=seed, confidence=confidence)
    parts = {"average": importance, "top": best}
    if RECOMMENDATION in survey.responses and survey.scale[RECOMMENDATION] == (0, 10) and outcome != RECOMMENDATION:
        groups = nps_groups(survey, RECOMMENDATION, asked, draws=draws, seed=seed, confidence=confidence)
        parts |= {name: groups[groups["metric"] == f"{name}s"] for name in ("promoter", "detractor")}
    table = pd.DataFrame({"driver": list(best["driver"])})
    for name, part in parts.items():
        own = part.set_index("driver").reindex(table["driver"])
        ends = [end for end in ("", "_low", "_high") if f"share{end}" in own]
        table = table.assign(**{f"{name}_share{end}": own[f"share{end}"].to_numpy() for end in ends})
        if "box_share" in own:
            table[f"{name}_respondents"] = own["box_share"].to_numpy()
    table = table.assign(top_at=cut, top_end=high, n=int(best["n"].iloc[0]))
    return table.sort_values("top_share", ascending=False, kind="stable", ignore_index=True)


def _turned(row: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
    """A difference the other way round."""
    words = {"higher": "lower", "lower": "higher"}
    numbers = {"estimate": "estimate", "conf_low": "conf_high", "conf_high": "conf_low"}
    turned: dict[Hashable, Any] = {name: -float(row[source]) for name, source in numbers.items()}
    return {**row, "driver": row["other"], "other": row["driver"], **turned, "verdict": words.get(str(row["verdict"]), row["verdict"])}


def _shares(table: pd.DataFrame, what: str, groups: Sequence[str]) -> pd.DataFrame:
    """Driver and one column of shares a group, the largest of the last group first."""
    wide = table.pivot_table(index="driver", columns=what, values="share", sort=False, observed=True)[list(groups)]
    order = np.argsort(-wide[groups[-1]].to_numpy(), kind="stable")
    wide.columns = pd.Index([f"{name}_share" for name in groups])
    return wide.iloc[order].reset_index()
