"""Against whom: gaps to competitors and baselines with intervals, ranks with bootstrap intervals, and how often we win."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from csat_lib.errors import CsatError, ModelError, ParamsError, pick
from csat_lib.index.scores import item_shares, on_hundred, segments_of
from csat_lib.model import fit_pls, index_weights
from csat_lib.stats import Estimate, blocks, counts, one_thread, percentile_interval, remembered, weighted_mean, z_value
from csat_lib.study import Structure
from csat_lib.survey import Survey
from csat_lib.tracking.comparable import not_comparable
from csat_lib.tracking.families import Correction, corrected

Array = npt.NDArray[np.float64]
WeightSet = Literal["equal", "ours", "theirs"]
WEIGHT_SETS = {"equal": "equal within a construct", "ours": "of our own fit", "theirs": "of a fit to all competitors' customers together"}
FEWEST = 10
GAPS = ["competitor", "metric", "kind", "ours", "theirs", "estimate", "std_error", "conf_low", "conf_high", "p_value", "p_adjusted"]
GAPS += ["correction", "n", "n_effective", "verdict"]


@dataclass(frozen=True, slots=True, eq=False)
class Benchmark:
    """Us beside competitors, same instrument and period.

    Attributes
    ----------
    gaps : DataFrame
        competitor, metric, kind (index, item), ours, theirs, estimate (ours - theirs, points), std_error, conf_low, conf_high, p_value,
        p_adjusted, correction, n, n_effective (theirs), verdict (ahead, behind, no difference seen, too few, not comparable: why).
    ranks : DataFrame
        metric, unit ("us" and competitors), estimate (score), rank (1 is the best), conf_low, conf_high (of the rank), first (share of
        resamples in which the unit is first).
    wins : DataFrame
        competitor, items (compared), estimate (share of the items on which our mean is better, per cent), conf_low, conf_high.
    weights : str
        Which item weights the indices use, and what limits them.
    draws, seed : int
        Of the resamples.
    """

    gaps: pd.DataFrame
    ranks: pd.DataFrame
    wins: pd.DataFrame
    weights: str
    draws: int
    seed: int


@remembered
def benchmark(
    own: Survey,
    competitors: Survey,
    structure: Structure | None = None,
    *,
    by: str = "competitor",
    items: Sequence[str] | None = None,
    weights: WeightSet | pd.Series = "equal",
    lower_is_better: Sequence[str] = (),
    how: Mapping[str, object] | None = None,
    fewest: int = FEWEST,
    correction: Correction = "auto",
    draws: int = 2000,
    seed: int,
    confidence: float = 0.95,
) -> Benchmark:
    """Gaps per construct and item, ranks, and the share of items on which we win, for every competitor with enough answers.

    Parameters
    ----------
    own, competitors : Survey
        Our customers, and those of all competitors (the source "competitors").
    structure : Structure, optional
        Its constructs are compared as indices.
    by : str
        The attribute that says whose customers they are.
    items : sequence of str, optional
        Items to compare; None takes all that both questionnaires ask.
    weights : {"equal", "ours", "theirs"} or Series
        Item weights of the indices, the same for every unit: equal, of our own fit, of a fit to the competitors together, or given.
    lower_is_better : sequence of str
        Items, such as "complained", and constructs of which less is better; a construct of such items only is one too.
    how : mapping, optional
        Keyword arguments of ``fit_pls`` for ours and theirs.
    fewest : int
        Answers a competitor needs; with fewer the verdict is "too few".
    correction, confidence
        As in ``corrected``; of the intervals.
    draws, seed : int
        Resamples of every unit.

    Raises
    ------
    ParamsError
        Nothing to compare, or no such attribute.
    ModelError
        The weights asked for come from a model that cannot be fitted.
    """
    u, said = _weights(own, competitors, structure, weights, how)
    asked = list(items) if items is not None else [name for name in own.codebook.items if name in competitors.codebook.items]
    compared = {each.name: ("index", each.items) for each in structure.constructs if not each.of} if structure else {}
    compared |= {name: ("item", (name,)) for name in asked if name not in compared}
    if not compared:
        raise ParamsError("Nothing to compare: the questionnaires share no item.")
    refused = {name: not_comparable(competitors, own, needs, sides=("with them", "with us")) for name, (_, needs) in compared.items()}
    sound = {name: each for name, each in compared.items() if not refused[name]}
    units = {"us": _values(own, sound, u)}
    units |= {name: _values(_part(competitors, here), sound, u) for name, here in segments_of(competitors, by)[1:]}
    rows = [
        row
        for name in list(units)[1:]
        for row in _gaps(name, units["us"], units[name], compared, refused, fewest=fewest, confidence=confidence)
    ]
    table = corrected(pd.DataFrame(rows, columns=[*GAPS[:10], *GAPS[12:]]), family=("kind",), correction=correction)
    tested = table["p_adjusted"].notna()
    side = {name: -1.0 if name in lower_is_better or set(needs) <= set(lower_is_better) else 1.0 for name, (_, needs) in compared.items()}
    better = table["estimate"] * table["metric"].map(side) > 0
    words = np.select([table["p_adjusted"] >= 1 - confidence, better], ["no difference seen", "ahead"], "behind")
    table["verdict"] = np.where(tested, words, table["verdict"].astype(object))
    enough = {name: each for name, each in units.items() if name == "us" or each.fewest() >= fewest}
    with one_thread():
        means = {name: each.resampled(draws, seed + place) for place, (name, each) in enumerate(enough.items())}
    signs = np.array([side[name] for name in sound])
    ranks = _ranks(enough, means, list(sound), signs, confidence=confidence)
    wins = _wins(enough, means, [kind for kind, _ in sound.values()], signs, confidence=confidence)
    return Benchmark(table[GAPS], ranks, wins, said, draws, seed)


def against_baseline(figures: pd.DataFrame, baseline: pd.DataFrame, *, confidence: float = 0.95) -> pd.DataFrame:
    """Figures beside published ones, such as an industry's mean: the gap with its interval.

    Parameters
    ----------
    figures : DataFrame
        metric, estimate, std_error: ours.
    baseline : DataFrame
        metric, estimate; std_error where it is published, else it is taken as exact.
    confidence : float
        Of the intervals.

    Returns
    -------
    DataFrame
        metric, ours, baseline, estimate (the gap), std_error, conf_low, conf_high, verdict (ahead, behind, no difference seen, no data).
    """
    for name, frame in (("figures", figures), ("baseline", baseline)):
        for column in ("metric", "estimate"):
            if column not in frame.columns:
                raise ParamsError(f"{name}: no column {column!r}.")
    theirs = baseline.assign(std_error=baseline["std_error"].fillna(0.0) if "std_error" in baseline else 0.0)
    both = figures[["metric", "estimate", "std_error"]].merge(
        theirs[["metric", "estimate", "std_error"]], on="metric", how="right", suffixes=("", "_of_baseline")
    )
    gap, error = both["estimate"] - both["estimate_of_baseline"], np.hypot(both["std_error"], both["std_error_of_baseline"])
    half = z_value(confidence) * error
    words = np.select([gap.isna(), gap - half > 0, gap + half < 0], ["no data", "ahead", "behind"], "no difference seen")
    table = pd.DataFrame({"metric": both["metric"], "ours": both["estimate"], "baseline": both["estimate_of_baseline"], "estimate": gap})
    return table.assign(std_error=error, conf_low=gap - half, conf_high=gap + half, verdict=words)


@dataclass(frozen=True, slots=True, eq=False)
class _Unit:
    """Values on 0-100 of one unit's customers, (n, m) with NaN, weights, and the unit and stratum of each row where a design names them."""

    Y: Array
    w: Array
    strata: Array | None
    cluster: Array | None

    def fewest(self) -> float:
        """Answers to the metric that the most answered: of all or of the effective ones, whichever is less."""
        return max((min(each.n, each.n_effective) for each in (self.mean(place) for place in range(self.Y.shape[1]))), default=0.0)

    def mean(self, place: int) -> Estimate:
        """Weighted mean of one metric."""
        return weighted_mean(self.Y[:, place], self.w, strata=self.strata, cluster=self.cluster)

    def resampled(self, draws: int, seed: int) -> Array:
        """Means of every metric in every resample of customers, (m, draws)."""
        here = ~np.isnan(self.Y)
        columns = np.hstack([here * self.w[:, None], np.where(here, self.Y, 0.0) * self.w[:, None]])
        m, n = self.Y.shape[1], len(self.w)
        units: tuple[npt.NDArray[Any], npt.NDArray[Any]] | None = None
        if self.strata is not None or self.cluster is not None:
            stratum = np.zeros(n) if self.strata is None else self.strata
            unit = np.arange(n) if self.cluster is None else self.cluster
            pairs, of_row = np.unique(np.column_stack([stratum, unit]), axis=0, return_inverse=True)
            units = np.asarray(of_row).ravel(), pairs[:, 0]
        parts = [counts(block, n, units) @ columns for block in blocks(draws, n, seed)]
        sums = np.concatenate(parts)
        with np.errstate(all="ignore"):
            return np.asarray((sums[:, m:] / sums[:, :m]).T)


