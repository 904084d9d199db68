"""The model library: one YAML file for each published model, and the reading of any file like it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field

from csat_lib.errors import ParamsError, nearest
from csat_lib.study.blocks import Construct, Mode, Question
from csat_lib.study.places import find_root
from csat_lib.study.reader import Label, Strict, Text, Words, check, read_yaml
from csat_lib.study.structure import Structure


class _Construct(Strict):
    label: Label
    items: Words = ()
    mode: Mode = "A"
    of: Words = ()


class _Question(Strict):
    label: Label
    wording: Label
    low: Label = Text()
    high: Label = Text()
    source: str = ""


def _causes(value: object) -> object:
    if isinstance(value, dict):
        return {effect: tuple(causes) if isinstance(causes, list) else causes for effect, causes in value.items()}
    return value


class _File(Strict):
    title: Label
    source: str
    outcome: str
    constructs: dict[str, _Construct]
    drivers_of: Annotated[dict[str, tuple[str, ...]], BeforeValidator(_causes)]
    items: dict[str, _Question] = Field(default_factory=dict)


def model_names(root: str | Path | None = None) -> tuple[str, ...]:
    """The models of the library (params/models), by name."""
    return tuple(sorted(each.stem for each in _library(root).glob("*.yaml")))


def load_model(name_or_path: str | Path, *, root: str | Path | None = None) -> Structure:
    """A model of the library (params/models) by name, or the one in a YAML file.

    Raises
    ------
    ParamsError
        No such model (the nearest name is given), or a mistake in the file, by key.
    """
    path = Path(name_or_path)
    if path.suffix not in {".yaml", ".yml"}:
        known = model_names(root)
        if str(name_or_path) not in known:
            raise ParamsError(f"No model {str(name_or_path)!r} in params/models.{nearest(str(name_or_path), known)}")
        path = _library(root) / f"{name_or_path}.yaml"
    parsed = check(_File, read_yaml(path), path.name)
    constructs = tuple(Construct(name, each.label, each.items, each.mode, each.of) for name, each in parsed.constructs.items())
    try:
        return Structure(constructs, parsed.drivers_of, parsed.outcome, parsed.title, parsed.source, _questions(parsed.items))
    except ParamsError as error:
        raise ParamsError(f"{path.name}: {error}") from None


def _library(root: str | Path | None) -> Path:
    return find_root(root) / "params" / "models"


def _questions(items: Mapping[str, _Question]) -> dict[str, Question]:
    return {item: Question(each.label, each.wording, each.low, each.high, each.source) for item, each in items.items()}
