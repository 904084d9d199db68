"""What the company's own systems hold for a quarter: complaints, the customer list, interview attempts, sales."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.simulate.demo import PERIODS
from csat_lib.simulate.responses import Array, Words
from csat_lib.simulate.truth import Truth
from csat_lib.simulate.wave import People, Wave, persons, quarter_number, stream
from csat_lib.study import parse_period

BASE_CUSTOMERS, BASE_COMPLAINTS = 600, 85
REGISTERED, SAID_HOW, UNDER_WARRANTY = 0.80, 0.85, 0.18
LATE = 0.7  # of those not interviewed, so that the three months have about equally many complaints
# Product group -> (orders a month, share of complaints, mean amount of an order in yuan).
PRODUCTS: Mapping[str, tuple[int, float, int]] = {
    "fruit_vegetables": (420, 0.14, 46),
    "meat_fish": (260, 0.10, 88),
    "dairy": (250, 0.07, 39),
    "bakery": (190, 0.05, 28),
    "ready_meals": (130, 0.14, 35),
    "drinks": (230, 0.05, 52),
    "household": (180, 0.07, 64),
    "personal_care": (150, 0.05, 73),
    "clothing": (120, 0.08, 168),
    "small_appliances": (90, 0.13, 240),
    "toys": (70, 0.04, 95),
    "delivery": (160, 0.08, 110),
}
CATEGORIES: Mapping[str, float] = {
    "checkout": 0.22,
    "product": 0.26,
    "service": 0.13,
    "price": 0.13,
    "delivery": 0.14,
    "returns": 0.12,
}
CHANNELS: Mapping[str, tuple[float, float]] = {"phone": (0.36, 9.0), "store": (0.30, 13.0), "web": (0.34, 21.0)}
SEVERITIES: Mapping[str, tuple[float, float]] = {"low": (0.52, 22.0), "medium": (0.36, 60.0), "high": (0.12, 190.0)}


def complaints(truth: Truth, wave: Wave, period: str, *, seed: int) -> pd.DataFrame:
    """The complaint register of a quarter, one row per complaint, as it stood at midnight after the quarter's last day.

    Four in five interviewed complainers are in the register under their customer id, beside customers who were not
    interviewed. ``first_response`` and ``closed`` are empty for what had not happened by then; ``satisfied`` (1 or 0)
    is empty for open complaints and for customers who did not say.
    """
    draw = stream(seed, "complaints", quarter_number(period))
    who = _complainers(truth, wave, seed, draw)
    n, span = len(who), parse_period(period)
    start, end = (np.datetime64(day, "m") for day in (span.start, span.end + dt.timedelta(days=1)))
    days = np.floor(who["part"].to_numpy() * ((span.end - span.start).days + 1)).astype(int)
    opened = start + (days * 1440 + draw.integers(8 * 60, 21 * 60, n)).astype("timedelta64[m]")
    channel = _chosen({name: share for name, (share, _) in CHANNELS.items()}, n, draw)
    severity = _chosen({name: share for name, (share, _) in SEVERITIES.items()}, n, draw)
    wait = np.array([CHANNELS[name][1] for name in channel]) * np.exp(draw.normal(0, 0.75, n))
    hours = np.array([SEVERITIES[name][1] for name in severity]) * np.where(who["handled"] == "well", 0.7, 2.2)
    response = opened + wait.astype("timedelta64[m]")
    closed = response + (60 * hours * np.exp(draw.normal(0, 1.2, n))).astype("timedelta64[m]")
    said = (draw.random(n) < SAID_HOW) & (closed < end)
    table = pd.DataFrame(
        {
            "customer": who["respondent"],
            "channel": channel,
            "category": _chosen(_category_shares(period), n, draw),
            "product": _chosen({name: share for name, (_, share, _) in PRODUCTS.items()}, n, draw),
            "severity": severity,
            "opened": _minutes(opened, end),
            "first_response": _minutes(response, end),
            "closed": _minutes(closed, end),
            "satisfied": pd.Series(np.where(who["handled"] == "well", 1, 0)).astype("Int64").where(said),
        }
    ).sort_values(["opened", "customer"], kind="stable", ignore_index=True)
    table.insert(0, "id", [f"{period}-{number:04d}" for number in range(1, n + 1)])
    return table


def accounts(truth: Truth, wave: Wave, period: str, *, seed: int) -> pd.DataFrame:
    """The customer list at the quarter's end: everyone interviewed and a lasting part of those who were not.

    ``spending`` (last twelve months) and ``revenue`` (this quarter) are in yuan, ``activity`` is purchases a year,
    ``panel`` 1 or 0, ``class`` existing, past or potential.
    """
    draw, day = stream(seed, "accounts", quarter_number(period)), parse_period(period).end
    base, own = _base(truth, seed).frame, wave.people
    frame = pd.concat([own.assign(status="existing"), base.assign(status=_status(len(base)))], ignore_index=True)
    n, status = len(frame), frame["status"].to_numpy()
    spending = frame["spending"].to_numpy() * np.exp(draw.normal(0, 0.18, n)) * (status == "existing")
    activity = np.minimum(np.round(4 + spending / 260 * np.exp(draw.normal(0, 0.3, n))), 250) * (status == "existing")
    gone = status == "past"
    silent = np.where(gone, 380, 0) + draw.exponential(np.where(status == "potential", 90, 38), n)
    bought = np.where(gone, 400, 0) + draw.exponential(365 / (activity + 4))
    warranty = (draw.random(n) < UNDER_WARRANTY) & (status != "potential")
    return pd.DataFrame(
        {
            "customer": frame["respondent"],
            "class": status,
            "customer_class": frame["customer_class"],
            "region": frame["region"],
            "channel": frame["channel"],
            "spending": spending.round().astype(int),
            "activity": activity.astype(int),
            "revenue": (spending / 4 * np.exp(draw.normal(0, 0.25, n))).round().astype(int),
            "last_contact": _days(day, -silent),
            "last_purchase": np.where(status == "potential", "", _days(day, -bought)),
            "warranty_end": np.where(warranty, _days(day, draw.uniform(-200, 500, n)), ""),
            "panel": frame["panel"],
        }
    ).sort_values("customer", ignore_index=True)


def dispositions(wave: Wave, period: str, *, seed: int) -> pd.DataFrame:
    """What became of the addresses, by region: invited >= reached = refused + complete (interviews in the file)."""
    draw = stream(seed, "dispositions", quarter_number(period))
    complete = wave.answers["region"].value_counts().sort_index()
    reached = np.round(complete.to_numpy() / draw.uniform(0.56, 0.66, len(complete))).astype(int)
    invited = np.round(reached / draw.uniform(0.60, 0.70, len(complete))).astype(int)
    table = {"region": complete.index, "invited": invited, "reached": reached, "refused": reached - complete.to_numpy()}
    return pd.DataFrame({**table, "complete": complete.to_numpy()})


def sales(period: str, *, seed: int) -> pd.DataFrame:
    """Orders and revenue (yuan) of each product group by month, growing by about 4 % a year."""
    draw, span = stream(seed, "sales", quarter_number(period)), parse_period(period)
    growth = 1.04 ** ((quarter_number(period) - quarter_number(PERIODS[0])) / 4)
    rows = []
    for month in range(span.start.month, span.end.month + 1):
        for product, (orders, _, amount) in PRODUCTS.items():
            count = int(draw.poisson(orders * growth))
            revenue = round(count * amount * float(np.exp(draw.normal(0, 0.05))))
            rows.append((f"{span.start.year}-{month:02d}", product, count, revenue))
    return pd.DataFrame(rows, columns=["month", "product", "orders", "revenue"])


def _base(truth: Truth, seed: int) -> People:
    """Customers who are never interviewed, the same in every quarter."""
    return persons(truth, BASE_CUSTOMERS, stream(seed, "base"), "C900B")


def _status(n: int) -> Words:
    """Potential, past and existing customers in the lasting part of the list."""
    return np.select([np.arange(n) % 10 < 2, np.arange(n) % 10 == 2], ["potential", "past"], "existing")


def _complainers(truth: Truth, wave: Wave, seed: int, draw: np.random.Generator) -> pd.DataFrame:
    """Customer, handled, and the part of the quarter gone by: who was interviewed complained before the fieldwork."""
    told = wave.people[(wave.people["complained"] == 1) & (wave.people["care"] == "")]
    told = told[draw.random(len(told)) < REGISTERED][["respondent", "handled"]].copy()
    told["part"] = draw.uniform(0, 2 / 3, len(told))
    base = _base(truth, seed).frame
    base = base[_status(len(base)) == "existing"]
    others = base.iloc[draw.integers(0, len(base), int(draw.poisson(BASE_COMPLAINTS)))][["respondent"]].copy()
    late = draw.random(len(others)) < LATE
    others["part"] = np.where(late, draw.uniform(2 / 3, 1, len(others)), draw.uniform(0, 2 / 3, len(others)))
    others["handled"] = np.where(draw.random(len(others)) < truth.handled_well, "well", "badly")
    both: pd.DataFrame = pd.concat([told, others], ignore_index=True)
    return both


def _category_shares(period: str) -> dict[str, float]:
    """Fewer complaints about the tills once the programme runs, more about prices when they have risen."""
    factor = {"checkout": 0.55 if period >= "2026Q1" else 1.0, "price": 2.0 if period in {"2024Q2", "2024Q3"} else 1.0}
    raw = {name: share * factor.get(name, 1.0) for name, share in CATEGORIES.items()}
    return {name: share / sum(raw.values()) for name, share in raw.items()}


def _chosen(shares: Mapping[str, float], n: int, draw: np.random.Generator) -> Words:
    p = np.array(list(shares.values()))
    return np.asarray(draw.choice(list(shares), size=n, p=p / p.sum()))


def _minutes(moments: npt.NDArray[np.datetime64], end: np.datetime64) -> Words:
    """Times to the minute, empty from ``end`` on."""
    return np.where(moments < end, np.datetime_as_string(moments, unit="m"), "")


def _days(day: dt.date, offset: Array) -> Words:
    return np.datetime_as_string(np.datetime64(day, "D") + np.round(offset).astype("timedelta64[D]"))
