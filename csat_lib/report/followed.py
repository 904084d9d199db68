"""Everything a study follows over its whole span: which constructs moved, whether the season did it, and what is known to have happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from csat_lib.report.keyfigures import outcome_name
from csat_lib.report.page import Page
from csat_lib.report.tracked import fixed_weights
from csat_lib.report.tracking_reasons import tracked_reason
from csat_lib.stats import holm
from csat_lib.study import Study
from csat_lib.survey import Survey
from csat_lib.tracking import Season, Waves, compare_waves, season


def movements(study: Study, history: Mapping[str, Survey]) -> Waves:
    """Every construct in every period against the wave before and the same period of last year.

    Holm's correction makes one family of all steps from wave to wave, of whatever construct, and another of all changes since a year
    before. Each construct is followed over everybody who answered its questions, with the item weights of the last period's fit
    throughout. A study without a model is followed by the outcome and the drivers of its driver analysis.

    Parameters
    ----------
    study : Study
        With its period.
    history : mapping of str to Survey
        From ``load_history``.
    """
    structure, weights = fixed_weights(study, history)
    return compare_waves(
        history,
        structure,
        items=() if structure is not None else (study.drivers.outcome, *study.drivers.items),
        weights=weights,
        at="every",
        correction="holm",
        family=("comparison",),
        confidence=study.parameters.confidence,
        small=study.parameters.limits.mode,
    )


def headline_season(study: Study, moved: Waves) -> Season:
    """The season of the headline figure, the study's events allowed for."""
    return _season(study, moved, outcome_name(study))


def seasons(study: Study, moved: Waves) -> pd.DataFrame:
    """The season of every figure that is followed, each with the events that concern it.

    The headline's test stands by itself; those of the other figures are one family.

    Returns
    -------
    DataFrame
        metric, one column a period of the year (points beside the mean of the year), p_value, p_adjusted (Holm over the figures beside the
        headline), verdict; empty where season cannot be told from change.
    """
    rows = []
    for metric in moved.figures["metric"].unique():
        found = _season(study, moved, str(metric))
        if not found.effects.empty:
            rows.append({"metric": metric, **found.effects.set_index("season")["estimate"].to_dict(), "p_value": found.p_value})
    if not rows:
        return pd.DataFrame(columns=["metric", "p_value", "p_adjusted", "verdict"])
    table = pd.DataFrame(rows)
    table["p_adjusted"] = table["p_value"]
    others = table["metric"] != outcome_name(study)
    table.loc[others, "p_adjusted"] = holm(table.loc[others, "p_value"].to_numpy(dtype=float))
    table["verdict"] = np.where(table["p_adjusted"] < 1 - moved.confidence, "season", "no season seen")
    return table


def clearest(page: Page, moved: Waves, *, least: int = 5) -> pd.DataFrame:
    """The changes that are real after correction, or the ``least`` that come nearest to it; the correction in the page's language."""
    tested = moved.changes[moved.changes["p_adjusted"].notna()].sort_values(["p_adjusted", "p_value"], kind="stable")
    count = max(int((tested["verdict"] == "real").sum()), least)
    kept = tested.head(count).reset_index(drop=True)
    return kept.assign(correction=[tracked_reason(str(each), page.language) for each in kept["correction"]])


def note(page: Page, found: Waves) -> str:
    """With or without weights and how panels were treated, in the page's language."""
    return tracked_reason(found.note, page.language)


def events(page: Page, study: Study, periods: Iterable[str], *, of: str | None = None) -> dict[str, tuple[str, ...]]:
    """The study's events by their labels -> those of ``periods`` that each covers.

    Parameters
    ----------
    page : Page
        Its language.
    study : Study
        With its events.
    periods : iterable of str
        Of the figures at hand.
    of : str, optional
        Only events that concern this construct or item.
    """
    known = study.parameters.events
    return {known[name].label.say(page.language) or name: inside for name, inside in study.events_in(periods, of=of).items()}


def _season(study: Study, moved: Waves, metric: str) -> Season:
    figures = moved.figures[(moved.figures["metric"] == metric) & (moved.figures["segment"] == "all")]
    periods = [str(each) for each in figures["period"]]
    apart = {name: inside for name, inside in study.events_in(periods, of=metric).items() if len(inside) < len(periods)}
    distinct = {inside: name for name, inside in reversed(apart.items())}
    return season(figures, events={name: inside for inside, name in distinct.items()}, confidence=moved.confidence)
