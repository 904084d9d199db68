"""How often the bootstrap's intervals hold the truth: python tests/benchmarks/coverage_drivers.py [--samples 400] [--draws 500].

Samples come from a population whose correlations, and so whose importance, are known: normal drivers, or the same cut into a 1-5
scale, whose correlations are those of a million respondents. Nominal is 95 %; the simulation leaves some 2 points with 400 samples.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

import csat_lib as csat
from csat_lib.drivers.measures import METHODS
from csat_lib.drivers.resamples import shares

SLOPES = np.array([0.45, 0.35, 0.25, 0.15, 0.05, 0.0])
NAMES = [f"x{number}" for number in range(len(SLOPES))]
COMMON = 0.6
NOISE = 1.0


def sample(draw: np.random.Generator, n: int, answers: str) -> pd.DataFrame:
    """Correlated drivers and the outcome, as measured or as five answers."""
    p = len(SLOPES)
    X = draw.normal(size=(n, p)) * np.sqrt(1 - COMMON**2) + COMMON * draw.normal(size=(n, 1))
    X[:, -1] = draw.normal(size=n)  # the last one is related to nothing: its importance is exactly zero
    y = X @ SLOPES + NOISE * draw.normal(size=n)
    whole = np.column_stack([X, y / y.std()])
    if answers == "1-5":
        whole = np.digitize(whole, [-1.8, -1.0, 0.0, 1.0]) + 1.0
    return pd.DataFrame(whole, columns=[*NAMES, "y"])


def truth(answers: str, method: str) -> np.ndarray:
    """Importance in the population."""
    if answers == "1-5":
        R = sample(np.random.default_rng(0), 1_000_000, answers).corr().to_numpy()
    else:
        p = len(SLOPES)
        S = np.full((p, p), COMMON**2) + (1 - COMMON**2) * np.eye(p)
        S[-1] = S[:, -1] = np.eye(p)[-1]
        r = S @ SLOPES
        R = np.block([[S, r[:, None]], [r[None], np.array([[SLOPES @ r + NOISE**2]])]])
        spread = np.sqrt(np.diag(R))
        R = R / np.outer(spread, spread)
    return METHODS[method](R[:, :, None])[:, 0]


def coverage(n: int, answers: str, samples: int, draws: int) -> pd.DataFrame:
    """Share of samples whose interval of the value, the share and each difference holds the truth."""
    true = truth(answers, "lmg")
    true_share = shares(true)
    a, b = np.triu_indices(len(true), 1)
    value, share, gaps, widths = np.zeros(len(true)), np.zeros(len(true)), np.zeros(len(a)), np.zeros(len(true))
    for number in range(samples):
        frame = sample(np.random.default_rng([n, number]), n, answers)
        found = csat.drivers.importance(frame, "y", NAMES, draws=draws, seed=number)
        value += found["conf_low"].to_numpy() <= true
        value -= found["conf_high"].to_numpy() < true
        share += (found["share_low"].to_numpy() <= true_share) & (true_share <= found["share_high"].to_numpy())
        widths += (found["share_high"] - found["share_low"]).to_numpy() / samples
        gap = csat.drivers.differences(frame, "y", NAMES, draws=draws, seed=number)
        gaps += (gap["conf_low"].to_numpy() <= true[a] - true[b]) & (true[a] - true[b] <= gap["conf_high"].to_numpy())
    table = pd.DataFrame({"answers": answers, "n": n, "driver": NAMES, "true_share": true_share, "value": value, "share": share})
    table[["value", "share"]] *= 100 / samples
    return table.assign(difference=[100 / samples * gaps[(a == j) | (b == j)].mean() for j in range(len(true))], width_of_share=widths)


def main() -> None:
    """One table: coverage in per cent of intervals of the value, of the share, and (mean over partners) of the differences."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=400)
    parser.add_argument("--draws", type=int, default=500)
    asked = parser.parse_args()
    start = time.perf_counter()
    with threadpool_limits(1):
        tables = [coverage(n, answers, asked.samples, asked.draws) for n in (200, 500, 1_500) for answers in ("measured", "1-5")]
    print(pd.concat(tables).to_string(index=False, float_format=lambda value: f"{value:.3f}"))
    print(f"{asked.samples} samples of each, {asked.draws} draws, {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
