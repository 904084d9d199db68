"""The satisfaction database: checked answers of every period as Parquet, with their provenance, earlier revisions and erasures."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from dataclasses import replace as altered
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from csat_lib.errors import DataError, ParamsError, pick
from csat_lib.study import Study
from csat_lib.survey.answers import read_attribute
from csat_lib.survey.corrections import load_corrections
from csat_lib.survey.findings import Finding, Findings
from csat_lib.survey.provenance import (
    ANSWERS,
    REVISIONS,
    erased_digests,
    held,
    log_erasure,
    now,
    record_of,
    sha256_of,
    table_of,
    tell,
    write,
)
from csat_lib.survey.survey import Origin, Survey, load_survey

if TYPE_CHECKING:
    import duckdb

Status = Literal["imported", "unchanged", "revised"]
Replace = Literal["refuse", "revise"]
REPLACE_RULES = {"refuse": "refuse", "revise": "revise"}
ROW, PERIOD = "file_row", "period"


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of an import.

    Attributes
    ----------
    path : Path
        The stored answers.
    rows : int
        Respondents in them.
    status : {"imported", "unchanged", "revised"}
        A new period; the same file as before; another file, with the earlier answers kept as a revision.
    note : str
        A remark for the person who imports, often empty.
    """

    path: Path
    rows: int
    status: Status
    note: str = ""


def import_period(study: Study, file: str | Path, *, source: str = "customers", replace: Replace = "refuse") -> Imported:
    """Add a file to the store as the answers of the study's period, read and checked through the codebook.

    Parameters
    ----------
    study : Study
        From ``load_study``, in the period that the file belongs to.
    file : str or Path
        An export; it is read, not moved.
    source : str
        Whose answers they are.
    replace : {"refuse", "revise"}
        What to do where the period holds another file's answers: nothing, or keep those as a revision and put the new ones in their place.

    Raises
    ------
    DataError
        A file that the checks refuse, or a period that holds another file's answers.
    BusyError
        Another process imports this period or erases a respondent.
    """
    pick(REPLACE_RULES, replace, "rule for a period that is there already")
    _check_names(study)
    path, file = _answers(study, source), Path(file).absolute()
    if not file.is_file():
        raise DataError(f"{file}: no such file.")
    with _at_work(study, path):
        before, digest, codebook = record_of(path), sha256_of(file), _read_with(study, source)
        if before:
            tell(path)
            if before["sha256"] == digest and (replace == "refuse" or before["codebook"] == codebook):
                changed = before["codebook"] != codebook
                note = "The codebook or the corrections have changed since: --replace reads the file again." if changed else ""
                return Imported(path, before["respondents"], "unchanged", note)
            if replace == "refuse":
                raise DataError(
                    f"{study.name} {study.period} is in the store already, from another file ({before['file']}, "
                    f"imported {before['imported']}). "
                    f"Use --replace to put {file.name} in its place; the earlier answers stay as a revision."
                )
        survey = without_erased(load_survey(_aimed(study, file, source), source=source), study)
        record: dict[str, Any] = {"study": study.name, "period": study.period.name, "source": source, "file": file.name, "sha256": digest}
        record |= {"codebook": codebook, "revision": 1 + int(before.get("revision", 0)), **_described(survey), "imported": now()}
        table = _table(survey)
        if before:
            _keep(path, before)
        write(path, table, record)
    return Imported(path, len(survey), "revised" if before else "imported")


