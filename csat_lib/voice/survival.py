"""How long customers wait: Kaplan-Meier curves and quantiles of response and resolution times; open complaints are censored.

Letters: S(t) the share that is still waiting after t (Kaplan & Meier 1958, JASA 53, 457-481), by statsmodels' SurvfuncRight.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from csat_lib.errors import ParamsError, nearest, pick
from csat_lib.stats import check_confidence, z_value
from csat_lib.voice.register import Register

EVENTS = {"first_response": ("responded", "minutes", 60.0), "closed": ("done", "hours", 3600.0)}
ROUNDING = 1e-9
CURVE = ["metric", "segment", "time", "unit", "estimate", "std_error", "conf_low", "conf_high", "at_risk", "n"]
QUANTILES = ["metric", "segment", "quantile", "estimate", "conf_low", "conf_high", "unit", "n", "open"]


def waiting(register: Register, event: str) -> pd.DataFrame:
    """How long every complaint waited: time (minutes to the first response, hours to the closing), happened; on the complaints' index.

    A complaint that was answered or closed at a time that is not known is left out.
    """
    flag, _, seconds = pick(EVENTS, event, "event")
    own = register.complaints
    known = own[event].notna() | ~own[flag]
    own = own[known]
    end = own[event].fillna(register.until)
    return pd.DataFrame({"time": (end - own["opened"]).dt.total_seconds() / seconds, "happened": own[event].notna()}, index=own.index)


def survival_curve(register: Register, event: str = "closed", *, by: str | None = None, confidence: float = 0.95) -> pd.DataFrame:
    """The share of complaints still waiting, step by step.

    Parameters
    ----------
    register : Register
        From ``load_register``.
    event : {"first_response", "closed"}
        What they wait for.
    by : str, optional
        channel, category, product, severity: one curve each.
    confidence : float
        Of the intervals (on the log-minus-log scale).

    Returns
    -------
    DataFrame
        metric (the event), segment ("all" first), time, unit, estimate (still waiting, 0-1), std_error (Greenwood), conf_low, conf_high,
        at_risk, n.
    """
    z = z_value(check_confidence(confidence))
    tables = []
    for segment, own in _parts(register, event, by):
        fit = _fitted(own)
        if fit is None:
            continue
        S, se = np.asarray(fit.surv_prob, dtype=float), np.asarray(fit.surv_prob_se, dtype=float)
        low, high = _ends(S, se, z)
        steps = pd.DataFrame(
            {"time": fit.surv_times, "estimate": S, "std_error": se, "conf_low": low, "conf_high": high, "at_risk": fit.n_risk}
        )
        start = pd.DataFrame([{"time": 0.0, "estimate": 1.0, "std_error": 0.0, "conf_low": 1.0, "conf_high": 1.0, "at_risk": len(own)}])
        steps = steps if len(steps) and steps["time"].iloc[0] == 0 else pd.concat([start, steps], ignore_index=True)
        tables.append(steps.assign(metric=event, segment=segment, unit=EVENTS[event][1], n=len(own)))
    return pd.concat(tables, ignore_index=True).reindex(columns=CURVE) if tables else pd.DataFrame(columns=CURVE)


def survival_quantiles(
    register: Register, event: str = "closed", *, quantiles: Sequence[float] = (0.5, 0.9), by: str | None = None, confidence: float = 0.95
) -> pd.DataFrame:
    """Times by which a share of the complaints is answered or closed, open ones allowed for.

    Parameters
    ----------
    register, event, by
        As in ``survival_curve``.
    quantiles : sequence of float
        Shares that are served, 0.5 for the median.
    confidence : float
        Of the intervals (Brookmeyer & Crowley 1982 on the log-minus-log scale).

    Returns
    -------
    DataFrame
        metric, segment, quantile, estimate (NaN where the curve does not come down that far), conf_low, conf_high, unit, n, open (how many
        are still waiting).
    """
    check_confidence(confidence)
    for each in quantiles:
        if not 0 < each < 1:
            raise ParamsError(f"quantiles: {each!r} is not between 0 and 1; 0.9 is the time by which 90 % are served.")
    rows = []
    for segment, own in _parts(register, event, by):
        fit = _fitted(own)
        for p in quantiles:
            value, low, high = (np.nan, np.nan, np.nan) if fit is None else _quantile(fit, p, confidence)
            rows.append((event, segment, p, value, low, high, EVENTS[event][1], len(own), int((~own["happened"]).sum())))
    return pd.DataFrame(rows, columns=QUANTILES)


def _parts(register: Register, event: str, by: str | None) -> list[tuple[str, pd.DataFrame]]:
    own = waiting(register, event)
    parts = [("all", own)]
    if by is not None:
        if by not in register.complaints.columns:
            raise ParamsError(f"by: no field {by!r} in the register.{nearest(by, map(str, register.complaints.columns))}")
        values = register.complaints[by].reindex(own.index)
        parts += [(str(value), own[values == value]) for value in sorted(values.unique(), key=str)]
    return parts


def _fitted(own: pd.DataFrame) -> Any:  # noqa: ANN401  statsmodels has no types
    """Statsmodels' curve; None where nothing has happened yet."""
    from statsmodels.duration.survfunc import SurvfuncRight

    if not own["happened"].any():
        return None
    return SurvfuncRight(own["time"].to_numpy(dtype=float), own["happened"].to_numpy(dtype=int))


def _quantile(fit: Any, p: float, confidence: float) -> tuple[float, float, float]:  # noqa: ANN401
    served = np.flatnonzero(np.asarray(fit.surv_prob) <= 1 - p + ROUNDING)
    value = float(fit.surv_times[served[0]]) if len(served) else np.nan
    with np.errstate(divide="ignore", invalid="ignore"):  # statsmodels takes logarithms of 0 and 1 at the ends of the curve
        low, high = (float(each) for each in fit.quantile_ci(p, alpha=1 - confidence))
    return value, (low if np.isfinite(low) else np.nan), (high if np.isfinite(high) else np.nan)


def _ends(S: np.ndarray, se: np.ndarray, z: float) -> tuple[np.ndarray, np.ndarray]:
    """S^exp(+-z se / (S ln S)): the interval stays within 0 and 1 (Kalbfleisch & Prentice 1980)."""
    low, high = S.copy(), S.copy()
    inner = (S > 0) & (S < 1)
    half = z * se[inner] / (S[inner] * np.abs(np.log(S[inner])))
    low[inner], high[inner] = S[inner] ** np.exp(half), S[inner] ** np.exp(-half)
    return low, high
