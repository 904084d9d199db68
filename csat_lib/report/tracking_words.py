"""Words of the tracking notebook, its charts and tables, in English and Chinese; ``language`` takes them in."""

from __future__ import annotations

from csat_lib.report import movement_words

PHRASES: dict[str, tuple[str, str]] = {
    # Verdicts
    "ahead": ("ahead", "领先"),
    "behind": ("behind", "落后"),
    "no difference seen": ("no difference seen", "未见差异"),
    "too few": ("too few", "样本过少"),
    "in control": ("in control", "受控"),
    "signal": ("signal", "异常信号"),
    "season": ("season", "存在季节性"),
    "no season seen": ("no season seen", "未见季节性"),
    "not tested": ("not tested", "未检验"),
    "suppressed: too few answers": ("suppressed: too few answers", "样本过少，不予显示"),
    # Comparisons
    "previous": ("last wave", "上一期"),
    "year_before": ("same period of last year", "去年同期"),
    "the target": ("target", "目标"),
    # Sentences
    "steps_real": (
        "{what}: real after correction ({rule}): {real} of {count} steps between waves: {names}.",
        "{what}：{count} 次相邻变化中有 {real} 次经校正（{rule}）后显著：{names}。",
    ),
    "steps_none": (
        "{what}: none of the {count} steps between waves is real after correction ({rule}); the smallest raw p is {p}.",
        "{what}：{count} 次相邻变化经校正（{rule}）后均不显著，最小未校正 p 为 {p}。",
    ),
    "one_step": ("{before} to {after} ({change})", "{before} 至 {after}（{change}）"),
    "steps_whole": (
        "From the first wave to the last, {before} to {after}: {change} (p {p}), {verdict}.",
        "由首期至本期（{before} 至 {after}）：{change}（p {p}），{verdict}。",
    ),
    "steps_weighted": (
        "Shown with the survey weights, which bring the sample to the population's shares. Without them: {said}",
        "以上为加权结果（权重使样本与总体构成一致）。不加权时：{said}",
    ),
    "steps_unweighted": ("There are no survey weights: every answer counts alike.", "本研究无调查权重，每份答卷同等计入。"),
    "steps_alone": ("There is one period only: nothing to hold it against yet.", "目前仅有一期，尚无可比对象。"),
    "steps_detectable": (
        "The last step would be seen, at 80 % power, from {points} points on.",
        "最近一次变化须达 {points} 分方可以 80% 的把握检出。",
    ),
    **movement_words.PHRASES,
    "against_none": ("No competitor differs from us in any of {count} comparisons.", "{count} 项比较中与竞争对手均无显著差异。"),
    "against_some": (
        "Of {count} comparisons with competitors we are ahead in {ahead} and behind in {behind}, after correction.",
        "与竞争对手的 {count} 项比较中，经校正后领先 {ahead} 项，落后 {behind} 项。",
    ),
    "movers_base": (
        "{n} customers answered both in {before} and in {after}; {share} of them kept their grade.",
        "{n} 名客户在 {before} 与 {after} 均作答，其中 {share} 等级未变。",
    ),
    "movers_gain": (
        "Together they gained {gain} of a grade ({confidence} %: {low} to {high}): {verdict}.",
        "合计平均变化 {gain} 级（{confidence}% 置信区间 {low} 至 {high}）：{verdict}。",
    ),
    "movers_regression": (
        "Low grades rise and high ones fall even where nothing changes; beyond that: {names}.",
        "即使毫无变化，低等级也会回升、高等级也会回落；超出此种回归的有：{names}。",
    ),
    "movers_only_regression": (
        "Low grades rise and high ones fall even where nothing changes; no grade moved beyond that.",
        "即使毫无变化，低等级也会回升、高等级也会回落；没有任何等级超出此种回归。",
    ),
    "movers_long_run": (
        "Were every step like this one, the mean grade would settle at {level} (now {now}), half of the way after {half} waves.",
        "若各期转移均如此，平均等级将稳定在 {level}（现为 {now}）；扰动在 {half} 期后减半。",
    ),
    "share_of": ("Share of {grade}", "{grade}占比"),
    "mean_grade": ("Mean grade", "平均等级"),
    "long_run": ("long run", "长期"),
    "movers_few": (
        "Fewer than {below} started from {names}: the long run hangs on them, and its interval shows it.",
        "期初处于{names}的不足 {below} 人：长期结果受其左右，区间因此较宽。",
    ),
    "found_empty_origin": (
        "Nobody started from {grade}: the long run is unknown.",
        "期初无人处于{grade}：该行及长期分布未知。",
    ),
    "found_unused_grade": ("Nobody was ever in {grade}: it is left out.", "无人处于{grade}：不计入。"),
    "found_absorbing_grade": ("Nobody left {grade} (n = {n}).", "无人离开{grade}（n = {n}）。"),
    "found_closed_class": ("Nobody left {grade} for another grade.", "无人离开{grade}。"),
    "found_transient_grades": ("Whoever leaves {grade} does not come back.", "离开{grade}者不再返回。"),
    "found_several_long_runs": ("Where a customer ends depends on where he starts: {grade}.", "长期去向取决于起点：{grade}。"),
    "found_periodic": ("{grade} come round in turn: shares do not settle.", "{grade}周期循环：分布不会稳定。"),
    "lead_found": (
        "Changes of the index run with the outside series {names}, over {count} periods.",
        "{count} 期中，指数变化与外部序列的关系：{names}。",
    ),
    "lead_none": (
        "No lag of the index goes with the outside series beyond chance, over {count} periods.",
        "{count} 期中，指数与外部序列在各滞后期均无超出偶然的相关。",
    ),
    "lead_lag": ("at lag {lag} (r {r})", "滞后 {lag} 期（r {r}）"),
    "lead_granger": ("Granger's tests: {said}.", "格兰杰检验：{said}。"),
    "lead_granger_none": ("neither series' past helps to explain the other", "两序列的历史均无助于解释对方"),
    "lead_granger_index": ("the index's past helps to explain the outside series", "指数的历史有助于解释外部序列"),
    "lead_granger_outside": ("the outside series' past helps to explain the index", "外部序列的历史有助于解释指数"),
    "lead_gain": (
        "Forecasts of {forecasts} periods: the index takes away {gain} of the squared error of the series' own past ({verdict}).",
        "对 {forecasts} 期的预测：加入指数使平方误差减少 {gain}（{verdict}）。",
    ),
    "lead_worse": (
        "Forecasts of {forecasts} periods are no better with the index than from the series' own past.",
        "对 {forecasts} 期的预测：加入指数并不优于仅凭序列自身历史。",
    ),
    "lead_not_cause": ("Correlation, even at a lag, is not cause.", "相关（即使有滞后）不等于因果。"),
    # Waterfall
    "wave_before": ("Before", "前期"),
    "wave_after": ("After", "本期"),
    "whole_change": ("Change", "总变化"),
    "part_of": ("{part}: {name}", "{part}：{name}"),
    "part_driver": ("Drivers", "驱动因素"),
    "part_mix": ("Mix of segments", "客户结构"),
    "part_within": ("Within segments", "细分内部"),
    "part_answers": ("Answers", "评分"),
    "part_weights": ("Weights of the questions", "题目权重"),
    "part_unexplained": ("Unexplained", "未解释部分"),
    "waterfall_alt": (
        "Waterfall of {what} from {before} to {after} ({change}) in {count} steps",
        "{what}由 {before} 至 {after}（{change}）的瀑布图，共 {count} 步",
    ),
    "waterfall_caption": (
        "From {before} to {after} ({change}). Lines are {confidence} % intervals of each step; pale steps may be chance.",
        "由 {before} 至 {after}（{change}）。细线为各步的 {confidence}% 置信区间；浅色者可能出于偶然。",
    ),
    "waterfall_real": ("Beyond chance: {names}.", "超出抽样误差：{names}。"),
    "waterfall_none": ("No single step is larger than chance.", "没有任何一步超出抽样误差。"),
    # Transitions
    "transitions": ("Transitions", "转移"),
    "transitions_caption": (
        "{what}: of each grade (row), the share found in each grade one wave later; small: intervals. Outlined: stayed.",
        "{what}：每一等级（行）的客户在下一期的去向占比，小字为置信区间；加框者为未变。",
    ),
    "transitions_stay": (
        "Most often kept: {top} ({high}); least often: {bottom} ({low}).",
        "最稳定：{top}（{high}）；最不稳定：{bottom}（{low}）。",
    ),
    "transitions_alt": ("Transition matrix of {what}, {count} grades. {said}", "{what}的转移矩阵，{count} 个等级。{said}"),
    # Control chart
    "limit_upper": ("upper", "上限"),
    "limit_lower": ("lower", "下限"),
    "limit_centre": ("centre", "中心"),
    "control_alt": (
        "Control chart of {what} over {periods} periods; {count} of them give a signal",
        "{what}的控制图，共 {periods} 期，其中 {count} 期有异常信号",
    ),
    "control_caption": ("{what} with limits of three standard errors.", "{what}及三倍标准误控制限。"),
    "chart_xbar": ("The limits are the sampling error of each wave.", "控制限即各期的抽样误差。"),
    "chart_p": ("The limits are the sampling error of each wave.", "控制限即各期的抽样误差。"),
    "chart_individuals": (
        "The waves vary more than sampling alone: the limits come from their own moving range.",
        "各期波动超出抽样误差，控制限由移动极差得出。",
    ),
    "chart_laney": (
        "The waves vary more than sampling alone: the limits are widened accordingly (Laney).",
        "各期波动超出抽样误差，控制限相应放宽（Laney）。",
    ),
    "rule_beyond_3_sigma": ("beyond the limits", "超出控制限"),
    "rule_2_of_3_beyond_2_sigma": ("2 of 3 beyond 2 sigma", "3 点中 2 点超出 2σ"),
    "rule_4_of_5_beyond_1_sigma": ("4 of 5 beyond 1 sigma", "5 点中 4 点超出 1σ"),
    "rule_8_in_a_row_on_one_side": ("8 in a row on one side", "连续 8 点在同侧"),
    "rule_ewma": ("EWMA", "EWMA"),
    "rule_cusum": ("CUSUM", "CUSUM"),
    "control_flag": ("{period} ({words})", "{period}（{words}）"),
    "control_signals": ("Signals: {names}.", "异常信号：{names}。"),
    "control_quiet": ("No point gives a signal.", "没有异常信号。"),
    # Ranks
    "us": ("We", "本公司"),
    "ranks": ("Ranks", "排名"),
    "places_alt": ("{what}: ranks of {count} companies over {periods} periods", "{what}：{count} 家公司 {periods} 期的排名"),
    "places_caption": ("{what}: rank {rank} of {count} in {period}.", "{what}：{period} 排名第 {rank}，共 {count} 家。"),
    "ranks_sure": ("At {confidence} % confidence no other rank is possible.", "在 {confidence}% 置信水平下排名确定。"),
    "ranks_between": (
        "The {confidence} % interval of the rank goes from {low} to {high}.",
        "排名的 {confidence}% 区间为第 {low} 至第 {high}。",
    ),
}

