"""What the tracking notebook says in sentences, computed from the tables, in English and Chinese."""

from __future__ import annotations

import pandas as pd

from csat_lib.report import cells
from csat_lib.report.charts.transitions import grade_label, hidden_grades
from csat_lib.report.language import listed, translated
from csat_lib.report.moved import Lead, Movers
from csat_lib.report.page import Page
from csat_lib.report.tracking_reasons import tracked_reason
from csat_lib.tracking import Waves


def steps(page: Page, weighted: Waves, unweighted: Waves, *, what: str, whole: Waves | None = None) -> list[str]:
    """Which steps of the headline are real, with the survey weights and, where that differs in kind, without.

    Parameters
    ----------
    page : Page
        Language and labels.
    weighted, unweighted : Waves
        From ``tracked.steps``.
    what : str
        The headline's name.
    whole : Waves, optional
        The last wave against the first.
    """
    if weighted.figures["period"].nunique() < 2:
        return [page.say("steps_alone")]
    said = [_steps(page, weighted, what)]
    for row in whole.changes.to_dict("records") if whole is not None else ():
        if cells.is_number(row["p_value"]):
            parts = {"before": row["against"], "after": row["period"], "change": cells.signed(row["estimate"])}
            parts["p"] = cells.p_value(row["p_value"])
            said.append(page.say("steps_whole", verdict=translated(str(row["verdict"]), page.language), **parts))
    known = weighted.changes["detectable"].dropna()
    if len(known):
        said.append(page.say("steps_detectable", points=cells.number(known.iloc[-1])))
    same = weighted.figures["estimate"].round(9).tolist() == unweighted.figures["estimate"].round(9).tolist()
    return [*said, page.say("steps_unweighted") if same else page.say("steps_weighted", said=_steps(page, unweighted, what))]


def against(page: Page, gaps: pd.DataFrame) -> list[str]:
    """In how many comparisons with competitors we are ahead or behind."""
    tested = gaps[gaps["p_adjusted"].notna()]
    ahead, behind = (int((tested["verdict"] == word).sum()) for word in ("ahead", "behind"))
    if not ahead + behind:
        return [page.say("against_none", count=len(tested))]
    return [page.say("against_some", count=len(tested), ahead=ahead, behind=behind)]


def movers(page: Page, moved: Movers) -> list[str]:
    """Who moved, what of it is more than regression to the mean, and where it leads."""
    found, table = moved.found, moved.gains
    counts = found.counts.to_numpy(dtype=float)
    kept = float(counts.trace() / counts.sum())
    share = cells.percent(kept, page.language)
    said = [page.say("movers_base", n=cells.whole(found.n), before=moved.before, after=moved.after, share=share)]
    whole = table[table["grade"] == "all"].iloc[0]
    ends = {"low": cells.signed(whole["conf_low"], 2), "high": cells.signed(whole["conf_high"], 2), "confidence": page.percent}
    verdict = translated(str(whole["verdict"]), page.language)
    said.append(page.say("movers_gain", gain=cells.signed(whole["estimate"], 2), verdict=verdict, **ends))
    hidden = hidden_grades(page, table)
    beyond = table[(table["grade"] != "all") & (table["verdict"] == "real") & ~table["grade"].isin(hidden)]
    names = [f"{grade_label(page, moved.item, row['grade'])} {cells.signed(row['beyond'], 2)}" for row in beyond.to_dict("records")]
    said.append(page.say("movers_regression", names=listed(names, page.language)) if names else page.say("movers_only_regression"))
    for row in found.findings.to_dict("records"):
        grades = listed([grade_label(page, moved.item, each.strip()) for each in str(row["grade"]).split(",")], page.language)
        said.append(page.say(f"found_{row['rule'].replace(' ', '_')}", grade=grades, n=cells.whole(row["n"])))
    level = found.levels["long_run"]
    if cells.is_number(level):
        half = cells.number(found.half_life)
        said.append(page.say("movers_long_run", level=cells.number(level, 2), now=cells.number(found.levels["after"], 2), half=half))
    few = table[(table["n"] < page.suppress_below) & (table["n"] > 0)]
    if len(few):
        names = [grade_label(page, moved.item, grade) for grade in few["grade"]]
        said.append(page.say("movers_few", below=page.suppress_below, names=listed(names, page.language)))
    return said


def lead(page: Page, found: Lead) -> list[str]:
    """Whether the index runs ahead of the outside series, and that this is no cause."""
    periods = len(found.pair.series)
    real = found.correlations[found.correlations["verdict"] == "real"]
    names = [page.say("lead_lag", lag=int(row["lag"]), r=cells.number(row["estimate"], 2)) for row in real.to_dict("records")]
    said = [page.say("lead_found", names=listed(names, page.language), count=periods) if names else page.say("lead_none", count=periods)]
    causes = list(dict.fromkeys(found.causes.loc[found.causes["verdict"] == "real", "cause"]))
    words = [page.say(f"lead_granger_{cause}") for cause in causes] or [page.say("lead_granger_none")]
    said.append(page.say("lead_granger", said=listed(words, page.language)))
    gain = found.gain
    parts = {"gain": cells.percent(gain.gain, page.language), "verdict": translated(gain.verdict, page.language)}
    said.append(page.say("lead_worse" if gain.verdict == "worse" else "lead_gain", forecasts=len(gain.forecasts), **parts))
    return [*said, *found.pair.left_out, page.say("lead_not_cause")]


def _steps(page: Page, found: Waves, what: str) -> str:
    tested = found.changes[found.changes["p_adjusted"].notna()]
    rule = tracked_reason(str(tested["correction"].iloc[0]), page.language) if len(tested) else "–"
    words = {"what": page.label(what), "count": len(tested), "rule": rule}
    real = tested[tested["verdict"] == "real"]
    if real.empty:
        return page.say("steps_none", p=cells.p_value(tested["p_value"].min() if len(tested) else None), **words)
    names = [
        page.say("one_step", before=row["against"], after=row["period"], change=cells.signed(row["estimate"]))
        for row in real.to_dict("records")
    ]
    return page.say("steps_real", real=len(real), names=listed(names, page.language), **words)
