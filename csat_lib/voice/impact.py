"""What a theme has to do with the score: share of mentions, gap, contribution, lift among detractors, LMG, trend.

Letters: t a theme, s_t the share of comments that mention it, g_t = mean score with mention - mean score without, w survey weights.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from csat_lib.drivers import importance
from csat_lib.errors import CsatError, ParamsError, nearest, pick
from csat_lib.index.design import Design, design_of, share_ends
from csat_lib.stats import check_confidence, z_value
from csat_lib.survey import Survey
from csat_lib.tracking.families import corrected
from csat_lib.voice.coding import Coding
from csat_lib.voice.sentiment import points

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
BASES = {"comments": "those who wrote a comment", "respondents": "everybody, the silent among those without a mention"}
DETRACTORS = 6  # of 0-10
MOST_DRIVERS = 16
FEWEST = 10
IMPACT = ["theme", "n", "share", "share_low", "share_high", "gap", "gap_low", "gap_high", "p_value", "p_adjusted"]
IMPACT += [
    "contribution",
    "contribution_low",
    "contribution_high",
    "lift",
    "lift_low",
    "lift_high",
    "lmg",
    "lmg_share",
    "n_others",
    "verdict",
    "correction",
]


def theme_impact(
    coding: Coding,
    survey: Survey,
    score: str,
    *,
    themes: Sequence[str] | None = None,
    base: str = "comments",
    recommend: str = "",
    confidence: float = 0.95,
    fewest: int = FEWEST,
) -> pd.DataFrame:
    """Every theme's share, gap, contribution, lift and LMG, the most costly first.

    The gap's interval is Welch's, with survey weights (linearised errors, degrees of freedom from the effective sizes). The contribution
    s_t g_t is what the mentions add to the mean: were those who mention the theme like the others, the mean would change by its negative.
    Verdicts allow for the number of themes: Holm for ten at most, Benjamini-Hochberg for more; intervals stand alone.
    It is association, not effect: who complains of queues may dislike other things too; LMG shares the score out between the themes.

    Parameters
    ----------
    coding : Coding
        Of this survey's comments.
    survey : Survey
        The answers on the same index, with weights, strata and clusters.
    score : str
        The item of the overall score.
    themes : sequence of str, optional
        Which; by default those with nothing below them.
    base : {"comments", "respondents"}
        Who stands in the denominators.
    recommend : str
        A 0-10 question whose 0-6 are detractors; "" takes the lowest answers of ``score``, up to 45 points of 100.
    confidence : float
        Of the intervals.
    fewest : int
        Themes mentioned by fewer, or left out by fewer, have neither gap nor what follows from it, and stay out of the LMG.

    Returns
    -------
    DataFrame
        theme, n (mentions with a score), share (0-1, share_low, share_high), gap (points of 0-100; gap_low, gap_high, p_value, p_adjusted),
        contribution (points; _low, _high), lift (share among detractors / share among all; _low, _high), lmg (explained variance),
        lmg_share, n_others, verdict ("costs points", "brings points", "within noise", "too few"),
        correction (the rule, and the number of themes it was made for).

    Raises
    ------
    ParamsError
        ``score`` is no item, or a theme or base is unknown.
    """
    pick(BASES, base, "base")
    check_confidence(confidence)
    survey.codebook.item(score)
    wanted = list(coding.themes.leaves if themes is None else themes)
    for each in wanted:
        coding.themes.theme(each)
    y = points(survey, score)
    said = coding.dummies()[wanted].reindex(survey.responses.index, fill_value=False)
    here = y.notna().to_numpy() & (survey.weight_values > 0)
    if base == "comments":
        here &= survey.responses.index.isin(coding.comments.index)
    unhappy = _detractors(survey, y, recommend)
    design = design_of(survey)
    rows = [
        {"theme": name, **_one(design, y.to_numpy(dtype=float), said[name].to_numpy(), here, unhappy, confidence, fewest)}
        for name in wanted
    ]
    table = pd.DataFrame(rows).merge(_lmg(y, said, here, survey, fewest), on="theme", how="left") if rows else pd.DataFrame(columns=IMPACT)
    table = corrected(table.reindex(columns=IMPACT).astype({"p_value": float}))[IMPACT]
    table.loc[table["p_adjusted"] >= 1 - confidence, "verdict"] = "within noise"
    return table.sort_values("contribution", kind="stable", na_position="last", ignore_index=True)


def theme_trend(
    codings: Mapping[str, Coding], surveys: Mapping[str, Survey], *, themes: Sequence[str] | None = None, confidence: float = 0.95
) -> pd.DataFrame:
    """The share of comments that mention each theme, period by period.

    Parameters
    ----------
    codings, surveys : mapping of str
        Period -> coding and survey, oldest first.
    themes : sequence of str, optional
        Which; by default those with nothing below them.
    confidence : float
        Of the intervals (Wilson, on the n of a simple sample with the same standard error).

    Returns
    -------
    DataFrame
        period, theme, metric (the theme), kind ("share"), estimate (per cent of the comments, weighted), std_error, conf_low, conf_high,
        mentions, n (comments), n_effective.
    """
    check_confidence(confidence)
    rows = []
    for period, coding in codings.items():
        survey = surveys[period]
        design = design_of(survey)
        here = survey.responses.index.isin(coding.comments.index)
        said = coding.dummies().reindex(survey.responses.index, fill_value=False)
        for name in coding.themes.leaves if themes is None else themes:
            found = design.mean(100.0 * said[name].to_numpy(), here)
            ends = share_ends(found, confidence) if found.n else (np.nan, np.nan)
            count = int((said[name].to_numpy() & here).sum())
            rows.append((period, name, name, "share", found.estimate, found.std_error, *ends, count, found.n, found.n_effective))
    columns = ["period", "theme", "metric", "kind", "estimate", "std_error", "conf_low", "conf_high", "mentions", "n", "n_effective"]
    return pd.DataFrame(rows, columns=columns)


def _one(  # noqa: PLR0917  what all themes share, and the level
    design: Design, y: Array, said: Mask, here: Mask, unhappy: Mask, confidence: float, least: int
) -> dict[str, object]:
    one, rest = here & said, here & ~said
    share = design.mean(np.where(said, 100.0, 0.0), here)
    ends = share_ends(share, confidence) if share.n else (np.nan, np.nan)
    found: dict[str, object] = {"n": int(one.sum()), "n_others": int(rest.sum()), "share": share.estimate / 100}
    found |= {"share_low": ends[0] / 100, "share_high": ends[1] / 100, "verdict": "too few"}
    if min(one.sum(), rest.sum()) < least:
        return found
    found |= _gap(design, y, one, rest, confidence)
    found |= _contribution(design, y, here, rest, confidence)
    return found | _lift(design, said, here, here & unhappy, confidence)


def welch(design: Design, y: Array, one: Mask, rest: Mask, confidence: float) -> tuple[float, float, float]:
    """The gap between two groups' means, half of its interval's width, and p.

    Errors added, Satterthwaite's degrees of freedom from the effective sizes; with strata or clusters, the linearised error.

    Parameters
    ----------
    design : Design
        Weights, strata and clusters.
    y : ndarray
        The variable.
    one, rest : ndarray of bool
        The groups.
    confidence : float
        Of the interval.
    """
    a, b = design.mean(y, one), design.mean(y, rest)
    va, vb = a.std_error**2, b.std_error**2
    error = float(np.sqrt(va + vb))
    df = (va + vb) ** 2 / (va**2 / max(a.n_effective - 1, 1) + vb**2 / max(b.n_effective - 1, 1)) if error > 0 else np.inf
    if design.cluster is not None or design.strata is not None:
        error, df = design.error_of(design.linearised(y, one) - design.linearised(y, rest)), design.degrees
    gap = a.estimate - b.estimate
    p = float(2 * stats.t.sf(abs(gap) / error, df)) if error > 0 else np.nan
    return gap, float(stats.t.ppf(0.5 + confidence / 2, df)) * error, p


def _gap(design: Design, y: Array, one: Mask, rest: Mask, confidence: float) -> dict[str, object]:
    gap, half, p = welch(design, y, one, rest, confidence)
    verdict = "brings points" if gap > half else "costs points" if gap < -half else "within noise"
    return {"gap": gap, "gap_low": gap - half, "gap_high": gap + half, "p_value": p, "verdict": verdict}


def _contribution(design: Design, y: Array, here: Mask, rest: Mask, confidence: float) -> dict[str, object]:
    """s_t g_t = mean of all - mean of those without a mention, with the linearised error of that difference."""
    value = design.mean(y, here).estimate - design.mean(y, rest).estimate
    half = z_value(confidence) * design.error_of(design.linearised(y, here) - design.linearised(y, rest))
    return {"contribution": value, "contribution_low": value - half, "contribution_high": value + half}


def _lift(design: Design, said: Mask, here: Mask, unhappy: Mask, confidence: float) -> dict[str, object]:
    """p_D / p with the delta method on its logarithm."""
    x = said.astype(float)
    among, everywhere = design.mean(x, unhappy), design.mean(x, here)
    if among.n == 0 or among.estimate <= 0 or everywhere.estimate <= 0:
        return {"lift": 0.0 if among.n else np.nan, "lift_low": np.nan, "lift_high": np.nan}
    u = design.linearised(x, unhappy) / among.estimate - design.linearised(x, here) / everywhere.estimate
    lift, half = among.estimate / everywhere.estimate, z_value(confidence) * design.error_of(u)
    return {"lift": lift, "lift_low": lift * float(np.exp(-half)), "lift_high": lift * float(np.exp(half))}


def _detractors(survey: Survey, y: pd.Series, recommend: str) -> Mask:
    if not recommend:
        return (y <= 45).to_numpy()
    if recommend not in survey.responses:
        raise ParamsError(f"recommend: no item {recommend!r} in the survey.{nearest(recommend, map(str, survey.responses.columns))}")
    if survey.scale[recommend] != (0, 10):
        raise ParamsError(f"recommend: {recommend!r} is not a 0-10 question; its scale is {survey.scale[recommend]}.")
    return (survey.responses[recommend] <= DETRACTORS).to_numpy()


def _lmg(y: pd.Series, said: pd.DataFrame, here: Mask, survey: Survey, fewest: int) -> pd.DataFrame:
    """LMG of the score on the dummies of themes that are mentioned, and left out, often enough; the most frequent where there are many."""
    counts = said[here].sum()
    enough = counts[(counts >= max(fewest, 2)) & (counts <= here.sum() - max(fewest, 2))].sort_values(ascending=False, kind="stable")
    drivers = [str(name) for name in enough.index[:MOST_DRIVERS]]
    nothing = pd.DataFrame({"theme": pd.Series(dtype=object), "lmg": pd.Series(dtype=float), "lmg_share": pd.Series(dtype=float)})
    if not drivers:
        return nothing
    frame = said.loc[here, drivers].astype(float).assign(_score=y[here])
    weights = None if survey.weights is None else survey.weights[here]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the table leaves a constant or doubled theme empty, which says the same
        try:
            found = importance(frame, "_score", drivers, weights=weights)
        except CsatError:
            return nothing
    return found.rename(columns={"driver": "theme", "estimate": "lmg", "share": "lmg_share"})[["theme", "lmg", "lmg_share"]]
