"""Does one construct change how another works? The two-stage approach, with intervals that include the estimation of the weights.

Letters: x the cause, m the moderator, y the effect, w (P, B) weights that apply to the answers, v (n, B) counts times survey weights over
n - 1, with mean n / (n - 1) over the rows drawn, M (k, k, B) cross-products of regressors and y about their means.
Sources: Henseler & Chin 2010, Structural Equation Modeling 17, 82-109; Becker, Ringle & Sarstedt 2018, J. of Applied Structural Equation
Modeling 2(2), 1-21.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import ModelError, ParamsError, whole
from csat_lib.model.fitted_rows import complete_rows_of_fit
from csat_lib.model.kernel import Design, design_of, flip, solve, solve_small
from csat_lib.model.pls import PlsFit, analysed
from csat_lib.stats import Block, Products, blocks, check_confidence, counts, one_thread, percentile_interval, products, resampled
from csat_lib.survey import Data, Rows

Array = npt.NDArray[np.float64]
CELLS = 2**22  # rows x draws held at once, one array
SLOPES_AT = (-1.0, 0.0, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Moderation:
    """How a path changes with a moderator.

    Attributes
    ----------
    table : DataFrame
        metric, cause, effect, at, estimate, std_error, conf_low, conf_high, verdict. path: the second stage's coefficients, with the
        moderator at its mean; interaction: what one standard deviation of the moderator adds to the path; simple_slope: the path with the
        moderator ``at`` -1, 0 and 1 standard deviations; f2 and r_squared_change: what the interaction explains; r_squared. The verdict of
        the interaction is moderates or within noise, where there are draws.
    cause, moderator, effect : str
        The path and what changes it.
    n, draws, degenerate, seed : int
        Rows; resamples, those without an estimate, and their seed (None without draws).
    """

    table: pd.DataFrame
    cause: str
    moderator: str
    effect: str
    n: int
    draws: int
    degenerate: int
    seed: int | None


def moderate(
    fit: PlsFit,
    data: Data,
    *,
    cause: str,
    moderator: str,
    effect: str,
    draws: int = 0,
    seed: int | None = None,
    confidence: float = 0.95,
) -> Moderation:
    """The interaction of ``cause`` and ``moderator`` on ``effect`` by the two-stage approach (Henseler & Chin 2010).

    Stage one is ``fit``, without the interaction. Stage two regresses the effect's score on all its causes, the moderator, and the
    product of the standardised scores of cause and moderator, which keeps its own scale (Becker, Ringle & Sarstedt 2018): the coefficient
    is the change of the path for each standard deviation of the moderator. Error in the items makes it smaller than it is between the
    constructs themselves.

    Parameters
    ----------
    fit : PlsFit
        The model without the interaction.
    data : Survey or DataFrame
        The rows it was fitted to; survey weights are those of the fit.
    cause, moderator, effect : str
        The path and what changes it; a moderator that is no cause of the effect yet becomes one.
    draws, seed : int, int
        Resamples of respondents, none or at least 100; the weights of the items are estimated anew in each.
    confidence : float
        Of the intervals.

    Raises
    ------
    ParamsError
        Moments were given, other rows than the fit's, no such path, a moderator that the effect drives, or draws without a seed.
    ModelError
        The product cannot be told from the causes, or most draws have no estimate.
    """
    _check(fit, cause, moderator, effect, draws)
    check_confidence(confidence)
    if draws and seed is None:
        raise ParamsError("Draws need a seed: the same seed gives the same numbers. Give seed=.")
    if seed is not None:
        whole(seed, "seed", least=0)
    rows = complete_rows_of_fit(fit, data, purpose="Moderation")
    plan = _plan(fit, cause, moderator, effect)
    ones = np.ones((1, len(rows.X)))
    w = fit.weights["estimate"].to_numpy(dtype=float)[:, None]
    ready = products(rows.X, rows.weights)
    with one_thread():
        found = _second_stage(plan, rows, w / _unit(fit, fit.moments.covariance[:, :, None]), ones)
        if not np.isfinite(found).all():
            raise ModelError(
                f"The product of {cause} and {moderator} cannot be told from the causes of {effect}: too few different answers."
            )
        size = 0 if seed is None else draws
        parts = [_drawn(plan, rows, ready, block) for block in blocks(size, len(rows.X), seed or 0)]
    drawn = np.concatenate(parts, axis=1) if parts else np.empty((len(found), 0))
    lost = int((~np.isfinite(drawn).all(axis=0)).sum())
    if lost > draws / 2:
        raise ModelError(f"{lost} of {draws} resamples could not be estimated: the sample is too small or an item hardly varies.")
    return Moderation(_table(plan, found[:, 0], drawn, confidence), cause, moderator, effect, len(rows.X), draws, lost, seed)


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """What is regressed on what: the fit, its design, and positions of the causes (moderator among them), x, m and y."""

    fit: PlsFit
    design: Design
    causes: tuple[int, ...]
    x: int
    m: int
    y: int


def _plan(fit: PlsFit, cause: str, moderator: str, effect: str) -> _Plan:
    names = fit.structure.names
    causes = sorted({names.index(name) for name in (*fit.structure.drivers_of[effect], moderator)})
    x, m, y = (names.index(name) for name in (cause, moderator, effect))
    return _Plan(fit, design_of(fit.structure, dict(fit.modes)), tuple(causes), x, m, y)


def _check(fit: PlsFit, cause: str, moderator: str, effect: str, draws: int) -> None:
    s = fit.structure
    for name in (cause, moderator, effect):
        s.construct(name)
    if (cause, effect) not in s.paths:
        raise ParamsError(f"No path {cause} -> {effect} in the model, so nothing can moderate it. Add it with with_path.")
    if moderator in (cause, effect):
        raise ParamsError(f"{moderator} cannot moderate a path of its own: name a third construct.")
    if effect in s.names and s.names.index(moderator) > s.names.index(effect) and s.reaches(effect, moderator):
        raise ParamsError(f"{moderator} is driven by {effect}, so it cannot moderate what drives {effect}.")
    if whole(draws, "draws", least=0) and draws < 100:
        raise ParamsError(f"{draws} draws are too few for an interval: at least 100, or none.")


def _unit(fit: PlsFit, covariance: Array) -> Array:
    """What divides the weights so that they apply to the answers as they are, (P, B)."""
    variance = np.einsum("iib->ib", covariance)
    return np.asarray(np.sqrt(variance) if fit.metric == "standardised" else np.ones_like(variance))


def _drawn(plan: _Plan, rows: Rows, ready: Products, block: Block) -> Array:
    """Every estimate for one block of draws; NaN where a draw has none."""
    fit = plan.fit
    taken = counts(block, len(rows.X), rows.units)
    _, covariance = resampled(ready, taken)
    variance = np.einsum("iib->ib", covariance)
    constant = (variance <= 1e-12 * np.diag(fit.moments.covariance)[:, None]).any(axis=0)
    covariance[:, :, constant] = np.eye(len(covariance))[:, :, None]
    solution = solve(analysed(covariance, fit.metric), plan.design, fit.scheme, tolerance=fit.tolerance, max_iterations=fit.max_iterations)
    reference, S = fit.weights["estimate"].to_numpy(dtype=float), analysed(fit.moments.covariance, fit.metric)
    agreement = np.array([reference[here] @ S[here, here] @ solution.w[here] for here in plan.design.blocks])
    w = flip(solution, np.where(agreement < 0, -1.0, 1.0), plan.design).w / _unit(fit, covariance)
    w[:, constant] = np.nan
    step = max(1, CELLS // len(rows.X))
    return np.concatenate(
        [_second_stage(plan, rows, w[:, start : start + step], taken[start : start + step]) for start in range(0, block.draws, step)],
        axis=1,
    )


def _second_stage(plan: _Plan, rows: Rows, w: Array, taken: Array) -> Array:
    """Coefficients of the causes and of the product, R squared without and with it, (causes + 3, B), for raw weights and counts (B, n)."""
    v = (taken * rows.weights).T
    n = taken.sum(axis=1)
    v = v / v.sum(axis=0) * (n / (n - 1))
    centred = rows.X - plan.fit.moments.mean
    columns = {}
    for place in {*plan.causes, plan.x, plan.m, plan.y}:
        block = plan.design.blocks[place]
        score = centred[:, block] @ w[block]
        score -= (v * score).sum(axis=0) * (n - 1) / n
        columns[place] = score / np.sqrt((v * score**2).sum(axis=0))
    product = columns[plan.x] * columns[plan.m]
    product -= (v * product).sum(axis=0) * (n - 1) / n
    parts = [*(columns[place] for place in plan.causes), product, columns[plan.y]]
    k = len(parts)
    M = np.empty((k, k, w.shape[1]))
    for a in range(k):
        weighted = v * parts[a]
        for b in range(a, k):
            M[a, b] = M[b, a] = (weighted * parts[b]).sum(axis=0)
    with np.errstate(all="ignore"):
        full, plain = solve_small(M[:-1, :-1], M[:-1, -1]), solve_small(M[:-2, :-2], M[:-2, -1])
        without, with_product = (plain * M[:-2, -1]).sum(axis=0), (full * M[:-1, -1]).sum(axis=0)
    return np.vstack([full, without, with_product])


def _table(plan: _Plan, found: Array, drawn: Array, confidence: float) -> pd.DataFrame:
    names = plan.fit.structure.names
    cause, moderator, effect = names[plan.x], names[plan.m], names[plan.y]
    usable = drawn[:, np.isfinite(drawn).all(axis=0)]
    both = np.column_stack([found, usable])
    slope, interaction, without, explained = both[plan.causes.index(plan.x)], both[-3], both[-2], both[-1]
    lines = [("path", names[place], np.nan, values) for place, values in zip(plan.causes, both, strict=False)]
    lines.append(("interaction", f"{cause} x {moderator}", np.nan, interaction))
    lines += [("simple_slope", cause, at, slope + at * interaction) for at in SLOPES_AT]
    lines += [
        ("f2", f"{cause} x {moderator}", np.nan, (explained - without) / (1 - explained)),
        ("r_squared_change", f"{cause} x {moderator}", np.nan, explained - without),
        ("r_squared", "", np.nan, explained),
    ]
    rows = []
    for metric, name, at, values in lines:
        error, low, high = np.nan, np.nan, np.nan
        if len(values) > 2:
            ends = percentile_interval(values[1:], confidence)
            error, low, high = float(values[1:].std(ddof=1)), float(ends[0]), float(ends[1])
        verdict = "" if metric != "interaction" or np.isnan(low) else "moderates" if low > 0 or high < 0 else "within noise"
        rows.append((metric, name, effect, at, float(values[0]), error, low, high, verdict))
    return pd.DataFrame(rows, columns=["metric", "cause", "effect", "at", "estimate", "std_error", "conf_low", "conf_high", "verdict"])
