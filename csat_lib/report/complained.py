"""What the voice notebook and the reports say of the complaints: key figures, causes, waiting times, chart, priorities, recovery."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from csat_lib.errors import DataError, NotInStudyError
from csat_lib.improvement import load_accounts
from csat_lib.report.page import Page
from csat_lib.study import Study, load_study
from csat_lib.survey import Survey, parts_of, read_export
from csat_lib.tracking import scorecard as judged_by_targets
from csat_lib.tracking.control import FEWEST
from csat_lib.voice import (
    Register,
    complaint_chart,
    complaint_figures,
    load_register,
    pareto,
    priority_products,
    product_months,
    recovery,
)

FIELDS = {"category": "categories", "product": "products", "channel": "channels", "severity": "severities", "cause": "causes"}
LOYALTY, COMPLAINTS = "loyalty", "complaints"
_MONTH = r"^(\d{4})\s*[-/.年]\s*(0?[1-9]|1[0-2])\s*月?$"
FIGURES = ["metric", "estimate", "conf_low", "conf_high", "unit", "n"]


def denominators(study: Study) -> dict[str, float]:
    """What complaints are counted per: orders (source sales), customers (existing ones in accounts), months of the period."""
    found: dict[str, float] = {}
    sold = orders(study)
    if sold is not None:
        found["orders"] = float(sold["orders"].sum())
    if study.paths.has_data("accounts"):
        found["customers"] = float(_existing(study))
    found["months"] = round(((study.period.end - study.period.start).days + 1) / 30.4375, 1)
    whole = float(round(found["months"]))
    found["months"] = whole if abs(whole - found["months"]) < 0.15 else found["months"]
    return {name: size for name, size in found.items() if size > 0}


def orders(study: Study) -> pd.DataFrame | None:
    """Orders by product and month of the period, from the source sales; None where the study has none with those columns.

    Raises
    ------
    DataError
        A month or number of orders cannot be read (the row is named), or no month lies in the period.
    """
    if not study.paths.has_data("sales"):
        return None
    path = study.paths.data("sales")
    frame = read_export(path).frame
    if not {"product", "month", "orders"} <= set(frame.columns):
        return None
    months = frame["month"].astype(str).str.strip().str.extract(_MONTH)
    number = pd.to_numeric(frame["orders"], errors="coerce")
    for column, bad in (("month", months.isna().any(axis=1)), ("orders", number.isna() | (number < 0))):
        if bad.any():
            raise DataError(f"{path.name}, row {frame.index[bad][0]}: {column}: {frame.loc[bad, column].iloc[0]!r} cannot be read.")
    days = pd.to_datetime(months[0] + "-" + months[1].str.zfill(2) + "-01")
    inside = days.between(pd.Timestamp(study.period.start).replace(day=1), pd.Timestamp(study.period.end))
    if not inside.any():
        raise DataError(f"{path.name}: none of its months lies in {study.period}.")
    return frame[["product"]].assign(month=days.dt.strftime("%Y-%m"), orders=number)[inside]


def figures(study: Study, register: Register) -> pd.DataFrame:
    """``voice.complaint_figures`` with the study's own denominators, and ``complaint_rate`` beside the rate that the study names."""
    table = complaint_figures(register, per=denominators(study), confidence=study.parameters.confidence)
    own = table[table["metric"] == f"complaint_rate_{register.settings.rate}"].assign(metric="complaint_rate")
    return pd.concat([table, own], ignore_index=True)


def history(study: Study, *, periods: int = 16) -> dict[str, pd.DataFrame]:
    """The register's key figures of every period that has one, oldest first."""
    found = {}
    for period in study.earlier(periods):
        each = study if period == study.period else load_study(study.name, period.name, root=study.paths.root)
        if each.paths.has_data("complaints"):
            found[period.name] = figures(each, load_register(each))
    return found


def with_register(study: Study) -> Study:
    """The study in the period whose register of complaints it can show: its own, or that of the quarter that a month lies in."""
    if study.paths.has_data(COMPLAINTS):
        return study
    return next((each for each in parts_of(study, source=COMPLAINTS) if study.period.kind == "month"), study)


def figure_rows(study: Study) -> pd.DataFrame:
    """The register's figures that the study has targets for, as rows of the scorecard; none where there is no register.

    A month without a register shows that of its quarter (``with_register``), as its page says.

    A target for complaint_rate is the survey's own figure where the questionnaire asks who complained.
    """
    named, held = {goal.formula or name for name, goal in study.parameters.targets.items()}, with_register(study)
    if not held.paths.has_data("complaints"):
        return pd.DataFrame(columns=FIGURES)
    table = figures(held, load_register(held))
    wanted = [name for name in table["metric"] if any(name == each or f"({name}" in each for each in named)]
    return table[table["metric"].isin(wanted)][FIGURES].reset_index(drop=True)


def scorecard(page: Page, study: Study, table: pd.DataFrame) -> pd.DataFrame:
    """The register's figures against the study's targets, those with a target first: metric, estimate, ..., target, verdict, n."""
    known = set(table["metric"])
    asked = "complained" in study.codebook.items
    goals = {
        name: goal
        for name, goal in study.parameters.targets.items()
        if (goal.formula or name) in known and not (asked and (goal.formula or name) == "complaint_rate")
    }
    judged = judged_by_targets(table[FIGURES], goals, language=page.language, confidence=page.confidence)
    rest = table[~table["metric"].isin([goal.formula or name for name, goal in goals.items()]) & (table["metric"] != "complaint_rate")]
    both = pd.concat([judged, rest[FIGURES].assign(verdict="", target=float("nan"))], ignore_index=True).assign(label="")
    both["unit"] = [page.say(str(unit)) if unit in {"minutes", "hours"} else unit for unit in both["unit"]]
    return both[["metric", "label", "estimate", "conf_low", "conf_high", "unit", "target", "verdict", "n"]]


