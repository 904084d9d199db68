"""Which drivers matter more, or less, in a segment than among everybody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.drivers.comparison import Comparison, check_size, frame_of, labelled, left_out_table, own_tables, smallest_group, why_not
from csat_lib.drivers.interaction import COLUMNS, interaction_test
from csat_lib.drivers.measures import Question, ask
from csat_lib.drivers.resamples import check_draws, evaluated, refuse_lost, tested
from csat_lib.errors import DataError, ModelError, ParamsError, nearest
from csat_lib.stats import Missing, Moments, blocks, correlations, counts, one_thread, products, row_weights
from csat_lib.survey import Data, Rows, Survey, Weights, moments_of, rows_of

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
WORDS = ("matters more", "matters less", "not told apart")


def importance_by_segment(
    data: Data,
    outcome: str,
    drivers: Sequence[str],
    by: str,
    *,
    draws: int,
    seed: int,
    method: str = "lmg",
    weights: Weights = None,
    missing: Missing = "listwise",
    always: Sequence[str] = (),
    correction: str = "holm",
    confidence: float = 0.95,
    smallest: int | None = None,
) -> Comparison:
    """Importance in every segment, and each segment against its complement, by resampling all respondents together.

    Parameters
    ----------
    data : Survey or DataFrame
        Respondents without a known segment are not used.
    outcome, drivers, method, weights, missing, always
        As in ``importance``; at most 16 drivers for lmg.
    by : str
        A segment of the survey, or a column of the frame.
    draws, seed : int
        Of the bootstrap, clusters within strata where the survey has them.
    correction : {"holm", "bh", "none"}
        Over all segments and drivers.
    confidence : float
        Of intervals and verdicts.
    smallest : int, optional
        Respondents a segment and its complement need; without it ten for each driver, at least fifty. Smaller ones are named and left
        out, but stay part of the others' complements.

    Raises
    ------
    ParamsError
        An unknown segment, unknown words, Moments, too many drivers.
    ModelError
        No segment can be compared, or what ``importance`` raises.
    """
    check_draws(draws, seed)
    label = _labels(data, by)
    whole, w, label = _known(data, label, [outcome, *drivers, *always], missing, weights)
    question, _ = ask(whole, outcome, drivers, method=method, weights=w, missing=missing, always=always)
    check_size(question)
    whole, w, label = _known(whole, label, question.order, missing, w)
    least = smallest_group(smallest, len(question.order) - 1)
    here = {name: (label == name).to_numpy() for name in _in_order(label)}
    reasons, parts, others = _sides(whole, question, here, weights=w, missing=missing, least=least)
    if not parts:
        said = "; ".join(f"{name}: {why}" for name, (_, why) in reasons.items())
        raise ModelError(f"No segment of {by!r} can be compared with the others ({said}).")
    kept = {name: here[name] for name in parts}
    rows = rows_of(whole, question.order, purpose="Comparing segments", weights=w, missing=missing)
    own, rest = _draws(rows, question, kept, missing=missing, draws=draws, seed=seed)
    asked: dict[str, int | None] = {name: int(mask.sum()) for name, mask in kept.items()}
    table, panels = own_tables("segment", question, parts, draws=own, asked=asked, confidence=confidence)
    gaps = _against(question, parts, others)
    tests = tested(gaps, np.concatenate([own[k] - rest[k] for k in parts]), confidence=confidence, correction=correction, words=WORDS)
    overall = _overall(rows, question, kept, missing=missing, least=least, confidence=confidence)
    return Comparison(overall, table, tests, panels, left_out_table("segment", reasons))


def _labels(data: Data, by: str) -> pd.Series:
    frame = frame_of(data)
    if isinstance(data, Survey):
        return data.segment(by)
    if by not in frame.columns:
        raise DataError(f"No column {by!r} in the data.{nearest(by, map(str, frame.columns))}")
    return frame[by]


def _in_order(label: pd.Series) -> list[str]:
    """The segments, a categorical's in its own order."""
    if isinstance(label.dtype, pd.CategoricalDtype):
        return [str(each) for each in label.cat.categories if (label == each).any()]
    return [str(each) for each in sorted(label.unique())]


