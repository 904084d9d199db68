"""Relative importance of drivers: LMG and its relatives, weighted, from moments, with bootstrap intervals.

R correlations of the drivers, r with the outcome, beta = R^-1 r, R^2 = r'beta. Sources: Lindeman, Merenda & Gold 1980 (lmg);
Johnson 2000 and Genizi 1993 (johnson); Zuber & Strimmer 2011 (car); Pratt 1987 (pratt); Groemping 2006 for the family.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.drivers.screening import usable_drivers
from csat_lib.drivers.subsets import MOST_DRIVERS, complete, conditional, shapley, subset_r_squared
from csat_lib.errors import ModelError, ParamsError, pick
from csat_lib.stats import Missing, blocks, correlations, counts, one_thread, percentile_interval, products, resampled
from csat_lib.survey import Data, Rows, Weights, rows_of

Array = npt.NDArray[np.float64]


def _lmg(R: Array) -> Array:
    return shapley(subset_r_squared(R))


def _johnson(R: Array) -> Array:
    root, z = _roots(R)
    return np.asarray(np.einsum("bjk,bk->jb", root**2, z**2))


def _car(R: Array) -> Array:
    return (_roots(R)[1] ** 2).T


def _pratt(R: Array) -> Array:
    return _beta(R) * R[:-1, -1]


def _first(R: Array) -> Array:
    return R[:-1, -1] ** 2


def _last(R: Array) -> Array:
    inverse = np.linalg.inv(np.moveaxis(R[:-1, :-1], 2, 0))
    return np.asarray(_beta(R) ** 2 / np.einsum("bii->ib", inverse))


def _betasq(R: Array) -> Array:
    return _beta(R) ** 2


METHODS: dict[str, Callable[[Array], Array]] = {
    "lmg": _lmg,
    "johnson": _johnson,
    "car": _car,
    "pratt": _pratt,
    "first": _first,
    "last": _last,
    "betasq": _betasq,
}


def importance(
    data: Data,
    outcome: str,
    drivers: Sequence[str],
    *,
    method: str = "lmg",
    weights: Weights = None,
    missing: Missing = "listwise",
    groups: Mapping[str, Sequence[str]] | None = None,
    always: Sequence[str] = (),
    draws: int | None = None,
    seed: int | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Share of the outcome's variance that each driver explains.

    Parameters
    ----------
    data : Survey, DataFrame or Moments
        A Survey brings its weights.
    outcome, drivers : str, sequence of str
        Columns.
    method : {"lmg", "johnson", "car", "pratt", "first", "last", "betasq"}
        The first four sum to R squared (pratt may be negative).
    weights : Series, optional
        Survey weights on a frame's index.
    missing : {"listwise", "pairwise", "mean"}
        Rule for missing answers.
    groups : {name: [drivers]}, optional
        Drivers that enter together (lmg only); the others stay alone.
    always : sequence of str
        Controls that are in every model; they get no share.
    draws, seed : int, optional
        Bootstrap intervals, when asked for.
    confidence : float
        Of the intervals.

    Returns
    -------
    DataFrame
        driver, estimate (explained variance), share (of their sum), correlation, beta, verdict ("suppressed" where the two disagree
        in sign), n, n_effective; with draws also std_error, conf_low, conf_high, share_low, share_high, rank_low, rank_high, draws (those
        that could be used). In the order given. Drivers that are constant, unanswered, or determined by others are named in a warning
        and left out.

    Raises
    ------
    ParamsError
        Unknown words; groups with another method than lmg; more than 22 players for lmg; draws without seed, from Moments, fewer than 100,
        or with another rule than listwise.
    ModelError
        The outcome or every driver is constant, fewer respondents than drivers, or more than half of the draws are degenerate.
    """
    pick(METHODS, method, "method")
    if (draws is None) != (seed is None):
        raise ParamsError("draws= and seed= go together: the seed makes the intervals reproducible.")
    _check_draws(draws, missing)
    usable, m = usable_drivers(data, outcome, drivers, always=always, missing=missing, weights=weights)
    names = [name for name in usable if name not in always]
    controls = [name for name in usable if name in always]
    players = _players(names, _without(groups, drivers, names), method)
    order = [*controls, *names, outcome]
    R = correlations(m.of(order).covariance[:, :, None])
    estimate = _evaluate(R, len(controls), names, players, method)[:, 0]
    table = pd.DataFrame({"driver": list(players), "estimate": estimate, "share": estimate / estimate.sum()})
    if groups is None:
        own = [order.index(name) for name in names]
        beta = _beta(R)[:, 0][len(controls) :]
        table["correlation"], table["beta"] = R[own, -1, 0], beta
        table["verdict"] = np.where(np.sign(beta) * np.sign(R[own, -1, 0]) < 0, "suppressed", "ok")
    table["n"], table["n_effective"] = m.n, m.n_effective
    if draws is None or seed is None:
        return table
    with one_thread():
        resamples = _resample(
            rows_of(data, order, purpose="A bootstrap of the importance", weights=weights),
            lambda block: _evaluate(block, len(controls), names, players, method),
            players=len(players),
            draws=draws,
            seed=seed,
        )
    return _with_intervals(table, resamples, confidence)


