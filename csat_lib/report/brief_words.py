"""Words of the reports that managers read: the first screen, sliders, small trends, and what is missing where a section has no data."""

from __future__ import annotations

PHRASES: dict[str, tuple[str, str]] = {
    "themes_behind": ("Blamed in their comments", "其意见中批评的主题"),
    # The lines beside the headline
    "rank_of": ("rank of {count}", "{count} 家中的排名"),
    "rank_text": ("{rank} ({low} to {high})", "{rank}（{low} 至{high}）"),
    "target_short": ("{points} short, {verdict}", "差 {points} 分，{verdict}"),
    "target_ahead": ("{points} above, {verdict}", "超出 {points} 分，{verdict}"),
    # The answers
    "why_part": ("{name} {points}", "{name} {points}"),
    "why_real": ("In that change {names} can be told from noise, the other parts cannot.", "其中{names}超出误差范围，其余部分没有。"),
    "why_unclear": (
        "Largest in that change: {names}; not to be told from noise.",
        "其中最大的部分：{names}，未超出误差范围。",
    ),
    "moved_too": ("Beside it, real since {before}: {names}.", "此外，自 {before} 以来显著变化的有：{names}。"),
    "moved_to": ("{name} {change} to {value}", "{name} {change}，至 {value}"),
    "key_figures_year": ("Key figures of {period} and what moved since the year before", "{period} 关键指标及较上年的变化"),
    "why_nothing": ("No part of that change is larger than a tenth of a point.", "变化的各个部分均不足十分之一分。"),
    # The key
    "key_interval": (
        "± {half}|with {confidence} % confidence, asking all customers would give a number within {half} points of the one printed.",
        "± {half}|在 {confidence}% 的置信水平下，若询问全部客户，结果与所示数字相差不超过 {half} 分。",
    ),
    "key_real": (
        "real|the change is larger than what sampling alone would do ({confidence} % confidence); anything else is no ground for action.",
        "显著|变化超出了抽样误差（置信水平 {confidence}%）；其余变化不应作为行动依据。",
    ),
    # Breaks
    "breaks_none": (
        "Questionnaire and parameters are those of {before}, so the change is not one of method.",
        "问卷与参数同 {before}，变化并非方法不同所致。",
    ),
    "breaks_some": (
        "Since {before} these changed, so read the change with care: {names}.",
        "自 {before} 以来下列内容有变，解读变化须谨慎：{names}。",
    ),
    "mode_mix": (
        "Interview modes: {now}; in {before}: {then}.",
        "访问方式：{now}；{before} 为：{then}。",
    ),
    # Small trends and the board of key figures
    "panels_title": ("Key figures over the periods", "各期关键指标"),
    "panels_alt": ("{count} key figures over {periods} periods, a small chart each", "{count} 项关键指标在 {periods} 期的小图"),
    "panels_signals": (
        "Bands are {confidence} % intervals, dashed lines the limits of the usual up and down; outside or drifting now: {names}.",
        "色带为 {confidence}% 置信区间，虚线为正常波动的控制限；当期有信号：{names}。",
    ),
    "panels_calm": (
        "Bands are {confidence} % intervals, dashed lines the limits of the usual up and down; no figure is outside them now.",
        "色带为 {confidence}% 置信区间，虚线为正常波动的控制限；当期没有指标超出。",
    ),
    "panels_few": (
        "Bands are {confidence} % intervals; control limits need {fewest} periods.",
        "色带为 {confidence}% 置信区间；控制限至少需要 {fewest} 期数据。",
    ),
    "nps_of": ("Net promoter score: {name}", "净推荐值：{name}"),
    "in_percent": ("{name}, %", "{name}，%"),
    "signal": ("signal", "有信号"),
    "in control": ("in control", "受控"),
    "stable": ("stable", "稳定"),
    "moved": ("moved", "有变化"),
    # Sliders
    "slide_title": ("What if these drivers changed?", "如果这些因素发生变化？"),
    "slide_now": ("now {score}", "现为 {score}"),
    "slide_points": ("{points} points", "{points} 分"),
    "slide_range": ("{low} to {high}", "{low} 至 {high}"),
    "slide_level": ("then {level}", "届时为 {level}"),
    "slide_comma": ("; ", "；"),
    "slide_reset": ("All back to zero", "全部归零"),
    "slide_note": (
        "Expected change with its {confidence} % interval, everything else held. An association, causal only where an experiment shows it.",
        "预期变化及其 {confidence}% 置信区间，其他因素不变。此为样本中的关联，只有经实验才能说明因果。",
    ),
    "revenue_in": ("Revenue, {unit}", "收入，{unit}"),
    # Grounds
    "rows_kept": ("{read} read, {kept} used", "读入 {read} 行，使用 {kept} 行"),
    "no_weight_set": ("none: this study has no indicator system", "无：本研究没有指标体系"),
    "no_earlier": (
        "{period} is the first period of its kind: there is no last report to compare with. It appears with the next period.",
        "{period} 是同类时期的第一期，没有上一份报告可比；下一期起显示。",
    ),
    "nothing_changed": (
        "Questionnaire, parameters and weights are those of {before}.",
        "问卷、参数与权重均与 {before} 相同。",
    ),
    "changed_added": ("new question", "新增题目"),
    "changed_dropped": ("dropped", "已取消"),
    "changed_wording": ("wording", "措辞"),
    "changed_label": ("label", "标签"),
    "changed_scale": ("scale", "量表"),
    "changed_labels": ("labels of the answers", "选项标签"),
    "changed_missing": ("missing codes", "缺失编码"),
    "changed_direction": ("direction", "方向"),
    "changed_column": ("column", "列名"),
    "no_expectations": (
        "This study does not ask what customers expected. Name such questions expect_... and quality_... in the codebook.",
        "本研究未询问顾客期望，无法显示差距。请在编码表中将题目命名为 expect_… 与 quality_…。",
    ),
    "gap_heading": ("Found less expected", "实际减期望"),
    # Sections without data
    "absent_targets": (
        "Two results are needed before a target can be proposed. It appears with the next period.",
        "至少需要两期结果才能提出目标建议；下一期起显示。",
    ),
    # Two periods side by side
    "compare_title": ("two periods side by side", "两期对照"),
    "compare_lead": (
        (
            "Figures as each period's report has them, with its own weights: tenths may differ from pages that hold weights fixed. "
            "A difference is called real where its interval excludes zero; whether it matters is another question."
        ),
        "各数字取自当期报告；因各期权重不同，指数与采用固定权重的页面可能相差零点几分。区间不含零的差异称为显著；是否重要另当别论。",
    ),
    "compare_all": ("all periods", "全部时期"),
    "compare_choose": ("Choose two periods", "选择两期"),
    "compare_from": ("From", "从"),
    "compare_to": ("to", "到"),
    "compare_figure": ("Key figure", "指标"),
    "compare_change": ("Difference", "差异"),
    "compare_interval": ("Interval", "区间"),
    "compare_verdict": ("Real?", "显著？"),
    "compare_real": ("real", "显著"),
    "compare_noise": ("within noise", "误差范围内"),
    "compare_refused": ("not comparable", "不可比"),
    "compare_unlike": (
        "Choose two different periods of the same length: a year is not compared with a quarter.",
        "请选择两个不同且长度相同的时期：年度不与季度比较。",
    ),
    "compare_count": ("{real} of {rows} differences are real.", "{rows} 项差异中有 {real} 项显著。"),
    "compare_pair_previous": ("{after} against {before}, the period before", "{after} 与上期 {before}"),
    "compare_pair_year": ("{after} against {before}, a year before", "{after} 与上年同期 {before}"),
    "compare_performance": ("{name}: performance", "{name}：表现"),
    "compare_importance": ("{name}: importance, %", "{name}：重要性，%"),
    "compare_lever": ("{name}: gain of five points more", "{name}：提高五分的收益"),
    "compare_foot": (
        "Intervals, uncorrected for their number, treat periods as independent samples, but for the index against its own report's period.",
        "除指数与其报告所比时期外，区间均按两期独立样本计算；未对指标个数作校正。",
    ),
    # Year and month
    "complaints_of": (
        "These are the complaints of {period}: {own} has no register of its own.",
        "以下为 {period} 的投诉：{own} 没有单独的台账。",
    ),
    "pooled_note": (
        "Made of the interviews of {parts}: this period has no file of its own.",
        "由以下时期的访问构成：{parts}；本期没有单独的数据文件。",
    ),
    "pooled_gap_note": (
        "There are no answers of {parts}: this period is not whole, and the season may move its figures.",
        "缺少 {parts} 的回答：本期数据不完整，数值可能受季节影响。",
    ),
    "pooled_respondents_note": (
        "{n} of these interviews are with customers who answered more than once; the intervals allow for it.",
        "其中 {n} 次访问来自多次受访的顾客，区间已作相应处理。",
    ),
    "year_course": (
        "Over the year the index went from {first} in {start} to {last} in {end}; {real} of its {steps} steps are real.",
        "全年指数由 {start} 的 {first} 变为 {end} 的 {last}；{steps} 次变化中有 {real} 次显著。",
    ),
    "alerts_none": ("No figure is out of control, and no target is missed.", "没有指标失控，也没有目标未达标。"),
    "alert_missed": ("{name} misses its target: {value} against {target}.", "{name}未达标：{value}，目标 {target}。"),
    "alert_signal": ("{name} is outside its usual up and down ({value}).", "{name}超出正常波动（{value}）。"),
    "alert_moved": ("{name} moved by {change} since {before}, which is real.", "{name}自 {before} 以来变化 {change}，显著。"),
}

