"""The house keeps its order: imports point upstream, files stay small, nothing private or stray gets in."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LIBRARY = ROOT / "csat_lib"

FLOORS = [
    "errors",
    "study stats",
    "survey",
    "simulate index",
    "model",
    "drivers tracking",
    "voice improvement",
    "report",
    "cli",
]
FLOOR = {room: number for number, floor in enumerate(FLOORS) for room in floor.split()}

TOP_LEVEL = {
    *("notebooks", "csat_lib", "params", "data", "output", "tests", ".ci"),
    *("README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", ".gitignore", ".pre-commit-config.yaml"),
    *("pyproject.toml", "requirements.lock", "environment.yml", "Makefile"),
}

# Spelt so that neither pattern finds itself.
MACHINE_PATH = re.compile(r"(?<![\w.)}<])/(?:work|tmp|root|home|opt|Users)\b(?!-)")
REGISTRY_HOST = re.compile(r"\b(?:pypi|pythonhosted|npmjs|anaconda|crates)\.(?:org|com|io)\b")

MODULES = sorted(path.relative_to(LIBRARY) for path in LIBRARY.rglob("*.py"))
Function = ast.FunctionDef | ast.AsyncFunctionDef

each_module = pytest.mark.parametrize("path", MODULES, ids=str)


def tree_of(path: Path) -> ast.Module:
    return ast.parse((LIBRARY / path).read_text(encoding="utf-8"))


def room_of(path: Path) -> str:
    return path.parts[0].removesuffix(".py")


def imported_names(tree: ast.Module, path: Path) -> Iterator[str]:
    """Dotted names that a file of csat_lib imports, wherever the import stands, relative ones resolved."""
    package = ["csat_lib", *path.parts[:-1]]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) + 1 - node.level] if node.level else []
            module = ".".join([*start, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            called = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            if called in {"import_module", "__import__"}:
                yield from (arg.value for arg in node.args[:1] if isinstance(arg, ast.Constant))


def imported_rooms(tree: ast.Module, path: Path) -> set[str]:
    """Rooms that a file imports; the package's own door counts as the room ``csat_lib``."""
    dotted = [name.split(".") for name in imported_names(tree, path)]
    ours = [parts[1] if len(parts) > 1 else "csat_lib" for parts in dotted if parts[0] == "csat_lib"]
    return {name if name in FLOOR else "csat_lib" for name in ours if not name.startswith("__")}


def not_upstream(tree: ast.Module, path: Path) -> set[str]:
    here = room_of(path)
    above = {room for room, floor in FLOOR.items() if floor < FLOOR[here]}
    return imported_rooms(tree, path) - above - {here}


@each_module
def test_imports_point_upstream(path):
    if path != Path("__init__.py"):
        assert room_of(path) in FLOOR, f"csat_lib/{path}: no such room in the house; see CONTRIBUTING.md"
        assert not_upstream(tree_of(path), path) == set()


@pytest.mark.parametrize(
    ("line", "room"),
    [
        ("from csat_lib.report import charts", "report"),
        ("import csat_lib.report.charts", "report"),
        ("from csat_lib import report", "report"),
        ("from ..report import charts", "report"),
        ("from ..report.charts import bar", "report"),
        ("from .. import report", "report"),
        ("def f():\n    from csat_lib.report import charts", "report"),
        ("if TYPE_CHECKING:\n    from csat_lib.report import Site", "report"),
        ("importlib.import_module('csat_lib.report')", "report"),
        ("from csat_lib.tracking import compare_waves", "tracking"),
        ("import csat_lib as csat", "csat_lib"),
        ("from csat_lib import fit_pls", "csat_lib"),
    ],
)
def test_an_import_from_below_or_beside_is_seen(line, room):
    assert not_upstream(ast.parse(line), Path("drivers/importance.py")) == {room}


@pytest.mark.parametrize(
    "line",
    [
        "from ..model.pls import fit_pls",
        "from .lmg import lmg",
        "from csat_lib.errors import DataError",
        "import numpy",
    ],
)
def test_an_import_from_above_or_the_same_room_is_allowed(line):
    assert not_upstream(ast.parse(line), Path("drivers/importance.py")) == set()


