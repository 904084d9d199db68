"""Which drivers can be told apart: the others are named in a warning and left out."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd

from csat_lib.drivers.subsets import COLLINEAR
from csat_lib.errors import ModelError, ParamsError
from csat_lib.stats import Missing, Moments, correlations
from csat_lib.survey import Data, Weights, moments_of

SAME = 1e-24  # a standard deviation below 1e-12 of the mean is rounding, whatever the unit or the offset
COPY = 1e-12
SEVEN_DIGITS = 1e-8  # smallest eigenvalue of the correlations: its inverse times 2e-16 is lost in the coefficients
DETERMINED = "the drivers before it determine it"


def usable_drivers(
    data: Data, outcome: str, drivers: Sequence[str], *, always: Sequence[str] = (), missing: Missing = "listwise", weights: Weights = None
) -> tuple[list[str], Moments]:
    """Controls and drivers that can be used, in this order, and the moments of them and the outcome.

    Parameters
    ----------
    data, outcome, drivers
        As in ``importance``.
    always : sequence of str
        Controls; of two copies the control stays.
    missing, weights
        As in ``importance``. What was left out does not cost respondents.

    Raises
    ------
    ParamsError
        No drivers, or the outcome among them.
    ModelError
        Nothing to explain, no driver left, contradicting pairwise correlations, or too few respondents.
    """
    if not drivers:
        raise ParamsError("No drivers were named.")
    kept = [*always, *drivers]
    if outcome in kept:
        raise ParamsError(f"The outcome {outcome!r} is among the drivers.")
    if not isinstance(data, Moments):
        frame = data if isinstance(data, pd.DataFrame) else data.responses
        kept = _leave_out(kept, always, [name for name in kept if name in frame.columns and frame[name].isna().all()], "nobody answered")
    while True:
        m = moments_of(data, [*kept, outcome], missing=missing, weights=weights)
        out, why = unusable(m, outcome)
        if m.n <= len(kept) + 1 and (not out or why.startswith(DETERMINED)):
            raise ModelError(
                f"{m.n} respondents answered the outcome and all {len(kept)} drivers: too few. Use missing='pairwise', or fewer drivers."
            )
        if not out:
            return kept, m
        kept = _leave_out(kept, always, out, why)


def unusable(m: Moments, outcome: str) -> tuple[list[str], str]:
    """Drivers that cannot have a share, by the first reason that concerns any."""
    constant = [item for item, v, mean in zip(m.items, np.diag(m.covariance), m.mean, strict=True) if not v > SAME * mean**2]
    if outcome in constant:
        raise ModelError(f"{outcome!r}: all {m.n} answers are the same, so there is nothing to explain.")
    if constant:
        return constant, "all answers are the same"
    R, names = correlations(m.covariance), m.items[:-1]
    if m.missing == "pairwise" and np.linalg.eigvalsh(R)[0] < -COLLINEAR:
        raise ModelError("The pairwise correlations contradict each other (not positive semi-definite). Use missing='listwise' or 'mean'.")
    copies = sorted({b for a in range(len(names)) for b in range(a + 1, len(names)) if abs(R[a, b]) > 1 - COPY})
    if copies:
        return [names[b] for b in copies], "a copy of another driver"
    free = _independent(R[:-1, :-1])
    return [name for place, name in enumerate(names) if place not in free], f"{DETERMINED} (rank {len(free)} of {len(names)})"


def _independent(R: np.ndarray) -> list[int]:
    """Places whose answers those before do not determine, and that together leave seven digits to a regression."""
    free, rest = [], R
    for place in range(len(R)):
        if rest[place, place] > COLLINEAR:
            rest = rest - np.outer(rest[:, place], rest[place]) / rest[place, place]
            free.append(place)
    while len(free) > 1 and np.linalg.eigvalsh(R[np.ix_(free, free)])[0] < SEVEN_DIGITS:
        free.pop()
    return free


def _leave_out(names: Sequence[str], always: Sequence[str], out: Sequence[str], why: str) -> list[str]:
    for name in out:
        warn_caller(f"Driver {name!r} was left out: {why}.")
    kept = [name for name in names if name not in out]
    if all(name in always for name in kept):
        raise ModelError(f"No driver is left: {why} ({', '.join(out)}).")
    return kept


def warn_caller(message: str) -> None:
    """A warning that points at the first line outside of this room, whichever function of the room was called."""
    level, frame = 2, sys._getframe(1)
    while frame.f_back is not None and str(frame.f_globals.get("__name__", "")).startswith(__package__ or "csat_lib"):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, stacklevel=level)
