"""The algebra of a change: answers against weights, mix against change within segments, and through the model; every split is exact.

Letters: 1 and 2 the waves, a bar their mean, d their difference, B resamples last; u (P, B) item weights, x (P, B) item means, p (S, B)
shares of segments that sum to 1, y (S, B) their scores, b (K, B) direct unstandardised effects of K drivers, w (K, B) the drivers' changes.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def answers_and_weights(u1: Array, u2: Array, x1: Array, x2: Array) -> tuple[Array, Array]:
    """d(sum u x) = sum ubar dx (answers) + sum xbar du (weights), item by item, (P, B) each.

    The terms of the weights have meaning together only: the weights of a construct sum to 1, so that one rises when another falls.
    """
    return (u1 + u2) / 2 * (x2 - x1), (x1 + x2) / 2 * (u2 - u1)


def within_and_mix(p1: Array, p2: Array, y1: Array, y2: Array) -> tuple[Array, Array]:
    """d(sum p y) = sum pbar dy (within) + sum (ybar - ybar of all) dp (mix), segment by segment, (S, B) each.

    The Shapley value of two factors is the mean over both orders of exchanging them, which is the midpoint (Shorrocks 2013, Journal of
    Economic Inequality 11, 99-126). Subtracting the overall mean changes no sum, since dp sums to 0: a segment adds where it gains share
    and lies above the rest. A segment without anybody in one wave takes its score from the other: all it brings is mix.
    """
    y1, y2 = np.where(p1 > 0, y1, y2), np.where(p2 > 0, y2, y1)
    y1, y2 = (np.where((p1 > 0) | (p2 > 0), each, 0.0) for each in (y1, y2))
    middle = ((p1 * y1).sum(axis=0) + (p2 * y2).sum(axis=0)) / 2
    return (p1 + p2) / 2 * (y2 - y1), ((y1 + y2) / 2 - middle) * (p2 - p1)


def through_model(b1: Array, b2: Array, w: Array, change: Array) -> tuple[Array, Array]:
    """The change as sum bbar w (drivers, (K, B)) + unexplained (B,): mean direct effects times the drivers' own changes."""
    driven = (b1 + b2) / 2 * w
    return driven, change - driven.sum(axis=0)
