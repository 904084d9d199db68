"""Every label, caption and sentence that the exhibits print, in English and Chinese, by a short key."""

from __future__ import annotations

import re

from csat_lib.errors import ParamsError, nearest
from csat_lib.report import batch_words, brief_words, chart_words, driver_words, heat_words, improvement_words, tracking_words, voice_words
from csat_lib.report.caption_words import CAPTIONS
from csat_lib.report.index_words import INDEX_HEADINGS, INDEX_PHRASES
from csat_lib.report.words import HEADINGS, METRICS

LANGUAGES = ("en", "zh")

PHRASES: dict[str, tuple[str, str]] = {
    # The page around the exhibits
    "contents": ("Contents", "目录"),
    "skip": ("Skip to the content", "跳到正文"),
    "links": ("Related pages", "相关页面"),
    "provenance": ("Where these numbers come from", "数据来源"),
    "withheld": ("Withheld", "不予公布"),
    "note": ("Note", "说明"),
    "warning": ("Take care", "注意"),
    "missing": ("Not available", "暂缺"),
    "no_model": ("The numbers of this section are withheld: {reason}", "本节数字不予公布：{reason}"),
    "cell_failed": ("This section could not be made ({reason}).", "本节未能生成（{reason}）。"),
    "csv": ("CSV", "CSV"),
    "data_of": ("Data of {what}, CSV", "CSV {what}的数据"),
    "nothing": ("There is nothing to show here: {what} has no rows.", "此处无可显示内容：{what}没有数据。"),
    # Cells of tables
    "to": ("{low} to {high}", "{low} 至 {high}"),
    "suppressed": ("n < {below}", "n < {below}"),
    "small_base": ("small base", "样本较少"),
    "empty": ("–", "–"),
    "interval": ("{confidence} % interval", "{confidence}% 置信区间"),
    "intervals_note": ("In brackets: {confidence} % intervals.", "括号内为 {confidence}% 置信区间。"),
    "suppressed_note": (
        "Groups of fewer than {below} respondents are not shown, nor what would reveal them.",
        "少于 {below} 人的组不予显示，可据以推算者亦不显示。",
    ),
    "flag_note": ("Small base: fewer than {below} respondents.", "样本较少：不足 {below} 人。"),
    # Verdicts
    "ok": ("ok", "合格"),
    "pass": ("pass", "通过"),
    "met": ("met", "达标"),
    "below": ("below {value}", "低于 {value}"),
    "above": ("above {value}", "高于 {value}"),
    "real": ("real", "显著"),
    "within noise": ("within noise", "误差范围内"),
    "doubtful": ("doubtful", "存疑"),
    "at risk": ("at risk", "有风险"),
    "warn": ("warning", "警告"),
    "missed": ("missed", "未达标"),
    "inadmissible": ("inadmissible", "不可接受"),
    "fail": ("fail", "不通过"),
    "error": ("error", "错误"),
    "no data": ("no data", "无数据"),
    "improve first": ("improve first", "优先改进"),
    "failed": ("failed", "不通过"),
    "undefined": ("undefined", "无法计算"),
    "negligible": ("negligible", "可忽略"),
    "weak": ("weak", "弱"),
    "small": ("small", "小"),
    "medium": ("medium", "中等"),
    "moderate": ("moderate", "中等"),
    "large": ("large", "大"),
    "substantial": ("substantial", "强"),
    "high": ("high", "高"),
    "low": ("low", "低"),
    "none": ("none", "无"),
    "partial": ("partial", "部分"),
    "full": ("full", "完全"),
    "same": ("same", "一致"),
    "equal": ("equal", "相等"),
    "differs": ("differs", "有差异"),
    "better": ("better", "更好"),
    "worse": ("worse", "更差"),
    "agree": ("agree", "一致"),
    "opposite signs": ("opposite signs", "符号相反"),
    "no second estimate": ("no second estimate", "无第二估计"),
    "not comparable": ("not comparable", "不可比较"),
    "not estimated": ("not estimated", "未估计"),
    "complementary": ("complementary", "互补中介"),
    "competitive": ("competitive", "竞争中介"),
    "indirect-only": ("indirect-only", "仅间接"),
    "direct-only": ("direct-only", "仅直接"),
    "no effect": ("no effect", "无效应"),
    "Does it measure?": ("Does it measure?", "测量可靠吗？"),
    "Can the constructs be told apart?": ("Can the constructs be told apart?", "各潜变量能区分吗？"),
    "Does it explain?": ("Does it explain?", "解释力够吗？"),
    "Does it fit?": ("Does it fit?", "模型拟合吗？"),
    "keep up": ("keep up", "继续保持"),
    "low priority": ("low priority", "次要"),
    "possible overkill": ("possible overkill", "可能过度"),
    "unknown": ("unknown", "未知"),
    **chart_words.PHRASES,
    **heat_words.PHRASES,
    **driver_words.PHRASES,
    **tracking_words.PHRASES,
    **brief_words.PHRASES,
    **improvement_words.PHRASES,
    **batch_words.PHRASES,
    **INDEX_PHRASES,
    **voice_words.PHRASES,
}