def dominance(
    data: Data, outcome: str, drivers: Sequence[str], *, weights: Weights = None, missing: Missing = "listwise"
) -> dict[str, pd.DataFrame]:
    """Dominance analysis (Azen & Budescu 2003).

    Parameters
    ----------
    data, outcome, drivers
        As in ``importance``; at most 22 drivers.
    weights, missing
        As in ``importance``.

    Returns
    -------
    dict
        "conditional": driver x number of other drivers in the model, mean gain in R squared; "complete": share of models in which the row's
        driver adds more than the column's (1 = dominates completely).
    """
    names, m = usable_drivers(data, outcome, drivers, missing=missing, weights=weights)
    _players(names, None, "lmg")
    v = subset_r_squared(correlations(m.of([*names, outcome]).covariance[:, :, None]))[:, 0]
    index = pd.Index(names, name="driver")
    return {
        "conditional": pd.DataFrame(conditional(v), index=index, columns=[str(size) for size in range(len(names))]),
        "complete": pd.DataFrame(complete(v), index=index, columns=names),
    }


def _evaluate(R: Array, controls: int, names: Sequence[str], players: Mapping[str, Sequence[str]], method: str) -> Array:
    """Importance (players, B) from correlations of controls, drivers and outcome."""
    for _ in range(controls):
        slope = np.divide(R[0, 1:], R[0, 0], out=np.zeros_like(R[0, 1:]), where=R[0, 0] > 1e-10)
        R = R[1:, 1:] - R[1:, :1] * slope
    remaining = R[-1, -1]
    if controls:
        R = correlations(R)
    if len(players) == len(names):
        return np.asarray(METHODS[method](R) * remaining)
    v = subset_r_squared(R)
    mask = [sum(1 << names.index(name) for name in members) for members in players.values()]
    union = np.zeros(2 ** len(mask), dtype=int)
    for place, each in enumerate(mask):
        union |= np.where((np.arange(len(union)) >> place) & 1 == 1, each, 0)
    return np.asarray(shapley(v[union]) * remaining)


def _check_draws(draws: int | None, missing: str) -> None:
    if draws is None:
        return
    if draws < 100:
        raise ParamsError(f"{draws} draws are too few for an interval: at least 100.")
    if missing != "listwise":
        raise ParamsError(f"The bootstrap resamples complete rows, so missing={missing!r} has no intervals. Leave draws= out.")


def _without(groups: Mapping[str, Sequence[str]] | None, drivers: Sequence[str], kept: Sequence[str]) -> dict[str, list[str]]:
    """The groups less the drivers that were left out; a group with none left goes too."""
    lost = set(drivers) - set(kept)
    remaining = {name: [each for each in members if each not in lost] for name, members in (groups or {}).items()}
    return {name: members for name, members in remaining.items() if members}


