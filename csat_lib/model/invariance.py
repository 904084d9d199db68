"""Is a construct the same in two groups? The three steps of MICOM, by permutation, batched over the exchanges.

Letters: w (P, B) outer weights of a half, S covariance of all rows as analysed, c (J, B) correlation over all rows of the scores that the
two halves' weights make. Source: Henseler, Ringle & Sarstedt 2016, International Marketing Review 33(3), 405-431.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import ModelError, ParamsError, pick, whole
from csat_lib.model.exchange import Pair, exchanges, halves, pair_of
from csat_lib.model.pls import Metric, Scheme, analysed
from csat_lib.stats import check_confidence, one_thread, percentile_interval
from csat_lib.study import Item, Structure
from csat_lib.survey import Data, Survey

Array = npt.NDArray[np.float64]
Purpose = Literal["means", "paths", "pooling"]
PURPOSES = {"means": "The means", "paths": "The paths", "pooling": "The pooled answers"}
MARGIN = 0.95  # large samples reject trifles: weights whose scores correlate by this much measure the same thing
AGAINST = 0.2  # a loading beyond this on either side of zero points somewhere
UNEVEN = 2 / 3  # of the larger n_effective / n: below it weights are spread too differently to be exchanged without a word
SAME = 1e-12  # a correlation is known to this, whatever the order of the rows
COLUMNS = ["step", "construct", "metric", "estimate", "conf_low", "conf_high", "p_value", "verdict"]


@dataclass(frozen=True, slots=True, eq=False)
class Invariance:
    """What may be compared between two groups.

    Attributes
    ----------
    steps : DataFrame
        step (configural, compositional, equal mean, equal variance), construct, metric, estimate, conf_low, conf_high, p_value, verdict.
        The estimates: the correlation c; the difference of mean scores, first less second, in standard deviations of both groups
        together; the logarithm of the ratio of variances. conf_low and conf_high hold what exchanged respondents give.
    verdicts : Series
        construct -> none, partial (means and paths may be compared) or full (the answers may also be pooled).
    verdict : str
        The weakest of them.
    reasons : dict of str to str
        construct -> why it is none.
    exchanged : str
        Who changed places: respondents, or whole clusters, and within what.
    n : (int, int)
        Complete rows of each group.
    permutations, degenerate, seed : int
        Exchanges made, those without an estimate, and the seed.
    confidence : float
        Of the tests and intervals.
    notes : tuple of str
        What a reader must be told of the test.
    """

    steps: pd.DataFrame
    verdicts: pd.Series
    verdict: str
    reasons: dict[str, str]
    exchanged: str
    n: tuple[int, int]
    permutations: int
    degenerate: int
    seed: int
    confidence: float
    notes: tuple[str, ...] = ()


def micom(
    first: Data,
    second: Data,
    structure: Structure,
    *,
    permutations: int = 1000,
    seed: int,
    confidence: float = 0.95,
    scheme: Scheme = "path",
    metric: Metric = "standardised",
    mode: str | Mapping[str, str] | None = None,
    tolerance: float = 1e-7,
    max_iterations: int = 300,
) -> Invariance:
    """Measurement invariance of composites between two groups, in three steps (Henseler, Ringle & Sarstedt 2016).

    1. Configural: the same items, asked with the same words on the same scale, that load with the same sign.
    2. Compositional: c, the correlation over all rows of the scores made with each group's weights. A construct passes when exchanged
       respondents do not reject c = 1, or when c is at least .95, since large samples reject trifles; both stand in the table.
    3. Equal means and variances of the scores that the weights of all rows together make.

    Parameters
    ----------
    first, second : Survey or DataFrame
        The groups. Survey weights belong to respondents and move with them; in each group they have mean 1. Where weights are spread
        much more in one group, exchanged groups are weighted more evenly than the real ones, and the tests reject too often: ``notes``
        say so where n_effective / n differs by more than a third.
    structure : Structure
        The model.
    permutations : int
        Exchanges, at least 100.
    seed : int
        The numbers depend on it and on the numbers of rows alone.
    confidence : float
        Of the tests and intervals.
    scheme, metric, mode, tolerance, max_iterations
        As in ``fit_pls``.

    Raises
    ------
    ParamsError
        Moments were given, too few permutations, or a structure with higher-order constructs.
    DataError, ModelError
        A group has no model of its own, or most exchanges have none.
    """
    check_test(permutations, seed, confidence)
    how = {"scheme": scheme, "metric": metric, "mode": mode, "tolerance": tolerance, "max_iterations": max_iterations}
    pair = pair_of(first, second, structure, how, purpose="Measurement invariance")
    with one_thread():
        found = _statistics(pair, pair.first[:, None])
        parts = [_statistics(pair, member.T) for member in exchanges(pair, permutations, seed)]
    null = {name: np.concatenate([part[name] for part in parts], axis=1) for name in found}
    lost = int(np.isnan(null["c"]).any(axis=0).sum())
    if lost > permutations / 2:
        raise ModelError(f"{lost} of {permutations} exchanges could not be estimated: the groups are too small or an item hardly varies.")
    steps = pd.concat([_configural(first, second, pair), _tested(pair, found, null, confidence)], ignore_index=True)
    n = int(pair.first.sum())
    sizes, notes = (n, len(pair.first) - n), _notes(pair)
    return judged(Invariance(steps, pd.Series(dtype=str), "", {}, pair.exchanged, sizes, permutations, lost, seed, confidence, notes))


def check_test(permutations: int, seed: int, confidence: float) -> None:
    """Refuse what no permutation test can be made of."""
    whole(permutations, "permutations", least=100)
    whole(seed, "seed", least=0)
    check_confidence(confidence)


def _notes(pair: Pair) -> tuple[str, ...]:
    even = [fit.moments.n_effective / fit.moments.n for fit in pair.fits]
    if min(even) > UNEVEN * max(even):
        return ()
    said = " and ".join(f"{share:.2f}" for share in even)
    return (f"the weights are spread unlike in the two groups (n_effective / n is {said}): the tests reject too often",)


def judged(found: Invariance) -> Invariance:
    """The same numbers with every verdict drawn from the p-values in ``steps``, which may have been corrected for multiplicity."""
    steps = found.steps.copy()
    failed = steps.loc[(steps["step"] == "configural") & (steps["verdict"] != "same"), "construct"]
    tested = steps["step"] != "configural"
    steps.loc[tested, "verdict"] = [
        _verdict(str(step), float(p), float(estimate), 1 - found.confidence)
        for step, p, estimate in steps.loc[tested, ["step", "p_value", "estimate"]].to_numpy()
    ]
    idle = tested & steps["construct"].isin(failed)
    steps.loc[idle, "verdict"] = "not tested"
    steps.loc[idle, ["estimate", "conf_low", "conf_high", "p_value"]] = np.nan
    verdicts, reasons = {}, {}
    for name, own in steps.groupby("construct", sort=False):
        said = own.set_index("step")["verdict"]
        if said["configural"] != "same":
            reasons[str(name)] = said["configural"]
        elif said["compositional"].startswith("differs"):
            c = own.loc[own["step"] == "compositional", "estimate"].iloc[0]
            reasons[str(name)] = f"the groups weigh its items differently (c = {c:.3f})"
        equal = (said[["equal mean", "equal variance"]] == "equal").all()
        verdicts[str(name)] = "none" if str(name) in reasons else "full" if equal else "partial"
    series = pd.Series(verdicts, name="verdict").rename_axis("construct")
    weakest = next(word for word in ("none", "partial", "full") if (series == word).any())
    return replace(found, steps=steps, verdicts=series, verdict=weakest, reasons=reasons)


def require_invariance(invariance: Invariance, construct: str, purpose: Purpose) -> None:
    """Refuse, by name, a comparison that ``invariance`` forbids.

    Parameters
    ----------
    invariance : Invariance
        Of the two groups.
    construct : str
        What would be compared.
    purpose : {"means", "paths", "pooling"}
        Means and paths need steps 1 and 2, pooling needs step 3 too.

    Raises
    ------
    ModelError
        The construct is not the same in both groups.
    """
    what = pick(PURPOSES, purpose, "purpose")
    if construct not in invariance.verdicts:
        raise ParamsError(f"No construct {construct!r} in the invariance result. There are: {', '.join(invariance.verdicts.index)}.")
    if construct in invariance.reasons:
        raise ModelError(f"{what} of {construct} cannot be compared between these groups: {invariance.reasons[construct]}.")
    if purpose == "pooling" and invariance.verdicts[construct] != "full":
        raise ModelError(f"{what} of {construct} are of two kinds: its mean or its variance differs between the groups. Keep them apart.")


def _verdict(step: str, p: float, estimate: float, alpha: float) -> str:
    """What one test says; p is NaN where a single item leaves nothing to test."""
    if step != "compositional":
        return "equal" if not p < alpha else "differs"
    if np.isnan(p):
        return "same by construction: one item"
    if p >= alpha:
        return "same"
    return "same within the margin" if estimate >= MARGIN else "differs"


def _statistics(pair: Pair, member: Array) -> dict[str, Array]:
    """c, difference of mean scores and log ratio of variances, (J, B) each, for memberships (n, B)."""
    fit = pair.pooled
    (one, mean_1, cov_1), (two, mean_2, cov_2) = halves(pair, member.T)
    S = analysed(fit.moments.covariance, fit.metric)
    w = fit.raw_weights
    J = len(pair.design.blocks)
    c, difference, ratio = np.empty((3, J, member.shape[1]))
    with np.errstate(all="ignore"):
        for place, block in enumerate(pair.design.blocks):
            a, b, here = one.w[block], two.w[block], S[block, block]
            spread = np.sqrt((a * (here @ a)).sum(axis=0) * (b * (here @ b)).sum(axis=0))
            c[place] = (a * (here @ b)).sum(axis=0) / spread
            difference[place] = w[block] @ (mean_1[block] - mean_2[block])
            v1, v2 = (np.einsum("p,pqb,q->b", w[block], cov[block, block], w[block]) for cov in (cov_1, cov_2))
            ratio[place] = np.log(v1 / v2)
    lost = ~np.isfinite(one.w).all(axis=0) | ~np.isfinite(two.w).all(axis=0)
    for values in (c, difference, ratio):
        values[:, lost] = np.nan
    return {"c": c, "difference": difference, "ratio": ratio}


def _tested(pair: Pair, found: Mapping[str, Array], null: Mapping[str, Array], confidence: float) -> pd.DataFrame:
    """Steps 2 and 3 with the quantiles of the exchanges; verdicts come later."""
    rows: list[tuple[object, ...]] = []
    usable = {name: values[:, np.isfinite(null["c"]).all(axis=0)] for name, values in null.items()}
    B = usable["c"].shape[1]
    for place, each in enumerate(pair.pooled.structure.constructs):
        c, drawn = float(found["c"][place, 0]), usable["c"][place]
        single = len(each.items) == 1
        p = np.nan if single else (1 + int((drawn <= c + SAME).sum())) / (B + 1)
        low = 1.0 if single else float(np.quantile(drawn, 1 - confidence))
        rows.append(("compositional", each.name, "c", 1.0 if single else c, low, 1.0, p, ""))
        for step, metric in (("equal mean", "difference"), ("equal variance", "ratio")):
            value, drawn = float(found[metric][place, 0]), usable[metric][place]
            ends = percentile_interval(drawn, confidence)
            p = (1 + int((np.abs(drawn) >= abs(value) - SAME).sum())) / (B + 1)
            word = "mean_difference" if metric == "difference" else "log_variance_ratio"
            rows.append((step, each.name, word, value, float(ends[0]), float(ends[1]), p, ""))
    return pd.DataFrame(rows, columns=COLUMNS)


def _configural(first: Data, second: Data, pair: Pair) -> pd.DataFrame:
    loadings = [fit.loadings["estimate"].to_numpy(dtype=float) for fit in pair.fits]
    at = {item: place for place, item in enumerate(pair.pooled.structure.items)}
    rows = []
    for each in pair.pooled.structure.constructs:
        own = [[values[at[item]] for item in each.items] for values in loadings]
        turned = [item for item, a, b in zip(each.items, *own, strict=True) if a * b < 0 and min(abs(a), abs(b)) > AGAINST]
        said = [f"{item} loads with opposite signs" for item in turned] + _asked(first, second, each.items)
        rows.append(("configural", each.name, "", np.nan, np.nan, np.nan, np.nan, "; ".join(said) or "same"))
    return pd.DataFrame(rows, columns=COLUMNS)


def _asked(first: Data, second: Data, items: tuple[str, ...]) -> list[str]:
    """How the two questionnaires differ in these items; two frames have none."""
    if not (isinstance(first, Survey) and isinstance(second, Survey)):
        return []
    return [said for item in items for said in _differences(first.codebook.item(item), second.codebook.item(item))]


def _differences(a: Item, b: Item) -> list[str]:
    said = []
    if (a.low, a.high) != (b.low, b.high):
        said.append(f"{a.name} runs from {a.low:g} to {a.high:g} in one group and from {b.low:g} to {b.high:g} in the other")
    asked = ((a.wording.en, b.wording.en), (a.wording.zh, b.wording.zh))
    if any(one and two and one != two for one, two in asked):
        said.append(f"{a.name} is worded differently")
    return said
