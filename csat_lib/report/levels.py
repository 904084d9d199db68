"""All key figures over the periods: indices, degree and rate, complaints, loyalty, NPS, CSAT; what moved, what is out of control."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from csat_lib.errors import CsatError
from csat_lib.index import satisfaction
from csat_lib.model import fit_pls, index_weights
from csat_lib.report.keyfigures import with_ends
from csat_lib.report.page import Page
from csat_lib.report.sliders import Sliders, five_points
from csat_lib.stats import z_value
from csat_lib.study import Structure, Study
from csat_lib.survey import Survey
from csat_lib.tracking import compare_waves, control_chart
from csat_lib.tracking.families import corrected

RECOMMENDS = (0.0, 10.0)
COLUMNS = ["label", "estimate", "conf_low", "conf_high", "previous", "previous_verdict", "year_before", "year_verdict", "control", "n"]
GRADED = ("surveyed_degree", "surveyed_rate")


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """The key figures of a study over its last periods.

    Attributes
    ----------
    figures : DataFrame
        period, metric, kind (index, share, nps, item), unit ("" for points, "%"), estimate, std_error, conf_low, conf_high, n, n_effective.
    changes : DataFrame
        metric, comparison (previous, year_before), against, estimate, conf_low, conf_high, verdict.
    control : DataFrame
        period, metric, estimate, centre, limit_low, limit_high, signals, verdict: the control chart of each figure.
    """

    figures: pd.DataFrame
    changes: pd.DataFrame
    control: pd.DataFrame


def levels(study: Study, history: Mapping[str, Survey]) -> Levels:
    """The key figures in every period of ``history``, with the item weights of the last period's fit throughout.

    Parameters
    ----------
    study : Study
        Without a model, the outcome and drivers of its driver analysis.
    history : mapping of str to Survey
        Oldest first; the study's own period is the last.

    Raises
    ------
    ModelError
        The model cannot be trusted.
    NotInStudyError
        The study has neither a model nor drivers.
    """
    structure, weights, surveys = _measured(study, history)
    now = history[study.period.name]
    asked = [name for name, item in now.codebook.items.items() if (item.low, item.high) == RECOMMENDS and now.responses[name].notna().any()]
    confidence = study.parameters.confidence
    followed = compare_waves(
        surveys,
        structure,
        items=() if structure is not None else (study.drivers.outcome, *study.drivers.items),
        weights=weights,
        confidence=confidence,
        small=study.parameters.limits.mode,
    )
    tables, changes = [followed.figures.assign(unit="")], [followed.changes]
    shares = _shares(study, now)
    if shares or asked:
        more = compare_waves(dict(history), None, shares=shares, nps=asked, confidence=confidence, small=study.parameters.limits.mode)
        tables.append(more.figures.assign(unit=np.where(more.figures["kind"] == "share", "%", "")))
        changes.append(more.changes)
    if study.parameters.grades:
        graded = _graded(study, history)
        tables.append(graded)
        changes.append(_moved(graded, study, list(history), confidence))
    figures = pd.concat(tables, ignore_index=True)
    moved = (
        pd.concat([each for each in changes if len(each)], ignore_index=True)
        if any(map(len, changes))
        else pd.DataFrame(columns=["metric"])
    )
    return Levels(figures, moved, _controlled(figures))


def board(page: Page, found: Levels) -> pd.DataFrame:
    """The last period's key figures, what moved since the last period and since last year, and the control chart's verdict.

    Parameters
    ----------
    page : Page
        Labels, period, language.
    found : Levels
        From ``levels``.

    Returns
    -------
    DataFrame
        label, estimate, conf_low, conf_high, previous, previous_verdict, year_before, year_verdict (changes in the figure's unit), control,
        n. Changes that cannot be tested are NaN.
    """
    last = found.figures[found.figures["period"] == page.period]
    rows = []
    for row in last.to_dict("records"):
        name = row["metric"]
        moves = {each: _change(found.changes, name, each) for each in ("previous", "year_before")}
        own = (labelled(page, name), row["estimate"], row["conf_low"], row["conf_high"])
        rows.append((*own, *moves["previous"], *moves["year_before"], _in_control(page, found.control, name), row["n"]))
    return pd.DataFrame(rows, columns=COLUMNS).drop_duplicates("label", ignore_index=True)


def charted(page: Page, found: Levels) -> pd.DataFrame:
    """The figures with their labels and control limits, for the small trends."""
    limits = ["period", "metric", "centre", "limit_low", "limit_high", "signals"]
    table = found.figures.assign(label=[labelled(page, str(each)) for each in found.figures["metric"]])
    if found.control.empty:
        return table
    return table.merge(found.control[limits], on=["period", "metric"], how="left")


def labelled(page: Page, metric: str) -> str:
    """The name of a figure with its unit where that is not points: NPS by what was asked, shares in per cent."""
    name = metric.removeprefix("nps ")
    if name != metric:
        return page.say("nps_of", name=page.label(name))
    text = page.label(metric)
    return page.say("in_percent", name=text) if metric in {*GRADED, "csat", "complained_share"} else text


def key_metrics(
    found: Levels, period: str, priorities: pd.DataFrame | None = None, gains: Sliders | None = None, *, confidence: float = 0.95
) -> dict[str, float]:
    """Every level of ``period``, the drivers and the levers, as metrics.json holds them.

    Parameters
    ----------
    found : Levels
        From ``levels``.
    period : str
        The study's.
    priorities : DataFrame, optional
        From ``drivers.importance_performance``.
    gains : Sliders, optional
        From ``sliders.sliders``.
    confidence : float
        Of the levers' intervals; those of the others are made already.

    Returns
    -------
    dict
        ``level.<figure>``, ``importance.<driver>`` (per cent), ``performance.<driver>``, ``lever.<driver>`` (points of the outcome for
        five of the driver), each with _low and _high where it has an interval.
    """
    told: dict[str, float] = {}
    for row in found.figures[found.figures["period"] == period].dropna(subset=["estimate"]).to_dict("records"):
        told |= with_ends(f"level.{str(row['metric']).replace(' ', '.')}", row["estimate"], row["conf_low"], row["conf_high"])
    for row in priorities.to_dict("records") if priorities is not None else ():
        for each, factor in (("importance", 100.0), ("performance", 1.0)):
            ends = (factor * float(row.get(f"{each}_{end}", np.nan)) for end in ("low", "high"))
            told |= with_ends(f"{each}.{row['driver']}", factor * row[each], *ends)
    if gains is not None:
        effect = str(gains.effects.index[0])
        for row in five_points(gains, confidence=confidence).to_dict("records"):
            told |= with_ends(f"lever.{row['driver']}", row[effect], row[f"{effect}_low"], row[f"{effect}_high"])
    return told


def paths_by_period(page: Page, study: Study, history: Mapping[str, Survey], paths: pd.DataFrame, *, most: int = 5) -> pd.DataFrame:
    """Every path of the model, fitted anew in the last periods, and whether one of the earlier ones differs from this period's.

    The earlier fits count as precise as this one; the tests are corrected for their number (Bonferroni).

    Parameters
    ----------
    page : Page
        Labels.
    study : Study
        Its model and how it is fitted.
    history : mapping of str to Survey
        Oldest first.
    paths : DataFrame
        cause, effect, estimate, conf_low, conf_high of this period.
    most : int
        How many periods, with this one.

    Returns
    -------
    DataFrame
        path, one column a period, verdict ("stable", "moved", "unknown" with one period).
    """
    table = paths[["cause", "effect", "conf_low", "conf_high"]].reset_index(drop=True)
    names = list(history)[-most:]
    key = list(zip(table["cause"], table["effect"], strict=True))
    for name in names:
        try:
            own = fit_pls(history[name], study.structure, **study.pls).paths.set_index(["cause", "effect"])["estimate"]
        except CsatError:
            table[name] = np.nan  # a dash: that period's model cannot be fitted
            continue
        table[name] = [float(own.get(pair, np.nan)) for pair in key]
    earlier = [name for name in names[:-1] if name in table]
    tests = max(len(earlier) * len(table), 1)
    error = (table["conf_high"] - table["conf_low"]) / (2 * z_value(study.parameters.confidence))
    reach = z_value(1 - (1 - study.parameters.confidence) / tests) * np.sqrt(2) * error
    far = table[earlier].sub(table[names[-1]], axis=0).abs().gt(reach, axis=0)
    verdict = np.where(far.any(axis=1), "moved", "stable") if earlier else "unknown"
    arrow = " → "
    table.insert(0, "label", [arrow.join(page.label(each) for each in pair) for pair in key])
    return table.assign(verdict=verdict).drop(columns=["cause", "effect", "conf_low", "conf_high"])


def _measured(study: Study, history: Mapping[str, Survey]) -> tuple[Structure | None, pd.Series | None, dict[str, Survey]]:
    """Model without higher order, weights of the last fit, surveys over the model's sample."""
    if study.structure is None:
        return None, None, dict(history)
    structure = study.structure.first_stage()
    weights = index_weights(fit_pls(history[study.period.name], structure, **study.pls))
    if study.parameters.pls.missing != "listwise":
        return structure, weights, dict(history)
    asked = set(structure.items)
    surveys = {name: each.complete(structure.items) if asked <= set(each.responses) else each for name, each in history.items()}
    return structure, weights, surveys


def _shares(study: Study, now: Survey) -> dict[str, tuple[str, float, float]]:
    """Who complained, and the two best answers to the outcome of the driver analysis."""
    found = {}
    if study.parameters.drivers is not None:
        own = now.codebook.items[study.drivers.outcome]
        if own.high - own.low >= 3:
            found["csat"] = (own.name, own.high - 1, own.high)
    modelled = {item for each in study.structure.constructs for item in each.items} if study.structure else set()
    if "complained" in now.responses and now.responses["complained"].notna().any() and "complained" not in modelled:
        found["complained_share"] = ("complained", now.codebook.items["complained"].high, now.codebook.items["complained"].high)
    return found


def _graded(study: Study, history: Mapping[str, Survey]) -> pd.DataFrame:
    """Degree and rate of the surveyed customers over all graded questions together."""
    tables = []
    for name, survey in history.items():
        there = [item for item in study.grades if item in survey.responses]
        if there:
            own = satisfaction(survey, there, confidence=study.parameters.confidence)
            tables.append(own[own["item"] == "all"].assign(period=name))
    if not tables:
        return pd.DataFrame(columns=["period", "metric", "estimate"])
    table = pd.concat(tables, ignore_index=True)
    words = "surveyed_" + table["metric"]
    return table.assign(metric=words, kind="item", unit="%").drop(columns="item")


def _moved(figures: pd.DataFrame, study: Study, periods: list[str], confidence: float) -> pd.DataFrame:
    """Changes of figures whose waves count as independent: in a panel their intervals are too wide, never too narrow. One family."""
    found, z = [], z_value(confidence)
    against = {"previous": periods[-2] if len(periods) > 1 else "", "year_before": study.period.year_before()}
    for metric, own in figures.groupby("metric", sort=False):
        at = own.set_index("period")
        for comparison, before in against.items():
            if before not in at.index or study.period.name not in at.index:
                continue
            change = float(at["estimate"][study.period.name] - at["estimate"][before])
            error = float(np.hypot(at["std_error"][study.period.name], at["std_error"][before]))
            p = 2 * float(norm.sf(abs(change) / error)) if error > 0 else np.nan
            found.append((metric, comparison, before, change, change - z * error, change + z * error, p))
    columns = ["metric", "comparison", "against", "estimate", "conf_low", "conf_high", "p_value"]
    table = corrected(pd.DataFrame(found, columns=columns).astype({"p_value": float}))
    verdict = np.where(table["p_adjusted"].isna(), "unknown", np.where(table["p_adjusted"] < 1 - confidence, "real", "within noise"))
    return table.assign(verdict=verdict)


def _controlled(figures: pd.DataFrame) -> pd.DataFrame:
    """The control chart of every figure; no rows where there are too few periods."""
    if figures["period"].nunique() < 3:
        return pd.DataFrame(columns=["period", "metric", "estimate", "centre", "limit_low", "limit_high", "signals"])
    chart = control_chart(figures)
    return chart[chart["centre"].notna()].reset_index(drop=True)


def _change(changes: pd.DataFrame, metric: str, comparison: str) -> tuple[float, str]:
    if changes.empty:
        return np.nan, ""
    own = changes[(changes["metric"] == metric) & (changes["comparison"] == comparison)]
    return (np.nan, "") if own.empty else (float(own["estimate"].iloc[0]), str(own["verdict"].iloc[0]))


def _in_control(page: Page, chart: pd.DataFrame, metric: str) -> str:
    own = chart[(chart["metric"] == metric) & (chart["period"] == page.period)]
    if own.empty:
        return ""
    return "signal" if str(own["signals"].iloc[0]).strip() else "in control"
