"""The path model as data: constructs, their items, and who drives whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import BeforeValidator

from csat_lib.errors import ParamsError, nearest
from csat_lib.study.places import find_root
from csat_lib.study.reader import Label, Strict, Text, Words, check, read_yaml

Mode = Literal["A", "B"]


class _Construct(Strict):
    label: Label
    items: Words
    mode: Mode = "A"


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


@dataclass(frozen=True, slots=True)
class Construct:
    """A latent variable and the items that measure it (``mode`` A: correlation weights, B: regression weights)."""

    name: str
    label: Text
    items: tuple[str, ...]
    mode: Mode = "A"


@dataclass(frozen=True, slots=True)
class Structure:
    """A measurement model and a recursive structural model.

    Attributes
    ----------
    constructs : tuple of Construct
        In causal order: every construct comes after those that drive it.
    drivers_of : mapping of str to tuple of str
        ``drivers_of[effect]`` names the direct causes of ``effect``.
    outcome : str
        The construct whose score is the index.
    title, source : Text, str
        What the model is called and who published it.

    Raises
    ------
    ParamsError
        Unknown or repeated names, an empty block, a construct without a path, a loop (written out).
    """

    constructs: tuple[Construct, ...]
    drivers_of: Mapping[str, tuple[str, ...]]
    outcome: str
    title: Text = Text()
    source: str = ""

    def __post_init__(self) -> None:
        names = [each.name for each in self.constructs]
        drivers = {effect: tuple(causes) for effect, causes in self.drivers_of.items() if causes}
        _check_names(names, drivers, self.outcome)
        _check_items(self.constructs)
        order = {name: place for place, name in enumerate(_causal_order(names, drivers))}
        object.__setattr__(self, "constructs", tuple(sorted(self.constructs, key=lambda each: order[each.name])))
        effects = sorted(drivers, key=order.__getitem__)
        object.__setattr__(
            self,
            "drivers_of",
            MappingProxyType({effect: tuple(sorted(drivers[effect], key=order.__getitem__)) for effect in effects}),
        )

    def __reduce__(self) -> tuple[object, ...]:
        return Structure, (self.constructs, dict(self.drivers_of), self.outcome, self.title, self.source)

    @property
    def names(self) -> tuple[str, ...]:
        """The constructs' names in causal order."""
        return tuple(each.name for each in self.constructs)

    @property
    def items(self) -> tuple[str, ...]:
        """All items, block by block in causal order."""
        return tuple(item for each in self.constructs for item in each.items)

    @property
    def paths(self) -> tuple[tuple[str, str], ...]:
        """(cause, effect) of every structural path, effect by effect in causal order."""
        return tuple((cause, effect) for effect, causes in self.drivers_of.items() for cause in causes)

    def construct(self, name: str) -> Construct:
        """The construct called ``name``, or an error with the nearest one."""
        for each in self.constructs:
            if each.name == name:
                return each
        raise ParamsError(f"No construct {name!r} in the model.{nearest(name, self.names)}")

    def label(self, name: str, language: str = "en") -> str:
        """A construct's label in ``language``."""
        return self.construct(name).label.say(language) or name

    def without_path(self, cause: str, effect: str) -> Structure:
        """The same model less one path; the original is unchanged."""
        if (cause, effect) not in self.paths:
            raise ParamsError(f"No path {cause} -> {effect} in the model.{nearest(cause, self.drivers_of.get(effect, ()))}")
        causes = tuple(each for each in self.drivers_of[effect] if each != cause)
        return replace(self, drivers_of={**self.drivers_of, effect: causes})

    def with_path(self, cause: str, effect: str) -> Structure:
        """The same model and one path more."""
        return replace(self, drivers_of={**self.drivers_of, effect: (*self.drivers_of.get(effect, ()), cause)})

    def with_items(self, construct: str, items: tuple[str, ...]) -> Structure:
        """The same model with other items for one construct."""
        self.construct(construct)
        changed = tuple(replace(each, items=tuple(items)) if each.name == construct else each for each in self.constructs)
        return replace(self, constructs=changed)

    def to_lavaan(self) -> str:
        """The specification in lavaan's syntax."""
        blocks = [f"{each.name} =~ {' + '.join(each.items)}" for each in self.constructs]
        paths = [f"{effect} ~ {' + '.join(causes)}" for effect, causes in self.drivers_of.items()]
        return "\n".join(blocks + paths) + "\n"


