"""The clean survey: answers as numbers on their scales, attributes, weights, and what was seen on the way."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from csat_lib.errors import DataError, NobodyError, ParamsError, TooFewError, nearest
from csat_lib.stats import Missing, Moments, moments, row_weights
from csat_lib.study import Codebook, Period, Study, load_study
from csat_lib.survey.corrections import corrections_file, load_corrections
from csat_lib.survey.exports import read_export
from csat_lib.survey.findings import Findings
from csat_lib.survey.reading import REJECTED, Intake, read_source
from csat_lib.survey.remembered import recalled
from csat_lib.survey.sql import read_sql


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a survey came from and how its file was understood, for whoever must trace a number.

    Attributes
    ----------
    source : str
        customers, self_rated, ...
    path : Path
        The raw file.
    layout, encoding, why : str
        What was recognised, and by which sign.
    rows : int
        Rows of the file, before any was left out.
    corrections : Path or None
        The file of corrections, where one was applied.
    parts : tuple of Path
        The raw files of a survey that was pooled from several periods; else empty.
    """

    source: str
    path: Path
    layout: str
    encoding: str
    why: str
    rows: int
    corrections: Path | None = None
    parts: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """One wave of one source, clean.

    Attributes
    ----------
    responses : DataFrame of float
        One column per item, in the scale's codes, reversed items turned, NaN = no valid answer. The index is the row of the file as a
        person counts it.
    attributes : DataFrame
        id, date, mode, population, segments, comments, strata, cluster: a column each, named as in the codebook.
    codebook : Codebook
        The part of the questionnaire that this source asks.
    weights : Series or None
        Survey weights with mean 1.
    period : Period or None
        When.
    findings : Findings
        What the checks saw.
    rejected : DataFrame
        source, row, respondent, column, value, rule: answers that count as missing and respondents who were dropped. Row-level: it goes to
        data/<study>/restricted/ by ``write_rejected`` and never under output/.
    origin : Origin or None
        The file and how it was read; None for a frame.
    """

    responses: pd.DataFrame
    attributes: pd.DataFrame
    codebook: Codebook
    weights: pd.Series | None
    period: Period | None
    findings: Findings
    rejected: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=REJECTED))
    origin: Origin | None = None

    def __len__(self) -> int:
        return len(self.responses)

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, codebook: Codebook, *, weights: pd.Series | None = None) -> Survey:
        """A survey from a frame whose columns are those of the codebook (or the items' names).

        Respondents below a third of the median time are dropped, as from a file; ``weights`` are matched to the rows first.

        Raises
        ------
        DataError
            A column is missing (the nearest is named) or repeated, answers fall outside the scale beyond the limit, or a weight is negative
            or missing.
        """
        given = None if weights is None else pd.Series(row_weights(frame, weights), index=frame.index)
        read = read_source(frame, codebook, Intake())
        w = read.weights if given is None else given[read.kept]
        if w is not None and not w.any():
            raise DataError(f"weights: every one of the {len(w)} respondents left has weight 0.")
        return cls(read.responses, read.attributes, codebook, None if w is None else _scaled(w), None, read.findings, read.rejected)

    @property
    def scale(self) -> dict[str, tuple[float, float]]:
        """Low and high end of every item's scale."""
        return {name: (item.low, item.high) for name, item in self.codebook.items.items()}

    @property
    def weight_values(self) -> np.ndarray:
        """Weights as an array; all ones where there are none."""
        return np.ones(len(self)) if self.weights is None else self.weights.to_numpy(dtype=float)

    def moments(self, items: Sequence[str], *, missing: Missing = "listwise") -> Moments:
        """Weighted moments of ``items`` with the ends of their scales."""
        for item in items:
            self.codebook.item(item)
        return moments(self.responses, items, weights=self.weights, missing=missing, scale=self.scale)

    def design(self) -> tuple[np.ndarray | None, np.ndarray | None]:
        """Stratum and cluster of every row, None where the codebook names none."""
        found = []
        for name in (*self.codebook.names("strata")[:1], ""), (*self.codebook.names("cluster")[:1], ""):
            column = self.attributes.get(name[0]) if name[0] else None
            found.append(None if column is None else pd.factorize(column.fillna("").astype(str))[0])
        return found[0], found[1]

    def segment(self, by: str) -> pd.Series:
        """The segment of every row (NaN where unknown), or an error with the nearest name."""
        if by not in self.attributes.columns:
            raise ParamsError(f"No segment {by!r} in the survey.{nearest(by, map(str, self.attributes.columns))}")
        return self.attributes[by]

    def complete(self, items: Sequence[str]) -> Survey:
        """The survey of those who answered all of ``items``: the sample of a listwise fit."""
        for item in items:
            self.codebook.item(item)
        return self.only(self.responses[list(items)].notna().all(axis=1))

    def only(self, kept: pd.Series) -> Survey:
        """The survey of some rows; weights are scaled to mean 1 again."""
        if not kept.any():
            raise TooFewError(f"No respondent is left of {len(self)}.")
        if self.weights is not None and not self.weights[kept].any():
            raise DataError(f"Every one of the {int(kept.sum())} respondents left has weight 0.")
        weights = None if self.weights is None else _scaled(self.weights[kept])
        return replace(self, responses=self.responses[kept], attributes=self.attributes[kept], weights=weights)


