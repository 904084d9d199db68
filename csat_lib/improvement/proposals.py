"""What should be done next: a proposed action for every missed target, dissatisfied item and priority product."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from csat_lib.errors import ParamsError
from csat_lib.improvement.actions import ENDED, Action

DAYS = 90
PROPOSED = ["id", "kind", "name", "metric", "estimate", "n", "owner", "due", "verdict"]
SOURCES = {
    "target": ("metric", "gap"),
    "item": ("item", "estimate"),
    "product": ("product", "estimate"),
}


def propose(
    *,
    period: str,
    as_of: dt.date,
    dissatisfied: pd.DataFrame | None = None,
    misses: pd.DataFrame | None = None,
    products: pd.DataFrame | None = None,
    actions: Sequence[Action] = (),
    days: int = DAYS,
) -> pd.DataFrame:
    """Rows for the register, the missed targets first; what a running action answers already says so.

    Parameters
    ----------
    period : str
        Whose results these are; it goes into the proposed ids.
    as_of : date
        The last day of the period.
    dissatisfied : DataFrame, optional
        item, estimate (per cent dissatisfied), n: from ``index.dissatisfied_items``.
    misses : DataFrame, optional
        metric, gap, owner: from ``tracking.misses``.
    products : DataFrame, optional
        product, estimate (per cent of orders complained about), n.
    actions : sequence of Action
        The register.
    days : int
        How long a proposed action may take.

    Returns
    -------
    DataFrame
        id, kind (target, item, product), name, metric (what was measured: gap, dissatisfied, complaints), estimate, n, owner (of a target;
        else empty), due, verdict ("new", or "answered by ID").

    Raises
    ------
    ParamsError
        A frame lacks its column.
    """
    answered = {(each.kind, each.name): each.id for each in actions if each.opened <= as_of and each.status_at(as_of) not in ENDED}
    words = {"target": "gap", "item": "dissatisfied", "product": "complaints"}
    rows = []
    for kind, frame in (("target", misses), ("item", dissatisfied), ("product", products)):
        if frame is None or frame.empty:
            continue
        name, value = SOURCES[kind]
        for column in (name, value):
            if column not in frame:
                raise ParamsError(f"A proposal for every {kind} needs the column {column!r}. There are: {', '.join(map(str, frame))}.")
        own = frame[frame["segment"] == "all"] if "segment" in frame else frame
        for row in own.to_dict("records"):
            known = answered.get((kind, str(row[name])))
            verdict = f"answered by {known}" if known else "new"
            count, owner = row.get("n", np.nan), row.get("owner") or ""
            rows.append((kind, str(row[name]), words[kind], float(row[value]), count, owner, verdict))
    due = (as_of + dt.timedelta(days=days)).isoformat()
    table = pd.DataFrame(rows, columns=[name for name in PROPOSED if name not in {"id", "due"}])
    ids = [f"P-{period}-{number:02d}" for number in range(1, len(table) + 1)]
    return table.assign(id=ids, due=due)[PROPOSED]
