"""The same paths by PLS, consistent PLS and covariance structure: where they agree, and which of them cannot be believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csat_lib.errors import DataError, ModelError, ParamsError
from csat_lib.model.consistent import consistent
from csat_lib.model.pls import PlsFit, fit_pls
from csat_lib.model.sem import SemFit, fit_sem
from csat_lib.model.sem_model import Covariances
from csat_lib.stats import Moments, remembered
from csat_lib.study import Structure
from csat_lib.survey import Data

ESTIMATORS = ("pls", "plsc", "cbsem")
NOTHING = 0.05
APART = 0.1  # standardised paths further apart than this are said to differ; ours

Column = tuple[pd.DataFrame | None, str, tuple[str, ...], str, int | None]  # paths as computed, verdict, reasons, missing rule, n


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Standardised paths by three estimators.

    Attributes
    ----------
    paths : DataFrame
        cause, effect, pls, plsc, cbsem (NaN in a column whose estimator is not ok), plsc_less_pls, cbsem_less_pls, cbsem_less_plsc,
        verdict: "agree", "opposite signs", "more than 0.1 apart", both, or "no second estimate".
    verdicts : DataFrame
        estimator, verdict (ok, doubtful, inadmissible, not estimated), reason: a row a reason, one with none where it is ok; missing (the
        rule for missing answers: listwise, pairwise, mean, fiml) and n (respondents; NaN of what is not estimated).
    appendix : DataFrame
        cause, effect, pls, plsc, cbsem as computed, whatever the verdict: never a finding.
    """

    paths: pd.DataFrame
    verdicts: pd.DataFrame
    appendix: pd.DataFrame


@remembered
def compare_estimators(
    data: Data,
    structure: Structure,
    *,
    how: Mapping[str, object] | None = None,
    covariances: Covariances = (),
) -> Comparison:
    """Estimate a model three ways, and say where the answers part.

    PLS and consistent PLS are those of ``how``, with its rule for missing answers. The covariance structure takes the respondents who
    answered all items where that rule is listwise, and every answer (full information) where it is another. It reads items as effects
    of their construct, so that it is not estimated where ``how`` or the model has a construct of several items in mode B.

    Parameters
    ----------
    data : Survey, DataFrame or Moments
        As for ``fit_pls``.
    structure : Structure
        The model.
    how : mapping, optional
        Options of ``fit_pls``: scheme, metric, mode, missing and the rest; ``Study.pls`` are those of a study.
    covariances : sequence of (str, str)
        Residual covariances of the covariance structure.

    Raises
    ------
    DataError, ParamsError
        What ``fit_pls`` refuses.
    ModelError
        PLS has no answer, so there is nothing to compare.
    """
    pls = fit_pls(data, structure, **(how or {}))  # type: ignore[arg-type]
    columns: dict[str, Column] = {
        "pls": (pls.paths, "ok", (), pls.moments.missing, _rows(pls)),
        "plsc": _consistent(pls),
        "cbsem": _covariance_based(data, structure, covariances, pls),
    }
    computed = pd.DataFrame(structure.paths, columns=["cause", "effect"])
    for name, (paths, *_) in columns.items():
        found = pd.Series(dtype=float) if paths is None else paths.set_index(["cause", "effect"])["estimate"]
        computed[name] = [float(found.get(path, np.nan)) for path in structure.paths]
    shown = computed.copy()
    for name, (_, verdict, *_) in columns.items():
        if verdict != "ok":
            shown[name] = np.nan
    shown["plsc_less_pls"] = shown["plsc"] - shown["pls"]
    shown["cbsem_less_pls"] = shown["cbsem"] - shown["pls"]
    shown["cbsem_less_plsc"] = shown["cbsem"] - shown["plsc"]
    shown["verdict"] = [agreement(*row) for row in shown[list(ESTIMATORS)].to_numpy(dtype=float)]
    said = [
        (name, verdict, reason, missing, n) for name, (_, verdict, reasons, missing, n) in columns.items() for reason in reasons or ("",)
    ]
    return Comparison(shown, pd.DataFrame(said, columns=["estimator", "verdict", "reason", "missing", "n"]), computed)


def agreement(*estimates: float) -> str:
    """Whether estimates of one path have one sign and lie within 0.1 of each other; NaN ones do not count.

    Estimates on both sides of zero that lie within 0.05 of each other agree that there is nothing.

    >>> agreement(0.45, 0.58, np.nan), agreement(0.02, -0.04, -0.01), agreement(0.01, -0.01), agreement(0.3, np.nan, np.nan)
    ('more than 0.1 apart', 'opposite signs', 'agree', 'no second estimate')
    """
    known = np.array([each for each in estimates if np.isfinite(each)])
    if len(known) < 2:
        return "no second estimate"
    faults = []
    if known.min() < 0 < known.max() and np.ptp(known) > NOTHING:
        faults.append("opposite signs")
    if np.ptp(known) > APART:
        faults.append(f"more than {APART:g} apart")
    return ", ".join(faults) or "agree"


def _consistent(pls: PlsFit) -> Column:
    try:
        found = consistent(pls)
    except (ModelError, ParamsError) as error:
        return None, "not estimated", (str(error),), pls.moments.missing, None
    return found.fit.paths, found.verdict, found.reasons, pls.moments.missing, _rows(pls)


def _rows(pls: PlsFit) -> int:
    """The respondents of a fit, those with gaps among them."""
    return pls.observed.n if pls.observed.pairs is None else pls.observed.pairs.rows


def _covariance_based(data: Data, structure: Structure, covariances: Covariances, pls: PlsFit) -> Column:
    missing = "listwise" if pls.moments.missing == "listwise" else "fiml"
    faults = _formative(structure, pls)
    if missing == "fiml" and isinstance(data, Moments):
        faults += [f"the Moments were made with missing={pls.moments.missing!r}, and full information needs the rows"]
    if faults:
        return None, "not estimated", tuple(faults), missing, None
    try:
        found: SemFit = fit_sem(data, structure, missing=missing, covariances=covariances)  # type: ignore[arg-type]
    except (DataError, ModelError) as error:
        return None, "not estimated", (str(error),), missing, None
    computed = found.parameters[found.parameters["kind"] == "path"].rename(columns={"column": "cause", "row": "effect"})
    n = int(found.indices.loc[found.indices["metric"] == "n", "estimate"].to_numpy(dtype=float)[0])
    return computed, found.verdict, found.reasons, missing, n


def _formative(structure: Structure, pls: PlsFit) -> list[str]:
    """The blocks of several items, or parts, that were estimated in mode B."""
    modes = {**(pls.first.modes if pls.first else {}), **pls.modes}
    several = [each.name for each in structure.constructs if len(each.of or each.items) > 1]
    return [f"{name} is formative (mode B)" for name in several if modes[name] == "B"]
