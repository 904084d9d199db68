"""Words of the improvement notebook, its charts and tables, in English and Chinese; ``language`` takes them in."""

from __future__ import annotations

PHRASES: dict[str, tuple[str, str]] = {
    # Verdicts and states
    "worked": ("worked", "有效"),
    "not shown": ("not shown", "未见效果"),
    "cannot be told": ("cannot be told", "无法判断"),
    "open": ("open", "未开始"),
    "in progress": ("in progress", "进行中"),
    "done": ("done", "已完成"),
    "dropped": ("dropped", "已取消"),
    "overdue": ("overdue", "逾期"),
    "new": ("new", "待立项"),
    "answered_by": ("answered by {id}", "已由 {id} 应对"),
    "weak link": ("weak link", "薄弱环节"),
    "strong link": ("strong link", "强项环节"),
    # What an action answers
    "answers_item": ("Question: {what}", "题目：{what}"),
    "answers_theme": ("Theme: {what}", "主题：{what}"),
    "answers_complaint": ("Complaints: {what}", "投诉类别：{what}"),
    "answers_product": ("Product: {what}", "产品：{what}"),
    "answers_target": ("Target: {what}", "目标：{what}"),
    "proposal_gap": ("gap to target, points", "与目标差距（分）"),
    "proposal_dissatisfied": ("dissatisfied, %", "不满意占比（%）"),
    "proposal_complaints": ("complaints per 100 orders", "每百单投诉数"),
    # Why a verdict cannot be told, and how an effect compares
    "note_as_expected": ("as expected", "与预期相符"),
    "note_less_than_expected": ("less than expected", "低于预期"),
    "note_more_than_expected": ("more than expected", "高于预期"),
    "note_it_was_not_done": ("it was not done", "措施尚未完成"),
    "note_no_wave_before_it_began": ("there is no survey before it began", "措施开始前无调查"),
    "note_nothing_in_the_survey_verifies_it": ("nothing in the survey verifies it", "调查中没有可验证的题目"),
    "note_no_expected_effect_was_stated": ("no expected effect was stated", "未说明预期效果"),
    "note_everybody_is_treated": ("everybody is treated: there is nobody to hold them against", "措施覆盖全体顾客，无对照组"),
    "note_the_groups_had_moved_apart_before": ("the two groups had moved apart before it began", "措施开始前两组走势已不同"),
    "note_the_survey_could_not_have_seen_the_expected_effect": (
        "the survey could not have seen the expected effect",
        "样本不足以检出预期效果",
    ),
    "note_too_few": ("too few: a group has {n} answers, {needed} are needed", "样本过少：最小组仅 {n} 份回答，需 {needed} 份"),
    "note_nobody_differs_within_the_groups": ("nobody differs within the groups", "组内回答无差异"),
    # Overdue
    "overdue_none": ("No action is overdue at the end of {period}.", "{period} 期末没有逾期措施。"),
    "overdue_some": (
        "{count} of {total} actions overdue at the end of {period}: {names}.",
        "{period} 期末，{total} 项措施中有 {count} 项逾期：{names}。",
    ),
    "overdue_one": ("{id}, {measure} ({owner}, {days} days late)", "{id} {measure}（{owner}，逾期 {days} 天）"),
    "opened_none": ("No action was opened in {period}.", "{period} 未新增措施。"),
    "opened_some": ("Opened in {period}: {names}.", "{period} 新增措施：{names}。"),
    "opened_one": ("{id}, {measure} ({owner}, due {due})", "{id} {measure}（{owner}，{due} 前完成）"),
    # Verified
    "verified_worked": (
        (
            "{id}, {measure}: it worked. {metric} moved by {change} points among the treated beyond the others ({confidence} %: "
            "{low} to {high}; expected {expected}), {note}."
        ),
        (
            "{id} {measure}：有效。实施组的{metric}相对对照组变化 {change} 分（{confidence}% 置信区间 {low} 至 {high}；预期 "
            "{expected}），{note}。"
        ),
    ),
    "verified_worse": (
        (
            "{id}, {measure}: it became worse. {metric} moved by {change} points among the treated beyond the others ({confidence} "
            "%: {low} to {high}; expected {expected})."
        ),
        (
            "{id} {measure}：效果变差。实施组的{metric}相对对照组变化 {change} 分（{confidence}% 置信区间 {low} 至 {high}；预期 "
            "{expected}）。"
        ),
    ),
    "verified_not_shown": (
        (
            "{id}, {measure}: no effect on {metric} is shown ({change} points, {confidence} %: {low} to {high}). This survey could "
            "have seen {detectable} points, so the expected {expected} would have shown."
        ),
        (
            "{id} {measure}：{metric}未见效果（{change} 分，{confidence}% 置信区间 {low} 至 {high}）。本次调查可检出 {detectable} "
            "分的变化，若达到预期 {expected} 分应能显现。"
        ),
    ),
    "verified_untold": ("{id}, {measure}: it cannot be told whether it worked ({note}).", "{id} {measure}：无法判断是否有效（{note}）。"),
    "verified_untold_numbers": (
        (
            "{id}, {measure}: it cannot be told whether it worked. The change was {change} points ({confidence} %: {low} to "
            "{high}), and this survey could have seen {detectable} points; {expected} were expected."
        ),
        (
            "{id} {measure}：无法判断是否有效。变化 {change} 分（{confidence}% 置信区间 {low} 至 {high}），本次调查只能检出 "
            "{detectable} 分以上的变化，而预期为 {expected} 分。"
        ),
    ),
    "effects_title": ("Effects of the verified actions", "措施效果"),
    "effects_axis": ("points among the treated beyond the others", "实施组相对对照组的变化（分）"),
    "effects_caption": (
        "Bars are {confidence} % intervals, diamonds what was expected.",
        "横线为 {confidence}% 置信区间，菱形为预期效果。",
    ),
    "effects_alt": ("Effects of {count} actions. {said}", "{count} 项措施的效果。{said}"),
    "effect_of": ("{id}: {change} ({low} to {high}), {verdict}.", "{id}：{change}（{low} 至 {high}），{verdict}。"),
    # Proposals
    "proposals_some": (
        "{count} results call for an action; {new} of them have none yet.",
        "{count} 项结果需要采取措施，其中 {new} 项尚未立项。",
    ),
    "proposals_target": ("Missed or at risk without an action: {names}.", "未达标或有风险且尚无措施的目标：{names}。"),
    "proposals_item": ("Most dissatisfied answers without an action: {names}.", "不满意比例最高且尚无措施的题目：{names}。"),
    # Customers
    "existing": ("existing", "现有"),
    "potential": ("potential", "潜在"),
    "past": ("past", "流失"),
    "all_customers": ("All", "全部"),
    "of_group": ("{by}: {what}", "{by}：{what}"),
    "all_tiers": ("All these tiers", "合计"),
    "could_see": ("Could see", "可检出"),
    "any_reason": ("any reason", "任一原因"),
    "low satisfaction": ("low satisfaction", "满意度低"),
    "falling satisfaction": ("falling satisfaction", "满意度下降"),
    "open complaint": ("open complaint", "投诉未结"),
    "no contact": ("no contact", "久未联系"),
    "due_warranty_end": ("Warranty ends", "保修到期"),
    "due_last_purchase": ("Follow-up after a purchase", "购后回访"),
    "due_service_due": ("Service date", "保养日期"),
    "customers_said": (
        (
            "{existing} existing, {potential} potential and {past} past customers. The {tier} tier is {share} of the existing "
            "customers and {money} of their spending."
        ),
        "现有客户 {existing} 名、潜在客户 {potential} 名、流失客户 {past} 名。{tier}客户占现有客户的 {share}，占其消费的 {money}。",
    ),
    "customers_rule": (
        "An existing customer is in the first tier whose every condition holds ({rule}): {tiers}; the others are {rest}.",
        "现有客户归入首个满足全部条件的等级（{rule}）：{tiers}；其余为{rest}。",
    ),
    "rule_quantiles": ("share of customers below", "低于该客户的比例"),
    "rule_thresholds": ("at least", "不低于"),
    "tier_rule": ("{tier} {conditions}", "{tier} {conditions}"),
    "condition_spending": ("spending {value}", "消费 {value}"),
    "condition_activity": ("purchases {value}", "购买次数 {value}"),
    "condition_satisfaction": ("satisfaction {value} where known", "满意度 {value}（已知者）"),
    "aside_none": ("Nothing in the customer list was kept aside.", "客户名单无需剔除的记录。"),
    "aside_some": (
        "Kept aside from the customer list, named in the restricted folder: {names}.",
        "自客户名单中剔除（明细见受限目录）：{names}。",
    ),
    "aside_one": ("{rule}, {column}: {n}", "{rule}，{column}：{n}"),
    "twice with different values": ("twice with different values", "重复且数值不一致"),
    "no customer": ("no customer", "缺少客户编号"),
    "not a number": ("not a number", "非数字"),
    "negative": ("negative", "负值"),
    "not a date": ("not a date", "非日期"),
    "in the future": ("in the future", "日期在期末之后"),
    "unknown class": ("unknown class", "未知类别"),
    "fewer": ("fewer than {below}", "不足 {below}"),
    "risk_said": (
        (
            "{n} customers of the tiers {tiers} are at risk, with {money} of these tiers' spending. Who they are stands in the "
            "restricted folder, ranked, with reasons."
        ),
        "{tiers}等级中有 {n} 名客户存在流失风险，占其消费的 {money}。名单按风险排序并附原因，存于受限目录。",
    ),
    "risk_none": ("No customer of the tiers {tiers} is at risk.", "{tiers}等级中没有存在流失风险的客户。"),
    "due_said": ("{n} contacts are due in the {days} days after {period}.", "{period} 之后 {days} 天内有 {n} 次联系到期。"),
    "flow_title": ("Moves between tiers", "客户等级流动"),
    "flow_caption": (
        "Of {n} existing customers of both lists, {before} to {after}: {stay} stayed in their tier, {up} moved up, {down} moved down.",
        "{before} 至 {after} 两期均在册的 {n} 名现有客户中，{stay} 等级不变，{up} 上升，{down} 下降。",
    ),
    "flow_hidden": ("{count} moves of fewer than {below} customers are not drawn.", "另有 {count} 条不足 {below} 人的流动未绘出。"),
    # Departments
    "matrix_title": ("Who rates whom", "部门互评矩阵"),
    "matrix_caption": ("Rows rate columns, 0-100; the darker the better.", "行部门为列部门打分（0-100），颜色越深越好。"),
    "matrix_weak": ("Outlined, surely below the others: {names}.", "加框者确定低于其他：{names}。"),
    "matrix_none": ("No link is surely below the others.", "没有任何环节确定低于其他。"),
    "matrix_hidden": (
        "{count} cells with too few ratings, or needed to protect such a cell, are not shown.",
        "{count} 个单元格评分过少（或为保护此类单元格）未显示。",
    ),
    "matrix_alt": ("{what}: {count} departments; lowest {low}, highest {high}", "{what}：{count} 个部门；最低 {low}，最高 {high}"),
    "link": ("{rater} on {rated}, {score}", "{rater}评{rated} {score}"),
    "internal_said": (
        (
            "The departments give each other {overall} of 100 on average, from {n} ratings. Served worst by: {bottom} ({low}); "
            "best by: {top} ({high})."
        ),
        "各部门互评平均 {overall} 分（百分制，{n} 个评分）。得分最低：{bottom}（{low}）；最高：{top}（{high}）。",
    ),
    "internal_weak": ("The weakest link: {names}.", "最薄弱环节：{names}。"),
    "internal_none": (
        "No single link is surely weaker than the others; the lowest is {names}.",
        "没有单个环节确定弱于其他；得分最低的是：{names}。",
    ),
    # Incentives
    "earned_said": (
        "{dealers} dealers earn {payout} {unit} together; allowing for the scores' sampling error {expected} are to be expected.",
        "{dealers} 家经销商合计获得奖励 {payout} {unit}；考虑得分的抽样误差，期望值为 {expected} {unit}。",
    ),
    "earned_doubt": (
        "{count} of {total} payouts rest on a tier that the true score holds with less than {limit} probability.",
        "{total} 笔奖励中有 {count} 笔所在档位的概率不足 {limit}。",
    ),
    "earned_point": (
        (
            "One more point is worth most to {dealer} in {scheme}: {marginal} {unit} on average; the next tier is {points} points "
            "away and pays {gain} more."
        ),
        "再提高一分收益最大的是 {dealer} 的{scheme}：平均 {marginal} {unit}；距上一档 {points} 分，升档可多得 {gain} {unit}。",
    ),
    "expected_line": ("expected {value}", "期望 {value}"),
    "staircase_caption": (
        (
            "{what}, {dealer}: a score of {score} (standard error {error}) earns {payout} {unit}; {expected} are to be expected. "
            "The hill shows where the true score may lie."
        ),
        "{what}，{dealer}：得分 {score}（标准误 {error}），奖励 {payout} {unit}，期望值 {expected}。阴影表示真实得分可能的分布。",
    ),
    "staircase_better": (
        "With {chance} probability it belongs in a better tier (from {bound}).",
        "真实得分达到更高档位（{bound} 分起）的概率为 {chance}。",
    ),
    "staircase_alt": (
        "Payout by score, {what}, {dealer}: {payout} {unit} at {score}, {expected} expected",
        "{dealer}{what}的奖励阶梯：得分 {score} 获 {payout} {unit}，期望 {expected}",
    ),
    "worth_said": (
        (
            "With the sales of {dealer}, the best tiers pay {total} {unit} more a year than the lowest paying ones; less {staff} "
            "for the staff, {net} are left."
        ),
        "以 {dealer} 的销量计，最高档每年比最低获奖档多得 {total} {unit}；扣除人员费用 {staff}，净得 {net} {unit}。",
    ),
    "worth_total": ("Total", "合计"),
    "worth_staff": ("Staff", "人员费用"),
    "worth_net": ("Net", "净额"),
    "worth_low": ("low", "低"),
    "worth_likely": ("likely", "中"),
    "worth_high": ("high", "高"),
    "revenue_at": ("Revenue, {unit}, worth of a point {worth}", "收入（{unit}），每分价值取{worth}值"),
    "revenue_said": (
        (
            "{points} points more satisfaction would bring {loyalty} points of loyalty ({confidence} %: {low} to {high}) and "
            "revenue of {money} ({least} to {most} over the stated worths)."
        ),
        (
            "满意度提高 {points} 分，忠诚度可提高 {loyalty} 分（{confidence}% 置信区间 {low} 至 {high}），收入增加 "
            "{money}（按给定价值区间为 {least} 至 {most}）。"
        ),
    ),
    # Captions
    "overdue_caption": ("Overdue at the end of {period}", "{period} 期末逾期措施"),
    "register_caption": ("All actions at the end of {period}", "{period} 期末全部措施"),
    "opened_caption": ("Opened in {period}", "{period} 新增措施"),
    "verified_caption": ("What became of the actions that were due; each is tested on its own", "到期措施的验证结果（逐项检验）"),
    "proposals_caption": ("Proposed by the results of {period}", "{period} 结果建议的措施"),
    "classes_caption": ("Customers by class and tier", "按类别与等级划分的客户"),
    "keys_caption": ("Key customers", "重点客户"),
    "risk_caption": ("At risk, by tier and reason", "流失风险：按等级与原因"),
    "due_caption": ("Contacts due in the next month", "下月到期的联系"),
    "margins_caption": ("Scores received and given", "各部门得分与评分"),
    "links_caption": ("The weakest links", "最薄弱的环节"),
    "schemes_caption": ("Payouts by scheme, {unit}", "各项奖励合计（{unit}）"),
    "earned_caption": ("Payouts by dealer, {unit}", "各经销商奖励（{unit}）"),
    "worth_caption": ("What excellence pays {dealer} a year, {unit}", "{dealer} 做到最优的年收益（{unit}）"),
    "revenue_caption": ("From satisfaction to revenue", "从满意度到收入"),
}

