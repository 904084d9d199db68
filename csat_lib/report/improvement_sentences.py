"""What the improvement notebook says in sentences, computed from the tables, in English and Chinese."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from csat_lib.improvement import CustomerBook, Departments, tier_names
from csat_lib.improvement.at_risk import HORIZON
from csat_lib.report import cells, clientele
from csat_lib.report.departments import department
from csat_lib.report.language import listed, translated
from csat_lib.report.page import Page
from csat_lib.study import Study

SURE, LISTED = 0.8, 3


def overdue(page: Page, table: pd.DataFrame, running: pd.DataFrame) -> list[str]:
    """How many actions are overdue, and which, with owner and delay; the quarterly report heads with it.

    Parameters
    ----------
    page : Page
        The language.
    table, running : DataFrame
        From ``acting.overdue`` and ``acting.running``.
    """
    if table.empty:
        return [page.say("overdue_none", period=page.period)]
    names = [
        page.say("overdue_one", id=row["id"], measure=row["measure"], owner=row["owner"], days=row["days_late"])
        for row in table.to_dict("records")
    ]
    return [page.say("overdue_some", count=len(table), total=len(running), period=page.period, names=_joined(page, names))]


def opened(page: Page, table: pd.DataFrame) -> list[str]:
    """The period's new actions with owner and date, from ``acting.opened_now``."""
    if table.empty:
        return [page.say("opened_none", period=page.period)]
    rows = table.to_dict("records")
    names = [page.say("opened_one", id=row["id"], measure=row["measure"], owner=row["owner"], due=row["due"]) for row in rows]
    return [page.say("opened_some", period=page.period, names=_joined(page, names))]


def verified(page: Page, table: pd.DataFrame) -> list[str]:
    """A sentence for every verified action, with what the survey could have seen, from ``acting.named_verification``."""
    return [_verified(page, row) for row in table.to_dict("records")]


def proposals(page: Page, table: pd.DataFrame) -> list[str]:
    """What calls for an action and has none, from ``acting.proposals``.

    Parameters
    ----------
    page : Page
        The language.
    table : DataFrame
        Unnamed.
    """
    new = table[table["verdict"] == "new"]
    said = [page.say("proposals_some", count=len(table), new=len(new))]
    for kind in ("target", "item"):
        own = new[new["kind"] == kind].head(LISTED)
        if len(own):
            unit = "%" if kind == "item" else ""
            names = [_with_number(page, row["name"], row["estimate"], unit) for row in own.to_dict("records")]
            said.append(page.say(f"proposals_{kind}", names=listed(names, page.language)))
    return said


def customers(page: Page, book: CustomerBook, table: pd.DataFrame) -> list[str]:
    """How many customers, what the best tier is worth, by which rule, and what was kept aside.

    Parameters
    ----------
    page : Page
        The language.
    book : CustomerBook
        From ``improvement.customer_book``.
    table : DataFrame
        From ``clientele.classes``.
    """
    counted = book.customers["class"].value_counts()
    best, rest = tier_names(book.rules)[0], book.rules.rest
    own = table[(table["by"] == "tier") & (table["segment"] == best)]
    said = []
    if len(own) and int(own["n"].iloc[0]) >= page.suppress_below:
        parts = {name: _count(page, counted.get(name, 0)) for name in ("existing", "potential", "past")}
        shares = {
            "share": cells.percent(own["share"].iloc[0], page.language),
            "money": cells.percent(own["spending_share"].iloc[0], page.language),
        }
        said.append(page.say("customers_said", tier=clientele.label(page, book, best), **parts, **shares))
    rule, tiers = page.say(f"rule_{book.rules.rule}"), [_tier_rule(page, book, name) for name in book.rules.tiers]
    said.append(page.say("customers_rule", rule=rule, tiers=_joined(page, tiers), rest=clientele.label(page, book, rest)))
    kept = clientele.aside(book)
    names = [
        page.say("aside_one", rule=translated(row["rule"], page.language), column=row["column"], n=_count(page, row["n"]))
        for row in kept.to_dict("records")
    ]
    return [*said, page.say("aside_some", names=_joined(page, names)) if names else page.say("aside_none")]


def risks(page: Page, book: CustomerBook) -> list[str]:
    """How many customers are at risk and how much they spend, and how many contacts are due."""
    said = []
    if book.rules.at_risk is not None:
        tiers = listed([clientele.label(page, book, name) for name in book.rules.at_risk.tiers], page.language)
        whole = book.customers[book.customers["tier"].isin(book.rules.at_risk.tiers)]
        money = float(book.risk["spending"].sum() / whole["spending"].sum()) if "spending" in whole and len(whole) else np.nan
        words = {"n": _count(page, len(book.risk)), "money": cells.percent(money, page.language)}
        said.append(page.say("risk_said", tiers=tiers, **words) if len(book.risk) else page.say("risk_none", tiers=tiers))
    if book.rules.reminders:
        said.append(page.say("due_said", n=_count(page, len(book.due)), days=HORIZON, period=page.period))
    return said