def load_survey(study: Study, *, source: str = "customers") -> Survey:
    """The clean survey of a study's period, from its raw file, from the query that study.yaml has for it, or from the store.

    A half-year or year that has none of these is pooled from its quarters, a month taken from the quarter that it lies in
    (``survey.pooled``); the findings say so.

    Parameters
    ----------
    study : Study
        From ``load_study``.
    source : str
        customers, self_rated, competitors, or another source of the study.

    Raises
    ------
    DataError
        No file, a column missing or misspelt (the nearest is named), answers outside the scale beyond the study's limit, a correction that
        matches no row; in strict mode, any warning.
    """
    from csat_lib.survey.pooled import has_own, parts_of, pooled
    from csat_lib.survey.store import has_stored, stored_survey, without_erased

    if (kept := recalled(study, source)) is not None:
        return kept
    if not has_own(study, source=source) and parts_of(study, source=source):
        return pooled(study, source=source)
    query = study.parameters.queries.get(source)
    if query is None and not study.paths.has_data(source) and has_stored(study, source=source):
        return stored_survey(study, source=source)
    path = study.paths.parameters[0] if query else study.paths.data(source)
    export = read_sql(query.replace("{period}", study.period.name)) if query else read_export(path)
    codebook = study.codebook.asked_in(source)
    corrections = load_corrections(study, source=source)
    intake = Intake(
        where=export.why if query else f"{path.name}, sheet {export.sheet}" if export.sheet else path.name,
        source=source,
        limits=study.parameters.limits,
        fieldwork=study.parameters.fieldwork,
        fewest=study.parameters.suppress_below,
        blocks={each.name: each.items for each in study.structure.constructs} if study.structure else {},
        corrections=corrections,
        labels=export.labels,
        notes=export.notes,
        complete=export.complete,
    )
    read = read_source(export.frame, codebook, intake)
    corrected = corrections_file(study) if corrections else None
    origin = Origin(source, path, export.layout, export.encoding, export.why, len(export.frame), corrected)
    weights = None if read.weights is None else _scaled(read.weights)
    survey = Survey(read.responses, read.attributes, codebook, weights, study.period, read.findings, read.rejected, origin)
    return without_erased(survey, study)


def load_history(study: Study, *, periods: int = 8, source: str = "customers") -> dict[str, Survey]:
    """The surveys of the last periods of the same kind, oldest first, by period; the study's own period is the last.

    Parameters
    ----------
    study : Study
        Each earlier period is read with its own parameter file.
    periods : int
        How many at most; an earlier one without data is left out, and so is a month of a quarter in which nobody was interviewed.
    source : str
        As in ``load_survey``.
    """
    from csat_lib.survey.pooled import has_own, has_survey

    found = {}
    for period in study.earlier(periods):
        each = study if period == study.period else load_study(study.name, period.name, root=study.paths.root)
        if period == study.period or has_own(each, source=source):
            found[period.name] = load_survey(each, source=source)
        elif has_survey(each, source=source):
            with suppress(NobodyError):
                found[period.name] = load_survey(each, source=source)
    return found


def _scaled(weights: pd.Series) -> pd.Series:
    return (weights / weights.mean()).rename("weight")
