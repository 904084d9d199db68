"""What comparisons of segments and of waves have in common: their result, who is too small, and a group's own table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.drivers.collinearity import panel
from csat_lib.drivers.importance import point_table
from csat_lib.drivers.measures import MOST_IN_DRAWS, Question
from csat_lib.drivers.resamples import with_intervals
from csat_lib.drivers.screening import unusable, warn_caller
from csat_lib.errors import ModelError, ParamsError
from csat_lib.stats import Moments, correlations
from csat_lib.survey import Data

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Importance in each group, and whether groups differ. Tests use raw values: shares are compositional, one rises where another falls.

    Attributes
    ----------
    overall : DataFrame
        test, groups, statistic, df_model, df_residual, p_value, n, verdict: do the slopes differ at all (no row where it cannot be tested).
    importance : DataFrame
        segment or period, then the columns of ``importance`` with intervals.
    tests : DataFrame
        segment and driver (against all others), or period, previous and driver: estimate (difference of explained variance), std_error,
        conf_low, conf_high, p_value, p_adjusted, correction, verdict, draws.
    panel : DataFrame
        segment or period, then the columns of ``collinearity``.
    left_out : DataFrame
        segment or period, n, reason.
    """

    overall: pd.DataFrame
    importance: pd.DataFrame
    tests: pd.DataFrame
    panel: pd.DataFrame
    left_out: pd.DataFrame


def smallest_group(smallest: int | None, drivers: int) -> int:
    """Respondents a group needs: as asked, or ten for each driver and at least fifty."""
    if smallest is not None and smallest < drivers + 3:
        raise ParamsError(f"smallest={smallest}: {drivers} drivers need at least {drivers + 3} respondents in a group.")
    return max(50, 10 * drivers) if smallest is None else smallest


def why_not(m: Moments | None, outcome: str, least: int) -> str:
    """Why a group cannot be compared; nothing where it can."""
    if m is None:
        return "nobody answered"
    if m.n < least:
        return f"fewer than {least} respondents"
    try:
        out, why = unusable(m, outcome)
    except ModelError as refusal:
        return str(refusal)
    return f"{', '.join(out)}: {why}" if out else ""


def check_size(question: Question) -> None:
    """Refuse LMG of more drivers than resamples can have exactly."""
    if question.method == "lmg" and len(question.drivers) > MOST_IN_DRAWS:
        raise ParamsError(
            f"Groups are compared on at most {MOST_IN_DRAWS} drivers; there are {len(question.drivers)}. Use method='johnson'."
        )


def own_tables(
    what: str,
    question: Question,
    parts: Mapping[str, Moments],
    *,
    draws: Mapping[str, Array],
    asked: Mapping[str, int | None],
    confidence: float,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Importance with intervals and the collinearity panel of every group, ``what`` being the name of their first column."""
    tables, panels = [], []
    for name, m in parts.items():
        table = with_intervals(point_table(question, m, correlations(m.covariance[:, :, None])), draws[name], confidence)
        tables.append(labelled(table, what, name))
        panels.append(labelled(panel(m, question.order[:-1], asked=asked[name]), what, name))
    return pd.concat(tables, ignore_index=True), pd.concat(panels, ignore_index=True)


def labelled(table: pd.DataFrame, what: str, name: str) -> pd.DataFrame:
    """The table with a first column that says whose it is."""
    return pd.concat([pd.DataFrame({what: [name] * len(table)}, index=table.index), table], axis=1)


def left_out_table(what: str, reasons: Mapping[str, tuple[int, str]]) -> pd.DataFrame:
    """Who was left out; each is named in a warning too."""
    for name, (_, reason) in reasons.items():
        warn_caller(f"{what.capitalize()} {name!r} was left out: {reason}.")
    return pd.DataFrame([(name, n, reason) for name, (n, reason) in reasons.items()], columns=[what, "n", "reason"])


def frame_of(data: Data) -> pd.DataFrame:
    """The answers of a Survey or a frame; Moments are refused by name."""
    if isinstance(data, Moments):
        raise ParamsError("Comparing groups needs the rows, and Moments have none. Give the Survey or the DataFrame they were made from.")
    return data if isinstance(data, pd.DataFrame) else data.responses