def _weights(
    own: Survey, competitors: Survey, structure: Structure | None, weights: str | pd.Series, how: Mapping[str, object] | None
) -> tuple[pd.Series | None, str]:
    if isinstance(weights, pd.Series):
        return weights, "item weights as given"
    said = pick(WEIGHT_SETS, weights, "set of weights")
    if weights == "equal" or structure is None:
        return None, f"item weights {WEIGHT_SETS['equal']}"
    whose = own if weights == "ours" else competitors
    try:
        return index_weights(fit_pls(whose, structure, **(how or {}))), f"item weights {said}"  # type: ignore[arg-type]
    except CsatError as error:
        raise ModelError(f"weights={weights!r}: {error} Use weights='equal'.") from None


def _part(survey: Survey, here: npt.NDArray[np.bool_]) -> Survey:
    return survey.only(pd.Series(here, index=survey.responses.index))


def _values(survey: Survey, compared: Mapping[str, tuple[str, tuple[str, ...]]], u: pd.Series | None) -> _Unit:
    columns = []
    for kind, items in compared.values():
        answers = on_hundred(survey, items).to_numpy(dtype=float)
        columns.append(answers @ item_shares(items, u if kind == "index" else None))
    return _Unit(np.column_stack(columns) if columns else np.empty((len(survey), 0)), survey.weight_values, *survey.design())


