"""Independent pieces of a long computation, one after the other or by joblib, with a progress bar where somebody watches."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from csat_lib.errors import ParamsError
from csat_lib.stats.resample import one_thread

Piece = TypeVar("Piece")
Result = TypeVar("Result")
PATIENCE = 3.0  # seconds before a progress bar appears


def each_piece(function: Callable[[Piece], Result], pieces: Sequence[Piece], *, workers: int = 1, what: str = "") -> list[Result]:
    """``function`` of every piece, in order; the results do not depend on ``workers``.

    Parameters
    ----------
    function : callable
        Of one piece; for workers other than 1 it must be picklable.
    pieces : sequence
        The work.
    workers : int
        1 works in this process; more, or -1 for all cores, go through joblib, whose ``parallel_config`` may name Dask, Ray or Spark.
    what : str
        What the progress bar calls it.

    Raises
    ------
    ParamsError
        ``workers`` is 0 or not a whole number.
    """
    if isinstance(workers, bool) or not isinstance(workers, int) or workers == 0:
        raise ParamsError(f"workers: expected a whole number of processes, or -1 for all cores, got {workers!r}.")
    if workers == 1 or len(pieces) < 2:
        with one_thread():
            return [function(piece) for piece in _watched(pieces, len(pieces), what)]
    from joblib import Parallel, delayed

    done = Parallel(n_jobs=workers, return_as="generator")(delayed(_single)(function, piece) for piece in pieces)
    return list(_watched(done, len(pieces), what))


def _single(function: Callable[[Piece], Result], piece: Piece) -> Result:
    with one_thread():
        return function(piece)


def _watched(pieces: Iterable[Piece], total: int, what: str) -> Iterator[Piece]:
    """The pieces with a progress bar, in a terminal or in a notebook that a person has opened."""
    opened = "JPY_SESSION_NAME" in os.environ
    if not (opened or sys.stderr.isatty()):
        yield from pieces
        return
    from tqdm.auto import tqdm

    yield from tqdm(pieces, total=total, desc=what, delay=PATIENCE, leave=False)