HEADINGS: dict[str, tuple[str, str]] = {
    "previous": ("Since last period", "较上期"),
    "previous_verdict": ("Real?", "显著？"),
    "year_before": ("Since last year", "较上年同期"),
    "year_verdict": ("Real?", "显著？"),
    "control": ("Control chart", "控制图"),
    "expected": ("Expected", "期望"),
    "found": ("Found", "实际"),
    "detail": ("Detail", "内容"),
    "before": ("Before", "之前"),
    "after": ("Now", "现在"),
    "proposal": ("Proposed target", "建议目标"),
    "advanced": ("Results at or above the mean", "不低于均值的结果数"),
    "results": ("Results", "结果数"),
}

METRICS: dict[str, tuple[str, str]] = {
    "surveyed_degree": ("Satisfaction degree, surveyed", "满意度（顾客调查）"),
    "surveyed_rate": ("Satisfaction rate, surveyed", "满意率（顾客调查）"),
    "csat": ("CSAT, two best answers", "CSAT（最好两档）"),
    "complained_share": ("Customers who say they complained", "自称投诉过的顾客"),
    "data_file": ("Data", "数据文件"),
    "rows_read": ("Rows", "行数"),
    "weight_set_used": ("Weights of the indicators", "指标权重方案"),
    "software": ("Software", "软件"),
    "code": ("Code", "代码版本"),
}

