"""A company whose true satisfaction is known: what it consists of, and what its answers must average."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from csat_lib.simulate.responses import Array, disturbance_variances, path_matrix

ATTRIBUTES = ("region", "channel", "customer_class", "mode")


@dataclass(frozen=True, slots=True)
class Question:
    """How one question reflects the truth.

    Attributes
    ----------
    name, construct : str
        The item, and the construct it reflects.
    loading : float
        Standardised, before rounding.
    level, sd : float
        Mean and standard deviation in points (0-100), before rounding, for the reference customer.
    low, high : int
        Ends of the answer scale.
    kind : {"model", "outcome", "touchpoint"}
        A model item belongs to its construct's block and moves with it; an outcome moves with it too, but is no part of
        the model; a touchpoint is *correlated* with its construct from person to person, but its level moves only where
        an effect names it (a faster till does not make the range better).
    """

    name: str
    construct: str
    loading: float
    level: float
    sd: float
    low: int = 1
    high: int = 10
    kind: Literal["model", "outcome", "touchpoint"] = "model"


@dataclass(frozen=True, slots=True)
class Effect:
    """Points added for some customers in some quarters: a season, an event, a difference between segments.

    Attributes
    ----------
    points : mapping of str to float
        Construct or touchpoint -> points (0-100, before rounding). Points on a construct travel on along the paths.
    when : mapping of str to float
        Quarter -> strength; quarters not named have 0. An empty mapping means every quarter at full strength.
    who : mapping of str to tuple of str
        Attribute -> values that are concerned; an empty mapping means everybody.
    """

    points: Mapping[str, float]
    when: Mapping[str, float] = field(default_factory=dict)
    who: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def strength(self, people: pd.DataFrame, period: str) -> Array:
        """Share of the points that each row of ``people`` receives in ``period``, (n,)."""
        share = self.when.get(period, 0.0) if self.when else 1.0
        concerned = np.ones(len(people), dtype=bool)
        for attribute, values in self.who.items():
            concerned &= people[attribute].isin(values).to_numpy()
        return np.asarray(share * concerned)


@dataclass(frozen=True, slots=True)
class Truth:
    """Everything that is true of the simulated company; answers differ from it by sampling and rounding alone.

    Attributes
    ----------
    constructs : tuple of str
        In causal order; the binary ``complaints`` is a normal variable with a threshold.
    paths : mapping of (cause, effect) to float
        Standardised path coefficients.
    spread : mapping of str to float
        Standard deviation of each construct's true score, in points.
    questions : tuple of Question
        All rated questions, in the questionnaire's order.
    effects : mapping of str to Effect
        Seasons, events and segment differences by name.
    mode_points : mapping of str to float
        Points that an interview mode adds to every rating.
    complaint_threshold : float
        A customer complains when the complaint variable exceeds it (standard deviations).
    recovery : tuple of float
        Points on loyalty for complainers handled well and badly.
    handled_well : float
        Share of complaints handled well; with ``recovery`` the mean effect is nought.
    shares, sampled : mapping of str to mapping of str to float
        Attribute -> value -> share, in the population and in the sample before weighting.
    mode_of_channel : mapping of str to mapping of str to float
        Channel -> interview mode -> share.
    competitors : mapping of str to mapping of str to float
        Competitor -> construct or touchpoint -> points above or below the company's level without its own events.
    persistence : tuple of float
        Correlation from wave to wave of a panel member's constructs and of the items' own parts.
    """

    constructs: tuple[str, ...]
    paths: Mapping[tuple[str, str], float]
    spread: Mapping[str, float]
    questions: tuple[Question, ...]
    effects: Mapping[str, Effect]
    mode_points: Mapping[str, float]
    complaint_threshold: float
    recovery: tuple[float, float]
    handled_well: float
    shares: Mapping[str, Mapping[str, float]]
    sampled: Mapping[str, Mapping[str, float]]
    mode_of_channel: Mapping[str, Mapping[str, float]]
    competitors: Mapping[str, Mapping[str, float]]
    persistence: tuple[float, float] = (0.7, 0.4)

    @property
    def total(self) -> Array:
        """``(I - B)^-1``: what one standard deviation of each cause brings each effect in the end, (k, k)."""
        return np.asarray(np.linalg.inv(np.eye(len(self.constructs)) - path_matrix(self.constructs, self.paths)))

    @property
    def disturbances(self) -> Array:
        """Standard deviations of the disturbances, (k,)."""
        return np.asarray(np.sqrt(disturbance_variances(path_matrix(self.constructs, self.paths), self.constructs)))


def construct_shifts(truth: Truth, people: pd.DataFrame, period: str) -> Array:
    """How far each person's constructs lie from the reference customer's, in standard deviations, (n, k)."""
    spread = np.array([truth.spread[name] for name in truth.constructs])
    direct = np.zeros((len(people), len(truth.constructs)))
    for effect in truth.effects.values():
        points = np.array([effect.points.get(name, 0.0) for name in truth.constructs])
        direct += effect.strength(people, period)[:, None] * points / spread
    return np.asarray(direct @ truth.total)


def expected_points(truth: Truth, people: pd.DataFrame, period: str) -> Array:
    """Mean of each person's ratings in points (0-100) before rounding, (n, questions)."""
    shifts = construct_shifts(truth, people, period)
    points = np.tile([question.level for question in truth.questions], (len(people), 1)).astype(float)
    for column, question in enumerate(truth.questions):
        if question.kind != "touchpoint":
            points[:, column] += question.loading * question.sd * shifts[:, truth.constructs.index(question.construct)]
    for effect in truth.effects.values():
        own = np.array([effect.points.get(question.name, 0.0) for question in truth.questions])
        points += effect.strength(people, period)[:, None] * own
    return points + people["mode"].map(dict(truth.mode_points)).to_numpy(dtype=float)[:, None]


