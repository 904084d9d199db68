"""What the rooms say in English, in the page's language: findings, thresholds, refusals whole, the reasons of ``model`` piece by piece."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from csat_lib.report import batch_words
from csat_lib.report.absent_words import ABSENT
from csat_lib.report.finding_words import FINDINGS
from csat_lib.report.refusal_words import REFUSALS

CHINESE: tuple[tuple[str, str], ...] = (
    # How many classes
    (r"AIC3 and CAIC agree on (\d+)", r"AIC3 与 CAIC 一致支持 \1 类"),
    (r"AIC4 and BIC agree \(AIC3 says (\d+), CAIC (\d+)\) on (\d+)", r"AIC4 与 BIC 一致支持 \3 类（AIC3 为 \1，CAIC 为 \2）"),
    (r"BIC \(AIC3 says (\d+), CAIC (\d+)\) on (\d+)", r"BIC 支持 \3 类（AIC3 为 \1，CAIC 为 \2）"),
    (r", but: ", r"，但"),
    (r"smallest class below (\d+)%", r"最小类别不足 \1%"),
    (r"classes overlap: entropy below ([\d.]+\d)", r"类别重叠：熵低于 \1"),
    (r"not settled: raise max_iterations", r"未收敛：请提高 max_iterations"),
    (r"degenerate: in every start a class became too small or explained an effect exactly", r"退化：每次起始都有类别过小或完全拟合"),
    (r"; (\d+) instead", r"；改取 \1 类"),
    (r"; nothing better was tried", r"；未尝试更合适的类别数"),
    # Consistent PLS
    (r"rho_A of (\S+) is ([-\d.]+\d|nan); a reliability lies between 0 and 1", r"\1 的 rho_A 为 \2，信度应在 0 与 1 之间"),
    (r"the correlation of (\S+) and (\S+) is ([-\d.]+\d)", r"\1 与 \2 的相关系数为 \3"),
    (
        r"the correlations of the constructs are not positive definite \(smallest eigenvalue ([-\d.]+\d)\)",
        r"潜变量相关矩阵非正定（最小特征值 \1）",
    ),
    (r"R squared of (\S+) is ([-\d.]+\d)", r"\1 的 R² 为 \2"),
    (r"the loading of (\S+) is ([-\d.]+\d), its residual variance negative", r"\1 的载荷为 \2，残差方差为负"),
    (r"the path (\S+) -> (\S+) is ([-\d.]+\d)", r"路径 \1 -> \2 为 \3"),
    (r"the variance inflation of (\S+) as a cause of (\S+) is ([\d.]+\d|inf)", r"\1 作为 \2 的原因，其方差膨胀因子为 \3"),
    (
        r"Consistent PLS corrects blocks of several items in mode A, and this model has none",
        r"一致性 PLS 只校正 A 模式的多题潜变量，本模型没有",
    ),
    # Covariance-based SEM
    (r"not converged: the likelihood still rises", r"未收敛：似然仍在上升"),
    (r"information matrix not positive definite: the data do not determine ", r"信息矩阵非正定，数据无法确定："),
    (r"information matrix not finite", r"信息矩阵含非有限值"),
    (r"negative variance: ", r"负方差："),
    (r"standardised estimate beyond 1: ", r"标准化估计超过 1："),
    (r"factor correlation of (\S+) and (\S+): ", r"\1 与 \2 的因子相关："),
    (r"covariance matrix of the constructs' residuals not positive definite", r"潜变量残差协方差矩阵非正定"),
    (r"covariance matrix of the items' residuals not positive definite", r"题目残差协方差矩阵非正定"),
    (r"covariance matrix of the constructs not positive definite", r"潜变量协方差矩阵非正定"),
    (r"huge standard error: ", r"标准误过大："),
    (r"(\S+) is formative \(mode B\)", r"\1 为形成型潜变量（B 模式）"),
    # Invariance
    (r"too few: less than (\d+) respondents and others answered all items", r"人数不足：本组与其余答完全部题目的均不足 \1 人"),
    (r"too few: less than (\d+) respondents answered all items", r"人数不足：答完全部题目的不足 \1 人"),
    (r"too few: less than (\d+) others answered all items", r"人数不足：其余答完全部题目的不足 \1 人"),
    (r"not comparable: (.+) (?:was|were) not asked of both", r"不可比较：\1 并非两组都问"),
    (r"not comparable: ", r"不可比较："),
    (r"(\S+) (?:is|are) measured differently", r"\1 的测量方式不同"),
    (r"the groups weigh its items differently \(c = ([-\d.]+\d)\)", r"两组对其题目的权重不同（c = \1）"),
    (r"(\S+) loads with opposite signs", r"\1 的载荷符号相反"),
    (r"(\S+) is worded differently", r"\1 的措辞不同"),
    (r"(\S+) runs from (\S+) to (\S+) in one group and from (\S+) to (\S+) in the other", r"\1 的量表一组为 \2 至 \3，另一组为 \4 至 \5"),
)


def reason(text: str, language: str) -> str:
    """A reason in ``language``; what the tables do not know stays as it is.

    Parameters
    ----------
    text : str
        As a room says it.
    language : str
        en or zh.

    >>> reason("AIC3 and CAIC agree on 3, but: smallest class below 10%; 2 instead", "zh")
    'AIC3 与 CAIC 一致支持 3 类，但最小类别不足 10%；改取 2 类'
    >>> reason("negative variance: value (-0.1); something new", "zh")
    '负方差：value (-0.1); something new'
    >>> reason("at least 0.7, Hair et al. 2019", "zh")
    '不低于 0.7（Hair et al. 2019）'
    """
    if language != "zh":
        return text
    whole = _sentence(text)
    if whole is not None:
        return whole
    for english, chinese in CHINESE:
        text = re.sub(english, chinese, text)
    return text


def _sentence(text: str) -> str | None:
    """``text`` in Chinese where it is one of the known sentences; places named ``why_...`` hold a reason of their own."""
    for pattern, chinese in _patterns():
        match = pattern.fullmatch(text)
        if match:
            return chinese.format(
                **{name: reason(part, "zh") if name.startswith("why") else part for name, part in match.groupdict().items()}
            )
    return None


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The sentences as patterns, those without places first: a metric and a value are one word, any other place holds what stands there."""
    pairs = sorted((*FINDINGS, *REFUSALS, *ABSENT), key=lambda pair: "{" in pair[0])
    return tuple((re.compile(re.sub(r"\\\{(\w+)\\\}", _place, re.escape(english)), flags=re.DOTALL), chinese) for english, chinese in pairs)


def _place(hit: re.Match[str]) -> str:
    return rf"(?P<{hit[1]}>\S+)" if hit[1] in {"metric", "value"} else rf"(?P<{hit[1]}>.+?)"


def stage(facts: Mapping[str, Any], language: str) -> str:
    """Whether a period's figures are provisional or final, in a language; empty where its parameters do not say.

    Parameters
    ----------
    facts : mapping
        The period's manifest.
    language : {"en", "zh"}
        Of the words.

    >>> stage({"parameters": {"status": "provisional"}}, "en")
    'provisional figures'
    """
    told = str(facts.get("parameters", {}).get("status") or "")
    return batch_words.PHRASES[told][language == "zh"] if told in {"provisional", "final"} else ""