def internal(page: Page, study: Study, found: Departments, weakest: pd.DataFrame) -> list[str]:
    """Who serves the others best and worst, and the weakest link.

    Parameters
    ----------
    page, study : Page, Study
        Language and labels.
    found : Departments
        From ``departments.internal``.
    weakest : DataFrame
        From ``departments.weakest``.
    """
    order = found.received[found.received["n"] >= study.parameters.internal.suppress_below].sort_values("estimate", kind="stable")
    if order.empty:
        return []
    low, high = order.iloc[0], order.iloc[-1]
    words = {"bottom": department(page, study, low["department"]), "low": cells.number(low["estimate"])}
    words |= {"top": department(page, study, high["department"]), "high": cells.number(high["estimate"])}
    said = [page.say("internal_said", overall=cells.number(found.overall), n=cells.whole(found.cells["n"].sum()), **words)]
    sure = weakest[weakest["verdict"] == "weak link"]
    shown = sure if len(sure) else weakest.head(1)
    names = [
        page.say("link", rater=row["rater"], rated=row["rated"], score=cells.number(row["estimate"], 0)) for row in shown.to_dict("records")
    ]
    if names:
        said.append(page.say("internal_weak" if len(sure) else "internal_none", names=_joined(page, names)))
    return said


def earned(page: Page, table: pd.DataFrame, unit: str) -> list[str]:
    """What is paid, what is to be expected, which payouts are doubtful, and to whom a point is worth most, from ``rewards.earned``.

    Parameters
    ----------
    page : Page
        The language.
    table : DataFrame
        Payouts.
    unit : str
        Of money.
    """
    sums = {name: cells.number(table[name].sum()) for name in ("payout", "expected")}
    said = [page.say("earned_said", dealers=table["dealer"].nunique(), unit=unit, **sums)]
    doubtful = int((table["probability"] < SURE).sum())
    said.append(page.say("earned_doubt", count=doubtful, total=len(table), limit=cells.percent(SURE, page.language)))
    best = table.sort_values("marginal", ascending=False, kind="stable").iloc[0]
    if best["marginal"] > 0 and cells.is_number(best["missing_points"]):
        words = {"dealer": best["dealer"], "scheme": best["scheme"], "marginal": cells.number(best["marginal"]), "unit": unit}
        said.append(page.say("earned_point", points=cells.number(best["missing_points"]), gain=cells.number(best["next_gain"]), **words))
    return said


def worth(page: Page, table: pd.DataFrame, dealer: str, unit: str) -> list[str]:
    """What excellence pays, less the staff, from ``rewards.worth``.

    Parameters
    ----------
    page : Page
        The language.
    table : DataFrame
        Its last three rows are total, staff and net.
    dealer, unit : str
        Whose, and the unit of money.
    """
    total, staff, net = table["estimate"].tail(3)
    words = {"total": cells.number(total), "staff": cells.number(-staff, 2), "net": cells.number(net, 2)}
    return [page.say("worth_said", dealer=dealer, unit=unit, **words)]


def revenue(page: Page, table: pd.DataFrame, unit: str, assumptions: list[str]) -> list[str]:
    """What the largest step of satisfaction would bring, and every assumption, from ``rewards.revenue``.

    Parameters
    ----------
    page : Page
        The language.
    table : DataFrame
        The chain.
    unit : str
        Of revenue.
    assumptions : list of str
        In the page's language.
    """
    last = table[table["points"] == table["points"].max()]
    loyalty, money = last[last["effect"] != "revenue"].iloc[0], last[last["effect"] == "revenue"].set_index("worth")
    words = {"points": cells.shortest(loyalty["points"]), "loyalty": cells.number(loyalty["estimate"])}
    words |= {"low": cells.number(loyalty["conf_low"]), "high": cells.number(loyalty["conf_high"]), "confidence": page.percent}
    words |= {"money": f"{cells.whole(money.loc['likely', 'estimate'])} {unit}"}
    ends = {"least": cells.whole(money["conf_low"].min()), "most": cells.whole(money["conf_high"].max())}
    return [page.say("revenue_said", **words, **ends), *assumptions]


def _verified(page: Page, row: dict[Any, Any]) -> str:
    head = {"id": row["id"], "measure": row["measure"]}
    if not cells.is_number(row["estimate"]):
        return page.say("verified_untold", **head, note=row["note"])
    numbers = {
        "metric": page.label(row["metric"]),
        "change": cells.signed(row["estimate"]),
        "low": cells.signed(row["conf_low"]),
        "high": cells.signed(row["conf_high"]),
        "expected": cells.signed(row["expected"]),
        "detectable": cells.number(row["detectable"]),
        "confidence": page.percent,
        "note": row["note"],
    }
    key = {"worked": "verified_worked", "worse": "verified_worse", "not shown": "verified_not_shown"}.get(str(row["verdict"]))
    unseen = row["note"] == page.say("note_the_survey_could_not_have_seen_the_expected_effect")
    return page.say(key or ("verified_untold_numbers" if unseen else "verified_untold"), **head, **numbers)


def _tier_rule(page: Page, book: CustomerBook, name: str) -> str:
    given = book.rules.tiers[name].model_dump(exclude_none=True)
    share = book.rules.rule == "quantiles"
    told = [
        page.say(f"condition_{key}", value=cells.percent(value, page.language) if share else cells.shortest(value))
        for key, value in given.items()
    ]
    return page.say("tier_rule", tier=clientele.label(page, book, name), conditions=" + ".join(told))


def _with_number(page: Page, name: str, value: float, unit: str) -> str:
    number = f"{cells.number(value)}{'' if page.language == 'zh' or not unit else cells.NO_BREAK}{unit}"
    return f"{page.label(name)}（{number}）" if page.language == "zh" else f"{page.label(name)} ({number})"


def _count(page: Page, n: float) -> str:
    """A count of customers; a small one is not said."""
    return cells.whole(n) if n == 0 or n >= page.suppress_below else page.say("fewer", below=page.suppress_below)


def _joined(page: Page, names: list[str]) -> str:
    return ("；" if page.language == "zh" else "; ").join(names)
