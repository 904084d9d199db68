"""Words of the indicator system in English and Chinese: its charts, its tables, and the weights lab."""

from __future__ import annotations

INDEX_HEADINGS: dict[str, tuple[str, str]] = {
    "weights": ("Weights", "权重方案"),
    "author": ("Set by", "制定者"),
    "date": ("Date", "日期"),
    "method": ("Method", "方法"),
    "reason": ("Reason", "理由"),
    "locked": ("Locked for", "锁定时期"),
    "hash": ("Fingerprint", "指纹"),
    "before": ("Before", "前期"),
    "after": ("After", "本期"),
    "effective_weight": ("Weight in the index", "在指数中的权重"),
    "level": ("Level", "层级"),
    "grade": ("Grade", "等级"),
    "difference": ("Difference", "差异"),
    "grading": ("Score of the grades", "等级得分"),
    "plain_mean": ("Plain mean", "普通均值"),
    "top_share": ("Among the first", "位居前列的概率"),
    "rank_median": ("Rank, median", "名次（中位数）"),
    "equal_rank": ("Rank, equal weights", "名次（等权）"),
    "first_rank": ("Rank, first set", "名次（方案一）"),
    "second_rank": ("Rank, second set", "名次（方案二）"),
    "second": ("Second", "方案二"),
    "shift": ("Places lost", "名次变动"),
    "parent": ("Part of", "所属"),
    "node": ("Indicator", "指标"),
    "very_satisfied_share": ("Very satisfied", "很满意"),
    "satisfied_share": ("Satisfied", "满意"),
    "fairly_satisfied_share": ("Basically satisfied", "基本满意"),
    "dissatisfied_share": ("Dissatisfied", "不满意"),
    "very_dissatisfied_share": ("Very dissatisfied", "很不满意"),
}