def stored_survey(study: Study, *, source: str = "customers") -> Survey:
    """The survey of the study's period as it lies in the store.

    Raises
    ------
    DataError
        The period is not in the store, or was imported with a codebook that lacked an item or attribute.
    """
    path = _answers(study, source)
    record = record_of(path)
    if not record:
        raise DataError(f"{study.name} {study.period} is not in the store. Add it: csat import {study.name} {study.period} FILE.")
    frame = table_of(path).to_pandas().set_index(ROW).rename_axis(None)
    if frame.empty:
        raise DataError(f"{path}: every respondent of {study.period} was erased.")
    codebook = study.codebook.asked_in(source)
    about = [each.name for each in codebook.attributes.values() if each.role not in {"personal", "ignore", "weight"}]
    lacking = [name for name in (*codebook.items, *about) if name not in frame.columns]
    if lacking:
        raise DataError(f"{path}: no {lacking[0]!r}: it was imported with another codebook. Import the file again with --replace.")
    weight = next((name for name in codebook.names("weight") if name in frame.columns), None)
    text = [name for name in about if not pd.api.types.is_float_dtype(frame[name])]
    attributes = frame[about].astype(dict.fromkeys(text, object))
    attributes[text] = attributes[text].where(attributes[text].notna(), np.nan)
    seen = ", ".join(f"{count} {word}s" for word, count in record["findings"].items())
    note = Finding(
        "from_store", "note", "", len(frame), f"Read from the store: {record['file']}, imported {record['imported']} with {seen}."
    )
    weights = None if weight is None else (frame[weight] / frame[weight].mean()).rename("weight")
    origin = Origin(source, path, record["layout"], record["encoding"], f"store, revision {record['revision']}", record["rows"])
    return Survey(frame[list(codebook.items)], attributes, codebook, weights, study.period, Findings.of([note]), origin=origin)


def has_stored(study: Study, *, source: str = "customers") -> bool:
    """Whether the study's period is in the store."""
    return _answers(study, source).is_file()


def database(study: Study, *, source: str = "customers") -> duckdb.DuckDBPyConnection:
    """A DuckDB connection in memory with the view ``answers``: every stored period's rows and a column ``period`` (text).

    Raises
    ------
    DataError
        The store is empty.
    """
    import duckdb

    files = sorted(_store(study, source).glob(f"{PERIOD}=*/{ANSWERS}"))
    if not files:
        raise DataError(f"The store of {study.name} is empty. Add a period: csat import {study.name} PERIOD FILE.")
    listed = ", ".join("'" + file.as_posix().replace("'", "''") + "'" for file in files)
    told = "union_by_name = true, hive_partitioning = true, hive_types_autocast = false"
    connection = duckdb.connect(":memory:")
    connection.execute(f"CREATE VIEW answers AS SELECT * FROM read_parquet([{listed}], {told})")  # noqa: S608  our own paths, quoted
    return connection


def erase(study: Study, respondent: str) -> int:
    """Take one respondent out of every stored period, source and revision; later imports leave them out, too.

    The log, data/<study>/restricted/erasures.csv, holds the time, the number of rows and the id's SHA-256. Raw files stay as they are.

    Returns
    -------
    int
        Rows taken out; 0, and nothing logged, where nobody has this id.

    Raises
    ------
    ParamsError
        The codebook has no attribute with the role id.
    BusyError
        An import is at work.
    """
    names = study.codebook.names("id")
    if not names:
        raise ParamsError(f"{study.name}: no attribute of the codebook has the role id, so no respondent can be told from another.")
    wanted = read_attribute(pd.Series([str(respondent)]), study.codebook.attributes[names[0]]).iloc[0]
    if not isinstance(wanted, str):
        raise ParamsError("The respondent's id is blank.")
    data, rows = _data(study), 0
    with held(data / ".store.lock", study.name):
        for path in sorted([*data.glob(f"store*/{PERIOD}=*/{ANSWERS}"), *data.glob(f"store*/{PERIOD}=*/{REVISIONS}/*/{ANSWERS}")]):
            rows += _without(path, names[0], wanted)
        if rows:
            log_erasure(data / "restricted", _digest(wanted), rows)
    return rows


