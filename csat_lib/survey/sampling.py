"""Samples from a customer list: how many per stratum, and who, with the inclusion probabilities that weights come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import DataError, ParamsError, nearest, pick

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]
Allocation = Literal["proportional", "neyman", "cost", "power"]
Design = Literal["simple", "systematic", "stratified", "cluster", "two_stage", "mixed"]
PROBABILITY, WEIGHT = "inclusion_probability", "design_weight"


def allocate(
    strata: pd.DataFrame | pd.Series | Mapping[Any, float],
    n: int,
    *,
    method: Allocation = "proportional",
    minimum: int = 0,
    exponent: float = 0.5,
) -> pd.Series:
    """Respondents per stratum, whole numbers that sum to ``n``.

    Parameters
    ----------
    strata : DataFrame, Series or mapping
        One row per stratum: size N_h, and for some methods sd S_h and cost c_h; or the sizes alone.
    n : int
        Respondents in all.
    method : {"proportional", "neyman", "cost", "power"}
        In proportion to N_h; N_h S_h (Neyman 1934); N_h S_h / sqrt(c_h); N_h^exponent (Bankier 1988).
    minimum : int
        At least so many in every stratum, or all of a smaller one; no stratum gives more than it has.
    exponent : float
        Of the power allocation: 1 is proportional, 0 equal.

    Raises
    ------
    ParamsError
        A column that the method needs is missing or not above 0; fewer than the minimum or more than the population asked for.

    >>> allocate({"north": 900, "south": 100}, 50, minimum=10).to_dict()
    {'north': 40, 'south': 10}
    """
    frame = strata if isinstance(strata, pd.DataFrame) else pd.Series(strata, dtype=float).to_frame("size")
    size, share = _shares(frame, pick(ALLOCATIONS, method, "allocation"), exponent)
    low, high = np.minimum(minimum, size), size
    if not low.sum() <= n <= high.sum():
        raise ParamsError(f"n: {n} respondents; with a minimum of {minimum} a stratum it must be from {low.sum():.0f} to {high.sum():.0f}.")
    below, above = 0.0, float((high / share).max())
    for _ in range(200):
        middle = (below + above) / 2
        below, above = (middle, above) if np.clip(middle * share, low, high).sum() < n else (below, middle)
    exact = np.clip(above * share, low, high)
    whole = np.floor(exact + 1e-9)
    rest = round(float(n - whole.sum()))
    order = np.argsort(-(exact - whole), kind="stable")
    order = order[whole[order] < high[order]]
    whole[order[:rest]] += 1
    return pd.Series(whole.astype(int), index=frame.index, name="n")


ALLOCATIONS: dict[str, tuple[str, ...]] = {
    "proportional": ("size",),
    "neyman": ("size", "sd"),
    "cost": ("size", "sd", "cost"),
    "power": ("size", "power"),
}


def _shares(frame: pd.DataFrame, needed: tuple[str, ...], exponent: float) -> tuple[Array, Array]:
    columns = {}
    for name in needed:
        if name != "power":
            if name not in frame.columns:
                raise ParamsError(f"strata: no column {name!r}.{nearest(name, map(str, frame.columns))}")
            columns[name] = frame[name].to_numpy(dtype=float)
            bad = ~(np.isfinite(columns[name]) & (columns[name] > 0))
            if bad.any():
                raise ParamsError(f"strata: {name} of {frame.index[bad][0]!r} is {columns[name][bad][0]:g}; it must be above 0.")
    size = np.floor(columns["size"])
    if not len(size):
        raise ParamsError("strata: there are none.")
    if "power" in needed:
        return size, size**exponent
    return size, size * columns.get("sd", 1.0) / np.sqrt(columns.get("cost", 1.0))


def draw(
    customers: pd.DataFrame,
    n: int | Mapping[Any, Any],
    *,
    seed: int,
    method: Design = "simple",
    by: str | None = None,
    within: int | None = None,
) -> pd.DataFrame:
    """A sample of a customer list, in the list's order, with two columns more: inclusion_probability and design_weight, its inverse.

    Parameters
    ----------
    customers : DataFrame
        One row per customer.
    n : int or mapping
        simple, systematic: customers. stratified: customers in all (allocated proportionally) or {stratum: customers}. cluster, two_stage:
        clusters. mixed: {group: {method, n, by, within}}, every group by a design of its own, {n: all} for a census of it.
    seed : int
        Equal seeds draw equal samples.
    method : {"simple", "systematic", "stratified", "cluster", "two_stage", "mixed"}
        Simple random; every k-th after a random start (sorted by ``by``, which spreads the sample over it); simple random within strata;
        whole clusters; some customers of each drawn cluster; a mixture by groups.
    by : str, optional
        The column of strata, clusters or groups, or the order of a systematic draw.
    within : int, optional
        two_stage: customers per drawn cluster, or all of a smaller one.

    Raises
    ------
    DataError
        An unknown column, rows without a stratum, cluster or group, or a list that has the two columns already.
    ParamsError
        More customers or clusters than there are, a group or stratum that is not named, or an option that the design does not have.

    >>> drawn = draw(pd.DataFrame({"name": list("abcd")}), 2, seed=1)
    >>> drawn["design_weight"].tolist()
    [2.0, 2.0]
    """
    for name in (PROBABILITY, WEIGHT):
        if name in customers.columns:
            raise DataError(f"The customer list has a column {name!r} already. Rename it.")
    order = _Order(customers, n, method, by, within)
    rows, probability = pick(DESIGNS, method, "sampling design")(order, np.random.default_rng(seed))
    sorting = np.argsort(rows, kind="stable")
    drawn = customers.iloc[rows[sorting]].copy()
    drawn[PROBABILITY] = probability[sorting]
    drawn[WEIGHT] = 1 / probability[sorting]
    return drawn


@dataclass(frozen=True, slots=True)
class _Order:
    """What was asked of a design."""

    customers: pd.DataFrame
    n: int | Mapping[Any, Any]
    method: str
    by: str | None
    within: int | None

    def count(self, available: int, what: str) -> int:
        """``n`` as a number between 1 and what there is."""
        if isinstance(self.n, bool) or not isinstance(self.n, int | np.integer) or not 1 <= self.n <= available:
            raise ParamsError(f"{self.method}: n is {self.n!r}; it must be a number of {what} from 1 to {available}.")
        return int(self.n)

    def groups(self) -> dict[Any, Rows]:
        """Rows of every value of ``by``, in sorted order."""
        if self.by is None:
            raise ParamsError(f"{self.method}: name the column: by=.")
        if self.by not in self.customers.columns:
            raise DataError(f"No column {self.by!r} in the customer list.{nearest(self.by, map(str, self.customers.columns))}")
        column = self.customers[self.by]
        if column.isna().any():
            raise DataError(f"{int(column.isna().sum())} customers have no {self.by!r}. Complete or leave them out first.")
        codes, values = pd.factorize(column, sort=True)
        return {value: np.flatnonzero(codes == code) for code, value in enumerate(values)}

    def named(self) -> list[tuple[Any, Rows, Any]]:
        """Group, its rows, and what ``n`` says of it; every group must be named and every name must be a group."""
        groups, told = self.groups(), self.n
        if not isinstance(told, Mapping):
            raise ParamsError(f"{self.method}: n must say it for every {self.by}: {{{', '.join(map(str, list(groups)[:5]))}}}.")
        for name in told:
            if name not in groups:
                raise ParamsError(f"{self.method}: no {self.by} is {name!r}.{nearest(str(name), map(str, groups))}")
        for name in groups:
            if name not in told:
                raise ParamsError(f"{self.method}: n says nothing of the {self.by} {name!r}. Give it 0 to leave it out.")
        return [(name, rows, told[name]) for name, rows in groups.items()]

    def alone(self, *options: str) -> None:
        """Refuse options that the design does not have."""
        for name in ("by", "within"):
            if name not in options and getattr(self, name) is not None:
                raise ParamsError(f"{self.method}: this design has no option {name!r}.")


Drawn = tuple[Rows, Array]


def _simple(order: _Order, rng: np.random.Generator) -> Drawn:
    order.alone()
    N = len(order.customers)
    n = order.count(N, "customers")
    return rng.choice(N, n, replace=False), np.full(n, n / N)


def _systematic(order: _Order, rng: np.random.Generator) -> Drawn:
    order.alone("by")
    N = len(order.customers)
    n = order.count(N, "customers")
    ranked = np.arange(N) if order.by is None else np.concatenate(list(order.groups().values()))
    places = np.minimum(((rng.random() + np.arange(n)) * (N / n)).astype(int), N - 1)
    return ranked[places], np.full(n, n / N)


def _stratified(order: _Order, rng: np.random.Generator) -> Drawn:
    order.alone("by")
    if not isinstance(order.n, Mapping):
        sizes = {name: float(len(rows)) for name, rows in order.groups().items()}
        order = _Order(
            order.customers, allocate(sizes, order.count(len(order.customers), "customers")).to_dict(), order.method, order.by, None
        )
    parts = []
    for name, rows, n in order.named():
        if isinstance(n, bool) or not isinstance(n, int | np.integer) or not 0 <= n <= len(rows):
            raise ParamsError(f"stratified: {order.by} {name!r}: {n!r} customers; it must be a number from 0 to {len(rows)}.")
        parts.append((rng.choice(rows, n, replace=False), np.full(n, n / len(rows))))
    return _together(parts)


def _cluster(order: _Order, rng: np.random.Generator) -> Drawn:
    order.alone("by")
    clusters = list(order.groups().values())
    m = order.count(len(clusters), "clusters")
    rows = np.concatenate([clusters[each] for each in rng.choice(len(clusters), m, replace=False)])
    return rows, np.full(len(rows), m / len(clusters))


def _two_stage(order: _Order, rng: np.random.Generator) -> Drawn:
    order.alone("by", "within")
    if order.within is None or order.within < 1:
        raise ParamsError(f"two_stage: within is {order.within!r}; it must be the number of customers per drawn cluster.")
    clusters = list(order.groups().values())
    m = order.count(len(clusters), "clusters")
    parts = []
    for each in rng.choice(len(clusters), m, replace=False):
        rows = clusters[each]
        n = min(order.within, len(rows))
        parts.append((rng.choice(rows, n, replace=False), np.full(n, m / len(clusters) * n / len(rows))))
    return _together(parts)


def _mixed(order: _Order, rng: np.random.Generator) -> Drawn:
    order.alone("by")
    parts = []
    for name, rows, told in order.named():
        if told == 0:
            continue
        if not isinstance(told, Mapping) or "n" not in told:
            raise ParamsError(f"mixed: {order.by} {name!r}: give it a design, for example {{method: simple, n: 100}}.")
        unknown = [each for each in told if each not in {"method", "n", "by", "within"}]
        if unknown:
            raise ParamsError(
                f"mixed: {order.by} {name!r}: unknown key {unknown[0]!r}.{nearest(str(unknown[0]), ['method', 'n', 'by', 'within'])}"
            )
        if told["n"] == "all":
            parts.append((rows, np.ones(len(rows))))
            continue
        one = _Order(order.customers.iloc[rows], told["n"], told.get("method", "simple"), told.get("by"), told.get("within"))
        here, probability = pick(DESIGNS, one.method, "sampling design")(one, rng)
        parts.append((rows[here], probability))
    return _together(parts)


def _together(parts: list[Drawn]) -> Drawn:
    if not sum(len(rows) for rows, _ in parts):
        raise ParamsError("Nobody would be drawn.")
    return np.concatenate([rows for rows, _ in parts]), np.concatenate([probability for _, probability in parts])


DESIGNS: dict[str, Callable[[_Order, np.random.Generator], Drawn]] = {
    "simple": _simple,
    "systematic": _systematic,
    "stratified": _stratified,
    "cluster": _cluster,
    "two_stage": _two_stage,
    "mixed": _mixed,
}
