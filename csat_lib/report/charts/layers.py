"""A layered layout of a path model: columns in causal order, chosen so that arrows cross and hide as little as possible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

Array = np.ndarray
Path = tuple[str, str]
BOX = (150.0, 62.0)
STEPS = 2500


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the boxes stand.

    Attributes
    ----------
    centres : mapping of str to (float, float)
        Of each construct's box, in pixels from the lower left corner.
    width, height : float
        Of the sheet.
    """

    centres: dict[str, tuple[float, float]]
    width: float
    height: float


@lru_cache(maxsize=64)
def layout(names: tuple[str, ...], paths: tuple[Path, ...], outcome: str, width: float) -> Layout:
    """Columns and rows for up to a dozen constructs in causal order; the same model always gets the same layout.

    An effect never stands left of its cause. Within that, a seeded search moves boxes between columns and rows so that
    arrows do not run through boxes or along each other, cross seldom, and are short.

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
    """
    columns = min(len(names), 4 if len(names) <= 8 else 5)
    levels = 5 if len(names) <= 8 else 7
    place = {name: index for index, name in enumerate(names)}
    arrows = np.array([(place[cause], place[effect]) for cause, effect in paths], dtype=int).reshape(-1, 2)
    scale = np.array([(width - BOX[0] - 4) / max(columns - 1, 1), 62.0])
    best = _search(_start(names, paths, columns, levels), arrows, scale, (columns, levels), place[outcome])
    used = np.unique(best[:, 1])
    xs = best[:, 0] - best[:, 0].min()
    across = (width - BOX[0] - 4) / max(int(xs.max()), 1)
    height = float((used.max() - used.min()) * scale[1] + BOX[1] + 8)
    centres = {
        name: (float(BOX[0] / 2 + 2 + xs[index] * across), float(BOX[1] / 2 + 4 + (best[index, 1] - used.min()) * scale[1]))
        for index, name in enumerate(names)
    }
    return Layout(centres, width, height)


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


def _search(cells: Array, arrows: Array, scale: Array, grid: tuple[int, int], outcome: int) -> Array:
    """Simulated annealing over cells of the grid, always with the same seed."""
    rng = np.random.default_rng(1)
    cost = _cost(cells, arrows, scale, grid, outcome)
    best, least = cells.copy(), cost
    for step in range(STEPS):
        heat = 60.0 * (1 - step / STEPS) ** 2 + 0.01
        trial = cells.copy()
        one, other = rng.integers(len(cells), size=2).tolist()
        if rng.random() < 0.3:
            trial[[one, other]] = trial[[other, one]]
        else:
            trial[one] = rng.integers(grid[0]), rng.integers(grid[1])
        if (trial[arrows[:, 0], 0] > trial[arrows[:, 1], 0]).any():
            continue
        price = _cost(trial, arrows, scale, grid, outcome)
        if price < cost or rng.random() < np.exp((cost - price) / heat):
            cells, cost = trial, price
            if cost < least:
                best, least = cells.copy(), cost
    return best


def _cost(cells: Array, arrows: Array, scale: Array, grid: tuple[int, int], outcome: int) -> float:
    apart = np.abs(cells[:, None, :] - cells[None, :, :])
    clash = ((apart[..., 0] == 0) & (apart[..., 1] < 2)).sum() - len(cells)
    places = cells * scale
    start, stop = places[arrows[:, 0]], places[arrows[:, 1]]
    through = _through(start, stop, places, arrows)
    crossing, along = _crossings(start, stop, arrows)
    length = np.hypot(*(stop - start).T).sum() / 100
    middle = abs(cells[outcome, 1] - (grid[1] - 1) / 2)
    spread = np.ptp(cells[:, 1]) + (grid[0] - 1 - np.ptp(cells[:, 0])) * 25
    count = np.bincount(cells[:, 0], minlength=grid[0])
    rows = np.bincount(cells[:, 0], weights=cells[:, 1] - (grid[1] - 1) / 2, minlength=grid[0])
    lean = np.abs(rows / np.maximum(count, 1)).sum()
    upright = (cells[arrows[:, 0], 0] == cells[arrows[:, 1], 0]).sum() * 2.0
    short = ((apart[..., 0] == 0) & (apart[..., 1] == 2))[arrows[:, 0], arrows[:, 1]].sum() * 6.0
    return float(
        400 * clash + 90 * through + 14 * crossing + 90 * along + 3 * length + 7 * middle + 3 * spread + 4 * lean + upright + short
    )


def _through(start: Array, stop: Array, places: Array, arrows: Array) -> float:
    """How many boxes that are neither end arrows run through (sixteen points are looked at on each)."""
    t = np.linspace(0.04, 0.96, 16)[:, None, None]
    points = start + t * (stop - start)
    near = np.abs(points[:, :, None, :] - places[None, None, :, :]) < np.array([BOX[0] / 2 + 6, BOX[1] / 2 + 5])
    hit = near.all(axis=3).any(axis=0)
    hit[np.arange(len(arrows)), arrows[:, 0]] = False
    hit[np.arange(len(arrows)), arrows[:, 1]] = False
    return float(hit.sum())


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