def levels(truth: Truth, period: str) -> pd.DataFrame:
    """What a perfect survey of the whole population would find in ``period``.

    Returns
    -------
    pd.DataFrame
        period, metric, estimate: every item on 0-100 after rounding, ``complained`` in per cent, and every construct
        as the mean of its model items.
    """
    cells = pd.DataFrame(_cells(truth), columns=[*ATTRIBUTES, "share"])
    share = cells["share"].to_numpy()
    points = expected_points(truth, cells, period)
    means = {each.name: float(share @ _rounded_mean(points[:, k], each)) for k, each in enumerate(truth.questions)}
    shift = construct_shifts(truth, cells, period)[:, truth.constructs.index("complaints")]
    means["complained"] = float(100 * share @ _normal(shift - truth.complaint_threshold))
    for name in truth.constructs:
        block = [means[each.name] for each in truth.questions if (each.construct, each.kind) == (name, "model")]
        means[name] = float(np.mean(block)) if block else means["complained"]
    return pd.DataFrame({"period": period, "metric": list(means), "estimate": list(means.values())})


def _cells(truth: Truth) -> Iterator[tuple[str | float, ...]]:
    """Every combination of the attributes with its share of the population."""
    regions, channels, classes = (truth.shares[name].items() for name in ATTRIBUTES[:3])
    for (region, a), (channel, b), (customer_class, c) in itertools.product(regions, channels, classes):
        for mode, d in truth.mode_of_channel[channel].items():
            yield region, channel, customer_class, mode, a * b * c * d


def _rounded_mean(points: Array, question: Question) -> Array:
    """Mean on 0-100 of normal answers with the given means once they are rounded and clipped, (n,)."""
    width = question.high - question.low
    steps = np.arange(question.low + 0.5, question.high)
    mean, sd = question.low + width * points / 100, width * question.sd / 100
    return np.asarray(100 * _normal((mean[:, None] - steps) / sd).sum(axis=1) / width)


def _normal(z: Array) -> Array:
    """Normal distribution function of every element."""
    return np.asarray((1 + np.vectorize(math.erf)(z / math.sqrt(2))) / 2)
