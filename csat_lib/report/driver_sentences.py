"""The sentences of the driver analysis, computed from the numbers, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from csat_lib.drivers import Comparison, ForestCheck, Plan, WhatIf
from csat_lib.report import cells
from csat_lib.report.driver_words import SAID
from csat_lib.report.language import listed
from csat_lib.report.page import Page

MOST_NAMES = 5
REPRODUCED = 0.95


def apart(page: Page, panel: pd.DataFrame, drivers: Sequence[str]) -> list[str]:
    """Whether the drivers can be told from each other, what they explain together, and which were left out.

    Parameters
    ----------
    page : Page
        Language and labels.
    panel : DataFrame
        From ``drivers.collinearity``.
    drivers : sequence of str
        Those the study names.
    """
    whole = dict(panel.loc[panel["driver"] == "", ["metric", "estimate"]].itertuples(index=False, name=None))
    vif = panel[panel["metric"] == "vif"].sort_values("estimate", ascending=False, kind="stable")
    entangled = vif.loc[vif["verdict"] != "ok", "driver"]
    parts = {
        "vif": f"{vif['estimate'].iloc[0]:.1f}",
        "driver": page.label(vif["driver"].iloc[0]),
        "condition": f"{whole['condition_number']:.1f}",
        "names": _names(page, entangled),
    }
    said = [_say(page, "entangled" if len(entangled) else "apart", **parts)]
    suppressed = panel.loc[panel["verdict"] == "suppressed", "driver"]
    if len(suppressed):
        said.append(_say(page, "suppressed", names=_names(page, suppressed)))
    said.append(_say(page, "explained", share=cells.percent(whole["r_squared"], page.language)))
    return said + left_out(page, drivers, vif["driver"])


def left_out(page: Page, drivers: Sequence[str], used: pd.Series) -> list[str]:
    """Which of the study's drivers could not be used; nothing where all could."""
    gone = [name for name in drivers if name not in set(used)]
    return [_say(page, "left_out", names=_names(page, gone))] if gone else []


def leading(page: Page, importance: pd.DataFrame, differences: pd.DataFrame) -> list[str]:
    """Which driver matters most, how sure that is, and what cannot be told from it.

    Parameters
    ----------
    page : Page
        Language and labels.
    importance : DataFrame
        From ``drivers.importance``, with draws.
    differences : DataFrame
        From ``drivers.differences``, of the same draws.
    """
    first = importance.sort_values("estimate", ascending=False, kind="stable").iloc[0]
    name = first["driver"]
    own = differences[(differences["driver"] == name) | (differences["other"] == name)]
    close = own[own["verdict"] == "not told apart"]
    others = [row["other"] if row["driver"] == name else row["driver"] for row in close.to_dict("records")]
    share, low, high = (cells.percent(first[column], page.language) for column in ("share", "share_low", "share_high"))
    ranks = {"best": int(first["rank_low"]), "worst": int(first["rank_high"])}
    key = "leads" if ranks["best"] < ranks["worst"] else "leads_surely"
    said = [_say(page, key, driver=page.label(name), share=share, low=low, high=high, confidence=page.percent, **ranks)]
    if others:
        said.append(_say(page, "close", driver=page.label(name), names=_names(page, others)))
    else:
        said.append(_say(page, "ahead", driver=page.label(name)))
    return said


def cross_check(page: Page, table: pd.DataFrame) -> str:
    """How far Johnson's relative weights are from LMG; ``table`` from ``driving.cross_checked``."""
    gap = 100 * float((table["share"] - table["johnson_share"]).abs().max())
    same = table["share"].rank().equals(table["johnson_share"].rank())
    return _say(page, "johnson_same" if same else "johnson", gap=f"{gap:.1f}")


def linear(page: Page, check: ForestCheck) -> str:
    """Whether a straight line is enough, by what it and a random forest predict of respondents they have not seen."""
    found = check.fit.set_index("method")
    forest, line = (cells.percent(found.loc[name, "estimate"], page.language) for name in ("forest", "linear"))
    enough = found["verdict"].iloc[0] == "linear is enough"
    return _say(page, "linear" if enough else "curved", forest=forest, line=line)


