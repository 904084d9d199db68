"""A hundred thousand open answers coded by the simulated company's themes, beside one pass of the bare words."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd
import yaml
from batch import ROOT
from timing import Line, seconds

from csat_lib.simulate import DEMO, interview
from csat_lib.study import load_study
from csat_lib.voice import code_comments, load_themes, mask_all


def answers(count: int) -> pd.Series:
    """Open answers of the simulated company, drawn anew until there are enough."""
    texts = interview(DEMO, "2026Q3", seed=1).answers["comment"].to_numpy(dtype=object)
    texts = texts[texts != ""]
    draw = np.random.default_rng(1)
    numbers = draw.integers(1_000, 9_999, count).astype(str)  # so that few are alike
    return pd.Series([f"{text} {number}" for text, number in zip(draw.choice(texts, count), numbers, strict=True)])


def words() -> re.Pattern[str]:
    """All words of all themes as one alternation: the least that coding has to look for."""
    content = yaml.safe_load((ROOT / "params" / "demo" / "themes.yaml").read_text(encoding="utf-8"))
    found = sorted({word for word in _words(content["themes"]) if not word.startswith("/")}, key=len, reverse=True)
    return re.compile("|".join(re.escape(word.strip("*")) for word in found), re.IGNORECASE)


def _words(content: object) -> Iterator[str]:
    if isinstance(content, dict):
        for key, value in content.items():
            if key in {"zh", "en"} and isinstance(value, list):
                yield from map(str, value)
            else:
                yield from _words(value)
    elif isinstance(content, list):
        for value in content:
            yield from _words(value)


def lines(part: int) -> Iterator[Line]:
    """Coding, then masking."""
    count = 100_000 // part
    comments, themes, bare = answers(count), load_themes(load_study("demo", root=ROOT)), words()
    ours = seconds(lambda: code_comments(comments, themes), repeats=1)
    floor = seconds(lambda: [bare.findall(text) for text in comments], repeats=1)
    yield Line(f"{count:,} comments coded: clauses, themes, negation", ours, "re: the same words, bare", floor, under=60.0 / part)
    yield Line(f"{count:,} comments masked", seconds(lambda: mask_all(comments), repeats=1))
