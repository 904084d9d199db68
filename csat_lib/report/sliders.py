"""What if, on the page itself: sliders for the top drivers; index, loyalty and revenue with intervals, as ``drivers.whatif`` has them."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from csat_lib.drivers.levers import Gains, gains
from csat_lib.errors import ModelError, NotInStudyError
from csat_lib.improvement import load_incentives
from csat_lib.index import item_scores, scores
from csat_lib.model import PlsFit, index_weights
from csat_lib.report import cells, sentences, tables
from csat_lib.report.exhibits import TEMPLATE, Exhibit, check_name
from csat_lib.report.expectations import fitted
from csat_lib.report.page import Page
from csat_lib.study import Study
from csat_lib.survey import Survey

LOYALTY = "loyalty"
MOST = 5
REACH = 15
FINEST = 32_000


@dataclass(frozen=True, slots=True, eq=False)
class Sliders:
    """What the sliders need: gains per point with their resamples, and where everything stands.

    Attributes
    ----------
    drivers : Series
        Driver -> score now, 0-100; the largest gain first.
    effects : Series
        Effect -> score now, 0-100.
    gains : mapping of str to Gains
        Effect -> gains per point of each driver, from one bootstrap.
    worth : tuple of (str, float, str) or None
        The effect whose points are worth money, the worth of a point, and its unit.
    """

    drivers: pd.Series
    effects: pd.Series
    gains: Mapping[str, Gains]
    worth: tuple[str, float, str] | None = None


def sliders(study: Study, survey: Survey, *, language: str = "en") -> Sliders:
    """Gains of all drivers on the index and, with a path model, on loyalty; the largest first.

    Parameters
    ----------
    study : Study
        Its model, drivers and bootstrap; incentives.yaml says what a point of loyalty is worth.
    survey : Survey
        The answers.
    language : str
        Of the unit of money.

    Raises
    ------
    NotInStudyError
        The study names no drivers.
    ModelError
        A gain cannot be estimated.
    """
    named, settings = study.drivers, study.parameters
    fit = fitted(study, survey)
    effects = [named.outcome] if fit is None else [fit.structure.outcome, *([LOYALTY] if LOYALTY in fit.structure.names else [])]
    how = {"draws": settings.bootstrap.draws, "seed": settings.bootstrap.seed}
    found = {each: gains(survey, named.outcome, named.items, fit=fit, on=None if fit is None else each, **how) for each in effects}
    first = found[effects[0]]
    ordered = sorted(first.drivers, key=lambda name: -first.estimate[first.drivers.index(name)])
    there = [name for name in ordered if all(name in own.drivers for own in found.values())]
    if not there:
        raise ModelError("No driver moves every effect, so there is nothing to slide.")
    now = item_scores(survey, there).set_index("item")["estimate"]
    return Sliders(now, _now(survey, fit, effects), found, _worth(study, effects, language))


def first_lever(page: Page, found: Sliders, priorities: pd.DataFrame) -> str:
    """The lever to pull first, in a sentence: what five points more of it would bring.

    Parameters
    ----------
    page : Page
        Language and labels.
    found : Sliders
        From ``sliders``.
    priorities : DataFrame
        From ``drivers.importance_performance``.
    """
    effect = str(found.effects.index[0])
    table = five_points(found, confidence=page.confidence).rename(
        columns={effect: "estimate", f"{effect}_low": "conf_low", f"{effect}_high": "conf_high"}
    )
    return sentences.first_lever(page, table, priorities, outcome=effect)


def what_if(page: Page, found: Sliders, *, name: str = "what_if_gains") -> Exhibit:
    """The sliders, and below them what five points of each driver would bring: all that is there without script.

    Parameters
    ----------
    page : Page
        Language and labels.
    found : Sliders
        From ``sliders``.
    name : str
        What the CSV of the table is called.
    """
    table = five_points(found, confidence=page.confidence)
    columns = {"driver": None, "performance": None, **{str(effect): page.label(effect) for effect in found.effects.index}}
    plain = tables.table(page, table, name=check_name(name), columns=columns, base=None, digits=1)
    facts = json.dumps(model(page, found), ensure_ascii=False, separators=(",", ":"))
    rows = "".join(_slider(page, str(driver), float(now), place) for place, (driver, now) in enumerate(found.drivers.head(MOST).items()))
    shown = [(page.label(effect), float(now)) for effect, now in found.effects.items()]
    ends = "".join(_gauge(label) for label, _ in shown)
    if found.worth is not None:
        ends += _gauge(page.say("revenue_in", unit=found.worth[2]))
    html = (
        f'<div class="card whatif" data-whatif="{escape(facts)}"><div class="panel" hidden>'
        f'<div class="sliders" role="group" aria-label="{escape(page.say("slide_title"))}">{rows}'
        f'<button type="button">{escape(page.say("slide_reset"))}</button></div><div class="gauges">{ends}</div>'
        f'<p class="unseen" aria-live="polite"></p></div>'
        f'<p class="foot">{escape(page.say("slide_note", confidence=page.percent))}</p></div>{plain.html}'
    )
    return Exhibit("table", html, plain.text, plain.name, plain.csv, script=script())


@cache
def script() -> str:
    """The script that moves the numbers: our own, the same on every page."""
    return (TEMPLATE / "whatif.js").read_text(encoding="utf-8").strip()


def model(page: Page, found: Sliders) -> dict[str, Any]:
    """What the script reads: levels, gains and their resamples as 16-bit steps, words.

    Parameters
    ----------
    page : Page
        Language and confidence.
    found : Sliders
        From ``sliders``.
    """
    top = found.drivers.head(MOST)
    names = [str(name) for name in top.index]
    effects = [
        {"now": float(now), "gains": [_coded(found.gains[str(effect)], name) for name in names]} for effect, now in found.effects.items()
    ]
    first = next(iter(found.gains.values()))
    worth = None
    if found.worth is not None:
        worth = {"effect": [str(each) for each in found.effects.index].index(found.worth[0]), "value": found.worth[1]}
    return {
        "confidence": page.confidence,
        "draws": int(first.draws.shape[1]) if first.draws is not None else 0,
        "drivers": [{"now": float(now)} for now in top],
        "effects": effects,
        "worth": worth,
        "words": {each: page.say(f"slide_{each}") for each in ("points", "range", "level", "comma")},
    }


def five_points(found: Sliders, *, points: float = 5, confidence: float = 0.95) -> pd.DataFrame:
    """What ``points`` more of each driver would bring: driver, performance, and estimate, low and high of every effect.

    Parameters
    ----------
    found : Sliders
        From ``sliders``.
    points : float
        Of the driver's score.
    confidence : float
        Of the intervals.
    """
    table = pd.DataFrame({"driver": found.drivers.index, "performance": found.drivers.to_numpy()})
    had = np.clip(points, -table["performance"], 100 - table["performance"]).to_numpy(dtype=float)
    for effect, own in found.gains.items():
        places = [own.drivers.index(str(name)) for name in table["driver"]]
        combination = had[:, None] * np.eye(len(own.drivers))[places]
        estimate, _, low, high = own.interval(combination, confidence)
        table[effect], table[f"{effect}_low"], table[f"{effect}_high"] = estimate, low, high
    return table


def _worth(study: Study, effects: list[str], language: str) -> tuple[str, float, str] | None:
    """What a point of loyalty is likely to be worth, by the study's incentives.yaml; None where it does not say."""
    if LOYALTY not in effects:
        return None
    try:
        rules = load_incentives(study)
    except NotInStudyError:
        return None
    return (LOYALTY, float(rules.loyalty_point[1]), rules.loyalty_unit.say(language)) if rules.loyalty_point else None


