"""One quarter's interviews: who is asked, what they think, and the answers as a field agency would deliver them.

Panel members belong to the cohort of the quarter in which they were recruited and are asked for five quarters; a
cohort is drawn from its own seed, so that a quarter can be made alone. Part of what a member thinks lasts:
``persistence`` of the truth is the correlation from wave to wave.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.simulate.comments import written
from csat_lib.simulate.responses import Array, Words
from csat_lib.simulate.truth import ATTRIBUTES, Truth, construct_shifts, expected_points
from csat_lib.study import parse_period

_SOURCES = "cohort customers base self_rated competitors complaints accounts dispositions internal sales"
STREAMS = {name: number for number, name in enumerate(_SOURCES.split())}
WAVES_ASKED, COHORT, TAKES_PART = 5, 110, 0.92
CARELESS = {"speeder": 0.021, "empty": 0.006, "straight": 0.008}
BLANK, DO_NOT_KNOW, REFUSED = 0.020, 0.015, 0.005
NEVER_USED_WEB_SHOP, LEFT_EMPTY, CHINESE = 0.42, 0.85, 0.62
GRADES = 5
SECONDS = {"web": 400.0, "telephone": 560.0, "face_to_face": 620.0}


@dataclass(frozen=True, slots=True)
class People:
    """Customers before they are asked.

    ``frame`` has n rows; ``zeta`` (n, constructs) and ``unique`` (n, questions) are standard normal.
    """

    frame: pd.DataFrame
    zeta: Array
    unique: Array


@dataclass(frozen=True, slots=True)
class Wave:
    """One quarter's interviews.

    Attributes
    ----------
    answers : pd.DataFrame
        As delivered: one row per interview, missing codes and careless respondents included.
    people : pd.DataFrame
        What the file does not say, row by row: panel, spending, complained, handled (well, badly, empty), care, themes (of the
        comment, each with its sign, "+checkout_speed;-value").
    """

    answers: pd.DataFrame
    people: pd.DataFrame


def stream(seed: int, name: str, *numbers: int) -> np.random.Generator:
    """The random numbers of one source and quarter, independent of all others."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(STREAMS[name], *numbers)))


def quarter_number(period: str) -> int:
    """Quarters since the year 0."""
    return int(period[:4]) * 4 + int(period[5]) - 1


def fieldwork(period: str) -> tuple[dt.date, dt.date]:
    """First and last day of interviewing: the 2nd to the 21st of the quarter's last month."""
    end = parse_period(period).end
    return end.replace(day=2), end.replace(day=21)


def interview(truth: Truth, period: str, *, seed: int, n: int | None = None) -> Wave:
    """The customers' survey of one quarter.

    Parameters
    ----------
    truth : Truth
        What is true of the company.
    period : str
        A quarter such as 2026Q3.
    seed : int
        Equal seeds give equal interviews; no quarter depends on another having been made.
    n : int, optional
        Usable interviews, panel members included; by default 1,150 to 1,300 as the seed has it.
    """
    people, extra, draw = invited(truth, period, seed=seed, n=n)
    return asked(truth, people, period, draw, care=_care(len(people.frame), extra, draw))


def invited(truth: Truth, period: str, *, seed: int, n: int | None = None) -> tuple[People, int, np.random.Generator]:
    """Who is asked in a quarter, panel members first; how many of them beyond ``n``; and the random numbers to go on with.

    Effects have no part in it: companies that differ in their effects alone ask the same people.

    Parameters
    ----------
    truth, period, seed, n
        As in ``interview``.
    """
    quarter, draw = quarter_number(period), stream(seed, "customers", quarter_number(period))
    usable = int(draw.integers(1150, 1301)) if n is None else n
    members = [_cohort(truth, seed, first, quarter) for first in range(quarter - WAVES_ASKED + 1, quarter + 1)]
    extra = round(usable * (CARELESS["speeder"] + CARELESS["empty"]))
    fresh = persons(truth, usable + extra - sum(len(each.frame) for each in members), draw, f"C{quarter % 1000:03d}N")
    return _stacked([*members, fresh]), extra, draw


