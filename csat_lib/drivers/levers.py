"""What a lever would bring: points of satisfaction, or of what follows from it, for points more on each driver."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.drivers.joint import Joint, joint
from csat_lib.drivers.screening import usable_drivers
from csat_lib.errors import ModelError, ParamsError
from csat_lib.index import item_scores, on_hundred
from csat_lib.model.pls import PlsFit
from csat_lib.stats import percentile_interval, remembered, z_value
from csat_lib.survey import Survey

Array = npt.NDArray[np.float64]
MODEL, REGRESSION = "path model", "regression"


@dataclass(frozen=True, slots=True, eq=False)
class Gains:
    """Points of ``effect`` per point of each driver.

    Attributes
    ----------
    drivers, basis, n : lists
        Names, where each number comes from ("path model" or "regression"), and respondents behind it.
    performance : ndarray
        0-100, over those who answered.
    estimate, std_error : ndarray
        Of the gain per point.
    draws : ndarray, (drivers, draws), or None
        Resampled gains; None where the standard error was linearised.
    effect : str
        The item or construct that gains.
    """

    drivers: list[str]
    basis: list[str]
    n: list[int]
    performance: Array
    estimate: Array
    std_error: Array
    draws: Array | None
    effect: str

    def interval(self, combination: Array, confidence: float) -> tuple[Array, Array, Array, Array]:
        """Estimate, standard error and interval of combinations (k, drivers) of the gains: percentile, or normal where linearised."""
        estimate = combination @ self.estimate
        if self.draws is None:
            if (np.count_nonzero(combination, axis=1) > 1).any():
                raise ParamsError("The gain of several levers together needs draws= and seed=.")
            error = np.abs(combination) @ self.std_error
            half = z_value(confidence) * error
            return estimate, error, estimate - half, estimate + half
        drawn = self.drawn(combination)
        low, high = percentile_interval(drawn, confidence)
        return estimate, np.nanstd(drawn, axis=1, ddof=1), low, high

    def drawn(self, combination: Array) -> Array:
        """Resampled combinations (k, draws); NaN only where a gain that enters could not be estimated."""
        if self.draws is None:
            raise ParamsError("The gain of several levers together needs draws= and seed=.")
        lost = np.isnan(self.draws)
        made = combination @ np.where(lost, 0.0, self.draws)
        return np.where((combination != 0).astype(float) @ lost > 0, np.nan, made)


def levers(
    survey: Survey,
    outcome: str,
    drivers: Sequence[str],
    *,
    points: float = 5,
    fit: PlsFit | None = None,
    on: str | None = None,
    draws: int | None = None,
    seed: int | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Expected gain, in points of the effect's 0-100 score, for ``points`` more on each driver; not causal unless designed.

    A driver that is an item of the model gains its share of its construct's index times the construct's total effect. Any other driver
    gains its unstandardised coefficient in the weighted regression of the outcome on all drivers (the others held), times the total
    effect of the outcome's construct on ``on`` where that is another one.

    Parameters
    ----------
    survey : Survey
        Survey weights enter the estimates, strata and clusters the intervals.
    outcome, drivers : str, sequence of str
        Items; the regression is listwise on them.
    points : float
        Points on each driver's 0-100 score.
    fit : PlsFit, optional
        The model of this survey; without it every gain comes from the regression.
    on : str, optional
        The construct that gains, such as loyalty; by default the model's outcome, and without a model the item ``outcome``.
    draws, seed : int, optional
        One bootstrap of model and regression together. Without draws (no ``fit``) the standard errors are linearised over strata and
        clusters: HC1 in a simple random sample, the cluster-robust CR1 with clusters.
    confidence : float
        Of the intervals.

    Returns
    -------
    DataFrame
        driver, effect, basis ("path model" or "regression"), performance (0-100), estimate, std_error, conf_low, conf_high, n; largest
        first. Drivers that cannot be used are named in a warning and left out.

    Raises
    ------
    ParamsError
        fit= without draws= and seed=; ``on`` without a model, unknown, or without a path from the outcome's construct.
    ModelError
        Too few respondents for the regression, or no driver is left.
    """
    found = gains(survey, outcome, drivers, fit=fit, on=on, draws=draws, seed=seed)
    table = pd.DataFrame({"driver": found.drivers, "effect": found.effect, "basis": found.basis, "performance": found.performance})
    each = found.interval(points * np.eye(len(found.drivers)), confidence)
    for name, values in zip(("estimate", "std_error", "conf_low", "conf_high"), each, strict=True):
        table[name] = values
    return table.assign(n=found.n).sort_values("estimate", ascending=False, ignore_index=True, kind="stable")


