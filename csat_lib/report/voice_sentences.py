"""The answers of the voice notebook in words, English and Chinese; the quarterly report uses the same."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from csat_lib.report import cells, complained
from csat_lib.report.language import listed, translated
from csat_lib.report.page import Page
from csat_lib.report.voiced import Heard
from csat_lib.voice import Register, promised_metric


def comments(page: Page, heard: Heard, impact: pd.DataFrame) -> list[str]:
    """How many wrote, what the themes reach, which theme costs and which brings most.

    Parameters
    ----------
    page, heard : Page, Heard
        The page, and ``voiced.hear``.
    impact : DataFrame
        From ``voiced.impact``.
    """
    n, everyone = len(heard.coding), len(heard.survey)
    coded = float(heard.coding.comments["coded"].mean())
    shares = {"share": cells.percent(n / everyone, page.language), "coverage": cells.percent(coded, page.language)}
    said = [page.say("voice_written", n=cells.whole(float(n)), all=cells.whole(float(everyone)), **shares)]
    silent = int((heard.coding.comments["language"] == "other").sum())
    said += [page.say("voice_silent", n=silent)] if silent else []
    return [*said, *impacts(page, impact)]


def impacts(page: Page, impact: pd.DataFrame) -> list[str]:
    """The theme that costs most, the one that brings most, and the one with the highest lift among the dissatisfied."""
    known = impact[impact["gap"].notna() & (impact["n"] >= page.suppress_below)]
    if known.empty:
        return [page.say("voice_nothing")]
    costs, brings = (known[known["verdict"] == word] for word in ("costs points", "brings points"))
    said = []
    if len(costs):
        first = costs.iloc[0]
        parts = {"theme": first["theme"], "share": cells.percent(first["share"], page.language), "gap": cells.signed(first["gap"])}
        said.append(page.say("voice_costs", **parts, contribution=cells.signed(first["contribution"])))
    else:
        worst = known.sort_values("gap", kind="stable").iloc[0]
        said.append(page.say("voice_no_costs", theme=worst["theme"], gap=cells.signed(worst["gap"])))
    if len(brings):
        best = brings.iloc[-1]
        said.append(page.say("voice_brings", theme=best["theme"], gap=cells.signed(best["gap"])))
    sure = known[known["lift_low"] > 1].sort_values("lift", ascending=False)
    if len(sure):
        said.append(page.say("voice_lift", theme=sure["theme"].iloc[0], lift=cells.number(sure["lift"].iloc[0])))
    return [*said, page.say("voice_association")]


def moves(page: Page, moved: pd.DataFrame, *, before: str) -> list[str]:
    """Which themes come up more or less often than before.

    Parameters
    ----------
    page : Page
        From ``open_page``.
    moved : DataFrame
        From ``voiced.moved``.
    before : str
        The period compared with.
    """
    real = moved[(moved["verdict"] != "no change shown") & (moved["n"] >= page.suppress_below)]
    if real.empty:
        return [page.say("voice_still", before=before)]
    names = []
    for row in real.to_dict("records"):
        parts = {"verdict": translated(str(row["verdict"]), page.language), "change": cells.signed(row["change"])}
        names.append(page.say("voice_moved_one", theme=row["theme"], **parts))
    return [page.say("voice_moved", before=before, names=listed(names, page.language))]


def complaints(page: Page, register: Register, figures: pd.DataFrame) -> list[str]:
    """Rate with its denominator, response against the promise, closing, satisfaction with the handling, repeats.

    Parameters
    ----------
    page, register : Page, Register
        The page, and ``voice.load_register``.
    figures : DataFrame
        From ``complained.figures``.
    """
    own = {str(row["metric"]): row for row in figures.to_dict("records")}
    n = cells.whole(float(len(register)))
    rates = [own[name] for name in ("complaint_rate", "complaint_rate_orders", "complaint_rate_customers") if name in own]
    said = [page.say("complaints_rate", n=n, basis=page.say(str(rates[0]["basis"])), **_share(page, rates[0], "rate", 1))] if rates else []
    said = said or [page.say("complaints_count", n=n)]
    promise = own[promised_metric(register)]
    if cells.is_number(promise["estimate"]):
        minutes = f"{register.settings.promised_minutes:g}"
        said.append(page.say("complaints_promise", minutes=minutes, **_share(page, promise, "share"), **_times(own, "first_response")))
    said.append(page.say("complaints_closed", **_share(page, own["closing_rate"], "share"), **_times(own, "resolution")))
    handled = own["handling_satisfaction"]
    if handled["n"] >= page.suppress_below:
        said.append(page.say("complaints_handling", n=cells.whole(float(handled["n"])), **_share(page, handled, "share")))
    repeat = own["repeat_rate"]
    said += [page.say("complaints_repeat", **_share(page, repeat, "share", 1))] if cells.is_number(repeat["estimate"]) else []
    return said


def chart(page: Page, control: pd.DataFrame) -> list[str]:
    """Whether the complaint rate stays within its limits."""
    flagged = control[control["signals"].fillna("") != ""]
    if flagged.empty:
        return [page.say("complaints_chart_quiet", periods=len(control))]
    return [page.say("complaints_chart_signal", names=listed([str(each) for each in flagged["period"]], page.language))]


def products(page: Page, register: Register, priorities: pd.DataFrame) -> list[str]:
    """The products that passed the monthly threshold, with their cause.

    Parameters
    ----------
    page, register : Page, Register
        The page, and ``voice.load_register``.
    priorities : DataFrame
        From ``complained.priorities``.
    """
    threshold = cells.percent(register.settings.monthly_threshold, page.language)
    if priorities.empty:
        return [page.say("complaints_no_products", threshold=threshold)]
    names = [
        page.say(
            "complaints_product",
            product=row["product"],
            rate=cells.percent(row["highest"] / 100, page.language, 1),
            month=row["worst_month"],
            cause=row["cause"],
        )
        for row in complained.named(page, register, priorities).to_dict("records")
    ]
    return [page.say("complaints_products", threshold=threshold, names=listed(names, page.language))]


def recovery(page: Page, table: pd.DataFrame) -> list[str]:
    """Loyalty of those whose complaint was handled well, against the others."""
    own: Mapping[str, dict[str, object]] = {str(row["segment"]): dict(row) for row in table.to_dict("records")}  # type: ignore[arg-type]
    both = own.get("well against badly")
    if both is None:
        return [page.say("recovery_few")]
    scores = {key: cells.number(own[name]["estimate"]) for key, name in RECOVERED.items()}
    ends = {"gap": cells.signed(both["gap"]), "low": cells.signed(both["gap_low"]), "high": cells.signed(both["gap_high"])}
    verdict = translated(str(both["verdict"]), page.language)
    return [page.say("recovery_said", **scores), page.say("recovery_gap", **ends, verdict=verdict)]


RECOVERED = {"well": "handled well", "badly": "handled badly", "base": "no complaint"}


def _share(page: Page, row: Mapping[object, object], name: str, digits: int = 0) -> dict[str, str]:
    values = {name: row["estimate"], "low": row["conf_low"], "high": row["conf_high"]}
    return {key: cells.percent(float(str(value)) / 100, page.language, digits) for key, value in values.items()}


def _times(own: Mapping[str, Mapping[object, object]], name: str) -> dict[str, str]:
    return {word: cells.number(own[f"{name}_{word}"]["estimate"], 0) for word in ("median", "p90")}
