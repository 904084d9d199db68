"""Moments of answers that lie in Parquet files: one pass over the rows, in small batches, whatever the size of the files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import overload

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from csat_lib.errors import DataError, ParamsError, nearest, pick
from csat_lib.stats import Missing, Moments, Pairs, Scale, scale_ends
from csat_lib.stats.moments import CHUNK, MISSING_RULES, Sums, from_pairs, from_sums, merged_sums, pairs_of, sums_of

Array = npt.NDArray[np.float64]
BATCH = 8 * CHUNK
WAITING = 1 << 24  # answers that may wait for their segment's next piece: 128 MiB
Segments = tuple[list[str | None], npt.NDArray[np.int64]]  # the different segments, and which of them each row belongs to (-1: none)
_LEVEL = re.compile(r"([^=/\\]+)=([^/\\]*)")


@overload
def moments_from_parquet(
    path: str | Path,
    items: Sequence[str],
    *,
    weights: str | None = None,
    missing: Missing = "listwise",
    by: None = None,
    scale: Scale | None = None,
) -> Moments: ...
@overload
def moments_from_parquet(
    path: str | Path,
    items: Sequence[str],
    *,
    by: str,
    weights: str | None = None,
    missing: Missing = "listwise",
    scale: Scale | None = None,
) -> dict[str, Moments]: ...
def moments_from_parquet(
    path: str | Path,
    items: Sequence[str],
    *,
    weights: str | None = None,
    missing: Missing = "listwise",
    by: str | None = None,
    scale: Scale | None = None,
) -> Moments | dict[str, Moments]:
    """Moments of the columns ``items``: those of ``stats.moments`` on the same rows, but read in bounded memory.

    Parameters
    ----------
    path : str or Path
        A file, a folder with everything below it (but ``revisions`` and hidden ones), or a pattern such as ``answers/*.parquet``.
        Folders named ``key=value`` give a column ``key``.
    items : sequence of str
        Columns, in the order wanted; null and NaN are missing answers.
    weights : str, optional
        The column of the survey weights; rows of weight 0 do not count.
    missing : {"listwise", "pairwise", "mean"}
        As in ``stats.moments``.
    by : str, optional
        A column of segments: the result is a dict of segment -> Moments, sorted; rows without a segment are left out.
    scale : (low, high) or {item: (low, high)}, optional
        Ends of the items' scales.

    Raises
    ------
    DataError
        No file; a column that is missing or not numeric; infinite answers; bad weights; a segment with fewer than two usable rows.
    """
    names = checked_items(items, missing)
    low, high = scale_ends(names, scale)
    parts = gathered(path, names, weights=weights, missing=missing, by=by)
    if weights is not None and parts and not any(each.weight > 0 for each in parts.values()):
        raise DataError(f"{path}: all weights in {weights!r} are zero.")
    if by is None:
        return parts.get("", Part(missing, len(names))).moments(names, low, high, str(path))
    return {name: parts[name].moments(names, low, high, f"{path}, {by} {name!r}") for name in sorted(parts)}


def checked_items(items: Sequence[str], missing: Missing) -> tuple[str, ...]:
    """The items, each once, and a known rule for missing answers."""
    pick(MISSING_RULES, missing, "rule for missing answers")
    names = tuple(items)
    if not names or len(set(names)) < len(names):
        raise ParamsError("Name at least one item, and each item once.")
    return names


def gathered(path: str | Path, names: tuple[str, ...], *, weights: str | None, missing: Missing, by: str | None = None) -> dict[str, Part]:
    """What the files of ``path`` say of every segment, "" without segments."""
    parts: dict[str, Part] = {}
    for file in _files(path):
        for X, w, segment in _batches(file, names, weights, by):
            _gather(parts, X, w, segment, missing)
    for each in parts.values():
        each.finish()
    return parts


@dataclass(slots=True)
class Part:
    """What is known of one segment so far."""

    missing: Missing
    width: int
    rows: int = 0
    weight: float = 0.0
    answered: Array = field(default_factory=lambda: np.zeros(1))
    waiting: tuple[Array, Array] | None = None
    sums: Sums | None = None
    pairs: Pairs | None = None

    def take(self, X: Array, w: Array) -> int:
        """Add the rows of ``X`` (items x rows), in the pieces that ``stats.moments`` would make of them; how many wait for the next."""
        if self.waiting is not None:
            X, w = np.concatenate([self.waiting[0], X], axis=1), np.concatenate([self.waiting[1], w])
        whole = len(w) - len(w) % CHUNK
        for start in range(0, whole, CHUNK):
            self.add(X[:, start : start + CHUNK], w[start : start + CHUNK])
        self.waiting = (X[:, whole:].copy(), w[whole:].copy()) if whole < len(w) else None
        return len(w) - whole

    def add(self, X: Array, w: Array) -> None:
        """Add the sums over one piece."""
        self.rows += X.shape[1]
        self.weight += float(w.sum())
        gaps = np.isnan(X)
        self.answered = self.answered + (X.shape[1] - gaps.sum(axis=1))
        if self.missing == "listwise":
            kept = ~gaps.any(axis=0) & (w > 0)
            sums = sums_of(*((X, w) if kept.all() else (X[:, kept], w[kept])))
            self.sums = sums if self.sums is None else merged_sums(self.sums, sums)
        else:
            pairs = pairs_of(X, w)
            self.pairs = pairs if self.pairs is None else self.pairs.merged(pairs)

    def finish(self) -> None:
        """Add the rows that wait."""
        if self.waiting is not None:
            (X, w), self.waiting = self.waiting, None
            self.add(X, w)

    def merged(self, other: Part) -> Part:
        """Both parts' rows together; neither has rows that wait."""
        one, two = self.sums, other.sums
        sums = two if one is None else one if two is None else merged_sums(one, two)
        a, b = self.pairs, other.pairs
        pairs = b if a is None else a if b is None else a.merged(b)
        rows, answered = self.rows + other.rows, self.answered + other.answered
        return Part(self.missing, self.width, rows, self.weight + other.weight, answered, None, sums, pairs)

    def moments(self, names: tuple[str, ...], low: Array | None, high: Array | None, where: str) -> Moments:
        """The moments of all rows taken, or an error that says how few there were."""
        n = self.sums[0] if self.sums else int(self.pairs.n.min()) if self.pairs else 0
        if n < 2:
            least = int(np.argmin(self.answered))
            told = f" {names[least]!r} has the fewest answers ({int(self.answered[least])})."
            raise DataError(f"{where}: {n} of {self.rows} respondents answered all of {self.width} items; at least 2 are needed.{told}")
        if self.sums is not None:
            return from_sums(names, self.sums, low, high)
        if self.pairs is None:
            raise DataError(f"{where}: no rows.")
        return from_pairs(names, self.pairs, self.missing, low, high)


def _gather(parts: dict[str, Part], X: Array, w: Array, segment: Segments | None, missing: Missing) -> None:
    """Hand the rows of one batch to their segments; where very many wait in small segments, they need wait no longer."""
    if segment is None:
        parts.setdefault("", Part(missing, len(X))).take(X, w)
        return
    words, codes = segment
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(len(words) + 1))
    for word, start, end in zip(words, ends[:-1], ends[1:], strict=True):
        if end > start and word is not None:
            parts.setdefault(word, Part(missing, len(X))).take(X[:, order[start:end]], w[order[start:end]])
    if sum(each.waiting[0].size for each in parts.values() if each.waiting is not None) > WAITING:
        for each in parts.values():
            each.finish()


def _files(path: str | Path) -> list[Path]:
    place = Path(path)
    if place.is_file():
        return [place]
    if place.is_dir():
        inside = (each.relative_to(place) for each in place.rglob("*.parquet"))
        found = sorted(place / each for each in inside if not any(part == "revisions" or part[0] in "._" for part in each.parts))
    else:
        start = Path(place.anchor)
        found = sorted(each for each in start.glob(str(place.relative_to(start))) if each.is_file())
    if not found:
        raise DataError(f"{path}: no Parquet file there.")
    return found


def _batches(file: Path, items: tuple[str, ...], weights: str | None, by: str | None) -> Iterator[tuple[Array, Array, Segments | None]]:
    """Answers (items x rows), weights and segments of one batch after the other; the next one takes the place of the answers before."""
    levels = {match[1]: match[2] for part in file.parts[:-1] if (match := _LEVEL.fullmatch(part))}
    with _opened(file) as source:
        _check_columns(file, source.schema_arrow, (*items, *([weights] if weights is not None else [])))
        if by is not None and by not in source.schema_arrow.names and by not in levels:
            raise DataError(f"{file.name}: no column {by!r}.{nearest(by, [*source.schema_arrow.names, *levels])}")
        wanted = [*items, *(each for each in (weights, by) if each is not None and each not in levels)]
        row, room = 0, np.empty((len(items), BATCH))
        try:
            for batch in source.iter_batches(batch_size=BATCH, columns=list(dict.fromkeys(wanted))):
                X = room[:, : batch.num_rows]
                for line, item in zip(X, items, strict=True):
                    line[:] = _numbers(batch.column(item))
                if np.isinf(X).any():
                    item = items[int(np.flatnonzero(np.isinf(X).any(axis=1))[0])]
                    raise DataError(f"{file.name}: infinite answers in {item!r}. Declare them missing or correct them.")
                w = np.ones(batch.num_rows) if weights is None else _checked(_numbers(batch.column(weights)), file, weights, row)
                yield X, w, _segments(batch, by, levels)
                row += batch.num_rows
        except (OSError, pa.ArrowException) as error:
            raise DataError(f"{file.name}: the Parquet file is damaged ({str(error).splitlines()[0]}).") from None


def _opened(file: Path) -> pq.ParquetFile:
    """Nothing of the file is read ahead: a row group may be larger than the memory."""
    try:
        return pq.ParquetFile(file, pre_buffer=False, buffer_size=1 << 20)
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"{file}: not a readable Parquet file ({str(error).splitlines()[0]}).") from None


def _check_columns(file: Path, schema: pa.Schema, wanted: tuple[str, ...]) -> None:
    known = [*schema.names]
    for name in wanted:
        if name not in known:
            raise DataError(f"{file.name}: no column {name!r}.{nearest(name, known)}")
        if known.count(name) > 1:
            raise DataError(f"{file.name}: the column {name!r} appears {known.count(name)} times.")
        kind = schema.field(name).type
        kind = kind.value_type if pa.types.is_dictionary(kind) else kind
        tests = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_boolean, pa.types.is_null)
        if not any(test(kind) for test in tests):
            raise DataError(f"{file.name}: the column {name!r} is not numeric but {kind}. Read it through a codebook: csat import.")


def _numbers(column: pa.Array) -> Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if not pa.types.is_float64(column.type):
        column = (
            column.cast(pa.float64(), safe=False) if not pa.types.is_boolean(column.type) else column.cast(pa.int8()).cast(pa.float64())
        )
    values: Array = column.to_numpy(zero_copy_only=False)
    return values


def _checked(w: Array, file: Path, name: str, row: int) -> Array:
    bad = np.flatnonzero(~np.isfinite(w) | (w < 0))
    if len(bad):
        raise DataError(f"{file.name}: the weight {name!r} is {w[bad[0]]} in data row {row + int(bad[0]) + 1}; it must be 0 or more.")
    return w


def _segments(batch: pa.RecordBatch, by: str | None, levels: dict[str, str]) -> Segments | None:
    if by is None:
        return None
    if by not in batch.schema.names:
        return [levels[by]], np.zeros(batch.num_rows, dtype=np.int64)
    column = batch.column(by)
    column = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    codes = column.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return [None if pd.isna(each) else str(each) for each in column.dictionary.to_pylist()], codes