CAPTIONS: dict[str, tuple[str, str]] = {
    "what_if_gains": ("Expected gain for five points more of each driver, the others held", "各因素提高五分的预期收益（其他因素不变）"),
    "key_figures": (
        "Key figures of {period}: what moved since the last period and the last year, and the verdict of the control chart",
        "{period} 关键指标：较上期与上年同期的变化，以及控制图判断",
    ),
    "path_stability": ("Path coefficients fitted anew in each period", "各期重新估计的路径系数"),
    "expectation_gaps": ("What customers found beside what they expected, 0-100", "顾客实际感受与期望的对照，0-100"),
    "made_with": ("What these numbers rest on", "数字的依据"),
    "index_weights": ("Weight of every question in its index", "各题在指数中的权重"),
    "changed_since": ("What changed since the last report", "自上一份报告以来的变化"),
    "report_gaps": (
        "Gaps to competitors, in points; each figure over all who answered its questions, so ours may differ a little from the headline",
        "与竞争对手的差距，分；各项均基于答全该项题目的全部受访者，故我方数值可能与总体指数略有出入",
    ),
    "report_transitions": ("Gain by grade before, in grades", "按原等级的变化，等级"),
    "report_changes": ("What moved the index, in points", "指数变化的来源，分"),
    "year_actions": ("Actions tested by this year's surveys", "本年度调查检验的行动"),
    "course": ("The periods of {period}", "{period} 各期"),
    "next_targets": (
        "Targets proposed for the next year: the mean of the results at or above the mean",
        "下一年度目标建议：不低于均值的结果之平均（平均先进）",
    ),
    "month_figures": ("Key figures of {period}", "{period} 关键指标"),
}
