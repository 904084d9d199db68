"""Through which constructs a cause works: every specific indirect effect, their sum, and the kind of mediation."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import ParamsError
from csat_lib.model.pls import PlsFit
from csat_lib.model.pls_bootstrap import Draws
from csat_lib.stats import check_confidence, percentile_interval
from csat_lib.study import Structure

Array = npt.NDArray[np.float64]
Chain = tuple[str, ...]
COLUMNS = ["cause", "effect", "metric", "via", "estimate", "std_error", "conf_low", "conf_high", "share", "verdict"]


def indirect_effects(
    fit: PlsFit,
    draws: Draws | None = None,
    *,
    cause: str | None = None,
    effect: str | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Every chain of paths from a cause over other constructs to an effect, with the direct path, their sums, and the kind of mediation.

    Parameters
    ----------
    fit : PlsFit
        The estimated model.
    draws : Draws, optional
        Its bootstrap: standard errors, percentile intervals and verdicts need it.
    cause, effect : str, optional
        Only effects of, or on, this construct.
    confidence : float
        Of the intervals, and of what the verdicts call an effect.

    Returns
    -------
    DataFrame
        cause, effect, metric (specific_indirect, total_indirect, direct, total_effect), via (the constructs between, "a -> b"), estimate,
        std_error, conf_low, conf_high, share (of the total effect; NaN where direct and indirect effect have opposite signs), verdict: for
        the indirect rows, beside the direct path, complementary, competitive, indirect-only, direct-only or no effect (Zhao, Lynch & Chen
        2010). Pairs without a construct between are left out.

    Raises
    ------
    ParamsError
        Unknown construct, or draws of another model.
    """
    check_confidence(confidence)
    for name in (cause, effect):
        if name is not None:
            fit.structure.construct(name)
    if draws is not None and len(draws.paths) != len(fit.paths):
        raise ParamsError(f"These draws have {len(draws.paths)} paths, the fit has {len(fit.paths)}: give the bootstrap of this fit.")
    names = fit.structure.names
    rows: list[tuple[object, ...]] = []
    for start in names if cause is None else (cause,):
        for end in names if effect is None else (effect,):
            rows += _of_pair(fit, draws, start, end, confidence)
    return pd.DataFrame(rows, columns=COLUMNS)


def chains(structure: Structure, cause: str, effect: str) -> Iterator[Chain]:
    """Every directed way from ``cause`` to ``effect``, as the constructs passed, both ends included; the direct path is the shortest."""
    for before in structure.drivers_of.get(effect, ()):
        if before == cause:
            yield cause, effect
        yield from ((*way, effect) for way in chains(structure, cause, before))


def _of_pair(fit: PlsFit, draws: Draws | None, cause: str, effect: str, confidence: float) -> list[tuple[object, ...]]:
    ways = sorted(chains(fit.structure, cause, effect), key=lambda way: (len(way), [fit.structure.names.index(name) for name in way]))
    indirect = [way for way in ways if len(way) > 2]
    if not indirect:
        return []
    values = np.array([_product(fit, draws, way) for way in indirect])
    # A direct path that the model leaves out is zero, not unknown.
    straight = _product(fit, draws, (cause, effect)) if (cause, effect) in fit.structure.paths else np.zeros(values.shape[1])
    total = values.sum(axis=0)
    parts = [("specific_indirect", " -> ".join(way[1:-1]), each) for way, each in zip(indirect, values, strict=True)]
    parts += [("total_indirect", "", total), ("direct", "", straight), ("total_effect", "", total + straight)]
    same_sign = total[0] * straight[0] >= 0 and (values[:, 0] * total[0] >= 0).all()
    rows: list[tuple[object, ...]] = []
    for metric, via, each in parts:
        share = float(each[0] / (total[0] + straight[0])) if same_sign and total[0] + straight[0] != 0 else np.nan
        verdict = _kind(each, straight, confidence) if metric.endswith("indirect") and draws is not None else ""
        rows.append((cause, effect, metric, via, float(each[0]), *_spread(each[1:], confidence), share, verdict))
    return rows


def _product(fit: PlsFit, draws: Draws | None, way: Chain) -> Array:
    """The estimate along ``way``, then that of every draw."""
    place = {path: number for number, path in enumerate(fit.structure.paths)}
    at = [place[step] for step in pairwise(way)]
    estimate = fit.paths["estimate"].to_numpy(dtype=float)[at].prod(keepdims=True)
    return estimate if draws is None else np.concatenate([estimate, draws.paths[at].prod(axis=0)])


def _spread(drawn: Array, confidence: float) -> tuple[float, float, float]:
    usable = drawn[np.isfinite(drawn)]
    if len(usable) < 2:
        return np.nan, np.nan, np.nan
    low, high = percentile_interval(usable, confidence)
    return float(usable.std(ddof=1)), float(low), float(high)


def _kind(indirect: Array, direct: Array, confidence: float) -> str:
    """Zhao, Lynch & Chen's decision tree: which of the two effects exists, and whether they agree."""
    through, straight = (_exists(each, confidence) for each in (indirect, direct))
    if through and straight:
        return "complementary" if indirect[0] * direct[0] > 0 else "competitive"
    return "indirect-only" if through else "direct-only" if straight else "no effect"


def _exists(values: Array, confidence: float) -> bool:
    _, low, high = _spread(values[1:], confidence)
    return bool(low > 0 or high < 0)
