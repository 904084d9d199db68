"""Everything about the customers of a period in one place, and the lists that name them, written where only the staff can read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from csat_lib.errors import NotInStudyError
from csat_lib.improvement.accounts import Accounts, load_accounts
from csat_lib.improvement.at_risk import DUE, RISK, at_risk, open_complaints, reminders
from csat_lib.improvement.customer_tiers import latest_scores, tier_moves, with_tiers
from csat_lib.study import Study, load_study
from csat_lib.study.reader import read_yaml
from csat_lib.study.upkeep import CustomerRules
from csat_lib.survey import Survey, read_export, write_restricted
from csat_lib.tracking import Transitions

REMEMBERED = 4  # waves in which an answer still counts
COMPLAINTS = "complaints"


@dataclass(frozen=True, slots=True, eq=False)
class CustomerBook:
    """The customers of a period.

    Attributes
    ----------
    customers : DataFrame
        From ``with_tiers``: one row a customer. Names customers, as do ``risk``, ``due`` and ``accounts.aside``.
    accounts : Accounts
        The list as checked.
    risk, due : DataFrame
        From ``at_risk`` and ``reminders``; empty where the study sets no rules for them.
    moves : Transitions or None
        Between tiers since the list of the period ``before``; None without one.
    before : str
        The earlier period; empty without one.
    rules : CustomerRules
        Of the study.
    """

    customers: pd.DataFrame
    accounts: Accounts
    risk: pd.DataFrame
    due: pd.DataFrame
    moves: Transitions | None
    before: str
    rules: CustomerRules


def customer_book(study: Study, history: Mapping[str, Survey]) -> CustomerBook:
    """The customer list with tiers, moves, risks and reminders.

    Parameters
    ----------
    study : Study
        Its customer list, complaints and rules.
    history : mapping of str to Survey
        From ``load_history``; answers of the last four waves count.

    Raises
    ------
    NotInStudyError
        The study has no customer list in this period, or no rules for it.
    """
    rules = study.parameters.customers
    if not study.paths.has_data("accounts"):
        load_accounts(study)
    if rules is None:
        raise NotInStudyError(f"{study.name} sets no tiers of customers. Add customers: {{tiers: ...}} to its study.yaml.")
    accounts, customers = _tiered(study, rules, history)
    as_of = study.period.end
    complaints = open_complaints(_complaints(study), as_of=as_of) if study.paths.has_data(COMPLAINTS) else None
    risk = at_risk(customers, rules.at_risk, as_of=as_of, complaints=complaints) if rules.at_risk else pd.DataFrame(columns=RISK)
    due = reminders(customers, rules.reminders, as_of=as_of) if rules.reminders else pd.DataFrame(columns=DUE)
    moves, before = _moves(study, rules, history, customers)
    return CustomerBook(customers, accounts, risk, due, moves, before, rules)


def write_customer_lists(study: Study, book: CustomerBook) -> list[Path]:
    """Write who is at risk, what is due, every tier and what was kept aside below data/<study>/restricted/<period>/."""
    columns = [
        name for name in ("customer", "class", "tier", "spending", "activity", "satisfaction", "asked", "change") if name in book.customers
    ]
    dated = book.due.assign(**{name: pd.to_datetime(book.due[name]).dt.strftime("%Y-%m-%d") for name in ("due", "date")})
    lists = {
        "customers_at_risk": book.risk,
        "customers_due": dated,
        "customers_tiers": book.customers[columns],
        "customers_aside": book.accounts.aside,
    }
    return [write_restricted(study, name, table) for name, table in lists.items()]


def _tiered(study: Study, rules: CustomerRules, history: Mapping[str, Survey]) -> tuple[Accounts, pd.DataFrame]:
    accounts = load_accounts(study)
    names = list(history)
    here = names.index(study.period.name) + 1 if study.period.name in names else len(names)
    recent = {name: history[name] for name in names[max(here - REMEMBERED, 0) : here]}
    outcome = study.parameters.drivers.outcome if study.parameters.drivers else ""
    return accounts, with_tiers(accounts.frame, rules, scores=latest_scores(recent, outcome))


def _complaints(study: Study) -> pd.DataFrame:
    frame = read_export(study.paths.data(COMPLAINTS)).frame
    frame.columns = [str(each).strip() for each in frame.columns]
    names = study.paths.params / "complaints.yaml"
    called = read_yaml(names).get("columns") if names.is_file() else None
    return frame.rename(columns={name: field for field, name in called.items()}) if isinstance(called, dict) else frame


def _moves(study: Study, rules: CustomerRules, history: Mapping[str, Survey], customers: pd.DataFrame) -> tuple[Transitions | None, str]:
    """Since the last earlier period that has a customer list."""
    for period in reversed(study.earlier(len(study.periods))[:-1]):
        earlier = load_study(study.name, period.name, root=study.paths.root)
        if earlier.paths.has_data("accounts"):
            known = {name: survey for name, survey in history.items() if name in [each.name for each in earlier.earlier(len(history))]}
            try:
                return tier_moves(_tiered(earlier, rules, known)[1], customers, rules), period.name
            except NotInStudyError:
                return None, period.name
    return None, ""
