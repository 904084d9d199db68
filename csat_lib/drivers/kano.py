"""The Kano questionnaire: would you like it if it were there, would you mind if it were not.

Answers run from "I like it" to "I dislike it". Categories of the 5 x 5 evaluation table (Kano, Seraku, Takahashi & Tsuji 1984; Berger et
al. 1993): A attractive, O one-dimensional, M must-be, I indifferent, R reverse, Q questionable.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import DataError, ModelError, ParamsError
from csat_lib.stats import n_effective, numeric_columns, row_weights, weighted_mean, wilson
from csat_lib.study.settings import KanoPair
from csat_lib.survey import Survey, Weights

Array = npt.NDArray[np.float64]
Letters = npt.NDArray[np.str_]
Pair = tuple[str, str] | KanoPair
CATEGORIES = {"M": "must_be", "O": "one_dimensional", "A": "attractive", "I": "indifferent", "R": "reverse", "Q": "questionable"}
# Rows: answer to the functional question; columns: to the dysfunctional one; both from like to dislike.
EVALUATION = np.array([list("QAAAO"), list("RIIIM"), list("RIIIM"), list("RIIIM"), list("RRRRQ")])
FONG = 1.65
STRENGTH = 0.06
COMBINATION = "combination"


def kano(
    data: Survey | pd.DataFrame,
    pairs: Mapping[str, Pair],
    *,
    answers: Sequence[float] = (1, 2, 3, 4, 5),
    weights: Weights = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Category of every feature, how clear it is, and what having it brings and lacking it costs.

    Parameters
    ----------
    data : Survey or DataFrame
        A Survey brings weights, strata and clusters.
    pairs : {feature: (functional item, dysfunctional item)}
        Such as ``study.parameters.kano``.
    answers : sequence of five numbers
        The codes from "I like it" to "I dislike it".
    weights : Series, optional
        Survey weights on a frame's index.
    confidence : float
        Of the intervals.

    Returns
    -------
    DataFrame
        item; attractive, one_dimensional, must_be, indifferent, reverse, questionable (weighted shares); category (the commonest letter
        but Q; ties go to M, O, A, I in this order), second; strength (how far the commonest share is ahead of the second) and
        total_strength (M + O + A; Lee & Newcomb 1997); difference and critical (respondents, by the effective n; Fong 1996: 1.65 sqrt((a
        + b)(2n - a - b) / 2n)); verdict ("clear"; "combination" where strength is below 6 %; "not significant" where the difference is
        below its critical value); better = (A + O) / (A + O + M + I) and worse = -(O + M) / (A + O + M + I) (Berger et al. 1993, from
        Timko) with better_low, better_high, worse_low, worse_high; n, n_effective. Features without usable answers are named in a warning
        and left out.

    Raises
    ------
    ParamsError
        No pairs, a feature paired with itself, or not five different codes.
    DataError
        A column is missing, or an answer is none of the five codes.
    ModelError
        No feature is left.

    >>> frame = pd.DataFrame({"wifi": [1, 1, 1, 2], "no_wifi": [5, 5, 3, 5]})
    >>> kano(frame, {"wifi": ("wifi", "no_wifi")})[["category", "better", "worse"]].values.tolist()
    [['O', 0.75, -0.75]]
    """
    codes = [float(code) for code in answers]
    if len(set(codes)) != 5 or len(codes) != 5:
        raise ParamsError("answers: give five different codes, from 'I like it' to 'I dislike it'.")
    if not pairs:
        raise ParamsError("No pairs of questions were named. Add kano: {feature: {functional: ..., dysfunctional: ...}} to study.yaml.")
    if isinstance(data, Survey):
        if weights is not None:
            raise ParamsError("weights= cannot be given beside a Survey: it has its own, from the codebook's weight column.")
        frame, w, design = data.responses, data.weight_values, data.design()
    else:
        frame, w, design = data, row_weights(data, weights), (None, None)
    rows = []
    for feature, pair in pairs.items():
        letters = _letters(frame, feature, pair, codes)
        kept = (letters != "") & (w > 0)
        if not np.isin(letters[kept], list("AOMI")).any():
            why = "every pair of answers is reverse or questionable: check the codes" if kept.any() else "nobody answered both"
            warnings.warn(f"Feature {feature!r} was left out: {why}.", stacklevel=2)
            continue
        rows.append({"item": feature, **_evaluated(letters, w, kept, design, confidence)})
    if not rows:
        raise ModelError(f"No feature is left of: {', '.join(pairs)}.")
    return pd.DataFrame(rows)


