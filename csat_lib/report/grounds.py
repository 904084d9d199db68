"""What the numbers rest on: software, data, weights, seeds, and what changed since the last report; gaps to expectation."""

from __future__ import annotations

import numpy as np
import pandas as pd

from csat_lib.errors import CsatError, NotInStudyError
from csat_lib.model import PlsFit, index_weights
from csat_lib.report import manifest
from csat_lib.report.keyfigures import compared_with
from csat_lib.report.page import Page
from csat_lib.report.weightsets import set_in_use
from csat_lib.stats import weighted_mean, z_value
from csat_lib.study import Study, load_study, resolved
from csat_lib.survey import Survey, questionnaire_changes
from csat_lib.survey.provenance import sha256_of

EXPECTED, FOUND = "expect_", "quality_"
OWN = frozenset({"period", "compare_to", "fieldwork", "title", "notebooks", "data", "columns"})


def made_with(page: Page, study: Study, survey: Survey) -> pd.DataFrame:
    """Data with hash and rows, weights in use, seed and draws, software: metric, detail.

    Parameters
    ----------
    page : Page
        Language.
    study : Study
        With its period.
    survey : Survey
        The answers as read.
    """
    rows: list[tuple[str, str]] = []
    if survey.origin is not None:
        paths = survey.origin.parts or (survey.origin.path,)
        rows += [("data_file", f"{path.name}, SHA-256 {sha256_of(path)[:16]}") for path in paths if path.is_file()]
        rows.append(("rows_read", page.say("rows_kept", read=f"{survey.origin.rows:,}", kept=f"{len(survey):,}")))
    try:
        rows.append(("weight_set_used", set_in_use(study)))
    except CsatError:
        rows.append(("weight_set_used", page.say("no_weight_set")))
    settings = study.parameters
    rows += [("draws", f"{settings.bootstrap.draws:,}"), ("seed", str(settings.bootstrap.seed))]
    found = manifest.versions()
    rows.append(("software", ", ".join(f"{name} {number}" for name, number in found.items())))
    commit = manifest.commit(study.paths.root)
    if commit:
        rows.append(("code", commit[:12]))
    return pd.DataFrame(rows, columns=["metric", "detail"])


def response_rates(page: Page, response: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str | None]]:
    """Invited, reached, answered and the rates in per cent, a row for everybody and one for each segment; and the columns' headings.

    Parameters
    ----------
    page : Page
        Labels.
    response : DataFrame
        From ``survey.response``: by, segment, metric, estimate.
    """
    wide = response.pivot_table(index=["by", "segment"], columns="metric", values="estimate", sort=False, dropna=False).reset_index()
    wide = wide.dropna(subset=[name for name in response["metric"].unique() if name in wide.columns], how="all")
    labels = [
        page.value(str(by), code) if isinstance(by, str) and by else page.say("all")
        for by, code in zip(wide["by"], wide["segment"], strict=True)
    ]
    columns = [name for name in dict.fromkeys(response["metric"]) if name in wide.columns]
    rates = [name for name in columns if name.endswith("_rate")]
    table = pd.DataFrame({"label": labels, **{name: wide[name].to_numpy() * (100 if name in rates else 1) for name in columns}})
    heads = {name: page.say("in_percent", name=page.label(name)) if name in rates else page.label(name) for name in columns}
    return table, {"label": None, **heads}


def item_weights(fit: PlsFit) -> pd.DataFrame:
    """The weight of every question in its construct's index: construct, item, weight (sums to 1 within a construct)."""
    weights = index_weights(fit)
    owner = {item: each.name for each in fit.structure.constructs for item in each.items}
    found = pd.DataFrame(
        {"construct": [owner.get(str(item), "") for item in weights.index], "item": weights.index, "weight": weights.to_numpy()}
    )
    return found[found["construct"] != ""].reset_index(drop=True)


def changed(page: Page, study: Study) -> pd.DataFrame:
    """What is not as in the period compared with: questionnaire, parameters, weights. Columns label, before, after; no rows if nothing.

    Parameters
    ----------
    page : Page
        Language and labels.
    study : Study
        With its period.

    Raises
    ------
    NotInStudyError
        There is no earlier period.
    """
    name = compared_with(study)
    if not name:
        raise NotInStudyError(page.say("no_earlier", period=page.period))
    before = load_study(study.name, name, root=study.paths.root)
    rows = [
        (f"{page.label(row['item'])}: {page.say('changed_' + row['change'])}", row["before"], row["after"])
        for row in questionnaire_changes(before.codebook, study.codebook, language=page.language).to_dict("records")
    ]
    old, new = resolved(before.parameters), resolved(study.parameters)
    rows += [(key, str(old.get(key, "–")), str(new.get(key, "–"))) for key in sorted({*old, *new} - OWN) if old.get(key) != new.get(key)]
    sets = [_set_of(each, page) for each in (before, study)]
    if sets[0] != sets[1]:
        rows.append((page.label("weight_set_used"), sets[0], sets[1]))
    return pd.DataFrame(rows, columns=["label", "before", "after"])


def expectation_gaps(page: Page, study: Study, survey: Survey) -> pd.DataFrame:
    """What customers found beside what they had expected, respondent by respondent, for every pair of such questions.

    Parameters
    ----------
    page : Page
        Language.
    study : Study
        Its codebook pairs ``expect_x`` with ``quality_x``.
    survey : Survey
        The answers.

    Returns
    -------
    DataFrame
        item (what was found), expected, found (0-100), estimate (found less expected), std_error, conf_low, conf_high, verdict, n.

    Raises
    ------
    NotInStudyError
        The study has no such pair.
    """
    pairs = [(name, FOUND + name.removeprefix(EXPECTED)) for name in study.codebook.items if name.startswith(EXPECTED)]
    pairs = [(one, two) for one, two in pairs if two in survey.responses and one in survey.responses]
    if not pairs:
        raise NotInStudyError(page.say("no_expectations"))
    z, rows = z_value(study.parameters.confidence), []
    for one, two in pairs:
        both = pd.DataFrame({name: _hundred(survey, name) for name in (one, two)})
        here = both.notna().all(axis=1).to_numpy()
        if here.sum() < 2:
            continue
        w, strata, cluster = survey.weight_values, *survey.design()
        x, y = (both[name].to_numpy(dtype=float) for name in (one, two))
        gap = weighted_mean(y - x, w, strata=strata, cluster=cluster)
        half = z * gap.std_error
        verdict = "real" if abs(gap.estimate) > half else "within noise"
        means = (float(np.average(x[here], weights=w[here])), float(np.average(y[here], weights=w[here])))
        ends = (gap.estimate, gap.std_error, gap.estimate - half, gap.estimate + half)
        rows.append((two, *means, *ends, verdict, gap.n))
    columns = ["item", "expected", "found", "estimate", "std_error", "conf_low", "conf_high", "verdict", "n"]
    return pd.DataFrame(rows, columns=columns)


def _hundred(survey: Survey, item: str) -> pd.Series:
    own = survey.codebook.item(item)
    return 100 * (survey.responses[item] - own.low) / (own.high - own.low)


def _set_of(study: Study, page: Page) -> str:
    try:
        return set_in_use(study)
    except CsatError:
        return page.say("no_weight_set")
