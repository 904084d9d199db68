"""Figures of a wave as weighted means of one value a respondent: indices, items, shares and NPS, with intervals fit for each.

A respondent's value is on the figure's own unit: 0-100 for an index or item, 0 or 100 for a share, 100, 0 or -100 for NPS.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import ParamsError, nearest
from csat_lib.index.scores import item_shares, on_hundred, segments_of
from csat_lib.stats import weighted_mean, wilson, z_value
from csat_lib.stats.inference import n_effective
from csat_lib.study import Structure
from csat_lib.survey import Survey

Array = npt.NDArray[np.float64]
Kind = Literal["index", "item", "share", "nps"]
Share = tuple[str, float, float]
PROMOTERS, DETRACTORS = 9, 6
COLUMNS = ["period", "metric", "kind", "segment", "estimate", "std_error", "conf_low", "conf_high", "n", "n_effective"]


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What to follow.

    Attributes
    ----------
    constructs : mapping of str to (items, item weights)
        Indices: construct -> its items and their weights, summing to 1.
    items : tuple of str
        Item means.
    shares : mapping of str to (item, low, high)
        Shares of answers from ``low`` to ``high`` in the scale's codes: {"top two": ("overall", 9, 10)}.
    nps : tuple of str
        Items from 0 to 10, promoters from 9, detractors to 6.
    """

    constructs: Mapping[str, tuple[tuple[str, ...], Array]]
    items: tuple[str, ...]
    shares: Mapping[str, Share]
    nps: tuple[str, ...]

    def figures(self) -> list[tuple[str, Kind, tuple[str, ...]]]:
        """(metric, kind, the items it rests on), in order."""
        found: list[tuple[str, Kind, tuple[str, ...]]] = [(name, "index", items) for name, (items, _) in self.constructs.items()]
        found += [(name, "item", (name,)) for name in self.items]
        found += [(name, "share", (item,)) for name, (item, _, _) in self.shares.items()]
        return found + [(f"nps {name}", "nps", (name,)) for name in self.nps]


def asked_of(
    structure: Structure | None,
    *,
    items: Sequence[str] = (),
    shares: Mapping[str, Share] | None = None,
    nps: Sequence[str] = (),
    weights: pd.Series | None = None,
) -> Asked:
    """What is followed, with the item weights of every construct (equal where none are given).

    Parameters
    ----------
    structure : Structure, optional
        Its first-order constructs become indices.
    items, shares, nps
        As in ``Asked``.
    weights : Series, optional
        Over items, such as ``model.index_weights`` of one wave: the same in all periods, so that only answers move.
    """
    blocks = (
        {each.name: (each.items, item_shares(each.items, weights)) for each in structure.constructs if not each.of} if structure else {}
    )
    found = Asked(blocks, tuple(items), dict(shares or {}), tuple(nps))
    names = [name for name, _, _ in found.figures()]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise ParamsError(f"{twice[0]!r} would be followed twice: as a construct, item, share or NPS. Give one of them another name.")
    if not names:
        raise ParamsError("Nothing to follow: give a structure, items, shares or nps.")
    return found


def values_of(survey: Survey, asked: Asked) -> dict[str, Array]:
    """Metric -> one value a respondent (n,), NaN without an answer; figures whose items were not asked are left out."""
    there = set(survey.responses.columns)
    found: dict[str, Array] = {}
    for name, (items, u) in asked.constructs.items():
        if set(items) <= there:
            found[name] = np.asarray(on_hundred(survey, items).to_numpy(dtype=float) @ u)
    for name in asked.items:
        if name in there:
            found[name] = np.asarray(on_hundred(survey, [name]).to_numpy(dtype=float)[:, 0])
    for name, (item, low, high) in asked.shares.items():
        if item in there:
            answers = survey.responses[item].to_numpy(dtype=float)
            inside = 100.0 * ((answers >= low) & (answers <= high))
            found[name] = np.asarray(np.where(np.isnan(answers), np.nan, inside))
    for name in asked.nps:
        if name in there:
            found[f"nps {name}"] = _recommending(survey, name)
    return found


