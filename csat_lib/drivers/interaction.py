"""Do the slopes of a driver regression differ between groups at all: one test before the cells are looked at."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

Array = npt.NDArray[np.float64]
COLUMNS = ["test", "groups", "statistic", "df_model", "df_residual", "p_value", "n", "verdict"]


def interaction_test(X: Array, y: Array, w: Array, group: Array, *, drivers: int, cluster: Array | None, confidence: float) -> pd.DataFrame:
    """F test of equal slopes in all groups, each group with a level of its own.

    Without weights and clusters the classical F of two nested regressions; with them the Wald F with a covariance that is robust to
    heteroscedasticity (HC1, White 1980) or to the clusters. Strata are not used, which errs on the side of caution.

    Parameters
    ----------
    X, y, w : ndarray
        Controls and drivers (n, p), outcome (n,), survey weights (n,).
    group : ndarray of int
        0..G-1 for each row.
    drivers : int
        How many columns of X, the last ones, may differ between groups; controls before them may not.
    cluster : ndarray of int, optional
        The sampling unit of each row.
    confidence : float
        Of the verdict.

    Returns
    -------
    DataFrame
        One row: test, groups, statistic, df_model, df_residual, p_value, n, verdict; no row with one group, or fewer clusters than slopes.
    """
    import statsmodels.api as sm

    G = int(group.max()) + 1
    Z = (X - X.mean(axis=0)) / np.where(X.std(axis=0) > 0, X.std(axis=0), 1.0)
    member = (group[:, None] == np.arange(G)).astype(float)
    own = Z[:, Z.shape[1] - drivers :]
    steps = (member[:, 1:, None] * own[:, None, :]).reshape(len(y), -1)
    tested = steps.shape[1]
    if G < 2 or (cluster is not None and len(np.unique(cluster)) <= tested):
        return pd.DataFrame(columns=COLUMNS)
    design = np.column_stack([member, Z, steps])
    plain = cluster is None and bool(np.ptp(w) <= 1e-12 * w.max())
    model = sm.WLS(y, design, weights=w / w.mean())
    if cluster is not None:
        fitted, name = model.fit(cov_type="cluster", cov_kwds={"groups": cluster}, use_t=True), "Wald F, clusters"
    elif plain:
        fitted, name = model.fit(), "F"
    else:
        fitted, name = model.fit(cov_type="HC1", use_t=True), "Wald F, HC1"
    found = fitted.f_test(np.eye(design.shape[1])[-tested:])
    p_value = float(found.pvalue)
    verdict = "slopes differ" if p_value < 1 - confidence else "no difference shown"
    row = (name, G, float(found.fvalue), float(found.df_num), float(found.df_denom), p_value, len(y), verdict)
    return pd.DataFrame([row], columns=COLUMNS)
