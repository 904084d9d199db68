"""Who sells and who buys much: invented dealers with sales and scores for their incentives, and the key customers' file."""

from __future__ import annotations

import datetime as dt
import zlib

import numpy as np
import pandas as pd

from csat_lib.simulate.wave import quarter_number
from csat_lib.study import parse_period

# Streams of their own, apart from those of ``wave``: adding a source here moves no other file.
DEALER_ABILITY, DEALER_QUARTER = 901, 902
DEALERS, INTERVIEWS, SPREAD = 12, 150, 14.7
REGIONS = ("north", "east", "south", "west")
PRICES = {"city": 20, "family": 15, "small": 10}  # ten thousand yuan a car
CARS = {"city": 360, "family": 600, "small": 240}  # a year, of the worked example
PARTS = ("marketing", "market_share", "sales_service", "sales_results", "sales_contribution")
INDUSTRIES = ("hotels", "catering", "offices", "schools", "hospitals")
POTENTIALS = {"small": 20_000, "medium": 60_000}  # yuan a year; above: large


def dealers(period: str, *, seed: int) -> pd.DataFrame:
    """Twelve dealers: sales of twelve months by model (ten thousand yuan), scores with standard errors, parts of the scorecard.

    D01 is the worked example of practice: 360, 600 and 240 cars at 20, 15 and 10, and a sales satisfaction of 84.6 with a standard error of
    1.2, in every quarter. ``new`` is 1 for the three dealers that opened last.
    """
    ability = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(DEALER_ABILITY,)))
    truth = ability.normal([[82.0, 80.0, 80.0]], 5.0, (DEALERS, 3))
    size, share = np.exp(ability.normal(0, 0.35, DEALERS)), ability.uniform(62, 94, (DEALERS, len(PARTS)))
    draw = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(DEALER_QUARTER, quarter_number(period))))
    n = draw.integers(INTERVIEWS - 60, INTERVIEWS + 61, DEALERS)
    error = SPREAD / np.sqrt(n)
    scores = np.clip(truth + error[:, None] * draw.standard_normal((DEALERS, 3)), 0, 100)
    parts = np.clip(share + draw.normal(0, 1.5, share.shape), 0, 100)
    cars = {model: np.round(count * size * np.exp(draw.normal(0, 0.04, DEALERS))).astype(int) for model, count in CARS.items()}
    for model, count in CARS.items():
        cars[model][0] = count
    table = pd.DataFrame({"dealer": [f"D{number:02d}" for number in range(1, DEALERS + 1)]})
    table["region"], table["new"] = [REGIONS[place % 4] for place in range(DEALERS)], [0] * (DEALERS - 3) + [1] * 3
    for model, price in PRICES.items():
        table[f"sales_{model}"] = cars[model] * price
    table["interviews"] = n
    for place, name in enumerate(("sales_satisfaction", "after_sales", "new_dealer_score")):
        table[name], table[f"{name}_se"] = scores[:, place].round(2), error.round(3)
    table.loc[0, ["sales_satisfaction", "sales_satisfaction_se", "interviews"]] = [84.6, 1.2, INTERVIEWS]
    table["interviews"] = table["interviews"].astype(int)
    return table.assign(**dict(zip(PARTS, parts.T.round(2), strict=True)))


def key_customers(accounts: pd.DataFrame, period: str) -> pd.DataFrame:
    """Industry, potential (yuan a year, and its class), manager and next service date of every key customer who buys.

    What a customer is follows from the id, so that it is the same in every quarter.
    """
    kept = accounts[(accounts["customer_class"] == "key") & (accounts["class"] == "existing")]
    marks = np.array([zlib.crc32(name.encode()) for name in kept["customer"]], dtype=np.int64)
    potential = (kept["spending"].to_numpy() * (1.2 + (marks // 7) % 29 / 10)).round(-2).astype(int)
    small, medium = POTENTIALS.values()
    end = parse_period(period).end
    due = [(end + dt.timedelta(days=int(days) - 20)).isoformat() for days in (marks // 11 + quarter_number(period) * 91) % 180]
    return pd.DataFrame(
        {
            "customer": kept["customer"].to_numpy(),
            "industry": [INDUSTRIES[mark % 5] for mark in marks],
            "potential": potential,
            "potential_class": np.select([potential < small, potential < medium], ["small", "medium"], "large"),
            "manager": [f"manager_{mark // 5 % 6 + 1}" for mark in marks],
            "service_due": due,
        }
    )
