"""Figures of the enterprise method as a report shows them: customer classes, box shares, net promoter score, required samples."""

from __future__ import annotations

import pandas as pd

from csat_lib.errors import CsatError, NotInStudyError
from csat_lib.index import box_shares, class_satisfaction, nps, required_sample
from csat_lib.report.language import translated
from csat_lib.report.page import Page
from csat_lib.study import Study
from csat_lib.survey import Survey, has_survey, load_survey

PROMOTERS = (0.0, 10.0)
COMPETITOR = "competitor"


def classes(study: Study, survey: Survey) -> pd.DataFrame:
    """Degree and rate over all graded items, of every customer class and of all by the study's coefficients.

    Returns
    -------
    DataFrame
        by (the attribute), segment ("all" first), coefficient, metric ("degree", "rate"), estimate (per cent), std_error, conf_low,
        conf_high, n, n_effective.

    Raises
    ------
    NotInStudyError
        The study states no coefficients of classes, or has no graded items.
    """
    own = study.parameters.class_weights
    if own is None:
        remedy = "Add class_weights: {attribute: ..., weights: {class: share}} to its study.yaml."
        raise NotInStudyError(f"This study states no coefficients of customer classes. {remedy}")
    found = class_satisfaction(survey, study.grades, by=own.attribute, shares=own.weights, confidence=study.parameters.confidence)
    found = found[found["item"] == "all"].drop(columns="item").rename(columns={"share": "coefficient"}).reset_index(drop=True)
    found.insert(0, "by", own.attribute)
    return found


def boxes(study: Study, survey: Survey) -> pd.DataFrame:
    """Share of the answers in the two best boxes of every rated item, the largest first, and beside it that in the two worst.

    Returns
    -------
    DataFrame
        item, estimate (the two best, per cent), std_error, conf_low, conf_high, bottom_2 (the two worst), n, n_effective.

    Raises
    ------
    NotInStudyError
        The study has no rated items.
    """
    table = box_shares(survey, rated(study), confidence=study.parameters.confidence).set_index("item")
    best, worst = (table[table["metric"] == each].drop(columns=["segment", "metric"]) for each in ("top_2", "bottom_2"))
    best.insert(4, "bottom_2", worst["estimate"])
    return best.sort_values("estimate", ascending=False, kind="stable").reset_index()


def promoters(study: Study, survey: Survey) -> pd.DataFrame:
    """Net promoter score of every item on 0-10, with the shares behind it.

    Returns
    -------
    DataFrame
        item, metric ("nps" from -100 to 100; "promoters", "passives", "detractors" in per cent), estimate, std_error, conf_low, conf_high,
        n, n_effective.

    Raises
    ------
    NotInStudyError
        The study asks nothing on 0-10.
    """
    asked = [
        name
        for name, item in survey.codebook.items.items()
        if (item.low, item.high) == PROMOTERS and name in survey.responses and survey.responses[name].notna().any()
    ]
    if not asked:
        raise NotInStudyError("This study asks nothing on 0-10, so it has no net promoter score.")
    tables = [nps(survey, each, confidence=study.parameters.confidence) for each in asked]
    return pd.concat(tables, ignore_index=True).drop(columns="segment")


def samples(page: Page, study: Study, survey: Survey) -> pd.DataFrame:
    """Valid questionnaires of the own customers and of each competitor against the study's minimum.

    Parameters
    ----------
    page : Page
        The language.
    study : Study
        Its minimum samples, and its competitors where this period has them.
    survey : Survey
        The own customers.

    Returns
    -------
    DataFrame
        label (whose customers), n, minimum, verdict.

    Raises
    ------
    NotInStudyError
        The study has no rated items.
    """
    settings = study.parameters
    others = _competitors(study)
    found = required_sample(
        survey, rated(study), competitors=others, minimum=settings.minimum_sample, minimum_competitor=settings.minimum_competitor
    )
    labels = [page.say("own_customers") if name == "all" else page.value(COMPETITOR, name) for name in found["segment"]]
    told = ["; ".join(translated(fault, page.language) for fault in faults) for faults in found["verdict"].str.split("; ")]
    told = [fault if "; " not in fault else both for fault, both in zip(found["verdict"], told, strict=True)]
    return pd.DataFrame({"label": labels, "n": found["n"], "minimum": found["minimum"], "verdict": told})


def rated(study: Study) -> tuple[str, ...]:
    """The study's rated items, or an error that says how it gets some."""
    if not study.rated:
        raise NotInStudyError("This study has no rated items. Name a model, drivers or grades in its study.yaml.")
    return study.rated


def _competitors(study: Study) -> Survey | None:
    """The customers of competitors, where this period has them."""
    if not has_survey(study, source="competitors") or COMPETITOR not in study.codebook.attributes:
        return None
    try:
        return load_survey(study, source="competitors")
    except CsatError as error:
        raise type(error)(f"competitors: {error}") from None
