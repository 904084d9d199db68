"""How many faults the tests see: python tests/benchmarks/mutation.py [--count 300] [--seed 1] [--remap] [--only WORD].

cosmic-ray, in an environment of its own below build/peers, makes a seeded sample of mutants of the numeric files of stats, index, model and
drivers (mutants.py says how it is drawn). Each mutant is put into a fork of this process, in which the libraries are imported already, and
the fast tests that run its line are run there, the likeliest first, until one fails. A mutant that no test kills survives. Those that
nobody could tell from the original are listed with the reason in mutants_alike.yaml.

Which test runs which line is measured once, by coverage, and kept in build/mutation/map.json; --remap measures it anew.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import importlib.util
import json
import os
import resource
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest
import yaml
from mutation_map import QUICK_PYTEST, ROOT, TestMap, fast_files, record

ROOMS = ("stats", "index", "model", "drivers")
NO_KERNELS = ("__init__", "parallel", "expert_files", "expert_template", "hierarchy_file", "weight_files", "weight_sets")
PEER = "cosmic-ray==8.7.0"
PLACE = ROOT / "build" / "mutation"
ALIKE = Path(__file__).with_name("mutants_alike.yaml")
PATIENCE = (20.0, 40.0)  # seconds of tests: of the module's own files, and of all others
MEMORY = 6 * 2**30


def kernels() -> list[str]:
    """The numeric files: neither readers of files nor plumbing."""
    files = (file for room in ROOMS for file in sorted((ROOT / "csat_lib" / room).glob("*.py")))
    return [str(file.relative_to(ROOT)) for file in files if file.stem not in NO_KERNELS]


def sampled(seed: int, count: int) -> dict[str, object]:
    """The sample, made by cosmic-ray in a process of its own, and kept while neither the kernels nor the question change."""
    sources = "".join((ROOT / file).read_text(encoding="utf-8") for file in kernels())
    mark = hashlib.sha256(f"{PEER} {seed} {count} {sources}".encode()).hexdigest()[:12]
    kept = PLACE / f"sample_{mark}.json"
    if kept.exists():
        return json.loads(kept.read_text(encoding="utf-8"))
    from peers import installed

    command = [installed(PEER), "-W", "ignore", Path(__file__).with_name("mutants.py"), str(seed), str(count), *kernels()]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    kept.write_text(done.stdout, encoding="utf-8")
    return json.loads(done.stdout)


def alone(task: object, *, log: Path, cpu: float) -> tuple[int, float]:
    """The exit code of a task in a fork of this process, or minus the signal that ended it, and the processor's seconds."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        os.setsid()
        with log.open("w") as out:
            os.dup2(out.fileno(), 1)
            os.dup2(out.fileno(), 2)
            resource.setrlimit(resource.RLIMIT_CPU, (int(cpu), int(cpu) + 5))
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            code = 70
            try:
                code = int(task())
            finally:
                sys.stdout.flush()
                os._exit(code)
    _, status, used = os.wait4(child, 0)
    return os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime


@dataclass
class Mutated:
    """A finder that gives one module with other source, and forgets what of csat_lib was imported before.

    The module is imported before pytest starts: pytest would read a file named on its command line, as one with doctests is, itself.
    """

    file: str
    source: str

    def put(self) -> None:
        """From now on csat_lib is imported anew, with the mutant in it."""
        for name in [each for each in sys.modules if each.partition(".")[0] == "csat_lib"]:
            del sys.modules[name]
        sys.meta_path.insert(0, self)
        importlib.import_module(self.name)

    @property
    def name(self) -> str:
        """The module's name."""
        return self.file.removesuffix(".py").replace("/", ".")

    def find_spec(self, name: str, *_: object) -> object:
        """The mutated module's own loader."""
        if name != self.name:
            return None
        full, source = str(ROOT / self.file), self.source

        class Loader(SourceFileLoader):
            def get_code(self, _: str) -> object:
                return compile(source, full, "exec", dont_inherit=True)

        return importlib.util.spec_from_file_location(name, full, loader=Loader(name, full))


