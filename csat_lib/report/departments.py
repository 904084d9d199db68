"""Internal customers as a report may show them: small cells hidden in rows and columns of the matrix, departments by their labels."""

from __future__ import annotations

import pandas as pd

from csat_lib.improvement import Departments, internal_customers, read_internal, weakest_links
from csat_lib.report.disclosure import protect
from csat_lib.report.language import readable
from csat_lib.report.page import Page
from csat_lib.study import Study


def internal(study: Study) -> Departments:
    """Who rates whom in the study's period.

    Raises
    ------
    NotInStudyError
        The departments have not rated each other.
    """
    rules = study.parameters.internal
    return internal_customers(
        read_internal(study), low=rules.low, high=rules.high, fewest=rules.suppress_below, confidence=study.parameters.confidence
    )


def matrix(page: Page, study: Study, found: Departments) -> pd.DataFrame:
    """The cells with small ones hidden, and others with them so that no row or column total gives them away.

    Parameters
    ----------
    page : Page
        The language.
    study : Study
        Labels, and how many ratings a cell needs.
    found : Departments
        From ``internal``.

    Returns
    -------
    DataFrame
        rater, rated (labels), estimate, conf_low, conf_high, n, verdict, suppressed.
    """
    below = study.parameters.internal.suppress_below
    table = found.cells[["rater", "rated", "estimate", "std_error", "conf_low", "conf_high", "n", "verdict"]]
    hidden = pd.Series(data=False, index=table.index)
    while True:  # hiding in a row may call for hiding in a column, and so on; each turn hides more, so it ends
        before = hidden.copy()
        for margin, part in (("rater", "rated"), ("rated", "rater")):
            turned = table.assign(segment=table[part], suppressed=hidden)
            hidden = protect(turned, below=below, by=[margin])["suppressed"].astype(bool)
        if hidden.equals(before):
            break
    numbers = ["estimate", "std_error", "conf_low", "conf_high", "n"]
    shown = table.assign(**{name: table[name].astype(float).mask(hidden) for name in numbers}, suppressed=hidden)
    shown["verdict"] = shown["verdict"].where(~hidden, "")
    return _labelled(page, study, shown, ["rater", "rated"])


def margins(page: Page, study: Study, found: Departments) -> pd.DataFrame:
    """Scores received and given: label, received with its interval (estimate, conf_low, conf_high), given, gap, n (ratings received).

    Parameters
    ----------
    page, study, found
        As in ``matrix``.
    """
    table = found.received.merge(found.chain[["department", "given", "gap"]], on="department").sort_values("estimate", kind="stable")
    small = table["n"] < study.parameters.internal.suppress_below
    for name in ("estimate", "std_error", "conf_low", "conf_high", "given", "gap", "n"):
        table[name] = table[name].astype(float).mask(small)
    table["label"] = [department(page, study, name) for name in table["department"]]
    return table[["label", "estimate", "std_error", "conf_low", "conf_high", "given", "gap", "n"]].reset_index(drop=True)


def weakest(page: Page, study: Study, found: Departments, *, most: int = 5) -> pd.DataFrame:
    """The weakest links that may be shown: rater, rated, estimate, conf_low, conf_high, gap, p_adjusted, n, verdict.

    Parameters
    ----------
    page, study, found
        As in ``matrix``.
    most : int
        How many.
    """
    shown = matrix(page, study, found)
    seen = set(
        zip(
            found.cells.loc[~shown["suppressed"].to_numpy(), "rater"],
            found.cells.loc[~shown["suppressed"].to_numpy(), "rated"],
            strict=True,
        )
    )
    table = weakest_links(found, most=len(found.cells))
    kept = table[[pair in seen for pair in zip(table["rater"], table["rated"], strict=True)]].head(most).reset_index(drop=True)
    return _labelled(page, study, kept, ["rater", "rated"])


def department(page: Page, study: Study, name: object) -> str:
    """A department's label in the page's language."""
    labels = study.parameters.internal.labels
    return (labels[str(name)].say(page.language) if str(name) in labels else "") or readable(str(name))


def _labelled(page: Page, study: Study, table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    return table.assign(**{name: [department(page, study, each) for each in table[name]] for name in columns})