def _known(data: Data, label: pd.Series, items: Sequence[str], missing: Missing, weights: Weights) -> tuple[Data, Weights, pd.Series]:
    """The respondents with a segment and a positive weight, their weights and their segments as text."""
    frame = frame_of(data)
    w = data.weight_values if isinstance(data, Survey) else row_weights(frame, weights)
    kept = label.notna().to_numpy() & (w > 0)
    asked = [item for item in items if item in frame.columns and frame[item].notna().any()]
    if missing == "listwise" and asked:
        kept = kept & frame[asked].notna().all(axis=1).to_numpy()
    if not kept.any():
        raise ModelError(f"Nobody with a known segment answered all of: {', '.join(asked)}.")
    mask = pd.Series(kept, index=frame.index)
    text = label[mask.to_numpy()]
    text = text.cat.rename_categories(str) if isinstance(text.dtype, pd.CategoricalDtype) else text.astype(str)
    if isinstance(data, Survey):
        if weights is not None:
            raise ParamsError("weights= cannot be given beside a Survey: it has its own, from the codebook's weight column.")
        return data.only(mask), None, text
    return frame[kept], None if weights is None else w[kept], text


def _part(data: Data, mask: Mask, weights: Weights) -> tuple[Data, Weights]:
    if isinstance(data, Survey):
        return data.only(pd.Series(mask, index=data.responses.index)), None
    return frame_of(data)[mask], None if weights is None else np.asarray(weights)[mask]


def _sides(
    data: Data, question: Question, here: Mapping[str, Mask], *, weights: Weights, missing: Missing, least: int
) -> tuple[dict[str, tuple[int, str]], dict[str, Moments], dict[str, Moments]]:
    """Who is left out and why, and the moments of the others and of their complements."""
    reasons: dict[str, tuple[int, str]] = {}
    parts, others = {}, {}
    for name, mask in here.items():
        found, said = [], []
        for side in (mask, ~mask):
            m = None
            if side.sum() > 1:
                part, w = _part(data, side, weights)
                try:
                    m = moments_of(part, question.order, missing=missing, weights=w)
                except DataError:
                    m = None
            found.append(m)
            said.append(why_not(m, question.outcome, least))
        if said[0] or said[1]:
            reasons[name] = (int(mask.sum()), said[0] or f"the others: {said[1]}")
        elif found[0] is not None and found[1] is not None:
            parts[name], others[name] = found[0], found[1]
    return reasons, parts, others


def _draws(
    rows: Rows, question: Question, here: Mapping[str, Mask], *, missing: Missing, draws: int, seed: int
) -> tuple[dict[str, Array], dict[str, Array]]:
    """Importance (players, draws) in every segment and in its complement, from the same resamples of all respondents."""
    own: dict[str, list[Array]] = {name: [] for name in here}
    rest: dict[str, list[Array]] = {name: [] for name in here}
    with one_thread():
        ready = products(rows.X, rows.weights, missing)
        for block in blocks(draws, len(rows.X), seed):
            taken = counts(block, len(rows.X), rows.units)
            for name, mask in here.items():
                own[name].append(evaluated(ready, taken * mask, question.values, len(question.players)))
                rest[name].append(evaluated(ready, taken * ~mask, question.values, len(question.players)))
    found = tuple({name: np.concatenate(parts, axis=1) for name, parts in side.items()} for side in (own, rest))
    for side in found:
        for values in side.values():
            refuse_lost(values)
    return found[0], found[1]


def _against(question: Question, parts: Mapping[str, Moments], others: Mapping[str, Moments]) -> pd.DataFrame:
    """Differences of every segment to its complement, all evaluated in one call."""
    stacked = np.stack([m.covariance for side in (parts, others) for m in side.values()], axis=2)
    values = question.values(correlations(stacked))
    G = len(parts)
    return pd.concat(
        [
            labelled(pd.DataFrame({"driver": list(question.players), "estimate": values[:, k] - values[:, G + k]}), "segment", name).assign(
                n=parts[name].n, n_others=others[name].n
            )
            for k, name in enumerate(parts)
        ],
        ignore_index=True,
    )


def _overall(rows: Rows, question: Question, here: Mapping[str, Mask], *, missing: Missing, least: int, confidence: float) -> pd.DataFrame:
    """The interaction test over the segments compared and, where they are enough, the left-out ones as one; it needs complete rows."""
    if missing != "listwise":
        return pd.DataFrame(columns=COLUMNS)
    group = np.full(len(rows.X), -1)
    for place, mask in enumerate(here.values()):
        group[mask] = place
    if (group < 0).sum() >= least:
        group[group < 0] = len(here)
    kept = group >= 0
    cluster = None if rows.units is None else rows.units[0][kept]
    X, y, w = rows.X[kept, :-1], rows.X[kept, -1], rows.weights[kept]
    return interaction_test(X, y, w, group[kept], drivers=len(question.drivers), cluster=cluster, confidence=confidence)
