"""The sentences that head a report, computed from the numbers, in English and Chinese."""

from __future__ import annotations

import re

import pandas as pd

from csat_lib.model import RULES
from csat_lib.model.quality import decided_by_bound
from csat_lib.report.page import Page

SAID = {
    "level": (
        "{what} stands at {value:.1f} ({low:.1f} to {high:.1f}).",
        "{what}为 {value:.1f}（{low:.1f} 至 {high:.1f}）。",
    ),
    "rose": (
        "{what} rose by {change:.1f} points to {value:.1f} since {period}; the rise is real ({confidence} %: {low:.1f} to {high:.1f}).",
        "{what}自 {period} 以来上升 {change:.1f} 分，达到 {value:.1f}；上升显著（{confidence}% 置信区间 {low:.1f} 至 {high:.1f}）。",
    ),
    "fell": (
        "{what} fell by {change:.1f} points to {value:.1f} since {period}; the fall is real ({confidence} %: {low:.1f} to {high:.1f}).",
        "{what}自 {period} 以来下降 {change:.1f} 分，降至 {value:.1f}；下降显著（{confidence}% 置信区间 {low:.1f} 至 {high:.1f}）。",
    ),
    "held": (
        "{what} is {value:.1f}; {change:+.1f} since {period} is within sampling noise ({confidence} %: {low:+.1f} to {high:+.1f}).",
        "{what}为 {value:.1f}；自 {period} 以来的变化（{change:+.1f}）未超出抽样误差（{confidence}% 置信区间 {low:+.1f} 至 {high:+.1f}）。",
    ),
    "unknown": (
        "{what} is {value:.1f}; whether {change:+.1f} since {period} is more than noise is unknown, for want of a standard error.",
        "{what}为 {value:.1f}；自 {period} 以来的变化（{change:+.1f}）缺少标准误，是否显著未知。",
    ),
    "unlike": (
        "{what} is not compared with {period}: its questions measured something else then.",
        "{what}不与 {period} 比较：其题目当时测量的内容不同。",
    ),
    "lever": (
        "{driver} is the first lever: {points:g} points more go with {gain:.1f} ({low:.1f} to {high:.1f}) of {outcome}, all else equal.",
        "首要改进点是{driver}：其提高 {points:g} 分，{outcome}约提高 {gain:.1f} 分（{low:.1f} 至 {high:.1f}），其他因素不变。",
    ),
    "base": (
        "{n} of {total} respondents answered all of the questions analysed ({share:.0f} %).",
        "全部分析题目均作答者为 {n}/{total} 人（{share:.0f}%）。",
    ),
    "few": (
        "{n} of {total} respondents answered all of the questions analysed ({share:.0f} %): fewer than half, so read the result with care.",
        "全部分析题目均作答者仅 {n}/{total} 人（{share:.0f}%），不足一半，解读须谨慎。",
    ),
    "discriminant": (
        "{pairs} are hard to tell apart ({ratios}; above {limit:g}): read their paths together.",
        "{pairs}难以区分（{ratios}，高于 {limit:g}）：其路径应合并解读。",
    ),
    "doubtful": (
        "{pairs} may be hard to tell apart ({ratios}; above {limit:g}).",
        "{pairs}可能难以区分（{ratios}，高于 {limit:g}）。",
    ),
    "up_to": ("HTMT {ratio:.2f}, up to {bound:.2f}", "HTMT {ratio:.2f}，上限 {bound:.2f}"),
    "separate": (
        "Every construct can be told from the others (largest HTMT {ratio:.2f}, limit {limit:g}).",
        "各潜变量均可区分（最大 HTMT 为 {ratio:.2f}，界限 {limit:g}）。",
    ),
    "strongest": (
        "{cause} has the largest total effect on {outcome}: {points:g} points more go with {gain:.1f}.",
        "对{outcome}总效应最大的是{cause}：其提高 {points:g} 分，对应 {gain:.1f} 分。",
    ),
    "nothing": ("Nothing drives {outcome} in this model.", "本模型中没有任何潜变量驱动{outcome}。"),
    "undefined": (
        "What {outcome} would gain is unknown: the index of every cause is undefined.",
        "{outcome}可提高多少未知：各原因潜变量的指数均无法计算。",
    ),
    "enough": (
        "{n} respondents took part; the study requires {minimum}.",
        "受访者 {n} 人，研究要求至少 {minimum} 人。",
    ),
    "short": (
        "{n} respondents are fewer than the {minimum} that the study requires: read every figure with care.",
        "受访者 {n} 人，少于研究要求的 {minimum} 人：所有数字须谨慎解读。",
    ),
}


