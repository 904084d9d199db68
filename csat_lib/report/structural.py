"""The argument of the structural model as short frames and sentences: what the long tables of ``model`` come to, in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import pandas as pd

from csat_lib.errors import ParamsError
from csat_lib.model import Comparison, Fimix, Prediction, predictive_power, shortfalls, verdict
from csat_lib.model.quality import decided_by_bound
from csat_lib.report.language import heading, listed, metric, translated
from csat_lib.report.page import Page
from csat_lib.report.reasons import reason

RELIABILITIES = ("alpha", "rho_a", "rho_c", "ave")

SAID: dict[str, tuple[str, str]] = {
    "agree": (
        "The three estimators agree on {agree} of {paths} paths in sign and to 0.1 in size{apart}.",
        "三种估计方法在 {paths} 条路径中有 {agree} 条符号一致且相差不超过 0.1{apart}。",
    ),
    "agree_pair": (
        "{one} and {other} agree on {agree} of {paths} paths in sign and to 0.1 in size{apart}.",
        "{one}与{other}在 {paths} 条路径中有 {agree} 条符号一致且相差不超过 0.1{apart}。",
    ),
    "apart": ("; they part at {names}", "；不一致的有：{names}"),
    "withheld": ("{estimator} is withheld ({verdict}): {reasons}.", "{estimator}不予公布（{verdict}）：{reasons}。"),
    "same_all": (
        "{groups}: every construct is measured alike in all {count} comparisons, so their means and paths may be compared.",
        "{groups}：全部 {count} 组比较中各潜变量的测量均一致，均值与路径可以比较。",
    ),
    "unlike": (
        "{groups}: not to be compared, because they are measured differently: {names}.",
        "{groups}：以下潜变量测量方式不同，不可比较：{names}。",
    ),
    "left_out": ("Not tested: {names}.", "未检验：{names}。"),
    "nobody": ("{groups}: not tested, because nobody has one.", "{groups}：未检验，因为没有受访者带有该信息。"),
    "paths_same": (
        "{groups}: none of the {paths} comparisons of paths differs beyond noise.",
        "{groups}：{paths} 项路径比较中没有超出抽样误差的差异。",
    ),
    "paths_none": ("{groups}: no path was tested.", "{groups}：没有任何路径经过检验。"),
    "paths_withheld": (
        "{count} comparisons of paths are withheld, because these are measured differently: {names}.",
        "{count} 项路径比较不予公布，因为以下潜变量测量方式不同：{names}。",
    ),
    "paths_differ": (
        "{groups}: {count} of {paths} comparisons of paths differ: {names}.",
        "{groups}：{paths} 项路径比较中有 {count} 项存在差异：{names}。",
    ),
    "one": ("{name}: {what}", "{name}：{what}"),
    "classes_one": ("Nothing speaks for unobserved kinds of customers: {reason}", "没有证据表明存在未观察到的客户类型：{reason}"),
    "classes_guarded": (
        "The criteria ask for several kinds of customers, but none that could be told apart was found: {reason}",
        "各项准则倾向于多类客户，但未找到可以区分的类别：{reason}",
    ),
    "bound": (" (up to {bound:.2f})", "（上限 {bound:.2f}）"),
    "classes": ("There may be {count} kinds of customers with paths of their own: {reason}", "可能存在 {count} 类路径不同的客户：{reason}"),
    "predicts": (
        "Out of sample the model beats the mean on {better} of {items} outcome questions, and a linear model on {linear} ({against}).",
        "样本外预测中，{items} 道结果题有 {better} 道优于均值，{linear} 道优于以原因题目建立的线性模型（{against}）。",
    ),
    "better": ("overall better than the linear model", "总体优于线性模型"),
    "worse": ("overall worse than the linear model", "总体差于线性模型"),
    "within noise": ("overall no different from the linear model", "总体与线性模型无显著差异"),
    "pls": ("PLS", "PLS"),
    "plsc": ("Consistent PLS", "一致性 PLS"),
    "cbsem": ("Covariance-based SEM", "协方差结构方程"),
}


def verdicts(page: Page, assessment: pd.DataFrame) -> pd.DataFrame:
    """Four questions about the model with their verdicts, and what stands against each: question, verdict, detail."""
    short = shortfalls(assessment)
    rows = []
    for question, word, _ in verdict(assessment)[["question", "verdict", "reasons"]].itertuples(index=False):
        own = short[short["question"] == question]
        said = [
            f"{_subject(page, row)} {metric(str(row['metric']), page.language)} {_reading(page, row)}"
            for row in own.sort_values("weight", kind="stable").to_dict("records")
        ]
        rows.append((translated(question, page.language), word, _first(page, said)))
    return pd.DataFrame(rows, columns=["question", "verdict", "detail"])


def _reading(page: Page, row: Mapping[Hashable, Any]) -> str:
    """A reading of ``assess`` with two decimals, and its upper bound where that gave the verdict."""
    bound = _say(page, "bound", bound=row["conf_high"]) if decided_by_bound(row) else ""
    return f"{row['estimate']:.2f}{bound}"


def reliability(assessment: pd.DataFrame) -> pd.DataFrame:
    """One row a construct of several items: alpha with its interval, rho_a, rho_c, ave, the smallest loading, and the worst verdict."""
    kept = assessment[assessment["metric"].isin((*RELIABILITIES, "loading"))]
    rows = []
    for construct, own in kept.groupby("construct", sort=False):
        values = own.drop_duplicates("metric").set_index("metric")
        if "alpha" not in values.index:
            continue
        judged = own.loc[own["metric"] != "loading", "verdict"]
        wrong = [_named(name, word) for name, word in zip(own["metric"], own["verdict"], strict=True) if word != "ok" and name != "loading"]
        rows.append(
            {
                "construct": construct,
                **{name: values["estimate"].get(name) for name in RELIABILITIES},
                "alpha_low": values["conf_low"]["alpha"],
                "alpha_high": values["conf_high"]["alpha"],
                "smallest_loading": own.loc[own["metric"] == "loading", "estimate"].min(),
                "verdict": "ok" if (judged == "ok").all() else wrong[0],
            }
        )
    return pd.DataFrame(rows, columns=["construct", "alpha", "alpha_low", "alpha_high", *RELIABILITIES[1:], "smallest_loading", "verdict"])


def chosen(assessment: pd.DataFrame, metrics: Iterable[str]) -> pd.DataFrame:
    """The rows of some metrics, the most doubtful first."""
    part = assessment[assessment["metric"].isin(list(metrics))]
    return part.assign(_order=part["verdict"] == "ok").sort_values("_order", kind="stable").drop(columns="_order").reset_index(drop=True)


def agreement(page: Page, comparison: Comparison) -> list[str]:
    """Whether PLS, consistent PLS and covariance-based SEM say the same, and which of them is withheld and why."""
    said = []
    sound = comparison.verdicts.loc[comparison.verdicts["verdict"] == "ok", "estimator"].drop_duplicates().tolist()
    tested = comparison.paths[comparison.paths["verdict"] != "no second estimate"]
    if len(tested):
        apart = tested[tested["verdict"] != "agree"]
        names = [_path(page, row) for row in apart.to_dict("records")]
        tail = _say(page, "apart", names=listed(names, page.language)) if names else ""
        parts = {"agree": len(tested) - len(apart), "paths": len(tested), "apart": tail}
        if len(sound) == 2:
            other = _say(page, sound[1])
            parts |= {"one": _say(page, sound[0]), "other": other[0].lower() + other[1:]}
        said.append(_say(page, "agree" if len(sound) > 2 else "agree_pair", **parts))
    poor = comparison.verdicts[comparison.verdicts["verdict"] != "ok"]
    for (estimator, word), own in poor.groupby(["estimator", "verdict"], sort=False):
        reasons = "; ".join(reason(str(each), page.language).rstrip(".") for each in own["reason"][:3])
        parts = {"estimator": _say(page, str(estimator)), "verdict": translated(str(word), page.language), "reasons": reasons}
        said.append(_say(page, "withheld", **parts))
    return said


def comparable(page: Page, table: pd.DataFrame, *, by: str) -> list[str]:
    """Whether every construct is measured alike in the groups of ``segment_invariance`` or ``wave_invariance``.

    Parameters
    ----------
    page : Page
        Language and labels.
    table : DataFrame
        segment or period, construct, step, verdict, invariance.
    by : str
        The attribute of the segments, or "period".

    Raises
    ------
    ParamsError
        The table has neither segments nor periods.
    """
    what = _what(table)
    groups = page.label(by) if what == "segment" else _say_period(page)
    tested = table[table["step"].fillna("") != ""]
    said = []
    unlike = tested[tested["invariance"] == "none"].drop_duplicates([what, "construct"])
    if len(unlike):
        names = [
            _say(page, "one", name=_group(page, by, row[what]), what=page.label(row["construct"])) for row in unlike.to_dict("records")
        ]
        said.append(_say(page, "unlike", groups=groups, names=listed(names, page.language)))
    elif len(tested):
        said.append(_say(page, "same_all", groups=groups, count=tested[what].nunique()))
    if table.empty:
        return [_say(page, "nobody", groups=groups)]
    return said + _left_out(page, table[table["step"].fillna("") == ""], by, what)


def differing(page: Page, table: pd.DataFrame, *, by: str) -> list[str]:
    """Which paths differ between the groups of ``segment_paths``, of those that could be tested; the others are named.

    Parameters
    ----------
    page : Page
        Language and labels.
    table : DataFrame
        segment, cause, effect, metric, verdict.
    by : str
        The attribute of the segments.
    """
    paths = table[table["metric"] == "path"]
    tested, groups = paths[paths["p_value"].notna()], page.label(by)
    tail = _withheld(page, paths[paths["p_value"].isna()], by) + _left_out(page, table[table["metric"].isna()], by, "segment")
    found = tested[tested["verdict"] == "differs"]
    if tested.empty:
        return [_say(page, "nobody" if table.empty else "paths_none", groups=groups), *tail]
    if found.empty:
        return [_say(page, "paths_same", groups=groups, paths=len(tested)), *tail]
    largest = found.assign(size=found["estimate"].abs()).sort_values("size", ascending=False, kind="stable")
    names = [_say(page, "one", name=_group(page, by, row["segment"]), what=_path(page, row)) for row in largest.to_dict("records")]
    parts = {"groups": groups, "count": len(found), "paths": len(tested), "names": _first(page, names)}
    return [_say(page, "paths_differ", **parts), *tail]


def _withheld(page: Page, paths: pd.DataFrame, by: str) -> list[str]:
    """Which constructs kept paths from being compared, segment by segment."""
    names = []
    for segment, own in paths.groupby("segment", sort=False):
        found = [re.fullmatch(r"not comparable: (.*) (?:is|are) measured differently", str(word)) for word in own["verdict"]]
        unlike = dict.fromkeys(name for match in found if match for name in match[1].split(" and "))
        what = listed([page.label(name) for name in unlike], page.language)
        names.append(_say(page, "one", name=_group(page, by, segment), what=what))
    return [_say(page, "paths_withheld", count=len(paths), names="; ".join(names))] if names else []


def _left_out(page: Page, rows: pd.DataFrame, by: str, what: str) -> list[str]:
    """The groups that could not be tested at all, each with its reason."""
    names = [f"{_group(page, by, row[what])} ({reason(str(row['verdict']), page.language)})" for row in rows.to_dict("records")]
    return [_say(page, "left_out", names=listed(names, page.language))] if names else []


def invariance(table: pd.DataFrame) -> pd.DataFrame:
    """One row a group and construct: n, c with what chance gives, the difference of means with its p, and what may be compared.

    The difference is withheld where the construct is measured differently.
    """
    what = _what(table)
    rows = []
    for (group, construct), own in table[table["step"].fillna("") != ""].groupby([what, "construct"], sort=False):
        steps = {str(row["step"]): row for row in own.to_dict("records")}
        c, mean = steps.get("compositional", {}), steps.get("equal mean", {})
        word = str(own["invariance"].iloc[0])
        shown = mean if word != "none" else {}
        rows.append(
            {
                what: group,
                "construct": construct,
                "n": own["n"].iloc[0],
                "c": c.get("estimate"),
                "mean_difference": shown.get("estimate"),
                "p_value": shown.get("p_adjusted"),
                "verdict": "not comparable" if word == "none" else "differs" if shown.get("verdict") == "differs" else "within noise",
                "invariance": word,
            }
        )
    return pd.DataFrame(rows, columns=[what, "construct", "n", "c", "mean_difference", "p_value", "verdict", "invariance"])


def prediction(page: Page, predicted: Prediction) -> str:
    """How well the model predicts out of sample, in a sentence."""
    power = predictive_power(predicted)
    overall = power[power["construct"] == ""].iloc[0]
    q2 = predicted.items[predicted.items["metric"] == "q2_predict"]
    losses = predicted.losses
    against = losses[(losses["construct"] == "") & (losses["benchmark"] == "linear")]["verdict"].iloc[0]
    parts = {"better": int((q2["estimate"] > 0).sum()), "items": len(q2), "linear": overall["better"]}
    return _say(page, "predicts", **parts, against=_say(page, str(against)))


def chains(page: Page, effects: pd.DataFrame) -> pd.DataFrame:
    """The rows of ``indirect_effects`` with the constructs between by their labels."""
    through = [" → ".join(page.label(name) for name in via.split(" -> ")) if via else "" for via in effects["via"]]
    return effects.assign(via=through)


def losses(page: Page, predicted: Prediction) -> pd.DataFrame:
    """The loss of prediction against each benchmark, in words of the page's language; the last rows are of all questions together."""
    table = predicted.losses
    everything = table["construct"] == ""
    return table.assign(
        construct=table["construct"].mask(everything, page.say("all")),
        benchmark=[heading(str(name), page.language) for name in table["benchmark"]],
    )


