"""Partial least squares path models from moments: survey weights, three schemes, two metrics, modes A and B."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import ConvergenceError, ModelError, NotInStudyError, ParamsError, nearest, pick
from csat_lib.model.kernel import INNER_SCHEMES, SINGULAR, design_of, orient, regressions, solve
from csat_lib.model.stages import composed, part_scores
from csat_lib.stats import Missing, Moments, Scale, correlations
from csat_lib.study import Structure
from csat_lib.survey import Data, moments_of

Array = npt.NDArray[np.float64]
Scheme = Literal["path", "factorial", "centroid"]
Metric = Literal["standardised", "raw"]
METRICS = {"standardised": "correlations", "raw": "covariances"}
SAME = 1e-24  # a standard deviation below 1e-12 of the mean is rounding, whatever the unit or the offset
MODES = {"A": "correlation weights", "B": "regression weights"}


@dataclass(frozen=True, slots=True, eq=False)
class PlsFit:
    """An estimated PLS path model.

    Attributes
    ----------
    paths : DataFrame
        cause, effect, estimate: between construct scores of variance 1, whatever the metric.
    weights : DataFrame
        construct, item, estimate: they apply to the items as analysed and give scores of variance 1.
    loadings : DataFrame
        construct, item, estimate: correlation of the item with its construct, in both metrics.
    r_squared : Series
        Share of variance explained, indexed by effect.
    correlations : DataFrame
        Correlations of the construct scores, (J, J).
    structure, moments : Structure, Moments
        The model, and the moments of its items in the structure's order.
    scheme, metric, modes : str, str, mapping
        How it was estimated.
    iterations : int
        Until no weight, divided by the largest of its block, moved by the tolerance.
    tolerance, max_iterations : float, int
        The stopping rule.
    first : PlsFit or None
        Of a model with higher-order constructs: the first stage, whose scores of the parts are the items of this fit. ``structure`` and
        ``moments`` are then those of the second stage; a part's score is on its items' scale.
    estimator : str
        PLS; PLSc where ``consistent`` has corrected paths, loadings and R squared.
    """

    paths: pd.DataFrame
    weights: pd.DataFrame
    loadings: pd.DataFrame
    r_squared: pd.Series
    correlations: pd.DataFrame
    structure: Structure
    moments: Moments
    scheme: str
    metric: str
    modes: Mapping[str, str]
    iterations: int
    tolerance: float
    max_iterations: int
    first: PlsFit | None = None
    estimator: str = "PLS"

    @property
    def observed(self) -> Moments:
        """The moments of the questionnaire's items (``moments`` itself, unless there are higher-order constructs)."""
        return self.moments if self.first is None else self.first.moments

    @property
    def raw_weights(self) -> Array:
        """Weights that apply to the answers in their own units, in item order (w / sd where the metric is standardised)."""
        w = self.weights["estimate"].to_numpy(dtype=float)
        return w if self.metric == "raw" else w / np.sqrt(np.diag(self.moments.covariance))


def fit_pls(
    data: Data,
    structure: Structure | None,
    *,
    scheme: Scheme = "path",
    metric: Metric = "standardised",
    mode: str | Mapping[str, str] | None = None,
    missing: Missing = "listwise",
    scale: Scale | None = None,
    tolerance: float = 1e-7,
    max_iterations: int = 300,
) -> PlsFit:
    """Estimate a path model by PLS (Tenenhaus et al. 2005).

    Higher-order constructs are estimated in two stages (disjoint: Becker, Cheah, Gholamzade, Ringle & Sarstedt 2023): the scores of their
    parts, from a first fit in which the parts take the construct's paths, are its items in the second.

    Parameters
    ----------
    data : Survey, DataFrame or Moments
        A Survey brings its weights and scales; a DataFrame is unweighted.
    structure : Structure
        The model; its items are columns of the data. None, a study without a model, is refused.
    scheme : {"path", "factorial", "centroid"}
        Inner weights.
    metric : {"standardised", "raw"}
        Correlations, or covariances in the items' units.
    mode : "A", "B" or {construct: mode}, optional
        Outer weights; None takes the model's own.
    missing : {"listwise", "pairwise", "mean"}
        Rule for missing answers, on the model's items only.
    scale : (low, high) or {item: (low, high)}, optional
        Ends of the items' scales for a bare DataFrame: indices and impacts need them.
    tolerance, max_iterations : float, int
        The stopping rule.

    Raises
    ------
    NotInStudyError
        ``structure`` is None.
    ParamsError
        An unknown word; scale= or missing= where the data bring their own.
    DataError
        A column is missing, not numeric, or nobody answered all items.
    ModelError
        A constant item, two identical items, fewer respondents than items, or constructs that cannot be told apart.
    ConvergenceError
        The weights still moved after ``max_iterations``.

    >>> frame = pd.DataFrame(np.random.default_rng(1).normal(size=(50, 3)).cumsum(axis=1), columns=["a", "b", "c"])
    >>> from csat_lib.study import Construct, Text
    >>> model = Structure((Construct("x", Text(), ("a", "b")), Construct("y", Text(), ("c",))), {"y": ("x",)}, "y")
    >>> fit_pls(frame, model).paths[["cause", "effect"]].values.tolist()
    [['x', 'y']]
    """
    structure = modelled(structure)
    pick(INNER_SCHEMES, scheme, "inner scheme")
    pick(METRICS, metric, "metric")
    modes = _modes(structure, mode)
    m = moments_of(data, structure.items, missing=missing, scale=scale)
    check_analysable(m)
    how = _How(scheme, metric, modes, tolerance, max_iterations)
    if not structure.higher_order:
        return _estimated(structure, m, how)
    first = _estimated(structure.first_stage(), m.of(structure.first_stage().items), how)
    second = structure.second_stage()
    return replace(_estimated(second, _second_moments(first, second), how), first=first)


