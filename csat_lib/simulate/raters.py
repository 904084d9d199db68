"""Others who rate: competitors' customers, the company's own sales staff, and departments about each other."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from csat_lib.simulate.truth import Effect, Truth, expected_points
from csat_lib.simulate.wave import GRADES, asked, fieldwork, persons, quarter_number, stream

STAFF, STORES_A_REGION, FLATTERY = 80, 5, 4.0
SEASONS = ("season, fourth quarter", "season, second quarter")
# Department -> (how the others rate it, how kindly it rates), both on 1-10.
DEPARTMENTS = {
    "purchasing": (7.4, 0.2),
    "store_operations": (7.9, -0.3),
    "logistics": (6.3, 0.0),
    "marketing": (7.5, 0.4),
    "customer_service": (8.2, -0.1),
    "finance": (6.9, -0.5),
    "it": (6.6, 0.1),
    "human_resources": (7.3, 0.3),
}
RATERS_A_PAIR = 3.6


def competitors(truth: Truth, period: str, *, seed: int) -> pd.DataFrame:
    """60 to 90 customers of each competitor, asked the same questions; ``competitor`` says whose they are."""
    tables = []
    for number, (name, points) in enumerate(truth.competitors.items()):
        draw = stream(seed, "competitors", quarter_number(period), number)
        kept = {key: effect for key, effect in truth.effects.items() if key in SEASONS}
        theirs = dataclasses.replace(truth, effects={**kept, name: Effect(points)})
        people = persons(theirs, int(draw.integers(60, 91)), draw, f"{name}{quarter_number(period) % 1000:03d}N")
        table = asked(theirs, people, period, draw).answers.assign(population="competitors_customers", comment="")
        table.insert(1, "competitor", name)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def self_rated(truth: Truth, period: str, *, seed: int) -> pd.DataFrame:
    """Sales staff on the five-grade items as they think customers would answer: about five points too kind."""
    draw = stream(seed, "self_rated", quarter_number(period))
    place = np.arange(STAFF) % (4 * STORES_A_REGION)
    regions = np.array(list(truth.shares["region"]))[place // STORES_A_REGION]
    cells = pd.DataFrame({"region": regions, "channel": "mixed", "customer_class": "ordinary", "mode": "web"})
    graded = [number for number, question in enumerate(truth.questions) if question.high == GRADES]
    store, person = draw.normal(0, 3, 4 * STORES_A_REGION)[place], draw.normal(0, 7, STAFF)
    points = expected_points(truth, cells, period)[:, graded] + FLATTERY + (store + person)[:, None]
    grades = np.clip(np.round(1 + 4 * (points + draw.normal(0, 14, points.shape)) / 100), 1, 5)
    start, end = fieldwork(period)
    days = np.datetime64(start, "D") + draw.integers(0, (end - start).days + 1, STAFF).astype("timedelta64[D]")
    lead = pd.DataFrame({"respondent": [f"S{number:03d}" for number in range(1, STAFF + 1)]})
    lead["interviewed"] = np.datetime_as_string(days)
    lead["region"], lead["store"] = regions, [f"store_{number + 1:02d}" for number in place]
    rated = pd.DataFrame(grades, columns=[truth.questions[number].name for number in graded]).astype("Int64")
    return pd.concat([lead, rated], axis=1)


def internal(period: str, *, seed: int) -> pd.DataFrame:
    """Departments rate those they depend on, 1-10; about two hundred rows."""
    draw = stream(seed, "internal", quarter_number(period))
    rows = []
    for rater, (_, kindness) in DEPARTMENTS.items():
        for rated, (level, _) in DEPARTMENTS.items():
            scores = level + kindness + draw.normal(0, 0.25) + draw.normal(0, 1.3, int(draw.poisson(RATERS_A_PAIR)))
            if rated != rater:
                rows += [(rater, rated, int(score)) for score in np.clip(np.round(scores), 1, 10)]
    return pd.DataFrame(rows, columns=["rater_department", "rated_department", "score"])