def load_model(name_or_path: str | Path, *, root: str | Path | None = None) -> Structure:
    """A model of the library (params/models) by name, or the one in a YAML file.

    Raises
    ------
    ParamsError
        No such model (the nearest name is given), or a mistake in the file, by key.
    """
    path = Path(name_or_path)
    if path.suffix not in {".yaml", ".yml"}:
        library = find_root(root) / "params" / "models"
        known = sorted(each.stem for each in library.glob("*.yaml"))
        if str(name_or_path) not in known:
            raise ParamsError(f"No model {str(name_or_path)!r} in params/models.{nearest(str(name_or_path), known)}")
        path = library / f"{name_or_path}.yaml"
    parsed = check(_File, read_yaml(path), path.name)
    constructs = tuple(Construct(name, each.label, each.items, each.mode) for name, each in parsed.constructs.items())
    try:
        return Structure(constructs, parsed.drivers_of, parsed.outcome, parsed.title, parsed.source)
    except ParamsError as error:
        raise ParamsError(f"{path.name}: {error}") from None


def _check_names(names: list[str], drivers: Mapping[str, tuple[str, ...]], outcome: str) -> None:
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise ParamsError(f"constructs: {twice[0]} is declared twice.")
    for effect, causes in drivers.items():
        for name in (effect, *causes):
            if name not in names:
                raise ParamsError(f"drivers_of: {effect}: no construct {name!r}.{nearest(name, names)}")
        repeated = sorted({cause for cause in causes if causes.count(cause) > 1})
        if repeated:
            raise ParamsError(f"drivers_of: {effect}: {repeated[0]} is named twice.")
    if outcome not in names:
        raise ParamsError(f"outcome: no construct {outcome!r}.{nearest(outcome, names)}")
    linked = set(drivers) | {cause for causes in drivers.values() for cause in causes}
    lonely = [name for name in names if name not in linked]
    if lonely:
        raise ParamsError(f"constructs: {lonely[0]} has no path to or from it. Connect it in drivers_of or leave it out.")


def _check_items(constructs: tuple[Construct, ...]) -> None:
    owner: dict[str, str] = {}
    for each in constructs:
        if not each.items:
            raise ParamsError(f"constructs: {each.name} has no items.")
        for item in each.items:
            if item in owner:
                raise ParamsError(f"constructs: the item {item!r} stands in {owner[item]} and in {each.name}; it can measure only one.")
            owner[item] = each.name


def _causal_order(names: list[str], drivers: Mapping[str, tuple[str, ...]]) -> list[str]:
    order: list[str] = []
    waiting = list(names)
    while waiting:
        ready = next((name for name in waiting if all(cause in order for cause in drivers.get(name, ()))), None)
        if ready is None:
            raise ParamsError(f"drivers_of: the paths form a loop: {' -> '.join(_loop(waiting, drivers))}. Take one of them out.")
        order.append(ready)
        waiting.remove(ready)
    return order


def _loop(waiting: list[str], drivers: Mapping[str, tuple[str, ...]]) -> list[str]:
    """One loop among constructs that all wait for another, in the direction of the arrows."""
    trail = [waiting[0]]
    while trail[-1] not in trail[:-1]:
        trail.append(next(cause for cause in drivers[trail[-1]] if cause in waiting))
    return trail[trail.index(trail[-1]) :][::-1]
