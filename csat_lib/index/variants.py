"""The index built another way: other weights, normalisation, aggregation, rule for gaps, scale; and which of these choices matter.

Letters: X units x indicators with gaps, Z the same made ready, w weights.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import DataError, ParamsError, pick
from csat_lib.index.ranking import Weighting, checked, ranks, weights_over
from csat_lib.index.sobol import sobol_indices

Array = npt.NDArray[np.float64]
FLOOR = 1.0
LARGEST = 200_000


def _hundred(X: Array) -> Array:
    return X


def _grades_20(X: Array) -> Array:
    return 20 + 0.8 * X


def _log(X: Array) -> Array:
    return np.asarray(100 * np.log1p(np.clip(X, 0, None)) / np.log(101))


def _mean(X: Array) -> Array:
    return np.where(np.isnan(X), np.nanmean(X, axis=0), X)


def _median(X: Array) -> Array:
    return np.where(np.isnan(X), np.nanmedian(X, axis=0), X)


def _lowest(X: Array) -> Array:
    return np.where(np.isnan(X), np.nanmin(X, axis=0), X)


def _minmax(X: Array) -> Array:
    low, span = np.nanmin(X, axis=0), np.nanmax(X, axis=0) - np.nanmin(X, axis=0)
    return np.asarray(100 * np.divide(X - low, span, out=0.5 + 0 * X, where=(span > 0) & ~np.isnan(X)))


def _zscore(X: Array) -> Array:
    sd = np.nanstd(X, axis=0)
    return np.asarray(50 + 10 * np.divide(X - np.nanmean(X, axis=0), sd, out=0 * X, where=(sd > 0) & ~np.isnan(X)))


def _rank(X: Array) -> Array:
    """Share of the units with an answer that score no better, in per cent."""
    return np.asarray(100 * pd.DataFrame(X).rank(method="max", pct=True).to_numpy())


def _arithmetic(Z: Array, W: Array) -> Array:
    return np.asarray((Z * W).sum(axis=1))


def _geometric(Z: Array, W: Array) -> Array:
    return np.asarray(np.exp((np.log(np.maximum(Z, FLOOR)) * W).sum(axis=1)))


def _harmonic(Z: Array, W: Array) -> Array:
    return np.asarray(1 / (W / np.maximum(Z, FLOOR)).sum(axis=1))


SCALES: dict[str, Callable[[Array], Array]] = {"hundred": _hundred, "grades_20": _grades_20, "log": _log}
MISSING_RULES: dict[str, Callable[[Array], Array]] = {"renormalise": _hundred, "mean": _mean, "median": _median, "lowest": _lowest}
NORMALISATIONS: dict[str, Callable[[Array], Array]] = {"none": _hundred, "minmax": _minmax, "zscore": _zscore, "rank": _rank}
AGGREGATIONS: dict[str, Callable[[Array, Array], Array]] = {"arithmetic": _arithmetic, "geometric": _geometric, "harmonic": _harmonic}
FACTORS = ("weights", "normalisation", "aggregation", "missing", "scale")


@dataclass(frozen=True, slots=True, eq=False)
class Sensitivity:
    """Which choices move the ranks.

    Attributes
    ----------
    factors : DataFrame
        factor (weights, normalisation, aggregation, missing, scale), first, total with their intervals (``sobol_indices``), runs. A factor
        with one choice is not in it.
    choices : DataFrame
        factor, choice, estimate (mean over all variants with it of the mean absolute rank change), n (variants).
    units : DataFrame
        unit, estimate and rank as published, rank_low, rank_median, rank_high (5, 50, 95 per cent of the variants).
    """

    factors: pd.DataFrame
    choices: pd.DataFrame
    units: pd.DataFrame


def index_variant(
    scores: pd.DataFrame,
    weights: Weighting,
    *,
    normalisation: str = "none",
    aggregation: str = "arithmetic",
    missing: str = "renormalise",
    scale: str = "hundred",
) -> pd.Series:
    """The index of every unit built one way: scale, then gaps, then normalisation, then aggregation.

    Parameters
    ----------
    scores : DataFrame
        Units x indicators, 0-100; gaps are allowed, but no unit or indicator may be empty.
    weights : mapping, Series or Tree
        Over the columns, sum 1.
    normalisation : {"none", "minmax", "zscore", "rank"}
        Over the units: none, 0-100, 50 + 10 z, or percentage of units that score no better.
    aggregation : {"arithmetic", "geometric", "harmonic"}
        Weighted mean; the last two let a good score make up less for a bad one, and lift what is below 1 to 1.
    missing : {"renormalise", "mean", "median", "lowest"}
        Weights over what is there, or the indicator's mean, median or lowest score in the gap.
    scale : {"hundred", "grades_20", "log"}
        As it is, 20 + 0.8 x (the convention of grades), or 100 log(1 + x) / log(101).

    Raises
    ------
    ParamsError
        A word that is no option, or weights that do not fit.
    DataError
        A unit or indicator without any score.
    """
    X = _with_gaps(scores)
    w = weights_over([str(name) for name in scores.columns], weights)
    Z = _ready(X, pick(SCALES, scale, "scale"), pick(MISSING_RULES, missing, "missing rule"), pick(NORMALISATIONS, normalisation, _NORM))
    return pd.Series(_joined(Z, w, pick(AGGREGATIONS, aggregation, "aggregation")), index=scores.index, name="estimate")


_NORM = "normalisation"


def sensitivity(
    scores: pd.DataFrame,
    weights: Mapping[str, Weighting],
    *,
    normalisations: Sequence[str] = tuple(NORMALISATIONS),
    aggregations: Sequence[str] = tuple(AGGREGATIONS),
    missing: Sequence[str] = tuple(MISSING_RULES),
    scales: Sequence[str] = tuple(SCALES),
    samples: int = 4096,
    draws: int = 500,
    seed: int,
    confidence: float = 0.95,
) -> Sensitivity:
    """How much of the mean absolute rank change comes from each choice in building the index (Saisana, Saltelli & Tarantola 2005).

    The first choice of each factor is the index as published. Every variant is computed once; the Sobol indices take every choice of a
    factor as equally likely.

    Parameters
    ----------
    scores : DataFrame
        Units x indicators, 0-100; gaps are allowed.
    weights : mapping of str to weights
        Weight sets by name, the published one first.
    normalisations, aggregations, missing, scales : sequence of str
        Words of ``index_variant``, the published one first.
    samples, draws, seed, confidence
        As in ``sobol_indices``.

    Raises
    ------
    ParamsError
        A word that is no option, no choice at all, or too many variants.
    DataError
        A unit or indicator without any score; ranks that no choice changes.
    """
    X = _with_gaps(scores)
    names = [str(name) for name in scores.columns]
    sets = {name: weights_over(names, each) for name, each in weights.items()}
    choices = dict(zip(FACTORS, (tuple(sets), tuple(normalisations), tuple(aggregations), tuple(missing), tuple(scales)), strict=True))
    for factor, words in choices.items():
        if not words or len(set(words)) < len(words):
            raise ParamsError(f"{factor}: expected one choice or more, each once; got {', '.join(words) or 'none'}.")
    if (variants := int(np.prod([len(words) for words in choices.values()]))) > LARGEST:
        raise ParamsError(f"{variants:,} variants are too many (at most {LARGEST:,}). Give fewer weight sets or words.")
    S = _every_variant(X, sets, choices)
    place = ranks(S)
    nominal = place[0, 0, 0, 0, 0]
    change = np.abs(place - nominal).mean(axis=-1)
    free = [axis for axis, words in enumerate(choices.values()) if len(words) > 1]
    if not free:
        raise ParamsError("Every factor has one choice, so there is nothing to compare.")
    sizes = np.array([change.shape[axis] for axis in free])
    flat = change.reshape(sizes)

    def model(U: Array) -> Array:
        return np.asarray(flat[tuple(np.minimum((U * sizes).astype(int), sizes - 1).T)])

    factors = sobol_indices(model, [FACTORS[axis] for axis in free], samples=samples, draws=draws, seed=seed, confidence=confidence)
    rows = [
        (factor, word, float(part.mean()), part.size)
        for axis, (factor, words) in enumerate(choices.items())
        for word, part in zip(words, np.moveaxis(change, axis, 0), strict=True)
    ]
    ordered = np.sort(place.reshape(-1, len(X)), axis=0)
    units = pd.DataFrame({"unit": scores.index, "estimate": S[0, 0, 0, 0, 0], "rank": nominal})
    for word, q in (("rank_low", 0.05), ("rank_median", 0.5), ("rank_high", 0.95)):
        units[word] = ordered[max(int(np.ceil(q * len(ordered))) - 1, 0)]
    return Sensitivity(factors, pd.DataFrame(rows, columns=["factor", "choice", "estimate", "n"]), units)


def _every_variant(X: Array, sets: Mapping[str, Array], choices: Mapping[str, Sequence[str]]) -> Array:
    """Index of the units under every combination, an axis a factor and the units last."""
    lengths = [len(words) for words in choices.values()]
    S = np.empty((*lengths, len(X)))
    for n, m, s in itertools.product(range(lengths[1]), range(lengths[3]), range(lengths[4])):
        Z = _ready(
            X,
            pick(SCALES, choices["scale"][s], "scale"),
            pick(MISSING_RULES, choices["missing"][m], "missing rule"),
            pick(NORMALISATIONS, choices["normalisation"][n], _NORM),
        )
        for a, word in enumerate(choices["aggregation"]):
            joined = pick(AGGREGATIONS, word, "aggregation")
            for k, w in enumerate(sets.values()):
                S[k, n, a, m, s] = _joined(Z, w, joined)
    return S


def _ready(X: Array, scale: Callable[[Array], Array], fill: Callable[[Array], Array], normalise: Callable[[Array], Array]) -> Array:
    return normalise(fill(scale(X)))


def _joined(Z: Array, w: Array, joined: Callable[[Array, Array], Array]) -> Array:
    """Weighted mean over what is there, each unit's weights divided by their sum."""
    there = ~np.isnan(Z)
    W = there * w
    total = W.sum(axis=1, keepdims=True)
    if (total <= 0).any():
        raise DataError("A unit has no score on any indicator that has a weight. Leave it out.")
    return joined(np.where(there, Z, FLOOR), W / total)


def _with_gaps(scores: pd.DataFrame) -> Array:
    if isinstance(scores, pd.DataFrame) and len(scores) and scores.shape[1]:
        for what, names, empty in (
            ("unit", scores.index, scores.isna().all(axis=1)),
            ("indicator", scores.columns, scores.isna().all(axis=0)),
        ):
            if empty.any():
                raise DataError(f"The {what} {names[int(np.argmax(empty.to_numpy()))]!r} has no score at all. Leave it out.")
    filled = scores.fillna(0.0) if isinstance(scores, pd.DataFrame) else scores
    checked(filled)
    return scores.to_numpy(dtype=float, na_value=np.nan)
