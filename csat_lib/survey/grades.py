"""The words that questionnaires use for grades and for no answer, in English and Chinese."""

from __future__ import annotations

import unicodedata

Spellings = tuple[tuple[str, ...], tuple[str, ...]]

GRADES: dict[str, dict[int, Spellings]] = {
    "grades of satisfaction": {
        5: (("very satisfied", "completely satisfied", "extremely satisfied"), ("很满意", "非常满意", "十分满意")),
        4: (("satisfied", "somewhat satisfied", "mostly satisfied"), ("满意", "比较满意", "较满意")),
        3: (("basically satisfied", "neutral", "neither", "neither satisfied nor dissatisfied", "average"), ("基本满意", "一般", "中立")),
        2: (("dissatisfied", "somewhat dissatisfied", "unsatisfied", "not satisfied"), ("不满意", "不太满意", "较不满意", "比较不满意")),
        1: (("very dissatisfied", "very unsatisfied", "extremely dissatisfied"), ("很不满意", "非常不满意", "十分不满意")),
    },
    "grades of agreement": {
        5: (("strongly agree", "completely agree"), ("非常同意", "完全同意", "非常赞同")),
        4: (("agree", "somewhat agree"), ("同意", "比较同意")),
        3: (("neither agree nor disagree", "neither", "neutral", "undecided"), ("一般", "中立", "不确定")),
        2: (("disagree", "somewhat disagree"), ("不同意", "不太同意", "比较不同意")),
        1: (("strongly disagree", "completely disagree"), ("非常不同意", "完全不同意", "非常不赞同")),
    },
    "grades of quality": {
        5: (("excellent", "outstanding", "very good"), ("很好", "非常好", "优秀")),
        4: (("good", "above average"), ("好", "较好", "比较好", "良好")),
        3: (("average", "fair", "acceptable"), ("一般", "中", "普通")),
        2: (("poor", "below average", "bad"), ("差", "较差", "不好")),
        1: (("very poor", "unacceptable", "very bad", "terrible"), ("很差", "非常差", "极差")),
    },
    "grades of likelihood": {
        5: (("very likely", "extremely likely", "definitely"), ("很可能", "非常可能", "一定会")),
        4: (("likely", "somewhat likely", "probably"), ("可能", "比较可能", "可能会")),
        3: (("neutral", "neither likely nor unlikely", "undecided"), ("一般", "不确定")),
        2: (("unlikely", "somewhat unlikely", "probably not"), ("不太可能", "不可能", "可能不会")),
        1: (("very unlikely", "extremely unlikely", "definitely not"), ("很不可能", "非常不可能", "一定不会")),
    },
    "yes and no": {
        1: (("yes", "y", "true"), ("是", "有", "会")),
        0: (("no", "n", "false"), ("否", "没有", "不会")),
    },
}
MISSING_WORDS = {
    **dict.fromkeys(("blank", "no answer", "未回答", "未作答", "(空)"), "no answer"),
    **dict.fromkeys(("n/a", "na", "not applicable", "does not apply", "不适用"), "not applicable"),
    **dict.fromkeys(("don't know", "dont know", "do not know", "dk", "not sure", "不知道", "不清楚", "不了解"), "don't know"),
    **dict.fromkeys(("refused", "prefer not to say", "拒绝回答", "拒答"), "refused"),
    **dict.fromkeys(("(跳过)", "跳过", "skipped"), "skipped"),
    **dict.fromkeys(("-", "--", "."), "no answer"),
}


def folded(text: str) -> str:
    """Text for comparing: full-width forms, case and typographic apostrophes do not count."""
    return unicodedata.normalize("NFKC", text).replace("’", "'").strip().casefold()


def missing_meaning(text: str) -> str:
    """Why a word stands for no answer; empty for any other."""
    return MISSING_WORDS.get(folded(text), "")
