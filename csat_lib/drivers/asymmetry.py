"""Penalty and reward: what a bad answer costs and a good one brings, and which of the two is larger.

y = b0 + sum_j (p_j LOW_j + w_j HIGH_j) + e with dummies for the low and the high answers of every driver, the middle being the reference
(Brandt 1987). Range RIOCS = |p| + |w|, satisfaction-generating potential SGP = |w| / RIOCS, dissatisfaction-generating potential
DGP = |p| / RIOCS, impact asymmetry IA = SGP - DGP from -1 to 1 (Mikulić & Prebežac 2008). A penalty above or a reward below zero counts
as none, and the row is flagged. The classes say how a driver acts, not what it is called in Kano's model (Mikulić & Prebežac 2011).
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.drivers.joint import check_lost, slopes_of
from csat_lib.drivers.screening import usable_drivers
from csat_lib.errors import ModelError, ParamsError
from csat_lib.stats import Scale, blocks, correlations, counts, n_effective, one_thread, percentile_interval, products, resampled
from csat_lib.survey import Data, Rows, Weights, ends_of, rows_of

Array = npt.NDArray[np.float64]
Cuts = str | tuple[float, float] | Mapping[str, tuple[float, float]]
NOT_INTERPRETABLE = "sign not interpretable"


@dataclass(frozen=True, slots=True, eq=False)
class _Coded:
    """Rows with their dummies: D (n, 2p) low and high of each driver in turn, y in points where its scale is known."""

    rows: Rows
    names: list[str]
    limits: list[tuple[float, float]]
    D: Array
    y: Array


def asymmetry(
    data: Data,
    outcome: str,
    drivers: Sequence[str],
    *,
    cuts: Cuts = "ends",
    hybrid: float = 0.1,
    fewest: int = 10,
    weights: Weights = None,
    scale: Scale | None = None,
    draws: int = 2000,
    seed: int,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Penalty, reward and impact asymmetry of every driver, with bootstrap intervals.

    Parameters
    ----------
    data : Survey or DataFrame
        A Survey brings weights, strata, clusters and scales.
    outcome, drivers : str, sequence of str
        Columns; rows complete in them.
    cuts : "ends", "fifths", "quartiles", (low, high) or {driver: (low, high)}
        Answers up to low are low, answers from high on are high: the ends of the scale, its lowest two fifths and its highest fifth (see
        ``fifths``), the weighted quartiles of the sample (they stay fixed in the draws), or given answers such as (4, 9).
    hybrid : float
        A driver is a satisfier where the whole interval of IA lies above this, a dissatisfier where it lies below minus this, hybrid
        where it lies between. No published cut points could be confirmed, so the number is yours.
    fewest : int
        Respondents in the low, the middle and the high group of a driver; with fewer it is left out by name.
    weights : Series, optional
        Survey weights on a frame's index.
    scale : (low, high) or {item: (low, high)}, optional
        Ends of the scales of a bare DataFrame.
    draws, seed : int
        Of the bootstrap; at least 100.
    confidence : float
        Of the intervals.

    Returns
    -------
    DataFrame
        driver; penalty, reward (points of the outcome's 0-100 score, or its own unit where its scale is unknown) with _low and _high;
        range (RIOCS) with _low and _high; sgp, dgp; estimate (IA), std_error, conf_low, conf_high; verdict (satisfier, hybrid,
        dissatisfier, undecided, or "sign not interpretable": a penalty above zero or a reward below); cut_low, cut_high, n_low, n_high,
        n, n_effective, draws. Drivers that cannot be used are named in a warning and left out.

    Raises
    ------
    ParamsError
        Moments; cuts that leave no middle; ends of a scale that are unknown; too few draws; hybrid outside 0-1.
    ModelError
        No driver is left, or more than half of the draws cannot be used.
    """
    if draws < 100:
        raise ParamsError(f"{draws} draws are too few for an interval: at least 100.")
    if not 0 <= hybrid < 1:
        raise ParamsError(f"hybrid: {hybrid!r} is not between 0 and 1.")
    coded = _coded(data, outcome, drivers, cuts=cuts, fewest=fewest, weights=weights, scale=scale)
    ready = products(np.column_stack([coded.D, coded.y]), coded.rows.weights)
    n = len(coded.y)
    with one_thread():
        taken = [np.ones((1, n)), *(counts(block, n, coded.rows.units) for block in blocks(draws, n, seed))]
        b = np.concatenate([slopes_of(resampled(ready, each)[1]) for each in taken], axis=1)
    check_lost(b)
    return _table(coded, b, hybrid, confidence)


def _coded(data: Data, outcome: str, drivers: Sequence[str], *, cuts: Cuts, fewest: int, weights: Weights, scale: Scale | None) -> _Coded:
    """Dummies of the drivers that have all three groups and can be told apart; what is left out costs no respondents."""
    purpose = "A bootstrap of the asymmetry"
    names, _ = usable_drivers(data, outcome, drivers, weights=weights)
    while True:
        rows = rows_of(data, [*names, outcome], purpose=purpose, weights=weights)
        ends = ends_of(data, [*names, outcome], scale)
        limits = _limits(cuts, names, rows, ends)
        D = np.column_stack([part for x, (a, b) in zip(rows.X.T, limits, strict=False) for part in (x <= a, x >= b)]).astype(float)
        out = _thin(names, limits, D, fewest) or _entangled(names, D, rows.weights)
        if not out:
            break
        for name, why in out.items():
            warnings.warn(f"Driver {name!r} was left out: {why}.", stacklevel=4)
        names = [name for name in names if name not in out]
        if not names:
            raise ModelError(f"No driver is left: {next(iter(out.values()))}.")
    low, high = (np.nan if each is None else float(each[-1]) for each in ends)
    y = 100 * (rows.X[:, -1] - low) / (high - low) if np.isfinite(high - low) else rows.X[:, -1]
    return _Coded(rows, names, limits, D, np.asarray(y))