def movement(page: Page, trend: pd.DataFrame, comparisons: pd.DataFrame, *, what: str) -> list[str]:
    """How satisfied and whether it moved: one sentence a comparison, or the level alone; periods not comparable are named.

    Parameters
    ----------
    page : Page
        Language, labels, confidence.
    trend, comparisons : DataFrame
        From ``keyfigures.outcome_trend`` and ``keyfigures.comparisons``.
    what : str
        The construct or item.
    """
    last = trend.iloc[-1]
    name = page.label(what)
    moves = comparisons[comparisons["estimate"].notna()]
    refused = comparisons.loc[comparisons["verdict"] == "not comparable", "period"]
    said = []
    if moves.empty:
        said.append(_say(page, "level", what=name, value=last["estimate"], low=last["conf_low"], high=last["conf_high"]))
    for row in moves.to_dict("records"):
        change, low, high = float(row["estimate"]), float(row["conf_low"]), float(row["conf_high"])
        moved = "rose" if change > 0 else "fell"
        key = {"real": moved, "unknown": "unknown"}.get(row["verdict"], "held")
        if key == "fell":
            change, low, high = -change, -high, -low
        said.append(
            _say(
                page,
                key,
                what=name,
                value=last["estimate"],
                change=change,
                low=low,
                high=high,
                period=row["period"],
                confidence=page.percent,
            )
        )
    return said + [_say(page, "unlike", what=name, period=period) for period in refused]


def first_lever(page: Page, levers: pd.DataFrame, priorities: pd.DataFrame, *, outcome: str, points: float = 5) -> str:
    """The lever to pull first: of the drivers in "improve first", the one with the largest expected gain; of all, where none is there.

    Parameters
    ----------
    page : Page
        Language and labels.
    levers, priorities : DataFrame
        From ``drivers.levers`` and ``drivers.importance_performance``.
    outcome : str
        The item that would gain.
    points : float
        As in ``drivers.levers``.
    """
    best = best_lever(levers, priorities)
    return _say(
        page,
        "lever",
        driver=page.label(best["driver"]),
        points=points,
        gain=best["estimate"],
        low=best["conf_low"],
        high=best["conf_high"],
        outcome=page.label(outcome),
    )


def best_lever(levers: pd.DataFrame, priorities: pd.DataFrame) -> pd.Series:
    """The row of ``levers`` with the largest gain among the drivers in "improve first", or among all where none is there."""
    urgent = priorities.loc[priorities["quadrant"] == "improve first", "driver"]
    chosen = levers[levers["driver"].isin(urgent)]
    return (chosen if len(chosen) else levers).sort_values("estimate", ascending=False).iloc[0]


def strongest_cause(page: Page, impacts: pd.DataFrame, *, points: float = 5) -> str:
    """Which construct has the largest total effect on the outcome, or that nothing drives it.

    ``impacts`` comes from ``model.impacts``, for ``points`` points more.
    """
    if impacts.empty:
        return _say(page, "nothing", outcome=page.label(page.structure.outcome) if page.structure else "the outcome")
    if impacts["estimate"].isna().all():
        return _say(page, "undefined", outcome=page.label(impacts["effect"].iloc[0]))
    best = impacts.sort_values("estimate", ascending=False).iloc[0]
    return _say(
        page, "strongest", cause=page.label(best["cause"]), outcome=page.label(best["effect"]), points=points, gain=best["estimate"]
    )


def discriminant_validity(page: Page, quality: pd.DataFrame) -> str:
    """Which constructs cannot be told apart, by the verdicts on HTMT in ``quality``, which comes from ``model.assess``."""
    pairs = quality[quality["metric"] == "htmt"].sort_values("estimate", ascending=False)
    if pairs.empty:
        return ""
    rule = RULES["htmt"]
    above, doubtful = (pairs[pairs["verdict"].str.startswith(word)] for word in ("above", "doubtful"))
    found = [_close(page, "discriminant", above, rule.threshold), _close(page, "doubtful", doubtful, rule.caution)]
    if not any(found):
        return _say(page, "separate", ratio=pairs["estimate"].iloc[0], limit=rule.caution)
    return ("" if page.language == "zh" else " ").join(filter(None, found))


def _close(page: Page, key: str, pairs: pd.DataFrame, limit: float | None) -> str:
    """The pairs with their ratios, and the upper bound where that gave the verdict; empty where there are none."""
    joint, names, ratios = "与" if page.language == "zh" else " and ", [], []
    for row in pairs.to_dict("records"):
        names.append(f"{page.label(row['construct'])}{joint}{page.label(row['other'])}")
        ratio = f"HTMT {row['estimate']:.2f}"
        ratios.append(_say(page, "up_to", ratio=row["estimate"], bound=row["conf_high"]) if decided_by_bound(row) else ratio)
    gap = "；" if page.language == "zh" else "; "
    return _say(page, key, pairs=gap.join(names), ratios=gap.join(ratios), limit=limit) if names else ""


def base(page: Page, n: int, total: int) -> str:
    """How many answered everything that an analysis needs."""
    return _say(page, "base" if n >= total / 2 else "few", n=n, total=total, share=100 * n / total)


def sample_size(page: Page, n: int, *, minimum: int) -> list[str]:
    """A warning where the sample is smaller than required; nothing otherwise."""
    return [_say(page, "short", n=n, minimum=minimum)] if n < minimum else []


def enough(page: Page, n: int, *, minimum: int) -> str:
    """That the sample is as large as required."""
    return _say(page, "enough", n=n, minimum=minimum)


def _say(page: Page, key: str, **parts: object) -> str:
    text = re.sub(r"(?<![\w-])-(?=\d)", "\u2212", SAID[key][1 if page.language == "zh" else 0].format(**parts))
    return text if page.language == "zh" else text[0].upper() + text[1:]
