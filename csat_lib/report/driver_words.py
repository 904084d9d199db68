"""What the driver analysis says, in English and Chinese: phrases of charts and tables, headings, sentences."""

from __future__ import annotations

PHRASES: dict[str, tuple[str, str]] = {
    # Verdicts and classes
    "clear": ("clear", "明确"),
    "uncertain": ("uncertain", "不确定"),
    "opposite direction": ("opposite direction", "方向相反"),
    "satisfier": ("satisfier", "满意因素"),
    "dissatisfier": ("dissatisfier", "不满因素"),
    "hybrid": ("hybrid", "混合因素"),
    "undecided": ("undecided", "未定"),
    "sign not interpretable": ("sign not interpretable", "符号无法解释"),
    "necessary": ("necessary", "必要"),
    "not necessary": ("not necessary", "非必要"),
    "needed": ("needed", "需要"),
    "not needed": ("not needed", "不需要"),
    "beyond the range": ("beyond the range", "超出范围"),
    "top priority": ("top priority", "首要"),
    "important driver": ("important driver", "重要因素"),
    "bottleneck risk": ("bottleneck risk", "瓶颈风险"),
    "path model": ("path model", "路径模型"),
    "regression": ("regression", "回归"),
    "at its ceiling": ("at its ceiling", "已达上限"),
    "at the end of the scale": ("at the end of the scale", "已达量表上端"),
    "as far as the budget goes": ("as far as the budget goes", "用尽预算"),
    "not in the plan": ("not in the plan", "未入选"),
    "no gain": ("no gain", "无增益"),
    "no cost given": ("no cost given", "未给出成本"),
    "as asked": ("as asked", "按设定"),
    "capped at the end of the scale": ("capped at the end of the scale", "以量表端点为限"),
    "revenue": ("revenue", "收入"),
    "combination": ("combination", "组合"),
    "not significant": ("not significant", "不显著"),
    "higher": ("higher", "更高"),
    "lower": ("lower", "更低"),
    "not told apart": ("not told apart", "无法区分"),
    "rose": ("rose", "上升"),
    "fell": ("fell", "下降"),
    "no change shown": ("no change shown", "未见变化"),
    # Priorities
    "cross_mixed": ("Performance is cut at {performance}, importance at {importance}", "表现以{performance}为界，重要性以{importance}为界"),
    "cut_mean": ("the mean", "均值"),
    "cut_median": ("the median", "中位数"),
    "cut_middle": ("the middle of the scale", "量表中点"),
    "cut_target": ("the target", "目标值"),
    "priorities_line": ("On the slanting line all have equal priority; above it, more.", "斜线上优先级相同，线上方更优先。"),
    # Asymmetry
    "asymmetry_axis": ("impact asymmetry, from penalty only (−1) to reward only (+1)", "影响不对称性，由纯惩罚（−1）至纯奖励（+1）"),
    "asymmetry_range": ("range of impact, points", "影响幅度，分"),
    "asymmetry_caption": (
        "Left: low answers cost more than high ones bring; right: the reverse. Higher: more impact.",
        "左侧：低分之失大于高分之得；右侧相反。越高影响越大。",
    ),
    "asymmetry_bars": ("Bars are {confidence} % intervals.", "横竖线为 {confidence}% 置信区间。"),
    "asymmetry_bad": ("Dissatisfiers: {names}.", "不满因素：{names}。"),
    "asymmetry_good": ("Satisfiers: {names}.", "满意因素：{names}。"),
    "asymmetry_flagged": ("Not drawn, sign not interpretable: {names}.", "未绘出（符号无法解释）：{names}。"),
    "asymmetry_alt": (
        "Impact asymmetry of {count} drivers; satisfiers {good}, dissatisfiers {bad}",
        "{count} 个因素的影响不对称性；满意因素 {good} 个，不满因素 {bad} 个",
    ),
    # Dominance
    "dominance_axis": ("% of models in which the row's driver adds more than the column's", "行因素增量大于列因素的模型占比，%"),
    "dominance_alt": (
        "Dominance of {count} drivers, row over column; {complete} complete",
        "{count} 个因素的优势（行对列）；完全优势 {complete} 对",
    ),
    "dominance_caption": (
        "Share of models in which the row's driver adds more than the column's; 100 % is complete dominance.",
        "行因素增量大于列因素的模型占比；100% 为完全优势。",
    ),
    "dominance_most": ("{first} adds more than most others do in the majority of models.", "在多数模型中，{first}的增量高于多数其他因素。"),
}

