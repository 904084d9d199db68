"""Phrases of the headline and of the charts that every page shares, in English and Chinese; ``language`` takes them in."""

from __future__ import annotations

PHRASES: dict[str, tuple[str, str]] = {
    # Headline
    "index_unit": ("{what}, 0-100", "{what}，0-100"),
    "satisfaction index": ("satisfaction index", "满意度指数"),
    "respondents_of": ("{n} of {all} respondents", "{all} 名受访者中的 {n} 名"),
    "respondents": ("{n} respondents", "{n} 名受访者"),
    "up": ("up", "上升"),
    "down": ("down", "下降"),
    "unchanged": ("unchanged", "不变"),
    "scorecard": ("Key figures of {period} against their targets", "{period} 关键指标与目标"),
    "key_figure": ("Key figure", "指标"),
    "target_heading": ("Target", "目标"),
    "status": ("Status", "状态"),
    # Trend
    "target": ("target {value}", "目标 {value}"),
    "trend_alt": (
        "{what} over {periods} periods with {confidence} % intervals; {value} in {period}{target}",
        "{what}，共 {periods} 期，附 {confidence}% 置信区间；{period} 为 {value}{target}",
    ),
    "trend_alt_one": (
        "{what} in {period}: {value} with its {confidence} % interval{target}",
        "{period} 的{what}：{value}，附 {confidence}% 置信区间{target}",
    ),
    "and_target": ("; target {value}", "；目标 {value}"),
    "trend_caption": ("{what} with {confidence} % interval.", "{what}及其 {confidence}% 置信区间。"),
    "trend_real": (
        "The last step ({change}) is larger than what sampling alone would do ({margin} points).",
        "最近一期的变化（{change}）大于抽样误差（{margin} 分）。",
    ),
    "trend_noise": (
        "The last step ({change}) is within what sampling alone would do ({margin} points).",
        "最近一期的变化（{change}）在抽样误差之内（{margin} 分）。",
    ),
    "trend_unlike": (
        "The last step is not to be read as a change: its questions measure something else in the two periods.",
        "最近一期的变化不可比较：两期题目所测内容不同。",
    ),
    "trend_first": ("One period so far; the trend begins with the next.", "目前仅一期，趋势自下一期开始。"),
    # Dots
    "score_axis": ("score, 0-100", "得分，0-100"),
    "scores_alt": (
        "Scores of {count} rows with {confidence} % intervals; highest {top} ({high}), lowest {bottom} ({low})",
        "{count} 项得分及 {confidence}% 置信区间；最高 {top}（{high}），最低 {bottom}（{low}）",
    ),
    "scores_caption": (
        "{top} scores highest ({high}), {bottom} lowest ({low}). Bars are {confidence} % intervals.",
        "{top}最高（{high}），{bottom}最低（{low}）。横线为 {confidence}% 置信区间。",
    ),
    "score_caption": (
        "{top} scores {high}. The bar is the {confidence} % interval.",
        "{top}为 {high}。横线为 {confidence}% 置信区间。",
    ),
    "segments_alt": (
        "{by}: {count} groups with {confidence} % intervals; highest {top} ({high}), lowest {bottom} ({low})",
        "{by}：{count} 组及 {confidence}% 置信区间；最高 {top}（{high}），最低 {bottom}（{low}）",
    ),
    "all": ("All", "全部"),
    "overall": ("overall {value}", "总体 {value}"),
    "segments_caption": (
        "{by}: from {low} ({bottom}) to {high} ({top}). Bars are {confidence} % intervals.",
        "{by}：由 {low}（{bottom}）至 {high}（{top}）。横线为 {confidence}% 置信区间。",
    ),
    "segments_clear": (
        "Intervals that leave out the overall score: {names} (before correction for the number of groups).",
        "区间不含总体得分：{names}（未作多重校正）。",
    ),
    "segments_level": (
        "No interval lies wholly above or below the overall score.",
        "没有任何区间完全高于或低于总体得分。",
    ),
    "segments_hidden": (
        "Not shown, fewer than {below} respondents or needed to protect such a group: {names}.",
        "未显示（少于 {below} 人，或为保护此类组别）：{names}。",
    ),
    "segments_unlike": (
        "Not shown, because the questions measure something else there: {names}.",
        "未显示（该组题目所测内容不同，不可比较）：{names}。",
    ),
    "only_one": ("Only {top} can be shown ({high}).", "仅能显示{top}（{high}）。"),
    # Importance
    "importance_axis": ("importance, % of explained variance", "重要性，占解释方差的 %"),
    "importance_alt": (
        "Importance of {count} drivers; {first} comes first with {share}",
        "{count} 个驱动因素的重要性；{first}居首，{share}",
    ),
    "importance_caption": ("{first} matters most, {share} of what is explained.", "{first}最重要，占已解释部分的 {share}。"),
    "importance_intervals": ("Bars with {confidence} % intervals.", "附 {confidence}% 置信区间。"),
    "importance_letters": (
        "Drivers that share a letter cannot be told apart.",
        "字母相同的因素无法区分先后。",
    ),
    # Importance and performance
    "performance_axis": ("performance, 0-100", "表现，0-100"),
    "kind_lmg": ("importance, % of explained variance (LMG)", "重要性，占解释方差的 %（LMG）"),
    "kind_total": ("importance, total effect per point", "重要性，每分的总效应"),
    "kind_stated": ("importance as stated", "自述重要性"),
    "kind_other": ("importance, {kind}", "重要性，{kind}"),
    "cross_mean": ("Cross-hairs at the means", "十字线位于均值"),
    "cross_median": ("Cross-hairs at the medians", "十字线位于中位数"),
    "cross_middle": ("Cross-hairs at the middle of the scales", "十字线位于量表中点"),
    "cross_target": ("Cross-hairs at the targets", "十字线位于目标值"),
    "priorities_bars": ("; bars are {confidence} % intervals.", "；横竖线为 {confidence}% 置信区间。"),
    "stop": (".", "。"),
    "priorities_hot": ("Important and weak: {names}.", "重要而薄弱：{names}。"),
    "priorities_none": ("Nothing is both important and weak.", "没有既重要又薄弱的因素。"),
    "priorities_alt": (
        "Importance against performance of {count} drivers. {verdict}",
        "{count} 个因素的重要性与表现。{verdict}",
    ),
    # Path diagram
    "paths_alt": (
        "Path diagram of {constructs} constructs and {paths} paths. Strongest: {cause} to {effect}, {value}",
        "路径图：{constructs} 个变量，{paths} 条路径。最强：{cause}至{effect}，{value}",
    ),
    "paths_coloured": (
        "Coloured: the {confidence} % interval excludes zero ({clear} of {paths} paths); width by size.",
        "着色：{confidence}% 置信区间不含零（{paths} 条中 {clear} 条）；线宽表示大小。",
    ),
    "paths_plain": ("Standardised path coefficients.", "标准化路径系数。"),
    "paths_faint": ("Not told from zero: {names}.", "与零无法区分：{names}。"),
    "path": ("{cause} to {effect}", "{cause}至{effect}"),
    # Distributions and gaps
    "share_axis": ("% of answers", "占回答的 %"),
    "distribution_alt": (
        "Answers to {count} questions by grade; most in the best grade: {top} ({high})",
        "{count} 道题的回答分布；最高档占比最大：{top}（{high}）",
    ),
    "distribution_caption": (
        "Share of each answer, worst at the left. In the best grade: {top} {high}, {bottom} {low}.",
        "各档回答占比，左为最差。最高档：{top} {high}，{bottom} {low}。",
    ),
    "answered": ("answered", "已回答"),
    "dont_know": ("don't know", "不知道"),
    "not_answered": ("no answer", "未回答"),
    "missing_axis": ("% of respondents", "占受访者的 %"),
    "missing_alt": (
        "Answered and missing shares of {count} questions; most often missing: {top} ({high})",
        "{count} 道题的回答与缺失占比；缺失最多：{top}（{high}）",
    ),
    "missing_caption": ("Most often without an answer: {top}, {high}.", "缺失最多：{top}，{high}。"),
    "missing_none": ("Every question was answered by everybody.", "所有题目均有回答。"),
}
