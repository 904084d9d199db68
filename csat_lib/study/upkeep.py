"""What study.yaml may say about looking after customers: tiers, risk, reminders, and the departments' ratings of each other."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from csat_lib.study.reader import Label, Number, Strict, Words

CONDITIONS = ("spending", "activity", "satisfaction")


def _at_least(low: float) -> BeforeValidator:
    def within(value: object) -> object:
        if isinstance(value, int | float) and not isinstance(value, bool) and not value >= low:
            raise ValueError(f"{value!r} is below {low:g}")
        return value

    return BeforeValidator(within)


class Condition(Strict):
    """What a customer needs to be in a tier: a share of the customers below (quantiles), or a value (thresholds)."""

    spending: Number | None = None
    activity: Number | None = None
    satisfaction: Number | None = None


class KeyCustomers(Strict):
    """Which customers are key, by a column of the customer list, and how they are counted."""

    column: str
    value: str
    by: Words = ()


class Risk(Strict):
    """When a customer of these tiers is at risk: points of 0-100, points lost since the last answer, days without contact."""

    tiers: Words
    satisfaction: Number = 50.0
    fall: Annotated[Number, _at_least(0)] = 15.0
    silent: Annotated[int, _at_least(1)] = 90


class Reminder(Strict):
    """A date that calls for a contact: so many days before it, or so many after it."""

    before: Annotated[int, _at_least(0)] | None = None
    after: Annotated[int, _at_least(0)] | None = None


def _tiers(value: object) -> object:
    if isinstance(value, dict):
        for name, conditions in value.items():
            if isinstance(conditions, dict) and not conditions:
                raise ValueError(f"the tier {name!r} has no condition: everybody would be in it")
    return value


def _reminders(value: object) -> object:
    if isinstance(value, dict):
        for name, given in value.items():
            if isinstance(given, dict) and len({"before", "after"} & set(given)) != 1:
                raise ValueError(f"{name!r} needs either before: DAYS or after: DAYS")
    return value


class CustomerRules(Strict):
    """How the customer list is read: tiers best first, key customers, risk and reminders.

    ``rule`` says what the numbers of a tier are: shares of the existing customers below (quantiles), or values (thresholds). ``labels``
    name tiers and the values of the key customers' columns on a page.
    """

    rule: Literal["quantiles", "thresholds"] = "quantiles"
    tiers: Annotated[dict[str, Condition], BeforeValidator(_tiers)]
    rest: str = "standard"
    key: KeyCustomers | None = None
    at_risk: Risk | None = None
    reminders: Annotated[dict[str, Reminder], BeforeValidator(_reminders)] = Field(default_factory=dict)
    past_after: Annotated[int, _at_least(1)] = 365
    labels: dict[str, Label] = Field(default_factory=dict)


class InternalRules(Strict):
    """Scale of the departments' ratings, and how many a published cell needs; ``labels`` name the departments."""

    low: Number = 1.0
    high: Number = 10.0
    suppress_below: Annotated[int, _at_least(2)] = 5
    labels: dict[str, Label] = Field(default_factory=dict)