def named(page: Page, register: Register, table: pd.DataFrame) -> pd.DataFrame:
    """A table of the register with the labels of categories, products and causes in the page's language (column label for segment)."""
    settings, found = register.settings, table.copy()
    if {"by", "segment"} <= set(found.columns):
        kinds = [FIELDS[str(by)] for by in found["by"]]
        labels = [settings.label(kind, str(name), page.language) for kind, name in zip(kinds, found["segment"], strict=True)]
        found.insert(0, "label", [label or page.say("not assigned") for label in labels])
        found = found.drop(columns=["by", "segment"])
    if "product" in found.columns:
        found["product"] = [settings.label("products", str(name), page.language) for name in found["product"]]
    if "cause" in found.columns:
        found["cause"] = [cause_label(page, register, str(name)) for name in found["cause"]]
    return found


def cause_label(page: Page, register: Register, name: str) -> str:
    """A cause's label, or the category's where the register assigns no causes."""
    settings = register.settings
    return settings.label("causes" if name in settings.causes else "categories", name, page.language) if name else ""


def reasons(page: Page, register: Register, by: str) -> pd.DataFrame:
    """``voice.pareto`` with labels."""
    return named(page, register, pareto(register, by))


def kept_aside(page: Page, register: Register) -> pd.DataFrame:
    """What was found in the register, in the page's language: label, n, done."""
    keys = [rule.replace(" ", "_").replace(",", "") for rule in register.findings["rule"]]
    labels = [page.say(f"aside_{key}") for key in keys]
    return pd.DataFrame({"label": labels, "n": register.findings["n"], "done": [page.say(f"done_{key}") for key in keys]})


def take(page: Page, study: Study) -> Register:
    """The period's complaint register.

    Raises
    ------
    NotInStudyError
        The study has none in this period.
    """
    if not study.paths.has_data("complaints"):
        raise NotInStudyError(page.say("missing_register", study=study.name, period=study.period))
    return load_register(study)


def chart(page: Page, study: Study, past: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The control chart of the complaint rate (per orders where they are known, else per customers).

    Parameters
    ----------
    page, study : Page, Study
        The page, and what it is about.
    past : mapping of str to DataFrame
        From ``history``.

    Raises
    ------
    NotInStudyError
        No denominator, or too few periods.
    """
    if study.period.name not in past:
        raise NotInStudyError(page.say("missing_register", study=study.name, period=study.period))
    last = set(past[study.period.name]["metric"])
    rates = [name for name in ("complaint_rate_orders", "complaint_rate_customers") if name in last]
    if not rates:
        raise NotInStudyError(page.say("missing_denominator", study=study.name))
    found = complaint_chart(past, rates[0])
    if found["centre"].isna().all():
        raise NotInStudyError(page.say("missing_periods", n=len(past), least=FEWEST))
    return found


def priorities(page: Page, study: Study, register: Register) -> pd.DataFrame:
    """``voice.priority_products`` of the period.

    Parameters
    ----------
    page, study, register : Page, Study, Register
        The page, and what it is about.

    Raises
    ------
    NotInStudyError
        The study has no orders by product and month.
    """
    sold = orders(study)
    if sold is None:
        raise NotInStudyError(page.say("missing_orders", study=study.name, period=study.period))
    return priority_products(product_months(register, sold, confidence=study.parameters.confidence))


def recovered(page: Page, study: Study, survey: Survey, register: Register) -> pd.DataFrame:
    """``voice.recovery`` on the study's questions of loyalty: complaints.yaml's, else those of the construct loyalty.

    Parameters
    ----------
    page, study, survey, register : Page, Study, Survey, Register
        The page, and what it is about.

    Raises
    ------
    NotInStudyError
        No respondent is in the register, or the study has no question of loyalty.
    """
    names = survey.codebook.names("id")
    known = set(register.complaints["customer"]) - {""}
    if not names or names[0] not in survey.attributes or not survey.attributes[names[0]].astype(str).isin(known).any():
        raise NotInStudyError(page.say("missing_customers", study=study.name, period=study.period))
    items = loyalty_items(page, study, register)
    complained = "complained" if "complained" in survey.responses else ""
    return recovery(
        survey, register, items, complained=complained, confidence=study.parameters.confidence, fewest=study.parameters.suppress_below
    )


def loyalty_items(page: Page, study: Study, register: Register) -> list[str]:
    """The questions of loyalty, as ``recovered`` takes them.

    Parameters
    ----------
    page, study, register
        As in ``recovered``.
    """
    if register.settings.loyalty is not None:
        return [register.settings.loyalty]
    structure = study.structure
    if structure is None or LOYALTY not in structure.names:
        raise NotInStudyError(page.say("missing_loyalty", study=study.name))
    return list(structure.construct(LOYALTY).items)


def _existing(study: Study) -> int:
    """Existing customers in the list, each once; all where it does not say who is one."""
    frame = read_export(study.paths.data("accounts")).frame
    who = frame["customer"].astype(str).str.strip() if "customer" in frame.columns else frame.index.to_series().astype(str)
    if "class" in frame.columns:
        who = who[frame["class"].astype(str).str.strip().str.casefold() == "existing"]
    elif "last_purchase" in frame.columns:
        listed = load_accounts(study).frame
        who = listed.loc[listed["class"] == "existing", "customer"]
    return int(who[who != ""].nunique())