def wave_figures(
    surveys: Mapping[str, Survey],
    asked: Asked,
    *,
    by: str | None = None,
    weighting: Literal["survey", "none"] = "survey",
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Every figure in every period and segment: linearised standard errors, Wilson's interval for shares, adjusted Wald for NPS.

    Parameters
    ----------
    surveys : mapping of str to Survey
        Period -> survey.
    asked : Asked
        From ``asked_of``.
    by : str, optional
        A segment.
    weighting : {"survey", "none"}
        With the survey weights, or every answer alike.
    confidence : float
        Of the intervals.

    Returns
    -------
    DataFrame
        period, metric, kind, segment ("all" first), estimate, std_error, conf_low, conf_high, n, n_effective.

    Raises
    ------
    ParamsError
        An item that no period asked, or a segment that none has.
    """
    _check_asked(surveys, asked)
    if by is not None and not any(by in survey.attributes for survey in surveys.values()):
        next(iter(surveys.values())).segment(by)
    kinds = {name: kind for name, kind, _ in asked.figures()}
    rows = []
    for period, survey in surveys.items():
        w = survey.weight_values if weighting == "survey" else np.ones(len(survey))
        strata, cluster = survey.design()
        parts = segments_of(survey, by) if by is None or by in survey.attributes else segments_of(survey, None)
        for metric, values in values_of(survey, asked).items():
            for segment, here in parts:
                own = {"strata": None if strata is None else strata[here], "cluster": None if cluster is None else cluster[here]}
                found = weighted_mean(values[here], w[here], **own)
                ends = interval(kinds[metric], values[here], w[here], found.estimate, found.std_error, confidence=confidence)
                rows.append((period, metric, kinds[metric], segment, found.estimate, found.std_error, *ends, found.n, found.n_effective))
    return pd.DataFrame(rows, columns=COLUMNS)


def interval(kind: Kind, values: Array, w: Array, estimate: float, error: float, *, confidence: float = 0.95) -> tuple[float, float]:
    """The interval that suits a kind of figure, in its unit.

    Parameters
    ----------
    kind : {"index", "item", "share", "nps"}
        What it is.
    values, w : ndarray
        Respondents' values and weights.
    estimate, error, confidence : float
        Figure, standard error, confidence.
    """
    if kind == "share" and np.isfinite(estimate):
        share = estimate / 100
        kept = ~np.isnan(values) & (w > 0)
        n = _size(share * (1 - share), error, n_effective(w[kept]))
        low, high = wilson(share, n, confidence)
        return 100 * low, 100 * high
    if kind == "nps" and np.isfinite(estimate):
        kept = ~np.isnan(values) & (w > 0)
        p, d = (float(np.average(values[kept] == side, weights=w[kept])) for side in (100, -100))
        low, high = nps_interval(p, d, _size(p + d - (p - d) ** 2, error, n_effective(w[kept])), confidence=confidence)
        return 100 * low, 100 * high
    half = z_value(confidence) * error
    return max(estimate - half, 0.0), min(estimate + half, 100.0)


def nps_interval(promoters: float, detractors: float, n: float, *, confidence: float = 0.95) -> tuple[float, float]:
    """Adjusted Wald interval of NPS on -1 to 1: +3 to n, +3/4 to promoters and to detractors; ``n`` may be an effective sample size.

    Parameters
    ----------
    promoters, detractors : float
        Shares, 0-1.
    n, confidence : float
        Answers, and of the interval.

    >>> [round(end, 6) for end in nps_interval(0.5, 0.2, 100)]
    [0.140511, 0.442013]
    """
    if not n > 0:
        return np.nan, np.nan
    p, d = (share * n + 0.75 for share in (promoters, detractors))
    p, d = p / (n + 3), d / (n + 3)
    half = z_value(confidence) * np.sqrt((p + d - (p - d) ** 2) / (n + 3))
    return float(p - d - half), float(p - d + half)


def _size(variance: float, error: float, otherwise: float) -> float:
    """The n of a simple sample with the same standard error (in points): a sample's own is the root of variance / (n - 1)."""
    return variance / (error / 100) ** 2 + 1 if error > 0 else otherwise


def _recommending(survey: Survey, item: str) -> Array:
    found = survey.codebook.item(item)
    if (found.low, found.high) != (0, 10):
        raise ParamsError(f"nps: {item} runs from {found.low:g} to {found.high:g}; NPS needs 0 to 10.")
    answers = survey.responses[item].to_numpy(dtype=float)
    values = np.select([answers >= PROMOTERS, answers <= DETRACTORS], [100.0, -100.0], 0.0)
    return np.asarray(np.where(np.isnan(answers), np.nan, values))


def _check_asked(surveys: Mapping[str, Survey], asked: Asked) -> None:
    if not surveys:
        raise ParamsError("No survey was given.")
    known = {name: None for survey in surveys.values() for name in survey.codebook.items}
    for _, _, items in asked.figures():
        for item in items:
            if item not in known:
                raise ParamsError(f"No period asked {item!r}.{nearest(item, known)}")