def dominating(page: Page, found: Mapping[str, pd.DataFrame]) -> list[str]:
    """Whether one driver dominates the others in every model, and how often the order comes out the same in resamples."""
    complete, pairs = found["complete"], found["pairs"]
    strength = complete.mean(axis=1).sort_values(ascending=False, kind="stable")
    first = str(strength.index[0])
    beaten = int((complete[complete.index == first].to_numpy() >= 1).sum())
    whole = pairs[pairs["level"] == "complete"]
    parts = {"driver": page.label(first), "beaten": beaten, "others": len(complete) - 1}
    key = "dominates_all" if beaten == len(complete) - 1 else "dominates"
    said = [_say(page, key, **parts, settled=int((whole["estimate"] != 0.5).sum()), pairs=len(whole))]
    if "reproducibility" in pairs:
        general = pairs[pairs["level"] == "general"]
        sure = int((general["reproducibility"] >= REPRODUCED).sum())
        said.append(_say(page, "reproduced", sure=sure, pairs=len(general), share=f"{100 * REPRODUCED:.0f}"))
    return said


def asymmetric(page: Page, table: pd.DataFrame, drivers: Sequence[str]) -> list[str]:
    """What bad answers cost more than good ones bring, and the reverse; ``table`` from ``drivers.asymmetry``.

    Parameters
    ----------
    page : Page
        Language and labels.
    table : DataFrame
        driver, verdict, cut_low, cut_high.
    drivers : sequence of str
        Those the study names.
    """
    said = []
    for word in ("dissatisfier", "satisfier", "hybrid", "undecided", "sign not interpretable"):
        names = table.loc[table["verdict"] == word, "driver"]
        if len(names):
            said.append(_say(page, word.replace(" ", "_"), names=_names(page, names)))
    gone = [name for name in drivers if name not in set(table["driver"])]
    return [*said, _say(page, "too_few", names=_names(page, gone))] if gone else said


def necessary(page: Page, table: pd.DataFrame, outcome: str) -> list[str]:
    """Which drivers nobody does without who is highly satisfied; ``table`` from ``driving.needs``.

    Parameters
    ----------
    page : Page
        Language and labels.
    table : DataFrame
        driver, estimate, p_value, at_100, verdict.
    outcome : str
        What is to be reached.
    """
    found = table[table["verdict"] == "necessary"]
    if found.empty:
        first = table.iloc[0]
        return [_say(page, "none_necessary", driver=page.label(first["driver"]), d=f"{first['estimate']:.2f}")]
    key = {"outcome": page.label(outcome)}
    return [
        _say(page, "necessary", driver=page.label(row["driver"]), d=f"{row['estimate']:.2f}", level=f"{row['at_100']:.0f}", **key)
        for row in found.to_dict("records")
    ]


def bottlenecks(page: Page, combined: pd.DataFrame) -> list[str]:
    """Which constructs both drive and limit, which only one of the two; ``combined`` from ``drivers.cipma``."""
    said = []
    for word in ("top priority", "important driver", "bottleneck risk"):
        names = combined.loc[combined["class"] == word, "driver"]
        if len(names):
            said.append(_say(page, word.replace(" ", "_"), names=_names(page, names)))
    return said


def planned(page: Page, plan: Plan, budget: float) -> list[str]:
    """What the budget buys and what that is expected to bring.

    Parameters
    ----------
    page : Page
        Language and labels.
    plan : Plan
        From ``expectations.plan``.
    budget : float
        The study's.
    """
    chosen = plan.levers[plan.levers["points"] > 0]
    if chosen.empty:
        return [_say(page, "no_plan")]
    steps = [_part(page, "step", driver=page.label(row["driver"]), points=f"{row['points']:.1f}") for row in chosen.to_dict("records")]
    parts = {"names": listed(steps, page.language), "effect": page.label(plan.effect), "budget": f"{budget:,.10g}"}
    return [_say(page, "plan", **parts, spent=f"{plan.spent:,.1f}", **_interval(plan.estimate, plan.conf_low, plan.conf_high))]


def expected(page: Page, found: WhatIf) -> list[str]:
    """What the changes would bring, by effect, for everybody together."""
    moved = found.changes[found.changes["segment"] == found.changes["segment"].iloc[0]]
    steps = [_part(page, "step", driver=page.label(row["driver"]), points=f"{row['points']:.1f}") for row in moved.to_dict("records")]
    whole = found.effects[found.effects["segment"] == "all"]
    brings = [
        _part(page, "brings", effect=page.label(row["effect"]), **_interval(row["estimate"], row["conf_low"], row["conf_high"]))
        for row in whole.to_dict("records")
    ]
    return [_say(page, "what_if", names=listed(steps, page.language), effects=listed(brings, page.language))]


def assumptions(page: Page, found: WhatIf) -> list[str]:
    """What a what-if takes for granted, a sentence each."""
    return [str(each) for each in found.assumptions[page.language]]


