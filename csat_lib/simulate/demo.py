"""The invented company "Demo Retail": sixteen quarters with a season, a price rise and a programme that works."""

from __future__ import annotations

from collections.abc import Mapping

from csat_lib.simulate.truth import Effect, Question, Truth

PERIODS = tuple(f"{year}Q{quarter}" for year in range(2022, 2027) for quarter in range(1, 5))[3:19]


def _from(first: str) -> dict[str, float]:
    return {period: 1.0 for period in PERIODS if period >= first}


def _every(quarter: str) -> dict[str, float]:
    return {period: 1.0 for period in PERIODS if period.endswith(quarter)}


QUESTIONS = (
    Question("expect_overall", "expectations", 0.84, 78.0, 16.7),
    Question("expect_fit", "expectations", 0.86, 76.0, 16.3),
    Question("expect_reliability", "expectations", 0.70, 73.0, 20.0),
    Question("quality_overall", "quality", 0.91, 79.0, 18.0),
    Question("quality_fit", "quality", 0.90, 77.0, 18.3),
    Question("quality_reliability", "quality", 0.75, 74.5, 22.0),
    Question("value_price", "value", 0.92, 68.5, 20.5),
    Question("value_quality", "value", 0.94, 72.5, 20.2),
    Question("satisfaction_overall", "satisfaction", 0.93, 76.9, 19.4),
    Question("satisfaction_expectations", "satisfaction", 0.88, 73.4, 20.5),
    Question("satisfaction_ideal", "satisfaction", 0.89, 72.4, 20.3),
    Question("repurchase", "loyalty", 0.90, 77.0, 22.0),
    Question("price_tolerance", "loyalty", 0.62, 54.0, 24.0),
    Question("grade_overall", "satisfaction", 0.86, 72.5, 25.0, 1, 5, "outcome"),
    Question("checkout_speed", "quality", 0.74, 59.0, 26.0, 1, 5, "touchpoint"),
    Question("product_range", "quality", 0.72, 80.5, 22.0, 1, 5, "touchpoint"),
    Question("staff_advice", "quality", 0.69, 83.0, 22.0, 1, 5, "touchpoint"),
    Question("freshness", "quality", 0.46, 86.0, 20.0, 1, 5, "touchpoint"),
    Question("store_tidiness", "quality", 0.34, 80.0, 21.0, 1, 5, "touchpoint"),
    Question("price_clarity", "value", 0.57, 69.0, 24.0, 1, 5, "touchpoint"),
    Question("web_shop", "quality", 0.45, 72.0, 24.0, 1, 5, "touchpoint"),
    Question("parking", "quality", 0.18, 65.0, 27.0, 1, 5, "touchpoint"),
    Question("recommend", "loyalty", 0.80, 78.5, 21.0, 0, 10, "outcome"),
)
PATHS = {
    ("expectations", "quality"): 0.68,
    ("expectations", "value"): 0.06,
    ("quality", "value"): 0.72,
    ("expectations", "satisfaction"): 0.03,
    ("quality", "satisfaction"): 0.48,
    ("value", "satisfaction"): 0.46,
    ("satisfaction", "complaints"): -0.30,
    ("satisfaction", "loyalty"): 0.76,
    ("complaints", "loyalty"): -0.05,
}
_FASTER_TILLS = {"quality": 3.3, "checkout_speed": 9.0}
_SHOPPERS = ("store", "mixed")
EFFECTS: Mapping[str, Effect] = {
    "season, fourth quarter": Effect({"quality": -1.5, "checkout_speed": -2.5, "store_tidiness": -1.5}, _every("Q4")),
    "season, second quarter": Effect({"quality": 1.0, "freshness": 1.5}, _every("Q2")),
    "price rise": Effect({"value": -4.6, "price_clarity": -4.0}, {"2024Q2": 1.0, "2024Q3": 0.5}),
    "faster tills, north and east": Effect(_FASTER_TILLS, _from("2026Q1"), {"region": ("north", "east"), "channel": _SHOPPERS}),
    "faster tills, south and west": Effect(_FASTER_TILLS, _from("2026Q3"), {"region": ("south", "west"), "channel": _SHOPPERS}),
    "south": Effect({"quality": -3.0, "checkout_speed": -3.0, "product_range": -3.0, "freshness": -2.0}, who={"region": ("south",)}),
    "north": Effect({"quality": 1.0, "staff_advice": 2.0}, who={"region": ("north",)}),
    "web": Effect(
        {"value": 1.5, "quality": -1.5, "checkout_speed": -4.0, "staff_advice": -5.0, "web_shop": 3.0},
        who={"channel": ("web",)},
    ),
    "key customers": Effect({"expectations": 2.0, "quality": 1.0, "staff_advice": 3.0}, who={"customer_class": ("key",)}),
}
DEMO = Truth(
    constructs=("expectations", "quality", "value", "satisfaction", "complaints", "loyalty"),
    paths=PATHS,
    spread={
        "expectations": 14.0,
        "quality": 16.5,
        "value": 19.0,
        "satisfaction": 18.0,
        "complaints": 1.0,
        "loyalty": 20.0,
    },
    questions=QUESTIONS,
    effects=EFFECTS,
    mode_points={"web": 0.0, "telephone": 1.0, "face_to_face": 1.5},
    complaint_threshold=1.3,
    recovery=(6.0, -9.0),
    handled_well=0.6,
    shares={
        "region": {"north": 0.28, "east": 0.32, "south": 0.22, "west": 0.18},
        "channel": {"store": 0.46, "web": 0.20, "mixed": 0.34},
        "customer_class": {"key": 0.12, "ordinary": 0.88},
    },
    sampled={
        "region": {"north": 0.30, "east": 0.30, "south": 0.22, "west": 0.18},
        "channel": {"store": 0.42, "web": 0.24, "mixed": 0.34},
        "customer_class": {"key": 0.25, "ordinary": 0.75},
    },
    mode_of_channel={
        "store": {"web": 0.35, "telephone": 0.35, "face_to_face": 0.30},
        "web": {"web": 0.85, "telephone": 0.15},
        "mixed": {"web": 0.55, "telephone": 0.30, "face_to_face": 0.15},
    },
    competitors={
        "A": {
            "expectations": 2.0,
            "quality": 4.5,
            "value": -1.5,
            "staff_advice": 4.0,
            "product_range": 3.0,
            "checkout_speed": 9.0,
        },
        "B": {"quality": -1.5, "value": 4.5, "price_clarity": 7.0, "staff_advice": -6.0},
        "C": {"quality": -3.0, "value": -1.0, "freshness": -5.0, "store_tidiness": -6.0, "parking": 8.0},
        "D": {
            "expectations": -3.0,
            "quality": -6.0,
            "value": 1.5,
            "product_range": -8.0,
            "staff_advice": -9.0,
            "web_shop": -7.0,
        },
    },
)
