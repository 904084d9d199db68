"""What a reader could work out about hidden groups, from everything that is published about them: bounds by linear programming.

Respondents fall into atoms, one for every combination of segments that can occur. A published count is the sum of its atoms, a published
mean fixes the sum of their answers; a hidden cell may hold whatever both allow (Willenborg & de Waal 2001, Elements of Statistical
Disclosure Control, ch. 6).
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import csr_array

from csat_lib.errors import DisclosureError
from csat_lib.report.disclosure import ATTRIBUTES, MARGINS, stands_for_all

MOST_ATOMS = 20_000
SLACK = 1e-6
HIDDEN = frozenset({"", "NA", "N/A", "<NA>", "null", "None"})  # beside nan: how tables write a number that is not shown

Where = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Cell:
    """A group in a table.

    Attributes
    ----------
    where : mapping of str to str
        Attribute -> segment; attributes left out are summed over, so that {} is everybody.
    n : float or None
        Respondents; None where it is hidden.
    total : float or None
        The sum of their answers, on the scale of ``bounds``; None where it is hidden or nobody prints it.
    """

    where: Where
    n: float | None
    total: float | None = None

    @property
    def name(self) -> str:
        """``region=west, channel=web``."""
        return ", ".join(f"{attribute}={segment}" for attribute, segment in self.where.items()) or "all"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Least and most that a hidden cell can hold: respondents, and the sum of their answers."""

    cell: Cell
    n_low: float
    n_high: float
    total_low: float
    total_high: float


def bounds(cells: Sequence[Cell], *, low: float = 0.0, high: float = 100.0, nested: Mapping[str, Where] | None = None) -> list[Bounds]:
    """What the published cells leave open about every hidden one.

    Parameters
    ----------
    cells : sequence of Cell
        All that is published about one set of respondents, with the cells that are hidden.
    low, high : float
        The ends of the scale of the answers.
    nested : mapping of str to mapping, optional
        Attribute within another, "city within region" as ("city", "region") -> {city: region}: what a reader knows anyhow. The keys are
        written ``city/region``.

    Returns
    -------
    list of Bounds
        One a hidden cell; infinite where nothing bounds it. Empty where the cells contradict each other.
    """
    hidden = [cell for cell in cells if cell.n is None]
    if not hidden:
        return []
    atoms = _atoms(cells, nested or {})
    belongs = {id(cell): np.array([_within(atom, cell.where) for atom in atoms], dtype=float) for cell in cells}
    counts = [(belongs[id(cell)], cell.n) for cell in cells if cell.n is not None]
    sums = [(belongs[id(cell)], cell.total) for cell in cells if cell.total is not None]
    size = len(atoms)
    A = np.zeros((len(counts) + len(sums), 2 * size))
    for place, (row, _) in enumerate(counts):
        A[place, :size] = row
    for place, (row, _) in enumerate(sums, start=len(counts)):
        A[place, size:] = row
    known = np.array([value for _, value in (*counts, *sums)], dtype=float)
    # The answers of n respondents sum to something between n times the lowest and n times the highest answer.
    eye = np.eye(size)
    ends = np.block([[low * eye, -eye], [-high * eye, eye]])
    found = []
    for cell in hidden:
        row, nothing = belongs[id(cell)], np.zeros(size)
        count = _range(np.concatenate([row, nothing]), A, known, ends)
        if count is None:
            return []
        total = _range(np.concatenate([nothing, row]), A, known, ends) if sums else (low * count[0], high * count[1])
        found.append(Bounds(cell, *count, *(total or (-np.inf, np.inf))))
    return found