INDEX_PHRASES: dict[str, tuple[str, str]] = {
    # The tree
    "tree_axis": ("index", "指数"),
    "tree_alt": (
        "The indicator system with its scores: index {index}; of {count} indicators, highest {top} ({high}), lowest {bottom} ({low})",
        "指标体系及得分：指数 {index}；{count} 个末级指标中最高 {top}（{high}），最低 {bottom}（{low}）",
    ),
    "tree_caption": (
        "Height is the weight in the index. Teal scores above the index ({index}), red below; the stronger the colour, the further away.",
        "高度为在指数中的权重。青色高于指数（{index}），红色低于指数；颜色越浓，差距越大。",
    ),
    "tree_thin": ("Too thin for a name, see the table: {names}.", "过窄而未标名，见表：{names}。"),
    # Contributions
    "contributions_axis": ("points of the index", "指数分"),
    "added": ("points added", "已得分"),
    "lost": ("points short of full marks", "距满分的差"),
    "contributions_alt": (
        "Points that {count} indicators add to the index ({index}) and leave; {top} leaves most ({lost})",
        "{count} 个指标对指数（{index}）的贡献与失分；{top}失分最多（{lost}）",
    ),
    "contributions_caption": (
        "Together they make the index, {index}. Most is left at {top}: {lost} points.",
        "合计即指数 {index}。失分最多的是{top}：{lost} 分。",
    ),
    "change_axis": ("points of change", "变化分"),
    "by_score": ("from scores", "源于得分"),
    "by_weight": ("from weights and missing answers", "源于权重与缺失"),
    "change_alt": (
        "What {count} indicators add to the change of the index ({change}); most {top} ({most})",
        "{count} 个指标对指数变化（{change}）的贡献；最大者{top}（{most}）",
    ),
    "change_caption": (
        "Together they make the change, {change} points. Most of it: {top}, {most}. Single bars have no interval; small ones are noise.",
        "合计即变化 {change} 分。最大者：{top} {most}。单项无置信区间，小变化可视为误差。",
    ),
    # Ranks
    "rank_axis": ("rank (1 is the best)", "名次（1 为最好）"),
    "ranks_alt": (
        "Ranks of {count} groups under shaken weights: median and 5 to 95 per cent; first {top}",
        "权重扰动下 {count} 组的名次：中位数与 5% 至 95% 区间；居首 {top}",
    ),
    "ranks_caption": (
        "Dots: rank under the weights in use. Bars: 5 to 95 per cent of the ranks under shaken weights.",
        "圆点：现用权重下的名次。横条：权重扰动下名次的 5% 至 95%。",
    ),
    "ranks_firm": ("No rank moves: the order does not hang on the weights.", "名次均不变动：排序不取决于权重。"),
    "ranks_moving": ("These change places: {names}.", "名次会变动：{names}。"),
    # Tornado and break-even
    "weight_lower": ("weight {step} % lower", "权重降低 {step}%"),
    "weight_higher": ("weight {step} % higher", "权重提高 {step}%"),
    "tornado_alt": (
        "What each of {count} weights moved by {step} % does to {what} ({value}); most {top} ({swing} points)",
        "{count} 个权重各变动 {step}% 对{what}（{value}）的影响；最大者{top}（{swing} 分）",
    ),
    "tornado_caption": (
        "{what}: {value}. The widest bar, {top}, is {swing} points: the others matter less.",
        "{what}：{value}。最宽者{top}为 {swing} 分，其余影响更小。",
    ),
    "tornado_left": ("Not drawn, narrower still: {count} more.", "另有 {count} 项更窄，未绘出。"),
    "the_index": ("index", "指数"),
    "the_change": ("change of the index", "指数变化"),
    "break_even_axis": ("weight in the index, %", "在指数中的权重，%"),
    "weight_now": ("weight now", "现权重"),
    "weight_swap": ("weight at which they swap", "互换名次的权重"),
    "never": ("never", "不会"),
    "break_even_alt": (
        "Weights at which {first} and {second} swap places, {count} indicators; nearest {top} ({change} points of weight)",
        "{first}与{second}互换名次的权重，{count} 个指标；最近者{top}（权重变动 {change} 个百分点）",
    ),
    "break_even_caption": (
        "{first} and {second} swap places first if the weight of {top} moves by {change} points, the others rescaled.",
        "其余权重按比例调整时，{top}的权重变动 {change} 个百分点，{first}与{second}即互换名次。",
    ),
    "break_even_none": (
        "{first} and {second} keep their order whatever the weight of any one indicator.",
        "无论任何单一指标的权重如何变化，{first}与{second}的先后不变。",
    ),
    # Sobol
    "sobol_axis": ("share of the variance of the mean rank change, %", "占平均名次变动方差的 %"),
    "sobol_first": ("its own", "自身"),
    "sobol_total": ("with what it does together with others", "含与其他因素的交互"),
    "sobol_alt": (
        "Sobol indices of {count} choices in building the index; most {top} ({total})",
        "编制指数的 {count} 项选择的 Sobol 指数；最大者{top}（{total}）",
    ),
    "sobol_caption": (
        "{top} decides most about the ranks, {total} of the variance. Lines are {confidence} % intervals.",
        "{top}对名次影响最大，占方差的 {total}。细线为 {confidence}% 置信区间。",
    ),
    "factor_weights": ("weights", "权重方案"),
    "factor_normalisation": ("normalisation", "标准化"),
    "factor_aggregation": ("aggregation", "汇总方式"),
    "factor_missing": ("rule for gaps", "缺失处理"),
    "factor_scale": ("scale", "尺度"),
    # Banner
    "banner_note": (
        "A letter names a column that this one is significantly higher than (level {alpha}, {correction}; {test}).",
        "字母表示本列显著高于该列（水平 {alpha}，{correction}；{test}）。",
    ),
    "banner_base": ("Base (n)", "基数（n）"),
    "correction_none": ("no correction", "未校正"),
    "correction_bonferroni": ("Bonferroni correction", "Bonferroni 校正"),
    "correction_holm": ("Holm correction", "Holm 校正"),
    # Sets of weights
    "indicators": ("as in the indicator file", "指标文件"),
    "equal": ("equal", "等权"),
    "published": ("as published", "已公布"),
    "in use": ("in use", "使用中"),
    "both waves": ("both waves", "两期"),
    "before": ("before", "前期"),
    "after": ("after", "本期"),
    "set_changed": (
        "The weights changed from {old} to {new}: {part} of the published step of {step} points come from the weights, not from customers.",
        "权重由 {old} 改为 {new}：所公布的 {step} 分变化中，{part} 分源于权重，而非顾客。",
    ),
    "set_same": ("Both waves are scored with the same weights, {new}.", "两期使用相同权重：{new}。"),
    # Grades
    "very_satisfied": ("very satisfied", "很满意"),
    "satisfied": ("satisfied", "满意"),
    "fairly_satisfied": ("basically satisfied", "基本满意"),
    "dissatisfied": ("dissatisfied", "不满意"),
    "very_dissatisfied": ("very dissatisfied", "很不满意"),
    "or": ("{first} or {second}", "{first}或{second}"),
    # The lab
    "lab_set": ("Begin with", "起始方案"),
    "lab_parent": ("Weigh within", "调整所属"),
    "lab_index": ("Index", "指数"),
    "lab_change": ("Change {before} to {after}", "{before} 至 {after} 的变化"),
    "lab_one_wave": ("One period so far, so no change.", "目前仅一期，无变化可言。"),
    "lab_ranks": ("Ranks", "名次"),
    "lab_no_units": ("Fewer than two groups are large enough to be ranked.", "可排名的组别不足两个。"),
    "lab_group": ("Group", "组别"),
    "lab_used": ("with the set in use", "现用方案"),
    "lab_between": ("5 to 95 % of shaken weights", "权重扰动 5% 至 95%"),
    "lab_top": ("among the first {top}", "位居前 {top} 的概率"),
    "lab_stability": (
        "Shaken weights move a rank by {shift} places; {moved} of {count} differ from the set in use; Spearman with equal weights {rho}.",
        "权重扰动平均使名次变动 {shift} 位；{count} 组中 {moved} 组与现用方案不同；与等权的 Spearman 相关为 {rho}。",
    ),
    "lab_beside": ("Beside it", "对照方案"),
    "lab_here": ("here", "当前"),
    "lab_differences": ("Weights that differ", "不同的权重"),
    "lab_alike": ("No weight differs.", "权重完全相同。"),
    "lab_save": ("Save", "保存"),
    "lab_name": ("Name", "名称"),
    "lab_author": ("Set by", "制定者"),
    "lab_reason": ("Reason", "理由"),
    "lab_saved": (
        "Saved as {path}. To score with it: csat weights use {study} {name}",
        "已保存为 {path}。启用：csat weights use {study} {name}",
    ),
    "lab_unsaved": ("moved by hand, not saved", "手工调整，未保存"),
}
