"""Files that know their own columns: Parquet and SPSS."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from csat_lib.errors import DataError, EnvironmentFault, ParamsError
from csat_lib.survey.exports.export import Export, cell_text, checked_header, plain

LARGEST = 2_000_000_000


ENCODINGS = ("GB18030", "WINDOWS-1252")
_SURVIVED: set[tuple[Path, int, int, tuple[str, ...]]] = set()
TRIAL = """
import sys
import pyreadstat
for encoding in sys.argv[2:]:
    try:
        pyreadstat.read_sav(sys.argv[1], encoding=encoding or None, user_missing=True, output_format="dict")
        break
    except Exception:
        pass
"""


def read_parquet(path: Path, why: str) -> Export:
    """A Parquet file; its numbers stay numbers, its dates become text."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            cells = file.metadata.num_rows * file.metadata.num_columns
        if cells > LARGEST:
            raise DataError(f"{path.name}: {cells:,} cells are too many for a survey (at most {LARGEST:,}).")
        frame = pd.read_parquet(path)
        pa.Table.from_pandas(frame.select_dtypes("str")).validate(full=True)  # bytes that are no text
    except (OSError, ValueError, LookupError, TypeError, AttributeError, MemoryError, OverflowError, pa.ArrowException) as error:
        told = (str(error).splitlines() or [""])[0] or type(error).__name__
        raise DataError(f"{path.name}: not a readable Parquet file ({told}).") from None
    frame = frame.reset_index(drop=frame.index.names == [None])
    return Export(typed_frame(frame, path.name), {}, "parquet", "", why)


def typed_frame(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """A frame with checked names, dates as text, rows counted from 2 as below a header, blank rows left out."""
    frame = frame.set_axis(checked_header([str(column) for column in frame.columns], name), axis=1)
    for column in frame.columns:
        if frame[column].dtype.kind == "M" or (frame[column].dtype == object and frame[column].map(_dated).any()):
            frame[column] = frame[column].astype(object).map(cell_text, na_action="ignore")
    frame.index = pd.RangeIndex(2, len(frame) + 2)
    whole = frame.loc[frame.notna().any(axis=1)]
    if whole.empty:
        raise DataError(f"{name}: a header with {frame.shape[1]} columns but no rows.")
    return whole


def _dated(cell: object) -> bool:
    return isinstance(cell, dt.date)


def read_spss(path: Path, why: str, encoding: str) -> Export:
    """An SPSS file; user-missing codes stay in the frame and are listed in ``missing``, labels stand apart."""
    frame, meta = _sav(path, encoding)
    header = checked_header([str(column) for column in frame.columns], path.name)
    codes = {str(name): labels for name, labels in meta.variable_value_labels.items()}
    texts = {name: _texts(frame.iloc[:, place]) for place, name in enumerate(header)}
    found = pd.DataFrame(texts, index=pd.RangeIndex(1, len(frame) + 1), columns=header, dtype=str)
    found = found.loc[(found != "").any(axis=1)]
    if found.empty:
        raise DataError(f"{path.name}: {len(header)} variables but no cases.")
    missing = {str(name): _ranges(ranges) for name, ranges in meta.missing_ranges.items()}
    return Export(
        found,
        {name: plain(label) for name, label in meta.column_names_to_labels.items() if label},
        "spss",
        str(meta.file_encoding or encoding).lower(),
        why,
        (f"{len(missing)} variables have user-missing codes; they stay in the frame",) if missing else (),
        value_labels={name: {cell_text(code): str(text) for code, text in labels.items()} for name, labels in codes.items()},
        missing=missing,
    )


def _sav(path: Path, encoding: str) -> tuple[pd.DataFrame, Any]:
    import pyreadstat

    trials = (None, *ENCODINGS) if encoding == "auto" else (encoding,)
    if not _survives(path, [each or "" for each in trials]):
        raise DataError(f"{path.name}: not a readable SPSS file (its reader crashes over it). Save it again as .sav.")
    complaint = ""
    for trial in trials:
        try:
            frame, meta = pyreadstat.read_sav(path, encoding=trial, user_missing=True)
            return frame, meta
        except (pyreadstat.ReadstatError, UnicodeError) as error:
            complaint = complaint or str(error).strip().rstrip(".")
        except (ValueError, OverflowError, MemoryError, LookupError) as error:
            complaint = complaint or str(error).strip().rstrip(".") or type(error).__name__
            break
    if "encoding" in complaint.lower() and encoding != "auto":
        raise ParamsError(f"{path.name}: no encoding {encoding!r} for an SPSS file ({complaint}). Leave it to be recognised.")
    raise DataError(f"{path.name}: not a readable SPSS file ({complaint}). Save it again as .sav.")


def _survives(path: Path, encodings: list[str]) -> bool:
    """Whether a process of its own lives through reading the file: a damaged one makes the C library behind pyreadstat crash."""
    about = path.stat()
    seal = (path, about.st_size, about.st_mtime_ns, tuple(encodings))
    if seal not in _SURVIVED:
        nothing = subprocess.DEVNULL
        try:
            done = subprocess.run(
                [sys.executable, "-c", TRIAL, str(path), *encodings], stdin=nothing, stdout=nothing, stderr=nothing, check=False
            )
        except OSError as error:
            raise EnvironmentFault(f"{path.name}: no process could be started to try the SPSS file: {error.strerror or error}.") from None
        if not 0 <= done.returncode < 256:  # a signal is negative here, and a large number on Windows
            return False
        _SURVIVED.add(seal)
    return True


def _texts(column: pd.Series) -> Any:  # noqa: ANN401  an array of text
    """Each different value written once."""
    codes, values = pd.factorize(column)
    words = np.array([*(cell_text(value) for value in values), ""], dtype=object)
    return words[codes]


def _ranges(ranges: list[Mapping[str, Any]]) -> str:
    ends = [(cell_text(each["lo"]), cell_text(each["hi"])) for each in ranges]
    return ", ".join(low if low == high else f"{low}-{high}" for low, high in ends)
