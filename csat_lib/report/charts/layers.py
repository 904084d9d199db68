"""A layered layout of a path model: columns in causal order, chosen so that arrows cross and hide as little as possible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

Array = np.ndarray
Path = tuple[str, str]
Parts = tuple[tuple[str, tuple[str, ...]], ...]
BOX = (150.0, 62.0)
PART = (124.0, 34.0)
PART_STEP, PART_GAP = 39.0, 10.0
LEVEL = 62.0
STEPS = 2500
RAGGED = 20.0


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the boxes stand.

    Attributes
    ----------
    centres : mapping of str to (float, float)
        Of each construct's box, in pixels from the lower left corner.
    parts : mapping of str to (float, float)
        The same of the smaller boxes of the parts of higher-order constructs.
    width, height : float
        Of the sheet.
    """

    centres: dict[str, tuple[float, float]]
    parts: dict[str, tuple[float, float]]
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class _Task:
    """What the search holds fixed: arrows (n, 2), pixels of a cell, columns and levels, the outcome's place, and parts.

    ``parts`` has a row (construct, shift across, shift upward) for each part's box; ``above`` and ``below`` say how many
    levels the parts of each construct take.
    """

    arrows: Array
    scale: Array
    grid: tuple[int, int]
    outcome: int
    parts: Array
    above: Array
    below: Array


@lru_cache(maxsize=64)
def layout(names: tuple[str, ...], paths: tuple[Path, ...], outcome: str, width: float, parts: Parts = ()) -> Layout:
    """Columns and rows for up to a dozen constructs in causal order; the same model always gets the same layout.

    An effect never stands left of its cause. Within that, a seeded search moves boxes between columns and rows so that
    arrows do not run through boxes or along each other, cross seldom, and are short, and so that constructs without a cause
    stand in few columns. The parts of a higher-order construct hang below it or stand above it, whichever leaves the arrows
    freer.

    Parameters
    ----------
    names : tuple of str
        Constructs in causal order.
    paths : tuple of (cause, effect)
        The arrows.
    outcome : str
        Is kept near the middle.
    width : float
        Of the sheet, in pixels.
    parts : tuple of (str, tuple of str)
        Each higher-order construct and the names of its parts, which are not among ``names``.
    """
    columns = min(len(names), 4 if len(names) <= 8 else 5)
    sources = len(set(names) - {effect for _, effect in paths})
    levels = 9 if len(names) > 8 else 5 if sources <= 3 else 7
    place = {name: index for index, name in enumerate(names)}
    arrows = np.array([(place[cause], place[effect]) for cause, effect in paths], dtype=int).reshape(-1, 2)
    scale = np.array([(width - BOX[0] - 4) / max(columns - 1, 1), LEVEL])
    start = _start(names, paths, columns, levels)
    tasks = [
        _Task(arrows, scale, (columns, levels), place[outcome], *_hung(place, parts, side)) for side in ((-1.0, 1.0) if parts else (-1.0,))
    ]
    (cells, _), task = min(((_search(start, task), task) for task in tasks), key=lambda found: found[0][1])
    return _drawn(cells, task, names, [name for _, each in parts for name in each], width)


def _hung(place: dict[str, int], parts: Parts, side: float) -> tuple[Array, Array, Array]:
    """Shifts of the parts' boxes from their construct's centre, and the levels they take above and below it."""
    taken = np.zeros(len(place))
    rows = []
    for whole, names in parts:
        taken[place[whole]] = np.ceil((PART_GAP + len(names) * PART_STEP - LEVEL / 2) / LEVEL)
        first = BOX[1] / 2 + PART_GAP + PART[1] / 2
        order = range(len(names)) if side < 0 else range(len(names) - 1, -1, -1)
        rows += [(place[whole], (BOX[0] - PART[0]) / 2, side * (first + step * PART_STEP)) for step in order]
    none = np.zeros(len(place))
    return np.array(rows).reshape(-1, 3), *((none, taken) if side < 0 else (taken, none))


def _drawn(cells: Array, task: _Task, names: Sequence[str], parts: Sequence[str], width: float) -> Layout:
    """Cells in pixels: the used columns spread over the sheet, the used rows moved to its foot."""
    xs = cells[:, 0] - cells[:, 0].min()
    centres = np.column_stack([BOX[0] / 2 + 2 + xs * (width - BOX[0] - 4) / max(int(xs.max()), 1), cells[:, 1] * LEVEL])
    hung = centres[task.parts[:, 0].astype(int)] + task.parts[:, 1:]
    low = min([centres[:, 1].min() - BOX[1] / 2, *(hung[:, 1] - PART[1] / 2)]) - 4
    high = max([centres[:, 1].max() + BOX[1] / 2, *(hung[:, 1] + PART[1] / 2)]) + 4
    shift = np.array([0.0, low])
    return Layout(_points(names, centres - shift), _points(parts, hung - shift), width, float(high - low))


def _points(names: Sequence[str], points: Array) -> dict[str, tuple[float, float]]:
    return {name: (float(x), float(y)) for name, (x, y) in zip(names, points, strict=True)}


