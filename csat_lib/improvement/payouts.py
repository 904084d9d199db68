"""Who earns what: the payouts of every scheme for every dealer (or store, or team), and what excellence is worth."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from csat_lib.errors import DataError, NotInStudyError, ParamsError, nearest
from csat_lib.improvement.incentive_file import Incentives, Scheme
from csat_lib.improvement.tiers import place_of
from csat_lib.improvement.uncertain_payouts import expected_payout, next_tier, point_value, tier_probabilities
from csat_lib.study import Study
from csat_lib.survey import read_export

SOURCE, UNIT = "dealers", "dealer"
PAYOUTS = ["dealer", "scheme", "score", "std_error", "tier", "rate", "base", "payout", "expected", "probability", "marginal"]
PAYOUTS += ["missing_points", "next_gain"]


def scorecard(scores: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """The weighted mean of partial scores.

    Parameters
    ----------
    scores : mapping of str to float
        One for each weight.
    weights : mapping of str to float
        Positive, in any unit.

    Raises
    ------
    ParamsError
        A weight that is not positive.
    DataError
        A score is missing or no number.

    >>> scorecard({"service": 90, "sales": 80}, {"service": 25, "sales": 75})
    82.5
    """
    if not weights or any(not each > 0 for each in weights.values()):
        raise ParamsError(f"weights: expected numbers above 0, got {dict(weights)!r}.")
    lacking = [name for name in weights if name not in scores or not math.isfinite(scores[name])]
    if lacking:
        raise DataError(f"scores: {lacking[0]} is missing. Every part of a scorecard needs a score.")
    return math.fsum(weights[name] * scores[name] for name in weights) / math.fsum(weights.values())


def read_dealers(study: Study) -> pd.DataFrame:
    """The dealers of the study's period: dealer, and every other column of the file as numbers where it holds numbers.

    Raises
    ------
    NotInStudyError
        The study has no source dealers in this period.
    DataError
        No column dealer, or a dealer that stands twice.
    """
    if not study.paths.has_data(SOURCE):
        raise NotInStudyError(f"{study.name} {study.period} has no source {SOURCE}, so nobody's incentive can be computed.")
    path = study.paths.data(SOURCE)
    frame = read_export(path).frame
    frame.columns = [str(each).strip() for each in frame.columns]
    if UNIT not in frame:
        raise DataError(f"{path.name}: no column {UNIT!r}.{nearest(UNIT, list(frame.columns))}")
    names = frame[UNIT].astype(str).str.strip()
    twice = names[names.duplicated()]
    if len(twice):
        raise DataError(f"{path.name}: row {twice.index[0]}: the dealer {twice.iloc[0]!r} stands twice.")
    numbers = {name: pd.to_numeric(frame[name], errors="coerce") for name in frame.columns if name != UNIT}
    filled = {name: frame[name].astype(str).str.strip() != "" for name in numbers}
    kept = {name: column if column.notna()[filled[name]].all() else frame[name] for name, column in numbers.items()}
    return pd.DataFrame({UNIT: names, **kept})


def payouts(dealers: pd.DataFrame, incentives: Incentives) -> pd.DataFrame:
    """Every dealer's payout from every scheme that it takes part in.

    Parameters
    ----------
    dealers : DataFrame
        dealer, and the columns that the schemes name; ``<score>_se`` beside a score is its standard error.
    incentives : Incentives
        From ``load_incentives``.

    Returns
    -------
    DataFrame
        dealer, scheme, score, std_error, tier (1 the best), rate, base, payout, expected (under the score's error), probability (of the
        tier that the measured score lies in), marginal (expected gain from one more point), missing_points and next_gain (to the next
        better-paid tier).

    Raises
    ------
    DataError
        A column is missing, a value is no number, or a score lies in no tier; the dealer and the scheme are named.
    """
    rows = []
    for record in dealers.to_dict("records"):
        row = {str(name): value for name, value in record.items()}
        for scheme in incentives.schemes.values():
            if scheme.only and not _number(row, scheme.only, scheme):
                continue
            try:
                rows.append(_payout(row, scheme))
            except DataError as error:
                raise DataError(f"{row[UNIT]}: {scheme.name}: {error}") from None
    return pd.DataFrame(rows, columns=PAYOUTS)


def measured(row: Mapping[str, object], scheme: Scheme) -> tuple[float, float]:
    """The score that decides a scheme and its standard error (0 where none is stated): parts of a scorecard are independent.

    Parameters
    ----------
    row : mapping of str to object
        A dealer.
    scheme : Scheme
        Which score or scorecard.
    """
    weights = scheme.scorecard or {scheme.score: 1.0}
    scores = {name: _number(row, name, scheme) for name in weights}
    errors = {name: _number(row, f"{name}_se", scheme) if f"{name}_se" in row else 0.0 for name in weights}
    total = math.fsum(weights.values())
    return scorecard(scores, weights), float(np.sqrt(math.fsum((weights[name] * errors[name] / total) ** 2 for name in weights)))


def base_of(row: Mapping[str, object], scheme: Scheme) -> float:
    """What the rates of a scheme are paid on, for one dealer.

    Raises
    ------
    DataError
        It is negative, or one of its columns is missing or no number.
    """
    total = math.fsum(factor * _number(row, name, scheme) for name, factor in scheme.base.items())
    if total < 0:
        raise DataError(f"the base of {', '.join(scheme.base)} is {total:g}: expected 0 or more. Are returns larger than sales?")
    return total


def excellence(row: Mapping[str, object], incentives: Incentives) -> pd.DataFrame:
    """What the best tier of every scheme pays over its lowest paying one, and what is left when the staff is paid.

    A scheme with one paying tier is worth all of it.

    Parameters
    ----------
    row : mapping of str to object
        A dealer.
    incentives : Incentives
        From ``load_incentives``.

    Returns
    -------
    DataFrame
        scheme (the last three rows: total, staff, net), best, lowest (payouts), estimate (the difference).
    """
    rows: list[tuple[object, ...]] = []
    for scheme in incentives.schemes.values():
        if scheme.only and not _number(row, scheme.only, scheme):
            continue
        base = base_of(row, scheme)
        paying = sorted({each.pays(base) for each in scheme.tiers if each.pays(base) > 0})
        best = paying[-1] if paying else 0.0
        lowest = paying[0] if len(paying) > 1 else 0.0
        rows.append((scheme.name, best, lowest, best - lowest))
    total = math.fsum(float(each[3]) for each in rows)  # type: ignore[arg-type]
    rows += [
        ("total", np.nan, np.nan, total),
        ("staff", np.nan, np.nan, -incentives.staff),
        ("net", np.nan, np.nan, total - incentives.staff),
    ]
    return pd.DataFrame(rows, columns=["scheme", "best", "lowest", "estimate"])


def staircase(row: Mapping[str, object], scheme: Scheme) -> pd.DataFrame:
    """One scheme's steps for one dealer with the probability of each: tier, lower, upper, rate, payout, probability, score, std_error."""
    score, error = measured(row, scheme)
    return tier_probabilities(score, error, scheme.tiers, base_of(row, scheme)).assign(score=score, std_error=error)


def _payout(row: Mapping[str, object], scheme: Scheme) -> tuple[object, ...]:
    (score, error), base, tiers = measured(row, scheme), base_of(row, scheme), scheme.tiers
    place = place_of(score, tiers)
    chance = float(tier_probabilities(score, error, tiers, base)["probability"].iloc[place])
    paid = (place + 1, tiers[place].rate, base, tiers[place].pays(base), expected_payout(score, error, tiers, base), chance)
    return (row[UNIT], scheme.name, score, error, *paid, point_value(score, tiers, base, std_error=error), *next_tier(score, tiers, base))


def _number(row: Mapping[str, object], name: str, scheme: Scheme) -> float:
    if name not in row:
        raise DataError(f"{scheme.name}: no column {name!r} in the dealers' file.{nearest(name, map(str, row))}")
    value = row[name]
    if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not math.isfinite(float(value)):
        raise DataError(f"{name}: expected a number, got {value!r}.")
    return float(value)
