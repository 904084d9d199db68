"""Words of the index of all reports and of a period's page, in English and Chinese; titles and descriptions of the reports."""

from __future__ import annotations

SITE: dict[str, tuple[str, str]] = {
    "compare": ("compare two periods", "两期对照"),
    "satisfaction": ("Customer satisfaction", "顾客满意度"),
    "all_reports": ("Customer satisfaction: all reports", "顾客满意度：全部报告"),
    "newest_first": ("Every study and period, newest first", "全部研究与时期，最近的在前"),
    "no_report": ("No report yet", "尚无报告"),
    "make_first": ("Make the first report", "生成第一份报告"),
    "run_demo": (
        "Run the demonstration, a simulated company with sixteen quarters of data:",
        "运行演示：一家模拟企业，含十六个季度的数据：",
    ),
    "run_own": (
        "Or run a study of your own, once its files stand under params/ and data/:",
        "或者运行您自己的研究，其文件须已放在 params/ 与 data/ 之下：",
    ),
    "skip": ("To the content", "跳到正文"),
    "languages": ("Language", "语言"),
    "period": ("Period", "时期"),
    "index": ("Index", "指数"),
    "interval": ("Interval", "置信区间"),
    "change": ("Change", "变化"),
    "respondents": ("Respondents", "受访者"),
    "status": ("Status", "状态"),
    "reports": ("Reports", "报告"),
    "tables": ("Tables", "数据表"),
    "tables_note": ("CSV, full precision", "CSV，完整精度"),
    "table_caption": (
        "{title}: the satisfaction index, its change and the reports of every period",
        "{title}：各期满意度指数、变化与报告",
    ),
    "spark": ("Satisfaction index from {first} ({before}) to {last} ({now})", "满意度指数：自 {first}（{before}）至 {last}（{now}）"),
    "since": ("since {period}", "较 {period}"),
    "to": ("{low} to {high}", "{low} 至 {high}"),
    "real": ("real", "显著"),
    "noise": ("within noise", "误差范围内"),
    "count": ("{n} respondents", "{n} 名受访者"),
    "run_on": ("run on {day}", "生成于 {day}"),
    "all_periods": ("all periods", "全部时期"),
    "index_unit": ("satisfaction index, 0-100", "满意度指数，0-100"),
    "seed": ("Seed", "随机种子"),
    "notebook": ("notebook", "笔记本"),
    "ok": ("ok", "正常"),
    "withheld": ("withheld", "部分不予公布"),
    "stale": ("stale", "已过时"),
    "failed": ("failed", "失败"),
    "index_foot": (
        "The index runs from 0 to 100; no interval means that none was computed. Each period's manifest says what its numbers rest on.",
        "指数为 0 至 100 分；未显示区间者即未计算。每一期都附有清单，说明其数字的依据。",
    ),
    "period_foot": (
        "parameters, SHA-256 of every input and output, versions, seed.",
        "参数、全部输入与输出的 SHA-256、版本、随机种子。",
    ),
}

TITLES: dict[str, tuple[str, str]] = {
    "10_survey_quality": ("Survey quality", "数据质量"),
    "20_satisfaction_index": ("Satisfaction index", "满意度指数"),
    "30_structural_model": ("Structural model", "结构模型"),
    "40_driver_analysis": ("Driver analysis", "驱动因素分析"),
    "50_tracking": ("Tracking", "跟踪分析"),
    "60_voice_of_customer": ("Voice of the customer", "顾客之声"),
    "70_improvement": ("Improvement", "改进管理"),
    "monthly_brief": ("Monthly brief", "月度简报"),
    "quarterly_report": ("Quarterly report", "季度报告"),
    "annual_report": ("Annual report", "年度报告"),
}

DESCRIPTIONS: dict[str, tuple[str, str]] = {
    "10_survey_quality": (
        "Sample, missing answers, reliability and validity: may the data be trusted?",
        "样本、缺失、信度与效度：数据是否可信？",
    ),
    "20_satisfaction_index": (
        "Scores of every construct and segment, with intervals and targets.",
        "各潜变量与细分人群的得分，附区间与目标。",
    ),
    "30_structural_model": (
        "Why customers are satisfied: paths, loadings, quality of the model, total effects.",
        "顾客为何满意：路径、载荷、模型质量与总效应。",
    ),
    "40_driver_analysis": (
        "What to improve first: importance against performance, with expected gains.",
        "先改进什么：重要性与表现对照，附预期收益。",
    ),
    "50_tracking": (
        "What moved and whether it is real, why, against whom, who moved, and what runs ahead of what.",
        "哪些指标变了、是否显著、为什么、与谁相比、谁在变，以及什么领先于什么。",
    ),
    "60_voice_of_customer": (
        "What customers say in their own words, and what they complain about.",
        "顾客怎么说，又为什么投诉。",
    ),
    "70_improvement": (
        "What was done, whether it worked, and what comes next.",
        "做了什么、是否奏效、下一步做什么。",
    ),
    "monthly_brief": ("One screen: the headline, the key figures, complaints and alerts.", "一屏看全：总体指数、关键指标、投诉与预警。"),
    "quarterly_report": (
        "What managers read: the headline, what moved and why, what to do.",
        "管理者所读：总体指数、变化及原因、应对措施。",
    ),
    "annual_report": (
        "The year as a whole: four quarters, next year's targets, which actions worked.",
        "全年总览：四个季度、明年目标、哪些措施奏效。",
    ),
}