def segments(page: Page, found: Comparison, *, by: str) -> list[str]:
    """Whether the drivers work alike in all segments: the overall test first, then the cells that differ after correction.

    Parameters
    ----------
    page : Page
        Language and labels.
    found : Comparison
        From ``drivers.importance_by_segment``.
    by : str
        The attribute of the segments.
    """
    name = {"groups": page.label(by)}
    said = [_overall(page, row, "segments", name) for row in found.overall.to_dict("records")] or [_say(page, "segments_untested", **name)]
    cell = found.tests[found.tests["verdict"].isin(["matters more", "matters less"])]
    names = [
        _part(page, row["verdict"].replace(" ", "_"), where=page.value(by, row["segment"]), driver=page.label(row["driver"]))
        for row in cell.to_dict("records")
    ]
    said.append(_say(page, "cells", count=len(names), tested=len(found.tests), names=_first(page, names)) if names else _say(page, "alike"))
    size = found.importance.drop_duplicates("segment").set_index("segment")["n"]
    said.append(_say(page, "bases", names=listed([f"{page.value(by, each)} {n:,}" for each, n in size.items()], page.language)))
    gone = [page.value(by, each) for each in found.left_out["segment"]]
    return [*said, _say(page, "not_compared", names=_first(page, gone))] if gone else said


def waves(page: Page, found: Comparison) -> list[str]:
    """Whether the drivers work as in the wave before and as in all waves shown; which rose or fell."""
    periods = list(dict.fromkeys(found.importance["period"]))
    last = periods[-1]
    overall = found.overall[found.overall["period"] == last]
    step = overall[overall["previous"] != "all waves"]
    said = [_overall(page, row, "waves", {"before": row["previous"], "last": last}) for row in step.to_dict("records")]
    if len(periods) > 2:
        whole = {"before": periods[0], "last": last, "count": len(periods)}
        said += [_overall(page, row, "all_waves", whole) for row in overall.drop(step.index).to_dict("records")]
    moved = found.tests[found.tests["verdict"].isin(["rose", "fell"])]
    names = [
        _part(page, f"driver_{row['verdict']}", driver=page.label(row["driver"]), before=row["previous"], last=row["period"])
        for row in moved.to_dict("records")
    ]
    key = "moved" if names else "none_moved"
    said.append(_say(page, key, names=_first(page, names), count=len(names), tested=len(found.tests)))
    gone = list(found.left_out["period"])
    return [*said, _say(page, "not_compared", names=_first(page, gone))] if gone else said


def box_leaders(page: Page, table: pd.DataFrame) -> list[str]:
    """What matters most for the best answers, for promoters and for detractors; ``table`` from ``driving.boxes``."""
    said = []
    for name in ("top", "promoter", "detractor"):
        if f"{name}_share" not in table:
            continue
        first = table.sort_values(f"{name}_share", ascending=False, kind="stable").iloc[0]
        parts = {"driver": page.label(first["driver"]), "share": cells.percent(first[f"{name}_share"], page.language)}
        who = cells.percent(first[f"{name}_respondents"], page.language)
        key = "top_only" if name == "top" and first["top_at"] == first["top_end"] else name
        said.append(_say(page, key, who=who, at=f"{first['top_at']:g}", **parts))
    return said


def _overall(page: Page, row: Mapping[object, object], key: str, parts: Mapping[str, object]) -> str:
    p = cells.p_value(row["p_value"])
    told = p if p.startswith("<") else f"= {p}"
    word = "differ" if row["verdict"] == "slopes differ" else "alike"
    return _say(page, f"{key}_{word}", p=told, **parts)


def _interval(estimate: float, low: float, high: float) -> dict[str, str]:
    return {"gain": cells.signed(estimate), "low": cells.number(low), "high": cells.number(high)}


def _names(page: Page, names: Sequence[str] | pd.Series) -> str:
    return listed([page.label(each) for each in names], page.language)


def _first(page: Page, names: Sequence[str]) -> str:
    """The first names in a row, and how many more there are."""
    more = len(names) - MOST_NAMES
    return listed(list(names[:MOST_NAMES]), page.language) + (f" (+{more})" if more > 0 else "")


def _part(page: Page, key: str, **parts: object) -> str:
    """A piece of a sentence."""
    return SAID[key][1 if page.language == "zh" else 0].format(**parts)


def _say(page: Page, key: str, **parts: object) -> str:
    text = _part(page, key, **parts)
    return text if page.language == "zh" else text[0].upper() + text[1:]
