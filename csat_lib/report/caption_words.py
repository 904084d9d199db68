"""Captions of the notebooks' tables by the table's name, in English and Chinese; ``{period}`` is the page's period.

Each words file may hold a CAPTIONS of its own, which is taken in by one line at the end.
"""

from __future__ import annotations

from csat_lib.report import brief_words

CAPTIONS: dict[str, tuple[str, str]] = {
    # Survey quality
    "sample": ("The sample", "样本"),
    "disclosure": ("What the study states about itself", "本研究的自我说明"),
    "response": ("Response", "回答率"),
    "power": ("Precision of this sample", "样本精度"),
    "findings": ("Findings of the checks", "检查结果"),
    "modes": ("Differences between modes", "不同访问方式之间的差异"),
    "reliability": ("Reliability of the constructs", "潜变量的信度"),
    # Satisfaction index
    "changes": ("Change of the index", "指数的变化"),
    "trend_table": (
        "The index by period; beside it with the weights of the first period throughout",
        "各期指数，并列以首期权重计算的指数",
    ),
    "segment_scores": ("The index by segment", "各细分人群的指数"),
    "banner_scores": ("Questions by segment, 0-100", "各题按细分人群得分，0-100"),
    "degree_and_rate": ("Degree and rate of satisfaction, per cent", "满意度与满意率，%"),
    "customer_classes": ("Degree and rate by customer class, per cent", "各类客户的满意度与满意率，%"),
    "dissatisfied_themes": (
        "Dissatisfied answers, and what those who gave them and wrote a comment blame in it",
        "不满意的回答，以及作答者在意见中批评的主题",
    ),
    "dissatisfied_items": ("Dissatisfied answers", "不满意的回答"),
    "boxes": ("Best and worst boxes, per cent of the answers", "最好两档与最差两档，占回答的 %"),
    "net_promoters": ("Net promoter score", "净推荐值"),
    "required_samples": ("Valid questionnaires", "有效问卷数"),
    "indicator_scores": (
        "The indicator system: weight within the parent, weight in the index, score",
        "指标体系：在上级中的权重、在指数中的权重、得分",
    ),
    "weight_sets": ("The last step of the index, both waves under the same weights", "指数最近一期的变化，两期使用同一套权重"),
    "grade_shares": ("Shares of the grades, the score they give, and the plain mean", "各等级占比、由此得出的分数与普通均值"),
    # Structural model
    "verdicts": ("Four questions about the model", "关于模型的四个问题"),
    "construct_reliability": ("Reliability of the constructs", "潜变量的信度"),
    "discriminant": ("Can the constructs be told apart?", "各潜变量能区分吗？"),
    "paths": ("Path coefficients", "路径系数"),
    "impacts": ("Points of the index for five points more", "提高五分所带来的指数分值"),
    "chains": ("Direct and indirect effects", "直接效应与间接效应"),
    "total_effects": ("Total effects, indices, explained shares", "总效应、指数与解释比例"),
    "measurement": ("Weights and loadings", "权重与载荷"),
    "prediction": ("Loss of prediction against benchmarks", "预测损失与基准比较"),
    "estimators": ("Standardised paths", "标准化路径系数"),
    "invariance": ("Measured alike in every segment?", "各细分人群的测量一致吗？"),
    "classes": ("Number of classes", "类别数"),
    "estimation": ("Estimation of the model", "模型的估计"),
    # Driver analysis
    "collinearity": ("Overlap and signs of the drivers", "各因素的重叠与符号"),
    "differences": ("Each driver against the next in rank", "各因素与排序中的下一个比较"),
    "importance_table": ("Relative importance", "相对重要性"),
    "necessity": (
        "Least level of a driver, % of its range, for levels of the outcome",
        "结果达到各水平时，因素所需的最低水平（占其取值范围的 %）",
    ),
    "combined": ("What drives and what limits, by construct", "各潜变量：推动作用与限制作用"),
    "levers": ("Expected gain for five points more, the other drivers held", "提高五分的预期收益（其他因素不变）"),
    "plan": ("The plan", "改进方案"),
    "what_if": ("Expected change", "预期变化"),
    "driver_segments": ("Shares by segment", "各细分人群的份额"),
    "driver_waves": (
        "Shares by period, and the last change of explained variance in points",
        "各期份额，以及解释方差最近一期的变化（百分点）",
    ),
    "driver_boxes": ("Shares by kind of answer", "按回答类型的份额"),
    # Weights lab
    "weight_set_list": ("Sets of weights", "权重方案"),
    # Reports
    **brief_words.CAPTIONS,
}
