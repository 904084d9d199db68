"""Moments of answers that lie in parts: on the workers of a Dask cluster, in files, or frame after frame; merged exactly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial, reduce
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
import pandas as pd

from csat_lib.errors import DataError, ParamsError, nearest
from csat_lib.stats import Missing, Moments, Scale, each_piece, numeric_columns, one_thread, scale_ends
from csat_lib.survey.parquet_moments import BATCH, Part, checked_items, gathered

TOGETHER = 16  # parts that one task of a cluster merges: no worker ever holds the moments of all


@runtime_checkable
class Partitioned(Protocol):
    """A Dask DataFrame, as far as it is looked at here."""

    @property
    def columns(self) -> Sequence[str]:
        """Names of the columns."""
        ...

    def __getitem__(self, columns: list[str]) -> Partitioned:
        """The same with some of its columns."""
        ...

    def to_delayed(self) -> Sequence[object]:
        """Its partitions, each to be computed."""
        ...


def moments_from_partitions(
    parts: Partitioned | Iterable[pd.DataFrame | str | Path],
    items: Sequence[str],
    *,
    weights: str | None = None,
    missing: Missing = "listwise",
    scale: Scale | None = None,
    workers: int = 1,
) -> Moments:
    """Moments of the columns ``items``: those of ``stats.moments`` on all rows together, whichever part they lie in.

    Only sums leave a part: some kilobytes, whatever its size.

    Parameters
    ----------
    parts : Dask DataFrame, or iterable of DataFrames and paths
        A Dask DataFrame is summed where its partitions lie, by the scheduler or cluster in use. A path is read as in
        ``moments_from_parquet``. A generator's frames are taken one at a time.
    items : sequence of str
        Columns, in the order wanted.
    weights : str, optional
        The column of the survey weights; rows of weight 0 do not count.
    missing : {"listwise", "pairwise", "mean"}
        As in ``stats.moments``.
    scale : (low, high) or {item: (low, high)}, optional
        Ends of the items' scales.
    workers : int
        Processes for frames and paths, -1 for all cores. They go through joblib, whose ``parallel_config`` may name a Dask cluster; a Dask
        DataFrame has its own.

    Raises
    ------
    DataError
        No part; a column that is missing or not numeric; infinite answers; bad weights; fewer than two usable rows in all.
    ParamsError
        workers beside a Dask DataFrame, or one DataFrame or path that is not in a list.

    >>> halves = pd.DataFrame({"a": [1.0, 2.0]}), pd.DataFrame({"a": [3.0]})
    >>> moments_from_partitions(halves, ["a"]).covariance.tolist()
    [[1.0]]
    """
    names = checked_items(items, missing)
    low, high = scale_ends(names, scale)
    work = partial(_summed, names, weights, missing)
    if isinstance(parts, (pd.DataFrame, str, Path)):
        raise ParamsError("parts: expected a Dask DataFrame, or a list of DataFrames or Parquet paths; a single one goes into a list too.")
    if isinstance(parts, Partitioned):
        if workers != 1:
            raise ParamsError("workers= cannot be given beside a Dask DataFrame: its cluster has its own.")
        found = _by_dask(parts, [*names, *([] if weights is None else [weights])], work)
    elif workers == 1:
        with one_thread():
            found = _merged(map(work, parts))
    else:
        found = _merged(each_piece(work, list(parts), workers=workers, what="Partitions"))
    if weights is not None and found.rows and not found.weight > 0:
        raise DataError(f"All weights in {weights!r} are zero.")
    return found.moments(names, low, high, "All partitions")


def _by_dask(parts: Partitioned, columns: list[str], work: partial[Part]) -> Part:
    """Every partition's sums on its worker, merged some at a time, so that the one who asks receives a single one."""
    from dask.delayed import delayed

    known = [str(name) for name in parts.columns]
    for name in columns:
        if name not in known:
            raise DataError(f"No column {name!r} in the partitions.{nearest(name, known)}")
    level = [delayed(work)(each) for each in parts[columns].to_delayed()]
    while len(level) > 1:
        level = [delayed(_merged)(level[start : start + TOGETHER]) for start in range(0, len(level), TOGETHER)]
    found: Part = level[0].compute()
    return found


def _summed(names: tuple[str, ...], weights: str | None, missing: Missing, part: pd.DataFrame | str | Path) -> Part:
    """What one part says."""
    if not isinstance(part, pd.DataFrame):
        return gathered(part, names, weights=weights, missing=missing).get("", Part(missing, len(names)))
    found = Part(missing, len(names))
    with one_thread():
        for start in range(0, len(part), BATCH):
            rows = part.iloc[start : start + BATCH]
            X = np.array(numeric_columns(rows, names))
            if np.isinf(X).any():
                item = names[int(np.flatnonzero(np.isinf(X).any(axis=1))[0])]
                raise DataError(f"Infinite answers in {item!r}. Declare them missing or correct them.")
            w = np.ones(len(rows)) if weights is None else numeric_columns(rows, [weights])[0]
            bad = ~np.isfinite(w) | (w < 0)
            if bad.any():
                raise DataError(f"The weight {weights!r} of row {rows.index[bad][0]!r} is {w[bad][0]}; it must be 0 or more.")
            found.take(X, w)
        found.finish()
    return found


def _merged(parts: Iterable[Part]) -> Part:
    """All parts' rows together."""
    taken = iter(parts)
    first = next(taken, None)
    if first is None:
        raise DataError("There are no partitions.")
    return reduce(Part.merged, taken, first)