def _gaps(
    name: str,
    ours: _Unit,
    theirs: _Unit,
    compared: Mapping[str, tuple[str, tuple[str, ...]]],
    refused: Mapping[str, str],
    *,
    fewest: int,
    confidence: float,
) -> list[tuple[object, ...]]:
    """Every metric's gap to one competitor; the verdict is empty where p-values decide."""
    rows, place = [], 0
    for metric, (kind, _) in compared.items():
        if refused[metric]:
            rows.append((name, metric, kind, *[np.nan] * 7, 0, np.nan, f"not comparable: {refused[metric]}"))
            continue
        one, two = ours.mean(place), theirs.mean(place)
        place += 1
        if min(two.n, two.n_effective) < fewest:
            rows.append((name, metric, kind, one.estimate, *[np.nan] * 6, two.n, two.n_effective, "too few"))
            continue
        gap, error = one.estimate - two.estimate, float(np.hypot(one.std_error, two.std_error))
        if not error > 0:
            rows.append((name, metric, kind, one.estimate, two.estimate, gap, *[np.nan] * 4, two.n, two.n_effective, "nobody differs"))
            continue
        parts = one.std_error**4 / (one.n_effective - 1) + two.std_error**4 / (two.n_effective - 1)
        df = error**4 / parts
        half, p = float(stats.t.ppf(0.5 + confidence / 2, df)) * error, 2 * float(stats.t.sf(abs(gap) / error, df))
        rows.append((name, metric, kind, one.estimate, two.estimate, gap, error, gap - half, gap + half, p, two.n, two.n_effective, ""))
    return rows


def _ranks(
    units: Mapping[str, _Unit], means: Mapping[str, Array], metrics: Sequence[str], signs: Array, *, confidence: float
) -> pd.DataFrame:
    rows = []
    for place, metric in enumerate(metrics):
        now = np.array([each.mean(place).estimate for each in units.values()])
        many = np.array([means[name][place] for name in units])
        rank, drawn = _ranked(signs[place] * now[:, None])[:, 0], _ranked(signs[place] * many)
        low, high = percentile_interval(drawn, confidence)
        for number, name in enumerate(units):
            first = float((drawn[number] == 1).mean())
            rows.append((metric, name, now[number], rank[number], np.floor(low[number]), np.ceil(high[number]), first))
    return pd.DataFrame(rows, columns=["metric", "unit", "estimate", "rank", "conf_low", "conf_high", "first"])


def _ranked(scores: Array) -> Array:
    """Ranks from 1, the best, along the first axis; a unit without a score is last."""
    filled = np.where(np.isnan(scores), -np.inf, scores)
    return np.asarray(1.0 + (filled[None, :, :] > filled[:, None, :]).sum(axis=1))


def _wins(units: Mapping[str, _Unit], means: Mapping[str, Array], kinds: Sequence[str], signs: Array, *, confidence: float) -> pd.DataFrame:
    places = [place for place, kind in enumerate(kinds) if kind == "item"]
    rows = []
    for name in list(units)[1:]:
        gaps = [signs[place] * (units["us"].mean(place).estimate - units[name].mean(place).estimate) for place in places]
        now = [gap > 0 for gap in gaps]
        many = 100 * (signs[places, None] * (means["us"][places] - means[name][places]) > 0).mean(axis=0)
        low, high = percentile_interval(many, confidence)
        rows.append((name, len(places), 100 * float(np.mean(now)) if now else np.nan, float(low), float(high)))
    return pd.DataFrame(rows, columns=["competitor", "items", "estimate", "conf_low", "conf_high"])