def _start(names: Sequence[str], paths: Sequence[Path], columns: int, levels: int) -> Array:
    """Depth of each construct, squeezed into the columns; rows alternate about the middle."""
    depth = dict.fromkeys(names, 0)
    for name in names:
        depth[name] = max((depth[cause] + 1 for cause, effect in paths if effect == name), default=0)
    deepest = max(depth.values()) or 1
    cells = []
    for index, name in enumerate(names):
        column = round(depth[name] * (columns - 1) / deepest)
        cells.append((column, (levels // 2 + (0, 2, -2)[index % 3]) % levels))
    return np.array(cells, dtype=int)


def _search(cells: Array, task: _Task) -> tuple[Array, float]:
    """Simulated annealing over cells of the grid, always with the same seed; the best cells and their cost."""
    rng = np.random.default_rng(1)
    cost = _cost(cells, task)
    best, least = cells.copy(), cost
    steps = STEPS if len(cells) <= 8 else 2 * STEPS
    for step in range(steps):
        heat = 60.0 * (1 - step / steps) ** 2 + 0.01
        trial = cells.copy()
        one, other = rng.integers(len(cells), size=2).tolist()
        if rng.random() < 0.3:
            trial[[one, other]] = trial[[other, one]]
        else:
            trial[one] = rng.integers(task.grid[0]), rng.integers(task.grid[1])
        if (trial[task.arrows[:, 0], 0] > trial[task.arrows[:, 1], 0]).any():
            continue
        price = _cost(trial, task)
        if price < cost or rng.random() < np.exp((cost - price) / heat):
            cells, cost = trial, price
            if cost < least:
                best, least = cells.copy(), cost
    return best, least


def _cost(cells: Array, task: _Task) -> float:
    arrows, grid = task.arrows, task.grid
    rise = cells[:, None, 1] - cells[None, :, 1]
    room = 2 + np.where(rise > 0, task.below[:, None] + task.above[None, :], task.above[:, None] + task.below[None, :])
    beside = cells[:, None, 0] == cells[None, :, 0]
    clash = (beside & (np.abs(rise) < room)).sum() - len(cells)
    places = cells * task.scale
    start, stop = places[arrows[:, 0]], places[arrows[:, 1]]
    through = _through(start, stop, places, arrows) + _through_parts(start, stop, places, task)
    crossing, along = _crossings(start, stop, arrows)
    length = np.hypot(*(stop - start).T).sum() / 100
    middle = abs(cells[task.outcome, 1] - (grid[1] - 1) / 2)
    spread = np.ptp(cells[:, 1]) + (grid[0] - 1 - np.ptp(cells[:, 0])) * 25
    count = np.bincount(cells[:, 0], minlength=grid[0])
    rows = np.bincount(cells[:, 0], weights=cells[:, 1] - (grid[1] - 1) / 2, minlength=grid[0])
    ragged = len(np.unique(np.delete(cells[:, 0], arrows[:, 1]))) - 1
    lean = np.abs(rows / np.maximum(count, 1)).sum()
    upright = (cells[arrows[:, 0], 0] == cells[arrows[:, 1], 0]).sum() * 2.0
    short = (beside & (np.abs(rise) == 2))[arrows[:, 0], arrows[:, 1]].sum() * 6.0
    return float(
        (400 * clash + 90 * through + 14 * crossing + 90 * along + 3 * length + 7 * middle + 3 * spread + 4 * lean + upright + short)
        + RAGGED * ragged
    )


def _through(start: Array, stop: Array, places: Array, arrows: Array) -> float:
    """How many boxes that are neither end arrows run through (sixteen points are looked at on each)."""
    hit = _hits(start, stop, places, np.array(BOX))
    hit[np.arange(len(arrows)), arrows[:, 0]] = False
    hit[np.arange(len(arrows)), arrows[:, 1]] = False
    return float(hit.sum())


def _through_parts(start: Array, stop: Array, places: Array, task: _Task) -> float:
    """How many boxes of parts arrows run through; no arrow ends at one."""
    if not len(task.parts):
        return 0.0
    return float(_hits(start, stop, places[task.parts[:, 0].astype(int)] + task.parts[:, 1:], np.array(PART)).sum())


def _hits(start: Array, stop: Array, places: Array, box: Array) -> Array:
    """Which arrow (row) comes within a few pixels of which box (column)."""
    t = np.linspace(0.04, 0.96, 16)[:, None, None]
    points = start + t * (stop - start)
    near = np.abs(points[:, :, None, :] - places[None, None, :, :]) < box / 2 + np.array([6.0, 5.0])
    hit: Array = near.all(axis=3).any(axis=0)
    return hit


def _crossings(start: Array, stop: Array, arrows: Array) -> tuple[float, float]:
    """Pairs of arrows that cross, and pairs from or to one box that leave it in nearly one direction."""
    d = stop - start
    first, second = np.triu_indices(len(arrows), 1)
    a, b = arrows[first], arrows[second]
    shared = (a[:, :, None] == b[:, None, :]).any(axis=(1, 2))
    cross = d[first, 0] * d[second, 1] - d[first, 1] * d[second, 0]
    gap = start[second] - start[first]
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (gap[:, 0] * d[second, 1] - gap[:, 1] * d[second, 0]) / cross
        u = (gap[:, 0] * d[first, 1] - gap[:, 1] * d[first, 0]) / cross
    crossing = ((t > 0.01) & (t < 0.99) & (u > 0.01) & (u < 0.99) & ~shared).sum()
    sine = np.abs(cross) / np.maximum(np.hypot(*d[first].T) * np.hypot(*d[second].T), 1e-9)
    same = (a == b).any(axis=1) & ((d[first] * d[second]).sum(axis=1) > 0)
    opposite = ((a[:, 0] == b[:, 1]) | (a[:, 1] == b[:, 0])) & ((d[first] * d[second]).sum(axis=1) < 0)
    narrow = np.clip(1 - sine / 0.2, 0, 1)
    return float(crossing), float((narrow * (same | opposite)).sum())