@remembered
def gains(
    survey: Survey,
    outcome: str,
    drivers: Sequence[str],
    *,
    fit: PlsFit | None = None,
    on: str | None = None,
    draws: int | None = None,
    seed: int | None = None,
) -> Gains:
    """Points of the effect per point of each driver; arguments as in ``levers``. A driver may also be a construct of the model."""
    if (draws is None) != (seed is None):
        raise ParamsError("draws= and seed= go together: the seed makes the intervals reproducible.")
    if fit is None:
        if on not in {None, outcome}:
            raise ParamsError(f"on={on!r} needs the path model: give fit=.")
        return _regressed(survey, outcome, drivers, draws, seed)
    if draws is None or seed is None:
        raise ParamsError("fit= needs draws= and seed=: a model's gain has an interval by the bootstrap only.")
    target = fit.structure.construct(on or fit.structure.outcome).name
    inside = [name for name in drivers if name in fit.structure.items or name in fit.structure.names]
    outside = [name for name in drivers if name not in inside]
    inside = _with_a_path(fit, inside, target)
    asked: list[str] = []
    if outside:
        _check_chain(fit, outcome, target)
        asked = usable_drivers(survey, outcome, [name for name in drivers if name not in fit.structure.names])[0]
        outside = [name for name in outside if name in asked]
    kept = [name for name in drivers if name in inside or name in outside]
    if not kept:
        raise ModelError(f"No driver of {target} is left.")
    ranges = _ranges(survey, [*asked, outcome]) if asked else None
    both = joint(survey, regression=[*asked, outcome] if asked else (), ranges=ranges, fit=fit, draws=draws, seed=seed)
    values = np.array([_gain(fit, both, name, [*asked, outcome], target) for name in kept])
    undefined = [name for name, each in zip(kept, values[:, 0], strict=True) if not np.isfinite(each)]
    if undefined:
        raise ModelError(
            f"The gain of {', '.join(undefined)} is undefined: an item of its construct or of {target} has a weight that is not "
            "positive. Take that item out of the model."
        )
    for name, drawn in zip(kept, values[:, 1:], strict=True):
        check_drawn(name, drawn)
    basis = [MODEL if name in inside else REGRESSION for name in kept]
    n = [both.n_model if name in inside else both.n_slopes for name in kept]
    error = np.nanstd(values[:, 1:], axis=1, ddof=1)
    return Gains(kept, basis, n, _performance(survey, kept, fit, both), values[:, 0], error, values[:, 1:], target)


def owner_of(fit: PlsFit) -> dict[str, str]:
    """The construct of every item; a construct is its own."""
    items = {item: each.name for each in fit.structure.constructs for item in each.items}
    return items | {name: name for name in fit.structure.names}


def check_drawn(name: str, values: Array) -> None:
    """ModelError where a figure is undefined in more than half of the draws: an item's weight is then not surely positive."""
    lost = int(np.isnan(values).sum())
    if lost > values.size / 2:
        raise ModelError(f"{name}: undefined in {lost} of {values.size} resamples, where a weight is not positive. Take that item out.")


def _with_a_path(fit: PlsFit, names: Sequence[str], target: str) -> list[str]:
    kept = []
    for name in names:
        construct = owner_of(fit)[name]
        if fit.structure.reaches(construct, target):
            kept.append(name)
            continue
        why = f"it measures {target} itself" if construct == target else f"no path leads from {construct} to {target}"
        warnings.warn(f"Driver {name!r} was left out: {why}.", stacklevel=4)
    return kept


