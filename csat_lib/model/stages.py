"""From the first stage of a higher-order model to the second: the parts' scores become items, without the rows.

Letters: A (P, Q, B) takes the P questionnaire items to the Q items of the second stage: cov2 = A' S A, mean2 = A' mean.
Source: Becker, Cheah, Gholamzade, Ringle & Sarstedt 2023, International Journal of Contemporary Hospitality Management 35(1), 321-346.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from csat_lib.study import Structure

Array = npt.NDArray[np.float64]


def part_scores(first: Structure, second: Structure, raw_weights: Array) -> Array:
    """A from the first stage's weights (P, B) for the answers in their own units.

    A part's weights are divided by the sum of their sizes, so that its score is on its items' scale.
    """
    place = {item: number for number, item in enumerate(first.items)}
    A = np.zeros((len(place), len(second.items), raw_weights.shape[1]))
    for column, item in enumerate(second.items):
        if item in place:
            A[place[item], column] = 1.0
        else:
            block = [place[each] for each in first.construct(item).items]
            w = raw_weights[block]
            A[block, column] = w / np.abs(w).sum(axis=0)
    return A


def composed(A: Array, mean: Array, covariance: Array) -> tuple[Array, Array]:
    """Means (Q, B) and covariances (Q, Q, B) of the second stage from those of the items, (P, B) and (P, P, B)."""
    half = np.einsum("pib,pqb->iqb", A, covariance)
    return np.einsum("pib,pb->ib", A, mean), np.einsum("iqb,qjb->ijb", half, A)
