"""Answers from a known path model, and the moments that the model implies exactly.

Notation: ``B[cause, effect]`` standardised paths in causal order (strictly upper triangular), ``Psi`` variances of the
disturbances, ``Phi`` correlations of the constructs, ``loading`` and ``sd`` of the items:

    xi = zeta (I - B)^-1,   x = mean + sd (loading xi + sqrt(1 - loading^2) epsilon)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import ParamsError, nearest, pick
from csat_lib.stats import Moments
from csat_lib.study import Structure

Array = npt.NDArray[np.float64]
Words = npt.NDArray[np.str_]
PerItem = float | Mapping[str, float]
Key = str | tuple[str, str]


@dataclass(frozen=True, slots=True)
class FactorTruth:
    """A path model whose every number is known.

    Attributes
    ----------
    structure : Structure
        Which items measure which construct, and who drives whom.
    paths : mapping of (cause, effect) to float
        Standardised path coefficients, one for every path of the structure and no other.
    loadings : mapping of str to float
        Standardised loading of every item, between -1 and 1.
    mean, sd : float or mapping of str to float
        Of the continuous items, in the units of the answers; one number for all or one per item.
    low, high : float or mapping of str to float
        Ends of the answer scale; rounded answers are clipped there, continuous ones are not.

    Raises
    ------
    ParamsError
        A path or loading missing or unknown, a loading beyond 1, or paths that explain more than everything.
    """

    structure: Structure
    paths: Mapping[tuple[str, str], float]
    loadings: Mapping[str, float]
    mean: PerItem = 7.0
    sd: PerItem = 1.8
    low: PerItem = 1.0
    high: PerItem = 10.0

    def __post_init__(self) -> None:
        _same("path", self.paths, self.structure.paths)
        _same("loading", self.loadings, self.structure.items)
        for item, loading in self.loadings.items():
            if not -1 <= loading <= 1:
                raise ParamsError(f"The loading of {item} is {loading:g}; a standardised loading lies between -1 and 1.")
        for field in (self.mean, self.sd, self.low, self.high):
            _per_item(field, self.structure.items)
        disturbance_variances(path_matrix(self.structure.names, self.paths), self.structure.names)


def responses(truth: FactorTruth, n: int, *, seed: int, answers: str = "continuous") -> pd.DataFrame:
    """Independent answers of ``n`` respondents, one column per item in the structure's order.

    Parameters
    ----------
    truth : FactorTruth
        The model that makes the answers.
    n : int
        Number of respondents.
    seed : int
        Equal seeds give equal answers.
    answers : {"continuous", "rounded"}
        Continuous answers come from ``population``; rounded ones are whole numbers within low and high.

    Returns
    -------
    pd.DataFrame
        n rows, float, in the units of ``mean`` and ``sd``.
    """
    finish = pick({"continuous": _as_drawn, "rounded": whole_answers}, answers, "kind of answers")
    names, items = truth.structure.names, truth.structure.items
    B = path_matrix(names, truth.paths)
    draw = np.random.default_rng(seed)
    zeta = draw.standard_normal((n, len(names))) * np.sqrt(disturbance_variances(B, names))
    xi = zeta @ np.linalg.inv(np.eye(len(names)) - B)
    loading = np.array([truth.loadings[item] for item in items])
    unique = np.sqrt(1 - loading**2) * draw.standard_normal((n, len(items)))
    mean, sd, low, high = (_per_item(field, items) for field in (truth.mean, truth.sd, truth.low, truth.high))
    x = mean + sd * (xi[:, _owner(truth.structure)] * loading + unique)
    return pd.DataFrame(finish(x, low, high), columns=list(items))


def population(truth: FactorTruth, *, n: int = 1_000_000) -> Moments:
    """The exact moments of the continuous items; ``n`` is the sample size that they claim."""
    names, items = truth.structure.names, truth.structure.items
    Phi = construct_correlations(path_matrix(names, truth.paths), names)
    mean, sd, low, high = (_per_item(field, items) for field in (truth.mean, truth.sd, truth.low, truth.high))
    slope = sd * np.array([truth.loadings[item] for item in items])
    owner = _owner(truth.structure)
    covariance = np.outer(slope, slope) * Phi[np.ix_(owner, owner)]
    np.fill_diagonal(covariance, sd**2)
    return Moments(items=items, n=n, n_effective=float(n), mean=mean, covariance=covariance, low=low, high=high)


def path_matrix(names: Sequence[str], paths: Mapping[tuple[str, str], float]) -> Array:
    """Standardised paths as ``B[cause, effect]``, (k, k), for constructs in causal order."""
    place = {name: number for number, name in enumerate(names)}
    B = np.zeros((len(names), len(names)))
    for (cause, effect), coefficient in paths.items():
        B[place[cause], place[effect]] = coefficient
    return B


def construct_correlations(B: Array, names: Sequence[str]) -> Array:
    """Correlations of the constructs that the paths imply, (k, k)."""
    total = np.linalg.inv(np.eye(len(B)) - B)
    return np.asarray(total.T @ np.diag(disturbance_variances(B, names)) @ total)


def disturbance_variances(B: Array, names: Sequence[str]) -> Array:
    """What the causes leave unexplained of each construct with variance 1, (k,)."""
    Psi = np.ones(len(B))
    for effect in range(len(B)):
        total = np.linalg.inv(np.eye(effect) - B[:effect, :effect])
        Phi = total.T @ np.diag(Psi[:effect]) @ total
        Psi[effect] = 1 - B[:effect, effect] @ Phi @ B[:effect, effect]
        if Psi[effect] < 0:
            explained = f"{1 - Psi[effect]:.0%}"
            raise ParamsError(f"The paths to {names[effect]} explain {explained} of its variance. Make them smaller.")
    return Psi


def whole_answers(x: Array, low: Array, high: Array) -> Array:
    """Continuous answers rounded to whole numbers and clipped to the scale."""
    return np.clip(np.round(x), low, high)


def _as_drawn(x: Array, _low: Array, _high: Array) -> Array:
    return x


def _owner(structure: Structure) -> list[int]:
    """For every item the number of its construct."""
    return [number for number, construct in enumerate(structure.constructs) for _ in construct.items]


def _per_item(field: PerItem, items: Sequence[str]) -> Array:
    if not isinstance(field, Mapping):
        return np.full(len(items), float(field))
    _same("value", field, items)
    return np.array([float(field[item]) for item in items])


def _same(what: str, given: Iterable[Key], wanted: Iterable[Key]) -> None:
    """Refuse what names something unknown or leaves something out."""
    known, told = ([key if isinstance(key, str) else " -> ".join(key) for key in keys] for keys in (wanted, given))
    for name in told:
        if name not in known:
            raise ParamsError(f"The structure has no {what} for {name!r}.{nearest(name, known)}")
    absent = [name for name in known if name not in told]
    if absent:
        raise ParamsError(f"The truth gives no {what} for {', '.join(absent)}.")
