"""The path model as data: constructs, their items, and who drives whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from csat_lib.errors import ParamsError, nearest
from csat_lib.study.blocks import Construct, Question, check_items, wholes
from csat_lib.study.reader import Text


@dataclass(frozen=True, slots=True)
class Structure:
    """A measurement model and a recursive structural model.

    Attributes
    ----------
    constructs : tuple of Construct
        In causal order: every construct comes after those that drive it, the parts of a higher-order construct just before it.
    drivers_of : mapping of str to tuple of str
        ``drivers_of[effect]`` names the direct causes of ``effect``.
    outcome : str
        The construct whose score is the index.
    title, source : Text, str
        What the model is called and who published it.
    questions : mapping of str to Question
        What each item asks, where the model says so.

    Raises
    ------
    ParamsError
        Unknown or repeated names, an empty block, a construct without a path, a part of a higher-order construct with a path of
        its own, a loop (written out).
    """

    constructs: tuple[Construct, ...]
    drivers_of: Mapping[str, tuple[str, ...]]
    outcome: str
    title: Text = Text()
    source: str = ""
    questions: Mapping[str, Question] = field(default_factory=dict)

    def __post_init__(self) -> None:
        drivers = {effect: tuple(causes) for effect, causes in self.drivers_of.items() if causes}
        _check_names([each.name for each in self.constructs], drivers, self.outcome)
        _check_parts(self.constructs, drivers, self.outcome)
        _check_linked(self.constructs, drivers)
        check_items(self.constructs)
        _check_questions(self.questions, self.items)
        order = {name: place for place, name in enumerate(_order(self.constructs, drivers))}
        object.__setattr__(self, "constructs", tuple(sorted(self.constructs, key=lambda each: order[each.name])))
        effects = sorted(drivers, key=order.__getitem__)
        object.__setattr__(
            self,
            "drivers_of",
            MappingProxyType({effect: tuple(sorted(drivers[effect], key=order.__getitem__)) for effect in effects}),
        )
        asked = {item: self.questions[item] for item in self.items if item in self.questions}
        object.__setattr__(self, "questions", MappingProxyType(asked))

    def __reduce__(self) -> tuple[object, ...]:
        return Structure, (self.constructs, dict(self.drivers_of), self.outcome, self.title, self.source, dict(self.questions))

    @property
    def names(self) -> tuple[str, ...]:
        """The constructs' names in causal order, the parts of higher-order constructs among them."""
        return tuple(each.name for each in self.constructs)

    @property
    def items(self) -> tuple[str, ...]:
        """All items, block by block in causal order."""
        return tuple(item for each in self.constructs for item in each.items)

    @property
    def paths(self) -> tuple[tuple[str, str], ...]:
        """(cause, effect) of every structural path, effect by effect in causal order."""
        return tuple((cause, effect) for effect, causes in self.drivers_of.items() for cause in causes)

    @property
    def higher_order(self) -> tuple[str, ...]:
        """The constructs that other constructs form, in causal order."""
        return tuple(each.name for each in self.constructs if each.of)

    def reaches(self, cause: str, effect: str) -> bool:
        """Whether a chain of paths leads from ``cause`` to ``effect``."""
        direct = self.drivers_of.get(effect, ())
        return cause in direct or any(self.reaches(cause, each) for each in direct)

    def construct(self, name: str) -> Construct:
        """The construct called ``name``, or an error with the nearest one."""
        for each in self.constructs:
            if each.name == name:
                return each
        raise ParamsError(f"No construct {name!r} in the model.{nearest(name, self.names)}")

    def label(self, name: str, language: str = "en") -> str:
        """A construct's label in ``language``."""
        return self.construct(name).label.say(language) or name

    def observed(self, name: str) -> tuple[str, ...]:
        """The items that measure a construct; those of its parts where it is of higher order."""
        each = self.construct(name)
        return tuple(item for part in each.of for item in self.construct(part).items) if each.of else each.items

    def first_stage(self) -> Structure:
        """The model with the parts in place of each higher-order construct, each part with all of its paths.

        It gives the parts' scores, the items of ``second_stage`` (the disjoint two-stage approach: Becker, Cheah, Gholamzade, Ringle &
        Sarstedt 2023). Where a higher-order construct is the outcome, its first part takes that place.
        """
        if not self.higher_order:
            return self
        parts = {each.name: each.of or (each.name,) for each in self.constructs}
        drivers = {
            part: tuple(one for cause in causes for one in parts[cause])
            for effect, causes in self.drivers_of.items()
            for part in parts[effect]
        }
        constructs = tuple(each for each in self.constructs if not each.of)
        return replace(self, constructs=constructs, drivers_of=drivers, outcome=parts[self.outcome][0])

    def second_stage(self) -> Structure:
        """The model with each higher-order construct measured by its parts, whose names are its items; the parts are gone."""
        if not self.higher_order:
            return self
        gone = {part for each in self.constructs for part in each.of}
        kept = (each for each in self.constructs if each.name not in gone)
        return self._with(tuple(replace(each, items=each.of, of=()) if each.of else each for each in kept))

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
        parts = self.construct(construct).of
        if parts:
            raise ParamsError(f"{construct} is formed of {', '.join(parts)}; give the items to those.")
        return self._with(tuple(replace(each, items=tuple(items)) if each.name == construct else each for each in self.constructs))

    def to_lavaan(self) -> str:
        """The specification in lavaan's syntax, which knows constructs and items by their names alone.

        Raises
        ------
        ParamsError
            A construct is called like an item.
        """
        both = [name for name in self.names if name in self.items]
        if both:
            raise ParamsError(f"lavaan's syntax cannot tell the construct {both[0]!r} from the item of that name. Rename one of them.")
        blocks = [f"{each.name} =~ {' + '.join(each.of or each.items)}" for each in self.constructs]
        paths = [f"{effect} ~ {' + '.join(causes)}" for effect, causes in self.drivers_of.items()]
        return "\n".join(blocks + paths) + "\n"

    def _with(self, constructs: tuple[Construct, ...]) -> Structure:
        """The same paths over other blocks; questions that nothing asks any more are gone."""
        items = {item for each in constructs for item in each.items}
        return replace(self, constructs=constructs, questions={item: each for item, each in self.questions.items() if item in items})


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


