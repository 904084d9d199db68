"""Importance for outcomes that are no distance: top-box and bottom-box, the groups of the recommendation question, ordered answers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.drivers.comparison import labelled
from csat_lib.drivers.logit import first_steps, subset_mcfadden
from csat_lib.drivers.measures import ask
from csat_lib.drivers.resamples import check_draws, refuse_lost, shares, with_intervals
from csat_lib.drivers.subsets import shapley
from csat_lib.errors import ModelError, ParamsError
from csat_lib.stats import blocks, correlations, counts, n_effective, one_thread
from csat_lib.survey import Data, Rows, Survey, Weights, rows_of

Array = npt.NDArray[np.float64]
MOST_IN_BOX = 12
WELL_APART = 1e-3  # smallest eigenvalue of the drivers' correlations
PROMOTERS, DETRACTORS = 9.0, 6.0


def top_box(
    data: Data,
    outcome: str,
    drivers: Sequence[str],
    *,
    at_least: float,
    weights: Weights = None,
    draws: int | None = None,
    seed: int | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """What makes an answer of ``at_least`` or above: Shapley values of McFadden's R squared over all subsets of weighted logits.

    Parameters
    ----------
    data : Survey or DataFrame
        A Survey brings its weights, strata and clusters; complete rows are used.
    outcome, drivers : str, sequence of str
        Columns; at most 12 drivers.
    at_least : float
        The lowest answer that counts.
    weights : Series, optional
        Survey weights on a frame's index.
    draws, seed : int, optional
        Bootstrap intervals; each draw fits all subsets again (8 drivers, 1,200 respondents: some 2 ms a draw).
    confidence : float
        Of the intervals.

    Returns
    -------
    DataFrame
        As ``importance`` has it: estimate is the driver's part of McFadden's R squared; correlation is with the 0/1 outcome; beta is the
        change in log odds for a standard deviation; box_share the weighted share of such answers.

    Raises
    ------
    ParamsError
        Moments, more than 12 drivers, draws without seed.
    ModelError
        Everybody or nobody answers so, the drivers separate the two groups, or what ``importance`` raises.
    """
    rows, names, m_n = _box_rows(data, outcome, drivers, weights)
    y = (rows.X[:, -1] >= at_least).astype(float)
    return _box(rows, names, y, f"{outcome} of {at_least:g} or above", m_n, draws=draws, seed=seed, confidence=confidence)


def bottom_box(
    data: Data,
    outcome: str,
    drivers: Sequence[str],
    *,
    at_most: float,
    weights: Weights = None,
    draws: int | None = None,
    seed: int | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """What makes an answer of ``at_most`` or below, as ``top_box``.

    Parameters
    ----------
    data, outcome, drivers, weights, draws, seed, confidence
        As in ``top_box``.
    at_most : float
        The highest answer that counts.
    """
    rows, names, m_n = _box_rows(data, outcome, drivers, weights)
    y = (rows.X[:, -1] <= at_most).astype(float)
    return _box(rows, names, y, f"{outcome} of {at_most:g} or below", m_n, draws=draws, seed=seed, confidence=confidence)


def nps_groups(
    data: Data,
    outcome: str,
    drivers: Sequence[str],
    *,
    weights: Weights = None,
    draws: int | None = None,
    seed: int | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """What makes promoters (9-10) and what makes detractors (0-6): two box analyses, since the two need not have the same causes.

    Parameters
    ----------
    data, drivers, weights, draws, seed, confidence
        As in ``top_box``.
    outcome : str
        The recommendation question, 0-10.

    Returns
    -------
    DataFrame
        metric ("promoters", "detractors"), then as ``top_box``.

    Raises
    ------
    ParamsError
        The scale is not 0-10, or what ``top_box`` raises.
    """
    _check_recommendation(data, outcome)
    how = {"weights": weights, "draws": draws, "seed": seed, "confidence": confidence}
    parts = [
        labelled(top_box(data, outcome, drivers, at_least=PROMOTERS, **how), "metric", "promoters"),  # type: ignore[arg-type]
        labelled(bottom_box(data, outcome, drivers, at_most=DETRACTORS, **how), "metric", "detractors"),  # type: ignore[arg-type]
    ]
    return pd.concat(parts, ignore_index=True)


def _check_recommendation(data: Data, outcome: str) -> None:
    ends: tuple[float, float] | None = None
    if isinstance(data, Survey):
        ends = data.scale.get(outcome)
    elif isinstance(data, pd.DataFrame) and outcome in data:
        answers = data[outcome].dropna()
        ends = (0.0, 10.0) if answers.between(0, 10).all() else (float(answers.min()), float(answers.max()))
    if ends not in {None, (0.0, 10.0)}:
        asked = "-".join(f"{end:g}" for end in ends or ())
        raise ParamsError(f"{outcome!r} is answered on {asked}, not on 0-10, on which promoters and detractors are defined. Use top_box.")


def _box_rows(data: Data, outcome: str, drivers: Sequence[str], weights: Weights) -> tuple[Rows, list[str], int]:
    question, m = ask(data, outcome, drivers, method="first", weights=weights, missing="listwise")
    if len(question.drivers) > MOST_IN_BOX:
        raise ParamsError(f"A box analysis fits all subsets of at most {MOST_IN_BOX} drivers; there are {len(question.drivers)}.")
    rows = rows_of(data, question.order, purpose="A box analysis", weights=weights)
    return rows, list(question.drivers), m.n


def _box(
    rows: Rows, names: Sequence[str], y: Array, what: str, n: int, *, draws: int | None, seed: int | None, confidence: float
) -> pd.DataFrame:
    check_draws(draws, seed)
    w = rows.weights
    share = float(w @ y / w.sum())
    if share in {0.0, 1.0}:
        raise ModelError(f"{'Everybody' if share else 'Nobody'} has {what}: there is nothing to explain.")
    centre = w @ rows.X[:, :-1] / w.sum()
    X = rows.X[:, :-1] - centre
    X /= np.sqrt(w @ X**2 / w.sum())
    with one_thread():
        v, B = subset_mcfadden(X, y, w)
        if np.isnan(v).any():
            raise ModelError(f"The drivers separate those with {what} from the others completely or nearly: a logit has no estimate here.")
        estimate = shapley(v[:, None])[:, 0]
        beta = B[1:, -1]
        r = (w * (y - share)) @ X / (w.sum() * np.sqrt(share * (1 - share)))
        vif = np.diag(np.linalg.inv((X.T * w) @ X / w.sum()))
        table = pd.DataFrame({"driver": list(names), "estimate": estimate, "share": shares(estimate), "correlation": r, "beta": beta})
        table = table.assign(vif=vif, verdict=np.where(beta * r < 0, "suppressed", "ok"), box_share=share, n=n, n_effective=n_effective(w))
        if draws is None or seed is None:
            return table
        found = np.concatenate(
            [_box_draws(rows, X, y, B, counts(block, len(y), rows.units)) for block in blocks(draws, len(y), seed)], axis=1
        )
    refuse_lost(found)
    return with_intervals(table, found, confidence)


def _box_draws(rows: Rows, X: Array, y: Array, B: Array, taken: Array) -> Array:
    """Shapley values (p, draws); NaN where a draw has only one of the two groups, twins, or separated groups."""
    found = np.full((X.shape[1], len(taken)), np.nan)
    starts = first_steps(X, y, rows.weights, B, taken)
    for draw, times in enumerate(taken):
        here = times > 0
        Z, t, w = X[here], y[here], (times * rows.weights)[here]
        D = Z - w @ Z / w.sum()
        spread = w @ D**2 / w.sum()
        if np.ptp(t) == 0 or spread.min() <= 1e-12:
            continue
        R = correlations((D.T * w) @ D / w.sum())
        apart = np.linalg.eigvalsh(R)[0]
        if apart <= 1e-12:
            continue
        v, _ = subset_mcfadden(Z, t, w, starts[draw], first="single" if apart > WELL_APART else "double")
        found[:, draw] = shapley(v[:, None])[:, 0]
    return found
