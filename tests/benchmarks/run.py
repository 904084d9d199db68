"""Speeds on one core, each beside a peer or a floor measured in the same run: python tests/benchmarks/run.py [--quick].

Nothing is asserted: a number depends on the machine, the ratio much less. A floor is the part of the task that numpy alone would need.
"""

from __future__ import annotations

import argparse

from importance import bootstrapped, box, exact, sampled, waves
from intake import importing, parquet_moments
from models import further, one_fit, resampling, summaries
from reading import reading
from threadpoolctl import threadpool_limits
from timing import machine, table


def main() -> None:
    """Run every task, then print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the sizes, for a look whether all of it runs")
    part = 10 if parser.parse_args().quick else 1
    with threadpool_limits(1):
        print(machine())
        print()
        lines = [
            *resampling(5_000 // part),
            *summaries(5_000 // part),
            *further(1_000 // part),
            one_fit(1_000_000 // part),
            exact(10),
            *([] if part > 1 else [exact(12)]),
            exact(15),
            *([] if part > 1 else [exact(20)]),
            bootstrapped(10, 1_000 // part),
            sampled(30),
            box(8 if part == 1 else 5),
            waves(14 if part == 1 else 8, 1_000 // part),
            reading(100_000 // part),
            *(importing(1_000_000 // part), parquet_moments(10_000_000 // part)),
        ]
    print(table(lines))


if __name__ == "__main__":
    main()
