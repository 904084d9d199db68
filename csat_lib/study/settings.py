"""What study.yaml and a period's file may say: one frozen schema, every key with its default."""

from __future__ import annotations

import math
import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from csat_lib.study.blocks import Mode
from csat_lib.study.reader import Date, Label, Number, Strict, Words
from csat_lib.study.upkeep import CustomerRules, InternalRules

Language = Literal["en", "zh"]
SUMS = 1e-9


def _in(low: float, high: float) -> BeforeValidator:
    def within(value: object) -> object:
        if isinstance(value, int | float) and not isinstance(value, bool) and not low <= value <= high:
            raise ValueError(f"{value!r} is not between {low:g} and {high:g}")
        return value

    return BeforeValidator(within)


def _period_name(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


PeriodName = Annotated[str, BeforeValidator(_period_name)]
Share = Annotated[Number, _in(0, 1)]
Count = Annotated[int, _in(1, 1_000_000)]


class Fieldwork(Strict):
    """First and last day of interviewing."""

    start: Date
    end: Date


class Drivers(Strict):
    """Which items are held against which outcome in the driver analysis."""

    outcome: str
    items: Words


class Lever(Strict):
    """What raising a driver costs per point of its 0-100 score, and by how many points it can be raised at most."""

    cost: Annotated[Number, _in(0, 1e15)]
    ceiling: Annotated[Number, _in(0, 100)]


class KanoPair(Strict):
    """The two questions of one feature: how do you feel if it is there, how if it is not."""

    functional: str
    dysfunctional: str


FORMULA = re.compile(r"\s*(?:(change|growth)\(\s*([\w. -]+?)\s*(?:,\s*(previous|year_before)\s*)?\)|([\w. -]+?))\s*")


def _formula(value: object) -> object:
    if isinstance(value, str) and not FORMULA.fullmatch(value):
        raise ValueError(
            f"{value!r} is neither a figure's name nor change(name) or growth(name), with previous or year_before after a comma"
        )
    return value


def _coefficients(value: object) -> object:
    """Weighting coefficients that sum to 1."""
    numbers = list(value.values()) if isinstance(value, dict) else []
    if numbers and all(isinstance(each, int | float) and not isinstance(each, bool) for each in numbers):
        total = math.fsum(numbers)
        if abs(total - 1) > SUMS:
            raise ValueError(f"the coefficients of {', '.join(map(str, value))} sum to {total:.10g}, not to 1")  # type: ignore[call-overload]
    return value


class ClassWeights(Strict):
    """Weighting coefficients of customer classes: how much each class of ``attribute`` counts in degree and rate, whatever its size."""

    attribute: str
    weights: Annotated[dict[str, Share], BeforeValidator(_coefficients)]


class BandBounds(Strict):
    """Lower bounds of an index's bands on 0-100, and who set them."""

    excellent: Number
    good: Number
    fair: Number
    source: str


class Target(Strict):
    """One key figure's target: ``direction`` says which side is good.

    ``formula`` names the figure (by default that of the target's own name), its ``change(name)`` in its unit or its ``growth(name)`` in
    per cent, since the same period of last year, or ``change(name, previous)``. A shortfall of at most ``tolerance``, in the unit of the
    target, is at risk and not missed. ``period`` says how often it is measured; None means in every period.
    """

    label: Label
    target: Number
    direction: Literal["higher", "lower"] = "higher"
    owner: Label | None = None
    formula: Annotated[str, BeforeValidator(_formula)] | None = None
    tolerance: Annotated[Number, _in(0, 1e9)] = 0.0
    period: Literal["month", "quarter", "half", "year"] | None = None


class Event(Strict):
    """Something known to have happened: in the periods from ``first`` to ``last`` (None: until now), to all figures or to some.

    ``concerns`` names constructs of the model and items. The season of a figure is told apart from its events, and charts mark them.
    """

    label: Label
    first: PeriodName
    last: PeriodName | None = None
    concerns: Words = ()


class Bootstrap(Strict):
    """Resampling: number of draws and seed."""

    draws: Annotated[int, _in(100, 100_000)] = 2000
    seed: Annotated[int, _in(0, 2**63 - 1)] = 1


class Pls(Strict):
    """How the path model is estimated; the words are those of ``fit_pls``."""

    scheme: Literal["path", "factorial", "centroid"] = "path"
    metric: Literal["standardised", "raw"] = "standardised"
    mode: Mode | dict[str, Mode] | None = None
    missing: Literal["listwise", "pairwise", "mean"] = "listwise"
    tolerance: Annotated[Number, _in(1e-15, 1e-2)] = 1e-7
    max_iterations: Count = 300


class DataRoot(Strict):
    """Where data patterns start: an environment variable, else a folder seen from the project's root."""

    variable: str | None = None
    default: str = "data"


class Limits(Strict):
    """What a survey may hold before it is refused, and what becomes of careless respondents.

    ``outside_scale`` is a share of an item's answers. In ``strict`` mode any warning refuses the file. ``speeders`` took less than
    ``speeder_share`` of the median time.
    """

    outside_scale: Share = 0.01
    mode: Literal["default", "strict"] = "default"
    speeders: Literal["drop", "flag"] = "drop"
    speeder_share: Share = 1 / 3


def _tuples(value: object) -> object:
    return {key: tuple(each) if isinstance(each, list) else each for key, each in value.items()} if isinstance(value, dict) else value


class Settings(Strict):
    """Everything that study.yaml and a period's file may say; every key has a default but the title."""

    title: Label
    language: Language = "en"
    model: str | None = None
    constructs: Annotated[dict[str, tuple[str, ...]], BeforeValidator(_tuples)] = Field(default_factory=dict)
    segments: Words = ()
    drivers: Drivers | None = None
    levers: dict[str, Lever] = Field(default_factory=dict)
    budget: Annotated[Number, _in(0, 1e15)] | None = None
    kano: dict[str, KanoPair] = Field(default_factory=dict)
    grades: Words = ()
    self_share: Share = 0.4
    minimum_sample: Count = 100
    minimum_competitor: Count = 10
    class_weights: ClassWeights | None = None
    bands: BandBounds | None = None
    weight_set: str | None = None
    suppress_below: Annotated[int, _in(2, 1000)] = 10
    flag_below: Annotated[int, _in(2, 1000)] = 30
    confidence: Annotated[Number, _in(0.5, 0.999)] = 0.95
    targets: dict[str, Target] = Field(default_factory=dict)
    events: dict[str, Event] = Field(default_factory=dict)
    customers: CustomerRules | None = None
    internal: InternalRules = InternalRules()
    bootstrap: Bootstrap = Bootstrap()
    pls: Pls = Pls()
    limits: Limits = Limits()
    data: dict[str, str] = Field(default_factory=dict)
    data_root: DataRoot = DataRoot()
    queries: dict[str, str] = Field(default_factory=dict)
    disclosure: dict[str, Label] = Field(default_factory=dict)
    notebooks: Words | None = None
    period: PeriodName = ""
    compare_to: PeriodName | None = None
    fieldwork: Fieldwork | None = None
    columns: dict[str, str] = Field(default_factory=dict)
