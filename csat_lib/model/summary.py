"""The long table of a fit: every estimate with its bootstrap standard error and interval."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.model.effects import index_scores, total_effects
from csat_lib.model.intervals import Interval, intervals
from csat_lib.model.pls import PlsFit
from csat_lib.model.pls_bootstrap import Draws
from csat_lib.model.quality import htmt_table
from csat_lib.model.resamples import parts_of

Array = npt.NDArray[np.float64]
KEYS = ["metric", "cause", "effect", "construct", "item"]


def summarise(fit: PlsFit, draws: Draws, *, interval: Interval = "percentile", confidence: float = 0.95, workers: int = 1) -> pd.DataFrame:
    """Estimates with bootstrap standard errors and intervals, in one long table.

    Parameters
    ----------
    fit : PlsFit
        The full-sample estimates.
    draws : Draws
        Their resamples.
    interval : {"percentile", "bca", "studentised"}
        How the interval is made: see ``intervals``.
    confidence : float
        .95 for a 95 % interval.
    workers : int
        Processes for the studentised interval.

    Returns
    -------
    DataFrame
        metric (path, indirect_effect, total_effect, weight, loading, r_squared, htmt, index), cause, effect, construct, item, estimate,
        std_error, conf_low, conf_high, draws (those that could be used).
    """
    table = _estimates(fit)
    found = intervals(
        fit,
        draws,
        lambda each: _stacked(fit, each),
        table["estimate"].to_numpy(dtype=float),
        interval=interval,
        confidence=confidence,
        workers=workers,
    )
    return table.assign(std_error=found.std_error, conf_low=found.conf_low, conf_high=found.conf_high, draws=found.draws)


def _estimates(fit: PlsFit) -> pd.DataFrame:
    """All estimates, in the order of ``_stacked``."""
    totals = total_effects(fit)
    indirect = totals[totals["estimate"] != totals["direct"]]
    measured = [(name, getattr(fit, f"{name}s")) for name in ("weight", "loading")]
    if fit.first is not None:
        of_parts = fit.first.weights["construct"].isin(parts_of(fit)).to_numpy()
        measured = [(name, pd.concat([table, getattr(fit.first, f"{name}s")[of_parts]])) for name, table in measured]
    tables = [
        fit.paths.assign(metric="path"),
        indirect[["cause", "effect"]].assign(estimate=indirect["indirect"], metric="indirect_effect"),
        totals[["cause", "effect", "estimate"]].assign(metric="total_effect"),
        *(table.assign(metric=name) for name, table in measured),
        fit.r_squared.rename("estimate").reset_index().rename(columns={"effect": "construct"}).assign(metric="r_squared"),
        htmt_table(fit).assign(metric="htmt"),
    ]
    if _has_index(fit):
        tables.append(index_scores(fit)[["construct", "estimate"]].assign(metric="index"))
    found: pd.DataFrame = pd.concat([each for each in tables if len(each)], ignore_index=True)
    return found.reindex(columns=[*KEYS, "estimate"])


def _stacked(fit: PlsFit, draws: Draws) -> Array:
    """All draws, (estimates, draws), in the order of ``_estimates``."""
    names = list(fit.structure.names)
    totals = total_effects(fit)
    at = [(names.index(cause), names.index(effect)) for cause, effect in zip(totals["cause"], totals["effect"], strict=True)]
    direct = {(names.index(cause), names.index(effect)): row for row, (cause, effect) in enumerate(fit.structure.paths)}
    chained = [place for place, through in zip(at, totals["estimate"] != totals["direct"], strict=True) if through]
    indirect = [draws.total_effects[place] - (draws.paths[direct[place]] if place in direct else 0) for place in chained]
    parts = [
        draws.paths,
        np.array(indirect).reshape(len(indirect), -1 if indirect else draws.paths.shape[1]),
        np.array([draws.total_effects[place] for place in at]),
        draws.weights,
        *([] if draws.part_weights is None else [draws.part_weights]),
        draws.loadings,
        *([] if draws.part_loadings is None else [draws.part_loadings]),
        draws.r_squared,
        draws.htmt,
    ]
    return np.concatenate([*parts, draws.index] if _has_index(fit) and draws.index is not None else parts)


def _has_index(fit: PlsFit) -> bool:
    low, high = fit.observed.low, fit.observed.high
    return low is not None and high is not None and not np.isnan(low).any() and not np.isnan(high).any()