def modelled(structure: Structure | None) -> Structure:
    """The structure, or a refusal where a study has none."""
    if structure is None:
        raise NotInStudyError("This study has no path model. Name one in its study.yaml, such as model: acsi.")
    if not isinstance(structure, Structure):
        raise ParamsError(f"structure: expected what csat.load_model gives, got {type(structure).__name__}.")
    return structure


@dataclass(frozen=True, slots=True)
class _How:
    scheme: str
    metric: str
    modes: Mapping[str, str]
    tolerance: float
    max_iterations: int


def _estimated(structure: Structure, m: Moments, how: _How) -> PlsFit:
    """The fit of one stage."""
    modes = {name: how.modes[name] for name in structure.names}
    design = design_of(structure, modes)
    S = analysed(m.covariance, how.metric)[:, :, None]
    solution = solve(S, design, how.scheme, tolerance=how.tolerance, max_iterations=how.max_iterations)
    if solution.iterations[0] == 0:
        raise _not_settled(m, structure, modes, how.max_iterations)
    sd = np.sqrt(np.einsum("iib->ib", S))
    solution = orient(solution, sd, design)
    paths, r_squared = regressions(solution.R, design)
    _check_regressions(paths, r_squared, solution.R, structure)
    own = solution.C[np.arange(len(sd)), design.owner] / sd
    numbers = (solution.w[:, 0], own[:, 0], paths[:, :, 0], r_squared[:, 0], solution.R[:, :, 0])
    return _labelled(structure, m, numbers, replace(how, modes=modes), int(solution.iterations[0]))


def _second_moments(first: PlsFit, second: Structure) -> Moments:
    """The moments of the second stage's items: questionnaire items, and the parts' scores on their items' scale."""
    m = first.moments
    A = part_scores(first.structure, second, first.raw_weights[:, None])
    mean, covariance = composed(A, m.mean[:, None], m.covariance[:, :, None])
    low, high = (None if ends is None else A[:, :, 0].T @ ends for ends in (m.low, m.high))
    return Moments(second.items, m.n, m.n_effective, mean[:, 0], covariance[:, :, 0], low, high, m.weight_sum, m.missing)


def analysed(covariance: Array, metric: str) -> Array:
    """What the iteration sees: the covariances themselves, or correlations; (p, p) or (p, p, draws)."""
    return covariance if metric == "raw" else correlations(covariance)