def _check_chain(fit: PlsFit, outcome: str, target: str) -> None:
    if outcome not in fit.structure.items:
        raise ParamsError(f"The outcome {outcome!r} is no item of the model, so that its gain cannot be carried on to {target}.")
    start = owner_of(fit)[outcome]
    if start != target and not fit.structure.reaches(start, target):
        raise ParamsError(f"No path leads from {start}, which {outcome!r} measures, to {target}.")


def _gain(fit: PlsFit, both: Joint, name: str, regression: Sequence[str], target: str) -> Array:
    """Points of the target per point of one driver, sample and draws."""
    place, owner = {each: number for number, each in enumerate(fit.structure.names)}, owner_of(fit)
    if both.effects is None or both.share is None:
        raise ModelError("The model gave no effects.")
    if name in owner:
        effect = both.effects[place[owner[name]], place[target]]
        return np.asarray(effect if name in place else effect * both.share[fit.structure.items.index(name)])
    if both.slopes is None:
        raise ModelError("The regression gave no slopes.")
    return np.asarray(both.slopes[list(regression).index(name)] * both.effects[place[owner[regression[-1]]], place[target]])


def _performance(survey: Survey, names: Sequence[str], fit: PlsFit | None = None, both: Joint | None = None) -> Array:
    items = [name for name in names if fit is None or name not in fit.structure.names]
    scored = dict(zip(items, item_scores(survey, items)["estimate"], strict=True)) if items else {}
    if fit is not None and both is not None and both.index is not None:
        scored |= {name: both.index[place, 0] for place, name in enumerate(fit.structure.names)}
    return np.array([scored[name] for name in names])


def _ranges(survey: Survey, items: Sequence[str]) -> Array:
    found = [survey.codebook.item(item) for item in items]
    return np.array([each.high - each.low for each in found])


def _regressed(survey: Survey, outcome: str, drivers: Sequence[str], draws: int | None, seed: int | None) -> Gains:
    names, m = usable_drivers(survey, outcome, drivers)
    basis, n = [REGRESSION] * len(names), [m.n] * len(names)
    if draws is not None and seed is not None:
        found = joint(survey, regression=[*names, outcome], ranges=_ranges(survey, [*names, outcome]), draws=draws, seed=seed).slopes
        if found is None:
            raise ModelError("The regression gave no slopes.")
        error = np.nanstd(found[:, 1:], axis=1, ddof=1)
        return Gains(names, basis, n, _performance(survey, names), found[:, 0], error, found[:, 1:], outcome)
    b, error = _linearised(survey, outcome, names)
    return Gains(names, basis, n, _performance(survey, names), b, error, None, outcome)


def _linearised(survey: Survey, outcome: str, drivers: Sequence[str]) -> tuple[Array, Array]:
    """Slopes and their standard errors by Taylor linearisation (Binder 1983), with HC1's and CR1's factor (n - 1) / (n - k)."""
    answers = on_hundred(survey, [*drivers, outcome]).to_numpy(dtype=float)
    kept = ~np.isnan(answers).any(axis=1) & (survey.weight_values > 0)
    X = np.column_stack([np.ones(int(kept.sum())), answers[kept, :-1]])
    y, w = answers[kept, -1], survey.weight_values[kept]
    Q, R = np.linalg.qr(np.sqrt(w)[:, None] * X)
    inverse = np.linalg.inv(R)
    bread = inverse @ inverse.T
    b = inverse @ (Q.T @ (np.sqrt(w) * y))
    U = (w * (y - X @ b))[:, None] * X @ bread
    strata, cluster = survey.design()
    stratum = np.zeros(len(y), dtype=int) if strata is None else strata[kept]
    unit = np.arange(len(y)) if cluster is None else cluster[kept]
    variance = np.zeros(X.shape[1])
    for each in np.unique(stratum):
        here = stratum == each
        totals = pd.DataFrame(U[here]).groupby(unit[here]).sum().to_numpy()
        if len(totals) > 1:
            variance += len(totals) / (len(totals) - 1) * ((totals - totals.mean(axis=0)) ** 2).sum(axis=0)
    if not variance.any():
        raise ModelError("Every stratum holds a single cluster, so the design gives no standard error.")
    n, k = X.shape
    return b[1:], np.sqrt(variance * (n - 1) / (n - k))[1:]