@dataclass
class Chosen:
    """A pytest plugin that keeps the tests asked for, in the order asked."""

    order: Sequence[str]
    ran: list[str] = field(default_factory=list)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Only these, in this order."""
        place = {test: number for number, test in enumerate(self.order)}
        found = [(place.get(each.nodeid, place.get(each.nodeid.partition("::")[0])), each) for each in items]
        items[:] = [each for at, each in sorted(((at, each) for at, each in found if at is not None), key=lambda pair: pair[0])]


def attempts(tests: set[str], known: TestMap, file: str) -> list[list[str]]:
    """The tests in two rounds, those of the module's own files first; in each the quick ones first, as many as patience allows."""
    stem = Path(file).stem
    own = {test for test in tests if test.startswith(file) or Path(test.partition("::")[0]).stem == f"test_{stem}"}
    if not own:
        most = Counter(test.partition("::")[0] for test in tests if test.startswith("tests/")).most_common(1)
        own = {test for test in tests if most and test.startswith(most[0][0] + "::")}
    rounds = [changed(tests, known, stem)]
    for part, patience in zip((own, tests - own), PATIENCE, strict=True):
        spent, chosen = 0.0, []
        for test in sorted(part, key=lambda each: known.seconds[each]):
            spent += known.seconds[test] + 0.02
            if spent > patience:
                break
            chosen.append(test)
        rounds.append(chosen)
    return [each for each in rounds if each]


def changed(tests: set[str], known: TestMap, stem: str) -> list[str]:
    """Test files, whole, that the map does not know as they are now: the module's own, and those with tests asked for."""
    own = [f"tests/test_{stem}.py", f"tests/test_{stem.partition('_')[0]}.py"]
    files = dict.fromkeys([*own, *sorted({test.partition("::")[0] for test in tests if test.startswith("tests/")})])
    return [name for name in files if (ROOT / name).exists() and (ROOT / name).stat().st_mtime > known.made.get(name, 0.0)]


def run_tests(mutant: Mutated, rounds: list[list[str]]) -> int:
    """1 where a test failed, 0 where all passed, 3 where pytest itself did."""
    try:
        mutant.put()
    except Exception:  # noqa: BLE001  a module that cannot be imported fails every test
        return 1
    for order in rounds:
        files = sorted({test.partition("::")[0] for test in order}, key=lambda each: not each.startswith("tests"))
        code = int(pytest.main([*QUICK_PYTEST, "-x", "--tb=line", *files], plugins=[Chosen(order)]))
        if code not in (0, 5):
            return 1 if code in (1, 2) else 3
    return 0


def ready() -> None:
    """Import the libraries once, and make hypothesis draw the same examples each time."""
    import hypothesis
    import scipy.optimize
    import semopy
    import sklearn.ensemble
    import statsmodels.api

    import csat_lib.model
    import csat_lib.report

    del scipy, semopy, sklearn, statsmodels, csat_lib
    hypothesis.settings.register_profile("mutation", derandomize=True, database=None, deadline=None)
    hypothesis.settings.load_profile("mutation")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"


def verdict(each: dict[str, object], known: TestMap) -> dict[str, object]:
    """A mutant's fate and what killed it."""
    kept = {name: each[name] for name in ("file", "line", "column", "operator", "before", "after")}
    tests = known.asked(each["file"], each["line"])
    rounds = attempts(tests, known, each["file"])
    expected = sum(known.seconds.get(test, 20.0) for order in rounds for test in order)
    log = PLACE / f"last_{threading.get_ident()}.log"
    if not rounds:
        return {**kept, "fate": "survived", "by": "", "tests": 0, "seconds": 0.0}
    code, taken = alone(lambda: run_tests(Mutated(each["file"], each["source"]), rounds), log=log, cpu=60 + 5 * expected)
    fate = {0: "survived", 1: "killed", -signal.SIGXCPU: "timed out", -signal.SIGKILL: "timed out"}.get(code, f"killed (exit {code})")
    told = [line for line in log.read_text(errors="replace").splitlines() if line.startswith(("FAILED", "ERROR"))]
    return {**kept, "fate": fate, "by": told[0] if told else "", "tests": sum(map(len, rounds)), "seconds": taken}


