"""What all rooms promise alike: results that cannot be changed, and the same answer where an analyst leaves an option out."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
import re
from types import ModuleType

import pytest

import csat_lib

ROOMS = ("study", "stats", "survey", "simulate", "index", "model", "drivers", "tracking", "voice", "improvement")
GATHERED = {"csat_lib.survey.parquet_moments.Part"}  # sums that grow while a file is read
WITH_ARRAYS = re.compile(r"\b(Array|NDArray|DataFrame|Series)\b")
# What the docstrings and the design promise for an option that is left out.
PROMISED = {"confidence": 0.95, "alpha": 0.05, "permutations": 1000}


def modules(*rooms: str) -> list[ModuleType]:
    packages = [importlib.import_module(f"csat_lib.{room}") for room in rooms]
    names = [found.name for package in packages for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    return [*packages, *map(importlib.import_module, names)]


def own(kind, *rooms: str):
    """What the files of the rooms define themselves, by full name."""
    found = {
        f"{module.__name__}.{name}": each
        for module in modules(*rooms)
        for name, each in vars(module).items()
        if kind(each) and each.__module__ == module.__name__
    }
    assert found
    return found


def dataclasses_of(*rooms: str):
    return own(lambda each: inspect.isclass(each) and dataclasses.is_dataclass(each), *rooms)


def test_nobody_can_change_a_result():
    loose = {name for name, each in dataclasses_of(*ROOMS).items() if not each.__dataclass_params__.frozen}
    assert loose == GATHERED


def test_no_result_takes_a_misspelt_attribute():
    assert [name for name, each in dataclasses_of(*ROOMS).items() if "__slots__" not in vars(each)] == []


def test_results_with_arrays_are_never_compared_number_by_number():
    def arrays(each) -> bool:
        return any(WITH_ARRAYS.search(str(field.type)) for field in dataclasses.fields(each))

    compared = {
        name
        for name, each in dataclasses_of("stats", "index", "model", "drivers").items()
        if arrays(each) and each.__dataclass_params__.eq and not name.rpartition(".")[2].startswith("_")
    }
    assert compared == set()


@pytest.mark.parametrize(("option", "promised"), PROMISED.items())
def test_an_option_left_out_means_the_same_in_every_room(option, promised):
    given = {
        name: parameter.default
        for name, each in own(inspect.isfunction, *ROOMS).items()
        for parameter in [inspect.signature(each).parameters.get(option)]
        if parameter is not None and parameter.default is not inspect.Parameter.empty
    }
    assert given
    assert {name: default for name, default in given.items() if default != promised} == {}


def test_what_is_typed_at_the_top_is_what_the_rooms_have():
    assert csat_lib.bootstrap is csat_lib.model.bootstrap
    assert inspect.signature(csat_lib.bootstrap).parameters["draws"].default == 5000
    assert inspect.signature(csat_lib.bootstrap).parameters["seed"].default is inspect.Parameter.empty
    assert inspect.signature(csat_lib.fit_pls).parameters["tolerance"].default == 1e-7
    assert inspect.signature(csat_lib.fit_pls).parameters["max_iterations"].default == 300


OPTIONS = ("seed", "draws", "confidence", "weights", "missing", "scale", "permutations", "correction", "alpha")


def test_options_are_named_at_the_call():
    said = {
        f"{room}.{name}: {option}"
        for room in ("index", "drivers", "tracking")
        for name, each in vars(importlib.import_module(f"csat_lib.{room}")).items()
        if inspect.isfunction(each)
        for option in OPTIONS
        if (parameter := inspect.signature(each).parameters.get(option)) is not None
        and parameter.kind is not inspect.Parameter.KEYWORD_ONLY
        and parameter.default is not inspect.Parameter.empty
    }
    assert said == set()
