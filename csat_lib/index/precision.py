"""How exact an index is, how many answers a margin needs, and whether two waves differ.

Letters: u item weights that sum to 1, S covariances of the items on 0-100, s = sqrt(u' S u) standard deviation of a respondent's index.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from csat_lib.errors import DataError, ParamsError
from csat_lib.index.scores import item_shares
from csat_lib.stats import Moments, Scale, z_value
from csat_lib.study import Structure
from csat_lib.survey import Data, margin_of, moments_of, sample_size

Figure = tuple[float, float]


def precision(
    data: Data,
    structure: Structure,
    *,
    weights: pd.Series | None = None,
    margin: float = 2.0,
    deff: float | None = None,
    scale: Scale | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Spread and margin of every construct's index, and the answers that a margin needs; the item weights are taken as given.

    Parameters
    ----------
    data : Survey, DataFrame or Moments
        Respondents who answered every item of the model, with their survey weights.
    structure : Structure
        Constructs and their items; a construct of higher order averages its parts by ``weights``, else equally.
    weights : Series, optional
        Over items (``model.index_weights`` gives those of a fit); equal within a construct when None.
    margin : float
        Half the width of the interval wanted, in points.
    deff : float, optional
        Design effect of clusters and weights; None takes n / effective n (Kish 1965).
    scale : (low, high) or {item: (low, high)}, optional
        Ends of the scales where the data are a bare DataFrame.
    confidence : float
        Of the intervals.

    Returns
    -------
    DataFrame
        construct, estimate (0-100), sd (of respondents' indices, n - 1), std_error, conf_low, conf_high, margin (half the width in points),
        n, n_effective (n / deff), n_needed (answers for the margin wanted).

    Raises
    ------
    ParamsError
        An item without a weight or without ends of its scale; a deff or margin that makes no sense.
    DataError
        Nobody differs in a construct, so there is no spread to plan with.
    """
    m = moments_of(data, structure.items, scale=scale)
    mean, covariance = _on_hundred(m)
    effect = m.n / m.n_effective if deff is None else deff
    u = _shares(structure, weights)
    z, rows = z_value(confidence), []
    for each in structure.constructs:
        estimate, sd = float(u[each.name] @ mean), float(np.sqrt(u[each.name] @ covariance @ u[each.name]))
        if not sd > 1e-9:
            raise DataError(f"{each.name}: all {m.n} respondents have the same index, so its precision is unknown.")
        half = margin_of(m.n, sd=sd, deff=effect, confidence=confidence)
        ends = max(estimate - half, 0.0), min(estimate + half, 100.0)
        needed = sample_size(margin, sd=sd, deff=effect, confidence=confidence)
        rows.append((each.name, estimate, sd, half / z, *ends, half, m.n, m.n / effect, needed))
    return pd.DataFrame(rows, columns=["construct", "estimate", "sd", "std_error", *_ENDS, "margin", "n", "n_effective", "n_needed"])


_ENDS = ("conf_low", "conf_high")


def difference(before: Figure, after: Figure, *, confidence: float = 0.95) -> pd.Series:
    """The change between two independent samples: se = sqrt(se1^2 + se2^2).

    Parameters
    ----------
    before, after : (float, float)
        Figure and its standard error, in one unit.
    confidence : float
        Of the interval.

    Returns
    -------
    Series
        estimate (the change), std_error, conf_low, conf_high, verdict ("real" where the interval leaves out 0, else "within noise";
        "unknown" without a figure or a standard error).

    >>> difference((72.0, 1.2), (76.0, 1.6))[["estimate", "std_error", "verdict"]].tolist()
    [4.0, 2.0, 'real']
    """
    change, error, z = after[0] - before[0], float(np.hypot(before[1], after[1])), z_value(confidence)
    verdict = "real" if abs(change) > z * error else "within noise" if np.isfinite(change) and np.isfinite(error) else "unknown"
    found = {"estimate": change, "std_error": error, "conf_low": change - z * error, "conf_high": change + z * error, "verdict": verdict}
    return pd.Series(found, dtype=object)


def _on_hundred(m: Moments) -> tuple[np.ndarray, np.ndarray]:
    """Means and covariances of the answers on 0-100."""
    known = m.low is not None and m.high is not None
    low, high = (m.low, m.high) if known else (np.full(len(m.items), np.nan), np.full(len(m.items), np.nan))
    width = np.asarray(high) - np.asarray(low)
    unknown = [item for item, each in zip(m.items, width, strict=True) if np.isnan(each)]
    if unknown:
        raise ParamsError(f"The ends of the scale are unknown for {', '.join(unknown)}. Give a Survey, or scale=(1, 10).")
    return 100 * (m.mean - np.asarray(low)) / width, 1e4 * m.covariance / np.outer(width, width)


def _shares(structure: Structure, weights: pd.Series | None) -> dict[str, np.ndarray]:
    """The weight of every item of the model in every construct's index, (P,) each, summing to 1."""
    place = {item: number for number, item in enumerate(structure.items)}
    found: dict[str, np.ndarray] = {}
    for each in structure.constructs:
        names = each.of or each.items
        told = None if each.of and weights is not None and not set(names) & set(weights.index) else weights
        parts = [found[name] if each.of else np.eye(len(place))[place[name]] for name in names]
        found[each.name] = np.asarray(item_shares(names, told) @ np.array(parts))
    return found
