"""All indices by segment: every group against everybody else, and whether that is more than chance."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import NotInStudyError
from csat_lib.index import on_hundred, segments_of
from csat_lib.index.design import Design, design_of
from csat_lib.index.letters import corrected, design_p
from csat_lib.model import fit_pls, index_weights
from csat_lib.report.gate import unlike_segments
from csat_lib.report.keyfigures import outcome_name
from csat_lib.study import Study
from csat_lib.survey import Survey

Mask = npt.NDArray[np.bool_]
LESS_IS_BETTER = "less is better"


def by_segment(study: Study, survey: Survey) -> pd.DataFrame:
    """Every construct (without a model the outcome and its drivers) in every segment that the study names, tested against all others.

    The constructs are scored over the sample of the model with the weights of its fit, as the headline is. A test is a t of the linearised
    difference between the segment and everybody else, which knows weights, strata and clusters; Holm's correction is
    for the segments of one construct, as in a row of the banner table.

    Parameters
    ----------
    study, survey : Study, Survey
        Its ``segments`` and its model.

    Returns
    -------
    DataFrame
        by (empty for everybody), segment ("all" for everybody), construct or item, estimate (0-100), n, n_effective, difference (points
        above everybody), p_value, p_adjusted, verdict ("higher", "lower", "level"; "not comparable" where the outcome's questions measured
        something else), sense ("less is better" for what goes with a lower outcome, else empty).

    Raises
    ------
    NotInStudyError
        The study names no segments.
    ModelError
        The model that gives the item weights cannot be trusted.
    """
    names = study.parameters.segments
    if not names:
        raise NotInStudyError(f"{study.name} names no segments, so nobody can be set against the others. Name some in study.yaml.")
    used, values = _values(study, survey)
    design, what = design_of(used), "item" if study.structure is None else "construct"
    rows = [row for by in ("", *names) for segment, here in _parts(used, by) for row in _rows(design, values, (by, segment), here)]
    columns = ["by", "segment", what, "estimate", "n", "n_effective", "rest", "p_value"]
    table = pd.DataFrame(rows, columns=columns)
    whole = table[table["by"] == ""].set_index(what)["estimate"]
    table["difference"] = table["estimate"] - table[what].map(whole)
    shown = table["n"] >= study.parameters.suppress_below
    tested = table["p_value"].where(shown).groupby(table[what])
    table["p_adjusted"] = tested.transform(lambda p: corrected(p.to_numpy(dtype=float), correction="holm"))
    far = table["p_adjusted"] < 1 - study.parameters.confidence
    table["verdict"] = np.where(far, np.where(table["estimate"] > table["rest"], "higher", "lower"), "level")
    table["sense"] = table[what].map(_senses(design, values, outcome_name(study)))
    return _refused(study, survey, table.drop(columns="rest"), what)


def _values(study: Study, survey: Survey) -> tuple[Survey, pd.DataFrame]:
    """The respondents that count, and every construct's or item's score of each."""
    if study.structure is None:
        items = [study.drivers.outcome, *study.drivers.items]
        return survey, on_hundred(survey, items)
    structure = study.structure.first_stage()
    weights = index_weights(fit_pls(survey, structure, **study.pls))
    used = survey.complete(structure.items) if study.parameters.pls.missing == "listwise" else survey
    found = {}
    for each in structure.constructs:
        own = weights[list(each.items)].to_numpy(dtype=float)
        found[each.name] = on_hundred(used, each.items).to_numpy(dtype=float) @ (own / own.sum())
    return used, pd.DataFrame(found, index=used.responses.index)


def _parts(survey: Survey, by: str) -> list[tuple[str, Mask]]:
    return segments_of(survey, by)[1:] if by else segments_of(survey, None)


def _rows(design: Design, values: pd.DataFrame, key: tuple[str, str], here: Mask) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for name in values.columns:
        y = values[name].to_numpy(dtype=float)
        own, rest = design.mean(y, here), design.mean(y, ~here) if not here.all() else None
        p = np.nan
        if rest is not None and min(own.n, rest.n) > 1:
            C = design.covariance_of(np.column_stack([design.linearised(y, here), design.linearised(y, ~here)]))
            error = np.sqrt(np.maximum(C[0, 0] + C[1, 1] - 2 * C[0, 1], 0.0))
            p = float(design_p(np.array([own.estimate - rest.estimate]), np.array([error]), design.degrees)[0])
        rows.append((*key, str(name), own.estimate, own.n, own.n_effective, np.nan if rest is None else rest.estimate, p))
    return rows


def _senses(design: Design, values: pd.DataFrame, outcome: str) -> dict[str, str]:
    """Which scores go with a lower outcome."""
    if outcome not in values.columns:
        return dict.fromkeys(map(str, values.columns), "")
    full = values.notna().all(axis=1).to_numpy(dtype=bool) & (design.w > 0)
    w, X = design.w[full], values[full].to_numpy(dtype=float)
    centred = X - w @ X / w.sum()
    joint = (w[:, None] * centred).T @ centred[:, list(values.columns).index(outcome)]
    return {str(name): LESS_IS_BETTER if value < 0 else "" for name, value in zip(values.columns, joint, strict=True)}


def _refused(study: Study, survey: Survey, table: pd.DataFrame, what: str) -> pd.DataFrame:
    """The outcome's cells where its questions measured something else: no number, and the verdict says so."""
    if study.structure is None:
        return table
    unlike = {(by, segment) for by in study.parameters.segments for segment in unlike_segments(study, survey, by)}
    outcome = outcome_name(study)
    keys = zip(table["by"], table["segment"], table[what], strict=True)
    here = np.array([(by, segment) in unlike and name == outcome for by, segment, name in keys], dtype=bool)
    table.loc[here, ["estimate", "difference", "p_value", "p_adjusted"]] = np.nan
    table.loc[here, "verdict"] = "not comparable"
    return table
