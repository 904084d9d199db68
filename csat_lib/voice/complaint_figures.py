"""Key figures of the complaint register: rates with named denominators, response, closing, repeats, satisfaction with the handling."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from csat_lib.errors import DataError
from csat_lib.stats import check_confidence, wilson
from csat_lib.voice.register import Register
from csat_lib.voice.survival import survival_quantiles, waiting

FIGURES = ["metric", "estimate", "conf_low", "conf_high", "unit", "n", "basis", "kind", "std_error", "n_effective"]
DENOMINATORS = ("customers", "orders", "months")


def complaint_figures(register: Register, *, per: Mapping[str, float] | None = None, confidence: float = 0.95) -> pd.DataFrame:
    """Everything the register says about its period, as key figures.

    Parameters
    ----------
    register : Register
        From ``load_register``.
    per : mapping of str to float, optional
        Denominators by name, of "customers", "orders", "months"; each gives a rate of its own.
    confidence : float
        Of the intervals: Wilson for shares, exact Poisson for a number a month, Brookmeyer-Crowley for times.

    Returns
    -------
    DataFrame
        metric, estimate, conf_low, conf_high, unit, n, basis (what the figure is a share of), kind ("share" or "number"), std_error and
        n_effective (for charts). Metrics: complaint_count, complaint_rate_customers and complaint_rate_orders (%), complaints_a_month,
        response_within_<promise>_minutes (%: of those answered, and those whose promise has run out), first_response_median,
        first_response_p90 (minutes), resolution_median, resolution_p90 (hours), closing_rate (%), repeat_rate (% of complaining
        customers with a second complaint), handling_satisfaction (% of those who said).

    Raises
    ------
    DataError
        A denominator is not a positive number, or has another name.
    """
    check_confidence(confidence)
    own = register.complaints
    rows = [_number("complaint_count", float(len(own)), "", len(own), "register"), *_rates(register, dict(per or {}), confidence)]
    rows.append(_response(register, confidence))
    for event, name in (("first_response", "first_response"), ("closed", "resolution")):
        table = survival_quantiles(register, event, confidence=confidence)
        for word, row in zip(("median", "p90"), table.to_dict("records"), strict=True):
            ends = float(row["conf_low"]), float(row["conf_high"])
            rows.append(_number(f"{name}_{word}", float(row["estimate"]), str(row["unit"]), int(row["n"]), "complaints", ends))
    rows.append(_share("closing_rate", int(own["done"].sum()), len(own), "complaints", confidence))
    known = own[own["customer"] != ""]["customer"].value_counts()
    rows.append(_share("repeat_rate", int((known > 1).sum()), len(known), "complaining customers", confidence))
    said = own["satisfied"].dropna()
    rows.append(_share("handling_satisfaction", int(said.sum()), len(said), "those who said", confidence))
    return pd.DataFrame(rows, columns=FIGURES)


def promised_metric(register: Register) -> str:
    """What the share answered in time is called: response_within_30_minutes."""
    return f"response_within_{register.settings.promised_minutes:g}_minutes".replace(".", "_")


def _rates(register: Register, per: Mapping[str, float], confidence: float) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    count = len(register)
    for name, size in per.items():
        if name not in DENOMINATORS or not np.isfinite(size) or size <= 0:
            raise DataError(f"per: {name} = {size!r}: expected a positive number of {', '.join(DENOMINATORS)}.")
        if name == "months":
            rows.append(
                _number("complaints_a_month", count / size, "", count, "months", tuple(each / size for each in _poisson(count, confidence)))
            )
        elif name == "customers":
            who = register.complaints["customer"]
            people = int(who[who != ""].nunique() + (who == "").sum())
            rows.append(_share("complaint_rate_customers", people, int(size), "customers", confidence))
        else:
            rows.append(_share("complaint_rate_orders", count, int(size), "orders", confidence))
    return rows


def _response(register: Register, confidence: float) -> tuple[object, ...]:
    """Answered in time, of those who were answered or whose promise has run out."""
    own, promise = waiting(register, "first_response"), register.settings.promised_minutes
    judged = own[own["happened"] | (own["time"] > promise)]
    kept = int((judged["happened"] & (judged["time"] <= promise)).sum())
    return _share(promised_metric(register), kept, len(judged), "complaints", confidence)


def _share(metric: str, count: int, n: int, basis: str, confidence: float) -> tuple[object, ...]:
    if n and count > n:
        raise DataError(f"{metric}: {count} of {n} {basis}: there cannot be more. Is the denominator that of the whole period?")
    share = count / n if n else np.nan
    low, high = wilson(share, n, confidence)
    error = float(np.sqrt(share * (1 - share) / n)) if n else np.nan
    return metric, 100 * share, 100 * low, 100 * high, "%", n, basis, "share", 100 * error, float(n)


def _number(  # noqa: PLR0917  the columns in order
    metric: str, value: float, unit: str, n: int, basis: str, ends: tuple[float, ...] = (np.nan, np.nan)
) -> tuple[object, ...]:
    return metric, value, *ends, unit, n, basis, "number", np.nan, np.nan


def _poisson(count: int, confidence: float) -> tuple[float, float]:
    """The exact interval of a Poisson count (Garwood 1936)."""
    from scipy.stats import chi2

    tail = (1 - confidence) / 2
    low = float(chi2.ppf(tail, 2 * count) / 2) if count else 0.0
    return low, float(chi2.ppf(1 - tail, 2 * count + 2) / 2)