def without_erased(survey: Survey, study: Study) -> Survey:
    """The survey without respondents who were erased; the same survey where there are none."""
    gone, names = erased_digests(_data(study) / "restricted"), survey.codebook.names("id")
    if not gone or not names:
        return survey
    kept = ~_erased(survey.attributes[names[0]], gone)
    rejected = survey.rejected[~_erased(survey.rejected["respondent"], gone)] if len(survey.rejected) else survey.rejected
    return altered(survey if kept.all() else survey.only(kept), rejected=rejected)


def _erased(ids: pd.Series, gone: Container[str]) -> pd.Series:
    return ids.map(lambda each: isinstance(each, str) and _digest(each) in gone).astype(bool)


def _without(path: Path, column: str, respondent: str) -> int:
    table, record = table_of(path), record_of(path)
    if column not in table.column_names:
        return 0
    kept = table.filter(pc.fill_null(pc.not_equal(table[column], respondent), fill_value=True))
    rows = int(table.num_rows - kept.num_rows)
    if rows:
        write(path, kept, {**record, "respondents": kept.num_rows, "erased": record.get("erased", 0) + rows})
    return rows


@contextmanager
def _at_work(study: Study, path: Path) -> Iterator[None]:
    """Imports of different periods go on side by side; an erasure goes on alone."""
    what = f"{study.name} {study.period}"
    with ExitStack() as stack:
        stack.enter_context(held(_data(study) / ".store.lock", what, share="together"))
        stack.enter_context(held(path.parent.with_name(f".{study.period}.lock"), what))
        yield


def _keep(path: Path, record: dict[str, Any]) -> None:
    """The present answers as a numbered revision; one that a stopped import has kept already is written over."""
    write(path.parent / REVISIONS / str(record["revision"]) / ANSWERS, table_of(path), record)


def _table(survey: Survey) -> pa.Table:
    """Answers as numbers, attributes as text, the weight."""
    columns: dict[str, Any] = {ROW: pa.array(survey.responses.index.astype(np.int64))}
    for name in survey.responses:
        columns[str(name)] = pa.array(survey.responses[name].to_numpy(dtype=float), from_pandas=True)
    for name, column in survey.attributes.items():
        number = pd.api.types.is_float_dtype(column)
        columns[str(name)] = pa.array(column.to_numpy(), type=pa.float64() if number else pa.string(), from_pandas=True)
    if survey.weights is not None:
        columns[survey.codebook.names("weight")[0]] = pa.array(survey.weights.to_numpy(dtype=float))
    return pa.table(columns)


def _described(survey: Survey) -> dict[str, Any]:
    how = {} if survey.origin is None else {"layout": survey.origin.layout, "encoding": survey.origin.encoding, "rows": survey.origin.rows}
    findings = {word: survey.findings.count(word) for word in ("error", "warning", "note")}
    return {**how, "respondents": len(survey), "answers": int(survey.responses.notna().to_numpy().sum()), "findings": findings}


def _read_with(study: Study, source: str) -> str:
    """What decides how a file is read: codebook and corrections."""
    return _digest(repr((study.codebook.asked_in(source), load_corrections(study, source=source))))


def _aimed(study: Study, file: Path, source: str) -> Study:
    """The study with ``file`` in the place of the source's own."""
    pattern = str(file).replace("{", "{{").replace("}", "}}")
    return altered(study, paths=altered(study.paths, sources={**study.paths.sources, source: pattern}))


def _check_names(study: Study) -> None:
    for name in (ROW, PERIOD):
        if name in study.codebook.items or name in study.codebook.attributes:
            raise ParamsError(
                f"codebook: {name} is a column of the store's own. Give the item or attribute another name, and column: {name}."
            )


def _data(study: Study) -> Path:
    return study.paths.root / "data" / study.name


def _store(study: Study, source: str) -> Path:
    return _data(study) / ("store" if source == "customers" else f"store-{source}")


def _answers(study: Study, source: str) -> Path:
    return _store(study, source) / f"{PERIOD}={study.period}" / ANSWERS


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