def _check_parts(constructs: tuple[Construct, ...], drivers: Mapping[str, tuple[str, ...]], outcome: str) -> None:
    """Parts stand in no path and lend their names to nothing else: the construct they form has the paths."""
    whole = wholes(constructs)
    for effect, causes in drivers.items():
        for name in (effect, *causes):
            if name in whole:
                raise ParamsError(f"drivers_of: {effect}: {name} is a part of {whole[name]}. Draw the path with {whole[name]} instead.")
    if outcome in whole:
        raise ParamsError(f"outcome: {outcome} is a part of {whole[outcome]}. Name {whole[outcome]}, or a construct of its own.")
    named = next(((each.name, item) for each in constructs for item in each.items if item in whole), None)
    if named:
        raise ParamsError(f"constructs: {named[0]}: the item {named[1]!r} has the name of a part of {whole[named[1]]}. Rename one of them.")


def _check_linked(constructs: tuple[Construct, ...], drivers: Mapping[str, tuple[str, ...]]) -> None:
    linked = {*drivers, *(cause for causes in drivers.values() for cause in causes), *(part for each in constructs for part in each.of)}
    lonely = [each.name for each in constructs if each.name not in linked]
    if lonely:
        raise ParamsError(f"constructs: {lonely[0]} has no path to or from it. Connect it in drivers_of or leave it out.")


def _check_questions(questions: Mapping[str, Question], items: tuple[str, ...]) -> None:
    for item in questions:
        if item not in items:
            raise ParamsError(f"items: no construct is measured by {item!r}.{nearest(item, items)}")


def _order(constructs: tuple[Construct, ...], drivers: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Causal order, each part just before the construct it helps to form: both stages keep this order."""
    parts = {each.name: each.of for each in constructs}
    hidden = {part for each in constructs for part in each.of}
    for name in _causal_order([each.name for each in constructs if each.name not in hidden], drivers):
        yield from (*parts[name], name)


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
