"""Why did an index move? Its change split into answers, weights, mix of segments, drivers and what stays unexplained, with intervals.

Letters: u (P, B) weights of the items on 0-100, each construct's summing to 1; x (P, S, B) item means on 0-100 by segment, p (S, B)
shares of segments; S (P, P, B) covariances; B resamples last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import ModelError, ParamsError, pick
from csat_lib.model.pls import PlsFit
from csat_lib.stats import Products, one_thread, percentile_interval, products, resampled
from csat_lib.study import Structure
from csat_lib.survey import Survey
from csat_lib.tracking.comparable import not_comparable
from csat_lib.tracking.contributions import answers_and_weights, through_model, within_and_mix
from csat_lib.tracking.item_weights import Blocks, blocks_of, direct_effects, error_corrected, fits_of, fixed_weights, own_weights
from csat_lib.tracking.pooled_draws import PairOfRows, drawn, pair_of_rows

Array = npt.NDArray[np.float64]
Method = Literal["waterfall", "weights", "mix", "model"]
METHODS = {
    "waterfall": "drivers within segments, mix, weights, unexplained",
    "weights": "answers against weights",
    "mix": "within segments against mix",
    "model": "drivers and unexplained",
}
Parts = list[tuple[str, str]]


@dataclass(frozen=True, slots=True, eq=False)
class Decomposition:
    """A change and what it is made of.

    Attributes
    ----------
    terms : DataFrame
        part (answers, weights, within, mix, driver, unexplained), name (item, segment or driver), estimate (points of the index),
        std_error, conf_low, conf_high (percentile); the estimates sum to the change.
    parts : DataFrame
        The same by part, every part's terms together.
    change : Series
        before, after, estimate (after - before), std_error, conf_low, conf_high.
    construct, method, note : str
        What moved, how it was split, and in words what limits it.
    draws, lost, seed : int
        Resamples of both waves, those without an estimate, and the seed.
    corrected : float or None
        What the drivers bring once the error of the answers is allowed for (consistent PLS), in points; None for given or equal weights,
        without drivers, and where it cannot be believed.
    """

    terms: pd.DataFrame
    parts: pd.DataFrame
    change: pd.Series
    construct: str
    method: str
    note: str
    draws: int
    lost: int
    seed: int
    corrected: float | None = None


def decompose_change(
    before: Survey,
    after: Survey,
    structure: Structure,
    *,
    construct: str | None = None,
    method: Method = "waterfall",
    by: str | Sequence[str] = (),
    weights: pd.Series | Literal["own", "equal"] = "own",
    how: Mapping[str, object] | None = None,
    draws: int = 2000,
    seed: int,
    confidence: float = 0.95,
) -> Decomposition:
    """The change of an index between two waves, split exactly; both waves are resampled for the intervals, panel members as one person.

    With own weights the change is that of the indices as each wave's fit gives them, and what the weights brought is a part of its own; the
    other parts use the mean of both waves' weights. A structure of single items (the outcome and its drivers) makes this an ordinary
    regression.

    Parameters
    ----------
    before, after : Survey
        The waves; respondents who answered all items of the model.
    structure : Structure
        The model; a higher-order construct counts with the items of its parts.
    construct : str, optional
        Whose index; None takes the model's outcome.
    method : {"waterfall", "weights", "mix", "model"}
        waterfall: the change within segments through the model, the mix apart, the rest unexplained.
    by : str or sequence of str
        Segments, crossed where there are several; the waterfall takes them where they are given. Who has none is a segment of their own.
    weights : Series, "own" or "equal"
        Item weights: of each wave's own fit, the same for both waves, or equal within a construct.
    how : mapping, optional
        Keyword arguments of ``fit_pls``; gaps are not filled.
    draws, seed, confidence : int, int, float
        Resamples (100 or more), seed, and confidence of the intervals.

    Raises
    ------
    ParamsError
        An unknown word or segment, mix without segments, a part of a higher-order construct, too few draws.
    ModelError
        The waves' questionnaires differ in an item; a wave's model cannot be fitted, or has a weight that is not positive.
    """
    pick(METHODS, method, "decomposition")
    names = (by,) if isinstance(by, str) else tuple(by)
    task = _task(structure, construct, method, names, draws)
    said = not_comparable(before, after, structure.items)
    if said:
        raise ModelError(f"The change cannot be decomposed: {said}.")
    rows = pair_of_rows(before, after, structure.items, names if method in {"mix", "waterfall"} else ())
    fits = fits_of((before, after), structure, weights, how)
    fixed = (
        None if isinstance(weights, str) and weights == "own" else fixed_weights(task.blocks, None if isinstance(weights, str) else weights)
    )
    ready = [products(X, w) for X, w in zip(rows.X, rows.weights, strict=True)]
    work = partial(_terms, task, rows, ready=ready, fits=fits, fixed=fixed)
    with one_thread():
        labels, found, ends = work(taken=(np.ones((1, len(rows.X[0]))), np.ones((1, len(rows.X[1])))))
        if not np.isfinite(found).all():
            raise ModelError(f"The index of {task.construct} or of one of its drivers is undefined in a wave: a weight is not positive.")
        blocks = [work(taken=taken)[1:] for taken in drawn(rows, draws, seed)]
    many, both = (np.concatenate([each[place] for each in blocks], axis=-1) for place in (0, 1))
    lost = int((~np.isfinite(many).all(axis=0)).sum())
    if lost > draws / 2:
        raise ModelError(f"{lost} of {draws} resamples could not be estimated: the waves are too small or an item hardly varies.")
    kept = np.isfinite(many).all(axis=0)
    made = _labelled(
        task,
        labels,
        found[:, 0],
        many[:, kept],
        (ends[:, 0], both[:, kept]),
        said=rows.said,
        draws=draws,
        lost=lost,
        seed=seed,
        confidence=confidence,
    )
    driven = {name: float(value) for (part, name), value in zip(labels, found[:, 0], strict=True) if part == "driver"}
    return replace(made, corrected=error_corrected(fits, task.construct, driven)) if fits and driven else made


def waterfall(found: Decomposition) -> pd.DataFrame:
    """The steps of a waterfall chart from the index before to the index after.

    Returns
    -------
    DataFrame
        part ("before", the parts, "after"), name, estimate, start, end (where the bar begins and ends), conf_low, conf_high (of the step).
    """
    steps = found.terms["estimate"].to_numpy(dtype=float)
    first = float(found.change["before"])
    end = first + np.cumsum(steps)
    bars = found.terms.assign(start=np.concatenate([[first], end[:-1]]), end=end)
    outer = [
        pd.DataFrame([{"part": word, "name": "", "estimate": level, "start": 0.0, "end": level}])
        for word, level in (("before", first), ("after", float(found.change["after"])))
    ]
    columns = ["part", "name", "estimate", "start", "end", "conf_low", "conf_high"]
    return pd.concat([each.reindex(columns=columns) for each in (outer[0], bars, outer[1])], ignore_index=True)


@dataclass(frozen=True, slots=True, eq=False)
class _Task:
    blocks: Blocks
    construct: str
    drivers: tuple[str, ...]
    method: str


def _task(structure: Structure, construct: str | None, method: str, by: Sequence[str], draws: int) -> _Task:
    if draws < 100:
        raise ParamsError(f"{draws} draws are too few for an interval: at least 100.")
    if method == "mix" and not by:
        raise ParamsError("method='mix' needs segments: by='region'.")
    name = structure.construct(construct or structure.outcome).name
    blocks = blocks_of(structure)
    if name not in blocks.slices:
        whole = next(each.name for each in structure.constructs if name in each.of)
        raise ParamsError(f"{name} is a part of {whole} and has no drivers of its own. Decompose {whole}.")
    drivers = tuple(structure.drivers_of.get(name, ()))
    if method in {"model", "waterfall"} and not drivers:
        raise ParamsError(f"{name} has no drivers in the model, so nothing explains its change. Use method='mix' or 'weights'.")
    return _Task(blocks, name, drivers, method)


def _terms(
    task: _Task,
    rows: PairOfRows,
    *,
    ready: Sequence[Products],
    fits: Sequence[PlsFit] | None,
    fixed: Array | None,
    taken: tuple[Array, Array],
) -> tuple[Parts, Array, Array]:
    """Labels, every term (T, B), and the index before and after (2, B), for the counts of both waves."""
    low, width = rows.low[:, None], rows.high - rows.low
    given = np.empty(0) if fixed is None else np.repeat(fixed, len(taken[0]), axis=1)
    u, x, b, cells = [], [], [], []
    for wave in (0, 1):
        means, covariance = resampled(ready[wave], taken[wave])
        own = given if fits is None else own_weights(task.blocks, fits[wave], width, means, covariance)
        u.append(own)
        x.append(100 * (means - low) / width[:, None])
        b.append(direct_effects(task.blocks, task.construct, task.drivers, own, 1e4 * covariance / np.outer(width, width)[:, :, None]))
        cells.append(rows.cells(wave, taken[wave]))
    block = task.blocks.slices[task.construct]
    index = np.array([(u[wave][block] * x[wave][block]).sum(axis=0) for wave in (0, 1)])
    answers, shifted = answers_and_weights(u[0][block], u[1][block], x[0][block], x[1][block])
    items = list(task.blocks.structure.observed(task.construct))
    if task.method == "weights":
        return [("answers", each) for each in items] + [("weights", each) for each in items], np.vstack([answers, shifted]), index
    mean = (u[0] + u[1]) / 2
    labels: Parts = [] if fits is None else [("weights", "")]
    terms = [] if fits is None else [shifted.sum(axis=0)]
    shares = cells[0][0], cells[1][0]
    score = [[_scores(task, name, mean, cells[wave][1]) for wave in (0, 1)] for name in (task.construct, *task.drivers)]
    parts = [within_and_mix(*shares, *each) for each in score]
    within, mix = parts[0]
    if task.method == "mix":
        labels += [("within", name) for name in rows.segments] + [("mix", name) for name in rows.segments]
        return labels, np.vstack([*terms, within, mix]), index
    moved = np.array([own.sum(axis=0) for own, _ in parts[1:]])
    driven, rest = through_model(b[0], b[1], moved, within.sum(axis=0))
    labels += [("driver", name) for name in task.drivers]
    terms += list(driven)
    if len(rows.segments) > 1:
        labels.append(("mix", ""))
        terms.append(mix.sum(axis=0))
    return [*labels, ("unexplained", "")], np.vstack([*terms, rest]), index


def _scores(task: _Task, name: str, mean: Array, x: Array) -> Array:
    """A construct's score in every segment, (S, B), with the mean weights."""
    block = task.blocks.slices[name]
    return np.asarray(np.einsum("pb,psb->sb", mean[block], x[block]))


def _labelled(
    task: _Task,
    labels: Parts,
    found: Array,
    many: Array,
    index: tuple[Array, Array],
    *,
    said: str,
    draws: int,
    lost: int,
    seed: int,
    confidence: float,
) -> Decomposition:
    frame = pd.DataFrame(labels, columns=["part", "name"])
    terms = frame.assign(**_interval(found, many, confidence))
    kinds = list(dict.fromkeys(frame["part"]))
    picked = np.array([(frame["part"] == kind).to_numpy(dtype=float) for kind in kinds])
    parts = pd.DataFrame({"part": kinds}).assign(**_interval(picked @ found, picked @ many, confidence))
    own, drawn_index = index
    moved = _interval(own[1:] - own[:1], drawn_index[1:] - drawn_index[:1], confidence)
    change = pd.Series({"before": own[0], "after": own[1], **{name: values[0] for name, values in moved.items()}})
    return Decomposition(terms, parts, change, task.construct, task.method, said, draws, lost, seed)


def _interval(found: Array, many: Array, confidence: float) -> dict[str, Array]:
    low, high = percentile_interval(many, confidence)
    return {"estimate": found, "std_error": many.std(axis=-1, ddof=1), "conf_low": low, "conf_high": high}
