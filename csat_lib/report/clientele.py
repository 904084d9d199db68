"""Customers as a report may show them: counts of classes, tiers and reasons; never who they are."""

from __future__ import annotations

import pandas as pd

from csat_lib.errors import NotInStudyError
from csat_lib.improvement import CustomerBook, counts, reasons_by_tier, tier_names
from csat_lib.report.language import readable, translated
from csat_lib.report.page import Page


def label(page: Page, book: CustomerBook, word: str) -> str:
    """A tier, class, reason or column of the customer list in the page's language.

    Parameters
    ----------
    page : Page
        The language.
    book : CustomerBook
        Its rules carry labels.
    word : str
        The code.
    """
    if word in book.rules.labels:
        return book.rules.labels[word].say(page.language) or word
    told = translated(word, page.language)
    known = page.label(word)
    return told if told != word else known if known != word else readable(word)


def classes(page: Page, book: CustomerBook) -> pd.DataFrame:
    """Classes and tiers: label, by, segment, n, share, spending_share, satisfaction (of at least ``suppress_below`` asked).

    Parameters
    ----------
    page : Page
        Labels, and how small a group may be.
    book : CustomerBook
        From ``improvement.customer_book``.
    """
    table = counts(book.customers, ["class", "tier"])
    order = {name: place for place, name in enumerate(("all", "existing", *tier_names(book.rules), "potential", "past"))}
    kept = table[~((table["by"] == "tier") & (table["segment"] == "all"))]
    return _shown(page, book, kept.sort_values("segment", key=lambda names: names.map(order), kind="stable"))


def key_customers(page: Page, book: CustomerBook) -> pd.DataFrame:
    """Key customers by the columns that the study names: as in ``classes``.

    Parameters
    ----------
    page, book
        As in ``classes``.

    Raises
    ------
    NotInStudyError
        The study names no key customers.
    """
    rule = book.rules.key
    if rule is None or rule.column not in book.customers:
        raise NotInStudyError(
            "This study names no key customers. Add key: {column: ..., value: ..., by: [...]} to customers: in its study.yaml."
        )
    own = book.customers[(book.customers[rule.column].astype(str) == rule.value) & (book.customers["class"] == "existing")]
    table = counts(own, rule.by or (rule.column,))
    again = (table["segment"] == "all") & (table["by"] != table["by"].iloc[0])
    return _shown(page, book, table[~again])


def flow(page: Page, book: CustomerBook) -> pd.DataFrame:
    """Customers of both periods by tier before and after: before, after (labels), n, share (of the tier before).

    Parameters
    ----------
    page, book
        As in ``classes``.

    Raises
    ------
    NotInStudyError
        There is no earlier list with the same customers.
    """
    if book.moves is None:
        raise NotInStudyError("There is no earlier customer list with the same customers, so nobody is known to have moved.")
    table = book.moves.counts
    names = [label(page, book, str(name)) for name in table.index]
    N = table.to_numpy(dtype=float)
    totals = N.sum(axis=1)
    rows = [
        (before, after, N[i, j], N[i, j] / totals[i] if totals[i] else float("nan"))
        for i, before in enumerate(names)
        for j, after in enumerate(names)
    ]
    return pd.DataFrame(rows, columns=["before", "after", "n", "share"])


def risks(page: Page, book: CustomerBook) -> pd.DataFrame:
    """At risk by tier and reason, all tiers first: label, metric (the reason), segment (the tier), n, share, spending_share.

    Parameters
    ----------
    page, book
        As in ``classes``.

    Raises
    ------
    NotInStudyError
        The study does not say who is at risk.
    """
    if book.rules.at_risk is None:
        raise NotInStudyError("This study does not say who is at risk. Add at_risk: {tiers: [...]} to customers: in its study.yaml.")
    table = reasons_by_tier(book.risk, book.customers, book.rules.at_risk)
    tiers = [page.say("all_tiers") if each == "all" else label(page, book, each) for each in table["tier"]]
    words = [page.say("any_reason") if each == "all" else translated(each, page.language) for each in table["reason"]]
    told = [page.say("of_group", by=tier, what=word) for tier, word in zip(tiers, words, strict=True)]
    return table.rename(columns={"tier": "segment", "reason": "metric"}).assign(label=told)[
        ["label", "metric", "segment", "n", "share", "spending_share"]
    ]


def due(page: Page, book: CustomerBook) -> pd.DataFrame:
    """Contacts due in the days after the period: label (kind of date), n.

    Parameters
    ----------
    page, book
        As in ``classes``.

    Raises
    ------
    NotInStudyError
        The study sets no reminders.
    """
    if not book.rules.reminders:
        raise NotInStudyError("This study sets no reminders. Add reminders: {COLUMN: {before: DAYS}} to customers: in its study.yaml.")
    kinds = [str(kind) for kind in book.rules.reminders]
    number = book.due["kind"].value_counts()
    return pd.DataFrame(
        {
            "label": [page.say(f"due_{kind}") if f"due_{kind}" in _PHRASED else readable(kind) for kind in kinds],
            "n": [int(number.get(kind, 0)) for kind in kinds],
        }
    )


def aside(book: CustomerBook) -> pd.DataFrame:
    """What was kept aside from the customer list, by rule: rule, column, n (customers)."""
    table = book.accounts.aside
    if table.empty:
        return pd.DataFrame(columns=["rule", "column", "n"])
    return table.groupby(["rule", "column"], sort=False)["customer"].nunique().rename("n").reset_index()


_PHRASED = ("due_warranty_end", "due_last_purchase", "due_service_due")


def _shown(page: Page, book: CustomerBook, table: pd.DataFrame) -> pd.DataFrame:
    few = table["asked_n"] < page.suppress_below
    words = [
        page.say("all_customers")
        if segment == "all"
        else label(page, book, segment)
        if by in ("class", "tier")
        else _of(page, book, by, segment)
        for by, segment in zip(table["by"], table["segment"], strict=True)
    ]
    return table.assign(label=words, satisfaction=table["satisfaction"].mask(few))[
        ["label", "by", "segment", "n", "share", "spending_share", "satisfaction"]
    ].reset_index(drop=True)


def _of(page: Page, book: CustomerBook, by: str, segment: str) -> str:
    named = page.value(by, segment) if by in page.codebook.attributes else label(page, book, segment)
    return page.say("of_group", by=label(page, book, by), what=named)
