"""Tiers of customers from spending, activity and satisfaction, and how customers move between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from csat_lib.errors import DataError, NotInStudyError, ParamsError, nearest
from csat_lib.improvement.accounts import CLASSES, ID
from csat_lib.index.scores import on_hundred
from csat_lib.study.upkeep import CONDITIONS, CustomerRules
from csat_lib.survey import Survey
from csat_lib.tracking import Transitions, transitions

SCORES = [ID, "satisfaction", "asked", "change"]


def latest_scores(history: Mapping[str, Survey], item: str) -> pd.DataFrame:
    """Each customer's last answer to an item on 0-100, when it was given, and the change since the answer before.

    Parameters
    ----------
    history : mapping of str to Survey
        Period -> survey, oldest first; matched by the attribute with the role id. An id that stands twice in a wave is left out of it.
    item : str
        The item.

    Returns
    -------
    DataFrame
        customer, satisfaction, asked (the period), change (NaN for those who answered once); empty where no survey has ids.
    """
    tables = []
    for period, survey in history.items():
        names = survey.codebook.names("id")
        if not names or names[0] not in survey.attributes or item not in survey.responses:
            continue
        ids = survey.attributes[names[0]].astype(str).str.strip()
        once = survey.attributes[names[0]].notna() & (ids != "") & ~ids.duplicated(keep=False) & survey.responses[item].notna()
        values = on_hundred(survey, [item])[item]
        tables.append(pd.DataFrame({ID: ids[once], "satisfaction": values[once], "asked": period}))
    if not tables:
        return pd.DataFrame(columns=SCORES).astype({"satisfaction": float, "change": float})
    table = pd.concat(tables, ignore_index=True)
    table["change"] = table.groupby(ID, sort=False)["satisfaction"].diff()
    return table.drop_duplicates(ID, keep="last").reset_index(drop=True)[SCORES]


def with_tiers(accounts: pd.DataFrame, rules: CustomerRules, *, scores: pd.DataFrame | None = None) -> pd.DataFrame:
    """The customer list with satisfaction, change and tier.

    An existing customer is in the first tier whose every condition holds. A satisfaction that nobody asked for keeps nobody out; unknown
    spending or activity does.

    Parameters
    ----------
    accounts : DataFrame
        customer, class, and the columns that the tiers' conditions name.
    rules : CustomerRules
        From study.yaml.
    scores : DataFrame, optional
        From ``latest_scores``.

    Returns
    -------
    DataFrame
        ``accounts`` with satisfaction, asked, change, tier (empty for past and potential customers).

    Raises
    ------
    DataError
        A condition names a column that the list does not have.
    """
    known = pd.DataFrame(columns=SCORES) if scores is None else scores
    own = accounts.drop(columns=[name for name in SCORES[1:] if name in accounts]).merge(known, on=ID, how="left", validate="one_to_one")
    own[["satisfaction", "change"]] = own[["satisfaction", "change"]].astype(float)
    existing = (own["class"] == "existing").to_numpy()
    tier = np.where(existing, rules.rest, "").astype(object)
    for name in reversed(tier_names(rules)[:-1]):
        holds = existing.copy()
        for condition in CONDITIONS:
            bound = getattr(rules.tiers[name], condition)
            if bound is None:
                continue
            if condition not in own:
                raise DataError(
                    f"The tier {name} needs {condition}, which the customer list does not have.{nearest(condition, map(str, own))}"
                )
            values = own[condition].astype(float).to_numpy()
            held = (_share_below(values, existing) if rules.rule == "quantiles" else values) >= bound
            holds &= held | (np.isnan(values) if condition == "satisfaction" else False)
        tier[holds] = name
    return own.assign(tier=tier)


def tier_names(rules: CustomerRules) -> tuple[str, ...]:
    """The tiers, best first, the rest last.

    Raises
    ------
    ParamsError
        The rest is called like a tier.
    """
    if rules.rest in rules.tiers:
        raise ParamsError(f"customers: rest: {rules.rest!r} is the name of a tier.")
    return (*rules.tiers, rules.rest)


def tier_moves(before: pd.DataFrame, after: pd.DataFrame, rules: CustomerRules) -> Transitions:
    """How existing customers of both periods moved between tiers; the best tier is worth most.

    Parameters
    ----------
    before, after : DataFrame
        From ``with_tiers``.
    rules : CustomerRules
        The same for both.

    Raises
    ------
    NotInStudyError
        The two lists have no existing customers in common.
    """
    names = tier_names(rules)
    values = {name: float(len(names) - place) for place, name in enumerate(names)}
    sides = [each[each["tier"] != ""].set_index(ID)["tier"] for each in (before, after)]
    return transitions(*sides, grades=values)


def counts(customers: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """How many customers, and whose spending, by each column of ``by``.

    Parameters
    ----------
    customers : DataFrame
        From ``with_tiers``; rows without a value are left out.
    by : sequence of str
        Columns.

    Returns
    -------
    DataFrame
        by, segment ("all" first), n (customers), share (of them), spending_share, satisfaction (mean of those asked), asked_n.

    Raises
    ------
    NotInStudyError
        None of the columns is there.
    """
    columns = [name for name in by if name in customers]
    if not columns:
        raise NotInStudyError(f"The customer list has none of the columns {', '.join(by)}.")
    rows = []
    for name in columns:
        own = customers[customers[name].notna() & (customers[name].astype(str) != "")]
        total, money = len(own), _money(own)
        order = {word: place for place, word in enumerate(CLASSES)}
        groups = sorted(own.groupby(name, sort=False), key=lambda each: order.get(str(each[0]), -1) if name == "class" else 0)
        for segment, part in [("all", own), *groups]:
            share = _money(part) / money if money else np.nan
            mean = part["satisfaction"].mean() if part["satisfaction"].notna().any() else np.nan
            rows.append(
                (name, str(segment), len(part), len(part) / total if total else np.nan, share, mean, int(part["satisfaction"].count()))
            )
    return pd.DataFrame(rows, columns=["by", "segment", "n", "share", "spending_share", "satisfaction", "asked_n"])


def _money(part: pd.DataFrame) -> float:
    return float(part["spending"].sum()) if "spending" in part else np.nan


def _share_below(values: np.ndarray, among: np.ndarray) -> np.ndarray:
    """The share of those ``among`` with a known value who have a smaller one; NaN where the value is unknown."""
    known = np.sort(values[among & ~np.isnan(values)])
    share = np.searchsorted(known, values, side="left") / max(len(known), 1)
    return np.where(np.isnan(values), np.nan, share)
