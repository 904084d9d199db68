"""The best few levers within a budget: a small linear programme over points on each driver.

max sum g_i x_i subject to sum c_i x_i <= budget, 0 <= x_i <= u_i z_i, sum z_i <= most, z_i 0 or 1; g gain per point, c cost per point, u
the lower of the lever's ceiling and the room up to 100.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linprog

from csat_lib.drivers.levers import gains
from csat_lib.errors import ModelError, ParamsError, nearest
from csat_lib.model.pls import PlsFit
from csat_lib.study.settings import Lever
from csat_lib.survey import Survey

Array = npt.NDArray[np.float64]
SMALL = 1e-7
NO_COST = "no cost given"


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What to raise, by how much, and what that is expected to bring.

    Attributes
    ----------
    levers : DataFrame
        driver, basis, performance, points (in the plan), ceiling (points that can be had), cost (of these points), estimate (gain of these
        points), std_error, conf_low, conf_high, verdict; those of the plan first, the largest gain first. Verdicts: "at its ceiling", "at
        the end of the scale", "as far as the budget goes", "not in the plan", "no gain" (the estimate is not above zero), "no cost
        given".
    effect : str
        What gains.
    estimate, std_error, conf_low, conf_high : float
        The plan's whole gain in points. The plan was chosen by the estimates; the interval takes it as given.
    spent, left : float
        Of the budget.
    """

    levers: pd.DataFrame
    effect: str
    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    spent: float
    left: float


def plan_levers(
    survey: Survey,
    outcome: str,
    drivers: Sequence[str],
    *,
    costs: Mapping[str, Lever | tuple[float, float]],
    budget: float,
    most: int = 3,
    fit: PlsFit | None = None,
    on: str | None = None,
    draws: int,
    seed: int,
    confidence: float = 0.95,
) -> Plan:
    """The levers, at most ``most``, whose points bring the largest expected gain that the budget can pay.

    Parameters
    ----------
    survey, outcome, drivers, fit, on
        As in ``levers``: the drivers that are in the plan or not are all held in the regression.
    costs : {driver: Lever or (cost per point, ceiling in points)}
        Such as ``study.parameters.levers``. A driver without a cost is named in the table and stays as it is.
    budget : float
        What can be spent, in the costs' unit.
    most : int
        Levers in the plan at most.
    draws, seed : int
        Of the bootstrap that gives the gain's interval.
    confidence : float
        Of the intervals.

    Raises
    ------
    ParamsError
        A cost for something that is no driver, no cost at all, a negative cost, a ceiling outside 0-100, a budget or ``most`` that leaves
        no plan.
    ModelError
        As in ``levers``.
    """
    priced = _priced(costs, drivers)
    if not (np.isfinite(budget) and budget > 0):
        raise ParamsError(f"budget: {budget!r} must be above zero.")
    if most < 1:
        raise ParamsError(f"most: {most!r} leaves no lever in the plan.")
    found = gains(survey, outcome, drivers, fit=fit, on=on, draws=draws, seed=seed)
    known = np.array([name in priced for name in found.drivers])
    if not known.any():
        raise ParamsError(f"No cost for any driver that can be used ({', '.join(found.drivers)}). Add them to levers: in study.yaml.")
    cost = np.array([priced[name].cost if name in priced else 0.0 for name in found.drivers])
    ceiling = np.array([priced[name].ceiling if name in priced else 0.0 for name in found.drivers])
    room = np.minimum(ceiling, np.maximum(100 - found.performance, 0.0))
    points = _best(np.where(known, found.estimate, 0.0), cost, np.where(found.estimate > 0, room, 0.0), budget, most)
    each = found.interval(np.diag(points), confidence)
    gain, error, low, high = (float(values[0]) for values in found.interval(points[None], confidence))
    table = pd.DataFrame(
        {"driver": found.drivers, "basis": found.basis, "performance": found.performance, "points": points, "ceiling": room}
    )
    table["cost"] = points * cost
    for name, values in zip(("estimate", "std_error", "conf_low", "conf_high"), each, strict=True):
        table[name] = values
    rows = zip(found.estimate, points, ceiling, 100 - found.performance, strict=True)
    table["verdict"] = np.where(known, [_verdict(*row) for row in rows], NO_COST)
    table = table.sort_values("estimate", ascending=False, ignore_index=True, kind="stable")
    spent = float(points @ cost)
    return Plan(table, found.effect, gain, error, low, high, spent, max(float(budget) - spent, 0.0))


def _priced(costs: Mapping[str, Lever | tuple[float, float]], drivers: Sequence[str]) -> dict[str, Lever]:
    for name in costs:
        if name not in drivers:
            raise ParamsError(f"levers: {name!r} is not one of the drivers.{nearest(name, drivers)}")
    if not costs:
        raise ParamsError("No lever has a cost. Add levers: {driver: {cost: ..., ceiling: ...}} to study.yaml.")
    priced = {}
    for name, each in costs.items():
        cost, ceiling = (each.cost, each.ceiling) if isinstance(each, Lever) else (float(part) for part in each)
        if not (np.isfinite(cost) and cost >= 0):
            raise ParamsError(f"levers: {name}: cost: {cost!r} must be a number from 0 upward.")
        if not 0 <= ceiling <= 100:
            raise ParamsError(f"levers: {name}: ceiling: {ceiling!r} is not between 0 and 100 points.")
        priced[name] = Lever(cost=cost, ceiling=ceiling)
    return priced


def _best(gain: Array, cost: Array, room: Array, budget: float, most: int) -> Array:
    """Points on each driver."""
    p = len(gain)
    bounds = [(0.0, float(u)) for u in room] + [(0.0, 1.0)] * p
    A = np.zeros((p + 2, 2 * p))
    A[0, :p] = cost / budget
    A[1, p:] = 1.0
    A[2:, :p], A[2:, p:] = np.eye(p), -np.diag(room)
    b = np.concatenate([[1.0, float(most)], np.zeros(p)])
    integer = np.repeat([0, 1], p)
    aim = np.concatenate([-gain, np.zeros(p)])
    solved = linprog(aim, A_ub=A, b_ub=b, bounds=bounds, integrality=integer, options={"mip_rel_gap": 0.0})
    if solved.x is None:
        raise ModelError(f"No plan could be found: {solved.message}")
    x = np.where(solved.x[:p] < SMALL, 0.0, np.minimum(solved.x[:p], room))
    return np.asarray(x * min(1.0, budget / float(x @ cost)) if x @ cost > 0 else x)


def _verdict(gain: float, points: float, ceiling: float, room: float) -> str:
    if not gain > 0:
        return "no gain"
    if points <= 0:
        return "not in the plan"
    if points < min(ceiling, room) - SMALL:
        return "as far as the budget goes"
    return "at its ceiling" if ceiling <= room else "at the end of the scale"