def is_called(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def raises_bare_exception(node: ast.AST) -> bool:
    if not isinstance(node, ast.Raise) or node.exc is None:
        return False
    raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    return isinstance(raised, ast.Name) and raised.id.startswith(("Exception", "BaseException", "NotImplemented"))


LAZY = {Path("__init__.py"), Path("report/__init__.py")}


def test_no_part_of_the_lazy_report_is_called_like_one_of_its_files():
    """Importing the file would put it in the place of the function."""
    from csat_lib import report

    files = {path.stem for path in Path(report.__file__).parent.glob("*.py")}
    assert set(report._HOME) & files == set()
    assert set(report.__all__) - set(report._HOME) <= files | {"charts"}


def shape_faults(text: str, path: Path) -> Iterator[str]:
    """Faults of a file that need no knowledge of the rest of the house."""
    tree = ast.parse(text)
    if (lines := len(text.splitlines())) > 320:
        yield f"{lines} lines, at most 320: is there a second subject in it?"
    if path.name == "utils.py":
        yield "utils.py: a helper lives beside its only caller, or it deserves a name"
    if not any(is_content(node, path) for node in tree.body):
        yield "holds neither a definition nor a re-export"
    if path not in LAZY and any(getattr(node, "name", "") == "__getattr__" for node in tree.body):
        yield "is lazy: only csat_lib itself and its report, which draws in all rooms, may be"
    yield from (f"line {node.lineno}: {fault}" for node in ast.walk(tree) for fault in statement_faults(node))


def code_lines(node: Function) -> int:
    """Lines of a function without its docstring."""
    docstring = node.body[0] if ast.get_docstring(node) else None
    return node.end_lineno - node.lineno + 1 - (docstring.end_lineno - docstring.lineno + 1 if docstring else 0)


def statement_faults(node: ast.AST) -> Iterator[str]:
    if isinstance(node, Function) and (length := code_lines(node)) > 60:
        yield f"{node.name} has {length} lines, at most 60"
    if is_called(node, "print"):
        yield "prints"
    if isinstance(node, ast.Assert):
        yield "asserts"
    if raises_bare_exception(node):
        yield "raises an exception outside the family of csat_lib.errors"
    if isinstance(node, ast.ExceptHandler) and node.type is None:
        yield "bare except"


def is_content(node: ast.stmt, path: Path) -> bool:
    if isinstance(node, Function | ast.ClassDef | ast.Assign | ast.AnnAssign):
        return True
    imports = isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and node.module != "__future__")
    return imports and path.name in {"__init__.py", "__main__.py"}


@each_module
def test_a_file_is_one_subject_without_prints_asserts_or_bare_exceptions(path):
    assert list(shape_faults((LIBRARY / path).read_text(encoding="utf-8"), path)) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("x = 1\n" * 321, "321 lines"),
        ("def f():\n" + "    x = 1\n" * 60, "61 lines"),
        ("def f():\n    print(1)", "prints"),
        ("def f(x):\n    assert x", "asserts"),
        ("def f():\n    raise Exception('no')", "outside the family"),
        ("def f():\n    raise NotImplemented", "outside the family"),
        ("try:\n    x = 1\nexcept:\n    x = 2", "bare except"),
        ('"""Only a word."""\nfrom __future__ import annotations', "neither a definition"),
        ("from csat_lib.index.scores import scores", "neither a definition"),
        ("def __getattr__(name):\n    return name", "is lazy"),
    ],
)
def test_a_misshapen_file_is_seen(text, fault):
    assert any(fault in seen for seen in shape_faults(text, Path("index/scores.py")))


def test_a_drawer_for_leftovers_is_seen():
    assert any("helper" in seen for seen in shape_faults("x = 1", Path("index/utils.py")))


def test_a_room_may_re_export_and_only_the_front_door_may_be_lazy():
    lazy = "from .scores import scores\n\n\ndef __getattr__(name):\n    return name\n"
    assert list(shape_faults("from .scores import scores", Path("index/__init__.py"))) == []
    assert list(shape_faults(lazy, Path("__init__.py"))) == []
    assert [seen for seen in shape_faults(lazy, Path("index/__init__.py")) if "lazy" in seen]


def public(body: list[ast.stmt], owner: str = "") -> Iterator[tuple[str, Function | ast.ClassDef]]:
    """Public functions, classes and methods, by dotted name."""
    for node in body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            yield f"{owner}{node.name}", node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body, f"{owner}{node.name}.")


def decorated(node: Function | ast.ClassDef, *words: str) -> bool:
    return any(word in ast.unparse(each) for each in node.decorator_list for word in words)


def parameters(node: Function | ast.ClassDef) -> list[ast.arg]:
    args = node.args
    named = [*args.posonlyargs, *args.args, args.vararg, *args.kwonlyargs, args.kwarg]
    return [each for each in named if each is not None and each.arg not in {"self", "cls"}]


def described(docstring: str, *sections: str) -> set[str]:
    """The names with an entry of their own in the NumPy sections called so."""
    found: set[str] = set()
    for section in sections:
        body = re.search(rf"^{section}\n-+\n(.*?)(?=^\S[^\n]*\n-{{3,}}$|\Z)", docstring, re.MULTILINE | re.DOTALL)
        entries = re.findall(r"^(\S[^:\n]*?)(?: *:.*)?$", body.group(1), re.MULTILINE) if body else []
        found |= {name.strip(" *`") for entry in entries for name in entry.split(",")}
    return found


def is_flag(annotation: ast.expr | None, default: ast.expr | None) -> bool:
    words = set(re.split(r"\W+", ast.unparse(annotation))) if annotation is not None else set()
    literal = isinstance(default, ast.Constant) and isinstance(default.value, bool)
    return literal or ("bool" in words and not isinstance(annotation, ast.Subscript))