def _limits(cuts: Cuts, names: Sequence[str], rows: Rows, ends: tuple[Array | None, Array | None]) -> list[tuple[float, float]]:
    if isinstance(cuts, str):
        if cuts == "quartiles":
            found = [_quartiles(x, rows.weights) for x in rows.X.T[:-1]]
        elif cuts in {"ends", "fifths"}:
            low, high = (np.full(len(names) + 1, np.nan) if each is None else each for each in ends)
            unknown = [name for name, a, b in zip(names, low, high, strict=False) if not np.isfinite(a + b)]
            if unknown:
                raise ParamsError(f"The ends of the scale are unknown for {', '.join(unknown)}. Give scale=(1, 10), or cuts=(4, 9).")
            whole = zip(low[:-1], high[:-1], strict=True)
            found = [(float(a), float(b)) if cuts == "ends" else fifths(float(a), float(b)) for a, b in whole]
        else:
            raise ParamsError(f"No cuts {cuts!r}. There are: ends, fifths, quartiles, a pair such as (4, 9), or a pair for each driver.")
    elif isinstance(cuts, Mapping):
        lacking = [name for name in names if name not in cuts]
        if lacking:
            raise ParamsError(f"cuts: none for {', '.join(lacking)}.")
        found = [cuts[name] for name in names]
    else:
        found = [cuts] * len(names)
    for name, (a, b) in zip(names, found, strict=True):
        if not a < b:
            raise ParamsError(f"cuts: {name}: the low cut {a:g} must lie below the high cut {b:g}; otherwise nothing is in between.")
    return list(found)


def fifths(low: float, high: float) -> tuple[float, float]:
    """Where the lowest two fifths of a scale's answers end and the highest fifth begins.

    >>> fifths(1, 5), fifths(1, 10), fifths(0, 10)
    ((2.0, 5.0), (4.0, 9.0), (3.0, 9.0))
    """
    points = high - low + 1
    return float(low + max(points * 2 // 5, 1) - 1), float(high - max(points // 5, 1) + 1)


def _quartiles(x: Array, w: Array) -> tuple[float, float]:
    """Smallest answers up to which a quarter, and three quarters, of the weight lies."""
    order = np.argsort(x, kind="stable")
    share = np.cumsum(w[order]) / w.sum()
    a, b = (float(x[order][np.searchsorted(share, part - 1e-12)]) for part in (0.25, 0.75))
    return a, b


def _thin(names: Sequence[str], limits: Sequence[tuple[float, float]], D: Array, fewest: int) -> dict[str, str]:
    """Drivers with too few respondents in a group, and which group it is."""
    found = {}
    for place, (name, (a, b)) in enumerate(zip(names, limits, strict=True)):
        low, high = int(D[:, 2 * place].sum()), int(D[:, 2 * place + 1].sum())
        middle = len(D) - low - high
        for count, group in ((low, f"at or below {a:g}"), (high, f"at or above {b:g}"), (middle, f"between {a:g} and {b:g}")):
            if count < max(fewest, 1):
                found[name] = f"{count} of {len(D)} answers {group}, at least {max(fewest, 1)} are needed; move its cuts"
                break
    return found


def _entangled(names: Sequence[str], D: Array, w: Array) -> dict[str, str]:
    """Drivers whose groups are determined by those before them."""
    centred = (D - w @ D / w.sum()) * np.sqrt(w)[:, None]
    R = correlations(centred.T @ centred)
    found: dict[str, str] = {}
    for place in range(len(R)):
        if R[place, place] > 1e-10:
            R = R - np.outer(R[:, place], R[place]) / R[place, place]
        else:
            found[names[place // 2]] = "the groups of the drivers before it determine its own"
    return found


def _table(coded: _Coded, b: Array, hybrid: float, confidence: float) -> pd.DataFrame:
    penalty, reward = b[0::2], b[1::2]
    loss, win = np.maximum(-penalty, 0.0), np.maximum(reward, 0.0)
    span = loss + win
    with np.errstate(all="ignore"):
        sgp, dgp = (np.where(span > 0, each / span, np.where(np.isnan(span), np.nan, 0.0)) for each in (win, loss))
    ia = sgp - dgp
    table = pd.DataFrame({"driver": coded.names})
    for name, values in (("penalty", penalty), ("reward", reward), ("range", span)):
        table[name] = values[:, 0]
        table[f"{name}_low"], table[f"{name}_high"] = percentile_interval(values[:, 1:], confidence)
    table["sgp"], table["dgp"], table["estimate"] = sgp[:, 0], dgp[:, 0], ia[:, 0]
    table["std_error"] = np.nanstd(ia[:, 1:], axis=1, ddof=1)
    low, high = percentile_interval(ia[:, 1:], confidence)
    wrong = (penalty[:, 0] > 0) | (reward[:, 0] < 0)
    classes = [low > hybrid, high < -hybrid, (low >= -hybrid) & (high <= hybrid)]
    verdict = np.select([wrong, *classes], [NOT_INTERPRETABLE, "satisfier", "dissatisfier", "hybrid"], "undecided")
    used, groups = int(np.isfinite(b[:, 1:]).all(axis=0).sum()), coded.D.sum(axis=0).astype(int)
    return table.assign(
        conf_low=low,
        conf_high=high,
        verdict=verdict,
        cut_low=[a for a, _ in coded.limits],
        cut_high=[b for _, b in coded.limits],
        n_low=groups[0::2],
        n_high=groups[1::2],
        n=len(coded.y),
        n_effective=n_effective(coded.rows.weights),
        draws=used,
    )
