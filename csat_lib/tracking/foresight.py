"""Whether the index helps to forecast an outside series, on periods that the forecast has not seen.

Letters: y outside series, x index, e errors of forecasts from y's own past, u errors with the index's past too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from csat_lib.errors import ParamsError
from csat_lib.tracking.leading import NOT_CAUSE, Of, Paired, series_of

Array = npt.NDArray[np.float64]
LEAST_FORECASTS = 4


@dataclass(frozen=True, slots=True, eq=False)
class ForecastGain:
    """Forecasts of the outside series one period ahead, without and with the index.

    Attributes
    ----------
    forecasts : DataFrame
        period, value (what came), own (forecast from the series' own past), with_index; in the units of the series or of its changes.
    own_error, with_index_error : float
        Root mean squared errors.
    gain : float
        1 - (with_index_error / own_error)^2: share of the squared error that the index takes away; negative where it adds.
    statistic, p_value : float
        Clark & West's test that the index adds nothing, one-sided.
    verdict : {"real", "within noise", "worse"}
        worse: the forecasts with the index are no better.
    note : str
        What it does not show.
    """

    forecasts: pd.DataFrame
    own_error: float
    with_index_error: float
    gain: float
    statistic: float
    p_value: float
    verdict: str
    note: str = NOT_CAUSE


def forecast_gain(pair: Paired, *, lags: int = 1, first: int | None = None, of: Of = "change", confidence: float = 0.95) -> ForecastGain:
    """What the index adds to forecasts of the outside series from its own past, one period ahead, on a window that grows.

    Each period is forecast by two regressions fitted to the periods before it: on ``lags`` own lags, and on those of the index too. As the
    first is a special case of the second, the larger model's noise is allowed for: mean of e^2 - (u^2 - (own - with_index)^2), as a
    one-sided t with its standard error (Clark & West 2007).

    Parameters
    ----------
    pair : Paired
        From ``paired``.
    lags : int
        Own lags and lags of the index.
    first : int, optional
        Values that the first forecast is fitted to; None takes half of them.
    of : {"change", "level"}
        Forecast changes from period to period, or levels.
    confidence : float
        1 - confidence is the level of the test.

    Raises
    ------
    ParamsError
        Too few values: fewer than four forecasts would be left, or the first regression would have no degrees of freedom.
    """
    x, y = series_of(pair, of)
    n = len(y)
    start = n // 2 if first is None else first
    if isinstance(lags, bool) or lags < 1 or start - lags <= 2 * lags + 1 or n - start < LEAST_FORECASTS:
        raise ParamsError(
            f"{n} values, the first {start} to fit {lags} lags: at least {3 * lags + 2} to fit and {LEAST_FORECASTS} to forecast."
        )
    own, both = (_expanding(y, causes, lags, start) for causes in ((y,), (y, x)))
    came = y[start:]
    e, u = came - own, came - both
    adjusted = e**2 - (u**2 - (own - both) ** 2)
    error = float(adjusted.std(ddof=1) / np.sqrt(len(adjusted)))
    statistic = float(adjusted.mean()) / error if error > 0 else 0.0
    p = float(stats.t.sf(statistic, len(adjusted) - 1))
    errors = [float(np.sqrt((each**2).mean())) for each in (e, u)]
    gain = 1 - (errors[1] / errors[0]) ** 2 if errors[0] > 0 else np.nan
    verdict = "worse" if not gain > 0 else "real" if p < 1 - confidence else "within noise"
    table = pd.DataFrame({"period": pair.series["period"].to_numpy()[-len(came) :], "value": came, "own": own, "with_index": both})
    return ForecastGain(table, errors[0], errors[1], gain, statistic, p, verdict)


def _expanding(y: Array, causes: tuple[Array, ...], lags: int, start: int) -> Array:
    """Forecasts of y[start:], each from a regression on what came before."""
    lagged = [each[lags - lag : len(y) - lag] for each in causes for lag in range(1, lags + 1)]
    Z = np.column_stack([np.ones(len(y) - lags), *lagged])
    own = y[lags:]
    return np.array([Z[t] @ np.linalg.lstsq(Z[:t], own[:t], rcond=None)[0] for t in range(start - lags, len(own))])