def persons(truth: Truth, n: int, draw: np.random.Generator, prefix: str) -> People:
    """``n`` customers drawn from the sampled shares, with ids that begin with ``prefix``."""
    frame = pd.DataFrame({"respondent": [f"{prefix}{number:04d}" for number in range(1, n + 1)]})
    for attribute in ATTRIBUTES[:3]:
        frame[attribute] = _chosen(truth.sampled[attribute], n, draw)
    drawn = [_chosen(shares, n, draw) for shares in truth.mode_of_channel.values()]
    frame["mode"] = np.select([frame["channel"] == channel for channel in truth.mode_of_channel], drawn, "")
    frame["language"] = np.where(draw.random(n) < CHINESE, "zh", "en")
    frame["panel"] = 0
    frame["never_web"] = (frame["channel"] == "store") & (draw.random(n) < NEVER_USED_WEB_SHOP)
    frame["silence"] = np.minimum(draw.gamma(0.25, 4.0, n), 8.0)
    spending = np.exp(draw.normal(8.3, 0.7, n))
    frame["spending"] = np.where(frame["customer_class"] == "key", 4.0, 1.0) * spending
    size = len(truth.constructs), len(truth.questions)
    return People(frame, draw.standard_normal((n, size[0])), draw.standard_normal((n, size[1])))


def asked(truth: Truth, people: People, period: str, draw: np.random.Generator, *, care: Sequence[str] | None = None) -> Wave:
    """The answers of these people in ``period``; ``care`` names the careless ones (speeder, empty, straight)."""
    n, frame = len(people.frame), people.frame.copy()
    frame["care"] = [""] * n if care is None else care
    points, complained, frame["handled"] = _points(truth, people, period, draw)
    frame["complained"] = complained
    meant = _careless(truth, _rounded(truth, points), frame["care"].to_numpy(), draw)
    place = [question.construct for question in truth.questions].index("loyalty")
    names = [question.name for question in truth.questions]
    names.insert(place, "complained")
    answers = pd.DataFrame(np.insert(meant, place, complained, axis=1), columns=names)
    lead = pd.DataFrame({"respondent": frame["respondent"], "interviewed": _dates(period, n, draw)})
    lead["population"] = "customers"
    lead[list(ATTRIBUTES)] = frame[list(ATTRIBUTES)]
    lead["weight"] = rake(frame, truth.shares)
    lead["seconds"] = _seconds(frame, draw)
    text = written(answers, frame, draw)
    frame["themes"] = text["themes"]
    order = draw.permutation(n)
    table = pd.concat([lead, _unanswered(truth, answers, frame, draw), text[["comment"]]], axis=1)
    return Wave(table.iloc[order].reset_index(drop=True), frame.iloc[order].reset_index(drop=True))


def rake(frame: pd.DataFrame, shares: Mapping[str, Mapping[str, float]]) -> Array:
    """Weights with mean 1, (n,), that bring region, channel and customer class to their shares in the population."""
    weight = np.ones(len(frame))
    margins = []
    for attribute, wanted in shares.items():
        code, values = pd.factorize(frame[attribute])
        target = np.array([wanted[value] for value in values])
        margins.append((code, target / target.sum()))
    for _ in range(25):
        for code, target in margins:
            weight = weight * (target / np.bincount(code, weight) * len(frame))[code]
    return np.asarray(weight / weight.mean())


def _cohort(truth: Truth, seed: int, first: int, quarter: int) -> People:
    """The members recruited in quarter ``first`` who take part in ``quarter``."""
    draw = stream(seed, "cohort", first)
    people = persons(truth, COHORT, draw, f"C{first % 1000:03d}P")
    people.frame["panel"] = 1
    takes_part = draw.random((COHORT, WAVES_ASKED)) < TAKES_PART
    takes_part[:, 0] = True
    here = np.flatnonzero(takes_part[:, quarter - first])
    return People(people.frame.iloc[here], people.zeta[here], people.unique[here])


def _stacked(parts: list[People]) -> People:
    frame = pd.concat([each.frame for each in parts], ignore_index=True)
    return People(frame, np.vstack([each.zeta for each in parts]), np.vstack([each.unique for each in parts]))


