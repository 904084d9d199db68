"""What a study lacks for customers, actions, incentives, complaints and comments, in Chinese: refusals with their places."""

from __future__ import annotations

ABSENT: tuple[tuple[str, str], ...] = (
    # Customers and actions
    (
        "There is no earlier customer list with the same customers, so nobody is known to have moved.",
        "没有包含相同客户的早期客户名单，因此无从得知谁的等级变动了。",
    ),
    ("There is nothing to list yet.", "目前没有可列出的内容。"),
    (
        "This study does not say who is at risk. Add at_risk: {tiers} to customers: in its study.yaml.",
        "本研究没有规定哪些客户有流失风险。请在 study.yaml 的 customers: 中添加 at_risk: {tiers}。",
    ),
    (
        "This study names no key customers. Add key: {how} to customers: in its study.yaml.",
        "本研究没有指定重点客户。请在 study.yaml 的 customers: 中添加 key: {how}。",
    ),
    (
        "This study sets no reminders. Add reminders: {how} to customers: in its study.yaml.",
        "本研究没有设置提醒。请在 study.yaml 的 customers: 中添加 reminders: {how}。",
    ),
    (
        "{study} sets no tiers of customers. Add customers: {how} to its study.yaml.",
        "{study} 没有划分客户等级。请在 study.yaml 中添加 customers: {how}。",
    ),
    ("The customer list has none of the columns {columns}.", "客户名单中没有以下任何一列：{columns}。"),
    (
        "{study} {period} has no source {source}, so nobody's incentive can be computed.",
        "{study} {period} 没有数据源 {source}，无法计算任何人的激励。",
    ),
    ("{study} {period} has no source {source}, so there is no customer list.", "{study} {period} 没有数据源 {source}，因此没有客户名单。"),
    (
        "{study} {period} has no source {source}: departments have not rated each other.",
        "{study} {period} 没有数据源 {source}：各部门尚未互评。",
    ),
    ("{study} {period} has no dealer {dealer}.", "{study} {period} 没有经销商 {dealer}。"),
    ("{study} has no register of actions. Write {file}, or: {command}", "{study} 没有措施登记表。请编写 {file}，或运行：{command}"),
    (
        "{study} {period}: no action was due before this survey, so there is nothing to verify yet.",
        "{study} {period}：本次调查之前没有到期的措施，尚无可验证的内容。",
    ),
    (
        "{study} has neither targets nor items on five grades, so nothing proposes an action.",
        "{study} 既没有目标，也没有五级评价题，因此没有可据以提出措施的内容。",
    ),
    (
        "{study} has no incentives. Write {file} with its schemes and their tiers.",
        "{study} 没有激励方案。请编写 {file}，写明方案及其档次。",
    ),
    (
        "{study} does not state what a point of loyalty is worth. Add loyalty_point: to its incentives.yaml.",
        "{study} 没有说明一分忠诚度价值多少。请在 incentives.yaml 中添加 loyalty_point:。",
    ),
    ("{study} has no path model, so revenue cannot be traced to satisfaction.", "{study} 没有路径模型，无法把收入追溯到满意度。"),
    (
        "The model {model} has no {loyalty}, so revenue cannot be traced to satisfaction.",
        "模型 {model} 中没有 {loyalty}，无法把收入追溯到满意度。",
    ),
    # Complaints and comments
    (
        "{study} has no themes. Write {file}; params/templates has examples.",
        "{study} 没有主题表。请编写 {file}；params/templates 中有示例。",
    ),
    ("{study} {period} has no complaint register. Put it at {file}.", "{study} {period} 没有投诉登记表。请将其放在 {file}。"),
    (
        "{study} has no question of loyalty. Name one in complaints.yaml: loyalty: ITEM.",
        "{study} 没有忠诚度题目。请在 complaints.yaml 中指定 loyalty:。",
    ),
    (
        "{study} {period}: no comments. The codebook has no question of role comment, or nobody wrote one.",
        "{study} {period}：没有意见。编码本中没有 comment 类题目，或无人填写。",
    ),
    (
        "{study} {period}: no earlier period with comments to hold the themes against.",
        "{study} {period}：没有带意见的早期时期可与各主题比较。",
    ),
    (
        "{study} {period}: no orders by product and month (source sales): no rate by product can be told.",
        "{study} {period}：没有按产品和月份的订单（数据源 sales），无法给出各产品的投诉率。",
    ),
    (
        "{study} {period}: no respondent can be found in the complaint register by customer number.",
        "{study} {period}：按客户编号，投诉登记表中找不到任何受访者。",
    ),
    (
        "{study}: no orders (source sales) and no customers (source accounts): the register gives counts but no rate.",
        "{study}：没有订单（数据源 sales），也没有客户数（数据源 accounts）：登记表只能给出件数，不能给出投诉率。",
    ),
    (
        "No sample was coded twice. Put respondent, coder_1 and coder_2 at {file} for Cohen's kappa.",
        "没有双人编码的样本。请将 respondent、coder_1、coder_2 放在 {file}，以计算 Cohen's kappa。",
    ),
    (
        "{n} of {all} comments are without a theme: too few to propose new ones.",
        "{all} 条意见中有 {n} 条没有主题：过少，不足以提出新主题。",
    ),
    # Periods
    (
        "No quarter of {year} has answers of its own. Add them as periods, such as {file}.",
        "{year} 年没有任何季度有自己的回答。请将各季度添加为时期，例如 {file}。",
    ),
    ("The wave before {after} is that of a year before: it stands above.", "{after} 的上一期就是去年同期，已列于上文。"),
    ("There is no survey of the same period a year before {after}.", "{after} 没有去年同期的调查。"),
    ("{study}: no chart: {n} periods, {least} are needed.", "{study}：不作图：只有 {n} 期，需要 {least} 期。"),
    ("{study}: no chart: no figures.", "{study}：不作图：没有数字。"),
    (
        "{study} names no segments, so nobody can be set against the others. Name some in study.yaml.",
        "{study} 未列出细分，无法将任何人群与其余相比。请在 study.yaml 中列出。",
    ),
)
