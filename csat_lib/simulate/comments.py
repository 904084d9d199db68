"""Open answers in Chinese and English, put together from clauses whose theme and sign are known.

The sign follows the answers: a clause about a touchpoint praises it when the grade is 4 or 5 and finds fault when it
is 1 or 2; clauses about quality, price and the whole follow the 1-10 answers; complaint handling follows what became of
the complaint.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.simulate.clauses import CLAUSES
from csat_lib.simulate.responses import Array

SHARE = 0.36
GRADE_POSITIVE, GRADE_NEGATIVE, TEN_POSITIVE, TEN_NEGATIVE = 4, 2, 8, 5

_TOUCHPOINTS = tuple(CLAUSES)[:8]
_SCORED_BY = {"quality": "quality_overall", "value": "value_price", "satisfaction": "satisfaction_overall"}
_OPENERS = {
    "en": ("", "", "", "To be honest, ", "Last time ", "For me: ", "All in all, "),
    "zh": ("", "", "", "说实话，", "这次", "最近", "总的来说，"),
}
_CLOSERS = {
    "en": (".", ".", "!", ", please keep an eye on it.", ", as my family says too."),
    "zh": ("。", "。", "！", "，希望继续关注。", "，家里人也这么说。"),
}
_JOINTS = {
    "en": {"same": (", and ", "; also, ", " and "), "turn": (", but ", "; however, ", " but ")},
    "zh": {"same": ("，", "，而且", "，另外"), "turn": ("，但是", "，不过", "，就是")},
}


def written(answers: pd.DataFrame, people: pd.DataFrame, draw: np.random.Generator) -> pd.DataFrame:
    """The open answers, and what they are about: comment, empty where nothing was written, and themes ("+checkout_speed;-value").

    Parameters
    ----------
    answers : pd.DataFrame
        What the respondents mean, before blanks and missing codes.
    people : pd.DataFrame
        Their language, never_web, handled and care, row by row.
    draw : np.random.Generator
        Where chance comes from.
    """
    themes, signs = _themes(answers, people)
    willing = (draw.random(len(answers)) < SHARE) & ~people["care"].isin(["speeder", "empty"]).to_numpy()
    comments, names, language = [""] * len(answers), tuple(CLAUSES), people["language"].tolist()
    about = [""] * len(answers)
    for row in np.flatnonzero(willing & (themes > 0).any(axis=1)):
        weight = themes[row] / themes[row].sum()
        count = min(1 + int(draw.random() < 0.35), int((weight > 0).sum()))
        picked = draw.choice(len(weight), size=count, replace=False, p=weight)
        comments[row] = _sentence([(names[k], bool(signs[row, k])) for k in picked], language[row], draw)
        about[row] = ";".join(f"{'+' if signs[row, k] else '-'}{names[k]}" for k in picked)
    return pd.DataFrame({"comment": comments, "themes": about}, index=answers.index)


def _themes(answers: pd.DataFrame, people: pd.DataFrame) -> tuple[Array, npt.NDArray[np.bool_]]:
    """How likely each theme is to come up, and with which sign, both (n, themes)."""
    weight = np.zeros((len(answers), len(CLAUSES)))
    positive = np.zeros(weight.shape, dtype=bool)
    for column, theme in enumerate(CLAUSES):
        if theme in _TOUCHPOINTS:
            x = answers[theme].to_numpy()
            positive[:, column] = x >= GRADE_POSITIVE
            worst_first = [x <= 1, x <= GRADE_NEGATIVE, x == GRADE_POSITIVE, x > GRADE_POSITIVE]
            weight[:, column] = np.select(worst_first, [4.0, 2.5, 0.5, 1.0], 0.0)
        elif theme in _SCORED_BY:
            x = answers[_SCORED_BY[theme]].to_numpy()
            positive[:, column] = x >= TEN_POSITIVE
            weight[:, column] = np.select([x <= TEN_NEGATIVE, x >= TEN_POSITIVE], [2.0, 0.7], 0.0)
        else:
            positive[:, column] = people["handled"].to_numpy() == "well"
            weight[:, column] = np.where(people["handled"].to_numpy() != "", 5.0, 0.0)
    weight[people["never_web"].to_numpy(), _TOUCHPOINTS.index("web_shop")] = 0.0
    return weight, positive


def _sentence(points: list[tuple[str, bool]], language: str, draw: np.random.Generator) -> str:
    """One comment from a theme or two."""

    def one(words: tuple[str, ...]) -> str:
        return words[int(draw.integers(len(words)))]

    text = one(_OPENERS[language])
    for number, (theme, positive) in enumerate(points):
        if number:
            text += one(_JOINTS[language]["same" if positive == points[0][1] else "turn"])
        text += one(CLAUSES[theme]["positive" if positive else "negative"][language])
    text += one(_CLOSERS[language])
    return text[:1].upper() + text[1:]
