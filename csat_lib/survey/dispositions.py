"""What became of the addresses: contact, cooperation and response rates from the counts of the field agency."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from csat_lib.errors import DataError, NotInStudyError, nearest
from csat_lib.study import Study
from csat_lib.survey.answers import distinct
from csat_lib.survey.exports import read_export

COUNTS = ("invited", "reached", "complete", "refused")
# Metric -> numerator, denominator, who defines it.
RATES = {
    "contact_rate": ("reached", "invited", "AAPOR CON1"),
    "cooperation_rate": ("complete", "reached", "AAPOR COOP1"),
    "response_rate": ("complete", "invited", "AAPOR RR1"),
}


def response(study: Study) -> pd.DataFrame:
    """Invitations, contacts, refusals and interviews of the study's period, and the rates they make.

    The source ``dispositions`` has a row per segment, or one row, with the counts invited, reached, complete and refused. Segments with
    fewer interviews than may be shown are joined with the next smallest ("west + isles"). Every address counts as eligible, so that the
    rates are the lowest of AAPOR's (Standard Definitions, 2023).

    Returns
    -------
    DataFrame
        by (the column that divides the addresses, empty in the total), segment ("total" or the column's values), metric (invited, reached,
        complete, refused, contact_rate, cooperation_rate, response_rate), estimate (counts; shares between 0 and 1), n (the rate's
        denominator), source (the rate's definition).

    Raises
    ------
    NotInStudyError
        The study has no dispositions in this period.
    DataError
        A count missing or impossible; the row is named.
    """
    if not study.paths.has_data("dispositions"):
        raise NotInStudyError(
            f"Not stated by the source: {study.name} has no dispositions file (invited, reached, complete, refused) in {study.period}."
        )
    path = study.paths.data("dispositions")
    frame = read_export(path).frame
    frame.columns = [str(column).strip() for column in frame.columns]
    counts = _counts(frame, path)
    rows = list(_rows("", "total", counts.sum()))
    for by in (name for name in frame.columns if name not in COUNTS):
        segments = frame[by].astype(str).str.strip()
        parts = {str(segment): part.sum() for segment, part in counts.groupby(segments, sort=False)}
        for segment, total in _large(parts, study.parameters.suppress_below).items():
            rows += _rows(by, segment, total)
    return pd.DataFrame(rows, columns=["by", "segment", "metric", "estimate", "n", "source"])


def _counts(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    lacking = [name for name in COUNTS if name not in frame.columns]
    if lacking:
        raise DataError(f"{path.name}: no column {lacking[0]!r}.{nearest(lacking[0], [str(each) for each in frame.columns])}")
    read = {}
    for name in COUNTS:
        places, cells = distinct(frame[name])
        numbers = np.array([*(np.nan if cell.number is None else cell.number for cell in cells), np.nan])[places]
        bad = ~(numbers >= 0) | (numbers != np.floor(numbers))
        if bad.any():
            row, value = frame.index[bad][0], frame[name].to_numpy()[bad][0]
            raise DataError(f"{path.name}: row {row}, column {name}: expected a count, got {value!r}.")
        read[name] = numbers.astype(np.int64)
    counts = pd.DataFrame(read, index=frame.index)
    for many, few in (
        (counts["invited"], counts["reached"].rename("reached")),
        (counts["reached"], (counts["complete"] + counts["refused"]).rename("complete and refused together")),
    ):
        if (few > many).any():
            row = counts.index[few > many][0]
            raise DataError(f"{path.name}: row {row}: {few.name} ({few[row]}) exceed {many.name} ({many[row]}).")
    return counts


def _large(parts: dict[str, pd.Series], least: int) -> dict[str, pd.Series]:
    """The segments, those with fewer than ``least`` interviews joined, with the next smallest where they are too few together."""
    order = sorted(parts, key=lambda name: int(parts[name]["complete"]))
    joined: list[str] = []
    for name in order:
        small = 0 < parts[name]["complete"] < least
        if small or 0 < sum(int(parts[each]["complete"]) for each in joined) < least:
            joined.append(name)
    if len(joined) < 2:
        return parts if not joined else {}
    together = sum((parts[name] for name in joined[1:]), parts[joined[0]])
    return {name: total for name, total in parts.items() if name not in joined} | {" + ".join(joined): together}


def _rows(by: str, segment: str, total: pd.Series) -> Iterator[tuple[str, str, str, float, int, str]]:
    for name in COUNTS:
        yield by, segment, name, float(total[name]), int(total["invited"]), ""
    for metric, (above, below, source) in RATES.items():
        n = int(total[below])
        yield by, segment, metric, float(total[above] / n) if n else np.nan, n, f"{source}: {above} / {below}"
