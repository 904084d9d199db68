"""Importance-performance map of a path model, and the combined map with necessary conditions.

Performance of a construct: sum u_i mean(x*_i), with x* on 0-100 by the ends of the scale (not those observed) and u summing to 1.
Importance: points of the target's index per point of the construct's, in total. Indicators: u_i times the construct's importance. Peers
differ in u: w / s of the outer weights ("unstandardised": Ringle & Sarstedt 2016, SmartPLS, cSEM, and the index of this project) or w
itself ("standardised": seminrExtras).
"""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.drivers.joint import Convention, Joint, joint
from csat_lib.drivers.levers import check_drawn
from csat_lib.drivers.necessity import necessity
from csat_lib.drivers.priorities import mapped
from csat_lib.errors import ModelError, ParamsError, pick
from csat_lib.model.pls import PlsFit
from csat_lib.stats import percentile_interval
from csat_lib.survey import Data, Survey

Array = npt.NDArray[np.float64]
LEVELS = {"construct": "construct", "indicator": "item"}
OPPOSITE = "opposite direction"
PRIORITIES = {
    (True, True): "top priority",
    (True, False): "important driver",
    (False, True): "bottleneck risk",
    (False, False): "low priority",
}


def ipma(
    fit: PlsFit,
    data: Data,
    *,
    on: str | None = None,
    level: str = "construct",
    convention: Convention = "unstandardised",
    crosshair: str = "mean",
    target: float | None = None,
    draws: int | None = None,
    seed: int | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Importance (total effect, points per point) and performance (0-100) of everything that leads to a construct.

    Parameters
    ----------
    fit : PlsFit
        With known ends of the items' scales.
    data : Survey or DataFrame
        What it was fitted to.
    on : str, optional
        The construct that is to gain; by default the model's outcome.
    level : {"construct", "indicator"}
        One row a construct, or one an item.
    convention : {"unstandardised", "standardised"}
        Which outer weights make a construct's score on 0-100: w / s, or w.
    crosshair, target
        As in ``importance_performance``.
    draws, seed : int, optional
        Bootstrap intervals of both, when asked for.
    confidence : float
        Of the intervals.

    Returns
    -------
    DataFrame
        driver, construct, importance, performance (each with _low and _high where draws were made), and what ``importance_performance``
        adds (verdict: "opposite direction" where importance is negative, so that a high score is bad news, as of complaints; "ok" without
        draws);
        effect, convention, n. Constructs with a weight that is not positive leave 0-100: they are named in a warning and left out.

    Raises
    ------
    ParamsError
        Unknown words, other data than the fit's, draws= without seed=.
    ModelError
        The target has a weight that is not positive, or nothing leads to it.
    """
    pick(LEVELS, level, "level")
    if (draws is None) != (seed is None):
        raise ParamsError("draws= and seed= go together: the seed makes the intervals reproducible.")
    aim = fit.structure.construct(on or fit.structure.outcome).name
    both = joint(data, fit=fit, convention=convention, draws=draws or 0, seed=seed or 0)
    causes = _causes(fit, both, aim)
    importance, performance, table = _construct_rows(fit, both, causes, aim) if level == "construct" else _item_rows(fit, both, causes, aim)
    for name, drawn in zip(table["driver"], importance[:, 1:], strict=True):
        check_drawn(str(name), drawn)
    for name, values in (("importance", importance), ("performance", performance)):
        table[name] = values[:, 0]
        low, high = percentile_interval(values[:, 1:], confidence) if draws else np.full((2, len(values)), np.nan)
        table[f"{name}_low"], table[f"{name}_high"] = low, high
    made = mapped(table, kind="total effect", crosshair=crosshair, target=target)
    if not draws:
        empty = [f"{name}_{end}" for name in ("importance", "performance") for end in ("low", "high")]
        made = made.drop(columns=empty).assign(verdict="ok")
    made["verdict"] = made["verdict"].where(made["importance"] >= 0, OPPOSITE)
    return made.assign(effect=aim, convention=convention, n=fit.moments.n)


def cipma(
    fit: PlsFit,
    data: Data,
    *,
    on: str | None = None,
    convention: Convention = "unstandardised",
    ceiling: str = "ce_fdh",
    permutations: int = 1000,
    seed: int,
    weighted: str = "refuse",
) -> pd.DataFrame:
    """The map of constructs with their necessity: what drives, what is a bottleneck, what is both (Hauff et al. 2024).

    Parameters
    ----------
    fit, data, on, convention
        As in ``ipma``.
    ceiling, permutations, seed, weighted
        As in ``necessity``, which sees the constructs' scores.

    Returns
    -------
    DataFrame
        What ``ipma`` gives, with necessity (d), p_value, necessary ("necessary" with d >= 0.1 and p < 0.05) and class: "top priority"
        (importance at or above the mean, and necessary), "important driver", "bottleneck risk" (necessary only), "low priority".

    Raises
    ------
    ParamsError, ModelError
        As in ``ipma`` and ``necessity``.
    """
    table = ipma(fit, data, on=on, convention=convention)
    aim = str(table["effect"].iloc[0])
    scores = construct_scores(fit, data)
    if isinstance(data, Survey) and data.weights is not None and weighted == "refuse":
        raise ParamsError("A ceiling bounds the respondents, not the population: survey weights do not enter. Say weighted='envelope'.")
    found = necessity(scores, aim, list(table["driver"]), ceilings=[ceiling], permutations=permutations, seed=seed).set_index("driver")
    own = found.loc[list(table["driver"])].reset_index()
    important = table["importance"] >= table["importance"].mean()
    necessary = own["verdict"] == "necessary"
    result = table.assign(necessity=own["estimate"], p_value=own["p_value"], necessary=own["verdict"], ceiling=ceiling)
    return result.assign(**{"class": [PRIORITIES[bool(a), bool(b)] for a, b in zip(important, necessary, strict=True)]})


def construct_scores(fit: PlsFit, data: Data) -> pd.DataFrame:
    """Every respondent's score of every construct, from the raw weights, on the items' scale; NaN where an item was not answered."""
    frame = data.responses if isinstance(data, Survey) else data
    if not isinstance(frame, pd.DataFrame):
        raise ParamsError("Scores need the rows, and Moments have none. Give the Survey or the DataFrame they were made from.")
    raw = dict(zip(fit.structure.items, fit.raw_weights, strict=True))
    columns = {}
    for each in fit.structure.constructs:
        w = np.array([raw[item] for item in each.items])
        columns[each.name] = frame[list(each.items)].to_numpy(dtype=float) @ w / w.sum()
    scores = pd.DataFrame(columns, index=frame.index)
    return scores[scores.notna().all(axis=1)]


def _causes(fit: PlsFit, both: Joint, aim: str) -> list[str]:
    if both.index is None:
        raise ModelError("The model gave no index.")
    defined = dict(zip(fit.structure.names, np.isfinite(both.index[:, 0]), strict=True))
    negative = _negative(fit)
    if not defined[aim]:
        raise ModelError(f"{aim}: {', '.join(negative[aim])} has a weight that is not positive, so it leaves 0-100. Take the item out.")
    causes = [name for name in fit.structure.names if fit.structure.reaches(name, aim)]
    for name in causes:
        if not defined[name]:
            warnings.warn(f"{name} was left out: {', '.join(negative[name])} has a weight that is not positive.", stacklevel=3)
    kept = [name for name in causes if defined[name]]
    if not kept:
        raise ModelError(f"Nothing with an index leads to {aim}.")
    return kept


def _negative(fit: PlsFit) -> dict[str, list[str]]:
    weights = fit.weights[~(fit.weights["estimate"] > 0)]
    return {name: list(weights.loc[weights["construct"] == name, "item"]) for name in fit.structure.names}


def _construct_rows(fit: PlsFit, both: Joint, causes: list[str], aim: str) -> tuple[Array, Array, pd.DataFrame]:
    if both.effects is None or both.index is None:
        raise ModelError("The model gave no effects.")
    at, to = [fit.structure.names.index(name) for name in causes], fit.structure.names.index(aim)
    return both.effects[at, to], both.index[at], pd.DataFrame({"driver": causes, "construct": causes})


def _item_rows(fit: PlsFit, both: Joint, causes: list[str], aim: str) -> tuple[Array, Array, pd.DataFrame]:
    if both.effects is None or both.share is None or both.items is None:
        raise ModelError("The model gave no effects.")
    owner = {item: each.name for each in fit.structure.constructs for item in each.items}
    items = [item for item in fit.structure.items if owner[item] in causes]
    at, to = [fit.structure.items.index(item) for item in items], fit.structure.names.index(aim)
    effects = both.effects[[fit.structure.names.index(owner[item]) for item in items], to]
    return effects * both.share[at], both.items[at], pd.DataFrame({"driver": items, "construct": [owner[item] for item in items]})