def _range(goal: np.ndarray, A: np.ndarray, known: np.ndarray, ends: np.ndarray) -> tuple[float, float] | None:
    """Least and most of ``goal``; None where nothing fits all that is known."""
    equal = (csr_array(A), known) if len(known) else (None, None)
    found = []
    for sign in (1.0, -1.0):
        free = (None, None)
        limits = [(0, None)] * (len(goal) // 2) + [free] * (len(goal) // 2)
        done = linprog(sign * goal, A_ub=csr_array(ends), b_ub=np.zeros(len(ends)), A_eq=equal[0], b_eq=equal[1], bounds=limits)
        if done.status == 2:
            return None
        found.append(sign * float(done.fun) if done.status == 0 else -sign * np.inf)
    return found[0], found[1]


def _atoms(cells: Sequence[Cell], nested: Mapping[str, Where]) -> list[dict[str, str]]:
    """Every combination of segments that can occur."""
    segments: dict[str, dict[str, None]] = {}
    for cell in cells:
        for attribute, segment in cell.where.items():
            segments.setdefault(attribute, {})[segment] = None
    atoms: list[dict[str, str]] = [{}]
    for attribute, values in segments.items():
        grown = ({**atom, attribute: value} for atom in atoms for value in values)
        atoms = [atom for atom in grown if _possible(atom, nested)]
        if len(atoms) > MOST_ATOMS:
            raise DisclosureError(f"Tables over {', '.join(segments)} at once are too many to check. Publish fewer attributes together.")
    return atoms


def _possible(atom: Where, nested: Mapping[str, Where]) -> bool:
    for both, parents in nested.items():
        inner, outer = both.split("/", 1)
        if inner in atom and outer in atom and parents.get(atom[inner], atom[outer]) != atom[outer]:
            return False
    return True


def _within(atom: Where, where: Where) -> bool:
    return all(atom[attribute] == segment for attribute, segment in where.items())


def nestings(attributes: pd.DataFrame, names: Iterable[str]) -> dict[str, dict[str, str]]:
    """Which attributes lie within another, every segment in one of it: ``city/region`` -> {city: region}.

    Parameters
    ----------
    attributes : DataFrame
        One row a respondent.
    names : iterable of str
        Attributes to look at.
    """
    found: dict[str, dict[str, str]] = {}
    for inner, outer in itertools.permutations([name for name in names if name in attributes.columns], 2):
        pairs = attributes[[inner, outer]].dropna().astype(str).drop_duplicates()
        if len(pairs) and pairs[inner].is_unique and pairs[outer].nunique() > 1:
            found[f"{inner}/{outer}"] = dict(zip(pairs[inner], pairs[outer], strict=True))
    return found


def recoverable(tables: Mapping[str, str], *, below: int, attributes: pd.DataFrame | None = None) -> list[str]:
    """Hidden groups that the tables together give away as holding fewer than ``below`` respondents.

    Parameters
    ----------
    tables : mapping of str to str
        Name -> CSV, as published.
    below : int
        How small a group may not be known to be.
    attributes : DataFrame, optional
        The respondents' attributes, for attributes that lie within another.

    Returns
    -------
    list of str
        ``tables: region=west``; the number of respondents is not repeated.
    """
    margins = [margin for name, text in tables.items() for margin in _margins(name, text)]
    names = dict.fromkeys(attribute for margin in margins for cell in margin.cells for attribute in cell.where)
    nested = {} if attributes is None else nestings(attributes, names)
    told: dict[str, None] = {}
    for margin in _joined(margins):
        for part in _connected(margin.cells, nested):
            for each in bounds(part, nested=nested):
                if SLACK < each.n_high < below - SLACK:
                    told[f"{margin.table}: {each.cell.name}"] = None
    return list(told)


@dataclass(frozen=True, slots=True)
class _Margin:
    """Cells over one set of respondents; ``base`` tells which: period and how many they are."""

    table: str
    base: tuple[str, float]
    cells: tuple[Cell, ...]


def _margins(name: str, text: str) -> Iterator[_Margin]:
    """The margins of one table: all segments of one item, construct or metric, with the total."""
    table = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    try:
        names = table.fieldnames or ()
        if not {"segment", "n"} <= set(names):
            return
        rows = list(table)
    except csv.Error as error:
        raise DisclosureError(f"tables/{name}.csv cannot be searched for hidden groups: {error}. Write its cells in one line.") from None
    try:
        counts = [float("nan" if row["n"] in HIDDEN else row["n"]) for row in rows]
    except ValueError:
        return
    of = next((column for column in ATTRIBUTES if column in names), None)
    keys = [column for column in MARGINS if column in names and column not in ATTRIBUTES]
    groups: dict[tuple[str, ...], list[tuple[dict[str, str], float]]] = {}
    for row, n in zip(rows, counts, strict=True):
        groups.setdefault(tuple(row[key] for key in keys), []).append((row, n))
    for group in groups.values():
        whole = {n for row, n in group if stands_for_all(row["segment"]) and not np.isnan(n)}
        if len(whole) != 1:
            continue
        parts = [(row, None if np.isnan(n) else n) for row, n in group if not stands_for_all(row["segment"])]
        cells = [Cell({(of and row[of]) or "segment": row["segment"]}, n) for row, n in parts]
        base = next(iter(whole))
        yield _Margin(name, (group[0][0].get("period", ""), base), (Cell({}, base), *cells))


def _joined(margins: Sequence[_Margin]) -> Iterator[_Margin]:
    """Margins over the same respondents as one: they have the same total and contradict each other nowhere."""
    groups: list[_Margin] = []
    for margin in margins:
        for place, other in enumerate(groups):
            if other.base == margin.base and _agree(other.cells, margin.cells):
                names = dict.fromkeys([*other.table.split(", "), margin.table])
                groups[place] = _Margin(", ".join(names), other.base, _merged(other.cells, margin.cells))
                break
        else:
            groups.append(margin)
    yield from (each for each in groups if any(cell.n is None for cell in each.cells))


def _keyed(cells: Iterable[Cell]) -> dict[tuple[tuple[str, str], ...], Cell]:
    return {tuple(sorted(cell.where.items())): cell for cell in cells}


def _agree(one: Iterable[Cell], two: Iterable[Cell]) -> bool:
    a, b = _keyed(one), _keyed(two)
    return all(a[key].n is None or b[key].n is None or a[key].n == b[key].n for key in a.keys() & b.keys())


def _merged(one: Iterable[Cell], two: Iterable[Cell]) -> tuple[Cell, ...]:
    a, b = _keyed(one), _keyed(two)
    return tuple(b[key] if key not in a or (a[key].n is None and key in b) else a[key] for key in {**a, **b})


def _connected(cells: Sequence[Cell], nested: Mapping[str, Where]) -> Iterator[list[Cell]]:
    """Cells by attributes that have to do with each other; independent attributes share nothing but the total."""
    links = [set(both.split("/", 1)) for both in nested] + [set(cell.where) for cell in cells if cell.where]
    groups: list[set[str]] = []
    for link in links:
        touched = [group for group in groups if group & link]
        groups = [group for group in groups if not group & link] + [link.union(*touched)]
    for group in groups:
        part = [cell for cell in cells if set(cell.where) <= group]
        if any(cell.n is None for cell in part):
            yield part
