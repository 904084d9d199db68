"""Consistent PLS: what the paths would be between constructs measured without error, and whether that can be believed.

Letters: R correlations of construct scores, Q = sqrt(reliability) of each, R* = R_ij / (Q_i Q_j) disattenuated.
Source: Dijkstra & Henseler 2015, MIS Quarterly 39(2), 297-316.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from csat_lib.errors import ParamsError
from csat_lib.model.explained import inflation
from csat_lib.model.kernel import design_of, regressions
from csat_lib.model.pls import PlsFit, analysed
from csat_lib.model.reliability import common_share, rho_a

CLOSE = 0.95
STEEP = 1.0
INFLATED = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Consistent:
    """Consistent PLS estimates and whether they are admissible.

    Attributes
    ----------
    fit : PlsFit
        The fit with corrected paths, loadings, r_squared and correlations (of the constructs); weights and moments as they were.
        NaN where a correction does not exist.
    verdict : {"ok", "doubtful", "inadmissible"}
        Reports withhold what is not ok.
    reasons : tuple of str
        What speaks against it, the gravest first; empty when ok.
    reliability : DataFrame
        construct, metric (rho_a, single_item, mode_b), estimate: what the scores were divided by. A single item and a block in mode B
        count as measured without error, for nothing in the data says otherwise.
    """

    fit: PlsFit
    verdict: str
    reasons: tuple[str, ...]
    reliability: pd.DataFrame


def consistent(fit: PlsFit) -> Consistent:
    """Correct a PLS fit for the unreliability of its scores (Dijkstra & Henseler 2015).

    Every block of several items in mode A is read as measuring one common factor. Inadmissible: construct correlations that are not
    positive definite or reach 1, rho_A not between 0 and 1, a negative residual variance of an item or a construct. Doubtful: a
    construct correlation above .95, a path beyond 1, a variance inflation above 10. The numbers are kept whatever the verdict.

    Raises
    ------
    ParamsError
        The fit has no block that could be corrected.
    """
    reliability = score_reliability(fit)
    if not (reliability["metric"] == "rho_a").any():
        raise ParamsError("Consistent PLS corrects blocks of several items in mode A, and this model has none.")
    rho = reliability["estimate"].to_numpy(dtype=float)
    Q = np.sqrt(np.where(rho > 0, rho, np.nan))
    R = fit.correlations.to_numpy(dtype=float) / np.outer(Q, Q)
    np.fill_diagonal(R, 1.0)
    B, r_squared = regressions(R[:, :, None], design_of(fit.structure, dict(fit.modes)))
    place = {name: number for number, name in enumerate(fit.structure.names)}
    new = replace(
        fit,
        paths=fit.paths.assign(estimate=[float(B[place[cause], place[effect], 0]) for cause, effect in fit.structure.paths]),
        loadings=fit.loadings.assign(estimate=_loadings(fit)),
        r_squared=pd.Series(
            [float(r_squared[place[str(effect)], 0]) for effect in fit.r_squared.index], fit.r_squared.index, name="r_squared"
        ),
        correlations=pd.DataFrame(R, index=fit.correlations.index, columns=fit.correlations.columns),
        estimator="PLSc",
    )
    impossible = _impossible(new, reliability)
    reasons = (*impossible, *_suspicious(new))
    verdict = "inadmissible" if impossible else "doubtful" if reasons else "ok"
    return Consistent(new, verdict, reasons, reliability)


def score_reliability(fit: PlsFit) -> pd.DataFrame:
    """Reliability of every construct's score as consistent PLS takes it.

    Returns
    -------
    DataFrame
        construct, metric (rho_a; single_item and mode_b are taken as 1), estimate.
    """
    weights = fit.weights.set_index("item")["estimate"]
    rows: list[tuple[str, str, float]] = []
    for each in fit.structure.constructs:
        if len(each.items) == 1:
            rows.append((each.name, "single_item", 1.0))
        elif fit.modes[each.name] == "B":
            rows.append((each.name, "mode_b", 1.0))
        else:
            S = analysed(fit.moments.of(each.items).covariance, fit.metric)
            rows.append((each.name, "rho_a", rho_a(S, weights[list(each.items)].to_numpy(dtype=float))))
    return pd.DataFrame(rows, columns=["construct", "metric", "estimate"])


def _loadings(fit: PlsFit) -> list[float]:
    """Loadings c w of blocks in mode A, in units of the items' standard deviation; the others keep theirs."""
    found: list[float] = []
    for each in fit.structure.constructs:
        here = fit.weights["construct"] == each.name
        if len(each.items) == 1 or fit.modes[each.name] == "B":
            found += fit.loadings.loc[here, "estimate"].tolist()
            continue
        w = fit.weights.loc[here, "estimate"].to_numpy(dtype=float)
        S = analysed(fit.moments.of(each.items).covariance, fit.metric)
        share = common_share(S, w)
        found += (np.sqrt(share if share > 0 else np.nan) * w / np.sqrt(np.diag(S))).tolist()
    return found


def _impossible(fit: PlsFit, reliability: pd.DataFrame) -> list[str]:
    """What cannot be true of any population."""
    said = []
    for name, metric, rho in reliability[["construct", "metric", "estimate"]].itertuples(index=False):
        if metric == "rho_a" and not 0 < rho <= 1:
            said.append(f"rho_A of {name} is {rho:.3f}; a reliability lies between 0 and 1")
    said += [f"the correlation of {one} and {other} is {r:.3f}" for one, other, r in _correlated(fit) if abs(r) >= 1]
    R = fit.correlations.to_numpy(dtype=float)
    if np.isfinite(R).all() and (least := float(np.linalg.eigvalsh(R)[0])) <= 0:
        said.append(f"the correlations of the constructs are not positive definite (smallest eigenvalue {least:.3f})")
    said += [f"R squared of {effect} is {value:.3f}" for effect, value in fit.r_squared.items() if value > 1]
    said += [
        f"the loading of {item} is {value:.3f}, its residual variance negative"
        for item, value in fit.loadings[["item", "estimate"]].itertuples(index=False)
        if abs(value) > 1 + 1e-9
    ]
    return said


def _suspicious(fit: PlsFit) -> list[str]:
    """What may be true and is more often a sign that constructs cannot be told apart."""
    said = [f"the correlation of {one} and {other} is {r:.3f}" for one, other, r in _correlated(fit) if CLOSE < abs(r) < 1]
    said += [
        f"the path {cause} -> {effect} is {value:.3f}"
        for cause, effect, value in fit.paths[["cause", "effect", "estimate"]].itertuples(index=False)
        if abs(value) > STEEP
    ]
    for effect, causes in fit.structure.drivers_of.items():
        factors = inflation(fit.correlations.loc[list(causes), list(causes)].to_numpy(dtype=float))
        said += [
            f"the variance inflation of {cause} as a cause of {effect} is {factor:.1f}"
            for cause, factor in zip(causes, factors, strict=True)
            if factor > INFLATED
        ]
    return said


def _correlated(fit: PlsFit) -> list[tuple[str, str, float]]:
    names, R = fit.structure.names, fit.correlations.to_numpy(dtype=float)
    return [(names[a], names[b], float(R[a, b])) for a, b in zip(*np.triu_indices(len(R), 1), strict=True)]