HEADINGS: dict[str, tuple[str, str]] = {
    "basis": ("Basis", "计算依据"),
    "points": ("Points", "提高分数"),
    "asked": ("Asked", "设定"),
    "ceiling": ("Ceiling", "上限"),
    "cost": ("Cost", "成本"),
    "penalty": ("Penalty", "惩罚"),
    "reward": ("Reward", "奖励"),
    "range": ("Range of impact", "影响幅度"),
    "sgp": ("Satisfying share", "满意潜力"),
    "dgp": ("Dissatisfying share", "不满潜力"),
    "kind": ("Kind of importance", "重要性类型"),
    "crosshair": ("Cross-hairs", "十字线"),
    "crosshair_importance": ("Importance cut at", "重要性分界"),
    "priority": ("Above the line", "线上距离"),
    "convention": ("Weights", "权重口径"),
    "necessity": ("Necessity d", "必要性 d"),
    "necessary": ("Necessary", "必要条件"),
    "class": ("Class", "类别"),
    "accuracy": ("Accuracy", "准确度"),
    "category": ("Category", "类别"),
    "strength": ("Category strength", "类别强度"),
    "total_strength": ("Total strength", "总强度"),
    "at_60": ("For 60 %", "达到 60%"),
    "at_70": ("For 70 %", "达到 70%"),
    "at_80": ("For 80 %", "达到 80%"),
    "at_90": ("For 90 %", "达到 90%"),
    "at_100": ("For 100 %", "达到 100%"),
    "johnson_share": ("Share, Johnson", "占比（Johnson）"),
    "average_share": ("Average answer", "平均评价"),
    "top_share": ("Best answers", "最高档评价"),
    "promoter_share": ("Promoters", "推荐者"),
    "detractor_share": ("Detractors", "贬损者"),
    "p_adjusted": ("p, corrected", "校正后 p"),
    "better": ("Better", "满意系数"),
    "worse": ("Worse", "不满系数"),
    "attractive": ("Attractive", "魅力"),
    "one_dimensional": ("One-dimensional", "期望"),
    "must_be": ("Must-be", "必备"),
    "indifferent": ("Indifferent", "无差异"),
    "reverse": ("Reverse", "反向"),
    "questionable": ("Questionable", "可疑"),
    "assumption": ("Assumption", "假设"),
    "en": ("What is assumed", "假设内容"),
    "zh": ("What is assumed", "假设内容"),
}

