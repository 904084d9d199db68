"""What the voice notebook and the reports say of the comments: coverage, themes and their impact, trend, verbatims, proposals."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from csat_lib.errors import NotInStudyError
from csat_lib.index.enterprise import grade
from csat_lib.report import cells
from csat_lib.report.attempts import attempt
from csat_lib.report.language import listed
from csat_lib.report.page import Page
from csat_lib.report.privacy_scan import personal_values
from csat_lib.stats import holm, z_value
from csat_lib.study import Study
from csat_lib.survey import Survey, read_export
from csat_lib.voice import (
    NOBODY,
    Coding,
    Names,
    Themes,
    code_comments,
    coder_agreement,
    coverage,
    known_names,
    load_themes,
    propose_themes,
    read_double_coded,
    sentiment,
    theme_impact,
    theme_sets,
    theme_trend,
    verbatims,
)
from csat_lib.voice.themes import FILE

RECOMMENDATION = "recommend"
NAMING = (
    *("name", "customer", "contact", "contact_person", "customer_id", "customer_no"),
    *("姓名", "客户", "客户名称", "名称", "联系人", "称呼"),
)
REACHING = ("phone", "telephone", "tel_", "mobile", "cell_phone", "email", "e_mail", "wechat", "电话", "手机", "邮箱", "微信", "身份证")
DOUBLE = "double_coded"
KINDS = ("e-mail", "id card", "phone", "number", "plate", "account", "name")


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """A wave's comments with their themes.

    Attributes
    ----------
    survey : Survey
        Who wrote them.
    themes : Themes
        The study's dictionary.
    coding : Coding
        Which comment mentions which theme.
    signs : DataFrame
        Praise or blame of every mention, from ``voice.sentiment``.
    score : str
        The item of the overall score.
    names : Names
        What is masked beside numbers and addresses.
    """

    survey: Survey
    themes: Themes
    coding: Coding
    signs: pd.DataFrame
    score: str
    names: Names = NOBODY


def hear(page: Page, study: Study, survey: Survey) -> Heard:
    """The wave's comments, coded by the study's themes.

    Parameters
    ----------
    page, study, survey : Page, Study, Survey
        The page, and what it is about.

    Raises
    ------
    NotInStudyError
        The questionnaire has no open question, nobody wrote anything, or the study has no themes.yaml.
    """
    texts = written(survey)
    if texts.empty:
        raise NotInStudyError(page.say("missing_comments", study=study.name, period=study.period))
    if not (study.paths.params / FILE).is_file():
        raise NotInStudyError(page.say("missing_themes", study=study.name))
    themes = load_themes(study)
    coding = code_comments(texts, themes)
    score = study.drivers.outcome
    return Heard(survey, themes, coding, sentiment(coding, survey, overall=score), score, names_of(study))


def written(survey: Survey) -> pd.Series:
    """The comments of everybody who wrote one; several open questions are one text."""
    columns = [name for name in survey.codebook.names("comment") if name in survey.attributes.columns]
    if not columns:
        return pd.Series(dtype=object)
    texts = survey.attributes[columns].astype(object).where(survey.attributes[columns].notna(), "").astype(str)
    joined = texts.apply(lambda row: " / ".join(each.strip() for each in row if each.strip()), axis=1)
    return joined[joined != ""]


def names_of(study: Study) -> Names:
    """What is masked: names and numbers in the study's accounts, and the values of the survey's personal columns."""
    values = list(personal_values(study))
    if study.paths.has_data("accounts"):
        frame = read_export(study.paths.data("accounts")).frame
        values += [str(value) for name in frame.columns if _naming(str(name)) for value in frame[name] if value]
    return known_names(values) if values else NOBODY


def reached(page: Page, heard: Heard) -> pd.DataFrame:
    """Coverage by language: label, n (comments), share (0-1 of them with a theme)."""
    table = coverage(heard.coding)
    own = table[table["metric"] == "coverage"].reset_index(drop=True)
    labels = [page.say(f"script_{language}") for language in own["language"]]
    return pd.DataFrame({"label": labels, "n": own["n"], "share": own["estimate"] / 100})


def impact(page: Page, heard: Heard) -> pd.DataFrame:
    """``voice.theme_impact`` of the themes by their labels, the costliest first, with praise_share and blame_share of the mentions."""
    recommend = RECOMMENDATION if heard.survey.scale.get(RECOMMENDATION) == (0, 10) else ""
    table = theme_impact(
        heard.coding, heard.survey, heard.score, recommend=recommend, confidence=page.confidence, fewest=page.suppress_below
    )
    signs = heard.signs.groupby("theme")["sign"]
    table["praise_share"] = table["theme"].map(signs.agg(lambda values: float((values == 1).mean())))
    table["blame_share"] = table["theme"].map(signs.agg(lambda values: float((values == -1).mean())))
    return table.assign(theme=[heard.themes.label(name, page.language) for name in table["theme"]])


def moved(page: Page, study: Study, history: Mapping[str, Survey], heard: Heard) -> pd.DataFrame:
    """Shares of mentions now and in the period before, and whether the change is real.

    Returns
    -------
    DataFrame
        theme (label), before_share, share (0-1), change (points of per cent), change_low, change_high, p_adjusted (Holm over the themes),
        verdict ("rose", "fell", "no change shown"), n (mentions now). Panel members in both waves make the test cautious.

    Raises
    ------
    NotInStudyError
        There is no earlier period with comments.
    """
    periods = [period for period in history if len(written(history[period]))]
    if len(periods) < 2 or periods[-1] != study.period.name:
        raise NotInStudyError(page.say("missing_before", study=study.name, period=study.period))
    trend = theme_shares(history, heard, periods[-2:])
    before, now = (trend[trend["period"] == period].set_index("theme") for period in periods[-2:])
    change = now["estimate"].to_numpy(dtype=float) - before["estimate"].to_numpy(dtype=float)
    error = np.hypot(now["std_error"].to_numpy(dtype=float), before["std_error"].to_numpy(dtype=float))
    p = np.where(error > 0, 2 * stats.norm.sf(np.abs(change) / np.where(error > 0, error, np.nan)), 1.0)
    adjusted = holm(np.nan_to_num(p, nan=1.0))
    half = z_value(page.confidence) * error
    verdict = np.where(adjusted >= 1 - page.confidence, "no change shown", np.where(change > 0, "rose", "fell"))
    table = pd.DataFrame({"theme": [heard.themes.label(str(name), page.language) for name in now.index]})
    table = table.assign(before_share=before["estimate"].to_numpy() / 100, share=now["estimate"].to_numpy() / 100)
    table = table.assign(change=change, change_low=change - half, change_high=change + half)
    table = table.assign(p_adjusted=adjusted, verdict=verdict, n=np.minimum(now["mentions"].to_numpy(), before["mentions"].to_numpy()))
    return table.sort_values("change", ascending=False, kind="stable", ignore_index=True)


def theme_shares(history: Mapping[str, Survey], heard: Heard, periods: list[str]) -> pd.DataFrame:
    """``voice.theme_trend`` of some periods, all coded by this period's dictionary."""
    codings = {period: code_comments(written(history[period]), heard.themes) for period in periods}
    return theme_trend(codings, {period: history[period] for period in periods})


