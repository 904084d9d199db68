"""The fault suite as a table: what can go wrong, how many cases were tried, how many passed. Run: python tests/faults/count.py"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

SUITE = ["faults", "test_privacy_scan.py", "test_recovery.py", "test_nist.py", "test_determinism.py"]


class Table:
    """Counts the outcome of every test by its function."""

    def __init__(self) -> None:
        self.cases: Counter[str] = Counter()
        self.passed: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One phase of one test."""
        if report.when == "call" or report.failed or report.skipped:
            name = report.nodeid.split("::", 1)[1].split("[")[0].removeprefix("test_").replace("_", " ")
            self.cases[name] += 1
            self.passed[name] += report.passed

    def __str__(self) -> str:
        rows = [f"{self.cases[name]:6}{self.passed[name]:8}  {name}" for name in self.cases]
        return "\n".join([" cases  passed", *rows, f"{self.cases.total():6}{self.passed.total():8}  in all"])


if __name__ == "__main__":
    table = Table()
    here = Path(__file__).resolve().parents[1]
    code = pytest.main(["-q", "--no-header", "-p", "no:cacheprovider", "-n", "0", *(str(here / name) for name in SUITE)], plugins=[table])
    sys.stdout.write(f"{table}\n")
    sys.exit(code)