SAID: dict[str, tuple[str, str]] = {
    # Can the drivers be told from each other
    "apart": (
        "The drivers can be told from each other: the largest VIF is {vif} ({driver}), the condition number {condition}.",
        "各因素可以区分：最大 VIF 为 {vif}（{driver}），条件数 {condition}。",
    ),
    "entangled": (
        "These drivers go together so closely (VIF up to {vif}) that their shares should be read together: {names}.",
        "以下因素高度相关（VIF 最高 {vif}），其占比应合并解读：{names}。",
    ),
    "suppressed": (
        "The coefficient has the other sign than the correlation, which is a matter of overlap: {names}.",
        "系数与相关的符号相反，系因素重叠所致：{names}。",
    ),
    "explained": ("Together they explain {share} of the variance.", "合计解释方差的 {share}。"),
    "left_out": (
        "Left out, because constant, unanswered or determined by the others: {names}.",
        "未纳入（无差异、无人作答或由其他因素决定）：{names}。",
    ),
    # What matters most
    "leads": (
        "{driver} matters most: {share} of what is explained ({low} to {high}); its rank lies between {best} and {worst} ({confidence} %).",
        "{driver}最重要：占已解释部分的 {share}（{low} 至 {high}）；名次在第 {best} 至第 {worst} 之间（{confidence}%）。",
    ),
    "leads_surely": (
        "{driver} matters most: {share} of what is explained ({low} to {high}), first in {confidence} % of the resamples or more.",
        "{driver}最重要：占已解释部分的 {share}（{low} 至 {high}），在至少 {confidence}% 的重抽样中居首。",
    ),
    "close": (
        "Not told from {driver} after correction for the number of pairs: {names}.",
        "经多重比较校正后，无法与{driver}区分的有：{names}。",
    ),
    "ahead": (
        "{driver} explains more than every other driver, also after correction for the number of pairs.",
        "经多重比较校正后，{driver}的解释力仍高于其他所有因素。",
    ),
    "johnson_same": (
        "Johnson's relative weights give the same order, no share further than {gap} points away.",
        "Johnson 相对权重的排序相同，占比相差不超过 {gap} 个百分点。",
    ),
    "johnson": (
        "Johnson's relative weights order them slightly otherwise; no share is further than {gap} points away.",
        "Johnson 相对权重的排序略有不同，占比相差不超过 {gap} 个百分点。",
    ),
    "linear": (
        "A line is enough: of respondents not seen before it explains {line}, a random forest {forest}.",
        "线性关系足够：对未见样本，直线解释 {line}，随机森林解释 {forest}。",
    ),
    "curved": (
        "A random forest explains {forest} of respondents not seen before, a line {line}: look for curves and interactions.",
        "对未见样本，随机森林解释 {forest}，直线仅 {line}：应检查非线性与交互作用。",
    ),
    # Dominance
    "dominates_all": (
        "{driver} dominates every other driver in every model; {settled} of {pairs} pairs are settled so.",
        "在所有模型中{driver}均优于其他因素；{pairs} 对中有 {settled} 对可完全判定。",
    ),
    "dominates": (
        "{driver} dominates {beaten} of {others} others in every model; {settled} of {pairs} pairs are settled so.",
        "{driver}在所有模型中优于 {others} 个因素中的 {beaten} 个；{pairs} 对中有 {settled} 对可完全判定。",
    ),
    "reproduced": (
        "The order of {sure} of {pairs} pairs comes out the same in at least {share} % of the resamples; the others may turn.",
        "{pairs} 对中有 {sure} 对的先后在至少 {share}% 的重抽样中一致，其余可能互换。",
    ),
    # Asymmetry
    "dissatisfier": ("A low answer costs more than a high one brings: {names}.", "低分之失大于高分之得：{names}。"),
    "satisfier": ("A high answer brings more than a low one costs: {names}.", "高分之得大于低分之失：{names}。"),
    "hybrid": ("As much is lost as is won: {names}.", "得失相当：{names}。"),
    "undecided": (
        "Whether low answers cost more than high ones bring cannot be told yet: {names}.",
        "低分之失与高分之得孰大，尚不能判定：{names}。",
    ),
    "sign_not_interpretable": (
        "Not read here, since low answers seem to help or high ones to harm (chance, or another driver behind it): {names}.",
        "不作解读，因低分似有利或高分似有害（偶然，或另有原因）：{names}。",
    ),
    "too_few": ("Left out, as too few gave low, middle or high answers: {names}.", "低、中、高分之一人数过少，未纳入：{names}。"),
    # Necessity
    "none_necessary": (
        "No driver is necessary (d of 0.1 or more, p below .05); the largest empty corner is that of {driver} (d {d}).",
        "没有必要条件（d 不低于 0.1 且 p 小于 .05）；空角最大的是{driver}（d {d}）。",
    ),
    "necessary": (
        "{driver} is necessary (d {d}): nobody reached the best answer on {outcome} with less than {level} % of its range.",
        "{driver}是必要条件（d {d}）：{outcome}达到最高者，其该项水平均不低于量程的 {level}%。",
    ),
    "top_priority": ("Both a strong driver and a necessary condition: {names}.", "既是强驱动因素又是必要条件：{names}。"),
    "important_driver": ("A strong driver that is not necessary: {names}.", "强驱动因素，但非必要条件：{names}。"),
    "bottleneck_risk": (
        "Weaker, but necessary, so a bottleneck when it fails: {names}.",
        "驱动较弱但属必要，可能成为瓶颈：{names}。",
    ),
    # What it would bring
    "step": ("{driver} by {points} points", "{driver}提高 {points} 分"),
    "plan": (
        "A budget of {budget} is best spent on raising {names}: expected {effect} {gain} ({low} to {high}), {spent} spent.",
        "预算 {budget} 的最佳用途：{names}；预期{effect} {gain} 分（{low} 至 {high}），花费 {spent}。",
    ),
    "no_plan": ("No lever within the budget brings anything.", "预算内没有带来增益的措施。"),
    "brings": ("{effect} {gain} ({low} to {high})", "{effect} {gain}（{low} 至 {high}）"),
    "what_if": ("Raising {names} goes with: {effects}.", "{names}，预期：{effects}。"),
    # Segments
    "segments_alike": (
        "Overall test: no difference is shown in how the drivers work in the segments of {groups} (p {p}).",
        "总体检验：未见各驱动因素的作用因{groups}而异（p {p}）。",
    ),
    "segments_differ": (
        "Overall test: the drivers do not work alike in the segments of {groups} (p {p}).",
        "总体检验：驱动因素的作用因{groups}而异（p {p}）。",
    ),
    "segments_untested": (
        "The overall test over the segments of {groups} could not be made.",
        "无法对{groups}各组作总体检验。",
    ),
    "matters_more": ("{where}: {driver} matters more", "{where}：{driver}更重要"),
    "matters_less": ("{where}: {driver} matters less", "{where}：{driver}较不重要"),
    "cells": (
        "{count} of {tested} comparisons with all other segments differ after correction: {names}.",
        "经校正，{tested} 项与其余各组的比较中有 {count} 项存在差异：{names}。",
    ),
    "alike": (
        "After correction no driver matters more or less in one segment than in the others.",
        "经校正，没有因素在某一组中比其他组更重要或更不重要。",
    ),
    "bases": ("Respondents: {names}.", "受访者人数：{names}。"),
    "not_compared": ("Too small to be compared: {names}.", "样本过小，未作比较：{names}。"),
    # Waves
    "waves_alike": (
        "Overall test: no difference is shown in how the drivers work in {before} and in {last} (p {p}).",
        "总体检验：未见 {before} 与 {last} 之间驱动因素的作用有变（p {p}）。",
    ),
    "waves_differ": (
        "Overall test: the drivers do not work in {last} as they did in {before} (p {p}).",
        "总体检验：与 {before} 相比，{last} 驱动因素的作用有变（p {p}）。",
    ),
    "all_waves_alike": (
        "Over all {count} periods from {before} to {last} no difference is shown (p {p}).",
        "{before} 至 {last} 共 {count} 期整体未见变化（p {p}）。",
    ),
    "all_waves_differ": (
        "Over all {count} periods from {before} to {last} they do differ (p {p}).",
        "{before} 至 {last} 共 {count} 期之间存在差异（p {p}）。",
    ),
    "driver_rose": ("{driver} rose from {before} to {last}", "{driver}在 {before} 至 {last} 间上升"),
    "driver_fell": ("{driver} fell from {before} to {last}", "{driver}在 {before} 至 {last} 间下降"),
    "moved": (
        "{count} of {tested} changes from one period to the next are real after correction: {names}.",
        "经校正，{tested} 项逐期变化中有 {count} 项显著：{names}。",
    ),
    "none_moved": (
        "Of {tested} changes of a driver from one period to the next none is larger than noise after correction.",
        "经校正，{tested} 项逐期变化均未超出抽样误差。",
    ),
    # Boxes
    "top": (
        "What makes an answer of {at} or above ({who} of respondents): {driver} before all, {share} of what is explained.",
        "给出 {at} 分及以上者（占 {who}）：首要因素是{driver}，占已解释部分的 {share}。",
    ),
    "top_only": (
        "What makes an answer of {at}, the best ({who} of respondents): {driver} before all, {share} of what is explained.",
        "给出最高分 {at} 者（占 {who}）：首要因素是{driver}，占已解释部分的 {share}。",
    ),
    "promoter": ("What makes promoters ({who}): {driver} before all, {share}.", "推荐者（{who}）：首要因素是{driver}，占 {share}。"),
    "detractor": ("What makes detractors ({who}): {driver} before all, {share}.", "贬损者（{who}）：首要因素是{driver}，占 {share}。"),
}