def examples(page: Page, heard: Heard, *, each: int = 1) -> pd.DataFrame:
    """Example comments, masked, from cells that are large enough: theme (label), verdict ("praise" or "blame"), comment, n."""
    table = verbatims(
        heard.coding, heard.signs, fewest=page.suppress_below, each=each, names=heard.names, language=page.language, words=masks(page)
    )
    labels = [heard.themes.label(str(name), page.language) for name in table["theme"]]
    signs = np.where(table["sign"] > 0, "praise", "blame")
    return pd.DataFrame({"theme": labels, "verdict": signs, "comment": table["comment"], "n": table["n"]})


def masks(page: Page) -> dict[str, str]:
    """What stands in the place of each kind of personal data, in the page's language."""
    return {kind: page.say(f"mask_{kind.replace('-', '').replace(' ', '_')}") for kind in KINDS}


def proposals(page: Page, study: Study, heard: Heard) -> pd.DataFrame:
    """Groups of comments that no theme was found in: label, words, rank, comment (masked), similarity, n. Proposals, no results.

    Raises
    ------
    NotInStudyError
        Too few comments are without a theme to be grouped.
    """
    left = heard.coding.comments.loc[~heard.coding.comments["coded"], "text"]
    seed = study.parameters.bootstrap.seed
    tables = [
        propose_themes(left, seed=seed, language=each, names=heard.names, ignore=heard.themes.ignore.get(each, ())) for each in ("zh", "en")
    ]
    table = pd.concat([each for each in tables if len(each)] or tables[:1], ignore_index=True)
    table = table[table["n"] >= page.suppress_below]
    if table.empty:
        raise NotInStudyError(page.say("missing_uncoded", n=len(left), all=len(heard.coding)))
    label = [page.say(f"script_{row.language}") + f" {row.proposal}" for row in table.itertuples()]
    return table.assign(label=label)[["label", "words", "rank", "comment", "similarity", "n"]].reset_index(drop=True)


