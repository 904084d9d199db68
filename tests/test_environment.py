"""environment.yml, pyproject.toml and requirements.lock say the same."""

from __future__ import annotations

import sys
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ("jupyterlab", "pandas", "statsmodels", "semopy", "seaborn", "papermill", "nbconvert", "pytest")


@pytest.fixture(scope="module")
def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def asked(project) -> list[Requirement]:
    """What pyproject.toml asks for, to run and to develop."""
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    return [Requirement(line) for line in project["dependencies"] + extras]


@pytest.fixture(scope="module")
def locked() -> dict[str, list[Requirement]]:
    """What requirements.lock pins, by name; a name has several lines where Python versions differ."""
    return read_lock((ROOT / "requirements.lock").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def conda() -> dict:
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


def read_lock(text: str) -> dict[str, list[Requirement]]:
    pins: dict[str, list[Requirement]] = {}
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            pin = Requirement(line)
            pins.setdefault(canonicalize_name(pin.name), []).append(pin)
    return pins


def pinned(pin: Requirement) -> str:
    """The version of a line of the lock, which must be exact."""
    (only,) = pin.specifier
    assert only.operator == "==", f"{pin} is not pinned"
    return only.version


def out_of_step(asked: list[Requirement], locked: dict[str, list[Requirement]]) -> list[str]:
    """Requirements without a pin, or with a pin outside their bounds."""
    faults = []
    for need in asked:
        pins = locked.get(canonicalize_name(need.name), [])
        if not pins:
            faults.append(f"{need} is not in the lock")
        faults += [f"{need}, but the lock has {pin}" for pin in pins if not need.specifier.contains(pinned(pin))]
    return faults


def differing(locked: dict[str, list[Requirement]], installed: dict[str, str]) -> list[str]:
    """Lines of the lock that hold for this Python but not for what is installed."""
    here = [(name, pin) for name, pins in locked.items() for pin in pins if pin.marker is None or pin.marker.evaluate()]
    return [f"{pin}, installed {installed.get(name)}" for name, pin in here if installed.get(name) != pinned(pin)]


def test_every_dependency_is_pinned_within_its_bounds(asked, locked):
    assert out_of_step(asked, locked) == []


def test_a_missing_or_outdated_pin_is_seen():
    asked = [Requirement("pandas>=3.0"), Requirement("types-PyYAML>=6"), Requirement("scipy>=1.15")]
    locked = read_lock("pandas==2.3.1\n    # via csat-lib\ntypes-pyyaml==6.0.12\n")
    assert out_of_step(asked, locked) == [
        "pandas>=3.0, but the lock has pandas==2.3.1",
        "scipy>=1.15 is not in the lock",
    ]


def test_every_dependency_has_a_floor(asked):
    assert [str(need) for need in asked if not any(each.operator in {">=", "~=", "=="} for each in need.specifier)] == []


def test_every_line_of_the_lock_is_exact(locked):
    assert all(pinned(pin) for pins in locked.values() for pin in pins)


@pytest.mark.parametrize("tool", TOOLS)
def test_the_fixed_tools_are_asked_for_and_locked(tool, asked, locked):
    assert tool in {canonicalize_name(need.name) for need in asked}
    assert tool in locked


def test_conda_installs_the_lock_and_the_package_and_nothing_else(conda):
    names = [each for each in conda["dependencies"] if isinstance(each, str)]
    sections = [each for each in conda["dependencies"] if not isinstance(each, str)]
    assert conda["name"] == "csat"
    assert sorted(Requirement(each).name for each in names) == ["pip", "python"]
    assert sections == [{"pip": ["-r requirements.lock", "-e ."]}]


def test_conda_and_pip_ask_for_the_same_python(conda, project):
    (python,) = [each for each in conda["dependencies"] if isinstance(each, str) and each.startswith("python")]
    assert Requirement(python).specifier == Requirement(f"python{project['requires-python']}").specifier


def test_what_is_installed_is_what_is_locked(locked):
    if Path(sys.prefix).resolve() != (ROOT / ".venv").resolve():
        pytest.skip("this Python is not the one of .venv, so the lock says nothing about it")
    installed = {}
    for name in locked:
        try:
            installed[name] = version(name)
        except PackageNotFoundError:
            continue
    assert differing(locked, installed) == []


def test_another_installed_version_is_seen():
    locked = read_lock("pandas==3.1.1\nscipy==1.17.1\nold==1.0 ; python_full_version < '3'\n")
    seen = differing(locked, {"pandas": "3.1.1", "scipy": "1.16.0"})
    assert seen == ["scipy==1.17.1, installed 1.16.0"]
