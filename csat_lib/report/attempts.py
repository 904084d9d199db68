"""A part of a report that may be refused: computed once, asked for in several sections, each of which then says why it is not there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from csat_lib.errors import ModelError, NotInStudyError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Attempt(Generic[T]):
    """What a function gave, or why it refused.

    Attributes
    ----------
    value : object or None
        The result; None where it was refused.
    refusal : ModelError or NotInStudyError or None
        The refusal.
    """

    value: T | None
    refusal: ModelError | NotInStudyError | None = None

    def get(self) -> T:
        """The result.

        Raises
        ------
        ModelError, NotInStudyError
            It was refused.
        """
        if self.refusal is not None:
            raise type(self.refusal)(str(self.refusal))
        return self.value  # type: ignore[return-value]


def attempt(function: Callable[..., T], *given: Any, **named: Any) -> Attempt[T]:
    """``function(*given, **named)``; what the study does not have, or its model cannot carry, is kept as a refusal.

    Parameters
    ----------
    function : callable
        Any other error passes through.
    given, named : object
        Its arguments; an ``Attempt`` among them stands for its result, and a refused one refuses this.
    """
    try:
        return Attempt(function(*map(_opened, given), **{name: _opened(each) for name, each in named.items()}))
    except (ModelError, NotInStudyError) as error:
        return Attempt(None, error)


def _opened(each: object) -> object:
    return each.get() if isinstance(each, Attempt) else each
