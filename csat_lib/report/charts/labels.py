"""Where the names of points go, so that no name covers a point, an interval or another name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Box = tuple[float, float, float, float]
REACH = ((8.0, 1.0), (14.0, 1.5), (22.0, 2.2), (34.0, 3.2))
SIDES = ((1, 1), (-1, 1), (1, -1), (-1, -1), (1, 0), (-1, 0), (0, 1), (0, -1))


def place(
    points: Sequence[tuple[float, float]],
    sizes: Sequence[tuple[float, float]],
    *,
    within: Box,
    taken: Sequence[Box] = (),
    rounds: int = 6,
) -> list[Box]:
    """A box for each point's name, (left, bottom, right, top), as near to its point as the others let it be.

    Every name tries eight sides at four distances and takes the one that covers least; names move in turn until none
    gains by moving.

    Parameters
    ----------
    points, sizes : sequence of pairs
        Centres of the points, and width and height of their names, in pixels.
    within : box
        Where names must stay.
    taken : sequence of boxes
        What must not be covered: intervals, names of quadrants.
    rounds : int
        How often every name may move.

    >>> place([(50, 50)], [(20, 10)], within=(0, 0, 100, 100))
    [(58.0, 53.0, 78.0, 63.0)]
    """
    dots = [(x - 6, y - 6, x + 6, y + 6) for x, y in points]
    options = [_options(point, size) for point, size in zip(points, sizes, strict=True)]
    fixed = [[_fixed(box, cost, within, [*dots, *taken]) for box, cost in each] for each in options]
    chosen = [each[int(np.argmin(costs))][0] for each, costs in zip(options, fixed, strict=True)]
    for _ in range(rounds):
        moved = 0
        for one in range(len(points)):
            others = [box for other, box in enumerate(chosen) if other != one]
            costs = [base + 4 * sum(overlap(box, each) for each in others) for (box, _), base in zip(options[one], fixed[one], strict=True)]
            best = options[one][int(np.argmin(costs))][0]
            moved += best != chosen[one]
            chosen[one] = best
        if not moved:
            break
    return chosen


def _options(point: tuple[float, float], size: tuple[float, float]) -> list[tuple[Box, float]]:
    """Boxes around a point, each with the price of its distance."""
    (x, y), (w, h) = point, size
    found = []
    for reach, price in REACH:
        for rank, (across, up) in enumerate(SIDES):
            left = x + across * reach - (w if across < 0 else 0 if across else w / 2)
            clear = h / 2 + (3 + (reach - 8) * 0.8 if across else reach)
            middle = y + up * clear
            found.append(((left, middle - h / 2, left + w, middle + h / 2), 8 * price + 0.5 * rank))
    return found


def _fixed(box: Box, price: float, within: Box, taken: Sequence[Box]) -> float:
    """What a box costs by itself: distance, what it covers, how far it sticks out."""
    outside = max(within[0] - box[0], 0) + max(within[1] - box[1], 0) + max(box[2] - within[2], 0) + max(box[3] - within[3], 0)
    return price + 200 * outside + 1.5 * sum(overlap(box, each) for each in taken)


def overlap(one: Box, other: Box) -> float:
    """Square pixels that two boxes share, with a margin of two pixels.

    >>> overlap((0, 0, 10, 10), (20, 0, 30, 10))
    0.0
    """
    across = min(one[2], other[2]) - max(one[0], other[0]) + 2
    up = min(one[3], other[3]) - max(one[1], other[1]) + 2
    return across * up if across > 0 and up > 0 else 0.0
