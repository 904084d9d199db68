"""Results of pure functions, kept by a process for those that it forks later: recalled only for the very same arguments.

Off, unless a process asks for it by ``keeping``: everything is then computed as if this were not here. What is kept lives in
memory alone, and so never outlives the code that made it. The key is SHA-256 of the function's name and of everything in its
arguments, data included; what comes back is a copy each time, so that nobody sees what another did to it.
"""

from __future__ import annotations

import functools
import hashlib
import io
import logging
import pickle
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

LARGEST = 20_000_000
MOST = 500_000_000  # bytes of all results together; the oldest go first
_KEPT: dict[bytes, bytes] = {}
_KEEPS: list[bool] = []


def remembered(function: Callable[P, R]) -> Callable[P, R]:
    """Recall what a pure function has given for the same arguments, where a process has kept it.

    Only for functions whose result depends on nothing but their arguments. Nothing is kept of a call that raises, warns or logs: the next
    one does so again.

    >>> from csat_lib.stats.memory import remembered
    >>> @remembered
    ... def doubled(values):
    ...     print("computed")
    ...     return [2 * each for each in values]
    >>> with keeping():
    ...     doubled([1, 2])
    computed
    [2, 4]
    >>> doubled([1, 2]), forget()
    ([2, 4], None)
    >>> doubled([1, 2])
    computed
    [2, 4]
    """
    name = f"{function.__module__}.{function.__qualname__}"

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        if not _KEPT and not _KEEPS:
            return function(*args, **kwargs)
        key = _key(name, args, kwargs)
        kept = _KEPT.get(key) if key else None
        if kept is not None:
            found: R = pickle.loads(kept)  # noqa: S301  this process, or the one that it was forked from, made it
            return found
        if key and _KEEPS:
            return _computed(key, lambda: function(*args, **kwargs))
        return function(*args, **kwargs)

    return call


@contextmanager
def keeping() -> Iterator[None]:
    """Whatever remembered functions give in here is kept."""
    _KEEPS.append(True)
    try:
        yield
    finally:
        _KEEPS.pop()


def forget() -> None:
    """Nothing has been kept."""
    _KEPT.clear()


def _computed(key: bytes, compute: Callable[[], R]) -> R:
    heard = _Heard()
    root = logging.getLogger("csat_lib")
    root.addHandler(heard)
    try:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            result = compute()
    finally:
        root.removeHandler(heard)
    if heard.said or told:
        return result
    try:
        packed = _packed(result)
    except (pickle.PicklingError, TypeError, AttributeError):
        return result
    if len(packed) <= LARGEST:
        _KEPT[key] = packed
        while sum(map(len, _KEPT.values())) > MOST:
            del _KEPT[next(iter(_KEPT))]
    return result


class _Heard(logging.Handler):
    """Whether anything was logged."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said = False

    def emit(self, record: logging.LogRecord) -> None:  # noqa: ARG002  the signature of a handler
        self.said = True


def _key(name: str, args: tuple[object, ...], kwargs: Mapping[str, object]) -> bytes:
    """What tells this call from every other; empty where arguments cannot be told apart by their content."""
    try:
        return hashlib.sha256(_packed((name, args, sorted(kwargs.items())))).digest()
    except (pickle.PicklingError, TypeError, AttributeError):
        return b""


class _Pickler(pickle.Pickler):
    def reducer_override(self, thing: object) -> Any:  # noqa: ANN401  the signature of a pickler
        if type(thing) is MappingProxyType:
            return MappingProxyType, (dict(thing),)
        return NotImplemented


def _packed(thing: object) -> bytes:
    out = io.BytesIO()
    _Pickler(out, protocol=5).dump(thing)
    return out.getvalue()
