"""The same respondents in two waves: who they are, and how much their answers move together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import ParamsError, pick
from csat_lib.survey import Survey
from csat_lib.survey.pooled import running_numbers

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]
Panel = Literal["auto", "ids", "independent"]
PANELS = {
    "auto": "by the id, unless the ids number questionnaires and not people",
    "ids": "by the id, whatever it looks like",
    "independent": "nobody is taken to be in two waves",
}
RELATED = 0.3  # people agree with themselves at least this much: correlation of the means over all items, upper end of its interval


@dataclass(frozen=True, slots=True, eq=False)
class Overlap:
    """Rows of the respondents who are in both waves, in one order, and in words why there are none where there are none."""

    before: Places
    after: Places
    said: str

    def __len__(self) -> int:
        return len(self.before)


def overlap(before: Survey, after: Survey, *, panel: Panel = "auto") -> Overlap:
    """The respondents of both waves, matched by the attribute with the role id; an id that stands twice in a wave matches nobody.

    Parameters
    ----------
    before, after : Survey
        The waves.
    panel : {"auto", "ids", "independent"}
        auto takes no overlap where both waves' ids are running numbers, or where the answers under equal ids are unrelated: such ids
        number questionnaires and not people.

    Raises
    ------
    ParamsError
        panel="ids" and a wave without an id.
    """
    pick(PANELS, panel, "way to match a panel")
    ids = [_ids(each) for each in (before, after)]
    if panel == "ids" and any(each is None for each in ids):
        raise ParamsError("panel='ids': a wave has no attribute with the role id. Declare it in the codebook, or use panel='independent'.")
    one, two = ids
    nobody = np.array([], dtype=np.intp)
    if panel == "independent" or one is None or two is None:
        return Overlap(nobody, nobody, "independent samples")
    if panel == "auto" and running_numbers(one.index) and running_numbers(two.index):
        return Overlap(nobody, nobody, "independent samples: the ids are serial numbers of questionnaires")
    both = one.index.intersection(two.index)
    r, highest = _agreement(before, after, one[both].to_numpy(), two[both].to_numpy())
    if panel == "auto" and highest < RELATED:
        return Overlap(nobody, nobody, f"independent samples: the answers under {len(both)} equal ids are unrelated (r = {r:.2f})")
    said = f"{len(both)} respondents are in both waves" if len(both) else "independent samples"
    return Overlap(one[both].to_numpy(dtype=np.intp), two[both].to_numpy(dtype=np.intp), said)


def covariance(before: tuple[Array, Array], after: tuple[Array, Array], shared: Overlap) -> tuple[float, int]:
    """Covariance of two weighted means through the respondents they share, and how many answered both times.

    With u = w (y - ybar) / W of each wave, m / (m - 1) sum (u1 - mean u1)(u2 - mean u2) over the m shared respondents (Kish 1965, 12.4).

    Parameters
    ----------
    before, after : (values, weights)
        Of all respondents of each wave; NaN is no answer.
    shared : Overlap
        From ``overlap``.
    """
    deviations = []
    for (y, w), rows in ((before, shared.before), (after, shared.after)):
        kept = ~np.isnan(y) & (w > 0)
        total = float(w[kept].sum())
        u = np.where(kept, w * (y - np.average(y[kept], weights=w[kept])) / total, np.nan) if total > 0 else np.full(len(y), np.nan)
        deviations.append(u[rows])
    one, two = deviations
    both = ~np.isnan(one) & ~np.isnan(two)
    m = int(both.sum())
    if m < 2:
        return 0.0, m
    one, two = one[both], two[both]
    return m / (m - 1) * float((one - one.mean()) @ (two - two.mean())), m


def _ids(survey: Survey) -> pd.Series | None:
    """Row number by id, for ids that stand once."""
    names = survey.codebook.names("id")
    if not names or names[0] not in survey.attributes:
        return None
    column = survey.attributes[names[0]].reset_index(drop=True)
    column = column[column.notna()].astype(str).str.strip().str.removesuffix(".0")
    column = column[(column != "") & ~column.duplicated(keep=False)]
    return pd.Series(column.index.to_numpy(), index=column.to_numpy())


def _agreement(before: Survey, after: Survey, rows: Places, others: Places) -> tuple[float, float]:
    """Correlation of matched respondents' mean answers over the items of both waves, and the upper end of its 95 % interval (Fisher)."""
    shared = [item for item in before.responses.columns if item in after.responses.columns]
    means = [_standing(survey, shared)[places] for survey, places in ((before, rows), (after, others))]
    both = ~np.isnan(means[0]) & ~np.isnan(means[1])
    one, two = (each[both] for each in means)
    if both.sum() < 4 or not (np.ptp(one) > 0 and np.ptp(two) > 0):
        return np.nan, np.inf
    r = float(np.corrcoef(one, two)[0, 1])
    return r, float(np.tanh(np.arctanh(min(r, 1 - 1e-12)) + 1.96 / np.sqrt(both.sum() - 3)))


def _standing(survey: Survey, items: list[str]) -> Array:
    """Each respondent's mean standardised answer, (n,); NaN without any answer."""
    answers = survey.responses[items].to_numpy(dtype=float)
    given = ~np.isnan(answers)
    n = given.sum(axis=0)
    with np.errstate(all="ignore"):
        centred = np.where(given, answers - np.where(given, answers, 0.0).sum(axis=0) / n, 0.0)
        spread = np.sqrt((centred**2).sum(axis=0) / (n - 1))
        varies = spread > 0
        return np.asarray((centred[:, varies] / spread[varies]).sum(axis=1) / given[:, varies].sum(axis=1))
