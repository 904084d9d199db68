"""Paths of two groups compared, by permutation or bootstrap, and refused by name where a construct is measured differently."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import ModelError, ParamsError, pick, whole
from csat_lib.model.effects import total_effects
from csat_lib.model.exchange import Pair, exchanges, halves, pair_of
from csat_lib.model.invariance import SAME, Invariance, check_test, micom
from csat_lib.model.kernel import regressions, totals
from csat_lib.model.pls import Metric, Scheme
from csat_lib.model.pls_bootstrap import bootstrap
from csat_lib.stats import one_thread, percentile_interval
from csat_lib.study import Structure
from csat_lib.survey import Data

Array = npt.NDArray[np.float64]
Method = Literal["permutation", "bootstrap"]
METHODS = {"permutation": "exchanged respondents", "bootstrap": "resampled respondents"}
Key = tuple[str, str, str]


def compare_paths(
    first: Data,
    second: Data,
    structure: Structure,
    *,
    permutations: int = 1000,
    seed: int,
    method: Method = "permutation",
    draws: int = 2000,
    invariance: Invariance | None = None,
    confidence: float = 0.95,
    scheme: Scheme = "path",
    metric: Metric = "standardised",
    mode: str | Mapping[str, str] | None = None,
    tolerance: float = 1e-7,
    max_iterations: int = 300,
) -> pd.DataFrame:
    """Paths and total effects of two groups, first less second, with a test of every difference.

    Parameters
    ----------
    first, second : Survey or DataFrame
        The groups.
    structure : Structure
        The model, estimated in each group.
    permutations, seed : int, int
        Exchanges of respondents, for the test and for invariance; the numbers depend on the seed and the numbers of rows alone.
    method : {"permutation", "bootstrap"}
        Exchanged respondents (Chin & Dibbern 2010), or the share of pairs of bootstrap draws in the wrong order (Henseler, Ringle &
        Sinkovics 2009), doubled to two sides.
    draws : int
        Of each group's bootstrap.
    invariance : Invariance, optional
        Of the same groups; ``micom`` is run when None.
    confidence : float
        Of the tests and intervals.
    scheme, metric, mode, tolerance, max_iterations
        As in ``fit_pls``.

    Returns
    -------
    DataFrame
        cause, effect, metric (path, total_effect), first, second (the groups' estimates), estimate (their difference), conf_low, conf_high,
        p_value, verdict. With permutation the interval is what chance alone gives; with bootstrap it is that of the difference. Where the
        effect or one of its causes (of any effect on the way, for a total effect) is not invariant, the difference is withheld (NaN) and
        the verdict names the construct.

    Raises
    ------
    ParamsError
        Moments were given, too few draws, an unknown method, or an ``invariance`` of another model.
    NotInStudyError
        A structure with higher-order constructs.
    DataError, ModelError
        A group has no model of its own.
    """
    pick(METHODS, method, "method")
    how = {"scheme": scheme, "metric": metric, "mode": mode, "tolerance": tolerance, "max_iterations": max_iterations}
    check_test(permutations, seed, confidence)
    whole(draws, "draws", least=100)
    pair = pair_of(first, second, structure, how, purpose="The comparison of paths")
    if invariance is None:
        invariance = micom(
            first,
            second,
            structure,
            permutations=permutations,
            seed=seed,
            confidence=confidence,
            scheme=scheme,
            metric=metric,
            mode=mode,
            tolerance=tolerance,
            max_iterations=max_iterations,
        )
    _check_gate(invariance, structure)
    keys, one, two = _estimates(pair)
    if method == "permutation":
        null = _exchanged(pair, keys, permutations, seed)
        low, high = percentile_interval(null, confidence)
        p = (1 + (np.abs(null) >= np.abs(one - two)[:, None] - SAME).sum(axis=1)) / (null.shape[1] + 1)
    else:
        sides = _resampled(pair, (first, second), keys, draws, seed)
        low, high = percentile_interval(sides[0] - sides[1], confidence)
        p = np.array([_henseler(a[np.isfinite(a)], b[np.isfinite(b)]) for a, b in zip(*sides, strict=True)])
    table = pd.DataFrame(keys, columns=["metric", "cause", "effect"]).assign(
        first=one, second=two, estimate=one - two, conf_low=low, conf_high=high, p_value=p
    )
    return _gated(table, structure, invariance, confidence)[
        ["cause", "effect", "metric", "first", "second", "estimate", "conf_low", "conf_high", "p_value", "verdict"]
    ]


def verdict_of(p_value: float, confidence: float) -> str:
    """``differs`` or ``within noise``."""
    return "differs" if p_value < 1 - confidence else "within noise"


def _check_gate(gate: Invariance, structure: Structure) -> None:
    names, tested = set(structure.names), {str(name) for name in gate.verdicts.index}
    if names != tested:
        odd = ", ".join(sorted(names ^ tested))
        raise ParamsError(f"invariance: it is of another model (not in both: {odd}). Give micom's result for this one, or leave it out.")


def _gated(table: pd.DataFrame, structure: Structure, gate: Invariance, confidence: float) -> pd.DataFrame:
    verdicts = []
    for metric, cause, effect, p in zip(*(table[name] for name in ("metric", "cause", "effect", "p_value")), strict=True):
        unlike = [name for name in _involved(structure, metric, cause, effect) if name in gate.reasons]
        means = f"not comparable: {' and '.join(unlike)} {'is' if len(unlike) == 1 else 'are'} measured differently"
        verdicts.append(means if unlike else verdict_of(float(p), confidence))
    table = table.assign(verdict=verdicts)
    refused = table["verdict"].str.startswith("not comparable")
    table.loc[refused, ["estimate", "conf_low", "conf_high", "p_value"]] = np.nan
    return table


def _involved(structure: Structure, metric: str, cause: str, effect: str) -> list[str]:
    """The constructs that a path or total effect rests on: each effect on the way with all its causes, since paths hold those constant."""
    reached = [effect] if metric == "path" else [name for name in _between(structure, cause, effect) if name != cause]
    needed = {cause, *reached, *(each for name in reached for each in structure.drivers_of.get(name, ()))}
    return [name for name in structure.names if name in needed]


def _between(structure: Structure, cause: str, effect: str) -> list[str]:
    """The constructs on any way from ``cause`` to ``effect``, both included, in causal order."""
    after, before = {cause}, {effect}
    for name in structure.names:
        if after & set(structure.drivers_of.get(name, ())):
            after.add(name)
    for name in reversed(structure.names):
        if any(name in structure.drivers_of.get(each, ()) for each in before):
            before.add(name)
    return [name for name in structure.names if name in after & before]


def _estimates(pair: Pair) -> tuple[list[Key], Array, Array]:
    tables = [(fit.paths.assign(metric="path"), total_effects(fit).assign(metric="total_effect")) for fit in pair.fits]
    both = [pd.concat(each, ignore_index=True) for each in tables]
    keys = list(zip(both[0]["metric"], both[0]["cause"], both[0]["effect"], strict=True))
    one, two = (each["estimate"].to_numpy(dtype=float) for each in both)
    return keys, one, two


def _positions(pair: Pair, keys: list[Key]) -> list[tuple[int, int, int]]:
    names = pair.pooled.structure.names
    return [(0 if metric == "path" else 1, names.index(cause), names.index(effect)) for metric, cause, effect in keys]


def _exchanged(pair: Pair, keys: list[Key], permutations: int, seed: int) -> Array:
    """Differences that exchanged respondents give, (keys, draws), those without an estimate left out."""
    at = _positions(pair, keys)
    parts = []
    with one_thread():
        for member in exchanges(pair, permutations, seed):
            sides = []
            for solution, _, _ in halves(pair, member):
                paths, _ = regressions(solution.R, pair.design)
                both = paths, totals(paths, pair.design)
                sides.append(np.array([both[kind][i, j] for kind, i, j in at]))
            parts.append(sides[0] - sides[1])
    null = np.concatenate(parts, axis=1)
    null = null[:, np.isfinite(null).all(axis=0)]
    if permutations > 2 * null.shape[1]:
        raise ModelError(f"{permutations - null.shape[1]} of {permutations} exchanges could not be estimated: the groups are too small.")
    return null


def _resampled(pair: Pair, groups: tuple[Data, Data], keys: list[Key], draws: int, seed: int) -> list[Array]:
    """Both groups' bootstrap draws, (keys, draws) each."""
    seeds = np.random.SeedSequence(seed).generate_state(2)
    place = {key: number for number, key in enumerate(pair.pooled.structure.paths)}
    at = _positions(pair, keys)
    sides = []
    for fit, data, own in zip(pair.fits, groups, seeds, strict=True):
        drawn = bootstrap(fit, data, draws=draws, seed=int(own))
        rows = [
            drawn.paths[place[cause, effect]] if metric == "path" else drawn.total_effects[i, j]
            for (metric, cause, effect), (_, i, j) in zip(keys, at, strict=True)
        ]
        sides.append(np.array(rows))
    return sides


def _henseler(a: Array, b: Array) -> float:
    """Two-sided p-value of the bootstrap MGA: pairs of centred draws in the wrong order (Henseler, Ringle & Sinkovics 2009, eq. 6).

    >>> round(_henseler(np.array([1.0, 2.0, 3.0]), np.array([1.5, 2.5, 3.5])), 6)
    0.666667
    """
    mirrored = 2 * (a.mean() - b.mean()) + b
    above = np.searchsorted(np.sort(a), mirrored, side="left").sum() / (len(a) * len(b))
    return float(2 * min(above, 1 - above))
