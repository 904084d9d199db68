"""Incentives as a report shows them: who earns what, how surely, what a point is worth, and what excellence pays."""

from __future__ import annotations

from typing import Any

import pandas as pd

from csat_lib.errors import ModelError, NotInStudyError
from csat_lib.improvement import Incentives, excellence, load_incentives, payouts, read_dealers, revenue_chain, staircase
from csat_lib.model import fit_pls
from csat_lib.report.page import Page
from csat_lib.study import Study
from csat_lib.survey import Survey

SUMMARY = ("total", "staff", "net")


def earned(page: Page, study: Study) -> pd.DataFrame:
    """Every dealer's payouts as ``improvement.payouts`` gives them, with the schemes' labels, and their names in ``key``.

    Parameters
    ----------
    page : Page
        The language.
    study : Study
        Its incentives and dealers.

    Raises
    ------
    NotInStudyError
        The study has no incentives, or no dealers in this period, or none that takes part.
    """
    rules = load_incentives(study)
    table = payouts(read_dealers(study), rules)
    if table.empty:
        raise NotInStudyError(f"{study.name} {study.period}: no dealer takes part in any scheme of incentives.yaml.")
    return table.assign(key=table["scheme"], scheme=[rules.schemes[name].label.say(page.language) for name in table["scheme"]])


def schemes(earned_table: pd.DataFrame) -> pd.DataFrame:
    """Each scheme over all dealers: scheme, count (dealers), payout, expected (sums), marginal (of one more point for each)."""
    grouped = earned_table.groupby("scheme", sort=False)
    sums = grouped[["payout", "expected", "marginal"]].sum()
    return sums.assign(count=grouped.size()).reset_index()[["scheme", "count", "payout", "expected", "marginal"]]


def steps(study: Study, dealer: str, scheme: str) -> pd.DataFrame:
    """The staircase of one dealer in one scheme, as ``improvement.staircase``.

    Parameters
    ----------
    study : Study
        Its incentives and dealers.
    dealer, scheme : str
        Whose, and which.
    """
    rules, row = load_incentives(study), _dealer(study, dealer)
    return staircase(row, rules.schemes[scheme])


def closest(earned_table: pd.DataFrame) -> tuple[str, str]:
    """The dealer and scheme to whom one more point is worth most."""
    best = earned_table.sort_values("marginal", ascending=False, kind="stable").iloc[0]
    return str(best["dealer"]), str(best["key"])


def worth(page: Page, study: Study, dealer: str) -> pd.DataFrame:
    """What the best tier pays one dealer over the lowest paying one: label, best, lowest, estimate; the last rows total, staff, net.

    Parameters
    ----------
    page, study
        As in ``earned``.
    dealer : str
        Whose sales.
    """
    rules = load_incentives(study)
    table = excellence(_dealer(study, dealer), rules)
    names = [page.say(f"worth_{name}") if name in SUMMARY else rules.schemes[name].label.say(page.language) for name in table["scheme"]]
    return table.assign(label=names)[["label", "best", "lowest", "estimate"]]


def unit(page: Page, study: Study) -> str:
    """The unit of payouts."""
    return load_incentives(study).unit.say(page.language)


def revenue(page: Page, study: Study, survey: Survey) -> tuple[pd.DataFrame, list[str]]:
    """Loyalty and revenue if satisfaction rose: points, label, estimate, conf_low, conf_high; and the assumptions in words.

    Parameters
    ----------
    page, study
        As in ``earned``.
    survey : Survey
        Of the period.

    Raises
    ------
    NotInStudyError
        No model, no loyalty in it, or no worth of a point of loyalty.
    """
    rules: Incentives = load_incentives(study)
    if study.structure is None:
        raise NotInStudyError(f"{study.name} has no path model, so revenue cannot be traced to satisfaction.")
    if not rules.loyalty_point:
        raise NotInStudyError(f"{study.name} does not state what a point of loyalty is worth. Add loyalty_point: to its incentives.yaml.")
    if any(each.of for each in study.structure.constructs):
        raise ModelError("The chain from satisfaction to revenue needs a model without constructs of higher order.")
    settings = study.parameters.bootstrap
    fit = fit_pls(survey, study.structure, **study.pls)
    table, said = revenue_chain(
        survey, fit, worth=rules.loyalty_point, confidence=study.parameters.confidence, draws=settings.draws, seed=settings.seed
    )
    money = rules.loyalty_unit.say(page.language)
    labels = [_chain_label(page, row, money) for row in table.to_dict("records")]
    return table.assign(label=labels), [str(each) for each in said[page.language]]


def _chain_label(page: Page, row: dict[Any, Any], money: str) -> str:
    if row["effect"] != "revenue":
        return page.label(row["effect"])
    return page.say("revenue_at", worth=page.say(f"worth_{row['worth']}"), unit=money)


def _dealer(study: Study, dealer: str) -> dict[str, Any]:
    table = read_dealers(study)
    own = table[table["dealer"] == dealer]
    if own.empty:
        raise NotInStudyError(f"{study.name} {study.period} has no dealer {dealer!r}.")
    return {str(name): value for name, value in own.iloc[0].to_dict().items()}
