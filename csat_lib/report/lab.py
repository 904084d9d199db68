"""The weights lab without its widgets: move a weight, and see what becomes of index, ranks, change and rank stability.

What does not depend on the weights is computed once (``Evidence``); a move costs a roll-up of each wave and a bounded number of ranks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from csat_lib.errors import ParamsError, nearest
from csat_lib.index import Tree, weight_set, write_weight_set
from csat_lib.index.design import mean_ends
from csat_lib.index.ranking import ranks
from csat_lib.report.lab_kernel import Wave, placed, spearman, wave_of
from csat_lib.report.page import open_page
from csat_lib.report.setfigures import FEWEST_UNITS, compare_nodes, units_of
from csat_lib.report.weightsets import check_name, chosen, set_in_use, trees_of
from csat_lib.stats import z_value
from csat_lib.study import Study
from csat_lib.survey import load_history

if TYPE_CHECKING:
    from csat_lib.report.lab_widgets import WeightsLab

RANKED = 50_000  # ranks a move may cost: draws x units
DRAWS = (50, 1_000)
TOP = 3
UNTITLED = "unsaved"


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What weights are held against.

    Attributes
    ----------
    study : Study
        Whose weights.
    waves : mapping of str to Wave
        The last two periods (or one), the latest last.
    units : DataFrame
        Groups by leaves of the latest period, 0-100; empty where there are fewer than two.
    by : str
        The segment whose groups they are; empty where there is none.
    trees : mapping of str to Tree
        The sets there are: "indicators", the named ones, "equal".
    in_use : str
        The set that the period is scored with.
    seed : int
        Of the shaken weights.
    spread : float
        Mean coefficient of variation of the shaken weights within each parent.
    """

    study: Study
    waves: Mapping[str, Wave]
    units: pd.DataFrame
    by: str
    trees: Mapping[str, Tree]
    in_use: str
    seed: int
    spread: float = 0.2

    @property
    def draws(self) -> int:
        """Shaken weights per move: as many as keep the ranks to compute below a bound."""
        return int(np.clip(RANKED // max(len(self.units), 1), *DRAWS))


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """What one set of weights comes to.

    Attributes
    ----------
    index : DataFrame
        period, estimate (0-100), std_error, conf_low, conf_high, n, of every wave.
    change : DataFrame
        One row, empty with one wave: estimate (points from the wave before to the latest), std_error, conf_low, conf_high, verdict.
    ranks : DataFrame
        unit, estimate, rank, used_rank (under the set in use), rank_low, rank_high (5 and 95 per cent under shaken weights), top_share.
    stability : DataFrame
        metric, estimate: mean_rank_shift under shaken weights, spearman_equal against equal weights of all leaves, moved (units whose
        rank differs from that under the set in use).
    """

    index: pd.DataFrame
    change: pd.DataFrame
    ranks: pd.DataFrame
    stability: pd.DataFrame


def evidence(study: Study, *, by: str | None = None, seed: int | None = None, spread: float = 0.2) -> Evidence:
    """Waves, groups and sets of a study, read once.

    Parameters
    ----------
    study : Study
        With its period.
    by : str, optional
        The segment whose groups are ranked; by default the study's first.
    seed : int, optional
        Of the shaken weights; by default the study's own.
    spread : float
        How far weights are shaken.

    Raises
    ------
    NotInStudyError
        The study has no indicators.yaml.
    """
    trees, used = trees_of(study), set_in_use(study)
    history = load_history(study, periods=2)
    name = by or next(iter(study.parameters.segments), "")
    units = units_of(study, list(history.values())[-1], trees[used], by=name or None)
    own = study.parameters.bootstrap.seed if seed is None else seed
    waves = {period: wave_of(survey, trees[used]) for period, survey in history.items()}
    return Evidence(study, waves, units, name, trees, used, own, spread)


def readings(held: Evidence, tree: Tree) -> Readings:
    """Index, change, ranks and stability under the weights of ``tree``."""
    level = held.study.parameters.confidence
    rows = [_index(period, wave, tree, level) for period, wave in held.waves.items()]
    index = pd.DataFrame(rows, columns=["period", "estimate", "std_error", "conf_low", "conf_high", "n"])
    placed, stability = _ranks(held, tree)
    return Readings(index, _change(index, level), placed, stability)


def weights_lab(
    study: Study, *, language: str | None = None, by: str | None = None, seed: int | None = None, spread: float = 0.2
) -> WeightsLab:
    """The lab for a study's latest two waves, to be shown in a notebook.

    Parameters
    ----------
    study : Study
        With its period.
    language : {"en", "zh"}, optional
        Of labels and words; by default the study's own.
    by : str, optional
        The segment whose groups are ranked; by default the study's first.
    seed, spread : int, float
        Of the shaken weights: by default the study's seed, and a mean coefficient of variation of 0.2 within each parent.

    Raises
    ------
    NotInStudyError
        The study has no indicators.yaml.
    """
    from csat_lib.report.lab_widgets import WeightsLab

    return WeightsLab(open_page(study, language), Bench(evidence(study, by=by, seed=seed, spread=spread)))


class Bench:
    """One researcher's weights: they move, everything else follows."""

    def __init__(self, held: Evidence, start: str | None = None) -> None:
        self.held = held
        self.name = start or held.in_use
        self.tree = chosen(held.trees, self.name)
        self._known: dict[str, Readings] = {}

    @property
    def parents(self) -> tuple[str, ...]:
        """Those with children to weigh against each other."""
        return tuple(parent for parent, children in self.tree.siblings().items() if len(children) > 1)

    def weights_of(self, parent: str) -> dict[str, float]:
        """Child -> weight within ``parent``."""
        siblings = self.tree.siblings()
        if parent not in siblings:
            raise ParamsError(f"No parent {parent!r} in the tree.{nearest(parent, siblings)}")
        own = self.tree.weights()
        return {child: own[child] for child in siblings[parent]}

    def choose(self, name: str) -> None:
        """Begin again from the set called ``name``."""
        self.tree, self.name = chosen(self.held.trees, name), name

    def move(self, node: str, weight: float) -> None:
        """Give ``node`` another weight; its siblings keep their proportions and make up the rest.

        Raises
        ------
        ParamsError
            No such node, a weight outside 0-1, or an only child, whose weight is 1.
        """
        parents = self.tree.parents
        if node not in parents:
            raise ParamsError(f"No indicator {node!r} below {self.tree.root.name}.{nearest(node, parents)}")
        self.tree = self.tree.with_weights(renormalised(self.weights_of(parents[node]), node, weight))
        self.name = UNTITLED

    def readings(self) -> Readings:
        """Where the weights stand now."""
        return readings(self.held, self.tree)

    def beside(self, name: str) -> tuple[Readings, pd.DataFrame]:
        """Another set beside the weights on the bench: its readings (computed once), and the difference of every node."""
        other = chosen(self.held.trees, name)
        if name not in self._known:
            self._known[name] = readings(self.held, other)
        return self._known[name], compare_nodes(other, self.tree)

    def save(self, name: str, *, author: str, reason: str, date: dt.date | None = None) -> Path:
        """The weights on the bench as the study's set ``name``, method "direct"; an existing set is never changed.

        Raises
        ------
        ParamsError
            The name is taken, reserved or no file name; author or reason is empty.
        """
        check_name(name)
        today = date or dt.datetime.now(tz=dt.UTC).date()
        made = weight_set(name, self.tree.weights(), author=author, date=today, method="direct", reason=reason)
        path = write_weight_set(self.held.study, made)
        self.held = _with_set(self.held, name, self.tree)
        self.name = name
        return path


def renormalised(weights: Mapping[str, float], node: str, weight: float) -> dict[str, float]:
    """Sibling weights with one of them set: the others keep their proportions (equal ones where all were 0); the sum stays 1.

    Parameters
    ----------
    weights : mapping of str to float
        The siblings, sum 1.
    node : str
        One of them.
    weight : float
        From 0 to 1.

    Raises
    ------
    ParamsError
        A weight outside 0-1, or an only child.

    >>> renormalised({"a": 0.5, "b": 0.3, "c": 0.2}, "a", 0.75)
    {'a': 0.75, 'b': 0.15, 'c': 0.1}
    """
    if not 0 <= weight <= 1:
        raise ParamsError(f"{node}: {weight:g}: a weight within its parent is from 0 to 1.")
    others = {name: value for name, value in weights.items() if name != node}
    if not others:
        raise ParamsError(f"{node} is an only child, so its weight is 1.")
    total = sum(others.values())
    shares = {name: value / total if total > 0 else 1 / len(others) for name, value in others.items()}
    return {name: weight if name == node else shares[name] * (1 - weight) for name in weights}


def _index(period: str, wave: Wave, tree: Tree, confidence: float) -> tuple[object, ...]:
    found = wave.index(tree)
    return period, found.estimate, found.std_error, *mean_ends(found, confidence), found.n


def _change(index: pd.DataFrame, confidence: float) -> pd.DataFrame:
    if len(index) < 2:
        return pd.DataFrame(columns=["estimate", "std_error", "conf_low", "conf_high", "verdict"])
    scores, errors = index["estimate"].to_numpy()[-2:], index["std_error"].to_numpy()[-2:]
    step, error = float(scores[1] - scores[0]), float(np.hypot(*errors))
    half = z_value(confidence) * error
    verdict = "real" if abs(step) > half else "within noise"
    return pd.DataFrame([{"estimate": step, "std_error": error, "conf_low": step - half, "conf_high": step + half, "verdict": verdict}])


def _ranks(held: Evidence, tree: Tree) -> tuple[pd.DataFrame, pd.DataFrame]:
    if len(held.units) < FEWEST_UNITS:
        return pd.DataFrame(columns=["unit", "estimate", "rank"]), pd.DataFrame(columns=["metric", "estimate"])
    X, names = held.units.to_numpy(dtype=float), [str(name) for name in held.units.columns]
    found = placed(X, names, tree, draws=held.draws, seed=held.seed, spread=held.spread, top=min(TOP, len(X)))
    used = ranks(X @ held.trees[held.in_use].effective_weights()[names].to_numpy())
    table = pd.DataFrame(
        {
            "unit": held.units.index,
            "estimate": found.index,
            "rank": found.rank,
            "used_rank": used,
            "rank_low": found.low,
            "rank_high": found.high,
            "top_share": found.top_share,
        }
    )
    moved = float((found.rank != used).sum())
    rows = [("mean_rank_shift", found.mean_shift), ("spearman_equal", spearman(found.index, X.mean(axis=1))), ("moved", moved)]
    return table, pd.DataFrame(rows, columns=["metric", "estimate"])


def _with_set(held: Evidence, name: str, tree: Tree) -> Evidence:
    trees = {**{each: found for each, found in held.trees.items() if each != "equal"}, name: tree, "equal": held.trees["equal"]}
    return Evidence(held.study, held.waves, held.units, held.by, trees, held.in_use, held.seed, held.spread)
