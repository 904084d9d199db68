"""Known errors of a source, corrected by record: data/<study>/corrections/<period>.yaml, applied before anything is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import BeforeValidator

from csat_lib.errors import DataError, ParamsError, nearest
from csat_lib.study import Codebook, Study
from csat_lib.study.reader import Date, Strict, check, read_records
from csat_lib.survey.answers import distinct, folded_text
from csat_lib.survey.findings import Finding, rows_where

Value = int | float | str
_KEYS = ("row", "value", "id")


def _several(value: object) -> object:
    """One value or a list of them."""
    if not isinstance(value, dict):
        return value
    return {key: tuple(each) if isinstance(each, list) else (each,) for key, each in value.items()}


class Correction(Strict):
    """One record.

    Attributes
    ----------
    item : str
        An item or attribute of the codebook.
    match : mapping
        What a row must have: ``row`` (as a person counts it), ``value`` (the cell as the file has it), ``id`` (the respondent), or any
        item or attribute by name; one value or a list. All of them must hold.
    set : number, str or None
        What the cell holds instead; null empties it.
    reason, reported : str, date
        Why, and when it was told.
    source : str
        The source that it concerns.
    where : str
        File and number of the record, for the messages.
    """

    item: str
    match: Annotated[dict[str, tuple[Value | None, ...]], BeforeValidator(_several)]
    set: Value | None
    reason: str
    reported: Date | None = None
    source: str = "customers"
    where: str = ""


def corrections_file(study: Study) -> Path:
    """Where the corrections of a study's period stand, if it has any."""
    return study.paths.root / "data" / study.name / "corrections" / f"{study.period}.yaml"


def load_corrections(study: Study, *, source: str = "customers") -> tuple[Correction, ...]:
    """The corrections of ``study``'s period that concern ``source``; none where there is no file.

    Raises
    ------
    ParamsError
        With file, record, key and the nearest right one.
    """
    path = corrections_file(study)
    if not path.is_file():
        return ()
    found = []
    for number, record in enumerate(read_records(path), start=1):
        where = f"corrections/{path.name}, record {number}"
        if "where" in record:
            raise ParamsError(f"{where}: unknown key 'where'.{nearest('where', ('item', 'match', 'set', 'reason', 'reported', 'source'))}")
        each = check(Correction, record, where)
        if not each.match:
            raise ParamsError(f"{where}: match: name a row, a value or an id.")
        if not each.reason.strip():
            raise ParamsError(f"{where}: reason: say why.")
        _check_names(each, study.codebook, where)
        found.append(each.model_copy(update={"where": where}))
    return tuple(each for each in found if each.source == source)


def apply_corrections(
    frame: pd.DataFrame, corrections: Sequence[Correction], columns: Mapping[str, str], codebook: Codebook
) -> tuple[pd.DataFrame, list[Finding]]:
    """The raw frame with the corrections applied in their order, and a finding with its count for each.

    Parameters
    ----------
    frame : DataFrame
        Cells as in the file; left as it is.
    corrections : sequence of Correction
        From ``load_corrections``.
    columns : mapping of str to str
        Item or attribute -> column of the frame.
    codebook : Codebook
        Says which attribute is the id.

    Raises
    ------
    DataError
        A correction matches no row: the source was mended, so the record must go.
    """
    found = []
    for each in corrections:
        if each.item not in columns:
            raise DataError(f"{each.where}: the file has no column for {each.item!r}.")
        here = np.ones(len(frame), dtype=bool)
        for key in each.match:
            here &= _matches(frame, key, each, columns, codebook.names("id"))
        if not here.any():
            told = ", ".join(f"{key} {' or '.join(map(str, values))}" for key, values in each.match.items())
            raise DataError(
                f"{each.where}: {each.item}: no row matches ({told}). If the source was mended, delete the record; else mend its match."
            )
        column = columns[each.item]
        cells = frame[column].astype(object).to_numpy(copy=True)
        cells[here] = "" if each.set is None else each.set
        frame = frame.assign(**{column: pd.Series(cells, index=frame.index, dtype=object)})
        mask = pd.Series(here, index=frame.index)
        what = "emptied" if each.set is None else f"set to {each.set}"
        detail = f"{each.item}: {int(here.sum())} cells {what}: {each.reason} ({each.where}" + (
            f", reported {each.reported})." if each.reported else ")."
        )
        found.append(Finding("correction", "note", each.item, int(here.sum()), detail, rows_where(mask), "corrected"))
    return frame, found


def _check_names(each: Correction, codebook: Codebook, where: str) -> None:
    known = [one.name for one in codebook.everything]
    if each.item not in known:
        raise ParamsError(f"{where}: item: no item or attribute {each.item!r} in the codebook.{nearest(each.item, known)}")
    for key in each.match:
        if key not in _KEYS and key not in known:
            raise ParamsError(f"{where}: match: unknown key {key!r}.{nearest(key, (*_KEYS, *known))}")
    if "id" in each.match and "id" not in known and not codebook.names("id"):
        raise ParamsError(f"{where}: match: id: the codebook has no attribute with role id.")


def _matches(frame: pd.DataFrame, key: str, each: Correction, columns: Mapping[str, str], ids: tuple[str, ...]) -> np.ndarray:
    values = each.match[key]
    if key == "row":
        return np.asarray(frame.index.isin(values))
    name = each.item if key == "value" else (*ids, key)[0] if key == "id" else key
    if name not in columns:
        raise DataError(f"{each.where}: match: the file has no column for {name!r}.")
    codes, cells = distinct(frame[columns[name]])
    hit = [any(_equal(cell.text, cell.number, value) for value in values) for cell in cells]
    blank = any(value is None for value in values)
    return np.asarray(np.array([*hit, blank], dtype=bool)[codes])


def _equal(text: str, number: float | None, value: object) -> bool:
    if isinstance(value, int | float):
        return number == value
    return isinstance(value, str) and folded_text(value) == folded_text(text)
