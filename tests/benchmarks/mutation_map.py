"""Which fast test runs which lines of csat_lib, and for how long: what the mutation score is measured with, and what it is quick by."""

from __future__ import annotations

import ast
import json
import os
import re
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SLOW = re.compile(r"csat_lib(\.| import )(report|cli)|CliRunner|papermill|chromium|subprocess|notebooks")
QUICK_PYTEST = ["-q", "--no-header", "-p", "no:cacheprovider", "-p", "no:xdist"]


def fast_files() -> list[str]:
    """The library's doctests and every test file that starts no process and touches neither pages nor the command line."""
    files = sorted((ROOT / "tests").glob("test_*.py"))
    return ["csat_lib", *(f"tests/{file.name}" for file in files if not SLOW.search(file.read_text(encoding="utf-8")))]


@dataclass(eq=False)
class Recorder:
    """A pytest plugin: tells coverage which test runs, and keeps what each took and how it ended.

    What a fixture of a session or module computes belongs to all tests that use it, not to the one that happened to come first.
    """

    switch: object
    seconds: dict[str, float] = field(default_factory=dict)
    fixtures: dict[str, list[str]] = field(default_factory=dict)
    bad: set[str] = field(default_factory=set)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """A test's own context."""
        start = time.process_time()
        self.switch(item.nodeid)
        self.fixtures[item.nodeid] = list(getattr(item, "fixturenames", ()))
        yield
        self.seconds[item.nodeid] = time.process_time() - start
        self.switch("")

    @pytest.hookimpl(hookwrapper=True)
    def pytest_fixture_setup(self, fixturedef, request) -> Iterator[None]:
        """A shared fixture's context."""
        if fixturedef.scope != "function":
            self.switch(f"fixture|{fixturedef.baseid}|{fixturedef.argname}")
        yield
        if fixturedef.scope != "function":
            self.switch(request._pyfuncitem.nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Tests that do not pass as they are cannot tell anything."""
        if not report.passed:
            self.bad.add(report.nodeid)


def record(files: list[str], out: Path) -> None:
    """Run the files under coverage, in this process, and write their map."""
    import coverage

    measured = coverage.Coverage(data_file=None, source=["csat_lib"], config_file=False)
    measured.start()
    recorder = Recorder(measured.switch_context)
    pytest.main([*QUICK_PYTEST, *files], plugins=[recorder])
    measured.stop()
    data = measured.get_data()
    lines = {
        os.path.relpath(file, ROOT): {str(line): found for line, found in data.contexts_by_lineno(file).items()}
        for file in data.measured_files()
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    told = {"seconds": recorder.seconds, "fixtures": recorder.fixtures, "bad": sorted(recorder.bad), "lines": lines}
    out.write_text(json.dumps(told), encoding="utf-8")


@dataclass(frozen=True)
class TestMap:
    """The recorded map, asked by statement."""

    seconds: Mapping[str, float]
    fixtures: Mapping[str, list[str]]
    bad: frozenset[str]
    lines: Mapping[str, Mapping[str, list[str]]]
    made: Mapping[str, float]

    @classmethod
    def read(cls, *files: Path) -> TestMap:
        """One or several maps as one."""
        seconds: dict[str, float] = {}
        fixtures: dict[str, list[str]] = {}
        bad: set[str] = set()
        lines: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        made: dict[str, float] = {}
        for map_file in files:
            each = json.loads(map_file.read_text(encoding="utf-8"))
            seconds |= each["seconds"]
            made |= {test.partition("::")[0]: map_file.stat().st_mtime for test in each["seconds"]}
            fixtures |= each["fixtures"]
            bad |= set(each["bad"])
            for file, found in each["lines"].items():
                for line, contexts in found.items():
                    lines[file][line] += contexts
        return cls(seconds, fixtures, frozenset(bad), lines, made)

    def running(self, file: str, span: tuple[int, int]) -> set[str]:
        """The tests that run any line of a span, themselves or through a fixture they use."""
        found: set[str] = set()
        for line in range(span[0], span[1] + 1):
            for context in self.lines.get(file, {}).get(str(line), ()):
                found |= self._users(context) if context.startswith("fixture|") else {context}
        return {test for test in found if test in self.seconds and test not in self.bad}

    def _users(self, context: str) -> set[str]:
        _, base, name = context.split("|")
        return {test for test, used in self.fixtures.items() if name in used and test.startswith(base)}

    def asked(self, file: str, line: int) -> set[str]:
        """The tests of a statement; where it runs at import alone those of its function or file, of all results, and that say its name."""
        inner, *outer = spans(file, line)
        if found := self.running(file, inner):
            return found
        named = {f"tests/{each.name}" for each in files_that_say(defined(file, inner[0]))} | {"tests/test_results.py"}
        of_all = {test for test in self.seconds if test.partition("::")[0] in named and test not in self.bad}
        return next((found for span in outer if (found := self.running(file, span))), set()) | of_all


def defined(file: str, line: int) -> tuple[str, ...]:
    """What a statement at the top of a file or class gives a name to."""
    found: list[str] = []
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.stmt) and first(node) == line:
            targets = [*getattr(node, "targets", ()), *([node.target] if isinstance(node, ast.AnnAssign) else [])]
            found += [each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)]
            found += [node.name] if isinstance(node, ast.FunctionDef | ast.ClassDef) else []
    return tuple(found)


@cache
def files_that_say(names: tuple[str, ...]) -> tuple[Path, ...]:
    """Test files in which one of the names stands."""
    word = re.compile(rf"\b({'|'.join(names)})\b") if names else None
    files = sorted((ROOT / "tests").glob("test_*.py"))
    return tuple(file for file in files if word and word.search(file.read_text(encoding="utf-8")))


@cache
def tree(file: str) -> ast.Module:
    """The file's syntax."""
    return ast.parse((ROOT / file).read_text(encoding="utf-8"))


def spans(file: str, line: int) -> Iterator[tuple[int, int]]:
    """First and last line of the innermost statement around a line (of a compound one its head), of its function, of the file."""
    around = [node for node in ast.walk(tree(file)) if isinstance(node, ast.stmt) and first(node) <= line <= node.end_lineno]
    around.sort(key=lambda node: node.end_lineno - first(node))
    if around:
        inner = around[0]
        body = getattr(inner, "body", None)
        yield first(inner), (max(body[0].lineno - 1, first(inner)) if body else inner.end_lineno)
    yield from ((first(node), node.end_lineno) for node in around if isinstance(node, ast.FunctionDef | ast.ClassDef))
    yield 1, 10**6


def first(node: ast.stmt) -> int:
    """Where a statement begins, decorators included."""
    return min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