HEADINGS: dict[str, tuple[str, str]] = {
    "id": ("Action", "编号"),
    "measure": ("Measure", "措施"),
    "department": ("Department", "部门"),
    "opened": ("Opened", "立项日期"),
    "due": ("Due", "截止日期"),
    "days_late": ("Days late", "逾期天数"),
    "before": ("Before", "之前"),
    "after": ("After", "之后"),
    "expected": ("Expected", "预期"),
    "placebo": ("One wave earlier", "前一期同类差异"),
    "note": ("Note", "说明"),
    "spending_share": ("Share of spending", "消费占比"),
    "satisfaction": ("Satisfaction", "满意度"),
    "rater": ("Rates", "评分部门"),
    "rated": ("Is rated", "被评部门"),
    "given": ("Given", "给分"),
    "received": ("Received", "得分"),
    "dealer": ("Dealer", "经销商"),
    "scheme": ("Scheme", "奖项"),
    "score": ("Score", "得分"),
    "tier": ("Tier", "档位"),
    "payout": ("Payout", "奖励"),
    "probability": ("Tier's probability", "档位概率"),
    "marginal": ("One more point", "再提高一分"),
    "missing_points": ("To the next tier", "距上一档"),
    "next_gain": ("It pays more", "升档多得"),
    "best": ("Best tier", "最高档"),
    "lowest": ("Lowest paying tier", "最低获奖档"),
    "points": ("Points", "提高分数"),
}