def _now(survey: Survey, fit: PlsFit | None, effects: list[str]) -> pd.Series:
    if fit is None:
        return item_scores(survey, effects).set_index("item")["estimate"]
    table = scores(survey, fit.structure, weights=index_weights(fit))
    return table.set_index("construct")["estimate"].loc[effects]


def _coded(own: Gains, name: str) -> dict[str, Any]:
    """One driver's gain and its resamples: middle + step x a 16-bit number each."""
    place = own.drivers.index(name)
    drawn = np.zeros(0) if own.draws is None else own.draws[place]
    kept = np.where(np.isnan(drawn), np.nanmedian(drawn), drawn)
    low, high = (float(kept.min()), float(kept.max())) if len(kept) else (0.0, 0.0)
    middle, step = (low + high) / 2, max((high - low) / (2 * FINEST), 1e-12)
    codes = np.round((kept - middle) / step).astype("<i2")
    text = base64.b64encode(codes.tobytes()).decode("ascii")
    return {"estimate": float(own.estimate[place]), "middle": middle, "step": step, "drawn": text}


def _slider(page: Page, driver: str, now: float, place: int) -> str:
    low, high = max(-5, -int(now)), min(REACH, int(100 - now))
    label = escape(page.label(driver))
    level = escape(page.say("slide_now", score=cells.number(now)))
    return (
        f'<div class="slide"><label for="slide-{place}">{label} <small>{level}</small></label>'
        f'<input type="range" id="slide-{place}" min="{low}" max="{high}" step="1" value="{5 if place == 0 and high >= 5 else 0}">'
        f'<output for="slide-{place}"></output></div>'
    )


def _gauge(label: str) -> str:
    return (
        f'<div class="gauge" data-effect="{escape(label)}"><span class="name">{escape(label)}</span>'
        f'<b class="gain"></b><span class="range"></span><span class="level"></span></div>'
    )