def agreement(page: Page, study: Study, heard: Heard) -> pd.DataFrame:
    """Cohen's kappa of the two coders of a sample, and of the dictionary with each: label (who), theme, estimate, ..., verdict.

    Raises
    ------
    NotInStudyError
        No sample was coded twice in this period.
    """
    if not study.paths.has_data(DOUBLE):
        wanted = f"data/{study.name}/{DOUBLE}/{study.period}.csv"
        raise NotInStudyError(page.say("missing_double", wanted=wanted))
    sample = read_double_coded(study.paths.data(DOUBLE), heard.themes)
    names = heard.survey.codebook.names("id")
    who = heard.survey.attributes[names[0]].astype(str) if names else heard.survey.responses.index.to_series().astype(str)
    rows = pd.Series(who.index, index=who.to_numpy()).reindex(sample["respondent"].astype(str))
    machine = theme_sets(heard.coding, pd.Index(rows.fillna(-1)))
    pairs = {"coders": (sample["coder_1"], sample["coder_2"])}
    pairs |= {f"dictionary_{number}": (machine, sample[f"coder_{number}"]) for number in (1, 2)}
    tables = [
        coder_agreement(one, two, heard.themes, confidence=page.confidence).assign(label=page.say(f"agree_{who}"))
        for who, (one, two) in pairs.items()
    ]
    table = pd.concat(tables, ignore_index=True)
    labels = [page.say("all") if name == "all" else heard.themes.label(str(name), page.language) for name in table["theme"]]
    return table.assign(theme=labels)


def behind(page: Page, study: Study, survey: Survey, worst: pd.DataFrame) -> pd.DataFrame:
    """Dissatisfied answers with the themes that those who gave them blame in their comments, the most frequent first.

    Parameters
    ----------
    page, study, survey : Page, Study, Survey
        The page, and what it is about.
    worst : DataFrame
        From ``index.dissatisfied_items``.

    Returns
    -------
    DataFrame
        ``worst`` with themes: up to two, each with its share of the item's dissatisfied who wrote; empty where fewer than the page's
        least group wrote or blamed it, and everywhere where there are no comments.
    """
    heard = attempt(hear, page, study, survey).value
    if heard is None:
        return worst.assign(themes="")
    blamed = heard.signs[heard.signs["sign"] == -1].drop_duplicates(["row", "theme"])
    told = []
    for item in worst["item"]:
        own = grade(survey, item)
        who = heard.coding.comments.index.intersection(survey.responses.index[own <= 2])
        counts = blamed[blamed["row"].isin(who)].groupby("theme").size().sort_values(ascending=False, kind="stable")
        shown = counts[counts >= page.suppress_below].head(2) if len(who) >= page.suppress_below else counts[:0]
        shares = (shown / len(who)).items()
        parts = [f"{heard.themes.label(str(name), page.language)} {cells.percent(share, page.language)}" for name, share in shares]
        told.append(listed(parts, page.language))
    return worst.assign(themes=told)


def _naming(column: str) -> bool:
    """Whether a column of the customer list names people: customer_class or channel_name do not."""
    word = re.sub(r"[\s-]+", "_", column.strip().casefold())
    return word in NAMING or word.endswith(("姓名", "_name", "联系人", "联系方式")) or word.startswith(REACHING)
