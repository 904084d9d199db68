"""The one strict YAML reader: every mistake names the file, the key and the nearest right one.

Scalars follow YAML 1.2, so that ``1e-7`` is a number, ``no`` a word and ``2026-09-01`` a text that the date fields read.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
import pickle
import re
import typing
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from csat_lib.errors import ParamsError, nearest

LARGEST_FILE = 5_000_000


class _Loader(yaml.SafeLoader):
    """YAML 1.2 scalars, no duplicate keys, no aliases (a few lines of them can fill the memory)."""

    yaml_implicit_resolvers: typing.ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}  # type: ignore[misc]

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "aliases (*name) are not allowed", self.peek_event().start_mark)  # type: ignore[no-untyped-call]
        return super().compose_node(parent, index)


def _unique_mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    mapping: dict[Hashable, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, Hashable):
            raise yaml.constructor.ConstructorError(None, None, "a key must be a word or a number", key_node.start_mark)
        if key in mapping:
            raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} appears twice", key_node.start_mark)
        mapping[key] = loader.construct_object(value_node, deep=True)
    return mapping


def _word(loader: _Loader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


def _whole(loader: _Loader, node: yaml.ScalarNode) -> int:
    return int(_word(loader, node))


def _decimal(loader: _Loader, node: yaml.ScalarNode) -> float:
    value = float(_word(loader, node))
    if not math.isfinite(value):
        raise yaml.constructor.ConstructorError(None, None, f"{node.value} is too large a number", node.start_mark)
    return value


for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("tag:yaml.org,2002:bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("tag:yaml.org,2002:int", r"^[-+]?[0-9]+$", list("-+0123456789")),
    ("tag:yaml.org,2002:float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", list("-+0123456789.")),
):
    _Loader.add_implicit_resolver(_tag, re.compile(_pattern), _first)
_Loader.add_constructor("tag:yaml.org,2002:map", _unique_mapping)
_Loader.add_constructor("tag:yaml.org,2002:int", _whole)
_Loader.add_constructor("tag:yaml.org,2002:float", _decimal)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _word)


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in a YAML file; nothing in it is interpreted beyond words and numbers.

    Raises
    ------
    ParamsError
        The file is missing, too large, not UTF-8, not YAML, not a mapping, or has a key twice.
    """
    content = _content(path)
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ParamsError(f"{path.name}: expected keys and values, got {_kind(content)}.")
    return content


def read_records(path: Path) -> list[dict[str, Any]]:
    """The records in a YAML file that is a list of mappings, read as strictly as ``read_yaml``.

    Raises
    ------
    ParamsError
        As in ``read_yaml``; or the file is no list, or an entry is no mapping.
    """
    content = _content(path)
    if content is None:
        return []
    if not isinstance(content, list):
        raise ParamsError(f"{path.name}: expected a list of records, each beginning with a dash, got {_kind(content)}.")
    for number, record in enumerate(content, start=1):
        if not isinstance(record, dict):
            raise ParamsError(f"{path.name}: record {number}: expected keys and values, got {_kind(record)}.")
    return content


def _content(path: Path) -> object:
    if not path.is_file():
        beside = sorted(each.name for each in path.parent.glob("*.y*ml")) if path.parent.is_dir() else []
        raise ParamsError(f"{path}: no such file.{nearest(path.name, beside)}")
    if path.stat().st_size > LARGEST_FILE:
        raise ParamsError(f"{path.name}: {path.stat().st_size:,} bytes are too many for a parameter file (at most {LARGEST_FILE:,}).")
    try:
        content: object = pickle.loads(_parsed(path.read_text(encoding="utf-8-sig")))  # noqa: S301  made by the function below
    except UnicodeDecodeError as error:
        raise ParamsError(f"{path.name}: not UTF-8 text (byte {error.start}). Save the file as UTF-8.") from None
    except RecursionError:
        raise ParamsError(f"{path.name}: nested too deeply to be read. A parameter file needs a few levels.") from None
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}" if mark else ""
        raise ParamsError(f"{path.name}{place}: {getattr(error, 'problem', None) or error}.") from None
    return content


@functools.lru_cache(maxsize=512)
def _parsed(text: str) -> bytes:
    """The content of a YAML text, packed; periods share their study's files, so each text is parsed once and unpacked for every caller."""
    return pickle.dumps(yaml.load(text, Loader=_Loader))  # noqa: S506  a subclass of SafeLoader


