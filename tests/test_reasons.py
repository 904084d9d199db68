"""What the rooms say in English is said in Chinese on a Chinese page."""

import ast
import re
from pathlib import Path

import pytest

from csat_lib.report.reasons import reason

HOUSE = Path(__file__).resolve().parents[1] / "csat_lib"


def template(node):
    """The text of a string or f-string; ``x1`` where something is filled in. Empty for what is computed elsewhere."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(each.value if isinstance(each, ast.Constant) else "x1" for each in node.values)
    return ""


def raised(name):
    """Every message of its own that the house gives an error of this class, by place."""
    found = []
    for path in sorted(HOUSE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == name and node.args:
                text = template(node.args[0])
                if re.search(r"[A-Za-z]{2,}", text):
                    found.append(pytest.param(text, id=f"{path.relative_to(HOUSE)}:{node.lineno}"))
    return found


@pytest.mark.parametrize("message", raised("NotInStudyError"))
def test_what_a_study_lacks_is_told_in_chinese(message):
    assert re.search(r"[\u4e00-\u9fff]", reason(message, "zh")), f"write its Chinese into refusal_words or absent_words: {message}"


@pytest.mark.parametrize("message", raised("Finding"))
def test_the_arguments_of_a_finding_are_plain(message):
    assert re.fullmatch(r"[a-z_]+", message)  # its rule; a label of every rule stands in finding_words


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("26 respondents took less than a third of the median time (470 s).", "26 名受访者用时不足中位数的三分之一（中位数 470 秒）。"),
        ("don't know, in 24 items.", "不知道，涉及 24 题。"),
        ("upper bound (one-sided 95 %) at most 0.9, Henseler et al. 2015", "上限（单侧 95%）不高于 0.9（Henseler et al. 2015）"),
        ("opposite signs, more than 0.1 apart", "符号相反，相差超过 0.1"),
        ("The ranking compares 2 to 22 drivers; this study has 30.", "排序可比较 2 至 22 个因素；本研究有 30 个。"),
        (
            "No driver is left: all 40 answers are the same.",
            "没有可用的驱动因素：all 40 answers are the same。",
        ),
        ("What nobody has translated stays.", "What nobody has translated stays."),
    ],
)
def test_a_sentence_keeps_its_parts(english, chinese):
    assert reason(english, "zh") == chinese
    assert reason(english, "en") == english


def test_every_rule_of_the_checks_has_a_name_in_both_languages():
    from csat_lib.report.finding_words import RULES

    rules = {each.values[0] for each in raised("Finding")}
    assert rules - set(RULES) == set()
