"""Control charts of tracked figures: which chart, its limits with the sampling error inside, and the points that give a signal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import ParamsError, pick
from csat_lib.stats import control as charts
from csat_lib.stats.control import Limits

Array = npt.NDArray[np.float64]
Chart = Literal["auto", "xbar", "p", "individuals", "laney"]
CHARTS = {
    "auto": "by kind of figure and the test of over-dispersion",
    "xbar": "means, with their standard errors as limits",
    "p": "shares, with their binomial errors as limits",
    "individuals": "limits from moving ranges",
    "laney": "p', shares that vary more than sampling explains",
}
FEWEST = 8  # points: with fewer the limits are guesses
DISPERSED = 0.05
COLUMNS = ["metric", "segment", "period", "chart", "estimate", "centre", "limit_low", "limit_high", "z", "ewma", "ewma_limit"]
COLUMNS += ["cusum_high", "cusum_low", "q", "p_value", "signals", "verdict"]


def control_chart(
    figures: pd.DataFrame,
    *,
    chart: Chart = "auto",
    baseline: str | None = None,
    centres: Mapping[str, float] | None = None,
    weight: float = charts.EWMA_WEIGHT,
    slack: float = charts.SLACK,
    decision: float = charts.DECISION,
) -> pd.DataFrame:
    """A control chart of every figure over its periods, with EWMA, CUSUM and the Western Electric rules on the standardised points.

    auto takes the chart whose limits are the sampling errors (xbar for means, p for shares) unless Cochran's Q says at 5 % that the waves
    vary more than that; then individuals (I-MR) for means and Laney's p' for shares, since else every large sample is "out of control".

    Parameters
    ----------
    figures : DataFrame
        period, metric, estimate, std_error, n_effective, kind; segment at will (``Waves.figures``), oldest first.
    chart : {"auto", "xbar", "p", "individuals", "laney"}
        p and laney are for shares in per cent.
    baseline : str, optional
        The last period that sets centre and limits; None takes all.
    centres : mapping of str to float, optional
        Metric -> centre, such as a target; else the mean of the baseline.
    weight : float
        Of a new point in the EWMA; its limit of 2.962 sigma gives one false alarm in 500 points.
    slack, decision : float
        k and h of the CUSUM: .5 with 4 gives one false alarm in 168 points, with 5 one in 465.

    Returns
    -------
    DataFrame
        metric, segment, period, chart, estimate, centre, limit_low, limit_high (three sigma), z, ewma and ewma_limit (in sigma),
        cusum_high and cusum_low, q and p_value (over-dispersion of the baseline), signals (in words, "; " between them), verdict (in
        control, signal, or why there is no chart).

    Raises
    ------
    ParamsError
        An unknown chart or baseline, or a share's chart of a figure that is none.
    """
    pick(CHARTS, chart, "chart")
    table = figures.assign(segment=figures.get("segment", "all"), period=figures["period"].astype(str))
    if baseline is not None and baseline not in set(table["period"]):
        raise ParamsError(f"baseline: no period {baseline!r} in the figures.")
    tables = []
    for (metric, segment), rows in table.groupby(["metric", "segment"], sort=False):
        own = rows[rows["estimate"].notna() & (rows["std_error"] > 0)].reset_index(drop=True)
        if len(own) < FEWEST:
            said = f"no chart: {len(own)} periods, {FEWEST} are needed"
            tables.append(own[["period", "estimate"]].assign(metric=str(metric), segment=str(segment), verdict=said, signals=""))
            continue
        centre = (centres or {}).get(str(metric))
        found = _charted(own, chart, baseline, centre, weight=weight, slack=slack, decision=decision)
        tables.append(found.assign(metric=str(metric), segment=str(segment)))
    return pd.concat([each for each in tables if len(each)] or [pd.DataFrame()], ignore_index=True).reindex(columns=COLUMNS)


def _charted(
    own: pd.DataFrame, chart: str, baseline: str | None, centre: float | None, *, weight: float, slack: float, decision: float
) -> pd.DataFrame:
    base = slice(0, len(own) if baseline is None else int(np.flatnonzero(own["period"] == baseline)[-1]) + 1)
    x, se = (own[name].to_numpy(dtype=float) for name in ("estimate", "std_error"))
    share = "kind" in own and own["kind"].iloc[0] == "share"
    if chart in {"p", "laney"} and not share:
        raise ParamsError(f"chart={chart!r} is for shares, and {own['metric'].iloc[0]} is none. Use xbar or individuals.")
    n = own["n_effective"].to_numpy(dtype=float) if share else np.array([])
    errors = 100 * charts.p_limits(x[base] / 100, n[base]).sigma if share and 0 < x[base].mean() < 100 else se[base]
    q, p_value = charts.over_dispersion(x[base], errors)
    dispersed = p_value < DISPERSED
    word = (("laney" if share else "individuals") if dispersed else ("p" if share else "xbar")) if chart == "auto" else chart
    limits = _limits(word, x, se, n, base=base, centre=centre)
    z = (x - limits.centre) / limits.sigma
    smoothed, edge = charts.ewma(z, weight=weight)
    up, down = charts.cusum(z, slack=slack)
    flags = {**charts.western_electric(z), "EWMA": np.abs(smoothed) > edge, "CUSUM": (up > decision) | (down > decision)}
    signals = ["; ".join(rule for rule, here in flags.items() if here[place]) for place in range(len(x))]
    found = pd.DataFrame({"period": own["period"], "chart": word, "estimate": x, "centre": limits.centre})
    return found.assign(
        limit_low=limits.low,
        limit_high=limits.high,
        z=z,
        ewma=smoothed,
        ewma_limit=edge,
        cusum_high=up,
        cusum_low=down,
        q=q,
        p_value=p_value,
        signals=signals,
        verdict=["signal" if each else "in control" for each in signals],
    )


def _limits(word: str, x: Array, se: Array, n: Array, *, base: slice, centre: float | None) -> Limits:
    """The chart's limits for all points from those of the baseline, in the figures' unit."""
    if word == "xbar":
        middle = charts.xbar_limits(x[base], se[base], centre=centre).centre
        return charts.xbar_limits(x, se, centre=middle)
    if word == "individuals":
        own = charts.individuals_limits(x[base], centre=centre)
        sigma = np.full(len(x), own.sigma[0])
        return Limits(own.centre, own.centre - charts.WIDTH * sigma, own.centre + charts.WIDTH * sigma, sigma)
    middle_share = None if centre is None else centre / 100
    part = charts.p_limits(x[base] / 100, n[base], centre=middle_share)
    found = charts.p_limits(x / 100, n, centre=part.centre)
    if word == "laney":
        wide = charts.laney_limits(x[base] / 100, n[base], centre=middle_share).sigma[0] / part.sigma[0]
        sigma = found.sigma * wide
        low, high = found.centre - charts.WIDTH * sigma, found.centre + charts.WIDTH * sigma
        found = Limits(found.centre, np.maximum(low, 0.0), np.minimum(high, 1.0), sigma)
    return Limits(100 * found.centre, 100 * found.low, 100 * found.high, 100 * found.sigma)