def _points(truth: Truth, people: People, period: str, draw: np.random.Generator) -> tuple[Array, npt.NDArray[np.int64], Words]:
    """Ratings in points before rounding, who complained, and how the complaint was handled."""
    frame, n = people.frame, len(people.frame)
    lasting, own = truth.persistence
    zeta = np.sqrt(lasting) * people.zeta + np.sqrt(1 - lasting) * draw.standard_normal(people.zeta.shape)
    unique = np.sqrt(own) * people.unique + np.sqrt(1 - own) * draw.standard_normal(people.unique.shape)
    xi = (zeta * truth.disturbances) @ truth.total
    place = truth.constructs.index("complaints")
    complained = (xi + construct_shifts(truth, frame, period))[:, place] > truth.complaint_threshold
    handled = np.where(draw.random(n) < truth.handled_well, "well", "badly")
    handled[~complained] = ""
    recovery = np.select([handled == "well", handled == "badly"], truth.recovery, 0.0)
    points = expected_points(truth, frame, period)
    for column, question in enumerate(truth.questions):
        common = question.loading * xi[:, truth.constructs.index(question.construct)]
        if question.construct == "loyalty":
            common = common + question.loading * recovery / truth.spread["loyalty"]
        points[:, column] += question.sd * (common + np.sqrt(1 - question.loading**2) * unique[:, column])
    return points, complained.astype(int), handled


def _rounded(truth: Truth, points: Array) -> Array:
    low, high = (np.array([getattr(question, end) for question in truth.questions]) for end in ("low", "high"))
    return np.asarray(np.clip(np.round(low + (high - low) * points / 100), low, high))


def _chosen(shares: Mapping[str, float], n: int, draw: np.random.Generator) -> Words:
    return np.asarray(draw.choice(list(shares), size=n, p=list(shares.values())))


def _care(n: int, extra: int, draw: np.random.Generator) -> list[str]:
    """Mark the extra rows as speeders or nearly empty, and a few of the others as straight-liners."""
    empty = round(extra * CARELESS["empty"] / (CARELESS["empty"] + CARELESS["speeder"]))
    care = [""] * (n - extra) + ["empty"] * empty + ["speeder"] * (extra - empty)
    for row in draw.choice(n - extra, size=round(CARELESS["straight"] * (n - extra)), replace=False):
        care[row] = "straight"
    return care


def _careless(truth: Truth, answers: Array, care: Words, draw: np.random.Generator) -> Array:
    """Speeders tick anything but the worst; straight-liners give one answer to all questions of a scale."""
    speeders, straight = care == "speeder", care == "straight"
    names = [question.name for question in truth.questions]
    for column, question in enumerate(truth.questions):
        lowest = question.low + (question.high - question.low) // 4
        answers[speeders, column] = draw.integers(lowest, question.high + 1, speeders.sum())
        leader = names.index("grade_overall" if question.high == GRADES else "satisfaction_overall")
        answers[straight, column] = answers[straight, leader]
    return answers


def _unanswered(truth: Truth, answers: pd.DataFrame, frame: pd.DataFrame, draw: np.random.Generator) -> pd.DataFrame:
    """Blanks and missing codes, more of them with some people than with others (independent of the answers)."""
    graded = answers.columns.isin([question.name for question in truth.questions if question.high == GRADES])
    u = draw.random(answers.shape) / frame["silence"].to_numpy().clip(1e-9)[:, None]
    place = np.searchsorted(np.cumsum([BLANK, DO_NOT_KNOW, REFUSED]), u)
    unknown, refused = np.where(graded, 9.0, 98.0), np.where(graded, np.nan, 99.0)
    given = np.select([place == 0, place == 1, place == 2], [np.nan, unknown, refused], answers.to_numpy())
    given[frame["never_web"].to_numpy(), answers.columns.get_loc("web_shop")] = np.nan
    given[(frame["care"] == "empty").to_numpy()[:, None] & (draw.random(answers.shape) < LEFT_EMPTY)] = np.nan
    return pd.DataFrame(given, columns=answers.columns).astype("Int64")


def _dates(period: str, n: int, draw: np.random.Generator) -> list[str]:
    start, end = fieldwork(period)
    days = draw.integers(0, (end - start).days + 1, n)
    return [(start + dt.timedelta(days=int(day))).isoformat() for day in days]


def _seconds(frame: pd.DataFrame, draw: np.random.Generator) -> npt.NDArray[np.int64]:
    """How long the interview took; speeders need a tenth to a quarter of the usual time."""
    usual = frame["mode"].map(SECONDS).to_numpy(dtype=float) * np.exp(draw.normal(0, 0.24, len(frame)))
    hasty = SECONDS["web"] * draw.uniform(0.10, 0.26, len(frame))
    return np.where(frame["care"] == "speeder", hasty, usual).round().astype(int)
