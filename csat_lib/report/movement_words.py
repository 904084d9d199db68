"""Words of what moved over the whole span, of season, known events and the unexplained; ``tracking_words`` takes them in."""

from __future__ import annotations

PHRASES: dict[str, tuple[str, str]] = {
    "moves_what": (
        "{figures} figures over {periods} periods, {first} to {last}, each over everybody who answered its questions.",
        "{first} 至 {last} 共 {periods} 期，跟踪 {figures} 项指标，各以答完其题目的全部受访者计算。",
    ),
    "moves_weights": ("The item weights are those of {period} throughout.", "各期均采用 {period} 的题目权重。"),
    "moves_previous": (
        "From wave to wave, {rule} comparisons as one family: real are {names}.",
        "逐期比较（{rule}，作为一族校正）：显著的有{names}。",
    ),
    "moves_previous_none": (
        "From wave to wave, {rule} comparisons as one family: no step is real; the smallest corrected p is {p} ({name}).",
        "逐期比较（{rule}，作为一族校正）：均不显著，最小校正 p 为 {p}（{name}）。",
    ),
    "moves_year_before": (
        "Against the same period a year before, {rule} comparisons as one family: real are {names}.",
        "与去年同期相比（{rule}，作为一族校正）：显著的有{names}。",
    ),
    "moves_year_before_none": (
        "Against the same period a year before, {rule} comparisons as one family: none is real; the smallest corrected p is {p} ({name}).",
        "与去年同期相比（{rule}，作为一族校正）：均不显著，最小校正 p 为 {p}（{name}）。",
    ),
    "moves_no_step": ("No two waves could be compared.", "没有可比较的相邻两期。"),
    "moves_no_year": ("No period has a survey of the same period a year before.", "各期均无去年同期的调查。"),
    "moves_yearly": ("The wave before is that of a year before.", "上一期即去年同期。"),
    "moves_of": ("{what}: {steps}", "{what}：{steps}"),
    "moves_step": ("{before} to {after} ({change})", "{before} 至 {after}（{change}）"),
    "moves_step_event": ("{before} to {after} ({change}; {event})", "{before} 至 {after}（{change}；{event}）"),
    "event_begins": ("start of {event}", "{event}开始"),
    "event_ends": ("end of {event}", "{event}结束"),
    "moves_gap": ("Periods without a survey between {before} and {after}: {count}.", "{before} 与 {after} 之间有 {count} 期无调查。"),
    "moves_sample": (
        "The headline above counts only those who answered every question of the model, as the published index does; it differs a little.",
        "上文总指标只计答完模型全部题目者（与所公布指数一致），故其变化略有不同。",
    ),
    "moves_refused": ("Not compared: {names}.", "未比较：{names}。"),
    "moves_no_model": (
        "This study has no model: its outcome and the drivers of its driver analysis are followed.",
        "本研究无结构模型：跟踪其结果题目与各驱动因素。",
    ),
    "season_seen": (
        "{what} has a season (p {p}): best {top} ({high}), worst {bottom} ({low}) beside the year's mean.",
        "{what}存在季节性（p {p}）：与全年均值相比，最好为 {top}（{high}），最差为 {bottom}（{low}）。",
    ),
    "season_none": ("{what}: no season is seen (p {p}).", "{what}：未见季节性（p {p}）。"),
    "season_unknown": ("Season cannot be told from change here: {reason}.", "此处无法区分季节与变化：{reason}。"),
    "season_events": ("Allowed for as known events: {names}.", "已剔除的已知事件：{names}。"),
    "season_no_events": (
        "No known event is allowed for (events: in study.yaml), so that one may pass for a season.",
        "未剔除任何已知事件（可在 study.yaml 的 events: 中列出），事件可能被误认为季节。",
    ),
    "event_span": ("{event} ({first} to {last})", "{event}（{first} 至 {last}）"),
    "event_one": ("{event} ({first})", "{event}（{first}）"),
    "season_others": (
        "Of the {count} other figures, taken alone (p below {level}): {alone}; after Holm over {count}: {kept}.",
        "其余 {count} 项指标中，单独检验显著（p 小于 {level}）的有：{alone}；经 Holm 对 {count} 项校正后：{kept}。",
    ),
    "season_figure": ("{what} (p {p})", "{what}（p {p}）"),
    "nobody": ("none", "无"),
    "trend_events": ("Shaded: {names}.", "阴影：{names}。"),
    "unexplained_means": (
        "Unexplained: {value} of {change} ({confidence} %: {low} to {high}).",
        "未解释部分：{change} 中的 {value}（{confidence}% 置信区间 {low} 至 {high}）。",
    ),
    "unexplained_is": (
        "It is the change within segments less what the drivers brought: each one's change times its mean direct effect on {what}.",
        "即细分内部的变化减去驱动因素的贡献（各自的变化 × 其对{what}的平均直接效应）。",
    ),
    "unexplained_chance": ("It may be chance.", "可能出于偶然。"),
    "unexplained_real": (
        "It is beyond chance: something that the model does not hold, or effects that the answers show too small.",
        "超出抽样误差：或有模型之外的因素，或因作答误差使效应被低估。",
    ),
    "unexplained_error": (
        "Error in the answers makes effects look small; without it (consistent PLS) drivers bring {driven}, not {plain}; {rest} is left.",
        "作答误差会使效应偏小：剔除后（一致性 PLS）驱动因素贡献为 {driven}（剔除前为 {plain}），未解释部分为 {rest}。",
    ),
    "unexplained_no_error": (
        "Error in the answers is no reason: without it (consistent PLS) the drivers bring {driven} too.",
        "作答误差不是原因：剔除后（一致性 PLS）驱动因素贡献同为 {driven}。",
    ),
    # Captions of the tables
    "caption_steps": ("Steps of the headline", "总指标的逐期变化"),
    "caption_moves": ("The clearest changes of all figures", "各指标中最明显的变化"),
    "caption_changes": ("Changes and targets", "变化与目标"),
    "caption_season": ("Season: points beside the year's mean", "季节效应：相对全年均值的分数"),
    "caption_why": ("Why it moved, in points", "变动原因（分）"),
    "caption_why_year": ("Why it moved since a year before, in points", "较去年同期变动的原因（分）"),
    "caption_gaps": ("Gaps to competitors, in points", "与竞争对手的差距（分）"),
    "caption_gains": ("Gain by grade before, in grades", "按期初等级的变化（级）"),
    "caption_balance": ("Do moves balance?", "升降是否平衡"),
    "caption_outlook": ("Were every step like this one", "若各期转移均如此"),
    "caption_lags": ("Correlation by lag", "各滞后期的相关系数"),
    "caption_granger": ("Granger tests", "格兰杰检验"),
}
