"""The path model as a covariance structure (CB-SEM), by maximum likelihood: the cross-check of PLS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import ModelError, NotInStudyError, ParamsError, pick
from csat_lib.model.pls import check_analysable
from csat_lib.model.sem_admissible import close_pairs, improprieties
from csat_lib.model.sem_estimates import construct_covariances, implied, parameter_table, sandwich
from csat_lib.model.sem_fiml import check_covered, deviance, fiml, observed_curvature, patterns_of, saturated
from csat_lib.model.sem_fit_indices import Compared, fit_indices
from csat_lib.model.sem_model import Covariances, Objective, Specified, check_identified, likelihood, load, minimised, specify, starts
from csat_lib.stats import check_confidence, correlations, n_effective, numeric_columns, one_thread, row_weights
from csat_lib.study import Structure
from csat_lib.survey import Data, Rows, Survey, moments_of, rows_of

Array = npt.NDArray[np.float64]
Gaps = Literal["listwise", "fiml"]
Errors = Literal["expected", "robust"]
GAPS = {"listwise": "respondents who answered all items", "fiml": "all respondents, each with the items answered"}
ERRORS = {"expected": "expected information", "robust": "sandwich"}
SINGULAR = "One of the items is a linear combination of others: their covariances have no inverse. Take it out of the model."
SHOWN = ["estimate", "std_error", "unstandardised", "unstandardised_error", "z", "p_value", "conf_low", "conf_high"]


@dataclass(frozen=True, slots=True, eq=False)
class SemFit:
    """A covariance-based estimate of a path model.

    An inadmissible solution is no finding: its ``paths``, ``loadings``, ``residuals``, ``correlations`` and ``r_squared`` are NaN, and
    ``reasons`` say why. The numbers as computed stay in ``parameters``, for an appendix.

    Attributes
    ----------
    paths : DataFrame
        cause, effect, estimate (standardised) with std_error, conf_low, conf_high; unstandardised (in the unit of the first item) with
        unstandardised_error, and z and p_value, which test it.
    loadings : DataFrame
        construct, item, and the same; a construct of higher order has its parts as items.
    residuals : DataFrame
        item (or construct), other (itself: a variance; another: a covariance), estimate (share unexplained, or correlation of residuals),
        and the same.
    correlations : DataFrame
        Correlations of the constructs, (J, J).
    r_squared : Series
        Share of variance explained, indexed by effect.
    indices : DataFrame
        metric (n, n_effective, chi2, df, p_value, cfi, tli, rmsea, srmr, aic, bic), estimate, conf_low, conf_high, verdict, source.
    verdict, reasons : str, tuple of str
        "ok" or "inadmissible", and why.
    notes : tuple of str
        Approximations and cautions that a reader must be told.
    parameters : DataFrame
        kind, row, column and the columns of ``paths``: every parameter as computed, whatever the verdict.
    structure, missing, se : Structure, str, str
        The model; "listwise" or "fiml"; "expected", "robust" or "observed".
    """

    paths: pd.DataFrame
    loadings: pd.DataFrame
    residuals: pd.DataFrame
    correlations: pd.DataFrame
    r_squared: pd.Series
    indices: pd.DataFrame
    verdict: str
    reasons: tuple[str, ...]
    notes: tuple[str, ...]
    parameters: pd.DataFrame
    structure: Structure
    missing: str
    se: str


@dataclass(frozen=True, slots=True, eq=False)
class _Sample:
    """What is analysed: correlations (saturated ones where there are gaps), sd, and the scale of the likelihood."""

    R: Array
    sd: Array
    n: int
    n_effective: float
    objective: Objective
    saturated: float
    baseline: float
    means: int
    rows: Rows | None


@dataclass(frozen=True, slots=True, eq=False)
class _Solution:
    """Where the likelihood is greatest, what a further step would still gain, and how errors are to be given."""

    x: Array
    left: float
    se: str
    confidence: float


def fit_sem(
    data: Data,
    structure: Structure | None,
    *,
    missing: Gaps = "listwise",
    se: Errors = "expected",
    covariances: Covariances = (),
    confidence: float = 0.95,
) -> SemFit:
    """Estimate a path model by maximum likelihood on its covariances (Joereskog 1970); semopy holds the specification.

    Single items measure without error (loading 1, no residual); constructs without causes covary; residuals do not unless asked. Every
    construct is read as what its items share: ``notes`` name those that the model declares formative (mode B).

    Parameters
    ----------
    data : Survey, DataFrame or Moments
        Survey weights enter the covariances; chi2 and the errors then take the effective n, an approximation that ``notes`` state.
    structure : Structure
        The model; None, a study without a model, is refused.
    missing : {"listwise", "fiml"}
        Full information uses every answer, with free means and the observed information; it needs rows.
    se : {"expected", "robust"}
        Robust errors (sandwich with the expected information) hold for answers that are not normal, and take weights, strata and clusters
        as they are; they need rows. chi2 stays that of normal answers.
    covariances : sequence of (str, str)
        Pairs of items, or of constructs, whose residuals covary.
    confidence : float
        Of the intervals.

    Raises
    ------
    NotInStudyError
        ``structure`` is None.
    ParamsError
        An unknown word or name; Moments where rows are needed, or made pairwise or with means imputed.
    DataError
        A column is missing or not numeric; nobody answered two items together.
    ModelError
        A constant item, linearly dependent items, or a model that is not identified.
    """
    if structure is None:
        raise NotInStudyError("This study has no path model. Name one in its study.yaml, such as model: acsi.")
    check_confidence(confidence)
    pick(GAPS, missing, "rule for missing answers")
    pick(ERRORS, se, "standard errors")
    if missing == "fiml" and se == "robust":
        raise ParamsError("se='robust' is not available with missing='fiml'. Use one of them.")
    specified = specify(structure, covariances)
    with one_thread():
        check_identified(specified)
        sample = _with_gaps(data, specified) if missing == "fiml" else _complete(data, specified, se)
        start = starts(specified, sample.R)
        if missing == "fiml":
            start, _ = minimised(likelihood(specified), start)
        x, left = minimised(sample.objective, start)
        solution = _Solution(x, left, "observed" if missing == "fiml" else se, confidence)
        return _result(structure, specified, sample, solution, _formative(structure) + _notes(data, sample, se))


def _complete(data: Data, specified: Specified, se: str) -> _Sample:
    m = moments_of(data, specified.items)
    if m.missing != "listwise":
        raise ParamsError(f"fit_sem: the Moments were made with missing={m.missing!r}; maximum likelihood needs 'listwise'.")
    check_analysable(m)
    if m.n <= len(specified.items):
        raise ModelError(
            f"{m.n} respondents answered all of the model's {len(specified.items)} items: too few for the inverse of their "
            "covariances. Use fewer items, or more respondents."
        )
    R = correlations(m.covariance)
    _check_regular(R)
    load(specified, R, m.n_effective)
    sd = np.sqrt(np.diag(m.covariance) * (m.n - 1) / m.n)
    rows = None
    if se == "robust":
        found = rows_of(data, specified.items, purpose="A robust standard error")
        rows = Rows((found.X - m.mean) / sd, found.weights * (m.n / found.weights.sum()), found.units)
    baseline = -float(np.linalg.slogdet(R)[1])
    return _Sample(R, sd, m.n, m.n_effective, likelihood(specified), 0.0, baseline, 0, rows)


def _with_gaps(data: Data, specified: Specified) -> _Sample:
    if not isinstance(data, Survey | pd.DataFrame):
        raise ParamsError("missing='fiml' needs the rows, and Moments have none. Give the Survey or the DataFrame.")
    frame = data.responses if isinstance(data, Survey) else data
    w = data.weight_values if isinstance(data, Survey) else row_weights(frame, None)
    X = np.column_stack(numeric_columns(frame, specified.items))
    kept = (w > 0) & ~np.isnan(X).all(axis=1)
    X, w = X[kept], w[kept] / w[kept].mean()
    check_covered(X, specified.items)
    check_analysable(moments_of(data, specified.items, missing="mean"))
    mean, sd = (np.array([f(column[~np.isnan(column)]) for column in X.T]) for f in (np.mean, np.std))
    patterns = patterns_of((X - mean) / sd, w)
    try:
        _, R = saturated(patterns, X.shape[1])
    except np.linalg.LinAlgError:
        raise ModelError(SINGULAR) from None
    _check_regular(R)
    n = n_effective(w)
    load(specified, R, n)
    alone = [patterns_of(((X - mean) / sd)[:, [place]], w) for place in range(X.shape[1])]
    variances = [float(each[0].covariance[0, 0, 0]) for each in alone]
    weight = float(w.sum())
    free = sum(float(each[0].n[0]) / weight * (np.log(v) + 1) for each, v in zip(alone, variances, strict=True))
    best = deviance(patterns, R)[0]
    return _Sample(R, sd, len(X), n, fiml(specified, patterns), best, free - best, X.shape[1], None)


def _check_regular(S: Array) -> None:
    if not np.linalg.eigvalsh(S)[0] > 1e-10:
        raise ModelError(SINGULAR)


def _result(structure: Structure, specified: Specified, sample: _Sample, solution: _Solution, notes: list[str]) -> SemFit:
    x = solution.x
    H = observed_curvature(sample.objective, x) if sample.means else sample.objective[2](x)
    V = np.asarray(np.linalg.pinv(H, hermitian=True) * 2 / sample.n_effective, dtype=float)
    if sample.rows is not None:
        V = sandwich(specified, x, sample.rows, V * sample.n_effective / sample.n)
    with np.errstate(all="ignore"):
        table = parameter_table(specified, x, V, sample.sd, solution.confidence)
        C = construct_covariances(specified, x)
        reasons = improprieties(specified, table, x, left=solution.left, information=H)
    verdict = "inadmissible" if reasons else "ok"
    R = pd.DataFrame(correlations(C), index=list(structure.names), columns=list(structure.names))
    residual = table[(table["kind"] == "construct") & (table["row"] == table["column"])].set_index("row")["estimate"]
    effects = list(structure.drivers_of)
    r_squared = pd.Series(1 - residual[effects].to_numpy(), index=pd.Index(effects, name="effect"), name="r_squared")
    compared = _compared(specified, sample, x)
    return SemFit(
        paths=_finding(table, ["path"], {"column": "cause", "row": "effect"}, verdict),
        loadings=_finding(table, ["loading", "part"], {"column": "construct", "row": "item"}, verdict),
        residuals=_finding(table, ["construct", "item"], {"row": "item", "column": "other"}, verdict),
        correlations=R if verdict == "ok" else R * np.nan,
        r_squared=r_squared if verdict == "ok" else r_squared * np.nan,
        indices=fit_indices(compared, verdict=verdict),
        verdict=verdict,
        reasons=reasons,
        notes=tuple(notes + close_pairs(specified, C)),
        parameters=table,
        structure=structure,
        missing="fiml" if sample.means else "listwise",
        se=solution.se,
    )


def _compared(specified: Specified, sample: _Sample, x: Array) -> Compared:
    value, p = sample.objective[0](x), len(specified.items)
    Sigma = implied(specified, x)
    log_likelihood = np.nan
    if np.isclose(sample.n, sample.n_effective, rtol=1e-12) and not sample.means:
        logs = np.linalg.slogdet(Sigma)[1] + 2 * np.log(sample.sd).sum() + np.trace(np.linalg.solve(Sigma, sample.R))
        log_likelihood = -sample.n / 2 * (p * np.log(2 * np.pi) + float(logs))
    moments = p * (p + 1) // 2
    return Compared(
        chi2=max(sample.n_effective * (value - sample.saturated), 0.0),
        df=moments - specified.free,
        baseline_chi2=sample.n_effective * sample.baseline,
        baseline_df=p * (p - 1) // 2,
        n=sample.n,
        n_effective=sample.n_effective,
        observed=sample.R,
        implied=Sigma,
        log_likelihood=log_likelihood,
        parameters=specified.free + sample.means,
    )


def _finding(table: pd.DataFrame, kinds: list[str], names: Mapping[str, str], verdict: str) -> pd.DataFrame:
    """A part of the parameter table under its public names; NaN where the solution is inadmissible."""
    part = table[table["kind"].isin(kinds)].rename(columns=dict(names))[[*names.values(), *SHOWN]].reset_index(drop=True)
    return part if verdict == "ok" else part.assign(**dict.fromkeys(SHOWN, np.nan))


def _formative(structure: Structure) -> list[str]:
    """The constructs that their items form and that are estimated as if they caused them."""
    formed = [each.name for each in structure.constructs if each.mode == "B" and len(each.of or each.items) > 1]
    return [f"{name} is formative (mode B) in the model; here its items are read as its effects" for name in formed]


def _notes(data: Data, sample: _Sample, se: str) -> list[str]:
    found = []
    if not np.isclose(sample.n, sample.n_effective, rtol=1e-12):
        what = "chi2 and the indices take" if se == "robust" else "chi2, the indices and the standard errors take"
        found.append(
            f"survey weights: weighted covariances; {what} the effective n of {sample.n_effective:.0f} for {sample.n}, an approximation"
        )
    if se == "robust":
        found.append("robust standard errors; chi2 and the indices assume normal answers")
    elif isinstance(data, Survey) and any(each is not None for each in data.design()):
        found.append("strata and clusters are not in these standard errors; se='robust' takes them")
    return found
