"""How often are the verdicts on actions right? Wave pairs with a planted effect and without one, by the shipped kernels.

    python tests/benchmarks/verification.py [pairs]

A wave has 1,200 interviews of which 40 % are treated; weights vary (design effect about 1.2); 30 % of a wave were in the wave before and
agree with themselves (r = .55); in the second design 60 stores hold treated and untreated customers and differ by sd 6.
All waves of a run are drawn at once; the effect planted is the one that the register expects, set so that its nominal power is 80 %.
"""

from __future__ import annotations

import sys

import numpy as np
from scipy import stats

from csat_lib.improvement.double_difference import Side, detectable, effect_of, level, power_of
from csat_lib.improvement.verification import judged

N, TREATED, PANEL, AGREE, SPREAD, STORES, BETWEEN = 1200, 0.4, 0.3, 0.55, 24.0, 60, 6.0
VERDICTS = ("worked", "not shown", "worse", "cannot be told")


def waves(pairs: int, effect: float, draw: np.random.Generator, *, stores: int = 0) -> list[tuple[Side, Side]]:
    """Wave pairs with an effect on the treated of the second wave; the first 30 % of both waves are the same people."""
    m = int(N * PANEL)
    size = (pairs, N)
    treated = draw.random((2, *size)) < TREATED
    w = np.exp(draw.normal(0, 0.43, (2, *size)))
    noise = draw.standard_normal((2, *size))
    noise[1][:, :m] = AGREE * noise[0][:, :m] + np.sqrt(1 - AGREE**2) * noise[1][:, :m]
    treated[1][:, :m], w[1][:, :m] = treated[0][:, :m], w[0][:, :m]
    y = 60 + 4 * treated + SPREAD * noise
    y[1] += effect * treated[1] - 2.0  # everybody moved by -2: it must not count
    store = draw.integers(0, max(stores, 1), (2, *size))
    if stores:
        store[1][:, :m] = store[0][:, :m]
        for wave in range(2):
            y[wave] += np.take_along_axis(draw.normal(0, BETWEEN, (pairs, stores)), store[wave], axis=1)
    clusters = store if stores else None
    return [
        (
            Side(y[0][k], w[0][k], treated[0][k], ~treated[0][k], None, None if clusters is None else clusters[0][k]),
            Side(y[1][k], w[1][k], treated[1][k], ~treated[1][k], None, None if clusters is None else clusters[1][k]),
        )
        for k in range(pairs)
    ]


def verdicts(pairs: int, effect: float, expected: float, *, seed: int, stores: int = 0) -> dict[str, float]:
    """Share of each verdict, of intervals that hold the truth, and the mean nominal power."""
    rows, held, powers = [], [], []
    same = (np.arange(int(N * PANEL)),) * 2
    for before, after in waves(pairs, effect, np.random.default_rng(seed), stores=stores):
        found = effect_of(level(before), level(after), same)
        half = float(stats.t.ppf(0.975, found.df)) * found.std_error
        row = {"conf_low": found.estimate - half, "conf_high": found.estimate + half}
        row |= {"detectable": detectable(found.std_error), "power": power_of(expected, found.std_error)}
        rows.append(judged(row, expected)[0])
        held.append(row["conf_low"] <= effect <= row["conf_high"])
        powers.append(row["power"])
    share = {word: rows.count(word) / pairs for word in VERDICTS}
    return {**share, "coverage": float(np.mean(held)), "power": float(np.mean(powers))}


def expected_effect(*, seed: int, stores: int = 0, times: float = 1.0) -> float:
    """The effect that such a survey sees with 80 % power, times a factor."""
    same = (np.arange(int(N * PANEL)),) * 2
    errors = [effect_of(level(one), level(two), same).std_error for one, two in waves(50, 0.0, np.random.default_rng(seed), stores=stores)]
    return times * detectable(float(np.mean(errors)))


def main(pairs: int) -> None:
    """The table of CHANGELOG and README."""
    for stores in (0, STORES):
        eight = expected_effect(seed=1, stores=stores)
        for name, effect, expected in (("no effect", 0.0, 1.1 * eight), ("planted", eight, eight), ("harm", -eight, eight)):
            found = verdicts(pairs, effect, expected, seed=2, stores=stores)
            said = "  ".join(f"{word} {100 * value:5.1f} %" for word, value in found.items())
            sys.stdout.write(f"{'60 stores' if stores else 'simple   '}  {name:9} {effect:+5.2f}  {said}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
