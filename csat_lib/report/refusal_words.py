"""Why a section is refused, in Chinese: the errors of the library sentence by sentence, with their places."""

from __future__ import annotations

REFUSALS: tuple[tuple[str, str], ...] = (
    (
        "{study} {period}: no dealer takes part in any scheme of incentives.yaml.",
        "{study} {period}：没有经销商参与 incentives.yaml 中的任何方案。",
    ),
    # What the study does not have
    (
        "This study has no path model. Name one in its study.yaml, such as model: acsi.",
        "本研究没有路径模型。请在 study.yaml 中指定，例如 model: acsi。",
    ),
    (
        "This study names no drivers. Add drivers: {braces} to its study.yaml.",
        "本研究没有指定驱动因素。请在 study.yaml 中添加 drivers: {braces}。",
    ),
    (
        "This study names no segments. Add segments: [...] to its study.yaml, from the codebook's attributes.",
        "本研究没有指定细分人群。请从编码本的属性中选取，在 study.yaml 中添加 segments: [...]。",
    ),
    (
        "This study has no items on five grades. Name them in its study.yaml: grades: [...].",
        "本研究没有五级评价题。请在 study.yaml 中指定 grades: [...]。",
    ),
    (
        "This study names no costs, so there is no plan. Add levers: {driver} and budget: to its study.yaml.",
        "本研究没有给出成本，因此没有改进方案。请在 study.yaml 中添加 levers: {driver} 和 budget:。",
    ),
    (
        "This study states no coefficients of customer classes. {remedy}",
        "本研究没有规定各类客户的系数。请在 study.yaml 中添加 class_weights。",
    ),
    ("This study asks nothing on 0-10, so it has no net promoter score.", "本研究没有 0-10 分的题目，因此没有净推荐值。"),
    (
        "This study has no rated items. Name a model, drivers or grades in its study.yaml.",
        "本研究没有评分题。请在 study.yaml 中指定模型、驱动因素或等级题。",
    ),
    (
        "This study has no question on a few grades. Name one in its study.yaml: grades: [...].",
        "本研究没有分等级的题目。请在 study.yaml 中指定 grades: [...]。",
    ),
    (
        "{study} has no indicator system. Write {file}; params/templates has examples.",
        "{study} 没有指标体系。请编写 {file}；params/templates 中有示例。",
    ),
    ("{study} has no indicator system, so it has no weights. Write {file}.", "{study} 没有指标体系，因此没有权重。请编写 {file}。"),
    (
        "Not stated by the source: {study} has no dispositions file (invited, reached, complete, refused) in {period}.",
        "来源未说明：{study} {period} 没有访问结果文件（邀请、接触、完成、拒访）。",
    ),
    ("No respondent has a value of {by}, so there are no units to compare.", "没有受访者带有 {by} 的取值，无可比较的单位。"),
    (
        "Fewer than two groups are large enough to be ranked. Name a segment in study.yaml: segments: [...].",
        "足够大、可以排名的组不足两个。请在 study.yaml 中指定 segments: [...]。",
    ),
    ("{study} has no competitors' answers, so there is nobody to be ranked with.", "{study} 没有竞争对手的回答，无从排名。"),
    (
        "{study} {period} has no source competitors, so there is nobody to compare with.",
        "{study} {period} 没有竞争对手数据，无从比较。",
    ),
    ("There is one period only ({period}): nothing to hold it against yet.", "目前只有一期（{period}），尚无可比较的时期。"),
    (
        "This study has no source {source}: without a series from outside there is nothing the index could lead.",
        "本研究没有数据源 {source}：没有外部序列，就谈不上指数领先于什么。",
    ),
    (
        "{n} periods in a row have both the index and the outside series{more}: at least {fewest} are needed.",
        "同时有指数和外部序列的连续时期为 {n} 期，至少需要 {fewest} 期。",
    ),
    (
        "{n} customers were graded in both waves ({before} before, {after} after). {identify}",
        "两期都作出评价的顾客为 {n} 名（前期 {before} 名，后期 {after} 名）。两期须使用同一编号，才能对应到人。",
    ),
    ("{where} are {said}; {n} answered it twice. {identify}", "{where}：{n} 人两次作答。两期须使用同一编号，才能对应到人。"),
    # How much an analysis can take
    ("{why_what} compares 2 to {most} drivers; this study has {n}.", "{why_what}可比较 2 至 {most} 个因素；本研究有 {n} 个。"),
    ("The ranking", "排序"),
    ("Dominance in resamples", "重抽样中的优势分析"),
    ("The comparison of segments", "细分人群比较"),
    ("The comparison of periods", "时期比较"),
    ("A box analysis", "分档分析"),
    ("Drivers are compared over two periods at least; there is {periods}.", "驱动因素的比较至少需要两期；目前只有 {periods}。"),
    (
        "The best answers are looked at on scales of four points or more; {outcome} has {n}.",
        "最好回答的分析要求量表不少于四档；{outcome} 只有 {n} 档。",
    ),
    (
        "{logits} logits of {n} respondents take too long for a page. Use drivers.top_box.",
        "{n} 名受访者的 {logits} 次 logit 计算耗时过长，页面上不做。请使用 drivers.top_box。",
    ),
    ("Measurement invariance over time needs two periods at least; there is none.", "跨期测量不变性至少需要两期；目前没有。"),
    (
        "Measurement invariance over time needs two periods at least; there is {periods}.",
        "跨期测量不变性至少需要两期；目前只有 {periods}。",
    ),
    (
        "Groups are compared on complete rows, and this study has missing: {missing}. Use missing: listwise.",
        "组间比较只用完整的回答，而本研究设定 missing: {missing}。请使用 missing: listwise。",
    ),
    (
        "A change is decomposed on complete rows, and this study fills gaps. Use missing: listwise.",
        "变化的分解只用完整的回答，而本研究填补缺失。请使用 missing: listwise。",
    ),
    ("{purpose}: {whole} is of higher order. Use the model of its members.", "{purpose}：{whole} 为高阶潜变量。请使用其成员构成的模型。"),
    (
        "{purpose} needs complete rows; this fit used missing={missing}. Fit with missing='listwise'.",
        "{purpose} 需要完整的回答；本次拟合使用 missing={missing}。请用 missing='listwise' 拟合。",
    ),
    # Estimates that do not exist
    (
        "The outer weights still moved after {n} iterations. {remedy}",
        "迭代 {n} 次后外部权重仍未收敛。请检查与本组负相关的题目，或提高 max_iterations。",
    ),
    (
        "The ordered logit of {outcome} did not settle: the drivers may separate its answers. Use importance.",
        "{outcome} 的有序 logit 未收敛：驱动因素可能完全区分了其回答。请使用 importance。",
    ),
    (
        "The covariances of answers with gaps still moved after {n} rounds of EM. Use missing='listwise'.",
        "EM 迭代 {n} 轮后，含缺失回答的协方差仍未收敛。请使用 missing='listwise'。",
    ),
    (
        "{items}: all {n} answers are the same, so nothing can be learnt from it. Take it out of the model.",
        "{items}：{n} 个回答全部相同，无从得出结论。请将其移出模型。",
    ),
    ("{outcome}: all {n} answers are the same, so there is nothing to explain.", "{outcome}：{n} 个回答全部相同，没有可解释的差异。"),
    ("{outcome}: all {n} answers are the same, so there is nothing to reach.", "{outcome}：{n} 个回答全部相同，没有可达到的水平。"),
    (
        "{n} respondents answered all of the model's {items} items: too few. Use missing='mean', or fewer items.",
        "答完模型全部 {items} 题的受访者只有 {n} 名，过少。请使用 missing='mean'，或减少题目。",
    ),
    (
        "{n} respondents answered all of the model's {items} items: too few for the inverse of their covariances. {remedy}",
        "答完模型全部 {items} 题的受访者只有 {n} 名，不足以求协方差矩阵的逆。请减少题目，或增加受访者。",
    ),
    (
        "{n} respondents answered the outcome and all {drivers} drivers: too few. Use missing='pairwise', or fewer drivers.",
        "对结果和全部 {drivers} 个因素都作答的受访者只有 {n} 名，过少。请使用 missing='pairwise'，或减少因素。",
    ),
    (
        "The weights leave {n} effective respondents for the model's {items} items: too few. Trim the weights.",
        "加权后有效受访者仅 {n} 名，而模型有 {items} 题，过少。请截尾权重。",
    ),
    (
        "The pairwise correlations contradict each other (not positive semi-definite). Use missing='listwise' or 'mean'.",
        "成对相关系数相互矛盾（非半正定）。请使用 missing='listwise' 或 'mean'。",
    ),
    ("{a} and {b} hold the same answers (correlation {r}). Keep one of them.", "{a} 与 {b} 的回答相同（相关系数 {r}）。请只保留一个。"),
    (
        "The items of {construct} are linearly dependent: mode B has no answer. Use mode A, or take one out.",
        "{construct} 的题目线性相关，B 模式无解。请使用 A 模式，或去掉一题。",
    ),
    (
        "The causes of {effect} ({causes}) cannot be told apart: their scores are linearly dependent. Take a path out.",
        "{effect} 的原因（{causes}）无法区分：其得分线性相关。请去掉一条路径。",
    ),
    (
        "All respondents belong to one cluster, so nothing says how another sample would differ: there are no intervals.",
        "所有受访者属于同一群，无从判断换一个样本会有多大差别，因此没有区间。",
    ),
    (
        "{lost} of {draws} resamples could not be estimated ({said}): the sample is too small or an item hardly varies.",
        "{draws} 次重抽样中有 {lost} 次无法估计（{said}）：样本过小，或某题几乎没有差异。",
    ),
    (
        "{lost} of {draws} resamples could not be estimated: the sample is too small or an item hardly varies.",
        "{draws} 次重抽样中有 {lost} 次无法估计：样本过小，或某题几乎没有差异。",
    ),
    (
        "{lost} of {draws} resamples could not be estimated: the waves are too small or an item hardly varies.",
        "{draws} 次重抽样中有 {lost} 次无法估计：各期样本过小，或某题几乎没有差异。",
    ),
    (
        "{lost} of {draws} resamples could not be used: {rest}",
        "{draws} 次重抽样中有 {lost} 次无法使用：某个因素几乎没有差异，或有两个因素无法区分。",
    ),
    (
        "{lost} of {draws} exchanges could not be estimated: the groups are too small or an item hardly varies.",
        "{draws} 次置换中有 {lost} 次无法估计：组过小，或某题几乎没有差异。",
    ),
    (
        "{lost} of {draws} exchanges could not be estimated: the groups are too small.",
        "{draws} 次置换中有 {lost} 次无法估计：组过小。",
    ),
    (
        "{items}: all answers are the same in a training set. {remedy}",
        "{items}：在某个训练集中回答全部相同。请增加折数、换种子，或去掉该题。",
    ),
    (
        "The model could not be estimated in {n} training sets. Take more folds, or a simpler model.",
        "模型在 {n} 个训练集中无法估计。请增加折数，或简化模型。",
    ),
    ("No number of classes has an estimate: the sample is too small.", "任何类别数都无法估计：样本过小。"),
    ("No driver is left: {why_reason}.", "没有可用的驱动因素：{why_reason}。"),
    ("No segment of {by} can be compared with the others ({said}).", "{by} 中没有可与其余比较的人群（{said}）。"),
    ("Nobody with a known segment answered all of: {items}.", "细分归属已知者中，无人答完：{items}。"),
    ("No wave can be used ({said}).", "没有可用的时期（{said}）。"),
    ("No driver was asked in all waves.", "没有在各期都问到的驱动因素。"),
    ("No driver of {target} is left.", "{target} 没有可用的驱动因素。"),
    ("No plan could be found: {said}", "未能得出方案：{said}"),
    (
        "{n} respondents are too few to hold out a fifth of them: a forest needs {fewest}.",
        "仅 {n} 名受访者，不足以留出五分之一：随机森林至少需要 {fewest} 名。",
    ),
    ("{who} has {what}: there is nothing to explain.", "{what}：没有可解释的差异。"),
    (
        "The drivers separate those with {what} from the others completely or nearly: a logit has no estimate here.",
        "驱动因素几乎完全区分了“{what}”与其他人，logit 模型无解。",
    ),
    ("Every stratum holds a single cluster, so the design gives no standard error.", "每一层只有一个群，抽样设计无法给出标准误。"),
    (
        "{aim}: {items} has a weight that is not positive, so it leaves 0-100. Take the item out.",
        "{aim}：{items} 的权重不为正，指数将超出 0-100。请去掉该题。",
    ),
    (
        "The index of {on} is undefined: one of its weights is not positive. Use mode A, or take the item out.",
        "{on} 的指数无定义：有一个权重不为正。请使用 A 模式，或去掉该题。",
    ),
    ("The index of {construct} is {why_verdict}.", "{construct} 的指数{why_verdict}。"),
    (
        "The model of {reference} cannot be fitted, so its weights cannot be kept. Name another reference.",
        "{reference} 的模型无法拟合，其权重无法沿用。请另选参照期。",
    ),
    ("The change cannot be decomposed: {why_said}.", "变化无法分解：{why_said}。"),
    (
        "The index of {construct} or of one of its drivers is undefined in a wave: a weight is not positive.",
        "{construct} 或其某个驱动因素的指数在某一期无定义：有权重不为正。",
    ),
    ("{what} of {construct} cannot be compared between these groups: {why_said}.", "{construct} 在这些组之间不可比较：{why_said}。"),
    (
        "The model is not identified: {q} parameters, but only {moments} variances and covariances of {p} items. {remedy}",
        "模型不可识别：参数 {q} 个，而 {p} 题只有 {moments} 个方差与协方差。请增加题目，或去掉路径。",
    ),
)