def say(key: str, language: str, **parts: object) -> str:
    """The phrase called ``key``, its braces filled.

    Parameters
    ----------
    key : str
        Its name here.
    language : str
        en or zh.
    parts : dict of str
        What goes into the braces, as text.

    >>> say("target", "en", value="77")
    'target 77'
    """
    if key not in PHRASES:
        raise ParamsError(f"No phrase {key!r}.{nearest(key, PHRASES)}")
    phrase = PHRASES[key][_place(language)]
    return (phrase.format(**parts) if parts else phrase).replace(" %", "\u00a0%")


def heading(column: str, language: str) -> str:
    """The heading of a table's column; a column without one is read out.

    >>> heading("n_effective", "en"), heading("half_width", "en")
    ('Effective n', 'Half width')
    """
    known = {**INDEX_HEADINGS, **HEADINGS}
    return known[column][_place(language)] if column in known else readable(column)


def metric(name: str, language: str) -> str:
    """What a key figure is called; its name where we have no word for it."""
    return METRICS[name][_place(language)] if name in METRICS else name


def caption(name: str, language: str) -> str:
    """The caption of the table called ``name``, from the words files.

    Parameters
    ----------
    name : str
        Of the table.
    language : str
        en or zh.

    Raises
    ------
    ParamsError
        No words file has a caption of that name.

    >>> caption("sample", "zh")
    '样本'
    """
    if name not in CAPTIONS:
        raise ParamsError(f"No caption for the table {name!r}: give caption=..., or add a line to CAPTIONS.{nearest(name, CAPTIONS)}")
    return CAPTIONS[name][_place(language)]


def readable(name: str) -> str:
    """A name as one reads it out.

    >>> readable("undeclared_columns")
    'Undeclared columns'
    """
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def translated(word: str, language: str) -> str:
    """A verdict, quadrant or other word of ours in ``language``; any other text as it is.

    >>> translated("below 0.7", "zh"), translated("met", "zh"), translated("Operations", "zh")
    ('低于 0.7', '达标', 'Operations')
    """
    if word in PHRASES and "{" not in PHRASES[word][0]:
        return say(word, language)
    missed = re.fullmatch(r"(below|above) (\S+)", word)
    return say(missed[1], language, value=missed[2]) if missed else word


def listed(names: list[str], language: str) -> str:
    """Names in a row: a, b, c, as the language separates them."""
    return ("、" if language == "zh" else ", ").join(names)


def joined(sentences: list[str], language: str) -> str:
    """Sentences one after the other; Chinese needs no space between them."""
    return ("" if language == "zh" else " ").join(each for each in sentences if each)


def _place(language: str) -> int:
    if language not in LANGUAGES:
        raise ParamsError(f"No language {language!r}. There are: {', '.join(LANGUAGES)}.")
    return LANGUAGES.index(language)