def merge(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """``base`` with ``change`` laid over it: mappings merge key by key, lists and scalars replace.

    >>> merge({"a": {"x": 1, "y": 2}, "b": [1]}, {"a": {"y": 3}, "b": [2]})
    {'a': {'x': 1, 'y': 3}, 'b': [2]}
    """
    merged = dict(base)
    for key, value in change.items():
        both = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = merge(merged[key], value) if both else value
    return merged


class Strict(BaseModel):
    """What a parameter file may hold: frozen, no unknown key, no silent conversion of types."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=True)


M = TypeVar("M", bound=Strict)


def _date(value: object) -> object:
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            raise ValueError(f"expected a date such as 2026-09-01, got {value!r}") from None
    return value


def _tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _number(value: object) -> object:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


class Text(Strict):
    """A label in English and Chinese; a language that is lacking falls back on the other."""

    en: str = ""
    zh: str = ""

    def say(self, language: str) -> str:
        """The text in ``language`` ("en" or "zh"), or in the other where that is all there is."""
        return (self.zh or self.en) if language == "zh" else (self.en or self.zh)


def _text(value: object) -> object:
    return {"en": value, "zh": value} if isinstance(value, str) else value


_EXPECTED = {
    "tuple_type": "a list",
    "dict_type": "keys and values",
    "model_type": "keys and values",
    "string_type": "a text",
    "int_type": "a whole number",
    "float_type": "a number",
    "date_type": "a date such as 2026-09-01",
    "invalid_key": "a text as the key",
}

Label = Annotated[Text, BeforeValidator(_text)]
Date = Annotated[dt.date, BeforeValidator(_date)]
Number = Annotated[float, BeforeValidator(_number)]
Words = Annotated[tuple[str, ...], BeforeValidator(_tuple)]


def check(schema: type[M], content: Mapping[str, Any], where: str) -> M:
    """``content`` as a ``schema``, or one error that lists every mistake by file and key."""
    try:
        return schema.model_validate(dict(content))
    except ValidationError as error:
        lines = [f"{where}: {_explain(schema, each)}" for each in error.errors()]
        raise ParamsError("\n".join(dict.fromkeys(lines))) from None


def _explain(schema: type[Strict], error: ErrorDetails) -> str:
    path = [str(part) for part in error["loc"] if not str(part).startswith(("literal[", "dict["))]
    if "[key]" in path:
        path = path[: path.index("[key]")]
    parents, key = ": ".join(path[:-1]), path[-1] if path else ""
    prefix = f"{parents}: " if parents else ""
    kind = error["type"]
    if kind == "extra_forbidden":
        return f"{prefix}unknown key {key!r}.{nearest(key, _keys_at(schema, path[:-1]))}"
    if kind == "missing":
        return f"{prefix}the key {key!r} is missing."
    if kind == "value_error":
        return f"{prefix}{key}: {error['ctx']['error']}." if key else f"{error['ctx']['error']}."
    if kind == "literal_error":
        return f"{prefix}{key}: {error['input']!r} is not one of {error['ctx']['expected']}."
    expected = _EXPECTED.get(kind, error["msg"].removeprefix("Input should be "))
    got = error["input"]
    return f"{prefix}{key}: expected {expected}, got {_kind(got)}{'' if got is None else f' {got!r}'}."


def _keys_at(annotation: object, path: list[str]) -> list[str]:
    """The keys that the schema knows at a path; where a file chooses the names itself, one step leads to any value."""
    if isinstance(annotation, type) and issubclass(annotation, Strict):
        if not path:
            return list(annotation.model_fields)
        field = annotation.model_fields.get(path[0])
        return _keys_at(field.annotation, path[1:]) if field else []
    inner = typing.get_args(annotation)
    if typing.get_origin(annotation) is dict:
        return _keys_at(inner[1], path[1:])
    return next((keys for each in inner if (keys := _keys_at(each, path))), [])


def _kind(value: object) -> str:
    names = {
        str: "the text",
        int: "the number",
        float: "the number",
        bool: "the truth value",
        list: "a list",
        dict: "a mapping",
    }
    return names.get(type(value), "nothing" if value is None else type(value).__name__)
