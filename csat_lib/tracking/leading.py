"""Whether the index runs ahead of an outside series, such as sales: correlation by lag, Granger tests, gain of forecasts.

A lag of h > 0 means that the index leads by h periods: index at t beside the outside series at t + h. None of this shows a cause: a common
cause, or chance among many lags, gives the same picture.

Letters: x index, y outside series, r correlation at a lag, m pairs at that lag, p own lags.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from csat_lib.errors import DataError, NotInStudyError, ParamsError, nearest, pick
from csat_lib.stats import holm, z_value
from csat_lib.study import Study, load_study, parse_period
from csat_lib.tracking.calendar import MONTHS, missing_between

Array = npt.NDArray[np.float64]
Method = Literal["prewhitened", "effective"]
Of = Literal["change", "level"]
METHODS = {"prewhitened": "after the index's own past is taken out of both", "effective": "as they are, with fewer effective pairs"}
OF = {"change": "changes from period to period", "level": "levels"}
FEWEST_PERIODS = 12
NOT_CAUSE = "Correlation, even at a lag, is not cause."


@dataclass(frozen=True, slots=True, eq=False)
class Paired:
    """The index and an outside series over unbroken periods.

    Attributes
    ----------
    series : DataFrame
        period, index, value; oldest first, no period missing.
    left_out : tuple of str
        Why periods of either series are not in it, in words.
    """

    series: pd.DataFrame
    left_out: tuple[str, ...]


def read_series(path: str | Path) -> pd.DataFrame:
    """An outside series from a CSV with the columns period and value.

    Raises
    ------
    DataError
        No such file, or a column is missing.
    """
    where = Path(path)
    if not where.is_file():
        raise DataError(f"{where.name}: no such file. An outside series is a CSV with the columns period and value.")
    frame = pd.read_csv(where, dtype={"period": str}, encoding="utf-8-sig")
    for name in ("period", "value"):
        if name not in frame.columns:
            raise DataError(f"{where.name}: no column {name!r}.{nearest(name, map(str, frame.columns))}")
    return frame


def study_series(study: Study, *, source: str = "sales", value: str = "revenue", periods: int = 40) -> pd.DataFrame:
    """A column of one of the study's own sources, summed in every period: period, value.

    Parameters
    ----------
    study : Study
        Its last period is the last that is read.
    source, value : str
        The source in study.yaml and the column to be summed.
    periods : int
        How many at most.

    Raises
    ------
    NotInStudyError
        No period has such a source.
    DataError
        The column is missing or not numeric.
    """
    rows = []
    for period in study.earlier(periods):
        each = study if period == study.period else load_study(study.name, period.name, root=study.paths.root)
        if not each.paths.has_data(source):
            continue
        path = each.paths.data(source)
        frame = pd.read_csv(path, encoding="utf-8-sig")
        if value not in frame.columns:
            raise DataError(f"{path.name} ({source}): no column {value!r}.{nearest(value, map(str, frame.columns))}")
        numbers = pd.to_numeric(frame[value], errors="coerce")
        if numbers.isna().any():
            row = int(np.flatnonzero(numbers.isna())[0])
            raise DataError(f"{path.name} ({source}), row {row + 2}: {value} is {frame[value].iloc[row]!r}, not a number.")
        rows.append((period.name, float(numbers.sum())))
    if not rows:
        raise NotInStudyError(f"This study has no source {source!r}: without a series from outside there is nothing the index could lead.")
    return pd.DataFrame(rows, columns=["period", "value"])


def paired(index: pd.DataFrame, outside: pd.DataFrame | str | Path) -> Paired:
    """The index and an outside series over the longest run of periods that neither lacks.

    Parameters
    ----------
    index : DataFrame
        period, estimate.
    outside : DataFrame or path
        period, value; a path is read by ``read_series``.

    Raises
    ------
    NotInStudyError
        Fewer than 12 periods in a row.
    DataError
        A period that stands twice, or periods of different kinds.
    """
    other = outside if isinstance(outside, pd.DataFrame) else read_series(outside)
    x, y = _by_period(index, "estimate", "The index"), _by_period(other, "value", "The outside series")
    kinds = sorted({parse_period(each).kind for each in [*x.index, *y.index]})
    if len(kinds) > 1 or kinds[0] not in MONTHS:
        raise DataError(f"The series must have periods of one kind, months, quarters, halves or years; there are {', '.join(kinds)}.")
    both = pd.concat([x.rename("index"), y.rename("value")], axis=1, join="inner").sort_index()
    said = [f"{name} has no figure in {', '.join(gone)}" for name, gone in _alone(x, y) if gone]
    gaps = [missing_between(one, two) for one, two in zip(both.index, both.index[1:], strict=False)]
    said += [gap for gap in gaps if gap]
    runs = np.cumsum([0, *(bool(gap) for gap in gaps)]) if len(both) else np.array([], dtype=int)
    longest = both[runs == np.bincount(runs).argmax()] if len(both) else both
    if len(longest) < FEWEST_PERIODS:
        more = f" ({'; '.join(said)})" if said else ""
        raise NotInStudyError(
            f"{len(longest)} periods in a row have both the index and the outside series{more}: at least {FEWEST_PERIODS} are needed."
        )
    if len(longest) < len(both):
        said.append(f"only {longest.index[0]} to {longest.index[-1]}, the longest run without a gap, is used")
    return Paired(longest.rename_axis("period").reset_index(), tuple(said))


def cross_correlation(
    pair: Paired, *, lags: int = 4, method: Method = "prewhitened", of: Of = "change", confidence: float = 0.95
) -> pd.DataFrame:
    """Correlation of index and outside series by lag, with intervals that allow for each series' own memory.

    prewhitened: an autoregression of the index (order by AIC) is taken out of both series, so that under no relation r has variance 1 / m
    (Box & Jenkins 1976, ch. 11). effective: the raw correlation, with m cut to m / (1 + 2 sum_k rho_x(k) rho_y(k)) pairs (Bartlett 1946;
    Pyper & Peterman 1998). Intervals by Fisher's z.

    Parameters
    ----------
    pair : Paired
        From ``paired``.
    lags : int
        From -lags to +lags; at most a quarter of the periods.
    method : {"prewhitened", "effective"}
        How the own memory is allowed for.
    of : {"change", "level"}
        Of changes from period to period, which a common trend does not touch, or of levels.
    confidence : float
        Of the intervals, each lag by itself.

    Returns
    -------
    DataFrame
        lag (> 0: the index leads), estimate, conf_low, conf_high, p_value, p_adjusted (Holm over the lags), n (pairs), n_effective, verdict
        ("real" by p_adjusted, else "within noise").
    """
    x, y = series_of(pair, of)
    n = len(x)
    if isinstance(lags, bool) or not isinstance(lags, int) or not 0 <= lags <= n // 4:
        raise ParamsError(f"lags: expected 0 to {n // 4}, a quarter of the {n} values, got {lags!r}.")
    pick(METHODS, method, "method")
    if method == "prewhitened":
        x, y = _prewhitened(x, y)
        n = len(x)
    rows = []
    for lag in range(-lags, lags + 1):
        one, two = (x[: n - lag], y[lag:]) if lag >= 0 else (x[-lag:], y[: n + lag])
        m = len(one)
        size = _effective(one, two) if method == "effective" else float(m)
        r = float(np.corrcoef(one, two)[0, 1])
        half = z_value(confidence) / np.sqrt(max(size - 3, 1.0))
        low, high = np.tanh(np.arctanh(np.clip(r, -1 + 1e-12, 1 - 1e-12)) + np.array([-half, half]))
        p = 2 * float(stats.norm.sf(abs(np.arctanh(np.clip(r, -1 + 1e-12, 1 - 1e-12))) * np.sqrt(max(size - 3, 1.0))))
        rows.append((lag, r, float(low), float(high), p, m, size))
    table = pd.DataFrame(rows, columns=["lag", "estimate", "conf_low", "conf_high", "p_value", "n", "n_effective"])
    adjusted = holm(table["p_value"].to_numpy())
    table.insert(5, "p_adjusted", adjusted)
    return table.assign(verdict=np.where(adjusted < 1 - confidence, "real", "within noise"))


def granger(pair: Paired, *, lags: int = 2, of: Of = "change", confidence: float = 0.95) -> pd.DataFrame:
    """Whether one series' past helps to explain the other beyond its own past, in both directions (Granger 1969; F test by statsmodels).

    Parameters
    ----------
    pair : Paired
        From ``paired``.
    lags : int
        Tests with 1 to ``lags`` lags of both series.
    of : {"change", "level"}
        As in ``cross_correlation``.
    confidence : float
        1 - confidence is the level of the tests.

    Returns
    -------
    DataFrame
        cause, effect (index, outside), lag, estimate (F), df, df_residual, p_value, p_adjusted (Holm over all rows), n, verdict ("real",
        "within noise").

    Raises
    ------
    ParamsError
        More lags than the periods can carry: 3 lags + 1 must be less than the number of values.
    """
    x, y = series_of(pair, of)
    if isinstance(lags, bool) or not isinstance(lags, int) or lags < 1 or len(x) - lags <= 2 * lags + 1:
        raise ParamsError(f"lags: expected 1 to {(len(x) - 2) // 3} for {len(x)} values, got {lags!r}.")
    from statsmodels.regression.linear_model import OLS

    rows = []
    for cause, effect, one, two in (("index", "outside", x, y), ("outside", "index", y, x)):
        for lag in range(1, lags + 1):
            own, others = _lagged(two, lag), _lagged(one, lag)
            base = np.column_stack([np.ones(len(own)), own])
            full = OLS(two[lag:], np.column_stack([base, others])).fit()
            F, p, df = full.compare_f_test(OLS(two[lag:], base).fit())
            rows.append((cause, effect, lag, float(F), float(df), float(full.df_resid), float(p), len(own)))
    table = pd.DataFrame(rows, columns=["cause", "effect", "lag", "estimate", "df", "df_residual", "p_value", "n"])
    adjusted = holm(table["p_value"].to_numpy())
    table.insert(7, "p_adjusted", adjusted)
    return table.assign(verdict=np.where(adjusted < 1 - confidence, "real", "within noise"))


def _by_period(frame: pd.DataFrame, value: str, what: str) -> pd.Series:
    """One number a period, indexed by its name."""
    for name in ("period", value):
        if name not in frame.columns:
            raise DataError(f"{what}: no column {name!r}.{nearest(name, map(str, frame.columns))}")
    names = [parse_period(each).name for each in frame["period"].tolist()]
    twice = [each for each in names if names.count(each) > 1]
    if twice:
        raise DataError(f"{what}: the period {twice[0]} stands twice. Add up or average its rows first.")
    numbers = pd.Series(pd.to_numeric(frame[value], errors="coerce").to_numpy(dtype=float), index=names)
    return numbers[np.isfinite(numbers)]


def _alone(x: pd.Series, y: pd.Series) -> Sequence[tuple[str, list[str]]]:
    first, last = (end(x.index.min(), y.index.min()) if end is max else end(x.index.max(), y.index.max()) for end in (max, min))
    inside = [each for each in x.index.union(y.index) if first <= each <= last]
    return [(name, [each for each in inside if each not in own.index]) for name, own in (("the index", x), ("the outside series", y))]


def series_of(pair: Paired, of: str) -> tuple[Array, Array]:
    """Index and outside series, as levels or as changes from period to period."""
    pick(OF, of, "form of the series")
    series = [pair.series[name].to_numpy(dtype=float) for name in ("index", "value")]
    for name, values in zip(("index", "outside series"), series, strict=True):
        if np.ptp(np.diff(values) if of == "change" else values) == 0:
            raise DataError(f"The {name} does not vary in its {OF[of]}: there is nothing to correlate.")
    return (np.diff(series[0]), np.diff(series[1])) if of == "change" else (series[0], series[1])


def _lagged(x: Array, lags: int) -> Array:
    """Columns x_{t-1} ... x_{t-lags}, for t from ``lags`` on."""
    return np.column_stack([x[lags - lag : len(x) - lag] for lag in range(1, lags + 1)])


def _prewhitened(x: Array, y: Array) -> tuple[Array, Array]:
    """Both series without what the index's own past says of it; the order has the least AIC, at most a quarter of the values and 4."""
    n, most = len(x), min(4, len(x) // 4)
    own = x[most:] - x.mean()
    fits = []
    for order in range(most + 1):
        Z = np.column_stack([x[most - lag : n - lag] for lag in range(1, order + 1)] or [np.empty((n - most, 0))]) - x.mean()
        phi = np.linalg.lstsq(Z, own, rcond=None)[0]
        left = float(((own - Z @ phi) ** 2).sum())
        fits.append((len(own) * np.log(max(left, 1e-300) / len(own)) + 2 * order, order, phi))
    _, order, phi = min(fits, key=lambda fit: fit[:2])
    one, two = (each[order:] - (_lagged(each, order) @ phi if order else 0.0) for each in (x - x.mean(), y - y.mean()))
    return one, two


def _effective(x: Array, y: Array) -> float:
    """Pairs that count, m / (1 + 2 sum_k (1 - k/m) rho_x(k) rho_y(k)) over a quarter of the lags; between 4 and m."""
    m = len(x)
    product = sum((1 - k / m) * _rho(x, k) * _rho(y, k) for k in range(1, m // 4 + 1))
    return float(np.clip(m / max(1 + 2 * product, 1e-9), 4, m))


def _rho(x: Array, lag: int) -> float:
    u = x - x.mean()
    return float(u[lag:] @ u[:-lag] / (u @ u))
