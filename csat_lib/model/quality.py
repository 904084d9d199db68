"""How well the items measure and the model explains: every number with the threshold it is held against, the verdict first."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from csat_lib.errors import ParamsError
from csat_lib.model.consistent import Consistent
from csat_lib.model.discrepancy import discrepancies
from csat_lib.model.explained import collinearity, explained, goodness
from csat_lib.model.pls import PlsFit
from csat_lib.model.pls_bootstrap import Draws
from csat_lib.model.reliability import cronbach, reliabilities
from csat_lib.model.resamples import parts_of
from csat_lib.model.rules import RULES, Reading, Rule, judged
from csat_lib.model.validity import cross_loadings, fornell_larcker, htmt2_table, htmt_table, ratios
from csat_lib.stats import percentile_interval

__all__ = ["QUESTIONS", "RULES", "Rule", "assess", "cronbach", "htmt2_table", "htmt_table", "shortfalls", "verdict"]

QUESTIONS = {
    "Does it measure?": (
        ("rho_c", "ave"),
        ("rho_a", "alpha", "alpha_standardised", "dillon_goldstein", "eigenvalue_1", "eigenvalue_2", "loading", "vif_outer"),
    ),
    "Can the constructs be told apart?": (("htmt",), ("htmt2", "fornell_larcker", "cross_loading", "vif_inner")),
    "Does it explain?": ((), ("r_squared",)),
    "Does it fit?": (("srmr",), ("srmr_saturated",)),
}
"""What a reader asks: the metrics that decide it, and those that cast doubt."""
UNSIGNED = "undefined: the correlations do not all have one sign"


def assess(fit: PlsFit | Consistent, draws: Draws | None = None) -> pd.DataFrame:
    """Measurement quality of every block, discriminant validity of every pair, what the model explains and how it fits.

    Parameters
    ----------
    fit : PlsFit or Consistent
        Of consistent PLS the corrected numbers are judged, and blocks in mode A are read as common factors.
    draws : Draws, optional
        Its bootstrap: loadings, R squared and HTMT get intervals, and the verdict on HTMT uses the upper bound.

    Returns
    -------
    DataFrame
        metric, construct, item, other, estimate, conf_low, conf_high, verdict, source. ``other`` is the second construct of a pair, or
        the cause where ``construct`` is the effect (vif_inner, f_squared). Verdict and source are empty where nobody set a threshold.
        What a block cannot have is left out: no reliability of a single item or a block in mode B, no inflation of a single cause.

        alpha, alpha_standardised (Cronbach 1951, 95 % interval of Feldt 1965), rho_a (Dijkstra & Henseler 2015), rho_c (Joereskog 1971),
        ave, fornell_larcker (its root beside the nearest construct; Fornell & Larcker 1981), dillon_goldstein, eigenvalue_1, eigenvalue_2,
        loading, cross_loading, htmt (Henseler et al. 2015), htmt2 (Roemer et al. 2021), vif_outer, vif_inner, r_squared, adj_r_squared,
        f_squared (Cohen 1988), redundancy, goodness_of_fit (Tenenhaus et al. 2005), srmr, d_uls, d_g and the same ending in _saturated.

    Raises
    ------
    ParamsError
        The draws are of another model.

    Notes
    -----
    The items of a higher-order construct are the scores of its parts. The questionnaire items of the parts are judged in rows of their
    own, from the first stage (of plain PLS): reliability, loadings, vif_outer, and HTMT of every pair with a part in it; draws bring
    intervals of these loadings alone.

    The interval of HTMT is two-sided 90 %, so that its upper end bounds the ratio with 95 %; those of loadings and R squared are
    two-sided 95 %. Where respondents are weighted, n is the effective number.
    """
    corrected = isinstance(fit, Consistent)
    plain = fit.fit if isinstance(fit, Consistent) else fit
    if draws is not None and corrected:
        raise ParamsError("These draws are of plain PLS, not of consistent PLS: give assess the fit that was resampled, or no draws.")
    readings = reliabilities(plain) + ratios(plain) + collinearity(plain) + explained(plain) + goodness(plain)
    readings += discrepancies(plain, measurement="factor" if corrected else "composite")
    table = pd.concat([judged(readings), _nearest(plain)] + ([] if corrected else [_crossed(plain)]), ignore_index=True)
    formative = (table["metric"] == "loading") & table["construct"].map(lambda name: plain.modes.get(name) == "B")
    table.loc[formative, ["verdict", "source"]] = ""
    undefined = (table["metric"] == "htmt2") & table["estimate"].isna()
    table.loc[undefined, "verdict"] = UNSIGNED
    table = table if draws is None else _bounded(table, plain, draws)
    return table if plain.first is None else pd.concat([table, _of_parts(plain, plain.first, draws)], ignore_index=True)


def shortfalls(assessment: pd.DataFrame) -> pd.DataFrame:
    """The readings that missed their threshold or are doubtful, under the question they answer.

    Returns
    -------
    DataFrame
        question and weight ("decides", "doubt"), then the columns of ``assess``; R squared counts where it is negligible.
    """
    found = []
    for question, (deciding, doubting) in QUESTIONS.items():
        for weight, metrics in (("decides", deciding), ("doubt", doubting)):
            rows = assessment[assessment["metric"].isin(metrics) & assessment["verdict"].map(_missed)]
            found.append(rows.assign(question=question, weight=weight))
    table = pd.concat(found, ignore_index=True)
    return table[["question", "weight", *assessment.columns]]


def verdict(assessment: pd.DataFrame) -> pd.DataFrame:
    """The assessment in four lines, for the head of a report.

    Returns
    -------
    DataFrame
        question, verdict (ok; doubtful; failed, where a deciding metric missed its threshold or every R squared is negligible), reasons
        (what decided it, in words; ``shortfalls`` has the rest). A question that nothing answers, such as reliability among single
        items, is left out.
    """
    short = shortfalls(assessment)
    rows = []
    for question, (deciding, doubting) in QUESTIONS.items():
        asked = assessment[assessment["metric"].isin((*deciding, *doubting))]
        if asked.empty:
            continue
        here = short[short["question"] == question]
        fatal = here[(here["weight"] == "decides") & ~here["verdict"].str.startswith("doubtful")]
        failed = len(fatal) > 0 or (not deciding and len(here) == len(asked))
        word = "failed" if failed else "doubtful" if len(here) else "ok"
        said = fatal if len(fatal) else here
        rows.append((question, word, "; ".join(_reason(row) for row in said.to_dict("records"))))
    return pd.DataFrame(rows, columns=["question", "verdict", "reasons"])


def _missed(word: str) -> bool:
    return word.startswith(("below", "above", "doubtful", "negligible"))


def _reason(row: Mapping[Hashable, Any]) -> str:
    about = " / ".join(str(row[name]) for name in ("construct", "item", "other") if row[name])
    bound = f" (upper bound {row['conf_high']:.3f})" if decided_by_bound(row) else ""
    return f"{row['metric']} {about} {row['estimate']:.3f}{bound} {row['verdict']}".replace("  ", " ")


def decided_by_bound(row: Mapping[Hashable, Any]) -> bool:
    """Whether the upper bound of an HTMT, and not the ratio itself, gave its verdict."""
    judged_by_bound = row["metric"] == "htmt" and np.isfinite(row["conf_high"])
    return bool(judged_by_bound and RULES["htmt"].verdict(row["estimate"]) != row["verdict"])


def _of_parts(fit: PlsFit, first: PlsFit, draws: Draws | None) -> pd.DataFrame:
    """The readings of the first stage about the parts of higher-order constructs."""
    parts = parts_of(fit)
    readings = reliabilities(first) + [each for each in collinearity(first) if each.metric == "vif_outer"]
    pairs = [each for each in ratios(first) if {each.construct, each.other} & set(parts)]
    table = judged([each for each in readings if each.construct in parts] + pairs)
    formative = (table["metric"] == "loading") & table["construct"].map(lambda name: first.modes.get(name) == "B")
    table.loc[formative, ["verdict", "source"]] = ""
    table.loc[(table["metric"] == "htmt2") & table["estimate"].isna(), "verdict"] = UNSIGNED
    if draws is not None and draws.part_loadings is not None:
        items = first.loadings.loc[first.loadings["construct"].isin(parts), "item"]
        drawn = dict(zip(items, draws.part_loadings, strict=True))
        here = table["metric"] == "loading"
        if here.any():
            low, high = percentile_interval(np.array([drawn[item] for item in table.loc[here, "item"]]), 0.95)
            table.loc[here, ["conf_low", "conf_high"]] = np.column_stack([low, high])
    return table


def _nearest(fit: PlsFit) -> pd.DataFrame:
    table = fornell_larcker(fit)
    frame = judged([reading for reading, _ in table])
    frame["verdict"] = ["ok" if reading.estimate > r else f"below {r:.3f}" for reading, r in table]
    return frame.assign(source="above the largest correlation with another construct, Fornell & Larcker 1981")


def _crossed(fit: PlsFit) -> pd.DataFrame:
    """Loadings on the other constructs; an item is suspect where it says as much about another construct as about its own."""
    several = [each.name for each in fit.structure.constructs if len(each.items) > 1]
    table = cross_loadings(fit)
    table = table[table["construct"].isin(several)]
    own = table[table["construct"] == table["other"]].set_index("item")["estimate"].abs()
    table = table[table["construct"] != table["other"]]
    frame = judged([Reading("cross_loading", *row) for row in table.itertuples(index=False)])
    frame["verdict"] = np.where(frame["estimate"].abs() < frame["item"].map(own), "ok", "above its own loading")
    return frame.assign(source="below the item's own loading, Chin 1998")


def _bounded(table: pd.DataFrame, fit: PlsFit, draws: Draws) -> pd.DataFrame:
    """The table with bootstrap intervals; HTMT is judged by its upper bound, an estimate above the threshold whatever the bound."""
    if len(draws.loadings) != len(fit.loadings) or not set(_keys(table, "htmt")) <= set(draws.htmt_pairs):
        raise ParamsError("These draws are of another model: give those that bootstrap made from this fit.")
    table = table.copy()
    of_items = dict(zip(fit.loadings["item"], draws.loadings, strict=True))
    of_effects = dict(zip(fit.r_squared.index, draws.r_squared, strict=True))
    of_pairs = dict(zip(draws.htmt_pairs, draws.htmt, strict=True))
    for metric, confidence, keys, values in (
        ("loading", 0.95, _column(table, "loading", "item"), of_items),
        ("r_squared", 0.95, _column(table, "r_squared", "construct"), of_effects),
        ("htmt", 0.90, _keys(table, "htmt"), of_pairs),
    ):
        usable = [key for key in keys if np.isfinite(values[key]).sum() > 1]  # type: ignore[index]
        if len(usable) == len(keys) > 0:
            low, high = percentile_interval(np.array([values[key] for key in keys]), confidence)  # type: ignore[index]
            table.loc[table["metric"] == metric, ["conf_low", "conf_high"]] = np.column_stack([low, high])
    pairs = table["metric"] == "htmt"
    worst = table.loc[pairs, ["estimate", "conf_high"]].max(axis=1)
    table.loc[pairs, "verdict"] = [RULES["htmt"].verdict(value) for value in worst]
    table.loc[pairs, "source"] = f"upper bound (one-sided 95 %) {RULES['htmt'].said}"
    return table


def _keys(table: pd.DataFrame, metric: str) -> list[tuple[str, str]]:
    rows = table[table["metric"] == metric]
    return list(zip(rows["construct"], rows["other"], strict=True))


def _column(table: pd.DataFrame, metric: str, name: str) -> Sequence[str]:
    return table.loc[table["metric"] == metric, name].tolist()
