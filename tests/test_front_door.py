"""``import csat_lib`` is light; rooms and names are there when they are first used."""

import importlib
import subprocess
import sys

import pytest

import csat_lib as csat


def test_importing_the_package_loads_no_heavy_library():
    program = "import sys, csat_lib; print(sorted({'pandas', 'numpy', 'matplotlib', 'papermill'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", sorted(set(csat.__all__)))
def test_every_name_is_there_twice_over(name):
    first = getattr(csat, name)
    assert getattr(csat, name) is first


@pytest.mark.parametrize(
    ("room", "name"), [("drivers", "importance"), ("drivers", "collinearity"), ("index", "scores"), ("stats", "moments")]
)
def test_a_function_named_like_its_file_stays_a_function(room, name):
    importlib.import_module(f"csat_lib.{room}.{name}")
    assert callable(getattr(getattr(csat, room), name))
    assert callable(getattr(getattr(csat, room), name))


def test_a_wrong_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="fit_plz"):
        _ = csat.fit_plz