def reason(each: dict[str, object], alike: list[dict[str, str]]) -> str:
    """Why a mutant cannot be told from the original, or nothing."""
    same = (known for known in alike if all(known[name] == each[name] for name in ("file", "before", "after")))
    return next((known["reason"] for known in same), "")


def known_alike() -> list[dict[str, str]]:
    """The mutants judged to be equivalent, with reasons."""
    return (yaml.safe_load(ALIKE.read_text(encoding="utf-8")) or []) if ALIKE.exists() else []


def summary(found: list[dict[str, object]]) -> str:
    """The score by room, with and without the equivalent mutants, and every survivor."""
    alike = known_alike()
    rows = [f"{'room':10}{'mutants':>8}{'killed':>8}{'score':>8}{'alike':>8}{'score without':>15}"]
    for room in (*ROOMS, ""):
        part = [each for each in found if each["file"].startswith(f"csat_lib/{room}")]
        killed = sum(each["fate"] != "survived" for each in part)
        same = sum(each["fate"] == "survived" and bool(reason(each, alike)) for each in part)
        if part:
            shares = f"{100 * killed / len(part):7.1f}%{same:8}{100 * killed / max(len(part) - same, 1):14.1f}%"
            rows.append(f"{room or 'all':10}{len(part):8}{killed:8}{shares}")
    for each in found:
        if each["fate"] == "survived":
            why = reason(each, alike)
            rows += ["", f"{each['file']}:{each['line']} {each['operator']}{f'  alike: {why}' if why else ''}"]
            rows += [f"  - {each['before']}", f"  + {each['after']}"]
    return "\n".join(rows)


def main() -> None:
    """Draw, map, try, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--remap", action="store_true", help="measure anew which test runs which line")
    parser.add_argument("--only", default="", help="mutants of files with this in their name")
    parser.add_argument("--survivors", action="store_true", help="try only what survived the last time")
    parser.add_argument("--workers", type=int, default=1, help="mutants tried at once (default 1)")
    asked = parser.parse_args()
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    PLACE.mkdir(parents=True, exist_ok=True)
    ready()
    maps = PLACE / "map.json"
    if asked.remap or not maps.exists():
        print("Measuring which test runs which line", flush=True)
        alone(lambda: record(fast_files(), maps) or 0, log=PLACE / "map.log", cpu=7_200)
    known = TestMap.read(*sorted(PLACE.glob("map*.json")))
    drawn = sampled(asked.seed, asked.count)
    print(
        f"{len(drawn['sample'])} of {drawn['mutants']:,} mutants at {drawn['places']:,} places in {len(kernels())} files, seed {asked.seed}"
    )
    kept = PLACE / f"results_{asked.seed}_{asked.count}.json"
    before = {
        (each["file"], each["line"], each["column"], each["operator"]): each
        for each in (json.loads(kept.read_text()) if kept.exists() else [])
    }
    found: dict[int, dict[str, object]] = {}
    writing, alike = threading.Lock(), known_alike()

    def tried(number: int) -> None:
        each = drawn["sample"][number]
        old = before.get((each["file"], each["line"], each["column"], each["operator"]))
        if asked.only not in each["file"] or (asked.survivors and old and (old["fate"] != "survived" or reason(old, alike))):
            found.update({number: old} if old else {})
            return
        found[number] = verdict(each, known)
        told = "{fate:9} {seconds:6.1f} s  {file}:{line} {operator}".format(**found[number])
        print(f"{number + 1:4} {told}", flush=True)
        with writing:
            part = kept.with_suffix(".part")
            part.write_text(json.dumps([found[at] for at in sorted(found)], indent=1), encoding="utf-8")
            part.replace(kept)

    with ThreadPoolExecutor(asked.workers) as pool:
        list(pool.map(tried, range(len(drawn["sample"]))))
    print(f"\n{summary([found[at] for at in sorted(found)])}")


if __name__ == "__main__":
    main()
