"""What the tracking room says in English of panels, corrections and season, in the page's language."""

from __future__ import annotations

import re

from csat_lib.report.reasons import reason

REASONS: tuple[tuple[str, str], ...] = (
    (r"it needs quarters, months or half-years, all of one kind", "需要同一类型的季度、月度或半年度数据"),
    (
        r"(\d+) waves over ([\d.]+) years, (\d+) years with every (?:quarter|month|half) are needed",
        r"\2 年间仅有 \1 期，需 \3 年且各期齐全",
    ),
    (r"too few waves for (\d+) other terms", r"期数不足以同时估计其他 \1 项"),
    (r"With the survey weights, which bring the sample to the population's shares\.", "采用调查权重，使样本与总体构成一致。"),
    (
        r"Without weights: every answer counts alike, so that a change in who answered counts as a change\.",
        "未加权：每份答卷同等计入，受访者构成的变化也会计为变化。",
    ),
    (
        r"(\d+) to (\d+) respondents are in both waves of (\d+) pairs, their covariance is subtracted",
        r"\3 对比较中两期均有 \1 至 \2 名相同受访者，已扣除其协方差",
    ),
    (r"(\d+) respondents are in both waves", r"两期均有 \1 名相同受访者"),
    (r"(\S+) and (\S+) are independent samples", r"\1 与 \2 为独立样本"),
    (r"and (\d+) more pairs likewise", r"另有 \1 对亦然"),
    (r": the ids are serial numbers of questionnaires", "（编号为问卷流水号）"),
    (r": the answers under (\d+) equal ids are unrelated \(r = ([-\d.]+\d)\)", r"（\1 个相同编号下的答案互不相关，r = \2）"),
    (r"There is no survey of the same period a year before (\S+)\.", r"没有 \1 的去年同期调查。"),
    (r"The wave before (\S+) is that of a year before: it stands above\.", r"\1 的上一期即去年同期，见上文。"),
    (r"(Holm|Benjamini-Hochberg) over (\d+)", r"\1 法，\2 项比较"),
    (r"no correction over (\d+)", r"未校正，\1 项比较"),
    (r"。 ", "。"),
    (r"([\u4e00-\u9fff）])\.$", r"\1。"),
    (r"No waves compared", "未比较任何两期"),
    (r"resampled within the design, wave by wave", "按抽样设计逐期重抽"),
    (r"(\S+) is only in the (?:first) wave", r"\1 仅见于前一期"),
    (r"(\S+) is only in the (?:second) wave", r"\1 仅见于后一期"),
)


def tracked_reason(text: str, language: str) -> str:
    """A note, a correction or a reason of the tracking room in ``language``; what no table knows stays as it is.

    Parameters
    ----------
    text : str
        As the room says it.
    language : str
        en or zh.

    >>> tracked_reason("Holm over 90", "zh")
    'Holm 法，90 项比较'
    """
    said = reason(text, language)
    if language == "zh":
        for english, chinese in REASONS:
            said = re.sub(english, chinese, said)
    return said
