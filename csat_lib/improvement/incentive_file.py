"""params/<study>/incentives.yaml: schemes with their tiers, scorecards and bases, read strictly."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

from csat_lib.errors import NotInStudyError, ParamsError
from csat_lib.improvement.tiers import Tier, checked_tiers
from csat_lib.study import Study, Text
from csat_lib.study.reader import Label, Number, Strict, check, read_yaml

FILE, WHOLE = "incentives.yaml", 100.0


@dataclass(frozen=True, slots=True)
class Scheme:
    """One bonus.

    Attributes
    ----------
    name : str
        Its key in the file.
    label : Text
        For people.
    score : str
        The column that decides, for a scheme without a scorecard; its standard error is the column ``<score>_se``.
    scorecard : mapping of str to float
        Column -> weight; the weights sum to 100. Empty where one score decides.
    base : mapping of str to float
        Column -> multiplier: the base is their weighted sum, and the tier's rate is paid on it.
    tiers : tuple of Tier
        From the best down.
    only : str
        A column of 1 and 0 that says who takes part; empty: everybody.
    """

    name: str
    label: Text
    score: str
    scorecard: dict[str, float]
    base: dict[str, float]
    tiers: tuple[Tier, ...]
    only: str = ""


@dataclass(frozen=True, slots=True)
class Incentives:
    """The incentives of a study.

    Attributes
    ----------
    unit : Text
        Of bases and payouts.
    schemes : mapping of str to Scheme
        In the file's order.
    staff : float
        What the people cost a year who look after satisfaction, in the same unit.
    loyalty_point : tuple of float
        Low, likely and high worth of one point of loyalty over all customers; empty where the file does not state it.
    loyalty_unit : Text
        Of that worth.
    """

    unit: Text
    schemes: dict[str, Scheme]
    staff: float = 0.0
    loyalty_point: tuple[float, ...] = ()
    loyalty_unit: Text = field(default_factory=Text)


class _Tier(Strict):
    lower: Number | None = None
    upper: Number | None = None
    rate: Number = 0.0
    fixed: Number = 0.0
    bounds: Literal["[)", "[]", "(]", "()"] = "[)"


class _Scheme(Strict):
    label: Label
    score: str = ""
    scorecard: dict[str, Number] = {}  # noqa: RUF012  pydantic copies it
    base: dict[str, Number] = {}  # noqa: RUF012
    tiers: list[_Tier]
    only: str = ""


class _Staff(Strict):
    monthly: list[Number]
    per_unit: Number = 1.0


class _Worth(Strict):
    low: Number
    likely: Number
    high: Number
    unit: Label


class _File(Strict):
    unit: Label
    schemes: dict[str, _Scheme]
    staff: _Staff | None = None
    loyalty_point: _Worth | None = None


def load_incentives(study: Study) -> Incentives:
    """The incentives of a study, every tier table checked.

    Raises
    ------
    NotInStudyError
        The study has no incentives.yaml.
    ParamsError
        A misspelt key, tiers that overlap or leave a gap (both are named), weights of a scorecard that do not sum to 100, or a scheme
        with both or neither of score and scorecard.
    """
    path = study.paths.params / FILE
    if not path.is_file():
        raise NotInStudyError(f"{study.name} has no incentives. Write params/{study.name}/{FILE} with its schemes and their tiers.")
    where = f"params/{study.name}/{FILE}"
    read = check(_File, read_yaml(path), where)
    schemes = {name: _scheme(name, each, f"{where}: schemes: {name}") for name, each in read.schemes.items()}
    staff = 12 * math.fsum(read.staff.monthly) / read.staff.per_unit if read.staff else 0.0
    worth = read.loyalty_point
    if worth and not worth.low <= worth.likely <= worth.high:
        raise ParamsError(f"{where}: loyalty_point: low, likely and high must rise, got {worth.low:g}, {worth.likely:g}, {worth.high:g}.")
    values = (worth.low, worth.likely, worth.high) if worth else ()
    return Incentives(read.unit, schemes, staff, values, worth.unit if worth else Text())


def _scheme(name: str, given: _Scheme, where: str) -> Scheme:
    if bool(given.score) == bool(given.scorecard):
        raise ParamsError(
            f"{where}: give either score: COLUMN or scorecard: {{COLUMN: weight}}, not {'both' if given.score else 'neither'}."
        )
    total = math.fsum(given.scorecard.values())
    if given.scorecard and abs(total - WHOLE) > 1e-9:
        raise ParamsError(f"{where}: scorecard: the weights of {', '.join(given.scorecard)} sum to {total:.10g}, not to 100.")
    if any(each.rate for each in given.tiers) and not given.base:
        raise ParamsError(f"{where}: the tiers have rates, but there is no base: name its columns and their multipliers.")
    try:
        tiers = checked_tiers([_tier(each) for each in given.tiers])
    except ParamsError as error:
        raise ParamsError(f"{where}: tiers: {error}") from None
    return Scheme(name, given.label, given.score, dict(given.scorecard), dict(given.base), tiers, given.only)


def _tier(given: _Tier) -> Tier:
    lower = -math.inf if given.lower is None else given.lower
    upper = math.inf if given.upper is None else given.upper
    return Tier(lower, upper, given.rate, given.fixed, given.bounds)
