"""Internal customers: each department rates those it depends on; scores given and received, and the weakest links of the chain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from csat_lib.errors import DataError, NotInStudyError, ParamsError, nearest
from csat_lib.stats import check_confidence, holm
from csat_lib.study import Study
from csat_lib.survey import read_export

SOURCE = "internal"
RATER, RATED, SCORE = "rater_department", "rated_department", "score"
FIGURES = ["estimate", "std_error", "conf_low", "conf_high", "n"]


@dataclass(frozen=True, slots=True, eq=False)
class Departments:
    """Who rates whom.

    Attributes
    ----------
    cells : DataFrame
        rater, rated, estimate (0-100), std_error, conf_low, conf_high, n (ratings), gap (to the mean of all other ratings), p_value,
        p_adjusted (Holm over the cells), verdict ("weak link": surely below the others; "strong link"; "within noise"; "not tested").
    received, given : DataFrame
        department, estimate, std_error, conf_low, conf_high, n: ratings that a department received, and gave. Those of one pair go
        together, so the pair is the sampling unit.
    chain : DataFrame
        department, received, given, gap (received less given: below nought it asks for more than it delivers).
    overall : float
        Mean of all ratings, 0-100.
    """

    cells: pd.DataFrame
    received: pd.DataFrame
    given: pd.DataFrame
    chain: pd.DataFrame
    overall: float


def read_internal(study: Study) -> pd.DataFrame:
    """The departments' ratings of the study's period: rater, rated, score, by the row of the file.

    Raises
    ------
    NotInStudyError
        The study has no such source in this period.
    DataError
        A column is missing, a department has no name, or a score is no number or lies off the scale; the row is named.
    """
    if not study.paths.has_data(SOURCE):
        raise NotInStudyError(f"{study.name} {study.period} has no source {SOURCE}: departments have not rated each other.")
    path, rules = study.paths.data(SOURCE), study.parameters.internal
    frame = read_export(path).frame
    frame.columns = [str(each).strip() for each in frame.columns]
    for column in (RATER, RATED, SCORE):
        if column not in frame:
            raise DataError(f"{path.name}: no column {column!r}.{nearest(column, list(frame.columns))}")
    score = pd.to_numeric(frame[SCORE], errors="coerce")
    bad = ~score.between(rules.low, rules.high)
    if bad.any():
        row, value = frame.index[bad][0], frame.loc[bad, SCORE].iloc[0]
        raise DataError(f"{path.name}: row {row}: score: expected a number from {rules.low:g} to {rules.high:g}, got {value!r}.")
    names = {short: frame[column].astype(str).str.strip() for short, column in (("rater", RATER), ("rated", RATED))}
    for short, given in names.items():
        if (given == "").any():
            raise DataError(f"{path.name}: row {given.index[given == ''][0]}: {short}: the department has no name.")
    return pd.DataFrame({**names, "score": score})


def internal_customers(
    ratings: pd.DataFrame, *, low: float = 1.0, high: float = 10.0, fewest: int = 2, confidence: float = 0.95
) -> Departments:
    """The who-rates-whom matrix on 0-100 with its margins and weakest links.

    Parameters
    ----------
    ratings : DataFrame
        rater, rated, score: one row per rating.
    low, high : float
        Ends of the scale.
    fewest : int
        Cells of fewer ratings are not tested.
    confidence : float
        Of intervals (Student's t) and tests.

    Raises
    ------
    DataError
        No ratings, or a score off the scale.
    ParamsError
        The scale has no width.
    """
    check_confidence(confidence)
    if not low < high:
        raise ParamsError(f"The scale runs from {low:g} to {high:g}: its low end must lie below its high one.")
    own = ratings[ratings["rater"] != ratings["rated"]]
    if own.empty:
        raise DataError("No department has rated another.")
    if not own["score"].between(low, high).all():
        raise DataError(f"score: {own.loc[~own['score'].between(low, high), 'score'].iloc[0]:g} is not on the scale {low:g} to {high:g}.")
    table = own.assign(points=100 * (own["score"].astype(float) - low) / (high - low))
    cells = _cells(table, fewest, confidence)
    received, given = (_margin(table, side, confidence) for side in ("rated", "rater"))
    both = received.set_index("department")["estimate"].rename("received").to_frame()
    both = both.join(given.set_index("department")["estimate"].rename("given"), how="outer")
    chain = both.assign(gap=both["received"] - both["given"]).sort_values("received", kind="stable").reset_index(names="department")
    return Departments(cells, received, given, chain, float(table["points"].mean()))


def weakest_links(found: Departments, *, most: int = 5) -> pd.DataFrame:
    """The cells that are surely below the others first, then the lowest of the rest; at most ``most``."""
    tested = found.cells[found.cells["verdict"] != "not tested"]
    order = tested.assign(sure=tested["verdict"] != "weak link").sort_values(["sure", "estimate"], kind="stable")
    return order.drop(columns="sure").head(most).reset_index(drop=True)


def _cells(table: pd.DataFrame, fewest: int, confidence: float) -> pd.DataFrame:
    """Welch's test of every cell against all ratings of other pairs."""
    rows = []
    for (rater, rated), own in table.groupby(["rater", "rated"], sort=True)["points"]:
        y = own.to_numpy(dtype=float)
        rest = table.loc[table.index.difference(own.index), "points"].to_numpy(dtype=float)
        gap = float(y.mean() - rest.mean()) if len(rest) else np.nan
        varies = len(y) >= max(fewest, 2) and len(rest) > 1 and np.ptp(y) > 0 and np.ptp(rest) > 0
        p = float(stats.ttest_ind(y, rest, equal_var=False).pvalue) if varies else np.nan
        rows.append((rater, rated, *_figures(y, confidence), gap, p))
    cells = pd.DataFrame(rows, columns=["rater", "rated", *FIGURES, "gap", "p_value"])
    tested = cells["p_value"].notna().to_numpy()
    adjusted = np.full(len(cells), np.nan)
    adjusted[tested] = holm(cells.loc[tested, "p_value"].to_numpy(dtype=float))
    sure = adjusted < 1 - confidence
    words = np.select([~tested, sure & (cells["gap"] < 0), sure], ["not tested", "weak link", "strong link"], "within noise")
    return cells.assign(p_adjusted=adjusted, verdict=words)


def _margin(table: pd.DataFrame, side: str, confidence: float) -> pd.DataFrame:
    """Means by the rated or the rating department; ratings of one pair move together (linearised over pairs)."""
    other = "rater" if side == "rated" else "rated"
    rows = []
    for name, own in table.groupby(side, sort=True):
        y = own["points"].to_numpy(dtype=float)
        totals = (own["points"] - y.mean()).groupby(own[other]).sum().to_numpy()
        pairs = len(totals)
        error = float(np.sqrt(pairs / (pairs - 1) * (totals**2).sum()) / len(y)) if pairs > 1 else np.nan
        half = float(stats.t.ppf(0.5 + confidence / 2, pairs - 1)) * error if pairs > 1 else np.nan
        rows.append((name, y.mean(), error, max(y.mean() - half, 0.0), min(y.mean() + half, 100.0), len(y)))
    return pd.DataFrame(rows, columns=["department", *FIGURES])


def _figures(y: np.ndarray, confidence: float) -> tuple[float, float, float, float, int]:
    n, mean = len(y), float(y.mean())
    if n < 2:
        return mean, np.nan, np.nan, np.nan, n
    error = float(y.std(ddof=1) / np.sqrt(n))
    half = float(stats.t.ppf(0.5 + confidence / 2, n - 1)) * error
    return mean, error, max(mean - half, 0.0), min(mean + half, 100.0), n