HEADINGS: dict[str, tuple[str, str]] = {
    "comparison": ("Comparison", "对比"),
    "before": ("Before", "前期"),
    "after": ("Now", "本期"),
    "correction": ("Correction", "校正方法"),
    "overlap": ("In both waves", "两期均有"),
    "part": ("Part", "部分"),
    "name": ("What", "项目"),
    "competitor": ("Competitor", "竞争对手"),
    "ours": ("We", "本公司"),
    "theirs": ("They", "对手"),
    "grade": ("Grade", "等级"),
    "grade_before": ("Grade before", "前期等级"),
    "to": ("To", "去向"),
    "stationary": ("Were nothing changing", "若无变化"),
    "beyond": ("Beyond that", "超出部分"),
    "step": ("Wave ahead", "未来期数"),
    "now": ("As it is", "现状"),
    "changed": ("Changed", "改变后"),
    "lag": ("Index leads by", "指数领先期数"),
    "df": ("df", "自由度"),
    "df_residual": ("df, residual", "残差自由度"),
    "centre": ("Centre", "中心线"),
    "limit_low": ("Lower limit", "下控制限"),
    "limit_high": ("Upper limit", "上控制限"),
    "signals": ("Signals", "信号"),
    "own": ("From its own past", "仅凭自身历史"),
    "with_index": ("With the index", "加入指数"),
    "adjusted": ("Without the season", "季节调整后"),
    "value": ("Value", "数值"),
    "formula": ("Formula", "公式"),
    "tolerance": ("Tolerance", "容差"),
}

METRICS: dict[str, tuple[str, str]] = {
    "bowker": ("Moves up and down balance (Bowker)", "升降对称（Bowker）"),
    "stuart_maxwell": ("Shares unchanged (Stuart-Maxwell)", "分布未变（Stuart-Maxwell）"),
    "stationarity": ("Same matrix in every step", "转移矩阵稳定"),
    "probability": ("Probability", "转移概率"),
    "steady_state": ("Share in the long run", "长期占比"),
    "first_passage": ("Waves until first reached", "首达期数"),
    "mean_return": ("Waves until it returns", "平均返回期数"),
    "level_before": ("Level before", "前期水平"),
    "level_after": ("Level now", "本期水平"),
    "level_long_run": ("Level in the long run", "长期水平"),
    "second_eigenvalue": ("Memory |λ₂|", "记忆 |λ₂|"),
    "half_life": ("Half-life, waves", "半衰期（期）"),
    "mobility": ("Mobility (Shorrocks)", "流动性（Shorrocks）"),
    "share": ("Share", "占比"),
    "outside": ("Outside series", "外部序列"),
}