def kinds(page: Page, found: Fimix) -> str:
    """Whether there are unobserved kinds of customers, in a sentence."""
    refused = ", but: " in found.reason and (found.recommended == 1 or "nothing better was tried" in found.reason)
    key = "classes_guarded" if refused else "classes_one" if found.recommended == 1 else "classes"
    return _say(page, key, count=found.recommended, reason=reason(found.reason, page.language))


def _named(name: str, word: str) -> str:
    """A verdict with its metric in brackets: "below 0.7 (alpha)", "doubtful (rho_c above 0.95)"."""
    found = re.fullmatch(r"(.*?) \((.*)\)", word)
    return f"{found[1]} ({name} {found[2]})" if found else f"{word} ({name})"


def _say(page: Page, key: str, **parts: object) -> str:
    return SAID[key][1 if page.language == "zh" else 0].format(**parts)


def _first(page: Page, names: list[str], most: int = 5) -> str:
    """The first names in a row, and how many more there are."""
    return listed(names[:most], page.language) + (f" (+{len(names) - most})" if len(names) > most else "")


def _say_period(page: Page) -> str:
    return "各期" if page.language == "zh" else "Periods"


def _path(page: Page, row: Mapping[Hashable, Any]) -> str:
    return page.say("path", cause=page.label(row["cause"]), effect=page.label(row["effect"]))


def _group(page: Page, by: str, code: object) -> str:
    return str(code) if by == "period" else page.value(by, code)


def _subject(page: Page, row: Mapping[Hashable, Any]) -> str:
    names = [page.label(row[key]) for key in ("construct", "item", "other") if row[key]]
    return re.sub(r"\s+", " ", " / ".join(names))


def _what(table: pd.DataFrame) -> str:
    for name in ("segment", "period"):
        if name in table.columns:
            return name
    raise ParamsError("Expected the table of segment_invariance or wave_invariance, with a column segment or period.")
