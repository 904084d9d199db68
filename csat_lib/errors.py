"""One family of errors; each class knows the exit code of the command line.

A message names the culprit (file, sheet, row, column, value), what was expected, and the remedy where there is one.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import ClassVar, TypeVar

T = TypeVar("T")


class CsatError(Exception):
    """Anything that csat_lib refuses to do, said in words.

    Attributes
    ----------
    exit_code : int
        What the ``csat`` command returns.
    """

    exit_code: ClassVar[int] = 1


class ParamsError(CsatError):
    """Usage, parameters, codebook or model file."""

    exit_code = 2


class NotInStudyError(ParamsError):
    """Asked for a part (path model, drivers, graded items) that this study does not have."""


class DataError(CsatError):
    """Input data."""

    exit_code = 3


class ModelError(CsatError):
    """The period's own model cannot be trusted."""

    exit_code = 4


class ConvergenceError(ModelError):
    """An iteration did not settle."""


class TooFewError(ModelError, DataError):
    """Too few respondents answered everything that is asked of one model; other numbers of the same data stand."""


class NobodyError(DataError):
    """A month of a longer survey in which nobody was interviewed."""


class DisclosureError(CsatError):
    """Personal data or a recoverable small cell would have been published."""

    exit_code = 5


class BusyError(CsatError):
    """Another batch holds this period."""

    exit_code = 6


class EnvironmentFault(CsatError):  # noqa: N818  a fault of the machine, named so in the exit codes
    """Disk, kernel, memory or dependency."""

    exit_code = 7


class BatchError(CsatError):
    """Several periods were asked for and some failed."""

    exit_code = 8


def nearest(word: str, known: Iterable[str]) -> str:
    """`` Did you mean 'x'?`` for the nearest known word, or the list of all, or nothing.

    >>> nearest("drwas", ["draws", "seed"])
    " Did you mean 'draws'?"
    >>> nearest("zzz", ["draws", "seed"])
    ' There are: draws, seed.'
    """
    words = [str(each) for each in known]
    folded = {each.casefold(): each for each in reversed(words)}
    close = difflib.get_close_matches(str(word).casefold(), list(folded), n=1, cutoff=0.6)
    if close:
        return f" Did you mean {folded[close[0]]!r}?"
    return f" There are: {', '.join(words[:40])}{', ...' if len(words) > 40 else ''}." if words else ""


def pick(options: Mapping[str, T], word: str, what: str) -> T:
    """The option called ``word``, or an error that lists the words there are."""
    if not isinstance(word, str) or word not in options:
        raise ParamsError(f"No {what} {word!r}. There are: {', '.join(options)}.")
    return options[word]


def whole(value: object, what: str, *, least: int) -> int:
    """``value`` as a whole number of at least ``least``, or a refusal that says what was expected.

    Parameters
    ----------
    value : object
        What was given.
    what : str
        The argument's name.
    least : int
        The smallest that makes sense.

    >>> whole(200, "draws", least=100)
    200
    """
    number = value.item() if hasattr(value, "item") else value
    if isinstance(number, bool) or not isinstance(number, int) or number < least:
        raise ParamsError(f"{what}: expected a whole number of at least {least}, got {value!r}.")
    return number