def flags(node: Function) -> Iterator[str]:
    """Parameters that are on or off, by annotation or default."""
    args = node.args
    places = [*args.posonlyargs, *args.args]
    defaults = [None] * (len(places) - len(args.defaults)) + args.defaults + args.kw_defaults
    for arg, default in zip(places + args.kwonlyargs, defaults, strict=True):
        if is_flag(arg.annotation, default):
            yield arg.arg


def exported(room: Path) -> set[str]:
    """The names that a room offers: what stands in ``__all__`` of its ``__init__``."""
    front = room / "__init__.py"
    named = re.search(r"^__all__ = \[(.*?)^\]", front.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL) if front.is_file() else None
    return set(re.findall(r'"(\w+)"', named.group(1))) if named else set()


def signature_faults(tree: ast.Module, offered: set[str]) -> Iterator[str]:
    """Undocumented public names, switches, and parameters that a function offered to analysts does not describe."""
    for name, node in public(tree.body):
        docstring = ast.get_docstring(node) or ""
        if not docstring and not decorated(node, "overload", "override", ".setter"):
            yield f"{name} has no docstring"
        if isinstance(node, ast.ClassDef):
            continue
        yield from (f"{name}: {flag} is on or off; give it words" for flag in flags(node))
        names = [each.arg for each in parameters(node)]
        silent = [each for each in names if each not in described(docstring, "Parameters") and f"``{each}``" not in docstring]
        if len(names) > 2 and silent and name in offered and not decorated(node, "overload"):
            yield f"{name}: the docstring does not describe {', '.join(silent)}"


@each_module
def test_options_are_words_and_every_parameter_is_described(path):
    assert list(signature_faults(tree_of(path), exported((ROOT / path).parent))) == []


SECTION = '"""Score.\n\n    Parameters\n    ----------\n    a, b : float\n        Two.\n    {}\n        More.\n    """'


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("def f(): pass", "f has no docstring"),
        ("class F: pass", "F has no docstring"),
        ("class F:\n    'Doc.'\n    def g(self): pass", "F.g has no docstring"),
        ("def f(a, quiet=True):\n    'Doc.'", "f: quiet is on or off; give it words"),
        ("def f(a, *, quiet=False):\n    'Doc.'", "f: quiet is on or off; give it words"),
        ("def f(quiet: bool | None):\n    'Doc.'", "f: quiet is on or off; give it words"),
        ("def f(a, b, c):\n    'Doc of a, b and c.'", "f: the docstring does not describe a, b, c"),
        (f"def f(a, b, c):\n    {SECTION.format('d : int')}", "f: the docstring does not describe c"),
    ],
)
def test_a_silent_signature_is_seen(text, fault):
    assert list(signature_faults(ast.parse(text), {"f"})) == [fault]


@pytest.mark.parametrize("entry", ["c : int", "c", "*c : str", "c, d : str"])
def test_a_described_signature_passes(entry):
    assert list(signature_faults(ast.parse(f"def f(a, b, c):\n    {SECTION.format(entry)}"), {"f"})) == []


def test_private_functions_and_results_may_hold_truth_values():
    text = "def _f(a, quiet=True): pass\n@dataclass\nclass F:\n    'Doc.'\n    consistent: bool = True"
    assert list(signature_faults(ast.parse(text), {"f"})) == []


@pytest.fixture(scope="module")
def files_in_git() -> list[str]:
    """Files that git tracks or would track, relative to the root."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout, so there is no telling which files belong to the repository")
    listed = subprocess.run(
        [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if listed.returncode:
        pytest.skip(f"git cannot list the files: {listed.stderr.strip()}")
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def strays(names: list[str]) -> set[str]:
    return {name.split("/")[0] for name in names} - TOP_LEVEL


def leaks(text: str) -> list[str]:
    """Paths of somebody's machine and hosts of package registries."""
    return [match.group() for pattern in (MACHINE_PATH, REGISTRY_HOST) for match in pattern.finditer(text)]


def test_nothing_else_stands_at_the_top(files_in_git):
    assert strays(files_in_git) == set()


def test_no_file_names_a_machine_or_a_registry(files_in_git):
    found = {}
    for name in files_in_git:
        content = (ROOT / name).read_bytes()
        if b"\0" not in content and (seen := leaks(content.decode("utf-8", errors="replace"))):
            found[name] = seen
    assert found == {}


def test_a_stray_folder_is_seen():
    assert strays(["README.md", "scripts/once.py", "csat_lib/cli.py", "notes.txt"]) == {"scripts", "notes.txt"}


@pytest.mark.parametrize("spaced", ["/ home/anne/survey.csv", "open('/ tmp/x')", "https:// pypi .org/simple"])
def test_a_leak_is_seen(spaced):
    assert leaks(spaced.replace(" ", ""))


@pytest.mark.parametrize("text", ["data/demo/home/2025.csv", "its work/life balance", "</home>", "https://doi.org/10.1016/x"])
def test_an_ordinary_path_is_no_leak(text):
    assert leaks(text) == []