def check_analysable(m: Moments) -> None:
    """Refuse what no model can be fitted to, by the items' names."""
    variance = np.diag(m.covariance)
    constant = [item for item, v, mean in zip(m.items, variance, m.mean, strict=True) if not v > SAME * mean**2]
    if constant:
        raise ModelError(
            f"{', '.join(map(repr, constant))}: all {m.n} answers are the same, so nothing can be learnt from it. Take it out of the model."
        )
    if m.n < len(m.items):
        raise ModelError(
            f"{m.n} respondents answered all of the model's {len(m.items)} items: too few. Use missing='mean', or fewer items."
        )
    if m.n_effective < len(m.items):
        raise ModelError(
            f"The weights leave {m.n_effective:.1f} effective respondents for the model's {len(m.items)} items: too few. Trim the weights."
        )
    R = correlations(m.covariance)
    if m.missing == "pairwise" and np.linalg.eigvalsh(R)[0] < -1e-10:
        raise ModelError("The pairwise correlations contradict each other (not positive semi-definite). Use missing='listwise' or 'mean'.")
    same = np.argwhere(np.triu(np.abs(R) > 1 - 1e-12, 1))
    if len(same):
        a, b = (m.items[place] for place in same[0])
        raise ModelError(f"{a!r} and {b!r} hold the same answers (correlation {R[same[0][0], same[0][1]]:.0f}). Keep one of them.")


def _modes(structure: Structure, mode: str | Mapping[str, str] | None) -> dict[str, str]:
    modes: dict[str, str] = {each.name: each.mode for each in structure.constructs}
    if isinstance(mode, str):
        modes = dict.fromkeys(modes, mode)
    elif mode is not None:
        for name in mode:
            if name not in modes:
                raise ParamsError(f"mode: no construct {name!r} in the model.{nearest(name, modes)}")
        modes |= dict(mode)
    for word in modes.values():
        pick(MODES, word, "mode")
    return modes


def _not_settled(m: Moments, structure: Structure, modes: Mapping[str, str], max_iterations: int) -> ModelError:
    for each in structure.constructs:
        R = correlations(m.of(each.items).covariance)
        if modes[each.name] == "B" and np.linalg.matrix_rank(R, tol=1e-10) < len(R):
            return ModelError(f"The items of {each.name} are linearly dependent: mode B has no answer. Use mode A, or take one out.")
    plain = solve(
        correlations(m.covariance)[:, :, None],
        design_of(structure, dict(modes)),
        "factorial",
        tolerance=1e-7,
        max_iterations=max_iterations,
    )
    for effect, causes in structure.drivers_of.items():
        at = [structure.names.index(cause) for cause in causes]
        R = plain.R[np.ix_(at, at)][:, :, 0]
        if np.isfinite(R).all() and np.linalg.eigvalsh(R)[0] < SINGULAR:
            return _not_apart(effect, causes, R)
    return ConvergenceError(
        f"The outer weights still moved after {max_iterations} iterations. Look for items that correlate negatively with their block, "
        "or raise max_iterations."
    )


def _check_regressions(paths: Array, r_squared: Array, R: Array, structure: Structure) -> None:
    for place, effect in enumerate(structure.names):
        if not np.isfinite(paths[:, place]).all() or r_squared[place, 0] > 1 + 1e-9:
            causes = structure.drivers_of[effect]
            at = [structure.names.index(cause) for cause in causes]
            raise _not_apart(effect, causes, R[np.ix_(at, at)][:, :, 0])


def _not_apart(effect: str, causes: Sequence[str], R: Array) -> ModelError:
    rank = np.linalg.matrix_rank(R, tol=SINGULAR, hermitian=True)
    return ModelError(
        f"The causes of {effect} ({', '.join(causes)}) cannot be told apart: their scores are linearly dependent "
        f"(rank {rank} of {len(causes)}). Take a path out."
    )


def _labelled(structure: Structure, m: Moments, numbers: tuple[Array, ...], how: _How, iterations: int) -> PlsFit:
    w, own, paths, r_squared, R = numbers
    names, items = list(structure.names), list(structure.items)
    owner = [each.name for each in structure.constructs for _ in each.items]
    place = {name: number for number, name in enumerate(names)}
    frame = pd.DataFrame(structure.paths, columns=["cause", "effect"])
    frame["estimate"] = [float(paths[place[cause], place[effect]]) for cause, effect in structure.paths]
    effects = list(structure.drivers_of)
    return PlsFit(
        paths=frame,
        weights=pd.DataFrame({"construct": owner, "item": items, "estimate": w}),
        loadings=pd.DataFrame({"construct": owner, "item": items, "estimate": own}),
        r_squared=pd.Series(
            [float(r_squared[place[effect]]) for effect in effects],
            index=pd.Index(effects, name="effect"),
            name="r_squared",
        ),
        correlations=pd.DataFrame(R, index=names, columns=names),
        structure=structure,
        moments=m,
        scheme=how.scheme,
        metric=how.metric,
        modes=dict(how.modes),
        iterations=iterations,
        tolerance=how.tolerance,
        max_iterations=how.max_iterations,
    )
