"""A seeded sample of mutants, as cosmic-ray makes them; runs in cosmic-ray's own environment: mutants.py SEED COUNT FILE...

A place is drawn first, then one of the mutants there: a plus has eleven, nearly all of which fail at once, and would otherwise count
eleven times. Left out are annotations, which are never evaluated (every file has ``from __future__ import annotations``), and what is no
Python any more.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import cosmic_ray.plugins
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code

NEED_ARGUMENTS = ("VariableReplacer", "VariableInserter")  # they ask which variables, file by file


def annotation(node) -> bool:
    """Whether the node belongs to an annotation of an assignment, a parameter or a result."""
    while (parent := node.parent) is not None:
        at = parent.children.index(node)
        if (parent.type, at) == ("annassign", 1) or (parent.type == "tfpdef" and at == len(parent.children) - 1):
            return True
        if parent.type == "funcdef" and parent.annotation is node:
            return True
        node = parent
    return False


def mutants(file: str) -> Iterator[tuple[tuple[str, tuple[int, int]], tuple[str, int]]]:
    """Every mutant of a file: its place, and how cosmic-ray names it, by operator and occurrence."""
    nodes = list(ast_nodes(get_ast(Path(file).read_text(encoding="utf-8"))))
    evaluated = {id(node) for node in nodes if not annotation(node)}
    for name in cosmic_ray.plugins.operator_names():
        if name.endswith(NEED_ARGUMENTS):
            continue
        operator, occurrence = cosmic_ray.plugins.get_operator(name)(), 0
        for node in nodes:
            for start, _ in operator.mutation_positions(node):
                if id(node) in evaluated:
                    yield (file, start), (name, occurrence)
                occurrence += 1


def mutated(file: str, name: str, occurrence: int) -> str | None:
    """The source with the mutant in it; None where it is no Python (cosmic-ray takes the star of keyword-only parameters for a product)."""
    source = Path(file).read_text(encoding="utf-8")
    changed = mutate_code(source, cosmic_ray.plugins.get_operator(name)(), occurrence)
    try:
        compile(changed, file, "exec")
    except SyntaxError:
        return None
    return changed


def told(file: str, start: tuple[int, int], name: str, changed: str) -> dict[str, object]:
    """What the runner needs to know of a mutant: where, what, the line before and after, and the whole source."""
    before, after = Path(file).read_text(encoding="utf-8").split("\n"), changed.split("\n")
    at = next((row for row, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), start[0] - 1)
    shown = {"before": before[at].strip(), "after": after[at].strip()}
    return {"file": file, "line": at + 1, "column": start[1], "operator": name.removeprefix("core/"), **shown, "source": changed}


def main(seed: int, count: int, files: list[str]) -> None:
    """The sample as JSON, with the number of places and of mutants it was drawn from."""
    places: dict[tuple[str, tuple[int, int]], list[tuple[str, int]]] = defaultdict(list)
    for file in files:
        for place, mutant in mutants(file):
            places[place].append(mutant)
    draw, sample = random.Random(seed), []  # noqa: S311
    for file, start in draw.sample(sorted(places), len(places)):
        name, occurrence = draw.choice(places[file, start])
        if (changed := mutated(file, name, occurrence)) is not None:
            sample.append(told(file, start, name, changed))
        if len(sample) == count:
            break
    sample.sort(key=lambda each: (each["file"], each["line"], each["column"]))
    every = Counter(name.split("/")[1].split("_")[0] for found in places.values() for name, _ in found)
    json.dump({"places": len(places), "mutants": every.total(), "by_operator": every, "sample": sample}, sys.stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
