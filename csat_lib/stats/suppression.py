"""Complementary suppression: what goes with a hidden cell, so that the total and the others do not give it away."""

from __future__ import annotations

from collections.abc import Container, Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def hidden_with(
    rows: Sequence[int] | npt.NDArray[np.intp], n: Array, hidden: npt.NDArray[np.bool_], least: float, *, first: Container[int] = ()
) -> list[int]:
    """The rows of a margin to hide beside its hidden ones: two at least then lack, which hold ``least`` respondents together.

    Parameters
    ----------
    rows : sequence of int
        The parts of the margin, without its total.
    n : ndarray, (all rows,)
        Respondents; NaN where an earlier call has hidden them, 0 where there is nobody to protect.
    hidden : ndarray of bool, (all rows,)
        What is hidden already.
    least : float
        How many respondents the hidden rows must hold together.
    first : container of int
        Rows that go before all others; after them the smallest, the earlier one of two alike.

    >>> hidden_with([0, 1, 2], np.array([4.0, 60, 50]), np.array([True, False, False]), 10)
    [2]
    """
    gone = [row for row in rows if hidden[row] and n[row] != 0]
    if not gone:
        return []
    joint = np.inf if np.isnan(n[gone]).any() else float(np.sum(n[gone]))
    extra: list[int] = []
    for row in sorted((row for row in rows if not hidden[row]), key=lambda row: (row not in first, n[row], row)):
        if len(gone) + len(extra) > 1 and joint >= least:
            break
        extra.append(int(row))
        joint += float(n[row])
    return extra