def _letters(frame: pd.DataFrame, feature: str, pair: Pair, codes: Sequence[float]) -> Letters:
    """Category of every row, empty where an answer is missing."""
    asked = (pair.functional, pair.dysfunctional) if isinstance(pair, KanoPair) else tuple(pair)
    if len(asked) != 2 or asked[0] == asked[1]:
        raise ParamsError(f"kano: {feature}: name two different items, the functional and the dysfunctional question.")
    places = []
    for item, x in zip(asked, numeric_columns(frame, asked), strict=True):
        strange = ~np.isnan(x) & ~np.isin(x, codes)
        if strange.any():
            said = ", ".join(f"{code:g}" for code in codes)
            raise DataError(f"kano: {feature}: the column {item!r} holds {x[strange][0]:g}, which is none of the answers {said}.")
        places.append(np.array([codes.index(each) if each in codes else -1 for each in x], dtype=int))
    found = EVALUATION[places[0], places[1]]
    return np.where((places[0] < 0) | (places[1] < 0), "", found)


def _evaluated(
    letters: Letters, w: Array, kept: npt.NDArray[np.bool_], design: tuple[Array | None, Array | None], confidence: float
) -> dict[str, object]:
    n, effective = int(kept.sum()), n_effective(w[kept])
    share = {letter: float(w[kept & (letters == letter)].sum() / w[kept].sum()) for letter in CATEGORIES}
    ranked = sorted("MOAIR", key=lambda letter: -share[letter])
    first, second = ranked[:2]
    strength = share[first] - share[second]
    a, b = effective * share[first], effective * share[second]
    critical = FONG * np.sqrt((a + b) * (2 * effective - a - b) / (2 * effective))
    verdict = COMBINATION if strength < STRENGTH else "clear" if a - b >= critical else "not significant"
    row: dict[str, object] = {word: share[letter] for letter, word in CATEGORIES.items()}
    row |= {"category": first, "second": second, "strength": strength, "total_strength": share["M"] + share["O"] + share["A"]}
    row |= {"difference": a - b, "critical": float(critical), "verdict": verdict}
    real = kept & np.isin(letters, list("AOMI"))
    for word, members, sign in (("better", "AO", 1.0), ("worse", "OM", -1.0)):
        estimate, low, high = _share(np.isin(letters, list(members)), real, w, design, confidence)
        ends = (low, high) if sign > 0 else (-high, -low)
        row |= {word: sign * estimate, f"{word}_low": ends[0], f"{word}_high": ends[1]}
    return row | {"n": n, "n_effective": effective}


def _share(
    hit: npt.NDArray[np.bool_], real: npt.NDArray[np.bool_], w: Array, design: tuple[Array | None, Array | None], confidence: float
) -> tuple[float, float, float]:
    """A weighted share with Wilson's interval at the effective n that the linearised standard error implies."""
    strata, cluster = (None if each is None else each[real] for each in design)
    found = weighted_mean(hit[real].astype(float), w[real], strata=strata, cluster=cluster)
    p, se = found.estimate, found.std_error
    effective = p * (1 - p) / se**2 if np.isfinite(se) and se > 0 and 0 < p < 1 else found.n_effective
    return p, *wilson(p, effective, confidence)
