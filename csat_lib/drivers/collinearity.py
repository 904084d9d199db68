"""The panel that stands beside every driver table: can these drivers be told apart, and on whose answers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from csat_lib.drivers.screening import usable_drivers
from csat_lib.stats import Missing, Moments, correlations
from csat_lib.survey import Data, Weights


def collinearity(
    data: Data, outcome: str, drivers: Sequence[str], *, weights: Weights = None, missing: Missing = "listwise"
) -> pd.DataFrame:
    """Variance inflation, condition number, largest correlation, signs, R squared and the sample of a driver analysis.

    Parameters
    ----------
    data, outcome, drivers
        As in ``importance``.
    weights, missing
        As in ``importance``.

    Returns
    -------
    DataFrame
        metric, driver (empty for figures of the whole set), estimate, verdict, source. Metrics: vif, correlation, beta (verdict
        "suppressed" where its sign is not that of the correlation), condition_number, largest_correlation, r_squared,
        adjusted_r_squared, n, n_effective, missing_share. Drivers that cannot be used are named in a warning and left out.

    Raises
    ------
    ModelError
        The outcome or every driver is constant, or fewer respondents than drivers.
    """
    drivers, m = usable_drivers(data, outcome, drivers, missing=missing, weights=weights)
    return panel(m, drivers, asked=None if isinstance(data, Moments) else len(data))


def panel(m: Moments, drivers: Sequence[str], *, asked: int | None) -> pd.DataFrame:
    """The panel of moments whose last item is the outcome; the share missing is told where it is known how many were asked."""
    R = correlations(m.covariance)
    A, r = R[:-1, :-1], R[:-1, -1]
    eigen = np.linalg.eigvalsh(A)
    beta = np.linalg.solve(A, r)
    vif = np.diag(np.linalg.inv(A))
    r_squared = float(r @ beta)
    largest = float(np.abs(A - np.eye(len(A))).max())
    condition = float(np.sqrt(eigen[-1] / eigen[0]))
    rows: list[tuple[str, str, float, str, str]] = []
    for driver, inflation, b, own in zip(drivers, vif, beta, r, strict=True):
        rows.append(("vif", driver, float(inflation), "ok" if inflation <= 5 else "above 5", "at most 5, Hair et al. 2019"))
        rows.append(("correlation", driver, float(own), "", ""))
        rows.append(("beta", driver, float(b), "suppressed" if b * own < 0 else "ok", "sign of the correlation"))
    rows += [
        ("condition_number", "", condition, "ok" if condition <= 30 else "above 30", "at most 30, Belsley et al. 1980"),
        ("largest_correlation", "", largest, "ok" if largest <= 0.9 else "above 0.9", "at most 0.9"),
        ("r_squared", "", r_squared, "", ""),
        ("adjusted_r_squared", "", 1 - (1 - r_squared) * (m.n - 1) / (m.n - len(A) - 1), "", ""),
        ("n", "", float(m.n), "", ""),
        ("n_effective", "", m.n_effective, "", ""),
    ]
    if asked is not None:
        gap = 1 - m.n / asked
        rows.append(("missing_share", "", gap, "ok" if gap <= 0.5 else "above 0.5", "at most half of the respondents left out"))
    return pd.DataFrame(rows, columns=["metric", "driver", "estimate", "verdict", "source"])
