"""The weights of the items in every construct's index and the direct effects between indices, for many resamples at once.

A higher-order construct's index is that of its parts' items: the weights of both stages multiplied (``csat_lib.model.stages``).
Letters: u (P, B) weights of the items on 0-100, each construct's summing to 1; S (P, P, B) covariances; B resamples last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import NotInStudyError, ParamsError, pick
from csat_lib.index.scores import item_shares
from csat_lib.model import consistent, impacts
from csat_lib.model.kernel import solve_small
from csat_lib.model.pls import PlsFit, fit_pls
from csat_lib.model.resamples import estimate, parts_of
from csat_lib.model.stages import composed, part_scores
from csat_lib.study import Structure
from csat_lib.survey import Survey

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Blocks:
    """Where each construct's items stand among the model's items, the parts' items being those of the construct that they form.

    Attributes
    ----------
    structure : Structure
        The model.
    items : tuple of str
        All items, in causal order.
    slices : mapping of str to slice
        Construct -> its items' places; parts of higher-order constructs have none.
    """

    structure: Structure
    items: tuple[str, ...]
    slices: Mapping[str, slice]


def blocks_of(structure: Structure) -> Blocks:
    """The blocks of a model, each higher-order construct over the items of its parts.

    >>> from csat_lib.study import Construct, Text
    >>> parts = (Construct("a", Text(), ("a1", "a2")), Construct("b", Text(), ("b1",)))
    >>> whole = Structure((*parts, Construct("c", Text(), (), of=("a", "b")), Construct("y", Text(), ("y1",))), {"y": ("c",)}, "y")
    >>> blocks_of(whole).slices
    {'c': slice(0, 3, None), 'y': slice(3, 4, None)}
    """
    slices, end = dict[str, slice](), 0
    for name in structure.second_stage().names:
        start, end = end, end + len(structure.observed(name))
        slices[name] = slice(start, end)
    return Blocks(structure, structure.items, slices)


def fits_of(
    surveys: Sequence[Survey], structure: Structure, weights: pd.Series | str, how: Mapping[str, object] | None
) -> list[PlsFit] | None:
    """Each wave's own fit; None for given or equal weights.

    Raises
    ------
    NotInStudyError
        Gaps are to be filled: a change is decomposed on complete rows.
    """
    if not isinstance(weights, str):
        return None
    pick({"own": "", "equal": ""}, weights, "kind of weights")
    if weights == "equal":
        return None
    options = dict(how or {})
    if options.get("missing", "listwise") != "listwise":
        raise NotInStudyError("A change is decomposed on complete rows, and this study fills gaps. Use missing: listwise.")
    return [fit_pls(survey, structure, **options) for survey in surveys]  # type: ignore[arg-type]


def fixed_weights(blocks: Blocks, weights: pd.Series | None) -> Array:
    """The same weights in both waves, (P, 1): given, or equal within a construct (and over the parts of one of higher order)."""
    return np.concatenate([_shares(blocks.structure, name, weights) for name in blocks.slices])[:, None]


def own_weights(blocks: Blocks, fit: PlsFit, width: Array, means: Array, covariance: Array) -> Array:
    """The item weights of each resample's own fit, on 0-100; NaN in a block where one is not positive.

    Parameters
    ----------
    blocks, fit : Blocks, PlsFit
        The model, and the full sample's fit of the wave.
    width, means, covariance : ndarray
        Length of the items' scales (P,), and the resamples' moments.
    """
    found = estimate(fit, means, covariance.copy())
    if fit.first is None:
        raw = found["weights"] / _spread(fit, covariance)
    else:
        first = np.ones_like(means)
        inside = [item for part in parts_of(fit) for item in fit.first.structure.construct(part).items]
        first[np.isin(blocks.items, inside)] = found["part_weights"]
        A = part_scores(fit.first.structure, fit.structure, first / _spread(fit, covariance))
        _, second = composed(A, means, covariance)
        raw = np.einsum("pqb,qb->pb", A, found["weights"] / _spread(fit, second))
    raw = raw * width[:, None]
    u = np.empty_like(raw)
    for block in blocks.slices.values():
        own = raw[block]
        u[block] = np.where((own > 0).all(axis=0), own / own.sum(axis=0), np.nan)
    return u


def direct_effects(blocks: Blocks, effect: str, causes: Sequence[str], u: Array, S: Array) -> Array:
    """Direct unstandardised effects of the causes on the effect (K, B): regressions of the scores on 0-100, from their covariances.

    Parameters
    ----------
    blocks : Blocks
        The model.
    effect, causes : str, sequence of str
        Constructs.
    u, S : ndarray
        Weights, and covariances of the items on 0-100.
    """
    names = (*causes, effect)
    if not causes:
        return np.empty((0, u.shape[1]))
    at = [blocks.slices[name] for name in names]
    loaded = [np.einsum("pb,pqb->qb", u[own], S[own]) for own in at]
    C = np.array([[(row[own] * u[own]).sum(axis=0) for own in at] for row in loaded])
    with np.errstate(all="ignore"):
        return solve_small(C[:-1, :-1], C[:-1, -1])


def error_corrected(fits: Sequence[PlsFit], effect: str, driven: Mapping[str, float]) -> float | None:
    """What the drivers bring where the error of the answers is allowed for, in points; None where consistent PLS cannot be believed.

    A direct effect between scores on 0-100 is the disattenuated path times sd_effect sqrt(rho_effect) / (sd_cause sqrt(rho_cause))
    (Dijkstra & Henseler 2015, MIS Quarterly 39(2), 297-316).

    Parameters
    ----------
    fits : sequence of PlsFit
        Of the two waves.
    effect : str
        What moved.
    driven : mapping of str to float
        Cause -> what it brings by the effects as they are.
    """
    plain, right = [], []
    for fit in fits:
        try:
            better = consistent(fit)
        except ParamsError:
            return None
        if better.verdict != "ok":
            return None
        rho = better.reliability.set_index("construct")["estimate"]
        own, new = (each.paths[each.paths["effect"] == effect].set_index("cause")["estimate"] for each in (fit, better.fit))
        direct = impacts(fit, on=effect, points=1).set_index("cause")["direct"].reindex(list(driven))
        plain.append(direct)
        right.append(direct * new / own * np.sqrt(rho[effect] / rho.reindex(direct.index)))
    factor = (right[0] + right[1]) / (plain[0] + plain[1])
    total = float((factor * pd.Series(driven)).sum(skipna=False))
    return total if np.isfinite(total) else None


def _shares(structure: Structure, name: str, weights: pd.Series | None) -> Array:
    each = structure.construct(name)
    if not each.of:
        return np.asarray(item_shares(each.items, weights), dtype=float)
    told = None if weights is None or not set(each.of) & set(weights.index) else weights
    shares = item_shares(each.of, told)
    return np.concatenate([one * _shares(structure, part, weights) for one, part in zip(shares, each.of, strict=True)])


def _spread(fit: PlsFit, covariance: Array) -> Array:
    """What the weights of the items as analysed are divided by, (P, B)."""
    spread = np.sqrt(np.einsum("iib->ib", covariance))
    return np.ones_like(spread) if fit.metric == "raw" else np.asarray(spread)
