"""The sentences that head a report, computed from the numbers, in English and Chinese."""

from __future__ import annotations

import pandas as pd

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
    "separate": (
        "Every construct can be told from the others (largest HTMT {ratio:.2f}, limit {limit:g}).",
        "各构念均可区分（最大 HTMT 为 {ratio:.2f}，界限 {limit:g}）。",
    ),
    "strongest": (
        "{cause} has the largest total effect on {outcome}: {points:g} points more go with {gain:.1f}.",
        "对{outcome}总效应最大的是{cause}：其提高 {points:g} 分，对应 {gain:.1f} 分。",
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
    """How satisfied and whether it moved: one sentence a comparison, or the level alone where there is none.

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
    if moves.empty:
        return [_say(page, "level", what=name, value=last["estimate"], low=last["conf_low"], high=last["conf_high"])]
    said = []
    for row in moves.to_dict("records"):
        change, low, high = float(row["estimate"]), float(row["conf_low"]), float(row["conf_high"])
        key = "held" if row["verdict"] != "real" else "rose" if change > 0 else "fell"
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
    return said


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
    urgent = priorities.loc[priorities["quadrant"] == "improve first", "driver"]
    chosen = levers[levers["driver"].isin(urgent)]
    best = (chosen if len(chosen) else levers).sort_values("estimate", ascending=False).iloc[0]
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


def strongest_cause(page: Page, impacts: pd.DataFrame, *, points: float = 5) -> str:
    """Which construct has the largest total effect on the outcome.

    ``impacts`` comes from ``model.impacts``, for ``points`` points more.
    """
    best = impacts.sort_values("estimate", ascending=False).iloc[0]
    return _say(
        page, "strongest", cause=page.label(best["cause"]), outcome=page.label(best["effect"]), points=points, gain=best["estimate"]
    )


def discriminant_validity(page: Page, quality: pd.DataFrame, *, limit: float = 0.90) -> str:
    """Which constructs cannot be told apart, by the heterotrait-monotrait ratio; ``quality`` comes from ``model.assess``."""
    pairs = quality[quality["metric"] == "htmt"].sort_values("estimate", ascending=False)
    if pairs.empty:
        return ""
    close = pairs[pairs["estimate"] > limit]
    if close.empty:
        return _say(page, "separate", ratio=pairs["estimate"].iloc[0], limit=limit)
    joint = "与" if page.language == "zh" else " and "
    names = [f"{page.label(row['construct'])}{joint}{page.label(row['other'])}" for row in close.to_dict("records")]
    ratios = ", ".join(f"HTMT {ratio:.2f}" for ratio in close["estimate"])
    return _say(page, "discriminant", pairs="; ".join(names), ratios=ratios, limit=limit)


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
    text = SAID[key][1 if page.language == "zh" else 0].format(**parts)
    return text if page.language == "zh" else text[0].upper() + text[1:]


def joined(*parts: str | list[str]) -> list[str]:
    """Sentences and lists of them as one list, empty ones left out."""
    flat = [part for each in parts for part in (each if isinstance(each, list) else [each])]
    return [part for part in flat if part]