def _players(names: Sequence[str], groups: Mapping[str, Sequence[str]] | None, method: str) -> dict[str, Sequence[str]]:
    if method == "lmg" and len(names) > MOST_DRIVERS:
        raise ParamsError(f"LMG is exact up to {MOST_DRIVERS} drivers; {len(names)} were given. Use method='johnson', or fewer drivers.")
    if not groups:
        return {name: (name,) for name in names}
    if method != "lmg":
        raise ParamsError(f"groups= need method='lmg', not {method!r}.")
    members = [name for each in groups.values() for name in each]
    wrong = sorted({name for name in members if members.count(name) > 1 or name not in names})
    if wrong:
        raise ParamsError(f"groups: {wrong[0]!r} must be one of the drivers, in one group only.")
    alone = {name: (name,) for name in names if name not in members}
    return {**{name: tuple(each) for name, each in groups.items()}, **alone}


def _resample(rows: Rows, evaluate: Callable[[Array], Array], *, players: int, draws: int, seed: int) -> Array:
    """Importance (players, draws); NaN for a draw in which a variable is constant or the drivers determine each other."""
    ready = products(rows.X, rows.weights)
    size = max(1, 2**17 >> (rows.X.shape[1] - 1))
    parts = []
    for block in blocks(draws, len(rows.X), seed):
        covariance = resampled(ready, counts(block, len(rows.X), rows.units))[1]
        varied = np.flatnonzero((np.einsum("iib->ib", covariance) > 1e-12 * ready.scale[:, None] ** 2).all(axis=0))
        R = correlations(covariance[:, :, varied])
        apart = np.linalg.eigvalsh(np.moveaxis(R[:-1, :-1], 2, 0))[:, 0] > 1e-12
        R, good = R[:, :, apart], varied[apart]
        part = np.full((players, block.draws), np.nan)
        for start in range(0, len(good), size):
            part[:, good[start : start + size]] = evaluate(R[:, :, start : start + size])
        parts.append(part)
    found = np.concatenate(parts, axis=1)
    lost = int(np.isnan(found).any(axis=0).sum())
    if lost > draws / 2:
        raise ModelError(f"{lost} of {draws} resamples could not be used: a driver hardly varies, or two can hardly be told apart.")
    return found


def _with_intervals(table: pd.DataFrame, draws: Array, confidence: float) -> pd.DataFrame:
    share = draws / draws.sum(axis=0)
    rank = ((-draws).argsort(axis=0).argsort(axis=0) + 1).astype(float)
    rank[:, np.isnan(draws).any(axis=0)] = np.nan
    low, high = percentile_interval(draws, confidence)
    share_low, share_high = percentile_interval(share, confidence)
    rank_low, rank_high = percentile_interval(rank, confidence)
    return table.assign(
        std_error=np.nanstd(draws, axis=1, ddof=1),
        conf_low=low,
        conf_high=high,
        share_low=share_low,
        share_high=share_high,
        rank_low=np.floor(rank_low).astype(int),
        rank_high=np.ceil(rank_high).astype(int),
        draws=int(np.isfinite(draws).all(axis=0).sum()),
    )


def _beta(R: Array) -> Array:
    """Standardised coefficients (p, B)."""
    A = np.moveaxis(R, 2, 0)
    return np.asarray(np.linalg.solve(A[:, :-1, :-1], A[:, :-1, -1:])[:, :, 0].T)


def _roots(R: Array) -> tuple[Array, Array]:
    """R^1/2 (B, p, p) and R^-1/2 r (B, p)."""
    A = np.moveaxis(R, 2, 0)
    values, vectors = np.linalg.eigh(A[:, :-1, :-1])
    root = np.sqrt(np.maximum(values, 0.0))
    inverse = np.divide(1.0, root, out=np.zeros_like(root), where=values > 1e-10)
    half = (vectors * root[:, None]) @ np.swapaxes(vectors, 1, 2)
    whitened = ((vectors * inverse[:, None]) @ np.swapaxes(vectors, 1, 2) @ A[:, :-1, -1:])[:, :, 0]
    return half, whitened
