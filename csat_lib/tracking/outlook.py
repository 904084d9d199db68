"""What transitions lead to: forecasts of the shares and the level, and what a changed row of the matrix would do.

Letters: P probabilities (draws, k, k), p shares (draws, k), v values of the grades.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import ParamsError, nearest
from csat_lib.tracking import chain
from csat_lib.tracking.movement import Transitions, described, probabilities
from csat_lib.tracking.transition_draws import ENDS, resampled_counts, spread

Array = npt.NDArray[np.float64]


def forecast(
    found: Transitions,
    *,
    steps: int = 4,
    draws: int | None = None,
    seed: int | None = None,
    rows: Mapping[Any, Sequence[float]] | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Shares of the grades and the expected level in the waves to come, p_{t+h} = p_t P^h, and in the long run.

    Parameters
    ----------
    found : Transitions
        The matrix; the later wave is where the forecast starts (step 0).
    steps : int
        Waves ahead.
    draws, seed : int, optional
        For intervals, by drawing customers; without them there are none.
    rows : mapping of grade to sequence, optional
        What if: rows of the matrix to be replaced, held fixed in every draw.
    confidence : float
        Of the intervals.

    Returns
    -------
    DataFrame
        step (0 to ``steps``, then "long run"), metric ("share", or "level": points), grade, estimate, conf_low, conf_high, n.
    """
    if isinstance(steps, bool) or not isinstance(steps, int) or not 1 <= steps <= 1000:
        raise ParamsError(f"steps: expected a whole number of waves from 1 to 1000, got {steps!r}.")
    changed = _replaced(found, rows or {})
    N = found.counts.to_numpy()[None]
    point = _path(probabilities(N, found.smoothing), N, changed, found.values.to_numpy(), steps)
    drawn = None
    if draws is not None:
        N = resampled_counts(found, draws=draws, seed=_seed(seed))
        drawn = _path(probabilities(N, found.smoothing), N, changed, found.values.to_numpy(), steps)
    table = []
    for step in range(steps + 2):
        name = "long run" if step > steps else str(step)
        for place, grade in enumerate([*found.values.index, ""]):
            ends = spread(drawn[:, step, place], confidence)[1:3] if drawn is not None else (np.nan, np.nan)
            table.append((name, "share" if grade else "level", grade, float(point[0, step, place]), *ends, found.n))
    return pd.DataFrame(table, columns=["step", "metric", "grade", "estimate", *ENDS, "n"])


def what_if(
    found: Transitions,
    rows: Mapping[Any, Sequence[float]],
    *,
    steps: int = 1,
    draws: int | None = None,
    seed: int | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """What replacing rows of the matrix would do to the shares and the expected level, after ``steps`` waves and in the long run.

    Parameters
    ----------
    found : Transitions
        As it is.
    rows : mapping of grade to sequence
        Origin -> probabilities of the destinations, in the order of the grades, summing to 1.
    steps : int
        Waves ahead.
    draws, seed : int, optional
        For the interval of the difference.
    confidence : float
        Of the interval.

    Returns
    -------
    DataFrame
        step, metric, grade, now, changed, estimate (changed - now), conf_low, conf_high, n.
    """
    replaced = _replaced(found, rows)
    v = found.values.to_numpy()

    def both(N: Array) -> tuple[Array, Array]:
        P = probabilities(N, found.smoothing)
        return _path(P, N, {}, v, steps), _path(P, N, replaced, v, steps)

    now, then = both(found.counts.to_numpy()[None])
    drawn = both(resampled_counts(found, draws=draws, seed=_seed(seed))) if draws is not None else None
    table = []
    for step in (steps, steps + 1):
        for place, grade in enumerate([*found.values.index, ""]):
            ends = spread(drawn[1][:, step, place] - drawn[0][:, step, place], confidence)[1:3] if drawn else (np.nan, np.nan)
            pair = float(now[0, step, place]), float(then[0, step, place])
            name = "long run" if step > steps else str(step)
            table.append((name, "share" if grade else "level", grade, *pair, pair[1] - pair[0], *ends, found.n))
    return pd.DataFrame(table, columns=["step", "metric", "grade", "now", "changed", "estimate", *ENDS, "n"])


def with_rows(found: Transitions, rows: Mapping[Any, Sequence[float]]) -> Transitions:
    """The transitions with some rows of the matrix replaced; the counts and shares stay those of the data."""
    P = found.matrix.to_numpy(copy=True)
    for place, row in _replaced(found, rows).items():
        P[place] = row
    return described(
        found.counts.to_numpy(), found.values, found.smoothing, n=found.n, effective=found.n_effective, unmatched=found.unmatched, matrix=P
    )


def _path(P: Array, N: Array, replaced: Mapping[int, Array], v: Array, steps: int) -> Array:
    """Shares and level from the later wave on, (draws, steps + 2, k + 1); the last step is the long run."""
    P = P.copy()
    for place, row in replaced.items():
        P[:, place] = row
    p = N.sum(axis=-2) / N.sum(axis=(-2, -1))[:, None]
    shares = [p]
    for _ in range(steps):
        here = shares[-1]
        missed = (~np.isfinite(P).all(axis=-1) & (here > 0)).any(axis=-1)
        ahead = np.einsum("di,dij->dj", here, np.where(np.isfinite(P), P, 0.0))
        shares.append(np.where(missed[:, None], np.nan, ahead))
    shares.append(chain.steady_state(P))
    S = np.stack(shares, axis=1)
    return np.concatenate([S, (S @ v)[..., None]], axis=-1)


def _replaced(found: Transitions, rows: Mapping[Any, Sequence[float]]) -> dict[int, Array]:
    names = list(found.values.index)
    replaced = {}
    for grade, row in rows.items():
        name = f"{grade:g}" if isinstance(grade, int | float) else str(grade)
        if name not in names:
            raise ParamsError(f"rows: {name!r} is not a grade.{nearest(name, names)}")
        given = np.asarray(row, dtype=float)
        if given.shape != (len(names),) or not np.isfinite(given).all() or (given < 0).any() or abs(given.sum() - 1) > 1e-6:
            raise ParamsError(f"rows: {name}: expected {len(names)} probabilities that sum to 1, got {list(row)}.")
        replaced[names.index(name)] = given / given.sum()
    return replaced


def _seed(seed: int | None) -> int:
    if seed is None:
        raise ParamsError("draws need a seed=: the same seed gives the same intervals.")
    return seed
