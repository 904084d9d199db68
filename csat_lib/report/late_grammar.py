"""What nbformat draws in and hardly ever needs, put off until it is needed: a grammar of addresses that takes a second to compile."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType

GRAMMAR = "rfc3987_syntax"


def put_off_grammar() -> None:
    """Import jsonschema, which nbformat builds on, with the grammar of internationalised addresses compiled on its first use.

    jsonschema imports it for its checks of the formats iri and iri-reference, which no notebook's schema has. They work as before.

    >>> put_off_grammar()
    >>> from jsonschema import FormatChecker
    >>> FormatChecker().conforms("https://example.org/满意度", "iri"), FormatChecker().conforms("no address", "iri")
    (True, False)
    """
    if "jsonschema" in sys.modules or GRAMMAR in sys.modules or importlib.util.find_spec(GRAMMAR) is None:
        return
    stand_in = ModuleType(GRAMMAR)
    stand_in.is_valid_syntax = _is_valid_syntax  # type: ignore[attr-defined]
    sys.modules[GRAMMAR] = stand_in
    try:
        importlib.import_module("jsonschema")
    finally:
        del sys.modules[GRAMMAR]


def _is_valid_syntax(term: str, value: str) -> bool:
    """Compile the grammar, and ask it."""
    return bool(importlib.import_module(GRAMMAR).is_valid_syntax(term, value))
